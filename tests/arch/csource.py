"""Reads C sources as far as the structure tests need it: includes, functions, code without comments and strings."""
import re

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
NAME_LINE = re.compile(r"^([a-z_A-Z]\w*) \(")


def sources(root, *tops, suffixes=(".c", ".h")):
    """All C files below the given folders of @root, sorted."""
    found = []
    for top in tops:
        if (root / top).is_dir():
            found += [p for p in (root / top).rglob("*") if p.suffix in suffixes and p.is_file()]
    return sorted(found)


def bare_code(text, keep_strings=False):
    """@text with comments (and the insides of strings) blanked; line numbers stay."""
    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else token[0] + " " * (len(token) - 2) + token[-1]
    return TOKEN.sub(blank, text)


def includes(text):
    """(line, name) of every include."""
    code = bare_code(text, keep_strings=True)
    return [(code.count("\n", 0, m.start()) + 1, m.group(2)) for m in INCLUDE.finditer(code)]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def functions(text):
    """(name, first line, number of lines) of every function definition, from its name to its closing brace."""
    lines = bare_code(text).split("\n")
    found, name, start, body = [], None, 0, False
    for number, line in enumerate(lines, 1):
        if body:
            if line.startswith("}"):
                found.append((name or "?", start, number - start + 1))
                body, name = False, None
            continue
        match = NAME_LINE.match(line)
        if match:
            name, start = match.group(1), number
        if line.rstrip() == "{" or (line[:1].isalpha() and line.rstrip().endswith(") {")):
            body, start = True, start if name else number
        elif line.rstrip().endswith(";"):
            name = None
    return found
