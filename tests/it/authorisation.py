#!/usr/bin/env python3
"""The table of docs/members.md on the running gateway: every word, asked by a member of every role and by the host, of a
ticket of their own, of another's, of one that is restricted to them, of one that is restricted to others and of one that nobody
is named in. Refused (exit 77) is what the document says, and nothing else; and no answer tells a word of what is restricted to
others."""
import json
import os
import pwd
import grp
import re
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madowire  # noqa: E402
from team import GROUP, Team  # noqa: E402

# Users that every Debian has; none of them owns anything here.
USERS = {'PoC': 'lp', 'handler': 'man', 'commander': 'uucp', 'researcher': 'proxy', 'notification': 'list', 'reader': 'news',
         'administrator': 'games'}
KEEPER = 'www-data'  # a handler to whom things are restricted
OWN, OTHER, NAMED, OTHERS, ORPHAN = 'own', 'other', 'restricted, named', 'restricted, not named', 'restricted, nobody named'
SECRET = b'kiwi'  # stands in subject, text, sender and indicator of what is restricted to others, and nowhere else
STALE = {'if_version': '999999999'}  # a change that passes every gate, and changes nothing

# What is asked with each word, besides "ticket" (T), "message" (M), the "id" of a held mail that claims it (H), or a second ticket. Whoever adds
# a word to the keeper adds a row: with arguments that come past every gate and change nothing that the other questions need.
T, M, H = 'ticket', 'message', 'held'
WRONG = {'log-in', 'log-in-trusted', 'set-up', 'set-up-confirm'}  # refuse whoever comes without a password, who may ask or not
WORDS = {
    'list': ((), {}), 'show': ((T,), {}), 'triage': ((T,), {}), 'feeds': ((), {}), 'unread': ((T,), {}), 'looking': ((T,), {}),
    'raw': ((T, M), {}), 'part': ((T, M), {'path': '1'}),
    'take': ((T,), STALE), 'assign': ((T,), {'owner': KEEPER, **STALE}), 'hand-over': ((T,), {'to': KEEPER, **STALE}),
    'due': ((T,), {'when': 'none', **STALE}), 'state': ((T,), {'state': 'open', **STALE}), 'note': ((T,), {'text': 'x', **STALE}),
    'reply-preview': ((T,), {'text': 'x'}), 'reply': ((T,), {'text': 'x', **STALE}),
    'drafts': ((), {}), 'draft-save': ((T,), {'text': 'x', **STALE}), 'draft-send': ((T,), {'draft': '1', **STALE}),
    'draft-discard': ((T,), {'draft': '1', **STALE}), 'draft-file': ((T,), {'draft': '1', 'file': 1}), 'approve': ((T,), {'draft': '1.1', **STALE}),
    'refuse': ((T,), {'draft': '1.1', 'reason': 'x', **STALE}), 'canned-list': ((), {}), 'canned-show': ((T,), {'name': 'closing'}),
    'priority': ((T,), {'priority': 'low', **STALE}), 'category': ((T,), {'category': 'none', **STALE}),
    'tlp': ((T,), {'tlp': 'GREEN', **STALE}), 'tag': ((T,), {'tags': ['x'], **STALE}),
    'restrict': ((T,), {'members': [KEEPER], 'add': True, **STALE}),
    'link': ((T, 'other'), STALE), 'merge': ((T, 'into'), STALE), 'split': ((T,), {'messages': [1], **STALE}),
    'search': ((), {'query': SECRET.decode()}), 'policy': ((), {}), 'policy-try': ((T,), {}), 'policy-reload': ((), {}),
    'held': ((), {}), 'held-show': ((H,), {}), 'held-retry': ((H,), {}), 'held-release': ((H,), {}), 'held-drop': ((H,), {}),
    'reopen': ((T,), {}), 'account': ((), {}), 'status': ((), {'queue_id': 'MAIL'}), 'doctor': ((), {}),
    'look-up-own': ((), {'address': t.TEAM}), 'security-txt': ((), {}),
    'keys-list': ((), {}), 'keys-show': ((), {'fingerprint': 'A' * 40}), 'keys-export': ((), {'fingerprint': 'A' * 40}),
    'keys-known': ((), {}), 'keys-import': ((), {}), 'keys-refresh': ((), {}),
    'keys-pin': ((), {}), 'keys-unpin': ((), {}), 'keys-map': ((), {}), 'keys-unmap': ((), {}), 'keys-certify': ((), {}),
    'keys-uncertify': ((), {}), 'keys-distrust': ((), {}), 'keys-undistrust': ((), {}), 'keys-rm': ((), {}), 'keys-forget': ((), {}),
    'members-list': ((), {}), 'members-duty': ((), {}), 'members-add': ((), {}), 'members-set': ((), {}), 'members-leave': ((), {}),
    'members-invite': ((), {}), 'members-log-out': ((), {}), 'tokens-add': ((), {}), 'tokens-list': ((), {}), 'tokens-rm': ((), {}), 'watch': ((), {}),
    'log-in': ((), {}), 'log-in-trusted': ((), {}), 'set-up': ((), {}), 'set-up-confirm': ((), {}), 'session': ((), {}), 'log-out': ((), {}),
    'overview': ((), {}), 'views': ((), {}), 'view-put': ((), {}), 'view-remove': ((), {}), 'team-view-put': ((), {}), 'team-view-remove': ((), {}), 'vault-status': ((), {}), 'vault-rewrap': ((), {}), 'vault-rotate': ((), {}),
    'audit-list': ((T,), {}), 'hold': ((T,), STALE), 'erase': ((T,), STALE), 'retention-status': ((), {}), 'retention-run': ((), {}),
    'audit-verify': ((), {}), 'audit-sign': ((), {}), 'audit-head': ((), {}),
}


