/* catalogue.h: compiled catalogues of gettext (LANGUAGE.mo), read as a list. A catalogue is ours, and yet every number in it is checked.
 * Pure. */
#pragma once

#include <glib.h>

typedef void (*MadoCatalogueEach) (gpointer data, const char *sentence, const char *translation);

/* Calls @each for every translated sentence of @catalogue, in the file's order. The header, plurals, sentences with a context and those
 * whose text depends on the machine (PRId64) are left out. FALSE: no catalogue, cut off, or not UTF-8. */
gboolean mado_catalogue_each (GBytes *catalogue, MadoCatalogueEach each, gpointer data);
