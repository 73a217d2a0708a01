#!/usr/bin/env python3
"""One mail for each rule of the answer policy, through LMTP: which answer comes back, in whose words, sealed how, and why none
comes; `policy preview` says the same beforehand; what a mail says stands in no answer; bad templates and hours are named."""
import email
import email.policy
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

ALICE = 'alice@reporter.example'
OTHER = 'csirt@other.example'
MARK = 'zqxjkv'  # stands in every mail, and in no answer
SPF = 'Authentication-Results'
MX = 'mx.example.org'
URGENT = '+81-3-0000-0000'


RULES_OF_THE_TEAM = """
[rule advertising]
words = zqadvert
out-of-scope-ja = 広告メールは当窓口の対象外です。
out-of-scope-en = We do not handle advertising.

[rule feed]
words = zqfeed
answer = no

[rule hotline]
words = zqhotline
template = hotline
"""


def make_files(directory):
    """Rules of triage and templates of our own; {setting: file}."""
    shutil.copytree(os.path.join(t.SRC, 'conf', 'templates'), directory + '/templates')
    with open(directory + '/templates/plaintext.hotline.en.txt', 'w', encoding='utf-8') as file:
        file.write('Subject: [{ticket}] Hotline\n\nThe hotline answers at once: {urgent}.\n')
    with open(directory + '/triage.conf', 'w', encoding='utf-8') as file:
        file.write(RULES_OF_THE_TEAM)
    return {('triage', 'rules'): directory + '/triage.conf', ('reply', 'templates'): directory + '/templates'}


class Office:
    def __init__(self, tap):
        self.tap = tap
        self.gpg = t.Gpg()
        files = make_files(t.short_dir())
        self.demo = t.Demo(conf={**files, ('reply', 'rate-per-sender'): '14', ('reply', 'own-lists'): 'abuse.example.org',
                                 ('reply', 'authserv-id'): MX, ('hours', 'open'): 'Mon-Sun 00:00-24:00',
                                 ('hours', 'urgent'): URGENT, ('team', 'key-url'): 'https://example.org/key.asc'})
        self.team = self.gpg.load(self.demo.team_key)[0]
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.stranger = self.gpg.generate('Stranger <x@elsewhere.example>')
        with open(self.demo.dir + '/alice.asc', 'wb') as file:
            file.write(self.gpg.export(self.alice))
        self.demo.cli('keys', 'import', '--pin', self.demo.dir + '/alice.asc')
        self.sent = 0

    def reasons(self):
        return re.findall(r' answer=(\S+)', '\n'.join(line for line in self.demo.log().splitlines() if ' state=' in line))

    def take(self, raw, sender):
        """Sends one mail; (reason, the answer or None). Nothing else goes on meanwhile."""
        before = len(self.demo.outgoing())
        seen = len(self.reasons())
        codes = self.demo.send(raw, sender, t.TEAM)
        assert codes == [250], codes
        self.sent += 1
        if not t.wait_for(lambda: len(self.reasons()) > seen, 30):
            return 'nothing', None
        reason = self.reasons()[seen]
        mid = t.header(raw, 'Message-ID')
        rules = {row[0]: row[1] for row in RULES}
        if rules.get(reason, 'none') == 'none':
            return reason, None
        if not t.wait_for(lambda: len(self.demo.outgoing()) > before, 20):
            return reason, None
        return reason, next((raw for raw in self.demo.outgoing() if t.header(raw, 'In-Reply-To') == mid), None)

    def preview(self, raw, sender):
        path = self.demo.dir + '/preview.eml'
        with open(path, 'wb') as file:
            file.write(raw)
        return self.demo.cli('policy', 'preview', '--json', '--from', sender, path).json

    def encrypted(self, to, signer, text, sender=ALICE, **more):
        return t.pgp_encrypted(self.gpg, sender, t.TEAM, '...', t.text_entity(text), [to], signer, **more)