def read_table():
    """{word: ({role: may}, what becomes of it where a ticket is restricted to others)} of docs/members.md."""
    with open(os.path.join(t.SRC, 'docs/members.md'), encoding='utf-8') as file:
        rows = [[cell.strip() for cell in line.strip().strip('|').split('|')] for line in file if line.startswith('|')]
    head = next(row for row in rows if row[0] == 'verb')
    table = {}
    for row in rows[rows.index(head) + 2:]:
        if len(row) != len(head):
            break
        table[row[0]] = ({role: may == 'yes' for role, may in zip(head[1:-1], row[1:-1])}, row[-1])
    return table


def expected(table, word, role, situation):
    """Is it answered?"""
    may, scope = table[word]
    if not may[role]:
        return False
    if role == 'host' or situation in (OWN, OTHER, NAMED):
        return True
    if scope == 'refused':
        return False
    if scope == 'refused, unless nobody named can act':
        return situation == ORPHAN
    if scope == 'commander and administrator':
        return role in ('commander', 'administrator')
    assert scope in ('-', 'veiled', 'veiled or left out'), scope
    return True


class Site(Team):
    """Tickets of every situation; each is {ticket, message, held, mail}."""

    def __init__(self, tap):
        super().__init__(tap)
        assert self.demo.cli('members', 'add', USERS['administrator']).status == 0
        for role, login in list(USERS.items())[:-1] + [('handler', KEEPER)]:
            self.admin('members', 'add', login, '--role', role)
        self.tickets = {role: {OWN: self.new(own='%s has it' % role)} for role in USERS}
        shared = {OTHER: self.new(own='other', claimed=True), NAMED: self.new(own='for all', claimed=True),
                  OTHERS: self.new(own='kiwi others', claimed=True), ORPHAN: self.new(own='kiwi orphan TLP:RED')}
        for role, login in USERS.items():
            if role not in ('reader', 'researcher'):
                self.admin('assign', self.tickets[role][OWN]['ticket'], login)
            self.tickets[role].update(shared)
        self.tickets['host'] = dict(shared, **{OWN: shared[OTHER]})
        self.admin('assign', shared[OTHERS]['ticket'], KEEPER)
        self.admin('restrict', shared[NAMED]['ticket'], '--to', ','.join(USERS.values()))
        self.admin('restrict', shared[OTHERS]['ticket'], '--to', KEEPER)
        with open(self.demo.dir + '/draft.txt', 'wb') as file:
            file.write(b'an answer about ' + SECRET)
        os.chmod(self.demo.dir + '/draft.txt', 0o644)
        draft = self.run(KEEPER, 'reply', '--draft', '-f', self.demo.dir + '/draft.txt', shared[OTHERS]['ticket'])
        tap.ok(draft.status == 0, 'an answer waits there', draft)
        for situation in (OTHERS, ORPHAN):
            shown = self.run(USERS['administrator'], 'show', '--json', shared[situation]['ticket']).json
            tap.ok(shown['veiled'], 'one ticket is %s' % situation, shown)
        held = self.run(KEEPER, 'held', '--json').lines
        for ticket in shared.values():
            ticket['held'] = next((h['queue_id'] for h in held if h['ticket'] and h['ticket'].endswith(ticket['ticket'])), None)

    def admin(self, *words):
        result = self.run(USERS['administrator'], *words)
        assert result.status == 0, (words, result)
        return result

    def new(self, own, claimed=False):
        """A ticket about @own; @claimed: and a held mail of a stranger that claims it."""
        who = 'kiwi@reporter.example' if 'kiwi' in own else 'plain@reporter.example'
        text = 'TLP:RED kiwi\n' if 'TLP:RED' in own else 'see http://kiwi-evil.com/\n' if 'kiwi' in own else 'text\n'
        before = {i['number'] for i in self.admin('list', '--json').lines}
        self.report(own, text, who)
        found = t.wait_for(lambda: [i for i in self.admin('list', '--json').lines if i['number'] not in before], 20)[0]
        ticket = {'ticket': found['number'], 'message': 1, 'mail': '', 'held': None}
        if 'TLP:RED' not in own:
            mail = [e for e in self.admin('show', '--json', found['number']).json['thread'] if e['queue_id']][0]
            ticket.update(message=mail['id'], mail=mail['queue_id'])
        if claimed:
            held = len(self.admin('held', '--json').lines)
            self.report('[%s] %s' % (found['ticket'], own), text, 'stranger@elsewhere.example')
            assert t.wait_for(lambda: len(self.admin('held', '--json').lines) > held, 20)
        return ticket

    def arguments(self, word, ticket, second=None):
        wants, more = WORDS[word]
        found = {name: (ticket['mail'] or 'x') if what == 'MAIL' else what for name, what in more.items()}
        if T in wants:
            found['ticket'] = ticket['ticket']
        if M in wants:
            found['message'] = ticket['message']
        if H in wants:
            found['id'] = ticket['held'] or 'x'
        for name in set(wants) - {T, M, H}:  # a second ticket
            found[name] = (second or self.tickets['host'][OTHER])['ticket']
        return found

    def ask_as(self, role, questions):
        """[(word, code, is veiled, tells the secret)] of the answers to @questions, asked by a child with the role's user."""
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                if role != 'host':
                    user = pwd.getpwnam(USERS.get(role, KEEPER))
                    os.setgroups([grp.getgrnam(GROUP).gr_gid])
                    os.setgid(user.pw_gid)
                    os.setuid(user.pw_uid)
                keeper = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                keeper.settimeout(60)
                keeper.connect(self.socket)
                answers = []
                for word, arguments in questions:
                    said, code, body = madowire.ask(keeper, word, arguments)
                    tells = SECRET in body or (word == 'status' and b' #2' in body and role != 'host')
                    answers.append((said, code, b'veiled\0' in body, tells))
                os.write(write, json.dumps(answers).encode())
            except Exception as problem:
                os.write(write, json.dumps([str(problem)]).encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, 'rb') as pipe:
            data = pipe.read()
        os.waitpid(pid, 0)
        return json.loads(data or b'[]')


