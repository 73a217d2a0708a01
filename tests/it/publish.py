#!/usr/bin/env python3
"""What the world is told of the team's key: written with and without running daemons, read back by gpg through a key directory
on a local HTTPS server (in a network of its own), by the sender's own look-up, and by a parser of RFC 9116 written for this
test. Never the network."""
import datetime
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madowkd as wkd  # noqa: E402

SITE = 'https://www.example.org'
HOSTS = ['openpgpkey.example.org', 'example.org']
ADVANCED, DIRECT = wkd.advanced(t.TEAM), wkd.direct(t.TEAM)


# --- a web server in a network of its own, and gpg asking it (run by itself, below) ---------------------------------------

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def say_no(socket_):
    """A name server that knows no name at all (RFC 1035, 4.1.1)."""
    while True:
        question, peer = socket_.recvfrom(4096)
        socket_.sendto(question[:2] + b'\x81\x83' + question[4:6] + b'\0\0\0\0\0\0' + question[12:], peer)


def serve_and_ask(web, certificate, authority, home, hosts):
    """Within a private network and private /etc: only what is bound here exists."""
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    with open(home + '/hosts', 'w', encoding='ascii') as file:
        file.write(''.join('127.0.0.1 %s\n' % host for host in ['localhost'] + hosts.split(',')))
    with open(home + '/resolv.conf', 'w', encoding='ascii') as file:
        file.write('nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
    for source, place in ((home + '/hosts', '/etc/hosts'), (home + '/resolv.conf', '/etc/resolv.conf'),
                          (authority, '/etc/ssl/certs/ca-certificates.crt')):
        subprocess.run(['mount', '--bind', source, place], check=True)
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(('127.0.0.1', 53))
    threading.Thread(target=say_no, args=(names,), daemon=True).start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.replace('.pem', '.key'))
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 443), lambda *a, **k: Quiet(*a, directory=web, **k))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked = subprocess.run(['gpg', '--homedir', home, '--batch', '--no-tty', '--with-colons', '--status-fd', '1', '--auto-key-locate',
                            'clear,nodefault,wkd', '--locate-keys', t.TEAM], capture_output=True, check=False, timeout=60)
    subprocess.run(['gpgconf', '--homedir', home, '--kill', 'all'], check=False)
    sys.stdout.buffer.write(asked.stdout + asked.stderr)
    sys.exit(asked.returncode)


if sys.argv[1:2] == ['--within']:
    serve_and_ask(*sys.argv[2:])


# --- RFC 9116, as its text has it ------------------------------------------------------------------------------------------

def parse_security_txt(text):
    """{field in lower case: [values]}; raises on what the RFC does not allow."""
    fields = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith('#'):
            continue
        match = re.fullmatch(r'([A-Za-z][A-Za-z-]*): (\S.*?)\s*', line)
        if not match:
            raise ValueError('no field: ' + line)
        fields.setdefault(match.group(1).lower(), []).append(match.group(2))
    if not fields.get('contact') or len(fields.get('expires', [])) != 1 or len(fields.get('preferred-languages', [])) > 1:
        raise ValueError('wrong number of fields: %s' % fields)
    for name in ('contact', 'encryption', 'canonical', 'policy'):
        for value in fields.get(name, []):
            if not re.match(r'(https|mailto|tel|openpgp4fpr|dns):', value):
                raise ValueError('%s: %s' % (name, value))
    expires = datetime.datetime.fromisoformat(fields['expires'][0].replace('Z', '+00:00'))
    left = expires - datetime.datetime.now(datetime.timezone.utc)
    if not datetime.timedelta(0) < left < datetime.timedelta(days=366):
        raise ValueError('expires %s' % expires)
    return fields, left.days


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def tree(top):
    return sorted(os.path.relpath(os.path.join(at, name), top) for at, _, names in os.walk(top) for name in names)


class Site:
    def __init__(self, tap):
        self.tap, self.demo, self.gpg = tap, t.Demo(start=False), t.Gpg()
        self.demo.start()
        self.demo.stop()
        self.demo.configure('publish', 'site', SITE)
        self.web = self.demo.dir + '/web'
        self.demo.configure('publish', 'directory', self.web)
        self.demo.start()
        self.team = self.gpg.load(self.demo.team_key)[0]

    def files(self, result):
        return {file['path']: file['action'] for file in result.json['files']}


