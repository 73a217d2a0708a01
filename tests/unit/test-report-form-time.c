/* Dates, times and zones as they stand in forms; and what is no date. */
#include "madoguchi/report/form-time.h"

#define JST (9 * 3600)

/* In JST unless a zone is named; expected in UTC. */
static const struct {
  const char *text, *utc;
} dates[] = {
  { "2026年11月20日 9時30分", "2026-11-20T00:30:00Z" },
  { "２０２６年１１月２０日（金）　９時３０分", "2026-11-20T00:30:00Z" },
  { "2026年11月20日(金) 午後9時30分", "2026-11-20T12:30:00Z" },
  { "2026年11月20日 午前0時5分10秒頃", "2026-11-19T15:05:10Z" },
  { "2026年11月20日 9時半ごろ", "2026-11-20T00:30:00Z" },
  { "2026年11月20日 21時", "2026-11-20T12:00:00Z" },
  { "令和8年11月20日", "2026-11-19T15:00:00Z" },
  { "令和元年5月1日 12:00", "2019-05-01T03:00:00Z" },
  { "R8.11.20 9:30", "2026-11-20T00:30:00Z" },
  { "平成31年4月30日", "2019-04-29T15:00:00Z" },
  { "2026/11/20 21:30:05 JST", "2026-11-20T12:30:05Z" },
  { "2026/11/20 21:30 (日本標準時)", "2026-11-20T12:30:00Z" },
  { "2026-11-20T21:30:05+09:00", "2026-11-20T12:30:05Z" },
  { "2026-11-20T12:30:05Z", "2026-11-20T12:30:05Z" },
  { "2026-11-20T12:30:05.123456Z", "2026-11-20T12:30:05Z" },
  { "2026-11-20 12:30:05 -0500", "2026-11-20T17:30:05Z" },
  { "2026-11-20 12:30 UTC", "2026-11-20T12:30:00Z" },
  { "2026-11-20 12:30 UTC+2", "2026-11-20T10:30:00Z" },
  { "2026.11.20 09:00-10:00", "2026-11-20T00:00:00Z" },
  { "20 Nov 2026 09:30 +0900", "2026-11-20T00:30:00Z" },
  { "Fri, 20 Nov 2026 09:30:00 GMT", "2026-11-20T09:30:00Z" },
  { "November 20th, 2026 at 9:30", "2026-11-19T15:00:00Z" },
  { "Nov 20, 2026 9:30 p.m. EST", "2026-11-21T02:30:00Z" },
  { "20-Nov-2026 09:30", "2026-11-20T00:30:00Z" },
  { "31/12/2026 10:00", "2026-12-31T01:00:00Z" },
  { "発見は 2026/11/20 です", "2026-11-19T15:00:00Z" },
  { "昨日の朝", NULL }, { "11月20日 9時", NULL }, { "2026年13月1日", NULL }, { "2026年2月30日", NULL }, { "9:30", NULL }, { "1/2/2026", NULL },
  { "192.0.2.1", NULL }, { "2026", NULL }, { "9999-99-99", NULL }, { "", NULL }, { "令和8年", NULL }, { "1.2.2026.4", NULL },
};

static void
test_dates (void)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();

  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++) {
    g_autoptr (GDateTime) want = dates[i].utc == NULL ? NULL : g_date_time_new_from_iso8601 (dates[i].utc, utc);
    g_test_message ("%s", dates[i].text);
    g_assert_cmpint (mado_form_time (dates[i].text, JST, MADO_FORM_DATES_YEAR_FIRST), ==, want == NULL ? 0 : g_date_time_to_unix (want));
  }
}

static void
test_orders (void)
{
  g_assert_cmpint (mado_form_time ("1/2/2026", 0, MADO_FORM_DATES_MONTH_FIRST), ==, 1767312000);
  g_assert_cmpint (mado_form_time ("1/2/2026", 0, MADO_FORM_DATES_DAY_FIRST), ==, 1769904000);
  g_assert_cmpint (mado_form_time ("20/2/2026", 0, MADO_FORM_DATES_MONTH_FIRST), ==, 1771545600);
}

static void
test_zones (void)
{
  static const struct {
    const char *text;
    int zone;
  } zones[] = { { "JST", JST }, { "ＪＳＴ", JST }, { "日本時間 (+09:00)", JST }, { "UTC+9", JST }, { "+0900", JST }, { "GMT", 0 }, { "UTC-05:30", -19800 },
                { "America/New_York (EST)", -18000 }, { "Asia/Tokyo", JST } };
  int zone = 77;

  for (gsize i = 0; i < G_N_ELEMENTS (zones); i++) {
    g_test_message ("%s", zones[i].text);
    g_assert_true (mado_form_zone (zones[i].text, &zone));
    g_assert_cmpint (zone, ==, zones[i].zone);
  }
  zone = 77;
  g_assert_false (mado_form_zone ("the best one", &zone));
  g_assert_false (mado_form_zone ("", &zone));
  g_assert_false (mado_form_zone ("+99:00", &zone));
  g_assert_cmpint (zone, ==, 77);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/form-time/dates", test_dates);
  g_test_add_func ("/report/form-time/orders", test_orders);
  g_test_add_func ("/report/form-time/zones", test_zones);
  return g_test_run ();
}
