#!/usr/bin/env python3
"""Looking for keys, as the sender does it: Web Key Directories (advanced, direct) and a key server on loopback over HTTPS.
What is found, what is refused, and that nothing but the one question is told. Never the network."""
import hashlib
import os
import ssl
import subprocess
import sys
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madowkd as wkd  # noqa: E402

WHO = 'Alice.Smith@reporter.example'
HOSTS = ['openpgpkey.reporter.example', 'reporter.example']


class Finder:
    def __init__(self, tap):
        self.tap, self.folder = tap, t.short_dir()
        self.ca = wkd.Authority(self.folder)
        self.context = self.ca.context(HOSTS + ['keys.example'])

    def server(self, context=None):
        return wkd.Directory(context or self.context)

    def find(self, lines, *words, who=WHO, env=None):
        """(exit status, first line, rest, seconds)"""
        conf = self.folder + '/m.conf'
        with open(conf, 'w', encoding='utf-8') as file:
            file.write('[discovery]\n' + '\n'.join(lines) + '\n')
        begin = time.monotonic()
        done = subprocess.run([t.program('tests/unit/find-one'), conf, who] + list(words), capture_output=True, check=False,
                              timeout=60, env=dict(os.environ, **(env or {})))
        line, _, rest = done.stdout.partition(b'\n')
        return done.returncode, line.decode(), rest, time.monotonic() - begin

    def lines(self, *hosts, wait='20s', more=()):
        return ['wkd = yes', 'wait = ' + wait, 'ca-file = ' + self.ca.cert, 'hosts = ' + ', '.join(list(hosts) + ['*=none'])] \
            + list(more)

    def refused(self, name, code, words, outcome, server=None, asked=None):
        status, line, rest, _ = outcome
        self.tap.ok(status == code and words in line and rest == b'' and 'lice' not in line and 'reporter' not in line, name,
                    (status, line, rest))
        if server is not None:
            self.tap.equal(len(server.asked), asked, '... after %d requests' % asked)


def found(finder):
    tap, server = finder.tap, finder.server()
    server.put_key(WHO, b'advanced key')
    server.put_key(WHO, b'direct key', False)
    status, line, rest, _ = finder.find(finder.lines(*server.hosts(*HOSTS)))
    tap.equal((status, line, rest), (0, 'wkd', b'advanced key'), 'advanced: found')
    host, path, query, headers = server.asked[0]
    tap.equal((len(server.asked), host, path, query), (1, HOSTS[0]) + wkd.advanced(WHO)[1:] + ('l=Alice.Smith',),
              'with one request: the name in lower case hashed, the local part as it is')
    tap.equal(sorted(name.lower() for name in headers), ['accept', 'host'], 'that says nothing else')
    server = finder.server()
    server.put_key(WHO, b'direct key', False)
    status, line, rest, _ = finder.find(finder.lines(*server.hosts(HOSTS[1])))
    tap.equal((status, line, rest), (0, 'wkd', b'direct key'), 'direct: found where openpgpkey.DOMAIN does not exist')
    server = finder.server()
    server.put_key(WHO, b'direct key', False)
    finder.refused('no fall-back where it exists', 1, 'no directory', finder.find(finder.lines(*server.hosts(*HOSTS))), server, 1)
    finder.refused('neither host exists', 75, 'no such host', finder.find(finder.lines()))
    status, line, _, _ = finder.find(['vks = https://keys.example'] + finder.lines()[2:], 'wkd')
    tap.ok(status == 78 and line.startswith('conf:'), 'off unless it is set', line)


def answers(finder):
    """What a host may answer."""
    place, far = wkd.advanced(WHO), 'https://elsewhere.example/key'
    near = 'https://%s/other' % HOSTS[0]
    rows = [
        ('404', wkd.status(404), 1, 'no directory', 1),
        ('410', wkd.status(410), 1, 'no directory', 1),
        ('an empty page', b'', 1, 'no directory', 1),
        ('403', wkd.status(403), 75, '403', 1),
        ('500', wkd.status(500), 75, '500', 1),
        ('a redirect to another host', wkd.redirect(far), 65, 'another host', 1),
        ('a redirect to the same host over HTTP', wkd.redirect('http://%s/other' % HOSTS[0]), 65, 'another host', 1),
        ('a redirect to another port', wkd.redirect('https://%s:8443/other' % HOSTS[0]), 65, 'another host', 1),
        ('a redirect with credentials', wkd.redirect('https://u:p@%s/other' % HOSTS[0]), 65, 'another host', 1),
        ('a redirect to a file', wkd.redirect('file:///etc/passwd'), 65, 'another host', 1),
        ('a redirect without an end', wkd.redirect('https://%s%s' % place), 65, 'redirects', 4),
        ('more than 256 KiB', b'x' * (256 * 1024 + 1), 65, 'more than', 1),
        ('... without a length', endless, 65, 'more than', 1),
        ('a page that is cut', cut, 75, 'WKD', 1),
        ('a host that hangs up', hang_up, 75, 'WKD', 1),
    ]
    for name, page, code, words, asked in rows:
        server = finder.server()
        server.put(place, page)
        finder.refused(name, code, words, finder.find(finder.lines(*server.hosts(HOSTS[0]))), server, asked)
        server.close()
    server = finder.server()
    server.put(place, wkd.redirect(near, 301))
    server.put((HOSTS[0], '/other'), b'moved key')
    finder.tap.equal(finder.find(finder.lines(*server.hosts(HOSTS[0])))[:3], (0, 'wkd', b'moved key'),
                     'a redirect on the same host is followed')
    server = finder.server()
    server.put(place, b'x' * (256 * 1024))
    finder.tap.equal(len(finder.find(finder.lines(*server.hosts(HOSTS[0])))[2]), 256 * 1024, '256 KiB are taken')


