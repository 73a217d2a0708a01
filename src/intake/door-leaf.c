/* door-leaf.c: see door-leaf.h. */
#include "madoguchi/intake/door-leaf.h"

#include "madoguchi/pgp/cms-reader.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

#define HIDDEN "0000000000000000"
#define SED 9
#define SEIPD 18
#define LIBREPGP_AEAD 20

static const char marker[] = "BEGIN PGP MESSAGE";

void
mado_door_leaf_init (MadoDoorLeaf *leaf)
{
  memset (leaf, 0, sizeof *leaf);
  leaf->bytes = g_byte_array_new ();
}

void
mado_door_leaf_reset (MadoDoorLeaf *leaf)
{
  g_clear_pointer (&leaf->type, g_free);
  g_clear_pointer (&leaf->name, g_free);
  g_clear_pointer (&leaf->encoding, g_free);
  g_byte_array_set_size (leaf->bytes, 0);
  leaf->is_cut = leaf->has_marker = FALSE;
}

void
mado_door_leaf_clear (MadoDoorLeaf *leaf)
{
  mado_door_leaf_reset (leaf);
  g_clear_pointer (&leaf->bytes, g_byte_array_unref);
}

static void
set_once (char **to, const char *value)
{
  if (*to == NULL && value != NULL)
    *to = g_ascii_strdown (value, -1);
}

void
mado_door_leaf_set_type (MadoDoorLeaf *leaf, const char *type)
{
  set_once (&leaf->type, type);
}

void
mado_door_leaf_set_name (MadoDoorLeaf *leaf, const char *name)
{
  set_once (&leaf->name, name);
}

void
mado_door_leaf_set_encoding (MadoDoorLeaf *leaf, const char *encoding)
{
  set_once (&leaf->encoding, encoding);
}

static gboolean
has_type (const MadoDoorLeaf *leaf, const char *prefix)
{
  return g_str_has_prefix (leaf->type == NULL || strchr (leaf->type, '/') == NULL ? "text/plain" : leaf->type, prefix);
}

static gboolean
is_encoded (const MadoDoorLeaf *leaf, const char *encoding)
{
  return leaf->encoding != NULL && g_str_has_prefix (leaf->encoding, encoding);
}

gboolean
mado_door_leaf_is_message (const MadoDoorLeaf *leaf)
{
  return has_type (leaf, "message/rfc822") && !is_encoded (leaf, "base64") && !is_encoded (leaf, "quoted");
}

void
mado_door_leaf_add (MadoDoorLeaf *leaf, const char *line, gsize length)
{
  gsize room = MADO_DOOR_PART_MAX - MIN (leaf->bytes->len, MADO_DOOR_PART_MAX);

  if (memmem (line, length, marker, sizeof marker - 1) != NULL)
    leaf->has_marker = TRUE;
  if (length + 1 > room) {
    leaf->is_cut = TRUE;
    return;
  }
  g_byte_array_append (leaf->bytes, (const guint8 *) line, (guint) length);
  g_byte_array_append (leaf->bytes, (const guint8 *) "\n", 1);
}

/* --- transfer encodings ------------------------------------------------------------------------------------ */

static GBytes *
decode_base64 (const GByteArray *text)
{
  guint8 *out = g_malloc (text->len / 4 * 3 + 6);
  gint state = 0;
  guint save = 0;
  gsize size = g_base64_decode_step ((const char *) text->data, text->len, out, &state, &save);

  return g_bytes_new_take (out, size);
}

static GBytes *
decode_quoted (const GByteArray *text)
{
  guint8 *out = g_malloc (text->len + 1);
  gsize size = 0;

  for (guint i = 0; i < text->len; i++) {
    const guint8 *at = text->data + i;
    guint left = text->len - i;
    if (*at != '=') {
      out[size++] = *at;
    } else if (left > 2 && g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2])) {
      out[size++] = (guint8) (g_ascii_xdigit_value ((char) at[1]) * 16 + g_ascii_xdigit_value ((char) at[2]));
      i += 2;
    } else if (left > 2 && at[1] == '\r' && at[2] == '\n') {
      i += 2;
    } else if (left > 1 && at[1] == '\n') {
      i += 1;
    }
  }
  return g_bytes_new_take (out, size);
}

static GBytes *
decode (const MadoDoorLeaf *leaf)
{
  if (is_encoded (leaf, "base64"))
    return decode_base64 (leaf->bytes);
  if (is_encoded (leaf, "quoted"))
    return decode_quoted (leaf->bytes);
  return g_bytes_new (leaf->bytes->data, leaf->bytes->len);
}

/* --- what it is -------------------------------------------------------------------------------------------- */

static void
add_doubt (MadoDoorFacts *facts)
{
  facts->may_be_encrypted = TRUE;
  facts->may_be_ours = TRUE;
}

static void
add_recipients (char **recipients, MadoDoorFacts *facts)
{
  for (guint i = 0; recipients != NULL && recipients[i] != NULL; i++)
    if (strcmp (recipients[i], HIDDEN) == 0)
      facts->may_be_ours = TRUE;
    else
      g_ptr_array_add (facts->recipients, g_ascii_strup (recipients[i], -1));
}

/* One more ciphertext. A mail is hopeless only when all of them are. */
static void
count_ciphertext (MadoDoorFacts *facts, gboolean has_integrity, gboolean is_new_format)
{
  gboolean is_first = facts->ciphertexts++ == 0;

  facts->may_be_encrypted = TRUE;
  facts->has_integrity = has_integrity || (!is_first && facts->has_integrity);
  facts->is_new_format = is_new_format && (is_first || facts->is_new_format);
}

