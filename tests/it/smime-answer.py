#!/usr/bin/env python3
"""A reporter who signs with S/MIME is answered in S/MIME, when the team has a certificate and trusts the authority of his: read
back by openssl and by gpgsm, and held against RFC 9788. Everybody else gets an OpenPGP answer, and the ticket says why."""
import email
import email.policy
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madohp as hp  # noqa: E402
import madotest as t  # noqa: E402
from madogpg import split_signed  # noqa: E402


def run(*words, data=b'', check=True):
    done = subprocess.run([str(w) for w in words], input=data, capture_output=True, check=False)
    if check and done.returncode != 0:
        raise RuntimeError('%s: %s' % (' '.join(map(str, words)), done.stderr.decode('utf-8', 'replace')))
    return done


class House:
    """Two authorities and their clients, in files of one directory."""

    def __init__(self):
        self.dir = t.short_dir('c')
        for name in ('ca', 'other'):
            run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', self.path(name, 'key'), '-out', self.path(name, 'pem'),
                '-subj', '/CN=%s authority' % name, '-days', '3650', '-addext', 'keyUsage=critical,keyCertSign,cRLSign')

    def path(self, name, kind):
        return '%s/%s.%s' % (self.dir, name, kind)

    def certificate(self, name, address, authority='ca', usage='digitalSignature,keyEncipherment'):
        with open(self.path(name, 'ext'), 'w', encoding='ascii') as out:
            out.write('basicConstraints=CA:FALSE\nkeyUsage=%s\nextendedKeyUsage=emailProtection\nsubjectAltName=email:%s\n' % (usage, address))
        run('openssl', 'req', '-newkey', 'rsa:2048', '-nodes', '-keyout', self.path(name, 'key'), '-out', self.path(name, 'csr'),
            '-subj', '/C=JP/O=Example/CN=%s' % name)
        run('openssl', 'x509', '-req', '-in', self.path(name, 'csr'), '-CA', self.path(authority, 'pem'), '-CAkey', self.path(authority, 'key'),
            '-CAcreateserial', '-days', '300', '-extfile', self.path(name, 'ext'), '-out', self.path(name, 'pem'))

    def fingerprint(self, name):
        return run('openssl', 'x509', '-in', self.path(name, 'pem'), '-noout', '-fingerprint', '-sha1').stdout.decode().strip().partition('=')[2].replace(':', '')

    def bring(self, home, name):
        """The certificate and the key into a GnuPG home."""
        for _ in range(20): # with an empty passphrase gpgsm 2.2 reads what it decrypted wrongly, now and then: another salt
            bundle = run('openssl', 'pkcs12', '-export', '-legacy', '-inkey', self.path(name, 'key'), '-in', self.path(name, 'pem'), '-passout', 'pass:').stdout
            with open(self.path(name, 'p12'), 'wb') as out:
                out.write(bundle)
            done = run('gpgsm', '--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--import',
                       self.path(name, 'p12'), check=False)
            if b'secret keys imported: 1' in done.stderr:
                break
        else:
            raise RuntimeError(done.stderr.decode('utf-8', 'replace'))
        run('gpgsm', '--homedir', home, '--batch', '--import', self.path('ca', 'pem'))
        run('gpgconf', '--homedir', home, '--kill', 'gpg-agent')

    def signed_mail(self, name, frm, number):
        entity = 'Content-Type: text/plain; charset=us-ascii\r\n\r\nhost %d scans us\r\n' % number
        body = run('openssl', 'cms', '-sign', '-signer', self.path(name, 'pem'), '-inkey', self.path(name, 'key'), '-md', 'sha256',
                   '-certfile', self.path('ca', 'pem'), '-outform', 'SMIME', '-binary', data=entity.encode()).stdout
        mid = t.message_id()
        head = 'From: %s\r\nTo: %s\r\nSubject: report\r\nMessage-ID: %s\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n' % (frm, t.TEAM, mid)
        return mid, head.encode() + t.crlf(body)


def answer(demo, house, name, frm, number):
    mid, raw = house.signed_mail(name, frm, number)
    demo.send(raw, frm)
    reply = demo.reply_to(mid, 30)
    incident = demo.ticket_of(mid)
    return incident, reply, [e for e in incident['thread'] if e['direction'] == 'out'][0]


