#!/usr/bin/env python3
"""madoguchi-lmtp itself, started here on directories of its own: every reply code, limits, time-outs, drain."""
import atexit
import os
import random
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402
from madolmtp import connect  # noqa: E402

TEAM = 'csirt@example.org'
MIB = 1 << 20
MAIL = b'Subject: x\r\n\r\nbody\r\n'
tap = t.Tap()


class Server:
    """One madoguchi-lmtp. `intake`: more lines for that section; `wrap`: words before the program."""

    def __init__(self, intake='', spool=None, wrap=()):
        self.dir = t.short_dir('l')
        self.port = t.free_port()
        self.unix = 'unix:%s/lmtp.sock' % self.dir
        self.inet = 'inet:127.0.0.1:%d' % self.port
        self.spool = spool or self.dir + '/spool'
        self.wrap = list(wrap)
        self.conf = self.dir + '/madoguchi.conf'
        with open(self.conf, 'w', encoding='utf-8') as file:
            file.write('[team]\naddress = %s; second@example.org\n[spool]\ndirectory = %s\n'
                       '[runtime]\ndirectory = %s/run\ninsecure-single-uid = yes\n[log]\naddresses = no\n'
                       '[intake]\nlmtp-listen = %s; %s\n%s\n'
                       % (TEAM, self.spool, self.dir, self.unix, self.inet, intake))
        self.process = None
        atexit.register(self.end)
        self.start()

    def start(self):
        with open(self.dir + '/log', 'ab') as log:
            served = self.log().count(' serving ')
            self.process = subprocess.Popen(self.wrap + [t.program('madoguchi-lmtp'), '-c', self.conf], stderr=log,
                                            stdin=subprocess.DEVNULL)
        t.wait_for(lambda: self.log().count(' serving ') > served or self.process.poll() is not None, 20)
        if self.process.poll() is not None:
            tap.note(self.log())
            tap.bail('madoguchi-lmtp did not start')

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.terminate()
        return self.wait()

    def wait(self, seconds=40):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return 'killed'

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self):
        with open(self.dir + '/log', encoding='utf-8', errors='replace') as file:
            return file.read()

    def files(self, name='new'):
        return sorted(os.listdir(self.spool + '/' + name))

    def raw(self, name):
        """The mail of a file in new/, without envelope and trailer."""
        with open(self.spool + '/new/' + name, 'rb') as file:
            return file.read().partition(b'\n\n')[2][:-102]

    def envelope(self, name):
        with open(self.spool + '/new/' + name, 'rb') as file:
            return file.read(1 << 20).partition(b'\n\n')[0].decode('utf-8')

    def clear(self):
        for name in self.files():
            os.unlink(self.spool + '/new/' + name)

    def peak_kib(self):
        with open('/proc/%d/status' % self.process.pid, encoding='ascii') as status:
            return int(next(line.split()[1] for line in status if line.startswith('VmHWM:')))


def start_of(reply):
    """'250 2.1.0' of (250, '2.1.0 sender noted')"""
    return ('%d %s' % (reply[0], reply[1].partition(' ')[0])).strip()


def test_dialogue(server):
    for spec in (server.unix, server.inet):
        kind = spec.partition(':')[0]
        with t.Lmtp(spec) as s:
            tap.equal(s.greeting[0], 220, kind + ': greeting')
            for word in ('PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8', 'SIZE 52428800'):
                tap.ok(word in s.hello[1].split('\n'), '%s: LHLO offers %s' % (kind, word), s.hello)
            tap.equal([start_of(r) for r in s.begin('a@example.net', [TEAM, 'Csirt+x@Example.ORG', 'who@example.org',
                                                                     'postmaster', 'second@example.org'])],
                      ['250 2.1.0', '250 2.1.5', '250 2.1.5', '550 5.1.1', '550 5.1.1', '250 2.1.5'],
                      kind + ': recipients')
            tap.equal([start_of(r) for r in s.data(b'.one\r\n' + MAIL)], ['250 2.6.0'] * 3,
                      kind + ': one reply per accepted recipient')
            tap.equal(start_of(s.cmd('QUIT')), '221 2.0.0', kind + ': QUIT')
            tap.equal(s.reply(), (0, ''), kind + ': closed after QUIT')
    names = server.files()
    tap.equal(len(names), 2, 'one file per mail')
    tap.equal(server.raw(names[0]), b'.one\r\n' + MAIL, 'the raw bytes are what was sent')
    envelope = server.envelope(names[1]).split('\n')
    for line in ('madoguchi-spool: 1', 'queue-id: ' + names[1], 'door: lmtp', 'client: 127.0.0.1', 'from: a@example.net',
                 'to: ' + TEAM, 'to: Csirt+x@Example.ORG', 'to: second@example.org', 'smtputf8: no'):
        tap.ok(line in envelope, 'envelope: ' + line.partition(':')[0], envelope)
    tap.equal(server.files('tmp'), [], 'nothing is left in tmp')
    tap.equal(os.stat(server.dir + '/lmtp.sock').st_mode & 0o777, 0o660, 'the socket is for its group only')
    server.clear()


