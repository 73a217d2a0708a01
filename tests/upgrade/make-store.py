#!/usr/bin/env python3
"""Makes the files beside it from a gateway of the first version of the store; see README. Not part of any test run."""
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'lib'))
import madotest as t  # noqa: E402

DIGEST = '07f15cde5b181425db8524becd96263d600c9652c7de5b89fe1a644f8fd0724b'  # of a file that two reports name
ALICE, BOB, CAROL = 'alice@reporter.example', 'bob@reporter.example', 'carol@reporter.example'


def put(name, data):
    path = os.path.join(HERE, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(data)


def take(path):
    with open(path, 'rb') as file:
        return file.read()


def send(demo, raw, frm):
    demo.sent = getattr(demo, 'sent', 0) + 1
    demo.send(raw, frm)
    demo.settle(accepted=demo.sent)


def sent_to(demo, mid):
    return t.header(demo.reply_to(mid), 'Message-ID')


def fill(demo, gpg, alice, bob, team):
    """Reports encrypted, signed and in the clear, an answer in a thread, a mail twice, one that opens to nobody, members' work."""
    body = t.part_entity([t.text_entity('kestrel talks to a botnet\r\nSHA-256: %s\r\nPassword: zebrafinch\r\n' % DIGEST),
                          t.attachment('log.txt', b'GET /evil\n')])
    first = t.message_id()
    report = t.pgp_encrypted(gpg, ALICE, t.TEAM, '...', body, [team], alice, first, inner_subject='Compromised webserver kestrel')
    send(demo, report, ALICE)
    answer = sent_to(demo, first)
    send(demo, t.pgp_encrypted(gpg, ALICE, t.TEAM, '...', t.text_entity('And kestrel again\r\n'), [team], alice,
                               headers=[('In-Reply-To', answer), ('References', answer)], inner_subject='Re: kestrel'), ALICE)
    send(demo, report, ALICE)
    send(demo, t.pgp_signed(gpg, BOB, t.TEAM, 'Phishing page', t.text_entity('At hxxp://bad[.]example/login, it loads %s\r\n' % DIGEST), bob), BOB)
    japanese = t.message_id()
    send(demo, t.plain(CAROL, t.TEAM, '不審な通信の報告', 'お世話になっております。\r\n不審な通信を確認しました。\r\n', 'iso-2022-jp', japanese), CAROL)
    sent_to(demo, japanese)
    lost = gpg.generate('Nobody <nobody@reporter.example>')
    send(demo, t.pgp_encrypted(gpg, CAROL, t.TEAM, '...', t.text_entity('To nobody\r\n'), [lost]), CAROL)
    by = {one['subject']: one['ticket'] for one in demo.incidents()}
    for words in (('take', by['Compromised webserver kestrel']), ('note', by['Compromised webserver kestrel'], 'Asked the 運用 team'),
                  ('assign', by['Phishing page'], 'hanako'), ('state', by['Phishing page'], 'rejected', 'not ours'),
                  ('state', by['不審な通信の報告'], 'resolved')):
        assert demo.cli(*words).status == 0, words
    t.wait_for(lambda: all(entry['delivery'] == 'sent' for one in demo.incidents() for entry in demo.show(one['ticket'])['thread']
                           if entry['direction'] == 'out'), 20)
    # One answer cannot leave, and one mail is held.
    os.rename(demo.dir + '/outgoing', demo.dir + '/away')
    put_aside = t.plain('dave@reporter.example', t.TEAM, 'Answer in the outbox', 'please wait\r\n')
    with open(demo.dir + '/outgoing', 'wb') as file:
        file.write(b'')
    send(demo, put_aside, 'dave@reporter.example')
    t.wait_for(lambda: any(entry.get('delivery') not in (None, 'sent') for one in demo.incidents()
                           for entry in demo.show(one['ticket'])['thread'] if entry['direction'] == 'out'), 20)
    put('report.eml', report)
    return {'answer': answer}


def said(demo):
    tickets = [one['ticket'] for one in demo.incidents()]
    shown = {ticket: demo.show(ticket) for ticket in tickets}
    raw = {}
    for ticket, incident in shown.items():
        for entry in incident['thread']:
            if entry.get('report'):
                raw['%s %d' % (ticket, entry['id'])] = hashlib.sha256(demo.cli('raw', ticket, entry['id']).out).hexdigest()
                for part in entry['report']['parts']:
                    raw['%s %d %s' % (ticket, entry['id'], part['path'])] = hashlib.sha256(
                        demo.cli('part', ticket, entry['id'], part['path']).out).hexdigest()
    return {'list': demo.incidents(), 'show': shown, 'bytes': raw, 'account': demo.account(), 'held': demo.cli('held', '--json').lines}


def keep(demo, gpg, secrets, marks):
    home = demo.setting('crypto', 'gnupg-home')

    def team(*words):
        return subprocess.run(['gpg', '--homedir', home, '--batch', '--passphrase', '', '--pinentry-mode', 'loopback', '--armor', *words],
                              capture_output=True, check=True).stdout
    put('team.asc', team('--export-secret-keys'))
    put('known.asc', team('--export'))
    put('reporters.asc', b''.join(gpg.export_secret(key) for key in secrets))
    put('madoguchi-pins', take(home + '/madoguchi-pins'))
    conf = take(demo.conf_file).replace(demo.dir.encode(), b'@DIR@')
    put('gateway.conf', conf.replace(demo.setting('reply', 'templates').encode(), b'@TEMPLATES@'))
    store = sqlite3.connect(demo.dir + '/store.db')
    schema = store.execute('PRAGMA user_version').fetchone()[0]
    assert schema == 1
    put('store.sql', ('\n'.join(store.iterdump()) + '\nPRAGMA user_version = %d;\n' % schema).replace(demo.dir, '@DIR@').encode())
    shutil.rmtree(HERE + '/files', ignore_errors=True)
    for top in ('archive', 'spool'):
        for folder, _, names in os.walk(os.path.join(demo.dir, top)):
            for name in names:
                path = os.path.join(folder, name)
                put(os.path.join('files', os.path.relpath(path, demo.dir)), take(path))
    put('expected.json', (json.dumps(marks, ensure_ascii=False, indent=1, sort_keys=True) + '\n').replace(demo.dir, '@DIR@').encode())


def main():
    demo, gpg = t.Demo(), t.Gpg()
    demo.stop()
    home, key = demo.setting('crypto', 'gnupg-home'), demo.setting('team', 'key')
    for sub in ((), ('*',)):
        subprocess.run(['gpg', '--homedir', home, '--batch', '--quick-set-expire', key, '0', *sub], check=True)
    with open(demo.dir + '/team.asc', 'wb') as file:
        file.write(subprocess.run(['gpg', '--homedir', home, '--armor', '--export', key], capture_output=True, check=True).stdout)
    demo.start()
    team = gpg.load(demo.team_key)[0]
    alice, bob = gpg.generate('Alice <%s>' % ALICE), gpg.generate('Bob <%s>' % BOB)
    for one in (alice, bob):
        with open(demo.dir + '/one.asc', 'wb') as file:
            file.write(gpg.export(one))
        assert demo.cli('keys', 'import', '--pin', demo.dir + '/one.asc').status == 0
    marks = fill(demo, gpg, alice, bob, team)
    marks.update(said(demo), alice=alice, bob=bob, team=team)
    assert demo.stop() == 0
    keep(demo, gpg, (alice, bob), marks)


if __name__ == '__main__':
    main()
