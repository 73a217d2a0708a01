/* statements.c: see statements.h. */
#include "madoguchi/pgp/statements.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX (64 * 1024 * 1024)
#define NAME_MAX_BYTES 64
#define PINS "madoguchi-pins"
#define OTHERS "madoguchi-statements"
/* Maximum of the list in a key (model/key.c). */
#define ITEMS_MAX 1000

typedef struct {
  char *kind, *subject, *fingerprint, *by; /* subject and by: NULL when there is none */
  gint64 made;
} Row;

struct _MadoStatements {
  GPtrArray *rows;      /* of Row, in the order they were made */
  GHashTable *by_key;   /* fingerprint -> GPtrArray of Row (borrowed); made when it is needed, NULL after a change */
  gboolean has_changed[2]; /* pins, others */
};

static void
row_free (Row *row)
{
  g_free (row->kind);
  g_free (row->subject);
  g_free (row->fingerprint);
  g_free (row->by);
  g_free (row);
}

static gboolean
is_pin (const char *kind)
{
  return strcmp (kind, "pin") == 0;
}

/* One key speaks for one subject. */
static gboolean
is_exclusive (const char *kind)
{
  return is_pin (kind) || strcmp (kind, "map") == 0;
}

/* (transfer full, nullable) @by as it may stand in a line. */
static char *
clean_name (const char *by)
{
  gsize length = by == NULL ? 0 : strlen (by);

  if (length == 0 || length > NAME_MAX_BYTES)
    return NULL;
  for (const char *p = by; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._@-", *p) == NULL)
      return NULL;
  return g_strdup (by);
}

static gint64
read_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) when = text == NULL ? NULL : g_date_time_new_from_iso8601 (text, utc);

  return when == NULL ? 0 : MAX (0, g_date_time_to_unix (when));
}

static void
add_row (MadoStatements *statements, const char *kind, const char *subject, const char *fingerprint, gint64 made,
         const char *by)
{
  Row *row = g_new0 (Row, 1);

  row->kind = g_strdup (kind);
  row->subject = subject == NULL ? NULL : g_ascii_strdown (subject, -1);
  row->fingerprint = g_ascii_strup (fingerprint, -1);
  row->made = made;
  row->by = clean_name (by);
  g_ptr_array_add (statements->rows, row);
}

/* "KIND SUBJECT FINGERPRINT TIME BY"; a pin's line has no kind. */
static void
read_line (MadoStatements *statements, const char *line, gboolean is_pins)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 6);
  guint at = is_pins ? 0 : 1, count = g_strv_length (words);
  const char *subject;

  if (line[0] == '#' || count < at + 2 || (!is_pins && is_pin (words[0])))
    return;
  subject = strcmp (words[at], "-") == 0 ? NULL : words[at];
  add_row (statements, is_pins ? "pin" : words[0], subject, words[at + 1], read_time (count > at + 2 ? words[at + 2] : NULL),
           count > at + 3 ? words[at + 3] : NULL);
}

static gboolean
read_file (MadoStatements *statements, const char *directory, const char *name, gboolean is_pins, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (access (path, F_OK) != 0 && errno == ENOENT)
    return TRUE;
  if (!mado_fsio_read_file (path, FILE_BYTES_MAX, &bytes, error))
    return FALSE;
  text = mado_text_of_bytes (bytes);
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_utf8_validate (*line, -1, NULL))
      read_line (statements, *line, is_pins);
  return TRUE;
}

MadoStatements *
mado_statements_read (const char *directory, GError **error)
{
  g_autoptr (MadoStatements) statements = g_new0 (MadoStatements, 1);

  statements->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  if (!read_file (statements, directory, PINS, TRUE, error) || !read_file (statements, directory, OTHERS, FALSE, error))
    return NULL;
  return g_steal_pointer (&statements);
}

void
mado_statements_free (MadoStatements *statements)
{
  if (statements == NULL)
    return;
  g_clear_pointer (&statements->by_key, g_hash_table_unref);
  g_ptr_array_unref (statements->rows);
  g_free (statements);
}

static void
note_change (MadoStatements *statements, const char *kind)
{
  g_clear_pointer (&statements->by_key, g_hash_table_unref);
  statements->has_changed[is_pin (kind) ? 0 : 1] = TRUE;
}

guint
mado_statements_drop (MadoStatements *statements, const char *kind, const char *subject, const char *fingerprint)
{
  guint count = 0;

  for (guint i = statements->rows->len; i > 0; i--) {
    const Row *row = statements->rows->pdata[i - 1];
    if (kind != NULL ? strcmp (row->kind, kind) != 0 : strcmp (row->kind, "distrusted") == 0)
      continue;
    if ((subject != NULL && (row->subject == NULL || g_ascii_strcasecmp (row->subject, subject) != 0))
        || (fingerprint != NULL && g_ascii_strcasecmp (row->fingerprint, fingerprint) != 0))
      continue;
    note_change (statements, row->kind);
    g_ptr_array_remove_index (statements->rows, i - 1);
    count++;
  }
  return count;
}

static gboolean
has_row (const MadoStatements *statements, const char *address, const char *fingerprint, const char *older)
{
  for (guint i = 0; i < statements->rows->len; i++) {
    const Row *row = statements->rows->pdata[i];
    if (strcmp (row->kind, "successor") == 0 && g_ascii_strcasecmp (row->fingerprint, fingerprint) == 0
        && g_strcmp0 (row->by, older) == 0 && row->subject != NULL && g_ascii_strcasecmp (row->subject, address) == 0)
      return TRUE;
  }
  return FALSE;
}

