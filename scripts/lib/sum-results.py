#!/usr/bin/env python3
"""Adds up the TAP results that automake's driver left in *.trs files under a build directory.

Each subtest counts. Failures and skips are named with their reason; the last line is the sum that
scripts/check promises: "N passed, N failed, N skipped". Exit 0 only when nothing failed.
"""
import argparse
import pathlib
import re
import sys

KINDS = {"PASS": "passed", "XFAIL": "passed", "FAIL": "failed", "XPASS": "failed", "ERROR": "failed",
         "SKIP": "skipped"}


def read_results(build):
    """Yields (kind, test, detail) for every result below build/tests."""
    for trs in sorted((build / "tests").rglob("*.trs")):
        test = str(trs.relative_to(build).with_suffix(""))
        names = {"passed": 0, "failed": 0, "skipped": 0}
        for line in trs.read_text(errors="replace").splitlines():
            match = re.match(r":test-result: *(\w+) *(.*)", line)
            if match and match.group(1) in KINDS:
                kind = KINDS[match.group(1)]
                names[kind] += 1
                yield kind, test, match.group(2)
        if not any(names.values()):
            yield "failed", test, "gave no result"


def skip_reasons(log):
    """The SKIP lines of a log, for drivers that leave the reason out of the .trs file."""
    if not log.exists():
        return []
    return [line for line in log.read_text(errors="replace").splitlines() if line.startswith("SKIP:")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trouble", type=int, default=0, help="failures that no test reported")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("build", type=pathlib.Path)
    options = parser.parse_args()
    count = {"passed": 0, "failed": options.trouble, "skipped": 0}
    shown_skips = set()
    for kind, test, detail in read_results(options.build):
        count[kind] += 1
        if kind == "failed":
            print(f"failed: {test}: {detail} (log: {options.build / test}.log)")
        elif kind == "skipped" and test not in shown_skips:
            shown_skips.add(test)
            for line in skip_reasons(options.build / f"{test}.log") or [f"SKIP: {test} {detail}"]:
                print("skipped:", line[5:].strip())
    if options.seconds:
        print(f"tests took {options.seconds // 60} min {options.seconds % 60} s; logs are beside the programs in "
              f"{options.build}/tests")
    if count["passed"] == 0:
        count["failed"] += 1
        print("failed: no test passed at all")
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
