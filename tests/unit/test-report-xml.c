/* XML as it is read, what is refused of it, and that nothing is ever fetched. */
#include "madoguchi/report/xml.h"

#include "madoguchi/base/error.h"

#include <gio/gio.h>
#include <string.h>
#include <time.h>

static void
print_node (const MadoXml *node, GString *out)
{
  g_string_append_printf (out, "(%s", node->name);
  for (guint i = 0; node->attributes != NULL && node->attributes[i] != NULL; i += 2)
    g_string_append_printf (out, " %s=%s", node->attributes[i], node->attributes[i + 1]);
  g_string_append_printf (out, "|%s", node->text);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    print_node (node->children->pdata[i], out);
  g_string_append_c (out, ')');
}

static void
each (const MadoXml *root, const MadoXml *child, gpointer data)
{
  GString *out = data;

  if (out->len == 0)
    g_string_append_printf (out, "%s:", root->name);
  if (out->len < 4096)
    print_node (child, out);
}

/* (transfer full) what is read of @size bytes, and how it ends. */
static char *
read_labelled (const void *bytes, gsize size, const char *charset)
{
  g_autoptr (GBytes) all = g_bytes_new_static (bytes, size);
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);

  if (!mado_xml_read (all, charset, each, out, &error)) {
    g_assert_cmpint (error->domain, ==, MADO_ERROR);
    g_string_append_printf (out, "!%s", mado_error_name (error->code));
  }
  return g_string_free (out, FALSE);
}

static char *
read_bytes (const void *bytes, gsize size)
{
  return read_labelled (bytes, size, NULL);
}

#define CHECK(text, expected)                                      \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *found = read_bytes (text, sizeof (text) - 1); \
    g_assert_cmpstr (found, ==, expected);                         \
  }                                                                \
  G_STMT_END

static void
test_trees (void)
{
  CHECK ("<a/>", "");
  CHECK ("<a><b/></a>", "a:(b|)");
  CHECK ("<?xml version='1.0'?><!-- x --><p:a xmlns:p='u' q='1'><p:b p:c='d' e='&lt;&#65;&amp;'> f <g/>\n h</p:b><i>j<![CDATA[<!DOCTYPE k>]]></i></p:a>",
         "a:(b c=d e=<A&|f \n h(g|))(i|j<!DOCTYPE k>)");
  CHECK ("<a>text<b>c</b></a>", "a:(b|c)");
}

static void
test_encodings (void)
{
  static const char sjis[] = "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a><b>\x87\x40\x93\xfa</b></a>";
  static const char *const labels[] = { "EUC-JP", "ISO-2022-JP", "UTF-16", "UTF-8", "windows-1252" };

  g_autofree char *by_label = read_labelled ("<a><b>\x93\xfa</b></a>", 16, "Shift_JIS"), *by_both = read_labelled (sjis, sizeof sjis - 1, "utf-8");
  g_autofree char *by_nothing = read_labelled ("<a><b/></a>", 11, "x-Unknown");

  g_assert_cmpstr (by_label, ==, "a:(b|\xe6\x97\xa5)");
  g_assert_cmpstr (by_nothing, ==, "a:(b|)"); /* a label that nobody knows is none */
  g_assert_cmpstr (by_both, ==, "a:(b|\xe2\x91\xa0\xe6\x97\xa5)"); /* what stands in the document is nearer to it */
  CHECK (sjis, "a:(b|\xe2\x91\xa0\xe6\x97\xa5)");
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++) {
    const char *word = i == 4 ? "\xc3\xa9" : "\xe6\x97\xa5";
    g_autofree char *plain = g_strdup_printf ("<?xml version='1.0' encoding='%s'?><a><b>%s</b></a>", labels[i], word);
    g_autofree char *expected = g_strdup_printf ("a:(b|%s)", word), *found = NULL;
    gsize size;
    g_autofree char *bytes = g_convert (plain, -1, labels[i], "UTF-8", NULL, &size, NULL);
    found = read_bytes (bytes, size);
    g_assert_cmpstr (found, ==, expected);
  }
  CHECK ("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a><b>\xe6\x97\xa5</b></a>", "a:(b|\xe6\x97\xa5)");
  CHECK ("<\0a\0>\0<\0b\0/\0>\0<\0/\0a\0>\0", "a:(b|)");
  CHECK ("<?xml version='1.0' encoding='utf-8'?><a><b>\xff\x93</b></a>", "a:(b|\xef\xbf\xbd\xef\xbf\xbd)");
  CHECK ("<?xml version='1.0' encoding='no-such'?><a/>", "!perm");
}

static void
test_broken (void)
{
  CHECK ("", "!perm");
  CHECK ("no XML", "!perm");
  CHECK ("<a><b>c</b><d>e", "a:(b|c)(d|e)!perm");
  CHECK ("<a><b>c</x></a>", "a:(b|c)!perm");
  CHECK ("<a><b>&nosuch;</b></a>", "a:(b|)!perm");
  CHECK ("<a><b x='1' x='2'/></a>", "!perm");
  CHECK ("<a>\0<b/></a>", "a:(b|)");
}

/* Document types, whatever is in them, end the reading at once. */
static void
test_refused (void)
{
  CHECK ("<!DOCTYPE a><a><b/></a>", "!denied");
  CHECK ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "!denied");
  CHECK ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><b>&x;</b></a>", "!denied");
  CHECK ("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/x'> %x;]><a><b/></a>", "!denied");
  CHECK ("<!DOCTYPE a [<!ENTITY x 'yyyy'><!ENTITY z '&x;&x;'>]><a><b>&z;&z;</b></a>", "!denied");
  CHECK ("<!DOCTYPE a [<!ATTLIST b c CDATA 'd'>]><a><b/></a>", "!denied");
  CHECK ("<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='file:///etc/passwd' parse='text'/></a>",
         "a:(include href=file:///etc/passwd parse=text|)");
}

