/* door-file.c: see door-file.h. Called by the keyring role whenever it has read its table. */
#include "madoguchi/pgp/door-file.h"

#include "madoguchi/base/fsio.h"

#include <string.h>

#define KEY_ID 16 /* hex digits */

/* (transfer full, nullable) as a message names @key among its recipients. */
static char *
name_of (const MadoOwnKey *key)
{
  const char *fingerprint = key->subkey != NULL ? key->subkey : key->fingerprint;
  gsize length = fingerprint == NULL ? 0 : strlen (fingerprint);

  if (key->protocol == MADO_PROTOCOL_SMIME)
    return key->serial == NULL ? NULL : g_strconcat ("#", key->serial, NULL);
  return length < KEY_ID ? NULL : g_strdup (fingerprint + length - KEY_ID);
}

char *
mado_door_file_format (const GPtrArray *own)
{
  GString *lines = g_string_new ("# keys that mail to us is encrypted to, and when each ends (0: never)\n");

  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    g_autofree char *name = name_of (key);
    if (name == NULL || key->is_missing || !g_strv_contains ((const char *const *) key->uses, "encrypt"))
      continue;
    g_string_append_printf (lines, "%s %" G_GINT64_FORMAT "\n", name, key->is_revoked ? MAX (key->created, 1) : key->expires);
  }
  return g_string_free (lines, FALSE);
}

gboolean
mado_door_file_write (const MadoConf *conf, const MadoKeyTable *table, GError **error)
{
  g_autofree char *path = g_build_filename (mado_conf_string (conf, "runtime", "directory"), "door-keys", NULL);
  char *lines = mado_door_file_format (table->own);
  g_autoptr (GBytes) bytes = g_bytes_new_take (lines, strlen (lines));

  return mado_fsio_replace (path, bytes, 0644, error);
}
