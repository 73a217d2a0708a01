/* test-desk-policy-sheet.c: what is in force, told by a keeper: every setting, rules with how often they decided, times; and rules read
 * again: a file with a mistake changes nothing. */
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/policy-sheet.h"

#include <glib/gstdio.h>
#include <string.h>

#define RULES "[constituency ours]\nnetworks = 192.0.2.0/24; 198.51.100.0/24\nimpact = high\n[rule phish]\nwords = phishing; bait\ncategory = Phishing\n" \
              "urgency = high\nout-of-scope-en = not ours\n[rule urgent]\nsender = example.net\nimpact = low\n"
#define REPORT "From: alice@example.net\nMessage-ID: <a1@example.net>\nSubject: phishing\n"

static MadoPolicySheet *
ask (House *house)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = house_ask (house, "policy", NULL, NULL);
  MadoPolicySheet *sheet = mado_policy_sheet_record_from_variant (answer, &error);

  g_assert_no_error (error);
  return sheet;
}

static const MadoPolicySetting *
find_setting (const MadoPolicySheet *sheet, const char *section, const char *key)
{
  for (guint i = 0; i < sheet->settings->len; i++) {
    const MadoPolicySetting *setting = sheet->settings->pdata[i];
    if (strcmp (setting->section, section) == 0 && strcmp (setting->key, key) == 0)
      return setting;
  }
  g_error ("[%s] %s is not told", section, key);
}

static const MadoPolicyTriageRule *
find_rule (const GPtrArray *rules, const char *name)
{
  for (guint i = 0; i < rules->len; i++)
    if (strcmp (((const MadoPolicyTriageRule *) rules->pdata[i])->name, name) == 0)
      return rules->pdata[i];
  g_error ("rule %s is not told", name);
}

static void
test_settings (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoPolicySheet) sheet = ask (house);
  guint n = 0;

  for (const MadoConfSetting *row = mado_conf_settings; row->section != NULL; row++, n++) {
    const MadoPolicySetting *setting = find_setting (sheet, row->section, row->key);
    g_assert_nonnull (mado_policy_sheet_group (row->section));
    g_assert_cmpstr (setting->group, ==, mado_policy_sheet_group (row->section));
    g_assert_cmpstr (setting->help, ==, row->help);
    g_assert_cmpstr (setting->fallback, ==, row->fallback);
  }
  g_assert_cmpuint (sheet->settings->len, ==, n);
  g_assert_null (mado_policy_sheet_group ("nonsense"));
  const MadoPolicySetting *rate = find_setting (sheet, "reply", "rate-per-sender"), *hour = find_setting (sheet, "reply", "rate-per-hour");
  const MadoPolicySetting *same = find_setting (sheet, "reply", "rate-window");
  g_assert_true (rate->is_set && rate->differs && strcmp (rate->value, "7") == 0);
  g_assert_true (!hour->is_set && !hour->differs && strcmp (hour->value, "1000") == 0);
  g_assert_true (same->is_set && !same->differs);
  g_assert_cmpstr (find_setting (sheet, "submission", "url")->value, ==, "smtp://...@mail.example");
  g_autoptr (GVariant) told = g_variant_ref_sink (mado_policy_sheet_record_to_variant (sheet));
  g_autofree char *all = g_variant_print (told, FALSE);
  g_assert_null (strstr (all, "hunter2"));
}

static void
test_times (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoPolicySheet) sheet = ask (house);
  const MadoPolicyDue *due = sheet->due->pdata[0];
  const MadoPolicyCategory *phishing = NULL, *scan = NULL;

  g_assert_cmpuint (sheet->due->len, ==, 6); /* fraud, high, any; and what action and waiting name besides: urgent, normal, low */
  g_assert_cmpstr (due->about, ==, "fraud");
  g_assert_cmpstr (due->answer, ==, "2h");
  g_assert_null (due->action);
  g_assert_cmpuint (sheet->kept->len, ==, 2);
  g_assert_cmpstr (((const MadoPolicyKept *) sheet->kept->pdata[1])->kept, ==, "never");
  for (guint i = 0; i < sheet->categories->len; i++) {
    const MadoPolicyCategory *category = sheet->categories->pdata[i];
    phishing = strcmp (category->category, "fraud:phishing") == 0 ? category : phishing;
    scan = strcmp (category->category, "information-gathering:scanner") == 0 ? category : scan;
  }
  g_assert_cmpint (phishing->answer, ==, 2 * 3600);
  g_assert_cmpint (phishing->action, ==, 3 * 86400);
  g_assert_cmpstr (phishing->kept, ==, "category=fraud 90d");
  g_assert_cmpint (scan->answer, ==, 5 * 86400);
  g_assert_cmpstr (scan->kept, ==, "all never");
  g_assert_cmpuint (sheet->answer_rules->len, >, 20);
  g_assert_cmpuint (sheet->permissions->len, >, 80);
  g_assert_true (sheet->templates->problem == NULL && sheet->templates->names[0] == NULL); /* this signer knows none */
  house_stop_role (&house->signer);
  g_autoptr (MadoPolicySheet) alone = ask (house); /* nobody waits for him for ever */
  g_assert_cmpstr (alone->canned->problem, ==, "the signer, who has them, does not answer");
  g_assert_cmpuint (alone->settings->len, ==, sheet->settings->len);
  house_start_signer (house); /* what he was asked is answered late, and to nobody */
  for (gboolean is_done = FALSE; !is_done;) {
    g_autoptr (GVariant) doctor = house_ask (house, "doctor", NULL, NULL);
    g_autofree char *text = g_variant_print (doctor, FALSE);
    const char *signer = strstr (text, "'signer'");
    const char *detail = signer != NULL ? strstr (signer, "jobs") : NULL;
    is_done = detail != NULL && g_str_has_prefix (detail - strlen (", 0 "), ", 0 jobs");
    g_usleep (10000);
  }
}

