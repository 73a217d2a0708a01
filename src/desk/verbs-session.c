/* verbs-session.c: see verbs-session.h. A password is hashed in a thread of its own, since that takes long on purpose. Must never
 * say which of login, password and code was wrong, nor log any of them but the login of a member. */
#include "madoguchi/desk/verbs-session.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/guess-guard.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/session.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-session.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/vault/password.h"
#include "madoguchi/vault/token.h"
#include "madoguchi/vault/totp.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_HASHING 4 /* passwords at the same time: each takes 64 MiB */
#define MAX_FROM 64
#define INVITATION_SECONDS (24 * 3600)
#define WRONG "the login, the password or the code is wrong"

/* Somebody wants to come in. */
typedef struct {
  MadoCall *call;
  char *login;
  char *password; /* NULL: the page's own server vouches for who it is, or the invitation does */
  char *device;   /* known; NULL: a new one */
  char *hash;     /* that the password has to have; NULL: it has none, and is wrong */
  char *new_hash; /* of a password that is being chosen */
  gboolean is_right;
  gint64 step;
  char *session, *new_device;
  guint8 secret[MADO_TOTP_SECRET_SIZE]; /* of a device that is being set up */
} Attempt;

static void
forget (char *text)
{
  if (text != NULL)
    mado_vault_clear (text, strlen (text));
  g_free (text);
}

static void
attempt_free (Attempt *attempt)
{
  forget (attempt->password);
  g_free (attempt->login);
  g_free (attempt->device);
  g_free (attempt->hash);
  g_free (attempt->new_hash);
  forget (attempt->session);
  g_free (attempt->new_device);
  mado_vault_clear (attempt->secret, sizeof attempt->secret);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

/* From here on it is known for whom somebody asks. */
static void
name_member (Attempt *attempt)
{
  if (attempt->login == NULL)
    return;
  g_free (attempt->call->member);
  attempt->call->member = g_strdup (attempt->login);
}

static void
fail (Attempt *attempt, GError *error)
{
  g_autoptr (GError) owned = error;

  mado_log (MADO_LOG_WARNING, NULL, "log-in-refused", "member=%s", attempt->login != NULL ? attempt->login : "-");
  mado_call_fail (attempt->call, owned);
  attempt_free (attempt);
}

static void
fail_wrong (Attempt *attempt)
{
  fail (attempt, g_error_new_literal (MADO_ERROR, MADO_ERROR_DENIED, WRONG));
}

/* (transfer full, nullable) @login, if it is a member's who did not leave. */
static char *
check_member (MadoStore *store, const char *login)
{
  g_autoptr (MadoMember) member = login != NULL ? mado_store_find_member (store, login, NULL) : NULL;

  return member != NULL && member->left == 0 ? g_strdup (member->login) : NULL;
}

/* --- coming in ------------------------------------------------------------------------------------------ */

static void
answer_session (Attempt *attempt, gint64 now)
{
  MadoCall *call = attempt->call;
  GVariantDict dict;

  mado_log (MADO_LOG_INFO, NULL, "log-in", "member=%s device=%s", attempt->login, attempt->device != NULL ? "known" : "new");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "login", "s", attempt->login);
  g_variant_dict_insert (&dict, "session", "s", attempt->session);
  g_variant_dict_insert (&dict, "device", "s", attempt->new_device);
  g_variant_dict_insert (&dict, "until", "x", mado_session_until (call->desk, now));
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
  attempt_free (attempt);
}

static void
on_begun (gpointer data, const GError *error)
{
  Attempt *attempt = data;
  MadoDesk *desk = attempt->call->desk;

  if (error != NULL) {
    fail (attempt, g_error_copy (error));
    return;
  }
  mado_guess_guard_succeed (desk->guard, attempt->login, mado_verbs_string (attempt->call, "from"), attempt->device);
  answer_session (attempt, desk->now ());
}

static gboolean
begin_session (Attempt *attempt, GError **error)
{
  MadoDesk *desk = attempt->call->desk;
  gint64 now = desk->now ();

  g_free (attempt->session);
  g_free (attempt->new_device);
  attempt->session = mado_token_new ();
  attempt->new_device = attempt->device != NULL ? g_strdup (attempt->device) : mado_token_new_device (desk->vault, attempt->login);
  return mado_store_sweep_sessions (desk->store, now - mado_conf_int (desk->conf, "web", "session-limit"),
                                    now - mado_conf_int (desk->conf, "web", "session-idle"), error)
         && mado_store_begin_session (desk->store, attempt->session, attempt->login, now, error);
}