def cut(handler):
    handler.send_response(200)
    handler.send_header('Content-Length', '1000')
    handler.end_headers()
    handler.wfile.write(b'x' * 10)


def hang_up(handler):
    handler.connection.close()


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1024):
            handler.wfile.write(b'x' * 65536)
    except OSError:
        pass


def drip(handler):
    """Never silent, never done."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while not handler.server.gate.wait(0.2):
            handler.wfile.write(b'x')
    except OSError:
        pass


def times(finder):
    tap = finder.tap
    for name, page in (('a host that is silent', None), ('a host that never ends', drip)):
        server = finder.server()
        server.server.gate = server.gate
        server.put(wkd.advanced(WHO), page or server.wait)
        status, line, _, took = finder.find(finder.lines(*server.hosts(HOSTS[0]), wait='1s'))
        tap.ok(status == 75 and 'Timeout' in line and 0.9 <= took < 15, name + ' gets the time that is set', (status, line, took))
        server.close()


def certificates(finder):
    place = wkd.advanced(WHO)
    other = wkd.Authority(finder.folder, 'other')
    for name, context in (('of an unknown authority', other.context(HOSTS)), ('for another name', finder.ca.context(['b.example'])),
                          ('for the domain without the host', finder.ca.context([HOSTS[1]]))):
        server = finder.server(context)
        server.put(place, b'key')
        server.put_key(WHO, b'key', False)
        finder.refused('a certificate ' + name, 75, 'WKD', finder.find(finder.lines(*server.hosts(*HOSTS))), server, 0)
    server = wkd.Directory()
    server.put(place, b'key')
    finder.refused('a host without TLS', 75, 'WKD', finder.find(finder.lines(*server.hosts(HOSTS[0]))), server, 0)
    old = finder.ca.context(HOSTS)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers('ALL:@SECLEVEL=0')
    server = finder.server(old)
    server.put(place, b'key')
    finder.refused('TLS 1.1', 75, 'WKD', finder.find(finder.lines(*server.hosts(HOSTS[0]))), server, 0)


def reach(finder):
    """Where a name may lead: the sender of a mail chooses it."""
    tap, server = finder.tap, finder.server()
    server.put_key(WHO, b'key')
    for address in ('127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00::1'):
        finder.refused('a name that leads to ' + address, 65, 'not public',
                       finder.find(finder.lines('%s=%s' % (HOSTS[0], address)) + []))
    for who in ('alice@localhost', 'alice@127.0.0.1', 'alice@printer.local', 'alice@0x7f.1'):
        finder.refused(who + ' is not looked up', 65, 'not looked up', finder.find(finder.lines(), who=who))
    tap.equal(server.greeted, 0, 'nobody was called')
    env = {'https_proxy': 'http://127.0.0.1:%d' % server.port, 'HTTPS_PROXY': 'http://127.0.0.1:%d' % server.port,
           'ALL_PROXY': 'http://127.0.0.1:%d' % server.port, 'HOME': finder.folder}
    wkd.write_file(finder.folder + '/.netrc', b'default login me password secret\n')
    direct = finder.server()
    direct.put_key(WHO, b'key')
    status, _, rest, _ = finder.find(finder.lines(*direct.hosts(HOSTS[0])), env=env)
    tap.ok(status == 0 and rest == b'key' and server.greeted == 0 and 'Authorization' not in direct.asked[0][3],
           'no proxy and no credentials from the environment', (status, server.greeted))


def hosts_of_ours(finder):
    """A directory in one's own network is reached where the settings say, by IPv6 as well."""
    server = wkd.Directory(finder.context, '::1')
    server.put_key(WHO, b'near key')
    finder.tap.equal(finder.find(finder.lines('%s=[::1]:%d' % (HOSTS[0], server.port)))[:3], (0, 'wkd', b'near key'), 'a host at [::1]')


