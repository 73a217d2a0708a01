/* format.c: see format.h. Called by spool.c; never touches a directory. */
#include "madoguchi/spool/format.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/hash.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION_LINE "madoguchi-spool: 1\n"
#define TRAILER_START "\nmadoguchi-end: "

static gboolean
append_value (GString *text, const char *key, const char *value, GError **error)
{
  gboolean valid = g_utf8_validate (value, -1, NULL);

  if (strlen (value) > MADO_SPOOL_VALUE_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "envelope: \"%s\" has more than %d bytes", key,
                 MADO_SPOOL_VALUE_MAX);
    return FALSE;
  }
  g_string_append (text, key);
  g_string_append (text, ": ");
  for (const guchar *p = (const guchar *) value; *p != '\0'; p++)
    if (*p < 0x20 || *p == 0x7f || *p == '%' || (*p >= 0x80 && !valid))
      g_string_append_printf (text, "%%%02X", *p);
    else
      g_string_append_c (text, (char) *p);
  g_string_append_c (text, '\n');
  if (text->len > MADO_SPOOL_HEADER_MAX - 2) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "envelope: more than %d bytes", MADO_SPOOL_HEADER_MAX);
    return FALSE;
  }
  return TRUE;
}

GString *
mado_spool_format_envelope (const MadoEnvelope *envelope, const char *id, gint64 received, GError **error)
{
  GString *text = g_string_new (VERSION_LINE);
  gint64 when = envelope->received != 0 ? envelope->received : received;
  gboolean ok;

  g_string_append_printf (text, "queue-id: %s\nreceived: %" G_GINT64_FORMAT "\n", id, when);
  ok = append_value (text, "door", envelope->door != NULL ? envelope->door : "", error);
  if (ok && envelope->client != NULL)
    ok = append_value (text, "client", envelope->client, error);
  ok = ok && append_value (text, "from", envelope->mail_from != NULL ? envelope->mail_from : "", error);
  for (gsize i = 0; ok && envelope->recipients != NULL && envelope->recipients[i] != NULL; i++)
    ok = append_value (text, "to", envelope->recipients[i], error);
  ok = ok && append_value (text, "smtputf8", envelope->smtputf8 ? "yes" : "no", error);
  if (!ok) {
    g_string_free (text, TRUE);
    return NULL;
  }
  return g_string_append_c (text, '\n');
}

void
mado_spool_format_trailer (guint64 size, const char *sha256, char trailer[MADO_SPOOL_TRAILER + 1])
{
  g_snprintf (trailer, MADO_SPOOL_TRAILER + 1, TRAILER_START "%020" G_GUINT64_FORMAT " %.64s\n", size, sha256);
}

/* (transfer full) @value without its escapes, as UTF-8; NULL when an escape is broken. */
static char *
unescape (const char *value, gsize length)
{
  g_autofree char *plain = g_malloc (length + 1);
  gsize out = 0;

  for (gsize i = 0; i < length; i++) {
    int high, low;
    if (value[i] != '%') {
      plain[out++] = value[i];
      continue;
    }
    if (length - i < 3 || (high = g_ascii_xdigit_value (value[i + 1])) < 0
        || (low = g_ascii_xdigit_value (value[i + 2])) < 0 || high * 16 + low == 0)
      return NULL;
    plain[out++] = (char) (high * 16 + low);
    i += 2;
  }
  return g_utf8_make_valid (plain, (gssize) out);
}

static void
set_string (char **field, char **value)
{
  g_free (*field);
  *field = g_steal_pointer (value);
}

/* One "key: value" line, without its LF. FALSE when it is none. */
static gboolean
parse_line (MadoEnvelope *envelope, GStrvBuilder *recipients, const char *line, gsize length)
{
  const char *colon = g_strstr_len (line, (gssize) length, ": ");
  gsize key = colon != NULL ? (gsize) (colon - line) : 0;
  g_autofree char *value = colon != NULL ? unescape (colon + 2, length - key - 2) : NULL;

  if (value == NULL)
    return FALSE;
  g_autofree char *name = g_strndup (line, key);
  if (strcmp (name, "queue-id") == 0)
    set_string (&envelope->queue_id, &value);
  else if (strcmp (name, "received") == 0)
    return g_ascii_string_to_signed (value, 10, 0, G_MAXINT64, &envelope->received, NULL);
  else if (strcmp (name, "door") == 0)
    set_string (&envelope->door, &value);
  else if (strcmp (name, "client") == 0)
    set_string (&envelope->client, &value);
  else if (strcmp (name, "from") == 0)
    set_string (&envelope->mail_from, &value);
  else if (strcmp (name, "to") == 0)
    g_strv_builder_add (recipients, value);
  else if (strcmp (name, "smtputf8") == 0)
    envelope->smtputf8 = strcmp (value, "yes") == 0;
  return TRUE; /* a key of a later version means nothing to us */
}

