# Checks that build the whole thing again. Part of the full tests (make check-full).
full_builds = tests/full/distcheck.sh tests/full/sanitized.sh tests/full/threads.sh tests/full/threads-web.sh
FULL_TESTS += $(full_builds)
EXTRA_DIST += $(full_builds) tests/full/threads.supp tests/full/threads.h

# What is started first when several run at a time (check-full): the longest, so that nothing long is left for the end.
long_tests = tests/full/sanitized.sh tests/full/distcheck.sh tests/full/kill9-rounds.sh tests/interop/matrix.py tests/it/bombs.py

# The members' page in a real browser.
browser_tests = tests/full/web-day.py tests/full/web-work.py tests/full/web-axe.py tests/full/web-injection.py tests/full/web-queue.py tests/full/web-languages.py tests/full/web-files.py
FULL_TESTS += $(browser_tests)
EXTRA_DIST += $(browser_tests) tests/full/axe/package.json tests/full/axe/package-lock.json

# A real server before the members' page.
proxy_tests = tests/full/web-proxy.py tests/full/web-caddy.py tests/full/web-quickstart.py
FULL_TESTS += $(proxy_tests)
EXTRA_DIST += $(proxy_tests)
