/* hours.c: see hours.h. Called by compose.c and by `madoguchi policy preview`. */
#include "madoguchi/reply/hours.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>

#define MINUTES (24 * 60)
#define DAYS_AHEAD 366
#define TURNS_MAX 20000 /* windows that a stretch of office hours may go over */
#define FILE_BYTES_MAX (256 * 1024)
#define RULES_MAX 100
#define HOLIDAYS_MAX 5000

typedef struct {
  gboolean days[8]; /* by g_date_time_get_day_of_week (): 1 is Monday */
  int from, to;     /* minutes of the day; to <= from: on the next one */
} Rule;

/* Both days included; year 0: each year, and then first is last. */
typedef struct {
  int year, first; /* first: month * 100 + day */
  int last_year, last;
} Holiday;

struct _MadoHours {
  GTimeZone *zone;
  GArray *rules;
  GArray *holidays;
};

void
mado_hours_free (MadoHours *hours)
{
  if (hours == NULL)
    return;
  g_clear_pointer (&hours->zone, g_time_zone_unref);
  g_array_unref (hours->rules);
  g_array_unref (hours->holidays);
  g_free (hours);
}

/* --- reading -------------------------------------------------------------------------------------------- */

/* 1 to 7; 0: none of them. */
static int
read_day (const char *word, gsize length)
{
  static const char *const names[] = { "", "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

  for (int i = 1; i <= 7; i++)
    if (length == 3 && g_ascii_strncasecmp (word, names[i], 3) == 0)
      return i;
  return 0;
}

static gboolean
read_days (const char *word, Rule *rule)
{
  const char *dash = strchr (word, '-');
  int first = read_day (word, dash != NULL ? (gsize) (dash - word) : strlen (word));
  int last = dash != NULL ? read_day (dash + 1, strlen (dash + 1)) : first;

  if (first == 0 || last == 0)
    return FALSE;
  for (int day = first;; day = day % 7 + 1) { /* Fri-Mon goes over the end of the week */
    rule->days[day] = TRUE;
    if (day == last)
      return TRUE;
  }
}

/* Two digits at @text, at most @max; -1: something else. */
static int
read_two (const char *text, int max)
{
  int value = g_ascii_isdigit (text[0]) && g_ascii_isdigit (text[1]) ? (text[0] - '0') * 10 + text[1] - '0' : -1;

  return value <= max ? value : -1;
}

/* "HH:MM-HH:MM" */
static gboolean
read_times (const char *word, Rule *rule)
{
  int times[4];

  if (strlen (word) != 11 || word[2] != ':' || word[5] != '-' || word[8] != ':')
    return FALSE;
  for (int i = 0; i < 4; i++) {
    times[i] = read_two (word + i * 3, i % 2 == 0 ? 24 : 59);
    if (times[i] < 0)
      return FALSE;
  }
  rule->from = times[0] * 60 + times[1];
  rule->to = times[2] * 60 + times[3];
  return rule->from < MINUTES && rule->to <= MINUTES && rule->from != rule->to;
}

static gboolean
add_rule (MadoHours *hours, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  Rule rule = { { FALSE }, 0, 0 };

  if (g_strv_length (words) != 2 || !read_days (words[0], &rule) || !read_times (words[1], &rule) || hours->rules->len >= RULES_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[hours] open: \"%s\": not of the form \"Mon-Fri 09:00-17:30\"", text);
    return FALSE;
  }
  g_array_append_val (hours->rules, rule);
  return TRUE;
}

/* "YYYY-MM-DD" or "MM-DD" at @text, which is then behind it. @year 0: none was given. */
static gboolean
read_date (const char **text, int *year, int *day)
{
  const char *p = *text;
  int century = read_two (p, 99), rest = century >= 0 ? read_two (p + 2, 99) : -1;
  gboolean has_year = century >= 19 && rest >= 0;

  *year = has_year ? century * 100 + rest : 0;
  if (has_year && p[4] != '-')
    return FALSE;
  if (has_year)
    p += 5;
  int month = read_two (p, 12), of_month = month > 0 && p[2] == '-' ? read_two (p + 3, 31) : -1;
  if (of_month <= 0 || !g_date_valid_dmy ((GDateDay) of_month, (GDateMonth) month, (GDateYear) (has_year ? *year : 2024)))
    return FALSE;
  *day = month * 100 + of_month;
  *text = p + 5;
  return TRUE;
}

static gboolean
add_holiday (MadoHours *hours, const char *text, GError **error)
{
  Holiday day = { 0, 0, 0, 0 };
  const char *p = text;
  gboolean ok = read_date (&p, &day.year, &day.first);

  day.last_year = day.year;
  day.last = day.first;
  if (ok && *p == '/') {
    p++;
    ok = day.year != 0 && read_date (&p, &day.last_year, &day.last) && day.last_year != 0
         && day.last_year * 10000 + day.last >= day.year * 10000 + day.first;
  }
  if (ok && (*p == '\0' || g_ascii_isspace (*p)) && hours->holidays->len < HOLIDAYS_MAX) {
    g_array_append_val (hours->holidays, day);
    return TRUE;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
               "[hours] holidays: \"%s\": not of the form 2026-11-23, 2026-12-29/2027-01-03 or 01-01", text);
  return FALSE;
}

