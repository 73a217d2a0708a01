/* cms-reader.c: see cms-reader.h. X.690 has the encoding; indefinite lengths occur, because big mails are streamed. */
#include "madoguchi/pgp/cms-reader.h"

#include "madoguchi/base/text.h"

#include <string.h>

#define DEPTH_MAX 16
#define NAME_MAX_BYTES 512

enum { TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_OID = 0x06, TAG_BMP = 0x1e, TAG_SEQUENCE = 0x30, TAG_SET = 0x31,
       TAG_0 = 0xa0, TAG_1 = 0xa1 };

typedef struct {
  const guint8 *at, *end;
} Cursor;

typedef struct {
  guint8 tag;
  const guint8 *start; /* its header */
  const guint8 *body;
  gsize size;          /* of the body, without an end mark */
  gboolean is_indefinite;
} Element;

#define OID(text) { text, sizeof (text) - 1 }

typedef struct {
  const char *bytes;
  gsize size;
} Oid;

static const Oid oid_signed = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), oid_enveloped = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"),
                 oid_auth_enveloped = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"),
                 oid_pkcs7 = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x07"), oid_smime = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"),
                 oid_rsa = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), oid_oaep = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"),
                 oid_aes = OID ("\x60\x86\x48\x01\x65\x03\x04\x01");

