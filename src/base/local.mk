noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = src/base/error.c src/base/log.c src/base/text.c src/base/qid.c src/base/fsio.c src/base/hash.c \
	src/base/base64.c src/base/wkd.c src/base/markup.c src/base/secret.c
libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(GCRYPT_CFLAGS) -DMADO_XML_LIBRARY=\"$(XML_LIBRARY)\"
noinst_HEADERS += include/madoguchi/base/wiping.h
noinst_HEADERS += include/madoguchi/base/error.h include/madoguchi/base/log.h include/madoguchi/base/text.h \
	include/madoguchi/base/qid.h include/madoguchi/base/fsio.h include/madoguchi/base/hash.h \
	include/madoguchi/base/base64.h include/madoguchi/base/wkd.h include/madoguchi/base/markup.h include/madoguchi/base/secret.h
base_libs = libbase.a $(GLIB_LIBS) $(GCRYPT_LIBS)
unit_tests += tests/unit/test-base
tests_unit_test_base_SOURCES = tests/unit/test-base.c
tests_unit_test_base_LDADD = $(base_libs)
unit_tests += tests/unit/test-base-hash
tests_unit_test_base_hash_SOURCES = tests/unit/test-base-hash.c
tests_unit_test_base_hash_LDADD = $(base_libs)
unit_tests += tests/unit/test-base-base64
tests_unit_test_base_base64_SOURCES = tests/unit/test-base-base64.c
tests_unit_test_base_base64_LDADD = $(base_libs)
unit_tests += tests/unit/test-base-markup
tests_unit_test_base_markup_SOURCES = tests/unit/test-base-markup.c
tests_unit_test_base_markup_LDADD = $(base_libs)
unit_tests += tests/unit/test-base-wkd
tests_unit_test_base_wkd_SOURCES = tests/unit/test-base-wkd.c
tests_unit_test_base_wkd_LDADD = $(base_libs)
unit_tests += tests/unit/test-base-secret
tests_unit_test_base_secret_SOURCES = tests/unit/test-base-secret.c
tests_unit_test_base_secret_LDADD = $(base_libs)
libbase_a_SOURCES += src/base/terms.c
noinst_HEADERS += include/madoguchi/base/terms.h
unit_tests += tests/unit/test-base-terms
tests_unit_test_base_terms_SOURCES = tests/unit/test-base-terms.c
tests_unit_test_base_terms_LDADD = $(base_libs)
libbase_a_SOURCES += src/base/words.c
noinst_HEADERS += include/madoguchi/base/words.h
unit_tests += tests/unit/test-base-words
tests_unit_test_base_words_SOURCES = tests/unit/test-base-words.c tests/unit/base-catalogue.h
tests_unit_test_base_words_LDADD = $(base_libs)
libbase_a_SOURCES += src/base/catalogue.c
noinst_HEADERS += include/madoguchi/base/catalogue.h
unit_tests += tests/unit/test-base-catalogue
tests_unit_test_base_catalogue_SOURCES = tests/unit/test-base-catalogue.c tests/unit/base-catalogue.h
tests_unit_test_base_catalogue_LDADD = $(base_libs)
unit_tests += tests/unit/test-base-wiping
tests_unit_test_base_wiping_SOURCES = tests/unit/test-base-wiping.c src/base/wiping.c
tests_unit_test_base_wiping_LDADD = $(base_libs)
