# Two libraries: what seals (the signer) and what sends (the sender) share no code and no program.
noinst_LIBRARIES += libreply.a libsubmit.a
libreply_a_SOURCES = src/reply/templates.c src/reply/hours.c src/reply/fields.c src/reply/compose.c src/reply/payload.c src/reply/smime.c src/reply/canned.c
libsubmit_a_SOURCES = src/reply/submit.c src/reply/maildir.c src/reply/wkd-place.c src/reply/reach.c src/reply/discover.c src/reply/dane.c
libsubmit_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(IDN_CFLAGS)
noinst_HEADERS += include/madoguchi/reply/templates.h include/madoguchi/reply/hours.h include/madoguchi/reply/fields.h \
	include/madoguchi/reply/wkd-place.h include/madoguchi/reply/reach.h include/madoguchi/reply/discover.h include/madoguchi/reply/dane.h \
	include/madoguchi/reply/compose.h include/madoguchi/reply/payload.h include/madoguchi/reply/canned.h include/madoguchi/reply/smime.h include/madoguchi/reply/submit.h include/madoguchi/reply/maildir.h
reply_libs = libreply.a $(pgp_libs)
submit_libs = libsubmit.a libconf.a $(base_libs) $(CURL_LIBS) $(IDN_LIBS) -lresolv

templatesdir = $(pkgdatadir)/templates
dist_templates_DATA = conf/templates/ack-plain.en.txt conf/templates/ack-plain.ja.txt \
	conf/templates/ack.en.txt conf/templates/ack.ja.txt conf/templates/cannot-open.en.txt \
	conf/templates/cannot-open.ja.txt conf/templates/duplicate.en.txt conf/templates/duplicate.ja.txt \
	conf/templates/hours-closed.en.inc conf/templates/hours-closed.ja.inc \
	conf/templates/hours-open.en.inc conf/templates/hours-open.ja.inc conf/templates/out-of-scope.en.txt \
	conf/templates/out-of-scope.ja.txt conf/templates/plaintext.en.txt conf/templates/plaintext.ja.txt

canneddir = $(pkgdatadir)/canned
dist_canned_DATA = conf/canned/ask-details.en.txt conf/canned/ask-details.ja.txt conf/canned/closing.en.txt \
	conf/canned/closing.ja.txt conf/canned/forwarded.en.txt conf/canned/forwarded.ja.txt conf/canned/not-reproduced.en.txt \
	conf/canned/not-reproduced.ja.txt

# Asks a running signer; tests/it/reply.py drives it.
check_PROGRAMS += tests/unit/seal-one
tests_unit_seal_one_SOURCES = tests/unit/seal-one.c
tests_unit_seal_one_LDADD = libipc.a $(model_libs)

unit_tests += tests/unit/test-reply-canned
tests_unit_test_reply_canned_SOURCES = tests/unit/test-reply-canned.c
tests_unit_test_reply_canned_LDADD = $(reply_libs)
unit_tests += tests/unit/test-reply-templates tests/unit/test-reply-fields tests/unit/test-reply-submit
tests_unit_test_reply_fields_SOURCES = tests/unit/test-reply-fields.c
tests_unit_test_reply_fields_LDADD = $(reply_libs)
tests_unit_test_reply_templates_SOURCES = tests/unit/test-reply-templates.c
tests_unit_test_reply_templates_LDADD = $(reply_libs)
tests_unit_test_reply_submit_SOURCES = tests/unit/test-reply-submit.c
tests_unit_test_reply_submit_LDADD = $(submit_libs)

TESTS += tests/it/sealed.py tests/it/smime-answer.py
EXTRA_DIST += tests/it/smime-answer.py tests/it/sealed.py tests/lib/madohp.py

# Sends one mail; tests/it/submit-tls.py drives it.
check_PROGRAMS += tests/unit/send-one
tests_unit_send_one_SOURCES = tests/unit/send-one.c
tests_unit_send_one_LDADD = $(submit_libs)
# Looks one address up; tests/it/discovery.py drives it.
check_PROGRAMS += tests/unit/find-one
tests_unit_find_one_SOURCES = tests/unit/find-one.c
tests_unit_find_one_LDADD = $(submit_libs)
unit_tests += tests/unit/test-reply-wkd-place tests/unit/test-reply-reach
tests_unit_test_reply_wkd_place_SOURCES = tests/unit/test-reply-wkd-place.c
tests_unit_test_reply_wkd_place_LDADD = $(submit_libs)
tests_unit_test_reply_reach_SOURCES = tests/unit/test-reply-reach.c
tests_unit_test_reply_reach_LDADD = $(submit_libs)
unit_tests += tests/unit/test-reply-compose tests/unit/test-reply-maildir
tests_unit_test_reply_compose_SOURCES = tests/unit/test-reply-compose.c $(gnupg_fixture)
tests_unit_test_reply_compose_LDADD = $(reply_libs)
tests_unit_test_reply_maildir_SOURCES = tests/unit/test-reply-maildir.c
tests_unit_test_reply_maildir_LDADD = $(submit_libs)
unit_tests += tests/unit/test-reply-hours
tests_unit_test_reply_hours_SOURCES = tests/unit/test-reply-hours.c
tests_unit_test_reply_hours_LDADD = $(reply_libs)
