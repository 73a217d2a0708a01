/* test-desk-store-case.c: indicators, marks and other teams' numbers in the store, and what settling makes of them. */
#include "desk-vault.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "en", NULL };
static const MadoDeskSettings settings = {
  .prefix = "EX", .team = team, .languages = languages, .max_answers = 3, .max_all_answers = 1000, .window = 3600, .may_encrypt = TRUE
};

typedef struct {
  char *top;
  MadoStore *store;
  int mails;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;

  f->top = g_dir_make_tmp ("case-XXXXXX", NULL);
  url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

/* @indicators: "type value[!] ..." ("!": private). @ids: joined by commas; those of the subject. */
static MadoReport *
make_report (const char *from, const char *indicators, const char *tlp, const char *ids)
{
  MadoReport *report = mado_report_new ();
  g_auto (GStrv) words = g_strsplit (indicators, " ", -1);

  report->from = mado_mailbox_new ();
  report->from->address = g_strdup (from);
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  report->report->tlp = g_strdup (tlp);
  g_strfreev (report->report->external_ids);
  report->report->external_ids = g_strsplit (ids, ",", -1);
  g_strfreev (report->report->thread_ids);
  report->report->thread_ids = g_strsplit (ids, ",", -1);
  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2) {
    MadoIndicator *indicator = mado_indicator_new ();
    gsize length = strlen (words[i + 1]);
    indicator->type = g_strdup (words[i]);
    indicator->value = g_strdup (words[i + 1]);
    if (indicator->value[length - 1] == '!') {
      indicator->value[length - 1] = '\0';
      g_strfreev (indicator->flags);
      indicator->flags = g_strsplit ("private", " ", -1);
    }
    g_ptr_array_add (report->indicators, indicator);
  }
  return report;
}

static char *
queue_id_of (int n)
{
  return g_strdup_printf ("%016d", n);
}

/* Settles one more mail. @state, @incident: how it must end. */
static void
settle (Fixture *f, MadoReport *report, const char *state, gint64 incident)
{
  MadoSettler settler = { f->store, &settings, NOW };
  g_autoptr (MadoReport) owned = report;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoMail) mail = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (MadoSettled) settled = { 0 };

  envelope->queue_id = queue_id_of (++f->mails);
  envelope->received = NOW;
  envelope->mail_from = g_strdup ("a@b.net");
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_receive_mail (f->store, envelope, 5, NULL, &mail, &error));
  g_assert_true (mado_settle_report (&settler, envelope, owned, &settled, &error));
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, NULL));
  g_assert_cmpstr (settled.state, ==, state);
  g_assert_cmpint (settled.incident, ==, incident);
}

static MadoIncident *
load (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;
  MadoIncident *incident = mado_store_load_incident (f->store, id, "csirt@example.org", &error);

  g_assert_no_error (error);
  return incident;
}

static void
test_relations (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  settle (f, make_report ("a@x.net", "ipv4 5.5.5.5 domain evil.com ipv4 10.0.0.1!", NULL, ""), "ticket", 1);
  settle (f, make_report ("b@x.net", "ipv4 9.9.9.9 ipv4 10.0.0.1!", NULL, ""), "ticket", 2);
  settle (f, make_report ("c@x.net", "ipv4 5.5.5.5 domain evil.com domain evil.com", NULL, ""), "ticket", 3);
  settle (f, make_report ("d@x.net", "ipv4 5.5.5.5 ipv4 9.9.9.9", NULL, ""), "ticket", 4);
  g_autoptr (MadoIncident) third = load (f, 3), second = load (f, 2);
  g_assert_cmpint (third->counts->indicators, ==, 2);
  g_assert_cmpuint (third->relations->len, ==, 2);
  const MadoRelation *newest = third->relations->pdata[0], *first = third->relations->pdata[1];
  g_assert_cmpstr (newest->ticket, ==, "EX #2026-000004");
  g_assert_cmpint (newest->shared, ==, 1);
  g_assert_cmpstr (first->number, ==, "2026-000001");
  g_assert_cmpstr (first->state, ==, "new");
  g_assert_cmpint (first->shared, ==, 2);
  g_assert_cmpuint (first->indicators->len, ==, 2);
  /* a private address relates nothing */
  g_assert_cmpuint (second->relations->len, ==, 1);
  g_assert_cmpstr (((MadoRelation *) second->relations->pdata[0])->number, ==, "2026-000004");
}

