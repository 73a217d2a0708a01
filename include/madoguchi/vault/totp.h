/* totp.h: the six digits of a member's second device (RFC 6238: HMAC-SHA-1, 30 seconds). */
#pragma once

#include <glib.h>

#define MADO_TOTP_SECRET_SIZE 20 /* bytes, RFC 4226, 4 */

/* A new random secret. */
void mado_totp_new_secret (guint8 secret[MADO_TOTP_SECRET_SIZE]);

/* (transfer full) the secret in base32 without padding (RFC 4648, 6), as people type it. */
char *mado_totp_base32 (const guint8 secret[MADO_TOTP_SECRET_SIZE]);

/* (transfer full) the otpauth: URI that devices read as a picture (Key URI Format: "issuer:account", each in percent-encoding,
 * without a colon of its own). */
char *mado_totp_uri (const guint8 secret[MADO_TOTP_SECRET_SIZE], const char *issuer, const char *login);

/* The code of @secret for time step @step (seconds since the epoch / 30), below 1,000,000. */
guint32 mado_totp_code (const guint8 secret[MADO_TOTP_SECRET_SIZE], gint64 step);

/* Is @code (digits; spaces are passed over) right at @now (seconds since the epoch), or one step before or after? A step counts
 * once (RFC 6238, 5.2): only one above @last is taken. @used: (out) it, set on success. */
gboolean mado_totp_check (const guint8 secret[MADO_TOTP_SECRET_SIZE], const char *code, gint64 now, gint64 last, gint64 *used);
