/* madoguchi-sender.c: carries finished mails to the submission host, and looks for keys in the directories of [discovery].
 * Asked by the keeper. It has the network and the submission password, and neither keys nor the store; it never looks into a
 * mail or a key. One worker sends; the others look for keys, so that nobody's slow directory holds up a mail. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/reply/discover.h"
#include "madoguchi/reply/submit.h"
#include "madoguchi/role/role.h"

#include <string.h>

typedef struct {
  MadoSubmission *submission;
  MadoDiscovery *discovery;
} Sender;

static guint
count_workers (const MadoConf *conf)
{
  gboolean looks_up = mado_conf_bool (conf, "discovery", "wkd") || mado_conf_string (conf, "discovery", "vks") != NULL
                      || mado_conf_string (conf, "discovery", "openpgpkey") != NULL;

  return 1 + (looks_up ? (guint) mado_conf_int (conf, "discovery", "connections") : 0);
}

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Sender *sender = g_new0 (Sender, 1);

  role->state = sender;
  sender->submission = mado_submission_new (role->conf, error);
  sender->discovery = sender->submission == NULL ? NULL : mado_discovery_new (role->conf, error);
  return sender->discovery != NULL;
}

static gboolean
send_mail (MadoRoleContext *role, MadoPacket *request, GVariant **body, GError **error)
{
  g_autofree char *message_id = NULL;
  g_autofree char *sender = NULL;
  g_autofree char *detail = NULL;
  g_auto (GStrv) recipients = NULL;
  GVariantBuilder answer;

  g_variant_lookup (request->body, "sender", "s", &sender);
  if (!g_variant_lookup (request->body, "message_id", "s", &message_id)
      || !g_variant_lookup (request->body, "recipients", "^as", &recipients) || request->fd < 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "send: message_id, recipients and the mail are needed");
    return FALSE;
  }
  if (!mado_submission_send (((Sender *) role->state)->submission, message_id, sender, (const char *const *) recipients, request->fd, &detail,
                             error))
    return FALSE;
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "detail", g_variant_new_string (detail));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

/* (nullable, of the request) */
static const char *
get_string (MadoPacket *request, const char *name)
{
  const char *text = NULL;

  return g_variant_lookup (request->body, name, "&s", &text) && *text != '\0' ? text : NULL;
}

static gboolean
discover (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  MadoDiscoveryQuestion question = { get_string (request, "address"), get_string (request, "source"),
                                     get_string (request, "fingerprint") };
  g_autoptr (GBytes) block = NULL;
  const char *source = NULL;
  GVariantBuilder answer;

  if (question.address == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "discover: an address is needed");
    return FALSE;
  }
  if (!mado_discovery_find (((Sender *) role->state)->discovery, &question, &block, &source, error))
    return FALSE;
  *fd = mado_fsio_memfd ("found", block, error);
  if (*fd < 0)
    return FALSE;
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "source", g_variant_new_string (source));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

static gboolean
answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  if (strcmp (request->verb, "send") == 0)
    return send_mail (role, request, body, error);
  if (strcmp (request->verb, "discover") == 0)
    return discover (role, request, body, fd, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "unknown verb");
  return FALSE;
}

static void
stop (MadoRoleContext *role)
{
  Sender *sender = role->state;

  if (sender == NULL)
    return;
  mado_submission_free (sender->submission);
  mado_discovery_free (sender->discovery);
  g_free (sender);
  role->state = NULL;
}

static const MadoRole role = {
  .name = "madoguchi-sender",
  .socket = MADO_PEER_SENDER,
  .summary = "Hands finished answers to the submission host, and looks for keys.",
  .may_network = TRUE,
  .count_workers = count_workers,
  .start = start,
  .answer = answer,
  .stop = stop,
};

int
main (int argc, char **argv)
{
  return mado_role_run (&role, argc, argv);
}
