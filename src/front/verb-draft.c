/* verb-draft.c: drafts, refuse, and what reply does with drafts but for sending them. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/reply-input.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-reply.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/draft.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096
#define REASON_MAX 65536

/* Says what became of a draft. */
static gboolean
print_draft (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  const char *name = "-", *state = "-";
  g_autoptr (GString) text = g_string_new (NULL);

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  g_variant_lookup (answer->body, "draft", "&s", &name);
  g_variant_lookup (answer->body, "draft_state", "&s", &state);
  g_autofree char *name_word = mado_view_word (name);
  g_autofree char *state_word = mado_view_word (state);
  mado_view_ours (text, 0, "%s  %s", name_word, state_word);
  return mado_cli_print (cli, text->str, error);
}

/* @name: of a draft, or NULL: then @ticket has none yet. @extra: (nullable) further arguments, consumed. */
static gboolean
ask (MadoCli *cli, const char *verb, const char *ticket, const char *name, GVariant *extra, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GVariant) body = extra != NULL ? g_variant_ref_sink (extra) : NULL;
  g_autofree char *number = NULL, *draft = NULL;
  GVariantDict dict;

  if (!mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error)
      || (name != NULL && !mado_reply_input_split (name, &number, &draft, error)))
    return FALSE;
  g_variant_dict_init (&dict, body);
  g_variant_dict_insert (&dict, "ticket", "s", number != NULL ? number : ticket);
  if (draft != NULL)
    g_variant_dict_insert (&dict, "draft", "s", draft);
  if (cli->options.if_version != NULL)
    g_variant_dict_insert (&dict, "if_version", "s", cli->options.if_version);
  return mado_member_ask (cli->conf, verb, g_variant_dict_end (&dict), -1, &answer, error) && print_draft (cli, &answer, error);
}

gboolean
mado_verb_save_draft (MadoCli *cli, GVariant *wish, GError **error)
{
  return ask (cli, "draft-save", mado_cli_argument (cli, 0), cli->options.edit, wish, error);
}

gboolean
mado_verb_discard_draft (MadoCli *cli, GError **error)
{
  return ask (cli, "draft-discard", NULL, cli->options.discard, NULL, error);
}

gboolean
mado_verb_refuse (MadoCli *cli, GError **error)
{
  const char *reason = mado_cli_argument (cli, 1);

  return mado_member_check_text ("REASON", reason, REASON_MAX, error)
         && ask (cli, "refuse", NULL, mado_cli_argument (cli, 0), mado_member_body ("reason", reason, NULL), error);
}

gboolean
mado_verb_drafts (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *ticket = mado_cli_argument (cli, 0);
  gboolean ok = TRUE;

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error)
      || !mado_member_ask (cli->conf, "drafts", mado_member_body ("ticket", ticket, NULL), -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_draft_type, error);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    if (cli->options.json)
      ok = ok && mado_member_print_json (cli, &mado_draft_type, items->pdata[i], error);
    else
      mado_view_draft (text, mado_view_columns (STDOUT_FILENO), items->pdata[i]);
    mado_draft_free (items->pdata[i]);
  }
  return items != NULL && ok && mado_cli_print (cli, text->str, error);
}
