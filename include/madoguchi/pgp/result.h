/* result.h: what came of opening or verifying one piece of OpenPGP or S/MIME data, as facts. */
#pragma once

#include "madoguchi/model/report.h"

typedef struct {
  gboolean was_encrypted;   /* the packets said so */
  MadoOutcome outcome;
  MadoIntegrity integrity;
  char **encrypted_to;
  GPtrArray *signatures;    /* of MadoSignature; also for combined signatures */
  GBytes *plaintext;        /* of a decryption that ended well, else NULL */
  GPtrArray *problems;      /* of char: sentences for people */
} MadoPgpResult;

/* (transfer full) empty. */
MadoPgpResult *mado_pgp_result_new (void);
void mado_pgp_result_free (MadoPgpResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoPgpResult, mado_pgp_result_free)

/* Adds a sentence for people to its problems. */
void mado_pgp_result_say (MadoPgpResult *result, const char *sentence);
