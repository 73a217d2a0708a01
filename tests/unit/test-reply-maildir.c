/* test-reply-maildir.c: delivered once, whatever happened before, and never half. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/reply/maildir.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *top, *path;
} Place;

static void
set_up (Place *place, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  place->top = g_dir_make_tmp ("maildir-XXXXXX", NULL);
  place->path = g_build_filename (place->top, "a", "box", NULL);
  g_assert_true (mado_maildir_make (place->path, &error));
  g_assert_no_error (error);
}

static void
tear_down (Place *place, gconstpointer data G_GNUC_UNUSED)
{
  g_assert_true (mado_fsio_remove_tree (place->top, NULL));
  g_free (place->top);
  g_free (place->path);
}

/* (transfer full) the only name in @folder; NULL when it is empty. */
static char *
only_name (const Place *place, const char *folder)
{
  g_autofree char *path = g_build_filename (place->path, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  char *name = g_strdup (g_dir_read_name (dir));

  g_assert_null (g_dir_read_name (dir));
  return name;
}

/* (transfer full) the name it was given. The descriptor stands at its end: delivery reads from the start. */
static char *
deliver (const Place *place, const char *message_id, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  int fd = mado_fsio_memfd ("mail", bytes, NULL);
  char *name = NULL;

  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, (off_t) strlen (text));
  g_assert_true (mado_maildir_deliver (place->path, message_id, fd, &name, &error));
  g_assert_no_error (error);
  close (fd);
  return name;
}

static void
assert_content (const Place *place, const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (place->path, folder, name, NULL);
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

static void
test_deliver (Place *place, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *name = deliver (place, "<one@x.example>", "first\r\n");
  g_autofree char *listed = only_name (place, "new");
  g_autofree char *left = only_name (place, "tmp");
  g_autofree char *path = g_build_filename (place->path, "new", name, NULL);
  struct stat info;

  g_assert_cmpstr (listed, ==, name);
  g_assert_null (left);
  g_assert_null (strpbrk (name, "/:<>@"));
  assert_content (place, "new", name, "first\r\n");
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_again (Place *place, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *first = deliver (place, "<one@x.example>", "text\r\n");
  g_autofree char *again = deliver (place, "<one@x.example>", "text\r\n");
  g_autofree char *only = only_name (place, "new");

  g_assert_cmpstr (first, ==, again);
  g_autofree char *other = deliver (place, "<two@x.example>", "other\r\n");
  g_assert_cmpstr (first, !=, other);
  assert_content (place, "new", first, "text\r\n");
  assert_content (place, "new", other, "other\r\n");
}

/* A reader has moved it to cur/ with its flags: there it stays, and no second one comes. */
static void
test_read_meanwhile (Place *place, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *name = deliver (place, "<one@x.example>", "text\r\n");
  g_autofree char *from = g_build_filename (place->path, "new", name, NULL);
  g_autofree char *read = g_strconcat (name, ":2,S", NULL);
  g_autofree char *to = g_build_filename (place->path, "cur", read, NULL);

  g_assert_cmpint (g_rename (from, to), ==, 0);
  g_autofree char *again = deliver (place, "<one@x.example>", "text\r\n");
  g_autofree char *left = only_name (place, "new");
  g_assert_null (left);
  g_assert_cmpstr (again, ==, name);
  assert_content (place, "cur", read, "text\r\n");
}

static void
test_trouble (Place *place, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *new = g_build_filename (place->path, "new", NULL);
  g_autofree char *file = g_build_filename (place->top, "file", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  int fd = mado_fsio_memfd ("mail", bytes, NULL);
  char *name = NULL;

  /* No new/ to move it to: nothing is left half way. */
  g_assert_cmpint (g_rmdir (new), ==, 0);
  g_assert_false (mado_maildir_deliver (place->path, "<one@x.example>", fd, &name, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_assert_null (name);
  g_clear_error (&error);
  g_autofree char *left = only_name (place, "tmp");
  g_assert_null (left);
  close (fd);
  /* A descriptor that cannot be read. */
  g_assert_cmpint (g_mkdir (new, 0700), ==, 0);
  g_assert_false (mado_maildir_deliver (place->path, "<one@x.example>", -1, &name, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_clear_error (&error);
  g_autofree char *still = only_name (place, "new");
  g_assert_null (still);
  /* A Maildir cannot be made below a file. */
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_autofree char *below = g_build_filename (file, "box", NULL);
  g_assert_false (mado_maildir_make (below, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/reply/maildir/deliver", Place, NULL, set_up, test_deliver, tear_down);
  g_test_add ("/reply/maildir/again", Place, NULL, set_up, test_again, tear_down);
  g_test_add ("/reply/maildir/read-meanwhile", Place, NULL, set_up, test_read_meanwhile, tear_down);
  g_test_add ("/reply/maildir/trouble", Place, NULL, set_up, test_trouble, tear_down);
  return g_test_run ();
}
