/* words.h: the page's sentences in other languages, out of compiled gettext catalogues (LANGUAGE.mo), as the objects that the page asks
 * for. Read once at start; a catalogue is ours, and yet every number in it is checked. */
#pragma once

#include <glib.h>

/* (transfer full) a catalogue as a JSON object, English sentence -> translated one. The header, plurals and sentences with a context are
 * left out: the page has none. Errors: CONF (no catalogue, cut off, or not UTF-8). */
GBytes *mado_words_to_json (GBytes *catalogue, GError **error);

/* Adds /words.LANGUAGE.json for each LANGUAGE.mo of @directory to @assets (asset.h); a directory that is not there has none.
 * Errors: CONF. */
gboolean mado_words_add (GHashTable *assets, const char *directory, GError **error);

/* Adds /categories.json to @assets: what each category of incidents is called in English, classes before their values. */
void mado_words_add_categories (GHashTable *assets);
