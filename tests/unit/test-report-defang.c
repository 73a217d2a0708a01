/* The habits of defanging, one by one, and the way back to what was written. */
#include "madoguchi/report/defang.h"

#include <string.h>

static const struct {
  const char *written;
  const char *meant;
} rows[] = {
  { "192[.]168[.]0[.]1", "192.168.0.1" },
  { "a[dot]b(dot)c{dot}d[DOT]e", "a.b.c.d.e" },
  { "a(.)b{.}c<.>d", "a.b.c.d" },
  { "a [.] b", "a.b" },
  { "a [ dot ] b", "a.b" },
  { "a[.com/x", "a.com/x" },
  { "a.]com", "a.com" },
  { "a[.com] b", "a.com b" },
  { "a[]com", "a.com" },
  { "a\\.com", "a.com" },
  { "http\\[:\\]//www", "http://www" },
  { "hxxp[:]//a[.]b", "hxxp://a.b" },
  { "hxxp[://]a", "hxxp://a" },
  { "hxxp(:)//a", "hxxp://a" },
  { "http[s]://a", "https://a" },
  { "http:\\\\a.b", "http://a.b" },
  { "https:\\/\\/a.b", "https://a.b" },
  { "http://[example.com", "http://example.com" },
  { "http://example,com/a,b", "http://example.com/a,b" },
  { "http://192,168,0,1", "http://192.168.0.1" },
  { "http://a.com,http://b.com", "http://a.com,http://b.com" },
  { "http://a.com[/]test", "http://a.com/test" },
  { "http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/" },
  { "2001[:]db8[::]1", "2001:db8::1" },
  { "u[at]a", "u@a" },
  { "u (at) a (dot) b", "u@a.b" },
  { "u[@]a", "u@a" },
  { "ｕ＠ａ．ｂ", "u@a.b" },
  { "ｈｔｔｐ：／／ａ．ｂ／", "http://a.b/" },
  { "１．２．３．４", "1.2.3.4" },
  { "ａ［．］ｂ", "a.b" },
  { "a【.】b", "a.b" },
  { "aドットb", "a.b" },
  { "a ドット b", "a.b" },
  { "u[アットマーク]a[ドット]b", "u@a.b" },
  { "uアットaドットb", "u@a.b" },
  { "example。com", "example.com" },
  { "8.8.4.4。8.8.8.8。", "8.8.4.4。8.8.8.8。" },
  { "ABC。www.a.jp", "ABC。www.a.jp" },
  { "a . com", "a.com" },
  { "1 . 2 . 3 . 4", "1.2.3.4" },
  { "CVE\xe2\x80\x91" "2021", "CVE-2021" },
  { "a\xe2\x80\x8b.b", "a.b" },
  /* what is no such habit stays */
  { "the end . In this", "the end . In this" },
  { "see (at noon) [1] (x) {y}", "see (at noon) [1] (x) {y}" },
  { "f(a)[0] = b[i]", "f(a)[0] = b[i]" },
  { "C:\\Windows\\a.txt", "C:\\Windows\\a.txt" },
  { "日本語。文章", "日本語。文章" },
  { "[.] (.)", "[.] (.)" },
  { "", "" },
};

static void
test_habits (void)
{
  g_auto (MadoDefanged) out = { 0 };

  mado_defanged_init (&out);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    mado_defang_line (&out, rows[i].written, strlen (rows[i].written));
    g_assert_cmpstr (out.text->str, ==, rows[i].meant);
    g_assert_cmpuint (out.from->len, ==, out.text->len);
    g_assert_cmpuint (out.to->len, ==, out.text->len);
  }
}

static void
test_way_back (void)
{
  g_auto (MadoDefanged) out = { 0 };
  const char *line = "x 192[.]168[dot]0(.)１ y";

  mado_defanged_init (&out);
  mado_defang_line (&out, line, strlen (line));
  g_assert_cmpstr (out.text->str, ==, "x 192.168.0.1 y");
  /* the last digit stands for three bytes */
  g_assert_cmpuint (g_array_index (out.from, guint32, 2), ==, 2);
  g_assert_cmpuint (g_array_index (out.from, guint32, 12), ==, strlen ("x 192[.]168[dot]0(.)"));
  g_assert_cmpuint (g_array_index (out.to, guint32, 12), ==, strlen ("x 192[.]168[dot]0(.)１"));
  for (guint i = 1; i < out.from->len; i++)
    g_assert_cmpuint (g_array_index (out.from, guint32, i), >=, g_array_index (out.from, guint32, i - 1));
}

static void
test_fold (void)
{
  g_assert_cmpuint (mado_defang_fold (0xff21), ==, 'A');
  g_assert_cmpuint (mado_defang_fold (0x3000), ==, ' ');
  g_assert_cmpuint (mado_defang_fold (0x2011), ==, '-');
  g_assert_cmpuint (mado_defang_fold (0x3042), ==, 0x3042);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/defang/habits", test_habits);
  g_test_add_func ("/report/defang/way-back", test_way_back);
  g_test_add_func ("/report/defang/fold", test_fold);
  return g_test_run ();
}
