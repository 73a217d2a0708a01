/* gnupg-fixture.h: throw-away GnuPG homes with generated keys, for unit tests. */
#pragma once

#include "madoguchi/conf/conf.h"

/* (transfer full) a new empty home with a short name. */
char *fixture_home_new (void);

/* Ends the home's agent, removes it and frees @home. */
void fixture_home_free (char *home);

/* (transfer full) what gpg prints, run with @home and @arguments (NULL-terminated) after @input (nullable) on
 * its standard input; fails the test when gpg fails. */
char *fixture_gpg (const char *home, const char *input, const char *const *arguments);

/* (transfer full) the fingerprint of a new ed25519 + cv25519 key. @expire: as gpg takes it, NULL: never. */
char *fixture_key (const char *home, const char *user_id, const char *expire);

/* (transfer full) a configuration: gnupg-home @home, runtime directory @runtime, team key @key, @more lines. */
MadoConf *fixture_conf (const char *home, const char *runtime, const char *key, const char *more);
