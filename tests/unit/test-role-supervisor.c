/* How long a dead role waits, what is missing, and directories that cannot be a demonstration. */
#include "madoguchi/role/supervisor.h"
#include "madoguchi/role/demo.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>

static void
test_backoff (void)
{
  static const guint waits[] = { 100, 200, 400, 800, 1600, 3200, 5000, 5000 };
  guint wait = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++) {
    wait = mado_supervisor_backoff (wait, 10);
    g_assert_cmpuint (wait, ==, waits[i]);
  }
  g_assert_cmpuint (mado_supervisor_backoff (wait, 2000), ==, 100);
  g_assert_cmpuint (mado_supervisor_backoff (800, 1999), ==, 1600);
}

static void
test_missing_program (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_supervisor_find_program ("madoguchi-nonexistent", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "madoguchi-nonexistent"));
}

static void
test_lmtp_stops_first (void)
{
  g_assert_cmpstr (mado_supervisor_programs[0], ==, "madoguchi-lmtp");
  g_assert_cmpstr (mado_supervisor_programs[1], ==, "madoguchi-keeper");
  g_assert_cmpuint (g_strv_length ((char **) mado_supervisor_programs), ==, 8);
  g_assert_cmpstr (mado_supervisor_programs[6], ==, "madoguchi-milter");
  g_assert_cmpstr (mado_supervisor_programs[7], ==, "madoguchi-web");
}

static void
assert_no_demo (const MadoDemo *demo, int code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_assert_false (mado_demo_prepare (demo, &path, &error));
  g_assert_error (error, MADO_ERROR, code);
  g_assert_null (path);
}

static void
test_demo_refuses (void)
{
  g_autofree char *base = g_dir_make_tmp ("mdXXXXXX", NULL);
  g_autofree char *fill = g_strnfill (120, 'x');
  g_autofree char *is_long = g_build_filename (base, fill, NULL);
  g_autofree char *odd = g_build_filename (base, "a;b", NULL);
  g_autofree char *home = g_build_filename (base, "gnupg", NULL);
  MadoDemo demo = { .directory = is_long, .templates = "/t" };

  assert_no_demo (&demo, MADO_ERROR_CONF);
  g_assert_false (g_file_test (is_long, G_FILE_TEST_EXISTS));
  demo.directory = odd;
  assert_no_demo (&demo, MADO_ERROR_CONF);
  demo.directory = base;
  demo.listen = "unix:/a;unix:/b";
  assert_no_demo (&demo, MADO_ERROR_USAGE);
  /* Somebody's own keys: never taken over. */
  demo.listen = NULL;
  g_assert_cmpint (g_mkdir_with_parents (home, 0700), ==, 0);
  assert_no_demo (&demo, MADO_ERROR_CONF);
  g_assert_true (mado_fsio_remove_tree (base, NULL));
}

static void
test_demo_updates (void)
{
  g_autofree char *base = g_dir_make_tmp ("mdXXXXXX", NULL);
  g_autofree char *path = g_build_filename (base, "madoguchi.conf", NULL);
  MadoDemo demo = { .directory = base, .templates = "/t", .listen = "inet:127.0.0.1:2424", .workers = 3 };

  g_assert_true (g_file_set_contents (path, "# mine\n[intake]\nlmtp-listen = unix:/x\n[crypto]\nworkers = 1\n", -1, NULL));
  for (guint i = 0; i < 2; i++) {
    g_autofree char *made = NULL;
    g_assert_true (mado_demo_prepare (&demo, &made, NULL));
    g_assert_cmpstr (made, ==, path);
    g_autoptr (MadoConf) conf = mado_conf_load (made, NULL);
    const char *const *listen = mado_conf_list (conf, "intake", "lmtp-listen");
    g_assert_cmpstr (listen[0], ==, "unix:/x");
    g_assert_cmpstr (listen[1], ==, "inet:127.0.0.1:2424");
    g_assert_null (listen[2]);
    g_assert_cmpint (mado_conf_int (conf, "crypto", "workers"), ==, 3);
  }
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "# mine"));
  g_assert_true (mado_fsio_remove_tree (base, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/role/supervisor/backoff", test_backoff);
  g_test_add_func ("/role/supervisor/missing-program", test_missing_program);
  g_test_add_func ("/role/supervisor/lmtp-stops-first", test_lmtp_stops_first);
  g_test_add_func ("/role/demo/refuses", test_demo_refuses);
  g_test_add_func ("/role/demo/updates", test_demo_updates);
  return g_test_run ();
}
