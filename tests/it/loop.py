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
            threads = [self.demo.show(one['ticket'])['thread'] for one in self.demo.incidents()]
            return all(entry['delivery'] == 'sent' for thread in threads for entry in thread if entry['direction'] == 'out')
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
    first.take(t.plain(second.address, first.address, 'A report from team to team', 'please look\n'), second.address)
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


def main():
    t.need_programs()
    tap = t.Tap()
    one, two = House('one'), House('two')
    tap.equal(play(one, two, lambda raw, house: (raw, '')), (1, 0), 'one acknowledgement, and the other team does not answer it')
    got = play(one, two, lambda raw, house: (without(raw, ['Auto-Submitted', 'Precedence', 'X-Auto-Response-Suppress']), house.address))
    tap.note(got)
    tap.ok(got[0] <= 1 and got[1] <= 1, 'no sign that it is automatic: one each way at most', got)
    cut = ['Auto-Submitted', 'Precedence', 'X-Auto-Response-Suppress', 'In-Reply-To', 'References', 'Subject']
    got = play(one, two, lambda raw, house: (without(raw, cut), house.address))
    tap.note(got)
    tap.ok(got[0] <= CAP and got[1] <= CAP, 'nor any reference: they stop at the cap for senders', got)
    for house in (one, two):
        account = house.demo.account()
        tap.ok(account['balanced'] and account['states']['pending'] == 0 and account['accepted'] == house.accepted,
               'and the account of %s balances' % house.address, account)
        house.demo.stop()
    tap.done()


main()
