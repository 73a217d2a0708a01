#!/usr/bin/env python3
"""Bad input on the running gateway: every reply code, an LMTP session of random bytes, and mails made to break a
parser. Each one is answered, nothing is lost, no role dies, and the next mail is served."""
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

FROM = 'bad@reporter.example'


def reply_codes(tap, demo):
    with t.Lmtp(demo.lmtp) as s:
        tap.equal((s.greeting[0], s.hello[0]), (220, 250), '220 at first, 250 to LHLO')
        for word in ('PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8', 'SIZE'):
            tap.contains(s.hello[1], word, 'LHLO offers ' + word)
        tap.equal(s.cmd('EHLO test')[0] // 100, 5, 'EHLO is not LMTP: 5xx (RFC 2033, 4.1)')
        tap.equal(s.cmd('RCPT TO:<%s>' % t.TEAM)[0], 503, 'RCPT before MAIL: 503')
        tap.equal(s.cmd('DATA')[0], 503, 'DATA before MAIL: 503')
        tap.equal(s.cmd('NONSENSE')[0], 500, 'an unknown word: 500')
        tap.equal(s.cmd('MAIL FROM:nobody')[0], 501, 'a path without brackets: 501')
        tap.equal(s.cmd('MAIL FROM:<%s> SIZE=x' % FROM)[0], 501, 'a SIZE that is no number: 501')
        tap.equal(s.cmd('MAIL FROM:<%s> ODD=1' % FROM)[0], 555, 'an unknown parameter: 555')
        tap.equal(s.cmd('MAIL FROM:<%s> SIZE=%d' % (FROM, 60 << 20))[0], 552, 'SIZE over the limit: 552')
        tap.equal(s.cmd('MAIL FROM:<%s>' % FROM)[0], 250, 'MAIL: 250')
        tap.equal(s.cmd('MAIL FROM:<%s>' % FROM)[0], 503, 'a second MAIL: 503')
        code, text = s.cmd('RCPT TO:<nobody@example.org>')
        tap.ok(code == 550 and text.startswith('5.1.1'), 'another address: 550 5.1.1', (code, text))
        tap.equal(s.cmd('RCPT TO:<csirt+anything@example.org>')[0], 250, 'a plus-address of ours: 250')
        tap.equal(s.cmd('DATA')[0], 354, 'DATA: 354')
        s.write(b'Subject: dots\r\n\r\na\n.\nb\r\n..c\r\n')
        s.write(b'.\r\n')
        tap.equal(s.reply()[0], 250, 'a bare LF never ends the data; the mail is taken')
        tap.equal(s.cmd('RSET')[0], 250, 'RSET: 250')
        tap.equal(s.cmd('NOOP')[0], 250, 'NOOP: 250')
        tap.equal(s.cmd('QUIT')[0], 221, 'QUIT: 221')
    with t.Lmtp(demo.lmtp) as s:
        s.begin(FROM, [t.TEAM, 'nobody@example.org', 'csirt+x@example.org'])
        codes = [c for c, _ in s.data(t.plain(FROM, t.TEAM, 'two', 'for two\n'))]
        tap.equal(codes, [250, 250], 'one reply for each accepted recipient')
    return 2  # mails taken


def draining(tap, demo):
    """A session that is open when SIGTERM comes hears 421; what it was promised stays."""
    session = t.Lmtp(demo.lmtp)
    demo.daemon.terminate()
    tap.equal(session.reply()[0], 421, 'a session open while we drain hears 421')
    session.close()
    tap.equal(demo.stop(), 0, 'and the drain ends')
    demo.start()


def random_sessions(tap, demo, seed):
    rng = random.Random(seed)
    for round_ in range(20):
        data = rng.randbytes(rng.choice([10, 1000, 100000]))
        if round_ % 2:
            data = b'LHLO x\r\n' + b'\r\n'.join(
                rng.choice([b'MAIL FROM:<a@b>', b'RCPT TO:<csirt@example.org>', b'RSET', b'NOOP ' + rng.randbytes(30),
                            rng.randbytes(600), b'DATA\n.\n', b'BDAT 5']) for _ in range(50)) + b'\r\n'
        t.lmtp_raw(demo.lmtp, data)
    tap.ok(True, 'twenty sessions of random bytes end')
    with t.Lmtp(demo.lmtp) as s:
        tap.equal(s.cmd('NOOP')[0], 250, 'and the next session is served')


def empty_parts():
    head = '\r\n'.join(['From: ' + FROM, 'To: ' + t.TEAM, 'Subject: parts', 'Message-ID: ' + t.message_id(),
                        'Content-Type: multipart/mixed; boundary=x', '', ''])
    return head.encode() + b'--x\r\n' * (1 << 20) + b'--x--\r\n'


def nested(depth):
    body = b''.join(b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (i, i) for i in range(depth))
    head = '\r\n'.join(['From: ' + FROM, 'To: ' + t.TEAM, 'Subject: deep', 'Message-ID: ' + t.message_id(), 'MIME-Version: 1.0', ''])
    return (head.encode() + body + b'Content-Type: text/plain\r\n\r\ndeep inside\r\n'
            + b''.join(b'--b%d--\r\n' % i for i in reversed(range(depth))))


def without_mdc(gpg, key):
    """3DES without integrity protection, as gpg 2.2 still makes on request; None when it does not."""
    entity = t.text_entity('no integrity here: withheldword\n')
    try:
        return t.pgp_encrypted(gpg, FROM, t.TEAM, 'no mdc', entity, [key],
                               options=['--rfc2440', '--cipher-algo', '3DES', '--disable-mdc'])
    except RuntimeError:
        return None


def truncated(gpg, key):
    raw = t.pgp_encrypted(gpg, FROM, t.TEAM, 'cut', t.text_entity('cut off\n' * 500), [key])
    lines = raw.split(b'\r\n')
    start = next(i for i, line in enumerate(lines) if b'BEGIN PGP MESSAGE' in line)
    end = next(i for i, line in enumerate(lines) if b'END PGP MESSAGE' in line)
    middle = (start + end) // 2
    return b'\r\n'.join(lines[:middle] + lines[end:])


def hostile_mails(gpg, key):
    """(name, mail, why it is held or None) of everything that is taken and must end in a visible state."""
    mails = [('5 MB of empty parts', empty_parts(), 'limit'), ('200-deep nesting', nested(200), 'limit'),
             ('a truncated PGP message', truncated(gpg, key), None), ('a mail of one NUL', b'\0\r\n', 'no-mail'),
             ('an empty mail', b'\r\n', 'no-mail'), ('headers only', b'Subject: x\r\n', None),
             ('a 2 MB header', b'From: a@b\r\nSubject: ' + b'x' * (2 << 20) + b'\r\n\r\nhi\r\n', 'limit'),
             ('100,000 recipients in To', b'From: a@b\r\nTo: ' + b', '.join(b'u%d@x.example' % i for i in range(100000))
              + b'\r\n\r\nhi\r\n', 'limit')]
    weak = without_mdc(gpg, key)
    if weak:
        mails.append(('PGP without integrity protection', weak, None))
    place = os.path.join(t.SHARED, 'facts', 'data', 'experiments')
    for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
        if name.endswith('.eml'):
            with open(os.path.join(place, name), 'rb') as file:
                mails.append((name, t.crlf(file.read()), None))
    rng = random.Random(7)
    mails.append(('a mail of random bytes', rng.randbytes(200000).replace(b'\r', b'x'), 'no-mail'))
    return mails


def take(demo, raw):
    """(code, queue id) of one mail."""
    with t.Lmtp(demo.lmtp, 60) as session:
        session.begin(FROM, [t.TEAM])
        code, text = session.data(raw)[0]
    return code, text.split()[-1]


def main():
    tap = t.Tap()
    t.need_programs()
    seed = int(os.environ.get('SEED', str(time.time_ns() % 1000000)))
    tap.note('SEED=%d' % seed)
    demo = t.Demo()
    gpg = t.Gpg()
    team = gpg.load(demo.team_key)[0]
    accepted = reply_codes(tap, demo)
    draining(tap, demo)
    before = demo.pids()
    random_sessions(tap, demo, seed)

    big = t.plain(FROM, t.TEAM, 'big', 'x') + b'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n' * (15 << 16)
    tap.equal(demo.send(big, FROM), [552], 'a 60 MiB mail: 552')
    del big
    wanted = {}
    for name, raw, why in hostile_mails(gpg, team):
        code, queue_id = take(demo, raw)
        accepted += code == 250
        tap.equal(code, 250, 'taken: ' + name)
        wanted[queue_id] = (name, why)
    account = demo.settle(240)
    # Random sessions may hold whole mails, so there may be more; there must not be fewer.
    tap.ok(account and account['balanced'] and account['accepted'] >= accepted and account['states']['pending'] == 0,
           'every one ended in a visible state', (accepted, account or demo.account(), demo.log()[-1500:]))
    tap.note(account)
    held = {h['queue_id']: h['reason'] for h in demo.cli('held', '--json').lines}
    for queue_id, (name, why) in wanted.items():
        tap.equal(held.get(queue_id), why, '%s: %s' % (name, why and 'held, ' + why or 'a ticket'))
    tap.ok(all(h['ticket'] for h in demo.cli('held', '--json').lines), 'what is held has a visible incident')
    shown = [demo.show(i['ticket']) for i in demo.incidents()]
    texts = ' '.join(str(e) for i in shown for e in i['thread'])
    tap.ok('withheldword' not in texts, 'text without integrity protection is withheld')
    why = [e['report']['undecryptable']['reason'] for i in shown for e in i['thread']
           if e.get('report') and e['report'].get('undecryptable')]
    tap.ok('no-integrity' in why and 'corrupt' in why, 'the tickets say why they cannot be read', why)
    tap.equal(demo.pids(), before, 'no role died')
    mid = t.message_id()
    tap.equal(demo.send(t.plain(FROM, t.TEAM, 'the next', 'still here\n', mid=mid), FROM), [250], 'the next mail is taken')
    tap.ok(demo.ticket_of(mid), 'and becomes a ticket')
    tap.equal(demo.stop(), 0, 'the demo stops')
    tap.equal(demo.left_over(), [], 'and leaves no process')
    tap.done()


if __name__ == '__main__':
    main()
