/* renewal.h: seals in the background, bit by bit, what a former data key sealed, and archived mails that no key sealed (they are
 * of versions before). Goes on after a restart where something is left; retires the former keys when nothing is. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/rewrap.h"
#include "madoguchi/model/vault-status.h"

typedef struct _MadoRenewal MadoRenewal;

/* (transfer full) begins by itself when something is left. @desk must outlive it. Errors: TEMP. */
MadoRenewal *mado_renewal_new (MadoDesk *desk, GError **error);
void mado_renewal_free (MadoRenewal *renewal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoRenewal, mado_renewal_free)

/* Wraps the keys for the present keys of the team; with @rotate a new data key first, and everything is sealed anew by it in the
 * background. @done: when the new file is in place. Errors: NO while another change of keys is under way; LIMIT. */
void mado_renewal_rewrap (MadoRenewal *renewal, gboolean rotate, MadoRewrapDone done, gpointer data);

/* (transfer full) how things are. Errors: TEMP. */
MadoVaultStatus *mado_renewal_status (MadoRenewal *renewal, GError **error);