def situations_of(word, role, site):
    """What of its tickets a word is asked of; one that asks of none is asked once."""
    wants = WORDS[word][0]
    if not wants:
        return [OTHERS]
    return [s for s in (OWN, OTHER, NAMED, OTHERS, ORPHAN) if H not in wants or site.tickets[role][s]['held']]


def check_role(site, table, role):
    cases = [(word, situation) for word in table if word in WORDS for situation in situations_of(word, role, site)]
    answers = site.ask_as(role, [(word, site.arguments(word, site.tickets[role][situation])) for word, situation in cases])
    if len(answers) != len(cases):
        site.tap.ok(False, '%s: every question is answered' % role, answers)
        return
    wrong = []
    for (word, situation), (said, code, veiled, told) in zip(cases, answers):
        want = expected(table, word, role, situation) and word not in WRONG
        if (said == 'error' and re.match('(?i)denied', code or '') is not None) == want:
            wrong.append('%s of %s: %s %s' % (word, situation, said, code))
        if told:
            wrong.append('%s of %s tells what is restricted to others' % (word, situation))
        if table[word][1] == 'veiled' and want and situation in (OTHERS, ORPHAN) and not (said == 'ok' and veiled):
            wrong.append('%s of %s is not veiled' % (word, situation))
    site.tap.ok(not wrong, '%s: %d questions are answered or refused as the document says' % (role, len(cases)), '\n'.join(wrong))


