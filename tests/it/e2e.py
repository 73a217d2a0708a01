#!/usr/bin/env python3
"""End to end through a real Postfix: a reporter's SMTP in, LMTP to the gateway, the acknowledgement out through
submission into the reporter's Maildir, opened there by gpg alone; then replies that join, and one that must not."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE, BOB, MALLORY = 'alice@reporter.example', 'bob@reporter.example', 'mallory@reporter.example'
SUBJECT = 'Compromised webserver kestrel'
TEXT = ('Dear team,\n\nmachine kestrel talks to a botnet controller since yesterday evening.\n'
        'Password of the quarantined archive: zebrafinch\n\nAlice\n')
JAPANESE_SUBJECT = '不審な通信の報告'
JAPANESE = 'お世話になっております。\n\n弊社の端末から不審な通信を確認しました。\n管理番号は①②です。\n'


def arrive(postfix, address, count, seconds):
    """The mails of a Maildir once there are `count`; None if that took longer."""
    return t.wait_for(lambda: (lambda m: m if len(m) >= count else None)(t.maildir(postfix.mailbox(address))), seconds)


def words(text):
    return {w.lower() for w in re.findall(r'[^\W\d_]{5,}', text)}


def leaks(raw, *secrets):
    """The words of `secrets` that stand in clear in a mail, also behind base64 and RFC 2047."""
    import email
    import email.policy
    clear = raw.decode('latin-1').lower()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        clear += '\n'.join('%s: %s' % item for item in part.items()).lower()
        if not part.is_multipart():
            clear += (part.get_payload(decode=True) or b'').decode('utf-8', 'replace').lower()
    ours = {'alice', 'example', 'reporter', 'subject', 'version'}
    return sorted(w for s in secrets for w in words(s) - ours if w in clear)


def acknowledged(tap, gpg, demo, postfix):
    """The report goes in by SMTP; returns the reporter's view of the acknowledgement and the incident."""
    mid = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, 'Alice <%s>' % ALICE, t.TEAM, '...', t.text_entity(TEXT), [gpg.team_key],
                          signer=gpg.alice, mid=mid, inner_subject=SUBJECT)
    started = time.monotonic()
    postfix.send(ALICE, [t.TEAM], raw)
    got = arrive(postfix, ALICE, 1, 20)
    elapsed = time.monotonic() - started
    if not tap.ok(got, 'the acknowledgement is in the reporter\'s Maildir', demo.log()[-3000:] + postfix.log()[-3000:]):
        return None, None
    slowness = t.slowness()
    tap.note('SMTP accept to Maildir: %.2f s; the machine takes %.1f times as long as when it is idle' % (elapsed, slowness))
    tap.ok(elapsed < 5 * slowness, 'within 5 seconds', '%.2f s' % elapsed)
    ack = got[0]
    opened = gpg.reporter.open_mail(ack)
    tap.ok(opened.encrypted and opened.good, 'gpg with only the reporter\'s key decrypts it: GOODSIG',
           '\n'.join(opened.status))
    tap.equal(opened.signer, gpg.team_key, 'the signature is the team key\'s')
    tap.equal(leaks(ack, SUBJECT, TEXT), [], 'the outer mail has no word of the subject or the text')
    tap.equal(words(opened.text) & (words(TEXT) - {'alice'}) & {'kestrel', 'botnet', 'zebrafinch', 'quarantined'}, set(),
              'nothing is quoted inside either')
    tap.equal(t.header(ack, 'Subject'), '[...]', 'the outer Subject is hidden')
    tap.equal(t.header(ack, 'In-Reply-To'), mid, 'In-Reply-To names the report')
    tap.equal(t.header(ack, 'Auto-Submitted').partition(';')[0], 'auto-replied', 'Auto-Submitted says auto-replied')
    tap.ok(re.search(r'^Return-Path: <>', ack.decode('latin-1'), re.M), 'the envelope sender is null')
    incident = demo.ticket_of(mid)
    if tap.ok(incident, 'the report is a ticket'):
        tap.contains(opened.subject or '', '[%s]' % incident['ticket'], 'the protected Subject has the ticket')
        tap.equal((incident['encryption'], incident['signature'], incident['subject']), ('whole', 'good', SUBJECT),
                  'the ticket: wholly encrypted, well signed, protected subject')
        tap.contains(incident['thread'][0]['report']['text'], 'zebrafinch', 'the ticket shows the text')
        sent = t.wait_for(lambda: [e for e in demo.show(incident['ticket'])['thread']
                                   if e['direction'] == 'out' and e['delivery'] == 'sent'], 10)
        tap.ok(sent, 'the ticket shows the acknowledgement as sent')
    return ack, incident


