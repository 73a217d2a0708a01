/* open.c: see open.h. The order of the steps of opening one mail. */
#include "madoguchi/mail/open.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/body.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/facts.h"
#include "madoguchi/mail/forwarded.h"
#include "madoguchi/mail/offers.h"
#include "madoguchi/mail/peel.h"
#include "madoguchi/mail/protect.h"
#include "madoguchi/mail/reading.h"
#include "madoguchi/mail/smime.h"
#include "madoguchi/mail/sources.h"
#include "madoguchi/mail/unlock.h"
#include "madoguchi/mail/verdict.h"

#include <gmime/gmime.h>
#include <string.h>
#include <unistd.h>

void
mado_open_prepare (void)
{
  static const char mail[] = "Message-ID: <1@example.org>\r\n"
                             "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
                             "From: =?utf-8?Q?=C3=84?= <a@example.org>\r\n"
                             "To: b@example.org\r\n"
                             "Subject: =?iso-2022-jp?B?GyRCJCIbKEI=?=\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "\r\n"
                             "Hello\r\n";
  g_autoptr (MadoConf) conf = mado_conf_parse ("", "built-in", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static (mail, sizeof mail - 1);
  g_autoptr (MadoReport) report = NULL;
  MadoOpenContext context = { .conf = conf };
  int fd = mado_fsio_memfd ("madoguchi-sample", bytes, NULL);

  g_mime_init ();
  if (fd < 0 || conf == NULL)
    return;
  if (mado_open_mail (&context, fd, 0, sizeof mail - 1, &report, NULL))
    g_bytes_unref (mado_record_to_bytes (&mado_report_type, report));
  close (fd);
}

static void
mark_unreadable (MadoReport *report, const char *reason)
{
  g_clear_pointer (&report->undecryptable, mado_undecryptable_free);
  report->undecryptable = mado_undecryptable_new ();
  report->undecryptable->reason = g_strdup (reason);
}

gboolean
mado_open_outline (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, MadoReport **report,
                   GError **error)
{
  g_autoptr (MadoReading) reading = NULL;

  g_mime_init ();
  reading = mado_reading_new (context, fd, offset, size, error);
  if (reading == NULL || !mado_reading_scan_header (reading, error))
    return FALSE;
  mado_facts_read (reading);
  reading->report->report->kind = g_strdup ("free-text");
  reading->report->content_sha256 = mado_facts_content_hash (reading);
  *report = mado_reading_finish (reading);
  return TRUE;
}

/* The summary of the contract, from the layers alone. */
static void
judge (MadoReading *reading)
{
  MadoReport *report = reading->report;
  gboolean is_single = report->headers->from_count == 1 && report->from != NULL;
  MadoVerdict verdict = { 0 };

  mado_verdict_judge (report->layers, is_single ? report->from->address : NULL, reading->context->keys, &verdict);
  report->encryption = verdict.encryption;
  report->signature = verdict.signature;
  g_clear_pointer (&report->signer, mado_signer_free);
  report->signer = verdict.signer;
}

#define DAY 86400

/* What was signed on one day and sent on another may be an old text, sent again by anybody who has it: nothing of the
 * header proves otherwise. */
static void
note_age (MadoReading *reading)
{
  const MadoReport *report = reading->report;

  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (report->layers, i);
    for (guint k = 0; layer->covers == MADO_COVERS_WHOLE && k < layer->signatures->len; k++) {
      const MadoSignature *signature = g_ptr_array_index (layer->signatures, k);
      g_autofree char *when = mado_text_time (signature->created);
      g_autofree char *sent = mado_text_time (report->date);
      if ((signature->status == MADO_SIGNATURE_GOOD || signature->status == MADO_SIGNATURE_GOOD_UNTRUSTED)
          && signature->created > 0 && report->date > 0 && ABS (report->date - signature->created) > DAY)
        mado_reading_problem (reading, "The text was signed on %s, and the mail is dated %s: it may be an old text, sent again.", when, sent);
    }
  }
}

/* A mail of which nothing can be read, because the part that says something could not be opened, is as
 * undecryptable as one that is encrypted as a whole. */
static void
note_unread (const MadoReading *reading)
{
  MadoReport *report = reading->report;

  if (report->undecryptable != NULL || report->text[strspn (report->text, " \t\r\n")] != '\0')
    return;
  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (report->layers, i);
    if (layer->operation == MADO_OPERATION_VERIFY || layer->outcome == MADO_OUTCOME_OK)
      continue;
    mark_unreadable (report, mado_outcome_names[layer->outcome]);
    g_strfreev (report->undecryptable->encrypted_to);
    report->undecryptable->encrypted_to = g_strdupv (layer->encrypted_to);
    return;
  }
  if (reading->has_unread)
    mark_unreadable (report, mado_outcome_names[MADO_OUTCOME_UNSUPPORTED]);
}

gboolean
mado_open_mail (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, MadoReport **report,
                GError **error)
{
  g_autoptr (MadoReading) reading = NULL;
  g_autoptr (MadoSource) source = NULL; /* freed before the reading that it points into */
  g_autoptr (GError) problem = NULL;

  g_mime_init ();
  reading = mado_reading_new (context, fd, offset, size, error);
  if (reading == NULL)
    return FALSE;
  if (!mado_reading_scan (reading, &problem)) {
    if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_LIMIT)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
    if (!mado_open_outline (context, fd, offset, size, report, error))
      return FALSE;
    mark_unreadable (*report, "limit");
    g_strfreev ((*report)->problems);
    (*report)->problems = g_strsplit (problem->message, "\n", 1);
    return TRUE;
  }
  mado_facts_read (reading);
  mado_facts_read_mark (reading);
  if (!mado_peel (reading, error))
    return FALSE;
  mado_smime_note (reading);
  mado_unlock_note_keys (reading);
  mado_protect_read (reading);
  judge (reading);
  if (mado_protect_settle_from (reading))
    judge (reading);
  note_age (reading);
  mado_offers_read (reading);
  mado_facts_read_kind (reading);
  mado_body_read (reading);
  note_unread (reading);
  reading->report->content_sha256 = mado_facts_content_hash (reading);
  if (context->interpret != NULL)
    source = mado_sources_collect (reading, (gsize) mado_conf_int (context->conf, "indicators", "text"));
  mado_forwarded_read (reading, source);
  *report = mado_reading_finish (reading);
  if (context->interpret != NULL)
    context->interpret (*report, source, context->conf, context->forms);
  return TRUE;
}

gboolean
mado_open_part (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, const char *path,
                MadoPart **part, int *fd_out, GError **error)
{
  g_autoptr (MadoReading) reading = NULL;
  g_autoptr (GBytes) content = NULL;
  MadoEntity *entity;
  int out;

  g_mime_init ();
  reading = mado_reading_new (context, fd, offset, size, error);
  if (reading == NULL || !mado_reading_scan (reading, error) || !mado_peel (reading, error))
    return FALSE;
  entity = mado_body_find (reading, path);
  if (entity == NULL || (entity->is_multipart && entity->children->len > 0)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "there is no part %s", path);
    return FALSE;
  }
  content = mado_content_decode (entity);
  out = mado_fsio_memfd ("madoguchi-part", content, error);
  if (out < 0)
    return FALSE;
  *part = mado_body_describe (entity, content);
  *fd_out = out;
  return TRUE;
}
