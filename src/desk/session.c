/* session.c: see session.h. Called by control.c before any word is done; must never let a session outlive its member. */
#include "madoguchi/desk/session.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/admission.h"
#include "madoguchi/desk/store-session.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/vault/token.h"

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
} Touch;

static gboolean
apply_touch (gpointer data, GError **error)
{
  const Touch *touch = data;

  return mado_store_touch_session (touch->desk->store, touch->token, touch->desk->now (), error);
}

static void
on_touched (gpointer data, const GError *error G_GNUC_UNUSED)
{
  Touch *touch = data;

  g_free (touch->token);
  g_free (touch);
}

static void
touch (MadoDesk *desk, const char *token)
{
  Touch *touch = g_new0 (Touch, 1);

  touch->desk = desk;
  touch->token = g_strdup (token);
  mado_batch_add_lazy (desk->batch, apply_touch, on_touched, touch);
}

gboolean
mado_session_admit (MadoCall *call, GError **error)
{
  MadoDesk *desk = call->desk;
  const char *token = mado_verbs_string (call, "session");
  gint64 now = desk->now (), last = 0;
  g_autofree char *login = NULL;

  if (token != NULL && mado_token_is_one (token)
      && !mado_store_find_session (desk->store, token, now - mado_conf_int (desk->conf, "web", "session-limit"),
                                   now - mado_conf_int (desk->conf, "web", "session-idle"), &login, &last, error))
    return FALSE;
  if (login == NULL) {
    call->is_stranger = TRUE;
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_DENIED, "nobody is logged in here, or not any more");
    return FALSE;
  }
  g_free (call->member);
  call->member = g_strdup (login);
  if (!mado_admission_check (desk, login, NO_ONE, call->request.verb, &call->asker, error))
    return FALSE;
  if (call->asker == NULL) { /* an empty store lets everybody in, but not from the page */
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_DENIED, "only for members");
    return FALSE;
  }
  if (now - last >= TOUCH_SECONDS)
    touch (desk, token);
  return TRUE;
}
