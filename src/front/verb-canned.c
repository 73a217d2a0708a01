/* verb-canned.c: canned. The keeper knows the texts; here they are shown. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/reply-input.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

static gboolean
list (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_auto (GStrv) names = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_ask (cli->conf, "canned-list", NULL, -1, &answer, error))
    return FALSE;
  if (cli->options.json)
    return mado_member_print_body (cli, answer.body, error);
  g_variant_lookup (answer.body, "names", "^as", &names);
  for (char **name = names; name != NULL && *name != NULL; name++) {
    g_autofree char *word = mado_view_word (*name);
    mado_view_ours (text, 0, "%s", word);
  }
  return mado_cli_print (cli, text->str, error);
}

static gboolean
show (MadoCli *cli, GError **error)
{
  g_autofree char *subject = NULL, *body = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *ticket = mado_cli_argument (cli, 2);

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error)
      || !mado_reply_input_canned (cli, mado_cli_argument (cli, 1), ticket, &subject, &body, error))
    return FALSE;
  if (cli->options.json) {
    g_autoptr (GVariant) words = g_variant_ref_sink (mado_member_body ("subject", subject, "text", body, NULL));
    return mado_member_print_body (cli, words, error);
  }
  if (*subject != '\0')
    mado_view_stranger (text, mado_view_columns (STDOUT_FILENO), "Subject: ", subject);
  mado_view_stranger (text, mado_view_columns (STDOUT_FILENO), NULL, body);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_canned (MadoCli *cli, GError **error)
{
  const char *what = mado_cli_argument (cli, 0);

  if (strcmp (what, "ls") == 0 && mado_cli_argument (cli, 1) == NULL)
    return list (cli, error);
  if (strcmp (what, "show") == 0 && mado_cli_argument (cli, 1) != NULL)
    return show (cli, error);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "canned ls, or canned show NAME [TICKET]");
  return FALSE;
}
