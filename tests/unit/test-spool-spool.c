/* test-spool-spool.c: mails survive every crash, and every failing step leaves nothing half done. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/spool/format.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#define NOW_US (G_GINT64_CONSTANT (1795230000) * G_USEC_PER_SEC)

typedef struct {
  char *top;
  char *directory;
  MadoSpool *spool;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  fixture->top = g_dir_make_tmp ("spool-XXXXXX", &error);
  fixture->directory = g_build_filename (fixture->top, "spool", NULL);
  fixture->spool = mado_spool_open (fixture->directory, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  mado_spool_free (fixture->spool);
  g_assert_true (mado_fsio_remove_tree (fixture->top, NULL));
  g_free (fixture->top);
  g_free (fixture->directory);
}

static MadoEnvelope *
make_envelope (void)
{
  MadoEnvelope *envelope = mado_envelope_new ();

  envelope->door = g_strdup ("lmtp");
  envelope->mail_from = g_strdup ("from@example.net");
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strsplit ("to@example.org", ",", -1);
  return envelope;
}

/* (transfer full) the id of a new mail, NULL on error. */
static char *
keep (MadoSpool *spool, const void *raw, gsize length, GError **error)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope ();
  g_autoptr (MadoSpoolWriter) writer = mado_spool_writer_new (spool, envelope, NOW_US, 1 << 20, error);

  if (writer == NULL || !mado_spool_writer_append (writer, raw, length / 2, error)
      || !mado_spool_writer_append (writer, (const char *) raw + length / 2, length - length / 2, error)
      || !mado_spool_writer_commit (writer, error))
    return NULL;
  return g_strdup (mado_spool_writer_id (writer));
}

