#!/usr/bin/env python3
"""Opens every mail of the shared corpus with the corpus's own keys, and compares with what its sources expect.

The corpus is not part of the project: it is looked for at $MADO_SHARED and beside the sources. Each disagreement is
listed; one that is not in the table below, with its reason, fails the test."""
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile

SRC = os.environ.get("MADO_SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("MADO_BUILD", os.getcwd())
OPEN_ONE = os.path.join(BUILD, "tests/unit/open-one")

EXPIRED = "its certificates ended in 2013; the source verified with the clock of that time"

NO_MAIL = "a bare attachment or note, without any header field: no mail"
FORWARD = "what is encrypted in a forwarded mail is opened as a part, which nothing around it covers: partial, by the contract"
CLEAR_SIGNED = "its source says nothing of signatures; the text is clear-signed with a key that is not here"
BESIDE = "a part beside the encrypted one is not covered: partial, by the contract"

# (file, field) -> why we differ. A file may end in "*"; the field "*" is any.
KNOWN = {
    ("openpgp/kde/inlinepgpencrypted-appendix.mbox", "decrypt"): "a footer stands outside of the block: partial, by the contract",
    ("openpgp/kde/multipart-mixed-alternative-inline-pgp.mbox", "decrypt"):
        "its page says something else, in the clear: partial, by the contract",
    ("openpgp/rt/inline-binary-attachment-with-wrap.txt", "decrypt"): BESIDE,
    ("openpgp/rt/binary-asc-attach-marked-plain-text.txt", "decrypt"): "its encrypted file is opened: partial",
    ("openpgp/rt/19-signed-inline-plain-nested.txt", "signature"):
        "both signatures, one inside the other, are good and cover all that is shown",
    ("reports/abuseio/Copyrightcompliance_Example_1.eml", "signature"): CLEAR_SIGNED,
    ("reports/abuseio/ip-echelon_sample*.eml", "signature"): CLEAR_SIGNED,
    ("openpgp/kde/internal-pgpencrypted-mime.mbox", "*"): "what GpgOL hid in a file is opened, but is a part of the mail: partial",
    ("smime/kde/smime-encrypted-ambiguous-mime.mbox", "decrypt"): BESIDE,
    ("smime/kde/smime-encrypted-*ambiguous-mime.mbox", "signature"): EXPIRED,
    ("smime/kde/smime-opaque*", "signature"): EXPIRED, ("smime/kde/smime-signed-encrypted.mbox", "signature"): EXPIRED,
    ("openpgp/kde/forward-openpgp-signed-encrypted*", "*"): FORWARD,
    ("openpgp/kde/signed-forward-openpgp-signed-encrypted.mbox", "*"): FORWARD,
    ("openpgp/kde/openpgp-encrypted-attachment-and-non-encrypted-attachment.mbox", "decrypt"): BESIDE,
    ("openpgp/kde/openpgp-encrypted-non-encrypted-attachment.mbox", "decrypt"): BESIDE,
    ("openpgp/kde/openpgp-encrypted-partially-signed-attachments.mbox", "decrypt"): BESIDE,
    ("openpgp/kde/openpgp-encrypted-partially-signed-attachments.mbox", "signature"): BESIDE,
    ("openpgp/notmuch/wrapped-protected-header.eml", "decrypt"): BESIDE,
    ("openpgp/notmuch/double-wrapped-with-phony-protected-header.eml", "decrypt"):
        "both layers are the envelope: whole, and undecryptable because the inner one is junk",
    ("openpgp/kde/openpgp-signed-mailinglist+additional-children.mbox", "signature"):
        "three parts are no signed message (RFC 1847, 2.1); nobody asks gpg about it",
    ("openpgp/notmuch/nested-rfc822-message.eml", "subject"):
        "its payload is message/rfc822 with forwarded=no: the subject inside is the protected one; notmuch does not read this scheme",
    ("charset/mikel-mail/bad_encoded_subject.eml", "subject"): "a charset that nobody knows is guessed, not shown encoded",
    ("openpgp/kde/msg.asc", "*"): NO_MAIL, ("openpgp/rt/README", "*"): NO_MAIL, ("reports/*.json", "*"): NO_MAIL,
    ("reports/*.JSON", "*"): NO_MAIL, ("reports/*.xml", "*"): NO_MAIL,
}

# Keys that the folders bring along, and the passphrases that their notes name.
SECRET_KEYS = [
    ("openpgp/kde/keys/secring.gpg", ""), ("openpgp/kde/keys/pubring.gpg", None),
    ("openpgp/notmuch/keys/openpgp4-secret-key.asc", ""),
    ("openpgp/rt/keys/rt-test-at-example.com.2.secret.key", "rt-test"),
    ("openpgp/rt/keys/rt-test-at-example.com.secret.key", "rt-test"),
    ("openpgp/rt/keys/rt-recipient-at-example.com.secret.key", "rt-test"),
    ("openpgp/rt/keys/recipient-at-example.com.secret.key", "recipient"),
    ("openpgp/rt/keys/general-at-example.com.2.secret.key", "recipient"),
    ("openpgp/rt/keys/general-at-example.com.secret.key", ""),
    ("openpgp/gmime/gmime.gpg.sec", "no.secret"), ("openpgp/mimekit/mimekit.gpg.sec", "no.secret"),
]


# S/MIME: secret key and certificate in one or two PEM files, with the passphrase; and who vouches.
CERTIFICATES = [("smime/rt/keys/root@example.com", "123456"), ("smime/rt/keys/sender@example.com", "123456")]
AUTHORITIES = ["smime/rt/keys/demoCA__cacert.pem"]
KDE_KEYS = "smime/kde/keys"


def find_corpus():
    for place in (os.environ.get("MADO_SHARED"), os.path.join(SRC, "..", "shared")):
        if place and os.path.exists(os.path.join(place, "corpus", "expected.tsv")):
            return os.path.realpath(os.path.join(place, "corpus"))
    return None


def gpg(home, *args, **more):
    return subprocess.run(["gpg", "--homedir", home, "--batch", "--no-tty", *args], capture_output=True, **more)


def colons(home, *args):
    return [line.split(":") for line in gpg(home, "--with-colons", *args).stdout.decode("utf-8", "replace").splitlines()]


def fingerprints(home):
    rows = colons(home, "--list-secret-keys")
    return {rows[i + 1][9] for i, row in enumerate(rows) if row[0] == "sec"}


def import_keys(corpus, home):
    """Secret keys into @home without their passphrases, each key pinned to its addresses."""
    for name, passphrase in SECRET_KEYS:
        before = fingerprints(home)
        gpg(home, "--pinentry-mode", "loopback", "--passphrase", passphrase or "", "--import", os.path.join(corpus, name))
        for fingerprint in fingerprints(home) - before if passphrase else ():
            subprocess.run(["gpg", "--homedir", home, "--no-tty", "--pinentry-mode", "loopback", "--command-fd", "0",
                            "--passwd", fingerprint], input=(passphrase + "\n" * 8).encode(), capture_output=True,
                           check=True, timeout=60)
    pins, fingerprint = {}, None
    for row in colons(home, "--list-keys"):
        if row[0] == "pub":
            fingerprint = None
        elif row[0] == "fpr" and fingerprint is None:
            fingerprint = row[9]
        elif row[0] == "uid" and "<" in row[9]:
            pins[row[9].split("<")[1].rstrip(">").lower()] = fingerprint
    with open(os.path.join(home, "madoguchi-pins"), "w", encoding="utf-8") as out:
        for address, fpr in pins.items():
            out.write("%s %s 2026-01-01T00:00:00Z\n" % (address, fpr))
    return pins


def gpgsm(home, *args, **more):
    return subprocess.run(["gpgsm", "--homedir", home, "--batch", "--no-tty", *args], capture_output=True, **more)


def import_certificates(corpus, home, work):
    """S/MIME keys into @home without passphrases. Returns the file of those who vouch."""
    with open(os.path.join(home, "gpgsm.conf"), "w", encoding="ascii") as out:
        out.write("disable-dirmngr\nno-common-certs-import\n")
    bundle = os.path.join(work, "p12")
    for name, passphrase in CERTIFICATES:
        base = os.path.join(corpus, name)
        subprocess.run(["openssl", "pkcs12", "-export", "-legacy", "-inkey", base + ".key", "-in", base + ".crt", "-passin", "pass:" + passphrase,
                        "-passout", "pass:", "-out", bundle], check=True, capture_output=True)
        gpgsm(home, "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--import", bundle, input=b"")
    kde = os.path.join(work, "kde")
    shutil.copytree(os.path.join(corpus, KDE_KEYS), kde)
    os.chmod(kde, 0o700)
    certificates = gpgsm(kde, "--export", "--armor").stdout
    gpgsm(home, "--import", input=certificates)
    for name in os.listdir(kde):
        if name.endswith(".key"):
            shutil.copy(os.path.join(kde, name), os.path.join(home, "private-keys-v1.d", name))
    with open(os.path.join(kde, "trustlist.txt"), encoding="ascii") as lines:
        trust = lines.read()
    for name in AUTHORITIES:
        gpgsm(home, "--import", os.path.join(corpus, name))
        out = subprocess.run(["openssl", "x509", "-in", os.path.join(corpus, name), "-noout", "-fingerprint", "-sha1"], capture_output=True, check=True)
        trust += out.stdout.decode().strip().split("=")[1] + "\n"
    with open(os.path.join(work, "trust"), "w", encoding="ascii") as out:
        out.write(trust)
    return os.path.join(work, "trust")


def read_expected(corpus):
    with open(os.path.join(corpus, "expected.tsv"), encoding="utf-8", errors="replace", newline="") as lines:
        names = next(lines).rstrip("\n").split("\t")
        return [dict(zip(names, line.rstrip("\n").split("\t"))) for line in lines]


def check_decrypt(expected, report):
    encryption, undecryptable = report["encryption"], report["undecryptable"]
    if expected == "yes":
        return encryption == "whole" and undecryptable is None
    if expected == "partly":
        return encryption == "partial"
    if expected == "repair":
        return any(layer["form"] == "mangled" and layer["outcome"] == "ok" for layer in report["layers"])
    if expected in ("no", "unsupported", "limit"):
        return undecryptable is not None
    if expected in ("n/a", "attachment"):
        return encryption == "none" and undecryptable is None
    return True


def check_signature(expected, report):
    signature, signer = report["signature"], report["signer"]
    if expected in ("good", "good-as-eve", "good-inner"):
        return signature == "good"
    if expected == "mismatch":
        return signature == "good-untrusted" and signer is not None and not signer["matches_from"]
    if expected == "not-good":
        return signature not in ("good", "good-untrusted")
    if expected in ("bad", "unknown-key", "none", "partial"):
        return signature == expected
    if expected == "partial-bad":
        return signature in ("partial", "bad")
    if expected == "error":
        return signature not in ("good", "good-untrusted", "partial")
    return True


def check_subject(expected, report):
    if not expected:
        return True
    fold = lambda text: "".join((text or "").split())
    subject = fold(report["subject"])
    return fold(expected) == subject or "\ufffd" in expected or (len(expected) > 99 and subject.startswith(fold(expected)))


CHECKS = (("decrypt", check_decrypt, "encryption"), ("signature", check_signature, "signature"),
          ("subject", check_subject, "subject"))


def reason_for(name, field):
    for (pattern, known_field), reason in KNOWN.items():
        if known_field in (field, "*") and fnmatch.fnmatchcase(name, pattern):
            return reason
    return None


def run(corpus, work):
    home = os.path.join(work, "h")
    os.mkdir(home, 0o700)
    import_keys(corpus, home)
    trust = import_certificates(corpus, home, work)
    conf = os.path.join(work, "conf")
    with open(conf, "w", encoding="ascii") as out:
        out.write("[team]\nname = T\naddress = t@example.org\n[crypto]\ngnupg-home = %s\nsmime-trust = %s\n"
                  "[limits]\nwall = 20s\n" % (home, trust))
    expected = read_expected(corpus)
    listed = {row["file"] for row in expected}
    others = []
    for folder in ("openpgp", "charset", "attack", "threading", "smime", "reports", "ioc"):
        for base, _, names in os.walk(os.path.join(corpus, folder)):
            others += [os.path.relpath(os.path.join(base, name), corpus) for name in names if "keys" not in base]
    files = [row["file"] for row in expected if os.path.isfile(os.path.join(corpus, row["file"]))]
    files += sorted(set(others) - listed)
    environment = {**os.environ, "G_SLICE": "always-malloc"}
    out = subprocess.run([OPEN_ONE, conf, os.path.join(work, "r"), *[os.path.join(corpus, name) for name in files]],
                         capture_output=True, env=environment, check=False)
    lines = out.stdout.decode("utf-8").splitlines()
    return expected, files, lines, out.stderr.decode("utf-8", "replace")


def compare(expected, files, lines):
    reports = {name: json.loads(line) for name, line in zip(files, lines)}
    agreed, known, unknown, compared = 0, [], [], 0
    for row in expected:
        report = reports.get(row["file"])
        if report is None:
            continue
        if "error" in report:
            reason = reason_for(row["file"], "*")
            (known if reason else unknown).append((row["file"], "error", "-", reason or report["error"]))
            continue
        for field, check, ours in CHECKS:
            compared += 1
            if check(row[field], report):
                agreed += 1
            else:
                reason = reason_for(row["file"], field)
                (known if reason else unknown).append((row["file"], field, row[field], "%s%s" % (report[ours], " (%s)" % reason if reason else "")))
    return reports, agreed, compared, known, unknown


# The same text in several charsets: (folder, language, label of each file); a file without one is not compared.
PAIRS = ("charset/gmime-filters", {"cyrillic": ("cp1251", "iso-8859-5", "koi8-r"), "japanese": ("iso-2022-jp", "shift-jis")})


def compare_pairs(corpus, work):
    """Texts of which the corpus has a twin in UTF-8: labelled truly, not at all, and falsely. Returns what differs."""
    mails, wanted = [], []
    for language, charsets in PAIRS[1].items():
        with open(os.path.join(corpus, PAIRS[0], language + ".utf-8.txt"), encoding="utf-8") as twin:
            text = twin.read()
        for charset in charsets:
            with open(os.path.join(corpus, PAIRS[0], "%s.%s.txt" % (language, charset)), "rb") as raw:
                body = raw.read()
            for label in (charset, None, "us-ascii", "iso-8859-1", "utf-8"):
                field = b"Content-Type: text/plain; charset=%s\n" % label.encode() if label else b""
                mails.append(os.path.join(work, "pair-%s-%s-%s" % (language, charset, label)))
                wanted.append(text)
                with open(mails[-1], "wb") as out:
                    out.write(b"From: a@example.org\n" + field + b"\n" + body)
    out = subprocess.run([OPEN_ONE, os.path.join(work, "conf"), os.path.join(work, "p"), *mails], capture_output=True, check=False)
    texts = [json.loads(line).get("text") for line in out.stdout.decode("utf-8").splitlines()]
    return len(mails), [os.path.basename(mail) for mail, text, want in zip(mails, texts, wanted) if text != want] + mails[len(texts):]


def main():
    corpus = find_corpus()
    if corpus is None:
        print("1..0 # SKIP the shared corpus is not here (MADO_SHARED)")
        return 0
    work = tempfile.mkdtemp(prefix="c", dir="/tmp")
    try:
        expected, files, lines, stderr = run(corpus, work)
        print("1..4")
        print("%s 1 - one answer for each of %d files" % ("ok" if len(lines) == len(files) else "not ok", len(files)))
        if len(lines) != len(files):
            print("# " + stderr.replace("\n", "\n# "))
        reports, agreed, compared, known, unknown = compare(expected, files, lines)
        gone = [name for name, report in reports.items()
                if (report.get("undecryptable") or {}).get("reason") == "crash" or report.get("code") in ("bug", "temp")]
        print("%s 2 - no crash and no trouble of ours" % ("not ok" if gone else "ok"))
        for name in gone:
            print("#  %s: %s" % (name, reports[name].get("error") or reports[name]["problems"]))
        print("%s 3 - %d of %d facts as expected, %d differences with a reason, %d without"
              % ("not ok" if unknown else "ok", agreed, compared, len(known), len(unknown)))
        for title, rows in (("explained", known), ("NOT explained", unknown)):
            for name, field, want, got in rows:
                print("# %s: %s: %s: expected %r, got %r" % (title, name, field, want, got))
        count, different = compare_pairs(corpus, work)
        print("%s 4 - %d texts with a twin in UTF-8 are read like it, whatever their label" % ("not ok" if different else "ok", count))
        for name in different:
            print("#  " + name)
        if os.environ.get("CORPUS_JSON"):
            with open(os.environ["CORPUS_JSON"], "w", encoding="utf-8") as out:
                json.dump(reports, out, ensure_ascii=False, indent=1)
        return 0 if len(lines) == len(files) and not gone and not unknown and not different else 1
    finally:
        subprocess.run(["gpgconf", "--homedir", os.path.join(work, "h"), "--kill", "gpg-agent"], check=False)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
