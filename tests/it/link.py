#!/usr/bin/env python3
"""Merge, split and link on the running gateway, by members with an own user of the host each: what people were told leads to
what is left, nobody reads more than before, and the account balances."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
from team import ADMIN, HANDLER, READER, Team  # noqa: E402

ALICE, CAROL = 'alice@reporter.example', 'carol@other.example'


class Links(Team):
    def new(self, subject, frm=ALICE, **more):
        mid = self.report(subject, frm=frm, **more)
        return t.wait_for(lambda: self.find(mid), 20)

    def find(self, mid):
        """The ticket whose thread holds that mail."""
        for summary in self.run(ADMIN, 'list', '--json').lines:
            if any(entry.get('message_id') == mid for entry in self.show(summary['ticket'])['thread']):
                return summary['ticket']
        return None

    def show(self, ticket, login=ADMIN):
        return self.run(login, 'show', '--json', ticket).json

    def row(self, login, ticket):
        return next(i for i in self.run(login, 'list', '--json').lines if i['ticket'] == ticket)

    def listed(self, *words):
        return [i['ticket'] for i in self.run(ADMIN, 'list', '--json', *words).lines]

    def send(self, frm, subject, to=t.TEAM, **more):
        mid = t.message_id()
        self.demo.send(t.plain(frm, to, subject, 'more\n', mid=mid, **more), frm, to)
        return mid

    def no(self, status, why, *words, login=ADMIN):
        result = self.run(login, *words)
        self.tap.ok(result.status == status and why in result.err and result.out == b'',
                    '%s: exit %d, %s' % (' '.join(words), status, why.decode()), result)

    def events(self, ticket):
        return [(e['from'], e['text']) for e in self.show(ticket)['thread'] if e['direction'] == 'event']


def members(q):
    q.tap.equal(q.demo.cli('members', 'add', ADMIN).status, 0, 'an administrator')
    q.may(ADMIN, 'members', 'add', HANDLER, '--role', 'handler')
    q.may(ADMIN, 'members', 'add', READER, '--role', 'reader')


def merging(q):
    tap, demo = q.tap, q.demo
    first = q.new('a site')
    ack = t.wait_for(lambda: [e for e in q.show(first)['thread'] if e['direction'] == 'out' and e['delivery'] == 'sent'], 30)[0]
    sent = next(raw for raw in demo.outgoing() if t.header(raw, 'Message-ID') == ack['message_id'])
    token = t.address_of(t.header(sent, 'Reply-To'))
    second = q.new('the same site', CAROL)
    q.may(ADMIN, 'note', first, 'remember me')
    q.no(1, b'into itself', 'merge', first, first)
    q.no(1, b'no such ticket', 'merge', first, '2026-099999')
    q.no(64, b'usage', 'merge', first)
    q.no(1, b'changed meanwhile', 'merge', '--if-version', '1', first, second)
    q.refused(READER, 'merge', first, second, why=b'role reader')
    q.may(HANDLER, 'show', second)
    t.wait_for(lambda: q.row(HANDLER, second)['unread'] == 0, 10)
    tap.equal(q.row(HANDLER, second)['unread'], 0, 'all of the other one is read')
    before = q.show(first)
    done = q.may(HANDLER, 'merge', '--json', '--if-version', str(before['version']), first, second).json
    tap.equal((done['ticket'], done['merged'], done['state']), (second, first, 'new'), 'the answer tells what became of what')
    tap.ok(q.row(HANDLER, second)['unread'] >= 3, 'what came with the one is unread now', q.row(HANDLER, second))
    after = q.show(second)
    ours = [e for e in after['thread'] if e['id'] in {x['id'] for x in before['thread']}]
    tap.equal([(e['id'], e['message_id'], e['text']) for e in ours], [(e['id'], e['message_id'], e['text']) for e in before['thread']],
              'every line of the one stands in the other now')
    tap.equal((after['merged'], after['asked_for'], after['subject']), ([first], None, 'the same site'), 'which says so')
    tap.equal(after['counts']['messages'], 2, 'and counts its mails')
    old = q.show(first)
    tap.equal((old['ticket'], old['asked_for']), (second, first), 'the old number shows the one that is left')
    tap.contains(q.run(READER, 'show', first).text, 'was asked for: it is part of this ticket', 'and says so to people')
    tap.ok(first not in q.listed() and second in q.listed(), 'the merged one is in no list')
    merged = q.run(ADMIN, 'list', '--json', '--state', 'merged').lines
    tap.equal([(i['ticket'], i['state'], i['merged_into'], i['subject']) for i in merged], [(first, 'merged', second, None)],
              'but when it is asked for')
    tap.contains(q.run(ADMIN, 'list', '--state', 'merged').text, 'part of ' + second, 'for people, too')
    tap.ok(any(who == HANDLER and first in text for who, text in q.events(second)), 'an event says who merged what', q.events(second))
    tap.equal(demo.cli('account', '--json').json['balanced'], True, 'the account balances')
    # what people were told
    for subject, to, more, what in (('Re: [%s] a site' % first, t.TEAM, {}, 'the old number in the subject, by who reported it'),
                                    ('more', token, {}, 'the address in our answer'),
                                    ('more', t.TEAM, {'headers': [('In-Reply-To', ack['message_id'])]}, 'our answer\'s Message-ID')):
        frm = ALICE if to == t.TEAM and not more else 'somebody@else.example'
        mid = q.send(frm, subject, to, **more)
        tap.equal(t.wait_for(lambda: q.find(mid), 20), second, 'leads to the one that is left: ' + what)
    q.no(1, b'was merged already', 'merge', first, q.new('third'))
    q.no(1, b'they are one ticket', 'merge', second, first)
    last = q.new('the last one', CAROL)
    q.may(HANDLER, 'merge', second, last)
    tap.equal(q.show(first)['ticket'], last, 'after a second merge, all numbers lead there')
    q.last = last


def splitting(q):
    tap, demo = q.tap, q.demo
    ticket = q.new('one matter')
    mid = q.send(ALICE, 'Re: [%s] another matter' % ticket)
    tap.equal(t.wait_for(lambda: q.find(mid), 20), ticket, 'a mail joins')
    thread = q.show(ticket)['thread']
    line = next(e['id'] for e in thread if e['message_id'] == mid)
    first = next(e['id'] for e in thread if e['direction'] == 'in')
    other = next(e['id'] for e in thread if e['direction'] == 'out')
    q.no(1, b'must stay', 'split', ticket, str(line), str(first))
    q.no(1, b'is no mail', 'split', ticket, str(other))
    q.no(1, b'is no mail', 'split', ticket, '999999')
    q.no(64, b'not a number', 'split', ticket, 'x')
    q.refused(READER, 'split', ticket, str(line), why=b'role reader')
    done = q.may(HANDLER, 'split', '--json', ticket, line, what='split').json
    q.split = line
    made = q.show(done['split'])
    tap.equal((made['subject'], made['reporter'], made['state'], [e['message_id'] for e in made['thread'] if e['direction'] == 'in']),
              ('Re: [%s] another matter' % ticket, ALICE, 'new', [mid]), 'the mail has a ticket of its own')
    tap.ok(mid not in [e['message_id'] for e in q.show(ticket)['thread']], 'and left the other one')
    tap.equal([(i['ticket'], i['kind'], i['state']) for i in made['linked']], [(ticket, 'related', 'new')], 'to which it is linked')
    tap.ok(any('Split off from' in text for _, text in q.events(done['split']))
           and any(done['split'] in text for _, text in q.events(ticket)), 'events in both')
    tap.equal(demo.cli('account', '--json').json['balanced'], True, 'the account balances')


def linking(q):
    tap = q.tap
    parent, one, two = q.new('campaign'), q.new('report one', CAROL), q.new('report two', CAROL)
    q.no(64, b'related, parent', 'link', one, parent, '--as', 'sister')
    q.no(1, b'with itself', 'link', one, one)
    q.refused(READER, 'link', one, parent, why=b'role reader')
    q.may(HANDLER, 'link', one, parent, '--as', 'parent')
    q.may(HANDLER, 'link', parent, two, '--as', 'child')
    tap.equal([(i['ticket'], i['kind'], i['state']) for i in q.show(parent)['linked']], [(one, 'child', 'new'), (two, 'child', 'new')],
              'the parent lists its reports with their states')
    tap.equal([(i['ticket'], i['kind']) for i in q.show(two)['linked']], [(parent, 'parent')], 'and they show their parent')
    tap.equal([q.row(READER, i)['parent'] for i in (one, two, parent)], [parent, parent, None], 'in the list as well')
    q.no(1, b'has a parent already', 'link', one, two, '--as', 'parent')
    top = q.new('the year')
    q.may(HANDLER, 'link', parent, top, '--as', 'parent')
    q.no(1, b'circle', 'link', top, two, '--as', 'parent')
    q.may(HANDLER, 'state', two, 'resolved')
    closed = q.may(HANDLER, 'state', '--json', parent, 'resolved').json
    tap.ok(len(closed.get('notes', [])) == 1 and one in closed['notes'][0] and two not in closed['notes'][0],
           'closing the parent says what below it is not done', closed)
    tap.equal(q.show(one)['state'], 'new', 'and leaves it as it is')
    q.may(HANDLER, 'state', parent, 'open')
    tap.contains(q.run(HANDLER, 'state', parent, 'resolved').text, 'are not done', 'for people, too')
    q.may(HANDLER, 'state', one, 'resolved')
    q.may(HANDLER, 'state', parent, 'open')
    tap.ok('notes' not in q.run(HANDLER, 'state', '--json', parent, 'resolved').json, 'nothing is said when all is done')
    # the other one may not be read by everybody
    red = q.new('for few', CAROL)
    q.may(ADMIN, 'link', parent, red, '--as', 'child')
    q.may(ADMIN, 'tlp', red, 'RED')
    seen = q.show(parent, HANDLER)['linked']
    tap.equal([(i['ticket'], i['state']) for i in seen if i['ticket'] == red], [(red, None)], 'who may not read it sees its number')
    tap.contains(q.run(HANDLER, 'show', parent).text, 'not for you to read', 'and reads why')
    tap.equal([i['state'] for i in q.show(parent)['linked'] if i['ticket'] == red], ['new'], 'who may sees its state')
    q.may(ADMIN, 'state', parent, 'open')
    tap.ok('notes' not in q.run(HANDLER, 'state', '--json', parent, 'resolved').json, 'nor is its state told when the parent is closed')
    q.refused(HANDLER, 'link', one, red, why=b'restricted')
    q.refused(HANDLER, 'link', parent, red, '--remove', why=b'restricted')
    q.may(ADMIN, 'link', '--remove', red, parent)
    tap.equal([i['ticket'] for i in q.show(parent)['linked']], [top, one, two], 'a link taken away is gone')
    q.no(1, b'not linked', 'link', '--remove', red, parent)
    q.red, q.plain = red, one


def restricted(q):
    """The one that is left is for the eyes of those who might read both."""
    tap = q.tap
    q.refused(HANDLER, 'merge', q.red, q.plain, why=b'restricted')
    q.refused(HANDLER, 'merge', q.plain, q.red, why=b'restricted')
    q.may(ADMIN, 'assign', q.plain, HANDLER)
    other = q.new('taken by the handler', CAROL)
    q.may(HANDLER, 'take', other)
    red = q.new('red and nobody\'s', CAROL)
    q.may(ADMIN, 'note', red, 'mine')
    q.may(ADMIN, 'tlp', red, 'RED')
    q.no(1, b'would own it', 'merge', red, other)
    tap.equal(q.show(other, HANDLER)['owner'], HANDLER, 'nothing was done')
    q.may(ADMIN, 'assign', other, 'none')
    q.may(ADMIN, 'merge', red, other)
    left = q.show(other)
    tap.equal((left['tlp'], left['restricted'], [n['login'] for n in left['restricted_to']]), ('TLP:RED', True, [ADMIN]),
              'the stricter TLP and the list of names win')
    tap.equal(q.show(other, HANDLER).get('thread'), None, 'who might read one of them alone reads neither now')
    tap.equal(q.show(red, HANDLER).get('thread'), None, 'by the old number neither')
    # and what is split off stays as narrow as it was
    mid = q.send(CAROL, 'Re: [%s] split me' % other)
    t.wait_for(lambda: q.find(mid), 20)
    line = next(e['id'] for e in q.show(other)['thread'] if e['message_id'] == mid)
    made = q.may(ADMIN, 'split', '--json', other, line, what='split').json['split']
    tap.equal((q.show(made)['tlp'], [n['login'] for n in q.show(made)['restricted_to']], q.show(made, HANDLER).get('thread')),
              ('TLP:RED', [ADMIN], None), 'mails of a narrow ticket stay narrow')


def audited(q):
    lines = q.run(ADMIN, 'audit', '--json', 'ls', '--limit', '1000').lines
    messages = [line['details'] for line in lines if (line['member'], line['word'], line['outcome']) == (HANDLER, 'split', 'done')]
    q.tap.equal(messages, [{'messages': '[%d]' % q.split}], 'the audit says which mails were split off')
    words = {(line['member'], line['word'], line['outcome']) for line in lines}
    for want in ((HANDLER, 'merge', 'done'), (HANDLER, 'split', 'done'), (HANDLER, 'link', 'done'), (HANDLER, 'merge', 'refused')):
        q.tap.ok(want in words, 'the audit has %s %s: %s' % want, sorted(map(str, words)))
    q.tap.equal(q.demo.cli('account', '--json').json['balanced'], True, 'the account balances')


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('links', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    q = Links(tap)
    for step in (members, merging, splitting, linking, restricted, audited):
        try:
            step(q)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(q.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
