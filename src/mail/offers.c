/* offers.c: see offers.h. Autocrypt Level 1, 2. */
#include "madoguchi/mail/offers.h"

#include "madoguchi/base/text.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/inline.h"
#include "madoguchi/mail/smime.h"
#include "madoguchi/pgp/certificates.h"
#include "madoguchi/pgp/offered.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

#define KEYS_MAX 100
#define AUTOCRYPT_MAX 10240
#define FIELDS_MAX 20
#define BLOCKS_MAX 3 /* of one mail that an answer may choose from */

static gboolean
is_key_file (const MadoEntity *entity)
{
  g_autofree char *name = NULL;
  g_autofree char *folded = NULL;

  if (g_str_equal (entity->type, "application/pgp-keys"))
    return TRUE;
  name = mado_header_filename (entity);
  folded = name == NULL ? g_strdup ("") : g_ascii_strdown (name, -1);
  return g_str_has_suffix (folded, ".asc") || g_str_has_suffix (folded, ".gpg") || g_str_has_suffix (folded, ".pgp")
         || g_str_has_suffix (folded, ".key");
}

/* Adds the keys in @bytes, and keeps them at hand: an answer may have nothing else to be encrypted to. */
static void
add_keys (MadoReading *reading, const guint8 *bytes, gsize size, const char *source)
{
  GPtrArray *keys = reading->report->keys_offered;
  guint before = keys->len;
  g_autoptr (GBytes) binary = NULL;
  gsize length = 0;
  const guint8 *data;

  mado_offered_read (bytes, size, source, KEYS_MAX, keys);
  if (keys->len == before)
    return;
  binary = mado_packets_binary (bytes, size);
  data = g_bytes_get_data (binary, &length);
  for (guint i = before; i < keys->len && length > 0 && length <= MADO_KEY_BLOCK_MAX / 4 * 3 - 3; i++)
    ((MadoOfferedKey *) keys->pdata[i])->block = g_base64_encode (data, length);
}

static void
read_file (MadoReading *reading, const guint8 *bytes, gsize size)
{
  g_auto (MadoPackets) packets = { 0 };

  mado_packets_read (bytes, size, 1, &packets);
  if (packets.kind == MADO_PACKETS_KEY)
    add_keys (reading, bytes, size, "attached");
}

static void
read_text (MadoReading *reading, const char *text, gsize size)
{
  g_autoptr (GPtrArray) blocks = NULL;

  if (memmem (text, size, "-----BEGIN PGP PUBLIC KEY", 25) == NULL)
    return;
  blocks = mado_inline_find (text, size, KEYS_MAX);
  for (guint i = 0; i < blocks->len; i++) {
    const MadoInlineBlock *block = g_ptr_array_index (blocks, i);
    if (block->kind == MADO_INLINE_KEY)
      add_keys (reading, (const guint8 *) block->armor, strlen (block->armor), "inline");
  }
}

/* RFC 8551, 3.9: a message that holds certificates and nothing else. */
static void
read_certificates (MadoReading *reading, const MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;
  g_auto (MadoCms) cms = { 0 };

  if (mado_smime_read (entity, &content, &cms) && cms.kind == MADO_CMS_SIGNED && cms.signers == 0 && !cms.has_content
      && cms.certificates != NULL)
    mado_certificates_read (cms.certificates, cms.certificates_size, "attached", KEYS_MAX, reading->report->keys_offered);
}

static void
read_parts (MadoReading *reading, const MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;
  gsize size;
  const guint8 *bytes;

  if (entity->is_message)
    return;
  for (guint i = 0; entity->pieces != NULL && i < entity->pieces->len; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    if (piece->opened != NULL)
      read_parts (reading, piece->opened);
  }
  if (entity->opened != NULL) {
    read_parts (reading, entity->opened);
    return;
  }
  for (guint i = 0; i < entity->children->len; i++)
    read_parts (reading, mado_entity_child (entity, i));
  if (entity->children->len > 0)
    return;
  read_certificates (reading, entity);
  content = mado_content_decode (entity);
  bytes = g_bytes_get_data (content, &size);
  if (size > 0 && is_key_file (entity))
    read_file (reading, bytes, size);
  else if (size > 0 && g_str_has_prefix (entity->type, "text/"))
    read_text (reading, (const char *) bytes, size);
}

/* The value of attribute @name in one Autocrypt field; NULL when the field is not valid. */
static gboolean
read_field (const char *raw, char **address, char **keydata)
{
  g_auto (GStrv) attributes = g_strsplit (raw, ";", 20);

  for (guint i = 0; attributes[i] != NULL; i++) {
    char *name = g_strstrip (attributes[i]), *value = strchr (name, '=');
    if (name[0] == '\0' && attributes[i + 1] == NULL)
      break;
    if (value == NULL)
      return FALSE;
    *value++ = '\0';
    g_strchomp (name);
    value = g_strchug (value);
    if (g_str_equal (name, "addr") && *address == NULL)
      *address = g_strdup (value);
    else if (g_str_equal (name, "keydata") && *keydata == NULL)
      *keydata = g_strdup (value);
    else if (!g_str_equal (name, "prefer-encrypt") && name[0] != '_')
      return FALSE;
  }
  return *address != NULL && *keydata != NULL;
}

