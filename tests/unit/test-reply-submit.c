/* test-reply-submit.c: one mail to an SMTP server that answers as it is told, and into a Maildir. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/reply/submit.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

#define MAIL "From: team@x.example\r\nSubject: [...]\r\n\r\n.\r\n..dot\r\nlast\r\n"

/* What the server answers to each command; NULL: hangs up there. */
typedef struct {
  const char *greeting, *auth, *mail, *rcpt, *data, *end;
} Script;

static const Script friendly = { "220 fake ESMTP", "235 2.7.0 ok", "250 ok", "250 ok", "354 go on", "250 2.0.0 queued as X1" };

typedef struct {
  GSocketListener *listener;
  GThread *thread;
  GCancellable *cancel;
  Script script;
  GString *heard; /* commands, one per line */
  GString *body;  /* what stood between DATA and the dot, as sent */
  guint sessions;
  guint16 port;
} Server;

static const char *
answer_to (Server *server, const char *line)
{
  if (g_str_has_prefix (line, "EHLO"))
    return "250-fake\r\n250-SIZE 1000000\r\n250-AUTH PLAIN\r\n250 8BITMIME";
  if (g_str_has_prefix (line, "AUTH"))
    return server->script.auth;
  if (g_str_has_prefix (line, "MAIL"))
    return server->script.mail;
  if (g_str_has_prefix (line, "RCPT"))
    return server->script.rcpt;
  if (g_str_has_prefix (line, "DATA"))
    return server->script.data;
  return g_str_has_prefix (line, "QUIT") ? "221 bye" : "250 ok";
}

static gboolean
say (GOutputStream *out, const char *words)
{
  g_autofree char *line = g_strdup_printf ("%s\r\n", words);

  return words != NULL && g_output_stream_write_all (out, line, strlen (line), NULL, NULL, NULL);
}

static const char *
take_body (Server *server, GDataInputStream *in)
{
  for (;;) {
    g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);
    if (line == NULL)
      return NULL;
    if (strcmp (line, ".") == 0)
      return server->script.end;
    g_string_append_printf (server->body, "%s\r\n", line);
  }
}

static void
serve (Server *server, GSocketConnection *peer)
{
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (peer)));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (peer));

  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  server->sessions++;
  if (!say (out, server->script.greeting))
    return;
  for (;;) {
    g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);
    if (line == NULL)
      return;
    g_string_append_printf (server->heard, "%s\n", line);
    if (!say (out, answer_to (server, line)))
      return;
    if (strcmp (line, "DATA") == 0 && g_str_has_prefix (server->script.data, "354")
        && !say (out, take_body (server, in)))
      return;
  }
}

static gpointer
run_server (gpointer data)
{
  Server *server = data;
  GSocketConnection *peer;

  while ((peer = g_socket_listener_accept (server->listener, NULL, server->cancel, NULL)) != NULL) {
    serve (server, peer);
    g_io_stream_close (G_IO_STREAM (peer), NULL, NULL);
    g_object_unref (peer);
  }
  return NULL;
}

