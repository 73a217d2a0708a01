#!/bin/bash
# madoguchi-web under ThreadSanitizer, in a build of its own: slow questions, a keeper that hangs and strangers in masses, no race.
set -u
dir=$MADO_BUILD/threads-web
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$dir" && cd "$dir" || exit 99
bail ()
{
  tail -n 30 "$1" | sed 's/^/# /'
  echo "1..1"
  echo "not ok 1 - $2 (log: $dir/$1)"
  exit 0
}

[ -f Makefile ] || "$MADO_SRC/configure" -q --disable-hardening LDFLAGS=-fsanitize=thread \
  CFLAGS="-O1 -g -fsanitize=thread -DMADO_SANITIZED $(pkg-config --cflags glib-2.0) -include $(realpath "$MADO_SRC")/tests/full/threads.h" >configure.log 2>&1 || bail configure.log "configure"
make -j"$(nproc)" madoguchi-web >build.log 2>&1 || bail build.log "build"
export TSAN_OPTIONS="suppressions=$MADO_SRC/tests/full/threads.supp exitcode=66"
# GLib's own allocator hands memory from thread to thread behind locks that the sanitizer does not see.
export G_SLICE=always-malloc
export MADO_PATIENCE=${MADO_PATIENCE:-4} MADO_BUILD=$dir
exec python3 "$MADO_SRC/tests/it/web-crowd.py"
