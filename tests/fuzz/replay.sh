#!/bin/bash
# Runs every fuzz target over its kept corpus. A target without a corpus, or a corpus without a target, is a failure.
set -u
dir=${MADO_SRC:-.}/tests/fuzz
count=0
result ()
{
  count=$((count + 1))
  echo "$1 $count - $2"
}
for source in "$dir"/fuzz-*.c; do
  name=$(basename "$source" .c)
  name=${name#fuzz-}
  files=("$dir/corpus/$name"/*)
  if [ ! -f "${files[0]}" ]; then
    result "not ok" "$name has a corpus"
  elif said=$("${MADO_BUILD:-.}/tests/fuzz/fuzz-$name" "${files[@]}" 2>&1); then
    result ok "$name: ${#files[@]} inputs"
  else
    printf '%s\n' "$said" | tail -n 20 | sed 's/^/# /'
    result "not ok" "$name: ${#files[@]} inputs"
  fi
done
for corpus in "$dir"/corpus/*/; do
  [ -f "$dir/fuzz-$(basename "$corpus").c" ] || result "not ok" "$(basename "$corpus") has a target"
done
echo "1..$count"
