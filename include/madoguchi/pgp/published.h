/* published.h: the team's key as it is given to the world: without other people's certifications, and with no more user
 * IDs than whoever asks has to see. */
#pragma once

#include <glib.h>

/* (transfer full) the one key in @key (armoured or binary), binary, with the user IDs alone that name one of @addresses
 * (NULL-terminated) and are not revoked. Works in a home of its own that is gone afterwards; two gpg processes. Errors: NO
 * (no user ID names any of them), PERM (no key), CONF (an address that cannot be looked for), TEMP. */
GBytes *mado_published_key (GBytes *key, const char *const *addresses, GError **error);

/* (transfer full) binary @key in ASCII armour (RFC 9580, 6.2), LF line ends. */
char *mado_published_armor (GBytes *key);
