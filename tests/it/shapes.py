#!/usr/bin/env python3
"""Odd shapes of OpenPGP mail that real programs and servers make: rebuilt by Exchange, armour that was damaged, packets of
other generations, layers inside layers, signatures beside files. Each with its honest twin, or with what a forger makes
of it."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
shapes = __import__("open") # the scripts beside this one: gpg, keys, the gateway
inline = __import__("inline")

ok, gpg, head, crlf, wrap, signed, armor = shapes.ok, shapes.gpg, shapes.head, shapes.crlf, shapes.wrap, shapes.signed, shapes.armor
PLAIN, TEXT, WORDS, file, parts, mail = inline.PLAIN, shapes.TEXT, inline.WORDS, inline.file, inline.parts, inline.mail
summary, layers = inline.summary, inline.layers


def reason(r):
    return (r["undecryptable"] or {}).get("reason")


def says(r, words):
    return any(words in problem for problem in r["problems"])


def whole(r):
    return summary(r) == ("whole", "none") and reason(r) is None and WORDS.strip() in r["text"]


def page_of(text):
    return "Content-Type: text/html; charset=utf-8\n\n<html><body>%s</body></html>\n" % text


def page(text):
    return page_of(text.replace("\n", "<br>\n"))


def lined(text, element):
    return page_of("".join(element % (line or "&nbsp;") + "\n" for line in text.splitlines()))


def packet(tag, *body):
    body = b"".join(body)
    assert len(body) < 8384
    size = bytes([len(body)]) if len(body) < 192 else bytes([((len(body) - 192) >> 8) + 192, (len(body) - 192) & 255])
    return bytes([0xC0 | tag]) + size + body


def pkesk(key="0" * 16, version=3):
    return packet(1, bytes([version]), bytes.fromhex(key), b"\x01\x00\x08\xff")


def crc24(data):
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (0x1864CFB if crc & 0x800000 else 0)
    return base64.b64encode((crc & 0xFFFFFF).to_bytes(3, "big")).decode()


# --- what mail servers make of it ---------------------------------------------------------------------------

def rebuilt(s):
    """multipart/signed that became multipart/mixed: the signature counts only when the bytes are as they were."""
    good = signed(s, "alice")
    mixed = good.replace('multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512', "multipart/mixed", 1)
    named = mixed.replace("application/pgp-signature", 'application/octet-stream; name="signature.asc"', 1)
    footer = mixed.replace("--sig--", "--sig\n%s\nA footer of the list.\n--sig--" % PLAIN)
    rewritten = mixed.replace("charset=utf-8", 'charset="utf-8"', 1)
    changed = mixed.replace("192.0.2.7", "192.0.2.8", 1)
    unknown = signed(s, "unknown").replace("multipart/signed", "multipart/mixed", 1)
    bare = lambda r: summary(r) == ("none", "none") and not r["layers"] and says(r, "rebuilt")
    right = lambda r: summary(r) == ("none", "good") and layers(r) == [("1", "mangled", "verify", "ok", "whole")] and WORDS.strip() in r["text"] \
        and not r["parts"]
    return [
        ("a signature, rebuilt as multipart/mixed, the text intact", head() + mixed, right),
        ("the same with CR LF", crlf(head() + mixed), right),
        ("the signature as octet-stream", head() + named, right),
        ("only the signature's type changed", head() + good.replace("Content-Type: application/pgp-signature", 'Content-Type: application/octet-stream; name="signature.asc"'), right),
        ("a protocol that nobody knows", head() + good.replace('"application/pgp-signature"', '"application/other"'), lambda r: summary(r) == ("none", "none")
         and not r["layers"] and r["problems"]),
        ("from somebody else", head(sender="Bob <bob@example.net>") + mixed, lambda r: r["signature"] == "good-untrusted"),
        ("the header of the text rewritten", head() + rewritten, bare),
        ("the text changed: nobody can tell why", head() + changed, lambda r: bare(r) and "192.0.2.8" in r["text"]),
        ("a footer beside it", head() + footer, lambda r: summary(r) == ("none", "partial") and r["signer"] is None),
        ("a text before it", head() + mixed.replace("--sig\n", "--sig\n%s\nPay Mallory.\n--sig\n" % PLAIN, 1), lambda r: r["signature"] in ("none", "partial")
         and r["signer"] is None),
        ("by an unknown key", head() + unknown, lambda r: r["signature"] == "unknown-key"),
        ("a mangled message, octet-stream renamed by its name", head() + 'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: '
         'text/plain\n\n\n--o\nContent-Type: application/octet-stream; name="PGPMIME version identification"\n\nVersion: 1\n--o\nContent-Type: application/octet-stream; '
         "name=encrypted.asc\n\n" + shapes.encrypt(s, TEXT, "-r", "team") + "\n--o--\n", lambda r: whole(r) and layers(r)[0][1] == "mangled"),
    ]


# --- RFC 3156 and its liberties ------------------------------------------------------------------------------

def forms(s):
    good = lambda r: summary(r) == ("none", "good") and not r["parts"] and WORDS.strip() in r["text"]
    whole_good = lambda r: summary(r) == ("whole", "good") and WORDS.strip() in r["text"]
    one = signed(s, "alice")
    body = TEXT.rstrip("\n")
    binary = gpg(s, "-u", "alice", "--detach-sign", data=crlf(body)).stdout
    armored = gpg(s, "-u", "alice", "--armor", "--detach-sign", data=crlf(body)).stdout.decode()
    bob = gpg(s, "-u", "bob", "--armor", "--detach-sign", data=crlf(body)).stdout.decode()
    two = gpg(s, "-u", "alice", "-u", "bob", "--armor", "--detach-sign", data=crlf(body)).stdout.decode()
    frame = lambda signature, more="", kind='multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="sig"': (
        "Content-Type: %s\n\n--sig\n%s\n--sig\nContent-Type: application/pgp-signature%s\n\n%s\n--sig--\n" % (kind, body, more, signature))
    encoded = lambda data, name: frame({"base64": base64.encodebytes(data.encode()).decode(),
                                        "quoted-printable": data.replace("=", "=3D")}[name], "\nContent-Transfer-Encoding: " + name)
    bare = shapes.encrypt(s, "just words, 192.0.2.7, and no header\n", "-r", "team")
    cipher = wrap(shapes.encrypt(s, TEXT, "-u", "alice", "--sign", "-r", "team"))
    return [
        ("no micalg", head() + frame(armored, kind='multipart/signed; protocol="application/pgp-signature"; boundary=sig'), good),
        ("a wrong micalg", head() + frame(armored, kind='multipart/signed; protocol="application/pgp-signature"; micalg=pgp-md5; boundary=sig'), good),
        ("no protocol", head() + frame(armored, kind="multipart/signed; boundary=sig"), good),
        ("capitals and comments", head() + frame(armored, kind='Multipart/Signed (x); PROTOCOL="Application/PGP-Signature"; Boundary="sig"'), good),
        ("a name for the signature", head() + frame(armored, '; name="OpenPGP_signature.asc"\nContent-Disposition: attachment; filename="OpenPGP_signature.asc"'), good),
        ("the signature in base64", head() + encoded(armored, "base64"), good),
        ("the signature in quoted-printable", head() + encoded(armored, "quoted-printable"), good),
        ("the signature not armoured", head() + frame(base64.encodebytes(binary).decode(), "\nContent-Transfer-Encoding: base64"), good),
        ("a preamble and an epilogue", head() + one.replace("--sig\n", "This is an OpenPGP/MIME message.\n--sig\n", 1) + "\nPay Mallory.\n",
         lambda r: good(r) and "Mallory" not in r["text"] and "OpenPGP/MIME" not in r["text"]),
        ("two signatures in one", head() + frame(two), lambda r: good(r) and len(r["layers"][0]["signatures"]) == 2
         and r["signer"]["user_ids"] == ["alice <alice@example.net>"]),
        ("two blocks of signatures", head() + frame(armored + bob), lambda r: r["signature"] in ("good", "bad", "unsupported")),
        ("a signature by somebody else first", head() + frame(gpg(s, "-u", "bob", "-u", "alice", "--armor", "--detach-sign", data=crlf(body)).stdout.decode()), good),
        ("a key in the place of the signature", head() + frame(inline.key_of(s, "alice")), lambda r: r["signature"] == "bad"),
        ("nothing in the place of the signature", head() + frame(""), lambda r: r["signature"] == "bad"),
        ("no MIME inside encryption", head() + wrap(bare), lambda r: r["encryption"] == "whole" and r["text"].startswith("just words")),
        ("nothing inside encryption", head() + wrap(shapes.encrypt(s, "", "-r", "team")), lambda r: r["encryption"] == "whole" and reason(r) is None and r["text"] == ""),
        ("two encrypted parts are never joined", head() + parts_of(cipher, wrap(shapes.encrypt(s, PLAIN + "\nSecond.\n", "-r", "team")).replace("enc", "enc2")),
         lambda r: summary(r) == ("partial", "partial") and len(r["layers"]) == 2 and not (WORDS.strip() in r["text"] and "Second" in r["text"])),
        ("an encrypted part beside a text", head() + parts_of(PLAIN + "\nHello.\n", cipher), lambda r: summary(r) == ("partial", "partial")
         and not ("Hello" in r["text"] and WORDS.strip() in r["text"]) and r["signer"] is None),
        ("three parts inside encryption's frame", head() + cipher.replace("--enc--", "--enc\nContent-Type: text/plain\n\nx\n--enc--"), lambda r: reason(r) == "corrupt"),
        ("capitals in encryption's frame", head() + cipher.replace("application/pgp-encrypted", "Application/PGP-Encrypted").replace("Version: 1", "VERSION:  1 "), whole_good),
        ("the data with a name", head() + cipher.replace("application/octet-stream", 'application/octet-stream; name="encrypted.asc"\nContent-Description: OpenPGP encrypted message'
         '\nContent-Disposition: inline; filename="encrypted.asc"'), whole_good),
        ("a mail in an mbox", "From alice@example.net Sat Nov 21 00:00:00 2026\n" + head() + one, good),
    ]


# --- armour -------------------------------------------------------------------------------------------------

def armours(s):
    cipher = shapes.encrypt(s, TEXT, "-r", "team")
    lines = cipher.strip().split("\n")
    body = [line for line in lines if not line.startswith(("-", "=")) and line]
    crc = next(line for line in lines if line.startswith("="))
    other = "=AAAA" if crc != "=AAAA" else "=BBBB"
    made = lambda head_lines, data, tail: "\n".join(["-----BEGIN PGP MESSAGE-----", *head_lines, *data, *tail, "-----END PGP MESSAGE-----", ""])
    block = inline.encrypted(s)
    block_crc = next(line for line in block.split("\n") if line.startswith("="))
    clear = inline.clear(s)
    clear_crc = [line for line in clear.split("\n") if line.startswith("=")][-1]
    loose = signed(s, "alice")
    loose_crc = [line for line in loose.split("\n") if len(line) == 5 and line[0] == "="][-1]
    opaque = gpg(s, "-u", "alice", "--armor", "--sign", data=WORDS.encode()).stdout.decode()
    opaque_crc = [line for line in opaque.split("\n") if line.startswith("=")][-1]
    binary = gpg(s, "-r", "team", "--encrypt", data=crlf(TEXT)).stdout
    part = lambda data, encoding: wrap("@").replace("application/octet-stream\n\n@", "application/octet-stream\nContent-Transfer-Encoding: %s\n\n%s"
                                                    % (encoding, data))
    noted = lambda r: whole(r) and says(r, "checksum")
    good = lambda r: summary(r) == ("none", "good")
    return [
        ("no checksum", head() + wrap(made([""], body, [])), lambda r: whole(r) and not r["problems"]),
        ("a wrong checksum is noted", head() + wrap(made([""], body, [other])), noted),
        ("a wrong checksum of a block", mail(block.replace(block_crc, other)), noted),
        ("no checksum of a signature", head() + loose.replace(loose_crc + "\n", ""), lambda r: good(r) and not r["problems"]),
        ("no checksum of clear-signed text", mail(clear.replace(clear_crc + "\n", "")), lambda r: good(r) and not r["problems"]),
        ("no checksum of a signed block", mail(opaque.replace(opaque_crc + "\n", "")), lambda r: good(r) and not r["problems"]),
        ("a wrong checksum of a signature", head() + loose.replace(loose_crc, other), lambda r: good(r) and says(r, "checksum")),
        ("a wrong checksum of clear-signed text", mail(clear.replace(clear_crc, other)), lambda r: good(r) and says(r, "checksum")),
        ("fields in the armour", head() + wrap(made(["Version: X 1", "Comment: a: b", "Charset: utf-8", "Hash: x", ""], body, [crc])), whole),
        ("a no-break space in the empty line", (head() + wrap(made(["\u00a0"], body, [crc]))).encode(), whole),
        ("a Latin-1 no-break space there", (head() + wrap(made(["\u00a0"], body, [crc]))).encode("latin-1"), whole),
        ("blanks in the empty line and behind lines", head() + wrap(made(["Version: x  ", "   "], [line + "  " for line in body], [crc])), whole),
        ("no empty line at all", head() + wrap(made(["Version: x"], body, [crc])), whole),
        ("words before the armour", head() + wrap("Your gateway protects you.\n\n" + cipher), lambda r: whole(r) and "protects" not in r["text"]),
        ("words behind it", head() + wrap(cipher + "\nScanned by X.\n"), lambda r: whole(r) and "Scanned" not in r["text"]),
        ("words around it and a wrong checksum", head() + wrap("Hi\n" + made([""], body, [other]) + "Bye\n"), noted),
        ("CR LF in the armour alone", head() + wrap(cipher.replace("\n", "\r\n")), whole),
        ("one long line", head() + wrap(made([""], ["".join(body)], [crc])), whole),
        ("not armoured, base64", head() + part(base64.encodebytes(binary).decode(), "base64"), whole),
        ("not armoured, binary", (head() + part("HERE", "binary")).encode().replace(b"HERE", binary), whole),
        ("armoured, in quoted-printable", head() + part(cipher.replace("=", "=3D"), "quoted-printable"), whole),
        ("armoured, in base64", head() + part(base64.encodebytes(cipher.encode()).decode(), "base64"), whole),
        ("two messages in one part", head() + wrap(cipher + cipher), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("a quoted block is named", mail("Look:\n" + "".join("> " + line + "\n" for line in block.splitlines())), lambda r: not r["layers"] and says(r, "quot")),
        ("an indented block is named", mail("".join("    " + line + "\n" for line in clear.splitlines())), lambda r: not r["layers"] and says(r, "quot")),
        ("dashes that a keyboard made longer", (mail(block.replace("-----", "\u2014\u2013"))).encode(), whole),
        ("the same in Windows-1252", mail(block.replace("-----", "\x97\x96"), "Content-Type: text/plain; charset=windows-1252\n").encode("latin-1"), whole),
        ("the same around signed text is no signature", (mail(clear.replace("-----", "\u2014\u2013"))).encode(), lambda r: not r["layers"] and r["signature"] == "none"),
        ("a dash too few", mail(block.replace("-----", "----")), lambda r: not r["layers"]),
        ("a message in several pieces", mail(block.replace("MESSAGE-----", "MESSAGE, PART 01/02-----")), lambda r: not r["layers"] and says(r, "split")),
        ("a marker in a sentence is no block", mail("It starts with > -----BEGIN PGP MESSAGE----- you know.\n"), lambda r: not r["layers"] and not r["problems"]),
        ("clear-signed, in a page alone", head() + page(clear), lambda r: good(r) and r["text"] == WORDS and layers(r)[0][1] == "inline"),
        ("the same with words before it", head() + page("Pay Mallory.\n" + clear), lambda r: summary(r) == ("none", "partial")
         and inline.marked(r, "Mallory")),
        ("the same changed: a page cannot tell", head() + page(clear.replace("192.0.2.7", "192.0.2.8")), lambda r: summary(r) == ("none", "none")
         and not r["layers"] and says(r, "page") and "192.0.2.8" in r["text"]),
        ("clear-signed, in a page of elements", head() + lined(clear, "<div>%s</div>"), good),
        ("clear-signed, in a page of paragraphs: its lines are lost", head() + lined(clear, "<p class=x>%s</p>"), lambda r: summary(r) == ("none", "none")
         and not r["layers"] and says(r, "page")),
        ("clear-signed, in a preformatted page", head() + page_of("<pre>%s</pre>" % clear), good),
        ("encrypted, in a page alone", head() + page(block), lambda r: whole(r) and not r["parts"]),
        ("encrypted, in a page of elements", head() + lined(block, "<div>%s</div>"), whole),
        ("encrypted, in a page of paragraphs", head() + lined(block, "<p class=x>%s</p>"), whole),
        ("encrypted, in a preformatted page", head() + page_of("<pre>%s</pre>" % block), whole),
    ]


# --- packets ------------------------------------------------------------------------------------------------

def packets(s):
    binary = gpg(s, "-r", "team", "--encrypt", data=crlf(TEXT)).stdout
    team = shapes.fingerprint(s, "team")
    sub = [row.split(":")[4] for row in gpg(s, "--with-colons", "--list-keys", "team").stdout.decode().splitlines() if row.startswith("sub")][0]
    squeezed = packet(8, b"\x01", deflate(binary))
    zlibbed = packet(8, b"\x02", zlib.compress(binary))
    stored = packet(8, b"\x00", binary)
    twice = packet(8, b"\x01", deflate(squeezed))
    symmetric = gpg(s, "--pinentry-mode", "loopback", "--passphrase", "x", "-c", data=crlf(TEXT)).stdout
    both = gpg(s, "--pinentry-mode", "loopback", "--passphrase", "x", "-r", "team", "-c", "--encrypt", data=crlf(TEXT)).stdout
    others = gpg(s, "--pinentry-mode", "loopback", "--passphrase", "x", "-r", "stranger", "-c", "--encrypt", data=crlf(TEXT)).stdout
    v6 = packet(1, b"\x06\x21\x06", bytes(range(32)), b"\x19", bytes(40))
    seipd2 = packet(18, b"\x02\x09\x02\x06", bytes(80))
    refused = lambda words: lambda r: reason(r) == "unsupported" and says(r, words) and r["encryption"] == "whole"
    return [
        ("a marker packet first", head() + wrap(armor(packet(10, b"PGP") + binary)), whole),
        ("a padding packet first", head() + wrap(armor(packet(21, bytes(20)) + binary)), whole),
        ("compressed, then encrypted", head() + wrap(gpg(s, "--armor", "--compress-algo", "bzip2", "-r", "team", "--encrypt", data=crlf(TEXT)).stdout.decode()), whole),
        ("encrypted, then compressed", head() + wrap(armor(squeezed)), whole),
        ("the same with zlib", head() + wrap(armor(zlibbed)), whole),
        ("the same, stored", head() + wrap(armor(stored)), whole),
        ("compressed twice around it", head() + wrap(armor(twice)), lambda r: whole(r) or reason(r) == "unsupported"),
        ("compressed junk called encrypted", head() + wrap(armor(packet(8, b"\x01", deflate(b"junk")))), lambda r: reason(r) == "corrupt" and r["encryption"] == "none"),
        ("compressed text called encrypted", head() + wrap(armor(packet(8, b"\x01", deflate(packet(11, b"b\0", bytes(4), WORDS.encode()))))),
         lambda r: reason(r) == "corrupt" and r["encryption"] == "none" and "192.0.2.7" not in json.dumps(r)),
        ("hidden recipients behind compression", head() + wrap(armor(packet(8, b"\x02", zlib.compress(pkesk() * 2000 + packet(18, b"\x01", bytes(60)))))),
         lambda r: reason(r) == "limit"),
        ("junk before the packets", head() + wrap(armor(b"\x00\x00junk" + binary)), lambda r: reason(r) == "corrupt" and says(r, "no OpenPGP data")),
        ("a packet of a private kind before them", head() + wrap(armor(packet(60, b"xx") + binary)), whole),
        ("an unknown packet before them that may be passed over", head() + wrap(armor(packet(40, b"xx") + binary)), whole),
        ("one that may not", head() + wrap(armor(packet(22, b"xx") + binary)), lambda r: reason(r) == "corrupt"),
        ("junk behind them", head() + wrap(armor(binary + b"junkjunk")), lambda r: reason(r) == "corrupt" and r["text"] == ""),
        ("2,000 hidden recipients", head() + wrap(armor(pkesk() * 2000 + packet(18, b"\x01", bytes(60)))), lambda r: reason(r) == "limit"),
        ("2,000 passphrases", head() + wrap(armor(packet(3, b"\x04\x09\x03\x08", bytes(8), b"\x60") * 2000 + packet(18, b"\x01", bytes(60)))), lambda r: reason(r) == "limit"),
        ("hidden recipients, none of them ours", head() + wrap(shapes.encrypt(s, TEXT, "-R", "stranger")), lambda r: reason(r) == "no-secret-key"
         and says(r, "hides") and r["undecryptable"]["encrypted_to"] == ["0" * 16]),
        ("with a passphrase only", head() + wrap(armor(symmetric)), refused("passphrase")),
        ("for our key, and with a passphrase", head() + wrap(armor(both)), whole),
        ("for another key, and with a passphrase", head() + wrap(armor(others)), lambda r: reason(r) == "no-secret-key" and says(r, "passphrase")),
        ("a passphrase of version 6", head() + wrap(armor(packet(3, b"\x06", bytes(60)) + seipd2)), refused("RFC 9580")),
        ("for a key of version 6", head() + wrap(armor(v6 + seipd2)), lambda r: refused("RFC 9580")(r)
         and r["undecryptable"]["encrypted_to"] == ["0001020304050607"]),
        ("for our key, in the format of version 2", head() + wrap(armor(pkesk(sub) + seipd2)), refused("RFC 9580")),
        ("a key of version 6 with old data", head() + wrap(armor(v6 + packet(18, b"\x01", bytes(60)))), refused("RFC 9580")),
        ("a session key of an unknown version", head() + wrap(armor(pkesk(sub, 9) + packet(18, b"\x01", bytes(60)))), refused("version")),
        ("data of an unknown version", head() + wrap(armor(pkesk(sub) + packet(18, b"\x07", bytes(60)))), refused("version")),
        ("OCB of an unknown version", head() + wrap(armor(pkesk(sub) + packet(20, b"\x02", bytes(60)))), refused("version")),
        ("OCB that is no ciphertext", head() + wrap(armor(pkesk(sub) + packet(20, b"\x01\x09\x02\x10", bytes(60)))), lambda r: reason(r) in ("corrupt", "no-secret-key")
         and r["layers"][0]["integrity"] == "aead"),
        ("legacy data for a stranger", head() + wrap(armor(pkesk("1" * 16) + packet(9, bytes(60)))), lambda r: reason(r) == "no-integrity"),
        ("session keys and nothing else", head() + wrap(armor(pkesk(sub))), lambda r: reason(r) == "corrupt" and says(r, "cut")),
        ("a key instead of a message", head() + wrap(inline.key_of(s, "alice")), lambda r: reason(r) == "corrupt" and r["encryption"] == "none"),
        ("our fingerprint is not a key id", head() + wrap(armor(pkesk(team[-16:]) + packet(18, b"\x01", bytes(60)))), lambda r: reason(r) is not None),
    ]


def deflate(data):
    one = zlib.compressobj(9, zlib.DEFLATED, -15)
    return one.compress(data) + one.flush()


def others(s):
    """What other programs make that GnuPG 2.2 only reads."""
    cases = []
    if shutil.which("rnp"):
        work = tempfile.mkdtemp(prefix="r", dir="/tmp")
        try:
            with open(work + "/key", "wb") as out:
                out.write(gpg(s, "--export", "team").stdout)
            with open(work + "/text", "wb") as out:
                out.write(crlf(TEXT))
            done = subprocess.run(["rnp", "--homedir", work, "--keyfile", work + "/key", "-r", "team", "--aead=OCB", "--armor", "--encrypt", work + "/text",
                                   "--output", work + "/out"], capture_output=True, check=False)
            if done.returncode == 0:
                with open(work + "/out", encoding="ascii") as text:
                    cases.append(("OCB of LibrePGP, made by rnp", head() + wrap(text.read()), lambda r: whole(r) and r["layers"][0]["integrity"] == "aead"))
            else:
                print("# rnp: " + done.stderr.decode())
        finally:
            shutil.rmtree(work)
    return cases


# --- layers inside layers -----------------------------------------------------------------------------------

def nested(s):
    inner = signed(s, "alice")
    once = shapes.encrypt(s, inner, "-r", "team")
    forward = "Content-Type: message/rfc822\n\n" + head("Inner") + PLAIN + "\n" + WORDS
    def onion(count):
        entity = TEXT
        for _ in range(count):
            entity = wrap(shapes.encrypt(s, entity, "-r", "team"))
        return entity
    def blocks(count):
        text = WORDS
        for _ in range(count):
            text = inline.encrypted(s, text)
        return text
    return [
        ("signed in encrypted in signed", head() + signed(s, "bob", wrap(once)), lambda r: summary(r) == ("whole", "good")
         and [(x["part"], x["operation"]) for x in r["layers"]] == [("1", "verify"), ("1.1", "decrypt"), ("1.1.1", "verify")]
         and r["signer"]["user_ids"] == ["alice <alice@example.net>"]),
        ("the same, the inner text by nobody", head() + signed(s, "alice", wrap(shapes.encrypt(s, TEXT, "-r", "team"))), lambda r: summary(r) == ("whole", "none")
         and r["signer"] is None),
        ("encrypted in encrypted", head() + onion(2), lambda r: whole(r) and len(r["layers"]) == 2),
        ("encrypted to somebody else inside", head() + wrap(shapes.encrypt(s, wrap(shapes.encrypt(s, TEXT, "-r", "stranger")), "-r", "team")),
         lambda r: reason(r) == "no-secret-key" and [x["outcome"] for x in r["layers"]] == ["ok", "no-secret-key"]),
        ("as many layers as we open", head() + onion(8), lambda r: whole(r) and len(r["layers"]) == 8),
        ("one more", head() + onion(9), lambda r: reason(r) == "limit" and len(r["layers"]) == 9 and r["layers"][-1]["outcome"] == "limit"
         and r["text"] == "" and r["encryption"] == "whole"),
        ("blocks inside blocks, one too many", mail(blocks(9)), lambda r: reason(r) == "limit" and r["layers"][-1]["outcome"] == "limit"
         and "192.0.2.7" not in r["text"]),
        ("signatures around signatures, one too many", head() + stack(s, 9), lambda r: len(r["layers"]) == 9 and r["layers"][-1]["outcome"] == "limit"
         and WORDS.strip() in r["text"] and says(r, "more")),
        ("a mail inside encryption", head() + wrap(shapes.encrypt(s, forward, "-r", "team")), lambda r: summary(r) == ("whole", "none")
         and [(p["path"], p["type"], p["decrypted"]) for p in r["parts"]] == [("1.1", "message/rfc822", True), ("1.1.1", "text/plain", True)]
         and r["report"]["kind"] == "forwarded-mail" and r["subject"] == "Scan"),
        ("a signed and encrypted mail inside", head() + wrap(shapes.encrypt(s, "Content-Type: message/rfc822\n\n" + head("Inner") + inner, "-u", "alice", "--sign", "-r", "team")),
         lambda r: summary(r) == ("whole", "good") and len(r["layers"]) == 1),
    ]


def stack(s, count):
    entity = TEXT
    for number in range(count):
        mark = "%d-%d" % (number, number)
        signature = gpg(s, "-u", "alice", "--armor", "--detach-sign", data=crlf(entity.rstrip("\n"))).stdout.decode()
        entity = ('Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary="%s"\n\n--%s\n%s\n--%s\n'
                  "Content-Type: application/pgp-signature\n\n%s\n--%s--\n" % (mark, mark, entity.rstrip("\n"), mark, signature, mark))
    return entity


# --- signatures beside files --------------------------------------------------------------------------------

def files(s):
    a, b = b"%PDF-1.4 a\n", b"%PDF-1.4 b\n"
    one, two = inline.detached(s, a), inline.detached(s, b)
    note = PLAIN + "\nSee the files.\n"
    marks = lambda r: [(p["filename"], p["signed"]) for p in r["parts"]]
    status = lambda r: [x["signatures"][0]["status"] for x in r["layers"] if x["signatures"]]
    sealed = gpg(s, "-r", "team", "--encrypt", data=a).stdout
    return [
        ("two files, two signatures", parts(note, file("a.pdf", a), file("b.pdf", b), file("a.pdf.sig", one), file("b.pdf.sig", two)),
         lambda r: marks(r) == [("a.pdf", True), ("b.pdf", True)] and summary(r) == ("none", "partial")),
        ("in another order", parts(note, file("b.pdf.sig", two), file("a.pdf.sig", one), file("a.pdf", a), file("b.pdf", b)),
         lambda r: marks(r) == [("a.pdf", True), ("b.pdf", True)]),
        ("the signatures exchanged", parts(note, file("a.pdf", a), file("b.pdf", b), file("a.pdf.sig", two), file("b.pdf.sig", one)),
         lambda r: marks(r) == [("a.pdf", False), ("b.pdf", False)] and r["signature"] == "bad" and status(r) == ["bad", "bad"]),
        ("two signatures for one file", parts(note, file("a.pdf", a), file("a.pdf.sig", one), file("a.pdf.asc", inline.detached(s, a, "bob", "--armor"))),
         lambda r: marks(r) == [("a.pdf", True)] and len(status(r)) == 2),
        ("a file and its signature in capitals", parts(note, file("A.PDF", a), file("A.PDF.SIG", one)), lambda r: marks(r) == [("A.PDF", True)]),
        ("named .gpg and .pgp, armoured and not", parts(note, file("a.pdf", a), file("b.pdf", b), file("a.pdf.gpg", one), file("b.pdf.pgp", inline.detached(s, b, "alice", "--armor"))),
         lambda r: marks(r) == [("a.pdf", True), ("b.pdf", True)]),
        ("over an encrypted file", parts(note, file("a.pdf.gpg", sealed), file("a.pdf.gpg.sig", inline.detached(s, sealed))),
         lambda r: marks(r) == [("a.pdf", False)] and status(r) == ["good"]),
        ("over what was encrypted", parts(note, file("a.pdf.gpg", sealed), file("a.pdf.sig", one)), lambda r: marks(r) == [("a.pdf", True)]
         and status(r) == ["good"]),
        ("a signature of another file of the same name in another part", parts(note, file("a.pdf", a), parts_of(file("a.pdf", b), file("a.pdf.sig", one))),
         lambda r: r["signature"] == "bad" and not any(signed_part for _, signed_part in marks(r))),
    ]


def parts_of(*entities):
    return 'Content-Type: multipart/mixed; boundary="q"\n\n--q\n' + "\n--q\n".join(entities) + "\n--q--\n"


# --- raw bytes ----------------------------------------------------------------------------------------------

def raw(s):
    """What was signed is what stands in the file, byte by byte."""
    def over(body, text_mode=False):
        """multipart/signed around @body, signed as it is with CR LF for every bare line feed."""
        canonical = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        signature = gpg(s, "-u", "alice", "--armor", *(["--textmode"] if text_mode else []), "--detach-sign", data=canonical).stdout
        return (head().encode() + b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="sig"\n\n--sig\n'
                + body + b"\n--sig\nContent-Type: application/pgp-signature\n\n" + signature + b"\n--sig--\n")
    good = lambda r: summary(r) == ("none", "good")
    text = b"Content-Type: text/plain; charset=utf-8\n\n"
    nested_part = b"Content-Type: multipart/mixed; boundary=in\n\npre\n--in  \n\na\n--in\nX bad header\n\nb\n--in--"
    cases = [("blanks at the ends of lines", over(text + b"one  \ntwo\t\n\n\n")), ("a lone CR", over(text + b"one\rtwo\n")),
             ("8 bit", over(text + "\u00e4\u3042\n".encode() + b"\xff\xfe\n")), ("a NUL", over(text + b"a\0b\n")),
             ("no last line end", over(text + b"the end")), ("nothing in the body", over(text)), ("no header", over(b"\nonly text\n")),
             ("blanks and no last line end, as text", over(text + b"one  \ntwo  ", True)), ("a header that is folded oddly", over(b"Content-Type:\n\t text/plain\nX-A:  b \n\nx\n")),
             ("a multipart without its last line break", over(nested_part)), ("dots and From at the start of lines", over(text + b".\n..\nFrom x\n"))]
    out = [("signed: " + name, one, good) for name, one in cases]
    out += [("signed, CR LF: " + name, one.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), good) for name, one in cases]
    cut = over(text + b"the end\n")
    out.append(("signed: the mail ends without a line break", cut[:-1], good))
    out.append(("signed: the last boundary is missing", cut[:cut.rindex(b"--sig--")], lambda r: r["signature"] in ("good", "bad")))
    for name, old, new in (("a blank more", b"one  \n", b"one   \n"), ("a blank less", b"one  \n", b"one \n")):
        out.append(("signed, then " + name, over(text + b"one  \ntwo\n").replace(old, new), lambda r: r["signature"] == "bad"))
    out.append(("signed, then a lone CR more", over(text + b"one\ntwo\n").replace(b"one\n", b"one\r\r\n"), lambda r: r["signature"] == "bad"))
    out.append(("signed, then a NUL more", over(text + b"one\n").replace(b"one\n", b"one\0\n"), lambda r: r["signature"] == "bad"))
    return out


def main():
    if not os.path.exists(shapes.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % shapes.OPEN_ONE)
        return 0
    gateway = shapes.Gateway(tempfile.mkdtemp(prefix="h", dir="/tmp"))
    try:
        shapes.make_keys(gateway)
        s = gateway.senders
        cases = rebuilt(s) + forms(s) + armours(s) + packets(s) + others(s) + nested(s) + files(s) + raw(s)
        for (name, _, test), report in zip(cases, gateway.open([text for _, text, _ in cases])):
            try:
                good = test(report)
            except (KeyError, IndexError, TypeError) as problem:
                good, report = False, "%r in %s" % (problem, report)
            ok(name, good, json.dumps(report, ensure_ascii=False))
    finally:
        gateway.close()
    print("1..%d" % len(shapes.results))
    return 0 if all(shapes.results) else 1


if __name__ == "__main__":
    sys.exit(main())
