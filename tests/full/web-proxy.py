#!/usr/bin/env python3
"""Debian's nginx before the members' page, with conf/nginx.conf.example itself (names and paths replaced, a certificate made here):
TLS, HSTS, events as they happen; and what a server in between makes possible: smuggled requests, spoofed headers, slow and large
ones. Caddy's sample is checked where Caddy is installed."""
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402
from madopostfix import free_port  # noqa: E402

PASSWORD = 'correct horse battery'
API = '/api/v1'
HOST = 'csirt-queue.example.org'
NGINX = shutil.which('nginx', path=os.environ.get('PATH', '') + ':/usr/sbin')


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
        self.nginx = subprocess.Popen([NGINX, '-c', self.top + '/nginx.conf', '-p', self.top, '-g', 'daemon off;'], stderr=open(self.top + '/err', 'wb'))
        tap.ok(t.wait_for(self.is_up, 20), 'nginx takes the sample as it is', open(self.top + '/err').read())

    def write(self):
        with open(os.path.join(t.SRC, 'conf', 'nginx.conf.example'), encoding='utf-8') as file:
            sample = file.read()
        for old, new in (('/run/madoguchi-web/web.sock', self.web), ('/etc/ssl/certs/%s.pem' % HOST, self.top + '/cert.pem'),
                         ('/etc/ssl/private/%s.key' % HOST, self.top + '/key.pem'), ('listen 80;', 'listen 127.0.0.1:%d;' % self.plain),
                         ('listen 443 ', 'listen 127.0.0.1:%d ' % self.port)):
            assert old in sample, old
            sample = sample.replace(old, new)
        sample = re.sub(r'\n *listen \[::\][^\n]*', '', sample)
        user = 'user root;\n' if os.geteuid() == 0 else ''
        with open(self.top + '/nginx.conf', 'w', encoding='utf-8') as file:
            file.write(user + 'worker_processes 2;\npid %(d)s/pid;\nerror_log %(d)s/error.log;\nevents { worker_connections 1024; }\nhttp {\naccess_log %(d)s/access.log;\n'
                       'client_body_temp_path %(d)s/b; proxy_temp_path %(d)s/p; fastcgi_temp_path %(d)s/f; uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s;\n'
                       % {'d': self.top} + sample + '\n}\n')

    def is_up(self):
        try:
            return Browser(self).get('/').status == 200
        except OSError:
            return False

    def connect(self, seconds=20):
        sock = self.context.wrap_socket(socket.create_connection(('127.0.0.1', self.port), seconds), server_hostname=HOST)
        sock.settimeout(seconds)
        return sock

    def raw(self, data, seconds=20):
        sock, got = self.connect(seconds), b''
        try:
            sock.sendall(data)
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
        self.nginx.terminate()
        self.nginx.wait(20)


def serves(p, hanako):
    tap = p.tap
    page = hanako.get('/')
    tap.ok(page.status == 200 and 'max-age=63072000' in page.header('Strict-Transport-Security') and page.header('Server') == 'nginx'
           and "default-src 'none'" in page.header('Content-Security-Policy'), 'the page with HSTS and all it says itself', page)
    refused = hanako.get(API + '/nothing')
    tap.ok(refused.status == 404 and refused.header('Strict-Transport-Security') is not None, 'errors, too', refused)
    plain = http.client.HTTPConnection('127.0.0.1', p.plain)
    plain.request('GET', '/x?y=1', headers={'Host': 'evil.example'})
    moved = plain.getresponse()
    tap.ok(moved.status == 301 and moved.getheader('Location') == 'https://%s/x?y=1' % HOST, 'without TLS there is only the way to it', moved.getheaders())
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
    tap = p.tap
    for name in ('X-Remote-User', 'x-remote-user', 'X_Remote_User', 'X-Remote-User '):
        raw = p.raw(('GET /api/v1/session HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s: hanako\r\n\r\n' % (HOST, name)).encode())
        tap.ok(b'Set-Cookie' not in raw and re.match(rb'HTTP/1.1 (401|400)', raw), 'nobody says himself who he is: %r' % name, raw[:300])
    direct = w.Browser(p.web).get(API + '/session', headers={'X-Remote-User': 'hanako'})
    tap.equal(direct.status, 200, '(without nginx it would do)')
    thief = [Browser(p).request('POST', API + '/log-in', {'login': 'hanako', 'password': 'wrong horse %03d' % i, 'code': '000000'},
                                headers={'X-Real-IP': '198.51.100.%d' % i, 'X-Forwarded-For': '198.51.100.%d' % i}).status for i in range(12)]
    tap.ok(503 in thief, 'another X-Real-IP each time does not help to guess', thief)
    audit = p.demo.cli('audit', '--json').out
    tap.ok(b'198.51.100.' not in (audit if isinstance(audit, bytes) else audit.encode()), 'and nothing of it is believed')
    flood = [Browser(p).post(API + '/log-in', {'login': 'x', 'password': 'y', 'code': 'z'}).status for _ in range(30)]
    tap.ok(429 in flood, 'many log-ins from one place are slowed down', flood)
    tap.equal(hanako.get(API + '/session').status, 200, 'who is in stays in')


def smuggling(p, hanako, number):
    """What is sent as the content of one request never becomes a request of its own, and each side sees the same number of them."""
    tap = p.tap
    auth = ('Cookie: %s=%s\r\nX-Madoguchi-Proof: %s\r\nContent-Type: application/json\r\n' % (w.COOKIE, hanako.jar[w.COOKIE], hanako.proof)).encode()
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
        after = Browser(p).get('/')
        tap.ok(after.status == 200 and b'<html' in after.body.lower(), 'and who comes next gets his own answer', after)
    tap.equal(hanako.get(API + '/incidents/' + number).json['version'], version, 'and nothing was changed by any of it')


def slowness(p, hanako):
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
    got = p.raw(b'POST /api/v1/log-in HTTP/1.1\r\nHost: %s\r\nContent-Length: 100000000\r\n\r\n' % HOST.encode(), 5)
    tap.ok(got.startswith(b'HTTP/1.1 413'), 'what is too large is refused before it comes', got[:100])
    got = p.raw(b'GET / HTTP/1.1\r\nHost: x\r\nX: ' + b'a' * 100000 + b'\r\n\r\n', 5)
    tap.ok(re.match(rb'HTTP/1.1 4', got), 'a header too large, too', got[:100])


def caddy(p):
    program = shutil.which('caddy')
    if program is None:
        p.tap.skip('Caddy takes its sample', 'caddy is not installed')
        return
    done = subprocess.run([program, 'validate', '--config', os.path.join(t.SRC, 'conf', 'Caddyfile.example'), '--adapter', 'caddyfile'],
                          capture_output=True, check=False)
    p.tap.ok(done.returncode == 0, 'Caddy takes its sample', done.stderr)


def main():
    t.need_programs()
    for name, path in (('nginx', NGINX), ('openssl', shutil.which('openssl')), ('madoguchi-web', t.program('madoguchi-web'))):
        if path is None:
            t.skip_all(name + ' is not here')
    tap = t.Tap()
    p = Proxy(tap)
    p.demo.cli('members', 'add', 'hanako', '--role', 'administrator')
    invitation = json.loads(p.demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    hanako = Browser(p)
    hanako.set_up(invitation, PASSWORD)
    serves(p, hanako)
    number = hanako.get(API + '/incidents').json['items'][0]['number']
    smuggling(p, hanako, number)
    spoofing(p, hanako)
    slowness(p, hanako)
    caddy(p)
    p.stop()
    tap.equal(p.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
