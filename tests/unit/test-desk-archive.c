/* test-desk-archive.c: mails go from the spool to the sealed archive, whatever fails or crashes on the way; what was moved,
 * changed or put in another's place is refused. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/archive.h"
#include "madoguchi/vault/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW_US (G_GINT64_CONSTANT (1795230000) * G_USEC_PER_SEC)
#define NOW (NOW_US / G_USEC_PER_SEC)
#define DAY "2026-11-21"
#define WORD "zebrafinch"

typedef struct {
  char *top, *directory, *path;
  MadoSpool *spool;
  MadoVault *vault;
  MadoArchive *archive;
} House;

static void
set_up (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  house->top = g_dir_make_tmp ("archive-XXXXXX", &error);
  house->directory = g_build_filename (house->top, "spool", NULL);
  house->path = g_build_filename (house->top, "archive", NULL);
  house->spool = mado_spool_open (house->directory, &error);
  g_assert_no_error (error);
  house->vault = mado_vault_new ();
  house->archive = mado_archive_new (house->spool, house->vault, house->path);
}

static void
tear_down (House *house, gconstpointer data G_GNUC_UNUSED)
{
  mado_archive_free (house->archive);
  mado_vault_free (house->vault);
  mado_spool_free (house->spool);
  g_assert_true (mado_fsio_remove_tree (house->top, NULL));
  g_free (house->top);
  g_free (house->directory);
  g_free (house->path);
}

/* (transfer full) the id of a new mail in active/. */
static char *
keep (House *house, const char *text)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (GError) error = NULL;

  envelope->door = g_strdup ("lmtp");
  envelope->mail_from = g_strdup (WORD "@example.net");
  envelope->received = NOW;
  g_autoptr (MadoSpoolWriter) writer = mado_spool_writer_new (house->spool, envelope, NOW_US, 1024 * 1024, &error);
  g_assert_no_error (error);
  g_assert_true (mado_spool_writer_append (writer, text, strlen (text), &error) && mado_spool_writer_commit (writer, &error));
  char *id = g_strdup (mado_spool_writer_id (writer));
  g_autoptr (MadoSpoolFile) file = mado_spool_claim (house->spool, id, &error);
  g_assert_nonnull (file);
  return id;
}

static char *
file_of (House *house, const char *id)
{
  return g_build_filename (house->path, DAY, id, NULL);
}

static gboolean
is_active (House *house, const char *id)
{
  g_autofree char *path = g_build_filename (house->directory, "active", id, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* NULL: refused with @code. */
static char *
read_mail (House *house, const char *id, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoSpoolFile) file = mado_archive_read (house->archive, id, NOW, &error);

  if (file == NULL) {
    g_assert_error (error, MADO_ERROR, code);
    return NULL;
  }
  g_assert_no_error (error);
  g_assert_cmpstr (file->envelope->mail_from, ==, WORD "@example.net");
  char *text = g_malloc0 (file->size + 1);
  g_assert_cmpint (pread (file->fd, text, file->size, (off_t) file->offset), ==, file->size);
  return text;
}

static void
assert_reads (House *house, const char *id, const char *text)
{
  g_autofree char *found = read_mail (house, id, -1);

  g_assert_cmpstr (found, ==, text);
}

static guint
count_files (House *house)
{
  g_autofree char *path = g_build_filename (house->path, DAY, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
put (House *house, const char *id)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_archive_put (house->archive, id, &error));
  g_assert_no_error (error);
}

static void
test_put (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = keep (house, "text " WORD), *path = file_of (house, id), *sealed = NULL;
  gsize length;

  put (house, id);
  assert_reads (house, id, "text " WORD); /* on its way */
  g_assert_true (is_active (house, id));
  g_assert_cmpuint (mado_archive_waiting (house->archive), ==, 1);
  g_assert_true (mado_archive_flush (house->archive));
  g_assert_false (is_active (house, id));
  g_assert_cmpuint (mado_archive_waiting (house->archive), ==, 0);
  assert_reads (house, id, "text " WORD);
  g_assert_true (g_file_get_contents (path, &sealed, &length, NULL));
  g_assert_null (memmem (sealed, length, WORD, strlen (WORD)));
  g_assert_cmpuint (count_files (house), ==, 1);
  put (house, id); /* an earlier run was here */
  g_assert_cmpuint (mado_archive_waiting (house->archive), ==, 0);
  g_assert_null (read_mail (house, "0000000000000000", MADO_ERROR_NO));
}

/* By the clock, without being asked. */
static void
test_alone (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = keep (house, "one");
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  put (house, id);
  while (is_active (house, id)) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_main_context_iteration (NULL, TRUE);
  }
  assert_reads (house, id, "one");
}

