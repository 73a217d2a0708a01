#!/usr/bin/env python3
"""Members on the running gateway, each with an own user of the host: who is let in, what each role may, and that who left is
out at once, on open connections, too."""
import grp
import os
import pwd
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

# Users that every Debian has; none of them owns anything here.
ADMIN, HANDLER, READER, STRANGER = 'games', 'man', 'news', 'uucp'
GROUP = 'mail'


class Team:
    """A demo whose socket the members' group reaches, as in a real deployment."""

    def __init__(self, tap):
        self.tap = tap
        self.demo = t.Demo()
        self.open_way()

    def open_way(self):
        gid = grp.getgrnam(GROUP).gr_gid
        runtime = self.demo.setting('runtime', 'directory')
        way = runtime
        while way not in ('/tmp', '/'):
            os.chown(way, 0, gid)
            os.chmod(way, 0o710)
            way = os.path.dirname(way)
        os.chown(runtime + '/keeper.sock', 0, gid)
        self.socket = runtime + '/keeper.sock'
        self.conf = self.demo.dir + '/member.conf'
        with open(self.conf, 'w', encoding='utf-8') as file:
            file.write('[runtime]\ndirectory = %s\n' % runtime)
        os.chown(self.conf, 0, gid)
        os.chmod(self.conf, 0o640)

    def run(self, login, *words, stdin=b''):
        """`madoguchi WORDS` as that user of the host; opened by root, so that the build directory may be anybody's."""
        program = os.open(t.program('madoguchi'), os.O_RDONLY)
        os.set_inheritable(program, True)
        run = subprocess.run(['/proc/self/fd/%d' % program] + [str(w) for w in words], input=stdin, capture_output=True, check=False,
                             timeout=60, cwd='/', pass_fds=(program,), user=pwd.getpwnam(login).pw_uid, group=pwd.getpwnam(login).pw_gid,
                             extra_groups=[grp.getgrnam(GROUP).gr_gid], env=dict(os.environ, MADOGUCHI_CONF=self.conf))
        os.close(program)
        return t.Result(run.returncode, run.stdout, run.stderr)

    def may(self, login, *words, what=None):
        result = self.run(login, *words)
        self.tap.ok(result.status == 0, '%s may %s' % (login, what or ' '.join(words)), result)
        return result

    def refused(self, login, *words, why=b'', what=None):
        result = self.run(login, *words)
        self.tap.ok(result.status == 77 and why in result.err and result.out == b'',
                    '%s is refused %s' % (login, what or ' '.join(words)), result)
        return result

    def report(self, subject, text='text\n', frm='reporter@reporter.example', **more):
        mid = t.message_id()
        self.demo.send(t.plain(frm, t.TEAM, subject, text, mid=mid, **more), frm)
        return mid


class Connection:
    """A control connection of a user of the host that stays open: a child of that user asks when told to."""

    def __init__(self, team, login):
        ask, tell = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(ask[1])
            os.close(tell[0])
            self.serve(team.socket, login, ask[0], tell[1])
        os.close(ask[0])
        os.close(tell[1])
        self.ask_fd, self.tell_fd = ask[1], tell[0]

    @staticmethod
    def serve(path, login, ask, tell):
        try:
            user = pwd.getpwnam(login)
            os.setgroups([grp.getgrnam(GROUP).gr_gid])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            keeper = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            keeper.connect(path)
            while True:
                packet = os.read(ask, 65536)
                if not packet:
                    break
                keeper.sendall(packet)
                os.write(tell, keeper.recv(1 << 20)[:65536] or b'gone')
        finally:
            os._exit(0)

    def ask(self, packet):
        os.write(self.ask_fd, packet)
        return os.read(self.tell_fd, 65536)

    def close(self):
        os.close(self.ask_fd)
        os.close(self.tell_fd)
        os.waitpid(self.pid, 0)


