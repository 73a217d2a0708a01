/* test-intake-lmtp-server.c: a server on a real socket in the test's own main loop: mails into a real spool, limits,
 * slow clients, clients that go away, and the drain. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/intake/lmtp-server.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE (60 * G_USEC_PER_SEC)
#define MAIL "From: a@x.example\r\nSubject: t\r\n\r\nbody\r\n"

typedef struct {
  char *dir, *socket, *new;
  MadoConf *conf;
  MadoSpool *spool;
  MadoLmtpServer *server;
} House;

static void
house_open (House *house, const char *more)
{
  g_autoptr (GError) error = NULL;

  house->dir = g_dir_make_tmp ("ls-XXXXXX", NULL);
  house->socket = g_build_filename (house->dir, "s", NULL);
  house->new = g_build_filename (house->dir, "spool", "new", NULL);
  g_autofree char *spool = g_build_filename (house->dir, "spool", NULL);
  g_autofree char *text = g_strdup_printf ("[team]\naddress = csirt@team.example\n[intake]\nlmtp-listen = unix:%s\n%s",
                                           house->socket, more);
  house->conf = mado_conf_parse (text, "t.conf", &error);
  g_assert_no_error (error);
  house->spool = mado_spool_open (spool, &error);
  g_assert_no_error (error);
  house->server = mado_lmtp_server_new (house->spool, house->conf, &error);
  g_assert_no_error (error);
  mado_lmtp_server_serve (house->server);
}

static void
house_close (House *house)
{
  g_clear_pointer (&house->server, mado_lmtp_server_free);
  g_assert_false (g_file_test (house->socket, G_FILE_TEST_EXISTS));
  mado_spool_free (house->spool);
  mado_conf_free (house->conf);
  g_assert_true (mado_fsio_remove_tree (house->dir, NULL));
  g_free (house->dir);
  g_free (house->socket);
  g_free (house->new);
}

static int
dial (const House *house)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, house->socket, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
say (int fd, const char *words)
{
  g_assert_cmpint (send (fd, words, strlen (words), MSG_NOSIGNAL), ==, (gssize) strlen (words));
}

/* (transfer full) one line without its CR LF, the server running meanwhile; NULL when the server has closed. */
static char *
hear_line (int fd)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  GString *line = g_string_new (NULL);

  for (;;) {
    char byte;
    gssize got = recv (fd, &byte, 1, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) {
      g_assert_cmpuint (line->len, ==, 0);
      g_string_free (line, TRUE);
      return NULL;
    }
    if (got < 0) {
      g_assert_cmpint (errno, ==, EAGAIN);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
      continue;
    }
    g_string_append_c (line, byte);
    if (g_str_has_suffix (line->str, "\r\n")) {
      g_string_truncate (line, line->len - 2);
      return g_string_free (line, FALSE);
    }
  }
}

/* Hears a reply of one or more lines; its last must start with @code. */
static void
hear (int fd, const char *code)
{
  for (;;) {
    g_autofree char *line = hear_line (fd);
    g_assert_nonnull (line);
    if (strlen (line) > 3 && line[3] == '-')
      continue;
    if (!g_str_has_prefix (line, code))
      g_error ("wanted %s, heard %s", code, line);
    return;
  }
}

static void
hear_end (int fd)
{
  g_autofree char *line = hear_line (fd);

  g_assert_cmpstr (line, ==, NULL);
  close (fd);
}

static void
greet (int fd)
{
  hear (fd, "220 ");
  say (fd, "LHLO client\r\n");
  hear (fd, "250 ");
}

/* Until 354 was heard. */
static void
begin_mail (int fd)
{
  say (fd, "MAIL FROM:<a@x.example>\r\nRCPT TO:<csirt@team.example>\r\nDATA\r\n");
  hear (fd, "250 ");
  hear (fd, "250 ");
  hear (fd, "354 ");
}

