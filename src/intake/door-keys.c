/* door-keys.c: see door-keys.h. Called by the milter's threads, one lock around all. */
#include "madoguchi/intake/door-keys.h"

#include "madoguchi/base/fsio.h"

#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (1024 * 1024)

struct _MadoDoorKeys {
  GMutex lock;
  char *path;
  struct timespec changed; /* the file that was read; zero: none */
  GHashTable *expires;     /* id, upper case -> gint64 */
};

MadoDoorKeys *
mado_door_keys_new (const char *path)
{
  MadoDoorKeys *keys = g_new0 (MadoDoorKeys, 1);

  g_mutex_init (&keys->lock);
  keys->path = g_strdup (path);
  keys->expires = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return keys;
}

void
mado_door_keys_free (MadoDoorKeys *keys)
{
  if (keys == NULL)
    return;
  g_mutex_clear (&keys->lock);
  g_hash_table_unref (keys->expires);
  g_free (keys->path);
  g_free (keys);
}

static void
read_line (GHashTable *expires, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  guint64 until = 0;

  if (words[0] == NULL || words[0][0] == '\0' || strcmp (words[0], "#") == 0)
    return;
  /* What cannot be read is no reason to call a key expired. */
  if (words[1] != NULL && !g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXINT64, &until, NULL))
    until = 0;
  g_hash_table_insert (expires, g_ascii_strup (words[0], -1), g_memdup2 (&(gint64) { (gint64) until }, sizeof (gint64)));
}

/* The lock is held. A file that went away, or cannot be read now, leaves what was known. */
static void
refresh (MadoDoorKeys *keys)
{
  g_autoptr (GBytes) bytes = NULL;
  struct stat info;

  if (keys->path == NULL || stat (keys->path, &info) != 0
      || (info.st_mtim.tv_sec == keys->changed.tv_sec && info.st_mtim.tv_nsec == keys->changed.tv_nsec)
      || !mado_fsio_read_file (keys->path, FILE_MAX, &bytes, NULL))
    return;
  keys->changed = info.st_mtim;
  g_hash_table_remove_all (keys->expires);
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autofree char *copy = g_strndup (text, size);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (keys->expires, g_strstrip (lines[i]));
}

gboolean
mado_door_keys_are_known (MadoDoorKeys *keys)
{
  g_mutex_lock (&keys->lock);
  refresh (keys);
  gboolean are_known = g_hash_table_size (keys->expires) > 0;
  g_mutex_unlock (&keys->lock);
  return are_known;
}

static gboolean
is_certificate (gpointer id, gpointer expires G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
  return *(char *) id == '#';
}

gboolean
mado_door_keys_have_certificates (MadoDoorKeys *keys)
{
  g_mutex_lock (&keys->lock);
  refresh (keys);
  gboolean are_there = g_hash_table_find (keys->expires, is_certificate, NULL) != NULL;
  g_mutex_unlock (&keys->lock);
  return are_there;
}

static gboolean
is_valid (gint64 expires, gint64 now)
{
  return expires == 0 || expires > now;
}

MadoDoorKeyState
mado_door_keys_judge (MadoDoorKeys *keys, const char *id, gint64 now)
{
  MadoDoorKeyState state = MADO_DOOR_KEY_FOREIGN;

  g_mutex_lock (&keys->lock);
  refresh (keys);
  const gint64 *expires = g_hash_table_lookup (keys->expires, id);
  if (expires != NULL)
    state = is_valid (*expires, now) ? MADO_DOOR_KEY_OURS : MADO_DOOR_KEY_EXPIRED;
  g_mutex_unlock (&keys->lock);
  return state;
}

char *
mado_door_keys_current (MadoDoorKeys *keys, gint64 now)
{
  const char *best = NULL;
  gint64 longest = -1;
  GHashTableIter iter;
  gpointer id, expires;

  g_mutex_lock (&keys->lock);
  refresh (keys);
  g_hash_table_iter_init (&iter, keys->expires);
  while (g_hash_table_iter_next (&iter, &id, &expires)) {
    gint64 until = *(gint64 *) expires == 0 ? G_MAXINT64 : *(gint64 *) expires;
    if (*(char *) id != '#' && is_valid (until, now) && (until > longest || (until == longest && best != NULL && strcmp (id, best) < 0))) {
      longest = until;
      best = id;
    }
  }
  char *copy = g_strdup (best);
  g_mutex_unlock (&keys->lock);
  return copy;
}
