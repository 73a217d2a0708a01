/* Who changes the store's file himself: what he moved, cut or copied is refused, everything else goes on, and `doctor` counts. */
#include "desk-rows.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-feed.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-seals.h"
#include "madoguchi/desk/store-triage.h"

#include <string.h>

/* What stands in the clear, or is a hash. Whoever adds a column seals it, or names it here and in docs/threat-model.md. */
static const char *const clear[] = {
  "counter: year last",
  "incident: id number token_key created updated state owner priority category tlp language encryption signature pap indicators"
  " erased erased_by hold hold_by"
  " tlp_marked version restricted merged_into",
  "message: id queue_id state attempts crashes received settled size incident undecryptable indicators parts key_checked message_id_key"
  " sender_key signer_key subject_key",
  "outbox: id incident answers message_id_key automatic state attempts next_at created sent_at recipient_key",
  "entry: id incident date direction author message outbox version",
  "decision: id incident message field set_by date value_key",
  "indicator: type value_key message weak",
  "alias: name_key incident",
  "known_key: address_key protocol fingerprint_key vouched_by first_seen last_seen",
  "look_up: address_key outcome made until",
  "feed: message record format started ended messages passed failed",
  "case_record: incident message record",
  "member: login role on_duty joined left_at",
  "named: incident login named_by named_at",
  "seen: login incident entry",
  "remains: queue_id received",
  "due: incident at step set_by escalated answered",
  "renewed: kind data_key",
  "link: incident other kind set_by date",
  "credential: login totp_step invitation invited_until changed", /* an invitation's hash */
  "access_token: id login name_key hash scopes made until used",  /* of a token, too */
  "session: id login begun seen",                                 /* and one's of what a browser shows */
  "draft: id incident state author revision created updated seen",
  "reply_file: id draft outbox position",
  "saved_view: id login name_key made",
  "renewed: kind data_key",
  "vault_check: id",
  "audit: id date login uid word incident version outcome times digest mac",
  "audit_tip: one last mac",
  "audit_head: last mac date text",
};

static gboolean
is_clear (const char *table, const char *column)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clear); i++) {
    g_auto (GStrv) halves = g_strsplit (clear[i], ": ", 2), words = g_strsplit (halves[1], " ", -1);
    if (strcmp (halves[0], table) == 0)
      return g_strv_contains ((const char *const *) words, column);
  }
  return FALSE;
}

static gboolean
is_sealed (const char *table, const char *column)
{
  for (const MadoSealedTable *t = mado_sealed_tables; t->table != NULL; t++)
    for (gsize i = 0; strcmp (t->table, table) == 0 && i < G_N_ELEMENTS (t->columns) && t->columns[i] != NULL; i++)
      if (strcmp (t->columns[i], column) == 0)
        return TRUE;
  return FALSE;
}

typedef struct {
  char *top, *path, *url;
  MadoStore *store;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("seals-XXXXXX", NULL);
  f->path = g_build_filename (f->top, "store.db", NULL);
  f->url = g_strconcat ("sqlite:", f->path, NULL);
  test_make_store (f->path, 10);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->path);
  g_free (f->url);
}

static void
test_columns (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  guint n = 0;
  g_autoptr (MadoStatement) row
      = mado_sql_query (f->store, NULL, "SELECT s.name, c.name, c.type FROM sqlite_schema s, pragma_table_info (s.name) c"
                                        " WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'"
                                        " AND s.name NOT LIKE 'words%' AND s.sql NOT LIKE 'CREATE VIRTUAL%'" /* hashes */, "");

  while (mado_sql_step (f->store, row, NULL)) {
    g_autofree char *table = mado_sql_text (row, 0), *column = mado_sql_text (row, 1), *type = mado_sql_text (row, 2);
    n++;
    if (is_sealed (table, column) && strcmp (type, "BLOB") != 0)
      g_error ("%s.%s is no BLOB", table, column);
    if (is_sealed (table, column) == is_clear (table, column))
      g_error ("%s.%s: is it sealed (store-seals.c) or in the clear (this test)?", table, column);
  }
  g_assert_cmpuint (n, >, 100);
}

/* A whole round of the check. */
static MadoSeals
check (Fixture *f)
{
  MadoSeals round = { 0 };
  g_autoptr (GError) error = NULL;

  while (!round.is_complete) {
    g_assert_true (mado_seals_check (f->store, 5, &round, &error));
    g_assert_no_error (error);
  }
  return round;
}

