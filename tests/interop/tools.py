"""One class per OpenPGP implementation, all with the same four verbs. What a tool cannot do is not in its tables.

  encrypt (data, to, signer=None, **options)   to: names of the team's keys
  detach (data, signer, **options)             a detached signature
  clear (data, signer, **options)              the cleartext framework
  opaque (data, signer, **options)             signed, not encrypted, in one message

Options that all understand: binary=True (no armour), text=True (a text signature, line ends CR LF).
A tool that fails raises Failed: the case counts as unexpected.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import threading

import mails as m

HERE = os.path.dirname(os.path.abspath(__file__))
CURVES = ('nistp256', 'nistp384', 'nistp521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1')
NIST = CURVES[:3]
RSA = ('rsa2048', 'rsa4096')
MAIN_KIND = 'ed25519'
RING = threading.Lock() # gpg does not like two writers of one key ring
KINDS = (MAIN_KIND,) + RSA + CURVES


class Failed(Exception):
    pass


def run(words, data=b'', env=None, good=(0,)):
    done = subprocess.run([str(w) for w in words], input=data, capture_output=True, check=False, timeout=120,
                          env=None if env is None else dict(os.environ, **env))
    if done.returncode not in good:
        raise Failed('%s: exit %d: %s' % (' '.join(map(str, words)), done.returncode, done.stderr.decode('utf-8', 'replace')[-800:]))
    return done.stdout


class Sender:
    """A key that signs: its address, its fingerprint, the public key, and what its tool calls the secret one."""
    def __init__(self, kind, address, fingerprint, public, secret):
        self.kind, self.address, self.fingerprint, self.public, self.secret = kind, address, fingerprint, public, secret


class Tool:
    """`work`: a directory of its own. `team`: {kind: file with the team's public key}. `recipients`: the kinds of team
    keys that it can encrypt to."""
    name = version = None
    recipients = KINDS
    clears = opaques = True
    verifies_answers = True # GnuPG 1.4 knows no EdDSA, with which the demo signs
    clear_tail = '' # what stands at the end of a clear-signed text: the framework leaves one line end out, GnuPG shows it
    unpadded = {} # options for messages so large that GnuPG 2.2 does not take their padding
    program = None

    def __init__(self, work, team, gpg):
        self.work, self.team, self.gpg = work + '/' + self.name, team, gpg
        os.mkdir(self.work)
        self.senders = {}
        self.lock = threading.Lock()

    @classmethod
    def missing(cls):
        """Why this tool cannot be used here, or None."""
        return None if shutil.which(cls.program) else cls.program + ' is not installed'

    def address(self, kind):
        return '%s@%s.example' % (kind.lower(), self.name.lower().replace('.', '').replace(' ', '-'))

    def path(self, name, data=None):
        path = os.path.join(self.work, name)
        if data is not None:
            with open(path, 'wb') as file:
                file.write(data)
        return path

    def add(self, kind, public, secret):
        """Takes a key in; its fingerprint is what gpg reads from the public part."""
        rows = self.gpg.run('--with-colons', '--show-keys', stdin=public)[0].decode().splitlines()
        fingerprint = next(row.split(':')[9] for row in rows if row.startswith('fpr:'))
        self.senders[kind] = Sender(kind, self.address(kind), fingerprint, public, secret)
        return self.senders[kind]

    def borrow(self, kind):
        """A key of a kind that the tool signs with but does not make: made by gpg. Returns (public, secret), armoured."""
        with RING:
            fingerprint = self.gpg.generate('%s <%s>' % (kind, self.address(kind)), kind)
            return self.gpg.export(fingerprint), self.gpg.export_secret(fingerprint)

    @property
    def clear_text(self):
        return m.TEXT + self.clear_tail

    def says_good(self, words, fingerprint):
        """Do the words of the tool name a good signature by this key?"""
        return fingerprint in words

    def close(self):
        pass


class Gpg(Tool):
    """GnuPG 2.2 itself, with every switch that changes what goes over the wire."""
    name = program = 'gpg'
    signing = KINDS + ('dsa2048',)

    def make_keys(self):
        with RING:
            self.gpg.load(b''.join(open(path, 'rb').read() for path in self.team.values()))
        for kind in self.signing:
            public, secret = self.borrow(kind)
            self.add(kind, public, secret)
            self.senders[kind].secret = self.senders[kind].fingerprint
        self.version = run(['gpg', '--version']).split()[2].decode()

    def call(self, data, *words, binary=False, text=False, options=()):
        words = ([] if binary else ['--armor']) + (['--textmode'] if text else []) + list(options) + list(words)
        out, _ = self.gpg.run(*words, stdin=data)
        return out

    def encrypt(self, data, to, signer=None, hidden=False, **more):
        words = [w for kind in to for w in ('-R' if hidden else '-r', self.fingerprint(kind))]
        return self.call(data, *words, *(('-u', signer.secret, '-s') if signer else ()), '-e', **more)

    def fingerprint(self, kind):
        """Of a key of the team, or of somebody else when `kind` is a fingerprint already."""
        return self.team_fingerprints.get(kind, kind)

    def detach(self, data, signer, **more):
        return self.call(data, '-u', signer.secret, '--detach-sign', **more)

    def clear(self, data, signer, **more):
        return self.call(data, '-u', signer.secret, '--clearsign', **more)

    def opaque(self, data, signer, **more):
        return self.call(data, '-u', signer.secret, '--sign', **more)

    def open(self, data, key, team):
        return self.gpg.decrypt(data)

    def says_good(self, words, fingerprint):
        return any(line.startswith('VALIDSIG ') and line.endswith(fingerprint) for line in words)


class OldGpg(Tool):
    """GnuPG 1.4: the packets of twenty years ago, among them messages without integrity protection."""
    name = program = 'gpg1'
    verifies_answers = False
    recipients = RSA + ('elg2048',)
    signing = RSA + ('dsa2048',)

    def make_keys(self):
        os.chmod(self.work, 0o700)
        for kind in self.signing:
            public, secret = self.borrow(kind)
            self.call(secret, '--import')
            self.add(kind, public, None)
            self.senders[kind].secret = self.senders[kind].fingerprint
        for kind in self.recipients + ('stranger',):
            self.call(open(self.team[kind], 'rb').read(), '--import')
        self.version = run(['gpg1', '--version']).split()[2].decode()

    def call(self, data, *words, binary=False, text=False, options=()):
        words = ([] if binary else ['--armor']) + (['--textmode'] if text else []) + list(options) + list(words)
        with self.lock: # its random seed and its rings are files without locks between readers and writers
            return run(['gpg1', '--homedir', self.work, '--batch', '--no-tty', '-q', '--trust-model', 'always', *words], data)

    def encrypt(self, data, to, signer=None, **more):
        words = [w for kind in to for w in ('-r', self.team_fingerprints[kind])]
        return self.call(data, *words, *(('-u', signer.secret, '-s') if signer else ()), '-e', **more)

    detach, clear, opaque = Gpg.detach, Gpg.clear, Gpg.opaque

    def open(self, data, key, team):
        done = subprocess.run(['gpg1', '--homedir', self.work, '--batch', '--no-tty', '-q', '--decrypt'], input=data, capture_output=True, check=False)
        if b'decryption failed' in done.stderr:
            raise Failed(done.stderr.decode('utf-8', 'replace'))
        return done.stdout, []


class Sop(Tool):
    """The Stateless OpenPGP interface, as sqop, pgpainless-cli and gosop speak it."""
    made = 'ed25519'
    borrowed = ()
    env = None

    def make_keys(self):
        self.version = ' '.join(self.sop('version').decode().split())
        for kind in (self.made,) + self.borrowed:
            if kind == self.made:
                secret = self.sop('generate-key', 'Key <%s>' % self.address(kind))
                public = self.sop('extract-cert', data=secret)
            else:
                public, secret = self.borrow(kind)
            self.add(kind, public, self.path(kind + '.key', secret))

    def sop(self, *words, data=b''):
        return run([self.program, *words], data, self.env)

    def style(self, binary, text):
        return (['--no-armor'] if binary else []) + (['--as=text'] if text else [])

    def encrypt(self, data, to, signer=None, binary=False, text=False, password=None):
        words = ['--sign-with=' + signer.secret] if signer else []
        words += ['--with-password=' + self.path('password', password)] if password else []
        return self.sop('encrypt', *self.style(binary, text), *words, *(self.team.get(kind, kind) for kind in to), data=data)

    def detach(self, data, signer, binary=False, text=False):
        return self.sop('sign', *self.style(binary, text), signer.secret, data=data)

    def clear(self, data, signer):
        return self.sop('inline-sign', '--as=' + self.clear_word, signer.secret, data=data)

    def opaque(self, data, signer, binary=False, text=False):
        return self.sop('inline-sign', *self.style(binary, text), signer.secret, data=data)

    def open(self, data, key, team):
        verified = self.path('verified')
        if os.path.exists(verified):
            os.unlink(verified)
        text = self.sop('decrypt', self.out_word + '=' + verified, '--verify-with=' + team, key.secret, data=data)
        with open(verified, encoding='ascii') as lines:
            return text, lines.read().split()


class Sqop(Sop):
    name = program = 'sqop'
    recipients = ('ed25519',) + RSA + NIST
    borrowed = RSA + NIST + ('dsa2048',)
    clear_word, out_word = 'clearsigned', '--verifications-out'


class Pgpainless(Sop):
    clear_tail = '\n'
    name, program = 'pgpainless', 'pgpainless-cli'
    recipients = KINDS
    borrowed = RSA + CURVES
    env = {'JAVA_TOOL_OPTIONS': '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto'}
    clear_word, out_word = 'clearsigned', '--verifications-out'


class Gosop(Sop):
    name = program = 'gosop'
    made = 'rsa2048'
    recipients = KINDS
    borrowed = ('ed25519', 'rsa4096') + CURVES
    clears = opaques = False
    out_word = '--verify-out'


class Sq(Tool):
    """Sequoia's own command line: padding and the other compressions, and text of any size."""
    name = program = 'sq'
    recipients = ('ed25519',) + RSA + NIST
    unpadded = {'options': ('--compression', 'none')}
    suites = {'ed25519': 'cv25519', 'rsa3072': 'rsa3k', 'rsa4096': 'rsa4k'}
    borrowed = NIST

    def make_keys(self):
        self.version = run(['sq', '--version']).split()[1].decode()
        for kind, suite in self.suites.items():
            path = self.path(kind + '.key')
            run(['sq', 'key', 'generate', '--cipher-suite', suite, '--userid', 'Key <%s>' % self.address(kind), '--export', path])
            self.add(kind, run(['sq', 'key', 'extract-cert', path]), path)
        for kind in self.borrowed:
            public, secret = self.borrow(kind)
            self.add(kind, public, self.path(kind + '.key', secret))

    def encrypt(self, data, to, signer=None, binary=False, options=()):
        words = [w for kind in to for w in ('--recipient-cert', self.team.get(kind, kind))]
        return run(['sq', 'encrypt', *(['--binary'] if binary else []), *words, *(['--signer-key', signer.secret] if signer else []), *options], data)

    def sign(self, data, signer, *words, binary=False):
        return run(['sq', 'sign', *(['--binary'] if binary else []), '--signer-key', signer.secret, *words], data)

    def detach(self, data, signer, binary=False, options=()):
        return self.sign(data, signer, '--detached', *options, binary=binary)

    def clear(self, data, signer):
        return self.sign(data, signer, '--cleartext-signature')

    def opaque(self, data, signer, binary=False):
        return self.sign(data, signer, binary=binary)

    def open(self, data, key, team):
        done = subprocess.run(['sq', 'decrypt', '--signatures', '1', '--signer-cert', team, '--recipient-key', key.secret], input=data,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr.decode())
        return done.stdout, done.stderr.decode()

    def says_good(self, words, fingerprint):
        return 'Good signature from ' + fingerprint[-16:] in words and '1 good signature' in words


class Rnp(Tool):
    """RNP, the library of Thunderbird."""
    clear_tail = '\n'
    name = program = 'rnp'
    recipients = KINDS
    answers = {'ed25519': '22\n', 'rsa2048': '1\n2048\n', 'rsa4096': '1\n4096\n', **{kind: '19\n%d\n' % number for number, kind in enumerate(CURVES, 1)}}

    def make_keys(self):
        self.version = run(['rnp', '--version']).split()[1].decode()
        for kind, answer in self.answers.items():
            made = run(['rnpkeys', '--homedir', self.work, '--generate-key', '--expert', '--userid', 'Key <%s>' % self.address(kind),
                        '--password', ''], answer.encode()).decode()
            fingerprint = re.search(r'^\s+([0-9a-f]{40})\s*$', made, re.M).group(1)
            public = run(['rnpkeys', '--homedir', self.work, '--notty', '--export-key', fingerprint])
            self.add(kind, public, fingerprint)
        for path in self.team.values():
            run(['rnpkeys', '--homedir', self.work, '--notty', '--import', path])

    def call(self, data, *words, binary=False):
        with self.lock:
            self.count = getattr(self, 'count', 0) + 1
            source = self.path('in%d' % self.count, data)
        out = source + '.out'
        try:
            run(['rnp', '--homedir', self.work, '--notty', '--password', '', '--overwrite', '--output', out, *([] if binary else ['--armor']), *words, source])
            with open(out, 'rb') as file:
                return file.read()
        finally:
            for path in (source, out):
                if os.path.exists(path):
                    os.unlink(path)

    def encrypt(self, data, to, signer=None, binary=False, options=()):
        words = [w for kind in to for w in ('-r', self.team_fingerprints.get(kind, kind))]
        return self.call(data, '--encrypt', *words, *(['--sign', '-u', signer.secret] if signer else []), *options, binary=binary)

    def detach(self, data, signer, binary=False, options=()):
        return self.call(data, '--sign', '--detach', '-u', signer.secret, *options, binary=binary)

    def clear(self, data, signer, options=()):
        return self.call(data, '--clearsign', '-u', signer.secret, *options, binary=True)

    def opaque(self, data, signer, binary=False, options=()):
        return self.call(data, '--sign', '-u', signer.secret, *options, binary=binary)

    def open(self, data, key, team):
        source, out = self.path('reply', data), self.path('reply.out')
        done = subprocess.run(['rnp', '--homedir', self.work, '--notty', '--password', '', '--overwrite', '--output', out, '--decrypt', source],
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr.decode())
        with open(out, 'rb') as text:
            return text.read(), (done.stdout + done.stderr).decode()

    def says_good(self, words, fingerprint):
        return 'Good signature made' in words and fingerprint[-16:].lower() in words and 'BAD' not in words


class OpenPgpJs(Tool):
    """OpenPGP.js 6: RFC 9580 with its new keys, and everything of RFC 4880 as browsers make it."""
    name, package = 'OpenPGP.js', 'openpgp'
    clear_tail = '\n'
    curve_names = dict(zip(CURVES, ('nistP256', 'nistP384', 'nistP521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1')),
                       ed25519='ed25519Legacy')
    lenient = {'rejectCurves': [], 'rejectHashAlgorithms': [], 'rejectMessageHashAlgorithms': []}
    newer = {} # kind: Sender with a key that GnuPG 2.2 cannot read
    folder = None # where npm installed the packages: set by the matrix

    @classmethod
    def missing(cls):
        if shutil.which('node') is None:
            return 'node is not installed'
        return None if cls.folder and os.path.isdir(os.path.join(cls.folder, 'node_modules', cls.package)) else \
            'the npm package %s could not be installed' % cls.package

    def make_keys(self):
        with open(os.path.join(self.folder, 'node_modules', self.package, 'package.json'), encoding='utf-8') as file:
            self.version = json.load(file)['version']
        self.process = subprocess.Popen(['node', 'serve.mjs', self.package], cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for kind in KINDS:
            self.generate(kind)
        self.make_newer()

    def make_newer(self):
        """Keys of RFC 9580, and a key of the team that says it can read version 2 of encrypted data."""
        modern = {'v6Keys': True, 'aeadProtect': True}
        self.newer = {'curve25519 (v4)': self.generate('v4', type='curve25519'), 'curve448 (v4)': self.generate('v448', type='curve448'),
                      'curve25519 (v6)': self.generate('v6', config=modern, type='curve25519'),
                      'curve448 (v6)': self.generate('v6x448', config=modern, type='curve448'),
                      'rsa2048 (v6)': self.generate('v6rsa', config=modern, type='rsa', rsaBits=2048)}
        for sender in self.newer.values():
            del self.senders[sender.kind]
        self.aead = self.generate('aead', config={'aeadProtect': True}, type='ecc', curve=self.curve_names[MAIN_KIND])
        del self.senders['aead']

    def close(self):
        if getattr(self, 'process', None):
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def ask(self, verb, **request):
        request.update(verb=verb)
        with self.lock:
            self.process.stdin.write(json.dumps(request).encode() + b'\n')
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
        if 'error' in answer:
            raise Failed('%s: %s: %s' % (self.name, verb, answer['error']))
        return answer['ok']

    def generate(self, kind, name=None, config=None, **key):
        """A key of one of the kinds, or (with `key`) of another one under the name `kind`."""
        if not key:
            key = {'type': 'rsa', 'rsaBits': int(kind[3:])} if kind in RSA else {'type': 'ecc', 'curve': self.curve_names[kind]}
        key['userIDs'] = [{'name': 'Key', 'email': name or self.address(kind)}]
        made = self.ask('generate', key=key, config={**self.lenient, **(config or {})})
        sender = Sender(kind, name or self.address(kind), made['fingerprint'], made['public'].encode(), made['private'])
        self.senders[kind] = sender
        return sender

    def certs(self, to):
        found = []
        for kind in to:
            if kind.startswith('-----BEGIN'):
                found.append(kind)
            else:
                with open(self.team[kind], encoding='ascii') as file:
                    found.append(file.read())
        return found

    def call(self, verb, data, config=None, **request):
        return base64.b64decode(self.ask(verb, data=base64.b64encode(data).decode(), config={**self.lenient, **(config or {})}, **request))

    def encrypt(self, data, to, signer=None, **more):
        return self.call('encrypt', data, to=self.certs(to), signers=[signer.secret] if signer else [], **more)

    def detach(self, data, signer, **more):
        return self.call('sign', data, signers=[signer.secret], detached=True, **more)

    def clear(self, data, signer, **more):
        return self.call('clear', data, signers=[signer.secret], **more)

    def opaque(self, data, signer, **more):
        return self.call('sign', data, signers=[signer.secret], detached=False, **more)

    def open(self, data, key, team):
        with open(team, encoding='ascii') as file:
            return self.call('decrypt', data, keys=[key.secret], **{'from': [file.read()]}), None # fails unless the signature is good

    def says_good(self, words, fingerprint):
        return True


class OpenPgpJs5(OpenPgpJs):
    """OpenPGP.js 5: the drafts before RFC 9580, with tag 20 and version 5 keys."""
    name, package = 'OpenPGP.js 5', 'openpgp5'
    curve_names = dict(zip(CURVES, ('p256', 'p384', 'p521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1')), ed25519='ed25519')

    def make_newer(self):
        self.aead = self.generate('aead', config={'aeadProtect': True}, type='ecc', curve='ed25519')
        del self.senders['aead']


ALL = (Gpg, OldGpg, Sq, Sqop, Rnp, Pgpainless, Gosop, OpenPgpJs, OpenPgpJs5)
