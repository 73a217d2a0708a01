#!/usr/bin/env python3
"""Forged S/MIME: signatures that bring another text, signers that are hidden, certificates that are for something or somebody
else. Each with the honest message that it imitates."""
import base64
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import madospoof as m

smime = __import__("smime") # the script beside this one: certificates, messages, the gateway
der, der_children, der_read, head, opaque, run = smime.der, smime.der_children, smime.der_read, smime.head, smime.opaque, smime.run
FORGED, PLAIN, TEXT, WORDS, UNSIGNED = m.FORGED, m.PLAIN, m.TEXT, m.WORDS, m.UNSIGNED
EVIL = PLAIN + "\n" + FORGED
NOT_GOOD = m.NOT_GOOD | {"expired-key", "revoked-key"}
DATA = der(6, bytes.fromhex("2a864886f70d010701"))


def detached(signature, part=TEXT):
    return smime.detached(signature, part)


def signed(make, who="alice", part=TEXT, *options, **more):
    """multipart/signed around @part."""
    return detached(make.sign(who, part.rstrip("\n"), *options, **more), part)


def opaque_signed(make, who="alice", part=TEXT, *options, **more):
    return opaque(make.sign(who, part, "-nodetach", *options, **more), "signed-data")


# --- encodings that openssl does not write -----------------------------------------------------------------

def long_form(tag, body, octets=5):
    return bytes([tag, 0x80 | octets]) + len(body).to_bytes(octets, "big") + body


def endless(tag, body):
    return bytes([tag, 0x80]) + body + b"\0\0"


def with_content(data, change):
    """@data with its EncapsulatedContentInfo written by @change (its type, its [0] element), as bytes."""
    kind, wrapped = der_children(der_read(data)[1])
    fields = der_children(der_children(wrapped[1])[0][1])
    written = [change(*der_children(body)) if number == 2 else der(tag, body) for number, (tag, body) in enumerate(fields)]
    return der(0x30, der(*kind), der(0xA0, der(0x30, *written)))


def with_signers(data, change):
    return smime.change_inner(data, lambda fields: fields[:-1] + [(0x31, change(der_children(fields[-1][1])))])


def bare(data):
    """(the signed attributes as a set, the SignerInfo without them)"""
    info = der_children(der_children(der_read(data)[1])[1][1])[0][1]
    signer = der_children(der_children(info)[-1][1])[0][1]
    fields = der_children(signer)
    return der(0x31, next(body for tag, body in fields if tag == 0xA0)), der(0x30, *[der(*field) for field in fields if field[0] != 0xA0])


# --- structure ---------------------------------------------------------------------------------------------

def texts(suite, make):
    """Which text it is that was signed."""
    whole, loose = make.sign("alice", TEXT, "-nodetach"), make.sign("alice", TEXT.rstrip("\n"))
    suite.twin = head() + detached(loose)
    add = lambda name, mail, allowed=UNSIGNED, **more: suite.add("S/MIME, " + name, mail, allowed, **more)
    variants = [("as usual", lambda kind, content: der(0x30, der(*kind), der(*content))), ("with a long length", lambda kind, content: der(0x30, der(*kind), long_form(*content))),
                ("with an eight-octet length", lambda kind, content: der(0x30, der(*kind), long_form(*content, octets=8))), ("of indefinite length", lambda kind, content: endless(0x30, der(*kind) + endless(*content))),
                ("behind a NULL", lambda kind, content: der(0x30, der(*kind), b"\5\0", der(*content))), ("under another tag", lambda kind, content: der(0x30, der(*kind), der(0xA1, content[1]))),
                ("in one primitive", lambda kind, content: der(0x30, der(*kind), der(0x80, content[1]))), ("in pieces", lambda kind, content: der(0x30, der(*kind), der(0xA0, der(0x24, content[1])))),
                ("with a long type", lambda kind, content: der(0x30, long_form(*kind), der(*content))), ("in a long sequence", lambda kind, content: long_form(0x30, der(*kind) + der(*content))),
                ("that is empty", lambda kind, content: der(0x30, der(*kind), der(0xA0, der(4)))), ("of another type", lambda kind, content: der(0x30, der(6, bytes.fromhex("2a864886f70d010902")), der(*content)))]
    for name, change in variants:
        add("a detached signature that brings its text along %s" % name, head() + detached(with_content(whole, change), EVIL))
    kind, wrapped = der_children(der_read(whole)[1])
    for name, data in [("all", long_form(0x30, der(*kind) + der(*wrapped))), ("the content", der(0x30, der(*kind), long_form(*wrapped))), ("the signed data", der(0x30, der(*kind), der(0xA0, long_form(*der_children(wrapped[1])[0]))))]:
        add("a detached signature that brings its text along, %s in long form" % name, head() + detached(data, EVIL))
    for name, part in [("changed", EVIL), ("with another charset", TEXT.replace("utf-8", "utf-7")), ("with a header more", "Content-Disposition: inline\n" + TEXT), ("with a line more", TEXT + FORGED)]:
        add("a text " + name, head() + detached(loose, part))
    add("an opaque text that was changed", head() + opaque(whole.replace(b"192.0.2.7", b"192.0.2.8"), "signed-data"))
    add("a detached signature as an opaque message", head() + opaque(loose, "signed-data"))
    add("three parts", head() + detached(loose).replace("--sig--", "--sig\n" + EVIL + "--sig--"))
    add("its protocol with an OpenPGP part", head() + detached(loose).replace("Content-Type: application/pkcs7-signature", "Content-Type: application/pgp-signature"))
    for where, before, after in (("before", EVIL, ""), ("behind", "", EVIL)):
        for name, part in (("detached", detached(loose)), ("opaque", opaque(whole, "signed-data"))):
            for around in ("mixed", "related", "alternative"):
                entities = [one for one in (before, part, after) if one]
                add("%s signature in %s, a text %s" % (name, around, where), head() + m.parts(*entities, kind=around))
    add("a forward", head() + "Content-Type: message/rfc822\n\n" + head() + detached(loose), {"none"})
    add("a file", head() + m.parts(EVIL, opaque(whole, "signed-data", name="x.p7m").replace("\n", "\nContent-Disposition: attachment\n", 1)))
    confused(suite, make)
    signers(suite, make)


