/* reply-files.c: see reply-files.h. Called before anything is stored. */
#include "madoguchi/desk/reply-files.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define MAX_NAME 255 /* bytes */
#define ANY_TYPE "application/octet-stream"

/* TYPE/SUBTYPE of one part; what holds parts or mails has forms of its own. */
static gboolean
is_type (const char *type)
{
  const char *slash = type != NULL ? strchr (type, '/') : NULL;

  if (slash == NULL || slash == type || slash[1] == '\0' || strlen (type) > 127 || g_ascii_strncasecmp (type, "multipart/", 10) == 0
      || g_ascii_strncasecmp (type, "message/", 8) == 0)
    return FALSE;
  for (const char *p = type; *p != '\0'; p++)
    if (p != slash && !g_ascii_isalnum (*p) && strchr ("!#$&-^_.+", *p) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_name (const char *name)
{
  if (name == NULL || *name == '\0' || strlen (name) > MAX_NAME || strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c == '/' || c == '\\' || g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT || c == 0x2028 || c == 0x2029)
      return FALSE;
  }
  return TRUE;
}

static const MadoReplyFile *
find_kept (const GPtrArray *kept, const char *sha256)
{
  for (guint i = 0; i < kept->len; i++) {
    const MadoReplyFile *file = kept->pdata[i];
    if (g_strcmp0 (file->sha256, sha256) == 0 && file->content != NULL)
      return file;
  }
  return NULL;
}

gboolean
mado_reply_files_take (GPtrArray *files, const GPtrArray *kept, GError **error)
{
  for (guint i = 0; i < files->len; i++) {
    MadoReplyFile *file = files->pdata[i];
    if (file->content != NULL || file->sha256 == NULL)
      continue;
    const MadoReplyFile *same = find_kept (kept, file->sha256);
    if (same == NULL) {
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "a file of the answer is not in its draft any more");
      return FALSE;
    }
    file->content = g_strdup (same->content);
    g_free (file->type);
    file->type = g_strdup (same->type);
  }
  return TRUE;
}

static gboolean
check_file (MadoReplyFile *file, guint64 *total, GError **error)
{
  gsize size = 0;
  g_autofree guchar *bytes = file->content != NULL ? g_base64_decode (file->content, &size) : NULL;

  if (bytes == NULL || !is_name (file->name)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "a file needs content and a name without a path");
    return FALSE;
  }
  g_free (file->content);
  file->content = g_base64_encode (bytes, size); /* one form of it, without line ends */
  g_free (file->sha256);
  file->sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);
  file->size = (gint64) size;
  *total += size;
  if (is_type (file->type))
    return TRUE;
  g_free (file->type);
  file->type = g_strdup (ANY_TYPE);
  return TRUE;
}

gboolean
mado_reply_files_check (const MadoConf *conf, GPtrArray *files, GError **error)
{
  guint64 max = (guint64) mado_conf_int (conf, "reply", "attachments-max"), total = 0;

  for (guint i = 0; i < files->len; i++)
    if (!check_file (files->pdata[i], &total, error))
      return FALSE;
  if (total <= max)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "the files have %" G_GUINT64_FORMAT " bytes; [reply] attachments-max is %" G_GUINT64_FORMAT,
               total, max);
  return FALSE;
}
