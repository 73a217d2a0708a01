/* body.c: see body.h. RFC 9787, 7.1 says which parts are the main body; EFAIL says why scopes are never mixed. */
#include "madoguchi/mail/body.h"

#include "madoguchi/base/hash.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/attachment.h"
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/html.h"
#include "madoguchi/mail/protect.h"
#include "madoguchi/mail/verdict.h"

#include <string.h>

/* One stretch of what is shown. */
typedef struct {
  const MadoLayer *layer; /* the block it comes from; NULL: from outside of any block */
  char *text;             /* NULL: it could not be opened */
} Segment;

typedef struct {
  MadoReading *reading;
  GArray *segments;    /* of Segment */
  gsize length;        /* of all of them */
  GHashTable *shown;   /* of MadoEntity: leaves whose text was taken, and their unread alternatives */
  gint scope;          /* the scope of the text; -1 while there is none */
  gsize max;
  gboolean is_full;
  gboolean is_cut;     /* some text was not read to its end */
} Body;

/* Does it say that it has parts, and has none? What it has instead is shown. */
static gboolean
is_hollow (const MadoEntity *entity)
{
  return g_str_has_prefix (entity->type, "multipart/") && entity->children->len == 0 && entity->layers->len == 0;
}

static gboolean
is_text (const MadoEntity *entity)
{
  return is_hollow (entity) || g_str_equal (entity->type, "application/pgp") || g_str_equal (entity->type, "text/plain") || g_str_equal (entity->type, "text/html");
}

static void
clear_segment (gpointer segment)
{
  g_free (((Segment *) segment)->text);
}

