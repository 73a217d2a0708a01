/* flow.c: see flow.h. One struct Mail for each mail that is not settled yet; its steps follow each other from top
 * to bottom of this file. */
#include "madoguchi/desk/flow.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/store-mail.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ATTEMPTS 20 /* that ended without an answer: nobody knows why, so a member must look */
#define FIRST_PAUSE_MS 100
#define LAST_PAUSE_MS 30000

struct _MadoFlow {
  MadoDesk *desk;
  MadoIntakeQueue *queue;
  GHashTable *mails; /* set of Mail */
  GQueue again;      /* of Mail, of the set: their pause is over, they wait for room */
  guint n_busy;      /* of them, not waiting for a retry */
  guint n_opening;   /* of them, on their way to a report */
  gboolean is_pumping;
  void (*drafted) (gpointer data);
  gpointer data;
};

typedef struct {
  MadoFlow *flow;
  char *id;
  MadoSpoolFile *file;
  MadoEnvelope *envelope;
  MadoMail *row;
  MadoReport *report;
  const char *held; /* reason, when it is to be held */
  gboolean is_opening;
  MadoSettled settled;
  guint pause_ms, timer;
  gint64 claimed, sent, opened; /* monotonic, microseconds */
} Mail;

static void claim (Mail *mail);

static void
mail_free (Mail *mail)
{
  g_clear_handle_id (&mail->timer, g_source_remove);
  g_clear_pointer (&mail->file, mado_spool_file_free);
  mado_envelope_free (mail->envelope);
  mado_mail_free (mail->row);
  mado_report_free (mail->report);
  mado_settled_clear (&mail->settled);
  g_free (mail->id);
  g_free (mail);
}

static void
stop_opening (Mail *mail)
{
  mail->flow->n_opening -= mail->is_opening ? 1 : 0;
  mail->is_opening = FALSE;
}

/* The mail is where it belongs. */
static void
forget (Mail *mail)
{
  MadoFlow *flow = mail->flow;

  stop_opening (mail);
  flow->n_busy--;
  mado_intake_queue_forget (flow->queue, mail->id);
  g_hash_table_remove (flow->mails, mail); /* frees it */
  mado_flow_pump (flow);
}

static gboolean
on_pause_over (gpointer data)
{
  Mail *mail = data;

  mail->timer = 0;
  g_queue_push_tail (&mail->flow->again, mail);
  mado_flow_pump (mail->flow);
  return G_SOURCE_REMOVE;
}

/* Everything from the claim on is done again, after a pause. */
static void
retry (Mail *mail, const char *step, const char *why)
{
  MadoFlow *flow = mail->flow;

  mado_log (MADO_LOG_WARNING, mail->id, "retry", "step=%s pause_ms=%u why=\"%s\"", step, mail->pause_ms, why);
  stop_opening (mail);
  flow->n_busy--;
  g_clear_pointer (&mail->file, mado_spool_file_free);
  g_clear_pointer (&mail->report, mado_report_free);
  mail->held = NULL;
  mail->timer = g_timeout_add (mail->pause_ms, on_pause_over, mail);
  mail->pause_ms = MIN (mail->pause_ms * 2, LAST_PAUSE_MS);
  mado_flow_pump (flow);
}

/* --- archive -------------------------------------------------------------------------------------------- */

/* A file that was moved aside stays there. Neither is left in the clear. */
static gboolean
put_away (const Mail *mail, GError **error)
{
  MadoArchive *archive = mail->flow->desk->archive;

  return mado_spool_is_broken (mail->flow->desk->spool, mail->id) ? mado_archive_seal_broken (archive, mail->id, error)
                                                                  : mado_archive_put (archive, mail->id, error);
}

static gboolean
on_archive_again (gpointer data)
{
  Mail *mail = data;

  if (!put_away (mail, NULL))
    return G_SOURCE_CONTINUE;
  mail->timer = 0;
  mail->flow->n_busy++;
  forget (mail);
  return G_SOURCE_REMOVE;
}

