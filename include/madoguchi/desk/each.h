/* each.h: [formats] one-ticket-each: a mail that brings many reports makes a ticket for each. The first one keeps the mail; the
 * others name it, are linked to it and to each other, and are judged by their own report. */
#pragma once

#include "madoguchi/desk/settle.h"

/* Most tickets that one mail may make; what it has more stays in the first. */
#define MADO_EACH_MAX 100

/* Makes the further incidents of @report, of the mail @queue_id that made @settled's. Nothing when there is one report at
 * most, or the setting says no. Errors: TEMP. */
gboolean mado_each_create (const MadoSettler *settler, const char *queue_id, const MadoReport *report, const MadoSettled *settled,
                           GError **error);

/* mado_triage_case () for @incident, or when the mail made further ones, for each of them with its own report. */
gboolean mado_each_triage (const MadoSettler *settler, gint64 incident, const char *queue_id, const MadoReport *report,
                           gboolean is_joined, GError **error);
