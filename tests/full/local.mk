# Checks that build the whole thing again. Part of the full tests (make check-full).
full_builds = tests/full/distcheck.sh tests/full/sanitized.sh tests/full/threads.sh
FULL_TESTS += $(full_builds)
EXTRA_DIST += $(full_builds) tests/full/threads.supp
