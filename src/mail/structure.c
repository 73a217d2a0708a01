/* structure.c: see structure.h.
 *
 * One pass over the lines with a stack of the multiparts that are open. A line that starts with "--" is compared
 * with the boundaries on the stack, innermost first; nothing else costs more than finding its end.
 */
#include "madoguchi/mail/structure.h"

#include "madoguchi/base/error.h"
#include "madoguchi/mail/header.h"

#include <string.h>

typedef struct {
  MadoEntity *entity;
  char *boundary;
  gsize length;
} Level;

/* All headers of a mail together may be so many times as large as one. */
#define HEADERS_MAX 40

typedef struct {
  const guint8 *bytes;
  gsize size;
  MadoStructureLimits *limits;
  gsize headers;       /* bytes of all headers so far */
  GArray *levels;      /* of Level: the open multiparts, outermost first */
  MadoEntity *current; /* what the next line belongs to */
  guint depth;         /* of current */
  gboolean in_header;
} Scan;

static void
clear_level (gpointer level)
{
  g_free (((Level *) level)->boundary);
}

static void
free_piece (gpointer data)
{
  MadoPiece *piece = data;

  mado_entity_free (piece->opened);
  g_free (piece);
}

void
mado_entity_free (MadoEntity *entity)
{
  if (entity == NULL)
    return;
  g_free (entity->path);
  g_free (entity->type);
  g_clear_pointer (&entity->decoded, g_bytes_unref);
  g_ptr_array_unref (entity->children);
  g_ptr_array_unref (entity->layers);
  mado_entity_free (entity->opened);
  g_clear_pointer (&entity->pieces, g_ptr_array_unref);
  g_clear_pointer (&entity->text, g_bytes_unref);
  g_free (entity);
}

static MadoEntity *
entity_new (const guint8 *start, const MadoEntity *parent)
{
  MadoEntity *entity = g_new0 (MadoEntity, 1);

  entity->header = entity->body = start;
  entity->children = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_entity_free);
  entity->layers = g_ptr_array_new ();
  entity->parent = parent;
  return entity;
}

MadoEntity *
mado_structure_leaf (const char *header, const guint8 *body, gsize size, const char *path, const MadoEntity *parent)
{
  MadoEntity *entity = entity_new ((const guint8 *) header, parent);

  entity->header_size = strlen (header);
  entity->body = body == NULL ? (const guint8 *) "" : body;
  entity->body_size = size;
  entity->path = g_strdup (path);
  entity->type = mado_header_content_type (entity, "application/octet-stream");
  return entity;
}

MadoPiece *
mado_entity_add_piece (MadoEntity *entity, gsize start, gsize size)
{
  MadoPiece *piece = g_new0 (MadoPiece, 1);

  piece->start = start;
  piece->size = size;
  if (entity->pieces == NULL)
    entity->pieces = g_ptr_array_new_with_free_func (free_piece);
  g_ptr_array_add (entity->pieces, piece);
  return piece;
}

gsize
mado_structure_mbox_line (const guint8 *bytes, gsize size)
{
  const guint8 *end;

  if (size < 5 || memcmp (bytes, "From ", 5) != 0)
    return 0;
  end = memchr (bytes, '\n', size);
  return end == NULL ? 0 : (gsize) (end + 1 - bytes);
}

gboolean
mado_entity_has_fields (const MadoEntity *entity)
{
  return entity->header_size > 0;
}

const guint8 *
mado_entity_raw (const MadoEntity *entity, gsize *size)
{
  *size = (gsize) (entity->body - entity->header) + entity->body_size;
  return entity->header;
}

MadoEntity *
mado_entity_child (const MadoEntity *entity, guint n)
{
  return n < entity->children->len ? g_ptr_array_index (entity->children, n) : NULL;
}

/* Where the line break before @line starts: it belongs to the boundary (RFC 2046, 5.1.1), unless it ended the one before
 * @entity. */
