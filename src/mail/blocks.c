/* blocks.c: see blocks.h. Nothing of a text is put together again here: body.c shows the pieces, each for itself. */
#include "madoguchi/mail/blocks.h"

#include "madoguchi/base/error.h"
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/forms.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/inline.h"
#include "madoguchi/mail/unlock.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

#define BLOCKS_MAX 200

static gboolean
is_html (const MadoEntity *entity)
{
  return g_str_equal (entity->type, "text/html");
}

/* Is @entity a file beside the text? */
static gboolean
is_file (const MadoEntity *entity)
{
  g_autofree char *name = mado_header_filename (entity);

  return mado_header_is_attachment (entity) || (name != NULL && entity->parent != NULL);
}

static gboolean
may_hold_blocks (const MadoEntity *entity)
{
  g_autofree char *name = NULL;

  if (entity->children->len > 0 || entity->is_message || entity->opened != NULL)
    return FALSE;
  if (g_str_has_prefix (entity->type, "text/") || g_str_equal (entity->type, "application/pgp"))
    return TRUE;
  name = mado_header_filename (entity);
  return name != NULL && g_str_has_suffix (name, ".asc");
}

/* What blocks are looked for in: the bytes of a text, the text of a page; @charset: (out) of these bytes, nullable. */
static GBytes *
text_to_cut (MadoReading *reading, const MadoEntity *entity, char **charset)
{
  g_autoptr (GBytes) content = mado_content_decode (entity);
  g_autofree char *used = NULL;
  guint notes;
  gsize size;
  const char *bytes = g_bytes_get_data (content, &size);
  char *text;

  if (size == 0 || memmem (bytes, size, "BEGIN PGP ", 10) == NULL)
    return NULL;
  if (!is_html (entity)) {
    *charset = mado_header_param (entity, "Content-Type", "charset");
    if (!mado_charset_keeps_ascii (*charset)) /* there is ASCII in it */
      g_clear_pointer (charset, g_free);
    return g_steal_pointer (&content);
  }
  if (!mado_reading_may_read (reading, entity))
    return NULL;
  text = mado_content_text (entity, &used, &notes);
  *charset = g_strdup ("utf-8");
  for (char *at = text; (at = strstr (at, "\xc2\xa0")) != NULL;)
    at[0] = at[1] = ' '; /* a page is full of no-break spaces, which say nothing */
  return g_bytes_new_take (text, strlen (text));
}

