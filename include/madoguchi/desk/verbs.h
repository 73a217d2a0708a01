/* verbs.h: what members may ask of the keeper: one function for each word of ipc/peer.h. */
#pragma once

#include "madoguchi/desk/control.h"

typedef void (*MadoVerb) (MadoCall *call);

/* NULL: no such word. */
MadoVerb mado_verbs_find (const char *name);

/* (nullable, of the request) a string argument; NULL when it is absent or empty. */
const char *mado_verbs_string (const MadoCall *call, const char *name);

/* The incident that the argument "ticket" names. FALSE: the call was failed. */
gboolean mado_verbs_ticket (MadoCall *call, gint64 *incident);

/* (transfer floating) {items aa{sv}}. @items: of records of @type. */
GVariant *mado_verbs_items (const MadoRecordType *type, GPtrArray *items);
