/* store-key.h: the keys that addresses are known by, and the warnings that mails got. See continuity.h. */
#pragma once

#include "madoguchi/desk/continuity.h"
#include "madoguchi/desk/store.h"

/* (transfer full) what @address (folded by the verb; NULL: every address) is known by: of MadoKnownKey, by address. */
GPtrArray *mado_store_list_known_keys (MadoStore *store, const char *address, gint64 limit, GError **error);

/* Remembers @key for @address, seen at @now, in the place of the one of its protocol. The same key again: when it was
 * first seen stays. */
gboolean mado_store_remember_key (MadoStore *store, const char *address, const MadoKnownKey *key, gint64 now,
                                  GError **error);

/* Forgets all that @address is known by. @count: how many keys. */
gboolean mado_store_forget_keys (MadoStore *store, const char *address, int *count, GError **error);

/* Says that the keys of a mail were looked at, with what outcome (@warning: nullable). @is_new: is this warning another
 * one than the mail had? */
gboolean mado_store_set_key_warning (MadoStore *store, const char *queue_id, const MadoKeyWarning *warning, gboolean *is_new,
                                     GError **error);

/* Were the keys of this mail looked at, and was nothing wrong? Then they are not looked at again: what the address is
 * known by may have changed since. */
gboolean mado_store_is_key_checked (MadoStore *store, const char *queue_id, gboolean *is_checked, GError **error);
