/* store-look-up.h: which addresses were looked up in key directories, with what outcome, and until when that counts: so
 * that nobody is asked twice for the same thing. */
#pragma once

#include "madoguchi/desk/store.h"

typedef struct {
  char *outcome; /* "found", "none", "failed"; NULL: not looked up, or long ago */
  gint64 made;   /* 0: never */
} MadoLookUp;

void mado_look_up_clear (MadoLookUp *look_up);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoLookUp, mado_look_up_clear)

/* What is remembered of @address (folded by the verb) at @now. */
gboolean mado_store_load_look_up (MadoStore *store, const char *address, gint64 now, MadoLookUp *look_up, GError **error);

/* Remembers @outcome of a look-up at @now, for @seconds. */
gboolean mado_store_save_look_up (MadoStore *store, const char *address, const char *outcome, gint64 now, gint64 seconds,
                                  GError **error);

/* Forgets what has not counted since @before. */
gboolean mado_store_purge_look_ups (MadoStore *store, gint64 before, GError **error);
