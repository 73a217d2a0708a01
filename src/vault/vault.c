/* vault.c: see vault.h. The secrets stay in memory that libsodium locks and guards. Must never log or print one. */
#include "madoguchi/vault/vault.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/vault/keys.h"

#include <sodium.h>
#include <string.h>

#define FORMAT 1 /* of a sealed value: version, number of the data key, nonce, ciphertext with its tag */
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEADER (2 + NONCE)
#define MAX_KEYS 8
#define TITLE MADO_SECRET_TITLE
#define MAX_SECRETS MADO_SECRET_MAX /* bytes of exported text */
#define HEX (2 * MADO_VAULT_KEY_SIZE)

G_STATIC_ASSERT (MADO_VAULT_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
G_STATIC_ASSERT (MADO_VAULT_OVERHEAD == HEADER + TAG);

typedef struct {
  guint8 number; /* from 1; 0: no key */
  guint8 key[MADO_VAULT_KEY_SIZE];
} DataKey;

struct _MadoVault {
  guint8 index_key[MADO_VAULT_KEY_SIZE];
  DataKey keys[MAX_KEYS]; /* the newest first: it seals */
};

static MadoVault *
make_empty (void)
{
  if (sodium_init () < 0)
    g_error ("libsodium does not start");
  MadoVault *vault = sodium_malloc (sizeof *vault);
  if (vault == NULL)
    g_error ("no locked memory for the vault's keys");
  memset (vault, 0, sizeof *vault);
  return vault;
}

MadoVault *
mado_vault_new (void)
{
  MadoVault *vault = make_empty ();

  randombytes_buf (vault->index_key, sizeof vault->index_key);
  mado_vault_rotate (vault, NULL);
  return vault;
}

void
mado_vault_free (MadoVault *vault)
{
  sodium_free (vault); /* clears it */
}

void
mado_vault_clear (void *bytes, gsize length)
{
  sodium_memzero (bytes, length);
}

guint
mado_vault_count_keys (const MadoVault *vault)
{
  guint n = 0;

  while (n < MAX_KEYS && vault->keys[n].number != 0)
    n++;
  return n;
}

guint8
mado_vault_current_key (const MadoVault *vault)
{
  return vault->keys[0].number;
}

gboolean
mado_vault_rotate (MadoVault *vault, GError **error)
{
  guint n = mado_vault_count_keys (vault);
  guint8 last = vault->keys[0].number;

  if (n == MAX_KEYS || last == G_MAXUINT8) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "the vault takes no further data key");
    return FALSE;
  }
  memmove (&vault->keys[1], &vault->keys[0], n * sizeof vault->keys[0]);
  vault->keys[0].number = (guint8) (last + 1);
  randombytes_buf (vault->keys[0].key, sizeof vault->keys[0].key);
  return TRUE;
}

void
mado_vault_retire (MadoVault *vault)
{
  sodium_memzero (&vault->keys[1], (MAX_KEYS - 1) * sizeof vault->keys[0]);
}

void
mado_vault_assign (MadoVault *vault, const MadoVault *other)
{
  memcpy (vault, other, sizeof *vault);
}

/* --- as text -------------------------------------------------------------------------------------------- */

static void
clear_text (gpointer data)
{
  sodium_memzero (data, MAX_SECRETS);
  g_free (data);
}

GBytes *
mado_vault_export (const MadoVault *vault)
{
  char *text = g_malloc0 (MAX_SECRETS);
  char hex[HEX + 1];

  sodium_bin2hex (hex, sizeof hex, vault->index_key, sizeof vault->index_key);
  gsize used = (gsize) g_snprintf (text, MAX_SECRETS, TITLE "\nindex-key: %s\n", hex);
  for (guint i = 0; i < mado_vault_count_keys (vault); i++) {
    sodium_bin2hex (hex, sizeof hex, vault->keys[i].key, sizeof vault->keys[i].key);
    used += (gsize) g_snprintf (text + used, MAX_SECRETS - used, "data-key %u: %s\n", vault->keys[i].number, hex);
  }
  sodium_memzero (hex, sizeof hex);
  return g_bytes_new_with_free_func (text, used, clear_text, text);
}

static gboolean
read_hex (const char *hex, guint8 key[MADO_VAULT_KEY_SIZE])
{
  gsize length = 0;

  return strlen (hex) == HEX && sodium_hex2bin (key, MADO_VAULT_KEY_SIZE, hex, HEX, NULL, &length, NULL) == 0
         && length == MADO_VAULT_KEY_SIZE;
}

/* "data-key N: HEX", the newest first. */
static gboolean
read_data_key (MadoVault *vault, const char *line)
{
  guint n = mado_vault_count_keys (vault);
  const char *colon = strstr (line, ": ");
  char *end = NULL;
  guint64 number = g_ascii_strtoull (line, &end, 10);

  if (n == MAX_KEYS || end == line || end != colon || number == 0 || number > G_MAXUINT8
      || (n > 0 && number >= vault->keys[n - 1].number))
    return FALSE;
  vault->keys[n].number = (guint8) number;
  return read_hex (colon + 2, vault->keys[n].key);
}

static gboolean
read_line (MadoVault *vault, guint index, const char *line)
{
  if (index == 0)
    return strcmp (line, TITLE) == 0;
  if (index == 1)
    return g_str_has_prefix (line, "index-key: ") && read_hex (line + strlen ("index-key: "), vault->index_key);
  return g_str_has_prefix (line, "data-key ") && read_data_key (vault, line + strlen ("data-key "));
}

