noinst_LIBRARIES += libvault.a
libvault_a_SOURCES = src/vault/vault.c src/vault/stream.c
libvault_a_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
noinst_HEADERS += include/madoguchi/vault/vault.h include/madoguchi/vault/stream.h include/madoguchi/vault/keys.h
vault_libs = libvault.a $(base_libs) $(SODIUM_LIBS)

unit_tests += tests/unit/test-vault-vault
tests_unit_test_vault_vault_SOURCES = tests/unit/test-vault-vault.c
tests_unit_test_vault_vault_LDADD = $(vault_libs)
unit_tests += tests/unit/test-vault-stream
tests_unit_test_vault_stream_SOURCES = tests/unit/test-vault-stream.c
tests_unit_test_vault_stream_LDADD = $(vault_libs)

libvault_a_SOURCES += src/vault/password.c src/vault/totp.c
noinst_HEADERS += include/madoguchi/vault/password.h include/madoguchi/vault/totp.h
unit_tests += tests/unit/test-vault-password tests/unit/test-vault-totp
tests_unit_test_vault_password_SOURCES = tests/unit/test-vault-password.c
tests_unit_test_vault_password_LDADD = $(vault_libs)
tests_unit_test_vault_totp_SOURCES = tests/unit/test-vault-totp.c
tests_unit_test_vault_totp_LDADD = $(vault_libs)
libvault_a_SOURCES += src/vault/token.c
noinst_HEADERS += include/madoguchi/vault/token.h
unit_tests += tests/unit/test-vault-token
tests_unit_test_vault_token_SOURCES = tests/unit/test-vault-token.c
tests_unit_test_vault_token_LDADD = $(vault_libs)
