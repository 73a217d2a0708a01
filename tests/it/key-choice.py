#!/usr/bin/env python3
"""Which key an answer is encrypted to, with real GnuPG keys through the whole gateway: expired, revoked, one user ID revoked,
an expired one beside a valid one, a gateway key, our own key, a changed key, one that only signs, version 6 and others. Each
with the key that was chosen, or the reason in the ticket; and the answer itself must agree: only that key opens it."""
import base64
import email
import email.policy
import hashlib
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

PAST = ('--faked-system-time', '20250101T000000!')
PLAIN = 'The answer goes without content'
OFFERED = 'The answer is encrypted opportunistically'


class Site:
    def __init__(self, tap):
        self.tap, self.gpg, self.demo = tap, t.Gpg(), t.Demo(conf={('log', 'level'): 'debug'})
        self.team = self.gpg.load(self.demo.team_key)[0]
        self.count = 0

    def key(self, address, *more, expired=False, kind='ed25519', sub='cv25519', days='never'):
        """A key for `address`; `expired`: since long."""
        when = PAST if expired else ()
        _, status = self.gpg.run(*when, '--quick-generate-key', 'N <%s>' % address, kind, 'cert,sign', '30d' if expired else 'never')
        made = [line.split()[-1] for line in status if line.startswith('KEY_CREATED ')][0]
        if sub:
            self.gpg.run(*when, '--quick-add-key', made, sub, 'encr', days)
        for user in more:
            self.gpg.run('--quick-add-uid', made, 'N <%s>' % user)
        return made

    def revoke(self, key):
        with open('%s/openpgp-revocs.d/%s.rev' % (self.gpg.home, key), encoding='utf-8') as file:
            words = file.read().replace(':-----BEGIN', '-----BEGIN')
        self.gpg.run('--import', stdin=words[words.index('-----BEGIN'):].encode())

    def bring(self, key):
        path = '%s/%s.asc' % (self.demo.dir, key)
        with open(path, 'wb') as file:
            file.write(self.gpg.export(key))
        done = self.demo.cli('keys', 'import', '--json', path)
        if done.status != 0:
            self.tap.ok(False, 'a key is imported', done)

    def keys(self, *words):
        done = self.demo.cli('keys', *words)
        if done.status != 0:
            self.tap.ok(False, 'keys ' + ' '.join(words), done)

    def mail(self, frm, signer=None, attached=None, headers=(), when=()):
        """One mail; (the incident once it is answered, its answer, the answer's entry)."""
        mid = t.message_id()
        self.count += 1
        entity = t.text_entity('host %d scans us: %s\n' % (self.count, mid))
        if attached is not None:
            entity = t.part_entity([entity, t.attachment('key.asc', attached, 'application/pgp-keys')])
        if signer is None:
            raw = t.plain(frm, t.TEAM, 'report', '', mid=mid, headers=headers, entity=entity)
        else:
            body = t.crlf(entity if entity.endswith(b'\n') else entity + b'\r\n')
            signature = self.gpg.run('--armor', *when, '--local-user', signer, '--digest-algo', 'SHA512', '--detach-sign', stdin=body)[0]
            signed = (b'Content-Type: multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"; boundary=s\r\n\r\n'
                      b'--s\r\n' + body + b'\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n' + t.crlf(signature)
                      + b'\r\n--s--\r\n')
            raw = t.plain(frm, t.TEAM, 'report', '', mid=mid, headers=headers, entity=signed)
        if self.demo.send(raw, frm) != [250]:
            self.tap.ok(False, 'a mail is taken')
        answer = self.demo.reply_to(mid, 20)
        incident = self.demo.ticket_of(mid)
        out = [e for e in incident['thread'] if e['direction'] == 'out']
        return incident, answer, out[0] if out else None

    def openers(self, answer):
        """Key ids of the encryption subkeys that the answer names; [] for one in the clear."""
        outer = email.message_from_bytes(answer, policy=email.policy.default)
        if outer.get_content_type() != 'multipart/encrypted':
            return []
        _, status = self.gpg.decrypt(list(outer.iter_parts())[1].get_payload(decode=True))
        return [line.split()[1] for line in status if line.startswith('ENC_TO ')]

    def subkeys(self, key):
        """Key ids of all subkeys of `key`."""
        rows = self.gpg.run('--with-colons', '--list-keys', key)[0].decode().splitlines()
        return [row.split(':')[4] for row in rows if row.startswith('sub:')]

    def expect(self, name, found, want, note=None, shown=()):
        """`want`: (key, source), or None: in the clear. `shown`: (source, key, reason) that must stand in the ticket."""
        incident, answer, out = found
        if not self.tap.ok(answer is not None and out is not None, name + ': answered', incident):
            return
        self.tap.equal((out['encrypted_to'], out['key_source']), want or (None, None), name)
        sealed = self.openers(answer)
        if want is None:
            self.tap.ok(not sealed and b'multipart/signed' in answer, name + ': the answer is signed and in the clear')
        else:
            self.tap.ok(len(sealed) == 1 and sealed[0] in self.subkeys(want[0]), name + ': that key opens the answer', sealed)
            opened = self.gpg.open_mail(answer)
            self.tap.ok(opened.good and opened.signer == self.team and incident['ticket'] in opened.text, name + ': and says the ticket')
        considered = [(k['source'], k['fingerprint'], k['reason']) for k in out['keys_considered']]
        for row in shown:
            self.tap.ok(row in considered, name + ': ' + row[2], '%r is not in %r' % (row, considered))
        events = [e['text'] for e in incident['thread'] if e['direction'] == 'event' and e['text'].startswith('The answer')]
        if note is None:
            self.tap.equal(events, [], name + ': nothing out of the ordinary')
        else:
            self.tap.ok(len(events) == 1 and events[0].startswith(note), name + ': the thread says so', events)