def test_codes(server):
    wrong = [('HELO x', '500 5.5.1'), ('EHLO x', '500 5.5.1'), ('NONSENSE', '500 5.5.2'), ('LHLO', '501 5.5.4'),
             ('RCPT TO:<%s>' % TEAM, '503 5.5.1'), ('DATA', '503 5.5.1'), ('MAIL FROM:a@b', '501 5.1.7'),
             ('MAIL FROM:<a@b> AUTH=x', '555 5.5.4'), ('MAIL FROM:<窓口@例.jp>', '553 5.6.7'), ('EXPN x', '502 5.5.1'),
             ('NOOP ' + 'x' * 2000, '500 5.5.2'), ('VRFY x', '252 2.1.5'), ('NOOP', '250 2.0.0'), ('RSET', '250 2.0.0'),
             ('MAIL FROM:<a@b> SIZE=52428801', '552 5.3.4'), ('MAIL FROM:<a@b> SIZE=52428800', '250 2.1.0'),
             ('MAIL FROM:<a@b>', '503 5.5.1'), ('RCPT TO:<>', '501 5.1.3')]
    with t.Lmtp(server.unix) as s:
        for line, want in wrong:
            tap.equal(start_of(s.cmd(line)), want, 'reply to ' + line[:30])
    with t.Lmtp(server.unix) as s:
        replies = [start_of(s.cmd('WHAT')) for _ in range(19)]
        tap.equal(replies, ['500 5.5.1'] * 19, 'wrong commands are answered')
        tap.equal(start_of(s.cmd('WHAT')), '500 5.5.1', 'the twentieth too')
        tap.equal(start_of(s.reply()), '421 4.7.0', 'then the client is let go')
        tap.equal(s.reply(), (0, ''), 'and the connection closed')
    with t.Lmtp(server.unix) as s:
        replies = s.begin('a@b', ['csirt+%d@example.org' % i for i in range(101)])
        tap.equal(start_of(replies[100]), '250 2.1.5', 'the hundredth recipient')
        tap.equal(start_of(replies[101]), '452 4.5.3', 'one recipient too many')
        tap.equal([r[0] for r in s.data(MAIL)], [250] * 100, 'a hundred replies after the data')
    server.clear()


def test_pipelining(server):
    """As Postfix does it: all commands up to DATA in one write, at every possible split."""
    talk = ('LHLO mx\r\nMAIL FROM:<r@example.net> SIZE=20 BODY=8BITMIME\r\nRCPT TO:<%s>\r\nRCPT TO:<no@example.org>\r\n'
            'DATA\r\n' % TEAM).encode()
    end = MAIL + b'.\r\nQUIT\r\n'
    want = [b'220', b'250', b'250', b'250', b'550', b'354', b'250', b'221']
    bad = []
    for split in range(1, len(talk), 7):
        sock = connect(server.unix)
        sock.sendall(talk[:split])
        sock.sendall(talk[split:] + end)
        said = b''
        while True:
            piece = sock.recv(65536)
            if not piece:
                break
            said += piece
        sock.close()
        codes = [line[:3] for line in said.split(b'\r\n') if line and line[3:4] == b' ']
        if codes != want:
            bad.append((split, codes))
    tap.equal(bad, [], 'pipelined at every seventh place')
    tap.equal({server.raw(name) for name in server.files()}, {MAIL}, 'and every mail is whole')
    server.clear()


def test_smuggling(server):
    ends = [b'\n.\n', b'\n.\r\n', b'\r.\r', b'\r\n.\n', b'\r\n.\r', b'\r.\r\n', b'\n\n.\r\r\n', b'\r\n\0.\r\n']
    for end in ends:
        with t.Lmtp(server.unix) as s:
            s.begin('a@b', [TEAM])
            s.cmd('DATA')
            s.write(b'one' + end + b'MAIL FROM:<evil@x>\r\nRCPT TO:<' + TEAM.encode() + b'>\r\nDATA\r\ntwo\r\n.\r\n')
            tap.equal(start_of(s.reply()), '250 2.6.0', 'one reply for %r' % end)
            s.write(b'QUIT\r\n')
            tap.equal(s.reply()[0], 221, 'and nothing between')
        names = server.files()
        tap.equal(len(names), 1, 'one mail for %r' % end)
        tap.ok(names and b'evil@x' in server.raw(names[0]), 'that holds all')
        server.clear()


