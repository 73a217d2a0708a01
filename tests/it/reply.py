#!/usr/bin/env python3
"""The signer alone, asked over its socket: what it seals is opened with gpg and the reporter's key only; what stands
outside gives nothing away; bad keys are named; no second gpg process per answer; the agent may die."""
import email
import email.header
import email.policy
import email.utils
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

TEAM_NAME = '例示株式会社 情報セキュリティ事故対応チーム CSIRT 窓口担当'
TICKET = 'CSIRT #2026-000042'
ALICE_NAME = '長い名前の 報告者 アリス・リデル（株式会社 例示システムズ 情報セキュリティ部）'
SUBJECT = 'Re: 不正アクセスの疑いについて（続報）: 株式会社例示のサーバー 3 台から外部への大量の通信が見つかりました ①㈱'


class Signer:
    def __init__(self, gpg, team, more='', name='run'):
        self.dir = t.short_dir()
        self.runtime = os.path.join(self.dir, name)
        os.mkdir(self.runtime, 0o700)
        self.conf = os.path.join(self.dir, 'm.conf')
        with open(self.conf, 'w', encoding='utf-8') as conf:
            conf.write('[team]\nname = %s\naddress = csirt@team.example\nticket-prefix = CSIRT\n%s'
                       '[crypto]\ngnupg-home = %s\nworkers = 2\n[runtime]\ndirectory = %s\ninsecure-single-uid = yes\n'
                       '[reply]\ntemplates = %s\n%s'
                       % (TEAM_NAME, 'key = %s\n' % team if team else '', gpg.home, self.runtime,
                          os.path.join(t.SRC, 'conf', 'templates'), more))
        self.socket = os.path.join(self.runtime, 'signer.sock')
        self.log = open(os.path.join(self.dir, 'log'), 'w+b')
        self.process = None

    def start(self):
        self.process = subprocess.Popen([t.program('madoguchi-signer'), '-c', self.conf], stderr=self.log)
        return t.wait_for(lambda: b' serving ' in self.words() or self.process.poll() is not None, 15)

    def words(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def seal(self, count=1, **fields):
        """(exit status, mail, what stands on standard error)"""
        words = ['%s=%s' % item for item in fields.items()]
        done = subprocess.run([t.program('tests/unit/seal-one'), self.socket, str(count)] + words, capture_output=True,
                              check=False)
        return done.returncode, done.stdout, done.stderr.decode().strip()


def base(**more):
    fields = {'message_id': '<reply.1@team.example>', 'date': '1795230000', 'language': 'ja', 'ticket': TICKET,
              'recipient': 'alice@reporter.example', 'recipient_name': ALICE_NAME, 'is_automatic': 'yes',
              'reply_to': 'csirt+t0ken@team.example', 'in_reply_to': '<report.7@reporter.example>',
              'references': '<first.1@reporter.example> <%s@long.example> no-id <report.7@reporter.example>' % ('x' * 60)}
    fields.update(more)
    return fields


def check_lines(tap, raw, name):
    """CRLF throughout; header lines of at most 76 characters, in ASCII."""
    tap.ok(b'\n' not in raw.replace(b'\r\n', b'') and b'\r' not in raw.replace(b'\r\n', b''), name + ': CRLF only')
    head = raw.split(b'\r\n\r\n')[0].split(b'\r\n')
    tap.ok(all(len(line) <= 76 for line in head), name + ': header lines of at most 76', [x for x in head if len(x) > 76])
    tap.ok(all(byte < 128 for line in head for byte in line), name + ': header in ASCII')


def display_name(mail, field):
    """Decoded by RFC 2047 alone: Python 3.11's address parser leaves the blanks between encoded words in."""
    phrase, _ = email.utils.parseaddr(dict(mail.raw_items())[field].replace('\r\n', ''))
    return str(email.header.make_header(email.header.decode_header(phrase)))


def check_rfc3834(tap, mail, name):
    tap.equal(mail['Auto-Submitted'], 'auto-replied', name + ': Auto-Submitted')
    tap.equal(mail['X-Auto-Response-Suppress'], 'All', name + ': X-Auto-Response-Suppress')
    tap.equal(mail['In-Reply-To'], '<report.7@reporter.example>', name + ': In-Reply-To')
    tap.equal(mail['References'].split(),
              ['<first.1@reporter.example>', '<%s@long.example>' % ('x' * 60), '<report.7@reporter.example>'],
              name + ': References, parent last, junk left out')
    tap.equal(mail['Message-ID'], '<reply.1@team.example>', name + ': the given Message-ID')
    tap.equal(mail['From'].addresses[0].addr_spec, 'csirt@team.example', name + ': From address')
    tap.equal(display_name(mail, 'From'), TEAM_NAME, name + ': From name')
    tap.equal(mail['To'].addresses[0].addr_spec, 'alice@reporter.example', name + ': To address')
    tap.equal(display_name(mail, 'To'), ALICE_NAME, name + ': To name')
    tap.equal(mail['Reply-To'].addresses[0].addr_spec, 'csirt+t0ken@team.example', name + ': Reply-To')
    tap.equal(mail['Date'].datetime.timestamp(), 1795230000, name + ': Date')


def count_recipients(opened):
    return len([line for line in opened.status if line.startswith('ENC_TO ')])


def test_encrypted(tap, signer, reporter, team, alice):
    status, raw, words = signer.seal(**base(template_name='ack', encrypt_to=alice))
    if not tap.equal(status, 0, 'encrypted: sealed'):
        tap.note(words)
        return
    check_lines(tap, raw, 'encrypted')
    opened = reporter.open_mail(raw)
    tap.ok(opened.encrypted and 'DECRYPTION_OKAY' in opened.status, 'encrypted: opens with the reporter\'s key alone')
    tap.ok(opened.good and opened.signer == team, 'encrypted: good signature of the team key')
    outer, inner = opened.outer, opened.inner
    tap.equal(outer['Subject'], '[...]', 'encrypted: outer Subject')
    tap.ok(TICKET.encode() not in raw and b'2026-000042' not in raw, 'encrypted: no ticket outside')
    tap.ok(TICKET in str(inner['Subject']), 'encrypted: ticket in the inner Subject')
    tap.ok(TICKET in opened.text and 'ご連絡' in opened.text, 'encrypted: the template\'s words inside')
    tap.equal(inner.get_param('hp'), 'cipher', 'encrypted: hp="cipher"')
    tap.equal(outer.get_param('protocol'), 'application/pgp-encrypted', 'encrypted: protocol')
    check_rfc3834(tap, outer, 'encrypted, outside')
    check_rfc3834(tap, inner, 'encrypted, inside')
    hp_outer = {}
    for value in inner.get_all('HP-Outer'):
        name, _, rest = str(value).partition(': ')
        hp_outer[name] = rest
    plain_outer = {k: str(v) for k, v in outer.items() if k != 'MIME-Version' and not k.startswith('Content-')}
    tap.equal({k: re.sub(r'\s+', '', str(email.header.make_header(email.header.decode_header(v)))) for k, v in hp_outer.items()},
              {k: re.sub(r'\s+', '', v) for k, v in plain_outer.items()}, 'encrypted: HP-Outer lists what stands outside')
    tap.equal(count_recipients(opened), 1, 'encrypted: an automatic answer is for the reporter alone')
    _, raw, _ = signer.seal(**base(template_name='ack', encrypt_to=alice, is_automatic='no'))
    tap.equal(count_recipients(reporter.open_mail(raw)), 2, 'encrypted: what a member wrote is for the team, too')


def test_clear(tap, signer, reporter, team):
    status, raw, words = signer.seal(**base(template_name='ack-plain'))
    if not tap.equal(status, 0, 'clear: sealed'):
        tap.note(words)
        return
    check_lines(tap, raw, 'clear')
    opened = reporter.open_mail(raw)
    tap.ok(not opened.encrypted and opened.good and opened.signer == team, 'clear: good signature of the team key')
    tap.ok(TICKET in str(opened.outer['Subject']), 'clear: ticket in the Subject')
    tap.equal(str(opened.inner['Subject']), str(opened.outer['Subject']), 'clear: the same Subject inside')
    tap.equal(opened.inner.get_param('hp'), 'clear', 'clear: hp="clear"')
    tap.equal(opened.inner.get_all('HP-Outer'), None, 'clear: no HP-Outer')
    tap.equal(opened.outer.get_param('micalg'), 'pgp-sha512', 'clear: micalg')
    check_rfc3834(tap, opened.outer, 'clear, outside')
    changed = reporter.open_mail(raw.replace(b'charset="utf-8"', b'charset="UTF-8"'))
    tap.ok(not changed.good and any(x.startswith('BADSIG') for x in changed.status), 'clear: one changed byte is noticed')


def test_text(tap, signer, reporter, alice):
    text = 'お世話になっております。\n-- \nFrom ここ\r\n\n行末 \n' + 'x' * 2000 + '\n.\n'
    for encrypt_to in (alice, None):
        name = 'text, encrypted' if encrypt_to else 'text, clear'
        fields = base(subject=SUBJECT, text=text, is_automatic='no')
        if encrypt_to:
            fields['encrypt_to'] = encrypt_to
        status, raw, words = signer.seal(**fields)
        tap.equal(status, 0, name + ': sealed ' + words)
        check_lines(tap, raw, name)
        opened = reporter.open_mail(raw)
        tap.equal(str(opened.inner['Subject']), SUBJECT, name + ': Subject')
        tap.equal(opened.text.replace('\r\n', '\n'), text.replace('\r\n', '\n'), name + ': every character of the text')
        tap.ok(opened.good, name + ': good signature')
        tap.equal(opened.outer['Auto-Submitted'], None, name + ': a member\'s answer is not automatic')
    status, raw, words = signer.seal(**base(subject='A\r\nBcc: everybody@x.example', text='plain ASCII\n', language='en',
                                            recipient_name='Mallory\r\nX-Evil: "yes", <a@b>'))
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    tap.ok(status == 0 and mail['Bcc'] is None and mail['X-Evil'] is None, 'injection: no new header field', words)
    tap.equal(mail['To'].addresses[0].addr_spec, 'alice@reporter.example', 'injection: one recipient')
    tap.equal(len(mail['To'].addresses), 1, 'injection: and no other')


def test_refusals(tap, signer, reporter, expired, stranger):
    for name, key in (('expired', expired), ('unknown', stranger), ('no fingerprint', 'alice@reporter.example')):
        status, _, words = signer.seal(**base(template_name='ack', encrypt_to=key))
        tap.equal(status, 65, 'a key that is %s: permanent' % name)
        tap.ok(words.startswith('perm: ') and (key in words or '@' in key), 'a key that is %s: named' % name, words)
    for field, value in (('recipient', 'alice@x.example>\r\nRCPT TO:<bob@x.example'), ('message_id', 'no id'),
                         ('recipient', ''), ('reply_to', 'nobody')):
        status, _, words = signer.seal(**base(template_name='ack', **{field: value}))
        tap.ok(status == 65 and words.startswith('perm: '), 'refused: %s %r' % (field, value), words)
    status, _, words = signer.seal(**base(template_name='../ack'))
    tap.equal(status, 78, 'refused: no such template')
    status, _, words = signer.seal(**base())
    tap.equal(status, 65, 'refused: no text')


def test_agent_dies(tap, signer, alice):
    for worker in ('0', '1'):
        home = os.path.join(signer.runtime, 'gpg-sign-' + worker)
        subprocess.run(['gpg-connect-agent', '--homedir', home, '--no-autostart', 'KILLAGENT', '/bye'], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for i in range(4):
        status, _, words = signer.seal(**base(template_name='ack', encrypt_to=alice))
        tap.equal(status, 0, 'after the agents died: sealed %d %s' % (i, words))


def test_missing_key(tap, gpg, stranger):
    for name, key, word in (('unset', None, b'not set'), ('unknown', stranger, b'not in the keyring')):
        signer = Signer(gpg, key)
        signer.start()
        status = t.wait_for(lambda: signer.process.poll() is not None, 15)
        tap.ok(status and signer.process.returncode == 78, 'team key %s: exit 78' % name, signer.words())
        tap.ok(word in signer.words(), 'team key %s: says so' % name, signer.words())


def test_one_process(tap, gpg, team, alice):
    """A gpg of ours, that gpgconf names instead of the real one, counts how often it is started."""
    place = tempfile.mkdtemp(prefix='g', dir='/tmp')
    count = os.path.join(place, 'count')
    for name, text in (('gpgconf', "%s \"$@\" | sed 's#:[^:]*/gpg$#:%s/gpg#'" % (shutil.which('gpgconf'), place)),
                       ('gpg', 'echo >> %s\nexec %s "$@"' % (count, shutil.which('gpg')))):
        with open(os.path.join(place, name), 'w', encoding='ascii') as file:
            file.write('#!/bin/sh\n%s\n' % text)
        os.chmod(os.path.join(place, name), 0o755)
    path = os.environ['PATH']
    os.environ['PATH'] = place + ':' + path
    signer = Signer(gpg, team)
    signer.start()
    os.environ['PATH'] = path

    def starts():
        return os.path.getsize(count) if os.path.exists(count) else 0
    signer.seal(**base(template_name='ack', encrypt_to=alice))
    before = starts()
    signer.seal(count=10, **base(template_name='ack', encrypt_to=alice))
    tap.ok(before > 0, 'starts are counted')
    tap.equal(starts() - before, 10, 'one gpg process for each answer')
    signer.stop()
    shutil.rmtree(place)


def main():
    for name in ('madoguchi-signer', 'tests/unit/seal-one'):
        if t.program(name) is None:
            t.skip_all(name + ' is not built')
    tap = t.Tap()
    gpg, reporter = t.Gpg(), t.Gpg()
    team = gpg.generate('Team <csirt@team.example>')
    alice = reporter.generate('Alice <alice@reporter.example>')
    stranger = reporter.generate('Stranger <s@stranger.example>')
    _, status = reporter.run('--faked-system-time', '20200101T000000', '--quick-generate-key', 'Old <old@x.example>', 'rsa2048',
                             'default', '2021-01-01')
    expired = [line.split()[-1] for line in status if line.startswith('KEY_CREATED ')][0]
    gpg.load(reporter.export(alice))
    gpg.load(reporter.export(expired))
    reporter.load(gpg.export(team))
    signer = Signer(gpg, team)
    tap.ok(signer.start() and signer.process.poll() is None, 'the signer starts', signer.words())
    test_encrypted(tap, signer, reporter, team, alice)
    test_clear(tap, signer, reporter, team)
    test_text(tap, signer, reporter, alice)
    test_refusals(tap, signer, reporter, expired, stranger)
    test_agent_dies(tap, signer, alice)
    signer.stop()
    tap.equal(signer.process.returncode, 0, 'the signer stops')
    tap.equal([x for x in os.listdir(signer.runtime) if x.startswith('gpg-')], [], 'and leaves no GnuPG home behind')
    tap.ok(b'alice@' not in signer.words() and '不正'.encode() not in signer.words(), 'the log names nobody')
    test_missing_key(tap, gpg, stranger)
    test_one_process(tap, gpg, team, alice)
    tap.done()


main()
