/* test-base.c: the ground floor: text, ids, errors, files. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static char *
make_dir (void)
{
  return g_dir_make_tmp ("mado-XXXXXX", NULL);
}

static void
test_text_table (void)
{
  static const struct {
    const char *raw, *line, *visible;
  } table[] = {
    { "", "", "" },
    { "plain \\ text", "plain \\ text", "plain \\ text" },
    { "a\nb\tc\r", "a\\x0ab\\x09c\\x0d", "a\nb\tc<U+000D>" },
    { "\x1b[31m\x07\x7f", "\\x1b[31m\\x07\\x7f", "<U+001B>[31m<U+0007><U+007F>" },
    { "\xc2\x85\xc2\x9b", "\\x85\\x9b", "<U+0085><U+009B>" },
    { "a\xe2\x80\xae" "b", "a\\u202eb", "a<U+202E>b" },
    { "\xe2\x80\x8e\xe2\x80\x8f\xe2\x81\xa6\xe2\x81\xa9", "\\u200e\\u200f\\u2066\\u2069",
      "<U+200E><U+200F><U+2066><U+2069>" },
    { "a\xe2\x80\xa8" "b\xe2\x80\xa9", "a\\u2028b\\u2029", "a<U+2028>b<U+2029>" },
    { "pay\xe2\x80\x8bpal\xef\xbb\xbf\xe2\x81\xa0", "pay\\u200bpal\\ufeff\\u2060", "pay<U+200B>pal<U+FEFF><U+2060>" },
    { "a\xc2\xad" "b\xd8\x9c", "a\\u00adb\\u061c", "a<U+00AD>b<U+061C>" },
    { "a\xf3\xa0\x81\x81", "a\\ue0041", "a<U+E0041>" },                        /* tags: text that nobody sees */
    { "a\xe3\x85\xa4" "b\xef\xbe\xa0", "a\\u3164b\\uffa0", "a<U+3164>b<U+FFA0>" }, /* Hangul fillers */
    { "a\xe2\x80\x8d" "b", "a\\u200db", "a<U+200D>b" },
    { "\xd9\x85\xe2\x80\x8c\xd8\xae", "\xd9\x85\xe2\x80\x8c\xd8\xae", "\xd9\x85\xe2\x80\x8c\xd8\xae" }, /* Persian */
    { "\xe8\x91\x9b\xf3\xa0\x84\x80", "\xe8\x91\x9b\xf3\xa0\x84\x80", "\xe8\x91\x9b\xf3\xa0\x84\x80" }, /* the form of a name */
    { "\xe7\xaa\x93\xe5\x8f\xa3 \xf0\x9f\x93\xa7", "\xe7\xaa\x93\xe5\x8f\xa3 \xf0\x9f\x93\xa7",
      "\xe7\xaa\x93\xe5\x8f\xa3 \xf0\x9f\x93\xa7" },
    { "a\xff" "b", "a" BAD "b", "a" BAD "b" },
    { "\xe7\xaa", BAD BAD, BAD BAD },
    { "\xc0\xaf", BAD BAD, BAD BAD },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *line = mado_text_escape_line (table[i].raw);
    g_autofree char *visible = mado_text_visible (table[i].raw);
    g_assert_true (g_utf8_validate (line, -1, NULL) && g_utf8_validate (visible, -1, NULL));
    g_assert_cmpstr (line, ==, table[i].line);
    g_assert_cmpstr (visible, ==, table[i].visible);
  }
}

static void
test_text_every_byte (void)
{
  for (int a = 1; a < 256; a++)
    for (int b = 1; b < 256; b++) {
      const char raw[] = { (char) a, (char) b, '\0' };
      g_autofree char *line = mado_text_escape_line (raw);
      g_assert_true (g_utf8_validate (line, -1, NULL));
      for (const char *p = line; *p != '\0'; p++)
        g_assert_true ((guchar) *p >= 0x20 && *p != 0x7f);
    }
}

