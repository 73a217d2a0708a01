/* store-token.h: members' tokens for scripts. The word itself is not kept, only its keyed hash. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/access-token.h"

/* Keeps @record; @token: the word (vault/token.h). Errors: NO when the member has one of that name; TEMP. */
gboolean mado_store_add_token (MadoStore *store, const MadoAccessToken *record, const char *token, GError **error);

/* @found: (out, transfer full) the one that @token is, if it is good at @now; else NULL. */
gboolean mado_store_find_access_token (MadoStore *store, const char *token, gint64 now, MadoAccessToken **found, GError **error);

/* (transfer full) those of @login (NULL: of all), by login and age. */
GPtrArray *mado_store_list_tokens (MadoStore *store, const char *login, GError **error);

/* It was used at @now. */
gboolean mado_store_touch_token (MadoStore *store, const char *token, gint64 now, GError **error);

/* @login's token called @name is gone. @count: (out) 0 when there was none. */
gboolean mado_store_remove_token (MadoStore *store, const char *login, const char *name, gint64 *count, GError **error);

/* All of @login are gone. */
gboolean mado_store_remove_tokens (MadoStore *store, const char *login, GError **error);
