#!/usr/bin/env python3
"""The audit of a running gateway: what members did and read stands in it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE = 'alice@reporter.example'


def lines(demo, *more):
    return demo.cli('audit', 'ls', '--json', '--limit', '1000', *more).lines


def words(demo, *more):
    return [line['word'] for line in reversed(lines(demo, *more))]


def listing(tap, demo):
    mid = t.message_id()
    demo.send(t.plain(ALICE, t.TEAM, 'Marmalade', 'Zitrone\n', mid=mid), ALICE)
    ticket = demo.ticket_of(mid)['ticket']
    demo.cli('take', ticket)
    demo.cli('note', ticket, 'Ananas')
    entry = next(e['id'] for e in demo.show(ticket)['thread'] if e['direction'] == 'in')
    raw = demo.cli('raw', ticket, str(entry))
    tap.equal(raw.status, 0, 'a mail is exported')
    found = lines(demo, '--ticket', ticket)
    said = {line['word']: line for line in found}
    tap.ok({'take', 'note', 'show', 'raw'} <= set(said), 'what was changed, read and exported stands in the audit', sorted(said))
    tap.equal(said['raw']['details'], {'message': str(entry)}, 'with what was named')
    tap.ok(all(line['ticket'] == ticket and line['uid'] == os.getuid() for line in found), 'by whom, about which ticket')
    tap.ok(said['note']['version'] > said['take']['version'], 'with the version of the ticket')
    text = demo.cli('audit', '--ticket', ticket).text
    tap.ok('take' in text and 'Ananas' not in str(found) + text and 'Marmalade' not in str(found) + text, 'and no text of anybody', text)
    tap.equal(demo.cli('show', '4711').status, 1, 'a ticket that is not there')
    failed = [line for line in lines(demo) if line['outcome'] == 'failed']
    tap.equal([(line['word'], line['details']) for line in failed], [('show', {'ticket': '4711'})], 'what failed stands there, too')
    tap.ok('list' not in words(demo, '--ticket', ticket) and 'audit-list' in words(demo), 'looking at the audit is written down as well')
    tap.equal(lines(demo, '--since', '2099-01-01'), [], '--since')
    tap.equal(lines(demo, '--member', 'nobody-at-all'), [], '--member')
    page = demo.cli('audit', '--json', '--limit', '2').lines
    older = demo.cli('audit', '--json', '--limit', '2', '--after', str(page[-1]['sequence'])).lines
    tap.equal([line['sequence'] for line in older], [page[-1]['sequence'] - 1, page[-1]['sequence'] - 2], '--limit and --after')
    for wrong in (['--since', 'soon'], ['--limit', '0'], ['--after', 'x'], ['what']):
        tap.equal(demo.cli('audit', *wrong).status, 64, 'usage: ' + ' '.join(wrong))
    return ticket


def main():
    tap = t.Tap()
    t.need_programs()
    demo = t.Demo()
    for step in (listing,):
        try:
            step(tap, demo)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
