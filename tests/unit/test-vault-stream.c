/* test-vault-stream.c: files of every size come back; any change, cut, swap or move is refused. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/vault/stream.h"

#include <string.h>
#include <unistd.h>

#define PLACE "archive"
#define PIECE (64 * 1024)

static GBytes *
make (gsize size)
{
  guint8 *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 31 + i / 251);
  return g_bytes_new_take (bytes, size);
}

static GBytes *
all_of (int fd)
{
  GBytes *bytes = NULL;

  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_assert_true (mado_fsio_read_all (fd, 16 * 1024 * 1024, &bytes, NULL));
  return bytes;
}

static GBytes *
seal (const MadoVault *vault, const char *row, GBytes *plain)
{
  int from = mado_fsio_memfd ("plain", plain, NULL), to = mado_fsio_memfd ("sealed", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_vault_seal_file (vault, PLACE, row, from, to, &error));
  g_assert_no_error (error);
  g_assert_cmpint (mado_vault_key_of_file (to), ==, mado_vault_current_key (vault));
  g_assert_cmpint (mado_vault_key_of_file (from), ==, 0);
  GBytes *sealed = all_of (to);
  close (from);
  close (to);
  return sealed;
}

/* NULL: refused. */
static GBytes *
open_as (const MadoVault *vault, const char *place, const char *row, GBytes *sealed)
{
  int from = mado_fsio_memfd ("sealed", sealed, NULL), to = mado_fsio_memfd ("plain", NULL, NULL);
  g_autoptr (GError) error = NULL;
  GBytes *plain = NULL;

  if (mado_vault_open_file (vault, place, row, from, to, &error))
    plain = all_of (to);
  else
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  close (from);
  close (to);
  return plain;
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 2000, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * PIECE + 7 };
  g_autoptr (MadoVault) vault = mado_vault_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) plain = make (sizes[i]), sealed = seal (vault, "one", plain), again = open_as (vault, PLACE, "one", sealed);
    gsize pieces = MAX (1, (sizes[i] + PIECE - 1) / PIECE);
    g_assert_nonnull (again);
    g_assert_true (g_bytes_equal (plain, again));
    g_assert_cmpuint (g_bytes_get_size (sealed), ==, MADO_VAULT_STREAM_HEAD + sizes[i] + pieces * 17);
  }
}

static void
test_moved (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new (), other = mado_vault_new ();
  g_autoptr (GBytes) plain = make (2000), sealed = seal (vault, "one", plain);

  g_assert_null (open_as (vault, PLACE, "two", sealed));
  g_assert_null (open_as (vault, "elsewhere", "one", sealed));
  g_assert_null (open_as (other, PLACE, "one", sealed));
  g_assert_null (open_as (vault, PLACE, "one", plain));
}

static void
test_changed (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (GBytes) plain = make (3 * PIECE + 100), sealed = seal (vault, "one", plain);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (sealed, &size);
  const gsize ends[] = { 0, 10, MADO_VAULT_STREAM_HEAD, MADO_VAULT_STREAM_HEAD + 5, MADO_VAULT_STREAM_HEAD + PIECE + 17,
                         MADO_VAULT_STREAM_HEAD + 3 * (PIECE + 17), size - 1 };

  for (gsize at = 0; at < size; at += at < 64 ? 1 : 4999) {
    guint8 *copy = g_memdup2 (bytes, size);
    copy[at] ^= 1;
    g_autoptr (GBytes) changed = g_bytes_new_take (copy, size);
    g_assert_null (open_as (vault, PLACE, "one", changed));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autoptr (GBytes) cut = g_bytes_new (bytes, ends[i]);
    g_assert_null (open_as (vault, PLACE, "one", cut));
  }
  g_autofree guint8 *longer = g_malloc0 (2 * size);
  memcpy (longer, bytes, size);
  memcpy (longer + size, bytes + MADO_VAULT_STREAM_HEAD, size - MADO_VAULT_STREAM_HEAD);
  g_autoptr (GBytes) one_more = g_bytes_new (longer, size + 1), twice = g_bytes_new (longer, 2 * size - MADO_VAULT_STREAM_HEAD);
  g_assert_null (open_as (vault, PLACE, "one", one_more));
  g_assert_null (open_as (vault, PLACE, "one", twice));
}

/* Pieces of the same file in another order, and those of another file of the same name. */
static void
test_swapped (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (GBytes) plain = make (3 * PIECE), one = seal (vault, "one", plain), two = seal (vault, "one", plain);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (one, &size), *others = g_bytes_get_data (two, NULL);
  g_autofree guint8 *swapped = g_memdup2 (bytes, size), *mixed = g_memdup2 (bytes, size);
  guint8 *first = swapped + MADO_VAULT_STREAM_HEAD;

  memcpy (first, bytes + MADO_VAULT_STREAM_HEAD + PIECE + 17, PIECE + 17);
  memcpy (first + PIECE + 17, bytes + MADO_VAULT_STREAM_HEAD, PIECE + 17);
  memcpy (mixed + MADO_VAULT_STREAM_HEAD, others + MADO_VAULT_STREAM_HEAD, PIECE + 17);
  g_autoptr (GBytes) a = g_bytes_new (swapped, size), b = g_bytes_new (mixed, size);
  g_assert_null (open_as (vault, PLACE, "one", a));
  g_assert_null (open_as (vault, PLACE, "one", b));
}

static void
test_rotated (void)
{
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (GBytes) plain = make (100), old = seal (vault, "one", plain);

  g_assert_true (mado_vault_rotate (vault, NULL));
  g_autoptr (GBytes) new = seal (vault, "one", plain), again = open_as (vault, PLACE, "one", old);
  g_assert_nonnull (again);
  mado_vault_retire (vault);
  g_assert_null (open_as (vault, PLACE, "one", old));
  g_autoptr (GBytes) kept = open_as (vault, PLACE, "one", new);
  g_assert_nonnull (kept);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vault/stream/sizes", test_sizes);
  g_test_add_func ("/vault/stream/moved", test_moved);
  g_test_add_func ("/vault/stream/changed", test_changed);
  g_test_add_func ("/vault/stream/swapped", test_swapped);
  g_test_add_func ("/vault/stream/rotated", test_rotated);
  return g_test_run ();
}
