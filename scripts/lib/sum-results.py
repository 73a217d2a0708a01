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
    """Yields (kind, test, detail) for every result below build/tests: kinds from .trs, words from the log."""
    for trs in sorted((build / "tests").rglob("*.trs")):
        test = str(trs.relative_to(build).with_suffix(""))
        kinds = re.findall(r"^:test-result: *([A-Z]+)", trs.read_text(errors="replace"), re.M)
        log = trs.with_suffix(".log")
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        told = [m.groups() for m in (re.match(rf"([A-Z]+): {re.escape(test)}(?:\.py|\.sh)? (.*)", x) for x in lines) if m]
        for number, kind in enumerate(kinds):
            if kind in KINDS:
                fits = number < len(told) and told[number][0] == kind
                yield KINDS[kind], test, told[number][1] if fits else "(see the log)"
        if not any(kind in KINDS for kind in kinds):
            yield "failed", test, "gave no result"


def read_costs(build):
    """(seconds, processor seconds, test) of each test, the longest first; those of the sanitized tree too."""
    costs = []
    for place in (build, build / "sanitized"):
        for trs in (place / "tests").rglob("*.trs"):
            cost = re.search(r"^:cost: ([\d.]+) ([\d.]+) ([\d.]+)$", trs.read_text(errors="replace"), re.M)
            if cost:
                passed, user, system = map(float, cost.groups())
                costs.append((passed, user + system, str(trs.relative_to(build).with_suffix(""))))
    return sorted(costs, reverse=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trouble", type=int, default=0, help="failures that no test reported")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("build", type=pathlib.Path)
    options = parser.parse_args()
    count = {"passed": 0, "failed": options.trouble, "skipped": 0}
    for kind, test, detail in read_results(options.build):
        count[kind] += 1
        if kind == "failed":
            print(f"failed: {test}: {detail} (log: {options.build / test}.log)")
        elif kind == "skipped":
            print(f"skipped: {test}: {detail}")
    costs = read_costs(options.build)
    if costs:
        print("slowest, in seconds (of the processor): "
              + ", ".join(f"{test.replace('tests/', '')} {passed:.0f} ({used:.0f})" for passed, used, test in costs[:10]))
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
