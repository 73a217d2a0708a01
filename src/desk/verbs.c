/* verbs.c: the table of words, and what they all need. */
#include "madoguchi/desk/verbs.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/looking.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/thread.h"
#include "madoguchi/desk/verbs-audit.h"
#include "madoguchi/desk/verbs-canned.h"
#include "madoguchi/desk/verbs-draft.h"
#include "madoguchi/desk/verbs-house.h"
#include "madoguchi/desk/verbs-link.h"
#include "madoguchi/desk/verbs-mail.h"
#include "madoguchi/desk/verbs-member.h"
#include "madoguchi/desk/verbs-need.h"
#include "madoguchi/desk/verbs-policy.h"
#include "madoguchi/desk/verbs-queue.h"
#include "madoguchi/desk/verbs-reply.h"
#include "madoguchi/desk/verbs-search.h"
#include "madoguchi/desk/verbs-session.h"
#include "madoguchi/desk/verbs-retention.h"
#include "madoguchi/desk/verbs-ticket.h"
#include "madoguchi/desk/verbs-token.h"
#include "madoguchi/desk/verbs-triage.h"
#include "madoguchi/desk/watch.h"
#include "madoguchi/desk/verbs-vault.h"
#include "madoguchi/desk/verbs-view.h"

#include <string.h>

static const struct {
  const char *name;
  MadoVerb verb;
} table[] = {
  { "list", mado_verb_list },
  { "show", mado_verb_show },
  { "take", mado_verb_take },
  { "assign", mado_verb_assign },
  { "state", mado_verb_state },
  { "note", mado_verb_note },
  { "reply-preview", mado_verb_reply_preview },
  { "reply", mado_verb_reply },
  { "unread", mado_verb_unread },
  { "looking", mado_verb_looking },
  { "hand-over", mado_verb_hand_over },
  { "drafts", mado_verb_drafts },
  { "draft-save", mado_verb_draft_save },
  { "draft-send", mado_verb_draft_send },
  { "draft-discard", mado_verb_draft_discard },
  { "draft-file", mado_verb_draft_file },
  { "approve", mado_verb_approve },
  { "refuse", mado_verb_refuse },
  { "canned-list", mado_verb_canned },
  { "canned-show", mado_verb_canned },
  { "due", mado_verb_due },
  { "priority", mado_verb_priority },
  { "category", mado_verb_category },
  { "tlp", mado_verb_tlp },
  { "tag", mado_verb_tag },
  { "restrict", mado_verb_restrict },
  { "link", mado_verb_link },
  { "merge", mado_verb_merge },
  { "split", mado_verb_split },
  { "triage", mado_verb_triage },
  { "policy", mado_verb_policy },
  { "policy-try", mado_verb_policy_try },
  { "policy-reload", mado_verb_policy_reload },
  { "feeds", mado_verb_feeds },
  { "search", mado_verb_search },
  { "raw", mado_verb_raw },
  { "part", mado_verb_part },
  { "held", mado_verb_held },
  { "held-show", mado_verb_held_show },
  { "held-retry", mado_verb_held_retry },
  { "held-release", mado_verb_held_release },
  { "held-drop", mado_verb_held_drop },
  { "reopen", mado_verb_reopen },
  { "account", mado_verb_account },
  { "status", mado_verb_status },
  { "keys-list", mado_verb_keys },
  { "keys-show", mado_verb_keys },
  { "keys-import", mado_verb_keys },
  { "keys-export", mado_verb_keys },
  { "keys-pin", mado_verb_keys },
  { "keys-unpin", mado_verb_keys },
  { "keys-map", mado_verb_keys },
  { "keys-unmap", mado_verb_keys },
  { "keys-certify", mado_verb_keys },
  { "keys-uncertify", mado_verb_keys },
  { "keys-distrust", mado_verb_keys },
  { "keys-undistrust", mado_verb_keys },
  { "keys-rm", mado_verb_keys },
  { "keys-known", mado_verb_keys_known },
  { "keys-forget", mado_verb_keys_forget },
  { "keys-refresh", mado_verb_keys_refresh },
  { "doctor", mado_verb_doctor },
  { "security-txt", mado_verb_security_txt },
  { "look-up-own", mado_verb_look_up_own },
  { "members-list", mado_verb_members_list },
  { "members-add", mado_verb_members_add },
  { "members-set", mado_verb_members_set },
  { "members-duty", mado_verb_members_duty },
  { "members-leave", mado_verb_members_leave },
  { "vault-status", mado_verb_vault_status },
  { "vault-rewrap", mado_verb_vault_rewrap },
  { "vault-rotate", mado_verb_vault_rotate },
  { "audit-list", mado_verb_audit_list },
  { "hold", mado_verb_hold },
  { "erase", mado_verb_erase },
  { "retention-status", mado_verb_retention_status },
  { "retention-run", mado_verb_retention_run },
  { "audit-verify", mado_verb_audit_verify },
  { "audit-sign", mado_verb_audit_sign },
  { "audit-head", mado_verb_audit_head },
  { "members-invite", mado_verb_members_invite },
  { "members-log-out", mado_verb_members_log_out },
  { "tokens-add", mado_verb_tokens_add },
  { "tokens-list", mado_verb_tokens_list },
  { "tokens-rm", mado_verb_tokens_rm },
  { "overview", mado_verb_overview },
  { "views", mado_verb_views },
  { "view-put", mado_verb_view_put },
  { "view-remove", mado_verb_view_remove },
  { "team-view-put", mado_verb_view_put },
  { "team-view-remove", mado_verb_view_remove },
  { "watch", mado_verb_watch },
  { "log-in", mado_verb_log_in },
  { "log-in-trusted", mado_verb_log_in_trusted },
  { "set-up", mado_verb_set_up },
  { "set-up-confirm", mado_verb_set_up_confirm },
  { "session", mado_verb_session },
  { "log-out", mado_verb_log_out },
};

