/* tickets.h: the same change for one ticket or for many: "7", "7,8,2025-000003", or "-" for those on standard input, one in a
 * line. What was asked for one ticket fails as it always did; of many each has its own outcome. */
#pragma once

#include "madoguchi/front/cli.h"
#include "madoguchi/ipc/wire.h"

/* (transfer full) the tickets that the first argument names. Errors: USAGE, TEMP. */
char **mado_tickets_read (MadoCli *cli, GError **error);

/* Tickets that were found in some other way: the same checks. */
gboolean mado_tickets_check (const MadoCli *cli, char *const *tickets, GError **error);

/* Appends what the keeper said of a change, for people. */
typedef void (*MadoTicketsView) (GString *out, const MadoPacket *answer);

/* Asks the keeper for @verb with @body (a{sv} without the ticket, sunk) for each of @tickets, and prints what came of each, as
 * JSON lines with --json. When some of several failed, the status is 1. Errors: of a single one; UNAVAILABLE, which ends it. */
gboolean mado_tickets_change (MadoCli *cli, char *const *tickets, const char *verb, GVariant *body, MadoTicketsView view,
                              GError **error);
