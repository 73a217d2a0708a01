#!/usr/bin/env python3
"""Members' answers on the running gateway, with real gpg: the reporter opens and verifies them, nothing of them stands
outside; what is shown before is what is sent; and each thing that is refused, with its reason."""
import email
import email.policy
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE, EVE, NOBODY = 'alice@reporter.example', 'eve@elsewhere.example', 'nobody@keyless.example'
SECRET = 'Markerword-subject 秘密の件名'
TEXT = 'Markerword-report: host 192.0.2.7 scans us. 秘密の本文\n'
ANSWER = 'Dear Alice,\n\nMarkerword-answer: we blocked it. 回答の本文\n\n-- \nThe team\n'


class Site:
    def __init__(self, tap):
        self.tap, self.demo, self.gpg = tap, t.Demo(conf={('log', 'level'): 'debug'}), t.Gpg()
        self.team = self.gpg.load(self.demo.team_key)[0]
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.keys('import', '--pin', self.file('alice.asc', self.gpg.export(self.alice)))

    def file(self, name, content):
        path = self.demo.dir + '/' + name
        with open(path, 'wb') as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def keys(self, *words):
        done = self.demo.cli('keys', *words)
        if done.status != 0:
            self.tap.ok(False, 'keys ' + ' '.join(words), done)

    def report(self, frm=ALICE, signer=None, encrypted=True, headers=(), subject=SECRET, text=TEXT, again=None):
        """A mail of `frm`; the incident that it made or joined (`again`: a ticket)."""
        mid = t.message_id()
        if again:
            headers = list(headers) + [('In-Reply-To', again)]
        entity = t.text_entity(text)
        if encrypted:
            raw = t.pgp_encrypted(self.gpg, frm, t.TEAM, '...', entity, [self.team], signer, mid=mid, headers=headers, inner_subject=subject)
        else:
            raw = t.plain(frm, t.TEAM, subject, '', mid=mid, headers=headers, entity=entity)
        self.tap.equal(self.demo.send(raw, frm), [250], 'a mail of %s is taken' % frm)
        incident = self.demo.ticket_of(mid)
        incident['mid'] = mid
        return incident

    def reply(self, ticket, *words, text=ANSWER):
        return self.demo.cli('reply', '--json', *words, ticket, stdin=text.encode())

    def sent(self, result, count=1):
        """The mails of an answer, once they left."""
        if not self.tap.equal(result.status, 0, 'it is sent'):
            self.tap.note(result)
            return []
        ids = result.json['message_ids']
        self.tap.equal(len(ids), count, 'with %d Message-ID(s)' % count)
        found = t.wait_for(lambda: [raw for raw in self.demo.outgoing() if t.header(raw, 'Message-ID') in ids] if
                           sum(t.header(raw, 'Message-ID') in ids for raw in self.demo.outgoing()) == count else None, 20)
        self.tap.ok(found, 'and leaves', self.demo.log()[-2000:])
        return sorted(found or [], key=lambda raw: ids.index(t.header(raw, 'Message-ID')))

    def entry(self, ticket, mail_id):
        return next(e for e in self.demo.show(ticket)['thread'] if e['message_id'] == mail_id)

    def refused(self, result, why, name, status=1):
        before = len(self.demo.outgoing())
        self.tap.ok(result.status == status and why in result.err.decode(), name, result)
        self.tap.equal(len(self.demo.outgoing()), before, name + ': nothing was sent')


def outside(tap, raw, incident, name):
    """Nothing of report, answer and ticket stands outside, in any spelling."""
    import base64
    import quopri
    folded = raw.replace(b'\r\n ', b'').replace(b'\r\n', b'')
    for word in ('Markerword', '秘密', '回答', incident['number'], 'Alice'):
        for coded in (word.encode(), word.encode('utf-16-le'), base64.b64encode(word.encode())[:-4] or b'-', quopri.encodestring(word.encode())):
            tap.ok(coded not in folded, '%s: no %s outside' % (name, word))


