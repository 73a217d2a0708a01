#!/usr/bin/env python3
"""The table of attacks on the members' page, against madoguchi-web itself: each row is tried, and has to be refused. What needs a
server before it (smuggling, spoofed headers) is in tests/full/web-proxy.py."""
import json
import os
import re
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'
API = '/api/v1'
SECRET = 'kiwisecret'


class House:
    def __init__(self, tap):
        self.tap = tap
        self.path = t.short_dir('w') + '/web.sock'
        self.demo = t.Demo(web='unix:' + self.path)

    def member(self, login, role):
        self.demo.cli('members', 'add', login, '--role', role)
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        browser = w.Browser(self.path)
        browser.secret = browser.set_up(invitation, PASSWORD)
        return browser

    def report(self, subject, browser, text='text\n'):
        self.demo.send(t.plain('reporter@reporter.example', t.TEAM, subject, text, mid=t.message_id()), 'reporter@reporter.example')

        def find():
            return next((i for i in browser.get(API + '/incidents').json['items'] if i.get('subject') == subject), None)
        return t.wait_for(find, 60)

    def connect(self, seconds=30):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(seconds)
        t.wait_for(lambda: self.comes_in(sock), 10)
        return sock

    def comes_in(self, sock):
        try:
            sock.connect(self.path)
            return True
        except BlockingIOError: # many at once: the queue is full for a moment
            return False

    def raw(self, data, seconds=30):
        """What comes back until the end, for bytes that no library would send."""
        sock, got = self.connect(seconds), b''
        try:
            sock.sendall(data)
            while True:
                piece = sock.recv(65536)
                if not piece:
                    break
                got += piece
        except (TimeoutError, ConnectionError):
            pass
        sock.close()
        return got

    def pid(self):
        return [p for p, (_, _, words) in t.processes().items() if words and words[0].endswith('madoguchi-web') and p in t.descendants(self.demo.daemon.pid, t.processes())]

    def cookie(self, browser):
        return ('Cookie: %s=%s\r\n' % (w.COOKIE, browser.jar[w.COOKIE])).encode()


def fill(path, ticket):
    values = {'ticket': ticket, 'message': '1', 'path': '1', 'login': 'hanako'}
    return re.sub(r'\{([a-z_]+)\}', lambda m: values.get(m.group(1), '1'), path)


def rows(browser):
    spec = browser.get(API + '/openapi.json').json
    return [(method.upper(), path) for path, methods in spec['paths'].items() for method in methods]


def forgery(house, hanako, ticket):
    """Every row that changes something, in every way in which another site can send it."""
    tap = house.tap
    before = hanako.get(API + '/incidents').body
    tries = [dict(proof=False), dict(headers={'X-Madoguchi-Proof': 'f' * 64}), dict(headers={'X-Madoguchi-Proof': 'none'}),
             dict(headers={'Sec-Fetch-Site': 'cross-site'}), dict(headers={'Sec-Fetch-Site': 'same-site'}),
             dict(headers={'Origin': 'https://evil.example'}), dict(headers={'Origin': 'null'}),
             dict(headers={'Origin': 'https://madoguchi.example.evil.example'})]
    posts = [path for method, path in rows(hanako) if method == 'POST']
    for path in posts + ['/log-out']:
        got = [hanako.post(API + fill(path, ticket), {}, **more).status for more in tries]
        tap.equal(got, [403] * len(tries), 'forged: POST ' + path)
    for path in ('/log-in', '/set-up', '/set-up/confirm'):
        content = {'login': 'a', 'password': 'b', 'code': 'c', 'invitation': 'd'}
        got = {w.Browser(house.path).post(API + path, content, **more).status for more in [tries[0], tries[1]] + tries[3:]}
        tap.equal(got, {403}, 'forged: POST ' + path)
    tap.ok(len(posts) > 12 and hanako.get(API + '/incidents').body == before, 'and nothing changed')


