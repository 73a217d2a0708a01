#!/usr/bin/env python3
"""The keys of the store: wrapped to the team, opened at each start, refused when they are missing, changed or another team's;
never shown in a ticket, whoever mails the file in. A copy of store and archive without the team's key opens nothing, and an
archive file that was moved or changed is refused."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

REPORTER = 'alice@reporter.example'
WORD = 'zebrafinch'


class Site:
    def __init__(self, tap):
        self.tap = tap
        self.demo = t.Demo()
        self.gpg = t.Gpg()
        self.alice = self.gpg.generate('Alice <%s>' % REPORTER)
        self.team = self.gpg.load(self.demo.team_key)[0]
        self.key_file = self.demo.dir + '/store.db.key'

    def report(self, text, mid=None):
        entity = t.text_entity(text)
        return t.pgp_encrypted(self.gpg, REPORTER, t.TEAM, '...', entity, [self.team], self.alice, mid, inner_subject='A report')

    def secrets(self):
        """What the file holds, by the team's own gpg."""
        home = self.demo.setting('crypto', 'gnupg-home')
        done = subprocess.run(['gpg', '--homedir', home, '--batch', '--quiet', '--decrypt', self.key_file], capture_output=True, check=False)
        return done.stdout


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data)


def start_badly(demo):
    """Starts a demo that shall refuse; (exit status, what it said)."""
    done = subprocess.run([t.program('madoguchid'), '--demo', demo], capture_output=True, timeout=90, check=False, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, MADO_SRC=t.SRC, MADO_BUILD=t.BUILD))
    return done.returncode, done.stderr.decode('utf-8', 'replace')


def wrapped(site):
    tap, demo = site.tap, site.demo
    text = read(site.key_file)
    tap.ok(text.startswith(b'-----BEGIN PGP MESSAGE-----') and b'index-key' not in text, 'the keys rest as an OpenPGP message')
    tap.equal(os.stat(site.key_file).st_mode & 0o777, 0o600, 'for the keeper alone')
    tap.ok(site.secrets().startswith(b'madoguchi-vault: 1\nindex-key: '), "the team's key opens it: whoever holds it can recover the store")
    mid = t.message_id()
    demo.send(site.report('Password of the archive: %s\n' % WORD, mid), REPORTER)
    demo.settle(accepted=1)
    incident = demo.ticket_of(mid)
    tap.equal(demo.stop(), 0, 'an orderly end')
    demo.start()
    again = demo.show(incident['ticket'])
    tap.contains(again['thread'][0]['report']['text'], WORD, 'after a new start the ticket still opens')
    tap.equal(read(site.key_file), text, 'with the same file of keys')
    return incident['ticket']


def mailed(site):
    """Somebody has a copy of the file, and sends it in so that the team's gateway opens it."""
    tap, demo = site.tap, site.demo
    armour, secrets = read(site.key_file), site.secrets()
    words = [line.split()[-1] for line in secrets.splitlines()[1:]]
    inline = t.text_entity('Dear team, what is this?\r\n\r\n' + armour.decode())
    forms = {
        'as PGP/MIME': t.encrypted_entity(armour),
        'inline': inline,
        'as an attachment': t.part_entity([t.text_entity('see there'), t.attachment('store.db.key.asc', armour)]),
        'as a forwarded file inside an encrypted mail': t.encrypted_entity(site.gpg.encrypt([site.team], inline, site.alice)),
    }
    for name, entity in forms.items():
        mid = t.message_id()
        mail = t.compose(t.outer_headers(REPORTER, t.TEAM, 'A file', mid), entity)
        demo.send(mail, REPORTER)
        incident = demo.ticket_of(mid)
        shown = demo.cli('show', '--json', incident['ticket']).out + demo.cli('show', incident['ticket']).out
        path = demo.dir + '/mailed.eml'
        write(path, mail)
        opened = demo.cli('open', '--json', path)
        parts = b''.join(demo.cli('part', incident['ticket'], str(entry['id']), part['path']).out
                         for entry in incident['thread'] if entry.get('report') for part in entry['report']['parts'])
        for word in words + [b'index-key']:
            seen = [where for where, data in (('show', shown), ('open', opened.out), ('part', parts)) if word in data]
            tap.equal(seen, [], '%s: no key is shown (%s...)' % (name, word.decode()[:6]))
        tap.ok(b'withheld' in opened.out and b'withheld' in shown, '%s: it says that it is withheld' % name, opened.out[-600:])


def opener_away(site):
    """While the keeper waits, mail is taken; afterwards nothing is missing."""
    tap, demo = site.tap, site.demo
    opener = demo.role_pids('opener')
    before = demo.account()['accepted']
    for pid in opener:
        os.kill(pid, signal.SIGSTOP)
    try:
        demo.kill_role('keeper')
        t.wait_for(lambda: demo.role_pids('keeper'), 20)
        mid = t.message_id()
        codes = demo.send(site.report('While you waited\n', mid), REPORTER)
        tap.ok(codes and all(str(code).startswith('250') or code == 250 for code in codes), 'mail is taken while the keeper waits for the opener', codes)
    finally:
        for pid in opener:
            os.kill(pid, signal.SIGCONT)
    tap.ok(demo.settle(accepted=before + 1) is not None, 'and settled when it is back')


