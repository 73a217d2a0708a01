#!/usr/bin/env python3
"""Answers that wait for a key: mails through a running gateway, directories on loopback. What is encrypted to a key that was
found, what goes without content, who is asked and who never is, and `madoguchi keys refresh`. Never the network."""
import hashlib
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madowkd as wkd  # noqa: E402

DOMAIN = 'reporter.example'
HOSTS = ['openpgpkey.' + DOMAIN, 'openpgpkey.dead.example', 'openpgpkey.quiet.example', 'direct.example', 'keys.example']


class Site:
    def __init__(self, tap, where):
        self.tap, self.gpg, self.folder = tap, t.Gpg(), t.short_dir()
        self.ca = wkd.Authority(self.folder)
        self.server = wkd.Directory(self.ca.context(HOSTS))
        conf = {'ca-file': self.ca.cert, 'wait': '3s', 'except': 'quiet.example',
                'hosts': ', '.join(self.server.hosts(*HOSTS) + ['*=none'])}
        conf.update(where)
        self.demo = t.Demo(conf={('discovery', key): value for key, value in conf.items()})
        self.team = self.gpg.load(self.demo.team_key)[0]

    def bring(self, *keys):
        for key in keys:
            path = wkd.write_file('%s/%s.asc' % (self.folder, key), self.gpg.export(key))
            self.demo.cli('keys', 'import', path)

    def binary(self, *keys):
        return self.gpg.run('--export', *keys)[0]

    def publish(self, who, *keys):
        self.server.put_key(who, self.binary(*keys))

    def mail(self, frm, signer=None, subject='report', text='a host scans us\n'):
        """(the outgoing answer as bytes, the incident)"""
        mid = t.message_id()
        text += 'Number %s\n' % mid  # the same text again would be told to be so
        if signer is not None:
            raw = t.pgp_signed(self.gpg, frm, t.TEAM, subject, t.text_entity(text), signer, mid)
        else:
            raw = t.plain(frm, t.TEAM, subject, text, mid=mid)
        codes = self.demo.send(raw, frm)
        if codes != [250]:
            self.tap.ok(False, 'a mail is taken', codes)
        answer = self.demo.reply_to(mid, 30)
        return answer, t.wait_for(lambda: self.find(mid), 20)

    def find(self, mid):
        for summary in self.demo.cli('list', '--json', '--limit', '3').lines:
            incident = self.demo.show(summary['ticket'])
            if any(entry.get('message_id') == mid for entry in incident['thread']):
                return incident
        return None

    def asked(self, who):
        return [path for host, path, _, _ in self.server.asked if path in (wkd.advanced(who)[1], wkd.direct(who)[1])]

    def is_sealed_to(self, name, answer, incident, key, source='wkd'):
        """The answer is encrypted to @key and to nobody else but the team."""
        tap = self.tap
        entry = [e for e in incident['thread'] if e['direction'] == 'out'][0]
        opened = self.gpg.open_mail(answer) if answer else None
        to = {line.split()[1] for line in opened.status if line.startswith('ENC_TO ')} if opened else None
        subkeys = {line.split(':')[4] for line in self.gpg.run('--with-colons', '--list-keys', key, self.team)[0].decode().splitlines()
                   if line.startswith('sub:')}
        tap.ok(opened and opened.encrypted and opened.good and opened.signer == self.team and to and to <= subkeys
               and 'CSIRT #' in (opened.subject or ''), name, (to, subkeys, opened and opened.status))
        tap.equal((entry.get('encrypted_to'), entry.get('key_source')), (key, source), '... and the ticket says so')

    def is_bare(self, name, answer, incident):
        entry = [e for e in incident['thread'] if e['direction'] == 'out'][0]
        opened = self.gpg.open_mail(answer) if answer else None
        self.tap.ok(opened and not opened.encrypted and opened.good and entry.get('encrypted_to') is None, name,
                    opened and opened.status)

    def events(self, incident):
        return [e['text'] for e in incident['thread'] if e['direction'] == 'event']

    def key(self, who, name='Somebody', expires='never'):
        key = self.gpg.generate('%s <%s>' % (name, who))
        if expires != 'never':
            self.gpg.run('--quick-set-expire', key, expires)
        return key


