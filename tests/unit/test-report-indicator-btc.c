/* Bitcoin addresses: the examples of BIP 173 and 350, the first one there was, and what one wrong letter makes of them. */
#include "madoguchi/report/indicator-btc.h"

#include <string.h>

static gboolean
is_address (const char *text)
{
  return mado_btc_is_address (text, strlen (text));
}

static void
test_checksums (void)
{
  static const char *const good[] = { "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
                                      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
                                      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0" };
  static const char *const bad[] = { "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz",
                                     "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7KV8F3T4",
                                     "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", /* Bech32 where Bech32m must be */
                                     "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "2NBFNJTktNa7GZusGbDbGKRZTxdK9VVez3n",
                                     "1111111111111111111111111111", "", "1", "bc1", "100000000000000000000000000000" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (is_address (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (is_address (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/btc/checksums", test_checksums);
  return g_test_run ();
}
