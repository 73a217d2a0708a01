"""Mails around what an implementation made, and the whole verdict that each must get.

A Case is made late (`make ()` runs the tool), opened with `madoguchi open --json`, and judged field by field: every
field that `want` names, and for a good signature the fingerprint, the From address and who vouched as well.
"""
import base64
import hashlib
import json

import madotest as t

TEXT = ('\u5831\u544a: 192.0.2.7 \u304c\u653b\u6483\u3057\u3066\u3044\u307e\u3059\u3002\n'
        '- one, and a line that starts like an mbox:\nFrom here on it is English.\n\n-----\nThe end.\n')
ASCII = 'The host 192.0.2.7 scans us.\n'
LONG = ''.join('%05d 192.0.2.7 \u653b\u6483 scans port %d\n' % (n, n * 7919 % 65536) for n in range(8000))
SUBJECT = '\u5831\u544a: a scan'
DATA = b'%PDF-1.4\n\x00\r\n\n1' + bytes(range(256))
TEAM = 'csirt@example.org'
MARK = '192.0.2.7'


class Case:
    def __init__(self, tool, name, make, want):
        self.tool, self.name, self.make, self.want = tool, name, make, want
        self.mail = self.report = self.problem = None


def flat(text):
    """As the tools get it: UTF-8 with CR LF."""
    return t.crlf(text.encode())


def entity(text=TEXT, charset='utf-8'):
    return t.text_entity(text, charset)


def mail(frm, body, subject=SUBJECT):
    return t.compose(t.outer_headers(frm, TEAM, subject), body)


# shapes around a message

def encrypted(message):
    """multipart/encrypted; binary messages travel as base64."""
    if message.startswith(b'-----BEGIN'):
        return t.encrypted_entity(message)
    return t.encrypted_entity(b'@').replace(b'\r\n\r\n@', b'\r\nContent-Transfer-Encoding: base64\r\n\r\n' + t.crlf(base64.encodebytes(message)))


def detached(part, signature, micalg='pgp-sha256'):
    """multipart/signed around `part`: all of its bytes are signed, the line break before the boundary is not."""
    if not signature.startswith(b'-----BEGIN'):
        signature = b'-----BEGIN PGP SIGNATURE-----\r\n\r\n' + base64.encodebytes(signature) + b'-----END PGP SIGNATURE-----\r\n'
    mark = b's' + hashlib.sha256(part + signature).hexdigest()[:20].encode()
    return (b'Content-Type: multipart/signed; protocol="application/pgp-signature";\r\n micalg=' + micalg.encode()
            + b'; boundary="' + mark + b'"\r\n\r\n--' + mark + b'\r\n' + part + b'\r\n--' + mark
            + b'\r\nContent-Type: application/pgp-signature; name="signature.asc"\r\n\r\n' + t.crlf(signature) + b'\r\n--' + mark + b'--\r\n')


def signable(text=TEXT, charset='utf-8'):
    return entity(text, charset)


def inline(block, encoding='8bit'):
    head = b'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ' + encoding.encode() + b'\r\n\r\n'
    if encoding == 'base64':
        return head + t.crlf(base64.encodebytes(block))
    if encoding == 'quoted-printable':
        return head + b''.join(b''.join(b'=%02X' % c if c > 126 or c in b'=' else bytes([c]) for c in line) + b'\r\n' for line in block.splitlines())
    return head + t.crlf(block)


def file(message, name='report.txt.pgp'):
    """The mail is that file and nothing else."""
    return t.attachment(name, message)


def beside(message, name='evidence.pdf.pgp', *more):
    return t.part_entity([t.text_entity('See the file.\n'), t.attachment(name, message), *more])


def mangled(message):
    """What Exchange makes of PGP/MIME."""
    return t.part_entity([t.text_entity('\n'), b'Content-Type: application/pgp-encrypted; name="version.asc"\r\n\r\nVersion: 1\r\n',
                          t.attachment('encrypted.asc', message)])


def spoil(message, at):
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1:]


# verdicts

def whole(form, operation, signer=None, **more):
    """Encrypted as a whole, opened; with `signer` signed inside."""
    return want('whole', signer, layers=[(form, operation, 'ok')], **more)


def signed(form, signer, **more):
    return want('none', signer, layers=[(form, 'verify', 'ok')], **more)


def part(encryption, signature, layer, **more):
    """A file beside an unprotected text: never more than partial."""
    return want(encryption, None, 'See the file.\n', signature=signature, layers=[layer], **more)


def want(encryption, signer=None, text=TEXT, signature=None, reason=None, **more):
    return dict(encryption=encryption, signature=signature or ('good' if signer else 'none'), signer=signer, text=text, reason=reason, **more)


def refused(reason, **more):
    """Not opened, and the reason is named; not a word of the text anywhere."""
    return want('whole', None, '', reason=reason, secret=True, **more)


def unverified(status, signer=None, **more):
    """Read, but the signature is not good."""
    return want('none', signer, signature=status, **more)


class Judge:
    """Compares; `wrong` lists what differs."""

    def __init__(self, report, want):
        self.report, self.want, self.wrong = report, want, []

    def equal(self, name, got, wanted):
        if got != wanted:
            self.wrong.append('%s: got %r, want %r' % (name, got, wanted))

    def signer(self):
        found, wanted = self.report['signer'], self.want['signer']
        if wanted is None:
            self.equal('signer', found, None)
        elif found is None:
            self.wrong.append('signer: none, want %s' % wanted.fingerprint)
        else:
            self.equal('fingerprint', found['fingerprint'], wanted.fingerprint)
            self.equal('matches_from', found['matches_from'], self.want.get('matches', True))
            self.equal('vouched_by', found['vouched_by'], self.want.get('vouched', 'pin'))

    def parts(self):
        """The file that was protected, by its hash."""
        for key, data in (('decrypted', self.want.get('file')), ('signed', self.want.get('signed_file'))):
            if data is not None:
                hashes = [part['sha256'] for part in self.report['parts'] if part.get(key)]
                self.equal('files that are ' + key, hashes, [hashlib.sha256(data).hexdigest()])

    def all(self):
        report, want = self.report, self.want
        for key in ('encryption', 'signature', 'subject', 'text_charset'):
            if key in want:
                self.equal(key, report[key], want[key])
        self.equal('reason', (report['undecryptable'] or {}).get('reason'), want['reason'])
        self.equal('text', report['text'], want['text'])
        self.signer()
        self.parts()
        if 'layers' in want:
            self.equal('layers', [(x['form'], x['operation'], x['outcome']) for x in report['layers']], want['layers'])
        if 'integrity' in want:
            self.equal('integrity', report['layers'][0]['integrity'], want['integrity'])
        if 'hash' in want:
            self.equal('hash', [s['hash'] for x in report['layers'] for s in x['signatures']], want['hash'])
        if 'to' in want:
            self.equal('recipients', len(report['layers'][0]['encrypted_to']), want['to'])
        if 'says' in want and not any(want['says'] in words for words in report['problems']):
            self.wrong.append('problems: %r, want one with %r' % (report['problems'], want['says']))
        if 'says' not in want and want['reason'] is None and want['signature'] in ('good', 'none') and report['problems']:
            self.wrong.append('problems: %r, want none' % report['problems'])
        if want.get('secret') and MARK in json.dumps(report):
            self.wrong.append('the text of a refused message is in the report')
        return self.wrong
