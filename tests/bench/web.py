#!/usr/bin/env python3
"""What the members' page costs with a queue of 100,000 incidents, in Debian's Chromium and beside it: the first paint, scrolling
through 1,000 rows (what the frames take beside those of a page that only scrolls), each filter, the overview and a search; 200
listeners while 100 mails arrive (from the last answer of LMTP to the event, and to the row on a screen; memory of madoguchi-web);
and 200 pages that all ask again after each event.

Judged, in one run and mostly as ratios: see the floors at the end. Nothing waits for ever: what does not come is said and counted.
`--keep DIR` leaves the store in DIR, and takes it from there the next time.
"""
import argparse
import json
import os
import random
import re
import selectors
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402
from run import Floors, TICKS, say, stat_ticks  # noqa: E402
from scale import CONF, House, percentile  # noqa: E402

MOST_MIB = 160
MOST_ROWS = 250 # in the document
PER_MEMBER = 20 # event streams that one member may have
TOGETHER = 8 # that come at the same time
SPREAD = 0.25 # seconds in which pages ask again, as live.js does
PASSWORD = 'a sentence is fine'
SMALL = 300
FILTERS = [
    ('New', {'state': 'new'}), ('Open', {'state': 'open'}), ('Resolved', {'state': 'resolved'}), ('Mine', {'owner': 'me'}),
    ('Nobody\'s', {'owner': 'none'}), ('of member3', {'owner': 'member3'}), ('urgent', {'priority': 'urgent'}), ('normal', {'priority': 'normal'}),
    ('TLP:RED', {'tlp': 'TLP:RED'}), ('TLP:AMBER', {'tlp': 'TLP:AMBER'}), ('a rare category', {'category': 'availability:ddos'}),
    ('a common category', {'category': 'fraud'}), ('no such category', {'category': 'vulnerable'}), ('a rare tag', {'tag': 'rare'}),
    ('a common tag', {'tag': 'usual'}), ('Unread', {'unread': 'true'}), ('Due', {'due': 'true'}), ('Overdue', {'overdue': 'true'}),
    ('three at once', {'owner': 'member3', 'tlp': 'TLP:AMBER', 'state': 'resolved'}),
]
# Writes down when each row came to be seen.
WATCH = '''
window.came = {};
const look = () => { for (const e of document.querySelectorAll('.row .subject')) window.came[e.innerText] ??= Date.now(); };
look();
new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
'''
# Goes to another view; milliseconds until its rows are drawn.
GO = '''
const [hash, css, done] = arguments, start = performance.now();
location.hash = '#/overview/wait';
setTimeout(() => {
  const begin = performance.now();
  document.getElementById('main').replaceChildren();
  location.hash = hash;
  const look = () => {
    if (document.querySelector(css)) requestAnimationFrame(() => done(performance.now() - begin));
    else if (performance.now() - begin > 20000) done(-1);
    else requestAnimationFrame(look);
  };
  look();
}, 300);
'''
# Scrolls at a steady pace, so many frames; what the frames took, and what was there.
SCROLL = '''
const [frames, step, done] = arguments, gaps = [];
let last = performance.now(), most = 0, stalls = 0, n = 0, start = last;
const turn = (now) => {
  gaps.push(now - last);
  last = now;
  const before = scrollY;
  scrollBy(0, step);
  if (step && scrollY === before) stalls++;
  most = Math.max(most, document.querySelectorAll('.row').length);
  const end = [...document.querySelectorAll('.row')].pop();
  if (++n < frames) requestAnimationFrame(turn);
  else done({gaps: gaps.slice(1), most, stalls, reached: end ? Number(end.getAttribute('aria-posinset')) : 0, took: last - start,
             heap: performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0});
};
requestAnimationFrame(turn);
'''


