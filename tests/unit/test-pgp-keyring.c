/* test-pgp-keyring.c: import, pins, export and the table, on real GnuPG. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

typedef struct {
  char *team_home, *other_home, *team, *alice;
  MadoConf *conf;
} Ring;

static void
set_up (Ring *ring, gconstpointer data)
{
  (void) data;
  ring->team_home = fixture_home_new ();
  ring->other_home = fixture_home_new ();
  ring->team = fixture_key (ring->team_home, "Team <csirt@team.example>", NULL);
  ring->alice = fixture_key (ring->other_home, "アリス <Alice@Reporter.Example>", NULL);
  ring->conf = fixture_conf (ring->team_home, ring->team_home, ring->team, NULL);
}

static void
tear_down (Ring *ring, gconstpointer data)
{
  (void) data;
  mado_conf_free (ring->conf);
  fixture_home_free (ring->team_home);
  fixture_home_free (ring->other_home);
  g_free (ring->team);
  g_free (ring->alice);
}

static GBytes *
export_from (const char *home, const char *command, const char *key)
{
  char *text = fixture_gpg (home, NULL, (const char *[]) { "--armor", command, key, NULL });

  return g_bytes_new_take (text, strlen (text));
}

static MadoValidity
judge (const Ring *ring, const char *fingerprint, const char *address, const char **vouched_by)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (ring->conf, &error);
  const MadoKey *key;
  gboolean matches;

  g_assert_no_error (error);
  key = mado_key_index_find (index, fingerprint);
  g_assert_nonnull (key);
  return mado_key_index_judge (index, key, address, &matches, vouched_by);
}

/* A key ends for those who encrypt when its last valid subkey for it does: not with the primary, and not with one that
 * is revoked or only signs. */
static void
test_encrypts_until (Ring *ring, gconstpointer data)
{
  g_autofree char *expiring = NULL;
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (GError) error = NULL;
  const MadoKey *key;

  (void) data;
  g_autofree char *said = fixture_gpg (
      ring->other_home, NULL,
      (const char *[]) { "--passphrase", "", "--quick-gen-key", "Sig <sig@x.example>", "ed25519", "default", "never", NULL });
  expiring = fixture_key (ring->other_home, "Both <both@x.example>", NULL);
  g_autofree char *more = fixture_gpg (ring->other_home, NULL, (const char *[]) { "--passphrase", "", "--quick-add-key", expiring, "cv25519", "encr", "2d", NULL });
  {
    g_autoptr (GBytes) block = export_from (ring->other_home, "--export", "sig@x.example");
    g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, &error));
    key = imported->keys->pdata[0];
    g_assert_false (key->can_encrypt);
    g_assert_cmpint (key->encrypts_until, ==, 0);
  }
  g_clear_pointer (&imported, mado_key_table_free);
  {
    g_autoptr (GBytes) block = export_from (ring->other_home, "--export", expiring);
    g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, &error));
    key = imported->keys->pdata[0];
    g_assert_true (key->can_encrypt);
    g_assert_cmpint (key->encrypts_until, ==, 0); /* one of the two never ends */
  }
  g_clear_pointer (&imported, mado_key_table_free);
  {
    g_autofree char *ends = fixture_key (ring->other_home, "Ends <ends@x.example>", "3d");
    g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ends);
    gint64 now = g_get_real_time () / G_USEC_PER_SEC;
    g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, &error));
    key = imported->keys->pdata[0];
    g_assert_true (key->can_encrypt);
    g_assert_cmpint (key->encrypts_until, >, now + 2 * 86400);
    g_assert_cmpint (key->encrypts_until, <=, now + 4 * 86400);
  }
}

