/* test-desk-each.c: a mail with many reports makes one ticket, or one for each, as the settings say. */
#include "desk-vault.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/each.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/merge.h"
#include "madoguchi/desk/store-each.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-triage.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define MAIL "0000000000000001"

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "en", NULL };
static const char rules_text[] = "[constituency one]\nnetworks = 133.1.1.0/24\n[constituency two]\nnetworks = 133.1.2.0/24\nimpact = high\n"
                                 "[rule phishing]\nreported = Phishing\ntags = web\n";

typedef struct {
  char *top;
  MadoStore *store;
  MadoTriageRules *rules;
  MadoDeskSettings settings;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("store-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), NULL);
  f->rules = mado_triage_rules_parse (rules_text, "t.conf", NULL);
  g_assert_true (f->store != NULL && f->rules != NULL);
  f->settings = (MadoDeskSettings){ .prefix = "EX", .team = team, .languages = languages, .one_ticket_each = TRUE,
                                    .max_answers = 9, .max_all_answers = 9, .window = 3600 };
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_triage_rules_free (f->rules);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

static void
add_record (MadoReport *report, const char *category, const char *source, gboolean is_evidence)
{
  MadoReportRecord *record = mado_report_record_new ();
  MadoIndicator *indicator = mado_indicator_new ();

  record->format = g_strdup ("xarf");
  record->category = g_strdup (category);
  record->is_evidence = is_evidence;
  g_strfreev (record->sources);
  record->sources = g_strsplit (source, " ", -1);
  g_strfreev (record->fields);
  record->fields = g_strsplit ("port|25", "|", -1);
  g_ptr_array_add (report->report->records, record);
  indicator->type = g_strdup ("ipv4");
  indicator->value = g_strdup (source);
  indicator->part = g_strdup ("field source");
  indicator->role = g_strdup ("statement");
  g_ptr_array_add (report->indicators, indicator);
}

static MadoReport *
make_report (void)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup ("<1@x>");
  report->content_sha256 = g_strdup ("1");
  report->subject = g_strdup ("abuse");
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("alice@example.net");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  add_record (report, "abusive-content:spam", "133.1.1.1", FALSE);
  add_record (report, "fraud:copyright", "133.1.9.9", TRUE);
  add_record (report, "fraud:phishing", "133.1.2.2", FALSE);
  add_record (report, "information-gathering:scanner", "133.1.3.3", FALSE);
  report->report->category = g_strdup ("abusive-content:spam");
  return report;
}

static gint64
settle (Fixture *f, const MadoReport *report)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &f->settings, NOW, f->rules };

  envelope->queue_id = g_strdup (MAIL);
  envelope->received = NOW;
  envelope->mail_from = g_strdup ("alice@example.net");
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, NULL));
  return settled.incident;
}

/* Oldest first: "category priority constituencies tags". */
static char *
describe (Fixture *f)
{
  g_autoptr (GPtrArray) all = mado_store_list_incidents (f->store, NULL, NULL, NULL, 0, 1000, NULL);
  GString *out = g_string_new (NULL);

  for (guint number = 1; number <= all->len; number++)
    for (guint i = 0; i < all->len; i++) {
      const MadoIncident *incident = all->pdata[i];
      g_autofree char *name = g_strdup_printf ("2026-%06u", number);
      g_autofree char *places = g_strjoinv (",", incident->constituencies), *tags = g_strjoinv (",", incident->tags);
      if (strcmp (incident->number, name) == 0)
        g_string_append_printf (out, "%s %s [%s] [%s]; ", incident->category, incident->priority, places, tags);
    }
  return g_string_free (out, FALSE);
}

#define EACH "abusive-content:spam normal [one] []; fraud:phishing high [two] [web]; information-gathering:scanner normal [] []; "

static void
test_each (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) report = make_report ();
  gint64 first = settle (f, report), second = 0;
  g_autofree char *found = describe (f);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (found, ==, EACH);
  g_assert_true (mado_store_find_number (f->store, "2026-000002", &second, NULL));
  g_autoptr (MadoIncident) a = mado_store_load_incident (f->store, first, team[0], NULL);
  g_autoptr (MadoIncident) b = mado_store_load_incident (f->store, second, team[0], NULL);
  g_assert_cmpuint (g_strv_length (a->links), ==, 2);
  g_assert_cmpstr (a->links[0], ==, "EX #2026-000002");
  g_assert_cmpstr (b->links[0], ==, "EX #2026-000001");
  g_assert_cmpstr (b->links[1], ==, "EX #2026-000003");
  g_assert_cmpint (a->counts->messages, ==, 1);
  g_assert_cmpint (b->counts->messages, ==, 0);
  g_assert_cmpstr (((MadoEntry *) b->thread->pdata[0])->text, ==, "Report 3 of the mail " MAIL ", which is in EX #2026-000001");
  g_auto (GStrv) mails = mado_store_list_mails_of (f->store, second, NULL);
  g_assert_cmpstr (mails[0], ==, MAIL);
  /* One answer, from the first. */
  g_assert_cmpstr (((MadoEntry *) a->thread->pdata[a->thread->len - 1])->direction, ==, "out");
  /* Read again: the same; a member's word stays where it was said. */
  g_assert_true (mado_store_add_decision (f->store, second, "priority", "low", "mika", NOW, NULL)
                 && mado_store_apply_decisions (f->store, second, NULL, NULL));
  MadoSettler settler = { f->store, &f->settings, NOW + 9, f->rules };
  g_auto (MadoSettled) settled = { 0 };
  g_assert_true (mado_settle_again (&settler, MAIL, report, &settled, &error));
  g_autofree char *again = describe (f);
  g_assert_cmpstr (again, ==,
                   "abusive-content:spam normal [one] []; fraud:phishing low [two] [web]; information-gathering:scanner normal [] []; ");
  g_autoptr (MadoTriage) why = mado_store_load_triage (f->store, first, NULL);
  g_assert_cmpstr (why->category, ==, "abusive-content:spam"); /* each ticket keeps what was decided of it */
  g_autoptr (MadoIncident) after = mado_store_load_incident (f->store, first, team[0], NULL);
  g_assert_cmpuint (after->thread->len, ==, a->thread->len);
}