def found(site):
    tap, alice = site.tap, 'alice@' + DOMAIN
    key = site.key(alice)
    site.gpg.run('--quick-add-uid', key, 'Alice <alice@private.example>')
    site.publish(alice, key)
    answer, incident = site.mail(alice)
    site.is_sealed_to('an unsigned report is answered to the key of the directory', answer, incident, key)
    tap.ok(alice.encode() in answer.partition(b'\r\n\r\n')[0] and b'CSIRT #' not in answer.partition(b'\r\n\r\n')[0],
           'the ticket is named inside alone')
    tap.equal(len(site.asked(alice)), 1, 'one question was asked')
    line = site.demo.cli('keys', '--json', 'show', key).json
    tap.equal([(s['kind'], s['subject'], s['by']) for s in line['statements']], [('found', alice, 'wkd')], 'the key says where it is from')
    tap.equal(([u['user_id'] for u in line['user_ids']], line['user_ids'][0]['validity']), (['Somebody <%s>' % alice], 'unknown'),
              'came without its other names, and nobody vouches for it')
    answer, incident = site.mail(alice)
    site.is_sealed_to('the second answer, too', answer, incident, key)
    tap.equal(len(site.asked(alice)), 1, 'without another question')
    tap.ok(alice not in site.demo.log() and DOMAIN not in site.demo.log(), 'the log names nobody', site.demo.log()[-500:])
    joe = 'joe@direct.example'
    key = site.key(joe)
    site.server.put_key(joe, site.binary(key), False)
    answer, incident = site.mail(joe)
    site.is_sealed_to('direct, where openpgpkey.DOMAIN does not exist', answer, incident, key)


def nothing(site):
    """What a directory may have instead of the key: the answer goes without content, and soon."""
    tap, other = site.tap, site.key('other@' + DOMAIN)
    expired = site.gpg.run('--faked-system-time', '20200101T000000!', '--quick-generate-key', 'Old <expired@%s>' % DOMAIN, 'default',
                           'default', '30d')[1]
    expired = [line.split()[-1] for line in expired if line.startswith('KEY_CREATED ')][0]
    revoked = site.key('revoked@' + DOMAIN)
    with open('%s/openpgp-revocs.d/%s.rev' % (site.gpg.home, revoked), encoding='utf-8') as file:
        block = file.read().partition(':-----BEGIN')[2]
    site.gpg.run('--import', stdin=('-----BEGIN' + block).encode())
    secret = site.key('secret@' + DOMAIN)
    signs = site.gpg.run('--quick-generate-key', 'Signs <signs@%s>' % DOMAIN, 'ed25519', 'sign', 'never')[1]
    signs = [line.split()[-1] for line in signs if line.startswith('KEY_CREATED ')][0]
    rows = [
        ('nothing at all', 'nobody', None),
        ('a page', 'page', b'<html><body>Welcome</body></html>'),
        ("somebody else's key", 'mine', site.binary(other)),
        ('an expired key', 'expired', site.binary(expired)),
        ('a revoked key', 'revoked', site.binary(revoked)),
        ('a key that cannot encrypt', 'signs', site.binary(signs)),
        ('a secret key', 'secret', site.gpg.run('--export-secret-keys', secret)[0]),
        ('the key of the team', 'team', site.binary(site.team)),
        ('a redirect to another host', 'moved', wkd.redirect('https://direct.example/key')),
        ('too many bytes', 'large', b'\x99' * 300000),
    ]
    for name, local, page in rows:
        who = '%s@%s' % (local, DOMAIN)
        if page is not None:
            site.server.put(wkd.advanced(who), page)
        answer, incident = site.mail(who)
        site.is_bare(name + ': the answer has no content', answer, incident)
        tap.equal(len(site.asked(who)), 1, '... after one question')
    ring = [key['fingerprint'] for key in site.demo.cli('keys', '--json', 'ls').lines]
    tap.ok(other not in ring and secret not in ring, 'and what is of no use was not taken', ring)
    answer, incident = site.mail('nobody@' + DOMAIN)
    site.is_bare('that there is no key is remembered', answer, incident)
    tap.equal(len(site.asked('nobody@' + DOMAIN)), 1, '... and not asked again')


