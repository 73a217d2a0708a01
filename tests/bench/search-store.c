/* search-store.c: searching, listing, showing and taking mails in a large store, beside a small one.
 *
 * `search-store [MESSAGES]` (2000): fills a store through its own verbs, then looks for words, phrases, parts of Japanese text,
 * addresses and names, and compares every answer with a plain scan of all texts: all of them, and no other. `make bench` runs it
 * with 100,000. Times are printed; with 100,000 the ratios beside the small store have to be at most 1.5.
 *
 * `search-store MESSAGES STORE [EACH]` only fills the store of a gateway that rests, whose keys come by standard input; scale.py does
 * so. EACH mails of a sender make one ticket (5); with 1, every mail is a ticket of its own, and they have owners, states, marks,
 * tags and due times as after years of work; web.py does so. */
#include "house.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-search.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define SMALL 500    /* messages of the store to compare with */
#define QUERIES 240
#define SAMPLES 300
#define PAGE 50
#define NOTHING_MS 0.05 /* less than that is what the clock and the others on the machine make */

static double
since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

/* --- times ---------------------------------------------------------------------------------------------- */

static gint
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_share (GArray *times, double share)
{
  g_array_sort (times, compare);
  return g_array_index (times, double, (guint) (share * (times->len - 1)));
}

static void
print (const char *what, GArray *times)
{
  g_test_message ("%-34s p50 %8.2f ms   p95 %8.2f ms   most %8.2f ms   (%u)", what, get_share (times, 0.5), get_share (times, 0.95),
                  get_share (times, 1), times->len);
}

static void
time_arrival (House *house, GArray *times)
{
  gint64 start = g_get_monotonic_time ();

  g_assert_true (mado_store_begin (house->store, NULL));
  settle_one (house, house->n++);
  g_assert_true (mado_store_commit (house->store, NULL));
  double took = since (start);
  g_array_append_val (times, took);
  g_assert_true (mado_store_begin (house->store, NULL));
  send_answers (house, time_of (house, house->n));
  g_assert_true (mado_store_commit (house->store, NULL));
}

static GArray *
time_lists (const House *house, const char *state, const char *owner, guint expected)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < SAMPLES / 3; i++) {
    gint64 start = g_get_monotonic_time ();
    g_autoptr (GPtrArray) list = mado_store_list_incidents (house->store, NULL, state, owner, 0, 50, NULL);
    double took = since (start);
    g_assert_cmpuint (list->len, ==, expected);
    g_array_append_val (times, took);
  }
  return times;
}

/* @newest: only of those that came last. */
static GArray *
time_shows (const House *house, gboolean newest)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (guint i = 0; i < SAMPLES; i++) {
    guint last = house->incidents->len, first = newest ? last - MIN (last, SMALL) : 0;
    gint64 id = g_array_index (house->incidents, gint64, (guint) g_rand_int_range (random, (gint32) first, (gint32) last));
    gint64 start = g_get_monotonic_time ();
    g_autoptr (MadoIncident) incident = mado_store_load_incident (house->store, id, "csirt@example.org", NULL);
    double took = since (start);
    g_assert_nonnull (incident);
    g_array_append_val (times, took);
  }
  return times;
}

/* --- searching ------------------------------------------------------------------------------------------ */

static gboolean
is_letter (char c)
{
  return g_ascii_isalnum (c);
}

/* The plain scan: @term with no letter or digit of ASCII going on beside it. */
static gboolean
stands_in (const char *plain, const char *term)
{
  gsize length = strlen (term);
  gboolean begins = is_letter (term[0]), ends = is_letter (term[length - 1]);

  for (const char *p = strstr (plain, term); p != NULL; p = strstr (p + 1, term))
    if (!(begins && p > plain && is_letter (p[-1])) && !(ends && is_letter (p[length])))
      return TRUE;
  return FALSE;
}

/* (transfer full) messages (numbers) that have it; in the order of their ids. */
static GArray *
scan (const House *house, const char *term)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < house->plain->len; i++)
    if (stands_in (house->plain->pdata[i], term))
      g_array_append_val (found, i);
  return found;
}

