/* door-rate.c: see door-rate.h. Called by the milter's threads, one lock around all. */
#include "madoguchi/intake/door-rate.h"

#include <arpa/inet.h>
#include <string.h>

#define NETWORKS_MAX 100000
#define BITS_V4 24
#define BITS_V6 56

typedef struct {
  gint64 since;
  guint count;
} Window;

struct _MadoDoorRate {
  GMutex lock;
  guint limit;
  gint64 window;
  GHashTable *networks; /* name -> Window */
};

MadoDoorRate *
mado_door_rate_new (guint limit, gint64 window)
{
  MadoDoorRate *rate = g_new0 (MadoDoorRate, 1);

  g_mutex_init (&rate->lock);
  rate->limit = limit;
  rate->window = window;
  rate->networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return rate;
}

void
mado_door_rate_free (MadoDoorRate *rate)
{
  if (rate == NULL)
    return;
  g_mutex_clear (&rate->lock);
  g_hash_table_unref (rate->networks);
  g_free (rate);
}

static gboolean
is_over (gpointer name G_GNUC_UNUSED, gpointer value, gpointer data)
{
  return ((Window *) value)->since <= *(gint64 *) data;
}

/* The lock is held. */
static void
make_room (MadoDoorRate *rate, gint64 now)
{
  gint64 end = now - rate->window;

  if (g_hash_table_size (rate->networks) < NETWORKS_MAX)
    return;
  g_hash_table_foreach_remove (rate->networks, is_over, &end);
  if (g_hash_table_size (rate->networks) >= NETWORKS_MAX)
    g_hash_table_remove_all (rate->networks);
}

gboolean
mado_door_rate_count (MadoDoorRate *rate, const char *network, gint64 now)
{
  gboolean is_allowed;
  Window *window;

  if (rate->limit == 0 || network == NULL)
    return TRUE;
  g_mutex_lock (&rate->lock);
  window = g_hash_table_lookup (rate->networks, network);
  if (window == NULL) {
    make_room (rate, now);
    window = g_new0 (Window, 1);
    window->since = now;
    g_hash_table_insert (rate->networks, g_strdup (network), window);
  } else if (now - window->since >= rate->window || now < window->since) {
    window->since = now;
    window->count = 0;
  }
  is_allowed = window->count < rate->limit;
  if (is_allowed)
    window->count++;
  g_mutex_unlock (&rate->lock);
  return is_allowed;
}

char *
mado_door_network (const char *address)
{
  guint8 bytes[16];
  char text[INET6_ADDRSTRLEN];
  int family = address != NULL && strchr (address, ':') != NULL ? AF_INET6 : AF_INET;
  gsize kept = (family == AF_INET6 ? BITS_V6 : BITS_V4) / 8, size = family == AF_INET6 ? 16 : 4;

  if (address == NULL || inet_pton (family, address, bytes) != 1)
    return NULL;
  memset (bytes + kept, 0, size - kept);
  return g_strdup (inet_ntop (family, bytes, text, sizeof text));
}
