#!/usr/bin/env python3
"""Work on the shared queue on the running gateway, by members with an own user of the host each: states, many tickets at once,
hand-over at the end of duty, what each has not read yet, due times."""
import datetime
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
from team import ADMIN, HANDLER, READER, STRANGER, Team  # noqa: E402

LATE = 'sync'
FROM = 'reporter@reporter.example'


class Queue(Team):
    def new(self, subject='report'):
        """A new ticket's name."""
        known = {i['ticket'] for i in self.list()}
        self.report(subject)
        return t.wait_for(lambda: [i['ticket'] for i in self.list() if i['ticket'] not in known], 20)[0]

    def list(self, *words, login=ADMIN):
        return self.run(login, 'list', '--json', *words).lines

    def join(self, ticket, text='more\n', frm=FROM):
        """A mail of the reporter joins the ticket."""
        before = len(self.show(ticket)['thread'])
        self.demo.send(t.plain(frm, t.TEAM, 'Re: [%s] report' % ticket, text, mid=t.message_id()), frm)
        self.tap.ok(t.wait_for(lambda: len(self.show(ticket)['thread']) > before, 20), 'a mail joins the ticket')

    def show(self, ticket, login=ADMIN):
        return self.run(login, 'show', '--json', ticket).json

    def no(self, login, status, why, *words):
        result = self.run(login, *words)
        self.tap.ok(result.status == status and why in result.err, '%s: exit %d, %s' % (' '.join(words), status, why.decode()), result)


def members(q):
    q.tap.equal(q.demo.cli('members', 'add', ADMIN).status, 0, 'an administrator')
    q.may(ADMIN, 'members', 'add', HANDLER, '--role', 'handler')
    q.may(ADMIN, 'members', 'add', READER, '--role', 'reader')


def states(q):
    tap, ticket = q.tap, q.new()
    q.no(HANDLER, 64, b'with a reason', 'state', ticket, 'rejected')
    q.no(HANDLER, 64, b'with a reason', 'state', ticket, 'rejected', '  ')
    tap.equal(q.show(ticket)['state'], 'new', 'and nothing was done')
    q.may(HANDLER, 'state', ticket, 'rejected', 'not ours')
    tap.ok(any('State: rejected (was new). not ours' in (e['text'] or '') for e in q.show(ticket)['thread']), 'the reason is in the thread')
    q.no(HANDLER, 1, b'from rejected a ticket does not go to waiting, but to: open', 'state', ticket, 'waiting')
    q.no(HANDLER, 1, b'rejected already', 'state', ticket, 'rejected', 'again')
    for state in ('rejected', 'resolved', 'waiting'):
        if q.show(ticket)['state'] != state:
            q.may(HANDLER, 'state', ticket, state, 'because')
        q.join(ticket)
        tap.equal(q.show(ticket)['state'], 'open', 'a mail that joins what is %s opens it again' % state)
    q.may(HANDLER, 'take', ticket)
    q.no(HANDLER, 1, b'has an owner', 'state', ticket, 'new')
    q.may(HANDLER, 'assign', ticket, 'none')
    q.may(HANDLER, 'state', ticket, 'new')


