#!/bin/bash
# `make distcheck` passes: the source archive is complete, builds outside its own directory from read-only
# sources, passes its quick tests, installs under DESTDIR and cleans up after itself.
set -u
echo 1..1
log=$MADO_BUILD/distcheck.log
unset MAKEFLAGS MFLAGS MAKELEVEL
if make -C "$MADO_BUILD" distcheck >"$log" 2>&1; then
  echo "ok 1 - make distcheck"
else
  grep -E '^(FAIL|ERROR):|\*\*\*|^ERROR' "$log" | head -n 40 | sed 's/^/# /'
  tail -n 15 "$log" | sed 's/^/# /'
  echo "not ok 1 - make distcheck (log: $log)"
fi