def moved_file(site):
    tap, demo = site.tap, site.demo
    mids = [t.message_id(), t.message_id()]
    for mid in mids:
        demo.send(site.report('One of two\n', mid), REPORTER)
    demo.settle()
    incidents = [demo.ticket_of(mid) for mid in mids]
    paths = []
    for incident in incidents:
        qid = incident['thread'][0]['queue_id']
        paths += [os.path.join(where, qid) for where, _, files in os.walk(demo.setting('store', 'archive')) if qid in files]
    raws = [(incident['ticket'], str(incident['thread'][0]['id'])) for incident in incidents]
    tap.equal([demo.cli('raw', *raw).status for raw in raws], [0, 0], 'raw shows both')
    first, second = map(read, paths)
    write(paths[0], second)
    got = demo.cli('raw', *raws[0])
    tap.ok(got.status == 65 and b'does not belong here' in got.err and not got.out, 'an archive file in the place of another is refused', got)
    write(paths[0], first[:-20])
    tap.equal(demo.cli('raw', *raws[0]).status, 65, 'a cut one too')
    write(paths[0], first[:100] + bytes([first[100] ^ 1]) + first[101:])
    got = demo.cli('reopen', incidents[0]['ticket'])
    tap.ok(got.status == 65, 'and a changed one is not opened again', got)
    write(paths[0], first)
    tap.equal(demo.cli('raw', *raws[0]).status, 0, 'as it was: shown')


def status_of(demo):
    return demo.cli('vault', 'status', '--json').json


def settled(demo):
    """Waits until nothing is being sealed anew."""
    def look():
        status = status_of(demo)
        return status if not status['is_renewing'] and status['data_keys'] == 1 else None
    return t.wait_for(look, 60, 0.1)


def doctor_of(demo, name='vault'):
    return {line['name']: line for line in demo.cli('doctor', '--json').lines}.get(name, {})


def rotated(site, ticket):
    """A new data key while mail comes in; then the former one opens nothing any more."""
    tap, demo = site.tap, site.demo
    status = settled(demo)
    tap.ok(status and status['schema'] == 'madoguchi.vault/1' and status['keys'] == [site.team] and status['is_current'] and status['data_key'] == 1,
           'vault status: one data key, for the team key', status)
    tap.equal(doctor_of(demo).get('status'), 'ok', 'doctor: in order')
    before = site.secrets()
    got = demo.cli('vault', 'rotate', '--json')
    tap.ok(got.status == 0 and got.json['data_key'] == 2 and got.json['is_renewing'], 'vault rotate: a new data key seals', got)
    tap.equal(demo.cli('vault', 'rotate').status, 1, 'a second one meanwhile: no')
    demo.kill_role('keeper')  # and it goes on after the next start
    t.wait_for(lambda: demo.account() is not None, 30)
    mid = t.message_id()
    demo.send(site.report('In between\n', mid), REPORTER)
    demo.settle()
    status = settled(demo)
    tap.ok(status and status['data_key'] == 2 and (status['values_left'], status['files_left'], status['failed']) == (0, 0, 0),
           'everything is sealed anew, the former key is retired', status)
    after = site.secrets()
    tap.ok(b'data-key 2: ' in after and b'data-key 1: ' not in after and before.splitlines()[1] == after.splitlines()[1],
           'the file holds the new key alone, and the same key of the index')
    for where, _, files in os.walk(demo.setting('store', 'archive')):
        for name in files:
            tap.equal(read(os.path.join(where, name))[:21], b'madoguchi-sealed: 1\n\x02', 'an archived mail is sealed by it')
    tap.contains(demo.show(ticket)['thread'][0]['report']['text'], WORD, 'and the ticket reads as before')
    got = demo.cli('audit', 'verify')
    tap.equal(got.status, 0, 'audit verify: whole')
    text = demo.cli('vault').text
    tap.ok(site.team in text and 'data key 2 seals' in text, 'vault: in words', text)
    tap.equal(demo.cli('vault', 'destroy').status, 64, 'another word: exit 64')


