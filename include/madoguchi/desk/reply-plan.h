/* reply-plan.h: from what a member wants to send to answers that may be sent: who gets it, with which key, what stands
 * outside, and what forbids it. The same way for the preview and for sending, so that what is shown is what happens. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/reply-preview.h"
#include "madoguchi/model/reply-wish.h"

typedef struct _MadoReplyPlan MadoReplyPlan;

/* The plan is whole: every recipient has a key or a reason. Called once, never from within start (). @error: (nullable) it
 * could not be made. */
typedef void (*MadoReplyPlanDone) (gpointer data, const GError *error);

/* (transfer full) begins to plan the answer of the member @author in the thread of @incident. @wish: (transfer full), also when
 * it fails. Errors: USAGE (an empty text, an address that is none), NO (nobody to answer), TEMP. */
MadoReplyPlan *mado_reply_plan_start (MadoDesk *desk, gint64 incident, const char *author, MadoReplyWish *wish,
                                      MadoReplyPlanDone done, gpointer data, GError **error);

/* Also while it is being made: then nobody is called. */
void mado_reply_plan_free (MadoReplyPlan *plan);

/* (transfer none) what the member is shown. */
const MadoReplyPreview *mado_reply_plan_preview (const MadoReplyPlan *plan);

/* (transfer none) what it was made of; its files are measured now. */
MadoReplyWish *mado_reply_plan_wish (MadoReplyPlan *plan);

/* Must another member say yes first, as the ticket is marked now? */
gboolean mado_reply_plan_needs_approval (const MadoReplyPlan *plan);

/* May it be sent? Errors: NO, saying for whom it may not, and why. */
gboolean mado_reply_plan_check (const MadoReplyPlan *plan, GError **error);

/* Writes the answers into the outbox, each with its line in the thread, within the caller's transaction. Errors: NO (the
 * thread is another one's by now), TEMP. */
gboolean mado_reply_plan_write (MadoReplyPlan *plan, gint64 incident, GError **error);

/* (transfer full) Message-IDs of the answers that were written. */
char **mado_reply_plan_ids (const MadoReplyPlan *plan);
