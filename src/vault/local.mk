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
