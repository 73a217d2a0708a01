#!/usr/bin/env python3
"""Numbers of other teams' ticket systems that stand in fields of the header: kept as names of the ticket, found again on
later mail, and echoed in the Subject of the answer."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

# field, its value, the name that it gives the ticket
FIELDS = [('X-OTRS-Ticket', '2018091028000488', 'Ticket#2018091028000488'), ('X-OTRS-Ticket', 'CERT-Bund#2019010128000123', 'CERT-Bund#2019010128000123'),
          ('RT-Ticket', 'rt.badhost.net #4711', 'rt.badhost.net #4711'), ('X-RT-Ticket', 'CSIRT-MU #397245', 'CSIRT-MU #397245')]


class House:
    def __init__(self, tap):
        self.tap = tap
        self.demo = t.Demo()
        self.gpg = t.Gpg()

    def report(self, frm, subject, headers=(), **more):
        mid = t.message_id()
        raw = t.plain(frm, t.TEAM, subject, 'Something happened.\n', mid=mid, headers=headers, **more)
        self.tap.equal(self.demo.send(raw, frm), [250], subject + ': taken')
        return self.demo.ticket_of(mid), mid

    def answer_to(self, mid):
        """The Subject of the answer to the mail @mid, opened with its reader's key when it is sealed."""
        def look():
            for raw in self.demo.outgoing():
                if t.header(raw, 'In-Reply-To') == mid:
                    return self.gpg.open_mail(raw).subject
            return None
        return t.wait_for(look, 30)


def kept_and_echoed(house, n, field, value, name):
    tap, frm = house.tap, 'duty%d@team%d.example.net' % (n, n)
    incident, mid = house.report(frm, 'First mail %d' % n, [(field, value)])
    tap.equal(incident['external_ids'], [name], '%s: %s names the ticket' % (field, value))
    subject = house.answer_to(mid) or ''
    tap.ok('[%s]' % name in subject and '[%s]' % incident['ticket'] in subject, 'the answer names both', subject)
    later, _ = house.report(frm, 'Later mail %d' % n, [(field, value)])
    tap.equal(later['ticket'], incident['ticket'], 'later mail of the same people with that number joins it')
    strange, stranger = t.message_id(), 'stranger@other%d.example.com' % n
    tap.equal(house.demo.send(t.plain(stranger, t.TEAM, 'Strange mail', 'Who else?\n', mid=strange, headers=[(field, value)]), stranger),
              [250], 'a stranger with that number: taken')
    house.demo.settle()
    tap.ok(strange not in [entry['message_id'] for entry in house.demo.show(incident['ticket'])['thread']], 'and does not join by himself')


def sealed(house):
    """Of a sealed mail the field stands outside: it names the ticket, and an answer in the clear does not tell it."""
    tap, frm = house.tap, 'sealed@team9.example.net'
    team = house.gpg.load(house.demo.team_key)[0]
    mid = t.message_id()
    raw = t.pgp_encrypted(house.gpg, frm, t.TEAM, '[...]', t.text_entity('Something happened.\n'), [team], mid=mid,
                          headers=[('X-OTRS-Ticket', '2020010128000999')], inner_subject='[CERT-Bund#2020010128000777] secret')
    tap.equal(house.demo.send(raw, frm), [250], 'a sealed mail is taken')
    incident = house.demo.ticket_of(mid)
    tap.equal(sorted(incident['external_ids']), ['CERT-Bund#2020010128000777', 'Ticket#2020010128000999'], 'it is known by both numbers')
    subject = house.answer_to(mid) or ''
    tap.ok(incident['ticket'] in subject and '2020010128000777' not in subject and '2020010128000999' not in subject,
           'an answer in the clear tells neither', subject)


def guessed(house):
    """Somebody writes numbers outside, to hear which of them is inside: the answer in the clear says what it says of each."""
    tap, frm = house.tap, 'guess@team10.example.net'
    team = house.gpg.load(house.demo.team_key)[0]
    mid = t.message_id()
    raw = t.pgp_encrypted(house.gpg, frm, t.TEAM, 'CERT-Bund#2020010128000555 CERT-Bund#2020010128000556', t.text_entity('Something happened.\n'),
                          [team], mid=mid, inner_subject='[CERT-Bund#2020010128000555] secret')
    tap.equal(house.demo.send(raw, frm), [250], 'a sealed mail with guesses outside is taken')
    tap.equal(house.demo.ticket_of(mid)['external_ids'], ['CERT-Bund#2020010128000555'], 'it is known by the number inside')
    subject = house.answer_to(mid) or ''
    tap.equal(['2020010128000555' in subject, '2020010128000556' in subject], [True, True], 'an answer in the clear confirms no guess')


def nonsense(house):
    incident, _ = house.report('nobody@team8.example.net', 'Nonsense', [('X-OTRS-Ticket', 'none of your business'), ('RT-Ticket', '#')])
    house.tap.equal(incident['external_ids'], [], 'what is no number is none')


def main():
    tap = t.Tap()
    t.need_programs()
    house = House(tap)
    for n, row in enumerate(FIELDS):
        kept_and_echoed(house, n, *row)
    sealed(house)
    guessed(house)
    nonsense(house)
    tap.equal(house.demo.stop(), 0, 'the demo ends')
    tap.done()


main()
