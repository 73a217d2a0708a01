/* verbs-link.c: see verbs-link.h. Both tickets are found by verbs.c, which asks whether the member may see them. */
#include "madoguchi/desk/verbs-link.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/merge.h"
#include "madoguchi/desk/split.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-link.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MAX_NAMED 20 /* children that a note names */

/* --- link ------------------------------------------------------------------------------------------------ */

static const char *
read_kind (const MadoCall *call)
{
  const char *text = mado_verbs_string (call, "as");

  return text == NULL ? mado_link_kind ("related") : mado_link_kind (text);
}

/* A line in each of both threads; @format: with the other one's name. */
static gboolean
tell_both (const MadoCall *call, gint64 a, const char *format_a, gint64 b, const char *format_b, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  g_autoptr (MadoIncident) one = mado_store_load_summary (store, a, error);
  g_autoptr (MadoIncident) other = one != NULL ? mado_store_load_summary (store, b, error) : NULL;

  if (other == NULL)
    return FALSE;
  g_autofree char *here = g_strdup_printf ("%s: %s", format_a, other->ticket);
  g_autofree char *there = g_strdup_printf ("%s: %s", format_b, one->ticket);
  return mado_store_add_event (store, a, call->member, here, now, error)
         && mado_store_add_event (store, b, call->member, there, now, error);
}

static gboolean
apply_link (const MadoCall *call, gint64 id, GError **error)
{
  MadoStore *store = call->desk->store;
  const char *kind = read_kind (call);
  gboolean is_removal = FALSE;
  gint64 other = 0;

  g_variant_lookup (call->request.body, "remove", "b", &is_removal);
  if (!mado_verbs_find_ticket (call, "other", &other, error))
    return FALSE;
  if (is_removal)
    return mado_store_remove_link (store, id, other, error)
           && tell_both (call, id, "Link taken away", other, "Link taken away", error);
  g_autofree char *here = g_strdup_printf ("Linked, %s", kind);
  g_autofree char *there = g_strdup_printf ("Linked, %s", mado_link_reverse (kind));
  return mado_store_put_link (store, id, other, kind, call->member, call->desk->now (), error)
         && tell_both (call, id, here, other, there, error);
}

void
mado_verb_link (MadoCall *call)
{
  if (mado_verbs_string (call, "other") == NULL)
    mado_verbs_fail_usage (call, "two tickets are linked");
  else if (read_kind (call) == NULL)
    mado_verbs_fail_usage (call, "a ticket is linked as related, parent, child or duplicate");
  else
    mado_verbs_change (call, apply_link);
}

gboolean
mado_verbs_veil_links (const MadoCall *call, GPtrArray *linked, GError **error)
{
  MadoStore *store = call->desk->store;

  for (guint i = 0; i < linked->len; i++) {
    MadoLink *link = linked->pdata[i];
    gboolean may = FALSE;
    gint64 id = 0;
    if (!mado_store_find_number (store, link->number, &id, error) || !mado_need_may_read (store, mado_verbs_reader (call), id, &may, error))
      return FALSE;
    if (!may)
      g_clear_pointer (&link->state, g_free);
  }
  return TRUE;
}

/* (transfer full) "EX #2026-000002 (open), ..." of the reports below it that are not finished; @n: how many. */
static char *
list_open_children (const GPtrArray *linked, guint *n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  *n = 0;
  for (guint i = 0; i < linked->len; i++) {
    const MadoLink *link = linked->pdata[i];
    if (strcmp (link->kind, "child") != 0 || link->state == NULL || mado_state_is_finished (link->state))
      continue;
    if ((*n)++ < MAX_NAMED)
      g_string_append_printf (text, "%s%s (%s)", *n > 1 ? ", " : "", link->ticket, link->state);
  }
  if (*n > MAX_NAMED)
    g_string_append (text, "...");
  return g_strdup (text->str);
}

