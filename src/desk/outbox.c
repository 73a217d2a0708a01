/* outbox.c: see outbox.h. */
#include "madoguchi/desk/outbox.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/key-step.h"
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-outbox.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_SECONDS 1
#define WRITE_AGAIN_SECONDS 5
#define MAX_WORDS 500 /* of a server's reply, in the ticket */
#define LOST_PAUSE 1  /* seconds, after a role went away in the middle */

struct _MadoOutbox {
  MadoDesk *desk;
  GHashTable *items; /* row id -> Item, those that a role or the batch works on */
  guint n_sealing, n_sending; /* at the roles */
  gboolean may_draft, may_ready; /* perhaps rows are due: worth a look */
  guint timer;
};

typedef enum { SEALING, SENDING } Step;

typedef struct {
  MadoOutbox *outbox;
  MadoOutboxItem *row;
  Step step;
  GBytes *sealed;
  MadoKeyStep *key_step;
  MadoReply *reply; /* with the key that was chosen; NULL: as it is stored */
  char *note;       /* for the thread, about that key */
  MadoReply *again; /* a draft made anew */
  char *why;        /* of a failure */
  gint64 when;      /* next attempt; 0: never again */
  gint64 started;   /* monotonic */
  gboolean is_waiting; /* for a directory: not counted as being sealed */
  gboolean is_back; /* the role is done with it: it is only written down */
  MadoBatchApply apply; /* of what happened and must be written down */
  guint timer;          /* to write it down again */
} Item;

static void fill_signer (MadoOutbox *outbox);
static void fill_sender (MadoOutbox *outbox);

static void
item_free (Item *item)
{
  g_clear_handle_id (&item->timer, g_source_remove);
  mado_outbox_item_free (item->row);
  g_clear_pointer (&item->sealed, g_bytes_unref);
  mado_key_step_free (item->key_step);
  mado_reply_free (item->reply);
  g_free (item->note);
  mado_reply_free (item->again);
  g_free (item->why);
  g_free (item);
}

static Item *
item_new (MadoOutbox *outbox, MadoOutboxItem *row, Step step)
{
  Item *item = g_new0 (Item, 1);

  item->outbox = outbox;
  item->row = mado_outbox_item_copy (row);
  item->step = step;
  item->started = g_get_monotonic_time ();
  *(step == SEALING ? &outbox->n_sealing : &outbox->n_sending) += 1;
  g_hash_table_insert (outbox->items, &item->row->id, item);
  return item;
}

/* The role is free for the next one. */
static void
come_back (Item *item)
{
  if (!item->is_back)
    *(item->step == SEALING ? &item->outbox->n_sealing : &item->outbox->n_sending) -= 1;
  item->is_back = TRUE;
}

/* The store is up to date: whatever comes next begins there. */
static void
release (Item *item)
{
  MadoOutbox *outbox = item->outbox;

  come_back (item);
  g_hash_table_remove (outbox->items, &item->row->id); /* frees it */
  fill_sender (outbox);
  fill_signer (outbox);
}

static void on_written (gpointer data, const GError *error);

static gboolean
on_write_again (gpointer data)
{
  Item *item = data;

  item->timer = 0;
  mado_batch_add (item->outbox->desk->batch, item->apply, on_written, item);
  return G_SOURCE_REMOVE;
}

static void
on_written (gpointer data, const GError *error)
{
  Item *item = data;

  if (error == NULL) {
    item->outbox->may_draft |= item->again != NULL;
    release (item);
    return;
  }
  /* It happened, so it must be written down, however long the disk is full; until then nobody takes the row. */
  mado_log (MADO_LOG_ERROR, item->row->queue_id, "outbox-not-stored", "why=\"%s\"", error->message);
  item->timer = g_timeout_add_seconds (WRITE_AGAIN_SECONDS, on_write_again, item);
}

static void
write_down (Item *item, MadoBatchApply apply)
{
  item->apply = apply;
  come_back (item);
  mado_batch_add_lazy (item->outbox->desk->batch, apply, on_written, item);
  fill_sender (item->outbox);
  fill_signer (item->outbox);
}

