"""Every public function has a comment right above it, and every file says what it is for."""
import re

from csource import bare_code, sources
from tap import Sample, Tap, source_dir

DECLARATION = re.compile(r"^[A-Za-z_][\w \t*]*?[ \t*](mado_\w+) \(")
SELF_EVIDENT = re.compile(r"_(free|clear|quark)$")


def check_documented(root):
    for path in sources(root, "include", suffixes=(".h",)):
        raw, code = path.read_text().split("\n"), bare_code(path.read_text()).split("\n")
        covered = False
        for number, (line, bare) in enumerate(zip(raw, code), 1):
            if not line.strip():
                covered = False
            elif not bare.strip():
                covered = True
            match = DECLARATION.match(bare)
            if match and not covered and not SELF_EVIDENT.search(match.group(1)):
                yield f"{path.relative_to(root)}:{number}: {match.group(1)} () has no comment above it"


def check_opening(root):
    for path in sources(root, "src", "include"):
        text = path.read_text()
        if not re.match(r"/\* [\w./-]+[.:] ?\S", text):
            yield f"{path.relative_to(root)}: does not open with a comment that says what it is for"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_documented(root), "every public function is documented")
    tap.none(check_opening(root), "every file says what it is for")
    bad = {
        "include/madoguchi/a/a.h": "/* a.h: sample. */\n#pragma once\n\n/* Does it. */\nint mado_a_do (int x);\n"
                                   "int mado_a_undo (int x);\n\nvoid mado_a_free (MadoA *a);\n\nchar *mado_a_bare (\n    int x);\n",
        "src/a/mute.c": '#include "madoguchi/a/a.h"\n',
    }
    with Sample(bad) as sample:
        found = list(check_documented(sample))
        tap.finds(found, "include/madoguchi/a/a.h:10: mado_a_bare", "a bare function is found")
        tap.ok(len(found) == 1, "a documented group and a _free are let be", found)
        found = list(check_opening(sample))
        tap.finds(found, "src/a/mute.c", "a file without an opening is found")
        tap.ok(len(found) == 1, "a proper opening is let be", found)
    tap.done()


main()
