/* refresh.h: the keys of reporters are looked for again: when a member asks, and by itself, once a day, when one is about to
 * end. The same key is brought up to date; another one is a candidate with a warning and takes nobody's place. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/key.h"

typedef struct _MadoRefresher MadoRefresher;

/* (transfer full) looks by itself every hour. */
MadoRefresher *mado_refresher_new (MadoDesk *desk);
/* Whoever waits hears no more. */
void mado_refresher_free (MadoRefresher *refresher);

typedef struct {
  char *address;
  char *fingerprint; /* of the key that is known for it; NULL: of none */
} MadoRefreshTarget;

/* (transfer full) whom to look for, of MadoRefreshTarget. @keys: of MadoKey, the ring; @known: of MadoKnownKey. @subject: an
 * address, a fingerprint, or NULL: every key of a reporter, which is one that an address is pinned to, that the team
 * certified, that a directory gave, or that an address signed with. @before: only keys that end before then or have ended;
 * 0: all. Revoked and distrusted keys are not looked for, nor is what is ours. Pure. */
GPtrArray *mado_refresh_choose (const GPtrArray *keys, const GPtrArray *known, const char *subject, gint64 before);

/* @results: of MadoFoundKey, one line for each key, or for an address without one. @left: addresses that are still to be
 * looked for, which goes on. @error: the keyring does not tell its keys. */
typedef void (*MadoRefreshDone) (gpointer data, const GPtrArray *results, guint left, const GError *error);

/* Looks for the keys of @subject (as above). @done is called once, never from within start (), after @seconds at the
 * latest. */
void mado_refresher_start (MadoRefresher *refresher, const char *subject, guint seconds, MadoRefreshDone done, gpointer data);

/* What the clock starts every hour. For tests. */
void mado_refresher_check (MadoRefresher *refresher);
