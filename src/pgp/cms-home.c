/* cms-home.c: see cms-home.h. A keybox is a row of blobs, each with its length, its type and its flags in front
 * (GnuPG, kbx/keybox-blob.c documents them). */
#include "madoguchi/pgp/cms-home.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"

#include <string.h>
#include <unistd.h>

#define RING "x509.kbx"
#define SOURCE "pubring.kbx"
#define MAX_RING (256 * 1024 * 1024)
#define MAX_TRUST (64 * 1024)

/* BLOB_DATA: where a blob says where its certificate begins, and how long it is. */
enum { BLOB_X509 = 3, BLOB_HEAD = 8, BLOB_DATA = 8, FLAG_EPHEMERAL = 2 };

static gboolean
write_text (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return mado_fsio_replace (path, bytes, 0600, error);
}

/* Is @line 20 bytes in hexadecimal digits, with or without colons, and perhaps flags behind it? */
static gboolean
is_fingerprint (const char *line)
{
  guint digits = 0;

  for (; *line != '\0' && !g_ascii_isspace (*line); line++)
    if (g_ascii_isxdigit (*line))
      digits++;
    else if (*line != ':')
      return FALSE;
  return digits == 40;
}

static char *
read_trust (const char *file, GError **error)
{
  g_autoptr (GString) text = g_string_new ("# Made by Madoguchi at every start.\n");
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;

  if (file == NULL)
    return g_string_free (g_steal_pointer (&text), FALSE);
  if (!mado_fsio_read_file (file, MAX_TRUST, &bytes, error)) {
    if (error != NULL && *error != NULL)
      (*error)->code = MADO_ERROR_CONF;
    return NULL;
  }
  content = mado_text_of_bytes (bytes);
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]);
    if (*line == '\0' || *line == '#')
      continue;
    if (!is_fingerprint (line)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:%u: no SHA-1 fingerprint of a certificate", file, i + 1);
      return NULL;
    }
    g_string_append_printf (text, "%s%s\n", line, strpbrk (line, " \t") == NULL ? " S" : "");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
mado_cms_home_fill (const char *path, const char *trust, GError **error)
{
  g_autofree char *list = read_trust (trust, error);
  /* Nothing a mail contains is looked up: no lists of revoked certificates, no authorities' certificates. */
  g_autofree char *conf = g_strdup_printf ("# Made by Madoguchi at every start.\n"
                                           "no-default-keyring\n"
                                           "keyring %s/" RING "\n"
                                           "no-common-certs-import\n"
                                           "disable-dirmngr\n"
                                           "disable-crl-checks\n"
                                           "disable-trusted-cert-crl-check\n"
                                           "disable-ocsp\n"
                                           "disable-policy-checks\n"
                                           "no-random-seed-file\n"
                                           "no-autostart\n",
                                           path);

  return list != NULL && write_text (path, "gpgsm.conf", conf, error) && write_text (path, "trustlist.txt", list, error);
}

static guint32
read_u32 (const guint8 *at)
{
  return ((guint32) at[0] << 24) | ((guint32) at[1] << 16) | ((guint32) at[2] << 8) | at[3];
}

GBytes *
mado_cms_home_certificates (GBytes *bytes)
{
  static const guint8 first[32] = { 0, 0, 0, 32, 1, 1, 0, 0, 'K', 'B', 'X', 'f' };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize size, length;
  const guint8 *at = g_bytes_get_data (bytes, &size);

  g_byte_array_append (out, first, sizeof first);
  for (; size >= BLOB_HEAD; at += length, size -= length) {
    length = read_u32 (at);
    if (length < BLOB_HEAD || length > size)
      break;
    if (at[4] == BLOB_X509 && !(at[7] & FLAG_EPHEMERAL))
      g_byte_array_append (out, at, (guint) length);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GPtrArray *
mado_cms_home_list (GBytes *bytes)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize size, length;
  const guint8 *at = g_bytes_get_data (bytes, &size);

  for (; size >= BLOB_HEAD; at += length, size -= length) {
    gsize start, extent;
    length = read_u32 (at);
    if (length < BLOB_HEAD || length > size)
      break;
    if (at[4] != BLOB_X509 || (at[7] & FLAG_EPHEMERAL) || length < BLOB_DATA + 8)
      continue;
    start = read_u32 (at + BLOB_DATA);
    extent = read_u32 (at + BLOB_DATA + 4);
    if (start <= length && extent <= length - start)
      g_ptr_array_add (list, g_bytes_new_with_free_func (at + start, extent, (GDestroyNotify) g_bytes_unref, g_bytes_ref (bytes)));
  }
  return list;
}

void
mado_cms_home_drop_ring (const char *path)
{
  static const char *const all[] = { RING, RING "~", RING ".tmp", RING ".lock" };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autofree char *file = g_build_filename (path, all[i], NULL);
    unlink (file);
  }
}

gboolean
mado_cms_home_new_ring (const char *path, GError **error)
{
  g_autofree char *source = g_build_filename (path, SOURCE, NULL);
  g_autofree char *target = g_build_filename (path, RING, NULL);
  g_autoptr (GBytes) bytes = NULL, certificates = NULL;

  mado_cms_home_drop_ring (path);
  if (!g_file_test (source, G_FILE_TEST_EXISTS))
    bytes = g_bytes_new_static ("", 0);
  else if (!mado_fsio_read_file (source, MAX_RING, &bytes, error))
    return FALSE;
  certificates = mado_cms_home_certificates (bytes);
  return mado_fsio_replace (target, certificates, 0600, error);
}