/* --- what did not work ---------------------------------------------------------------------------------- */

static gboolean
apply_failure (gpointer data, GError **error)
{
  Item *item = data;
  MadoStore *store = item->outbox->desk->store;

  if (item->when != 0)
    return mado_store_set_retry (store, item->row->id, item->why, item->when, error);
  g_autofree char *text = g_strdup_printf ("The answer to %s was not %s: %s",
                                           item->row->recipient != NULL ? item->row->recipient : "somebody",
                                           item->step == SEALING ? "signed" : "delivered", item->why);
  return mado_store_set_failed (store, item->row->id, item->why, error)
         && mado_store_drop_answer_files (store, item->row->id, error)
         && mado_store_tell_of_answer (store, item->row->id, text, item->outbox->desk->now (), error);
}

/* Again later, or never: the code alone decides, and the age of the answer. */
static void
fail (Item *item, const GError *error)
{
  const MadoDeskSettings *settings = &item->outbox->desk->settings;
  gint64 now = item->outbox->desk->now ();
  int code = error->domain == MADO_ERROR ? error->code : MADO_ERROR_BUG;
  g_autofree char *visible = mado_text_escape_line (error->message);

  item->why = mado_text_truncate (visible, MAX_WORDS);
  if (code == MADO_ERROR_UNAVAILABLE)
    item->when = now + LOST_PAUSE;
  else if (code == MADO_ERROR_PERM || code == MADO_ERROR_LIMIT || now >= item->row->created + settings->give_up)
    item->when = 0;
  else
    item->when = now + mado_outbox_pause (item->row->attempts + 1, settings->retry_first, settings->retry_max);
  /* What a mail server said may quote the recipient or the Reply-To: that is for the ticket, not for the log. */
  mado_log (item->when != 0 && item->step == SENDING ? MADO_LOG_INFO : MADO_LOG_WARNING, item->row->queue_id,
            item->when != 0 ? "answer-delayed" : "answer-failed",
            "step=%s attempt=%" G_GINT64_FORMAT " again_s=%" G_GINT64_FORMAT " code=%s why=\"%s\"",
            item->step == SEALING ? "seal" : "send", item->row->attempts + 1, item->when != 0 ? item->when - now : 0,
            mado_error_name (code), item->step == SEALING ? item->why : "");
  write_down (item, apply_failure);
}

/* --- sending -------------------------------------------------------------------------------------------- */

static gboolean
apply_sent (gpointer data, GError **error)
{
  Item *item = data;

  return mado_store_set_sent (item->outbox->desk->store, item->row->id, item->outbox->desk->now (), error);
}

static void
on_sent (gpointer data, MadoPacket *answer, const GError *error)
{
  Item *item = data;

  (void) answer;
  if (error != NULL) {
    fail (item, error);
    return;
  }
  g_autofree char *id = mado_outbox_log_id (item->row->message_id);
  mado_log (MADO_LOG_INFO, item->row->queue_id, "sent",
            "answer=%s attempt=%" G_GINT64_FORMAT " send_ms=%.1f age_s=%" G_GINT64_FORMAT, id,
            item->row->attempts + 1, (g_get_monotonic_time () - item->started) / 1000.0,
            MAX (0, item->outbox->desk->now () - item->row->created));
  write_down (item, apply_sent);
}

/* The store says "sending" by now. */
static void
send_item (Item *item)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReply) stored
      = item->row->automatic ? NULL : mado_store_load_reply (item->outbox->desk->store, item->row->id, NULL);
  g_autofree char *sender = mado_outbox_sender (item->outbox->desk->conf, stored);
  g_auto (GStrv) recipients = mado_outbox_recipients (item->row->recipient, stored);
  GVariantDict dict;
  int fd = mado_fsio_memfd ("answer", item->sealed, &error);

  if (fd < 0) {
    fail (item, error);
    return;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "message_id", "s", item->row->message_id);
  g_variant_dict_insert (&dict, "sender", "s", sender);
  g_variant_dict_insert_value (&dict, "recipients", g_variant_new_strv ((const char *const *) recipients, -1));
  mado_pool_submit (item->outbox->desk->sender, "send", g_variant_dict_end (&dict), fd, FALSE, on_sent, item);
  close (fd);
}

