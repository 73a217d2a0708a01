#!/usr/bin/env python3
"""A day of a team of three, by the command line alone: a report comes in encrypted, is taken, read and answered; its reporter
opens and verifies the answer with gpg and writes back; a second report of the same matter is merged; the duty is handed over; the
matter is found by a Japanese word, resolved, and opened again by a late mail. Every step stands in the audit, with who did it."""
import grp
import os
import pwd
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
from team import GROUP, Team  # noqa: E402

TARO, HANAKO, JIRO = 'games', 'man', 'news'  # the administrator, who has the day, who has the night
ALL = (TARO, HANAKO, JIRO)
ALICE, CAROL = 'alice@reporter.example', 'carol@university.example'
SUBJECT = '学内サーバーからの不審な通信'
REPORT = '133.1.2.77 のサーバーが踏み台にされているようです。ログを添付します。\n'
ANSWER = 'ご連絡ありがとうございます。該当サーバーを隔離しました。\n\nWe took the host off the network.\n'
SECOND = 'こちらでも 133.1.2.77 から総当たり攻撃を受けています。\n'
WORD = '総当たり攻撃'
NIGHT = 'ISP が九時に電話してくる'


class Day(Team):
    def __init__(self, tap):
        super().__init__(tap)
        self.gpg = t.Gpg()
        self.team_key = self.gpg.load(self.demo.team_key)[0]
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.done = []  # what must stand in the audit: (who, word, ticket), in order

    def run(self, login, *words, stdin=b''):
        program = os.open(t.program('madoguchi'), os.O_RDONLY)
        os.set_inheritable(program, True)
        run = subprocess.run(['/proc/self/fd/%d' % program] + [str(w) for w in words], input=stdin, capture_output=True, check=False,
                             timeout=60, cwd='/', pass_fds=(program,), user=pwd.getpwnam(login).pw_uid, group=pwd.getpwnam(login).pw_gid,
                             extra_groups=[grp.getgrnam(GROUP).gr_gid], env=dict(os.environ, MADOGUCHI_CONF=self.conf))
        os.close(program)
        return t.Result(run.returncode, run.stdout, run.stderr)

    def does(self, login, word, *words, ticket=None, stdin=b''):
        """A step of the day: it succeeds, and must stand in the audit."""
        result = self.run(login, word, *words, stdin=stdin)
        self.tap.ok(result.status == 0, '%s: %s' % (login, word), result)
        self.done.append((login, word, ticket))
        return result

    def show(self, ticket, login=TARO):
        """Looks without marking anything as read."""
        return self.run(login, 'show', '--json', '--peek', ticket).json

    def row(self, login, ticket):
        return next((i for i in self.run(login, 'list', '--json').lines if i['ticket'] == ticket), None)

    def find(self, mid):
        for summary in self.run(TARO, 'list', '--json').lines:
            if any(entry.get('message_id') == mid for entry in self.show(summary['ticket'])['thread']):
                return summary['ticket']
        return None

    def mail(self, text, subject, answers=None, frm=ALICE, encrypted=True):
        """A mail through LMTP; its Message-ID."""
        mid = t.message_id()
        headers = [('In-Reply-To', answers), ('References', answers)] if answers else []
        entity = t.text_entity(text)
        if encrypted:
            raw = t.pgp_encrypted(self.gpg, frm, t.TEAM, '...', entity, [self.team_key], self.alice, mid=mid, headers=headers, inner_subject=subject)
        else:
            raw = t.plain(frm, t.TEAM, subject, '', mid=mid, headers=headers, entity=entity)
        self.tap.equal(self.demo.send(raw, frm), [250], 'a mail of %s is taken' % frm)
        return mid

    def entry(self, ticket, **facts):
        """The last line of the thread with these facts."""
        return next((e for e in reversed(self.show(ticket)['thread']) if all(e[k] == v for k, v in facts.items())), None)

    def sent(self, message_id):
        return t.wait_for(lambda: next((raw for raw in self.demo.outgoing() if t.header(raw, 'Message-ID') == message_id), None), 20)


def morning(d):
    tap = d.tap
    tap.equal(d.demo.cli('members', 'add', TARO, '--name', 'Taro').status, 0, 'root makes the first member')
    d.does(TARO, 'members', 'add', HANAKO, '--role', 'handler')
    d.does(TARO, 'members', 'add', JIRO, '--role', 'handler')
    d.done = [(TARO, 'members-add', None)] * 2
    d.run(HANAKO, 'members', 'on-duty')
    key = d.demo.dir + '/alice.asc'
    with open(key, 'wb') as file:
        file.write(d.gpg.export(d.alice))
    os.chmod(key, 0o644)
    tap.equal(d.run(TARO, 'keys', 'import', '--pin', key).status, 0, 'the reporter\'s key is known')


