/* madoguchi-signer.c: turns answers into signed, and where a key is known encrypted, mails. Asked by the keeper.
 * Holds the way to the signing key and nothing else: no network, no store, no mail from outside. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/pgp/audit-head.h"
#include "madoguchi/pgp/security-txt.h"
#include "madoguchi/reply/canned.h"
#include "madoguchi/reply/compose.h"
#include "madoguchi/role/role.h"

#include <string.h>

/* A passphrase-protected key derives its key again for each signature; this much says so in the log. */
#define SLOW_TRIAL_US (200 * 1000)

#define HEAD_MAX (16 * 1024)

typedef struct {
  MadoPgpHome *home;
  MadoComposer *composer;
  MadoSealer *sealer; /* NULL until the agent answered once */
} Signer;

static gboolean
make_sealer (MadoRoleContext *role, GError **error)
{
  Signer *signer = role->state;

  signer->sealer = mado_sealer_new (signer->home, mado_conf_string (role->conf, "team", "key"), error);
  if (signer->sealer != NULL && mado_sealer_trial_us (signer->sealer) > SLOW_TRIAL_US)
    mado_log (MADO_LOG_WARNING, NULL, "slow-key", "trial_ms=%" G_GINT64_FORMAT,
              mado_sealer_trial_us (signer->sealer) / 1000);
  if (signer->sealer != NULL)
    mado_composer_warm_up (signer->composer, signer->sealer);
  return signer->sealer != NULL;
}

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Signer *signer = g_new0 (Signer, 1);
  g_autoptr (GError) problem = NULL;

  role->state = signer;
  signer->composer = mado_composer_new (role->conf, error);
  if (signer->composer == NULL)
    return FALSE;
  signer->home = mado_pgp_home_new (role->conf, mado_conf_string (role->conf, "runtime", "directory"), MADO_PGP_SIGN,
                                    role->worker, error);
  if (signer->home == NULL)
    return FALSE;
  if (make_sealer (role, &problem))
    return TRUE;
  if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  /* an agent of another user may come up after us */
  mado_log (MADO_LOG_WARNING, NULL, "no-agent", "detail=%s", problem->message);
  return TRUE;
}

static gboolean
seal (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Signer *signer = role->state;
  g_autoptr (MadoReply) reply = mado_reply_from_variant (request->body, error);
  g_autoptr (GBytes) mail = NULL;
  GVariantBuilder answer;

  if (reply == NULL || (signer->sealer == NULL && !make_sealer (role, error)))
    return FALSE;
  if (!mado_compose (signer->composer, signer->sealer, reply, &mail, error))
    return FALSE;
  *fd = mado_fsio_memfd ("mail", mail, error);
  if (*fd < 0)
    return FALSE;
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "encrypted", g_variant_new_boolean (reply->encrypt_to != NULL));
  g_variant_builder_add (&answer, "{sv}", "fingerprint",
                         g_variant_new_string (reply->encrypt_to != NULL ? reply->encrypt_to : ""));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

/* The one text that is signed on request is made here, of the configuration alone. */
static gboolean
sign_security_txt (MadoRoleContext *role, GVariant **body, int *fd, GError **error)
{
  Signer *signer = role->state;
  g_autoptr (GBytes) text = NULL;

  if (signer->sealer == NULL && !make_sealer (role, error))
    return FALSE;
  text = mado_security_txt_sign (role->conf, signer->sealer, g_get_real_time () / G_USEC_PER_SEC, error);
  if (text == NULL)
    return FALSE;
  *fd = mado_fsio_memfd ("security.txt", text, error);
  *body = g_variant_new ("a{sv}", NULL);
  return *fd >= 0;
}

/* The keys of the store, and nothing else that somebody might want the team's signature under. */
static gboolean
wrap (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Signer *signer = role->state;
  g_autoptr (GBytes) secrets = mado_secret_take (request->fd, error);
  g_autoptr (GBytes) armor = NULL;

  if (secrets == NULL || (signer->sealer == NULL && !make_sealer (role, error)))
    return FALSE;
  if (!mado_secret_is_vault (g_bytes_get_data (secrets, NULL), g_bytes_get_size (secrets))) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "wrap: these are no keys of a store");
    return FALSE;
  }
  if (!mado_sealer_wrap (signer->sealer, secrets, mado_conf_list (role->conf, "team", "old-keys"), &armor, error))
    return FALSE;
  *fd = mado_fsio_memfd ("wrapped", armor, error);
  *body = g_variant_new ("a{sv}", NULL);
  return *fd >= 0;
}

