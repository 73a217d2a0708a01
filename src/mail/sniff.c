/* sniff.c: see sniff.h. */
#include "madoguchi/mail/sniff.h"

#include <string.h>

enum { EXECUTABLE = 1, DISK_IMAGE = 2 };

static const struct {
  gsize at;
  gsize length;
  const char *mark;
  const char *type;
  const char *group;
  guint flags;
} marks[] = {
  { 0, 5, "%PDF-", "application/pdf", "pdf", 0 },
  { 0, 5, "{\\rtf", "application/rtf", "rtf", 0 },
  { 0, 8, "\x89PNG\r\n\x1a\n", "image/png", "png", 0 },
  { 0, 3, "\xff\xd8\xff", "image/jpeg", "jpeg", 0 },
  { 0, 6, "GIF87a", "image/gif", "gif", 0 },
  { 0, 6, "GIF89a", "image/gif", "gif", 0 },
  { 8, 4, "WEBP", "image/webp", "webp", 0 },
  { 0, 4, "II*\0", "image/tiff", "tiff", 0 },
  { 0, 4, "MM\0*", "image/tiff", "tiff", 0 },
  { 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", "ole", 0 },
  { 0, 4, "PK\3\4", "application/zip", "zip", 0 },
  { 0, 4, "PK\5\6", "application/zip", "zip", 0 },
  { 0, 6, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "7z", 0 },
  { 0, 6, "Rar!\x1a\7", "application/vnd.rar", "rar", 0 },
  { 0, 3, "\x1f\x8b\x08", "application/gzip", "gzip", 0 },
  { 0, 3, "BZh", "application/x-bzip2", "bzip2", 0 },
  { 0, 6, "\xfd""7zXZ\0", "application/x-xz", "xz", 0 },
  { 0, 4, "\x28\xb5\x2f\xfd", "application/zstd", "zstd", 0 },
  { 0, 4, "MSCF", "application/vnd.ms-cab-compressed", "cab", 0 },
  { 257, 5, "ustar", "application/x-tar", "tar", 0 },
  { 0, 7, "!<arch>", "application/x-archive", "ar", 0 },
  { 0, 4, "ITSF", "application/vnd.ms-htmlhelp", "chm", EXECUTABLE },
  { 0, 4, "\x7f" "ELF", "application/x-elf", "program", EXECUTABLE },
  { 0, 4, "\xfe\xed\xfa\xce", "application/x-mach-binary", "program", EXECUTABLE },
  { 0, 4, "\xfe\xed\xfa\xcf", "application/x-mach-binary", "program", EXECUTABLE },
  { 0, 4, "\xce\xfa\xed\xfe", "application/x-mach-binary", "program", EXECUTABLE },
  { 0, 4, "\xcf\xfa\xed\xfe", "application/x-mach-binary", "program", EXECUTABLE },
  { 0, 4, "\xca\xfe\xba\xbe", "application/x-mach-binary", "program", EXECUTABLE }, /* or a class of Java */
  { 0, 4, "dex\n", "application/x-dex", "program", EXECUTABLE },
  { 0, 4, "\0asm", "application/wasm", "program", EXECUTABLE },
  { 0, 8, "L\0\0\0\1\x14\2\0", "application/x-ms-shortcut", "lnk", EXECUTABLE },
  { 0, 4, "\xed\xab\xee\xdb", "application/x-rpm", "rpm", EXECUTABLE },
  { 32769, 5, "CD001", "application/x-iso9660-image", "iso", DISK_IMAGE },
  { 0, 8, "conectix", "application/x-vhd", "vhd", DISK_IMAGE },
  { 0, 8, "vhdxfile", "application/x-vhdx", "vhd", DISK_IMAGE },
  { 0, 4, "KDMV", "application/x-vmdk", "vmdk", DISK_IMAGE },
  { 0, 4, "QFI\xfb", "application/x-qemu-disk", "qcow", DISK_IMAGE },
  { 0, 5, "MSWIM", "application/x-ms-wim", "wim", DISK_IMAGE },
  { 0, 3, "ID3", "audio/mpeg", "mp3", 0 },
  { 0, 4, "OggS", "application/ogg", "ogg", 0 },
  { 4, 4, "ftyp", "video/mp4", "mp4", 0 },
  { 8, 4, "WAVE", "audio/wav", "wav", 0 },
  { 0, 16, "SQLite format 3\0", "application/vnd.sqlite3", "sqlite", 0 },
  { 0, 2, "#!", "text/x-script", "script", EXECUTABLE },
};

/* What labels and names promise. A group without a mark above cannot be disproved, and has no row. */
static const struct {
  const char *group;
  const char *extensions; /* between blanks */
  const char *types;
} promises[] = {
  { "pdf", " pdf ", " application/pdf application/x-pdf " },
  { "rtf", " rtf ", " application/rtf text/rtf " },
  { "png", " png ", " image/png image/x-png " },
  { "jpeg", " jpg jpeg jpe jfif ", " image/jpeg image/jpg image/pjpeg " },
  { "gif", " gif ", " image/gif " },
  { "webp", " webp ", " image/webp " },
  { "bmp", " bmp dib ", " image/bmp image/x-ms-bmp " },
  { "tiff", " tif tiff ", " image/tiff " },
  { "zip", " zip ", " application/zip application/x-zip-compressed application/x-zip " },
  { "office", " docx docm dotx dotm xlsx xlsm xltx xlsb pptx pptm ppsx potx odt ods odp ",
    " application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    " application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    " application/vnd.openxmlformats-officedocument.presentationml.presentation"
    " application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet"
    " application/vnd.oasis.opendocument.presentation " },
  { "ole", " doc dot xls xlt ppt pps msg ", " application/msword application/vnd.ms-excel application/vnd.ms-powerpoint " },
  { "7z", " 7z ", " application/x-7z-compressed " },
  { "rar", " rar ", " application/vnd.rar application/x-rar-compressed application/x-rar " },
  { "gzip", " gz tgz ", " application/gzip application/x-gzip " },
  { "bzip2", " bz2 ", " application/x-bzip2 " },
  { "xz", " xz ", " application/x-xz " },
  { "zstd", " zst ", " application/zstd " },
  { "cab", " cab ", " application/vnd.ms-cab-compressed " },
  { "wav", " wav ", " audio/wav audio/x-wav " },
  { "text", " txt csv log md ini json xml html htm eml ics vcf asc ",
    " text/plain text/csv text/html text/xml application/json application/xml text/calendar text/markdown text/x-log " },
};

static gboolean
has (const guint8 *bytes, gsize size, gsize at, const char *mark, gsize length)
{
  return size >= length && at <= size - length && memcmp (bytes + at, mark, length) == 0;
}

static guint
read_u32 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8 | (guint) bytes[2] << 16 | (guint) bytes[3] << 24;
}

