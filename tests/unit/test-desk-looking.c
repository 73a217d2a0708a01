/* test-desk-looking.c: who else looks at a ticket, and for how long that is known. */
#include "madoguchi/desk/looking.h"

static void
assert_others (MadoLooking *looking, const char *login, gint64 incident, gint64 now, const char *expected)
{
  g_auto (GStrv) others = mado_looking_say (looking, login, incident, now);
  g_autofree char *text = g_strjoinv (" ", others);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_looking (void)
{
  MadoLooking *looking = mado_looking_new ();

  assert_others (looking, "taro", 1, 1000, "");
  assert_others (looking, "taro", 1, 1001, "");
  assert_others (looking, "hanako", 1, 1010, "taro");
  assert_others (looking, "rei", 2, 1010, "");
  assert_others (looking, "taro", 1, 1020, "hanako");
  assert_others (looking, "rei", 1, 1060, "hanako taro");
  assert_others (looking, "rei", 1, 1070, "taro");
  assert_others (looking, "rei", 1, 1080, "");
  mado_looking_free (looking);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/looking", test_looking);
  return g_test_run ();
}