/* A report derived again replaces its indicators. */
static void
test_again (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoSettler settler = { f->store, &settings, NOW };
  g_autofree char *queue_id = queue_id_of (1);
  g_autoptr (MadoReport) better = make_report ("a@x.net", "ipv4 6.6.6.6", "TLP:RED", "");
  g_auto (MadoSettled) settled = { 0 };

  settle (f, make_report ("a@x.net", "ipv4 5.5.5.5", "TLP:GREEN", ""), "ticket", 1);
  settle (f, make_report ("b@x.net", "ipv4 5.5.5.5", NULL, ""), "ticket", 2);
  g_assert_true (mado_store_begin (f->store, NULL) && mado_settle_again (&settler, queue_id, better, &settled, NULL)
                 && mado_store_commit (f->store, NULL));
  g_autoptr (MadoIncident) incident = load (f, 1), other = load (f, 2);
  g_assert_cmpint (incident->counts->indicators, ==, 1);
  g_assert_cmpuint (incident->relations->len, ==, 0);
  g_assert_cmpuint (other->relations->len, ==, 0);
  g_assert_cmpstr (incident->tlp, ==, "TLP:RED");
}

static void
test_marks (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  settle (f, make_report ("a@x.net", "", "TLP:AMBER", "JPCERT#12345678"), "ticket", 1);
  settle (f, make_report ("a@x.net", "ipv4 5.5.5.5", "TLP:GREEN", "jpcert # 12345678,CERT-Bund#7"), "joined", 1);
  settle (f, make_report ("a@x.net", "", NULL, "two\nlines"), "ticket", 2); /* no number, and no reason to lose the mail */
  g_autoptr (MadoIncident) incident = load (f, 1);
  g_assert_cmpstr (incident->tlp, ==, "TLP:AMBER");
  g_assert_cmpint (incident->counts->indicators, ==, 1);
  g_assert_cmpuint (g_strv_length (incident->external_ids), ==, 2);
  g_assert_cmpstr (incident->external_ids[1], ==, "CERT-Bund#7");
}

/* A number alone never lets a stranger in, and a number that names nobody does not even hold his mail. */
static void
test_aliases (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoSettler settler = { f->store, &settings, NOW };
  g_autofree char *held = queue_id_of (3);
  g_auto (MadoSettled) settled = { 0 };

  settle (f, make_report ("cert@de.net", "", NULL, "CERT-Bund#7"), "ticket", 1);
  settle (f, make_report ("noc@isp.net", "", NULL, "Ticket#5"), "ticket", 2);
  settle (f, make_report ("eve@evil.net", "ipv4 5.5.5.5", "TLP:RED", "CERT-Bund#7,Other#9"), "held", 1);
  settle (f, make_report ("eve@evil.net", "", NULL, "Ticket#5"), "ticket", 3);
  settle (f, make_report ("noc@isp.net", "", NULL, "ticket # 5"), "joined", 2);
  settle (f, make_report ("CERT@de.net", "", NULL, "CERT-Bund#7"), "joined", 1);
  g_autoptr (MadoIncident) before = load (f, 1);
  g_assert_null (before->tlp); /* what is held says nothing yet */
  g_assert_cmpuint (g_strv_length (before->external_ids), ==, 1);
  g_assert_cmpint (before->counts->indicators, ==, 0);
  g_assert_true (mado_store_begin (f->store, NULL) && mado_settle_release (&settler, held, "hana", &settled, NULL)
                 && mado_store_commit (f->store, NULL));
  g_assert_cmpstr (settled.state, ==, "joined");
  g_autoptr (MadoIncident) after = load (f, 1);
  g_assert_cmpstr (after->tlp, ==, "TLP:RED");
  g_assert_cmpuint (g_strv_length (after->external_ids), ==, 2);
  g_assert_cmpint (after->counts->indicators, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/case/relations", Fixture, NULL, set_up, test_relations, tear_down);
  g_test_add ("/desk/case/again", Fixture, NULL, set_up, test_again, tear_down);
  g_test_add ("/desk/case/marks", Fixture, NULL, set_up, test_marks, tear_down);
  g_test_add ("/desk/case/aliases", Fixture, NULL, set_up, test_aliases, tear_down);
  return g_test_run ();
}