def read_back(tap, house, raw, ticket):
    """openssl and gpgsm, each for itself."""
    outer = email.message_from_bytes(raw, policy=email.policy.default)
    tap.equal((outer.get_content_type(), outer.get_param('smime-type')), ('application/pkcs7-mime', 'enveloped-data'), 'the answer is S/MIME')
    sealed = outer.get_payload(decode=True)
    entity = run('openssl', 'cms', '-decrypt', '-inform', 'DER', '-binary', '-recip', house.path('alice', 'pem'), '-inkey', house.path('alice', 'key'), data=sealed).stdout
    inner = email.message_from_bytes(entity, policy=email.policy.default)
    payload, signature = split_signed(entity, inner.get_boundary())
    tap.equal(inner.get_content_type(), 'multipart/signed', 'signed inside the encryption')
    with open(house.path('x', 'p7s'), 'wb') as out:
        out.write(signature)
    with open(house.path('x', 'txt'), 'wb') as out:
        out.write(payload)
    words = ['openssl', 'cms', '-verify', '-inform', 'DER', '-binary', '-in', house.path('x', 'p7s'), '-content', house.path('x', 'txt'),
             '-CAfile', house.path('ca', 'pem'), '-signer', house.path('x', 'pem')]
    tap.equal(run(*words, check=False).returncode, 0, 'openssl finds the signature good')
    tap.equal(run('openssl', 'x509', '-in', house.path('x', 'pem'), '-noout', '-email').stdout.decode().strip(), t.TEAM, 'by the team')
    with open(house.path('x', 'txt'), 'ab') as out:
        out.write(b'x')
    tap.ok(run(*words, check=False).returncode != 0, 'and a changed text is noticed')
    tap.equal(hp.check(raw, payload, True), [], 'header protection')
    tap.ok(ticket in email.message_from_bytes(payload, policy=email.policy.default).get_body(('plain',)).get_content(), 'the ticket is inside')
    tap.ok(ticket.partition('#')[2].encode() not in raw, 'and not outside')
    tap.equal(str(outer['Subject']), '[...]', 'nor is the Subject')
    home = tempfile.mkdtemp(prefix='g', dir='/tmp')
    with open(home + '/gpgsm.conf', 'w', encoding='ascii') as conf:
        conf.write('disable-crl-checks\ndisable-policy-checks\ndisable-dirmngr\nno-common-certs-import\n')
    with open(home + '/trustlist.txt', 'w', encoding='ascii') as conf:
        conf.write(house.fingerprint('ca') + ' S\n')
    house.bring(home, 'alice')
    plain = run('gpgsm', '--homedir', home, '--batch', '--decrypt', data=sealed)
    tap.equal(plain.stdout, entity, 'gpgsm decrypts the same')
    with open(house.path('x', 'txt'), 'wb') as out:
        out.write(payload)
    said = run('gpgsm', '--homedir', home, '--batch', '--status-fd', '1', '--verify', house.path('x', 'p7s'), house.path('x', 'txt'), check=False).stdout.decode()
    tap.ok('GOODSIG' in said and 'TRUST_FULLY' in said, 'and finds the signature good', said)
    run('gpgconf', '--homedir', home, '--kill', 'gpg-agent')
    shutil.rmtree(home)


def main():
    t.need_programs()
    for tool in ('openssl', 'gpgsm'):
        if shutil.which(tool) is None:
            t.skip_all(tool + ' is not installed')
    tap, house = t.Tap(), House()
    house.certificate('team', t.TEAM)
    house.certificate('alice', 'alice@smime.example')
    house.certificate('mute', 'mute@smime.example', usage='digitalSignature')
    house.certificate('stranger', 'stranger@smime.example', 'other')
    demo = t.Demo(conf={('log', 'level'): 'debug'}, start=False)
    house.bring(demo.setting('crypto', 'gnupg-home'), 'team')
    with open(demo.dir + '/authorities', 'w', encoding='ascii') as trust:
        trust.write(house.fingerprint('ca') + '\n')
    demo.configure('crypto', 'smime-trust', demo.dir + '/authorities')
    demo.start()
    incident, raw, out = answer(demo, house, 'alice', 'alice@smime.example', 1)
    tap.ok(raw is not None and b'multipart/signed' in raw and out['encrypted_to'] is None, 'without a certificate of ours: OpenPGP, in the clear')
    tap.equal([k['reason'] for k in out['keys_considered']], ['the team has no certificate to answer in S/MIME with'], 'and the ticket says why')
    demo.stop()
    demo.configure('team', 'smime-certificate', house.fingerprint('team'))
    demo.start()
    incident, raw, out = answer(demo, house, 'alice', 'alice@smime.example', 2)
    tap.equal((out['encrypted_to'], out['key_source']), (house.fingerprint('alice'), 'signed'), 'answered to the certificate that signed')
    if raw is not None and b'application/pkcs7-mime' in raw:
        read_back(tap, house, raw, incident['ticket'])
    else:
        tap.ok(False, 'the answer is S/MIME', (raw or b'')[:2000])
    incident, raw, out = answer(demo, house, 'stranger', 'stranger@smime.example', 3)
    tap.ok(raw is not None and out['encrypted_to'] is None, 'a certificate of another authority: in the clear')
    tap.ok(any('leads to no authority' in k['reason'] or 'could not be read' in k['reason'] for k in out['keys_considered']), 'and the ticket says why', out['keys_considered'])
    incident, raw, out = answer(demo, house, 'mute', 'mute@smime.example', 4)
    tap.ok(raw is not None and out['encrypted_to'] is None, 'a certificate that only signs: in the clear')
    tap.ok(any(e['direction'] == 'event' and 'could not be encrypted' in e['text'] for e in incident['thread']), 'and the thread says so', out)
    incident, raw, out = answer(demo, house, 'alice', 'somebody@else.example', 5)
    tap.ok(raw is not None and out['encrypted_to'] is None, "somebody else's certificate: in the clear")
    demo.stop()
    demo.configure('team', 'smime-certificate', house.fingerprint('stranger'))
    demo.start()
    incident, raw, out = answer(demo, house, 'alice', 'alice@smime.example', 6)
    tap.ok(raw is not None and b'multipart/signed' in raw and out['encrypted_to'] is None, 'a certificate of ours that is not there: in the clear, not never')
    tap.equal(demo.stop(), 0, 'the gateway stops')
    tap.done()


main()
