/* test-desk-retention.c: what is erased when, that nothing of it stays anywhere, and that the rest still adds up. */
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/account.h"
#include "madoguchi/desk/retention.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-check.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/vault-file.h"

#include <sqlite3.h>
#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)
#define RULES "[retention]\nrules = category=fraud 10d; tlp=RED 20d; category=test never; all 100d\n"

static gint64 clock_at;

static gint64
read_clock (void)
{
  return clock_at;
}

/* --- rules ------------------------------------------------------------------------------------------------------- */

static MadoRetention *
make (const char *rules, MadoConf **conf, MadoDesk *desk, GError **error)
{
  g_autofree char *text = g_strdup_printf ("[retention]\nrules = %s\n", rules);

  *conf = mado_conf_parse (text, "test", NULL);
  desk->conf = *conf;
  return mado_retention_new (desk, error);
}

static void
test_rules (void)
{
  static const struct {
    const char *category, *tlp, *rule;
    gint64 days;
  } cases[] = {
    { "fraud", NULL, "category=fraud 10d", 10 },
    { "fraud:phishing", "TLP:RED", "category=fraud 10d", 10 }, /* the first one counts */
    { "fraudulent", NULL, "all 100d", 100 },
    { "malicious-code:c2", "TLP:RED", "tlp=RED 20d", 20 },
    { "test:test", NULL, "category=test never", -1 },
    { NULL, "TLP:AMBER", "all 100d", 100 },
    { NULL, NULL, "all 100d", 100 },
  };
  static const char *const bad[] = { "fraud 10d", "category=fraud", "category= 10d", "tlp=PINK 3d", "all 10", "all 0d", "all -1d",
                                     "all 10d 20d", "all 99999999d", "all 10days" };
  MadoConf *conf;
  MadoDesk desk = { 0 };
  g_autoptr (MadoRetention) retention = make ("category=fraud 10d; tlp=RED 20d; category=test never; all 100d", &conf, &desk, NULL);
  gint64 seconds;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_cmpstr (mado_retention_find (retention, cases[i].category, cases[i].tlp, &seconds), ==, cases[i].rule);
    g_assert_cmpint (seconds, ==, cases[i].days < 0 ? -1 : cases[i].days * DAY);
  }
  mado_conf_free (conf);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (make (bad[i], &conf, &desk, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    mado_conf_free (conf);
  }
  g_autoptr (MadoRetention) none = make ("", &conf, &desk, NULL);
  g_assert_null (mado_retention_find (none, "fraud", NULL, &seconds));
  g_assert_cmpint (seconds, ==, -1);
  mado_conf_free (conf);
}

/* --- erasing ----------------------------------------------------------------------------------------------------- */

/* Messages of a ticket in the index of words. */
static gint64
count_words (MadoDesk *desk, gint64 incident)
{
  gint64 count = -1;

  g_assert_true (mado_sql_number (desk->store, &count, NULL,
                                  "SELECT count (*) FROM words_docsize WHERE id IN (SELECT id FROM entry WHERE incident = ?)", "i", incident));
  return count;
}

static gint64
number (House *house, const char *sql)
{
  g_autofree char *path = g_strdup_printf ("%s/store.db", house->top);
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  gint64 value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

static gboolean
has_sent (House *house, gpointer data G_GNUC_UNUSED)
{
  return number (house, "SELECT count (*) FROM outbox WHERE state = 'sent'") == 2;
}

/* A finished ticket with a note and a sent answer; and one that is open. */
static char *
make_ticket (House *house)
{
  g_autofree char *id = house_put (house, "alice@reporter.example", "csirt@example.org",
                                   "From: alice@reporter.example\nTo: csirt@example.org\nSubject: Marmalade\nMessage-ID: <1@reporter.example>\n");
  char *ticket = house_wait_state (house, id, "ticket");
  g_autofree char *other = house_put (house, "bob@reporter.example", "csirt@example.org",
                                      "From: bob@reporter.example\nTo: csirt@example.org\nSubject: Zitrone\nMessage-ID: <2@reporter.example>\n");
  GVariantDict dict;

  g_free (house_wait_state (house, other, "ticket"));
  house_wait (house, has_sent, NULL);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "text", "s", "Ananas");
  g_variant_unref (house_ask (house, "note", g_variant_dict_end (&dict), NULL));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "state", "s", "resolved");
  g_variant_unref (house_ask (house, "state", g_variant_dict_end (&dict), NULL));
  return ticket;
}

