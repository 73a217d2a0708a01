/* verbs.h: what members may ask of the keeper: one function for each word of ipc/peer.h. */
#pragma once

#include "madoguchi/desk/control.h"

typedef void (*MadoVerb) (MadoCall *call);

/* NULL: no such word. */
MadoVerb mado_verbs_find (const char *name);

/* (nullable) word number @index of the table. */
const char *mado_verbs_name (gsize index);

#define MADO_VERBS_MAX_LOGIN 64 /* bytes */

/* (nullable, of the request) a string argument; NULL when it is absent or empty. */
const char *mado_verbs_string (const MadoCall *call, const char *name);

/* The incident that the argument "ticket" names, when who asks may ask this of it (need.h). FALSE: the call was failed, or
 * answered with the veil. */
gboolean mado_verbs_ticket (MadoCall *call, gint64 *incident);

/* May who asks use this word on @incident? For words that name more than one; "ticket" itself is asked by the two functions
 * around this one. FALSE: DENIED (logged), TEMP. */
gboolean mado_verbs_may (const MadoCall *call, gint64 incident, GError **error);

/* (nullable, of the call) by whom store-need.h may be asked what may be read; NULL: everything. */
const char *mado_verbs_reader (const MadoCall *call);

/* The incident that the argument @name names, for what is about two of them; within a change, too. Errors: NO, USAGE; DENIED. */
gboolean mado_verbs_find_ticket (const MadoCall *call, const char *name, gint64 *incident, GError **error);

/* (transfer full, nullable) the number that the argument @name says: of @incident, or of one that is part of it now. */
char *mado_verbs_number (const MadoCall *call, const char *name);

/* A member's change of the incident that the argument "ticket" names: @apply is called within the next transaction, and the
 * call is answered after its commit with what the incident shows then (or the one that it has become part of), and with @call's
 * `more`. */
void mado_verbs_change (MadoCall *call, gboolean (*apply) (const MadoCall *call, gint64 incident, GError **error));

/* Fails the call: what it asks for makes no sense. */
void mado_verbs_fail_usage (MadoCall *call, const char *message);

/* (transfer floating) {items aa{sv}}. @items: of records of @type. */
GVariant *mado_verbs_items (const MadoRecordType *type, GPtrArray *items);
