/* payload.c: see payload.h. */
#include "madoguchi/reply/payload.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/reply/fields.h"

#include <string.h>

#define PARAMETER_PIECE 50

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

/* Appends a parameter that is @value, in any language (RFC 2231, 3 and 4): in pieces that fit into lines. */
static void
write_parameter (GString *out, const char *name, const char *value)
{
  gboolean is_plain = g_str_is_ascii (value) && strlen (value) <= 60 && strpbrk (value, "\"\\\r\n") == NULL;
  g_autofree char *coded = is_plain ? NULL : g_uri_escape_string (value, NULL, FALSE);
  gsize length = coded != NULL ? strlen (coded) : 0;

  if (is_plain) {
    g_string_append_printf (out, ";\r\n %s=\"%s\"", name, value);
    return;
  }
  if (length <= PARAMETER_PIECE) {
    g_string_append_printf (out, ";\r\n %s*=utf-8''%s", name, coded);
    return;
  }
  for (gsize at = 0, piece = 0; at < length; piece++) {
    gsize size = MIN (PARAMETER_PIECE, length - at);
    for (gsize back = 1; back <= 2 && size < length - at; back++) /* never within %XX */
      if (coded[at + size - back] == '%')
        size -= back;
    g_string_append_printf (out, ";\r\n %s*%" G_GSIZE_FORMAT "*=%s%.*s", name, piece, piece == 0 ? "utf-8''" : "", (int) size, coded + at);
    at += size;
  }
}

/* A file of a member, whatever it holds. Its content is base64 already, without line ends. */
static void
write_file (GString *out, const MadoReplyFile *file)
{
  gsize length = strlen (file->content);

  g_string_append_printf (out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment", file->type);
  write_parameter (out, "filename", file->name);
  g_string_append (out, "\r\n\r\n");
  for (gsize at = 0; at < length; at += MADO_FIELD_LINE) {
    g_string_append_len (out, file->content + at, (gssize) MIN (MADO_FIELD_LINE, length - at));
    g_string_append (out, "\r\n");
  }
}

void
mado_payload_write (GString *out, const MadoPayload *payload, const char *protection)
{
  g_autofree char *boundary = NULL;
  guint n_files = payload->files != NULL ? payload->files->len : 0;

  g_string_append (out, "MIME-Version: 1.0\r\n");
  if (payload->key == NULL && n_files == 0) {
    write_text (out, payload->body, protection);
    return;
  }
  boundary = mado_payload_boundary ();
  g_string_append_printf (out, "Content-Type: multipart/mixed; hp=\"%s\";\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", protection,
                          boundary, boundary);
  write_text (out, payload->body, NULL);
  for (guint i = 0; i < n_files; i++) {
    g_string_append_printf (out, "\r\n--%s\r\n", boundary);
    write_file (out, payload->files->pdata[i]);
  }
  if (payload->key != NULL) {
    g_string_append_printf (out, "\r\n--%s\r\n", boundary);
    write_key (out, payload);
  }
  g_string_append_printf (out, "\r\n--%s--\r\n", boundary);
}
