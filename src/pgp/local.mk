noinst_HEADERS += include/madoguchi/pgp/home.h include/madoguchi/pgp/key-index.h include/madoguchi/pgp/keyring.h