static void
archive (Mail *mail)
{
  g_autoptr (GError) error = NULL;

  if (put_away (mail, &error)) {
    forget (mail);
    return;
  }
  mado_log (MADO_LOG_ERROR, mail->id, "archive-failed", "why=\"%s\"", error->message);
  mail->flow->n_busy--;
  mail->timer = g_timeout_add_seconds (10, on_archive_again, mail);
}

/* --- settle --------------------------------------------------------------------------------------------- */

static MadoSettler
make_settler (MadoFlow *flow)
{
  return (MadoSettler){ flow->desk->store, &flow->desk->settings, flow->desk->now (), flow->desk->rules };
}

static gboolean
apply_settle (gpointer data, GError **error)
{
  Mail *mail = data;
  MadoSettler settler = make_settler (mail->flow);

  return mail->held != NULL
             ? mado_settle_held (&settler, mail->envelope, mail->held, mail->report, &mail->settled, error)
             : mado_settle_report (&settler, mail->envelope, mail->report, &mail->settled, error);
}

static void
log_settled (const Mail *mail)
{
  const MadoSettled *settled = &mail->settled;
  gint64 now = g_get_monotonic_time ();

  mado_log (MADO_LOG_INFO, mail->id, "settled",
            "state=%s ticket=%s reason=%s answer=%s attempts=%" G_GINT64_FORMAT " age_s=%" G_GINT64_FORMAT
            " claim_ms=%.1f open_ms=%.1f store_ms=%.1f",
            settled->state, settled->number != NULL ? settled->number : "-", settled->reason,
            settled->answer != NULL ? settled->answer : "-", mail->row != NULL ? mail->row->attempts : 0,
            MAX (0, mail->flow->desk->now () - mail->envelope->received), (mail->sent - mail->claimed) / 1000.0,
            (mail->opened - mail->sent) / 1000.0, (now - mail->opened) / 1000.0);
}

static void
on_settled (gpointer data, const GError *error)
{
  Mail *mail = data;

  if (g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM) && mail->held == NULL) {
    /* What is stored of its sender or thread does not open, now or ever: a member decides, on a ticket that rests on nothing of it. */
    mado_log (MADO_LOG_ERROR, mail->id, "store-damaged", "why=\"%s\"", error->message);
    g_clear_pointer (&mail->report, mado_report_free);
    mail->held = "store-damaged";
    mado_batch_add (mail->flow->desk->batch, apply_settle, on_settled, mail);
    return;
  }
  if (error != NULL) {
    retry (mail, "settle", error->message);
    return;
  }
  log_settled (mail);
  if (mail->settled.has_draft)
    mail->flow->drafted (mail->flow->data);
  archive (mail);
}

static void
settle (Mail *mail)
{
  stop_opening (mail);
  g_clear_pointer (&mail->file, mado_spool_file_free);
  mado_batch_add (mail->flow->desk->batch, apply_settle, on_settled, mail);
  mado_flow_pump (mail->flow);
}

static void
hold (Mail *mail, const char *reason)
{
  mail->held = reason;
  settle (mail);
}

/* --- open ----------------------------------------------------------------------------------------------- */

static gboolean
apply_crash (gpointer data, GError **error)
{
  Mail *mail = data;

  return mado_store_count_crash (mail->flow->desk->store, mail->id, &mail->row->crashes, error);
}

static void
on_crash_counted (gpointer data, const GError *error)
{
  Mail *mail = data;

  if (error != NULL || mail->row->crashes < mail->flow->desk->settings.attempts)
    retry (mail, "open", error != NULL ? error->message : "its reader failed");
  else
    hold (mail, mail->held);
}

static void
count_crash (Mail *mail, const char *reason)
{
  mail->held = reason;
  mado_batch_add (mail->flow->desk->batch, apply_crash, on_crash_counted, mail);
}

static gboolean
apply_excuse (gpointer data, GError **error)
{
  Mail *mail = data;

  return mado_store_excuse_attempt (mail->flow->desk->store, mail->id, error);
}

static void
on_excused (gpointer data, const GError *error)
{
  retry (data, "open", error != NULL ? error->message : "the opener asks for patience");
}