static guint
count_mails (const House *house)
{
  g_autoptr (GDir) dir = g_dir_open (house->new, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

/* Runs the server for @ms milliseconds. */
static void
run_for (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static void
test_mail (void)
{
  House house;
  g_autofree char *content = NULL;

  house_open (&house, "");
  int fd = dial (&house);
  greet (fd);
  begin_mail (fd);
  g_assert_cmpuint (count_mails (&house), ==, 0);
  say (fd, MAIL ".\r\n");
  hear (fd, "250 ");
  g_assert_cmpuint (count_mails (&house), ==, 1); /* before the 250 was sent */
  /* A second one on the same connection, in small pieces. */
  begin_mail (fd);
  for (const char *at = MAIL ".\r\n"; *at != '\0'; at++) {
    char piece[2] = { *at, '\0' };
    say (fd, piece);
    g_main_context_iteration (NULL, FALSE);
  }
  hear (fd, "250 ");
  g_assert_cmpuint (count_mails (&house), ==, 2);
  say (fd, "QUIT\r\n");
  hear (fd, "221 ");
  hear_end (fd);
  g_autoptr (GDir) dir = g_dir_open (house.new, 0, NULL);
  g_autofree char *path = g_build_filename (house.new, g_dir_read_name (dir), NULL);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_nonnull (strstr (content, "\n\n" MAIL));
  house_close (&house);
}

static void
test_not_ours (void)
{
  House house;

  house_open (&house, "size-limit = 1K\n");
  int fd = dial (&house);
  greet (fd);
  say (fd, "MAIL FROM:<>\r\nRCPT TO:<other@team.example>\r\nDATA\r\n");
  hear (fd, "250 ");
  hear (fd, "550 ");
  hear (fd, "503 ");
  say (fd, "RSET\r\nMAIL FROM:<> SIZE=5000\r\n");
  hear (fd, "250 ");
  hear (fd, "552 ");
  close (fd);
  house_close (&house);
}

/* A client that goes away in its mail leaves nothing behind, and the server as it was. */
static void
test_hang_up (void)
{
  House house;

  house_open (&house, "");
  int fd = dial (&house), other = dial (&house);
  greet (fd);
  greet (other);
  begin_mail (fd);
  say (fd, MAIL);
  close (fd);
  begin_mail (other);
  say (other, MAIL ".\r\n");
  hear (other, "250 ");
  run_for (50);
  g_assert_cmpuint (count_mails (&house), ==, 1);
  g_autofree char *tmp = g_build_filename (house.dir, "spool", "tmp", NULL);
  g_autoptr (GDir) dir = g_dir_open (tmp, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  close (other);
  house_close (&house);
}

static void
test_too_many (void)
{
  House house;

  house_open (&house, "connections = 1\n");
  int fd = dial (&house);
  greet (fd);
  int second = dial (&house);
  hear (second, "421 4.3.2 ");
  hear_end (second);
  say (fd, "NOOP\r\n");
  hear (fd, "250 ");
  say (fd, "QUIT\r\n");
  hear (fd, "221 ");
  hear_end (fd);
  run_for (50);
  int third = dial (&house); /* there is room again */
  greet (third);
  close (third);
  house_close (&house);
}

static void
test_slow (void)
{
  House house;

  house_open (&house, "timeout = 1s\n");
  int fd = dial (&house);
  greet (fd);
  begin_mail (fd);
  say (fd, MAIL); /* and then nothing more */
  hear (fd, "421 4.4.2 ");
  hear_end (fd);
  g_assert_cmpuint (count_mails (&house), ==, 0);
  house_close (&house);
}

/* A client that asks and never reads: soon it is not read from either, so that its answers do not fill the memory. */
static void
test_deaf (void)
{
  House house;
  GString *questions = g_string_new (NULL);
  guint stalls = 0;
  gsize asked = 0;

  house_open (&house, "");
  for (int i = 0; i < 5000; i++)
    g_string_append (questions, "NOOP\r\n");
  int fd = dial (&house);
  while (stalls < 200) {
    gssize sent = send (fd, questions->str, questions->len, MSG_NOSIGNAL);
    g_assert_true (sent > 0 || errno == EAGAIN);
    stalls = sent > 0 ? 0 : stalls + 1;
    asked += sent > 0 ? (gsize) sent : 0;
    g_assert_cmpuint (asked, <, 8 * 1024 * 1024);
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  }
  int other = dial (&house);
  greet (other); /* nobody else waits for it */
  close (other);
  close (fd);
  g_string_free (questions, TRUE);
  house_close (&house);
}

static gboolean
on_done (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_drain (void)
{
  House house;
  gboolean is_done = FALSE;

  house_open (&house, "");
  int idle = dial (&house), busy = dial (&house);
  greet (idle);
  greet (busy);
  begin_mail (busy);
  say (busy, MAIL);
  run_for (20);
  mado_lmtp_server_drain (house.server, on_done, &is_done);
  int late = dial (&house);
  hear (late, "421 4.3.2 ");
  hear_end (late);
  say (idle, "NOOP\r\n");
  hear (idle, "421 4.3.2 ");
  g_assert_false (is_done); /* a mail is on its way */
  say (busy, ".\r\n");
  hear (busy, "250 ");
  run_for (50);
  g_assert_true (is_done);
  g_assert_cmpuint (count_mails (&house), ==, 1);
  close (idle);
  close (busy);
  house_close (&house);
}

static void
test_goodbye (void)
{
  House house;

  house_open (&house, "");
  int fd = dial (&house);
  greet (fd);
  g_clear_pointer (&house.server, mado_lmtp_server_free);
  hear (fd, "421 4.3.2 ");
  hear_end (fd);
  house_close (&house);
}

static void
test_settings (void)
{
  g_autofree char *dir = g_dir_make_tmp ("ls-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoConf) nobody = mado_conf_parse ("[intake]\nlmtp-listen = unix:/tmp/none\n", "t.conf", NULL);
  g_autoptr (MadoConf) nowhere = mado_conf_parse ("[team]\naddress = a@x.example\n[intake]\nlmtp-listen =\n", "t.conf", NULL);
  g_autoptr (MadoConf) anywhere
      = mado_conf_parse ("[team]\naddress = a@x.example\n[intake]\nlmtp-listen = inet:0.0.0.0:2525\n", "t.conf", NULL);
  MadoSpool *spool = mado_spool_open (dir, &error);
  MadoConf *const bad[] = { nobody, nowhere, anywhere };

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_null (mado_lmtp_server_new (spool, bad[i], &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_clear_error (&error);
  }
  mado_spool_free (spool);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/lmtp-server/mail", test_mail);
  g_test_add_func ("/intake/lmtp-server/not-ours", test_not_ours);
  g_test_add_func ("/intake/lmtp-server/hang-up", test_hang_up);
  g_test_add_func ("/intake/lmtp-server/too-many", test_too_many);
  g_test_add_func ("/intake/lmtp-server/slow", test_slow);
  g_test_add_func ("/intake/lmtp-server/deaf", test_deaf);
  g_test_add_func ("/intake/lmtp-server/drain", test_drain);
  g_test_add_func ("/intake/lmtp-server/goodbye", test_goodbye);
  g_test_add_func ("/intake/lmtp-server/settings", test_settings);
  return g_test_run ();
}
