/* need-keep.h: need-to-know when tickets become one, or mails move to another one: nobody reads afterwards what he might not read
 * before. Called within a transaction. */
#pragma once

#include "madoguchi/desk/store.h"

/* What holds before anything moves. */
typedef struct {
  GPtrArray *names;   /* of MadoNamed: who may read all of it; NULL: everybody */
  gboolean is_marked; /* by a member */
  char *reason;       /* of the mark; nullable */
} MadoNeedKept;
void mado_need_kept_clear (MadoNeedKept *kept);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoNeedKept, mado_need_kept_clear)

/* What @a and @b (0: none) come to together: who is named in both, where both are narrowed. @kept: cleared before. */
gboolean mado_need_keep (MadoStore *store, gint64 a, gint64 b, MadoNeedKept *kept, GError **error);

/* Narrows @incident as @kept says, after everything has moved. @is_out: its owner is none of those named (then nothing was
 * written). */
gboolean mado_need_apply (MadoStore *store, gint64 incident, const MadoNeedKept *kept, gboolean *is_out, GError **error);
