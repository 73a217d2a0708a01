/* Sealed values open where they rest and nowhere else; keys come and go. */
#include "madoguchi/base/error.h"
#include "madoguchi/vault/vault.h"

#include <string.h>

static GBytes *
seal (const MadoVault *vault, const char *text)
{
  return mado_vault_seal (vault, "incident.subject", "2026-000001", text, strlen (text));
}

static gboolean
opens (const MadoVault *vault, const char *place, const char *row, GBytes *sealed)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  const void *data = g_bytes_get_data (sealed, &length);
  g_autoptr (GBytes) text = mado_vault_open (vault, place, row, data, length, &error);

  if (text == NULL)
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  return text != NULL;
}

static void
test_place (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (MadoVault) other = mado_vault_new ();
  g_autoptr (GBytes) sealed = seal (vault, "秘密");
  g_autoptr (GBytes) again = seal (vault, "秘密");
  g_autoptr (GBytes) empty = seal (vault, "");

  g_assert_false (g_bytes_equal (sealed, again));
  g_assert_cmpuint (g_bytes_get_size (sealed), ==, strlen ("秘密") + MADO_VAULT_OVERHEAD);
  g_assert_true (opens (vault, "incident.subject", "2026-000001", sealed));
  g_assert_true (opens (vault, "incident.subject", "2026-000001", empty));
  g_assert_false (opens (vault, "incident.subject", "2026-000002", sealed));
  g_assert_false (opens (vault, "incident.reporter", "2026-000001", sealed));
  g_assert_false (opens (vault, "incident", "subject2026-000001", sealed));
  g_assert_false (opens (other, "incident.subject", "2026-000001", sealed));
}

/* Each byte counts, and each length. */
static void
test_changed (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (GBytes) sealed = seal (vault, "a report");
  gsize length;
  const guint8 *data = g_bytes_get_data (sealed, &length);

  for (gsize i = 0; i < length; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, length);
    copy[i] ^= 1;
    g_autoptr (GBytes) changed = g_bytes_new (copy, length);
    g_assert_false (opens (vault, "incident.subject", "2026-000001", changed));
    g_autoptr (GBytes) cut = g_bytes_new (data, i);
    g_assert_false (opens (vault, "incident.subject", "2026-000001", cut));
  }
}

static void
test_keys (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (GBytes) old = seal (vault, "before");

  g_assert_true (mado_vault_rotate (vault, NULL));
  g_autoptr (GBytes) new = seal (vault, "after");
  g_assert_cmpuint (mado_vault_current_key (vault), ==, 2);
  g_assert_cmpuint (mado_vault_key_of (g_bytes_get_data (old, NULL), g_bytes_get_size (old)), ==, 1);
  g_assert_cmpuint (mado_vault_key_of (g_bytes_get_data (new, NULL), g_bytes_get_size (new)), ==, 2);
  g_assert_cmpuint (mado_vault_key_of ("plain", 5), ==, 0);

  g_autoptr (GBytes) secrets = mado_vault_export (vault);
  g_autoptr (MadoVault) copy = mado_vault_import (secrets, NULL);
  g_assert_true (opens (copy, "incident.subject", "2026-000001", old));
  g_assert_true (opens (copy, "incident.subject", "2026-000001", new));
  mado_vault_retire (copy);
  g_assert_cmpuint (mado_vault_count_keys (copy), ==, 1);
  g_assert_false (opens (copy, "incident.subject", "2026-000001", old));
  g_assert_true (opens (copy, "incident.subject", "2026-000001", new));

  for (guint i = 2; i < 8; i++)
    g_assert_true (mado_vault_rotate (vault, NULL));
  g_autoptr (GError) error = NULL;
  g_assert_false (mado_vault_rotate (vault, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  mado_vault_retire (vault);
  g_assert_true (mado_vault_rotate (vault, NULL));
}

static void
test_hash (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (MadoVault) other = mado_vault_new ();
  guint8 a[MADO_VAULT_HASH_SIZE], b[MADO_VAULT_HASH_SIZE], key[MADO_VAULT_KEY_SIZE], second[MADO_VAULT_KEY_SIZE];

  mado_vault_hash (vault, "address", "x@example.org", 13, a);
  mado_vault_rotate (vault, NULL);
  mado_vault_hash (vault, "address", "x@example.org", 13, b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  mado_vault_hash (vault, "indicator", "x@example.org", 13, b);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  mado_vault_hash (other, "address", "x@example.org", 13, b);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  mado_vault_derive (vault, "audit", key);
  mado_vault_derive (vault, "words", second);
  g_assert_cmpint (memcmp (key, second, sizeof key), !=, 0);
  mado_vault_clear (key, sizeof key);
  g_assert_cmpuint (key[0] | key[31], ==, 0);
}

static void
test_secrets (void)
{
  static const char *const wrong[] = {
    "madoguchi-vault: 1\n",
    "madoguchi-vault: 2\nindex-key: %s\ndata-key 1: %s\n",
    "madoguchi-vault: 1\nindex-key: %s\n",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key 0: %s\n",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key 300: %s\n",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key : %s\n",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key 1: %s",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key 1: %s\ndata-key 1: %s\n",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key 1: %s0\n",
    "madoguchi-vault: 1\nindex-key: %s\ndata-key 1: %s\nmore\n",
  };
  g_autofree char *hex = g_strnfill (64, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) parts = g_strsplit (wrong[i], "%s", -1);
    g_autofree char *text = g_strjoinv (hex, parts);
    g_autoptr (GBytes) secrets = g_bytes_new (text, strlen (text));
    g_assert_null (mado_vault_import (secrets, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  }
  g_autofree char *right = g_strdup_printf ("madoguchi-vault: 1\nindex-key: %s\ndata-key 7: %s\n", hex, hex);
  g_autoptr (GBytes) secrets = g_bytes_new (right, strlen (right));
  g_autoptr (MadoVault) vault = mado_vault_import (secrets, NULL);
  g_assert_cmpuint (mado_vault_current_key (vault), ==, 7);
  g_autoptr (GBytes) again = mado_vault_export (vault);
  g_assert_true (g_bytes_equal (again, secrets));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vault/place", test_place);
  g_test_add_func ("/vault/changed", test_changed);
  g_test_add_func ("/vault/keys", test_keys);
  g_test_add_func ("/vault/hash", test_hash);
  g_test_add_func ("/vault/secrets", test_secrets);
  return g_test_run ();
}