/* Numbers alone: the text around them is made here. */
static gboolean
sign_head (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Signer *signer = role->state;
  g_autoptr (MadoAuditHead) head = mado_audit_head_from_variant (request->body, error);
  g_autoptr (GBytes) text = NULL;

  if (head == NULL || (signer->sealer == NULL && !make_sealer (role, error)))
    return FALSE;
  text = mado_audit_head_sign (signer->sealer, head, error);
  if (text == NULL)
    return FALSE;
  *fd = mado_fsio_memfd ("head", text, error);
  *body = g_variant_new ("a{sv}", NULL);
  return *fd >= 0;
}

/* (transfer full) the team's keys, those of before, too. */
static char **
list_team_keys (const MadoConf *conf)
{
  const char *key = mado_conf_string (conf, "team", "key");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (key != NULL)
    g_strv_builder_add (builder, key);
  for (const char *const *old = mado_conf_list (conf, "team", "old-keys"); *old != NULL; old++)
    g_strv_builder_add (builder, *old);
  return g_strv_builder_end (builder);
}

static gboolean
check_head (MadoRoleContext *role, MadoPacket *request, GVariant **body, GError **error)
{
  Signer *signer = role->state;
  g_auto (GStrv) keys = list_team_keys (role->conf);
  g_autoptr (GBytes) text = NULL;

  if (!mado_pgp_home_refresh (signer->home, error) || !mado_fsio_read_all (request->fd, HEAD_MAX, &text, error))
    return FALSE;
  g_autoptr (MadoAuditHead) head
      = mado_audit_head_check (mado_pgp_home_path (signer->home), (const char *const *) keys, text, error);
  if (head == NULL)
    return FALSE;
  *body = mado_audit_head_to_variant (head);
  return TRUE;
}

/* Words that members chose beforehand: they are filled, and signed only when a member sends them. */
static gboolean
fill_canned (MadoRoleContext *role, const MadoPacket *request, GVariant **body, GError **error)
{
  Signer *signer = role->state;
  const char *name = NULL;
  g_autofree char *subject = NULL, *text = NULL;
  g_auto (GStrv) names = NULL;
  GVariantDict dict;

  g_variant_lookup (request->body, "name", "&s", &name);
  if (name == NULL ? (names = mado_canned_list (role->conf, error)) == NULL
                   : !mado_canned_fill (role->conf, signer->composer, request->body, &subject, &text, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  if (names != NULL) {
    g_variant_dict_insert_value (&dict, "names", g_variant_new_strv ((const char *const *) names, -1));
  } else {
    g_variant_dict_insert (&dict, "subject", "s", subject);
    g_variant_dict_insert (&dict, "text", "s", text);
  }
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

/* Which texts there are: names alone. */
static GVariant *
list_texts (const MadoRoleContext *role)
{
  const Signer *signer = role->state;
  g_autoptr (GError) problem = NULL;
  g_auto (GStrv) templates = mado_composer_list_templates (signer->composer);
  g_auto (GStrv) canned = mado_canned_list (role->conf, &problem);
  const char *const none[] = { NULL };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "templates", g_variant_new_strv ((const char *const *) templates, -1));
  g_variant_dict_insert_value (&dict, "canned", g_variant_new_strv (canned != NULL ? (const char *const *) canned : none, -1));
  if (problem != NULL)
    g_variant_dict_insert (&dict, "canned_problem", "s", problem->message);
  return g_variant_dict_end (&dict);
}

static gboolean
answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  if (strcmp (request->verb, "seal") == 0)
    return seal (role, request, body, fd, error);
  if (strcmp (request->verb, "security-txt") == 0)
    return sign_security_txt (role, body, fd, error);
  if (strcmp (request->verb, "sign-head") == 0)
    return sign_head (role, request, body, fd, error);
  if (strcmp (request->verb, "check-head") == 0)
    return check_head (role, request, body, error);
  if (strcmp (request->verb, "wrap") == 0)
    return wrap (role, request, body, fd, error);
  if (strcmp (request->verb, "canned") == 0)
    return fill_canned (role, request, body, error);
  if (strcmp (request->verb, "texts") == 0) {
    *body = list_texts (role);
    return TRUE;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "unknown verb");
  return FALSE;
}

static void
stop (MadoRoleContext *role)
{
  Signer *signer = role->state;

  if (signer == NULL)
    return;
  mado_sealer_free (signer->sealer);
  mado_composer_free (signer->composer);
  mado_pgp_home_close (signer->home);
  g_free (signer);
  role->state = NULL;
}

static const MadoRole role = {
  .name = "madoguchi-signer",
  .socket = MADO_PEER_SIGNER,
  .summary = "Signs and encrypts the answers of the team.",
  .workers_key = "workers",
  .start = start,
  .answer = answer,
  .stop = stop,
};

int
main (int argc, char **argv)
{
  return mado_role_run (&role, argc, argv);
}
