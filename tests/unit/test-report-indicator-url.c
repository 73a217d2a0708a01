/* URLs: where they end, whose host they name, what their scheme means. */
#include "madoguchi/report/indicator-url.h"

#include <string.h>

static void
check (const char *text, const char *value, const char *name, gsize size)
{
  gsize used = 0, whole = strlen (text), scheme = mado_url_scheme (text, whole);
  g_auto (MadoUrl) url = { 0 };
  gboolean is_url = scheme > 0 && mado_url_read (text, whole, scheme, &url, &used);

  g_assert_cmpint (is_url, ==, value != NULL);
  g_assert_cmpstr (url.value, ==, value);
  g_assert_cmpstr (url.name, ==, name);
  if (is_url) {
    g_assert_cmpuint (url.size, ==, size);
    g_assert_cmpuint (url.host + url.host_size, <=, url.size);
  }
  g_assert_cmpuint (used, <=, whole);
}

static void
test_good (void)
{
  check ("http://a.com/", "http://a.com/", "a.com", 13);
  check ("hXXps://A.COM:8080/X?y#z", "https://a.com:8080/X?y#z", "a.com", 24);
  check ("h**p://a.com.", "http://a.com", "a.com", 12);
  check ("ttp://a.com", "http://a.com", "a.com", 11);
  check ("fxp://a.com/f", "ftp://a.com/f", "a.com", 13);
  check ("tcp://a.com:443", "tcp://a.com:443", "a.com", 15);
  check ("http://a.com/b).", "http://a.com/b", "a.com", 14);
  check ("http://a.com/b_(c)", "http://a.com/b_(c)", "a.com", 18);
  check ("http://a.jpです", "http://a.jp", "a.jp", 11);
  check ("http://a.jp/を参照", "http://a.jp/", "a.jp", 12);
  check ("http://日本語.jp/", "http://xn--wgv71a119e.jp/", "xn--wgv71a119e.jp", 20);
  check ("http://u:p@a.ru/x", "http://u:p@a.ru/x", "a.ru", 17);
  check ("http://1.2.3.4:80/x", "http://1.2.3.4:80/x", NULL, 19);
  check ("http://[2001:db8::1]/", "http://[2001:db8::1]/", NULL, 21);
  check ("http://3232235777/", "http://192.168.1.1/", NULL, 18);
}

static void
test_bad (void)
{
  static const char *const rows[] = { "http://", "http://localhost/", "http://a.tld/", "http://com/", "http:///x", "http://[::/", "http://@/", "http://12/" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check (rows[i], NULL, NULL, 0);
  g_assert_cmpuint (mado_url_scheme ("averylongscheme://a.com", 23), ==, 0);
  g_assert_cmpuint (mado_url_scheme ("http:/a", 7), ==, 0);
}

/* Without a scheme there must be a path; a URL that no record could carry is told by its host alone. */
static void
test_edges (void)
{
  g_autofree char *path = g_strnfill (9000, 'a');
  g_autofree char *text = g_strdup_printf ("http://a.com/%s", path);
  gsize used = 0;
  g_auto (MadoUrl) url = { 0 }, none = { 0 }, huge = { 0 };

  g_assert_true (mado_url_read ("a.com/x", 7, 0, &url, &used));
  g_assert_cmpstr (url.value, ==, "http://a.com/x");
  g_assert_true (url.is_guessed);
  g_assert_false (mado_url_read ("a.com:80", 8, 0, &none, &used));
  g_assert_true (mado_url_read (text, strlen (text), 4, &huge, &used));
  g_assert_null (huge.value);
  g_assert_cmpstr (huge.name, ==, "a.com");
  g_assert_cmpuint (used, ==, strlen (text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/url/good", test_good);
  g_test_add_func ("/report/url/bad", test_bad);
  g_test_add_func ("/report/url/edges", test_edges);
  return g_test_run ();
}
