#!/usr/bin/env python3
"""madoguchid: a demonstration comes up, says so, restarts what dies, works with its command line, and ends without
leaving anything; the daemon form too."""
import json
import os
import signal
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402


def daemon(*words):
    run = subprocess.run([t.program('madoguchid')] + list(words), capture_output=True, timeout=60, check=False,
                         stdin=subprocess.DEVNULL)
    return t.Result(run.returncode, run.stdout, run.stderr)


def usage(tap):
    tap.ok(daemon('--version').text.startswith('madoguchid '), '--version')
    tap.equal(daemon('--help').status, 0, '--help')
    tap.equal(daemon('--nonsense').status, 64, 'an unknown option: exit 64')
    tap.equal(daemon('extra').status, 64, 'a stray word: exit 64')
    tap.equal(daemon('--workers', '2').status, 64, '--workers without --demo: exit 64')
    tap.equal(daemon('-c', '/nonexistent', '--foreground').status, 78, 'no configuration: exit 78')
    too_long = t.short_dir('n') + '/' + 'x' * 110
    got = daemon('--demo', too_long)
    tap.ok(got.status == 78 and not os.path.exists(too_long), 'a directory too long for a socket: exit 78, nothing made', got)


def comes_up(tap, demo):
    made = sorted(os.listdir(demo.dir))
    for name in ('madoguchi.conf', 'gnupg', 'spool', 'archive', 'outgoing', 'run', 'team.asc', 'store.db', 'lmtp.sock', 'ready',
                 'madoguchid.pid'):
        tap.ok(name in made, 'DIR/' + name + ' is there', made)
    tap.equal(stat.S_IMODE(os.stat(demo.dir).st_mode), 0o700, 'and nobody else gets in')
    with open(demo.dir + '/madoguchid.pid', encoding='ascii') as file:
        tap.equal(int(file.read()), demo.daemon.pid, 'madoguchid.pid is the process we started')
    tap.equal(demo.setting('team', 'ticket-prefix'), 'EXCSIRT', 'tickets are EXCSIRT')
    tap.contains(demo.log(), 'insecure-single-uid', 'the log says that one user runs it all')
    second = daemon('--demo', demo.dir)
    tap.ok(second.status == 75 and os.path.exists(demo.dir + '/ready'), 'a second one on the same directory: exit 75', second)
    checks = {line['name']: line['status'] for line in demo.cli('doctor', '--json').lines}
    tap.ok('fail' not in checks.values() and checks['agent'] in ('ok', 'warn') and checks['templates'] == 'ok',
           'doctor finds no failure', checks)


def works(tap, demo):
    mail = t.plain('carol@reporter.example', t.TEAM, 'From the command line', 'hello\n')
    path = demo.dir + '/one.eml'
    with open(path, 'wb') as file:
        file.write(mail)
    got = demo.cli('ingest', '--wait', '--from', 'carol@reporter.example', path)
    settled = got.lines[0] if got.status == 0 else {}
    tap.ok(settled.get('state') == 'ticket' and settled.get('ticket', '').startswith('EXCSIRT #'), 'ingest --wait ends in a ticket', got)
    demo.kill_role('keeper')
    t.wait_for(lambda: demo.account() is not None, 20)
    many = demo.dir + '/many.mbox'
    with open(many, 'wb') as file:
        for n in range(20):
            file.write(b'From x\n' + t.plain('carol%d@reporter.example' % n, t.TEAM, 'mail %d' % n, 'x\n') + b'\n')
    waiting = subprocess.Popen([t.program('madoguchi'), '-c', demo.conf_file, 'ingest', '--wait', many], stdout=subprocess.PIPE,
                               bufsize=0)  # communicate () does not see what readline () has buffered
    first = waiting.stdout.readline()
    demo.kill_role('keeper')
    rest = waiting.communicate(timeout=90)[0]
    states = [json.loads(line)['state'] for line in [first] + rest.splitlines()]
    tap.ok(waiting.returncode == 0 and states == ['ticket'] * 20, 'ingest --wait outlives a keeper that is killed',
           (waiting.returncode, states))
    gpg = t.Gpg()
    carol = gpg.generate('Carol <carol@reporter.example>')
    with open(demo.dir + '/carol.asc', 'wb') as file:
        file.write(gpg.export(carol))
    got = demo.cli('keys', 'import', '--pin', '--json', demo.dir + '/carol.asc')
    tap.ok(got.status == 0 and got.lines[0]['pinned'] == ['carol@reporter.example'], 'keys import --pin through the roles', got)
    return carol


