/* madoguchi-keeper: the sole owner of the store. It watches the spool, hands mails to the opener, keeps what it
 * answers, makes tickets and answers of it, and serves the members' command line. It never looks into a mail. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/keeper.h"
#include "madoguchi/reply/hours.h"
#include "madoguchi/role/role.h"

/* What serves, and what it counts office hours by. */
typedef struct {
  MadoKeeper *keeper;
  MadoHours *hours; /* NULL: the calendar */
} Keeper;

static gint64
add_hours (gpointer data, gint64 from, gint64 seconds)
{
  return mado_hours_add (data, from, seconds);
}

static gboolean
set_clock (const MadoConf *conf, Keeper *state, GError **error)
{
  if (!mado_keeper_wants_clock (state->keeper))
    return TRUE;
  if (!mado_hours_read (conf, &state->hours, error))
    return FALSE;
  if (state->hours == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "[due] office-hours: [hours] open does not say when they are");
    return FALSE;
  }
  mado_keeper_set_clock (state->keeper, add_hours, state->hours);
  return TRUE;
}

static gboolean
serve (MadoRoleContext *role, GError **error)
{
  Keeper *state = g_new0 (Keeper, 1);

  role->state = state;
  state->keeper = mado_keeper_start (role->conf, error);
  return state->keeper != NULL && set_clock (role->conf, state, error);
}

static void
on_drained (gpointer data)
{
  mado_role_quit (data, 0);
}

static void
drain (MadoRoleContext *role)
{
  const Keeper *state = role->state;

  mado_keeper_drain (state->keeper, on_drained, role);
}

static void
stop (MadoRoleContext *role)
{
  Keeper *state = role->state;

  if (state == NULL)
    return;
  mado_keeper_free (state->keeper);
  mado_hours_free (state->hours);
  g_free (state);
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
