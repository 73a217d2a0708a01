/* test-desk-store-triage.c: what rules decide stands in the store beside what members decide, who always win; reading a mail
 * again replaces its own decisions alone. */
#include "desk-schema.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/triage-rules.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "ja", "en", NULL };
static const MadoDeskSettings settings = {
  .prefix = "EX", .team = team, .languages = languages, .max_all_answers = 100, .max_answers = 30, .window = 3600, .may_encrypt = TRUE
};

static const char first_rules[] = "[constituency uni]\nnetworks = 192.0.2.0/24\n"
                                  "[rule phishing]\nwords = phishing\ncategory = Phishing\nurgency = high\nowner = ann\ntags = web\n"
                                  "[rule urgent]\nwords = urgent\nimpact = high\nurgency = high\ntags = hot\n"
                                  "[rule known]\nrelated = yes\ntags = related\n";
static const char other_rules[] = "[rule all]\ncategory = Spam\nimpact = low\nowner = bob\ntags = junk\n";

typedef struct {
  char *top, *url;
  MadoStore *store;
  MadoTriageRules *rules;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
use_rules (Fixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;

  mado_triage_rules_free (f->rules);
  f->rules = mado_triage_rules_parse (text, "t.conf", &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("store-XXXXXX", NULL);
  f->url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  open_store (f);
  use_rules (f, first_rules);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_triage_rules_free (f->rules);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->url);
}

static MadoReport *
make_report (int n, const char *subject, const char *answers, const char *address)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup_printf ("<%d@x>", n);
  report->content_sha256 = g_strdup_printf ("%d", n);
  report->subject = g_strdup (subject);
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("alice@example.net");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  if (answers != NULL) {
    g_strfreev (report->headers->in_reply_to);
    report->headers->in_reply_to = g_strsplit (answers, " ", -1);
  }
  if (address != NULL) {
    MadoIndicator *indicator = mado_indicator_new ();
    indicator->type = g_strdup ("ipv4");
    indicator->value = g_strdup (address);
    indicator->part = g_strdup ("1");
    indicator->role = g_strdup ("statement");
    g_ptr_array_add (report->indicators, indicator);
  }
  return report;
}

/* Settles mail @n; its incident. */
static gint64
settle (Fixture *f, int n, const MadoReport *report, const char *state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + n, f->rules };

  envelope->queue_id = g_strdup_printf ("%016d", n);
  envelope->received = NOW;
  envelope->mail_from = g_strdup ("alice@example.net");
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (settled.state, ==, state);
  g_assert_true (mado_store_commit (f->store, NULL));
  return settled.incident;
}

static void
settle_again (Fixture *f, int n, const MadoReport *report)
{
  g_autoptr (GError) error = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + 100 + n, f->rules };
  g_autofree char *id = g_strdup_printf ("%016d", n);

  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_settle_again (&settler, id, report, &settled, &error));
  g_assert_true (mado_store_commit (f->store, NULL));
}

static void
decide (Fixture *f, gint64 incident, const char *field, const char *value)
{
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_add_decision (f->store, incident, field, value, "mika", NOW + 50, NULL));
  g_assert_true (mado_store_apply_decisions (f->store, incident, NULL, NULL));
  g_assert_true (mado_store_commit (f->store, NULL));
}

/* "category priority owner tlp tags" of @incident. */
static void
assert_shows (Fixture *f, gint64 id, const char *expected)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (f->store, id, NULL);
  g_autofree char *tags = g_strjoinv (",", incident->tags);
  g_autofree char *shown = g_strdup_printf ("%s %s %s %s %s", incident->category, incident->priority, incident->owner,
                                            incident->tlp, tags);

  g_assert_cmpstr (shown, ==, expected);
}

/* The Message-ID of the answer that the incident's first mail got. */
static char *
answer_of (Fixture *f, gint64 id)
{
  g_autoptr (MadoIncident) incident = mado_store_load_incident (f->store, id, team[0], NULL);

  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    if (strcmp (entry->direction, "out") == 0)
      return g_strdup (entry->message_id);
  }
  g_assert_not_reached ();
}

static void
test_joined (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) one = make_report (1, "phishing", NULL, "192.0.2.7");
  gint64 id = settle (f, 1, one, "ticket");
  g_autofree char *answer = answer_of (f, id);
  g_autoptr (MadoReport) two = make_report (2, "thanks", answer, NULL), three = make_report (3, "urgent", answer, NULL);

  assert_shows (f, id, "fraud:phishing high ann (null) web");
  settle (f, 2, two, "joined"); /* says nothing: lowers nothing */
  assert_shows (f, id, "fraud:phishing high ann (null) web");
  settle (f, 3, three, "joined");
  assert_shows (f, id, "fraud:phishing urgent ann (null) web,hot");
  g_autoptr (MadoIncident) incident = mado_store_load_summary (f->store, id, NULL);
  g_assert_cmpstr (incident->constituencies[0], ==, "uni");
  /* Read again under other rules, everything follows; the last mail's word alone stays as it was. */
  use_rules (f, other_rules);
  settle_again (f, 1, one);
  assert_shows (f, id, "abusive-content:spam urgent bob (null) junk,hot");
  settle_again (f, 3, three);
  assert_shows (f, id, "abusive-content:spam low bob (null) junk");
}

