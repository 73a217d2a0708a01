/* verbs-mail.c: see verbs-mail.h. */
#include "madoguchi/desk/verbs-mail.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/account.h"
#include "madoguchi/desk/store-feed.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-overview.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>
#include <unistd.h>

/* --- the raw mail and its parts -------------------------------------------------------------------------- */

/* (transfer full, nullable) the argument "queue_id", when it names a mail that made no ticket by its nature. */
static char *
find_without_ticket (const MadoCall *call, GError **error)
{
  const char *id = mado_verbs_string (call, "queue_id");
  g_autoptr (MadoMail) mail = mado_store_find_mail (call->desk->store, id, error);

  if (mail != NULL && strcmp (mail->state, MADO_MAIL_FEED) == 0)
    return g_strdup (id);
  if (mail != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: belongs to a ticket", id);
  return NULL;
}

/* (transfer full) the queue id of the mail that the arguments "ticket" and "message" name; NULL: the call was failed. */
static char *
find_message (MadoCall *call)
{
  gint64 incident, message = 0;
  g_autoptr (GError) error = NULL;
  char *id = NULL;

  if (mado_verbs_string (call, "queue_id") != NULL) {
    id = find_without_ticket (call, &error);
  } else {
    if (!mado_verbs_ticket (call, &incident))
      return NULL;
    g_variant_lookup (call->request.body, "message", "x", &message);
    id = mado_store_find_entry_mail (call->desk->store, incident, message, &error);
  }
  if (id == NULL)
    mado_call_fail (call, error);
  return id;
}

/* (transfer full) the file of that mail; NULL: the call was failed. */
static MadoSpoolFile *
open_message (MadoCall *call, char **queue_id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = find_message (call);
  MadoSpoolFile *file = id != NULL ? mado_flow_open_file (call->flow, id, &error) : NULL;

  if (file != NULL)
    *queue_id = g_steal_pointer (&id);
  else if (id != NULL)
    mado_call_fail (call, error);
  return file;
}

static void
answer_raw (MadoCall *call, const char *id, gint64 offset, gint64 size, int fd)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "queue_id", "s", id);
  g_variant_dict_insert (&dict, "offset", "x", offset);
  g_variant_dict_insert (&dict, "size", "x", size);
  mado_call_answer (call, g_variant_dict_end (&dict), fd);
}

/* A file that is no whole mail any more is shown all the same, with what is left of its envelope. */
void
mado_verb_raw (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = find_message (call);
  g_autoptr (MadoSpoolFile) file = NULL;
  gint64 size = 0;
  int fd = -1;

  if (id == NULL)
    return;
  if (mado_spool_is_broken (call->desk->spool, id))
    fd = mado_archive_open_broken (call->desk->archive, id, &size, &error);
  else
    file = mado_flow_open_file (call->flow, id, &error);
  if (error != NULL) {
    mado_call_fail (call, error);
  } else if (file == NULL) {
    answer_raw (call, id, 0, size, fd);
  } else {
    fd = file->fd;
    file->fd = -1;
    answer_raw (call, id, (gint64) file->offset, (gint64) file->size, fd);
  }
}

static void
on_part (gpointer data, MadoPacket *answer, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    mado_call_answer (data, answer->body, mado_packet_steal_fd (answer));
}

void
mado_verb_part (MadoCall *call)
{
  const char *path = mado_verbs_string (call, "path");
  gboolean zip = FALSE;
  g_autofree char *id = NULL;
  g_autoptr (MadoSpoolFile) file = open_message (call, &id);
  GVariantDict dict;

  if (file == NULL)
    return;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "queue_id", "s", id);
  g_variant_dict_insert (&dict, "offset", "x", (gint64) file->offset);
  g_variant_dict_insert (&dict, "size", "x", (gint64) file->size);
  g_variant_dict_insert (&dict, "path", "s", path != NULL ? path : "");
  g_variant_lookup (call->request.body, "zip", "b", &zip);
  g_variant_dict_insert (&dict, "zip", "b", zip);
  mado_pool_submit (call->desk->opener, "part", g_variant_dict_end (&dict), file->fd, TRUE, on_part, call);
}

