"""The source archive holds what the repository holds: EXTRA_DIST and the source lists forget nothing."""
import os
import re
import subprocess

from tap import Tap, build_dir, source_dir

# In the repository for its own sake only.
NOT_SHIPPED = re.compile(r"^(\.gitattributes|\.github/.*)$")


def tracked_files(root):
    """What git knows of, or None outside a checkout."""
    run = subprocess.run(["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z"], capture_output=True,
                         text=True)
    top = subprocess.run(["git", "-c", f"safe.directory={root}", "-C", str(root), "rev-parse", "--show-prefix"],
                         capture_output=True, text=True)
    if run.returncode != 0 or top.returncode != 0 or top.stdout.strip():
        return None
    return [name for name in run.stdout.split("\0") if name and (root / name).exists()]


def shipped_files(build, root):
    """What `make dist` would pack: the DISTFILES of the generated Makefile, as make itself expands them."""
    # What the make above us was told (-j above all) makes this one say more than the list.
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    run = subprocess.run(["make", "-s", "--no-print-directory", "-C", str(build), "-f", "-", "print-distfiles"], capture_output=True, text=True,
                         env=alone, input="include Makefile\nprint-distfiles:\n\t@for f in $(srcdir) $(DISTFILES); do echo $$f; done\n")
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    srcdir, *listed = run.stdout.split()
    prefixes = (srcdir + "/", str(root) + "/", "./")
    names = set()
    for name in listed:
        for prefix in prefixes:
            name = name.removeprefix(prefix)
        names.add(name)
    return names


def check_shipped(tracked, shipped):
    for name in tracked:
        folders = ["/".join(name.split("/")[:n]) for n in range(1, name.count("/") + 1)]
        if not NOT_SHIPPED.match(name) and name not in shipped and not any(f in shipped for f in folders):
            yield f"{name} is in no list of the makefile"


def check_lists(root):
    """No wildcard in a makefile: what is shipped is written down."""
    for path in [root / "Makefile.am", *sorted(root.glob("**/local.mk"))]:
        if re.search(r"\$\(wildcard|\$\(shell", path.read_text()):
            yield f"{path.relative_to(root)}: a list made by a wildcard"


def main():
    tap, root, build = Tap(), source_dir(), build_dir()
    tracked = tracked_files(root)
    if tracked is None:
        tap.skip("the archive is complete", "not a git checkout")
    else:
        tap.none(check_shipped(tracked, shipped_files(build, root)), "the archive is complete")
    tap.none(check_lists(root), "the lists are written down")
    tap.finds(check_shipped(["src/a.c", "docs/b"], {"docs"}), "src/a.c is in no list", "a forgotten file is found")
    tap.ok(not list(check_shipped(["docs/b"], {"docs"})), "a folder in the list covers its files")
    tap.done()


main()
