/* test-pgp-seal.c: what the sealer makes can be opened by whom it is for and by the team, and which keys it refuses. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/seal.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *keys, *runtime, *other, *key, *alice;
  MadoConf *conf;
  MadoPgpHome *home;
  MadoSealer *sealer;
} Team;

static void
set_up (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *export[] = { "--armor", "--export", NULL };
  const char *import[] = { "--import", NULL };
  g_autoptr (GError) error = NULL;

  team->keys = fixture_home_new ();
  team->runtime = fixture_home_new ();
  team->other = fixture_home_new ();
  team->key = fixture_key (team->keys, "Team <csirt@team.example>", NULL);
  team->alice = fixture_key (team->other, "Alice <alice@x.example>", NULL);
  g_autofree char *block = fixture_gpg (team->other, NULL, export);
  g_free (fixture_gpg (team->keys, block, import));
  team->conf = fixture_conf (team->keys, team->runtime, team->key, NULL);
  team->home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_SIGN, 0, &error);
  g_assert_no_error (error);
  team->sealer = mado_sealer_new (team->home, team->key, &error);
  g_assert_no_error (error);
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_sealer_free (team->sealer);
  mado_pgp_home_close (team->home);
  mado_conf_free (team->conf);
  fixture_home_free (team->runtime);
  fixture_home_free (team->keys);
  fixture_home_free (team->other);
  g_free (team->key);
  g_free (team->alice);
}

/* (transfer full) the bytes as text; every line ends with CR LF. */
static char *
as_text (GBytes *bytes)
{
  char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_cmpuint (strlen (text), ==, g_bytes_get_size (bytes));
  for (const char *at = text; *at != '\0'; at++) {
    g_assert_true (*at != '\n' || (at > text && at[-1] == '\r'));
    g_assert_true (*at != '\r' || at[1] == '\n');
  }
  return text;
}

