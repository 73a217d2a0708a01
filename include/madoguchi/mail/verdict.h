/* verdict.h: the summary of what cryptography proved, from the layers alone (contract, madoguchi.open/1).
 *
 * Pure: no mail, no engine, no clock. Nothing a sender writes comes here but his address, to be compared. */
#pragma once

#include "madoguchi/model/report.h"
#include "madoguchi/pgp/key-index.h"

typedef struct {
  MadoEncryption encryption;
  MadoSignatureStatus signature;
  MadoSigner *signer; /* (transfer full) NULL when no accepted signature is bound to a known key */
} MadoVerdict;

/* Judges @layers (of MadoLayer, outermost first) for a mail whose single sender is @from; NULL when it has none
 * or several: then nothing is good. Signatures whose key speaks for @from become good. @keys: nullable. */
void mado_verdict_judge (GPtrArray *layers, const char *from, const MadoKeyIndex *keys, MadoVerdict *verdict);

/* Has @layer a signature that is good, whoever made it? */
gboolean mado_verdict_is_signed (const MadoLayer *layer);
