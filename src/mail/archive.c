/* archive.c: see archive.h. Formats: PKWARE's appnote 4.3 and 4.4 (zip), the notes of 7-Zip and of RAR, ISO 32000 7.6
 * (PDF), MS-CFB (OLE). Each walk takes steps of at least one byte and a bounded number of them. */
#include "madoguchi/mail/archive.h"

#include <string.h>

#define ENTRIES_MAX 100000
#define NAME_MAX_LOOK 512

typedef gboolean (*IsExecutable) (const char *name, gsize length);

static guint
read_u16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

static gsize
read_u32 (const guint8 *bytes)
{
  return read_u16 (bytes) | (gsize) read_u16 (bytes + 2) << 16;
}

static gboolean
ends_with (const char *name, gsize length, const char *end)
{
  gsize n = strlen (end);

  return length >= n && g_ascii_strncasecmp (name + length - n, end, n) == 0;
}

static void
look_at_name (const char *name, gsize length, IsExecutable is_executable_name, MadoArchive *found)
{
  if (length > NAME_MAX_LOOK) { /* many entries may point to one long name */
    name += length - NAME_MAX_LOOK;
    length = NAME_MAX_LOOK;
  }
  found->has_executable |= is_executable_name (name, length);
  found->has_macros |= ends_with (name, length, "vbaProject.bin") || memmem (name, length, "xl/macrosheets/", 15) != NULL;
}

/* The local header at @at. FALSE: there is none. */
static gboolean
look_at_local (const guint8 *bytes, gsize size, gsize at, IsExecutable is_executable_name, MadoArchive *found, gsize *next)
{
  guint flags;
  gsize name, extra, packed;

  if (at > size || size - at < 30 || memcmp (bytes + at, "PK\3\4", 4) != 0)
    return FALSE;
  flags = read_u16 (bytes + at + 6);
  packed = read_u32 (bytes + at + 18);
  name = read_u16 (bytes + at + 26);
  extra = read_u16 (bytes + at + 28);
  found->is_encrypted |= (flags & 1) != 0 || read_u16 (bytes + at + 8) == 99;
  if (name <= size - at - 30)
    look_at_name ((const char *) bytes + at + 30, name, is_executable_name, found);
  *next = at + 30 + name + extra + packed;
  return (flags & 8) == 0 || packed > 0; /* else its size stands behind it */
}

/* Both directories of a zip are looked at, as programs differ in which one they believe. */
static void
look_at_zip (const guint8 *bytes, gsize size, IsExecutable is_executable_name, MadoArchive *found)
{
  gsize at = 0, next = 0, first = size > 65557 ? size - 65557 : 0, end = 0;

  for (guint n = 0; n < ENTRIES_MAX && look_at_local (bytes, size, at, is_executable_name, found, &next) && next > at; n++)
    at = next;
  for (gsize i = size < 22 ? 0 : size - 21; i > first && end == 0; i--)
    if (memcmp (bytes + i - 1, "PK\5\6", 4) == 0)
      end = i - 1;
  if (end == 0 && (size < 22 || memcmp (bytes, "PK\5\6", 4) != 0))
    return;
  at = read_u32 (bytes + end + 16);
  for (guint n = 0; n < ENTRIES_MAX && at <= size && size - at >= 46 && memcmp (bytes + at, "PK\1\2", 4) == 0; n++) {
    gsize name = read_u16 (bytes + at + 28), rest = read_u16 (bytes + at + 30) + (gsize) read_u16 (bytes + at + 32);

    found->is_encrypted |= (read_u16 (bytes + at + 8) & 1) != 0 || read_u16 (bytes + at + 10) == 99;
    if (name <= size - at - 46)
      look_at_name ((const char *) bytes + at + 46, name, is_executable_name, found);
    look_at_local (bytes, size, read_u32 (bytes + at + 42), is_executable_name, found, &next);
    at += 46 + name + rest;
  }
}

/* The method 06 F1 07 01 is AES; it stands in the header when that is encrypted, or at least not packed. */
static void
look_at_7z (const guint8 *bytes, gsize size, MadoArchive *found)
{
  guint64 offset, length;

  if (size < 32)
    return;
  offset = read_u32 (bytes + 12) | (guint64) read_u32 (bytes + 16) << 32;
  length = read_u32 (bytes + 20) | (guint64) read_u32 (bytes + 24) << 32;
  if (offset > size - 32 || length > size - 32 - offset)
    return;
  found->is_encrypted = memmem (bytes + 32 + offset, length, "\x06\xf1\x07\x01", 4) != NULL;
}

