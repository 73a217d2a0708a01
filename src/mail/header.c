/* header.c: see header.h. GMime reads addresses; everything else is decoded here, because the decoder must
 * know the Japanese charsets and join what was split. */
#include "madoguchi/mail/header.h"

#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/words.h"

#include <gmime/gmime.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)

#define PHRASE_MARK "\xef\xa3\xbe\xef\xa3\xbf" /* U+F8FE U+F8FF: stands for "=?" while GMime reads addresses */
#define REPLACEMENT "\xef\xbf\xbd"
#define MAILBOXES_MAX 2000
#define COLONS_MAX 200

/* The next field at or after *@at: its name and raw value in @entity's header. FALSE at the end. */
static gboolean
next_field (const MadoEntity *entity, gsize *at, const char **name, gsize *name_size, const char **value, gsize *value_size)
{
  const char *header = (const char *) entity->header;
  gsize i = *at, size = entity->header_size;
  const char *feed, *colon;

  if (i >= size)
    return FALSE;
  *name = header + i;
  do {
    feed = memchr (header + i, '\n', size - i);
    i = feed == NULL ? size : (gsize) (feed + 1 - header);
  } while (i < size && (header[i] == ' ' || header[i] == '\t'));
  *at = i;
  colon = memchr (*name, ':', (gsize) (header + i - *name));
  if (colon == NULL) {
    *name_size = *value_size = 0;
    *value = header + i;
    return TRUE;
  }
  *value = colon + 1;
  *value_size = (gsize) (header + i - *value);
  for (*name_size = (gsize) (colon - *name); *name_size > 0 && g_ascii_isspace ((*name)[*name_size - 1]); (*name_size)--)
    ;
  return TRUE;
}

static char *
unfold (const char *value, gsize size)
{
  GString *out = g_string_sized_new (size + 1);

  for (gsize i = 0; i < size; i++) {
    if (value[i] == '\r' || value[i] == '\n')
      continue;
    g_string_append_c (out, value[i] == '\0' ? ' ' : value[i]);
  }
  return g_strstrip (g_string_free (out, FALSE));
}

char *
mado_header_raw (const MadoEntity *entity, const char *wanted, guint n)
{
  const char *name, *value;
  gsize at = 0, name_size, value_size, length = strlen (wanted);

  while (next_field (entity, &at, &name, &name_size, &value, &value_size))
    if (name_size == length && g_ascii_strncasecmp (name, wanted, length) == 0 && n-- == 0)
      return unfold (value, value_size);
  return NULL;
}

gboolean
mado_header_has_prefix (const MadoEntity *entity, const char *prefix)
{
  const char *name, *value;
  gsize at = 0, name_size, value_size, length = strlen (prefix);

  while (next_field (entity, &at, &name, &name_size, &value, &value_size))
    if (name_size >= length && g_ascii_strncasecmp (name, prefix, length) == 0)
      return TRUE;
  return FALSE;
}

/* Raw 8-bit and JIS bytes as UTF-8; encoded words stay. */
static char *
repair (const char *raw)
{
  return mado_charset_decode ((const guint8 *) raw, strlen (raw), NULL, NULL, NULL);
}

char *
mado_header_decode (const char *raw)
{
  g_autofree char *text = repair (raw);

  return mado_words_decode (text);
}

char *
mado_header_text (const MadoEntity *entity, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, name, 0);

  return raw == NULL ? NULL : mado_header_decode (raw);
}

gboolean
mado_header_is_broken (const MadoEntity *entity, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, name, 0);
  g_autofree char *text = raw == NULL ? NULL : mado_header_decode (raw);

  return text != NULL && strstr (text, REPLACEMENT) != NULL && strstr (raw, REPLACEMENT) == NULL;
}

