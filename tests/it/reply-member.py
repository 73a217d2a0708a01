#!/usr/bin/env python3
"""Members' answers on the running gateway, with real gpg: the reporter opens and verifies them, nothing of them stands
outside; what is shown before is what is sent; and each thing that is refused, with its reason."""
import base64
import email
import email.policy
import glob
import os
import quopri
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE, EVE, NOBODY = 'alice@reporter.example', 'eve@elsewhere.example', 'nobody@keyless.example'
SECRET = 'Markerword-subject 秘密の件名'
TEXT = 'Markerword-report: host 192.0.2.7 scans us. 秘密の本文\n'
ANSWER = 'Dear Alice,\n\nMarkerword-answer: we blocked it. 回答の本文\n\n-- \nThe team\n'


class Site:
    def __init__(self, tap):
        self.tap, self.demo, self.gpg = tap, t.Demo(conf={('log', 'level'): 'debug', ('reply', 'attachments-max'): '1M'}), t.Gpg()
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
    eve = site.eve = site.gpg.generate('Eve <%s>' % EVE)
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


def together(site):
    """One mail to several: each opens it; without a key for each of them nobody gets it."""
    tap, ticket = site.tap, site.incident['ticket']
    shown = site.reply(ticket, '--preview', '--together', '--to', ALICE, '--to', EVE).json['recipients']
    tap.equal([to['outside']['To'] for to in shown], ['%s, %s' % (ALICE, EVE)] * 2, 'together: both are told that they see each other')
    done = site.reply(ticket, '--together', '--to', ALICE, '--to', EVE)
    raw = site.sent(done)[0]
    tap.equal((done.json['recipients'], done.json['encrypted_to']), ([ALICE, EVE], [site.alice, site.eve]), 'together: one mail to both')
    outer = email.message_from_bytes(raw, policy=email.policy.default)
    tap.equal([a.addr_spec for a in outer['To'].addresses], [ALICE, EVE], 'together: both in To')
    sealed = list(outer.iter_parts())[1].get_payload(decode=True)
    tap.equal(len([line for line in site.gpg.decrypt(sealed)[1] if line.startswith('ENC_TO ')]), 3, 'together: for both keys, and the team\'s')
    for key in (site.alice, site.eve):
        other = t.Gpg()
        other.load(site.gpg.export_secret(key))
        other.load(site.demo.team_key)
        opened = other.open_mail(raw)
        tap.ok(opened.good and 'Markerword-answer' in opened.text, 'together: each key alone opens it', opened.status)
        other.close()
    entry = site.entry(ticket, done.json['message_ids'][0])
    tap.equal((entry['to'], entry['encrypted_to'], entry['encrypted_to_others']), ('%s, %s' % (ALICE, EVE), site.alice, [site.eve]), 'together: the thread says so')
    site.refused(site.reply(ticket, '--together', '--plain-ok', '--to', ALICE, '--to', NOBODY), 'needs an OpenPGP key', 'together with somebody who has no key')


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
    old = site.gpg.run('--faked-system-time', '20250101T000000!', '--quick-generate-key', 'Old <old@keyless.example>', 'rsa2048', 'default', '30d')[1]
    expired = [line.split()[-1] for line in old if line.startswith('KEY_CREATED ')][0]
    site.keys('import', '--pin', site.file('old.asc', site.gpg.export(expired)))
    site.refused(site.reply(ticket, '--to', 'old@keyless.example'), 'pinned key %s: expired' % expired, 'to a key that has expired')
    unread = t.pgp_encrypted(site.gpg, 'closed@keyless.example', t.TEAM, '...', t.text_entity('x\n'), [site.eve], mid=t.message_id())
    site.demo.send(unread, 'closed@keyless.example')
    closed = site.demo.ticket_of(t.header(unread, 'Message-ID'))['ticket']
    site.refused(site.reply(closed), 'could not be opened', 'to a mail that cannot be opened, without a key')
    tap.equal(len(site.sent(site.reply(closed, '--plain-ok'))), 1, 'in the clear when a member says so')
    done = site.reply(ticket, '--plain-ok', '--to', ALICE, '--to', NOBODY)
    mails = site.sent(done, 2)
    tap.equal([bool(k) for k in done.json['encrypted_to']], [True, False], 'two recipients: each with what is known of him')
    tap.ok(len(mails) == 2 and b'multipart/encrypted' in mails[0] and b'multipart/signed' in mails[1], 'and a mail of his own')
    tap.equal([t.header(m, 'To') for m in mails], [ALICE, NOBODY], 'that names no other one')


