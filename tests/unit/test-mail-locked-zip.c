/* test-mail-locked-zip.c: an archive as APPNOTE.TXT says; what other programs make of it is looked at in tests/it/web-more.py. */
#include "madoguchi/base/fsio.h"
#include "madoguchi/mail/locked-zip.h"

#include <string.h>
#include <unistd.h>

static GBytes *
make (const char *content, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (content, size), archive = NULL;
  int fd = mado_fsio_memfd ("zip", NULL, &error);

  g_assert_no_error (error);
  g_assert_true (mado_locked_zip_write (fd, "x.bin", bytes, "infected", &error));
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_assert_true (mado_fsio_read_all (fd, 1 << 20, &archive, &error));
  close (fd);
  return g_steal_pointer (&archive);
}

static guint32
get (GBytes *archive, gsize at, guint bytes)
{
  const guint8 *data = g_bytes_get_data (archive, NULL);
  guint32 value = 0;

  for (guint i = bytes; i > 0; i--)
    value = value << 8 | data[at + i - 1];
  return value;
}

static void
test_layout (void)
{
  g_autoptr (GBytes) archive = make ("123456789", 9), again = make ("123456789", 9);
  gsize size = g_bytes_get_size (archive), directory = 30 + 5 + 12 + 9, end = directory + 46 + 5;

  g_assert_cmpuint (size, ==, end + 22);
  g_assert_cmphex (get (archive, 0, 4), ==, 0x04034b50);
  g_assert_cmpuint (get (archive, 6, 2), ==, 1);             /* encrypted */
  g_assert_cmphex (get (archive, 14, 4), ==, 0xcbf43926);    /* the CRC's own check value */
  g_assert_cmpuint (get (archive, 18, 4), ==, 9 + 12);
  g_assert_cmpuint (get (archive, 22, 4), ==, 9);
  g_assert_cmpmem ((const char *) g_bytes_get_data (archive, NULL) + 30, 5, "x.bin", 5);
  g_assert_cmphex (get (archive, directory, 4), ==, 0x02014b50);
  g_assert_cmphex (get (archive, end, 4), ==, 0x06054b50);
  g_assert_cmpuint (get (archive, end + 16, 4), ==, directory);
  g_assert_false (g_bytes_equal (archive, again)); /* its header is random */
  g_assert_null (g_strstr_len (g_bytes_get_data (archive, NULL), (gssize) size, "123456789"));
}

static void
test_sizes (void)
{
  g_autofree char *large = g_malloc0 (200000);
  static const gsize sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) archive = make (large, sizes[i]);
    g_assert_cmpuint (g_bytes_get_size (archive), ==, 30 + 5 + 12 + sizes[i] + 46 + 5 + 22);
    g_assert_cmpuint (get (archive, 22, 4), ==, sizes[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/locked-zip/layout", test_layout);
  g_test_add_func ("/mail/locked-zip/sizes", test_sizes);
  return g_test_run ();
}