static const struct {
  Oid oid;
  const char *name;
} attributes[] = {
  { OID ("\x55\x04\x03"), "CN" }, { OID ("\x55\x04\x06"), "C" },   { OID ("\x55\x04\x07"), "L" },
  { OID ("\x55\x04\x08"), "ST" }, { OID ("\x55\x04\x0a"), "O" },   { OID ("\x55\x04\x0b"), "OU" },
  { OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "EMail" },       { OID ("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC" },
};

void
mado_cms_clear (MadoCms *cms)
{
  g_strfreev (cms->recipients);
  g_strfreev (cms->serials);
  g_clear_pointer (&cms->repaired, g_bytes_unref);
  memset (cms, 0, sizeof *cms);
}

static gboolean take (Cursor *cursor, guint depth, Element *element);

/* The size of an indefinite body, up to its end mark; @cursor stands behind that afterwards. */
static gboolean
take_indefinite (Cursor *cursor, guint depth, gsize *size)
{
  const guint8 *start = cursor->at;
  Element inner;

  while (cursor->end - cursor->at >= 2) {
    if (cursor->at[0] == 0 && cursor->at[1] == 0) {
      *size = (gsize) (cursor->at - start);
      cursor->at += 2;
      return TRUE;
    }
    if (!take (cursor, depth + 1, &inner))
      return FALSE;
  }
  *size = (gsize) (cursor->end - start); /* cut off: the engine will say so */
  cursor->at = cursor->end;
  return TRUE;
}

/* The next element at @cursor. One that is cut off reaches to the end. FALSE: there is none. */
static gboolean
take (Cursor *cursor, guint depth, Element *element)
{
  gsize left = (gsize) (cursor->end - cursor->at), octets;

  if (left < 2 || depth > DEPTH_MAX || (cursor->at[0] & 0x1f) == 0x1f)
    return FALSE;
  *element = (Element) { .tag = cursor->at[0], .start = cursor->at, .size = cursor->at[1] };
  cursor->at += 2;
  element->body = cursor->at;
  if (element->size == 0x80) {
    element->is_indefinite = TRUE;
    return (element->tag & 0x20) && take_indefinite (cursor, depth, &element->size);
  }
  if (element->size & 0x80) {
    octets = element->size & 0x7f;
    if (octets > 4 || octets > left - 2)
      return FALSE;
    for (element->size = 0; octets > 0; octets--)
      element->size = (element->size << 8) | *cursor->at++;
    element->body = cursor->at;
  }
  element->size = MIN (element->size, (gsize) (cursor->end - cursor->at));
  cursor->at += element->size;
  return TRUE;
}

static Cursor
inside (const Element *element)
{
  return (Cursor) { element->body, element->body + element->size };
}

/* The next element, when it has @tag; otherwise @cursor stays. */
static gboolean
take_tag (Cursor *cursor, guint8 tag, Element *element)
{
  Cursor before = *cursor;

  if (take (cursor, 0, element) && element->tag == tag)
    return TRUE;
  *cursor = before;
  return FALSE;
}

static gboolean
is_oid (const Element *element, const Oid *oid)
{
  return element->tag == TAG_OID && element->size == oid->size && memcmp (element->body, oid->bytes, oid->size) == 0;
}

static gboolean
has_arc (const Element *element, const Oid *oid)
{
  return element->tag == TAG_OID && element->size > oid->size && memcmp (element->body, oid->bytes, oid->size) == 0;
}

static char *
hex (const guint8 *bytes, gsize size)
{
  g_autofree char *lower = mado_text_hex (bytes, MIN (size, 64));

  return g_ascii_strup (lower, -1);
}

static char *
value_text (const Element *value)
{
  gsize size = MIN (value->size, NAME_MAX_BYTES);
  g_autofree char *text = value->tag == TAG_BMP
                              ? g_convert ((const char *) value->body, (gssize) size, "UTF-8", "UTF-16BE", NULL, NULL, NULL)
                              : g_utf8_make_valid ((const char *) value->body, (gssize) size);

  return mado_text_escape_line (text == NULL ? "?" : text);
}

/* One relative name, "CN=Somebody". */
static char *
relative_text (Element *set)
{
  Cursor cursor = inside (set);
  Element pair, type, value;
  g_autofree char *text = NULL;

  if (!take_tag (&cursor, TAG_SEQUENCE, &pair))
    return g_strdup ("?");
  cursor = inside (&pair);
  if (!take_tag (&cursor, TAG_OID, &type) || !take (&cursor, 0, &value))
    return g_strdup ("?");
  text = value_text (&value);
  for (gsize i = 0; i < G_N_ELEMENTS (attributes); i++)
    if (is_oid (&type, &attributes[i].oid))
      return g_strdup_printf ("%s=%s", attributes[i].name, text);
  return g_strdup_printf ("?=%s", text);
}

/* A distinguished name, last part first (RFC 4514). */
static char *
name_text (const Element *name)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Cursor cursor = inside (name);
  Element set;

  while (text->len < NAME_MAX_BYTES && take_tag (&cursor, TAG_SET, &set)) {
    g_autofree char *one = relative_text (&set);
    if (text->len > 0)
      g_string_prepend_c (text, ',');
    g_string_prepend (text, one);
  }
  return mado_text_truncate (text->str, NAME_MAX_BYTES);
}

typedef struct {
  MadoCms *cms;
  GStrvBuilder *names, *serials;
} Recipients;

/* Adds the recipient that @id names. TRUE when it is named by issuer and serial. */
static gboolean
add_recipient (Recipients *to, const Element *id)
{
  Cursor cursor = inside (id);
  Element issuer, serial;
  g_autofree char *number = NULL, *name = NULL, *text = NULL;
  gboolean has_serial = id->tag == TAG_SEQUENCE && take_tag (&cursor, TAG_SEQUENCE, &issuer)
                        && take_tag (&cursor, TAG_INTEGER, &serial);

  to->cms->recipient_count++;
  if (!has_serial) {
    number = hex (id->body, id->size);
    text = g_strdup_printf ("#%s", number);
    g_strv_builder_add (to->names, text);
    return FALSE;
  }
  while (serial.size > 1 && serial.body[0] == 0) {
    serial.body++;
    serial.size--;
  }
  number = hex (serial.body, serial.size);
  name = name_text (&issuer);
  text = g_strdup_printf ("#%s/%s", number, name);
  g_strv_builder_add (to->names, text);
  g_strv_builder_add (to->serials, number);
  return TRUE;
}