/* FALSE: no encrypted message. */
static gboolean
take_packets (const guint8 *bytes, gsize size, guint max, MadoDoorFacts *facts)
{
  g_auto (MadoPackets) packets = { 0 };

  mado_packets_read (bytes, size, max, &packets);
  if (packets.kind != MADO_PACKETS_ENCRYPTED)
    return FALSE;
  if (packets.passphrases > 0 || packets.recipient_count == 0 || packets.recipient_count > max || packets.container == 0)
    facts->may_be_ours = TRUE;
  count_ciphertext (facts, packets.container != SED,
                    packets.new_recipients > 0 || (packets.container == SEIPD && packets.version > 1)
                        || (packets.container != SED && packets.container != SEIPD && packets.container != LIBREPGP_AEAD && packets.container != 0));
  add_recipients (packets.recipients, facts);
  return TRUE;
}

static gboolean
is_blank (const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (bytes[i]))
      return FALSE;
  return TRUE;
}

/* The armoured messages of a text; what else stands in it is plaintext. */
static void
take_text (const guint8 *bytes, gsize size, gboolean is_words, guint max, MadoDoorFacts *facts)
{
  static const char begin[] = "-----BEGIN PGP MESSAGE-----", end[] = "-----END PGP MESSAGE-----";
  const guint8 *at = bytes, *stop = bytes + size, *found;

  while ((found = memmem (at, (gsize) (stop - at), begin, sizeof begin - 1)) != NULL) {
    const guint8 *tail = memmem (found, (gsize) (stop - found), end, sizeof end - 1);
    gboolean is_first = found == bytes || found[-1] == '\n';
    facts->has_plaintext |= is_words && !is_blank (at, (gsize) (found - at));
    tail = tail == NULL ? stop : tail + sizeof end - 1;
    if (!is_first || !take_packets (found, (gsize) (tail - found), max, facts))
      add_doubt (facts);
    at = tail;
  }
  if (memmem (at, (gsize) (stop - at), marker, sizeof marker - 1) != NULL)
    add_doubt (facts);
  facts->has_plaintext |= is_words && !is_blank (at, (gsize) (stop - at));
}

/* Is it, by type or name, S/MIME? Signed data may have anything inside. */
static gboolean
take_cms (const MadoDoorLeaf *leaf, const guint8 *bytes, gsize size, guint max, MadoDoorFacts *facts)
{
  g_auto (MadoCms) cms = { 0 };
  g_autoptr (GBytes) binary = NULL;

  if (!has_type (leaf, "application/pkcs7-mime") && !has_type (leaf, "application/x-pkcs7-mime")
      && (leaf->name == NULL || !g_str_has_suffix (leaf->name, ".p7m")))
    return FALSE;
  binary = mado_cms_binary (bytes, size);
  if (binary != NULL)
    bytes = g_bytes_get_data (binary, &size);
  mado_cms_read (bytes, size, max, &cms);
  if ((cms.kind != MADO_CMS_ENVELOPED && cms.kind != MADO_CMS_AUTH_ENVELOPED) || cms.recipient_count == 0
      || cms.recipient_count > max || cms.serials == NULL || g_strv_length (cms.serials) < cms.recipient_count) {
    add_doubt (facts);
    return TRUE;
  }
  count_ciphertext (facts, TRUE, FALSE);
  for (guint i = 0; cms.serials[i] != NULL; i++)
    g_ptr_array_add (facts->recipients, g_strconcat ("#", cms.serials[i], NULL));
  return TRUE;
}

static gboolean
is_pgp_file (const MadoDoorLeaf *leaf)
{
  static const char *const endings[] = { ".gpg", ".pgp", ".asc" };

  for (gsize i = 0; leaf->name != NULL && i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (leaf->name, endings[i]))
      return TRUE;
  return has_type (leaf, "application/pgp-encrypted") || has_type (leaf, "application/octet-stream");
}

void
mado_door_leaf_finish (const MadoDoorLeaf *leaf, guint recipients, MadoDoorFacts *facts)
{
  g_autoptr (GBytes) content = NULL;
  const guint8 *bytes;
  gsize size;

  if (has_type (leaf, "multipart/")) /* the words around its parts, which nobody is shown */
    return;
  content = decode (leaf);
  bytes = g_bytes_get_data (content, &size);
  if (bytes == NULL) /* nothing is at no address */
    bytes = (const guint8 *) "";
  if (leaf->has_marker || (leaf->is_cut && leaf->encoding != NULL && has_type (leaf, "text/")))
    facts->may_be_encrypted = TRUE;
  if (take_cms (leaf, bytes, size, recipients, facts))
    return;
  if (has_type (leaf, "application/pgp-encrypted") && size < 200 && memmem (bytes, size, "ersion", 6) != NULL) {
    facts->may_be_encrypted = TRUE; /* the control part (RFC 3156, 4): the next one has the data, or somebody lost it */
    return;
  }
  if (size > 0 && (bytes[0] & 0x80) && is_pgp_file (leaf) && take_packets (bytes, size, recipients, facts))
    return;
  if (has_type (leaf, "text/") || memmem (bytes, size, marker, sizeof marker - 1) != NULL)
    take_text (bytes, size, has_type (leaf, "text/"), recipients, facts);
  else if (size > 0 && !has_type (leaf, "application/pgp-signature") && !has_type (leaf, "application/pgp-keys"))
    facts->has_plaintext = TRUE;
}
