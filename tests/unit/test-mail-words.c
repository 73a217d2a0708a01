/* Encoded words and parameters, as written by the standards and as written by mailers. */
#include "madoguchi/mail/words.h"

#include <glib.h>
#include <time.h>

typedef struct {
  const char *name;
  const char *in;
  const char *out;
} Case;

static const Case words[] = {
  { "plain", "no words = here?", "no words = here?" },
  { "b", "=?UTF-8?B?44OG44K544OI?=", "テスト" },
  { "q", "=?iso-8859-1?q?caf=E9_noir?=", "café noir" },
  { "neighbours", "=?UTF-8?B?44OG?= =?UTF-8?B?44K544OI?=", "テスト" },
  { "split-character", "=?UTF-8?B?44OG44I=?= =?UTF-8?B?uQ==?= x", "テ\xe3\x82\xb9 x" },
  { "jis-in-two", "=?ISO-2022-JP?B?GyRCJUYbKEI=?= =?ISO-2022-JP?B?GyRCJTkbKEI=?=", "テス" },
  { "text-between", "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c" },
  { "two-charsets", "=?utf-8?q?=C3=A9?= =?iso-8859-1?q?=E9?=", "éé" },
  { "language", "=?utf-8*en?q?a?=", "a" },
  { "windows-31j", "=?windows-31j?B?h0A=?=", "①" },
  { "not-closed", "=?utf-8?q?abc", "=?utf-8?q?abc" },
  { "unknown-kind", "=?utf-8?x?abc?=", "=?utf-8?x?abc?=" },
  { "no-charset", "=??q?abc?=", "=??q?abc?=" },
  { "hidden-line-break", "=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x" },
  { "lost-padding", "=?utf-8?B?VEVTVA?=", "TEST" },
  { "inside-word", "x=?utf-8?q?a?=y", "xay" },
};

static const Case params[] = { /* parameter "a" */
  { "token", "t/s; a=b", "b" },
  { "quoted", "t/s; a=\"b;c \\\"d\\\"\"", "b;c \"d\"" },
  { "second", "t/s; x=\"a=1\"; A = b", "b" },
  { "absent", "t/s; ab=c", NULL },
  { "extended", "t/s; a*=UTF-8'ja'%E3%83%86", "テ" },
  { "continued", "t/s; a*1=d; a*0=c", "cd" },
  { "continued-extended", "t/s; a*0*=iso-2022-jp''%1B$B%25F; a*1*=%1B(B.txt", "テ.txt" },
  { "encoded-word", "t/s; a=\"=?ISO-2022-JP?B?GyRCJUYbKEI=?=\"", "テ" },
  { "blanks", "t/s; a=my file.txt", "my file.txt" },
  { "not-closed", "t/s; a=\"open", "open" },
  { "first-wins", "t/s; a=1; a=2", "1" },
  { "empty", "t/s; a=", "" },
  { "gap", "t/s; a*0=x; a*2=z", "x" },
};

static void
test_words (gconstpointer data)
{
  const Case *one = data;
  g_autofree char *out = mado_words_decode (one->in);

  g_assert_cmpstr (out, ==, one->out);
}

static void
test_param (gconstpointer data)
{
  const Case *one = data;
  g_autofree char *out = mado_words_param (one->in, "a");

  g_assert_cmpstr (out, ==, one->out);
}

/* Words that nobody closed are looked at once each, not once for each other. */
static void
test_open_words (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *out = NULL;
  clock_t start = clock ();

  while (text->len < 1000000)
    g_string_append (text, "=?u?q?x ");
  out = mado_words_decode (text->str);
  g_assert_cmpstr (out, ==, text->str);
  g_assert_cmpint (clock () - start, <, 5 * CLOCKS_PER_SEC);
}

/* How long many words take whose charsets are the first @count of our list, in turns. */
static clock_t
time_charsets (guint count)
{
  static const char *const charsets[] = { "cp932", "koi8-r", "gb2312", "big5", "euc-kr", "iso-8859-7", "windows-1256", "tis-620" };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *out = NULL;
  clock_t start;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "=?%s?q?a?= ", charsets[i % count]);
  start = clock ();
  out = mado_words_decode (text->str);
  g_assert_true (g_str_has_prefix (out, "aaaaaaaa"));
  return clock () - start;
}

/* To load the table of a charset takes long, and glibc keeps only a few: a header may name many of them again and again. */
static void
test_many_charsets (void)
{
  time_charsets (8);
  g_assert_cmpint (time_charsets (8), <, 4 * time_charsets (2) + CLOCKS_PER_SEC / 20);
}

static void
add (const char *prefix, const Case *cases, gsize count, GTestDataFunc func)
{
  for (gsize i = 0; i < count; i++) {
    g_autofree char *path = g_strconcat (prefix, cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], func);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/mail/words/", words, G_N_ELEMENTS (words), test_words);
  add ("/mail/param/", params, G_N_ELEMENTS (params), test_param);
  g_test_add_func ("/mail/words/open", test_open_words);
  g_test_add_func ("/mail/words/many-charsets", test_many_charsets);
  return g_test_run ();
}
