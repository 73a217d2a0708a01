#!/usr/bin/env python3
"""Members' answers with [reply] approval = all: none leaves before another member has read just what is sent; who may do what
with drafts; and of a restricted ticket nobody else sees any."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
from team import ADMIN, HANDLER, READER, STRANGER, Team  # noqa: E402

ALICE = 'alice@reporter.example'


class Office(Team):
    def __init__(self, tap):  # with settings of its own
        self.tap, self.gpg = tap, t.Gpg()
        self.demo = t.Demo(conf={('reply', 'approval'): 'all'})
        self.open_way()
        self.demo.cli('members', 'add', ADMIN)
        self.may(ADMIN, 'members', 'add', HANDLER, '--role', 'handler')
        self.may(ADMIN, 'members', 'add', READER, '--role', 'reader')
        self.may(ADMIN, 'members', 'add', STRANGER, '--role', 'researcher')
        team = self.gpg.load(self.demo.team_key)[0]
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.may(ADMIN, 'keys', 'import', '--pin', self.file('alice.asc', self.gpg.export(self.alice)))
        raw = t.pgp_encrypted(self.gpg, ALICE, t.TEAM, '...', t.text_entity('text\n'), [team], self.alice, inner_subject='subject')
        self.demo.send(raw, ALICE)
        wanted = t.header(raw, 'Message-ID')
        t.wait_for(lambda: self.run(ADMIN, 'list', '--json').lines, 20)
        self.ticket = self.run(ADMIN, 'list', '--json').lines[0]['ticket']
        t.wait_for(lambda: self.demo.reply_to(wanted), 10)
        self.before = len(self.demo.outgoing())

    def file(self, name, content):
        """A file that every user of the host can read."""
        place = t.short_dir()
        os.chmod(place, 0o755)
        path = place + '/' + name
        with open(path, 'wb') as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, 0o644)
        return path

    def nothing(self, what):
        self.tap.equal(len(self.demo.outgoing()), self.before, 'nothing was sent: ' + what)

    def draft(self):
        return self.run(ADMIN, 'drafts', '--json', self.ticket).lines[0]


def approval(office):
    tap, ticket = office.tap, office.ticket
    text = office.file('answer.txt', 'Markerword one\n')
    shown = office.may(HANDLER, 'reply', '--preview', '--json', '-f', text, ticket).json
    tap.equal(shown['approval'], 'needed', 'the preview says that it needs approval')
    asked = office.may(HANDLER, 'reply', '--json', '-f', text, ticket).json
    name = asked['draft']
    tap.equal((asked['approval'], asked['message_ids'], office.draft()['state'], office.draft()['author']), ('needed', [], 'needs-approval', HANDLER),
              'an answer waits')
    office.nothing('before approval')
    office.refused(HANDLER, 'approve', name, why=b'who wrote in an answer', what='to approve his own')
    office.refused(READER, 'approve', name, why=b'role reader')
    office.refused(STRANGER, 'approve', name, why=b'role researcher')
    tap.equal(office.run(ADMIN, 'approve', name.rpartition('.')[0]).status, 1, 'approval is of what was read: with its revision')
    tap.equal(office.run(ADMIN, 'refuse', name).status, 64, 'a refusal needs a reason')
    office.may(ADMIN, 'refuse', name, 'not so \x1b[31mfriendly')
    now = office.draft()
    tap.equal((now['state'], now['refused_by'], now['refused_reason']), ('draft', ADMIN, 'not so \x1b[31mfriendly'), 'it is refused')
    people = office.may(HANDLER, 'drafts', ticket)
    tap.ok('Refused by ' + ADMIN in people.text and b'\x1b' not in people.out, 'people see that', people)
    tap.equal(office.run(ADMIN, 'approve', name).status, 1, 'what does not wait is not approved')
    second = office.may(HANDLER, 'reply', '--json', '--edit', name, '-f', office.file('b.txt', 'Markerword two\n')).json['draft']
    tap.equal(office.may(HANDLER, 'reply', '--json', '--send', second).json['approval'], 'needed', 'sent again, it waits again')
    tap.equal(office.run(ADMIN, 'approve', name).status, 1, 'approval of an earlier text does not count')
    third = office.may(HANDLER, 'reply', '--json', '--edit', second, '-f', office.file('c.txt', 'Markerword three\n')).json['draft']
    tap.equal((office.draft()['state'], office.run(ADMIN, 'approve', third).status), ('draft', 1), 'a change while it waits voids the request')
    office.may(HANDLER, 'reply', '--send', third)
    office.nothing('before approval')
    done = office.may(ADMIN, 'approve', '--json', third).json
    raw = t.wait_for(lambda: next((m for m in office.demo.outgoing() if t.header(m, 'Message-ID') in done['message_ids']), None), 20)
    opened = office.gpg.open_mail(raw)
    tap.ok(opened.good and 'Markerword three' in opened.text, 'approved as it was read, it leaves', done)
    thread = office.run(ADMIN, 'show', '--json', ticket).json['thread']
    tap.equal([e['author'] for e in thread if e['message_id'] in done['message_ids']], [HANDLER], 'its author stays who wrote it')
    events = [(e['from'], e['text']) for e in thread if e['direction'] == 'event']
    for who, what in ((HANDLER, 'Asked another member to approve the answer ' + name), (ADMIN, 'Refused to approve the answer ' + name),
                      (HANDLER, 'Changed, so that it does not wait for approval any more, the answer ' + third), (ADMIN, 'Approved the answer ' + third)):
        tap.ok(any(f == who and x.startswith(what) for f, x in events), 'the thread says: ' + what, events)
    tap.equal(office.run(ADMIN, 'approve', third).status, 1, 'and it is not sent twice')
    office.before = len(office.demo.outgoing())


def writers(office):
    """Whoever wrote in it does not approve it."""
    tap, ticket = office.tap, office.ticket
    name = office.may(STRANGER, 'reply', '--json', '--draft', '-f', office.file('a.txt', 'by a researcher\n'), ticket).json['draft']
    office.refused(STRANGER, 'reply', '--send', name, why=b'role researcher', what='to send: he may only write')
    office.refused(READER, 'reply', '--edit', name, '-f', office.file('x.txt', 'x'), why=b'role reader', what='to write')
    tap.equal(len(office.may(READER, 'drafts', '--json').lines), 1, 'a reader sees it')
    name = office.may(ADMIN, 'reply', '--json', '--edit', name, '-f', office.file('b.txt', 'mended\n')).json['draft']
    office.may(HANDLER, 'reply', '--send', name)
    office.refused(ADMIN, 'approve', name, why=b'who wrote in an answer', what='to approve what he mended')
    tap.equal(office.may(HANDLER, 'approve', '--json', name).json['recipients'], [ALICE], 'who only sent it on may')
    office.before += 1


def restricted(office):
    """TLP:RED: who is not named sees no draft of it, and sends none."""
    tap, ticket = office.tap, office.ticket
    office.may(HANDLER, 'take', ticket)
    name = office.may(HANDLER, 'reply', '--json', '--draft', '-f', office.file('a.txt', 'red\n'), ticket).json['draft']
    office.may(HANDLER, 'tlp', ticket, 'RED')
    named = {n['login'] for n in office.run(HANDLER, 'show', '--json', ticket).json.get('restricted_to') or []}
    tap.ok(READER not in named, 'the reader is not named', named)
    tap.equal(office.may(READER, 'drafts', '--json').lines, [], 'he sees no draft')
    for words in (['drafts', ticket], ['canned', 'show', 'closing', ticket]):
        tap.equal(office.run(READER, *words).status, 77, 'and is refused ' + ' '.join(words))
    shown = office.run(READER, 'show', '--json', ticket)
    tap.ok(b'red\\n' not in shown.out, 'nor in the ticket', shown)
    tap.equal(len(office.may(HANDLER, 'drafts', '--json').lines), 1, 'who is named does')
    office.may(HANDLER, 'reply', '--discard', name)


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('members', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    office = Office(tap)
    for step in (approval, writers, restricted):
        try:
            step(office)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(office.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
