/* Shapes of MIME structure, sound and broken: each case is a mail and the tree it must give, as "path type size"; sizes of leaves. */
#include "madoguchi/base/error.h"
#include "madoguchi/mail/structure.h"

#include <glib.h>
#include <string.h>
#include <time.h>

#define MULTI(b) "Content-Type: multipart/mixed; boundary=" b "\n\n"

typedef struct {
  const char *name;
  const char *mail;
  const char *tree;
} Case;

static const Case cases[] = {
  { "plain", "From: a@b\n\nhello\n", "1 text/plain 6" },
  { "plain-crlf", "From: a@b\r\n\r\nhello\r\n", "1 text/plain 7" },
  { "no-body", "From: a@b\n", "1 text/plain 0" },
  { "no-body-no-line-end", "From: a@b", "1 text/plain 0" },
  { "only-empty-line", "From: a@b\n\n", "1 text/plain 0" },
  { "message-without-empty-line", "Content-Type: message/rfc822\nhello there\nSubject: x\n\ny\n", "1 message/rfc822|1.1 text/plain 26" },
  { "missing-empty-line", "From: a@b\nhello there\nx\n", "1 text/plain 14" },
  { "empty-header", "\nbody\n", "1 text/plain 5" },
  { "folded", "Content-Type: text/html;\n charset=x\n\nx", "1 text/html 1" },
  { "odd-type", "Content-Type: nonsense\n\nx", "1 text/plain 1" },
  { "upper-case", "CONTENT-TYPE: TEXT/HTML\n\nx", "1 text/html 1" },
  { "two-parts", MULTI ("b") "--b\n\none\n--b\n\ntwo\n--b--\n", "1 multipart/mixed|1.1 text/plain 3|1.2 text/plain 3" },
  { "two-parts-crlf", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
    "1 multipart/mixed|1.1 text/plain 3|1.2 text/plain 3" },
  { "quoted-boundary", "Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c\n\none\n--b c--\n", "1 multipart/mixed|1.1 text/plain 3" },
  { "preamble-epilogue", MULTI ("b") "pre\n--b\n\none\n--b--\nepi\n", "1 multipart/mixed|1.1 text/plain 3" },
  { "no-boundary", "Content-Type: multipart/mixed\n\n--b\n\none\n", "1 multipart/mixed" },
  { "no-delimiter", MULTI ("b") "one\n", "1 multipart/mixed" },
  { "never-closed", MULTI ("b") "--b\n\none\n", "1 multipart/mixed|1.1 text/plain 4" },
  { "closed-at-once", MULTI ("b") "--b--\n", "1 multipart/mixed" },
  { "empty-parts", MULTI ("b") "--b\n--b\n--b--\n", "1 multipart/mixed|1.1 text/plain 0|1.2 text/plain 0" },
  { "blanks-after-delimiter", MULTI ("b") "--b \t\n\none\n--b--  \n", "1 multipart/mixed|1.1 text/plain 3" },
  { "longer-line-is-no-delimiter", MULTI ("b") "--b\n\n--bb\n--b--\n", "1 multipart/mixed|1.1 text/plain 4" },
  { "boundary-is-a-prefix", MULTI ("b") "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n--bb--\n--b--\n",
    "1 multipart/mixed|1.1 multipart/mixed|1.1.1 text/plain 1" },
  { "same-boundary-inside", MULTI ("b") "--b\n" MULTI ("b") "--b\n\nx\n--b--\n--b--\n",
    "1 multipart/mixed|1.1 multipart/mixed|1.1.1 text/plain 1" },
  { "inner-not-closed", MULTI ("o") "--o\n" MULTI ("i") "--i\n\nx\n--o\n\ny\n--o--\n",
    "1 multipart/mixed|1.1 multipart/mixed|1.1.1 text/plain 1|1.2 text/plain 1" },
  { "inner-close-without-line-end", MULTI ("o") "--o\n" MULTI ("i") "--i\n\na\n--i--\n--o--\n",
    "1 multipart/mixed|1.1 multipart/mixed|1.1.1 text/plain 1" },
  { "header-cut-by-delimiter", MULTI ("b") "--b\nContent-Type: text/html\n--b--\n", "1 multipart/mixed|1.1 text/html 0" },
  { "delimiter-without-line-end", MULTI ("b") "--b\n\none\n--b--", "1 multipart/mixed|1.1 text/plain 3" },
  { "after-close-nothing-counts", MULTI ("b") "--b\n\none\n--b--\n--b\n\ntwo\n", "1 multipart/mixed|1.1 text/plain 3" },
  { "message", "Content-Type: message/rfc822\n\nFrom: x@y\n\nin\n", "1 message/rfc822|1.1 text/plain 3" },
  { "message-empty", "Content-Type: message/rfc822\n\n", "1 message/rfc822|1.1 text/plain 0" },
  { "message-encoded", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTog\n", "1 message/rfc822" },
  { "message-in-multipart", MULTI ("b") "--b\nContent-Type: message/rfc822\n\n" MULTI ("c") "--c\n\nx\n--c--\n--b--\n",
    "1 multipart/mixed|1.1 message/rfc822|1.1.1 multipart/mixed|1.1.1.1 text/plain 1" },
  { "digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: x@y\n\nin\n--b--\n",
    "1 multipart/digest|1.1 message/rfc822|1.1.1 text/plain 2" },
  { "no-type-in-digest-is-no-text", "Content-Type: multipart/digest; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b--\n",
    "1 multipart/digest|1.1 text/plain 1" },
  { "bare-cr-is-no-line", "From: a@b\n\na\r--b\rb\n", "1 text/plain 8" },
  { "signed", "Content-Type: multipart/signed; boundary=s; protocol=\"application/pgp-signature\"\n\n--s\n" MULTI ("i")
              "--i\n\na\n--i--\n--s\nContent-Type: application/pgp-signature\n\nsig\n--s--\n",
    "1 multipart/signed|1.1 multipart/mixed|1.1.1 text/plain 1|1.2 application/pgp-signature 3" },
};

static void
describe (const MadoEntity *entity, GString *out)
{
  g_string_append_printf (out, "%s%s %s", out->len == 0 ? "" : "|", entity->path, entity->type);
  if (!g_str_has_prefix (entity->type, "multipart/") && !g_str_has_prefix (entity->type, "message/"))
    g_string_append_printf (out, " %" G_GSIZE_FORMAT, entity->body_size);
  for (guint i = 0; i < entity->children->len; i++)
    describe (mado_entity_child (entity, i), out);
}

static void
test_shape (gconstpointer data)
{
  const Case *one = data;
  MadoStructureLimits limits = { 100, 1000, 100000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEntity) root = mado_structure_scan ((const guint8 *) one->mail, strlen (one->mail), "1", &limits, &error);
  g_autoptr (GString) tree = g_string_new (NULL);

  g_assert_no_error (error);
  describe (root, tree);
  g_assert_cmpstr (tree->str, ==, one->tree);
}

/* The bytes under a signature are those of the wire, whatever a parser would write. */
static void
test_raw (void)
{
  const char *mail = "Content-Type: multipart/signed; boundary=s\n\n--s\nContent-Type: multipart/mixed; boundary=i\n\n"
                     "--i  \n\na\n--i--\n--s\nContent-Type: application/pgp-signature\n\nsig\n--s--\n";
  MadoStructureLimits limits = { 100, 1000, 100000 };
  g_autoptr (MadoEntity) root = mado_structure_scan ((const guint8 *) mail, strlen (mail), "1", &limits, NULL);
  gsize size;
  const guint8 *raw = mado_entity_raw (mado_entity_child (root, 0), &size);
  g_autofree char *text = g_strndup ((const char *) raw, size);

  g_assert_cmpstr (text, ==, "Content-Type: multipart/mixed; boundary=i\n\n--i  \n\na\n--i--");
}

/* What a signature over a part without a body covers: the empty line belongs to the boundary (RFC 2046, 5.1.1). */
static void
test_raw_empty (void)
{
  const char *mail = "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\n"
                     "--s\r\nContent-Type: message/rfc822\r\n\r\n--s\r\n\r\n--s--\r\n";
  static const char *const parts[] = { "Content-Type: text/plain\r\n", "Content-Type: message/rfc822\r\n", "" };
  MadoStructureLimits limits = { 100, 1000, 100000 };
  g_autoptr (MadoEntity) root = mado_structure_scan ((const guint8 *) mail, strlen (mail), "1", &limits, NULL);

  g_assert_cmpuint (root->children->len, ==, G_N_ELEMENTS (parts));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    gsize size;
    const guint8 *raw = mado_entity_raw (mado_entity_child (root, i), &size);

    g_assert_cmpmem (raw, size, parts[i], strlen (parts[i]));
    g_assert_cmpuint (mado_entity_child (root, i)->body_size, ==, 0);
  }
}