MadoVerb
mado_verbs_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].name, name) == 0)
      return table[i].verb;
  return NULL;
}

const char *
mado_verbs_name (gsize index)
{
  return index < G_N_ELEMENTS (table) ? table[index].name : NULL;
}

const char *
mado_verbs_string (const MadoCall *call, const char *name)
{
  const char *text = NULL;

  return g_variant_lookup (call->request.body, name, "&s", &text) && text[0] != '\0' ? text : NULL;
}

static int
get_year (gint64 now)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (now);

  return g_date_time_get_year (when);
}

/* A ticket's name with somebody else's prefix? */
static gboolean
is_foreign (const char *text)
{
  const char *sign = text != NULL ? strrchr (text, '#') : NULL;
  g_autofree char *number = sign != NULL ? mado_thread_parse_number (sign, "", 1970) : NULL;

  return number != NULL;
}

char *
mado_verbs_number (const MadoCall *call, const char *name)
{
  const char *text = mado_verbs_string (call, name);

  return text != NULL ? mado_thread_parse_number (text, call->desk->settings.prefix, get_year (call->desk->now ())) : NULL;
}

static gboolean
find_ticket (const MadoCall *call, const char *name, gint64 *incident, GError **error)
{
  const char *text = mado_verbs_string (call, name);
  MadoDesk *desk = call->desk;
  g_autofree char *number = mado_verbs_number (call, name);

  if (number == NULL && is_foreign (text)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: not a ticket of ours", text);
    return FALSE;
  }
  if (number == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a ticket; try %s #2026-000001, 2026-000001 or 1",
                 text != NULL ? text : "(nothing)", desk->settings.prefix);
    return FALSE;
  }
  if (!mado_store_find_number (desk->store, number, incident, error))
    return FALSE;
  if (*incident == 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s #%s: no such ticket", desk->settings.prefix, number);
  return *incident != 0;
}

/* --- need-to-know: every question about a ticket comes through here ----------------------------------------- */

const char *
mado_verbs_reader (const MadoCall *call)
{
  return call->asker != NULL ? call->asker->login : NULL;
}

static gboolean
judge (const MadoCall *call, gint64 incident, MadoNeed *need, GError **error)
{
  MadoNeedFacts facts;

  if (!mado_store_load_need (call->desk->store, mado_verbs_reader (call), incident, &facts, error))
    return FALSE;
  *need = mado_need_judge (call->request.verb, call->asker != NULL ? (int) call->asker->role : -1, &facts);
  return TRUE;
}

gboolean
mado_verbs_may (const MadoCall *call, gint64 incident, GError **error)
{
  MadoNeed need;

  if (!judge (call, incident, &need, error))
    return FALSE;
  if (need == MADO_NEED_ALLOWED)
    return TRUE;
  mado_log (MADO_LOG_WARNING, NULL, "refused", "verb=%s member=%s why=need-to-know", call->request.verb, call->member);
  g_set_error (error, MADO_ERROR, MADO_ERROR_DENIED, "%s: the incident is restricted to named members", call->request.verb);
  return FALSE;
}

gboolean
mado_verbs_find_ticket (const MadoCall *call, const char *name, gint64 *incident, GError **error)
{
  return find_ticket (call, name, incident, error) && mado_verbs_may (call, *incident, error);
}

/* Tells that it exists. */
static void
answer_veil (MadoCall *call, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (call->desk->store, id, &error);
  g_autoptr (MadoIncident) veil = incident != NULL ? mado_incident_veil (incident) : NULL;

  if (veil == NULL) {
    mado_call_fail (call, error);
    return;
  }
  call->is_veiled = TRUE;
  mado_call_answer (call, mado_record_to_variant (&mado_veil_type, veil), -1);
}

gboolean
mado_verbs_ticket (MadoCall *call, gint64 *incident)
{
  g_autoptr (GError) error = NULL;
  MadoNeed need = MADO_NEED_REFUSED;

  gboolean is_found = find_ticket (call, "ticket", incident, &error);
  call->incident = is_found ? *incident : 0;
  if (is_found && judge (call, *incident, &need, &error)
      && (need == MADO_NEED_VEILED || mado_verbs_may (call, *incident, &error))) {
    if (need == MADO_NEED_ALLOWED)
      return TRUE;
    answer_veil (call, *incident);
    return FALSE;
  }
  mado_call_fail (call, error);
  return FALSE;
}