static void
look_at_rar4 (const guint8 *bytes, gsize size, MadoArchive *found)
{
  gsize at = 7;

  for (guint n = 0; n < ENTRIES_MAX && at <= size && size - at >= 7; n++) {
    guint type = bytes[at + 2], flags = read_u16 (bytes + at + 3);
    gsize length = read_u16 (bytes + at + 5), more = 0;

    if ((flags & 0x8000) != 0 && size - at >= 11)
      more = read_u32 (bytes + at + 7);
    found->is_encrypted |= (type == 0x73 && (flags & 0x80) != 0) || (type == 0x74 && (flags & 0x04) != 0);
    if (length < 7)
      return;
    at += length + more;
  }
}

/* A number of RAR 5: seven bits in each byte, the lowest first. FALSE at the end. */
static gboolean
read_number (const guint8 *bytes, gsize size, gsize *at, guint64 *number)
{
  *number = 0;
  for (guint shift = 0; shift < 63 && *at < size; shift += 7) {
    guint8 c = bytes[(*at)++];
    *number |= (guint64) (c & 0x7f) << shift;
    if ((c & 0x80) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Does the extra area of a file's header hold a record about its encryption? */
static gboolean
has_encryption_record (const guint8 *bytes, gsize at, gsize end)
{
  guint64 length, type;

  while (at < end && read_number (bytes, end, &at, &length) && length > 0 && length <= end - at) {
    gsize inner = at;
    if (read_number (bytes, end, &inner, &type) && type == 1)
      return TRUE;
    at += length;
  }
  return FALSE;
}

static void
look_at_rar5 (const guint8 *bytes, gsize size, MadoArchive *found)
{
  gsize at = 8;

  for (guint n = 0; n < ENTRIES_MAX && at <= size && size - at > 4; n++) {
    guint64 length, type, flags, extra = 0, data = 0;
    gsize start, end;

    at += 4;
    if (!read_number (bytes, size, &at, &length) || length == 0 || length > size - at)
      return;
    start = at;
    end = at + length;
    if (!read_number (bytes, end, &at, &type) || !read_number (bytes, end, &at, &flags)
        || ((flags & 1) != 0 && !read_number (bytes, end, &at, &extra))
        || ((flags & 2) != 0 && !read_number (bytes, end, &at, &data)) || extra > end - start || data > size - end)
      return;
    found->is_encrypted |= type == 4 || (type == 2 && has_encryption_record (bytes, end - extra, end));
    if (type == 4)
      return;
    at = end + data;
  }
}

static gboolean
contains_wide (const guint8 *bytes, gsize size, const char *word)
{
  g_autoptr (GByteArray) wide = g_byte_array_new ();

  for (; *word != '\0'; word++) {
    guint8 unit[2] = { (guint8) *word, 0 };
    g_byte_array_append (wide, unit, 2);
  }
  return memmem (bytes, size, wide->data, wide->len) != NULL;
}

MadoArchive
mado_archive_look (const guint8 *bytes, gsize size, IsExecutable is_executable_name)
{
  MadoArchive found = { FALSE, FALSE, FALSE };

  if (size < 8)
    return found;
  if (memcmp (bytes, "PK\3\4", 4) == 0 || memcmp (bytes, "PK\5\6", 4) == 0)
    look_at_zip (bytes, size, is_executable_name, &found);
  else if (memcmp (bytes, "7z\xbc\xaf\x27\x1c", 6) == 0)
    look_at_7z (bytes, size, &found);
  else if (memcmp (bytes, "Rar!\x1a\7\0", 7) == 0)
    look_at_rar4 (bytes, size, &found);
  else if (memcmp (bytes, "Rar!\x1a\7\1\0", 8) == 0)
    look_at_rar5 (bytes, size, &found);
  else if (memcmp (bytes, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0) {
    found.is_encrypted = contains_wide (bytes, size, "EncryptedPackage");
    found.has_macros = contains_wide (bytes, size, "_VBA_PROJECT");
  } else if (memmem (bytes, MIN (size, 1024), "%PDF-", 5) != NULL)
    found.is_encrypted = memmem (bytes, size, "/Encrypt", 8) != NULL;
  return found;
}
