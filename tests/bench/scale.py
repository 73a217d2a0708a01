#!/usr/bin/env python3
"""What a large store costs the members: `list`, `show` and the arrival of a mail (from the last answer of LMTP until it stands in
the list) through the real roles, in one run, asked in turn of a gateway with 100,000 messages and of one that just began.

The stores are filled while the gateways rest, by search-store and with the gateways' own keys. "began": as many tickets as fill
one page of a list; the same page is then asked of both. Times of the control socket and of the command line; medians are judged:
at most 1.5 beside each other. Other mails go on being answered meanwhile, in both.
"""
import argparse
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madowire as wire  # noqa: E402

MOST = 1.5
PAGE, RECENT, BEGAN = 50, 500, 250
CONF = {('team', 'ticket-prefix'): 'EX', ('reply', 'rate-per-hour'): '1000000'}
WORDS = [''.join(random.Random(n).choices('abcdefghiklmnoprstuw', k=4 + n % 6)) for n in range(3000)]


class House:
    """A gateway whose store had @messages before; each: so many of a sender make one ticket; web: where the page listens;
    is_new: whether the directory `where` has it already."""

    def __init__(self, messages, each=5, web=None, where=None, is_new=True):
        self.dice = random.Random(7)
        self.demo = t.Demo(conf=CONF, web=web, where=where)
        self.store = self.demo.setting('store', 'url').partition(':')[2]
        if not t.wait_for(self.is_renewed, 60):  # else it would look through all that is filled in, while we measure
            raise RuntimeError('the keeper does not say that all is sealed with the newest key')
        self.demo.stop()
        if is_new:
            self.fill(messages, each)
        with sqlite3.connect('file:%s?mode=ro' % self.store, uri=True) as db:
            self.all = [row[0] for row in db.execute('SELECT number FROM incident ORDER BY id')]
            self.recent = [row[0] for row in db.execute(
                'SELECT number FROM incident WHERE id IN (SELECT incident FROM message ORDER BY id DESC LIMIT %d) ORDER BY id' % RECENT)]
        db.close()
        self.bytes = os.path.getsize(self.store)
        self.demo.start()
        self.peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.peer.settimeout(60)
        self.peer.connect(self.demo.setting('runtime', 'directory') + '/keeper.sock')
        self.sent = self.came = 0

    def is_renewed(self):
        with sqlite3.connect('file:%s?mode=ro' % self.store, uri=True) as db:
            count = db.execute('SELECT count(*) FROM renewed').fetchone()[0]
        db.close()
        return count == 2

    def fill(self, messages, each):
        """The keys go through a pipe, from gpg to the program that fills."""
        home = self.demo.setting('crypto', 'gnupg-home')
        with subprocess.Popen(['gpg', '--homedir', home, '--batch', '--quiet', '--decrypt', self.store + '.key'], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as gpg:
            subprocess.run([t.program('tests/bench/search-store'), str(messages), self.store, str(each)], stdin=gpg.stdout, check=True)
        subprocess.run(['gpgconf', '--homedir', home, '--kill', 'gpg-agent'], check=False)

    def ask(self, verb, arguments):
        start = time.perf_counter()
        word, code, body = wire.ask(self.peer, verb, arguments)
        took = (time.perf_counter() - start) * 1000
        if code is not None or not body:
            raise RuntimeError('%s: %s' % (verb, code or word))
        return took, body

    def list(self):
        return self.ask('list', {'limit': PAGE})[0]

    def show_recent(self):
        return self.ask('show', {'ticket': self.dice.choice(self.recent)})[0]

    def show_any(self):
        return self.ask('show', {'ticket': self.dice.choice(self.all)})[0]

    def by_command(self, *words):
        start = time.perf_counter()
        done = self.demo.cli(*words)
        if done.status != 0 or not done.out:
            raise RuntimeError(repr(done))
        return (time.perf_counter() - start) * 1000

    def list_by_command(self):
        return self.by_command('list', '--limit', PAGE)

    def show_by_command(self):
        return self.by_command('show', self.dice.choice(self.recent))

    def arrival(self):
        """A new mail; its answer is waited for, too, but not counted: the next one meets a gateway that rests."""
        self.sent += 1
        name = 'number-%d-%s' % (self.sent, self.dice.choice(WORDS))
        sender = 'newcomer%d@host%d.example.org' % (self.sent, self.sent % 300)
        text = '\n'.join(' '.join(self.dice.choices(WORDS, k=10)) for _ in range(12)) + '\n'
        raw = t.plain(sender, t.TEAM, name, text, mid=t.message_id())
        with t.Lmtp(self.demo.lmtp) as session:
            session.begin(sender, [t.TEAM])
            codes = [code for code, _ in session.data(raw)]
            start = time.perf_counter()
        if codes != [250]:
            raise RuntimeError('the mail was refused: %r' % codes)
        while name.encode() not in self.ask('list', {'limit': 1})[1]:
            if time.perf_counter() - start > 30:
                raise RuntimeError('the mail does not come')
            time.sleep(0.001)
        took = (time.perf_counter() - start) * 1000
        folder = self.demo.dir + '/outgoing/new'
        t.wait_for(lambda: os.path.isdir(folder) and len(os.listdir(folder)) >= self.sent, 30)
        return took


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def compare(name, small, large, what, rounds):
    """The ratio of the medians."""
    times = {small: [], large: []}
    for n in range(rounds + rounds // 10):
        for house in ((small, large), (large, small))[n % 2]:
            took = getattr(house, what)()
            if n >= rounds // 10:
                times[house].append(took)
    ratio = statistics.median(times[large]) / statistics.median(times[small])
    print('%-28s began p50 %7.2f p95 %7.2f ms   large p50 %7.2f p95 %7.2f ms   ratio %.2f' % (
        name, statistics.median(times[small]), percentile(times[small], 0.95), statistics.median(times[large]),
        percentile(times[large], 0.95), ratio), flush=True)
    return ratio


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--messages', type=int, default=100000)
    options.add_argument('--rounds', type=int, default=300)
    options = options.parse_args()
    t.need_programs()
    small, large = House(BEGAN), House(options.messages)
    print('%d messages in %d tickets: %.0f MB' % (options.messages, len(large.all), large.bytes / 1e6), flush=True)
    rounds = options.rounds
    ratios = [compare(name, small, large, what, many) for name, what, many in (
        ('list', 'list', rounds), ('show, of the newest', 'show_recent', rounds), ('show, of any', 'show_any', rounds),
        ('madoguchi list', 'list_by_command', rounds // 6), ('madoguchi show', 'show_by_command', rounds // 6),
        ('arrival of a mail', 'arrival', rounds // 3))]
    for house in (small, large):
        house.peer.close()
        house.demo.stop()
    print('worst ratio %.2f, at most %.1f: %s' % (max(ratios), MOST, 'reached' if max(ratios) <= MOST else 'missed'))
    sys.exit(max(ratios) > MOST and options.messages >= 50000)


if __name__ == '__main__':
    main()
