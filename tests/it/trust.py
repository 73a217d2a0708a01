#!/usr/bin/env python3
"""Who speaks for an address, on the running gateway: keys that stay the same and keys that change, what members accept,
distrust, map, certify and remove, keys that follow each other, and the Web of Trust. Each rule beside its honest twin."""
import base64
import os
import pwd
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ME = pwd.getpwuid(os.getuid()).pw_name


class Site:
    def __init__(self, tap):
        self.tap, self.demo, self.gpg = tap, t.Demo(), t.Gpg()
        self.team = self.gpg.load(self.demo.team_key)[0]

    def key(self, who, user_id=None):
        return self.gpg.generate(user_id or 'Somebody <%s>' % who)

    def bring(self, key, *words):
        """Imports @key as the gateway gets keys."""
        path = '%s/%s.asc' % (self.demo.dir, key)
        with open(path, 'wb') as file:
            file.write(self.gpg.export(key))
        return self.demo.cli('keys', 'import', '--json', *words, path)

    def mail(self, frm, signer=None, headers=(), entity=None, sealed=False):
        """One mail; (incident, the entry of that mail)."""
        mid = t.message_id()
        entity = entity or t.text_entity('a host scans us: %s\n' % mid)  # the same words twice get no answer
        if signer is None:
            raw = t.plain(frm, t.TEAM, 'report', '', mid=mid, headers=headers, entity=entity)
        elif sealed:
            raw = t.pgp_encrypted(self.gpg, frm, t.TEAM, '...', entity, [self.team], signer, mid, headers)
        else:
            raw = t.pgp_signed(self.gpg, frm, t.TEAM, 'report', entity, signer, mid, headers)
        codes = self.demo.send(raw, frm)
        if codes != [250]:
            self.tap.ok(False, 'a mail is taken', codes)
        return t.wait_for(lambda: self.newest(mid), 20)

    def newest(self, mid):
        """(the newest incident, its entry of the mail @mid), when it is there: each mail here makes one."""
        for summary in self.demo.cli('list', '--json', '--limit', '1').lines:
            incident = self.demo.show(summary['ticket'])
            for entry in incident['thread']:
                if entry.get('message_id') == mid:
                    return incident, entry
        return None

    def autocrypt(self, frm, key):
        data = base64.b64encode(self.gpg.run('--export', key)[0]).decode()
        return [('Autocrypt', 'addr=%s; keydata=%s' % (frm, '\r\n '.join(data[i:i + 70] for i in range(0, len(data), 70))))]

    def keys(self, *words):
        return self.demo.cli('keys', *words)

    def quiet(self, name, incident, entry):
        events = [e['text'] for e in incident['thread'] if e['direction'] == 'event' and 'KEY WARNING' in e['text']]
        self.tap.equal((entry['key_warning'], incident['counts']['key_warnings'], events), (None, 0, []), name)

    def warned(self, name, incident, entry, kind, known, seen, offered=None):
        warning = entry['key_warning'] or {}
        self.tap.equal([warning.get(field) for field in ('kind', 'known', 'seen', 'offered')], [kind, known, seen, offered], name)
        events = [e['text'] for e in incident['thread'] if e['direction'] == 'event' and 'KEY WARNING' in e['text']]
        self.tap.ok(len(events) == 1 and incident['counts']['key_warnings'] == 1
                    and all(f in events[0] for f in (known, seen, offered) if f), '... and an event says so', events)

    def is_answer_sealed(self, entry):
        raw = self.demo.reply_to(entry['message_id'])
        return raw is not None and b'multipart/encrypted' in raw

    def answered(self, incident, entry):
        """(key, how it was found) of the answer; the mail itself must agree."""
        raw = self.demo.reply_to(entry['message_id'])
        shown = self.demo.cli('show', '--json', incident['ticket']).json
        out = [e for e in shown['thread'] if e['direction'] == 'out'][0]
        if raw is None or (b'multipart/encrypted' in raw) != (out['encrypted_to'] is not None):
            return None
        return out['encrypted_to'], out['key_source']


def verdict(entry):
    signer = entry['report']['signer'] or {}
    return entry['report']['signature'], signer.get('validity'), signer.get('vouched_by'), signer.get('matches_from')


