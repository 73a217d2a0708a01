/* store-audit.c: see store-audit.h. What is hashed must never change for rows that are written: see append (). */
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/desk/store-chain.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define SALT_BYTES 20

/* (transfer full, nullable) the details as text: a line of random digits, so that nobody can try out what they were by their hash
 * once they are erased; then a line for each. */
static char *
write_details (char *const *details)
{
  g_autoptr (GString) out = NULL;

  if (details == NULL || details[0] == NULL)
    return NULL;
  g_autofree char *salt = mado_qid_random_token (SALT_BYTES); /* of the kernel: from other lines nobody reckons it */
  out = g_string_new (salt);
  for (; details[0] != NULL && details[1] != NULL; details += 2)
    g_string_append_printf (out, "\n%s=%s", details[0], details[1]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char **
read_details (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
    char *sign = strchr (lines[i], '=');
    if (sign == NULL)
      continue;
    *sign = '\0';
    g_strv_builder_add (builder, lines[i]);
    g_strv_builder_add (builder, sign + 1);
  }
  return g_strv_builder_end (builder);
}

gboolean
mado_store_load_version (MadoStore *store, gint64 incident, gint64 *version, GError **error)
{
  return mado_sql_number (store, version, error, "SELECT version FROM incident WHERE id = ?", "i", incident);
}

gboolean
mado_store_add_audit (MadoStore *store, const MadoAuditRecord *record, gboolean is_change, GError **error)
{
  MadoChainRow row = { .date = record->date,
                       .login = record->member,
                       .uid = record->uid,
                       .word = record->word,
                       .incident = record->incident,
                       .version = record->version,
                       .outcome = mado_audit_outcome_names[record->outcome],
                       .times = MAX (record->times, 1) };
  g_autofree char *details = write_details (record->details);
  guint8 last[MADO_VAULT_KEY_SIZE], digest[MADO_VAULT_KEY_SIZE], mac[MADO_VAULT_KEY_SIZE];

  if (is_change && record->incident != 0 && !mado_store_load_version (store, record->incident, &row.version, error))
    return FALSE;
  if (!mado_chain_end (store, &row.sequence, last, error))
    return FALSE;
  row.sequence++;
  if (details != NULL)
    mado_chain_digest (store, row.sequence, details, digest);
  row.digest = details != NULL ? digest : NULL;
  mado_chain_mac (store, last, &row, mac);
  g_autoptr (GBytes) digest_bytes = details != NULL ? g_bytes_new (digest, sizeof digest) : NULL;
  g_autoptr (GBytes) mac_bytes = g_bytes_new (mac, sizeof mac);
  return mado_sql_run (store, error,
                       "INSERT INTO audit (id, date, login, uid, word, incident, version, outcome, times, details, digest, mac)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, nullif (?6, 0), ?7, ?8, ?9, seal ('audit.details', ?1, ?10), ?11, ?12)",
                       "iisisiisisbb", row.sequence, row.date, row.login, row.uid, row.word, row.incident, row.version,
                       row.outcome, row.times, details, digest_bytes, mac_bytes)
         && mado_chain_set_tip (store, row.sequence, mac, error);
}

gboolean
mado_store_add_act (MadoStore *store, const char *word, gint64 incident, const char *name, const char *value, gint64 now,
                    GError **error)
{
  g_autoptr (MadoAuditRecord) record = mado_audit_record_new ();

  record->date = now;
  record->uid = -1;
  record->word = g_strdup (word);
  record->incident = incident;
  mado_audit_record_add (record, name, value);
  return mado_store_add_audit (store, record, TRUE, error);
}

static MadoAuditOutcome
find_outcome (const char *name)
{
  for (int i = 0; mado_audit_outcome_names[i] != NULL; i++)
    if (strcmp (mado_audit_outcome_names[i], name) == 0)
      return (MadoAuditOutcome) i;
  return MADO_AUDIT_FAILED; /* somebody changed it: the chain tells */
}

static MadoAuditRecord *
read_record (MadoStore *store, MadoStatement *row)
{
  MadoAuditRecord *record = mado_audit_record_new ();
  gboolean is_damaged = FALSE;
  g_autofree char *outcome = mado_sql_text (row, 8), *details = mado_sql_peeked (row, 10, &is_damaged), *number = mado_sql_text (row, 6);

  record->sequence = sqlite3_column_int64 (row, 0);
  record->date = sqlite3_column_int64 (row, 1);
  record->member = mado_sql_text (row, 2);
  record->uid = sqlite3_column_int64 (row, 3);
  record->word = mado_sql_text (row, 4);
  record->incident = sqlite3_column_int64 (row, 5);
  record->ticket = number != NULL ? g_strdup_printf ("%s #%s", store->prefix, number) : NULL;
  record->version = sqlite3_column_int64 (row, 7);
  record->outcome = find_outcome (outcome);
  record->times = sqlite3_column_int64 (row, 9);
  record->is_erased = details == NULL && !is_damaged && sqlite3_column_type (row, 11) != SQLITE_NULL;
  g_strfreev (record->details);
  record->details = read_details (details);
  return record;
}

GPtrArray *
mado_store_list_audit (MadoStore *store, const MadoAuditQuery *query, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_audit_record_free);
  g_autoptr (GString) sql = g_string_new (
      "SELECT a.id, a.date, a.login, a.uid, a.word, a.incident, i.number, a.version, a.outcome, a.times,"
      " peek ('audit.details', a.id, a.details), a.digest FROM audit a LEFT JOIN incident i ON i.id = a.incident WHERE a.id < ?1");

  /* What is not asked for must not stand there: each question then goes by the index that fits it. */
  g_string_append (sql, query->incident != 0 ? " AND a.incident IN (SELECT id FROM incident WHERE ?2 IN (id, merged_into))" : " AND ?2 IS NOT NULL");
  g_string_append (sql, query->member != NULL ? " AND a.login = ?3" : " AND ?3 IS NULL");
  g_string_append (sql, query->since != 0 ? " AND a.date >= ?4" : " AND ?4 IS NOT NULL");
  g_string_append (sql, " ORDER BY a.id DESC LIMIT ?5");
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, sql->str, "iisii", query->after > 0 ? query->after : G_MAXINT64, query->incident,
                        query->member, query->since, query->limit);
  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, read_record (store, row));
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
