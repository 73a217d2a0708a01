/* madoguchi-sender.c: carries finished mails to the submission host. Asked by the keeper. It has the network and
 * the submission password, and neither keys nor the store; it never looks into a mail. */
#include "madoguchi/base/error.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/reply/submit.h"
#include "madoguchi/role/role.h"

#include <string.h>

static gboolean
start (MadoRoleContext *role, GError **error)
{
  role->state = mado_submission_new (role->conf, error);
  return role->state != NULL;
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
  if (!mado_submission_send (role->state, message_id, sender, (const char *const *) recipients, request->fd, &detail,
                             error))
    return FALSE;
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "detail", g_variant_new_string (detail));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

static gboolean
answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  (void) fd;
  if (strcmp (request->verb, "send") == 0)
    return send_mail (role, request, body, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "unknown verb");
  return FALSE;
}

static void
stop (MadoRoleContext *role)
{
  mado_submission_free (role->state);
  role->state = NULL;
}

static const MadoRole role = {
  .name = "madoguchi-sender",
  .socket = MADO_PEER_SENDER,
  .summary = "Hands finished answers to the submission host.",
  .may_network = TRUE,
  .start = start,
  .answer = answer,
  .stop = stop,
};

int
main (int argc, char **argv)
{
  return mado_role_run (&role, argc, argv);
}
