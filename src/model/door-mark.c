/* door-mark.c: see door-mark.h. */
#include "madoguchi/model/door-mark.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>

#define SECRET_MIN 16
#define SECRET_MAX 4096

static const MadoField mado_door_mark_fields[] = {
  MADO_TIME (MadoDoorMark, time),
  MADO_STRING (MadoDoorMark, client),
  MADO_STRING (MadoDoorMark, rules),
  MADO_FIELDS_END,
};
const MadoRecordType mado_door_mark_type = { "door-mark", NULL, sizeof (MadoDoorMark), mado_door_mark_fields };

/* (transfer full) the hash that only who knows @secret can make. */
static char *
authenticate (const char *words, const char *body_sha256, GBytes *secret)
{
  g_autofree char *all = g_strconcat (words, "\n", body_sha256, NULL);
  gsize size;
  const guint8 *key = g_bytes_get_data (secret, &size);

  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, size, all, -1);
}

char *
mado_door_mark_format (const MadoDoorMark *mark, const char *body_sha256, GBytes *secret)
{
  g_autofree char *words = g_strdup_printf ("v=1; t=%" G_GINT64_FORMAT "; c=%s; r=%s", mark->time,
                                            mark->client == NULL ? "" : mark->client, mark->rules == NULL ? "" : mark->rules);
  g_autofree char *hash = authenticate (words, body_sha256, secret);

  return g_strdup_printf ("%s; m=%s", words, hash);
}

/* Takes as long for a wrong hash as for the right one. */
static gboolean
is_same (const char *a, const char *b)
{
  gsize length = strlen (a);
  guint difference = 0;

  if (length != strlen (b))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    difference |= (guint) (a[i] ^ b[i]);
  return difference == 0;
}

/* (transfer full) what stands behind @name up to the next semicolon. */
static char *
get_value (const char *words, const char *name)
{
  const char *at = strstr (words, name);

  return at == NULL ? g_strdup ("") : g_strndup (at + strlen (name), strcspn (at + strlen (name), ";"));
}

MadoDoorMark *
mado_door_mark_parse (const char *value, const char *body_sha256, GBytes *secret)
{
  const char *tail = strstr (value, "; m=");
  g_autofree char *words = tail == NULL ? NULL : g_strndup (value, (gsize) (tail - value));
  g_autofree char *hash = NULL, *time = NULL;
  MadoDoorMark *mark;

  if (words == NULL || !g_str_has_prefix (words, "v=1; t="))
    return NULL;
  hash = authenticate (words, body_sha256, secret);
  if (!is_same (tail + strlen ("; m="), hash))
    return NULL;
  mark = mado_door_mark_new ();
  time = get_value (words, "t=");
  mark->time = g_ascii_strtoll (time, NULL, 10);
  mark->client = get_value (words, "; c=");
  mark->rules = get_value (words, "; r=");
  return mark;
}

GBytes *
mado_door_mark_secret (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;

  if (path == NULL || !mado_fsio_read_file (path, SECRET_MAX, &bytes, error))
    return NULL;
  const char *text = g_bytes_get_data (bytes, &size);
  while (size > 0 && g_ascii_isspace (text[size - 1]))
    size--;
  if (size >= SECRET_MIN)
    return g_bytes_new_from_bytes (bytes, 0, size);
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[milter] secret-file: %s has fewer than %d bytes", path, SECRET_MIN);
  return NULL;
}
