/* verb-policy-sheet.c: `policy`, `policy try` and `policy reload`: asked of the keeper. What is in force is the team's own words, the
 * trial may quote a mail: that stands behind the mark of strangers. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-triage.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/policy-sheet.h"
#include "madoguchi/model/policy-trial.h"

#include <inttypes.h>
#include <unistd.h>

#define WORD_MAX 4096
#define VALUE_COLUMNS 100

/* --- what is in force ----------------------------------------------------------------------------------- */

/* (transfer full) @value on one line, cut where it is long. */
static char *
shorten (const char *value)
{
  g_autofree char *safe = mado_text_escape_line (value != NULL ? value : "");
  glong length = g_utf8_strlen (safe, -1);
  g_autofree char *cut = length > VALUE_COLUMNS ? g_utf8_substring (safe, 0, VALUE_COLUMNS) : NULL;

  return cut != NULL ? g_strconcat (cut, " ...", NULL) : g_steal_pointer (&safe);
}

static void
view_file (GString *out, const char *words, const char *file, gint64 when, gboolean is_changed, const char *what_then)
{
  g_autofree char *safe = shorten (file), *date = mado_text_time (when);

  mado_view_ours (out, 0, "%s%s", words, safe);
  mado_view_ours (out, 2, _ ("read at %s%s"), date, is_changed ? what_then : "");
}

static void
view_settings (GString *out, const MadoPolicySheet *sheet)
{
  guint usual = 0;

  view_file (out, _ ("Settings: "), sheet->file, sheet->read, sheet->is_changed, _ (", and changed since: restart Madoguchi, and it is in force"));
  for (guint i = 0; i < sheet->settings->len; i++) {
    const MadoPolicySetting *setting = sheet->settings->pdata[i];
    g_autofree char *value = shorten (setting->value), *fallback = shorten (setting->fallback);
    usual += !setting->differs;
    if (setting->differs)
      mado_view_ours (out, 2, _ ("%s.%s = %s (default: %s)"), setting->section, setting->key, value, *fallback != '\0' ? fallback : "-");
  }
  mado_view_ours (out, 2, _ ("%u others have their defaults; --json tells all, with what they mean"), usual);
}

static void
view_map (GString *out, const char *words, char *const *map)
{
  for (gsize i = 0; map != NULL && map[i] != NULL && map[i + 1] != NULL; i += 2) {
    g_autofree char *key = shorten (map[i]), *value = shorten (map[i + 1]);
    mado_view_ours (out, 4, "%s%s = %s", words, key, value);
  }
}

static void
view_rules (GString *out, const char *words, const GPtrArray *rules, gint64 looked_at)
{
  for (guint i = 0; i < rules->len; i++) {
    const MadoPolicyTriageRule *rule = rules->pdata[i];
    g_autofree char *name = shorten (rule->name);
    mado_view_ours (out, 2, looked_at > 0 ? _ ("%s %s: decided in %" PRId64 " of the newest %" PRId64 " mails") : "%s %s", words, name,
                    rule->fired, looked_at);
    view_map (out, "", rule->asks);
    view_map (out, "-> ", rule->decides);
  }
}

static void
view_texts (GString *out, const char *words, const MadoPolicyTexts *texts)
{
  g_autofree char *names = texts != NULL ? g_strjoinv (", ", texts->names) : NULL;
  g_autofree char *directory = shorten (texts != NULL ? texts->directory : NULL), *problem = shorten (texts != NULL ? texts->problem : NULL);

  if (texts == NULL)
    return;
  g_autofree char *safe = mado_text_escape_line (names);
  mado_view_ours (out, 0, "%s%s%s", words, directory, texts->is_own ? _ (" (your own)") : _ (" (built in)"));
  mado_view_ours (out, 2, "%s%s", safe, problem);
}

static void
view_times (GString *out, const MadoPolicySheet *sheet)
{
  mado_view_ours (out, 0, "%s%s", _ ("Due times: answer, next step, asking again"), sheet->is_due_by_hours ? _ (", in office hours") : "");
  for (guint i = 0; i < sheet->due->len; i++) {
    const MadoPolicyDue *due = sheet->due->pdata[i];
    g_autofree char *about = shorten (due->about), *answer = shorten (due->answer), *action = shorten (due->action), *waiting = shorten (due->waiting);
    mado_view_ours (out, 2, "%s: %s, %s, %s", about, *answer != '\0' ? answer : "-", *action != '\0' ? action : "-", *waiting != '\0' ? waiting : "-");
  }
  mado_view_ours (out, 0, "%s%s", _ ("Finished tickets are kept: "), sheet->kept->len == 0 ? _ ("for ever") : "");
  for (guint i = 0; i < sheet->kept->len; i++) {
    const MadoPolicyKept *kept = sheet->kept->pdata[i];
    g_autofree char *about = shorten (kept->about), *time = shorten (kept->kept);
    mado_view_ours (out, 2, "%s: %s", about, time);
  }
}

