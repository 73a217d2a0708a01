#!/usr/bin/env python3
"""A gateway of the first version of the store (tests/upgrade): this one takes it over. Tickets, threads, mails, members' work,
duplicates, threading, the answer that waited and what addresses are known by are what they were; nothing is left in the clear."""
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

DATA = os.path.join(t.SRC, 'tests', 'upgrade')
ALICE, BOB = 'alice@reporter.example', 'bob@reporter.example'
FIRST, SECOND = 'EXCSIRT #2026-000001', 'EXCSIRT #2026-000002'
# Words of its mails.
SECRET = ('kestrel', 'zebrafinch', 'reporter.example', '不審な通信', '運用', 'botnet')


def read(*names):
    with open(os.path.join(*names), 'rb') as file:
        return file.read()


def files_below(top):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names)


def old_gateway():
    """The directory as the first version left it."""
    top = t.short_dir('u') + '/d'
    shutil.copytree(DATA + '/files', top)
    for name in ('spool/new', 'spool/active', 'spool/tmp', 'spool/held', 'outgoing', 'run', 'gnupg'):
        os.makedirs(os.path.join(top, name), exist_ok=True)
    for folder, _, files in os.walk(top):
        os.chmod(folder, 0o700)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o600)
    gpg = t.Gpg()
    gpg.load(read(DATA, 'team.asc'))
    gpg.load(read(DATA, 'known.asc'))
    subprocess.run(['gpgconf', '--homedir', gpg.home, '--kill', 'gpg-agent'], check=False, stdout=subprocess.DEVNULL)
    for name in ('pubring.kbx', 'private-keys-v1.d'):
        (shutil.copytree if os.path.isdir(gpg.home + '/' + name) else shutil.copy)(gpg.home + '/' + name, top + '/gnupg/' + name)
    shutil.copy(DATA + '/madoguchi-pins', top + '/gnupg/madoguchi-pins')
    store = sqlite3.connect(top + '/store.db')
    store.executescript(read(DATA, 'store.sql').decode().replace('@DIR@', top))
    store.execute('PRAGMA journal_mode = WAL')
    store.close()
    conf = read(DATA, 'gateway.conf').decode().replace('@DIR@', top).replace('@TEMPLATES@', os.path.join(t.SRC, 'conf', 'templates'))
    with open(top + '/madoguchi.conf', 'w', encoding='utf-8') as file:
        file.write(conf)
    expected = json.loads(read(DATA, 'expected.json').decode().replace('@DIR@', top))
    with open(top + '/team.asc', 'wb') as file:
        file.write(gpg.export(expected['team']))
    return top, expected