def unread(q):
    """What each member has not read yet: lines of others since he looked."""
    tap = q.tap

    def count(login, ticket):
        return next(i['unread'] for i in q.list(login=login) if i['ticket'] == ticket)

    def are_read(login, ticket, want):
        """The mark is kept a moment after the answer."""
        return t.wait_for(lambda: count(login, ticket) == want, 10)

    ticket = q.new('to be read')
    seen = q.show(ticket, READER)
    tap.ok(count(HANDLER, ticket) == len(seen['thread']) == seen['unread'] > 0, 'all of a new ticket is unread', seen['unread'])
    tap.ok(are_read(READER, ticket, 0), 'and read by who had it shown')
    tap.ok(count(HANDLER, ticket) > 0, 'by nobody else')
    tap.equal(q.may(HANDLER, 'show', '--json', '--peek', ticket).json['unread'], len(seen['thread']), 'show --peek tells it')
    tap.ok(count(HANDLER, ticket) > 0, 'and leaves it unread')
    q.show(ticket, HANDLER)
    tap.ok(are_read(HANDLER, ticket, 0), 'show does not')
    q.may(HANDLER, 'note', ticket, 'my own')
    tap.equal((count(HANDLER, ticket), count(READER, ticket)), (0, 1), 'an own note is unread to others alone')
    q.join(ticket)
    tap.equal((count(HANDLER, ticket), count(READER, ticket)), (1, 2), 'a mail to both')
    tap.ok(ticket in [i['ticket'] for i in q.list('--unread', login=READER)], 'list --unread has it')
    q.show(ticket, READER)
    tap.ok(t.wait_for(lambda: ticket not in [i['ticket'] for i in q.list('--unread', login=READER)], 10), 'until it is read')
    tap.equal(q.show(ticket)['version'], q.show(ticket, READER)['version'], 'reading is no change of the ticket')
    marked = q.may(READER, 'unread', '--json', ticket).json
    tap.equal((marked['unread'], count(READER, ticket)), (len(q.show(ticket)['thread']), marked['unread']), 'unread marks all of it')
    tap.ok(b' %d ' % marked['unread'] in q.run(READER, 'list').out, 'and the list for people has the number')
    q.may(ADMIN, 'members', 'add', LATE, '--role', 'handler')
    tap.equal(q.list('--unread', login=LATE), [], 'to who joins now, nothing of before is unread')
    q.may(HANDLER, 'note', ticket, 'for the new one')
    tap.equal([(i['ticket'], i['unread']) for i in q.list('--unread', login=LATE)], [(ticket, 1)], 'but what comes then')


def bulk(q):
    """The same change for many tickets: each has its own outcome."""
    tap = q.tap
    tickets = [q.new('one of three %d' % i) for i in range(3)]
    numbers = ','.join(ticket.partition('#')[2] for ticket in tickets)
    done = q.may(HANDLER, 'take', '--json', numbers)
    tap.equal([(i['ticket'], i['owner']) for i in done.lines], [(ticket, HANDLER) for ticket in tickets], 'take of three')
    for words in (['priority', numbers, 'high'], ['tlp', numbers, 'GREEN'], ['category', numbers, 'Phishing'], ['tag', numbers, 'a', 'b'],
                  ['note', numbers, 'the same'], ['assign', numbers, ADMIN], ['state', numbers, 'waiting']):
        tap.equal(len(q.may(HANDLER, words[0], '--json', *words[1:]).lines), 3, '%s of three' % words[0])
    for ticket in tickets:
        shown = q.show(ticket)
        tap.equal((shown['priority'], shown['tlp'], shown['category'], shown['tags'], shown['owner'], shown['state']),
                  ('high', 'TLP:GREEN', 'fraud:phishing', ['a', 'b'], ADMIN, 'waiting'), 'each has it')
    q.may(ADMIN, 'state', tickets[1], 'resolved')
    mixed = q.run(HANDLER, 'state', '--json', numbers + ',2026-999999', 'resolved')
    tap.equal((mixed.status, ['error' in i for i in mixed.lines], [i.get('status') for i in mixed.lines]),
              (1, [False, True, False, True], [None, 1, None, 1]), 'some of many: exit 1, and each line says its own')
    people = q.run(HANDLER, 'state', numbers, 'resolved')
    tap.ok(people.status == 1 and people.out.count(b'NOT DONE') == 3 and b'| ' in people.out, 'for people, too', people)
    tap.equal(q.run(HANDLER, 'state', '--if-version', '3', numbers, 'open').status, 64, 'a version is that of one ticket')
    tap.equal(q.run(READER, 'take', numbers).status, 1, 'who may not, may none of them')
    tap.equal(q.run(HANDLER, 'take', ',').status, 64, 'no ticket at all: usage')
    piped = q.run(HANDLER, 'state', '--json', '-', 'open', stdin='\n'.join(tickets).encode() + b'\n')
    tap.equal([i['state'] for i in piped.lines], ['open'] * 3, 'tickets from standard input')
    tap.equal(q.run(HANDLER, 'note', '-', '-', stdin=b'x').status, 64, 'but not text and tickets both')
    mine = {ticket for ticket in tickets}
    for words in (['--tag', 'a'], ['--category', 'Phishing'], ['--category', 'fraud'], ['--tlp', 'green'], ['--priority', 'high']):
        tap.equal({i['ticket'] for i in q.list(*words)}, mine, 'list ' + ' '.join(words))
    for words in (['--tag', 'c'], ['--category', 'frau'], ['--tlp', 'RED'], ['--priority', 'urgent'], ['--tag', 'a', '--priority', 'low']):
        tap.equal(q.list(*words), [], 'list ' + ' '.join(words))
    for words in (['--tlp', 'x'], ['--priority', 'x'], ['--state', 'x']):
        tap.equal(q.run(ADMIN, 'list', *words).status, 64, 'list %s: usage' % ' '.join(words))


