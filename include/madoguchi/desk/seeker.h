/* seeker.h: the keeper looks for somebody's key: the sender asks the directories, the keyring takes what they give. One
 * look-up for an address at a time, its outcome remembered in the store; whoever waits for it waits a bounded time. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/key.h"

typedef struct _MadoSeeker MadoSeeker;

/* (transfer full) looks nothing up by itself. */
MadoSeeker *mado_seeker_new (MadoDesk *desk);
/* Whoever waits hears no more. */
void mado_seeker_free (MadoSeeker *seeker);

/* How it ended: "found"; "none": no directory has a key; "failed"; "late": not yet, and whoever asked cannot wait longer;
 * "off": this address is not looked up. @keys: of MadoFoundKey, what was found just now, with warnings of key continuity;
 * empty also when an earlier look-up counts still. @reason: (nullable) of "failed". */
typedef void (*MadoSeekerDone) (gpointer data, const char *outcome, const GPtrArray *keys, const char *reason);

/* Looks for keys of @address. @done is called once, never from within ask (), after [discovery] wait at the latest, unless
 * forget () was called with @data before. */
void mado_seeker_ask (MadoSeeker *seeker, const char *address, MadoSeekerDone done, gpointer data);

/* The same whatever is remembered, and however long it takes. @fingerprint: (nullable) a known key, which the key server is
 * asked for by name when the directories did not give it. */
void mado_seeker_refresh (MadoSeeker *seeker, const char *address, const char *fingerprint, MadoSeekerDone done, gpointer data);

/* @data hears no more; the look-up goes on. */
void mado_seeker_forget (MadoSeeker *seeker, gpointer data);

/* Has the sender ask for @address, one of the team's, as anybody would; what it gives is @done's to compare: nothing is
 * remembered or taken into the ring. FALSE: no directory is configured. */
gboolean mado_seeker_look_up_own (MadoSeeker *seeker, const char *address, MadoPoolDone done, gpointer data);