def confused(suite, make):
    """The attributes of one signature as the text of another: the mathematics come out right."""
    for _ in range(50):
        loose = make.sign("alice", TEXT.rstrip("\n"))
        attributes, signer = bare(loose)
        if b"\n" not in attributes and b"\r" not in attributes:
            break
    forged = with_signers(loose, lambda signers: signer)
    mail = (m.crlf(head() + 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="sig"\n\n--sig\n') + attributes
            + m.crlf("\n--sig\nContent-Type: application/pkcs7-signature\nContent-Transfer-Encoding: base64\n\n%s\n--sig--\n" % base64.encodebytes(forged).decode()))
    twin = head() + signed(make, "alice", TEXT, "-noattr")
    suite.add("S/MIME, attributes as the text of a detached signature", mail, UNSIGNED, twin=twin)
    inside = with_content(forged, lambda kind, *content: der(0x30, DATA, der(0xA0, der(4, attributes))))
    suite.add("S/MIME, attributes as the text of an opaque one", head() + opaque(inside, "signed-data"), UNSIGNED, twin=head() + opaque_signed(make, "alice", TEXT, "-noattr"))


def signers(suite, make):
    whole = make.sign("alice", TEXT, "-nodetach")
    two = make.sign("alice", TEXT, "-nodetach", others=["mallory"])
    spoil = lambda one: (one[0], smime.spoil(one[1], -5))
    twin = head() + opaque(two, "signed-data")
    for name, change in [("none", lambda each: b""), ("the first one wrong", lambda each: der(*spoil(each[0])) + der(*each[1])), ("the second one wrong", lambda each: der(*each[0]) + der(*spoil(each[1]))),
                         ("the second one wrong, in long form", lambda each: der(*each[0]) + long_form(*spoil(each[1]))), ("the first one wrong, in long form", lambda each: long_form(*spoil(each[0])) + der(*each[1])),
                         ("the second one wrong, of indefinite length", lambda each: der(*each[0]) + endless(*spoil(each[1]))), ("both wrong", lambda each: der(*spoil(each[0])) + der(*spoil(each[1]))),
                         ("twenty of them", lambda each: der(*each[1]) * 20 + der(*each[0])), ("junk behind them", lambda each: der(*each[0]) + b"\x30\x03\2\1\1")]:
        suite.add("S/MIME, two signers: " + name, head() + opaque(with_signers(two, change), "signed-data"), NOT_GOOD if "twenty" not in name else NOT_GOOD | {"good"}, twin=twin)
    mixed = with_signers(whole, lambda each: der(*der_children(der_children(der_children(der_children(der_read(make.sign("mallory", EVIL, "-nodetach"))[1])[1][1])[0][1])[-1][1])[0]) + der(*each[0]))
    suite.add("S/MIME, a signer of another text beside Alice", head() + opaque(mixed, "signed-data"), NOT_GOOD | {"good"}, twin=twin) # hers is sound


# --- certificates ------------------------------------------------------------------------------------------

def certificate(make, name, extensions, authority="ca", days="365", subject=None, serial=None):
    make.serial += 1
    with open(make.path(name, "ext"), "w", encoding="utf-8") as out:
        out.write(extensions)
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-utf8", "-keyout", make.path(name, "key"), "-out", make.path(name, "csr"), "-subj", subject or "/C=JP/O=Example/CN=%s" % name)
    run("openssl", "x509", "-req", "-in", make.path(name, "csr"), "-CA", make.path(authority, "pem"), "-CAkey", make.path(authority, "key"), "-set_serial", serial or make.serial, "-days", days,
        "-extfile", make.path(name, "ext"), "-out", make.path(name, "pem"))


LEAF = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
MAIL = LEAF + "extendedKeyUsage=emailProtection\nsubjectAltName=email:%s\n"
AUTHORITY = "basicConstraints=critical,CA:TRUE%s\nkeyUsage=keyCertSign\n"


def make_certificates(make):
    alice = "alice@example.net"
    san = lambda tag, value: LEAF + "subjectAltName=DER:" + der(0x30, der(tag, value)).hex() + "\n"
    for name, extensions, authority in [
        ("alice", MAIL % alice, "ca"), ("mallory", MAIL % "mallory@example.net", "ca"), ("two", MAIL % "mallory@example.net,email:alice@example.net", "ca"), ("outsider", MAIL % alice, "other"),
        ("noname", LEAF, "ca"), ("encryption", "basicConstraints=CA:FALSE\nkeyUsage=keyEncipherment\nsubjectAltName=email:%s\n" % alice, "ca"), ("crlsign", "basicConstraints=CA:FALSE\nkeyUsage=cRLSign\nsubjectAltName=email:%s\n" % alice, "ca"),
        ("critical", LEAF + "subjectAltName=email:%s\n1.2.3.4.5=critical,DER:0500\n" % alice, "ca"), ("sub", AUTHORITY % ",pathlen:0", "ca"), ("subsub", AUTHORITY % "", "sub"), ("below", MAIL % alice, "subsub"),
        ("leaf", MAIL % alice, "mallory"), ("limited", AUTHORITY % "" + "nameConstraints=critical,permitted;email:evil.example\n", "ca"), ("beyond", MAIL % alice, "limited"), ("nota", "keyUsage=keyCertSign\n", "ca"), ("under", MAIL % alice, "nota"),
        ("domain", LEAF + "subjectAltName=DNS:alice@example.net\n", "ca"), ("uri", LEAF + "subjectAltName=URI:mailto:alice@example.net\n", "ca"), ("nul", san(0x81, b"alice@example.net\0.evil.example"), "ca"),
        ("bracket", san(0x81, b"alice@example.net><x@evil.example"), "ca"), ("blank", san(0x81, b"alice@example.net mallory@example.net"), "ca"), ("utf8", san(0x81, "\u0430lice@example.net".encode()), "ca"),
        ("stub", MAIL % "alice@example.net.evil.example", "ca")]:
        certificate(make, name, extensions, authority)
    certificate(make, "subject", LEAF, subject="/C=JP/O=Example/CN=<alice@example.net>")
    certificate(make, "common", LEAF, subject="/CN=alice@example.net")
    certificate(make, "painted", LEAF, subject="/O=GOOD signature of the sender/CN=\x1b[32malice@example.net")
    certificate(make, "expired", MAIL % alice, days="-1")
    certificate(make, "twin", MAIL % "mallory@example.net", serial=4711)
    certificate(make, "twin2", MAIL % alice, "other", serial=4711)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", make.path("self", "key"), "-out", make.path("self", "pem"), "-subj", "/CN=ca authority", "-days", "365",
        "-addext", "keyUsage=digitalSignature", "-addext", "subjectAltName=email:alice@example.net")