def read_rules():
    """(code, answer) of docs/answers.md."""
    with open(os.path.join(t.SRC, 'docs', 'answers.md'), encoding='utf-8') as file:
        return re.findall(r'^\| `([\w-]+)` \| ([\w-]+) \|', file.read(), re.M)


RULES = read_rules()


def report(parts, kind):
    """multipart/report"""
    entity = t.part_entity(parts, 'report')
    return entity.replace(b'multipart/report', b'multipart/report; report-type=' + kind.encode(), 1)


def part(kind, text):
    return b'Content-Type: ' + kind.encode() + b'\r\n\r\n' + text.encode().replace(b'\n', b'\r\n')


def plain(name, sender=None, subject='about ' + MARK, **more):
    sender = sender or '%s@reporter.example' % name
    return t.plain(more.pop('frm', sender), t.TEAM, subject, more.pop('text', 'hello, this is about %s of %s\n' % (MARK, name)), **more), sender


def answered(office):
    """name -> (mail, sender, reason, what to look for in the answer)"""
    cases = {}
    raw = office.encrypted(office.team, office.alice, 'the secret is %s\n' % MARK)
    cases['encrypted and signed'] = (raw, ALICE, 'new-ticket', ['Thank you for your report', URGENT, 'We are staffed now'])
    raw = office.encrypted(office.team, office.alice, '機密は %s です。よろしくお願いします。\n' % MARK)
    cases['the same in Japanese'] = (raw, ALICE, 'new-ticket', ['ご連絡をいただき、ありがとうございます', '受付時間内です'])
    raw = office.encrypted(office.team, None, 'the secret is %s\n' % MARK, sender='anon@reporter.example')
    cases['encrypted, with no key to answer'] = (raw, 'anon@reporter.example', 'no-key', ['Your mail has arrived', 'ご連絡を受け付けました'])
    raw = office.encrypted(office.team, None, '機密は %s です。よろしくお願いします。\n' % MARK, sender='anon2@reporter.example')
    cases['encrypted in Japanese, with no key to answer'] = (raw, 'anon2@reporter.example', 'no-key', ['Your mail has arrived', 'ご連絡を受け付けました'])
    raw = office.encrypted(office.stranger, None, 'the secret is %s\n' % MARK, sender='lost@reporter.example')
    cases['encrypted to somebody else'] = (raw, 'lost@reporter.example', 'cannot-open', ['could not read', '読むことができませんでした'])
    cases['in the clear'] = plain('clear', text='hello, this is about the %s that we have seen\n' % MARK) + (
        'came-in-the-clear', ['came unencrypted', 'https://example.org/key.asc'])
    cases['in the clear, in Japanese'] = plain('meiryou', text='不審な %s を見つけました。\n' % MARK) + (
        'came-in-the-clear', ['暗号化されていませんでした'])
    cases['in no language'] = plain('logs', subject=MARK, text=MARK + '\n') + (
        'came-in-the-clear', ['暗号化されていませんでした', 'came unencrypted'])
    cases['from abuse@, with Precedence: bulk'] = plain('abuse', headers=[('Precedence', 'bulk')]) + (
        'came-in-the-clear', ['came unencrypted'])
    cases['by our own list'] = plain('member', headers=[('List-Id', 'Abuse <abuse.example.org>'), ('Precedence', 'list')]) + (
        'came-in-the-clear', ['came unencrypted'])
    cases['SPF fails, DKIM passes'] = plain('mover', headers=[(SPF, MX + '; spf=fail smtp.mailfrom=lists.example; dkim=pass header.d=reporter.example')]) + (
        'came-in-the-clear', ['came unencrypted'])
    cases['another server says fail'] = plain('honest', headers=[(SPF, 'mx.elsewhere.example; dmarc=fail header.from=reporter.example')]) + (
        'came-in-the-clear', ['came unencrypted'])
    cases['not ours to handle'] = plain('shop', text='Dear all, this is the best zqadvert %s of the year for you\n' % MARK) + (
        'out-of-scope', ['We do not handle advertising.', 'not one that we handle'])
    cases['not ours to handle, in no language'] = plain('shop2', subject=MARK, text='zqadvert %s\n' % MARK) + (
        'out-of-scope', ['We do not handle advertising.', '広告メールは当窓口の対象外です。'])
    raw = office.encrypted(office.team, office.alice, 'Dear all, this is the best zqadvert %s of the year\n' % MARK)
    cases['not ours to handle, encrypted'] = (raw, ALICE, 'out-of-scope', ['We do not handle advertising.'])
    raw = office.encrypted(office.team, None, 'Dear all, this is the best zqadvert %s of the year\n' % MARK, sender='anon2@reporter.example')
    cases['not ours to handle, and hidden'] = (raw, 'anon2@reporter.example', 'no-key', ['Your mail has arrived'])
    cases['a template that a rule names'] = plain('caller', text='this is for the zqhotline of the team: %s\n' % MARK) + (
        'came-in-the-clear', ['The hotline answers at once: ' + URGENT])
    cases['the same text again'] = plain('twice', text='the same %s again\n' % MARK) + ('same-text', ['the same text as one that you sent before'])
    return cases


