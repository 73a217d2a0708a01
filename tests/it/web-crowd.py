#!/usr/bin/env python3
"""Much at once at the members' page: slow questions stand before nothing but themselves, a keeper that hangs stops no file of the page,
and however many strangers come, members find a place. The keeper is one of the test's own, that is as slow as it is told to be."""
import atexit
import http.client
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402
import madowire  # noqa: E402

API = '/api/v1'
HANAKO, TARO = 'H' * 43, 'T' * 43
SLACK = (4 if os.environ.get('MADO_PATIENCE') else 1) * t.slowness()


class Keeper:
    """Answers whoever has one of the two sessions; `hangs (verb, packet)` says what is not answered until `go`."""

    def __init__(self, path):
        self.hangs, self.go = lambda verb, packet: False, threading.Event()
        self.held = 0
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(128)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        packet = peer.recv(1 << 20)
        if not packet:
            return peer.close()
        verb = packet[16:].split(b'\0')[0].decode()
        if verb == 'watch':
            time.sleep(0.5)
            peer.send(madowire.packet('ok', {'serial': 1}))
        elif HANAKO.encode() not in packet and TARO.encode() not in packet:
            peer.send(madowire.packet('error', {'code': 'denied', 'message': 'nobody is logged in here'}))
        else:
            if self.hangs(verb, packet):
                self.held += 1
                self.go.wait()
            try:
                peer.send(madowire.packet('ok', {'login': 'hanako', 'name_of_session': 'x'}))
            except OSError:
                pass # the page waited long enough
        peer.close()


class House:
    def __init__(self, connections):
        self.dir = t.short_dir('w')
        self.path, self.port = self.dir + '/web.sock', None
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        self.keeper = Keeper(self.dir + '/keeper.sock')
        with open(self.dir + '/madoguchi.conf', 'w') as file:
            file.write('[runtime]\ndirectory = %s\ninsecure-single-uid = yes\n[web]\nlisten = unix:%s, inet:127.0.0.1:%d\nfiles = %s\nconnections = %d\n'
                       % (self.dir, self.path, self.port, t.SRC + '/src/web/page', connections))
        self.log = open(self.dir + '/log', 'wb')
        self.web = subprocess.Popen([t.program('madoguchi-web'), '-c', self.dir + '/madoguchi.conf'], stdout=self.log, stderr=self.log)
        atexit.register(self.web.kill)
        if not t.wait_for(lambda: os.path.exists(self.path), 30):
            print('# ' + open(self.dir + '/log').read())

    def browser(self, session=None, address=None, port=False):
        browser = w.Browser(self.port if port else self.path, address)
        if session:
            browser.jar[w.COOKIE] = session
        return browser

    def end(self):
        self.keeper.go.set()
        self.web.send_signal(signal.SIGTERM)
        return self.web.wait(60)

    def memory(self):
        with open('/proc/%d/status' % self.web.pid) as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmRSS'))


def timed(do):
    begun = time.monotonic()
    answer = do()
    return answer, time.monotonic() - begun


class Crowd:
    """`count` questions side by side, in the background."""

    def __init__(self, count, ask):
        self.answers, self.ask = [], ask
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self):
        try:
            self.answers.append(timed(self.ask))
        except (OSError, http.client.HTTPException):
            pass # the page ended

    def join(self):
        for thread in self.threads:
            thread.join(120)
        return self.answers


def slow_questions(tap, house):
    """One member asks a lot that takes long."""
    keeper, hanako, taro = house.keeper, house.browser(HANAKO), house.browser(TARO)
    for browser in (hanako, taro):
        tap.equal(browser.get(API + '/session').status, 200, 'a member is known')
    keeper.hangs = lambda verb, packet: verb in ('search', 'policy-try') and HANAKO.encode() in packet
    paths = itertools.cycle(('/search?query=x', '/incidents/2026-000001/policy'))
    crowd = Crowd(40, lambda: house.browser(HANAKO).get(API + next(paths)))
    tap.ok(t.wait_for(lambda: keeper.held >= 2, 10), 'forty questions that take long are asked')
    for browser, name in ((taro, 'another member'), (hanako, 'the same member')):
        answer, took = timed(lambda: browser.get(API + '/session'))
        tap.ok(answer.status == 200 and took < 2 * SLACK, 'a plain question of %s is answered at once' % name, (answer, took))
    answer, took = timed(lambda: taro.get(API + '/search?query=x'))
    tap.ok(answer.status == 200 and took < 2 * SLACK, 'and a long one of another member, too', (answer, took))
    answer, took = timed(lambda: house.browser().get('/main.js'))
    tap.ok(answer.status == 200 and took < 2 * SLACK, 'and so are the files of the page', (answer.status, took))
    t.wait_for(lambda: len(crowd.answers) == 38, 30)
    held = keeper.held
    keeper.go.set()
    answers = crowd.join()
    keeper.go.clear()
    refused = [(a, took) for a, took in answers if a.status == 503]
    tap.ok(held == 2 and len(refused) == 38 and all(took < 8 * SLACK for _, took in refused), 'who waits too long is told so',
           (held, [(a.status, took) for a, took in answers]))
    one = refused[0][0]
    tap.ok(one.header('Retry-After') == '5' and one.header('Content-Type') == 'application/problem+json' and one.json['status'] == 503
           and one.header('Cache-Control') == 'no-store', 'with when to try again', one)


