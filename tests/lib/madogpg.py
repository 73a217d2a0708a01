"""A throw-away GnuPG home with generated keys: what a reporter has on the other side."""
import atexit
import email
import email.policy
import os
import re
import shutil
import subprocess
import tempfile


class Opened:
    """What gpg said about one mail: .text (of the inner mail), .inner (email message), .encrypted, .good (a
    GOODSIG line), .signer (fingerprint of the primary key from VALIDSIG), .status (all lines)."""

    def __init__(self, outer, inner, encrypted, status):
        self.outer, self.inner, self.encrypted, self.status = outer, inner, encrypted, status
        self.good = any(line.startswith('GOODSIG ') for line in status)
        valid = [line.split() for line in status if line.startswith('VALIDSIG ')]
        self.signer = valid[0][-1] if valid else None
        self.subject = str(inner['Subject']) if inner['Subject'] is not None else None

    @property
    def text(self):
        body = self.inner.get_body(('plain',))
        return body.get_content() if body is not None else ''


class Gpg:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix='g', dir='/tmp')
        with open(self.home + '/gpg.conf', 'w', encoding='ascii') as conf:
            conf.write('no-auto-key-retrieve\nno-auto-check-trustdb\nno-random-seed-file\ntrust-model always\n')
        atexit.register(self.close)

    def close(self):
        if self.home is None:
            return
        subprocess.run(['gpgconf', '--homedir', self.home, '--kill', 'gpg-agent'], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.home, ignore_errors=True)
        self.home = None

    def run(self, *words, stdin=b'', check=True):
        """(plain output, status lines). Raises with gpg's own words when `check` and it failed."""
        reading, writing = os.pipe()
        with tempfile.TemporaryFile() as source:
            source.write(stdin)
            source.seek(0)
            process = subprocess.Popen(
                ['gpg', '--homedir', self.home, '--batch', '--no-tty', '--yes', '--pinentry-mode', 'loopback',
                 '--passphrase', '', '--status-fd', str(writing)] + list(words),
                stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[writing])
            os.close(writing)
            out, err = process.communicate()
        with os.fdopen(reading, 'rb') as pipe:
            status = [line.partition('[GNUPG:] ')[2] for line in pipe.read().decode('utf-8', 'replace').splitlines()]
        if check and process.returncode != 0:
            raise RuntimeError('gpg %s: %s' % (' '.join(words), err.decode('utf-8', 'replace')))
        return out, status

    def generate(self, user_id, kind='ed25519'):
        """A key that signs and a subkey that decrypts (ed25519+cv25519, dsa2048+elg2048, rsaNNNN or a curve); returns
        its fingerprint."""
        sub = {'ed25519': 'cv25519', 'dsa2048': 'elg2048'}.get(kind, kind)
        _, status = self.run('--quick-generate-key', user_id, kind, 'cert,sign', 'never')
        made = [line.split()[-1] for line in status if line.startswith('KEY_CREATED ')][0]
        self.run('--quick-add-key', made, sub, 'encr', 'never')
        return made

    def export(self, fingerprint):
        return self.run('--armor', '--export', fingerprint)[0]

    def export_secret(self, fingerprint):
        return self.run('--armor', '--export-secret-keys', fingerprint)[0]

    def load(self, block):
        """Imports keys; returns their fingerprints."""
        _, status = self.run('--import', stdin=block)
        return [line.split()[2] for line in status if line.startswith('IMPORT_OK ')]

    def delete(self, fingerprint):
        self.run('--delete-secret-and-public-key', fingerprint)

    def sign_detached(self, signer, data, digest='SHA512', *more):
        return self.run('--armor', '--local-user', signer, '--digest-algo', digest, *more, '--detach-sign', stdin=data)[0]

    def encrypt(self, recipients, data, signer=None, *more):
        """Encrypts; with `signer` the signature is inside (combined form)."""
        words = ['--armor'] + [w for r in recipients for w in ('--recipient', r)]
        words += ['--local-user', signer, '--digest-algo', 'SHA512', '--sign'] if signer else []
        return self.run(*words, *more, '--encrypt', stdin=data)[0]

    def decrypt(self, data):
        """(plaintext or None, status lines)"""
        out, status = self.run('--decrypt', stdin=data, check=False)
        return (out if 'DECRYPTION_OKAY' in status else None), status

    def verify(self, signature, data):
        with tempfile.NamedTemporaryFile() as sig, tempfile.NamedTemporaryFile() as signed:
            sig.write(signature)
            sig.flush()
            signed.write(data)
            signed.flush()
            return self.run('--verify', sig.name, signed.name, check=False)[1]

    def open_mail(self, raw):
        """Opens a PGP/MIME mail with gpg alone, as a reporter's program would."""
        outer = email.message_from_bytes(raw, policy=email.policy.default)
        encrypted = outer.get_content_type() == 'multipart/encrypted'
        status, entity = [], raw
        if encrypted:
            parts = list(outer.iter_parts())
            entity, status = self.decrypt(parts[1].get_payload(decode=True))
            if entity is None:
                return Opened(outer, email.message_from_bytes(b'', policy=email.policy.default), True, status)
        inner = email.message_from_bytes(entity, policy=email.policy.default)
        if inner.get_content_type() == 'multipart/signed':
            signed, signature = split_signed(entity, inner.get_boundary())
            status = status + self.verify(signature, signed)
            payload = email.message_from_bytes(signed, policy=email.policy.default)
            if payload['Subject'] is None and inner['Subject'] is not None:
                payload['Subject'] = str(inner['Subject'])
            inner = payload
        return Opened(outer, inner, encrypted, status)


def split_signed(entity, boundary):
    """(the signed bytes with CRLF line ends, the signature) of a multipart/signed entity."""
    text = re.sub(rb'\r?\n', b'\r\n', entity)
    pieces = re.split(rb'(?:^|\r\n)--' + re.escape(boundary.encode()) + rb'(?:--)?[ \t]*(?:\r\n|$)', text)
    return pieces[1], email.message_from_bytes(pieces[2]).get_payload(decode=True)
