/* What gpgsm finds in a private home: settings, authorities, and a keybox that is made anew. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/cms-home.h"

#include <string.h>

#define FINGERPRINT "5E:7C:B2:F4:9F:70:05:43:42:32:5D:75:74:70:00:09:B9:D8:08:61"

typedef struct {
  char *path, *trust;
} Home;

static void
set_up (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  home->path = g_dir_make_tmp ("madoXXXXXX", NULL);
  home->trust = g_build_filename (home->path, "trust", NULL);
}

static void
tear_down (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  mado_fsio_remove_tree (home->path, NULL);
  g_free (home->path);
  g_free (home->trust);
}

static char *
read_text (const Home *home, const char *name)
{
  g_autofree char *path = g_build_filename (home->path, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_no_trust (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *list = NULL, *conf = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_cms_home_fill (home->path, NULL, &error));
  g_assert_no_error (error);
  list = read_text (home, "trustlist.txt");
  g_assert_null (strstr (list, "\n\n"));
  g_assert_cmpint (*list, ==, '#'); /* there, so that no other list is read instead */
  g_assert_cmpuint (strlen (strchr (list, '\n')), ==, 1);
  conf = read_text (home, "gpgsm.conf");
  g_assert_nonnull (strstr (conf, "\ndisable-dirmngr\n"));
  g_assert_nonnull (strstr (conf, "\ndisable-crl-checks\n"));
}

static void
test_trust (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *list = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (home->trust, "# ours\n\n" FINGERPRINT "\n  " FINGERPRINT " S relax\r\n", -1, NULL));
  g_assert_true (mado_cms_home_fill (home->path, home->trust, &error));
  g_assert_no_error (error);
  list = read_text (home, "trustlist.txt");
  g_assert_nonnull (strstr (list, "\n" FINGERPRINT " S\n" FINGERPRINT " S relax\n"));
}

static void
test_bad_trust (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const bad[] = { "include-default\n", "5E:7C\n", FINGERPRINT ":00\n", "*\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_true (g_file_set_contents (home->trust, bad[i], -1, NULL));
    g_assert_false (mado_cms_home_fill (home->path, home->trust, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_nonnull (strstr (error->message, "trust:1: "));
  }
}

static void
test_missing_trust (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mado_cms_home_fill (home->path, "/nowhere/at/all", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
}

#define HEADER "\0\0\0\x0c\x01\x01\0\0head"
#define PGP "\0\0\0\x0b\x02\x01\0\0pgp"
#define CERTIFICATE "\0\0\0\x0c\x03\x01\0\0cert"
#define EPHEMERAL "\0\0\0\x0c\x03\x01\0\x02gone"
#define FIRST 32

static void
test_certificates (void)
{
  static const char ring[] = HEADER PGP CERTIFICATE EPHEMERAL CERTIFICATE, cut[] = HEADER CERTIFICATE "\0\0\0\xff\x03\x01\0\0";
  static const char stuck[] = HEADER "\0\0\0\0\x03\x01\0\0";
  g_autoptr (GBytes) all = g_bytes_new_static (ring, sizeof ring - 1), broken = g_bytes_new_static (cut, sizeof cut - 1);
  g_autoptr (GBytes) endless = g_bytes_new_static (stuck, sizeof stuck - 1), none = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) two = mado_cms_home_certificates (all), one = mado_cms_home_certificates (broken);
  g_autoptr (GBytes) zero = mado_cms_home_certificates (endless), nothing = mado_cms_home_certificates (none);
  gsize size;
  const char *bytes = g_bytes_get_data (two, &size);

  g_assert_cmpuint (size, ==, FIRST + 24);
  g_assert_cmpint (memcmp (bytes + FIRST, CERTIFICATE CERTIFICATE, 24), ==, 0);
  g_assert_cmpint (memcmp (bytes + 8, "KBXf", 4), ==, 0);
  g_assert_cmpuint (g_bytes_get_size (one), ==, FIRST + 12);
  g_assert_cmpuint (g_bytes_get_size (zero), ==, FIRST);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, FIRST);
}

static void
test_ring (Home *home, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *ring = g_build_filename (home->path, "x509.kbx", NULL);
  g_autofree char *lock = g_build_filename (home->path, "x509.kbx.lock", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (ring, "what the last mail left", -1, NULL));
  g_assert_true (g_file_set_contents (lock, "1\n", -1, NULL)); /* by a gpgsm that was killed */
  g_assert_true (mado_cms_home_new_ring (home->path, &error));
  g_assert_no_error (error);
  text = read_text (home, "x509.kbx");
  g_assert_cmpint (memcmp (text + 8, "KBXf", 4), ==, 0);
  g_assert_false (g_file_test (lock, G_FILE_TEST_EXISTS));
  mado_cms_home_drop_ring (home->path);
  g_assert_false (g_file_test (ring, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/cms-home/no-trust", Home, NULL, set_up, test_no_trust, tear_down);
  g_test_add ("/pgp/cms-home/trust", Home, NULL, set_up, test_trust, tear_down);
  g_test_add ("/pgp/cms-home/bad-trust", Home, NULL, set_up, test_bad_trust, tear_down);
  g_test_add ("/pgp/cms-home/missing-trust", Home, NULL, set_up, test_missing_trust, tear_down);
  g_test_add_func ("/pgp/cms-home/certificates", test_certificates);
  g_test_add ("/pgp/cms-home/ring", Home, NULL, set_up, test_ring, tear_down);
  return g_test_run ();
}
