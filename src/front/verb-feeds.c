/* verb-feeds.c: `madoguchi feeds`: what machines report to machines, which makes no ticket and is never lost. All of it is the
 * keeper's; the command line only asks and shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/feed.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

static void
view_feed (GString *out, guint columns, const MadoFeed *feed)
{
  g_autofree char *id = mado_view_word (feed->queue_id), *format = mado_view_word (feed->format);
  g_autofree char *from = feed->started != 0 ? mado_text_time (feed->started) : g_strdup ("-");
  g_autofree char *to = feed->ended != 0 ? mado_text_time (feed->ended) : g_strdup ("-");
  g_autofree char *about = g_strdup_printf ("%s about %s", feed->organization != NULL ? feed->organization : "-",
                                            feed->domain != NULL ? feed->domain : "-");

  mado_view_ours (out, 0,
                  _ ("%s  %s, %s to %s: messages %" PRId64 ", passed %" PRId64 ", failed %" PRId64), id,
                  format, from, to, feed->messages, feed->passed, feed->failed);
  mado_view_stranger (out, columns, NULL, about);
}

static gboolean
list (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantDict dict;
  guint64 limit = 0;
  gboolean ok = TRUE;

  if (!mado_member_check_text ("--after", cli->options.after, WORD_MAX, error))
    return FALSE;
  if (cli->options.limit != NULL && !g_ascii_string_to_unsigned (cli->options.limit, 10, 1, G_MAXINT64, &limit, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "--limit: %s is not a number", cli->options.limit);
    return FALSE;
  }
  g_variant_dict_init (&dict, NULL);
  if (cli->options.after != NULL)
    g_variant_dict_insert (&dict, "after", "s", cli->options.after);
  if (limit > 0)
    g_variant_dict_insert (&dict, "limit", "x", (gint64) limit);
  if (!mado_member_ask (cli->conf, "feeds", g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_feed_type, error);
  if (items == NULL)
    return FALSE;
  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_feed_type, items->pdata[i], error);
    else
      view_feed (text, mado_view_columns (STDOUT_FILENO), items->pdata[i]);
  for (guint i = 0; i < items->len; i++)
    mado_feed_free (items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}

static gboolean
raw (MadoCli *cli, const char *id, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  gint64 offset = 0, size = -1;

  if (!mado_member_ask (cli->conf, "raw", mado_member_body ("queue_id", id, NULL), -1, &answer, error))
    return FALSE;
  g_variant_lookup (answer.body, "offset", "x", &offset);
  g_variant_lookup (answer.body, "size", "x", &size);
  if (answer.fd < 0 || size < 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_BUG, "feeds: the keeper sent no file");
    return FALSE;
  }
  return mado_member_save (cli, answer.fd, (guint64) offset, (guint64) size, cli->options.output, error);
}

static gboolean
reopen (MadoCli *cli, const char *id, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  return mado_member_ask (cli->conf, "reopen", mado_member_body ("queue_id", id, NULL), -1, &answer, error)
         && (cli->options.json ? mado_member_print_body (cli, answer.body, error) : mado_cli_print (cli, _ ("Read again\n"), error));
}

gboolean
mado_verb_feeds (MadoCli *cli, GError **error)
{
  const char *what = mado_cli_argument (cli, 0), *id = mado_cli_argument (cli, 1);

  if (what == NULL)
    return list (cli, error);
  if (id != NULL && !mado_member_check_text ("ID", id, WORD_MAX, error))
    return FALSE;
  if (id != NULL && strcmp (what, "raw") == 0)
    return raw (cli, id, error);
  if (id != NULL && strcmp (what, "reopen") == 0)
    return reopen (cli, id, error);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "feeds: alone, or raw ID, or reopen ID");
  return FALSE;
}
