"""A Web Key Directory and key server on loopback, over HTTPS with certificates of a CA made here, and a DNS server. Never the
network."""
import hashlib
import http.server
import os
import socket
import ssl
import struct
import subprocess
import threading


def zbase32(data):
    letters = 'ybndrfg8ejkmcpqxot1uwisza345h769'
    bits = ''.join('{:08b}'.format(byte) for byte in data)
    bits += '0' * (-len(bits) % 5)
    return ''.join(letters[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))


def hash_of(address):
    return zbase32(hashlib.sha1(address.partition('@')[0].lower().encode()).digest())


def advanced(address):
    domain = address.partition('@')[2]
    return 'openpgpkey.' + domain, '/.well-known/openpgpkey/%s/hu/%s' % (domain, hash_of(address))


def direct(address):
    return address.partition('@')[2], '/.well-known/openpgpkey/hu/' + hash_of(address)


def has_openssl():
    try:
        return subprocess.run(['openssl', 'version'], stdout=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _openssl(*words):
    subprocess.run(['openssl'] + list(words), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Authority:
    """A CA in a folder; `context (names)` gives a server's side of TLS with a certificate for these names."""

    def __init__(self, folder, name='ca'):
        self.folder, self.count, self.name = folder, 0, name
        self.cert, self.key = '%s/%s.pem' % (folder, name), '%s/%s.key' % (folder, name)
        _openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', self.key,
                 '-out', self.cert, '-days', '2', '-subj', '/CN=Test CA', '-addext', 'basicConstraints=critical,CA:TRUE')

    def context(self, names):
        self.count += 1
        base = '%s/%s-%d' % (self.folder, self.name, self.count)
        with open(base + '.ext', 'w', encoding='ascii') as file:
            file.write('subjectAltName=' + ','.join('DNS:' + name for name in names) + '\n')
        _openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', base + '.key',
                 '-out', base + '.csr', '-subj', '/CN=server')
        _openssl('x509', '-req', '-in', base + '.csr', '-CA', self.cert, '-CAkey', self.key, '-CAcreateserial', '-days', '2',
                 '-out', base + '.pem', '-extfile', base + '.ext')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(base + '.pem', base + '.key')
        return context


class Directory:
    """One server for many hosts. `pages` is {(host, path): bytes or a function of the handler}; everything else is 404.
    `asked` holds (host, path, query, headers) of each request; `greeted` counts connections."""

    def __init__(self, context=None, address='127.0.0.1'):
        self.pages, self.asked, self.greeted = {}, [], 0
        self.gate = threading.Event()  # pages that wait, wait for this
        directory = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition('?')
                host = self.headers.get('Host', '').partition(':')[0]
                directory.asked.append((host, path, query, self.headers))
                page = directory.pages.get((host, path))
                if callable(page):
                    page(self)
                elif page is None:
                    self.send_error(404)
                else:
                    self.page(page)

            def page(self, body, status=200, headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ':' in address else socket.AF_INET

            def get_request(self):
                peer, address = self.socket.accept()
                directory.greeted += 1
                peer.settimeout(30)
                return peer, address

            def finish_request(self, request, address):
                if context is not None:
                    request = context.wrap_socket(request, server_side=True)
                super().finish_request(request, address)

            def handle_error(self, *_):
                pass

        self.server = Server((address, 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def put(self, place, page):
        self.pages[place] = page

    def put_key(self, address, block, is_advanced=True):
        self.put(advanced(address) if is_advanced else direct(address), block)

    def hosts(self, *names):
        """Entries of [discovery] hosts that lead here."""
        return ['%s=127.0.0.1:%d' % (name, self.port) for name in names]

    def wait(self, handler):
        """A page that does not come before `gate` is set."""
        self.gate.wait(60)
        handler.page(b'late')

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


class Resolver:
    """A DNS server on loopback (UDP and TCP) for OPENPGPKEY alone. `records` is {name: [bytes]}; `proved`: does it say that
    DNSSEC proves its answers? `code`: a result code for everything; `silent`: no answer at all."""

    def __init__(self):
        self.records, self.asked, self.proved, self.code, self.silent = {}, [], True, None, False
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.tcp = socket.socket()
        for _ in range(20):  # one port for both
            self.udp.bind(('127.0.0.1', 0))
            self.port = self.udp.getsockname()[1]
            try:
                self.tcp.bind(('127.0.0.1', self.port))
                break
            except OSError:
                self.udp.close()
                self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.tcp.listen(5)
        threading.Thread(target=self.serve_udp, daemon=True).start()
        threading.Thread(target=self.serve_tcp, daemon=True).start()

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            answer = self.answer(query, 'udp')
            if answer is not None:
                self.udp.sendto(answer if len(answer) <= 1200 else self.cut(query), peer)

    def serve_tcp(self):
        while True:
            peer, _ = self.tcp.accept()
            with peer:
                length = struct.unpack('!H', peer.recv(2))[0]
                answer = self.answer(peer.recv(length), 'tcp')
                if answer is not None:
                    peer.sendall(struct.pack('!H', len(answer)) + answer)

    @staticmethod
    def question(query):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        return '.'.join(labels), query[12:at + 5], struct.unpack('!H', query[at + 1:at + 3])[0]

    def cut(self, query):
        return query[:2] + struct.pack('!HHHHH', 0x8380, 1, 0, 0, 0) + self.question(query)[1]

    def answer(self, query, way):
        name, question, kind = self.question(query)
        self.asked.append((name, kind, way, bool(query[3] & 0x20)))
        records = self.records.get(name, [])
        code = self.code if self.code is not None else 0 if records else 3
        body = b''.join(b'\xc0\x0c' + struct.pack('!HHIH', 61, 1, 60, len(data)) + data for data in records)
        flags = 0x8180 | (0x20 if self.proved else 0) | code
        if self.silent:
            return None
        return query[:2] + struct.pack('!HHHHH', flags, 1, len(records) if not code else 0, 0, 0) + question + (b'' if code else body)


def redirect(location, status=302):
    return lambda handler: handler.page(b'', status, [('Location', location)])


def status(number):
    return lambda handler: handler.page(b'no', number)


def write_file(path, data):
    with open(path, 'wb') as file:
        file.write(data)
    return os.path.abspath(path)