def check_second(site, table):
    """Words that name two tickets: one of them restricted to others is enough to be refused."""
    wrong, n = [], 0
    for role in USERS:
        own, others = site.tickets[role][OWN], site.tickets[role][OTHERS]
        words = [w for w in WORDS if set(WORDS[w][0]) - {T, M, H} and w in table and table[w][0][role]]
        questions = [(w, site.arguments(w, own, others)) for w in words]
        for _, arguments in questions:
            arguments.pop('if_version', None)  # which is looked at first
        answers = site.ask_as(role, questions)
        wrong += ['%s by %s: %s' % (w, role, a) for w, a in zip(words, answers) if a[1] != 'denied']
        n += len(answers)
    site.tap.ok(not wrong and n > 5, 'a second ticket that is restricted to others is refused, too', wrong)


def check_keeper(site):
    """Who is named is told: else the others would be told nothing for another reason."""
    ticket = site.tickets['host'][OTHERS]
    asked = site.arguments('search', ticket)
    found = t.wait_for(lambda: site.ask_as('keeper', [('search', asked)])[0][3], 20)  # it is read into the index after it came
    site.tap.ok(found, 'who is named finds it')
    told = [w for w in ('list', 'show', 'triage', 'drafts', 'held', 'held-show', 'raw', 'status')
            if site.ask_as('keeper', [(w, site.arguments(w, ticket))])[0][3]]
    site.tap.equal(told, ['list', 'show', 'drafts', 'held', 'held-show', 'raw', 'status'], 'who is named is told')


def main():
    tap = t.Tap()
    t.need_programs()
    if os.geteuid() != 0:
        tap.skip('authorisation', 'several users of the host are needed, so this runs as root alone')
        tap.done()
    table = read_table()
    tap.ok(len(table) > 45, 'the document has a table', table)
    tap.equal(sorted(set(table) - set(WORDS)), [], 'every word of it is asked here')
    tap.equal(sorted(set(WORDS) - set(table)), [], 'and no other')
    site = Site(tap)
    check_keeper(site)
    check_second(site, table)
    for role in list(USERS) + ['host']:
        check_role(site, table, role)
    tap.equal(site.demo.cli('account').status, 0, 'the account balances')
    tap.equal(site.demo.stop(), 0, 'the demo stops')
    tap.done()


if __name__ == '__main__':
    main()