static void
test_many (House *house, gconstpointer data G_GNUC_UNUSED)
{
  char *ids[100];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *text = g_strdup_printf ("mail %u", i);
    ids[i] = keep (house, text);
    put (house, ids[i]);
    g_assert_cmpuint (mado_archive_waiting (house->archive), <, 32); /* files are not kept open without end */
  }
  g_assert_true (mado_archive_flush (house->archive));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *text = g_strdup_printf ("mail %u", i);
    assert_reads (house, ids[i], text);
    g_assert_false (is_active (house, ids[i]));
    g_free (ids[i]);
  }
}

typedef struct {
  const char *step;
  int code; /* 0: the process ends there */
  guint met;
} Fault;

static int
strike (const char *step, gpointer data)
{
  Fault *fault = data;

  if (strcmp (step, fault->step) != 0)
    return 0;
  fault->met++;
  if (fault->code == 0)
    _exit (9);
  return fault->code;
}

/* kill -9 before each step, and then a new start. */
static void
test_crash (House *house, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const steps[] = { "seal", "sync", "rename", "remove" };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *id = keep (house, steps[i]);
    Fault fault = { steps[i], 0, 0 };
    int status;
    pid_t pid = fork ();
    if (pid == 0) {
      mado_archive_set_fault (house->archive, strike, &fault);
      mado_spool_set_fault (house->spool, strike, &fault);
      mado_archive_put (house->archive, id, NULL);
      mado_archive_flush (house->archive);
      _exit (0);
    }
    g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
    g_assert_cmpint (WEXITSTATUS (status), ==, 9);
    g_assert_true (is_active (house, id));
    assert_reads (house, id, steps[i]);
    put (house, id);
    g_assert_true (mado_archive_flush (house->archive));
    g_assert_false (is_active (house, id));
    assert_reads (house, id, steps[i]);
    g_assert_cmpuint (count_files (house), ==, i + 1);
  }
}

static void
test_failing (House *house, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const steps[] = { "seal", "sync", "rename", "remove" };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *id = keep (house, steps[i]), *other = NULL;
    Fault fault = { steps[i], ENOSPC, 0 };
    g_autoptr (GError) error = NULL;
    mado_archive_set_fault (house->archive, strike, &fault);
    mado_spool_set_fault (house->spool, strike, &fault);
    gboolean is_put = mado_archive_put (house->archive, id, &error);
    g_assert_true (is_put == (i > 0));
    g_assert_true (mado_archive_flush (house->archive) == !is_put);
    g_assert_cmpuint (fault.met, ==, 1);
    g_assert_true (is_active (house, id));
    g_assert_cmpuint (mado_archive_waiting (house->archive), ==, i); /* those before, and this one */
    mado_archive_set_fault (house->archive, NULL, NULL);
    mado_spool_set_fault (house->spool, NULL, NULL);
    other = keep (house, "another");
    put (house, other);
    g_assert_true (mado_archive_flush (house->archive));
    assert_reads (house, id, steps[i]);
  }
}

/* Another mail under the same name is never replaced. */
static void
test_taken (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = keep (house, "one"), *path = file_of (house, id), *day = g_path_get_dirname (path), *text = NULL;

  g_assert_cmpint (g_mkdir_with_parents (day, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "something else", -1, NULL));
  put (house, id);
  g_assert_false (mado_archive_flush (house->archive));
  g_assert_true (is_active (house, id));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "something else");
}

static void
test_moved (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *one = keep (house, "one"), *two = keep (house, "two"), *first = file_of (house, one), *second = file_of (house, two),
                  *bytes = NULL;
  gsize length;

  put (house, one);
  put (house, two);
  g_assert_true (mado_archive_flush (house->archive));
  g_assert_true (g_file_get_contents (first, &bytes, &length, NULL));
  g_assert_cmpint (g_rename (first, second), ==, 0);
  g_assert_null (read_mail (house, two, MADO_ERROR_PERM));
  g_assert_null (read_mail (house, one, MADO_ERROR_NO));
  bytes[length / 2] ^= 1;
  g_assert_true (g_file_set_contents (first, bytes, (gssize) length, NULL));
  g_assert_null (read_mail (house, one, MADO_ERROR_PERM));
  bytes[length / 2] ^= 1;
  g_assert_true (g_file_set_contents (first, bytes, (gssize) length - 1, NULL));
  g_assert_null (read_mail (house, one, MADO_ERROR_PERM));
  g_assert_true (g_file_set_contents (first, bytes, (gssize) length, NULL));
  assert_reads (house, one, "one");
}

