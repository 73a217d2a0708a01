/* test-base-hash.c: SHA-256 against the examples of its standard and against another implementation. */
#include "madoguchi/base/hash.h"

#include <string.h>

static void
test_examples (void)
{
  g_autofree char *nothing = mado_hash_bytes ("", 0);
  g_autofree char *abc = mado_hash_bytes ("abc", 3);

  g_assert_cmpstr (nothing, ==, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  g_assert_cmpstr (abc, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* However the bytes are cut, around the ends of blocks most of all. */
static void
test_pieces (void)
{
  guint8 bytes[300];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i * 37);
  for (gsize length = 0; length <= sizeof bytes; length++) {
    g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, length);
    g_autoptr (MadoHash) hash = mado_hash_new ();
    gsize cut = length * 2 / 3;
    mado_hash_update (hash, bytes, cut);
    mado_hash_update (hash, bytes, 0);
    mado_hash_update (hash, bytes + cut, length - cut);
    g_autofree char *found = mado_hash_hex (hash);
    g_assert_cmpstr (found, ==, expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/hash/examples", test_examples);
  g_test_add_func ("/base/hash/pieces", test_pieces);
  return g_test_run ();
}