static gboolean
set_wrong (GError **error)
{
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_DENIED, WRONG);
  return FALSE;
}

/* The code is looked at where it is used up: two at once cannot both be right. */
static gboolean
apply_log_in (gpointer data, GError **error)
{
  Attempt *attempt = data;
  MadoDesk *desk = attempt->call->desk;
  const char *code = mado_verbs_string (attempt->call, "code");
  g_autoptr (MadoCredential) credential = mado_store_load_credential (desk->store, attempt->login, error);

  if (credential == NULL)
    return FALSE;
  if (g_strcmp0 (credential->password, attempt->hash) != 0 || credential->totp == NULL || code == NULL
      || g_bytes_get_size (credential->totp) != MADO_TOTP_SECRET_SIZE
      || !mado_totp_check (g_bytes_get_data (credential->totp, NULL), code, desk->now (), credential->totp_step, &attempt->step))
    return set_wrong (error);
  return mado_store_use_step (desk->store, attempt->login, attempt->step, error) && begin_session (attempt, error);
}

static void
verify (GTask *task, gpointer source G_GNUC_UNUSED, gpointer data, GCancellable *cancellable G_GNUC_UNUSED)
{
  Attempt *attempt = data;

  attempt->is_right = mado_password_verify (attempt->hash, attempt->password);
  g_task_return_boolean (task, TRUE);
}

static void
on_verified (GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer data G_GNUC_UNUSED)
{
  Attempt *attempt = g_task_get_task_data (G_TASK (result));
  MadoDesk *desk = attempt->call->desk;

  desk->hashing--;
  if (attempt->is_right && attempt->login != NULL)
    mado_call_change (attempt->call, apply_log_in, on_begun, attempt);
  else
    fail_wrong (attempt);
}

/* Hashes in a thread; there is room only for a few. */
static void
run_hashing (Attempt *attempt, GTaskThreadFunc run, GAsyncReadyCallback done)
{
  MadoDesk *desk = attempt->call->desk;

  if (desk->hashing >= MAX_HASHING) {
    fail (attempt, g_error_new_literal (MADO_ERROR, MADO_ERROR_TEMP, "too many log in at once: try again in a moment"));
    return;
  }
  desk->hashing++;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, done, NULL);
  g_task_set_task_data (task, attempt, NULL);
  g_task_run_in_thread (task, run);
}

/* May there be one more try? */
static gboolean
is_let (Attempt *attempt, const char *login)
{
  MadoDesk *desk = attempt->call->desk;
  const char *from = mado_verbs_string (attempt->call, "from");
  gint64 wait = 0;

  if (from != NULL && strlen (from) > MAX_FROM) {
    fail (attempt, g_error_new_literal (MADO_ERROR, MADO_ERROR_USAGE, "from: an address of the network"));
    return FALSE;
  }
  if (mado_guess_guard_try (desk->guard, login, from, attempt->device, desk->now (), &wait))
    return TRUE;
  fail (attempt, g_error_new (MADO_ERROR, MADO_ERROR_TEMP, "too many tries: wait %" G_GINT64_FORMAT " seconds", wait));
  return FALSE;
}

void
mado_verb_log_in (MadoCall *call)
{
  const char *login = mado_verbs_string (call, "login");
  const char *password = mado_verbs_string (call, "password");
  const char *device = mado_verbs_string (call, "device");
  MadoDesk *desk = call->desk;
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->call = call;
  if (login == NULL || strlen (login) > MADO_VERBS_MAX_LOGIN || password == NULL || strlen (password) > MADO_PASSWORD_MAX) {
    fail_wrong (attempt);
    return;
  }
  attempt->device = mado_token_is_device (desk->vault, login, device) ? g_strdup (device) : NULL;
  if (!is_let (attempt, login))
    return;
  attempt->login = check_member (desk->store, login);
  name_member (attempt);
  attempt->password = g_strdup (password);
  if (attempt->login != NULL) {
    g_autoptr (MadoCredential) credential = mado_store_load_credential (desk->store, login, NULL);
    attempt->hash = credential != NULL ? g_steal_pointer (&credential->password) : NULL;
  }
  run_hashing (attempt, verify, on_verified);
}

static gboolean
apply_begin (gpointer data, GError **error)
{
  return begin_session (data, error);
}

