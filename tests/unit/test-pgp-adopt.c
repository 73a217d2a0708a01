/* test-pgp-adopt.c: keys from directories come into the ring, on real GnuPG: which, with what, and what they do not gain. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/adopt.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"

#include <string.h>

#define ALICE "alice@reporter.example"

typedef struct {
  char *team_home, *other_home, *team, *alice;
  MadoConf *conf;
} Ring;

static void
set_up (Ring *ring, gconstpointer more)
{
  ring->team_home = fixture_home_new ();
  ring->other_home = fixture_home_new ();
  ring->team = fixture_key (ring->team_home, "Team <csirt@team.example>", NULL);
  ring->alice = fixture_key (ring->other_home, "Alice <" ALICE ">", "3d");
  ring->conf = fixture_conf (ring->team_home, ring->team_home, ring->team, more);
}

static void
tear_down (Ring *ring, gconstpointer unused)
{
  (void) unused;
  mado_conf_free (ring->conf);
  fixture_home_free (ring->team_home);
  fixture_home_free (ring->other_home);
  g_free (ring->team);
  g_free (ring->alice);
}

static GBytes *
export_key (const char *home, const char *command, const char *key)
{
  char *text = fixture_gpg (home, NULL, (const char *[]) { "--armor", command, key, NULL });

  return g_bytes_new_take (text, strlen (text));
}

/* (transfer full, nullable) */
static GPtrArray *
adopt (const Ring *ring, GBytes *block, const char *address, const char *wanted, GError **error)
{
  MadoKeyOffer offer = { block, address, "wkd", wanted };
  GPtrArray *found = NULL;

  return mado_adopt_keys (ring->conf, &offer, &found, error) ? found : NULL;
}

static const MadoFoundKey *
only (const GPtrArray *found)
{
  g_assert_nonnull (found);
  g_assert_cmpuint (found->len, ==, 1);
  return found->pdata[0];
}

static MadoKeyIndex *
load (const Ring *ring)
{
  g_autoptr (GError) error = NULL;
  MadoKeyIndex *index = mado_key_index_load (ring->conf, &error);

  g_assert_no_error (error);
  return index;
}

static void
run_gpg (const char *home, const char *const *arguments)
{
  g_autofree char *said = fixture_gpg (home, NULL, arguments);
}

/* New, the same again, prolonged: one key that grows, that nobody vouches for. */
static void
test_life (Ring *ring, gconstpointer unused)
{
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  gboolean matches = FALSE;
  const char *vouched_by = NULL;

  (void) unused;
  run_gpg (ring->other_home, (const char *[]) { "--quick-add-uid", ring->alice, "Alice <alice@home.example>", NULL });
  first = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GPtrArray) one = adopt (ring, first, "Alice@Reporter.example", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (only (one)->outcome, ==, "new");
  g_assert_cmpstr (only (one)->fingerprint, ==, ring->alice);
  g_assert_true (only (one)->can_encrypt && !only (one)->is_expired && !only (one)->is_revoked);
  g_autoptr (GPtrArray) two = adopt (ring, first, ALICE, NULL, &error);
  g_assert_cmpstr (only (two)->outcome, ==, "unchanged");
  run_gpg (ring->other_home, (const char *[]) { "--quick-set-expire", ring->alice, "30d", NULL });
  second = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GPtrArray) three = adopt (ring, second, ALICE, NULL, &error);
  g_assert_cmpstr (only (three)->outcome, ==, "updated");
  g_assert_cmpint (only (three)->expires, >, only (three)->was_expires + 20 * 86400);
  g_autoptr (MadoKeyIndex) index = load (ring);
  g_autoptr (GPtrArray) listed = mado_key_index_list_found (index, ALICE);
  g_assert_cmpuint (listed->len, ==, 1);
  const MadoKey *key = listed->pdata[0];
  g_assert_cmpuint (key->users->len, ==, 1); /* the other user ID was never taken */
  g_assert_cmpstr (mado_key_index_found_by (key, ALICE), ==, "wkd");
  g_assert_cmpint (mado_key_index_judge (index, key, ALICE, &matches, &vouched_by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_null (vouched_by);
}

/* Another key in the directory takes the place of the first one there; the first one stays known, and pinned. */
static void
test_replaced (Ring *ring, gconstpointer unused)
{
  g_autofree char *second = fixture_key (ring->other_home, "Alice Again <" ALICE ">", NULL);
  g_autoptr (GBytes) first_block = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GBytes) second_block = export_key (ring->other_home, "--export", second);
  gboolean matches = FALSE;
  const char *vouched_by = NULL;

  (void) unused;
  g_autoptr (GPtrArray) one = adopt (ring, first_block, ALICE, NULL, NULL);
  g_assert_true (mado_keyring_state (ring->conf, "pin", ALICE, ring->alice, "member", NULL, NULL));
  g_autoptr (GPtrArray) two = adopt (ring, second_block, ALICE, NULL, NULL);
  g_assert_cmpstr (only (two)->outcome, ==, "new");
  g_autoptr (MadoKeyIndex) index = load (ring);
  g_autoptr (GPtrArray) listed = mado_key_index_list_found (index, ALICE);
  g_assert_cmpuint (listed->len, ==, 1);
  g_assert_cmpstr (((const MadoKey *) listed->pdata[0])->fingerprint, ==, second);
  g_assert_cmpint (mado_key_index_judge (index, mado_key_index_find (index, ring->alice), ALICE, &matches, &vouched_by), ==,
                   MADO_VALIDITY_FULL);
  g_assert_cmpstr (vouched_by, ==, "pin");
  g_assert_cmpint (mado_key_index_judge (index, mado_key_index_find (index, second), ALICE, &matches, &vouched_by), ==,
                   MADO_VALIDITY_NEVER);
}

