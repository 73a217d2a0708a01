#!/usr/bin/env python3
"""Two teams run Madoguchi and each gets the other's answers: they stop after one acknowledgement each way, even when
a relay between them takes the signs of automatic mail away; and when it takes the references too, at the cap."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

ROUNDS = 50
CAP = 3


class House:
    def __init__(self, name):
        self.address = 'csirt@%s.example' % name
        self.demo = t.Demo(conf={('team', 'address'): self.address, ('reply', 'rate-per-sender'): str(CAP)})
        self.seen = set()
        self.accepted = 0
        self.done = {}  # ticket: the version of it whose answers have all left

    def new_answers(self):
        fresh = [raw for raw in self.demo.outgoing() if raw not in self.seen]
        self.seen.update(fresh)
        return fresh

    def take(self, raw, sender):
        codes = self.demo.send(raw, sender, self.address)
        assert codes[-1].startswith('250') if isinstance(codes[-1], str) else codes[-1] == 250, codes
        self.accepted += 1

    def quiet(self):
        """Waits until all is settled and every answer has left; their deliveries are in the log."""
        self.demo.settle(accepted=self.accepted)

        def all_sent():
            for one in self.demo.incidents():
                if self.done.get(one['ticket']) != one['version']:
                    if any(entry['delivery'] != 'sent' for entry in self.demo.show(one['ticket'])['thread'] if entry['direction'] == 'out'):
                        return False
                    self.done[one['ticket']] = one['version']
            return True
        return t.wait_for(all_sent, 20)


def without(raw, names):
    head, blank, body = raw.partition(b'\r\n\r\n' if b'\r\n\r\n' in raw else b'\n\n')
    for name in names:
        head = re.sub(rb'(?im)^' + name.encode() + rb':[^\n]*(\n[ \t][^\n]*)*\n', b'', head + b'\n')[:-1]
    return head + blank + body


def play(first, second, relay):
    """Passes mails on until nobody says anything more; how many answers each sent."""
    counts = {first: 0, second: 0}
    for house in (first, second):
        house.quiet()
        house.new_answers()
    first.take(t.plain(second.address, first.address, 'A report from team to team', 'please look at %d\n' % first.accepted), second.address)
    for _ in range(ROUNDS):
        said = 0
        for house, other in ((first, second), (second, first)):
            house.quiet()
            for raw in house.new_answers():
                counts[house] += 1
                said += 1
                mail, sender = relay(raw, house)
                other.take(mail, sender)
        if said == 0:
            break
    return counts[first], counts[second]


# How programs that are away say so: what they leave of what they answer, and what they add. Each leaves one sign at least.
VACATIONS = {
    'as RFC 3834 has it': dict(sender='', headers=[('Auto-Submitted', 'auto-replied')], refers=True, subject='Auto: %s'),
    'with Auto-Submitted alone': dict(headers=[('Auto-Submitted', 'auto-generated; type=vacation')], subject='away'),
    'as Exchange has it': dict(headers=[('X-Auto-Response-Suppress', 'All')], subject='Automatic reply: %s'),
    'with the null sender alone': dict(sender='', subject='away'),
    'with X-Autoreply alone': dict(headers=[('X-Autoreply', 'yes')], subject='away'),
    'with Precedence: junk alone': dict(headers=[('Precedence', 'junk')], subject='away'),
    'with In-Reply-To alone': dict(refers=True, subject='away'),
    'with our subject alone': dict(subject='Out of office: %s'),
    'to the address in Reply-To alone': dict(subject='away', to_token=True),
}


def vacation(house, number, name, how):
    """A person reports; the answer, and every answer after it, is answered five times over. How many answers came."""
    person = 'person%d@away.example' % number
    house.take(t.plain(person, house.address, 'a report', 'number %d\n' % number), person)
    count, last = 0, None
    for turn in range(6):
        house.quiet()
        fresh = [raw for raw in house.new_answers() if t.header(raw, 'To') == person]
        count += len(fresh)
        last = fresh[0] if fresh else last
        if last is None:
            return 0
        headers = list(how.get('headers', []))
        if how.get('refers'):
            headers += [('In-Reply-To', t.header(last, 'Message-ID')), ('References', t.header(last, 'Message-ID'))]
        subject = how['subject'].replace('%s', t.header(last, 'Subject'))
        to = t.address_of(t.header(last, 'Reply-To')) if how.get('to_token') else house.address
        raw = t.plain(person, to, subject, 'I am away, says number %d.\n' % number, headers=headers)
        codes = house.demo.send(raw, how.get('sender', person), to)
        assert codes == [250], codes
        house.accepted += 1
    house.quiet()
    return count + len([raw for raw in house.new_answers() if t.header(raw, 'To') == person])


def main():
    t.need_programs()
    tap = t.Tap()
    one, two = House('one'), House('two')
    tap.equal(play(one, two, lambda raw, house: (raw, '')), (1, 0), 'one acknowledgement, and the other team does not answer it')
    got = play(one, two, lambda raw, house: (without(raw, ['Auto-Submitted', 'Precedence', 'X-Auto-Response-Suppress']), house.address))
    tap.note(got)
    tap.ok(got[0] == 1 and got[1] <= 1, 'no sign that it is automatic: one each way at most', got)
    cut = ['Auto-Submitted', 'Precedence', 'X-Auto-Response-Suppress', 'In-Reply-To', 'References', 'Subject']
    got = play(one, two, lambda raw, house: (without(raw, cut), house.address))
    tap.note(got)
    tap.ok(1 <= got[0] <= CAP and got[1] <= CAP, 'nor any reference: they stop at the cap for senders', got)
    got = {name: vacation(one, number, name, how) for number, (name, how) in enumerate(VACATIONS.items())}
    for name, count in got.items():
        tap.equal(count, 1, 'a program that is away, %s: one acknowledgement, of the report' % name)
    for house in (one, two):
        account = house.demo.account()
        tap.ok(account['balanced'] and account['states']['pending'] == 0 and account['accepted'] == house.accepted,
               'and the account of %s balances' % house.address, account)
        house.demo.stop()
    tap.done()


main()
