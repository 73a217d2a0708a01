/* content.c: see content.h. */
#include "madoguchi/mail/content.h"

#include "madoguchi/base/base64.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/flowed.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/html.h"

#include <gmime/gmime.h>
#include <string.h>

/* GLib's decoder skips what is no base64; a block that was ended with "=" may be followed by another one. */
static GBytes *
decode_base64 (const guint8 *body, gsize size)
{
  guchar *out = g_malloc (size / 4 * 3 + 12);
  gint state = 0;
  guint save = 0;
  gsize used, length = mado_base64_decode (body, size, out, &used);

  length += g_base64_decode_step ((const char *) body + used, size - used, out + length, &state, &save);
  length += g_base64_decode_step ("==", 2, out + length, &state, &save); /* padding that was lost */

  return g_bytes_new_take (out, length);
}

static GBytes *
decode_by_gmime (const guint8 *body, gsize size, GMimeContentEncoding encoding)
{
  GMimeEncoding decoder;
  g_autofree char *out = NULL;
  gsize length;

  g_mime_encoding_init_decode (&decoder, encoding);
  out = g_malloc (g_mime_encoding_outlen (&decoder, size) + 16);
  length = g_mime_encoding_step (&decoder, (const char *) body, size, out);
  length += g_mime_encoding_flush (&decoder, NULL, 0, out + length);
  return g_bytes_new (out, length);
}

static GBytes *
decode (const MadoEntity *entity)
{
  switch (mado_header_encoding (entity)) {
  case MADO_ENCODING_BASE64:
    return decode_base64 (entity->body, entity->body_size);
  case MADO_ENCODING_QUOTED_PRINTABLE:
    return decode_by_gmime (entity->body, entity->body_size, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  case MADO_ENCODING_UUENCODE:
    return decode_by_gmime (entity->body, entity->body_size, GMIME_CONTENT_ENCODING_UUENCODE);
  case MADO_ENCODING_NONE:
  default:
    return g_bytes_new_static (entity->body, entity->body_size);
  }
}

/* Half a dozen modules look into each part, and a large one costs milliseconds. */
GBytes *
mado_content_decode (const MadoEntity *entity)
{
  MadoEntity *memory = (MadoEntity *) entity; /* what it remembers is no part of what it is */

  if (memory->decoded == NULL)
    memory->decoded = decode (entity);
  return g_bytes_ref (memory->decoded);
}

/* The charset an HTML page declares in its first kilobyte. */
static char *
meta_charset (const guint8 *bytes, gsize size)
{
  g_autofree char *start = g_strndup ((const char *) bytes, MIN (size, 1024));
  g_autofree char *folded = g_ascii_strdown (start, -1);
  const char *at = strstr (folded, "charset=");
  gsize length;

  if (at == NULL || strstr (folded, "<meta") == NULL)
    return NULL;
  at += 8 + strspn (at + 8, "\"' ");
  length = strspn (at, "abcdefghijklmnopqrstuvwxyz0123456789-_:.");
  return length == 0 ? NULL : g_strndup (at, length);
}

/* Does the page start with a copy of protected header fields for old readers (RFC 9788, 4.5.3.2)? */
static gboolean
repeats_header (const MadoEntity *entity)
{
  g_autofree char *value = entity->is_decrypted ? mado_header_param (entity, "Content-Type", "hp-legacy-display") : NULL;

  return value != NULL && g_str_equal (value, "1");
}

/* Takes out the soft line breaks of @text (transfer full) when @entity says that it has them. */
static char *
join_lines (const MadoEntity *entity, char *text)
{
  g_autofree char *format = mado_header_param (entity, "Content-Type", "format");
  g_autofree char *delsp = mado_header_param (entity, "Content-Type", "delsp");
  char *joined;

  if (format == NULL || g_ascii_strcasecmp (format, "flowed") != 0 || !g_str_equal (entity->type, "text/plain"))
    return text;
  joined = mado_flowed_join (text, delsp != NULL && g_ascii_strcasecmp (delsp, "yes") == 0);
  g_free (text);
  return joined;
}

char *
mado_content_text (const MadoEntity *entity, char **charset, guint *notes)
{
  g_autoptr (GBytes) bytes = mado_content_decode (entity);
  gsize size;
  const guint8 *found = g_bytes_get_data (bytes, &size), *data = found == NULL ? (const guint8 *) "" : found;
  g_autofree char *label = mado_header_param (entity, "Content-Type", "charset");
  g_autofree char *used = NULL;
  g_autofree char *text = NULL;
  gboolean is_html = g_str_equal (entity->type, "text/html");

  if (is_html && label == NULL)
    label = meta_charset (data, size);
  text = mado_charset_decode (data, MIN (size, (gsize) MADO_CONTENT_TEXT_MAX), label, &used, notes);
  if (size > MADO_CONTENT_TEXT_MAX)
    *notes |= MADO_CONTENT_CUT;
  if (is_html) {
    char *plain = mado_html_to_text_without (text, repeats_header (entity) ? "header-protection-legacy-display" : NULL, notes);
    g_free (text);
    text = plain;
  } else
    text = join_lines (entity, text);
  *charset = g_steal_pointer (&used);
  return mado_text_visible (text);
}