class Team(House):
    """A gateway with a queue, and members with browsers; the first one is an administrator."""

    def __init__(self, messages, members, where=None):
        self.port = b.free_port()
        self.drivers = []
        is_new = where is None or not os.path.exists(where + '/members.json')
        super().__init__(messages, 1, 'inet:127.0.0.1:%d' % self.port, where + '/d' if where else None, is_new)
        self.site = 'http://127.0.0.1:%d' % self.port
        secrets = {}
        if not is_new:
            with open(where + '/members.json', encoding='ascii') as file:
                secrets = json.load(file)
        self.browsers = [self.member('member%d' % i, 'administrator' if i == 0 else 'handler', secrets) for i in range(members)]
        if where:
            with open(where + '/members.json', 'w', encoding='ascii') as file:
                json.dump(secrets, file)

    def member(self, login, role, secrets):
        browser = w.Browser(self.port, '192.0.2.%d' % (1 + int(login[6:]) % 250))
        if login in secrets:
            if not t.wait_for(lambda: browser.log_in(login, PASSWORD, w.totp(secrets[login])).status == 200, 70, 3):  # a code is good once
                raise RuntimeError('%s cannot log in' % login)
            return browser
        self.demo.cli('members', 'add', login, '--role', role)
        invited = self.demo.cli('members', 'invite', login, '--json')
        if invited.status != 0:
            raise RuntimeError('%s cannot be invited: %r' % (login, invited))
        secrets[login] = browser.set_up(json.loads(invited.out)['invitation'], PASSWORD)
        return browser

    def open(self, **more):
        """A window of the first member, logged in by his cookie."""
        if not self.drivers:
            self.drivers.append(b.Driver())
        page = self.drivers[0].open(**more)
        page.ask('POST', '/timeouts', {'script': 60000, 'pageLoad': 60000})
        page.go(self.site + '/icon.svg')
        page.ask('POST', '/cookie', {'cookie': {'name': w.COOKIE, 'value': self.browsers[0].jar[w.COOKIE], 'path': '/', 'secure': True,
                                                'httpOnly': True, 'sameSite': 'Strict'}})
        page.go(self.site + '/#/')
        page.find('.row', 60)
        return page

    def pids(self):
        return {role: self.demo.role_pids(role)[0] for role in ('web', 'keeper')}

    def memory(self):
        """MiB that madoguchi-web holds now."""
        with open('/proc/%d/status' % self.pids()['web'], encoding='ascii') as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmRSS')) / 1024

    def seconds(self):
        """Processor time so far, by role."""
        return {role: sum(stat_ticks(pid)) / TICKS for role, pid in self.pids().items()}

    def mail(self, subject):
        """Takes a mail in; when the last answer of LMTP came."""
        raw = t.plain('%s@host.example.org' % subject, t.TEAM, subject, 'text\n', mid=t.message_id())
        with t.Lmtp(self.demo.lmtp) as session:
            session.begin('%s@host.example.org' % subject, [t.TEAM])
            codes = [code for code, _ in session.data(raw)]
            if codes != [250]:
                raise RuntimeError('the mail was refused: %r' % codes)
            return time.time()

    def close(self):
        for driver in self.drivers:
            driver.close()
        self.peer.close()
        self.demo.stop()


class Client:
    """One page: listens to events and asks for the queue on another connection that stays open."""

    def __init__(self, team, browser, select):
        self.team, self.select = team, select
        self.cookie = '; '.join('%s=%s' % pair for pair in browser.jar.items())
        self.events = self.connect('/api/v1/events')
        self.asks, self.text, self.begun, self.due, self.refused = None, b'', 0, 0, 0
        select.register(self.events, selectors.EVENT_READ, (self, 'event'))

    def connect(self, path):
        sock = socket.create_connection(('127.0.0.1', self.team.port), 60)
        self.send(sock, path)
        return sock

    def send(self, sock, path):
        sock.sendall(('GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n' % (path, self.team.port, self.cookie)).encode())

    def ask(self):
        self.begun, self.text, self.due = time.time(), b'', 0
        if self.asks is None:
            self.asks = self.connect('/api/v1/incidents?limit=50')
            self.select.register(self.asks, selectors.EVENT_READ, (self, 'answer'))
        else:
            self.send(self.asks, '/api/v1/incidents?limit=50')

    def take(self):
        """More of an answer; whether it is whole."""
        piece = self.asks.recv(1 << 20)
        self.text += piece
        head, found, body = self.text.partition(b'\r\n\r\n')
        status = head.split(b'\r\n')[0]
        if found and b' 503 ' in status:  # too many ask: so does the page
            self.select.unregister(self.asks)
            self.asks.close()
            self.asks, self.due = None, time.time() + 2 + random.uniform(0, SPREAD)
            return False
        if not piece or (found and b' 200 ' not in status):
            raise RuntimeError('a page is refused: %r' % head[:200])
        length = re.search(rb'(?i)content-length: (\d+)', head)
        return bool(found) and length is not None and len(body) >= int(length.group(1))

    def close(self):
        for sock in (self.events, self.asks):
            if sock is not None:
                self.select.unregister(sock)
                sock.close()


