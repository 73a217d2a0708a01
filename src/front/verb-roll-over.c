/* verb-roll-over.c: `madoguchi keys roll-over [--new FPR]`: prints where the team stands on its way to another key. Exit 1
 * while something is left that can be seen from here. Changes nothing. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/roll-over.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <string.h>

static gboolean
print_step (MadoCli *cli, const MadoRollOverStep *step, GError **error)
{
  g_autofree char *said = mado_words_translate (step->text);
  g_autofree char *text = mado_text_escape_line (said);
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_append_printf (out, "%-7s  %-14s %s\n", step->state, step->name, text);
  for (char **command = step->commands; *command != NULL; command++) {
    g_autofree char *line = mado_text_escape_line (*command);
    g_string_append_printf (out, "                             %s%s\n", **command == '#' ? "" : "$ ", line);
  }
  return mado_cli_print (cli, out->str, error);
}

gboolean
mado_verb_roll_over (MadoCli *cli, const char *new_key, GError **error)
{
  g_autoptr (MadoRollOver) found = mado_roll_over_look (cli->conf, new_key, g_get_real_time () / G_USEC_PER_SEC, error);

  if (found == NULL)
    return FALSE;
  cli->status = found->left > 0 ? 1 : 0;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_roll_over_type, found, error);
  for (guint i = 0; i < found->steps->len; i++)
    if (!print_step (cli, found->steps->pdata[i], error))
      return FALSE;
  g_autofree char *last = g_strdup_printf (_ ("%u of %u steps are left; \"by-hand\" is what only people can know\n"), (guint) found->left,
                                           found->steps->len);
  return mado_cli_print (cli, last, error);
}
