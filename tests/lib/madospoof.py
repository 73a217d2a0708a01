"""What the tests of forged mails share: keys of every sort, mails by the piece, and the table of cases.

A case is a forged mail, the verdicts that it may get, and its honest twin, which must get `good`. FORGED is what a forger
wants the team to read as Alice's; WORDS is what Alice really wrote."""
import base64
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'it'))
import madopackets as p  # noqa: E402

shapes = __import__('open')  # the gateway of tests/it/open.py
gpg, crlf, ok = shapes.gpg, shapes.crlf, shapes.ok

WORDS = 'The host 192.0.2.7 scans us.\n'
FORGED = 'Pay Mallory 100, host 203.0.113.66.\n'
PLAIN = 'Content-Type: text/plain; charset=utf-8\n'
TEXT = PLAIN + '\n' + WORDS
NOT_GOOD = {'none', 'partial', 'bad', 'unsupported', 'unknown-key', 'good-untrusted'}
UNSIGNED = {'none', 'partial', 'bad', 'unsupported'}


def head(sender='Alice <alice@example.net>', *more, subject='Scan'):
    return 'From: %s\nTo: csirt@example.org\nSubject: %s\nMessage-ID: <1@example.net>\nMIME-Version: 1.0\n%s' % (
        sender, subject, ''.join(line + '\n' for line in more))


def parts(*entities, kind='mixed', mark='o', before='', after=''):
    return 'Content-Type: multipart/%s; boundary="%s"\n\n%s%s--%s--\n%s' % (
        kind, mark, before, ''.join('--%s\n%s\n' % (mark, one) for one in entities), mark, after)


def signed_by(signature, part=TEXT, mark='sig'):
    """multipart/signed; @signature: packets or armour."""
    armour = signature if isinstance(signature, str) else p.armor(signature, 'SIGNATURE')
    return ('Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="%s"\n\n--%s\n%s\n--%s\n'
            'Content-Type: application/pgp-signature\n\n%s\n--%s--\n' % (mark, mark, part.rstrip('\n'), mark, armour, mark))


def body_of(part):
    """The bytes that a signature over @part is made over."""
    return crlf(part.rstrip('\n'))


def signed(key, part=TEXT, mark='sig', **how):
    return signed_by(key.sign(body_of(part), **how), part, mark)


def wrap(cipher):
    return shapes.wrap(cipher if isinstance(cipher, str) else p.armor(cipher))


def attached(name, data, kind='application/octet-stream'):
    return ('Content-Type: %s; name="%s"\nContent-Disposition: attachment; filename="%s"\nContent-Transfer-Encoding: base64\n\n%s'
            % (kind, name, name, base64.encodebytes(data).decode()))


def inline(packets):
    return head() + PLAIN + '\n' + p.armor(packets)


