/* hours.h: when is the team there? Pure: the caller brings the clock. */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct _MadoHours MadoHours;

/* (transfer full) @zone: a name of the time zone database ("Asia/Tokyo"), or "+09:00". @open: "Mon-Fri 09:00-17:30", "Sat
 * 10:00-12:00", "Sun 22:00-06:00" (until the next morning), "Mon-Sun 00:00-24:00". @holidays: "2026-11-23",
 * "2026-12-29/2027-01-03" (both days included), "01-01" (each year); what follows after a blank is a remark. All
 * NULL-terminated. Errors: CONF, quoting what cannot be read. */
MadoHours *mado_hours_new (const char *zone, const char *const *open, const char *const *holidays, GError **error);
void mado_hours_free (MadoHours *hours);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHours, mado_hours_free)

/* @hours: (transfer full, nullable) what [hours] of @conf says; NULL when it does not say when the team is there. Errors:
 * CONF; TEMP when the file of holidays cannot be read. */
gboolean mado_hours_read (const MadoConf *conf, MadoHours **hours, GError **error);

typedef struct {
  gboolean is_open;
  gint64 changes; /* when that ends; 0: not within a year */
} MadoHoursNow;

/* How is it at @now (seconds since the epoch)? Clock changes are the time zone's: a window from 09:00 is from 09:00. */
MadoHoursNow mado_hours_at (const MadoHours *hours, gint64 now);

/* When have @seconds in which the team is there passed since @from? When it is there no more within a year: as if it always were. */
gint64 mado_hours_add (const MadoHours *hours, gint64 from, gint64 seconds);

/* (transfer full) @when as the team's clock shows it: "2026-11-24 09:00 JST". */
char *mado_hours_format (const MadoHours *hours, gint64 when);
