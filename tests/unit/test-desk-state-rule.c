/* test-desk-state-rule.c: every state to every other, as a member brings it there, and what a mail does. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/state-rule.h"

#include <string.h>

static const char *const states[] = { "new", "open", "waiting", "resolved", "rejected" };
#define N G_N_ELEMENTS (states)

/* Rows: from; columns: to. y: yes; r: with a reason; o: without an owner; -: no. */
static const char *const allowed[N] = {
  "-yyyr", /* new */
  "o-yyr", /* open */
  "-y-yr", /* waiting */
  "-y---", /* resolved */
  "-y---", /* rejected */
};

static void
assert_check (gsize from, gsize to, gboolean has_owner, gboolean has_reason)
{
  const MadoStateFacts facts = { has_owner, has_reason };
  g_autoptr (GError) error = NULL;
  gboolean may = mado_state_check (states[from], states[to], &facts, &error);
  char cell = allowed[from][to];
  gboolean expected = cell == 'y' || (cell == 'r' && has_reason) || (cell == 'o' && !has_owner);

  g_assert_cmpint (may, ==, expected);
  if (expected)
    g_assert_no_error (error);
  else if (cell == 'r')
    g_assert_error (error, MADO_ERROR, MADO_ERROR_USAGE);
  else
    g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
}

static void
test_table (void)
{
  for (gsize from = 0; from < N; from++)
    for (gsize to = 0; to < N; to++)
      for (int facts = 0; facts < 4; facts++)
        assert_check (from, to, (facts & 1) != 0, (facts & 2) != 0);
}

static void
test_words (void)
{
  const MadoStateFacts facts = { TRUE, TRUE };
  g_autoptr (GError) error = NULL, same = NULL;

  g_assert_false (mado_state_check ("resolved", "waiting", &facts, &error));
  g_assert_cmpstr (error->message, ==, "from resolved a ticket does not go to waiting, but to: open");
  g_assert_false (mado_state_check ("open", "open", &facts, &same));
  g_assert_nonnull (strstr (same->message, "open already"));
}

/* No ticket stays out of sight when somebody writes to it. */
static void
test_mail (void)
{
  static const char *const after[N] = { "new", "open", "open", "open", "open" };

  for (gsize i = 0; i < N; i++) {
    g_assert_cmpstr (mado_state_after_mail (states[i]), ==, after[i]);
    g_assert_false (mado_state_is_finished (mado_state_after_mail (states[i])));
  }
  g_assert_cmpstr (mado_state_after_mail ("something"), ==, "open");
}

static void
test_names (void)
{
  for (gsize i = 0; i < N; i++) {
    g_assert_true (mado_state_is (states[i]));
    g_assert_cmpint (mado_state_is_finished (states[i]), ==, i >= 3);
  }
  g_assert_false (mado_state_is ("") || mado_state_is ("Open") || mado_state_is ("closed") || mado_state_is_finished ("closed"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/state-rule/table", test_table);
  g_test_add_func ("/desk/state-rule/words", test_words);
  g_test_add_func ("/desk/state-rule/mail", test_mail);
  g_test_add_func ("/desk/state-rule/names", test_names);
  return g_test_run ();
}
