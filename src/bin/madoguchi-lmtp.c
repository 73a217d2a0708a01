/* madoguchi-lmtp.c: the door. It takes mails over LMTP into the spool, and can do nothing else: it links no MIME
 * parser, no OpenPGP and no database. */
#include "madoguchi/intake/lmtp-server.h"
#include "madoguchi/role/role.h"

typedef struct {
  MadoSpool *spool;
  MadoLmtpServer *server;
} Door;

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Door *door = g_new0 (Door, 1);

  role->state = door;
  door->spool = mado_spool_open (mado_conf_string (role->conf, "spool", "directory"), error);
  if (door->spool != NULL)
    door->server = mado_lmtp_server_new (door->spool, role->conf, error);
  return door->server != NULL;
}

static gboolean
serve (MadoRoleContext *role, GError **error G_GNUC_UNUSED)
{
  mado_lmtp_server_serve (((Door *) role->state)->server);
  return TRUE;
}

static gboolean
on_drained (gpointer data)
{
  mado_role_quit (data, 0);
  return G_SOURCE_REMOVE;
}

static void
drain (MadoRoleContext *role)
{
  mado_lmtp_server_drain (((Door *) role->state)->server, on_drained, role);
}

static void
stop (MadoRoleContext *role)
{
  Door *door = role->state;

  if (door == NULL)
    return;
  mado_lmtp_server_free (door->server);
  mado_spool_free (door->spool);
  g_free (door);
}

int
main (int argc, char **argv)
{
  static const MadoRole role = {
    .name = "madoguchi-lmtp",
    .summary = "Takes mails over LMTP into the spool.",
    .may_network = TRUE,
    .start = start,
    .serve = serve,
    .drain = drain,
    .stop = stop,
  };

  return mado_role_run (&role, argc, argv);
}
