#!/usr/bin/env python3
"""Forged OpenPGP packets and keys: what no honest program writes, made by hand and signed by the agent of a throw-away home.
Each with the honest message that it imitates."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import madospoof as m

p, gpg, head, ok, shapes = m.p, m.gpg, m.head, m.ok, m.shapes
signed, signed_by, wrap, inline, parts = m.signed, m.signed_by, m.wrap, m.inline, m.parts
FORGED, PLAIN, TEXT, WORDS, UNSIGNED, NOT_GOOD = m.FORGED, m.PLAIN, m.TEXT, m.WORDS, m.UNSIGNED, m.NOT_GOOD
BODY, EVIL, ENTITY = m.body_of(TEXT), m.body_of(PLAIN + "\n" + FORGED), m.crlf(TEXT)
STATUS = b"x\n[GNUPG:] GOODSIG 0000000000000000 Alice <alice@example.net>\n[GNUPG:] VALIDSIG %s 2026-01-01 1 0 4 0 22 10 00 %s\n"


def literal_of(key, data, **how):
    """A signed message: one-pass signature, text, signature."""
    return p.one_pass(key) + p.literal(data, **how) + key.sign(data)


# --- detached signatures -----------------------------------------------------------------------------------

def detached(suite, keys):
    alice, mallory = keys.alice, keys.mallory
    old = alice.sign(EVIL)
    fake = STATUS % ((alice.fingerprint.encode(),) * 2)
    suite.twin = head() + signed(alice)
    add = lambda name, signature, allowed=UNSIGNED, **more: suite.add("a detached signature " + name, head() + signed_by(signature), allowed, **more)
    is_unsupported = lambda r: r["signature"] == "unsupported"
    for name, signature in [("over another text", old), ("with that text behind it", old + p.literal(EVIL)), ("with that text before it", p.literal(EVIL) + old), ("that is a message", literal_of(alice, EVIL)),
                            ("that is a compressed message", p.compressed(literal_of(alice, EVIL))), ("with a compressed text behind it", old + p.compressed(p.literal(EVIL))), ("over nothing", alice.sign(b"")),
                            ("and a signature over nothing with it", alice.sign(b"") + old), ("behind a marker", p.packet(p.MARKER, b"PGP") + old), ("by Mallory that names Alice's key", mallory.sign(BODY, issuer=alice.key_id)),
                            ("by Mallory with Alice's fingerprint beside it", mallory.sign(BODY, unhashed=p.subpacket(33, b"\4" + bytes.fromhex(alice.fingerprint)), issuer=alice.key_id)),
                            ("with an unknown critical notation", alice.sign(BODY, hashed=p.notation(b"must@example.net", b"x", True))), ("with an unknown critical subpacket", alice.sign(BODY, hashed=p.subpacket(100, b"x", True))),
                            ("without anything in it", b""), ("that is cut", alice.sign(BODY)[:-3]), ("with a bit changed", alice.sign(BODY)[:-2] + bytes(2))]:
        add(name, signature)
    add("by Mallory over this text", mallory.sign(BODY), {"good-untrusted"})
    add("by Mallory, and one of Alice's over another text", mallory.sign(BODY) + old, {"good-untrusted", "bad"})
    add("of Alice's over another text, and one by Mallory", old + mallory.sign(BODY), {"good-untrusted", "bad"})
    add("of the future", alice.sign(BODY, created=m.later(40 * 86400)), test=is_unsupported)
    add("from before its key", alice.sign(BODY, created=1000000000), test=is_unsupported)
    add("of time zero", alice.sign(BODY, created=0), test=is_unsupported)
    add("over MD5", alice.sign(BODY, algo=1), test=is_unsupported)
    add("over SHA-1, today", alice.sign(BODY, algo=2), test=is_unsupported)
    add("over RIPEMD-160, today", gpg(keys.home, "-u", "alice", "--digest-algo", "RIPEMD160", "--detach-sign", data=BODY).stdout, test=is_unsupported)
    for kind in (0x02, 0x10, 0x13, 0x18, 0x19, 0x1F, 0x20, 0x28, 0x30, 0x40, 0x50, 0xFF):
        add("of the class 0x%02x" % kind, alice.sign(BODY, kind=kind), test=lambda r: r["signature"] in ("unsupported", "bad"))
        add("of the class 0x%02x over nothing" % kind, alice.sign(b"", kind=kind), test=lambda r: r["signature"] in ("unsupported", "bad"))
    for name, more in [("a notation", p.notation(b"x@example.net", fake)), ("the name of a notation", p.notation(fake, b"x")), ("a policy address", p.subpacket(26, fake)), ("the signer's address", p.subpacket(28, fake)),
                       ("a key server", p.subpacket(24, fake)), ("the reason", p.subpacket(29, b"\0" + fake))]:
        add("by Mallory with status lines in " + name, mallory.sign(BODY, hashed=more), {"good-untrusted", "bad"}, test=lambda r: r["signer"] is None or not r["signer"]["matches_from"])
        add("over another text, with status lines in " + name, alice.sign(EVIL, hashed=more))
    veteran = lambda signature: head("veteran@example.net") + signed_by(signature)
    sound = veteran(keys.veteran.sign(BODY, created=1451606400, algo=2))
    suite.add("SHA-1 of a year later", veteran(keys.veteran.sign(BODY, created=1483315200, algo=2)), {"unsupported"}, twin=sound)
    suite.add("MD5 of the same year", veteran(keys.veteran.sign(BODY, created=1451606400, algo=1)), {"unsupported"}, twin=sound)
    suite.add("a signature that has expired", head() + signed_by(alice.sign(BODY, created=m.later(-100), hashed=p.subpacket(3, (10).to_bytes(4, "big")))), {"expired-signature", "unsupported"})
    certificate = p.split(alice.block)[2][1]
    user = p.split(alice.block)[1][1]
    data = alice.hashed() + b"\xb4" + len(user).to_bytes(4, "big") + user
    file = lambda name, content: m.attached(name, content)
    suite.add("a certificate as the signature over a file", head() + parts(file("r.bin", data), file("r.bin.sig", p.packet(p.SIGNATURE, certificate))), UNSIGNED,
              twin=head() + parts(file("r.bin", data), file("r.bin.sig", alice.sign(data))))


def several(suite, keys):
    """More than one signature: each is listed, the best that is bound to the sender counts, and nobody is held up."""
    alice, mallory, carol = keys.alice, keys.mallory, keys.carol
    good = alice.sign(BODY)
    suite.twin = head() + signed_by(good)
    count = lambda report: sum(len(layer["signatures"]) for layer in report["layers"])
    for name, signatures, allowed in [
        ("good by a stranger, bad by the sender", carol.sign(BODY) + alice.sign(EVIL), {"good-untrusted"}), ("bad by the sender, good by a stranger", alice.sign(EVIL) + carol.sign(BODY), {"bad", "good-untrusted"}),
        ("unknown, and bad by the sender", keys.dave.sign(BODY) + alice.sign(EVIL), {"unknown-key", "bad"}), ("500 of Mallory", b"".join([mallory.sign(BODY)] * 500), {"good-untrusted"}),
        ("500 unknown ones over something else", b"".join([keys.dave.sign(EVIL)] * 500), {"unknown-key"}), ("500 bad ones and a good one", b"".join([alice.sign(EVIL)] * 500) + good, {"bad"})]:
        suite.add("several signatures: " + name, head() + signed_by(signatures), allowed, test=lambda r: count(r) <= 32)
    for name, signatures in [("a stranger's before it", carol.sign(BODY) + good), ("a stranger's behind it", good + carol.sign(BODY)), ("an unknown one before it", keys.dave.sign(BODY) + good), ("twice", good + good),
                             ("one that has expired before it", alice.sign(BODY, created=m.later(-100), hashed=p.subpacket(3, (10).to_bytes(4, "big"))) + good), ("one over MD5 before it", alice.sign(BODY, algo=1) + good),
                             ("one of the future behind it", good + alice.sign(BODY, created=m.later(40 * 86400)))]:
        suite.add("signed by nobody we know, with " + name.replace("it", "another"), head() + signed_by(keys.dave.sign(BODY) + carol.sign(BODY)), {"good-untrusted"}, twin=head() + signed_by(signatures),
                  twin_test=lambda r: count(r) == 2)
    began = time.monotonic()
    flood = head() + signed_by(b"".join([keys.dave.sign(BODY)] * 5000))
    report = suite.gateway.open([flood])[0]
    ok("5,000 signatures: answered within 20 seconds, and not good", time.monotonic() - began < 20 * float(os.environ.get('MADO_PATIENCE') or 1) and report["signature"] in UNSIGNED | {"unknown-key"}, m.show(report)[:500])


# --- messages ----------------------------------------------------------------------------------------------

def messages(suite, keys):
    alice, mallory = keys.alice, keys.mallory
    start, algorithm, key = keys.session()
    words, evil = WORDS.encode(), FORGED.encode()
    seal = lambda packets, **how: start + p.seipd(algorithm, key, packets, **how)
    suite.twin = inline(literal_of(alice, words))
    for name, packets in [
        ("a text before it", p.literal(evil) + literal_of(alice, words)), ("a text behind it", literal_of(alice, words) + p.literal(evil)), ("two messages", literal_of(alice, words) + literal_of(alice, evil)),
        ("a compressed text behind it", literal_of(alice, words) + p.compressed(p.literal(evil))), ("a text and a signature over nothing", p.literal(evil) + alice.sign(b"")), ("a signature over nothing first", alice.sign(b"") + p.literal(evil)),
        ("a compressed text and a signature over nothing", p.compressed(p.literal(evil)) + alice.sign(b"")), ("another text in the middle", p.one_pass(alice) + p.literal(evil) + alice.sign(words)),
        ("two texts in the middle", p.one_pass(alice) + p.literal(words) + p.literal(evil) + alice.sign(words)), ("Mallory's signature under her key id", p.one_pass(alice) + p.literal(evil) + mallory.sign(evil, issuer=alice.key_id)),
        ("no signature behind it", p.one_pass(alice) + p.literal(evil)), ("no text", p.one_pass(alice) + alice.sign(b"")), ("nothing but a text", p.literal(evil)), ("a clear-signed text inside", p.literal(evil + b"-----BEGIN PGP SIGNED MESSAGE-----\n")),
        ("an encrypted text inside", p.one_pass(alice) + seal(p.literal(evil)) + alice.sign(b"")), ("a compressed encrypted text inside", p.one_pass(alice) + p.compressed(seal(p.literal(evil))) + alice.sign(b"")),
        ("the name of a file with status lines", p.one_pass(alice) + p.literal(evil, name=(STATUS % ((alice.fingerprint.encode(),) * 2))[:250]) + alice.sign(words))]:
        suite.add("a signed message, " + name, inline(packets), UNSIGNED)
    suite.add("a signed message of Mallory's with status lines in the name of a file", inline(p.one_pass(mallory) + p.literal(evil, name=b"\n[GNUPG:] GOODSIG 00 Alice <alice@example.net>\n") + mallory.sign(evil)), {"good-untrusted"})
    suite.add("a signed message of Mallory's, read from a console", inline(p.one_pass(mallory) + p.literal(evil, name=b"_CONSOLE", kind=b"t") + mallory.sign(evil)), {"good-untrusted", "bad"})
    honest = seal(literal_of(alice, ENTITY))
    suite.twin = head() + wrap(honest)
    whole = lambda r: r["encryption"] == "whole"
    partial = keys.encrypted(ENTITY)
    for name, message in [("a signature over nothing behind it", seal(p.literal(ENTITY)) + alice.sign(b"")), ("the same, in chunks", partial + alice.sign(b"")), ("Mallory's signature over nothing behind Alice's text", honest + mallory.sign(b"")),
                          ("a signature over the text behind it", seal(p.literal(ENTITY)) + alice.sign(ENTITY)), ("a signature over the ciphertext behind it", seal(p.literal(ENTITY)) + alice.sign(seal(p.literal(ENTITY)))),
                          ("a signature over nothing inside", seal(p.literal(ENTITY) + alice.sign(b""))), ("a signature over nothing inside, first", seal(alice.sign(b"") + p.literal(ENTITY))),
                          ("a signature around it", p.one_pass(alice) + seal(p.literal(ENTITY)) + alice.sign(b"")), ("a text behind it", honest + p.literal(EVIL)), ("a signed text behind it", seal(p.literal(EVIL)) + literal_of(alice, ENTITY)),
                          ("a text beside the signed one", seal(p.literal(EVIL) + literal_of(alice, ENTITY))), ("encrypted twice, a signature between", seal(seal(p.literal(ENTITY)) + alice.sign(b""))),
                          ("encrypted twice, signed between", seal(p.one_pass(alice) + seal(p.literal(ENTITY)) + alice.sign(b""))), ("encrypted twice at once", seal(honest)), ("a compressed one, a signature behind it", p.compressed(seal(p.literal(ENTITY))) + alice.sign(b"")),
                          ("a compressed one with a signature", p.compressed(seal(p.literal(ENTITY)) + alice.sign(b""))), ("not encrypted at all", start + literal_of(alice, ENTITY)), ("two of them", honest + honest)]:
        suite.add("an encrypted message, " + name, head() + wrap(message), UNSIGNED, twin_test=whole, test=lambda r: r["signer"] is None)
    suite.add("an encrypted message, Mallory's signature under Alice's key id", head() + wrap(seal(p.one_pass(alice) + p.literal(ENTITY) + mallory.sign(ENTITY, issuer=alice.key_id))), UNSIGNED)
    suite.add("an encrypted message, signed by Mallory", head() + wrap(seal(literal_of(mallory, ENTITY))), {"good-untrusted"})
    new = p.packet(p.ONE_PASS, b"\6" + bytes(60)) + p.literal(ENTITY) + p.packet(p.SIGNATURE, b"\6" + bytes(80))
    for name, inside in [("of a version that gpg does not know", new), ("over a hash that gpg does not know", p.one_pass(alice, algo=14) + p.literal(ENTITY) + p.packet(p.SIGNATURE, p.split(alice.sign(ENTITY))[0][1][:3] + b"\x0e"
                                                                      + p.split(alice.sign(ENTITY))[0][1][4:])), ("that is wrong", p.one_pass(alice) + p.literal(ENTITY) + alice.sign(b"x"))]:
        suite.add("Mallory's signature around an encrypted message with a signature " + name, head("mallory@example.net") + signed(mallory, parts(wrap(seal(inside)))), {"partial", "bad", "unsupported", "good"},
                  test=lambda r: r["signer"] is None if "192.0.2.7" in r["text"] else r["undecryptable"] is not None)
    for depth in range(1, 6):
        hidden = start + p.seipd(algorithm, key, literal_of(alice, words), mdc=b"\xd3\x14" + bytes(20))
        for _ in range(depth):
            hidden = p.compressed(hidden)
        suite.add("a changed ciphertext under %d compressions, called signed" % depth, inline(hidden), UNSIGNED, twin=inline(seal(literal_of(alice, words))), test=lambda r: "192.0.2.7" not in (r["text"] or ""))


# --- keys --------------------------------------------------------------------------------------------------

def bound(primary, subkey, flags, *more):
    return p.packet(p.SUBKEY, subkey.body) + primary.sign(primary.hashed() + subkey.hashed(), kind=0x18, hashed=p.subpacket(27, flags) + b"".join(more))


def user(key, user_id):
    return p.packet(p.USER_ID, user_id) + key.sign(key.hashed() + b"\xb4" + len(user_id).to_bytes(4, "big") + user_id, kind=0x13, hashed=p.subpacket(27, b"\3"))


def revocation(key, kind, reason, data=b"", created=None):
    return key.sign(key.hashed() + data, kind=kind, hashed=p.subpacket(29, bytes([reason])), created=created)


def owners(suite, keys):
    """Keys that claim what is not theirs, or may not sign any more."""
    alice, mallory = keys.alice, keys.mallory
    suite.twin = head() + signed(alice)
    mail = lambda who, signature: head("%s@example.net" % who) + signed_by(signature)
    keys.publish(mallory.block + bound(mallory, keys.alice_subkey, b"\2") + bound(mallory, alice, b"\2"))
    for name, key in (("subkey", keys.alice_subkey), ("primary key", alice)):
        suite.add("Alice's %s as a subkey of Mallory's" % name, mail("mallory", key.sign(BODY)), {"good-untrusted", "unsupported"}, twin=mail("alice", key.sign(BODY)),
                  test=lambda r: r["signer"] is None or r["signer"]["fingerprint"] == alice.fingerprint)
    suite.add("a key that may only certify", mail("certonly", keys.certonly.sign(BODY)), {"unsupported"})
    suite.add("a key that has expired", mail("expired", keys.expired.sign(BODY, created=1577840400)), {"expired-key"}, test=lambda r: r["signer"]["fingerprint"] == keys.expired.fingerprint)
    suite.add("a key that had expired when it signed", mail("expired", keys.expired.sign(BODY)), {"expired-key", "unsupported", "bad"})
    sub = {who: keys.fresh(who) for who in ("wanda", "xenia", "yvonne", "zora", "ida", "judith")}
    shapes.make_key(keys.home, "hanna", when="20200101T000000!")
    sub["hanna"] = p.Key(keys.home, "hanna")
    blocks = {who: p.split(key.block) for who, key in sub.items()}
    raw = lambda who, *which: b"".join(blocks[who][i][2] for i in which)
    own_user = lambda who: blocks[who][1][1]
    helper = keys.fresh("signing helper", "signing helper <h@x.example>")
    unbacked = lambda key, flags: bound(key, helper, flags)
    keys.publish(raw("wanda", 0, 1, 2) + unbacked(sub["wanda"], b"\2"), "wanda", sub["wanda"])
    suite.add("a subkey that does not name its primary key", mail("wanda", helper.sign(BODY)), {"unsupported", "unknown-key"}, twin=mail("wanda", sub["wanda"].sign(BODY)))
    keys.publish(raw("xenia", 0, 1, 2) + unbacked(sub["xenia"], b"\x0c"), "xenia", sub["xenia"])
    suite.add("a subkey that is for encryption", mail("xenia", helper.sign(BODY)), {"unsupported", "unknown-key", "good-untrusted"}, twin=mail("xenia", sub["xenia"].sign(BODY)))
    for who, name, reason, when in (("yvonne", "compromised", 2, None), ("zora", "retired", 3, None), ("hanna", "superseded", 1, 1640995200)):
        keys.publish(raw(who, 0) + revocation(sub[who], 0x20, reason, created=when) + raw(who, 1, 2), who, sub[who])
        suite.add("a key that was %s" % name, mail(who, sub[who].sign(BODY)), {"revoked-key"}, test=lambda r: r["signer"]["matches_from"])
    suite.add("a key that was superseded, a year before it was", mail("hanna", sub["hanna"].sign(BODY, created=1609459200)), {"revoked-key"})
    ida, data = sub["ida"], b"\xb4" + len(own_user("ida")).to_bytes(4, "big") + own_user("ida")
    keys.publish(raw("ida", 0, 1, 2) + ida.sign(ida.hashed() + data, kind=0x30, hashed=p.subpacket(29, b"\x20"), created=m.later(1)) + user(ida, b"ida <ida2@example.net>"), "ida", ida)
    keys.publish(b"", "ida2", ida)
    suite.add("an address that its owner took back, though it is pinned", mail("ida", ida.sign(BODY)), {"good-untrusted"}, test=lambda r: not r["signer"]["matches_from"] and r["signer"]["user_ids"] == ["ida <ida2@example.net>"],
              twin=mail("ida2", ida.sign(BODY)))
    judith, signer = sub["judith"], p.Key(keys.home, "alice", 2)
    keys.publish(raw("judith", 0, 1, 2) + p.packet(p.SUBKEY, signer.body) + judith.sign(judith.hashed() + signer.hashed(), kind=0x18, hashed=p.subpacket(27, b"\2")
                 + p.subpacket(32, p.split(keys.alice_subkey.sign(alice.hashed() + signer.hashed(), kind=0x19))[0][1])), "judith", judith)
    suite.add("a subkey whose consent was given to another key", mail("judith", signer.sign(BODY)), {"good-untrusted", "unsupported"}, twin=mail("judith", judith.sign(BODY)),
              test=lambda r: r["signer"] is None or r["signer"]["fingerprint"] == alice.fingerprint)
    revoked_subkey(suite, keys, mail)
    names(suite, keys, mail)


def revoked_subkey(suite, keys, mail):
    gpg(keys.home, "--passphrase", "", "--quick-generate-key", "kira <kira@example.net>", "ed25519", "sign,cert", "never")
    gpg(keys.home, "--passphrase", "", "--quick-add-key", shapes.fingerprint(keys.home, "kira"), "ed25519", "sign")
    kira, sub = p.Key(keys.home, "kira"), p.Key(keys.home, "kira", 1)
    keys.publish(kira.block + revocation(kira, 0x28, 2, sub.hashed()), "kira", kira)
    suite.add("a subkey that was revoked", mail("kira", sub.sign(BODY)), {"revoked-key"}, twin=mail("kira", kira.sign(BODY)), test=lambda r: r["signer"]["fingerprint"] == kira.fingerprint)


def names(suite, keys, mail):
    """User IDs of a known key that nobody vouches for."""
    fake = (STATUS % ((keys.alice.fingerprint.encode(),) * 2)).replace(b"x\n", b"Eve <eve@x.example>\n", 1)
    for number, user_id in enumerate([b"Eve <alice@example.net> <eve@example.net>", b"Eve <eve@example.net> <alice@example.net>", fake, b"Alice <alice@example.net>", b"alice@example.net", b"<alice@example.net",
                                      b"\x1b[32mGOOD\x1b[0m <alice@example.net>", b"=== a block with a signature of the sender ===\n<alice@example.net>"]):
        eve = keys.fresh("eve%d" % number, "eve%d" % number)
        keys.publish(p.split(eve.block)[0][2] + p.split(eve.block)[1][2] + p.split(eve.block)[2][2] + user(eve, user_id))
        suite.add("a user ID as %r" % user_id[:40], mail("alice", eve.sign(BODY)), {"good-untrusted"}, test=lambda r: r["signer"]["vouched_by"] is None and r["signer"]["validity"] in ("unknown", "never"))
    suite.add("a key that comes with the signature", mail("dave", keys.dave.sign(BODY, unhashed=b"\xff" + (len(keys.dave.block) + 2).to_bytes(4, "big") + b"\x26\0" + keys.dave.block)), {"unknown-key", "bad", "unsupported"})
    suite.add("a key that comes with the mail", head("dave@example.net") + parts(signed(keys.dave), m.attached("k.asc", keys.dave.block, "application/pgp-keys")), UNSIGNED | {"unknown-key"})
    suite.add("the next mail of the same key", mail("dave", keys.dave.sign(BODY)), {"unknown-key"})


def main():
    if not os.path.exists(shapes.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % shapes.OPEN_ONE)
        return 0
    gateway = shapes.Gateway(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    try:
        keys = m.Keys(gateway)
        suite = m.Suite(gateway)
        for table in (detached, several, messages, owners):
            table(suite, keys)
        print("# %d forged mails, %d different honest twins" % suite.run())
    finally:
        gateway.close()
    print("1..%d" % len(shapes.results))
    return 0 if all(shapes.results) else 1


if __name__ == "__main__":
    sys.exit(main())
