/* verbs-policy.c: see verbs-policy.h. */
#include "madoguchi/desk/verbs-policy.h"
#include "madoguchi/desk/policy-sheet.h"
#include "madoguchi/desk/policy-trial.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <string.h>

#define SIGNER_MS 1500 /* that the signer is waited for */

/* --- what is in force ----------------------------------------------------------------------------------- */

/* The signer has the texts: @answer, or why not. */
static MadoPolicyTexts *
read_texts (const MadoDesk *desk, const char *key, const MadoPacket *answer, const char *problem)
{
  MadoPolicyTexts *texts = mado_policy_texts_new ();
  const char *name = strcmp (key, "templates") == 0 ? "templates" : "canned", *word = problem;
  g_autofree char *is_wrong = g_strconcat (name, "_problem", NULL);
  GVariant *names = answer != NULL ? g_variant_lookup_value (answer->body, name, G_VARIANT_TYPE_STRING_ARRAY) : NULL;

  texts->directory = g_strdup (mado_conf_string (desk->conf, "reply", key));
  texts->is_own = mado_conf_is_set (desk->conf, "reply", key);
  if (answer != NULL)
    g_variant_lookup (answer->body, is_wrong, "&s", &word);
  if (names != NULL) {
    g_strfreev (texts->names);
    texts->names = g_variant_dup_strv (names, NULL);
    g_variant_unref (names);
  }
  texts->problem = word != NULL && *word != '\0' ? g_strdup (word) : NULL;
  mado_record_clamp (&mado_policy_texts_type, texts);
  return texts;
}

static void
answer_sheet (MadoCall *call, const MadoPacket *answer, const char *problem)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPolicySheet) sheet = mado_policy_sheet_new (call->desk, &error);

  if (sheet == NULL) {
    mado_call_fail (call, error);
    return;
  }
  sheet->templates = read_texts (call->desk, "templates", answer, problem);
  sheet->canned = read_texts (call->desk, "canned", answer, problem);
  mado_record_clamp (&mado_policy_sheet_record_type, sheet);
  mado_call_answer (call, mado_policy_sheet_record_to_variant (sheet), -1);
}

/* A question to the signer, who may be away: then the rest is told without him. */
typedef struct {
  MadoCall *call; /* NULL: it was answered */
  guint timer;
} Asking;

static void
on_texts (gpointer data, MadoPacket *answer, const GError *error)
{
  g_autofree Asking *asking = data;

  g_clear_handle_id (&asking->timer, g_source_remove);
  if (asking->call != NULL)
    answer_sheet (asking->call, answer, error != NULL ? error->message : NULL);
}

static gboolean
on_late (gpointer data)
{
  Asking *asking = data;
  MadoCall *call = g_steal_pointer (&asking->call);

  asking->timer = 0;
  answer_sheet (call, NULL, "the signer, who has them, does not answer");
  return G_SOURCE_REMOVE;
}

void
mado_verb_policy (MadoCall *call)
{
  Asking *asking = g_new0 (Asking, 1);

  asking->call = call;
  asking->timer = g_timeout_add (SIGNER_MS, on_late, asking);
  mado_pool_submit (call->desk->signer, "texts", g_variant_new ("a{sv}", NULL), -1, TRUE, on_texts, asking);
}

/* --- what it would make of an incident ------------------------------------------------------------------- */

void
mado_verb_policy_try (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  if (!mado_verbs_ticket (call, &id))
    return;
  g_autoptr (MadoPolicyTrial) trial = mado_policy_trial_run (call->desk, id, &error);
  if (trial == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_policy_trial_to_variant (trial), -1);
}

/* --- the rules of triage, read again ---------------------------------------------------------------------- */

typedef struct {
  MadoCall *call;
  MadoTriageRules *rules;
} Reload;

/* Nothing of the store is changed, but the line of the audit goes with it: no rules come into force without one. */
static gboolean
apply_reload (gpointer data, GError **error)
{
  Reload *reload = data;

  g_clear_pointer (&reload->rules, mado_triage_rules_free);
  if (!mado_triage_rules_read (reload->call->desk->conf, &reload->rules, error))
    return FALSE;
  if (reload->rules == NULL)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "[triage] rules names no file");
  return reload->rules != NULL;
}

static void
on_reloaded (gpointer data, const GError *error)
{
  g_autofree Reload *reload = data;
  MadoDesk *desk = reload->call->desk;
  GVariantDict dict;

  if (error != NULL) {
    g_clear_pointer (&reload->rules, mado_triage_rules_free);
    mado_log (MADO_LOG_WARNING, NULL, "rules", "member=%s kept=yes problem=%s", reload->call->member, error->message);
    mado_call_fail (reload->call, error);
    return;
  }
  mado_triage_rules_free (desk->rules);
  desk->rules = g_steal_pointer (&reload->rules);
  mado_log (MADO_LOG_INFO, NULL, "rules", "member=%s rules=%u constituencies=%u", reload->call->member, desk->rules->rules->len,
            desk->rules->constituencies->len);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "file", "s", desk->rules->file);
  g_variant_dict_insert (&dict, "rules", "x", (gint64) desk->rules->rules->len);
  g_variant_dict_insert (&dict, "constituencies", "x", (gint64) desk->rules->constituencies->len);
  mado_call_answer (reload->call, g_variant_dict_end (&dict), -1);
}

void
mado_verb_policy_reload (MadoCall *call)
{
  Reload *reload = g_new0 (Reload, 1);

  reload->call = call;
  mado_call_change (call, apply_reload, on_reloaded, reload);
}
