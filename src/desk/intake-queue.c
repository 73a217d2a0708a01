/* intake-queue.c: see intake-queue.h. */
#include "madoguchi/desk/intake-queue.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/qid.h"

#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#define SCAN_SECONDS 2
#define SLOW_SCAN_SECONDS 20 /* while more than MANY wait, a listing brings nothing that is urgent */
#define MANY 1000

struct _MadoIntakeQueue {
  MadoSpool *spool;
  void (*ready) (gpointer data);
  gpointer data;
  GQueue waiting;    /* of char *, owned by known */
  GHashTable *known; /* set of char * */
  int inotify;
  guint watch, timer;
  gint64 last_scan; /* monotonic */
};

void
mado_intake_queue_push (MadoIntakeQueue *queue, const char *id)
{
  char *own;

  if (!mado_qid_is_valid (id) || g_hash_table_contains (queue->known, id))
    return;
  own = g_strdup (id);
  g_hash_table_add (queue->known, own);
  g_queue_push_tail (&queue->waiting, own);
}

static void
scan (MadoIntakeQueue *queue)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = mado_spool_list_new (queue->spool, &error);

  queue->last_scan = g_get_monotonic_time ();
  if (ids == NULL) {
    mado_log (MADO_LOG_ERROR, NULL, "scan-failed", "why=\"%s\"", error->message);
    return;
  }
  for (gsize i = 0; ids[i] != NULL; i++)
    mado_intake_queue_push (queue, ids[i]);
}

static void
tell (MadoIntakeQueue *queue)
{
  if (!g_queue_is_empty (&queue->waiting))
    queue->ready (queue->data);
}

static gboolean
on_timer (gpointer data)
{
  MadoIntakeQueue *queue = data;
  gint64 age = g_get_monotonic_time () - queue->last_scan;

  if (g_queue_get_length (&queue->waiting) < MANY || age >= SLOW_SCAN_SECONDS * G_USEC_PER_SEC)
    scan (queue);
  tell (queue);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_inotify (gint fd, GIOCondition condition, gpointer data)
{
  MadoIntakeQueue *queue = data;
  char buffer[16384] __attribute__ ((aligned (__alignof__ (struct inotify_event))));
  gssize got = read (fd, buffer, sizeof buffer);

  (void) condition;
  for (gssize at = 0; at + (gssize) sizeof (struct inotify_event) <= got;) {
    const struct inotify_event *event = (const struct inotify_event *) (buffer + at);
    if ((event->mask & IN_Q_OVERFLOW) != 0)
      scan (queue);
    else if (event->len > 0)
      mado_intake_queue_push (queue, event->name);
    at += (gssize) (sizeof *event + event->len);
  }
  tell (queue);
  return G_SOURCE_CONTINUE;
}

MadoIntakeQueue *
mado_intake_queue_new (MadoSpool *spool, void (*ready) (gpointer data), gpointer data, GError **error)
{
  g_autoptr (MadoIntakeQueue) queue = g_new0 (MadoIntakeQueue, 1);

  queue->spool = spool;
  queue->ready = ready;
  queue->data = data;
  queue->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&queue->waiting);
  queue->inotify = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (queue->inotify < 0
      || inotify_add_watch (queue->inotify, mado_spool_new_path (spool), IN_MOVED_TO | IN_CREATE | IN_ONLYDIR) < 0) {
    mado_error_set_errno (error, "inotify");
    return NULL;
  }
  queue->watch = g_unix_fd_add (queue->inotify, G_IO_IN, on_inotify, queue);
  queue->timer = g_timeout_add_seconds (SCAN_SECONDS, on_timer, queue);
  scan (queue);
  return g_steal_pointer (&queue);
}

void
mado_intake_queue_free (MadoIntakeQueue *queue)
{
  if (queue == NULL)
    return;
  g_clear_handle_id (&queue->watch, g_source_remove);
  g_clear_handle_id (&queue->timer, g_source_remove);
  if (queue->inotify >= 0)
    close (queue->inotify);
  g_queue_clear (&queue->waiting);
  g_hash_table_destroy (queue->known);
  g_free (queue);
}

char *
mado_intake_queue_pop (MadoIntakeQueue *queue)
{
  return g_strdup (g_queue_pop_head (&queue->waiting));
}

void
mado_intake_queue_forget (MadoIntakeQueue *queue, const char *id)
{
  g_hash_table_remove (queue->known, id);
}

gboolean
mado_intake_queue_knows (const MadoIntakeQueue *queue, const char *id)
{
  return g_hash_table_contains (queue->known, id);
}

guint
mado_intake_queue_length (const MadoIntakeQueue *queue)
{
  return queue->waiting.length;
}
