#!/usr/bin/env python3
"""Header fields inside the cryptographic envelope: RFC 9788 (hp=, HP-Outer, legacy display), protected-headers="v1", a
mail wrapped in message/rfc822 (RFC 8551), Autocrypt and its gossip. What is protected wins, what differs is recorded,
and a false claim counts for nothing."""
import base64
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
shapes = __import__("open") # the scripts beside this one: gpg, keys, the gateway
inline = __import__("inline")

ok, gpg, wrap, signed, crlf = shapes.ok, shapes.gpg, shapes.wrap, shapes.signed, shapes.crlf
WORDS, parts, summary = inline.WORDS, inline.parts, inline.summary
ALICE, BOB = "Alice <alice@example.net>", "Bob <bob@example.net>"
OUTER = {"From": ALICE, "To": "csirt@example.org", "Subject": "[...]", "Date": "Sat, 21 Nov 2026 06:00:00 +0000", "Message-ID": "<outer@example.net>"}
INNER = {**OUTER, "Subject": "Real subject"}


def lines(fields):
    return "".join("%s: %s\n" % pair for pair in fields.items() if pair[1] is not None)


def head(**more):
    return lines({**OUTER, **{key.replace("_", "-"): value for key, value in more.items()}}) + "MIME-Version: 1.0\n"


def entity(hp, body=WORDS, record=None, kind="text/plain; charset=utf-8", mark='; hp="%s"', **more):
    """A payload with a protected header. @record: what HP-Outer says was outside."""
    fields = {**INNER, **{key.replace("_", "-"): value for key, value in more.items()}}
    outer = "".join("HP-Outer: %s: %s\n" % pair for pair in (record or {}).items())
    return lines(fields) + outer + "Content-Type: %s%s\n\n%s" % (kind, mark % hp, body)


def both(s, part, who="alice"):
    return wrap(shapes.encrypt(s, part, "-u", who, "--sign", "-r", "team"))


def sealed(s, part):
    return wrap(shapes.encrypt(s, part, "-r", "team"))


def differs(r):
    return {one["name"]: (one["outer"], one["protected"], one["intended"]) for one in r["header_differences"]}


def says(r, words):
    return any(words in problem for problem in r["problems"])