def listen(team, count):
    """Clients whose event streams are greeted; they come a few at a time."""
    select = selectors.DefaultSelector()
    clients, greeted, deadline = [], set(), time.monotonic() + 60
    while len(greeted) < count:
        if len(clients) < count and len(clients) < len(greeted) + TOGETHER:
            clients.append(Client(team, team.browsers[1 + len(clients) // PER_MEMBER], select))
            continue
        if time.monotonic() > deadline:
            raise RuntimeError('%d of %d listeners are not greeted' % (count - len(greeted), count))
        for key, _ in select.select(1):
            piece = key.fileobj.recv(65536)
            if not piece or (piece.startswith(b'HTTP') and b' 200 ' not in piece.split(b'\r\n')[0]):
                raise RuntimeError('a listener is refused: %r' % piece[:200])
            if b'event: hello' in piece:
                greeted.add(key.fd)
    return select, clients


def hear(select, count, seconds, pages=None):
    """Until everybody heard of a change and nothing more comes: when each did first; and, with pages = seconds in which they ask
    again, when each had its answer, and how long that took."""
    heard, answered, took, pending = {}, {}, [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = time.time()
        for client in [c for c in pending if c.due <= now]:
            pending.remove(client)
            client.ask()
        wait = min([0.3] + [max(0, c.due - now) for c in pending])
        ready = select.select(wait)
        if not ready and not pending and len(heard) == count and (pages is None or len(answered) == count):
            break
        for key, _ in ready:
            client, kind = key.data
            if kind == 'event':
                if b'event: change' in key.fileobj.recv(65536) and client not in heard:
                    heard[client] = time.time()
                    if pages is not None:
                        client.due = time.time() + random.uniform(0, pages)
                        pending.append(client)
            elif client.take():
                answered[client] = time.time()
                took.append(time.time() - client.begun)
            elif client.due:
                pending.append(client)
                client.refused += 1
    return list(heard.values()), list(answered.values()), took


def ms(times, start=0):
    return 'p50 %.0f p95 %.0f ms' % (1000 * (statistics.median(times) - start), 1000 * (percentile(times, 0.95) - start))


def arrivals(team, floors, select, count, mails, page):
    """How soon listeners and a screen know of a mail."""
    before, most, missed, unseen = team.memory(), 0.0, 0, 0
    events, screens = [], []
    if page is not None:
        page.go('about:blank')
        page.go(team.site + '/#/')
        page.find('.row')
        page.run(WATCH)
    for n in range(mails):
        subject = 'arrival-%d-%d' % (n, os.getpid())
        start = team.mail(subject)
        heard, _, _ = hear(select, count, 20)
        missed += count - len(heard)
        events += [moment - start for moment in heard]
        if page is not None:
            shown = t.wait_for(lambda s=subject: page.run('return window.came[arguments[0]] || 0', s), 20)
            unseen += shown is None
            screens += [shown / 1000 - start] if shown else []
        most = max(most, team.memory())
    say('%d listeners, %d mails: arrival to event %s, worst %.0f; not heard %d' % (count, mails, ms(events), 1000 * max(events), missed))
    if screens:
        say('arrival to a row on the screen: %s; not seen %d' % (ms(screens), unseen))
    say('madoguchi-web: %.0f MiB before, %.0f MiB at most' % (before, most))
    floors.at_most('listeners that did not hear of a mail', missed, 0)
    floors.at_most('mails that did not come to the screen', unseen, 0)
    floors.at_most('madoguchi-web with %d listeners, MiB' % count, most, MOST_MIB)


def storm(team, floors, select, clients, mails):
    """All pages ask again after each event: at once, and spread as the page does it."""
    count = len(clients)
    unanswered, most = 0, 0.0
    for spread in (0, SPREAD):
        took, whole, before = [], [], team.seconds()
        for n in range(mails):
            start = team.mail('storm-%d-%d-%d' % (spread * 100, n, os.getpid()))
            _, answered, some = hear(select, count, 60, spread)
            unanswered += count - len(answered)
            whole += [moment - start for moment in answered]
            took += some
            most = max(most, team.memory())
        used = {role: (seconds - before[role]) * 1000 / mails / count for role, seconds in team.seconds().items()}
        say('%d pages ask again after each mail, within %3.0f ms: an answer takes %s; arrival to answer %s; processor time of an answer: %s' % (
            count, spread * 1000, ms(took), ms(whole), ', '.join('%s %.1f ms' % pair for pair in used.items())))
        say('%d times a page was told to ask later' % sum(client.refused for client in clients))
    floors.at_most('pages that had no answer', unanswered, 0)
    floors.at_most('processor time of an answer, madoguchi-web / keeper', used['web'] / max(used['keeper'], 0.01), 2.5)
    floors.at_most('madoguchi-web with %d pages that ask, MiB' % count, most, MOST_MIB)


def painting(team, page, rounds):
    """Seconds until something and until the rows are painted."""
    firsts, rows = [], []
    for _ in range(rounds + 1):
        page.go('about:blank')
        page.go(team.site + '/#/')
        page.find('.row', 60)
        shown = t.wait_for(lambda: page.run(
            "const p = performance.getEntriesByName('first-contentful-paint')[0], q = performance.getEntriesByName('queue-shown')[0];"
            "return p && q ? [p.startTime, q.startTime + q.duration] : null"), 20)
        if shown is None:
            raise RuntimeError('the queue is not shown: ' + page.text('body')[:500])
        firsts.append(shown[0] / 1000)
        rows.append(shown[1] / 1000)
    return firsts[1:], rows[1:]


def frames(gaps):
    dropped = sum(max(0, round(gap / (1000 / 60)) - 1) for gap in gaps)
    return 'p50 %.1f p95 %.1f most %.0f ms, %d of %d dropped' % (statistics.median(gaps), percentile(gaps, 0.95), max(gaps), dropped, len(gaps) + dropped)


def scrolling(team, floors, page, count):
    page.go('about:blank')
    page.run("document.body.append(...Array.from({length: 4000}, (x, i) => Object.assign(document.createElement('p'), {textContent: i})))")
    still = page.run_async(SCROLL, count, 40)
    page.go(team.site + '/#/')
    page.find('.row')
    shown = page.run_async(SCROLL, count, 100)
    say('frames of a page that only scrolls: ' + frames(still['gaps']))
    say('frames while scrolling the queue:   %s; row %d after %.1f s, the end waited for in %d frames; %d rows in the document at most, %.0f MB heap' % (
        frames(shown['gaps']), shown['reached'], shown['took'] / 1000, shown['stalls'], shown['most'], shown['heap']))
    floors.at_least('rows come to by scrolling', shown['reached'], min(len(team.all), 1000))
    floors.at_most('rows in the document', shown['most'], MOST_ROWS)
    floors.at_most('half of the frames, queue / a page that only scrolls', statistics.median(shown['gaps']) / statistics.median(still['gaps']), 1.5)
    look = "const r = [...document.querySelectorAll('.row')].find((r) => r.getBoundingClientRect().bottom > 80);" \
           "return [r.dataset.number, r.getBoundingClientRect().top]"
    before = page.run(look)
    team.mail('while-reading-%d' % os.getpid())
    t.wait_for(lambda: page.run("const e = document.querySelector('.above'); return e && !e.hidden"), 20)
    after = page.run(look)
    moved = abs(after[1] - before[1]) if after[0] == before[0] else 10000
    say('a mail arrives while row %d is read: the rows move by %.1f pixels' % (shown['reached'], moved))
    floors.at_most('pixels by which rows move when a mail arrives', moved, 0.5)


def views(team, floors, page, rounds):
    """Each filter: in the browser until its rows are drawn, and the keeper's answer alone."""
    plain, slow = [], []
    for name, given in [('All', {})] + FILTERS:
        times = [ask_page(team, given) for _ in range(rounds)]
        shown = []
        if page is not None:
            hash_ = '#/' + ('?' + '&'.join('%s=%s' % pair for pair in given.items()) if given else '')
            shown = [page.run_async(GO, hash_, '.view-queue .rows, .view-queue .empty') / 1000 for _ in range(3)]
        say('%-20s answer %s%s' % (name, ms(times), '; on the screen %s' % ms(shown) if shown else ''))
        if name == 'All':
            plain = times
        else:
            slow.append(statistics.median(times))
    deep = [ask_page(team, {'after': team.all[len(team.all) // 10]}) for _ in range(rounds)]
    overview = [ask_page(team, {}, '/api/v1/overview') for _ in range(rounds)]
    search = [ask_page(team, {'query': 'ba', 'limit': 50}, '/api/v1/search') for _ in range(rounds)]
    say('far down the list    answer %s' % ms(deep))
    say('overview             answer %s' % ms(overview))
    say('search               answer %s' % ms(search))
    base = statistics.median(plain)
    floors.at_most('a page far down / the first page', statistics.median(deep) / base, 2)
    floors.at_most('the slowest filter / the plain list', max(slow) / base, 12)
    floors.at_most('overview / the plain list', statistics.median(overview) / base, 12)


def ask_page(team, given, path='/api/v1/incidents'):
    """Seconds until the answer is there, over HTTP."""
    query = '&'.join('%s=%s' % pair for pair in ({'limit': 50, **given} if path.endswith('incidents') else given).items())
    start = time.perf_counter()
    answer = team.browsers[0].get(path + ('?' + query if query else ''))
    if answer.status != 200:
        raise RuntimeError('%s?%s: %r' % (path, query, answer))
    return time.perf_counter() - start


def in_browser(team, floors, options):
    """What a member sees; the page, for what follows."""
    small = Team(min(SMALL, options.messages), 1)
    page, few = team.open(), small.open()
    times = {team: ([], []), small: ([], [])}
    for _ in range(options.rounds // 3):  # in turn, so that others on the machine disturb both alike
        for house, window in ((team, page), (small, few)):
            firsts, rows = painting(house, window, 3)
            times[house][0].extend(firsts)
            times[house][1].extend(rows)
    for house in (team, small):
        say('queue of %6d: first contentful paint %s; its rows %s' % (len(house.all), ms(times[house][0]), ms(times[house][1])))
    floors.at_most('rows painted, large queue / small one', statistics.median(times[team][1]) / statistics.median(times[small][1]), 1.5)
    few.quit()
    small.close()
    scrolling(team, floors, page, options.frames)
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--messages', type=int, default=100000)
    parser.add_argument('--listeners', type=int, default=200)
    parser.add_argument('--mails', type=int, default=100)
    parser.add_argument('--storms', type=int, default=8, help='mails after which all pages ask again')
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--frames', type=int, default=1500)
    parser.add_argument('--keep', help='a directory that keeps the store')
    parser.add_argument('--no-browser', action='store_true')
    options = parser.parse_args()
    t.need_programs()
    CONF[('reply', 'rate-per-hour')] = '1000000'
    say('%d cores, load %.1f before the start; %s' % (os.cpu_count(), os.getloadavg()[0], time.strftime('%F %T')))
    floors, start = Floors(), time.time()
    team = Team(options.messages, 1 + (options.listeners + PER_MEMBER - 1) // PER_MEMBER, options.keep)
    say('%d incidents, %.0f MB, with %d members, are there after %.0f s' % (len(team.all), team.bytes / 1e6, len(team.browsers), time.time() - start))
    page, why = None, 'not wanted' if options.no_browser else b.why_not()
    if why is None:
        page = in_browser(team, floors, options)
    else:
        say('no browser: ' + why)
    views(team, floors, page, options.rounds)
    before = team.memory()
    select, clients = listen(team, options.listeners)
    say('madoguchi-web: %.0f MiB, and %.0f with %d listeners' % (before, team.memory(), options.listeners))
    arrivals(team, floors, select, options.listeners, options.mails, page)
    storm(team, floors, select, clients, options.storms)
    for client in clients:
        client.close()
    team.close()
    say('\n== floors; load %.1f now' % os.getloadavg()[0])
    for row in floors.rows:
        say(row)
    say('%d of %d floors reached, after %.0f s' % (len(floors.rows) - floors.below, len(floors.rows), time.time() - start))
    sys.exit(1 if floors.below else 0)


if __name__ == '__main__':
    main()
