/* Fuzz target: what a directory gave, cut down before gpg sees it: bounded, nothing but packets of public keys in it, one user
 * ID for each, and cutting it down again changes nothing. */
#include "madoguchi/pgp/found.h"
#include "madoguchi/pgp/packets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)
#define ADDRESS "alice@reporter.example"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
check_packets (GBytes *clean, guint n_keys)
{
  gsize size, length;
  const guint8 *data = g_bytes_get_data (clean, &size), *body;
  MadoPacketCursor cursor = { data, data + size };
  guint tag, keys = 0, users = 0;

  while (mado_packets_next (&cursor, &tag, &body, &length)) {
    REQUIRE (tag == 6 || tag == 13 || tag == 14 || tag == 2);
    keys += tag == 6;
    users += tag == 13;
  }
  REQUIRE (cursor.at == cursor.end && keys == n_keys && users >= n_keys);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GBytes) block = g_bytes_new (bytes, size), clean = NULL, again = NULL;
  g_auto (GStrv) fingerprints = NULL, same = NULL;

  if (!mado_found_read (block, ADDRESS, NULL, &clean, &fingerprints, NULL))
    return 0;
  REQUIRE (g_strv_length (fingerprints) >= 1 && g_strv_length (fingerprints) <= MADO_FOUND_KEYS_MAX);
  REQUIRE (g_bytes_get_size (clean) <= MADO_FOUND_KEYS_MAX * MADO_FOUND_KEY_BYTES_MAX);
  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++)
    REQUIRE (strlen (*fingerprint) == 40 && strspn (*fingerprint, "0123456789ABCDEF") == 40);
  check_packets (clean, g_strv_length (fingerprints));
  REQUIRE (mado_found_read (clean, ADDRESS, NULL, &again, &same, NULL));
  REQUIRE (g_bytes_equal (clean, again) && g_strv_equal ((const char *const *) fingerprints, (const char *const *) same));
  return 0;
}
