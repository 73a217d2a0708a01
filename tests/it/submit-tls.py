#!/usr/bin/env python3
"""Sending over TLS: what try, require and never do with a good, a strange and no certificate, and that a password is
told only inside TLS to a server that could prove its name."""
import os
import socket
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

MAIL = b'From: csirt@team.example\r\nSubject: [...]\r\n\r\nbody\r\n'


class Server(threading.Thread):
    """An SMTP server; `commands` holds (was it inside TLS?, line)."""

    def __init__(self, context, offers_starttls=True, implicit=False):
        super().__init__(daemon=True)
        self.context, self.offers, self.implicit = context, offers_starttls, implicit
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.port = self.sock.getsockname()[1]
        self.commands, self.mails = [], 0
        self.start()

    def run(self):
        while True:
            peer, _ = self.sock.accept()
            try:
                self.serve(peer)
            except (OSError, ssl.SSLError):
                pass
            peer.close()

    def serve(self, peer):
        inside = self.implicit
        if inside:
            peer = self.context.wrap_socket(peer, server_side=True)
        peer.sendall(b'220 fake ESMTP\r\n')
        file = peer.makefile('rb')
        while True:
            line = file.readline().strip()
            if not line:
                return
            self.commands.append((inside, line))
            word = line[:4].upper()
            if word == b'EHLO':
                extra = b'250-STARTTLS\r\n' if self.offers and not inside else b''
                peer.sendall(b'250-fake\r\n' + extra + b'250-AUTH PLAIN\r\n250 8BITMIME\r\n')
            elif word == b'STAR':
                peer.sendall(b'220 go\r\n')
                peer, inside = self.context.wrap_socket(peer, server_side=True), True
                file = peer.makefile('rb')
            elif word == b'DATA':
                peer.sendall(b'354 go\r\n')
                while file.readline() not in (b'.\r\n', b''):
                    pass
                self.mails += 1
                peer.sendall(b'250 2.0.0 queued\r\n')
            elif word == b'QUIT':
                peer.sendall(b'221 bye\r\n')
                return
            else:
                peer.sendall(b'235 ok\r\n' if word == b'AUTH' else b'250 ok\r\n')

    def told(self, word, inside):
        return any(line.upper().startswith(word) and was == inside for was, line in self.commands)


def certificate(folder):
    key, cert = folder + '/key.pem', folder + '/cert.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                    '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext',
                    'subjectAltName=DNS:localhost,IP:127.0.0.1'], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


def send(folder, server, *lines, scheme='smtp'):
    conf = folder + '/m.conf'
    with open(conf, 'w', encoding='ascii') as file:
        file.write('[submission]\nurl = %s://127.0.0.1:%d\ntimeout = 5s\n%s\n' % (scheme, server.port, '\n'.join(lines)))
    with open(folder + '/mail', 'wb') as mail:
        mail.write(MAIL)
    with open(folder + '/mail', 'rb') as mail:
        done = subprocess.run([t.program('tests/unit/send-one'), conf, 'alice@reporter.example'], stdin=mail,
                              capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


def main():
    if t.program('tests/unit/send-one') is None:
        t.skip_all('send-one is not built')
    if subprocess.run(['openssl', 'version'], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        t.skip_all('no openssl')
    tap, folder = t.Tap(), t.short_dir()
    context, cert = certificate(folder)
    ca_line = 'ca-file = ' + cert
    with open(folder + '/password', 'w', encoding='ascii') as file:
        file.write('pass\n')
    login = ('user = csirt', 'password-file = %s/password' % folder)

    server = Server(context)
    status, words = send(folder, server, 'tls = try')
    tap.ok(status == 0 and server.told(b'MAIL', True) and not server.told(b'MAIL', False),
           'try: inside TLS, whoever signed the certificate', words)
    server = Server(context, offers_starttls=False)
    status, words = send(folder, server, 'tls = try')
    tap.ok(status == 0 and server.told(b'MAIL', False), 'try: in the clear where there is no STARTTLS', words)
    server = Server(context)
    status, words = send(folder, server, 'tls = never')
    tap.ok(status == 0 and server.told(b'MAIL', False) and not server.told(b'STARTTLS', False), 'never: no STARTTLS', words)
    for name, lines, offers in (('a strange certificate', (), True), ('no STARTTLS', (ca_line,), False)):
        server = Server(context, offers_starttls=offers)
        status, words = send(folder, server, 'tls = require', *lines)
        tap.ok(status == 75 and server.mails == 0 and not server.told(b'MAIL', False), 'require: no mail with ' + name, words)
    for name, lines, offers in (('a strange certificate', (), True), ('no STARTTLS', (ca_line,), False)):
        server = Server(context, offers_starttls=offers)
        status, words = send(folder, server, 'tls = try', *login, *lines)
        tap.ok(status == 75 and not any(line.startswith(b'AUTH') for _, line in server.commands),
               'no password to a server with ' + name, words)
    server = Server(context)
    status, words = send(folder, server, *login, ca_line)
    tap.ok(status == 0 and server.told(b'AUTH', True) and not server.told(b'AUTH', False), 'the password inside TLS', words)
    server = Server(context, implicit=True)
    status, words = send(folder, server, ca_line, scheme='smtps')
    tap.ok(status == 0 and server.mails == 1, 'smtps: with a good certificate', words)
    server = Server(context, implicit=True)
    status, words = send(folder, server, scheme='smtps')
    tap.ok(status == 75 and server.mails == 0, 'smtps: not with a strange one', words)
    tap.done()


main()