GVariant *
mado_verbs_items (const MadoRecordType *type, GPtrArray *items)
{
  GVariantBuilder builder;
  GVariantDict dict;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < items->len; i++)
    g_variant_builder_add_value (&builder, mado_record_to_variant (type, items->pdata[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&builder));
  return g_variant_dict_end (&dict);
}

/* A member's change: applied with the next transaction, answered after its commit. */
typedef struct {
  MadoCall *call;
  gint64 incident;
  gboolean (*change) (const MadoCall *call, gint64 incident, GError **error);
} Change;

/* Did somebody else change the ticket since it was looked at? */
static gboolean
check_version (const MadoCall *call, gint64 id, GError **error)
{
  const char *text = mado_verbs_string (call, "if_version");
  guint64 expected;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &expected, NULL)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "the version of a ticket is a number");
    return FALSE;
  }
  g_autoptr (MadoIncident) incident = mado_store_load_summary (call->desk->store, id, error);
  if (incident == NULL || incident->version == (gint64) expected)
    return incident != NULL;
  g_autofree char *since = mado_store_describe_since (call->desk->store, id, (gint64) expected, error);
  if (since == NULL)
    return FALSE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONFLICT,
               "%s was changed meanwhile (version %" G_GINT64_FORMAT ", not %" G_GUINT64_FORMAT "): look at it again; nothing was done%s%s",
               incident->ticket, incident->version, expected, *since != '\0' ? ". Since then: " : "", since);
  return FALSE;
}

static gboolean
apply_change (gpointer data, GError **error)
{
  Change *change = data;

  /* It may have been narrowed since it was asked for. */
  return mado_verbs_may (change->call, change->incident, error) && check_version (change->call, change->incident, error)
         && change->change (change->call, change->incident, error)
         && mado_store_renew_due (change->call->desk->store, change->call->desk->settings.due, change->incident, error);
}

/* (transfer full) the incident, or what it is part of now: @id, too. */
static MadoIncident *
load_survivor (MadoStore *store, gint64 *id, GError **error)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, *id, error);

  if (incident == NULL || incident->merged_into == NULL)
    return g_steal_pointer (&incident);
  return mado_store_find_number (store, incident->number, id, error) ? mado_store_load_summary (store, *id, error) : NULL;
}

static void
answer_change (MadoCall *call, gint64 id)
{
  g_autoptr (GError) error = NULL;
  gboolean may = FALSE;
  g_autoptr (MadoIncident) incident = load_survivor (call->desk->store, &id, &error);
  GVariantDict *dict = call->more;

  if (incident == NULL || !mado_need_may_read (call->desk->store, mado_verbs_reader (call), id, &may, &error)
      || !mado_verbs_note_children (call, id, incident, &error)) {
    mado_call_fail (call, error);
    return;
  }
  mado_log (MADO_LOG_INFO, NULL, "changed", "verb=%s ticket=%s member=%s", call->request.verb, incident->number,
            call->member);
  if (!may) { /* a change that ended the member's own access, or one of the list of names alone */
    answer_veil (call, id);
    return;
  }
  g_variant_dict_insert (dict, "ticket", "s", incident->ticket);
  g_variant_dict_insert (dict, "restricted", "b", incident->restricted);
  g_variant_dict_insert (dict, "version", "x", incident->version);
  g_variant_dict_insert (dict, "state", "s", incident->state);
  g_variant_dict_insert (dict, "owner", "s", incident->owner != NULL ? incident->owner : "");
  g_variant_dict_insert (dict, "priority", "s", incident->priority != NULL ? incident->priority : "");
  g_variant_dict_insert (dict, "category", "s", incident->category != NULL ? incident->category : "");
  g_variant_dict_insert (dict, "tlp", "s", incident->tlp != NULL ? incident->tlp : "");
  g_variant_dict_insert_value (dict, "tags", g_variant_new_strv ((const char *const *) incident->tags, -1));
  if (call->tell != NULL)
    call->tell (call, dict);
  mado_call_answer (call, g_variant_dict_end (dict), -1);
}

static void
on_changed (gpointer data, const GError *error)
{
  Change *change = data;

  if (error != NULL)
    mado_call_fail (change->call, error);
  else
    answer_change (change->call, change->incident);
  g_free (change);
}

void
mado_verbs_change (MadoCall *call, gboolean (*apply) (const MadoCall *call, gint64 incident, GError **error))
{
  gint64 id;

  if (!mado_verbs_ticket (call, &id))
    return;
  Change *change = g_new0 (Change, 1);
  change->call = call;
  change->incident = id;
  change->change = apply;
  mado_call_change (call, apply_change, on_changed, change);
}

void
mado_verbs_fail_usage (MadoCall *call, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (MADO_ERROR, MADO_ERROR_USAGE, message);

  mado_call_fail (call, error);
}
