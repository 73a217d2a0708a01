/* verb-policy.c: `madoguchi policy`: shows what rules would do, and changes nothing. One table of what can be asked. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/input.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"

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

  mado_view_ours (out, 0, "Answer: %s", preview->answer);
  mado_view_ours (out, 0, "Reason: %s: %s", preview->reason, preview->when);
  if (preview->template_name == NULL)
    return;
  mado_view_ours (out, 0, "Template: %s", preview->template_name);
  mado_view_ours (out, 0, "Language: %s", preview->language != NULL ? language : "not sure: all of them");
  mado_view_ours (out, 0, "%s%s", preview->encrypt_to != NULL ? "Signed, and encrypted to " : "Signed, in the clear",
                  preview->encrypt_to != NULL ? key : "");
  if (*variants != '\0')
    mado_view_stranger (out, columns, "Variants that are looked for: ", variants);
  mado_view_stranger (out, columns, "To: ", preview->recipient);
  mado_view_stranger (out, columns, "Subject: ", preview->subject);
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

static const Question questions[] = {
  { "preview", 1, preview },
};

gboolean
mado_verb_policy (MadoCli *cli, GError **error)
{
  const char *name = mado_cli_argument (cli, 0);

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
