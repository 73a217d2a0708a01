/* member.c: see member.h. Must never show what an answer holds but as JSON or through a view. */
#include "madoguchi/front/member.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/model/record-json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* A keeper that is busy with a long transaction may take its time; one that is stuck must not hang a script. */
#define ANSWER_MS 120000

static int
connect_keeper (const MadoConf *conf, GError **error)
{
  const char *runtime = mado_conf_string (conf, "runtime", "directory");
  g_autofree char *path = mado_wire_path (runtime != NULL ? runtime : "", MADO_PEER_KEEPER);
  int fd = mado_wire_connect (path, ANSWER_MS, error);

  if (fd < 0)
    g_prefix_error (error, "the keeper does not answer: ");
  return fd;
}

gboolean
mado_member_ask (const MadoConf *conf, const char *verb, GVariant *body, int fd, MadoPacket *answer, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body != NULL ? body : g_variant_new ("a{sv}", NULL));
  int socket = connect_keeper (conf, error);
  gboolean ok;

  if (socket < 0)
    return FALSE;
  ok = mado_wire_call (socket, verb, sunk, fd, answer, error);
  close (socket);
  return ok;
}

gboolean
mado_member_keeper_runs (const MadoConf *conf)
{
  int fd = connect_keeper (conf, NULL);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

GPtrArray *
mado_member_items (const MadoPacket *answer, const MadoRecordType *type, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  g_autoptr (GVariant) items = g_variant_lookup_value (answer->body, "items", G_VARIANT_TYPE ("aa{sv}"));
  gboolean ok = TRUE;

  for (gsize i = 0; ok && items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    gpointer record = mado_record_from_variant (type, item, error);
    ok = record != NULL;
    if (ok)
      g_ptr_array_add (records, record);
  }
  if (ok)
    return g_steal_pointer (&records);
  for (guint i = 0; i < records->len; i++)
    mado_record_free (type, records->pdata[i]);
  return NULL;
}

GVariant *
mado_member_body (const char *name, ...)
{
  GVariantDict dict;
  va_list list;

  g_variant_dict_init (&dict, NULL);
  va_start (list, name);
  while (name != NULL) {
    const char *value = va_arg (list, const char *);
    if (value != NULL)
      g_variant_dict_insert (&dict, name, "s", value);
    name = va_arg (list, const char *);
  }
  va_end (list);
  return g_variant_dict_end (&dict);
}

gboolean
mado_member_check_text (const char *what, const char *text, gsize max, GError **error)
{
  if (text == NULL || (strlen (text) <= max && g_utf8_validate (text, -1, NULL)))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: must be UTF-8 of at most %" G_GSIZE_FORMAT " bytes", what, max);
  return FALSE;
}

gboolean
mado_member_print_json (MadoCli *cli, const MadoRecordType *type, gconstpointer record, GError **error)
{
  g_autoptr (JsonNode) node = mado_record_to_json (type, record);
  g_autofree char *line = mado_json_line (node);

  return mado_cli_print (cli, line, error) && mado_cli_print (cli, "\n", error);
}

gboolean
mado_member_print_body (MadoCli *cli, GVariant *body, GError **error)
{
  g_autoptr (JsonNode) node = mado_body_to_json (body);
  g_autofree char *line = mado_json_line (node);

  return mado_cli_print (cli, line, error) && mado_cli_print (cli, "\n", error);
}

int
mado_member_open_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG))
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: %s", path, g_strerror (errno));
  else if (fd < 0)
    mado_error_set_errno (error, path);
  return fd;
}

static gboolean
copy_bytes (int from, guint64 offset, guint64 size, int to, GError **error)
{
  g_autofree char *buffer = g_malloc (65536);

  while (size > 0) {
    gssize got = pread (from, buffer, (gsize) MIN (size, 65536), (off_t) offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return mado_error_set_errno (error, "read");
    if (got == 0)
      return TRUE;
    if (!mado_fsio_write_all (to, buffer, (gsize) got, error))
      return FALSE;
    offset += (guint64) got;
    size -= size == G_MAXUINT64 ? 0 : (guint64) got;
  }
  return TRUE;
}

gboolean
mado_member_save (MadoCli *cli, int fd, guint64 offset, guint64 size, const char *path, GError **error)
{
  int to;
  gboolean ok;

  if (path == NULL || strcmp (path, "-") == 0) {
    if (isatty (fileno (cli->out))) {
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE,
                           "these bytes are a stranger's and not for a terminal: use -o FILE or a pipe");
      return FALSE;
    }
    fflush (cli->out);
    return copy_bytes (fd, offset, size, fileno (cli->out), error);
  }
  to = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (to < 0)
    return mado_error_set_errno (error, path);
  ok = copy_bytes (fd, offset, size, to, error);
  if (close (to) != 0 && ok)
    ok = mado_error_set_errno (error, path);
  return ok;
}
