/* own-keys.c: see own-keys.h. Only public parts are looked at: whether an agent has the secret ones is doctor's
 * question. */
#include "madoguchi/pgp/own-keys.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/certificates.h"
#include "madoguchi/pgp/cms-home.h"
#include "madoguchi/pgp/context.h"

#include <string.h>

#define RING_BYTES_MAX (256 * 1024 * 1024)
#define PARTS_MAX 1000
#define STRING_MAX_BYTES 4000

static const struct {
  const char *key, *kind;
} lists[] = { { "old-keys", "old" }, { "shared-keys", "shared" } };

/* (transfer full) @text without blanks, upper case. */
static char *
fold (const char *text)
{
  GString *digits = g_string_new (NULL);

  for (const char *p = g_str_has_prefix (text, "0x") ? text + 2 : text; *p != '\0'; p++)
    if (!g_ascii_isspace (*p))
      g_string_append_c (digits, g_ascii_toupper (*p));
  return g_string_free (digits, FALSE);
}

static void
add_name (GStrvBuilder *names, const char *kind, const char *value)
{
  g_autofree char *folded = fold (value);
  g_autofree char *line = g_strconcat (kind, " ", folded, NULL);

  g_strv_builder_add (names, line);
}

char **
mado_own_keys_named (const MadoConf *conf)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *team = mado_conf_string (conf, "team", "key");
  const char *const *addresses = mado_conf_list (conf, "team", "address");

  if (team != NULL)
    add_name (names, "team", team);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const char *const *one = mado_conf_list (conf, "team", lists[i].key); *one != NULL; one++)
      add_name (names, lists[i].kind, *one);
  for (; *addresses != NULL; addresses++)
    add_name (names, "address", *addresses);
  return g_strv_builder_end (names);
}

const char *
mado_own_keys_kind (const char *const *named, const char *fingerprint)
{
  static const char *const kinds[] = { "team", "old", "shared" };

  for (gsize i = 0; fingerprint != NULL && i < G_N_ELEMENTS (kinds); i++)
    for (const char *const *line = named; *line != NULL; line++)
      if (g_str_has_prefix (*line, kinds[i]) && g_ascii_strcasecmp (strchr (*line, ' ') + 1, fingerprint) == 0)
        return kinds[i];
  return NULL;
}

/* --- OpenPGP ------------------------------------------------------------------------------------------- */

static char **
uses_of (gpgme_subkey_t part)
{
  g_autoptr (GStrvBuilder) uses = g_strv_builder_new ();

  if (part->can_certify)
    g_strv_builder_add (uses, "certify");
  if (part->can_sign)
    g_strv_builder_add (uses, "sign");
  if (part->can_encrypt)
    g_strv_builder_add (uses, "encrypt");
  return g_strv_builder_end (uses);
}

static MadoOwnKey *
new_part (const char *kind, const char *fingerprint)
{
  MadoOwnKey *key = mado_own_key_new ();

  key->kind = g_strdup (kind);
  key->fingerprint = g_ascii_strup (fingerprint, -1);
  return key;
}

static char **
names_of (gpgme_key_t found)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint count = 0;

  for (gpgme_user_id_t uid = found->uids; uid != NULL && count < PARTS_MAX; uid = uid->next, count++) {
    g_autofree char *valid = g_utf8_make_valid (uid->uid != NULL ? uid->uid : "", -1);
    g_autofree char *name = mado_text_truncate (valid, STRING_MAX_BYTES);
    if (!uid->revoked && !uid->invalid)
      g_strv_builder_add (names, name);
  }
  return g_strv_builder_end (names);
}

static void
add_parts (GPtrArray *own, const char *kind, gpgme_key_t found)
{
  guint count = 0;

  for (gpgme_subkey_t part = found->subkeys; part != NULL && count < PARTS_MAX; part = part->next, count++) {
    MadoOwnKey *key = new_part (kind, found->subkeys->fpr);
    key->subkey = part == found->subkeys || part->fpr == NULL ? NULL : g_ascii_strup (part->fpr, -1);
    g_strfreev (key->uses);
    key->uses = uses_of (part);
    key->created = MAX (0, part->timestamp);
    key->expires = MAX (0, part->expires);
    key->is_revoked = part->revoked || found->revoked;
    if (part == found->subkeys) {
      g_strfreev (key->names);
      key->names = names_of (found);
    }
    g_ptr_array_add (own, key);
  }
}