def test_bytes(server):
    every = bytes(range(256)) * 40 + b'\r\n..\r\n.\r\r\n' + b'x' * 100000 + b'\r\n'
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, every), [250], 'every byte and a very long line')
    name = server.files()[0]
    tap.ok(server.raw(name) == every, 'are kept as they came')
    server.clear()
    with t.Lmtp(server.inet) as s:
        tap.equal(start_of(s.cmd('MAIL FROM:<窓口@例.jp> SMTPUTF8')), '250 2.1.0', 'SMTPUTF8 sender')
        tap.equal(start_of(s.cmd('RCPT TO:<csirt+窓@example.org>')), '250 2.1.5', 'SMTPUTF8 recipient')
        s.accepted = 1
        tap.equal([r[0] for r in s.data(MAIL)], [250], 'SMTPUTF8 mail')
    envelope = server.envelope(server.files()[0]).split('\n')
    tap.ok('from: 窓口@例.jp' in envelope and 'to: csirt+窓@example.org' in envelope and 'smtputf8: yes' in envelope,
           'the envelope holds both in UTF-8', envelope)
    server.clear()


def test_noise(server):
    random.seed(5321)
    for _ in range(200):
        noise = random.randbytes(random.randrange(1, 3000))
        if random.random() < 0.5:
            noise = b'LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<%s>\r\nDATA\r\n' % TEAM.encode() + noise
        t.lmtp_raw(server.unix, noise.replace(b'\r\n.\r\n', b''))
    tap.equal(server.files(), [], 'random bytes are no mail')
    tap.ok(t.wait_for(lambda: not server.files('tmp'), 5), 'and leave nothing behind')
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, MAIL), [250], 'a mail is taken after the noise')
    server.clear()


def test_large(server):
    """52428800 bytes are the limit: just below it and far above it."""
    line = b'0123456789abcdef' * 4 + b'\r\n'
    fits = line * (50 * MIB // len(line))
    before = server.peak_kib()
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, fits, seconds=120, size=True), [250], 'a mail of 50 MiB is taken')
    tap.equal(os.stat(server.spool + '/new/' + server.files()[0]).st_size > len(fits), True, 'whole')
    grown = server.peak_kib() - before
    tap.note('peak memory %d KiB, grown by %d KiB' % (server.peak_kib(), grown))
    tap.ok(grown < 4096 * t.SANITIZED_FACTOR, 'in bounded memory', grown)
    server.clear()
    tap.equal(t.lmtp_send(server.inet, 'a@b', [TEAM, 'second@example.org'], line * (60 * MIB // len(line)), seconds=120),
              [552, 552], 'a mail of 60 MiB is refused after its end')
    tap.equal((server.files(), server.files('tmp')), ([], []), 'and not kept')
    with t.Lmtp(server.unix) as s:
        s.begin('a@b', [TEAM])
        replies = s.data(fits + line * 20)
        tap.equal(start_of(replies[0]), '552 5.3.4', 'with its code')
        tap.equal([r[0] for r in s.begin('a@b', [TEAM])], [250, 250], 'and the session goes on')


def test_disk():
    server = Server('min-free = 1000G')
    with t.Lmtp(server.unix) as s:
        tap.equal(start_of(s.cmd('MAIL FROM:<a@b>')), '452 4.3.1', 'low disk')
        tap.equal(start_of(s.cmd('MAIL FROM:<a@b> SIZE=1')), '452 4.3.1', 'low disk, with SIZE')
    server.end()

    server = Server()
    os.rmdir(server.spool + '/tmp')
    with t.Lmtp(server.unix) as s:
        s.begin('a@b', [TEAM])
        tap.equal(start_of(s.cmd('DATA')), '451 4.3.0', 'the spool cannot be written')
    os.mkdir(server.spool + '/tmp')
    server.stop()
    server.start()
    with t.Lmtp(server.unix) as s:
        s.begin('a@b', [TEAM, 'second@example.org'])
        s.cmd('DATA')
        s.write(MAIL)
        t.wait_for(lambda: server.files('tmp'), 5)
        os.rename(server.spool + '/tmp/' + server.files('tmp')[0], server.dir + '/away')
        s.write(b'.\r\n')
        tap.equal([start_of(s.reply()) for _ in range(2)], ['451 4.3.0'] * 2, 'a commit that fails, per recipient')
        tap.equal(server.files(), [], 'and no mail')
        tap.equal([r[0] for r in s.begin('a@b', [TEAM])] + [r[0] for r in s.data(MAIL)], [250] * 3, 'then all is well')
    server.end()


def test_full():
    """A file system that is really full."""
    place = t.short_dir('f')
    mount = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'none', place], capture_output=True, check=False)
    if mount.returncode != 0:
        tap.skip('a full file system', 'cannot mount one')
        return
    try:
        server = Server('min-free = 0', spool=place + '/spool')
        with t.Lmtp(server.unix) as s:
            s.begin('a@b', [TEAM, 'second@example.org'])
            replies = s.data(b'x' * 70 * 1000 + b'\r\n' + b'0123456789\r\n' * 300000)
            tap.equal([start_of(r) for r in replies], ['452 4.3.1'] * 2, 'a mail that fills the disk')
            tap.equal((server.files(), server.files('tmp')), ([], []), 'leaves nothing behind')
            codes = [r[0] for r in s.begin('a@b', [TEAM])] + [r[0] for r in s.data(b'x' * 1200000)]
            tap.equal(codes, [250] * 3, 'a smaller one fits')
            refused = [r[0] for r in s.begin('a@b', [TEAM])] + [r[0] for r in s.data(b'x' * 1200000)]
            tap.equal(refused, [250, 250, 452], 'the next one does not')
        tap.equal(len(server.files()), 1, 'and the one that was promised is there')
        server.end()
    finally:
        subprocess.run(['umount', '-l', place], check=False)


