"""Functions stay below 100 lines (60 is the aim), files below 600."""
from csource import functions, sources
from tap import Sample, Tap, source_dir

FUNCTION_MAX, FUNCTION_AIM, FILE_MAX, LINE_MAX = 100, 60, 600, 170


def check_functions(root, most=FUNCTION_MAX):
    for path in sources(root, "src", "include", "tests"):
        for name, line, length in functions(path.read_text()):
            if length > most:
                yield f"{path.relative_to(root)}:{line}: {name} () has {length} lines, at most {most}"


def check_files(root):
    for path in sources(root, "src", "include", "tests"):
        lines = path.read_text().split("\n")
        if len(lines) - 1 > FILE_MAX:
            yield f"{path.relative_to(root)}: {len(lines) - 1} lines, at most {FILE_MAX}"
        if not "".join(lines).strip():
            yield f"{path.relative_to(root)}: empty"
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_MAX:
                yield f"{path.relative_to(root)}:{number}: {len(line)} columns, at most {LINE_MAX}"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_functions(root), f"no function has more than {FUNCTION_MAX} lines")
    tap.none(check_files(root), f"no file has more than {FILE_MAX} lines, none is empty")
    for note in check_functions(root, FUNCTION_AIM):
        print("# long:", note)
    count = sum(len(functions(p.read_text())) for p in sources(root, "src", suffixes=(".c",)))
    tap.ok(count > 100, f"functions are seen ({count})")

    body = "  call ();\n"
    bad = {
        "src/a/long.c": "static int\nlong_one (int a,\n          int b)\n{\n" + body * 98 + "}\n",
        "src/a/wide.c": "int x; /* " + "x" * 170 + " */\n",
        "src/a/big.c": "int x;\n" * 601,
        "src/a/empty.c": "\n",
        "src/a/edge.c": "/* { */\nconst int t[] = {\n" + "  1,\n" * 200 + "};\n\nvoid\nedge (void)\n{\n" + body * 97 + "}\n",
    }
    with Sample(bad) as sample:
        found = list(check_functions(sample))
        tap.finds(found, "src/a/long.c:2: long_one () has 102 lines", "a long function is found")
        tap.ok(len(found) == 1, "100 lines pass, and a table is no function", found)
        found = list(check_files(sample))
        tap.finds(found, "src/a/big.c: 601 lines", "a long file is found")
        tap.finds(found, "src/a/wide.c:1", "a long line is found")
        tap.finds(found, "src/a/empty.c: empty", "an empty file is found")
    tap.done()


main()
