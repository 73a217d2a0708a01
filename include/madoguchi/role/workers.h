/* workers.h: the prefork half of role.h. Called by mado_role_run () alone. */
#pragma once

#include "madoguchi/role/role.h"

/* Listens on the role's socket, keeps its workers alive until SIGTERM or SIGINT, then lets each finish the
 * request it is at. Returns the exit status of the process. */
int mado_workers_run (MadoRoleContext *context);
