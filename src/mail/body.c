/* body.c: see body.h. RFC 9787, 7.1 says which parts are the main body; EFAIL says why scopes are never mixed. */
#include "madoguchi/mail/body.h"

#include "madoguchi/base/hash.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/protect.h"
#include "madoguchi/mail/verdict.h"

#include <string.h>

typedef struct {
  MadoReading *reading;
  GString *text;
  GHashTable *shown;   /* of MadoEntity: leaves whose text was taken, and their unread alternatives */
  gint scope;          /* the scope of the text; -1 while there is none */
  gsize max;
  gboolean is_full;
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
  return is_hollow (entity) || g_str_equal (entity->type, "text/plain") || g_str_equal (entity->type, "text/html");
}

static MadoEntity *
content_of (MadoEntity *entity)
{
  return entity->opened != NULL ? entity->opened : entity;
}

/* Takes the text of leaf @entity. FALSE when it is none that we show. */
static gboolean
take_leaf (Body *body, MadoEntity *entity)
{
  MadoReport *report = body->reading->report;
  g_autofree char *charset = NULL, *text = NULL;
  gboolean unknown = FALSE;

  if (!is_text (entity) || mado_header_is_attachment (entity) || entity->layers->len > 0)
    return FALSE;
  if (body->scope >= 0 && (guint) body->scope != entity->scope)
    return FALSE;
  if (body->is_full) {
    g_hash_table_add (body->shown, entity);
    return TRUE;
  }
  text = mado_content_text (entity, &charset, &unknown);
  if (text == NULL)
    return FALSE;
  if (entity->is_decrypted)
    mado_protect_strip_display (entity, text);
  g_hash_table_add (body->shown, entity);
  if (is_hollow (entity))
    mado_reading_problem (body->reading, "Part %s says that it has parts, but none was found.", entity->path);
  if (unknown)
    mado_reading_problem (body->reading, "Part %s holds bytes that are no characters; they are shown as U+FFFD.", entity->path);
  if (text[strspn (text, " \t\r\n")] == '\0')
    return TRUE;
  body->scope = (gint) entity->scope;
  if (report->text_charset == NULL)
    report->text_charset = g_steal_pointer (&charset);
  if (body->text->len > 0 && body->text->str[body->text->len - 1] != '\n')
    g_string_append_c (body->text, '\n');
  g_string_append (body->text, text);
  body->is_full = body->text->len > body->max;
  return TRUE;
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
  if (entity->layers->len > 0) /* multipart/signed has one content; an unopened multipart/encrypted has none */
    return g_str_equal (entity->type, "multipart/signed") && entity->children->len > 0
           && take (body, mado_entity_child (entity, 0), is_first);
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

static const struct {
  const char *sign;
  const char *flag;
} suffixes[] = {
  { ".exe", "executable" }, { ".scr", "executable" }, { ".com", "executable" }, { ".bat", "executable" },
  { ".cmd", "executable" }, { ".js", "executable" },  { ".vbs", "executable" }, { ".lnk", "executable" },
  { ".ps1", "executable" }, { ".hta", "executable" }, { ".msi", "executable" }, { ".jar", "executable" },
};

/* What a member should know before opening a file of this name. */
static char **
name_flags (const char *filename)
{
  g_autoptr (GStrvBuilder) flags = g_strv_builder_new ();
  g_autofree char *folded = filename == NULL ? g_strdup ("") : g_ascii_strdown (filename, -1);
  const char *last = strrchr (folded, '.');

  for (gsize i = 0; last != NULL && i < G_N_ELEMENTS (suffixes); i++) {
    if (!g_str_equal (last, suffixes[i].sign))
      continue;
    g_strv_builder_add (flags, suffixes[i].flag);
    if (memchr (folded, '.', (gsize) (last - folded)) != NULL)
      g_strv_builder_add (flags, "double-extension");
  }
  return g_strv_builder_end (flags);
}

/* Does a good signature cover @entity? One around an encryption layer does not count: whoever carries a
 * ciphertext can sign it. */
static gboolean
is_signed (const MadoEntity *entity)
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
  part->is_signed = is_signed (entity);
  g_strfreev (part->flags);
  part->flags = name_flags (name);
  return part;
}

static gboolean
has_verify_layer (const MadoEntity *entity)
{
  const MadoLayer *layer = entity->layers->len > 0 ? g_ptr_array_index (entity->layers, 0) : NULL;

  return layer != NULL && layer->operation == MADO_OPERATION_VERIFY;
}

static void
list_parts (Body *body, MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;

  if (entity->opened != NULL) {
    list_parts (body, entity->opened);
    return;
  }
  if ((entity->children->len == 0 || entity->is_message) && !g_hash_table_contains (body->shown, entity)) {
    content = mado_content_decode (entity);
    g_ptr_array_add (body->reading->report->parts, mado_body_describe (entity, content));
  }
  for (guint i = 0; i < entity->children->len; i++)
    if (i != 1 || !has_verify_layer (entity)) /* the signature is told by its layer */
      list_parts (body, mado_entity_child (entity, i));
}

void
mado_body_read (MadoReading *reading)
{
  g_autoptr (GHashTable) shown = g_hash_table_new (NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  MadoReport *report = reading->report;
  Body body = { reading, text, shown, -1, (gsize) mado_conf_int (reading->context->conf, "limits", "text"), FALSE };

  take (&body, reading->root, TRUE);
  report->text_truncated = text->len > body.max;
  report->text = mado_text_truncate (text->str, body.max);
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
  for (guint i = 0; entity->opened == NULL && i < entity->children->len && found == NULL; i++)
    found = find (mado_entity_child (entity, i), path);
  return found;
}

MadoEntity *
mado_body_find (MadoReading *reading, const char *path)
{
  return find (reading->root, path);
}
