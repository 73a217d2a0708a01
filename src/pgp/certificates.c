/* certificates.c: see certificates.h. RFC 5280, 4.1 has the structure; what is not DER is passed over. */
#include "madoguchi/pgp/certificates.h"

#include "madoguchi/base/text.h"
#include "madoguchi/pgp/cms-reader.h"

#include <string.h>

#define NAMES_MAX 20
#define NAME_BYTES_MAX 1000

enum { SUBJECT_ALT_NAME = 0x11, KEY_USAGE = 0x0f }; /* last byte of the extension's name */
enum { TAG_BITS = 0x03, TAG_SHORT_TIME = 0x17, TAG_LONG_TIME = 0x18 };
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

/* (in @value) the content of the extension @id, two bytes below 2.5.29; FALSE: there is none. @fields: what follows the
 * subject. */
static gboolean
find_extension (Cursor fields, guint8 number, Element *value)
{
  const guint8 wanted[] = { 0x55, 0x1d, number };
  Element wrapper, list, extension, id;

  if (!find (&fields, TAG_EXTENSIONS, &wrapper))
    return FALSE;
  fields = inside (&wrapper);
  if (!next (&fields, &list))
    return FALSE;
  for (fields = inside (&list); next (&fields, &extension);) {
    Cursor one = inside (&extension);
    if (next (&one, &id) && id.tag == TAG_OID && id.size == sizeof wanted && memcmp (id.body, wanted, sizeof wanted) == 0
        && find (&one, TAG_OCTETS, value))
      return TRUE;
  }
  return FALSE;
}

/* The parts of a certificate that somebody here asks for. */
typedef struct {
  Element serial, validity, subject;
  Cursor rest; /* what follows the subject */
} Parts;

/* FALSE: @whole is no certificate. */
static gboolean
read_parts (const Element *whole, Parts *parts)
{
  Cursor cursor = inside (whole);
  Element part;

  if (!next (&cursor, &part) || part.tag != TAG_SEQUENCE)
    return FALSE;
  cursor = inside (&part);
  if (!next (&cursor, &part) || (part.tag == TAG_VERSION && !next (&cursor, &part))) /* version, serial number */
    return FALSE;
  parts->serial = part;
  for (guint i = 0; i < 4; i++) { /* algorithm, issuer, validity, subject */
    if (!next (&cursor, &part) || part.tag != TAG_SEQUENCE)
      return FALSE;
    if (i == 2)
      parts->validity = part;
  }
  parts->subject = part;
  parts->rest = cursor;
  return TRUE;
}

/* (transfer full, nullable) what the certificate @whole says of itself; NULL: it is none. */
static char **
names_of (const Element *whole)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *subject = NULL, *visible = NULL;
  Element value;
  Parts parts;

  if (!read_parts (whole, &parts))
    return NULL;
  subject = mado_cms_name (parts.subject.start, (gsize) (parts.subject.body - parts.subject.start) + parts.subject.size);
  visible = mado_text_escape_line (subject);
  if (find_extension (parts.rest, SUBJECT_ALT_NAME, &value))
    add_addresses (&value, names);
  g_strv_builder_add (names, visible);
  return g_strv_builder_end (names);
}

/* (transfer full) */
static char *
fingerprint_of (const Element *whole)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, whole->start, (gsize) (whole->body - whole->start) + whole->size);

  return g_ascii_strup (sum, -1);
}

/* (transfer full) the number without the zeros that only say that it is not negative. */
static char *
serial_of (const Element *element)
{
  const guint8 *body = element->body;
  gsize size = element->size;

  for (; size > 1 && *body == 0; size--)
    body++;
  g_autofree char *number = mado_text_hex (body, size);
  return g_ascii_strup (number, -1);
}

/* Two digits. */
static int
two (const guint8 *at)
{
  return g_ascii_isdigit (at[0]) && g_ascii_isdigit (at[1]) ? (at[0] - '0') * 10 + at[1] - '0' : -1;
}

/* UTCTime or GeneralizedTime, in the only forms that a certificate may have (RFC 5280, 4.1.2.5); 0 for others. */
static gint64
time_of (const Element *element)
{
  gboolean is_long = element->tag == TAG_LONG_TIME;
  const guint8 *at = element->body;
  g_autoptr (GDateTime) time = NULL;
  int year, part[5];

  if ((!is_long && element->tag != TAG_SHORT_TIME) || element->size != (is_long ? 15 : 13) || at[element->size - 1] != 'Z')
    return 0;
  year = two (at);
  year = is_long ? year * 100 + two (at + 2) : year < 50 ? 2000 + year : 1900 + year;
  at += is_long ? 4 : 2;
  for (int i = 0; i < 5; i++)
    part[i] = two (at + 2 * i);
  time = g_date_time_new_utc (year, part[0], part[1], part[2], part[3], part[4]);
  return time == NULL ? 0 : g_date_time_to_unix (time);
}

static void
read_usage (const Parts *parts, MadoCertificate *certificate)
{
  Element value, bits;
  Cursor cursor;
  guint8 usage;

  certificate->can_sign = certificate->can_encrypt = TRUE;
  if (!find_extension (parts->rest, KEY_USAGE, &value))
    return;
  cursor = inside (&value);
  if (!next (&cursor, &bits) || bits.tag != TAG_BITS || bits.size < 2)
    return;
  usage = bits.body[1];
  certificate->can_sign = (usage & 0xc0) != 0;    /* digitalSignature, nonRepudiation */
  certificate->can_encrypt = (usage & 0x28) != 0; /* keyEncipherment, keyAgreement */
}

void
mado_certificate_clear (MadoCertificate *certificate)
{
  g_free (certificate->fingerprint);
  g_free (certificate->serial);
  g_strfreev (certificate->names);
  *certificate = (MadoCertificate) { 0 };
}

gboolean
mado_certificate_read (const guint8 *bytes, gsize size, MadoCertificate *certificate)
{
  Cursor cursor = { bytes, bytes + size };
  Element whole, begin, end;
  Parts parts;

  if (!next (&cursor, &whole) || whole.tag != TAG_SEQUENCE || !read_parts (&whole, &parts))
    return FALSE;
  *certificate = (MadoCertificate) { .fingerprint = fingerprint_of (&whole), .serial = serial_of (&parts.serial), .names = names_of (&whole) };
  read_usage (&parts, certificate);
  cursor = inside (&parts.validity);
  if (next (&cursor, &begin) && next (&cursor, &end)) {
    certificate->begins = MAX (0, time_of (&begin));
    certificate->ends = MAX (0, time_of (&end));
  }
  return TRUE;
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
    g_autofree char *fingerprint = fingerprint_of (&whole);
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
