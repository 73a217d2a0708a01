# Fuzz targets. With --enable-fuzzing (clang) each is a libFuzzer program; in any other build the same target is linked with
# replay.c, and `make check` runs it over its corpus (replay.sh).
fuzz_targets = tests/fuzz/fuzz-lmtp tests/fuzz/fuzz-mail tests/fuzz/fuzz-charset tests/fuzz/fuzz-cms tests/fuzz/fuzz-packets tests/fuzz/fuzz-found \
	tests/fuzz/fuzz-inline tests/fuzz/fuzz-structure tests/fuzz/fuzz-header tests/fuzz/fuzz-protect tests/fuzz/fuzz-html \
	tests/fuzz/fuzz-open tests/fuzz/fuzz-attachment tests/fuzz/fuzz-indicators tests/fuzz/fuzz-form tests/fuzz/fuzz-arf \
	tests/fuzz/fuzz-x-arf tests/fuzz/fuzz-xml tests/fuzz/fuzz-json \
	tests/fuzz/fuzz-triage
if FUZZING
noinst_PROGRAMS += $(fuzz_targets)
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(fuzz_targets)
fuzz_main = tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
endif
fuzz_mail_cppflags = $(AM_CPPFLAGS) $(GMIME_CFLAGS)

tests_fuzz_fuzz_lmtp_SOURCES = tests/fuzz/fuzz-lmtp.c $(fuzz_main)
tests_fuzz_fuzz_lmtp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_lmtp_LDADD = $(intake_libs)
tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/fuzz-mail.c $(fuzz_main)
tests_fuzz_fuzz_mail_CPPFLAGS = $(fuzz_mail_cppflags)
tests_fuzz_fuzz_mail_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mail_LDADD = $(mail_libs)
tests_fuzz_fuzz_charset_SOURCES = tests/fuzz/fuzz-charset.c $(fuzz_main)
tests_fuzz_fuzz_charset_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_charset_LDADD = $(mail_libs)
tests_fuzz_fuzz_cms_SOURCES = tests/fuzz/fuzz-cms.c $(fuzz_main)
tests_fuzz_fuzz_cms_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_cms_LDADD = $(mail_libs)
tests_fuzz_fuzz_packets_SOURCES = tests/fuzz/fuzz-packets.c $(fuzz_main)
tests_fuzz_fuzz_packets_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_packets_LDADD = $(mail_libs)
tests_fuzz_fuzz_found_SOURCES = tests/fuzz/fuzz-found.c $(fuzz_main)
tests_fuzz_fuzz_found_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_found_LDADD = $(pgp_libs)
tests_fuzz_fuzz_inline_SOURCES = tests/fuzz/fuzz-inline.c $(fuzz_main)
tests_fuzz_fuzz_inline_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_inline_LDADD = $(mail_libs)
tests_fuzz_fuzz_attachment_SOURCES = tests/fuzz/fuzz-attachment.c $(fuzz_main)
tests_fuzz_fuzz_attachment_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_attachment_LDADD = $(mail_libs)
tests_fuzz_fuzz_structure_SOURCES = tests/fuzz/fuzz-structure.c $(fuzz_main)
tests_fuzz_fuzz_structure_CPPFLAGS = $(fuzz_mail_cppflags)
tests_fuzz_fuzz_structure_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_structure_LDADD = $(mail_libs)
tests_fuzz_fuzz_header_SOURCES = tests/fuzz/fuzz-header.c $(fuzz_main)
tests_fuzz_fuzz_header_CPPFLAGS = $(fuzz_mail_cppflags)
tests_fuzz_fuzz_header_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_header_LDADD = $(mail_libs)
tests_fuzz_fuzz_protect_SOURCES = tests/fuzz/fuzz-protect.c $(fuzz_main)
tests_fuzz_fuzz_protect_CPPFLAGS = $(fuzz_mail_cppflags)
tests_fuzz_fuzz_protect_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_protect_LDADD = $(mail_libs)
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz-html.c $(fuzz_main)
tests_fuzz_fuzz_html_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_html_LDADD = $(mail_libs)
tests_fuzz_fuzz_open_SOURCES = tests/fuzz/fuzz-open.c tests/fuzz/fake-engine.c $(fuzz_main)
tests_fuzz_fuzz_open_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_open_LDADD = $(report_libs) $(mail_libs)

tests_fuzz_fuzz_triage_SOURCES = tests/fuzz/fuzz-triage.c $(fuzz_main)
tests_fuzz_fuzz_triage_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_triage_LDADD = $(desk_libs)
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz-form.c $(fuzz_main)
tests_fuzz_fuzz_form_CPPFLAGS = $(AM_CPPFLAGS) -DMADO_FORMS=\"$(abs_top_srcdir)/conf/forms\"
tests_fuzz_fuzz_form_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_form_LDADD = $(report_libs)
tests_fuzz_fuzz_indicators_SOURCES = tests/fuzz/fuzz-indicators.c $(fuzz_main)
tests_fuzz_fuzz_indicators_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_indicators_LDADD = $(report_libs)
tests_fuzz_fuzz_arf_SOURCES = tests/fuzz/fuzz-arf.c tests/fuzz/records.c $(fuzz_main)
tests_fuzz_fuzz_arf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_arf_LDADD = $(report_libs)
tests_fuzz_fuzz_x_arf_SOURCES = tests/fuzz/fuzz-x-arf.c tests/fuzz/records.c $(fuzz_main)
tests_fuzz_fuzz_x_arf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_x_arf_LDADD = $(report_libs)
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz-xml.c tests/fuzz/records.c $(fuzz_main)
tests_fuzz_fuzz_xml_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_xml_LDADD = $(report_libs)

noinst_HEADERS += tests/fuzz/records.h
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz-json.c tests/fuzz/records.c $(fuzz_main)
tests_fuzz_fuzz_json_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_json_LDADD = $(report_libs)

TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/replay.sh tests/fuzz/replay.c tests/fuzz/dict tests/fuzz/corpus

fuzz_targets += tests/fuzz/fuzz-door
tests_fuzz_fuzz_door_SOURCES = tests/fuzz/fuzz-door.c $(fuzz_main)
tests_fuzz_fuzz_door_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_door_LDADD = $(door_libs)

fuzz_targets += tests/fuzz/fuzz-web
tests_fuzz_fuzz_web_SOURCES = tests/fuzz/fuzz-web.c $(fuzz_main)
tests_fuzz_fuzz_web_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
tests_fuzz_fuzz_web_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_web_LDADD = $(web_libs)
