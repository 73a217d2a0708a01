/* reply-input.c: see reply-input.h. Called by verb-reply.c and verb-canned.c. Must never decide what may be sent. */
#include "madoguchi/front/reply-input.h"
#include "madoguchi/front/member.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

/* (transfer full) what file @path ("-" or NULL: standard input) says. */
static char *
read_text (const char *path, GError **error)
{
  gboolean is_input = path == NULL || strcmp (path, "-") == 0;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  int fd = is_input ? STDIN_FILENO : mado_member_open_file (path, error);
  gboolean ok;

  if (fd < 0)
    return NULL;
  ok = mado_fsio_read_all (fd, MADO_REPLY_TEXT_MAX, &bytes, error);
  if (!is_input)
    close (fd);
  if (!ok)
    return NULL;
  gsize size = g_bytes_get_size (bytes);
  text = size > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), size) : g_strdup ("");
  if (strlen (text) != size || !g_utf8_validate (text, (gssize) size, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: the text must be UTF-8", is_input ? "standard input" : path);
    return NULL;
  }
  return g_steal_pointer (&text);
}

/* A file that goes along; its type is told by its name. */
static MadoReplyFile *
read_file (MadoCli *cli, const char *path, GError **error)
{
  gsize max = (gsize) mado_conf_int (cli->conf, "reply", "attachments-max");
  g_autoptr (GBytes) bytes = NULL;
  int fd = mado_member_open_file (path, error);
  gboolean ok;

  if (fd < 0)
    return NULL;
  ok = mado_fsio_read_all (fd, max, &bytes, error);
  close (fd);
  g_autofree char *name = g_path_get_basename (path);
  if (!ok || !mado_member_check_text ("--attach", name, 255, error)) {
    g_prefix_error (error, "--attach: ");
    return NULL;
  }
  g_autofree char *kind = g_content_type_guess (name, NULL, 0, NULL);
  MadoReplyFile *file = mado_reply_file_new ();
  file->name = g_steal_pointer (&name);
  file->type = g_content_type_get_mime_type (kind);
  file->size = (gint64) g_bytes_get_size (bytes);
  file->content = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return file;
}

static gboolean
read_files (MadoCli *cli, MadoReplyWish *wish, GError **error)
{
  for (char **path = cli->options.files; path != NULL && *path != NULL; path++) {
    MadoReplyFile *file = read_file (cli, *path, error);
    if (file == NULL)
      return FALSE;
    g_ptr_array_add (wish->files, file);
  }
  return TRUE;
}

gboolean
mado_reply_input_canned (MadoCli *cli, const char *name, const char *ticket, char **subject, char **text, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  if (!mado_member_check_text ("NAME", name, WORD_MAX, error)
      || !mado_member_check_text ("--language", cli->options.language, WORD_MAX, error)
      || !mado_member_ask (cli->conf, "canned-show",
                           mado_member_body ("name", name, "language", cli->options.language != NULL ? cli->options.language : "",
                                             ticket != NULL ? "ticket" : NULL, ticket, NULL),
                           -1, &answer, error))
    return FALSE;
  if (g_variant_lookup (answer.body, "subject", "s", subject) && g_variant_lookup (answer.body, "text", "s", text))
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_BUG, "the keeper sent no text");
  return FALSE;
}

static gboolean
read_words (MadoCli *cli, const char *ticket, gboolean may_be_silent, MadoReplyWish *wish, GError **error)
{
  const MadoCliOptions *options = &cli->options;
  g_autofree char *subject = NULL;

  if (options->canned != NULL && options->file != NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "the text comes from -f or from --canned, not from both");
    return FALSE;
  }
  if (options->canned != NULL) {
    if (!mado_reply_input_canned (cli, options->canned, ticket, &subject, &wish->text, error))
      return FALSE;
    wish->subject = *subject != '\0' ? g_steal_pointer (&subject) : NULL;
  } else if (options->file != NULL || !may_be_silent) {
    wish->text = read_text (options->file, error);
    if (wish->text == NULL)
      return FALSE;
  }
  if (options->subject != NULL) {
    g_free (wish->subject);
    wish->subject = g_strdup (options->subject);
  }
  return TRUE;
}

MadoReplyWish *
mado_reply_input_read (MadoCli *cli, const char *ticket, gboolean may_be_silent, GError **error)
{
  const MadoCliOptions *options = &cli->options;
  g_autoptr (MadoReplyWish) wish = mado_reply_wish_new ();

  if (!mado_member_check_text ("--subject", options->subject, 1000, error))
    return NULL;
  for (char **address = options->recipients; address != NULL && *address != NULL; address++)
    if (!mado_member_check_text ("--to", *address, 320, error))
      return NULL;
  if (!read_words (cli, ticket, may_be_silent, wish, error) || !read_files (cli, wish, error))
    return NULL;
  if (options->recipients != NULL) {
    g_strfreev (wish->to);
    wish->to = g_strdupv (options->recipients);
  }
  wish->plain_ok = options->plain_ok;
  wish->waiting = options->waiting;
  wish->together = options->together;
  wish->quote = options->quote;
  return g_steal_pointer (&wish);
}

gboolean
mado_reply_input_split (const char *name, char **ticket, char **draft, GError **error)
{
  const char *slash = name != NULL ? strrchr (name, '/') : NULL;

  if (slash == NULL || slash == name || slash[1] == '\0' || !g_utf8_validate (name, -1, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a draft; they are named as drafts shows them: 2026-000001/7.2",
                 name != NULL ? name : "(nothing)");
    return FALSE;
  }
  *ticket = g_strndup (name, (gsize) (slash - name));
  *draft = g_strdup (slash + 1);
  return TRUE;
}
