#!/usr/bin/env python3
"""The round that scripts/quickstart shows: real roles, real keys, real mails, each step checked.

Starts `madoguchid --demo DIR`, makes two reporters with OpenPGP keys of their own, pins their keys, sends three
reports through LMTP, and opens the answers with nothing but a reporter's key. Needs gpg and Python's standard
library. Ends with status 0 only when all of it held.
"""
import argparse
import configparser
import email
import email.header
import email.policy
import email.utils
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

DEADLINE = 60.0


class Failed(Exception):
    """A step did not hold."""


def say(text=""):
    print(text, flush=True)


def step(text):
    say(f"\n== {text}")


def check(held, what):
    """Prints a step that held, or ends the round."""
    if not held:
        raise Failed(what)
    say(f"   ok: {what}")


def wait_for(what, ask, deadline=DEADLINE):
    """Asks until the answer is true and returns it; polls, because nothing outside tells us."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise Failed(f"{what}: not within {deadline:.0f} s")


class Reporter:
    """Somebody outside, with a key and a GnuPG home of their own."""

    def __init__(self, work, name, address):
        self.name, self.address = name, address
        self.home = work / address.split("@")[0]
        self.home.mkdir(mode=0o700)
        self.gpg("--passphrase", "", "--quick-generate-key", f"{name} <{address}>", "future-default", "default", "1d")
        colons = self.gpg("--list-secret-keys", "--with-colons").stdout.decode()
        self.fingerprint = re.search(r"^fpr:+([0-9A-F]{40}):", colons, re.M).group(1)
        self.public = work / f"{address}.asc"
        self.public.write_bytes(self.gpg("--armor", "--export", self.fingerprint).stdout)

    def gpg(self, *arguments, data=None):
        run = subprocess.run(["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--trust-model", "always",
                              *arguments], input=data, capture_output=True, check=False)
        if run.returncode != 0:
            raise Failed(f"gpg of {self.address}: {run.stderr.decode(errors='replace').strip()}")
        return run

    def seal(self, entity, recipient):
        """@entity signed by us and encrypted to @recipient (RFC 3156, 6.2)."""
        return self.gpg("--armor", "--sign", "--encrypt", "--recipient", recipient, data=entity).stdout

    def open(self, armor):
        """(plaintext, status lines) of @armor; fails unless we can decrypt it."""
        run = self.gpg("--status-fd", "2", "--decrypt", data=armor)
        return run.stdout, run.stderr.decode(errors="replace")

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "gpg-agent"], check=False, capture_output=True)


class Gateway:
    """The running demonstration and its command line."""

    def __init__(self, build, directory, log):
        self.build, self.directory, self.log = build, directory, log
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.page = f"127.0.0.1:{free.getsockname()[1]}"

    def start(self):
        ready = self.directory / "ready"
        if ready.exists():
            ready.unlink()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(self.build / "madoguchid"), "--demo", str(self.directory), "--listen-web", f"inet:{self.page}"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

        def is_ready():
            if self.process.poll() is not None:
                raise Failed(f"madoguchid ended with {self.process.returncode}")
            return ready.exists()

        wait_for("all roles serve", is_ready)
        settings = configparser.ConfigParser(interpolation=None, strict=False)
        settings.read(self.directory / "madoguchi.conf")
        self.address = re.split(r"[;,]", settings["team"]["address"])[0].strip()
        self.team_key = settings["team"]["key"].strip()

    def cli(self, *arguments):
        run = subprocess.run([str(self.build / "madoguchi"), *arguments], check=False, capture_output=True, text=True,
                             env={**os.environ, "MADOGUCHI_CONF": str(self.directory / "madoguchi.conf")})
        if run.returncode != 0:
            raise Failed(f"madoguchi {' '.join(arguments)}: status {run.returncode}: {run.stderr.strip()}")
        return run.stdout

    def queue(self):
        """The summaries of `list --json`, by ticket."""
        return {item["ticket"]: item for item in map(json.loads, self.cli("list", "--json").splitlines())}

    def account(self):
        return json.loads(self.cli("account", "--json"))

    def send(self, sender, mail):
        with smtplib.LMTP(str(self.directory / "lmtp.sock")) as door:
            refused = door.sendmail(sender, [self.address], mail)
        check(not refused, f"LMTP answered 250 for the mail of {sender}")

    def answers(self):
        """The mails in the outgoing Maildir, as bytes, by recipient."""
        found = {}
        for folder in ("new", "cur"):
            for path in sorted((self.directory / "outgoing" / folder).glob("*")):
                mail = path.read_bytes()
                found.setdefault(str(parse(mail)["To"]), []).append(mail)
        return found

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            return self.process.wait()


def parse(mail):
    return email.message_from_bytes(mail, policy=email.policy.default)


ENGLISH_SUBJECT = "Phishing page on your network"
ENGLISH_TEXT = """Hello,