/* --- held mails ------------------------------------------------------------------------------------------- */

/* Of a mail that claims or made an incident that is not for who asks: only that there is one. */
static gboolean
veil_held (const MadoCall *call, MadoHeld **held, GError **error)
{
  g_autoptr (MadoMail) mail = mado_store_find_mail (call->desk->store, (*held)->queue_id, error);
  gboolean may = TRUE;

  if (mail == NULL
      || (mail->incident != 0 && !mado_need_may_read (call->desk->store, mado_verbs_reader (call), mail->incident, &may, error)))
    return FALSE;
  if (may)
    return TRUE;
  MadoHeld *veil = mado_held_new ();
  veil->queue_id = g_strdup ((*held)->queue_id);
  veil->received = (*held)->received;
  veil->restricted = TRUE;
  mado_held_free (*held);
  *held = veil;
  return TRUE;
}

void
mado_verb_held (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = mado_store_list_held (call->desk->store, &error);

  for (guint i = 0; list != NULL && error == NULL && i < list->len; i++)
    veil_held (call, (MadoHeld **) &list->pdata[i], &error);
  if (error != NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_held_type, list), -1);
}

/* (transfer full) the mail that the argument "id" names, when its incident is one for who asks; NULL: the call was failed. */
static MadoMail *
find_mail (MadoCall *call)
{
  const char *id = mado_verbs_string (call, "id");
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMail) mail = mado_store_find_mail (call->desk->store, id != NULL ? id : "(nothing)", &error);

  if (mail != NULL && (mail->incident == 0 || mado_verbs_may (call, mail->incident, &error)))
    return g_steal_pointer (&mail);
  mado_call_fail (call, error);
  return NULL;
}

static MadoHeld *
find_held (GPtrArray *list, const char *id)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((MadoHeld *) list->pdata[i])->queue_id, id) == 0)
      return list->pdata[i];
  return NULL;
}

void
mado_verb_held_show (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMail) mail = find_mail (call);

  if (mail == NULL)
    return;
  g_autoptr (GPtrArray) list = mado_store_list_held (call->desk->store, &error);
  const MadoHeld *held = list != NULL ? find_held (list, mail->queue_id) : NULL;
  g_auto (GStrv) problems = held != NULL ? mado_store_load_problems (call->desk->store, mail->queue_id, &error) : NULL;
  if (problems == NULL) {
    if (error == NULL)
      g_set_error (&error, MADO_ERROR, MADO_ERROR_NO, "%s: not held", mail->queue_id);
    mado_call_fail (call, error);
    return;
  }
  g_autoptr (GVariant) record = g_variant_ref_sink (mado_held_to_variant (held));
  GVariantDict dict;
  g_variant_dict_init (&dict, record);
  g_variant_dict_insert_value (&dict, "problems", g_variant_new_strv ((const char *const *) problems, -1));
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}

static void
answer_settled (MadoCall *call, const char *id, const MadoSettled *settled)
{
  GVariantDict dict;
  g_autofree char *ticket = settled->number != NULL
                                ? g_strdup_printf ("%s #%s", call->desk->settings.prefix, settled->number)
                                : g_strdup ("");

  mado_log (MADO_LOG_INFO, id, "changed", "verb=%s state=%s member=%s", call->request.verb, settled->state,
            call->member);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert (&dict, "state", "s", settled->state);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}

typedef struct {
  MadoCall *call;
  char *id;
  gint64 incident; /* 0: none */
  MadoSettled settled;
  gboolean (*decide) (const MadoSettler *settler, const char *queue_id, const char *member, MadoSettled *settled,
                      GError **error);
} Decision;

static void
decision_free (Decision *decision)
{
  mado_settled_clear (&decision->settled);
  g_free (decision->id);
  g_free (decision);
}

static gboolean
apply_decision (gpointer data, GError **error)
{
  Decision *decision = data;
  MadoDesk *desk = decision->call->desk;
  MadoSettler settler = { desk->store, &desk->settings, desk->now (), desk->rules };

  return (decision->incident == 0 || mado_verbs_may (decision->call, decision->incident, error))
         && decision->decide (&settler, decision->id, decision->call->member, &decision->settled, error);
}

