/* madoguchi-milter.c: the door in the SMTP dialogue. It reads the outside of mails for our addresses, and can say no while
 * the sender is still on the line. It has no key and no database, links no MIME parser and no OpenPGP engine. */
#include "madoguchi/intake/milter.h"
#include "madoguchi/role/role.h"

#include <string.h>

typedef struct {
  MadoSpool *spool;
  MadoMilter *milter;
} Door;

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Door *door = g_new0 (Door, 1);

  role->state = door;
  if (strcmp (mado_conf_string (role->conf, "milter", "intake"), "no") != 0) {
    door->spool = mado_spool_open (mado_conf_string (role->conf, "spool", "directory"), error);
    if (door->spool == NULL)
      return FALSE;
  }
  door->milter = mado_milter_new (door->spool, role->conf, error);
  return door->milter != NULL;
}

/* libmilter takes the signals that end it. */
static gboolean
on_done (gpointer data)
{
  mado_role_quit (data, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
serve (MadoRoleContext *role, GError **error G_GNUC_UNUSED)
{
  mado_milter_serve (((Door *) role->state)->milter, on_done, role);
  return TRUE;
}

static void
stop (MadoRoleContext *role)
{
  Door *door = role->state;

  if (door == NULL)
    return;
  mado_milter_free (door->milter);
  mado_spool_free (door->spool);
  g_free (door);
}

int
main (int argc, char **argv)
{
  static const MadoRole role = {
    .name = "madoguchi-milter",
    .summary = "Reads mails in the SMTP dialogue, and refuses hopeless ones there.",
    .may_network = TRUE,
    .start = start,
    .serve = serve,
    .stop = stop,
  };

  return mado_role_run (&role, argc, argv);
}
