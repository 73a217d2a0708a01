/* verbs-need.c: see verbs-need.h. Every step stands in the thread afterwards, with who took it. */
#include "madoguchi/desk/verbs-need.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MAX_NAMES 100 /* of one call, and of one incident */
#define MAX_REASON 4096

typedef struct {
  const MadoCall *call;
  gint64 id;
  MadoIncident *incident; /* as it was */
  gboolean is_marked;     /* by a member */
  char **names;           /* that the call names */
} Step;

static gboolean
fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, text);
  return FALSE;
}

/* Somebody who left, or never was here, cannot have to know. */
static gboolean
check_names (MadoStore *store, char *const *names, GError **error)
{
  for (gsize i = 0; names[i] != NULL; i++) {
    g_autoptr (GError) problem = NULL;
    g_autoptr (MadoMember) member = mado_store_find_member (store, names[i], &problem);
    if (problem != NULL) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
    if (member == NULL || member->left != 0)
      return fail (error, "%s is no member of the team", names[i]);
  }
  return TRUE;
}

static gboolean
add_names (const Step *step, GError **error)
{
  MadoStore *store = step->call->desk->store;

  for (gsize i = 0; step->names[i] != NULL; i++)
    if (!mado_store_add_named (store, step->id, step->names[i], step->call->member, step->call->desk->now (), error))
      return FALSE;
  g_autoptr (GPtrArray) all = mado_store_list_named (store, step->id, error);
  return all != NULL && (all->len <= MAX_NAMES || fail (error, "at most %d members are named in a ticket", MAX_NAMES));
}

/* ... but for @keep (nullable). The owner always stays. */
static gboolean
remove_names (const Step *step, const GPtrArray *names, char *const *keep, GError **error)
{
  MadoStore *store = step->call->desk->store;

  for (guint i = 0; i < names->len; i++) {
    const char *login = ((const MadoNamed *) names->pdata[i])->login;
    if (g_strcmp0 (login, step->incident->owner) != 0 && (keep == NULL || !g_strv_contains ((const char *const *) keep, login))
        && !mado_store_remove_named (store, step->id, login, error))
      return FALSE;
  }
  return TRUE;
}

/* Makes the mark; with names: for them alone (and the owner), else for who is named already and who asks. */
static gboolean
mark (Step *step, GError **error)
{
  MadoStore *store = step->call->desk->store;
  g_autoptr (GPtrArray) before = mado_store_list_named (store, step->id, error);
  gboolean is_list = step->names[0] != NULL;

  if (before == NULL)
    return FALSE;
  if (!is_list) {
    g_strfreev (step->names);
    step->names = g_strsplit (step->call->member, "\n", 1);
  }
  return add_names (step, error)
         && mado_store_set_restricted (store, step->id, TRUE, mado_verbs_string (step->call, "reason"), error)
         && (!is_list || remove_names (step, before, step->names, error));
}

static gboolean
lift (const Step *step, GError **error)
{
  if (!step->incident->restricted)
    return fail (error, "%s is not restricted", step->incident->ticket);
  if (!step->is_marked)
    return fail (error, "%s is restricted by TLP:RED: it ends with another TLP", step->incident->ticket);
  return mado_store_set_restricted (step->call->desk->store, step->id, FALSE, NULL, error);
}

static gboolean
remove_some (const Step *step, GError **error)
{
  g_autoptr (GPtrArray) all = mado_store_list_named (step->call->desk->store, step->id, error);
  g_autoptr (GPtrArray) going = g_ptr_array_new ();

  if (all == NULL)
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    if (g_strv_contains ((const char *const *) step->names, ((const MadoNamed *) all->pdata[i])->login))
      g_ptr_array_add (going, all->pdata[i]);
  if (step->incident->owner != NULL && g_strv_contains ((const char *const *) step->names, step->incident->owner))
    return fail (error, "%s owns the ticket: assign it to somebody else first", step->incident->owner);
  if (going->len < g_strv_length (step->names))
    return fail (error, "not all of them are named");
  if (going->len == all->len)
    return fail (error, "nobody would be named any more");
  return remove_names (step, going, NULL, error);
}

static gboolean
has_flag (const MadoCall *call, const char *name)
{
  gboolean value = FALSE;

  g_variant_lookup (call->request.body, name, "b", &value);
  return value;
}

static gboolean
change (Step *step, GError **error)
{
  gboolean adds = has_flag (step->call, "add"), removes = has_flag (step->call, "remove");

  if (has_flag (step->call, "lift"))
    return lift (step, error);
  if ((adds || removes) && !step->incident->restricted)
    return fail (error, "%s is not restricted", step->incident->ticket);
  if (removes)
    return remove_some (step, error);
  return check_names (step->call->desk->store, step->names, error) && (adds ? add_names (step, error) : mark (step, error));
}

static gboolean
apply_restrict (const MadoCall *call, gint64 id, GError **error)
{
  MadoStore *store = call->desk->store;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);
  Step step = { call, id, incident, FALSE, NULL };
  const char *reason = mado_verbs_string (call, "reason");
  g_autofree char *visible = reason != NULL ? mado_text_visible (reason) : NULL;

  if (incident == NULL || !mado_store_is_marked (store, id, &step.is_marked, error))
    return FALSE;
  if (call->asker == NULL)
    return fail (error, "there are no members who could be named (madoguchi members add)");
  if (!g_variant_lookup (call->request.body, "members", "^as", &step.names))
    step.names = g_new0 (char *, 1);
  gboolean ok = change (&step, error);
  g_strfreev (step.names);
  return ok && mado_store_tell_need (store, id, call->member, visible, call->desk->now (), error);
}

void
mado_verb_restrict (MadoCall *call)
{
  g_auto (GStrv) names = NULL;
  const char *reason = mado_verbs_string (call, "reason");
  gsize n = g_variant_lookup (call->request.body, "members", "^as", &names) ? g_strv_length (names) : 0;
  int ways = has_flag (call, "add") + has_flag (call, "remove") + has_flag (call, "lift");

  if (reason != NULL && strlen (reason) > MAX_REASON)
    mado_verbs_fail_usage (call, "the reason is too long");
  else if (ways > 1 || n > MAX_NAMES || (n > 0 ? has_flag (call, "lift") : has_flag (call, "add") || has_flag (call, "remove")))
    mado_verbs_fail_usage (call, "members to add, to remove or to restrict it to; or lift, without members");
  else
    mado_verbs_change (call, apply_restrict);
}