/* Does @text look like the fingerprint of a key? gpg would take anything else for a part of a name. */
static gboolean
is_fingerprint (const char *text)
{
  gsize length = strspn (text, "0123456789ABCDEF");

  return text[length] == '\0' && (length == 40 || length == 64);
}

static gboolean
add_named (const MadoRingEngine *engine, GPtrArray *own, const char *kind, const char *fingerprint, GError **error)
{
  gpgme_key_t found = NULL;
  gpgme_error_t problem = is_fingerprint (fingerprint) ? gpgme_get_key (engine->context, fingerprint, &found, 0) : 0;

  if (problem != 0 && gpgme_err_code (problem) != GPG_ERR_EOF)
    return mado_pgp_error_set (error, problem, "own keys");
  if (found == NULL || found->subkeys == NULL || found->subkeys->fpr == NULL) {
    MadoOwnKey *key = new_part (kind, fingerprint);
    key->is_missing = TRUE;
    g_ptr_array_add (own, key);
  } else {
    add_parts (own, kind, found);
  }
  if (found != NULL)
    gpgme_key_unref (found);
  return TRUE;
}

/* --- S/MIME -------------------------------------------------------------------------------------------- */

static gboolean
names_us (const MadoCertificate *certificate, const char *const *addresses)
{
  for (char **name = certificate->names; *name != NULL; name++)
    for (const char *const *address = addresses; *address != NULL; address++)
      if (mado_text_same_address (*name, *address))
        return TRUE;
  return FALSE;
}

static void
add_certificate (GPtrArray *own, const MadoCertificate *certificate)
{
  MadoOwnKey *key = new_part ("certificate", certificate->fingerprint);
  g_autoptr (GStrvBuilder) uses = g_strv_builder_new ();

  key->protocol = MADO_PROTOCOL_SMIME;
  key->serial = g_strdup (certificate->serial);
  key->created = certificate->begins;
  key->expires = certificate->ends;
  if (certificate->can_sign)
    g_strv_builder_add (uses, "sign");
  if (certificate->can_encrypt)
    g_strv_builder_add (uses, "encrypt");
  g_strfreev (key->uses);
  key->uses = g_strv_builder_end (uses);
  g_strfreev (key->names);
  key->names = g_strdupv (certificate->names);
  g_ptr_array_add (own, key);
}

static gboolean
add_certificates (const MadoRingEngine *engine, GPtrArray *own, GError **error)
{
  g_autofree char *ring = g_build_filename (engine->gnupg_home, "pubring.kbx", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (!g_file_test (ring, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!mado_fsio_read_file (ring, RING_BYTES_MAX, &bytes, error))
    return FALSE;
  found = mado_cms_home_list (bytes);
  for (guint i = 0; i < found->len && own->len < PARTS_MAX; i++) {
    gsize size;
    const guint8 *der = g_bytes_get_data (found->pdata[i], &size);
    g_auto (MadoCertificate) certificate = { 0 };
    if (mado_certificate_read (der, size, &certificate) && names_us (&certificate, mado_conf_list (engine->conf, "team", "address")))
      add_certificate (own, &certificate);
  }
  return TRUE;
}

gboolean
mado_own_keys_find (const MadoRingEngine *engine, GPtrArray *own, GError **error)
{
  g_auto (GStrv) named = mado_own_keys_named (engine->conf);

  for (char **line = named; *line != NULL; line++) {
    g_auto (GStrv) words = g_strsplit (*line, " ", 2);
    if (strcmp (words[0], "address") != 0 && !add_named (engine, own, words[0], words[1], error))
      return FALSE;
  }
  return add_certificates (engine, own, error);
}
