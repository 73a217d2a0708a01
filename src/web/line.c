/* line.c: see line.h. Called by http.c; must never hold its lock while work is done. */
#include "madoguchi/web/line.h"

#include <string.h>

typedef struct {
  gpointer data;
  char *visitor;
  gboolean is_known;
  gint64 until; /* monotonic, microseconds */
} Item;

typedef struct {
  GQueue waiting; /* of Item, the oldest first */
  GPtrArray *busy; /* of Item: a thread works for each */
} Lane;

struct _MadoLine {
  gint references; /* atomic: of the owner and of each thread */
  MadoLineLimits limits;
  MadoLineWork work;
  GMutex mutex;
  GCond changed;
  Lane lanes[MADO_LINE_LANES];
  gboolean is_over;
};

typedef struct {
  MadoLine *line;
  MadoLineLane lane;
} Worker;

static void
item_free (Item *item)
{
  g_free (item->visitor);
  g_free (item);
}

static void
unref (MadoLine *line)
{
  if (!g_atomic_int_dec_and_test (&line->references))
    return;
  for (guint i = 0; i < MADO_LINE_LANES; i++)
    g_ptr_array_unref (line->lanes[i].busy);
  g_mutex_clear (&line->mutex);
  g_cond_clear (&line->changed);
  g_free (line);
}

/* May a thread take up @item now? Called with the lock held. */
static gboolean
may_begin (const MadoLine *line, MadoLineLane which, const Item *item)
{
  const Lane *lane = &line->lanes[which];
  guint own = 0, strangers = 0;

  for (guint i = 0; i < lane->busy->len; i++) {
    const Item *other = lane->busy->pdata[i];
    own += strcmp (other->visitor, item->visitor) == 0;
    strangers += !other->is_known;
  }
  return own < line->limits.of_one[which] && (item->is_known || strangers < MAX (1, line->limits.threads[which] / 2));
}

/* (nullable) the first that may begin; taken out. Called with the lock held. */
static Item *
take (MadoLine *line, MadoLineLane which)
{
  Lane *lane = &line->lanes[which];

  for (GList *l = lane->waiting.head; l != NULL; l = l->next)
    if (may_begin (line, which, l->data)) {
      Item *item = l->data;
      g_queue_delete_link (&lane->waiting, l);
      g_ptr_array_add (lane->busy, item);
      return item;
    }
  return NULL;
}

static gpointer
serve (gpointer data)
{
  g_autofree Worker *worker = data;
  MadoLine *line = worker->line;

  g_mutex_lock (&line->mutex);
  while (!line->is_over) {
    Item *item = take (line, worker->lane);
    if (item == NULL) {
      g_cond_wait (&line->changed, &line->mutex);
      continue;
    }
    g_mutex_unlock (&line->mutex);
    line->work (item->data, TRUE);
    g_mutex_lock (&line->mutex);
    g_ptr_array_remove_fast (line->lanes[worker->lane].busy, item);
    item_free (item);
    g_cond_broadcast (&line->changed);
  }
  g_mutex_unlock (&line->mutex);
  unref (line);
  return NULL;
}

/* Takes out who waited until @now; the oldest stand first. Called with the lock held. */
static void
take_late (MadoLine *line, gint64 now, GQueue *late)
{
  for (guint i = 0; i < MADO_LINE_LANES; i++) {
    GQueue *waiting = &line->lanes[i].waiting;
    while (waiting->head != NULL && (line->is_over || ((Item *) waiting->head->data)->until <= now))
      g_queue_push_tail (late, g_queue_pop_head (waiting));
  }
}

static void
tell_late (MadoLine *line, GQueue *late)
{
  Item *item;

  while ((item = g_queue_pop_head (late)) != NULL) {
    line->work (item->data, FALSE);
    item_free (item);
  }
}

/* Looks each half second whether somebody waited too long: all threads may be at work. */
static gpointer
look_after (gpointer data)
{
  MadoLine *line = data;
  gboolean is_over = FALSE;

  while (!is_over) {
    GQueue late = G_QUEUE_INIT;
    g_mutex_lock (&line->mutex);
    gint64 now = g_get_monotonic_time ();
    if (!line->is_over)
      g_cond_wait_until (&line->changed, &line->mutex, now + G_USEC_PER_SEC / 2);
    take_late (line, g_get_monotonic_time (), &late);
    is_over = line->is_over;
    g_mutex_unlock (&line->mutex);
    tell_late (line, &late);
  }
  unref (line);
  return NULL;
}

static void
start (MadoLine *line, const char *name, GThreadFunc function, gpointer data)
{
  g_atomic_int_inc (&line->references);
  g_thread_unref (g_thread_new (name, function, data));
}

MadoLine *
mado_line_new (const MadoLineLimits *limits, MadoLineWork work)
{
  MadoLine *line = g_new0 (MadoLine, 1);

  line->references = 1;
  line->limits = *limits;
  line->work = work;
  g_mutex_init (&line->mutex);
  g_cond_init (&line->changed);
  for (guint i = 0; i < MADO_LINE_LANES; i++) {
    g_queue_init (&line->lanes[i].waiting);
    line->lanes[i].busy = g_ptr_array_new ();
  }
  start (line, "line", look_after, line);
  for (guint i = 0; i < MADO_LINE_LANES; i++)
    for (guint n = 0; n < limits->threads[i]; n++) {
      Worker *worker = g_new (Worker, 1);
      *worker = (Worker){ line, i };
      start (line, i == MADO_LINE_SLOW ? "slow" : "quick", serve, worker);
    }
  return line;
}

/* Called with the lock held. */
static gboolean
has_room (const MadoLine *line, const Lane *lane, const char *visitor, gboolean is_known)
{
  guint own = 0, strangers = 0;

  for (GList *l = lane->waiting.head; l != NULL; l = l->next) {
    const Item *item = l->data;
    own += strcmp (item->visitor, visitor) == 0;
    strangers += !item->is_known;
  }
  return lane->waiting.length < line->limits.waiting && own < line->limits.waiting_of_one
         && (is_known || strangers < line->limits.waiting / 2);
}

gboolean
mado_line_put (MadoLine *line, MadoLineLane which, const char *visitor, gboolean is_known, gpointer data)
{
  Lane *lane = &line->lanes[which];
  gboolean ok;

  g_mutex_lock (&line->mutex);
  ok = !line->is_over && has_room (line, lane, visitor, is_known);
  if (ok) {
    Item *item = g_new (Item, 1);
    *item = (Item){ data, g_strdup (visitor), is_known, g_get_monotonic_time () + line->limits.seconds * G_USEC_PER_SEC };
    g_queue_push_tail (&lane->waiting, item);
    g_cond_broadcast (&line->changed);
  }
  g_mutex_unlock (&line->mutex);
  return ok;
}

void
mado_line_end (MadoLine *line)
{
  GQueue late = G_QUEUE_INIT;

  g_mutex_lock (&line->mutex);
  line->is_over = TRUE;
  take_late (line, 0, &late);
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->mutex);
  tell_late (line, &late);
}

void
mado_line_free (MadoLine *line)
{
  if (line == NULL)
    return;
  mado_line_end (line);
  unref (line);
}