/* "MZ" may be the start of a text, too: with the header that Windows wants it is a program, and so is what DOS ran. */
static gboolean
is_mz (const guint8 *bytes, gsize size)
{
  gsize at;

  if (!has (bytes, size, 0, "MZ", 2) || size < 64)
    return FALSE;
  at = read_u32 (bytes + 60);
  return has (bytes, size, at, "PE\0\0", 4) || has (bytes, size, at, "NE", 2) || memchr (bytes, 0, 64) != NULL;
}

/* A page or a drawing of XML: what its first tag says, after blanks and comments. */
static const char *
markup_type (const guint8 *bytes, gsize size)
{
  g_autofree char *start = g_strndup ((const char *) bytes, MIN (size, 1024));
  g_autofree char *folded = g_ascii_strdown (start, -1);
  const char *text = g_str_has_prefix (folded, "\xef\xbb\xbf") ? folded + 3 : folded;

  text += strspn (text, " \t\r\n");
  if (*text != '<')
    return NULL;
  if (strstr (text, "<hta:application") != NULL)
    return "application/hta";
  if (strstr (text, "<svg") != NULL)
    return "image/svg+xml";
  if (g_str_has_prefix (text, "<!doctype html") || strstr (text, "<html") != NULL || strstr (text, "<script") != NULL
      || strstr (text, "<body") != NULL || strstr (text, "<head") != NULL)
    return "text/html";
  return g_str_has_prefix (text, "<?xml") ? "text/xml" : NULL;
}

/* Which zip is it? Its first names tell (the one that the format wants first, or nearly). */
static void
sniff_zip (const guint8 *bytes, gsize size, MadoSniff *sniff)
{
  static const struct {
    const char *mark;
    const char *type;
    const char *group;
    gboolean is_executable;
  } names[] = { { "mimetypeapplication/vnd.oasis.opendocument.", "application/vnd.oasis.opendocument", "office", FALSE },
                { "mimetypeapplication/epub+zip", "application/epub+zip", "epub", FALSE },
                { "[Content_Types].xml", "application/vnd.openxmlformats-officedocument", "office", FALSE },
                { "_rels/.rels", "application/vnd.openxmlformats-officedocument", "office", FALSE },
                { "AndroidManifest.xml", "application/vnd.android.package-archive", "program", TRUE },
                { "META-INF/MANIFEST.MF", "application/java-archive", "program", TRUE } };
  gsize end = MIN (size, 4096);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (memmem (bytes, end, names[i].mark, strlen (names[i].mark)) != NULL
        || (size > end && i > 1 && memmem (bytes + size - end, end, names[i].mark, strlen (names[i].mark)) != NULL)) {
      sniff->type = names[i].type;
      sniff->group = names[i].group;
      sniff->is_executable = names[i].is_executable;
      return;
    }
}

