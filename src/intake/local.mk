noinst_LIBRARIES += libintake.a
libintake_a_SOURCES = src/intake/lmtp-parse.c src/intake/lmtp-session.c src/intake/lmtp-server.c src/intake/listen.c
noinst_HEADERS += include/madoguchi/intake/lmtp-parse.h include/madoguchi/intake/lmtp-session.h \
	include/madoguchi/intake/lmtp-server.h include/madoguchi/intake/listen.h
intake_libs = libintake.a $(spool_libs) libconf.a $(base_libs)

unit_tests += tests/unit/test-intake-lmtp-parse tests/unit/test-intake-lmtp-session
tests_unit_test_intake_lmtp_parse_SOURCES = tests/unit/test-intake-lmtp-parse.c
tests_unit_test_intake_lmtp_parse_LDADD = $(intake_libs)
tests_unit_test_intake_lmtp_session_SOURCES = tests/unit/test-intake-lmtp-session.c
tests_unit_test_intake_lmtp_session_LDADD = $(intake_libs)

unit_tests += tests/unit/test-intake-listen tests/unit/test-intake-lmtp-server
tests_unit_test_intake_listen_SOURCES = tests/unit/test-intake-listen.c
tests_unit_test_intake_listen_LDADD = $(intake_libs)
tests_unit_test_intake_lmtp_server_SOURCES = tests/unit/test-intake-lmtp-server.c
tests_unit_test_intake_lmtp_server_LDADD = $(intake_libs)
