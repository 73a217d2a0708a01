/* madoguchi-keeper: the sole owner of the store. It watches the spool, hands mails to the opener, keeps what it
 * answers, makes tickets and answers of it, and serves the members' command line. It never looks into a mail. */
#include "madoguchi/desk/keeper.h"
#include "madoguchi/role/role.h"

static gboolean
serve (MadoRoleContext *role, GError **error)
{
  role->state = mado_keeper_start (role->conf, error);
  return role->state != NULL;
}

static void
on_drained (gpointer data)
{
  mado_role_quit (data, 0);
}

static void
drain (MadoRoleContext *role)
{
  mado_keeper_drain (role->state, on_drained, role);
}

static void
stop (MadoRoleContext *role)
{
  mado_keeper_free (role->state);
}

int
main (int argc, char **argv)
{
  static const MadoRole role = {
    .name = "madoguchi-keeper",
    .summary = "Keeps the mails, tickets and answers; the sole owner of the store.",
    .serve = serve,
    .drain = drain,
    .stop = stop,
  };

  return mado_role_run (&role, argc, argv);
}
