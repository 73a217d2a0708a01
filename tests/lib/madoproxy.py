"""A server before madoguchi-web, for tests of the samples in conf/: a demonstration with its page on a unix socket, a certificate
made here, browsers that come over TLS; and what has to hold before any such server. Standard library only."""
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

import madotest as t
import madoweb as w
from madopostfix import free_port

PASSWORD = 'correct horse battery'
API = '/api/v1'
HOST = 'csirt-queue.example.org'


class Tls(http.client.HTTPConnection):
    def __init__(self, port, context):
        super().__init__(HOST)
        self.at, self.context = port, context

    def connect(self):
        self.sock = self.context.wrap_socket(socket.create_connection(('127.0.0.1', self.at), 30), server_hostname=HOST)


class Browser(w.Browser):
    """Behind the proxy."""

    def __init__(self, proxy):
        super().__init__(None)
        self.proxy = proxy

    def request(self, method, path, content=None, headers=None, proof=True):
        wanted = {'Origin': 'https://' + HOST}
        wanted.update(headers or {})
        real, w.UnixConnection = w.UnixConnection, lambda _: Tls(self.proxy.port, self.proxy.context)
        try:
            return super().request(method, path, content, wanted, proof)
        finally:
            w.UnixConnection = real


class Proxy:
    """`name` and `sample` of the server; `write` makes its configuration, `command` is what runs it in the foreground."""
    name = sample = None

    def __init__(self, tap):
        self.tap = tap
        self.top = t.short_dir('n')
        os.chmod(self.top, 0o755)
        self.web, self.port, self.plain = self.top + '/web.sock', free_port(), free_port()
        self.demo = t.Demo(conf={('web', 'trusted-header'): 'X-Remote-User'}, web='unix:' + self.web)
        os.chmod(self.web, 0o666)
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=' + HOST, '-addext', 'subjectAltName=DNS:' + HOST,
                        '-keyout', self.top + '/key.pem', '-out', self.top + '/cert.pem'], check=True, capture_output=True)
        self.context = ssl.create_default_context(cafile=self.top + '/cert.pem')
        self.write()
        self.server = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.top + '/err', 'wb'),
                                       env=dict(os.environ, HOME=self.top, XDG_DATA_HOME=self.top, XDG_CONFIG_HOME=self.top))
        tap.ok(t.wait_for(self.is_up, 20), '%s takes the sample as it is' % self.name, open(self.top + '/err').read()[-2000:])

    def read_sample(self, changes):
        with open(os.path.join(t.SRC, 'conf', self.sample), encoding='utf-8') as file:
            sample = file.read()
        for old, new in changes:
            assert old in sample, old
            sample = sample.replace(old, new)
        return sample

    def is_up(self):
        try:
            return Browser(self).get('/').status == 200
        except OSError:
            return False

    def set_up(self):
        """A first member, who has come in."""
        self.demo.cli('members', 'add', 'hanako', '--role', 'administrator')
        invitation = json.loads(self.demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
        hanako = Browser(self)
        hanako.set_up(invitation, PASSWORD)
        return hanako

    def connect(self, seconds=20):
        sock = self.context.wrap_socket(socket.create_connection(('127.0.0.1', self.port), seconds), server_hostname=HOST)
        sock.settimeout(seconds)
        return sock

    def raw(self, data, seconds=20):
        sock, got = self.connect(seconds), b''
        try:
            sock.sendall(data)
        except OSError:
            pass  # it need not listen to the end
        try:
            while True:
                piece = sock.recv(65536)
                if not piece:
                    break
                got += piece
        except (TimeoutError, OSError):
            pass
        sock.close()
        return got

    def stop(self):
        self.server.terminate()
        self.server.wait(20)
        return self.demo.stop()


def find(name):
    """The program, where Debian has it."""
    return shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin')


def serves(p, hanako):
    """TLS and what it says of itself, and events as they happen."""
    tap = p.tap
    page = hanako.get('/')
    tap.ok(page.status == 200 and 'max-age=63072000' in page.header('Strict-Transport-Security')
           and "default-src 'none'" in page.header('Content-Security-Policy'), 'the page with HSTS and all it says itself', page)
    refused = hanako.get(API + '/nothing')
    tap.ok(refused.status == 404 and refused.header('Strict-Transport-Security') is not None, 'errors, too', refused)
    plain = http.client.HTTPConnection('127.0.0.1', p.plain)
    plain.request('GET', '/x?y=1', headers={'Host': HOST})
    moved = plain.getresponse()
    tap.ok(moved.status in (301, 308) and re.match('https://%s(:%d)?/x\\?y=1$' % (re.escape(HOST), p.port), moved.getheader('Location')),
           'without TLS there is only the way to it', moved.getheaders())
    offered = ssl.create_default_context(cafile=p.top + '/cert.pem')
    offered.set_alpn_protocols(['h2', 'http/1.1'])
    with offered.wrap_socket(socket.create_connection(('127.0.0.1', p.port)), server_hostname=HOST) as sock:
        tap.equal(sock.selected_alpn_protocol(), 'h2', 'HTTP/2 is offered')
        tap.ok(sock.version() in ('TLSv1.2', 'TLSv1.3'), 'over TLS of today', sock.version())
    sock = p.connect()
    sock.sendall(('GET /api/v1/events HTTP/1.1\r\nHost: %s\r\nCookie: %s=%s\r\n\r\n' % (HOST, w.COOKIE, hanako.jar[w.COOKIE])).encode())
    events = w.Events.__new__(w.Events)
    events.sock, events.text = sock, b''
    tap.ok(events.wait(b'event: hello'), 'events come through')
    began = time.monotonic()
    p.demo.send(t.plain('r@reporter.example', t.TEAM, 'first', 'text\n', mid=t.message_id()), 'r@reporter.example')
    tap.ok(events.wait(b'event: change') and time.monotonic() - began < 15, 'as they happen', time.monotonic() - began)
    events.close()
    tap.ok(t.wait_for(lambda: hanako.get(API + '/incidents').json['items'], 30), 'the queue is read')


def spoofing(p, hanako):
    """What only the server in between may say, browsers cannot."""
    tap = p.tap
    for name in ('X-Remote-User', 'x-remote-user', 'X_Remote_User', 'X-Remote-User '):
        raw = p.raw(('GET /api/v1/session HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s: hanako\r\n\r\n' % (HOST, name)).encode())
        tap.ok(b'Set-Cookie' not in raw and re.match(rb'HTTP/1.1 (401|400)', raw), 'nobody says himself who he is: %r' % name, raw[:300])
    raw = p.raw(('GET /api/v1/session HTTP/1.1\r\nHost: %s\r\nConnection: close, X-Real-IP, X-Remote-User\r\nX-Remote-User: hanako\r\n\r\n' % HOST).encode())
    tap.ok(b'Set-Cookie' not in raw and raw.startswith(b'HTTP/1.1 401'), 'nor by what Connection names', raw[:300])
    direct = w.Browser(p.web).get(API + '/session', headers={'X-Remote-User': 'hanako'})
    tap.equal(direct.status, 200, '(without %s it would do)' % p.name)
    thief = [Browser(p).request('POST', API + '/log-in', {'login': 'hanako', 'password': 'wrong horse %03d' % i, 'code': '000000'},
                                headers={'X-Real-IP': '198.51.100.%d' % i, 'X-Forwarded-For': '198.51.100.%d' % i}).status for i in range(12)]
    tap.ok(503 in thief, 'another X-Real-IP each time does not help to guess', thief)
    audit = p.demo.cli('audit', '--json').out
    tap.ok(b'198.51.100.' not in (audit if isinstance(audit, bytes) else audit.encode()), 'and nothing of it is believed')
    tap.equal(hanako.get(API + '/session').status, 200, 'who is in stays in')


def splitting(p):
    """A request makes no field of an answer, and no path leads out of the page."""
    tap = p.tap
    for path in ('/%0d%0aX-Made: up', '/x?%0d%0aX-Made: up', '/%E5%98%8D%E5%98%8AX-Made: up', '/api/v1/incidents/%0d%0aX-Made:%20up'):
        sock = socket.create_connection(('127.0.0.1', p.plain), 20)
        sock.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' % (path.replace(' ', '%20'), HOST)).encode())
        plain = b''.join(iter(lambda: sock.recv(65536), b''))
        sock.close()
        got = p.raw(('GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' % (path.replace(' ', '%20'), HOST)).encode(), 5)
        heads = [answer.split(b'\r\n\r\n')[0] for answer in (plain, got)]
        tap.ok(all(heads) and not any(re.search(rb'(?mi)^x-made', head) for head in heads), 'no field is split off: %s' % path, heads)
    for path in ('/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/api/v1/../../../etc/passwd', '//etc/passwd', '/.%00/etc/passwd',
                 '/..%5c..%5cetc/passwd', '/%c0%ae%c0%ae/etc/passwd'):
        got = p.raw(('GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' % (path, HOST)).encode(), 5)
        tap.ok(b'root:' not in got and re.match(rb'HTTP/1.1 (3|4)\d\d', got), 'no path leads out: %s' % path, got[:200])


def smuggling(p, hanako, number, says_inner=None):
    """What is sent as the content of one request never becomes a request of its own. `says_inner`: what the inner request says of
    who asks; where the server takes some of it for a second request of the same client, that one must not have a session, and then
    it is seen by who comes next over the same connection to the page."""
    tap = p.tap
    auth = ('Cookie: %s=%s\r\nX-Madoguchi-Proof: %s\r\nContent-Type: application/json\r\n' % (w.COOKIE, hanako.jar[w.COOKIE], hanako.proof)).encode()
    auth = auth if says_inner is None else says_inner
    inner = b'POST /api/v1/incidents/%s/take HTTP/1.1\r\nHost: %s\r\n' % (number.encode(), HOST.encode()) + auth + b'Content-Length: 2\r\n\r\n{}'
    head = b'POST /api/v1/log-out HTTP/1.1\r\nHost: %s\r\n' % HOST.encode()
    chunk = b'%x\r\n%s\r\n0\r\n\r\n' % (len(inner), inner)
    n = len(inner)
    rows = [('CL.TE', b'Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE.CL', b'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n' + chunk),
            ('TE.TE', b'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE.TE, a coding nobody knows', b'Transfer-Encoding: xchunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE with a tab', b'Transfer-Encoding:\tchunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE with a vertical tab', b'Transfer-Encoding: \x0bchunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE, folded', b'Transfer-Encoding:\r\n chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE, with a space before the colon', b'Transfer-Encoding : chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE after a field that is folded', b'X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE after a bare line feed', b'X: y\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('TE after a bare carriage return', b'X: y\rTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n' % (n + 5) + inner),
            ('two lengths', b'Content-Length: %d\r\nContent-Length: 0\r\n\r\n' % n + inner),
            ('two lengths in one', b'Content-Length: %d, 0\r\n\r\n' % n + inner),
            ('a length with a sign', b'Content-Length: +%d\r\n\r\n' % n + inner),
            ('a length in hex', b'Content-Length: 0x%x\r\n\r\n' % n + inner),
            ('a chunk size with a sign', b'Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n' + inner),
            ('a chunk size too large', b'Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n' + inner),
            ('an extension with a line feed', b'Transfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n' + inner[:0] + b''),
            ('a NUL in a name', b'Content-\0Length: %d\r\n\r\n' % n + inner),
            ('a length that holds all', b'Content-Length: %d\r\n\r\n' % n + inner)]
    version = hanako.get(API + '/incidents/' + number).json['version']
    honest = p.raw(b'GET /api/v1/session HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' % HOST.encode())
    tap.ok(honest.startswith(b'HTTP/1.1 401'), 'an honest request is answered', honest[:100])
    for name, rest in rows:
        # whoever smuggles has no session of his own: the inner request would be somebody's who comes after him
        got = p.raw(head + rest, 3)
        answers = re.findall(rb'HTTP/1\.[01] (\d\d\d) ', got)
        tap.ok(all(code[0:1] in b'45' for code in answers) and b'"owner"' not in got, 'smuggling: %s: %s' % (name, b' '.join(answers).decode()), got[:400])
        after = [Browser(p).get('/') for _ in range(3)] + [hanako.get(API + '/session')]
        tap.ok(all(a.status == 200 and b'<html' in a.body.lower() for a in after[:3]) and after[3].status == 200, 'and who comes next gets his own answer', after)
    tap.equal(hanako.get(API + '/incidents/' + number).json['version'], version, 'and nothing was changed by any of it')


def slowness(p, hanako, content=b''):
    """Slow ones and large ones: the others are served, and they are closed or refused. `content` is sent of a large one."""
    tap = p.tap
    slow = [p.connect() for _ in range(150)]
    for i, sock in enumerate(slow):
        sock.sendall([b'GET / HTTP/1.1\r\nHost: x\r\n', b'POST /api/v1/log-in HTTP/1.1\r\nHost: %s\r\nContent-Length: 500\r\n\r\n{' % HOST.encode()][i % 2])
    began = time.monotonic()
    tap.ok(all(hanako.get(API + '/session').status == 200 for _ in range(20)) and time.monotonic() - began < 20, 'with 150 slow ones others are served')

    def is_closed(sock):
        sock.settimeout(0.05)
        try:
            while sock.recv(65536):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True
    tap.ok(t.wait_for(lambda: all(is_closed(s) for s in slow), 60), 'and they are closed')
    got = p.raw(b'POST /api/v1/log-in HTTP/1.1\r\nHost: %s\r\nContent-Length: 100000000\r\n\r\n' % HOST.encode() + content, 20)
    # Caddy may find that the page has closed the line while it still sends, before it reads why.
    tap.ok(re.match(rb'HTTP/1.1 (413|502) ' if content else rb'HTTP/1.1 413 ', got), 'what is too large is refused before it comes', got[:100])
    got = p.raw(b'GET / HTTP/1.1\r\nHost: x\r\nX: ' + b'a' * 100000 + b'\r\n\r\n', 5)
    tap.ok(re.match(rb'HTTP/1.1 4', got), 'a header too large, too', got[:100])


def cookies(p):
    """What the page sets reaches the browser as it is: for this host alone, over TLS alone, and for no script."""
    p.demo.cli('members', 'add', 'taro', '--role', 'handler')
    invitation = json.loads(p.demo.cli('members', 'invite', 'taro', '--json').out)['invitation']
    taro = Browser(p)
    secret = taro.post(API + '/set-up', {'invitation': invitation, 'password': PASSWORD}).json['secret']
    answer = taro.post(API + '/set-up/confirm', {'invitation': invitation, 'code': w.totp(secret)})
    fields = [cookie.split(';', 1) for cookie in answer.cookies()]
    p.tap.ok(fields and all(name.startswith('__Host-') and {'Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/'} <= {x.strip() for x in rest.split(';')}
                            and 'Domain' not in rest for name, rest in fields), 'cookies keep their flags', answer.cookies())