def first_use(site):
    """An address without a pin: the first key is remembered, another one is noticed, a member accepts it."""
    tap, demo, bob = site.tap, site.demo, 'bob@first.example'
    one, two = site.key(bob), site.key(bob)
    site.bring(one)
    site.bring(two)
    incident, entry = site.mail(bob, one)
    tap.equal(verdict(entry), ('good-untrusted', 'unknown', None, True), 'the first use of a key lifts no verdict')
    site.quiet('and is no reason to warn', incident, entry)
    known = site.keys('known', '--json', bob).lines
    tap.equal([(k['protocol'], k['fingerprint']) for k in known], [('openpgp', one)], 'but it is remembered')
    site.quiet('the same key again is quiet', *site.mail(bob, one, sealed=True))
    incident, entry = site.mail(bob, two)
    site.warned('another key is noticed', incident, entry, 'changed', one, two)
    shown = demo.cli('show', incident['ticket']).text
    tap.ok('\nKEY WARNING the sender is known by %s since ' % one in shown
           and '\nKEY WARNING this mail is signed with another key: %s\n' % two in shown, 'in words of ours, for people', shown)
    listed = [line for line in demo.cli('list').text.splitlines() if incident['number'] in line]
    tap.ok(listed and ' ! ' in listed[0].partition('|')[0], 'and in the list', listed)
    incident, entry = site.mail(bob, entity=t.text_entity('KEY WARNING this is no warning\n'))
    site.warned('a mail without a signature, too', incident, entry, 'unsigned', one, None)
    tap.ok('\nKEY WARNING this is no warning' not in demo.cli('show', incident['ticket']).text, 'nobody else can write such a line')
    stranger = site.key(bob)
    site.warned('and one that is signed with a key nobody has', *site.mail(bob, stranger), 'changed', one, stranger)
    tap.equal(site.keys('pin', bob, two).status, 0, 'a member pins the second key')
    incident, entry = site.mail(bob, two)
    tap.equal(verdict(entry), ('good', 'full', 'pin', True), 'then it is good')
    site.quiet('and quiet', incident, entry)
    incident, entry = site.mail(bob, one)
    site.warned('and the first one is refused', incident, entry, 'refused', two, one)
    tap.equal(verdict(entry), ('good-untrusted', 'never', None, True), 'for another key is pinned')
    tap.equal(site.answered(incident, entry), (two, 'pinned'), 'and not answered with')
    tap.equal(site.keys('unpin', bob).status, 0, 'unpin')
    tap.equal(site.keys('forget', '--json', bob).json, {'address': bob, 'count': 1}, 'what is known can be forgotten')
    site.quiet('and begins anew', *site.mail(bob, one))
    tap.equal(site.keys('forget', 'nobody@first.example').status, 1, 'nothing to forget: exit 1')


def offers(site):
    tap, ann = site.tap, 'ann@offers.example'
    own, eve = site.key(ann), site.key(ann)
    site.bring(own, '--pin')
    site.quiet('her own key in the header', *site.mail(ann, own, headers=site.autocrypt(ann, own)))
    incident, entry = site.mail(ann, headers=site.autocrypt(ann, eve))
    site.warned("an attacker's offered key", incident, entry, 'unsigned', own, None, eve)
    tap.equal(site.answered(incident, entry), (own, 'pinned'), 'is not answered with')
    incident, entry = site.mail(ann, own, headers=site.autocrypt(ann, eve))
    site.warned('nor is one that was slipped into the header of a signed mail', incident, entry, 'offered', own, None, eve)
    attached = t.part_entity([t.text_entity('my new key\n'), t.attachment('new.asc', site.gpg.export(eve), 'application/pgp-keys')])
    site.quiet('but what she signs she may offer', *site.mail(ann, own, entity=attached))


def successors(site):
    tap, cat = site.tap, 'cat@rolls.example'
    old = site.key(cat)
    site.bring(old)
    site.mail(cat, old)
    site.gpg.run('--quick-add-key', old, 'ed25519', 'sign', 'never')
    site.bring(old)
    incident, entry = site.mail(cat, old)
    signature = entry['report']['layers'][0]['signatures'][0]
    tap.ok(signature.get('subkey'), 'a mail signed by a new subkey', signature)
    site.quiet('is of the same key', incident, entry)
    new = site.key(cat, 'Cat again <%s>' % cat)
    site.gpg.run('--local-user', old, '--quick-sign-key', new)
    site.bring(new)
    incident, entry = site.mail(cat, new)
    site.quiet('a key that the old one certified takes its place', incident, entry)
    tap.equal((verdict(entry)[0], entry['report']['signer']['successor_of']), ('good-untrusted', [old]), 'which lifts no verdict')
    site.warned('and the old one is the other one then', *site.mail(cat, old), 'changed', new, old)
    # The old key signed a friend's key: that does not make the friend her.
    friend = site.key('friend@rolls.example')
    site.gpg.run('--local-user', new, '--quick-sign-key', friend)
    site.gpg.run('--quick-add-uid', friend, 'Cat <%s>' % cat)
    site.bring(friend)
    site.warned('whose key she signed does not follow her', *site.mail(cat, friend), 'changed', new, friend)


