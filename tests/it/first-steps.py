#!/usr/bin/env python3
"""What a new administrator meets before everything runs: the team's key, imported by root for another user's keyring; a keyring that
is not its owner's; roles that do not serve, a door behind which nobody is. Each is mended, or named by doctor with what to do."""
import os
import pwd
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

CONF = '''[team]
name = First
address = csirt@first.example
[crypto]
gnupg-home = %(d)s/gnupg
[spool]
directory = %(d)s/spool
[store]
url = sqlite:%(d)s/store/store.db
archive = %(d)s/archive
[intake]
lmtp-listen = unix:%(d)s/lmtp.sock
[runtime]
directory = %(d)s/run
'''


class House:
    def __init__(self):
        self.dir = t.short_dir('f')
        os.chmod(self.dir, 0o755)
        for name in ('gnupg', 'spool', 'store', 'archive', 'run'):
            os.mkdir(self.dir + '/' + name, 0o700)
        self.conf = self.dir + '/madoguchi.conf'
        with open(self.conf, 'w', encoding='utf-8') as file:
            file.write(CONF % {'d': self.dir})

    def cli(self, *words):
        run = subprocess.run([t.program('madoguchi'), '-c', self.conf, *words], capture_output=True, timeout=60, check=False,
                             env=dict(os.environ, PATH=self.dir + '/bin:' + os.environ['PATH']))
        return t.Result(run.returncode, run.stdout, run.stderr)

    def doctor(self, name):
        return [(line['status'], line['detail']) for line in self.cli('doctor', '--json').lines if line['name'] == name]


def owners(path):
    return {pwd.getpwuid(os.lstat(os.path.join(path, name)).st_uid).pw_name for name in os.listdir(path)}


def keyring(tap, house, gpg):
    """Root imports, as README says, before anything runs; from then on it is madoguchi-keyring's."""
    home = house.dir + '/gnupg'
    if os.geteuid() != 0:
        tap.skip('the keyring stays its owner\'s', 'not root')
        return
    nobody = pwd.getpwnam('nobody')
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    os.symlink('/etc/hostname', home + '/elsewhere')
    victim = house.dir + '/of-root'
    with open(victim, 'w', encoding='ascii') as file:
        file.write('precious')
    planted = home + '/madoguchi-archive.kbx.tmp' # gpg would write it anew
    os.symlink(victim, planted)
    for i in range(2):
        path = '%s/early%d.asc' % (house.dir, i)
        with open(path, 'wb') as file:
            file.write(gpg.export(gpg.generate('early <early%d@first.example>' % i)))
        house.cli('keys', 'import', '--pin', path)
    with open(victim, 'rb') as file:
        tap.equal(file.read(), b'precious', 'root writes through no link that the owner of the directory planted')
    if os.path.islink(planted):
        os.unlink(planted)
    for i, name in enumerate(('team', 'partner')):
        path = '%s/%s.asc' % (house.dir, name)
        with open(path, 'wb') as file:
            file.write(gpg.export(gpg.generate('%s <%s@first.example>' % (name, name))))
        tap.equal(house.cli('keys', 'import', '--pin', path).status, 0, 'root imports key %d' % (i + 1))
    tap.equal(os.stat('/etc/hostname').st_uid, 0, 'what a link names stays as it is')
    os.unlink(home + '/elsewhere')
    tap.equal(owners(home), {'nobody'}, 'what root wrote belongs to the owner of the directory')
    tap.ok(not [line for line in house.doctor('gnupg-home') if line[0] == 'fail'], 'and doctor is content')
    os.chown(home + '/pubring.kbx', 0, 0)
    lines = house.doctor('gnupg-home')
    tap.ok(any(s == 'fail' and 'chown -h --reference' in d for s, d in lines), 'a file of somebody else is named', lines)


class Door:
    """Somebody who listens at RUNTIME/ROLE.sock, and says nothing."""

    def __init__(self, path, kind):
        self.sock = socket.socket(socket.AF_UNIX, kind)
        self.sock.bind(path)
        self.sock.listen(8)


def roles(tap, house):
    tap.equal(house.doctor('roles') + house.doctor('intake'), [], 'where nothing runs, the roles are not told apart')
    doors = [Door('%s/run/%s.sock' % (house.dir, name), socket.SOCK_SEQPACKET) for name in ('keyring', 'opener', 'signer')]
    lines = house.doctor('roles')
    tap.ok([s for s, _ in lines] == ['fail', 'fail'] and 'madoguchi-sender does not serve, others do' in lines[0][1]
           and 'journalctl -u madoguchi-sender' in lines[0][1] and 'madoguchi-keeper' in lines[1][1], 'who does not serve is named', lines)
    del doors


