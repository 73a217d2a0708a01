/* test-pgp-statements.c: what the house says of keys: what replaces what, what survives on disk, what a line may hold. */
#include "madoguchi/pgp/statements.h"
#include "madoguchi/base/fsio.h"

#include <string.h>
#include <sys/stat.h>

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static char *
make_directory (void)
{
  char *path = g_strdup ("/tmp/sXXXXXX");

  g_assert_nonnull (g_mkdtemp (path));
  return path;
}

static MadoKey *
make_key (const MadoStatements *statements, const char *fingerprint, const char *address)
{
  MadoKey *key = mado_key_new ();
  MadoKeyUser *user = mado_key_user_new ();

  key->fingerprint = g_strdup (fingerprint);
  user->address = g_strdup (address);
  g_ptr_array_add (key->users, user);
  mado_statements_apply (statements, key);
  return key;
}

static MadoStatements *
again (const MadoStatements *statements, const char *directory)
{
  g_autoptr (GError) error = NULL;
  MadoStatements *read;

  g_assert_true (mado_statements_write (statements, directory, &error));
  g_assert_no_error (error);
  read = mado_statements_read (directory, &error);
  g_assert_no_error (error);
  return read;
}

static void
test_round_trip (void)
{
  g_autofree char *directory = make_directory ();
  g_autoptr (MadoStatements) first = mado_statements_read (directory, NULL);
  g_autoptr (MadoStatements) read = NULL;

  mado_statements_set (first, "pin", "Alice@x.example", ALICE, "hanako", 1000000000);
  mado_statements_set (first, "map", "Y.example", ALICE, "a b\nc", 1000000001); /* no login */
  mado_statements_set (first, "certified", "alice@x.example", ALICE, NULL, 1000000002);
  mado_statements_set (first, "distrusted", NULL, BOB, "taro", 1000000003);
  read = again (first, directory);
  g_autoptr (MadoKey) alice = make_key (read, ALICE, "ALICE@x.example"), bob = make_key (read, BOB, "bob@x.example");
  g_assert_cmpuint (alice->statements->len, ==, 3);
  g_assert_cmpstr (alice->pinned[0], ==, "alice@x.example");
  g_assert_null (alice->pinned[1]);
  g_assert_false (alice->is_distrusted);
  for (guint i = 0; i < alice->statements->len; i++) {
    const MadoKeyStatement *one = alice->statements->pdata[i];
    gboolean is_pin = strcmp (one->kind, "pin") == 0, is_map = strcmp (one->kind, "map") == 0;
    g_assert_cmpint (one->made, ==, is_pin ? 1000000000 : is_map ? 1000000001 : 1000000002);
    g_assert_cmpstr (one->by, ==, is_pin ? "hanako" : NULL);
    g_assert_cmpstr (one->subject, ==, is_map ? "y.example" : "alice@x.example");
  }
  const MadoKeyUser *user = alice->users->pdata[0];
  g_assert_cmpint (user->validity, ==, MADO_VALIDITY_FULL);
  g_assert_cmpstr (user->vouched_by, ==, "certified");
  g_assert_true (bob->is_distrusted);
  g_assert_cmpint (((MadoKeyUser *) bob->users->pdata[0])->validity, ==, MADO_VALIDITY_UNKNOWN);
  g_auto (GStrv) distrusted = mado_statements_distrusted (read);
  g_assert_cmpstr (distrusted[0], ==, BOB);
  g_assert_null (distrusted[1]);
  mado_fsio_remove_tree (directory, NULL);
}

static guint
count (const MadoStatements *statements, const char *fingerprint)
{
  g_autoptr (MadoKey) key = make_key (statements, fingerprint, "alice@x.example");

  return key->statements->len;
}