/* (transfer full) all that @text finds, page by page; @first: milliseconds to the first page. */
static GArray *
search_all (const House *house, const char *text, double *first)
{
  static const MadoQueryHouse query_house = { "me", "EX", 2026 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoQuery) query = mado_query_parse (text, &query_house, &error);
  g_assert_no_error (error);
  MadoSearch what = { .query = query, .limit = PAGE, .until = G_MAXINT64 };
  GArray *found = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 start = g_get_monotonic_time ();

  *first = 0;
  do {
    g_autoptr (GPtrArray) list = mado_store_search (house->store, &what, &what.below, &error);
    g_assert_no_error (error);
    if (*first <= 0)
      *first = since (start);
    for (guint i = 0; i < list->len; i++)
      g_array_append_val (found, ((const MadoFound *) list->pdata[i])->date);
    what.limit = 5000;
  } while (what.below > 0);
  return found;
}

/* (transfer full) some words of a message: one, a phrase, a part of Japanese text, an address, a name. */
static char *
choose_term (const House *house, GRand *random, guint kind, const char **name)
{
  static const char *const names[] = { "a word", "a phrase", "part of a text", "one character", "an address", "a name" };
  guint number = (guint) g_rand_int_range (random, 0, (gint32) house->n);
  gboolean wants_japanese = kind == 2 || kind == 3;

  number = MIN (house->n - 1, (number & ~1u) + wants_japanese);
  g_auto (Letter) letter = { NULL };
  make_letter (number, house->senders, &letter);
  *name = names[kind];
  if (kind == 4)
    return g_strdup (letter.number_ip);
  if (kind == 5)
    return g_strdup (strchr (letter.domain, '.') + 1);
  if (letter.is_japanese) {
    glong length = g_utf8_strchr (letter.plain->str, -1, ' ') != NULL
                       ? g_utf8_pointer_to_offset (letter.plain->str, g_utf8_strchr (letter.plain->str, -1, ' '))
                       : 0;
    glong size = kind == 3 ? 1 : g_rand_int_range (random, 2, 7), from = g_rand_int_range (random, 0, (gint32) MAX (1, length - size));
    return g_utf8_substring (letter.plain->str, from, from + size);
  }
  g_auto (GStrv) words = g_strsplit (letter.plain->str, " ", -1);
  guint from = (guint) g_rand_int_range (random, 0, 30);
  return kind == 1 ? g_strconcat (words[from], " ", words[from + 1], NULL) : g_strdup (words[from]);
}

/* Japanese parts go over no punctuation. */
static gboolean
is_fit (const char *term)
{
  for (const char *p = term; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c == 0x3001 || c == 0x3002)
      return FALSE;
  }
  return *term != '\0';
}

static void
compare_answers (const House *house, const char *term, const GArray *wanted, const GArray *got)
{
  if (wanted->len != got->len)
    g_test_message ("%s: %u instead of %u", term, got->len, wanted->len);
  g_assert_cmpuint (got->len, ==, wanted->len);
  for (guint i = 0; i < wanted->len; i++) {
    guint number = g_array_index (wanted, guint, wanted->len - 1 - i);
    g_assert_cmpint (g_array_index (got, gint64, i), ==, time_of (house, number));
  }
}

static void
check_searches (const House *house)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
  guint n[6] = { 0 }, hits = 0;

  for (guint kind = 0; kind < 6; kind++) {
    g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
    const char *name = "";
    for (guint i = 0; i < QUERIES / 6; i++) {
      double took;
      g_autofree char *term = choose_term (house, random, kind, &name);
      if (!is_fit (term))
        continue;
      g_autofree char *text = g_strdup_printf ("text:\"%s\"", term);
      g_autoptr (GArray) wanted = scan (house, term), got = search_all (house, text, &took);
      compare_answers (house, term, wanted, got);
      g_assert_cmpuint (wanted->len, >, 0);
      g_array_append_val (times, took);
      g_array_append_val (all, took);
      hits += wanted->len;
      n[kind]++;
    }
    g_autofree char *label = g_strdup_printf ("search, %s", name);
    g_assert_cmpuint (n[kind], >, 5);
    print (label, times);
  }
  print ("search, all: the first 50", all);
  g_test_message ("%u searches found all %u messages that a plain scan finds, and no other", all->len, hits);
}

