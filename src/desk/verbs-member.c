/* verbs-member.c: see verbs-member.h. Must never take a login from a question for that of who asks. */
#include "madoguchi/desk/verbs-member.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/store-session.h"
#include "madoguchi/desk/store-token.h"
#include "madoguchi/desk/store-view.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/ipc/peer.h"

#include <pwd.h>
#include <string.h>

#define MAX_NAME 200
#define MAX_LANGUAGES 20

void
mado_verb_members_list (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = mado_store_list_members (call->desk->store, &error);

  if (list == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_member_record_type, list), -1);
}

/* A change of one member: applied with the next transaction. */
typedef struct {
  MadoCall *call;
  gboolean (*change) (const MadoCall *call, MadoMember *member, gboolean is_new, GError **error);
  MadoMember *member; /* as it is then */
  gint64 owned;       /* unfinished incidents of who left */
  gint64 orphans;     /* ... that are restricted, and that nobody can read now */
} Change;

static void
change_free (Change *change)
{
  g_clear_pointer (&change->member, mado_member_record_free);
  g_free (change);
}

static const char *
get_login (const MadoCall *call)
{
  return strcmp (call->request.verb, "members-duty") == 0 ? call->member : mado_verbs_string (call, "login");
}

static gboolean
apply_change (gpointer data, GError **error)
{
  Change *change = data;
  MadoStore *store = change->call->desk->store;
  const char *login = get_login (change->call);
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoMember) member = mado_store_find_member (store, login, &problem);
  gboolean is_new = member == NULL;

  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (is_new) {
    member = mado_member_record_new ();
    member->login = g_strdup (login);
  }
  if (!change->change (change->call, member, is_new, error) || !mado_store_put_member (store, member, error)
      || !mado_store_count_owned (store, login, &change->owned, error)
      || !mado_store_count_orphans (store, login, &change->orphans, error))
    return FALSE;
  g_clear_pointer (&change->member, mado_member_record_free);
  change->member = g_steal_pointer (&member);
  return TRUE;
}

#define MAX_NAMED 50 /* tickets in a note */

/* (transfer full) what somebody who goes off duty leaves behind; NULL: nothing. */
static char *
describe_left (const Change *change)
{
  const MadoListFilter filter = { .state = MADO_LIST_UNFINISHED, .owner = change->member->login };
  gboolean on_duty = TRUE;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!g_variant_lookup (change->call->request.body, "on_duty", "b", &on_duty) || on_duty || change->owned == 0)
    return NULL;
  g_autoptr (GPtrArray) list
      = mado_store_find_incidents (change->call->desk->store, mado_verbs_reader (change->call), &filter, NULL, MAX_NAMED, NULL);
  g_string_append_printf (text, "%" G_GINT64_FORMAT " unfinished tickets are still %s's", change->owned, change->member->login);
  for (guint i = 0; list != NULL && i < list->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? ": " : ", ", ((const MadoIncident *) list->pdata[i])->ticket);
  g_string_append (text, "; hand-over --all --to LOGIN gives them to somebody");
  return g_strdup (text->str);
}

