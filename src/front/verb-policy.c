/* verb-policy.c: `madoguchi policy`: what is in force, and what rules would do. One table of what can be asked. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/input.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/words.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *name;
  guint arguments; /* behind the name */
  gboolean (*run) (MadoCli *cli, GError **error);
} Question;

/* --- preview ---------------------------------------------------------------------------------------------- */

static void
view_preview (GString *out, guint columns, const MadoPreview *preview)
{
  g_autofree char *key = mado_view_word (preview->encrypt_to), *language = mado_view_word (preview->language);
  g_autofree char *variants = g_strjoinv (", ", preview->variants);

  mado_view_ours (out, 0, _ ("Answer: %s"), preview->answer);
  mado_view_ours (out, 0, _ ("Reason: %s: %s"), preview->reason, preview->when);
  if (preview->template_name == NULL)
    return;
  mado_view_ours (out, 0, _ ("Template: %s"), preview->template_name);
  mado_view_ours (out, 0, _ ("Language: %s"), preview->language != NULL ? language : _ ("not sure: all of them"));
  mado_view_ours (out, 0, "%s%s", preview->encrypt_to != NULL ? _ ("Signed, and encrypted to ") : _ ("Signed, in the clear"),
                  preview->encrypt_to != NULL ? key : "");
  if (*variants != '\0')
    mado_view_stranger (out, columns, _ ("Variants that are looked for: "), variants);
  mado_view_stranger (out, columns, _ ("To: "), preview->recipient);
  mado_view_stranger (out, columns, _ ("Subject: "), preview->subject);
  mado_view_stranger (out, columns, NULL, "");
  mado_view_stranger (out, columns, NULL, preview->body);
}

static gboolean
preview (MadoCli *cli, GError **error)
{
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (MadoPreview) found = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_input_read (cli, mado_cli_argument (cli, 1), cli->hooks->open_mail, FALSE, &report, error))
    return FALSE;
  found = cli->hooks->preview_answer (cli->conf, report, cli->options.from, g_get_real_time () / G_USEC_PER_SEC, error);
  if (found == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_preview_type, found, error);
  view_preview (text, mado_view_columns (STDOUT_FILENO), found);
  return mado_cli_print (cli, text->str, error);
}

/* --- test-form -------------------------------------------------------------------------------------------- */

static void
view_found (GString *out, guint columns, const MadoFormFound *found)
{
  g_autofree char *name = mado_view_word (found->name), *place = mado_view_word (found->place);

  mado_view_ours (out, 2, _ ("line %" PRId64 ": %s%s%s%s"), found->line, name, found->place != NULL ? " -> " : "",
                  found->place != NULL ? place : "", found->value == NULL ? " (left empty)" : "");
  mado_view_stranger (out, columns, _ ("label:   "), found->label);
  if (found->value != NULL)
    mado_view_stranger (out, columns, _ ("value:   "), found->value);
  if (found->meaning != NULL)
    mado_view_stranger (out, columns, _ ("meaning: "), found->meaning);
}

static void
view_match (GString *out, guint columns, const MadoFormFit *match)
{
  g_autofree char *name = mado_view_word (match->template_name), *part = mado_view_word (match->part);

  mado_view_ours (out, 0, _ ("%s: score %" PRId64 ", %s%s"), name, match->score,
                  match->is_chosen ? _ ("this is the form") : match->is_form ? _ ("fits, another one fits better") : _ ("does not fit"),
                  match->is_quoted ? _ (" (quoted or forwarded)") : "");
  g_autofree char *decided = mado_words_translate (match->decided != NULL ? match->decided : "");
  mado_view_ours (out, 2, "%s", decided);
  if (match->part != NULL)
    mado_view_ours (out, 2, _ ("part %s, lines %" PRId64 " to %" PRId64 ", %" PRId64 " of %" PRId64 " labels filled in"),
                    part, match->first_line, match->last_line, match->filled, match->labels);
  for (guint i = 0; i < match->found->len; i++)
    view_found (out, columns, match->found->pdata[i]);
}

/* (transfer full) the rows of @report, of one template when it is named. */
static MadoFormTest *
select_rows (const MadoReport *report, const char *name)
{
  MadoFormTest *test = mado_form_test_new ();
  const GPtrArray *forms = report->report == NULL ? NULL : report->report->forms;

  for (guint i = 0; forms != NULL && i < forms->len; i++) {
    const MadoFormFit *match = forms->pdata[i];
    if (name == NULL || strcmp (name, match->template_name) == 0)
      g_ptr_array_add (test->matches, mado_form_fit_copy (match));
  }
  return test;
}

static gboolean
show_rows (MadoCli *cli, const MadoFormTest *test, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  cli->status = 1;
  for (guint i = 0; i < test->matches->len; i++) {
    const MadoFormFit *match = test->matches->pdata[i];
    if (match->is_form)
      cli->status = 0;
    view_match (text, mado_view_columns (STDOUT_FILENO), match);
  }
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_form_test_type, test, error);
  return mado_cli_print (cli, text->str, error);
}

static gboolean
test_form (MadoCli *cli, GError **error)
{
  const char *name = cli->options.template_name;
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (MadoFormTest) test = NULL;

  if (!mado_input_read (cli, mado_cli_argument (cli, 1), cli->hooks->test_form, TRUE, &report, error))
    return FALSE;
  if (report->report == NULL || report->undecryptable != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: cannot be read: %s", mado_cli_argument (cli, 1),
                 report->problems[0] != NULL ? report->problems[0] : "encrypted, and not to us");
    return FALSE;
  }
  test = select_rows (report, name);
  if (name != NULL && test->matches->len == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "no template \"%s\" in [formats] forms", name);
    return FALSE;
  }
  return show_rows (cli, test, error);
}

static const Question questions[] = {
  { "preview", 1, preview },
  { "test-form", 1, test_form },
  { "explain", 1, mado_verb_policy_explain },
  { "try", 1, mado_verb_policy_try },
  { "reload", 0, mado_verb_policy_reload },
};

gboolean
mado_verb_policy (MadoCli *cli, GError **error)
{
  const char *name = mado_cli_argument (cli, 0);

  if (name == NULL)
    return mado_verb_policy_show (cli, error);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++) {
    if (strcmp (name, questions[i].name) != 0)
      continue;
    if (cli->n_arguments == questions[i].arguments + 1)
      return questions[i].run (cli, error);
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "policy %s takes %u argument%s", name, questions[i].arguments,
                 questions[i].arguments == 1 ? "" : "s");
    return FALSE;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "policy: nothing is called \"%s\"", name);
  return FALSE;
}
