/* sources.c: see sources.h. Called by open.c, in the child, when somebody wants to read the report. */
#include "madoguchi/mail/sources.h"

#include "madoguchi/base/text.h"
#include "madoguchi/mail/body.h"
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/protect.h"
#include "madoguchi/model/stretch.h"

#include <string.h>

typedef struct {
  MadoReading *reading;
  MadoSource *out;
  gsize left; /* bytes that may still be taken */
} Walk;

/* Adds @text (transfer full, nullable). */
static MadoStretch *
add (Walk *walk, const MadoEntity *entity, char *text, gsize offset)
{
  MadoStretch *stretch;

  if (text == NULL || *text == '\0' || walk->left == 0) {
    g_free (text);
    return NULL;
  }
  stretch = mado_stretch_new ();
  stretch->part = g_strdup (entity->path);
  stretch->text = text;
  if (strlen (text) > walk->left) {
    stretch->text = mado_text_truncate (text, walk->left);
    g_free (text);
  }
  walk->left -= strlen (stretch->text);
  stretch->offset = (gint64) offset;
  stretch->is_signed = mado_body_is_signed (entity);
  g_ptr_array_add (walk->out->stretches, stretch);
  return stretch;
}

static gboolean
has_ending (const char *name, const char *const *endings)
{
  for (gsize i = 0; endings[i] != NULL; i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;
  return FALSE;
}

/* Is the leaf text, by its type or its name? */
static gboolean
is_text (const MadoEntity *entity)
{
  static const char *const types[] = { "application/json", "application/xml", "application/yaml", "application/x-yaml", "application/csv",
                                       "application/pgp", "application/x-ndjson", "message/feedback-report", "message/rfc822-headers", NULL };
  static const char *const name_endings[] = { ".txt", ".csv", ".tsv", ".log", ".json", ".xml", ".yml", ".yaml", ".ioc", ".md", ".eml", ".stix", NULL };
  g_autofree char *name = NULL;
  g_autofree char *folded = NULL;

  if (g_str_has_prefix (entity->type, "text/") || g_strv_contains (types, entity->type) || g_str_has_suffix (entity->type, "+json")
      || g_str_has_suffix (entity->type, "+xml"))
    return !g_str_equal (entity->type, "text/calendar") && !g_str_equal (entity->type, "text/vcard");
  if (!g_str_equal (entity->type, "application/octet-stream"))
    return FALSE;
  name = mado_header_filename (entity);
  folded = name == NULL ? NULL : g_ascii_strdown (name, -1);
  return folded != NULL && has_ending (folded, name_endings);
}

/* Is @entity a part of a feedback report? Not all of them label the part that holds the fields. */
static gboolean
is_feedback (const MadoEntity *entity)
{
  const MadoEntity *parent = entity->parent;
  g_autofree char *kind = NULL;

  if (parent == NULL || !g_str_equal (parent->type, "multipart/report"))
    return FALSE;
  kind = mado_header_param (parent, "Content-Type", "report-type");
  return kind != NULL && g_ascii_strcasecmp (kind, "feedback-report") == 0;
}

static void
take_document (Walk *walk, const MadoEntity *entity, gboolean is_evidence)
{
  MadoDocument *document;

  if (entity->is_carrier)
    return;
  document = mado_document_new ();
  document->part = g_strdup (entity->path);
  document->type = g_strdup (entity->type);
  document->filename = mado_header_filename (entity);
  document->charset = mado_header_param (entity, "Content-Type", "charset");
  document->bytes = mado_content_decode (entity);
  document->header = g_bytes_new_static (entity->header, entity->header_size);
  document->is_feedback = is_feedback (entity);
  document->is_signed = mado_body_is_signed (entity);
  document->is_evidence = is_evidence;
  g_ptr_array_add (walk->out->documents, document);
}

/* Does a file of this name (nullable) hold a mail? */
static gboolean
is_mail_file (const char *name)
{
  g_autofree char *folded = name == NULL ? NULL : g_ascii_strdown (name, -1);

  return folded != NULL && g_str_has_suffix (folded, ".eml");
}

static void
take_leaf (Walk *walk, const MadoEntity *entity, gboolean is_evidence)
{
  g_autofree char *charset = NULL;
  g_autofree char *name = NULL;
  guint notes = 0;
  char *text;
  MadoStretch *stretch;

  if (entity->is_carrier || walk->left == 0 || !is_text (entity) || !mado_reading_may_read (walk->reading, entity))
    return;
  text = mado_content_text (entity, &charset, &notes);
  if (text != NULL && entity->is_decrypted)
    mado_protect_strip_display (entity, text);
  stretch = add (walk, entity, text, 0);
  if (stretch == NULL)
    return;
  name = mado_header_filename (entity);
  stretch->is_evidence = is_evidence || g_str_equal (entity->type, "text/rfc822-headers") || is_mail_file (name);
  stretch->is_header = g_str_equal (entity->type, "text/rfc822-headers");
  stretch->is_prose = name == NULL && !mado_header_is_attachment (entity) && !stretch->is_header
                      && (g_str_equal (entity->type, "text/plain") || g_str_equal (entity->type, "text/html"));
}

static void take (Walk *walk, const MadoEntity *entity, gboolean is_evidence);

/* What stands outside of the blocks of a text, one piece after the other, and what the blocks held. */
static void
take_pieces (Walk *walk, const MadoEntity *entity, gboolean is_evidence)
{
  gsize offset = 0;

  for (guint i = 0; i < entity->pieces->len; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    g_autofree char *label = NULL, *used = NULL, *text = NULL;
    MadoStretch *stretch;
    guint notes = 0;

    if (piece->is_block && piece->opened != NULL)
      take (walk, piece->opened, is_evidence);
    if (piece->is_block)
      continue;
    label = g_str_equal (entity->type, "text/html") ? g_strdup ("utf-8") : mado_header_param (entity, "Content-Type", "charset");
    if (!mado_charset_keeps_ascii (label))
      g_clear_pointer (&label, g_free);
    text = mado_charset_decode ((const guint8 *) g_bytes_get_data (entity->text, NULL) + piece->start,
                                MIN (piece->size, (gsize) MADO_CONTENT_TEXT_MAX), label, &used, &notes);
    stretch = add (walk, entity, mado_text_visible (text), offset);
    if (stretch == NULL)
      continue;
    offset += strlen (stretch->text);
    stretch->is_evidence = is_evidence;
    stretch->is_prose = TRUE;
  }
}

/* The header of a forwarded mail, as it came but for the line ends. */
static void
take_header (Walk *walk, const MadoEntity *entity)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  MadoStretch *stretch;

  for (gsize i = 0; i < entity->header_size; i++)
    if (entity->header[i] != '\r' && entity->header[i] != '\0')
      g_string_append_c (plain, (char) entity->header[i]);
  stretch = add (walk, entity, mado_text_visible (plain->str), 0);
  if (stretch == NULL)
    return;
  stretch->is_evidence = TRUE;
  stretch->is_header = TRUE;
}