static guint
count (const Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

static void
check_raw (const MadoSpoolFile *file, const void *raw, gsize length)
{
  g_autofree char *back = g_malloc (length + 1);

  g_assert_cmpuint (file->size, ==, length);
  g_assert_cmpint (pread (file->fd, back, length + 1, (off_t) file->offset), >=, (gssize) length);
  g_assert_cmpmem (back, length, raw, length);
}

static void
test_sizes (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const gsize sizes[] = { 0, 1, 2, 32768 - 200, 32768, 32769, 65536, 1000001, 1 << 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *raw = g_malloc (sizes[i] + 1);
    g_autoptr (GError) error = NULL;
    for (gsize at = 0; at < sizes[i]; at++)
      raw[at] = (char) (at * 7 + i);
    g_autofree char *id = keep (fixture->spool, raw, sizes[i], &error);
    g_assert_no_error (error);
    g_assert_true (mado_qid_is_valid (id));
    g_auto (GStrv) waiting = mado_spool_list_new (fixture->spool, &error);
    g_assert_cmpuint (g_strv_length (waiting), ==, 1);
    g_assert_cmpstr (waiting[0], ==, id);
    g_autoptr (MadoSpoolFile) file = mado_spool_claim (fixture->spool, id, &error);
    g_assert_no_error (error);
    check_raw (file, raw, sizes[i]);
    g_assert_cmpint (file->envelope->received, ==, NOW_US / G_USEC_PER_SEC);
    g_assert_cmpuint (count (fixture, "tmp"), ==, 0);
    g_assert_cmpuint (count (fixture, "new"), ==, 0);
    g_assert_cmpuint (count (fixture, "active"), ==, i + 1);
  }
}

static void
test_limit (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope ();
  g_autoptr (GError) error = NULL;
  MadoSpoolWriter *writer = mado_spool_writer_new (fixture->spool, envelope, NOW_US, 10, &error);

  g_assert_true (mado_spool_writer_append (writer, "0123456789", 10, &error));
  g_assert_true (mado_spool_writer_append (writer, "", 0, &error));
  g_assert_false (mado_spool_writer_append (writer, "x", 1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  mado_spool_writer_free (writer);
  g_assert_cmpuint (count (fixture, "tmp"), ==, 0);
}

static void
test_order (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope ();
  char *ids[20];

  for (int i = 0; i < 20; i++) {
    g_autoptr (MadoSpoolWriter) writer
        = mado_spool_writer_new (fixture->spool, envelope, NOW_US + (i * 13 % 20), 10, NULL);
    g_assert_true (mado_spool_writer_commit (writer, NULL));
    ids[i * 13 % 20] = g_strdup (mado_spool_writer_id (writer));
  }
  g_auto (GStrv) list = mado_spool_list_new (fixture->spool, NULL);
  g_assert_cmpuint (g_strv_length (list), ==, 20);
  for (int i = 0; i < 20; i++) {
    g_assert_cmpstr (list[i], ==, ids[i]);
    g_free (ids[i]);
  }
}

/* A hook that acts at one call of one step: ends the process, or refuses. */
typedef struct {
  const char *step;
  int refusal; /* 0: end the process */
  guint met;
} Fault;

static int
strike (const char *step, gpointer data)
{
  Fault *fault = data;

  if (strcmp (step, fault->step) != 0)
    return 0;
  fault->met++;
  if (fault->refusal == 0)
    _exit (42);
  return fault->refusal;
}

/* Runs keep () in a child that dies before @step. */
static void
die_in_keep (Fixture *fixture, const char *step)
{
  pid_t child = fork ();
  int status;

  if (child == 0) {
    Fault fault = { step, 0, 0 };
    mado_spool_set_fault (fixture->spool, strike, &fault);
    g_autofree char *id = keep (fixture->spool, "raw mail", 8, NULL);
    _exit (id != NULL ? 0 : 1);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 42);
}

static void
test_crash_keep (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  /* What lies in tmp/ and new/ when the machine stops before the step. */
  static const struct {
    const char *step;
    guint tmp, new;
  } states[] = { { "create", 0, 0 }, { "write", 1, 0 }, { "fsync", 1, 0 }, { "rename", 1, 0 }, { "sync-dir", 0, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (GError) error = NULL;
    die_in_keep (fixture, states[i].step);
    g_assert_cmpuint (count (fixture, "tmp"), ==, states[i].tmp);
    g_assert_cmpuint (count (fixture, "new"), ==, states[i].new);
    /* Run again: what was never promised is swept, what is in new/ is whole. */
    g_assert_cmpuint (mado_spool_sweep (fixture->spool, g_get_real_time () / G_USEC_PER_SEC + 100, 50), ==,
                      states[i].tmp);
    g_assert_cmpuint (count (fixture, "tmp"), ==, 0);
    g_auto (GStrv) list = mado_spool_list_new (fixture->spool, &error);
    for (gsize n = 0; list[n] != NULL; n++) {
      g_autoptr (MadoSpoolFile) file = mado_spool_claim (fixture->spool, list[n], &error);
      g_assert_no_error (error);
      check_raw (file, "raw mail", 8);
    }
    g_autofree char *again = keep (fixture->spool, "again", 5, &error);
    g_assert_no_error (error);
    g_autoptr (MadoSpoolFile) file = mado_spool_claim (fixture->spool, again, &error);
    check_raw (file, "again", 5);
  }
}

static void
test_failing_keep (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const steps[] = { "create", "write", "fsync", "rename", "sync-dir" };
  static const int refusals[] = { ENOSPC, EIO, EACCES };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    for (gsize r = 0; r < G_N_ELEMENTS (refusals); r++) {
      Fault fault = { steps[i], refusals[r], 0 };
      g_autoptr (GError) error = NULL;
      mado_spool_set_fault (fixture->spool, strike, &fault);
      g_autofree char *id = keep (fixture->spool, "raw mail", 8, &error);
      g_assert_null (id);
      g_assert_cmpuint (fault.met, ==, 1);
      const int code = refusals[r] == EACCES ? MADO_ERROR_DENIED : MADO_ERROR_TEMP;
      g_assert_error (error, MADO_ERROR, code);
      g_assert_cmpuint (count (fixture, "tmp"), ==, 0);
      g_assert_cmpuint (count (fixture, "new"), ==, 0);
    }
}

/* A file system without RENAME_NOREPLACE: as strike (), which acts on top of it. */
static int
strike_old (const char *step, gpointer data)
{
  return strcmp (step, "no-replace") == 0 ? EINVAL : strike (step, data);
}

static void
test_old_file_system (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  Fault none = { "none", EIO, 0 };
  Fault stop = { "unlink", EIO, 0 };
  g_autoptr (GError) error = NULL;

  mado_spool_set_fault (fixture->spool, strike_old, &none);
  g_autofree char *id = keep (fixture->spool, "raw mail", 8, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (fixture, "tmp"), ==, 0);
  g_assert_cmpuint (count (fixture, "new"), ==, 1);
  /* Stopped between the two names, then run again. */
  mado_spool_set_fault (fixture->spool, strike_old, &stop);
  g_assert_null (mado_spool_claim (fixture->spool, id, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_clear_error (&error);
  g_assert_cmpuint (count (fixture, "new"), ==, 1);
  g_assert_cmpuint (count (fixture, "active"), ==, 1);
  for (int modern = 0; modern < 2; modern++) {
    mado_spool_set_fault (fixture->spool, modern ? NULL : strike_old, &none);
    g_autoptr (MadoSpoolFile) file = mado_spool_claim (fixture->spool, id, &error);
    if (modern) {
      g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
      continue;
    }
    g_assert_no_error (error);
    check_raw (file, "raw mail", 8);
    g_assert_cmpuint (count (fixture, "new"), ==, 0);
  }
  g_clear_error (&error);
  mado_spool_set_fault (fixture->spool, strike_old, &none);
  g_assert_true (mado_spool_remove_active (fixture->spool, id, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (fixture, "active"), ==, 0);
}

/* Never in place of another mail, with the system call and without it. */
static void
test_no_replace (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  Fault none = { "none", EIO, 0 };

  for (int modern = 0; modern < 2; modern++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;
    g_autofree char *id = keep (fixture->spool, "raw mail", 8, NULL);
    g_autofree char *taken = g_build_filename (fixture->directory, "active", id, NULL);
    g_assert_true (g_file_set_contents (taken, "somebody", -1, NULL));
    mado_spool_set_fault (fixture->spool, modern ? NULL : strike_old, &none);
    g_assert_null (mado_spool_claim (fixture->spool, id, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
    g_assert_true (g_file_get_contents (taken, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, "somebody");
    g_assert_cmpuint (count (fixture, "new"), ==, (guint) modern + 1);
    mado_spool_set_fault (fixture->spool, NULL, NULL);
  }
}

static void
damage (const Fixture *fixture, const char *id, off_t at)
{
  g_autofree char *path = g_build_filename (fixture->directory, "new", id, NULL);
  int fd = open (path, O_WRONLY);
  struct stat info;

  g_assert_cmpint (fstat (fd, &info), ==, 0);
  g_assert_cmpint (pwrite (fd, "#", 1, at < 0 ? info.st_size + at : at), ==, 1);
  close (fd);
}

static void
test_broken (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const off_t places[] = { 0, -1, -MADO_SPOOL_TRAILER - 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *id = keep (fixture->spool, "raw mail", 8, NULL);
    damage (fixture, id, places[i]);
    g_assert_null (mado_spool_claim (fixture->spool, id, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
    g_clear_error (&error);
    g_assert_cmpuint (count (fixture, "new"), ==, 0);
    g_assert_cmpuint (count (fixture, "active"), ==, 0);
    g_assert_cmpuint (count (fixture, "broken"), ==, i + 1);
    g_assert_null (mado_spool_claim (fixture->spool, id, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  }
}

static void
test_names (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const names[] = { "", "../../etc/passwd", "0123456789abcdef", "0123456789ABCDEF", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_spool_claim (fixture->spool, names[i], &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
    g_clear_error (&error);
    g_assert_null (mado_spool_open_active (fixture->spool, names[i], &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  }
}

static void
test_remove (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = keep (fixture->spool, "raw mail", 8, NULL);
  g_autoptr (MadoSpoolFile) file = mado_spool_claim (fixture->spool, id, NULL);
  g_autoptr (GError) error = NULL;
  Fault fault = { "remove", EIO, 0 };

  g_assert_nonnull (file);
  mado_spool_set_fault (fixture->spool, strike, &fault);
  g_assert_false (mado_spool_remove_active (fixture->spool, id, &error));
  g_assert_cmpuint (count (fixture, "active"), ==, 1);
  g_clear_error (&error);
  mado_spool_set_fault (fixture->spool, NULL, NULL);
  for (int again = 0; again < 2; again++) {
    g_assert_true (mado_spool_remove_active (fixture->spool, id, &error));
    g_assert_cmpuint (count (fixture, "active"), ==, 0);
  }
  g_assert_false (mado_spool_remove_active (fixture->spool, "../../etc/passwd", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
}

static void
test_sweep (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *old = g_build_filename (fixture->directory, "tmp", "old", NULL);
  g_autofree char *young = g_build_filename (fixture->directory, "tmp", "young", NULL);
  struct utimbuf then = { 1000, 1000 };
  struct utimbuf now = { 2000, 2000 };

  g_assert_true (g_file_set_contents (old, "x", -1, NULL));
  g_assert_true (g_file_set_contents (young, "x", -1, NULL));
  g_assert_cmpint (utime (old, &then), ==, 0);
  g_assert_cmpint (utime (young, &now), ==, 0);
  g_assert_cmpuint (mado_spool_sweep (fixture->spool, 2100, 500), ==, 1);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
}

static void
test_open (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *blocked = g_build_filename (fixture->top, "blocked", NULL);
  g_autofree char *inside = g_build_filename (blocked, "spool", NULL);
  g_autoptr (MadoSpool) again = mado_spool_open (fixture->directory, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (mado_spool_new_path (again), "/spool/new"));
  g_assert_cmpuint (mado_spool_free_bytes (again), >, 0);
  g_assert_true (g_file_set_contents (blocked, "x", -1, NULL));
  g_assert_null (mado_spool_open (inside, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "sizes", test_sizes },       { "limit", test_limit },
    { "order", test_order },       { "crash-keep", test_crash_keep },
    { "broken", test_broken },     { "failing-keep", test_failing_keep },
    { "names", test_names },       { "remove", test_remove },
    { "sweep", test_sweep },       { "open", test_open },
    { "old-file-system", test_old_file_system }, { "no-replace", test_no_replace },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf ("/spool/spool/%s", tests[i].name);
    g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
  }
  return g_test_run ();
}
