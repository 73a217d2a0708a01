/* verb-hand-over.c: `hand-over`: a member's own tickets to another one, at the end of duty. The rules are the keeper's; the
 * command line finds the tickets and asks for each. */
#include "madoguchi/base/error.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/tickets.h"
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/view.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/model/member.h"
#include "madoguchi/base/words.h"

#include <string.h>

#define WORD_MAX 4096
#define NOTE_MAX (1024 * 1024)
#define TICKETS_MAX 10000

/* (transfer full) all of who asks that is not finished. */
static char **
list_own (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "owner", "s", "me");
  g_variant_dict_insert (&dict, "state", "s", "unfinished");
  g_variant_dict_insert (&dict, "limit", "x", (gint64) TICKETS_MAX);
  if (!mado_member_ask (cli->conf, "list", g_variant_dict_end (&dict), -1, &answer, error))
    return NULL;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_summary_type, error);
  if (items == NULL)
    return NULL;
  for (guint i = 0; i < items->len; i++) {
    g_strv_builder_add (builder, ((const MadoIncident *) items->pdata[i])->ticket);
    mado_record_free (&mado_summary_type, items->pdata[i]);
  }
  return g_strv_builder_end (builder);
}

/* Says so when @login is a member who is not there; trouble with it is no trouble. */
static void
warn_of_absent (const MadoCli *cli, const char *login)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GPtrArray) items = NULL;

  if (!mado_member_ask (cli->conf, "members-list", NULL, -1, &answer, NULL)
      || (items = mado_member_items (&answer, &mado_member_record_type, NULL)) == NULL)
    return;
  for (guint i = 0; i < items->len; i++) {
    const MadoMember *member = items->pdata[i];
    if (g_strcmp0 (member->login, login) == 0 && member->left == 0 && !member->on_duty)
      mado_cli_warn ("hand-over: who has them now is not on duty");
    mado_member_record_free (items->pdata[i]);
  }
}

static void
view_change (GString *out, const MadoPacket *answer)
{
  const char *named = "-", *owner = "-";

  g_variant_lookup (answer->body, "ticket", "&s", &named);
  g_variant_lookup (answer->body, "owner", "&s", &owner);
  g_autofree char *ticket_word = mado_view_word (named);
  g_autofree char *owner_word = mado_view_word (owner);
  mado_view_ours (out, 0, _ ("%s  owner %s"), ticket_word, owner_word);
}

gboolean
mado_verb_hand_over (MadoCli *cli, GError **error)
{
  const MadoCliOptions *options = &cli->options;

  if (options->to == NULL || options->all == (mado_cli_argument (cli, 0) != NULL)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "usage: madoguchi hand-over TICKET|--all --to LOGIN [--note TEXT]");
    return FALSE;
  }
  if (!mado_member_check_text ("--to", options->to, WORD_MAX, error) || !mado_member_check_text ("--note", options->note, NOTE_MAX, error)
      || !mado_member_check_text ("--if-version", options->if_version, WORD_MAX, error))
    return FALSE;
  g_auto (GStrv) tickets = options->all ? list_own (cli, error) : mado_tickets_read (cli, error);
  if (tickets == NULL)
    return FALSE;
  if (tickets[0] == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "no unfinished ticket is yours");
    return FALSE;
  }
  if (!mado_tickets_check (cli, tickets, error)
      || !mado_tickets_change (cli, tickets, "hand-over", mado_member_body ("to", options->to, "note", options->note, NULL), view_change, error))
    return FALSE;
  warn_of_absent (cli, options->to);
  return TRUE;
}