/* A server before the page has asked who it is (RT knows the same as remote user). */
void
mado_verb_log_in_trusted (MadoCall *call)
{
  MadoDesk *desk = call->desk;
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->call = call;
  if (mado_conf_string (desk->conf, "web", "trusted-header") != NULL)
    attempt->login = check_member (desk->store, mado_verbs_string (call, "login"));
  name_member (attempt);
  if (attempt->login == NULL)
    fail_wrong (attempt);
  else
    mado_call_change (call, apply_begin, on_begun, attempt);
}

/* --- setting up ----------------------------------------------------------------------------------------- */

static gboolean
find_invited (Attempt *attempt)
{
  MadoDesk *desk = attempt->call->desk;
  const char *invitation = mado_verbs_string (attempt->call, "invitation");
  g_autofree char *login = NULL;

  if (invitation != NULL && mado_token_is_one (invitation))
    mado_store_find_invited (desk->store, invitation, desk->now (), &login, NULL);
  attempt->login = check_member (desk->store, login);
  name_member (attempt);
  if (attempt->login != NULL)
    return TRUE;
  fail (attempt, g_error_new_literal (MADO_ERROR, MADO_ERROR_DENIED, "this invitation is not known, or not good any more"));
  return FALSE;
}

static gboolean
apply_chosen (gpointer data, GError **error)
{
  Attempt *attempt = data;
  g_autoptr (GBytes) secret = g_bytes_new (attempt->secret, sizeof attempt->secret);

  return mado_store_choose_credential (attempt->call->desk->store, attempt->login, attempt->new_hash, secret, error);
}

static void
on_chosen (gpointer data, const GError *error)
{
  Attempt *attempt = data;
  GVariantDict dict;

  if (error != NULL) {
    fail (attempt, g_error_copy (error));
    return;
  }
  const char *team = mado_conf_string (attempt->call->desk->conf, "team", "name");
  g_autofree char *secret = mado_totp_base32 (attempt->secret);
  g_autofree char *uri = mado_totp_uri (attempt->secret, team != NULL ? team : "Madoguchi", attempt->login);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "login", "s", attempt->login);
  g_variant_dict_insert (&dict, "secret", "s", secret);
  g_variant_dict_insert (&dict, "uri", "s", uri);
  mado_call_answer (attempt->call, g_variant_dict_end (&dict), -1);
  attempt_free (attempt);
}

