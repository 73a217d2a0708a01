/* payload.c: see payload.h. */
#include "madoguchi/reply/payload.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/reply/fields.h"

#include <string.h>

char *
mado_payload_boundary (void)
{
  g_autofree char *token = mado_qid_random_token (20);

  return g_strdup_printf ("=_mado_%s", token);
}

/* Can @body go as it is? Signed text must survive every relay: 7 bit, no trailing blanks, no "From " at the
 * start of a line, no long lines (RFC 3156, 3 and 5). */
static gboolean
is_sturdy (const char *body)
{
  gsize column = 0;

  if (!g_str_is_ascii (body) || g_str_has_prefix (body, "From ") || strstr (body, "\nFrom ") != NULL)
    return FALSE;
  for (const char *at = body; *at != '\0'; at++, column++) {
    if ((g_ascii_iscntrl (*at) && *at != '\n' && *at != '\t') || column > 78)
      return FALSE;
    if ((*at == ' ' || *at == '\t') && (at[1] == '\n' || at[1] == '\0'))
      return FALSE;
    if (*at == '\n')
      column = (gsize) -1;
  }
  return TRUE;
}

/* (transfer full) @text with CRLF line ends, whatever it had. */
static char *
canonical (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '\r' && at[1] == '\n')
      continue;
    if (*at == '\n' || *at == '\r')
      g_string_append (out, "\r\n");
    else
      g_string_append_c (out, *at);
  }
  return g_string_free (out, FALSE);
}

void
mado_payload_write_base64 (GString *out, const guchar *bytes, gsize size)
{
  g_autofree char *encoded = g_base64_encode (bytes, size);
  gsize length = strlen (encoded);

  for (gsize at = 0; at < length; at += MADO_FIELD_LINE) {
    g_string_append_len (out, encoded + at, (gssize) MIN (MADO_FIELD_LINE, length - at));
    g_string_append (out, "\r\n");
  }
}

/* The text as one part. @protection: NULL when it is not the root. */
static void
write_text (GString *out, const char *body, const char *protection)
{
  gboolean is_ascii = is_sturdy (body);
  g_autofree char *text = canonical (body);

  g_string_append_printf (out, "Content-Type: text/plain; charset=\"%s\"", is_ascii ? "us-ascii" : "utf-8");
  if (protection != NULL)
    g_string_append_printf (out, "; hp=\"%s\"", protection);
  g_string_append_printf (out, "\r\nContent-Transfer-Encoding: %s\r\n\r\n", is_ascii ? "7bit" : "base64");
  if (is_ascii)
    g_string_append (out, text);
  else
    mado_payload_write_base64 (out, (const guchar *) text, strlen (text));
  if (!g_str_has_suffix (out->str, "\r\n"))
    g_string_append (out, "\r\n");
}

/* RFC 3156, 7. */
static void
write_key (GString *out, const MadoPayload *payload)
{
  gsize size;
  const char *key = g_bytes_get_data (payload->key, &size);

  g_string_append_printf (out,
                          "Content-Type: application/pgp-keys; name=\"%s\"\r\n"
                          "Content-Disposition: attachment; filename=\"%s\"\r\n\r\n",
                          payload->key_name, payload->key_name);
  g_string_append_len (out, key, (gssize) size);
}

void
mado_payload_write (GString *out, const MadoPayload *payload, const char *protection)
{
  g_autofree char *boundary = NULL;

  g_string_append (out, "MIME-Version: 1.0\r\n");
  if (payload->key == NULL) {
    write_text (out, payload->body, protection);
    return;
  }
  boundary = mado_payload_boundary ();
  g_string_append_printf (out, "Content-Type: multipart/mixed; hp=\"%s\";\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", protection,
                          boundary, boundary);
  write_text (out, payload->body, NULL);
  g_string_append_printf (out, "\r\n--%s\r\n", boundary);
  write_key (out, payload);
  g_string_append_printf (out, "\r\n--%s--\r\n", boundary);
}
