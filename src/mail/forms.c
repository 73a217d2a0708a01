/* forms.c: see forms.h. */
#include "madoguchi/mail/forms.h"

#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/inline.h"
#include "madoguchi/mail/smime.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

#define LOOK_MAX (256 * 1024)
#define VERSION_MAX 4096

static gboolean
has_type (const MadoEntity *entity, const char *type)
{
  return entity != NULL && g_str_equal (entity->type, type);
}

static gboolean
has_param (const MadoEntity *entity, const char *name, const char *value)
{
  g_autofree char *found = mado_header_param (entity, "Content-Type", name);

  return found != NULL && g_ascii_strcasecmp (g_strstrip (found), value) == 0;
}

/* "Version: 1", the only content an application/pgp-encrypted part may have (RFC 3156, 4). */
static gboolean
is_version_1 (const MadoEntity *entity)
{
  g_autoptr (GBytes) content = entity->body_size > VERSION_MAX ? NULL : mado_content_decode (entity);
  gsize size = 0;
  const char *bytes = content == NULL ? NULL : g_bytes_get_data (content, &size);
  g_autofree char *text = g_strstrip (g_strndup (bytes == NULL ? "" : bytes, MIN (size, 200)));

  if (g_ascii_strncasecmp (text, "Version:", 8) != 0)
    return FALSE;
  return g_str_equal (g_strstrip (text + 8), "1");
}

/* RFC 3156, 4. */
static gboolean
is_pgp_mime_encrypted (MadoEntity *entity, MadoFormMatch *match)
{
  if (!has_type (entity, "multipart/encrypted"))
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_OPENPGP, MADO_FORM_PGP_MIME, MADO_OPERATION_DECRYPT, NULL, NULL, NULL };
  if (!has_param (entity, "protocol", "application/pgp-encrypted"))
    match->problem = "An encrypted part does not name the protocol it uses, or one that is not known.";
  else if (entity->children->len != 2)
    match->problem = "An encrypted part has more or fewer than the two parts that it must have.";
  else if (!has_type (mado_entity_child (entity, 0), "application/pgp-encrypted")
           || !is_version_1 (mado_entity_child (entity, 0)))
    match->problem = "An encrypted part does not start with the version that it must name.";
  else if (!has_type (mado_entity_child (entity, 1), "application/octet-stream"))
    match->problem = "An encrypted part holds no encrypted data.";
  else
    match->content = mado_entity_child (entity, 1);
  return TRUE;
}

/* RFC 3156, 5. What has another number of parts is no signed message: nobody can say which part was meant. */
static gboolean
is_pgp_mime_signed (MadoEntity *entity, MadoFormMatch *match)
{
  g_autofree char *protocol = NULL;

  if (!has_type (entity, "multipart/signed"))
    return FALSE;
  protocol = mado_header_param (entity, "Content-Type", "protocol");
  if (protocol != NULL && g_ascii_strcasecmp (protocol, "application/pgp-signature") != 0)
    return FALSE;
  if (!has_type (mado_entity_child (entity, 1), "application/pgp-signature"))
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_OPENPGP, MADO_FORM_PGP_MIME, MADO_OPERATION_VERIFY, NULL, NULL, NULL };
  if (entity->children->len != 2)
    match->problem = "A signed part has more than the two parts that it must have; its signature does not count.";
  else {
    match->content = mado_entity_child (entity, 0);
    match->signature = mado_entity_child (entity, 1);
  }
  return TRUE;
}

/* Is @entity the part that names the version? Exchange calls it any data. */
static gboolean
names_version (const MadoEntity *entity)
{
  return entity != NULL && (has_type (entity, "application/pgp-encrypted") || has_type (entity, "application/octet-stream"))
         && is_version_1 (entity);
}

static gboolean
is_blank (const MadoEntity *entity)
{
  g_autofree char *charset = NULL;
  g_autofree char *text = NULL;
  guint notes;

  if (!has_type (entity, "text/plain") && !has_type (entity, "text/html"))
    return FALSE;
  text = entity->body_size > LOOK_MAX ? NULL : mado_content_text (entity, &charset, &notes);
  return text != NULL && text[strspn (text, " \t\r\n")] == '\0';
}

/* What Exchange makes of RFC 3156: multipart/mixed, often with an empty text first, both parts kept. */
static gboolean
is_mangled (MadoEntity *entity, MadoFormMatch *match)
{
  guint count = entity->children->len;
  MadoEntity *data = count > 0 ? mado_entity_child (entity, count - 1) : NULL;

  if (!has_type (entity, "multipart/mixed") || (count != 2 && count != 3) || !has_type (data, "application/octet-stream")
      || !names_version (mado_entity_child (entity, count - 2)) || (count == 3 && !is_blank (mado_entity_child (entity, 0))))
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_OPENPGP, MADO_FORM_MANGLED, MADO_OPERATION_DECRYPT, data, NULL, NULL };
  return TRUE;
}

/* The same with words before it: the words stay outside, the ciphertext is opened for itself. */
static gboolean
is_mangled_part (MadoEntity *entity, MadoFormMatch *match)
{
  const MadoEntity *parent = entity->parent;

  if (!has_type (entity, "application/octet-stream") || parent == NULL || !has_type (parent, "multipart/mixed"))
    return FALSE;
  for (guint i = 1; i < parent->children->len; i++)
    if (mado_entity_child (parent, i) == entity && names_version (mado_entity_child (parent, i - 1))) {
      *match = (MadoFormMatch) { MADO_PROTOCOL_OPENPGP, MADO_FORM_MANGLED, MADO_OPERATION_DECRYPT, entity, NULL, NULL };
      return TRUE;
    }
  return FALSE;
}