def test_no_reader(server):
    """A client that talks and never listens costs no memory."""
    before = server.peak_kib()
    deaf = connect(server.unix)
    deaf.settimeout(1)
    sent = 0
    try:
        while sent < 64 * MIB:
            sent += deaf.send(b'NOOP\r\n' * 10000)
    except socket.timeout:
        pass
    tap.ok(sent < 16 * MIB, 'a client that reads no replies is not read either', sent)
    tap.ok(server.peak_kib() - before < 4096 * t.SANITIZED_FACTOR, 'nor does it cost memory',
           server.peak_kib() - before)
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, MAIL), [250], 'others are served')
    deaf.close()
    server.clear()


def test_few_files():
    """Out of file descriptors: connections wait, and are served when there are some again."""
    server = Server(wrap=['prlimit', '--nofile=20:20'])
    crowd = [connect(server.unix) for _ in range(30)]
    tap.ok(t.wait_for(lambda: 'accept-failed' in server.log(), 10), 'no descriptor is left for a connection')
    tap.ok(server.log().count('accept-failed') < 20, 'the log is not flooded')
    for sock in crowd:
        sock.close()
    tap.ok(t.wait_for(lambda: t.lmtp_send(server.unix, 'a@b', TEAM, MAIL) == [250], 15), 'then mails are taken again')
    server.end()


def test_connections():
    server = Server('connections = 2')
    first, second = t.Lmtp(server.unix), t.Lmtp(server.inet)
    third = t.Lmtp(server.unix, hello=False)
    tap.equal(start_of(third.greeting), '421 4.3.2', 'one connection too many')
    tap.equal(third.reply(), (0, ''), 'is closed')
    second.cmd('QUIT')
    second.close()
    tap.ok(t.wait_for(lambda: t.Lmtp(server.unix, hello=False).greeting[0] == 220, 5), 'its place is free again')
    tap.equal(first.cmd('NOOP')[0], 250, 'the others go on')
    server.end()


