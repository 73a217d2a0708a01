/* unlock.c: see unlock.h. */
#include "madoguchi/mail/unlock.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/words.h"
#include "madoguchi/mail/smime.h"
#include "madoguchi/pgp/engines.h"

/* A mail may hold this many times [limits] layers beside each other: every one costs a process. */
#define LAYERS_BESIDE 4

static guint
limit_of (const MadoReading *reading, const char *key)
{
  return (guint) mado_conf_int (reading->context->conf, "limits", key);
}

gboolean
mado_unlock_may (MadoReading *reading, guint depth)
{
  guint most = limit_of (reading, "layers");

  if (mado_engines_cost () >= mado_conf_int (reading->context->conf, "limits", "cpu") * G_USEC_PER_SEC) {
    mado_reading_problem (reading, "The mail took more processor time than it may; not all of it was opened.");
    return FALSE;
  }
  if (depth < most && reading->layers < most * LAYERS_BESIDE)
    return TRUE;
  mado_reading_problem (reading, "The mail has more encrypted or signed layers than we open.");
  return FALSE;
}

MadoLayer *
mado_unlock_layer (MadoReading *reading, const char *path, MadoProtocol protocol, MadoForm form, MadoOperation operation,
                   MadoCovers covers)
{
  MadoLayer *layer = mado_layer_new ();

  g_ptr_array_add (reading->report->layers, layer);
  reading->layers++;
  layer->part = g_strdup (path);
  layer->protocol = protocol;
  layer->form = form;
  layer->operation = operation;
  layer->covers = covers;
  return layer;
}

MadoLayer *
mado_unlock_too_deep (MadoReading *reading, guint depth, const char *path, MadoProtocol protocol, MadoForm form,
                      MadoOperation operation, MadoCovers covers)
{
  guint most = limit_of (reading, "layers");
  MadoLayer *layer;

  if (depth < most || reading->layers >= most * LAYERS_BESIDE)
    return NULL;
  layer = mado_unlock_layer (reading, path, protocol, form, operation, covers);
  layer->outcome = MADO_OUTCOME_LIMIT;
  return layer;
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
                           .max_trials = limit_of (reading, "hidden-recipients"),
                           .trials_before = reading->trials,
                           .now = reading->now };
}

/* (transfer full, nullable) our key @fingerprint, as what it is at this time. */
static MadoUsedKey *
describe_key (const MadoReading *reading, const char *fingerprint)
{
  const MadoKeyIndex *keys = reading->context->keys;
  const GPtrArray *own = keys == NULL ? NULL : mado_key_index_table (keys)->own;
  const MadoOwnKey *part = own == NULL ? NULL : mado_own_keys_find_part (own, fingerprint);
  const MadoKey *key = keys == NULL || part != NULL ? NULL : mado_key_index_find (keys, fingerprint);
  MadoUsedKey *used;

  if (fingerprint == NULL)
    return NULL;
  used = mado_used_key_new ();
  used->fingerprint = g_strdup (part != NULL ? part->fingerprint : key != NULL ? key->fingerprint : fingerprint);
  if (g_ascii_strcasecmp (used->fingerprint, fingerprint) != 0)
    used->subkey = g_strdup (fingerprint);
  if (part != NULL) {
    used->kind = g_strdup (part->kind);
    used->is_expired = part->expires != 0 && part->expires <= reading->now;
    used->is_revoked = part->is_revoked;
    used->newer = g_strdup (mado_own_keys_newer (own, part, reading->now));
  }
  return used;
}

void
mado_unlock_note_keys (MadoReading *reading)
{
  MadoReport *report = reading->report;

  for (guint i = 0; report->outdated_key == NULL && i < report->layers->len; i++) {
    const MadoUsedKey *used = ((MadoLayer *) g_ptr_array_index (report->layers, i))->used_key;
    if (used == NULL || used->newer == NULL)
      continue;
    report->outdated_key = mado_used_key_copy (used);
    mado_reading_problem (reading, "The mail is encrypted to %s of the team%s (%s); the sender should take the newer one, %s.",
                          g_strcmp0 (used->kind, "shared") == 0 ? N_ ("an earlier shared key") : N_ ("an earlier key"),
                          used->is_revoked ? N_ (", revoked since") : used->is_expired ? N_ (", expired since") : "",
                          used->subkey != NULL ? used->subkey : used->fingerprint, used->newer);
  }
}

