#!/bin/bash
# The quick tests again under AddressSanitizer and UBSan, in a build of their own, but for those of structure: they read the same
# sources. Each of their results is passed on as one of ours.
set -u
dir=$MADO_BUILD/sanitized
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$dir" && cd "$dir" || exit 99
bail ()
{
  tail -n 30 "$1" | sed 's/^/# /'
  echo "1..1"
  echo "not ok 1 - $2 (log: $dir/$1)"
  exit 0
}

# One pass of the optimiser, and names and lines alone for the traces: compiles in half the time, and is checked no less.
[ -f Makefile ] || "$MADO_SRC/configure" -q --enable-sanitizers CFLAGS='-O1 -g1' >configure.log 2>&1 || bail configure.log "configure"
make -j"$(nproc)" >build.log 2>&1 || bail build.log "build"
find . -name '*.trs' -delete
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
# Checked code takes its time: what is waited for, and what may be used, grows with this.
export MADO_PATIENCE=${MADO_PATIENCE:-4}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
make -k -j$(($(nproc) + 1)) check arch_tests= >check.log 2>&1
status=$?

# One line of ours per result; the numbers, and marks that TAP would take for a directive, are left out.
exec 3>&1
mapfile -t logs < <(find . -name '*.trs' | sort | sed 's/trs$/log/')
read -r count failed < <(awk -v dir="$dir" '
  FNR == 1 {
    test = substr (FILENAME, 3, length (FILENAME) - 6)
  }
  match ($0, /^(PASS|XFAIL|SKIP|FAIL|XPASS|ERROR): /) {
    kind = substr ($0, 1, RLENGTH - 2)
    rest = substr ($0, RLENGTH + 1)
    if (index (rest, test) != 1)
      next
    name = substr (rest, length (test) + 1)
    why = name
    sub (/^[.a-z]* */, "", name)
    sub (/^[0-9]* *-* */, "", name)
    sub (/#.*/, "", name)
    sub (/.*SKIP /, "", why)
    bad = kind !~ /^(PASS|XFAIL|SKIP)$/
    failed += bad
    print (bad ? "not " : "") "ok " ++count " - sanitized " test ": " name (bad ? " (log: " dir "/" test ".log)" : kind == "SKIP" ? "# SKIP " why : "") >"/dev/stderr"
  }
  END { print count + 0, failed + 0 }' "${logs[@]}" 2>&3)
count=$((count + 1))
if [ $status -eq 0 ] || [ $failed -gt 0 ]; then
  echo "ok $count - sanitized build: make check ran ($failed failures named above)"
else
  tail -n 30 check.log | sed 's/^/# /'
  echo "not ok $count - sanitized build: make check ended with $status and named no test (log: $dir/check.log)"
fi
echo "1..$count"