static gboolean
has_suffix (const char *name, const char *suffix)
{
  gsize length = name == NULL ? 0 : strlen (name), want = strlen (suffix);

  return length > want && g_ascii_strcasecmp (name + length - want, suffix) == 0;
}

/* Are @bytes one armoured message, with nothing but white space around it? Words around it would be lost. */
static gboolean
is_one_message (const char *bytes, gsize size)
{
  g_autoptr (GPtrArray) blocks = NULL;
  guint messages = 0;

  if (memmem (bytes, MIN (size, 1000), "-----BEGIN PGP MESSAGE-----", 27) == NULL)
    return FALSE;
  blocks = mado_inline_find (bytes, size, 2);
  for (guint i = 0; i < blocks->len; i++) {
    const MadoInlineBlock *block = g_ptr_array_index (blocks, i);
    messages += block->kind == MADO_INLINE_MESSAGE;
    for (gsize k = 0; block->kind != MADO_INLINE_MESSAGE && k < block->size; k++)
      if (!g_ascii_isspace (bytes[block->start + k]))
        return FALSE;
  }
  return messages == 1;
}

/* A file that was encrypted, or signed as a whole, before it was attached: its name or its type say so, and its
 * packets are. */
static gboolean
is_wrapped_file (MadoEntity *entity, MadoFormMatch *match)
{
  g_autofree char *name = NULL;
  g_autoptr (GBytes) content = NULL;
  g_auto (MadoPackets) packets = { 0 };
  gboolean is_binary = has_type (entity, "application/octet-stream") || has_type (entity, "application/pgp-encrypted"), is_named;
  gsize size;
  const guint8 *bytes;

  if (entity->children->len > 0 || entity->is_message || has_type (entity, "text/html"))
    return FALSE;
  name = mado_header_filename (entity);
  is_named = has_suffix (name, ".gpg") || has_suffix (name, ".pgp") || has_suffix (name, ".asc");
  if (!is_named && !is_binary)
    return FALSE;
  content = mado_content_decode (entity);
  bytes = g_bytes_get_data (content, &size);
  if (size == 0 || (!(bytes[0] & 0x80 && is_named) && !is_one_message ((const char *) bytes, size)))
    return FALSE;
  mado_packets_read (bytes, size, 1, &packets);
  if (packets.kind != MADO_PACKETS_ENCRYPTED && packets.kind != MADO_PACKETS_SIGNED)
    return FALSE;
  *match = (MadoFormMatch) { MADO_PROTOCOL_OPENPGP, MADO_FORM_ATTACHMENT,
                             packets.kind == MADO_PACKETS_ENCRYPTED ? MADO_OPERATION_DECRYPT : MADO_OPERATION_VERIFY,
                             entity, NULL, NULL };
  return TRUE;
}

typedef gboolean (*Recogniser) (MadoEntity *entity, MadoFormMatch *match);

static const Recogniser recognisers[] = { is_pgp_mime_encrypted, is_pgp_mime_signed, is_mangled, is_mangled_part,
                                         mado_smime_recognise, is_wrapped_file };

gboolean
mado_forms_recognise (MadoEntity *entity, MadoFormMatch *match)
{
  for (gsize i = 0; i < G_N_ELEMENTS (recognisers); i++)
    if (recognisers[i](entity, match))
      return TRUE;
  return FALSE;
}

/* Does a line of @text start with @words? @is_marked: (out) after marks of quotation or blanks. */
static gboolean
has_line (const char *text, gsize size, const char *words, gboolean *is_marked)
{
  gsize length = strlen (words);

  for (const char *at = text; (at = memmem (at, size - (gsize) (at - text), words, length)) != NULL; at++) {
    const char *start = at;
    while (start > text && strchr ("> |\t", start[-1]) != NULL && start[-1] != '\0')
      start--;
    if (start > text && start[-1] != '\n')
      continue;
    *is_marked = start < at;
    return TRUE;
  }
  return FALSE;
}

const char *
mado_forms_unopened (const MadoEntity *entity)
{
  g_autoptr (GBytes) content = NULL;
  gboolean has_message, is_marked;
  const char *bytes;
  gsize size;

  if (entity->is_multipart)
    return has_type (entity, "multipart/signed") && entity->layers->len == 0
               ? "The mail has a signature of a kind that this version does not verify."
               : NULL;
  if (has_type (entity, "application/autocrypt-setup"))
    return "The mail is an Autocrypt Setup Message: a secret key that somebody moves between programs of his own. It is no report, and "
           "was not opened.";
  content = mado_content_decode (entity);
  bytes = g_bytes_get_data (content, &size);
  size = MIN (size, LOOK_MAX);
  if (size == 0)
    return NULL;
  if (has_line (bytes, size, "-----BEGIN PGP MESSAGE, PART ", &is_marked))
    return "The mail holds one part of an OpenPGP message that was split into several, which no program of today puts together: ask for it "
           "once more, in one piece.";
  has_message = has_line (bytes, size, "-----BEGIN PGP MESSAGE-----", &is_marked);
  if (!has_message && !has_line (bytes, size, "-----BEGIN PGP SIGNED MESSAGE-----", &is_marked))
    return NULL;
  if (is_marked)
    return "The mail holds an OpenPGP block whose lines are indented or quoted; it was taken for a quotation, and not opened.";
  return has_message ? "The mail holds an OpenPGP message that is cut or broken, or where we do not look for one; it was not opened."
                     : "The mail holds signed text that is cut or broken, or where we do not look for it; it was not verified.";
}
