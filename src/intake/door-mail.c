/* door-mail.c: see door-mail.h. Called by the milter, in its threads; one flow belongs to one mail. */
#include "madoguchi/intake/door-mail.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/hash.h"

#include <string.h>

struct _MadoDoorMailFlow {
  const MadoDoorMailSettings *settings;
  MadoDoorReader *reader;
  MadoSpoolWriter *writer;
  GError *problem; /* why the spool does not have it */
  MadoHash *hash;  /* of the body */
  gboolean after_cr; /* the last byte of the body was a CR: alone it is hashed as it is, as the opener does (mail/facts.c) */
  guint64 size;
};

MadoDoorMailFlow *
mado_door_flow_new (const MadoDoorMailSettings *settings, const MadoEnvelope *envelope, const char *received)
{
  MadoDoorMailFlow *flow = g_new0 (MadoDoorMailFlow, 1);

  flow->settings = settings;
  flow->reader = mado_door_reader_new (&settings->limits);
  flow->hash = mado_hash_new ();
  if (settings->spool != NULL)
    flow->writer = mado_spool_writer_new (settings->spool, envelope, g_get_real_time (), settings->size_limit, &flow->problem);
  if (flow->writer != NULL && received != NULL)
    mado_spool_writer_append (flow->writer, received, strlen (received), &flow->problem);
  return flow;
}

void
mado_door_flow_free (MadoDoorMailFlow *flow)
{
  if (flow == NULL)
    return;
  mado_door_reader_free (flow->reader);
  mado_spool_writer_free (flow->writer);
  mado_hash_free (flow->hash);
  g_clear_error (&flow->problem);
  g_free (flow);
}

static void
take (MadoDoorMailFlow *flow, const void *bytes, gsize length)
{
  flow->size += length;
  if (flow->size > flow->settings->size_limit)
    return; /* what is too large is refused, or else kept by whoever keeps it: not by us */
  mado_door_reader_feed (flow->reader, bytes, length);
  if (flow->writer != NULL && flow->problem == NULL)
    mado_spool_writer_append (flow->writer, bytes, length, &flow->problem);
}

/* The lines of a folded value, as they are sent: CRLF. */
void
mado_door_flow_field (MadoDoorMailFlow *flow, const char *name, const char *value)
{
  take (flow, name, strlen (name));
  take (flow, ":", 1);
  while (*value != '\0') {
    gsize length = strcspn (value, "\r\n");
    take (flow, value, length);
    value += length;
    value += *value == '\r';
    value += *value == '\n';
    if (*value != '\0')
      take (flow, "\r\n", 2);
  }
  take (flow, "\r\n", 2);
}

void
mado_door_flow_end_header (MadoDoorMailFlow *flow)
{
  take (flow, "\r\n", 2);
}

static void
hash_body (MadoDoorMailFlow *flow, const char *bytes, gsize length)
{
  while (length > 0) {
    const char *cr = memchr (bytes, '\r', length);
    gsize plain = cr == NULL ? length : (gsize) (cr - bytes);
    if (flow->after_cr && *bytes != '\n')
      mado_hash_update (flow->hash, "\r", 1);
    flow->after_cr = cr != NULL;
    mado_hash_update (flow->hash, bytes, plain);
    if (cr == NULL)
      return;
    bytes = cr + 1;
    length -= plain + 1;
  }
}

void
mado_door_flow_body (MadoDoorMailFlow *flow, const void *bytes, gsize length)
{
  hash_body (flow, bytes, length);
  take (flow, bytes, length);
}

void
mado_door_flow_finish (MadoDoorMailFlow *flow, MadoDoorFacts *facts, gboolean *is_too_large, char **body_sha256)
{
  if (flow->after_cr)
    mado_hash_update (flow->hash, "\r", 1);
  *body_sha256 = mado_hash_hex (flow->hash);
  *is_too_large = flow->size > flow->settings->size_limit;
  mado_door_reader_finish (flow->reader, facts);
}

gboolean
mado_door_flow_commit (MadoDoorMailFlow *flow, char **id, GError **error)
{
  if (flow->problem == NULL && flow->size > flow->settings->size_limit)
    g_set_error (&flow->problem, MADO_ERROR, MADO_ERROR_LIMIT, "the mail is larger than [intake] size-limit");
  if (flow->problem == NULL && flow->writer == NULL)
    g_set_error (&flow->problem, MADO_ERROR, MADO_ERROR_BUG, "the milter is not the intake");
  if (flow->problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&flow->problem));
    return FALSE;
  }
  if (!mado_spool_writer_commit (flow->writer, error))
    return FALSE;
  *id = g_strdup (mado_spool_writer_id (flow->writer));
  return TRUE;
}
