/* test-reply-hours.c: when the team is there, on every kind of day, in several time zones, and while clocks change. Times are
 * given as the clock of the zone shows them, with its distance from UTC, and expected the same way. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/reply/hours.h"

#include <string.h>

static const struct {
  const char *zone, *open, *holidays;
  const char *now;
  gboolean is_open;
  const char *changes; /* NULL: not within a year */
} rows[] = {
#define WEEK "Mon-Fri 09:00-17:30"
  { "Asia/Tokyo", WEEK, "", "2026-11-20T09:00:00+09", TRUE, "2026-11-20 17:30 JST" }, /* a Friday */
  { "Asia/Tokyo", WEEK, "", "2026-11-20T08:59:59+09", FALSE, "2026-11-20 09:00 JST" },
  { "Asia/Tokyo", WEEK, "", "2026-11-20T17:29:59+09", TRUE, "2026-11-20 17:30 JST" },
  { "Asia/Tokyo", WEEK, "", "2026-11-20T17:30:00+09", FALSE, "2026-11-23 09:00 JST" }, /* over the weekend */
  { "Asia/Tokyo", WEEK, "", "2026-11-21T12:00:00+09", FALSE, "2026-11-23 09:00 JST" },
  { "Asia/Tokyo", WEEK, "", "2026-11-20T00:30:00Z", TRUE, "2026-11-20 17:30 JST" },
  { "Asia/Tokyo", WEEK, "", "2026-11-19T23:59:00Z", FALSE, "2026-11-20 09:00 JST" },
  { "Asia/Tokyo", "mon-fri 09:00-17:30", "", "2026-11-20T10:00:00+09", TRUE, "2026-11-20 17:30 JST" },
  /* holidays */
  { "Asia/Tokyo", WEEK, "2026-11-23", "2026-11-20T17:30:00+09", FALSE, "2026-11-24 09:00 JST" },
  { "Asia/Tokyo", WEEK, "2026-11-23 Labour Thanksgiving Day", "2026-11-23T12:00:00+09", FALSE, "2026-11-24 09:00 JST" },
  { "Asia/Tokyo", WEEK, "2026-12-29/2027-01-03", "2026-12-28T18:00:00+09", FALSE, "2027-01-04 09:00 JST" },
  { "Asia/Tokyo", WEEK, "2026-12-29/2027-01-03", "2027-01-01T12:00:00+09", FALSE, "2027-01-04 09:00 JST" },
  { "Asia/Tokyo", WEEK, "2026-12-29/2027-01-03", "2026-12-28T12:00:00+09", TRUE, "2026-12-28 17:30 JST" },
  { "Asia/Tokyo", WEEK, "12-29;12-30;12-31;01-01", "2027-12-28T18:00:00+09", FALSE, "2028-01-03 09:00 JST" },
  { "Asia/Tokyo", WEEK, "02-29", "2028-02-29T12:00:00+09", FALSE, "2028-03-01 09:00 JST" },
  { "Asia/Tokyo", WEEK, "2026-01-01/2028-01-01", "2026-11-20T12:00:00+09", FALSE, NULL },
  { "Asia/Tokyo", WEEK, "2026-11-23", "2027-11-23T12:00:00+09", TRUE, "2027-11-23 17:30 JST" }, /* that year alone */
  /* windows */
  { "Asia/Tokyo", "Mon-Fri 09:00-12:00;Mon-Fri 13:00-17:30", "", "2026-11-20T12:00:00+09", FALSE, "2026-11-20 13:00 JST" },
  { "Asia/Tokyo", "Mon-Fri 13:00-17:30;Mon-Fri 09:00-13:00", "", "2026-11-20T09:30:00+09", TRUE, "2026-11-20 17:30 JST" },
  { "Asia/Tokyo", "Fri 09:00-12:00;Fri 10:00-11:00", "", "2026-11-20T10:30:00+09", TRUE, "2026-11-20 12:00 JST" },
  { "Asia/Tokyo", "Sun 22:00-06:00", "", "2026-11-22T23:00:00+09", TRUE, "2026-11-23 06:00 JST" },
  { "Asia/Tokyo", "Sun 22:00-06:00", "", "2026-11-23T05:59:00+09", TRUE, "2026-11-23 06:00 JST" },
  { "Asia/Tokyo", "Sun 22:00-06:00", "", "2026-11-23T06:00:00+09", FALSE, "2026-11-29 22:00 JST" },
  { "Asia/Tokyo", "Sun 22:00-06:00", "2026-11-23", "2026-11-23T05:00:00+09", TRUE, "2026-11-23 06:00 JST" }, /* Sunday's night */
  { "Asia/Tokyo", "Mon-Sun 20:00-24:00;Mon-Sun 00:00-04:00", "", "2026-11-20T21:00:00+09", TRUE, "2026-11-21 04:00 JST" },
  { "Asia/Tokyo", "Fri-Mon 10:00-11:00", "", "2026-11-21T10:30:00+09", TRUE, "2026-11-21 11:00 JST" },
  { "Asia/Tokyo", "Fri-Mon 10:00-11:00", "", "2026-11-24T10:30:00+09", FALSE, "2026-11-27 10:00 JST" },
  /* clocks that change: Berlin on 2026-03-29 (02:00 becomes 03:00) and 2026-10-25 (03:00 becomes 02:00), both Sundays */
  { "Europe/Berlin", WEEK, "", "2026-03-27T18:00:00+01", FALSE, "2026-03-30 09:00 CEST" },
  { "Europe/Berlin", WEEK, "", "2026-03-30T06:59:59Z", FALSE, "2026-03-30 09:00 CEST" },
  { "Europe/Berlin", WEEK, "", "2026-03-30T07:00:00Z", TRUE, "2026-03-30 17:30 CEST" },
  { "Europe/Berlin", WEEK, "", "2026-10-23T18:00:00+02", FALSE, "2026-10-26 09:00 CET" },
  { "Europe/Berlin", WEEK, "", "2026-10-26T07:59:59Z", FALSE, "2026-10-26 09:00 CET" },
  { "Europe/Berlin", WEEK, "", "2026-10-26T08:00:00Z", TRUE, "2026-10-26 17:30 CET" },
  { "Europe/Berlin", "Sat 22:00-06:00", "", "2026-03-29T03:59:59Z", TRUE, "2026-03-29 06:00 CEST" }, /* seven hours long */
  { "Europe/Berlin", "Sat 22:00-06:00", "", "2026-03-29T04:00:00Z", FALSE, "2026-04-04 22:00 CEST" },
  { "Europe/Berlin", "Sat 22:00-06:00", "", "2026-10-25T04:59:59Z", TRUE, "2026-10-25 06:00 CET" }, /* nine hours long */
  { "Europe/Berlin", "Mon-Sun 00:00-24:00", "2026-10-26", "2026-10-25T00:30:00Z", TRUE, "2026-10-26 00:00 CET" },
  { "America/New_York", WEEK, "", "2026-03-09T13:00:00Z", TRUE, "2026-03-09 17:30 EDT" },
  { "America/New_York", WEEK, "", "2026-03-06T13:59:00Z", FALSE, "2026-03-06 09:00 EST" },
  { "Asia/Kathmandu", WEEK, "", "2026-11-20T03:15:00Z", TRUE, "2026-11-20 17:30 +0545" },
  { "+09:00", WEEK, "", "2026-11-20T09:00:00+09", TRUE, "2026-11-20 17:30 +09:00" },
  { "UTC", WEEK, "", "2026-11-20T09:00:00Z", TRUE, "2026-11-20 17:30 UTC" },
  { "Pacific/Kiritimati", "Sat 00:00-01:00", "", "2026-11-20T10:30:00Z", TRUE, "2026-11-21 01:00 +14" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) open = g_strsplit (rows[i].open, ";", -1);
    g_auto (GStrv) holidays = g_strsplit (rows[i].holidays, ";", -1);
    g_autoptr (MadoHours) hours
        = mado_hours_new (rows[i].zone, (const char *const *) open, (const char *const *) holidays, &error);
    g_autoptr (GDateTime) now = g_date_time_new_from_iso8601 (rows[i].now, NULL);
    g_assert_no_error (error);
    MadoHoursNow state = mado_hours_at (hours, g_date_time_to_unix (now));
    g_autofree char *changes = state.changes != 0 ? mado_hours_format (hours, state.changes) : NULL;
    g_test_message ("row %u: %s %s at %s: %s", (guint) i, rows[i].zone, rows[i].open, rows[i].now, changes);
    g_assert_cmpint (state.is_open, ==, rows[i].is_open);
    g_assert_cmpstr (changes, ==, rows[i].changes);
  }
}