/* (transfer full) the envelope in @text, which ends after the empty line; NULL when it is none. */
static MadoEnvelope *
parse_envelope (const char *text, gsize length)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (GStrvBuilder) recipients = g_strv_builder_new ();
  const char *end = text + length - 1;

  if (!g_str_has_prefix (text, VERSION_LINE))
    return NULL;
  for (const char *line = text + strlen (VERSION_LINE); line < end;) {
    const char *feed = memchr (line, '\n', (gsize) (end - line));
    if (feed == NULL || !parse_line (envelope, recipients, line, (gsize) (feed - line)))
      return NULL;
    line = feed + 1;
  }
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strv_builder_end (recipients);
  return g_steal_pointer (&envelope);
}

static gboolean
pread_all (int fd, void *bytes, gsize length, guint64 offset, GError **error)
{
  for (gsize done = 0; done < length;) {
    gssize got = pread (fd, (char *) bytes + done, length - done, (off_t) (offset + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      if (got == 0)
        errno = EIO; /* it shrinks while we read */
      return mado_error_set_errno (error, "read of a spool file");
    }
    done += (gsize) got;
  }
  return TRUE;
}

static gboolean
is_broken (GError **error, const char *id, const char *why)
{
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: %s", id, why);
  return FALSE;
}

static gboolean
read_envelope (MadoSpoolFile *file, guint64 total, const char *id, GError **error)
{
  gsize room = (gsize) MIN (total, MADO_SPOOL_HEADER_MAX);
  gsize length = 0;
  const char *end = NULL;
  g_autofree char *text = NULL;

  /* Almost every envelope fits into the first look. */
  for (gsize look = MIN (room, 4096); end == NULL && look > length; look = MIN (room, look * 16)) {
    text = g_realloc (text, look + 1);
    if (!pread_all (file->fd, text + length, look - length, length, error))
      return FALSE;
    length = look;
    text[length] = '\0';
    end = g_strstr_len (text, (gssize) length, "\n\n");
  }
  if (end == NULL)
    return is_broken (error, id, "no envelope");
  file->offset = (guint64) (end - text) + 2;
  text[file->offset] = '\0';
  file->envelope = parse_envelope (text, (gsize) file->offset);
  if (file->envelope == NULL)
    return is_broken (error, id, "not an envelope of version 1");
  if (g_strcmp0 (file->envelope->queue_id, id) != 0)
    return is_broken (error, id, "the envelope names another queue id");
  return TRUE;
}

static gboolean
read_trailer (MadoSpoolFile *file, guint64 total, const char *id, GError **error)
{
  char trailer[MADO_SPOOL_TRAILER + 1];
  char again[MADO_SPOOL_TRAILER + 1];
  gsize digits = strlen (TRAILER_START);

  if (total < file->offset + MADO_SPOOL_TRAILER)
    return is_broken (error, id, "no trailer");
  file->size = total - file->offset - MADO_SPOOL_TRAILER;
  if (!pread_all (file->fd, trailer, MADO_SPOOL_TRAILER, total - MADO_SPOOL_TRAILER, error))
    return FALSE;
  trailer[MADO_SPOOL_TRAILER] = '\0';
  file->sha256 = g_strndup (trailer + digits + 21, 64);
  /* What we would have written is the only right trailer. */
  mado_spool_format_trailer (file->size, file->sha256, again);
  if (memcmp (trailer, again, MADO_SPOOL_TRAILER) != 0 || strspn (file->sha256, "0123456789abcdef") != 64)
    return is_broken (error, id, "the trailer does not fit");
  return TRUE;
}

static gboolean
check_hash (const MadoSpoolFile *file, const char *id, GError **error)
{
  g_autoptr (MadoHash) hash = mado_hash_new ();
  g_autofree guint8 *chunk = g_malloc (65536);

  for (guint64 done = 0; done < file->size;) {
    gsize length = (gsize) MIN (file->size - done, 65536);
    if (!pread_all (file->fd, chunk, length, file->offset + done, error))
      return FALSE;
    mado_hash_update (hash, chunk, length);
    done += length;
  }
  g_autofree char *sha256 = mado_hash_hex (hash);
  if (strcmp (sha256, file->sha256) != 0)
    return is_broken (error, id, "the hash does not fit");
  return TRUE;
}

MadoSpoolFile *
mado_spool_read (int fd, const char *id, gboolean verify, GError **error)
{
  g_autoptr (MadoSpoolFile) file = g_new0 (MadoSpoolFile, 1);
  struct stat info;

  file->fd = fd;
  if (fstat (fd, &info) != 0) {
    mado_error_set_errno (error, id);
    return NULL;
  }
  if (!S_ISREG (info.st_mode)) {
    is_broken (error, id, "not a file");
    return NULL;
  }
  if (!read_envelope (file, (guint64) info.st_size, id, error)
      || !read_trailer (file, (guint64) info.st_size, id, error) || (verify && !check_hash (file, id, error)))
    return NULL;
  if (lseek (fd, (off_t) file->offset, SEEK_SET) < 0) {
    mado_error_set_errno (error, id);
    return NULL;
  }
  return g_steal_pointer (&file);
}

void
mado_spool_file_free (MadoSpoolFile *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    close (file->fd);
  mado_envelope_free (file->envelope);
  g_free (file->sha256);
  g_free (file);
}