/* @text is cut into lines where it stands: no copy of a secret is left behind. */
static gboolean
read_secrets (MadoVault *vault, char *text)
{
  guint index = 0;

  for (char *line = text, *end; (end = strchr (line, '\n')) != NULL; line = end + 1) {
    *end = '\0';
    if (!read_line (vault, index++, line))
      return FALSE;
    if (end[1] == '\0')
      return mado_vault_count_keys (vault) > 0;
  }
  return FALSE;
}

MadoVault *
mado_vault_import (GBytes *secrets, GError **error)
{
  g_autoptr (MadoVault) vault = make_empty ();
  gsize length;
  const char *data = g_bytes_get_data (secrets, &length);
  gboolean is_right = FALSE;

  if (length > 0 && length < MAX_SECRETS && memchr (data, '\0', length) == NULL) {
    char text[MAX_SECRETS] = "";
    memcpy (text, data, length);
    is_right = read_secrets (vault, text);
    sodium_memzero (text, sizeof text);
  }
  if (is_right)
    return g_steal_pointer (&vault);
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "these are not the secrets of a vault");
  return NULL;
}

/* --- sealed values -------------------------------------------------------------------------------------- */

const guint8 *
mado_vault_find_key (const MadoVault *vault, guint8 number)
{
  for (guint i = 0; i < MAX_KEYS && vault->keys[i].number != 0; i++)
    if (vault->keys[i].number == number)
      return vault->keys[i].key;
  return NULL;
}

/* (transfer full) where a value rests, as the cipher's additional data; a place holds no zero byte. */
static GBytes *
make_binding (const char *place, const char *row)
{
  gsize head = strlen (place) + 1, length = head + strlen (row);
  char *bytes = g_malloc (length + 1);

  memcpy (bytes, place, head);
  memcpy (bytes + head, row, length - head + 1);
  return g_bytes_new_take (bytes, length);
}

guint8
mado_vault_key_of (const void *sealed, gsize length)
{
  const guint8 *bytes = sealed;

  return length >= MADO_VAULT_OVERHEAD && bytes[0] == FORMAT ? bytes[1] : 0;
}

GBytes *
mado_vault_seal (const MadoVault *vault, const char *place, const char *row, const void *bytes, gsize length)
{
  g_autoptr (GBytes) binding = make_binding (place, row);
  guint8 *out = g_malloc (length + MADO_VAULT_OVERHEAD);
  unsigned long long sealed = 0;

  out[0] = FORMAT;
  out[1] = vault->keys[0].number;
  randombytes_buf (out + 2, NONCE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (out + HEADER, &sealed, bytes, length, g_bytes_get_data (binding, NULL),
                                              g_bytes_get_size (binding), NULL, out + 2, vault->keys[0].key);
  return g_bytes_new_take (out, HEADER + (gsize) sealed);
}

GBytes *
mado_vault_open (const MadoVault *vault, const char *place, const char *row, const void *sealed, gsize length, GError **error)
{
  g_autoptr (GBytes) binding = make_binding (place, row);
  const guint8 *in = sealed;
  const guint8 *key = mado_vault_find_key (vault, mado_vault_key_of (sealed, length));
  g_autofree guint8 *out = key != NULL ? g_malloc (length - MADO_VAULT_OVERHEAD + 1) : NULL;
  unsigned long long opened = 0;

  if (key == NULL
      || crypto_aead_xchacha20poly1305_ietf_decrypt (out, &opened, NULL, in + HEADER, length - HEADER, g_bytes_get_data (binding, NULL),
                                                     g_bytes_get_size (binding), in + 2, key) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: a sealed value that does not belong here, or was changed", place);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&out), (gsize) opened);
}

/* --- derived -------------------------------------------------------------------------------------------- */

void
mado_vault_derive (const MadoVault *vault, const char *purpose, guint8 key[MADO_VAULT_KEY_SIZE])
{
  crypto_generichash (key, MADO_VAULT_KEY_SIZE, (const guint8 *) purpose, strlen (purpose), vault->index_key,
                      sizeof vault->index_key);
}

void
mado_vault_mac (const guint8 key[MADO_VAULT_KEY_SIZE], const void *bytes, gsize length, guint8 mac[MADO_VAULT_KEY_SIZE])
{
  crypto_generichash (mac, MADO_VAULT_KEY_SIZE, bytes, length, key, MADO_VAULT_KEY_SIZE);
}

void
mado_vault_hash (const MadoVault *vault, const char *purpose, const void *bytes, gsize length, guint8 hash[MADO_VAULT_HASH_SIZE])
{
  guint8 key[MADO_VAULT_KEY_SIZE];

  mado_vault_derive (vault, purpose, key);
  crypto_generichash (hash, MADO_VAULT_HASH_SIZE, bytes, length, key, sizeof key);
  sodium_memzero (key, sizeof key);
}

guint64
mado_vault_short_hash (const guint8 key[MADO_VAULT_KEY_SIZE], const void *bytes, gsize length)
{
  guint64 hash;

  G_STATIC_ASSERT (crypto_shorthash_BYTES == sizeof hash && crypto_shorthash_KEYBYTES <= MADO_VAULT_KEY_SIZE);
  crypto_shorthash ((guint8 *) &hash, bytes, length, key);
  return GUINT64_FROM_LE (hash);
}
