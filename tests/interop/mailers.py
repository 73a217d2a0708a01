"""Mail programs driven without a person: mutt and neomutt in a terminal that nobody looks at, Emacs in batch mode.

Each writes the mail as it does for its users; a stand-in for sendmail takes it from it. They ask the reporters' gpg.
"""
import os
import pty
import select
import shutil
import stat
import subprocess
import time

import mails as m
from plan import BOTH, PLAIN, VERIFY
from tools import RING, Failed, Sender

STAND_IN = '#!/bin/sh\nexec cat >"$MAIL_OUT"\n'
SECONDS = 60
QUIET = 0.3 # seconds without a word: the program waits for a key


class Mailer:
    name = program = None
    verifies_answers = True

    def __init__(self, work, team, gpg):
        self.work, self.gpg = work + '/' + self.name.replace(' ', '-'), gpg
        os.mkdir(self.work)
        self.sendmail = self.file('sendmail', STAND_IN)
        os.chmod(self.sendmail, stat.S_IRWXU)
        self.senders = {}
        self.team_key = team['ed25519']

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.program) else cls.program + ' is not installed'

    def file(self, name, text):
        path = os.path.join(self.work, name)
        with open(path, 'wb') as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def make_keys(self):
        address = 'reporter@%s.example' % self.name.replace(' ', '-')
        with RING:
            with open(self.team_key, 'rb') as key:
                self.gpg.load(key.read())
            fingerprint = self.gpg.generate('Reporter <%s>' % address)
            self.senders['ed25519'] = Sender('ed25519', address, fingerprint, self.gpg.export(fingerprint), fingerprint)
        self.version = self.ask_version()

    @property
    def who(self):
        return self.senders['ed25519']

    def environment(self, out):
        return dict(os.environ, GNUPGHOME=self.gpg.home, MAIL_OUT=out, HOME=self.work, TERM='vt100', LC_ALL='C.UTF-8', EMAIL=self.who.address)

    def close(self):
        pass


