/* words.h: encoded words (RFC 2047) and parameters (RFC 2231), with what real mailers make of them: words cut
 * inside a character, encoded words inside quoted parameters, unquoted values with spaces. Pure functions. */
#pragma once

#include <glib.h>

/* (transfer full) @text (UTF-8) with its encoded words decoded: neighbours of one charset are joined before they
 * are decoded. What is no encoded word stays as it is. */
char *mado_words_decode (const char *text);

/* (transfer full, nullable) the value of parameter @name in the field value @text ("type/subtype; a=b"), continued
 * and extended values put together (RFC 2231). */
char *mado_words_param (const char *text, const char *name);