static void
test_sign (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("text \r\n\r\nmore", 13);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *micalg = NULL;
  g_autofree char *file = g_build_filename (team->runtime, "signed", NULL);
  g_autofree char *text = NULL;
  const char *verify[] = { "--status-fd", "1", "--trust-model", "always", "--verify", "-", file, NULL };

  g_assert_true (mado_sealer_sign (team->sealer, bytes, &signature, &micalg, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (micalg, ==, "pgp-sha512");
  text = as_text (signature);
  g_assert_true (g_str_has_prefix (text, "-----BEGIN PGP SIGNATURE-----\r\n"));
  g_assert_null (strstr (text, "Version:"));
  g_assert_true (g_file_set_contents (file, "text \r\n\r\nmore", 13, NULL));
  g_autofree char *told = fixture_gpg (team->keys, text, verify);
  g_assert_nonnull (strstr (told, "GOODSIG"));
  g_assert_nonnull (strstr (told, team->key));
  g_assert_cmpint (mado_sealer_trial_us (team->sealer), >, 0);
}

static guint
count (const char *text, const char *piece)
{
  guint found = 0;

  while ((text = strstr (text, piece)) != NULL) {
    found++;
    text += strlen (piece);
  }
  return found;
}

static void
test_sign_encrypt (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const MadoSealTo both = { team->alice, NULL, TRUE }, her = { team->alice, NULL, FALSE };
  const char *decrypt[] = { "--status-fd", "1", "--trust-model", "always", "--decrypt", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("for alice\r\n", 11);
  g_autoptr (GBytes) armoured = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (mado_sealer_sign_encrypt (team->sealer, bytes, &both, &armoured, &error));
  g_assert_no_error (error);
  text = as_text (armoured);
  g_assert_true (g_str_has_prefix (text, "-----BEGIN PGP MESSAGE-----\r\n"));
  g_assert_null (strstr (text, "for alice"));
  g_autofree char *hers = fixture_gpg (team->other, text, (const char *[]) { "--decrypt", "--skip-verify", NULL });
  g_autofree char *ours = fixture_gpg (team->keys, text, decrypt);
  g_assert_nonnull (strstr (hers, "for alice\r\n"));
  g_assert_nonnull (strstr (ours, "for alice\r\n")); /* the team reads its own answers */
  g_assert_nonnull (strstr (ours, "GOODSIG"));
  g_assert_nonnull (strstr (ours, "GOODMDC"));
  /* To her alone: one recipient, where there were two. */
  g_autoptr (GBytes) alone = NULL;
  g_assert_true (mado_sealer_sign_encrypt (team->sealer, bytes, &her, &alone, &error));
  g_autofree char *to_one = as_text (alone);
  const char *list[] = { "--list-only", "--list-packets", NULL };
  g_autofree char *one = fixture_gpg (team->other, to_one, list);
  g_autofree char *two = fixture_gpg (team->other, text, list);
  g_assert_cmpuint (count (one, ":pubkey enc packet:"), ==, 1);
  g_assert_cmpuint (count (two, ":pubkey enc packet:"), ==, 2);
}

/* The team's encryption subkey is taken back while the signer runs: that is not the recipient's fault, and he gets his answer. */
static void
test_team_key_ends (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const MadoSealTo both = { team->alice, NULL, TRUE };
  const char *list[] = { "--list-only", "--list-packets", NULL };
  const char *edit[] = { "--command-fd", "0", "--edit-key", team->key, NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("for alice\r\n", 11);
  g_autoptr (GBytes) armoured = NULL;
  g_autoptr (GError) error = NULL;

  g_free (fixture_gpg (team->keys, "key 1\nrevkey\ny\n0\n\ny\nsave\n", edit));
  g_assert_true (mado_sealer_sign_encrypt (team->sealer, bytes, &both, &armoured, &error));
  g_assert_no_error (error);
  g_autofree char *text = as_text (armoured);
  g_autofree char *one = fixture_gpg (team->other, text, list);
  g_assert_cmpuint (count (one, ":pubkey enc packet:"), ==, 1);
}

/* (transfer full) the output of gpg on @home, byte for byte. */
static GBytes *
export_key (const char *home, const char *key)
{
  char *text = fixture_gpg (home, NULL, (const char *[]) { "--armor", "--export", key, NULL });

  return g_bytes_new_take (text, strlen (text));
}

/* A key that is not in the ring: it is used, and the ring does not learn it. */
static void
test_block (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *bob = fixture_key (team->other, "Bob <bob@x.example>", NULL);
  const char *make[] = { "--passphrase", "", "--quick-gen-key", "Sign <sign@x.example>", "ed25519", "sign", "never", NULL };
  g_autoptr (GBytes) block = export_key (team->other, bob);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("for bob\r\n", 9);
  g_autoptr (GBytes) armoured = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  MadoSealTo to = { bob, block, FALSE };

  g_assert_true (mado_sealer_sign_encrypt (team->sealer, bytes, &to, &armoured, &error));
  g_assert_no_error (error);
  {
    g_autofree char *text = as_text (armoured);
    g_autofree char *his = fixture_gpg (team->other, text, (const char *[]) { "--decrypt", "--skip-verify", NULL });
    g_assert_nonnull (strstr (his, "for bob\r\n"));
  }
  to.block = NULL;
  g_assert_false (mado_sealer_sign_encrypt (team->sealer, bytes, &to, &second, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_clear_error (&error);
  g_free (fixture_gpg (team->other, NULL, make));
  g_autoptr (GBytes) useless = export_key (team->other, "=Sign <sign@x.example>");
  to.block = useless;
  g_assert_false (mado_sealer_sign_encrypt (team->sealer, bytes, &to, &second, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

/* How many packets of @tag stand in @key? */
static gsize
count_packets (Team *team, GBytes *key, const char *name)
{
  g_autofree char *path = g_build_filename (team->other, "key.bin", NULL);
  g_autofree char *list = NULL;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (key, NULL), (gssize) g_bytes_get_size (key), NULL));
  list = fixture_gpg (team->other, NULL, (const char *[]) { "--list-packets", path, NULL });
  return count (list, name);
}

static void
test_public_key (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *add_uid[] = { "--passphrase", "", "--quick-add-uid", team->key, "Other <other@team.example>", NULL };
  const char *add_sub[] = { "--passphrase", "", "--quick-add-key", team->key, "ed25519", "sign", "never", NULL };
  const MadoPublicKey *key = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GError) error = NULL;

  g_free (fixture_gpg (team->keys, NULL, add_uid));
  g_free (fixture_gpg (team->keys, NULL, add_sub));
  g_assert_true (mado_sealer_public_key (team->sealer, "CSIRT@team.example", &key, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_packets (team, key->small, ":user ID packet:"), ==, 1);
  g_assert_cmpuint (count_packets (team, key->small, ":public sub key packet:"), ==, 1); /* the one to encrypt to */
  g_assert_cmpuint (count_packets (team, key->small, ":signature packet:"), ==, 2);
  g_assert_cmpuint (count_packets (team, key->armoured, ":user ID packet:"), ==, 2);
  g_assert_cmpuint (count_packets (team, key->armoured, ":public sub key packet:"), ==, 2);
  first = g_bytes_ref (key->armoured);
  g_assert_true (mado_sealer_public_key (team->sealer, "CSIRT@team.example", &key, &error));
  g_assert_true (key->armoured == first); /* nothing has changed: not exported again */
  g_free (fixture_gpg (team->keys, NULL, (const char *[]) { "--passphrase", "", "--quick-revoke-uid", team->key, "Other <other@team.example>", NULL }));
  g_assert_true (mado_sealer_public_key (team->sealer, "CSIRT@team.example", &key, &error));
  g_assert_false (g_bytes_equal (key->armoured, first));
}

static void
test_public_key_nameless (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const MadoPublicKey *key = NULL;

  g_assert_true (mado_sealer_public_key (team->sealer, "somebody@else.example", &key, NULL));
  g_assert_null (key->small); /* no user ID says so: no Autocrypt */
  g_assert_nonnull (key->armoured);
}

/* Expects that nothing is sealed to @key, with @code, and that the words name it. */
static void
expect_refused (Team *team, const char *key, int code, const char *words)
{
  const MadoSealTo to = { key, NULL, TRUE };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x\r\n", 3);
  g_autoptr (GBytes) armoured = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mado_sealer_sign_encrypt (team->sealer, bytes, &to, &armoured, &error));
  g_assert_error (error, MADO_ERROR, code);
  g_assert_null (armoured);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
test_refused (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *sign_only = NULL;
  const char *make[] = { "--passphrase", "", "--quick-gen-key", "Sign <sign@x.example>", "ed25519", "sign", "never", NULL };
  const char *list[] = { "--with-colons", "--list-keys", "=Sign <sign@x.example>", NULL };

  expect_refused (team, "alice@x.example", MADO_ERROR_PERM, "fingerprint"); /* only a fingerprint names one key */
  expect_refused (team, "-----", MADO_ERROR_PERM, "fingerprint");
  expect_refused (team, "0123456789ABCDEF0123456789ABCDEF01234567", MADO_ERROR_PERM,
                  "0123456789ABCDEF0123456789ABCDEF01234567");
  g_free (fixture_gpg (team->keys, NULL, make));
  g_autofree char *listing = fixture_gpg (team->keys, NULL, list);
  sign_only = g_strndup (strstr (strstr (listing, "\nfpr:"), ":::::::::") + 9, 40);
  expect_refused (team, sign_only, MADO_ERROR_PERM, sign_only);
}

/* While the ring is away the sealer goes on with the copy that it has. */
static void
test_ring_away (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ring = g_build_filename (team->keys, "pubring.kbx", NULL);
  g_autofree char *away = g_build_filename (team->keys, "pubring.kbx~", NULL);
  const MadoSealTo to = { team->alice, NULL, TRUE };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x\r\n", 3);
  g_autoptr (GBytes) armoured = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rename (ring, away), ==, 0);
  g_assert_true (mado_sealer_sign_encrypt (team->sealer, bytes, &to, &armoured, &error));
  g_assert_no_error (error);
  expect_refused (team, "0123456789ABCDEF0123456789ABCDEF01234567", MADO_ERROR_PERM, "0123456789ABCDEF");
}

static void
expect_no_sealer (Team *team, const char *fingerprint, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_sealer_new (team->home, fingerprint, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
test_team_key (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  expect_no_sealer (team, NULL, "not set");
  expect_no_sealer (team, "", "not set");
  expect_no_sealer (team, "0123456789ABCDEF0123456789ABCDEF01234567", "not in the keyring");
  expect_no_sealer (team, team->alice, "no usable secret key");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/seal/sign", Team, NULL, set_up, test_sign, tear_down);
  g_test_add ("/pgp/seal/team-key-ends", Team, NULL, set_up, test_team_key_ends, tear_down);
  g_test_add ("/pgp/seal/block", Team, NULL, set_up, test_block, tear_down);
  g_test_add ("/pgp/seal/public-key", Team, NULL, set_up, test_public_key, tear_down);
  g_test_add ("/pgp/seal/public-key-nameless", Team, NULL, set_up, test_public_key_nameless, tear_down);
  g_test_add ("/pgp/seal/sign-encrypt", Team, NULL, set_up, test_sign_encrypt, tear_down);
  g_test_add ("/pgp/seal/refused", Team, NULL, set_up, test_refused, tear_down);
  g_test_add ("/pgp/seal/ring-away", Team, NULL, set_up, test_ring_away, tear_down);
  g_test_add ("/pgp/seal/team-key", Team, NULL, set_up, test_team_key, tear_down);
  return g_test_run ();
}
