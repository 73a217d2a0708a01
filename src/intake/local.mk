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

# The door in the SMTP dialogue: a library of its own, so that the LMTP role does not link libmilter.
noinst_LIBRARIES += libdoor.a
libdoor_a_SOURCES = src/intake/door-reader.c src/intake/door-leaf.c src/intake/door-keys.c src/intake/door-rate.c \
	src/intake/door-policy.c src/intake/door-mail.c src/intake/milter.c
noinst_HEADERS += include/madoguchi/intake/door-reader.h include/madoguchi/intake/door-leaf.h include/madoguchi/intake/door-keys.h \
	include/madoguchi/intake/door-rate.h include/madoguchi/intake/door-policy.h include/madoguchi/intake/door-mail.h \
	include/madoguchi/intake/milter.h
# Of libpgp.a only the readers of packets and CMS structures, which need no engine.
door_libs = libdoor.a $(intake_libs) libpgp.a $(base_libs)
milter_libs = $(door_libs) $(MILTER_LIBS)

unit_tests += tests/unit/test-intake-door-reader tests/unit/test-intake-door-policy tests/unit/test-intake-door-mail
tests_unit_test_intake_door_reader_SOURCES = tests/unit/test-intake-door-reader.c
tests_unit_test_intake_door_reader_LDADD = $(door_libs)
tests_unit_test_intake_door_policy_SOURCES = tests/unit/test-intake-door-policy.c
tests_unit_test_intake_door_policy_LDADD = $(door_libs)
tests_unit_test_intake_door_mail_SOURCES = tests/unit/test-intake-door-mail.c
tests_unit_test_intake_door_mail_LDADD = $(door_libs)

# Says what the door would say; tests/it/door-corpus.py and the interoperability matrix ask it.
check_PROGRAMS += tests/unit/door-one
tests_unit_door_one_SOURCES = tests/unit/door-one.c
tests_unit_door_one_LDADD = $(door_libs)
TESTS += tests/it/door-corpus.py
EXTRA_DIST += tests/it/door-corpus.py tests/lib/madodoor.py
