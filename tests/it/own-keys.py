#!/usr/bin/env python3
"""The team goes from an old key to a new one, as `madoguchi keys roll-over` says, on a running gateway: mail to either is
opened, and the ticket says which key it came to; the old key, and one that others share, vouch for nobody; the end of a key
is seen before it comes."""
import base64
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

WHO = 'dora@reporter.example'


class Site:
    def __init__(self, tap):
        self.tap, self.demo, self.reporter, self.office, self.count = tap, t.Demo(), t.Gpg(), t.Gpg(), 0
        self.old = self.reporter.load(self.demo.team_key)[0]
        self.key = self.reporter.generate('Dora <%s>' % WHO)
        # What the team keeps elsewhere: its secret keys.
        secret = self.demo.dir + '/gnupg/private-keys-v1.d'
        shutil.copytree(secret, self.office.home + '/private-keys-v1.d')
        os.chmod(self.office.home + '/private-keys-v1.d', 0o700)
        self.office.load(self.demo.team_key)
        with open(self.office.home + '/dora.asc', 'wb') as file:
            file.write(self.reporter.export(self.key))
        self.demo.cli('keys', 'import', '--pin', self.office.home + '/dora.asc')

    def roll(self, *words):
        got = self.demo.cli('keys', 'roll-over', '--json', *words)
        return got, {step['name']: step for step in got.json['steps']}

    def states(self, steps):
        return {name: step['state'] for name, step in steps.items()}

    def bring(self, *keys):
        path = self.office.home + '/bring.asc'
        with open(path, 'wb') as file:
            for key in keys:
                file.write(self.office.export(key))
        got = self.demo.cli('keys', 'import', path)
        if got.status != 0:
            self.tap.ok(False, 'a key is imported', got)

    def install(self, key):
        """The secret parts of @key go to the agent."""
        listing = self.office.run('--with-colons', '--with-keygrip', '--list-keys', key)[0].decode()
        grips = [line.split(':')[9] for line in listing.splitlines() if line.startswith('grp:')]
        for grip in grips:
            shutil.copy('%s/private-keys-v1.d/%s.key' % (self.office.home, grip), self.demo.dir + '/gnupg/private-keys-v1.d/')
        return grips

    def subkey(self, key):
        listing = self.office.run('--with-colons', '--list-keys', key)[0].decode().splitlines()
        return [listing[n + 1].split(':')[9] for n, line in enumerate(listing) if line.startswith('sub:')][-1]

    def mail(self, recipient, signer=None, frm=WHO, headers=(), parts=None):
        """The incident's entry of a mail that is encrypted to @recipient."""
        self.count += 1  # nobody is told twice
        mid, entity = t.message_id(), t.text_entity('host %d scans us\n' % self.count)
        if parts:
            entity = t.part_entity([entity] + parts)
        if recipient:
            raw = t.pgp_encrypted(self.reporter, frm, t.TEAM, '...', entity, [recipient], signer, mid, list(headers))
        else:
            raw = t.pgp_signed(self.reporter, frm, t.TEAM, 'report', entity, signer, mid, list(headers))
        self.demo.send(raw, frm)
        incident = self.demo.ticket_of(mid, 20)
        if incident is None:
            self.tap.bail('a mail made no ticket')
        return incident, next(entry for entry in incident['thread'] if entry.get('message_id') == mid)


def before(site):
    tap = site.tap
    got, steps = site.roll()
    tap.ok(got.status == 1 and got.json['schema'] == 'madoguchi.roll-over/1' and got.json['kind'] == 'none' and got.json['new'] == site.old
           and any('--quick-add-key' in line for line in steps['new-key']['commands']), 'nothing was begun: what to type first', got)
    incident, entry = site.mail(site.old, site.key)
    report = entry['report']
    tap.equal((report['layers'][0]['used_key'], report['outdated_key']),
              ({'fingerprint': site.old, 'subkey': site.subkey(site.old), 'kind': 'team', 'expired': False, 'revoked': False, 'newer': None}, None),
              'a mail to the key in use: the ticket says which part of it')
    tap.contains(site.demo.cli('show', incident['ticket']).text, 'opened with %s (team)\n' % site.subkey(site.old), '... in words, too')