def rfc9788(s):
    mail = lambda part, **more: head(**more) + both(s, part)
    real = lambda r: (r["subject"], r["subject_source"]) == ("Real subject", "protected")
    good = lambda r: real(r) and summary(r) == ("whole", "good") and r["text"].strip() == WORDS.strip()
    outside = lambda r: (r["subject"], r["subject_source"]) == ("[...]", "outer") and not r["header_differences"]
    hidden = {"Subject": ("[...]", "Real subject", True)}
    threaded = entity("cipher", record=OUTER, In_Reply_To="<a@x>", References="<a@x> <b@x>")
    plain = entity("clear")
    return [
        ("a hidden subject", mail(entity("cipher", record=OUTER)), lambda r: good(r) and differs(r) == hidden and not r["problems"]),
        ("a subject changed on the way", mail(entity("cipher", record=OUTER), Subject="[list] [...]"), lambda r: good(r)
         and differs(r) == {"Subject": ("[list] [...]", "Real subject", False)} and says(r, "Subject") and r["outer_subject"] == "[list] [...]"),
        ("a subject nobody recorded", mail(entity("cipher", record={**OUTER, "Subject": "[...] x"})), lambda r: good(r)
         and differs(r)["Subject"][2] is False),
        ("a field its sender kept inside", mail(threaded), lambda r: good(r) and r["headers"]["in_reply_to"] == ["<a@x>"]
         and r["headers"]["references"] == ["<a@x>", "<b@x>"] and differs(r)["References"] == (None, "<a@x> <b@x>", True) and not r["problems"]),
        ("other references outside", mail(threaded, References="<evil@x>", In_Reply_To="<evil@x>"), lambda r: good(r)
         and r["headers"]["references"] == ["<a@x>", "<b@x>"] and differs(r)["References"] == ("<evil@x>", "<a@x> <b@x>", False) and says(r, "References")),
        ("fields that are only outside are none of the mail", mail(entity("cipher", record=OUTER), Reply_To="evil@example.com", Cc="x@y.example",
                                                                   In_Reply_To="<evil@x>"),
         lambda r: good(r) and r["headers"]["reply_to"] is None and r["headers"]["in_reply_to"] == [] and r["to"] == ["csirt@example.org"]
         and differs(r)["Reply-To"] == ("evil@example.com", None, False)),
        ("a protected Reply-To", mail(entity("cipher", record=OUTER, Reply_To="alice@home.example")), lambda r: r["headers"]["reply_to"] == "alice@home.example"),
        ("recipients", mail(entity("cipher", record={**OUTER, "To": "undisclosed@x.example"}, Cc="cc@example.org"), To="undisclosed@x.example"),
         lambda r: r["to"] == ["csirt@example.org", "cc@example.org"] and differs(r)["To"][2] and differs(r)["Cc"] == (None, "cc@example.org", True)),
        ("another date", mail(entity("cipher", record=OUTER, Date="Fri, 20 Nov 2026 23:59:00 +0900")), lambda r: r["date"] == "2026-11-20T14:59:00Z"
         and differs(r)["Date"][:2] == ("2026-11-21T06:00:00Z", "2026-11-20T14:59:00Z")),
        ("the same date in another zone", mail(entity("cipher", record=OUTER, Date="Sat, 21 Nov 2026 15:00:00 +0900")), lambda r: differs(r) == hidden),
        ("another Message-ID", mail(entity("cipher", record={**OUTER}, Message_ID="<inner@example.net>")), lambda r: r["message_id"] == "<inner@example.net>"),
        ("no subject inside", mail(entity("cipher", record={}, Subject=None)), lambda r: r["subject"] is None and r["signature"] == "good"),
        ("a subject in encoded words", mail(entity("cipher", record=OUTER, Subject="=?utf-8?B?44OG44K544OI?=")), lambda r: r["subject"] == "\u30c6\u30b9\u30c8"
         and differs(r)["Subject"] == ("[...]", "\u30c6\u30b9\u30c8", True)),
        ("words that would steer a terminal", mail(entity("cipher", record={}, Subject="a\x1b[31mb"), Subject="c\x1b[0m"), lambda r: "\x1b" not in json.dumps(r)
         and "\\u001b" not in json.dumps(r["header_differences"])),
        ("only a subject inside", head() + both(s, 'Content-Type: text/plain; hp="cipher"\nSubject: Real subject\nHP-Outer: Subject: [...]\n\n' + WORDS),
         lambda r: good(r) and differs(r) == {"Subject": ("[...]", "Real subject", False)} or differs(r) == hidden),
        ("encrypted only", head() + sealed(s, entity("cipher", record=OUTER)), lambda r: real(r) and summary(r) == ("whole", "none") and differs(r) == hidden),
        ("signed inside encrypted", head() + sealed(s, signed(s, "alice", entity("cipher", record=OUTER))), lambda r: good(r) and differs(r) == hidden),
        ("encrypted twice", head() + sealed(s, both(s, entity("cipher", record=OUTER))), lambda r: good(r) and differs(r) == hidden),
        ("signed only", head(Subject="Real subject") + signed(s, "alice", plain), lambda r: real(r) and summary(r) == ("none", "good") and not differs(r)),
        ("signed only, the subject changed outside", head(Subject="Pay now") + signed(s, "alice", plain), lambda r: real(r) and r["outer_subject"] == "Pay now"
         and differs(r) == {"Subject": ("Pay now", "Real subject", False)} and says(r, "Subject")),
        ("HP-Outer means nothing where nothing is encrypted", head(Subject="Pay now") + signed(s, "alice", entity("clear", record={**OUTER, "Subject": "Pay now"})),
         lambda r: differs(r)["Subject"][2] is False),
        ("signed, then changed", head() + signed(s, "alice", plain).replace("192.0.2.7", "192.0.2.8"), lambda r: outside(r) and r["signature"] == "bad"),
        ("a false claim of encryption", head() + signed(s, "alice", entity("cipher")), lambda r: outside(r) and says(r, "claims")),
        ("a false claim of a signature", head() + sealed(s, entity("clear")), lambda r: outside(r) and says(r, "claims")),
        ("signed in the clear, encrypted by somebody else", head() + sealed(s, signed(s, "alice", plain)), lambda r: good(r)
         and differs(r)["Subject"] == ("[...]", "Real subject", True)),
        ("an unknown kind of protection", head() + both(s, entity("quantum")), outside),
        ("not at the root of the payload", head() + both(s, parts_of(entity("cipher", record=OUTER))), outside),
        ("inside an errant layer", head() + parts_of(both(s, entity("cipher", record=OUTER)), "Content-Type: text/plain\n\nfooter\n"), outside),
        ("in a mail that is neither", head() + entity("clear").split("Content-Type", 1)[1].join(["Content-Type", ""]), lambda r: r["subject"] == "[...]"),
        ("a subject in the header of the layer itself", head() + both(s, entity("cipher", record=OUTER)).replace("Content-Type: multipart/encrypted;",
         'Content-Type: multipart/encrypted; hp="cipher";', 1), good),
    ]