static void
test_rules (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  g_autofree char *ticket = house_wait_state (house, id, "ticket");
  g_autoptr (MadoPolicySheet) sheet = ask (house);
  const MadoPolicyTriageRule *phish = find_rule (sheet->rules, "phish"), *urgent = find_rule (sheet->rules, "urgent");
  const MadoPolicyTriageRule *ours = find_rule (sheet->constituencies, "ours");

  g_assert_cmpstr (sheet->rules_file, ==, mado_conf_string (house->conf, "triage", "rules"));
  g_assert_cmpint (sheet->looked_at, ==, 1);
  g_assert_cmpstr (phish->asks[0], ==, "words");
  g_assert_cmpstr (phish->asks[1], ==, "phishing; bait");
  g_assert_null (phish->asks[2]);
  g_assert_cmpuint (g_strv_length (phish->decides), ==, 6);
  g_assert_cmpint (phish->fired, ==, 1);
  g_assert_cmpint (urgent->fired, ==, 1); /* it only raised the priority */
  g_assert_cmpint (ours->fired, ==, 0);
  g_assert_cmpstr (ours->asks[1], ==, "192.0.2.0/24; 198.51.100.0/24");
  g_assert_cmpuint (sheet->matrix->len, ==, 3);
  g_assert_cmpstr (((const MadoPolicyMatrixRow *) sheet->matrix->pdata[2])->high, ==, "urgent");
}

static void
test_reload (House *house, gconstpointer data G_GNUC_UNUSED)
{
  const char *path = mado_conf_string (house->conf, "triage", "rules");
  g_autoptr (GError) error = NULL;

  g_autoptr (MadoPolicySheet) first = ask (house);
  g_assert_false (first->is_rules_changed);
  g_assert_true (g_file_set_contents (path, RULES "[rule more]\nwords = more\nimpact = enormous\n", -1, NULL));
  g_assert_null (house_ask (house, "policy-reload", NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_nonnull (strstr (error->message, ":14: [rule more] impact: enormous is not low, normal or high"));
  g_autoptr (MadoPolicySheet) kept = ask (house);
  g_assert_cmpuint (kept->rules->len, ==, 2);
  g_assert_true (kept->is_rules_changed);

  g_assert_true (g_file_set_contents (path, RULES "[rule more]\nwords = more\nimpact = high\n", -1, NULL));
  g_autoptr (GVariant) answer = house_ask (house, "policy-reload", NULL, NULL);
  gint64 rules = 0;
  g_assert_true (g_variant_lookup (answer, "rules", "x", &rules) && rules == 3);
  g_autoptr (MadoPolicySheet) now = ask (house);
  g_assert_cmpuint (now->rules->len, ==, 3);
  g_assert_false (now->is_rules_changed);
  g_autoptr (GVariant) audit = house_ask (house, "audit-list", NULL, NULL);
  g_autofree char *lines = g_variant_print (audit, FALSE);
  g_assert_nonnull (strstr (lines, "'policy-reload'"));
}

static void
set_up (House *house, gconstpointer path)
{
  g_autofree char *more = g_strdup_printf (
      "[triage]\nrules = %s\n[reply]\nrate-per-sender = 7\nrate-window = 1d\n[due]\nanswer = fraud 2h; high 4h; any 5d\n"
      "[retention]\nrules = category=fraud 90d; all never\n[submission]\nurl = smtp://me:hunter2@mail.example\n",
      (const char *) path);

  g_assert_true (g_file_set_contents (path, RULES, -1, NULL));
  house_set_up (house, more);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *top = g_dir_make_tmp ("sheetXXXXXX", NULL);
  g_autofree char *path = g_build_filename (top, "triage.conf", NULL);
  g_test_add ("/desk/policy-sheet/settings", House, path, set_up, test_settings, house_tear_down);
  g_test_add ("/desk/policy-sheet/times", House, path, set_up, test_times, house_tear_down);
  g_test_add ("/desk/policy-sheet/rules", House, path, set_up, test_rules, house_tear_down);
  g_test_add ("/desk/policy-sheet/reload", House, path, set_up, test_reload, house_tear_down);
  int status = g_test_run ();
  mado_fsio_remove_tree (top, NULL);
  return status;
}
