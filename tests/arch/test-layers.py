"""Includes go only downwards, siblings never meet, and each foreign library has one home.

The floors are those of ARCHITECTURE.md, "Layers".
"""
import fnmatch

from csource import includes, sources
from tap import Sample, Tap, source_dir

FLOORS = [
    ["base"],
    ["conf", "ipc", "model"],
    ["role", "spool", "pgp", "vault"],
    ["intake", "mail", "report", "desk", "reply", "front", "web"],
    ["bin"],
]
FLOOR_OF = {layer: number for number, floor in enumerate(FLOORS) for layer in floor}

# Header pattern -> where it may be included.
FOREIGN = [
    ("gpgme.h", ["src/pgp/*", "include/madoguchi/pgp/*"]),
    ("sqlite3.h", ["src/desk/store*", "include/madoguchi/desk/store*"]),
    ("curl/*", ["src/reply/submit*", "src/reply/discover.c"]),
    ("gmime/*", ["src/mail/*", "include/madoguchi/mail/*", "src/reply/compose*"]),
    ("libxml/*", ["src/mail/*", "src/report/*"]),
    ("seccomp.h", ["src/role/*"]),
    ("microhttpd.h", ["src/web/http.c", "src/web/events.c"]),
    ("sodium.h", ["src/vault/*"]),
    ("qrencode.h", ["src/web/qr.c"]),
    ("libpsl.h", ["src/report/indicator-name.c"]),
    ("idn2.h", ["src/report/indicator-name.c", "src/reply/wkd-place.c"]),
]


def layer_of(path):
    """The layer a file belongs to, by where it lies; None when by no layer."""
    parts = path.split("/")
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ["include", "madoguchi"] and len(parts) > 3:
        return parts[2]
    return None


def check_layers(root):
    for path in sources(root, "src", "include"):
        where = str(path.relative_to(root))
        own = layer_of(where)
        if own not in FLOOR_OF:
            yield f"{where}: no layer of the plan"
            continue
        for line, name in includes(path.read_text()):
            if not name.startswith("madoguchi/"):
                continue
            other = name.split("/")[1]
            if other not in FLOOR_OF:
                yield f"{where}:{line}: includes {name}, of no layer"
            elif other != own and FLOOR_OF[other] >= FLOOR_OF[own]:
                yield f"{where}:{line}: {own} may not include {name}"


def check_foreign(root):
    for path in sources(root, "src", "include"):
        where = str(path.relative_to(root))
        for line, name in includes(path.read_text()):
            for pattern, homes in FOREIGN:
                if fnmatch.fnmatch(name, pattern) and not any(fnmatch.fnmatch(where, home) for home in homes):
                    yield f"{where}:{line}: {name} is only for {', '.join(homes)}"


def check_pairs(root):
    """Every .c has its header of the same name (programs excepted) and the reverse."""
    for path in sources(root, "src", suffixes=(".c",)):
        layer = path.parent.name
        header = root / "include/madoguchi" / layer / (path.stem + ".h")
        text = path.read_text()
        if layer != "bin" and not header.exists() and not any(
                name.startswith(f"madoguchi/{layer}/") for _, name in includes(text)):
            yield f"{path.relative_to(root)}: has no header {header.relative_to(root)} and shares none"
    for path in sources(root, "include", suffixes=(".h",)):
        text = path.read_text()
        if "#pragma once" not in text:
            yield f"{path.relative_to(root)}: can be included twice"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_layers(root), "includes go only downwards")
    tap.none(check_foreign(root), "each foreign library stays in its layer")
    tap.none(check_pairs(root), "each source meets its header")

    bad = {
        "src/base/up.c": '#include "madoguchi/conf/conf.h"\n',
        "src/mail/side.c": '#include "madoguchi/report/arf.h"\n#include <gpgme.h>\n',
        "src/conf/side.c": '#include "madoguchi/model/report.h"\n',
        "src/attic/x.c": "int x;\n",
        "src/desk/thread.c": '/* #include <curl/curl.h> */\n  #  include <sqlite3.h>\n',
        "include/madoguchi/mail/side.h": "int side (void);\n",
    }
    with Sample(bad) as sample:
        layers, foreign = list(check_layers(sample)), list(check_foreign(sample))
        tap.finds(layers, "src/base/up.c:1: base may not", "a look upwards is found")
        tap.finds(layers, "mail may not include madoguchi/report", "a look at a sibling is found")
        tap.finds(layers, "conf may not include madoguchi/model", "a look along a lower floor is found")
        tap.finds(layers, "src/attic/x.c", "a folder outside the plan is found")
        tap.finds(foreign, "src/mail/side.c:2: gpgme.h", "gpgme in mail is found")
        tap.finds(foreign, "src/desk/thread.c:2: sqlite3.h", "sqlite outside the store is found")
        tap.ok(not any("curl" in x for x in foreign), "a commented include is no include", foreign)
        tap.finds(check_pairs(sample), "include/madoguchi/mail/side.h", "a header without guard is found")
    good = {"src/mail/a.c": '#include "madoguchi/mail/a.h"\n#include <gmime/gmime.h>\n',
            "include/madoguchi/mail/a.h": '#pragma once\n#include "madoguchi/model/report.h"\n'}
    with Sample(good) as sample:
        tap.none(list(check_layers(sample)) + list(check_foreign(sample)) + list(check_pairs(sample)),
                 "a proper pair passes")
    tap.done()


main()