POSTCONF = """#!/bin/sh
case $2 in
  mail_version) echo 3.7.11 ;;
  smtpd_forbid_bare_newline) echo normalize ;;
  mydestination) echo "first.example, localhost" ;;
%s
  *) echo ;;
esac
"""
POSTMAP = """#!/bin/sh
case "$2 $3" in
%s
  *) exit 1 ;;
esac
"""


def postfix(tap, house):
    """A Postfix that says what its configuration would: each way to lose or refuse the team's mail is named."""
    os.mkdir(house.dir + '/bin')

    def says(conf, tables):
        for name, text in (('postconf', POSTCONF % '\n'.join('  %s) echo "%s" ;;' % row for row in conf)),
                           ('postmap', POSTMAP % '\n'.join('  "%s") echo "%s" ;;' % row for row in tables))):
            with open('%s/bin/%s' % (house.dir, name), 'w', encoding='utf-8') as file:
                file.write(text)
            os.chmod(file.name, 0o755)
        lines = house.doctor('postfix')
        return lines[0][0] + ' ' + lines[0][1] if len(lines) == 1 else str(lines)
    maps, recipients = ('transport_maps', 'hash:/t, hash:/u'), ('local_recipient_maps', 'unix:passwd.byname hash:/a')
    rel = 'lmtp:unix:%s/lmtp.sock' % os.path.basename(house.dir)
    ours, known = ('csirt@first.example hash:/u', rel), ('csirt hash:/a', 'root')
    tap.ok(says([maps, recipients], [ours, known]).startswith('ok csirt@first.example'), 'a route, and a recipient that is known')
    tap.ok(says([maps, recipients], [ours, ('csirt@first.example hash:/a', 'x')]).startswith('ok'), 'known by its address')
    tap.ok(says([maps], [ours]).startswith('ok'), 'or everybody is taken')
    tap.ok(says([maps, recipients], [('csirt@first.example hash:/u', 'lmtp:unix:%s/lmtp.sock' % house.dir), known]).startswith('ok'), 'the whole path')
    tap.ok(says([maps, recipients], [('first.example hash:/t', rel), known]).startswith('ok'), 'the whole domain')
    tap.ok(says([('virtual_transport', rel)], []).startswith('ok'), 'a virtual domain')
    tap.ok(says([maps, recipients], [ours]).startswith('fail csirt@first.example: refused as unknown'), 'a recipient that nobody knows')
    tap.ok(says([maps, recipients], [known]).startswith('warn csirt@first.example: no transport'), 'no route')
    tap.ok(says([maps, recipients], [('csirt@first.example hash:/t', 'smtp:elsewhere'), ours, known]).startswith('warn'), 'a route to elsewhere')
    tap.ok(says([maps, recipients], [('csirt@first.example hash:/t', 'lmtp:unix:x/other.sock'), known]).startswith('warn'), 'or to another socket')
    shutil.rmtree(house.dir + '/bin')


def running(tap):
    demo = t.Demo()
    lines = [(line['name'], line['status'], line['detail']) for line in demo.cli('doctor', '--json').lines if line['name'] in ('roles', 'intake')]
    tap.ok([line[1] for line in lines] == ['ok', 'ok'], 'where all serve, doctor says so', lines)
    log = demo.log()
    tap.ok('level=error' not in log, 'and its knocking is no trouble to anybody', log[-1500:])
    os.rename(demo.dir + '/lmtp.sock', demo.dir + '/away')
    lines = [(line['status'], line['detail']) for line in demo.cli('doctor', '--json').lines if line['name'] == 'intake']
    tap.ok(len(lines) == 1 and lines[0][0] == 'fail' and 'no mail comes in' in lines[0][1], 'a door behind which nobody is', lines)
    os.rename(demo.dir + '/away', demo.dir + '/lmtp.sock')
    tap.equal(demo.stop(), 0, 'everything ends in order')


def main():
    t.need_programs()
    tap, house, gpg = t.Tap(), House(), t.Gpg()
    keyring(tap, house, gpg)
    roles(tap, house)
    postfix(tap, house)
    running(tap)
    shutil.rmtree(house.dir)
    tap.done()


if __name__ == '__main__':
    main()
