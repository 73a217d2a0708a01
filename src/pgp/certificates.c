/* certificates.c: see certificates.h. RFC 5280, 4.1 has the structure; what is not DER is passed over. */
#include "madoguchi/pgp/certificates.h"

#include "madoguchi/base/text.h"
#include "madoguchi/pgp/cms-reader.h"

#include <string.h>

#define NAMES_MAX 20
#define NAME_BYTES_MAX 1000

enum { TAG_OCTETS = 0x04, TAG_OID = 0x06, TAG_SEQUENCE = 0x30, TAG_VERSION = 0xa0, TAG_EXTENSIONS = 0xa3, TAG_MAIL = 0x81 };

typedef struct {
  const guint8 *at, *end;
} Cursor;

typedef struct {
  guint8 tag;
  const guint8 *start; /* its header */
  const guint8 *body;
  gsize size;          /* of the body */
} Element;

/* The next element, whole and of a length that is given. */
static gboolean
next (Cursor *cursor, Element *element)
{
  const guint8 *at = cursor->at;
  gsize left = (gsize) (cursor->end - at), octets;

  if (left < 2)
    return FALSE;
  *element = (Element) { at[0], at, at + 2, at[1] };
  if (at[1] & 0x80) {
    octets = at[1] & 0x7f;
    if (octets == 0 || octets > 4 || octets > left - 2)
      return FALSE;
    element->size = 0;
    for (gsize i = 0; i < octets; i++)
      element->size = element->size << 8 | at[2 + i];
    element->body += octets;
  }
  if (element->size > (gsize) (cursor->end - element->body))
    return FALSE;
  cursor->at = element->body + element->size;
  return TRUE;
}

static Cursor
inside (const Element *element)
{
  return (Cursor) { element->body, element->body + element->size };
}

/* The next element of @tag; others are passed over. */
static gboolean
find (Cursor *cursor, guint8 tag, Element *element)
{
  while (next (cursor, element))
    if (element->tag == tag)
      return TRUE;
  return FALSE;
}

/* Adds the mail addresses of a subjectAltName (RFC 5280, 4.2.1.6). */
static void
add_addresses (const Element *value, GStrvBuilder *names)
{
  Cursor cursor = inside (value);
  Element list, name;

  if (!next (&cursor, &list))
    return;
  cursor = inside (&list);
  for (guint count = 0; count < NAMES_MAX && find (&cursor, TAG_MAIL, &name); count++) {
    g_autofree char *raw = g_strndup ((const char *) name.body, MIN (name.size, NAME_BYTES_MAX));
    g_autofree char *visible = mado_text_escape_line (raw);
    g_strv_builder_add (names, visible);
  }
}

static void
add_alternatives (Cursor fields, GStrvBuilder *names)
{
  static const guint8 alternative[] = { 0x55, 0x1d, 0x11 };
  Element wrapper, list, extension, id, value;

  if (!find (&fields, TAG_EXTENSIONS, &wrapper))
    return;
  fields = inside (&wrapper);
  if (!next (&fields, &list))
    return;
  for (fields = inside (&list); next (&fields, &extension);) {
    Cursor one = inside (&extension);
    if (next (&one, &id) && id.tag == TAG_OID && id.size == sizeof alternative && memcmp (id.body, alternative, sizeof alternative) == 0
        && find (&one, TAG_OCTETS, &value))
      add_addresses (&value, names);
  }
}

/* (transfer full, nullable) what the certificate @whole says of itself; NULL: it is none. */
static char **
names_of (const Element *whole)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *subject = NULL, *visible = NULL;
  Cursor cursor = inside (whole);
  Element part;

  if (!next (&cursor, &part) || part.tag != TAG_SEQUENCE)
    return NULL;
  cursor = inside (&part);
  if (!next (&cursor, &part) || (part.tag == TAG_VERSION && !next (&cursor, &part))) /* version, serial number */
    return NULL;
  for (guint i = 0; i < 4; i++) /* algorithm, issuer, validity, subject */
    if (!next (&cursor, &part) || part.tag != TAG_SEQUENCE)
      return NULL;
  subject = mado_cms_name (part.start, (gsize) (part.body - part.start) + part.size);
  visible = mado_text_escape_line (subject);
  add_alternatives (cursor, names);
  g_strv_builder_add (names, visible);
  return g_strv_builder_end (names);
}

static gboolean
is_known (const GPtrArray *keys, const char *fingerprint)
{
  for (guint i = 0; i < keys->len; i++)
    if (g_str_equal (((MadoOfferedKey *) g_ptr_array_index (keys, i))->fingerprint, fingerprint))
      return TRUE;
  return FALSE;
}

void
mado_certificates_read (const guint8 *bytes, gsize size, const char *source, guint max, GPtrArray *keys)
{
  Cursor cursor = { bytes, bytes + size };
  Element whole;

  while (keys->len < max && find (&cursor, TAG_SEQUENCE, &whole)) {
    g_auto (GStrv) names = names_of (&whole);
    g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, whole.start, (gsize) (whole.body - whole.start) + whole.size);
    g_autofree char *fingerprint = g_ascii_strup (sum, -1);
    MadoOfferedKey *key;

    if (names == NULL || is_known (keys, fingerprint))
      continue;
    key = mado_offered_key_new ();
    key->fingerprint = g_steal_pointer (&fingerprint);
    key->protocol = MADO_PROTOCOL_SMIME;
    key->source = g_strdup (source);
    g_strfreev (key->user_ids);
    key->user_ids = g_steal_pointer (&names);
    g_ptr_array_add (keys, key);
  }
}
