"""Every program and format has a manual page that mandoc and groff read without complaint."""
import re
import shutil
import subprocess

from tap import Sample, Tap, build_dir, source_dir

PAGES = ["madoguchi.1", "madoguchid.8", "madoguchi-web.8", "madoguchi-milter.8", "madoguchi-lmtp.8", "madoguchi-keeper.8", "madoguchi-opener.8",
         "madoguchi-signer.8", "madoguchi-keyring.8", "madoguchi-sender.8", "madoguchi-spool.5",
         "madoguchi-triage.conf.5", "madoguchi-forms.5"]


def check_page(path):
    """Complaints about one page. Style advice is let be; warnings and errors are not."""
    if shutil.which("mandoc"):
        run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(path)], capture_output=True, text=True)
        # Pages of this and of other packages need not be installed where the check runs.
        return [line for line in (run.stdout + run.stderr).splitlines() if "referenced manual not found" not in line]
    run = subprocess.run(["groff", "-mandoc", "-ww", "-z", "-Tutf8", str(path)], capture_output=True, text=True)
    return run.stderr.splitlines()


def check_names(root):
    for name in PAGES:
        path = root / "docs/man" / name
        if not path.exists():
            yield f"{name} is missing"
            continue
        text = path.read_text()
        title, section = name.rsplit(".", 1)
        if not re.search(rf"^\.Dt {re.escape(title.upper())} {section}$", text, re.M):
            yield f"{name}: .Dt names another page"
        for word in ("NAME", "DESCRIPTION", "SEE ALSO"):
            if f".Sh {word}" not in text:
                yield f"{name}: no section {word}"
        if section != "5" and ".Sh EXIT STATUS" not in text:
            yield f"{name}: no section EXIT STATUS"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_names(root), "every program has its page")
    if not shutil.which("mandoc") and not shutil.which("groff"):
        tap.skip("pages are well-formed", "neither mandoc nor groff (Debian: mandoc)")
        tap.done()
    pages = sorted((root / "docs/man").glob("*.[1-9]"))
    generated = build_dir() / "docs/man/madoguchi.conf.5"
    for path in pages + ([generated] if generated.exists() else []):
        tap.none(check_page(path), f"{path.name} is well-formed")
    with Sample({"bad.8": ".Dd November 21, 2026\n.Dt BAD 8\n.Os\n.Sh NAME\n.Nm bad\n.Nd x\n.Sh DESCRIPTION\n.Bl -tag\n.Qqq no\n"}) as sample:
        tap.ok(check_page(sample / "bad.8"), "a bad page is found")
    tap.done()


main()
