"""An LMTP client that sees every reply: smtplib reads only one reply after the data (RFC 2033 has one per
recipient), and tests also need to say wrong things on purpose."""
import re
import socket


def connect(spec, seconds=30):
    """A socket to unix:PATH or inet:HOST:PORT."""
    kind, _, where = spec.partition(':')
    if kind == 'unix':
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(seconds)
        sock.connect(where)
        return sock
    host, _, port = where.rpartition(':')
    return socket.create_connection((host.strip('[]'), int(port)), seconds)


class Lmtp:
    """One session. `cmd` returns (code, text); `data` one (code, text) per accepted recipient."""

    def __init__(self, spec, seconds=30, hello=True):
        self.sock = connect(spec, seconds)
        self.sock.settimeout(seconds)
        self.file = self.sock.makefile('rb')
        self.greeting = self.reply()
        self.accepted = 0
        if hello and self.greeting[0] == 220:
            self.hello = self.cmd('LHLO test.example')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.sock.close()

    def reply(self):
        """(0, '') at the end of the stream."""
        lines = []
        while True:
            line = self.file.readline(4096)
            found = re.match(rb'(\d{3})([ -])(.*?)\r?\n$', line)
            if not found:
                return 0, line.decode('latin-1')
            lines.append(found.group(3).decode('utf-8', 'replace'))
            if found.group(2) == b' ':
                return int(found.group(1)), '\n'.join(lines)

    def write(self, data):
        self.sock.sendall(data)

    def cmd(self, line):
        self.write(line.encode('utf-8') + b'\r\n')
        return self.reply()

    def begin(self, frm, to, size=None):
        """MAIL and RCPTs; the replies in a list. Counts the accepted recipients."""
        replies = [self.cmd('MAIL FROM:<%s>%s' % (frm, '' if size is None else ' SIZE=%d' % size))]
        self.accepted = 0
        if replies[0][0] == 250:
            for address in to:
                replies.append(self.cmd('RCPT TO:<%s>' % address))
                self.accepted += replies[-1][0] == 250
        return replies

    def data(self, raw):
        go = self.cmd('DATA')
        if go[0] != 354:
            return [go]
        body = re.sub(rb'(?m)^\.', b'..', raw)
        if not body.endswith(b'\r\n'):
            body += b'\r\n'
        try:
            self.write(body + b'.\r\n')
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server said its answer before the end: it is read below
        return [self.reply() for _ in range(self.accepted)]


def lmtp_send(spec, frm, to, raw, seconds=60, size=False):
    """Sends one mail in a session of its own. The codes: one per accepted recipient, or the refusal alone.
    [0] when the connection broke before an answer: the mail may or may not have been taken."""
    to = [to] if isinstance(to, str) else list(to)
    try:
        with Lmtp(spec, seconds) as session:
            if session.greeting[0] != 220:
                return [session.greeting[0]]
            replies = session.begin(frm, to, len(raw) if size else None)
            if not session.accepted:
                return [replies[-1][0]]
            codes = [code for code, _ in session.data(raw)]
            try:
                session.write(b'QUIT\r\n')
            except OSError:
                pass
            return codes
    except (OSError, socket.timeout):
        return [0]


def lmtp_raw(spec, data, seconds=10):
    """Writes bytes as they are and returns all that the server said until it closed or fell silent."""
    sock = connect(spec, seconds)
    said = b''
    try:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        while len(said) < 1 << 20:
            piece = sock.recv(65536)
            if not piece:
                break
            said += piece
    except (OSError, socket.timeout):
        pass
    finally:
        sock.close()
    return said