def autocrypt(site, address, key):
    data = base64.b64encode(site.gpg.run('--export', key)[0]).decode()
    return [('Autocrypt', 'addr=%s; keydata=%s' % (address, '\r\n '.join(data[i:i + 70] for i in range(0, len(data), 70))))]


def version6(address):
    """(fingerprint, block) of a version 6 key with a user ID (RFC 9580, 5.5.2.3): its packets alone."""
    body = struct.pack('>BIBI', 6, 1700000000, 27, 32) + os.urandom(32)
    user = b'N <' + address.encode() + b'>'
    block = bytes([0xc6, len(body)]) + body + bytes([0xcd, len(user)]) + user
    return hashlib.sha256(b'\x9b' + struct.pack('>I', len(body)) + body).hexdigest().upper(), block


def known_keys(site):
    """Keys that the ring has."""
    a = 'plain@a.example'
    good = site.key(a)
    site.bring(good)
    found = site.mail(a, good)
    site.expect('the key that signed', found, (good, 'signed'), shown=[('signed', good, 'chosen')])
    site.tap.contains(site.demo.cli('show', found[0]['ticket']).text, '\nEncrypted to %s (signed)\n' % good, 'people see it, too')
    site.expect('the key that signed before', site.mail(a), (good, 'known'))
    site.keys('pin', a, good)
    site.expect('the pinned key', site.mail(a), (good, 'pinned'))
    b = 'nobody@b.example'
    site.expect('no key at all', site.mail(b), None)
    site.bring(site.key(b))
    site.expect('a key that is merely in the ring', site.mail(b), None)
    c = 'certified@c.example'
    key = site.key(c)
    site.bring(key)
    site.keys('certify', key)
    site.expect('a certified key', site.mail(c), (key, 'certified'))
    d = 'someone@house.example'
    gateway = site.key('gateway@house.example')
    site.bring(gateway)
    site.keys('map', 'house.example', gateway)
    site.expect('one key for a whole house', site.mail(d), (gateway, 'mapped'))
    site.keys('map', 'ours@d.example', site.team)
    site.expect('our own key', site.mail('ours@d.example'), None, PLAIN, [('mapped', site.team, 'it is our own key')])


def useless_keys(site):
    e = 'expired@e.example'
    old, new = site.key(e, expired=True), site.key(e)
    site.bring(old)
    site.keys('pin', e, old)
    found = site.mail(e)
    site.expect('an expired key', found, None, PLAIN, [('pinned', old, 'expired')])
    site.tap.contains(site.demo.cli('show', found[0]['ticket']).text, '\n  not to %s (pinned): expired\n' % old, 'people see why')
    site.expect('an expired key that signed', site.mail(e, old, when=PAST), None, PLAIN, [('signed', old, 'expired')])
    site.keys('unpin', e)
    site.bring(new)
    site.keys('certify', old)
    site.keys('certify', new)
    site.expect('one expired and one valid key', site.mail(e), (new, 'certified'),
                shown=[('certified', old, 'expired'), ('certified', new, 'chosen')])
    f = 'subkeys@f.example'
    key = site.key(f, sub=None)
    site.bring(key)
    site.keys('pin', f, key)
    site.expect('a key that only signs', site.mail(f), None, PLAIN, [('pinned', key, 'it has no valid encryption subkey')])
    site.expect('a sign-only key that signed', site.mail(f, key), None, PLAIN, [('signed', key, 'it has no valid encryption subkey')])
    g = 'rolled@g.example'
    _, status = site.gpg.run(*PAST, '--quick-generate-key', 'N <%s>' % g, 'ed25519', 'cert,sign', 'never')
    rolled = [line.split()[-1] for line in status if line.startswith('KEY_CREATED ')][0]
    site.gpg.run(*PAST, '--quick-add-key', rolled, 'cv25519', 'encr', '30d')
    site.bring(rolled)
    site.keys('pin', g, rolled)
    site.expect('only an expired subkey', site.mail(g), None, PLAIN, [('pinned', rolled, 'it has no valid encryption subkey')])
    site.gpg.run('--quick-add-key', rolled, 'cv25519', 'encr', 'never')
    site.bring(rolled)
    site.expect('an expired and a valid subkey', site.mail(g), (rolled, 'pinned'))
    h = 'revoked@h.example'
    key = site.key(h)
    site.bring(key)
    site.keys('pin', h, key)
    site.expect('before it is revoked', site.mail(h), (key, 'pinned'))
    site.revoke(key)
    site.bring(key)
    site.expect('a revoked key', site.mail(h), None, PLAIN, [('pinned', key, 'revoked')])
    i, j = 'left@i.example', 'moved@i.example'
    key = site.key(i, j)
    site.gpg.run('--quick-revoke-uid', key, 'N <%s>' % i)
    site.bring(key)
    site.expect('a revoked user ID', site.mail(i, key), None, PLAIN, [('signed', key, 'its user ID with the address is revoked')])
    site.expect('the other user ID of that key', site.mail(j, key), (key, 'signed'))


