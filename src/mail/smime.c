/* smime.c: see smime.h. Called by forms.c and peel.c. */
#include "madoguchi/mail/smime.h"

#include "madoguchi/base/error.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/verdict.h"
#include "madoguchi/pgp/cms.h"

#include <string.h>

#define COUNT_MAX 1000

static gboolean
has_type (const MadoEntity *entity, const char *type, const char *old_type)
{
  return entity != NULL && (g_str_equal (entity->type, type) || g_str_equal (entity->type, old_type));
}

/* RFC 8551, 3.5.3. What has another number of parts is no signed message: nobody can say which part was meant. */
static gboolean
is_detached (MadoEntity *entity, MadoFormMatch *match)
{
  g_autofree char *protocol = NULL;

  if (!g_str_equal (entity->type, "multipart/signed")
      || !has_type (mado_entity_child (entity, 1), "application/pkcs7-signature", "application/x-pkcs7-signature"))
    return FALSE;
  protocol = mado_header_param (entity, "Content-Type", "protocol");
  if (protocol != NULL && g_ascii_strcasecmp (protocol, "application/pkcs7-signature") != 0
      && g_ascii_strcasecmp (protocol, "application/x-pkcs7-signature") != 0)
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_SMIME, MADO_FORM_OPAQUE, MADO_OPERATION_VERIFY, NULL, NULL, NULL };
  if (entity->children->len != 2) {
    match->problem = "A signed part has more than the two parts that it must have; its signature does not count.";
  } else {
    match->content = mado_entity_child (entity, 0);
    match->signature = mado_entity_child (entity, 1);
  }
  return TRUE;
}

