#include "madoguchi/base/error.h"
#include "madoguchi/vault/password.h"

#include <string.h>

static void
test_hash (void)
{
  g_autofree char *hash = mado_password_hash ("correct horse é", NULL);
  g_autofree char *again = mado_password_hash ("correct horse é", NULL);

  g_assert_true (g_str_has_prefix (hash, "$argon2id$"));
  g_assert_cmpstr (hash, !=, again);
  g_assert_true (mado_password_verify (hash, "correct horse é"));
  g_assert_true (mado_password_verify (hash, "correct horse e\xcc\x81")); /* the same letter, composed otherwise */
  g_assert_false (mado_password_verify (hash, "correct horse e"));
  g_assert_false (mado_password_verify (hash, ""));
  g_assert_false (mado_password_verify (NULL, "correct horse é"));
  g_assert_false (mado_password_verify ("", "correct horse é"));
}

static void
test_rules (void)
{
  g_autofree char *longest = g_strnfill (MADO_PASSWORD_MAX, 'a');
  g_autofree char *longer = g_strnfill (MADO_PASSWORD_MAX + 1, 'a');
  const char *wrong[] = { "elevenchars", "窓口窓口窓口窓口窓口窓", "hanakosatouu", "HanakoSatouUhanakosatouu", longer, "\xff" "2345678901234" };

  g_assert_true (mado_password_check ("twelve chars", "hanako", NULL));
  g_assert_true (mado_password_check ("窓口窓口窓口窓口窓口窓口", "hanako", NULL));
  g_assert_true (mado_password_check (longest, "hanako", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (mado_password_check (wrong[i], "hanakosatouu", &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_USAGE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/password/hash", test_hash);
  g_test_add_func ("/password/rules", test_rules);
  return g_test_run ();
}