def report(d):
    """It is there for all three; one takes it and reads it."""
    tap = d.tap
    mid = d.mail(REPORT, SUBJECT)
    d.ticket = ticket = t.wait_for(lambda: d.find(mid), 30)
    d.first = mid
    for login in ALL:
        row = d.row(login, ticket)
        tap.equal((row['state'], row['owner'], row['encryption'], row['signature'], row['subject']), ('new', None, 'whole', 'good', SUBJECT),
                  '%s sees it in the list' % login)
        tap.ok(row['unread'] > 0, 'and has not read it')
        d.done.append((login, 'list', None))
    taken = d.does(HANAKO, 'take', '--json', ticket, ticket=ticket).json
    tap.equal((taken['state'], taken['owner']), ('open', HANAKO), 'it is open, and hers')
    late = d.run(JIRO, 'take', '--if-version', str(row['version']), ticket)
    tap.ok(late.status == 1 and b'changed meanwhile' in late.err, 'who was too late is told', late)
    seen = d.does(HANAKO, 'show', '--json', ticket, ticket=ticket).json
    line = next(e for e in seen['thread'] if e['direction'] == 'in')
    tap.equal((line['report']['text'].strip(), line['report']['signer']['matches_from']), (REPORT.strip(), True), 'she reads what was encrypted')
    tap.ok(t.wait_for(lambda: d.row(HANAKO, ticket)['unread'] == 0, 10) and d.row(JIRO, ticket)['unread'] > 0, 'which others have not')


def answer(d):
    """Her answer is opened and verified by the reporter's own gpg; the reporter writes back."""
    tap, ticket = d.tap, d.ticket
    told = d.does(HANAKO, 'reply', '--json', '--waiting', ticket, ticket=ticket, stdin=ANSWER.encode()).json
    tap.equal((told['recipients'], told['encrypted_to'], told['state']), ([ALICE], [d.alice], 'waiting'), 'it goes to the reporter alone, encrypted')
    mid = told['message_ids'][0]
    raw = d.sent(mid)
    opened = d.gpg.open_mail(raw)
    tap.ok(opened.encrypted and opened.good and opened.signer == d.team_key, 'gpg decrypts it and finds the team\'s signature', opened.status)
    tap.equal(opened.text.replace('\r\n', '\n').strip(), ANSWER.strip(), 'it says what she wrote')
    tap.ok(SUBJECT in (opened.subject or '') and SUBJECT.encode() not in raw and SUBJECT not in t.header(raw, 'Subject'),
           'its subject stands inside alone', (opened.subject, t.header(raw, 'Subject')))
    out = t.wait_for(lambda: d.entry(ticket, message_id=mid, delivery='sent'), 20)
    tap.equal((out['direction'], out['encrypted_to']), ('out', d.alice), 'the thread says that it was sent, and with which key')
    back = d.mail('隔離を確認しました。ありがとうございます。\n', 'Re: ' + SUBJECT, mid)
    tap.ok(t.wait_for(lambda: d.entry(ticket, message_id=back), 30), 'the reporter\'s answer joins the ticket')
    tap.equal(d.show(ticket)['state'], 'open', 'which waits no longer')
    tap.equal([e['message_id'] for e in d.show(ticket)['thread'] if e['direction'] == 'in'], [d.first, back], 'both mails stand in it')
    tap.equal(d.entry(ticket, message_id=back)['report']['signature'], 'good', 'signed again')
    d.answered = mid


def second(d):
    """Another report of the same matter."""
    tap, ticket = d.tap, d.ticket
    mid = d.mail(SECOND, 'brute force', frm=CAROL, encrypted=False)
    other = t.wait_for(lambda: d.find(mid), 30)
    ack = t.wait_for(lambda: d.entry(other, direction='out', delivery='sent'), 20)
    tap.ok(other != ticket and ticket in [r['ticket'] for r in d.show(other)['relations']], 'its ticket is related: the same address stands in both')
    merged = d.does(HANAKO, 'merge', '--json', other, ticket, ticket=other).json
    tap.equal((merged['ticket'], merged['merged']), (ticket, other), 'they are one')
    tap.equal([e['message_id'] for e in d.show(ticket)['thread'] if e['direction'] == 'in'][-1], mid, 'with the mail of the other')
    tap.ok(d.row(TARO, other) is None and d.show(other)['ticket'] == ticket, 'whose number leads here')
    more = d.mail('続報です。\n', 'Re: brute force', ack['message_id'], CAROL, False)
    tap.ok(t.wait_for(lambda: d.entry(ticket, message_id=more), 30), 'as does an answer to what was sent from it')
    d.other, d.second = other, mid


