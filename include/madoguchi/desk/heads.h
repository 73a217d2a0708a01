/* heads.h: the audit's heads: signed by the team's key each day and when a member asks, kept, and checked. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/audit.h"

typedef struct _MadoHeads MadoHeads;

/* (transfer full) of @desk, which must outlive it. */
MadoHeads *mado_heads_new (MadoDesk *desk);
void mado_heads_free (MadoHeads *heads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHeads, mado_heads_free)

/* @text: clear-signed; NULL when @error is set (NO: the audit is empty). */
typedef void (*MadoHeadsSigned) (gpointer data, const MadoAuditHead *head, const char *text, const GError *error);

/* Has the audit's head of now signed, and keeps it. */
void mado_heads_sign (MadoHeads *heads, MadoHeadsSigned done, gpointer data);

/* To be called now and then: signs when [audit] sign-every has passed since the last head and there are new lines. */
void mado_heads_tick (MadoHeads *heads);

/* @verdict: (transfer none) NULL when @error is set. */
typedef void (*MadoHeadsChecked) (gpointer data, const MadoAuditVerdict *verdict, const GError *error);

/* Recomputes the whole audit, against the heads in the store and against @texts (signed ones that were given out; NULL-terminated). One
 * at a time: others TEMP. */
void mado_heads_check (MadoHeads *heads, const char *const *texts, MadoHeadsChecked done, gpointer data);
