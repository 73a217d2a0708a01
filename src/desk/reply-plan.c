/* reply-plan.c: see reply-plan.h. Called by verbs-reply.c. Must never let the text of an answer go out in the clear that
 * nobody agreed to, nor into a log. */
#include "madoguchi/desk/reply-plan.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/draft.h"
#include "madoguchi/desk/four-eyes.h"
#include "madoguchi/desk/key-choice.h"
#include "madoguchi/desk/key-step.h"
#include "madoguchi/desk/quote.h"
#include "madoguchi/desk/recipient.h"
#include "madoguchi/desk/reply-files.h"
#include "madoguchi/desk/reply-words.h"
#include "madoguchi/desk/seek-rule.h"
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define MAX_KNOWN 10 /* keys that one address is known by */

struct _MadoReplyPlan {
  MadoDesk *desk;
  gint64 incident;
  char *author, *token;
  MadoReplyWish *wish;
  MadoIncident *summary;
  GPtrArray *recipients; /* of MadoRecipient */
  GPtrArray *replies;    /* of MadoReply, those that are planned */
  GPtrArray *notes;      /* of char *, beside them; nullable members */
  MadoKeyStep *step;     /* of the next one */
  guint idle;
  MadoReplyPreview *preview;
  MadoReplyPlanDone done;
  gpointer data;
};

void
mado_reply_plan_free (MadoReplyPlan *plan)
{
  if (plan == NULL)
    return;
  g_clear_handle_id (&plan->idle, g_source_remove);
  mado_key_step_free (plan->step);
  g_free (plan->author);
  g_free (plan->token);
  mado_reply_wish_free (plan->wish);
  mado_incident_free (plan->summary);
  g_clear_pointer (&plan->recipients, g_ptr_array_unref);
  g_clear_pointer (&plan->replies, g_ptr_array_unref);
  g_clear_pointer (&plan->notes, g_ptr_array_unref);
  mado_reply_preview_free (plan->preview);
  g_free (plan);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoReplyPlan, mado_reply_plan_free)

/* --- who ------------------------------------------------------------------------------------------------ */

static gboolean
is_named (const GPtrArray *recipients, const char *address)
{
  for (guint i = 0; i < recipients->len; i++)
    if (mado_text_same_address (((const MadoRecipient *) recipients->pdata[i])->address, address))
      return TRUE;
  return FALSE;
}

static gboolean
gather_recipients (MadoReplyPlan *plan, GError **error)
{
  MadoStore *store = plan->desk->store;
  g_autoptr (GPtrArray) mails = mado_recipient_list_mails (store, plan->incident, error);

  if (mails == NULL)
    return FALSE;
  if (plan->wish->to[0] == NULL) {
    MadoRecipient *recipient = mado_recipient_choose (store, &plan->desk->settings, mails, error);
    if (recipient != NULL)
      g_ptr_array_add (plan->recipients, recipient);
    return recipient != NULL;
  }
  for (char **address = plan->wish->to; *address != NULL; address++) {
    if (is_named (plan->recipients, *address))
      continue;
    MadoRecipient *recipient = mado_recipient_name (store, mails, *address, error);
    if (recipient == NULL)
      return FALSE;
    g_ptr_array_add (plan->recipients, recipient);
  }
  return TRUE;
}

static MadoDraftWords
get_words (const MadoReplyPlan *plan, const MadoRecipient *recipient)
{
  return (MadoDraftWords){ .author = plan->author, .text = plan->preview->text, .subject = plan->wish->subject,
                           .thread_subject = plan->summary->subject,
                           .is_subject_secret = plan->summary->encryption != MADO_ENCRYPTION_NONE,
                           .ticket = plan->summary->ticket, .token = plan->token,
                           .address = plan->desk->settings.team[0], .recipient = recipient->address,
                           .report = recipient->report };
}