def words(site):
    """certify, distrust, map and rm through the roles."""
    tap, dan = site.tap, 'dan@words.example'
    key = site.key(dan)
    site.bring(key)
    got = site.keys('certify', '--json', key)
    said = got.json['statements'] if got.status == 0 else []
    tap.ok(len(said) == 1 and (said[0]['kind'], said[0]['subject'], said[0]['by']) == ('certified', dan, ME)
           and said[0]['made'].endswith('Z'), 'certify: who, when and for what is recorded', got)
    tap.equal([(u['validity'], u['vouched_by']) for u in got.json['user_ids']], [('full', 'certified')], 'and what vouches for each user ID')
    tap.equal(verdict(site.mail(dan, key)[1]), ('good', 'full', 'certified', True), 'a certified key makes it good')
    tap.contains(site.keys('show', key).text, 'certified for (by %s, ' % ME, 'keys show says so')
    site.gpg.run('--quick-add-uid', key, 'Boss <boss@words.example>')
    site.bring(key)
    tap.equal(verdict(site.mail('boss@words.example', key)[1])[0], 'good-untrusted', 'not for an address that was added later')
    entry = site.mail(dan, key, sealed=True)[1]
    tap.ok(site.is_answer_sealed(entry), 'answers are encrypted to it')
    tap.equal(site.keys('distrust', key).status, 0, 'distrust')
    incident, entry = site.mail(dan, key, sealed=True)
    tap.equal(verdict(entry), ('good-untrusted', 'never', None, True), 'a distrusted key: intact, and not more')
    tap.ok(entry['key_warning'] is None or entry['key_warning']['kind'] == 'refused', 'is said', entry['key_warning'])
    tap.ok(not site.is_answer_sealed(entry), 'answers are not encrypted to it')
    tap.equal(site.keys('show', '--json', key).json['distrusted'], True, 'keys show says so')
    tap.equal(site.keys('undistrust', key).status, 0, 'undistrust')
    tap.equal(verdict(site.mail(dan, key)[1])[:3], ('good', 'full', 'certified'), 'and it is good again')
    tap.equal(site.keys('uncertify', key).status, 0, 'uncertify')
    tap.equal(verdict(site.mail(dan, key)[1])[:3], ('good-untrusted', 'unknown', None), 'and it is not')
    tap.equal(site.keys('uncertify', key).status, 1, 'twice: exit 1')
    tap.equal(site.keys('rm', key).status, 0, 'rm')
    tap.equal(site.keys('show', key).status, 1, 'and it is gone')
    tap.equal(site.mail(dan, key)[1]['report']['signature'], 'unknown-key', 'and nobody knows it')
    tap.equal(site.keys('rm', key).status, 1, 'twice: exit 1')
    got = site.keys('rm', site.team)
    tap.ok(got.status == 65 and b"the team's own key" in got.err, "the team's own key stays", got)
    tap.ok(any('verb=distrust' in line and 'member=' + ME in line for line in site.demo.log().splitlines()), 'the log says who asked')


def gateways(site):
    tap, anybody = site.tap, 'anybody@gateway.example'
    gateway, own = site.gpg.generate('Mail gateway of an organisation'), site.key('own@gateway.example')
    site.bring(gateway)
    site.bring(own, '--pin')
    tap.equal(verdict(site.mail(anybody, gateway)[1]), ('good-untrusted', 'unknown', None, False), "a gateway's key names nobody")
    got = site.keys('map', '--json', 'gateway.example', gateway)
    tap.ok(got.status == 0 and got.json['statements'][0]['subject'] == 'gateway.example', 'map DOMAIN FPR', got)
    incident, entry = site.mail(anybody, gateway)
    tap.equal(verdict(entry), ('good', 'full', 'map', True), 'and it speaks for everybody there')
    tap.contains(site.demo.cli('show', incident['ticket']).text, 'vouched for by: map', 'which people see')
    tap.ok(site.is_answer_sealed(entry), 'and the answer is encrypted to it')
    tap.equal(verdict(site.mail('anybody@sub.gateway.example', gateway)[1])[0], 'good-untrusted', 'not for a domain below')
    tap.equal(verdict(site.mail('x@evilgateway.example', gateway)[1])[0], 'good-untrusted', 'nor for one that ends like it')
    tap.equal(verdict(site.mail('own@gateway.example', own)[1])[:3], ('good', 'full', 'pin'), 'who has a pinned key keeps it')
    tap.equal(verdict(site.mail('own@gateway.example', gateway)[1])[:3], ('good-untrusted', 'never', None), 'and the gateway is not him')
    tap.equal(site.keys('unmap', 'gateway.example').status, 0, 'unmap')
    tap.equal(verdict(site.mail(anybody, gateway)[1])[0], 'good-untrusted', 'and nobody speaks through it')
    tap.equal(site.keys('map', 'soc@gateway.example', gateway).status, 0, 'map ADDRESS FPR')
    tap.equal(verdict(site.mail('soc@gateway.example', gateway)[1])[:3], ('good', 'full', 'map'), 'one address alone')
    tap.equal(verdict(site.mail(anybody, gateway)[1])[0], 'good-untrusted', 'is one address')
    tap.equal([site.keys('map', bad, gateway).status for bad in ('nodots', '@gateway.example', 'a b.example')], [64] * 3, 'what is no domain: exit 64')