def encrypted(site):
    tap = site.tap
    incident = site.incident = site.report(signer=site.alice)
    site.demo.reply_to(incident['mid'], 20)
    ticket = incident['ticket']
    shown = site.reply(ticket, '--preview')
    tap.equal(shown.status, 0, 'a preview')
    plan = shown.json
    to = plan['recipients'][0]
    tap.equal((plan['schema'], plan['ticket'], len(plan['recipients']), to['address'], to['encrypted_to'], to['key_source'], to['problem']),
              ('madoguchi.reply/1', ticket, 1, ALICE, site.alice, 'signed', None), 'it names the recipient, the key and why')
    tap.equal((to['outside']['Subject'], to['outside']['To'], to['outside']['In-Reply-To'], to['subject']),
              ('[...]', ALICE, incident['mid'], 'Re: [%s] %s' % (ticket, SECRET)), 'and what stands outside and inside')
    people = site.demo.cli('reply', '--preview', ticket, stdin=ANSWER.encode())
    tap.contains(people.text, 'Encrypted to %s (signed), signed' % site.alice, 'people see it, too')
    tap.equal(len([e for e in site.demo.show(ticket)['thread'] if e['direction'] == 'out']), 1, 'and nothing was sent')
    done = site.reply(ticket, '-f', site.file('answer.txt', ANSWER), '--waiting', text='')
    raw = (site.sent(done) or [b''])[0]
    tap.equal((done.json['state'], done.json['recipients'], done.json['encrypted_to']), ('waiting', [ALICE], [site.alice]), 'it says how')
    opened = site.gpg.open_mail(raw)
    tap.ok(opened.encrypted and opened.good and opened.signer == site.team, 'the reporter opens and verifies it', opened.status)
    tap.equal(opened.text.replace('\r\n', '\n'), ANSWER, 'and reads every word, and nothing quoted')
    tap.equal(str(opened.inner['Subject']), 'Re: [%s] %s' % (ticket, SECRET), 'with the real Subject inside')
    for mail, where in ((opened.outer, 'outside'), (opened.inner, 'inside')):
        tap.equal((mail['In-Reply-To'], mail['References'].split()[-1], mail['Auto-Submitted'], mail['X-Auto-Response-Suppress']),
                  (incident['mid'], incident['mid'], None, None), 'it answers that mail, and no program wrote it: ' + where)
        tap.ok('+' in mail['Reply-To'] and t.address_of(str(mail['Reply-To'])).endswith('@example.org'), 'Reply-To has the token: ' + where)
    outside(tap, raw, incident, 'the answer')
    entry = site.entry(ticket, done.json['message_ids'][0])
    tap.equal((entry['direction'], entry['text'], entry['encrypted_to'], entry['key_source'], entry['to'], entry['subject']),
              ('out', ANSWER, site.alice, 'signed', ALICE, 'Re: [%s] %s' % (ticket, SECRET)), 'the thread has it')
    tap.ok(entry['author'], 'with its author', entry)
    tap.ok(t.wait_for(lambda: site.entry(ticket, done.json['message_ids'][0])['delivery'] == 'sent', 10), 'and that it was sent')
    site.answer_id = done.json['message_ids'][0]
    tap.contains(site.demo.cli('show', ticket).text, 'Written by ', 'people see it, too')


def joins(site):
    """The reporter's answer to it joins, and opens the ticket again."""
    tap = site.tap
    again = site.report(signer=site.alice, again=site.answer_id, subject='Re: x', text='thank you\n')
    tap.equal((again['ticket'], again['state']), (site.incident['ticket'], 'open'), 'the reporter answers: the same ticket, open again')
    raw = site.sent(site.reply(again['ticket']))[0]
    tap.equal(t.header(raw, 'In-Reply-To'), again['mid'], 'the next answer is to the newest mail')


