/* account.h: the loss account: every mail that was ever accepted, by the state it is in. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/incident.h"

/* (transfer full) the store's rows, and the files in the spool that have none yet (pending). Balanced when the
 * states add up to what was accepted and every pending row still has its file. Errors: TEMP. */
MadoAccount *mado_account_take (MadoDesk *desk, GError **error);
