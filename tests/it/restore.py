#!/usr/bin/env python3
"""Backup and restore as docs/web.md tells it: the keeper stands still for the copy while mail comes in; on another machine, with the team's
key, everything is there: the account balances, tickets and archived mails open, keys are pinned, members log in with their passwords
and second devices, and what was waiting in the spool is settled. Sessions of before can be ended."""
import json
import os
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'
ALICE = 'alice@reporter.example'
# What docs/web.md says has to be copied; in a demonstration the team's secret key lies in gnupg, too.
PARTS = ('store.db', 'store.db-wal', 'store.db.key', 'archive', 'gnupg', 'spool', 'madoguchi.conf', 'triage.conf')


def fill(tap, demo, web):
    """A day's work; returns what has to be found again."""
    gpg = t.Gpg()
    alice = gpg.generate('Alice <%s>' % ALICE)
    path = demo.dir + '.alice.asc'
    with open(path, 'wb') as file:
        file.write(gpg.export(alice))
    tap.equal(demo.cli('keys', 'import', '--pin', path).status, 0, 'a key is pinned')
    mids = [t.message_id() for _ in range(3)]
    raws = [t.plain(ALICE, t.TEAM, 'report %d' % i, 'it is about 192.0.2.%d\n' % i, mid=mid) for i, mid in enumerate(mids)]
    for raw in raws:
        tap.equal(demo.send(raw, ALICE), [250], 'a mail is taken')
    ticket = demo.ticket_of(mids[0])['ticket']
    demo.settle(accepted=3)
    demo.cli('members', 'add', 'hanako', '--role', 'administrator')
    invitation = json.loads(demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    hanako = w.Browser(web)
    secret = hanako.set_up(invitation, PASSWORD)
    number = next(i['number'] for i in hanako.get('/api/v1/incidents').json['items'] if i['ticket'] == ticket)
    tap.equal(hanako.post('/api/v1/incidents/%s/note' % number, {'text': 'the bank was called'}).status, 200, 'a note')
    return {'number': number, 'secret': secret, 'jar': dict(hanako.jar), 'key': alice, 'raw': raws[0]}


def copy(demo, new):
    """The keeper stands still, the doors do not; the mail that comes meanwhile is in the copy, too."""
    keeper = demo.role_pids('keeper')[0]
    os.kill(keeper, signal.SIGSTOP)
    codes = demo.send(t.plain(ALICE, t.TEAM, 'meanwhile', 'it came during the backup\n', mid=t.message_id()), ALICE)
    waiting = os.listdir(demo.spool + '/new')
    os.mkdir(new, 0o700)
    for name in PARTS:
        path = os.path.join(demo.dir, name)
        if os.path.isdir(path):
            shutil.copytree(path, os.path.join(new, name), ignore=lambda top, names: [n for n in names if n.startswith('S.')])
        elif os.path.exists(path):
            shutil.copy2(path, new)
    os.kill(keeper, signal.SIGCONT)
    with open(new + '/madoguchi.conf', encoding='utf-8') as file:
        text = file.read()
    with open(new + '/madoguchi.conf', 'w', encoding='utf-8') as file:
        file.write(text.replace(demo.dir + '/', new + '/'))
    return codes, waiting


def compare(tap, demo, web, kept):
    settled = demo.settle(accepted=4)
    tap.ok(settled is not None and settled['accepted'] == 4 and settled['balanced'] and not settled['states']['pending'] and not settled['states']['held'],
           'the account balances, and what waited in the spool is settled', settled)
    old = w.Browser(web)
    old.jar = dict(kept['jar'])
    tap.equal(old.get('/api/v1/session').status, 200, 'a session that was young is good still')
    demo.cli('members', 'log-out', 'hanako')
    tap.equal(old.get('/api/v1/session').status, 401, 'until it is ended')
    hanako = w.Browser(web)
    tap.equal(hanako.log_in('hanako', 'wrong horse battery', w.totp(kept['secret'], time.time() + 30)).status, 403, 'a wrong password is one here, too')
    tap.equal(hanako.log_in('hanako', PASSWORD, w.totp(kept['secret'], time.time() + 30)).status, 200, 'a member logs in as before')
    shown = hanako.get('/api/v1/incidents/' + kept['number']).json
    texts = [entry.get('text') or (entry.get('report') or {}).get('text') or '' for entry in shown['thread']]
    tap.ok(any('it is about 192.0.2.0' in x for x in texts) and 'the bank was called' in texts, 'what was written is there', texts)
    entry = next(e for e in shown['thread'] if e['direction'] == 'in')
    raw = hanako.get('/api/v1/incidents/%s/messages/%s/raw' % (kept['number'], entry['id']))
    tap.ok(raw.status == 200 and b'it is about 192.0.2.0' in raw.body, 'the archived mail opens', raw)
    known = hanako.get('/api/v1/search?query=192.0.2.2').json['items']
    tap.equal(len(known), 1, 'what it says is found')
    tap.ok(kept['key'] in demo.cli('keys', 'ls', '--json').text and ALICE in demo.cli('keys', 'show', kept['key']).text, 'the key is pinned')
    lines = [line for line in demo.cli('doctor', '--json').lines if line['status'] == 'fail']
    tap.equal(lines, [], 'doctor finds nothing that fails')
    tap.equal(demo.cli('audit', 'verify').status, 0, 'the audit is whole')


def main():
    t.need_programs()
    tap, top = t.Tap(), t.short_dir('r')
    demo = t.Demo(where=top + '/a', web='unix:%s/a.sock' % top)
    kept = fill(tap, demo, top + '/a.sock')
    codes, waiting = copy(demo, top + '/b')
    tap.ok(codes == [250] and len(waiting) == 1, 'mail is taken during the backup, and waits', (codes, waiting))
    after = demo.settle(accepted=4)
    tap.ok(after['balanced'] and not after['states']['pending'], 'and is settled here afterwards', after)
    tap.equal(demo.stop(), 0, 'the first machine is gone')
    shutil.rmtree(top + '/a')
    other = t.Demo(where=top + '/b', web='unix:%s/b.sock' % top)
    compare(tap, other, top + '/b.sock', kept)
    tap.equal(other.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