def newcomers(site):
    """Who came to know the thread's address gets nothing from it."""
    tap = site.tap
    eve = site.gpg.generate('Eve <%s>' % EVE)
    site.keys('import', '--pin', site.file('eve.asc', site.gpg.export(eve)))
    site.report(frm=EVE, signer=eve, again=site.answer_id, headers=[('Reply-To', 'mallory@evil.example')])
    done = site.reply(site.incident['ticket'])
    raw = site.sent(done)[0]
    tap.equal(done.json['recipients'], [ALICE], 'a newcomer in the thread does not get the answer')
    tap.equal(t.header(raw, 'To'), ALICE, 'but the reporter does')
    done = site.reply(site.incident['ticket'], '--to', EVE, '--to', EVE.upper())
    raw = site.sent(done)[0]
    tap.equal(done.json['encrypted_to'], [eve], 'unless a member names him')
    opened = site.gpg.open_mail(raw)
    tap.ok(opened.good and 'Markerword-answer' in opened.text, 'then it is for his key')
    tap.ok(site.incident['mid'] not in raw.decode('latin-1'), 'and does not tell him of mails of others')


def in_the_clear(site):
    tap = site.tap
    incident = site.report(frm=NOBODY, encrypted=True)
    ticket = incident['ticket']
    site.refused(site.reply(ticket), 'no key to encrypt to', 'without a key')
    tap.equal(site.reply(ticket, '--preview').status, 1, 'the preview says so, too')
    done = site.reply(ticket, '--plain-ok')
    raw = site.sent(done)[0]
    opened = site.gpg.open_mail(raw)
    tap.ok(not opened.encrypted and opened.good and opened.signer == site.team, '--plain-ok: signed in the clear')
    tap.equal(str(opened.outer['Subject']), 'Re: [%s]' % ticket, 'the subject that came encrypted stays inside')
    tap.ok('秘密' not in opened.text and 'Markerword-report' not in opened.text, 'and nothing of the report')
    done = site.reply(ticket, '--plain-ok', '--to', ALICE, '--to', NOBODY)
    mails = site.sent(done, 2)
    tap.equal([bool(k) for k in done.json['encrypted_to']], [True, False], 'two recipients: each with what is known of him')
    tap.ok(len(mails) == 2 and b'multipart/encrypted' in mails[0] and b'multipart/signed' in mails[1], 'and a mail of his own')
    tap.equal([t.header(m, 'To') for m in mails], [ALICE, NOBODY], 'that names no other one')


def refusals(site):
    tap, ticket = site.tap, site.incident['ticket']
    site.refused(site.reply(ticket, text=' \n'), 'without text', 'an empty answer', 64)
    site.refused(site.reply(ticket, '--to', 'x'), 'one mail address', 'an address that is none', 64)
    site.refused(site.reply(ticket, '--to', 'a@b.example>\r\nBcc: c'), 'one mail address', 'an injected address', 64)
    site.refused(site.reply(ticket, '--to', t.TEAM, '--plain-ok'), 'address of our own', 'to ourselves')
    site.refused(site.reply(ticket, '--if-version', '1'), 'changed meanwhile', 'of a ticket that changed')
    site.refused(site.reply('2020-000001'), 'no such ticket', 'no such ticket')
    seen = site.demo.show(ticket)['version']
    tap.ok(site.reply(ticket, '--if-version', str(seen)).json['version'] > seen, 'an answer is a change of the ticket')
    program = site.report(frm='robot@feed.example', encrypted=False, headers=[('Auto-Submitted', 'auto-generated')], subject='s')
    site.refused(site.reply(program['ticket'], '--plain-ok'), 'a program wrote it', 'a program is not answered by itself')
    log = site.demo.log()
    tap.ok('Markerword' not in log and '秘密' not in log and '回答' not in log and ALICE not in log, 'the log says nothing of it')


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    for step in (encrypted, joins, newcomers, in_the_clear, refusals):
        try:
            step(site)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    account = site.demo.settle()
    tap.ok(account and account['balanced'], 'the account balances', account)
    tap.equal(site.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
