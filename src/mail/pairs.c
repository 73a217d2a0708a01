/* pairs.c: see pairs.h. A signature is asked about once for what its name or its place says, and never tried on anything
 * else until it fits. Called by peel.c. */
#include "madoguchi/mail/pairs.h"

#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/smime.h"
#include "madoguchi/mail/unlock.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

static gboolean
is_leaf (const MadoEntity *entity)
{
  return entity->children->len == 0 && !entity->is_message;
}

static gboolean
has_signature_suffix (const char *name)
{
  static const char *const suffixes[] = { ".sig", ".asc", ".gpg", ".pgp" };
  gsize length = strlen (name);

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (length > 4 && g_ascii_strcasecmp (name + length - 4, suffixes[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_signature_type (const MadoEntity *entity)
{
  return g_str_equal (entity->type, "application/pgp-signature");
}

static gboolean
is_blank (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

/* Are @bytes signatures and nothing else? Words beside them would be hidden with them. */
static gboolean
is_nothing_but_signature (const guint8 *bytes, gsize size)
{
  static const char begin[] = "-----BEGIN PGP SIGNATURE-----", end[] = "-----END PGP SIGNATURE-----";
  const char *text = (const char *) bytes, *first, *last;
  MadoPacketCursor cursor = { bytes, bytes + size };
  guint tag = 2;
  gsize length;

  if (bytes == NULL || size == 0)
    return FALSE;
  if (bytes[0] & 0x80) {
    while (tag == 2 && mado_packets_next (&cursor, &tag, &bytes, &length))
      ;
    return tag == 2 && cursor.at == cursor.end;
  }
  first = memmem (text, size, begin, strlen (begin));
  last = first == NULL ? NULL : memmem (first, size - (gsize) (first - text), end, strlen (end));
  return last != NULL && is_blank (text, (gsize) (first - text))
         && is_blank (last + strlen (end), size - (gsize) (last - text) - strlen (end));
}

/* Is @entity a detached signature? @name: (out, nullable) of the file that it is over. */
static gboolean
is_detached (const MadoEntity *entity, GBytes **content, char **name)
{
  g_autofree char *own = mado_header_filename (entity);
  gboolean is_named = own != NULL && has_signature_suffix (own);
  g_auto (MadoPackets) packets = { 0 };
  gsize size;
  const guint8 *bytes;

  if (!is_leaf (entity) || (!is_named && !has_signature_type (entity)))
    return FALSE;
  *content = mado_content_decode (entity);
  bytes = g_bytes_get_data (*content, &size);
  mado_packets_read (bytes == NULL ? (const guint8 *) "" : bytes, size, 1, &packets);
  if (packets.kind != MADO_PACKETS_SIGNATURE || !is_nothing_but_signature (bytes, size)) {
    g_clear_pointer (content, g_bytes_unref);
    return FALSE;
  }
  *name = is_named ? g_strndup (own, strlen (own) - 4) : NULL;
  return TRUE;
}

static gboolean
has_name (const MadoEntity *entity, const char *name)
{
  g_autofree char *own = mado_header_filename (entity);

  return own != NULL && g_str_equal (own, name);
}

/* (nullable) the file among the children of @entity that has @name: as it came, or as it was before it was encrypted. */
static MadoEntity *
file_by_name (const MadoEntity *entity, guint at, const char *name)
{
  MadoEntity *inside = NULL;

  for (guint i = 0; name != NULL && i < entity->children->len; i++) {
    MadoEntity *one = mado_entity_child (entity, i);
    if (i == at || !is_leaf (one))
      continue;
    if (has_name (one, name))
      return one;
    if (inside == NULL && one->opened != NULL && is_leaf (one->opened) && has_name (one->opened, name))
      inside = one->opened;
  }
  return inside;
}

/* (nullable) the file among the children of @entity that the signature at @at is over. */
static MadoEntity *
signed_file (const MadoEntity *entity, guint at, const char *name)
{
  MadoEntity *before = at > 0 ? mado_entity_child (entity, at - 1) : NULL, *named = file_by_name (entity, at, name);
  g_autofree char *before_name = NULL;

  if (named != NULL)
    return named;
  if (before == NULL || !is_leaf (before) || before->is_carrier || !has_signature_type (mado_entity_child (entity, at)))
    return NULL;
  before_name = mado_header_filename (before);
  return before_name != NULL ? before : NULL;
}

/* Does the engine say of all signatures, or there are none, that they are not over these bytes? */
static gboolean
is_bad (const MadoLayer *layer)
{
  for (guint i = 0; i < layer->signatures->len; i++)
    if (((MadoSignature *) g_ptr_array_index (layer->signatures, i))->status != MADO_SIGNATURE_BAD)
      return FALSE;
  return TRUE;
}

static gboolean
verify_file (MadoReading *reading, MadoEntity *file, GBytes *signature, GError **error)
{
  g_autoptr (GBytes) content = mado_content_decode (file);
  MadoLayer *layer = mado_unlock_layer (reading, file->path, MADO_PROTOCOL_OPENPGP, MADO_FORM_ATTACHMENT,
                                        MADO_OPERATION_VERIFY, MADO_COVERS_PART);
  gsize size, kept = 0;
  const guint8 *bytes = g_bytes_get_data (content, &size);
  g_autofree guint8 *bare = NULL;

  g_ptr_array_add (file->layers, layer);
  if (!mado_unlock_verify (reading, layer, bytes, size, FALSE, signature, error))
    return FALSE;
  if (layer->signatures->len == 0 || !is_bad (layer) || mado_header_encoding (file) == MADO_ENCODING_BASE64
      || memchr (bytes, '\r', size) == NULL)
    return TRUE;
  /* Text that was signed with bare line feeds, and sent as text: SMTP made it CR LF. */
  bare = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    if (bytes[i] != '\r' || i + 1 >= size || bytes[i + 1] != '\n')
      bare[kept++] = bytes[i];
  g_ptr_array_set_size (layer->signatures, 0);
  return mado_unlock_verify (reading, layer, bare, kept, FALSE, signature, error);
}

/* Verifies what @match says over the raw bytes of its content (RFC 1847, 2.1). @layer: (out, transfer none) the layer, NULL
 * when the signature is not over these bytes. */
static gboolean
verify_raw (MadoReading *reading, const MadoFormMatch *match, GBytes *signature, const char *path, MadoCovers covers,
            MadoLayer **layer, GError **error)
{
  g_autoptr (GBytes) plaintext = NULL;
  gsize size;
  const guint8 *bytes = mado_entity_raw (match->content, &size);

  *layer = mado_unlock_layer (reading, path, match->protocol, MADO_FORM_MANGLED, MADO_OPERATION_VERIFY, covers);
  if (match->protocol == MADO_PROTOCOL_SMIME ? !mado_unlock_smime (reading, *layer, match, &plaintext, error)
                                             : !mado_unlock_verify (reading, *layer, bytes, size, TRUE, signature, error))
    return FALSE;
  if (is_bad (*layer)) {
    g_ptr_array_remove (reading->report->layers, *layer);
    *layer = NULL;
  }
  return TRUE;
}

/* Is @entity a multipart/mixed, or a multipart/signed that names no protocol but those whose signatures we know? */
static gboolean
may_be_rebuilt (const MadoEntity *entity)
{
  static const char *const known[] = { "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", NULL };
  g_autofree char *protocol = NULL, *folded = NULL;

  if (g_str_equal (entity->type, "multipart/mixed"))
    return TRUE;
  if (!g_str_equal (entity->type, "multipart/signed"))
    return FALSE;
  protocol = mado_header_param (entity, "Content-Type", "protocol");
  folded = protocol == NULL ? NULL : g_ascii_strdown (protocol, -1);
  return folded == NULL || g_strv_contains (known, folded);
}

/* Is the second of two parts the signature of a mail that was rebuilt? @signature: (out, nullable) its data. */
static gboolean
is_rebuilt (MadoEntity *entity, MadoFormMatch *match, GBytes **signature)
{
  MadoEntity *last = mado_entity_child (entity, 1);
  g_autofree char *name = NULL;

  if (entity->children->len != 2 || entity->layers->len > 0 || !may_be_rebuilt (entity))
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_OPENPGP, MADO_FORM_MANGLED, MADO_OPERATION_VERIFY, mado_entity_child (entity, 0), last, NULL };
  if (is_detached (last, signature, &name))
    return signed_file (entity, 1, name) == NULL;
  match->protocol = MADO_PROTOCOL_SMIME;
  return mado_smime_is_signature (last);
}

gboolean
mado_pairs_rebuilt (MadoReading *reading, MadoEntity *entity, MadoCovers covers, guint depth, MadoEntity **inside, GError **error)
{
  g_autoptr (GBytes) signature = NULL;
  MadoFormMatch match;
  MadoLayer *layer;

  *inside = NULL;
  if (!is_rebuilt (entity, &match, &signature) || !mado_unlock_may (reading, depth))
    return TRUE;
  if (!verify_raw (reading, &match, signature, entity->path, covers, &layer, error))
    return FALSE;
  if (layer == NULL)
    return TRUE;
  g_ptr_array_add (entity->layers, layer);
  *inside = match.content;
  return TRUE;
}

static void
say_rebuilt (MadoReading *reading, const MadoEntity *signature)
{
  mado_reading_problem (reading, "The mail was signed, but a server on its way rebuilt it (part %s is the signature): what was "
                                 "signed is not there any more as it was, and nobody can say whether the text was changed.", signature->path);
}

/* A signature without a file: over the part before it, when that is as its sender wrote it. */
static gboolean
verify_before (MadoReading *reading, const MadoEntity *entity, guint at, GBytes *signature, GError **error)
{
  const MadoEntity *child = mado_entity_child (entity, at);
  MadoFormMatch match = { MADO_PROTOCOL_OPENPGP, MADO_FORM_MANGLED, MADO_OPERATION_VERIFY, NULL, NULL, NULL };
  MadoLayer *layer = NULL;

  if (at == 0 || !has_signature_type (child)) {
    mado_reading_problem (reading, "Part %s is a signature without the file that it is over.", child->path);
    reading->layers++; /* looking for its file cost as much as one */
    return TRUE;
  }
  match.content = mado_entity_child (entity, at - 1);
  if (entity->children->len > 2 && !verify_raw (reading, &match, signature, match.content->path, MADO_COVERS_PART, &layer, error))
    return FALSE;
  if (layer == NULL)
    say_rebuilt (reading, child);
  return TRUE;
}

gboolean
mado_pairs_verify (MadoReading *reading, MadoEntity *entity, guint depth, GError **error)
{
  for (guint i = 0; i < entity->children->len; i++) {
    MadoEntity *child = mado_entity_child (entity, i), *file;
    g_autoptr (GBytes) signature = NULL;
    g_autofree char *name = NULL;

    if (i > 0 && entity->layers->len == 0 && mado_smime_is_signature (child))
      say_rebuilt (reading, child);
    if (!is_detached (child, &signature, &name))
      continue;
    if (!mado_unlock_may (reading, depth))
      return TRUE;
    file = signed_file (entity, i, name);
    child->is_carrier = file != NULL;
    if (file != NULL ? !verify_file (reading, file, signature, error) : !verify_before (reading, entity, i, signature, error))
      return FALSE;
  }
  return TRUE;
}
