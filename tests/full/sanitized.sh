#!/bin/bash
# The quick tests again under AddressSanitizer and UBSan, in a build of their own. Each of their results is
# passed on as one of ours.
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

[ -f Makefile ] || "$MADO_SRC/configure" -q --enable-sanitizers >configure.log 2>&1 || bail configure.log "configure"
make -j"$(nproc)" >build.log 2>&1 || bail build.log "build"
find . -name '*.trs' -delete
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
# Checked code takes its time: what is waited for, and what may be used, grows with this.
export MADO_PATIENCE=${MADO_PATIENCE:-4}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
make -k -j"$(nproc)" check >check.log 2>&1
status=$?

# One line of ours per result; the numbers, and marks that TAP would take for a directive, are left out.
count=0 failed=0
while read -r trs; do
  test=${trs#./}
  test=${test%.trs}
  while IFS=: read -r kind rest; do
    count=$((count + 1))
    name="sanitized $test: $(printf '%s' "$rest" | sed -e "s,^ *$test[.a-z]* *,," -e 's/^[0-9]* *-* *//' -e 's/#.*//')"
    case $kind in
      PASS | XFAIL) echo "ok $count - $name" ;;
      SKIP) echo "ok $count - $name # SKIP ${rest##*SKIP }" ;;
      *)
        failed=$((failed + 1))
        echo "not ok $count - $name (log: $dir/$test.log)"
        ;;
    esac
  done < <(grep -E "^(PASS|XFAIL|SKIP|FAIL|XPASS|ERROR): $test" "${trs%.trs}.log")
done < <(find . -name '*.trs' | sort)
count=$((count + 1))
if [ $status -eq 0 ] || [ $failed -gt 0 ]; then
  echo "ok $count - sanitized build: make check ran ($failed failures named above)"
else
  tail -n 30 check.log | sed 's/^/# /'
  echo "not ok $count - sanitized build: make check ended with $status and named no test (log: $dir/check.log)"
fi
echo "1..$count"
