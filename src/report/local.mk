noinst_LIBRARIES += libreport.a
libreport_a_SOURCES = src/report/language.c src/report/read.c
noinst_HEADERS += include/madoguchi/report/language.h include/madoguchi/report/read.h
report_libs = libreport.a $(model_libs)

unit_tests += tests/unit/test-report-language
tests_unit_test_report_language_SOURCES = tests/unit/test-report-language.c
tests_unit_test_report_language_LDADD = $(report_libs)
