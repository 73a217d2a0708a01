#!/usr/bin/env python3
"""What the members' page costs: 200 listeners while 100 mails arrive (from the last answer of LMTP to the event, and to the row on a
screen; memory of madoguchi-web), and the queue of a large store in a browser (first paint, and each further page).

Judged: madoguchi-web stays below 160 MiB, and every listener hears of every mail.
"""
import argparse
import json
import os
import selectors
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402
from scale import CONF, House, percentile  # noqa: E402

MOST_MIB = 160
PER_MEMBER = 20 # event streams that one member may have
PASSWORD = 'a sentence is fine'
# Writes down when each row came to be seen.
WATCH = '''
window.came = {};
const look = () => { for (const e of document.querySelectorAll('.row .subject')) window.came[e.innerText] ??= Date.now(); };
look();
new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
'''


class Team(House):
    """A gateway with a large store, and members with browsers."""

    def __init__(self, messages, members):
        self.port = b.free_port()
        super().__init__(messages)
        self.demo.stop()
        self.demo.web = 'inet:127.0.0.1:%d' % self.port
        self.demo.start()
        self.site = 'http://127.0.0.1:%d' % self.port
        self.browsers = [self.member('member%d' % i, 'administrator' if i == 0 else 'handler') for i in range(members)]

    def member(self, login, role):
        self.demo.cli('members', 'add', login, '--role', role)
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        browser = w.Browser(self.port, '192.0.2.%d' % (1 + int(login[6:]) % 250))
        browser.secret = browser.set_up(invitation, PASSWORD)
        return browser

    def memory(self):
        """MiB that madoguchi-web holds now."""
        pid = self.demo.role_pids('web')[0]
        with open('/proc/%d/status' % pid, encoding='ascii') as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmRSS')) / 1024


def listen(team, count):
    """Event streams of the members, each greeted."""
    select = selectors.DefaultSelector()
    for i in range(count):
        browser = team.browsers[1 + i // PER_MEMBER]
        sock = socket.create_connection(('127.0.0.1', team.port), 60)
        cookie = '; '.join('%s=%s' % pair for pair in browser.jar.items())
        sock.sendall(('GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n' % (team.port, cookie)).encode())
        select.register(sock, selectors.EVENT_READ, [b'', 0.0])
    waiting = count
    while waiting > 0:
        for key, _ in select.select(30):
            piece = key.fileobj.recv(65536)
            waiting -= b'event: hello' in piece
            if not piece or b' 200 ' not in piece.split(b'\r\n')[0] and b'event' not in piece:
                raise RuntimeError('a listener is refused: %r' % piece[:200])
    return select


def hear(select, count, seconds):
    """When each of the @count listeners heard of a change, in the order in which they did; then waits until it is quiet."""
    heard = {}
    quiet = time.monotonic() + seconds
    while time.monotonic() < quiet:
        ready = select.select(0.3)
        if not ready and len(heard) == count:
            break
        for key, _ in ready:
            if b'event: change' in key.fileobj.recv(65536):
                heard.setdefault(key.fd, time.time())
    return list(heard.values())


def arrivals(team, count, mails, page):
    """Prints how soon listeners and a screen know of a mail; whether all of them did."""
    select = listen(team, count)
    before, most = team.memory(), 0.0
    events, screens, missed = [], [], 0
    if page is not None:
        page.run(WATCH)
    for n in range(mails):
        subject = 'arrival-%d-%d' % (n, os.getpid())
        raw = t.plain('newcomer%d@host.example.org' % n, t.TEAM, subject, 'text %d\n' % n, mid=t.message_id())
        with t.Lmtp(team.demo.lmtp) as session:
            session.begin('newcomer%d@host.example.org' % n, [t.TEAM])
            session.data(raw)
            start = time.time()
        heard = hear(select, count, 20)
        missed += count - len(heard)
        events += [(moment - start) * 1000 for moment in heard]
        if page is not None:
            shown = t.wait_for(lambda s=subject: page.run('return window.came[arguments[0]] || 0', s), 20)
            screens.append(shown - start * 1000)
        most = max(most, team.memory())
    print('%d listeners, %d mails: arrival to event p50 %.0f p95 %.0f ms, worst %.0f; not heard %d' % (
        count, mails, statistics.median(events), percentile(events, 0.95), max(events), missed))
    if screens:
        print('arrival to a row on the screen: p50 %.0f p95 %.0f ms' % (
            statistics.median(screens), percentile(screens, 0.95)))
    print('madoguchi-web: %.0f MiB before, %.0f MiB at most, of %d' % (before, most, MOST_MIB))
    return missed == 0 and most < MOST_MIB


def log_in(team, page):
    page.go(team.site + '/#/')
    page.type('#login', 'member0')
    page.type('#password', PASSWORD)
    page.type('#code', w.totp(team.browsers[0].secret, time.time() + 30))
    page.click('form.entrance button[type=submit]')
    page.find('.row', 60)


def painting(team, page, rounds):
    paints, pages = [], []
    for _ in range(rounds):
        page.go('about:blank')
        start = time.time() * 1000
        page.go(team.site + '/#/')
        page.find('.row', 60)
        paints.append(page.run("return performance.timeOrigin + performance.getEntriesByName('queue-shown').pop().duration") - start)
    for _ in range(rounds):
        pages.append(page.run_async(
            "const done = arguments[0], n = document.querySelectorAll('.row').length, start = performance.now();"
            "const o = new MutationObserver(() => { if (document.querySelectorAll('.row').length > n) { o.disconnect();"
            " requestAnimationFrame(() => done(performance.now() - start)); } }); o.observe(document.body, {childList: true, subtree: true});"
            "[...document.querySelectorAll('main button')].find((x) => !x.hidden && x.classList.contains('next')).click();"))
    print('queue of %d tickets: first rows p50 %.0f p95 %.0f ms after the address was given; 50 more p50 %.0f p95 %.0f ms' % (
        len(team.all), statistics.median(paints), percentile(paints, 0.95), statistics.median(pages), percentile(pages, 0.95)))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--messages', type=int, default=100000)
    options.add_argument('--listeners', type=int, default=200)
    options.add_argument('--mails', type=int, default=100)
    options = options.parse_args()
    CONF[('reply', 'rate-per-hour')] = '1000000'
    team = Team(options.messages, 1 + (options.listeners + PER_MEMBER - 1) // PER_MEMBER)
    page = None
    if b.why_not() is None:
        page = b.Driver().open()
        log_in(team, page)
        painting(team, page, 15)
        page.go(team.site + '/#/')
    else:
        print('no browser: ' + b.why_not())
    ok = arrivals(team, options.listeners, options.mails, page)
    team.demo.stop()
    sys.exit(0 if ok else 1)


if __name__ == '__main__':
    main()
