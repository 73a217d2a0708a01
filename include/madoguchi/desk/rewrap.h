/* rewrap.h: puts other keys, or the same ones for other keys of the team, in the place of the store's file of keys, while the
 * keeper runs. */
#pragma once

#include "madoguchi/desk/desk.h"

/* Called once. */
typedef void (*MadoRewrapDone) (gpointer data, const GError *error);

/* Has @next (transfer full) wrapped by the signer, shown to open by the opener, and put in place durably; then the desk's vault
 * becomes @next. Until then, and on any error, everything stays as it was. */
void mado_rewrap (MadoDesk *desk, MadoVault *next, MadoRewrapDone done, gpointer data);

/* (transfer full) a copy of the desk's vault, to be changed. */
MadoVault *mado_rewrap_copy (const MadoDesk *desk);
