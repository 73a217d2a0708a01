noinst_LIBRARIES += librole.a
librole_a_SOURCES = src/role/role.c src/role/workers.c src/role/sandbox.c src/role/privileges.c \
	src/role/supervisor.c src/role/demo.c
librole_a_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
noinst_HEADERS += include/madoguchi/role/role.h include/madoguchi/role/sandbox.h include/madoguchi/role/privileges.h \
	include/madoguchi/role/supervisor.h include/madoguchi/role/demo.h include/madoguchi/role/workers.h
role_libs = librole.a libipc.a libconf.a $(base_libs) $(SECCOMP_LIBS)
unit_tests += tests/unit/test-role
tests_unit_test_role_SOURCES = tests/unit/test-role.c
tests_unit_test_role_LDADD = $(role_libs)
unit_tests += tests/unit/test-role-supervisor
tests_unit_test_role_supervisor_SOURCES = tests/unit/test-role-supervisor.c
tests_unit_test_role_supervisor_LDADD = $(role_libs)
unit_tests += tests/unit/test-role-loop
tests_unit_test_role_loop_SOURCES = tests/unit/test-role-loop.c
tests_unit_test_role_loop_LDADD = $(role_libs)
