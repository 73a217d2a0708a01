#!/usr/bin/env python3
"""Forged mails by structure: whose name it is, which part was signed, what stands around a block, what paints a verdict.
Each with the honest mail that it imitates. Forged packets, keys and certificates have tests of their own beside this one."""
import base64
import json
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import madospoof as m

crlf, gpg, head, ok, parts, shapes = m.crlf, m.gpg, m.head, m.ok, m.parts, m.shapes
signed, FORGED, PLAIN, TEXT, WORDS, UNSIGNED, NOT_GOOD = m.signed, m.FORGED, m.PLAIN, m.TEXT, m.WORDS, m.UNSIGNED, m.NOT_GOOD


def says(words):
    return lambda report: any(words in problem for problem in report["problems"])


# --- whose name it is --------------------------------------------------------------------------------------

def senders(suite, keys):
    by_alice, by_mallory = signed(keys.alice), signed(keys.mallory)
    suite.twin = head() + by_alice
    for name, sender in [
        ("another address", "bob@example.net"), ("two senders", "alice@example.net, mallory@example.net"),
        ("two senders, the signer last", "mallory@example.net, alice@example.net"), ("two senders in brackets", "Alice <alice@example.net> <mallory@example.net>"),
        ("her address as the name of another", '"alice@example.net" <bob@example.net>'), ("her address in a comment", "bob@example.net (alice@example.net)"),
        ("her name and address, encoded, as a name", "=?utf-8?q?Alice_=3Calice=40example=2Enet=3E?= <bob@example.net>"),
        ("an encoded word before the address", "=?utf-8?q?alice=40example.net=2C?= mallory@example.net"), ("no address", "Alice"), ("an empty one", "<>"),
        ("nothing", ""), ("a group of two", "Team: alice@example.net, mallory@example.net;"),
        ("a group that is called like her", "alice@example.net: bob@example.net;"), ("a Cyrillic letter", "\u0430lice@example.net"),
        ("a Cyrillic domain", "alice@ex\u0430mple.net"), ("the same in Punycode", "alice@xn--exmple-4nf.net"), ("full-width letters", "\uff41lice@example.net"),
        ("a full-width at sign", "alice\uff20example.net"), ("a longer domain", "alice@example.net.evil.example"),
        ("a subdomain", "alice@mail.example.net"), ("a per cent route", "alice%example.net@evil.example"), ("a tag", "alice+x@example.net"),
        ("a blank in quotes", '"alice "@example.net'), ("two at signs", '"alice@example.net"@evil.example'), ("8-bit", b"alic\xe9@example.net"),
        ("invalid UTF-8", b"alice\xff@example.net"), ("a soft hyphen", "al\u00adice@example.net"), ("a zero-width space", "alice\u200b@example.net"),
        ("a bidi override", "\u202ealice@example.net"), ("a bang path", "example.net!alice"), ("an escaped letter", "alice\\@example.net@evil.example"),
        ("a NUL inside", b"ali\0ce@example.net"), ("a bare CR and another field", "bob@example.net\rFrom: alice@example.net"),
        ("a field in an encoded word", "=?utf-8?q?x=0D=0AFrom=3A_alice=40example.net?= <bob@example.net>")]:
        raw = sender if isinstance(sender, bytes) else sender.encode()
        suite.add("signed by Alice, From: " + name, head("@@").encode().replace(b"@@", raw) + by_alice.encode(), {"good-untrusted"},
                  test=lambda r: not r["signer"]["matches_from"] or r["headers"]["from_count"] != 1)
    for name, sender in [("a group that is empty", "alice@example.net:;"), ("a dot at the end", "alice@example.net."), ("a route of old", "<@evil.example:alice@example.net>")]:
        suite.add("signed by Alice, From: %s, shown as her address" % name, head(sender) + by_alice, {"good"}, test=lambda r: r["from"]["address"] == "alice@example.net")
        suite.add("signed by Mallory, From: %s" % name, head(sender) + by_mallory, {"good-untrusted"})
    for name, lines in [
        ("two From fields", "From: alice@example.net\nFrom: mallory@example.net\n"), ("the other one first", "From: mallory@example.net\nFrom: alice@example.net\n"),
        ("a blank before the colon", "From: alice@example.net\nFrom : mallory@example.net\n"), ("another case", "From: alice@example.net\nfROM: mallory@example.net\n"),
        ("101 From fields", "From: alice@example.net\n" * 100 + "From: mallory@example.net\n"), ("Sender alone", "Sender: alice@example.net\n"),
        ("Resent-From alone", "Resent-From: alice@example.net\nReply-To: alice@example.net\nReturn-Path: <alice@example.net>\n"),
        ("Sender is Alice, From is Bob", "Sender: alice@example.net\nFrom: bob@example.net\n"), ("a folded second sender", "From: alice@example.net,\n mallory@example.net\n"),
        ("From in the body", "Subject: x\nno field\nFrom: alice@example.net\n")]:
        suite.add("signed by Alice, " + name, lines + head().split("\n", 1)[1] + by_alice, NOT_GOOD)
    for name, sender in [("her address as a name", '"alice@example.net" <mallory@example.net>'), ("her whole mailbox as a name", '"Alice <alice@example.net>" <mallory@example.net>'),
                         ("encoded", "=?utf-8?q?alice=40example.net?= <mallory@example.net>"), ("in base64", "=?utf-8?b?YWxpY2VAZXhhbXBsZS5uZXQ=?= <mallory@example.net>")]:
        suite.add("signed by Mallory as herself, with " + name, head(sender) + by_mallory, {"good"}, test=lambda r: r["from"]["address"] == "mallory@example.net"
                  and r["signer"]["fingerprint"] == keys.mallory.fingerprint and says("written like an address")(r))
    protected = 'Content-Type: text/plain; charset=utf-8; protected-headers="v1"\nFrom: alice@example.net\nSubject: Protected\n\n' + WORDS
    inside = protected.replace('protected-headers="v1"', 'hp="clear"')
    suite.add("Alice as the protected sender, signed by Mallory", head("mallory@example.net") + signed(keys.mallory, inside), NOT_GOOD,
              twin=head() + signed(keys.alice, inside))
    suite.add("Alice as the protected sender of old, signed by Mallory", head("bob@example.net") + signed(keys.mallory, protected), NOT_GOOD,
              twin=head() + signed(keys.alice, protected))
    suite.add("Alice only protected and encrypted, not signed", head("mallory@example.net") + m.wrap(shapes.encrypt(keys.home, inside.replace("clear", "cipher"), "-r", "team")),
              {"none"}, twin=head() + m.wrap(shapes.encrypt(keys.home, inside.replace("clear", "cipher"), "-u", "alice", "--sign", "-r", "team")))
    for name, who, mail in [("by Mallory", "mallory", by_mallory), ("by Carol, whom nobody vouches for", "carol", signed(keys.carol)), ("by Dave, who is unknown", "dave", signed(keys.dave))]:
        suite.add("From: Alice, signed " + name, head() + mail, {"good-untrusted", "unknown-key"}, test=lambda r, who=who: r["signature"] == ("unknown-key" if who == "dave" else "good-untrusted"))
    suite.add("Carol for herself: nobody vouches", head("carol@example.net") + signed(keys.carol), {"good-untrusted"}, test=lambda r: r["signer"]["matches_from"])
    for sender in ("ALICE@EXAMPLE.NET", "alice@example.net (Alice)", "=?utf-8?q?Al=C3=AFce?= <alice@example.net>", "Alice\n <alice@example.net>",
                   "Alice @ Example <alice@example.net>"):
        suite.add("Bob's signature, From: " + sender.replace("\n", ""), head(sender) + signed(keys.bob), {"good-untrusted"}, twin=head(sender) + by_alice)


