/* verbs-ticket.c: see verbs-ticket.h. */
#include "madoguchi/desk/verbs-ticket.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/thread.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 10000
#define MAX_NOTE (1024 * 1024)

/* (transfer floating) @body (transfer floating) with what the house has to say. */
static GVariant *
add_notices (const MadoDesk *desk, GVariant *body)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (body);
  g_auto (GStrv) notices = desk->keys == NULL ? NULL : mado_key_watch_notices (desk->keys);
  GVariantDict dict;

  g_variant_dict_init (&dict, owned);
  if (notices != NULL && notices[0] != NULL)
    g_variant_dict_insert_value (&dict, "notices", g_variant_new_strv ((const char *const *) notices, -1));
  return g_variant_dict_end (&dict);
}

void
mado_verb_list (MadoCall *call)
{
  const char *state = mado_verbs_string (call, "state");
  const char *owner = mado_verbs_string (call, "owner");
  gint64 limit = DEFAULT_LIMIT, after = 0;
  g_autoptr (GError) error = NULL;

  if (state != NULL && !mado_state_is (state)) {
    g_set_error (&error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a state of a ticket", state);
    mado_call_fail (call, error);
    return;
  }
  if (g_strcmp0 (owner, "me") == 0)
    owner = call->member;
  else if (g_strcmp0 (owner, "none") == 0)
    owner = "";
  g_variant_lookup (call->request.body, "limit", "x", &limit);
  const char *page = mado_verbs_string (call, "after");
  if (page != NULL) {
    g_autofree char *number = mado_thread_parse_number (page, call->desk->settings.prefix, 0);
    if (number == NULL || !mado_store_find_number (call->desk->store, number, &after, &error) || after == 0)
      g_set_error (error == NULL ? &error : NULL, MADO_ERROR, MADO_ERROR_NO, "%s: no such ticket", page);
  }
  g_autoptr (GPtrArray) list = NULL;
  if (error == NULL)
    list = mado_store_list_incidents (call->desk->store, mado_verbs_reader (call), state, owner, after, CLAMP (limit, 1, MAX_LIMIT), &error);
  if (list == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, add_notices (call->desk, mado_verbs_items (&mado_summary_type, list)), -1);
}

void
mado_verb_show (MadoCall *call)
{
  gint64 id;
  g_autoptr (GError) error = NULL;

  if (!mado_verbs_ticket (call, &id))
    return;
  g_autoptr (MadoIncident) incident
      = mado_store_load_incident (call->desk->store, id, call->desk->settings.team[0], &error);
  if (incident == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_incident_to_variant (incident), -1);
}

static gboolean
set_owner (const MadoCall *call, gint64 id, const char *owner, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  g_autofree char *text
      = owner != NULL ? g_strdup_printf ("Assigned to %s", owner) : g_strdup ("Assigned to nobody");
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);

  if (incident == NULL || !mado_store_add_decision (store, id, "owner", owner, call->member, now, error)
      || !mado_store_apply_decisions (store, id, NULL, error))
    return FALSE;
  if (owner != NULL && strcmp (incident->state, "new") == 0 && !mado_store_set_state (store, id, "open", now, error))
    return FALSE;
  return mado_store_add_event (store, id, call->member, text, now, error);
}

static gboolean
apply_take (const MadoCall *call, gint64 id, GError **error)
{
  return set_owner (call, id, call->member, error);
}

void
mado_verb_take (MadoCall *call)
{
  mado_verbs_change (call, apply_take);
}

/* Once there are members: one of them, who may work on it. */
static gboolean
check_owner (MadoStore *store, const char *login, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean has_members;

  if (!mado_store_has_members (store, &has_members, error))
    return FALSE;
  if (!has_members)
    return TRUE;
  g_autoptr (MadoMember) member = mado_store_find_member (store, login, &problem);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (member == NULL || member->left != 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is no member of the team", login);
  else if (!mado_permissions_allow ("note", (int) member->role))
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s only reads (role %s)", login, mado_member_role_names[member->role]);
  else
    return TRUE;
  return FALSE;
}

static gboolean
apply_assign (const MadoCall *call, gint64 id, GError **error)
{
  const char *owner = mado_verbs_string (call, "owner");

  if (g_strcmp0 (owner, "none") != 0 && !check_owner (call->desk->store, owner, error))
    return FALSE;
  return set_owner (call, id, g_strcmp0 (owner, "none") == 0 ? NULL : owner, error);
}

static gboolean
is_login (const char *name)
{
  if (name == NULL || name[0] == '-' || strlen (name) > MADO_VERBS_MAX_LOGIN)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-@", *p) == NULL)
      return FALSE;
  return TRUE;
}

void
mado_verb_assign (MadoCall *call)
{
  if (is_login (mado_verbs_string (call, "owner")))
    mado_verbs_change (call, apply_assign);
  else
    mado_verbs_fail_usage (call, "the owner must be a login name, or none");
}

static gboolean
apply_note (const MadoCall *call, gint64 id, GError **error)
{
  g_autofree char *text = mado_text_visible (mado_verbs_string (call, "text"));

  return mado_store_add_note (call->desk->store, id, call->member, text, call->desk->now (), error);
}

void
mado_verb_note (MadoCall *call)
{
  const char *text = mado_verbs_string (call, "text");

  if (text == NULL || strlen (text) > MAX_NOTE)
    mado_verbs_fail_usage (call, "a note has between one byte and a megabyte of text");
  else
    mado_verbs_change (call, apply_note);
}