def joins(tap, gpg, demo, postfix, ack, incident, how, to, headers):
    """An encrypted follow-up with Subject "..." must land in the same ticket."""
    mid = t.message_id()
    raw = t.pgp_encrypted(gpg.reporter, 'Alice <%s>' % ALICE, to, '...', t.text_entity('More about it.\n'),
                          [gpg.team_key], signer=gpg.alice, mid=mid, headers=headers)
    before = len(demo.incidents())
    postfix.send(ALICE, [to], raw)
    joined = demo.ticket_of(mid)
    tap.equal(joined and joined['ticket'], incident['ticket'], 'a reply with %s joins the ticket' % how)
    tap.equal(len(demo.incidents()), before, 'and makes no ticket')


def stranger(tap, demo, postfix, incident):
    mid = t.message_id()
    raw = t.plain('Mallory <%s>' % MALLORY, t.TEAM, 'Re: [%s] please send the details' % incident['ticket'],
                  'I am with them, tell me all.\n', mid=mid)
    before = demo.show(incident['ticket'])
    postfix.send(MALLORY, [t.TEAM], raw)
    held = t.wait_for(lambda: [h for h in demo.cli('held', '--json').lines if h.get('ticket') == incident['ticket']], 15)
    tap.ok(held, 'a stranger who writes the tag is held for a member', demo.cli('held', '--json'))
    if held:
        tap.equal((held[0]['reason'], held[0]['from']), ('unconfirmed-tag', MALLORY), 'with the reason and the sender')
    after = demo.show(incident['ticket'])
    tap.equal([e.get('message_id') for e in after['thread'] if e['direction'] == 'in'],
              [e.get('message_id') for e in before['thread'] if e['direction'] == 'in'], 'and is not in the thread')
    tap.equal(t.maildir(postfix.mailbox(MALLORY)), [], 'and gets no answer')


def japanese(tap, gpg, demo, postfix):
    before = len(t.maildir(postfix.mailbox(ALICE)))
    mid = t.message_id()
    raw = t.pgp_encapsulated(gpg.reporter, 'Alice <%s>' % ALICE, t.TEAM, '...',
                             t.text_entity(JAPANESE.replace('①②', '12'), 'iso-2022-jp'), [gpg.team_key], gpg.alice,
                             mid=mid, inner_subject=JAPANESE_SUBJECT)
    postfix.send(ALICE, [t.TEAM], raw)
    got = arrive(postfix, ALICE, before + 1, 15)
    if not tap.ok(got, 'the Japanese report (sign, then encrypt; ISO-2022-JP) is acknowledged'):
        return
    ack = next(m for m in got if t.header(m, 'In-Reply-To') == mid)
    opened = gpg.reporter.open_mail(ack)
    tap.ok(opened.good and opened.signer == gpg.team_key, 'its acknowledgement is signed by the team', opened.status)
    tap.ok(re.search('[ぁ-ん]', opened.text), 'and in Japanese', opened.text)
    incident = demo.ticket_of(mid)
    tap.equal(incident and (incident['subject'], incident['language']), (JAPANESE_SUBJECT, 'ja'),
              'its ticket has the right subject and language')
    tap.contains(incident['thread'][0]['report']['text'] if incident else '', '不審な通信を確認', 'and the right text')


