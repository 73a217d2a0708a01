"""A private Postfix: own configuration, queue and data directories in a temporary directory, own ports on
127.0.0.1. Mail to the team's domain goes by LMTP to a unix socket, mail to reporters into Maildirs. The
system's Postfix, if any, is never read, started or stopped. Needs root (Postfix changes users)."""
import atexit
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
lmtp      unix - - n - - lmtp
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = {daemons}
myhostname = mx.example.org
mydomain = example.org
myorigin = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_host_lookup = native
lmtp_host_lookup = native
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
relay_domains = {team}
transport_maps = inline:{{ {{ {team} = lmtp:{lmtp} }} }}
virtual_mailbox_domains = {reporters}
virtual_mailbox_base = {dir}/mail
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
message_size_limit = 60000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
maillog_file = {dir}/log/postfix
maillog_file_prefixes = /tmp
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
process_id_directory = pid
lmtp_destination_recipient_limit = 10
smtpd_client_connection_rate_limit = 0
"""


def why_not():
    """A reason to skip, or None."""
    if os.geteuid() != 0:
        return 'Postfix needs root'
    if not os.path.exists('/usr/sbin/postfix'):
        return 'Postfix is not installed'
    return None


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


class Postfix:
    """`lmtp`: "unix:PATH" of the gateway, reachable by user postfix. `reporters`: addresses with a Maildir.
    `more`: lines for main.cf."""

    def __init__(self, lmtp, reporters, team_domain='example.org', more=''):
        self.dir = tempfile.mkdtemp(prefix='px', dir='/tmp')
        atexit.register(self.close)
        self.port = free_port()
        user = pwd.getpwnam('postfix')
        os.chmod(self.dir, 0o755)
        for name in ('etc', 'queue', 'data', 'mail', 'log'):
            os.mkdir(self.dir + '/' + name, 0o755)
        for name in ('data', 'mail'):
            os.chown(self.dir + '/' + name, user.pw_uid, 0 if name == 'data' else user.pw_gid)
        daemons = subprocess.run(['postconf', '-dh', 'daemon_directory'], capture_output=True, check=False).stdout
        self.put('master.cf', MASTER.format(port=self.port))
        self.put('main.cf', MAIN.format(
            dir=self.dir, team=team_domain, lmtp=lmtp, uid=user.pw_uid, gid=user.pw_gid,
            daemons=daemons.decode().strip() or '/usr/lib/postfix/sbin',
            reporters=', '.join(sorted({a.partition('@')[2] for a in reporters})),
            mailboxes=', '.join('{ %s = %s/ }' % (a, a) for a in reporters)) + more)
        self.is_running = False

    def put(self, name, text):
        with open(self.dir + '/etc/' + name, 'w', encoding='ascii') as file:
            file.write(text)

    def command(self, word):
        environment = {k: v for k, v in os.environ.items() if not k.startswith('MAIL_')}
        # no pipe: the daemons would keep it open
        with open(self.dir + '/log/command', 'ab') as out:
            return subprocess.run(['/usr/sbin/postfix', '-c', self.dir + '/etc', word], stdin=subprocess.DEVNULL,
                                  stdout=out, stderr=out, check=False, env=environment).returncode

    def start(self, seconds=60):
        if self.command('start') != 0:
            raise RuntimeError('postfix did not start: ' + self.log())
        self.is_running = True
        deadline = time.monotonic() + seconds
        while True:
            try:
                smtplib.SMTP('127.0.0.1', self.port, timeout=5).quit()
                return self
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError('postfix does not answer: ' + self.log()) from None
                time.sleep(0.05)

    def stop(self):
        if self.is_running:
            self.command('stop')
            self.is_running = False

    def close(self):
        self.stop()
        if not os.environ.get('KEEP'):
            shutil.rmtree(self.dir, ignore_errors=True)

    def log(self):
        text = ''
        for name in ('command', 'postfix'):
            try:
                with open(self.dir + '/log/' + name, encoding='utf-8', errors='replace') as file:
                    text += file.read()
            except OSError:
                pass
        return text

    def send(self, frm, to, raw):
        with smtplib.SMTP('127.0.0.1', self.port, timeout=30) as session:
            return session.sendmail(frm, to, raw)

    def mailbox(self, address):
        """The directory of an address's Maildir."""
        return '%s/mail/%s' % (self.dir, address)