def hand_over(q):
    """At the end of duty."""
    tap = q.tap
    tickets = [q.new('to be handed over %d' % i) for i in range(3)]
    for ticket in tickets:
        q.may(HANDLER, 'take', ticket)
    q.may(HANDLER, 'state', tickets[2], 'resolved')
    q.no(ADMIN, 1, b'is not yours', 'hand-over', tickets[0], '--to', LATE)
    q.no(HANDLER, 1, b'is resolved', 'hand-over', tickets[2], '--to', ADMIN)
    q.no(HANDLER, 1, b'is yours already', 'hand-over', tickets[0], '--to', HANDLER)
    q.no(HANDLER, 1, b'only reads', 'hand-over', tickets[0], '--to', READER)
    q.no(HANDLER, 1, b'no member', 'hand-over', tickets[0], '--to', STRANGER)
    q.no(HANDLER, 64, b'usage', 'hand-over', tickets[0])
    q.no(HANDLER, 64, b'usage', 'hand-over', '--all', tickets[0], '--to', ADMIN)
    q.refused(READER, 'hand-over', tickets[0], '--to', ADMIN)
    q.may(HANDLER, 'members', 'on-duty')
    off = q.may(HANDLER, 'members', '--json', 'off-duty')
    tap.ok(b'2 unfinished' in q.may(HANDLER, 'members', 'off-duty').out, 'who goes off duty is told what he has', off)
    people = q.run(HANDLER, 'members', 'off-duty').text
    tap.ok(tickets[0] in people and tickets[1] in people and tickets[2] not in people, 'by name', people)
    q.may(ADMIN, 'members', 'on-duty')
    one = q.may(HANDLER, 'hand-over', '--json', '--to', ADMIN, '--note', 'call them at nine', tickets[0])
    tap.equal(one.json['owner'], ADMIN, 'one ticket is handed over')
    tap.ok(b'not on duty' not in one.err, 'to somebody who is there', one)
    events = [e for e in q.show(tickets[0])['thread'] if (e['text'] or '').startswith('Handed over to %s by %s' % (ADMIN, HANDLER))]
    tap.ok(len(events) == 1 and events[0]['from'] == HANDLER and 'call them at nine' in events[0]['text'], 'with the note in the thread', events)
    rest = q.may(HANDLER, 'hand-over', '--all', '--json', '--to', LATE)
    tap.equal([(i['ticket'], i['owner']) for i in rest.lines], [(tickets[1], LATE)], 'the rest of what is not finished')
    tap.contains(rest.err.decode(), 'not on duty', 'a word about who is not there')
    tap.equal([i['ticket'] for i in q.list('--owner', 'me', login=HANDLER)], [tickets[2]], 'what is finished stays')
    q.no(HANDLER, 1, b'no unfinished ticket', 'hand-over', '--all', '--to', ADMIN)
    tap.ok(b'unfinished' not in q.may(HANDLER, 'members', 'off-duty').out, 'and nothing is left to tell')
    unfinished = {i['ticket'] for i in q.list('--state', 'unfinished')}
    tap.ok(tickets[0] in unfinished and tickets[2] not in unfinished, 'list --state unfinished')
    q.may(LATE, 'tlp', tickets[1], 'RED')
    q.may(LATE, 'hand-over', tickets[1], '--to', HANDLER)
    tap.equal(q.show(tickets[1], HANDLER)['veiled'], False, 'who gets a restricted one may read it')


