# Structure: layers, link lines, sizes, banned calls, documentation. Part of the quick tests.
arch_tests = tests/arch/test-layers.py tests/arch/test-sizes.py tests/arch/test-words.py tests/arch/test-headers.py \
	tests/arch/test-settings.py tests/arch/test-linkage.py tests/arch/test-dist.py tests/arch/test-man.py \
	tests/arch/test-units.py tests/arch/test-tested.py tests/arch/test-translations.py
TESTS += $(arch_tests)
EXTRA_DIST += $(arch_tests) tests/arch/csource.py tests/arch/tap.py
