#!/usr/bin/env python3
"""30 members who read and 10 who write at once while 200 mails arrive: no change is lost or written over, nothing fails but with
the words of a conflict, every mail is accounted for. Prints how long `list` and `show` took. As root each has an own user."""
import grp
import os
import pwd
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
from team import GROUP, Team  # noqa: E402

READERS, WRITERS, TICKETS, MAILS, SENDERS = 30, 10, 8, 200, 4
LOGINS = ('games', 'man', 'lp', 'mail', 'news', 'uucp', 'proxy', 'www-data', 'backup', 'list')
FROM = 'reporter@reporter.example'
CONF = {('reply', 'rate-per-sender'): '1000'}


class Crowd(Team):
    def __init__(self, tap):
        self.many = os.geteuid() == 0
        self.tap = tap
        self.demo = t.Demo(conf=CONF)
        if self.many:
            self.open_way()
            os.chmod(self.demo.dir, 0o711)
            for n, login in enumerate(LOGINS):
                role = 'administrator' if n == 0 else 'handler'
                done = self.demo.cli('members', 'add', login, '--role', role) if n == 0 else self.run(LOGINS[0], 'members', 'add', login, '--role', role)
                if done.status != 0:
                    tap.ok(False, 'a member is made', done)
        else:
            self.socket = self.demo.setting('runtime', 'directory') + '/keeper.sock'

    def ask(self, *words):
        return self.run(LOGINS[0], *words) if self.many else self.demo.cli(*words)

    def start(self, role, n, tickets):
        program = os.open(t.program('tests/unit/crowd'), os.O_RDONLY)
        os.set_inheritable(program, True)
        login = LOGINS[n % len(LOGINS)]
        more = {'user': pwd.getpwnam(login).pw_uid, 'group': pwd.getpwnam(login).pw_gid,
                'extra_groups': [grp.getgrnam(GROUP).gr_gid]} if self.many else {}
        child = subprocess.Popen(['/proc/self/fd/%d' % program, role, self.socket, self.stop, '%s%d' % (role[0], n)] + tickets,
                                 stdout=subprocess.PIPE, cwd='/', pass_fds=(program,), **more)
        os.close(program)
        return child

    def send_mails(self, tickets):
        """Every second one joins a ticket."""
        def send(first):
            for n in range(first, MAILS, SENDERS):
                subject = 'Re: [%s] more' % tickets[n % len(tickets)] if n % 2 else 'new %d' % n
                codes.append(self.demo.send(t.plain(FROM, t.TEAM, subject, 'text %d\n' % n, mid=t.message_id()), FROM))
        codes = []
        threads = [threading.Thread(target=send, args=(first,)) for first in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.tap.equal(codes.count([250]), MAILS, 'all mails are taken')

    def make_tickets(self):
        for n in range(TICKETS):
            self.demo.send(t.plain(FROM, t.TEAM, 'ticket %d' % n, 'text\n', mid=t.message_id()), FROM)
        self.demo.settle(accepted=TICKETS)
        return [i['ticket'] for i in self.ask('list', '--json').lines]

    def crowd(self, tickets):
        """Lets them all loose; the lines that they wrote."""
        self.stop = self.demo.dir + '.stop'
        children = [self.start('reader', n, tickets) for n in range(READERS)] + [self.start('writer', n, tickets) for n in range(WRITERS)]
        lines = [[] for _ in children]
        readers = [threading.Thread(target=lambda c=child, o=out: o.extend(c.stdout.read().decode().splitlines()))
                   for child, out in zip(children, lines)]
        for reader in readers:
            reader.start()
        began = time.monotonic()
        self.send_mails(tickets)
        account = self.demo.settle(120, accepted=TICKETS + MAILS)
        self.tap.note('%d mails settled after %.1f s' % (MAILS, time.monotonic() - began))
        with open(self.stop, 'w', encoding='utf-8'):
            pass
        for reader in readers:
            reader.join()
        self.tap.equal([child.wait() for child in children], [0] * len(children), 'everybody goes in peace')
        os.unlink(self.stop)
        self.tap.ok(account and account['balanced'] and account['accepted'] == TICKETS + MAILS and account['states']['pending'] == 0,
                    'every mail is accounted for', account)
        return [line for out in lines for line in out]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] / 1000 if values else None


