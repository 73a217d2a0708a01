"""Questions to a role in the form of ipc/wire.h, made and read without any code of the product."""
import array
import os
import re
import socket
import struct

MAGIC, VERSION, BODY_IN_FD = 0x6d61646f, 1, 1


def framed(body, ends):
    """@body with its framing offsets (GVariant's serialisation)."""
    for size in (1, 2, 4):
        if len(body) + size * len(ends) < 256 ** size:
            return body + b''.join(end.to_bytes(size, 'little') for end in ends)
    raise ValueError('too long')


def padded(body, to=8):
    return body + b'\0' * (-len(body) % to)


def value(what):
    """(type, bytes) of a Python value."""
    if isinstance(what, bool):
        return b'b', bytes([what])
    if isinstance(what, int):
        return b'x', struct.pack('<q', what)
    if isinstance(what, str):
        return b's', what.encode() + b'\0'
    if what and isinstance(what[0], int):
        return b'ax', struct.pack('<%dq' % len(what), *what)
    body, ends = b'', []
    for one in what:
        body += one.encode() + b'\0'
        ends.append(len(body))
    return b'as', framed(body, ends)


def entry(name, what):
    kind, data = value(what)
    key = name.encode() + b'\0'
    return framed(padded(key) + data + b'\0' + kind, [len(key)])


def packet(verb, arguments=None):
    """A question: @arguments is a dict of str, int, bool and lists of str or int."""
    items, ends = b'', []
    for name, what in (arguments or {}).items():
        items = padded(items) + entry(name, what)
        ends.append(len(items))
    name = verb.encode() + b'\0'
    body = framed(padded(name) + (framed(items, ends) if ends else b''), [len(name)])
    return struct.pack('=IHHQ', MAGIC, VERSION, 0, len(body)) + body


def answer(peer):
    """(word of the next answer, the error's code or None, all its bytes)."""
    data, ancillary, _, _ = peer.recvmsg(1 << 20, socket.CMSG_LEN(4 * 4))
    fds = array.array('i')
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(content[:len(content) - len(content) % 4])
    if len(data) < 16:
        raise EOFError('the other end is gone')
    body = data[16:]
    for fd in fds:  # a body that is too long for a packet, or a file
        size = os.fstat(fd).st_size
        body += os.pread(fd, size, 0)
        os.close(fd)
    word = body.split(b'\0', 1)[0].decode()
    code = re.search(rb'code\0+([A-Za-z]+)\0', body) if word == 'error' else None
    return word, code.group(1).decode() if code else None, body


def ask(peer, verb, arguments=None):
    """Sends a question and waits for its answer."""
    peer.sendall(packet(verb, arguments))
    return answer(peer)
