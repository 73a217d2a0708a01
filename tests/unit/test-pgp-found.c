/* test-pgp-found.c: what a directory gave, cut down before gpg sees it. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/found.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

#define ALICE "alice@reporter.example"

static GBytes *
export_key (const char *home, const char *command, const char *key)
{
  char *text = fixture_gpg (home, NULL, (const char *[]) { "--armor", command, key, NULL });

  return g_bytes_new_take (text, strlen (text));
}

/* (transfer full) one new packet: tag, body. */
static void
add_packet (GByteArray *out, guint tag, const void *body, gsize length)
{
  const guint8 head[] = { (guint8) (0xc0 | tag), 0xff, (guint8) (length >> 24), (guint8) (length >> 16),
                          (guint8) (length >> 8), (guint8) length };

  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, body, (guint) length);
}

static void
add_key (GByteArray *out, guint8 version, guint8 marker)
{
  const guint8 body[] = { version, 0, 0, 0, 1, 22, marker, 1, 2, 3 };

  add_packet (out, 6, body, sizeof body);
}

static void
add_user (GByteArray *out, const char *user_id)
{
  add_packet (out, 13, user_id, strlen (user_id));
}

/* How many packets of @tag are in @bytes. */
static guint
count (GBytes *bytes, guint wanted)
{
  gsize size, length;
  const guint8 *data = g_bytes_get_data (bytes, &size), *body;
  MadoPacketCursor cursor = { data, data + size };
  guint tag, n = 0;

  while (mado_packets_next (&cursor, &tag, &body, &length))
    n += tag == wanted;
  g_assert_true (cursor.at == data + size);
  return n;
}

static gboolean
read_array (GByteArray *array, const char *wanted, GBytes **clean, char ***fingerprints, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (array->data, array->len);

  return mado_found_read (bytes, ALICE, wanted, clean, fingerprints, error);
}