def certificates(suite, make):
    with open(make.path("bundle", "pem"), "wb") as out:
        for name in ("ca", "sub", "subsub", "mallory", "limited", "nota", "other"):
            with open(make.path(name, "pem"), "rb") as one:
                out.write(one.read())
    twin = suite.twin = head() + signed(make)
    by = lambda who, *options: signed(make, who, TEXT, *options, authority="ca" if who == "mallory" else "bundle")
    for name, who, allowed in [
        ("of another authority", "outsider", {"good-untrusted"}), ("without an address", "noname", {"good-untrusted"}), ("for encryption alone", "encryption", {"unsupported"}), ("for revocation lists", "crlsign", {"unsupported"}),
        ("with a critical extension that nobody knows", "critical", {"good-untrusted", "unsupported"}), ("below an authority that may have none below", "below", {"good-untrusted", "bad", "unsupported"}),
        ("by Mallory's own certificate", "leaf", {"good-untrusted", "bad", "unsupported"}), ("of an authority for other names", "beyond", {"good-untrusted", "bad", "unsupported"}),
        ("of an authority that does not call itself one", "under", {"good-untrusted", "bad", "unsupported"}), ("that she made herself, in the name of the authority", "self", {"good-untrusted", "bad", "unsupported"}),
        ("that has expired", "expired", {"expired-key"}), ("for a domain of her name", "domain", {"good-untrusted"}), ("for an address of the web", "uri", {"good-untrusted"}), ("with a NUL in the address", "nul", {"good-untrusted", "bad"}),
        ("with brackets in the address", "bracket", {"good-untrusted"}), ("with two addresses in one", "blank", {"good-untrusted"}), ("with a Cyrillic letter", "utf8", {"good-untrusted"}), ("with a longer domain", "stub", {"good-untrusted"}),
        ("with her address in brackets as the subject", "subject", {"good-untrusted"}), ("with her address as the subject", "common", {"good-untrusted"}), ("with a painted subject", "painted", {"good-untrusted"}),
        ("of Mallory", "mallory", {"good-untrusted"}), ("of Mallory with the number of Alice's", "twin", {"good-untrusted"}), ("with the number of Mallory's, of another authority", "twin2", {"good-untrusted"})]:
        suite.add("S/MIME, a certificate " + name, head() + by(who), allowed, test=lambda r: r["signer"] is None or r["signer"]["validity"] in ("unknown", "never"))
    for sender in ("bob@example.net", '"alice@example.net" <bob@example.net>', "alice@example.net, mallory@example.net", "\u0430lice@example.net", "alice@example.net.evil.example"):
        suite.add("S/MIME, signed by Alice, From: " + sender, head(sender) + signed(make), {"good-untrusted"}, test=lambda r: not r["signer"]["matches_from"] or r["headers"]["from_count"] != 1)
    for sender in ("alice@example.net", "mallory@example.net"):
        suite.add("S/MIME, a certificate for two, From: %s" % sender, head("bob@example.net") + by("two"), {"good-untrusted"}, twin=head(sender) + by("two"))
    for digest in ("md5", "sha1"):
        suite.add("S/MIME, " + digest, head() + signed(make, "rsa", TEXT, "-md", digest), {"unsupported"}, twin=head() + signed(make, "rsa"))
    suite.add("S/MIME, no certificate with it", head() + signed(make, "alice", TEXT, "-nocerts", authority=None), {"unknown-key"}, twin=twin)


