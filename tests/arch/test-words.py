"""Calls and words that have no place in the sources."""
import re

from csource import bare_code, line_of, sources
from tap import Sample, Tap, source_dir

BANNED = {
    "sprintf": "g_strdup_printf or g_snprintf", "vsprintf": "g_strdup_vprintf", "strcpy": "g_strlcpy",
    "strcat": "GString", "strncat": "GString", "gets": "nothing", "system": "nothing", "popen": "posix_spawn",
    "strtok": "g_strsplit", "strtok_r": "g_strsplit", "atoi": "g_ascii_string_to_signed",
    "atol": "g_ascii_string_to_signed", "alloca": "g_malloc", "g_alloca": "g_malloc", "g_newa": "g_new",
    "setjmp": "nothing", "longjmp": "nothing", "sigsetjmp": "nothing", "signal": "sigaction", "tmpnam": "mkstemp",
    "mktemp": "mkstemp", "rand": "getrandom", "srand": "getrandom", "asctime": "mado_text_time", "ctime": "mado_text_time",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
GOTO = re.compile(r"(?<!\w)goto\s+\w+\s*;")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# A file-scope object that is written later: "static TYPE name;" or "= value;" without const at column 0.
GLOBAL = re.compile(r"^static (?!const\b|inline\b|_Thread_local\b)(?![^;=({]*\bconst \w+(?:\[\w*\])*\s*[=;])[\w ]+[ *]+\w+(?:\[\w*\])*\s*(=[^;]*)?;",
                    re.M)
# Process-wide state that C cannot do without; each with its reason.
GLOBALS_ALLOWED = {
    "src/base/log.c": "the log's settings, set once per process",
    "src/base/wiping.c": "by what the C library knows what is freed twice: found once, before main ()",
}
ALLOWED = {("src/ipc/wire.c", "strcpy")}


def check_calls(root):
    for path in sources(root, "src", "include", "tests"):
        where, code = str(path.relative_to(root)), bare_code(path.read_text())
        for match in CALL.finditer(code):
            if (where, match.group(1)) not in ALLOWED:
                yield f"{where}:{line_of(code, match.start())}: {match.group(1)} () is banned: use {BANNED[match.group(1)]}"
        for match in GOTO.finditer(code):
            yield f"{where}:{line_of(code, match.start())}: goto"


def check_globals(root):
    for path in sources(root, "src", suffixes=(".c",)):
        where, code = str(path.relative_to(root)), bare_code(path.read_text())
        for match in GLOBAL.finditer(code):
            if "(" in match.group(0).split("=")[0] or where in GLOBALS_ALLOWED:
                continue
            if "volatile sig_atomic_t" in match.group(0):
                continue
            yield f"{where}:{line_of(code, match.start())}: a global that changes: {match.group(0).strip()[:60]}"


def check_unfinished(root):
    paths = sources(root, "src", "include") + sorted(
        p for top in ("scripts", "systemd", "docs", "conf", "tests") if (root / top).is_dir()
        for p in (root / top).rglob("*") if p.is_file() and p.suffix in ("", ".sh", ".py", ".md", ".mk", ".c", ".h", ".service"))
    for path in paths:
        if path.name == "test-words.py" or "__pycache__" in path.parts:
            continue
        text = path.read_text(errors="replace")
        for match in UNFINISHED.finditer(text):
            yield f"{path.relative_to(root)}:{line_of(text, match.start())}: {match.group(1)}"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_calls(root), "no banned call")
    tap.none(check_globals(root), "no global that changes")
    tap.none(check_unfinished(root), "nothing is left for later")

    bad = {
        "src/a/calls.c": 'void\nf (void)\n{\n  sprintf (b, "x");\n  /* system ("x") */\n  g ("strcpy (a)");\n'
                         "  g_snprintf (b, 1, c);\n  x->system (1);\n  goto out;\n}\n",
        "src/a/state.c": "static int counter;\nstatic const int fine = 1;\nstatic const char *const names[] = { 0 };\n"
                         "static GHashTable *cache = NULL;\nstatic int function (void);\n",
        "src/a/later.c": "/* TODO: later */\n",
    }
    with Sample(bad) as sample:
        found = list(check_calls(sample))
        tap.finds(found, "src/a/calls.c:4: sprintf", "a banned call is found")
        tap.finds(found, "src/a/calls.c:9: goto", "a goto is found")
        tap.ok(len(found) == 2, "comments, strings, longer names and members are let be", found)
        found = list(check_globals(sample))
        tap.finds(found, "src/a/state.c:1", "a counter is found")
        tap.finds(found, "src/a/state.c:4", "a global pointer is found")
        tap.ok(len(found) == 2, "constants and functions are let be", found)
        tap.finds(check_unfinished(sample), "src/a/later.c:1", "a word for later is found")
    tap.done()


main()