gboolean
mado_verbs_note_children (MadoCall *call, gint64 id, const MadoIncident *incident, GError **error)
{
  guint n = 0;

  if (!mado_state_is_finished (incident->state))
    return TRUE;
  g_autoptr (GPtrArray) linked = mado_store_list_linked (call->desk->store, id, error);
  if (linked == NULL || !mado_verbs_veil_links (call, linked, error))
    return FALSE;
  g_autofree char *list = list_open_children (linked, &n);
  if (n == 0)
    return TRUE;
  g_autofree char *note = g_strdup_printf ("below it are tickets that are not done, and stay as they are: %u: %s", n, list);
  const char *const notes[] = { note, NULL };
  g_variant_dict_insert (call->more, "notes", "^as", notes);
  return TRUE;
}

/* --- merge ----------------------------------------------------------------------------------------------- */

/* What was merged before has no thread of its own that could go anywhere. */
static gboolean
check_own_name (const MadoCall *call, gint64 id, GError **error)
{
  g_autofree char *number = mado_verbs_number (call, "ticket");
  g_autoptr (MadoIncident) incident = mado_store_load_summary (call->desk->store, id, error);

  if (incident == NULL)
    return FALSE;
  if (strcmp (number, incident->number) == 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s #%s was merged already: it is part of %s", call->desk->settings.prefix, number,
               incident->ticket);
  return FALSE;
}

static gboolean
apply_merge (const MadoCall *call, gint64 id, GError **error)
{
  gint64 into = 0;

  if (!check_own_name (call, id, error) || !mado_verbs_find_ticket (call, "into", &into, error))
    return FALSE;
  g_autofree char *from = mado_verbs_number (call, "ticket"), *to = mado_verbs_number (call, "into");
  if (into == id && strcmp (from, to) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s #%s is part of %s #%s already: they are one ticket", call->desk->settings.prefix,
                 to, call->desk->settings.prefix, from);
    return FALSE;
  }
  g_autofree char *merged = g_strdup_printf ("%s #%s", call->desk->settings.prefix, from);
  g_variant_dict_insert (call->more, "merged", "s", merged);
  return mado_merge_tickets (call->desk->store, id, into, call->member, call->desk->now (), error)
         && mado_store_renew_due (call->desk->store, call->desk->settings.due, into, error);
}

void
mado_verb_merge (MadoCall *call)
{
  if (mado_verbs_string (call, "into") == NULL)
    mado_verbs_fail_usage (call, "a ticket is merged into another one");
  else
    mado_verbs_change (call, apply_merge);
}

/* --- split ----------------------------------------------------------------------------------------------- */

static gboolean
apply_split (const MadoCall *call, gint64 id, GError **error)
{
  const MadoDesk *desk = call->desk;
  g_autoptr (GVariant) messages = g_variant_lookup_value (call->request.body, "messages", G_VARIANT_TYPE ("ax"));
  MadoSettler settler = { desk->store, &desk->settings, desk->now (), desk->rules };
  gsize n = 0;
  const gint64 *entries = g_variant_get_fixed_array (messages, &n, sizeof *entries);
  gint64 made = 0;

  if (!mado_split_mails (&settler, id, entries, n, call->member, &made, error)
      || !mado_store_renew_due (desk->store, desk->settings.due, made, error))
    return FALSE;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (desk->store, made, error);
  if (incident == NULL)
    return FALSE;
  g_variant_dict_insert (call->more, "split", "s", incident->ticket);
  return TRUE;
}

void
mado_verb_split (MadoCall *call)
{
  g_autoptr (GVariant) messages = g_variant_lookup_value (call->request.body, "messages", G_VARIANT_TYPE ("ax"));
  gsize n = messages != NULL ? g_variant_n_children (messages) : 0;

  if (n == 0 || n > MADO_SPLIT_MAX)
    mado_verbs_fail_usage (call, "between one and a thousand messages are split off, each by its number in the thread");
  else
    mado_verbs_change (call, apply_split);
}
