#!/usr/bin/env python3
"""Every answer of every template, in every language, signed and encrypted or signed in the clear: read back by gpg and by
other OpenPGP implementations (SOP: sqop, gosop), and held against RFC 9788 by a checker that shares nothing with our code.
Then reports with 200 marked words in subject, text, names and file names: no answer shows one outside its encryption, and no
log line does, at the loudest level."""
import base64
import email
import email.header
import email.policy
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madohp as hp  # noqa: E402
import madotest as t  # noqa: E402
from madogpg import split_signed  # noqa: E402

TICKET = 'CSIRT #2026-000042'
TEMPLATES = os.path.join(t.SRC, 'conf', 'templates')
SOPS = {'sqop': '--verifications-out', 'gosop': '--verify-out'}


class Signer:
    """A signer by itself, on the home of `gpg`."""

    def __init__(self, gpg, team, more=''):
        self.dir = t.short_dir()
        self.runtime = self.dir + '/run'
        os.mkdir(self.runtime, 0o700)
        with open(self.dir + '/m.conf', 'w', encoding='utf-8') as conf:
            conf.write('[team]\nname = 例示 CSIRT\naddress = csirt@team.example\nticket-prefix = CSIRT\nkey = %s\n'
                       '[crypto]\ngnupg-home = %s\nworkers = 1\n[runtime]\ndirectory = %s\ninsecure-single-uid = yes\n'
                       '[reply]\ntemplates = %s\n%s' % (team, gpg.home, self.runtime, TEMPLATES, more))
        self.log = open(self.dir + '/log', 'w+b')
        self.process = subprocess.Popen([t.program('madoguchi-signer'), '-c', self.dir + '/m.conf'], stderr=self.log)
        t.wait_for(lambda: b' serving ' in self.words() or self.process.poll() is not None, 15)

    def words(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def seal(self, **fields):
        words = ['%s=%s' % item for item in fields.items() if item[1] is not None]
        done = subprocess.run([t.program('tests/unit/seal-one'), self.runtime + '/signer.sock', '1'] + words,
                              capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None, done.stderr.decode() + self.words().decode()[-500:]


class Sop:
    """Another OpenPGP implementation, by the Stateless OpenPGP interface."""

    def __init__(self, name, secret, team):
        self.name, self.dir = name, t.short_dir('s')
        for file, data in (('secret', secret), ('team', team)):
            with open('%s/%s' % (self.dir, file), 'wb') as out:
                out.write(data)

    def run(self, *words, data=b''):
        return subprocess.run([self.name] + list(words), input=data, capture_output=True, check=False)

    def open(self, sealed):
        """(plaintext or None, did it find the team's signature good?)"""
        said = self.dir + '/said'
        if os.path.exists(said):
            os.unlink(said)
        done = self.run('decrypt', '--verify-with=' + self.dir + '/team', SOPS[self.name] + '=' + said, self.dir + '/secret', data=sealed)
        if done.returncode != 0:
            return None, False
        with open(said, 'rb') as file:
            return done.stdout, bool(file.read().strip())

    def verify(self, signature, data):
        with open(self.dir + '/sig', 'wb') as file:
            file.write(signature)
        done = self.run('verify', self.dir + '/sig', self.dir + '/team', data=data)
        return done.returncode == 0 and bool(done.stdout.strip())


def payload_of(gpg, raw):
    """(what the cryptography covers, the sealed message or (signature, signed bytes), is it encrypted)"""
    outer = email.message_from_bytes(raw, policy=email.policy.default)
    if outer.get_content_type() == 'multipart/encrypted':
        sealed = list(outer.iter_parts())[1].get_payload(decode=True)
        return gpg.decrypt(sealed)[0], sealed, True
    signed, signature = split_signed(raw, outer.get_boundary())
    return signed, (signature, signed), False


def check_one(tap, name, raw, reporter, team, sops, want_words):
    opened = reporter.open_mail(raw)
    payload, sealed, is_encrypted = payload_of(reporter, raw)
    tap.ok(opened.good and opened.signer == team and all(w in opened.text for w in want_words), name + ': read by gpg', opened.text)
    for sop in sops:
        if is_encrypted:
            text, is_good = sop.open(sealed)
        else:
            text, is_good = sealed[1], sop.verify(*sealed)
        # gosop writes decrypted text with line ends of LF
        tap.ok(is_good and text is not None and t.crlf(text) == payload, '%s: read by %s' % (name, sop.name), text)
    tap.equal(hp.check(raw, payload, is_encrypted), [], name + ': header protection')
    wrong, key = hp.autocrypt(raw)
    tap.equal(wrong, [], name + ': Autocrypt')
    return payload, key


def templates(tap, gpg, team, reporter, alice, sops):
    names = sorted({name.split('.')[0] for name in os.listdir(TEMPLATES) if name.endswith('.txt')})
    tap.ok(len(names) >= 3, 'there are templates', names)
    signer = Signer(gpg, team)
    keys = set()
    for name in names:
        for language in ('ja', 'en', None):
            for key in (alice, None):
                what = '%s, %s, %s' % (name, language or 'all languages', 'encrypted' if key else 'clear')
                raw, why = signer.seal(message_id='<a.b@team.example>', date='1795230000', language=language, ticket=TICKET,
                                       recipient='alice@reporter.example', reply_to='csirt+t0k@team.example',
                                       in_reply_to='<r@reporter.example>', references='<q@reporter.example> <r@reporter.example>',
                                       template_name=name, is_automatic='yes', encrypt_to=key, reason='範囲外です out of scope',
                                       earlier='CSIRT #2026-000001')
                if not tap.ok(raw is not None, what + ': sealed', why):
                    continue
                payload, offered = check_one(tap, what, raw, reporter, team, sops, [TICKET])
                keys.add(offered)
                tap.equal(b'application/pgp-keys' in payload, key is None, what + ': the key is attached to what goes in the clear')
                if key:
                    tap.ok(b'000042' not in raw and b'000001' not in raw, what + ': nothing outside')
    tap.equal(len(keys), 1, 'one key in all Autocrypt fields')
    other = t.Gpg()
    tap.equal(other.load(keys.pop()), [team], 'it is the key of the team')
    tap.ok(other.encrypt([team], b'x\n') is not None, 'and can be encrypted to')
    signer.stop()
    wrong_ones(tap, raw, payload)


def wrong_ones(tap, raw, payload):
    """The checker finds what is wrong: `raw` is a signed mail."""
    for name, outer, inner, is_encrypted in (
            ('another Subject outside', raw.replace(b'\r\nSubject: ', b'\r\nSubject: x', 1), payload, False),
            ('a field outside alone', b'X-More: 1\r\n' + raw, payload, False),
            ('a field inside alone', raw, b'X-More: 1\r\n' + payload, False),
            ('no hp', raw, payload.replace(b'hp="clear"', b'xx="clear"'), False),
            ('the wrong hp', raw, payload.replace(b'hp="clear"', b'hp="cipher"'), False),
            ('HP-Outer in a signed mail', raw, b'HP-Outer: Subject: [...]\r\n' + payload, False),
            ('no HP-Outer in an encrypted one', raw, payload.replace(b'hp="clear"', b'hp="cipher"'), True),
            ('two of From', raw, b'From: <x@y.example>\r\n' + payload, False)):
        tap.ok(hp.check(outer, inner, is_encrypted), 'the checker finds: ' + name)
    tap.ok(hp.autocrypt(raw.replace(b'addr=csirt@', b'addr=other@'))[0], 'the checker finds: another addr')


def settings(tap, gpg, team, reporter, alice, sops):
    """What the configuration changes."""
    signer = Signer(gpg, team, 'attach-key = always\nencrypt-to-team = all\nautocrypt = no\nhidden-subject = ...\n')
    raw, why = signer.seal(message_id='<a.b@team.example>', date='1795230000', language='en', ticket=TICKET,
                           recipient='alice@reporter.example', template_name='ack', is_automatic='yes', encrypt_to=alice)
    if tap.ok(raw is not None, 'all settings changed: sealed', why):
        payload, sealed, _ = payload_of(reporter, raw)
        _, status = reporter.decrypt(sealed)
        tap.equal(len([line for line in status if line.startswith('ENC_TO ')]), 2, 'encrypt-to-team: two recipients')
        tap.ok(gpg.decrypt(sealed)[0] == payload, 'encrypt-to-team: the team reads it')
        tap.ok(b'application/pgp-keys' in payload, 'attach-key: attached')
        tap.equal(hp.autocrypt(raw), (None, None), 'autocrypt: no field')
        tap.equal(hp.check(raw, payload, True, '...'), [], 'hidden-subject: header protection')
        for sop in sops:
            text, is_good = sop.open(sealed)
            tap.ok(is_good and t.crlf(text) == payload, 'all settings changed: read by ' + sop.name, text)
    signer.stop()


# --- what must not be seen ---

def markers():
    """200 words that nothing else contains, half of them Japanese."""
    return ['Zqx%03dmarker' % n for n in range(100)] + ['秘匿%03d語句' % n for n in range(100)]


def shown_outside(raw, words):
    """Which of `words` stand in what anybody can read of `raw`: as it is, with header words decoded, with base64 and
    quoted-printable parts decoded."""
    seen = [raw.decode('utf-8', 'replace')]
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        for name, value in part.items():
            seen.append('%s: %s' % (name, value))
            seen.append(str(email.header.make_header(email.header.decode_header(re.sub(r'\r?\n', '', str(value))))))
        if not part.is_multipart():
            seen.append((part.get_payload(decode=True) or b'').decode('utf-8', 'replace'))
    text = '\n'.join(seen).lower()
    return [w for w in words if w.lower() in text]


def in_log(log, words):
    """Also in the forms that a careless log line could have them."""
    low = log.lower()
    forms = lambda w: (w.lower(), base64.b64encode(w.encode()).decode().lower()[:-4], w.encode().hex(), repr(w.encode())[2:-1].lower())
    return [w for w in words if any(f in low for f in forms(w))]


def marked_mail(gpg, words, n, recipients, signer, frm, kind):
    """A report with all words, `n` of them in each place; `kind`: how it comes."""
    chunk = lambda a, b: ' '.join(words[a:b])
    entity = t.part_entity([
        t.text_entity('%d\n%s\n' % (n, '\n'.join(words))),
        t.attachment(chunk(100, 103).replace(' ', '_') + '.txt', b'x', 'text/plain'),
        t.attachment('%s.pdf' % words[7], chunk(0, 200).encode(), 'application/pdf')])
    name = email.header.Header(chunk(20, 22) + ' ' + words[120], 'utf-8').encode()
    sender = '%s <%s>' % (name, frm)
    mid = t.message_id()
    if kind == 'plain':
        return mid, t.plain(sender, t.TEAM, chunk(30, 34) + words[130], '', mid=mid, entity=entity)
    raw = t.pgp_encrypted(gpg, '<%s>' % frm, t.TEAM, '...', entity, recipients, signer, mid, inner_subject=chunk(30, 34) + words[130])
    return mid, raw


def secrets(tap):
    words = markers()
    gpg, demo = t.Gpg(), t.Demo(conf={('log', 'level'): 'debug'})
    team = gpg.load(demo.team_key)[0]
    alice, bob = gpg.generate('Alice <alice@known.example>'), gpg.generate('Bob <bob@unknown.example>')
    stranger = gpg.generate('Somebody <s@else.example>')
    path = demo.dir + '/alice.asc'
    with open(path, 'wb') as file:
        file.write(gpg.export(alice))
    demo.cli('keys', 'import', '--pin', path)
    tap.equal(len(set(words)), 200, 'two hundred words')
    cases = []
    for n, (name, kind, frm, recipients, signer, sealed) in enumerate((
            ('encrypted, from a pinned key', 'pgp', 'alice@known.example', [team], alice, True),
            ('the same text again', 'pgp', 'alice@known.example', [team], alice, True),
            ('encrypted, not signed, from a known address', 'pgp', 'alice@known.example', [team], None, True),
            ('encrypted, from a stranger', 'pgp', 'bob@unknown.example', [team], bob, False),
            ('encrypted to somebody else', 'pgp', 'bob@unknown.example', [stranger], bob, False),
            ('in the clear, from a known address', 'plain', 'alice@known.example', None, None, True),
            ('in the clear, from a stranger', 'plain', 'carol@unknown.example', None, None, False))):
        mid, raw = marked_mail(gpg, words, 1 if n < 2 else n, recipients, signer, frm, kind)
        demo.send(raw, frm)
        answer = demo.reply_to(mid, 20)
        if not tap.ok(answer is not None, name + ': answered'):
            continue
        is_sealed = b'multipart/encrypted' in answer
        tap.equal(is_sealed, sealed, name + ': how the answer is sealed')
        tap.equal(shown_outside(answer, words), [], name + ': no word outside')
        payload, _, _ = payload_of(gpg, answer)
        tap.equal(hp.check(answer, payload, is_sealed), [], name + ': header protection')
        tap.equal(shown_outside(payload, words), [], name + ': nor inside: nothing is quoted')
        cases.append((name, answer))
    incident = demo.ticket_of(mid)
    tap.ok(incident is not None and words[50] in incident['thread'][0]['report']['text'], 'the ticket has the words')
    tap.equal(demo.stop(), 0, 'the gateway stops')
    log = demo.log()
    tap.ok(log.count('\n') > 50 and 'level=debug' in log or len(log) > 5000, 'the log is loud', log[:500])
    tap.equal(in_log(log, words), [], 'no word in the log')
    tap.equal(in_log('x %s y' % words[3], words), [words[3]], 'the search finds one')
    tap.equal(shown_outside(b'Subject: =?utf-8?B?' + base64.b64encode(words[150].encode()) + b'?=\r\n\r\n', words), [words[150]],
              'and in a header word')


def main():
    t.need_programs()
    tap = t.Tap()
    gpg, reporter = t.Gpg(), t.Gpg()
    team = gpg.generate('例示 CSIRT <csirt@team.example>')
    alice = reporter.generate('Alice <alice@reporter.example>')
    gpg.load(reporter.export(alice))
    reporter.load(gpg.export(team))
    sops = [Sop(name, reporter.export_secret(alice), gpg.export(team)) for name in SOPS if shutil.which(name)]
    for name in SOPS:
        if not shutil.which(name):
            tap.skip('answers are read by ' + name, name + ' is not installed (scripts/packages-interop)')
    templates(tap, gpg, team, reporter, alice, sops)
    settings(tap, gpg, team, reporter, alice, sops)
    secrets(tap)
    tap.done()


main()
