noinst_LIBRARIES += libpgp.a
libpgp_a_SOURCES = src/pgp/context.c src/pgp/home.c src/pgp/key-index.c src/pgp/keyring.c
libpgp_a_CPPFLAGS = $(AM_CPPFLAGS) $(GPGME_CFLAGS)
noinst_HEADERS += include/madoguchi/pgp/context.h include/madoguchi/pgp/home.h include/madoguchi/pgp/key-index.h \
	include/madoguchi/pgp/keyring.h
pgp_libs = libpgp.a libmodel.a libconf.a $(base_libs) $(GPGME_LIBS)
