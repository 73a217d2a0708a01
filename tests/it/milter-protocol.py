#!/usr/bin/env python3
"""madoguchi-milter by itself, spoken to by miltertest's scripts, then by two hundred connections at once (with
MADO_MILTER=PROGRAM another build of it, e.g. one with ThreadSanitizer)."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'milter')
CONNECTIONS, MAILS = 200, 5
OTHER = b'someone@elsewhere.example'


class Milter:
    """The role, alone, on a configuration of its own."""

    def __init__(self):
        self.dir = t.short_dir('m')
        self.socket = self.dir + '/s'
        for name in ('run', 'spool'):
            os.mkdir(self.dir + '/' + name, 0o700)
        with open(self.dir + '/run/door-keys', 'w', encoding='ascii') as keys:
            keys.write('0123456789ABCDEF 0\n')
        with open(self.dir + '/secret', 'w', encoding='ascii') as secret:
            secret.write('sixteen bytes and more\n')
        rules = ('plaintext', 'wrong-key', 'no-integrity', 'packet-version', 'size', 'structure', 'token')
        with open(self.dir + '/conf', 'w', encoding='ascii') as conf:
            conf.write('[team]\nname = T\naddress = %s\n[intake]\nmilter-listen = unix:%s\n[spool]\ndirectory = %s/spool\n'
                       '[runtime]\ndirectory = %s/run\ninsecure-single-uid = yes\n[crypto]\ngnupg-home = %s\n'
                       '[milter]\nintake = copy\nsecret-file = %s/secret\n%s'
                       % (t.TEAM, self.socket, self.dir, self.dir, self.dir, self.dir, ''.join('%s = on\n' % rule for rule in rules)))
        self.log = open(self.dir + '/log', 'wb')
        self.process = subprocess.Popen([os.environ.get('MADO_MILTER') or t.program('madoguchi-milter'), '-c', self.dir + '/conf'],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        if not t.wait_for(self.is_up, 20):
            print('Bail out! the milter did not start: ' + self.said())
            sys.exit(99)

    def is_up(self):
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(self.socket)
            return True
        except OSError:
            return False

    def said(self):
        with open(self.dir + '/log', encoding='utf-8', errors='replace') as log:
            return log.read()

    def spooled(self):
        return len(os.listdir(self.dir + '/spool/new'))

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(60 * t.SANITIZED_FACTOR)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None


class Client:
    """One connection of an MTA."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60 * t.SANITIZED_FACTOR)
        self.socket.connect(path)
        self.ask(b'O', struct.pack('>III', 6, 0x1ff, 0x1fffff))
        self.ask(b'C', b'client.example\x004' + struct.pack('>H', 25) + b'192.0.2.7\x00')
        self.ask(b'H', b'client.example\x00')

    def tell(self, command, data=b''):
        self.socket.sendall(struct.pack('>I', len(data) + 1) + command + data)

    def take(self, count):
        data = b''
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def answer(self):
        size = struct.unpack('>I', self.take(4))[0]
        data = self.take(size)
        return data[:1], data[1:]

    def ask(self, command, data=b''):
        self.tell(command, data)
        return self.answer()

    def mail(self, recipient, headers, body):
        """The last answer; edits of the mail before it are passed over."""
        self.ask(b'M', b'<alice@reporter.example>\x00')
        self.ask(b'R', b'<' + recipient + b'>\x00')
        for name, value in headers:
            code, data = self.ask(b'L', name + b'\x00' + value + b'\x00')
            if code != b'c':
                return code, data
        self.ask(b'N')
        for at in range(0, len(body), 1000):
            self.ask(b'B', body[at:at + 1000])
        self.tell(b'E')
        while True:
            code, data = self.answer()
            if code not in b'ihm-p':
                return code, data

    def close(self):
        self.tell(b'Q')
        self.socket.close()


def run_scripts(tap, milter):
    if shutil.which('miltertest') is None:
        for name in ('order', 'aborted', 'many', 'odd'):
            tap.skip('miltertest: ' + name, 'miltertest is not installed')
        return
    for name in ('order', 'aborted', 'many', 'odd'):
        script = os.path.join(milter.dir, name + '.lua')
        with open(script, 'w', encoding='utf-8') as out:
            for piece in ('common', name):
                with open(os.path.join(SCRIPTS, piece + '.lua'), encoding='utf-8') as part:
                    out.write(part.read())
        done = subprocess.run(['miltertest', '-D', 'SOCKET=unix:' + milter.socket, '-s', script], capture_output=True, check=False,
                              timeout=120 * t.SANITIZED_FACTOR)
        tap.ok(done.returncode == 0, 'miltertest: ' + name, (done.stdout + done.stderr).decode('utf-8', 'replace'))


def talk(path, number, barrier, wrong):
    """What one of the connections does: mails for us that are refused, that are taken, and mails for others."""
    headers = [(b'From', b' alice@reporter.example'), (b'Subject', b' %d' % number)]
    ours = t.TEAM.encode()
    hidden = b'-----BEGIN PGP MESSAGE-----\r\n\r\nhF4DAAAA\r\n-----END PGP MESSAGE-----\r\n'
    try:
        barrier.wait(60 * t.SANITIZED_FACTOR)
        client = Client(path)
        for turn in range(MAILS):
            kind = (number + turn) % 3
            code, data = client.mail(OTHER if kind == 0 else ours, headers, b'Hello.\r\n' * (number + 1) if kind == 1 else hidden)
            if (code, data[:9]) != ((b'a', b''), (b'y', b'550 5.7.1'), (b'c', b''))[kind]:
                wrong.append('%d: kind %d: %r %r' % (number, kind, code, data))
            client.tell(b'A')
        client.close()
    except (OSError, EOFError, threading.BrokenBarrierError) as problem:
        wrong.append('%d: %r' % (number, problem))


def run_parallel(tap, milter):
    before, wrong, barrier = milter.spooled(), [], threading.Barrier(CONNECTIONS)
    threads = [threading.Thread(target=talk, args=(milter.socket, n, barrier, wrong)) for n in range(CONNECTIONS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    tap.ok(not wrong, '%d connections at once, %d mails each: every answer is right' % (CONNECTIONS, MAILS), '\n'.join(wrong[:20]))
    taken = sum((n + turn) % 3 == 2 for n in range(CONNECTIONS) for turn in range(MAILS))
    tap.equal(milter.spooled() - before, taken, 'and the spool has exactly what was taken')


def main():
    t.need_programs()
    tap = t.Tap()
    milter = Milter()
    run_scripts(tap, milter)
    run_parallel(tap, milter)
    tap.ok(milter.process.poll() is None, 'it still serves')
    tap.equal(milter.stop(), 0, 'and ends when it is asked')
    said = milter.said()
    found = [line for line in said.splitlines() if 'Sanitizer' in line or 'CRITICAL' in line or 'WARNING **' in line]
    tap.ok(not found, 'nothing was found by a sanitizer', said[-6000:])
    for word in ('Hello', 'Report', 'alice'):
        tap.ok(word not in said, 'its log does not say ' + word)
    tap.done()


main()