/* Text has no NUL and few control characters. */
static gboolean
is_text (const guint8 *bytes, gsize size)
{
  gsize end = MIN (size, 4096), odd = 0;

  for (gsize i = 0; i < end; i++)
    odd += (bytes[i] < 0x20 && strchr ("\t\n\r\f\033", bytes[i]) == NULL) || bytes[i] == 0;
  return end > 0 && odd == 0;
}

MadoSniff
mado_sniff (const guint8 *bytes, gsize size)
{
  MadoSniff sniff = { NULL, NULL, FALSE, FALSE };
  const char *markup;

  for (gsize i = 0; i < G_N_ELEMENTS (marks) && sniff.type == NULL; i++)
    if (has (bytes, size, marks[i].at, marks[i].mark, marks[i].length))
      sniff = (MadoSniff) { marks[i].type, marks[i].group, marks[i].flags == EXECUTABLE, marks[i].flags == DISK_IMAGE };
  if (g_strcmp0 (sniff.group, "zip") == 0)
    sniff_zip (bytes, size, &sniff);
  if (sniff.type != NULL)
    return sniff;
  if (is_mz (bytes, size))
    return (MadoSniff) { "application/vnd.microsoft.portable-executable", "program", TRUE, FALSE };
  if (size > 512 && has (bytes, size, size - 512, "koly", 4))
    return (MadoSniff) { "application/x-apple-diskimage", "dmg", FALSE, TRUE };
  if (size > 512 && has (bytes, size, size - 512, "conectix", 8))
    return (MadoSniff) { "application/x-vhd", "vhd", FALSE, TRUE };
  if (has (bytes, size, 0, "BM", 2) && size > 26 && read_u32 (bytes + 2) == size)
    return (MadoSniff) { "image/bmp", "bmp", FALSE, FALSE };
  if (memmem (bytes, MIN (size, 1024), "%PDF-", 5) != NULL) /* readers take it with junk in front */
    return (MadoSniff) { "application/pdf", "pdf", FALSE, FALSE };
  markup = markup_type (bytes, size);
  if (markup != NULL)
    return (MadoSniff) { markup, "text", g_str_equal (markup, "application/hta"), FALSE };
  if (is_text (bytes, size))
    return (MadoSniff) { "text/plain", "text", FALSE, FALSE };
  return sniff;
}

/* Does @word stand in @list, which parts words by blanks? */
static gboolean
is_listed (const char *list, const char *word)
{
  g_autofree char *padded = g_strconcat (" ", word, " ", NULL);

  return strchr (word, ' ') == NULL && strstr (list, padded) != NULL;
}

const char *
mado_sniff_group_of_type (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (promises); i++)
    if (is_listed (promises[i].types, type))
      return promises[i].group;
  return NULL;
}

const char *
mado_sniff_group_of_extension (const char *extension)
{
  for (gsize i = 0; i < G_N_ELEMENTS (promises); i++)
    if (is_listed (promises[i].extensions, extension))
      return promises[i].group;
  return NULL;
}

gboolean
mado_sniff_fits (const MadoSniff *sniff, const char *group)
{
  /* A zip of files, a page saved by Word and a spreadsheet that is text are what their names say often enough. */
  static const char *const also[][2] = { { "office", "zip" }, { "epub", "zip" }, { "text", "ole" }, { "rtf", "ole" },
                                         { "office", "ole" }, { "ole", "office" }, { "script", "text" } };

  if (g_strcmp0 (sniff->group, group) == 0)
    return TRUE;
  if (sniff->group == NULL) /* text of two bytes for each character is no text to us, and old programs have no mark */
    return g_str_equal (group, "text") || g_str_equal (group, "program");
  for (gsize i = 0; i < G_N_ELEMENTS (also); i++)
    if (g_str_equal (sniff->group, also[i][0]) && g_str_equal (group, also[i][1]))
      return TRUE;
  return FALSE;
}
