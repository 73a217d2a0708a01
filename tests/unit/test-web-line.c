/* test-web-line.c: who stands where in the line: lanes, shares of one visitor and of strangers, waiting too long, the end. */
#include "madoguchi/web/line.h"

#include <string.h>

/* What the work of the tests shares: it holds until `is_open`. */
typedef struct {
  GMutex mutex;
  GCond changed;
  gboolean is_open;
  guint begun, done, refused;
} Place;

static void
work (gpointer data, gboolean is_done)
{
  Place *place = data;

  g_mutex_lock (&place->mutex);
  place->begun += is_done;
  place->refused += !is_done;
  g_cond_broadcast (&place->changed);
  while (is_done && !place->is_open)
    g_cond_wait (&place->changed, &place->mutex);
  place->done += is_done;
  g_cond_broadcast (&place->changed);
  g_mutex_unlock (&place->mutex);
}

/* Until @number is @wanted: g_test's own time-out ends it otherwise. */
static void
wait_for (Place *place, const guint *number, guint wanted)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  g_mutex_lock (&place->mutex);
  while (*number != wanted)
    if (!g_cond_wait_until (&place->changed, &place->mutex, until))
      break;
  g_assert_cmpuint (*number, ==, wanted);
  g_mutex_unlock (&place->mutex);
}

/* So many begin, and nobody else, as far as a moment can show. */
static void
stays (Place *place, guint begun)
{
  wait_for (place, &place->begun, begun);
  g_usleep (50000);
  g_mutex_lock (&place->mutex);
  g_assert_cmpuint (place->begun, ==, begun);
  g_mutex_unlock (&place->mutex);
}

static void
open_place (Place *place)
{
  g_mutex_lock (&place->mutex);
  place->is_open = TRUE;
  g_cond_broadcast (&place->changed);
  g_mutex_unlock (&place->mutex);
}

static const MadoLineLimits limits = { { 4, 2 }, { 2, 1 }, 6, 3, 30 };

static void
put (MadoLine *line, MadoLineLane lane, const char *visitor, gboolean is_known, Place *place, guint count)
{
  for (guint i = 0; i < count; i++)
    g_assert_true (mado_line_put (line, lane, visitor, is_known, place));
}

static void
test_lanes (void)
{
  Place slow = { .begun = 0 }, quick = { .is_open = TRUE };
  g_autoptr (MadoLine) line = mado_line_new (&limits, work);

  put (line, MADO_LINE_SLOW, "a", TRUE, &slow, 1);
  put (line, MADO_LINE_SLOW, "b", TRUE, &slow, 1);
  wait_for (&slow, &slow.begun, 2);
  put (line, MADO_LINE_SLOW, "c", TRUE, &slow, 1);
  for (guint i = 0; i < 20; i++) {
    put (line, MADO_LINE_QUICK, "a", TRUE, &quick, 1);
    wait_for (&quick, &quick.done, i + 1);
  }
  stays (&slow, 2);
  open_place (&slow);
  wait_for (&slow, &slow.done, 3);
}

static void
test_share (void)
{
  Place place = { .begun = 0 }, other = { .is_open = TRUE };
  g_autoptr (MadoLine) line = mado_line_new (&limits, work);

  put (line, MADO_LINE_QUICK, "a", TRUE, &place, 3);
  wait_for (&place, &place.begun, 2);
  stays (&place, 2); /* the third waits for one of the two */
  put (line, MADO_LINE_QUICK, "b", TRUE, &other, 1);
  wait_for (&other, &other.done, 1); /* and stands before nobody else */
  put (line, MADO_LINE_QUICK, "a", TRUE, &place, 2);
  g_assert_false (mado_line_put (line, MADO_LINE_QUICK, "a", TRUE, &place)); /* three of one wait */
  put (line, MADO_LINE_QUICK, "b", TRUE, &other, 1);
  open_place (&place);
  wait_for (&place, &place.done, 5);
}

static void
test_strangers (void)
{
  Place place = { .begun = 0 }, member = { .is_open = TRUE };
  g_autoptr (MadoLine) line = mado_line_new (&limits, work);
  char name[2] = "a";

  for (guint i = 0; i < 5; i++, name[0]++)
    put (line, MADO_LINE_QUICK, name, FALSE, &place, 1), stays (&place, MIN (i + 1, 2));
  g_assert_false (mado_line_put (line, MADO_LINE_QUICK, "z", FALSE, &place)); /* three of six wait */
  put (line, MADO_LINE_QUICK, "member", TRUE, &member, 1);
  wait_for (&member, &member.done, 1);
  open_place (&place);
  wait_for (&place, &place.done, 5);
}

static void
test_late (void)
{
  static const MadoLineLimits short_limits = { { 1, 1 }, { 1, 1 }, 6, 6, 1 };
  Place place = { .begun = 0 };
  g_autoptr (MadoLine) line = mado_line_new (&short_limits, work);

  put (line, MADO_LINE_QUICK, "a", TRUE, &place, 3);
  wait_for (&place, &place.refused, 2);
  g_assert_cmpuint (place.begun, ==, 1);
  open_place (&place);
  wait_for (&place, &place.done, 1);
  g_assert_cmpuint (place.refused, ==, 2);
}

static void
test_end (void)
{
  Place place = { .begun = 0 };
  MadoLine *line = mado_line_new (&limits, work);

  put (line, MADO_LINE_SLOW, "a", TRUE, &place, 3);
  wait_for (&place, &place.begun, 1);
  mado_line_end (line);
  wait_for (&place, &place.refused, 2);
  g_assert_false (mado_line_put (line, MADO_LINE_QUICK, "a", TRUE, &place));
  mado_line_free (line); /* while a thread is at work */
  open_place (&place);
  wait_for (&place, &place.done, 1); /* and the thread has left the place, which is on this stack */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/line/lanes", test_lanes);
  g_test_add_func ("/web/line/share", test_share);
  g_test_add_func ("/web/line/strangers", test_strangers);
  g_test_add_func ("/web/line/late", test_late);
  g_test_add_func ("/web/line/end", test_end);
  return g_test_run ();
}
