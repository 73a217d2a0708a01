/* published.c: see published.h. For `madoguchi publish` and what doctor compares with. */
#include "madoguchi/pgp/published.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/armor.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/run.h"

#include <string.h>

#define LINE 64

static gboolean
write_conf (const char *home, GError **error)
{
  static const char text[] = "no-autostart\n"
                             "no-auto-key-retrieve\n"
                             "no-auto-check-trustdb\n"
                             "disable-dirmngr\n"
                             "no-random-seed-file\n"
                             "trust-model always\n"
                             "import-options import-minimal,self-sigs-only\n"
                             "export-options export-minimal\n"
                             "no-emit-version\n"
                             "no-comments\n";
  g_autofree char *path = g_build_filename (home, "gpg.conf", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);

  return mado_fsio_replace (path, bytes, 0600, error);
}

/* (transfer full) gpg's expression for user IDs with any of @addresses; it compares them in lower case. */
static char *
make_filter (const char *const *addresses, GError **error)
{
  g_autoptr (GString) filter = g_string_new ("keep-uid=");

  for (gsize i = 0; addresses[i] != NULL; i++) {
    g_autofree char *lower = g_ascii_strdown (addresses[i], -1);
    if (strpbrk (lower, " \t\r\n|&\"") != NULL || strchr (lower, '@') == NULL || *lower == '-') {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: no address that a user ID can be found by", addresses[i]);
      return NULL;
    }
    g_string_append_printf (filter, "%smbox = %s && revoked -f", i > 0 ? " || " : "", lower);
  }
  return g_string_free (g_steal_pointer (&filter), FALSE);
}

/* Is there a user ID packet (tag 13) in @key? A filter that fits nothing leaves a bare key. */
static gboolean
has_user (GBytes *key)
{
  gsize size, at = 0;
  const guint8 *bytes = g_bytes_get_data (key, &size);

  while (at + 2 < size && (bytes[at] & 0x80) != 0) {
    gboolean is_new = (bytes[at] & 0x40) != 0;
    guint tag = is_new ? bytes[at] & 0x3f : (bytes[at] >> 2) & 0x0f, octets;
    gsize length = bytes[at + 1];
    if (tag == 13)
      return TRUE;
    octets = is_new ? (length < 192 ? 1 : length < 224 ? 2
                                                       : 5)
                    : 1u << (bytes[at] & 3);
    if (octets > 5 || at + 1 + octets > size || (!is_new && (bytes[at] & 3) == 3))
      return FALSE;
    if (is_new && octets == 2)
      length = ((length - 192) << 8) + bytes[at + 2] + 192;
    else if (octets > 1) {
      length = 0;
      for (guint i = is_new ? 1 : 0; i < octets; i++)
        length = length << 8 | bytes[at + 1 + i];
    }
    at += 1 + octets + length;
  }
  return FALSE;
}

static GBytes *
filter_key (const MadoPgpProgram *program, GBytes *key, const char *filter, const char *first, GError **error)
{
  const char *import[] = { "--import", NULL };
  const char *export[] = { "--export-filter", filter, "--export", NULL };
  g_autoptr (GBytes) nothing = NULL, out = NULL, empty = g_bytes_new_static ("", 0);
  g_autofree char *said = NULL, *status = NULL;

  if (!mado_pgp_run (program, import, key, &nothing, &said, error)
      || !mado_pgp_run (program, export, empty, &out, &status, error))
    return NULL;
  if (strstr (said, "IMPORT_OK ") == NULL || g_bytes_get_size (out) == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no OpenPGP key that could be published");
    return NULL;
  }
  if (has_user (out))
    return g_steal_pointer (&out);
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no user ID of the key names %s (gpg --quick-add-uid adds one)", first);
  return NULL;
}

GBytes *
mado_published_key (GBytes *key, const char *const *addresses, GError **error)
{
  g_autofree char *home = g_strdup ("/tmp/mdXXXXXX");
  g_autofree char *filter = make_filter (addresses, error);
  g_auto (gpgme_ctx_t) context = NULL;
  GBytes *out = NULL;

  if (filter == NULL)
    return NULL;
  if (g_mkdtemp (home) == NULL) {
    mado_error_set_errno (error, home);
    return NULL;
  }
  context = write_conf (home, error) ? mado_pgp_context_new (home, error) : NULL;
  if (context != NULL) {
    MadoPgpProgram program = mado_pgp_program_of (context);
    out = filter_key (&program, key, filter, addresses[0], error);
  }
  mado_fsio_remove_tree (home, NULL);
  return out;
}

char *
mado_published_armor (GBytes *key)
{
  g_autoptr (GString) out = g_string_new ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n");
  gsize size;
  const guint8 *bytes = g_bytes_get_data (key, &size);
  g_autofree char *text = g_base64_encode (bytes, size);
  g_autoptr (GBytes) summed = NULL;
  gboolean was_wrong;

  for (gsize length = strlen (text), at = 0; at < length; at += LINE)
    g_string_append_printf (out, "%.*s\n", LINE, text + at);
  g_string_append (out, "-----END PGP PUBLIC KEY BLOCK-----\n");
  summed = mado_pgp_armor_repair ((const guint8 *) out->str, out->len, &was_wrong); /* GnuPG 2.2 wants a checksum */
  return summed == NULL ? g_string_free (g_steal_pointer (&out), FALSE) : g_strndup (g_bytes_get_data (summed, NULL), g_bytes_get_size (summed));
}
