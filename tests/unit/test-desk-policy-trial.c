/* test-desk-policy-trial.c: rules tried on tickets that are there: what would be otherwise, what members said stays, nothing is written
 * down; and why an answer is what it is. */
#include "desk-tickets.h"
#include "madoguchi/desk/policy-trial.h"

#define OTHER "[constituency ours]\nnetworks = 192.0.2.0/24\nowner = eve\n" \
              "[rule phishing]\nwords = phishing\ncategory = Spam\nurgency = high\nimpact = high\ntags = web; mail\n"

static MadoPolicyTrial *
run (Fixture *f, const MadoTriageRules *rules, gint64 incident)
{
  g_autoptr (GError) error = NULL;
  const MadoDesk desk = { .store = f->store, .settings = settings, .rules = (MadoTriageRules *) rules };
  MadoPolicyTrial *trial = mado_policy_trial_run (&desk, incident, &error);

  g_assert_no_error (error);
  return trial;
}

/* "category fraud:phishing -> abusive-content:spam; ..." */
static char *
list_changes (const MadoPolicyTrial *trial)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < trial->changes->len; i++) {
    const MadoPolicyChange *change = trial->changes->pdata[i];
    g_string_append_printf (text, "%s %s -> %s; ", change->field, change->now != NULL ? change->now : "-", change->then != NULL ? change->then : "-");
  }
  return g_string_free (text, FALSE);
}

static void
test_same (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 id = take (f, 1, "a@x.example", "a phishing page", "192.0.2.7");
  g_autoptr (MadoPolicyTrial) trial = run (f, f->rules, id);

  g_assert_cmpuint (trial->changes->len, ==, 0);
  g_assert_cmpint (trial->mails, ==, 1);
  g_assert_cmpint (trial->left_out, ==, 0);
  g_assert_cmpstr (trial->rules_file, ==, "t.conf");
  g_assert_cmpstr (trial->triage->category, ==, "fraud:phishing");
  g_assert_cmpstr (trial->triage->owner, ==, "ann");
  const MadoDecision *first = trial->triage->decisions->pdata[0];
  g_assert_cmpstr (first->queue_id, ==, "0000000000000001");
  g_assert_true (first->is_current && first->date == NOW + 1);
}

static void
test_other (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoTriageRules) other = mado_triage_rules_parse (OTHER, "o.conf", &error);
  gint64 id = take (f, 1, "a@x.example", "a phishing page", "192.0.2.7");
  g_autoptr (MadoIncident) before = load (f, id);

  g_assert_no_error (error);
  g_autoptr (MadoPolicyTrial) trial = run (f, other, id);
  g_autofree char *changes = list_changes (trial);
  g_assert_cmpstr (changes, ==, "category fraud:phishing -> abusive-content:spam; priority high -> urgent; owner ann -> eve; tag web -> web, mail; "
                                "constituency - -> ours; ");
  g_autoptr (MadoIncident) after = load (f, id); /* nothing of it is so */
  g_assert_cmpint (after->version, ==, before->version);
  g_assert_cmpstr (after->owner, ==, "ann");
  g_assert_cmpuint (after->thread->len, ==, before->thread->len);

  decide (f, id, "category", "availability:dos", "mika");
  decide (f, id, "tag", "mine", "mika");
  g_autoptr (MadoPolicyTrial) again = run (f, other, id);
  g_autofree char *left = list_changes (again);
  g_assert_cmpstr (again->triage->category, ==, "availability:dos"); /* a member's word counts before any rule's */
  g_assert_cmpstr (left, ==, "priority high -> urgent; owner ann -> eve; tag web, mine -> web, mail, mine; constituency - -> ours; ");

  g_autoptr (MadoPolicyTrial) none = run (f, NULL, id);
  g_assert_null (none->rules_file);
  g_assert_cmpstr (none->triage->category, ==, "availability:dos");
  g_assert_null (none->triage->owner);
}

/* The mail that joined may raise the priority, and no more. */
static void
test_joined (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 id = take (f, 1, "a@x.example", "hello", "192.0.2.7");
  g_autofree char *token = mado_store_load_token (f->store, id, NULL);
  g_autofree char *to = g_strdup_printf ("csirt+%s@example.org", token);
  g_autoptr (MadoReport) more = make_report (2, "a@x.example", "spam and phishing", "192.0.2.7");

  g_assert_cmpint (settle_to (f, 2, more, to, "joined", NULL), ==, id);
  g_autoptr (MadoPolicyTrial) trial = run (f, f->rules, id);
  g_assert_cmpint (trial->mails, ==, 2);
  g_assert_cmpuint (trial->changes->len, ==, 0);
  g_assert_null (trial->triage->owner);
  g_assert_cmpstr (trial->triage->category, ==, "fraud:phishing");
}

static void
test_answer (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  MadoDeskSettings few = settings;
  MadoSettler settler = { f->store, &few, NOW, f->rules };
  g_autoptr (MadoReport) report = make_report (3, "c@x.example", "third", "192.0.2.9");
  g_autoptr (MadoEnvelope) envelope = make_envelope (3, "c@x.example", "csirt@example.org");
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };

  g_autoptr (MadoPolicyTrial) answered = run (f, f->rules, take (f, 1, "a@x.example", "first", "192.0.2.7"));
  g_assert_cmpstr (answered->answer->reason, ==, "came-in-the-clear");
  g_assert_cmpstr (answered->answer->when, ==, "the mail came in the clear");
  g_assert_cmpstr (answered->answer->template_name, ==, "plaintext");
  g_assert_cmpstr (answered->answer->state, ==, "draft");
  g_assert_false (answered->answer->encrypted);
  g_assert_nonnull (strstr (answered->answer->because, "no key to encrypt to"));

  g_autoptr (MadoPolicyTrial) silent = run (f, f->rules, take (f, 2, "noreply@x.example", "second", "192.0.2.8"));
  g_assert_cmpstr (silent->answer->answer, ==, "none");
  g_assert_cmpstr (silent->answer->reason, ==, "machine-feed");
  g_assert_null (silent->answer->state);
  g_assert_null (silent->answer->template_name);

  few.max_answers = 0; /* a cap that counted then */
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  g_assert_true (mado_settle_report (&settler, envelope, report, &settled, &error) && mado_store_commit (f->store, NULL));
  g_assert_cmpstr (settled.answer, ==, "too-many");
  g_autoptr (MadoPolicyTrial) capped = run (f, f->rules, settled.incident);
  g_assert_cmpstr (capped->answer->answer, ==, "none");
  g_assert_cmpstr (capped->answer->reason, ==, "not-kept");

  const MadoDesk desk = { .store = f->store, .settings = settings };
  g_assert_null (mado_policy_trial_run (&desk, 999, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/policy-trial/same", Fixture, NULL, set_up, test_same, tear_down);
  g_test_add ("/desk/policy-trial/other", Fixture, NULL, set_up, test_other, tear_down);
  g_test_add ("/desk/policy-trial/joined", Fixture, NULL, set_up, test_joined, tear_down);
  g_test_add ("/desk/policy-trial/answer", Fixture, NULL, set_up, test_answer, tear_down);
  return g_test_run ();
}
