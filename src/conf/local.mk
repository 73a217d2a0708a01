noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = src/conf/conf.c src/conf/table.c
noinst_HEADERS += include/madoguchi/conf/conf.h
conf_libs = libconf.a $(base_libs)
unit_tests += tests/unit/test-conf
tests_unit_test_conf_SOURCES = tests/unit/test-conf.c
tests_unit_test_conf_LDADD = $(conf_libs)

# madoguchi.conf(5) and a file with every setting come from the table.
noinst_PROGRAMS += src/conf/conf-man
src_conf_conf_man_SOURCES = src/conf/conf-man.c
src_conf_conf_man_LDADD = $(conf_libs)
nodist_man_MANS = docs/man/madoguchi.conf.5
nodist_doc_DATA = conf/madoguchi.conf
docs/man/madoguchi.conf.5: src/conf/conf-man$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && src/conf/conf-man$(EXEEXT) man > $@.new && mv $@.new $@
conf/madoguchi.conf: src/conf/conf-man$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && src/conf/conf-man$(EXEEXT) sample > $@.new && mv $@.new $@
CLEANFILES += docs/man/madoguchi.conf.5 conf/madoguchi.conf
