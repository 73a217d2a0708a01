/* yaml.c: see yaml.h. Called by the reader of X-ARF, in the opener's child. libyaml's parser tells us of each event; no tree
 * is built, no value is given a type, and nothing that an event would ask for is done. */
#include "madoguchi/report/yaml.h"

#include "madoguchi/base/error.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 8
#define EVENTS_MAX 100000
#define NAME_SIZE_MAX 200

typedef struct {
  gboolean is_map;
  char *prefix; /* what names in it begin with; "": nothing */
  char *name;   /* of a map: the one that waits for its value, whole */
} Level;

typedef struct {
  Level open[DEPTH_MAX];
  guint depth;
  GPtrArray *reports;
  GPtrArray *report; /* the one that values go to; NULL: none is open */
  guint report_depth;
} Reader;

static void
close_level (Reader *reader)
{
  Level *level = &reader->open[--reader->depth];

  g_free (level->prefix);
  g_free (level->name);
  if (reader->depth < reader->report_depth)
    reader->report = NULL;
}

static const char *
find_refused (const yaml_event_t *event)
{
  const yaml_char_t *anchor = NULL, *tag = NULL;

  if (event->type == YAML_ALIAS_EVENT)
    return "an alias";
  if (event->type == YAML_DOCUMENT_START_EVENT)
    return event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end ? "a tag directive" : NULL;
  if (event->type == YAML_SCALAR_EVENT) {
    anchor = event->data.scalar.anchor;
    tag = event->data.scalar.tag;
  } else if (event->type == YAML_SEQUENCE_START_EVENT) {
    anchor = event->data.sequence_start.anchor;
    tag = event->data.sequence_start.tag;
  } else if (event->type == YAML_MAPPING_START_EVENT) {
    anchor = event->data.mapping_start.anchor;
    tag = event->data.mapping_start.tag;
  }
  return anchor != NULL ? "an anchor" : tag != NULL ? "a tag" : NULL;
}

/* A list or a map begins. */
static gboolean
open_level (Reader *reader, gboolean is_map, GError **error)
{
  Level *around = reader->depth == 0 ? NULL : &reader->open[reader->depth - 1];
  char *prefix;

  if (reader->depth == DEPTH_MAX || (around != NULL && around->is_map && around->name == NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT,
                 reader->depth == DEPTH_MAX ? "its lists and maps are more than %d deep" : "a list or a map stands for a name", DEPTH_MAX);
    return FALSE;
  }
  if (around == NULL)
    prefix = g_strdup ("");
  else
    prefix = around->is_map ? g_steal_pointer (&around->name) : g_strdup (around->prefix);
  reader->open[reader->depth++] = (Level) { is_map, prefix, NULL };
  if (is_map && reader->report == NULL) {
    reader->report = g_ptr_array_new_with_free_func (g_free);
    reader->report_depth = reader->depth;
    g_ptr_array_add (reader->reports, reader->report);
  }
  return TRUE;
}

static void
take_scalar (Reader *reader, const char *value, gsize size)
{
  Level *level = reader->depth == 0 ? NULL : &reader->open[reader->depth - 1];

  if (level == NULL || reader->report == NULL)
    return;
  if (level->is_map && level->name == NULL) {
    g_autofree char *own = g_strndup (value, MIN (size, NAME_SIZE_MAX));
    level->name = *level->prefix == '\0' ? g_steal_pointer (&own) : g_strconcat (level->prefix, ".", own, NULL);
    return;
  }
  g_ptr_array_add (reader->report, level->is_map ? g_steal_pointer (&level->name) : g_strdup (level->prefix));
  g_ptr_array_add (reader->report, g_strndup (value, size));
}

static gboolean
take_event (Reader *reader, const yaml_event_t *event, GError **error)
{
  const char *refused = find_refused (event);

  if (refused != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_DENIED, "it uses %s, which is not followed", refused);
    return FALSE;
  }
  if (event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT)
    return open_level (reader, event->type == YAML_MAPPING_START_EVENT, error);
  if (event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT)
    close_level (reader);
  else if (event->type == YAML_SCALAR_EVENT)
    take_scalar (reader, (const char *) event->data.scalar.value, event->data.scalar.length);
  return TRUE;
}

static gboolean
read_events (yaml_parser_t *parser, Reader *reader, GError **error)
{
  for (guint n = 0; n < EVENTS_MAX; n++) {
    yaml_event_t event;
    gboolean is_fine, is_end;

    if (yaml_parser_parse (parser, &event) == 0) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "it is no YAML at line %" G_GSIZE_FORMAT ": %s", (gsize) parser->problem_mark.line + 1,
                   parser->problem == NULL ? "no reason is known" : parser->problem);
      return FALSE;
    }
    is_end = event.type == YAML_STREAM_END_EVENT;
    is_fine = take_event (reader, &event, error);
    yaml_event_delete (&event);
    if (is_end || !is_fine)
      return is_fine;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "it has more than %d names and values", EVENTS_MAX);
  return FALSE;
}

gboolean
mado_yaml_read (const char *text, gsize size, GPtrArray **reports, GError **error)
{
  Reader reader = { .reports = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref) };
  yaml_parser_t parser;
  gboolean is_read;

  if (yaml_parser_initialize (&parser) == 0)
    g_error ("failed to allocate a parser");
  yaml_parser_set_encoding (&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&parser, (const unsigned char *) text, size);
  is_read = read_events (&parser, &reader, error);
  yaml_parser_delete (&parser);
  while (reader.depth > 0)
    close_level (&reader);
  if (is_read)
    *reports = reader.reports;
  else
    g_ptr_array_unref (reader.reports);
  return is_read;
}
