# The interoperability matrix: part of the full tests (make check-full). What it needs is in scripts/packages-interop;
# OpenPGP.js comes from npm into tests/interop/js of the build directory.
interop_tests = tests/interop/matrix.py
FULL_TESTS += $(interop_tests)
EXTRA_DIST += $(interop_tests) tests/interop/gateway.py tests/interop/mailers.py tests/interop/mails.py \
	tests/interop/plan.py tests/interop/replies.py tests/interop/special.py tests/interop/tools.py tests/interop/openpgpjs/package.json \
	tests/interop/openpgpjs/package-lock.json tests/interop/openpgpjs/serve.mjs

clean-local: clean-interop

clean-interop:
	rm -rf tests/interop/js

.PHONY: clean-interop
