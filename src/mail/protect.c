/* protect.c: see protect.h. */
#include "madoguchi/mail/protect.h"

#include "madoguchi/base/text.h"
#include "madoguchi/mail/differences.h"
#include "madoguchi/mail/facts.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/verdict.h"

#include <string.h>

static gboolean
has_param (const MadoEntity *entity, const char *name, const char *value)
{
  g_autofree char *found = mado_header_param (entity, "Content-Type", name);

  return found != NULL && g_ascii_strcasecmp (found, value) == 0;
}

/* Is the payload covered by a sound signature of the envelope? */
static gboolean
is_payload_signed (const MadoReading *reading)
{
  GPtrArray *layers = reading->report->layers;

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer->covers == MADO_COVERS_WHOLE && mado_verdict_is_signed (layer))
      return TRUE;
  }
  return FALSE;
}

static void
protect_subject (MadoReading *reading, const MadoEntity *inside, MadoProtection protection)
{
  MadoReport *report = reading->report;
  g_autofree char *subject = mado_header_text (inside, "Subject");

  if (subject == NULL && protection == MADO_PROTECTION_SOME)
    return;
  g_clear_pointer (&report->subject, g_free); /* where all is protected, an outer-only field is no field of this mail */
  if (subject == NULL)
    return;
  g_free (report->subject_source);
  report->subject = mado_text_escape_line (subject);
  report->subject_source = g_strdup ("protected");
}

/* RFC 9788, 2.1: every protected mail carries its own From. One that only hides its Subject says nothing of the
 * other fields: those outside stay. */
static gboolean
has_from (const MadoEntity *inside)
{
  g_autofree char *from = mado_header_raw (inside, "From", 0);

  return from != NULL;
}

/* Whose claim of protection is true? @protection: (out) what is protected. FALSE: nothing. */
static gboolean
find_claim (MadoReading *reading, const MadoEntity *payload, MadoProtection *protection)
{
  gboolean is_encrypted = payload->is_decrypted, is_signed = is_payload_signed (reading);
  gboolean is_wrapped = payload->parent != NULL && payload->parent->is_wrapper;
  gboolean claims_cipher = has_param (payload, "hp", "cipher"), claims_clear = has_param (payload, "hp", "clear");

  if (!is_encrypted && !is_signed)
    return FALSE;
  if (claims_cipher && is_encrypted && !is_wrapped)
    *protection = MADO_PROTECTION_RECORDED;
  else if (is_wrapped || (claims_clear && is_signed)) /* clear, and encrypted, too? Then somebody else did that */
    *protection = MADO_PROTECTION_ALL;
  else if (has_param (payload, "protected-headers", "v1"))
    *protection = MADO_PROTECTION_SOME;
  else {
    if (claims_cipher || claims_clear)
      mado_reading_problem (reading, "The mail claims a protection of its header that it does not have (RFC 9788, 2.1.1); the header "
                                     "outside counts.");
    return FALSE;
  }
  if (!has_from (payload))
    *protection = MADO_PROTECTION_SOME;
  return TRUE;
}

/* Keeps the sender outside aside when the protected one is somebody else. */
static void
keep_outer_from (MadoReading *reading, MadoMailbox *outer)
{
  const MadoMailbox *inner = reading->report->from;

  if (outer != NULL && inner != NULL && mado_text_same_address (outer->address, inner->address))
    mado_mailbox_free (outer);
  else
    reading->outer_from = outer;
}

/* The older scheme says nothing about two senders: the one outside stays, as everywhere else. */
static void
note_other_sender (MadoReading *reading)
{
  GPtrArray *differences = reading->report->header_differences;

  for (guint i = 0; i < differences->len; i++)
    if (g_str_equal (((MadoHeaderDifference *) g_ptr_array_index (differences, i))->name, "From"))
      mado_reading_problem (reading, "The mail names another sender inside; the one outside is shown.");
}

void
mado_protect_read (MadoReading *reading)
{
  const MadoEntity *payload = reading->payload;
  MadoProtection protection;
  MadoMailbox *outer;

  if (payload == NULL || payload == reading->root || !find_claim (reading, payload, &protection))
    return;
  protect_subject (reading, payload, protection);
  mado_differences_read (reading, payload, protection);
  if (protection == MADO_PROTECTION_SOME) {
    mado_facts_read_some (reading, payload);
    note_other_sender (reading);
    return;
  }
  outer = g_steal_pointer (&reading->report->from);
  mado_facts_read_protected (reading, payload);
  keep_outer_from (reading, outer);
}

gboolean
mado_protect_settle_from (MadoReading *reading)
{
  MadoReport *report = reading->report;

  if (reading->outer_from == NULL)
    return FALSE;
  if (report->signature == MADO_SIGNATURE_GOOD) {
    mado_reading_problem (reading, "The sender outside is not the protected one, for whom the signature speaks; the protected one is shown.");
    return FALSE;
  }
  mado_reading_problem (reading, "The sender outside is not the protected one, and no signature speaks for the protected one; the one outside is "
                                 "shown, and an answer belongs to the one inside.");
  if (report->headers->reply_to == NULL && report->from != NULL)
    report->headers->reply_to = g_strdup (report->from->address);
  mado_mailbox_free (report->from);
  report->from = g_steal_pointer (&reading->outer_from);
  report->headers->from_count = 2; /* two senders: neither of them is one that we may rely on */
  return TRUE;
}

gboolean
mado_protect_is_wrapper (const MadoEntity *entity)
{
  return entity->is_message && entity->children->len == 1 && has_param (entity, "forwarded", "no");
}

gboolean
mado_protect_is_legacy_display (const MadoReading *reading, const MadoEntity *entity)
{
  const MadoEntity *first = mado_entity_child (entity, 0);

  if (entity != reading->payload || !entity->is_decrypted || entity->children->len != 2
      || !g_str_equal (entity->type, "multipart/mixed") || !has_param (entity, "protected-headers", "v1"))
    return FALSE;
  return (g_str_equal (first->type, "text/plain") || g_str_equal (first->type, "text/rfc822-headers"))
         && has_param (first, "protected-headers", "v1");
}

void
mado_protect_strip_display (const MadoEntity *entity, char *text)
{
  char *blank;

  if (!g_str_equal (entity->type, "text/plain") || !has_param (entity, "hp-legacy-display", "1"))
    return;
  blank = strstr (text, "\n\n");
  if (blank != NULL)
    memmove (text, blank + 2, strlen (blank + 2) + 1);
}