def better(site):
    """Whoever signed, or is pinned, is not looked up; nor is whom the rules leave out."""
    tap = site.tap
    bob, carol, eve = ('%s@%s' % (name, DOMAIN) for name in ('bob', 'carol', 'eve'))
    one, two, three = site.key(bob), site.key(carol), site.key(eve)
    for who in (bob, carol, eve):
        site.publish(who, site.key(who, 'In the directory'))
    site.bring(one, two, three)
    site.demo.cli('keys', 'pin', carol, two)
    answer, incident = site.mail(bob, one)
    site.is_sealed_to('signed: answered to the key that signed', answer, incident, one, 'signed')
    answer, incident = site.mail(carol)
    site.is_sealed_to('pinned: answered to that key', answer, incident, two, 'pinned')
    tap.equal(site.asked(bob) + site.asked(carol), [], 'no directory was asked')
    answer, incident = site.mail(eve, subject='[PAP:RED] report', text='PAP:RED\n\na host scans us\n')
    site.is_bare('marked PAP:RED: nobody is looked up', answer, incident)
    answer, incident = site.mail(eve, subject='[TLP:RED] report', text='TLP:RED\n\na host scans us\n')
    site.is_bare('marked TLP:RED: nobody is looked up', answer, incident)
    tap.equal(site.asked(eve), [], 'no directory was asked')
    answer, incident = site.mail('frank@quiet.example')
    site.is_bare('a domain that is excepted', answer, incident)
    tap.equal(site.asked('frank@quiet.example'), [], 'is not asked')
    grace = 'grace@' + DOMAIN
    before = len(site.server.asked)
    site.demo.send(t.plain(grace, t.TEAM, 'away', 'I am away\n', mid=t.message_id(), headers=[('Auto-Submitted', 'auto-replied')]), grace)
    site.demo.settle()
    tap.equal(len(site.server.asked), before, 'who is not answered is not looked up')


def slow(site):
    """A directory that does not answer holds up its own answer for a while, and nobody else's."""
    tap, zoe, hal = site.tap, 'zoe@dead.example', 'hal@' + DOMAIN
    site.server.put(wkd.advanced(zoe), site.server.wait)
    key = site.key(hal)
    site.publish(hal, key)
    mid, begin = t.message_id(), time.monotonic()
    site.demo.send(t.plain(zoe, t.TEAM, 'report', 'a host scans us\n', mid=mid), zoe)
    t.wait_for(lambda: site.asked(zoe), 20)
    answer, incident = site.mail(hal)
    site.is_sealed_to('meanwhile others are answered', answer, incident, key)
    tap.ok(not [raw for raw in site.demo.outgoing() if t.header(raw, 'In-Reply-To') == mid] or time.monotonic() - begin > 2.5,
           'while the first one waits')
    answer = site.demo.reply_to(mid, 30)
    took = time.monotonic() - begin
    tap.ok(answer and 2.5 < took < 20, 'which goes after the time that is set', took)
    site.is_bare('without content', answer, t.wait_for(lambda: site.find(mid), 20))


def killed(site):
    """The sender is killed in the middle of a look-up; the keeper is: the answer comes, once, and to the key."""
    tap = site.tap
    for name, role in (('kim', 'sender'), ('lea', 'keeper')):
        who = '%s@%s' % (name, DOMAIN)
        key, mid = site.key(who), t.message_id()
        site.server.gate.clear()
        block = site.binary(key)

        def late(handler, data=block):
            site.server.gate.wait(60)
            handler.page(data)
        site.server.put(wkd.advanced(who), late)
        site.demo.send(t.plain(who, t.TEAM, 'report', 'a host scans us\n', mid=mid), who)
        tap.ok(t.wait_for(lambda: site.asked(who), 20), 'somebody is asked')
        site.demo.kill_role(role, whole=True)
        site.server.gate.set()
        answer = site.demo.reply_to(mid, 40)
        site.is_sealed_to('the %s is killed meanwhile: answered to the key all the same' % role, answer,
                          t.wait_for(lambda: site.find(mid), 30), key)
        site.demo.settle()
        tap.equal(len([raw for raw in site.demo.outgoing() if t.header(raw, 'In-Reply-To') == mid]), 1, '... once')


