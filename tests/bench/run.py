#!/usr/bin/env python3
"""Measures the gateway beside the bare tools, in one run on one machine, and says which floors it reaches.

bare gpg     per message: decrypt+verify, then sign+encrypt a 0.7 KB answer; a home and an agent per worker
bare write   create, write 4 KB, fsync, rename, fsync of the directory
LMTP         accept rate and latency, with idle workers (the keeper is stopped for that long) and with busy ones
whole path   first LMTP command to the last answer durably in the outbox, signed and encrypted. The sender is stopped
             for that long: what delivering costs, into the Maildir DIR/outgoing, is told by itself afterwards

Processor time counts every role, its children and agents, not this program. Options: see --help.
"""
import argparse
import collections
import ctypes
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

TICKS = os.sysconf('SC_CLK_TCK')
REPORTER = 'Reporter <reporter@reporter.example>'
ADDRESS = 'reporter@reporter.example'
ANSWER = ('Your message reached us. Reference: CSIRT #2026-000001.\n' * 13)[:700]
Run = collections.namedtuple('Run', 'rate cpu')


def say(text=''):
    print(text, flush=True)


# Processor time and memory

def stat_ticks(pid):
    """Of the process itself, and of its ended children."""
    try:
        with open('/proc/%d/stat' % pid, encoding='ascii', errors='replace') as file:
            fields = [int(x) for x in file.read().rpartition(')')[2].split()[11:15]]
    except OSError:
        return 0, 0
    return fields[0] + fields[1], fields[2] + fields[3]


def peak_kib(pid):
    try:
        with open('/proc/%d/status' % pid, encoding='ascii', errors='replace') as file:
            found = re.search(r'VmHWM:\s+(\d+)', file.read())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def role_of(words):
    name = os.path.basename(words[0])
    if name.startswith('gpg-agent'):
        return 'gpg-agent'
    if name.startswith('madoguchi-'):
        return name[len('madoguchi-'):]
    return name


def adopt_orphans():
    """A gpg that outlives who started it is nobody's child: we become its parent, to count it."""
    pr_set_child_subreaper = 36
    if ctypes.CDLL(None, use_errno=True).prctl(pr_set_child_subreaper, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), 'prctl')


def reap_orphans(known):
    """Seconds of processor time of the ended orphans; children in `known` are left to their owners."""
    seconds = 0.0
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid in known:
                return seconds
            _, _, used = os.wait4(ended.si_pid, 0)
            seconds += used.ru_utime + used.ru_stime
        except ChildProcessError:
            return seconds


class Meter:
    """Processor time per role between start and stop, and the highest memory of any process of a role (sampled:
    a child that lives for a few milliseconds may be missed)."""

    def __init__(self, demo):
        self.demo = demo
        self.peaks = collections.Counter()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        reap_orphans([self.demo.daemon.pid])
        self.orphans = 0.0
        self.before = self.ticks()
        self.thread.start()

    def roles(self):
        table = t.processes()
        pids = [self.demo.daemon.pid] + t.descendants(self.demo.daemon.pid, table)
        pids += [p for p in self.demo.of_this_directory(table) if p not in pids]
        return [(p, role_of(table[p][2])) for p in pids if p in table and table[p][2][0]]

    def ticks(self):
        total = collections.Counter()
        for pid, role in self.roles():
            own, children = stat_ticks(pid)
            if role == 'opener':  # its readers wait for their gpg, so it cannot be told from them
                role = 'opener (readers, gpg)'
            total[role] += own
            total['gpg (sealing)' if role == 'signer' else role] += children
        return total

    def sample(self):
        while not self.ended.wait(0.1):
            self.orphans += reap_orphans([self.demo.daemon.pid])
            for pid, role in self.roles():
                self.peaks[role] = max(self.peaks[role], peak_kib(pid))

    def stop(self):
        """{role: seconds}"""
        self.ended.set()
        self.thread.join()
        after = self.ticks()
        used = {role: max(0, after[role] - self.before[role]) / TICKS for role in after}
        used['gpg'] = used.get('gpg', 0) + self.orphans + reap_orphans([self.demo.daemon.pid])
        return used


# The bare tools