static void
test_import_and_pin (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (GError) error = NULL;
  const MadoKey *key;
  const char *by;

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (imported->keys->len, ==, 1);
  key = imported->keys->pdata[0];
  g_assert_cmpstr (key->fingerprint, ==, ring->alice);
  g_assert_cmpstr (key->algorithm, ==, "ed25519");
  g_assert_cmpuint (g_strv_length (key->subkeys), ==, 1);
  g_assert_true (key->can_encrypt && key->can_sign && !key->has_secret);
  g_assert_cmpint (key->encrypts_until, ==, 0);
  g_assert_cmpstr (((MadoKeyUser *) key->users->pdata[0])->user_id, ==, "アリス <Alice@Reporter.Example>");
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_true (mado_keyring_state (ring->conf, "pin", "alice@reporter.example", ring->alice, "hanako", NULL, &error));
  g_assert_cmpint (judge (ring, ring->alice, "Alice@Reporter.Example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "pin");
  g_assert_true (mado_keyring_state (ring->conf, "unpin", "ALICE@reporter.example", NULL, NULL, NULL, &error));
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_false (mado_keyring_state (ring->conf, "unpin", "alice@reporter.example", NULL, NULL, NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_cmpint (judge (ring, ring->team, "csirt@team.example", &by), ==, MADO_VALIDITY_ULTIMATE);
}

static void
test_import_pins (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (MadoKeyTable) imported = NULL;
  const char *by;

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, TRUE, "hanako", &imported, NULL));
  g_assert_cmpuint (g_strv_length (((MadoKey *) imported->keys->pdata[0])->pinned), ==, 1);
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_FULL);
  /* one key per address */
  g_assert_true (mado_keyring_state (ring->conf, "pin", "alice@reporter.example", ring->team, "hanako", NULL, NULL));
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_NEVER);
  g_assert_null (by);
}

/* gpg takes the first of two addresses. */
static void
test_two_addresses (Ring *ring, gconstpointer data)
{
  g_autofree char *eve = fixture_key (ring->other_home, "Eve <alice@reporter.example> <eve@x.example>", NULL);
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", eve);
  g_autoptr (MadoKeyTable) imported = NULL;
  const char *by;

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, TRUE, "hanako", &imported, NULL));
  g_assert_null (((MadoKeyUser *) ((MadoKey *) imported->keys->pdata[0])->users->pdata[0])->address);
  g_assert_cmpint (judge (ring, eve, "alice@reporter.example", &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_cmpint (judge (ring, eve, "eve@x.example", &by), ==, MADO_VALIDITY_UNKNOWN);
}

static void
test_certified (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autofree char *signed_key = NULL;
  const char *by;

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, NULL));
  signed_key = fixture_gpg (ring->team_home, NULL,
                            (const char *[]) { "--yes", "--quick-lsign-key", ring->alice, NULL });
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "certified");
  g_assert_true (mado_keyring_refresh_table (ring->conf, NULL));
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_FULL);
}