class Keys:
    """Alice, Bob and Mallory are pinned, each for an address of example.net; Carol is known; Dave is not."""

    def __init__(self, gateway):
        self.home, self.team_home = gateway.senders, gateway.home
        for who in ('alice', 'bob', 'mallory', 'carol', 'dave', 'stranger'):
            shapes.make_key(self.home, who)
        gpg(self.home, '--passphrase', '', '--quick-add-key', shapes.fingerprint(self.home, 'alice'), 'ed25519', 'sign')
        gpg(self.home, '--passphrase', '', '--quick-generate-key', 'certonly <certonly@example.net>', 'ed25519', 'cert', 'never')
        shapes.make_key(self.home, 'veteran', when='20150101T000000!')
        shapes.make_key(self.home, 'expired', when='20200101T000000!', expire='seconds=86400')
        shapes.make_key(self.team_home, 'team')
        gpg(self.home, '--import', data=gpg(self.team_home, '--export', 'team').stdout)
        self.pins = {}
        for who in ('alice', 'bob', 'mallory', 'carol', 'dave', 'certonly', 'veteran', 'expired'):
            setattr(self, who, p.Key(self.home, who))
        self.alice_subkey = p.Key(self.home, 'alice', 2)
        for who in ('alice', 'bob', 'mallory', 'certonly', 'veteran', 'expired'):
            self.publish(getattr(self, who).block, who, getattr(self, who))
        self.publish(self.carol.block)

    def publish(self, block, who=None, key=None):
        """Into the team's ring; pinned for WHO@example.net."""
        if block:
            gpg(self.team_home, '--import', data=block)
        if who is not None:
            self.pins['%s@example.net' % who] = key.fingerprint
        with open(self.team_home + '/madoguchi-pins', 'w', encoding='ascii') as out:
            out.write(''.join('%s %s 2026-01-01T00:00:00Z\n' % pin for pin in self.pins.items()))

    def fresh(self, who, user_id=None):
        shapes.make_key(self.home, who) if user_id is None else gpg(
            self.home, '--passphrase', '', '--quick-generate-key', user_id, 'ed25519', 'sign,cert', 'never')
        return p.Key(self.home, who)

    def encrypted(self, data, *options):
        """A binary message to the team; its session key packet, algorithm and key are (head, algorithm, key)."""
        return gpg(self.home, '-r', 'team', *options, '--encrypt', data=data).stdout

    def session(self):
        message = self.encrypted(b'x')
        algorithm, key = p.session_key(self.team_home, message)
        return p.split(message)[0][2], algorithm, key


class Suite:
    """The table: forged mails and their twins, each opened once."""

    def __init__(self, gateway):
        self.gateway, self.cases, self.twin = gateway, [], None

    def add(self, name, mail, allowed=frozenset(NOT_GOOD), twin=None, test=None, twin_test=None):
        """@allowed: the verdicts that @mail may get. @twin: an honest mail, by default that of the table's start.
        @test, @twin_test: what else must be true of the reports."""
        self.cases.append((name, as_bytes(mail), frozenset(allowed), as_bytes(twin or self.twin), test, twin_test))

    def run(self):
        """Prints a line for each case; returns (forged mails, different twins)."""
        unique = list(dict.fromkeys(mail for case in self.cases for mail in (case[1], case[3])))
        reports = dict(zip(unique, self.gateway.open(unique)))
        for name, mail, allowed, twin, test, twin_test in self.cases:
            report, honest = reports[mail], reports[twin]
            ok('%s: %s' % (name, report.get('signature')), is_held(report, allowed) and holds(test, report), show(report))
            ok('%s: the honest twin is good' % name, honest.get('signature') == 'good' and honest['signer']['matches_from']
               and FORGED.strip() not in (honest['text'] or '') and holds(twin_test, honest), show(honest))
        return len({case[1] for case in self.cases}), len({case[3] for case in self.cases})


def as_bytes(mail):
    return mail if isinstance(mail, bytes) else mail.encode()


def show(report):
    return json.dumps(report, ensure_ascii=False)


def holds(test, report):
    try:
        return test is None or bool(test(report))
    except (KeyError, IndexError, TypeError) as problem:
        report['test'] = repr(problem)
        return False


def is_held(report, allowed):
    """Does the report say no more than it may? What is forged never stands under a good verdict, nor under words of ours that
    say the sender signed it."""
    if report.get('signature') not in allowed:
        return False
    if report['signature'] == 'good':
        return FORGED.strip() not in (report['text'] or '') and report['signer']['matches_from'] and speaks_for(report)
    if report['signature'] == 'partial' and FORGED.strip() in report['text'] and WORDS.strip() in report['text'] and '===' not in report['text']:
        return False
    ours = ''
    for line in (report['text'] or '').split('\n'):
        ours = line if line.startswith('===') else ours
        if FORGED.strip() in line and ('of the sender' in ours or (ours.startswith('=== outside') and not line.startswith('| '))):
            return False
    return True


def speaks_for(report):
    """Is the one sender of the report the owner of the key?"""
    return report['headers']['from_count'] == 1 and any(report['from']['address'].lower() in uid.lower() for uid in report['signer']['user_ids'])


def later(seconds):
    return int(time.time()) + seconds