def silent(office):
    """name -> (mail, sender, reason)"""
    status = part('message/delivery-status', 'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n')
    receipt = part('message/disposition-notification', 'Final-Recipient: rfc822; a@b\nDisposition: automatic-action/MDN-sent-automatically; displayed\n')
    arf = part('message/feedback-report', 'Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n')
    words = t.text_entity('words\n')
    cases = {
        'null-sender': plain('null')[0],
        'delivery-report': plain('mta', frm='bounces@reporter.example', entity=report([words, status], 'delivery-status')),
        'receipt': plain('reader', entity=report([words, receipt], 'disposition-notification')),
        'auto-submitted': plain('robot', headers=[('Auto-Submitted', 'auto-replied (vacation)')]),
        'mailing-list': plain('list', headers=[('List-Id', '<users.lists.example>')]),
        'precedence': plain('junk', headers=[('Precedence', 'junk')]),
        'suppressed': plain('quiet', headers=[('X-Auto-Response-Suppress', 'DR, OOF')]),
        'own-mail': plain('own', sender=t.TEAM),
        'not-one-from': plain('two', frm='a@reporter.example, b@reporter.example'),
        'no-address': plain('none', frm='"a b"@reporter.example'),
        'mail-system': plain('daemon', sender='mailer-daemon@reporter.example'),
        'machine-feed': plain('feed', entity=report([words, arf, part('message/rfc822', 'From: x@y\nSubject: z\n\nx\n')], 'feedback-report')),
        'rule': plain('tool', text='a zqfeed of %s\n' % MARK),
        'sender-not-plausible': plain('forged', headers=[(SPF, MX + '; spf=softfail; dmarc=fail header.from=reporter.example')]),
    }
    cases = {reason: (mail if isinstance(mail, tuple) else (mail, '')) for reason, mail in cases.items()}
    first, sender = plain('again')
    mid = t.header(first, 'Message-ID')
    office.take(first, sender)
    answer = t.header(office.demo.reply_to(mid), 'Message-ID')
    cases['same-mail'] = (first, sender)
    cases['message-id-clash'] = plain('again', text='something else %s\n' % MARK, mid=mid)
    cases['not-a-new-ticket'] = plain('again', text='more of %s\n' % MARK, headers=[('In-Reply-To', answer)])
    return cases


def words_of(office, raw):
    opened = office.gpg.open_mail(raw)
    return opened, str(opened.inner['Subject'] or opened.outer['Subject']) + '\n' + opened.text


