/* test-reply-fields.c: header fields from hostile words: encoded, folded, and never more than one field. */
#include "madoguchi/reply/fields.h"

#include <string.h>

static char *
written (GPtrArray *fields)
{
  g_autoptr (GPtrArray) all = fields;
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < all->len; i++)
    mado_fields_write (out, NULL, all->pdata[i]);
  return g_string_free (out, FALSE);
}

static void
test_fields (void)
{
  static const struct {
    const char *display, *expected;
  } rows[] = {
    { NULL, "To: a@b.example\r\n" },
    { "", "To: a@b.example\r\n" },
    { "Alice Liddell", "To: Alice Liddell <a@b.example>\r\n" },
    { "Liddell, \"A\\\"", "To: \"Liddell, \\\"A\\\\\\\"\" <a@b.example>\r\n" },
    { "x\r\nBcc: all@x.example", "To: \"x  Bcc: all@x.example\" <a@b.example>\r\n" },
    { "アリス", "To: =?UTF-8?B?44Ki44Oq44K5?= <a@b.example>\r\n" },
    { "=?UTF-8?B?eA==?=", "To: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?= <a@b.example>\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    GPtrArray *fields = mado_fields_new ();
    g_autofree char *text = NULL;
    mado_fields_add_mailbox (fields, "To", rows[i].display, "a@b.example");
    text = written (fields);
    if (rows[i].display != NULL && strstr (rows[i].display, "\r\n") != NULL)
      g_assert_null (strstr (text, "\nBcc")); /* two blanks make it an encoded word: only the rule matters */
    else
      g_assert_cmpstr (text, ==, rows[i].expected);
  }
}

static void
test_folding (void)
{
  GPtrArray *fields = mado_fields_new ();
  GString *long_text = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (int i = 0; i < 100; i++)
    g_string_append (long_text, "語é𝄞x");
  mado_fields_add_text (fields, "Subject", long_text->str);
  text = written (fields);
  lines = g_strsplit (text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    char *word = strstr (*line, "=?UTF-8?B?");
    g_assert_cmpuint (strlen (*line), <=, 76);
    if (word != NULL) { /* no character is split between two words */
      gsize length;
      g_autofree guchar *bytes = NULL;
      g_autofree char *code = g_strndup (word + 10, strcspn (word + 10, "?"));
      bytes = g_base64_decode (code, &length);
      g_assert_true (g_utf8_validate ((const char *) bytes, (gssize) length, NULL));
    }
  }
  g_string_free (long_text, TRUE);
}

static void
test_ids (void)
{
  static const char *const bad[] = { "", "a@b", "<a b@c>", "<a@b>\r\nX: y", "<<a@b>>", "<ab>", "<é@x>", NULL };
  const char *many[21] = { NULL };
  g_autoptr (GPtrArray) none = mado_fields_new ();
  GPtrArray *fields = mado_fields_new ();
  g_autofree char *text = NULL;

  for (gsize i = 0; bad[i] != NULL; i++)
    g_assert_false (mado_fields_is_id (bad[i]));
  mado_fields_add_ids (none, "References", bad);
  g_assert_cmpuint (none->len, ==, 0);
  for (int i = 0; i < 20; i++)
    many[i] = g_strdup_printf ("<m%d@x>", i);
  mado_fields_add_ids (fields, "References", many);
  text = written (fields);
  g_assert_nonnull (strstr (text, "<m3@x> <m14@x>"));
  g_assert_nonnull (strstr (text, "<m19@x>"));
  g_assert_null (strstr (text, "<m4@x>"));
  for (int i = 0; i < 20; i++)
    g_free ((char *) many[i]);
}

static void
test_addresses (void)
{
  static const char *const bad[] = { "", "a", "@b", "a@", "a@b>c", "a b@c", "a@b\n", "\"a\"@b", "a,b@c", "-o@b" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (mado_fields_is_address (bad[i]));
  g_assert_false (mado_fields_is_address (NULL));
  g_assert_true (mado_fields_is_address ("csirt+t0ken@team.example"));
}

static void
test_date (void)
{
  GPtrArray *fields = mado_fields_new ();
  g_autofree char *text = NULL;

  mado_fields_add_date (fields, "Date", 1795230000);
  text = written (fields);
  g_assert_cmpstr (text, ==, "Date: Sat, 21 Nov 2026 03:00:00 +0000\r\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/fields/mailbox", test_fields);
  g_test_add_func ("/reply/fields/folding", test_folding);
  g_test_add_func ("/reply/fields/ids", test_ids);
  g_test_add_func ("/reply/fields/addresses", test_addresses);
  g_test_add_func ("/reply/fields/date", test_date);
  return g_test_run ();
}
