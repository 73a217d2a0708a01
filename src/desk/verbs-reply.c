/* verbs-reply.c: see verbs-reply.h. The plan says what may be sent (reply-plan.h), four-eyes who must look at it; here it is asked
 * for, shown, written. */
#include "madoguchi/desk/verbs-reply.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/four-eyes.h"
#include "madoguchi/desk/reply-files.h"
#include "madoguchi/desk/reply-plan.h"
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/desk/verbs-draft.h"

#include <string.h>

/* What a call carries from question to answer. */
typedef struct {
  MadoReplyPlan *plan;
  MadoDraft *draft;  /* that is sent; NULL: it comes with the question */
  gint64 revision;   /* that the question names; 0: none */
  char *waits;       /* name of the draft that another member has to approve now; NULL: the answer is on its way */
} Sending;

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  mado_reply_plan_free (sending->plan);
  mado_draft_free (sending->draft);
  g_free (sending->waits);
  g_free (sending);
}

/* Plans @wish (transfer full, nullable: then @error is set) in the name of @author; @done hears of it, or the call is failed. */
static void
plan (MadoCall *call, gint64 incident, const char *author, MadoReplyWish *wish, MadoReplyPlanDone done, GError *error)
{
  Sending *sending = call->data;
  g_autoptr (GError) problem = error;

  if (wish != NULL)
    sending->plan = mado_reply_plan_start (call->desk, incident, author, wish, done, call, &problem);
  if (sending->plan == NULL)
    mado_call_fail (call, problem);
}

/* FALSE: the call was failed. */
static gboolean
begin (MadoCall *call, gint64 *incident)
{
  if (!mado_verbs_ticket (call, incident))
    return FALSE;
  call->data = g_new0 (Sending, 1);
  call->free_data = sending_free;
  return TRUE;
}

/* --- preview, reply --------------------------------------------------------------------------------------- */

static void
on_previewed (gpointer data, const GError *error)
{
  MadoCall *call = data;
  const Sending *sending = call->data;

  if (error != NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_reply_preview_to_variant (mado_reply_plan_preview (sending->plan)), -1);
}

/* (transfer full) as the question says; files that it only names are those of the draft that "files_of" says. */
static MadoReplyWish *
read_wish (const MadoCall *call, gint64 incident, GError **error)
{
  g_autoptr (MadoReplyWish) wish = mado_reply_wish_from_variant (call->request.body, error);
  const char *of = mado_verbs_string (call, "files_of");

  if (wish == NULL || of == NULL)
    return g_steal_pointer (&wish);
  g_autoptr (MadoDraft) draft = mado_draft_look_up (call, incident, of, NULL, error);
  if (draft == NULL || !mado_store_fill_draft_files (call->desk->store, draft->id, draft->wish->files, error)
      || !mado_reply_files_take (wish->files, draft->wish->files, error))
    return NULL;
  return g_steal_pointer (&wish);
}

/* (transfer full) what the question wants: that of its draft, or its own; NULL with @error. */
static MadoReplyWish *
get_wish (MadoCall *call, gint64 incident, GError **error)
{
  Sending *sending = call->data;

  if (mado_verbs_string (call, "draft") == NULL)
    return read_wish (call, incident, error);
  sending->draft = mado_draft_find (call, incident, &sending->revision, error);
  if (sending->draft == NULL
      || !mado_store_fill_draft_files (call->desk->store, sending->draft->id, sending->draft->wish->files, error))
    return NULL;
  return mado_reply_wish_copy (sending->draft->wish);
}

static void
start (MadoCall *call, MadoReplyPlanDone done)
{
  GError *error = NULL;
  gint64 incident;

  if (!begin (call, &incident))
    return;
  MadoReplyWish *wish = get_wish (call, incident, &error);
  const Sending *sending = call->data;
  plan (call, incident, sending->draft != NULL ? sending->draft->author : call->member, wish, done, error);
}

void
mado_verb_reply_preview (MadoCall *call)
{
  start (call, on_previewed);
}

/* The transaction is over: the outbox may begin. */
static void
tell_sent (const MadoCall *call, GVariantDict *answer)
{
  const Sending *sending = call->data;
  const MadoReplyPreview *preview = mado_reply_plan_preview (sending->plan);
  g_auto (GStrv) ids = mado_reply_plan_ids (sending->plan);
  g_autoptr (GStrvBuilder) recipients = g_strv_builder_new (), keys = g_strv_builder_new ();

  for (guint i = 0; i < preview->recipients->len; i++) {
    const MadoReplyTo *to = preview->recipients->pdata[i];
    g_strv_builder_add (recipients, to->address);
    g_strv_builder_add (keys, to->encrypted_to != NULL ? to->encrypted_to : "");
  }
  g_auto (GStrv) addresses = g_strv_builder_end (recipients), fingerprints = g_strv_builder_end (keys);
  g_variant_dict_insert_value (answer, "recipients", g_variant_new_strv ((const char *const *) addresses, -1));
  g_variant_dict_insert_value (answer, "encrypted_to", g_variant_new_strv ((const char *const *) fingerprints, -1));
  g_variant_dict_insert_value (answer, "message_ids", g_variant_new_strv ((const char *const *) ids, -1));
  g_variant_dict_insert (answer, "draft", "s", sending->waits != NULL ? sending->waits : "");
  g_variant_dict_insert (answer, "approval", "s", sending->waits != NULL ? "needed" : "no");
  mado_outbox_kick (call->outbox);
}

