/* verb-members.c: `members`: all of it is the keeper's; the command line asks, and says what begins and ends. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/member.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

/* (transfer full) each as a word, with commas between them. */
static char *
view_words (char **words)
{
  g_auto (GStrv) seen = g_strdupv (words);

  for (char **word = seen; *word != NULL; word++) {
    char *safe = mado_view_word (*word);
    g_free (*word);
    *word = safe;
  }
  return *seen != NULL ? g_strjoinv (",", seen) : mado_view_word (NULL);
}

static void
view_member (GString *out, const MadoMember *member)
{
  g_autofree char *login = mado_view_word (member->login);
  g_autofree char *key = mado_view_word (member->fingerprint);
  g_autofree char *joined = mado_text_time (member->joined);
  g_autofree char *left = mado_text_time (member->left);
  g_autofree char *languages = view_words (member->languages);

  mado_view_ours (out, 0, _ ("%s  %s%s, joined %s%s%s"), login, mado_member_role_names[member->role], member->on_duty ? _ (", on duty") : "",
                  joined, member->left != 0 ? _ (", left ") : "", member->left != 0 ? left : "");
  mado_view_ours (out, 2, _ ("languages %s, key %s"), languages, key);
  if (member->name != NULL)
    mado_view_stranger (out, mado_view_columns (STDOUT_FILENO), _ ("Name: "), member->name);
}

static gboolean
list_members (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = TRUE;

  if (!mado_member_ask (cli->conf, "members-list", NULL, -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_member_record_type, error);
  if (items == NULL)
    return FALSE;
  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_member_record_type, items->pdata[i], error);
    else
      view_member (text, items->pdata[i]);
  for (guint i = 0; i < items->len; i++)
    mado_member_record_free (items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}

static gboolean
print_changed (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MadoMember) member = mado_member_record_from_variant (answer->body, error);
  g_autofree const char **may = NULL, **notes = NULL;

  if (member == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_member_record_type, member, error);
  view_member (text, member);
  if (g_variant_lookup (answer->body, "may", "^a&s", &may) && may[0] != NULL) {
    g_autofree char *list = g_strjoinv (" ", (char **) may);
    mado_view_ours (text, 2, _ ("may from now on: %s"), list);
  } else if (member->left != 0) {
    mado_view_ours (text, 2, _ ("every access to the gateway ended now, also on open connections"));
  }
  if (g_variant_lookup (answer->body, "notes", "^a&s", &notes))
    for (gsize i = 0; notes[i] != NULL; i++)
      mado_view_ours (text, 2, _ ("note: %s"), notes[i]);
  return mado_cli_print (cli, text->str, error);
}

/* What concerns the page. */
static gboolean
print_session (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *login = "", *invitation = NULL;
  gint64 until = 0, count = 0;

  g_variant_lookup (answer->body, "login", "&s", &login);
  g_variant_lookup (answer->body, "count", "x", &count);
  if (!g_variant_lookup (answer->body, "invitation", "&s", &invitation)) {
    g_string_append_printf (text, cli->options.json ? "{\"login\":\"%s\",\"ended\":%" PRId64 "}\n" : _ ("%s: %" PRId64 " sessions ended\n"),
                            login, count);
    return mado_cli_print (cli, text->str, error);
  }
  g_variant_lookup (answer->body, "until", "x", &until);
  g_autofree char *when = mado_text_time (until);
  g_string_append_printf (text,
                          cli->options.json ? "{\"login\":\"%s\",\"until\":\"%s\",\"invitation\":\"%s\"}\n"
                                            : _ ("%s may choose a password for the page until %s, once, with this invitation:\n%s\n"),
                          login, when, invitation);
  return mado_cli_print (cli, text->str, error);
}

/* The arguments of @word for @login (nullable). */
static GVariant *
make_body (const MadoCli *cli, const char *word, const char *login)
{
  const MadoCliOptions *o = &cli->options;
  const char *const pairs[][2] = { { "login", login }, { "name", o->name }, { "key", o->key }, { "role", o->role }, { "languages", o->languages } };
  gboolean is_on = strcmp (word, "on-duty") == 0;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][1] != NULL)
      g_variant_dict_insert (&dict, pairs[i][0], "s", pairs[i][1]);
  if (is_on || strcmp (word, "off-duty") == 0)
    g_variant_dict_insert (&dict, "on_duty", "b", is_on);
  return g_variant_dict_end (&dict);
}

gboolean
mado_verb_members (MadoCli *cli, GError **error)
{
  static const struct {
    const char *word, *verb, *verb_of_self;
  } words[] = {
    { "add", "members-add", NULL },
    { "set", "members-set", NULL },
    { "leave", "members-leave", NULL },
    { "on-duty", "members-set", "members-duty" },
    { "off-duty", "members-set", "members-duty" },
    { "invite", "members-invite", NULL },
    { "log-out", "members-log-out", NULL },
  };
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *word = mado_cli_argument (cli, 0), *login = mado_cli_argument (cli, 1), *verb = NULL;
  const char *given[] = { login, cli->options.name, cli->options.key, cli->options.role, cli->options.languages };

  if (g_strcmp0 (word, "token") == 0)
    return mado_verb_token (cli, error);
  if (word == NULL || (strcmp (word, "ls") == 0 && login == NULL))
    return list_members (cli, error);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].word, word) == 0)
      verb = login != NULL ? words[i].verb : words[i].verb_of_self;
  if (verb == NULL || mado_cli_argument (cli, 2) != NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE,
                         "usage: madoguchi members [ls|add LOGIN|set LOGIN|on-duty|off-duty [LOGIN]|leave LOGIN|invite LOGIN|log-out LOGIN|token ...]");
    return FALSE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (given); i++)
    if (!mado_member_check_text ("members", given[i], WORD_MAX, error))
      return FALSE;
  return mado_member_ask (cli->conf, verb, make_body (cli, word, login), -1, &answer, error)
         && (strcmp (verb, "members-invite") == 0 || strcmp (verb, "members-log-out") == 0 ? print_session (cli, &answer, error)
                                                                                           : print_changed (cli, &answer, error));
}