static void
on_open_failed (Mail *mail, const GError *error)
{
  switch (error->domain == MADO_ERROR ? error->code : MADO_ERROR_BUG) {
  case MADO_ERROR_UNAVAILABLE: /* killed, restarted: says nothing about the mail, but the attempt counts */
    retry (mail, "open", error->message);
    break;
  case MADO_ERROR_LIMIT:
    count_crash (mail, "limit");
    break;
  case MADO_ERROR_PERM: /* no header field at all: it will be no mail every time */
    hold (mail, "no-mail");
    break;
  case MADO_ERROR_BUG:
    count_crash (mail, "crash");
    break;
  default: /* our own trouble, e.g. no agent: the mail is not to blame, however long it lasts */
    mado_log (MADO_LOG_WARNING, mail->id, "opener-trouble", "why=\"%s\"", error->message);
    mado_batch_add (mail->flow->desk->batch, apply_excuse, on_excused, mail);
  }
}

MadoReport *
mado_flow_read_report (MadoPacket *answer, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  MadoReport *report = NULL;
  struct stat info;
  int fd = mado_packet_steal_fd (answer);

  /* A pipe could make us wait for ever, a growing file be read without end. */
  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || lseek (fd, 0, SEEK_SET) != 0)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no report came along");
  else if (mado_fsio_read_all (fd, MADO_REPORT_BYTES_MAX, &bytes, error))
    report = mado_record_from_bytes (&mado_report_type, bytes, error);
  if (fd >= 0)
    close (fd);
  return report;
}

static void
on_opened (gpointer data, MadoPacket *answer, const GError *error)
{
  Mail *mail = data;
  g_autoptr (GError) problem = NULL;
  const char *outcome = NULL;

  mail->opened = g_get_monotonic_time ();
  if (error != NULL) {
    on_open_failed (mail, error);
    return;
  }
  g_variant_lookup (answer->body, "outcome", "&s", &outcome);
  gboolean is_report = g_strcmp0 (outcome, "report") == 0;
  gboolean is_limit = g_strcmp0 (outcome, "limit") == 0;
  if (is_report || answer->fd >= 0)
    mail->report = mado_flow_read_report (answer, &problem);
  if (problem != NULL)
    mado_log (MADO_LOG_WARNING, mail->id, "bad-report", "why=\"%s\"", problem->message);
  if (is_report && mail->report != NULL)
    settle (mail);
  else if (is_limit && mail->report != NULL)
    hold (mail, "limit"); /* it will be over the limit every time */
  else
    count_crash (mail, is_limit ? "limit" : "crash");
}

GVariant *
mado_flow_open_job (const MadoSpoolFile *file)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "queue_id", "s", file->envelope->queue_id);
  g_variant_dict_insert (&dict, "offset", "x", (gint64) file->offset);
  g_variant_dict_insert (&dict, "size", "x", (gint64) file->size);
  g_variant_dict_insert_value (&dict, "recipients",
                               g_variant_new_strv ((const char *const *) file->envelope->recipients, -1));
  return g_variant_dict_end (&dict);
}

/* --- claim and record ----------------------------------------------------------------------------------- */

static gboolean
apply_received (gpointer data, GError **error)
{
  Mail *mail = data;

  g_clear_pointer (&mail->row, mado_mail_free);
  return mado_store_receive_mail (mail->flow->desk->store, mail->envelope, mail->file != NULL ? (gint64) mail->file->size : 0,
                                  mail->file != NULL ? mail->file->sha256 : NULL, &mail->row, error);
}

static void
on_received (gpointer data, const GError *error)
{
  Mail *mail = data;

  if (error != NULL) {
    retry (mail, "record", error->message);
  } else if (strcmp (mail->row->state, MADO_MAIL_PENDING) != 0) {
    mado_log (MADO_LOG_INFO, mail->id, "settled-before", "state=%s", mail->row->state);
    stop_opening (mail);
    archive (mail);
  } else if (mail->held != NULL) {
    hold (mail, mail->held);
  } else if (mail->row->attempts > MAX_ATTEMPTS) {
    hold (mail, "attempts");
  } else {
    mail->sent = g_get_monotonic_time ();
    mado_pool_submit (mail->flow->desk->opener, "open", mado_flow_open_job (mail->file), mail->file->fd, FALSE,
                      on_opened, mail);
  }
}

