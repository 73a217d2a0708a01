/* test-desk-audit.c: what of each word is written into the audit, and when: a keeper with fake roles. */
#include "desk-house.h"
#include "desk-vault.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/audit-table.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/model/audit.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* Every word has a row, and no row is without a word. */
static void
test_complete (void)
{
  gsize n = 0;

  for (; mado_verbs_name (n) != NULL; n++) {
    gboolean is_there = FALSE;
    for (gsize i = 0; mado_audit_table_word (i) != NULL; i++)
      is_there |= strcmp (mado_audit_table_word (i), mado_verbs_name (n)) == 0;
    if (!is_there)
      g_test_message ("%s is not in src/desk/audit-table.c", mado_verbs_name (n));
    g_assert_true (is_there);
  }
  for (gsize i = 0; mado_audit_table_word (i) != NULL; i++) {
    g_assert_nonnull (mado_verbs_find (mado_audit_table_word (i)));
    for (gsize k = 0; k < i; k++)
      g_assert_cmpstr (mado_audit_table_word (i), !=, mado_audit_table_word (k));
    n--;
  }
  g_assert_cmpuint (n, ==, 0);
}

/* Nothing that people write freely stands among the arguments that are kept. */
static void
test_no_text (void)
{
  static const char *const texts[] = { "text", "reason", "query", "body", "subject_text", NULL };

  for (gsize i = 0; mado_audit_table_word (i) != NULL; i++) {
    const char *arguments;
    mado_audit_table_find (mado_audit_table_word (i), &arguments);
    g_auto (GStrv) names = g_strsplit (arguments != NULL ? arguments : "", " ", -1);
    for (char **name = names; *name != NULL; name++)
      g_assert_false (g_strv_contains (texts, *name));
  }
}

/* (transfer full) the lines, newest first. */
static GPtrArray *
list (House *house)
{
  g_autoptr (GVariant) answer = house_ask (house, "audit-list", NULL, NULL);
  g_autoptr (GVariant) items = g_variant_lookup_value (answer, "items", G_VARIANT_TYPE ("aa{sv}"));
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_audit_record_free);

  for (gsize i = 0; i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    MadoAuditRecord *record = mado_audit_record_from_variant (item, NULL);
    g_assert_nonnull (record);
    g_ptr_array_add (records, record);
  }
  return records;
}

/* The newest line about @word. */
static const MadoAuditRecord *
find (const GPtrArray *records, const char *word)
{
  for (guint i = 0; i < records->len; i++)
    if (strcmp (((MadoAuditRecord *) records->pdata[i])->word, word) == 0)
      return records->pdata[i];
  g_test_message ("no line about %s", word);
  g_assert_not_reached ();
}

static char *
detail (const MadoAuditRecord *record)
{
  return g_strjoinv (" ", record->details);
}

static char *
make_ticket (House *house)
{
  g_autofree char *id = house_put (house, "alice@reporter.example", "csirt@example.org",
                                   "From: alice@reporter.example\nTo: csirt@example.org\nSubject: x\nMessage-ID: <1@reporter.example>\n");

  return house_wait_state (house, id, "ticket");
}

static void
test_change (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  GVariantDict dict;

  g_variant_unref (house_ask (house, "take", house_body ("ticket", ticket), NULL));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "state", "s", "waiting");
  g_variant_dict_insert (&dict, "reason", "s", "Marmalade");
  g_autoptr (GVariant) answer = house_ask (house, "state", g_variant_dict_end (&dict), NULL);
  gint64 version = 0;
  g_assert_true (g_variant_lookup (answer, "version", "x", &version));
  g_autoptr (GPtrArray) records = list (house);
  const MadoAuditRecord *take = find (records, "take"), *state = find (records, "state");
  g_assert_cmpstr (take->ticket, ==, ticket);
  g_assert_cmpint (take->uid, ==, getuid ());
  g_assert_cmpint (take->outcome, ==, MADO_AUDIT_DONE);
  g_assert_cmpint (take->version, <, version);
  g_assert_cmpint (state->version, ==, version);
  g_autofree char *details = detail (state);
  g_assert_cmpstr (details, ==, "state waiting"); /* and not the reason */
  g_assert_cmpint (state->sequence, ==, take->sequence + 1);
}

