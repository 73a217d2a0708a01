/* permissions.h: one table: which role may use which word of the keeper (ipc/peer.h). Pure. docs/members.md shows it as
 * mado_permissions_document () writes it.
 *
 * It holds from the first member on; before, whoever reaches the socket may ask everything.
 */
#pragma once

#include "madoguchi/model/member.h"

/* Who is no member and runs the host: root, or, where all roles share one user (a demonstration), that user. */
#define MADO_PERMISSIONS_HOST MADO_MEMBER_ROLES

/* May @role (or MADO_PERMISSIONS_HOST) use @verb? A verb that the table does not know: nobody. */
gboolean mado_permissions_allow (const char *verb, int role);

/* What becomes of @verb where it asks of an incident that is restricted to others (need.h). */
typedef enum {
  MADO_SCOPE_TICKET,  /* it is refused */
  MADO_SCOPE_HOUSE,   /* it asks of no incident */
  MADO_SCOPE_MANY,    /* it asks of many: those are veiled or left out */
  MADO_SCOPE_VEIL,    /* it says that the incident exists, and no more */
  MADO_SCOPE_ORPHAN,  /* it is refused, unless nobody is named who can act */
  MADO_SCOPE_LEADERS  /* commander and administrator may */
} MadoScope;

/* A word that the table does not know: MADO_SCOPE_TICKET. */
MadoScope mado_permissions_scope (const char *verb);

/* (transfer full) all that @role may use, in the table's order. */
char **mado_permissions_list (int role);

/* (nullable) word number @index of the table. */
const char *mado_permissions_verb (gsize index);

/* (static) what becomes of @verb where an incident is restricted to others, in words. */
const char *mado_permissions_scope_words (const char *verb);

/* (transfer full) the titles of all that may use @verb: "PoC", "handler", ..., "host". */
char **mado_permissions_titles (const char *verb);

/* (transfer full) the table in Markdown. */
char *mado_permissions_document (void);
