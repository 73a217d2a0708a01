/* form-time.c: see form-time.h. Called by form-match.c, in the opener's child. Works on an NFKC copy of the first bytes:
 * digits are ASCII then, whatever they were. */
#include "madoguchi/report/form-time.h"

#include <string.h>

#define TEXT_MAX 300

static const struct {
  const char *name; /* longer ones first */
  int seconds;
} zones[] = {
  { "日本標準時", 9 * 3600 }, { "日本時間", 9 * 3600 }, { "asia/tokyo", 9 * 3600 }, { "jst", 9 * 3600 }, { "kst", 9 * 3600 },
  { "cest", 2 * 3600 }, { "cet", 3600 }, { "bst", 3600 }, { "eest", 3 * 3600 }, { "eet", 2 * 3600 }, { "msk", 3 * 3600 },
  { "edt", -4 * 3600 }, { "est", -5 * 3600 }, { "cdt", -5 * 3600 }, { "mdt", -6 * 3600 }, { "mst", -7 * 3600 },
  { "pdt", -7 * 3600 }, { "pst", -8 * 3600 }, { "aest", 10 * 3600 }, { "hkt", 8 * 3600 }, { "sgt", 8 * 3600 },
  { "協定世界時", 0 }, { "世界標準時", 0 }, { "utc", 0 }, { "gmt", 0 },
};

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec" };

/* (transfer full) the copy that is read: NFKC, lower case. */
static char *
make_copy (const char *text)
{
  g_autofree char *start = g_strndup (text, MIN (strlen (text), (gsize) TEXT_MAX));
  g_autofree char *valid = g_utf8_make_valid (start, -1);
  g_autofree char *normal = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL_COMPOSE);

  return g_ascii_strdown (normal, -1);
}

static const char *
skip_spaces (const char *p)
{
  while (*p == ' ' || *p == '\t')
    p++;
  return p;
}

/* Reads a number of at most @most digits. NULL: there is none, or it is longer. */
static const char *
read_number (const char *p, guint most, int *number)
{
  guint digits = 0;

  *number = 0;
  for (; g_ascii_isdigit (*p); p++) {
    if (++digits > most)
      return NULL;
    *number = *number * 10 + (*p - '0');
  }
  return digits > 0 ? p : NULL;
}

static const char *
after (const char *p, const char *word)
{
  return p != NULL && g_str_has_prefix (p, word) ? p + strlen (word) : NULL;
}

/* --- zones ------------------------------------------------------------------------------------------------ */

/* "+09:00", "-0500", "+9" */
static const char *
read_offset (const char *p, int *zone)
{
  int sign = *p == '-' ? -1 : 1, hours, minutes = 0;
  const char *digits, *end;

  if (*p != '+' && *p != '-' && !g_str_has_prefix (p, "\xe2\x88\x92"))
    return NULL;
  if (*p != '+')
    sign = -1;
  digits = (guchar) *p < 0x80 ? p + 1 : p + 3;
  end = read_number (digits, 4, &hours);
  if (end == NULL)
    return NULL;
  if (end - digits > 2) {
    minutes = hours % 100;
    hours /= 100;
  } else if (*end == ':' && g_ascii_isdigit (end[1])) {
    end = read_number (end + 1, 2, &minutes);
  }
  if (end == NULL || hours > 14 || minutes > 59)
    return NULL;
  *zone = sign * (hours * 3600 + minutes * 60);
  return end;
}

static gboolean
read_zone (const char *p, int *zone)
{
  for (gsize i = 0; i < G_N_ELEMENTS (zones); i++) {
    const char *end = after (p, zones[i].name);
    if (end == NULL || (g_ascii_isalpha (*p) && g_ascii_isalpha (*end)))
      continue;
    *zone = zones[i].seconds;
    if (zones[i].seconds == 0)
      read_offset (skip_spaces (end), zone); /* "UTC+9" */
    return TRUE;
  }
  return FALSE;
}

