#!/usr/bin/env python3
"""Members' work on the running gateway: queue verbs, held mails, reopen, raw and part; and the rules of threading
and of answering: duplicates, clashes, loops, lists, caps, permanent failure."""
import hashlib
import os
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE = 'alice@reporter.example'
PDF = b'%PDF-1.4\n' + bytes(range(256)) * 40


class RefusingServer(threading.Thread):
    """An SMTP server that answers 550 to every recipient; nobody else is spoken to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.port = self.sock.getsockname()[1]
        self.start()

    def run(self):
        while True:
            peer, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    @staticmethod
    def serve(peer):
        with peer, peer.makefile('rwb', buffering=0) as file:
            file.write(b'220 refuse.example ESMTP\r\n')
            for line in iter(file.readline, b''):
                word = line[:4].upper()
                answers = {b'EHLO': b'250-refuse.example\r\n250 8BITMIME', b'HELO': b'250 refuse.example', b'MAIL': b'250 ok',
                           b'RCPT': b'550 5.1.1 no such mailbox here', b'QUIT': b'221 bye', b'RSET': b'250 ok'}
                file.write(answers.get(word, b'503 no') + b'\r\n')
                if word == b'QUIT':
                    return


class Site:
    def __init__(self, tap):
        self.tap = tap
        self.demo = t.Demo(conf={('reply', 'rate-per-sender'): '3'})
        self.gpg = t.Gpg()
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.team = self.gpg.load(self.demo.team_key)[0]
        path = self.demo.dir + '/alice.asc'
        with open(path, 'wb') as file:
            file.write(self.gpg.export(self.alice))
        tap.equal(self.demo.cli('keys', 'import', '--pin', path).status, 0, 'a key is imported and pinned')

    def send(self, raw, frm, to=t.TEAM):
        codes = self.demo.send(raw, frm, to)
        if codes != [250]:
            self.tap.ok(False, 'a mail is taken', codes)

    def report(self, frm=ALICE, subject='report', text='text\n', **more):
        mid = more.pop('mid', None) or t.message_id()
        self.send(t.plain(frm, t.TEAM, subject, text, mid=mid, **more), frm)
        return mid

    def states(self):
        return self.demo.settle()['states']


def queue_verbs(site):
    tap, demo = site.tap, site.demo
    ticket = demo.ticket_of(site.report(frm='verbs@reporter.example'))['ticket']
    number = ticket.partition('#')[2]
    tap.equal(demo.cli('take', ticket).status, 0, 'take')
    owner = demo.show(ticket)['owner']
    tap.ok(owner, 'and the ticket has an owner', owner)
    tap.equal([i['ticket'] for i in demo.cli('list', '--json', '--owner', 'me').lines], [ticket], 'list --owner me')
    tap.equal(demo.cli('assign', number, 'hanako').status, 0, 'assign, by the number alone')
    tap.equal(demo.show(ticket)['owner'], 'hanako', 'and hanako has it')
    tap.equal(demo.cli('state', ticket, 'waiting').status, 0, 'state waiting')
    tap.equal(demo.show(ticket)['state'], 'waiting', 'and it is waiting')
    tap.equal([i['ticket'] for i in demo.cli('list', '--json', '--state', 'waiting').lines], [ticket], 'list --state')
    bad = demo.cli('state', ticket, 'nonsense')
    tap.ok(bad.status in (64, 65), 'an unknown state is refused', bad)
    tap.ok(bad.err.startswith(b'madoguchi: '), 'in the agreed form', bad)
    tap.equal(demo.cli('note', ticket, 'called them, \x1b[31mred').status, 0, 'note')
    notes = [e['text'] for e in demo.show(ticket)['thread'] if e['direction'] == 'note']
    tap.ok(len(notes) == 1 and notes[0].startswith('called them'), 'and it is in the thread', notes)
    shown = demo.cli('show', ticket)
    tap.ok(b'\x1b' not in shown.out and b'called them' in shown.out, 'show for people has it, without control characters',
           shown)
    tap.equal(demo.cli('show', '--json', '1999-000001').status, 1, 'a ticket that is not there: exit 1')
    tap.equal(demo.cli('show').status, 64, 'a missing argument: exit 64')


def raw_and_part(site):
    tap, demo = site.tap, site.demo
    mid = t.message_id()
    entity = t.part_entity([t.text_entity('see the file\n'), t.attachment('evidence.pdf', PDF, 'application/pdf')])
    raw = t.pgp_encrypted(site.gpg, ALICE, t.TEAM, '...', entity, [site.team], signer=site.alice, mid=mid)
    site.send(raw, ALICE)
    incident = demo.ticket_of(mid)
    entry = next(e for e in incident['thread'] if e.get('message_id') == mid)
    got = demo.cli('raw', incident['ticket'], entry['id'])
    tap.ok(got.out == raw, 'raw gives the bytes that were sent (%d)' % len(raw), (len(got.out), got.err))
    parts = [p for p in entry['report']['parts'] if p['filename'] == 'evidence.pdf']
    if tap.equal(len(parts), 1, 'the attachment inside the encryption is listed'):
        tap.equal((parts[0]['size'], parts[0]['sha256'], parts[0]['decrypted']),
                  (len(PDF), hashlib.sha256(PDF).hexdigest(), True), 'with size, hash and decrypted')
        got = demo.cli('part', '-o', demo.dir + '/part.out', incident['ticket'], entry['id'], parts[0]['path'])
        with open(demo.dir + '/part.out', 'rb') as file:
            tap.ok(got.status == 0 and file.read() == PDF, 'part decodes it', got)
    tap.equal(demo.cli('part', incident['ticket'], entry['id'], '1.9.9').status, 1, 'a part that is not there: exit 1')


def duplicates(site):
    tap, demo = site.tap, site.demo
    before = site.states()
    mid, frm = t.message_id(), 'twice@reporter.example'
    raw = t.plain(frm, t.TEAM, 'once', 'the same\n', mid=mid)
    site.send(raw, frm)
    site.send(raw, frm, 'csirt+list@example.org')
    after = site.states()
    tap.equal((after['ticket'] - before['ticket'], after['duplicate'] - before['duplicate']), (1, 1),
              'the same mail twice: one ticket, one duplicate')
    tap.ok(demo.reply_to(mid), 'answered')
    site.send(t.plain(frm, t.TEAM, 'another', 'not the same at all\n', mid=mid), frm)
    clash = site.states()
    tap.equal((clash['duplicate'], sum(clash.values()) - sum(after.values())), (after['duplicate'], 1),
              'the same Message-ID with other content is no duplicate and is kept')
    events = [e['text'] for i in demo.incidents() for e in demo.show(i['ticket'])['thread'] if e['direction'] == 'event']
    tap.ok([text for text in events if 'Message-ID' in text and 'other content' in text], 'and is flagged', events)
    tap.equal(len([r for r in demo.outgoing() if t.header(r, 'In-Reply-To') == mid]), 1, 'one answer in all')


def not_answered(site):
    tap, demo = site.tap, site.demo
    cases = [('Auto-Submitted: auto-replied', [('Auto-Submitted', 'auto-replied')], 'robot@reporter.example'),
             ('a mailing list', [('List-Id', '<l.reporter.example>')], 'list@reporter.example'),
             ('the null sender', [], '')]
    ids = []
    for name, headers, sender in cases:
        mid = t.message_id()
        site.send(t.plain(sender or 'null@reporter.example', t.TEAM, name, 'text\n', mid=mid, headers=headers), sender)
        ids.append((name, mid))
    own = t.message_id()
    site.send(t.plain(t.TEAM, t.TEAM, 'from ourselves', 'text\n', mid=own), t.TEAM)
    ids.append(('our own address', own))
    states = site.states()
    control = site.report(frm='control@reporter.example')
    tap.ok(demo.reply_to(control), 'a person is answered')
    for name, mid in ids:
        tap.equal([r for r in demo.outgoing() if t.header(r, 'In-Reply-To') == mid], [], 'no answer to ' + name)
    tap.ok(states['pending'] == 0, 'and each is in a visible state', states)


def caps(site):
    tap, demo = site.tap, site.demo
    mids = [site.report(frm='many@reporter.example', text='number %d\n' % i) for i in range(6)]
    site.states()
    control = site.report(frm='control2@reporter.example')
    tap.ok(demo.reply_to(control), 'another sender is answered')

    def answered():
        return [m for m in mids if any(t.header(r, 'In-Reply-To') == m for r in demo.outgoing())]
    t.wait_for(lambda: len(answered()) >= 3, 30)  # several signers: that one came out does not say that those before did
    tap.equal(len(answered()), 3, 'six mails of one sender: three answers (rate-per-sender = 3)')


def held(site):
    tap, demo = site.tap, site.demo
    incident = demo.ticket_of(site.report(frm='owner@reporter.example', text='mine\n'))
    tag = 'Re: [%s] hello' % incident['ticket']
    claims = {}
    for name in ('one', 'two', 'three'):
        claims[name] = site.report(frm=name + '@stranger.example', subject=tag)
    site.states()
    ids = {h['from'].partition('@')[0]: h['queue_id'] for h in demo.cli('held', '--json').lines
           if h['reason'] == 'unconfirmed-tag'}
    if not tap.equal(sorted(ids), ['one', 'three', 'two'], 'three strangers with the tag are held'):
        return
    shown = demo.cli('held', '--json', 'show', ids['one'])
    tap.ok(shown.status == 0 and ids['one'].encode() in shown.out, 'held show', shown)
    tap.equal(demo.cli('held', 'release', ids['one']).status, 0, 'held release')
    thread = [e.get('message_id') for e in demo.show(incident['ticket'])['thread']]
    tap.ok(claims['one'] in thread, 'joins it', thread)
    tap.equal(demo.cli('held', 'drop', ids['two']).status, 0, 'held drop')
    retried = demo.cli('held', 'retry', ids['three'])
    tap.ok(retried.status == 0, 'held retry', retried)
    states = site.states()
    tap.equal((states['dropped_by_member'], [h['queue_id'] for h in demo.cli('held', '--json').lines
                                             if h['reason'] == 'unconfirmed-tag']), (1, [ids['three']]),
              'the dropped one is counted, the retried one is held again')
    tap.equal([r for r in demo.outgoing() if 'stranger.example' in (t.header(r, 'To') or '')], [], 'no stranger was answered')
    tap.equal(demo.cli('held', 'show', '0123456789abcdef').status, 1, 'a held mail that is not there: exit 1')


def reopen(site):
    """A mail to a key that the team lacks becomes a ticket that says so; with the key it opens."""
    tap, demo = site.tap, site.demo
    old = site.gpg.generate('Old team key <%s>' % t.TEAM)
    mid = t.message_id()
    site.send(t.pgp_encrypted(site.gpg, ALICE, t.TEAM, 'for the old key', t.text_entity('late but readable\n'), [old],
                              signer=site.alice, mid=mid), ALICE)
    incident = demo.ticket_of(mid)
    report = incident['thread'][0]['report']
    tap.equal((report['undecryptable'] or {}).get('reason'), 'no-secret-key', 'a mail to a missing key: the ticket says why')
    tap.ok((report['undecryptable'] or {}).get('encrypted_to'), 'and names the key')
    home = demo.setting('crypto', 'gnupg-home')
    loaded = subprocess.run(['gpg', '--homedir', home, '--batch', '--no-autostart', '--import'], check=False,
                            input=site.gpg.export(old), capture_output=True)
    secret = subprocess.run(['gpg', '--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '',
                             '--import'], check=False, input=site.gpg.export_secret(old), capture_output=True)
    subprocess.run(['gpgconf', '--homedir', home, '--kill', 'gpg-agent'], check=False, capture_output=True)
    tap.ok(secret.returncode == 0, 'the key is brought', (loaded.stderr, secret.stderr))
    got = demo.cli('reopen', '--undecryptable')
    tap.equal(got.status, 0, 'reopen --undecryptable')
    report = t.wait_for(lambda: (lambda r: r if not r['undecryptable'] else None)(
        demo.show(incident['ticket'])['thread'][0]['report']), 20)
    tap.contains((report or {}).get('text') or '', 'late but readable', 'and the ticket shows the text')
    tap.equal(len([r for r in demo.outgoing() if t.header(r, 'In-Reply-To') == mid]), 1, 'without a second answer')


def permanent_failure(site):
    tap, demo = site.tap, site.demo
    server = RefusingServer()
    tap.equal(demo.stop(), 0, 'the demo stops')
    demo.configure('submission', 'url', 'smtp://127.0.0.1:%d' % server.port)
    demo.start()
    ticket = demo.ticket_of(site.report(frm='gone@reporter.example'))['ticket']
    failed = t.wait_for(lambda: [e for e in demo.show(ticket)['thread'] if e.get('delivery') == 'failed'], 30)
    tap.ok(failed, 'an answer refused with 550 has failed', demo.show(ticket)['thread'])
    tap.contains(demo.cli('show', ticket).text, 'failed', 'and people see it')


def main():
    tap = t.Tap()
    t.need_programs()
    site = Site(tap)
    for step in (queue_verbs, raw_and_part, duplicates, not_answered, caps, held, reopen, permanent_failure):
        try:
            step(site)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    account = site.demo.settle()
    tap.ok(account and account['balanced'], 'the account balances', account)
    tap.equal(site.demo.cli('account').status, 0, 'and account says so')
    tap.equal(site.demo.stop(), 0, 'the demo stops')
    tap.equal(site.demo.left_over(), [], 'and leaves no process')
    tap.done()


if __name__ == '__main__':
    main()