class Mutt(Mailer):
    """Mutt signs and encrypts through GPGME."""
    name = program = 'mutt'
    crypt = 'set crypt_use_gpgme=yes\n'

    def ask_version(self):
        return subprocess.run([self.program, '-v'], capture_output=True, check=True).stdout.decode().split('\n')[0].split(' (')[0]

    def write(self, number, settings, text, attach=None):
        rc = self.file('rc%d' % number, '''set from="%s"
set use_from=yes realname="Reporter" use_envelope_from=no
set sendmail="%s" sendmail_wait=0
set editor=true edit_headers=yes abort_unmodified=no wait_key=no fast_reply=yes autoedit=yes
set copy=no move=no mbox="%s/mbox" folder="%s" postponed="%s/postponed" spoolfile="/dev/null" confirmappend=no
set charset=utf-8 send_charset="us-ascii:utf-8"
set pgp_default_key=%s pgp_sign_as=%s
crypt-hook %s %s
set crypt_confirmhook=no
set crypt_verify_sig=no crypt_protected_headers_write=yes
%s%s
''' % (self.who.address, self.sendmail, self.work, self.work, self.work, self.who.fingerprint, self.who.fingerprint,
       m.TEAM.replace('.', '[.]'), self.team_fingerprints['ed25519'], self.crypt, settings))
        draft = self.file('draft%d' % number, 'From: Reporter <%s>\nTo: %s\nSubject: %s\n\n%s' % (self.who.address, m.TEAM, m.SUBJECT, text))
        out = os.path.join(self.work, 'out%d' % number)
        words = [self.program, '-n', '-F', rc, '-H', draft] + (['-a', attach, '--', m.TEAM] if attach else [])
        self.in_terminal(words, out)
        try:
            with open(out, 'rb') as file:
                return m.t.crlf(file.read())
        except OSError as problem:
            raise Failed('%s sent nothing: %s' % (self.name, problem)) from problem

    def in_terminal(self, words, out):
        """Runs a program that wants a terminal until it ends, and says "y" (send it) whenever it waits for a key."""
        leader, follower = pty.openpty()
        process = subprocess.Popen(words, stdin=follower, stdout=follower, stderr=follower, env=self.environment(out), start_new_session=True)
        os.close(follower)
        deadline, said = time.monotonic() + SECONDS * m.t.SANITIZED_FACTOR, b''
        while process.poll() is None and time.monotonic() < deadline:
            if not select.select([leader], [], [], QUIET)[0]:
                os.write(leader, b'y')
                continue
            try:
                said += os.read(leader, 65536)
            except OSError: # the program has closed its side
                break
        if process.poll() is None:
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                os.close(leader)
                raise Failed('%s did not end; it showed %r' % (self.name, said[-300:])) from None
        os.close(leader)

    def plan(self, add):
        attach = self.file('evidence.pdf', m.DATA)
        sign, encrypt, inline = 'set crypt_autosign=yes\n', 'set crypt_autoencrypt=yes\n', 'set pgp_autoinline=yes\n'
        japanese = 'set send_charset="us-ascii:iso-2022-jp:utf-8"\n'
        both = sign + encrypt
        who = self.who
        number = iter(range(100))
        make = lambda settings, text=m.TEXT, attach=None: (lambda here=next(number): self.write(here, settings, text, attach))
        add('signed', make(sign), m.signed('pgp-mime', who, subject=m.SUBJECT))
        add('signed, ISO-2022-JP', make(sign + japanese), m.signed('pgp-mime', who, subject=m.SUBJECT, text_charset='iso-2022-jp'))
        add('encrypted', make(encrypt), m.whole('pgp-mime', PLAIN, subject=m.SUBJECT))
        add('encrypted and signed', make(both), m.whole('pgp-mime', BOTH, who, subject=m.SUBJECT))
        add('encrypted and signed, ISO-2022-JP', make(both + japanese), m.whole('pgp-mime', BOTH, who, subject=m.SUBJECT, text_charset='iso-2022-jp'))
        add('with a file', make(both, attach=attach), m.whole('pgp-mime', BOTH, who, file=m.DATA))
        add('with a file, signed only', make(sign, attach=attach), m.signed('pgp-mime', who, signed_file=m.DATA))
        if self.crypt != Mutt.crypt: # through GPGME it makes PGP/MIME of everything
            self.plan_inline(add, make, sign + inline, encrypt + inline, both + inline)

    def plan_inline(self, add, make, sign, encrypt, both):
        who = self.who
        add('inline, signed', make(sign), m.signed('inline', who))
        add('inline, encrypted', make(encrypt), m.whole('inline', PLAIN))
        add('inline, encrypted and signed', make(both), m.whole('inline', BOTH, who))
        add('inline, encrypted and signed, ASCII', make(both, m.ASCII), m.whole('inline', BOTH, who, text=m.ASCII))


class MuttClassic(Mutt):
    """Mutt with the commands of its manual in place of GPGME."""
    name, program = 'mutt classic', 'mutt'
    gpg_words = 'gpg --no-verbose --batch --quiet --output - '
    crypt = ('set crypt_use_gpgme=no\n'
             'set pgp_sign_command="%s --armor --detach-sign --textmode %%?a?-u %%a? %%f"\n'
             'set pgp_clearsign_command="%s --armor --textmode --clearsign %%?a?-u %%a? %%f"\n'
             'set pgp_encrypt_only_command="/usr/lib/mutt/pgpewrap %s --encrypt --textmode --armor -- -r %%r -- %%f"\n'
             'set pgp_encrypt_sign_command="/usr/lib/mutt/pgpewrap %s --textmode --encrypt --sign %%?a?-u %%a? --armor -- -r %%r -- %%f"\n'
             'set pgp_list_pubring_command="gpg --no-verbose --batch --quiet --with-colons --with-fingerprint --list-keys %%r"\n'
             'set pgp_list_secring_command="gpg --no-verbose --batch --quiet --with-colons --with-fingerprint --list-secret-keys %%r"\n'
             'set pgp_use_gpg_agent=yes pgp_check_exit=yes\n') % (gpg_words, gpg_words, gpg_words, gpg_words)


