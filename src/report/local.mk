noinst_LIBRARIES += libreport.a
libreport_a_SOURCES = src/report/language.c src/report/read.c src/report/defang.c src/report/indicator-ip.c \
	src/report/indicator-name.c src/report/indicator-hash.c src/report/indicator-btc.c src/report/indicator-code.c \
	src/report/indicator-url.c src/report/indicator-line.c src/report/indicator-sieve.c src/report/indicator-scan.c \
	src/report/indicators.c src/report/marking.c src/report/case-ids.c src/report/format.c src/report/formats.c src/report/arf.c \
	src/report/fields.c src/report/yaml.c src/report/x-arf.c src/report/xml.c \
	src/report/iodef.c src/report/unpack.c src/report/dmarc.c
libreport_a_SOURCES += src/report/json-clean.c src/report/json.c src/report/json-map.c src/report/json-rules.c src/report/json-formats.c \
	src/report/rsit.c src/report/xarf.c src/report/xarf-rules.c src/report/iodef-json.c src/report/stix.c src/report/stix-pattern.c \
	src/report/misp.c src/report/csaf.c src/report/veris.c
libreport_a_CPPFLAGS = $(AM_CPPFLAGS) $(PSL_CFLAGS) $(IDN_CFLAGS) $(YAML_CFLAGS) $(XML_CFLAGS) $(JSON_CFLAGS)
noinst_HEADERS += include/madoguchi/report/language.h include/madoguchi/report/read.h include/madoguchi/report/defang.h \
	include/madoguchi/report/indicator-ip.h include/madoguchi/report/indicator-name.h \
	include/madoguchi/report/indicator-hash.h include/madoguchi/report/indicator-btc.h \
	include/madoguchi/report/indicator-code.h include/madoguchi/report/indicator-url.h \
	include/madoguchi/report/indicator-line.h include/madoguchi/report/indicator-sieve.h \
	include/madoguchi/report/indicator-scan.h include/madoguchi/report/indicators.h \
	include/madoguchi/report/marking.h include/madoguchi/report/case-ids.h \
	include/madoguchi/report/format.h include/madoguchi/report/formats.h include/madoguchi/report/arf.h \
	include/madoguchi/report/fields.h include/madoguchi/report/yaml.h include/madoguchi/report/x-arf.h \
	include/madoguchi/report/xml.h include/madoguchi/report/iodef.h \
	include/madoguchi/report/unpack.h include/madoguchi/report/dmarc.h
noinst_HEADERS += include/madoguchi/report/json-clean.h include/madoguchi/report/json.h include/madoguchi/report/json-map.h \
	include/madoguchi/report/json-rules.h include/madoguchi/report/json-formats.h include/madoguchi/report/rsit.h \
	include/madoguchi/report/xarf.h include/madoguchi/report/xarf-rules.h include/madoguchi/report/iodef-json.h \
	include/madoguchi/report/stix.h include/madoguchi/report/stix-pattern.h include/madoguchi/report/misp.h \
	include/madoguchi/report/csaf.h include/madoguchi/report/veris.h
report_libs = libreport.a libconf.a $(model_libs) $(PSL_LIBS) $(IDN_LIBS) $(YAML_LIBS) $(JSON_LIBS)

unit_tests += tests/unit/test-report-language
tests_unit_test_report_language_SOURCES = tests/unit/test-report-language.c
tests_unit_test_report_language_LDADD = $(report_libs)

# Scans one text; tests/it/indicators.py measures with it.
check_PROGRAMS += tests/unit/scan-one
tests_unit_scan_one_SOURCES = tests/unit/scan-one.c
tests_unit_scan_one_LDADD = $(report_libs)

unit_tests += \
	tests/unit/test-report-defang tests/unit/test-report-indicator-ip tests/unit/test-report-indicator-name \
	tests/unit/test-report-indicator-hash tests/unit/test-report-indicator-btc tests/unit/test-report-indicator-code \
	tests/unit/test-report-indicator-url tests/unit/test-report-indicator-line tests/unit/test-report-indicator-scan