/* What they hold has a table of its own. */
static void
add_files (GPtrArray *to, const GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++) {
    const MadoReplyFile *file = files->pdata[i];
    MadoReplyFile *light = mado_reply_file_new ();
    light->name = g_strdup (file->name);
    light->type = g_strdup (file->type);
    light->sha256 = g_strdup (file->sha256);
    light->size = file->size;
    g_ptr_array_add (to, light);
  }
}

/* Nobody's directory is asked about a ticket that is marked so that it must not be known. */
static gboolean
may_look_up (const MadoReplyPlan *plan, const MadoRecipient *recipient)
{
  const MadoDeskSettings *settings = &plan->desk->settings;

  if (recipient->report != NULL)
    return mado_seek_rule_allows_for (settings, recipient->report, recipient->address);
  return mado_tlp_level (plan->summary->tlp) < mado_tlp_level ("TLP:RED") && mado_seek_rule_allows (settings, recipient->address);
}

/* (transfer full) the answer to number @index, with what is known of keys for it. */
static MadoReply *
make_reply (const MadoReplyPlan *plan, guint index, GError **error)
{
  const MadoRecipient *recipient = plan->recipients->pdata[index];
  MadoDraftWords words = get_words (plan, recipient);
  g_autoptr (GPtrArray) known = mado_store_list_known_keys (plan->desk->store, recipient->address, MAX_KNOWN, error);
  g_autoptr (MadoReply) reply = NULL;

  if (known == NULL)
    return NULL;
  reply = mado_draft_reply (&words);
  add_files (reply->files, plan->wish->files);
  g_autoptr (MadoReport) nothing = recipient->report == NULL ? mado_reply_words_blank (recipient->address) : NULL;
  g_ptr_array_extend_and_steal (reply->candidates,
                                mado_key_choice_gather (recipient->report != NULL ? recipient->report : nothing, known));
  reply->may_look_up = may_look_up (plan, recipient);
  return g_steal_pointer (&reply);
}

/* --- with which key ------------------------------------------------------------------------------------- */

static void plan_next (MadoReplyPlan *plan);

/* What is quoted belongs to one recipient; it is shown as it will be sent. */
static void
add_quote (MadoReplyPlan *plan, const MadoRecipient *recipient, MadoReply *reply, MadoReplyTo *to)
{
  g_autoptr (GError) error = NULL;

  if (plan->recipients->len > 1)
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_NO, "nothing can be quoted: there is more than one recipient");
  if (error != NULL || !mado_quote_check (recipient->report, reply, &error)) {
    if (to->problem == NULL)
      to->problem = g_strdup (error->message);
    return;
  }
  g_free (reply->text);
  reply->text = mado_quote_add (plan->wish->text, recipient->report);
  g_free (plan->preview->text);
  plan->preview->text = g_strdup (reply->text);
}

static void
on_key_waits (gpointer data)
{
  (void) data; /* the member waits, too */
}

static void
on_key (gpointer data, MadoReply *reply, char *note, const GError *error)
{
  MadoReplyPlan *plan = data;
  const MadoRecipient *recipient = plan->recipients->pdata[plan->replies->len];

  if (reply == NULL) {
    plan->done (plan->data, error); /* may free the plan */
    return;
  }
  MadoDraftWords words = get_words (plan, recipient);
  mado_draft_title (reply, &words);
  MadoReplyTo *to = mado_reply_words_describe (&plan->desk->settings, reply, recipient->report, note, plan->wish->plain_ok);
  if (plan->wish->quote)
    add_quote (plan, recipient, reply, to);
  g_ptr_array_add (plan->preview->recipients, to);
  g_ptr_array_add (plan->replies, reply);
  g_ptr_array_add (plan->notes, note);
  plan_next (plan);
}

static gboolean
may_be_together (const MadoReply *reply)
{
  return reply->encrypt_to != NULL && g_strcmp0 (reply->key_protocol, "smime") != 0;
}

