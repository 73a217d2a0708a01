/* events.c: see events.h. A listener without news is suspended; whoever has news wakes it. Called by http.c's threads and by the
 * thread that hears the keeper; must never keep more of the news than the newest number. */
#include "madoguchi/web/events.h"

#include <microhttpd.h>
#include <string.h>

#define BUFFER 1024
#define MAX_OF_ONE 20 /* of one member: nobody can keep the others out */

struct _MadoEvents {
  GMutex mutex;
  GHashTable *listeners; /* set of Listener */
  gint64 serial; /* the newest that was told */
  guint most;
  gboolean is_over;
};

typedef struct {
  MadoEvents *events;
  struct MHD_Connection *connection;
  char *login, *session;
  gint64 heard;        /* the newest serial that it knows */
  gboolean is_greeted, is_suspended, is_nudged, is_dismissed;
} Listener;

MadoEvents *
mado_events_new (guint most)
{
  MadoEvents *events = g_new0 (MadoEvents, 1);

  events->most = most;
  g_mutex_init (&events->mutex);
  events->listeners = g_hash_table_new (NULL, NULL);
  return events;
}

void
mado_events_free (MadoEvents *events)
{
  g_hash_table_destroy (events->listeners);
  g_mutex_clear (&events->mutex);
  g_free (events);
}

/* What the listener should be told now, if anything. Called with the mutex held. */
static int
write_news (Listener *listener, char *buffer, gsize max)
{
  const MadoEvents *events = listener->events;

  if (!listener->is_greeted) {
    listener->is_greeted = TRUE;
    listener->heard = events->serial;
    return g_snprintf (buffer, max, "retry: 2000\nid: %" G_GINT64_FORMAT "\nevent: hello\ndata: %" G_GINT64_FORMAT "\n\n",
                       events->serial, events->serial);
  }
  if (listener->heard != events->serial) {
    listener->heard = events->serial;
    return g_snprintf (buffer, max, "id: %" G_GINT64_FORMAT "\nevent: change\ndata: %" G_GINT64_FORMAT "\n\n", events->serial, events->serial);
  }
  if (listener->is_nudged)
    return g_snprintf (buffer, max, ":\n\n");
  return 0;
}

static ssize_t
read_news (void *data, uint64_t position G_GNUC_UNUSED, char *buffer, size_t max)
{
  Listener *listener = data;
  MadoEvents *events = listener->events;
  ssize_t n;

  g_mutex_lock (&events->mutex);
  if (events->is_over || listener->is_dismissed) {
    n = MHD_CONTENT_READER_END_OF_STREAM;
  } else {
    n = write_news (listener, buffer, max);
    listener->is_nudged = FALSE;
    if (n == 0) {
      listener->is_suspended = TRUE;
      MHD_suspend_connection (listener->connection);
    }
  }
  g_mutex_unlock (&events->mutex);
  return n;
}

static void
listener_free (Listener *listener)
{
  g_free (listener->login);
  g_free (listener->session);
  g_free (listener);
}

static void
leave (void *data)
{
  Listener *listener = data;

  g_mutex_lock (&listener->events->mutex);
  g_hash_table_remove (listener->events->listeners, listener);
  g_mutex_unlock (&listener->events->mutex);
  listener_free (listener);
}

gboolean
mado_events_has_room (MadoEvents *events, const char *login)
{
  GHashTableIter iter;
  gpointer key;
  guint n = 0;

  g_mutex_lock (&events->mutex);
  g_hash_table_iter_init (&iter, events->listeners);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n += strcmp (((Listener *) key)->login, login) == 0;
  g_mutex_unlock (&events->mutex);
  return n < MAX_OF_ONE;
}

struct MHD_Response *
mado_events_join (MadoEvents *events, const char *login, const char *session, struct MHD_Connection *connection)
{
  Listener *listener = g_new0 (Listener, 1);
  struct MHD_Response *response;
  gboolean has_room;

  listener->events = events;
  listener->connection = connection;
  listener->login = g_strdup (login);
  listener->session = g_strdup (session);
  response = MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, BUFFER, read_news, listener, leave);
  if (response == NULL) {
    listener_free (listener);
    return NULL;
  }
  g_mutex_lock (&events->mutex);
  has_room = g_hash_table_size (events->listeners) < events->most;
  if (has_room)
    g_hash_table_add (events->listeners, listener);
  g_mutex_unlock (&events->mutex);
  if (has_room)
    return response;
  MHD_destroy_response (response); /* and the listener with it */
  return NULL;
}

static void
wake (Listener *listener)
{
  listener->is_nudged = TRUE;
  if (!listener->is_suspended)
    return;
  listener->is_suspended = FALSE;
  MHD_resume_connection (listener->connection);
}

static void
wake_all (MadoEvents *events)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, events->listeners);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    wake (key);
}

GStrv
mado_events_list (MadoEvents *events)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer key;
  GStrv list;

  g_mutex_lock (&events->mutex);
  g_hash_table_iter_init (&iter, events->listeners);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (names, ((Listener *) key)->session);
  g_autofree const char **all = (const char **) g_hash_table_get_keys_as_array (names, NULL);
  list = g_strdupv ((char **) all);
  g_mutex_unlock (&events->mutex);
  return list;
}

void
mado_events_dismiss (MadoEvents *events, const char *const *sessions)
{
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&events->mutex);
  g_hash_table_iter_init (&iter, events->listeners);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    Listener *listener = key;
    if (listener->is_dismissed || !g_strv_contains (sessions, listener->session))
      continue;
    listener->is_dismissed = TRUE;
    wake (listener);
  }
  g_mutex_unlock (&events->mutex);
}

void
mado_events_tell (MadoEvents *events, gint64 serial)
{
  g_mutex_lock (&events->mutex);
  if (serial != 0)
    events->serial = serial;
  wake_all (events);
  g_mutex_unlock (&events->mutex);
}

void
mado_events_end (MadoEvents *events)
{
  g_mutex_lock (&events->mutex);
  events->is_over = TRUE;
  wake_all (events);
  g_mutex_unlock (&events->mutex);
}