def rolled_over(site, ticket):
    """The team gets a new key: the store is wrapped anew for it."""
    tap, demo = site.tap, site.demo
    demo.stop()
    home = demo.setting('crypto', 'gnupg-home')
    old = site.team
    new = site.gpg.generate('New team key <%s>' % t.TEAM)
    subprocess.run(['gpg', '--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', '--import'],
                   input=site.gpg.export_secret(new), check=True, capture_output=True)
    subprocess.run(['gpgconf', '--homedir', home, '--kill', 'gpg-agent'], check=False, capture_output=True)
    demo.configure('team', 'key', new)
    status, said = start_badly(demo.dir)
    tap.ok(status == 78 and 'old-keys' in said, 'the former key is not named: refused, and it says what to do', said[-300:])
    demo.configure('team', 'old-keys', old)
    demo.start()
    status = status_of(demo)
    tap.ok(not status['is_current'] and status['signer'] == old and status['keys'] == [old], 'vault status: not for the present key', status)
    tap.equal(doctor_of(demo).get('status'), 'warn', 'doctor warns')
    tap.ok(doctor_of(demo, 'vault-keys').get('status') == 'fail' and old in doctor_of(demo, 'vault-keys')['detail'],
           'and sees by the file itself for whom it is', doctor_of(demo, 'vault-keys'))
    tap.contains(doctor_of(demo).get('detail', ''), 'vault rewrap', 'and names the command')
    got = demo.cli('vault', 'rewrap', '--json')
    tap.ok(got.status == 0 and got.json['is_current'] and got.json['signer'] == new and sorted(got.json['keys']) == sorted([new, old]),
           'vault rewrap: signed by the new key, for both', got)
    demo.stop()
    subprocess.run(['gpg', '--homedir', home, '--batch', '--yes', '--delete-secret-keys', old], check=True, capture_output=True)
    demo.start()
    tap.contains(demo.show(ticket)['thread'][0]['report']['text'], WORD, 'without the secret part of the former key: it opens')
    site.team = new


def refusals(site, ticket):
    tap, demo = site.tap, site.demo
    demo.stop()
    good = read(site.key_file)
    os.rename(site.key_file, site.key_file + '.away')
    status, said = start_badly(demo.dir)
    tap.ok(status == 78 and 'missing' in said and site.key_file in said, 'the file is missing: refused, exit 78', said[-300:])
    got = doctor_of(demo, 'vault-keys')
    tap.ok(got.get('status') == 'fail' and site.key_file in got['detail'], 'doctor says so while nothing runs', got)
    tap.ok(not os.path.exists(site.key_file), 'and no new keys are made')
    middle = len(good) // 2
    write(site.key_file, good[:middle] + (b'A' if good[middle:middle + 1] != b'A' else b'B') + good[middle + 1:])
    status, said = start_badly(demo.dir)
    tap.ok(status == 78 and 'changed' in said, 'the file was changed: refused', said[-300:])
    forged = site.gpg.encrypt([site.team], site.secrets() or b'madoguchi-vault: 1\nindex-key: 00\n', site.alice)
    write(site.key_file, forged)
    status, said = start_badly(demo.dir)
    tap.ok(status == 78 and "not the team's" in said, 'signed by somebody else: refused', said[-300:])
    write(site.key_file, b'something else')
    tap.equal(doctor_of(demo, 'vault-keys').get('status'), 'fail', 'doctor knows a file that is none')
    write(site.key_file, good)
    got = doctor_of(demo, 'vault-keys')
    tap.ok(got.get('status') == 'ok' and site.team in got['detail'], 'and says who can open a good one', got)

    # The thief: store and archive, but a team's key of his own.
    thief = t.Demo()
    thief.stop()
    for name in os.listdir(thief.dir):
        if name.startswith('store.db'):
            os.unlink(os.path.join(thief.dir, name))
    shutil.rmtree(thief.dir + '/archive')
    shutil.copytree(demo.dir + '/archive', thief.dir + '/archive')
    for name in os.listdir(demo.dir):
        if name.startswith('store.db') and not name.endswith(('.lock', '.away')):
            shutil.copy(os.path.join(demo.dir, name), thief.dir)
    status, said = start_badly(thief.dir)
    tap.ok(status == 78 and 'no secret key here opens it' in said and re.search('encrypted to [0-9A-F]{16}', said),
           'a copy with the key of another team: refused, and it says for whom it is', said[-300:])
    os.unlink(thief.dir + '/store.db.key')
    status, said = start_badly(thief.dir)
    tap.ok(status == 78 and 'missing' in said, 'without the file: refused too', said[-300:])
    os.rename(thief.dir + '/store.db', thief.dir + '/away.db')
    for name in ('store.db-wal', 'store.db-shm'):
        if os.path.exists(thief.dir + '/' + name):
            os.unlink(thief.dir + '/' + name)
    thief.start()
    thief.stop()
    os.rename(thief.dir + '/away.db', thief.dir + '/store.db')
    status, said = start_badly(thief.dir)
    tap.ok(status == 78 and 'another store' in said, 'with keys that it made for itself: refused', said[-300:])

    demo.start()
    tap.contains(demo.show(ticket)['thread'][0]['report']['text'], WORD, 'and with its own keys our store opens as before')


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    ticket = wrapped(site)
    mailed(site)
    opener_away(site)
    moved_file(site)
    rotated(site, ticket)
    rolled_over(site, ticket)
    refusals(site, ticket)
    site.demo.stop()
    tap.done()


if __name__ == '__main__':
    main()