static char *
read_many (const char *before, const char *unit, gsize times, const char *after)
{
  g_autoptr (GString) text = g_string_new (before);
  char *found;
  gint64 start = clock ();

  for (gsize i = 0; i < times; i++)
    g_string_append (text, unit);
  g_string_append (text, after);
  found = read_bytes (text->str, text->len);
  g_test_message ("%s: %" G_GSIZE_FORMAT " bytes in %.2f s", unit, text->len, (double) (clock () - start) / 1e6);
  return found;
}

#define CHECK_MANY(before, unit, times, after, expected)                     \
  G_STMT_START                                                               \
  {                                                                          \
    g_autofree char *found = read_many (before, unit, times, after);         \
    g_assert_true (g_str_has_suffix (found, expected));                      \
  }                                                                          \
  G_STMT_END

/* What is deep, wide or long ends at a cap, in time that grows with its size. */
static void
test_limits (void)
{
  gint64 start = clock ();

  CHECK_MANY ("", "<a>", 63, "<x/>", "!perm");
  CHECK_MANY ("", "<a>", 65, "", "!limit");
  CHECK_MANY ("", "<a>", 1000000, "", "!limit");
  CHECK_MANY ("<a><b>", "<c/>", 100001, "</b></a>", "!limit");
  CHECK_MANY ("<a>", "<b><c/></b>", 200000, "</a>", ")");
  CHECK_MANY ("<a><b ", "x='y' ", 101, "/></a>", "!limit");
  CHECK_MANY ("<a><b ", "x='y' ", 1000000, "/></a>", "!limit");
  CHECK_MANY ("<a>", "<b xmlns:c='d' xmlns:e='f'/>", 501, "</a>", "!limit");
  CHECK_MANY ("<a><b>", "&lt;", 1000000, "</b></a>", ")");
  CHECK_MANY ("<a><b>", "&#65;", 1000000, "</b></a>", ")");
  CHECK_MANY ("<a><b>", "]]", 1000000, "</b></a>", ")");
  CHECK_MANY ("<a>", "<!-- x -->", 300000, "</a>", "");
  CHECK_MANY ("<a>", "<?x y?>", 300000, "</a>", "");
  CHECK_MANY ("<a><b>", " ", 33 * 1024 * 1024, "</b></a>", "!limit");
  g_assert_cmpint (clock () - start, <, 60 * CLOCKS_PER_SEC);
}

/* A listener that somebody would connect to who followed an address in a document. */
static void
test_no_network (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  static const char *const forms[] = { "<!DOCTYPE a SYSTEM 'http://127.0.0.1:%u/'><a><b/></a>",
                                       "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:%u/'>]><a><b>&x;</b></a>",
                                       "<!DOCTYPE a [<!ENTITY %% x SYSTEM 'ftp://127.0.0.1:%u/'>%%x;]><a><b/></a>",
                                       "<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='x http://127.0.0.1:%u/'><b/></a>",
                                       "<?xml-stylesheet type='text/xsl' href='http://127.0.0.1:%u/'?><a><b/></a>" };
  g_autoptr (GSocket) probe = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  g_assert_cmpuint (port, >, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
    char text[400];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_snprintf (text, sizeof text, forms[i], (guint) port);
#pragma GCC diagnostic pop
    g_free (read_bytes (text, strlen (text)));
  }
  /* The first connection that the listener has is our own. */
  probe = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_assert_true (g_socket_connect (probe, address, NULL, NULL));
  {
    g_autoptr (GSocketConnection) first = g_socket_listener_accept (listener, NULL, NULL, NULL);
    g_autoptr (GSocketAddress) peer = g_socket_connection_get_remote_address (first, NULL);
    g_autoptr (GSocketAddress) own = g_socket_get_local_address (probe, NULL);
    g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (peer)), ==, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (own)));
  }
}

static gboolean
is_about (const char *text, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, size);

  return mado_xml_is_about (bytes, "feed");
}

static void
test_is_about (void)
{
  g_autofree char *blanks = g_strnfill (100000, ' '), *late = g_strconcat ("<?x ", blanks, "?><y><feed>", NULL);

#define IS(text) is_about (text, sizeof (text) - 1)
  g_assert_true (IS ("<feed>"));
  g_assert_true (IS ("\xef\xbb\xbf \n<?xml?><!-- <x> --><x:feed y:z='1'/>"));
  g_assert_true (IS ("\xff\xfe<\0f\0e\0e\0d\0>\0"));
  g_assert_true (IS ("<!DOCTYPE x [<!ENTITY y ']>'>]><feed>"));
  g_assert_true (IS ("\xfe\xff\0<\0!\0D\0 \0<\0f\0e\0e\0d\0>"));
  g_assert_true (is_about (late, strlen (late)));
  g_assert_false (IS ("x <feed>"));
  g_assert_false (IS ("<y><feed>"));
  g_assert_false (IS ("<xfeed>"));
  g_assert_false (IS ("<feeds>"));
  g_assert_false (IS ("<fee"));
  g_assert_false (IS ("< feed"));
  g_assert_false (IS ("<!-- <feed> --><y>"));
  g_assert_false (IS (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/xml/trees", test_trees);
  g_test_add_func ("/report/xml/encodings", test_encodings);
  g_test_add_func ("/report/xml/broken", test_broken);
  g_test_add_func ("/report/xml/refused", test_refused);
  g_test_add_func ("/report/xml/limits", test_limits);
  g_test_add_func ("/report/xml/network", test_no_network);
  g_test_add_func ("/report/xml/about", test_is_about);
  return g_test_run ();
}
