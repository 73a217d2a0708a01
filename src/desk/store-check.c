/* store-check.c: see store-check.h. Must never change a row. */
#include "madoguchi/desk/store-check.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-chain.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

struct _MadoStoreCheck {
  MadoStore *store;
  const GPtrArray *heads;
  gint64 last;                     /* row that was looked at */
  guint8 mac[MADO_VAULT_KEY_SIZE]; /* its hash */
  gint64 fits;                     /* the last row that a head names rightly */
  GHashTable *erased;              /* incident -> row: details are missing that no later line says to be erased */
  GHashTable *versions;            /* incident -> Seen: what the newest line about it says */
  MadoStoreFinding finding;
};

typedef struct {
  gint64 version, sequence;
} Seen;

MadoStoreCheck *
mado_store_check_new (MadoStore *store, const GPtrArray *heads)
{
  MadoStoreCheck *check = g_new0 (MadoStoreCheck, 1);

  check->store = store;
  check->heads = heads;
  check->erased = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  check->versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return check;
}

void
mado_store_check_free (MadoStoreCheck *check)
{
  if (check == NULL)
    return;
  g_hash_table_destroy (check->versions);
  g_hash_table_destroy (check->erased);
  g_free (check->finding.why);
  g_free (check);
}

static gboolean find_bad (MadoStoreCheck *check, gint64 row, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Only the first counts. Returns FALSE. */
static gboolean
find_bad (MadoStoreCheck *check, gint64 row, const char *format, ...)
{
  va_list arguments;

  if (check->finding.why != NULL)
    return FALSE;
  va_start (arguments, format);
  check->finding.why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  check->finding.bad = row;
  return FALSE;
}

static void
hex (const guint8 mac[MADO_VAULT_KEY_SIZE], char text[2 * MADO_VAULT_KEY_SIZE + 1])
{
  static const char digits[] = "0123456789abcdef";

  for (gsize i = 0; i < MADO_VAULT_KEY_SIZE; i++) {
    text[2 * i] = digits[mac[i] >> 4];
    text[2 * i + 1] = digits[mac[i] & 15];
  }
  text[2 * MADO_VAULT_KEY_SIZE] = '\0';
}

static gboolean
check_heads (MadoStoreCheck *check)
{
  char mac[2 * MADO_VAULT_KEY_SIZE + 1];

  hex (check->mac, mac);
  for (guint i = 0; i < check->heads->len; i++) {
    const MadoAuditHead *head = check->heads->pdata[i];
    if (head->sequence == check->last && g_strcmp0 (head->mac, mac) != 0)
      return find_bad (check, check->fits + 1,
                       "rows %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are not those that were signed: they were written anew",
                       check->fits + 1, check->last);
  }
  for (guint i = 0; i < check->heads->len; i++)
    if (((const MadoAuditHead *) check->heads->pdata[i])->sequence == check->last)
      check->fits = check->last;
  return TRUE;
}

/* NULL when the value is not that long. */
static const guint8 *
get_hash (MadoStatement *row, int column)
{
  return sqlite3_column_bytes (row, column) == MADO_VAULT_KEY_SIZE ? sqlite3_column_blob (row, column) : NULL;
}

/* Missing details are right when a later line says that what the ticket said was erased. */
static gboolean
note_missing (MadoStoreCheck *check, const MadoChainRow *row)
{
  if (row->incident == 0)
    return find_bad (check, row->sequence, "had details that were removed");
  if (!g_hash_table_contains (check->erased, &row->incident))
    g_hash_table_insert (check->erased, g_memdup2 (&row->incident, sizeof row->incident),
                         g_memdup2 (&row->sequence, sizeof row->sequence));
  return TRUE;
}

/* @details: as they were sealed. */
static gboolean
check_details (MadoStoreCheck *check, const MadoChainRow *row, const char *details, gboolean is_there)
{
  guint8 digest[MADO_VAULT_KEY_SIZE];

  if (row->digest == NULL)
    return !is_there || find_bad (check, row->sequence, "has details that were added");
  if (!is_there)
    return note_missing (check, row);
  mado_chain_digest (check->store, row->sequence, details, digest);
  return memcmp (digest, row->digest, sizeof digest) == 0 || find_bad (check, row->sequence, "has details that were changed");
}

static void
note_version (MadoStoreCheck *check, const MadoChainRow *row)
{
  if (row->incident == 0 || row->version == 0)
    return;
  Seen *seen = g_hash_table_lookup (check->versions, &row->incident);
  if (seen == NULL) {
    seen = g_new0 (Seen, 1);
    g_hash_table_insert (check->versions, g_memdup2 (&row->incident, sizeof row->incident), seen);
  }
  *seen = (Seen){ row->version, row->sequence };
}

static gboolean
check_row (MadoStoreCheck *check, MadoStatement *row)
{
  g_autofree char *login = mado_sql_text (row, 2), *word = mado_sql_text (row, 4), *outcome = mado_sql_text (row, 7);
  g_autofree char *details = mado_sql_text (row, 9);
  const guint8 *written = get_hash (row, 11);
  MadoChainRow fields = { .sequence = sqlite3_column_int64 (row, 0),
                          .date = sqlite3_column_int64 (row, 1),
                          .login = login,
                          .uid = sqlite3_column_int64 (row, 3),
                          .word = word,
                          .incident = sqlite3_column_int64 (row, 5),
                          .version = sqlite3_column_int64 (row, 6),
                          .outcome = outcome,
                          .times = sqlite3_column_int64 (row, 8),
                          .digest = get_hash (row, 10) };
  guint8 mac[MADO_VAULT_KEY_SIZE];

  if (fields.sequence != check->last + 1)
    return find_bad (check, check->last + 1, "is missing");
  mado_chain_mac (check->store, check->mac, &fields, mac);
  if (written == NULL || memcmp (mac, written, sizeof mac) != 0)
    return find_bad (check, fields.sequence, "was changed, or stands in another's place");
  if (!check_details (check, &fields, details, sqlite3_column_type (row, 12) != SQLITE_NULL))
    return FALSE;
  if (fields.uid == -1 && strcmp (word, "erased") == 0)
    g_hash_table_remove (check->erased, &fields.incident);
  check->last = fields.sequence;
  memcpy (check->mac, mac, sizeof mac);
  note_version (check, &fields);
  return check_heads (check);
}

/* What can only be said at the end: is the end the end, and are the incidents those that the lines tell of? */
static gboolean
check_end (MadoStoreCheck *check, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;
  gboolean is_tip;

  for (guint i = 0; i < check->heads->len; i++) {
    const MadoAuditHead *head = check->heads->pdata[i];
    if (head->sequence > check->last) {
      find_bad (check, check->last + 1, "is missing: a signed head tells of %" G_GINT64_FORMAT " rows", head->sequence);
      return TRUE;
    }
  }
  if (!mado_chain_check_tip (check->store, check->last, check->mac, &is_tip, error))
    return FALSE;
  if (!is_tip) {
    find_bad (check, check->last + 1, "is missing: the end was cut off");
    return TRUE;
  }
  g_hash_table_iter_init (&iter, check->erased);
  if (g_hash_table_iter_next (&iter, &key, &value)) {
    find_bad (check, *(gint64 *) value, "had details that were removed");
    return TRUE;
  }
  g_hash_table_iter_init (&iter, check->versions);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const Seen *seen = value;
    gint64 version;
    if (!mado_sql_number (check->store, &version, error, "SELECT version FROM incident WHERE id = ?", "i", *(gint64 *) key))
      return FALSE;
    if (version < seen->version) {
      find_bad (check, seen->sequence,
                "names version %" G_GINT64_FORMAT " of a ticket that has version %" G_GINT64_FORMAT ": an older state was put back",
                seen->version, version);
      return TRUE;
    }
  }
  return TRUE;
}

