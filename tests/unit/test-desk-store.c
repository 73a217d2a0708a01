/* test-desk-store.c: the store across reopening, crashes between any two commits, and replays. */
#include "desk-schema.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-triage.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000) /* in 2026 */
#define YEAR_LATER (NOW + 366 * 86400)

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "ja", "en", NULL };
static const MadoDeskSettings settings = {
  .prefix = "EX", .team = team, .languages = languages, .max_answers = 3, .max_all_answers = 1000, .window = 3600, .may_encrypt = TRUE
};

typedef struct {
  char *top;
  char *url;
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
  f->top = g_dir_make_tmp ("store-XXXXXX", NULL);
  f->url = g_strdup_printf ("sqlite:%s/a/store.db", f->top);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->url);
}

/* What a power cut now would leave is what stands in the files: they are copied aside and the store goes on there. */
static void
crash (Fixture *f)
{
  static int n = 0;
  g_autofree char *from = g_path_get_dirname (f->url + strlen ("sqlite:"));
  g_autofree char *to = g_strdup_printf ("%s/crash-%d", f->top, ++n);
  g_autofree char *file = g_build_filename (from, "store.db", NULL);
  static const char *const suffixes[] = { "", "-wal" };

  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *old = g_strconcat (file, suffixes[i], NULL);
    g_autofree char *new = g_strdup_printf ("%s/store.db%s", to, suffixes[i]);
    g_autoptr (GBytes) bytes = NULL;
    if (!mado_fsio_read_file (old, 1 << 30, &bytes, NULL))
      continue;
    g_assert_true (mado_fsio_replace (new, bytes, 0600, NULL));
  }
  mado_store_close (f->store);
  g_free (f->url);
  f->url = g_strdup_printf ("sqlite:%s/store.db", to);
  open_store (f);
}

static MadoEnvelope *
make_envelope (int n)
{
  MadoEnvelope *envelope = mado_envelope_new ();

  envelope->queue_id = g_strdup_printf ("%016d", n);
  envelope->received = NOW;
  envelope->mail_from = g_strdup ("alice@example.net");
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strsplit ("csirt@example.org", " ", -1);
  return envelope;
}

static MadoReport *
make_report (const char *message_id, const char *content)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup (message_id);
  report->content_sha256 = g_strdup (content);
  report->subject = g_strdup ("phishing");
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("Alice@example.net");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  return report;
}

static void
receive (Fixture *f, const MadoEnvelope *envelope)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMail) mail = NULL;

  g_assert_true (mado_store_begin (f->store, &error));
  g_assert_true (mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  g_assert_true (mado_store_commit (f->store, &error));
}

/* Without its commit. */
static void
settle_only (Fixture *f, const MadoEnvelope *envelope, const MadoReport *report, gint64 now, MadoSettled *settled)
{
  g_autoptr (GError) error = NULL;
  MadoSettler settler = { f->store, &settings, now };

  g_assert_true (mado_store_begin (f->store, &error));
  mado_settle_report (&settler, envelope, report, settled, &error);
  g_assert_no_error (error);
}

static void
settle (Fixture *f, const MadoEnvelope *envelope, const MadoReport *report, gint64 now, MadoSettled *settled)
{
  settle_only (f, envelope, report, now, settled);
  g_assert_true (mado_store_commit (f->store, NULL));
}

/* Receives and settles mail @n; (transfer full) its ticket's number. */
static char *
take (Fixture *f, int n, const char *message_id, const char *content, gint64 now, const char *state)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope (n);
  g_autoptr (MadoReport) report = make_report (message_id, content);
  g_auto (MadoSettled) settled = { 0 };

  receive (f, envelope);
  settle (f, envelope, report, now, &settled);
  g_assert_cmpstr (settled.state, ==, state);
  return g_steal_pointer (&settled.number);
}