def parts_of(*entities):
    return 'Content-Type: multipart/mixed; boundary="q"\n\n--q\n' + "\n--q\n".join(entities) + "\n--q--\n"


def senders(s):
    """RFC 9788, 4.4: a protected From counts against one outside only when a signature speaks for it."""
    by = lambda who, **more: head(From=who, **more)
    shows = lambda r, name: r["from"]["address"] == name + "@example.net"
    cipher, clear = entity("cipher", record=OUTER), entity("clear")
    unsure = lambda r: not says(r, "The protected ones count") and shows(r, "bob") and r["signature"] not in ("good", "partial") and not (r["signer"] or {}).get("matches_from") \
        and r["headers"]["from_count"] == 2 and r["headers"]["reply_to"] == "alice@example.net" and says(r, "sender outside") \
        and differs(r)["From"] == ("bob@example.net", "alice@example.net", False)
    return [
        ("another sender outside, signed by the one inside", by(BOB) + both(s, cipher), lambda r: shows(r, "alice") and summary(r) == ("whole", "good")
         and r["signer"]["matches_from"] and says(r, "sender outside") and differs(r)["From"] == ("bob@example.net", "alice@example.net", False)),
        ("the same, signed only", by(BOB) + signed(s, "alice", clear), lambda r: shows(r, "alice") and r["signature"] == "good"),
        ("the same address, another name", by("Boss <ALICE@example.net>") + both(s, cipher), lambda r: shows(r, "alice") and r["signature"] == "good"
         and r["from"]["name"] == "Alice" and "From" not in differs(r)),
        ("nobody signed", by(BOB) + sealed(s, cipher), unsure),
        ("signed by the one outside", by(BOB) + both(s, cipher, "bob"), unsure),
        ("signed by somebody else", by(BOB) + both(s, cipher, "mallory"), unsure),
        ("signed by an unknown key", by(BOB) + both(s, cipher, "unknown"), unsure),
        ("signed by a revoked key", by(BOB) + both(s, entity("cipher", record=OUTER, From="revoked@example.net"), "revoked"), lambda r: shows(r, "bob")
         and r["signature"] == "revoked-key" and r["headers"]["from_count"] == 2),
        ("two senders inside", by(ALICE) + both(s, entity("cipher", record=OUTER, From=ALICE + ", " + BOB)), lambda r: r["signature"] == "good-untrusted"
         and not r["signer"]["matches_from"]),
        ("two senders outside, one inside who signed", by(ALICE + ", " + BOB) + both(s, cipher), lambda r: shows(r, "alice") and r["signature"] == "good"),
        ("no sender outside", head(From=None) + both(s, cipher), lambda r: shows(r, "alice") and r["signature"] == "good"),
        ("no sender outside, nobody signed", head(From=None) + sealed(s, cipher), lambda r: r["from"] is None or r["signature"] == "none"),
        ("an address inside that is none", by(ALICE) + both(s, entity("cipher", record=OUTER, From="nobody at all")), lambda r: r["signature"] != "good"),
        ("the older scheme leaves the sender as he is", by(BOB) + both(s, entity("v1", mark='; protected-headers="%s"')), lambda r: shows(r, "bob")
         and r["signature"] == "good-untrusted" and says(r, "another sender inside") and differs(r)["From"] == ("bob@example.net", "alice@example.net", False)),
    ]


