#!/usr/bin/env python3
"""Work on the shared queue on the running gateway, by members with an own user of the host each: states, many tickets at once,
hand-over at the end of duty, what each has not read yet, due times."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
from team import ADMIN, HANDLER, READER, Team  # noqa: E402

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


STEPS = (members, states)


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
