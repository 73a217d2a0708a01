/* store-each.h: which further tickets the reports of one mail made (each.h). */
#pragma once

#include "madoguchi/desk/store.h"

typedef struct {
  gint64 incident;
  gint64 record; /* number of its report in the mail, from 0 */
} MadoEach;

/* @incident is about report @record of the mail @queue_id, which is in another one. */
gboolean mado_store_add_each (MadoStore *store, gint64 incident, const char *queue_id, gint64 record, GError **error);

/* (transfer container) of MadoEach: the further incidents of a mail, in the order of its reports; without those that were
 * merged. */
GArray *mado_store_list_each (MadoStore *store, const char *queue_id, GError **error);

/* (transfer full) the tickets that came of the same mail as @incident, by name. */
char **mado_store_list_links (MadoStore *store, gint64 incident, GError **error);
