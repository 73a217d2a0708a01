/* HTML as text: what people see, where links lead, what is hidden, and pages made to be read for ever. */
#include "madoguchi/mail/html.h"

#include <glib.h>
#include <string.h>
#include <time.h>

typedef struct {
  const char *name;
  const char *in;
  const char *out;
  guint notes;
} Case;

static const Case pages[] = {
  { "empty", "", "", 0 },
  { "text", "just text", "just text", 0 },
  { "paragraphs", "<p>one</p><p>two <b>bold</b></p>", "one\n\ntwo bold", 0 },
  { "never-closed", "<p>one <b>two", "one two", 0 },
  { "entities", "<p>a &lt;b&gt; &amp; &#x3042;&eacute;</p>", "a <b> & あé", 0 },
  { "breaks", "a<br>b<br/>c", "a\nb\nc", 0 },
  { "blanks", "<p>a \n  b</p>", "a b", 0 },
  { "pre", "<pre>a\n  b</pre>", "a\n  b", 0 },
  { "list", "<ul><li>x<li>y</ul>", "* x\n* y", 0 },
  { "numbered-list", "<ol><li>x<li>y<ul><li>z</ul><li>w</ol>", "1. x\n2. y\n* z\n3. w", 0 },
  { "table", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3", 0 },
  { "script", "a<script>alert(1)</script><style>b</style>c", "ac", 0 },
  { "title", "<title>head</title><body>x", "x", 0 },
  { "no-script-is-seen", "<noscript>seen</noscript>", "seen", 0 },
  { "drawing", "<svg><text>seen</text></svg>", "seen", 0 },
  { "comment", "a<!-- not seen -->b", "ab", 0 },
  { "external-entity", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><p>a&e;b</p>", "]>\n\na&e;b", 0 },

  { "link", "<a href='http://x.example/'>label</a>", "label <http://x.example/>", 0 },
  { "link-other-label", "<a href='http://evil.example/'>http://bank.example/</a>", "http://bank.example/ <http://evil.example/>", 0 },
  { "link-longer-target", "<a href='http://bank.example.evil.example/'>http://bank.example</a>", "http://bank.example <http://bank.example.evil.example/>", 0 },
  { "link-same-label", "<a href='http://x.example/'>http://x.example/</a>", "http://x.example/", 0 },
  { "link-same-but-slash", "<a href='http://x.example/'>http://x.example</a>", "http://x.example", 0 },
  { "link-mail", "<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example", 0 },
  { "link-inside", "<a href='#top'>up</a>", "up", 0 },
  { "link-image", "<a href='http://x.example/'><img alt=logo src='http://y.example/'></a>", "[logo] <http://x.example/>", 0 },
  { "link-never-closed", "<a href='http://x.example/'>label", "label <http://x.example/>", 0 },
  { "link-area", "<map><area href='http://x.example/'></map>", "<http://x.example/>", 0 },
  { "links-begin", "<head><base href='http://evil.example/'></head><a href='a'>b</a>", "[links begin with <http://evil.example/>] b <a>", 0 },
  { "form", "<form action='http://evil.example/'><input value='Log in'></form>", "[form to <http://evil.example/>] [Log in]", 0 },
  { "frame", "<iframe src='http://evil.example/'></iframe>", "[frame <http://evil.example/>]", 0 },
  { "image", "<img src='http://evil.example/' alt='logo'>", "[logo]", 0 },
  { "as-written", "<a href='hxxp://x[.]example/?a=1&amp;b=%20'>x</a>", "x <hxxp://x[.]example/?a=1&b=%20>", 0 },

  { "hidden", "<p>seen <span style='display: NONE'>not seen</span> again</p>", "seen [hidden: not seen] again", MADO_HTML_HIDDEN },
  { "hidden-attribute", "<div hidden>x</div>y", "[hidden: x]\ny", MADO_HTML_HIDDEN },
  { "hidden-size", "a<font style='font-size:0px'>x</font>b", "a[hidden: x] b", MADO_HTML_HIDDEN },
  { "hidden-visibility", "a<i style='color:red;visibility:hidden'>x</i>", "a[hidden: x]", MADO_HTML_HIDDEN },
  { "hidden-height", "<div style='max-height:0;overflow:hidden'>x</div>", "[hidden: x]", MADO_HTML_HIDDEN },
  { "hidden-inside", "<div style='display:none'>x<p>y</p></div>z", "[hidden: x]\n[hidden: y]\n\nz", MADO_HTML_HIDDEN },
  { "hidden-field", "<input type=hidden value=token>", "[hidden: [token]]", MADO_HTML_HIDDEN },
  { "hidden-for-some", "a<!--[if mso]><p>for &lt;some</p><![endif]-->b", "a[hidden: for <some] b", MADO_HTML_HIDDEN },
  { "hidden-nothing", "a<div style='display:none'> <br> </div>b", "a\n\n\nb", 0 },
  { "hidden-tables", "a<!--[if mso]><table><tr><td><![endif]-->b", "ab", 0 },
  { "not-hidden", "<p style='font-size:0.9em;opacity:0.5;display:block'>seen</p>", "seen", 0 },
  { "not-hidden-word", "<p style='x-display:none-such'>seen</p>", "seen", 0 },
};

static void
test_page (gconstpointer data)
{
  const Case *one = data;
  guint notes = 0;
  g_autofree char *out = mado_html_to_text_without (one->in, NULL, &notes);

  g_assert_cmpstr (out, ==, one->out);
  g_assert_cmpuint (notes, ==, one->notes);
}

/* RFC 9788, 4.5.3.2: one class of "div" goes, by its whole name, wherever it stands in the list; all else stays. */
static void
test_page_without (void)
{
  static const char page[] = "<div class='a copy b'>gone<p>gone</p></div><div class='copycat'>one</div><p class='copy'>two</p><div>three</div>";
  g_autofree char *out = mado_html_to_text_without (page, "copy", NULL), *all = mado_html_to_text_without (page, NULL, NULL);

  g_assert_null (strstr (out, "gone"));
  g_assert_nonnull (strstr (out, "one"));
  g_assert_nonnull (strstr (out, "two"));
  g_assert_nonnull (strstr (out, "three"));
  g_assert_nonnull (strstr (all, "gone"));
}

static const struct {
  const char *before, *piece, *after;
  gboolean is_odd;
} floods[] = {
  { "", "<div>", "end", TRUE },
  { "", "<b><i>", "end", TRUE },
  { "", "<div></b></p></i>", "end", TRUE },
  { "", "<table><tr><td>", "end", TRUE },
  { "", "<ul><li>", "end", TRUE },
  { "<a ", "a1 b2 c3=d ", ">x</a>end", TRUE },
  { "<a x=\"\" ", "a1=\"2\"", ">x</a>end", TRUE },
  { "<a title=\"", "many words ", "\">x</a>end", FALSE }, /* one attribute, however long */
  { "", "<a ", "end", TRUE },
  { "", "<br>", "end", FALSE },
  { "", "<p>", "end", FALSE },
  { "", "<a href=x>y</a>", "end", FALSE },
  { "", "<a href=x>y", "end", FALSE },
  { "<div><a href=x>", "word ", "</a></div>end", FALSE },
  { "", "<script>", "</script>end", FALSE },
  { "", "<!-- -->", "end", FALSE },
  { "", "<!--[if mso]>x<![endif]-->", "end", FALSE },
  { "", "<span style='display:none'>x</span>", "end", FALSE },
  { "", "&amp;&#65;&nosuch;", "end", FALSE },
  { "", "</p></div>", "end", FALSE },
  { "<ol>", "<li>x", "end", FALSE },
  { "", "<html a=b><body c=d>", "end", FALSE },
  { "", "< ", "end", FALSE },
  { "", "x<", ">end", FALSE },
  { "", "<?x ", ">end", FALSE },
  { "", "<a href=\"", "\">end", TRUE },
};

/* Whatever stands on the page many times, the end is reached, in time, and no text is lost on the way. */
static void
test_floods (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (floods); i++) {
    g_autoptr (GString) page = g_string_new (floods[i].before);
    gint64 start = clock ();
    g_autofree char *out = NULL;
    gsize size = g_getenv ("MADO_FLOOD") == NULL ? 1000000 : (gsize) g_ascii_strtoull (g_getenv ("MADO_FLOOD"), NULL, 10);
    guint notes = 0;

    while (page->len < size)
      g_string_append (page, floods[i].piece);
    g_string_append (page, floods[i].after);
    out = mado_html_to_text_without (page->str, NULL, &notes);
    g_test_message ("%s: %" G_GSIZE_FORMAT " bytes in %" G_GINT64_FORMAT " ms", floods[i].piece, page->len, (clock () - start) / 1000);
    if (strstr (out, "end") == NULL)
      g_error ("flood of \"%s\": the end is lost", floods[i].piece);
    g_assert_cmpint ((notes & MADO_HTML_ODD) != 0, ==, floods[i].is_odd);
    g_assert_cmpint (clock () - start, <, 5 * CLOCKS_PER_SEC);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++) {
    g_autofree char *path = g_strconcat ("/mail/html/", pages[i].name, NULL);
    g_test_add_data_func (path, &pages[i], test_page);
  }
  g_test_add_func ("/mail/html/without", test_page_without);
  g_test_add_func ("/mail/html/floods", test_floods);
  return g_test_run ();
}