/* The keeper's parts without its loop, at a time that the test chooses. */
static MadoDesk *
open_desk (House *house, gint64 days)
{
  g_auto (MadoVaultFile) file = { 0 };
  g_autoptr (GError) error = NULL;

  house_stop_keeper (house);
  MadoVault *vault = mado_vault_file_open (house->conf, 20000, &file, &error);
  g_assert_no_error (error);
  MadoDesk *desk = mado_desk_open (house->conf, vault, &error);
  g_assert_no_error (error);
  clock_at = g_get_real_time () / G_USEC_PER_SEC + days * DAY;
  desk->now = read_clock;
  return desk;
}

/* (transfer full) the archived file's path, or NULL. */
static char *
find_archived (House *house, const char *id)
{
  g_autofree char *archive = g_build_filename (house->top, "archive", NULL);
  GDir *days = g_dir_open (archive, 0, NULL);
  const char *day;
  char *found = NULL;

  while (found == NULL && days != NULL && (day = g_dir_read_name (days)) != NULL) {
    g_autofree char *path = g_build_filename (archive, day, id, NULL);
    if (g_file_test (path, G_FILE_TEST_EXISTS))
      found = g_steal_pointer (&path);
  }
  if (days != NULL)
    g_dir_close (days);
  return found;
}

static gboolean
is_clean (House *house, gpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_strdup_printf ("%s/store.db-wal", house->top);
  g_autofree char *text = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, NULL);
  return length == 0 && number (house, "SELECT count (*) FROM remains") == 0
         && number (house, "SELECT count (*) FROM incident WHERE erased <> 0") > 0;
}

static gboolean
contains (const char *path, const void *bytes, gsize length)
{
  g_autofree char *text = NULL;
  gsize size = 0;

  return g_file_get_contents (path, &text, &size, NULL) && memmem (text, size, bytes, length) != NULL;
}

/* (transfer full) sealed and other values of the ticket as they rest in the database: of GBytes. */
static GPtrArray *
list_blobs (House *house)
{
  static const char *const queries[] = {
    "SELECT report FROM message WHERE incident = 1", "SELECT subject FROM message WHERE incident = 1",
    "SELECT sender FROM message WHERE incident = 1", "SELECT envelope FROM message WHERE incident = 1",
    "SELECT sender_key FROM message WHERE incident = 1", "SELECT subject FROM incident WHERE id = 1",
    "SELECT reporter FROM incident WHERE id = 1", "SELECT CAST (text AS BLOB) FROM entry WHERE incident = 1 AND direction = 'event'",
    "SELECT CAST (text AS BLOB) FROM entry WHERE incident = 1 AND direction = 'note'",
    "SELECT CAST (recipient AS BLOB) FROM outbox WHERE incident = 1",
  };
  g_autofree char *path = g_strdup_printf ("%s/store.db", house->top);
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2 (db, queries[i], -1, &statement, NULL) != SQLITE_OK)
      g_error ("%s: %s", queries[i], sqlite3_errmsg (db));
    g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
    int length = sqlite3_column_bytes (statement, 0);
    if (length < 6)
      g_test_message ("%s: %d bytes", queries[i], length);
    g_assert_cmpint (length, >=, 6);
    const char *bytes = sqlite3_column_blob (statement, 0);
    int from = length > 60 ? 20 : 0; /* behind what all sealed values begin with; within one page */
    g_ptr_array_add (list, g_bytes_new (bytes + from, (gsize) MIN (length - from, 32)));
    sqlite3_finalize (statement);
  }
  sqlite3_close (db);
  return list;
}

static guint
count_found (House *house, const GPtrArray *blobs)
{
  g_autofree char *db = g_strdup_printf ("%s/store.db", house->top), *wal = g_strdup_printf ("%s/store.db-wal", house->top);
  guint n = 0;

  for (guint i = 0; i < blobs->len; i++) {
    gsize length;
    const void *bytes = g_bytes_get_data (blobs->pdata[i], &length);
    gboolean is_there = contains (db, bytes, length) || contains (wal, bytes, length);
    if (is_there)
      g_test_message ("value %u is there", i);
    n += is_there;
  }
  return n;
}

static void
assert_audit_whole (MadoDesk *desk)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (MadoStoreCheck) check = mado_store_check_new (desk->store, none);
  const MadoStoreFinding *finding = NULL;

  g_assert_true (mado_store_check_step (check, 100000, &finding, NULL));
  g_assert_cmpstr (finding->why, ==, NULL);
  g_assert_cmpint (finding->rows, >, 2);
}