def carried(suite, make):
    """Who carries a ciphertext did not write what is in it."""
    cipher = opaque(make.encrypt("team"))
    alices = opaque(make.encrypt("team", opaque_signed(make)))
    twin = head() + alices
    mallory, hers = head("mallory@example.net"), lambda r: r["signer"] is None or "mallory@example.net" not in r["signer"]["user_ids"]
    changed = lambda r: any("not protected against changes" in words for words in r["problems"])
    for name, mail, allowed in [("right around it", opaque_signed(make, "mallory", cipher), {"none"}), ("around Alice's", opaque_signed(make, "mallory", alices), {"good-untrusted"}),
                                ("around one that is not for us", opaque_signed(make, "mallory", opaque(make.encrypt("bob"))), {"none"}), ("detached, around it in a multipart", signed(make, "mallory", m.parts(cipher)), {"partial"}),
                                ("detached, around Alice's beside a text", signed(make, "mallory", m.parts(PLAIN + "\nI wrote this:\n", alices)), {"partial"})]:
        suite.add("S/MIME, Mallory's signature " + name, mallory + mail, allowed, twin=twin, test=hers, twin_test=lambda r: r["encryption"] == "whole" and not changed(r))
    suite.add("S/MIME, encrypted and not signed", head() + cipher, {"none"}, twin=twin, test=lambda r: changed(r) and r["layers"][0]["integrity"] == "none")
    suite.add("S/MIME, encrypted, signed outside", head() + opaque_signed(make, "alice", cipher), {"none"}, twin=twin, test=changed)


def main():
    for program in ("openssl", "gpgsm"):
        if shutil.which(program) is None:
            print("1..0 # SKIP %s is not installed" % program)
            return 0
    if not os.path.exists(smime.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % smime.OPEN_ONE)
        return 0
    gateway = smime.Gateway(tempfile.mkdtemp(prefix="n", dir="/tmp"))
    try:
        make = gateway.make
        make_certificates(make)
        make.certificate("team", "csirt@example.org")
        make.certificate("bob", "bob@example.net")
        make.certificate("rsa", "alice@example.net")
        gateway.import_secret("team")
        gateway.configure("# who may vouch\n%s\n" % make.fingerprint("ca"))
        suite = m.Suite(gateway)
        for table in (texts, certificates, carried):
            table(suite, make)
        print("# %d forged mails, %d different honest twins" % suite.run())
    finally:
        gateway.close()
    print("1..%d" % len(m.shapes.results))
    return 0 if all(m.shapes.results) else 1


if __name__ == "__main__":
    sys.exit(main())
