/* base-catalogue.h: a catalogue as msgfmt compiles it (gettext's manual, "MO Files"), for tests of who reads one. */
#pragma once

#include <glib.h>

#include <string.h>

static void
put_number (GByteArray *file, guint32 number)
{
  g_byte_array_append (file, (const guint8 *) &number, sizeof number);
}

/* (transfer full) of @count pairs, a sentence and its translation; gettext wants them in order. */
static GBytes *
make_catalogue (const char *const (*pairs)[2], guint count)
{
  GByteArray *file = g_byte_array_new ();
  guint32 at = 28 + 16 * count;

  put_number (file, 0x950412deu);
  put_number (file, 0);
  put_number (file, count);
  put_number (file, 28);
  put_number (file, 28 + 8 * count);
  put_number (file, 0);
  put_number (file, 0);
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < count; i++) {
      put_number (file, (guint32) strlen (pairs[i][side]));
      put_number (file, at);
      at += (guint32) strlen (pairs[i][side]) + 1;
    }
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < count; i++)
      g_byte_array_append (file, (const guint8 *) pairs[i][side], (guint) strlen (pairs[i][side]) + 1);
  return g_byte_array_free_to_bytes (file);
}