static void
test_daily (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  MadoDesk *desk = open_desk (house, 99);
  g_autoptr (GPtrArray) blobs = list_blobs (house);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (count_found (house, blobs), ==, blobs->len); /* the search finds what is there */
  g_assert_cmpint (count_words (desk, 1), >=, 2);
  g_autoptr (GPtrArray) early = mado_retention_list (desk->retention, clock_at, 10, &error);
  g_assert_cmpuint (early->len, ==, 0);
  mado_retention_tick (desk->retention);
  mado_batch_flush (desk->batch);
  g_assert_cmpuint (count_found (house, blobs), ==, blobs->len);
  clock_at += 2 * DAY;
  g_autoptr (GPtrArray) due = mado_retention_list (desk->retention, clock_at, 10, &error);
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_cmpstr (((MadoExpired *) due->pdata[0])->ticket, ==, ticket);
  g_assert_cmpstr (((MadoExpired *) due->pdata[0])->rule, ==, "all 100d");
  mado_retention_tick (desk->retention);
  house_wait (house, is_clean, NULL);
  g_assert_cmpuint (count_found (house, blobs), ==, 0);
  g_assert_cmpint (count_words (desk, 1), ==, 0);
  g_assert_cmpint (count_words (desk, 2), >=, 1);
  g_autoptr (MadoIncident) incident = mado_store_load_incident (desk->store, 1, "csirt@example.org", &error);
  g_assert_no_error (error);
  g_assert_cmpint (incident->erased, ==, clock_at);
  g_assert_cmpstr (incident->erased_by, ==, "all 100d");
  g_assert_cmpstr (incident->state, ==, "resolved");
  g_assert_null (incident->subject);
  g_assert_null (incident->reporter);
  g_assert_cmpint (incident->counts->messages, ==, 1);
  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    g_assert_null (entry->report);
    g_assert_true (entry->text == NULL || strstr (entry->text, "Ananas") == NULL);
    g_assert_null (entry->subject);
  }
  g_autoptr (MadoIncident) other = mado_store_load_incident (desk->store, 2, "csirt@example.org", &error);
  g_assert_cmpstr (other->subject, ==, "Zitrone"); /* nobody finished it */
  g_assert_cmpint (other->erased, ==, 0);
  assert_audit_whole (desk);
  mado_desk_close (desk);
  house_start_keeper (house);
  g_autoptr (GVariant) account = house_ask (house, "account", NULL, NULL);
  gboolean balanced = FALSE;
  g_assert_true (g_variant_lookup (account, "balanced", "b", &balanced) && balanced);
}

/* A mail that was being opened again while its ticket was erased says nothing afterwards. */
static void
test_opened_late (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  MadoDesk *desk = open_desk (house, 101);
  MadoSettler settler = { desk->store, &desk->settings, clock_at, desk->rules };
  g_auto (GStrv) ids = mado_store_list_mails_of (desk->store, 1, NULL);
  g_autoptr (MadoReport) report = mado_store_load_report (desk->store, ids[0], NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (report->subject, ==, "Marmalade");
  for (int is_erased = 0; is_erased < 2; is_erased++) {
    g_auto (MadoSettled) settled = { 0 };
    g_assert_true (mado_store_begin (desk->store, NULL));
    g_assert_true (is_erased == 0 || mado_store_erase_incident (desk->store, 1, "hanako", NULL, clock_at, NULL));
    g_assert_true (mado_settle_again (&settler, ids[0], report, &settled, &error) == (is_erased == 0));
    g_assert_true (mado_store_commit (desk->store, NULL));
  }
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_cmpint (number (house, "SELECT count (*) FROM message WHERE id = 1 AND report IS NULL AND subject IS NULL"), ==, 1);
  g_assert_cmpint (number (house, "SELECT count (*) FROM incident WHERE id = 1 AND subject IS NULL"), ==, 1);
  mado_desk_close (desk);
}

static void
test_files (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  MadoDesk *desk = open_desk (house, 101);
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_store_begin (desk->store, NULL));
  g_assert_true (mado_store_erase_incident (desk->store, 1, "hanako", NULL, clock_at, &error));
  g_assert_true (mado_store_commit (desk->store, NULL));
  g_autoptr (GPtrArray) remains = mado_store_list_remains (desk->store, 10, &error);
  g_assert_cmpuint (remains->len, ==, 1);
  g_autofree char *id = g_strdup (((MadoRemains *) remains->pdata[0])->queue_id);
  g_autofree char *path = find_archived (house, id);
  g_assert_nonnull (path);
  mado_desk_close (desk); /* a crash between both */
  desk = open_desk (house, 102);
  mado_retention_tick (desk->retention);
  house_wait (house, is_clean, NULL);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  mado_desk_close (desk);
}

