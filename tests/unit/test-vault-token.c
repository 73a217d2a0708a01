#include "madoguchi/vault/token.h"

#include <string.h>

static void
test_words (void)
{
  g_autofree char *a = mado_token_new ();
  g_autofree char *b = mado_token_new ();
  g_autofree char *longer = g_strconcat (a, "a", NULL);

  g_assert_cmpstr (a, !=, b);
  g_assert_true (mado_token_is_one (a));
  g_assert_false (mado_token_is_one (longer));
  g_assert_false (mado_token_is_one (a + 1));
  g_assert_false (mado_token_is_one (""));
  a[7] = '/';
  g_assert_false (mado_token_is_one (a));
}

static void
test_devices (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (MadoVault) other = mado_vault_new ();
  g_autofree char *device = mado_token_new_device (vault, "hanako");
  g_autofree char *word = mado_token_new ();

  g_assert_true (mado_token_is_device (vault, "hanako", device));
  g_assert_false (mado_token_is_device (vault, "taro", device));
  g_assert_false (mado_token_is_device (other, "hanako", device));
  g_assert_false (mado_token_is_device (vault, "hanako", NULL));
  g_assert_false (mado_token_is_device (vault, "hanako", ""));
  g_assert_false (mado_token_is_device (vault, "hanako", word));
  for (gsize i = 0; device[i] != '\0'; i++) {
    g_autofree char *changed = g_strdup (device);
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    g_assert_false (mado_token_is_device (vault, "hanako", changed));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token/words", test_words);
  g_test_add_func ("/token/devices", test_devices);
  return g_test_run ();
}
