"""Mails as reporters' programs write them: plain, ISO-2022-JP, PGP/MIME in its forms. All bytes, CRLF."""
import base64
import email
import email.header
import email.policy
import email.utils
import itertools
import os
import re
import time

serial = itertools.count(1)


def message_id(domain='reporter.example'):
    return '<t%d.%d.%d@%s>' % (os.getpid(), next(serial), time.time_ns(), domain)


def crlf(data):
    return re.sub(rb'\r?\n', b'\r\n', data)


def encode_header(text):
    try:
        return text.encode('ascii').decode()
    except UnicodeEncodeError:
        return email.header.Header(text, 'utf-8', maxlinelen=70).encode()


def text_entity(text, charset='utf-8', subtype='plain', headers=()):
    """A MIME entity (header, empty line, body) of text; ISO-2022-JP as 7bit, everything else as base64 or 7bit."""
    data = crlf(text.encode(charset))
    head = ['Content-Type: text/%s; charset=%s' % (subtype, charset)]
    if charset.lower() == 'iso-2022-jp' or (all(b < 128 for b in data) and all(len(x) < 900 for x in data.split(b'\r\n'))):
        head.append('Content-Transfer-Encoding: 7bit')
    else:
        head.append('Content-Transfer-Encoding: base64')
        data = crlf(base64.encodebytes(data))
    if not data.endswith(b'\r\n'):
        data += b'\r\n'
    return '\r\n'.join(list(headers) + head).encode() + b'\r\n\r\n' + data


def attachment(filename, data, kind='application/octet-stream'):
    head = ('Content-Type: %s; name="%s"\r\nContent-Disposition: attachment; filename="%s"\r\n'
            'Content-Transfer-Encoding: base64\r\n\r\n' % (kind, filename, filename))
    return head.encode() + crlf(base64.encodebytes(data))


def part_entity(entities, subtype='mixed', headers=()):
    """A multipart of entities."""
    boundary = 'b%d.%d' % (next(serial), time.time_ns())
    head = list(headers) + ['Content-Type: multipart/%s; boundary="%s"' % (subtype, boundary)]
    body = b''.join(b'--' + boundary.encode() + b'\r\n' + entity + b'\r\n' for entity in entities)
    return '\r\n'.join(head).encode() + b'\r\n\r\n' + body + b'--' + boundary.encode() + b'--\r\n'


def outer_headers(frm, to, subject, mid=None, headers=(), date=None):
    lines = ['From: ' + frm, 'To: ' + to, 'Subject: ' + encode_header(subject),
             'Date: ' + (date or email.utils.formatdate(usegmt=True)), 'Message-ID: ' + (mid or message_id()),
             'MIME-Version: 1.0']
    return lines + ['%s: %s' % pair for pair in headers]


def compose(lines, entity):
    return '\r\n'.join(lines).encode() + b'\r\n' + entity


def plain(frm, to, subject, text, charset='utf-8', mid=None, headers=(), entity=None, date=None):
    return compose(outer_headers(frm, to, subject, mid, headers, date), entity or text_entity(text, charset))


def protect(entity, subject, hp='cipher'):
    """The entity with a protected Subject (RFC 9788)."""
    head, _, body = entity.partition(b'\r\n\r\n')
    head = re.sub(rb'(?m)^(Content-Type: [^\r\n]*)', lambda m: m.group(1) + b'; hp="%s"' % hp.encode(), head, count=1)
    more = [b'Subject: ' + encode_header(subject).encode()]
    if hp == 'cipher':
        more.append(b'HP-Outer: Subject: [...]')
    return b'\r\n'.join(more + [head]) + b'\r\n\r\n' + body


def encrypted_entity(armour):
    boundary = 'e%d.%d' % (next(serial), time.time_ns())
    mark = boundary.encode()
    return (b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="' + mark
            + b'"\r\n\r\n--' + mark + b'\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--' + mark
            + b'\r\nContent-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n' + crlf(armour)
            + b'\r\n--' + mark + b'--\r\n')


def signed_entity(gpg, signer, entity, digest='SHA512'):
    boundary = 's%d.%d' % (next(serial), time.time_ns())
    mark = boundary.encode()
    entity = crlf(entity)
    if entity.endswith(b'\r\n'):
        entity = entity[:-2]
    signature = gpg.sign_detached(signer, entity, digest)
    return (b'Content-Type: multipart/signed; protocol="application/pgp-signature";\r\n micalg=pgp-'
            + digest.lower().encode() + b'; boundary="' + mark + b'"\r\n\r\n--' + mark + b'\r\n' + entity + b'\r\n--'
            + mark + b'\r\nContent-Type: application/pgp-signature; name="signature.asc"\r\n\r\n' + crlf(signature)
            + b'\r\n--' + mark + b'--\r\n')


def pgp_encrypted(gpg, frm, to, subject, entity, recipients, signer=None, mid=None, headers=(), inner_subject=None,
                  options=()):
    """multipart/encrypted; with `signer` combined (RFC 3156, 6.2). `inner_subject` protects a Subject."""
    inner = protect(entity, inner_subject) if inner_subject else entity
    armour = gpg.encrypt(recipients, inner, signer, *options)
    return compose(outer_headers(frm, to, subject, mid, headers), encrypted_entity(armour))


def pgp_encapsulated(gpg, frm, to, subject, entity, recipients, signer, mid=None, headers=(), inner_subject=None):
    """multipart/encrypted around multipart/signed (RFC 3156, 6.1)."""
    inner = protect(entity, inner_subject) if inner_subject else entity
    armour = gpg.encrypt(recipients, signed_entity(gpg, signer, inner))
    return compose(outer_headers(frm, to, subject, mid, headers), encrypted_entity(armour))


def pgp_signed(gpg, frm, to, subject, entity, signer, mid=None, headers=(), digest='SHA512'):
    return compose(outer_headers(frm, to, subject, mid, headers), signed_entity(gpg, signer, entity, digest))


def header(raw, name):
    """One header field of a mail, unfolded, decoded; None when it is absent."""
    value = email.message_from_bytes(raw.partition(b'\r\n\r\n')[0] if b'\r\n\r\n' in raw else raw,
                                     policy=email.policy.default)[name]
    return None if value is None else str(value).strip()


def address_of(value):
    return email.utils.parseaddr(value)[1]


def body_text(raw):
    body = email.message_from_bytes(raw, policy=email.policy.default).get_body(('plain',))
    return body.get_content() if body is not None else ''


def mbox_of(mails):
    """Mails as an mbox file (mboxrd)."""
    out = b''
    for raw in mails:
        text = re.sub(rb'(?m)^(>*From )', rb'>\1', raw.replace(b'\r\n', b'\n'))
        out += b'From test@example.org Sat Nov 21 00:00:00 2026\n' + text + b'\n'
    return out
