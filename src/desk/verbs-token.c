/* verbs-token.c: see verbs-token.h. A token is shown once, in the answer that makes it. Must never log one, nor write it down. */
#include "madoguchi/desk/verbs-token.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/store-token.h"
#include "madoguchi/desk/token-scope.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/vault/token.h"

#include <string.h>

#define MAX_NAME 64
#define MAX_TOKENS 20 /* of one member */
#define DAYS 90
#define MAX_DAYS 366

typedef struct {
  MadoCall *call;
  MadoAccessToken *record;
  char *token;
  gint64 count;
} Change;

static void
change_free (Change *change)
{
  if (change->token != NULL)
    mado_vault_clear (change->token, strlen (change->token));
  g_free (change->token);
  mado_access_token_free (change->record);
  g_free (change);
}

static gboolean
is_name (const char *name)
{
  if (name == NULL || strlen (name) > MAX_NAME)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      return FALSE;
  return TRUE;
}

/* --- making one ----------------------------------------------------------------------------------------- */

static gboolean
apply_add (gpointer data, GError **error)
{
  const Change *change = data;
  MadoStore *store = change->call->desk->store;
  g_autoptr (GPtrArray) list = mado_store_list_tokens (store, change->record->login, error);

  if (list == NULL)
    return FALSE;
  if (list->len < MAX_TOKENS)
    return mado_store_add_token (store, change->record, change->token, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s has %u tokens: take one back first", change->record->login, list->len);
  return FALSE;
}

static void
on_added (gpointer data, const GError *error)
{
  Change *change = data;
  MadoCall *call = change->call;
  GVariantDict dict;

  if (error != NULL) {
    mado_call_fail (call, error);
    change_free (change);
    return;
  }
  mado_log (MADO_LOG_INFO, NULL, "changed", "verb=%s member=%s", call->request.verb, call->member);
  g_autoptr (GVariant) record = g_variant_ref_sink (mado_access_token_to_variant (change->record));
  g_variant_dict_init (&dict, record);
  g_variant_dict_insert (&dict, "token", "s", change->token);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
  change_free (change);
}

/* (transfer full, nullable) */
static char **
take_scopes (const MadoCall *call)
{
  g_auto (GStrv) given = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!g_variant_lookup (call->request.body, "scopes", "^as", &given) || given[0] == NULL)
    g_strv_builder_add (builder, "read");
  for (char **scope = given; scope != NULL && *scope != NULL; scope++)
    if (!g_strv_contains (mado_token_scopes, *scope))
      return NULL;
  for (const char *const *scope = mado_token_scopes; given != NULL && *scope != NULL; scope++) /* each once, in the table's order */
    if (g_strv_contains ((const char *const *) given, *scope))
      g_strv_builder_add (builder, *scope);
  return g_strv_builder_end (builder);
}

void
mado_verb_tokens_add (MadoCall *call)
{
  const char *name = mado_verbs_string (call, "name");
  g_auto (GStrv) scopes = take_scopes (call);
  gint64 days = DAYS;

  g_variant_lookup (call->request.body, "days", "x", &days);
  const char *problem = call->asker == NULL         ? "a token is a member's: only members make them, each their own"
                        : !is_name (name)           ? "a token has a name of letters, digits, dots, - and _"
                        : scopes == NULL            ? "the scopes are read, files, work, reply, house, audit"
                        : days < 1 || days > MAX_DAYS ? "a token is good for 1 to 366 days"
                                                      : NULL;
  if (problem != NULL) { /* the call ends with it */
    mado_verbs_fail_usage (call, problem);
    return;
  }
  Change *change = g_new0 (Change, 1);
  change->call = call;
  change->token = mado_token_new ();
  change->record = mado_access_token_new ();
  change->record->login = g_strdup (call->asker->login);
  change->record->name = g_strdup (name);
  g_strfreev (change->record->scopes);
  change->record->scopes = g_steal_pointer (&scopes);
  change->record->made = call->desk->now ();
  change->record->until = change->record->made + days * 86400;
  mado_call_change (call, apply_add, on_added, change);
}

/* --- looking at them, and taking them back ---------------------------------------------------------------- */

/* Everybody's? Of who is no member and may ask, too: that is the host. */
static gboolean
sees_all (const MadoCall *call)
{
  return call->asker == NULL || call->asker->role == MADO_MEMBER_ADMINISTRATOR;
}

void
mado_verb_tokens_list (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = mado_store_list_tokens (call->desk->store, sees_all (call) ? NULL : call->asker->login, &error);

  if (list == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_access_token_type, list), -1);
}

static const char *
get_owner (const MadoCall *call)
{
  const char *login = mado_verbs_string (call, "login");

  return login != NULL ? login : call->member;
}

static gboolean
apply_remove (gpointer data, GError **error)
{
  Change *change = data;
  const char *login = get_owner (change->call), *name = mado_verbs_string (change->call, "name");

  if (!mado_store_remove_token (change->call->desk->store, login, name, &change->count, error))
    return FALSE;
  if (change->count == 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s has no token of that name", login);
  return change->count > 0;
}

static void
on_removed (gpointer data, const GError *error)
{
  Change *change = data;
  MadoCall *call = change->call;
  GVariantDict dict;

  if (error != NULL) {
    mado_call_fail (call, error);
  } else {
    mado_log (MADO_LOG_INFO, NULL, "changed", "verb=%s login=%s member=%s", call->request.verb, get_owner (call), call->member);
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "login", "s", get_owner (call));
    g_variant_dict_insert (&dict, "name", "s", mado_verbs_string (call, "name"));
    mado_call_answer (call, g_variant_dict_end (&dict), -1);
  }
  change_free (change);
}

void
mado_verb_tokens_rm (MadoCall *call)
{
  g_autoptr (GError) error = NULL;

  if (mado_verbs_string (call, "name") == NULL) {
    mado_verbs_fail_usage (call, "the name of a token is needed");
    return;
  }
  if (!sees_all (call) && strcmp (get_owner (call), call->asker->login) != 0) {
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_DENIED, "tokens-rm: only administrators take back others' tokens");
    mado_call_fail (call, error);
    return;
  }
  Change *change = g_new0 (Change, 1);
  change->call = call;
  mado_call_change (call, apply_remove, on_removed, change);
}
