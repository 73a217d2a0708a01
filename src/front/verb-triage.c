/* verb-triage.c: priority, category, tlp, tag, and `policy explain`: all of it is the keeper's; the command line only asks
 * and shows. Must never print what a rule quotes of a mail as words of ours. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/tickets.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-triage.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/triage.h"
#include "madoguchi/base/words.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

/* What a ticket shows after a change. */
static void
view_change (GString *out, const MadoPacket *answer)
{
  const char *ticket = "-", *priority = "", *category = "", *tlp = "";
  g_autofree const char **tags = NULL;

  g_variant_lookup (answer->body, "ticket", "&s", &ticket);
  g_variant_lookup (answer->body, "priority", "&s", &priority);
  g_variant_lookup (answer->body, "category", "&s", &category);
  g_variant_lookup (answer->body, "tlp", "&s", &tlp);
  g_variant_lookup (answer->body, "tags", "^a&s", &tags);
  g_autofree char *ticket_word = mado_view_word (ticket);
  g_autofree char *priority_word = mado_view_word (*priority != '\0' ? priority : NULL);
  g_autofree char *category_word = mado_view_word (*category != '\0' ? category : NULL);
  g_autofree char *tlp_word = mado_view_word (*tlp != '\0' ? tlp : NULL);
  g_autofree char *list = tags != NULL ? g_strjoinv (", ", (char **) tags) : g_strdup ("");
  mado_view_ours (out, 0, _ ("%s  priority %s, category %s, %s"), ticket_word, priority_word, category_word, tlp_word);
  if (*list != '\0')
    mado_view_stranger (out, mado_view_columns (STDOUT_FILENO), "Tags: ", list);
}

static gboolean
change (MadoCli *cli, const char *field, GError **error)
{
  const char *value = mado_cli_argument (cli, 1);

  if (!mado_member_check_text (field, value, WORD_MAX, error)
      || !mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error))
    return FALSE;
  g_auto (GStrv) tickets = mado_tickets_read (cli, error);
  return tickets != NULL && mado_tickets_change (cli, tickets, field, mado_member_body (field, value, NULL), view_change, error);
}

gboolean
mado_verb_priority (MadoCli *cli, GError **error)
{
  return change (cli, "priority", error);
}

gboolean
mado_verb_category (MadoCli *cli, GError **error)
{
  return change (cli, "category", error);
}

gboolean
mado_verb_tlp (MadoCli *cli, GError **error)
{
  return change (cli, "tlp", error);
}

gboolean
mado_verb_tag (MadoCli *cli, GError **error)
{
  GVariantDict dict;

  for (guint i = 1; i < cli->n_arguments; i++)
    if (!mado_member_check_text ("TAG", mado_cli_argument (cli, i), WORD_MAX, error))
      return FALSE;
  if (!mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error))
    return FALSE;
  g_auto (GStrv) tickets = mado_tickets_read (cli, error);
  if (tickets == NULL)
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "remove", "b", cli->options.remove);
  g_variant_dict_insert_value (&dict, "tags", g_variant_new_strv ((const char *const *) cli->options.arguments + 1, -1));
  return mado_tickets_change (cli, tickets, "tag", g_variant_dict_end (&dict), view_change, error);
}

gboolean
mado_verb_policy_explain (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *ticket = mado_cli_argument (cli, 1);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error)
      || !mado_member_ask (cli->conf, "triage", mado_member_body ("ticket", ticket, NULL), -1, &answer, error))
    return FALSE;
  g_autoptr (MadoTriage) triage = mado_triage_from_variant (answer.body, error);
  if (triage == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_triage_type, triage, error);
  mado_view_triage (text, mado_view_columns (STDOUT_FILENO), triage);
  return mado_cli_print (cli, text->str, error);
}
