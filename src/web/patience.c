/* patience.c: see patience.h. Called by http.c from libmicrohttpd's threads; must never close a socket, only shut it. */
#include "madoguchi/web/patience.h"

#include <sys/socket.h>

struct _MadoPatienceOne {
  int socket;
  gint64 until; /* monotonic, microseconds; 0: none */
  GList *place; /* among the strangers; NULL: it is a member's, or is closed already */
};

struct _MadoPatience {
  GMutex mutex;
  GCond ended;
  GHashTable *all; /* set of MadoPatienceOne */
  GQueue strangers; /* of MadoPatienceOne, the oldest first */
  guint most; /* strangers */
  GThread *thread;
  gboolean is_over;
};

static void
shut_late (MadoPatience *patience, gint64 now)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, patience->all);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    MadoPatienceOne *one = key;
    if (one->until == 0 || now < one->until)
      continue;
    one->until = 0;
    shutdown (one->socket, SHUT_RDWR);
  }
}

/* Takes @one away from the strangers, or puts it there as the newest. Called with the lock held, as the next. */
static void
set_stranger (MadoPatience *patience, MadoPatienceOne *one, gboolean is_stranger)
{
  if (one->place != NULL)
    g_queue_delete_link (&patience->strangers, one->place);
  one->place = NULL;
  if (!is_stranger)
    return;
  g_queue_push_tail (&patience->strangers, one);
  one->place = patience->strangers.tail;
}

/* Too many strangers: who came first had his time. */
static void
shut_strangers (MadoPatience *patience)
{
  while (patience->strangers.length > patience->most) {
    MadoPatienceOne *one = patience->strangers.head->data;
    set_stranger (patience, one, FALSE);
    shutdown (one->socket, SHUT_RDWR);
  }
}

static gpointer
look_after (gpointer data)
{
  MadoPatience *patience = data;

  g_mutex_lock (&patience->mutex);
  while (!patience->is_over) {
    gint64 now = g_get_monotonic_time ();
    shut_late (patience, now);
    g_cond_wait_until (&patience->ended, &patience->mutex, now + G_USEC_PER_SEC);
  }
  g_mutex_unlock (&patience->mutex);
  return NULL;
}

MadoPatience *
mado_patience_new (guint strangers)
{
  MadoPatience *patience = g_new0 (MadoPatience, 1);

  patience->most = strangers;
  g_queue_init (&patience->strangers);
  g_mutex_init (&patience->mutex);
  g_cond_init (&patience->ended);
  patience->all = g_hash_table_new (NULL, NULL);
  patience->thread = g_thread_new ("patience", look_after, patience);
  return patience;
}

void
mado_patience_free (MadoPatience *patience)
{
  if (patience == NULL)
    return;
  g_mutex_lock (&patience->mutex);
  patience->is_over = TRUE;
  g_cond_signal (&patience->ended);
  g_mutex_unlock (&patience->mutex);
  g_thread_join (patience->thread);
  g_hash_table_destroy (patience->all);
  g_cond_clear (&patience->ended);
  g_mutex_clear (&patience->mutex);
  g_free (patience);
}

MadoPatienceOne *
mado_patience_add (MadoPatience *patience, int socket, guint seconds)
{
  MadoPatienceOne *one = g_new0 (MadoPatienceOne, 1);

  one->socket = socket;
  one->until = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  g_mutex_lock (&patience->mutex);
  g_hash_table_add (patience->all, one);
  set_stranger (patience, one, TRUE);
  shut_strangers (patience);
  g_mutex_unlock (&patience->mutex);
  return one;
}

void
mado_patience_give (MadoPatience *patience, MadoPatienceOne *one, guint seconds)
{
  g_mutex_lock (&patience->mutex);
  one->until = seconds > 0 ? g_get_monotonic_time () + seconds * G_USEC_PER_SEC : 0;
  g_mutex_unlock (&patience->mutex);
}

void
mado_patience_know (MadoPatience *patience, MadoPatienceOne *one, gboolean is_member)
{
  g_mutex_lock (&patience->mutex);
  if (is_member || one->place == NULL)
    set_stranger (patience, one, !is_member);
  shut_strangers (patience);
  g_mutex_unlock (&patience->mutex);
}

void
mado_patience_remove (MadoPatience *patience, MadoPatienceOne *one)
{
  g_mutex_lock (&patience->mutex);
  g_hash_table_remove (patience->all, one);
  set_stranger (patience, one, FALSE);
  g_mutex_unlock (&patience->mutex);
  g_free (one);
}
