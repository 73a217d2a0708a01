/* markup.h: what our readers of HTML and of XML share: libxml2, loaded by the process that needs it, and a look for what
 * would cost it too much. Knows nothing of mail. */
#pragma once

#include <glib.h>

typedef struct {
  const char *name;
  void *to; /* of a pointer to that function */
} MadoMarkupSymbol;

/* Loads libxml2 and fills in @symbols. FALSE: there is none. It stays loaded as long as this process lives. That there is
 * no room for it ends the process, as it does for everything else that is allocated. */
gboolean mado_markup_load (const MadoMarkupSymbol *symbols, gsize n);

/* Is there a tag with more than @max attributes in @text? The parser compares each of a tag's attributes with all others.
 * Reads each byte once. */
gboolean mado_markup_has_flood (const char *text, guint max);