tests_unit_test_report_defang_SOURCES = tests/unit/test-report-defang.c
tests_unit_test_report_defang_LDADD = $(report_libs)
tests_unit_test_report_indicator_ip_SOURCES = tests/unit/test-report-indicator-ip.c
tests_unit_test_report_indicator_ip_LDADD = $(report_libs)
tests_unit_test_report_indicator_name_SOURCES = tests/unit/test-report-indicator-name.c
tests_unit_test_report_indicator_name_LDADD = $(report_libs)
tests_unit_test_report_indicator_hash_SOURCES = tests/unit/test-report-indicator-hash.c
tests_unit_test_report_indicator_hash_LDADD = $(report_libs)
tests_unit_test_report_indicator_btc_SOURCES = tests/unit/test-report-indicator-btc.c
tests_unit_test_report_indicator_btc_LDADD = $(report_libs)
tests_unit_test_report_indicator_code_SOURCES = tests/unit/test-report-indicator-code.c
tests_unit_test_report_indicator_code_LDADD = $(report_libs)
tests_unit_test_report_indicator_url_SOURCES = tests/unit/test-report-indicator-url.c
tests_unit_test_report_indicator_url_LDADD = $(report_libs)
tests_unit_test_report_indicator_line_SOURCES = tests/unit/test-report-indicator-line.c
tests_unit_test_report_indicator_line_LDADD = $(report_libs)
tests_unit_test_report_indicator_scan_SOURCES = tests/unit/test-report-indicator-scan.c
tests_unit_test_report_indicator_scan_LDADD = $(report_libs)
unit_tests += tests/unit/test-report-indicators
tests_unit_test_report_indicators_SOURCES = tests/unit/test-report-indicators.c
tests_unit_test_report_indicators_LDADD = $(report_libs)

TESTS += tests/it/indicators.py tests/it/formats-mail.py tests/it/formats-hostile.py tests/it/formats-json.py
EXTRA_DIST += tests/it/indicators.py tests/it/formats-mail.py tests/it/formats-hostile.py tests/it/formats-json.py tests/lib/madoformats.py
unit_tests += tests/unit/test-report-marking tests/unit/test-report-case-ids
tests_unit_test_report_marking_SOURCES = tests/unit/test-report-marking.c
tests_unit_test_report_marking_LDADD = $(report_libs)
tests_unit_test_report_case_ids_SOURCES = tests/unit/test-report-case-ids.c
tests_unit_test_report_case_ids_LDADD = $(report_libs)

unit_tests += tests/unit/test-report-arf tests/unit/test-report-fields \
	tests/unit/test-report-yaml tests/unit/test-report-x-arf \
	tests/unit/test-report-xml tests/unit/test-report-iodef \
	tests/unit/test-report-unpack tests/unit/test-report-dmarc
tests_unit_test_report_unpack_SOURCES = tests/unit/test-report-unpack.c
tests_unit_test_report_unpack_LDADD = $(report_libs)
tests_unit_test_report_dmarc_SOURCES = tests/unit/test-report-dmarc.c
tests_unit_test_report_dmarc_LDADD = $(report_libs)
tests_unit_test_report_iodef_SOURCES = tests/unit/test-report-iodef.c
tests_unit_test_report_iodef_LDADD = $(report_libs)
tests_unit_test_report_xml_SOURCES = tests/unit/test-report-xml.c
tests_unit_test_report_xml_LDADD = $(report_libs)
tests_unit_test_report_yaml_SOURCES = tests/unit/test-report-yaml.c
tests_unit_test_report_yaml_LDADD = $(report_libs)
tests_unit_test_report_x_arf_SOURCES = tests/unit/test-report-x-arf.c
tests_unit_test_report_x_arf_LDADD = $(report_libs)
tests_unit_test_report_fields_SOURCES = tests/unit/test-report-fields.c
tests_unit_test_report_fields_LDADD = $(report_libs)
tests_unit_test_report_arf_SOURCES = tests/unit/test-report-arf.c
tests_unit_test_report_arf_LDADD = $(report_libs)

unit_tests += tests/unit/test-report-json-clean tests/unit/test-report-json tests/unit/test-report-json-map \
	tests/unit/test-report-json-rules tests/unit/test-report-rsit tests/unit/test-report-xarf
json_test_cppflags = $(AM_CPPFLAGS) $(JSON_CFLAGS)
tests_unit_test_report_json_clean_SOURCES = tests/unit/test-report-json-clean.c
tests_unit_test_report_json_clean_LDADD = $(report_libs)
tests_unit_test_report_json_SOURCES = tests/unit/test-report-json.c
tests_unit_test_report_json_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_json_LDADD = $(report_libs)
tests_unit_test_report_json_map_SOURCES = tests/unit/test-report-json-map.c tests/unit/json-fixture.h
tests_unit_test_report_json_map_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_json_map_LDADD = $(report_libs)
tests_unit_test_report_json_rules_SOURCES = tests/unit/test-report-json-rules.c tests/unit/json-fixture.h
tests_unit_test_report_json_rules_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_json_rules_LDADD = $(report_libs)
tests_unit_test_report_rsit_SOURCES = tests/unit/test-report-rsit.c
tests_unit_test_report_rsit_LDADD = $(report_libs)
tests_unit_test_report_xarf_SOURCES = tests/unit/test-report-xarf.c tests/unit/json-fixture.h
tests_unit_test_report_xarf_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_xarf_LDADD = $(report_libs)