def check_reading(tap, lines):
    for verb in ('list', 'show'):
        times = [int(line.split()[1]) for line in lines if line.startswith(verb + ' ')]
        tap.ok(len(times) >= 2 * READERS, '%s was asked for often enough' % verb, len(times))
        tap.note('%s: %d times, p50 %.1f ms, p95 %.1f ms, longest %.1f ms'
                 % (verb, len(times), percentile(times, .5), percentile(times, .95), max(times) / 1000))
        tap.ok(percentile(times, .95) < 2000 * t.SANITIZED_FACTOR * t.slowness(), 'p95 of %s is below two seconds' % verb)


def check_versions(tap, done):
    """Each change saw what the one before it had left: no two of the same ticket overlap."""
    bad = []
    for ticket in {d[1] for d in done}:
        spans = sorted((int(d[2]), int(d[3])) for d in done if d[1] == ticket)
        bad += [(ticket, a, b) for a, b in zip(spans, spans[1:]) if not a[0] < a[1] <= b[0]]
    tap.equal(bad, [], 'no change was made on what somebody else had changed')


def check_chain(tap, ticket, thread):
    """Each event of a field names the value that the one before it had left."""
    bad, now = [], {}
    for text in (e['text'] or '' for e in thread if e['direction'] == 'event'):
        found = re.match(r'(State|Priority): (\w+) \(was (\w+)\)', text)
        woken = re.match(r'Open again: .*\(it was (\w+)\)', text)
        if not found and not woken:
            continue
        field, new, old = found.groups() if found else ('State', 'open', woken.group(1))
        if now.get(field, old) != old:
            bad.append((field, now[field], text))
        now[field] = new
    tap.equal(bad, [], '%s: each change names what it changed' % ticket)
    return now


def check_writing(tap, lines, shown):
    done = [line.partition(' ')[2].split('|') for line in lines if line.startswith('done ')]
    conflicts = [line for line in lines if line.startswith('conflict ')]
    errors = [line for line in lines if line.startswith('error ')]
    tap.note('%d changes, %d conflicts' % (len(done), len(conflicts)))
    tap.equal(errors[:5], [], 'nothing fails but for a conflict')
    tap.ok(len(done) >= 5 * WRITERS and conflicts, 'there were changes and conflicts', (len(done), len(conflicts)))
    check_versions(tap, done)
    for ticket, incident in shown.items():
        mine = [d for d in done if d[1] == ticket]
        notes = sorted(e['text'] for e in incident['thread'] if e['direction'] == 'note')
        tap.equal(notes, sorted(d[4] for d in mine if d[0] == 'note'), '%s: every note is there once, and no other' % ticket)
        tap.equal(sorted(incident['tags']), sorted({d[4] for d in mine if d[0] == 'tag'}), '%s: every tag' % ticket)
        now = check_chain(tap, ticket, incident['thread'])
        tap.equal((now.get('State', 'new'), now.get('Priority', incident['priority'])), (incident['state'], incident['priority']),
                  '%s: the last one counts' % ticket)
        tap.ok(not mine or incident['version'] >= max(int(d[3]) for d in mine), '%s: versions only grow' % ticket)


def main():
    tap = t.Tap()
    t.need_programs()
    if t.program('tests/unit/crowd') is None:
        t.skip_all('tests/unit/crowd is not built')
    crowd = Crowd(tap)
    tickets = crowd.make_tickets()
    tap.equal(len(tickets), TICKETS, 'tickets to work on')
    lines = crowd.crowd(tickets)
    check_reading(tap, lines)
    check_writing(tap, lines, {ticket: crowd.ask('show', '--json', ticket).json for ticket in tickets})
    tap.equal(crowd.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
