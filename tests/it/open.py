#!/usr/bin/env python3
"""PGP/MIME in all its forms, made with real gpg and throw-away keys, opened as the opener opens them."""
import base64
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("MADO_BUILD", os.getcwd())
OPEN_ONE = os.path.join(BUILD, "tests/unit/open-one")
results = []


def ok(name, good, detail=""):
    results.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name), flush=True)
    if not good:
        print("#   " + str(detail).replace("\n", "\n#   "), flush=True)


def gpg(home, *args, data=None, check=True):
    return subprocess.run(["gpg", "--homedir", home, "--batch", "--no-tty", "-q", "--trust-model", "always", *args], input=data,
                          capture_output=True, check=check)


def fingerprint(home, who):
    rows = [line.split(":") for line in gpg(home, "--with-colons", "--list-keys", who).stdout.decode().splitlines()]
    return next(row[9] for row in rows if row[0] == "fpr")


# --- mails -------------------------------------------------------------------------------------------------

TEXT = ("Content-Type: text/plain; charset=utf-8\n\nThe host 192.0.2.7 scans us.\n")
HEAD = "From: Alice <alice@example.net>\nTo: csirt@example.org\nSubject: %s\nMessage-ID: <1@example.net>\nMIME-Version: 1.0\n"


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def head(subject="Scan", sender=None):
    text = HEAD % subject
    return text.replace("Alice <alice@example.net>", sender) if sender else text


def signed(senders, who, part=TEXT, *options):
    """A multipart/signed entity around @part (its last line break belongs to the boundary)."""
    body = part.rstrip("\n")
    signature = gpg(senders, "-u", who, "--armor", "--digest-algo", "SHA512", "--detach-sign", *options, data=crlf(body)).stdout.decode()
    return ('Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="sig"\n\n'
            "--sig\n%s\n--sig\nContent-Type: application/pgp-signature\n\n%s\n--sig--\n" % (body, signature))


def wrap(cipher):
    return ('Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"\n\n'
            "--enc\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
            "--enc\nContent-Type: application/octet-stream\n\n%s\n--enc--\n" % cipher)


def encrypt(senders, part, *options):
    return gpg(senders, "--armor", "--encrypt", *options, data=crlf(part)).stdout.decode()


def armor(binary):
    return "-----BEGIN PGP MESSAGE-----\n\n%s-----END PGP MESSAGE-----\n" % base64.encodebytes(binary).decode()


def without_integrity(senders, team_home, part):
    """The same message as legacy data without a modification detection code (tag 9)."""
    binary = gpg(senders, "-r", "team", "--cipher-algo", "AES256", "--encrypt", data=part.encode()).stdout
    words = gpg(team_home, "--show-session-key", "-d", data=binary).stderr.decode()
    key = re.search(r"session key: '\d+:([0-9A-F]+)'", words).group(1)
    size = 2 + binary[1] if binary[0] & 0x40 else (2 + binary[1] if binary[0] & 3 == 0 else 3 + (binary[1] << 8 | binary[2]))
    literal = gpg(senders, "--compress-algo", "none", "--store", data=part.encode()).stdout

    def cfb(start, data):
        return subprocess.run(["openssl", "enc", "-aes-256-cfb", "-K", key, "-iv", start.hex()], input=data,
                              capture_output=True, check=True).stdout
    noise = os.urandom(16)
    first = cfb(bytes(16), noise + noise[-2:])
    body = first + cfb(first[2:18], literal)
    length = len(body)
    head_bytes = bytes([0xC9]) + (bytes([length]) if length < 192 else bytes([((length - 192) >> 8) + 192, (length - 192) & 255]))
    return armor(binary[:size] + head_bytes + body)


# --- the gateway -------------------------------------------------------------------------------------------