static gboolean
has_suffix (const MadoEntity *entity, const char *const *suffixes)
{
  g_autofree char *name = mado_header_filename (entity);
  gsize length = name == NULL ? 0 : strlen (name);

  for (guint i = 0; length > 4 && suffixes[i] != NULL; i++)
    if (g_ascii_strcasecmp (name + length - 4, suffixes[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Gateways rename the type; the name of the file stays (RFC 8551, 3.2.1). */
static gboolean
is_renamed (const MadoEntity *entity)
{
  static const char *const suffixes[] = { ".p7m", ".p7c", ".p7z", ".p7b", NULL };

  return g_str_equal (entity->type, "application/octet-stream") && has_suffix (entity, suffixes);
}

gboolean
mado_smime_is_signature (const MadoEntity *entity)
{
  static const char *const suffixes[] = { ".p7s", NULL };

  return entity->children->len == 0
         && (has_type (entity, "application/pkcs7-signature", "application/x-pkcs7-signature")
             || (g_str_equal (entity->type, "application/octet-stream") && has_suffix (entity, suffixes)));
}

/* (transfer full) the data of @entity: its content, without base64 or PEM around it. */
static GBytes *
data_in (const MadoEntity *entity)
{
  g_autoptr (GBytes) content = mado_content_decode (entity);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (content, &size);
  GBytes *binary = bytes == NULL ? NULL : mado_cms_binary (bytes, size);

  return binary != NULL ? binary : g_steal_pointer (&content);
}

gboolean
mado_smime_read (const MadoEntity *entity, GBytes **content, MadoCms *cms)
{
  const guint8 *bytes;
  gsize size;

  if (entity->children->len > 0
      || (!has_type (entity, "application/pkcs7-mime", "application/x-pkcs7-mime") && !is_renamed (entity)))
    return FALSE;
  *content = data_in (entity);
  bytes = g_bytes_get_data (*content, &size);
  mado_cms_read (bytes == NULL ? (const guint8 *) "" : bytes, size, COUNT_MAX, cms);
  return TRUE;
}

static MadoOperation
operation_by_name (const MadoEntity *entity)
{
  g_autofree char *type = mado_header_param (entity, "Content-Type", "smime-type");

  return type != NULL && g_ascii_strcasecmp (type, "signed-data") == 0 ? MADO_OPERATION_VERIFY : MADO_OPERATION_DECRYPT;
}

static gboolean
is_named_no_layer (const MadoEntity *entity)
{
  g_autofree char *type = mado_header_param (entity, "Content-Type", "smime-type");

  return type != NULL && (g_ascii_strcasecmp (type, "certs-only") == 0 || g_ascii_strcasecmp (type, "compressed-data") == 0);
}

/* RFC 8551, 3.3 to 3.6. */
static gboolean
is_opaque (MadoEntity *entity, MadoFormMatch *match)
{
  g_autoptr (GBytes) content = NULL;
  g_auto (MadoCms) cms = { 0 };

  if (!mado_smime_read (entity, &content, &cms))
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_SMIME, MADO_FORM_OPAQUE, MADO_OPERATION_DECRYPT, entity, NULL, NULL };
  switch (cms.kind) {
  case MADO_CMS_ENVELOPED:
  case MADO_CMS_AUTH_ENVELOPED:
    return TRUE;
  case MADO_CMS_SIGNED:
    match->operation = MADO_OPERATION_VERIFY;
    return cms.has_content || cms.signers > 0;
  case MADO_CMS_OTHER:
    return FALSE;
  case MADO_CMS_JUNK:
  default:
    match->operation = operation_by_name (entity);
    return !is_renamed (entity) && !is_named_no_layer (entity);
  }
}

const char *
mado_smime_unread (const MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;
  g_auto (MadoCms) cms = { 0 };

  if (!mado_smime_read (entity, &content, &cms) || cms.kind != MADO_CMS_OTHER)
    return NULL;
  return "The mail holds S/MIME data that are compressed (RFC 3274), or of another kind that this gateway does not read: ask for "
         "them once more, not compressed.";
}

gboolean
mado_smime_recognise (MadoEntity *entity, MadoFormMatch *match)
{
  return is_detached (entity, match) || is_opaque (entity, match);
}

/* gpgsm is a package of its own; without it an S/MIME mail is one that we cannot open. FALSE: trouble of ours. */
static gboolean
need_engine (MadoReading *reading, MadoPgpResult **result, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (reading->cms != NULL)
    return TRUE;
  if (reading->context->home == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "no GnuPG home to open this mail with");
    return FALSE;
  }
  reading->cms = mado_cms_engine_new (reading->context->home, &problem);
  if (reading->cms != NULL)
    return TRUE;
  if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_CONF)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  *result = mado_pgp_result_new ();
  (*result)->outcome = MADO_OUTCOME_UNSUPPORTED;
  g_ptr_array_add ((*result)->problems, g_strdup ("The mail holds an S/MIME message, but gpgsm is not installed here."));
  return TRUE;
}

static const guint8 *
data_of (GBytes *bytes, gsize *size)
{
  const guint8 *data = g_bytes_get_data (bytes, size);

  return data == NULL ? (const guint8 *) "" : data;
}

/* A signature that is vouched for may be answered in kind: the certificates that came with it are kept at hand. */
static void
keep_certificates (const guint8 *bytes, gsize size, const MadoPgpResult *result)
{
  g_auto (MadoCms) cms = { 0 };

  mado_cms_read (bytes, size, COUNT_MAX, &cms);
  for (guint i = 0; i < result->signatures->len; i++) {
    MadoSignature *signature = g_ptr_array_index (result->signatures, i);
    if (signature->vouched_by != NULL && signature->certificates == NULL && cms.certificates != NULL
        && cms.certificates_size <= MADO_KEY_BLOCK_MAX / 4 * 3 - 3)
      signature->certificates = g_base64_encode (cms.certificates, cms.certificates_size);
  }
}

gboolean
mado_smime_run (MadoReading *reading, const MadoFormMatch *match, const MadoPgpLimits *limits, MadoPgpResult **result,
                GError **error)
{
  g_autoptr (GBytes) content = data_in (match->signature != NULL ? match->signature : match->content);
  MadoPgpResult *refused = NULL;
  gsize size, raw_size;
  const guint8 *bytes = data_of (content, &size), *raw;

  if (!need_engine (reading, &refused, error))
    return FALSE;
  if (refused != NULL) {
    *result = refused;
    return TRUE;
  }
  if (match->signature == NULL && match->operation != MADO_OPERATION_VERIFY)
    return mado_cms_decrypt (reading->cms, limits, bytes, size, result, error);
  if (match->signature != NULL) {
    raw = mado_entity_raw (match->content, &raw_size);
    if (!mado_cms_verify (reading->cms, limits, raw, raw_size, bytes, size, result, error))
      return FALSE;
  } else if (!mado_cms_verify_opaque (reading->cms, limits, bytes, size, result, error)) {
    return FALSE;
  }
  keep_certificates (bytes, size, *result);
  return TRUE;
}

/* Does a good signature stand inside layer @outer? */
static gboolean
is_signed_inside (GPtrArray *layers, const MadoLayer *outer)
{
  gsize length = strlen (outer->part);

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer != outer && layer->covers == outer->covers && g_str_has_prefix (layer->part, outer->part)
        && layer->part[length] == '.' && mado_verdict_is_signed (layer))
      return TRUE;
  }
  return FALSE;
}

void
mado_smime_note (MadoReading *reading)
{
  GPtrArray *layers = reading->report->layers;

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (layers, i);
    if (layer->protocol == MADO_PROTOCOL_SMIME && layer->operation != MADO_OPERATION_VERIFY && layer->outcome == MADO_OUTCOME_OK
        && layer->integrity == MADO_INTEGRITY_NONE && !is_signed_inside (layers, layer))
      mado_reading_problem (reading, "Part %s was encrypted, but not protected against changes: nobody can say that its text is "
                                     "what its sender wrote.", layer->part);
  }
}