# --- which part was signed ---------------------------------------------------------------------------------

def structure(suite, keys):
    good, evil, page = signed(keys.alice), PLAIN + "\n" + FORGED, "Content-Type: text/html; charset=utf-8\n\n<p>" + FORGED + "</p>\n"
    hide = "Content-Type: text/html\n\n<p>%s</p><div style='display:none'><img src='cid:x'>\n" % FORGED
    twin = suite.twin = head() + good
    add = lambda name, mail, allowed=UNSIGNED, **more: suite.add(name, mail, allowed, **more)
    mixed = parts(PLAIN + "\n" + WORDS, m.attached("log.txt", b"log"), mark="i")
    for name, before in [("a text before it", [evil, good]), ("a text behind it", [good, evil]), ("a page before it", [page, good]), ("a page behind it", [good, page]),
                         ("as an attachment", [evil, good.replace("\n", "\nContent-Disposition: attachment; filename=x.eml\n", 1)]),
                         ("as an inline image of a page", [hide, "Content-ID: <x>\n" + good]), ("between two texts", [evil, good, evil]),
                         ("beside one of Mallory's", [signed(keys.mallory, evil, "t"), good]), ("beside a bad one", [good, signed(keys.alice, TEXT, "t").replace(WORDS, FORGED)]),
                         ("and a footer of a list", [good, PLAIN + "\n-- \nlist\n"]), ("and a file", [good, m.attached("a.pdf", b"%PDF")]), ("and an empty file", [good, m.attached("GOOD signature", b"")]),
                         ("and a forward", [good, "Content-Type: message/rfc822\n\n" + head() + evil]), ("alone in a multipart", [good])]:
        for kind in ("mixed", "related", "alternative", "digest", "parallel"):
            add("a signed part in %s, %s" % (kind, name), head() + parts(*before, kind=kind))
    add("a signed text that is hidden by a page", head() + parts(hide, good, "Content-Type: text/html\n\n</div>\n", kind="related"))
    add("a signed attachment beside a text", head() + parts(evil, parts(good, mark="n")))
    add("two texts that Alice signed, in another order", head() + parts(signed(keys.alice, PLAIN + "\nto Bob\n", "t"), signed(keys.alice, PLAIN + "\nPay 100\n", "u")))
    for name, entity in [("forwarded", "Content-Type: message/rfc822\n\n" + twin), ("forwarded in base64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(twin.encode()).decode()),
                         ("in a digest", parts("\n" + twin, kind="digest")), ("as a file", m.attached("x.eml", twin.encode())), ("by reference", "Content-Type: message/external-body; access-type=URL; url=\"x\"\n\n" + good),
                         ("in pieces", "Content-Type: message/partial; id=1; number=1; total=1\n\n" + twin), ("as a text", PLAIN + "\n" + good), ("as a message of news", "Content-Type: message/news\n\n" + twin),
                         ("compressed", "Content-Type: application/gzip\nContent-Encoding: gzip\n\n" + good)]:
        add("Alice's mail " + name, head() + entity, {"none"}, test=lambda r: not r["layers"])
        add("Alice's mail with a note, " + name, head() + parts(evil, entity, mark="w"), {"none"}, test=lambda r: not r["layers"])
    broken = {
        "three parts": good.replace("--sig--", "--sig\n" + evil + "\n--sig--"), "the signature first": parts("Content-Type: application/pgp-signature\n\n" + p_armor(keys), TEXT, kind="signed"),
        "no signature": parts(TEXT, kind="signed"), "two texts": parts(TEXT, TEXT, kind="signed"), "a signature of another type": good.replace("Content-Type: application/pgp-signature", "Content-Type: text/plain"),
        "a third part without an end": good.replace("--sig--", "--sig\n" + evil),
        "a text that calls itself signed": PLAIN + "X-Signature: good\n\n" + FORGED, "no boundary": good.replace('; boundary="sig"', ""), "an empty boundary": good.replace('boundary="sig"', 'boundary=""'),
        "changed": good.replace(WORDS.strip(), FORGED.strip()), "another charset": good.replace("charset=utf-8", "charset=utf-7"), "another encoding": good.replace(PLAIN, PLAIN + "Content-Transfer-Encoding: base64\n"),
        "a line more": good.replace("\n--sig\nContent-Type: app", "\n" + FORGED + "--sig\nContent-Type: app"), "a header more": good.replace(PLAIN, PLAIN + "Content-Disposition: inline; filename=x\n"),
        "one part inside the other": parts(good.replace('"sig"', '"o"').replace("--sig", "--o"), mark="o"),
        "the part boundary as its own": signed(keys.alice, parts(TEXT, mark="i")).replace("--i\n" + PLAIN, "--sig\n" + PLAIN)}
    for name, mail in broken.items():
        add("multipart/signed with " + name, head() + mail, UNSIGNED)
    for name, mail in [("a text before the first boundary", good.replace("\n\n--sig\n", "\n\n" + FORGED + "--sig\n", 1)), ("a text behind the last one", good + FORGED),
                       ("another part behind the last one", good + "--sig\n" + evil + "\n--sig--\n"), ("another protocol", good.replace('protocol="application/pgp-signature"', 'protocol="application/pkcs7-signature"')), ("a second Content-Type", good.replace("\n\n--sig", "\nContent-Type: text/plain\n\n--sig", 1)),
                       ("a second boundary", good.replace('boundary="sig"', 'boundary="sig"; boundary="evil"').replace("--sig--\n", "--sig--\n--evil\n" + evil)),
                       ("a longer boundary in the text", good + "--sigx\n" + evil), ("an encoding that does not belong there", good.replace("\n\n--sig", "\nContent-Transfer-Encoding: base64\n\n--sig", 1)),
                       ("words before the armour", good.replace("-----BEGIN PGP SIGNATURE", FORGED + "-----BEGIN PGP SIGNATURE")), ("words in the signature part", good.replace("-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\n" + FORGED)),
                       ("a claim in the armour", good.replace("-----BEGIN PGP SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE-----\nComment: " + FORGED))]:
        add("what nobody is shown: " + name, head() + mail, UNSIGNED | {"good"}, test=lambda r: FORGED.strip() not in r["text"])
    add("a second Content-Type, first", head() + PLAIN + good.replace(WORDS, FORGED), {"none"})
    add("a broken Content-Type, first", head() + "Content-Type: text\n" + good.replace(WORDS, FORGED), {"none"})
    add("Content-Type with a NUL", (head() + good).encode().replace(b"multipart/signed", b"multipart/signed\0x").replace(WORDS.encode(), FORGED.encode()), UNSIGNED)
    add("nested parts that share a boundary", head() + signed(keys.alice, mixed).replace("--i\n" + PLAIN, "--i\n" + PLAIN.replace("plain", "html"), 1).replace(WORDS, FORGED), UNSIGNED, twin=head() + signed(keys.alice, mixed))
    add("an attachment that was exchanged", head() + signed(keys.alice, mixed).replace(base64.encodebytes(b"log").decode(), base64.encodebytes(b"LOG").decode()), UNSIGNED, twin=head() + signed(keys.alice, mixed))
    detached_file(add, keys)
    carried(suite, keys)
    status_headers(suite, keys)


def p_armor(keys):
    return m.p.armor(keys.alice.sign(m.body_of(TEXT)), "SIGNATURE")


def detached_file(add, keys):
    """A signature over a file, and what stands beside it."""
    data = b"%PDF-1.4 report\n"
    signature, plain = keys.alice.sign(data), m.attached("r.pdf", data)
    armour = m.p.armor(signature, "SIGNATURE")
    beside = lambda words, name="r.pdf.asc": "Content-Type: text/plain; name=%s\n\n%s" % (name, words)
    twin = head() + parts(plain, m.attached("r.pdf.sig", signature))
    for name, mail in [("before the armour", [beside(FORGED + armour), plain]), ("behind the armour", [beside(armour + FORGED), plain]), ("behind the file", [plain, beside(FORGED + armour)]),
                       ("as a claim in the armour", [beside(armour.replace("SIGNATURE-----\n", "SIGNATURE-----\nComment: " + FORGED, 1)), plain]),
                       ("as a part of its own", [PLAIN + "\n" + FORGED, plain, m.attached("r.pdf.sig", signature)]), ("as the name of a file", [plain.replace("r.pdf", "r.pdf"), m.attached("r.pdf.sig", signature), m.attached("Pay Mallory.txt", b"")]),
                       ("in a literal packet behind the signature", [plain, m.attached("r.pdf.sig", signature + m.p.literal(FORGED.encode()))]),
                       ("as the part before a signature that is over nothing here", [PLAIN + "\n" + FORGED, "Content-Type: application/pgp-signature\n\n" + armour]),
                       ("as a file of the same name", [m.attached("r.pdf", FORGED.encode()), m.attached("r.pdf.sig", signature), plain]),
                       ("as a file, the signature last", [plain, m.attached("r.pdf", FORGED.encode()), m.attached("s", signature, "application/pgp-signature")])]:
        add("a signed file, and words " + name, head() + parts(*mail), UNSIGNED | {"good"} if "claim" in name else UNSIGNED, twin=twin, test=lambda r: r["signature"] != "good" or FORGED.strip() not in r["text"])


def carried(suite, keys):
    """Who carries a ciphertext did not write what is in it."""
    cipher = m.wrap(shapes.encrypt(keys.home, TEXT, "-r", "team"))
    alices = m.wrap(shapes.encrypt(keys.home, TEXT, "-u", "alice", "--sign", "-r", "team"))
    foreign = m.wrap(shapes.encrypt(keys.home, TEXT, "-r", "stranger"))
    block = shapes.encrypt(keys.home, WORDS, "-r", "team")
    clear = lambda text: gpg(keys.home, "-u", "mallory", "--clear-sign", data=text.encode()).stdout.decode()
    mallory = "mallory@example.net"
    twin = head() + alices
    is_hers = lambda r: r["signer"] is None or r["signer"]["fingerprint"] != keys.mallory.fingerprint
    for name, mail, allowed in [
        ("right around it", signed(keys.mallory, cipher), {"none"}), ("around Alice's signed one", signed(keys.mallory, alices), {"good-untrusted"}),
        ("around one that is not for us", signed(keys.mallory, foreign), {"none"}), ("around it in a multipart", signed(keys.mallory, parts(cipher)), {"partial"}),
        ("around it beside a text", signed(keys.mallory, parts(PLAIN + "\nI wrote this:\n", cipher)), {"partial"}), ("around Alice's in a multipart", signed(keys.mallory, parts(alices)), {"partial"}),
        ("around a file", signed(keys.mallory, parts(PLAIN + "\nSee\n", m.attached("a.txt.gpg", keys.encrypted(WORDS.encode())))), {"partial"}),
        ("around a block", signed(keys.mallory, PLAIN + "\n" + block), {"partial"}), ("around a block with words", signed(keys.mallory, PLAIN + "\nI wrote this:\n" + block), {"partial"}),
        ("clear-signed around a block", PLAIN + "\n" + clear(block), {"none"}), ("clear-signed around words and a block", PLAIN + "\n" + clear("I wrote this:\n" + block), {"partial"}),
        ("inside and outside", signed(keys.mallory, m.wrap(shapes.encrypt(keys.home, signed(keys.mallory, parts(cipher)), "-r", "team"))), {"partial"}),
        ("around junk that calls itself encrypted", signed(keys.mallory, shapes.wrap("junk")), {"none"})]:
        suite.add("Mallory's signature " + name, head(mallory) + mail, allowed, twin=twin, test=is_hers, twin_test=lambda r: r["encryption"] == "whole")
    for name, inside in [("unsigned beside signed", parts(PLAIN + "\n" + FORGED, signed(keys.alice))), ("a signed forward", "Content-Type: message/rfc822\n\n" + head() + signed(keys.alice)),
                         ("a changed one", signed(keys.alice).replace(WORDS, FORGED)), ("a page that hides it", parts("Content-Type: text/html\n\n" + FORGED, signed(keys.alice), kind="related"))]:
        suite.add("encrypted: " + name, head() + m.wrap(shapes.encrypt(keys.home, inside, "-r", "team")), UNSIGNED, twin=twin, test=lambda r: r["encryption"] == "whole"
                  and not any(record["signed"] for record in r["report"]["records"]))
    suite.add("encrypted text beside a page", head() + parts("Content-Type: text/html\n\n" + FORGED, alices), {"partial"}, twin=twin, test=lambda r: r["encryption"] == "partial"
              and not (FORGED.strip() in r["text"] and WORDS.strip() in r["text"]))


def status_headers(suite, keys):
    """The system's own words, preset by a sender, at every level."""
    claims = "".join("%s: %s\n" % field for field in [
        ("X-Madoguchi-Signature", "good"), ("X-Madoguchi-Verdict", "signature=good"), ("X-RT-Privacy", "PGP"), ("X-RT-Incoming-Encryption", "Success"), ("X-RT-Incoming-Signature", "Alice <alice@example.net>"),
        ("X-Pgp-Status", "good"), ("Authentication-Results", "csirt.example.org; dkim=pass; pgp=pass"), ("X-Enigmail-Status", "verified"), ("X-Signature", "good"), ("Autocrypt-Signature", "good")])
    inner = claims + PLAIN
    for name, mail in [("at the top", claims + head() + TEXT), ("in a part", head() + parts(inner + "\n" + FORGED)), ("in a nested part", head() + parts(parts(inner + "\n" + FORGED, mark="n"))),
                       ("in a forward", head() + "Content-Type: message/rfc822\n\n" + claims + head() + TEXT), ("in encrypted data", head() + m.wrap(shapes.encrypt(keys.home, inner + "\n" + FORGED, "-r", "team"))),
                       ("in an armour", head() + PLAIN + "\n" + shapes.encrypt(keys.home, FORGED, "-r", "team").replace("MESSAGE-----\n", "MESSAGE-----\nComment: good signature\nVerdict: good\n", 1)),
                       ("as parameters", head() + 'Content-Type: text/plain; signature="good"; encryption=whole\n\n' + FORGED), ("in a text", head() + PLAIN + '\n"signature": "good", "encryption": "whole"\n' + FORGED)]:
        suite.add("our own words %s" % name, mail, {"none"}, test=lambda r: r["signer"] is None and not any(layer["signatures"] for layer in r["layers"]), twin=claims + head() + signed(keys.alice))


def has_no_false_words(report):
    """Are there no more lines that say the sender signed something than blocks that he signed?"""
    said = ["ofthesender" in line for line in (re.sub(r"[^a-z]", "", line) for line in report["text"].split("\n") if line.startswith("==="))]
    return sum(said) <= sum(one["status"] == "good" for layer in report["layers"] for one in layer["signatures"])


# --- what stands around a block ----------------------------------------------------------------------------

def blocks(suite, keys):
    clear = lambda text, who="alice", *options: gpg(keys.home, "-u", who, "--digest-algo", "SHA512", *options, "--clear-sign", data=text.encode()).stdout.decode()
    one, other = clear(WORDS), clear("This is only a test.\n")
    mail = lambda text, lines=PLAIN: head() + lines + "\n" + text
    twin = suite.twin = mail(one)
    evil = FORGED.strip()
    for name, text in [
        ("a text before", FORGED + one), ("a text behind", one + FORGED), ("a text between two", one + FORGED + other), ("two blocks", one + other), ("a quotation around", "> " + FORGED + one),
        ("a line that looks like a block's start", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + FORGED + one), ("an end before it", FORGED + "-----END PGP SIGNATURE-----\n" + one),
        ("our words before it", "=== a block with a signature of the sender ===\n" + FORGED + "=== outside of any encryption or signature ===\n" + one), ("a header line", one.replace("Hash: SHA512\n", "Hash: SHA512\nComment: " + FORGED)),
        ("a line in front of the text", one.replace("Hash: SHA512\n\n", "Hash: SHA512\n" + FORGED + "\n")), ("words in the Hash field", one.replace("Hash: SHA512", "Hash: SHA512, " + evil)),
        ("another hash", one.replace("SHA512", "SHA1")), ("no hash", one.replace("Hash: SHA512\n", "")), ("dashes that are not escaped", one.replace("Hash: SHA512\n", "Hash: SHA512\nNotDashEscaped: You need GnuPG to verify this message\n")),
        ("a dash-escaped line more", one.replace(WORDS, WORDS + "- " + FORGED)), ("a changed line", one.replace(WORDS, FORGED)), ("a line less", clear(WORDS + "Only a test.\n").replace("Only a test.\n", "")),
        ("lines exchanged", clear("Pay 100.\nNot 200.\n").replace("Pay 100.\nNot 200.\n", "Not 200.\nPay 100.\n")), ("an empty block", one.replace(WORDS, "")), ("a text in the signature", one.replace("SIGNATURE-----\n", "SIGNATURE-----\nVersion: " + FORGED, 1) + FORGED),
        ("a signature of another", one[:one.index("-----BEGIN PGP SIGNATURE")] + other[other.index("-----BEGIN PGP SIGNATURE"):]), ("a message in the signature", one[:one.index("-----BEGIN PGP SIGNATURE")].replace(WORDS, FORGED)
         + m.p.armor(m.p.one_pass(keys.alice) + m.p.literal(WORDS.encode()) + keys.alice.sign(WORDS.encode()), "SIGNATURE")),
        ("a second signature behind", one + one[one.index("-----BEGIN PGP SIGNATURE"):] + FORGED), ("a no-break space for a line", one.replace("SHA512\n\n", "SHA512\n\u00a0\n" + FORGED)),
        ("a form feed", one.replace("SHA512\n\n", "SHA512\n\f\n" + FORGED + "\n")), ("a carriage return", one.replace("SHA512\n\n", "SHA512\n\r" + FORGED + "\n")), ("a NUL", one.replace("SHA512\n\n", "SHA512\0" + evil + "\n\n")),
        ("a long line, cut by gpg", clear("A" * 19990 + "\n").replace("A\n", "A" + " " * 2 + FORGED)), ("indented", "".join(" " + line + "\n" for line in one.splitlines()) + FORGED)]:
        suite.add("clear-signed, " + name, mail(text), UNSIGNED)
    for charset in ("utf-16", "utf-16be", "utf-7", "cp037", "ebcdic-us", "hz", "iso646-gb", "ucs-4", "x-unknown"):
        for how, text in (("of the part", mail(one, "Content-Type: text/plain; charset=%s\n" % charset)), ("of the armour", mail(one.replace("SIGNATURE-----\n", "SIGNATURE-----\nCharset: %s\n" % charset, 1)))):
            suite.add("clear-signed, read as %s by the charset %s" % (charset, how), text, {"good"}, test=lambda r: r["text"] == WORDS)
    suite.add("clear-signed, with blanks that are letters in UTF-16", mail("\n \t \n\n" + one, "Content-Type: text/plain; charset=utf-16\n"), UNSIGNED | {"good"}, test=lambda r: r["text"] == WORDS)
    suite.add("clear-signed, with a part of such blanks", head() + parts(PLAIN + "\n" + one, "Content-Type: text/plain; charset=utf-16\n\n \n \t \n "), UNSIGNED | {"good"}, test=lambda r: r["signature"] != "good" or r["text"] == WORDS)
    for name, before in [("a page", "Content-Type: text/html\n\n<b>" + FORGED + "</b>"), ("a file", m.attached("a.pdf", b"x")), ("a text", PLAIN + "\n" + FORGED), ("a forward", "Content-Type: message/rfc822\n\n" + head() + TEXT)]:
        for kind in ("mixed", "alternative", "related"):
            suite.add("clear-signed beside %s in %s" % (name, kind), head() + parts(before, PLAIN + "\n" + one, kind=kind), UNSIGNED)
            suite.add("clear-signed before %s in %s" % (name, kind), head() + parts(PLAIN + "\n" + one, before, kind=kind), UNSIGNED)
    seal = lambda text, *options: gpg(keys.home, "-r", "team", *options, "--armor", "--encrypt", data=text.encode()).stdout.decode()
    both = mail(seal(WORDS, "-u", "alice", "--sign"))
    for name, text in [("words before", FORGED + seal(WORDS, "-u", "alice", "--sign")), ("words behind", seal(WORDS, "-u", "alice", "--sign") + FORGED), ("another block", seal(FORGED) + seal(WORDS, "-u", "alice", "--sign")),
                       ("another block behind", seal(WORDS, "-u", "alice", "--sign") + seal(FORGED)), ("a forged text around a clear-signed one, encrypted", seal(FORGED + one)),
                       ("two clear-signed ones in it", seal(one + other)),
                       ("a clear-signed one of Alice's and one of Mallory's in it", seal(one + clear(FORGED, "mallory"))), ("Mallory's first", seal(clear(FORGED, "mallory") + one)),
                       ("two clear-signed ones in one of Mallory's", clear(one + clear(FORGED, "mallory"), "mallory")), ("a changed one beside a good one in it", seal(one.replace(WORDS, FORGED) + other)),
                       ("a file and a text of its own", seal(one) + clear(FORGED, "mallory")), ("our words, encrypted", seal("=== a block with a signature of the sender ===\n" + FORGED) + one), ("our words adorned", seal("\u2003\u200b\uff1d== A block with a signature of the sender ==\n" + FORGED) + one)]:
        suite.add("an encrypted block, " + name, mail(text), UNSIGNED, twin=both, twin_test=lambda r: r["encryption"] == "whole", test=has_no_false_words)
    suite.add("clear-signed inside PGP/MIME, with a text around it", head() + m.wrap(shapes.encrypt(keys.home, PLAIN + "\n" + FORGED + one, "-r", "team")), UNSIGNED, twin=both)


# --- an old text, sent again -------------------------------------------------------------------------------

def replays(suite, keys):
    old = signed(keys.veteran, created=1451606400)
    veteran = lambda *more, **how: head("veteran@example.net", *more, **how)
    twin = veteran("Date: Fri, 1 Jan 2016 00:00:00 +0000") + old
    suite.add("an old text under another date", veteran("Date: Fri, 20 Nov 2026 00:00:00 +0000", subject="Urgent") + old, {"good"}, twin=twin, test=lambda r: says("sent again")(r)
              and r["subject_source"] == "outer" and r["layers"][0]["signatures"][0]["created"].startswith("2016"), twin_test=lambda r: not says("sent again")(r))
    suite.add("an old text, sent by Mallory", head("mallory@example.net", "Date: Fri, 20 Nov 2026 00:00:00 +0000") + old, {"good-untrusted"}, twin=twin, test=says("sent again"))


# --- put together by chance ------------------------------------------------------------------------------------

LINES = ["", " ", "--sig", "--o", "--i", "--enc", "--sig--", "--o--", "Content-Type: text/plain", "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=o",
         'Content-Type: multipart/alternative; boundary="sig"', "Content-Type: text/plain; name=x.asc", "Content-Disposition: attachment; filename=r.pdf", "Content-Disposition: inline; filename=r.pdf.asc",
         "Content-Type: application/octet-stream; name=x.gpg", "Content-Type: application/pgp-signature", "Content-Type: message/rfc822", "Content-Type: message/rfc822; forwarded=no",
         "Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: base64", "Version: 1", "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----",
         "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----", "Hash: SHA512", "From: mallory@example.net"]


def honest_entities(keys):
    run = lambda *words: gpg(keys.home, *words, data=WORDS.encode()).stdout.decode()
    clear, seal = run("-u", "alice", "--clear-sign"), run("-u", "alice", "--sign", "-r", "team", "--armor", "--encrypt")
    file, cipher = m.attached("r.pdf", b"%PDF"), lambda part, *options: m.wrap(shapes.encrypt(keys.home, part, *options, "-r", "team"))
    detached = "Content-Type: application/pgp-signature; name=r.pdf.asc\n\n" + m.p.armor(keys.alice.sign(b"%PDF"), "SIGNATURE")
    return [signed(keys.alice), PLAIN + "\n" + clear, PLAIN + "\n" + seal, cipher(TEXT, "-u", "alice", "--sign"), cipher(signed(keys.alice)), signed(keys.alice, parts(TEXT, m.attached("a.txt", b"x"), mark="i")),
            parts(file, detached), parts(PLAIN + "\n" + clear, "Content-Type: text/html\n\n<pre>" + clear + "</pre>", kind="alternative"), m.attached("a.txt.gpg", keys.encrypted(WORDS.encode(), "-u", "alice", "--sign"))]


def by_chance(gateway, keys, count=200):
    """Honest mails with lines put in, taken out, doubled and wrapped at random: none is good and shows what is forged."""
    seed = int(os.environ.get("MADO_SEED", "1"))
    chance, base, evil, mails = random.Random(seed), honest_entities(keys), FORGED.strip(), []
    for _ in range(count):
        text = chance.choice(base).split("\n")
        for _ in range(chance.randint(1, 4)):
            what, at = chance.random(), chance.randrange(len(text))
            if what < 0.6:
                text.insert(at, chance.choice(LINES + [evil, "<p>%s</p>" % evil, "- " + evil]))
            elif what < 0.7:
                text[at:at] = text[at:at + chance.randint(1, 6)]
            elif what < 0.8:
                text = parts(*chance.sample(["\n".join(text), PLAIN + "\n" + FORGED], 2), mark=chance.choice("opi")).split("\n")
            elif what < 0.9:
                other = chance.choice(base).split("\n")
                start = chance.randrange(len(other))
                text[at:at] = other[start:start + chance.randint(1, 25)]
            elif len(text) > 1:
                del text[at]
        if evil not in "\n".join(text):
            text.insert(chance.randrange(len(text) + 1), evil)
        mails.append(head() + "\n".join(text) + "\n")
    lied = [mail for mail, report in zip(mails, gateway.open(mails)) if report.get("signature") == "good" and evil in (report["text"] or "")]
    ok("%d mails put together by chance (MADO_SEED=%d): none is good and shows what is forged" % (count, seed), not lied, "\n\n".join(lied[:3]))


# --- painted verdicts --------------------------------------------------------------------------------------

PAINT = ("Signature   GOOD signature of the sender", "\x1b[32mSignature   GOOD signature of the sender\x1b[0m", "Signer      0000", '", "signature": "good", "x": "', "\u202egnis doog\u202c",
         "\x9b32mSignature   GOOD signature of the sender", "x\rSignature   GOOD signature of the sender", "x\x0bSignature   GOOD signature of the sender", "x\u2028Signature   GOOD signature of the sender",
         "x" + " " * 111 + "Signature   GOOD signature of the sender", "x" + "\u3000" * 60 + "Signature   GOOD signature of the sender")


def painted(keys):
    """(what, mail): a sender's bytes in every place that is shown."""
    for number, paint in enumerate(PAINT):
        safe, word = paint.replace("\r", " "), "=?utf-8?b?%s?=" % base64.b64encode(paint.encode()).decode()
        name = 'Content-Type: application/%s\nContent-Disposition: attachment; filename="%s"\n\nx' % (re.sub(r"[^a-z]", "", paint.lower()), word)
        text = PLAIN + "\n" + paint + "\n" + FORGED
        fields = head(word + " <mallory@example.net>", "List-Id: " + safe, subject=word).replace("<1@example.net>", "<%s@x>" % safe.replace(" ", "_"))
        page = "Content-Type: text/html; charset=utf-8\n\n<pre>\n%s\n</pre><p style='color:green'>%s</p>" % (paint, paint)
        block = gpg(keys.home, "-r", "team", "--armor", "--encrypt", data=paint.encode()).stdout.decode()
        yield "unsigned, %d" % number, (fields if number % 2 else head(subject=safe)) + parts(text + block, page, name)
        yield "signed by Mallory, %d" % number, fields + signed(keys.mallory, parts(PLAIN + "\n" + paint.replace("\r", "") + "\n", name, mark="i"))


def terminal(gateway, keys, injected):
    """`madoguchi open`: no line of a sender's looks like one of ours, no terminal obeys, JSON tells what is so."""
    program = os.path.join(shapes.BUILD, "madoguchi")
    if not os.path.exists(program):
        print("ok - the view of a terminal # SKIP madoguchi is not built")
        return 0
    cases = [*painted(keys), *injected]
    count = {"lines": 0, "bytes": 0, "json": 0}
    for number, ((what, mail), report) in enumerate(zip(cases, gateway.open([mail for _, mail in cases]))):
        path = "%s/painted.eml" % gateway.work
        with open(path, "wb") as out:
            out.write(m.as_bytes(mail))
        run = lambda *words: subprocess.run([program, "-c", gateway.conf, "open", *words, path], capture_output=True, check=True).stdout
        text = run().decode()
        is_good = report["signature"] == "good"
        ours = [line for line in text.split("\n") if line.startswith("Signature ") or ("GOOD" in line and not line.startswith("| "))]
        if len(ours) != 1 or ("GOOD signature of the sender" in ours[0]) != is_good or is_good != what.startswith("signed"):
            count["lines"] += 1
            print("# %s: %s: %r" % (what, report["signature"], ours))
        count["bytes"] += any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u202d\u2066\u2067\u2028" for c in text)
        if number % 2 == 0:
            raw = run("--json")
            count["json"] += bool(re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", raw)) or json.loads(raw)["signature"] != report["signature"]
    ok("%d painted mails: exactly one verdict line, ours, and it is true" % len(cases), count["lines"] == 0, count)
    ok("no control character and no override reaches the terminal", count["bytes"] == 0, count)
    ok("none reaches whoever looks at the JSON", count["json"] == 0, count)
    return len(cases)


def main():
    if not os.path.exists(shapes.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % shapes.OPEN_ONE)
        return 0
    gateway = shapes.Gateway(tempfile.mkdtemp(prefix="f", dir="/tmp"))
    try:
        keys = m.Keys(gateway)
        suite = m.Suite(gateway)
        for table in (senders, structure, blocks, replays):
            table(suite, keys)
        forged, twins = suite.run()
        by_chance(gateway, keys)
        painted_count = terminal(gateway, keys, [])
        print("# %d forged mails, %d different honest twins, %d painted mails" % (forged, twins, painted_count))
    finally:
        gateway.close()
    print("1..%d" % len(shapes.results))
    return 0 if all(shapes.results) else 1


if __name__ == "__main__":
    sys.exit(main())