static void
assert_refused (const GError *error)
{
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_assert_nonnull (strstr (error->message, "does not belong here, or was changed"));
}

/* Ticket 1 shown: is it refused? */
static gboolean
is_show_refused (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoIncident) incident = mado_store_load_incident (f->store, 1, "csirt@example.org", &error);

  if (incident == NULL)
    assert_refused (error);
  return incident == NULL;
}

/* What is done to the file, and what notices it. */
static const struct {
  const char *name, *sql;
  gboolean is_shown; /* `show` of ticket 1 goes on */
  const char *first; /* that the check names */
} acts[] = {
  { "subject-of-another", "UPDATE incident SET subject = (SELECT seal ('incident.subject', '2026-000002', 'x')) WHERE id = 1", FALSE,
    "incident 2026-000001" },
  { "column-of-another", "UPDATE incident SET subject = reporter WHERE id = 1", FALSE, "incident 2026-000001" },
  { "table-of-another", "UPDATE incident SET subject = (SELECT subject FROM message WHERE id = 1) WHERE id = 1", FALSE,
    "incident 2026-000001" },
  { "cut", "UPDATE incident SET tags = substr (tags, 1, length (tags) - 1) WHERE id = 1", FALSE, "incident 2026-000001" },
  { "bit", "UPDATE incident SET external_ids = CAST (substr (external_ids, 1, 50) || x'00' || substr (external_ids, 52) AS BLOB) WHERE id = 1", FALSE,
    "incident 2026-000001" },
  { "empty", "UPDATE incident SET reporter = x'' WHERE id = 1", FALSE, "incident 2026-000001" },
  { "plain", "UPDATE incident SET subject = CAST ('mine' AS BLOB) WHERE id = 1", FALSE, "incident 2026-000001" },
  { "number", "UPDATE incident SET number = '2026-000009' WHERE id = 1", FALSE, "incident 2026-000009" },
  { "token", "UPDATE incident SET token_key = lower (hex (keyed ('token', 'guess'))) WHERE id = 2", TRUE, "incident 2026-000002" },
  { "report-of-another", "UPDATE message SET report = (SELECT seal ('message.report', '" TWO "', report)) WHERE id = 1", FALSE,
    "message " ONE },
  { "envelopes-swapped", "UPDATE message SET envelope = (SELECT m.envelope FROM message m WHERE m.id = 3 - message.id) WHERE id IN (1, 2)",
    FALSE, "message " ONE },
  { "queue-id", "UPDATE message SET queue_id = '0000000000000009' WHERE id = 1", FALSE, "message 0000000000000009" },
  { "sender-key", "UPDATE message SET sender_key = keyed ('address', 'eve@example.net') WHERE id = 1", TRUE, "message " ONE },
  { "note-moved", "UPDATE entry SET id = 8 WHERE id = 7", FALSE, "entry 8" },
  { "note-plain", "UPDATE entry SET text = CAST ('mine' AS BLOB) WHERE id = 7", FALSE, "entry 7" },
  { "reply", "UPDATE outbox SET reply = sealed WHERE id = 1", FALSE, "outbox 1" },
  { "answer-moved", "UPDATE entry SET outbox = NULL; UPDATE outbox SET id = 2; UPDATE entry SET outbox = 2 WHERE id = 2", FALSE, "outbox 2" },
  { "decision", "UPDATE decision SET because = rule", TRUE, "decision " },
  { "indicator", "UPDATE indicator SET value = (SELECT value FROM indicator WHERE type = 'ipv4') WHERE message = 1 AND type = 'domain'", TRUE,
    "indicator 1.domain." },
  { "indicator-copied", "INSERT INTO indicator SELECT type, value_key, 3, 0, value FROM indicator WHERE message = 1 AND type = 'domain'", TRUE,
    "indicator 3.domain." },
  { "known-key", "UPDATE known_key SET fingerprint = address", TRUE, "known_key " },
  { "known-key-hash", "UPDATE known_key SET fingerprint_key = keyed ('fingerprint', 'B')", TRUE, "known_key " },
  { "feed", "UPDATE feed SET domain = organization", TRUE, "feed 3.0" },
  { "member", "UPDATE member SET login = 'jiro'", TRUE, "member jiro" },
};