/* What the house says, what takes it back, and who said it. */
static void
test_statements (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (MadoKey) key = NULL;
  g_autoptr (GError) error = NULL;
  const char *by, *alice = ring->alice, *address = "alice@reporter.example";

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, NULL));
  g_assert_true (mado_keyring_state (ring->conf, "certify", NULL, alice, "hanako", &key, &error));
  g_assert_cmpuint (key->statements->len, ==, 1);
  g_assert_cmpstr (((MadoKeyStatement *) key->statements->pdata[0])->by, ==, "hanako");
  g_assert_cmpint (judge (ring, alice, address, &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "certified");
  g_assert_true (mado_keyring_state (ring->conf, "uncertify", NULL, alice, "hanako", NULL, NULL));
  g_assert_cmpint (judge (ring, alice, address, &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_false (mado_keyring_state (ring->conf, "uncertify", NULL, alice, "hanako", NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_true (mado_keyring_state (ring->conf, "map", "gateway.example", alice, NULL, NULL, NULL));
  g_assert_cmpint (judge (ring, alice, "anybody@gateway.example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "map");
  g_assert_true (mado_keyring_state (ring->conf, "distrust", NULL, alice, "taro", NULL, NULL));
  g_assert_cmpint (judge (ring, alice, "anybody@gateway.example", &by), ==, MADO_VALIDITY_NEVER);
  g_assert_null (by);
  g_assert_true (mado_keyring_state (ring->conf, "undistrust", NULL, alice, "taro", NULL, NULL));
  g_assert_cmpint (judge (ring, alice, "anybody@gateway.example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_true (mado_keyring_state (ring->conf, "unmap", "Gateway.example", NULL, NULL, NULL, NULL));
  g_assert_cmpint (judge (ring, alice, "anybody@gateway.example", &by), ==, MADO_VALIDITY_UNKNOWN);
}

/* The team's word is for the addresses that were there when it was given. */
static void
test_certified_then_changed (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (GBytes) more = NULL;
  g_autoptr (MadoKeyTable) imported = NULL, again = NULL;
  g_autofree char *out = NULL;
  const char *by;

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, NULL));
  g_assert_true (mado_keyring_state (ring->conf, "certify", NULL, ring->alice, NULL, NULL, NULL));
  out = fixture_gpg (ring->other_home, NULL,
                     (const char *[]) { "--passphrase", "", "--pinentry-mode", "loopback", "--quick-add-uid", ring->alice,
                                        "Bob <bob@victim.example>", NULL });
  more = export_from (ring->other_home, "--export", ring->alice);
  g_assert_true (mado_keyring_import (ring->conf, more, FALSE, NULL, &again, NULL));
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpint (judge (ring, ring->alice, "bob@victim.example", &by), ==, MADO_VALIDITY_UNKNOWN);
}

static void
test_remove (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (MadoKeyTable) imported = NULL, again = NULL, table = NULL;
  g_autoptr (GError) error = NULL;
  const char *by;

  (void) data;
  g_assert_true (mado_keyring_import (ring->conf, block, TRUE, NULL, &imported, NULL));
  g_assert_true (mado_keyring_state (ring->conf, "distrust", NULL, ring->alice, NULL, NULL, NULL));
  g_assert_true (mado_keyring_remove (ring->conf, ring->alice, &error));
  table = mado_keyring_list (ring->conf, NULL);
  g_assert_cmpuint (table->keys->len, ==, 1);
  g_assert_cmpstr (((MadoKey *) table->keys->pdata[0])->fingerprint, ==, ring->team);
  g_assert_false (mado_keyring_remove (ring->conf, ring->alice, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_false (mado_keyring_remove (ring->conf, ring->team, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  /* It comes back without its pin, and as distrusted as it was. */
  g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &again, NULL));
  g_assert_cmpuint (g_strv_length (((MadoKey *) again->keys->pdata[0])->pinned), ==, 0);
  g_assert_cmpint (judge (ring, ring->alice, "alice@reporter.example", &by), ==, MADO_VALIDITY_NEVER);
}

static void
test_bad_statements (Ring *ring, gconstpointer data)
{
  static const struct {
    const char *verb, *subject;
    gboolean is_team; /* about the team's key; else about one that is not known */
    int code;
  } rows[] = {
    { "map", "nodots", TRUE, MADO_ERROR_PERM },          { "map", "@y.example", TRUE, MADO_ERROR_PERM },
    { "map", "a@", TRUE, MADO_ERROR_PERM },              { "map", "y.example FF\npin", TRUE, MADO_ERROR_PERM },
    { "map", "-", TRUE, MADO_ERROR_PERM },               { "map", NULL, TRUE, MADO_ERROR_PERM },
    { "map", "y.example", FALSE, MADO_ERROR_NO },        { "certify", NULL, FALSE, MADO_ERROR_NO },
    { "unmap", "y.example", TRUE, MADO_ERROR_NO },       { "undistrust", NULL, TRUE, MADO_ERROR_NO },
    { "successor", "a@y.example", TRUE, MADO_ERROR_USAGE }, { "pin", "#a@y.example", TRUE, MADO_ERROR_PERM },
  };

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (mado_keyring_state (ring->conf, rows[i].verb, rows[i].subject, rows[i].is_team ? ring->team : ring->alice,
                                        NULL, NULL, &error));
    g_assert_error (error, MADO_ERROR, rows[i].code);
  }
}

static void
test_refusals (Ring *ring, gconstpointer data)
{
  g_autoptr (GBytes) junk = g_bytes_new_static ("no key at all\n", 14);
  g_autofree char *zeros = g_malloc0 (1024 * 1024 + 1);
  g_autoptr (GBytes) huge = g_bytes_new (zeros, 1024 * 1024 + 1);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  MadoKeyTable *imported = NULL;
  GBytes *bad[] = { junk, nothing };
  g_autoptr (GError) error = NULL;

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (mado_keyring_import (ring->conf, bad[i], TRUE, NULL, &imported, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
    g_clear_error (&error);
  }
  g_assert_false (mado_keyring_import (ring->conf, huge, TRUE, NULL, &imported, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_null (imported);
  g_assert_false (mado_keyring_state (ring->conf, "pin", "a@b.example", ring->alice, "hanako", NULL, &error)); /* not imported */
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_false (mado_keyring_state (ring->conf, "pin", "a@b.example", "csirt@team.example", "hanako", NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_false (mado_keyring_state (ring->conf, "pin", "a@b.example\nroot@c.example FF", ring->team, "hanako", NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_clear_error (&error);
  g_assert_null (mado_keyring_export (ring->conf, ring->alice, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
}

static void
test_secret_block (Ring *ring, gconstpointer data)
{
  g_autofree char *text = fixture_gpg (
      ring->other_home, NULL,
      (const char *[]) { "--armor", "--pinentry-mode", "loopback", "--passphrase", "", "--export-secret-keys",
                         ring->alice, NULL });
  g_autoptr (GBytes) block = g_bytes_new (text, strlen (text));
  g_autofree char *keys = g_build_filename (ring->team_home, "private-keys-v1.d", NULL);
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (MadoKeyTable) all = NULL;
  struct stat before, after;

  (void) data;
  g_assert_cmpint (stat (keys, &before), ==, 0);
  mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, NULL); /* its public half may come in */
  g_assert_cmpint (stat (keys, &after), ==, 0);
  g_assert_cmpint (before.st_mtim.tv_nsec, ==, after.st_mtim.tv_nsec);
  all = mado_keyring_list (ring->conf, NULL);
  for (guint i = 0; i < all->keys->len; i++) {
    const MadoKey *key = all->keys->pdata[i];
    g_assert_cmpint (key->has_secret, ==, g_strcmp0 (key->fingerprint, ring->team) == 0);
  }
}

static void
test_export (Ring *ring, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) block = mado_keyring_export (ring->conf, ring->team, &error);

  (void) data;
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (g_bytes_get_data (block, NULL), "-----BEGIN PGP PUBLIC KEY BLOCK-----"));
}

/* Watches the ring until @done appears; exit status 1 when it was ever away or smaller than @least. */
static void
watch_ring (const char *path, const char *done, off_t least)
{
  struct stat info;

  while (access (done, F_OK) != 0)
    if (stat (path, &info) != 0 || info.st_size < least)
      _exit (1);
  _exit (0);
}

static void
test_never_without_ring (Ring *ring, gconstpointer data)
{
  g_autofree char *path = g_build_filename (ring->team_home, "pubring.kbx", NULL);
  g_autofree char *done = g_build_filename (ring->team_home, "done", NULL);
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  struct stat before, after;
  pid_t child;
  int status = -1;

  (void) data;
  g_assert_cmpint (chmod (path, 0640), ==, 0);
  g_assert_cmpint (stat (path, &before), ==, 0);
  child = fork ();
  if (child == 0)
    watch_ring (path, done, before.st_size);
  for (int i = 0; i < 3; i++) {
    g_autoptr (MadoKeyTable) imported = NULL;
    g_assert_true (mado_keyring_import (ring->conf, block, FALSE, NULL, &imported, NULL));
  }
  g_assert_true (g_file_set_contents (done, "", 0, NULL));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (stat (path, &after), ==, 0);
  g_assert_cmpint (after.st_size, >, before.st_size);
  g_assert_cmpint (after.st_mode & 0777, ==, 0640);
}

static void
test_first_key (Ring *ring, gconstpointer data)
{
  g_autofree char *home = g_build_filename (ring->other_home, "fresh", NULL);
  g_autoptr (MadoConf) conf = fixture_conf (home, ring->team_home, NULL, NULL);
  g_autoptr (GBytes) block = export_from (ring->other_home, "--export", ring->alice);
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (MadoKeyTable) all = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_true (mado_keyring_import (conf, block, TRUE, NULL, &imported, &error)); /* there is no home yet */
  g_assert_no_error (error);
  all = mado_keyring_list (conf, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->keys->len, ==, 1);
}

static void
test_stale (Ring *ring, gconstpointer data)
{
  g_autoptr (MadoKeyIndex) index = NULL;
  g_autofree char *path = g_build_filename (ring->team_home, "madoguchi-keys", NULL);
  g_autofree char *ring_path = g_build_filename (ring->team_home, "pubring.kbx", NULL);
  struct utimbuf past = { 1000000000, 1000000000 };

  (void) data;
  g_assert_true (mado_keyring_refresh_table (ring->conf, NULL));
  index = mado_key_index_load (ring->conf, NULL);
  g_assert_false (mado_key_index_is_stale (index, ring->conf));
  g_assert_cmpint (utime (ring_path, &past), ==, 0);
  g_assert_true (mado_key_index_is_stale (index, ring->conf));
  mado_key_index_free (g_steal_pointer (&index));
  /* A table that is no table is not believed, nor one that is older than the ring. */
  g_assert_true (g_file_set_contents (path, "garbage", -1, NULL));
  index = mado_key_index_load (ring->conf, NULL);
  g_assert_nonnull (mado_key_index_find (index, ring->team));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/keyring/import-and-pin", Ring, NULL, set_up, test_import_and_pin, tear_down);
  g_test_add ("/pgp/keyring/encrypts-until", Ring, NULL, set_up, test_encrypts_until, tear_down);
  g_test_add ("/pgp/keyring/import-pins", Ring, NULL, set_up, test_import_pins, tear_down);
  g_test_add ("/pgp/keyring/two-addresses", Ring, NULL, set_up, test_two_addresses, tear_down);
  g_test_add ("/pgp/keyring/certified", Ring, NULL, set_up, test_certified, tear_down);
  g_test_add ("/pgp/keyring/refusals", Ring, NULL, set_up, test_refusals, tear_down);
  g_test_add ("/pgp/keyring/secret-block", Ring, NULL, set_up, test_secret_block, tear_down);
  g_test_add ("/pgp/keyring/export", Ring, NULL, set_up, test_export, tear_down);
  g_test_add ("/pgp/keyring/never-without-ring", Ring, NULL, set_up, test_never_without_ring, tear_down);
  g_test_add ("/pgp/keyring/first-key", Ring, NULL, set_up, test_first_key, tear_down);
  g_test_add ("/pgp/keyring/stale", Ring, NULL, set_up, test_stale, tear_down);
  g_test_add ("/pgp/keyring/statements", Ring, NULL, set_up, test_statements, tear_down);
  g_test_add ("/pgp/keyring/certified-then-changed", Ring, NULL, set_up, test_certified_then_changed, tear_down);
  g_test_add ("/pgp/keyring/remove", Ring, NULL, set_up, test_remove, tear_down);
  g_test_add ("/pgp/keyring/bad-statements", Ring, NULL, set_up, test_bad_statements, tear_down);
  return g_test_run ();
}