def restarts(tap, demo):
    for role in t.ROLES:
        before = demo.pids()
        hit = demo.kill_role(role)
        back = t.wait_for(lambda: demo.pids()[role] and demo.pids()[role] != hit, 10)  # pylint: disable=cell-var-from-loop
        after = demo.pids()
        tap.ok(back and [r for r in t.ROLES if after[r] != before[r]] == [role], role + ' is killed: it alone is started again',
               (before, after))
    tap.ok(t.wait_for(lambda: demo.account() is not None, 20), 'and members are served again')
    mid = t.message_id()
    tap.ok(t.wait_for(lambda: os.path.exists(demo.dir + '/lmtp.sock'), 5), 'LMTP is there')
    tap.equal(demo.send(t.plain('dave@reporter.example', t.TEAM, 'after', 'x\n', mid=mid), 'dave@reporter.example'), [250],
              'and takes mail')
    tap.ok(demo.ticket_of(mid), 'which becomes a ticket')


def ends(tap, demo, carol):
    tap.equal(demo.stop(), 0, 'SIGTERM: exit 0')
    tap.equal(demo.left_over(), [], 'no process and no agent is left')
    tap.ok(not os.path.exists(demo.dir + '/ready') and not os.path.exists(demo.dir + '/madoguchid.pid'), 'ready is gone')
    got = demo.cli('keys', 'show', '--json', carol)
    tap.ok(got.status == 0 and got.json['pinned'] == ['carol@reporter.example'], 'keys are there without a role, too', got)
    tap.equal(demo.cli('keys', 'unpin', 'carol@reporter.example').status, 0, 'and can be changed')
    demo.start()
    tap.equal(demo.cli('keys', 'show', '--json', carol).json['pinned'], [], 'which the roles then see')
    tap.equal(len(demo.incidents()), 22, 'the tickets are still there')
    demo.daemon.send_signal(signal.SIGINT)
    tap.equal(demo.daemon.wait(60), 0, 'SIGINT ends it, too')
    demo.daemon = None


def killed(tap, demo):
    """When madoguchid itself is killed nothing goes on without it."""
    demo.start()
    demo.daemon.kill()
    demo.daemon.wait()
    tap.equal(demo.left_over(), [], 'madoguchid is killed: every role dies with it')


def as_daemon(tap, demo):
    got = daemon('-c', demo.conf_file)
    tap.equal(got.status, 0, 'without --foreground it returns when every role serves')
    path = demo.setting('runtime', 'directory') + '/madoguchid.pid'
    with open(path, encoding='ascii') as file:
        pid = int(file.read())
    tap.equal(demo.cli('account').status, 0, 'and they do')
    demo.remember_pids = t.descendants(pid)
    os.kill(pid, signal.SIGTERM)
    tap.ok(t.wait_for(lambda: not os.path.exists(path) and pid not in t.processes(), 40), 'SIGTERM ends it')
    tap.equal([p for p in demo.remember_pids if p in t.processes()], [], 'and its roles')


def refusal(tap, demo):
    """Without the word that one user may run it all, every role refuses, and so does the whole."""
    demo.configure('runtime', 'insecure-single-uid', 'no')
    got = daemon('--demo', demo.dir)
    tap.ok(got.status == 78 and b'refuses to start' in got.err, 'roles that refuse their configuration: exit 78', got)
    tap.equal(demo.of_this_directory(t.processes()), [], 'and nothing is left')
    demo.configure('runtime', 'insecure-single-uid', 'yes')


def long_name(tap):
    where = t.short_dir('n') + '/' + 'y' * 80
    demo = t.Demo(where=where)
    runtime = demo.setting('runtime', 'directory')
    tap.ok(not runtime.startswith(where) and runtime in demo.log(), 'a long directory: sockets elsewhere, and it says where', runtime)
    tap.equal(demo.cli('account').status, 0, 'and it serves')
    tap.equal(demo.stop(), 0, 'and ends')


def main():
    t.need_programs()
    tap = t.Tap()
    usage(tap)
    demo = t.Demo(workers=1)
    comes_up(tap, demo)
    carol = works(tap, demo)
    restarts(tap, demo)
    ends(tap, demo, carol)
    killed(tap, demo)
    as_daemon(tap, demo)
    refusal(tap, demo)
    long_name(tap)
    tap.done()


main()