static void
assert_limit (GString *mail, guint depth, guint parts, gsize header)
{
  MadoStructureLimits limits = { depth, parts, header };
  g_autoptr (GError) error = NULL;
  gint64 start = clock ();

  g_assert_null (mado_structure_scan ((const guint8 *) mail->str, mail->len, "1", &limits, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  g_assert_cmpint (clock () - start, <, 2 * CLOCKS_PER_SEC);
}

static void
test_limits (void)
{
  g_autoptr (GString) parts = g_string_new (MULTI ("b"));
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) messages = g_string_new (NULL);
  g_autoptr (GString) header = g_string_new ("From: a@b\nX: ");
  MadoStructureLimits enough = { 201, 1000, 100000 };
  g_autoptr (MadoEntity) root = NULL;

  for (int i = 0; i < 1000000; i++)
    g_string_append (parts, "--b\n\n");
  assert_limit (parts, 100, 10000, 100000);
  for (int i = 0; i < 200; i++) {
    g_string_append_printf (deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    g_string_append (messages, "Content-Type: message/rfc822\n\n");
  }
  g_string_append (deep, "\nend\n");
  assert_limit (deep, 100, 10000, 100000);
  assert_limit (messages, 100, 10000, 100000);
  root = mado_structure_scan ((const guint8 *) deep->str, deep->len, "1", &enough, NULL);
  g_assert_nonnull (root);
  for (int i = 0; i < 200000; i++)
    g_string_append_c (header, 'x');
  g_string_append (header, "\n\nbody\n");
  assert_limit (header, 100, 10000, 100000);
}

/* Each header is below its cap; all of them are not. */
static void
test_all_headers (void)
{
  g_autoptr (GString) mail = g_string_new (MULTI ("b"));
  g_autofree char *value = g_strnfill (900, 'y');
  MadoStructureLimits limits = { 100, 10000, 1000 };
  g_autoptr (MadoEntity) root = NULL;

  for (int i = 0; i < 30; i++)
    g_string_append_printf (mail, "--b\nX: %s\n\nx\n", value);
  root = mado_structure_scan ((const guint8 *) mail->str, mail->len, "1", &limits, NULL);
  g_assert_nonnull (root);
  for (int i = 0; i < 20; i++)
    g_string_append_printf (mail, "--b\nX: %s\n\nx\n", value);
  assert_limit (mail, 100, 10000, 1000);
}

static void
test_mbox_line (void)
{
  const char *mail = "From a@b Sat Nov 21\nSubject: x\n\n";

  g_assert_cmpuint (mado_structure_mbox_line ((const guint8 *) mail, strlen (mail)), ==, 20);
  g_assert_cmpuint (mado_structure_mbox_line ((const guint8 *) "From: a@b\n", 10), ==, 0);
  g_assert_cmpuint (mado_structure_mbox_line ((const guint8 *) "From x", 6), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/mail/structure/", cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], test_shape);
  }
  g_test_add_func ("/mail/structure/raw", test_raw);
  g_test_add_func ("/mail/structure/raw-empty", test_raw_empty);
  g_test_add_func ("/mail/structure/limits", test_limits);
  g_test_add_func ("/mail/structure/all-headers", test_all_headers);
  g_test_add_func ("/mail/structure/mbox-line", test_mbox_line);
  return g_test_run ();
}
