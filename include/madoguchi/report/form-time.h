/* form-time.h: dates and times as people write them into forms: "2026年11月20日(金) 午後9時30分", "令和8年11月20日",
 * "R8.11.20", "2026/11/20 21:30:05 JST", "20 Nov 2026 09:30 +0900". Nothing is guessed: a date without a year is none. */
#pragma once

#include <glib.h>

/* How "1/2/2026" reads. */
typedef enum {
  MADO_FORM_DATES_YEAR_FIRST, /* not at all, unless one of the numbers can be no month */
  MADO_FORM_DATES_MONTH_FIRST,
  MADO_FORM_DATES_DAY_FIRST
} MadoFormDates;

/* Seconds since the epoch of the first date in @text and of the time of day behind it (midnight when there is none), in
 * the zone that is named behind it, else @zone seconds east of UTC. 0: there is no date. */
gint64 mado_form_time (const char *text, int zone, MadoFormDates dates);

/* The first time zone named in @text: "JST", "UTC+9", "+09:00", "日本標準時". @zone: seconds east of UTC. */
gboolean mado_form_zone (const char *text, int *zone);
