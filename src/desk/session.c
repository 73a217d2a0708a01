/* session.c: see session.h. Called by control.c before any word is done; must never let a session or a token outlive its member. */
#include "madoguchi/desk/session.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/admission.h"
#include "madoguchi/desk/store-session.h"
#include "madoguchi/desk/store-token.h"
#include "madoguchi/desk/token-scope.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/vault/token.h"

#include <string.h>

#define NO_ONE ((uid_t) -1) /* a session has no user of the host */
#define TOUCH_SECONDS 30    /* so exactly is known when it was used last */

gboolean
mado_session_is_entrance (const char *verb)
{
  static const char *const entrances[] = { "log-in", "log-in-trusted", "set-up", "set-up-confirm", "watch", NULL };

  return g_strv_contains (entrances, verb);
}

gint64
mado_session_until (const MadoDesk *desk, gint64 begun)
{
  return begun + mado_conf_int (desk->conf, "web", "session-limit");
}

typedef struct {
  MadoDesk *desk;
  char *token;
  gboolean (*write) (MadoStore *store, const char *token, gint64 now, GError **error);
} Touch;

static gboolean
apply_touch (gpointer data, GError **error)
{
  const Touch *touch = data;

  return touch->write (touch->desk->store, touch->token, touch->desk->now (), error);
}

static void
touch_free (gpointer data)
{
  Touch *touch = data;

  mado_vault_clear (touch->token, strlen (touch->token));
  g_free (touch->token);
  g_free (touch);
}

static void
touch (MadoDesk *desk, const char *token, gboolean (*write) (MadoStore *, const char *, gint64, GError **))
{
  Touch *touch = g_new0 (Touch, 1);

  touch->desk = desk;
  touch->token = g_strdup (token);
  touch->write = write;
  mado_batch_add_owned (desk->batch, apply_touch, touch, touch_free);
}

static gboolean
deny (GError **error, const char *message)
{
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_DENIED, message);
  return FALSE;
}

/* Nobody knows who that is. */
static gboolean
deny_stranger (MadoCall *call, GError **error, const char *message)
{
  call->is_stranger = TRUE;
  return deny (error, message);
}

/* Makes @login the one who asks. */
static gboolean
admit_member (MadoCall *call, const char *login, GError **error)
{
  g_free (call->member);
  call->member = g_strdup (login);
  if (!mado_admission_check (call->desk, login, NO_ONE, call->request.verb, &call->asker, error))
    return FALSE;
  return call->asker != NULL || deny (error, "only for members"); /* an empty store lets everybody in, but not from the page */
}

/* A script of a member's. */
static gboolean
admit_token (MadoCall *call, const char *token, GError **error)
{
  MadoDesk *desk = call->desk;
  gint64 now = desk->now ();
  g_autoptr (MadoAccessToken) found = NULL;

  if (mado_token_is_one (token) && !mado_store_find_access_token (desk->store, token, now, &found, error))
    return FALSE;
  if (found == NULL)
    return deny_stranger (call, error, "this token is not known, or not good any more");
  call->token = g_strdup (found->name);
  if (!admit_member (call, found->login, error))
    return FALSE;
  if (now - found->used >= TOUCH_SECONDS)
    touch (desk, token, mado_store_touch_token);
  if (mado_token_scope_allows ((const char *const *) found->scopes, call->request.verb))
    return TRUE;
  const char *scope = mado_token_scope_of (call->request.verb);
  g_set_error (error, MADO_ERROR, MADO_ERROR_DENIED, "%s: %s%s", call->request.verb,
               scope != NULL ? "the token lacks the scope " : "no token may do this", scope != NULL ? scope : "");
  return FALSE;
}

/* What the page asks without anybody having done anything keeps no session open. */
static gboolean
is_by_itself (const MadoCall *call)
{
  gboolean is_passive = FALSE;

  g_variant_lookup (call->request.body, "passive", "b", &is_passive);
  return is_passive;
}

gboolean
mado_session_admit (MadoCall *call, GError **error)
{
  MadoDesk *desk = call->desk;
  const char *session = mado_verbs_string (call, "session"), *token = mado_verbs_string (call, "token");
  gint64 now = desk->now (), last = 0;
  g_autofree char *login = NULL;

  if (session != NULL && token != NULL)
    return deny_stranger (call, error, "a session and a token: who asks?");
  if (token != NULL)
    return admit_token (call, token, error);
  if (session != NULL && mado_token_is_one (session)
      && !mado_store_find_session (desk->store, session, now - mado_conf_int (desk->conf, "web", "session-limit"),
                                   now - mado_conf_int (desk->conf, "web", "session-idle"), &login, &last, error))
    return FALSE;
  if (login == NULL)
    return deny_stranger (call, error, "nobody is logged in here, or not any more");
  if (!admit_member (call, login, error))
    return FALSE;
  if (now - last >= TOUCH_SECONDS && !is_by_itself (call))
    touch (desk, session, mado_store_touch_session);
  return TRUE;
}
