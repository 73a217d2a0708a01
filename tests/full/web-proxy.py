#!/usr/bin/env python3
"""Debian's nginx before the members' page, with conf/nginx.conf.example itself (names and paths replaced, a certificate made here):
TLS, HSTS, events as they happen; and what a server in between makes possible: smuggled requests, spoofed headers, slow and large
ones. tests/full/web-caddy.py does the same with Caddy."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoproxy as mp  # noqa: E402
import madotest as t  # noqa: E402

NGINX = mp.find('nginx')


class Nginx(mp.Proxy):
    name, sample = 'nginx', 'nginx.conf.example'

    def command(self):
        return [NGINX, '-c', self.top + '/nginx.conf', '-p', self.top, '-g', 'daemon off;']

    def write(self):
        sample = self.read_sample((('/run/madoguchi-web/web.sock', self.web), ('/etc/ssl/certs/%s.pem' % mp.HOST, self.top + '/cert.pem'),
                                   ('/etc/ssl/private/%s.key' % mp.HOST, self.top + '/key.pem'), ('listen 80;', 'listen 127.0.0.1:%d;' % self.plain),
                                   ('listen 443 ', 'listen 127.0.0.1:%d ' % self.port)))
        sample = re.sub(r'\n *listen \[::\][^\n]*', '', sample)
        user = 'user root;\n' if os.geteuid() == 0 else ''
        with open(self.top + '/nginx.conf', 'w', encoding='utf-8') as file:
            file.write(user + 'worker_processes 2;\npid %(d)s/pid;\nerror_log %(d)s/error.log;\nevents { worker_connections 1024; }\nhttp {\naccess_log %(d)s/access.log;\n'
                       'client_body_temp_path %(d)s/b; proxy_temp_path %(d)s/p; fastcgi_temp_path %(d)s/f; uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s;\n'
                       % {'d': self.top} + sample + '\n}\n')


def main():
    t.need_programs()
    for name, path in (('nginx', NGINX), ('openssl', mp.find('openssl')), ('madoguchi-web', t.program('madoguchi-web'))):
        if path is None:
            t.skip_all(name + ' is not here')
    tap = t.Tap()
    p = Nginx(tap)
    hanako = p.set_up()
    tap.equal(hanako.get('/').header('Server'), 'nginx', 'which nginx it is is not told')
    mp.serves(p, hanako)
    number = hanako.get(mp.API + '/incidents').json['items'][0]['number']
    mp.splitting(p)
    mp.cookies(p)
    mp.smuggling(p, hanako, number)
    mp.spoofing(p, hanako)
    flood = [mp.Browser(p).post(mp.API + '/log-in', {'login': 'x', 'password': 'y', 'code': 'z'}).status for _ in range(30)]
    tap.ok(429 in flood, 'many log-ins from one place are slowed down', flood)
    mp.slowness(p, hanako)
    tap.equal(p.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