static const guint8 *
before_line_break (const MadoEntity *entity, const guint8 *line)
{
  const guint8 *start;

  while (entity->parent != NULL && entity->parent->is_message)
    entity = entity->parent;
  start = entity->header;
  if (line > start && line[-1] == '\n')
    line--;
  if (line > start && line[-1] == '\r')
    line--;
  return line;
}

/* Is @line ("--...", without its line break) a delimiter of @level? */
static gboolean
is_delimiter (const Level *level, const guint8 *line, gsize length, gboolean *is_last)
{
  gsize at = 2 + level->length;

  if (length < at || memcmp (line + 2, level->boundary, level->length) != 0)
    return FALSE;
  *is_last = length >= at + 2 && line[at] == '-' && line[at + 1] == '-';
  if (*is_last)
    at += 2;
  while (at < length && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r'))
    at++;
  return at == length;
}

static int
find_delimiter (const Scan *scan, const guint8 *line, gsize length, gboolean *is_last)
{
  for (int i = (int) scan->levels->len - 1; i >= 0; i--)
    if (is_delimiter (&g_array_index (scan->levels, Level, i), line, length, is_last))
      return i;
  return -1;
}

/* Is @line a header field or the continuation of one? */
static gboolean
is_field (const guint8 *line, gsize length, gboolean is_first)
{
  gsize i;

  if (length > 0 && (line[0] == ' ' || line[0] == '\t'))
    return !is_first;
  for (i = 0; i < length && line[i] > ' ' && line[i] != ':' && line[i] < 127; i++)
    ;
  if (i == 0)
    return FALSE;
  while (i < length && (line[i] == ' ' || line[i] == '\t'))
    i++;
  return i < length && line[i] == ':';
}

static gboolean
add_child (Scan *scan, MadoEntity *parent, guint depth, const guint8 *start, GError **error)
{
  if (scan->limits->parts == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "The mail has more parts than we read.");
    return FALSE;
  }
  if (depth > scan->limits->depth) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "The mail is nested deeper than we read.");
    return FALSE;
  }
  scan->limits->parts--;
  scan->current = entity_new (start, parent);
  scan->depth = depth;
  scan->in_header = TRUE;
  if (parent != NULL)
    g_ptr_array_add (parent->children, scan->current);
  return TRUE;
}

static guint
depth_of (const MadoEntity *entity)
{
  guint depth = 0;

  for (; entity != NULL; entity = entity->parent)
    depth++;
  return depth;
}

/* The header of the current part has ended and its body starts at @body: what is inside? */
static gboolean
enter_body (Scan *scan, const guint8 *body, GError **error)
{
  MadoEntity *entity = scan->current;
  gboolean in_digest = entity->parent != NULL && g_str_equal (entity->parent->type, "multipart/digest");
  g_autofree char *boundary = NULL;

  entity->body = body;
  scan->in_header = FALSE;
  entity->type = mado_header_content_type (entity, in_digest ? "message/rfc822" : "text/plain");
  if (g_str_has_prefix (entity->type, "multipart/")) {
    boundary = mado_header_param (entity, "Content-Type", "boundary");
    if (boundary == NULL || boundary[0] == '\0' || strlen (boundary) > 1000)
      return TRUE;
    entity->is_multipart = entity->is_open = TRUE;
    Level level = { entity, boundary, strlen (boundary) };
    g_array_append_val (scan->levels, level);
    boundary = NULL;
  } else if (g_str_equal (entity->type, "message/rfc822") || g_str_equal (entity->type, "message/global")) {
    if (mado_header_encoding (entity) != MADO_ENCODING_NONE)
      return TRUE;
    entity->is_message = TRUE;
    return add_child (scan, entity, depth_of (entity) + 1, body, error);
  }
  return TRUE;
}

