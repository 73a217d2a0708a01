/* verdict.c: see verdict.h. */
#include "madoguchi/mail/verdict.h"

#include "madoguchi/base/text.h"

#include <string.h>

/* The better of two statuses stands earlier here: one sound signature proves the text, whatever others say. */
static const MadoSignatureStatus order[] = {
  MADO_SIGNATURE_GOOD,        MADO_SIGNATURE_GOOD_UNTRUSTED, MADO_SIGNATURE_EXPIRED_SIGNATURE, MADO_SIGNATURE_EXPIRED_KEY,
  MADO_SIGNATURE_REVOKED_KEY, MADO_SIGNATURE_BAD,            MADO_SIGNATURE_UNSUPPORTED,       MADO_SIGNATURE_UNKNOWN_KEY,
};

static guint
rank (MadoSignatureStatus status)
{
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (order[i] == status)
      return i;
  return G_N_ELEMENTS (order);
}

static gboolean
is_good (MadoSignatureStatus status)
{
  return status == MADO_SIGNATURE_GOOD || status == MADO_SIGNATURE_GOOD_UNTRUSTED;
}

gboolean
mado_verdict_is_signed (const MadoLayer *layer)
{
  for (guint i = 0; i < layer->signatures->len; i++)
    if (is_good (((MadoSignature *) g_ptr_array_index (layer->signatures, i))->status))
      return TRUE;
  return FALSE;
}

static gboolean
decrypts (const MadoLayer *layer)
{
  return layer->operation != MADO_OPERATION_VERIFY;
}

/* Was there a ciphertext at all? A part that only calls itself encrypted proves nothing. */
static gboolean
has_ciphertext (const MadoLayer *layer)
{
  return layer->outcome != MADO_OUTCOME_CORRUPT || layer->integrity != MADO_INTEGRITY_UNKNOWN
         || g_strv_length (layer->encrypted_to) > 0;
}

static MadoEncryption
judge_encryption (GPtrArray *layers)
{
  MadoEncryption encryption = MADO_ENCRYPTION_NONE;

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (!decrypts (layer) || !has_ciphertext (layer))
      continue;
    if (layer->covers == MADO_COVERS_WHOLE)
      return MADO_ENCRYPTION_WHOLE;
    if (layer->outcome == MADO_OUTCOME_OK)
      encryption = MADO_ENCRYPTION_PARTIAL;
  }
  return encryption;
}

/* Signatures outside the innermost encryption of the envelope say who carried the ciphertext, not who wrote; also when
 * we cannot open it. */
static guint
first_that_counts (GPtrArray *layers)
{
  guint first = 0;

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer->covers == MADO_COVERS_WHOLE && decrypts (layer))
      first = i;
  }
  return first;
}

static MadoSignatureStatus
status_without_signature (const MadoLayer *layer)
{
  return layer->outcome == MADO_OUTCOME_UNSUPPORTED || layer->outcome == MADO_OUTCOME_LIMIT ? MADO_SIGNATURE_UNSUPPORTED : MADO_SIGNATURE_BAD;
}

/* The best status of the layers from @first on that cover @covers; its signature in @best (nullable). */
static MadoSignatureStatus
best_of (GPtrArray *layers, guint first, MadoCovers covers, const MadoSignature **best)
{
  MadoSignatureStatus status = MADO_SIGNATURE_NONE;

  for (guint i = first; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer->covers != covers)
      continue;
    for (guint k = 0; k < layer->signatures->len; k++) {
      const MadoSignature *signature = g_ptr_array_index (layer->signatures, k);
      if (rank (signature->status) < rank (status)) {
        status = signature->status;
        *best = signature;
      }
    }
    if (!decrypts (layer) && layer->signatures->len == 0 && rank (status_without_signature (layer)) < rank (status)) {
      status = status_without_signature (layer);
      *best = NULL;
    }
  }
  return status;
}

/* Does the certificate behind an S/MIME signature name @from? */
static gboolean
names_address (const MadoSignature *signature, const char *from)
{
  for (guint i = 0; from != NULL && signature->user_ids[i] != NULL; i++)
    if (mado_text_same_address (signature->user_ids[i], from))
      return TRUE;
  return FALSE;
}

static void
bind_certificate (MadoSignature *signature, const char *from, const MadoKeyIndex *keys)
{
  if (keys != NULL && mado_key_index_is_distrusted (keys, signature->fingerprint))
    g_clear_pointer (&signature->vouched_by, g_free);
  if (signature->status == MADO_SIGNATURE_GOOD)
    signature->status = MADO_SIGNATURE_GOOD_UNTRUSTED;
  if (signature->status == MADO_SIGNATURE_GOOD_UNTRUSTED && signature->vouched_by != NULL && names_address (signature, from))
    signature->status = MADO_SIGNATURE_GOOD;
}

