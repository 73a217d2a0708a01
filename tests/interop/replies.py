"""One mail of every tool through LMTP into the running gateway; its ticket; and the acknowledgement, which the tool that
wrote the mail must be able to decrypt and verify."""
import email
import email.policy

import madotest as t
import mails as m
from mailers import Mailer
from tools import Failed

SECONDS = 60


def mail_of(tool, cases):
    """(sender, the encrypted and signed mail that `tool` made for the matrix)"""
    sender = tool.senders[getattr(tool, 'made', None) or ('ed25519' if 'ed25519' in tool.senders else next(iter(tool.senders)))]
    name = 'encrypted and signed' if isinstance(tool, Mailer) else sender.kind + ' signs inside the encryption'
    return sender, next(case.mail for case in cases if case.tool == tool.name and case.name == name)


def sealed_part(reply):
    """The OpenPGP message of a PGP/MIME mail, or None."""
    parsed = email.message_from_bytes(reply, policy=email.policy.default)
    if parsed.get_content_type() != 'multipart/encrypted':
        return None
    return list(parsed.iter_parts())[1].get_payload(decode=True)


def read_reply(tool, gateway, sender, reply):
    """(the text, whether the tool says that the team signed it)"""
    team, key = gateway.fingerprints['ed25519'], gateway.keys['ed25519']
    if isinstance(tool, Mailer):
        opened = tool.gpg.open_mail(reply)
        return opened.text, opened.good and opened.signer == team
    entity, words = tool.open(sealed_part(reply), sender, key)
    inner = email.message_from_bytes(entity or b'', policy=email.policy.default)
    body = inner.get_body(('plain',))
    return '' if body is None else body.get_content(), tool.says_good(words, team)


def ticket_of(gateway, mid):
    """The ticket with this mail, once it is there."""
    for summary in gateway.demo.incidents():
        incident = gateway.demo.show(summary['ticket'])
        if any(entry.get('message_id') == mid for entry in incident['thread']):
            return incident
    return None


def check_one(tap, gateway, tool, sender, raw):
    mid = t.header(raw, 'Message-ID')
    incident = t.wait_for(lambda: ticket_of(gateway, mid), SECONDS, 0.3)
    if not tap.ok(incident is not None, '%s: the mail became a ticket' % tool.name):
        return
    found = (incident['encryption'], incident['signature'], incident['thread'][0]['report']['text'])
    tap.equal(found, ('whole', 'good', m.TEXT), '%s: the ticket says what the mail is' % tool.name)
    reply = gateway.demo.reply_to(mid, SECONDS)
    if not tap.ok(reply is not None and sealed_part(reply) is not None, '%s: an encrypted answer came' % tool.name, reply):
        return
    try:
        text, signed = read_reply(tool, gateway, sender, reply)
    except Failed as problem:
        tap.ok(False, '%s: reads the answer' % tool.name, problem)
        return
    tap.contains(text, incident['ticket'], '%s: reads the answer' % tool.name)
    if tool.verifies_answers:
        tap.ok(signed, '%s: finds the signature of the team good' % tool.name, text)


def run(tap, gateway, tools, cases):
    gateway.demo.start()
    sent = []
    for tool in tools:
        try:
            sender, raw = mail_of(tool, cases)
        except StopIteration:
            tap.ok(False, '%s: there is a mail to send' % tool.name)
            continue
        tap.equal(gateway.demo.send(raw, frm=sender.address), [250], '%s: taken by LMTP' % tool.name)
        sent.append((tool, sender, raw))
    for tool, sender, raw in sent:
        check_one(tap, gateway, tool, sender, raw)
    gateway.demo.stop()