def differences(old, new, where=''):
    """What `old` said and `new` says otherwise or not at all; what only `new` says is none."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key not in new:
                yield '%s.%s: gone' % (where, key)
            else:
                yield from differences(value, new[key], where + '.' + key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (one, other) in enumerate(zip(old, new)):
            yield from differences(one, other, '%s[%d]' % (where, n))
    elif old != new:
        yield '%s: %r, was %r' % (where, new, old)


def settled_delivery(old):
    """The thread as it is once the answer that waited has left."""
    for incident in old['show'].values():
        for entry in incident['thread']:
            if entry['direction'] == 'out':
                entry['delivery'] = 'sent'
    return old


def says_the_same(tap, demo, old):
    tap.equal(list(differences(old['account'], demo.account())), [], 'the account is what it was')
    tap.equal(list(differences(old['list'], demo.incidents())), [], 'the queue is: %d tickets' % len(old['list']))
    tap.equal(list(differences(old['held'], demo.cli('held', '--json').lines)), [], 'what is held is')
    waits = [incident['ticket'] for incident in old['show'].values()
             for entry in incident['thread'] if entry['direction'] == 'out' and entry['delivery'] != 'sent']
    tap.equal(len(waits), 1, 'one answer waited')
    sent = t.wait_for(lambda: all(entry['delivery'] == 'sent' for entry in demo.show(waits[0])['thread'] if entry['direction'] == 'out'), 60)
    tap.ok(sent, 'it leaves now', demo.log()[-2000:])
    for ticket, incident in settled_delivery(old)['show'].items():
        tap.equal(list(differences(incident, demo.show(ticket))), [], '%s says what it said: %d entries' % (ticket, len(incident['thread'])))
    wrong = []
    for place, digest in old['bytes'].items():
        prefix, number, *rest = place.split(' ')
        ticket = prefix + ' ' + number
        got = demo.cli('raw' if len(rest) == 1 else 'part', ticket, *rest)
        if hashlib.sha256(got.out).hexdigest() != digest:
            wrong.append((place, got))
    tap.equal(wrong, [], 'every mail and every attachment is, byte by byte: %d' % len(old['bytes']))
    why = demo.cli('policy', 'explain', SECOND)
    tap.contains(why.text, 'hanako', 'whom a member gave a ticket to stands among the decisions')


def works_on(tap, demo, old):
    """New mails meet what the old version kept."""
    gpg = t.Gpg()
    gpg.load(read(DATA, 'reporters.asc'))
    team = gpg.load(demo.team_key)[0]
    accepted = old['account']['accepted']
    demo.send(read(DATA, 'report.eml'), ALICE)
    account = demo.settle(accepted=accepted + 1)
    tap.equal(account and account['states']['duplicate'], old['account']['states']['duplicate'] + 1, 'a mail of then that comes again is a duplicate')
    mid = t.message_id()
    demo.send(t.pgp_encrypted(gpg, ALICE, t.TEAM, '...', t.text_entity('It goes on\r\n'), [team], old['alice'], mid,
                              headers=[('In-Reply-To', old['answer']), ('References', old['answer'])], inner_subject='Re: kestrel'), ALICE)
    demo.settle(accepted=accepted + 2)
    incident = demo.ticket_of(mid)
    tap.equal(incident and (incident['ticket'], incident['signature']), (FIRST, 'good'), 'an answer to what the old version sent joins its ticket')
    mid = t.message_id()
    demo.send(t.plain(BOB, t.TEAM, 'Once more, without my key', 'Really me\r\n', mid=mid), BOB)
    demo.settle(accepted=accepted + 3)
    incident = demo.ticket_of(mid)
    warning = [entry['key_warning'] for entry in incident['thread'] if entry.get('key_warning')] if incident else []
    tap.ok(warning and old['bob'] in json.dumps(warning).upper(), 'who signed then is missed when he does not', incident)
    for ticket in old['show']:
        tap.equal(demo.cli('reopen', ticket).status, 0, '%s can be read again' % ticket)
    digest = '07f15cde5b181425db8524becd96263d600c9652c7de5b89fe1a644f8fd0724b'
    found = t.wait_for(lambda: {FIRST, SECOND} <= {one['ticket'] for one in demo.cli('search', '--json', 'indicator:' + digest).lines}, 30)
    tap.ok(found and any(one['ticket'] == SECOND for one in demo.show(FIRST)['relations']), 'then they are related by what both name',
           demo.show(FIRST)['relations'])
    tap.ok(t.wait_for(lambda: demo.cli('search', '--json', '不審な通信').lines, 30), 'and by its words')
    tap.equal(demo.account()['balanced'], True, 'the account balances')


def marks_left(top):
    """Where in the clear a word of a mail stands, besides the mails that went out and public keys."""
    found = []
    for name in files_below(top):
        if '/outgoing/' in name or '/gnupg/' in name or name.endswith(('.asc', '.conf', '/pubring.kbx')):
            continue
        try:
            data = read(name)
        except OSError:  # a socket, or gone meanwhile
            continue
        found += [(os.path.relpath(name, top), word) for word in SECRET if word.encode() in data or word.encode('iso-2022-jp') in data]
    return found


def main():
    tap = t.Tap()
    t.need_programs()
    top, old = old_gateway()
    tap.ok(len({word for _, word in marks_left(top)}) >= 4, 'the old store is in the clear', marks_left(top))
    demo = t.Demo(where=top)
    says_the_same(tap, demo, old)
    tap.ok(t.wait_for(lambda: marks_left(top) == [], 15), 'nothing of it is left in the clear', marks_left(top))
    works_on(tap, demo, old)
    checks = {line['name']: line['status'] for line in demo.cli('doctor', '--json').lines}
    tap.ok('fail' not in checks.values(), 'doctor finds no failure', checks)
    tap.equal(demo.stop(), 0, 'an orderly end')
    tap.equal(marks_left(top), [], 'and still nothing in the clear')
    tap.done()


if __name__ == '__main__':
    main()
