/* key-step.h: the step before an answer is sealed: which key is it encrypted to? The keyring says what it knows of the
 * keys that the draft names, key-choice decides. Nothing is written: the outbox stores the outcome with the sealed mail. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/reply.h"

typedef struct _MadoKeyStep MadoKeyStep;

/* Called once, never from within start (). @reply: (transfer full) with its key, or without one and then with the template
 * for that, if it names one; NULL when @error is set. @note: (transfer full, nullable) what the thread should tell of it. */
typedef void (*MadoKeyStepDone) (gpointer data, MadoReply *reply, char *note, const GError *error);

/* Directories are being asked (seeker.h): it takes a while, and neither the keyring nor the signer is busy with it. Called at
 * most once, never from within start (). */
typedef void (*MadoKeyStepWaits) (gpointer data);

/* Has @reply's key to be chosen still? An answer that names its key, or
 * that is the same without one, is left alone. */
gboolean mado_key_step_is_needed (const MadoReply *reply);

/* (transfer full) chooses the key of @reply (transfer full). */
MadoKeyStep *mado_key_step_start (MadoDesk *desk, MadoReply *reply, MadoKeyStepWaits waits, MadoKeyStepDone done,
                                  gpointer data);

/* After done (), or when the desk goes down and nobody asks any more. */
void mado_key_step_free (MadoKeyStep *step);