static void
on_decided (gpointer data, const GError *error)
{
  Decision *decision = data;

  if (error != NULL)
    mado_call_fail (decision->call, error);
  else
    answer_settled (decision->call, decision->id, &decision->settled);
  decision_free (decision);
}

static void
begin_decision (MadoCall *call, gboolean (*decide) (const MadoSettler *, const char *, const char *, MadoSettled *, GError **))
{
  g_autoptr (MadoMail) mail = find_mail (call);

  if (mail == NULL)
    return;
  Decision *decision = g_new0 (Decision, 1);
  decision->call = call;
  decision->id = g_strdup (mail->queue_id);
  decision->incident = mail->incident;
  decision->decide = decide;
  mado_call_change (call, apply_decision, on_decided, decision);
}

void
mado_verb_held_release (MadoCall *call)
{
  begin_decision (call, mado_settle_release);
}

void
mado_verb_held_drop (MadoCall *call)
{
  begin_decision (call, mado_settle_drop);
}

static void
on_retried (gpointer data, const MadoSettled *settled, const GError *error)
{
  Decision *decision = data;

  if (error != NULL)
    mado_call_fail (decision->call, error);
  else
    answer_settled (decision->call, decision->id, settled);
  decision_free (decision);
}

void
mado_verb_held_retry (MadoCall *call)
{
  g_autoptr (MadoMail) mail = find_mail (call);

  if (mail == NULL)
    return;
  if (strcmp (mail->state, MADO_MAIL_HELD) != 0) {
    g_autoptr (GError) error = g_error_new (MADO_ERROR, MADO_ERROR_NO, "%s: not held", mail->queue_id);
    mado_call_fail (call, error);
    return;
  }
  Decision *decision = g_new0 (Decision, 1);
  decision->call = call;
  decision->id = g_strdup (mail->queue_id);
  mado_flow_reopen (call->flow, decision->id, on_retried, decision);
}

/* --- reopen ------------------------------------------------------------------------------------------------ */

#define REOPEN_AT_ONCE 4 /* each is in memory meanwhile */

typedef struct {
  MadoCall *call;
  char **ids;
  gsize next; /* of them */
  guint n_open;
  gboolean is_handing_out;
  gint64 count; /* opened again */
  GError *error; /* the first */
} Reopening;

static void
end_reopening (Reopening *reopening)
{
  GVariantDict dict;

  if (reopening->count == 0 && reopening->error != NULL) {
    mado_call_fail (reopening->call, reopening->error);
  } else {
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "count", "x", reopening->count);
    mado_call_answer (reopening->call, g_variant_dict_end (&dict), -1);
  }
  g_clear_error (&reopening->error);
  g_strfreev (reopening->ids);
  g_free (reopening);
}

static void on_reopened (gpointer data, const MadoSettled *settled, const GError *error);

/* Hands out the next mails, as many as there is room for. */
static void
go_on_reopening (Reopening *reopening)
{
  reopening->is_handing_out = TRUE; /* one that cannot be handed out calls back at once */
  while (reopening->ids[reopening->next] != NULL && reopening->n_open < REOPEN_AT_ONCE) {
    reopening->n_open++;
    mado_flow_reopen (reopening->call->flow, reopening->ids[reopening->next++], on_reopened, reopening);
  }
  reopening->is_handing_out = FALSE;
  if (reopening->n_open == 0)
    end_reopening (reopening);
}

static void
on_reopened (gpointer data, const MadoSettled *settled, const GError *error)
{
  Reopening *reopening = data;

  (void) settled;
  if (error == NULL) {
    reopening->count++;
  } else {
    mado_log (MADO_LOG_WARNING, NULL, "reopen-failed", "why=\"%s\"", error->message);
    if (reopening->error == NULL)
      reopening->error = g_error_copy (error);
  }
  reopening->n_open--;
  if (!reopening->is_handing_out)
    go_on_reopening (reopening);
}

