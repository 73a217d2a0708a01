/* What doctor says of the members' page: each finding when it is provoked, and not otherwise. What answers is made here: it knows the
 * files or has others, or is not the page at all. */
#include "madoguchi/base/fsio.h"
#include "madoguchi/front/checks-web.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/timex.h>

#define PAGE "Content-Security-Policy: default-src 'none'; script-src 'self'\r\n"
#define SAME "HTTP/1.1 304 Not Modified\r\n" PAGE "\r\n"
#define OTHER "HTTP/1.1 200 OK\r\n" PAGE "\r\nother"

typedef struct {
  char *directory, *spec;
  GSocketService *service;
  const char *answer;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
} House;

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  const House *house = data;
  char question[2000];

  (void) service;
  (void) source;
  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), question, sizeof question, NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), house->answer, strlen (house->answer), NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static gpointer
serve (gpointer data)
{
  House *house = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (house->spec + strlen ("unix:"));

  g_main_context_push_thread_default (house->context);
  house->service = g_socket_service_new ();
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (house->service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, &error));
  g_signal_connect (house->service, "incoming", G_CALLBACK (on_incoming), house);
  g_chmod (house->spec + strlen ("unix:"), 0660);
  g_socket_service_start (house->service);
  g_main_loop_run (house->loop);
  g_socket_listener_close (G_SOCKET_LISTENER (house->service));
  g_object_unref (house->service);
  g_main_context_pop_thread_default (house->context);
  return NULL;
}

/* The page's files, as they lie in the source. */
static void
copy_files (const House *house)
{
  for (const MadoPageFile *file = mado_page_files; file->name != NULL; file++) {
    g_autofree char *from = g_build_filename (MADO_PAGE, file->name, NULL), *to = g_build_filename (house->directory, file->name, NULL);
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true (g_file_get_contents (from, &text, &size, NULL));
    g_assert_true (g_file_set_contents (to, text, (gssize) size, NULL));
  }
}

static void
set_up (House *house, gconstpointer data)
{
  (void) data;
  house->directory = g_dir_make_tmp ("mdXXXXXX", NULL);
  house->spec = g_strdup_printf ("unix:%s/web.sock", house->directory);
  house->answer = SAME;
  copy_files (house);
  house->context = g_main_context_new ();
  house->loop = g_main_loop_new (house->context, FALSE);
  house->thread = g_thread_new ("page", serve, house);
  while (!g_file_test (house->spec + strlen ("unix:"), G_FILE_TEST_EXISTS) || g_main_loop_is_running (house->loop) == FALSE)
    g_usleep (1000);
}

static void
tear_down (House *house, gconstpointer data)
{
  (void) data;
  g_main_loop_quit (house->loop);
  g_thread_join (house->thread);
  g_main_loop_unref (house->loop);
  g_main_context_unref (house->context);
  mado_fsio_remove_tree (house->directory, NULL);
  g_free (house->directory);
  g_free (house->spec);
}

static void
on_check (gpointer data, const char *name, MadoCheckStatus status, const char *detail)
{
  static const char *const words[] = { "ok", "warn", "fail" };

  g_string_append_printf (data, "%s %s: %s\n", words[status], name, detail);
}

/* (transfer full) what is said of a page that listens at @spec, with @more lines in [web]. */
static char *
ask (const House *house, const char *spec, const char *more)
{
  g_autofree char *text = g_strdup_printf ("[team]\nname = T\naddress = t@example.org\n[web]\nfiles = %s\nlisten = %s\n%s", house->directory, spec, more);
  g_autoptr (GError) error = NULL;
  MadoConf *conf = mado_conf_parse (text, "test", &error);
  GString *said = g_string_new (NULL);

  g_assert_no_error (error);
  mado_checks_web (conf, on_check, said);
  mado_conf_free (conf);
  return g_string_free (said, FALSE);
}

/* One line has @words and begins with @status; where @status is NULL no line has them. */
static void
assert_says (const House *house, const char *spec, const char *more, const char *status, const char *words)
{
  g_autofree char *said = ask (house, spec, more);
  g_auto (GStrv) lines = g_strsplit (said, "\n", -1);
  gboolean found = FALSE;

  for (char **line = lines; *line != NULL; line++)
    found |= strstr (*line, words) != NULL && (status == NULL || g_str_has_prefix (*line, status));
  if (found != (status != NULL))
    g_error ("%s \"%s\" in\n%s", status != NULL ? status : "there should be no", words, said);
}

