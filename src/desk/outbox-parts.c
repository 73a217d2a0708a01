/* outbox-parts.c: see outbox-parts.h. Must never keep anything: the outbox does. */
#include "madoguchi/desk/outbox-parts.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SEALED (32 * 1024 * 1024)

gint64
mado_outbox_pause (gint64 attempts, gint64 first, gint64 max)
{
  gint64 pause = first;

  for (gint64 i = 1; i < attempts && pause < max; i++)
    pause = pause > 0 ? pause * 2 : 1;
  return MIN (pause, max);
}

char *
mado_outbox_log_id (const char *message_id)
{
  const char *dot = strchr (message_id, '.');
  gsize length = dot != NULL ? strcspn (dot + 1, ".@>") : 0;

  return length >= 8 ? g_strndup (dot + 1, length) : g_strdup ("-");
}

GBytes *
mado_outbox_read_sealed (MadoPacket *answer, GError **error)
{
  GBytes *bytes = NULL;
  struct stat info;

  if (answer->fd < 0 || fstat (answer->fd, &info) != 0 || !S_ISREG (info.st_mode) || lseek (answer->fd, 0, SEEK_SET) != 0)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "the signer gave no mail");
  else
    mado_fsio_read_all (answer->fd, MAX_SEALED, &bytes, error);
  return bytes;
}

char *
mado_outbox_sender (const MadoConf *conf, const MadoReply *reply)
{
  const char *from = mado_conf_string (conf, "submission", "from");

  if (from != NULL && *from != '\0')
    return g_strdup (from);
  return g_strdup (reply == NULL || reply->is_automatic || reply->reply_to == NULL ? "" : reply->reply_to);
}

char **
mado_outbox_recipients (const char *recipient, const MadoReply *reply)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_add (all, recipient);
  if (reply != NULL)
    g_strv_builder_addv (all, (const char **) reply->together);
  return g_strv_builder_end (all);
}

void
mado_outbox_lighten (MadoReply *reply)
{
  g_clear_pointer (&reply->key_block, g_free);
  for (guint i = 0; i < reply->files->len; i++)
    g_clear_pointer (&((MadoReplyFile *) reply->files->pdata[i])->content, g_free);
}