def refused_keys(site):
    k = 'changed@k.example'
    one, two = site.key(k), site.key(k)
    site.bring(one)
    site.bring(two)
    site.expect('the first key', site.mail(k, one), (one, 'signed'))
    site.expect('a changed key', site.mail(k, two), None, PLAIN,
                [('signed', two, 'changed: the address is known by the key %s' % one), ('known', one, 'this mail is signed with another key')])
    site.expect('a changed key in an unsigned mail', site.mail(k, attached=site.gpg.export(two)), (one, 'known'), None,
                [('attached', two, 'changed: the address is known by the key %s' % one)])
    site.keys('pin', k, two)
    site.expect('a changed key that the team accepted', site.mail(k, two), (two, 'signed'))
    site.expect('the key that it displaced', site.mail(k, one), (two, 'pinned'), None,
                [('signed', one, 'another key is pinned for the address')])
    m = 'distrusted@m.example'
    key = site.key(m)
    site.bring(key)
    site.keys('distrust', key)
    site.expect('a distrusted key', site.mail(m, key), None, PLAIN, [('signed', key, 'the team distrusts it')])
    n = 'borrowed@n.example'
    y = 'rolls@y.example'
    old, new = site.key(y), site.key(y)
    site.bring(old)
    site.bring(new)
    site.expect('a key that is remembered', site.mail(y, old), (old, 'signed'))
    site.demo.cli('keys', 'map', 'y.example', new)
    site.expect('another one that the house accepted for the domain', site.mail(y), (new, 'mapped'))
    site.expect("somebody else's signature", site.mail(n, one), None, PLAIN, [('signed', one, 'no user ID of it names the address')])


def offered_keys(site):
    o = 'autocrypt@o.example'
    key = site.key(o)
    site.expect('Autocrypt', site.mail(o, headers=autocrypt(site, o, key)), (key, 'autocrypt'), OFFERED, [('autocrypt', key, 'chosen')])
    p = 'attached@p.example'
    key = site.key(p)
    site.expect('an attached key', site.mail(p, attached=site.gpg.export(key)), (key, 'attached'), OFFERED)
    site.tap.ok(site.demo.cli('keys', 'show', key).status == 1, 'the ring does not learn offered keys')
    site.expect('the same without the key', site.mail(p), None)
    q = 'other@q.example'
    site.expect('an attached key for somebody else', site.mail(q, attached=site.gpg.export(key)), None)
    r = 'old@r.example'
    key = site.key(r, expired=True)
    site.expect('an attached key that has expired', site.mail(r, attached=site.gpg.export(key)), None, PLAIN, [('attached', key, 'expired')])
    s = 'mute@s.example'
    key = site.key(s, sub=None)
    site.expect('an attached key that only signs', site.mail(s, attached=site.gpg.export(key)), None, PLAIN,
                [('attached', key, 'it has no valid encryption subkey')])
    u = 'six@u.example'
    six, block = version6(u)
    site.expect('a version 6 key', site.mail(u, attached=block), None, PLAIN,
                [('attached', six, 'a version 6 key: the GnuPG here cannot use it')])
    v = 'broken@v.example'
    key = site.key(v)
    cut = site.gpg.run('--export', key)[0]
    site.expect('a broken key', site.mail(v, attached=cut[:len(cut) // 3]), None, PLAIN,
                [('attached', key, 'it could not be read, or is not in the keyring')])
    w = 'distrusted@w.example'
    key = site.key(w)
    site.keys('distrust', key)
    site.expect('an attached key that is distrusted', site.mail(w, attached=site.gpg.export(key)), None, PLAIN,
                [('attached', key, 'the team distrusts it')])
    x = 'pinned@x.example'
    good, bad = site.key(x), site.key(x)
    site.bring(good)
    site.keys('pin', x, good)
    site.expect('the pinned key before an offered one', site.mail(x, attached=site.gpg.export(bad)), (good, 'pinned'))


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    for part in (known_keys, useless_keys, refused_keys, offered_keys):
        part(site)
    log = site.demo.log()
    tap.ok('key=' in log and 'source=' in log, 'the log says which key')
    tap.ok('host 1 scans' not in log and '@a.example' not in log, 'and nothing else')
    tap.equal(site.demo.stop(), 0, 'the gateway stops')
    tap.done()


main()
