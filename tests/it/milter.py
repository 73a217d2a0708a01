#!/usr/bin/env python3
"""The door in the SMTP dialogue: a real Postfix asks madoguchi-milter, a real SMTP client (swaks) hears the answers. Every
rule with its code and text, mail for others untouched, mixed recipients, marks, intake by the milter, and a milter that is
killed or hangs."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madopackets as p  # noqa: E402
import madotest as t  # noqa: E402

ALICE, BOB = 'alice@reporter.example', 'bob@reporter.example'
OPEN = 'open@example.org'
URL = 'https://example.org/csirt.asc'
RULES = ('plaintext', 'wrong-key', 'no-integrity', 'packet-version', 'size', 'structure', 'token', 'rate')


class Door:
    """A Postfix with a milter before, and (unless `route` is None) the gateway's LMTP behind."""

    def __init__(self, rules=RULES, route='lmtp', more=None):
        place = t.short_dir('p')
        os.chmod(place, 0o755)
        port = self.port = t.free_port()
        lmtp = 'unix:%s/lmtp.sock' % place
        self.postfix = t.Postfix(lmtp, [ALICE, BOB, t.TEAM] if route is None else [ALICE, BOB],
                                 team_domain='nowhere.example' if route is None else 'example.org',
                                 more='smtpd_milters = inet:127.0.0.1:%d\nmilter_default_action = tempfail\n'
                                      'milter_connect_timeout = 3s\nmilter_command_timeout = 3s\nmilter_content_timeout = 3s\n' % port)
        with open(place + '/secret', 'w', encoding='ascii') as secret:
            secret.write('a secret of the test, 16 bytes at least\n')
        conf = {('intake', 'milter-listen'): 'inet:127.0.0.1:%d' % port, ('team', 'address'): t.TEAM + ';' + OPEN,
                ('milter', 'encrypted-only'): t.TEAM, ('milter', 'key-url'): URL, ('milter', 'secret-file'): place + '/secret',
                ('submission', 'url'): 'smtp://127.0.0.1:%d' % self.postfix.port}
        conf.update({('milter', rule): 'on' if rule in rules else 'log' for rule in RULES})
        conf.update(more or {})
        self.demo = t.Demo(listen=lmtp, conf=conf)
        os.chmod(place + '/lmtp.sock', 0o666)
        self.postfix.start()

    def swaks(self, raw, to=t.TEAM, frm=ALICE, seconds=30):
        """What the client heard last that was no success, and swaks' status."""
        name = os.path.join(self.postfix.dir, 'mail.eml')
        with open(name, 'wb') as out:
            out.write(raw)
        run = subprocess.run(['swaks', '--server', '127.0.0.1:%d' % self.postfix.port, '--from', frm, '--to', to, '--helo', 'client.example',
                              '--data', '@' + name, '--timeout', str(seconds)], capture_output=True, check=False)
        heard = [line[4:] for line in run.stdout.decode('utf-8', 'replace').splitlines() if line.startswith('<** ')]
        return (heard[0] if heard else ''), run.returncode

    def close(self):
        self.demo.stop()
        self.postfix.close()


def words(text=b'Hello team.\n'):
    return t.plain(ALICE, t.TEAM, 'Report', text.decode())


def carrying(packets):
    """A PGP/MIME mail around raw packets."""
    return t.compose(t.outer_headers(ALICE, t.TEAM, '...'), t.encrypted_entity(p.armor(packets).encode()))


def session_key_packet(key_id, version=3):
    if version == 6:  # RFC 9580, 5.1.2: a version 4 fingerprint, X25519
        return p.packet(1, bytes([6, 21, 4]) + bytes(12) + key_id + bytes([25]) + bytes(32) + b'\x28' + bytes(40))
    return p.packet(1, bytes([3]) + key_id + bytes([18]) + bytes(60))