/* KeyTransRecipientInfo (RFC 5652, 6.2.1). */
static void
read_transport (Recipients *to, const Element *info)
{
  Cursor cursor = inside (info);
  Element version, id, algorithm, oid;
  gboolean has_serial;

  if (!take_tag (&cursor, TAG_INTEGER, &version) || !take (&cursor, 0, &id))
    return;
  has_serial = add_recipient (to, &id);
  if (!take_tag (&cursor, TAG_SEQUENCE, &algorithm))
    return;
  cursor = inside (&algorithm);
  if (!take_tag (&cursor, TAG_OID, &oid))
    return;
  to->cms->openable += has_serial && is_oid (&oid, &oid_rsa);
  to->cms->oaep += is_oid (&oid, &oid_oaep);
}

/* KeyAgreeRecipientInfo (RFC 5652, 6.2.2). */
static void
read_agreement (Recipients *to, const Element *info, guint max)
{
  Cursor cursor = inside (info);
  Element child = { 0 }, last = { 0 }, key, id;

  while (take (&cursor, 0, &child))
    last = child;
  if (last.tag != TAG_SEQUENCE)
    return;
  for (cursor = inside (&last); to->cms->recipient_count <= max && take_tag (&cursor, TAG_SEQUENCE, &key);) {
    Cursor in_key = inside (&key);
    gboolean has_serial = take (&in_key, 0, &id) && add_recipient (to, &id);
    to->cms->openable += has_serial;
    to->cms->agreements += has_serial;
  }
}

static void
read_recipients (MadoCms *cms, const Element *set, guint max)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new (), serials = g_strv_builder_new ();
  Recipients to = { cms, names, serials };
  Cursor cursor = inside (set);
  Element info;

  while (cms->recipient_count <= max && take (&cursor, 0, &info)) {
    if (info.tag == TAG_SEQUENCE)
      read_transport (&to, &info);
    else if (info.tag == TAG_1)
      read_agreement (&to, &info, max);
    else
      cms->recipient_count++; /* a passphrase, a shared key */
  }
  g_strfreev (cms->recipients);
  g_strfreev (cms->serials);
  cms->recipients = g_strv_builder_end (names);
  cms->serials = g_strv_builder_end (serials);
}

static void
append_header (GByteArray *out, guint8 tag, gsize size)
{
  guint8 header[6] = { tag, (guint8) size };
  guint octets = 0;

  if (size >= 0x80) {
    for (gsize rest = size; rest > 0; rest >>= 8)
      octets++;
    header[1] = (guint8) (0x80 | octets);
    for (guint i = 0; i < octets; i++)
      header[2 + i] = (guint8) (size >> (8 * (octets - 1 - i)));
  }
  g_byte_array_append (out, header, 2 + octets);
}

/* libksba 1.6 takes GCM's parameters (RFC 5084, 3.2) only without the size of the tag, which every real message names.
 * The bytes of @path[0] with @drop left out, all lengths around it made right. @path: from the outermost element to the
 * parameters, each of which holds the next. */
static GBytes *
leave_out (const Element *path, guint depth, const Element *drop)
{
  g_autoptr (GByteArray) tail = g_byte_array_new ();
  const guint8 *end = drop->body + drop->size;

  g_byte_array_append (tail, path[depth - 1].body, (guint) (drop->start - path[depth - 1].body));
  for (guint i = depth; i > 0; i--) {
    const Element *one = &path[i - 1];
    const guint8 *stop = one->body + one->size;
    g_autoptr (GByteArray) whole = g_byte_array_new ();
    const guint8 *from = i > 1 ? path[i - 2].body : one->start;

    g_byte_array_append (tail, end, (guint) (stop - end));
    end = stop;
    if (i > 1)
      g_byte_array_append (whole, from, (guint) (one->start - from));
    if (one->is_indefinite) {
      g_byte_array_append (whole, one->start, 2);
      g_byte_array_append (tail, (const guint8 *) "\0\0", 2);
      end += 2;
    } else {
      append_header (whole, one->tag, tail->len);
    }
    g_byte_array_append (whole, tail->data, tail->len);
    g_byte_array_unref (tail);
    tail = g_steal_pointer (&whole);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&tail));
}