/* As versions before left it. */
static void
put_plain (House *house, const char *id)
{
  g_autofree char *active = g_build_filename (house->directory, "active", id, NULL), *path = file_of (house, id),
                  *day = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (day, 0700), ==, 0);
  g_assert_cmpint (g_rename (active, path), ==, 0);
}

static void
test_renew (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *plain = keep (house, "plain " WORD), *sealed = keep (house, "sealed"), *path = file_of (house, plain), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) days = NULL, ids = NULL;
  gsize length;

  put_plain (house, plain);
  put (house, sealed);
  g_assert_true (mado_archive_flush (house->archive));
  assert_reads (house, plain, "plain " WORD);
  days = mado_archive_list_days (house->archive, &error);
  g_assert_cmpuint (g_strv_length (days), ==, 1);
  ids = mado_archive_list_ids (house->archive, days[0], &error);
  g_assert_cmpuint (g_strv_length (ids), ==, 2);
  for (int round = 0; round < 3; round++) {
    if (round == 2)
      g_assert_true (mado_vault_rotate (house->vault, NULL));
    for (char **id = ids; *id != NULL; id++) {
      gboolean changed = FALSE;
      g_assert_true (mado_archive_renew (house->archive, days[0], *id, &changed, &error));
      g_assert_no_error (error);
      g_assert_true (changed == (round == 2 || (round == 0 && strcmp (*id, plain) == 0)));
    }
  }
  mado_vault_retire (house->vault);
  assert_reads (house, plain, "plain " WORD);
  assert_reads (house, sealed, "sealed");
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_null (memmem (text, length, WORD, strlen (WORD)));
}

/* Once all are sealed, whoever writes to the disk cannot slip in a mail that is not. */
static void
test_forged (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = keep (house, "forged");

  put_plain (house, id);
  assert_reads (house, id, "forged");
  mado_archive_refuse_plain (house->archive);
  g_assert_null (read_mail (house, id, MADO_ERROR_PERM));
}

static void
test_erase (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *archived = keep (house, "one"), *waiting = keep (house, "two"), *broken = keep (house, "three");
  g_autofree char *active = g_build_filename (house->directory, "active", broken, NULL), *aside = g_build_filename (house->directory, "broken", broken, NULL);
  const char *ids[] = { archived, waiting, broken };

  put (house, archived);
  g_assert_true (mado_archive_flush (house->archive));
  put (house, waiting);
  g_assert_cmpint (g_rename (active, aside), ==, 0);
  g_assert_true (mado_archive_seal_broken (house->archive, broken, NULL));
  for (int again = 0; again < 2; again++)
    for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
      g_autoptr (GError) error = NULL;
      g_assert_true (mado_archive_erase (house->archive, ids[i], NOW, &error));
      g_assert_no_error (error);
      g_assert_null (read_mail (house, ids[i], MADO_ERROR_NO));
      g_assert_false (is_active (house, ids[i]));
    }
  g_assert_false (g_file_test (aside, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (house), ==, 0);
}

/* What a failed step left beside its place goes, too. */
static void
test_erase_failed (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = keep (house, "one"), *path = file_of (house, id), *day = g_path_get_dirname (path);
  g_autofree char *name = g_strdup_printf (".%s.new", id), *beside = g_build_filename (day, name, NULL);
  Fault fault = { "sync", ENOSPC, 0 };

  mado_archive_set_fault (house->archive, strike, &fault);
  put (house, id);
  g_assert_false (mado_archive_flush (house->archive));
  g_assert_true (g_file_test (beside, G_FILE_TEST_EXISTS));
  g_assert_true (mado_archive_erase (house->archive, id, NOW, NULL));
  g_assert_false (is_active (house, id));
  g_assert_false (g_file_test (beside, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*test) (House *, gconstpointer);
  } tests[] = {
    { "put", test_put },       { "alone", test_alone }, { "many", test_many },   { "crash", test_crash },   { "failing", test_failing },
    { "taken", test_taken },   { "moved", test_moved }, { "renew", test_renew }, { "forged", test_forged },
    { "erase", test_erase },   { "erase-failed", test_erase_failed },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf ("/desk/archive/%s", tests[i].name);
    g_test_add (path, House, NULL, set_up, tests[i].test, tear_down);
  }
  return g_test_run ();
}
