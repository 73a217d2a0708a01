/* test-base-secret.c: a secret that was taken leaves nothing in the file it came in. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/secret.h"

#include <string.h>
#include <unistd.h>

#define TEXT MADO_SECRET_TITLE "\nindex-key: 00\n"

static void
test_take (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) given = g_bytes_new_static (TEXT, strlen (TEXT)), taken = NULL;
  char left[sizeof TEXT], zeros[sizeof TEXT] = "";
  int fd = mado_secret_memfd (given, &error);

  g_assert_no_error (error);
  taken = mado_secret_take (fd, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (given, taken));
  g_assert_true (mado_secret_is_vault (g_bytes_get_data (taken, NULL), g_bytes_get_size (taken)));
  g_assert_cmpint (pread (fd, left, strlen (TEXT), 0), ==, strlen (TEXT));
  g_assert_cmpmem (left, strlen (TEXT), zeros, strlen (TEXT));
  close (fd);
}

static void
test_refused (void)
{
  static const char big[MADO_SECRET_MAX + 1];
  g_autoptr (GBytes) too_long = g_bytes_new_static (big, sizeof big);
  int empty = mado_secret_memfd (NULL, NULL), long_one = mado_secret_memfd (too_long, NULL), ends[2];
  int bad[] = { -1, empty, long_one, -1 };

  g_assert_cmpint (pipe (ends), ==, 0);
  bad[3] = ends[0];
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_secret_take (bad[i], &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  }
  close (empty);
  close (long_one);
  close (ends[0]);
  close (ends[1]);
}

static void
test_title (void)
{
  g_assert_true (mado_secret_is_vault (TEXT, strlen (TEXT)));
  g_assert_false (mado_secret_is_vault (TEXT, 5));
  g_assert_false (mado_secret_is_vault ("", 0));
  g_assert_false (mado_secret_is_vault ("Dear team, madoguchi-vault: 1", 29));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/take", test_take);
  g_test_add_func ("/base/secret/refused", test_refused);
  g_test_add_func ("/base/secret/title", test_title);
  return g_test_run ();
}
