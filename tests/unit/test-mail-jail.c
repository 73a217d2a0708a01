/* test-mail-jail.c: a mail read in a child: the answer comes back whole, and when the child is ended there is an outline
 * and the reason. What a child makes of each kind of mail is in test-mail-open.c. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/mail/jail.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD "From: Alice <alice@x.example>\r\nSubject: told\r\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
#define PDF "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n"
#define MAIL MIXED "--m\r\n\r\ntext\r\n--m\r\n" PDF "--m--\r\n"
#define LIMITS "[limits]\nmemory = 256M\ncpu = 2s\nwall = 3s\n"

static int
mail_fd (const char *mail)
{
  g_autoptr (GBytes) bytes = g_bytes_new (mail, strlen (mail));
  int fd = mado_fsio_memfd ("mail", bytes, NULL);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static MadoConf *
conf_new (void)
{
  g_autoptr (GError) error = NULL;
  MadoConf *conf = mado_conf_parse (LIMITS, "t.conf", &error);

  g_assert_no_error (error);
  return conf;
}

typedef void (*Interpret) (MadoReport *report, MadoSource *source, const MadoConf *conf, gconstpointer forms);

static MadoReport *
open_jailed (const char *mail, Interpret interpret, GError **error)
{
  g_autoptr (MadoConf) conf = conf_new ();
  const MadoOpenContext context = { .conf = conf, .interpret = interpret };
  MadoReport *report = NULL;
  int fd = mail_fd (mail);
  gboolean ok = mado_jail_open (&context, fd, 0, strlen (mail), &report, error);

  close (fd);
  g_assert_cmpint (ok, ==, report != NULL);
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1); /* nobody is left */
  return report;
}

static void
say_where (MadoReport *report, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  g_free (report->language);
  report->language = g_strdup_printf ("%d", (int) getpid ());
}

static void
test_answers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) report = open_jailed (MAIL, say_where, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (report->subject, ==, "told");
  g_assert_nonnull (strstr (report->text, "text"));
  g_assert_cmpuint (report->parts->len, ==, 1);
  g_assert_null (report->undecryptable);
  g_autofree char *here = g_strdup_printf ("%d", (int) getpid ());
  g_assert_nonnull (report->language);
  g_assert_cmpstr (report->language, !=, here); /* it was read somewhere else */
}

static void
test_part (void)
{
  g_autoptr (MadoConf) conf = conf_new ();
  const MadoOpenContext context = { .conf = conf };
  g_autoptr (MadoPart) part = NULL;
  g_autoptr (GError) error = NULL;
  char bytes[16] = "";
  int fd = mail_fd (MAIL), out = -1;

  g_assert_true (mado_jail_part (&context, fd, 0, strlen (MAIL), "1.2", NULL, &part, &out, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (part->type, ==, "application/pdf");
  g_assert_cmpint (read (out, bytes, sizeof bytes), ==, 5);
  g_assert_cmpstr (bytes, ==, "hello");
  close (out);
  out = -1;
  g_clear_pointer (&part, mado_part_free);
  g_assert_false (mado_jail_part (&context, fd, 0, strlen (MAIL), "1.7", NULL, &part, &out, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO); /* the child's error comes over as it was */
  g_assert_nonnull (strstr (error->message, "1.7"));
  g_assert_cmpint (out, ==, -1);
  close (fd);
}

static void
test_no_mail (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_jailed ("not a field in sight\n", NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

static void
die (MadoReport *report G_GNUC_UNUSED, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  raise (SIGSEGV);
}

/* As an administrator does it, or the kernel when the machine is short of memory. */
static void
be_killed (MadoReport *report G_GNUC_UNUSED, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  raise (SIGKILL);
}

static void
sleep_on (MadoReport *report G_GNUC_UNUSED, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  for (;;)
    pause ();
}

static void
spin (MadoReport *report, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  for (volatile guint64 n = 0;; n++)
    if (n == G_MAXUINT64)
      g_clear_pointer (&report->text, g_free);
}

static void
devour (MadoReport *report, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  g_free (report->text);
  report->text = g_malloc0 ((gsize) 2 * 1024 * 1024 * 1024);
}

static void
leave_a_child (MadoReport *report, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  pid_t pid = fork ();

  if (pid == 0) {
    setpgid (0, 0);
    setsid (); /* it tries to get away */
    for (;;)
      pause ();
  }
  g_free (report->language);
  report->language = g_strdup_printf ("%d", (int) pid);
}

/* Each way to go: the outline is there, nothing of the body, and the reason. */
static void
expect_outline (Interpret interpret, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) report = open_jailed (MAIL, interpret, &error);

  g_assert_no_error (error);
  g_assert_nonnull (report->undecryptable);
  g_assert_cmpstr (report->undecryptable->reason, ==, reason);
  g_assert_cmpstr (report->subject, ==, "told");
  g_assert_cmpstr (report->from->address, ==, "alice@x.example");
  g_assert_cmpstr (report->text, ==, NULL);
  g_assert_cmpuint (g_strv_length (report->problems), ==, 1);
}

static void
test_gone (void)
{
  gint64 start = g_get_monotonic_time ();

  expect_outline (die, "crash");
  expect_outline (be_killed, "crash"); /* not the mail's fault: it is tried again, and not held at once */
  expect_outline (sleep_on, "limit");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
  expect_outline (spin, "limit");
#ifndef MADO_SANITIZED /* a sanitizer needs all the address space there is, so that limit is off */
  expect_outline (devour, "limit");
#else
  (void) devour;
#endif
}

/* What a reader started does not outlive it. */
static void
test_nobody_stays (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) report = open_jailed (MAIL, leave_a_child, &error);
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  path = g_strdup_printf ("/proc/%s/stat", report->language);
  for (;;) {
    g_autofree char *stat = NULL;
    if (!g_file_get_contents (path, &stat, NULL, NULL) || strstr (stat, ") Z ") != NULL)
      break;
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (5000);
  }
}

static void
count_descriptors (MadoReport *report, MadoSource *source G_GNUC_UNUSED, const MadoConf *conf G_GNUC_UNUSED, gconstpointer forms G_GNUC_UNUSED)
{
  guint n = 0;

  for (int fd = 3; fd < 1024; fd++)
    n += fcntl (fd, F_GETFD) >= 0;
  g_free (report->language);
  report->language = g_strdup_printf ("%u", n);
}

/* A worker's connection, on which the next mails come, is none of the child's. */
static void
test_few_descriptors (void)
{
  g_autoptr (GError) error = NULL;
  int high = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 100), low = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  g_autoptr (MadoReport) report = open_jailed (MAIL, count_descriptors, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (report->language, ==, "2"); /* the mail and the answer */
  close (high);
  close (low);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/jail/answers", test_answers);
  g_test_add_func ("/mail/jail/part", test_part);
  g_test_add_func ("/mail/jail/no-mail", test_no_mail);
  g_test_add_func ("/mail/jail/gone", test_gone);
  g_test_add_func ("/mail/jail/few-descriptors", test_few_descriptors);
  g_test_add_func ("/mail/jail/nobody-stays", test_nobody_stays);
  return g_test_run ();
}
