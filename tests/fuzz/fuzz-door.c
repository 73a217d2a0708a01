/* Fuzz target: the door's reader. Whatever the mail and however it is cut, it stays inside its bytes and its limits, and
 * sees the same. */
#include "madoguchi/intake/door-reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static const MadoDoorLimits limits = { 20, 200, 4096, 50 };

static void
read_cut (const guint8 *bytes, gsize size, gsize step, MadoDoorFacts *facts)
{
  g_autoptr (MadoDoorReader) reader = mado_door_reader_new (&limits);

  for (gsize at = 0; at < size; at += step)
    mado_door_reader_feed (reader, bytes + at, MIN (step, size - at));
  mado_door_reader_finish (reader, facts);
  REQUIRE (facts->is_bomb || (facts->parts >= 1 && facts->parts <= limits.parts));
  REQUIRE (facts->ciphertexts == 0 || facts->may_be_encrypted);
  REQUIRE (facts->recipients->len == 0 || facts->ciphertexts > 0);
  REQUIRE (facts->recipients->len <= facts->ciphertexts * limits.recipients);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const gsize steps[] = { 1, 13, 1000 };
  g_auto (MadoDoorFacts) whole = { 0 };

  if (size > 64 * 1024)
    return 0;
  read_cut (bytes, size, MAX (size, 1), &whole);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_auto (MadoDoorFacts) cut = { 0 };
    read_cut (bytes, size, steps[i], &cut);
    REQUIRE (cut.ciphertexts == whole.ciphertexts && cut.parts == whole.parts && cut.is_bomb == whole.is_bomb
             && cut.has_plaintext == whole.has_plaintext && cut.may_be_ours == whole.may_be_ours
             && cut.may_be_encrypted == whole.may_be_encrypted && cut.recipients->len == whole.recipients->len);
  }
  return 0;
}
