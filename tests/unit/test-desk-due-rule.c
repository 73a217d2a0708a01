/* test-desk-due-rule.c: what is due when, by priority, category and what happened; what cannot be read. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/due-rule.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define HOUR G_GINT64_CONSTANT (3600)
#define DAY (24 * HOUR)

static MadoDueRules *
make (const char *lines)
{
  g_autofree char *text = g_strconcat ("[due]\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoConf) conf = mado_conf_parse (text, "test", &error);
  MadoDueRules *rules = NULL;

  g_assert_no_error (error);
  mado_due_rules_read (conf, &rules, &error);
  g_assert_no_error (error);
  return rules;
}

/* @at: seconds after NOW; @step NULL: nothing is due. */
static void
assert_due (const MadoDueRules *rules, const MadoDueFacts *facts, const char *step, gint64 at)
{
  MadoDue due = mado_due_decide (rules, facts);

  g_assert_cmpstr (due.step, ==, step);
  g_assert_cmpint (due.at, ==, step != NULL ? NOW + at : 0);
}

static void
test_steps (void)
{
  g_autoptr (MadoDueRules) rules = make ("answer = any 1h\naction = any 1d\nwaiting = any 1w\n");
  MadoDueFacts facts = { .state = "new", .created = NOW };

  assert_due (rules, &facts, "answer", HOUR);
  facts.acted = NOW + 10;
  facts.pending = NOW + 20;
  facts.state = "open";
  assert_due (rules, &facts, "answer", HOUR); /* whatever else is done, the reporter waits for an answer */
  facts.is_answered = TRUE;
  assert_due (rules, &facts, "action", 20 + DAY);
  facts.pending = 0;
  assert_due (rules, &facts, "action", 10 + DAY);
  facts.acted = 0;
  assert_due (rules, &facts, "action", DAY);
  facts.state = "waiting";
  facts.acted = NOW + 30;
  facts.pending = NOW + 40;
  assert_due (rules, &facts, "waiting", 30 + 7 * DAY);
  for (gsize i = 0; i < 3; i++) {
    static const char *const done[] = { "resolved", "rejected", "merged" };
    facts.state = done[i];
    assert_due (rules, &facts, NULL, 0);
  }
}

/* What says more counts rather; of what says as much, the shorter time. */
static void
test_choice (void)
{
  g_autoptr (MadoDueRules) rules
      = make ("answer = any 9d; low 8d; high 4h; fraud 2h; Phishing 3h; fraud:phishing/low 7d; malicious-code/high 5h\naction =\nwaiting =\n");
  static const struct {
    const char *priority, *category;
    gint64 hours;
  } table[] = {
    { NULL, NULL, 9 * 24 },
    { "urgent", NULL, 9 * 24 },
    { "low", NULL, 8 * 24 },
    { "high", NULL, 4 },
    { "high", "fraud:phishing", 2 },
    { "normal", "fraud:phishing", 2 },
    { "low", "fraud:phishing", 7 * 24 },
    { "low", "fraud:copyright", 2 },
    { "normal", "fraudulent:x", 9 * 24 },
    { "high", "malicious-code:infected-system", 5 },
    { "normal", "malicious-code:infected-system", 9 * 24 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    MadoDueFacts facts = { .state = "open", .created = NOW, .priority = table[i].priority, .category = table[i].category };
    assert_due (rules, &facts, "answer", table[i].hours * HOUR);
    facts.is_answered = TRUE;
    assert_due (rules, &facts, NULL, 0); /* nothing says how long */
  }
}

static void
test_defaults (void)
{
  g_autoptr (MadoDueRules) rules = make ("");
  MadoDueFacts facts = { .state = "new", .created = NOW };
  static const char *const priorities[] = { "urgent", "high", "normal", "low" };

  g_assert_false (mado_due_rules_want_clock (rules));
  for (gsize i = 0, last = 0; i < G_N_ELEMENTS (priorities); i++) {
    facts.priority = priorities[i];
    MadoDue due = mado_due_decide (rules, &facts);
    g_assert_cmpstr (due.step, ==, "answer");
    g_assert_cmpint (due.at - NOW, >, (gint64) last);
    last = (gsize) (due.at - NOW);
  }
}

static gint64
nine_times (gpointer data, gint64 from, gint64 seconds)
{
  g_assert_cmpstr (data, ==, "data");
  return from + 9 * seconds;
}

static void
test_clock (void)
{
  g_autoptr (MadoDueRules) rules = make ("answer = any 1h\noffice-hours = yes\n");
  MadoDueFacts facts = { .state = "new", .created = NOW };

  g_assert_true (mado_due_rules_want_clock (rules));
  mado_due_rules_set_clock (rules, nine_times, (gpointer) "data");
  assert_due (rules, &facts, "answer", 9 * HOUR);
}

static void
test_mistakes (void)
{
  static const char *const bad[] = { "high", "high 4", "high 4x", "high 0h", "high -1h", "high 99999w", "Nonsense! 1h", "fraud/hi 1h", "/high 1h", "high  " };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = g_strdup_printf ("[due]\naction = any 1d; %s\n", bad[i]);
    g_autoptr (GError) error = NULL;
    g_autoptr (MadoConf) conf = mado_conf_parse (text, "test", &error);
    g_autoptr (MadoDueRules) rules = NULL;
    g_assert_no_error (error);
    g_test_message ("%s", bad[i]);
    g_assert_false (mado_due_rules_read (conf, &rules, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_nonnull (strstr (error->message, "[due] action"));
  }
}

static void
test_times (void)
{
  static const struct {
    const char *text;
    gint64 at;
  } table[] = {
    { "90m", NOW + 5400 },
    { "2d", NOW + 2 * DAY },
    { "1w", NOW + 7 * DAY },
    { "2026-11-24", G_GINT64_CONSTANT (1795564799) },
    { "2026-11-24T09:00:00Z", G_GINT64_CONSTANT (1795510800) },
    { "2026-11-24T18:00:00+09:00", G_GINT64_CONSTANT (1795510800) },
  };
  static const char *const bad[] = { "", "2", "d", "tomorrow", "2026-13-01", "2126-11-24", "1926-11-24", "99999999999999999999d", "-1d", "1 d" };
  gint64 at = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_true (mado_due_read_time (table[i].text, NOW, &at));
    g_assert_cmpint (at, ==, table[i].at);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (mado_due_read_time (bad[i], NOW, &at));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/due-rule/steps", test_steps);
  g_test_add_func ("/desk/due-rule/choice", test_choice);
  g_test_add_func ("/desk/due-rule/defaults", test_defaults);
  g_test_add_func ("/desk/due-rule/clock", test_clock);
  g_test_add_func ("/desk/due-rule/mistakes", test_mistakes);
  g_test_add_func ("/desk/due-rule/times", test_times);
  return g_test_run ();
}