class Gateway:
    def __init__(self, work):
        self.work, self.home, self.senders = work, work + "/t", work + "/s"
        os.mkdir(self.home, 0o700)
        os.mkdir(self.senders, 0o700)
        self.conf = work + "/conf"
        with open(self.conf, "w", encoding="ascii") as out:
            out.write("[team]\nname = T\naddress = csirt@example.org\n[crypto]\ngnupg-home = %s\nmax-plaintext = 4M\n"
                      "[limits]\nwall = 20s\nrecipients = 5\n" % self.home)

    def open(self, mails):
        names = []
        for number, mail in enumerate(mails):
            names.append("%s/m%d.eml" % (self.work, number))
            with open(names[-1], "wb") as out:
                out.write(mail if isinstance(mail, bytes) else mail.encode())
        done = subprocess.run([OPEN_ONE, self.conf, self.work + "/r", *names], capture_output=True, check=False)
        reports = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if len(reports) != len(mails):
            raise SystemExit("# open-one said: " + done.stderr.decode())
        return reports

    def part(self, mail, path):
        name = self.work + "/p.eml"
        with open(name, "wb") as out:
            out.write(mail.encode())
        return subprocess.run([OPEN_ONE, self.conf, self.work + "/r", name], env={**os.environ, "PART": path},
                              capture_output=True, check=False).stdout

    def close(self):
        for home in (self.home, self.senders):
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        shutil.rmtree(self.work, ignore_errors=True)


def make_key(home, who, *options, when=None, expire="never"):
    faked = ("--faked-system-time", when) if when else ()
    gpg(home, *faked, "--passphrase", "", "--quick-generate-key", "%s <%s@example.net>" % (who, who), "ed25519", "sign,cert", expire)
    gpg(home, *faked, "--passphrase", "", "--quick-add-key", fingerprint(home, who), "cv25519", "encr", expire, *options)


def make_keys(gateway):
    senders = gateway.senders
    for who in ("alice", "bob", "mallory", "unknown", "revoked", "stranger"):
        make_key(senders, who)
    make_key(senders, "expired", when="20200101T000000!", expire="seconds=86400")
    make_key(senders, "veteran", when="20150101T000000!")
    make_key(gateway.home, "team")
    gpg(senders, "--import", data=gpg(gateway.home, "--export", "team").stdout)
    for who in ("alice", "bob", "mallory", "revoked", "expired", "veteran"):
        gpg(gateway.home, "--import", data=gpg(senders, "--export", who).stdout)
    pins = "".join("%s@example.net %s 2026-01-01T00:00:00Z\n" % (who, fingerprint(senders, who))
                   for who in ("alice", "bob", "revoked", "expired", "veteran"))
    with open(gateway.home + "/madoguchi-pins", "w", encoding="ascii") as out:
        out.write(pins)


def revoke(gateway):
    """After its signature was made."""
    path = glob.glob("%s/openpgp-revocs.d/%s.rev" % (gateway.senders, fingerprint(gateway.senders, "revoked")))[0]
    with open(path, encoding="ascii") as text:
        gpg(gateway.home, "--import", data=text.read().replace(":-----BEGIN", "-----BEGIN").encode())


def sealed_inside(s, message, *options):
    """An encrypted message whose inside is @message, packets as they are."""
    return gpg(s, "-r", "team", "-z", "0", "--no-literal", *options, "--encrypt", data=message).stdout