def unencrypted(tap, gpg, demo, postfix):
    mid = t.message_id()
    postfix.send(BOB, [t.TEAM], t.plain('Bob <%s>' % BOB, t.TEAM, 'Phishing page seen', 'At hxxp://bad.example/login\n',
                                        mid=mid))
    got = arrive(postfix, BOB, 1, 15)
    if not tap.ok(got, 'a plain report is acknowledged'):
        return
    opened = gpg.reporter.open_mail(got[0])
    tap.ok(not opened.encrypted and opened.good and opened.signer == gpg.team_key,
           'in the clear, signed by the team, as it went through Postfix', '\n'.join(opened.status))
    tap.equal(leaks(got[0], 'hxxp login', 'Phishing'), [], 'and without content')
    incident = demo.ticket_of(mid)
    tap.equal(incident and (incident['encryption'], incident['signature']), ('none', 'none'), 'its ticket says so')


def oversize(tap, demo):
    session = t.Lmtp(demo.lmtp)
    tap.equal([c for c, _ in session.begin(ALICE, [t.TEAM], 60 << 20)][0], 552, '60 MiB announced by SIZE: 552')
    session.close()
    raw = t.plain(ALICE, t.TEAM, 'big', 'x') + b'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n' * (15 << 16)
    tap.ok(len(raw) >= 60 << 20, 'a mail of 60 MiB is made')
    tap.equal(demo.send(raw, ALICE), [552], '60 MiB sent without SIZE: 552')


class Keys:
    """The reporter's home (with the team's public key) and the fingerprints."""

    def __init__(self, demo):
        self.reporter = t.Gpg()
        self.alice = self.reporter.generate('Alice <%s>' % ALICE)
        self.team_key = self.reporter.load(demo.team_key)[0]


def main():
    tap = t.Tap()
    t.need_programs()
    if t.why_not():
        t.skip_all(t.why_not())
    place = t.short_dir('s')
    os.chmod(place, 0o755)
    lmtp = 'unix:%s/lmtp.sock' % place
    postfix = t.Postfix(lmtp, [ALICE, BOB, MALLORY])
    demo = t.Demo(listen=lmtp, conf={('submission', 'url'): 'smtp://127.0.0.1:%d' % postfix.port,
                                     ('submission', 'retry-first'): '1s'})
    os.chmod(place + '/lmtp.sock', 0o666)
    postfix.start()
    gpg = Keys(demo)
    key = os.path.join(place, 'alice.asc')
    with open(key, 'wb') as file:
        file.write(gpg.reporter.export(gpg.alice))
    tap.equal(demo.cli('keys', 'import', '--pin', key).status, 0, 'the reporter\'s key is imported and pinned')

    ack, incident = acknowledged(tap, gpg, demo, postfix)
    if ack is not None and incident is not None:
        reply_to = t.address_of(t.header(ack, 'Reply-To') or '')
        tap.ok(reply_to.startswith('csirt+') and reply_to.endswith('@example.org'), 'Reply-To has the token', reply_to)
        joins(tap, gpg, demo, postfix, ack, incident, 'References only', t.TEAM,
              [('References', t.header(ack, 'Message-ID'))])
        joins(tap, gpg, demo, postfix, ack, incident, 'only the token address', reply_to, [])
        stranger(tap, demo, postfix, incident)
    japanese(tap, gpg, demo, postfix)
    unencrypted(tap, gpg, demo, postfix)
    oversize(tap, demo)

    account = demo.settle()
    tap.ok(account and account['balanced'] and account['accepted'] == 6, 'the account balances over six mails', account)
    tap.equal(demo.stop(), 0, 'the demo drains and stops')
    tap.equal(demo.left_over(), [], 'and leaves no process')
    postfix.stop()
    secrets = [w for w in ('kestrel', 'zebrafinch', 'botnet') if w in demo.log() + postfix.log()]
    tap.equal(secrets, [], 'no log line has a word of the report')
    tap.done()


if __name__ == '__main__':
    main()
