/* verbs-reply.c: see verbs-reply.h. The plan says what may be sent (reply-plan.h); here it is asked for, shown, written. */
#include "madoguchi/desk/verbs-reply.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/reply-plan.h"
#include "madoguchi/desk/verbs.h"

/* The plan of @call, which @done hears of; the call was failed when there is none. */
static void
start (MadoCall *call, MadoReplyPlanDone done)
{
  g_autoptr (GError) error = NULL;
  MadoReplyWish *wish;
  gint64 incident;

  if (!mado_verbs_ticket (call, &incident))
    return;
  wish = mado_reply_wish_from_variant (call->request.body, &error);
  if (wish != NULL)
    call->data = mado_reply_plan_start (call->desk, incident, call->member, wish, done, call, &error);
  if (call->data == NULL)
    mado_call_fail (call, error);
  else
    call->free_data = (GDestroyNotify) mado_reply_plan_free;
}

static void
on_previewed (gpointer data, const GError *error)
{
  MadoCall *call = data;

  if (error != NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_reply_preview_to_variant (mado_reply_plan_preview (call->data)), -1);
}

void
mado_verb_reply_preview (MadoCall *call)
{
  start (call, on_previewed);
}

static gboolean
apply_reply (const MadoCall *call, gint64 incident, GError **error)
{
  return mado_reply_plan_write (call->data, incident, error);
}

/* The transaction is over: the outbox may begin. */
static void
tell_sent (const MadoCall *call, GVariantDict *answer)
{
  const MadoReplyPreview *preview = mado_reply_plan_preview (call->data);
  g_auto (GStrv) ids = mado_reply_plan_ids (call->data);
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
  mado_outbox_kick (call->outbox);
}

static void
on_planned (gpointer data, const GError *error)
{
  MadoCall *call = data;
  g_autoptr (GError) refusal = NULL;

  if (error != NULL || !mado_reply_plan_check (call->data, &refusal)) {
    mado_call_fail (call, error != NULL ? error : refusal);
    return;
  }
  call->tell = tell_sent;
  mado_verbs_change (call, apply_reply);
}

void
mado_verb_reply (MadoCall *call)
{
  start (call, on_planned);
}
