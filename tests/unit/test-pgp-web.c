/* test-pgp-web.c: the Web of Trust of the archive, on real GnuPG: who introduces whom, marginal and full, what a team's
 * own certification is worth, what ends with time, and which key comes after which. */
#include "gnupg-fixture.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/ring-engine.h"
#include "madoguchi/pgp/web.h"

#include <string.h>

#define SOMEBODY "alice@reporter.example"

typedef struct {
  char *home, *other, *team, *alice, *friends[3];
  MadoConf *pin, *pgp;
} Web;

static void
run (const char *home, const char *input, const char *a, const char *b, const char *c, const char *d, const char *e)
{
  g_autofree char *out = fixture_gpg (home, input, (const char *[]) { "--yes", a, b, c, d, e, NULL });

  g_assert_nonnull (out);
}

static void
bring (const Web *web, const char *key)
{
  g_autofree char *text = fixture_gpg (web->other, NULL, (const char *[]) { "--armor", "--export", key, NULL });
  g_autoptr (GBytes) block = g_bytes_new (text, strlen (text));
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (GError) error = NULL;

  mado_keyring_import (web->pgp, block, FALSE, NULL, &imported, &error);
  g_assert_no_error (error);
}

/* An administrator trusts @key to introduce others: 4 marginally, 5 fully. */
static void
trust (const Web *web, const char *key, int how)
{
  g_autofree char *line = g_strdup_printf ("%s:%d:\n", key, how);

  run (web->home, line, "--import-ownertrust", NULL, NULL, NULL, NULL);
}

static void
set_up (Web *web, gconstpointer data)
{
  (void) data;
  web->home = fixture_home_new ();
  web->other = fixture_home_new ();
  web->team = fixture_key (web->home, "Team <csirt@team.example>", NULL);
  web->alice = fixture_key (web->other, "Alice <" SOMEBODY ">", NULL);
  web->pin = fixture_conf (web->home, web->home, web->team, NULL);
  web->pgp = fixture_conf (web->home, web->home, web->team, "trust-model = pgp\n");
  for (int i = 0; i < 3; i++) {
    g_autofree char *name = g_strdup_printf ("Friend <friend%d@friends.example>", i);
    web->friends[i] = fixture_key (web->other, name, NULL);
    bring (web, web->friends[i]);
    run (web->home, NULL, "--quick-lsign-key", web->friends[i], NULL, NULL, NULL);
  }
}

static void
tear_down (Web *web, gconstpointer data)
{
  (void) data;
  mado_conf_free (web->pin);
  mado_conf_free (web->pgp);
  fixture_home_free (web->home);
  fixture_home_free (web->other);
  g_free (web->team);
  g_free (web->alice);
  for (int i = 0; i < 3; i++)
    g_free (web->friends[i]);
}

static MadoValidity
judge (const MadoConf *conf, const char *fingerprint, const char *address, const char **by)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoKeyIndex) index = NULL;
  const MadoKey *key;
  gboolean matches;

  mado_keyring_refresh_table (conf, &error);
  g_assert_no_error (error);
  index = mado_key_index_load (conf, &error);
  g_assert_no_error (error);
  key = mado_key_index_find (index, fingerprint);
  g_assert_nonnull (key);
  return mado_key_index_judge (index, key, address, &matches, by);
}

