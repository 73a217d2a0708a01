/* test-desk-store-renew.c: whatever is sealed in the store is sealed anew by a new data key, in small steps, and says the same
 * afterwards; and no sealed column is forgotten. */
#include "desk-vault.h"
#include "madoguchi/desk/store-renew.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>
#include <unistd.h>

/* Columns of bytes that are not sealed: hashes by keys that do not change, and what makes them. */
static const char *const not_sealed[] = {
  "incident.token_key", "message.message_id_key", "message.sender_key", "message.signer_key", "message.subject_key",
  "message.content_sha256_key", "outbox.message_id_key", "outbox.recipient_key", "decision.value_key", "indicator.value_key",
  "alias.name_key", "known_key.address_key", "known_key.fingerprint_key", "look_up.address_key", "audit.digest", "audit.mac",
  "audit_tip.mac", "audit_head.mac", "credential.invitation", "session.id", "access_token.name_key", "access_token.hash", "saved_view.name_key",
};

typedef struct {
  char *top;
  MadoVault *vault;
  MadoStore *store;
} House;

static void
set_up (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  house->top = g_dir_make_tmp ("renewXXXXXX", &error);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", house->top);
  house->vault = mado_vault_new ();
  house->store = mado_store_open (url, "EX", house->vault, &error);
  g_assert_no_error (error);
}

static void
tear_down (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *command = g_strdup_printf ("rm -r %s", house->top);

  mado_store_close (house->store);
  mado_vault_free (house->vault);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (house->top);
}

