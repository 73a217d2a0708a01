/* Fuzz target: the boundary scanner. What it finds is compared with a slow and simple reading of the same bytes: parts lie
 * inside each other in order, what is between them is a boundary, no boundary is left inside a part, and each part by itself
 * is the same part again. */
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/structure.h"

#include <gmime/gmime.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static const guint8 *
end_of (const MadoEntity *entity)
{
  return entity->body + entity->body_size;
}

/* Is the line from @at to @end a delimiter of @boundary, or its last one? */
static gboolean
is_delimiter (const guint8 *at, const guint8 *end, const char *boundary, gboolean *is_last)
{
  gsize length = strlen (boundary);

  if ((gsize) (end - at) < length + 2 || at[0] != '-' || at[1] != '-' || memcmp (at + 2, boundary, length) != 0)
    return FALSE;
  at += length + 2;
  *is_last = end - at >= 2 && at[0] == '-' && at[1] == '-';
  if (*is_last)
    at += 2;
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
    at++;
  return at == end;
}

static char *
boundary_of (const MadoEntity *entity)
{
  return mado_header_param (entity, "Content-Type", "boundary");
}

/* No line from @at to @end is a delimiter of a multipart around @entity. */
static void
check_no_delimiter (const MadoEntity *entity, const guint8 *at, const guint8 *end)
{
  g_autoptr (GPtrArray) boundaries = g_ptr_array_new_with_free_func (g_free);

  for (const MadoEntity *outer = entity->parent; outer != NULL; outer = outer->parent)
    if (outer->is_multipart)
      g_ptr_array_add (boundaries, boundary_of (outer));
  while (at < end) {
    const guint8 *feed = memchr (at, '\n', (gsize) (end - at)), *stop = feed == NULL ? end : feed;
    gboolean is_last;

    for (guint i = 0; i < boundaries->len; i++)
      REQUIRE (!is_delimiter (at, stop, g_ptr_array_index (boundaries, i), &is_last));
    at = feed == NULL ? end : feed + 1;
  }
}

/* Between two parts, and behind the last one: a line break (where the part does not end with its header) and one line. */
static void
check_gap (const MadoEntity *outer, const guint8 *at, const guint8 *end, gboolean want_last)
{
  g_autofree char *boundary = boundary_of (outer);
  const guint8 *feed;
  gboolean is_last = FALSE;

  if (at < end && *at == '\r' && at + 1 < end && at[1] == '\n')
    at++;
  if (at < end && *at == '\n')
    at++;
  feed = memchr (at, '\n', (gsize) (end - at));
  REQUIRE (is_delimiter (at, feed == NULL ? end : feed, boundary, &is_last) && is_last == want_last);
  REQUIRE (want_last || (feed != NULL && feed + 1 == end) || (feed == NULL && end == end_of (outer)));
}

static void
check_children (const MadoEntity *entity)
{
  const guint8 *at = entity->body;

  for (guint i = 0; i < entity->children->len; i++) {
    const MadoEntity *child = mado_entity_child (entity, i);
    const guint8 *feed;

    REQUIRE (child->parent == entity && child->header >= at && end_of (child) <= end_of (entity));
    if (entity->is_message)
      REQUIRE (child->header == entity->body && end_of (child) == end_of (entity));
    else if (i > 0)
      check_gap (entity, at, child->header, FALSE);
    else if (child->header > at) { /* the line before the first part */
      for (feed = child->header - 1; feed > at && feed[-1] != '\n'; feed--)
        ;
      check_gap (entity, feed, child->header, FALSE);
    }
    at = end_of (child);
  }
  if (entity->is_multipart && !entity->is_open && entity->children->len > 0)
    check_gap (entity, at, end_of (entity), TRUE);
}

/* Are two scans of the same bytes the same tree? */
static void
check_same (const MadoEntity *a, const MadoEntity *b, const guint8 *base_a, const guint8 *base_b)
{
  REQUIRE (g_str_equal (a->type, b->type) && a->children->len == b->children->len);
  REQUIRE (a->header - base_a == b->header - base_b && a->header_size == b->header_size);
  REQUIRE (a->body - base_a == b->body - base_b && a->body_size == b->body_size);
  REQUIRE (a->is_open == b->is_open && a->is_message == b->is_message && a->is_multipart == b->is_multipart);
  for (guint i = 0; i < a->children->len; i++)
    check_same (mado_entity_child (a, i), mado_entity_child (b, i), base_a, base_b);
}

static void
check_alone (const MadoEntity *entity)
{
  MadoStructureLimits limits = { 50, 1000, 100000 };
  g_autoptr (MadoEntity) again = NULL;
  gsize size;
  const guint8 *raw = mado_entity_raw (entity, &size);

  /* A part whose type is named by what is around it is another one alone; so is a line that lost its line feed. */
  if (entity->parent != NULL && g_str_equal (entity->parent->type, "multipart/digest"))
    return;
  if (size > 0 && raw[size - 1] == '\r')
    return;
  again = mado_structure_scan (raw, size, entity->path, &limits, NULL);
  REQUIRE (again != NULL);
  check_same (entity, again, raw, raw);
}

/* Returns how many parts there are. */
static guint
check (const MadoEntity *entity, const guint8 *bytes, gsize size, guint depth, gboolean in_digest)
{
  guint count = 1;

  REQUIRE (depth <= 20 && entity->type != NULL && entity->path != NULL);
  REQUIRE (entity->header >= bytes && end_of (entity) <= bytes + size);
  REQUIRE (entity->header + entity->header_size <= entity->body && entity->header_size <= 10000 + 2);
  REQUIRE (!(entity->is_multipart && entity->is_message) && (!entity->is_message || entity->children->len == 1));
  REQUIRE (entity->children->len == 0 || entity->is_multipart || entity->is_message);
  check_children (entity);
  if (entity->children->len == 0 && !entity->is_multipart) /* the end of one may look like that of another around it */
    check_no_delimiter (entity, entity->header, end_of (entity));
  in_digest |= g_str_equal (entity->type, "multipart/digest");
  if (!in_digest)
    check_alone (entity);
  for (guint i = 0; i < entity->children->len; i++)
    count += check (mado_entity_child (entity, i), bytes, size, depth + 1, in_digest);
  return count;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  MadoStructureLimits limits = { 20, 200, 10000 };
  g_autoptr (MadoEntity) root = NULL;

  g_mime_init ();
  root = mado_structure_scan (bytes, size, "1", &limits, NULL);
  if (root == NULL)
    return 0;
  REQUIRE (root->header == bytes && end_of (root) == bytes + size && root->parent == NULL);
  REQUIRE (check (root, bytes, size, 1, FALSE) == 200 - limits.parts);
  return 0;
}