def before(team):
    """Without members everything is as it always was."""
    tap, demo = team.tap, team.demo
    team.ticket = demo.ticket_of(team.report('first'))['ticket']
    team.may(STRANGER, 'list', what='list, while there are no members')
    team.may(STRANGER, 'show', team.ticket, what='show')
    tap.contains(demo.cli('doctor').text, 'members', 'doctor speaks of members')
    warned = [i for i in demo.cli('doctor', '--json').lines if i.get('name') == 'members']
    tap.ok(warned and warned[0]['status'] == 'warn', 'and warns that there are none', warned)
    team.refused(STRANGER, 'members', 'add', STRANGER, why=b'made by root', what='to make himself the first member')
    tap.equal(demo.cli('members', 'add', ADMIN, '--role', 'reader').status, 64, 'the first one must be an administrator')
    tap.equal(demo.cli('members', 'ls', '--json').lines, [], 'and nobody was made')


def joining(team):
    tap, demo = team.tap, team.demo
    added = demo.cli('members', 'add', ADMIN, '--name', 'Ad \x1b[31mMin', '--languages', 'ja,en', '--key', 'ab' * 20)
    tap.ok(added.status == 0 and b'may from now on: list' in added.out and b'\x1b' not in added.out,
           'root makes the first one, and is told what begins', added)
    team.may(ADMIN, 'members', 'add', HANDLER, '--role', 'handler')
    team.may(ADMIN, 'members', 'add', READER, '--role', 'Reader')
    member = [m for m in team.may(READER, 'members', '--json', 'ls').lines if m['login'] == ADMIN][0]
    tap.ok('languages ja,en, key ABAB' in demo.cli('members', 'ls').text, 'and a person reads his languages', demo.cli('members', 'ls'))
    tap.equal((member['schema'], member['role'], member['languages'], member['fingerprint'], member['left'], member['on_duty']),
              ('madoguchi.member/1', 'administrator', ['ja', 'en'], 'AB' * 20, None, False), 'and members see each other')
    for words in (['add', HANDLER], ['leave', STRANGER], ['set', STRANGER, '--role', 'poc']):
        tap.equal(team.run(ADMIN, 'members', *words).status, 1, 'members %s: no' % ' '.join(words))
    for words in (['add', 'madoguchi-web'], ['add', '../x'], ['add', 'x', '--role', 'king'], ['add', 'x', '--key', 'abc'],
                  ['add'], ['dance', 'x']):
        tap.equal(team.run(ADMIN, 'members', *words).status, 64, 'members %s: usage' % ' '.join(words))
    tap.contains(team.may(ADMIN, 'members', 'add', 'nobody-has-this').text, 'no user of the host', 'an unknown login is noted')


def roles(team):
    tap, demo, ticket = team.tap, team.demo, team.ticket
    for words in (['list'], ['show', ticket], ['members'], ['account']):
        team.refused(STRANGER, *words, why=b'no member')
    root = demo.cli('show', ticket)
    tap.ok(root.status == 77 and b'only for members' in root.err, 'root, who is no member, is refused show', root)
    tap.equal(demo.cli('account').status, 0, 'root may ask for the account')
    team.may(READER, 'list')
    team.may(READER, 'show', ticket)
    for words in (['take', ticket], ['note', ticket, 'x'], ['state', ticket, 'resolved'], ['raw', ticket, '1'], ['tag', ticket, 'x'],
                  ['members', 'add', STRANGER], ['members', 'set', READER, '--role', 'administrator'], ['reopen', ticket]):
        team.refused(READER, *words, why=b'role reader')
    team.may(HANDLER, 'take', ticket)
    team.refused(HANDLER, 'members', 'set', HANDLER, '--role', 'administrator', why=b'role handler')
    with open(demo.dir + '/k.asc', 'wb') as file:
        file.write(b'no key')
    os.chmod(demo.dir + '/k.asc', 0o644)
    team.refused(HANDLER, 'keys', 'import', '--pin', demo.dir + '/k.asc', why=b'keys-pin')
    tap.equal(team.run(HANDLER, 'assign', ticket, STRANGER).status, 1, 'a ticket is not assigned to somebody who is no member')
    tap.equal(team.run(HANDLER, 'assign', ticket, READER).status, 1, 'nor to one who only reads')
    team.may(HANDLER, 'assign', ticket, ADMIN)
    team.may(ADMIN, 'assign', ticket, HANDLER)
    team.may(READER, 'members', 'on-duty')
    on = [m['login'] for m in team.may(ADMIN, 'members', '--json').lines if m['on_duty']]
    tap.equal(on, [READER], 'on duty')
    tap.contains(demo.log(), 'refused verb=take member=%s' % READER, 'refusals are logged')