def sessions(house, hanako):
    tap = house.tap
    fixed = w.Browser(house.path)
    old = hanako.jar[w.COOKIE]
    fixed.jar[w.COOKIE] = old
    fixed.proof = 'none'
    answer = fixed.post(API + '/log-in', {'login': 'hanako', 'password': PASSWORD, 'code': w.totp(hanako.secret, time.time() + 30)})
    tap.ok(answer.status == 200 and fixed.jar[w.COOKIE] != old, 'fixation: a session that was there before is not the one that begins')
    for cookie in answer.cookies():
        tap.ok(cookie.startswith('__Host-') and '; Path=/; Secure; HttpOnly; SameSite=Strict' in cookie and 'domain' not in cookie.lower(),
               'scope: a cookie is for this host, this site, and no script', cookie)
    tap.ok(old.encode() not in answer.body and fixed.jar[w.COOKIE].encode() not in answer.body, 'and no content holds a session')
    request = b'GET /api/v1/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
    two = ('Cookie: %s=%s; %s=%s\r\n\r\n' % (w.COOKIE, 'A' * 43, w.COOKIE, old)).encode()
    tap.ok(b' 401 ' in house.raw(request + two).split(b'\r\n')[0], 'two cookies of the name are none')
    for value in (b'\xff\xfe\xfd', b'\xed\xa0\x80', b'a' * 5000, b'%00', b'"' + old.encode() + b'x"'):
        got = house.raw(request + b'Cookie: ' + w.COOKIE.encode() + b'=' + value + b'\r\n\r\n').split(b'\r\n')[0]
        tap.ok(re.match(rb'HTTP/1\.1 4', got), 'a cookie %r is no session' % value[:20], got)
    for name in ('X-Remote-User', 'Remote-User', 'X-Forwarded-User', 'X-Madoguchi-User'):
        tap.equal(w.Browser(house.path).get(API + '/session', headers={name: 'hanako'}).status, 401, 'nobody comes in by ' + name)
    fixed.proof = answer.json['proof']
    kept = fixed.jar[w.COOKIE]
    tap.equal(fixed.post(API + '/log-out').status, 204, 'she logs out')
    fixed.jar[w.COOKIE] = kept
    tap.equal(fixed.get(API + '/session').status, 401, 'a session that ended is none')


def frames(house, hanako, ticket):
    tap = house.tap
    for path in ('/', '/style.css', '/main.js', '/nothing', API + '/session', API + '/incidents', API + '/incidents/' + ticket,
                 API + '/incidents/%s/messages/1/raw' % ticket, API + '/openapi.json', API + '/nothing'):
        answer = hanako.get(path)
        tap.ok("frame-ancestors 'none'" in answer.header('Content-Security-Policy') and answer.header('X-Frame-Options') == 'DENY'
               and "default-src 'none'" in answer.header('Content-Security-Policy') and answer.header('X-Content-Type-Options') == 'nosniff'
               and answer.header('Cross-Origin-Resource-Policy') == 'same-origin' and answer.header('Access-Control-Allow-Origin') is None,
               'no frame, no sniffing, no other origin: ' + path, answer.headers)


def paths(house, hanako, ticket):
    tap, secret = house.tap, b'root:'
    ups = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '%252e%252e%252f', '..\\', '..%5c', '%c0%ae%c0%ae/', '..%00/', './/..//', '....//', '..;/']
    for up in ups:
        for base in ('/', API + '/', API + '/incidents/%s/messages/1/parts/' % ticket):
            got = house.raw(b'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' % (base + up * 6 + 'etc/passwd').encode()
                            + house.cookie(hanako) + b'\r\n')
            tap.ok(re.match(rb'HTTP/1\.1 4\d\d ', got) and secret not in got, 'path: %s%s' % (base if base == '/' else '...', up), got[:200])
    for name in ('1%2f..%2f2', '..', '%2e%2e', '1%00', '1/2/3', '%ff', "1' OR '1'='1", '1%0d%0aSet-Cookie:%20x=y', '-1', '99999999999999999999', '1.' * 200):
        answer = hanako.get(API + '/incidents/%s/messages/1/parts/%s' % (ticket, name.replace(' ', '%20')))
        tap.ok(answer.status in (400, 403, 404) and not answer.cookies(), 'part: %r' % name[:30], answer)
    for name in ('%00', ticket + '%00', '%ff%fe', '..%2f' + ticket, '%0d%0aX:%20y', '%F0%9F%90%88', 'a' * 5000):
        answer = hanako.get(API + '/incidents/' + name)
        tap.ok(answer.status in (400, 404, 414) and answer.header('X') is None, 'ticket: %r' % name[:30], answer)


