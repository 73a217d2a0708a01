#!/usr/bin/env python3
"""Need-to-know on the running gateway: what TLP:RED and `restrict` narrow, to whom, what everybody else is told, and that no
other word tells more."""
import grp
import os
import pwd
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madowire  # noqa: E402
from team import ADMIN, GROUP, HANDLER, READER, Team  # noqa: E402

OTHER, COMMANDER = 'uucp', 'lp'
SECRET, EVIL = 'kiwisecret', 'kiwi-evil.com'
VEIL = {'schema', 'ticket', 'number', 'created', 'updated', 'state', 'restricted', 'veiled'}


class Need(Team):
    def arrive(self, subject, text='text\n', frm='kiwi@reporter.example', **more):
        """The number of the ticket of a new mail, found without asking for anything but numbers."""
        before = {i['number'] for i in self.run(ADMIN, 'list', '--json').lines}
        self.report(subject, text, frm, **more)

        def look():
            return [i['number'] for i in self.run(ADMIN, 'list', '--json').lines if i['number'] not in before]
        return t.wait_for(look, 20)[0]

    def show(self, login, ticket):
        return self.run(login, 'show', '--json', ticket).json

    def events(self, login, ticket):
        return [(e['from'], e['text']) for e in self.show(login, ticket)['thread'] if e['direction'] == 'event']

    def named(self, login, ticket):
        return [n['login'] for n in self.show(login, ticket)['restricted_to']]

    def sees(self, login, ticket):
        shown = self.may(login, 'show', '--json', ticket).json
        return self.tap.ok(not shown['veiled'] and shown['subject'] and shown['thread'], '%s reads %s' % (login, ticket), shown)

    def is_veiled(self, login, ticket):
        shown = self.run(login, 'show', '--json', ticket)
        self.tap.ok(shown.status == 0 and set(shown.json) == VEIL and shown.json['restricted'] and shown.json['veiled'],
                    '%s is told that %s exists, and no more' % (login, ticket), shown)
        text = self.run(login, 'show', ticket)
        self.tap.ok(text.status == 0 and SECRET not in text.text and 'Restricted  to named members; you are none' in text.text,
                    'and so says the text', text)


def members(n):
    n.tap.equal(n.demo.cli('members', 'add', ADMIN).status, 0, 'an administrator')
    for login, role in ((HANDLER, 'handler'), (OTHER, 'handler'), (READER, 'reader'), (COMMANDER, 'commander')):
        n.may(ADMIN, 'members', 'add', login, '--role', role)


def red_mail(n):
    """A mail with TLP:RED: nobody is named, so whoever may take it may, and is named by that."""
    tap = n.tap
    red = n.red = n.arrive('TLP:RED ' + SECRET, 'TLP:RED\n%s http://%s/\n' % (SECRET, EVIL))
    for login in (ADMIN, HANDLER, READER, COMMANDER):
        n.is_veiled(login, red)
    for words in (['note', red, 'x'], ['state', red, 'open'], ['tlp', red, 'GREEN'], ['assign', red, HANDLER], ['raw', red, '1'],
                  ['part', red, '1', '1'], ['policy', 'explain', red], ['reopen', red], ['tag', red, 'x'], ['category', red, 'Phishing'],
                  ['priority', red, 'low']):
        n.refused(ADMIN, *words, why=b'restricted to named members')
    n.refused(HANDLER, 'restrict', red, '--to', HANDLER, why=b'restricted')
    n.refused(READER, 'take', red, why=b'role reader')
    n.may(HANDLER, 'take', red, what='take what nobody is named in')
    n.sees(HANDLER, red)
    tap.equal(n.named(HANDLER, red), [HANDLER], 'and is named')
    n.refused(OTHER, 'take', red, why=b'restricted', what='to take what is restricted to others')
    tap.ok([e for e in n.events(HANDLER, red) if e[1].startswith('Restricted to named members: nobody yet')], 'the thread says so', n.events(HANDLER, red))
    tap.contains(n.run(HANDLER, 'show', red).text, 'Restricted  to: %s' % HANDLER, 'the text names who may read it')
    tap.contains(n.demo.log(), 'refused verb=note member=%s why=need-to-know' % ADMIN, 'refusals are logged')
    n.may(HANDLER, 'assign', red, OTHER)
    n.sees(OTHER, red)
    tap.equal(n.named(OTHER, red), [HANDLER, OTHER], 'the new owner is named, who was stays')