/* A stretch of office hours from a time: over nights, weekends, holidays and changes of clocks. */
static void
test_add (void)
{
  static const struct {
    const char *zone, *open, *holidays, *from;
    gint64 minutes;
    const char *until;
  } table[] = {
    { "Asia/Tokyo", WEEK, "", "2026-11-20T10:00:00+09", 60, "2026-11-20 11:00 JST" },
    { "Asia/Tokyo", WEEK, "", "2026-11-20T16:30:00+09", 60, "2026-11-20 17:30 JST" },
    { "Asia/Tokyo", WEEK, "", "2026-11-20T16:30:00+09", 61, "2026-11-23 09:01 JST" },
    { "Asia/Tokyo", WEEK, "2026-11-23", "2026-11-20T16:30:00+09", 120, "2026-11-24 10:00 JST" },
    { "Asia/Tokyo", WEEK, "", "2026-11-21T12:00:00+09", 24 * 60, "2026-11-25 16:00 JST" },
    { "Asia/Tokyo", "Mon-Fri 09:00-12:00;Mon-Fri 13:00-17:00", "", "2026-11-20T11:00:00+09", 120, "2026-11-20 14:00 JST" },
    { "Europe/Berlin", WEEK, "", "2026-03-27T17:00:00+01", 60, "2026-03-30 09:30 CEST" },
    { "Asia/Tokyo", "Mon-Sun 00:00-24:00", "", "2026-11-20T10:00:00+09", 48 * 60, "2026-11-22 10:00 JST" },
    { "Asia/Tokyo", WEEK, "2026-01-01/2028-01-01", "2026-11-20T12:00:00+09", 60, "2026-11-20 13:00 JST" }, /* never there: the calendar */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (GStrv) open = g_strsplit (table[i].open, ";", -1);
    g_auto (GStrv) holidays = g_strsplit (table[i].holidays, ";", -1);
    g_autoptr (MadoHours) hours
        = mado_hours_new (table[i].zone, (const char *const *) open, (const char *const *) holidays, NULL);
    g_autoptr (GDateTime) from = g_date_time_new_from_iso8601 (table[i].from, NULL);
    gint64 until = mado_hours_add (hours, g_date_time_to_unix (from), table[i].minutes * 60);
    g_autofree char *shown = mado_hours_format (hours, until);
    g_assert_cmpstr (shown, ==, table[i].until);
  }
}

