/* test-base-wiping.c: what is freed is wiped, what grows and shrinks keeps what it held, and what is freed twice ends the program. */
#include "madoguchi/base/wiping.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 200

/* The compiler shall not know what these do. */
static void (*volatile drop) (void *) = free;
static void *(*volatile resize) (void *, size_t) = realloc;

static void
test_wiped (void)
{
  volatile char *text = malloc (SIZE);
  guint left = 0;

  if (!mado_wiping_is_on ()) {
    g_test_skip ("not in this build");
    free ((void *) text);
    return;
  }
  memset ((void *) text, 'x', SIZE);
  drop ((void *) text);
  for (guint i = 0; i < SIZE; i++)
    left += text[i] == 'x';
  g_assert_cmpuint (left, ==, 0);
}

static void
test_resized (void)
{
  char *text = malloc (SIZE);

  memset (text, 'x', SIZE);
  for (gsize size = SIZE; size > 0; size /= 3) {
    text = resize (text, size * 2);
    g_assert_nonnull (text);
    g_assert_cmpint (text[0], ==, 'x');
    text = resize (text, size);
    g_assert_cmpint (text[size - 1], ==, 'x');
  }
  free (text);
  free (resize (NULL, 1));
}

static void
test_twice (void)
{
  if (!mado_wiping_is_on ()) {
    g_test_skip ("not in this build");
    return;
  }
  if (g_test_subprocess ()) {
    void *text = malloc (SIZE);
    drop (text);
    drop (text);
    exit (0);
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*double free*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wiping/wiped", test_wiped);
  g_test_add_func ("/wiping/resized", test_resized);
  g_test_add_func ("/wiping/twice", test_twice);
  return g_test_run ();
}