static void
test_marginal_and_full (Web *web, gconstpointer data)
{
  const char *by;

  (void) data;
  for (int i = 0; i < 3; i++) {
    run (web->other, NULL, "--local-user", web->friends[i], "--quick-sign-key", web->alice, NULL);
    trust (web, web->friends[i], 4);
    bring (web, web->alice);
    g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, i < 2 ? MADO_VALIDITY_MARGINAL : MADO_VALIDITY_FULL);
    g_assert_cmpstr (by, ==, "web-of-trust");
    /* Where only pins and the team's own word count, nobody introduces anybody. */
    g_assert_cmpint (judge (web->pin, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_UNKNOWN);
    g_assert_null (by);
  }
  g_assert_cmpint (judge (web->pgp, web->friends[0], "friend0@friends.example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "certified"); /* by the team itself, in both models */
  g_assert_cmpint (judge (web->pin, web->friends[0], "friend0@friends.example", &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "certified");
}

static void
test_one_full_friend (Web *web, gconstpointer data)
{
  const char *by;

  (void) data;
  run (web->other, NULL, "--local-user", web->friends[0], "--quick-sign-key", web->alice, NULL);
  bring (web, web->alice);
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_UNKNOWN); /* nobody trusts the friend */
  trust (web, web->friends[0], 5);
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "web-of-trust");
  /* The ring that mails are opened with does not grow by what others certify. */
  g_autofree char *signatures = fixture_gpg (web->home, NULL, (const char *[]) { "--with-colons", "--list-sigs", web->alice, NULL });
  g_assert_null (strstr (signatures, web->friends[0] + 24));
  /* A friend who was removed introduces nobody. */
  g_assert_true (mado_keyring_remove (web->pgp, web->friends[0], NULL));
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_UNKNOWN);
}

/* An administrator's own gpg changes the ring alone; the archive follows. */
static void
test_removed_by_gpg (Web *web, gconstpointer data)
{
  const char *by;

  (void) data;
  run (web->other, NULL, "--local-user", web->friends[0], "--quick-sign-key", web->alice, NULL);
  trust (web, web->friends[0], 5);
  bring (web, web->alice);
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_FULL);
  run (web->home, NULL, "--delete-keys", web->friends[0], NULL, NULL, NULL);
  trust (web, web->friends[0], 5); /* gpg had forgotten that, too; a backup may bring it back */
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_UNKNOWN);
}

