/* verbs-ticket.c: see verbs-ticket.h. */
#include "madoguchi/desk/verbs-ticket.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/thread.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/desk/verbs-link.h"
#include "madoguchi/desk/verbs-queue.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/model/tlp.h"

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

/* "TLP:AMBER" of "amber"; NULL: no such mark. */
static const char *
read_tlp (const char *text)
{
  g_autofree char *upper = g_ascii_strup (text, -1);
  g_autofree char *named = g_str_has_prefix (upper, "TLP:") ? g_strdup (upper) : g_strconcat ("TLP:", upper, NULL);

  return mado_tlp_name (mado_tlp_level (named));
}

/* Which tickets are asked for. */
static gboolean
read_filter (const MadoCall *call, MadoListFilter *filter, GError **error)
{
  const char *state = mado_verbs_string (call, "state"), *owner = mado_verbs_string (call, "owner");
  const char *tlp = mado_verbs_string (call, "tlp"), *category = mado_verbs_string (call, "category"), *name_tag = NULL;
  gboolean is_unread = FALSE, is_due = FALSE, is_overdue = FALSE;

  g_variant_lookup (call->request.body, "unread", "b", &is_unread);
  g_variant_lookup (call->request.body, "due", "b", &is_due);
  g_variant_lookup (call->request.body, "overdue", "b", &is_overdue);
  *filter = (MadoListFilter){ .state = state, .owner = owner, .tag = mado_verbs_string (call, "tag"),
                              .priority = mado_verbs_string (call, "priority"), .unread_by = is_unread ? call->member : NULL,
                              .due_until = is_overdue ? call->desk->now () : is_due ? G_MAXINT64 : 0 };
  if (g_strcmp0 (owner, "me") == 0)
    filter->owner = call->member;
  else if (g_strcmp0 (owner, "none") == 0)
    filter->owner = "";
  if (tlp != NULL)
    filter->tlp = read_tlp (tlp);
  if (category != NULL)
    filter->category = mado_taxonomy_read (category, &name_tag);
  if (category != NULL && filter->category == NULL)
    filter->category = category; /* its first part */
  else if (filter->tag == NULL)
    filter->tag = name_tag;
  if (state != NULL && !mado_state_is (state) && strcmp (state, MADO_LIST_UNFINISHED) != 0 && strcmp (state, "merged") != 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a state of a ticket", state);
  else if (filter->priority != NULL && mado_priority_rank (filter->priority) < 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a priority", filter->priority);
  else if (tlp != NULL && filter->tlp == NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a mark of TLP", tlp);
  else
    return TRUE;
  return FALSE;
}

/* After which incident the page begins, and how it stood there: as it does now, or as the one who asks has seen it. */
static gboolean
read_page (const MadoCall *call, MadoListPlace *after, GError **error)
{
  const char *page = mado_verbs_string (call, "after"), *seen = mado_verbs_string (call, "after_updated");
  g_autofree char *number = page != NULL ? mado_thread_parse_number (page, call->desk->settings.prefix, 0) : NULL;
  g_autoptr (GDateTime) when = seen != NULL ? g_date_time_new_from_iso8601 (seen, NULL) : NULL;

  *after = (MadoListPlace){ 0, 0 };
  if (seen != NULL && (when == NULL || page == NULL)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "after_updated is the time of the ticket that is named by after");
    return FALSE;
  }
  if (page == NULL)
    return TRUE;
  if (number != NULL && !mado_store_find_own_number (call->desk->store, number, &after->id, error))
    return FALSE;
  if (after->id == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no such ticket", page);
    return FALSE;
  }
  if (when == NULL)
    return mado_store_find_updated (call->desk->store, after->id, &after->updated, error);
  after->updated = g_date_time_to_unix (when);
  return TRUE;
}

static GPtrArray *
find_tickets (const MadoCall *call, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 limit = DEFAULT_LIMIT;
  MadoListPlace after;
  MadoListFilter filter;

  g_variant_lookup (call->request.body, "limit", "x", &limit);
  if (!read_filter (call, &filter, error) || !read_page (call, &after, error))
    return NULL;
  g_autoptr (GPtrArray) list = mado_store_find_incidents (store, mado_verbs_reader (call), &filter, &after, CLAMP (limit, 1, MAX_LIMIT), error);
  for (guint i = 0; list != NULL && i < list->len; i++)
    if (!((const MadoIncident *) list->pdata[i])->veiled
        && (!mado_store_fill_unread (store, list->pdata[i], call->member, error)
            || !mado_store_fill_due (store, list->pdata[i], call->desk->now (), error)))
      return NULL;
  return g_steal_pointer (&list);
}

void
mado_verb_list (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = find_tickets (call, &error);

  if (list == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, add_notices (call->desk, mado_verbs_items (&mado_summary_type, list)), -1);
}

void
mado_verb_show (MadoCall *call)
{
  gint64 id;
  gboolean is_peek = FALSE;
  MadoDesk *desk = call->desk;
  g_autoptr (GError) error = NULL;

  if (!mado_verbs_ticket (call, &id))
    return;
  g_variant_lookup (call->request.body, "peek", "b", &is_peek);
  g_autoptr (MadoIncident) incident = mado_store_load_incident (desk->store, id, desk->settings.team[0], &error);
  if (incident == NULL || !mado_store_thin (desk->store, mado_verbs_reader (call), incident, &error)
      || !mado_store_fill_unread (desk->store, incident, call->member, &error)
      || !mado_store_fill_due (desk->store, incident, desk->now (), &error)
      || !mado_verbs_veil_links (call, incident->linked, &error)) {
    mado_call_fail (call, error);
    return;
  }
  GPtrArray *drafts = mado_store_list_drafts (desk->store, id, &error);
  if (drafts == NULL) {
    mado_call_fail (call, error);
    return;
  }
  g_ptr_array_extend_and_steal (incident->drafts, drafts);
  if (!is_peek && incident->unread > 0)
    mado_verbs_mark_read (desk, call->member, id, incident);
  g_autofree char *number = mado_verbs_number (call, "ticket");
  if (g_strcmp0 (number, incident->number) != 0)
    incident->asked_for = g_strdup_printf ("%s #%s", desk->settings.prefix, number);
  mado_call_answer (call, mado_incident_to_variant (incident), -1);
}

gboolean
mado_verbs_set_owner (const MadoCall *call, gint64 id, const char *owner, const char *text, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);

  if (incident == NULL
      || (owner != NULL && incident->restricted && !mado_store_add_named (store, id, owner, call->member, now, error))
      || !mado_store_add_decision (store, id, "owner", owner, call->member, now, error)
      || !mado_store_apply_decisions (store, id, NULL, error))
    return FALSE;
  if (owner != NULL && strcmp (incident->state, "new") == 0 && !mado_store_set_state (store, id, "open", now, error))
    return FALSE;
  return mado_store_add_event (store, id, call->member, text, now, error);
}

static gboolean
set_owner (const MadoCall *call, gint64 id, const char *owner, GError **error)
{
  g_autofree char *text
      = owner != NULL ? g_strdup_printf ("Assigned to %s", owner) : g_strdup ("Assigned to nobody");

  return mado_verbs_set_owner (call, id, owner, text, error);
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

gboolean
mado_verbs_check_owner (MadoStore *store, const char *login, GError **error)
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

  if (g_strcmp0 (owner, "none") != 0 && !mado_verbs_check_owner (call->desk->store, owner, error))
    return FALSE;
  return set_owner (call, id, g_strcmp0 (owner, "none") == 0 ? NULL : owner, error);
}

gboolean
mado_verbs_is_login (const char *name)
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
  if (mado_verbs_is_login (mado_verbs_string (call, "owner")))
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