/* Within the transaction: a draft of this call as it is now, not as it was when keys were looked for. */
static MadoDraft *
load_again (const MadoCall *call, gint64 incident, GError **error)
{
  const Sending *sending = call->data;
  MadoDraft *draft = mado_store_load_draft (call->desk->store, incident, sending->draft->id, error);

  if (draft == NULL || (draft->revision == sending->draft->revision && strcmp (draft->state, sending->draft->state) == 0))
    return draft;
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "it was changed meanwhile: it is %s now; look at it again, nothing was sent", draft->name);
  mado_draft_free (draft);
  return NULL;
}

/* Somebody who says which version of the ticket he saw knows what happened in it. */
static gboolean
check_conflict (const MadoCall *call, const MadoDraft *draft, GError **error)
{
  if (draft->conflict == NULL || mado_verbs_string (call, "if_version") != NULL)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: %s; look at the ticket, and send it with --if-version and the version that you saw",
               draft->name, draft->conflict);
  return FALSE;
}

/* It waits for another member from now on. @draft: as it is stored; NULL: it is not yet. */
static gboolean
ask_approval (const MadoCall *call, gint64 incident, MadoDraft *draft, GError **error)
{
  Sending *sending = call->data;
  g_autoptr (MadoDraft) made = NULL;

  if (draft == NULL) {
    draft = made = mado_draft_new ();
    made->author = g_strdup (call->member);
    made->wish = mado_reply_wish_copy (mado_reply_plan_wish (sending->plan));
    mado_four_eyes_void (made, call->member);
  }
  g_free (draft->state);
  draft->state = g_strdup (MADO_DRAFT_ASKED);
  if (!mado_store_put_draft (call->desk->store, incident, draft, call->desk->now (), error)
      || !mado_draft_tell (call, incident, draft, "Asked another member to approve", NULL, error))
    return FALSE;
  g_free (sending->waits);
  sending->waits = g_strdup (draft->name);
  return TRUE;
}

static gboolean
apply_reply (const MadoCall *call, gint64 incident, GError **error)
{
  const Sending *sending = call->data;
  g_autoptr (MadoDraft) draft = sending->draft != NULL ? load_again (call, incident, error) : NULL;

  if (sending->draft != NULL && (draft == NULL || !check_conflict (call, draft, error)))
    return FALSE;
  if (mado_reply_plan_needs_approval (sending->plan))
    return ask_approval (call, incident, draft, error);
  return mado_reply_plan_write (sending->plan, incident, error)
         && (draft == NULL || mado_store_end_draft (call->desk->store, draft->id, MADO_DRAFT_SENT, call->desk->now (), error));
}

/* TRUE: the plan stands, and @apply may be asked for. */
static void
go_on (MadoCall *call, const GError *error, gboolean (*apply) (const MadoCall *call, gint64 incident, GError **error))
{
  const Sending *sending = call->data;
  g_autoptr (GError) refusal = NULL;

  if (error != NULL || !mado_reply_plan_check (sending->plan, &refusal)) {
    mado_call_fail (call, error != NULL ? error : refusal);
    return;
  }
  call->tell = tell_sent;
  mado_verbs_change (call, apply);
}

static void
on_planned (gpointer data, const GError *error)
{
  go_on (data, error, apply_reply);
}

void
mado_verb_reply (MadoCall *call)
{
  start (call, on_planned);
}

/* --- drafts that are sent --------------------------------------------------------------------------------- */

void
mado_verb_draft_send (MadoCall *call)
{
  if (mado_verbs_string (call, "draft") == NULL)
    mado_verbs_fail_usage (call, "a draft is needed");
  else
    start (call, on_planned);
}

static gboolean
apply_approve (const MadoCall *call, gint64 incident, GError **error)
{
  const Sending *sending = call->data;
  g_autoptr (MadoDraft) draft = load_again (call, incident, error);

  return draft != NULL && mado_four_eyes_check (draft, sending->revision, call->member, error) && check_conflict (call, draft, error)
         && mado_draft_tell (call, incident, draft, "Approved", NULL, error)
         && mado_reply_plan_write (sending->plan, incident, error)
         && mado_store_end_draft (call->desk->store, draft->id, MADO_DRAFT_SENT, call->desk->now (), error);
}

static void
on_approvable (gpointer data, const GError *error)
{
  MadoCall *call = data;
  const Sending *sending = call->data;
  g_autoptr (GError) refusal = NULL;

  if (error == NULL && !mado_four_eyes_check (sending->draft, sending->revision, call->member, &refusal))
    error = refusal;
  go_on (call, error, apply_approve);
}

void
mado_verb_approve (MadoCall *call)
{
  if (mado_verbs_string (call, "draft") == NULL)
    mado_verbs_fail_usage (call, "a draft is needed");
  else
    start (call, on_approvable);
}