static void
take (Walk *walk, const MadoEntity *entity, gboolean is_evidence)
{
  if (entity->opened != NULL) {
    take (walk, entity->opened, is_evidence);
    return;
  }
  if (entity->pieces != NULL) {
    take_pieces (walk, entity, is_evidence);
    return;
  }
  if (entity->children->len == 0) {
    take_document (walk, entity, is_evidence);
    take_leaf (walk, entity, is_evidence);
    return;
  }
  for (guint i = 0; i < entity->children->len; i++) {
    const MadoEntity *child = mado_entity_child (entity, i);
    gboolean is_forward = entity->is_message && !entity->is_wrapper;
    if (is_forward)
      take_header (walk, child);
    take (walk, child, is_evidence || is_forward);
  }
}

/* Fields of other teams' ticket systems and of report formats. */
static void
take_fields (Walk *walk, const MadoEntity *root)
{
  static const char *const fields[] = { "X-OTRS-Ticket", "RT-Ticket", "X-RT-Ticket", "X-ARF", "X-XARF" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    char *raw = mado_header_raw (root, fields[i], 0);
    g_autofree char *name = g_strdup_printf ("header %s", fields[i]);
    MadoStretch *stretch = add (walk, root, raw == NULL ? NULL : mado_text_escape_line (raw), 0);
    g_free (raw);
    if (stretch == NULL)
      continue;
    g_free (stretch->part);
    stretch->part = g_steal_pointer (&name);
    stretch->is_signed = FALSE;
    stretch->is_header = TRUE;
  }
}

MadoSource *
mado_sources_collect (MadoReading *reading, gsize max)
{
  Walk walk = { reading, mado_source_new (), MIN (max, MADO_STRETCH_TEXT_MAX) };

  take_fields (&walk, reading->root);
  take (&walk, reading->root, FALSE);
  return walk.out;
}