def due(q):
    """Until when: as configured, as a member says, and what is over."""
    tap = q.tap
    ticket = q.new('to be done in time')

    def when(shown):
        return datetime.datetime.fromisoformat(shown['due'].replace('Z', '+00:00')).timestamp() - time.time() if shown['due'] else None

    shown = q.show(ticket)
    tap.ok(shown['due_step'] == 'answer' and 23 * 3600 < when(shown) <= 24 * 3600 and not shown['overdue'], 'a new ticket is due in a day', shown['due'])
    q.may(HANDLER, 'priority', ticket, 'urgent')
    tap.ok(when(q.show(ticket)) <= 3600, 'an urgent one in an hour')
    q.may(HANDLER, 'take', ticket)
    version = q.show(ticket)['version']
    q.may(HANDLER, 'due', '--if-version', str(version), ticket, '2d')
    shown = q.show(ticket)
    tap.ok(shown['due_by'] == HANDLER and shown['due_step'] == 'set' and when(shown) > 47 * 3600, 'a member sets another time', shown['due'])
    tap.contains(q.run(READER, 'show', ticket).text, 'set by ' + HANDLER, 'which people see')
    q.no(HANDLER, 64, b'due is a time', 'due', ticket, 'soon')
    q.refused(READER, 'due', ticket, '1d')
    q.may(HANDLER, 'due', ticket, 'none')
    tap.equal((q.show(ticket)['due'], q.show(ticket)['due_step']), (None, None), 'none')
    tap.ok(ticket not in [i['ticket'] for i in q.list('--due')], 'list --due leaves it out')
    q.may(HANDLER, 'due', ticket, '2020-01-01')
    tap.ok(q.show(ticket)['overdue'] and ticket == q.list('--overdue')[0]['ticket'], 'what is long over stands first in list --overdue')
    tap.ok(any(line.startswith(ticket) and ' !' in line[:28] for line in q.run(READER, 'list', '--overdue').text.splitlines()), 'and is marked')
    q.may(HANDLER, 'due', ticket, 'auto')
    tap.equal(q.show(ticket)['due_step'], 'answer', 'auto')
    q.may(HANDLER, 'state', ticket, 'resolved')
    tap.equal(q.show(ticket)['due'], None, 'nothing is due of what is finished')
    q.no(HANDLER, 1, b'nothing is due', 'due', ticket, '1d')


def office_hours(q):
    """Only the time in which somebody is there counts, when the configuration says so."""
    tap, demo = q.tap, q.demo
    tap.equal(demo.stop(), 0, 'the demo stops')
    demo.configure('due', 'action', 'high 1x')
    wrong = demo.cli('conf', '-n')
    tap.ok(wrong.status == 78 and b'[due] action' in wrong.err, 'conf -n names a mistake in [due]', wrong)
    demo.configure('due', 'action', 'any 1d')
    demo.configure('due', 'office-hours', 'yes')
    demo.configure('hours', 'open', 'Mon-Sun 12:00-12:30')
    demo.configure('hours', 'zone', 'UTC')
    demo.start()
    q.open_way()
    due = datetime.datetime.fromisoformat(q.show(q.new('half an hour a day'))['due'].replace('Z', '+00:00'))
    days = (due.timestamp() - time.time()) / 86400
    tap.ok(46 < days < 49 and due.hour == 12, 'a day of work takes 48 days of half an hour', due)
    tap.equal(demo.stop(), 0, 'the demo stops')
    demo.configure('due', 'office-hours', 'no')
    demo.start()
    q.open_way()


def overdue(q):
    """What is over when the gateway starts is said aloud, once."""
    tap, demo = q.tap, q.demo
    ticket = q.new('too late')
    q.may(HANDLER, 'due', ticket, '2020-01-01')
    q.may(ADMIN, 'members', 'set', LATE, '--role', 'commander')
    q.may(LATE, 'members', 'on-duty')
    tap.equal(demo.stop(), 0, 'the demo stops')
    demo.start()
    q.open_way()

    def events():
        return [e['text'] for e in q.show(ticket)['thread'] if (e['text'] or '').startswith('Overdue')]

    said = t.wait_for(events, 20)
    tap.equal(said, ['Overdue: what a member set a time for was due 2020-01-01T23:59:59Z. Owner: nobody. On duty: %s (commander)' % LATE],
              'an overdue ticket gets an event that names the commander')
    tap.ok(q.show(ticket)['escalated'], 'and is marked as escalated')
    tap.equal(demo.stop(), 0, 'the demo stops')
    demo.start()
    q.open_way()
    q.new('another one')
    tap.equal(events(), said, 'once')


STEPS = (members, states, unread, bulk, hand_over, due, office_hours, overdue)


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('the queue', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    queue = Queue(tap)
    for step in STEPS:
        try:
            step(queue)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(queue.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