/* What the member may do now, and what whoever did this has to know. */
static GVariant *
describe (const Change *change)
{
  const MadoMember *member = change->member;
  g_autoptr (GVariant) record = g_variant_ref_sink (mado_member_record_to_variant (member));
  g_auto (GStrv) may = member->left == 0 ? mado_permissions_list ((int) member->role) : g_new0 (char *, 1);
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();
  GVariantDict dict;

  if (member->left == 0 && getpwnam (member->login) == NULL)
    g_strv_builder_add (notes, N_ ("no user of the host has this login: nobody can ask by it"));
  if (member->left != 0 && change->owned > 0) {
    g_autofree char *note = g_strdup_printf (N_ ("%" G_GINT64_FORMAT " unfinished incidents are still assigned to this login"), change->owned);
    g_strv_builder_add (notes, note);
  }
  if (member->left != 0 && change->orphans > 0) {
    g_autofree char *note = g_strdup_printf (N_ ("%" G_GINT64_FORMAT " unfinished incidents that are restricted to named members have nobody left "
                                                 "who can read them: whoever may use take can take them"), change->orphans);
    g_strv_builder_add (notes, note);
  }
  g_autofree char *left = describe_left (change);
  if (left != NULL)
    g_strv_builder_add (notes, left);
  if (member->left != 0)
    g_strv_builder_add (notes, N_ ("the login on the host, copies that were made, and known passphrases are not taken back by this"));
  g_auto (GStrv) list = g_strv_builder_end (notes);
  g_variant_dict_init (&dict, record);
  g_variant_dict_insert_value (&dict, "may", g_variant_new_strv ((const char *const *) may, -1));
  g_variant_dict_insert_value (&dict, "notes", g_variant_new_strv ((const char *const *) list, -1));
  return g_variant_dict_end (&dict);
}

static void
on_changed (gpointer data, const GError *error)
{
  Change *change = data;

  if (error != NULL) {
    mado_call_fail (change->call, error);
  } else {
    mado_log (MADO_LOG_INFO, NULL, "changed", "verb=%s login=%s role=%s member=%s", change->call->request.verb,
              change->member->login, mado_member_role_names[change->member->role], change->call->member);
    mado_call_answer (change->call, describe (change), -1);
  }
  change_free (change);
}

/* What the host may call somebody. */
static gboolean
is_login (const char *name)
{
  if (name == NULL || !g_ascii_isalnum (name[0]) || strlen (name) > MADO_VERBS_MAX_LOGIN || mado_peer_is_role (name)
      || strcmp (name, "me") == 0 || strcmp (name, "none") == 0)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-@", *p) == NULL)
      return FALSE;
  return TRUE;
}

static void
begin (MadoCall *call, gboolean (*apply) (const MadoCall *call, MadoMember *member, gboolean is_new, GError **error))
{
  Change *change;

  if (!is_login (get_login (call))) {
    mado_verbs_fail_usage (call, "the login must be a login name of the host, and of no role of the gateway");
    return;
  }
  change = g_new0 (Change, 1);
  change->call = call;
  change->change = apply;
  mado_call_change (call, apply_change, on_changed, change);
}

/* --- what stands in the arguments ------------------------------------------------------------------------ */

static gboolean
fail (GError **error, MadoError code, const char *message)
{
  g_set_error_literal (error, MADO_ERROR, (gint) code, message);
  return FALSE;
}

static gboolean
take_key (const char *text, MadoMember *member, GError **error)
{
  g_autofree char *key = g_ascii_strup (text, -1);
  gsize length;

  g_strdelimit (key, " ", '\n');
  g_auto (GStrv) words = g_strsplit (key, "\n", -1);
  g_autofree char *joined = g_strjoinv ("", words);
  length = strlen (joined);
  if ((length != 40 && length != 64) || strspn (joined, "0123456789ABCDEF") != length)
    return fail (error, MADO_ERROR_USAGE, "the key must be a whole fingerprint: 40 or 64 digits");
  g_free (member->fingerprint);
  member->fingerprint = g_steal_pointer (&joined);
  return TRUE;
}

