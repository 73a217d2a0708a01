/* Names: which are domain names, and which only look so. */
#include "madoguchi/report/indicator-name.h"

#include <string.h>

static void
test_read (void)
{
  static const char *const rows[][2] = {
    { "Example.COM", "example.com" }, { "www.example.co.jp.", "www.example.co.jp" }, { "münchen.de", "xn--mnchen-3ya.de" },
    { "日本語.jp", "xn--wgv71a119e.jp" }, { "xn--wgv71a119e.jp", "xn--wgv71a119e.jp" }, { "_dmarc.a.org", "_dmarc.a.org" },
    { "abc.onion", "abc.onion" }, { "a.example", NULL }, { "co.jp", NULL }, { "com", NULL }, { "a.tld", NULL }, { "a..com", NULL },
    { "-a.com", NULL }, { "a-.com", NULL }, { "a.c_m", NULL }, 
    { "my_shop.com", NULL }, { "_x.my_shop.co.jp", NULL }, { "x.github.io", "x.github.io" }, { "1.2.3.4", NULL },
    { ".com", NULL }, { "", NULL }, { "\xff\xfe.com", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = mado_name_read (rows[i][0], strlen (rows[i][0]));
    if (g_strcmp0 (rows[i][0], "a.example") == 0 && name != NULL)
      continue; /* some lists have it */
    g_assert_cmpstr (name, ==, rows[i][1]);
  }
}

static void
test_long (void)
{
  g_autofree char *label = g_strnfill (64, 'a');
  g_autofree char *name = g_strdup_printf ("%s.com", label);
  g_autofree char *longest = mado_name_read (name + 1, strlen (name) - 1);
  g_autoptr (GString) many = g_string_new (NULL);

  g_assert_cmpstr (longest, ==, name + 1);
  g_assert_null (mado_name_read (name, strlen (name)));
  while (many->len < 260)
    g_string_append (many, "abc.");
  g_string_append (many, "com");
  g_assert_null (mado_name_read (many->str, many->len));
}

static void
test_example (void)
{
  g_assert_true (mado_name_is_example ("www.example.com"));
  g_assert_true (mado_name_is_example ("evil.test"));
  g_assert_true (mado_name_is_example ("example.co.jp"));
  g_assert_false (mado_name_is_example ("myexample.com"));
  g_assert_false (mado_name_is_example ("example.com.evil.ru"));
  g_assert_true (mado_name_is_below ("a.b.org", "B.org"));
  g_assert_false (mado_name_is_below ("ab.org", "b.org"));
  g_assert_false (mado_name_is_below ("ab.org", ""));
}

static gboolean
is_false (const char *text, char before, char after)
{
  return mado_name_is_false_friend (text, strlen (text), before, after);
}

static void
test_false_friends (void)
{
  static const char *const wrong[] = { "report.doc.zip", "setup.sh", "index.py", "my_tool.pl", "ASP.NET", "end.In",
                                       "command.com", "Evil.Com", "kali.sh", "x.so", "slapd.NEWS" };
  static const char *const right[] = { "evil.com", "EVIL.COM", "cert.pl", "www.kali.sh", "evil.cc", "www.foo.co.jp", "a.com", "update.net" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_true (is_false (wrong[i], ' ', ' '));
  for (gsize i = 0; i < G_N_ELEMENTS (right); i++)
    g_assert_false (is_false (right[i], ' ', ' '));
  g_assert_true (is_false ("foo.com", '/', ' '));
  g_assert_true (is_false ("foo.com", '\\', ' '));
  g_assert_true (is_false ("console.info", ' ', '('));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/name/read", test_read);
  g_test_add_func ("/report/name/long", test_long);
  g_test_add_func ("/report/name/example", test_example);
  g_test_add_func ("/report/name/false-friends", test_false_friends);
  return g_test_run ();
}
