"""What the scripted tests share: TAP output, temporary directories and a running Madoguchi (`Demo`).

Keys are in madogpg, mails in madomail, a private Postfix in madopostfix; everything is offered here too, so a
test says `import madotest as t`. Standard library only. Nothing here sleeps for luck: everything waits for a
condition with a deadline. Nothing here ends a process that the test did not start.
"""
import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from madogpg import Gpg, Opened  # noqa: F401
from madolmtp import Lmtp, lmtp_raw, lmtp_send  # noqa: F401
from madopostfix import Postfix, free_port, why_not  # noqa: F401
from madomail import (address_of, attachment, body_text, compose, crlf, encrypted_entity, header, mbox_of,  # noqa: F401
                      message_id, outer_headers, part_entity, pgp_encrypted, pgp_encapsulated, pgp_signed, plain,
                      text_entity)

SRC = os.environ.get('MADO_SRC') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('MADO_BUILD') or SRC
SHARED = os.environ.get('MADO_SHARED') or os.path.join(os.path.dirname(SRC), 'shared')
ROLES = ('lmtp', 'keeper', 'opener', 'signer', 'sender', 'keyring')
TEAM = 'csirt@example.org'
SANITIZED_FACTOR = float(os.environ.get('MADO_PATIENCE', '1'))


class Tap:
    """Prints TAP. `ok` takes the truth of a claim; a failed claim prints `why`. Ends with the plan."""

    def __init__(self):
        self.count = 0
        sys.stdout.reconfigure(line_buffering=True, errors='backslashreplace')

    def ok(self, claim, name, why=None):
        self.count += 1
        print('%s %d - %s' % ('ok' if claim else 'not ok', self.count, name.replace('#', '')))
        if not claim and why is not None:
            self.note(why)
        return bool(claim)

    def equal(self, got, want, name):
        return self.ok(got == want, name, 'got  %r\nwant %r' % (got, want))

    def contains(self, text, piece, name):
        return self.ok(piece in text, name, '%r is not in %r' % (piece, text[:2000]))

    def skip(self, name, reason):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name.replace('#', ''), reason))

    def note(self, text):
        for line in str(text).splitlines():
            print('# ' + line)

    def done(self):
        """Prints the plan and ends the program. The lines above say what failed: a status would count it twice.
        Without a plan (a test that died on the way) the harness reports an error."""
        print('1..%d' % self.count)
        sys.exit(0)

    def bail(self, reason):
        print('Bail out! ' + reason)
        sys.exit(99)


def skip_all(reason):
    print('1..0 # SKIP ' + reason)
    sys.exit(0)


def short_dir(prefix='m'):
    """A temporary directory with a short name (socket names have 107 bytes), removed at exit unless $KEEP."""
    path = tempfile.mkdtemp(prefix=prefix, dir='/tmp')
    if not os.environ.get('KEEP'):
        atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def slowness():
    """How many times as long as its processor time a moment of work takes: 1 on a machine that has nothing else to do."""
    began, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < 0.05:
        pass
    return max(1.0, (time.monotonic() - began) / 0.05)


def wait_for(condition, seconds, step=0.02):
    """Polls until `condition ()` is true and returns its value; None when `seconds` have passed. On a busy machine they pass
    as much more slowly as work does there."""
    began, limit, is_final = time.monotonic(), seconds * SANITIZED_FACTOR, False
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() - began > limit:
            if is_final:
                return None
            limit, is_final = limit * slowness(), True
        time.sleep(step)


