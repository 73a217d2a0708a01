/* verb-view.c: `views`, and the view that `list --view` names. The keeper keeps them. */
#include "madoguchi/front/verb-view.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/view.h"

#include <string.h>

#define WORD_MAX 4096

static void
free_items (GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    mado_view_free (items->pdata[i]);
}

GVariant *
mado_view_find (MadoCli *cli, const char *name, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  GVariant *filters = NULL;
  gboolean is_found = FALSE;

  if (!mado_member_check_text ("--view", name, WORD_MAX, error) || !mado_member_ask (cli->conf, "views", NULL, -1, &answer, error))
    return NULL;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_view_type, error);
  for (guint i = 0; items != NULL && !is_found && i < items->len; i++) { /* the member's own come first */
    const MadoView *view = items->pdata[i];
    is_found = g_strcmp0 (view->name, name) == 0;
    filters = is_found ? mado_view_read_query (view->query, error) : NULL;
  }
  if (items != NULL) {
    free_items (items);
    if (!is_found)
      g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no view of that name; views lists them", name);
  }
  return filters != NULL ? g_variant_ref_sink (filters) : NULL;
}

static gboolean
print_views (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) items = mado_member_items (answer, &mado_view_type, error);
  gboolean ok = items != NULL;

  for (guint i = 0; ok && i < items->len; i++) {
    const MadoView *view = items->pdata[i];
    g_autofree char *name = mado_text_visible (view->name), *query = mado_text_visible (view->query);
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_view_type, view, error);
    else
      mado_view_ours (text, 0, view->team ? _ ("%s (team)  %s") : _ ("%s  %s"), name, query);
  }
  if (items != NULL)
    free_items (items);
  return ok && mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_views (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *what = mado_cli_argument (cli, 0), *name = mado_cli_argument (cli, 1), *query = mado_cli_argument (cli, 2);
  gboolean keeps = g_strcmp0 (what, "keep") == 0, forgets = g_strcmp0 (what, "forget") == 0;
  gboolean lists = what == NULL || strcmp (what, "ls") == 0;

  if ((lists && name != NULL) || (keeps && query == NULL) || (forgets && (name == NULL || query != NULL)) || !(lists || keeps || forgets)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "views [ls], views keep NAME QUERY, or views forget NAME");
    return FALSE;
  }
  if (!mado_member_check_text ("NAME", name, WORD_MAX, error) || !mado_member_check_text ("QUERY", query, WORD_MAX, error))
    return FALSE;
  const char *verb = lists ? "views" : keeps ? (cli->options.team ? "team-view-put" : "view-put")
                                             : (cli->options.team ? "team-view-remove" : "view-remove");
  GVariant *body = lists ? NULL : mado_member_body ("name", name, keeps ? "query" : NULL, query, NULL);
  return mado_member_ask (cli->conf, verb, body, -1, &answer, error) && print_views (cli, &answer, error);
}
