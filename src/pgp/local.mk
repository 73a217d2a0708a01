noinst_LIBRARIES += libpgp.a
libpgp_a_SOURCES = src/pgp/armor.c src/pgp/context.c src/pgp/data.c src/pgp/home.c src/pgp/key-index.c src/pgp/keyring.c src/pgp/key-list.c src/pgp/candidates.c src/pgp/loop.c src/pgp/run.c \
	src/pgp/packets.c src/pgp/cms-reader.c src/pgp/cms-home.c src/pgp/cms.c src/pgp/cms-verify.c src/pgp/signature.c src/pgp/offered.c src/pgp/certificates.c src/pgp/open.c src/pgp/seal.c \
	src/pgp/outcome.c src/pgp/result.c src/pgp/status.c src/pgp/unwrap.c src/pgp/ring-engine.c src/pgp/statements.c src/pgp/web.c \
	src/pgp/authorities.c src/pgp/cms-chain.c src/pgp/crl.c
libpgp_a_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
noinst_HEADERS += include/madoguchi/pgp/armor.h include/madoguchi/pgp/context.h include/madoguchi/pgp/data.h include/madoguchi/pgp/cms-reader.h \
	include/madoguchi/pgp/cms-home.h include/madoguchi/pgp/cms.h include/madoguchi/pgp/cms-engine.h include/madoguchi/pgp/signature.h include/madoguchi/pgp/home.h include/madoguchi/pgp/key-index.h \
	include/madoguchi/pgp/keyring.h include/madoguchi/pgp/key-list.h include/madoguchi/pgp/candidates.h include/madoguchi/pgp/loop.h include/madoguchi/pgp/run.h include/madoguchi/pgp/packets.h include/madoguchi/pgp/open.h \
	include/madoguchi/pgp/seal.h include/madoguchi/pgp/offered.h include/madoguchi/pgp/certificates.h include/madoguchi/pgp/status.h \
	include/madoguchi/pgp/outcome.h include/madoguchi/pgp/result.h include/madoguchi/pgp/unwrap.h \
	include/madoguchi/pgp/ring-engine.h include/madoguchi/pgp/statements.h include/madoguchi/pgp/web.h \
	include/madoguchi/pgp/authorities.h include/madoguchi/pgp/cms-chain.h include/madoguchi/pgp/crl.h
pgp_libs = libpgp.a libmodel.a libconf.a $(base_libs) $(GPGME_LIBS)

unit_tests += tests/unit/test-pgp-home tests/unit/test-pgp-key-index tests/unit/test-pgp-keyring
gnupg_fixture = tests/unit/gnupg-fixture.c tests/unit/gnupg-fixture.h
tests_unit_test_pgp_home_SOURCES = tests/unit/test-pgp-home.c $(gnupg_fixture)
tests_unit_test_pgp_home_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
tests_unit_test_pgp_home_LDADD = $(pgp_libs)
tests_unit_test_pgp_key_index_SOURCES = tests/unit/test-pgp-key-index.c
tests_unit_test_pgp_key_index_LDADD = $(pgp_libs)
tests_unit_test_pgp_keyring_SOURCES = tests/unit/test-pgp-keyring.c $(gnupg_fixture)
tests_unit_test_pgp_keyring_LDADD = $(pgp_libs)

unit_tests += tests/unit/test-pgp-status
tests_unit_test_pgp_status_SOURCES = tests/unit/test-pgp-status.c
tests_unit_test_pgp_status_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
tests_unit_test_pgp_status_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-packets
tests_unit_test_pgp_packets_SOURCES = tests/unit/test-pgp-packets.c
tests_unit_test_pgp_packets_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-context tests/unit/test-pgp-open tests/unit/test-pgp-seal
tests_unit_test_pgp_context_SOURCES = tests/unit/test-pgp-context.c $(gnupg_fixture)
tests_unit_test_pgp_context_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
tests_unit_test_pgp_context_LDADD = $(pgp_libs)
tests_unit_test_pgp_open_SOURCES = tests/unit/test-pgp-open.c $(gnupg_fixture)
tests_unit_test_pgp_open_LDADD = $(pgp_libs)
tests_unit_test_pgp_seal_SOURCES = tests/unit/test-pgp-seal.c $(gnupg_fixture)
tests_unit_test_pgp_seal_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-loop
tests_unit_test_pgp_loop_SOURCES = tests/unit/test-pgp-loop.c $(gnupg_fixture)
tests_unit_test_pgp_loop_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
tests_unit_test_pgp_loop_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-run
tests_unit_test_pgp_run_SOURCES = tests/unit/test-pgp-run.c $(gnupg_fixture)
tests_unit_test_pgp_run_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
tests_unit_test_pgp_run_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-armor
tests_unit_test_pgp_armor_SOURCES = tests/unit/test-pgp-armor.c
tests_unit_test_pgp_armor_LDADD = $(pgp_libs)

unit_tests += tests/unit/test-pgp-offered
tests_unit_test_pgp_offered_SOURCES = tests/unit/test-pgp-offered.c
tests_unit_test_pgp_offered_LDADD = $(pgp_libs)