def quoting(site):
    tap = site.tap
    ticket = site.report(signer=site.alice, subject='quote me')['ticket']
    shown = site.reply(ticket, '--quote', '--preview')
    tap.contains(shown.json['text'], '> Markerword-report: host 192.0.2.7', 'what is quoted is shown before')
    opened = site.gpg.open_mail(site.sent(site.reply(ticket, '--quote'))[0])
    tap.ok(ANSWER in opened.text.replace('\r\n', '\n') and '\n> Markerword-report' in opened.text.replace('\r\n', '\n'),
           'back to the key that signed it: quoted', opened.text)
    unsigned = site.report()['ticket']
    site.refused(site.reply(unsigned, '--quote'), 'no good signature', 'decrypted text of nobody in particular is not quoted')
    other = site.gpg.generate('Alice <%s>' % ALICE)
    site.keys('import', '--pin', site.file('other.asc', site.gpg.export(other)))
    site.refused(site.reply(ticket, '--quote'), 'nothing can be quoted', 'nor to another key than the one that signed')
    site.keys('unpin', ALICE)
    site.keys('import', '--pin', site.file('alice.asc', site.gpg.export(site.alice)))
    # somebody else's ciphertext in a signed mail of one's own
    entity = t.encrypted_entity(site.gpg.encrypt([site.team], t.text_entity('Markerword-stolen\n')))
    raw = t.pgp_signed(site.gpg, ALICE, t.TEAM, 'mine', entity, site.alice, mid=t.message_id())
    site.demo.send(raw, ALICE)
    stolen = site.demo.ticket_of(t.header(raw, 'Message-ID'))
    tap.contains(str(stolen['thread']), 'Markerword-stolen', 'a stolen ciphertext is read by the team')
    site.refused(site.reply(stolen['ticket'], '--quote'), 'nothing can be quoted', 'but not to who signed around it')
    clear = site.report(encrypted=False, subject='s', text='in the clear\n')['ticket']
    tap.ok('> in the clear' in site.gpg.open_mail(site.sent(site.reply(clear, '--quote'))[0]).text, 'what came in the clear may be quoted')


def other_programs(site, raw):
    """The same mail, read by other OpenPGP implementations (SOP)."""
    sealed = list(email.message_from_bytes(raw, policy=email.policy.default).iter_parts())[1].get_payload(decode=True)
    plain, secret, team = site.gpg.decrypt(sealed)[0], site.file('secret', site.gpg.export_secret(site.alice)), site.demo.dir + '/team.asc'
    for name, said in (('sqop', '--verifications-out'), ('gosop', '--verify-out')):
        if shutil.which(name) is None:
            site.tap.skip(name + ' reads it', name + ' is not installed')
            continue
        out = site.demo.dir + '/said-' + name
        done = subprocess.run([name, 'decrypt', '--verify-with=' + team, '%s=%s' % (said, out), secret], input=sealed, capture_output=True, check=False)
        with open(out, 'rb') as file:
            site.tap.ok(t.crlf(done.stdout) == t.crlf(plain) and file.read().strip(), name + ' reads it, and finds the signature good', done.stderr)


def merged(site):
    """A draft, and the right to be answered, go along with a ticket that becomes part of another one."""
    tap, demo = site.tap, site.demo
    into = site.report(frm=NOBODY, encrypted=False, subject='into')['ticket']
    old = site.report(signer=site.alice, subject='from')['ticket']
    name = site.reply(old, '--draft').json['draft']
    tap.equal(demo.cli('merge', old, into).status, 0, 'two tickets become one')
    there = demo.cli('drafts', '--json', into).lines
    tap.equal([d['name'].split('/')[0] for d in there], [into.split('#')[1]], 'the draft is there')
    done = demo.cli('reply', '--json', '--send', name)
    tap.equal((done.status, done.json['recipients'] if done.status == 0 else done), (0, [ALICE]), 'by its old name it is sent, to who opened what was merged')