def restrict(n):
    tap = n.tap
    ticket = n.ticket = n.arrive(SECRET + ' plain', 'see http://%s/ %s\n' % (EVIL, SECRET))
    n.may(OTHER, 'note', ticket, 'took part')
    n.may(HANDLER, 'take', ticket)
    n.sees(COMMANDER, ticket)
    n.refused(READER, 'restrict', ticket, why=b'role reader')
    shown = n.may(HANDLER, 'restrict', '--json', ticket, '--reason', 'a court asked %s' % SECRET).json
    tap.ok(shown['restricted'] and shown['ticket'].endswith(ticket), 'restrict answers', shown)
    tap.equal(n.named(HANDLER, ticket), [HANDLER], 'for who asks and the owner')
    tap.equal(n.show(HANDLER, ticket)['restricted_reason'], 'a court asked %s' % SECRET, 'the reason')
    tap.ok((HANDLER, 'Restricted to named members: %s. a court asked %s' % (HANDLER, SECRET)) in n.events(HANDLER, ticket), 'in the thread')
    for login in (ADMIN, OTHER, READER, COMMANDER):
        n.is_veiled(login, ticket)
    n.may(HANDLER, 'restrict', ticket, '--add', READER)
    n.sees(READER, ticket)
    n.refused(READER, 'restrict', ticket, '--add', OTHER, why=b'role reader')
    n.refused(OTHER, 'restrict', ticket, '--add', OTHER, why=b'restricted')
    for words, status in ((['--add', 'nobody-here'], 1), (['--remove', HANDLER], 1), (['--remove', OTHER], 1), (['--add'], 64),
                          (['--lift', '--add', OTHER], 64), (['--to', HANDLER, '--remove', READER], 64)):
        tap.equal(n.run(HANDLER, 'restrict', ticket, *words).status, status, 'restrict %s: %d' % (' '.join(words), status))
    n.may(HANDLER, 'restrict', ticket, '--remove', READER)
    n.is_veiled(READER, ticket)
    added = n.may(COMMANDER, 'restrict', ticket, '--add', COMMANDER)
    n.sees(COMMANDER, ticket)
    tap.ok((COMMANDER, 'Restricted to named members: %s, %s' % (COMMANDER, HANDLER)) in n.events(HANDLER, ticket), 'which is recorded', added)
    gone = n.may(COMMANDER, 'restrict', ticket, '--to', OTHER)
    tap.contains(gone.text, 'you are none of them', 'who names others alone does not read it any more')
    tap.equal(n.named(HANDLER, ticket), [HANDLER, OTHER], 'the owner stays')
    n.is_veiled(COMMANDER, ticket)
    veiled = n.may(ADMIN, 'restrict', '--json', ticket, '--add', READER).json
    tap.ok('owner' not in veiled and 'tags' not in veiled and veiled['veiled'], 'who names somebody else is told no more than the veil', veiled)
    n.may(ADMIN, 'restrict', ticket, '--remove', READER)


