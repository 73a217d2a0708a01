"""OpenPGP packets by hand (RFC 4880): what no honest program makes. Signatures are made by the agent of a gpg home, so
any class, time, hash and subpacket can be signed with a throw-away key."""
import base64
import hashlib
import os
import re
import socket
import struct
import subprocess
import time
import zlib

PKESK, SIGNATURE, SKESK, ONE_PASS, SECRET, KEY, COMPRESSED, SED, MARKER, LITERAL, USER_ID, SUBKEY, SEIPD, MDC = (
    1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 18, 19)
HASHES = {1: 'md5', 2: 'sha1', 3: 'rmd160', 8: 'sha256', 9: 'sha384', 10: 'sha512'}


def packet(tag, body):
    size = len(body)
    head = (bytes([size]) if size < 192 else bytes([((size - 192) >> 8) + 192, (size - 192) & 255]) if size < 8384
            else b'\xff' + struct.pack('>I', size))
    return bytes([0xC0 | tag]) + head + body


def split(data):
    """[(tag, body, the packet as it is)] of packets with known lengths."""
    at, found = 0, []
    while at < len(data):
        start, first = at, data[at]
        at += 1
        if first & 0x40:
            tag, size = first & 63, data[at]
            if size < 192:
                at += 1
            elif size < 224:
                size, at = ((size - 192) << 8) + data[at + 1] + 192, at + 2
            else:
                size, at = struct.unpack('>I', data[at + 1:at + 5])[0], at + 5
        else:
            tag, octets = (first >> 2) & 15, 1 << (first & 3)
            size, at = int.from_bytes(data[at:at + octets], 'big'), at + octets
        found.append((tag, data[at:at + size], data[start:at + size]))
        at += size
    return found


def split_head(message):
    """The first packet of @message: its session key."""
    first, size = message[0], message[1]
    if first & 0x40 == 0 and first & 3 == 1:
        return message[:3 + int.from_bytes(message[1:3], 'big')]
    return message[:2 + size]


def literal(data, name=b'', kind=b'b'):
    return packet(LITERAL, kind + bytes([len(name)]) + name + bytes(4) + data)


def compressed(data):
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packet(COMPRESSED, b'\1' + deflate.compress(data) + deflate.flush())


def crc24(data):
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (0x1864CFB if crc & 0x800000 else 0)
    return (crc & 0xFFFFFF).to_bytes(3, 'big')


def armor(data, kind='MESSAGE', headers=''):
    return '-----BEGIN PGP %s-----\n%s\n%s=%s\n-----END PGP %s-----\n' % (
        kind, headers, base64.encodebytes(data).decode(), base64.b64encode(crc24(data)).decode(), kind)


def dearmor(text):
    body = re.search(r'-----BEGIN PGP [A-Z ]+-----\r?\n(?:[^\r\n]+: [^\r\n]*\r?\n)*\r?\n(.*?)(?:\r?\n=[^\r\n]{4})?\r?\n-----END', text, re.S)
    return base64.b64decode(body.group(1))


def subpacket(kind, data, critical=False):
    return bytes([len(data) + 1, kind | (0x80 if critical else 0)]) + data


def notation(name, value, critical=False):
    return subpacket(20, b'\x80\0\0\0' + struct.pack('>HH', len(name), len(value)) + name + value, critical)


def one_pass(key, kind=0, algo=10, last=True):
    return packet(ONE_PASS, bytes([3, kind, algo, key.algorithm]) + key.key_id + bytes([last]))


