/* verb-held.c: what is not settled, and whether anything is missing: held, reopen, account. All asked of the
 * keeper. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-incident.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/base/words.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static gboolean
list_held (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = TRUE;

  if (!mado_member_ask (cli->conf, "held", NULL, -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_held_type, error);
  if (items == NULL)
    return FALSE;
  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_held_type, items->pdata[i], error);
    else
      mado_view_held (text, mado_view_columns (STDOUT_FILENO), items->pdata[i]);
  for (guint i = 0; i < items->len; i++)
    mado_held_free (items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}

static gboolean
show_held (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  g_autoptr (MadoHeld) held = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree const char **problems = NULL;
  guint columns = mado_view_columns (STDOUT_FILENO);

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  held = mado_held_from_variant (answer->body, error);
  if (held == NULL)
    return FALSE;
  mado_view_held (text, columns, held);
  if (g_variant_lookup (answer->body, "problems", "^a&s", &problems))
    for (gsize i = 0; problems[i] != NULL; i++)
      mado_view_stranger (text, columns, _ ("Problem: "), problems[i]);
  return mado_cli_print (cli, text->str, error);
}

/* "ID  state STATE  TICKET" */
static gboolean
print_settled (MadoCli *cli, const char *id, const MadoPacket *answer, GError **error)
{
  const char *state = NULL, *ticket = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  g_variant_lookup (answer->body, "state", "&s", &state);
  g_variant_lookup (answer->body, "ticket", "&s", &ticket);
  g_autofree char *state_word = mado_view_word (state);
  g_autofree char *ticket_word = mado_view_word (ticket);
  mado_view_ours (text, 0, _ ("%s  state %s  %s"), id, state_word, ticket_word);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_held (MadoCli *cli, GError **error)
{
  static const char *const words[] = { "show", "retry", "release", "drop", NULL };
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *word = mado_cli_argument (cli, 0), *id = mado_cli_argument (cli, 1);

  if (word == NULL)
    return list_held (cli, error);
  if (!g_strv_contains (words, word) || id == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "usage: madoguchi held [show|retry|release|drop ID]");
    return FALSE;
  }
  if (!mado_qid_is_valid (id)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not the id of a mail", id);
    return FALSE;
  }
  g_autofree char *verb = g_strconcat ("held-", word, NULL);
  if (!mado_member_ask (cli->conf, verb, mado_member_body ("id", id, NULL), -1, &answer, error))
    return FALSE;
  return strcmp (word, "show") == 0 ? show_held (cli, &answer, error) : print_settled (cli, id, &answer, error);
}

gboolean
mado_verb_reopen (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *ticket = mado_cli_argument (cli, 0);
  gint64 count = 0;
  GVariantDict dict;

  if ((ticket != NULL) == cli->options.undecryptable) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "usage: madoguchi reopen TICKET|--undecryptable");
    return FALSE;
  }
  if (!mado_member_check_text ("TICKET", ticket, 4096, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  if (ticket != NULL)
    g_variant_dict_insert (&dict, "ticket", "s", ticket);
  else
    g_variant_dict_insert (&dict, "undecryptable", "b", TRUE);
  if (!mado_member_ask (cli->conf, "reopen", g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  if (cli->options.json)
    return mado_member_print_body (cli, answer.body, error);
  g_variant_lookup (answer.body, "count", "x", &count);
  g_autofree char *line = g_strdup_printf (_ ("%" PRId64 " mails will be opened again\n"), count);
  return mado_cli_print (cli, line, error);
}

gboolean
mado_verb_account (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_ask (cli->conf, "account", NULL, -1, &answer, error))
    return FALSE;
  g_autoptr (MadoAccount) account = mado_account_from_variant (answer.body, error);
  if (account == NULL)
    return FALSE;
  if (account->states == NULL)
    account->states = mado_account_states_new (); /* nothing was ever accepted */
  cli->status = account->balanced ? 0 : 1;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_account_type, account, error);
  mado_view_account (text, account);
  return mado_cli_print (cli, text->str, error);
}
