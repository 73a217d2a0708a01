/* catalogue.c: see catalogue.h. The format is in the manual of gettext, "The Format of GNU MO Files": a magic number that tells the byte
 * order, a revision, and two tables of length and place, of the sentences and of their translations. */
#include "madoguchi/base/catalogue.h"

#include <string.h>

#define MAX_CATALOGUE (1024 * 1024)
#define MAX_SENTENCES 10000
#define MAGIC 0x950412deu
#define HEADER 20 /* bytes that are read of it: magic, revision, how many, where the sentences, where the translations are */

typedef struct {
  const guchar *bytes;
  gsize length;
  gboolean is_swapped;
} Catalogue;

/* @at: at least 4 bytes before the end. */
static guint32
read_number (const Catalogue *catalogue, gsize at)
{
  guint32 number;

  memcpy (&number, catalogue->bytes + at, sizeof number);
  return catalogue->is_swapped ? GUINT32_SWAP_LE_BE (number) : number;
}

/* (nullable) the text that entry @i of the table at @table names; NULL: it is not in the file, has no end, or another one before it is
 * over. A plural holds its forms one after the other, each with its end: that is @is_plural. */
static const char *
find_text (const Catalogue *catalogue, gsize table, guint32 i, gboolean *is_plural)
{
  gsize length = read_number (catalogue, table + 8 * (gsize) i), at = read_number (catalogue, table + 8 * (gsize) i + 4);

  if (at >= catalogue->length || length >= catalogue->length - at || catalogue->bytes[at + length] != '\0')
    return NULL;
  *is_plural = memchr (catalogue->bytes + at, '\0', length) != NULL;
  const char *text = (const char *) catalogue->bytes + at;
  return g_utf8_validate (text, -1, NULL) ? text : NULL;
}

/* Is a table of @count entries at @at within the file? */
static gboolean
has_table (const Catalogue *catalogue, gsize at, guint32 count)
{
  return at >= HEADER && at <= catalogue->length && (gsize) count * 8 <= catalogue->length - at;
}

static gboolean
open_catalogue (Catalogue *catalogue, GBytes *bytes)
{
  gsize length = 0;

  catalogue->bytes = g_bytes_get_data (bytes, &length);
  catalogue->length = length;
  if (length < HEADER || length > MAX_CATALOGUE)
    return FALSE;
  guint32 magic = read_number (catalogue, 0);
  catalogue->is_swapped = magic != MAGIC;
  return (magic == MAGIC || GUINT32_SWAP_LE_BE (magic) == MAGIC) && read_number (catalogue, 4) >> 16 <= 1
         && read_number (catalogue, 8) <= MAX_SENTENCES && has_table (catalogue, read_number (catalogue, 12), read_number (catalogue, 8))
         && has_table (catalogue, read_number (catalogue, 16), read_number (catalogue, 8));
}

gboolean
mado_catalogue_each (GBytes *bytes, MadoCatalogueEach each, gpointer data)
{
  Catalogue catalogue = { 0 };

  if (!open_catalogue (&catalogue, bytes))
    return FALSE;
  guint32 count = read_number (&catalogue, 8), sentences = read_number (&catalogue, 12), translations = read_number (&catalogue, 16);
  for (guint32 i = 0; i < count; i++) {
    gboolean is_plural = FALSE, is_form = FALSE;
    const char *sentence = find_text (&catalogue, sentences, i, &is_plural);
    const char *translation = find_text (&catalogue, translations, i, &is_form);
    if (sentence == NULL || translation == NULL)
      return FALSE;
    if (*sentence != '\0' && *translation != '\0' && !is_plural && !is_form && strchr (sentence, '\004') == NULL)
      each (data, sentence, translation);
  }
  return TRUE;
}
