"""Mails made to cost their reader time or memory: small ones that grow, large ones, and all that is counted a million
times. Packets and DER are written by hand where no program makes what is wanted. Everything is made on the spot."""
import base64
import random
import struct
import zlib

FROM = 'bomb@reporter.example'
TEAM = 'csirt@example.org'
MIB = 1 << 20
WHOLE = 40 * MIB  # of a large mail: below the size limit after base64, too


def head(*lines):
    return '\r\n'.join(['From: ' + FROM, 'To: ' + TEAM, 'Subject: bomb', 'Message-ID: %s', 'MIME-Version: 1.0'] + list(lines)).encode() + b'\r\n'


def mail(entity, *lines):
    return head(*lines) + entity


def text(data, kind='text/plain; charset=utf-8', encoding='8bit'):
    return ('Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n' % (kind, encoding)).encode() + data


def lines_of(unit, total):
    """`unit` (one line) again and again, at least `total` bytes."""
    return unit * (total // len(unit) + 1)


def base64_lines(data):
    coded = base64.b64encode(data)
    return b'\r\n'.join(coded[i:i + 76] for i in range(0, len(coded), 76)) + b'\r\n'


def in_base64(data, kind):
    return text(base64_lines(data), kind, 'base64')


# --- OpenPGP packets (RFC 9580, 4) ---

def packet(tag, body):
    return bytes([0xc0 | tag, 255]) + struct.pack('>I', len(body)) + body


def literal(body):
    return packet(11, b'b\0' + b'\0' * 4 + body)


def deflate(data):
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return maker.compress(data) + maker.flush()


def compressed(data):
    return packet(8, b'\x01' + data)


def grown(total):
    """Packets that become a literal of `total` zeros: the same compressed stretch again and again, squeezed twice more."""
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = bytes([0xc0 | 11, 255]) + struct.pack('>I', total + 6) + b'b\0' + b'\0' * 4
    start = maker.compress(first) + maker.flush(zlib.Z_FULL_FLUSH)
    stretch = maker.compress(b'\0' * MIB) + maker.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    inner = compressed(start + stretch * (total // MIB) + end)
    return compressed(deflate(compressed(deflate(inner))))


def nested_compressions(count):
    data = literal(b'Content-Type: text/plain\r\n\r\ndeep inside\r\n')
    for _ in range(count):
        data = compressed(deflate(data))
    return data


def pkesk_hidden():
    """A session key for a hidden recipient that no key of ours opens: a point of Curve25519 and a wrapped key."""
    point = b'\x40' + bytes(range(1, 33))
    return packet(1, b'\x03' + b'\0' * 8 + b'\x12' + struct.pack('>H', 263) + point + b'\x30' + b'\x5a' * 48)


def armor(data, kind='MESSAGE', headers=b''):
    return b'-----BEGIN PGP %s-----\r\n%s\r\n' % (kind.encode(), headers) + base64_lines(data) + b'-----END PGP %s-----\r\n' % kind.encode()


def pgp_mime(data, is_armored=True):
    body = armor(data) if is_armored else data
    return (b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"\r\n\r\n--enc\r\n'
            b'Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--enc\r\nContent-Type: application/octet-stream\r\n\r\n'
            + body + b'\r\n--enc--\r\n')


def pgp_signed(entity, signature):
    return (b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="sig"\r\n\r\n'
            b'--sig\r\n' + entity + b'\r\n--sig\r\nContent-Type: application/pgp-signature\r\n\r\n' + signature + b'\r\n--sig--\r\n')


def multipart(parts, boundary=b'x', kind=b'mixed'):
    return (b'Content-Type: multipart/' + kind + b'; boundary="' + boundary + b'"\r\n\r\n'
            + b''.join(b'--' + boundary + b'\r\n' + part + b'\r\n' for part in parts) + b'--' + boundary + b'--\r\n')


class Pgp:
    """What needs real keys: a reporter's gpg that knows the team's key."""

    def __init__(self, gpg, team):
        self.gpg, self.team = gpg, team
        self.me = gpg.generate('Bomb <%s>' % FROM)

    def encrypt_packets(self, packets):
        """Encrypted to the team, and inside are the packets as they are."""
        return self.gpg.run('--no-literal', '-z', '0', '--recipient', self.team, '--encrypt', stdin=packets)[0]

    def encrypt(self, entity, *more):
        return self.gpg.run('--recipient', self.team, *more, '--encrypt', stdin=entity)[0]

    def signature(self, entity):
        return self.gpg.run('--local-user', self.me, '--detach-sign', stdin=entity)[0]

    def key(self):
        return self.gpg.run('--export', self.me)[0]


# --- DER (X.690), for CMS (RFC 5652) ---

def der(tag, *parts):
    body = b''.join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    octets = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | octets]) + size.to_bytes(octets, 'big') + body


OID_DATA, OID_SIGNED, OID_ENVELOPED = (bytes.fromhex('06092a864886f70d0107' + n) for n in ('01', '02', '03'))
NULL = b'\x05\x00'
RSA = der(0x30, bytes.fromhex('06092a864886f70d010101'), NULL)
SHA256 = der(0x30, bytes.fromhex('0609608648016503040201'), NULL)
AES = der(0x30, bytes.fromhex('0609608648016503040102'), der(0x04, b'\0' * 16))
NAME = der(0x30, der(0x31, der(0x30, bytes.fromhex('0603550403'), der(0x0c, b'bomb'))))
ID = der(0x30, NAME, der(0x02, b'\x01'))


def enveloped(recipients):
    info = der(0x30, der(0x02, b'\0'), ID, RSA, der(0x04, b'\x5a' * 32))
    return der(0x30, OID_ENVELOPED, der(0xa0, der(0x30, der(0x02, b'\0'), der(0x31, info * recipients),
                                                  der(0x30, OID_DATA, AES, der(0x80, b'\x11' * 64)))))


def signed(signers, certificates=b''):
    info = der(0x30, der(0x02, b'\x01'), ID, SHA256, RSA, der(0x04, b'\x5a' * 256))
    return der(0x30, OID_SIGNED, der(0xa0, der(0x30, der(0x02, b'\x01'), der(0x31, SHA256),
                                               der(0x30, OID_DATA, der(0xa0, der(0x04, b'Content-Type: text/plain\r\n\r\nhi\r\n'))),
                                               der(0xa0, certificates) if certificates else b'', der(0x31, info * signers))))


def certificate(serial):
    """A certificate with a signature that is none: what it costs to look at it is what counts."""
    key = der(0x30, RSA, der(0x03, b'\0' + der(0x30, der(0x02, b'\0' + b'\xc3' * 127 + bytes([serial % 256 | 1])), der(0x02, b'\x01\0\x01'))))
    time = der(0x30, der(0x17, b'200101000000Z'), der(0x17, b'400101000000Z'))
    algorithm = der(0x30, bytes.fromhex('06092a864886f70d01010b'), NULL)
    body = der(0x30, der(0xa0, der(0x02, b'\x02')), der(0x02, b'\x01' + serial.to_bytes(4, 'big')), algorithm, NAME, time, NAME, key)
    return der(0x30, body, algorithm, der(0x03, b'\0' + b'\x5a' * 128))


def deep_der(count, tail=b''):
    """`count` sequences of unknown length inside each other."""
    return b'\x30\x80' * count + tail + b'\0\0' * count


def smime(data, kind='enveloped-data'):
    return in_base64(data, 'application/pkcs7-mime; smime-type=%s; name=smime.p7m' % kind)


# --- the list ---

def deep_multiparts(depth):
    body = b''.join(b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (i, i) for i in range(depth))
    return body + b'Content-Type: text/plain\r\n\r\ndeep inside\r\n' + b''.join(b'--b%d--\r\n' % i for i in reversed(range(depth)))


def many_boundaries(depth, line, total):
    """Open multiparts inside each other, then lines of which each could be the boundary of any."""
    body = b''.join(b'Content-Type: multipart/mixed; boundary="%s%d"\r\n\r\n--%s%d\r\n' % (line, i, line, i) for i in range(depth))
    return body + b'Content-Type: text/plain\r\n\r\n' + lines_of(b'--' + line + b'\r\n', total)


def many_fields(count, field):
    return head() + field * count + b'\r\nhi\r\n'


def nested_messages(depth, total):
    return (b'Content-Type: message/rfc822\r\n\r\n' * depth + b'Subject: in\r\nContent-Type: text/plain\r\n\r\n'
            + lines_of(b'0123456789' * 7 + b'\r\n', total))


def odd_parts(count, size, field):
    """`count` parts, each with a header field of `size` bytes."""
    return multipart([field + b'\r\n\r\nx\r\n'] * count)


def headers():
    """(name, mail, wanted) where the header is the trouble."""
    long = 90000  # just below the cap on one header
    yield '1 M header fields', lambda: many_fields(MIB, b'X: y\r\n'), 'held'
    yield '1 M fields of one name', lambda: many_fields(MIB, b'Received: x\r\n'), 'held'
    yield 'a field of 1 M lines', lambda: head() + b'X-Long: y' + b'\r\n y' * MIB + b'\r\n\r\nhi\r\n', 'held'
    yield 'a header line of 48 MB', lambda: head() + b'X-Long: ' + b'y' * (48 * MIB) + b'\r\n\r\nhi\r\n', 'held'
    yield '1 M encoded words', lambda: head() + b'X: y\r\nSubject: ' + b'=?utf-8?q?a?=\r\n ' * MIB + b'\r\n\r\nhi\r\n', 'held'
    yield '100,000 addresses in To', lambda: head() + b'Cc: ' + b', '.join(b'u%d@x.example' % i for i in range(100000)) + b'\r\n\r\nhi\r\n', 'held'
    yield '100,000 References', lambda: head() + b'References: ' + b'\r\n '.join(b'<%d@x.example>' % i for i in range(100000)) + b'\r\n\r\nhi\r\n', 'held'
    yield '6,000 encoded words', lambda: head() + b'Comments: x\r\nReply-To: ' + b'=?utf-8?q?a?=\r\n ' * 6000 + b' <a@b>\r\n\r\nhi\r\n', None
    yield 'encoded words without an end', lambda: head()[:-2] + b'\r\nSubject: ' + b'=?u?q?x ' * (long // 8) + b'\r\n\r\nhi\r\n', None
    yield 'groups inside each other', lambda: head() + b'Cc: ' + b'a:' * (long // 2) + b'\r\n\r\nhi\r\n', None
    yield 'comments inside each other', lambda: head() + b'Cc: ' + b'(' * long + b'\r\n\r\nhi\r\n', None
    yield 'routes without an end', lambda: head() + b'Cc: ' + b'<@a,' * (long // 4) + b'\r\n\r\nhi\r\n', None
    yield 'quotes without an end', lambda: head() + b'Cc: ' + b'"\\' * (long // 2) + b'\r\n\r\nhi\r\n', None
    yield '40,000 addresses of two letters', lambda: head() + b'Cc: ' + b'a,' * (long // 2) + b'\r\n\r\nhi\r\n', None
    yield 'a date of 90 KB', lambda: head() + b'Date: ' + b'1 ' * (long // 2) + b'\r\n\r\nhi\r\n', None
    yield '20,000 message ids', lambda: head() + b'References: ' + b'<a@b>' * (long // 5) + b'\r\n\r\nhi\r\n', None
    yield '10,000 parameters', lambda: mail(b'Content-Type: text/plain' + b'; a=b' * (long // 5) + b'\r\n\r\nhi\r\n'), None
    yield 'RFC 2231 numbers', lambda: mail(b'Content-Type: text/plain; name*999999999=x; name*99999999999999999999*=y; name*0=z'
                                           + b'; name*1=q' * 5000 + b'\r\n\r\nhi\r\n'), None
    field = b'Content-Type: text/plain; name="' + b'=?u?q?x ' * (long // 8) + b'"'
    yield '500 names of encoded words', lambda: mail(odd_parts(500, long, field)), 'held'
    field2 = b'Content-Type: text/plain' + b'; a=b' * (long // 5)
    yield '500 headers of parameters', lambda: mail(odd_parts(500, long, field2)), 'held'
    field3 = b'Content-Type: text/plain; name*0*=' + b"%41" * (long // 3)
    yield '500 names of escapes', lambda: mail(odd_parts(500, long, field3)), 'held'
    field4 = b'Content-Disposition: attachment; filename="' + b'\xff' * 4000 + b'"'
    yield '9,000 names of 4 KB', lambda: mail(odd_parts(9000, 4000, field4)), 'held'
    yield '900 names of 4 KB', lambda: mail(odd_parts(900, 4000, field4)), None
    yield '40 names of encoded words', lambda: mail(odd_parts(40, long, field)), None


def structures():
    yield '1 M parts', lambda: mail(multipart([b''] * MIB)), 'held'
    yield '9,000 parts', lambda: mail(multipart([b'Content-Type: application/octet-stream\r\n\r\nx'] * 9000)), None
    yield '9,000 texts', lambda: mail(multipart([b'\r\nx'] * 9000)), None
    yield '9,000 files of one name', lambda: mail(multipart([b'Content-Disposition: attachment; filename=x.pgp\r\n\r\nx'] * 9000)), None
    yield 'multiparts 10,000 deep', lambda: mail(deep_multiparts(10000)), 'held'
    yield 'multiparts 99 deep', lambda: mail(deep_multiparts(98)), None
    yield 'lines like 98 boundaries', lambda: mail(many_boundaries(98, b'a', WHOLE)), None
    yield 'short lines under 98 boundaries', lambda: mail(many_boundaries(98, b'', WHOLE)), None
    yield 'long lines like boundaries', lambda: mail(many_boundaries(98, b'a' * 60, WHOLE)), None
    yield 'a boundary of 90 KB', lambda: mail(multipart([b'\r\nx'], b'b' * 90000)), None
    yield '10 M lines of two dashes', lambda: mail(multipart([b'\r\n' + b'--\r\n' * (10 * MIB)])), None
    yield 'messages 98 deep around 40 MB', lambda: mail(nested_messages(98, WHOLE)), None
    yield 'messages 10,000 deep', lambda: mail(nested_messages(10000, 100)), 'held'
    yield 'digest of 9,000 messages', lambda: mail(multipart([b'\r\nSubject: x\r\n\r\ny'] * 4900, kind=b'digest')), None


def bodies():
    yield 'a text of 48 MB', lambda: mail(text(lines_of(b'0123456789' * 7 + b'\r\n', 48 * MIB))), None
    yield 'a text of one line', lambda: mail(text(b'x' * (48 * MIB))), None
    yield 'a text of NULs', lambda: mail(text(b'\0' * WHOLE)), None
    yield 'a text of controls', lambda: mail(text(b'\x07' * WHOLE)), None
    yield 'a text of bytes that are none', lambda: mail(text(b'\xff' * WHOLE)), None
    yield 'a Japanese text of bytes that are none', lambda: mail(text(b'\xff' * WHOLE, 'text/plain; charset=shift_jis')), None
    yield 'a JIS text of escapes', lambda: mail(text(b'\x1b$B\x1b(B' * (WHOLE // 6), 'text/plain; charset=iso-2022-jp')), None
    yield 'a text without a charset', lambda: mail(text(b'\x8a\xbf' * (WHOLE // 2), 'text/plain')), None
    yield 'UTF-16 of 40 MB', lambda: mail(text(b'\xd8\0' * (WHOLE // 2), 'text/plain; charset=utf-16')), None
    yield 'UTF-7', lambda: mail(text(b'+AGE-' * (WHOLE // 5), 'text/plain; charset=utf-7')), None
    yield 'quoted-printable of 40 MB', lambda: mail(text(b'=41' * (WHOLE // 3), 'text/plain; charset=utf-8', 'quoted-printable')), None
    yield 'base64 of garbage', lambda: mail(text(b'!=' * (WHOLE // 2), 'text/plain', 'base64')), None
    yield 'base64 of one letter a line', lambda: mail(text(b'Q\r\n' * (WHOLE // 3), 'application/octet-stream', 'base64')), None
    yield 'uuencode of garbage', lambda: mail(text(b'begin 644 x\r\n' + lines_of(b'M' + b'!' * 60 + b'\r\n', WHOLE), 'text/plain', 'x-uuencode')), None
    yield 'a file of 48 MB', lambda: mail(text(b'\xca' * (48 * MIB), 'application/octet-stream; name=x.bin', 'binary')), None


def pages():
    def page(data):
        return lambda: mail(text(data() if callable(data) else data, 'text/html; charset=utf-8'))
    yield 'a page of 1 M tags inside each other', page(lambda: b'<b>' * MIB), None
    yield 'a page of 10 M empty tags', page(lambda: b'<p>' * (10 * MIB)), None
    yield 'a page of 1 M divs', page(lambda: b'<div>' * MIB), None
    yield 'a page of 1 M entities', page(lambda: b'&amp;&#x41;&nbsp;' * MIB), None
    yield 'a page of entities inside each other', page(b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b''.join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % ((98 + i,) + (97 + i,) * 8) for i in range(20)) + b']><p>&u;</p>'), None
    yield 'a page of one tag with 200,000 attributes', page(lambda: b'<p ' + b' '.join(b'a%d=1' % i for i in range(200000)) + b'>'), None
    yield 'a page of one attribute of 40 MB', page(lambda: b'<a href="' + b'x' * WHOLE + b'">x</a>'), None
    yield 'a page of 1 M links', page(lambda: b'<a href=http://x.example/>x</a>' * MIB), None
    yield 'a page of unfinished tags', page(lambda: b'<' * WHOLE), None
    yield 'a page of unfinished comments', page(lambda: b'<!--' * (WHOLE // 4)), None
    yield 'a page of open tables', page(lambda: b'<table><tr><td>' * MIB), None
    yield 'a page of 10 M closing tags', page(lambda: b'</b>' * (10 * MIB)), None
    yield 'a page of forms and lists', page(lambda: b'<form><ul><li><dl><dt><select><option>' * MIB), None
    cover = multipart([text(b'<p>' * 80000, 'text/html'), b'Content-Type: application/octet-stream\r\n\r\nx'])
    yield '190 pages beside files', lambda: mail(multipart([cover] * 190)), None
    yield '400 pages that name blocks', lambda: mail(multipart([text(b'-----BEGIN PGP MESSAGE-----' + b'<p>' * 30000, 'text/html')] * 400)), None
    yield '400 pages', lambda: mail(multipart([text(b'<p>' * 30000, 'text/html')] * 400)), None


def openpgp(pgp):
    entity = b'Content-Type: text/plain\r\n\r\n' + b'hi\r\n'
    yield '2 GB out of little', lambda: mail(pgp_mime(pgp.encrypt_packets(grown(2 << 30)))), 'limit'
    yield '2 GB out of little, not encrypted', lambda: mail(in_base64(grown(2 << 30), 'application/octet-stream; name=x.pgp')), 'limit'
    yield '2 GB out of little, inline', lambda: mail(text(b'hello\r\n\r\n' + armor(pgp.encrypt_packets(grown(2 << 30))) + b'bye\r\n')), 'limit'
    yield '30 times 2 GB out of little', lambda: mail(multipart([text(armor(pgp.encrypt_packets(grown(2 << 30))))] + [
        text(armor(pgp.encrypt_packets(grown(2 << 30)))) for _ in range(29)])), 'limit'
    yield '100 nested compressions', lambda: mail(pgp_mime(pgp.encrypt_packets(nested_compressions(100)))), 'any'
    yield '2,000 hidden recipients', lambda: mail(pgp_mime(pkesk_hidden() * 2000 + pgp.encrypt(entity))), 'limit'
    yield '490 hidden recipients', lambda: mail(pgp_mime(pkesk_hidden() * 490 + pgp.encrypt(entity))), 'any'
    yield '30 times 490 hidden recipients', lambda: mail(multipart([text(armor(pkesk_hidden() * 490 + pgp.encrypt(entity)))
                                                                     for _ in range(30)])), 'any'
    yield '100,000 passphrases', lambda: mail(pgp_mime(packet(3, b'\x04\x09\x03\x08' + b'\0' * 8 + b'\xff') * 100000 + pgp.encrypt(entity))), 'limit'
    yield '490 passphrases', lambda: mail(pgp_mime(packet(3, b'\x04\x09\x03\x08' + b'\0' * 8 + b'\xff') * 490 + pgp.encrypt(entity))), 'any'
    yield '100,000 signatures', lambda: mail(pgp_signed(entity[:-2], armor(pgp.signature(entity[:-2]) * 100000, 'SIGNATURE'))), 'any'
    yield '1,000 signatures', lambda: mail(pgp_signed(entity[:-2], armor(pgp.signature(entity[:-2]) * 1000, 'SIGNATURE'))), 'any'
    yield '100,000 signatures inside', lambda: mail(pgp_mime(pgp.encrypt_packets(
        pgp.signature(entity) * 100000 + literal(entity)))), 'ended'
    yield '1 M markers', lambda: mail(pgp_mime(packet(10, b'PGP') * MIB + pgp.encrypt(entity))), 'any'
    yield 'multiparts 99 deep, encrypted', lambda: mail(pgp_mime(pgp.encrypt(deep_multiparts(98)))), None
    yield 'multiparts 10,000 deep, encrypted', lambda: mail(pgp_mime(pgp.encrypt(deep_multiparts(10000)))), 'limit'
    yield '1 M parts, encrypted', lambda: mail(pgp_mime(pgp.encrypt(multipart([b''] * MIB)))), 'limit'
    yield '1 M header fields, encrypted', lambda: mail(pgp_mime(pgp.encrypt(b'X: y\r\n' * MIB + b'\r\nhi\r\n'))), 'limit'
    yield 'a text of 60 MB, encrypted', lambda: mail(pgp_mime(pgp.encrypt(text(b'0123456789' * (6 * MIB))))), None
    yield 'a page of 60 MB, encrypted', lambda: mail(pgp_mime(pgp.encrypt(text(b'<p>' * (20 * MIB), 'text/html')))), None
    yield 'an honest file of 26 MB, encrypted', lambda: mail(pgp_mime(pgp.encrypt(multipart([
        text(b'hi\r\n'), in_base64(random.Random(1).randbytes(26 * MIB), 'application/octet-stream; name=x.bin')]), '-z', '0'))), None
    yield '12 layers', lambda: mail(layers(pgp, entity, 12)), 'any'


def layers(pgp, entity, count):
    for _ in range(count):
        entity = pgp_mime(pgp.encrypt(entity))
    return entity


def texts(pgp):
    """Texts full of what inline blocks look like, keys, and signatures beside files."""
    block = armor(literal(b'x'))
    broken = armor(b'\xff' * 20)
    key = pgp.key()
    yield '10,000 inline blocks', lambda: mail(text(b''.join(armor(literal(b'%d' % i)) for i in range(10000)))), 'any'
    yield '10,000 times one inline block', lambda: mail(text(block * 10000)), 'any'
    yield '100,000 inline blocks of junk', lambda: mail(text(broken * 100000)), None
    yield '1 M lines that begin blocks', lambda: mail(text(b'-----BEGIN PGP MESSAGE-----\r\n' * MIB)), None
    yield '1 M lines that begin signed text', lambda: mail(text(b'-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nx\r\n' * (MIB // 2))), None
    yield '1 M dashes', lambda: mail(text(b'-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n' + b'- - - -\r\n' * (4 * MIB))), None
    yield '1 M armour headers', lambda: mail(pgp_mime(b'-----BEGIN PGP MESSAGE-----\r\n' + b'Comment: x\r\n' * MIB + b'\r\n'
                                                      + base64_lines(pgp.encrypt(b'x')) + b'-----END PGP MESSAGE-----\r\n', False)), 'any'
    yield '1 M armour headers, inline', lambda: mail(text(b'-----BEGIN PGP MESSAGE-----\r\n' + b'Charset: x\r\n' * MIB + b'\r\n'
                                                          + base64_lines(pgp.encrypt(b'x')) + b'-----END PGP MESSAGE-----\r\n')), None
    yield '40 MB of keys', lambda: mail(multipart([text(b'hi\r\n'), text(key * (30 * MIB // len(key)), 'application/pgp-keys', 'binary')])), None
    yield '40 MB of keys, armoured', lambda: mail(multipart([text(b'hi\r\n'), text(armor(key * (20 * MIB // len(key)), 'PUBLIC KEY BLOCK'), 'application/pgp-keys')])), None
    yield '40 MB of key blocks', lambda: mail(multipart([text(b'hi\r\n'), text(armor(key, 'PUBLIC KEY BLOCK') * 30000)])), None
    yield 'a key of 100,000 user IDs', lambda: mail(multipart([text(b'hi\r\n'), text(
        key[:key.index(b'\xb4')] + b''.join(packet(13, b'u%d <u%d@x.example>' % (i, i)) for i in range(100000)), 'application/pgp-keys', 'binary')])), None
    yield 'a key of 100,000 certifications', lambda: mail(multipart([text(b'hi\r\n'), text(
        key[:key.index(b'\xb4')] + packet(13, b'u') + packet(2, b'\x04\x10' + b'\0' * 100) * 100000, 'application/pgp-keys', 'binary')])), None
    lone = text(base64_lines(pgp.signature(b'x')), 'application/octet-stream; name=x%d.sig', 'base64')
    yield '9,000 signatures without a file', lambda: mail(multipart([lone % i for i in range(9000)])), None
    pair = lone.replace(b'name=x%d.sig', b'name=f.txt.sig')
    yield '4,500 signatures over one file', lambda: mail(multipart([text(b'x', 'text/plain; name=f.txt')] + [pair] * 4500)), None
    yield '500 broken encrypted files', lambda: mail(multipart([in_base64(packet(1, b'\x03' + b'\0' * 20) + packet(18, b'\x01xx'),
                                                                          'application/octet-stream; name=x.pgp')] * 500)), 'any'


def cms():
    junk = bytes(range(256)) * 4
    yield 'S/MIME with 1 M recipients', lambda: mail(smime(enveloped(360000))), 'limit'
    yield 'S/MIME with 490 recipients', lambda: mail(smime(enveloped(490))), 'any'
    yield 'S/MIME with 100,000 signers', lambda: mail(smime(signed(90000), 'signed-data')), 'any'
    yield 'S/MIME with 3,000 certificates', lambda: mail(smime(signed(1, b''.join(certificate(i) for i in range(3000))), 'signed-data')), 'any'
    yield 'S/MIME nested 10 M deep', lambda: mail(smime(deep_der(8 * MIB))), 'any'
    yield 'S/MIME of 30 MB of junk', lambda: mail(smime(b'\x30\x84\x7f\xff\xff\xff' + junk * 30000)), 'any'
    yield 'S/MIME of tiny elements', lambda: mail(smime(der(0x30, OID_ENVELOPED, der(0xa0, der(0x30, der(0x02, b'\0'), der(0x31, NULL * (14 * MIB))))))), 'limit'


def reports():
    """JSON that costs memory before it is known to be no report, and JSON that is one."""
    kind = 'application/json; name=report.json'
    yield 'JSON, 35 MB of brackets', lambda: mail(in_base64(b'[' * (35 * MIB), kind)), None
    yield 'JSON, 190,000 empty objects', lambda: mail(in_base64(b'[' + b'{},' * 190000 + b'{}]', kind)), None
    yield 'JSON, 90,000 elements of IODEF', lambda: mail(in_base64(
        b'{"version":"2.0","Incident":[{"IncidentID":{"id":"1"},"EventData":[' + b'{"A":"a"},' * 90000 + b'{}]}]}', kind)), None


def bombs(pgp):
    """(name, maker of a mail with a place for its Message-ID, wanted): held: as a whole, with reason limit; limit: a
    ticket whose report says limit; ended: one or the other; any: a ticket, whatever it says; None: a ticket of a mail that
    was read."""
    for group in (headers (), structures (), bodies (), pages (), openpgp (pgp), texts (pgp), cms (), reports ()):
        yield from group