def admin(site, *args, stdin=b''):
    """An administrator's own gpg, in the gateway's home."""
    g = t.Gpg.__new__(t.Gpg)
    g.home = site.demo.dir + '/gnupg'
    return g.run(*args, stdin=stdin)


def web_of_trust(site):
    """Restarts the gateway with trust-model = pgp."""
    tap, demo, eli = site.tap, site.demo, 'eli@web.example'
    key, friends = site.key(eli), [site.key('friend%d@web.example' % i) for i in range(3)]
    tap.equal(demo.stop(), 0, 'the gateway ends')
    tap.equal(site.keys('known').status, 69, 'what addresses are known by is asked of the keeper')
    tap.equal(site.bring(friends[0]).status, 0, 'keys can be imported without a role')
    demo.configure('crypto', 'trust-model', 'pgp')
    demo.start()
    for friend in friends:
        site.bring(friend)
        admin(site, '--quick-lsign-key', friend)
        site.gpg.run('--local-user', friend, '--quick-sign-key', key)
    site.bring(key)
    tap.equal(verdict(site.mail(eli, key)[1])[:3], ('good-untrusted', 'unknown', None), 'certified by people whom nobody trusts')
    for level, count, wanted in ((4, 1, ('good-untrusted', 'marginal', 'web-of-trust')),
                                 (4, 3, ('good', 'full', 'web-of-trust'))):
        admin(site, '--import-ownertrust', stdin=''.join('%s:%d:\n' % (f, level) for f in friends[:count]).encode())
        site.bring(key)  # any change has the Web computed anew
        tap.equal(verdict(site.mail(eli, key)[1])[:3], wanted, '%d friends who are trusted marginally' % count)
    tap.equal(verdict(site.mail('friend0@web.example', friends[0])[1])[:3], ('good', 'full', 'certified'),
              "the team's own certification is told apart")
    tap.equal([(u['validity'], u['vouched_by']) for u in site.keys('show', '--json', key).json['user_ids']], [('full', 'web-of-trust')],
              'keys show says what vouches')
    other = site.key(eli)
    site.gpg.run('--local-user', friends[0], '--quick-sign-key', other)
    admin(site, '--import-ownertrust', stdin=('%s:5:\n' % friends[0]).encode())
    site.bring(other)
    incident, entry = site.mail(eli, other)
    tap.equal(verdict(entry)[:3], ('good', 'full', 'web-of-trust'), 'another key of the same address that a friend certified')
    site.warned('is good, and a change all the same', incident, entry, 'changed', key, other)
    tap.equal(site.keys('pin', eli, key).status, 0, 'pinning is there as before')
    tap.equal(verdict(site.mail(eli, other)[1])[:3], ('good-untrusted', 'never', None), 'and goes before the Web')


def without_roles(site):
    tap, key = site.tap, site.key('fay@alone.example')
    tap.equal(site.demo.stop(), 0, 'the gateway ends')
    site.bring(key)
    got = site.keys('certify', '--json', key)
    tap.ok(got.status == 0 and got.json['statements'][0]['by'] == ME, 'certify without a role', got)
    tap.equal(site.keys('map', 'alone.example', key).status, 0, 'map')
    tap.equal(site.keys('distrust', key).status, 0, 'distrust')
    tap.equal(sorted(s['kind'] for s in site.keys('show', '--json', key).json['statements']), ['certified', 'distrusted', 'map'], 'keys show')
    tap.equal(site.keys('rm', key).status, 0, 'rm')
    site.bring(key)
    tap.equal([s['kind'] for s in site.keys('show', '--json', key).json['statements']], ['distrusted'], 'and what is distrusted stays so')
    tap.equal(site.keys('undistrust', '--json', key).json['distrusted'], False, 'until that is taken back')


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    for part in (first_use, offers, successors, words, gateways, web_of_trust, without_roles):
        part(site)
    tap.equal(site.demo.left_over() if hasattr(site.demo, 'left_over') else [], [], 'no process is left')
    tap.done()


if __name__ == '__main__':
    main()
