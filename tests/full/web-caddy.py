#!/usr/bin/env python3
"""Debian's Caddy before the members' page, with conf/Caddyfile.example itself (paths, ports and the certificate replaced): the same
as tests/full/web-proxy.py shows of nginx."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoproxy as mp  # noqa: E402
import madotest as t  # noqa: E402

CADDY = mp.find('caddy')


class Caddy(mp.Proxy):
    name, sample = 'Caddy', 'Caddyfile.example'

    def command(self):
        return [CADDY, 'run', '--config', self.top + '/Caddyfile', '--adapter', 'caddyfile']

    def write(self):
        sample = self.read_sample((('/run/madoguchi-web/web.sock', self.web),
                                   ('read_body 2m', 'read_body 20s'), # long enough for a test
                                   ('\n{\n\tservers', '\n{\n\tadmin off\n\thttp_port %d\n\thttps_port %d\n\tservers' % (self.plain, self.port)),
                                   ('\n%s {\n' % mp.HOST, '\n%s {\n\tbind 127.0.0.1\n\ttls %s/cert.pem %s/key.pem\n' % (mp.HOST, self.top, self.top))))
        with open(self.top + '/Caddyfile', 'w', encoding='utf-8') as file:
            file.write(sample)


def main():
    t.need_programs()
    for name, path in (('caddy', CADDY), ('openssl', mp.find('openssl')), ('madoguchi-web', t.program('madoguchi-web'))):
        if path is None:
            t.skip_all(name + ' is not here')
    tap = t.Tap()
    done = subprocess.run([CADDY, 'validate', '--config', os.path.join(t.SRC, 'conf', 'Caddyfile.example'), '--adapter', 'caddyfile'],
                          capture_output=True, check=False, env=dict(os.environ, HOME=t.short_dir('c')))
    tap.ok(done.returncode == 0 and b'WARN' not in done.stderr.replace(b'not formatted', b'WARN'), 'the sample is valid, and formatted as Caddy does', done.stderr)
    p = Caddy(tap)
    hanako = p.set_up()
    tap.equal(hanako.get('/').header('Server'), None, 'that it is Caddy is not told')
    mp.serves(p, hanako)
    number = hanako.get(mp.API + '/incidents').json['items'][0]['number']
    mp.splitting(p)
    mp.cookies(p)
    # Go takes what follows a request with both lengths for the next one of the same client: it gets no session here.
    mp.smuggling(p, hanako, number, says_inner=b'')
    mp.spoofing(p, hanako)
    # It answers when it has read a bit more of what is too large, or after read_body.
    mp.slowness(p, hanako, content=b' ' * 1000000)
    tap.equal(p.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