def older(s):
    v1 = lambda **more: entity("v1", mark='; protected-headers="%s"', **more)
    real = lambda r: (r["subject"], r["subject_source"]) == ("Real subject", "protected")
    display = ('Content-Type: multipart/mixed; boundary="m"; protected-headers="v1"\nSubject: Real subject\n\n--m\nContent-Type: text/plain; '
               'protected-headers="v1"\nContent-Disposition: inline\n\nSubject: Real subject\n\n--m\nContent-Type: text/plain\n\n%s\n--m--\n' % WORDS)
    copy = lambda kind, body: entity("cipher", record=OUTER, kind=kind + '; hp-legacy-display="1"', body=body)
    page = '<html><body><div class="header-protection-legacy-display"><pre>Subject: Real subject</pre></div><p>%s</p></body></html>\n' % WORDS.strip()
    text_part = 'Content-Type: text/plain; hp-legacy-display="1"\n\nSubject: Real subject\n\n' + WORDS
    page_part = 'Content-Type: text/html; hp-legacy-display="1"\n\n' + page
    wrapped = lambda mark="; forwarded=no": "Content-Type: message/rfc822%s\n\n" % mark + lines({**INNER, "In-Reply-To": "<a@x>"}) \
        + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + WORDS
    only = lambda r: r["text"].strip() == WORDS.strip()
    return [
        ('protected-headers="v1"', head(Subject="...") + both(s, v1()), lambda r: real(r) and differs(r) == {"Subject": ("...", "Real subject", True)}
         and not r["problems"] and r["signature"] == "good"),
        ("the same, signed only", head(Subject="Real  subject") + signed(s, "alice", v1()), lambda r: real(r) and not differs(r)),
        ("the same, with another subject outside", head(Subject="Pay now") + both(s, v1()), lambda r: real(r) and says(r, "Subject")),
        ("references inside win, what is outside only stays", head(References="<evil@x>", Reply_To="alice@home.example", Cc="cc@example.org")
         + both(s, v1(References="<a@x>")), lambda r: r["headers"]["references"] == ["<a@x>"] and r["headers"]["reply_to"] == "alice@home.example"),
        ("a false claim", head() + v1().split("\n\n")[0].split("Content-Type")[1].join(["Content-Type", "\n\n" + WORDS]), lambda r: r["subject"] == "[...]"),
        ("a copy for old readers as a part", head() + both(s, display), lambda r: real(r) and only(r) and not r["parts"]),
        ("a copy in the text", head() + both(s, copy("text/plain", "Subject: Real subject\nCc: x\n\n" + WORDS)), lambda r: real(r) and only(r)),
        ("a copy in a page", head() + both(s, copy("text/html", page)), lambda r: real(r) and only(r)),
        ("a copy in both", head() + both(s, entity("cipher", record=OUTER, kind='multipart/alternative; boundary="q"',
                                                   body="--q\n%s\n--q\n%s\n--q--\n" % (text_part, page_part))), lambda r: real(r) and only(r)),
        ("no copy where nothing is encrypted", head() + signed(s, "alice", entity("clear", kind='text/plain; hp-legacy-display="1"',
                                                               body="Subject: Real subject\n\n" + WORDS)), lambda r: r["text"].startswith("Subject: Real")),
        ("no copy in a page where nothing is encrypted", head() + signed(s, "alice", entity("clear", kind='text/html; hp-legacy-display="1"', body=page)),
         lambda r: "Subject: Real" in r["text"]),
        ("no copy announced", head() + both(s, entity("cipher", record=OUTER, kind="text/html", body=page)), lambda r: "Subject: Real" in r["text"]),
        ("wrapped in message/rfc822, signed", head(Subject="Pay now") + signed(s, "alice", wrapped()), lambda r: real(r) and only(r) and not r["parts"]
         and summary(r) == ("none", "good") and r["headers"]["in_reply_to"] == ["<a@x>"] and differs(r)["Subject"] == ("Pay now", "Real subject", False)
         and r["report"]["kind"] == "free-text" and not r["report"]["records"]),
        ("wrapped, encrypted and signed", head() + both(s, wrapped()), lambda r: real(r) and only(r) and summary(r) == ("whole", "good")
         and not r["report"]["records"]
         and differs(r)["Subject"] == ("[...]", "Real subject", True)),
        ("a forwarded mail is no wrapped one", head() + both(s, wrapped("")), lambda r: r["subject"] == "[...]" and not differs(r) and r["text"] == ""
         and r["report"]["kind"] == "forwarded-mail" and [x["title"] for x in r["report"]["records"]] == ["Real subject"]),
        ("a wrapped mail from somebody else", head(From=BOB) + both(s, wrapped(), "bob"), lambda r: r["from"]["address"] == "bob@example.net"
         and r["signature"] == "good-untrusted"),
        ("wrapped, but neither signed nor encrypted", head() + wrapped(), lambda r: r["subject"] == "[...]" and not differs(r)
         and r["report"]["kind"] == "forwarded-mail"),
    ]


