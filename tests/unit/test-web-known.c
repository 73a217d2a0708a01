/* test-web-known.c: who was let in is known, until he was not; however many come, there is an end. */
#include "madoguchi/web/known.h"

static void
test_known (void)
{
  g_autoptr (MadoKnown) known = mado_known_new ();

  g_assert_false (mado_known_has (known, "a"));
  mado_known_set (known, "a", TRUE);
  mado_known_set (known, "a", TRUE);
  g_assert_true (mado_known_has (known, "a"));
  g_assert_false (mado_known_has (known, "A"));
  mado_known_set (known, "b", FALSE);
  g_assert_false (mado_known_has (known, "b"));
  mado_known_set (known, "a", FALSE);
  g_assert_false (mado_known_has (known, "a"));
}

static void
test_many (void)
{
  g_autoptr (MadoKnown) known = mado_known_new ();
  guint count = 0;

  for (guint i = 0; i < 12000; i++) {
    g_autofree char *word = g_strdup_printf ("%u", i);
    mado_known_set (known, word, TRUE);
    count += mado_known_has (known, word);
  }
  g_assert_cmpuint (count, ==, 10000);
  mado_known_set (known, "1", FALSE);
  mado_known_set (known, "more", TRUE);
  g_assert_true (mado_known_has (known, "more"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/known/known", test_known);
  g_test_add_func ("/web/known/many", test_many);
  return g_test_run ();
}
