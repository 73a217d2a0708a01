/* test-pgp-key-index.c: who may speak for an address: the rules, one row each. */
#include "madoguchi/pgp/key-index.h"

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define SUBKEY "CCCCCCCCCCCCCCCCCCCCCCCC1234567890ABCDEF"

static MadoKey *
make_key (const char *fingerprint, const char *address, MadoValidity validity, const char *pinned)
{
  MadoKey *key = mado_key_new ();
  MadoKeyUser *user = mado_key_user_new ();

  key->fingerprint = g_strdup (fingerprint);
  user->user_id = g_strdup_printf ("Somebody <%s>", address);
  user->address = g_strdup (address);
  user->validity = validity;
  g_ptr_array_add (key->users, user);
  if (pinned != NULL) {
    g_strfreev (key->pinned);
    key->pinned = g_strsplit (pinned, " ", -1);
  }
  return key;
}

typedef struct {
  const char *name;
  MadoValidity validity;     /* of Alice's user ID alice@x.example */
  const char *alice_pins, *bob_pins;
  const char *trust_model;
  const char *asked;
  MadoValidity expected;
  gboolean matches;
  const char *vouched_by;
} Row;

static const Row rows[] = {
  { "offered", MADO_VALIDITY_UNKNOWN, NULL, NULL, "pin", "alice@x.example", MADO_VALIDITY_UNKNOWN, TRUE, NULL },
  { "folded", MADO_VALIDITY_FULL, NULL, NULL, "pin", "Alice@X.Example", MADO_VALIDITY_FULL, TRUE, "certified" },
  { "web", MADO_VALIDITY_MARGINAL, NULL, NULL, "pgp", "alice@x.example", MADO_VALIDITY_MARGINAL, TRUE, "web-of-trust" },
  { "own", MADO_VALIDITY_ULTIMATE, NULL, NULL, "pgp", "alice@x.example", MADO_VALIDITY_ULTIMATE, TRUE, "certified" },
  { "pinned", MADO_VALIDITY_UNKNOWN, "alice@x.example", NULL, "pin", "ALICE@x.example", MADO_VALIDITY_FULL, TRUE, "pin" },
  { "pinned-elsewhere", MADO_VALIDITY_UNKNOWN, "soc@y.example", NULL, "pin", "soc@y.example", MADO_VALIDITY_FULL, TRUE,
    "pin" },
  { "other-pinned", MADO_VALIDITY_FULL, NULL, "alice@x.example", "pin", "alice@x.example", MADO_VALIDITY_NEVER, TRUE, NULL },
  { "other-address", MADO_VALIDITY_FULL, NULL, NULL, "pin", "mallory@x.example", MADO_VALIDITY_UNKNOWN, FALSE, NULL },
  { "suffix", MADO_VALIDITY_FULL, NULL, NULL, "pin", "alice@x.example.evil", MADO_VALIDITY_UNKNOWN, FALSE, NULL },
  { "no-address", MADO_VALIDITY_FULL, NULL, NULL, "pin", NULL, MADO_VALIDITY_UNKNOWN, FALSE, NULL },
  { "never", MADO_VALIDITY_NEVER, NULL, NULL, "pin", "alice@x.example", MADO_VALIDITY_NEVER, TRUE, NULL },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  MadoKeyTable *table = mado_key_table_new ();
  g_autoptr (MadoKeyIndex) index = NULL;
  gboolean matches = !row->matches;
  const char *vouched_by = "unset";

  table->trust_model = g_strdup (row->trust_model);
  g_ptr_array_add (table->keys, make_key (ALICE, "alice@x.example", row->validity, row->alice_pins));
  g_ptr_array_add (table->keys, make_key (BOB, "bob@x.example", MADO_VALIDITY_UNKNOWN, row->bob_pins));
  index = mado_key_index_new (table);
  g_assert_cmpint (mado_key_index_judge (index, mado_key_index_find (index, ALICE), row->asked, &matches, &vouched_by), ==,
                   row->expected);
  g_assert_cmpint (matches, ==, row->matches);
  g_assert_cmpstr (vouched_by, ==, row->vouched_by);
}

static void
test_find (void)
{
  MadoKeyTable *table = mado_key_table_new ();
  MadoKey *key = make_key (ALICE, "alice@x.example", MADO_VALIDITY_UNKNOWN, NULL);
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

static void
test_bad_key (void)
{
  for (int i = 0; i < 3; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    MadoKey *key = make_key (ALICE, "alice@x.example", MADO_VALIDITY_FULL, "alice@x.example");
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
  MadoKey *key = make_key (ALICE, "alice@x.example", MADO_VALIDITY_FULL, NULL);
  g_autoptr (MadoKeyIndex) index = NULL;
  const char *vouched_by;
  gboolean matches;

  ((MadoKeyUser *) key->users->pdata[0])->is_revoked = TRUE;
  g_ptr_array_add (table->keys, key);
  index = mado_key_index_new (table);
  g_assert_cmpint (mado_key_index_judge (index, key, "alice@x.example", &matches, &vouched_by), ==, MADO_VALIDITY_UNKNOWN);
  g_assert_false (matches);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/pgp/key-index/judge/%s", rows[i].name);
    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/pgp/key-index/find", test_find);
  g_test_add_func ("/pgp/key-index/bad-key", test_bad_key);
  g_test_add_func ("/pgp/key-index/revoked-user", test_revoked_user);
  return g_test_run ();
}