def splitting(house, hanako, ticket):
    """No byte of a request, and none of a mail, ends a header field of an answer."""
    tap = house.tap
    evil = '%0d%0aX-Evil:%20yes%0d%0a%0d%0a<script>'
    for path in ('/incidents?after=' + evil, '/search?query=' + evil, '/incidents/' + evil, '/incidents?' + evil + '=1', '/audit?ticket=' + evil,
                 '/members/' + evil, '/' + evil):
        answer = hanako.get(API + path)
        tap.ok(answer.header('X-Evil') is None and (answer.header('Content-Type') or '').startswith('application/'), 'splitting: ' + path[:30], answer)
    name = 'a"; filename="evil.html\r\n X-Evil: yes'
    raw = t.plain('reporter@reporter.example', t.TEAM, 'names', '', mid=t.message_id(), entity=(
        'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n--b\r\nContent-Type: text/html\r\n'
        "Content-Disposition: attachment; filename*=utf-8''%s\r\n\r\n<script>alert(1)</script>\r\n--b--\r\n"
        % ''.join('%%%02x' % c for c in name.encode())).encode())
    house.demo.send(raw, 'reporter@reporter.example')
    one = t.wait_for(lambda: next((i for i in hanako.get(API + '/incidents').json['items'] if i['subject'] == 'names'), None), 60)
    mail = hanako.get(API + '/incidents/' + one['number']).json['thread'][0]
    part = hanako.get(API + '/incidents/%s/messages/%d/parts/%s' % (one['number'], mail['id'], mail['report']['parts'][-1]['path']))
    tap.ok(part.status == 200 and b'<script>' in part.body and part.header('X-Evil') is None and part.header('Content-Type') == 'application/octet-stream'
           and re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"', part.header('Content-Disposition')), 'a file name gets into no header', part)


def methods(house, hanako, ticket):
    tap = house.tap
    take = API + '/incidents/%s/take' % ticket
    for method in ('GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'CONNECT', 'PROPFIND', 'post'):
        head = hanako.request(method, take)
        tap.ok(head.status in (400, 403, 404, 405, 501), '%s changes nothing' % method, head)
    for name in ('X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'):
        tap.equal(hanako.get(take, headers={name: 'POST'}).status, 405, 'no method is another one by ' + name)
    tap.equal(hanako.get(take + '?_method=POST').status, 405, 'nor by the query')
    answer = hanako.request('TRACE', '/', headers={'X-Word': 'echo-me'})
    tap.ok(answer.status == 405 and b'echo-me' not in answer.body and hanako.jar[w.COOKIE].encode() not in answer.body, 'TRACE tells nothing back', answer)
    answer = hanako.request('OPTIONS', API + '/incidents', headers={'Origin': 'https://evil.example', 'Access-Control-Request-Method': 'POST'})
    tap.ok(answer.status == 405 and not [n for n, _ in answer.headers if n.lower().startswith('access-control')], 'another site is allowed nothing', answer)
    head = hanako.request('HEAD', API + '/incidents')
    tap.ok(head.status == 200 and head.body == b'', 'HEAD has no content', head)
    cookie = house.cookie(hanako)
    for line in (b'GET http://evil.example/api/v1/incidents HTTP/1.1', b'GET evil.example:443 HTTP/1.1', b'CONNECT 127.0.0.1:25 HTTP/1.1',
                 b'GET * HTTP/1.1', b'GET  /api/v1/incidents  HTTP/1.1', b'GET /api/v1/incidents HTTP/9.9', b'GET /api/v1/incidents', b'\x16\x03\x01\x00\xff'):
        got = house.raw(line + b'\r\nHost: evil.example\r\nConnection: close\r\n' + cookie + b'\r\n', 5)
        tap.ok(got == b'' or re.match(rb'HTTP/1\.[01] [45]', got), 'refused: %r' % line[:40], got[:120])
    got = house.raw(b'GET /api/v1/incidents HTTP/1.0\r\n' + cookie + b'\r\n')
    tap.ok(re.match(rb'HTTP/1\.[01] (200|400)', got), 'HTTP/1.0 is answered and closed', got[:100])
    got = house.raw(b'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n')
    tap.ok(b' 400 ' in got.split(b'\r\n')[0], 'two hosts', got[:100])


def bombs(house, hanako, ticket):
    tap = house.tap
    place = API + '/incidents/%s/' % ticket
    kind = {'Content-Type': 'application/json'}
    wide = '{"tags": [' + '0,' * 2000000 + '0]}'
    for name, path, content in (
            ('deep', 'note', '{"text":' + '[' * 500000 + ']' * 500000 + '}'), ('wide', 'tag', wide),
            ('many names', 'note', '{' + ','.join('"%d":1' % i for i in range(300000)) + '}'), ('the same name', 'note', '{' + '"text":"a",' * 300000 + '"text":"b"}'),
            ('half a surrogate', 'note', '{"text": "\\ud800"}'), ('half of them in a list', 'tag', '{"tags": ["\\udfff\\ud800"]}'),
            ('a number without end', 'note', '{"text": ' + '9' * 100000 + '}'), ('1e999', 'note', '{"text": 1e999}'), ('null in a list', 'tag', '{"tags": [null]}'),
            ('a list in a list', 'tag', '{"tags": [["a"]]}'), ('a name that is a text', 'note', '"text"'), ('comments', 'note', '/*' * 10000)):
        answer = hanako.request('POST', place + path, content, headers=kind)
        tap.equal(answer.status, 400, 'JSON: ' + name)
    for text in ('{"login": "\\ud800", "password": "x", "code": "1"}', '{"login": {}, "password": [], "code": null}', '{"login": "a\\u0000b", "password": "x", "code": "1"}'):
        tap.ok(w.Browser(house.path).request('POST', API + '/log-in', text, headers=kind).status in (400, 403), 'log-in: ' + text[:30])
    tap.equal(hanako.post(place + 'note', {'text': 'x'}, headers={'If-Match': b'"\xff\xfe"'}).status, 400, 'a version that is no text is refused')
    for field in (b'If-Match: "1"\r\nIf-Match: "1"', b'Origin: https://evil.example\r\nOrigin: http://x', b'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin'):
        got = house.raw(b'POST /api/v1/incidents/%s/note HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s%s\r\nX-Madoguchi-Proof: %s\r\nContent-Type: application/json\r\n'
                        b'Content-Length: 12\r\n\r\n{"text":"x"}' % (place.rstrip('/').rsplit('/', 1)[1].encode(), house.cookie(hanako), field, hanako.proof.encode()), 5)
        tap.ok(re.match(rb'HTTP/1.1 40[03] ', got), 'refused: said twice, ' + field.split(b':')[0].decode(), got[:200])
    for query in ('?after=' + 'a' * 200000, '?' + '&'.join('a%d=1' % i for i in range(3000)), '?limit=99999999999999999999', '?limit=-1', '?state=%ff'):
        got = house.raw(b'GET /api/v1/incidents%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n' % (query.encode(), house.cookie(hanako)), 3)
        tap.ok(len(got) < 100000 and (got == b'' or re.match(rb'HTTP/1.1 (200|400|413|414|431) ', got)), 'query of %d bytes' % len(query), got[:200])
    much = b'POST /api/v1/log-in HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n'
    tap.ok(b' 401 ' in house.raw(much + b'\r\n', 5)[:20], 'a stranger may not send much')
    tap.ok(b' 401 ' in house.raw(much + b'Cookie: %s=%s\r\n\r\n' % (w.COOKIE.encode(), b'A' * 43), 5)[:20], 'nor with a session that somebody made up')
    tap.equal(hanako.post(place + 'note', {'text': 'x' * 70000}).status, 200, 'a member may')
    piece = b'10000\r\n' + b'x' * 65536 + b'\r\n'
    got = house.raw(b'POST /api/v1/log-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n' + piece * 4 + b'0\r\n\r\n')
    tap.ok(b' 200 ' not in got[:20], 'nor in chunks', got[:100])


def objects(house, hanako, rei, ticket):
    """A restricted incident, by every row of the document, for somebody who is not named."""
    tap = house.tap
    one = house.report(SECRET, hanako, SECRET + ' http://%s-evil.example/\n' % SECRET)
    number = one['number']
    hanako.post(API + '/incidents/%s/take' % number)
    tap.equal(hanako.post(API + '/incidents/%s/restrict' % number, {'members': ['hanako'], 'reason': SECRET}).status, 200, 'a ticket is restricted')
    tap.equal(hanako.post(API + '/incidents/%s/note' % number, {'text': SECRET}).status, 200, 'and written to')
    before = hanako.get(API + '/incidents/%s' % number).json
    contents = {'assign': {'owner': 'jiro'}, 'state': {'state': 'resolved'}, 'note': {'text': 'x'}, 'priority': {'priority': 'low'},
                'category': {'category': 'none'}, 'tlp': {'tlp': 'TLP:CLEAR'}, 'tag': {'tags': ['x']}, 'reply': {'text': 'x', 'plain_ok': True},
                'preview': {'text': 'x', 'quote': True}, 'restrict': {'lift': True}, 'hand-over': {'to': 'jiro'}, 'link': {'other': ticket},
                'merge': {'into': ticket}}
    for method, path in rows(rei):
        for message in [e['id'] for e in before['thread']] if '{message}' in path else [1]:
            where = API + fill(path.replace('{message}', str(message)), number)
            more = {'/search': '?query=' + SECRET, '/audit': '?ticket=' + number}.get(path, '')
            answer = rei.get(where + more) if method == 'GET' else rei.post(where, contents.get(path.rsplit('/', 1)[1], {}))
            tap.ok(SECRET.encode() not in answer.body, 'restricted: %s %s tells nothing' % (method, path), answer)
            if '{ticket}' in path and (method == 'POST' or '{message}' in path):
                tap.ok(answer.status >= 400, 'and is refused', answer)
    for path in ('link', 'merge'):
        content = {'other': number} if path == 'link' else {'into': number}
        tap.ok(rei.post(API + '/incidents/%s/%s' % (ticket, path), content).status >= 400, 'nor by %s from another one' % path)
    for words in ('subject:' + SECRET, SECRET[:4] + '*', 'from:reporter ' + SECRET, 'ticket:' + number, '"%s"' % SECRET):
        answer = rei.get(API + '/search?query=' + words.replace(' ', '%20').replace('"', '%22'))
        tap.ok(SECRET.encode() not in answer.body, 'search: ' + words, answer)
    after = hanako.get(API + '/incidents/%s' % number).json
    tap.ok(after['version'] == before['version'] and len(after['thread']) == len(before['thread']), 'and nothing changed', after)
    overview = rei.get(API + '/overview').json
    tap.ok(SECRET not in json.dumps(overview), 'the overview has numbers alone')


def is_closed(sock):
    try:
        return sock.recv(65536) == b''
    except ConnectionError:
        return True


def slowness(house, hanako):
    """Whoever is slow is not waited for, and keeps nobody out."""
    tap = house.tap
    slow = []
    head = b'POST /api/v1/log-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n'
    for i in range(300):
        sock = house.connect()
        sock.sendall([b'', b'GET / HTTP/1.1\r\nX-A: ', head + b'\r\n'][i % 3])
        slow.append(sock)
    began = time.monotonic()
    tap.ok(all(hanako.get(API + '/session').status == 200 for _ in range(30)) and time.monotonic() - began < 20,
           'with 300 slow connections others are served', time.monotonic() - began)
    drip = slow[:3]
    done = {}
    while len(done) < 3 and time.monotonic() - began < 75:
        for i, sock in enumerate(drip):
            if i in done:
                continue
            try:
                sock.sendall([b'G', b'a', b' '][i])
                sock.settimeout(0.02)
                if is_closed(sock):
                    done[i] = time.monotonic() - began
            except TimeoutError:
                pass
            except OSError:
                done[i] = time.monotonic() - began
        time.sleep(0.3)
    tap.ok(len(done) == 3 and max(done.values()) < 30, 'a byte now and then buys no more than the deadline', done)
    for sock in slow[3:]:
        sock.settimeout(10)
    tap.ok(t.wait_for(lambda: all(is_closed(s) for s in slow[3:]), 45), 'all of them are closed by then')
    for sock in slow:
        sock.close()


def listeners(house, hanako, rei):
    tap = house.tap
    heard = [w.Events(hanako) for _ in range(20)]
    tap.ok(all(e.wait(b'event: hello') for e in heard), 'twenty windows of one member listen')
    tap.equal(hanako.get(API + '/events').status, 429, 'one more does not')
    other = w.Events(rei)
    tap.ok(other.wait(b'event: hello'), 'somebody else does')
    for events in heard + [other]:
        events.close()


def main():
    t.need_programs()
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    tap = t.Tap()
    house = House(tap)
    hanako = house.member('hanako', 'administrator')
    rei = house.member('jiro', 'handler')
    ticket = house.report('first', hanako)['number']
    server = house.pid()
    forgery(house, hanako, ticket)
    sessions(house, hanako)
    frames(house, hanako, ticket)
    paths(house, hanako, ticket)
    splitting(house, hanako, ticket)
    methods(house, hanako, ticket)
    bombs(house, hanako, ticket)
    objects(house, hanako, rei, ticket)
    listeners(house, hanako, rei)
    slowness(house, hanako)
    tap.equal(house.pid(), server, 'the same process serves still')
    tap.ok('critical' not in house.demo.log().lower(), 'and nothing was complained of')
    tap.equal(house.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