/* All of them get the first one's mail, encrypted to every key, or nobody gets anything: one who has none would take it from the
 * others. A key that only a mail brings along stays out of the ring, and only the first one can have such a one. */
static void
join (MadoReplyPlan *plan)
{
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new (), keys = g_strv_builder_new ();
  MadoReply *first = plan->replies->pdata[0];

  for (guint i = 0; i < plan->replies->len; i++) {
    const MadoReply *reply = plan->replies->pdata[i];
    MadoReplyTo *to = plan->preview->recipients->pdata[i];
    if (to->problem == NULL && (!may_be_together (reply) || (i > 0 && reply->key_block != NULL)))
      to->problem = g_strdup ("not together with others: that needs an OpenPGP key in the keyring for each of them");
    if (i == 0)
      continue;
    g_strv_builder_add (addresses, reply->recipient);
    g_strv_builder_add (keys, reply->encrypt_to != NULL ? reply->encrypt_to : "");
  }
  g_strfreev (first->together);
  first->together = g_strv_builder_end (addresses);
  g_strfreev (first->together_keys);
  first->together_keys = g_strv_builder_end (keys);
  for (guint i = 0; i < plan->replies->len; i++)
    mado_reply_words_join (plan->preview->recipients->pdata[i], first);
}

static gboolean
on_next (gpointer data)
{
  MadoReplyPlan *plan = data;
  g_autoptr (GError) error = NULL;

  plan->idle = 0;
  g_clear_pointer (&plan->step, mado_key_step_free);
  if (plan->replies->len == plan->recipients->len) {
    if (plan->wish->together && plan->replies->len > 1)
      join (plan);
    plan->done (plan->data, NULL);
    return G_SOURCE_REMOVE;
  }
  MadoReply *reply = make_reply (plan, plan->replies->len, &error);
  if (reply == NULL)
    plan->done (plan->data, error);
  else
    plan->step = mado_key_step_start (plan->desk, reply, on_key_waits, on_key, plan);
  return G_SOURCE_REMOVE;
}

/* Not from within the step that is to be freed. */
static void
plan_next (MadoReplyPlan *plan)
{
  plan->idle = g_idle_add (on_next, plan);
}

/* --- the plan ------------------------------------------------------------------------------------------- */

static gboolean
check_wish (const MadoReplyWish *wish, GError **error)
{
  if (wish->text == NULL || wish->text[strspn (wish->text, " \t\r\n")] == '\0')
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "an answer without text");
  else if (wish->quote && strlen (wish->text) > MADO_REPLY_TEXT_MAX / 4)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "the text is too long to quote a mail below it");
  else
    return TRUE;
  return FALSE;
}

static gboolean
prepare (MadoReplyPlan *plan, GError **error)
{
  MadoStore *store = plan->desk->store;

  if (!check_wish (plan->wish, error) || !mado_reply_files_check (plan->desk->conf, plan->wish->files, error))
    return FALSE;
  plan->summary = mado_store_load_summary (store, plan->incident, error);
  plan->token = plan->summary != NULL ? mado_store_load_token (store, plan->incident, error) : NULL;
  if (plan->token == NULL || !gather_recipients (plan, error))
    return FALSE;
  plan->preview->ticket = g_strdup (plan->summary->ticket);
  plan->preview->version = plan->summary->version;
  plan->preview->text = g_strdup (plan->wish->text);
  add_files (plan->preview->files, plan->wish->files);
  plan->preview->approval
      = g_strdup (mado_four_eyes_needed (plan->desk->settings.approval, plan->summary->tlp) ? "needed" : "no");
  return TRUE;
}