static void
hash (GTask *task, gpointer source G_GNUC_UNUSED, gpointer data, GCancellable *cancellable G_GNUC_UNUSED)
{
  Attempt *attempt = data;

  attempt->new_hash = mado_password_hash (attempt->password, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
on_hashed (GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer data G_GNUC_UNUSED)
{
  Attempt *attempt = g_task_get_task_data (G_TASK (result));
  MadoDesk *desk = attempt->call->desk;

  desk->hashing--;
  if (attempt->new_hash != NULL)
    mado_call_change (attempt->call, apply_chosen, on_chosen, attempt);
  else
    fail (attempt, g_error_new_literal (MADO_ERROR, MADO_ERROR_TEMP, "no memory to hash a password: try again"));
}

void
mado_verb_set_up (MadoCall *call)
{
  const char *password = mado_verbs_string (call, "password");
  Attempt *attempt = g_new0 (Attempt, 1);
  GError *error = NULL;

  attempt->call = call;
  if (!is_let (attempt, NULL) || !find_invited (attempt))
    return;
  if (!mado_password_check (password != NULL ? password : "", attempt->login, &error)) {
    fail (attempt, error);
    return;
  }
  attempt->password = g_strdup (password);
  mado_totp_new_secret (attempt->secret);
  run_hashing (attempt, hash, on_hashed);
}

static gboolean
apply_confirm (gpointer data, GError **error)
{
  Attempt *attempt = data;
  MadoDesk *desk = attempt->call->desk;
  const char *code = mado_verbs_string (attempt->call, "code");
  g_autoptr (MadoCredential) credential = mado_store_load_credential (desk->store, attempt->login, error);

  if (credential == NULL)
    return FALSE;
  if (credential->new_totp == NULL || code == NULL || g_bytes_get_size (credential->new_totp) != MADO_TOTP_SECRET_SIZE
      || !mado_totp_check (g_bytes_get_data (credential->new_totp, NULL), code, desk->now (), 0, &attempt->step)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_DENIED, "the code is wrong: look at the clock of the device");
    return FALSE;
  }
  return mado_store_confirm_credential (desk->store, attempt->login, attempt->step, desk->now (), error)
         && begin_session (attempt, error);
}

void
mado_verb_set_up_confirm (MadoCall *call)
{
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->call = call;
  if (is_let (attempt, NULL) && find_invited (attempt))
    mado_call_change (call, apply_confirm, on_begun, attempt);
}

/* --- being in, and going -------------------------------------------------------------------------------- */

void
mado_verb_session (MadoCall *call)
{
  g_autoptr (GVariant) record = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  gboolean listens = FALSE;
  GVariantDict dict;

  if (call->asker == NULL) {
    mado_verbs_fail_usage (call, "only a member has a session");
    return;
  }
  g_variant_lookup (call->request.body, "listen", "b", &listens);
  const char *session = listens ? mado_verbs_string (call, "session") : NULL;
  if (session != NULL && !mado_store_name_session (call->desk->store, session, &name, &error)) {
    mado_call_fail (call, error);
    return;
  }
  g_auto (GStrv) may = mado_permissions_list ((int) call->asker->role);
  record = g_variant_ref_sink (mado_member_record_to_variant (call->asker));
  g_variant_dict_init (&dict, record);
  g_variant_dict_insert_value (&dict, "may", g_variant_new_strv ((const char *const *) may, -1));
  if (name != NULL)
    g_variant_dict_insert (&dict, "name_of_session", "s", name);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}

/* A change that needs no more than the call. */
typedef struct {
  MadoCall *call;
  char *invitation;
  gint64 until, count;
} Change;

static void
change_free (Change *change)
{
  forget (change->invitation);
  g_free (change);
}

static Change *
change_new (MadoCall *call)
{
  Change *change = g_new0 (Change, 1);

  change->call = call;
  return change;
}

static gboolean
apply_log_out (gpointer data, GError **error)
{
  const Change *change = data;
  const char *session = mado_verbs_string (change->call, "session");

  return session == NULL || mado_store_end_session (change->call->desk->store, session, error);
}

static gboolean
apply_end_all (gpointer data, GError **error)
{
  Change *change = data;
  MadoStore *store = change->call->desk->store;
  const char *login = mado_verbs_string (change->call, "login");
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoMember) member = mado_store_find_member (store, login, &problem);

  if (member != NULL)
    return mado_store_end_sessions (store, login, &change->count, error);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is no member of the team", login);
  return FALSE;
}

static gboolean
apply_invite (gpointer data, GError **error)
{
  Change *change = data;
  MadoDesk *desk = change->call->desk;
  const char *login = mado_verbs_string (change->call, "login");
  g_autofree char *member = check_member (desk->store, login);

  if (member == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is no member of the team", login);
    return FALSE;
  }
  forget (change->invitation);
  change->invitation = mado_token_new ();
  change->until = desk->now () + INVITATION_SECONDS;
  return mado_store_invite (desk->store, login, change->invitation, change->until, error);
}

static void
on_changed (gpointer data, const GError *error)
{
  Change *change = data;
  MadoCall *call = change->call;
  const char *login = mado_verbs_string (call, "login");
  GVariantDict dict;

  if (error != NULL) {
    mado_call_fail (call, error);
    change_free (change);
    return;
  }
  mado_log (MADO_LOG_INFO, NULL, "changed", "verb=%s login=%s member=%s", call->request.verb, login != NULL ? login : call->member, call->member);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "login", "s", login != NULL ? login : call->member);
  if (change->invitation != NULL) {
    g_variant_dict_insert (&dict, "invitation", "s", change->invitation);
    g_variant_dict_insert (&dict, "until", "x", change->until);
  }
  g_variant_dict_insert (&dict, "count", "x", change->count);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
  change_free (change);
}

void
mado_verb_log_out (MadoCall *call)
{
  mado_call_change (call, apply_log_out, on_changed, change_new (call));
}

static void
change_login (MadoCall *call, MadoBatchApply apply)
{
  if (mado_verbs_string (call, "login") == NULL)
    mado_verbs_fail_usage (call, "the login of a member is needed");
  else
    mado_call_change (call, apply, on_changed, change_new (call));
}

void
mado_verb_members_invite (MadoCall *call)
{
  change_login (call, apply_invite);
}

void
mado_verb_members_log_out (MadoCall *call)
{
  change_login (call, apply_end_all);
}