def refusals(tap, door, gpg):
    """The documented code and text of every rule."""
    key_id = bytes.fromhex(subkey_of(gpg))
    big = words(b'All of it.\n' * 20000)
    bomb = t.compose(t.outer_headers(ALICE, t.TEAM, 'x'), b'Content-Type: multipart/mixed; boundary=x\r\n\r\n' + b'--x\r\n\r\n\r\n' * 10002)
    wrong = t.pgp_encrypted(gpg.reporter, ALICE, t.TEAM, '...', t.text_entity('x'), [gpg.alice])
    cases = [
        ('plaintext', words(), t.TEAM, '550 5.7.1', 'encrypted mail only'),
        ('wrong-key', wrong, t.TEAM, '550 5.7.5', 'not to a key that we use'),
        ('no-integrity', carrying(session_key_packet(key_id) + p.packet(9, bytes(50))), t.TEAM, '550 5.7.7', 'integrity'),
        ('packet-version', carrying(session_key_packet(key_id, 6) + p.packet(18, bytes([2, 9, 2, 6]) + bytes(60))), t.TEAM, '550 5.7.6', 'newer OpenPGP format'),
        ('size', big, OPEN, '552 5.3.4', 'larger than we take'),
        ('structure', bomb, OPEN, '554 5.6.0', 'more parts or levels'),
        ('token', words(), 'csirt+%s@example.org' % ('0' * 22), '550 5.1.1', 'never given away'),
    ]
    for rule, raw, to, code, text in cases:
        heard, status = door.swaks(raw, to)
        tap.ok(heard.startswith(code + ' ') and text in heard, '%s: refused with %s and its words' % (rule, code), heard)
        tap.ok(status != 0, rule + ': the client knows')
        if rule in ('plaintext', 'wrong-key', 'packet-version'):
            tap.ok(URL in heard and subkey_of(gpg).upper() in heard, rule + ': names the key and where it is', heard)
    tap.equal(door.demo.incidents(), [], 'no refused mail is a ticket')


def subkey_of(gpg):
    """Long id of the team's encryption subkey, from its public key alone."""
    out = gpg.reporter.run('--with-colons', '--list-keys', gpg.team_key)[0].decode()
    return next(line.split(':')[4] for line in out.splitlines() if line.startswith('sub:') and 'e' in line.split(':')[11])


def accepted(tap, door, gpg):
    """What may be for us gets in, with a mark; a forged one is taken out."""
    mid = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, ALICE, t.TEAM, '...', t.text_entity('kestrel'), [gpg.team_key], signer=gpg.alice, mid=mid,
                          headers=[('X-Madoguchi-Door', 'v=1; t=1; c=192.0.2.99; r=; m=' + '0' * 64)])
    heard, status = door.swaks(raw)
    tap.equal((heard, status), ('', 0), 'encrypted to our key: accepted')
    incident = door.demo.ticket_of(mid)
    if tap.ok(incident, 'and a ticket', door.demo.log()[-2000:]):
        report = incident['thread'][0]['report']
        tap.equal((report['door'] or {}).get('client'), '127.0.0.1', 'the mark says who the client was')
        tap.equal(report['problems'], [], 'and the forged one is gone')
        tap.equal(report['encryption'], 'whole', 'the mail itself is whole')
    hidden = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, ALICE, t.TEAM, '...', t.text_entity('x'), [gpg.team_key], mid=hidden, options=['--throw-keyids'])
    tap.equal(door.swaks(raw)[1], 0, 'a hidden recipient may be us: accepted')
    inline = t.plain(ALICE, t.TEAM, '...', gpg.reporter.encrypt([gpg.team_key], b'x').decode())
    tap.equal(door.swaks(inline)[1], 0, 'an inline message to us: accepted')
    tap.equal(door.swaks(words(), OPEN)[1], 0, 'plaintext to the address that takes it: accepted')
    return incident


def replies(tap, door, gpg, incident):
    """Our own reply address passes the door."""
    ack = t.wait_for(lambda: t.maildir(door.postfix.mailbox(ALICE)), 20)
    to = t.address_of(gpg.reporter.open_mail(ack[0]).inner['Reply-To'] or t.header(ack[0], 'Reply-To')) if ack else None
    if not tap.ok(to and '+' in to, 'the answer has a reply address', str(to)):
        return
    mid = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, ALICE, to, '...', t.text_entity('more'), [gpg.team_key], signer=gpg.alice, mid=mid)
    heard, status = door.swaks(raw, to)
    tap.equal((heard, status), ('', 0), 'a reply address of ours: accepted')
    joined = door.demo.ticket_of(mid)
    tap.equal(joined and joined['ticket'], incident and incident['ticket'], 'and joined')