/* A real key with three user IDs and a stranger's signature: one user ID and the key's own signatures are left. */
static void
test_real (void)
{
  char *home = fixture_home_new ();
  g_autofree char *key = fixture_key (home, "Alice <Alice@Reporter.example>", NULL);
  g_autofree char *other = fixture_key (home, "Other <other@reporter.example>", NULL);
  g_autofree char *one = fixture_gpg (home, NULL, (const char *[]) { "--quick-add-uid", key, "Alice <alice@home.example>", NULL });
  g_autofree char *two = fixture_gpg (home, NULL, (const char *[]) { "--quick-add-uid", key, "alice@work.example", NULL });
  g_autofree char *three = fixture_gpg (home, NULL, (const char *[]) { "--local-user", other, "--quick-sign-key", key, NULL });
  g_autoptr (GBytes) block = export_key (home, "--export", key);
  g_autoptr (GBytes) clean = NULL;
  g_auto (GStrv) fingerprints = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_found_read (block, ALICE, NULL, &clean, &fingerprints, &error));
  g_assert_cmpuint (g_strv_length (fingerprints), ==, 1);
  g_assert_cmpstr (fingerprints[0], ==, key);
  g_assert_cmpuint (count (clean, 6), ==, 1);
  g_assert_cmpuint (count (clean, 13), ==, 1);
  g_assert_cmpuint (count (clean, 14), ==, 1);
  g_assert_cmpuint (count (clean, 2), ==, 2); /* of the user ID and of the subkey, not the stranger's */
  g_clear_pointer (&clean, g_bytes_unref);
  g_assert_false (mado_found_read (block, "mallory@reporter.example", NULL, &clean, &fingerprints, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_clear_error (&error);
  g_autoptr (GBytes) secret = export_key (home, "--export-secret-keys", key);
  g_assert_false (mado_found_read (secret, ALICE, NULL, &clean, &fingerprints, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_assert_nonnull (strstr (error->message, "secret"));
  fixture_home_free (home);
}

static void
test_user_ids (void)
{
  static const char *const no[] = {
    "Alice <alice@reporter.example> <mallory@evil.example>", "Alice <mallory@evil.example> <alice@reporter.example>",
    "alice@reporter.example <mallory@evil.example>", "Alice <alice@reporter.example", "Alice <alice@reporter.example> x",
    "alice@reporter.example.evil", "xalice@reporter.example", "Alice alice@reporter.example", "", "<>", "\xff\xfe <alice@reporter.example>",
    "Alice <alice@reporter.example>>",
  };
  static const char *const yes[] = { "Alice <alice@reporter.example>", "ALICE@reporter.EXAMPLE", "<alice@reporter.example>",
                                     "\xe3\x82\xa2 <alice@reporter.example>", "Alice <alice@reporter.example> " };

  for (gsize i = 0; i < G_N_ELEMENTS (no) + G_N_ELEMENTS (yes); i++) {
    gboolean is_yes = i >= G_N_ELEMENTS (no);
    const char *user_id = is_yes ? yes[i - G_N_ELEMENTS (no)] : no[i];
    g_autoptr (GByteArray) array = g_byte_array_new ();
    g_autoptr (GBytes) clean = NULL;
    g_auto (GStrv) fingerprints = NULL;

    add_key (array, 4, 1);
    add_user (array, user_id);
    if (read_array (array, NULL, &clean, &fingerprints, NULL) != is_yes)
      g_error ("\"%s\"", user_id);
  }
}

static void
test_shapes (void)
{
  static const guint8 attribute[] = "\x10\x01 picture", other_data[] = "\x62\0\0\0\0\0";
  static const guint8 by_other[] = { 4, 0x13, 22, 8, 0, 0, 0, 10, 9, 16, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0 };
  static const guint8 by_nobody[] = { 4, 0x13, 22, 8, 0, 0, 0, 0, 0, 0 };
  static const guint8 cut[] = { 4, 0x13, 22, 8, 0xff, 0xff, 0, 0 };
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GBytes) clean = NULL;
  g_auto (GStrv) fingerprints = NULL;
  g_autoptr (GError) error = NULL;

  add_packet (array, 13, ALICE, strlen (ALICE)); /* before any key */
  add_packet (array, 2, by_nobody, sizeof by_nobody);
  add_key (array, 6, 1); /* a version that gpg does not know */
  add_user (array, ALICE);
  add_key (array, 4, 2); /* somebody else's */
  add_user (array, "bob@reporter.example");
  add_key (array, 4, 3);
  add_user (array, "bob@reporter.example");
  add_packet (array, 2, by_nobody, sizeof by_nobody); /* goes with its user ID */
  add_user (array, ALICE);
  add_packet (array, 2, by_other, sizeof by_other);
  add_packet (array, 2, by_nobody, sizeof by_nobody);
  add_packet (array, 2, cut, sizeof cut);
  add_packet (array, 12, "trust", 5);
  add_packet (array, 17, attribute, sizeof attribute);
  add_packet (array, 2, by_nobody, sizeof by_nobody);
  g_assert_true (read_array (array, NULL, &clean, &fingerprints, &error));
  g_assert_cmpuint (g_strv_length (fingerprints), ==, 1);
  g_assert_cmpuint (count (clean, 6), ==, 1);
  g_assert_cmpuint (count (clean, 13), ==, 1);
  g_assert_cmpuint (count (clean, 2), ==, 1);
  g_assert_cmpuint (count (clean, 12) + count (clean, 17), ==, 0);
  g_clear_pointer (&clean, g_bytes_unref);
  add_packet (array, 11, other_data, sizeof other_data);
  g_assert_false (read_array (array, NULL, &clean, &fingerprints, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

static void
test_bounds (void)
{
  g_autoptr (GByteArray) many = g_byte_array_new (), large = g_byte_array_new ();
  g_autoptr (GBytes) clean = NULL;
  g_auto (GStrv) fingerprints = NULL;
  guint8 *padding = g_malloc0 (MADO_FOUND_KEY_BYTES_MAX);

  for (guint8 i = 0; i < 10; i++) {
    add_key (many, 4, i);
    add_user (many, ALICE);
  }
  g_assert_true (read_array (many, NULL, &clean, &fingerprints, NULL));
  g_assert_cmpuint (g_strv_length (fingerprints), ==, MADO_FOUND_KEYS_MAX);
  g_clear_pointer (&clean, g_bytes_unref);
  g_clear_pointer (&fingerprints, g_strfreev);
  add_key (large, 4, 1);
  add_user (large, ALICE);
  add_packet (large, 14, padding, MADO_FOUND_KEY_BYTES_MAX);
  g_free (padding);
  g_assert_false (read_array (large, NULL, &clean, &fingerprints, NULL));
}

static void
test_wanted (void)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GBytes) clean = NULL;
  g_auto (GStrv) named = NULL, wanted = NULL;

  add_key (array, 4, 1);
  g_assert_false (read_array (array, NULL, &clean, &named, NULL));
  add_user (array, ALICE);
  g_assert_true (read_array (array, NULL, &clean, &named, NULL));
  g_clear_pointer (&clean, g_bytes_unref);
  g_byte_array_set_size (array, 0);
  add_key (array, 4, 1);
  add_key (array, 4, 2);
  g_assert_true (read_array (array, named[0], &clean, &wanted, NULL));
  g_assert_cmpuint (g_strv_length (wanted), ==, 1);
  g_assert_cmpstr (wanted[0], ==, named[0]);
}

static void
test_garbage (void)
{
  static const char *const texts[] = { "", "<html>not found</html>", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!!!\n-----END PGP PUBLIC KEY BLOCK-----\n",
                                       "\x99", "\x99\xff\xff", "\xc6\xff\xff\xff\xff\xff" };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (texts[i], strlen (texts[i])), clean = NULL;
    g_auto (GStrv) fingerprints = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_false (mado_found_read (bytes, ALICE, NULL, &clean, &fingerprints, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  }
  for (guint i = 0; i < 5000; i++) { /* damage at random */
    g_autoptr (GByteArray) array = g_byte_array_new ();
    g_autoptr (GBytes) clean = NULL;
    g_auto (GStrv) fingerprints = NULL;
    add_key (array, 4, 1);
    add_user (array, ALICE);
    add_packet (array, 2, "\x04\x13\x16\x08\0\x0a\x09\x10" "01234567" "\0\0", 18);
    for (guint k = 0; k < 4; k++)
      array->data[g_rand_int_range (random, 0, (gint32) array->len)] = (guint8) g_rand_int (random);
    read_array (array, NULL, &clean, &fingerprints, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/found/real", test_real);
  g_test_add_func ("/pgp/found/user-ids", test_user_ids);
  g_test_add_func ("/pgp/found/shapes", test_shapes);
  g_test_add_func ("/pgp/found/bounds", test_bounds);
  g_test_add_func ("/pgp/found/wanted", test_wanted);
  g_test_add_func ("/pgp/found/garbage", test_garbage);
  return g_test_run ();
}
