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

/* (transfer full) all that @role may use, in the table's order. */
char **mado_permissions_list (int role);

/* (nullable) word number @index of the table. */
const char *mado_permissions_verb (gsize index);

/* (transfer full) the table in Markdown. */
char *mado_permissions_document (void);