unit_tests += tests/unit/test-pgp-cms-reader tests/unit/test-pgp-cms-home tests/unit/test-pgp-signature
tests_unit_test_pgp_signature_SOURCES = tests/unit/test-pgp-signature.c
tests_unit_test_pgp_signature_LDADD = $(pgp_libs)
tests_unit_test_pgp_cms_home_SOURCES = tests/unit/test-pgp-cms-home.c
tests_unit_test_pgp_cms_home_LDADD = $(pgp_libs)
tests_unit_test_pgp_cms_reader_SOURCES = tests/unit/test-pgp-cms-reader.c
tests_unit_test_pgp_cms_reader_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-statements tests/unit/test-pgp-web
tests_unit_test_pgp_statements_SOURCES = tests/unit/test-pgp-statements.c
tests_unit_test_pgp_statements_LDADD = $(pgp_libs)
tests_unit_test_pgp_web_SOURCES = tests/unit/test-pgp-web.c $(gnupg_fixture)
tests_unit_test_pgp_web_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
tests_unit_test_pgp_web_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-crl
tests_unit_test_pgp_crl_SOURCES = tests/unit/test-pgp-crl.c
tests_unit_test_pgp_crl_LDADD = $(pgp_libs)

libpgp_a_SOURCES += src/pgp/engines.c src/pgp/found.c src/pgp/adopt.c
noinst_HEADERS += include/madoguchi/pgp/engines.h include/madoguchi/pgp/found.h include/madoguchi/pgp/adopt.h
unit_tests += tests/unit/test-pgp-engines
tests_unit_test_pgp_engines_SOURCES = tests/unit/test-pgp-engines.c
tests_unit_test_pgp_engines_LDADD = $(pgp_libs)

libpgp_a_SOURCES += src/pgp/own-keys.c src/pgp/own-secrets.c
noinst_HEADERS += include/madoguchi/pgp/own-keys.h include/madoguchi/pgp/own-secrets.h
unit_tests += tests/unit/test-pgp-own-keys
tests_unit_test_pgp_own_keys_SOURCES = tests/unit/test-pgp-own-keys.c $(gnupg_fixture)
tests_unit_test_pgp_own_keys_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-found tests/unit/test-pgp-adopt
tests_unit_test_pgp_found_SOURCES = tests/unit/test-pgp-found.c $(gnupg_fixture)
tests_unit_test_pgp_found_LDADD = $(pgp_libs)
tests_unit_test_pgp_adopt_SOURCES = tests/unit/test-pgp-adopt.c $(gnupg_fixture)
tests_unit_test_pgp_adopt_LDADD = $(pgp_libs)
unit_tests += tests/unit/test-pgp-candidates
tests_unit_test_pgp_candidates_SOURCES = tests/unit/test-pgp-candidates.c $(gnupg_fixture)
tests_unit_test_pgp_candidates_LDADD = $(pgp_libs)

libpgp_a_SOURCES += src/pgp/door-file.c
noinst_HEADERS += include/madoguchi/pgp/door-file.h
unit_tests += tests/unit/test-pgp-door-file
tests_unit_test_pgp_door_file_SOURCES = tests/unit/test-pgp-door-file.c
tests_unit_test_pgp_door_file_LDADD = $(pgp_libs)
libpgp_a_SOURCES += src/pgp/public-key.c
noinst_HEADERS += include/madoguchi/pgp/public-key.h
libpgp_a_SOURCES += src/pgp/published.c src/pgp/security-txt.c
noinst_HEADERS += include/madoguchi/pgp/published.h include/madoguchi/pgp/security-txt.h
unit_tests += tests/unit/test-pgp-published tests/unit/test-pgp-security-txt
tests_unit_test_pgp_published_SOURCES = tests/unit/test-pgp-published.c $(gnupg_fixture)
tests_unit_test_pgp_published_LDADD = $(pgp_libs)
tests_unit_test_pgp_security_txt_SOURCES = tests/unit/test-pgp-security-txt.c $(gnupg_fixture)
tests_unit_test_pgp_security_txt_LDADD = $(pgp_libs)

libpgp_a_SOURCES += src/pgp/cms-seal.c
noinst_HEADERS += include/madoguchi/pgp/cms-seal.h

libpgp_a_SOURCES += src/pgp/wrapped.c
noinst_HEADERS += include/madoguchi/pgp/wrapped.h
unit_tests += tests/unit/test-pgp-wrapped
tests_unit_test_pgp_wrapped_SOURCES = tests/unit/test-pgp-wrapped.c $(gnupg_fixture)
tests_unit_test_pgp_wrapped_LDADD = $(pgp_libs)
libpgp_a_SOURCES += src/pgp/audit-head.c
noinst_HEADERS += include/madoguchi/pgp/audit-head.h
unit_tests += tests/unit/test-pgp-audit-head
tests_unit_test_pgp_audit_head_SOURCES = tests/unit/test-pgp-audit-head.c $(gnupg_fixture)
tests_unit_test_pgp_audit_head_LDADD = $(pgp_libs)