static void
test_hold (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "reason", "s", "Gericht");
  g_variant_unref (house_ask (house, "hold", g_variant_dict_end (&dict), NULL));
  g_assert_null (house_ask (house, "erase", house_body ("ticket", ticket), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  MadoDesk *desk = open_desk (house, 1000);
  g_autoptr (GPtrArray) due = mado_retention_list (desk->retention, clock_at, 10, &error);
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_true (((MadoExpired *) due->pdata[0])->held);
  mado_retention_tick (desk->retention);
  mado_batch_flush (desk->batch);
  g_autoptr (MadoIncident) incident = mado_store_load_incident (desk->store, 1, "csirt@example.org", &error);
  g_assert_cmpstr (incident->subject, ==, "Marmalade");
  g_assert_cmpstr (incident->hold_reason, ==, "Gericht");
  mado_desk_close (desk);
  house_start_keeper (house);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "release", "b", TRUE);
  g_variant_unref (house_ask (house, "hold", g_variant_dict_end (&dict), NULL));
  g_variant_unref (house_ask (house, "erase", house_body ("ticket", ticket), NULL));
  g_autoptr (GVariant) shown = house_ask (house, "show", house_body ("ticket", ticket), NULL);
  gint64 erased = 0;
  g_assert_true (g_variant_lookup (shown, "erased", "x", &erased) && erased > 0);
  g_assert_cmpint (number (house, "SELECT count (*) FROM audit WHERE word IN ('erase', 'erased')"), ==, 2);
}

/* What is held stands before nothing, however little is erased at once. */
static void
test_held_in_front (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "reason", "s", "Gericht");
  g_variant_unref (house_ask (house, "hold", g_variant_dict_end (&dict), NULL));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", "2");
  g_variant_dict_insert (&dict, "state", "s", "resolved");
  g_variant_unref (house_ask (house, "state", g_variant_dict_end (&dict), NULL));
  MadoDesk *desk = open_desk (house, 1000);
  g_assert_true (mado_sql_run (desk->store, NULL, "UPDATE incident SET updated = updated - 1000 WHERE hold <> 0", ""));
  g_assert_true (mado_store_begin (desk->store, NULL));
  g_autoptr (GPtrArray) tried = mado_retention_run (desk->retention, clock_at, 1, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (desk->store, NULL));
  g_assert_cmpuint (tried->len, ==, 2);
  const MadoExpired *held = tried->pdata[0], *other = tried->pdata[1];
  g_assert_true (held->held && !held->erased && held->why != NULL);
  g_assert_true (!other->held && other->erased);
  g_autoptr (GPtrArray) again = mado_retention_run (desk->retention, clock_at, 1, &error);
  g_assert_cmpuint (again->len, ==, 1);
  mado_desk_close (desk);
}

static void
test_refused (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  g_autoptr (GError) error = NULL;

  g_assert_null (house_ask (house, "erase", house_body ("ticket", "2"), &error)); /* not finished */
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_cmpint (number (house, "SELECT count (*) FROM incident WHERE erased <> 0"), ==, 0);
}

/* A late mail that answers finds the ticket and opens it again. */
static void
test_late (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  g_auto (GStrv) words = NULL;

  for (guint n = 1; n <= 2; n++) {
    g_auto (GStrv) sent = g_strsplit (house_wait_sent (house, n), " ", 3);
    if (strcmp (sent[1], "alice@reporter.example") == 0)
      words = g_steal_pointer (&sent);
  }
  g_variant_unref (house_ask (house, "erase", house_body ("ticket", ticket), NULL));
  g_autofree char *headers = g_strdup_printf ("From: alice@reporter.example\nTo: csirt@example.org\nSubject: Re: x\nMessage-ID: <9@reporter.example>\n"
                                              "In-Reply-To: %s\n", words[0]);
  g_autofree char *id = house_put (house, "alice@reporter.example", "csirt@example.org", headers);
  g_autofree char *joined = house_wait_state (house, id, "joined");
  g_assert_cmpstr (joined, ==, ticket);
  g_autoptr (GVariant) shown = house_ask (house, "show", house_body ("ticket", ticket), NULL);
  g_autofree char *state = house_string (shown, "state");
  g_assert_cmpstr (state, ==, "open");
}

/* --- the schema -------------------------------------------------------------------------------------------------- */

