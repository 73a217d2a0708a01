/* language.h: which language a text is written in, by its letters: good enough to choose a template. */
#pragma once

#include <glib.h>

/* "ja", "en", "ko", "zh", "ru"...; NULL when it cannot be told. (transfer none, static) */
const char *mado_language_guess (const char *text);