static void
test_two_keys (Ring *ring, gconstpointer unused)
{
  g_autofree char *second = fixture_key (ring->other_home, "Alice Again <" ALICE ">", NULL);
  g_autofree char *text = fixture_gpg (ring->other_home, NULL, (const char *[]) { "--armor", "--export", ring->alice, second, NULL });
  g_autoptr (GBytes) block = g_bytes_new (text, strlen (text));

  (void) unused;
  g_autoptr (GPtrArray) found = adopt (ring, block, ALICE, NULL, NULL);
  g_assert_cmpuint (found->len, ==, 2);
}

static void
refused (const Ring *ring, GBytes *block, const char *address, int code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoKeyIndex) before = load (ring);

  g_assert_null (adopt (ring, block, address, NULL, &error));
  g_assert_error (error, MADO_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
  g_autoptr (MadoKeyIndex) after = load (ring);
  g_assert_cmpuint (mado_key_index_table (before)->keys->len, ==, mado_key_index_table (after)->keys->len);
  g_autoptr (GPtrArray) listed = mado_key_index_list_found (after, address);
  g_assert_cmpuint (listed->len, ==, 0);
}

static void
test_refused (Ring *ring, gconstpointer unused)
{
  g_autoptr (GBytes) alice = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GBytes) secret = export_key (ring->other_home, "--export-secret-keys", ring->alice);
  g_autoptr (GBytes) team = export_key (ring->team_home, "--export", ring->team);
  g_autofree char *impostor = fixture_key (ring->other_home, "Team <csirt@team.example>", NULL);
  g_autoptr (GBytes) ours = export_key (ring->other_home, "--export", impostor);
  g_autoptr (GBytes) html = g_bytes_new_static ("<html>", 6);

  (void) unused;
  refused (ring, alice, "mallory@reporter.example", MADO_ERROR_PERM, "for the address");
  refused (ring, secret, ALICE, MADO_ERROR_PERM, "secret");
  refused (ring, html, ALICE, MADO_ERROR_PERM, "no OpenPGP");
  refused (ring, team, "csirt@team.example", MADO_ERROR_PERM, "own");
  refused (ring, ours, "csirt@team.example", MADO_ERROR_PERM, "own"); /* nobody tells us our key */
}

/* A user ID that the owner of the key never signed: gpg does not take it, so the key is not found for it. Known keys are no
 * exception. */