static Server *
server_new (const Script *script, const char *unix_path)
{
  Server *server = g_new0 (Server, 1);

  server->script = *script;
  server->heard = g_string_new (NULL);
  server->body = g_string_new (NULL);
  server->cancel = g_cancellable_new ();
  server->listener = g_socket_listener_new ();
  if (unix_path != NULL) {
    g_autoptr (GSocketAddress) address = g_unix_socket_address_new (unix_path);
    g_assert_true (g_socket_listener_add_address (server->listener, address, G_SOCKET_TYPE_STREAM,
                                                  G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
  } else {
    g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
    g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
    g_autoptr (GSocketAddress) bound = NULL;
    g_assert_true (g_socket_listener_add_address (server->listener, address, G_SOCKET_TYPE_STREAM,
                                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
    server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  }
  server->thread = g_thread_new ("fake-smtp", run_server, server);
  return server;
}

static void
server_join (Server *server)
{
  g_cancellable_cancel (server->cancel);
  g_thread_join (server->thread);
}

static void
server_free (Server *server)
{
  g_socket_listener_close (server->listener);
  g_object_unref (server->listener);
  g_object_unref (server->cancel);
  g_string_free (server->heard, TRUE);
  g_string_free (server->body, TRUE);
  g_free (server);
}

static MadoSubmission *
submission_new (const char *lines)
{
  g_autofree char *text = g_strdup_printf ("[submission]\ntimeout = 5s\n%s", lines);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoConf) conf = mado_conf_parse (text, "test", &error);
  MadoSubmission *submission;

  g_assert_no_error (error);
  submission = mado_submission_new (conf, &error);
  g_assert_no_error (error);
  return submission;
}

static int
mail_fd (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (MAIL, strlen (MAIL));
  int fd = mado_fsio_memfd ("mail", bytes, NULL);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static gboolean
send_once (MadoSubmission *submission, const char *sender, const char *recipient, char **detail, GError **error)
{
  const char *recipients[] = { recipient, NULL };
  int fd = mail_fd ();
  gboolean ok = mado_submission_send (submission, "<m1@x.example>", sender, recipients, fd, detail, error);

  close (fd);
  return ok;
}

static void
test_good (void)
{
  Server *server = server_new (&friendly, NULL);
  g_autofree char *lines = g_strdup_printf ("url = smtp://127.0.0.1:%d\n", server->port);
  MadoSubmission *submission = submission_new (lines);
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *again = NULL;

  g_assert_true (send_once (submission, NULL, "alice@x.example", &detail, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (detail, "queued as X1"));
  g_assert_cmpstr (server->body->str, ==, "From: team@x.example\r\nSubject: [...]\r\n\r\n..\r\n...dot\r\nlast\r\n");
  g_assert_true (send_once (submission, "", "bob@x.example", &again, &error));
  mado_submission_free (submission);
  server_join (server);
  g_assert_nonnull (strstr (server->heard->str, "MAIL FROM:<>"));
  g_assert_null (strstr (server->heard->str, "MAIL FROM:<team"));
  g_assert_nonnull (strstr (server->heard->str, "RCPT TO:<alice@x.example>"));
  g_assert_nonnull (strstr (server->heard->str, "RCPT TO:<bob@x.example>"));
  g_assert_null (strstr (server->heard->str, "AUTH"));
  g_assert_cmpuint (server->sessions, ==, 1); /* the connection is used again */
  server_free (server);
}

static void
test_unix_and_from (void)
{
  g_autofree char *directory = g_dir_make_tmp ("sXXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "smtp", NULL);
  Server *server = server_new (&friendly, path);
  g_autofree char *lines = g_strdup_printf ("url = unix:%s\nfrom = bounce@team.example\n", path);
  MadoSubmission *submission = submission_new (lines);
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;

  g_assert_true (send_once (submission, "", "alice@x.example", &detail, &error));
  g_assert_no_error (error);
  mado_submission_free (submission);
  server_join (server);
  g_assert_nonnull (strstr (server->heard->str, "MAIL FROM:<bounce@team.example>"));
  server_free (server);
  mado_fsio_remove_tree (directory, NULL);
}

typedef struct {
  const char *name;
  Script script;
  int code;
  const char *words; /* of the server, in the error */
} Failure;

#define OK "250 ok"
static const Failure failures[] = {
  { "greeting-hang-up", { NULL }, MADO_ERROR_TEMP, NULL },
  { "greeting-554", { "554 5.3.2 not today" }, MADO_ERROR_TEMP, NULL },
  { "greeting-421", { "421 4.3.2 busy" }, MADO_ERROR_TEMP, NULL },
  { "mail-451", { "220 x", NULL, "451 4.3.0 later" }, MADO_ERROR_TEMP, "4.3.0 later" },
  { "mail-553", { "220 x", NULL, "553 5.1.8 not you" }, MADO_ERROR_PERM, "5.1.8 not you" },
  { "mail-530", { "220 x", NULL, "530 5.7.0 log in first" }, MADO_ERROR_TEMP, "log in first" },
  { "rcpt-450", { "220 x", NULL, OK, "450 4.2.0 greylisted" }, MADO_ERROR_TEMP, "greylisted" },
  { "rcpt-550", { "220 x", NULL, OK, "550 5.1.1 no such user" }, MADO_ERROR_PERM, "no such user" },
  { "rcpt-hang-up", { "220 x", NULL, OK, NULL }, MADO_ERROR_TEMP, NULL },
  { "data-452", { "220 x", NULL, OK, OK, "452 4.3.1 full" }, MADO_ERROR_TEMP, "4.3.1 full" },
  { "end-552", { "220 x", NULL, OK, OK, "354 go", "552 5.3.4 too big" }, MADO_ERROR_PERM, "5.3.4 too big" },
  { "end-451", { "220 x", NULL, OK, OK, "354 go", "451 4.3.0 disk" }, MADO_ERROR_TEMP, "4.3.0 disk" },
  { "end-hang-up", { "220 x", NULL, OK, OK, "354 go", NULL }, MADO_ERROR_TEMP, NULL },
};

static void
test_failure (gconstpointer data)
{
  const Failure *failure = data;
  Server *server = server_new (&failure->script, NULL);
  g_autofree char *lines = g_strdup_printf ("url = smtp://127.0.0.1:%d\n", server->port);
  MadoSubmission *submission = submission_new (lines);
  g_autoptr (GError) error = NULL;
  char *detail = NULL;

  g_assert_false (send_once (submission, NULL, "alice@x.example", &detail, &error));
  g_assert_null (detail);
  g_test_message ("%s", error->message);
  g_assert_error (error, MADO_ERROR, failure->code);
  if (failure->words != NULL)
    g_assert_nonnull (strstr (error->message, failure->words));
  g_assert_null (strpbrk (error->message, "\r\n"));
  mado_submission_free (submission);
  server_join (server);
  server_free (server);
}

static void
test_auth (void)
{
  g_autofree char *directory = g_dir_make_tmp ("sXXXXXX", NULL);
  g_autofree char *password = g_build_filename (directory, "password", NULL);
  static const struct {
    const char *answer, *tls;
    gboolean works;
  } rows[] = { { "235 2.7.0 ok", "never", TRUE }, { "535 5.7.8 wrong", "never", FALSE },
               { "235 2.7.0 ok", "try", FALSE } /* a password is not told to who cannot do TLS */ };

  g_assert_true (g_file_set_contents (password, "s3cret word\nsecond line\n", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Script script = friendly;
    Server *server;
    g_autofree char *lines = NULL;
    g_autofree char *detail = NULL;
    g_autoptr (GError) error = NULL;
    MadoSubmission *submission;

    script.auth = rows[i].answer;
    server = server_new (&script, NULL);
    lines = g_strdup_printf ("url = smtp://127.0.0.1:%d\nuser = csirt\npassword-file = %s\ntls = %s\n", server->port,
                             password, rows[i].tls);
    submission = submission_new (lines);
    g_assert_cmpint (send_once (submission, NULL, "alice@x.example", &detail, &error), ==, rows[i].works);
    if (!rows[i].works)
      g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
    mado_submission_free (submission);
    server_join (server);
    if (rows[i].works) /* base64 of "\0csirt\0s3cret word" */
      g_assert_nonnull (strstr (server->heard->str, "AGNzaXJ0AHMzY3JldCB3b3Jk"));
    if (strcmp (rows[i].tls, "try") == 0)
      g_assert_null (strstr (server->heard->str, "AUTH"));
    server_free (server);
  }
  mado_fsio_remove_tree (directory, NULL);
}

static void
test_refusals (void)
{
  static const char *const bad[] = { "", "nobody", "a@b>\r\nRCPT TO:<c@d", "a b@c", "a@b\n" };
  MadoSubmission *submission = submission_new ("url = smtp://127.0.0.1:1\n");
  g_autoptr (GError) error = NULL;
  char *detail = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (send_once (submission, NULL, bad[i], &detail, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
    g_clear_error (&error);
    if (*bad[i] != '\0') {
      g_assert_false (send_once (submission, bad[i], "alice@x.example", &detail, &error));
      g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
      g_clear_error (&error);
    }
  }
  g_assert_false (send_once (submission, NULL, "alice@x.example", &detail, &error)); /* nobody listens */
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  mado_submission_free (submission);
}

static void
test_bad_conf (void)
{
  static const char *const bad[] = { "url = http://127.0.0.1/\n", "url = smtp://127.0.0.1\nuser = x\n",
                                     "url = smtp://127.0.0.1\nuser = x\npassword-file = /nonexistent\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = g_strdup_printf ("[submission]\n%s", bad[i]);
    g_autoptr (MadoConf) conf = mado_conf_parse (text, "test", NULL);
    g_autoptr (GError) error = NULL;
    g_assert_null (conf == NULL ? NULL : mado_submission_new (conf, &error));
  }
}

static guint
count_files (const char *directory, const char *part)
{
  g_autofree char *path = g_build_filename (directory, part, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_maildir (void)
{
  g_autofree char *directory = g_dir_make_tmp ("sXXXXXX", NULL);
  g_autofree char *box = g_build_filename (directory, "deep", "box", NULL);
  g_autofree char *lines = g_strdup_printf ("url = maildir:%s\n", box);
  MadoSubmission *submission = submission_new (lines);
  g_autofree char *name = NULL;
  g_autofree char *again = NULL;
  g_autofree char *third = NULL;
  g_autofree char *path = NULL;
  g_autofree char *read = NULL;
  g_autofree char *text = NULL;

  g_assert_true (send_once (submission, NULL, "alice@x.example", &name, NULL));
  g_assert_true (send_once (submission, NULL, "alice@x.example", &again, NULL));
  g_assert_cmpstr (name, ==, again);
  g_assert_cmpuint (count_files (box, "new"), ==, 1);
  g_assert_cmpuint (count_files (box, "tmp"), ==, 0);
  path = g_build_filename (box, "new", name, NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, MAIL);
  read = g_strdup_printf ("%s/cur/%s:2,S", box, name);
  g_assert_cmpint (g_rename (path, read), ==, 0);
  g_assert_true (send_once (submission, NULL, "alice@x.example", &third, NULL));
  g_assert_cmpuint (count_files (box, "new"), ==, 0); /* a reader has it already */
  mado_submission_free (submission);
  mado_fsio_remove_tree (directory, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/submit/good", test_good);
  g_test_add_func ("/reply/submit/unix-and-from", test_unix_and_from);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++) {
    g_autofree char *path = g_strdup_printf ("/reply/submit/failure/%s", failures[i].name);
    g_test_add_data_func (path, &failures[i], test_failure);
  }
  g_test_add_func ("/reply/submit/auth", test_auth);
  g_test_add_func ("/reply/submit/refusals", test_refusals);
  g_test_add_func ("/reply/submit/bad-conf", test_bad_conf);
  g_test_add_func ("/reply/submit/maildir", test_maildir);
  return g_test_run ();
}
