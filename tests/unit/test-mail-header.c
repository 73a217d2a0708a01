/* The fields of one header: found, unfolded, decoded, and never taken for more than they are. */
#include "madoguchi/mail/header.h"

#include <gmime/gmime.h>
#include <string.h>
#include <time.h>

static MadoEntity *
scan (const char *header)
{
  MadoStructureLimits limits = { 100, 1000, 65536 };
  g_autoptr (GError) error = NULL;
  MadoEntity *root = mado_structure_scan ((const guint8 *) header, strlen (header), "1", &limits, &error);

  g_assert_no_error (error);
  return root;
}

static void
test_raw (void)
{
  static const char header[] = "Subject: one\r\n two\r\nX-Subject: other\r\nSUBJECT : second\r\nEmpty:\r\n\r\nSubject: body\r\n";
  g_autoptr (MadoEntity) entity = scan (header);
  g_autofree char *first = mado_header_raw (entity, "subject", 0);
  g_autofree char *none = mado_header_raw (entity, "Subject", 2);
  g_autofree char *prefix = mado_header_raw (entity, "Subj", 0);

  g_assert_nonnull (first);
  g_strstrip (first);
  g_assert_cmpstr (first, ==, "one two");
  g_assert_cmpstr (none, ==, NULL); /* what stands in the body is no field */
  g_assert_cmpstr (prefix, ==, NULL);
  g_assert_true (mado_header_has_prefix (entity, "x-sub"));
  g_assert_false (mado_header_has_prefix (entity, "List-"));
}

static void
test_text (void)
{
  static const char *const table[][2] = {
    { "plain", "plain" },
    { "=?UTF-8?B?56qT5Y+j?=", "窓口" },
    { "=?iso-2022-jp?B?GyRCQWs4fRsoQg==?=", "窓口" },
    { "=?UTF-8?Q?a=20b?= =?UTF-8?Q?c?=", "a bc" }, /* the blank between two of them goes (RFC 2047, 6.2) */
    { "=?nonsense", "=?nonsense" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *header = g_strdup_printf ("Subject: %s\r\n\r\n", table[i][0]);
    g_autoptr (MadoEntity) entity = scan (header);
    g_autofree char *text = mado_header_text (entity, "Subject");
    g_assert_cmpstr (text, ==, table[i][1]);
  }
}

static void
test_params (void)
{
  static const char header[] = "Content-Type: application/PDF; name=\"x.pdf\"\r\n"
                               "Content-Disposition: Attachment; filename*=UTF-8''%E7%AA%93%E5%8F%A3.pdf\r\n"
                               "Content-Transfer-Encoding: BASE64\r\n\r\n";
  g_autoptr (MadoEntity) entity = scan (header);
  g_autofree char *type = mado_header_content_type (entity, "text/plain");
  g_autofree char *name = mado_header_param (entity, "Content-Type", "NAME");
  g_autofree char *missing = mado_header_param (entity, "Content-Type", "charset");
  g_autofree char *filename = mado_header_filename (entity);
  g_autoptr (MadoEntity) bare = scan ("From: a@b\r\n\r\n");
  g_autofree char *fallback = mado_header_content_type (bare, "text/plain");

  g_assert_cmpstr (type, ==, "application/pdf");
  g_assert_cmpstr (name, ==, "x.pdf");
  g_assert_cmpstr (missing, ==, NULL);
  g_assert_cmpstr (filename, ==, "窓口.pdf"); /* the disposition's name goes before the type's */
  g_assert_true (mado_header_is_attachment (entity));
  g_assert_cmpint (mado_header_encoding (entity), ==, MADO_ENCODING_BASE64);
  g_assert_cmpstr (fallback, ==, "text/plain");
  g_assert_false (mado_header_is_attachment (bare));
  g_assert_cmpint (mado_header_encoding (bare), ==, MADO_ENCODING_NONE);
  g_assert_null (mado_header_filename (bare));
}

static void
test_mailboxes (void)
{
  static const char header[] = "From: \"a@evil.example\" <alice@x.example>\r\n"
                               "To: Team: bob@x.example, \"C, D\" <c@x.example>;, e@x.example\r\n\r\n";
  g_autoptr (MadoEntity) entity = scan (header);
  g_autoptr (GPtrArray) from = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  g_autoptr (GPtrArray) to = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);

  mado_header_mailboxes (entity, "From", from);
  g_assert_cmpuint (from->len, ==, 1);
  g_assert_cmpstr (((MadoMailbox *) from->pdata[0])->address, ==, "alice@x.example"); /* the name is not the address */
  g_assert_cmpstr (((MadoMailbox *) from->pdata[0])->name, ==, "a@evil.example");
  mado_header_mailboxes (entity, "To", to);
  g_assert_cmpuint (to->len, ==, 3); /* a group is what is in it */
  g_assert_cmpstr (((MadoMailbox *) to->pdata[1])->address, ==, "c@x.example");
}

/* Groups inside groups end a parser that calls itself; bare words make one slow. */
static void
test_hostile_mailboxes (void)
{
  static const char *const pieces[] = { "a:", "a,", "\"a\",", "\xff," };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
    g_autoptr (GString) header = g_string_new ("From: a@b\r\nTo: e@x.example, ");
    g_autoptr (GPtrArray) to = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
    g_autoptr (MadoEntity) entity = NULL;
    clock_t start = clock ();

    while (header->len < 60000)
      g_string_append (header, pieces[i]);
    g_string_append (header, "\r\n\r\n");
    entity = scan (header->str);
    mado_header_mailboxes (entity, "To", to);
    g_assert_cmpuint (to->len, <=, 2000);
    g_assert_cmpstr (((MadoMailbox *) to->pdata[0])->address, ==, "e@x.example");
    g_assert_cmpint (clock () - start, <, 3 * CLOCKS_PER_SEC);
  }
}

static void
test_ids (void)
{
  g_autoptr (MadoEntity) entity = scan ("References: <1@x> junk <2@x>\r\n <3@x>\r\nReferences: <4@x>\r\n\r\n");
  g_auto (GStrv) all = mado_header_message_ids (entity, "References", 10);
  g_auto (GStrv) two = mado_header_message_ids (entity, "References", 2);
  g_autofree char *joined = g_strjoinv (" ", all);

  g_assert_cmpstr (joined, ==, "<1@x> <2@x> <3@x> <4@x>");
  g_assert_cmpuint (g_strv_length (two), ==, 2);
}

/* U+FFFD that we had to write is told; one that somebody else wrote before is text. */
static void
test_broken (void)
{
  g_autoptr (MadoEntity) entity = scan ("A: =?Shift_JIS?Q?=91=8B=FF=8C=FB?=\r\nB: \xef\xbf\xbd\r\nC: \x83\x65\x83\x58\x83\x67\r\n\r\n");

  g_assert_true (mado_header_is_broken (entity, "A"));
  g_assert_false (mado_header_is_broken (entity, "B"));
  g_assert_false (mado_header_is_broken (entity, "C"));
  g_assert_false (mado_header_is_broken (entity, "D"));
}

int
main (int argc, char **argv)
{
  g_mime_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/header/raw", test_raw);
  g_test_add_func ("/mail/header/text", test_text);
  g_test_add_func ("/mail/header/params", test_params);
  g_test_add_func ("/mail/header/mailboxes", test_mailboxes);
  g_test_add_func ("/mail/header/hostile-mailboxes", test_hostile_mailboxes);
  g_test_add_func ("/mail/header/ids", test_ids);
  g_test_add_func ("/mail/header/broken", test_broken);
  return g_test_run ();
}
