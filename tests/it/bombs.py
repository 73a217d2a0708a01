#!/usr/bin/env python3
"""Mails made to cost their reader time or memory (tests/lib/madobombs.py), through a running gateway: each is taken, read
within the limits of [limits], and settled as a ticket or held as one; the mail after it is served.

Time is the processor time of the reader and its engines, as the opener logs it: a loaded machine changes nothing. The
wall clock is noted, not asserted. BOMBS=WORD runs those with WORD in their
name."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobombs  # noqa: E402
import madotest as t  # noqa: E402

SECONDS = 5
MEMORY_KB = 256 * 1024


def send(demo, raw):
    """The queue id of one mail, and when it was taken."""
    with t.Lmtp(demo.lmtp, 60) as session:
        session.begin(madobombs.FROM, [t.TEAM])
        code, text = session.data(raw)[0]
    return (text.split()[-1] if code == 250 else None), time.monotonic()


class Log:
    """The gateway's log, read on from where we were: asking the command line every moment would be the larger load."""

    def __init__(self, demo):
        self.file = open(demo.log_path, encoding='utf-8', errors='replace')
        self.text = ''

    def look(self, pattern):
        self.text = (self.text + self.file.read())[-1 << 20:]
        return re.search(pattern, self.text, re.M)


def opened(log, queue_id):
    """(processor time, largest reader so far in KiB) as the opener says."""
    found = log.look(r'^%s opener opened .* cpu-ms=(\d+) peak-kb=(\d+)' % queue_id)
    return (int(found.group(1)) / 1000, int(found.group(2))) if found else (None, None)


def verdict(demo, settled, queue_id):
    """What the gateway says of the mail: held, limit, a reason why it cannot be read, or None."""
    state, ticket, reason = settled.groups()
    if state == 'held':
        return 'held' if reason == 'limit' else 'held: ' + reason
    entry = next(e for e in demo.show(ticket)['thread'] if e.get('queue_id') == queue_id)
    report = entry.get('report') or {}
    if 'limit' in [layer['outcome'] for layer in report.get('layers') or []]:
        return 'limit'
    return (report.get('undecryptable') or {}).get('reason')


def explode(tap, demo, log, name, raw, wanted):
    size = len(raw)
    queue_id, taken = send(demo, raw)
    del raw
    if not tap.ok(queue_id, '%s: taken' % name):
        return
    settled = t.wait_for(lambda: log.look(r'^%s keeper settled state=(\S+) ticket=(\S+) reason=(\S+)' % queue_id), 90)
    wall = time.monotonic() - taken
    if not tap.ok(settled, '%s: a ticket' % name, demo.log()[-1500:]):
        return
    said = verdict(demo, settled, queue_id)
    seconds, peak = opened(log, queue_id)
    tap.note('%s: %.1f MB, %s s of processor time, %s MiB at most so far, settled after %.2f s, %s'
             % (name, size / 1e6, seconds, peak and peak // 1024, wall, said or 'read'))
    bounded = seconds is not None and seconds <= SECONDS * t.SANITIZED_FACTOR and (peak <= MEMORY_KB or t.SANITIZED_FACTOR > 1)
    tap.ok(bounded, '%s: within %d s and %d MiB' % (name, SECONDS, MEMORY_KB // 1024), (seconds, peak))
    expected = {'held': said == 'held', 'limit': said == 'limit', 'ended': said in ('held', 'limit'), None: said is None, 'any': not str(said).startswith('held')}
    tap.ok(expected[wanted], '%s: %s' % (name, wanted or 'read'), said)


def next_mail(tap, demo, log, name):
    queue_id, _ = send(demo, t.plain(madobombs.FROM, t.TEAM, 'after', 'still here\n', mid=t.message_id()))
    tap.ok(queue_id and t.wait_for(lambda: log.look(r'^%s keeper settled state=(ticket|joined)' % queue_id), 60),
           'the mail after %s is served' % name, demo.log()[-1000:])


def main():
    tap = t.Tap()
    t.need_programs()
    demo = t.Demo({('reply', 'rate-per-sender'): '0'})
    gpg = t.Gpg()
    pgp = madobombs.Pgp(gpg, gpg.load(demo.team_key)[0])
    before, log = demo.pids(), Log(demo)
    words = os.environ.get('BOMBS')
    for number, (name, make, wanted) in enumerate(madobombs.bombs(pgp)):
        if words and words not in name:
            continue
        explode(tap, demo, log, name, make().replace(b'%s', t.message_id().encode(), 1), wanted)
        if number % 10 == 0:
            next_mail(tap, demo, log, name)
    next_mail(tap, demo, log, 'all of them')
    tap.equal(demo.pids(), before, 'no role died')
    account = demo.settle(60)
    tap.ok(account and account['balanced'] and account['states']['pending'] == 0, 'every mail ended in a visible state', account)
    tap.equal(demo.stop(), 0, 'the demo stops')
    tap.equal(demo.left_over(), [], 'and leaves no process')
    tap.done()


if __name__ == '__main__':
    main()
