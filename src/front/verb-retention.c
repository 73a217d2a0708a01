/* verb-retention.c: `retention`, `erase`, `hold`: the keeper's work; the command line asks, and asks to be asked for in earnest. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/tickets.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/retention.h"

#include <string.h>

#define REASON_MAX 1000

static void
view_ticket (GString *out, const MadoPacket *answer, const char *what)
{
  const char *ticket = NULL;

  g_variant_lookup (answer->body, "ticket", "&s", &ticket);
  g_autofree char *word = mado_view_word (ticket);
  mado_view_ours (out, 0, "%s %s", word, what);
}

static void
view_erased (GString *out, const MadoPacket *answer)
{
  view_ticket (out, answer, _ ("erased: its number, states and times stay"));
}

static void
view_hold (GString *out, const MadoPacket *answer)
{
  view_ticket (out, answer, _ ("on hold: nothing of it may be erased"));
}

static void
view_released (GString *out, const MadoPacket *answer)
{
  view_ticket (out, answer, _ ("released: it may be erased again"));
}

gboolean
mado_verb_erase (MadoCli *cli, GError **error)
{
  if (!cli->options.yes) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "what is erased does not come back: say --yes");
    return FALSE;
  }
  g_auto (GStrv) tickets = mado_tickets_read (cli, error);
  return tickets != NULL && mado_tickets_change (cli, tickets, "erase", mado_member_body (NULL, NULL), view_erased, error);
}

gboolean
mado_verb_hold (MadoCli *cli, GError **error)
{
  GVariantDict dict;

  if (!mado_member_check_text ("--reason", cli->options.reason, REASON_MAX, error))
    return FALSE;
  g_auto (GStrv) tickets = mado_tickets_read (cli, error);
  if (tickets == NULL)
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "release", "b", cli->options.release);
  if (cli->options.reason != NULL)
    g_variant_dict_insert (&dict, "reason", "s", cli->options.reason);
  return mado_tickets_change (cli, tickets, "hold", g_variant_dict_end (&dict), cli->options.release ? view_released : view_hold, error);
}

static void
view_expired (GString *out, const MadoExpired *expired)
{
  g_autofree char *ticket = mado_view_word (expired->ticket), *finished = mado_text_time (expired->finished);

  mado_view_ours (out, 0, _ ("%s  last touched %s  %s"), ticket, finished,
                  expired->erased ? "erased" : expired->held ? "on hold" : expired->why != NULL ? "not erased" : "due");
  if (expired->rule != NULL)
    mado_view_ours (out, 2, _ ("rule: %s"), expired->rule); /* of the configuration */
  if (expired->why != NULL)
    mado_view_ours (out, 2, "%s", expired->why); /* the gateway's own words */
}

gboolean
mado_verb_retention (MadoCli *cli, GError **error)
{
  const char *word = mado_cli_argument (cli, 0);
  gboolean runs = g_strcmp0 (word, "run") == 0;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = TRUE;

  if (word != NULL && !runs && strcmp (word, "status") != 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "usage: madoguchi retention [status|run [--dry-run]]");
    return FALSE;
  }
  if (!mado_member_ask (cli->conf, runs && !cli->options.dry_run ? "retention-run" : "retention-status", NULL, -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_expired_type, error);
  if (items == NULL)
    return FALSE;
  if (items->len == 0 && !cli->options.json)
    mado_view_ours (text, 0, _ ("no ticket's time is over"));
  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_expired_type, items->pdata[i], error);
    else
      view_expired (text, items->pdata[i]);
  for (guint i = 0; i < items->len; i++)
    mado_expired_free (items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}
