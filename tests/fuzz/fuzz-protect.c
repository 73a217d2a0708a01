/* Fuzz target: header protection (RFC 9788, and protected-headers="v1"). The first byte says what the envelope proved; the
 * rest is a mail whose first part is the payload. Protected fields win only where the claim is true, nothing else changes, and
 * taking off a copy for old readers never adds anything. */
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/facts.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/protect.h"

#include <gmime/gmime.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
mark_decrypted (MadoEntity *entity)
{
  entity->is_decrypted = TRUE;
  entity->scope = 1;
  for (guint i = 0; i < entity->children->len; i++)
    mark_decrypted (mado_entity_child (entity, i));
}

static void
add_layer (MadoReading *reading, MadoOperation operation, MadoCovers covers, gboolean is_good)
{
  MadoLayer *layer = mado_layer_new ();
  MadoSignature *signature = mado_signature_new ();

  layer->part = g_strdup ("1");
  layer->operation = operation;
  layer->covers = covers;
  signature->status = is_good ? MADO_SIGNATURE_GOOD_UNTRUSTED : MADO_SIGNATURE_BAD;
  if (operation == MADO_OPERATION_DECRYPT)
    mado_signature_free (signature);
  else
    g_ptr_array_add (layer->signatures, signature);
  g_ptr_array_add (reading->report->layers, layer);
}

static gboolean
has_param (const MadoEntity *entity, const char *name, const char *value)
{
  g_autofree char *found = mado_header_param (entity, "Content-Type", name);

  return found != NULL && g_ascii_strcasecmp (found, value) == 0;
}

/* What may be said of every mail. */
static void
check_subject (const MadoReport *report, const MadoEntity *payload, const char *outer)
{
  g_autofree char *inner = mado_header_text (payload, "Subject");
  g_autofree char *shown = inner == NULL ? NULL : mado_text_escape_line (inner);

  REQUIRE (g_strcmp0 (report->outer_subject, outer) == 0);
  if (g_str_equal (report->subject_source, "protected"))
    REQUIRE (shown != NULL && g_str_equal (report->subject, shown));
  else
    REQUIRE (g_str_equal (report->subject_source, "outer") && (report->subject == NULL || g_strcmp0 (report->subject, outer) == 0));
}

static void
check_display (const MadoReading *reading, const MadoEntity *entity)
{
  mado_protect_is_legacy_display (reading, entity);
  if (entity->children->len == 0 && g_str_has_prefix (entity->type, "text/")) {
    g_autofree char *charset = NULL;
    guint notes;
    g_autofree char *text = mado_content_text (entity, &charset, &notes);
    g_autofree char *before = g_strdup (text);

    if (text != NULL)
      mado_protect_strip_display (entity, text);
    REQUIRE (text == NULL || g_str_has_suffix (before, text));
  }
  for (guint i = 0; i < entity->children->len; i++)
    check_display (reading, mado_entity_child (entity, i));
}

/* A protected sender whom no good signature backs gives way to the one outside, and then nobody is known. */
static void
check_sender (MadoReading *reading, const char *outer)
{
  gboolean differs = reading->outer_from != NULL;

  reading->report->signature = MADO_SIGNATURE_GOOD_UNTRUSTED;
  if (!mado_protect_settle_from (reading)) {
    REQUIRE (!differs);
    return;
  }
  REQUIRE (differs && reading->report->headers->from_count == 2 && g_strcmp0 (reading->report->from->address, outer) == 0);
}

static void
check (MadoReading *reading, guint flags)
{
  MadoEntity *payload = (flags & 8) && reading->root->children->len > 0 ? mado_entity_child (reading->root, 0) : reading->root;
  gboolean is_encrypted = (flags & 1) != 0, is_signed = (flags & 2) != 0;
  g_autofree char *outer = NULL, *from = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;
  gboolean may_win, claims_all;

  if (payload != reading->root && mado_protect_is_wrapper (payload)) {
    payload->is_wrapper = TRUE;
    payload = mado_entity_child (payload, 0);
  }
  reading->payload = payload;
  if (is_encrypted && payload != reading->root) {
    mark_decrypted (payload);
    add_layer (reading, MADO_OPERATION_DECRYPT, MADO_COVERS_WHOLE, FALSE);
  }
  add_layer (reading, MADO_OPERATION_VERIFY, is_signed ? MADO_COVERS_WHOLE : MADO_COVERS_PART, is_signed || (flags & 4) != 0);
  mado_facts_read (reading);
  outer = g_strdup (reading->report->outer_subject);
  from = reading->report->from == NULL ? NULL : g_strdup (reading->report->from->address);
  before = mado_record_to_bytes (&mado_report_type, reading->report);
  mado_protect_read (reading);
  check_subject (reading->report, payload, outer);
  after = mado_record_to_bytes (&mado_report_type, reading->report);
  may_win = payload != reading->root && (is_encrypted || is_signed);
  claims_all = payload != reading->root && (payload->parent->is_wrapper || (has_param (payload, "hp", "cipher") && is_encrypted)
                                            || (has_param (payload, "hp", "clear") && is_signed));
  if (!may_win || !(claims_all || has_param (payload, "protected-headers", "v1")))
    REQUIRE (g_bytes_equal (before, after));
  if (!may_win || !claims_all) /* the older way protects the Subject, never the sender */
    REQUIRE (g_strcmp0 (from, reading->report->from == NULL ? NULL : reading->report->from->address) == 0);
  check_sender (reading, from);
  check_display (reading, payload);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (MadoConf) conf = mado_conf_parse ("[limits]\nparts=100\ndepth=20\n", "fuzz", NULL);
  MadoOpenContext context = { .conf = conf };
  g_autoptr (GBytes) mail = NULL;
  g_autoptr (MadoReading) reading = NULL;
  int fd;

  if (size < 2)
    return 0;
  g_mime_init ();
  mail = g_bytes_new_static (bytes + 1, size - 1);
  fd = mado_fsio_memfd ("fuzz", mail, NULL);
  REQUIRE (fd >= 0);
  reading = mado_reading_new (&context, fd, 0, size - 1, NULL);
  if (reading != NULL && mado_reading_scan (reading, NULL))
    check (reading, bytes[0]);
  close (fd);
  return 0;
}
