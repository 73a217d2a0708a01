"""The catalogues: every sentence that the page says has a translation with the same {names}; the catalogues hold nothing else, and the
template is what the sources say now."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tap import Sample, Tap, source_dir

MARKED = re.compile(r'\bN?_ \("')
# Whole sentences that are made in English and translated where they are shown: po/extract knows the same calls.
SPOKEN = re.compile(r'\b(?:g_set_error|g_set_error_literal|mado_verbs_fail_usage|say|report|begin|add_item|mado_reading_problem|mado_format_problem)'
                    r' \([^;"]*"[^"]*[a-z]{3}')
SPEAKERS = ("src/front/*.c", "src/desk/verbs*.c", "src/mail/[bfpu]*.c", "src/report/[dis]*.c")
NAMES = re.compile(r"\{[a-z]+\}")
FORMATS = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?(<PRI\w+>|(?:hh|h|ll|l|z)?[a-zA-Z%])")  # what is printed, whatever its width


def unquote(lines):
    return "".join(bytes(line.strip()[1:-1], "utf-8").decode("unicode_escape").encode("latin-1").decode("utf-8") for line in lines)


def read_catalogue(path):
    """[(sentence, translation, fuzzy, places)], without the header and what was thrown away."""
    entries = []
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.split("\n") if line]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        places = [word for line in lines if line.startswith("#:") for word in line[2:].split()]
        if any(line.startswith("#~") for line in lines):
            entries.append((next((line for line in lines if line.startswith("#~ msgid")), ""), "", False, ["(thrown away)"]))
            continue
        parts, current = {}, None
        for line in lines:
            if line.startswith("msg"):
                current, line = line.split(" ", 1)
                parts[current] = []
            if current and not line.startswith("#"):
                parts[current].append(line)
        if "msgid" in parts and unquote(parts["msgid"]):
            entries.append((unquote(parts["msgid"]), unquote(parts.get("msgstr", [])), fuzzy, places))
    return entries


def check_catalogue(template, catalogue):
    wanted = {sentence: places for sentence, _, _, places in read_catalogue(template)}
    seen = set()
    for sentence, translation, fuzzy, places in read_catalogue(catalogue):
        seen.add(sentence)
        if sentence not in wanted:
            yield f"not said any more: {sentence}"
        elif sorted(places) != sorted(wanted[sentence]):
            yield f"said elsewhere now (make update-po): {sentence}"
        elif fuzzy:
            yield f"to be looked at: {sentence}"
        elif not translation:
            yield f"not translated: {sentence}"
        elif sorted(NAMES.findall(sentence)) != sorted(NAMES.findall(translation)):
            yield f"other names: {sentence}"
        elif FORMATS.findall(sentence) != FORMATS.findall(translation) and any(p.endswith(".c") for p in places):
            yield f"other values: {sentence}"
        elif sentence.endswith("\n") != translation.endswith("\n"):
            yield f"another end: {sentence}"
    yield from (f"missing: {sentence}" for sentence in wanted if sentence not in seen)


def extract(root):
    """(path of a fresh template, what the extraction complained about)"""
    out = tempfile.NamedTemporaryFile(prefix="pot", suffix=".pot", delete=False).name
    done = subprocess.run(["sh", str(root / "po" / "extract"), out], capture_output=True, text=True)
    return out, done.stderr.strip() if done.returncode else ""


def check_sources(root):
    named = set((root / "po" / "POTFILES").read_text().split())
    there = {str(path.relative_to(root)) for path in (root / "src" / "web" / "page").glob("*.js")}
    there |= {str(path.relative_to(root)) for path in (root / "src" / "front").glob("*.c") if MARKED.search(path.read_text())}
    there |= {str(path.relative_to(root)) for places in SPEAKERS for path in root.glob(places) if SPOKEN.search(path.read_text())}
    yield from (f"not in po/POTFILES: {path}" for path in sorted(there - named))
    yield from (f"in po/POTFILES, and says nothing: {path}" for path in sorted(named) if not (root / path).is_file())


def main():
    tap, root = Tap(), source_dir()
    if shutil.which("xgettext") is None:
        tap.skip("every sentence is translated", "xgettext is not installed")
        tap.done()
    out, trouble = extract(root)
    tap.ok(not trouble, "the sentences are taken out of the sources", trouble.split("\n"))
    tap.none(check_sources(root), "every file that speaks is named")
    tap.ok(Path(out).read_text() == (root / "po" / "madoguchi.pot").read_text(), "the template is what the sources say (make update-po)")
    tap.ok(len(read_catalogue(Path(out))) > 300, "there are sentences at all")
    tap.none(check_catalogue(Path(out), root / "po" / "ja.po"), "Japanese: complete, and nothing else")
    os.unlink(out)

    bad = {
        "a.pot": '#: x.js\nmsgid "{n} parts"\nmsgstr ""\n\n#: x.js\nmsgid "Open"\nmsgstr ""\n\n#: x.js\nmsgid "Shut"\nmsgstr ""\n\n'
                 '#: x.js\nmsgid "Maybe"\nmsgstr ""\n\n#: x.c\nmsgid "%s: no"\nmsgstr ""\n\n#: x.js\nmsgid "Fine {a} {b}"\nmsgstr ""\n',
        "b.po": '#: x.js\nmsgid "{n} parts"\nmsgstr "{m}"\n\n#: x.js\nmsgid "Open"\nmsgstr ""\n\n#: x.js\n#, fuzzy\nmsgid "Maybe"\nmsgstr "M"\n\n'
                '#: x.js\nmsgid "Old"\nmsgstr "O"\n\n#: x.c\nmsgid "%s: no"\nmsgstr "no"\n\n#: x.js\nmsgid "Fine {a} {b}"\nmsgstr "{b} {a}"\n',
    }
    with Sample(bad) as sample:
        found = list(check_catalogue(sample / "a.pot", sample / "b.po"))
        for word in ("other names: {n}", "not translated: Open", "missing: Shut", "to be looked at: Maybe", "not said any more: Old", "other values: %s"):
            tap.finds(found, word, f"found: {word}")
        tap.ok(len(found) == 6, "and nothing else is", found)
    speaker = {"po/POTFILES": "src/front/a.c\n", "src/front/a.c": 'x = _ ("Yes");', "src/front/b.c": 'say (checks, OK, "%s answers", it);',
               "src/front/c.c": 'g_set_error (error, MADO_ERROR, code, "%s: no", it);', "src/front/d.c": 'add ("nothing of it");'}
    with Sample(speaker) as sample:
        tap.ok(list(check_sources(sample)) == ["not in po/POTFILES: src/front/b.c"], "found: a file that says whole sentences", list(check_sources(sample)))
    tap.done()


main()
