/* test-intake-listen.c: which names are listened at, with which modes, and which are refused. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/intake/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void
expect_error (const char *spec, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mado_listen_open (spec, &error), ==, -1);
  g_assert_error (error, MADO_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, spec));
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
test_bad_names (void)
{
  g_autofree char *filler = g_strnfill (110, 'x');
  g_autofree char *deep = g_strdup_printf ("unix:/tmp/%s", filler);
  static const char *const table[][2] = {
    { "", "neither" },
    { "unix:relative", "neither" },
    { "/tmp/x", "neither" },
    { "inet:127.0.0.1", "HOST:PORT" },
    { "inet:127.0.0.1:", "HOST:PORT" },
    { "inet:127.0.0.1:0", "HOST:PORT" },
    { "inet:127.0.0.1:65536", "HOST:PORT" },
    { "inet:127.0.0.1:2a", "HOST:PORT" },
    { "inet:mail.example:25", "not an address" }, /* no look-up: names are somebody else's word */
    { "inet:::1:2525", "brackets" },
    { "inet:[127.0.0.1]:2525", "brackets" },
    { "inet:0.0.0.0:2525", "not a loopback address" },
    { "inet:192.0.2.1:2525", "not a loopback address" },
    { "inet:[::]:2525", "not a loopback address" },
    { "inet:[2001:db8::1]:2525", "not a loopback address" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    expect_error (table[i][0], MADO_ERROR_CONF, table[i][1]);
  expect_error (deep, MADO_ERROR_CONF, "107 bytes");
}

static void
test_path (void)
{
  g_autofree char *path = mado_listen_unix_path ("unix:/run/x");

  g_assert_cmpstr (path, ==, "/run/x");
  g_assert_null (mado_listen_unix_path ("inet:127.0.0.1:25"));
  g_assert_null (mado_listen_unix_path ("unix:x"));
}

/* Can somebody connect at @path? */
static gboolean
is_served (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  gboolean ok;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  ok = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);
  return ok;
}

static void
test_unix (void)
{
  g_autofree char *dir = g_dir_make_tmp ("l-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "s", NULL);
  g_autofree char *spec = g_strconcat ("unix:", path, NULL);
  g_autoptr (GError) error = NULL;
  mode_t mask = umask (0);
  struct stat info;
  int fd, second;

  fd = mado_listen_open (spec, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0660); /* whatever the umask is */
  g_assert_cmpint (umask (mask), ==, 0);           /* which is put back */
  g_assert_true (fcntl (fd, F_GETFL) & O_NONBLOCK);
  g_assert_true (fcntl (fd, F_GETFD) & FD_CLOEXEC);
  g_assert_true (is_served (path));
  expect_error (spec, MADO_ERROR_UNAVAILABLE, "somebody serves there");
  g_assert_true (is_served (path)); /* and the first goes on */
  close (fd);
  g_assert_false (is_served (path));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS)); /* what a crash leaves */
  second = mado_listen_open (spec, &error);
  g_assert_no_error (error);
  g_assert_true (is_served (path));
  close (second);
  /* What is no socket is never removed. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (g_file_set_contents (path, "precious", -1, NULL));
  expect_error (spec, MADO_ERROR_CONF, "no socket");
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
  expect_error (spec, MADO_ERROR_TEMP, "");
}

/* A port that is free now. */
static guint16
free_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  close (fd);
  return ntohs (address.sin_port);
}

static void
test_inet (void)
{
  g_autofree char *spec = g_strdup_printf ("inet:localhost:%u", free_port ());
  g_autoptr (GError) error = NULL;
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;
  int fd = mado_listen_open (spec, &error);

  g_assert_no_error (error);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpuint (ntohl (address.sin_addr.s_addr), ==, INADDR_LOOPBACK);
  expect_error (spec, MADO_ERROR_UNAVAILABLE, "somebody serves there");
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/listen/bad-names", test_bad_names);
  g_test_add_func ("/intake/listen/path", test_path);
  g_test_add_func ("/intake/listen/unix", test_unix);
  g_test_add_func ("/intake/listen/inet", test_inet);
  return g_test_run ();
}
