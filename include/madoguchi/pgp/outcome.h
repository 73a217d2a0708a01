/* outcome.h: what a decryption that failed means. Used by open.c. */
#pragma once

#include "madoguchi/pgp/data.h"
#include "madoguchi/pgp/result.h"
#include "madoguchi/pgp/status.h"

/* The MadoOutcome for the engine's error @problem; a sentence goes to @result where there is one to say. -1: it is our own
 * trouble and says nothing about the mail. @found: (nullable) what GPGME tells about the operation. */
int mado_pgp_outcome (gpgme_error_t problem, const MadoPgpSink *sink, gpgme_decrypt_result_t found, const MadoPgpStatus *status,
                      MadoPgpResult *result);