def roll_over(site):
    """Each step is seen when it is done, and not before."""
    tap, demo, office = site.tap, site.demo, site.office
    new = office.generate('Example CSIRT <%s>' % t.TEAM)
    got, steps = site.roll('--new', new)
    tap.ok(got.status == 1 and site.states(steps)['new-key'] == 'left' and got.json['old'] == site.old, 'a new key that the gateway does not know', got)
    site.bring(new)
    got, steps = site.roll('--new', new)
    want = {'new-key': 'ok', 'user-ids': 'ok', 'cross-signed': 'left', 'sign-agent': 'left', 'decrypt-agent': 'left', 'old-key-opens': 'ok',
            'configuration': 'left', 'published': 'by-hand', 'old-key-ends': 'ok', 'revocation': 'by-hand', 'announced': 'by-hand',
            'vault': 'by-hand', 'key-servers': 'by-hand', 'directories': 'by-hand'}
    tap.equal(site.states(steps), want, 'imported: what is left')
    grips = site.install(new)
    tap.ok(any(grips[0] + '.key' in line for line in steps['sign-agent']['commands'])
           and any(grips[1] + '.key' in line for line in steps['decrypt-agent']['commands']), 'the commands name the very files', steps)
    office.run('--local-user', site.old, '--quick-sign-key', new)
    site.bring(new, site.old)
    got, steps = site.roll('--new', new)
    tap.equal({name for name, state in site.states(steps).items() if state == 'left'}, {'configuration'}, 'cross-signed, and in the agents')
    tap.ok('# key = ' + new in steps['configuration']['commands'] and '# old-keys = ' + site.old in steps['configuration']['commands'],
           'the configuration is for a person to change', steps['configuration'])
    text = demo.cli('keys', 'roll-over', '--new', new)
    tap.ok(text.status == 1 and 'left     configuration' in text.text and '1 of 14 steps are left' in text.text, 'the same for people', text)
    demo.stop()
    demo.configure('team', 'key', new)
    demo.configure('team', 'old-keys', site.old)
    demo.configure('publish', 'directory', demo.dir + '/web')
    demo.start()
    tap.ok(demo.cli('publish').status == 0, 'published')
    got, steps = site.roll()
    tap.equal((got.status, got.json['left'], got.json['old'], got.json['new']), (0, 0, site.old, new), 'nothing is left but what only people know')
    names = [line['status'] for line in demo.cli('doctor', '--json').lines if line['name'] in ('team-key', 'key-expiry', 'decrypt-keys', 'published', 'agent')]
    tap.ok('fail' not in names and len(names) >= 7, 'doctor agrees', names)
    tap.equal([demo.cli('keys', 'roll-over', '--new', word).status for word in ('x', '9' * 40)], [64, 1], 'no fingerprint: exit 64; unknown: exit 1')
    tap.equal(demo.cli('keys', 'rm', site.old).status, 65, 'the old key cannot be removed by mistake')
    return new


def both_opened(site, new):
    tap, demo = site.tap, site.demo
    site.reporter.load(site.office.export(new))
    incident, entry = site.mail(site.old, site.key)
    report, sub = entry['report'], site.subkey(site.old)
    tap.equal((report['encryption'], report['undecryptable'], report['text'].strip()), ('whole', None, 'host 2 scans us'), 'a mail to the old key is opened')
    tap.equal(report['outdated_key'], {'fingerprint': site.old, 'subkey': sub, 'kind': 'old', 'expired': False, 'revoked': False, 'newer': new},
              '... and the report says that there is a newer one')
    tap.ok(any(sub in line and new in line for line in report['problems']), '... in words', report['problems'])
    tap.contains(demo.cli('show', incident['ticket']).text, 'opened with %s (old); newer: %s\n' % (sub, new), '... and so does the ticket')
    _, entry = site.mail(new, site.key)
    tap.equal((entry['report']['encryption'], entry['report']['outdated_key'], entry['report']['layers'][0]['used_key']['kind'], entry['report']['problems']),
              ('whole', None, 'team', []), 'a mail to the new key is opened, and nothing is to be said')
    answer = demo.reply_to(entry['message_id'])
    opened = site.reporter.open_mail(answer) if answer else None
    tap.ok(opened is not None and opened.good and opened.signer == new, 'the answer is signed with the new key', opened and opened.status)
    # gone by while the reporter kept his old copy
    site.office.run('--quick-set-expire', site.old, 'seconds=1')
    site.office.run('--quick-set-expire', site.old, 'seconds=1', '*')
    site.bring(site.old)
    t.wait_for(lambda: any(line['expired'] for line in demo.cli('keys', 'show', '--json', site.old).lines), 10)
    _, entry = site.mail(site.old, site.key)
    tap.equal((entry['report']['text'].strip(), (entry['report']['outdated_key'] or {}).get('expired')), ('host 4 scans us', True),
              'a mail to the old key after its end is opened, too')