static void
test_replacing (void)
{
  g_autofree char *directory = make_directory ();
  g_autoptr (MadoStatements) statements = mado_statements_read (directory, NULL);

  mado_statements_set (statements, "pin", "alice@x.example", ALICE, NULL, 1);
  mado_statements_set (statements, "pin", "ALICE@x.example", BOB, NULL, 2); /* one key for one address */
  mado_statements_set (statements, "map", "alice@x.example", BOB, NULL, 2);
  mado_statements_set (statements, "map", "x.example", ALICE, NULL, 2);
  g_assert_cmpuint (count (statements, ALICE), ==, 1);
  g_assert_cmpuint (count (statements, BOB), ==, 2);
  mado_statements_set (statements, "certified", "alice@x.example", ALICE, NULL, 1);
  mado_statements_set (statements, "certified", "alice@x.example", BOB, NULL, 1); /* several may be certified */
  mado_statements_set (statements, "certified", "alice@x.example", BOB, NULL, 2); /* once each */
  g_assert_cmpuint (count (statements, ALICE), ==, 2);
  g_assert_cmpuint (count (statements, BOB), ==, 3);
  mado_statements_set (statements, "successor", "alice@x.example", BOB, ALICE, 1);
  mado_statements_set (statements, "successor", "alice@x.example", BOB, "C" ALICE, 1);
  mado_statements_set (statements, "successor", "Alice@x.example", BOB, ALICE, 1);
  g_assert_cmpuint (count (statements, BOB), ==, 5);
  g_assert_cmpuint (mado_statements_drop (statements, "pin", "Alice@X.example", NULL), ==, 1);
  g_assert_cmpuint (mado_statements_drop (statements, "pin", "alice@x.example", NULL), ==, 0);
  mado_statements_set (statements, "distrusted", NULL, BOB, NULL, 3);
  /* A key that goes takes along all but distrust. */
  g_assert_cmpuint (mado_statements_drop (statements, NULL, NULL, BOB), ==, 4);
  g_assert_cmpuint (count (statements, BOB), ==, 1);
  g_assert_cmpuint (count (statements, ALICE), ==, 2);
  mado_fsio_remove_tree (directory, NULL);
}

/* The pins of an earlier version stay what they were, and lines that are none do no harm. */
static void
test_old_and_broken (void)
{
  static const char pins[] = "# Pinned keys: address, fingerprint, time. Written by madoguchi-keyring.\n"
                             "alice@x.example " ALICE " 2026-11-21T00:00:00Z\n"
                             "carol@x.example " ALICE "\n"
                             "half\n\n";
  static const char others[] = "pin eve@x.example " BOB " 2026-11-21T00:00:00Z\n" /* pins are in their own file */
                               "map\nmap y.example\n\xff\xfe\nmap z.example " BOB " nonsense eve;rm\n";
  g_autofree char *directory = make_directory ();
  g_autofree char *pins_path = g_build_filename (directory, "madoguchi-pins", NULL);
  g_autofree char *others_path = g_build_filename (directory, "madoguchi-statements", NULL);
  g_autofree char *after = NULL;
  struct stat before_write, after_write;

  g_assert_true (g_file_set_contents (pins_path, pins, -1, NULL) && g_file_set_contents (others_path, others, -1, NULL));
  g_autoptr (MadoStatements) statements = mado_statements_read (directory, NULL);
  g_autoptr (MadoKey) alice = make_key (statements, ALICE, "alice@x.example"), bob = make_key (statements, BOB, "eve@x.example");
  g_assert_cmpuint (g_strv_length (alice->pinned), ==, 2);
  g_assert_cmpuint (g_strv_length (bob->pinned), ==, 0);
  g_assert_cmpuint (bob->statements->len, ==, 1);
  g_assert_cmpint (((MadoKeyStatement *) bob->statements->pdata[0])->made, ==, 0);
  g_assert_null (((MadoKeyStatement *) bob->statements->pdata[0])->by);
  g_assert_cmpint (stat (pins_path, &before_write), ==, 0);
  mado_statements_set (statements, "distrusted", NULL, BOB, NULL, 1);
  g_assert_true (mado_statements_write (statements, directory, NULL));
  g_assert_cmpint (stat (pins_path, &after_write), ==, 0);
  g_assert_cmpuint (before_write.st_ino, ==, after_write.st_ino); /* only what changed is written */
  g_assert_true (g_file_get_contents (others_path, &after, NULL, NULL));
  g_assert_nonnull (strstr (after, "distrusted - " BOB " 1970-01-01T00:00:01Z\n"));
  g_assert_null (strstr (after, "eve;rm"));
  mado_fsio_remove_tree (directory, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/statements/round-trip", test_round_trip);
  g_test_add_func ("/pgp/statements/replacing", test_replacing);
  g_test_add_func ("/pgp/statements/old-and-broken", test_old_and_broken);
  return g_test_run ();
}