static gboolean
apply_sending (gpointer data, GError **error)
{
  Item *item = data;

  if (item->sealed == NULL)
    item->sealed = mado_store_load_sealed (item->outbox->desk->store, item->row->id, error);
  return item->sealed != NULL && mado_store_set_sending (item->outbox->desk->store, item->row->id, error);
}

static gboolean
on_release (gpointer data)
{
  Item *item = data;

  item->timer = 0;
  item->outbox->may_ready = item->outbox->may_draft = TRUE;
  release (item);
  return G_SOURCE_REMOVE;
}

/* The store took nothing, so nothing happened: again after a pause. Until then the item keeps its place at the role,
 * so that a full disk is not asked by everybody as fast as they can. */
static void
release_later (Item *item, const GError *error)
{
  mado_log (MADO_LOG_ERROR, item->row->queue_id, "outbox-not-stored", "why=\"%s\"", error->message);
  item->timer = g_timeout_add_seconds (WRITE_AGAIN_SECONDS, on_release, item);
}

static void
on_sending_stored (gpointer data, const GError *error)
{
  if (error == NULL)
    send_item (data);
  else if (g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM)) /* what is stored does not open, now or ever */
    fail (data, error);
  else
    release_later (data, error);
}

/* --- sealing -------------------------------------------------------------------------------------------- */

static guint
get_send_room (const MadoOutbox *outbox)
{
  guint most = 4; /* jobs queued at the one sender */

  return outbox->n_sending < most ? most - outbox->n_sending : 0;
}

/* How the answer is protected, as members see it in its thread. */
static gboolean
store_key (Item *item, GError **error)
{
  MadoStore *store = item->outbox->desk->store;

  return item->reply == NULL
         || (mado_store_replace_draft (store, item->row->id, item->reply, error)
             && (item->note == NULL
                 || mado_store_tell_of_answer (store, item->row->id, item->note, item->outbox->desk->now (), error)));
}

static gboolean
apply_sealed (gpointer data, GError **error)
{
  Item *item = data;
  MadoStore *store = item->outbox->desk->store;

  return store_key (item, error) && mado_store_set_sealed (store, item->row->id, item->sealed, item->outbox->desk->now (), error)
         && mado_store_drop_answer_files (store, item->row->id, error)
         && (item->step != SENDING || mado_store_set_sending (store, item->row->id, error));
}

static void
on_sealed_stored (gpointer data, const GError *error)
{
  Item *item = data;

  if (error != NULL) {
    release_later (item, error);
    return;
  }
  g_autofree char *answer = mado_outbox_log_id (item->row->message_id);
  const MadoReply *reply = item->reply;
  mado_log (MADO_LOG_INFO, item->row->queue_id, "sealed", "answer=%s key=%s source=%s seal_ms=%.1f size=%" G_GSIZE_FORMAT, answer,
            reply != NULL && reply->encrypt_to != NULL ? reply->encrypt_to : "-",
            reply != NULL && reply->key_source != NULL ? reply->key_source : "-",
            (g_get_monotonic_time () - item->started) / 1000.0, g_bytes_get_size (item->sealed));
  if (item->step != SENDING) {
    item->outbox->may_ready = item->outbox->may_draft = TRUE;
    release (item);
    return;
  }
  item->row->attempts = 0; /* those of sealing */
  item->started = g_get_monotonic_time ();
  send_item (item);
  fill_signer (item->outbox);
}

static gboolean
apply_downgrade (gpointer data, GError **error)
{
  Item *item = data;
  MadoStore *store = item->outbox->desk->store;

  return mado_store_replace_draft (store, item->row->id, item->again, error)
         && mado_store_tell_of_answer (store, item->row->id, item->why, item->outbox->desk->now (), error);
}