def written(site):
    """With running daemons: the key comes from the keyring, the signature from the signer."""
    tap, got = site.tap, site.demo.cli('publish', '--json', site.web)
    tap.ok(got.status == 0 and got.json['schema'] == 'madoguchi.publish/1' and got.json['fingerprint'] == site.team, 'publish, with daemons', got)
    want = ['.madoguchi-published', DIRECT[1][1:], ADVANCED[1][1:], '.well-known/openpgpkey/policy', '.well-known/openpgpkey/example.org/policy',
            '.well-known/security.txt', 'pgp-key.asc', 'rfc2350.en.txt', 'rfc2350.ja.txt']
    tap.equal(tree(site.web), sorted(want), 'both forms of the key directory, policies, security.txt, the key, two documents')
    tap.equal(set(site.files(got).values()), {'written'}, 'all of it is said to be written')
    tap.equal(sorted(site.files(got)), sorted(want[1:]), '... file by file')
    again = site.demo.cli('publish', '--json')
    tap.equal((again.status, set(site.files(again).values())), (0, {'unchanged'}), 'again, to the configured place: nothing changes')
    with open(site.web + '/pgp-key.asc', 'a', encoding='ascii') as file:
        file.write('x')
    kept = site.demo.cli('publish')
    tap.ok(kept.status == 1 and 'kept       pgp-key.asc' in kept.text and b'--force' in kept.err, 'what somebody changed is kept, and said', kept)
    forced = site.demo.cli('publish', '--json', '--force')
    tap.equal((forced.status, site.files(forced)['pgp-key.asc']), (0, 'written'), '... until --force')
    tap.ok('security-txt member=' in site.demo.log() and t.TEAM not in site.demo.log(), 'the log says who asked for a signature, and no address')


def keys(site):
    tap, gpg = site.tap, site.gpg
    for name, path in (('advanced', ADVANCED[1]), ('direct', DIRECT[1])):
        key = read(site.web + path)
        tap.ok(key[0] & 0x80 and b'BEGIN PGP' not in key, name + ': binary')
        fresh = t.Gpg()
        tap.equal(fresh.load(key), [site.team], name + ': the team\'s key and no other')
        uids = [line.split(b':')[9] for line in fresh.run('--with-colons', '--list-keys')[0].splitlines() if line.startswith(b'uid')]
        tap.equal(uids, [b'Example CSIRT <csirt@example.org>'], name + ': with the user ID of the address')
    tap.equal(t.Gpg().load(read(site.web + '/pgp-key.asc')), [site.team], 'the armoured key')
    client = shutil.which('gpg-wks-client') or '/usr/lib/gnupg/gpg-wks-client'
    if not os.access(client, os.X_OK):
        tap.skip('gpg-wks-client makes the same tree', 'gpg-wks-client is not installed')
        return
    made = t.short_dir() + '/openpgpkey'
    os.makedirs(made + '/example.org')
    subprocess.run([client, '--directory', made, '--install-key', site.team, t.TEAM], check=False, capture_output=True,
                   env=dict(os.environ, GNUPGHOME=gpg.home))
    name = '/example.org/hu/' + wkd.hash_of(t.TEAM)
    tap.ok(os.path.exists(made + name), 'gpg-wks-client gives the file the same name', tree(made))
    if os.path.exists(made + name):
        tap.equal(read(made + name), read(site.web + ADVANCED[1]), '... and the same content')


def security_txt(site, web, name):
    tap, text = site.tap, read(web + '/.well-known/security.txt')
    _, status = site.gpg.run('--verify', stdin=text, check=False)
    tap.ok(any(line.startswith('GOODSIG ') for line in status) and any(line.startswith('VALIDSIG ' + site.team) or line.endswith(site.team) for line in status),
           name + ': gpg finds the signature of security.txt good', status)
    body, _ = site.gpg.run('--decrypt', stdin=text)
    fields, days = parse_security_txt(body.decode())
    tap.equal((fields['contact'], fields['canonical'], fields['preferred-languages'], fields['encryption']),
              (['mailto:csirt@example.org'], [SITE + '/.well-known/security.txt'], ['ja, en'],
               [SITE + '/pgp-key.asc', 'openpgp4fpr:' + site.team]), name + ': its fields, by RFC 9116')
    tap.ok(170 <= days <= 180, name + ': it holds for half a year', days)
    _, status = site.gpg.run('--verify', stdin=text.replace(b'csirt@example.org', b'csirt@example.net'), check=False)
    tap.ok(any(line.startswith('BADSIG ') for line in status), name + ': changed, it is bad', status)