def refresh(site):
    tap, ned = site.tap, 'ned@' + DOMAIN
    key = site.key(ned, expires='3d')
    site.publish(ned, key)
    first = site.demo.cli('keys', 'refresh', '--json', ned)
    line = first.lines[0]
    tap.equal((first.status, line['schema'], line['address'], line['source'], line['fingerprint'], line['outcome'], line['warning']),
              (0, 'madoguchi.refresh/1', ned, 'wkd', key, 'new', None), 'an address is looked up by name')
    site.gpg.run('--quick-set-expire', key, '1y')
    site.publish(ned, key)
    line = site.demo.cli('keys', 'refresh', '--json', key).lines[0]
    tap.ok(line['outcome'] == 'updated' and line['expires'] > line['was_expires'], 'a key is prolonged', line)
    tap.ok(site.demo.cli('keys', 'show', '--json', key).json['expires'] == line['expires'], 'and is so in the ring')
    tap.equal(site.demo.cli('keys', 'refresh', '--json', key).lines[0]['outcome'], 'unchanged', 'or nothing is new')
    second = site.key(ned, 'Ned Again')
    site.demo.cli('keys', 'pin', ned, key)
    site.publish(ned, second)
    line = site.demo.cli('keys', 'refresh', '--json', ned).lines[0]
    tap.ok(line['outcome'] == 'new' and line['fingerprint'] == second and key in line['warning'] and second in line['warning'],
           'another key is a candidate, with a warning', line)
    answer, incident = site.mail(ned)
    site.is_sealed_to('and takes no place of a pinned one', answer, incident, key, 'pinned')
    shown = site.demo.cli('keys', 'refresh', ned).text
    tap.ok(second in shown and '\n| Address: ' + ned in shown, 'in words', shown)
    result = site.demo.cli('keys', 'refresh', '--json')
    tap.ok(result.status == 0 and len(result.lines) >= 5 and {line['address'] for line in result.lines} >= {ned, 'alice@' + DOMAIN},
           'all of them', result)
    result = site.demo.cli('keys', 'refresh', '--json', 'nobody-here@' + DOMAIN)
    tap.ok(result.status == 1 and [line['outcome'] for line in result.lines] == ['none'], 'none: exit 1', (result, site.demo.log()[-2000:]))
    result = site.demo.cli('keys', 'refresh', '--json', t.TEAM)
    tap.equal((result.status, result.lines[0]['outcome']), (1, 'off'), 'ourselves: never')
    tap.equal(site.demo.cli('keys', 'refresh', 'alice').status, 64, 'neither an address nor a fingerprint')


def prolonged(site):
    """A key that has ended here and was prolonged there: what was signed before is answered to it."""
    tap, una = site.tap, 'una@' + DOMAIN
    made = site.gpg.run('--faked-system-time', '20260101T000000', '--quick-generate-key', 'Una <%s>' % una, 'default', 'default', '30d')[1]
    key = [line.split()[-1] for line in made if line.startswith('KEY_CREATED ')][0]
    site.bring(key)
    answer, incident = site.mail(una)
    site.is_bare('nothing but a key that has ended: no content', answer, incident)
    tap.equal(site.demo.cli('keys', '--json', 'show', key).json['expired'], True, 'the key has ended')
    site.gpg.run('--quick-set-expire', key, '1y')
    site.gpg.run('--quick-set-expire', key, '1y', '*')
    site.publish(una, key)
    line = site.demo.cli('keys', 'refresh', '--json', una).lines[0]
    tap.equal((line['outcome'], line['expired']), ('updated', False), 'it is prolonged')
    answer, incident = site.mail(una)
    site.is_sealed_to('and answered to', answer, incident, key)
    result = [item for item in site.demo.cli('doctor', '--json').lines if item['name'] == 'discovery']
    tap.ok(len(result) == 1 and result[0]['status'] == 'ok' and 'wkd' in result[0]['detail'], 'doctor says what is on', result)


def continuity(site):
    """Who is known by a key and has another one in the directory: both are named."""
    tap, pat = site.tap, 'pat@' + DOMAIN
    old = site.key(pat)
    site.bring(old)
    site.mail(pat, old)
    site.demo.cli('keys', 'distrust', old)
    new = site.key(pat, 'Pat Again')
    site.publish(pat, new)
    answer, incident = site.mail(pat)
    site.is_sealed_to('the key that is known is distrusted: the directory is asked', answer, incident, new)
    tap.ok([e for e in site.events(incident) if 'KEY WARNING' in e and old in e and new in e], 'and the ticket warns',
           site.events(incident))