def check_shape(tap, raw, name):
    """What every answer is: one line length, one text, its base64 and encoded words whole (RFC 5322, 2047, 2045)."""
    tap.ok(all(len(line) <= 76 for line in raw.split(b'\r\n\r\n')[0].split(b'\r\n')), name + ': header lines within 76')
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    texts = [p for p in mail.walk() if p.get_content_type() == 'text/plain']
    for text in texts:
        body = text.get_payload()
        tap.ok(all(len(line) <= 76 for line in body.splitlines()) or text['Content-Transfer-Encoding'] == '7bit', name + ': lines within 76')
        is_ascii = text.get_content().isascii()
        tap.equal((text['Content-Transfer-Encoding'], text.get_content_charset()), ('7bit', 'us-ascii') if is_ascii else ('base64', 'utf-8'),
                  name + ': its charset and encoding')
    raw_subject = dict(mail.raw_items())['Subject']
    tap.ok(raw_subject.isascii() and (mail['Subject'].isascii() or '=?utf-8?B?' in raw_subject or '=?UTF-8?B?' in raw_subject),
           name + ': the Subject in B encoding', raw_subject)
    tap.equal((mail['Auto-Submitted'], mail['Precedence']), ('auto-replied', None), name + ': Auto-Submitted')


def check_answered(office):
    tap = office.tap
    office.take(*plain('twice', text='the same %s again\n' % MARK))
    for name, (raw, sender, reason, pieces) in answered(office).items():
        said = office.preview(raw, sender)
        got, answer = office.take(raw, sender)
        if not tap.equal((got, answer is not None), (reason, True), '%s: %s' % (name, reason)):
            continue
        opened, words = words_of(office, answer)
        for piece in pieces:
            tap.contains(words, piece, '%s: "%s"' % (name, piece))
        tap.ok(opened.good and opened.signer == office.team, name + ': signed by the team')
        tap.equal(opened.encrypted, sender == ALICE, name + (': encrypted' if sender == ALICE else ': in the clear'))
        tap.ok(MARK not in words and MARK.encode() not in answer, name + ': nothing of the mail stands in it')
        tap.equal(t.header(answer, 'To'), sender, name + ': to the sender')
        both = 'came unencrypted' in words and '暗号化されていませんでした' in words
        tap.equal(both or ('advertising' in words and '広告' in words), name.endswith('in no language'), name + ': in one language, or in all when that is not known')
        check_shape(tap, answer, name)
        if reason != 'same-text':  # what came before is not the file's to tell
            tap.equal((said['reason'], said['answer']), (reason, dict(RULES)[reason]), name + ': as policy preview said')
            tap.equal(fold(said['body']), fold(opened.text), name + ': in the same words')


def fold(text):
    """Without what a preview cannot know: the ticket, and the minute."""
    return re.sub(r'\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d{4}-\d{6}', 'N', text).replace('\r\n', '\n').strip()


def check_silent(office):
    tap = office.tap
    cases = silent(office)
    before = len(office.demo.outgoing())
    for reason, (raw, sender) in cases.items():
        if reason not in ('same-mail', 'message-id-clash', 'not-a-new-ticket'):
            tap.equal(office.preview(raw, sender)['reason'], reason, reason + ': policy preview says so')
        tap.equal(office.take(raw, sender)[0], reason, reason + ': by LMTP')
    tap.equal(len(office.demo.outgoing()), before, 'and none of them is answered')
    control = plain('control')
    tap.ok(office.take(*control)[1], 'while others are')


def check_caps(office):
    """rate-per-sender = 14; then rate-per-hour = 1, after which only whom we know is answered."""
    tap = office.tap
    got = [office.take(*plain('script', text='always the same\n'))[0] for n in range(12)]
    tap.equal(got, ['came-in-the-clear'] + ['same-text'] * 9 + ['told-before'] * 2, 'told-before: by LMTP, from the eleventh mail on')
    got = [office.take(*plain('many', text='number %d\n' % n))[0] for n in range(16)]
    tap.equal(got, ['came-in-the-clear'] * 14 + ['too-many'] * 2, 'too-many: by LMTP, from the fifteenth mail on')
    office.demo.stop()
    office.demo.configure('reply', 'rate-per-hour', '1')
    office.demo.start()
    tap.equal(office.take(*plain('crowd'))[0], 'too-many-in-all', 'too-many-in-all: by LMTP')
    raw = office.encrypted(office.team, office.alice, 'another %s\n' % MARK)
    tap.equal(office.take(raw, ALICE)[0], 'new-ticket', 'but a report with a good signature is answered')