/* What does not open, or a database that is broken. */
static gboolean
is_finding (MadoStore *store)
{
  int code = sqlite3_errcode (store->db);

  return code == MADO_SQL_SEALED || (code & 0xff) == SQLITE_CORRUPT;
}

#define SELECT                                                                                                        \
  "SELECT a.id, a.date, a.login, a.uid, a.word, a.incident, a.version, a.outcome, a.times,"                           \
  " CASE WHEN a.digest IS NOT NULL THEN unseal ('audit.details', a.id, a.details) END, a.digest, a.mac, a.details" \
  " FROM audit a WHERE a.id > ?1 ORDER BY a.id LIMIT ?2"

gboolean
mado_store_check_step (MadoStoreCheck *check, guint rows, const MadoStoreFinding **finding, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (check->store, error, SELECT, "ii", check->last, (gint64) rows);
  guint n = 0;

  *finding = NULL;
  if (row == NULL)
    return FALSE;
  while (check->finding.why == NULL && mado_sql_step (check->store, row, &problem)) {
    n++;
    check_row (check, row);
  }
  if (problem != NULL && !is_finding (check->store)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (problem != NULL) /* what does not open is no trouble of ours, but a finding */
    find_bad (check, check->last + 1, "cannot be read: %s", problem->message);
  if (n == rows && check->finding.why == NULL)
    return TRUE;
  if (check->finding.why == NULL && !check_end (check, error))
    return FALSE;
  check->finding.rows = check->last;
  *finding = &check->finding;
  return TRUE;
}

/* --- heads ------------------------------------------------------------------------------------------------------ */

static GBytes *
unhex (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; text != NULL && text[i] != '\0' && text[i + 1] != '\0'; i += 2) {
    guint8 byte = (guint8) (g_ascii_xdigit_value (text[i]) << 4 | g_ascii_xdigit_value (text[i + 1]));
    g_byte_array_append (bytes, &byte, 1);
  }
  return g_byte_array_free_to_bytes (bytes);
}