/* EncryptedContentInfo; @path has three elements already, and its encoding is complete up to @end. */
static void
read_cipher (MadoCms *cms, Element *path, const guint8 *end)
{
  Cursor cursor = inside (&path[3]);
  Element type, oid, nonce, tag_size;
  gboolean is_whole;

  if (!take_tag (&cursor, TAG_OID, &type) || !take_tag (&cursor, TAG_SEQUENCE, &path[4]))
    return;
  cursor = inside (&path[4]);
  if (!take_tag (&cursor, TAG_OID, &oid))
    return;
  cms->is_gcm = has_arc (&oid, &oid_aes) && oid.size == oid_aes.size + 1
                && (oid.body[8] == 6 || oid.body[8] == 26 || oid.body[8] == 46);
  if (!cms->is_gcm || !take_tag (&cursor, TAG_SEQUENCE, &path[5]))
    return;
  cursor = inside (&path[5]);
  if (!take_tag (&cursor, TAG_OCTETS, &nonce) || !take_tag (&cursor, TAG_INTEGER, &tag_size))
    return;
  is_whole = TRUE;
  for (guint i = 0; i < 6; i++) /* an end mark may be cut off */
    is_whole &= !path[i].is_indefinite
                || path[i].body + path[i].size + 2 <= (i == 0 ? end : path[i - 1].body + path[i - 1].size);
  if (is_whole)
    cms->repaired = leave_out (path, 6, &tag_size);
}

static void
read_enveloped (MadoCms *cms, Element *path, const guint8 *end, guint max)
{
  Cursor cursor = inside (&path[2]);
  Element one;

  if (!take_tag (&cursor, TAG_INTEGER, &one))
    return;
  take_tag (&cursor, TAG_0, &one); /* originatorInfo */
  if (!take_tag (&cursor, TAG_SET, &one))
    return;
  read_recipients (cms, &one, max);
  if (!take_tag (&cursor, TAG_SEQUENCE, &path[3]))
    return;
  read_cipher (cms, path, end);
  cms->has_attributes = take_tag (&cursor, TAG_1, &one);
  if (take_tag (&cursor, TAG_OCTETS, &one))
    cms->mac_size = one.size;
}

/* Is there no signedAttrs in SignerInfo @info (RFC 5652, 5.3)? */
static gboolean
is_bare (const Element *info)
{
  Cursor cursor = inside (info);
  Element one;

  return !take_tag (&cursor, TAG_INTEGER, &one) || !take (&cursor, 0, &one) || !take_tag (&cursor, TAG_SEQUENCE, &one)
         || !take_tag (&cursor, TAG_0, &one);
}

static void
read_signed (MadoCms *cms, const Element *data, guint max)
{
  Cursor cursor = inside (data), in_content;
  Element one;

  if (!take_tag (&cursor, TAG_INTEGER, &one) || !take_tag (&cursor, TAG_SET, &one) || !take_tag (&cursor, TAG_SEQUENCE, &one))
    return;
  in_content = inside (&one);
  cms->has_content = !take_tag (&in_content, TAG_OID, &one) || in_content.at < in_content.end; /* also what only an engine understands */
  if (take_tag (&cursor, TAG_0, &one)) {
    cms->certificates = one.body;
    cms->certificates_size = one.size;
    Cursor in_set = inside (&one);
    while (cms->certificate_count <= MADO_CMS_CERTIFICATES_MAX && take (&in_set, 0, &one))
      cms->certificate_count++;
  }
  take_tag (&cursor, TAG_1, &one); /* revocation lists */
  if (!take_tag (&cursor, TAG_SET, &one))
    return;
  cursor = inside (&one);
  while (cms->signers <= max && take_tag (&cursor, TAG_SEQUENCE, &one)) {
    cms->signers++;
    cms->has_bare_signer |= is_bare (&one);
  }
  if (cms->signers <= max && cursor.at < cursor.end) { /* one in an encoding that we do not read: an engine may */
    cms->signers++;
    cms->has_bare_signer = TRUE;
  }
}

