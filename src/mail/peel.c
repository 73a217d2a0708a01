/* peel.c: see peel.h. A forwarded mail is an attachment: who signed it is not asked, but what in it is encrypted is
 * opened, as a part. Each decrypted layer becomes a scope of its own, which no other text is ever joined with. */
#include "madoguchi/mail/peel.h"

#include "madoguchi/mail/blocks.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/forms.h"
#include "madoguchi/mail/pairs.h"
#include "madoguchi/mail/protect.h"
#include "madoguchi/mail/smime.h"
#include "madoguchi/mail/unlock.h"

/* Makes @plaintext the content of @entity. A cap that it crosses is the layer's outcome. */
static void
take_plaintext (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, MadoLayer *layer, GBytes *plaintext)
{
  g_autofree char *path = g_strconcat (entity->path, ".1", NULL);
  g_autoptr (GError) problem = NULL;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (plaintext, &size);

  if (match->form == MADO_FORM_ATTACHMENT)
    entity->opened = mado_blocks_file (reading, entity, plaintext, path, &problem);
  else
    entity->opened = mado_structure_scan (bytes == NULL ? (const guint8 *) "" : bytes, size, path, &reading->limits, &problem);
  if (entity->opened == NULL) {
    layer->outcome = MADO_OUTCOME_LIMIT;
    mado_reading_problem (reading, "%s", problem->message);
    return;
  }
  entity->opened->parent = entity;
  mado_unlock_scope (reading, entity->opened, match->operation == MADO_OPERATION_DECRYPT || entity->is_decrypted);
}

static gboolean
run_engine (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, MadoLayer *layer, MadoEntity **inside,
            GError **error)
{
  g_autoptr (GBytes) plaintext = NULL, content = NULL;
  const guint8 *bytes;
  gsize size;

  if (match->protocol == MADO_PROTOCOL_SMIME) {
    if (!mado_unlock_smime (reading, layer, match, &plaintext, error))
      return FALSE;
    if (plaintext != NULL)
      take_plaintext (reading, entity, match, layer, plaintext);
    *inside = match->signature != NULL ? match->content : entity->opened;
    return TRUE;
  }
  if (match->signature != NULL) {
    content = mado_content_decode (match->signature);
    bytes = mado_entity_raw (match->content, &size);
    *inside = match->content;
    return mado_unlock_verify (reading, layer, bytes, size, TRUE, content, error);
  }
  content = mado_content_decode (match->content);
  bytes = g_bytes_get_data (content, &size);
  if (!(match->operation == MADO_OPERATION_VERIFY ? mado_unlock_opaque : mado_unlock_decrypt) (reading, layer, bytes, size,
                                                                                              &plaintext, error))
    return FALSE;
  if (plaintext != NULL)
    take_plaintext (reading, entity, match, layer, plaintext);
  *inside = entity->opened;
  return TRUE;
}

/* Opens the layer that @entity is. @inside: what it holds, NULL when it could not be opened. */
static gboolean
open_layer (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, MadoCovers covers, MadoEntity **inside,
            GError **error)
{
  MadoLayer *layer = mado_unlock_layer (reading, entity->path, match->protocol, match->form, match->operation, covers);

  g_ptr_array_add (entity->layers, layer);
  *inside = NULL;
  if (match->problem != NULL)
    mado_reading_problem (reading, "%s", match->problem);
  if (match->content == NULL) {
    layer->outcome = MADO_OUTCOME_CORRUPT;
    *inside = match->operation == MADO_OPERATION_VERIFY ? mado_entity_child (entity, 0) : NULL;
    return TRUE;
  }
  return run_engine (reading, entity, match, layer, inside, error);
}

/* A layer that is deeper than we go is named, not opened. */
static void
give_up (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, MadoCovers covers, guint depth)
{
  MadoLayer *layer = mado_unlock_too_deep (reading, depth, entity->path, match->protocol, match->form, match->operation, covers);

  if (layer != NULL)
    g_ptr_array_add (entity->layers, layer);
}

static gboolean walk_payload (MadoReading *reading, MadoEntity *entity, guint depth, GError **error);

