/* session.h: who asks through the page. madoguchi-web has nobody's rights: with every question it hands on the session of
 * whoever sits before the page, and the keeper looks up whose that is. */
#pragma once

#include "madoguchi/desk/control.h"

/* Is @verb one by which somebody comes in, or one that tells nothing, and that therefore needs no session? Only the page may use
 * those (ipc/peer.h). */
gboolean mado_session_is_entrance (const char *verb);

/* Makes whoever has the session or the token that @call names (not both; a token only within its scopes) the one who asks, if there
 * is one, it is not over, and the member may use the word. Errors: DENIED, TEMP. */
gboolean mado_session_admit (MadoCall *call, GError **error);

/* When a session ends that began at @begun, if it is used all the time (seconds). */
gint64 mado_session_until (const MadoDesk *desk, gint64 begun);