def autocrypt(s):
    def field(who, name="Autocrypt-Gossip", address=None):
        data = base64.b64encode(gpg(s, "--export-options", "export-minimal", "--export", who).stdout).decode()
        return "%s: addr=%s; keydata=\n" % (name, address or who + "@example.net") + "".join(" " + data[i:i + 70] + "\n" for i in range(0, len(data), 70))
    bob, team, alice = (shapes.fingerprint(s, who) for who in ("bob", "team", "alice"))
    offered = lambda r: [(key["fingerprint"], key["source"], key["address"]) for key in r["keys_offered"]]
    inside = lambda more, **fields: head() + both(s, more + entity("cipher", record=OUTER, To="csirt@example.org, bob@example.net, team@example.net", **fields))
    setup = ("Autocrypt-Setup-Message: v1\n" + head() + parts_of("Content-Type: text/plain\n\nThis is the setup message.\n",
             'Content-Type: application/autocrypt-setup\nContent-Disposition: attachment; filename="autocrypt-setup-message.html"\n\n<html><body><pre>\n'
             + gpg(s, "--armor", "--pinentry-mode", "loopback", "--passphrase", "x", "-c", data=b"key").stdout.decode() + "</pre></body></html>\n"))
    return [
        ("gossip for other recipients", inside(field("bob") + field("team")), lambda r: sorted(offered(r)) == sorted([(bob, "autocrypt", "bob@example.net"),
         (team, "autocrypt", "team@example.net")]) and all(key["gossip"] for key in r["keys_offered"])),
        ("gossip for nobody here", inside(field("mallory")), lambda r: not r["keys_offered"]),
        ("gossip for an address that the key does not name", inside(field("mallory", address="bob@example.net")), lambda r: [x[2] for x in offered(r)] == ["bob@example.net"]),
        ("gossip outside of encryption", field("bob") + head(To="csirt@example.org, bob@example.net") + "\n" + WORDS, lambda r: not r["keys_offered"]),
        ("gossip in what is only signed", head(To="bob@example.net") + signed(s, "alice", field("bob") + entity("clear", To="bob@example.net")), lambda r: not r["keys_offered"]),
        ("gossip that is broken", inside("Autocrypt-Gossip: addr=bob@example.net; keydata=%%%\n"), lambda r: not r["keys_offered"]),
        ("two keys gossiped for one address", inside(field("bob") + field("mallory", address="bob@example.net")), lambda r: len(r["keys_offered"]) <= 2),
        ("a protected Autocrypt field", head() + both(s, field("alice", "Autocrypt") + entity("cipher", record=OUTER)),
         lambda r: offered(r) == [(alice, "autocrypt", "alice@example.net")] and not r["keys_offered"][0]["gossip"]),
        ("an Autocrypt field that is only outside", field("alice", "Autocrypt") + head() + both(s, entity("cipher", record=OUTER)),
         lambda r: offered(r) in ([], [(alice, "autocrypt", "alice@example.net")])),
        ("an Autocrypt field of a sender whom nothing speaks for", field("bob", "Autocrypt") + head(From=BOB) + sealed(s, entity("cipher", record=OUTER)),
         lambda r: not r["keys_offered"]),
        ("an Autocrypt setup message", setup, lambda r: says(r, "Autocrypt Setup") and not r["layers"] and not r["keys_offered"] and r["undecryptable"] is None
         and summary(r) == ("none", "none")),
    ]


def main():
    if not os.path.exists(shapes.OPEN_ONE):
        print("1..0 # SKIP %s was not built" % shapes.OPEN_ONE)
        return 0
    gateway = shapes.Gateway(tempfile.mkdtemp(prefix="p", dir="/tmp"))
    try:
        shapes.make_keys(gateway)
        s = gateway.senders
        cases = rfc9788(s) + senders(s) + older(s) + autocrypt(s)
        shapes.revoke(gateway)
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