static void
test_text_truncate (void)
{
  static const struct {
    const char *text;
    gsize max;
    const char *expected;
  } table[] = {
    { "abc", 3, "abc" }, { "abc", 2, "ab" }, { "abc", 0, "" }, { "", 5, "" },
    { "\xe7\xaa\x93\xe5\x8f\xa3", 6, "\xe7\xaa\x93\xe5\x8f\xa3" }, { "\xe7\xaa\x93\xe5\x8f\xa3", 5, "\xe7\xaa\x93" },
    { "\xe7\xaa\x93\xe5\x8f\xa3", 3, "\xe7\xaa\x93" },             { "\xe7\xaa\x93", 2, "" },
    { "\x80\x80\x80", 2, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *cut = mado_text_truncate (table[i].text, table[i].max);
    g_assert_cmpstr (cut, ==, table[i].expected);
  }
}

static void
test_text_address (void)
{
  static const char *const table[][2] = {
    { "Alice@EXAMPLE.Org", "Alice@example.org" }, { "\"a@B\"@C.JP", "\"a@B\"@c.jp" }, { "no-at-Sign", "no-at-Sign" },
    { "X@", "X@" },                               { "", "" },                         { "@HOST", "@host" },
    { "\xc3\x84@\xc3\x84.DE", "\xc3\x84@\xc3\x84.de" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *folded = mado_text_fold_address (table[i][0]);
    g_assert_cmpstr (folded, ==, table[i][1]);
  }
  g_assert_null (mado_text_fold_address (NULL));
  g_assert_true (mado_text_same_address ("A@B.c", "a@b.C"));
  g_assert_false (mado_text_same_address ("a@b.c", "a@b.cd"));
  g_assert_false (mado_text_same_address (NULL, NULL));
  g_assert_false (mado_text_same_address ("a", NULL));
}

static void
test_text_time_and_hex (void)
{
  static const struct {
    gint64 seconds;
    const char *expected;
  } table[] = {
    { 0, "1970-01-01T00:00:00Z" },          { 1795226584, "2026-11-21T02:03:04Z" }, { -1, "1969-12-31T23:59:59Z" },
    { 4294967296, "2106-02-07T06:28:16Z" }, { G_MAXINT64, "1970-01-01T00:00:00Z" }, { G_MININT64, "1970-01-01T00:00:00Z" },
  };
  const guint8 bytes[] = { 0x00, 0x0f, 0xf0, 0xff, 0x5a };
  g_autofree char *hex = mado_text_hex (bytes, sizeof bytes);
  g_autofree char *none = mado_text_hex (bytes, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *text = mado_text_time (table[i].seconds);
    g_assert_cmpstr (text, ==, table[i].expected);
  }
  g_assert_cmpstr (hex, ==, "000ff0ff5a");
  g_assert_cmpstr (none, ==, "");
}

static void
test_qid (void)
{
  static const char *const bad[] = {
    "", "0", "../../etc/passwd", "..", "/etc/passwd00000", "000000000000000", "00000000000000000", "000000000000000I",
    "000000000000000i", "000000000000000l", "000000000000000o", "000000000000000u", "000000000000000A",
    "00000000/0000000", "0000000000000.00", "000000000000000\n", "000000000000000 ", "00000000000000\xc3\xa9",
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *last = g_strdup ("");

  for (gint64 i = 0; i < 2000; i++) {
    g_autofree char *id = mado_qid_new (1795226584000000 + i * i);
    g_autofree char *prefix = g_strndup (id, 10);
    g_assert_cmpuint (strlen (id), ==, MADO_QID_LENGTH);
    g_assert_true (mado_qid_is_valid (id));
    g_assert_cmpstr (prefix, >, last);
    g_assert_true (g_hash_table_add (seen, g_strdup (id)));
    g_free (last);
    last = g_steal_pointer (&prefix);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (mado_qid_is_valid (bad[i]));
  g_assert_false (mado_qid_is_valid (NULL));
}

static void
test_token (void)
{
  for (gsize bytes = 5; bytes <= 40; bytes += 5) {
    g_autofree char *a = mado_qid_random_token (bytes);
    g_autofree char *b = mado_qid_random_token (bytes);
    g_assert_cmpuint (strlen (a), ==, bytes * 8 / 5);
    g_assert_cmpuint (strspn (a, "0123456789abcdefghjkmnpqrstvwxyz"), ==, strlen (a));
    g_assert_cmpstr (a, !=, b);
  }
}

static void
test_errors (void)
{
  static const struct {
    int code, status;
  } statuses[] = {
    { MADO_ERROR_TEMP, 75 },  { MADO_ERROR_PERM, 65 },        { MADO_ERROR_LIMIT, 65 },
    { MADO_ERROR_BUG, 70 },   { MADO_ERROR_NO, 1 },           { MADO_ERROR_USAGE, 64 },
    { MADO_ERROR_DENIED, 77 }, { MADO_ERROR_UNAVAILABLE, 69 }, { MADO_ERROR_CONF, 78 },
  };
  static const int passing[] = { ENOSPC, EDQUOT, EIO, EMFILE, ENOENT, EPIPE, EAGAIN, EACCES, EPERM };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (GError) error = g_error_new_literal (MADO_ERROR, statuses[i].code, "x");
    g_assert_cmpint (mado_error_exit_status (error), ==, statuses[i].status);
    g_assert_cmpint (mado_error_code (mado_error_name (statuses[i].code)), ==, statuses[i].code);
  }
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_EXIST, "x");
  g_autoptr (GError) odd = g_error_new_literal (MADO_ERROR, 4711, "x");
  g_assert_cmpint (mado_error_exit_status (foreign), ==, 70);
  g_assert_cmpint (mado_error_exit_status (odd), ==, 70);
  g_assert_cmpstr (mado_error_name (4711), ==, "bug");
  g_assert_cmpstr (mado_error_name (-1), ==, "bug");
  g_assert_cmpint (mado_error_code ("nonsense"), ==, MADO_ERROR_BUG);
  g_assert_cmpint (mado_error_code (NULL), ==, MADO_ERROR_BUG);
  for (gsize i = 0; i < G_N_ELEMENTS (passing); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *expected = g_strdup_printf ("a thing: %s", g_strerror (passing[i]));
    int code = passing[i] == EACCES || passing[i] == EPERM ? MADO_ERROR_DENIED : MADO_ERROR_TEMP;
    errno = passing[i];
    g_assert_false (mado_error_set_errno (&error, "a thing"));
    g_assert_error (error, MADO_ERROR, code);
    g_assert_cmpstr (error->message, ==, expected);
  }
}

static void
test_log_address (void)
{
  g_autofree char *a = mado_log_address ("alice@example.org");
  g_autofree char *b = mado_log_address ("ALICE@example.org");
  g_autofree char *c = mado_log_address ("bob@example.org");
  g_autofree char *none = mado_log_address (NULL);

  g_assert_null (strstr (a, "alice"));
  g_assert_null (strchr (a, '@'));
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
  g_assert_cmpstr (none, ==, "<>");
}

static void
test_log_is_one_line (void)
{
  if (g_test_subprocess ()) {
    mado_log_init ("probe", MADO_LOG_INFO, FALSE);
    mado_log (MADO_LOG_DEBUG, NULL, "hidden", "never=%d", 1);
    mado_log (MADO_LOG_WARNING, "0000000000000000", "said", "why=\"%s\"", "a\nforged line\x1b[m");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*0000000000000000 probe said why=\"a\\x0aforged line\\x1b?m\" level=warning\n*");
  g_test_trap_assert_stderr_unmatched ("*hidden*");
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

static void
test_replace (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *path = g_build_filename (dir, "file", NULL);
  g_autofree char *link = g_build_filename (dir, "link", NULL);
  g_autofree char *missing = g_build_filename (dir, "no", "file", NULL);
  g_autoptr (GBytes) first = g_bytes_new_static ("first", 5);
  g_autoptr (GBytes) second = g_bytes_new_static ("2", 1);
  g_autoptr (GError) error = NULL;
  mode_t old_mask = umask (0077);
  struct stat status;

  g_assert_true (mado_fsio_replace (path, first, 0640, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0640);
  int reader = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_true (mado_fsio_replace (path, second, 0600, &error));
  assert_content (path, "2");
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  /* Whoever had the old file open still reads all of it: it was never written into. */
  g_autoptr (GBytes) held = NULL;
  g_assert_true (mado_fsio_read_all (reader, 100, &held, &error));
  g_assert_true (g_bytes_equal (held, first));
  close (reader);
  /* A link in its place is replaced, not followed. */
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_true (mado_fsio_replace (link, first, 0600, &error));
  assert_content (path, "2");
  assert_content (link, "first");
  g_assert_false (mado_fsio_replace (missing, first, 0600, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  guint n = 0;
  while (g_dir_read_name (entries) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 2);
  umask (old_mask);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_replace_failure_keeps_old (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *path = g_build_filename (dir, "taken", NULL);
  g_autofree char *inner = g_build_filename (path, "inner", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("new", 3);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  g_assert_false (mado_fsio_replace (path, bytes, 0600, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_assert_true (g_file_test (inner, G_FILE_TEST_IS_DIR));
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (entries), ==, "taken");
  g_assert_null (g_dir_read_name (entries));
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_read_caps (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *path = g_build_filename (dir, "file", NULL);
  g_autofree char *content = g_strnfill (200000, 'x');
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) not_set = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  g_assert_true (mado_fsio_read_file (path, 200000, &bytes, &error));
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 200000);
  g_assert_false (mado_fsio_read_file (path, 199999, &not_set, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_null (not_set);
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_false (mado_fsio_read_file (path, 10, &not_set, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_clear_error (&error);
  g_assert_false (mado_fsio_read_file (dir, 10, &not_set, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_remove_tree (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *precious = g_build_filename (dir, "precious", NULL);
  g_autofree char *kept = g_build_filename (precious, "kept", NULL);
  g_autofree char *tree = g_build_filename (dir, "tree", NULL);
  g_autofree char *deep = g_build_filename (tree, "a", "b", "c", NULL);
  g_autofree char *file = g_build_filename (deep, "file", NULL);
  g_autofree char *link = g_build_filename (deep, "link", NULL);
  g_autofree char *outer = g_build_filename (dir, "outer", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (precious, 0700) | g_mkdir_with_parents (deep, 0700), ==, 0);
  g_assert_true (g_file_set_contents (kept, "k", 1, NULL) && g_file_set_contents (file, "f", 1, NULL));
  g_assert_cmpint (symlink (precious, link), ==, 0);
  g_assert_cmpint (symlink (precious, outer), ==, 0);
  g_assert_true (mado_fsio_remove_tree (tree, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (tree, G_FILE_TEST_EXISTS));
  assert_content (kept, "k");
  g_assert_true (mado_fsio_remove_tree (tree, &error));
  g_assert_false (mado_fsio_remove_tree (outer, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  assert_content (kept, "k");
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_memfd_and_dirs (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *deep = g_build_filename (dir, "x", "y", NULL);
  g_autofree char *content = g_strnfill (100000, 'm');
  g_autoptr (GBytes) bytes = g_bytes_new (content, 100000);
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autoptr (GError) error = NULL;
  int fd = mado_fsio_memfd ("test", bytes, &error);
  int empty = mado_fsio_memfd ("test", NULL, &error);

  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_true (mado_fsio_read_all (fd, 100000, &back, &error));
  g_assert_true (g_bytes_equal (bytes, back));
  g_assert_true (mado_fsio_read_all (empty, 0, &nothing, &error));
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  close (fd);
  close (empty);
  fd = mado_fsio_open_dir (deep, 0700, &error);
  g_assert_cmpint (fd, >=, 0);
  g_assert_true (mado_fsio_sync_dir (fd, &error));
  g_assert_cmpuint (mado_fsio_free_bytes (fd), >, 0);
  close (fd);
  g_assert_cmpuint (mado_fsio_free_bytes (-1), ==, 0);
  g_assert_cmpint (mado_fsio_open_dir ("/proc/self/nothing/here", 0700, &error), ==, -1);
  g_assert_nonnull (error);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_write_failure (void)
{
  g_autoptr (GError) error = NULL;
  int full = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  g_assert_false (mado_fsio_write_all (full, "x", 1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  close (full);
}

/* Files in memory and none at all have no ext4 below them; what lies on a disk is what the kernel says of the only
 * ext4 there is, where there is only one. */
static void
test_journal (void)
{
  g_autofree char *dir = make_dir (), *text = NULL;
  g_autoptr (GDir) all = g_dir_open ("/sys/fs/ext4", 0, NULL);
  int here = open (dir, O_RDONLY | O_DIRECTORY), memory = mado_fsio_memfd ("x", NULL, NULL);
  struct statfs fs;
  const char *name, *only = NULL;
  guint count = 0;

  g_assert_false (mado_fsio_lacks_journal (memory));
  g_assert_false (mado_fsio_lacks_journal (-1));
  for (; all != NULL && (name = g_dir_read_name (all)) != NULL;)
    if (strcmp (name, "features") != 0)
      only = name, count++;
  if (count == 1 && fstatfs (here, &fs) == 0 && fs.f_type == 0xef53) {
    g_autofree char *path = g_build_filename ("/sys/fs/ext4", only, "journal_task", NULL);
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_cmpint (mado_fsio_lacks_journal (here), ==, strcmp (g_strchomp (text), "<none>") == 0);
  } else {
    g_test_message ("no single ext4 to compare with");
  }
  close (memory);
  close (here);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/text/table", test_text_table);
  g_test_add_func ("/base/text/every-byte", test_text_every_byte);
  g_test_add_func ("/base/text/truncate", test_text_truncate);
  g_test_add_func ("/base/text/address", test_text_address);
  g_test_add_func ("/base/text/time-and-hex", test_text_time_and_hex);
  g_test_add_func ("/base/fsio/journal", test_journal);
  g_test_add_func ("/base/qid/ids", test_qid);
  g_test_add_func ("/base/qid/tokens", test_token);
  g_test_add_func ("/base/error/all", test_errors);
  g_test_add_func ("/base/log/address", test_log_address);
  g_test_add_func ("/base/log/one-line", test_log_is_one_line);
  g_test_add_func ("/base/fsio/replace", test_replace);
  g_test_add_func ("/base/fsio/replace-failure", test_replace_failure_keeps_old);
  g_test_add_func ("/base/fsio/read-caps", test_read_caps);
  g_test_add_func ("/base/fsio/remove-tree", test_remove_tree);
  g_test_add_func ("/base/fsio/memfd-and-dirs", test_memfd_and_dirs);
  g_test_add_func ("/base/fsio/write-failure", test_write_failure);
  return g_test_run ();
}