def no_other_word(n):
    """What the words that ask of many tickets tell OTHER of RED (his) and of what is HANDLER's alone."""
    tap, demo = n.tap, n.demo
    ticket = n.ticket
    n.may(HANDLER, 'restrict', ticket, '--to', HANDLER)
    n.may(OTHER, 'restrict', n.red, '--to', OTHER)
    both = n.arrive('open', 'see http://%s/ too\n' % EVIL, frm='plain@reporter.example')
    for login, seen in ((HANDLER, [ticket]), (OTHER, [n.red]), (COMMANDER, [])):
        related = [r['number'] for r in n.show(login, both)['relations']]
        tap.equal(related, seen, '%s is told of the relations that he may read' % login)
    lines = {i['number']: i for i in n.run(OTHER, 'list', '--json').lines}
    tap.ok(set(lines[ticket]) == VEIL and 'subject' in lines[n.red] and 'subject' in lines[both], 'list veils one line', lines[ticket])
    text = n.run(OTHER, 'list').text
    tap.ok(' RESTRICT. 2' in text and SECRET + ' plain' not in text, 'also in its text', text)
    for owner, found in ((HANDLER, []), ('none', [both]), ('me', [n.red])):
        tap.equal([i['number'] for i in n.run(OTHER, 'list', '--json', '--owner', owner).lines], found, 'list --owner %s finds no more than the veil shows' % owner)
    tap.equal([i['number'] for i in n.run(HANDLER, 'list', '--json', '--owner', HANDLER).lines], [ticket], 'the owner finds his')

    prefix = n.show(OTHER, both)['ticket'].split(' ')[0]
    n.report('[%s #%s] %s claims' % (prefix, ticket, SECRET), frm='eve@elsewhere.example')
    held = t.wait_for(lambda: n.run(HANDLER, 'held', '--json').lines, 20)
    tap.ok(held and held[0]['ticket'].endswith(ticket) and SECRET in held[0]['subject'], 'who is named sees the held mail', held)
    theirs = n.run(OTHER, 'held', '--json').lines
    tap.ok(theirs[0]['restricted'] and theirs[0]['queue_id'] == held[0]['queue_id'] and not any(theirs[0][k] for k in ('ticket', 'subject', 'from', 'reason')),
           'the others that there is one', theirs)
    tap.ok(SECRET not in n.run(OTHER, 'held').text, 'also in its text')
    for word in ('show', 'retry', 'release', 'drop'):
        n.refused(OTHER, 'held', word, held[0]['queue_id'], why=b'restricted')
    n.may(HANDLER, 'held', 'show', held[0]['queue_id'])
    n.may(HANDLER, 'held', 'drop', held[0]['queue_id'])
    mail = [e['queue_id'] for e in n.show(HANDLER, ticket)['thread'] if e['queue_id']][0]
    for name, words in (('raw', ['feeds', 'raw', mail]), ('reopen', ['feeds', 'reopen', mail])):
        tap.equal(n.run(OTHER, *words).status, 1, '%s by the id of a mail that belongs to a ticket: no' % name)
    tap.equal(demo.cli('account').status, 0, 'the account balances')


def known_keys(n):
    """By which keys addresses are known tells who wrote."""
    tap, demo, gpg, who = n.tap, n.demo, t.Gpg(), 'signed@reporter.example'
    key = gpg.generate('Somebody <%s>' % who)
    with open(demo.dir + '/key.asc', 'wb') as file:
        file.write(gpg.export(key))
    os.chmod(demo.dir + '/key.asc', 0o644)
    n.may(ADMIN, 'keys', 'import', '--pin', demo.dir + '/key.asc')
    demo.send(t.pgp_signed(gpg, who, t.TEAM, 'signed', t.text_entity('text\n'), key, t.message_id()), who)
    signed = t.wait_for(lambda: [i['number'] for i in n.run(ADMIN, 'list', '--json').lines if i.get('subject') == 'signed'], 20)[0]
    known = [k['address'] for k in n.may(OTHER, 'keys', 'known', '--json').lines]
    tap.ok(who in known, 'the address is known by its key', known)
    n.may(HANDLER, 'restrict', signed)
    tap.ok(who in n.run(HANDLER, 'keys', 'known').text, 'who is named is told so')
    for words in (['known'], ['known', who]):
        tap.ok(who not in n.run(OTHER, 'keys', *words).text, 'the others are not: keys ' + ' '.join(words))
    tap.equal(n.run(COMMANDER, 'keys', 'forget', who).status, 1, 'to them there is nothing to forget')
    tap.ok(who in n.run(HANDLER, 'keys', 'known').text, 'and nothing was forgotten')


