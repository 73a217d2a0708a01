/* indicator-btc.c: see indicator-btc.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-btc.h"

#include "madoguchi/base/hash.h"

#include <string.h>

#define BASE58_BYTES 25 /* version, 20 bytes of hash, 4 of checksum */
#define BECH32M 0x2bc830a3u
#define WITNESS_MAX 16

static void
hash_twice (const guint8 *bytes, gsize size, guint8 out[4])
{
  g_autofree char *first = mado_hash_bytes (bytes, size);
  g_autofree char *second = NULL;
  guint8 raw[32];

  for (gsize i = 0; i < sizeof raw; i++)
    raw[i] = (guint8) (g_ascii_xdigit_value (first[2 * i]) << 4 | g_ascii_xdigit_value (first[2 * i + 1]));
  second = mado_hash_bytes (raw, sizeof raw);
  for (gsize i = 0; i < 4; i++)
    out[i] = (guint8) (g_ascii_xdigit_value (second[2 * i]) << 4 | g_ascii_xdigit_value (second[2 * i + 1]));
}

/* "1..." (version 0) and "3..." (version 5). */
static gboolean
is_base58 (const char *text, gsize size)
{
  static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  guint8 bytes[BASE58_BYTES] = { 0 }, check[4];

  if (size < 26 || size > 35)
    return FALSE;
  for (gsize i = 0; i < size; i++) {
    const char *digit = memchr (alphabet, text[i], sizeof alphabet - 1);
    guint carry;
    if (digit == NULL)
      return FALSE;
    carry = (guint) (digit - alphabet);
    for (gsize k = BASE58_BYTES; k > 0; k--) {
      carry += 58u * bytes[k - 1];
      bytes[k - 1] = (guint8) carry;
      carry >>= 8;
    }
    if (carry != 0)
      return FALSE;
  }
  if (bytes[0] != 0 && bytes[0] != 5)
    return FALSE;
  hash_twice (bytes, BASE58_BYTES - 4, check);
  return memcmp (check, bytes + BASE58_BYTES - 4, 4) == 0;
}

static guint32
next_checksum (guint32 sum, guint8 value)
{
  static const guint32 generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
  guint32 top = sum >> 25;

  sum = (sum & 0x1ffffff) << 5 ^ value;
  for (guint i = 0; i < G_N_ELEMENTS (generator); i++)
    if ((top >> i & 1) != 0)
      sum ^= generator[i];
  return sum;
}

/* "bc1q..." (version 0, Bech32) and "bc1p..." (later versions, Bech32m), in one case throughout. */
static gboolean
is_bech32 (const char *text, gsize size)
{
  static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  static const guint8 prefix[] = { 3, 3, 0, 'b' & 31, 'c' & 31 };
  guint32 sum = 1;
  gsize upper = 0, lower = 0, data;
  guint version = 0;

  if (size < 14 || size > 74 || g_ascii_strncasecmp (text, "bc1", 3) != 0)
    return FALSE;
  for (gsize i = 0; i < sizeof prefix; i++)
    sum = next_checksum (sum, prefix[i]);
  for (gsize i = 0; i < size; i++) {
    const char *digit = memchr (alphabet, g_ascii_tolower (text[i]), sizeof alphabet - 1);
    upper += g_ascii_isupper (text[i]) != 0;
    lower += g_ascii_islower (text[i]) != 0;
    if (i < 3)
      continue;
    if (digit == NULL)
      return FALSE;
    if (i == 3)
      version = (guint) (digit - alphabet);
    sum = next_checksum (sum, (guint8) (digit - alphabet));
  }
  if ((upper > 0 && lower > 0) || version > WITNESS_MAX || sum != (version == 0 ? 1 : BECH32M))
    return FALSE;
  data = (size - 3 - 1 - 6) * 5 / 8; /* bytes of the program */
  return version == 0 ? data == 20 || data == 32 : data >= 2 && data <= 40;
}

gboolean
mado_btc_is_address (const char *text, gsize size)
{
  return size > 0 && (text[0] == '1' || text[0] == '3' ? is_base58 (text, size) : is_bech32 (text, size));
}