/* (transfer none) a header for a text that came out of a block, kept as long as the mail is read. */
static const char *
text_header (MadoReading *reading, const char *charset)
{
  gboolean is_known = charset != NULL && charset[0] != '\0' && strlen (charset) <= 40 && g_ascii_strcasecmp (charset, "us-ascii") != 0
                      && charset[strspn (charset, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+")] == '\0';
  char *header = is_known ? g_strdup_printf ("Content-Type: text/plain; charset=\"%s\"\n", charset)
                          : g_strdup ("Content-Type: text/plain\n");

  g_ptr_array_add (reading->plaintexts, g_bytes_new_take (header, strlen (header) + 1));
  return header;
}

static gboolean
take_part (MadoReading *reading)
{
  if (reading->limits.parts == 0) {
    mado_reading_problem (reading, "The mail has more parts than we read.");
    return FALSE;
  }
  reading->limits.parts--;
  return TRUE;
}

/* Asks the engine about @block. @plaintext: (out) NULL when there is none. */
static gboolean
ask (MadoReading *reading, const MadoInlineBlock *block, MadoLayer *layer, GBytes **plaintext, GError **error)
{
  return (layer->operation == MADO_OPERATION_VERIFY ? mado_unlock_opaque : mado_unlock_decrypt) (
      reading, layer, (const guint8 *) block->armor, strlen (block->armor), plaintext, error);
}

/* What is shown of clear-signed text whose verifier put out nothing: the text as it arrived, covered by nothing. */
static GBytes *
unverified_text (MadoReading *reading, const MadoEntity *entity, const MadoInlineBlock *block)
{
  GBytes *text = mado_inline_unescape ((const char *) g_bytes_get_data (entity->text, NULL) + block->text_start, block->text_size);

  g_ptr_array_add (reading->plaintexts, g_bytes_ref (text));
  return text;
}

/* Is @block one that an engine is asked about? */
static gboolean
is_layer (MadoReading *reading, const MadoEntity *entity, const MadoInlineBlock *block, MadoOperation *operation)
{
  g_auto (MadoPackets) packets = { 0 };

  *operation = MADO_OPERATION_VERIFY;
  if (block->kind == MADO_INLINE_SIGNED)
    return TRUE;
  mado_packets_read ((const guint8 *) block->armor, strlen (block->armor), 1, &packets);
  if (packets.kind == MADO_PACKETS_ENCRYPTED)
    *operation = MADO_OPERATION_DECRYPT;
  else if (packets.kind != MADO_PACKETS_SIGNED)
    mado_reading_problem (reading, "Part %s holds a block that calls itself an OpenPGP message and is none.", entity->path);
  return packets.kind == MADO_PACKETS_ENCRYPTED || packets.kind == MADO_PACKETS_SIGNED;
}

static gboolean cut (MadoReading *reading, MadoEntity *entity, guint depth, GError **error);

/* A new layer for @block; NULL when it is not to be opened. One that is too deep is named, but not opened. */
static MadoLayer *
begin_block (MadoReading *reading, const MadoEntity *entity, MadoPiece *piece, const MadoInlineBlock *block, guint depth)
{
  MadoOperation operation;

  if (!is_layer (reading, entity, block, &operation))
    return NULL;
  if (!mado_unlock_may (reading, depth)) {
    MadoLayer *layer = mado_unlock_too_deep (reading, depth, entity->path, MADO_PROTOCOL_OPENPGP, MADO_FORM_INLINE, operation, MADO_COVERS_PART);
    piece->layer = layer;
    piece->is_block = layer != NULL;
    if (layer != NULL && operation == MADO_OPERATION_DECRYPT && !is_file (entity))
      mado_unlock_failed (reading, layer);
    return NULL;
  }
  return take_part (reading) ? mado_unlock_layer (reading, entity->path, MADO_PROTOCOL_OPENPGP, MADO_FORM_INLINE, operation, MADO_COVERS_PART)
                             : NULL;
}

/* A page is no text: the blanks and lines that were signed may be gone from it. A signature that fits is one all the same,
 * since what is shown is what the verifier put out; one that does not proves nothing. */
static gboolean
is_lost_in_page (MadoReading *reading, const MadoEntity *entity, const MadoInlineBlock *block, MadoLayer *layer)
{
  if (!is_html (entity) || block->kind != MADO_INLINE_SIGNED)
    return FALSE;
  for (guint i = 0; i < layer->signatures->len; i++) {
    MadoSignatureStatus status = ((MadoSignature *) g_ptr_array_index (layer->signatures, i))->status;
    if (status != MADO_SIGNATURE_BAD && status != MADO_SIGNATURE_UNSUPPORTED) /* the line that names the hash may be gone, too */
      return FALSE;
  }
  g_ptr_array_remove (reading->report->layers, layer);
  mado_reading_problem (reading, "Part %s holds signed text inside a page; it cannot be verified there.", entity->path);
  return TRUE;
}

static gboolean
take_opened (MadoReading *reading, MadoEntity *entity, MadoPiece *piece, const MadoInlineBlock *block, const char *charset,
             GBytes *plaintext, guint depth, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.%u", entity->path, entity->pieces->len);
  gboolean is_told = block->charset != NULL && mado_charset_keeps_ascii (block->charset);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (plaintext, &size);

  piece->opened = mado_structure_leaf (text_header (reading, is_told ? block->charset : charset), bytes, size, path, entity);
  g_ptr_array_add (piece->opened->layers, (MadoLayer *) piece->layer);
  piece->opened->is_decrypted = entity->is_decrypted;
  mado_unlock_scope (reading, piece->opened, piece->layer->operation != MADO_OPERATION_VERIFY);
  return cut (reading, piece->opened, depth + 1, error);
}

static gboolean
open_block (MadoReading *reading, MadoEntity *entity, MadoPiece *piece, const MadoInlineBlock *block, const char *charset,
            guint depth, GError **error)
{
  g_autoptr (GBytes) plaintext = NULL;
  MadoLayer *layer;

  piece->same = g_hash_table_lookup (reading->blocks, block->armor);
  piece->is_block = piece->same != NULL;
  layer = piece->same != NULL ? NULL : begin_block (reading, entity, piece, block, depth);
  if (layer == NULL)
    return TRUE;
  if (!ask (reading, block, layer, &plaintext, error))
    return FALSE;
  if (is_lost_in_page (reading, entity, block, layer))
    return TRUE;
  piece->is_block = TRUE;
  piece->layer = layer;
  g_hash_table_insert (reading->blocks, g_strdup (block->armor), piece);
  if (plaintext == NULL && block->kind == MADO_INLINE_SIGNED)
    plaintext = unverified_text (reading, entity, block);
  if (plaintext != NULL)
    return take_opened (reading, entity, piece, block, charset, plaintext, depth, error);
  mado_reading_problem (reading, "A block in part %s could not be opened (%s).", entity->path, mado_outcome_names[layer->outcome]);
  if (!is_file (entity))
    mado_unlock_failed (reading, layer);
  return TRUE;
}

static gboolean
cut (MadoReading *reading, MadoEntity *entity, guint depth, GError **error)
{
  g_autoptr (GPtrArray) blocks = NULL;
  g_autofree char *charset = NULL;
  gboolean has_layer = FALSE;
  gsize size;
  const char *text;

  entity->text = text_to_cut (reading, entity, &charset);
  if (entity->text == NULL)
    return TRUE;
  text = g_bytes_get_data (entity->text, &size);
  blocks = mado_inline_find (text, size, BLOCKS_MAX);
  for (guint i = 0; i < blocks->len; i++) {
    const MadoInlineBlock *block = g_ptr_array_index (blocks, i);
    has_layer |= block->kind == MADO_INLINE_MESSAGE || block->kind == MADO_INLINE_SIGNED;
    if (block->kind == MADO_INLINE_SECRET)
      mado_reading_problem (reading, "Part %s holds a secret key.", entity->path);
  }
  for (guint i = 0; has_layer && i < blocks->len; i++) {
    const MadoInlineBlock *block = g_ptr_array_index (blocks, i);
    MadoPiece *piece = mado_entity_add_piece (entity, block->start, block->size);
    if ((block->kind == MADO_INLINE_MESSAGE || block->kind == MADO_INLINE_SIGNED)
        && !open_block (reading, entity, piece, block, charset, depth, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
mado_blocks_open (MadoReading *reading, MadoEntity *entity, guint depth, GError **error)
{
  if (!may_hold_blocks (entity))
    return TRUE;
  return cut (reading, entity, depth, error);
}

static const struct {
  const char *suffix, *type;
} types[] = {
  { ".txt", "text/plain" }, { ".log", "text/plain" }, { ".csv", "text/csv" },        { ".html", "text/html" },
  { ".htm", "text/html" },  { ".xml", "text/xml" },   { ".pdf", "application/pdf" }, { ".png", "image/png" },
  { ".jpg", "image/jpeg" }, { ".json", "application/json" }, { ".zip", "application/zip" }, { ".eml", "application/octet-stream" },
};

static const char *
type_of (const char *name, GBytes *content)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);
  gsize size;
  const char *bytes = g_bytes_get_data (content, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (folded, types[i].suffix))
      return types[i].type;
  return strchr (name, '.') == NULL && size > 0 && g_utf8_validate_len (bytes, size, NULL) ? "text/plain" : "application/octet-stream";
}

/* The name of what is inside the file @name: without the suffix that says how it is wrapped. */
static char *
inner_name (const char *name)
{
  static const char *const suffixes[] = { ".gpg", ".pgp", ".asc" };
  g_autofree char *folded = g_ascii_strdown (name, -1);
  GString *inner = g_string_new (name);

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (folded, suffixes[i]))
      g_string_truncate (inner, inner->len - strlen (suffixes[i]));
  for (gsize i = 0; i < inner->len; i++)
    if ((guchar) inner->str[i] < ' ' || inner->str[i] == '"' || inner->str[i] == '\\' || inner->str[i] == 127)
      inner->str[i] = '_';
  return g_string_free (inner, FALSE);
}

/* Is @plaintext a MIME entity (what some programs put into a file instead of RFC 3156)? */
static gboolean
is_mime (const char *name, const guint8 *bytes, gsize size)
{
  MadoStructureLimits limits = { 100, 10000, 100000 };
  g_autoptr (MadoEntity) root = NULL;
  const char *dot = strrchr (name, '.');

  if (dot != NULL && g_ascii_strcasecmp (dot, ".mime") != 0)
    return FALSE;
  root = mado_structure_scan (bytes, size, "1", &limits, NULL);
  return root != NULL && (mado_header_has_prefix (root, "Content-Type") || mado_header_has_prefix (root, "MIME-Version"));
}

MadoEntity *
mado_blocks_file (MadoReading *reading, const MadoEntity *entity, GBytes *plaintext, const char *path, GError **error)
{
  g_autofree char *name = mado_header_filename (entity);
  g_autofree char *inner = inner_name (name == NULL ? "" : name);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (plaintext, &size);
  char *header;

  if (size > 0 && is_mime (inner, bytes, size))
    return mado_structure_scan (bytes, size, path, &reading->limits, error);
  if (!take_part (reading)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "The mail has more parts than we read.");
    return NULL;
  }
  header = inner[0] == '\0' ? g_strdup_printf ("Content-Type: %s\n", type_of (inner, plaintext))
                            : g_strdup_printf ("Content-Type: %s\nContent-Disposition: attachment; filename=\"%s\"\n",
                                               type_of (inner, plaintext), inner);
  g_ptr_array_add (reading->plaintexts, g_bytes_new_take (header, strlen (header) + 1));
  return mado_structure_leaf (header, bytes, size, path, NULL);
}

static void
adopt (MadoEntity *entity, const MadoEntity *from)
{
  entity->scope = from->scope;
  entity->is_decrypted = from->is_decrypted;
  for (guint i = 0; i < entity->children->len; i++)
    adopt (mado_entity_child (entity, i), from);
}

void
mado_blocks_unwrap (MadoReading *reading, MadoEntity *entity)
{
  g_autofree char *name = entity->children->len > 0 || entity->opened != NULL ? NULL : mado_header_filename (entity);
  g_autofree char *path = NULL;
  g_autoptr (GBytes) content = NULL;
  gsize size;
  const guint8 *bytes;

  if (name == NULL || !g_str_has_prefix (name, "GpgOL_MIME_structure") || !g_str_equal (entity->type, "application/octet-stream"))
    return;
  content = mado_content_decode (entity);
  bytes = g_bytes_get_data (content, &size);
  if (size == 0 || !is_mime ("", bytes, size))
    return;
  path = g_strconcat (entity->path, ".1", NULL);
  entity->opened = mado_structure_scan (bytes, size, path, &reading->limits, NULL);
  if (entity->opened == NULL)
    return;
  g_ptr_array_add (reading->plaintexts, g_steal_pointer (&content));
  entity->opened->parent = entity;
  adopt (entity->opened, entity);
}

static gboolean
is_blank (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_leaf (const MadoEntity *entity)
{
  return entity->children->len == 0 && !entity->is_message;
}

/* --- how much of the mail the blocks cover --- */

typedef struct {
  GPtrArray *layers;     /* of MadoLayer: the outermost of each block */
  const MadoEntity *one; /* what the last of them held */
  gboolean is_whole;
} Coverage;

/* Blanks are characters in UTF-16. */
static gboolean
keeps_blanks (const MadoEntity *entity)
{
  g_autofree char *label = mado_header_param (entity, "Content-Type", "charset");

  return mado_charset_keeps_ascii (label);
}

static void
cover (Coverage *coverage, const MadoLayer *layer, const MadoEntity *held)
{
  if (!g_ptr_array_find (coverage->layers, layer, NULL))
    g_ptr_array_add (coverage->layers, (gpointer) layer);
  coverage->one = held;
}

static void
cover_pieces (Coverage *coverage, const MadoEntity *entity)
{
  const char *text = g_bytes_get_data (entity->text, NULL);

  for (guint i = 0; i < entity->pieces->len; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    const MadoPiece *source = piece->same != NULL ? piece->same : piece;
    if (piece->is_block && source->layer != NULL)
      cover (coverage, source->layer, source->opened);
    else if (!is_blank (text + piece->start, piece->size))
      coverage->is_whole = FALSE;
  }
}

static void
measure (Coverage *coverage, const MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;
  gsize size;
  const char *bytes;

  if (entity->is_carrier)
    return;
  if (entity->pieces != NULL) {
    cover_pieces (coverage, entity);
  } else if (entity->layers->len == 1 && is_leaf (entity)
             && ((MadoLayer *) g_ptr_array_index (entity->layers, 0))->form == MADO_FORM_ATTACHMENT) {
    cover (coverage, g_ptr_array_index (entity->layers, 0), entity->opened);
  } else if (entity->layers->len > 0 || entity->is_message) {
    coverage->is_whole = FALSE;
  } else if (entity->children->len > 0) {
    for (guint i = 0; i < entity->children->len; i++)
      measure (coverage, mado_entity_child (entity, i));
  } else {
    content = mado_content_decode (entity);
    bytes = g_bytes_get_data (content, &size);
    if (!g_str_has_prefix (entity->type, "text/") || !is_blank (bytes, size) || (size > 0 && !keeps_blanks (entity)))
      coverage->is_whole = FALSE;
  }
}

/* Marks the blocks as covering the whole when nothing in @entity stands outside of them; one alone may hold another. */
static void
settle (const MadoEntity *entity, guint depth)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();
  Coverage coverage = { layers, NULL, TRUE };
  gboolean decrypts;

  measure (&coverage, entity);
  if (!coverage.is_whole || layers->len == 0)
    return;
  decrypts = ((MadoLayer *) g_ptr_array_index (layers, 0))->operation != MADO_OPERATION_VERIFY;
  for (guint i = 1; i < layers->len; i++)
    if ((((MadoLayer *) g_ptr_array_index (layers, i))->operation != MADO_OPERATION_VERIFY) != decrypts)
      return;
  for (guint i = 0; i < layers->len; i++)
    ((MadoLayer *) g_ptr_array_index (layers, i))->covers = MADO_COVERS_WHOLE;
  if (layers->len == 1 && coverage.one != NULL && coverage.one->pieces != NULL && depth < 100)
    settle (coverage.one, depth + 1);
}

void
mado_blocks_settle (MadoReading *reading)
{
  if (reading->payload == reading->root)
    settle (reading->root, 0);
}
