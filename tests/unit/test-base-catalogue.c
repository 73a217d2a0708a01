/* test-base-catalogue.c: a compiled catalogue is listed; cut off anywhere, or with any number in it wrong, it is refused or still read
 * within its bounds. */
#include "base-catalogue.h"

#include "madoguchi/base/catalogue.h"

static const char *const pairs[][2] = { { "", "Language: xx\n" }, { "Queue", "Q" }, { "not yet", "" }, { "say {n}", "S {n}" } };

static void
take (gpointer data, const char *sentence, const char *translation)
{
  g_string_append_printf (data, "%s=%s;", sentence, translation);
}

static void
test_list (void)
{
  g_autoptr (GBytes) file = make_catalogue (pairs, G_N_ELEMENTS (pairs));
  g_autoptr (GString) seen = g_string_new (NULL);

  g_assert_true (mado_catalogue_each (file, take, seen));
  g_assert_cmpstr (seen->str, ==, "Queue=Q;say {n}=S {n};");
}

static void
test_damaged (void)
{
  g_autoptr (GBytes) file = make_catalogue (pairs, G_N_ELEMENTS (pairs));
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (file, &length);
  guint refused = 0;

  for (gsize cut = 0; cut < length; cut++) {
    g_autofree guint8 *copy = g_memdup2 (bytes, cut); /* on the heap by itself: reading on is seen by the sanitizer */
    g_autoptr (GBytes) part = g_bytes_new_static (copy, cut);
    g_autoptr (GString) seen = g_string_new (NULL);
    g_assert_false (mado_catalogue_each (part, take, seen));
  }
  for (gsize i = 0; i < length; i++) {
    g_autofree guint8 *copy = g_memdup2 (bytes, length);
    g_autoptr (GBytes) changed = g_bytes_new_static (copy, length);
    g_autoptr (GString) seen = g_string_new (NULL);
    copy[i] = 0xff;
    refused += mado_catalogue_each (changed, take, seen) ? 0 : 1;
  }
  g_assert_cmpuint (refused, >, 60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/catalogue/list", test_list);
  g_test_add_func ("/base/catalogue/damaged", test_damaged);
  return g_test_run ();
}