/* Every column of every table was thought of: it is erased, or says nothing of what a ticket says. */
static const struct {
  const char *table, *columns;
} decided[] = {
  { "access_token", "hash id login made name name_key scopes until used" },
  { "alias", "incident name_key" },                /* erased */
  { "audit", "date details digest id incident login mac outcome times uid version word" }, /* the details are erased */
  { "audit_head", "date last mac text" },
  { "audit_tip", "last mac one" },
  { "case_record", "incident message record" },
  { "counter", "last year" },
  { "credential", "changed invitation invited_until login new_password new_totp password totp totp_step" }, /* of members */
  { "decision", "because date field id incident message rule set_by value value_key" }, /* erased, but for what the skeleton shows */
  { "draft", "author content created id incident revision seen state updated" }, /* the content is erased */
  { "due", "answered at escalated incident set_by step" },
  { "entry", "author date direction id incident message outbox text version" },       /* the text is erased */
  { "feed", "domain ended failed format message messages organization passed record report_id started" }, /* of no ticket */
  { "incident", "category constituencies created encryption erased erased_by external_ids hold hold_by hold_why id indicators language"
                " merged_into number owner pap priority reporter restricted restricted_why signature state subject tags tlp tlp_marked token"
                " token_key updated version" },
  { "indicator", "message type value value_key weak" },   /* erased */
  { "known_key", "address address_key fingerprint fingerprint_key first_seen last_seen protocol vouched_by" }, /* of people, not of tickets: keys forget */
  { "link", "date incident kind other set_by" },
  { "look_up", "address_key made outcome until" },  /* goes by itself */
  { "member", "fingerprint joined languages left_at login name on_duty role" },
  { "message", "attempts content_sha256 crashes envelope id incident indicators key_checked key_warning message_id message_id_key parts"
               " queue_id reason received report sender sender_key settled sha256 signer signer_key size state subject subject_key"
               " undecryptable" },
  { "named", "incident login named_at named_by" },
  { "outbox", "answers attempts automatic created id incident last_error message_id message_id_key next_at recipient recipient_key reply"
              " sealed sent_at state" },
  { "remains", "queue_id received" },
  { "renewed", "data_key kind" },
  { "reply_file", "content draft id outbox position" },          /* erased */
  { "saved_view", "id login made name name_key query" },          /* filters, of no incident */
  { "seen", "entry incident login" },
  { "session", "begun id login seen" },
  { "vault_check", "id sealed" },
  { "words_config", "k v" },
  { "words_data", "block id" },                                  /* forgotten, and compacted */
  { "words_docsize", "id sz" },                                  /* forgotten */
  { "words_idx", "pgno segid term" },                            /* forgotten, and compacted */
  { "words_state", "backlog erased id last version" },
};

static void
test_schema (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_strdup_printf ("%s/store.db", house->top);
  g_autoptr (GString) found = g_string_new (NULL), wanted = g_string_new (NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db,
                                       "SELECT t.name, group_concat (c.name, ' ') FROM sqlite_schema t,"
                                       " (SELECT t2.name AS owner, c2.name AS name FROM sqlite_schema t2, pragma_table_info (t2.name) c2"
                                       "  WHERE t2.type = 'table' AND t2.sql NOT LIKE 'CREATE VIRTUAL%'"
                                       "  ORDER BY 1, 2) c WHERE c.owner = t.name AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
                                       " AND t.sql NOT LIKE 'CREATE VIRTUAL%'"
                                       " GROUP BY 1 ORDER BY 1",
                                       -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (found, "%s: %s\n", sqlite3_column_text (statement, 0), sqlite3_column_text (statement, 1));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  for (gsize i = 0; i < G_N_ELEMENTS (decided); i++)
    g_string_append_printf (wanted, "%s: %s\n", decided[i].table, decided[i].columns);
  if (strcmp (found->str, wanted->str) != 0) {
    g_autofree char *both = g_strdup_printf ("found:\n%s\nthought of:\n%s", found->str, wanted->str);
    g_test_message ("a column is new: shall it be erased (src/desk/store-retention.c)? Then say so in this test.\n%s", both);
  }
  g_assert_true (g_str_equal (found->str, wanted->str));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/retention/rules", test_rules);
#define ADD(name, test) g_test_add ("/desk/retention/" name, House, RULES, house_set_up, test, house_tear_down)
  ADD ("daily", test_daily);
  ADD ("files", test_files);
  ADD ("hold", test_hold);
  ADD ("held-in-front", test_held_in_front);
  ADD ("refused", test_refused);
  ADD ("late", test_late);
  ADD ("opened-late", test_opened_late);
  ADD ("schema", test_schema);
#undef ADD
  return g_test_run ();
}
