/* known.c: see known.h. Must never keep a word itself. */
#include "madoguchi/web/known.h"

#include <string.h>

#define MAX_KNOWN 10000 /* more are strangers until somebody else is forgotten */
#define SECONDS 3600

struct _MadoKnown {
  GMutex mutex;
  GHashTable *rows; /* hash of the word -> until when (monotonic, seconds) */
};

MadoKnown *
mado_known_new (void)
{
  MadoKnown *known = g_new0 (MadoKnown, 1);

  g_mutex_init (&known->mutex);
  known->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return known;
}

void
mado_known_free (MadoKnown *known)
{
  if (known == NULL)
    return;
  g_hash_table_destroy (known->rows);
  g_mutex_clear (&known->mutex);
  g_free (known);
}

/* (transfer full) GLib keeps the last block that was hashed in memory which is not wiped: the word is followed by blocks of nothing. */
static char *
hash_word (const char *word)
{
  static const guchar nothing[128] = { 0 };
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, (const guchar *) word, (gssize) strlen (word));
  g_checksum_update (sum, nothing, sizeof nothing);
  return g_strdup (g_checksum_get_string (sum));
}

static gint64
get_now (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

static gboolean
is_old (gpointer name G_GNUC_UNUSED, gpointer until, gpointer now)
{
  return *(const gint64 *) until <= *(const gint64 *) now;
}

void
mado_known_set (MadoKnown *known, const char *word, gboolean is_let_in)
{
  char *hash = hash_word (word);
  gint64 now = get_now (), *until = g_new (gint64, 1);

  *until = now + SECONDS;
  g_mutex_lock (&known->mutex);
  g_hash_table_remove (known->rows, hash);
  if (is_let_in && g_hash_table_size (known->rows) >= MAX_KNOWN)
    g_hash_table_foreach_remove (known->rows, is_old, &now);
  if (is_let_in && g_hash_table_size (known->rows) < MAX_KNOWN) {
    g_hash_table_insert (known->rows, hash, until);
  } else {
    g_free (hash);
    g_free (until);
  }
  g_mutex_unlock (&known->mutex);
}

gboolean
mado_known_has (MadoKnown *known, const char *word)
{
  g_autofree char *hash = hash_word (word);
  gint64 now = get_now ();

  g_mutex_lock (&known->mutex);
  const gint64 *until = g_hash_table_lookup (known->rows, hash);
  gboolean has = until != NULL && *until > now;
  g_mutex_unlock (&known->mutex);
  return has;
}
