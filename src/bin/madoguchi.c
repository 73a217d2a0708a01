/* madoguchi.c: the members' command line: lends front/ the functions of its sister layers, and nothing else. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/draft.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/settings.h"
#include "madoguchi/desk/due-rule.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/desk/triage.h"
#include "madoguchi/front/cli.h"
#include "madoguchi/mail/jail.h"
#include "madoguchi/model/reply-token.h"
#include "madoguchi/reply/compose.h"
#include "madoguchi/reply/hours.h"
#include "madoguchi/reply/templates.h"
#include "madoguchi/report/form-template.h"
#include "madoguchi/report/form.h"
#include "madoguchi/report/read.h"

static gboolean
open_with (MadoOpenContext *context, const char *runtime, int fd, guint64 size, MadoReport **report, GError **error)
{
  g_autoptr (MadoKeyIndex) keys = mado_key_index_load (context->conf, error);
  g_autoptr (MadoFormTemplates) forms = keys == NULL ? NULL : mado_form_templates_load (context->conf, NULL, error);
  g_autoptr (MadoPgpHome) home = forms == NULL ? NULL : mado_pgp_home_new (context->conf, runtime, MADO_PGP_DECRYPT, 0, error);

  if (home == NULL)
    return FALSE;
  context->keys = keys;
  context->forms = forms;
  context->home = home;
  return mado_jail_open (context, fd, 0, size, report, error);
}

static gboolean
open_mail (const MadoConf *conf, const char *runtime, int fd, guint64 size, MadoReport **report, GError **error)
{
  MadoOpenContext context = { .conf = conf, .interpret = mado_report_interpret };

  return open_with (&context, runtime, fd, size, report, error);
}

static gboolean
test_form (const MadoConf *conf, const char *runtime, int fd, guint64 size, MadoReport **report, GError **error)
{
  MadoOpenContext context = { .conf = conf, .interpret = mado_form_study };

  return open_with (&context, runtime, fd, size, report, error);
}

static GPtrArray *
list_answer_problems (const MadoConf *conf)
{
  const char *directory = mado_conf_string (conf, "reply", "templates");
  GPtrArray *problems = mado_templates_list_problems (directory != NULL ? directory : "",
                                                      mado_conf_list (conf, "team", "languages"), mado_template_names);
  g_autoptr (GError) error = NULL;
  MadoHours *hours = NULL;

  if (mado_hours_read (conf, &hours, &error))
    mado_hours_free (hours);
  else
    g_ptr_array_add (problems, g_strdup (error->message));
  return problems;
}

static gboolean
check_templates (const MadoConf *conf, GError **error)
{
  g_autoptr (GPtrArray) problems = list_answer_problems (conf);

  if (problems->len > 0)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, problems->pdata[0]);
  return problems->len == 0;
}

/* The words of the answer that @verdict allows, as the signer would write them. */
static gboolean
write_words (const MadoConf *conf, const MadoDeskSettings *settings, const MadoPolicyVerdict *verdict, const MadoReport *report,
             gint64 now, MadoPreview *preview, GError **error)
{
  g_autoptr (MadoComposer) composer = mado_composer_new (conf, error);
  g_autofree char *ticket = g_strdup_printf ("%s #0000-000000", settings->prefix);
  g_autofree char *token = mado_reply_token_new (NULL);
  g_autoptr (MadoReply) reply = mado_draft_answer (verdict, verdict, report, ticket, token, settings->team[0], now);

  return composer != NULL && mado_compose_words (composer, reply, &preview->subject, &preview->body, error);
}

static MadoPreview *
preview_answer (const MadoConf *conf, const MadoReport *report, const char *mail_from, gint64 now, GError **error)
{
  g_autoptr (MadoPreview) preview = mado_preview_new ();
  const MadoTriageHistory history = { FALSE, FALSE };
  MadoTriageRules *found = NULL;
  MadoDeskSettings settings;
  MadoPolicyRule rule = { NULL, MADO_ANSWER_NONE, NULL };

  if (!mado_desk_settings_read (conf, &settings, error) || !mado_triage_rules_read (conf, &found, error))
    return NULL;
  g_autoptr (MadoTriageRules) rules = found;
  g_autoptr (MadoTriage) triage = mado_triage_judge (rules, report, &history);
  MadoPolicyFacts facts = { .report = report, .mail_from = mail_from, .is_new_ticket = TRUE, .team = settings.team,
                            .languages = settings.languages, .own_lists = settings.own_lists,
                            .max_answers = settings.max_answers, .max_all_answers = settings.max_all_answers,
                            .triage = { mado_triage_scope (triage, report->language), triage->template_name,
                                        triage->constituencies[0], triage->is_silent, triage->out_of_scope },
                            .key = settings.may_encrypt ? mado_policy_choose_key (report) : NULL };
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  for (guint i = 0; g_strcmp0 (rule.reason, verdict.reason) != 0 && mado_policy_rule (i, &rule);)
    i++;
  preview->answer = g_strdup (mado_answer_names[verdict.answer]);
  preview->reason = g_strdup (verdict.reason);
  preview->when = g_strdup (rule.when);
  if (!verdict.is_allowed)
    return g_steal_pointer (&preview);
  preview->template_name = g_strdup (verdict.template_name);
  preview->language = g_strdup (verdict.language);
  preview->recipient = g_strdup (verdict.recipient);
  preview->encrypt_to = g_strdup (verdict.encrypt_to);
  g_strfreev (preview->variants);
  preview->variants = g_strdupv ((char **) verdict.variants);
  return write_words (conf, &settings, &verdict, report, now, preview, error) ? g_steal_pointer (&preview) : NULL;
}

static GPtrArray *
check_forms (const MadoConf *conf)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MadoFormTemplates) forms = mado_form_templates_load (conf, problems, NULL);

  return g_steal_pointer (&problems);
}

static gboolean
check_rules (const MadoConf *conf, GError **error)
{
  MadoTriageRules *rules = NULL;

  if (!mado_triage_rules_read (conf, &rules, error))
    return FALSE;
  mado_triage_rules_free (rules);
  g_autoptr (MadoDueRules) due = NULL;
  return mado_due_rules_read (conf, &due, error);
}

int
main (int argc, char **argv)
{
  const MadoCliHooks hooks = { .open_mail = open_mail, .test_form = test_form, .check_templates = check_templates,
                               .check_forms = check_forms, .check_rules = check_rules,
                               .list_answer_problems = list_answer_problems, .preview_answer = preview_answer };

  return mado_cli_main (&hooks, argc, argv);
}
