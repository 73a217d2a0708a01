/* test-desk-feed.c: reports of machines make no ticket, are counted and listed; whatever a person may have written does. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/feed.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-feed.h"
#include "madoguchi/desk/store-mail.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define SUBJECT "[Preview] Report Domain: example.org Submitter: big.example Report-ID: 7"

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "en", NULL };
static const MadoDeskSettings settings = { .prefix = "EX", .team = team, .languages = languages };

static MadoReport *
make_report (int n, const char *subject, const char *text)
{
  MadoReport *report = mado_report_new ();
  MadoPart *part = mado_part_new ();

  report->message_id = g_strdup_printf ("<%d@x>", n);
  report->content_sha256 = g_strdup_printf ("%d", n);
  report->subject = g_strdup (subject);
  report->text = g_strdup (text);
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("noreply-dmarc@big.example");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  report->report->kind = g_strdup ("dmarc");
  part->path = g_strdup ("1.2");
  g_ptr_array_add (report->parts, part);
  return report;
}

static MadoReportRecord *
add_record (MadoReport *report, const char *format)
{
  MadoReportRecord *record = mado_report_record_new ();

  record->format = g_strdup (format);
  record->part = g_strdup ("1.2");
  record->organization = g_strdup ("Big");
  record->id = g_strdup ("7");
  record->started = NOW - 86400;
  record->ended = NOW;
  g_strfreev (record->targets);
  record->targets = g_strsplit ("example.org", " ", -1);
  g_strfreev (record->fields);
  record->fields = g_strsplit ("rows|3|messages|1200|pass|1100|fail|100", "|", -1);
  g_ptr_array_add (report->report->records, record);
  return record;
}

static void
test_which (void)
{
  g_autoptr (MadoReport) plain = make_report (1, SUBJECT, "See the attachment."), silent = make_report (2, "hello", " \n");
  g_autoptr (MadoReport) written = make_report (3, "help!", "We get these. What shall we do?");
  g_autoptr (MadoReport) attached = make_report (4, SUBJECT, ""), mixed = make_report (5, SUBJECT, "");
  g_autoptr (MadoReport) forwarded = make_report (6, SUBJECT, ""), none = make_report (7, SUBJECT, "");
  g_autoptr (MadoReport) passed_on = make_report (8, "Fwd: Report Domain: example.org Submitter: big.example", "Somebody fakes our domain!");
  g_autoptr (MadoReport) answered = make_report (9, "Re: " SUBJECT, "Somebody fakes our domain!");
  MadoPart *more = mado_part_new ();

  add_record (passed_on, "dmarc");
  add_record (answered, "dmarc");
  g_assert_false (mado_feed_is (passed_on));
  g_assert_false (mado_feed_is (answered));
  add_record (plain, "dmarc");
  add_record (silent, "dmarc");
  add_record (written, "dmarc");
  add_record (attached, "dmarc");
  more->path = g_strdup ("1.3");
  g_ptr_array_add (attached->parts, more);
  add_record (mixed, "dmarc");
  add_record (mixed, "xarf");
  add_record (forwarded, "dmarc")->is_evidence = TRUE;
  g_assert_true (mado_feed_is (plain));
  g_assert_true (mado_feed_is (silent));
  g_assert_false (mado_feed_is (written));
  g_assert_false (mado_feed_is (attached));
  g_assert_false (mado_feed_is (mixed));
  g_assert_false (mado_feed_is (forwarded));
  g_assert_false (mado_feed_is (none));
}

typedef struct {
  char *top;
  MadoStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("store-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), NULL);
  g_assert_nonnull (f->store);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

static void
settle (Fixture *f, int n, const MadoReport *report, const char *state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + n, NULL };

  envelope->queue_id = g_strdup_printf ("%016d", n);
  envelope->received = NOW + n;
  envelope->mail_from = g_strdup ("");
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, NULL));
  g_assert_cmpstr (settled.state, ==, state);
  g_assert_cmpint (settled.incident != 0, ==, strcmp (state, "ticket") == 0);
  g_assert_false (settled.has_draft);
}

static void
test_settled (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoAccountStates) states = mado_account_states_new ();
  g_autoptr (GError) error = NULL;
  gint64 rows = 0;

  for (int n = 1; n <= 5; n++) {
    g_autoptr (MadoReport) report = make_report (n, SUBJECT, "");
    add_record (report, "dmarc");
    if (n == 2)
      add_record (report, "dmarc")->ended = NOW + 1;
    settle (f, n, report, "feed");
    if (n == 3) {
      settle (f, 103, report, "duplicate");
      MadoSettler settler = { f->store, &settings, NOW + 200, NULL };
      g_auto (MadoSettled) settled = { 0 };
      g_assert_true (mado_settle_again (&settler, "0000000000000003", report, &settled, &error)); /* reopen */
      g_assert_cmpstr (settled.state, ==, "feed");
    }
  }
  g_autoptr (MadoReport) written = make_report (9, "help!", "What are these?");
  add_record (written, "dmarc");
  settle (f, 9, written, "ticket");
  g_assert_true (mado_store_count_states (f->store, states, &rows, NULL));
  g_assert_cmpint (states->feed, ==, 5);
  g_assert_cmpint (rows, ==, states->feed + states->duplicate + states->ticket);
  g_autoptr (GPtrArray) all = mado_store_list_feeds (f->store, NULL, 100, NULL);
  g_assert_cmpuint (all->len, ==, 6);
  const MadoFeed *newest = all->pdata[0];
  g_assert_cmpstr (newest->queue_id, ==, "0000000000000005");
  g_assert_cmpstr (newest->domain, ==, "example.org");
  g_assert_cmpstr (newest->organization, ==, "Big");
  g_assert_cmpstr (newest->from, ==, "noreply-dmarc@big.example");
  g_assert_cmpint (newest->messages, ==, 1200);
  g_assert_cmpint (newest->passed + newest->failed, ==, 1200);
  /* Pages: a mail with two reports stays on one. */
  g_autoptr (GPtrArray) first = mado_store_list_feeds (f->store, NULL, 4, NULL);
  g_assert_cmpuint (first->len, ==, 5);
  g_autoptr (GPtrArray) second = mado_store_list_feeds (f->store, ((MadoFeed *) first->pdata[4])->queue_id, 4, NULL);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_cmpstr (((MadoFeed *) second->pdata[0])->queue_id, ==, "0000000000000001");
}

/* What was a ticket before stays one; the store of before learns what it needs. */
static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_strdup_printf ("%s/old.db", f->top);
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (MadoReport) report = make_report (1, SUBJECT, "");

  mado_store_close (g_steal_pointer (&f->store));
  test_old_store (path, 6, "");
  f->store = mado_store_open (url, "EX", test_vault (), NULL);
  g_assert_nonnull (f->store);
  add_record (report, "dmarc");
  settle (f, 1, report, "feed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/feed/which", test_which);
  g_test_add ("/desk/feed/settled", Fixture, NULL, set_up, test_settled, tear_down);
  g_test_add ("/desk/feed/migration", Fixture, NULL, set_up, test_migration, tear_down);
  return g_test_run ();
}