def program(name):
    """Path of a program of this build (or of $PATH when it is installed)."""
    for place in (BUILD, os.path.join(BUILD, 'src', 'bin')):
        path = os.path.join(place, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return shutil.which(name)


def need_programs():
    """Ends the test as skipped when the programs are not built."""
    for name in ['madoguchi', 'madoguchid'] + ['madoguchi-' + role for role in ROLES]:
        if program(name) is None:
            skip_all(name + ' is not built')


def processes():
    """{pid: (parent, start time, words of the command line)} of everything that lives."""
    found = {}
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open('/proc/%s/stat' % name) as stat:
                fields = stat.read().rpartition(')')[2].split()
            with open('/proc/%s/cmdline' % name, 'rb') as line:
                words = line.read().decode('utf-8', 'replace').split('\0')
        except OSError:
            continue
        if fields[0] != 'Z':
            found[int(name)] = (int(fields[1]), int(fields[19]), words)
    return found


def descendants(pid, table=None):
    """Pids below `pid`, nearest first."""
    table = table or processes()
    below, level = [], [pid]
    while level:
        level = [p for p, (parent, _, _) in table.items() if parent in level]
        below += level
    return below


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def text(self):
        return self.out.decode('utf-8', 'replace')

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    def __repr__(self):
        return 'exit %d\n%s\n%s' % (self.status, self.text, self.err.decode('utf-8', 'replace'))


class Demo:
    """All roles on a directory of their own: build/madoguchid --demo DIR.

    `conf` is {(section, key): value}; with it the roles start once to make the directory, stop, and start again
    on the changed file. `wrap` goes before the program (e.g. ['strace', '-f']). Stops at exit.
    """

    def __init__(self, conf=None, workers=None, listen=None, start=True, where=None, web=None):
        self.dir = where or short_dir('d') + '/d'
        self.conf_file = self.dir + '/madoguchi.conf'
        self.workers, self.listen, self.web = workers, listen, web
        self.daemon = None
        self.ever = {}
        self.log_path = self.dir + '.log'
        atexit.register(self.kill)
        if conf and not os.path.exists(self.conf_file):
            self.start()
            self.stop()
        for (section, key), value in (conf or {}).items():
            self.configure(section, key, value)
        if start:
            self.start()

    # life

    def start(self, seconds=60):
        words = [program('madoguchid'), '--demo', self.dir]
        if self.listen:
            words += ['--listen-lmtp', self.listen]
        if self.web:
            words += ['--listen-web', self.web]
        if self.workers:
            words += ['--workers', str(self.workers)]
        if os.path.exists(self.dir + '/ready'):
            os.unlink(self.dir + '/ready')
        with open(self.log_path, 'ab') as log:
            self.daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=dict(os.environ, MADO_SRC=SRC, MADO_BUILD=BUILD))
        ready = wait_for(lambda: os.path.exists(self.dir + '/ready') or self.daemon.poll() is not None, seconds)
        if not ready or self.daemon.poll() is not None:
            print('# ' + self.log()[-3000:].replace('\n', '\n# '))
            print('Bail out! the demo did not start')
            sys.exit(99)
        self.remember()
        return self

    def remember(self):
        """Notes every process below the daemon and every agent of this directory, for `left_over`."""
        table = processes()
        for pid in descendants(self.daemon.pid, table) + self.of_this_directory(table):
            if pid in table:
                self.ever[(pid, table[pid][1])] = ' '.join(table[pid][2])[:120]

    def of_this_directory(self, table):
        return [pid for pid, (_, _, words) in table.items()
                if any(self.dir + '/' in w or w == self.dir for w in words) and pid != os.getpid()
                and 'python' not in words[0]]

    def stop(self, seconds=60):
        """SIGTERM; returns the exit status, or None when the daemon had to be ended by force."""
        if self.daemon is None:
            return None
        self.remember()
        self.daemon.terminate()
        try:
            status = self.daemon.wait(seconds * SANITIZED_FACTOR)
        except subprocess.TimeoutExpired:
            self.kill()
            status = None
        self.daemon = None
        return status

    def kill(self):
        """SIGKILL to the daemon and everything below it (and to agents of this directory)."""
        if self.daemon is not None:
            table = processes()
            mine = descendants(self.daemon.pid, table)
            self.daemon.kill()
            self.daemon.wait()
            self.daemon = None
            self.end(mine, table)
        table = processes()
        self.end(self.of_this_directory(table), table)

    def end(self, pids, table):
        for pid in pids:
            now = processes().get(pid)
            if now is not None and pid in table and now[1] == table[pid][1]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass

    def left_over(self, seconds=5):
        """Processes of this demo that still live after a stop ([] is good)."""
        def alive():
            table = processes()
            return [(pid, what) for (pid, start), what in self.ever.items()
                    if pid in table and table[pid][1] == start] + [
                        (pid, ' '.join(table[pid][2])) for pid in self.of_this_directory(table)]
        wait_for(lambda: not alive(), seconds)
        return alive()

    # roles

    def role_pids(self, role):
        """Pids of a role: its first process, then its workers and their children."""
        table = processes()
        name = 'madoguchi-' + role
        top = [pid for pid in descendants(self.daemon.pid, table)
               if os.path.basename(table[pid][2][0]) in (name, 'lt-' + name)]
        first = [pid for pid in top if table[pid][0] == self.daemon.pid]
        return first + [pid for pid in top if pid not in first]

    def pids(self):
        return {role: self.role_pids(role)[:1] for role in ROLES}

    def kill_role(self, role, whole=False):
        """SIGKILL to a role's first process (with `whole` to its workers too). Returns the pids that were hit."""
        pids = self.role_pids(role)
        hit = pids if whole else pids[:1]
        for pid in hit:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        return hit

    def kill_worker(self, role, choose):
        """SIGKILL to one process of a role other than its first; `choose` picks from a list."""
        pids = self.role_pids(role)[1:]
        if pids:
            try:
                os.kill(choose(pids), signal.SIGKILL)
            except OSError:
                pass

    def wait_roles(self, seconds=30):
        """Waits until every role has a process again."""
        return wait_for(lambda: all(self.role_pids(role) for role in ROLES), seconds)

    # what is inside

    @property
    def lmtp(self):
        return self.listen or 'unix:' + self.dir + '/lmtp.sock'

    @property
    def team_key(self):
        with open(self.dir + '/team.asc', 'rb') as file:
            return file.read()

    @property
    def spool(self):
        return self.setting('spool', 'directory')

    def setting(self, section, key):
        current = None
        with open(self.conf_file, encoding='utf-8') as file:
            for line in file:
                head = re.match(r'\[(.*)\]\s*$', line)
                if head:
                    current = head.group(1)
                found = re.match(r'([\w-]+)\s*=\s*(.*)$', line)
                if found and current == section and found.group(1) == key:
                    return found.group(2).strip()
        return None

    def configure(self, section, key, value):
        """Sets one setting in the file (the roles read it when they start)."""
        with open(self.conf_file, encoding='utf-8') as file:
            lines = file.read().splitlines()
        current, out, is_set = None, [], False
        for line in lines:
            head = re.match(r'\[(.*)\]\s*$', line)
            if head:
                current = head.group(1)
            if current == section and re.match(re.escape(key) + r'\s*=', line):
                continue
            out.append(line)
            if head and current == section:
                out.append('%s = %s' % (key, value))
                is_set = True
        if not is_set:
            out += ['[%s]' % section, '%s = %s' % (key, value)]
        with open(self.conf_file, 'w', encoding='utf-8') as file:
            file.write('\n'.join(out) + '\n')

    def log(self):
        try:
            with open(self.log_path, encoding='utf-8', errors='replace') as file:
                return file.read()
        except OSError:
            return ''

    def cli(self, *words, stdin=b'', seconds=60):
        """Runs `madoguchi WORDS` on this demo."""
        run = subprocess.run([program('madoguchi')] + [str(w) for w in words], input=stdin, capture_output=True,
                             timeout=seconds * SANITIZED_FACTOR, check=False,
                             env=dict(os.environ, MADOGUCHI_CONF=self.conf_file))
        return Result(run.returncode, run.stdout, run.stderr)

    def send(self, raw, frm='', to=TEAM, **more):
        """One mail by LMTP; the reply codes, one per recipient (or the one that ended it early)."""
        return lmtp_send(self.lmtp, frm, to, raw, **more)

    def account(self):
        result = self.cli('account', '--json')
        try:
            return result.json
        except ValueError:
            return None

    def settle(self, seconds=60, accepted=None):
        """Waits until nothing is pending and (with `accepted`) at least so many mails are counted."""
        def settled():
            account = self.account()
            if account is None or account['states']['pending'] or (accepted and account['accepted'] < accepted):
                return None
            if os.listdir(self.spool + '/new') or os.listdir(self.spool + '/active'):
                return None
            return account
        return wait_for(settled, seconds, 0.1)

    def incidents(self):
        return self.cli('list', '--json', '--limit', '100000').lines

    def show(self, ticket):
        return self.cli('show', '--json', ticket).json

    def ticket_of(self, mail_id, seconds=20):
        """The incident whose thread holds the mail with this Message-ID. Each is looked at again only when it changed."""
        seen = {}

        def look():
            for summary in self.incidents():
                if seen.get(summary['ticket']) == summary['version']:
                    continue
                seen[summary['ticket']] = summary['version']
                incident = self.show(summary['ticket'])
                if any(entry.get('message_id') == mail_id for entry in incident['thread']):
                    return incident
            return None
        return wait_for(look, seconds, 0.2)

    def outgoing(self):
        """The mails in DIR/outgoing, as bytes."""
        return maildir(self.dir + '/outgoing')

    def reply_to(self, mail_id, seconds=10):
        """The answer to the mail with this Message-ID, as bytes; None when none came."""
        return wait_for(lambda: next((raw for raw in self.outgoing() if header(raw, 'In-Reply-To') == mail_id), None),
                        seconds, 0.05)


def maildir(path):
    """The mails of a Maildir (new and cur), as bytes."""
    mails = []
    for folder in ('new', 'cur'):
        place = os.path.join(path, folder)
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
            try:
                with open(os.path.join(place, name), 'rb') as file:
                    mails.append(file.read())
            except OSError:
                pass
    return mails