static void
test_numbers (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *a = take (f, 1, "<1@x>", "1", NOW, "ticket");
  g_autofree char *b = take (f, 2, "<2@x>", "2", NOW, "ticket");
  g_autofree char *c = take (f, 3, "<3@x>", "3", YEAR_LATER, "ticket");
  sqlite3 *db;

  g_assert_cmpstr (a, ==, "2026-000001");
  g_assert_cmpstr (b, ==, "2026-000002");
  g_assert_cmpstr (c, ==, "2027-000001");
  crash (f);
  mado_store_close (f->store); /* somebody deletes the newest tickets by hand */
  g_assert_cmpint (sqlite3_open (f->url + strlen ("sqlite:"), &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                                 "DELETE FROM entry; DELETE FROM outbox; DELETE FROM message; DELETE FROM incident",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (db);
  open_store (f);
  g_autofree char *d = take (f, 4, "<4@x>", "4", NOW, "ticket");
  g_assert_cmpstr (d, ==, "2026-000003"); /* a number is never used again */
}

static void
test_rollback_gives_number_back (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope (1);
  g_autoptr (MadoReport) report = make_report ("<1@x>", "1");
  g_auto (MadoSettled) settled = { 0 };

  receive (f, envelope);
  settle_only (f, envelope, report, NOW, &settled);
  mado_store_rollback (f->store); /* nobody outside has seen it */
  settle (f, envelope, report, NOW, &settled);
  g_assert_cmpstr (settled.number, ==, "2026-000001");
}

/* (transfer full) all that the store would show, as text. */
static char *
dump (Fixture *f)
{
  GString *all = g_string_new (NULL);
  gint64 rows = 0, count = 0;
  g_autoptr (MadoAccountStates) states = mado_account_states_new ();
  g_autoptr (GPtrArray) list = mado_store_list_incidents (f->store, NULL, NULL, NULL, 0, 1000, NULL);
  g_autoptr (GPtrArray) drafts = mado_store_list_due (f->store, "draft", G_MAXINT64, 1000, NULL);
  g_autoptr (GPtrArray) ready = mado_store_list_due (f->store, "ready", G_MAXINT64, 1000, NULL);

  g_assert_true (mado_store_count_states (f->store, states, &rows, NULL));
  g_string_append_printf (all, "rows=%d ", (int) rows);
  for (guint i = 0; i < list->len; i++) {
    const MadoIncident *summary = list->pdata[i];
    g_autoptr (GError) error = NULL;
    gint64 id = 0;
    g_assert_true (mado_store_find_number (f->store, summary->number, &id, NULL));
    g_autoptr (MadoIncident) incident = mado_store_load_incident (f->store, id, "team", &error);
    g_assert_no_error (error);
    g_autoptr (GVariant) variant = g_variant_ref_sink (mado_incident_to_variant (incident));
    g_autofree char *printed = g_variant_print (variant, FALSE);
    g_string_append (all, printed);
    g_assert_true (mado_store_count_drafts (f->store, id, &count, NULL));
    g_string_append_printf (all, " drafts=%d", (int) count);
  }
  g_string_append_printf (all, " due=%u,%u", drafts->len, ready->len);
  return g_string_free (all, FALSE);
}

/* A crash after each commit, then the same step again: nothing changes. */
static void
test_replay (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope (1);
  g_autoptr (MadoReport) report = make_report ("<1@x>", "1");
  g_auto (MadoSettled) settled = { 0 };

  receive (f, envelope);
  crash (f);
  receive (f, envelope); /* one attempt more */
  g_autoptr (MadoMail) mail = mado_store_find_mail (f->store, envelope->queue_id, NULL);
  g_assert_cmpint (mail->attempts, ==, 2);
  settle_only (f, envelope, report, NOW, &settled);
  crash (f); /* before its commit: nothing of it is there */
  g_autoptr (MadoMail) pending = mado_store_find_mail (f->store, envelope->queue_id, NULL);
  g_assert_cmpstr (pending->state, ==, "pending");
  g_assert_cmpint (pending->incident, ==, 0);
  settle (f, envelope, report, NOW, &settled);
  g_assert_true (settled.has_draft);
  g_autofree char *before = dump (f);
  crash (f);
  g_autofree char *after = dump (f);
  g_assert_cmpstr (before, ==, after);
  receive (f, envelope);
  settle (f, envelope, report, NOW + 5, &settled);
  g_assert_true (settled.was_settled);
  g_assert_false (settled.has_draft);
  g_assert_cmpstr (settled.number, ==, "2026-000001");
  g_autofree char *again = dump (f);
  g_assert_cmpstr (before, ==, again);
  g_autoptr (MadoMail) kept = mado_store_find_mail (f->store, envelope->queue_id, NULL);
  g_assert_cmpint (kept->attempts, ==, 2);
}

static MadoOutboxItem *
first_due (Fixture *f, const char *state)
{
  g_autoptr (GPtrArray) list = mado_store_list_due (f->store, state, NOW, 10, NULL);

  g_assert_cmpuint (list->len, ==, 1);
  return mado_outbox_item_copy (list->pdata[0]);
}

static void
test_outbox (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *number = take (f, 1, "<1@x>", "1", NOW, "ticket");
  g_autoptr (MadoOutboxItem) item = first_due (f, "draft");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("sealed", 6);
  gint64 count = 0;
  gboolean changed = FALSE;

  g_assert_cmpstr (item->queue_id, ==, "0000000000000001");
  g_assert_cmpstr (item->recipient, ==, "alice@example.net");
  g_assert_true (mado_store_set_sealed (f->store, item->id, bytes, NOW, NULL));
  crash (f);
  g_assert_true (mado_store_set_sending (f->store, item->id, NULL));
  crash (f);
  g_assert_true (mado_store_recover_outbox (f->store, &count, NULL));
  g_assert_cmpint (count, ==, 1);
  g_autoptr (MadoOutboxItem) again = first_due (f, "ready");
  g_assert_cmpstr (again->message_id, ==, item->message_id);
  g_assert_cmpint (again->attempts, ==, 1);
  g_autoptr (GBytes) kept = mado_store_load_sealed (f->store, item->id, NULL);
  g_assert_true (g_bytes_equal (kept, bytes));
  g_assert_true (mado_store_set_sending (f->store, item->id, NULL));
  g_assert_true (mado_store_set_retry (f->store, item->id, "later", NOW + 60, NULL));
  g_autoptr (GPtrArray) none = mado_store_list_due (f->store, "ready", NOW + 59, 10, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  gint64 when = 0;
  g_assert_true (mado_store_next_due (f->store, &when, NULL));
  g_assert_cmpint (when, ==, NOW + 60);
  g_assert_true (mado_store_set_sending (f->store, item->id, NULL));
  g_assert_true (mado_store_set_bounced (f->store, item->message_id, &changed, NULL));
  g_assert_false (changed); /* not sent yet: a forged report about it changes nothing */
  g_assert_true (mado_store_set_sent (f->store, item->id, NOW, NULL));
  g_assert_true (mado_store_set_failed (f->store, item->id, "too late", NULL));
  g_assert_true (mado_store_set_bounced (f->store, item->message_id, &changed, NULL));
  g_assert_true (changed); /* so it was still "sent" */
  g_assert_null (mado_store_load_sealed (f->store, item->id, NULL));
}

static void
test_duplicates (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *a = take (f, 1, "<1@x>", "1", NOW, "ticket");
  g_autofree char *same = take (f, 2, "<1@x>", "1", NOW, "duplicate");
  g_autofree char *clash = take (f, 3, "<1@x>", "2", NOW, "ticket");
  g_autofree char *clash_again = take (f, 4, "<1@x>", "2", NOW, "duplicate");
  g_autofree char *unknown = take (f, 5, "<1@x>", NULL, NOW, "ticket");
  g_autofree char *anonymous = take (f, 6, NULL, "1", NOW, "ticket");

  g_assert_cmpstr (same, ==, a);
  g_assert_cmpstr (clash_again, ==, clash);
  g_assert_cmpstr (clash, !=, a);
  g_assert_cmpstr (unknown, !=, a);
  g_assert_cmpstr (anonymous, !=, a);
}

static void
test_rate (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 count = 0;

  for (int i = 1; i <= 6; i++) {
    g_autofree char *id = g_strdup_printf ("<%d@x>", i);
    g_free (take (f, i, id, id, NOW, "ticket"));
  }
  g_assert_true (mado_store_count_answers (f->store, "ALICE@example.net", NOW - 1, 100, &count, NULL));
  g_assert_cmpint (count, ==, 3); /* the rest are tickets without an answer */
  g_free (take (f, 7, "<7@x>", "7", NOW + settings.window + 1, "ticket"));
  g_assert_true (mado_store_count_answers (f->store, "alice@example.net", NOW - 1, 100, &count, NULL));
  g_assert_cmpint (count, ==, 4);
}

static void
test_list (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  gint64 id = 0;

  for (int i = 1; i <= 5; i++) {
    g_autofree char *message_id = g_strdup_printf ("<%d@x>", i);
    g_free (take (f, i, message_id, message_id, NOW + i, "ticket"));
  }
  g_assert_true (mado_store_find_number (f->store, "2026-000002", &id, NULL));
  g_assert_true (mado_store_add_decision (f->store, id, "owner", "taro", "hana", NOW + 100, NULL)
                 && mado_store_set_state (f->store, id, "new", NOW + 100, NULL)
                 && mado_store_apply_decisions (f->store, id, NULL, NULL));
  g_autoptr (GPtrArray) all = mado_store_list_incidents (f->store, NULL, NULL, NULL, 0, 2, &error);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((MadoIncident *) all->pdata[0])->number, ==, "2026-000002"); /* newest activity first */
  g_assert_cmpstr (((MadoIncident *) all->pdata[1])->ticket, ==, "EX #2026-000005");
  g_assert_true (mado_store_find_number (f->store, "2026-000005", &id, NULL));
  g_autoptr (GPtrArray) page = mado_store_list_incidents (f->store, NULL, NULL, NULL, id, 10, &error);
  g_assert_cmpuint (page->len, ==, 3);
  g_assert_cmpstr (((MadoIncident *) page->pdata[0])->number, ==, "2026-000004");
  g_autoptr (GPtrArray) mine = mado_store_list_incidents (f->store, NULL, NULL, "taro", 0, 10, &error);
  g_assert_cmpuint (mine->len, ==, 1);
  g_autoptr (GPtrArray) nobodys = mado_store_list_incidents (f->store, NULL, "new", "", 0, 10, &error);
  g_assert_cmpuint (nobodys->len, ==, 4);
  g_autoptr (GPtrArray) done = mado_store_list_incidents (f->store, NULL, "resolved", NULL, 0, 10, &error);
  g_assert_cmpuint (done->len, ==, 0);
}

static void
test_belongs (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope (1);
  g_autoptr (MadoReport) report = make_report ("<1@x>", "1");
  g_auto (MadoSettled) settled = { 0 };
  gboolean belongs = FALSE;

  report->signature = MADO_SIGNATURE_BAD;
  report->signer = mado_signer_new ();
  report->signer->fingerprint = g_strdup ("AAAA");
  receive (f, envelope);
  settle (f, envelope, report, NOW, &settled);
  g_assert_true (mado_store_belongs (f->store, settled.incident, "ALICE@EXAMPLE.NET", NULL, &belongs, NULL) && belongs);
  g_assert_true (mado_store_belongs (f->store, settled.incident, "eve@example.net", NULL, &belongs, NULL) && !belongs);
  g_assert_true (mado_store_belongs (f->store, settled.incident, NULL, "AAAA", &belongs, NULL) && !belongs);
  g_assert_true (mado_store_belongs (f->store, settled.incident, NULL, NULL, &belongs, NULL) && !belongs);
  g_assert_true (mado_store_belongs (f->store, settled.incident + 1, "alice@example.net", NULL, &belongs, NULL));
  g_assert_false (belongs);
}

static void
test_one_keeper (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_store_open (f->url, "EX", test_vault (), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
}

static void
test_bad_urls (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const urls[] = { "", "sqlite:", "postgres://x", "/tmp/x" };
  sqlite3 *db;
  g_autoptr (GError) newer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_store_open (urls[i], "EX", test_vault (), &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  }
  g_assert_cmpint (mado_store_schema (f->store), ==, mado_schema_current ());
  g_assert_true (mado_store_check (f->store, NULL));
  mado_store_close (g_steal_pointer (&f->store));
  g_assert_cmpint (sqlite3_open (f->url + strlen ("sqlite:"), &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "PRAGMA user_version = 99", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  g_assert_null (mado_store_open (f->url, "EX", test_vault (), &newer));
  g_assert_error (newer, MADO_ERROR, MADO_ERROR_CONF);
}

/* The same text from the same sender: named; what differs is new. */
static void
test_same_text (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    const char *text, *subject, *from;
    gint64 when;
    const char *answer;
  } rows[] = {
    { "look at this\n", "phishing", "alice@example.net", NOW, "came-in-the-clear" },
    { "look at that\n", "phishing", "alice@example.net", NOW, "came-in-the-clear" },
    { "look at this\n", "phishing 2", "alice@example.net", NOW, "came-in-the-clear" },
    { "look at this\n", "phishing", "bob@example.net", NOW, "came-in-the-clear" },
    { "look at this\n", "phishing", "Alice@Example.net", NOW + 3600, "same-text" },
    { "look at this\n", "phishing", "alice@example.net", NOW + 9000, "same-text" },
    { "look at this\n", "phishing", "bob@example.net", NOW + 9002, "same-text" },
    { "", "phishing", "carol@example.net", NOW, "came-in-the-clear" },
    { " \n", "phishing", "carol@example.net", NOW, "came-in-the-clear" },
    { " \n", "phishing", "carol@example.net", NOW, "came-in-the-clear" }, /* what says nothing is like nothing */
    { "look at this\n", "phishing", "alice@example.net", NOW + 9 * 86400, "came-in-the-clear" },
  };
  MadoDeskSettings many = settings;

  many.max_answers = 100;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *id = g_strdup_printf ("<%u@x>", i);
    g_autoptr (MadoEnvelope) envelope = make_envelope ((int) i);
    g_autoptr (MadoReport) report = make_report (id, id);
    g_auto (MadoSettled) settled = { 0 };
    MadoSettler settler = { f->store, &many, rows[i].when };
    envelope->received = rows[i].when;
    g_free (report->from->address);
    report->from->address = g_strdup (rows[i].from);
    g_free (report->subject);
    report->subject = g_strdup (rows[i].subject);
    report->text = g_strdup (rows[i].text);
    receive (f, envelope);
    g_assert_true (mado_store_begin (f->store, &error));
    mado_settle_report (&settler, envelope, report, &settled, &error);
    g_assert_no_error (error);
    g_assert_true (mado_store_commit (f->store, &error));
    g_test_message ("row %u", i);
    g_assert_cmpstr (settled.answer, ==, rows[i].answer);
  }
  g_autoptr (GPtrArray) drafts = mado_store_list_due (f->store, "draft", G_MAXINT64, 100, NULL);
  g_assert_cmpuint (drafts->len, ==, G_N_ELEMENTS (rows));
}

/* A delivery report that comes by our token, and names for whom alone: the newest answer to that address has failed. */
static void
test_returned_by_token (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    const char *action, *recipient, *state;
    gboolean is_by_tag; /* which others can guess, in a name that they write themselves */
  } rows[] = {
    { "delayed", "Alice@example.net", "sent", FALSE },
    { "failed", "bob@example.net", "sent", FALSE },
    { "failed", "Alice@example.net", "sent", TRUE },
    { "failed", "Alice@example.net", "failed", FALSE },
  };
  g_autofree char *number = take (f, 1, "<1@x>", "1", NOW, "ticket");
  g_autoptr (MadoOutboxItem) item = first_due (f, "draft");
  g_autoptr (GBytes) sealed = g_bytes_new_static ("x", 1);
  g_autofree char *token = mado_store_load_token (f->store, item->incident, NULL);

  g_assert_true (mado_store_set_sealed (f->store, item->id, sealed, NOW, NULL) && mado_store_set_sending (f->store, item->id, NULL)
                 && mado_store_set_sent (f->store, item->id, NOW, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *id = g_strdup_printf ("<dsn%u@x>", i);
    g_autoptr (MadoEnvelope) envelope = make_envelope (10 + (int) i);
    g_autoptr (MadoReport) report = make_report (id, id);
    g_auto (MadoSettled) settled = { 0 };
    const char *const fields[] = { "action", rows[i].action, "recipient", rows[i].recipient, NULL };
    g_free (envelope->mail_from);
    envelope->mail_from = g_strdup ("");
    g_strfreev (envelope->recipients);
    envelope->recipients = g_new0 (char *, 2);
    envelope->recipients[0] = g_strdup_printf ("csirt%s%s@example.org", rows[i].is_by_tag ? "" : "+",
                                               rows[i].is_by_tag ? "" : token);
    if (rows[i].is_by_tag) {
      g_free (report->subject);
      report->subject = g_strdup_printf ("[EX #%s]", number);
    }
    report->headers->is_delivery_report = TRUE;
    report->report = mado_report_body_new ();
    g_strfreev (report->report->fields);
    report->report->fields = g_strdupv ((char **) fields);
    receive (f, envelope);
    settle (f, envelope, report, NOW + 1, &settled);
    g_assert_cmpstr (settled.state, ==, "bounce");
    g_autoptr (MadoIncident) incident = mado_store_load_incident (f->store, item->incident, "csirt@example.org", NULL);
    for (guint j = 0; j < incident->thread->len; j++) {
      const MadoEntry *entry = incident->thread->pdata[j];
      if (strcmp (entry->direction, "out") == 0)
        g_assert_cmpstr (entry->delivery, ==, rows[i].state);
    }
  }
}

static void
test_settled_stays (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *number = take (f, 1, "<1@x>", "1", NOW, "ticket");
  g_autoptr (GError) error = NULL;

  g_assert_false (mado_store_settle_mail (f->store, "0000000000000001", "held", 0, "x", NULL, NOW, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_null (mado_store_find_mail (f->store, "nothing", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("numbers", test_numbers);
  ADD ("rollback", test_rollback_gives_number_back);
  ADD ("replay", test_replay);
  ADD ("outbox", test_outbox);
  ADD ("duplicates", test_duplicates);
  ADD ("rate", test_rate);
  ADD ("list", test_list);
  ADD ("belongs", test_belongs);
  ADD ("one-keeper", test_one_keeper);
  ADD ("bad-urls", test_bad_urls);
  ADD ("settled-stays", test_settled_stays);
  ADD ("same-text", test_same_text);
  ADD ("returned-by-token", test_returned_by_token);
  return g_test_run ();
}
