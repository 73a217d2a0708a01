noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = src/conf/conf.c src/conf/table.c
noinst_HEADERS += include/madoguchi/conf/conf.h
conf_libs = libconf.a $(base_libs)
unit_tests += tests/unit/test-conf
tests_unit_test_conf_SOURCES = tests/unit/test-conf.c
tests_unit_test_conf_LDADD = $(conf_libs)