def others(tap, door, gpg):
    """Mail to somebody else is what it is without us."""
    odd = (b'From: <alice@reporter.example>\r\nTo: bob@reporter.example\r\nSubject:  two  blanks\r\n\tand a tab\r\nx-madoguchi-door: mine\r\n'
           b'X-Madoguchi-Door:v=1\r\nDate: Sat, 21 Nov 2026 00:00:00 +0000\r\nMessage-ID: <odd@reporter.example>\r\n\r\nline \r\n\r\n..dots\r\n=20\r\n')
    door.postfix.send(ALICE, [BOB], odd)
    got = t.wait_for(lambda: t.maildir(door.postfix.mailbox(BOB)), 20)
    body = re.sub(rb'(?s)\A.*?(?=^From: )', b'', got[0], flags=re.M) if got else b''
    tap.equal(body.replace(b'\r\n', b'\n'), odd.replace(b'\r\n', b'\n'), 'mail for others: byte for byte')
    mid = t.message_id()
    before = len(t.maildir(door.postfix.mailbox(BOB)))
    heard, status = door.swaks(t.plain(ALICE, t.TEAM, 'both', 'Hello both.\n', mid=mid), '%s,%s' % (t.TEAM, BOB))
    tap.equal((heard, status), ('', 0), 'plaintext to us and others: not refused, they would lose it')
    tap.ok(t.wait_for(lambda: len(t.maildir(door.postfix.mailbox(BOB))) > before, 20), 'the other one has it')
    incident = door.demo.ticket_of(mid)
    tap.equal(incident and incident['thread'][0]['report']['door']['rules'], 'plaintext', 'and our mark names the rule')
    tap.contains(door.demo.log(), 'rules=plaintext', 'as the log does')


def rates(tap, gpg):
    door = Door(rules=('rate',), more={('milter', 'rate-limit'): '3'})
    answers = [door.swaks(words())[0] for _ in range(5)]
    tap.equal([a[:9] for a in answers], ['', '', '', '450 4.7.1', '450 4.7.1'], 'rate: the fourth mail of a network waits')
    tap.equal(door.swaks(words(), BOB)[1], 0, 'rate: mail for others is not counted')
    door.close()


def intake(tap, gpg, how):
    """The milter spools; `copy` leaves the MTA its own, `take` does not."""
    door = Door(rules=(), route=None, more={('milter', 'intake'): how})
    mid = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, ALICE, t.TEAM, '...', t.text_entity('kestrel'), [door_key(door, gpg)], mid=mid)
    tap.equal(door.swaks(raw, '%s,%s' % (t.TEAM, BOB))[1], 0, how + ': accepted')
    incident = door.demo.ticket_of(mid)
    tap.ok(incident and 'kestrel' in incident['thread'][0]['report']['text'], how + ': a ticket, opened', door.demo.log()[-2000:])
    tap.ok(t.wait_for(lambda: t.maildir(door.postfix.mailbox(BOB)), 20), how + ': the other recipient has it')
    tap.ok(t.wait_for(lambda: 'removed' in door.postfix.log(), 20), how + ': the MTA is done')
    tap.equal(len(t.maildir(door.postfix.mailbox(t.TEAM))), 1 if how == 'copy' else 0, how + ': copies in the old mailbox')
    raw = door.demo.cli('raw', incident['ticket'], str(incident['thread'][0]['id'])).out if incident else b''
    tap.ok(re.match(rb'Received: from client\.example \(\[127\.0\.0\.1\]\)', raw), how + ': the spooled mail has its trace', raw[:200])
    door.close()


def door_key(door, gpg):
    gpg.reporter.load(door.demo.team_key)
    out = gpg.reporter.run('--with-colons', '--show-keys', stdin=door.demo.team_key)[0].decode()
    return next(line.split(':')[9] for line in out.splitlines() if line.startswith('fpr:'))


