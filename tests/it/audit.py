#!/usr/bin/env python3
"""The audit of a running gateway: what members did and read stands in it."""
import os
import re
import sqlite3
import subprocess
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
    tap.ok(all(line['ticket'] == ticket and line['uid'] == (os.getuid() if line['member'] else -1) for line in found),
           'by whom, about which ticket')
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


def verdict(demo, *more):
    said = demo.cli('audit', 'verify', '--json', *more)
    return said.status, said.json


def tamper(demo, sql):
    """Changes the store while no keeper runs."""
    demo.stop()
    db = sqlite3.connect(demo.dir + '/store.db')
    db.executescript(sql)
    db.commit()
    db.execute('PRAGMA wal_checkpoint (TRUNCATE)')
    db.close()
    demo.start()


def heads(tap, demo):
    gpg = t.Gpg()
    team = gpg.load(demo.team_key)[0]
    path, early = demo.dir + '/head.asc', demo.dir + '/early.asc'
    tap.equal(demo.cli('audit', 'head', '--sign', '-o', early).status, 0, 'audit head --sign')
    tap.equal(demo.cli('audit', 'head', '-o', path).status, 0, 'audit head')
    with open(path, 'rb') as file:
        text = file.read()
    run = subprocess.run(['gpg', '--homedir', gpg.home, '--batch', '--status-fd', '1', '--verify', path], capture_output=True)
    tap.ok(run.returncode == 0 and team.encode() in run.stdout and b'GOODSIG' in run.stdout, 'gpg finds the head signed by the team', run)
    rows = int(re.search(rb'^rows: (\d+)$', text, re.M).group(1))
    tap.ok('rows=%d' % rows in demo.log(), 'its numbers are logged')
    demo.cli('list')
    status, said = verdict(demo, '--head', path, '--head', early)
    tap.ok(status == 0 and said['ok'] and said['rows'] > rows and said['signed_rows'] == rows and said['signed_by'] == team,
           'audit verify: all as it was written', said)
    demo.cli('list')
    tap.contains(demo.cli('audit', 'verify').text, 'all as they were written', 'and in words')
    with open(demo.dir + '/forged.asc', 'wb') as file:
        file.write(text.replace(b'rows: %d' % rows, b'rows: %d' % (rows + 1)))
    status, said = verdict(demo, '--head', demo.dir + '/forged.asc')
    tap.ok(status == 1 and not said['ok'] and 'signature' in said['why'], 'a head that was changed is found', said)
    tap.equal(demo.cli('audit', 'verify', '--head', demo.dir + '/none.asc').status, 75, 'a file that is not there')
    tamper(demo, 'CREATE TABLE kept AS SELECT * FROM audit; UPDATE audit SET word = \'list\' WHERE id = 3')
    status, said = verdict(demo)
    tap.ok(status == 1 and said['bad'] == 3, 'a changed row is found, and named', said)
    tap.contains(demo.cli('audit', 'verify').text, 'NOT as it was written', 'and in words')
    tamper(demo, 'DELETE FROM audit WHERE id >= %d; DELETE FROM audit_head; DROP TABLE kept' % rows)
    status, said = verdict(demo, '--head', path)
    tap.ok(status == 1 and not said['ok'], 'an end that was cut off is found by the head that was given out', said)
    status, said = verdict(demo, '--head', early)
    tap.ok(status == 1, 'and by an earlier one', said)
    gpg.close()


def retention(tap, demo):
    mid = t.message_id()
    demo.send(t.plain(ALICE, t.TEAM, 'Heidelbeere', 'Zitrone\n', mid=mid), ALICE)
    ticket = demo.ticket_of(mid)['ticket']
    number = ticket.partition('#')[2]
    t.wait_for(lambda: any(e['delivery'] == 'sent' for e in demo.show(ticket)['thread']), 20)
    sent = [line for line in lines(demo, '--ticket', number) if line['word'] == 'reply-sent']
    tap.ok(len(sent) == 1 and sent[0]['member'] is None and sent[0]['details'] == {'to': ALICE}, 'what was sent stands in the audit', sent)
    tap.equal(demo.cli('retention').text, "no ticket's time is over\n", 'without a rule every ticket stays')
    tap.equal(demo.cli('erase', number).status, 64, 'erase asks for --yes')
    tap.equal(demo.cli('erase', '--yes', number).status, 1, 'an unfinished ticket is not erased')
    demo.cli('state', number, 'resolved')
    tap.equal(demo.cli('hold', '--reason', 'court', number).status, 0, 'hold')
    tap.contains(demo.cli('show', number).text, 'On hold because: court', 'and show says why')
    tap.equal(demo.cli('erase', '--yes', number).status, 1, 'what is on hold is not erased')
    tap.equal(demo.cli('hold', '--release', number).status, 0, 'hold --release')
    tap.ok('erased' not in words(demo, '--ticket', number), 'and nothing says that it was')
    raw = [os.path.join(where, name) for where, _, names in os.walk(demo.dir + '/archive') for name in names]
    tap.equal(demo.cli('erase', '--yes', number).status, 0, 'erase')
    shown = demo.show(ticket)
    tap.ok(shown['erased'] and shown['subject'] is None and 'Heidelbeere' not in str(shown) + demo.cli('show', number).text,
           'and its text is gone', shown)
    tap.contains(demo.cli('show', number).text, 'ERASED', 'which show says')
    tap.ok(t.wait_for(lambda: len([path for path in raw if not os.path.exists(path)]) == 1, 20), 'its mail is no more in the archive')
    sent = [line for line in lines(demo, '--ticket', number) if line['word'] == 'reply-sent']
    tap.ok(sent[0]['details'] == {} and sent[0]['erased'] and 'erased' in words(demo, '--ticket', number), 'nor in the audit to whom', sent)
    tap.equal(demo.cli('account').status, 0, 'the account balances')
    tap.equal(demo.cli('audit', 'verify').status, 0, 'and the audit is whole')
    demo.stop()
    demo.configure('retention', 'rules', 'all 1d')
    demo.start()
    tap.equal(demo.cli('retention', 'run', '--dry-run').text, "no ticket's time is over\n", 'a rule, but nothing is a day old')
    tap.equal(demo.cli('retention', 'run').status, 0, 'retention run')
    tap.equal(demo.cli('retention', 'walk').status, 64, 'usage: walk')


def main():
    tap = t.Tap()
    t.need_programs()
    demo = t.Demo()
    for step in (listing, retention, heads):
        try:
            step(tap, demo)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
