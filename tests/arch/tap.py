"""TAP for the structure tests: one line per check, details as comments."""
import os
import pathlib
import sys
import tempfile


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, details=()):
        """Reports @name; @details (lines) are shown when it is not @good."""
        self.count += 1
        if not good:
            self.failed += 1
            for line in list(details)[:200]:
                print(f"# {line}")
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        sys.stdout.flush()

    def none(self, problems, name):
        """Fails and lists them when there are @problems."""
        problems = list(problems)
        self.ok(not problems, name, problems)

    def finds(self, problems, word, name):
        """The check itself is checked: it must have found a problem that mentions @word."""
        problems = list(problems)
        self.ok(any(word in problem for problem in problems), name, [f"wanted a problem with '{word}', got:"] + problems)

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def done(self):
        print(f"1..{self.count}")
        sys.exit(0)  # the lines above say what failed; a status would count it twice


def source_dir():
    return pathlib.Path(os.environ.get("MADO_SRC") or pathlib.Path(__file__).resolve().parent.parent.parent)


def build_dir():
    return pathlib.Path(os.environ.get("MADO_BUILD") or os.getcwd())


class Sample:
    """A small source tree in a temporary directory: Sample({"src/mail/x.c": "text"}) as root."""

    def __init__(self, files):
        self.files = files

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="arch")
        root = pathlib.Path(self.dir.name)
        for name, text in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    def __exit__(self, *_):
        self.dir.cleanup()