/* A change that fails leaves its line, without the change; a failed one beside it does not take others with it. */
static void
test_failed (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "if_version", "s", "4711");
  g_assert_null (house_ask (house, "take", g_variant_dict_end (&dict), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (house_ask (house, "show", house_body ("ticket", "4711"), &error));
  g_clear_error (&error);
  g_assert_null (house_ask (house, "no-such-word", house_body ("ticket", ticket), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_DENIED);
  g_autoptr (GPtrArray) records = list (house);
  const MadoAuditRecord *take = find (records, "take"), *show = find (records, "show"), *unknown = find (records, "unknown");
  g_assert_cmpint (take->outcome, ==, MADO_AUDIT_FAILED);
  g_assert_cmpstr (take->ticket, ==, ticket);
  g_assert_cmpint (show->outcome, ==, MADO_AUDIT_FAILED);
  g_assert_null (show->ticket);
  g_autofree char *details = detail (show);
  g_assert_cmpstr (details, ==, "ticket 4711");
  g_assert_cmpint (unknown->outcome, ==, MADO_AUDIT_REFUSED);
}

/* Readings of a moment are one line; nothing is asked of the store for them before the answer. */
static void
test_readings (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);

  for (int i = 0; i < 20; i++)
    g_variant_unref (house_ask (house, "show", house_body ("ticket", ticket), NULL));
  g_autoptr (GPtrArray) records = list (house);
  gint64 times = 0;
  guint lines = 0;
  for (guint i = 0; i < records->len; i++) {
    const MadoAuditRecord *record = records->pdata[i];
    if (strcmp (record->word, "show") != 0)
      continue;
    lines++;
    times += record->times;
    g_assert_cmpstr (record->ticket, ==, ticket);
    g_assert_cmpint (record->version, >, 0);
  }
  g_assert_cmpint (times, ==, 20);
  g_assert_cmpuint (lines, <, 20);
}

static gint64
count_rows (House *house, const char *where)
{
  g_autofree char *path = g_strdup_printf ("%s/store.db", house->top);
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM audit WHERE %s", where);
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  gint64 count = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return count;
}

/* When the answer of an export or a change is out, its line is on disk: a crash right then loses nothing. */
static void
test_before_answer (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  g_autoptr (GError) error = NULL;
  GVariantDict dict;
  gint64 message = 0;

  g_autoptr (GVariant) incident = house_ask (house, "show", house_body ("ticket", ticket), NULL);
  g_autoptr (GVariant) thread = g_variant_lookup_value (incident, "thread", NULL);
  g_autoptr (GVariant) first = g_variant_get_child_value (thread, 0);
  g_assert_true (g_variant_lookup (first, "id", "x", &message));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "message", "x", message);
  g_variant_unref (house_ask (house, "raw", g_variant_dict_end (&dict), NULL));
  g_assert_cmpint (count_rows (house, "word = 'raw' AND outcome = 'done' AND incident IS NOT NULL"), ==, 1);
  g_variant_unref (house_ask (house, "take", house_body ("ticket", ticket), NULL));
  g_assert_cmpint (count_rows (house, "word = 'take'"), ==, 1);
  /* Asked of another process: a line before, a line after. */
  g_variant_unref (house_ask (house, "reopen", house_body ("ticket", ticket), NULL));
  g_assert_cmpint (count_rows (house, "word = 'reopen' AND outcome = 'begun'"), ==, 1);
  house_stop_keeper (house);
  house_start_keeper (house);
  g_assert_cmpint (count_rows (house, "word IN ('raw', 'take')"), ==, 2);
  g_assert_cmpint (count_rows (house, "details IS NOT NULL AND (instr (details, 'message') OR instr (details, 'ticket'))"), ==, 0);
}

static gboolean
has_shown (House *house, gpointer data G_GNUC_UNUSED)
{
  return count_rows (house, "word = 'list'") > 0;
}

/* Without anybody's change, what was read is written down all the same. */
static void
test_alone (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_variant_unref (house_ask (house, "list", NULL, NULL));
  g_variant_unref (house_ask (house, "status", house_body ("queue_id", "x"), NULL));
  house_wait (house, has_shown, NULL);
  g_assert_cmpint (count_rows (house, "word = 'status'"), ==, 0);
}

static void
test_filters (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ticket = make_ticket (house);
  GVariantDict dict;

  g_variant_unref (house_ask (house, "list", NULL, NULL));
  g_variant_unref (house_ask (house, "take", house_body ("ticket", ticket), NULL));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_autoptr (GVariant) answer = house_ask (house, "audit-list", g_variant_dict_end (&dict), NULL);
  g_autoptr (GVariant) items = g_variant_lookup_value (answer, "items", NULL);
  g_assert_cmpuint (g_variant_n_children (items), ==, 1);
  g_autoptr (GVariant) none = house_ask (house, "audit-list", house_body ("member", "nobody-at-all"), NULL);
  g_autoptr (GVariant) nothing = g_variant_lookup_value (none, "items", NULL);
  g_assert_cmpuint (g_variant_n_children (nothing), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/audit/complete", test_complete);
  g_test_add_func ("/desk/audit/no-text", test_no_text);
#define ADD(name, test) g_test_add ("/desk/audit/" name, House, NULL, house_set_up, test, house_tear_down)
  ADD ("change", test_change);
  ADD ("failed", test_failed);
  ADD ("readings", test_readings);
  ADD ("before-answer", test_before_answer);
  ADD ("alone", test_alone);
  ADD ("filters", test_filters);
#undef ADD
  return g_test_run ();
}