def insides(s):
    """gpg gives up at what is inside; what is whole is shown, whatever its signature is worth."""
    message = gpg(s, "-u", "alice", "-z", "0", "--digest-algo", "SHA512", "--sign", data=crlf(TEXT)).stdout
    wrong = sealed_inside(s, message.replace(b"192.0.2.7", b"192.0.2.8"))
    other = gpg(s, "-r", "team", "--encrypt", data=crlf(TEXT)).stdout
    literal = gpg(s, "-z", "0", "--store", data=crlf(TEXT.replace("scans", "pays"))).stdout
    new = b"\xc4\x05\x06xxxx" + gpg(s, "-z", "0", "--store", data=crlf(TEXT)).stdout
    shown = lambda r: (r["encryption"], r["signature"]) == ("whole", "bad") and r["signer"] is None and "192.0.2.8" in r["text"] \
        and r["layers"][0]["integrity"] == "mdc" and r["undecryptable"] is None
    withheld = lambda r: r["text"] == "" and r["signature"] in ("none", "bad") and r["undecryptable"]["reason"] in ("corrupt", "error")
    spoilt = bytearray(wrong)
    spoilt[-30] ^= 1
    return [
        ("a wrong signature inside the encryption: its text is whole, and shown", head() + wrap(armor(wrong)), shown),
        ("a wrong signature inside, and the data were changed", head() + wrap(armor(bytes(spoilt))), withheld),
        ("a wrong signature inside, and a text behind it", head() + wrap(armor(wrong + literal)), withheld),
        ("a wrong signature inside, and a text before it", head() + wrap(armor(literal + wrong)), withheld),
        ("a wrong signature inside, and another message behind it", head() + wrap(armor(wrong + other)), withheld),
        ("a wrong signature, encrypted twice", head() + wrap(armor(sealed_inside(s, wrong))), withheld),
        ("a hash that gpg passes over", head() + signed(s, "alice").split("-----BEGIN PGP")[0] + armor(bytes(
            [0xc2, 19, 4, 0, 22, 12] + [0] * 15)).replace("MESSAGE", "SIGNATURE") + "\n--sig--\n", lambda r: r["signature"] == "unsupported"
         and any("hash" in x for x in r["problems"]) and "192.0.2.7" in r["text"]),
        ("a signature of RFC 9580 inside the encryption", head() + wrap(armor(sealed_inside(s, new))), lambda r: r["text"] == ""
         and r["encryption"] == "whole" and r["undecryptable"]["reason"] == "unsupported" and any("RFC 9580" in x for x in r["problems"])),
    ]