static void
test_members_win (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) one = make_report (1, "phishing", NULL, NULL);
  one->report->tlp = g_strdup ("TLP:RED");
  gint64 id = settle (f, 1, one, "ticket");
  g_autofree char *answer = answer_of (f, id);
  g_autoptr (MadoReport) two = make_report (2, "urgent", answer, NULL);

  assert_shows (f, id, "fraud:phishing high ann TLP:RED web");
  decide (f, id, "priority", "low");
  decide (f, id, "tlp", "TLP:GREEN");
  decide (f, id, "owner", NULL);
  decide (f, id, "untag", "web");
  decide (f, id, "tag", "mine");
  assert_shows (f, id, "fraud:phishing low (null) TLP:GREEN mine");
  two->report->tlp = g_strdup ("TLP:AMBER");
  settle (f, 2, two, "joined");
  assert_shows (f, id, "fraud:phishing low (null) TLP:GREEN hot,mine");
  use_rules (f, other_rules);
  settle_again (f, 1, one);
  settle_again (f, 2, two);
  assert_shows (f, id, "abusive-content:spam low (null) TLP:GREEN junk,mine");
  decide (f, id, "category", "fraud:masquerade");
  use_rules (f, first_rules);
  settle_again (f, 1, one);
  settle_again (f, 2, two);
  assert_shows (f, id, "fraud:masquerade low (null) TLP:GREEN hot,mine");
  /* Handed back. */
  decide (f, id, "priority", "auto");
  decide (f, id, "tlp", "auto");
  assert_shows (f, id, "fraud:masquerade urgent (null) TLP:RED hot,mine");
  g_autoptr (MadoTriage) triage = mado_store_load_triage (f->store, id, NULL);
  guint members = 0;
  for (guint i = 0; i < triage->decisions->len; i++)
    members += strcmp (((MadoDecision *) triage->decisions->pdata[i])->set_by, "mika") == 0 ? 1 : 0;
  g_assert_cmpuint (members, ==, 8); /* all of it is kept, with who and when */
}

static void
test_related (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) one = make_report (1, "a", NULL, "203.0.113.5"), two = make_report (2, "b", NULL, "203.0.113.5");
  g_autoptr (MadoReport) three = make_report (3, "c", NULL, "203.0.113.6");
  gint64 first = settle (f, 1, one, "ticket"), second = settle (f, 2, two, "ticket"), third = settle (f, 3, three, "ticket");

  assert_shows (f, first, "(null) normal (null) (null) ");
  assert_shows (f, second, "(null) normal (null) (null) related");
  assert_shows (f, third, "(null) normal (null) (null) ");
  settle_again (f, 1, one); /* what came later is not its history */
  assert_shows (f, first, "(null) normal (null) (null) ");
}

static void
test_login_is_no_rule (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) one = make_report (1, "phishing", NULL, NULL);
  gint64 id = settle (f, 1, one, "ticket");

  g_assert_true (mado_store_add_decision (f->store, id, "priority", "low", "rule", NOW, NULL));
  g_assert_true (mado_store_apply_decisions (f->store, id, NULL, NULL));
  assert_shows (f, id, "fraud:phishing low ann (null) web");
}

/* A thread without end: what says nothing new is not kept for ever. */
static void
test_many (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) one = make_report (1, "phishing", NULL, NULL);
  gint64 id = settle (f, 1, one, "ticket");
  g_autofree char *answer = answer_of (f, id);
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_decision_free);

  for (int i = 0; i < 3000; i++) {
    MadoDecision *decision = mado_decision_new ();
    decision->field = g_strdup ("tag");
    decision->value = g_strdup ("same");
    decision->set_by = g_strdup ("rule");
    g_ptr_array_add (many, decision);
  }
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_put_decisions (f->store, id, "0000000000000001", many, NOW, NULL));
  g_assert_true (mado_store_commit (f->store, NULL));
  g_autoptr (MadoReport) two = make_report (2, "urgent phishing", answer, NULL);
  settle (f, 2, two, "joined");
  g_autoptr (MadoTriage) triage = mado_store_load_triage (f->store, id, NULL);
  g_assert_true (g_strv_contains ((const char *const *) triage->tags, "hot"));
  settle_again (f, 2, two);
  g_autoptr (MadoTriage) again = mado_store_load_triage (f->store, id, NULL);
  g_assert_cmpuint (again->decisions->len, ==, triage->decisions->len);
}

/* A store of the version before: what its tickets show stays, and stays whose it was. */
static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) one = make_report (1, "phishing", NULL, NULL);
  const gint64 id = 1;

  mado_store_close (g_steal_pointer (&f->store));
  g_free (f->url);
  f->url = g_strdup_printf ("sqlite:%s/old.db", f->top);
  test_old_store (f->url + strlen ("sqlite:"), 5,
                  "INSERT INTO incident (id, number, token, created, updated, state, owner, category, tlp, encryption, signature)"
                  " VALUES (1, '2026-000001', 'a', 1, 1, 'open', 'taro', 'test:test', 'TLP:AMBER', 0, 0);"
                  "INSERT INTO message (id, queue_id, state, attempts, crashes, received, size, envelope, incident)"
                  " VALUES (1, '0000000000000001', 'ticket', 1, 0, 1, 10, x'00', 1)");
  open_store (f);
  assert_shows (f, id, "test:test (null) taro TLP:AMBER ");
  g_assert_true (mado_store_apply_decisions (f->store, id, NULL, NULL));
  assert_shows (f, id, "test:test (null) taro TLP:AMBER ");
  settle_again (f, 1, one);
  assert_shows (f, id, "fraud:phishing high taro TLP:AMBER web");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store-triage/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("joined", test_joined);
  ADD ("members-win", test_members_win);
  ADD ("related", test_related);
  ADD ("login-is-no-rule", test_login_is_no_rule);
  ADD ("many", test_many);
  ADD ("migration", test_migration);
  return g_test_run ();
}
