/* totp.c: see totp.h. Must never log a secret or a code. */
#include "madoguchi/vault/totp.h"

#include <sodium.h>
#include <string.h>

#define STEP 30
#define DIGITS 6
#define MODULUS 1000000
#define MAX_CODE 16 /* bytes, with spaces */

void
mado_totp_new_secret (guint8 secret[MADO_TOTP_SECRET_SIZE])
{
  if (sodium_init () < 0)
    g_error ("libsodium does not start");
  randombytes_buf (secret, MADO_TOTP_SECRET_SIZE);
}

char *
mado_totp_base32 (const guint8 secret[MADO_TOTP_SECRET_SIZE])
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  GString *text = g_string_new (NULL);
  guint bits = 0, held = 0;

  for (gsize i = 0; i < MADO_TOTP_SECRET_SIZE; i++) {
    held = (held << 8 | secret[i]) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5)
      g_string_append_c (text, letters[(held >> (bits - 5)) & 31]);
  }
  return g_string_free (text, FALSE);
}

char *
mado_totp_uri (const guint8 secret[MADO_TOTP_SECRET_SIZE], const char *issuer, const char *login)
{
  g_autofree char *base32 = mado_totp_base32 (secret);
  g_autofree char *plain = g_strdelimit (g_strdup (issuer), ":", '-'); /* a colon ends it, however it is written */
  g_autofree char *who = g_uri_escape_string (plain, NULL, FALSE);
  g_autofree char *name = g_uri_escape_string (login, NULL, FALSE);

  return g_strdup_printf ("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d", who, name, base32, who,
                          DIGITS, STEP);
}

guint32
mado_totp_code (const guint8 secret[MADO_TOTP_SECRET_SIZE], gint64 step)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, secret, MADO_TOTP_SECRET_SIZE);
  guint64 counter = GUINT64_TO_BE ((guint64) step);
  guint8 digest[20];
  gsize length = sizeof digest;

  g_hmac_update (hmac, (const guchar *) &counter, sizeof counter);
  g_hmac_get_digest (hmac, digest, &length);
  guint at = digest[19] & 15; /* RFC 4226, 5.3 */
  guint32 number = (guint32) (digest[at] & 0x7f) << 24 | (guint32) digest[at + 1] << 16 | (guint32) digest[at + 2] << 8 | digest[at + 3];
  return number % MODULUS;
}

static gboolean
read_code (const char *text, char code[DIGITS + 1])
{
  guint n = 0;

  if (strlen (text) > MAX_CODE)
    return FALSE;
  for (; *text != '\0'; text++) {
    if (*text == ' ')
      continue;
    if (!g_ascii_isdigit (*text) || n == DIGITS)
      return FALSE;
    code[n++] = *text;
  }
  code[n] = '\0';
  return n == DIGITS;
}

gboolean
mado_totp_check (const guint8 secret[MADO_TOTP_SECRET_SIZE], const char *code, gint64 now, gint64 last, gint64 *used)
{
  char given[DIGITS + 1], right[16];

  if (!read_code (code, given))
    return FALSE;
  for (gint64 step = now / STEP - 1; step <= now / STEP + 1; step++) {
    g_snprintf (right, sizeof right, "%06u", mado_totp_code (secret, step));
    if (step > last && sodium_memcmp (right, given, DIGITS) == 0) {
      *used = step;
      return TRUE;
    }
  }
  return FALSE;
}