def doctor(tap, door):
    """What it says of a door that serves, of one that is gone, and of a Postfix that does not ask it, or the wrong way."""
    def said(more=None):
        environment = dict(os.environ, MADOGUCHI_CONF=door.demo.conf_file, MAIL_CONFIG=more or door.postfix.dir + '/etc')
        run = subprocess.run([t.program('madoguchi'), 'doctor', '--json'], capture_output=True, check=False, env=environment)
        return {(line['status'], line['detail']) for line in map(json.loads, run.stdout.decode().splitlines()) if line['name'] == 'milter'}

    tap.equal(said(), {('ok', 'answers'), ('ok', 'Postfix asks it')}, 'doctor: all is well')
    other = door.postfix.dir + '/other'
    os.mkdir(other)
    shutil.copy(door.postfix.dir + '/etc/master.cf', other)
    for lines, word in (('', ('warn', 'does not name it')),
                        ('smtpd_milters = inet:127.0.0.1:%s\nmilter_default_action = accept\n' % door.port, ('warn', 'no rule holds'))):
        with open(other + '/main.cf', 'w', encoding='ascii') as out:
            out.write('compatibility_level = 3.6\n' + lines)
        tap.ok(any(status == word[0] and word[1] in detail for status, detail in said(other)), 'doctor: ' + word[1], str(said(other)))
    door.demo.stop()
    tap.ok(any(status == 'fail' for status, _ in said()), 'doctor: nobody answers', str(said()))


def both_ways(tap, gpg):
    """Taken in by the milter and delivered by LMTP, too: one ticket."""
    door = Door(rules=(), more={('milter', 'intake'): 'copy'})
    mid = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, ALICE, t.TEAM, '...', t.text_entity('kestrel'), [door_key(door, gpg)], mid=mid)
    tap.equal(door.swaks(raw)[1], 0, 'by both ways: accepted')
    account = door.demo.settle(30, accepted=2)
    tap.ok(account and account['balanced'] and (account['states']['ticket'], account['states']['duplicate']) == (1, 1),
           'by both ways: one ticket, one duplicate', str(account))
    door.close()


def trouble(tap, gpg):
    """A milter that hangs or is gone: the client is told to come again, and nothing is lost."""
    door = Door(rules=())
    first = door.demo.role_pids('milter')[0]
    os.kill(first, signal.SIGSTOP)
    heard = door.swaks(words())[0]
    os.kill(first, signal.SIGCONT)
    tap.ok(heard.startswith('451 4.7.1'), 'a milter that hangs: 451', heard)
    os.kill(first, signal.SIGKILL)
    codes = set()
    mid = t.message_id()
    raw = t.plain(ALICE, t.TEAM, 'again', 'Hello again.\n', mid=mid)
    status = t.wait_for(lambda: (lambda answer: codes.add(answer[0][:3]) or (answer[1] == 0))(door.swaks(raw)), 60, 0.1)
    tap.ok(status, 'a milter that was killed is back, and takes the mail')
    tap.ok(codes <= {'', '451'}, 'until then: 451', str(codes))
    tap.ok(door.demo.ticket_of(mid), 'and the mail is a ticket')
    account = door.demo.settle(30)
    tap.ok(account and account['balanced'], 'the account balances', str(account))
    door.close()


def main():
    why = t.why_not() or next((name + ' is not installed' for name in ('swaks',) if not any(
        os.access(os.path.join(d, name), os.X_OK) for d in os.environ['PATH'].split(':'))), None)
    if why:
        t.skip_all(why)
    t.need_programs()
    tap = t.Tap()
    gpg = Keys()
    door = Door(more={('intake', 'size-limit'): '200K'})
    gpg.team_key = door_key(door, gpg)
    refusals(tap, door, gpg)
    incident = accepted(tap, door, gpg)
    replies(tap, door, gpg, incident)
    others(tap, door, gpg)
    doctor(tap, door)
    door.close()
    rates(tap, gpg)
    intake(tap, gpg, 'copy')
    intake(tap, gpg, 'take')
    both_ways(tap, gpg)
    trouble(tap, gpg)
    tap.done()


class Keys:
    """A reporter with a key."""

    def __init__(self):
        self.reporter = t.Gpg()
        self.alice = self.reporter.generate('Alice <%s>' % ALICE)
        self.team_key = None


main()