/* Adds @text (transfer full, nullable) to what is shown. */
static void
add_segment (Body *body, const MadoLayer *layer, char *text)
{
  Segment segment = { layer, text };

  if (text != NULL && strlen (text) > body->max) { /* more than that is never shown */
    segment.text = mado_text_truncate (text, body->max);
    body->is_cut = TRUE;
    g_free (text);
    text = segment.text;
  }
  body->length += text == NULL ? 0 : strlen (text);
  body->is_full = body->length > body->max;
  g_array_append_val (body->segments, segment);
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

/* Says how the text of @entity was read, when that is not as it says itself. */
static void
tell_notes (Body *body, const MadoEntity *entity, guint notes, const char *used)
{
  body->is_cut |= (notes & MADO_CONTENT_CUT) != 0;
  if (notes & MADO_CHARSET_BROKEN)
    mado_reading_problem (body->reading, "Part %s holds bytes that are no characters; they are shown as U+FFFD.", entity->path);
  if (notes & MADO_CHARSET_OVERRULED)
    mado_reading_problem (body->reading, "Part %s is not in the character set that it names; it was read as %s.", entity->path, used);
  if (notes & MADO_CHARSET_UNKNOWN)
    mado_reading_problem (body->reading, "Part %s names a character set that nobody knows; it was read as %s.", entity->path, used);
  if (notes & MADO_CHARSET_UTF7)
    mado_reading_problem (body->reading, "Part %s is said to be UTF-7, which we do not decode; it is shown as it is.", entity->path);
  if (notes & MADO_HTML_HIDDEN)
    mado_reading_problem (body->reading, "The page in part %s hides some of its text; it is shown as \"[hidden: ...]\".", entity->path);
  if (notes & MADO_HTML_ODD)
    mado_reading_problem (body->reading, "The page in part %s is not built like one that people write; only its tags were taken out.", entity->path);
}

/* The text of @piece of @entity, which stands outside of any block. */
static char *
text_outside (Body *body, const MadoEntity *entity, const MadoPiece *piece)
{
  g_autofree char *label = g_str_equal (entity->type, "text/html") ? g_strdup ("utf-8") : mado_header_param (entity, "Content-Type", "charset");
  g_autofree char *used = NULL, *text = NULL;
  const guint8 *bytes = (const guint8 *) g_bytes_get_data (entity->text, NULL) + piece->start;
  guint notes = 0;

  if (!mado_charset_keeps_ascii (label)) /* the blocks beside it are ASCII */
    g_clear_pointer (&label, g_free);
  text = mado_charset_decode (bytes, MIN (piece->size, (gsize) MADO_CONTENT_TEXT_MAX), label, &used, &notes);
  body->is_cut |= piece->size > MADO_CONTENT_TEXT_MAX;
  tell_notes (body, entity, notes, used);
  if (body->reading->report->text_charset == NULL && !is_blank (text))
    body->reading->report->text_charset = g_steal_pointer (&used);
  return mado_text_visible (text);
}

/* (nullable) the layer inside of the payload that vouches for @entity, when not all that is shown may be in it. */
static const MadoLayer *
layer_around (const MadoEntity *entity)
{
  for (; entity != NULL; entity = entity->parent)
    for (guint i = 0; i < entity->layers->len; i++) {
      const MadoLayer *layer = g_ptr_array_index (entity->layers, i);
      if (layer->covers == MADO_COVERS_WHOLE)
        return NULL;
      if (layer->operation != MADO_OPERATION_VERIFY || mado_verdict_is_signed (layer))
        return layer;
    }
  return NULL;
}

static void take_pieces (Body *body, MadoEntity *entity);

/* Takes what the block @piece held, once. */
static void
take_block (Body *body, const MadoPiece *piece)
{
  g_autofree char *charset = NULL;
  guint notes = 0;
  char *text;

  if (piece->same != NULL)
    piece = piece->same;
  if (g_hash_table_contains (body->shown, piece))
    return;
  g_hash_table_add (body->shown, (gpointer) piece);
  if (piece->opened == NULL) {
    add_segment (body, piece->layer, NULL);
    return;
  }
  g_hash_table_add (body->shown, piece->opened);
  if (piece->opened->pieces != NULL) {
    take_pieces (body, piece->opened);
    return;
  }
  if (!mado_reading_may_read (body->reading, piece->opened)) {
    body->is_full = body->is_cut = TRUE;
    return;
  }
  text = mado_content_text (piece->opened, &charset, &notes);
  tell_notes (body, piece->opened, notes, charset);
  if (body->reading->report->text_charset == NULL)
    body->reading->report->text_charset = g_steal_pointer (&charset);
  add_segment (body, piece->layer, text);
}

static void
take_pieces (Body *body, MadoEntity *entity)
{
  for (guint i = 0; i < entity->pieces->len && !body->is_full; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    char *text;

    if (piece->is_block) {
      take_block (body, piece);
      continue;
    }
    text = text_outside (body, entity, piece);
    if (is_blank (text))
      g_free (text);
    else
      add_segment (body, entity->layers->len > 0 ? g_ptr_array_index (entity->layers, 0) : layer_around (entity), text);
  }
}

static MadoEntity *
content_of (MadoEntity *entity)
{
  while (entity->opened != NULL || entity->is_wrapper) /* a layer may hold nothing but the next one */
    entity = entity->opened != NULL ? entity->opened : mado_entity_child (entity, 0);
  return entity;
}

/* Takes the text of leaf @entity. FALSE when it is none that we show. */
static gboolean
take_leaf (Body *body, MadoEntity *entity)
{
  MadoReport *report = body->reading->report;
  g_autofree char *charset = NULL, *text = NULL;
  guint notes = 0;

  if (!is_text (entity) || mado_header_is_attachment (entity) || entity->layers->len > 0 || entity->is_carrier)
    return FALSE;
  if (body->scope >= 0 && (guint) body->scope != entity->scope)
    return FALSE;
  if (body->is_full) {
    g_hash_table_add (body->shown, entity);
    return TRUE;
  }
  if (entity->pieces != NULL) {
    g_hash_table_add (body->shown, entity);
    body->scope = (gint) entity->scope;
    take_pieces (body, entity);
    return TRUE;
  }
  if (!mado_reading_may_read (body->reading, entity)) {
    g_hash_table_add (body->shown, entity);
    body->is_full = body->is_cut = TRUE;
    return TRUE;
  }
  text = mado_content_text (entity, &charset, &notes);
  if (entity->is_decrypted)
    mado_protect_strip_display (entity, text);
  g_hash_table_add (body->shown, entity);
  if (is_hollow (entity))
    mado_reading_problem (body->reading, "Part %s says that it has parts, but none was found.", entity->path);
  tell_notes (body, entity, notes, charset);
  if (is_blank (text))
    return TRUE;
  body->scope = (gint) entity->scope;
  if (report->text_charset == NULL)
    report->text_charset = g_steal_pointer (&charset);
  add_segment (body, layer_around (entity), g_steal_pointer (&text));
  return TRUE;
}

static gboolean
has_verify_layer (const MadoEntity *entity)
{
  const MadoLayer *layer = entity->layers->len > 0 ? g_ptr_array_index (entity->layers, 0) : NULL;

  return layer != NULL && layer->operation == MADO_OPERATION_VERIFY;
}

static gboolean take (Body *body, MadoEntity *entity, gboolean is_first);

static void
mark_shown (Body *body, MadoEntity *entity)
{
  entity = content_of (entity);
  if (is_text (entity) && !mado_header_is_attachment (entity))
    g_hash_table_add (body->shown, entity);
}

/* The child a person would read: plain text if there is any, else the last we can show (RFC 2046, 5.1.4). */
static gboolean
take_alternative (Body *body, MadoEntity *entity)
{
  gboolean done = FALSE;

  for (guint i = 0; i < entity->children->len && !done; i++)
    if (g_str_equal (mado_entity_child (entity, i)->type, "text/plain"))
      done = take (body, mado_entity_child (entity, i), TRUE);
  for (guint i = entity->children->len; i > 0 && !done; i--)
    done = take (body, mado_entity_child (entity, i - 1), TRUE);
  for (guint i = 0; i < entity->children->len && done; i++)
    mark_shown (body, mado_entity_child (entity, i));
  return done;
}

/* Takes the text in @entity and below. @is_first: does it stand where the main text is? */
static gboolean
take (Body *body, MadoEntity *entity, gboolean is_first)
{
  gboolean done = FALSE;

  entity = content_of (entity);
  if (entity->is_message)
    return FALSE;
  if (entity->children->len == 0) {
    g_autofree char *name = is_first ? NULL : mado_header_filename (entity);
    return name == NULL && take_leaf (body, entity);
  }
  if (entity->layers->len > 0) /* what is signed has one content; an unopened multipart/encrypted has none */
    return has_verify_layer (entity) && take (body, mado_entity_child (entity, 0), is_first);
  if (g_str_equal (entity->type, "multipart/alternative"))
    return take_alternative (body, entity);
  if (g_str_equal (entity->type, "multipart/related"))
    return entity->children->len > 0 && take (body, mado_entity_child (entity, 0), is_first);
  if (mado_protect_is_legacy_display (body->reading, entity)) {
    g_hash_table_add (body->shown, mado_entity_child (entity, 0));
    return take (body, mado_entity_child (entity, 1), is_first);
  }
  for (guint i = 0; i < entity->children->len; i++)
    done |= take (body, mado_entity_child (entity, i), is_first && i == 0);
  return done;
}

/* A signature around an encryption layer does not count: whoever carries a ciphertext can sign it. */
gboolean
mado_body_is_signed (const MadoEntity *entity)
{
  for (; entity != NULL; entity = entity->parent)
    for (guint i = 0; i < entity->layers->len; i++) {
      const MadoLayer *layer = g_ptr_array_index (entity->layers, i);
      if (mado_verdict_is_signed (layer))
        return TRUE;
      if (layer->operation != MADO_OPERATION_VERIFY)
        return FALSE;
    }
  return FALSE;
}

MadoPart *
mado_body_describe (const MadoEntity *entity, GBytes *content)
{
  MadoPart *part = mado_part_new ();
  g_autofree char *name = mado_header_filename (entity);

  part->path = g_strdup (entity->path);
  part->type = g_strdup (entity->type);
  part->filename = name == NULL ? NULL : mado_text_escape_line (name);
  part->size = (gint64) g_bytes_get_size (content);
  part->sha256 = mado_hash_bytes (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  part->decrypted = entity->is_decrypted;
  part->is_signed = mado_body_is_signed (entity);
  mado_attachment_judge (part, name, content);
  return part;
}

static void
list_parts (Body *body, MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;

  if (entity->opened != NULL) {
    list_parts (body, entity->opened);
    return;
  }
  for (guint i = 0; entity->pieces != NULL && i < entity->pieces->len; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    if (piece->opened != NULL)
      list_parts (body, piece->opened);
  }
  if ((entity->children->len == 0 || entity->is_message) && !entity->is_wrapper && !entity->is_carrier && !g_hash_table_contains (body->shown, entity)) {
    content = mado_content_decode (entity);
    g_ptr_array_add (body->reading->report->parts, mado_body_describe (entity, content));
  }
  for (guint i = 0; i < entity->children->len; i++)
    if (i != 1 || !has_verify_layer (entity)) /* the signature is told by its layer */
      list_parts (body, mado_entity_child (entity, i));
}

#define OURS_MAX 200

static gboolean
is_ascii (const char *line, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) line[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* Does a sender's line of @length bytes read like words of ours, however it is adorned? */
static gboolean
looks_like_ours (const char *line, gsize length)
{
  static const char *const words[] = { "ablockwith", "ablockthat", "outsideofany" };
  g_autofree char *plain = NULL;
  char letters[16] = "";
  gsize count = 0;

  if (length > OURS_MAX)
    return FALSE;
  if (!is_ascii (line, length)) { /* ASCII is its own normal form, and most lines are ASCII */
    plain = g_utf8_normalize (line, (gssize) length, G_NORMALIZE_ALL);
    line = plain == NULL ? "" : plain;
    length = strlen (line);
  }
  for (const char *p = line; p < line + length && count + 1 < sizeof letters; p++)
    if (g_ascii_isalpha (*p))
      letters[count++] = g_ascii_tolower (*p);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (letters, words[i]))
      return TRUE;
  return FALSE;
}

/* Appends @text with its lines marked: by @mark, or, when they look like words of ours, by a blank. */
static void
append_marked (GString *out, const char *text, const char *mark)
{
  while (*text != '\0') {
    gsize length = strcspn (text, "\n");

    g_string_append (out, mark);
    if (mark[0] == '\0' && looks_like_ours (text, length))
      g_string_append_c (out, ' ');
    length += text[length] == '\n';
    g_string_append_len (out, text, (gssize) length);
    text += length;
  }
}

/* The best that may be said of the signatures of @layer; bound to the sender already. */
static MadoSignatureStatus
best_status (const MadoLayer *layer)
{
  MadoSignatureStatus best = MADO_SIGNATURE_NONE;

  for (guint i = 0; i < layer->signatures->len; i++) {
    MadoSignatureStatus status = ((MadoSignature *) g_ptr_array_index (layer->signatures, i))->status;
    if (status == MADO_SIGNATURE_GOOD || best == MADO_SIGNATURE_NONE || (status == MADO_SIGNATURE_GOOD_UNTRUSTED && best != MADO_SIGNATURE_GOOD))
      best = status;
  }
  return best;
}

static const char *
words_for (const Segment *segment)
{
  gboolean is_signed_only;

  if (segment->layer == NULL)
    return "=== outside of any encryption or signature ===\n";
  if (segment->text == NULL)
    return "=== a block that could not be opened ===\n";
  is_signed_only = segment->layer->operation == MADO_OPERATION_VERIFY;
  switch (best_status (segment->layer)) {
  case MADO_SIGNATURE_GOOD:
    return is_signed_only ? "=== a block with a signature of the sender ===\n" : "=== a block that was encrypted, with a signature of the sender ===\n";
  case MADO_SIGNATURE_GOOD_UNTRUSTED:
    return is_signed_only ? "=== a block with a signature, not known as the sender's ===\n"
                          : "=== a block that was encrypted, with a signature that is not known as the sender's ===\n";
  default:
    return is_signed_only ? "=== a block with a signature that does not count ===\n" : "=== a block that was encrypted ===\n";
  }
}

static void
end_line (GString *out)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
}

/* What is shown. Where blocks and other text meet, words of ours stand at the start of each stretch, and every line
 * from outside is marked: no sender can make such text look like the inside of a block. */
static char *
put_together (const Body *body)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const Segment *before = NULL;
  gboolean is_mixed = FALSE;

  for (guint i = 1; i < body->segments->len; i++)
    is_mixed |= g_array_index (body->segments, Segment, i).layer != g_array_index (body->segments, Segment, 0).layer;
  if (is_mixed)
    for (guint i = 0; i < body->segments->len; i++) {
      const Segment *segment = &g_array_index (body->segments, Segment, i);
      end_line (out);
      if (before == NULL || before->layer != segment->layer)
        g_string_append (out, words_for (segment));
      before = segment;
      append_marked (out, segment->text == NULL ? "" : segment->text, segment->layer == NULL ? "| " : "");
    }
  else
    for (guint i = 0; i < body->segments->len; i++) {
      const Segment *segment = &g_array_index (body->segments, Segment, i);
      end_line (out);
      append_marked (out, segment->text == NULL ? "" : segment->text, "");
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The only file of a mail without any other text is what a person reads, when it is text that came out of a block. */
static MadoEntity *
only_text (MadoEntity *entity, guint *count)
{
  MadoEntity *found = NULL;

  entity = content_of (entity);
  if (entity->is_carrier)
    return NULL;
  if (entity->children->len == 0 || entity->is_message) {
    gboolean is_ours = entity->parent != NULL && entity->parent->opened == entity && g_str_equal (entity->type, "text/plain");
    g_autoptr (GBytes) content = mado_content_decode (entity);
    if (g_bytes_get_size (content) > 2 || is_ours)
      ++*count;
    return is_ours ? entity : NULL;
  }
  for (guint i = 0; i < entity->children->len; i++) {
    MadoEntity *one = only_text (mado_entity_child (entity, i), count);
    found = one != NULL ? one : found;
  }
  return found;
}

static void
take_only_file (Body *body)
{
  guint count = 0;
  MadoEntity *entity = only_text (body->reading->root, &count);
  g_autofree char *charset = NULL;
  guint notes = 0;

  if (entity == NULL || count != 1 || body->segments->len > 0)
    return;
  g_hash_table_add (body->shown, entity);
  add_segment (body, NULL, mado_content_text (entity, &charset, &notes));
  body->reading->report->text_charset = g_steal_pointer (&charset);
}

void
mado_body_read (MadoReading *reading)
{
  g_autoptr (GHashTable) shown = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  g_autofree char *text = NULL;
  MadoReport *report = reading->report;
  Body body = { reading, segments, 0, shown, -1, (gsize) mado_conf_int (reading->context->conf, "limits", "text"), FALSE };

  g_array_set_clear_func (segments, clear_segment);
  take (&body, reading->root, TRUE);
  take_only_file (&body);
  text = put_together (&body);
  report->text_truncated = body.is_cut || strlen (text) > body.max;
  report->text = mado_text_truncate (text, body.max);
  list_parts (&body, reading->root);
}

static MadoEntity *
find (MadoEntity *entity, const char *path)
{
  MadoEntity *found = NULL;

  if (entity->opened != NULL && (found = find (entity->opened, path)) != NULL)
    return found;
  if (g_str_equal (entity->path, path))
    return entity;
  for (guint i = 0; entity->pieces != NULL && i < entity->pieces->len && found == NULL; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    found = piece->opened == NULL ? NULL : find (piece->opened, path);
  }
  for (guint i = 0; entity->opened == NULL && i < entity->children->len && found == NULL; i++)
    found = find (mado_entity_child (entity, i), path);
  return found;
}

MadoEntity *
mado_body_find (MadoReading *reading, const char *path)
{
  return find (reading->root, path);
}