/* (transfer full) of all that could not be decrypted, what is for who asks. */
static char **
list_undecryptable (const MadoCall *call, GError **error)
{
  MadoStore *store = call->desk->store;
  g_auto (GStrv) all = mado_store_list_undecryptable (store, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; all != NULL && all[i] != NULL; i++) {
    g_autoptr (MadoMail) mail = mado_store_find_mail (store, all[i], error);
    gboolean may = TRUE;
    if (mail == NULL || (mail->incident != 0 && !mado_need_may_read (store, mado_verbs_reader (call), mail->incident, &may, error)))
      return NULL;
    if (may)
      g_strv_builder_add (builder, all[i]);
  }
  return all != NULL ? g_strv_builder_end (builder) : NULL;
}

void
mado_verb_reopen (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;
  gboolean undecryptable = FALSE;
  gint64 incident;

  g_variant_lookup (call->request.body, "undecryptable", "b", &undecryptable);
  gboolean is_feed = mado_verbs_string (call, "queue_id") != NULL;
  if (!undecryptable && !is_feed && !mado_verbs_ticket (call, &incident))
    return;
  g_autofree char *id = is_feed ? find_without_ticket (call, &error) : NULL;
  if (is_feed)
    ids = id != NULL ? g_strsplit (id, " ", 1) : NULL;
  else if (undecryptable)
    ids = list_undecryptable (call, &error);
  else
    ids = mado_store_list_mails_of (call->desk->store, incident, &error);
  if (ids == NULL) {
    mado_call_fail (call, error);
    return;
  }
  Reopening *reopening = g_new0 (Reopening, 1);
  reopening->call = call;
  reopening->ids = g_steal_pointer (&ids);
  go_on_reopening (reopening);
}

/* --- account and status ------------------------------------------------------------------------------------ */

void
mado_verb_overview (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoOverview) overview = mado_store_load_overview (call->desk->store, call->desk->now (), &error);

  if (overview == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_overview_to_variant (overview), -1);
}

void
mado_verb_account (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoAccount) account = mado_account_take (call->desk, &error);

  if (account == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_account_to_variant (account), -1);
}

void
mado_verb_status (MadoCall *call)
{
  const char *id = mado_verbs_string (call, "queue_id");
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMail) mail = mado_store_find_mail (call->desk->store, id != NULL ? id : "(nothing)", &error);
  GVariantDict dict;

  gboolean may = TRUE;
  if (mail == NULL ? !g_error_matches (error, MADO_ERROR, MADO_ERROR_NO)
                   : mail->incident != 0 && !mado_need_may_read (call->desk->store, mado_verbs_reader (call), mail->incident, &may, &error)) {
    mado_call_fail (call, error);
    return;
  }
  g_variant_dict_init (&dict, NULL);
  if (mail == NULL) {
    gboolean is_known = id != NULL && mado_intake_queue_knows (mado_flow_queue (call->flow), id);
    g_variant_dict_insert (&dict, "state", "s", is_known ? MADO_MAIL_PENDING : "unknown");
  } else {
    g_variant_dict_insert (&dict, "state", "s", mail->state);
    if (mail->reason != NULL && may)
      g_variant_dict_insert (&dict, "reason", "s", mail->reason);
    if (mail->number != NULL && may) {
      g_autofree char *ticket = g_strdup_printf ("%s #%s", call->desk->settings.prefix, mail->number);
      g_variant_dict_insert (&dict, "ticket", "s", ticket);
    }
  }
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}

#define DEFAULT_FEEDS 100
#define MAX_FEEDS 10000

void
mado_verb_feeds (MadoCall *call)
{
  const char *after = mado_verbs_string (call, "after");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  gint64 limit = DEFAULT_FEEDS;

  g_variant_lookup (call->request.body, "limit", "x", &limit);
  g_autoptr (MadoMail) mail = after != NULL ? mado_store_find_mail (call->desk->store, after, &error) : NULL;
  if (error == NULL)
    list = mado_store_list_feeds (call->desk->store, mail != NULL ? after : NULL, CLAMP (limit, 1, MAX_FEEDS), &error);
  if (list == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_feed_type, list), -1);
}
