/* wkd.c: see wkd.h. SHA-1 is what the draft says; nothing is proved by it. Called by the sender, which asks directories,
 * and by `madoguchi publish`, which makes one. */
#include "madoguchi/base/wkd.h"

#include <string.h>

#define SHA1_BYTES 20

char *
mado_wkd_zbase32 (const guint8 *bytes, gsize length)
{
  static const char alphabet[] = "ybndrfg8ejkmcpqxot1uwisza345h769";
  GString *text = g_string_sized_new (length * 8 / 5 + 2);
  guint bits = 0, n = 0; /* of these n are still to be written */

  for (gsize i = 0; i < length; i++) {
    bits = (bits << 8 | bytes[i]) & 0xfff;
    for (n += 8; n >= 5; n -= 5)
      g_string_append_c (text, alphabet[bits >> (n - 5) & 31]);
  }
  if (n > 0)
    g_string_append_c (text, alphabet[bits << (5 - n) & 31]);
  return g_string_free (text, FALSE);
}

char *
mado_wkd_name (const char *address)
{
  const char *at = strrchr (address, '@');
  g_autofree char *local = NULL;
  g_autoptr (GChecksum) sum = NULL;
  guint8 digest[SHA1_BYTES];
  gsize size = sizeof digest;

  if (at == NULL || at == address || at[1] == '\0')
    return NULL;
  local = g_ascii_strdown (address, at - address);
  sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_checksum_update (sum, (const guchar *) local, (gssize) strlen (local));
  g_checksum_get_digest (sum, digest, &size);
  return mado_wkd_zbase32 (digest, size);
}