void
mado_statements_set (MadoStatements *statements, const char *kind, const char *subject, const char *fingerprint,
                     const char *by, gint64 now)
{
  /* A key may come after several others. */
  if (strcmp (kind, "successor") == 0 && has_row (statements, subject, fingerprint, by))
    return;
  if (strcmp (kind, "successor") != 0)
    mado_statements_drop (statements, kind, subject, is_exclusive (kind) ? NULL : fingerprint);
  add_row (statements, kind, subject, fingerprint, now, by);
  note_change (statements, kind);
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const Row *left = *(const Row *const *) a, *right = *(const Row *const *) b;
  int by_kind = strcmp (left->kind, right->kind);
  int by_subject = by_kind != 0 ? by_kind : g_strcmp0 (left->subject, right->subject);

  return by_subject != 0 ? by_subject : strcmp (left->fingerprint, right->fingerprint);
}

static gboolean
write_file (const MadoStatements *statements, const char *directory, gboolean is_pins, GError **error)
{
  g_autofree char *path = g_build_filename (directory, is_pins ? PINS : OTHERS, NULL);
  g_autoptr (GString) text = g_string_new (
      is_pins ? "# Pinned keys: address, fingerprint, time, member. Written by madoguchi-keyring.\n"
              : "# What the team says of keys: kind, subject, fingerprint, time, member. Written by madoguchi-keyring.\n");
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (statements->rows, NULL, NULL);
  g_autoptr (GBytes) bytes = NULL;

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_rows);
  for (guint i = 0; i < sorted->len; i++) {
    const Row *row = sorted->pdata[i];
    g_autofree char *made = mado_text_time (row->made);
    if (is_pin (row->kind) == is_pins)
      g_string_append_printf (text, "%s%s%s %s %s%s%s\n", is_pins ? "" : row->kind, is_pins ? "" : " ",
                              row->subject != NULL ? row->subject : "-", row->fingerprint, made, row->by != NULL ? " " : "",
                              row->by != NULL ? row->by : "");
  }
  bytes = g_bytes_new (text->str, text->len);
  return mado_fsio_replace (path, bytes, 0644, error);
}

gboolean
mado_statements_write (const MadoStatements *statements, const char *directory, GError **error)
{
  return (!statements->has_changed[0] || write_file (statements, directory, TRUE, error))
         && (!statements->has_changed[1] || write_file (statements, directory, FALSE, error));
}

static GPtrArray *
rows_of (const MadoStatements *const_statements, const char *fingerprint)
{
  MadoStatements *statements = (MadoStatements *) const_statements; /* a cache changes nothing that can be seen */

  if (statements->by_key == NULL) {
    statements->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
    for (guint i = 0; i < statements->rows->len; i++) {
      Row *row = statements->rows->pdata[i];
      GPtrArray *list = g_hash_table_lookup (statements->by_key, row->fingerprint);
      if (list == NULL) {
        list = g_ptr_array_new ();
        g_hash_table_insert (statements->by_key, row->fingerprint, list);
      }
      g_ptr_array_add (list, row);
    }
  }
  return g_hash_table_lookup (statements->by_key, fingerprint);
}

/* The team's word for an address that a user ID of @key still names. */
static void
certify_users (MadoKey *key, const char *address)
{
  for (guint i = 0; i < key->users->len; i++) {
    MadoKeyUser *user = key->users->pdata[i];
    if (user->is_revoked || user->address == NULL || !mado_text_same_address (user->address, address)
        || user->validity >= MADO_VALIDITY_FULL)
      continue;
    user->validity = MADO_VALIDITY_FULL;
    g_free (user->vouched_by);
    user->vouched_by = g_strdup ("certified");
  }
}

void
mado_statements_apply (const MadoStatements *statements, MadoKey *key)
{
  GPtrArray *rows = rows_of (statements, key->fingerprint);
  g_autoptr (GStrvBuilder) pinned = g_strv_builder_new ();

  for (guint i = 0; rows != NULL && i < rows->len && i < ITEMS_MAX; i++) {
    const Row *row = rows->pdata[i];
    MadoKeyStatement *statement = mado_key_statement_new ();

    statement->kind = g_strdup (row->kind);
    statement->subject = g_strdup (row->subject);
    statement->made = row->made;
    statement->by = g_strdup (row->by);
    g_ptr_array_add (key->statements, statement);
    if (is_pin (row->kind) && row->subject != NULL)
      g_strv_builder_add (pinned, row->subject);
    else if (strcmp (row->kind, "certified") == 0 && row->subject != NULL)
      certify_users (key, row->subject);
    else if (strcmp (row->kind, "distrusted") == 0)
      key->is_distrusted = TRUE;
  }
  g_strfreev (key->pinned);
  key->pinned = g_strv_builder_end (pinned);
}

char **
mado_statements_distrusted (const MadoStatements *statements)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  for (guint i = 0; i < statements->rows->len; i++) {
    const Row *row = statements->rows->pdata[i];
    if (strcmp (row->kind, "distrusted") == 0)
      g_strv_builder_add (found, row->fingerprint);
  }
  return g_strv_builder_end (found);
}
