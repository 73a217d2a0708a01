#!/usr/bin/env python3
"""Revoked S/MIME certificates: lists that the administrator keeps, whole chains, lists that are too old or broken; and what
`madoguchi doctor` says of authorities and lists. Nothing is fetched."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
smime = __import__("smime")  # the script beside this one: certificates, messages, the gateway
ok, run, head, detached, TEXT = smime.ok, smime.run, smime.head, smime.detached, smime.TEXT
CLI = os.path.join(smime.BUILD, "madoguchi")
EARLIER, LATER, LONG_AGO = "261001000000Z", "361001000000Z", "261002000000Z"
results = smime.results


class Lists:
    """The directory of lists, and the authorities that make them."""
    def __init__(self, gateway):
        self.make, self.directory = gateway.make, gateway.work + "/crls"
        os.mkdir(self.directory)

    def issue(self, authority, serials=(), name=None, until=LATER, form="PEM"):
        base = "%s/%s-crl" % (self.make.directory, authority)
        with open(base + ".index", "w", encoding="ascii") as out:
            for serial in serials:
                number = "%X" % serial
                out.write("R\t%s\t%s\t%s\tunknown\t/CN=somebody\n" % (LATER, EARLIER, number if len(number) % 2 == 0 else "0" + number))
        with open(base + ".number", "w", encoding="ascii") as out:
            out.write("01\n")
        with open(base + ".conf", "w", encoding="ascii") as out:
            out.write("[ca]\ndefault_ca=a\n[a]\ndatabase=%s.index\ncrlnumber=%s.number\ndefault_md=sha256\n" % (base, base))
        run("openssl", "ca", "-gencrl", "-config", base + ".conf", "-cert", self.make.path(authority, "pem"), "-keyfile",
            self.make.path(authority, "key"), "-crl_lastupdate", EARLIER, "-crl_nextupdate", until, "-out", base + ".pem")
        run("openssl", "crl", "-in", base + ".pem", "-outform", form, "-out", base + ".out")
        os.replace(base + ".out", "%s/%s" % (self.directory, name or authority + ".crl"))

    def clear(self):
        for name in os.listdir(self.directory):
            os.unlink(os.path.join(self.directory, name))


def serial_of(make, name):
    return int(run("openssl", "x509", "-in", make.path(name, "pem"), "-noout", "-serial").decode().strip().split("=")[1], 16)


def make_intermediate(make):
    """A certificate authority below "ca", and Carol, whom it vouches for."""
    with open(make.path("mid", "ext"), "w", encoding="ascii") as out:
        out.write("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", make.path("mid", "key"), "-out", make.path("mid", "csr"), "-subj", "/CN=mid")
    run("openssl", "x509", "-req", "-in", make.path("mid", "csr"), "-CA", make.path("ca", "pem"), "-CAkey", make.path("ca", "key"),
        "-set_serial", 0x80FF, "-days", "365", "-extfile", make.path("mid", "ext"), "-out", make.path("mid", "pem"))
    make.certificate("carol", "carol@example.net", authority="mid")
    with open(make.path("chain", "pem"), "w", encoding="ascii") as out:
        for name in ("mid", "ca"):
            with open(make.path(name, "pem"), encoding="ascii") as part:
                out.write(part.read())


def configure(gateway, crls=True, trust=None):
    gateway.configure(trust or "%s\n" % gateway.make.fingerprint("ca"))
    if crls:
        with open(gateway.conf, encoding="ascii") as conf:
            text = conf.read()
        with open(gateway.conf, "w", encoding="ascii") as conf:
            conf.write(text.replace("[crypto]\n", "[crypto]\nsmime-crls = %s/crls\n" % gateway.work))


def test_lists(gateway, lists):
    m = gateway.make
    mails = {"alice": head() + detached(m.sign("alice", TEXT.rstrip("\n"))),
             "bob": head("bob@example.net") + detached(m.sign("bob", TEXT.rstrip("\n"))),
             "carol": head("carol@example.net") + detached(m.sign("carol", TEXT.rstrip("\n"), authority="chain")),
             "other": head() + detached(m.sign("outsider", TEXT.rstrip("\n"), authority="other"))}
    alice = serial_of(m, "alice")

    def see(*who):
        reports = gateway.open([mails[name] for name in who])
        return [r["signature"] for r in reports], [(r["signer"] or {}).get("vouched_by") for r in reports], reports

    def claim(name, who, signatures, vouched=None, words=None):
        got = see(*who)
        good = got[0] == signatures and (vouched is None or got[1] == vouched) and (
            words is None or any(words in p for p in got[2][0]["problems"]))
        ok(name, good, got)

    configure(gateway, crls=False)
    lists.issue("ca", [alice])
    claim("without the setting nothing is looked up", ["alice", "carol"], ["good", "good"], ["smime-chain"] * 2)
    configure(gateway)
    claim("a certificate on the list is revoked, others are not", ["alice", "bob", "carol"], ["revoked-key", "good", "good"],
          [None, "smime-chain", "smime-chain"], "was revoked")
    lists.issue("ca", [], form="DER")
    claim("a list in DER that names nobody", ["alice", "bob", "carol"], ["good"] * 3)
    lists.issue("ca", [0x80FF])
    claim("an authority in between is revoked, and with it all below", ["carol", "alice"], ["revoked-key", "good"])
    lists.issue("ca", [])
    lists.issue("mid", [serial_of(m, "carol")], name="mid.pem")
    claim("the authority in between keeps a list of its own", ["carol", "alice"], ["revoked-key", "good"])
    lists.clear()
    lists.issue("other", [alice], name="other.crl")
    claim("the same number on another authority's list", ["alice", "other"], ["good", "good-untrusted"])
    lists.issue("other", [serial_of(m, "outsider")])
    claim("a revoked certificate of an authority that nobody trusts", ["other"], ["revoked-key"])
    lists.issue("ca", [], until=LONG_AGO)
    claim("a list that is too old leaves nobody vouched for", ["alice", "bob"], ["good-untrusted"] * 2, [None] * 2, "too old")
    lists.issue("ca", [alice], until=LONG_AGO)
    claim("but who stands on it stays revoked", ["alice"], ["revoked-key"])
    lists.clear()
    claim("an empty directory", ["alice"], ["good"])
    with open(lists.directory + "/junk.crl", "w", encoding="ascii") as out:
        out.write("junk")
    ok("a file that is no list is named", gateway.open([mails["alice"]], check=False) == [] and "junk.crl: no whole list" in gateway.errors,
       gateway.errors)
    lists.clear()
    shutil.copy(m.path("ca", "pem"), lists.directory + "/cert.pem")
    ok("and one with something else in it", gateway.open([mails["alice"]], check=False) == [] and "cert.pem: no whole list" in gateway.errors,
       gateway.errors)
    lists.clear()
    os.rmdir(lists.directory)
    ok("a directory that is not there is named", gateway.open([mails["alice"]], check=False) == [] and "no directory" in gateway.errors,
       gateway.errors)
    os.mkdir(lists.directory)


def test_distrusted(gateway):
    """What the team distrusts, no chain vouches for."""
    m = gateway.make
    configure(gateway, crls=False)
    mails = [head() + detached(m.sign("alice", TEXT.rstrip("\n"))), head("bob@example.net") + detached(m.sign("bob", TEXT.rstrip("\n")))]
    fingerprint = m.fingerprint("alice").replace(":", "")
    for word, wanted in (("distrust", ["good-untrusted", "good"]), ("undistrust", ["good", "good"])):
        done = subprocess.run([CLI, "keys", "-c", gateway.conf, word, fingerprint], capture_output=True, check=False)
        got = [r["signature"] for r in gateway.open(mails)]
        ok("keys %s of a certificate" % word, done.returncode == 0 and got == wanted, (got, done.stderr))


# --- doctor --------------------------------------------------------------------------------------------------

def doctor(gateway):
    done = subprocess.run([CLI, "doctor", "--json", "-c", gateway.conf], capture_output=True, check=False)
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return {(row["name"], row["status"]): row["detail"] for row in rows if row["name"].startswith("smime")}


def test_doctor(gateway, lists):
    m = gateway.make
    lists.clear()
    configure(gateway, crls=False)
    run("gpgsm", "--homedir", gateway.home, "--batch", "--import", m.path("ca", "pem"))

    def claim(name, kind, status, words):
        got = doctor(gateway)
        ok("doctor: " + name, words in got.get((kind, status), ""), got)

    claim("an authority that is known", "smime-trust", "ok", "1 authority")
    claim("no lists", "smime-crls", "ok", "not checked")
    configure(gateway, crls=False, trust="%s\n%s\n" % (m.fingerprint("ca"), m.fingerprint("other")))
    claim("one whose certificate is missing", "smime-trust", "warn", m.fingerprint("other").replace(":", ""))
    run("openssl", "req", "-x509", "-key", m.path("ca", "key"), "-out", m.path("old", "pem"), "-subj", "/CN=old authority", "-days", "3650",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-set_serial", "9")
    run("openssl", "x509", "-in", m.path("old", "pem"), "-signkey", m.path("ca", "key"), "-days", "-1", "-out", m.path("gone", "pem"))
    run("gpgsm", "--homedir", gateway.home, "--batch", "--import", m.path("gone", "pem"))
    configure(gateway, crls=False, trust="%s\n" % m.fingerprint("gone"))
    claim("one that has expired", "smime-trust", "fail", "has expired")
    configure(gateway, crls=False, trust="junk\n")
    claim("a line that is none", "smime-trust", "fail", "trust:1: no SHA-1")
    configure(gateway, crls=False)
    os.unlink(gateway.work + "/trust")
    claim("no such file", "smime-trust", "fail", "/trust")
    configure(gateway)
    lists.issue("ca", [])
    claim("lists that are fresh", "smime-crls", "ok", "1 list")
    lists.issue("other", [], until=LONG_AGO)
    claim("one that is too old", "smime-crls", "fail", "1 of 2")
    with open(lists.directory + "/junk.crl", "w", encoding="ascii") as out:
        out.write("junk")
    claim("one that is none", "smime-crls", "fail", "junk.crl")
    with open(gateway.conf, "w", encoding="ascii") as out:
        out.write("[team]\nname = T\naddress = csirt@example.org\n[crypto]\ngnupg-home = %s\n" % gateway.home)
    claim("S/MIME that nobody set up", "smime-trust", "ok", "no authority")
    path = os.environ["PATH"]
    tools = gateway.work + "/tools"
    os.mkdir(tools)
    for name in ("gpg", "gpgconf", "gpg-agent"):
        os.symlink(shutil.which(name), os.path.join(tools, name))
    os.environ["PATH"] = tools
    claim("no gpgsm", "smime", "warn", "not installed")
    os.environ["PATH"] = path
    claim("gpgsm", "smime", "ok", "gpgsm")


def main():
    for program in ("openssl", "gpgsm"):
        if shutil.which(program) is None:
            print("1..0 # SKIP %s is not installed" % program)
            return 0
    if not os.path.exists(smime.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % smime.OPEN_ONE)
        return 0
    gateway = smime.Gateway(tempfile.mkdtemp(prefix="m", dir="/tmp"))
    try:
        make = gateway.make
        for who in ("alice", "bob"):
            make.certificate(who, "%s@example.net" % who)
        make.certificate("outsider", "alice@example.net", authority="other")
        make_intermediate(make)
        lists = Lists(gateway)
        test_lists(gateway, lists)
        test_distrusted(gateway)
        test_doctor(gateway, lists)
    finally:
        gateway.close()
    print("1..%d" % len(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