static gint64
get_bytes (const House *house)
{
  g_autofree char *path = g_strdup_printf ("%s/store.db", house->top);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gint64) info.st_size : 0;
}

static gint64
get_index_bytes (const House *house)
{
  gint64 bytes = 0;

  g_assert_true (mado_sql_number (house->store, &bytes, NULL,
                                  "SELECT (SELECT sum (length (block)) FROM words_data) + (SELECT sum (length (sz)) FROM words_docsize)", ""));
  return bytes;
}

static double
compare_times (const char *what, GArray *large, GArray *small)
{
  double ratio = get_share (large, 0.5) / get_share (small, 0.5);

  print (what, large);
  print ("  in the small store", small);
  g_test_message ("%s: ratio %.2f", what, ratio);
  return get_share (large, 0.5) < NOTHING_MS ? 1 : ratio;
}

static guint messages = 2000;

/* @expected: lines of the first page. */
static double
compare_lists (const House *large, const House *small, const char *what, const char *state, const char *owner, guint expected)
{
  g_autoptr (GArray) lists = time_lists (large, state, owner, expected), few_lists = time_lists (small, state, owner, expected);

  return compare_times (what, lists, few_lists);
}

static void
keep_worst (double *worst, double ratio)
{
  *worst = MAX (*worst, ratio);
}

static void
test_scale (void)
{
  House large = { NULL }, small = { NULL };
  gint64 start = g_get_monotonic_time ();
  double worst = 0;

  house_open (&small, SMALL);
  fill (&small, SMALL);
  house_open (&large, messages);
  fill (&large, messages);
  g_test_message ("%u messages in %.1f s, %" G_GINT64_FORMAT " MB, of these the index %" G_GINT64_FORMAT " MB", large.n, since (start) / 1000,
                  get_bytes (&large) / 1000000, get_index_bytes (&large) / 1000000);
  keep_worst (&worst, compare_lists (&large, &small, "list", NULL, NULL, 50));
  keep_worst (&worst, compare_lists (&large, &small, "list --state new", "new", NULL, 50));
  keep_worst (&worst, compare_lists (&large, &small, "list --state unfinished", MADO_LIST_UNFINISHED, NULL, 50));
  keep_worst (&worst, compare_lists (&large, &small, "list --state waiting (none is)", "waiting", NULL, 0));
  keep_worst (&worst, compare_lists (&large, &small, "list --owner taro (has none)", NULL, "taro", 0));
  g_autoptr (GArray) shows = time_shows (&large, TRUE), few_shows = time_shows (&small, TRUE), any = time_shows (&large, FALSE);
  keep_worst (&worst, compare_times ("show, of the last 500 mails", shows, few_shows));
  compare_times ("show, of all mails ever", any, few_shows); /* from pages that nobody looked at for long: said, not judged */
  g_autoptr (GArray) arrivals = g_array_new (FALSE, FALSE, sizeof (double)), few_arrivals = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < SAMPLES; i++) { /* in turn, so that others on the machine disturb both alike */
    time_arrival (&large, arrivals);
    time_arrival (&small, few_arrivals);
  }
  keep_worst (&worst, compare_times ("arrival of a mail", arrivals, few_arrivals));
  check_searches (&large);
  if (messages >= 50000)
    g_assert_cmpfloat (worst, <=, 1.5);
  house_close (&large);
  house_close (&small);
}

int
main (int argc, char **argv)
{
  if ((argc == 3 || argc == 4) && g_ascii_isdigit (argv[1][0]))
    return fill_gateway ((guint) strtoul (argv[1], NULL, 10), argv[2], argc == 4 ? (guint) strtoul (argv[3], NULL, 10) : EACH);
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    messages = (guint) strtoul (argv[1], NULL, 10);
  g_test_add_func ("/bench/search-store", test_scale);
  return g_test_run ();
}