MadoHours *
mado_hours_new (const char *zone, const char *const *open, const char *const *holidays, GError **error)
{
  g_autoptr (MadoHours) hours = g_new0 (MadoHours, 1);

  hours->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  hours->holidays = g_array_new (FALSE, FALSE, sizeof (Holiday));
  hours->zone = g_time_zone_new_identifier (zone);
  if (hours->zone == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[hours] zone: \"%s\": no such time zone here", zone);
    return NULL;
  }
  for (gsize i = 0; open[i] != NULL; i++)
    if (!add_rule (hours, open[i], error))
      return NULL;
  for (gsize i = 0; holidays[i] != NULL; i++)
    if (!add_holiday (hours, holidays[i], error))
      return NULL;
  return g_steal_pointer (&hours);
}

/* Lines of @path, but for empty ones and those that begin with "#". */
static gboolean
read_file (MadoHours *hours, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (path == NULL)
    return TRUE;
  if (!mado_fsio_read_file (path, FILE_BYTES_MAX, &bytes, error))
    return FALSE;
  g_autofree char *text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    const char *line = g_strstrip (lines[i]);
    if (*line != '\0' && *line != '#' && !add_holiday (hours, line, error)) {
      g_prefix_error (error, "%s:%u: ", path, (guint) i + 1);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
mado_hours_read (const MadoConf *conf, MadoHours **hours, GError **error)
{
  const char *const *open = mado_conf_list (conf, "hours", "open");
  g_autoptr (MadoHours) made = NULL;

  if (open[0] == NULL) {
    *hours = NULL;
    return TRUE;
  }
  made = mado_hours_new (mado_conf_string (conf, "hours", "zone"), open, mado_conf_list (conf, "hours", "holidays"), error);
  if (made == NULL || !read_file (made, mado_conf_string (conf, "hours", "holidays-file"), error))
    return FALSE;
  *hours = g_steal_pointer (&made);
  return TRUE;
}

/* --- asking --------------------------------------------------------------------------------------------- */

static gboolean
is_holiday (const MadoHours *hours, GDateTime *date)
{
  int year = g_date_time_get_year (date), day = g_date_time_get_month (date) * 100 + g_date_time_get_day_of_month (date);

  for (guint i = 0; i < hours->holidays->len; i++) {
    const Holiday *holiday = &g_array_index (hours->holidays, Holiday, i);
    int today = year * 10000 + day;
    if (holiday->year == 0 ? holiday->first == day
                           : holiday->year * 10000 + holiday->first <= today && today <= holiday->last_year * 10000 + holiday->last)
      return TRUE;
  }
  return FALSE;
}

/* Seconds since the epoch when the clock shows @minutes on the day of @date, or on the next one. */
static gint64
to_time (const MadoHours *hours, GDateTime *date, int minutes, gboolean is_next_day)
{
  g_autoptr (GDateTime) day = g_date_time_add_days (date, is_next_day || minutes == MINUTES ? 1 : 0);
  int of_day = minutes % MINUTES;
  g_autoptr (GDateTime) time = g_date_time_new (hours->zone, g_date_time_get_year (day), g_date_time_get_month (day),
                                                g_date_time_get_day_of_month (day), of_day / 60, of_day % 60, 0);

  return g_date_time_to_unix (time);
}

/* The windows that begin on the day @offset days from @noon: the one in which @now is widens @now_until; the first one that
 * begins later lowers @next. */
static void
look_at_day (const MadoHours *hours, GDateTime *noon, int offset, gint64 now, gint64 *now_until, gint64 *next)
{
  g_autoptr (GDateTime) date = g_date_time_add_days (noon, offset);

  if (is_holiday (hours, date))
    return;
  for (guint i = 0; i < hours->rules->len; i++) {
    const Rule *rule = &g_array_index (hours->rules, Rule, i);
    if (!rule->days[g_date_time_get_day_of_week (date)])
      continue;
    gint64 from = to_time (hours, date, rule->from, FALSE), to = to_time (hours, date, rule->to, rule->to <= rule->from);
    if (from <= MAX (now, *now_until) && to > now)
      *now_until = MAX (*now_until, to);
    else if (from > now && from < *next)
      *next = from;
  }
}

MadoHoursNow
mado_hours_at (const MadoHours *hours, gint64 now)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, hours->zone);
  /* Noon is on every day, whatever the clocks do. */
  g_autoptr (GDateTime) noon = g_date_time_new (hours->zone, g_date_time_get_year (local), g_date_time_get_month (local),
                                                g_date_time_get_day_of_month (local), 12, 0, 0);
  gint64 until = 0, next = G_MAXINT64;

  for (int offset = -1; offset <= DAYS_AHEAD; offset++) {
    gint64 before = until;
    for (guint turn = 0; turn <= hours->rules->len; turn++) { /* windows that touch are one, in whatever order they stand */
      gint64 last = until;
      look_at_day (hours, noon, offset, now, &until, &next);
      if (until == last)
        break;
    }
    if (offset > 1 && (until != 0 ? until == before : next != G_MAXINT64))
      break;
  }
  if (until != 0)
    return (MadoHoursNow){ TRUE, until };
  return (MadoHoursNow){ FALSE, next != G_MAXINT64 ? next : 0 };
}

gint64
mado_hours_add (const MadoHours *hours, gint64 from, gint64 seconds)
{
  gint64 at = from;

  for (int turn = 0; turn < TURNS_MAX; turn++) {
    MadoHoursNow now = mado_hours_at (hours, at);
    if (now.changes == 0)
      break; /* open for good, or never again */
    if (now.is_open && at + seconds <= now.changes)
      return at + seconds;
    if (now.is_open)
      seconds -= now.changes - at;
    at = now.changes;
  }
  return at + seconds;
}

char *
mado_hours_format (const MadoHours *hours, gint64 when)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (when);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, hours->zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M %Z") : g_strdup ("");
}
