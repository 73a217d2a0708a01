/* verb-token.c: `members token`: by what a member's scripts ask the gateway. All of it is the keeper's; a token is shown once. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/access-token.h"

#include <string.h>

#define WORD_MAX 4096

static void
view_token (GString *out, const MadoAccessToken *token)
{
  g_autofree char *login = mado_view_word (token->login), *name = mado_view_word (token->name);
  g_autofree char *scopes = g_strjoinv (",", token->scopes), *scopes_word = mado_view_word (scopes);
  g_autofree char *until = mado_text_time (token->until);
  g_autofree char *used = token->used != 0 ? mado_text_time (token->used) : g_strdup (_ ("never"));

  mado_view_ours (out, 0, _ ("%s/%s  %s, good until %s, used %s"), login, name, scopes_word, until, used);
}

static gboolean
list_tokens (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = TRUE;

  if (!mado_member_ask (cli->conf, "tokens-list", NULL, -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_access_token_type, error);
  if (items == NULL)
    return FALSE;
  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_access_token_type, items->pdata[i], error);
    else
      view_token (text, items->pdata[i]);
  for (guint i = 0; i < items->len; i++)
    mado_access_token_free (items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}

/* (transfer full) --scope read --scope work and --scope read,work are the same. */
static char **
split_scopes (char **given)
{
  g_autofree char *joined = given != NULL ? g_strjoinv (",", given) : g_strdup ("");

  return *joined != '\0' ? g_strsplit (joined, ",", -1) : g_new0 (char *, 1);
}

static gboolean
add_token (MadoCli *cli, const char *name, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_auto (GStrv) scopes = split_scopes (cli->options.scopes);
  const char *token = "";
  GVariantDict dict;
  gint64 days;

  for (char **scope = scopes; *scope != NULL; scope++)
    if (!mado_member_check_text ("--scope", *scope, WORD_MAX, error))
      return FALSE;
  if (cli->options.days != NULL && !g_ascii_string_to_signed (cli->options.days, 10, 1, G_MAXINT, &days, NULL)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "--days: a number of days");
    return FALSE;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert_value (&dict, "scopes", g_variant_new_strv ((const char *const *) scopes, -1));
  if (cli->options.days != NULL)
    g_variant_dict_insert (&dict, "days", "x", days);
  if (!mado_member_ask (cli->conf, "tokens-add", g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  if (cli->options.json)
    return mado_member_print_body (cli, answer.body, error);
  g_autoptr (MadoAccessToken) made = mado_access_token_from_variant (answer.body, error);
  if (made == NULL)
    return FALSE;
  g_autoptr (GString) text = g_string_new (NULL);
  view_token (text, made);
  g_variant_lookup (answer.body, "token", "&s", &token);
  g_autofree char *word = mado_view_word (token);
  mado_view_ours (text, 0, "%s", _ ("It is shown this once; whoever has it may ask as you:"));
  mado_view_ours (text, 0, "%s", word);
  return mado_cli_print (cli, text->str, error);
}

/* @name: "NAME" of one's own, or "LOGIN/NAME". */
static gboolean
remove_token (MadoCli *cli, const char *name, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *slash = strchr (name, '/');
  g_autofree char *login = slash != NULL ? g_strndup (name, (gsize) (slash - name)) : NULL;
  GVariant *body = mado_member_body ("name", slash != NULL ? slash + 1 : name, "login", login, NULL);

  if (!mado_member_ask (cli->conf, "tokens-rm", body, -1, &answer, error))
    return FALSE;
  return cli->options.json ? mado_member_print_body (cli, answer.body, error) : mado_cli_print (cli, "It is good no more.\n", error);
}

gboolean
mado_verb_token (MadoCli *cli, GError **error)
{
  const char *word = mado_cli_argument (cli, 1), *name = mado_cli_argument (cli, 2);

  if (!mado_member_check_text ("members token", name, WORD_MAX, error))
    return FALSE;
  if ((word == NULL || strcmp (word, "ls") == 0) && name == NULL)
    return list_tokens (cli, error);
  if (g_strcmp0 (word, "add") == 0 && name != NULL)
    return add_token (cli, name, error);
  if (g_strcmp0 (word, "rm") == 0 && name != NULL)
    return remove_token (cli, name, error);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "usage: madoguchi members token [ls|add NAME|rm [LOGIN/]NAME]");
  return FALSE;
}