def files(site):
    tap, ticket = site.tap, site.incident['ticket']
    long_name = 'とても長い名前の報告書 第1版（改訂）' * 3 + '.pdf'
    content = {'報告書.pdf': b'%PDF-1.4\n' + bytes(range(256)) * 300, long_name: b'x' * 77, 'notes "1".txt': b'Markerword-file\n', 'empty.bin': b''}
    words = [w for name, data in content.items() for w in ('--attach', site.file(name, data))]
    done = site.reply(ticket, *words)
    raw = site.sent(done)[0]
    opened = site.gpg.open_mail(raw)
    parts = {p.get_filename(): (p.get_content_type(), p.get_payload(decode=True)) for p in opened.inner.iter_attachments()}
    tap.equal({k: v[1] for k, v in parts.items()}, content, 'every file arrives, with its name')
    tap.equal((parts['報告書.pdf'][0], parts['notes "1".txt'][0]), ('application/pdf', 'text/plain'), 'and its type')
    tap.ok(opened.good and opened.inner.get_param('hp') == 'cipher' and opened.inner.get_content_type() == 'multipart/mixed', 'under the same protection')
    tap.ok(max(len(line) for line in t.crlf(bytes(opened.inner)).split(b'\r\n')) <= 78, 'in lines of a mail')
    other_programs(site, raw)
    entry = site.entry(ticket, done.json['message_ids'][0])
    tap.equal([(f['name'], f['size']) for f in entry['files']], [(k, len(v)) for k, v in content.items()], 'the thread names them')
    tap.ok('content' not in entry['files'][0], 'and does not repeat them')
    t.wait_for(lambda: site.entry(ticket, done.json['message_ids'][0])['delivery'] == 'sent', 10)
    tap.equal(rows(site, 'SELECT count (*) FROM reply_file'), [(0,)], 'nothing of them stays in the store')
    site.refused(site.reply(ticket, '--attach', site.file('big.bin', bytes(1100000))), 'more than', 'more than [reply] attachments-max', 65)
    site.refused(site.reply(ticket, '--attach', site.demo.dir + '/none'), 'none', 'a file that is not there', 65)


def rows(site, sql):
    database = sqlite3.connect('file:%s/store.db?mode=ro' % site.demo.dir, uri=True)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def on_disk(site):
    """Everything that the store keeps, whatever file it is in."""
    found = b''
    for path in glob.glob(site.demo.dir + '/store.db*'):
        with open(path, 'rb') as file:
            found += file.read()
    return found


def drafts(site):
    tap, demo = site.tap, site.demo
    ticket = site.report(signer=site.alice, subject='drafts')['ticket']
    text = 'Markerword-draft: not yet. 下書き\n'
    saved = site.reply(ticket, '--draft', '--attach', site.file('d.txt', b'Markerword-draftfile'), text=text)
    name = saved.json['draft']
    tap.ok(saved.status == 0 and name.startswith(ticket.split('#')[1] + '/') and name.endswith('.1'), 'a draft', saved)
    for place, listed in (('drafts', demo.cli('drafts', '--json', ticket).lines), ('show', demo.show(ticket)['drafts']),
                          ('drafts of all', demo.cli('drafts', '--json').lines)):
        tap.equal([(d['schema'], d['name'], d['state'], d['wish']['text'], [f['name'] for f in d['wish']['files']], d['conflict']) for d in listed],
                  [('madoguchi.draft/1', name, 'draft', text, ['d.txt'], None)], place + ' shows it')
    tap.ok(demo.show(ticket)['drafts'][0]['author'], 'with its author')
    tap.contains(demo.cli('show', ticket).text, 'Markerword-draft', 'people see it, too')
    disk = on_disk(site)
    tap.ok(len(disk) > 10000 and b'Markerword-draft' not in disk and '下書き'.encode() not in disk, 'on disk it says nothing')
    edited = demo.cli('reply', '--json', '--edit', name, stdin=b'Markerword-second\n')
    second = edited.json['draft']
    tap.ok(edited.status == 0 and second == name[:-1] + '2', 'it is changed', edited)
    late = demo.cli('reply', '--edit', name, stdin=b'third')
    tap.ok(late.status == 1 and b'changed meanwhile' in late.err, 'who saw the first one changes nothing', late)
    tap.equal(demo.cli('reply', '--preview', '--json', '--send', second).json['text'], 'Markerword-second\n', 'a preview of it')
    site.report(signer=site.alice, subject='Re: [%s]' % ticket, text='wait\n')
    site.refused(demo.cli('reply', '--send', second), 'a new mail came', 'after a new mail it is not sent unseen')
    tap.ok(demo.cli('drafts', '--json', ticket).json['conflict'], 'drafts says so, too')
    version = str(demo.show(ticket)['version'])
    done = demo.cli('reply', '--json', '--send', second, '--if-version', version)
    opened = site.gpg.open_mail(site.sent(done)[0])
    tap.equal(([p.get_payload(decode=True) for p in opened.inner.iter_attachments()], opened.text.replace('\r\n', '\n')), ([b'Markerword-draftfile'], 'Markerword-second\n'),
              'who has seen it sends it, with its file')
    tap.equal((demo.cli('drafts', '--json', ticket).lines, rows(site, 'SELECT state, content FROM draft')), ([], [('sent', None)]), 'then it is gone')
    site.refused(demo.cli('reply', '--send', second), 'no draft', 'and not sent twice')
    gone = site.reply(ticket, '--draft').json['draft']
    tap.equal(demo.cli('reply', '--discard', gone).status, 0, 'one is thrown away')
    events = ' '.join(e['text'] or '' for e in demo.show(ticket)['thread'] if e['direction'] == 'event')
    tap.ok(all(word in events for word in ('Began the answer ' + name, 'Changed the answer ' + second, 'Threw away the answer ' + gone)), 'the thread has it all', events)
    for words in (['--send', 'x'], ['--send', ticket], ['--send', gone, ticket], ['--draft', '--send', gone], []):
        tap.equal(demo.cli('reply', *words, stdin=b'x').status, 64, 'usage: reply ' + ' '.join(words))
    one = demo.cli('reply', '--json', '--draft', ticket, stdin=b'mine').json['draft']
    site.sent(site.reply(ticket))
    site.refused(demo.cli('reply', '--send', one), 'somebody sent an answer', 'nor after somebody else answered')