static void
run (House *house, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (house->store->db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
}

static gint64
number (House *house, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  mado_sql_number (house->store, &n, &error, sql, "");
  g_assert_no_error (error);
  return n;
}

static gboolean
is_in_table (const char *name)
{
  const char *table, *column;

  for (gsize i = 0; mado_store_sealed_column (i, &table, &column); i++) {
    g_autofree char *one = g_strdup_printf ("%s.%s", table, column);
    if (strcmp (one, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Whoever adds a sealed column adds it to the table of store-renew.c; a column of bytes that is not sealed stands above. */
static void
test_schema (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoStatement) rows
      = mado_sql_query (house->store, &error,
                        "SELECT t.name || '.' || p.name FROM pragma_table_list t, pragma_table_info (t.name) p"
                        " WHERE t.type = 'table' AND t.schema = 'main' AND p.type = 'BLOB' ORDER BY 1",
                        "");
  guint n = 0, n_table = 0;
  const char *table, *column;

  while (mado_sql_step (house->store, rows, &error)) {
    g_autofree char *name = mado_sql_text (rows, 0);
    gboolean is_plain = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS (not_sealed); i++)
      is_plain |= strcmp (not_sealed[i], name) == 0;
    if (is_in_table (name) == is_plain)
      g_error ("%s: a sealed column belongs into the table of store-renew.c, another one into the list of this test", name);
    n += !is_plain;
  }
  g_assert_no_error (error);
  while (mado_store_sealed_column (n_table, &table, &column))
    n_table++;
  g_assert_cmpuint (n, ==, n_table); /* none that is not in the schema */
}

#define SEAL(place, row, value) "seal ('" place "', " row ", " value ")"

/* Rows of every table with a key of its own kind: a number, a text, several columns. */
static void
fill (House *house, guint n)
{
  run (house, "BEGIN");
  for (guint i = 1; i <= n; i++) {
    g_autofree char *sql = g_strdup_printf (
        "INSERT INTO incident (number, token_key, token, created, updated, state, subject, reporter, encryption, signature)"
        " VALUES ('2026-%06u', 't%u', " SEAL ("incident.token", "'2026-%06u'", "'token %u'") ", 1, 1, 'new', "
        SEAL ("incident.subject", "'2026-%06u'", "'subject %u'") ", NULL, 0, 0);"
        "INSERT INTO message (queue_id, state, attempts, crashes, received, size, envelope) VALUES ('q%u', 'ticket', 1, 0, 1, 1, "
        SEAL ("message.envelope", "'q%u'", "x'00%04x'") ");"
        "INSERT INTO member (login, name, role, joined) VALUES ('login%u', " SEAL ("member.name", "'login%u'", "'name %u'") ", 'handler', 1);"
        "INSERT INTO indicator (type, value_key, message, weak, value) SELECT 'ipv4', keyed ('indicator', 'v%u'), max (id), 0, "
        SEAL ("indicator.value", "max (id) || '.ipv4.' || hex (keyed ('indicator', 'v%u'))", "'v%u'") " FROM message;",
        i, i, i, i, i, i, i, i, i, i, i, i, i, i, i);
    run (house, sql);
  }
  run (house, "COMMIT");
}

static void
check (House *house, guint n)
{
  g_assert_cmpint (number (house, "SELECT count (*) FROM incident WHERE unseal ('incident.subject', number, subject) = 'subject ' || id"), ==, n);
  g_assert_cmpint (number (house, "SELECT count (*) FROM incident WHERE unseal ('incident.token', number, token) = 'token ' || id"), ==, n);
  g_assert_cmpint (number (house, "SELECT count (*) FROM message WHERE typeof (unseal ('message.envelope', queue_id, envelope)) = 'blob'"), ==, n);
  g_assert_cmpint (number (house, "SELECT count (*) FROM member WHERE unseal ('member.name', login, name) = 'name ' || substr (login, 6)"), ==, n);
  g_assert_cmpint (number (house, "SELECT count (*) FROM indicator WHERE unseal ('indicator.value', message || '.' || type || '.' ||"
                                  " hex (value_key), value) LIKE 'v%'"),
                   ==, n);
}

static gint64
stale (House *house)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_true (mado_store_count_stale (house->store, mado_vault_current_key (house->vault), &n, &error));
  g_assert_no_error (error);
  return n;
}

static guint
renew_all (House *house, gint64 limit)
{
  MadoRenewRun where = { 0 };
  guint turns = 0;

  while (!where.is_done) {
    g_autoptr (GError) error = NULL;
    gint64 before = stale (house);
    g_assert_true (mado_store_renew_some (house->store, &where, mado_vault_current_key (house->vault), limit, &error));
    g_assert_no_error (error);
    g_assert_cmpint (before - stale (house), <=, 10 * limit);
    turns++;
  }
  return turns;
}

static void
test_renew (House *house, gconstpointer data G_GNUC_UNUSED)
{
  enum { N = 250 };
  gint64 version;

  fill (house, N);
  check (house, N);
  version = number (house, "SELECT sum (version) FROM incident");
  g_assert_cmpint (stale (house), ==, 0);
  g_assert_true (mado_vault_rotate (house->vault, NULL));
  g_assert_cmpint (stale (house), ==, 1 + 5 * N);
  g_assert_cmpuint (renew_all (house, 20), >, 4 * N / 20);
  g_assert_cmpint (stale (house), ==, 0);
  mado_vault_retire (house->vault);
  check (house, N);
  g_assert_cmpint (number (house, "SELECT sum (version) FROM incident"), ==, version); /* nobody changed a ticket */
  run (house, "UPDATE incident SET state = 'open' WHERE id = 1"); /* and the triggers work again */
  g_assert_cmpint (number (house, "SELECT sum (version) FROM incident"), ==, version + 1);
}

/* A value that does not open stays what it is, is counted, and keeps nobody else's from being sealed anew. */
static void
test_damaged (House *house, gconstpointer data G_GNUC_UNUSED)
{
  fill (house, 30);
  run (house, "UPDATE incident SET subject = (SELECT subject FROM incident WHERE id = 8) WHERE id = 7");
  g_assert_true (mado_vault_rotate (house->vault, NULL));
  renew_all (house, 10);
  g_assert_cmpint (stale (house), ==, 1);
  g_assert_cmpint (number (house, "SELECT count (*) FROM incident WHERE id <> 7 AND unseal ('incident.subject', number, subject) = 'subject ' || id"),
                   ==, 29);
}

static void
test_state (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  gint64 key = -1;

  g_assert_true (mado_store_renewed_with (house->store, "files", &key, &error));
  g_assert_cmpint (key, ==, 0);
  g_assert_true (mado_store_set_renewed (house->store, "files", 3, &error));
  g_assert_true (mado_store_renewed_with (house->store, "files", &key, &error));
  g_assert_cmpint (key, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/store-renew/schema", House, NULL, set_up, test_schema, tear_down);
  g_test_add ("/desk/store-renew/renew", House, NULL, set_up, test_renew, tear_down);
  g_test_add ("/desk/store-renew/damaged", House, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/desk/store-renew/state", House, NULL, set_up, test_state, tear_down);
  return g_test_run ();
}