/* The file does not hold what was promised. It was moved aside; what can be said of it is said in a ticket. */
static void
record_broken (Mail *mail, const char *why)
{
  mado_log (MADO_LOG_ERROR, mail->id, "broken-file", "why=\"%s\"", why);
  mail->held = "broken";
  mado_envelope_free (mail->envelope);
  mail->envelope = mado_envelope_new ();
  mail->envelope->queue_id = g_strdup (mail->id);
  mail->envelope->received = mail->flow->desk->now ();
  mail->envelope->mail_from = g_strdup ("");
  mado_batch_add (mail->flow->desk->batch, apply_received, on_received, mail);
}

static void
claim (Mail *mail)
{
  MadoFlow *flow = mail->flow;
  g_autoptr (GError) error = NULL;

  mail->claimed = mail->sent = mail->opened = g_get_monotonic_time ();
  mail->is_opening = TRUE;
  flow->n_opening++;
  mail->file = mado_spool_claim (flow->desk->spool, mail->id, &error);
  if (g_error_matches (error, MADO_ERROR, MADO_ERROR_NO)) {
    g_clear_error (&error);
    mail->file = mado_spool_open_active (flow->desk->spool, mail->id, &error);
  }
  if (mail->file != NULL) {
    mado_envelope_free (mail->envelope);
    mail->envelope = mado_envelope_copy (mail->file->envelope);
    mado_batch_add (flow->desk->batch, apply_received, on_received, mail);
  } else if (g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM)) {
    record_broken (mail, error->message);
  } else if (g_error_matches (error, MADO_ERROR, MADO_ERROR_NO) && mado_spool_is_broken (flow->desk->spool, mail->id)) {
    record_broken (mail, "moved aside before"); /* and the keeper died, or the store was full, before it was said */
  } else if (g_error_matches (error, MADO_ERROR, MADO_ERROR_NO)) {
    mado_log (MADO_LOG_WARNING, mail->id, "gone", "why=\"%s\"", error->message);
    forget (mail);
  } else {
    retry (mail, "claim", error->message);
  }
}

/* The next mail to work on: those that wait for another try are older. NULL: none. */
static Mail *
take_next (MadoFlow *flow)
{
  Mail *mail = g_queue_pop_head (&flow->again);
  char *id = mail == NULL ? mado_intake_queue_pop (flow->queue) : NULL;

  if (id != NULL) {
    mail = g_new0 (Mail, 1);
    mail->flow = flow;
    mail->id = id;
    mail->pause_ms = FIRST_PAUSE_MS;
    g_hash_table_add (flow->mails, mail);
  }
  return mail;
}

void
mado_flow_pump (MadoFlow *flow)
{
  guint low = flow->desk->settings.workers;
  guint room = low * 2 + 2;

  /* Claims are recorded together: better several at once, now and then, than each by itself. */
  if (flow->n_opening > low)
    return;
  if (flow->is_pumping) /* a claim that came to nothing calls back: the loop below goes on anyway */
    return;
  flow->is_pumping = TRUE;
  while (!flow->desk->is_draining && flow->n_opening < room) {
    Mail *mail = take_next (flow);
    if (mail == NULL)
      break;
    flow->n_busy++;
    claim (mail);
  }
  flow->is_pumping = FALSE;
}

static void
on_queue_ready (gpointer data)
{
  mado_flow_pump (data);
}

