/* key-watch.h: the keeper's daily look at the team's own keys. It asks the keyring role for them, and tells when one
 * ends: in the log, and to whoever lists tickets or takes the account. What it tells is judged anew each time. */
#pragma once

#include "madoguchi/desk/desk.h"

/* (transfer full) nothing known yet. @desk must outlive it; its keyring and its clock are used. */
MadoKeyWatch *mado_key_watch_new (MadoDesk *desk);
void mado_key_watch_free (MadoKeyWatch *watch);

/* Asks the keyring again, unless a question is open. To be called at start and every some minutes: what members change
 * shows soon. The log is written once a day, and when something new is to be said. */
void mado_key_watch_tick (MadoKeyWatch *watch);

/* For tests, and for the keyring's answer: the own keys (of MadoOwnKey) as they are now. */
void mado_key_watch_take (MadoKeyWatch *watch, GPtrArray *own);

/* (transfer full) one sentence for each part of a key that somebody has to do something about; empty: none. */
char **mado_key_watch_notices (const MadoKeyWatch *watch);

/* When the keyring last told, seconds since the epoch; 0: never. */
gint64 mado_key_watch_seen (const MadoKeyWatch *watch);
