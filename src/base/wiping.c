/* wiping.c: see wiping.h. Part of the programs that need it, not of libbase.a. Called by everybody, in any thread: it must neither
 * allocate nor log. */
#include "madoguchi/base/wiping.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__) && !defined(MADO_SANITIZED)

#define IS_ON TRUE

/* Of the C library; free () is another name for it there. */
extern void __libc_free (void *pointer);

/* The C library writes a word of its own into what is free, by which it finds what is freed twice: to wipe that word would hide it. Set
 * once, before anything else runs; 0: it writes none. */
static size_t mark;

__attribute__ ((constructor)) static void
find_mark (void)
{
  volatile size_t *words = malloc (2 * sizeof (size_t));

  if (words == NULL)
    return;
  words[0] = words[1] = 0;
  __libc_free ((void *) words);
  mark = words[1];
}

void
free (void *pointer)
{
  int before = errno;

  if (pointer == NULL)
    return;
  if (mark == 0 || ((const size_t *) pointer)[1] != mark)
    explicit_bzero (pointer, malloc_usable_size (pointer));
  __libc_free (pointer);
  errno = before;
}

/* Where it grows, the old place is wiped; where it shrinks, the rest. */
void *
realloc (void *pointer, size_t size)
{
  size_t room = pointer != NULL ? malloc_usable_size (pointer) : 0;
  void *other;

  if (pointer == NULL)
    return malloc (size);
  if (size == 0) {
    free (pointer);
    return NULL;
  }
  if (size <= room && size >= room / 2) {
    explicit_bzero ((char *) pointer + size, room - size);
    return pointer;
  }
  other = malloc (size);
  if (other == NULL)
    return NULL;
  memcpy (other, pointer, MIN (size, room));
  free (pointer);
  return other;
}

#else

#define IS_ON FALSE

#endif

gboolean
mado_wiping_is_on (void)
{
  return IS_ON;
}
