"""The receiving side: a demo with one team key of every kind, and the CLI that opens mails on it."""
import json
import os
import subprocess

import madotest as t
from tools import CURVES, MAIN_KIND

TEAM_KINDS = (MAIN_KIND, 'rsa2048', 'rsa4096') + CURVES + ('elg2048',)


class Gateway:
    def __init__(self, gpg):
        """`gpg`: the reporters' GnuPG; it makes the stranger's key."""
        self.demo = t.Demo()
        self.demo.stop()
        self.home = self.demo.dir + '/gnupg'
        self.work = t.short_dir('x')
        self.keys, self.fingerprints = {}, {}
        for kind in TEAM_KINDS:
            self.fingerprints[kind] = self.make(kind)
            self.save(kind, self.gpg('--armor', '--export', self.fingerprints[kind]))
        self.fingerprints['stranger'] = gpg.generate('Stranger <stranger@elsewhere.example>', 'rsa2048')
        self.save('stranger', gpg.export(self.fingerprints['stranger']))
        gpg.run('--delete-secret-and-public-key', self.fingerprints['stranger'])
        subprocess.run(['gpgconf', '--homedir', self.home, '--kill', 'gpg-agent'], check=True)

    def gpg(self, *words, data=b''):
        return subprocess.run(['gpg', '--homedir', self.home, '--batch', '--no-tty', '-q', '--pinentry-mode', 'loopback', '--passphrase', '',
                               *words], input=data, capture_output=True, check=True).stdout

    def make(self, kind):
        """A key of the team whose encryption subkey is of this kind."""
        if kind == MAIN_KIND:
            return self.demo.setting('team', 'key')
        user = 'Team %s <%s@team.example>' % (kind, kind)
        primary = 'dsa2048' if kind.startswith('elg') else kind
        self.gpg('--quick-generate-key', user, primary, 'cert,sign', 'never')
        rows = self.gpg('--with-colons', '--list-keys', user).decode().splitlines()
        fingerprint = next(row.split(':')[9] for row in rows if row.startswith('fpr:'))
        self.gpg('--quick-add-key', fingerprint, kind, 'encr', 'never')
        return fingerprint

    def save(self, kind, block):
        self.keys[kind] = os.path.join(self.work, kind + '.asc')
        with open(self.keys[kind], 'wb') as file:
            file.write(block)

    def take_secret(self, kind, private, public):
        """One more key of the team, made elsewhere."""
        self.gpg('--import', data=private)
        self.save(kind, public)

    def pin(self, senders):
        """The team trusts these keys for the addresses in them. Returns those that could not be imported."""
        paths = []
        for number, sender in enumerate(senders):
            paths.append('%s/pin%d.asc' % (self.work, number))
            with open(paths[-1], 'wb') as file:
                file.write(sender.public)
        return self.demo.cli('keys', 'import', '--pin', *paths)

    def open(self, mail, name):
        path = '%s/%s.eml' % (self.work, name)
        with open(path, 'wb') as file:
            file.write(mail)
        done = self.demo.cli('open', '--json', path)
        if done.status != 0:
            raise RuntimeError('madoguchi open: %r' % done)
        return json.loads(done.out)
