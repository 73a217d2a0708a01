/* guess-guard.c: see guess-guard.h. Three kinds of counts, each a bucket that refills with time: tries from an address, tries for a
 * login from devices that nobody knows, tries of a known device. */
#include "madoguchi/desk/guess-guard.h"

#define MAX_BUCKETS 20000 /* more than that: everybody from unknown devices waits. Known devices are few, and made by us */

/* So many tries at once, then one each so many seconds. */
typedef struct {
  double most;
  gint64 seconds;
} Pace;

static const Pace of_address = { 20, 30 };
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
  if (g_hash_table_size (guard->buckets) + 2 > MAX_BUCKETS)
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

static char *
name_login (const char *login, const char *device)
{
  return device != NULL ? g_strdup_printf ("device %s %s", login, device) : g_strdup_printf ("login %s", login);
}

gboolean
mado_guess_guard_try (MadoGuessGuard *guard, const char *login, const char *from, const char *device, gint64 now, gint64 *wait)
{
  g_autofree char *address = g_strdup_printf ("address %s", from != NULL ? from : "");
  g_autofree char *name = login != NULL ? name_login (login, device) : NULL;

  sweep (guard, now);
  Bucket *by_login = name != NULL ? get_bucket (guard, name, device != NULL ? &of_device : &of_login, now) : NULL;
  Bucket *by_address = device == NULL ? get_bucket (guard, address, &of_address, now) : NULL;
  gint64 needed = name != NULL ? get_wait (by_login) : 0;

  if (device == NULL) /* a known device does not pay for what others do from behind the same address */
    needed = MAX (needed, get_wait (by_address));
  if (needed > 0) {
    *wait = needed;
    return FALSE;
  }
  if (by_login != NULL)
    by_login->used += 1;
  if (by_address != NULL)
    by_address->used += 1;
  return TRUE;
}

void
mado_guess_guard_succeed (MadoGuessGuard *guard, const char *login, const char *from, const char *device)
{
  g_autofree char *name = name_login (login, device);
  g_autofree char *address = g_strdup_printf ("address %s", from != NULL ? from : "");
  Bucket *by_address = device == NULL ? g_hash_table_lookup (guard->buckets, address) : NULL;

  g_hash_table_remove (guard->buckets, name);
  if (by_address != NULL) /* this one try alone: who knows one password must not try others' for nothing */
    by_address->used = MAX (0, by_address->used - 1);
}
