/* recipient.c: see recipient.h. Called by reply-plan.c; must never take an address from anywhere but From and the member. */
#include "madoguchi/desk/recipient.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/policy.h"

#include <string.h>

void
mado_recipient_free (MadoRecipient *recipient)
{
  if (recipient == NULL)
    return;
  g_free (recipient->address);
  g_free (recipient->queue_id);
  mado_report_free (recipient->report);
  g_free (recipient);
}

/* Did it make a ticket of its own (perhaps one that is part of this one now), or did a member let it in? */
static gboolean
is_opener (const MadoMail *mail)
{
  static const char *const by_members[] = { "released", "merged", "split", NULL };

  return strcmp (mail->state, MADO_MAIL_TICKET) == 0
         || (strcmp (mail->state, MADO_MAIL_JOINED) == 0 && mail->reason != NULL && g_strv_contains (by_members, mail->reason));
}

/* Does somebody speak in it, in this thread? */
static gboolean
is_spoken (const MadoMail *mail)
{
  return strcmp (mail->state, MADO_MAIL_TICKET) == 0 || strcmp (mail->state, MADO_MAIL_JOINED) == 0;
}

gboolean
mado_recipient_belongs (const GPtrArray *mails, const MadoMail *mail)
{
  if (!is_spoken (mail) || mail->sender == NULL)
    return FALSE;
  for (guint i = 0; i < mails->len; i++) {
    const MadoMail *other = mails->pdata[i];
    if (!is_opener (other))
      continue;
    if (g_strcmp0 (other->sender, mail->sender) == 0 || (mail->signer != NULL && g_strcmp0 (other->signer, mail->signer) == 0))
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
mado_recipient_list_mails (MadoStore *store, gint64 incident, GError **error)
{
  g_auto (GStrv) ids = mado_store_list_mails_of (store, incident, error);
  g_autoptr (GPtrArray) mails = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mail_free);

  for (gsize i = 0; ids != NULL && ids[i] != NULL; i++) {
    MadoMail *mail = mado_store_find_mail (store, ids[i], error);
    if (mail == NULL)
      return NULL;
    g_ptr_array_add (mails, mail);
  }
  return ids != NULL ? g_steal_pointer (&mails) : NULL;
}

/* (transfer full) */
static MadoRecipient *
make (MadoStore *store, const MadoMail *mail, GError **error)
{
  g_autoptr (MadoReport) report = mado_store_load_report (store, mail->queue_id, error);
  MadoRecipient *recipient;

  if (report == NULL)
    return NULL;
  recipient = g_new0 (MadoRecipient, 1);
  recipient->address = g_strdup (report->from != NULL ? report->from->address : NULL);
  recipient->queue_id = g_strdup (mail->queue_id);
  recipient->report = g_steal_pointer (&report);
  return recipient;
}

MadoRecipient *
mado_recipient_choose (MadoStore *store, const MadoDeskSettings *settings, const GPtrArray *mails, GError **error)
{
  const char *why = NULL;

  for (guint i = mails->len; i > 0; i--) {
    const MadoMail *mail = mails->pdata[i - 1];
    g_autoptr (GError) problem = NULL;
    if (!is_spoken (mail))
      continue;
    if (!mado_recipient_belongs (mails, mail)) {
      why = why != NULL ? why : "the newest mail is by somebody who did not open the ticket";
      continue;
    }
    g_autoptr (MadoRecipient) recipient = make (store, mail, &problem);
    if (recipient == NULL && !g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO) && !g_error_matches (problem, MADO_ERROR, MADO_ERROR_PERM)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
    const char *refusal = recipient == NULL ? "its report cannot be read" : mado_policy_refuse_sender (recipient->report, settings->team);
    if (refusal == NULL)
      return g_steal_pointer (&recipient);
    why = why != NULL ? why : refusal;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "nobody in this thread is answered by itself (%s): name the recipient with --to",
               why != NULL ? why : "no mail in it");
  return NULL;
}

MadoRecipient *
mado_recipient_name (MadoStore *store, const GPtrArray *mails, const char *address, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);
  g_autoptr (MadoRecipient) recipient = NULL;

  if (!mado_policy_is_answerable (address)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "a recipient must be one mail address");
    return NULL;
  }
  for (guint i = mails->len; i > 0 && recipient == NULL; i--) {
    const MadoMail *mail = mails->pdata[i - 1];
    if (is_spoken (mail) && g_strcmp0 (mail->sender, folded) == 0)
      recipient = make (store, mail, NULL);
  }
  if (recipient == NULL)
    recipient = g_new0 (MadoRecipient, 1);
  g_free (recipient->address);
  recipient->address = g_strdup (address);
  return g_steal_pointer (&recipient);
}