def build(gateway):
    """(name, mail, what must be true of the report)"""
    s = gateway.senders
    both = encrypt(s, TEXT, "-u", "alice", "--sign", "-r", "team")
    plain_enc = encrypt(s, TEXT, "-r", "team")
    binary = bytearray(gpg(s, "-r", "team", "--encrypt", data=crlf(TEXT)).stdout)
    binary[-30] ^= 1
    good = signed(s, "alice")
    inner = signed(s, "alice")
    hidden_subject = TEXT.replace("utf-8\n", 'utf-8; hp="cipher"\nSubject: Real subject\nFrom: Alice <alice@example.net>\n'
                                  "Message-ID: <inner@example.net>\n", 1)
    false_claim = TEXT.replace("utf-8\n", 'utf-8; hp="cipher"\nSubject: False\n', 1)
    many = ["-r", "team"] + [x for who in ("alice", "bob", "mallory", "unknown", "stranger") for x in ("-r", who)]
    bomb = gpg(s, "--compress-algo", "bzip2", "-r", "team", "--encrypt", data=b"A" * 30_000_000).stdout
    attached = ('Content-Type: multipart/mixed; boundary="in"\n\n--in\n%s\n--in\nContent-Type: application/pdf\n'
                'Content-Disposition: attachment; filename="report.pdf.exe"\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n'
                "--in--\n" % TEXT)
    summary = lambda r: (r["encryption"], r["signature"])
    reason = lambda r: (r["undecryptable"] or {}).get("reason")
    return [
        ("encrypted and signed in one", head() + wrap(both), lambda r: summary(r) == ("whole", "good")
         and r["signer"]["matches_from"] and r["layers"][0]["operation"] == "decrypt+verify"
         and r["layers"][0]["integrity"] == "mdc" and "192.0.2.7" in r["text"] and len(r["parts"]) == 0),
        ("the same with CR LF", crlf(head() + wrap(both)), lambda r: summary(r) == ("whole", "good")),
        ("encrypted only", head() + wrap(plain_enc), lambda r: summary(r) == ("whole", "none") and "192.0.2.7" in r["text"]),
        ("signed inside encrypted", head() + wrap(encrypt(s, inner, "-r", "team")), lambda r: summary(r) == ("whole", "good")
         and [layer["part"] for layer in r["layers"]] == ["1", "1.1"]),
        ("encrypted inside signed: the outer signature does not count", head() + signed(s, "alice", wrap(plain_enc)),
         lambda r: summary(r) == ("whole", "none") and r["signer"] is None and "192.0.2.7" in r["text"]),
        ("signed", head() + good, lambda r: summary(r) == ("none", "good") and r["signer"]["vouched_by"] == "pin"
         and r["layers"][0]["signatures"][0]["hash"] == "SHA512"),
        ("signed, CR LF in the file", crlf(head() + good), lambda r: summary(r) == ("none", "good")),
        ("changed after signing", head() + good.replace("192.0.2.7", "192.0.2.8"),
         lambda r: r["signature"] == "bad" and r["signer"] is None),
        ("signed by Alice, From: Bob", head(sender="Bob <bob@example.net>") + good, lambda r: r["signature"] == "good-untrusted"
         and not r["signer"]["matches_from"] and r["from"]["address"] == "bob@example.net"),
        ("the address in the name is no address", head(sender='"alice@example.net" <bob@example.net>') + good,
         lambda r: r["signature"] == "good-untrusted"),
        ("two senders", head(sender="Alice <alice@example.net>, Bob <bob@example.net>") + good,
         lambda r: r["signature"] == "good-untrusted" and not r["signer"]["matches_from"]),
        ("two From fields", "From: alice@example.net\n" + head(sender="Bob <bob@example.net>") + good,
         lambda r: r["signature"] == "good-untrusted" and r["headers"]["from_count"] == 2),
        ("no sender", head().split("\n", 1)[1] + good, lambda r: r["signature"] == "good-untrusted" and r["from"] is None),
        ("a known key that nobody vouches for", head(sender="mallory@example.net") + signed(s, "mallory"),
         lambda r: r["signature"] == "good-untrusted" and r["signer"]["matches_from"]),
        ("an unknown key", head(sender="unknown@example.net") + signed(s, "unknown"),
         lambda r: r["signature"] == "unknown-key" and r["signer"] is None),
        ("an expired key", head(sender="expired@example.net") + signed(s, "expired", TEXT, "--faked-system-time", "20200101T010000!"),
         lambda r: r["signature"] == "expired-key"),
        ("an expired signature", head() + signed(s, "alice", TEXT, "--faked-system-time", "%s!" % gateway.after,
                                                 "--default-sig-expire", "seconds=1"),
         lambda r: r["signature"] == "expired-signature"),
        ("a revoked key", head(sender="revoked@example.net") + signed(s, "revoked"), lambda r: r["signature"] == "revoked-key"),
        ("a signature from the future", head() + signed(s, "alice", TEXT, "--faked-system-time", "20380101T000000!"),
         lambda r: r["signature"] == "unsupported" and r["problems"]),
        ("a hash that was sound when the signature was made", head(sender="veteran@example.net")
         + signed(s, "veteran", TEXT, "--digest-algo", "SHA1", "--faked-system-time", "20160101T000000!"),
         lambda r: r["signature"] == "good" and r["layers"][0]["signatures"][0]["hash"] == "SHA1"),
        ("the same hash, a year later", head(sender="veteran@example.net")
         + signed(s, "veteran", TEXT, "--digest-algo", "SHA1", "--faked-system-time", "20170101T000000!"),
         lambda r: r["signature"] == "unsupported"),
        ("a weak hash", head() + signed(s, "alice", TEXT, "--digest-algo", "SHA1", "--weak-digest", "MD5"),
         lambda r: r["signature"] == "unsupported" and r["layers"][0]["signatures"][0]["hash"] == "SHA1"),
        ("a footer outside the signature", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n--o\n' + good
         + "\n--o\nContent-Type: text/plain\n\nfooter\n--o--\n", lambda r: summary(r) == ("none", "partial")
         and r["layers"][0]["covers"] == "part" and r["signer"] is None),
        ("a footer outside the encryption", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n--o\n' + wrap(both)
         + "\n--o\nContent-Type: text/plain\n\nfooter\n--o--\n", lambda r: summary(r) == ("partial", "partial")
         and "footer" not in r["text"] and "192.0.2.7" in r["text"] and len(r["parts"]) == 1),
        ("plain text before an encrypted part is never joined with it", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n'
         "--o\nContent-Type: text/html\n\n<img src='http://evil.example/?\n--o\n" + wrap(plain_enc) + "\n--o--\n",
         lambda r: "192.0.2.7" not in r["text"] or "evil" not in r["text"]),
        ("not for us", head() + wrap(encrypt(s, TEXT, "-r", "stranger")), lambda r: reason(r) == "no-secret-key"
         and len(r["undecryptable"]["encrypted_to"]) == 1 and r["encryption"] == "whole" and r["text"] == ""),
        ("a hidden recipient", head() + wrap(encrypt(s, TEXT, "-R", "team")),
         lambda r: summary(r) == ("whole", "none") and r["layers"][0]["encrypted_to"] == ["0" * 16]),
        ("hidden recipients, none of them ours", head() + wrap(encrypt(s, TEXT, "-R", "stranger", "-R", "bob")),
         lambda r: reason(r) == "no-secret-key"),
        ("more recipients than we try", head() + wrap(encrypt(s, TEXT, *many)), lambda r: reason(r) == "limit"),
        ("changed ciphertext", head() + wrap(armor(bytes(binary))), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("ciphertext cut short", head() + wrap(armor(bytes(binary[:-60]))), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("no integrity protection", head() + wrap(without_integrity(s, gateway.home, TEXT)),
         lambda r: reason(r) == "no-integrity" and r["layers"][0]["integrity"] == "none" and "192.0.2.7" not in json.dumps(r)),
        ("encrypted with a passphrase", head() + wrap(gpg(s, "--pinentry-mode", "loopback", "--passphrase", "x", "--armor", "-c",
                                                          data=crlf(TEXT)).stdout.decode()),
         lambda r: reason(r) == "unsupported"),
        ("not encrypted at all, but called so", head() + wrap(gpg(s, "-u", "alice", "--armor", "--sign", data=crlf(TEXT)).stdout.decode()),
         lambda r: reason(r) == "corrupt" and r["encryption"] == "none" and r["signature"] == "none"),
        ("junk called encrypted", head() + wrap("hello\n"), lambda r: reason(r) == "corrupt" and r["encryption"] == "none"),
        ("two messages in a row", head() + wrap(plain_enc + plain_enc), lambda r: reason(r) is not None and r["text"] == ""),
        ("plaintext over the cap", head() + wrap(armor(bomb)), lambda r: reason(r) == "limit" and r["text"] == ""),
        ("an encrypted part with no parts", "From: a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; "
         'protocol="application/pgp-encrypted"; boundary=b\n\n--b--\n', lambda r: reason(r) == "corrupt"),
        ("an encrypted part with one part", "From: a@b\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; "
         "boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n", lambda r: reason(r) == "corrupt"),
        ("an empty ciphertext", head() + wrap(""), lambda r: reason(r) == "corrupt"),
        ("protected header fields", head("[...]") + wrap(encrypt(s, hidden_subject, "-u", "alice", "--sign", "-r", "team")),
         lambda r: (r["subject"], r["subject_source"], r["outer_subject"]) == ("Real subject", "protected", "[...]")
         and r["message_id"] == "<inner@example.net>" and r["signature"] == "good"),
        ("a false claim of encryption", head("Outer") + signed(s, "alice", false_claim),
         lambda r: r["subject"] == "Outer" and r["subject_source"] == "outer"),
        ("what Exchange makes of it", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/plain\n\n\n'
         "--o\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--o\nContent-Type: application/octet-stream; name=encrypted.asc\n\n"
         + both + "\n--o--\n", lambda r: r["layers"][0]["form"] == "mangled" and summary(r) == ("whole", "good")),
        ("attachments inside encryption", head() + wrap(encrypt(s, attached, "-u", "alice", "--sign", "-r", "team")),
         lambda r: [(p["path"], p["filename"], p["size"], p["decrypted"], p["signed"], p["flags"]) for p in r["parts"]]
         == [("1.1.2", "report.pdf.exe", 5, True, True, ["executable", "double-extension", "type-mismatch"])]),
        ("a forwarded encrypted mail is an attachment, opened as a part", head() + "Content-Type: message/rfc822\n\n" + head("Inner") + wrap(both),
         lambda r: summary(r) == ("partial", "partial") and r["signer"] is None and r["report"]["kind"] == "forwarded-mail" and r["text"] == ""
         and [(layer["part"], layer["covers"]) for layer in r["layers"]] == [("1.1", "part")]
         and [(p["path"], p["decrypted"]) for p in r["parts"]] == [("1", False), ("1.1.1", True)]),
        ("a forwarded signed mail is an attachment", head() + "Content-Type: message/rfc822\n\n" + head("Inner") + good,
         lambda r: summary(r) == ("none", "none") and not r["layers"] and r["report"]["kind"] == "forwarded-mail"
         and [(x["format"], x["part"], x["signed"], x["evidence"], x["title"]) for x in r["report"]["records"]] == [("mail", "1", False, True, "Inner")]),
        ("a mail forwarded by a signed and encrypted one", head() + wrap(encrypt(s, 'Content-Type: multipart/mixed; boundary="f"\n\n--f\nContent-Type: text/plain\n\n'
         "Look.\n--f\nContent-Type: message/rfc822\n\n" + head("Inner") + TEXT + "\n--f--\n", "-u", "alice", "--sign", "-r", "team")),
         lambda r: summary(r) == ("whole", "good")
         and [(x["part"], x["signed"], x["evidence"], x["title"]) for x in r["report"]["records"]] == [("1.1.2", True, True, "Inner")]),
        ("a forwarded mail for somebody else, with a word about it", head() + 'Content-Type: multipart/mixed; boundary="f"\n\n--f\nContent-Type: text/plain\n\n'
         "Look.\n--f\nContent-Type: message/rfc822\n\n" + head("Inner") + wrap(encrypt(s, TEXT, "-r", "stranger")) + "\n--f--\n",
         lambda r: r["undecryptable"] is None and r["text"].strip() == "Look." and r["encryption"] == "none" and r["problems"]),
        ("an encrypted file that was changed", head() + 'Content-Type: application/octet-stream; name="a.pdf.gpg"\n'
         "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes(binary)).decode(), lambda r: reason(r) == "corrupt"
         and r["encryption"] == "whole"),
        ("a delivery report names what it returns", "From: <>\nSubject: Undelivered\nAuto-Submitted: auto-replied (x)\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=d\n\n--d\n\nfailed\n--d\n"
         "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n--d\nContent-Type: text/rfc822-headers\n\n"
         "Message-ID: <ours@example.org>\n--d--\n", lambda r: r["report"]["kind"] == "dsn"
         and r["headers"]["reported_ids"] == ["<ours@example.org>"] and r["headers"]["auto_submitted"] == "auto-replied"),
        ("signs of automatic mail", "From: a@b\nAuto-Submitted: Auto-Generated; x\nPrecedence: Bulk\nList-Id: <x>\n"
         "X-Auto-Response-Suppress: DR, OOF\nReply-To: c@d\n\nx\n", lambda r: r["report"]["kind"] == "auto-reply"
         and (r["headers"]["auto_submitted"], r["headers"]["precedence"], r["headers"]["is_list"],
              r["headers"]["suppress_auto_response"], r["headers"]["reply_to"]) == ("auto-generated", "bulk", True, True, "c@d")),
        ("no mail at all", "just words\n", lambda r: r.get("code") == "perm"),
    ]


def test_bombs(gateway):
    empty = b"From: a@b\nSubject: bomb\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 1_000_000
    deep = b"From: a@b\nSubject: deep\n" + b"".join(b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (i, i) for i in range(200))
    forwards = b"From: a@b\nSubject: fwd\n" + b"Content-Type: message/rfc822\n\n" * 200 + b"\nend\n"
    header = b"From: a@b\nSubject: long\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: " + b"y" * 5_000_000 + b"\n\n--b--\n"
    top = b"From: a@b\nSubject: top\nX: " + b"y" * 5_000_000 + b"\n\nbody\n"
    for name, report in zip(("a million empty parts", "200 levels", "200 forwards", "a huge header", "a huge top header"),
                            gateway.open([empty, deep, forwards, header, top])):
        ok("%s: a limit, and still who and what" % name, (report.get("undecryptable") or {}).get("reason") == "limit"
           and report["from"]["address"] == "a@b" and report["subject"], report)


def test_jail(gateway):
    """A reader that needs more memory or time than it may have is ended, and says whose mail it was."""
    with open(gateway.conf, encoding="ascii") as text:
        conf = text.read()
    head, line = b"From: a@b\nSubject: big\n", b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\n"
    large = head + b"Content-Transfer-Encoding: base64\nContent-Type: application/octet-stream\n\n" + line * 1_000_000
    deep = head + b"Content-Type: message/rfc822\n\n" * 98 + b"Subject: in\n\n" + line * 700_000
    for mail, name, limit in ((large, "memory", "memory = 104M\n"), (deep, "processor time", "cpu = 1s\nmemory = 16G\n")):
        with open(gateway.conf, "w", encoding="ascii") as out:
            out.write(conf + limit)
        report = gateway.open([mail])[0]
        ok("too little %s: a limit, and still who and what" % name, (report.get("undecryptable") or {}).get("reason") == "limit"
           and report["from"]["address"] == "a@b" and report["subject"] == "big" and report["problems"], report)
    with open(gateway.conf, "w", encoding="ascii") as out:
        out.write(conf)


def test_agent(gateway):
    """Without its agent nothing is said about a mail."""
    mail = head() + wrap(encrypt(gateway.senders, TEXT, "-r", "team"))
    with open(gateway.work + "/a.eml", "w", encoding="ascii") as out:
        out.write(mail)
    with open(gateway.conf, encoding="ascii") as text:
        conf = text.read()
    with open(gateway.conf, "w", encoding="ascii") as out:
        out.write(conf.replace("max-plaintext", "decrypt-agent = %s/nobody\nmax-plaintext" % gateway.work))
    done = subprocess.run([OPEN_ONE, gateway.conf, gateway.work + "/r", gateway.work + "/a.eml"], capture_output=True, check=False)
    words = done.stdout.decode() + done.stderr.decode()
    ok("no agent: try again later", '"code": "temp"' in words or done.returncode == 75, words)
    with open(gateway.conf, "w", encoding="ascii") as out:
        out.write(conf)
    ok("with it: opened", gateway.open([mail])[0]["encryption"] == "whole")


def main():
    if not os.path.exists(OPEN_ONE):
        print("1..0 # SKIP %s was not built" % OPEN_ONE)
        return 0
    gateway = Gateway(tempfile.mkdtemp(prefix="o", dir="/tmp"))
    try:
        make_keys(gateway)
        gateway.after = subprocess.run(["date", "-u", "+%Y%m%dT%H%M%S"], capture_output=True, check=True).stdout.decode().strip()
        cases = build(gateway) + insides(gateway.senders)
        revoke(gateway)
        for (name, _, test), report in zip(cases, gateway.open([mail for _, mail, _ in cases])):
            try:
                good = test(report)
            except (KeyError, IndexError, TypeError) as problem:
                good, report = False, "%r in %s" % (problem, report)
            ok(name, good, json.dumps(report, ensure_ascii=False))
        attachment = next(mail for name, mail, _ in cases if name == "attachments inside encryption")
        ok("a part by its path, decoded", gateway.part(attachment, "1.1.2") == b"Hello", gateway.part(attachment, "1.1.2"))
        forwarded = next(mail for name, mail, _ in cases if name.startswith("a forwarded encrypted mail"))
        ok("what was encrypted in a forwarded mail, by its path", gateway.part(forwarded, "1.1.1").startswith(b"The host 192.0.2.7"),
           gateway.part(forwarded, "1.1.1"))
        ok("no such part", b'"code": "no"' in gateway.part(attachment, "1.9"))
        test_bombs(gateway)
        test_agent(gateway)
        with open(OPEN_ONE, "rb") as program:
            is_sanitized = b"__asan_init" in program.read()
        if not is_sanitized: # its address space cannot be limited
            test_jail(gateway)
    finally:
        gateway.close()
    print("1..%d" % len(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
