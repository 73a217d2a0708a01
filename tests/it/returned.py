#!/usr/bin/env python3
"""Delivery reports and receipts of the shared corpus: each is known for what it is, and no other mail is taken for one; and
when one returns an answer of ours, it is attached to that answer's ticket, the delivery is marked failed, and nobody answers it.

The corpus is not part of the project: it is looked for at $MADO_SHARED and beside the sources."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

FOLDERS = ('threading', 'reports', 'lmtp-milter', 'charset', 'openpgp', 'smime', 'attack')
# What its source calls a bounce, and we do not.
NOT_KNOWN = {
    'threading/flanker/broken-mime.eml': 'words alone: no field and no part says that it returns a mail. Its null sender is not answered',
    'threading/flanker/multi-received-headers.eml': 'a forwarded mail of a person',
}
# Delivery reports among mails whose kind no source tells.
MORE = {'lmtp-milter/pymilter/bounce', 'lmtp-milter/pymilter/bounce1', 'lmtp-milter/pymilter/bound'}


def find_corpus():
    for place in (os.environ.get('MADO_SHARED'), os.path.join(t.SRC, '..', 'shared')):
        if place and os.path.exists(os.path.join(place, 'corpus', 'expected.tsv')):
            return os.path.realpath(os.path.join(place, 'corpus'))
    return None


def read_kinds(corpus):
    with open(os.path.join(corpus, 'expected.tsv'), encoding='utf-8', errors='replace', newline='') as lines:
        names = next(lines).rstrip('\n').split('\t')
        rows = [dict(zip(names, line.rstrip('\n').split('\t'))) for line in lines]
    return {row['file']: row['report_type'] for row in rows}


def open_all(corpus, work):
    """{file: report} of every mail."""
    files = sorted(os.path.relpath(os.path.join(base, name), corpus) for folder in FOLDERS
                   for base, _, names in os.walk(os.path.join(corpus, folder)) if 'keys' not in base for name in names)
    os.mkdir(work + '/h', 0o700)
    with open(work + '/conf', 'w', encoding='ascii') as out:
        out.write('[team]\naddress = t@example.org\n[crypto]\ngnupg-home = %s/h\n' % work)
    run = subprocess.run([t.program('tests/unit/open-one'), work + '/conf', work + '/r', *[os.path.join(corpus, f) for f in files]],
                         capture_output=True, check=False)
    reports = dict(zip(files, map(json.loads, run.stdout.decode('utf-8').splitlines())))
    return {name: report for name, report in reports.items() if 'error' not in report}


def is_known(report):
    return report['headers'] is not None and (report['headers']['is_delivery_report'] or report['headers']['is_receipt'])


def check_known(tap, kinds, reports):
    wanted = {name for name, kind in kinds.items() if kind in ('dsn', 'bounce', 'mdn') and name in reports} | MORE
    known = {name for name in wanted if is_known(reports[name])}
    tap.note('%d mails; %d return others or are receipts; recognised: %d; with a Message-ID to match: %d'
             % (len(reports), len(wanted), len(known), sum(bool(reports[name]['headers']['reported_ids']) for name in known)))
    tap.equal(sorted(wanted - known), sorted(NOT_KNOWN), 'recognised, but for those that the table gives a reason for')
    for name, reason in sorted(NOT_KNOWN.items()):
        tap.note('%s: %s' % (name, reason))
    false = sorted(name for name, report in reports.items() if is_known(report) and name not in wanted)
    tap.equal(false, [], 'no other mail of the corpus is taken for one (%d mails)' % (len(reports) - len(wanted)))
    return sorted(known)


def crlf(raw):
    return raw.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


class House:
    def __init__(self):
        self.demo = t.Demo(conf={('submission', 'from'): 'csirt@example.org'})
        self.sent = 0

    def send(self, raw, sender):
        self.demo.send(raw, sender, t.TEAM)
        self.sent += 1

    def answer(self, sender):
        """Message-ID of our answer to a new report, and its ticket."""
        mid = t.message_id()
        self.send(t.plain(sender, t.TEAM, 'a report of ' + sender, 'text of %s\n' % sender, mid=mid), sender)
        raw = self.demo.reply_to(mid, 20)
        ticket = self.demo.ticket_of(mid)['ticket']
        t.wait_for(lambda: self.delivery(ticket) == 'sent', 20)
        return t.header(raw, 'Message-ID'), ticket

    def delivery(self, ticket):
        return [entry['delivery'] for entry in self.demo.show(ticket)['thread'] if entry['direction'] == 'out'][0]


def check_attached(tap, corpus, reports, known):
    house = House()
    names = [name for name in known if reports[name]['headers']['reported_ids']]
    cases = []
    for number, name in enumerate(names):
        with open(os.path.join(corpus, name), 'rb') as file:
            raw = file.read()
        if raw.startswith(b'From '):
            raw = raw.partition(b'\n')[2]
        answer, ticket = house.answer('reporter%d@reporter.example' % number)
        theirs = reports[name]['headers']['reported_ids'][0].encode()
        if theirs not in raw:
            tap.note('%s: its Message-ID is encoded' % name)
            continue
        cases.append((name, answer, ticket, crlf(raw.replace(theirs, answer.encode()))))
    answers = len(house.demo.outgoing())
    for name, answer, ticket, raw in cases:
        house.send(raw, '')
    account = house.demo.settle(accepted=house.sent)
    attached = [name for name, answer, ticket, raw in cases
                if any(entry['direction'] == 'in' and entry['report'] and answer in entry['report']['headers']['reported_ids']
                       for entry in house.demo.show(ticket)['thread'])]
    action = lambda name: reports[name]['report']['fields'].get('action', 'failed')
    is_failure = lambda name: reports[name]['headers']['is_delivery_report'] and action(name) == 'failed'
    failed = [name for name, answer, ticket, raw in cases if house.delivery(ticket) == 'failed']
    tap.note('matched with an answer of ours: %d; attached to its ticket: %d; delivery marked failed: %d'
             % (len(cases), len(attached), len(failed)))
    tap.equal(attached, [case[0] for case in cases], 'each is attached to the ticket of the answer that it returns')
    tap.equal(failed, [case[0] for case in cases if is_failure(case[0])], 'those that say "failed", or nothing, mark the delivery')
    bounces = sum(reports[case[0]]['headers']['is_delivery_report'] for case in cases)
    tap.equal((account['states']['bounce'], account['states']['auto_reply']), (bounces, len(cases) - bounces), 'and are counted as such')
    tap.equal(len(house.demo.outgoing()), answers, 'nothing answers them')
    tap.ok(account['balanced'], 'the account balances', account)


def main():
    corpus = find_corpus()
    if corpus is None:
        t.skip_all('the shared corpus is not here')
    t.need_programs()
    tap = t.Tap()
    reports = open_all(corpus, t.short_dir())
    known = check_known(tap, read_kinds(corpus), reports)
    check_attached(tap, corpus, reports, known)
    tap.done()


main()