def versions(team):
    """Two who look at the same ticket: the second one is told, and writes over nothing."""
    tap, demo = team.tap, team.demo
    ticket = team.ticket
    seen = team.may(HANDLER, 'show', '--json', ticket).json['version']
    tap.ok(isinstance(seen, int) and seen >= 1, 'a ticket has a version', seen)
    first = team.may(ADMIN, 'priority', '--json', '--if-version', seen, ticket, 'high', what='change what he has seen')
    tap.ok(first.json['version'] > seen, 'which gives it another version', first)
    changes = {'take': [], 'assign': [ADMIN], 'state': ['waiting'], 'note': ['late'], 'priority': ['low'], 'category': ['Phishing'],
               'tlp': ['GREEN'], 'tag': ['late']}
    before_all = team.may(HANDLER, 'show', '--json', '--peek', ticket).json
    for verb, words in changes.items():
        late = team.run(HANDLER, verb, '--if-version', seen, ticket, *words)
        tap.ok(late.status == 1 and b'changed meanwhile' in late.err, '%s of what changed meanwhile: no' % verb, late)
        tap.ok(b'Since then: %s: Priority: high (was normal)' % ADMIN.encode() in late.err, 'and who did what since', late)
    tap.equal(team.may(HANDLER, 'show', '--json', '--peek', ticket).json, before_all, 'and nothing was written')
    for verb, words in changes.items():
        seen = team.run(HANDLER, 'show', '--json', ticket).json['version']
        fresh = team.run(HANDLER, verb, '--json', '--if-version', seen, ticket, *words)
        tap.ok(fresh.status == 0 and fresh.json['version'] > seen, '%s of what was seen' % verb, fresh)
    seen = team.run(HANDLER, 'show', '--json', ticket).json['version']
    mail = t.plain('reporter@reporter.example', t.TEAM, 'Re: [%s] more' % ticket, 'more\n', mid=t.message_id())
    demo.send(mail, 'reporter@reporter.example')
    tap.ok(t.wait_for(lambda: team.run(HANDLER, 'show', '--json', ticket).json['version'] > seen, 20), 'a mail that joins counts, too')
    tap.equal(team.run(HANDLER, 'note', '--if-version', 'x', ticket, 'y').status, 64, 'a version is a number')
    team.may(HANDLER, 'take', ticket)


def leaving(team):
    tap, demo = team.tap, team.demo
    still = Connection(team, HANDLER)
    question = packet('list')
    tap.ok(b'items' in still.ask(question), 'an open connection of a member is answered')
    left = team.may(ADMIN, 'members', 'leave', HANDLER)
    tap.contains(left.text, '1 unfinished incidents', 'leave says what is left behind')
    answer = still.ask(question)
    tap.ok(b'left the team' in answer and b'items' not in answer, 'and the same connection is refused afterwards', answer[:200])
    still.close()
    team.refused(HANDLER, 'list', why=b'left the team')
    tap.ok([m for m in team.may(ADMIN, 'members', '--json').lines if m['login'] == HANDLER and m['left']], 'who left stays known')
    tap.equal(team.run(ADMIN, 'assign', team.ticket, HANDLER).status, 1, 'no ticket for who left')
    for words in (['leave', ADMIN], ['set', ADMIN, '--role', 'handler']):
        tap.equal(team.run(ADMIN, 'members', *words).status, 1, 'the last administrator stays one: ' + ' '.join(words))
    team.may(ADMIN, 'members', 'add', HANDLER, '--role', 'handler')
    team.may(HANDLER, 'list')
    tap.equal(demo.stop(), 0, 'the demo stops')
    demo.start()
    team.open_way()
    team.refused(STRANGER, 'list', why=b'no member', what='list after a restart')


def packet(verb):
    """One question without arguments in the form of ipc/wire.h, as the command line sends it."""
    name = verb.encode() + b'\0'
    body = name + b'\0' * (-len(name) % 8) + bytes([len(name)])  # a GVariant (sa{sv}) whose array is empty
    return struct.pack('=IHHQ', 0x6d61646f, 1, 0, len(body)) + body


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('members', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    team = Team(tap)
    for step in (before, joining, roles, versions, leaving):
        try:
            step(team)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(team.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
