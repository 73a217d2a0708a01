/* verbs-view.c: see verbs-view.h. A view shows nothing that its reader may not see: it is a question, asked anew by whoever uses it. */
#include "madoguchi/desk/verbs-view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-view.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MOST 50 /* of one member, or of the team */

static gboolean
is_team (const MadoCall *call)
{
  return g_str_has_prefix (call->request.verb, "team-");
}

/* (nullable) whose views are meant; NULL: the team's. */
static const char *
get_owner (const MadoCall *call)
{
  return is_team (call) || call->asker == NULL ? NULL : call->asker->login;
}

static gboolean
is_name (const char *name)
{
  if (name == NULL || strlen (name) > MADO_VIEW_NAME_MAX || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) || g_unichar_type (g_utf8_get_char (p)) == G_UNICODE_FORMAT)
      return FALSE;
  return TRUE;
}

static void
answer_list (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list
      = mado_store_list_views (call->desk->store, call->asker != NULL ? call->asker->login : NULL, &error);

  if (list == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_view_type, list), -1);
}

void
mado_verb_views (MadoCall *call)
{
  answer_list (call);
}

static gboolean
apply_put (gpointer data, GError **error)
{
  const MadoCall *call = data;
  MadoView view = { (char *) mado_verbs_string (call, "name"), (char *) mado_verbs_string (call, "query"), is_team (call) };

  return mado_store_put_view (call->desk->store, get_owner (call), &view, call->desk->now (), MOST, error);
}

static gboolean
apply_remove (gpointer data, GError **error)
{
  const MadoCall *call = data;
  gint64 count = 0;

  if (!mado_store_remove_view (call->desk->store, get_owner (call), mado_verbs_string (call, "name"), &count, error))
    return FALSE;
  if (count == 0)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "there is no view of that name");
  return count > 0;
}

static void
on_changed (gpointer data, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    answer_list (data);
}

/* (nullable) why @call makes no sense. */
static const char *
find_problem (const MadoCall *call)
{
  if (!is_team (call) && call->asker == NULL)
    return "a view is a member's: only members keep them";
  return is_name (mado_verbs_string (call, "name")) ? NULL : "a view has a name, of 120 bytes at most";
}

void
mado_verb_view_put (MadoCall *call)
{
  const char *query = mado_verbs_string (call, "query"), *problem = find_problem (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) filters = mado_view_read_query (query != NULL ? query : "", &error);

  if (filters != NULL)
    g_variant_ref_sink (filters);
  if (problem != NULL)
    mado_verbs_fail_usage (call, problem);
  else if (filters == NULL)
    mado_call_fail (call, error);
  else
    mado_call_change (call, apply_put, on_changed, call);
}

void
mado_verb_view_remove (MadoCall *call)
{
  const char *problem = find_problem (call);

  if (problem != NULL)
    mado_verbs_fail_usage (call, problem);
  else
    mado_call_change (call, apply_remove, on_changed, call);
}