/* How many characters of a token stand at @text (RFC 2045, 5.1). */
static gsize
token_length (const char *text)
{
  return strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`{|}~");
}

char *
mado_header_content_type (const MadoEntity *entity, const char *fallback)
{
  g_autofree char *raw = mado_header_raw (entity, "Content-Type", 0);
  g_autofree char *joined = NULL;
  gsize major, minor, blank;
  const char *rest;

  if (raw == NULL)
    return g_strdup (fallback);
  major = token_length (raw);
  rest = raw + major + strspn (raw + major, " \t");
  if (major == 0 || *rest != '/')
    return g_strdup (fallback);
  rest += 1 + strspn (rest + 1, " \t");
  minor = token_length (rest);
  blank = minor + strspn (rest + minor, " \t");
  if (minor == 0 || major + minor > 200 || (rest[blank] != '\0' && rest[blank] != ';' && rest[blank] != '(' && blank == minor))
    return g_strdup (fallback);
  joined = g_strdup_printf ("%.*s/%.*s", (int) major, raw, (int) minor, rest);
  return g_ascii_strdown (joined, -1);
}

char *
mado_header_param (const MadoEntity *entity, const char *field, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, field, 0);
  g_autofree char *text = raw == NULL ? NULL : repair (raw);

  if (text == NULL)
    return NULL;
  return mado_words_param (text, name);
}

gboolean
mado_header_is_attachment (const MadoEntity *entity)
{
  g_autofree char *raw = mado_header_raw (entity, "Content-Disposition", 0);

  return raw != NULL && g_ascii_strncasecmp (raw, "attachment", 10) == 0 && !g_ascii_isalnum (raw[10]);
}

char *
mado_header_filename (const MadoEntity *entity)
{
  char *name = mado_header_param (entity, "Content-Disposition", "filename");

  if (name == NULL || name[0] == '\0') {
    g_free (name);
    name = mado_header_param (entity, "Content-Type", "name");
  }
  if (name != NULL && name[0] == '\0')
    g_clear_pointer (&name, g_free);
  return name;
}

MadoEncoding
mado_header_encoding (const MadoEntity *entity)
{
  g_autofree char *raw = mado_header_raw (entity, "Content-Transfer-Encoding", 0);

  if (raw == NULL)
    return MADO_ENCODING_NONE;
  raw[strcspn (raw, " \t;(")] = '\0';
  if (g_ascii_strcasecmp (raw, "base64") == 0)
    return MADO_ENCODING_BASE64;
  if (g_ascii_strcasecmp (raw, "quoted-printable") == 0)
    return MADO_ENCODING_QUOTED_PRINTABLE;
  if (g_ascii_strcasecmp (raw, "x-uuencode") == 0 || g_ascii_strcasecmp (raw, "uuencode") == 0
      || g_ascii_strcasecmp (raw, "x-uue") == 0)
    return MADO_ENCODING_UUENCODE;
  return MADO_ENCODING_NONE;
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, from, to, 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
add_mailboxes (InternetAddressList *list, GPtrArray *mailboxes, guint depth)
{
  int count = internet_address_list_length (list);

  for (int i = 0; i < count && mailboxes->len < MAILBOXES_MAX; i++) {
    InternetAddress *one = internet_address_list_get_address (list, i);
    const char *name = internet_address_get_name (one);
    g_autofree char *address = NULL;
    MadoMailbox *mailbox;

    if (INTERNET_ADDRESS_IS_GROUP (one)) {
      InternetAddressList *members = internet_address_group_get_members (INTERNET_ADDRESS_GROUP (one));
      if (members != NULL && depth < 4)
        add_mailboxes (members, mailboxes, depth + 1);
      continue;
    }
    mailbox = mado_mailbox_new ();
    if (name != NULL && name[0] != '\0') {
      g_autofree char *marked = replace (name, PHRASE_MARK, "=?");
      mailbox->name = mado_words_decode (marked);
    }
    address = replace (internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (one)), PHRASE_MARK, "=?");
    mailbox->address = g_utf8_make_valid (address, -1);
    g_ptr_array_add (mailboxes, mailbox);
  }
}

/* GMime calls itself for each group inside a group, and goes through the rest of the field for each address that is a bare
 * word: colons and commas beyond any honest number are taken away first. */
static void
tame (char *addresses)
{
  guint colons = 0, commas = 0;

  for (char *at = addresses; *at != '\0'; at++)
    if (*at == ':' && ++colons > COLONS_MAX)
      *at = ' ';
    else if (*at == ',' && ++commas > 2 * MAILBOXES_MAX) {
      *at = '\0';
      return;
    }
}

void
mado_header_mailboxes (const MadoEntity *entity, const char *name, GPtrArray *mailboxes)
{
  g_autofree char *raw = NULL;

  for (guint n = 0; n < 100 && (raw = mado_header_raw (entity, name, n)) != NULL; n++) {
    g_autofree char *text = repair (raw);
    g_autofree char *marked = replace (text, "=?", PHRASE_MARK);
    g_autoptr (InternetAddressList) list = NULL;

    tame (marked);
    list = internet_address_list_parse (NULL, marked);

    /* Decoding comes after parsing: an encoded "<" must not make an address. */
    if (list != NULL)
      add_mailboxes (list, mailboxes, 0);
    g_clear_pointer (&raw, g_free);
  }
}

char **
mado_header_message_ids (const MadoEntity *entity, const char *name, guint max)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autofree char *raw = NULL;

  for (guint n = 0; n < 100 && (raw = mado_header_raw (entity, name, n)) != NULL; n++) {
    const char *at = raw;
    while (max > 0 && (at = strchr (at, '<')) != NULL) {
      gsize size = strcspn (at + 1, "<> \t");
      if (at[1 + size] == '>' && size > 0 && size < 998) {
        g_autofree char *id = g_strndup (at, size + 2);
        g_autofree char *valid = g_utf8_make_valid (id, -1);
        g_strv_builder_add (ids, valid);
        max--;
      }
      at += 1 + size;
    }
    g_clear_pointer (&raw, g_free);
  }
  return g_strv_builder_end (ids);
}
