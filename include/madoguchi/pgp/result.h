/* result.h: what came of opening or verifying one piece of OpenPGP or S/MIME data, as facts. */
#pragma once

#include "madoguchi/model/report.h"

typedef struct {
  gboolean was_encrypted; /* the packets said so */
  MadoOutcome outcome;
  MadoIntegrity integrity;
  char **encrypted_to;
  guint trials; /* recipients whose key had to be found by trying */
  gboolean is_spent; /* the engine produced, or worked, more than it may for one mail */
  char *opened_by;       /* fingerprint of our key, primary or subkey, that decrypted it; NULL: none, or not told */
  GPtrArray *signatures; /* of MadoSignature; also for combined signatures */
  GBytes *plaintext; /* of a decryption that ended well, else NULL */
  GPtrArray *problems; /* of char: sentences for people */
} MadoPgpResult;

/* (transfer full) empty. */
MadoPgpResult *mado_pgp_result_new (void);
void mado_pgp_result_free (MadoPgpResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoPgpResult, mado_pgp_result_free)

/* Adds a sentence for people to its problems. */
void mado_pgp_result_say (MadoPgpResult *result, const char *sentence);

/* Ends the matter with @outcome and a sentence. Always TRUE: it is a result, no error. */
gboolean mado_pgp_result_settle (MadoPgpResult *result, MadoOutcome outcome, const char *sentence);

/* After an operation that failed, or gave more output than we take (@is_over): ends what is left of the engine, and notes
 * in @result what that says. TRUE when the engine had used up its processor time, and the outcome is settled. */
gboolean mado_pgp_result_end (MadoPgpResult *result, gboolean is_over);
