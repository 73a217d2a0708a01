/* Encoded words and parameters, as written by the standards and as written by mailers; and HTML as text. */
#include "madoguchi/mail/html.h"
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

static const Case pages[] = {
  { "paragraphs", "<p>one</p><p>two <b>bold</b></p>", "one\n\ntwo bold" },
  { "link", "<a href='http://x.example/'>label</a>", "label <http://x.example/>" },
  { "script", "a<script>alert(1)</script><style>b</style>c", "ac" },
  { "entities", "<p>a &lt;b&gt; &amp; &#x3042;</p>", "a <b> & あ" },
  { "breaks", "a<br>b<br/>c", "a\nb\nc" },
  { "list", "<ul><li>x<li>y</ul>", "* x\n* y" },
  { "image", "<img src='http://evil.example/' alt='logo'>", "[logo]" },
  { "blanks", "<p>a \n  b</p>", "a b" },
  { "pre", "<pre>a\n  b</pre>", "a\n  b" },
  { "table", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3" },
  { "external-entity", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><p>a&e;b</p>", NULL },
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

static void
test_page (gconstpointer data)
{
  const Case *one = data;
  g_autofree char *out = mado_html_to_text (one->in);

  if (one->out != NULL)
    g_assert_cmpstr (out, ==, one->out);
  else
    g_assert_null (strstr (out, "root:"));
}

/* RFC 9788, 4.5.3.2: one class of "div" goes, by its whole name, wherever it stands in the list; all else stays. */
static void
test_page_without (void)
{
  static const char page[] = "<div class='a copy b'>gone<p>gone</p></div><div class='copycat'>one</div><p class='copy'>two</p><div>three</div>";
  g_autofree char *out = mado_html_to_text_without (page, "copy"), *all = mado_html_to_text_without (page, NULL);

  g_assert_null (strstr (out, "gone"));
  g_assert_nonnull (strstr (out, "one"));
  g_assert_nonnull (strstr (out, "two"));
  g_assert_nonnull (strstr (out, "three"));
  g_assert_nonnull (strstr (all, "gone"));
}

static void
test_deep_page (void)
{
  g_autoptr (GString) page = g_string_new (NULL);
  gint64 start = g_get_monotonic_time ();
  g_autofree char *out = NULL;

  for (int i = 0; i < 200000; i++)
    g_string_append (page, "<div>");
  g_string_append (page, "end");
  out = mado_html_to_text (page->str);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
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
  add ("/mail/html/", pages, G_N_ELEMENTS (pages), test_page);
  g_test_add_func ("/mail/html/without", test_page_without);
  g_test_add_func ("/mail/html/deep", test_deep_page);
  g_test_add_func ("/mail/words/open", test_open_words);
  return g_test_run ();
}
