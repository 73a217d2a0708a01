/* qid.c: see qid.h. */
#include "madoguchi/base/qid.h"

#include <string.h>
#include <sys/random.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void
fill_random (guint8 *bytes, gsize length)
{
  if (getrandom (bytes, length, 0) != (gssize) length)
    g_error ("getrandom failed"); /* no randomness, no tokens: never go on with weak ones */
}

char *
mado_qid_new (gint64 now_us)
{
  guint8 random[6];
  char id[MADO_QID_LENGTH + 1];
  guint64 time = (guint64) now_us;

  fill_random (random, sizeof random);
  for (int i = 9; i >= 0; i--, time >>= 5)
    id[i] = alphabet[time & 31];
  for (int i = 0; i < 6; i++)
    id[10 + i] = alphabet[random[i] & 31];
  id[MADO_QID_LENGTH] = '\0';
  return g_strdup (id);
}

gboolean
mado_qid_is_valid (const char *text)
{
  return text != NULL && strlen (text) == MADO_QID_LENGTH && strspn (text, alphabet) == MADO_QID_LENGTH;
}

char *
mado_qid_random_token (gsize bytes)
{
  guint8 random[64];
  gsize length = bytes * 8 / 5;
  char *token;

  g_return_val_if_fail (bytes % 5 == 0 && length <= sizeof random, NULL);
  fill_random (random, length);
  token = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    token[i] = alphabet[random[i] & 31];
  token[length] = '\0';
  return token;
}