static void
test_forged_user (Ring *ring, gconstpointer unused)
{
  static const char user_id[] = "Mallory <mallory@evil.example>";
  g_autofree char *binary_path = g_build_filename (ring->other_home, "k", NULL);
  g_autofree char *said = fixture_gpg (ring->other_home, NULL, (const char *[]) { "--output", binary_path, "--export", ring->alice, NULL });
  g_autofree char *bytes = NULL;
  gsize length;
  const guint8 head[] = { 0xc0 | 13, sizeof user_id - 1 };
  g_autoptr (GByteArray) forged = g_byte_array_new ();

  (void) unused;
  g_assert_true (g_file_get_contents (binary_path, &bytes, &length, NULL));
  g_byte_array_append (forged, (guint8 *) bytes, (guint) length);
  g_byte_array_append (forged, head, sizeof head);
  g_byte_array_append (forged, (const guint8 *) user_id, sizeof user_id - 1);
  g_autoptr (GBytes) block = g_bytes_new (forged->data, forged->len);
  refused (ring, block, "mallory@evil.example", MADO_ERROR_PERM, "no usable");
  g_autoptr (GBytes) honest = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GPtrArray) one = adopt (ring, honest, ALICE, NULL, NULL);
  g_assert_nonnull (one);
  refused (ring, block, "mallory@evil.example", MADO_ERROR_PERM, "hold");
}

/* A revocation travels like any other self-signature; an expired key is taken and called so. */
static void
test_revoked_and_expired (Ring *ring, gconstpointer unused)
{
  g_autoptr (GBytes) good = export_key (ring->other_home, "--export", ring->alice);
  g_autofree char *old = NULL;
  g_autofree char *certificate = g_strdup_printf ("%s/openpgp-revocs.d/%s.rev", ring->other_home, ring->alice);
  g_autofree char *text = NULL;
  char *armor;

  (void) unused;
  g_autoptr (GPtrArray) one = adopt (ring, good, ALICE, NULL, NULL);
  g_assert_false (only (one)->is_revoked);
  g_assert_true (g_file_get_contents (certificate, &text, NULL, NULL));
  armor = strstr (text, ":-----BEGIN"); /* the colon keeps people from importing it by accident */
  g_assert_nonnull (armor);
  g_autofree char *said = fixture_gpg (ring->other_home, armor + 1, (const char *[]) { "--import", NULL });
  g_autoptr (GBytes) revoked = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GPtrArray) two = adopt (ring, revoked, ALICE, NULL, NULL);
  g_assert_cmpstr (only (two)->outcome, ==, "updated");
  g_assert_true (only (two)->is_revoked && !only (two)->can_encrypt);
  g_autofree char *made = fixture_gpg (ring->other_home, NULL,
                                       (const char *[]) { "--faked-system-time", "20200101T000000", "--passphrase", "", "--quick-gen-key",
                                                          "Old <old@reporter.example>", "ed25519", "default", "30d", NULL });
  g_autoptr (GBytes) expired = export_key (ring->other_home, "--export", "old@reporter.example");
  g_autoptr (GPtrArray) three = adopt (ring, expired, "old@reporter.example", NULL, NULL);
  g_assert_true (only (three)->is_expired && !only (three)->can_encrypt);
}

/* So many and no more; what is known is still brought up to date. */
static void
test_max_keys (Ring *ring, gconstpointer unused)
{
  g_autofree char *second = fixture_key (ring->other_home, "Bob <bob@reporter.example>", NULL);
  g_autoptr (GBytes) alice = export_key (ring->other_home, "--export", ring->alice);
  g_autoptr (GBytes) bob = export_key (ring->other_home, "--export", second);

  (void) unused;
  g_autoptr (GPtrArray) one = adopt (ring, alice, ALICE, NULL, NULL);
  g_assert_cmpstr (only (one)->outcome, ==, "new");
  refused (ring, bob, "bob@reporter.example", MADO_ERROR_LIMIT, "max-keys");
  g_autoptr (GPtrArray) again = adopt (ring, alice, ALICE, NULL, NULL);
  g_assert_cmpstr (only (again)->outcome, ==, "unchanged");
}

#define ADD(name, more, test) g_test_add ("/pgp/adopt/" name, Ring, more, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("life", NULL, test_life);
  ADD ("replaced", NULL, test_replaced);
  ADD ("two-keys", NULL, test_two_keys);
  ADD ("refused", NULL, test_refused);
  ADD ("forged-user", NULL, test_forged_user);
  ADD ("revoked-and-expired", NULL, test_revoked_and_expired);
  ADD ("max-keys", "[discovery]\nmax-keys = 1\n", test_max_keys);
  return g_test_run ();
}