def canned(site):
    tap, demo, ticket = site.tap, site.demo, site.incident['ticket']
    names = demo.cli('canned', '--json', 'ls').json['names']
    tap.ok('closing.ja' in names and 'closing.en' in names, 'canned texts', names)
    shown = demo.cli('canned', 'show', '--json', '--language', 'ja', 'closing', ticket).json
    tap.ok(ticket in shown['text'] and 'クローズ' in shown['text'] and '{' not in shown['text'], 'one in Japanese, filled', shown)
    opened = site.gpg.open_mail(site.sent(site.reply(ticket, '--canned', 'closing', '--language', 'en', text=''))[0])
    tap.ok(ticket in opened.text and 'close it herewith' in opened.text, 'one is sent', opened.text)
    tap.ok(str(opened.inner['Subject']).startswith('Re: [%s] ' % ticket), 'under the subject of the thread', opened.inner['Subject'])
    site.refused(demo.cli('reply', '--canned', 'nothing', ticket), 'no canned text', 'one that is not there')
    site.refused(demo.cli('reply', '--canned', 'closing', '-f', '-', ticket), 'not from both', 'two texts', 64)
    tap.equal(demo.cli('canned', 'dance').status, 64, 'usage')
    where = demo.setting('reply', 'canned')
    demo.stop()
    os.mkdir(demo.dir + '/canned')
    site.file('canned/odd.en.txt', 'Subject: \n\nDear {reporter}\n')
    demo.configure('reply', 'canned', demo.dir + '/canned')
    demo.start()
    site.refused(demo.cli('reply', '--canned', 'odd', ticket), 'odd.en.txt:3: unknown placeholder {reporter}', 'an unknown placeholder', 78)
    site.file('canned/odd.en.txt', 'Subject: About {ticket}\n\nDear all\n')
    shown = site.reply(ticket, '--canned', 'odd', '--preview', text='').json
    tap.equal(shown['recipients'][0]['subject'], '[%s] About %s' % (ticket, ticket), 'a subject of its own, once it is mended')
    demo.configure('reply', 'canned', where)


def returned(site):
    """A delivery report for a member's answer comes back by its envelope sender, and marks it failed."""
    tap = site.tap
    ticket = site.report(signer=site.alice, subject='returned')['ticket']
    done = site.reply(ticket)
    raw = site.sent(done)[0]
    mail_id = done.json['message_ids'][0]
    t.wait_for(lambda: site.entry(ticket, mail_id)['delivery'] == 'sent', 10)
    dsn = t.crlf(('From: MAILER-DAEMON@mx.example\nTo: %s\nSubject: Undelivered\nMessage-ID: %s\nMIME-Version: 1.0\n'
                  'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nno such user\n--b\n'
                  'Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; %s\n'
                  'Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\n'
                  % (t.TEAM, t.message_id('mx.example'), ALICE)).encode() + raw.split(b'\r\n\r\n')[0] + b'\n\n--b--\n')
    tap.equal(site.demo.send(dsn, ''), [250], 'a delivery report')
    tap.ok(t.wait_for(lambda: site.entry(ticket, mail_id)['delivery'] == 'failed', 20), 'marks the answer failed', site.demo.show(ticket)['thread'][-2:])


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
    for step in (encrypted, joins, newcomers, together, in_the_clear, quoting, files, drafts, merged, canned, returned, refusals):
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