/* Adds the key of one Autocrypt field, unless it is there already. */
static void
offer (MadoReading *reading, const char *keydata, const char *address, gboolean is_gossip)
{
  GPtrArray *keys = reading->report->keys_offered;
  guint before = keys->len;
  gsize size;
  g_autofree guchar *bytes = g_base64_decode (keydata, &size);

  if (size == 0 || !(bytes[0] & 0x80))
    return;
  add_keys (reading, bytes, size, "autocrypt");
  for (guint i = before; i < keys->len; i++) {
    MadoOfferedKey *key = g_ptr_array_index (keys, i);
    key->address = mado_text_escape_line (address);
    key->gossip = is_gossip;
  }
}

/* Autocrypt Level 1, 2.3: the key of the sender; one valid field, or none counts. */
static void
read_autocrypt (MadoReading *reading, const MadoEntity *entity)
{
  MadoReport *report = reading->report;
  g_autofree char *raw = NULL, *only = NULL;
  guint valid = 0;

  if (report->headers->from_count != 1 || report->from == NULL || g_str_equal (reading->root->type, "multipart/report"))
    return;
  for (guint n = 0; n < FIELDS_MAX && (raw = mado_header_raw (entity, "Autocrypt", n)) != NULL; n++) {
    g_autofree char *address = NULL, *keydata = NULL;
    if (strlen (raw) <= AUTOCRYPT_MAX && read_field (raw, &address, &keydata)
        && mado_text_same_address (address, report->from->address) && ++valid == 1)
      only = g_steal_pointer (&keydata);
    g_clear_pointer (&raw, g_free);
  }
  if (valid == 1)
    offer (reading, only, report->from->address, FALSE);
}

static gboolean
is_recipient (const MadoReport *report, const char *address)
{
  for (guint i = 0; report->to[i] != NULL; i++)
    if (mado_text_same_address (report->to[i], address))
      return TRUE;
  return FALSE;
}

/* Autocrypt Level 1, 2.4: keys of the other recipients, in the header of the encrypted payload alone. */
static void
read_gossip (MadoReading *reading, const MadoEntity *payload)
{
  g_autofree char *raw = NULL;

  for (guint n = 0; n < FIELDS_MAX && (raw = mado_header_raw (payload, "Autocrypt-Gossip", n)) != NULL; n++) {
    g_autofree char *address = NULL, *keydata = NULL;
    if (strlen (raw) <= AUTOCRYPT_MAX && read_field (raw, &address, &keydata) && is_recipient (reading->report, address))
      offer (reading, keydata, address, TRUE);
    g_clear_pointer (&raw, g_free);
  }
}

/* Does @offered say to be the key of @from? */
static gboolean
is_of (const MadoOfferedKey *offered, const char *from)
{
  if (offered->gossip || from == NULL)
    return FALSE;
  for (guint i = 0; offered->user_ids[i] != NULL; i++) {
    const char *open = strrchr (offered->user_ids[i], '<');
    g_autofree char *inner = g_strdup (open != NULL ? open + 1 : offered->user_ids[i]);
    inner[strcspn (inner, ">")] = '\0';
    if (mado_text_same_address (inner, from))
      return TRUE;
  }
  return FALSE;
}

/* An answer goes to the sender: keys of others are only named. */
static void
drop_blocks (MadoReading *reading)
{
  const MadoReport *report = reading->report;
  const char *from = report->headers->from_count == 1 && report->from != NULL ? report->from->address : NULL;
  guint count = 0;

  for (guint i = 0; i < report->keys_offered->len; i++) {
    MadoOfferedKey *offered = g_ptr_array_index (report->keys_offered, i);
    if (offered->block != NULL && is_of (offered, from) && count < BLOCKS_MAX)
      count++;
    else
      g_clear_pointer (&offered->block, g_free);
  }
}

/* What vouches for an offered key is not the offer. */
static void
judge_offers (MadoReading *reading)
{
  const MadoReport *report = reading->report;
  const MadoKeyIndex *keys = reading->context->keys;
  const char *from = report->headers->from_count == 1 && report->from != NULL ? report->from->address : NULL;

  for (guint i = 0; keys != NULL && i < report->keys_offered->len; i++) {
    MadoOfferedKey *offered = g_ptr_array_index (report->keys_offered, i);
    const char *address = offered->gossip ? offered->address : from;
    const MadoKey *key = mado_key_index_find (keys, offered->fingerprint);
    const char *vouched_by = NULL;
    gboolean matches;

    if (key != NULL && address != NULL && mado_key_index_judge (keys, key, address, &matches, &vouched_by) >= MADO_VALIDITY_FULL)
      offered->vouched_by = g_strdup (vouched_by);
  }
}

/* Our own keys are nobody's offer, whoever sends them along. */
static void
drop_own (MadoReading *reading)
{
  const MadoKeyIndex *keys = reading->context->keys;
  GPtrArray *offers = reading->report->keys_offered;

  for (guint i = offers->len; keys != NULL && i > 0; i--)
    if (mado_key_index_own_kind (keys, ((MadoOfferedKey *) g_ptr_array_index (offers, i - 1))->fingerprint) != NULL)
      g_ptr_array_remove_index (offers, i - 1);
}

void
mado_offers_read (MadoReading *reading)
{
  const MadoEntity *payload = reading->payload;
  gboolean is_inside = payload != NULL && payload != reading->root;
  guint before = reading->report->keys_offered->len;

  if (is_inside && g_strcmp0 (reading->report->subject_source, "protected") == 0)
    read_autocrypt (reading, payload);
  if (reading->report->keys_offered->len == before)
    read_autocrypt (reading, reading->root);
  if (is_inside && payload->is_decrypted)
    read_gossip (reading, payload);
  read_parts (reading, reading->root);
  drop_own (reading);
  drop_blocks (reading);
  judge_offers (reading);
}