def elsewhere(tap):
    """The DNS, and then a key server, without any Web Key Directory."""
    dns, vic, wes = wkd.Resolver(), 'Vic@' + DOMAIN, 'wes@' + DOMAIN
    site = Site(tap, {'openpgpkey': '127.0.0.1:%d' % dns.port, 'vks': 'https://keys.example'})
    key = site.key(vic)
    dns.records[hashlib.sha256(b'Vic').hexdigest()[:56] + '._openpgpkey.' + DOMAIN] = [site.binary(key)]
    answer, incident = site.mail(vic)
    site.is_sealed_to('a key in the DNS', answer, incident, key, 'dane')
    key = site.key(wes, expires='5d')
    site.server.put(('keys.example', '/vks/v1/by-email/wes%40' + DOMAIN), site.gpg.export(key))
    answer, incident = site.mail(wes)
    site.is_sealed_to('a key on the key server', answer, incident, key, 'vks')
    tap.equal([name.split('.')[-2:] for name, _, _, _ in dns.asked], [['reporter', 'example']] * 2, 'the DNS was asked first')
    site.gpg.run('--quick-set-expire', key, '1y')
    site.server.put(('keys.example', '/vks/v1/by-email/wes%40' + DOMAIN), None)
    site.server.put(('keys.example', '/vks/v1/by-fingerprint/' + key), site.gpg.export(key))
    line = site.demo.cli('keys', 'refresh', '--json', key).lines[0]
    tap.ok(line['outcome'] == 'updated' and line['source'] == 'vks' and line['expires'] > line['was_expires'],
           'a known key is asked for by its fingerprint', line)
    tap.equal(site.demo.stop(), 0, 'all ends in order')


def crowd(tap):
    """More answers wait for a directory than the signer takes at once: it works for others."""
    site, mids, ida = Site(tap, {'wkd': 'yes', 'wait': '60s'}), [], 'ida@' + DOMAIN
    key = site.key(ida)
    site.bring(key)
    for i in range(12):
        who, mid = 'zoe%d@dead.example' % i, t.message_id()
        site.server.put(wkd.advanced(who), site.server.wait)
        mids.append(mid)
        site.demo.send(t.plain(who, t.TEAM, 'report', 'a host scans us, %d\n' % i, mid=mid), who)
    site.demo.settle()
    answer, incident = site.mail(ida, key)
    site.is_sealed_to('who needs no look-up does not wait for others', answer, incident, key, 'signed')
    tap.ok(not [raw for raw in site.demo.outgoing() if t.header(raw, 'In-Reply-To') in mids], 'who wait')
    site.server.gate.set()
    tap.ok(t.wait_for(lambda: len([raw for raw in site.demo.outgoing() if t.header(raw, 'In-Reply-To') in mids]) == len(mids), 60),
           'and are answered in the end')
    tap.equal(site.demo.stop(), 0, 'all ends in order')


def off(tap):
    demo = t.Demo()
    who, mid = 'quinn@' + DOMAIN, t.message_id()
    demo.send(t.plain(who, t.TEAM, 'report', 'a host scans us\n', mid=mid), who)
    tap.ok(demo.reply_to(mid, 20) is not None and 'looked-up' not in demo.log(), 'nobody is looked up unless it is set')
    tap.equal(len(demo.role_pids('sender')), 2, 'and there is one worker, which sends')
    result = demo.cli('keys', 'refresh', who)
    tap.ok(result.status == 78 and b'[discovery]' in result.err, 'keys refresh says so', result)
    demo.stop()


def main():
    t.need_programs()
    if not wkd.has_openssl():
        t.skip_all('no openssl')
    tap = t.Tap()
    site = Site(tap, {'wkd': 'yes'})
    for part in (found, nothing, better, slow, killed, refresh, prolonged, continuity):
        part(site)
    tap.ok(site.demo.account()['balanced'], 'the account balances')
    died = [line for line in site.demo.log().splitlines() if '-died' in line and 'signal=0 status=0' not in line]
    tap.ok(len(died) == 2 and all('signal=9 ' in line for line in died), 'nobody died but whom we killed', died)
    tap.equal(site.demo.stop(), 0, 'all ends in order')
    elsewhere(tap)
    crowd(tap)
    off(tap)
    tap.done()


main()
