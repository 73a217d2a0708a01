/* test-pgp-candidates.c: what the ring and GnuPG say of keys that an answer could be encrypted to: the ring as a table,
 * offered keys with real keys. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/candidates.h"

#include <string.h>

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define TEAM "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
#define ADDRESS "alice@x.example"

static MadoKey *
make_key (MadoKeyTable *table, const char *fingerprint, const char *address)
{
  MadoKey *key = mado_key_new ();
  MadoKeyUser *user = mado_key_user_new ();

  key->fingerprint = g_strdup (fingerprint);
  key->can_encrypt = TRUE;
  user->user_id = g_strdup (address);
  user->address = g_strdup (address);
  g_ptr_array_add (key->users, user);
  g_ptr_array_add (table->keys, key);
  return key;
}

static void
state (MadoKey *key, const char *kind, const char *subject, const char *by)
{
  MadoKeyStatement *statement = mado_key_statement_new ();

  statement->kind = g_strdup (kind);
  statement->subject = g_strdup (subject);
  statement->by = g_strdup (by);
  g_ptr_array_add (key->statements, statement);
}

static void
pin (MadoKey *key, const char *address)
{
  g_strfreev (key->pinned);
  key->pinned = g_strsplit (address, ";", -1);
}

static MadoKeyCandidate *
add (GPtrArray *candidates, const char *source, const char *fingerprint)
{
  MadoKeyCandidate *candidate = mado_key_candidate_new ();

  candidate->source = g_strdup (source);
  candidate->protocol = g_strdup ("openpgp");
  candidate->fingerprint = g_strdup (fingerprint);
  g_ptr_array_add (candidates, candidate);
  return candidate;
}

/* Facts in one line for each: present, own, revoked, expired, disabled, distrusted, encrypts, names, name revoked,
 * displaced. */
