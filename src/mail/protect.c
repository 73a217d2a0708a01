/* protect.c: see protect.h. */
#include "madoguchi/mail/protect.h"

#include "madoguchi/base/text.h"
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
protect_subject (MadoReading *reading, const MadoEntity *payload)
{
  MadoReport *report = reading->report;
  g_autofree char *subject = mado_header_text (payload, "Subject");

  if (subject == NULL)
    return;
  g_free (report->subject);
  g_free (report->subject_source);
  report->subject = mado_text_escape_line (subject);
  report->subject_source = g_strdup ("protected");
}

/* RFC 9788, 2.1: every protected mail carries its own From. One that only hides its Subject says nothing of the
 * other fields: those outside stay. */
static gboolean
has_from (const MadoEntity *payload)
{
  g_autofree char *from = mado_header_raw (payload, "From", 0);

  return from != NULL;
}

/* Does the payload claim header protection, and is the claim true (RFC 9788, 2.1.1)? */
static gboolean
claims_truly (const MadoEntity *payload, gboolean is_encrypted, gboolean is_signed)
{
  return (has_param (payload, "hp", "cipher") && is_encrypted)
         || (has_param (payload, "hp", "clear") && !is_encrypted && is_signed);
}

void
mado_protect_read (MadoReading *reading)
{
  const MadoEntity *payload = reading->payload;
  gboolean is_encrypted, is_signed;

  if (payload == NULL || payload == reading->root)
    return;
  is_encrypted = payload->is_decrypted;
  is_signed = is_payload_signed (reading);
  if (claims_truly (payload, is_encrypted, is_signed) && has_from (payload)) {
    g_autofree char *outer = reading->report->from == NULL ? NULL : g_strdup (reading->report->from->address);

    protect_subject (reading, payload);
    if (reading->report->subject != NULL && g_str_equal (reading->report->subject_source, "outer"))
      g_clear_pointer (&reading->report->subject, g_free); /* an outer-only field is no field of this mail */
    mado_facts_read_protected (reading, payload);
    if (reading->report->from != NULL && !mado_text_same_address (outer, reading->report->from->address))
      mado_reading_problem (reading, "The sender outside differs from the one inside the protected mail; the one inside is shown.");
  } else if (claims_truly (payload, is_encrypted, is_signed)
             || (has_param (payload, "protected-headers", "v1") && (is_encrypted || is_signed))) {
    protect_subject (reading, payload);
  }
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
