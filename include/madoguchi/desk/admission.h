/* admission.h: may this one ask? Looked up anew for every question, so that who left is out at once. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/member.h"

#include <sys/types.h>

/* May a process of @uid, whom the host calls @login (NULL: nothing), use @verb?
 * While nobody was ever a member: everything but making members, which is for who runs the host. Then: a member what
 * the table says (permissions.h).
 * @asker: (out, transfer full, nullable) the member; NULL while there are none, or for the host.
 * Errors: DENIED, in words for who asks; TEMP. */
gboolean mado_admission_check (const MadoDesk *desk, const char *login, uid_t uid, const char *verb, MadoMember **asker,
                               GError **error);
