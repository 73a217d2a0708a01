/* store-feed.h: reports of machines that make no ticket (feed.h), as they are listed. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/feed.h"
#include "madoguchi/model/report.h"

/* Writes down the records of @report, of the mail @queue_id, instead of those that were there. */
gboolean mado_store_put_feed (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error);

/* (transfer full) of MadoFeed, newest first. @after: (nullable) the queue id behind which the page begins; the reports of one
 * mail are never torn apart, so that a page may be somewhat longer than @limit. */
GPtrArray *mado_store_list_feeds (MadoStore *store, const char *after, gint64 limit, GError **error);