static gboolean
find_zone (const char *text, gboolean with_offsets, int *zone)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gboolean is_start = p == text || !g_ascii_isalnum (p[-1]);
    if ((is_start || g_ascii_isdigit (p[-1])) && read_zone (p, zone))
      return TRUE;
    if (with_offsets && is_start && read_offset (p, zone) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
mado_form_zone (const char *text, int *zone)
{
  g_autofree char *copy = make_copy (text);
  int found = 0;

  if (!find_zone (copy, TRUE, &found))
    return FALSE;
  *zone = found;
  return TRUE;
}

/* --- dates ------------------------------------------------------------------------------------------------ */

typedef struct {
  int year, month, day;
} Date;

/* "令和8年", "R8.", "平成元年": the first year of the era and what is behind its name. */
static const char *
read_era (const char *p, int *first)
{
  static const struct {
    const char *name;
    int first;
  } eras[] = { { "令和", 2019 }, { "平成", 1989 }, { "昭和", 1926 }, { "r", 2019 }, { "h", 1989 } };

  for (gsize i = 0; i < G_N_ELEMENTS (eras); i++) {
    const char *end = after (p, eras[i].name);
    if (end != NULL && (!g_ascii_isalpha (*p) || g_ascii_isdigit (*end))) {
      *first = eras[i].first;
      return skip_spaces (end);
    }
  }
  return NULL;
}

/* The separator of a numeric date at @p; 0: none. */
static char
separator_at (const char *p)
{
  return *p == '/' || *p == '-' || *p == '.' ? *p : '\0';
}

/* What is left of a date behind its year, month first: "年11月20日", "/11/20", "-11-20", ".11.20". */
static const char *
read_month_day (const char *p, Date *date)
{
  const char *end = after (skip_spaces (p), "年");
  char separator = separator_at (p);

  if (end != NULL) {
    end = read_number (skip_spaces (end), 2, &date->month);
    end = end == NULL ? NULL : after (skip_spaces (end), "月");
    end = end == NULL ? NULL : read_number (skip_spaces (end), 2, &date->day);
    return end == NULL ? NULL : after (skip_spaces (end), "日");
  }
  if (separator == '\0')
    return NULL;
  end = read_number (skip_spaces (p + 1), 2, &date->month);
  if (end == NULL || *end != separator)
    return NULL;
  return read_number (skip_spaces (end + 1), 2, &date->day);
}

/* "nov", "november" at @p. */
static const char *
read_month (const char *p, int *month)
{
  for (int i = 0; i < 12; i++)
    if (g_str_has_prefix (p, months[i])) {
      *month = i + 1;
      for (p += 3; g_ascii_isalpha (*p);)
        p++;
      return *p == '.' ? p + 1 : p;
    }
  return NULL;
}

/* "20 Nov 2026", "20-Nov-2026", "Nov 20, 2026" */
static const char *
read_named (const char *p, Date *date)
{
  const char *end = read_month (p, &date->month);

  if (end != NULL) {
    end = read_number (skip_spaces (end), 2, &date->day);
    if (end != NULL && g_ascii_isalpha (*end)) /* "20th" */
      end += 2;
    end = end == NULL ? NULL : skip_spaces (*end == ',' ? end + 1 : end);
  } else {
    end = read_number (p, 2, &date->day);
    end = end == NULL ? NULL : read_month (skip_spaces (*end == '-' || *end == '/' ? end + 1 : end), &date->month);
    end = end == NULL ? NULL : skip_spaces (*end == '-' || *end == '/' || *end == ',' ? end + 1 : end);
  }
  if (end == NULL)
    return NULL;
  end = read_number (p = end, 4, &date->year);
  return end != NULL && end - p == 4 ? end : NULL;
}

/* "11/20/2026" */
static const char *
read_year_last (const char *p, MadoFormDates dates, Date *date)
{
  int first, second;
  const char *end = read_number (p, 2, &first);
  char separator = end == NULL ? '\0' : separator_at (end);

  end = separator == '\0' ? NULL : read_number (end + 1, 2, &second);
  if (end == NULL || *end != separator)
    return NULL;
  p = end + 1;
  end = read_number (p, 4, &date->year);
  if (end == NULL || end - p != 4)
    return NULL;
  if (dates == MADO_FORM_DATES_YEAR_FIRST && first <= 12 && second <= 12)
    return NULL;
  date->month = second > 12 || (dates == MADO_FORM_DATES_MONTH_FIRST && first <= 12) ? first : second;
  date->day = date->month == first ? second : first;
  return end;
}

static const char *
read_date (const char *p, MadoFormDates dates, Date *date)
{
  int first = 0, year;
  const char *number = read_era (p, &first), *end;

  if (number != NULL) {
    end = after (number, "元");
    year = 1;
    if (end == NULL)
      end = read_number (number, 2, &year);
    date->year = first + year - 1;
    return end == NULL ? NULL : read_month_day (end, date);
  }
  end = read_number (p, 4, &date->year);
  if (end != NULL && end - p == 4)
    return read_month_day (end, date);
  end = read_named (p, date);
  return end != NULL ? end : read_year_last (p, dates, date);
}

/* --- times of day ----------------------------------------------------------------------------------------- */

/* "(金)", "(Fri)", blanks, "T", commas: what may stand between the date and the time. */
static const char *
skip_between (const char *p)
{
  for (guint i = 0; i < 20; i++) {
    if (*p == '(') {
      const char *end = strchr (p, ')');
      if (end == NULL || end - p > 16)
        return p;
      p = end + 1;
    } else if (*p == ' ' || *p == '\t' || *p == ',' || *p == '\n' || *p == '.' || (*p == 't' && g_ascii_isdigit (p[1]))) {
      p++;
    } else if (g_str_has_prefix (p, "、")) {
      p += strlen ("、");
    } else {
      break;
    }
  }
  return p;
}

/* Half of the day named before or behind the time: 0 none, 1 morning, 2 afternoon. */
static const char *
read_half (const char *p, int *half)
{
  static const struct {
    const char *word;
    int half;
  } words[] = { { "午前", 1 }, { "午後", 2 }, { "a.m.", 1 }, { "p.m.", 2 }, { "am", 1 }, { "pm", 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    const char *end = after (p, words[i].word);
    if (end != NULL) {
      *half = words[i].half;
      return skip_spaces (end);
    }
  }
  return p;
}

/* "30分5秒" behind the hours. */
static const char *
read_minutes (const char *p, int *minutes, int *seconds)
{
  int number;
  const char *end = read_number (skip_spaces (p), 2, &number);

  if (g_str_has_prefix (p, "半")) {
    *minutes = 30;
    return p + strlen ("半");
  }
  end = end == NULL ? NULL : after (skip_spaces (end), "分");
  if (end == NULL)
    return p;
  *minutes = number;
  p = end;
  end = read_number (skip_spaces (p), 2, &number);
  end = end == NULL ? NULL : after (skip_spaces (end), "秒");
  if (end == NULL)
    return p;
  *seconds = number;
  return end;
}

/* "9:30:05", "9時30分5秒", "9時半", "9時". */
static const char *
read_clock (const char *p, int *seconds)
{
  int hours, minutes = 0, more = 0;
  const char *end = read_number (p, 2, &hours), *hour_sign = end == NULL ? NULL : after (end, "時");

  if (hour_sign != NULL) {
    end = read_minutes (hour_sign, &minutes, &more);
  } else if (end != NULL) {
    end = *end == ':' ? read_number (end + 1, 2, &minutes) : NULL;
    if (end != NULL && *end == ':' && g_ascii_isdigit (end[1]))
      end = read_number (end + 1, 2, &more);
  }
  if (end == NULL || hours > 24 || minutes > 59 || more > 60)
    return NULL;
  *seconds = hours * 3600 + minutes * 60 + more;
  return end;
}

/* A zone directly behind the time. "09:00-10:00" is from when to when; only behind seconds is it one. */
static gboolean
read_zone_behind (const char *end, gboolean has_seconds, int *zone)
{
  gboolean is_range = *end == '-' && !has_seconds && strspn (end + 1, "0123456789") != 4;

  if (*end == 'z' && !g_ascii_isalpha (end[1])) {
    *zone = 0;
    return TRUE;
  }
  return !is_range && read_offset (end, zone) != NULL;
}

static gint64
combine (const Date *date, const char *p, int zone)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) day = NULL;
  int half = 0, seconds = 0;
  const char *clock, *end;
  gboolean has_seconds = FALSE;

  if (date->year < 1970 || date->year > 2200 || date->month < 1 || date->month > 12 || date->day < 1 || date->day > 31)
    return 0;
  day = g_date_time_new (utc, date->year, date->month, date->day, 0, 0, 0);
  if (day == NULL)
    return 0;
  clock = read_half (skip_between (p), &half);
  end = read_clock (clock, &seconds);
  if (end != NULL) {
    has_seconds = end - clock >= 7 && end[-3] == ':';
    if (*end == '.' || *end == ',') /* parts of a second */
      for (end++; g_ascii_isdigit (*end);)
        end++;
    end = read_half (skip_spaces (end), &half);
    if (half == 2 && seconds < 12 * 3600)
      seconds += 12 * 3600;
    else if (half == 1 && seconds >= 12 * 3600 && seconds < 13 * 3600)
      seconds -= 12 * 3600;
  }
  if (end == NULL || !read_zone_behind (end, has_seconds, &zone))
    find_zone (end != NULL ? end : p, FALSE, &zone);
  return g_date_time_to_unix (day) + seconds - zone;
}

gint64
mado_form_time (const char *text, int zone, MadoFormDates dates)
{
  g_autofree char *copy = make_copy (text);

  for (const char *p = copy; *p != '\0'; p = g_utf8_next_char (p)) {
    gboolean is_start = p == copy || !g_ascii_isalnum (p[-1]);
    Date date = { 0 };
    const char *end = is_start ? read_date (p, dates, &date) : NULL;
    gint64 found = end == NULL ? 0 : combine (&date, end, zone);
    if (found != 0)
      return found;
  }
  return 0;
}