class Neomutt(Mutt):
    name = program = 'neomutt'


class Emacs(Mailer):
    """Message mode with mml-secure; one Emacs writes all its mails."""
    name = program = 'emacs'

    def ask_version(self):
        return subprocess.run(['emacs', '--version'], capture_output=True, check=True).stdout.decode().split('\n')[0]

    def write(self, number, language, style, text, attach=None):
        out = os.path.join(self.work, 'out%d' % number)
        body = self.file('body%d' % number, text)
        script = self.file('s%d.el' % number, '''(set-language-environment "%s")
(prefer-coding-system '%s)
(require 'message) (require 'mml) (require 'mml-sec) (require 'epg)
(setq user-mail-address "%s" user-full-name "Reporter" message-send-mail-function 'message-send-mail-with-sendmail
      sendmail-program "%s" message-sendmail-envelope-from nil mail-specify-envelope-from nil
      message-confirm-send nil message-interactive t message-kill-buffer-on-exit t
      mml-secure-openpgp-sign-with-sender t mml-secure-openpgp-always-trust t epg-pinentry-mode 'loopback
      message-setup-hook nil message-auto-save-directory nil mail-user-agent 'message-user-agent)
(message-mail "%s" "%s")
(message-goto-body)
(let ((coding-system-for-read 'utf-8)) (insert-file-contents "%s"))
%s
%s
(message-send)
''' % (language, 'iso-2022-jp' if language == 'Japanese' else 'utf-8', self.who.address, self.sendmail, m.TEAM, m.SUBJECT, body,
       '' if attach is None else '(goto-char (point-max)) (mml-attach-file "%s" "application/pdf" nil "attachment")' % attach, style))
        for _ in range(2): # on a busy machine EasyPG sometimes loses the end of what gpg says, and gives up
            done = subprocess.run(['emacs', '-Q', '--batch', '-l', script], env=self.environment(out), capture_output=True, check=False,
                                  timeout=SECONDS * m.t.SANITIZED_FACTOR)
            if done.returncode == 0:
                break
        try:
            with open(out, 'rb') as file:
                return m.t.crlf(file.read())
        except OSError as problem:
            raise Failed('emacs sent nothing: %s' % done.stderr.decode('utf-8', 'replace')[:600]) from problem

    def plan(self, add):
        attach = self.file('evidence.pdf', m.DATA)
        who = self.who
        number = iter(range(100))
        make = lambda style, text=m.TEXT, language='UTF-8', attach=None: (lambda here=next(number): self.write(here, language, style, text, attach))
        sign, encrypt = '(mml-secure-message-sign-pgpmime)', '(mml-secure-message-encrypt-pgpmime t)'
        both = '(mml-secure-message-encrypt-pgpmime)'
        add('signed', make(sign), m.signed('pgp-mime', who, subject=m.SUBJECT))
        add('signed, ISO-2022-JP', make(sign, language='Japanese'), m.signed('pgp-mime', who, subject=m.SUBJECT, text_charset='iso-2022-jp'))
        add('encrypted', make(encrypt), m.whole('pgp-mime', PLAIN))
        add('encrypted and signed', make(both), m.whole('pgp-mime', BOTH, who, subject=m.SUBJECT))
        add('encrypted and signed, ISO-2022-JP', make(both, language='Japanese'), m.whole('pgp-mime', BOTH, who, text_charset='iso-2022-jp'))
        add('with a file', make(both, attach=attach), m.whole('pgp-mime', BOTH, who, file=m.DATA))
        add('with a file, signed only', make(sign, attach=attach), m.signed('pgp-mime', who, signed_file=m.DATA))
        add('inline, signed', make('(mml-secure-message-sign-pgp)'), m.signed('inline', who))
        add('inline, encrypted', make('(mml-secure-message-encrypt-pgp t)'), m.whole('inline', PLAIN))
        add('inline, encrypted and signed', make('(mml-secure-message-encrypt-pgp)'), m.whole('inline', BOTH, who))


ALL = (Mutt, MuttClassic, Neomutt, Emacs)