a phishing page for our bank is served from 192.0.2.17 since this morning:

  hxxps://login.bank.example[.]test/verify.html

Please have it taken down. The visitors' log is with us.

Alice, CERT of Example Bank
"""
JAPANESE_SUBJECT = "不審な通信のご報告"
JAPANESE_TEXT = """お世話になっております。○○大学の鈴木です。

本日午前より、貴組織の 198.51.100.23 から当方のサーバへ
SSH の総当たり攻撃を観測しております。ログは手元に保管しています。

ご確認のほど、よろしくお願いいたします。
"""
PLAIN_TEXT = """Dear team,

we see scans of port 22 coming from 203.0.113.9. No key at hand, sorry.

Carol
"""


def header_word(subject):
    """@subject as an encoded word where it is not ASCII (RFC 2047)."""
    return subject if subject.isascii() else email.header.Header(subject, "iso-2022-jp").encode()


def report_mail(reporter, gateway, subject, text, charset):
    """A report as a mail program with header protection writes it (RFC 9788): signed and encrypted, every field
    inside as well, the subject inside only."""
    date, message_id = email.utils.formatdate(localtime=False), f"<{os.urandom(12).hex()}@{reporter.address.split('@')[1]}>"
    fields = (f"From: {reporter.name} <{reporter.address}>\nTo: {gateway.address}\n"
              f"Date: {date}\nMessage-ID: {message_id}\n")
    outside = fields + "Subject: [...]\n"
    entity = (fields + f"Subject: {header_word(subject)}\n"
              + "".join(f"HP-Outer: {field}\n" for field in outside.splitlines())
              + f"Content-Type: text/plain; charset={charset}; hp=\"cipher\"\nContent-Transfer-Encoding: 7bit\n\n")
    armor = reporter.seal(entity.replace("\n", "\r\n").encode("ascii") + text.replace("\n", "\r\n").encode(charset), gateway.team_key)
    boundary = f"=_{os.urandom(12).hex()}"
    head = (outside + "MIME-Version: 1.0\n"
            "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\n"
            f" boundary=\"{boundary}\"\n\n--{boundary}\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
            f"--{boundary}\nContent-Type: application/octet-stream; name=encrypted.asc\n\n")
    return (head + armor.decode("ascii") + f"\n--{boundary}--\n").replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


def plain_mail(sender, gateway):
    return (f"From: Carol <{sender}>\nTo: {gateway.address}\nSubject: scans from your network\n"
            f"Date: {email.utils.formatdate(localtime=False)}\nMessage-ID: <{os.urandom(12).hex()}@third.example>\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n{PLAIN_TEXT}").replace("\n", "\r\n").encode("ascii")


def check_ticket(gateway, ticket, wanted, words):
    """@ticket was opened with the verdicts @wanted, and a member reads @words in it."""
    incident = json.loads(gateway.cli("show", "--json", ticket))
    report = next(entry["report"] for entry in incident["thread"] if entry["direction"] == "in")
    for field, value in wanted.items():
        check(report[field] == value, f"{ticket}: {field} is {value}")
    check(words in report["text"], f"{ticket}: a member reads what was written")


def check_answer(gateway, reporter, mail, ticket, secrets):
    """@mail is an acknowledgement that tells @reporter, and nobody else, the ticket. Returns its inner text."""
    outer = parse(mail)
    check(str(outer["Auto-Submitted"]) == "auto-replied", "the answer says that it is automatic (RFC 3834)")
    check(outer.get_content_type() == "multipart/encrypted", "the answer is encrypted (RFC 3156)")
    for secret in secrets:
        check(secret not in mail.decode("utf-8", "replace") and secret not in str(outer["Subject"]),
              f"outside, nothing says \"{secret}\"")
    armor = list(outer.iter_parts())[1].get_payload(decode=True)
    plain, status = reporter.open(armor)
    check("[GNUPG:] DECRYPTION_OKAY" in status, f"the key of {reporter.address} alone decrypts it")
    valid = re.search(r"\[GNUPG:\] VALIDSIG (\w+) .* (\w+)$", status, re.M)
    check(valid is not None and gateway.team_key.upper() in valid.groups(), "the signature is good and the team's")
    inner = parse(plain)
    check(ticket in str(inner["Subject"]), f"inside, the subject names {ticket}")
    body = inner.get_body(preferencelist=("plain",))
    return f"Subject: {inner['Subject']}\n\n{body.get_content().strip()}"


def indent(text):
    return "\n".join("   | " + line for line in text.rstrip("\n").splitlines())


def new_tickets(gateway, before, count, accepted):
    """Waits until @count mails have settled and returns the tickets that were not there before."""
    def settled():
        account = gateway.account()
        return account["accepted"] >= accepted + count and account["states"]["pending"] == 0 and account["balanced"]

    wait_for(f"{count} mails settled", settled)
    tickets = {name: item for name, item in gateway.queue().items() if name not in before}
    check(len(tickets) == count, f"{count} mails made {count} tickets")
    return tickets


def run_round(gateway, work, reporters):
    step(f"starting all roles in {gateway.directory}")
    gateway.start()
    check(True, f"every role serves (team address {gateway.address}, key {gateway.team_key})")
    check(f"{gateway.address}" in subprocess.run(["gpg", "--homedir", str(work / "empty"), "--batch", "--show-keys",
                                                  str(gateway.directory / "team.asc")], capture_output=True, text=True,
                                                 check=False).stdout, "team.asc is the team's public key")

    step("two reporters make keys; the team pins them")
    alice = Reporter(work, "Alice Example", "alice@cert.bank.example")
    suzuki = Reporter(work, "Taro Suzuki", "suzuki@univ.example")
    reporters += [alice, suzuki]
    for reporter in reporters:
        reporter.gpg("--import", str(gateway.directory / "team.asc"))
        gateway.cli("keys", "import", "--pin", str(reporter.public))
        check(reporter.fingerprint in gateway.cli("keys", "--json", "ls"), f"key {reporter.fingerprint} is pinned for {reporter.address}")

    step("three reports arrive by LMTP")
    before, accepted = gateway.queue(), gateway.account()["accepted"]
    sent = {address: len(mails) for address, mails in gateway.answers().items()}
    carol = "carol@third.example"
    gateway.send(alice.address, report_mail(alice, gateway, ENGLISH_SUBJECT, ENGLISH_TEXT, "us-ascii"))
    gateway.send(suzuki.address, report_mail(suzuki, gateway, JAPANESE_SUBJECT, JAPANESE_TEXT, "iso-2022-jp"))
    gateway.send(carol, plain_mail(carol, gateway))
    tickets = new_tickets(gateway, before, 3, accepted)
    by_reporter = {item["reporter"]: name for name, item in tickets.items()}

    step("the queue (madoguchi list)")
    say(indent(gateway.cli("list")))
    check_ticket(gateway, by_reporter[alice.address],
                 {"encryption": "whole", "signature": "good", "subject": ENGLISH_SUBJECT}, "hxxps://login.bank.example[.]test")
    check_ticket(gateway, by_reporter[suzuki.address],
                 {"encryption": "whole", "signature": "good", "subject": JAPANESE_SUBJECT, "text_charset": "iso-2022-jp"},
                 "総当たり攻撃を観測しております")
    check_ticket(gateway, by_reporter[carol], {"encryption": "none", "signature": "none"}, "scans of port 22")

    step(f"one incident, opened (madoguchi show \"{by_reporter[suzuki.address]}\")")
    say(indent(gateway.cli("show", by_reporter[suzuki.address])))

    step("the acknowledgements, opened with nothing but the reporter's key")

    def all_answered():
        found = gateway.answers()
        fresh = {a: m[sent.get(a, 0):] for a, m in found.items()}
        return fresh if all(any(address in to and mails for to, mails in fresh.items())
                            for address in (alice.address, suzuki.address, carol)) else None

    answers = wait_for("three answers in outgoing/", all_answered)
    for reporter, secrets in ((alice, [ENGLISH_SUBJECT, "phishing"]), (suzuki, [JAPANESE_SUBJECT])):
        mails = next(mails for to, mails in answers.items() if reporter.address in to)
        check(len(mails) == 1, f"{reporter.address} got one answer")
        text = check_answer(gateway, reporter, mails[0], by_reporter[reporter.address], secrets)
        say(indent(text))
    check(re.search(r"[\u3040-\u30ff]", text) is not None, "the Japanese report was answered in Japanese")
    mails = next(mails for to, mails in answers.items() if carol in to)
    check(len(mails) == 1 and parse(mails[0]).get_content_type() == "multipart/signed", f"{carol} got one answer, signed in the clear")
    check(b"scans" not in mails[0], "it quotes nothing")

    step("the loss account (madoguchi account)")
    say(indent(gateway.cli("account")))


def open_page(gateway):
    """The members' page is served; returns the address where the demo member comes in, once."""
    with urllib.request.urlopen(f"http://{gateway.page}/", timeout=DEADLINE) as page:
        check(page.status == 200 and "default-src 'none'" in page.headers["Content-Security-Policy"],
              f"the page is served at http://{gateway.page}/")
    members = [json.loads(line)["login"] for line in gateway.cli("members", "ls", "--json").splitlines()]
    me = pwd.getpwuid(os.getuid()).pw_name
    # With a member in it the gateway answers members alone: whoever started it stays one.
    for login in ([me] if os.getuid() != 0 else []) + ["demo"]:
        if login not in members:
            gateway.cli("members", "add", login, "--role", "administrator")
    invitation = json.loads(gateway.cli("members", "invite", "demo", "--json"))["invitation"]
    check(invitation, "the member demo is invited")
    return f"http://{gateway.page}/#/invitation/{invitation}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the build directory")
    parser.add_argument("--dir", type=pathlib.Path, help="directory of the demonstration")
    parser.add_argument("--keep", action="store_true", help="leave it running")
    options = parser.parse_args()
    # Short: names of sockets below it have at most 107 bytes.
    work = pathlib.Path(tempfile.mkdtemp(prefix="mado-", dir="/tmp"))
    (work / "empty").mkdir(mode=0o700)
    directory = (options.dir or work / "demo").resolve()
    gateway = Gateway(options.build, directory, work / "madoguchid.log")
    reporters, status, link = [], 0, ""
    try:
        run_round(gateway, work, reporters)
        step("the members' page")
        link = open_page(gateway)
    except (Failed, OSError, smtplib.SMTPException, StopIteration, KeyError, ValueError, AttributeError) as problem:
        status = 1
        say(f"\nquickstart: failed: {type(problem).__name__ if not isinstance(problem, Failed) else ''} {problem}".replace(":  ", ": "))
        if gateway.log.exists():
            say("last lines of the log:\n" + indent("\n".join(gateway.log.read_text(errors="replace").splitlines()[-25:])))
    for reporter in reporters:
        reporter.close()
    step("what now")
    if options.keep and status == 0:
        say(f"   Running: process {gateway.process.pid}, directory {directory}, log {gateway.log}")
        say(f"   Members' page: http://{gateway.page}/")
        say(f"   Come in once as demo, with a password of yours and an app that shows codes (TOTP):\n      {link}")
        say(f"   Look around:  MADOGUCHI_CONF={directory}/madoguchi.conf {options.build}/madoguchi list")
        say(f"   Stop it:      kill {gateway.process.pid}      (it drains first)")
        return 0
    ended = gateway.stop()
    if status == 0 and ended != 0:
        say(f"quickstart: failed: madoguchid ended with {ended} after SIGTERM")
        status = 1
    if status == 0:
        shutil.rmtree(work, ignore_errors=True)
        say("   Stopped. scripts/quickstart --keep leaves it running and prints how to stop it (kill PID).")
        say("\nquickstart: every step held")
    else:
        say(f"   Logs and keys of this run: {work}")
    return status


if __name__ == "__main__":
    sys.exit(main())