def hanging_keeper(tap, house):
    """Nothing at all is answered."""
    keeper = house.keeper
    keeper.hangs = lambda verb, packet: True
    crowd = Crowd(60, lambda: house.browser(HANAKO).get(API + '/incidents'))
    time.sleep(0.5)
    answer, took = timed(lambda: house.browser().get('/'))
    tap.ok(answer.status == 200 and took < 2 * SLACK, 'of a keeper that hangs the page itself knows nothing', (answer.status, took))
    answer, took = timed(lambda: house.browser(TARO).get(API + '/session'))
    tap.ok(answer.status == 503 and took < 17 * SLACK, 'whoever asks is told within some seconds', (answer, took))
    keeper.go.set()
    keeper.hangs = lambda verb, packet: False
    crowd.join()
    keeper.go.clear()
    tap.equal(house.browser(TARO).get(API + '/session').status, 200, 'and when it is back, it goes on')


def strangers(tap, house, port):
    """Connections without end of those whom nobody knows: silent ones, half a header, requests with sessions that are made up."""
    way = 'TCP' if port else 'a socket of the host'

    def connect():
        if port:
            return socket.create_connection(('127.0.0.1', house.port), 20)
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(20)
        if not t.wait_for(lambda: sock.connect_ex(house.path) == 0, 20):
            raise OSError('no connection')
        return sock

    def asks():
        """Over the connection that is open; the content is read, too."""
        try:
            mine.sendall(ask)
            got = mine.recv(65536)
            while got and b'}' not in got:
                got += mine.recv(65536)
        except OSError:
            return False
        return got.startswith(b'HTTP/1.1 200 ')

    mine = connect()
    ask = b'GET /api/v1/session HTTP/1.1\r\nHost: x\r\nCookie: %s=%s\r\n\r\n' % (w.COOKIE.encode(), HANAKO.encode())
    tap.ok(asks(), 'a member has a connection, over ' + way)
    before, socks = house.memory(), []
    for i in range(300):
        sock = connect()
        sock.sendall((b'', b'GET / HTTP/1.1\r\nHost: x\r\nX-Long: ' + b'a' * 30000,
                      b'GET /api/v1/session HTTP/1.1\r\nHost: x\r\nCookie: %s=%043d\r\n\r\n' % (w.COOKIE.encode(), i))[i % 3])
        socks.append(sock)
    tap.ok(asks(), 'keeps it when three hundred strangers come')
    answers = [house.browser(TARO, port=port).get(API + '/session').status for _ in range(5)]
    tap.equal(answers, [200] * 5, 'and other members come in as before')
    tap.equal(house.browser(port=port).get('/').status, 200, 'as does one stranger more')
    closed = 0
    for sock in socks:
        sock.settimeout(0.005)
        try:
            while sock.recv(65536):
                pass
            closed += 1
        except TimeoutError:
            pass
        except OSError:
            closed += 1
    tap.ok(closed >= 230, 'strangers keep half of the places, the newest of them', closed)
    grown = house.memory() - before
    tap.note('memory over %s: %d KiB before, %d more after' % (way, before, grown))
    tap.ok(grown < 20000 * SLACK, 'and memory stays where it is', grown)
    for sock in socks + [mine]:
        sock.close()


def made_up(tap, house):
    """Sessions that are made up, with what is answered without looking at them: nobody becomes known by that."""
    socks = []
    for i in range(150):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(2 * SLACK)
        socks.append(sock)
        cookie = b'Host: x\r\nCookie: %s=%043d\r\n\r\n' % (w.COOKIE.encode(), i)
        try:
            if not t.wait_for(lambda: sock.connect_ex(house.path) == 0, 5):
                break
            for path in (b'/api/v1/openapi.json', b'/words.js'):
                sock.sendall(b'HEAD ' + path + b' HTTP/1.1\r\n' + cookie)
                sock.recv(65536)
        except OSError:
            break
    answers, took = timed(lambda: [house.browser(TARO).get(API + '/session').status for _ in range(3)])
    tap.ok(answers == [200] * 3 and took < 10 * SLACK,
           'who makes up a session for a document that anybody may read takes no place of a member', (answers, took))
    for sock in socks:
        sock.close()


def keeper_gone(tap, house):
    """Whoever sends much while nobody can say who he is, is no stranger for that: the page would log him out."""
    def send(session):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(house.path)
            sock.sendall(b'POST /api/v1/incidents/2026-000001/note HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nCookie: %s=%s\r\n\r\n'
                         % (w.COOKIE.encode(), session.encode()))
            return sock.recv(65536)[:12]

    os.rename(house.dir + '/keeper.sock', house.dir + '/away.sock')
    tap.equal(send(TARO), b'HTTP/1.1 503', 'a large content while the keeper is away: not now')
    os.rename(house.dir + '/away.sock', house.dir + '/keeper.sock')
    tap.equal(send('N' * 43), b'HTTP/1.1 401', 'of somebody whom the keeper does not know: not at all')


def main():
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    tap = t.Tap()
    house = House(120)
    slow_questions(tap, house)
    strangers(tap, house, False)
    strangers(tap, house, True)
    made_up(tap, house)
    keeper_gone(tap, house)
    hanging_keeper(tap, house)
    house.keeper.hangs = lambda verb, packet: True
    stuck = Crowd(5, lambda: house.browser(HANAKO).request('GET', API + '/incidents'))
    time.sleep(0.5)
    tap.equal(house.end(), 0, 'the page ends in order while questions wait')
    with open(house.dir + '/log') as file:
        tap.ok('critical' not in file.read().lower(), 'and complains of nothing')
    del stuck
    tap.done()


if __name__ == '__main__':
    main()
