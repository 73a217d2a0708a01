noinst_LIBRARIES += libspool.a
libspool_a_SOURCES = src/spool/spool.c src/spool/format.c src/spool/erase.c
noinst_HEADERS += include/madoguchi/spool/spool.h include/madoguchi/spool/format.h include/madoguchi/spool/erase.h
spool_libs = libspool.a libmodel.a $(base_libs)


unit_tests += tests/unit/test-spool-spool tests/unit/test-spool-format
tests_unit_test_spool_spool_SOURCES = tests/unit/test-spool-spool.c
tests_unit_test_spool_spool_LDADD = $(spool_libs)
tests_unit_test_spool_format_SOURCES = tests/unit/test-spool-format.c
tests_unit_test_spool_format_LDADD = $(spool_libs)