unit_tests += tests/unit/test-report-iodef-json tests/unit/test-report-stix \
	tests/unit/test-report-stix-pattern tests/unit/test-report-misp tests/unit/test-report-csaf tests/unit/test-report-veris
tests_unit_test_report_iodef_json_SOURCES = tests/unit/test-report-iodef-json.c tests/unit/json-fixture.h
tests_unit_test_report_iodef_json_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_iodef_json_LDADD = $(report_libs)
tests_unit_test_report_stix_SOURCES = tests/unit/test-report-stix.c tests/unit/json-fixture.h
tests_unit_test_report_stix_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_stix_LDADD = $(report_libs)
tests_unit_test_report_misp_SOURCES = tests/unit/test-report-misp.c tests/unit/json-fixture.h
tests_unit_test_report_misp_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_misp_LDADD = $(report_libs)
tests_unit_test_report_csaf_SOURCES = tests/unit/test-report-csaf.c tests/unit/json-fixture.h
tests_unit_test_report_csaf_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_csaf_LDADD = $(report_libs)
tests_unit_test_report_veris_SOURCES = tests/unit/test-report-veris.c tests/unit/json-fixture.h
tests_unit_test_report_veris_CPPFLAGS = $(json_test_cppflags)
tests_unit_test_report_veris_LDADD = $(report_libs)
tests_unit_test_report_stix_pattern_SOURCES = tests/unit/test-report-stix-pattern.c
tests_unit_test_report_stix_pattern_LDADD = $(report_libs)

# Forms: templates of the ones that are in use, and a blank form of our own for teams to publish.
formsdir = $(pkgdatadir)/forms
dist_forms_DATA = conf/forms/jpcert.form conf/forms/ntt-cert.form conf/forms/ipa-access.form conf/forms/ipa-virus.form \
	conf/forms/us-cert.form conf/forms/madoguchi.form conf/forms/madoguchi.blank.txt
libreport_a_SOURCES += src/report/form-line.c src/report/form-choice.c src/report/form-time.c src/report/form-value.c \
	src/report/form-file.c src/report/form-template.c src/report/form-match.c src/report/form.c
noinst_HEADERS += include/madoguchi/report/form.h include/madoguchi/report/form-match.h include/madoguchi/report/form-template.h \
	include/madoguchi/report/form-file.h include/madoguchi/report/form-line.h include/madoguchi/report/form-choice.h \
	include/madoguchi/report/form-time.h include/madoguchi/report/form-value.h
unit_tests += tests/unit/test-report-form-line tests/unit/test-report-form-choice tests/unit/test-report-form-time \
	tests/unit/test-report-form-template tests/unit/test-report-form
tests_unit_test_report_form_SOURCES = tests/unit/test-report-form.c
tests_unit_test_report_form_LDADD = $(report_libs)
tests_unit_test_report_form_line_SOURCES = tests/unit/test-report-form-line.c
tests_unit_test_report_form_line_LDADD = $(report_libs)
tests_unit_test_report_form_choice_SOURCES = tests/unit/test-report-form-choice.c
tests_unit_test_report_form_choice_LDADD = $(report_libs)
tests_unit_test_report_form_time_SOURCES = tests/unit/test-report-form-time.c
tests_unit_test_report_form_time_LDADD = $(report_libs)
tests_unit_test_report_form_template_SOURCES = tests/unit/test-report-form-template.c
tests_unit_test_report_form_template_LDADD = $(report_libs)
TESTS += tests/it/forms.py tests/it/twins.py tests/it/case-ids.py
EXTRA_DIST += tests/it/forms.py tests/it/twins.py tests/it/case-ids.py tests/lib/madoforms.py
libreport_a_SOURCES += src/report/indicator-version.c
noinst_HEADERS += include/madoguchi/report/indicator-version.h
unit_tests += tests/unit/test-report-indicator-version
tests_unit_test_report_indicator_version_SOURCES = tests/unit/test-report-indicator-version.c
tests_unit_test_report_indicator_version_LDADD = $(report_libs)