static void
test_act (Fixture *f, gconstpointer data)
{
  gsize n = GPOINTER_TO_SIZE (data);
  MadoSeals before = check (f);

  g_assert_cmpint (before.damaged, ==, 0);
  g_assert_cmpint (before.rows, >, 15);
  g_assert_false (is_show_refused (f));
  mado_store_close (f->store);
  g_autofree char *sql = g_strconcat ("PRAGMA foreign_keys = OFF; ", acts[n].sql, NULL);
  test_run_sql (f->path, sql);
  open_store (f);
  g_assert_true (mado_store_check (f->store, NULL)); /* to SQLite it is whole */
  g_assert_cmpint (is_show_refused (f), ==, !acts[n].is_shown);
  MadoSeals after = check (f);
  g_assert_cmpint (after.damaged, >, 0);
  g_assert_cmpint (after.rows, >=, before.rows);
  g_assert_true (g_str_has_prefix (after.first, acts[n].first));
  mado_seals_clear (&after);
  /* the queue goes on, and so does the other ticket */
  g_autoptr (GPtrArray) held = mado_store_list_held (f->store, NULL);
  g_autoptr (MadoIncident) other = mado_store_load_incident (f->store, 2, "csirt@example.org", NULL);
  g_assert_cmpuint (held->len, ==, 1);
  g_assert_true (other != NULL || strcmp (acts[n].name, "envelopes-swapped") == 0);
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_add_note (f->store, 2, "taro", "goes on", 70, NULL)
                 && mado_store_commit (f->store, NULL));
}

/* One bad row says so in the list, and hides no other. */
static void
test_lists (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  mado_store_close (f->store);
  test_run_sql (f->path, "UPDATE incident SET subject = reporter WHERE id = 1; UPDATE message SET reason = envelope WHERE id = 2;"
                         "UPDATE feed SET domain = organization; UPDATE known_key SET address = fingerprint;"
                         "UPDATE member SET name = fingerprint; UPDATE outbox SET recipient = last_error");
  open_store (f);
  g_autoptr (GPtrArray) list = mado_store_list_incidents (f->store, NULL, NULL, NULL, 0, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    const MadoIncident *incident = list->pdata[i];
    gboolean is_bad = strcmp (incident->number, "2026-000001") == 0;
    g_assert_cmpint (incident->damaged, ==, is_bad);
    g_assert_null (incident->subject);
    g_assert_cmpstr (incident->reporter, ==, is_bad ? "mkreporter@example.net" : NULL);
  }
  g_autoptr (GPtrArray) held = mado_store_list_held (f->store, NULL);
  g_assert_cmpstr (((MadoHeld *) held->pdata[0])->reason, ==, "damaged");
  g_autoptr (GPtrArray) feeds = mado_store_list_feeds (f->store, NULL, 9, NULL);
  g_assert_true (((MadoFeed *) feeds->pdata[0])->damaged);
  g_assert_cmpstr (((MadoFeed *) feeds->pdata[0])->organization, ==, "mkorganization");
  g_autoptr (GPtrArray) keys = mado_store_list_known_keys (f->store, NULL, 9, NULL);
  g_assert_cmpuint (keys->len, ==, 0);
  g_assert_null (mado_store_list_known_keys (f->store, "mkfrom@example.net", 9, &error));
  assert_refused (error);
  g_clear_error (&error);
  g_autoptr (MadoMember) taro = mado_store_find_member (f->store, "taro", &error); /* may go on working */
  g_assert_no_error (error);
  g_assert_null (taro->name);
  g_autoptr (GPtrArray) due = mado_store_list_due (f->store, "ready", 100, 9, NULL);
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_null (((MadoOutboxItem *) due->pdata[0])->recipient);
}

/* A file that is broken is not a value that was changed: that may pass. */
static void
test_broken_file (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize length;

  mado_store_close (g_steal_pointer (&f->store));
  g_assert_true (g_file_get_contents (f->path, &bytes, &length, NULL));
  memset (bytes + 4096, 0x5a, length - 4096);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) length, NULL));
  f->store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_autoptr (MadoIncident) incident = f->store != NULL ? mado_store_load_incident (f->store, 1, "x", &error) : NULL;
  g_assert_null (incident);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++) {
    g_autofree char *path = g_strdup_printf ("/desk/store-seals/act/%s", acts[i].name);
    g_test_add (path, Fixture, GSIZE_TO_POINTER (i), set_up, test_act, tear_down);
  }
  g_test_add ("/desk/store-seals/columns", Fixture, NULL, set_up, test_columns, tear_down);
  g_test_add ("/desk/store-seals/lists", Fixture, NULL, set_up, test_lists, tear_down);
  g_test_add ("/desk/store-seals/broken-file", Fixture, NULL, set_up, test_broken_file, tear_down);
  return g_test_run ();
}