def connect(n, login):
    """A connection of that user of the host to the keeper."""
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    peer.settimeout(30)
    os.setegid(grp.getgrnam(GROUP).gr_gid)
    os.seteuid(pwd.getpwnam(login).pw_uid)
    try:
        peer.connect(n.socket)
    finally:
        os.seteuid(0)
        os.setegid(0)
    madowire.ask(peer, 'members-list')
    return peer


def meanwhile(n):
    """Two questions that reach the keeper in the same moment: the second one passed the gate before the first one closed it."""
    tap, ticket = n.tap, n.arrive('meanwhile')
    first, second = connect(n, HANDLER), connect(n, OTHER)
    keeper = n.demo.role_pids('keeper')[0]
    os.kill(keeper, signal.SIGSTOP)
    first.sendall(madowire.packet('restrict', {'ticket': ticket}))
    second.sendall(madowire.packet('note', {'ticket': ticket, 'text': 'too late'}))
    os.kill(keeper, signal.SIGCONT)
    tap.equal(madowire.answer(first)[0], 'ok', 'a ticket is restricted')
    tap.equal(madowire.answer(second)[:2], ('error', 'denied'), 'and the note that was on its way is refused')
    tap.ok('too late' not in n.run(HANDLER, 'show', ticket).text, 'nothing was written')
    first.close()
    second.close()


def ends(n):
    tap = n.tap
    ticket, red = n.ticket, n.red
    n.may(OTHER, 'restrict', red, '--lift')
    n.is_veiled(COMMANDER, red)
    tap.equal(n.run(OTHER, 'restrict', red, '--lift').status, 1, 'the mark is lifted, TLP:RED is not')
    n.may(OTHER, 'tlp', red, 'AMBER')
    n.sees(COMMANDER, red)
    tap.ok((OTHER, 'Not restricted to named members any more') in n.events(ADMIN, red), 'recorded')
    tap.equal(n.run(OTHER, 'restrict', red, '--add', HANDLER).status, 1, 'nobody is named in what is open')
    tap.ok(not n.show(ADMIN, red)['restricted'], 'and it is not restricted')
    n.may(HANDLER, 'tlp', red, 'RED')
    tap.equal(n.named(HANDLER, red), [HANDLER, OTHER], 'TLP:RED by a member names him and the owner')
    n.is_veiled(COMMANDER, red)
    n.may(HANDLER, 'tlp', red, 'auto')
    n.may(ADMIN, 'restrict', ticket, '--lift')
    n.sees(READER, ticket)
    n.may(HANDLER, 'restrict', ticket)
    tap.ok(not [i for i in n.demo.cli('doctor', '--json').lines if i.get('name') == 'restricted' and i['status'] == 'warn'], 'doctor is content')
    left = n.may(ADMIN, 'members', 'leave', HANDLER)
    tap.contains(left.text, ' unfinished incidents that are restricted to named members have nobody left', 'leave says what nobody may read now')
    tap.ok([i for i in n.demo.cli('doctor', '--json').lines if i.get('name') == 'restricted' and i['status'] == 'warn'], 'so does doctor')
    n.may(COMMANDER, 'take', ticket, what='take what only somebody who left could read')
    n.sees(COMMANDER, ticket)


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('need-to-know', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    n = Need(tap)
    for step in (members, red_mail, restrict, no_other_word, known_keys, meanwhile, ends):
        try:
            step(n)
        except Exception as problem:  # a broken step must not hide the others
            tap.ok(False, step.__name__ + ' ends early', '%s: %s' % (type(problem).__name__, problem))
    tap.equal(n.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
