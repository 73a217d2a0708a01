noinst_LIBRARIES += libfront.a
libfront_a_SOURCES = src/front/cli.c src/front/member.c src/front/mbox.c src/front/view.c src/front/view-report.c \
	src/front/view-incident.c src/front/checks.c src/front/checks-smime.c src/front/verb-queue.c src/front/verb-held.c src/front/verb-keys.c \
	src/front/verb-ingest.c src/front/verb-open.c src/front/verb-policy.c src/front/verb-policy-sheet.c src/front/input.c src/front/verb-doctor.c src/front/verb-conf.c
libfront_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
noinst_HEADERS += include/madoguchi/front/cli.h include/madoguchi/front/verbs.h include/madoguchi/front/input.h include/madoguchi/front/member.h \
	include/madoguchi/front/mbox.h include/madoguchi/front/view.h include/madoguchi/front/view-report.h \
	include/madoguchi/front/view-incident.h include/madoguchi/front/checks.h include/madoguchi/front/checks-smime.h
front_libs = libfront.a $(spool_libs) $(pgp_libs) libipc.a libconf.a $(model_json_libs)

unit_tests += tests/unit/test-front-cli tests/unit/test-front-mbox tests/unit/test-front-view
tests_unit_test_front_cli_SOURCES = tests/unit/test-front-cli.c
tests_unit_test_front_cli_LDADD = $(front_libs)
tests_unit_test_front_mbox_SOURCES = tests/unit/test-front-mbox.c
tests_unit_test_front_mbox_LDADD = $(front_libs)
tests_unit_test_front_view_SOURCES = tests/unit/test-front-view.c
tests_unit_test_front_view_LDADD = $(front_libs)

libfront_a_SOURCES += src/front/checks-keys.c
noinst_HEADERS += include/madoguchi/front/checks-keys.h
unit_tests += tests/unit/test-front-checks-keys
tests_unit_test_front_checks_keys_SOURCES = tests/unit/test-front-checks-keys.c $(gnupg_fixture)
tests_unit_test_front_checks_keys_LDADD = $(front_libs)

libfront_a_SOURCES += src/front/checks-publish.c src/front/checks-online.c src/front/publish.c src/front/rfc2350.c src/front/verb-publish.c
noinst_HEADERS += include/madoguchi/front/checks-publish.h include/madoguchi/front/checks-online.h include/madoguchi/front/publish.h include/madoguchi/front/rfc2350.h
unit_tests += tests/unit/test-front-publish
tests_unit_test_front_publish_SOURCES = tests/unit/test-front-publish.c $(gnupg_fixture)
tests_unit_test_front_publish_LDADD = $(front_libs)
unit_tests += tests/unit/test-front-checks-publish
tests_unit_test_front_checks_publish_SOURCES = tests/unit/test-front-checks-publish.c $(gnupg_fixture)
tests_unit_test_front_checks_publish_LDADD = $(front_libs)
libfront_a_SOURCES += src/front/verb-triage.c src/front/verb-restrict.c src/front/view-triage.c src/front/verb-feeds.c
noinst_HEADERS += include/madoguchi/front/view-triage.h
unit_tests += tests/unit/test-front-view-triage
tests_unit_test_front_view_triage_SOURCES = tests/unit/test-front-view-triage.c
tests_unit_test_front_view_triage_LDADD = $(front_libs)

libfront_a_SOURCES += src/front/roll-over.c src/front/verb-roll-over.c
noinst_HEADERS += include/madoguchi/front/roll-over.h
unit_tests += tests/unit/test-front-roll-over
tests_unit_test_front_roll_over_SOURCES = tests/unit/test-front-roll-over.c $(gnupg_fixture)
tests_unit_test_front_roll_over_LDADD = $(front_libs)
libfront_a_SOURCES += src/front/checks-milter.c src/front/postconf.c
noinst_HEADERS += include/madoguchi/front/checks-milter.h include/madoguchi/front/postconf.h
libfront_a_SOURCES += src/front/verb-members.c src/front/verb-token.c src/front/verb-view.c
noinst_HEADERS += include/madoguchi/front/verb-view.h
libfront_a_SOURCES += src/front/verb-audit.c src/front/verb-vault.c src/front/checks-vault.c
libfront_a_SOURCES += src/front/tickets.c src/front/verb-hand-over.c
noinst_HEADERS += include/madoguchi/front/tickets.h
libfront_a_SOURCES += src/front/verb-link.c
libfront_a_SOURCES += src/front/verb-search.c
libfront_a_SOURCES += src/front/verb-reply.c src/front/view-reply.c src/front/reply-input.c src/front/verb-draft.c src/front/verb-canned.c
noinst_HEADERS += include/madoguchi/front/view-reply.h include/madoguchi/front/reply-input.h
libfront_a_SOURCES += src/front/verb-retention.c
noinst_HEADERS += include/madoguchi/front/checks-vault.h

# The members' page, as doctor sees it; it knows the page's files by their sums.
libfront_a_SOURCES += src/front/checks-web.c src/front/dial.c
nodist_libfront_a_SOURCES = src/front/page-files.c
noinst_HEADERS += include/madoguchi/front/checks-web.h include/madoguchi/front/dial.h
CLEANFILES += src/front/page-files.c
unit_tests += tests/unit/test-front-checks-web
tests_unit_test_front_checks_web_SOURCES = tests/unit/test-front-checks-web.c
tests_unit_test_front_checks_web_LDADD = $(front_libs)
tests_unit_test_front_checks_web_CPPFLAGS = $(AM_CPPFLAGS) -DMADO_PAGE=\"$(abs_top_srcdir)/src/web/page\"
libfront_a_SOURCES += src/front/checks-roles.c
noinst_HEADERS += include/madoguchi/front/checks-roles.h
libfront_a_SOURCES += src/front/checks-postfix.c
noinst_HEADERS += include/madoguchi/front/checks-postfix.h
