/* When the team is told that a key of its own ends, with a clock of the test's: one row for each part and day. */
#include "madoguchi/model/own-key.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1800000000)
#define DAY G_GINT64_CONSTANT (86400)
#define TEAM "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define OLD "0000000000000000000000000000000000000001"

static MadoOwnKey *
add (GPtrArray *own, const char *kind, const char *fingerprint, const char *subkey, const char *uses, gint64 created, gint64 expires)
{
  MadoOwnKey *key = mado_own_key_new ();

  key->kind = g_strdup (kind);
  key->fingerprint = g_strdup (fingerprint);
  key->subkey = g_strdup (subkey);
  g_strfreev (key->uses);
  key->uses = g_strsplit (uses, " ", -1);
  key->created = created;
  key->expires = expires;
  g_ptr_array_add (own, key);
  return key;
}

static void
set_name (MadoOwnKey *key, const char *name)
{
  g_strfreev (key->names);
  key->names = g_strsplit (name, "\n", -1);
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) mado_own_key_free);
}

static void
test_stage (void)
{
  static const struct {
    gint64 expires;
    int stage;
  } rows[] = {
    { 0, 0 }, { NOW + 400 * DAY, 0 }, { NOW + 30 * DAY + 1, 0 }, { NOW + 30 * DAY, 30 }, { NOW + 14 * DAY + 1, 30 },
    { NOW + 14 * DAY, 14 }, { NOW + 3 * DAY + 1, 14 }, { NOW + 3 * DAY, 3 }, { NOW + 1, 3 }, { NOW, -1 }, { NOW - DAY, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (mado_own_key_stage (rows[i].expires, NOW), ==, rows[i].stage);
}

typedef struct {
  const char *kind, *subkey, *uses;
  gint64 left; /* days; G_MAXINT64: never ends */
  MadoLevel level;
  int stage;
  const char *words;
} Row;

/* One part alone, at each of the days. */
static const Row rows[] = {
  { "team", NULL, "certify sign", G_MAXINT64, MADO_LEVEL_OK, 0, "never expires" },
  { "team", NULL, "certify sign", 31, MADO_LEVEL_OK, 0, "31 days" },
  { "team", NULL, "certify sign", 30, MADO_LEVEL_WARN, 30, "soon" },
  { "team", NULL, "certify sign", 14, MADO_LEVEL_WARN, 14, "this week" },
  { "team", NULL, "certify sign", 3, MADO_LEVEL_WARN, 3, "NOW" },
  { "team", NULL, "certify sign", 0, MADO_LEVEL_FAIL, -1, "no answer can be signed" },
  { "team", "E1", "encrypt", 31, MADO_LEVEL_OK, 0, "encryption subkey E1 of team key " TEAM },
  { "team", "E1", "encrypt", 30, MADO_LEVEL_WARN, 30, "soon" },
  { "team", "E1", "encrypt", 14, MADO_LEVEL_WARN, 14, "this week" },
  { "team", "E1", "encrypt", 3, MADO_LEVEL_WARN, 3, "NOW" },
  { "team", "E1", "encrypt", -5, MADO_LEVEL_FAIL, -1, "nobody can write" },
  { "team", "S1", "sign", 3, MADO_LEVEL_WARN, 3, "signing subkey S1" },
  { "team", "S1", "sign", -1, MADO_LEVEL_FAIL, -1, "no answer can be signed" },
  { "certificate", NULL, "sign encrypt", 31, MADO_LEVEL_OK, 0, "certificate" },
  { "certificate", NULL, "sign encrypt", 30, MADO_LEVEL_WARN, 30, "soon" },
  { "certificate", NULL, "sign encrypt", 14, MADO_LEVEL_WARN, 14, "this week" },
  { "certificate", NULL, "sign encrypt", 3, MADO_LEVEL_WARN, 3, "NOW" },
  { "certificate", NULL, "sign encrypt", -1, MADO_LEVEL_WARN, -1, "S/MIME" },
  { "shared", NULL, "certify sign", 14, MADO_LEVEL_WARN, 14, "bring the next one" },
  { "shared", NULL, "certify sign", -1, MADO_LEVEL_WARN, -1, "shared-keys" },
  { "old", NULL, "certify sign", 14, MADO_LEVEL_WARN, 14, "no newer key" },
  { "old", NULL, "certify sign", -100, MADO_LEVEL_OK, -1, "still opened" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    g_autoptr (GPtrArray) own = new_list ();
    add (own, row->kind, TEAM, row->subkey, row->uses, NOW - 900 * DAY, row->left == G_MAXINT64 ? 0 : NOW + row->left * DAY);
    g_autoptr (GPtrArray) notices = mado_own_keys_judge (own, NOW);
    const MadoKeyNotice *notice = notices->pdata[0];

    g_test_message ("row %u: %s", (guint) i, notice->text);
    g_assert_cmpint (notice->level, ==, row->level);
    g_assert_cmpint (notice->stage, ==, row->stage);
    g_assert_nonnull (strstr (notice->text, row->words));
  }
}

/* What takes over is named, and what has been replaced is no failure any more. */
static void
test_heirs (void)
{
  g_autoptr (GPtrArray) own = new_list ();
  MadoOwnKey *one, *two;

  add (own, "team", TEAM, NULL, "certify sign", NOW - 900 * DAY, NOW + 400 * DAY);
  add (own, "team", TEAM, "E1", "encrypt", NOW - 900 * DAY, NOW - DAY);
  add (own, "team", TEAM, "E2", "encrypt", NOW - 10 * DAY, NOW + 300 * DAY);
  one = add (own, "certificate", "C1", NULL, "sign encrypt", NOW - 900 * DAY, NOW - DAY);
  two = add (own, "certificate", "C2", NULL, "sign encrypt", NOW - 9 * DAY, NOW + 300 * DAY);
  set_name (one, "csirt@example.org\nCN=Team");
  set_name (two, "csirt@example.org");
  add (own, "shared", "Q3", NULL, "certify encrypt", NOW - 90 * DAY, NOW - DAY);
  add (own, "shared", "Q4", NULL, "certify encrypt", NOW - 2 * DAY, NOW + 90 * DAY);
  {
    g_autoptr (GPtrArray) notices = mado_own_keys_judge (own, NOW);
    for (guint i = 0; i < notices->len; i++)
      g_assert_cmpint (((MadoKeyNotice *) notices->pdata[i])->level, ==, MADO_LEVEL_OK);
    g_assert_nonnull (strstr (((MadoKeyNotice *) notices->pdata[1])->text, "another one serves until"));
  }
  set_name (two, "soc@example.org"); /* another mailbox's is no heir */
  ((MadoOwnKey *) own->pdata[2])->is_revoked = TRUE;
  ((MadoOwnKey *) own->pdata[6])->expires = NOW + 2 * DAY;
  {
    g_autoptr (GPtrArray) notices = mado_own_keys_judge (own, NOW);
    g_assert_cmpint (((MadoKeyNotice *) notices->pdata[1])->level, ==, MADO_LEVEL_FAIL);
    g_assert_cmpint (((MadoKeyNotice *) notices->pdata[3])->level, ==, MADO_LEVEL_WARN);
    g_assert_cmpint (((MadoKeyNotice *) notices->pdata[6])->stage, ==, 3);
  }
}

static void
test_missing (void)
{
  g_autoptr (GPtrArray) own = new_list ();

  add (own, "team", TEAM, NULL, "", 0, 0)->is_missing = TRUE;
  add (own, "old", OLD, NULL, "", 0, 0)->is_missing = TRUE;
  add (own, "team", TEAM, NULL, "certify sign", 0, 0)->is_revoked = TRUE;
  g_autoptr (GPtrArray) notices = mado_own_keys_judge (own, NOW);
  g_assert_cmpint (((MadoKeyNotice *) notices->pdata[0])->level, ==, MADO_LEVEL_FAIL);
  g_assert_cmpint (((MadoKeyNotice *) notices->pdata[1])->level, ==, MADO_LEVEL_WARN);
  g_assert_cmpint (((MadoKeyNotice *) notices->pdata[2])->level, ==, MADO_LEVEL_FAIL);
}

static const char *
newer_than (const GPtrArray *own, const char *fingerprint)
{
  const MadoOwnKey *used = mado_own_keys_find_part (own, fingerprint);

  g_assert_nonnull (used);
  return mado_own_keys_newer (own, used, NOW);
}

static void
test_newer (void)
{
  g_autoptr (GPtrArray) own = new_list ();

  add (own, "team", TEAM, NULL, "certify sign", NOW - 900 * DAY, 0);
  add (own, "team", TEAM, "E1", "encrypt", NOW - 900 * DAY, NOW - DAY);
  add (own, "team", TEAM, "E2", "encrypt", NOW - 10 * DAY, NOW + 300 * DAY);
  add (own, "old", OLD, NULL, "certify sign", NOW - 2000 * DAY, NOW - 100 * DAY);
  add (own, "old", OLD, "E0", "encrypt", NOW - 2000 * DAY, NOW - 100 * DAY);
  add (own, "shared", "Q3", "Q3E", "encrypt", NOW - 90 * DAY, NOW - DAY);
  add (own, "shared", "Q4", "Q4E", "encrypt", NOW - 2 * DAY, NOW + 90 * DAY);
  g_assert_cmpstr (newer_than (own, "E1"), ==, "E2");
  g_assert_null (newer_than (own, "E2"));
  g_assert_cmpstr (newer_than (own, "e0"), ==, TEAM);
  g_assert_cmpstr (newer_than (own, "Q3E"), ==, "Q4");
  g_assert_null (newer_than (own, "Q4E"));
  g_assert_null (mado_own_keys_find_part (own, "E9"));
  ((MadoOwnKey *) own->pdata[2])->is_revoked = TRUE; /* a newer one that nobody can use is none */
  g_assert_null (newer_than (own, "E1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/own-key/stage", test_stage);
  g_test_add_func ("/model/own-key/rows", test_rows);
  g_test_add_func ("/model/own-key/heirs", test_heirs);
  g_test_add_func ("/model/own-key/missing", test_missing);
  g_test_add_func ("/model/own-key/newer", test_newer);
  return g_test_run ();
}
