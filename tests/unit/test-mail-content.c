/* What one leaf holds: its transfer encoding undone, its text as a person reads it, its HTML without tricks. */
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/html.h"

#include <gmime/gmime.h>
#include <string.h>

static MadoEntity *
scan (const char *mail, gsize size)
{
  MadoStructureLimits limits = { 100, 1000, 65536 };
  g_autoptr (GError) error = NULL;
  MadoEntity *root = mado_structure_scan ((const guint8 *) mail, size, "1", &limits, &error);

  g_assert_no_error (error);
  return root;
}

typedef struct {
  const char *encoding, *body, *decoded;
} Encoding;

static const Encoding encodings[] = {
  { "7bit", "a=3Db\r\n", "a=3Db\r\n" },
  { "x-unknown", "a=3Db", "a=3Db" },
  { "base64", "aGVs\r\nbG8=\r\n", "hello" },
  { "BASE64", "aGVsbG8=", "hello" },
  { "base64", "aGVsbG8", "hello" },            /* lost padding */
  { "base64", "aGVs*bG8=\n-- \nfooter", NULL }, /* no crash: whatever it is, it is bounded */
  { "base64", "aGk=aGk=", "hihi" },            /* two blocks */
  { "base64", "", "" },
  { "quoted-printable", "a=3Db=\r\nc=20", "a=bc " },
  { "quoted-printable", "=ZZ=", NULL },
};

static void
test_encodings (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++) {
    g_autofree char *mail
        = g_strdup_printf ("Content-Transfer-Encoding: %s\r\n\r\n%s", encodings[i].encoding, encodings[i].body);
    g_autoptr (MadoEntity) entity = scan (mail, strlen (mail));
    g_autoptr (GBytes) content = mado_content_decode (entity);
    g_autoptr (GBytes) again = mado_content_decode (entity);
    gsize size;
    const char *bytes = g_bytes_get_data (content, &size);

    g_assert_true (again == content); /* not done a second time */
    g_assert_cmpuint (size, <=, strlen (encodings[i].body));
    if (encodings[i].decoded != NULL)
      g_assert_cmpmem (bytes, size, encodings[i].decoded, strlen (encodings[i].decoded));
  }
}

/* Without an encoding there is no copy: large attachments cost nothing. */
static void
test_no_copy (void)
{
  static const char mail[] = "Content-Type: application/pdf\n\n\0\1\2";
  g_autoptr (MadoEntity) entity = scan (mail, sizeof mail - 1);
  g_autoptr (GBytes) content = mado_content_decode (entity);

  g_assert_true (g_bytes_get_data (content, NULL) == mail + sizeof mail - 1 - 3);
  g_assert_cmpuint (g_bytes_get_size (content), ==, 3);
}

static void
assert_text (const char *mail, const char *text, const char *charset, guint is_broken)
{
  g_autoptr (MadoEntity) entity = scan (mail, strlen (mail));
  g_autofree char *used = NULL;
  guint notes = 0;
  g_autofree char *found = mado_content_text (entity, &used, &notes);

  g_assert_cmpstr (found, ==, text);
  g_assert_cmpstr (used, ==, charset);
  g_assert_cmpuint (notes & MADO_CHARSET_BROKEN, ==, is_broken);
}

static void
test_text (void)
{
  assert_text ("Content-Type: text/plain; charset=utf-8\n\n窓口\n", "窓口\n", "utf-8", 0);
  assert_text ("Content-Type: text/plain; charset=iso-2022-jp\n\n\033$BAk8}\033(B\n", "窓口\n", "iso-2022-jp", 0);
  assert_text ("Content-Type: text/plain; charset=utf-8\n\na\xff" "b\n", "a\xef\xbf\xbd" "b\n", "utf-8", MADO_CHARSET_BROKEN);
  assert_text ("Content-Type: text/plain; charset=utf-8\n\na\033[31mb\n", "a<U+001B>[31mb\n", "utf-8", 0);
  assert_text ("Content-Type: text/plain; charset=utf-8\n\na\xe2\x80\xae" "b\n", "a<U+202E>b\n", "utf-8", 0);
}

/* What decodes to nothing is a page without text, whatever its encoding. */
static void
test_empty_page (void)
{
  static const char *const encodings_of[] = { "base64", "quoted-printable", "x-uuencode", "7bit" };

  for (gsize i = 0; i < G_N_ELEMENTS (encodings_of); i++) {
    g_autofree char *mail = g_strdup_printf ("Content-Type: text/html\nContent-Transfer-Encoding: %s\n\n", encodings_of[i]);
    g_autoptr (MadoEntity) entity = scan (mail, strlen (mail));
    g_autofree char *used = NULL;
    guint notes = MADO_CHARSET_BROKEN;
    g_autofree char *text = mado_content_text (entity, &used, &notes);

    g_assert_true (text == NULL || text[0] == '\0');
    g_assert_cmpuint (notes, ==, 0);
  }
}

/* Of a text that is too large its start is read, and it is said. */
static void
test_large (void)
{
  static const char head[] = "Content-Type: text/plain; charset=utf-8\n\n";

  for (gsize more = 0; more < 2; more++) {
    gsize size = sizeof head - 1 + MADO_CONTENT_TEXT_MAX + more;
    g_autofree char *mail = g_malloc (size);
    g_autoptr (MadoEntity) entity = NULL;
    g_autofree char *used = NULL, *text = NULL;
    guint notes = 0;

    memset (mail, '\a', size); /* the worst: eight letters stand for one */
    memcpy (mail, head, sizeof head - 1);
    entity = scan (mail, size);
    text = mado_content_text (entity, &used, &notes);
    g_assert_cmpuint (strlen (text), ==, MADO_CONTENT_TEXT_MAX * strlen ("<U+0007>"));
    g_assert_cmpint ((notes & MADO_CONTENT_CUT) != 0, ==, more > 0);
  }
}

static void
assert_html (const char *html, const char *has, const char *lacks)
{
  g_autofree char *text = mado_html_to_text (html);

  g_assert_nonnull (text);
  if (has != NULL && strstr (text, has) == NULL)
    g_error ("\"%s\" is not in \"%s\"", has, text);
  if (lacks != NULL && strstr (text, lacks) != NULL)
    g_error ("\"%s\" must not be in \"%s\"", lacks, text);
}

static void
test_html (void)
{
  assert_html ("<p>one</p><p>two</p>", "one\n", "<p>");
  assert_html ("<style>p { color: red }</style><script>evil ()</script>x", "x", "evil");
  assert_html ("<style>p { color: red }</style>x", "x", "color");
  assert_html ("<title>head</title><body>x", "x", "head");
  assert_html ("<a href=\"http://evil.example/\">bank.example</a>", "<http://evil.example/>", NULL); /* both are seen */
  assert_html ("<a href=\"http://evil.example/\">bank.example</a>", "bank.example", NULL);
  assert_html ("<img src=\"http://t.example/x.png\" alt=\"logo\">", "logo", NULL);
  assert_html ("a &amp; b &lt;c&gt;", "a & b <c>", NULL);
  assert_html ("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><p>a&e;b</p>", NULL, "root:");
  assert_html ("<p>never closed <b>at all", "never closed", NULL);
}

int
main (int argc, char **argv)
{
  g_mime_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/content/encodings", test_encodings);
  g_test_add_func ("/mail/content/no-copy", test_no_copy);
  g_test_add_func ("/mail/content/text", test_text);
  g_test_add_func ("/mail/content/html", test_html);
  g_test_add_func ("/mail/content/large", test_large);
  g_test_add_func ("/mail/content/empty-page", test_empty_page);
  return g_test_run ();
}