gboolean
mado_cms_looks_like_attributes (const guint8 *bytes, gsize size)
{
  Cursor cursor = { bytes, bytes + size }, in_set;
  Element set, attribute, one;
  guint count = 0;

  if (!take_tag (&cursor, TAG_SET, &set) || cursor.at < cursor.end)
    return FALSE;
  for (in_set = inside (&set); take_tag (&in_set, TAG_SEQUENCE, &attribute); count++) {
    Cursor in_attribute = inside (&attribute);
    if (!take_tag (&in_attribute, TAG_OID, &one) || !take_tag (&in_attribute, TAG_SET, &one))
      return FALSE;
  }
  return count > 0;
}

void
mado_cms_read (const guint8 *bytes, gsize size, guint max_recipients, MadoCms *cms)
{
  Cursor cursor = { bytes, bytes + size };
  Element path[6], type;

  memset (cms, 0, sizeof *cms);
  cms->recipients = g_new0 (char *, 1);
  cms->serials = g_new0 (char *, 1);
  if (!take_tag (&cursor, TAG_SEQUENCE, &path[0]))
    return;
  cursor = inside (&path[0]);
  if (!take_tag (&cursor, TAG_OID, &type))
    return;
  cms->kind = is_oid (&type, &oid_signed)                                    ? MADO_CMS_SIGNED
              : is_oid (&type, &oid_enveloped)                               ? MADO_CMS_ENVELOPED
              : is_oid (&type, &oid_auth_enveloped)                          ? MADO_CMS_AUTH_ENVELOPED
              : has_arc (&type, &oid_pkcs7) || has_arc (&type, &oid_smime) ? MADO_CMS_OTHER
                                                                           : MADO_CMS_JUNK;
  if (cms->kind == MADO_CMS_JUNK || cms->kind == MADO_CMS_OTHER || !take_tag (&cursor, TAG_0, &path[1]))
    return;
  cursor = inside (&path[1]);
  if (!take_tag (&cursor, TAG_SEQUENCE, &path[2]))
    return;
  if (cms->kind == MADO_CMS_SIGNED)
    read_signed (cms, &path[2], max_recipients);
  else
    read_enveloped (cms, path, bytes + size, max_recipients);
}

char *
mado_cms_name (const guint8 *bytes, gsize size)
{
  Cursor cursor = { bytes, bytes + size };
  Element name;

  return take_tag (&cursor, TAG_SEQUENCE, &name) ? name_text (&name) : g_strdup ("");
}

static gboolean
is_base64 (const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (bytes[i]) && !g_ascii_isspace (bytes[i]) && bytes[i] != '+' && bytes[i] != '/' && bytes[i] != '=')
      return FALSE;
  return TRUE;
}

GBytes *
mado_cms_binary (const guint8 *bytes, gsize size)
{
  static const char begin[] = "-----BEGIN ", end[] = "-----END ";
  const guint8 *start = size == 0 || bytes[0] == TAG_SEQUENCE ? NULL : memmem (bytes, size, begin, sizeof begin - 1), *stop;
  gint state = 0;
  guint save = 0;
  guchar *out;

  if (size == 0 || bytes[0] == TAG_SEQUENCE)
    return NULL;
  if (start != NULL) {
    start = memchr (start, '\n', size - (gsize) (start - bytes));
    stop = start == NULL ? NULL : memmem (start, size - (gsize) (start - bytes), end, sizeof end - 1);
    if (stop == NULL)
      return NULL;
    bytes = start;
    size = (gsize) (stop - start);
  }
  if (!is_base64 (bytes, size))
    return NULL;
  out = g_malloc (size / 4 * 3 + 6);
  size = g_base64_decode_step ((const char *) bytes, size, out, &state, &save);
  return g_bytes_new_take (out, size);
}
