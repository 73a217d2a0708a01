noinst_LIBRARIES += libmail.a
libmail_a_SOURCES = src/mail/structure.c src/mail/header.c src/mail/words.c src/mail/charset.c src/mail/convert.c src/mail/jis.c src/mail/guess.c \
	src/mail/sniff.c src/mail/archive.c src/mail/attachment.c \
	src/mail/content.c \
	src/mail/html.c src/mail/strip.c src/mail/flowed.c src/mail/reading.c src/mail/facts.c src/mail/auth-results.c src/mail/returned.c src/mail/body.c src/mail/open.c \
	src/mail/forms.c src/mail/smime.c src/mail/peel.c src/mail/unlock.c src/mail/inline.c src/mail/blocks.c src/mail/pairs.c src/mail/offers.c \
	src/mail/protect.c src/mail/differences.c src/mail/verdict.c src/mail/locked-zip.c src/mail/jail.c
libmail_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS) $(XML_CFLAGS)
noinst_HEADERS += include/madoguchi/mail/open.h include/madoguchi/mail/jail.h include/madoguchi/mail/locked-zip.h include/madoguchi/mail/structure.h \
	include/madoguchi/mail/header.h include/madoguchi/mail/words.h include/madoguchi/mail/charset.h \
	include/madoguchi/mail/convert.h include/madoguchi/mail/jis.h include/madoguchi/mail/guess.h \
	include/madoguchi/mail/sniff.h include/madoguchi/mail/archive.h include/madoguchi/mail/attachment.h \
	include/madoguchi/mail/content.h include/madoguchi/mail/html.h include/madoguchi/mail/strip.h include/madoguchi/mail/flowed.h include/madoguchi/mail/reading.h \
	include/madoguchi/mail/auth-results.h include/madoguchi/mail/returned.h include/madoguchi/mail/facts.h include/madoguchi/mail/body.h \
	include/madoguchi/mail/forms.h include/madoguchi/mail/smime.h include/madoguchi/mail/peel.h include/madoguchi/mail/protect.h \
	include/madoguchi/mail/verdict.h include/madoguchi/mail/unlock.h include/madoguchi/mail/inline.h \
	include/madoguchi/mail/blocks.h include/madoguchi/mail/pairs.h include/madoguchi/mail/differences.h include/madoguchi/mail/offers.h
mail_libs = libmail.a $(role_libs) $(pgp_libs) $(model_libs) $(conf_libs) $(GMIME_LIBS)

check_PROGRAMS += tests/unit/open-one
tests_unit_open_one_SOURCES = tests/unit/open-one.c
tests_unit_open_one_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
tests_unit_open_one_LDADD = $(mail_libs) $(model_json_libs)

TESTS += tests/it/open.py tests/it/inline.py tests/it/shapes.py tests/it/headers.py tests/it/smime.py tests/it/revoked.py tests/it/corpus.py
EXTRA_DIST += tests/it/open.py tests/it/inline.py tests/it/shapes.py tests/it/headers.py tests/it/smime.py tests/it/revoked.py tests/it/corpus.py
spoof_tests = tests/it/spoof.py tests/it/spoof-packets.py tests/it/spoof-smime.py tests/it/efail.py
TESTS += $(spoof_tests)
EXTRA_DIST += $(spoof_tests) tests/lib/madopackets.py tests/lib/madospoof.py

unit_tests += tests/unit/test-mail-structure tests/unit/test-mail-charset tests/unit/test-mail-words tests/unit/test-mail-verdict
tests_unit_test_mail_structure_SOURCES = tests/unit/test-mail-structure.c
tests_unit_test_mail_structure_LDADD = $(mail_libs)
tests_unit_test_mail_charset_SOURCES = tests/unit/test-mail-charset.c
tests_unit_test_mail_charset_LDADD = $(mail_libs)
tests_unit_test_mail_words_SOURCES = tests/unit/test-mail-words.c
tests_unit_test_mail_words_LDADD = $(mail_libs)
tests_unit_test_mail_verdict_SOURCES = tests/unit/test-mail-verdict.c
tests_unit_test_mail_verdict_LDADD = $(mail_libs)

unit_tests += tests/unit/test-mail-inline
tests_unit_test_mail_inline_SOURCES = tests/unit/test-mail-inline.c
tests_unit_test_mail_inline_LDADD = $(mail_libs)

unit_tests += tests/unit/test-mail-forms tests/unit/test-mail-content tests/unit/test-mail-open
tests_unit_test_mail_forms_SOURCES = tests/unit/test-mail-forms.c
tests_unit_test_mail_forms_LDADD = $(mail_libs)
tests_unit_test_mail_content_SOURCES = tests/unit/test-mail-content.c
tests_unit_test_mail_content_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_unit_test_mail_content_LDADD = $(mail_libs)
tests_unit_test_mail_open_SOURCES = tests/unit/test-mail-open.c $(gnupg_fixture)
tests_unit_test_mail_open_LDADD = $(mail_libs)
unit_tests += tests/unit/test-mail-jail
tests_unit_test_mail_jail_SOURCES = tests/unit/test-mail-jail.c
tests_unit_test_mail_jail_LDADD = $(mail_libs)
unit_tests += tests/unit/test-mail-header
tests_unit_test_mail_header_SOURCES = tests/unit/test-mail-header.c
tests_unit_test_mail_header_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_unit_test_mail_header_LDADD = $(mail_libs)
unit_tests += tests/unit/test-mail-charset-table
tests_unit_test_mail_charset_table_SOURCES = tests/unit/test-mail-charset-table.c
tests_unit_test_mail_charset_table_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS) \
	-DMADO_TABLE=\"$(abs_top_srcdir)/tests/unit/charset-table.tsv\"
tests_unit_test_mail_charset_table_LDADD = $(mail_libs)
EXTRA_DIST += tests/unit/charset-table.tsv
unit_tests += tests/unit/test-mail-attachment
tests_unit_test_mail_attachment_SOURCES = tests/unit/test-mail-attachment.c
tests_unit_test_mail_attachment_LDADD = $(mail_libs)
unit_tests += tests/unit/test-mail-html
tests_unit_test_mail_html_SOURCES = tests/unit/test-mail-html.c
tests_unit_test_mail_html_LDADD = $(mail_libs)

libmail_a_SOURCES += src/mail/sources.c src/mail/forwarded.c
noinst_HEADERS += include/madoguchi/mail/sources.h include/madoguchi/mail/forwarded.h
unit_tests += tests/unit/test-mail-flowed
tests_unit_test_mail_flowed_SOURCES = tests/unit/test-mail-flowed.c
tests_unit_test_mail_flowed_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_unit_test_mail_flowed_LDADD = $(mail_libs)
unit_tests += tests/unit/test-mail-auth-results
tests_unit_test_mail_auth_results_SOURCES = tests/unit/test-mail-auth-results.c
tests_unit_test_mail_auth_results_LDADD = $(mail_libs)

unit_tests += tests/unit/test-mail-locked-zip
tests_unit_test_mail_locked_zip_SOURCES = tests/unit/test-mail-locked-zip.c
tests_unit_test_mail_locked_zip_LDADD = $(mail_libs)