/* The layers that stand inside the payload. */
static gboolean
open_errant (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, guint depth, GError **error)
{
  MadoEntity *inside = NULL;
  const MadoLayer *layer;

  if (!mado_unlock_may (reading, depth)) {
    give_up (reading, entity, match, MADO_COVERS_PART, depth);
    return TRUE;
  }
  if (!open_layer (reading, entity, match, MADO_COVERS_PART, &inside, error))
    return FALSE;
  layer = g_ptr_array_index (entity->layers, entity->layers->len - 1);
  if (layer->outcome != MADO_OUTCOME_OK && layer->operation != MADO_OPERATION_VERIFY)
    mado_reading_problem (reading, "Part %s is encrypted and could not be opened (%s).", entity->path,
                          mado_outcome_names[layer->outcome]);
  return inside == NULL || walk_payload (reading, inside, depth + 1, error);
}

/* Opens what is encrypted in a forwarded mail, so that it can be read; nothing else in there says anything about the mail
 * that brings it. */
static gboolean
walk_forwarded (MadoReading *reading, MadoEntity *entity, guint depth, GError **error)
{
  MadoFormMatch match;

  if (mado_forms_recognise (entity, &match) && match.operation == MADO_OPERATION_DECRYPT)
    return open_errant (reading, entity, &match, depth, error);
  for (guint i = 0; i < entity->children->len; i++)
    if (!walk_forwarded (reading, mado_entity_child (entity, i), depth, error))
      return FALSE;
  return TRUE;
}

static gboolean
walk_payload (MadoReading *reading, MadoEntity *entity, guint depth, GError **error)
{
  MadoFormMatch match;
  const char *problem;

  if (entity->is_message)
    return walk_forwarded (reading, mado_entity_child (entity, 0), depth, error);
  if (mado_forms_recognise (entity, &match))
    return open_errant (reading, entity, &match, depth, error);
  mado_blocks_unwrap (reading, entity);
  if (entity->opened != NULL)
    return walk_payload (reading, entity->opened, depth + 1, error);
  if (!mado_blocks_open (reading, entity, depth, error))
    return FALSE;
  problem = mado_smime_unread (entity);
  reading->has_unread |= problem != NULL;
  if (problem == NULL && entity->pieces == NULL)
    problem = mado_forms_unopened (entity);
  if (problem != NULL)
    mado_reading_problem (reading, "%s", problem);
  for (guint i = 0; i < entity->children->len; i++)
    if (!walk_payload (reading, mado_entity_child (entity, i), depth, error))
      return FALSE;
  return !entity->is_multipart || mado_pairs_verify (reading, entity, depth, error);
}

/* Opens the layer of the envelope that @entity is, @depth layers deep. @inside: what it holds, NULL: nothing more. */
static gboolean
open_envelope (MadoReading *reading, MadoEntity *entity, const MadoFormMatch *match, guint depth, MadoEntity **inside,
               GError **error)
{
  const MadoLayer *layer;

  *inside = NULL;
  if (!mado_unlock_may (reading, depth))
    give_up (reading, entity, match, MADO_COVERS_WHOLE, depth);
  else if (!open_layer (reading, entity, match, MADO_COVERS_WHOLE, inside, error))
    return FALSE;
  layer = entity->layers->len > 0 ? g_ptr_array_index (entity->layers, entity->layers->len - 1) : NULL;
  if (*inside == NULL && layer != NULL && layer->operation != MADO_OPERATION_VERIFY)
    mado_unlock_failed (reading, layer);
  return TRUE;
}

gboolean
mado_peel (MadoReading *reading, GError **error)
{
  MadoEntity *entity = reading->root, *inside = NULL;
  MadoFormMatch match;
  guint depth = 0;

  for (;; depth++, entity = inside) {
    if (mado_forms_recognise (entity, &match)) {
      if (!open_envelope (reading, entity, &match, depth, &inside, error))
        return FALSE;
      if (inside == NULL)
        return TRUE;
    } else {
      if (!mado_pairs_rebuilt (reading, entity, MADO_COVERS_WHOLE, depth, &inside, error))
        return FALSE;
      if (inside == NULL && entity != reading->root && mado_protect_is_wrapper (entity)) {
        entity->is_wrapper = TRUE;
        inside = mado_entity_child (entity, 0);
      }
      if (inside == NULL)
        break;
    }
  }
  reading->payload = entity;
  if (!walk_payload (reading, entity, depth, error))
    return FALSE;
  mado_blocks_settle (reading);
  return TRUE;
}