MadoFlow *
mado_flow_new (MadoDesk *desk, void (*drafted) (gpointer data), gpointer data, GError **error)
{
  g_autoptr (MadoFlow) flow = g_new0 (MadoFlow, 1);

  flow->desk = desk;
  flow->drafted = drafted;
  flow->data = data;
  flow->mails = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) mail_free, NULL);
  flow->queue = mado_intake_queue_new (desk->spool, on_queue_ready, flow, error);
  if (flow->queue == NULL)
    return NULL;
  g_auto (GStrv) left = mado_spool_list_active (desk->spool, error);
  if (left == NULL)
    return NULL;
  for (gsize i = 0; left[i] != NULL; i++)
    mado_intake_queue_push (flow->queue, left[i]);
  if (left[0] != NULL)
    mado_log (MADO_LOG_INFO, NULL, "recovered", "active=%u", g_strv_length (left));
  g_auto (GStrv) broken = mado_spool_list_broken (desk->spool, error);
  for (gsize i = 0; broken != NULL && broken[i] != NULL; i++)
    mado_intake_queue_push (flow->queue, broken[i]); /* the store may not know of them yet */
  return broken != NULL ? g_steal_pointer (&flow) : NULL;
}

void
mado_flow_free (MadoFlow *flow)
{
  if (flow == NULL)
    return;
  g_queue_clear (&flow->again);
  g_hash_table_destroy (flow->mails);
  mado_intake_queue_free (flow->queue);
  g_free (flow);
}

guint
mado_flow_busy (const MadoFlow *flow)
{
  return flow->n_busy;
}

MadoIntakeQueue *
mado_flow_queue (MadoFlow *flow)
{
  return flow->queue;
}

/* --- again ---------------------------------------------------------------------------------------------- */

typedef struct {
  MadoFlow *flow;
  char *id;
  MadoReport *report;
  MadoSettled settled;
  MadoFlowDone done;
  gpointer data;
} Again;

static void
finish_again (Again *again, const GError *error)
{
  if (error == NULL && again->settled.has_draft)
    again->flow->drafted (again->flow->data);
  again->done (again->data, error == NULL ? &again->settled : NULL, error);
  mado_report_free (again->report);
  mado_settled_clear (&again->settled);
  g_free (again->id);
  g_free (again);
}

static gboolean
apply_again (gpointer data, GError **error)
{
  Again *again = data;
  MadoSettler settler = make_settler (again->flow);

  return mado_settle_again (&settler, again->id, again->report, &again->settled, error);
}

static void
on_again_settled (gpointer data, const GError *error)
{
  finish_again (data, error);
}

static void
on_again_opened (gpointer data, MadoPacket *answer, const GError *error)
{
  Again *again = data;
  g_autoptr (GError) problem = NULL;
  const char *outcome = NULL;

  if (error != NULL) {
    finish_again (again, error);
    return;
  }
  g_variant_lookup (answer->body, "outcome", "&s", &outcome);
  if (g_strcmp0 (outcome, "report") == 0)
    again->report = mado_flow_read_report (answer, &problem);
  else
    g_set_error (&problem, MADO_ERROR, MADO_ERROR_LIMIT, "%s: it still cannot be read (%s)", again->id,
                 outcome != NULL ? outcome : "no outcome");
  if (again->report == NULL)
    finish_again (again, problem);
  else
    mado_batch_add (again->flow->desk->batch, apply_again, on_again_settled, again);
}

MadoSpoolFile *
mado_flow_open_file (MadoFlow *flow, const char *queue_id, GError **error)
{
  g_autoptr (MadoEnvelope) envelope = mado_store_load_envelope (flow->desk->store, queue_id, error);

  return envelope != NULL ? mado_archive_read (flow->desk->archive, queue_id, envelope->received, error) : NULL;
}

void
mado_flow_reopen (MadoFlow *flow, const char *queue_id, MadoFlowDone done, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoSpoolFile) file = mado_flow_open_file (flow, queue_id, &error);

  if (file == NULL) {
    done (data, NULL, error);
    return;
  }
  Again *again = g_new0 (Again, 1);
  again->flow = flow;
  again->id = g_strdup (queue_id);
  again->done = done;
  again->data = data;
  mado_pool_submit (flow->desk->opener, "open", mado_flow_open_job (file), file->fd, TRUE, on_again_opened, again);
}