/* GnuPG cannot use the key after all (the ring has changed meanwhile): the next best one is chosen, and the answer goes
 * without content instead of not at all when there is none. TRUE: that is under way. */
static gboolean
downgrade (Item *item, const GError *error)
{
  const char *key = item->reply != NULL ? item->reply->encrypt_to : NULL;

  if (!g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM) || key == NULL || !item->row->automatic)
    return FALSE; /* what a member wrote goes to the key that he was shown, or not at all */
  item->again = mado_store_load_reply (item->outbox->desk->store, item->row->id, NULL);
  if (item->again == NULL || g_strv_contains ((const char *const *) item->again->unusable, key))
    return FALSE;
  item->why = g_strdup_printf ("The answer could not be encrypted to the key %s (%s)", key, item->reply->key_source);
  mado_log (MADO_LOG_WARNING, item->row->queue_id, "answer-downgraded", "key=%s", key);
  g_autoptr (GStrvBuilder) unusable = g_strv_builder_new ();
  g_strv_builder_addv (unusable, (const char **) item->again->unusable);
  g_strv_builder_add (unusable, key);
  g_strfreev (item->again->unusable);
  item->again->unusable = g_strv_builder_end (unusable);
  write_down (item, apply_downgrade);
  return TRUE;
}

static void
on_sealed (gpointer data, MadoPacket *answer, const GError *error)
{
  Item *item = data;
  MadoOutbox *outbox = item->outbox;
  g_autoptr (GError) problem = NULL;

  if (error != NULL) {
    if (!downgrade (item, error))
      fail (item, error);
    return;
  }
  if (item->reply != NULL)
    mado_outbox_lighten (item->reply);
  item->sealed = mado_outbox_read_sealed (answer, &problem);
  if (item->sealed == NULL) {
    fail (item, problem);
    return;
  }
  if (get_send_room (outbox) > 0) { /* sealed and sending in one transaction */
    item->step = SENDING;
    outbox->n_sealing--;
    outbox->n_sending++;
    fill_signer (outbox);
  }
  mado_batch_add (outbox->desk->batch, apply_sealed, on_sealed_stored, item);
}

/* Somebody's directory is asked: meanwhile the signer is free for others. */
static void
on_key_waits (gpointer data)
{
  Item *item = data;

  item->is_waiting = TRUE;
  item->outbox->n_sealing--;
  item->outbox->may_draft = TRUE;
  fill_signer (item->outbox);
}

static void
on_key (gpointer data, MadoReply *reply, char *note, const GError *error)
{
  Item *item = data;

  if (item->is_waiting)
    item->outbox->n_sealing++;
  item->is_waiting = FALSE;
  if (reply == NULL) {
    fail (item, error);
    return;
  }
  item->note = note;
  item->reply = reply;
  mado_pool_submit (item->outbox->desk->signer, "seal", mado_reply_to_variant (reply), -1, FALSE, on_sealed, item);
}

static void
seal_item (Item *item)
{
  MadoDesk *desk = item->outbox->desk;
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReply) reply = mado_store_load_reply (desk->store, item->row->id, &error);

  if (reply == NULL || !mado_store_fill_answer_files (desk->store, item->row->id, reply->files, &error)) {
    fail (item, error);
  } else if (mado_key_step_is_needed (reply)) {
    item->key_step = mado_key_step_start (desk, g_steal_pointer (&reply), on_key_waits, on_key, item);
  } else {
    mado_pool_submit (desk->signer, "seal", mado_reply_to_variant (reply), -1, FALSE, on_sealed, item);
    if (!reply->is_automatic) /* stored again without what only the signer needs */
      item->reply = g_steal_pointer (&reply);
  }
}

/* --- what is due ---------------------------------------------------------------------------------------- */

