/* peel.c: see peel.h. A forwarded mail is an attachment: its layers are not ours to open. Each decrypted layer
 * becomes a scope of its own, which no other text is ever joined with. */
#include "madoguchi/mail/peel.h"

#include "madoguchi/base/error.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/forms.h"

#include <string.h>

/* A mail may hold this many times [limits] layers beside each other: every one costs a process. */
#define LAYERS_BESIDE 4

static guint
limit_of (const MadoReading *reading, const char *key)
{
  return (guint) mado_conf_int (reading->context->conf, "limits", key);
}

static gboolean
need_engine (MadoReading *reading, GError **error)
{
  if (reading->engine != NULL)
    return TRUE;
  reading->engine = reading->context->engine;
  if (reading->engine != NULL)
    return TRUE;
  if (reading->context->home == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "no GnuPG home to open this mail with");
    return FALSE;
  }
  reading->own_engine = mado_pgp_engine_new (reading->context->home, error);
  reading->engine = reading->own_engine;
  return reading->engine != NULL;
}

static MadoPgpLimits
limits_of (const MadoReading *reading)
{
  return (MadoPgpLimits) { .keys = reading->context->keys,
                           .max_plaintext = reading->plaintext_left,
                           .max_recipients = limit_of (reading, "recipients"),
                           .max_signatures = limit_of (reading, "signatures"),
                           .now = reading->now };
}

static void
take_result (MadoReading *reading, MadoLayer *layer, MadoPgpResult *result)
{
  layer->outcome = result->outcome;
  layer->integrity = result->integrity;
  g_strfreev (layer->encrypted_to);
  layer->encrypted_to = g_steal_pointer (&result->encrypted_to);
  for (guint i = 0; i < result->signatures->len; i++)
    g_ptr_array_add (layer->signatures, mado_signature_copy (g_ptr_array_index (result->signatures, i)));
  if (layer->operation == MADO_OPERATION_DECRYPT && layer->signatures->len > 0)
    layer->operation = MADO_OPERATION_DECRYPT_VERIFY;
  for (guint i = 0; i < result->problems->len; i++)
    mado_reading_problem (reading, "%s", (char *) g_ptr_array_index (result->problems, i));
}

static void
mark_decrypted (MadoEntity *entity, guint scope)
{
  entity->is_decrypted = TRUE;
  entity->scope = scope;
  for (guint i = 0; i < entity->children->len; i++)
    mark_decrypted (mado_entity_child (entity, i), scope);
}

/* Makes the plaintext in @result the content of @entity. A cap that it crosses is the layer's outcome. */
static void
take_plaintext (MadoReading *reading, MadoEntity *entity, MadoLayer *layer, MadoPgpResult *result)
{
  g_autofree char *path = g_strconcat (entity->path, ".1", NULL);
  g_autoptr (GError) problem = NULL;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (result->plaintext, &size);

  reading->plaintext_left -= MIN (reading->plaintext_left, size);
  entity->opened = mado_structure_scan (bytes == NULL ? (const guint8 *) "" : bytes, size, path, &reading->limits, &problem);
  if (entity->opened == NULL) {
    layer->outcome = MADO_OUTCOME_LIMIT;
    mado_reading_problem (reading, "%s", problem->message);
    return;
  }
  g_ptr_array_add (reading->plaintexts, g_bytes_ref (result->plaintext));
  entity->opened->parent = entity;
  mark_decrypted (entity->opened, ++reading->scopes);
}

static gboolean
decrypt (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, MadoLayer *layer, GError **error)
{
  g_autoptr (GBytes) content = mado_content_decode (match->content);
  MadoPgpLimits limits = limits_of (reading);
  g_autoptr (MadoPgpResult) result = NULL;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (content, &size);

  if (!mado_pgp_decrypt (reading->engine, &limits, bytes == NULL ? (const guint8 *) "" : bytes, size, &result, error))
    return FALSE;
  take_result (reading, layer, result);
  if (result->plaintext != NULL)
    take_plaintext (reading, entity, layer, result);
  return TRUE;
}

static gboolean
verify (MadoReading *reading, const MadoFormMatch *match, MadoLayer *layer, GError **error)
{
  g_autoptr (GBytes) signature = mado_content_decode (match->signature);
  MadoPgpLimits limits = limits_of (reading);
  g_autoptr (MadoPgpResult) result = NULL;
  gsize size, signature_size;
  const guint8 *bytes = mado_entity_raw (match->content, &size);
  const guint8 *signature_bytes = g_bytes_get_data (signature, &signature_size);

  if (!mado_pgp_verify (reading->engine, &limits, bytes, size,
                        signature_bytes == NULL ? (const guint8 *) "" : signature_bytes, signature_size, &result, error))
    return FALSE;
  take_result (reading, layer, result);
  return TRUE;
}