static char *
spell (const GPtrArray *candidates)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < candidates->len; i++) {
    const MadoKeyCandidate *key = candidates->pdata[i];
    const struct {
      gboolean is;
      char letter;
    } facts[] = { { key->is_present, 'p' },    { key->is_own, 'o' },         { key->is_revoked, 'r' }, { key->is_expired, 'e' },
                  { key->is_disabled, 'd' },   { key->is_distrusted, 't' },  { key->can_encrypt, 'c' }, { key->names_address, 'n' },
                  { key->is_name_revoked, 'x' }, { key->is_displaced, 'q' } };
    g_string_append_printf (out, "%s %c ", key->source, key->fingerprint[0]);
    for (gsize k = 0; k < G_N_ELEMENTS (facts); k++)
      if (facts[k].is)
        g_string_append_c (out, facts[k].letter);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

/* @table: (transfer full) */
static void
check (MadoKeyTable *table, const char *signer, const char *want)
{
  g_autoptr (MadoKeyIndex) index = mado_key_index_new (table);
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  g_autofree char *text = NULL;

  if (signer != NULL)
    add (candidates, "signed", signer);
  mado_candidates_fill (index, TEAM, ADDRESS, candidates);
  text = spell (candidates);
  g_assert_cmpstr (text, ==, want);
}

static void
test_sources (void)
{
  MadoKeyTable *table = mado_key_table_new ();

  check (table, NULL, "");
  check (mado_key_table_new (), ALICE, "signed A \n"); /* not in the ring */
  table = mado_key_table_new ();
  make_key (table, ALICE, ADDRESS); /* that a key names the address vouches for nothing */
  check (table, NULL, "");
  table = mado_key_table_new ();
  make_key (table, ALICE, "Alice@X.example");
  check (table, ALICE, "signed A pcn\n");
  table = mado_key_table_new ();
  make_key (table, ALICE, "eve@x.example");
  check (table, ALICE, "signed A pc\n");
  table = mado_key_table_new ();
  pin (make_key (table, ALICE, "gateway@x.example"), "ALICE@x.example");
  make_key (table, BOB, ADDRESS);
  check (table, BOB, "signed B pcnq\npinned A pcn\n");
  table = mado_key_table_new ();
  state (make_key (table, ALICE, "gateway@x.example"), "map", "x.example", "m");
  state (make_key (table, BOB, "other@x.example"), "map", "other.example", "m");
  check (table, NULL, "mapped A pcn\n");
  table = mado_key_table_new ();
  ((MadoKeyUser *) make_key (table, ALICE, ADDRESS)->users->pdata[0])->validity = MADO_VALIDITY_FULL;
  check (table, NULL, "certified A pcn\n");
  table = mado_key_table_new ();
  ((MadoKeyUser *) make_key (table, ALICE, ADDRESS)->users->pdata[0])->validity = MADO_VALIDITY_MARGINAL;
  check (table, NULL, "");
  table = mado_key_table_new ();
  pin (make_key (table, ALICE, ADDRESS), ADDRESS); /* one that all members of a forum have: nobody's, whoever pinned it */
  g_strfreev (table->own_named);
  table->own_named = g_strsplit ("shared " ALICE, "|", -1);
  check (table, ALICE, "signed A poc\npinned A poc\n");
  table = mado_key_table_new ();
  state (make_key (table, ALICE, ADDRESS), "found", ADDRESS, "wkd");
  check (table, NULL, "wkd A pcn\n");
}

static void
test_faults (void)
{
  MadoKeyTable *table = mado_key_table_new ();
  MadoKey *key = make_key (table, ALICE, ADDRESS);
  MadoKeyUser *user = mado_key_user_new ();

  key->is_revoked = TRUE;
  pin (key, ADDRESS);
  check (table, NULL, "pinned A prcn\n");
  table = mado_key_table_new ();
  key = make_key (table, ALICE, ADDRESS);
  key->expires = 1000; /* after the table was made */
  key->can_encrypt = FALSE;
  check (table, ALICE, "signed A pen\n");
  table = mado_key_table_new ();
  key = make_key (table, ALICE, ADDRESS);
  key->is_disabled = key->is_distrusted = TRUE;
  check (table, ALICE, "signed A pdtcn\n");
  table = mado_key_table_new ();
  g_strfreev (table->distrusted);
  table->distrusted = g_strsplit (ALICE, ";", -1);
  check (table, ALICE, "signed A t\n"); /* one that is not in the ring can be distrusted, too */
  table = mado_key_table_new ();
  key = make_key (table, ALICE, ADDRESS);
  ((MadoKeyUser *) key->users->pdata[0])->is_revoked = TRUE;
  user->address = g_strdup ("alice@new.example");
  g_ptr_array_add (key->users, user);
  check (table, ALICE, "signed A pcx\n");
  table = mado_key_table_new ();
  make_key (table, TEAM, ADDRESS); /* whoever writes our address into a key does not make us write to ourselves */
  check (table, TEAM, "signed C pocn\n");
  table = mado_key_table_new ();
  make_key (table, BOB, ADDRESS)->has_secret = TRUE;
  check (table, BOB, "signed B pocn\n");
}

/* What the ring has is taken from there: it may know of a revocation that the mail does not bring. */
static void
test_ring_first (void)
{
  MadoKeyTable *table = mado_key_table_new ();
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  MadoKeyCandidate *candidate = add (candidates, "attached", ALICE);
  g_autoptr (MadoKeyIndex) index = NULL;

  make_key (table, ALICE, ADDRESS)->is_revoked = TRUE;
  index = mado_key_index_new (table);
  candidate->block = g_strdup ("AAAA");
  mado_candidates_fill (index, TEAM, ADDRESS, candidates);
  g_assert_true (candidate->is_present && candidate->is_revoked);
  g_assert_null (candidate->block);
}

/* --- keys that the mail offers -------------------------------------------------------------------------- */

typedef struct {
  char *team_home, *other_home, *team;
  MadoConf *conf;
} Ring;

static void
set_up (Ring *ring, gconstpointer data)
{
  (void) data;
  ring->team_home = fixture_home_new ();
  ring->other_home = fixture_home_new ();
  ring->team = fixture_key (ring->team_home, "Team <csirt@team.example>", NULL);
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
}

/* What is found out of the key @fingerprint in @block. */
static MadoKeyCandidate *
read_block (const Ring *ring, const char *fingerprint, const char *block, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (ring->conf, &error);
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  MadoKeyCandidate *candidate = add (candidates, "attached", fingerprint);

  g_assert_no_error (error);
  candidate->block = g_base64_encode ((const guchar *) block, length);
  mado_candidates_fill (index, ring->team, ADDRESS, candidates);
  g_assert_true (mado_candidates_read_blocks (ring->conf, index, ADDRESS, candidates, &error));
  g_assert_no_error (error);
  return mado_key_candidate_copy (candidates->pdata[0]);
}

static void
test_offered (Ring *ring, gconstpointer data)
{
  g_autofree char *alice = fixture_key (ring->other_home, "Alice <" ADDRESS ">", "2d");
  g_autofree char *bob = fixture_key (ring->other_home, "Bob <bob@x.example>", NULL);
  g_autofree char *block = fixture_gpg (ring->other_home, NULL, (const char *[]) { "--armor", "--export", NULL });
  g_autofree char *ours = fixture_gpg (ring->team_home, NULL, (const char *[]) { "--armor", "--export", ring->team, NULL });
  g_autofree char *clean = NULL;
  gsize length = 0;
  g_autoptr (MadoKeyIndex) after = NULL;

  (void) data;
  {
    g_autoptr (MadoKeyCandidate) key = read_block (ring, alice, block, strlen (block));
    g_assert_true (key->is_present && key->can_encrypt && key->names_address && !key->is_own && !key->is_expired);
    g_assert_cmpint (key->encrypts_until, >, g_get_real_time () / G_USEC_PER_SEC);
    g_autofree guchar *bytes = g_base64_decode (key->block, &length);
    g_assert_cmpuint (bytes[0], ==, 0x98); /* binary, and Bob's key is not in it */
    g_assert_null (memmem (bytes, length, "bob@", 4));
  }
  {
    g_autoptr (MadoKeyCandidate) key = read_block (ring, bob, block, strlen (block));
    g_assert_true (key->is_present && !key->names_address);
  }
  {
    g_autoptr (MadoKeyCandidate) key = read_block (ring, ring->team, ours, strlen (ours));
    g_assert_true (key->is_own);
  }
  {
    g_autoptr (MadoKeyCandidate) key = read_block (ring, BOB, block, strlen (block)); /* it is not in there */
    g_assert_false (key->is_present);
  }
  {
    g_autoptr (MadoKeyCandidate) key = read_block (ring, alice, "\x98junk", 5);
    g_assert_false (key->is_present);
  }
  after = mado_key_index_load (ring->conf, NULL);
  g_assert_null (mado_key_index_find (after, alice)); /* the ring does not learn it */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/candidates/sources", test_sources);
  g_test_add_func ("/pgp/candidates/faults", test_faults);
  g_test_add_func ("/pgp/candidates/ring-first", test_ring_first);
  g_test_add ("/pgp/candidates/offered", Ring, NULL, set_up, test_offered, tear_down);
  return g_test_run ();
}
