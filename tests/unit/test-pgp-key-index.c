/* test-pgp-key-index.c: who may speak for an address: the rules, one row each. */
#include "madoguchi/pgp/key-index.h"

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define SUBKEY "CCCCCCCCCCCCCCCCCCCCCCCC1234567890ABCDEF"

static MadoKey *
make_key (const char *fingerprint, const char *address, MadoValidity validity, const char *reason, const char *pinned)
{
  MadoKey *key = mado_key_new ();
  MadoKeyUser *user = mado_key_user_new ();

  key->fingerprint = g_strdup (fingerprint);
  user->user_id = g_strdup_printf ("Somebody <%s>", address);
  user->address = g_strdup (address);
  user->validity = validity;
  user->vouched_by = g_strdup (reason);
  g_ptr_array_add (key->users, user);
  if (pinned != NULL) {
    g_strfreev (key->pinned);
    key->pinned = g_strsplit (pinned, " ", -1);
  }
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

typedef struct {
  const char *name;
  MadoValidity validity;     /* of Alice's user ID alice@x.example */
  const char *reason;        /* of that */
  const char *alice_pins, *bob_pins;
  const char *asked;
  MadoValidity expected;
  gboolean matches;
  const char *vouched_by;
} Row;

#define FULL MADO_VALIDITY_FULL
#define UNKNOWN MADO_VALIDITY_UNKNOWN
#define NEVER MADO_VALIDITY_NEVER

static const Row rows[] = {
  { "offered", UNKNOWN, NULL, NULL, NULL, "alice@x.example", UNKNOWN, TRUE, NULL },
  { "folded", FULL, "certified", NULL, NULL, "Alice@X.Example", FULL, TRUE, "certified" },
  { "web", MADO_VALIDITY_MARGINAL, "web-of-trust", NULL, NULL, "alice@x.example", MADO_VALIDITY_MARGINAL, TRUE, "web-of-trust" },
  { "web-full", FULL, "web-of-trust", NULL, NULL, "alice@x.example", FULL, TRUE, "web-of-trust" },
  { "own", MADO_VALIDITY_ULTIMATE, "certified", NULL, NULL, "alice@x.example", MADO_VALIDITY_ULTIMATE, TRUE, "certified" },
  { "pinned", UNKNOWN, NULL, "alice@x.example", NULL, "ALICE@x.example", FULL, TRUE, "pin" },
  { "pinned-elsewhere", UNKNOWN, NULL, "soc@y.example", NULL, "soc@y.example", FULL, TRUE, "pin" },
  { "other-pinned", FULL, "certified", NULL, "alice@x.example", "alice@x.example", NEVER, TRUE, NULL },
  { "other-address", FULL, "certified", NULL, NULL, "mallory@x.example", UNKNOWN, FALSE, NULL },
  { "suffix", FULL, "certified", NULL, NULL, "alice@x.example.evil", UNKNOWN, FALSE, NULL },
  { "no-address", FULL, "certified", NULL, NULL, NULL, UNKNOWN, FALSE, NULL },
  { "never", NEVER, NULL, NULL, NULL, "alice@x.example", NEVER, TRUE, NULL },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  MadoKeyTable *table = mado_key_table_new ();
  g_autoptr (MadoKeyIndex) index = NULL;
  gboolean matches = !row->matches;
  const char *vouched_by = "unset";

  g_ptr_array_add (table->keys, make_key (ALICE, "alice@x.example", row->validity, row->reason, row->alice_pins));
  g_ptr_array_add (table->keys, make_key (BOB, "bob@x.example", UNKNOWN, NULL, row->bob_pins));
  index = mado_key_index_new (table);
  g_assert_cmpint (mado_key_index_judge (index, mado_key_index_find (index, ALICE), row->asked, &matches, &vouched_by), ==,
                   row->expected);
  g_assert_cmpint (matches, ==, row->matches);
  g_assert_cmpstr (vouched_by, ==, row->vouched_by);
}

/* An old key of the team, and one that others have, too, speak for nobody, whoever pinned them; the team's own does. */
static void
test_own (void)
{
  static const char *const kinds[] = { "team", "old", "shared" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoOwnKey *part = mado_own_key_new ();
    g_autoptr (MadoKeyIndex) index = NULL;
    gboolean is_team = i == 0, matches = !is_team;
    const char *vouched_by = "unset";

    g_ptr_array_add (table->keys, make_key (ALICE, "csirt@x.example", FULL, "certified", "csirt@x.example"));
    g_ptr_array_add (table->keys, make_key (BOB, "bob@x.example", UNKNOWN, NULL, NULL));
    g_strfreev (table->own_named);
    table->own_named = g_new0 (char *, 2);
    table->own_named[0] = g_strconcat (kinds[i], " ", ALICE, NULL);
    part->kind = g_strdup (kinds[i]);
    part->fingerprint = g_strdup (ALICE);
    part->subkey = g_strdup (SUBKEY);
    g_ptr_array_add (table->own, part);
    index = mado_key_index_new (table);
    g_assert_cmpstr (mado_key_index_own_kind (index, ALICE), ==, kinds[i]);
    g_assert_cmpstr (mado_key_index_own_kind (index, SUBKEY), ==, kinds[i]);
    g_assert_null (mado_key_index_own_kind (index, BOB));
    g_assert_null (mado_key_index_own_kind (index, NULL));
    g_assert_cmpint (mado_key_index_is_retired (index, mado_key_index_find (index, ALICE)), ==, !is_team);
    g_assert_cmpint (mado_key_index_judge (index, mado_key_index_find (index, ALICE), "csirt@x.example", &matches, &vouched_by), ==,
                     is_team ? FULL : NEVER);
    g_assert_cmpint (matches, ==, is_team);
    g_assert_cmpstr (vouched_by, ==, is_team ? "pin" : NULL);
  }
}

static void
test_find (void)
{
  MadoKeyTable *table = mado_key_table_new ();
  MadoKey *key = make_key (ALICE, "alice@x.example", UNKNOWN, NULL, NULL);
  g_autoptr (MadoKeyIndex) index = NULL;

  g_strfreev (key->subkeys);
  key->subkeys = g_strdupv ((char *[]) { (char *) SUBKEY, NULL });
  key->expires = 1;
  g_ptr_array_add (table->keys, key);
  index = mado_key_index_new (table);
  g_assert_true (mado_key_index_find (index, SUBKEY) == key);
  g_assert_true (mado_key_index_find (index, "1234567890abcdef") == key);
  g_assert_true (mado_key_index_find (index, "AAAAAAAAAAAAAAAA") == key);
  g_assert_null (mado_key_index_find (index, BOB));
  g_assert_null (mado_key_index_find (index, "90ABCDEF")); /* short ids collide on purpose */
  g_assert_null (mado_key_index_find (index, ""));
  g_assert_null (mado_key_index_find (index, NULL));
  g_assert_true (key->is_expired);
}

/* Mallory's key names Alice's as a subkey of its own. */
static void
test_adopted (void)
{
  for (int i = 0; i < 2; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoKey *alice = make_key (ALICE, "alice@x.example", UNKNOWN, NULL, "alice@x.example");
    MadoKey *mallory = make_key (BOB, "mallory@x.example", UNKNOWN, NULL, "mallory@x.example");
    g_autoptr (MadoKeyIndex) index = NULL;

    g_strfreev (mallory->subkeys);
    mallory->subkeys = g_strdupv ((char *[]) { (char *) ALICE, (char *) SUBKEY, NULL });
    g_ptr_array_add (table->keys, i == 0 ? alice : mallory);
    g_ptr_array_add (table->keys, i == 0 ? mallory : alice);
    index = mado_key_index_new (table);
    g_assert_true (mado_key_index_find (index, ALICE) == alice);
    g_assert_true (mado_key_index_find (index, ALICE + 24) == alice);
    g_assert_true (mado_key_index_find (index, BOB) == mallory);
    g_assert_true (mado_key_index_find (index, SUBKEY) == mallory);
  }
}

/* A pin does not outlive its address: the owner of the key revoked the user ID. */
static void
test_pin_of_revoked_user (void)
{
  for (int i = 0; i < 2; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoKey *key = make_key (ALICE, "alice@x.example", UNKNOWN, NULL, "alice@x.example");
    MadoKeyUser *again = mado_key_user_new ();
    g_autoptr (MadoKeyIndex) index = NULL;
    const char *vouched_by;
    gboolean matches;

    ((MadoKeyUser *) key->users->pdata[0])->is_revoked = TRUE;
    again->address = g_strdup (i == 0 ? "other@x.example" : "alice@x.example");
    g_ptr_array_add (key->users, again);
    g_ptr_array_add (table->keys, key);
    index = mado_key_index_new (table);
    g_assert_cmpint (mado_key_index_judge (index, key, "alice@x.example", &matches, &vouched_by), ==, i == 0 ? UNKNOWN : FULL);
    g_assert_cmpint (matches, ==, i == 1);
    g_assert_cmpstr (vouched_by, ==, i == 0 ? NULL : "pin");
    key->is_revoked = TRUE; /* of a revoked key all user IDs are */
    g_assert_cmpint (mado_key_index_judge (index, key, "alice@x.example", &matches, &vouched_by), ==, MADO_VALIDITY_NEVER);
    g_assert_true (matches);
  }
}

static void
test_bad_key (void)
{
  for (int i = 0; i < 3; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoKey *key = make_key (ALICE, "alice@x.example", FULL, "certified", "alice@x.example");
    g_autoptr (MadoKeyIndex) index = NULL;
    const char *vouched_by;
    gboolean matches;

    key->is_revoked = i == 0;
    key->is_disabled = i == 1;
    key->is_distrusted = i == 2;
    g_ptr_array_add (table->keys, key);
    index = mado_key_index_new (table);
    g_assert_cmpint (mado_key_index_judge (index, key, "alice@x.example", &matches, &vouched_by), ==, MADO_VALIDITY_NEVER);
    g_assert_true (matches);
    g_assert_null (vouched_by);
  }
}

static void
test_revoked_user (void)
{
  MadoKeyTable *table = mado_key_table_new ();
  MadoKey *key = make_key (ALICE, "alice@x.example", FULL, "certified", NULL);
  g_autoptr (MadoKeyIndex) index = NULL;
  const char *vouched_by;
  gboolean matches;

  ((MadoKeyUser *) key->users->pdata[0])->is_revoked = TRUE;
  g_ptr_array_add (table->keys, key);
  index = mado_key_index_new (table);
  g_assert_cmpint (mado_key_index_judge (index, key, "alice@x.example", &matches, &vouched_by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_false (matches);
}

/* A gateway's key, which names nobody, speaks for whole domains, or for an address before its domain. */
static void
test_maps (void)
{
  static const struct {
    const char *asked;
    MadoValidity alice, bob; /* alice's key is mapped to the domain, bob's to one address in it */
  } cases[] = {
    { "anybody@y.example", FULL, UNKNOWN },  { "ANYBODY@Y.Example", FULL, UNKNOWN }, { "soc@y.example", UNKNOWN, FULL },
    { "anybody@sub.y.example", UNKNOWN, UNKNOWN }, { "y.example", UNKNOWN, UNKNOWN }, { "y.example@z.example", UNKNOWN, UNKNOWN },
    { "anybody@notx.y.example", UNKNOWN, UNKNOWN }, { "pinned@y.example", NEVER, FULL },
  };
  MadoKeyTable *table = mado_key_table_new ();
  MadoKey *alice = make_key (ALICE, "alice@x.example", UNKNOWN, NULL, NULL);
  MadoKey *bob = make_key (BOB, "bob@x.example", UNKNOWN, NULL, "pinned@y.example");
  g_autoptr (MadoKeyIndex) index = NULL;

  state (alice, "map", "Y.example", NULL);
  state (bob, "map", "soc@y.example", NULL);
  g_ptr_array_add (table->keys, alice);
  g_ptr_array_add (table->keys, bob);
  index = mado_key_index_new (table);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *by = "unset";
    gboolean matches = FALSE;
    g_assert_cmpint (mado_key_index_judge (index, alice, cases[i].asked, &matches, &by), ==, cases[i].alice);
    g_assert_cmpint (matches, ==, cases[i].alice != UNKNOWN);
    g_assert_cmpstr (by, ==, cases[i].alice == FULL ? "map" : NULL);
    g_assert_cmpint (mado_key_index_judge (index, bob, cases[i].asked, &matches, &by), ==, cases[i].bob);
  }
}

/* What GnuPG computed ends with the first certification it rests on; a member's word does not. */
static void
test_over (void)
{
  for (int i = 0; i < 4; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoKey *key = make_key (ALICE, "alice@x.example", FULL, i < 2 ? "web-of-trust" : "certified", NULL);
    g_autoptr (MadoKeyIndex) index = NULL;
    const char *by;
    gboolean matches;

    table->until = i == 0 ? g_get_real_time () / G_USEC_PER_SEC + 1000 : 1000;
    if (i == 3)
      state (key, "certified", "Alice@x.example", NULL);
    g_ptr_array_add (table->keys, key);
    index = mado_key_index_new (table);
    g_assert_cmpint (mado_key_index_judge (index, key, "alice@x.example", &matches, &by), ==, i == 0 || i == 3 ? FULL : UNKNOWN);
    g_assert_true (matches);
    g_assert_cmpstr (by, ==, i == 0 ? "web-of-trust" : i == 3 ? "certified" : NULL);
  }
}

static void
test_forerunners (void)
{
  for (int i = 0; i < 3; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoKey *old = make_key (ALICE, "alice@x.example", UNKNOWN, NULL, NULL), *new = make_key (BOB, "alice@x.example", UNKNOWN, NULL, NULL);
    g_autoptr (MadoKeyIndex) index = NULL;

    state (new, "successor", "alice@x.example", ALICE);
    state (new, "successor", "alice@x.example", "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD");
    old->is_revoked = i == 1;
    old->is_distrusted = i == 2;
    g_ptr_array_add (table->keys, old);
    g_ptr_array_add (table->keys, new);
    g_strfreev (table->distrusted);
    table->distrusted = g_strsplit (ALICE, " ", -1);
    index = mado_key_index_new (table);
    g_auto (GStrv) found = mado_key_index_forerunners (index, new, "Alice@X.example");
    g_auto (GStrv) elsewhere = mado_key_index_forerunners (index, new, "carol@x.example");
    g_assert_cmpuint (g_strv_length (found), ==, i == 0 ? 1 : 0);
    g_assert_cmpuint (g_strv_length (elsewhere), ==, 0); /* whose keys she signed are not hers */
    g_assert_true (mado_key_index_is_distrusted (index, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    g_assert_false (mado_key_index_is_distrusted (index, BOB));
    g_assert_false (mado_key_index_is_distrusted (index, NULL));
  }
}

/* What a directory offered is listed for the address it was asked for, while the key names it, and vouches for nothing. */
static void
test_found (void)
{
  MadoKeyTable *table = mado_key_table_new ();
  MadoKey *old = make_key (ALICE, "alice@x.example", UNKNOWN, NULL, NULL), *new = make_key (BOB, "alice@x.example", UNKNOWN, NULL, NULL);
  MadoKey *merely_known = make_key (SUBKEY, "alice@x.example", UNKNOWN, NULL, NULL);
  g_autoptr (MadoKeyIndex) index = NULL;
  gboolean matches = FALSE;
  const char *vouched_by = NULL;

  old->created = 100;
  new->created = 200;
  state (old, "found", "alice@x.example", "wkd");
  state (new, "found", "Alice@x.example", "vks");
  state (new, "found", "carol@x.example", "wkd"); /* it does not name her any more */
  g_ptr_array_add (table->keys, old);
  g_ptr_array_add (table->keys, merely_known);
  g_ptr_array_add (table->keys, new);
  index = mado_key_index_new (table);
  g_autoptr (GPtrArray) found = mado_key_index_list_found (index, "ALICE@x.example");
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_true (found->pdata[0] == new && found->pdata[1] == old);
  g_assert_cmpstr (mado_key_index_found_by (new, "alice@X.example"), ==, "vks");
  g_assert_null (mado_key_index_found_by (merely_known, "alice@x.example"));
  g_autoptr (GPtrArray) gone = mado_key_index_list_found (index, "carol@x.example");
  g_autoptr (GPtrArray) none = mado_key_index_list_found (index, NULL);
  g_assert_cmpuint (gone->len + none->len, ==, 0);
  g_assert_cmpint (mado_key_index_judge (index, new, "alice@x.example", &matches, &vouched_by), ==, UNKNOWN);
  g_assert_null (vouched_by);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/pgp/key-index/judge/%s", rows[i].name);
    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/pgp/key-index/own", test_own);
  g_test_add_func ("/pgp/key-index/find", test_find);
  g_test_add_func ("/pgp/key-index/maps", test_maps);
  g_test_add_func ("/pgp/key-index/over", test_over);
  g_test_add_func ("/pgp/key-index/forerunners", test_forerunners);
  g_test_add_func ("/pgp/key-index/found", test_found);
  g_test_add_func ("/pgp/key-index/bad-key", test_bad_key);
  g_test_add_func ("/pgp/key-index/adopted", test_adopted);
  g_test_add_func ("/pgp/key-index/pin-of-revoked-user", test_pin_of_revoked_user);
  g_test_add_func ("/pgp/key-index/revoked-user", test_revoked_user);
  return g_test_run ();
}
