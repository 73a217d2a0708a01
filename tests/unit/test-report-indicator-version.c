/* Versions with four numbers, and addresses in the same places. */
#include "madoguchi/report/indicator-version.h"

#include <string.h>

static const struct {
  const char *before, *ip, *after;
  gboolean is_version;
} places[] = {
  { "version ", "1.2.3.4", "", TRUE },
  { "version: ", "200.2.3.4", "", TRUE },
  { "(ver.", "1.2.3.4", ")", TRUE },
  { "chrome/", "99.0.1.2", " safari", TRUE },
  { "バージョン ", "1.2.3.4", "", TRUE },
  { "ファームウェア", "1.2.3.4", "", TRUE },
  { "openssl ", "1.1.1.2", "", TRUE },
  { "the openssl (", "1.1.1.2", ")", TRUE },
  { "windows ", "10.0.1.2", "", FALSE }, /* as likely somebody's network */
  { "プラグイン ", "4.3.2.1", "", TRUE },
  { "fixed in ", "6.1.2.3", "", TRUE },
  { "all before ", "6.1.2.3", " or later", TRUE },
  { "", "6.1.2.3", " 以降", TRUE },
  { "", "6.1.2.3", "未満", TRUE },
  { "host ", "6.1.2.3", "", FALSE },
  { "from ", "6.1.2.3", " port 22", FALSE },
  { "serv ", "6.1.2.3", "", FALSE }, /* ends like "v" */
  { "myopenssl ", "1.1.1.2", "", FALSE },
  { "nginx ", "45.33.32.156", "", FALSE },
  { "nginx ", "8.8.8.8", " - - [20/nov", FALSE },
  { "nginx ", "8.8.8.8", ":443", FALSE },
  { "nginx ", "8.8.8.8", "/24", FALSE },
  { "", "45.33.32.156", " 以降", FALSE },
};

static void
test_places (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    MadoIp ip = { 0 };
    g_assert_cmpuint (mado_ip_read4 (places[i].ip, strlen (places[i].ip), &ip), >, 0);
    g_test_message ("%s%s%s", places[i].before, places[i].ip, places[i].after);
    g_assert_cmpint (mado_version_is (places[i].before, places[i].after, strlen (places[i].after), &ip), ==, places[i].is_version);
  }
}

static void
test_lists (void)
{
  g_assert_true (mado_version_goes_on (", ", 2));
  g_assert_true (mado_version_goes_on ("〜", strlen ("〜")));
  g_assert_true (mado_version_goes_on (" and then", 5));
  g_assert_false (mado_version_goes_on (" ", 1));
  g_assert_false (mado_version_goes_on (" on ", 4));
  g_assert_false (mado_version_goes_on ("", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/indicator-version/places", test_places);
  g_test_add_func ("/report/indicator-version/lists", test_lists);
  return g_test_run ();
}