MadoReplyPlan *
mado_reply_plan_start (MadoDesk *desk, gint64 incident, const char *author, MadoReplyWish *wish, MadoReplyPlanDone done,
                       gpointer data, GError **error)
{
  g_autoptr (MadoReplyPlan) plan = g_new0 (MadoReplyPlan, 1);

  plan->desk = desk;
  plan->incident = incident;
  plan->author = g_strdup (author);
  plan->wish = wish;
  plan->recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_recipient_free);
  plan->replies = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_reply_free);
  plan->notes = g_ptr_array_new_with_free_func (g_free);
  plan->preview = mado_reply_preview_new ();
  plan->done = done;
  plan->data = data;
  if (!prepare (plan, error))
    return NULL;
  plan_next (plan);
  return g_steal_pointer (&plan);
}

const MadoReplyPreview *
mado_reply_plan_preview (const MadoReplyPlan *plan)
{
  return plan->preview;
}

MadoReplyWish *
mado_reply_plan_wish (MadoReplyPlan *plan)
{
  return plan->wish;
}

gboolean
mado_reply_plan_needs_approval (const MadoReplyPlan *plan)
{
  /* the mark may be another one than when keys were looked for */
  g_autoptr (MadoIncident) now = mado_store_load_summary (plan->desk->store, plan->incident, NULL);

  return mado_four_eyes_needed (plan->desk->settings.approval, now != NULL ? now->tlp : "TLP:RED");
}

gboolean
mado_reply_plan_check (const MadoReplyPlan *plan, GError **error)
{
  for (guint i = 0; i < plan->preview->recipients->len; i++) {
    const MadoReplyTo *to = plan->preview->recipients->pdata[i];
    if (to->problem == NULL)
      continue;
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: %s; nothing was sent", to->address, to->problem);
    return FALSE;
  }
  return TRUE;
}

/* The ticket shows that something happened, and has another version. */
static gboolean
move_on (MadoReplyPlan *plan, gint64 now, GError **error)
{
  MadoStore *store = plan->desk->store;
  g_autoptr (MadoIncident) summary = mado_store_load_summary (store, plan->incident, error);

  if (summary == NULL)
    return FALSE;
  gboolean waits = plan->wish->waiting && (strcmp (summary->state, "new") == 0 || strcmp (summary->state, "open") == 0);
  g_autofree char *text = g_strdup_printf ("State: waiting (was %s), for an answer", summary->state);
  return mado_store_set_state (store, plan->incident, waits ? "waiting" : summary->state, now, error)
         && (!waits || mado_store_add_event (store, plan->incident, plan->author, text, now, error));
}

static gboolean
write_one (MadoReplyPlan *plan, guint index, gint64 now, GError **error)
{
  MadoStore *store = plan->desk->store;
  const MadoRecipient *recipient = plan->recipients->pdata[index];
  const char *note = plan->notes->pdata[index];
  MadoReply *reply = plan->replies->pdata[index];

  mado_draft_name (reply, plan->token, plan->desk->settings.team[0], now);
  return mado_store_add_draft (store, plan->incident, recipient->queue_id, reply, now, error)
         && mado_store_add_answer_files (store, plan->incident, plan->wish->files, error)
         && (note == NULL || mado_store_add_event (store, plan->incident, NULL, note, now, error));
}

gboolean
mado_reply_plan_write (MadoReplyPlan *plan, gint64 incident, GError **error)
{
  gint64 now = plan->desk->now ();

  if (incident != plan->incident) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "the ticket was merged into another one meanwhile: look at it again");
    return FALSE;
  }
  gboolean is_one = ((const MadoReply *) plan->replies->pdata[0])->together[0] != NULL;
  for (guint i = 0; i < plan->replies->len && (i == 0 || !is_one); i++)
    if (!write_one (plan, i, now, error))
      return FALSE;
  return move_on (plan, now, error);
}

char **
mado_reply_plan_ids (const MadoReplyPlan *plan)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < plan->replies->len; i++) {
    const MadoReply *reply = plan->replies->pdata[i];
    if (reply->message_id != NULL)
      g_strv_builder_add (ids, reply->message_id);
  }
  return g_strv_builder_end (ids);
}