def for_nobody(site, new):
    """What is signed with an old key, or one that others have, is nobody's word; our keys are nobody's offer."""
    tap, demo = site.tap, site.demo
    shared = site.office.generate('Shared among teams <%s>' % WHO)  # it even names the sender
    site.bring(shared)
    site.install(shared)
    secret = site.office.export_secret(shared)
    site.reporter.load(secret)
    demo.stop()
    demo.configure('team', 'shared-keys', shared)
    demo.start()
    tap.equal(demo.cli('keys', 'pin', WHO, shared).status, 0, 'somebody even pins it')
    _, entry = site.mail(None, shared)
    report = entry['report']
    tap.equal((report['signature'], report['signer']['validity'], report['signer']['vouched_by'], report['signer']['matches_from']),
              ('good-untrusted', 'never', None, False), 'signed with the shared key: nobody\'s word')
    answer = demo.reply_to(entry['message_id'], 3)
    tap.ok(answer is None or b'multipart/encrypted' not in answer, 'and nothing to answer with', answer)
    tap.equal(demo.cli('keys', 'unpin', WHO).status, 0, '(unpinned)')
    data = base64.b64encode(site.reporter.run('--export', shared)[0]).decode()
    autocrypt = [('Autocrypt', 'addr=%s; keydata=%s' % (WHO, '\r\n '.join(data[i:i + 70] for i in range(0, len(data), 70))))]
    attached = [t.attachment(name + '.asc', site.office.export(key), 'application/pgp-keys') for name, key in (('team', new), ('old', site.old))]
    mine = t.attachment('mine.asc', site.reporter.export(site.key), 'application/pgp-keys')
    _, entry = site.mail(None, site.key, headers=autocrypt, parts=attached + [mine])
    tap.equal([key['fingerprint'] for key in entry['report']['keys_offered']], [site.key], 'our keys are not taken for his, whoever sends them along')
    _, entry = site.mail(shared, site.key)
    tap.equal((entry['report']['layers'][0]['used_key']['kind'], entry['report']['outdated_key']), ('shared', None), 'a mail to the shared key is opened')


def ends(site):
    """The end comes near."""
    tap, demo = site.tap, site.demo
    quiet = demo.cli('account', '--json').json['notices']
    new = demo.setting('team', 'key')
    site.office.run('--quick-set-expire', new, '12d')
    site.bring(new)
    demo.stop()
    demo.start()  # the daily look, today
    account = t.wait_for(lambda: [n for n in demo.cli('account', '--json').json['notices'] if new in n], 20) or []
    tap.ok(not any(new in n for n in quiet) and len(account) == 1 and 'this week' in account[0], 'the account says that the key ends', (quiet, account))
    listed = demo.cli('list')
    tap.ok(b'NOTICE' in listed.err and new.encode() in listed.err and 'NOTICE' not in listed.text, 'so does the list, beside the tickets', listed.err)
    tap.ok(b'NOTICE' not in demo.cli('list', '--json').err, 'scripts read the account')
    tap.contains(demo.cli('account').text, 'NOTICE team key ' + new, 'the account for people')
    tap.contains(demo.log(), 'own-key key=%s stage=14 days=1' % new, 'the log has it, once')
    lines = {line['name']: line['status'] for line in demo.cli('doctor', '--json').lines
             if line['name'] == 'key-watch' or line['detail'].startswith('team key ' + new)}
    tap.equal(lines, {'key-expiry': 'warn', 'key-watch': 'warn'}, 'doctor warns')


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    before(site)
    new = roll_over(site)
    both_opened(site, new)
    for_nobody(site, new)
    ends(site)
    tap.ok(site.demo.account()['balanced'], 'the account balances')
    tap.done()


main()