static void
take_result (MadoReading *reading, MadoLayer *layer, MadoPgpResult *result)
{
  layer->outcome = result->outcome;
  layer->integrity = result->integrity;
  reading->trials += result->trials;
  if (result->is_spent)
    reading->plaintext_left = 0;
  g_strfreev (layer->encrypted_to);
  layer->encrypted_to = g_steal_pointer (&result->encrypted_to);
  if (result->outcome == MADO_OUTCOME_OK)
    layer->used_key = describe_key (reading, result->opened_by);
  for (guint i = 0; i < result->signatures->len; i++)
    g_ptr_array_add (layer->signatures, mado_signature_copy (g_ptr_array_index (result->signatures, i)));
  if (layer->operation == MADO_OPERATION_DECRYPT && layer->signatures->len > 0)
    layer->operation = MADO_OPERATION_DECRYPT_VERIFY;
  for (guint i = 0; i < result->problems->len; i++)
    mado_reading_problem (reading, "%s", (char *) g_ptr_array_index (result->problems, i));
}

static const guint8 *
or_nothing (const guint8 *bytes)
{
  return bytes == NULL ? (const guint8 *) "" : bytes;
}

/* Keeps the plaintext of @result as long as the mail is read. */
static GBytes *
take_plaintext (MadoReading *reading, MadoPgpResult *result)
{
  if (result->plaintext == NULL)
    return NULL;
  reading->plaintext_left -= MIN (reading->plaintext_left, g_bytes_get_size (result->plaintext));
  g_ptr_array_add (reading->plaintexts, g_bytes_ref (result->plaintext));
  return g_steal_pointer (&result->plaintext);
}

gboolean
mado_unlock_decrypt (MadoReading *reading, MadoLayer *layer, const guint8 *bytes, gsize size, GBytes **plaintext,
                     GError **error)
{
  MadoPgpLimits limits = limits_of (reading);
  g_autoptr (MadoPgpResult) result = NULL;

  if (!need_engine (reading, error)
      || !mado_pgp_decrypt (reading->engine, &limits, or_nothing (bytes), size, &result, error))
    return FALSE;
  take_result (reading, layer, result);
  *plaintext = take_plaintext (reading, result);
  return TRUE;
}

gboolean
mado_unlock_opaque (MadoReading *reading, MadoLayer *layer, const guint8 *bytes, gsize size, GBytes **plaintext,
                    GError **error)
{
  MadoPgpLimits limits = limits_of (reading);
  g_autoptr (MadoPgpResult) result = NULL;

  if (!need_engine (reading, error)
      || !mado_pgp_verify_opaque (reading->engine, &limits, or_nothing (bytes), size, &result, error))
    return FALSE;
  take_result (reading, layer, result);
  *plaintext = take_plaintext (reading, result);
  return TRUE;
}

gboolean
mado_unlock_verify (MadoReading *reading, MadoLayer *layer, const guint8 *bytes, gsize size, gboolean is_mail,
                    GBytes *signature, GError **error)
{
  MadoPgpLimits limits = limits_of (reading);
  g_autoptr (MadoPgpResult) result = NULL;
  gsize signature_size;
  const guint8 *signature_bytes = g_bytes_get_data (signature, &signature_size);

  if (!need_engine (reading, error)
      || !mado_pgp_verify (reading->engine, &limits, or_nothing (bytes), size, is_mail, or_nothing (signature_bytes),
                           signature_size, &result, error))
    return FALSE;
  take_result (reading, layer, result);
  return TRUE;
}

gboolean
mado_unlock_smime (MadoReading *reading, MadoLayer *layer, const MadoFormMatch *match, GBytes **plaintext, GError **error)
{
  MadoPgpLimits limits = limits_of (reading);
  g_autoptr (MadoPgpResult) result = NULL;

  if (!mado_smime_run (reading, match, &limits, &result, error))
    return FALSE;
  take_result (reading, layer, result);
  *plaintext = take_plaintext (reading, result);
  return TRUE;
}

void
mado_unlock_failed (MadoReading *reading, const MadoLayer *layer)
{
  MadoReport *report = reading->report;

  if (report->undecryptable != NULL)
    return;
  report->undecryptable = mado_undecryptable_new ();
  report->undecryptable->reason = g_strdup (mado_outcome_names[layer->outcome]);
  g_strfreev (report->undecryptable->encrypted_to);
  report->undecryptable->encrypted_to = g_strdupv (layer->encrypted_to);
}

static void
mark (MadoEntity *entity, guint scope, gboolean is_decrypted)
{
  entity->is_decrypted |= is_decrypted;
  entity->scope = scope;
  for (guint i = 0; i < entity->children->len; i++)
    mark (mado_entity_child (entity, i), scope, is_decrypted);
}

void
mado_unlock_scope (MadoReading *reading, MadoEntity *entity, gboolean is_decrypted)
{
  mark (entity, ++reading->scopes, is_decrypted);
}
