"""A browser's part of HTTP, for tests of madoguchi-web: cookies, the page's proof, log-in with a second device, events.
Standard library only."""
import base64
import hashlib
import hmac
import http.client
import json
import socket
import struct
import time

COOKIE = '__Host-madoguchi'


def totp(secret, when=None):
    """The six digits of RFC 6238 for a secret in base32."""
    digest = hmac.new(base64.b32decode(secret), struct.pack('>Q', int(time.time() if when is None else when) // 30), hashlib.sha1).digest()
    at = digest[19] & 15
    return '%06d' % ((struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def cookies(self):
        return [v for n, v in self.headers if n.lower() == 'set-cookie']

    def __repr__(self):
        return '%d %r %r' % (self.status, self.headers, self.body[:600])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('madoguchi.example')
        self.path = path

    def connect(self):
        if isinstance(self.path, int):
            self.sock = socket.create_connection(('127.0.0.1', self.path), 60)
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class Browser:
    """One browser: `get` and `post` return an Answer and keep the cookies. `path` of the socket, or a port of this host."""

    def __init__(self, path, address=None):
        self.path, self.address = path, address
        self.jar, self.proof = {}, 'none'

    def request(self, method, path, content=None, headers=None, proof=True):
        connection = UnixConnection(self.path)
        fields = {'Sec-Fetch-Site': 'same-origin', 'Origin': 'https://madoguchi.example'}
        if self.jar:
            fields['Cookie'] = '; '.join('%s=%s' % pair for pair in self.jar.items())
        if self.address:
            fields['X-Real-IP'] = self.address
        if proof and method != 'GET':
            fields['X-Madoguchi-Proof'] = self.proof
        if content is not None:
            fields['Content-Type'] = 'application/json'
        fields.update(headers or {})
        body = json.dumps(content) if isinstance(content, (dict, list)) else content
        connection.request(method, path, body, {n: v for n, v in fields.items() if v is not None})
        got = connection.getresponse()
        answer = Answer(got.status, got.getheaders(), got.read())
        connection.close()
        for cookie in answer.cookies():
            name, _, value = cookie.split(';')[0].partition('=')
            if value:
                self.jar[name] = value
            else:
                self.jar.pop(name, None)
        return answer

    def get(self, path, **more):
        return self.request('GET', path, **more)

    def post(self, path, content=None, **more):
        return self.request('POST', path, {} if content is None else content, **more)

    def log_in(self, login, password, code):
        self.jar.pop(COOKIE, None)
        self.proof = 'none'
        answer = self.post('/api/v1/log-in', {'login': login, 'password': password, 'code': code})
        if answer.status == 200:
            self.proof = answer.json['proof']
        return answer

    def set_up(self, invitation, password):
        """Chooses a password and a second device; returns its secret."""
        secret = self.post('/api/v1/set-up', {'invitation': invitation, 'password': password}).json['secret']
        answer = self.post('/api/v1/set-up/confirm', {'invitation': invitation, 'code': totp(secret)})
        self.proof = answer.json['proof']
        return secret


class Events:
    """Listens to /api/v1/events."""

    def __init__(self, browser):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(browser.path)
        cookie = '; '.join('%s=%s' % pair for pair in browser.jar.items())
        self.sock.sendall(('GET /api/v1/events HTTP/1.1\r\nHost: madoguchi.example\r\nCookie: %s\r\n\r\n' % cookie).encode())
        self.text = b''

    def wait(self, piece):
        """Reads until `piece` came; returns all of it so far."""
        while piece not in self.text:
            got = self.sock.recv(65536)
            if not got:
                return None
            self.text += got
        before, _, self.text = self.text.partition(piece)
        return before + piece

    def close(self):
        self.sock.close()
