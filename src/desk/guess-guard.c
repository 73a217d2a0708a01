/* guess-guard.c: see guess-guard.h. Three kinds of counts, each a bucket that refills with time: tries from an address, tries for a
 * login from devices that nobody knows, tries of a known device. Whoever has IPv6 has more addresses than anybody could count: there the
 * network counts, a small one and the larger ones in which it lies (RFC 6177: sites have a /48 or a /56, links a /64). */
#include "madoguchi/desk/guess-guard.h"

#include <arpa/inet.h>
#include <string.h>

#define MAX_BUCKETS 20000 /* more than that: everybody from unknown devices waits. Known devices are few, and made by us */
#define MAX_PLACES 3 /* that one address lies in */

/* So many tries at once, then one each so many seconds. */
typedef struct {
  double most;
  gint64 seconds;
} Pace;

static const Pace of_address = { 20, 30 }; /* IPv4, or a /64 */
static const Pace of_site = { 40, 15 };    /* a /56 */
static const Pace of_network = { 100, 6 }; /* a /48 */
static const Pace of_login = { 5, 60 };
static const Pace of_device = { 10, 30 };

typedef struct {
  const Pace *pace;
  double used; /* tries that are not forgotten yet */
  gint64 at;
} Bucket;

struct _MadoGuessGuard {
  GHashTable *buckets; /* name -> Bucket */
};

MadoGuessGuard *
mado_guess_guard_new (void)
{
  MadoGuessGuard *guard = g_new0 (MadoGuessGuard, 1);

  guard->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return guard;
}

void
mado_guess_guard_free (MadoGuessGuard *guard)
{
  if (guard == NULL)
    return;
  g_hash_table_destroy (guard->buckets);
  g_free (guard);
}

static void
refill (Bucket *bucket, gint64 now)
{
  bucket->used = MAX (0, bucket->used - (double) MAX (0, now - bucket->at) / (double) bucket->pace->seconds);
  bucket->at = now;
}

static gboolean
is_full_again (gpointer name G_GNUC_UNUSED, gpointer value, gpointer now)
{
  refill (value, *(const gint64 *) now);
  return ((Bucket *) value)->used <= 0;
}

/* Makes room for what one try may need. Before any bucket is in hand: those that are full again go, a new one among them. */
static void
sweep (MadoGuessGuard *guard, gint64 now)
{
  if (g_hash_table_size (guard->buckets) + 1 + MAX_PLACES > MAX_BUCKETS)
    g_hash_table_foreach_remove (guard->buckets, is_full_again, &now);
}

/* (nullable) NULL: there is no room for another one. */
static Bucket *
get_bucket (MadoGuessGuard *guard, const char *name, const Pace *pace, gint64 now)
{
  Bucket *bucket = g_hash_table_lookup (guard->buckets, name);

  if (bucket == NULL) {
    if (g_hash_table_size (guard->buckets) >= MAX_BUCKETS && pace != &of_device)
      return NULL;
    bucket = g_new0 (Bucket, 1);
    bucket->pace = pace;
    bucket->at = now;
    g_hash_table_insert (guard->buckets, g_strdup (name), bucket);
  }
  refill (bucket, now);
  return bucket;
}

static gint64
get_wait (const Bucket *bucket)
{
  if (bucket == NULL)
    return 60;
  double over = bucket->used + 1 - bucket->pace->most;
  return over <= 0 ? 0 : (gint64) (over * (double) bucket->pace->seconds) + 1;
}

/* What tries from one address are counted by. */
typedef struct {
  char *names[MAX_PLACES];
  const Pace *paces[MAX_PLACES];
  guint n;
} Places;

static void
places_clear (Places *places)
{
  for (guint i = 0; i < places->n; i++)
    g_free (places->names[i]);
  places->n = 0;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Places, places_clear)

static void
add_place (Places *places, const Pace *pace, char *name)
{
  places->names[places->n] = name;
  places->paces[places->n++] = pace;
}

static char *
name_network (const guint8 *address, guint bytes)
{
  GString *name = g_string_new ("network ");

  for (guint i = 0; i < bytes; i++)
    g_string_append_printf (name, "%02x", address[i]);
  return g_string_free (name, FALSE);
}

/* What is no address counts as one. */
static void
find_places (const char *from, Places *places)
{
  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }; /* IPv4, written as IPv6 */
  guint8 address[16];

  if (from == NULL || inet_pton (AF_INET6, from, address) != 1) {
    add_place (places, &of_address, g_strdup_printf ("address %s", from != NULL ? from : ""));
  } else if (memcmp (address, mapped, sizeof mapped) == 0) {
    add_place (places, &of_address, g_strdup_printf ("address %u.%u.%u.%u", address[12], address[13], address[14], address[15]));
  } else {
    add_place (places, &of_address, name_network (address, 8));
    add_place (places, &of_site, name_network (address, 7));
    add_place (places, &of_network, name_network (address, 6));
  }
}

static char *
name_login (const char *login, const char *device)
{
  return device != NULL ? g_strdup_printf ("device %s %s", login, device) : g_strdup_printf ("login %s", login);
}

gboolean
mado_guess_guard_try (MadoGuessGuard *guard, const char *login, const char *from, const char *device, gint64 now, gint64 *wait)
{
  g_auto (Places) places = { .n = 0 };
  g_autofree char *name = login != NULL ? name_login (login, device) : NULL;
  Bucket *buckets[1 + MAX_PLACES];
  gint64 needed = 0;
  guint n = 0;

  if (device == NULL) /* a known device does not pay for what others do from behind the same address */
    find_places (from, &places);
  sweep (guard, now);
  if (name != NULL)
    buckets[n++] = get_bucket (guard, name, device != NULL ? &of_device : &of_login, now);
  for (guint i = 0; i < places.n; i++)
    buckets[n++] = get_bucket (guard, places.names[i], places.paces[i], now);
  for (guint i = 0; i < n; i++)
    needed = MAX (needed, get_wait (buckets[i]));
  if (needed > 0) {
    *wait = needed;
    return FALSE;
  }
  for (guint i = 0; i < n; i++)
    buckets[i]->used += 1;
  return TRUE;
}

void
mado_guess_guard_succeed (MadoGuessGuard *guard, const char *login, const char *from, const char *device)
{
  g_autofree char *name = name_login (login, device);
  g_auto (Places) places = { .n = 0 };

  g_hash_table_remove (guard->buckets, name);
  if (device == NULL)
    find_places (from, &places);
  for (guint i = 0; i < places.n; i++) { /* this one try alone: who knows one password must not try others' for nothing */
    Bucket *bucket = g_hash_table_lookup (guard->buckets, places.names[i]);
    if (bucket != NULL)
      bucket->used = MAX (0, bucket->used - 1);
  }
}
