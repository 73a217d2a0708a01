/* verb-search.c: `madoguchi search`. All of it is the keeper's; the command line asks step by step, and shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/found.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define QUERY_MAX 4096
#define DEFAULT_LIMIT 50
#define MAX_STEP 500 /* of one question */

static void
view_found (GString *out, guint columns, const MadoFound *found)
{
  g_autofree char *ticket = mado_view_word (found->ticket), *state = mado_view_word (found->state), *where = mado_view_word (found->where);
  g_autofree char *date = mado_text_time (found->date);
  g_autofree char *message = found->message != 0 ? g_strdup_printf (_ (", message %" PRId64), found->message) : g_strdup ("");

  mado_view_ours (out, 0, "%s  %s  %s%s%s%s", ticket, state, date, message, found->where != NULL ? ", " : "",
                  found->where != NULL ? where : "");
  if (found->is_restricted)
    mado_view_ours (out, 2, _ ("restricted to named members"));
  if (found->subject != NULL)
    mado_view_stranger (out, columns, _ ("Subject"), found->subject);
  if (found->snippet != NULL)
    mado_view_stranger (out, columns, NULL, found->snippet);
}

static gboolean
show (MadoCli *cli, const GPtrArray *items, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_found_type, items->pdata[i], error);
    else
      view_found (text, mado_view_columns (STDOUT_FILENO), items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}

/* One question. @found: how many more there are; @below: where to go on. */
static gboolean
ask (MadoCli *cli, const char *query, guint64 limit, gint64 *below, guint *found, gint64 *backlog, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  GVariantDict dict;
  gboolean ok;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "query", "s", query);
  g_variant_dict_insert (&dict, "limit", "x", (gint64) MIN (limit, MAX_STEP));
  g_variant_dict_insert (&dict, "below", "x", *below);
  g_variant_dict_insert (&dict, "by_rank", "b", cli->options.by_rank);
  if (!mado_member_ask (cli->conf, "search", g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  *below = *backlog = 0;
  g_variant_lookup (answer.body, "next", "x", below);
  g_variant_lookup (answer.body, "backlog", "x", backlog);
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_found_type, error);
  if (items == NULL)
    return FALSE;
  ok = show (cli, items, error);
  *found = items->len;
  for (guint i = 0; i < items->len; i++)
    mado_found_free (items->pdata[i]);
  return ok;
}

static gboolean
read_number (const char *what, const char *text, guint64 *number, GError **error)
{
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, number, NULL))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: %s is not a number", what, text);
  return FALSE;
}

gboolean
mado_verb_search (MadoCli *cli, GError **error)
{
  guint64 limit = DEFAULT_LIMIT, after = 0;
  gint64 below, backlog = 0;
  gboolean is_any = FALSE;

  if (!read_number ("--limit", cli->options.limit, &limit, error) || !read_number ("--after", cli->options.after, &after, error))
    return FALSE;
  if (cli->options.by_rank && (after > 0 || limit > MAX_STEP)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "--by-rank goes without --after, and up to %d", MAX_STEP);
    return FALSE;
  }
  g_autofree char *query = g_strjoinv (" ", cli->options.arguments);
  if (!mado_member_check_text ("QUERY", query, QUERY_MAX, error))
    return FALSE;
  below = (gint64) after;
  do {
    guint found = 0;
    if (!ask (cli, query, limit, &below, &found, &backlog, error))
      return FALSE;
    is_any = is_any || found > 0;
    limit -= MIN (limit, found);
  } while (below > 0 && limit > 0);
  if (backlog > 0) {
    g_autofree char *note = g_strdup_printf (_ ("NOTICE the index is being made: %" PRId64 " older entries cannot be found yet"), backlog);
    mado_cli_warn (note);
  }
  if (!is_any && !cli->options.json)
    return mado_cli_print (cli, _ ("Nothing found\n"), error);
  return TRUE;
}