static MadoAuditHead *
new_head (gint64 sequence, const guint8 mac[MADO_VAULT_KEY_SIZE], gint64 date)
{
  MadoAuditHead *head = mado_audit_head_new ();
  char text[2 * MADO_VAULT_KEY_SIZE + 1];

  hex (mac, text);
  head->sequence = sequence;
  head->mac = g_strdup (text);
  head->date = date;
  return head;
}

gboolean
mado_store_add_head (MadoStore *store, const MadoAuditHead *head, const char *text, GError **error)
{
  g_autoptr (GBytes) mac = unhex (head->mac);

  return mado_sql_run (store, error, "INSERT OR REPLACE INTO audit_head (last, mac, date, text) VALUES (?, ?, ?, ?)", "ibis",
                       head->sequence, mac, head->date, text);
}

static MadoAuditHead *
read_head (MadoStatement *row)
{
  static const guint8 none[MADO_VAULT_KEY_SIZE] = { 0 };
  const guint8 *mac = get_hash (row, 1);

  return new_head (sqlite3_column_int64 (row, 0), mac != NULL ? mac : none, sqlite3_column_int64 (row, 2));
}

GPtrArray *
mado_store_list_heads (MadoStore *store, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_audit_head_free);
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, "SELECT last, mac, date FROM audit_head ORDER BY last", "");

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, read_head (row));
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

char *
mado_store_last_head (MadoStore *store, MadoAuditHead **head, GError **error)
{
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT last, mac, date, text FROM audit_head ORDER BY last DESC LIMIT 1", "");

  if (row == NULL || !mado_sql_step (store, row, error))
    return NULL;
  *head = read_head (row);
  return mado_sql_text (row, 3);
}

MadoAuditHead *
mado_store_make_head (MadoStore *store, gint64 now, GError **error)
{
  guint8 mac[MADO_VAULT_KEY_SIZE];
  gint64 last;

  if (!mado_chain_end (store, &last, mac, error))
    return NULL;
  if (last != 0)
    return new_head (last, mac, now);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "the audit is empty");
  return NULL;
}
