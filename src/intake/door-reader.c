/* door-reader.c: see door-reader.h. Called by the milter, in its threads; one reader belongs to one mail.
 *
 * Lines go through a machine of two states: in the header of a part, or in its body. The bytes of a leaf are gathered up
 * to a maximum and looked at when the leaf ends. */
#include "madoguchi/intake/door-reader.h"

#include "madoguchi/intake/door-leaf.h"

#include <string.h>

#define WHOLE_LINE_MAX (64 * 1024) /* of a longer line the rest counts as another one */

struct _MadoDoorReader {
  MadoDoorLimits limits;
  MadoDoorFacts facts;
  GString *line;        /* the one that is not complete yet */
  gboolean in_header;
  gsize header_size;    /* of this part */
  GString *field;       /* the header field that may go on in the next line */
  MadoDoorLeaf leaf;    /* the part that is being read */
  char *boundary;       /* that its Content-Type names */
  GPtrArray *boundaries; /* of char: of the multiparts that are open, outermost first */
  guint messages;       /* forwarded mails around it */
};

void
mado_door_facts_clear (MadoDoorFacts *facts)
{
  g_clear_pointer (&facts->recipients, g_ptr_array_unref);
}

static void
begin_part (MadoDoorReader *reader)
{
  reader->in_header = TRUE;
  reader->header_size = 0;
  g_string_truncate (reader->field, 0);
  g_clear_pointer (&reader->boundary, g_free);
  mado_door_leaf_reset (&reader->leaf);
  reader->facts.parts++;
  if (reader->facts.parts > reader->limits.parts || reader->boundaries->len + reader->messages + 1 > reader->limits.depth)
    reader->facts.is_bomb = TRUE;
}

MadoDoorReader *
mado_door_reader_new (const MadoDoorLimits *limits)
{
  MadoDoorReader *reader = g_new0 (MadoDoorReader, 1);

  reader->limits = *limits;
  reader->line = g_string_new (NULL);
  reader->field = g_string_new (NULL);
  reader->boundaries = g_ptr_array_new_with_free_func (g_free);
  reader->facts.recipients = g_ptr_array_new_with_free_func (g_free);
  reader->facts.has_integrity = TRUE;
  mado_door_leaf_init (&reader->leaf);
  begin_part (reader);
  return reader;
}

void
mado_door_reader_free (MadoDoorReader *reader)
{
  if (reader == NULL)
    return;
  g_string_free (reader->line, TRUE);
  g_string_free (reader->field, TRUE);
  g_free (reader->boundary);
  g_ptr_array_unref (reader->boundaries);
  mado_door_leaf_clear (&reader->leaf);
  mado_door_facts_clear (&reader->facts);
  g_free (reader);
}

/* (transfer full, nullable) parameter @name of @value (RFC 2045, 5.1), as it stands there. */
static char *
find_param (const char *value, const char *name)
{
  gsize length = strlen (name);

  for (const char *at = strchr (value, ';'); at != NULL; at = strchr (at, ';')) {
    at += 1 + strspn (at + 1, " \t\r\n");
    if (g_ascii_strncasecmp (at, name, length) != 0)
      continue;
    const char *equals = at + length + strspn (at + length, " \t\r\n*");
    if (*equals != '=')
      continue;
    equals += 1 + strspn (equals + 1, " \t\r\n");
    if (*equals == '"')
      return g_strndup (equals + 1, strcspn (equals + 1, "\""));
    return g_strndup (equals, strcspn (equals, "; \t\r\n"));
  }
  return NULL;
}

/* The field that is complete now. */
static void
take_field (MadoDoorReader *reader)
{
  char *colon = strchr (reader->field->str, ':');

  if (colon == NULL)
    return;
  g_autofree char *name = g_strchomp (g_strndup (reader->field->str, (gsize) (colon - reader->field->str)));
  g_autofree char *value = g_strstrip (g_strdup (colon + 1));
  if (g_ascii_strcasecmp (name, "Content-Type") == 0) {
    g_autofree char *type = g_strndup (value, strcspn (value, "; \t\r\n"));
    g_autofree char *file = find_param (value, "name");
    mado_door_leaf_set_type (&reader->leaf, type);
    mado_door_leaf_set_name (&reader->leaf, file);
    if (g_ascii_strncasecmp (type, "multipart/", 10) == 0 && reader->boundary == NULL)
      reader->boundary = find_param (value, "boundary");
  } else if (g_ascii_strcasecmp (name, "Content-Transfer-Encoding") == 0) {
    mado_door_leaf_set_encoding (&reader->leaf, value);
  } else if (g_ascii_strcasecmp (name, "Content-Disposition") == 0) {
    g_autofree char *file = find_param (value, "filename");
    mado_door_leaf_set_name (&reader->leaf, file);
  }
  g_string_truncate (reader->field, 0);
}

