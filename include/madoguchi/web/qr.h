/* qr.h: a text as a QR code (ISO/IEC 18004), as data: a page that may load no pictures draws it itself.
 *
 * Here and not in the keeper, who makes the secrets that are shown so: the page's server has the text in its hands anyway, and the
 * process that holds the vault's keys needs no library for pictures.
 */
#pragma once

#include <json-glib/json-glib.h>

/* Most modules of a side: more are too small for a phone before a screen. 25 versions, some 1400 characters of a URI. */
#define MADO_QR_MAX_SIZE 117

/* (transfer full, nullable) {"size": modules of a side, "rows": as many texts of as many "0" (light) and "1" (dark)}: @text at
 * error correction level M, without the quiet zone of four modules that a reader needs around it.
 * NULL: @text is empty, or too long for MADO_QR_MAX_SIZE. Safe to use from any thread. */
JsonNode *mado_qr_new (const char *text);