/* An administrator's gpg may bring other people's certifications into the ring itself: where pins count, they do not. */
static void
test_pin_means_pin (Web *web, gconstpointer data)
{
  g_autofree char *block = NULL;
  const char *by;

  (void) data;
  run (web->other, NULL, "--local-user", web->friends[0], "--quick-sign-key", web->alice, NULL);
  trust (web, web->friends[0], 5);
  block = fixture_gpg (web->other, NULL, (const char *[]) { "--armor", "--export", web->alice, NULL });
  run (web->home, block, "--import", NULL, NULL, NULL, NULL);
  g_assert_cmpint (judge (web->pin, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_null (by);
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (by, ==, "web-of-trust");
}

/* (transfer full) the keys, with Alice's certified for some seconds by a friend; NULL when these had passed before we could look. */
static MadoKeyIndex *
certify_shortly (Web *web, guint friend, int seconds)
{
  g_autofree char *expire = g_strdup_printf ("--default-cert-expire=seconds=%d", seconds);
  gint64 began = g_get_real_time () / G_USEC_PER_SEC;
  const char *by;

  trust (web, web->friends[friend], 5);
  run (web->other, NULL, expire, "--local-user", web->friends[friend], "--quick-sign-key", web->alice);
  bring (web, web->alice);
  MadoValidity validity = judge (web->pgp, web->alice, SOMEBODY, &by);
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (web->pgp, NULL);
  gboolean is_due = mado_key_index_is_due (index, web->pgp, g_get_real_time () / G_USEC_PER_SEC);
  if (g_get_real_time () / G_USEC_PER_SEC - began >= seconds)
    return NULL;
  g_assert_cmpint (validity, ==, MADO_VALIDITY_FULL);
  g_assert_cmpint (mado_key_index_table (index)->until, !=, 0);
  g_assert_false (is_due);
  return g_steal_pointer (&index);
}

static void
test_expiry (Web *web, gconstpointer data)
{
  static const int seconds[] = { 3, 20, 90 }; /* a busy machine needs more */
  g_autoptr (MadoKeyIndex) index = NULL;
  const MadoKey *key;
  gboolean matches;
  const char *by;

  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (seconds) && index == NULL; i++)
    index = certify_shortly (web, i, seconds[i]);
  g_assert_nonnull (index);
  key = mado_key_index_find (index, web->alice);
  gint64 deadline = g_get_monotonic_time () + 120 * G_USEC_PER_SEC;
  /* Nobody makes the table again: what it says of Alice ends by itself. */
  while (mado_key_index_judge (index, key, SOMEBODY, &matches, &by) == MADO_VALIDITY_FULL && g_get_monotonic_time () < deadline)
    g_usleep (50000);
  g_assert_cmpint (mado_key_index_judge (index, key, SOMEBODY, &matches, &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_null (by);
  g_assert_true (mado_key_index_is_due (index, web->pgp, g_get_real_time () / G_USEC_PER_SEC));
  /* And when it is made again, it is so for good, and others are not touched. */
  g_assert_cmpint (judge (web->pgp, web->alice, SOMEBODY, &by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_cmpint (judge (web->pgp, web->friends[0], "friend0@friends.example", &by), ==, MADO_VALIDITY_FULL);
}

static guint
count_forerunners (const Web *web, const char *key, const char *address, char **older)
{
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (web->pin, NULL);
  g_auto (GStrv) found = mado_key_index_forerunners (index, mado_key_index_find (index, key), address);

  if (older != NULL)
    *older = g_strdup (found[0]);
  return g_strv_length (found);
}

static void
test_successor (Web *web, gconstpointer data)
{
  g_autofree char *next = fixture_key (web->other, "Alice again <" SOMEBODY ">", NULL);
  g_autofree char *older = NULL;

  (void) data;
  bring (web, web->alice);
  bring (web, next);
  g_assert_cmpuint (count_forerunners (web, next, SOMEBODY, NULL), ==, 0);
  run (web->other, NULL, "--local-user", web->alice, "--quick-sign-key", next, NULL);
  bring (web, next);
  g_assert_cmpuint (count_forerunners (web, next, SOMEBODY, &older), ==, 1);
  g_assert_cmpstr (older, ==, web->alice);
  g_assert_cmpuint (count_forerunners (web, next, "bob@reporter.example", NULL), ==, 0);
  g_assert_cmpuint (count_forerunners (web, web->alice, SOMEBODY, NULL), ==, 0);
  /* What is distrusted speaks for nobody. */
  g_assert_true (mado_keyring_state (web->pin, "distrust", NULL, web->alice, NULL, NULL, NULL));
  g_assert_cmpuint (count_forerunners (web, next, SOMEBODY, NULL), ==, 0);
}

/* The engine says when the trust database is to be looked at again, as gpg does. */
static void
test_next_check (Web *web, gconstpointer data)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  g_autofree char *listing = NULL, *field = NULL;
  g_auto (GStrv) fields = NULL;
  gint64 until = -1;

  (void) data;
  run (web->home, NULL, "--default-cert-expire=1y", "--quick-lsign-key", web->friends[2], NULL, NULL);
  g_assert_true (mado_ring_engine_open (&engine, web->pin, FALSE, NULL));
  g_assert_true (mado_ring_engine_compute (&engine, MADO_RING_OWN, &until, NULL));
  listing = fixture_gpg (engine.scratch, NULL, (const char *[]) { "--with-colons", "--list-keys", NULL });
  fields = g_strsplit (listing, ":", 7);
  g_assert_cmpstr (fields[0], ==, "tru");
  g_assert_cmpint (g_ascii_strtoll (fields[4], NULL, 10), ==, until);
  g_assert_cmpint (mado_web_is_synced (&engine), ==, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/web/marginal-and-full", Web, NULL, set_up, test_marginal_and_full, tear_down);
  g_test_add ("/pgp/web/one-full-friend", Web, NULL, set_up, test_one_full_friend, tear_down);
  g_test_add ("/pgp/web/removed-by-gpg", Web, NULL, set_up, test_removed_by_gpg, tear_down);
  g_test_add ("/pgp/web/pin-means-pin", Web, NULL, set_up, test_pin_means_pin, tear_down);
  g_test_add ("/pgp/web/expiry", Web, NULL, set_up, test_expiry, tear_down);
  g_test_add ("/pgp/web/successor", Web, NULL, set_up, test_successor, tear_down);
  g_test_add ("/pgp/web/next-check", Web, NULL, set_up, test_next_check, tear_down);
  return g_test_run ();
}