/* The marks of the mail hold for each of its tickets: one that is for named members is so as a whole. */
static void
test_red (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) report = make_report ();

  report->report->tlp = g_strdup ("TLP:RED");
  settle (f, report);
  g_autoptr (GPtrArray) all = mado_store_list_incidents (f->store, "somebody", NULL, NULL, 0, 10, NULL);
  g_assert_cmpuint (all->len, ==, 3);
  for (guint i = 0; i < all->len; i++)
    g_assert_true (((const MadoIncident *) all->pdata[i])->veiled);
}

/* One of them is merged into another: the mail still says what it says of the rest when it is read again. */
static void
test_merged (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) report = make_report ();
  gint64 first = settle (f, report), second = 0, third = 0;
  MadoSettler settler = { f->store, &f->settings, NOW + 9, f->rules };
  g_auto (MadoSettled) settled = { 0 };

  g_assert_true (mado_store_find_number (f->store, "2026-000002", &second, NULL)
                 && mado_store_find_number (f->store, "2026-000003", &third, NULL));
  g_assert_true (mado_merge_tickets (f->store, second, third, "mika", NOW, NULL));
  g_auto (GStrv) links = mado_store_list_links (f->store, third, NULL), back = mado_store_list_links (f->store, first, NULL);
  g_assert_cmpuint (g_strv_length (links), ==, 1);
  g_assert_cmpstr (links[0], ==, "EX #2026-000001");
  g_assert_cmpuint (g_strv_length (back), ==, 1);
  g_assert_cmpstr (back[0], ==, "EX #2026-000003");
  g_assert_true (mado_settle_again (&settler, MAIL, report, &settled, NULL));
  g_auto (GStrv) mails = mado_store_list_mails_of (f->store, third, NULL);
  g_assert_cmpstr (mails[0], ==, MAIL);
  g_autoptr (MadoIncident) a = mado_store_load_summary (f->store, first, NULL), c = mado_store_load_summary (f->store, third, NULL);
  g_assert_cmpstr (a->category, ==, "abusive-content:spam");
  g_assert_cmpstr (c->category, ==, "information-gathering:scanner");
  g_autoptr (MadoIncident) name = mado_store_load_summary (f->store, second, NULL);
  g_assert_cmpstr (name->category, ==, NULL); /* what is but a name is not judged again */
  /* and all in one */
  g_assert_true (mado_merge_tickets (f->store, third, first, "mika", NOW, NULL) && mado_settle_again (&settler, MAIL, report, &settled, NULL));
  g_autoptr (MadoIncident) all = mado_store_load_summary (f->store, first, NULL);
  g_assert_cmpstr (all->category, ==, "abusive-content:spam");
  g_auto (GStrv) none = mado_store_list_links (f->store, first, NULL);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

static void
test_one (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) report = make_report ();

  f->settings.one_ticket_each = FALSE;
  gint64 id = settle (f, report);
  g_autofree char *found = describe (f);
  g_assert_cmpstr (found, ==, "abusive-content:spam high [one,two] [web]; ");
  g_auto (GStrv) links = mado_store_list_links (f->store, id, NULL);
  g_assert_cmpuint (g_strv_length (links), ==, 0);
}

static void
test_limit (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autoptr (GPtrArray) all = NULL;

  for (int i = 0; i < 300; i++)
    add_record (report, "test:test", "133.1.4.4", FALSE);
  settle (f, report);
  all = mado_store_list_incidents (f->store, NULL, NULL, NULL, 0, 1000, NULL);
  g_assert_cmpuint (all->len, ==, MADO_EACH_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/each/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("each", test_each);
  ADD ("red", test_red);
  ADD ("merged", test_merged);
  ADD ("one", test_one);
  ADD ("limit", test_limit);
  return g_test_run ();
}