/* Opens the layer that @entity is. @inside: what it holds, NULL when it could not be opened. */
static gboolean
open_layer (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, MadoCovers covers, MadoEntity **inside,
            GError **error)
{
  MadoLayer *layer = mado_layer_new ();
  gboolean is_verify = match->operation == MADO_OPERATION_VERIFY;

  g_ptr_array_add (reading->report->layers, layer);
  g_ptr_array_add (entity->layers, layer);
  reading->layers++;
  layer->part = g_strdup (entity->path);
  layer->protocol = match->protocol;
  layer->form = match->form;
  layer->operation = match->operation;
  layer->covers = covers;
  *inside = NULL;
  if (match->problem != NULL)
    mado_reading_problem (reading, "%s", match->problem);
  if (match->content == NULL) {
    layer->outcome = match->protocol == MADO_PROTOCOL_SMIME ? MADO_OUTCOME_UNSUPPORTED : MADO_OUTCOME_CORRUPT;
    *inside = is_verify ? mado_entity_child (entity, 0) : NULL;
    return TRUE;
  }
  if (!need_engine (reading, error))
    return FALSE;
  if (is_verify) {
    *inside = match->content;
    return verify (reading, match, layer, error);
  }
  if (!decrypt (reading, entity, match, layer, error))
    return FALSE;
  *inside = entity->opened;
  return TRUE;
}

static void
mark_undecryptable (MadoReport *report, const MadoLayer *layer)
{
  if (report->undecryptable != NULL)
    return;
  report->undecryptable = mado_undecryptable_new ();
  report->undecryptable->reason = g_strdup (mado_outcome_names[layer->outcome]);
  g_strfreev (report->undecryptable->encrypted_to);
  report->undecryptable->encrypted_to = g_strdupv (layer->encrypted_to);
}

static gboolean
may_open (MadoReading *reading, guint depth)
{
  guint most = limit_of (reading, "layers");

  if (depth < most && reading->layers < most * LAYERS_BESIDE)
    return TRUE;
  mado_reading_problem (reading, "The mail has more encrypted or signed layers than we open.");
  return FALSE;
}

static gboolean walk_payload (MadoReading *reading, MadoEntity *entity, guint depth, GError **error);

/* The layers that stand inside the payload. */
static gboolean
open_errant (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, guint depth, GError **error)
{
  MadoEntity *inside = NULL;
  const MadoLayer *layer;

  if (!may_open (reading, depth))
    return TRUE;
  if (!open_layer (reading, entity, match, MADO_COVERS_PART, &inside, error))
    return FALSE;
  layer = g_ptr_array_index (entity->layers, 0);
  if (layer->outcome != MADO_OUTCOME_OK && layer->operation != MADO_OPERATION_VERIFY)
    mado_reading_problem (reading, "Part %s is encrypted and could not be opened (%s).", entity->path,
                          mado_outcome_names[layer->outcome]);
  return inside == NULL || walk_payload (reading, inside, depth + 1, error);
}

static gboolean
walk_payload (MadoReading *reading, MadoEntity *entity, guint depth, GError **error)
{
  MadoFormMatch match;
  const char *problem;

  if (entity->is_message)
    return TRUE;
  if (mado_forms_recognise (entity, &match))
    return open_errant (reading, entity, &match, depth, error);
  problem = mado_forms_unopened (entity);
  if (problem != NULL)
    mado_reading_problem (reading, "%s", problem);
  for (guint i = 0; i < entity->children->len; i++)
    if (!walk_payload (reading, mado_entity_child (entity, i), depth, error))
      return FALSE;
  return TRUE;
}

gboolean
mado_peel (MadoReading *reading, GError **error)
{
  MadoEntity *entity = reading->root;
  MadoFormMatch match;
  guint depth = 0;

  while (mado_forms_recognise (entity, &match)) {
    MadoEntity *inside = NULL;
    const MadoLayer *layer;

    if (!may_open (reading, depth++))
      break;
    if (!open_layer (reading, entity, &match, MADO_COVERS_WHOLE, &inside, error))
      return FALSE;
    layer = g_ptr_array_index (reading->report->layers, reading->report->layers->len - 1);
    if (inside == NULL) {
      mark_undecryptable (reading->report, layer);
      return TRUE;
    }
    entity = inside;
  }
  reading->payload = entity;
  return mado_forms_recognise (entity, &match) || walk_payload (reading, entity, depth, error);
}