static void
end_header (MadoDoorReader *reader)
{
  take_field (reader);
  reader->in_header = FALSE;
  if (reader->boundary != NULL)
    g_ptr_array_add (reader->boundaries, g_steal_pointer (&reader->boundary));
  else if (mado_door_leaf_is_message (&reader->leaf)) {
    reader->messages++;
    begin_part (reader);
  }
}

static void
take_header_line (MadoDoorReader *reader, const char *line, gsize length)
{
  reader->header_size += length;
  if (reader->header_size > reader->limits.header_size)
    reader->facts.is_bomb = TRUE;
  if (length == 0 || (length == 1 && line[0] == '\r')) {
    end_header (reader);
    return;
  }
  if (line[0] != ' ' && line[0] != '\t')
    take_field (reader);
  g_string_append_len (reader->field, line, (gssize) length);
}

/* Which of the open multiparts ends a part with this line; -1: none. */
static int
find_delimiter (const MadoDoorReader *reader, const char *line, gsize length, gboolean *is_last)
{
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length < 3 || line[0] != '-' || line[1] != '-')
    return -1;
  for (guint i = reader->boundaries->len; i > 0; i--) {
    const char *boundary = reader->boundaries->pdata[i - 1];
    gsize size = strnlen (boundary, length); /* it may be as long as a header, and every line is compared with it */
    *is_last = length == size + 4 && line[length - 1] == '-' && line[length - 2] == '-';
    if ((length == size + 2 || *is_last) && memcmp (line + 2, boundary, size) == 0)
      return (int) i - 1;
  }
  return -1;
}

static void
take_line (MadoDoorReader *reader, const char *line, gsize length)
{
  gboolean is_last = FALSE;
  int level;

  if (reader->facts.is_bomb)
    return;
  level = find_delimiter (reader, line, length, &is_last);
  if (level < 0) {
    if (reader->in_header)
      take_header_line (reader, line, length);
    else
      mado_door_leaf_add (&reader->leaf, line, length);
    return;
  }
  mado_door_leaf_finish (&reader->leaf, reader->limits.recipients, &reader->facts);
  g_ptr_array_set_size (reader->boundaries, is_last ? level : level + 1);
  if (!is_last) {
    begin_part (reader);
    return;
  }
  mado_door_leaf_reset (&reader->leaf); /* what stands behind the last part is nobody's word */
  mado_door_leaf_set_type (&reader->leaf, "multipart/epilogue");
  reader->in_header = FALSE;
}

void
mado_door_reader_feed (MadoDoorReader *reader, const void *bytes, gsize length)
{
  const char *at = bytes, *end = at + length;

  while (at < end && !reader->facts.is_bomb) {
    const char *feed = memchr (at, '\n', (gsize) (end - at));
    gsize size = (gsize) ((feed == NULL ? end : feed) - at), room = WHOLE_LINE_MAX - reader->line->len;
    gboolean is_whole = feed != NULL && size <= room;

    size = MIN (size, room);
    if (is_whole && reader->line->len == 0) {
      take_line (reader, at, size);
    } else {
      g_string_append_len (reader->line, at, (gssize) size);
      if (is_whole || reader->line->len == WHOLE_LINE_MAX) {
        take_line (reader, reader->line->str, reader->line->len);
        g_string_truncate (reader->line, 0);
      }
    }
    at += size + (is_whole ? 1 : 0);
  }
}

void
mado_door_reader_finish (MadoDoorReader *reader, MadoDoorFacts *facts)
{
  if (reader->line->len > 0)
    take_line (reader, reader->line->str, reader->line->len);
  if (reader->in_header)
    take_field (reader);
  mado_door_leaf_finish (&reader->leaf, reader->limits.recipients, &reader->facts);
  *facts = reader->facts;
  memset (&reader->facts, 0, sizeof reader->facts);
}
