/* reply-token.c: see reply-token.h. */
#include "madoguchi/model/reply-token.h"

#include "madoguchi/base/qid.h"

#include <string.h>

#define RANDOM_BYTES 10

static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* of base/qid */

/* The check of the first letters of @word, in lower case. */
static void
write_check (const char *word, GBytes *secret, char *check)
{
  guint8 hash[32];
  gsize length = sizeof hash, size;
  const guint8 *key = g_bytes_get_data (secret, &size);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, size);

  g_hmac_update (hmac, (const guint8 *) "reply", 5); /* the secret also makes marks */
  g_hmac_update (hmac, (const guint8 *) word, MADO_REPLY_TOKEN_RANDOM);
  g_hmac_get_digest (hmac, hash, &length);
  for (gsize i = 0; i < MADO_REPLY_TOKEN_CHECK; i++)
    check[i] = letters[hash[i] & 31];
}

char *
mado_reply_token_new (GBytes *secret)
{
  g_autofree char *word = mado_qid_random_token (RANDOM_BYTES);
  char check[MADO_REPLY_TOKEN_CHECK + 1] = "";

  if (secret != NULL)
    write_check (word, secret, check);
  return g_strconcat (word, check, NULL);
}

gboolean
mado_reply_token_fits (gsize length)
{
  return length == MADO_REPLY_TOKEN_RANDOM || length == MADO_REPLY_TOKEN_RANDOM + MADO_REPLY_TOKEN_CHECK;
}

gboolean
mado_reply_token_is_foreign (const char *address, GBytes *secret)
{
  const char *plus = strchr (address, '+'), *at = plus == NULL ? NULL : strrchr (plus, '@');
  char check[MADO_REPLY_TOKEN_CHECK];

  if (secret == NULL || at == NULL || at - plus - 1 != MADO_REPLY_TOKEN_RANDOM + MADO_REPLY_TOKEN_CHECK)
    return FALSE;
  g_autofree char *word = g_ascii_strdown (plus + 1, at - plus - 1); /* mail programs may change the case */
  if (strspn (word, letters) != strlen (word))
    return FALSE;
  write_check (word, secret, check);
  return memcmp (word + MADO_REPLY_TOKEN_RANDOM, check, sizeof check) != 0;
}
