/* store.h: where tickets, mails and answers rest. Narrow verbs; nothing above them knows SQL.
 *
 * The keeper is the only owner: it opens the store once and does everything from one thread. Verbs that change
 * something are called between _begin () and _commit (); what belongs together is one transaction (a report, its
 * thread, its incident and its answer). Every verb is idempotent or guarded by the state it finds, so replaying
 * a step after a crash changes nothing.
 *
 * store-mail.h: mails; store-incident.h: tickets and threads; store-outbox.h: answers;
 * store-case.h: by what incidents are recognised.
 */
#pragma once

#include "madoguchi/vault/vault.h"

typedef struct _MadoStore MadoStore;

/* (transfer full) the store at @url ("sqlite:PATH"), made (0600) or migrated when needed, and locked against a
 * second keeper. @prefix: of ticket names. @vault: (transfer none) seals what
 * it says; it outlives the store. Errors: CONF (url, or a newer schema), DENIED, TEMP. */
MadoStore *mado_store_open (const char *url, const char *prefix, MadoVault *vault, GError **error);
void mado_store_close (MadoStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoStore, mado_store_close)

/* One transaction at a time. After commit () the changes survive a power cut. Errors: TEMP. */
gboolean mado_store_begin (MadoStore *store, GError **error);
gboolean mado_store_commit (MadoStore *store, GError **error);
void mado_store_rollback (MadoStore *store);

/* Is the database whole (a full check; takes time with its size)? Errors: NO with the first finding; TEMP. */
gboolean mado_store_check (MadoStore *store, GError **error);

/* Was the store at @url written with a vault? No: there is none yet, or it is of a version before. Errors: CONF, TEMP. */
gboolean mado_store_is_sealed (const char *url, gboolean *is_sealed, GError **error);

/* @changed is called after each commit that touched tickets, threads, mails or answers; NULL: nobody listens. */
void mado_store_set_listener (MadoStore *store, void (*changed) (gpointer data), gpointer data);

/* The schema's number. */
int mado_store_schema (MadoStore *store);