def located(site):
    """gpg asks a server that exists nowhere else."""
    tap, names = site.tap, (('advanced', HOSTS), ('direct', HOSTS[1:]))
    inside = ['unshare', '-mn'] if os.geteuid() == 0 else ['unshare', '-rmn']
    can = shutil.which('unshare') and shutil.which('ip') and shutil.which('dirmngr') and wkd.has_openssl() and subprocess.run(
        inside + ['true'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    for name, hosts in names:
        what = 'gpg --locate-keys finds it, ' + name
        if not can:
            tap.skip(what, 'needs unshare(1) with a network of its own, ip(8), dirmngr and openssl')
            continue
        folder, home = t.short_dir(), t.short_dir('g')
        ca = wkd.Authority(folder)
        ca.context(HOSTS)
        with open(home + '/dirmngr.conf', 'w', encoding='ascii') as file:
            file.write('standard-resolver\ndisable-ipv6\n')
        web = site.web
        if name == 'direct':  # a server for the one host alone
            web = folder + '/web'
            shutil.copytree(site.web, web)
            shutil.rmtree(web + '/.well-known/openpgpkey/example.org')
        done = subprocess.run(inside + [sys.executable, os.path.abspath(__file__), '--within', web, folder + '/ca-1.pem', ca.cert, home,
                                        ','.join(hosts)], capture_output=True, check=False, timeout=120)
        tap.ok(done.returncode == 0 and ('fpr:::::::::' + site.team).encode() in done.stdout and b'csirt@example.org' in done.stdout, what,
               (done.returncode, done.stdout[-1500:], done.stderr[-1500:]))


def found(site):
    """The sender's own look-up, in both forms."""
    tap, finder = site.tap, t.program('tests/unit/find-one')
    if finder is None or not wkd.has_openssl():
        tap.skip('our own look-up finds it', 'tests/unit/find-one is not built, or there is no openssl')
        return
    folder = t.short_dir()
    ca = wkd.Authority(folder)
    for name, hosts, place in (('advanced', HOSTS, ADVANCED), ('direct', HOSTS[1:], DIRECT)):
        server = wkd.Directory(ca.context(HOSTS))
        for path in tree(site.web):
            for host in HOSTS:
                server.put((host, '/' + path), read(site.web + '/' + path))
        conf = folder + '/m.conf'
        with open(conf, 'w', encoding='utf-8') as file:
            file.write('[discovery]\nwkd = yes\nca-file = %s\nhosts = %s\n' % (ca.cert, ', '.join(server.hosts(*hosts) + ['*=none'])))
        done = subprocess.run([finder, conf, t.TEAM], capture_output=True, check=False, timeout=60)
        tap.ok(done.returncode == 0 and done.stdout.partition(b'\n')[2] == read(site.web + place[1]), 'our own look-up finds it, ' + name, done)
        server.close()


def doctor(site):
    tap, demo = site.tap, site.demo

    def published():
        return [(line['status'], line['detail']) for line in demo.cli('doctor', '--json').lines if line['name'] == 'published']
    first = published()
    tap.ok(len(first) == 1 and first[0][0] == 'ok' and site.web in first[0][1], 'doctor: what is published is the key in use', first)
    os.unlink(site.web + ADVANCED[1])
    shutil.copy(site.web + '/pgp-key.asc', site.web + '/key.bak')
    with open(site.web + '/pgp-key.asc', 'wb') as file:
        other = site.gpg.generate('Other <other@example.org>')
        file.write(site.gpg.export(other))
    second = published()
    tap.ok(any(s == 'warn' and ADVANCED[1][1:] in d for s, d in second) and any(s == 'fail' and other in d for s, d in second),
           'doctor: a file that is gone, and another key', second)


def online(site):
    """What the key directory gives to anybody, asked for on request alone, by the sender."""
    tap, demo = site.tap, site.demo

    def asked():
        return [(line['status'], line['detail']) for line in demo.cli('doctor', '--json', '--online').lines if line['name'] == 'online']
    first = asked()
    tap.ok(len(first) == 1 and first[0][0] == 'warn' and '[discovery]' in first[0][1], 'doctor --online: nobody may be asked', first)
    if not wkd.has_openssl():
        tap.skip('doctor --online', 'no openssl')
        return
    folder = t.short_dir()
    ca = wkd.Authority(folder)
    server = wkd.Directory(ca.context(HOSTS))
    demo.stop()
    for key, value in (('wkd', 'yes'), ('ca-file', ca.cert), ('hosts', ', '.join(server.hosts(*HOSTS) + ['*=none']))):
        demo.configure('discovery', key, value)
    demo.start()
    demo.cli('doctor')
    tap.equal(len(server.asked), 0, 'doctor alone asks nobody')
    none = asked()
    tap.ok(len(none) == 1 and none[0][0] == 'fail' and 'no directory' in none[0][1], 'doctor --online: a directory without the key', none)
    server.put(ADVANCED, read(site.web + ADVANCED[1]))
    right = asked()
    tap.ok(len(right) == 1 and right[0][0] == 'ok' and t.TEAM in right[0][1], 'doctor --online: the key in use', right)
    server.put(ADVANCED, site.gpg.run('--export', site.team)[0] + site.gpg.run('--export', site.gpg.generate('Other <csirt@example.org>'))[0])
    tap.ok(asked()[0][0] == 'fail', 'doctor --online: several keys')
    other = site.gpg.generate('Another <csirt@example.org>')
    server.put(ADVANCED, site.gpg.run('--export', other)[0])
    wrong = asked()
    tap.ok(wrong[0][0] == 'fail' and other in wrong[0][1], 'doctor --online: another key', wrong)
    server.put(ADVANCED, b'no key')
    tap.ok(asked()[0][0] == 'fail', 'doctor --online: no key')
    server.close()


def agents_of(directory):
    """Agents that hold the secret keys of the demo in @directory."""
    homes = [(pid, words[words.index('--homedir') + 1]) for pid, (_, _, words) in t.processes().items()
             if 'gpg-agent' in words[0] and '--homedir' in words[:-1]]
    return [pid for pid, home in homes if os.path.realpath(home + '/private-keys-v1.d').startswith(directory)]


def without(site):
    """The same tree from the command line alone."""
    tap, demo, place = site.tap, site.demo, t.short_dir() + '/alone'
    before = {path: read(site.web + path) for path in (ADVANCED[1], DIRECT[1], '/pgp-key.asc', '/rfc2350.ja.txt')}
    tap.equal(demo.stop(), 0, 'the daemons stop')
    got = demo.cli('publish', '--json', place)
    tap.equal((got.status, set(site.files(got).values())), (0, {'written'}), 'publish, without daemons')
    tap.equal({path: read(place + path) for path in before}, before, 'the same files')
    security_txt(site, place, 'without daemons')
    tap.ok(t.wait_for(lambda: not agents_of(demo.dir), 10), 'no agent is left', agents_of(demo.dir))
    demo.configure('team', 'address', 'csirt@example.org; abuse@example.org')
    more = demo.cli('publish', '--json', place)
    tap.ok(more.status == 0 and 'left-out' in site.files(more).values() and b'quick-add-uid' in more.err, 'an address that the key does not name is left out', more)
    tap.equal(demo.cli('publish', '/proc/none/x').status, 75, 'no such place: exit 75')
    demo.configure('team', 'key', '9' * 40)
    tap.equal(demo.cli('publish', place).status, 1, 'no such key: exit 1')


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    written(site)
    keys(site)
    security_txt(site, site.web, 'with daemons')
    located(site)
    found(site)
    without_first = read(site.web + '/pgp-key.asc')
    tap.ok(without_first.startswith(b'-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n'), 'the key is armoured')
    backup = t.short_dir() + '/web'
    shutil.copytree(site.web, backup)
    doctor(site)
    shutil.rmtree(site.web)
    shutil.copytree(backup, site.web)
    online(site)
    without(site)
    tap.done()


main()
