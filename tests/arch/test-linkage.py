"""The link line is a privilege boundary: what a program does not link, it cannot call when it is taken over.

Reads `readelf -d` of the built programs and compares it with the table below. Also looks for the hardening that
configure promises.
"""
import os
import re
import shutil
import subprocess
import tempfile

from tap import Tap, build_dir

LIBRARIES = {
    "gmime": "libgmime-", "gpgme": "libgpgme.", "sqlite": "libsqlite3.", "curl": "libcurl",
    "json": "libjson-glib-", "xml": "libxml2.", "gcrypt": "libgcrypt.", "psl": "libpsl.", "idn": "libidn2.", "yaml": "libyaml-",
    "milter": "libmilter.", "microhttpd": "libmicrohttpd.", "sodium": "libsodium.",
    "qrencode": "libqrencode.",
}
# program: (must link, must not link)
TABLE = {
    "madoguchi-lmtp": (["gcrypt"], ["gmime", "gpgme", "sqlite", "curl", "json", "xml", "psl", "idn", "yaml", "milter", "sodium", "microhttpd", "qrencode"]),
    "madoguchi-milter": (["gcrypt", "milter"], ["gmime", "gpgme", "sqlite", "curl", "json", "xml", "psl", "idn", "yaml", "sodium", "microhttpd", "qrencode"]),
    "madoguchi-web": (["microhttpd", "json", "qrencode"], ["gcrypt", "gmime", "gpgme", "sqlite", "curl", "xml", "psl", "idn", "yaml", "milter", "sodium"]),
    "madoguchi-keeper": (["gcrypt", "sqlite", "sodium"], ["gmime", "gpgme", "curl", "json", "xml", "psl", "idn", "yaml", "milter", "microhttpd", "qrencode"]),
    "madoguchi-opener": (["gcrypt", "gmime", "gpgme", "psl", "idn", "yaml", "json"], ["sqlite", "curl", "xml", "milter", "sodium", "microhttpd", "qrencode"]),
    "madoguchi-signer": (["gpgme"], ["gmime", "sqlite", "curl", "json", "xml", "psl", "idn", "yaml", "milter", "sodium", "microhttpd", "qrencode"]),
    "madoguchi-sender": (["curl", "idn"], ["gmime", "gpgme", "sqlite", "json", "xml", "psl", "yaml", "milter", "sodium", "microhttpd", "qrencode"]),
    "madoguchi-keyring": (["gpgme"], ["gmime", "curl", "sqlite", "json", "xml", "psl", "idn", "yaml", "milter", "sodium", "microhttpd", "qrencode"]),
    "madoguchi": (["gcrypt", "gmime", "gpgme", "psl", "idn", "yaml", "json"], ["curl", "sqlite", "xml", "milter", "sodium", "microhttpd", "qrencode"]),
    "madoguchid": ([], ["gmime", "gpgme", "sqlite", "curl", "json", "xml", "psl", "idn", "yaml", "milter", "sodium", "microhttpd", "qrencode"]),
}


def find_program(build, name):
    for place in (build / name, build / "src/bin" / name):
        if place.is_file() and os.access(place, os.X_OK):
            return place
    return None


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def needed(path):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d", str(path)))


def check_linked(name, libraries, must, must_not):
    for word in must:
        if not any(lib.startswith(LIBRARIES[word]) for lib in libraries):
            yield f"{name} does not link {word}"
    for word in must_not:
        for lib in libraries:
            if lib.startswith(LIBRARIES[word]):
                yield f"{name} links {lib}"


def check_built(build):
    """A program that is not there cannot keep its promise."""
    for name in TABLE:
        if find_program(build, name) is None:
            yield f"{name} is not in {build}"


def check_hardened(path):
    name = path.name
    if "DYN (" not in readelf("-h", str(path)):
        yield f"{name} is not position independent"
    segments = readelf("-l", str(path))
    if "GNU_RELRO" not in segments:
        yield f"{name} has no RELRO segment"
    if re.search(r"GNU_STACK.*\bRWE\b", segments) or "GNU_STACK" not in segments:
        yield f"{name} has an executable stack"
    dynamic = readelf("-d", str(path))
    if "BIND_NOW" not in dynamic and not re.search(r"FLAGS_1.*\bNOW\b", dynamic):
        yield f"{name} binds lazily: RELRO is not full"
    if "__stack_chk_fail" not in readelf("--dyn-syms", str(path)):
        yield f"{name} has no stack protector"


def makefile_says(build, word):
    makefile = build / "Makefile"
    return makefile.exists() and word in makefile.read_text(errors="replace")


def build_sample(directory, flags, libraries):
    source, program = os.path.join(directory, "x.c"), os.path.join(directory, "sample")
    with open(source, "w", encoding="ascii") as file:
        file.write("#include <string.h>\nint main (int c, char **v) { char b[64]; strncpy (b, v[0], 63); return b[c]; }\n")
    subprocess.run(["gcc", "-O0", *flags, "-o", program, source, "-Wl,--no-as-needed", *libraries], check=True,
                   capture_output=True)
    return program


def self_test(tap):
    import pathlib
    with tempfile.TemporaryDirectory(prefix="arch") as directory:
        program = pathlib.Path(build_sample(directory, ["-no-pie", "-fno-stack-protector", "-Wl,-z,norelro,-z,execstack,-z,lazy"],
                                            ["-lsqlite3"]))
        tap.finds(check_linked("sample", needed(program), ["curl"], ["sqlite"]), "links libsqlite3", "a library too many is found")
        tap.finds(check_linked("sample", needed(program), ["curl"], []), "does not link curl", "a missing library is found")
        tap.finds(check_built(pathlib.Path(directory)), "madoguchi-lmtp is not in", "a missing program is found")
        found = list(check_hardened(program))
        for word in ("position independent", "no RELRO", "executable stack", "lazily", "stack protector"):
            tap.finds(found, word, f"missing hardening is found: {word}")


def main():
    tap, build = Tap(), build_dir()
    if shutil.which("readelf") is None:
        tap.skip("link lines", "no readelf (Debian: binutils)")
        tap.done()
    hardened = makefile_says(build, "-fstack-protector-strong")
    tap.none(check_built(build), "every program is built")
    for name, (must, must_not) in TABLE.items():
        path = find_program(build, name)
        if path is None:
            continue
        tap.none(check_linked(name, needed(path), must, must_not), f"{name} links what it may and no more")
        if hardened:
            tap.none(check_hardened(path), f"{name} is hardened")
        else:
            tap.skip(f"{name} is hardened", "configured without hardening, or with sanitizers")
    self_test(tap)
    tap.done()


main()