class Key:
    """The primary key (or, with @number, a subkey) of @who in the gpg home @home."""

    def __init__(self, home, who, number=0):
        run = lambda *words: subprocess.run(['gpg', '--homedir', home, '--batch', '--no-tty', '-q', *words], capture_output=True, check=True).stdout
        rows = [row.split(':') for row in run('--with-colons', '--with-keygrip', '--list-keys', who).decode().splitlines()]
        self.home = home
        self.grip = [row[9] for row in rows if row[0] == 'grp'][number]
        self.fingerprint = [row[9] for row in rows if row[0] == 'fpr'][number]
        self.block = run('--export-options', 'export-minimal', '--export', who)
        keys = [body for tag, body, _ in split(self.block) if tag in (KEY, SUBKEY)]
        self.body = keys[number]
        self.algorithm = self.body[5]
        self.key_id = bytes.fromhex(self.fingerprint[-16:])

    def hashed(self):
        """What a signature over this key hashes (RFC 4880, 5.2.4)."""
        return b'\x99' + struct.pack('>H', len(self.body)) + self.body

    def ask(self, digest, algo):
        """The agent's signature over @digest: MPIs."""
        path = subprocess.run(['gpgconf', '--homedir', self.home, '--list-dirs', 'agent-socket'], capture_output=True, check=True).stdout.decode().strip()
        with socket.socket(socket.AF_UNIX) as agent:
            agent.connect(path)
            stream = agent.makefile('rwb')
            stream.readline()
            for words in (b'SIGKEY ' + self.grip.encode(), b'SETHASH %d %s' % (algo, digest.hex().upper().encode()), b'PKSIGN'):
                stream.write(words + b'\n')
                stream.flush()
                data = b''
                for line in stream:
                    if line.startswith(b'D '):
                        data += re.sub(rb'%(..)', lambda found: bytes([int(found.group(1), 16)]), line[2:-1])
                    elif line.startswith((b'OK', b'ERR')):
                        break
                if not line.startswith(b'OK'):
                    raise RuntimeError('agent: %r: %r' % (words, line))
        numbers = []
        for name in (b'(1:r', b'(1:s'):
            at = data.index(name) + len(name)
            size, _, rest = data[at:].partition(b':')
            number = rest[:int(size)].lstrip(b'\0')
            numbers.append(struct.pack('>H', len(number) * 8 - 8 + number[0].bit_length()) + number)
        return b''.join(numbers)

    def sign(self, data, kind=0, algo=10, created=None, hashed=b'', unhashed=b'', issuer=None):
        """A version 4 signature packet over @data; @issuer: a key id that is not ours."""
        created = int(time.time()) if created is None else created
        hashed = subpacket(2, struct.pack('>I', created)) + hashed
        head = bytes([4, kind, self.algorithm, algo]) + struct.pack('>H', len(hashed)) + hashed
        digest = hashlib.new({'rmd160': 'ripemd160'}.get(HASHES[algo], HASHES[algo]), data + head + b'\4\xff' + struct.pack('>I', len(head))).digest()
        unhashed = subpacket(16, issuer or self.key_id) + unhashed
        return packet(SIGNATURE, head + struct.pack('>H', len(unhashed)) + unhashed + digest[:2] + self.ask(digest, algo))


def session_key(home, message):
    """(algorithm, key) of an encrypted message that @home can open."""
    words = subprocess.run(['gpg', '--homedir', home, '--batch', '--no-tty', '--show-session-key', '--decrypt'], input=message, capture_output=True,
                           check=True).stderr.decode()
    found = re.search(r"session key: '(\d+):([0-9A-F]+)'", words)
    return int(found.group(1)), bytes.fromhex(found.group(2))


CIPHERS = {2: ('des-ede3-cfb', 8), 3: ('cast5-cfb', 8), 7: ('aes-128-cfb', 16), 8: ('aes-192-cfb', 16), 9: ('aes-256-cfb', 16)}


def cfb(algorithm, key, start, data, decrypt=False):
    legacy = ['-provider', 'legacy', '-provider', 'default'] if algorithm == 3 else []
    return subprocess.run(['openssl', 'enc', '-' + CIPHERS[algorithm][0], *legacy, '-K', key.hex(), '-iv', start.hex(), *(['-d'] if decrypt else [])],
                          input=data, capture_output=True, check=True).stdout


def sed(algorithm, key, packets):
    """Encrypted data without integrity protection (tag 9), with the CFB resynchronisation of old."""
    block = CIPHERS[algorithm][1]
    noise = os.urandom(block)
    first = cfb(algorithm, key, bytes(block), noise + noise[-2:])
    return packet(SED, first + cfb(algorithm, key, first[2:block + 2], packets))


def seipd(algorithm, key, packets, mdc=None):
    """Integrity protected data (tag 18); @mdc: what stands where the check belongs."""
    block = CIPHERS[algorithm][1]
    noise = os.urandom(block)
    text = noise + noise[-2:] + packets
    if mdc is None:
        text += b'\xd3\x14'
        text += hashlib.sha1(text).digest()
    else:
        text += mdc
    return packet(SEIPD, b'\1' + cfb(algorithm, key, bytes(block), text))