class Keys:
    """One key kind: the team's and the reporter's, and a 20-key ring around them."""

    def __init__(self, kind, ring):
        self.gpg = t.Gpg()
        self.kind = kind
        self.team = self.gpg.generate('Example CSIRT <%s>' % t.TEAM, kind)
        self.reporter = self.gpg.generate(REPORTER, kind)
        self.others = [self.gpg.generate('Other %d <o%d@other.example>' % (i, i)) for i in range(ring - 2)]

    def copy_home(self):
        """A home of its own with the same keys and a warm agent."""
        gpg = t.Gpg()
        gpg.load(self.gpg.run('--export')[0])
        gpg.load(self.gpg.export_secret(self.team))
        gpg.sign_detached(self.team, b'warm')
        return gpg

    def mail_body(self, size):
        """An encrypted entity of about `size` bytes, signed by the reporter."""
        if size > 100000:
            data = os.urandom(size * 3 // 4)
            entity = t.part_entity([t.text_entity('See the file.\n'), t.attachment('dump.bin', data)])
        else:
            lines = [os.urandom(28).hex() for _ in range(size // 57)]  # gpg would compress a repeated line to nothing
            entity = t.text_entity('\n'.join(lines) + '\n')
        return self.gpg.encrypt([self.team], entity, self.reporter)


def agent_ticks(gpg):
    found = [p for p, (_, _, w) in t.processes().items() if 'gpg-agent' in w[0] and gpg.home in w]
    return sum(sum(stat_ticks(p)) for p in found)


def bare_gpg(keys, armour, workers, count):
    homes = [keys.copy_home() for _ in range(workers)]
    for gpg in homes:
        for name, data in (('mail', armour), ('answer', ANSWER.encode())):
            with open(gpg.home + '/' + name, 'wb') as file:
                file.write(data)
    script = ('g="gpg --homedir $1 --batch --no-tty --quiet --yes --no-autostart"; i=0; while [ $i -lt $2 ]; do '
              '$g --output /dev/null --decrypt $1/mail 2>/dev/null || exit 1; '
              '$g --armor --local-user $3 --recipient $4 --output /dev/null --sign --encrypt $1/answer || exit 1; '
              'i=$((i+1)); done')
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    agents = sum(agent_ticks(g) for g in homes)
    start = time.monotonic()
    loops = [subprocess.Popen(['sh', '-c', script, 'sh', g.home, str(count), keys.team, keys.reporter]) for g in homes]
    failed = [p.wait() for p in loops]
    wall = time.monotonic() - start
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime + (sum(agent_ticks(g) for g in homes) - agents) / TICKS
    for gpg in homes:
        gpg.close()
    if any(failed):
        raise RuntimeError('bare gpg failed')
    return Run(workers * count / wall, cpu / (workers * count))


def bare_writes(place, count):
    os.makedirs(place + '/tmp')
    os.makedirs(place + '/new')
    folder = os.open(place + '/new', os.O_RDONLY)
    data = os.urandom(4096)
    start = time.monotonic()
    for i in range(count):
        name = '%s/tmp/%d' % (place, i)
        fd = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.write(fd, data)
        os.fsync(fd)
        os.close(fd)
        os.rename(name, '%s/new/%d' % (place, i))
        os.fsync(folder)
    wall = time.monotonic() - start
    os.close(folder)
    return count / wall


# The gateway

def make_demo(keys, workers):
    """A demo on these keys: its own team key is replaced, the ring filled and the reporter pinned."""
    demo = t.Demo(conf={('reply', 'rate-per-sender'): '100000', ('reply', 'rate-per-hour'): '1000000', ('crypto', 'workers'): str(workers),
                        ('log', 'level'): 'warning'}, start=False)
    home = demo.setting('crypto', 'gnupg-home')
    for name in os.listdir(demo.dir):
        if name.startswith('store.db'):
            os.unlink(os.path.join(demo.dir, name))  # sealed for the key that goes now
    demo.configure('team', 'key', keys.team)
    subprocess.run(['gpg', '--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', '--import'],
                   input=keys.gpg.export_secret(keys.team), check=True, capture_output=True)
    subprocess.run(['gpgconf', '--homedir', home, '--kill', 'gpg-agent'], check=False, capture_output=True)
    for fingerprint in [keys.reporter] + keys.others:
        with open(demo.dir + '/key.asc', 'wb') as file:
            file.write(keys.gpg.export(fingerprint))
        done = demo.cli('keys', 'import', '--pin', demo.dir + '/key.asc')
        if done.status != 0:
            raise RuntimeError('keys import: %r' % done)
    return demo


def numbered(body, count):
    """`count` mails around one encrypted body, each with a Message-ID of its own."""
    entity = t.encrypted_entity(body)
    return [t.compose(t.outer_headers(REPORTER, t.TEAM, '...', t.message_id()), entity) for _ in range(count)]


def send_all(demo, mails, sessions=2):
    """Sends mails over some sessions, pipelined; the seconds that each took from MAIL to 250."""
    took, shares = [], [mails[i::sessions] for i in range(sessions)]
    begin = ('MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n' % (ADDRESS, t.TEAM)).encode()

    def work(share):
        with t.Lmtp(demo.lmtp, 120) as session:
            for raw in share:
                body = re.sub(rb'(?m)^\.', b'..', raw) + b'.\r\n'
                start = time.monotonic()
                session.write(begin)
                codes = [session.reply()[0] for _ in range(3)]
                session.write(body)
                codes.append(session.reply()[0])
                took.append(time.monotonic() - start)
                if codes != [250, 250, 354, 250]:
                    raise RuntimeError('LMTP said %r' % codes)
    threads = [threading.Thread(target=work, args=(share,)) for share in shares if share]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(took) != len(mails):
        raise RuntimeError('not all mails were taken')
    return took


def outgoing_count(demo):
    place = demo.dir + '/outgoing/new'
    return len(os.listdir(place)) if os.path.isdir(place) else 0


def sealed_count(demo):
    """Answers that are in the outbox, signed and encrypted, for good."""
    store = sqlite3.connect('file:%s/store.db?mode=ro' % demo.dir, uri=True)
    try:
        return store.execute("SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending', 'sent')").fetchone()[0]
    finally:
        store.close()


def signal_role(demo, role, number):
    for pid in demo.role_pids(role):
        os.kill(pid, number)


def deliver(demo, wanted, count, patience):
    """Lets the sender work until `wanted` answers are in DIR/outgoing; seconds of processor time per message."""
    meter = Meter(demo)
    signal_role(demo, 'sender', signal.SIGCONT)
    done = t.wait_for(lambda: outgoing_count(demo) >= wanted, patience, 0.02)
    cpu = meter.stop()
    if not done:
        raise RuntimeError('%d answers are missing\n%s' % (wanted - outgoing_count(demo), demo.log()[-2000:]))
    place = demo.dir + '/outgoing/new'
    newest = max(os.listdir(place), key=lambda n: os.stat(place + '/' + n).st_mtime)
    with open(place + '/' + newest, 'rb') as file:
        if b'multipart/encrypted' not in file.read():
            raise RuntimeError('the answers are not encrypted')
    return {role: seconds / count for role, seconds in cpu.items()}


def whole_path(demo, body, count, patience=60):
    """Rate and processor time per message; {role: seconds per message}; {role: peak KiB}; of the delivery afterwards,
    {role: seconds per message}."""
    base = outgoing_count(demo)
    send_all(demo, numbered(body, 4))
    if not t.wait_for(lambda: outgoing_count(demo) >= base + 4, 30):
        raise RuntimeError('no answers come:\n' + demo.log()[-2000:])
    base = outgoing_count(demo)
    sealed = sealed_count(demo)
    mails = numbered(body, count)
    signal_role(demo, 'sender', signal.SIGSTOP)
    try:
        meter = Meter(demo)
        start = time.monotonic()
        send_all(demo, mails)
        done = t.wait_for(lambda: sealed_count(demo) >= sealed + count, patience, 0.02)
        wall = time.monotonic() - start
        cpu = meter.stop()
    except BaseException:
        signal_role(demo, 'sender', signal.SIGCONT)
        raise
    if not done:
        raise RuntimeError('%d of %d answers came\n%s' % (sealed_count(demo) - sealed, count, demo.log()[-2000:]))
    delivery = deliver(demo, base + count, count, patience)
    per = {role: seconds / count for role, seconds in cpu.items()}
    return Run(count / wall, sum(per.values())), per, meter.peaks, delivery


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def lmtp_rates(demo, body, count):
    """(idle rate, idle p95), (busy rate, busy p95); p95 in seconds."""
    results = []
    keeper = demo.role_pids('keeper')
    for pid in keeper:
        os.kill(pid, signal.SIGSTOP)
    try:
        mails = numbered(body, count)
        start = time.monotonic()
        took = send_all(demo, mails, 4)
        results.append((count / (time.monotonic() - start), percentile(took, 0.95)))
    finally:
        for pid in keeper:
            os.kill(pid, signal.SIGCONT)
    time.sleep(0.5)  # the workers are at their backlog now
    mails = numbered(body, count)
    start = time.monotonic()
    took = send_all(demo, mails, 4)
    results.append((count / (time.monotonic() - start), percentile(took, 0.95)))
    return results


class Floors:
    def __init__(self):
        self.rows, self.below = [], 0

    def at_least(self, name, value, floor):
        self.row(name, value, '>= %.2f' % floor, value >= floor)

    def at_most(self, name, value, ceiling):
        self.row(name, value, '<= %.2f' % ceiling, value <= ceiling)

    def row(self, name, value, want, reached):
        self.below += not reached
        self.rows.append('%-58s %7.2f  %-8s %s' % (name, value, want, 'PASS' if reached else 'BELOW'))


def cpu_words(per):
    return ', '.join('%s %.2f' % (r, s * 1000) for r, s in sorted(per.items(), key=lambda x: -x[1]) if s > 0)


def crypto_series(floors, kind, sizes, options):
    say('\n== %s, %d-key ring' % (kind, options.ring))
    keys = Keys(kind, options.ring)
    demo = make_demo(keys, 1)
    for size, counts in sizes:
        body = keys.mail_body(size)
        name = '%s %s' % (kind, '5 MB' if size > 100000 else '2 KB')
        bare = {w: bare_gpg(keys, body, w, max(3, counts // w)) for w in (1, 2)}
        for w in (1, 2):
            say('bare gpg     %-14s %d worker(s)  %7.1f msg/s   %6.1f ms CPU/msg' % (name, w, bare[w].rate, bare[w].cpu * 1000))
        rates = {}
        for workers in options.workers:
            if workers > 2 and (size > 100000 or kind != 'ed25519'):
                continue
            demo.configure('crypto', 'workers', workers)
            demo.start()
            run, per, peaks, delivery = whole_path(demo, body, counts)
            rates[workers] = run.rate
            say('whole path   %-14s %d worker(s)  %7.1f msg/s   %6.1f ms CPU/msg' % (name, workers, run.rate, run.cpu * 1000))
            say('             CPU ms/msg: ' + cpu_words(per))
            say('             delivery:   ' + cpu_words(delivery) + ' (afterwards, not counted above)')
            say('             peak MiB:   ' + ', '.join('%s %.0f' % (r, k / 1024) for r, k in sorted(peaks.items(), key=lambda x: -x[1])))
            if workers in bare:
                rate_floor = {'ed25519': 0.75 if workers == 1 else 0.65}.get(kind, 0.9) if size < 100000 else 0.7
                floors.at_least('%s, %d worker(s): rate / bare gpg' % (name, workers), run.rate / bare[workers].rate, rate_floor)
                if size < 100000:
                    floors.at_most('%s, %d worker(s): CPU / bare gpg' % (name, workers), run.cpu / bare[workers].cpu,
                                   1.35 if kind == 'ed25519' else 1.1)
            demo.stop()
        if 2 in rates and 8 in rates:
            floors.at_least('%s: rate with 8 workers / with 2' % name, rates[8] / rates[2], 0.9)


def lmtp_series(floors, options):
    """On a demo of its own, ended by force: what it leaves in the spool must not disturb another figure."""
    say('\n== LMTP')
    keys = Keys('ed25519', options.ring)
    body = keys.mail_body(2000)
    demo = make_demo(keys, 2)
    demo.start()
    bare = bare_writes(t.short_dir('w'), options.writes)
    (idle, idle95), (busy, busy95) = lmtp_rates(demo, body, options.writes)
    demo.kill()
    say('bare write   4 KB, fsync + fsync     %7.1f /s' % bare)
    say('LMTP accept  workers idle            %7.1f /s      p95 %.1f ms' % (idle, idle95 * 1000))
    say('LMTP accept  workers busy            %7.1f /s      p95 %.1f ms' % (busy, busy95 * 1000))
    floors.at_least('LMTP accept rate, workers idle / bare durable write', idle / bare, 0.5)
    floors.at_least('LMTP accept rate, workers busy / bare durable write', busy / bare, 0.5)
    floors.at_most('LMTP accept p95 while workers are busy, ms', busy95 * 1000, 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--short', action='store_true', help='a quick look: few messages, figures are rough')
    parser.add_argument('--strict', action='store_true', help='exit 1 when a floor is not reached')
    parser.add_argument('--only', choices=['ed25519', 'rsa4096'], help='one kind of key')
    parser.add_argument('--messages', type=int, help='messages per ed25519 2 KB run (400)')
    parser.add_argument('--ring', type=int, default=20, help='keys in the ring')
    parser.add_argument('--workers', type=lambda s: [int(w) for w in s.split(',')], default=[1, 2, 8])
    options = parser.parse_args()
    options.writes = 300 if options.short else 1500
    count = options.messages or (60 if options.short else 400)
    t.need_programs()
    say('%d cores, load %.1f before the start; %s' % (os.cpu_count(), os.getloadavg()[0], time.strftime('%F %T')))
    adopt_orphans()
    floors = Floors()
    if options.only != 'rsa4096':
        crypto_series(floors, 'ed25519', [(2000, count), (5 << 20, max(6, count // 10))], options)
        lmtp_series(floors, options)
    if options.only != 'ed25519':
        crypto_series(floors, 'rsa4096', [(2000, max(10, count // 4))], options)
    say('\n== floors')
    for row in floors.rows:
        say(row)
    say('%d of %d floors reached' % (len(floors.rows) - floors.below, len(floors.rows)))
    sys.exit(1 if options.strict and floors.below else 0)


if __name__ == '__main__':
    main()