def check_sealed_words(office):
    """Answers whose reason comes from rules of the team: straight from the signer, sealed both ways."""
    tap = office.tap
    socket = office.demo.setting('runtime', 'directory') + '/signer.sock'
    for key in (None, office.alice):
        fields = dict(message_id='<r.1@example.org>', date='1795230000', language='ja', ticket='EXCSIRT #2026-000042',
                      recipient=ALICE, is_automatic='yes', template_name='out-of-scope', reason='当窓口の対象は example.org のみです。',
                      **({'encrypt_to': key} if key else {}))
        run = subprocess.run([t.program('tests/unit/seal-one'), socket, '1'] + ['%s=%s' % item for item in fields.items()],
                             capture_output=True, check=False)
        if not tap.equal(run.returncode, 0, 'out-of-scope: sealed'):
            tap.note(run.stderr.decode())
            continue
        opened, words = words_of(office, run.stdout)
        tap.ok('当窓口の対象は example.org のみです。' in words and '対象外' in words, 'out-of-scope: says the reason', words)
        tap.equal((opened.encrypted, opened.good), (key is not None, True), 'out-of-scope: ' + ('encrypted' if key else 'signed'))
        check_shape(tap, run.stdout, 'out-of-scope')


def check_mistakes(office):
    """conf -n names every mistake in templates and hours, and ends with 78; the signer does not start with one."""
    tap, demo = office.tap, office.demo
    tap.equal(demo.cli('conf', '-n').status, 0, 'conf -n: good templates')
    bad = demo.dir + '/templates'
    shutil.copytree(os.path.join(t.SRC, 'conf', 'templates'), bad)
    for name, text in (('ack.en.txt', 'Subject: x\n\n{subject}\n'), ('plaintext.ja.txt', 'no subject\n')):
        with open(os.path.join(bad, name), 'w', encoding='utf-8') as file:
            file.write(text)
    demo.configure('reply', 'templates', bad)
    demo.configure('hours', 'open', 'Mon-Fri 9-17')
    got = demo.cli('conf', '-n')
    said = got.err.decode()
    tap.equal(got.status, 78, 'conf -n: exit 78')
    for piece in ('ack.en.txt:3: unknown placeholder {subject}', 'plaintext.ja.txt:1: ', '[hours] open: "Mon-Fri 9-17"'):
        tap.contains(said, piece, 'conf -n names ' + piece)
    tap.equal(demo.cli('conf').status, 0, 'conf alone shows the settings all the same')
    run = subprocess.run([t.program('madoguchi-signer'), '-c', demo.conf_file], capture_output=True, timeout=30, check=False)
    tap.ok(run.returncode == 78 and b'unknown placeholder' in run.stderr, 'the signer does not start with one', run)
    os.unlink(os.path.join(bad, 'ack.en.txt'))
    os.unlink(os.path.join(bad, 'ack.ja.txt'))
    demo.configure('hours', 'open', 'Mon-Fri 09:00-17:00')
    shutil.copy(os.path.join(t.SRC, 'conf', 'templates', 'plaintext.ja.txt'), bad)
    tap.contains(demo.cli('conf', '-n').err.decode(), 'no ack.LANGUAGE.txt', 'conf -n names a template that is missing')


def main():
    t.need_programs()
    tap = t.Tap()
    office = Office(tap)
    check_answered(office)
    check_silent(office)
    check_caps(office)
    check_sealed_words(office)
    account = office.demo.settle(accepted=office.sent)
    tap.ok(account and account['balanced'], 'the account balances', account)
    seen = set(office.reasons())
    left = {code for code, answer in RULES} - seen
    tap.equal(sorted(left), [], 'every rule decided once')
    tap.ok(MARK not in office.demo.log(), 'and the log says nothing of the mails')
    office.demo.stop()
    check_mistakes(office)
    tap.done()


main()
