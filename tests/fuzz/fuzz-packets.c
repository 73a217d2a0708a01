/* Fuzz target: the OpenPGP packet reader, the walk over packets and the reader of faultless armour: bounded, inside the
 * bytes, and of one mind about the same message with and without its armour. */
#include "madoguchi/pgp/armor.h"
#include "madoguchi/pgp/packets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
check (const MadoPackets *packets)
{
  REQUIRE (packets->recipient_count <= 51 && packets->passphrases <= 51);
  REQUIRE (g_strv_length (packets->recipients) <= packets->recipient_count);
  for (guint i = 0; packets->recipients[i] != NULL; i++)
    REQUIRE (strlen (packets->recipients[i]) == 16 && strspn (packets->recipients[i], "0123456789ABCDEF") == 16);
  REQUIRE (packets->container == 0 || (packets->kind == MADO_PACKETS_ENCRYPTED
                                       && (packets->container == 9 || packets->container == 18 || packets->container == 20)));
  REQUIRE (packets->recipient_count + packets->passphrases == 0 || packets->kind == MADO_PACKETS_ENCRYPTED);
}

static void
check_walk (const guint8 *bytes, gsize size)
{
  MadoPacketCursor cursor = { bytes, bytes + size };
  const guint8 *body, *before = cursor.at;
  gsize length;
  guint tag;

  while (mado_packets_next (&cursor, &tag, &body, &length)) {
    REQUIRE (tag < 64 && body > before && body + length == cursor.at && cursor.at <= bytes + size);
    before = cursor.at;
  }
}

static void
check_armor (const guint8 *bytes, gsize size, const MadoPackets *packets)
{
  g_autoptr (GBytes) binary = NULL, other = mado_packets_binary (bytes, size);
  g_auto (MadoPackets) inside = { 0 };
  const guint8 *data, *more;
  gsize length, more_length;

  if (!mado_pgp_dearmor (bytes, size, &binary))
    return;
  data = g_bytes_get_data (binary, &length);
  more = g_bytes_get_data (other, &more_length);
  REQUIRE (length > 0 && length < size && (data[0] & 0x80));
  /* The other reader takes the checksum for more of the same. */
  REQUIRE (more_length >= length && more_length <= length + 3 && memcmp (data, more, length) == 0);
  mado_packets_read (data, length, 50, &inside);
  check (&inside);
  if (more_length == length)
    REQUIRE (inside.kind == packets->kind && inside.recipient_count == packets->recipient_count && inside.container == packets->container);
}

/* Armour that was repaired needs no second repair. */
static void
check_repair (const guint8 *bytes, gsize size)
{
  gboolean was_wrong = FALSE, again_wrong = FALSE;
  g_autoptr (GBytes) repaired = mado_pgp_armor_repair (bytes, size, &was_wrong);
  g_autoptr (GBytes) again = NULL;
  const guint8 *data;
  gsize length;

  if (repaired == NULL)
    return;
  data = g_bytes_get_data (repaired, &length);
  again = mado_pgp_armor_repair (data, length, &again_wrong);
  REQUIRE (length >= size && again == NULL && !again_wrong);
}

/* What is taken off the head leaves all else as it was. */
static void
check_strip (const guint8 *bytes, gsize size, const MadoPackets *packets)
{
  g_autoptr (GBytes) stripped = mado_packets_strip (bytes, size);
  g_auto (MadoPackets) left = { 0 };
  const guint8 *data;
  gsize length;

  if (stripped == NULL)
    return;
  data = g_bytes_get_data (stripped, &length);
  REQUIRE (length < size);
  mado_packets_read (data, length, 50, &left);
  check (&left);
  REQUIRE (left.recipient_count >= packets->recipient_count || packets->is_compressed);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_auto (MadoPackets) packets = { 0 };

  mado_packets_read (bytes, size, 50, &packets);
  check (&packets);
  check_walk (bytes, size);
  check_armor (bytes, size, &packets);
  check_repair (bytes, size);
  check_strip (bytes, size, &packets);
  return 0;
}
