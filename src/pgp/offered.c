/* offered.c: see offered.h. */
#include "madoguchi/pgp/offered.h"

#include "madoguchi/base/text.h"
#include "madoguchi/pgp/packets.h"

#define USER_IDS_MAX 20
#define USER_ID_BYTES_MAX 1000

enum { TAG_KEY = 6, TAG_USER_ID = 13 };

/* (transfer full, nullable) the fingerprint of a key (RFC 9580, 5.5.4). */
static char *
fingerprint (const guint8 *body, gsize length)
{
  g_autoptr (GChecksum) sum = NULL;
  guint8 head[5] = { 0x9b, (guint8) (length >> 24), (guint8) (length >> 16), (guint8) (length >> 8), (guint8) length };

  if (length < 6 || (body[0] != 4 && body[0] != 6) || length > (body[0] == 4 ? 0xffff : 0xffffff))
    return NULL;
  sum = g_checksum_new (body[0] == 4 ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256);
  if (body[0] == 4) {
    head[2] = 0x99;
    g_checksum_update (sum, head + 2, 3);
  } else {
    g_checksum_update (sum, head, 5);
  }
  g_checksum_update (sum, body, (gssize) length);
  return g_ascii_strup (g_checksum_get_string (sum), -1);
}

static MadoOfferedKey *
find (GPtrArray *keys, const char *wanted)
{
  for (guint i = 0; i < keys->len; i++) {
    MadoOfferedKey *key = g_ptr_array_index (keys, i);
    if (g_str_equal (key->fingerprint, wanted))
      return key;
  }
  return NULL;
}

static void
set_user_ids (MadoOfferedKey *key, GStrvBuilder *names)
{
  if (key == NULL)
    return;
  g_strfreev (key->user_ids);
  key->user_ids = g_strv_builder_end (names);
}

guint
mado_offered_read (const guint8 *bytes, gsize size, const char *source, guint max, GPtrArray *keys)
{
  g_autoptr (GBytes) binary = mado_packets_binary (bytes, size);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  gsize all, length;
  const guint8 *start = g_bytes_get_data (binary, &all), *body;
  MadoPacketCursor cursor = { start, start == NULL ? NULL : start + all };
  MadoOfferedKey *key = NULL;
  guint tag, found = 0, count = 0;

  while (mado_packets_next (&cursor, &tag, &body, &length)) {
    g_autofree char *name = NULL;

    if (tag == TAG_KEY) {
      g_autofree char *hex = fingerprint (body, length);
      set_user_ids (key, names);
      g_clear_pointer (&names, g_strv_builder_unref);
      names = g_strv_builder_new ();
      key = NULL;
      count = 0;
      found += hex != NULL;
      if (hex == NULL || keys->len >= max || find (keys, hex) != NULL)
        continue;
      key = mado_offered_key_new ();
      key->fingerprint = g_steal_pointer (&hex);
      key->source = g_strdup (source);
      g_ptr_array_add (keys, key);
    } else if (tag == TAG_USER_ID && key != NULL && count++ < USER_IDS_MAX) {
      g_autofree char *visible = NULL;
      name = g_strndup ((const char *) body, MIN (length, USER_ID_BYTES_MAX));
      visible = mado_text_escape_line (name);
      g_strv_builder_add (names, visible);
    }
  }
  set_user_ids (key, names);
  return found;
}
