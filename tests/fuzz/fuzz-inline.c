/* Fuzz target: the finder of OpenPGP blocks in texts, and the reader of the keys that stand there. */
#include "madoguchi/mail/inline.h"
#include "madoguchi/pgp/offered.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
check_block (const MadoInlineBlock *block, const char *text)
{
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  g_autoptr (GBytes) plain = NULL;

  if (block->kind == MADO_INLINE_OUTSIDE)
    return;
  /* What an engine is given is one block, and nothing else. */
  again = mado_inline_find (block->armor, strlen (block->armor), 10);
  if (again->len != 1 || ((MadoInlineBlock *) g_ptr_array_index (again, 0))->kind != block->kind)
    abort ();
  if (block->kind == MADO_INLINE_SIGNED)
    plain = mado_inline_unescape (text + block->text_start, block->text_size);
  if (plain != NULL && g_bytes_get_size (plain) > block->text_size)
    abort ();
  mado_offered_read ((const guint8 *) block->armor, strlen (block->armor), "inline", 10, keys);
  if (keys->len > 10)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GPtrArray) blocks = mado_inline_find ((const char *) bytes, size, 50);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  gsize end = 0;

  for (guint i = 0; i < blocks->len; i++) {
    const MadoInlineBlock *block = g_ptr_array_index (blocks, i);
    if (block->start != end || block->size == 0)
      abort ();
    end = block->start + block->size;
    check_block (block, (const char *) bytes);
  }
  if (end != size || blocks->len > 101)
    abort ();
  mado_offered_read (bytes, size, "attached", 10, keys);
  return keys->len > 10 ? (abort (), 0) : 0;
}