def key_server(finder):
    tap, server = finder.tap, finder.server()
    vks = ['vks = https://keys.example/']
    by_email = ('keys.example', '/vks/v1/by-email/Alice.Smith%40reporter.example')
    server.put(by_email, b'armoured key')
    status, line, rest, _ = finder.find(finder.lines(*server.hosts('keys.example', *HOSTS), more=vks))
    tap.equal((status, line, rest, [a[0] for a in server.asked]), (0, 'vks', b'armoured key', [HOSTS[0], 'keys.example']),
              'the key server is asked after the domain')
    server.put_key(WHO, b'own key')
    del server.asked[:]
    status, line, rest, _ = finder.find(finder.lines(*server.hosts('keys.example', *HOSTS), more=vks))
    tap.equal((line, rest, len(server.asked)), ('wkd', b'own key', 1), 'and only if that has none')
    fingerprint = 'ABCDEF0123' * 4
    server.put(('keys.example', '/vks/v1/by-fingerprint/' + fingerprint), b'that key')
    status, line, rest, _ = finder.find(finder.lines(*server.hosts('keys.example', *HOSTS), more=vks), 'vks', fingerprint)
    tap.equal((status, line, rest), (0, 'vks', b'that key'), 'a key by its fingerprint')
    status, line, _, _ = finder.find(finder.lines(*server.hosts('keys.example'), more=vks), 'vks', '../../x')
    tap.ok(status == 65, 'which has to be one', line)
    status, line, rest, _ = finder.find(finder.lines(*server.hosts('keys.example'), more=vks))
    tap.equal((status, line, rest), (0, 'vks', b'armoured key'), 'a domain without hosts does not keep from asking')
    status, line, _, _ = finder.find(finder.lines(more=['vks = http://keys.example']))
    tap.ok(status == 78, 'a key server without HTTPS is a mistake', line)


def in_dns(finder):
    """OPENPGPKEY, by a resolver on loopback."""
    tap, dns, server = finder.tap, wkd.Resolver(), finder.server()
    name = hashlib.sha256(b'Alice.Smith').hexdigest()[:56] + '._openpgpkey.reporter.example'
    lines = ['openpgpkey = 127.0.0.1:%d' % dns.port, 'wait = 2s', 'hosts = *=none']
    dns.records[name] = [b'a key', b' and another']
    tap.equal(finder.find(lines)[:3], (0, 'dane', b'a key and another'), 'the DNS: found')
    tap.equal(dns.asked, [(name, 61, 'udp', True)], 'with one question, for what DNSSEC proves')
    dns.records[name] = [b'x' * 20000]
    tap.equal((finder.find(lines)[2], dns.asked[-1][2]), (b'x' * 20000, 'tcp'), 'a large one comes by TCP')
    dns.proved = False
    finder.refused('what DNSSEC does not prove', 65, 'does not prove', finder.find(lines))
    dns.proved, dns.records = True, {}
    finder.refused('no such record', 1, 'no directory', finder.find(lines))
    dns.code = 2
    finder.refused('a proof that is wrong, or no answer from outside', 75, 'the resolver', finder.find(lines))
    dns.silent = True
    status, line, _, took = finder.find(lines)
    tap.ok(status == 75 and took < 15, 'a resolver that is silent gets the time that is set', (status, line, took))
    dns.silent, dns.code, dns.records = False, None, {name: [b'of the DNS']}
    both = finder.lines(*server.hosts(*HOSTS), more=lines[:1])
    tap.equal(finder.find(both)[:3], (0, 'dane', b'of the DNS'), 'asked after the domain')
    server.put_key(WHO, b'own key')
    count = len(dns.asked)
    tap.equal((finder.find(both)[:3], len(dns.asked)), ((0, 'wkd', b'own key'), count), 'and only if that has none')
    for wrong in ('192.0.2.1', '127.0.0.1:0', '[::1]', 'localhost', '8.8.8.8'):
        status, line, _, _ = finder.find(['openpgpkey = ' + wrong])
        tap.ok(status == 78, wrong + ' is no resolver on this machine', line)


def main():
    if t.program('tests/unit/find-one') is None:
        t.skip_all('find-one is not built')
    if not wkd.has_openssl():
        t.skip_all('no openssl')
    tap = t.Tap()
    finder = Finder(tap)
    for part in (found, answers, times, certificates, reach, hosts_of_ours, key_server, in_dns):
        part(finder)
    tap.done()


main()