gboolean
mado_verb_policy_show (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_ask (cli->conf, "policy", NULL, -1, &answer, error))
    return FALSE;
  g_autoptr (MadoPolicySheet) sheet = mado_policy_sheet_record_from_variant (answer.body, error);
  if (sheet == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_policy_sheet_record_type, sheet, error);
  view_settings (text, sheet);
  if (sheet->rules_file == NULL)
    mado_view_ours (text, 0, "%s", _ ("There are no rules of triage"));
  else
    view_file (text, _ ("Rules of triage: "), sheet->rules_file, sheet->rules_read, sheet->is_rules_changed,
               _ (", and changed since: `madoguchi policy reload`, and it is in force"));
  view_rules (text, _ ("constituency"), sheet->constituencies, sheet->looked_at);
  view_rules (text, _ ("rule"), sheet->rules, sheet->looked_at);
  view_texts (text, _ ("Templates of answers: "), sheet->templates);
  view_texts (text, _ ("Canned texts: "), sheet->canned);
  view_times (text, sheet);
  return mado_cli_print (cli, text->str, error);
}

/* --- what it would make of a ticket ------------------------------------------------------------------------ */

static void
view_answer (GString *out, guint columns, const MadoPolicyAnswer *answer)
{
  g_autofree char *name = mado_view_word (answer->answer), *reason = mado_view_word (answer->reason), *state = mado_view_word (answer->state);
  g_autofree char *key = mado_view_word (answer->fingerprint), *template = mado_view_word (answer->template_name);

  mado_view_ours (out, 0, _ ("Answer: %s, by the rule %s: %s"), name, reason, answer->when);
  if (answer->template_name == NULL)
    return;
  mado_view_ours (out, 2, _ ("template %s, %s"), template, state);
  mado_view_ours (out, 2, "%s%s", answer->encrypted ? _ ("encrypted to ") : _ ("signed, in the clear"), answer->encrypted ? key : "");
  if (answer->because != NULL)
    mado_view_stranger (out, columns, _ ("because "), answer->because);
}

static void
view_trial (GString *out, guint columns, const MadoPolicyTrial *trial)
{
  g_autofree char *ticket = mado_view_word (trial->ticket);

  mado_view_ours (out, 0, _ ("%s: mails judged by the rules as they are now: %" PRId64 "%s"), ticket, trial->mails,
                  trial->left_out > 0 ? _ ("; others cannot be judged") : "");
  if (trial->changes->len == 0)
    mado_view_ours (out, 0, "%s", _ ("Nothing would be otherwise."));
  for (guint i = 0; i < trial->changes->len; i++) {
    const MadoPolicyChange *change = trial->changes->pdata[i];
    g_autofree char *field = mado_view_word (change->field);
    mado_view_ours (out, 0, _ ("%s would be otherwise:"), field);
    mado_view_stranger (out, columns, _ ("  is "), change->now != NULL ? change->now : _ ("(none)"));
    mado_view_stranger (out, columns, _ ("  would be "), change->then != NULL ? change->then : _ ("(none)"));
  }
  if (trial->answer != NULL)
    view_answer (out, columns, trial->answer);
  if (trial->triage != NULL)
    mado_view_triage (out, columns, trial->triage);
}

gboolean
mado_verb_policy_try (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *ticket = mado_cli_argument (cli, 1);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error)
      || !mado_member_ask (cli->conf, "policy-try", mado_member_body ("ticket", ticket, NULL), -1, &answer, error))
    return FALSE;
  g_autoptr (MadoPolicyTrial) trial = mado_policy_trial_from_variant (answer.body, error);
  if (trial == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_policy_trial_type, trial, error);
  view_trial (text, mado_view_columns (STDOUT_FILENO), trial);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_policy_reload (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 rules = 0, constituencies = 0;
  const char *file = "";

  if (!mado_member_ask (cli->conf, "policy-reload", NULL, -1, &answer, error))
    return FALSE;
  if (cli->options.json)
    return mado_member_print_body (cli, answer.body, error);
  g_variant_lookup (answer.body, "rules", "x", &rules);
  g_variant_lookup (answer.body, "constituencies", "x", &constituencies);
  g_variant_lookup (answer.body, "file", "&s", &file);
  g_autofree char *safe = shorten (file);
  mado_view_ours (text, 0, _ ("%s: %" PRId64 " rules, %" PRId64 " constituencies are in force"), safe, rules, constituencies);
  return mado_cli_print (cli, text->str, error);
}
