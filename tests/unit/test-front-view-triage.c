/* test-front-view-triage.c: what rules and mails say stands behind the mark, in whatever words. */
#include "madoguchi/front/view-triage.h"

#include <string.h>

static void
add (MadoTriage *triage, const char *field, const char *value, const char *by, const char *because, gboolean is_current)
{
  MadoDecision *decision = mado_decision_new ();

  decision->field = g_strdup (field);
  decision->value = g_strdup (value);
  decision->set_by = g_strdup (by);
  decision->because = g_strdup (because);
  decision->is_current = is_current;
  g_ptr_array_add (triage->decisions, decision);
}

static void
test_explain (void)
{
  g_autoptr (MadoTriage) triage = mado_triage_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  triage->ticket = g_strdup ("EX #2026-000001");
  triage->category = g_strdup ("fraud:phishing");
  triage->priority = g_strdup ("high");
  g_strfreev (triage->out_of_scope);
  triage->out_of_scope = g_strsplit ("en|Not\nours", "|", -1);
  add (triage, "category", "fraud:phishing", "rule", "sender x\nSigned     GOOD\x1b[31m", TRUE);
  add (triage, "priority", NULL, "Priority    high", NULL, FALSE);
  mado_view_triage (text, 80, triage);
  g_assert_nonnull (strstr (text->str, "Category    fraud:phishing, Phishing; guide: Phishing; JPCERT/CC: フィッシングサイト\n"));
  g_assert_nonnull (strstr (text->str, "| Out of scope (en): Not\n"));
  g_assert_nonnull (strstr (text->str, "priority (not in force)"));
  g_assert_nonnull (strstr (text->str, "by a member\n"));
  g_assert_null (strstr (text->str, "\nSigned"));
  g_assert_null (strchr (text->str, 0x1b));
  g_auto (GStrv) lines = g_strsplit (text->str, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "GOOD") != NULL || strstr (lines[i], "ours") != NULL)
      g_assert_true (g_str_has_prefix (lines[i], "| "));
}

static void
test_classes (void)
{
  g_autoptr (MadoIncident) incident = mado_incident_new ();
  g_autoptr (GString) none = g_string_new (NULL), some = g_string_new (NULL);

  mado_view_classes (none, 80, incident);
  g_assert_cmpstr (none->str, ==, "");
  incident->category = g_strdup ("intrusions:system-compromise");
  g_strfreev (incident->tags);
  incident->tags = g_strsplit ("apt one", " ", -1);
  mado_view_classes (some, 80, incident);
  g_assert_cmpstr (some->str, ==, "Priority    -\nCategory    intrusions:system-compromise, System compromise; guide: APT; JPCERT/CC: 標的型攻撃\n| Tags: apt, one\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front/view-triage/explain", test_explain);
  g_test_add_func ("/front/view-triage/classes", test_classes);
  return g_test_run ();
}