static void
test_in_order (House *house, gconstpointer data)
{
  g_autofree char *said = ask (house, house->spec, "");

  (void) data;
  g_assert_null (strstr (said, "warn "));
  g_assert_null (strstr (said, "fail "));
  g_assert_nonnull (strstr (said, "web.sock answers\n"));
  g_assert_nonnull (strstr (said, "are those of this version"));
  g_assert_nonnull (strstr (said, "Strict-Transport-Security"));
}

static void
test_no_page (House *house, gconstpointer data)
{
  g_autofree char *said = ask (house, "", "");

  (void) data;
  g_assert_cmpstr (said, ==, "");
}

static void
test_answers (House *house, gconstpointer data)
{
  g_autofree char *nobody = g_strdup_printf ("unix:%s/none.sock", house->directory);

  (void) data;
  assert_says (house, nobody, "", "fail", "systemctl status madoguchi-web");
  house->answer = OTHER;
  assert_says (house, house->spec, "", "warn", "systemctl restart madoguchi-web");
  assert_says (house, house->spec, "", NULL, "answers\n");
  house->answer = "HTTP/1.1 200 OK\r\nServer: something\r\n\r\nhello";
  assert_says (house, house->spec, "", "fail", "is not madoguchi-web");
  house->answer = "";
  assert_says (house, house->spec, "", "fail", "is not madoguchi-web");
}

static void
test_files (House *house, gconstpointer data)
{
  g_autofree char *file = g_build_filename (house->directory, "main.js", NULL);

  (void) data;
  g_assert_true (g_file_set_contents (file, "// of another version\n", -1, NULL));
  assert_says (house, house->spec, "", "warn", "main.js is not the one of this version");
  g_assert_cmpint (g_unlink (file), ==, 0);
  assert_says (house, house->spec, "", "fail", "main.js is not there");
}

static void
test_reach (House *house, gconstpointer data)
{
  const char *header = "trusted-header = X-Remote-User\n";

  (void) data;
  assert_says (house, "inet:0.0.0.0:1", "", "fail", "not loopback");
  assert_says (house, "inet:[::]:1", "", "fail", "not loopback");
  assert_says (house, "inet:192.0.2.1:1", "", "fail", "not loopback");
  assert_says (house, "inet:127.0.0.1:1", "", NULL, "not loopback");
  assert_says (house, "inet:[::1]:1", "", NULL, "not loopback");
  assert_says (house, "inet:localhost:1", "", NULL, "not loopback");
  assert_says (house, "inet:127.0.0.1:1", "", NULL, "has a login on this machine");
  assert_says (house, "inet:127.0.0.1:1", header, "fail", "has a login on this machine");
  assert_says (house, house->spec, header, "ok", "has to answer 401");
  assert_says (house, house->spec, header, NULL, "mode 0");
  g_chmod (house->spec + strlen ("unix:"), 0666);
  assert_says (house, house->spec, header, "fail", "mode 0666");
  assert_says (house, house->spec, "", "warn", "mode 0666");
  assert_says (house, house->spec, "trusted-header = x-real-ip\n", "fail", "a name of its own");
  assert_says (house, house->spec, "trusted-header = Cookie\n", "fail", "a name of its own");
}

static void
test_sessions (House *house, gconstpointer data)
{
  (void) data;
  assert_says (house, house->spec, "session-idle = 8h\n", "warn", "session-idle");
  assert_says (house, house->spec, "session-idle = 2h\nsession-limit = 1h\n", "warn", "not shorter than session-limit");
  assert_says (house, house->spec, "session-limit = 3d\n", "warn", "session-limit");
  assert_says (house, house->spec, "session-idle = 4h\nsession-limit = 24h\n", NULL, "session-");
}

static void
test_clock (void)
{
  g_autoptr (GString) said = g_string_new (NULL);

  mado_checks_clock_kept (TIME_OK, STA_PLL, on_check, said);
  mado_checks_clock_kept (-1, STA_UNSYNC, on_check, said);
  g_assert_cmpstr (said->str, ==, "");
  mado_checks_clock_kept (TIME_ERROR, STA_UNSYNC, on_check, said);
  g_assert_true (g_str_has_prefix (said->str, "warn clock: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/front/checks-web/in-order", House, NULL, set_up, test_in_order, tear_down);
  g_test_add ("/front/checks-web/no-page", House, NULL, set_up, test_no_page, tear_down);
  g_test_add ("/front/checks-web/answers", House, NULL, set_up, test_answers, tear_down);
  g_test_add ("/front/checks-web/files", House, NULL, set_up, test_files, tear_down);
  g_test_add ("/front/checks-web/reach", House, NULL, set_up, test_reach, tear_down);
  g_test_add ("/front/checks-web/sessions", House, NULL, set_up, test_sessions, tear_down);
  g_test_add_func ("/front/checks-web/clock", test_clock);
  return g_test_run ();
}
