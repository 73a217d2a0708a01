/* base64.c: see base64.h. GLib's decoder looks at every letter in turn and takes four times as long. */
#include "madoguchi/base/base64.h"

#include <string.h>

#define NONE 0x80

static void
fill_values (guint8 *values)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  memset (values, NONE, 256);
  for (guint8 i = 0; letters[i] != '\0'; i++)
    values[(guint8) letters[i]] = i;
}

static gboolean
is_line_end (guint8 letter)
{
  return letter == '\n' || letter == '\r';
}

gsize
mado_base64_decode (const guint8 *text, gsize size, guint8 *out, gsize *used)
{
  const guint8 *at = text, *end = text + size;
  guint8 *to = out;
  guint8 values[256];

  fill_values (values);
  while (end - at >= 4) {
    guint8 a = values[at[0]], b = values[at[1]], c = values[at[2]], d = values[at[3]];

    if (((a | b | c | d) & NONE) == 0) {
      to[0] = (guint8) (a << 2 | b >> 4);
      to[1] = (guint8) (b << 4 | c >> 2);
      to[2] = (guint8) (c << 6 | d);
      at += 4;
      to += 3;
    } else if (is_line_end (*at)) {
      at++;
    } else {
      break;
    }
  }
  while (at < end && is_line_end (*at))
    at++;
  *used = (gsize) (at - text);
  return (gsize) (to - out);
}
