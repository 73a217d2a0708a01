/* store-words.h: the index of words (FTS5). It keeps, for each message of a thread, keyed hashes of the words in it and how often
 * they stand there, in the order of the hashes: no word, and not which follows which.
 *
 * A message is in the index when the transaction that added it is committed (mado_store_commit () sees to it). Whoever changes
 * or removes what a message says calls _forget before and _add after it. Stores of before have a backlog.
 */
#pragma once

#include "madoguchi/desk/store.h"

/* The message @entry (its id in the thread) is about to change or to go: nothing of it stays in the index. Must see it as it
 * was when it was added. One that is not in the index: nothing happens. */
gboolean mado_store_forget_words (MadoStore *store, gint64 entry, GError **error);

/* The message @entry says something new. */
gboolean mado_store_add_words (MadoStore *store, gint64 entry, GError **error);

/* The same for the mail @queue_id, wherever it stands; a mail in no thread: nothing happens. */
gboolean mado_store_forget_mail_words (MadoStore *store, const char *queue_id, GError **error);
gboolean mado_store_add_mail_words (MadoStore *store, const char *queue_id, GError **error);

/* Most words of one message that are kept (the first ones). */
void mado_store_set_max_words (MadoStore *store, gsize max);

/* How many entries of threads still have to be looked at: 0: the index is complete. */
gboolean mado_store_count_backlog (MadoStore *store, gint64 *count, GError **error);

/* Looks at up to @limit of them, the newest first, in the transaction that is open. @left: are there more? */
gboolean mado_store_work_backlog (MadoStore *store, gint64 limit, gboolean *left, GError **error);

/* All messages of @incident are about to be erased: forgets each, and has the keeper throw away what that leaves in old pages of
 * the index. */
gboolean mado_store_erase_words (MadoStore *store, gint64 incident, GError **error);

/* Some of that work, in the transaction that is open. @left: is there more to do? */
gboolean mado_store_compact_words (MadoStore *store, gboolean *left, GError **error);