/* The part that ends at @end, and everything inside it up to (not including) @outer, is complete. */
static gboolean
finish (Scan *scan, const MadoEntity *outer, const guint8 *end, GError **error)
{
  MadoEntity *entity = scan->current;

  if (scan->in_header) {
    entity->header_size = end > entity->header ? (gsize) (end - entity->header) : 0;
    if (!enter_body (scan, end > entity->header ? end : entity->header, error))
      return FALSE;
    entity = scan->current; /* an empty message inside message/rfc822 */
    if (entity->type == NULL)
      entity->type = g_strdup ("text/plain");
    scan->in_header = FALSE;
  }
  for (; entity != outer && entity != NULL; entity = (MadoEntity *) entity->parent) {
    if (entity->body > end) /* the line break of the empty line belongs to the boundary: there is no body */
      entity->body = end;
    if (entity->header > end) /* nor a message in it */
      entity->header = end;
    entity->body_size = (gsize) (end - entity->body);
  }
  return TRUE;
}

static gboolean
take_delimiter (Scan *scan, int which, gboolean is_last, const guint8 *line, const guint8 *next, GError **error)
{
  MadoEntity *entity = g_array_index (scan->levels, Level, which).entity;

  if (scan->current != entity && !finish (scan, entity, before_line_break (scan->current, line), error))
    return FALSE;
  if (!is_last) {
    g_array_set_size (scan->levels, (guint) which + 1);
    return add_child (scan, entity, depth_of (entity) + 1, next, error);
  }
  g_array_set_size (scan->levels, (guint) which);
  entity->is_open = FALSE;
  scan->current = entity;
  scan->in_header = FALSE;
  return TRUE;
}

static gboolean
take_header_line (Scan *scan, const guint8 *line, gsize length, const guint8 *next, GError **error)
{
  MadoEntity *entity = scan->current;

  if (length == 0 || (length == 1 && line[0] == '\r')) {
    entity->header_size = (gsize) (line - entity->header);
    return enter_body (scan, next, error);
  }
  if (!is_field (line, length, line == entity->header)) {
    entity->header_size = (gsize) (line - entity->header);
    return enter_body (scan, line, error);
  }
  scan->headers += (gsize) (next - line);
  if ((gsize) (next - entity->header) > scan->limits->header_size
      || scan->headers / HEADERS_MAX > scan->limits->header_size) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "A header is larger than we read, or all of them are.");
    return FALSE;
  }
  return TRUE;
}

static gboolean
scan_lines (Scan *scan, GError **error)
{
  const guint8 *line = scan->bytes, *end = scan->bytes + scan->size;

  while (line < end) {
    const guint8 *feed = memchr (line, '\n', (gsize) (end - line));
    const guint8 *next = feed == NULL ? end : feed + 1;
    gsize length = (gsize) ((feed == NULL ? end : feed) - line);
    gboolean is_last = FALSE;
    int which = -1;

    if (length >= 2 && line[0] == '-' && line[1] == '-' && scan->levels->len > 0)
      which = find_delimiter (scan, line, length, &is_last);
    if (which >= 0) {
      if (!take_delimiter (scan, which, is_last, line, next, error))
        return FALSE;
    } else if (scan->in_header) {
      const MadoEntity *before = scan->current;
      if (!take_header_line (scan, line, length, next, error))
        return FALSE;
      if (scan->current != before && scan->current->header == line)
        continue; /* a message that starts with the line that ended the header around it */
    }
    line = next;
  }
  return finish (scan, NULL, end, error);
}

static void
name_paths (MadoEntity *entity, const char *path)
{
  entity->path = g_strdup (path);
  for (guint i = 0; i < entity->children->len; i++) {
    g_autofree char *inner = g_strdup_printf ("%s.%u", path, i + 1);
    name_paths (g_ptr_array_index (entity->children, i), inner);
  }
}

MadoEntity *
mado_structure_scan (const guint8 *bytes, gsize size, const char *path, MadoStructureLimits *limits, GError **error)
{
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (Level));
  g_autoptr (MadoEntity) root = NULL;
  Scan scan = { bytes, size, limits, 0, levels, NULL, 0, FALSE };

  g_array_set_clear_func (levels, clear_level);
  if (!add_child (&scan, NULL, 1, bytes, error))
    return NULL;
  root = scan.current;
  if (!scan_lines (&scan, error))
    return NULL;
  name_paths (root, path);
  return g_steal_pointer (&root);
}
