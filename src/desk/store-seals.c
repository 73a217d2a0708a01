/* store-seals.c: see store-seals.h. Called by `doctor`; must never change anything, nor keep what it opened. */
#include "madoguchi/desk/store-seals.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define PIECE 200 /* keys that are looked at between two looks at the clock */

#define IS_NOT(key, hash) "(" key " IS NOT " hash ")"
#define TEXT_KEY(purpose, table, row, column) "lower (hex (keyed ('" purpose "', peek ('" table "." column "', " row ", " column "))))"
#define KEY(purpose, table, row, column) "keyed ('" purpose "', peek ('" table "." column "', " row ", " column "))"
#define INDICATOR_ROW "message || '.' || type || '.' || hex (value_key)"
#define KNOWN_KEY_ROW "hex (address_key) || '.' || protocol"

const MadoSealedTable mado_sealed_tables[] = {
  { "incident", "id", "number", { "token", "subject", "reporter", "external_ids", "tags", "constituencies", "restricted_why", "hold_why" },
    IS_NOT ("token_key", TEXT_KEY ("token", "incident", "number", "token")) },
  { "message", "id", "queue_id",
    { "envelope", "report", "key_warning", "sha256", "message_id", "content_sha256", "sender", "signer", "subject", "reason" },
    IS_NOT ("message_id_key", KEY ("message-id", "message", "queue_id", "message_id"))
    " OR " IS_NOT ("sender_key", KEY ("address", "message", "queue_id", "sender"))
    " OR " IS_NOT ("signer_key", KEY ("fingerprint", "message", "queue_id", "signer"))
    " OR " IS_NOT ("subject_key", KEY ("subject", "message", "queue_id", "subject")) },
  { "outbox", "id", "id", { "message_id", "recipient", "reply", "sealed", "last_error" },
    IS_NOT ("message_id_key", TEXT_KEY ("message-id", "outbox", "id", "message_id"))
    " OR " IS_NOT ("recipient_key", KEY ("address", "outbox", "id", "recipient")) },
  { "entry", "id", "id", { "text" }, NULL },
  { "decision", "id", "id", { "value", "rule", "because" }, IS_NOT ("value_key", KEY ("decision", "decision", "id", "value")) },
  { "indicator", "message", INDICATOR_ROW, { "value" }, IS_NOT ("value_key", KEY ("indicator", "indicator", INDICATOR_ROW, "value")) },
  { "known_key", NULL, KNOWN_KEY_ROW, { "address", "fingerprint" },
    IS_NOT ("address_key", KEY ("address", "known_key", KNOWN_KEY_ROW, "address"))
    " OR " IS_NOT ("fingerprint_key", KEY ("fingerprint", "known_key", KNOWN_KEY_ROW, "fingerprint")) },
  { "feed", "message", "message || '.' || record", { "organization", "domain", "report_id" }, NULL },
  { "draft", "id", "id", { "content" }, NULL },
  { "reply_file", "id", "id", { "content" }, NULL },
  { "credential", NULL, "login", { "password", "totp", "new_password", "new_totp" }, NULL },
  { "access_token", NULL, "id", { "name" },
    IS_NOT ("name_key", "keyed ('token-name', login || ' ' || peek ('access_token.name', id, name))") },
  { "saved_view", NULL, "id", { "name", "query" },
    IS_NOT ("name_key", "keyed ('view-name', coalesce (login, '') || ' ' || peek ('saved_view.name', id, name))") },
  { "audit", "id", "id", { "details" }, NULL },
  { "vault_check", NULL, "id", { "sealed" }, NULL },
  { "member", NULL, "login", { "name", "fingerprint", "languages" }, NULL },
  { NULL, NULL, NULL, { NULL }, NULL },
};

void
mado_seals_clear (MadoSeals *round)
{
  g_free (round->first);
  *round = (MadoSeals) { 0 };
}

/* (transfer full) for one piece: rows, those of which something is wrong, and the first of these. */
static char *
make_query (const MadoSealedTable *table)
{
  g_autoptr (GString) bad = g_string_new (table->wrong != NULL ? table->wrong : "0");

  for (guint i = 0; i < G_N_ELEMENTS (table->columns) && table->columns[i] != NULL; i++)
    g_string_append_printf (bad, " OR typeof (peek ('%s.%s', %s, %s)) = 'integer'", table->table, table->columns[i], table->row,
                            table->columns[i]);
  g_autofree char *where
      = table->key != NULL ? g_strdup_printf ("WHERE %s > ?1 AND %s <= ?1 + ?2", table->key, table->key) : g_strdup ("WHERE ?1 IS NOT ?2");
  return g_strdup_printf ("SELECT count (*), coalesce (sum (bad), 0), min (CASE WHEN bad THEN name END)"
                          " FROM (SELECT %s AS name, (%s) AS bad FROM %s %s)",
                          table->row, bad->str, table->table, where);
}

static gboolean
check_piece (MadoStore *store, const MadoSealedTable *table, MadoSeals *round, GError **error)
{
  g_autofree char *sql = make_query (table);
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "ii", round->after, (gint64) PIECE);

  if (row == NULL || !mado_sql_step (store, row, error))
    return FALSE;
  round->rows += sqlite3_column_int64 (row, 0);
  round->damaged += sqlite3_column_int64 (row, 1);
  g_autofree char *name = mado_sql_text (row, 2);
  if (name != NULL && round->first == NULL)
    round->first = g_strdup_printf ("%s %s", table->table, name);
  return TRUE;
}

/* The greatest key of @table. */
static gboolean
find_end (MadoStore *store, const MadoSealedTable *table, gint64 *end, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT max (%s) FROM %s", table->key != NULL ? table->key : "0", table->table);

  return mado_sql_number (store, end, error, sql, "");
}

gboolean
mado_seals_check (MadoStore *store, gint64 milliseconds, MadoSeals *round, GError **error)
{
  gint64 until = g_get_monotonic_time () + milliseconds * 1000;

  if (round->is_complete)
    mado_seals_clear (round);
  while (mado_sealed_tables[round->table].table != NULL && g_get_monotonic_time () < until) {
    const MadoSealedTable *table = &mado_sealed_tables[round->table];
    gint64 end = 0;
    if (!find_end (store, table, &end, error) || !check_piece (store, table, round, error))
      return FALSE;
    round->after += PIECE;
    if (round->after < end)
      continue;
    round->table++;
    round->after = 0;
  }
  round->is_complete = mado_sealed_tables[round->table].table == NULL;
  return TRUE;
}