static gboolean
is_known (MadoOutbox *outbox, const MadoOutboxItem *row)
{
  return g_hash_table_contains (outbox->items, &row->id);
}

static GPtrArray *
list_due (MadoOutbox *outbox, const char *state, guint room, gboolean *may_be)
{
  g_autoptr (GError) error = NULL;
  guint limit = room + g_hash_table_size (outbox->items);
  GPtrArray *rows = NULL;

  if (room > 0 && *may_be && !outbox->desk->is_draining)
    rows = mado_store_list_due (outbox->desk->store, state, outbox->desk->now (), limit, &error);
  if (rows != NULL && rows->len < limit) /* all of them: until something new happens, or the timer */
    *may_be = FALSE;
  if (error != NULL)
    mado_log (MADO_LOG_ERROR, NULL, "outbox-not-read", "why=\"%s\"", error->message);
  return rows;
}

/* For whom it is does not open: it goes to nobody, and the others go on. */
static gboolean
is_whole (Item *item)
{
  g_autoptr (GError) error = NULL;

  if (item->row->recipient != NULL && item->row->message_id != NULL)
    return TRUE;
  g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_PERM, "what is stored of it does not belong there, or was changed");
  fail (item, error);
  return FALSE;
}

static void
fill_signer (MadoOutbox *outbox)
{
  guint most = outbox->desk->settings.workers * 2 + 2;
  guint room = outbox->n_sealing < most ? most - outbox->n_sealing : 0;
  g_autoptr (GPtrArray) rows = list_due (outbox, "draft", room, &outbox->may_draft);

  for (guint i = 0; rows != NULL && i < rows->len && room > 0; i++) {
    if (is_known (outbox, rows->pdata[i]))
      continue;
    room--;
    Item *item = item_new (outbox, rows->pdata[i], SEALING);
    if (is_whole (item))
      seal_item (item);
  }
}

static void
fill_sender (MadoOutbox *outbox)
{
  guint room = get_send_room (outbox);
  g_autoptr (GPtrArray) rows = list_due (outbox, "ready", room, &outbox->may_ready);

  for (guint i = 0; rows != NULL && i < rows->len && room > 0; i++) {
    if (is_known (outbox, rows->pdata[i]))
      continue;
    Item *item = item_new (outbox, rows->pdata[i], SENDING);
    room--;
    if (is_whole (item))
      mado_batch_add (outbox->desk->batch, apply_sending, on_sending_stored, item);
  }
}

void
mado_outbox_kick (MadoOutbox *outbox)
{
  outbox->may_draft = outbox->may_ready = TRUE;
  fill_sender (outbox);
  fill_signer (outbox);
}

static gboolean
on_timer (gpointer data)
{
  mado_outbox_kick (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
recover (MadoDesk *desk, GError **error)
{
  gint64 count = 0;

  if (!mado_store_begin (desk->store, error))
    return FALSE;
  if (!mado_store_recover_outbox (desk->store, &count, error) || !mado_store_commit (desk->store, error)) {
    mado_store_rollback (desk->store);
    return FALSE;
  }
  if (count > 0)
    mado_log (MADO_LOG_INFO, NULL, "recovered", "sending=%" G_GINT64_FORMAT, count);
  return TRUE;
}

MadoOutbox *
mado_outbox_new (MadoDesk *desk, GError **error)
{
  MadoOutbox *outbox;

  if (!recover (desk, error))
    return NULL;
  outbox = g_new0 (MadoOutbox, 1);
  outbox->desk = desk;
  outbox->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) item_free);
  outbox->timer = g_timeout_add_seconds (CHECK_SECONDS, on_timer, outbox);
  return outbox;
}

void
mado_outbox_free (MadoOutbox *outbox)
{
  if (outbox == NULL)
    return;
  g_clear_handle_id (&outbox->timer, g_source_remove);
  g_hash_table_destroy (outbox->items);
  g_free (outbox);
}

guint
mado_outbox_busy (const MadoOutbox *outbox)
{
  return g_hash_table_size (outbox->items);
}