/* A good-untrusted signature is good when its key speaks for @from. */
static void
bind_signatures (GPtrArray *layers, const char *from, const MadoKeyIndex *keys)
{
  for (guint i = 0; i < layers->len; i++) {
    MadoLayer *layer = g_ptr_array_index (layers, i);
    for (guint k = 0; k < layer->signatures->len; k++) {
      MadoSignature *signature = g_ptr_array_index (layer->signatures, k);
      const MadoKey *key = keys == NULL || signature->fingerprint == NULL ? NULL : mado_key_index_find (keys, signature->fingerprint);
      gboolean matches = FALSE;
      const char *vouched_by = NULL;

      if (layer->protocol == MADO_PROTOCOL_SMIME) {
        bind_certificate (signature, from, keys);
        continue;
      }
      if (signature->status == MADO_SIGNATURE_GOOD)
        signature->status = MADO_SIGNATURE_GOOD_UNTRUSTED;
      if (signature->status != MADO_SIGNATURE_GOOD_UNTRUSTED || key == NULL || from == NULL)
        continue;
      if (mado_key_index_judge (keys, key, from, &matches, &vouched_by) >= MADO_VALIDITY_FULL && matches)
        signature->status = MADO_SIGNATURE_GOOD;
    }
  }
}

/* Do two blocks beside each other make up the whole, or what is inside of the whole? Each may be signed; nobody signed
 * both together. One that is inside of the block before it has a longer path than that. */
static gboolean
is_put_together (GPtrArray *layers)
{
  const MadoLayer *before = NULL;

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer->covers != MADO_COVERS_WHOLE || (layer->form != MADO_FORM_INLINE && layer->form != MADO_FORM_ATTACHMENT))
      continue;
    if (before != NULL && !(g_str_has_prefix (layer->part, before->part) && layer->part[strlen (before->part)] == '.'))
      return TRUE;
    before = layer;
  }
  return FALSE;
}

/* Was something opened deeper inside? Whoever signed around it signed a ciphertext, not what is shown. */
static gboolean
shows_more (GPtrArray *layers)
{
  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer->covers == MADO_COVERS_PART && decrypts (layer) && layer->outcome == MADO_OUTCOME_OK)
      return TRUE;
  }
  return FALSE;
}

static MadoSigner *
describe_certificate (const MadoSignature *signature, const char *from)
{
  MadoSigner *signer = mado_signer_new ();

  signer->fingerprint = g_strdup (signature->fingerprint);
  g_strfreev (signer->user_ids);
  signer->user_ids = g_strdupv (signature->user_ids);
  signer->matches_from = names_address (signature, from);
  signer->validity = signature->vouched_by != NULL && signer->matches_from ? MADO_VALIDITY_FULL : MADO_VALIDITY_UNKNOWN;
  signer->vouched_by = g_strdup (signature->vouched_by);
  return signer;
}

static MadoSigner *
describe_signer (const MadoSignature *signature, const char *from, const MadoKeyIndex *keys)
{
  const MadoKey *key = keys == NULL || signature->fingerprint == NULL ? NULL : mado_key_index_find (keys, signature->fingerprint);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *vouched_by = NULL;
  MadoSigner *signer;

  if (g_strv_length (signature->user_ids) > 0) /* only certificates bring them along */
    return describe_certificate (signature, from);
  if (key == NULL)
    return NULL;
  signer = mado_signer_new ();
  signer->fingerprint = g_strdup (key->fingerprint);
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = g_ptr_array_index (key->users, i);
    if (!user->is_revoked && user->user_id != NULL)
      g_strv_builder_add (names, user->user_id);
  }
  g_strfreev (signer->user_ids);
  signer->user_ids = g_strv_builder_end (names);
  if (from != NULL)
    signer->validity = mado_key_index_judge (keys, key, from, &signer->matches_from, &vouched_by);
  signer->vouched_by = g_strdup (vouched_by);
  g_strfreev (signer->successor_of);
  signer->successor_of = mado_key_index_forerunners (keys, key, from);
  return signer;
}

static gboolean
names_signer (MadoSignatureStatus status)
{
  return is_good (status) || status == MADO_SIGNATURE_EXPIRED_SIGNATURE || status == MADO_SIGNATURE_EXPIRED_KEY
         || status == MADO_SIGNATURE_REVOKED_KEY;
}

void
mado_verdict_judge (GPtrArray *layers, const char *from, const MadoKeyIndex *keys, MadoVerdict *verdict)
{
  const MadoSignature *best = NULL;
  gboolean is_mosaic = is_put_together (layers);
  guint first = is_mosaic ? 0 : first_that_counts (layers);

  bind_signatures (layers, from, keys);
  verdict->encryption = judge_encryption (layers);
  verdict->signer = NULL;
  verdict->signature = best_of (layers, first, MADO_COVERS_WHOLE, &best);
  if (verdict->signature == MADO_SIGNATURE_NONE) {
    /* A layer inside the payload never lifts the message; that it is broken may still be said. */
    verdict->signature = best_of (layers, first, MADO_COVERS_PART, &best);
    best = NULL;
    if (is_good (verdict->signature))
      verdict->signature = MADO_SIGNATURE_PARTIAL;
  }
  if (is_good (verdict->signature) && (is_mosaic || shows_more (layers))) {
    verdict->signature = MADO_SIGNATURE_PARTIAL;
    best = NULL;
  }
  if (best != NULL && names_signer (verdict->signature))
    verdict->signer = describe_signer (best, from, keys);
}
