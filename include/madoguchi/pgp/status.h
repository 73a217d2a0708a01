/* status.h: what gpg says while it works, where GPGME's results tell too little: whether a signature stands inside of
 * the encryption that was opened, whether there was an encryption at all, which primary key a signature belongs to. */
#pragma once

#include <gpgme.h>

#include <glib.h>

typedef struct {
  guint decryptions;            /* encrypted data that was opened */
  guint open;                   /* of these, how many are not at their end yet */
  guint plaintexts;             /* texts that gpg wrote out */
  gboolean has_bad_mdc;         /* encrypted data were not whole, or gpg did not find their end */
  gboolean has_bad_signature;   /* a signature is wrong: in batch mode gpg stops there */
  gboolean has_loose_signature; /* a signature stands outside of encrypted data that was opened */
  char *opened_by;              /* fingerprint of the key that decrypted last; NULL: none */
  GHashTable *primaries;        /* fingerprint of a key that signed -> of its primary key, as gpg checked it */
} MadoPgpStatus;

/* Lets @context report to @status, which must live as long as it does. Errors of GPGME. */
gpgme_error_t mado_pgp_status_watch (gpgme_ctx_t context, MadoPgpStatus *status);

/* Forgets the last operation. */
void mado_pgp_status_reset (MadoPgpStatus *status);

/* Takes one status line: its keyword, and the rest. Nothing in @args but fixed words and hexadecimal digits is used. */
void mado_pgp_status_take (MadoPgpStatus *status, const char *keyword, const char *args);

/* (transfer none, nullable) the primary key of the key @fingerprint, for a signature whose mathematics came out right. */
const char *mado_pgp_status_primary (const MadoPgpStatus *status, const char *fingerprint);

void mado_pgp_status_clear (MadoPgpStatus *status);
