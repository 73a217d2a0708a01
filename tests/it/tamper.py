#!/usr/bin/env python3
"""Somebody writes to the store's file while the gateway is down: what he moved or changed is refused in words that say so, the
rest of the queue goes on, new mails come in, and `doctor` names the damage. Nothing is tried again and again."""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

BELONGS = 'does not belong here, or was changed'


def mail(sender, subject, mid, answers=None):
    head = 'In-Reply-To: %s\n' % answers if answers else ''
    return ('From: <%s>\nTo: <%s>\nSubject: %s\nMessage-ID: %s\n%sContent-Type: text/plain\n\nA report.\n'
            % (sender, t.TEAM, subject, mid, head)).replace('\n', '\r\n').encode()


def change(demo, sql):
    store = sqlite3.connect(demo.dir + '/store.db')
    with store:
        store.execute(sql)
    store.close()


def check_item(demo, name):
    return [line for line in demo.cli('doctor', '--json').lines if line['name'] == name][0]


def main():
    tap = t.Tap()
    demo = t.Demo()
    gpg = t.Gpg()
    key = gpg.generate('Alice <alice@six.example>')
    try:
        signed = t.message_id()
        raw = t.pgp_signed(gpg, 'alice@six.example', t.TEAM, 'signed', t.text_entity('One.\n'), key, signed)
        block = demo.dir + '/alice.asc'
        with open(block, 'wb') as file:
            file.write(gpg.export(key))
        tap.equal(demo.cli('keys', 'import', '--pin', block).status, 0, 'a key is pinned')
        tap.equal(demo.send(raw, 'alice@six.example'), [250], 'a signed mail is taken')
        mids = [t.message_id() for _ in range(4)]
        senders = ['a@one.example', 'b@two.example', 'c@three.example', 'd@four.example']
        for n in range(4):
            tap.equal(demo.send(mail(senders[n], 'Subject %d' % n, mids[n]), senders[n]), [250], 'mail %d is taken' % n)
        demo.settle(accepted=5)
        tickets = [demo.ticket_of(mid)['ticket'] for mid in mids]
        tap.equal(check_item(demo, 'sealed')['status'], 'ok', 'doctor finds nothing')
        demo.stop()
        numbers = [ticket.split('#')[1] for ticket in tickets]
        change(demo, "UPDATE incident SET subject = (SELECT subject FROM incident o WHERE o.number = '%s') WHERE number = '%s'"
               % (numbers[2], numbers[0]))
        of = "(SELECT id FROM incident WHERE number = '%s')"
        change(demo, 'UPDATE message SET report = (SELECT report FROM message o WHERE o.incident = %s) WHERE incident = %s'
               % (of % numbers[2], of % numbers[1]))
        change(demo, 'UPDATE known_key SET fingerprint = address')
        demo.start()
        shown = [demo.cli('show', '--json', ticket) for ticket in tickets]
        tap.equal([s.status for s in shown], [65, 65, 0, 0], 'what was moved is refused, the rest is shown')
        tap.ok(BELONGS in shown[0].err.decode() and 'incident.subject' in shown[0].err.decode(), 'and it is said why', shown[0].err.decode())
        tap.contains(shown[1].err.decode(), BELONGS, 'of a mail, too')
        lines = {i['ticket']: i for i in demo.incidents()}
        tap.equal([(lines[k]['damaged'], lines[k]['subject']) for k in tickets],
                  [(True, None), (False, 'Subject 1'), (False, 'Subject 2'), (False, 'Subject 3')], 'the list goes on, and marks the line')
        text = [line for line in demo.cli('list').text.split('\n') if tickets[0] in line][0]
        tap.contains(text, 'damaged', 'for people, too')
        item = check_item(demo, 'sealed')
        tap.equal(item['status'], 'fail', 'doctor fails')
        tap.contains(item['detail'], '3 of', 'and counts')
        tap.equal(demo.cli('take', tickets[2]).status, 0, 'others can be worked on')
        late = t.message_id()
        tap.equal(demo.send(mail(senders[0], 'More', late, mids[0]), senders[0]), [250], 'a mail to the damaged ticket is taken')
        fresh = t.message_id()
        tap.equal(demo.send(mail('e@five.example', 'New', fresh), 'e@five.example'), [250], 'and a new one')
        raw = t.pgp_signed(gpg, 'alice@six.example', t.TEAM, 'again', t.text_entity('Two.\n'), key, t.message_id())
        tap.equal(demo.send(raw, 'alice@six.example'), [250], 'and one whose sender is known by a damaged row')
        demo.settle(accepted=8)
        tap.equal([h['reason'] for h in demo.cli('held', '--json').lines], ['store-damaged'], 'which is held, and says why')
        tap.ok(demo.ticket_of(fresh), 'which becomes a ticket')
        account = demo.account()
        tap.ok(account['balanced'] and account['states']['pending'] == 0, 'nothing waits for ever', account)
    finally:
        demo.stop()
    tap.done()


if __name__ == '__main__':
    main()
