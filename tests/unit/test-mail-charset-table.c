/* The table of texts: what mail of all kinds holds, byte by byte, and the exact text that people must read. The rows
 * stand in charset-table.tsv, which says itself what its columns mean. */
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"

#include <gmime/gmime.h>
#include <string.h>

enum { NAME, LANGUAGE, KIND, LABEL, BYTES, TEXT, NOTES, COLUMNS };

/* (transfer full) @text with its \xNN, \e, \r, \n, \t and \\ read. */
static GBytes *
unescape (const char *text)
{
  GByteArray *out = g_byte_array_new ();

  for (; *text != '\0'; text++) {
    guint8 c = (guint8) *text;
    if (c == '\\') {
      const char *found = strchr ("e\033r\rn\nt\t\\\\", *++text);
      if (*text == 'x') {
        g_assert_true (g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]));
        c = (guint8) (g_ascii_xdigit_value (text[1]) * 16 + g_ascii_xdigit_value (text[2]));
        text += 2;
      } else {
        g_assert_nonnull (found);
        c = (guint8) found[1];
      }
    }
    g_byte_array_append (out, &c, 1);
  }
  return g_byte_array_free_to_bytes (out);
}

static guint
read_notes (const char *letters)
{
  guint notes = 0;

  for (; *letters != '\0'; letters++)
    notes |= *letters == 'B'   ? MADO_CHARSET_BROKEN
             : *letters == 'O' ? MADO_CHARSET_OVERRULED
             : *letters == 'U' ? MADO_CHARSET_UNKNOWN
             : *letters == '7' ? MADO_CHARSET_UTF7
                               : 0;
  return notes;
}

/* A mail that holds @bytes where a row of @kind says. */
static GByteArray *
make_mail (const char *kind, const char *label, GBytes *bytes)
{
  static const struct {
    const char *kind, *before, *after;
  } shapes[] = { { "subject", "Subject: ", "\r\n\r\n" },
                 { "from", "From: ", "\r\n\r\n" },
                 { "disposition", "Content-Disposition: attachment; ", "\r\n\r\n" },
                 { "type", "Content-Type: application/octet-stream; ", "\r\n\r\n" },
                 { "body", "\r\n", "" },
                 { "html", "\r\n", "" } };
  GByteArray *mail = g_byte_array_new ();
  g_autofree char *type = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++) {
    if (!g_str_equal (kind, shapes[i].kind))
      continue;
    if (shapes[i].after[0] == '\0') {
      type = g_strdup_printf ("Content-Type: text/%s%s%s\r\n", g_str_equal (kind, "html") ? "html" : "plain",
                              g_str_equal (label, "-") ? "" : "; charset=", g_str_equal (label, "-") ? "" : label);
      g_byte_array_append (mail, (const guint8 *) type, (guint) strlen (type));
    }
    g_byte_array_append (mail, (const guint8 *) shapes[i].before, (guint) strlen (shapes[i].before));
    g_byte_array_append (mail, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
    g_byte_array_append (mail, (const guint8 *) shapes[i].after, (guint) strlen (shapes[i].after));
  }
  g_assert_cmpuint (mail->len, >, 0); /* a kind that is not in the list */
  return mail;
}

static char *
read_name (const MadoEntity *entity)
{
  g_autoptr (GPtrArray) from = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);

  mado_header_mailboxes (entity, "From", from);
  g_assert_cmpuint (from->len, ==, 1);
  g_assert_cmpstr (((MadoMailbox *) from->pdata[0])->address, ==, "a@example.jp");
  return g_strdup (((MadoMailbox *) from->pdata[0])->name);
}

static void
test_row (gconstpointer data)
{
  char **row = (char **) data;
  g_autoptr (GBytes) bytes = unescape (row[BYTES]), wanted = unescape (row[TEXT]);
  g_autoptr (GByteArray) mail = make_mail (row[KIND], row[LABEL], bytes);
  g_autofree char *want = g_strndup (g_bytes_get_data (wanted, NULL), g_bytes_get_size (wanted));
  g_autofree char *text = NULL, *used = NULL;
  MadoStructureLimits limits = { 100, 1000, 65536 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEntity) entity = mado_structure_scan (mail->data, mail->len, "1", &limits, &error);
  guint notes = 0;

  g_assert_no_error (error);
  if (g_str_equal (row[KIND], "subject"))
    text = mado_header_text (entity, "Subject");
  else if (g_str_equal (row[KIND], "from"))
    text = read_name (entity);
  else if (g_str_equal (row[KIND], "disposition") || g_str_equal (row[KIND], "type"))
    text = mado_header_filename (entity);
  else
    text = mado_content_text (entity, &used, &notes);
  g_assert_cmpstr (text, ==, want);
  g_assert_cmpuint (notes, ==, read_notes (row[NOTES]));
}

/* The rows, each an array of strings. */
static GPtrArray *
read_table (void)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (MADO_TABLE, &table, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (table, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] == '#' || lines[i][0] == '\0')
      continue;
    char **row = g_strsplit (lines[i], "\t", -1);
    if (g_strv_length (row) != COLUMNS)
      g_error ("charset-table.tsv: %s has %u columns", lines[i], g_strv_length (row));
    g_ptr_array_add (rows, row);
  }
  return rows;
}

static void
test_share (gconstpointer data)
{
  const GPtrArray *rows = data;
  guint japanese = 0;

  for (guint i = 0; i < rows->len; i++)
    japanese += g_str_equal (((char **) rows->pdata[i])[LANGUAGE], "ja");
  g_test_message ("%u rows, %u of them Japanese", rows->len, japanese);
  g_assert_cmpuint (rows->len, >=, 100);
  g_assert_cmpuint (japanese * 2, >, rows->len);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) rows = NULL;

  g_mime_init ();
  g_test_init (&argc, &argv, NULL);
  rows = read_table ();
  for (guint i = 0; i < rows->len; i++) {
    char **row = rows->pdata[i];
    g_autofree char *path = g_strdup_printf ("/mail/charset-table/%s/%s", row[KIND], row[NAME]);
    g_test_add_data_func (path, row, test_row);
  }
  g_test_add_data_func ("/mail/charset-table/share", rows, test_share);
  return g_test_run ();
}