/* Minute by minute through two weeks with a change of clocks: each answer agrees with what the clock on the wall shows. */
static void
test_walk (void)
{
  static const char *const open[] = { WEEK, NULL }, *const none[] = { NULL };
  g_autoptr (MadoHours) hours = mado_hours_new ("Europe/Berlin", open, none, NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GDateTime) start = g_date_time_new_from_iso8601 ("2026-03-20T00:00:00Z", NULL);
  gint64 first = g_date_time_to_unix (start);

  for (gint64 now = first; now < first + 14 * 86400; now += 600) {
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now);
    g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
    int minute = g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local);
    gboolean is_open = g_date_time_get_day_of_week (local) <= 5 && minute >= 9 * 60 && minute < 17 * 60 + 30;
    MadoHoursNow state = mado_hours_at (hours, now);
    g_assert_cmpint (state.is_open, ==, is_open);
    g_assert_cmpint (state.changes, >, now);
    g_assert_cmpint (mado_hours_at (hours, state.changes).is_open, ==, !is_open);
    g_assert_cmpint (mado_hours_at (hours, state.changes - 1).is_open, ==, is_open);
  }
}

static void
test_mistakes (void)
{
  static const struct {
    const char *zone, *open, *holidays;
  } bad[] = {
    { "Asia/Nowhere", WEEK, "" },
    { "", WEEK, "" },
    { "UTC", "", "" },
    { "UTC", "Mon-Fri", "" },
    { "UTC", "09:00-17:30", "" },
    { "UTC", "Mon-Fry 09:00-17:30", "" },
    { "UTC", "Mon-Fri 9:00-17:30", "" },
    { "UTC", "Mon-Fri 09:00-25:00", "" },
    { "UTC", "Mon-Fri 09:00-24:30", "" },
    { "UTC", "Mon-Fri 24:00-09:00", "" },
    { "UTC", "Mon-Fri 09:60-17:30", "" },
    { "UTC", "Mon-Fri 09:00-09:00", "" },
    { "UTC", "Mon-Fri 09:00-17:30 x", "" },
    { "UTC", "Monday 09:00-17:30", "" },
    { "UTC", WEEK, "2026-13-01" },
    { "UTC", WEEK, "2026-02-29" },
    { "UTC", WEEK, "02-30" },
    { "UTC", WEEK, "2026/11/23" },
    { "UTC", WEEK, "20261123" },
    { "UTC", WEEK, "2026-11-23x" },
    { "UTC", WEEK, "2026-11-23/" },
    { "UTC", WEEK, "2026-11-23/2026-11-22" },
    { "UTC", WEEK, "01-01/01-03" },
    { "UTC", WEEK, "today" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    const char *const open[] = { bad[i].open, NULL };
    const char *const holidays[] = { bad[i].holidays[0] != '\0' ? bad[i].holidays : NULL, NULL };
    g_test_message ("%s %s %s", bad[i].zone, bad[i].open, bad[i].holidays);
    g_assert_null (mado_hours_new (bad[i].zone, open, holidays, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_nonnull (strstr (error->message, "[hours]"));
  }
}

/* What the configuration says, with a file of holidays. */
static void
test_conf (void)
{
  g_autofree char *top = g_dir_make_tmp ("hours-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (top, "holidays", NULL);
  g_autofree char *text
      = g_strdup_printf ("[hours]\nopen = %s\nholidays = 2026-11-24; 2026-11-25\nholidays-file = %s\n", WEEK, path);
  g_autoptr (GDateTime) friday = g_date_time_new_from_iso8601 ("2026-11-20T18:00:00+09", NULL);
  g_autoptr (GError) error = NULL;
  MadoHours *found = NULL;

  g_assert_true (g_file_set_contents (path, "# for tests\n\n2026-11-23 a Monday\r\n", -1, NULL));
  g_autoptr (MadoConf) conf = mado_conf_parse (text, "test", &error);
  g_assert_no_error (error);
  g_assert_true (mado_hours_read (conf, &found, &error));
  g_autoptr (MadoHours) hours = found;
  g_autofree char *next = mado_hours_format (hours, mado_hours_at (hours, g_date_time_to_unix (friday)).changes);
  g_assert_cmpstr (next, ==, "2026-11-26 09:00 JST");
  g_assert_true (g_file_set_contents (path, "# for tests\nnever\n", -1, NULL));
  g_assert_false (mado_hours_read (conf, &found, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_nonnull (strstr (error->message, "holidays:2: "));
  g_autoptr (MadoConf) empty = mado_conf_parse ("[team]\nname = x\n", "test", NULL);
  found = hours;
  g_assert_true (mado_hours_read (empty, &found, NULL));
  g_assert_null (found);
  mado_fsio_remove_tree (top, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/hours/rows", test_rows);
  g_test_add_func ("/reply/hours/add", test_add);
  g_test_add_func ("/reply/hours/walk", test_walk);
  g_test_add_func ("/reply/hours/mistakes", test_mistakes);
  g_test_add_func ("/reply/hours/conf", test_conf);
  return g_test_run ();
}