def evening(d):
    """The duty is handed over."""
    tap, ticket = d.tap, d.ticket
    d.does(HANAKO, 'hand-over', '--all', '--to', JIRO, '--note', NIGHT, ticket=ticket)
    d.does(HANAKO, 'members', 'off-duty')
    d.done[-1] = (HANAKO, 'members-duty', None)
    tap.equal([i['ticket'] for i in d.run(JIRO, 'list', '--json', '--owner', 'me').lines], [ticket], 'the night has it')
    tap.equal(d.run(HANAKO, 'list', '--json', '--owner', 'me').lines, [], 'and the day nothing')
    tap.ok(any(NIGHT in (e['text'] or '') and e['from'] == HANAKO for e in d.show(ticket)['thread']), 'the note stands in the thread')
    tap.ok(d.row(JIRO, ticket)['unread'] > 0, 'unread')


def search(d):
    tap = d.tap
    found = d.does(JIRO, 'search', '--json', WORD).lines
    tap.equal([i['ticket'] for i in found], [d.ticket], 'a Japanese word finds the ticket that its mail was merged into')
    tap.equal(d.run(JIRO, 'search', '--json', '総当たり防御').lines, [], 'and another one nothing')
    by_number = d.run(JIRO, 'search', '--json', '%s ticket:%s' % (WORD, d.other.rpartition('#')[2])).lines
    tap.equal([i['ticket'] for i in by_number], [d.ticket], 'also in the ticket that was merged, by its old number')


def night(d):
    """Resolved, and opened again by a late mail."""
    tap, ticket = d.tap, d.ticket
    d.does(JIRO, 'show', ticket, ticket=ticket)
    d.does(JIRO, 'state', ticket, 'resolved', 'The host was rebuilt', ticket=ticket)
    tap.equal(d.row(TARO, ticket)['state'], 'resolved', 'all see that it is done')
    late = d.mail('また始まりました。\n', 'Re: ' + SUBJECT, d.answered)
    tap.ok(t.wait_for(lambda: d.entry(ticket, message_id=late), 30), 'a late mail joins')
    after = d.row(JIRO, ticket)
    tap.equal((after['state'], after['owner'], after['unread'] > 0), ('open', JIRO, True), 'it is open again, his, and unread')
    tap.ok(any('Open again' in (e['text'] or '') for e in d.show(ticket)['thread'] if e['direction'] == 'event'), 'an event says why')


def audit(d):
    """Every step, by whom, in its order."""
    tap = d.tap
    lines = list(reversed(d.run(TARO, 'audit', 'ls', '--json', '--limit', '1000').lines))
    left = iter([line for line in lines if line['outcome'] == 'done'])
    for who, word, ticket in d.done:
        found = next((line for line in left if (line['member'], line['word']) == (who, word) and ticket in (None, line['ticket'])), None)
        tap.ok(found, 'the audit has it: %s %s' % (who, word), [(line['member'], line['word'], line['ticket']) for line in lines])
    tap.ok(any((line['member'], line['word'], line['outcome']) == (JIRO, 'take', 'failed') for line in lines), 'and what failed')
    about = {line['word'] for line in d.run(TARO, 'audit', 'ls', '--json', '--ticket', d.ticket, '--limit', '1000').lines}
    tap.ok({'take', 'show', 'reply', 'merge', 'hand-over', 'state'} <= about, 'of the ticket, with what was done to the one that was merged', about)
    text = d.run(TARO, 'audit', 'ls', '--json', '--limit', '1000').text
    tap.ok(all(word not in text for word in (NIGHT, '隔離', 'rebuilt', WORD)), 'and nothing of what was written')
    verified = d.run(TARO, 'audit', 'verify')
    tap.equal(verified.status, 0, 'the audit is what was written')
    account = d.demo.settle(30)
    tap.ok(account['balanced'] and account['states']['held'] == 0 and account['accepted'] == 5, 'all mails are accounted for', account)


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('a day', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    day = Day(tap)
    for step in (morning, report, answer, second, evening, search, night, audit):
        try:
            step(day)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(day.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
