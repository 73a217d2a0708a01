#!/bin/bash
# `make distcheck` passes: the source archive is complete, builds outside its own directory from read-only
# sources, passes its tests, installs under DESTDIR and cleans up after itself. The tests are the units, those of structure
# and some real roles: that files are there and are found. (`make distcheck` by hand runs all quick tests.) Compiled with one
# pass of the optimiser and without names for a debugger: what is in the archive does not depend on it.
set -u
echo 1..1
log=$MADO_BUILD/distcheck.log
unset MAKEFLAGS MFLAGS MAKELEVEL
tests='$(unit_tests) $(arch_tests) tests/it/lmtp.py tests/it/cli.py tests/it/demo.py tests/it/formats-json.py tests/fuzz/replay.sh'
if make -C "$MADO_BUILD" distcheck "TESTS=$tests" DISTCHECK_CONFIGURE_FLAGS=CFLAGS=-O1 >"$log" 2>&1; then
  echo "ok 1 - make distcheck"
else
  grep -E '^(FAIL|ERROR):|\*\*\*|^ERROR' "$log" | head -n 40 | sed 's/^/# /'
  tail -n 15 "$log" | sed 's/^/# /'
  echo "not ok 1 - make distcheck (log: $log)"
fi