static gboolean
take_languages (const char *text, MadoMember *member, GError **error)
{
  g_auto (GStrv) list = g_strsplit_set (text, ",; ", -1);

  for (char **one = list; *one != NULL; one++)
    if (strlen (*one) < 2 || strlen (*one) > 35 || strspn (*one, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen (*one))
      return fail (error, MADO_ERROR_USAGE, "the languages must be tags with commas between them: ja,en");
  if (g_strv_length (list) > MAX_LANGUAGES)
    return fail (error, MADO_ERROR_USAGE, "too many languages");
  g_strfreev (member->languages);
  member->languages = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
take_arguments (const MadoCall *call, MadoMember *member, GError **error)
{
  const char *name = mado_verbs_string (call, "name"), *key = mado_verbs_string (call, "key");
  const char *role = mado_verbs_string (call, "role"), *languages = mado_verbs_string (call, "languages");

  if (role != NULL && mado_member_role (role) < 0)
    return fail (error, MADO_ERROR_USAGE, "the role must be poc, handler, commander, researcher, notification, reader or administrator");
  if (name != NULL && strlen (name) > MAX_NAME)
    return fail (error, MADO_ERROR_USAGE, "the name is too long");
  if (role != NULL)
    member->role = (MadoMemberRole) mado_member_role (role);
  if (name != NULL) {
    g_free (member->name);
    member->name = mado_text_visible (name);
  }
  g_variant_lookup (call->request.body, "on_duty", "b", &member->on_duty);
  return (key == NULL || take_key (key, member, error)) && (languages == NULL || take_languages (languages, member, error));
}

/* Who could let others in again? */
static gboolean
check_last (const MadoCall *call, const MadoMember *before, GError **error)
{
  gint64 count;

  if (call->asker == NULL || before->role != MADO_MEMBER_ADMINISTRATOR) /* root can make another */
    return TRUE;
  return mado_store_count_administrators (call->desk->store, &count, error)
         && (count > 1 || fail (error, MADO_ERROR_NO, "the last administrator: make another one first"));
}

static gboolean
apply_add (const MadoCall *call, MadoMember *member, gboolean is_new, GError **error)
{
  gboolean has_members;

  if (!is_new && member->left == 0)
    return fail (error, MADO_ERROR_NO, "is a member already: use members set");
  if (!mado_store_has_members (call->desk->store, &has_members, error))
    return FALSE;
  member->role = has_members ? MADO_MEMBER_READER : MADO_MEMBER_ADMINISTRATOR; /* until the arguments say more */
  member->joined = call->desk->now ();
  member->left = 0;
  member->on_duty = FALSE;
  if (!take_arguments (call, member, error))
    return FALSE;
  if (!mado_store_begin_seen (call->desk->store, member->login, error))
    return FALSE;
  return has_members || member->role == MADO_MEMBER_ADMINISTRATOR
         || fail (error, MADO_ERROR_USAGE, "the first member must be an administrator, who can add the others");
}

void
mado_verb_members_add (MadoCall *call)
{
  begin (call, apply_add);
}

static gboolean
check_present (const MadoMember *member, gboolean is_new, GError **error)
{
  return (!is_new && member->left == 0) || fail (error, MADO_ERROR_NO, "no such member");
}

static gboolean
apply_set (const MadoCall *call, MadoMember *member, gboolean is_new, GError **error)
{
  const char *role = mado_verbs_string (call, "role");

  return check_present (member, is_new, error)
         && (role == NULL || mado_member_role (role) == MADO_MEMBER_ADMINISTRATOR || check_last (call, member, error))
         && take_arguments (call, member, error);
}

void
mado_verb_members_set (MadoCall *call)
{
  begin (call, apply_set);
}

static gboolean
apply_duty (const MadoCall *call, MadoMember *member, gboolean is_new, GError **error)
{
  if (!check_present (member, is_new, error))
    return FALSE;
  g_variant_lookup (call->request.body, "on_duty", "b", &member->on_duty);
  return TRUE;
}

void
mado_verb_members_duty (MadoCall *call)
{
  begin (call, apply_duty);
}

static gboolean
apply_leave (const MadoCall *call, MadoMember *member, gboolean is_new, GError **error)
{
  if (!check_present (member, is_new, error) || !check_last (call, member, error))
    return FALSE;
  member->left = call->desk->now ();
  member->on_duty = FALSE;
  return mado_store_forget_seen (call->desk->store, member->login, error)
         && mado_store_forget_credential (call->desk->store, member->login, error)
         && mado_store_remove_tokens (call->desk->store, member->login, error)
         && mado_store_remove_views (call->desk->store, member->login, error);
}

void
mado_verb_members_leave (MadoCall *call)
{
  begin (call, apply_leave);
}