def test_timeouts():
    server = Server('timeout = 1s\nsession-timeout = 3s')
    with t.Lmtp(server.unix) as s:
        began = time.monotonic()
        tap.equal(start_of(s.reply()), '421 4.4.2', 'a silent client is let go')
        tap.ok(0.9 < time.monotonic() - began < 3 * t.SANITIZED_FACTOR * t.slowness(), 'in time')
        tap.equal(s.reply(), (0, ''), 'and closed')
    with t.Lmtp(server.unix) as s:
        s.begin('a@b', [TEAM])
        s.cmd('DATA')
        s.write(b'half a mail\r\n')
        tap.equal(start_of(s.reply()), '421 4.4.2', 'a client that falls silent in a mail')
    with t.Lmtp(server.unix) as s:
        s.begin('a@b', [TEAM])
        s.cmd('DATA')
        s.sock.settimeout(0.3)
        reply, began = (0, ''), time.monotonic()
        while reply[0] == 0 and time.monotonic() - began < 10:
            try:
                s.write(b'x\r\n')
                reply = (0, '') if not s.sock.recv(1, socket.MSG_PEEK) else s.reply()
            except socket.timeout:
                pass
            except OSError:
                break
        tap.equal(start_of(reply), '421 4.4.2', 'a client that sends a mail too slowly')
        tap.ok(time.monotonic() - began > 2.5, 'but not before its time')
    tap.equal((server.files(), server.files('tmp')), ([], []), 'nothing of them is kept')
    server.end()


def test_drain():
    server = Server()
    idle, busy = t.Lmtp(server.unix), t.Lmtp(server.inet)
    busy.begin('a@b', [TEAM])
    busy.cmd('DATA')
    busy.write(MAIL)
    t.wait_for(lambda: server.files('tmp'), 5)
    server.process.terminate()
    tap.ok(t.wait_for(lambda: ' draining ' in server.log(), 5), 'SIGTERM starts the drain')
    tap.equal(start_of(idle.cmd('MAIL FROM:<a@b>')), '421 4.3.2', 'an idle session hears 421')
    late = t.Lmtp(server.unix, hello=False)
    tap.equal(start_of(late.greeting), '421 4.3.2', 'a new one too')
    tap.ok(server.process.poll() is None, 'the server waits for the mail on its way')
    busy.write(b'.\r\n')
    tap.equal(start_of(busy.reply()), '250 2.6.0', 'which is taken')
    tap.equal(server.wait(), 0, 'then the server ends')
    tap.equal(len(server.files()), 1, 'the mail is there')
    tap.ok(not os.path.exists(server.dir + '/lmtp.sock'), 'the socket is gone')
    quiet = Server()
    waiting = t.Lmtp(quiet.unix)
    tap.equal(quiet.stop(), 0, 'nothing on its way: the server ends at once')
    tap.equal(start_of(waiting.reply()), '421 4.3.2', 'and says so')


def test_kill():
    """kill -9 in the middle of a mail, and right after a 250."""
    server = Server()
    busy = t.Lmtp(server.unix)
    busy.begin('a@b', [TEAM])
    busy.cmd('DATA')
    busy.write(MAIL)
    t.wait_for(lambda: server.files('tmp'), 5)
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, MAIL), [250], 'a mail beside it')
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    tap.equal((len(server.files()), len(server.files('tmp'))), (1, 1), 'what was promised is there, the rest is in tmp')
    server.start()
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, MAIL), [250], 'the next start takes over the socket')
    second = subprocess.run([t.program('madoguchi-lmtp'), '-c', server.conf], capture_output=True, check=False, timeout=20)
    tap.equal(second.returncode, 69, 'a second server on the same socket does not start')
    tap.equal(t.lmtp_send(server.unix, 'a@b', TEAM, MAIL), [250], 'and does not disturb the first')
    server.end()


def test_conf():
    base = t.short_dir('l')
    for listen, want in (('inet:0.0.0.0:2424', 78), ('inet:127.0.0.1', 78), ('inet:::1:2424', 78), ('unix:relative', 78),
                         ('inet:example.org:24', 78), ('unix:/' + 'x' * 200, 78), ('tcp:1', 78)):
        with open(base + '/c', 'w', encoding='utf-8') as file:
            file.write('[team]\naddress=%s\n[spool]\ndirectory=%s/spool\n[runtime]\ndirectory=%s\n'
                       'insecure-single-uid=yes\n[intake]\nlmtp-listen=%s\n' % (TEAM, base, base, listen))
        run = subprocess.run([t.program('madoguchi-lmtp'), '-c', base + '/c'], capture_output=True, check=False, timeout=20)
        tap.equal(run.returncode, want, 'not a place to listen: ' + listen[:30])


if t.program('madoguchi-lmtp') is None:
    t.skip_all('madoguchi-lmtp is not built')
main = Server()
for test in (test_dialogue, test_codes, test_pipelining, test_smuggling, test_bytes, test_noise, test_large, test_no_reader):
    test(main)
tap.equal(main.stop(), 0, 'the server ends well')
tap.ok('example.net' not in main.log(), 'no address in the log')
for test in (test_disk, test_full, test_few_files, test_connections, test_timeouts, test_drain, test_kill, test_conf):
    test()
tap.done()
