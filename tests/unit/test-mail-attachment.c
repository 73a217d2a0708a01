/* What is said about a file before anybody opens it: each flag by a small file that deserves it, and by its honest
 * twin that does not. Archives are made here, header by header. */
#include "madoguchi/mail/attachment.h"
#include "madoguchi/mail/sniff.h"

#include <string.h>
#include <time.h>

#define PE "MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0PE\0\0L\1"
#define ELF "\177ELF\2\1\1\0"
#define PDF "%PDF-1.7\n1 0 obj\n"
#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define OLE "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0"
#define WIDE_PACKAGE "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"
#define WIDE_VBA "_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0"

typedef struct {
  const char *name, *type;
  const char *bytes;
  gsize size;
  const char *flags, *detected;
} Case;

#define BYTES(text) text, sizeof text - 1

static const Case cases[] = {
  { "a.pdf", "application/pdf", BYTES (PDF), "", "application/pdf" },
  { "a.pdf", "application/octet-stream", BYTES (PDF), "", "application/pdf" },
  { "a.pdf", "application/pdf", BYTES ("junk\n" PDF), "", "application/pdf" },
  { "a.pdf", "application/pdf", BYTES (PDF "trailer << /Encrypt 5 0 R >>"), "encrypted-archive", "application/pdf" },
  { "a.png", "image/png", BYTES (PNG), "", "image/png" },
  { "a.png", "image/jpeg", BYTES (PNG), "type-mismatch", "image/png" },
  { "a.jpg", "application/octet-stream", BYTES (PNG), "type-mismatch", "image/png" },
  { "a.png", "image/png", BYTES ("<html><body>login"), "type-mismatch", "text/html" },
  { "a.txt", "text/plain", BYTES ("just text\n"), "", "text/plain" },
  { "a.csv", "text/csv", BYTES ("\xff\xfe" "a\0,\0b\0"), "", NULL },
  { "a.txt", "text/plain", BYTES ("#!/bin/sh\nrm\n"), "executable", "text/x-script" },
  { "a.html", "text/html", BYTES ("\xef\xbb\xbf <!DOCTYPE html><p>"), "", "text/html" },
  { "a.rtf", "application/msword", BYTES ("{\\rtf1"), "", "application/rtf" },
  { "a.bin", "application/x-thing", BYTES ("\0\1\2\3"), "", NULL },
  { "a.dat", "application/x-thing", BYTES ("\0\1\2\3"), "", NULL },
  { NULL, "application/octet-stream", BYTES (""), "", NULL },
  { "empty.pdf", "application/pdf", BYTES (""), "", NULL },
  { NULL, "application/pdf", BYTES ("\0\1\2\3"), "type-mismatch", NULL },

  { "setup.exe", "application/octet-stream", BYTES (PE), "executable", "application/vnd.microsoft.portable-executable" },
  { "setup-1.2.exe", "application/x-msdownload", BYTES (PE), "executable", "application/vnd.microsoft.portable-executable" },
  { "a.dat", "application/octet-stream", BYTES (PE), "executable", "application/vnd.microsoft.portable-executable" },
  { "a", "application/octet-stream", BYTES (ELF), "executable", "application/x-elf" },
  { "a.o", "application/octet-stream", BYTES ("\xcf\xfa\xed\xfe\7\0\0\1"), "executable", "application/x-mach-binary" },
  { "a.lnk", "application/octet-stream", BYTES ("L\0\0\0\1\x14\2\0\0\0"), "executable", "application/x-ms-shortcut" },
  { "a.hta", "text/plain", BYTES ("<html><hta:application id=x>"), "executable", "application/hta" },
  { "a.js", "text/plain", BYTES ("WScript.Run ()"), "executable", "text/plain" },
  { "a.VBS", "text/plain", BYTES ("x"), "executable", "text/plain" },
  { "a.scr", "application/octet-stream", BYTES (PE), "executable", "application/vnd.microsoft.portable-executable" },
  { "a.exe. ", "application/octet-stream", BYTES ("x"), "executable odd-name", "text/plain" },
  { "a.ex\xe2\x80\x8b" "e", "application/octet-stream", BYTES ("x"), "executable odd-name", "text/plain" },
  { "MZ is how it begins.txt", "text/plain", BYTES ("MZ was his name, and he wrote a long letter, longer than a header."), "", "text/plain" },

  { "report.pdf.exe", "application/octet-stream", BYTES (PE), "executable double-extension",
    "application/vnd.microsoft.portable-executable" },
  { "report.pdf            .js", "application/octet-stream", BYTES ("x"), "executable double-extension", "text/plain" },
  { "report.tar.gz", "application/gzip", BYTES ("\x1f\x8b\x08"), "", "application/gzip" },
  { "report.pdf", "application/pdf", BYTES (PE), "executable executable-in-document-name type-mismatch",
    "application/vnd.microsoft.portable-executable" },
  { "invoice.doc", "application/msword", BYTES (ELF), "executable executable-in-document-name type-mismatch", "application/x-elf" },
  { "invoice\xe2\x80\xae" "fdp.exe", "application/octet-stream", BYTES (PE), "executable rtl-name",
    "application/vnd.microsoft.portable-executable" },
  { "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d.pdf", "application/pdf", BYTES (PDF), "", "application/pdf" }, /* Hebrew needs no trick */
  { "../../etc/passwd", "text/plain", BYTES ("x"), "odd-name", "text/plain" },
  { "a\\b.txt", "text/plain", BYTES ("x"), "odd-name", "text/plain" },
  { "a\n.txt", "text/plain", BYTES ("x"), "odd-name", "text/plain" },
  { "2026-11-21T06:00:00.csv", "text/csv", BYTES ("x"), "", "text/plain" },
  { "a.txt.", "text/plain", BYTES ("x"), "odd-name", "text/plain" },
  { "a\xff.txt", "text/plain", BYTES ("x"), "odd-name", "text/plain" },
  { "\xe7\xaa\x93\xe5\x8f\xa3 (1).txt", "text/plain", BYTES ("x"), "", "text/plain" },

  { "a.doc", "application/msword", BYTES (OLE), "", "application/x-ole-storage" },
  { "a.doc", "application/msword", BYTES (OLE WIDE_VBA), "office-macros", "application/x-ole-storage" },
  { "a.docx", "application/octet-stream", BYTES (OLE WIDE_PACKAGE), "encrypted-archive", "application/x-ole-storage" },
  { "a.docm", "application/octet-stream", BYTES (""), "office-macros", NULL },
  { "a.rar", "application/vnd.rar", BYTES ("Rar!\x1a\7\0\0\0\x73\0\0\x0d\0\0\0\0\0\0\0\0\0\x74\4\x80\x20\0\0\0\0\0"), "encrypted-archive", "application/vnd.rar" },
  { "a.rar", "application/vnd.rar", BYTES ("Rar!\x1a\7\0\0\0\x73\0\0\x0d\0\0\0\0\0\0\0\0\0\x74\0\x80\x20\0\0\0\0\0"), "", "application/vnd.rar" },
  { "a.rar", "application/vnd.rar", BYTES ("Rar!\x1a\7\0\0\0\x73\x80\0\x0d\0\0\0\0\0\0\0"), "encrypted-archive", "application/vnd.rar" },
  { "a.rar", "application/vnd.rar", BYTES ("Rar!\x1a\7\1\0" "crcc\3\1\0\0" "crcc\5\4\0\0\0\0"), "encrypted-archive", "application/vnd.rar" },
  { "a.rar", "application/vnd.rar", BYTES ("Rar!\x1a\7\1\0" "crcc\3\1\0\0" "crcc\6\2\1\3\2\1\0"), "encrypted-archive", "application/vnd.rar" },
  { "a.rar", "application/vnd.rar", BYTES ("Rar!\x1a\7\1\0" "crcc\3\1\0\0" "crcc\6\2\1\3\2\2\0"), "", "application/vnd.rar" },
  { "a.7z", "application/x-7z-compressed", BYTES ("7z\xbc\xaf\x27\x1c\0\4crcc\0\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0crcc\x17\6\x06\xf1\7\1"), "encrypted-archive",
    "application/x-7z-compressed" },
  { "a.7z", "application/x-7z-compressed", BYTES ("7z\xbc\xaf\x27\x1c\0\4crcc\0\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0crcc\x17\6\3\1\1\0"), "",
    "application/x-7z-compressed" },
  { "a.iso", "application/octet-stream", BYTES ("x"), "disk-image", "text/plain" },
  { "a.dat", "application/octet-stream", BYTES ("vhdxfile\0\0"), "disk-image", "application/x-vhdx" },
};

static void
assert_judged (const char *name, const char *type, const void *bytes, gsize size, const char *flags, const char *detected)
{
  g_autoptr (GBytes) content = g_bytes_new (bytes, size);
  g_autoptr (MadoPart) part = mado_part_new ();
  g_autofree char *found = NULL;

  part->type = g_strdup (type);
  mado_attachment_judge (part, name, content);
  found = g_strjoinv (" ", part->flags);
  if (g_strcmp0 (found, flags) != 0 || g_strcmp0 (part->detected_type, detected) != 0)
    g_error ("%s (%s): \"%s\", %s; wanted \"%s\", %s", name, type, found, part->detected_type, flags, detected);
}

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_judged (cases[i].name, cases[i].type, cases[i].bytes, cases[i].size, cases[i].flags, cases[i].detected);
}

static void
put (GByteArray *out, guint number, guint bytes)
{
  for (guint i = 0; i < bytes; i++) {
    guint8 c = i < 4 ? (guint8) (number >> (8 * i)) : 0;
    g_byte_array_append (out, &c, 1);
  }
}

/* A zip with one stored file of the name @name: flags as its local and its central header tell them. */
static GByteArray *
make_zip (const char *name, const char *content, guint local, guint central)
{
  GByteArray *zip = g_byte_array_new ();
  guint length = (guint) strlen (name), size = (guint) strlen (content), start;

  put (zip, 0x04034b50, 4);
  put (zip, 20, 2);
  put (zip, local, 2);
  put (zip, 0, 10); /* method, time, sum */
  put (zip, size, 4);
  put (zip, size, 4);
  put (zip, length, 2);
  put (zip, 0, 2);
  g_byte_array_append (zip, (const guint8 *) name, length);
  g_byte_array_append (zip, (const guint8 *) content, size);
  start = zip->len;
  put (zip, 0x02014b50, 4);
  put (zip, 20, 4);
  put (zip, central, 2);
  put (zip, 0, 10);
  put (zip, size, 4);
  put (zip, size, 4);
  put (zip, length, 2);
  put (zip, 0, 16); /* no more fields; its local header is at 0 */
  g_byte_array_append (zip, (const guint8 *) name, length);
  put (zip, 0x06054b50, 4);
  put (zip, 0, 4);
  put (zip, 1, 2);
  put (zip, 1, 2);
  put (zip, zip->len - start, 4);
  put (zip, start, 4);
  put (zip, 0, 2);
  return zip;
}

static void
test_zip (void)
{
  static const struct {
    const char *inside, *content;
    guint local, central;
    const char *name, *flags, *detected;
  } table[] = {
    { "a.txt", "text", 0, 0, "a.zip", "", "application/zip" },
    { "a.txt", "text", 1, 1, "a.zip", "encrypted-archive", "application/zip" },
    { "a.txt", "text", 1, 0, "a.zip", "encrypted-archive", "application/zip" }, /* programs differ in which one they believe */
    { "a.txt", "text", 0, 1, "a.zip", "encrypted-archive", "application/zip" },
    { "invoice.pdf.exe", "MZ", 0, 0, "a.zip", "executable-in-archive", "application/zip" },
    { "invoice.js", "x", 1, 1, "a.zip", "encrypted-archive executable-in-archive", "application/zip" },
    { "[Content_Types].xml", "<x/>", 0, 0, "a.docx", "", "application/vnd.openxmlformats-officedocument" },
    { "[Content_Types].xml", "word/vbaProject.bin", 0, 0, "a.docx", "", "application/vnd.openxmlformats-officedocument" },
    { "word/vbaProject.bin", "x", 0, 0, "a.docx", "type-mismatch office-macros", "application/zip" },
    { "xl/macrosheets/sheet1.xml", "x", 0, 0, "a.zip", "office-macros", "application/zip" },
    { "META-INF/MANIFEST.MF", "x", 0, 0, "a.zip", "executable executable-in-document-name type-mismatch", "application/java-archive" },
    { "a.txt", "text", 0, 0, "a.docx", "type-mismatch", "application/zip" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GByteArray) zip = make_zip (table[i].inside, table[i].content, table[i].local, table[i].central);
    assert_judged (table[i].name, "application/octet-stream", zip->data, zip->len, table[i].flags, table[i].detected);
  }
}

/* Marks that stand far inside, and at the end. */
static void
test_images (void)
{
  g_autofree guint8 *image = g_malloc0 (40000);

  memcpy (image + 32769, "CD001", 5);
  assert_judged ("a.pdf", "application/octet-stream", image, 40000, "type-mismatch disk-image", "application/x-iso9660-image");
  memset (image, 0, 40000);
  memcpy (image + 40000 - 512, "koly", 4);
  assert_judged ("a", "application/octet-stream", image, 40000, "disk-image", "application/x-apple-diskimage");
}

/* Numbers that lie: every cut and many changes of a file are looked at without a step outside of it (the sanitizers
 * watch), and directories made to be read for ever end. */
static void
test_lies (void)
{
  g_autoptr (GByteArray) zip = make_zip ("a.exe", "text", 8, 0), flood = g_byte_array_new ();
  clock_t start;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize size = 0; size <= cases[i].size; size++) {
      g_autofree guint8 *copy = size == 0 ? NULL : g_memdup2 (cases[i].bytes, size);
      g_autoptr (GBytes) content = g_bytes_new_static (copy, size);
      g_autoptr (MadoPart) part = mado_part_new ();
      part->type = g_strdup (cases[i].type);
      mado_attachment_judge (part, cases[i].name, content);
    }
  for (guint at = 0; at < zip->len; at++)
    for (guint value = 0; value < 256; value += 85) {
      g_autofree guint8 *copy = g_memdup2 (zip->data, zip->len);
      g_autoptr (GBytes) content = g_bytes_new_static (copy, zip->len);
      g_autoptr (MadoPart) part = mado_part_new ();
      copy[at] = (guint8) value;
      part->type = g_strdup ("application/zip");
      mado_attachment_judge (part, "a.zip", content);
    }
  put (flood, 0x04034b50, 4);
  put (flood, 0, 22);
  put (flood, 0xffff, 4);
  while (flood->len < 70000)
    put (flood, 'a', 1);
  for (guint i = 0; i < 200000; i++) { /* each entry leads to the same long name */
    put (flood, 0x02014b50, 4);
    put (flood, 0, 42);
  }
  put (flood, 0x06054b50, 4);
  put (flood, 0, 12);
  put (flood, 70000, 4);
  put (flood, 0, 2);
  start = clock ();
  assert_judged ("a.zip", "application/zip", flood->data, flood->len, "", "application/zip");
  g_assert_cmpint (clock () - start, <, 5 * CLOCKS_PER_SEC);
}

static void
test_groups (void)
{
  MadoSniff sniff = mado_sniff ((const guint8 *) PDF, strlen (PDF));

  g_assert_cmpstr (mado_sniff_group_of_type ("application/pdf"), ==, "pdf");
  g_assert_cmpstr (mado_sniff_group_of_extension ("pdf"), ==, "pdf");
  g_assert_null (mado_sniff_group_of_type ("application/octet-stream"));
  g_assert_null (mado_sniff_group_of_extension ("pdf docx"));
  g_assert_null (mado_sniff_group_of_extension (""));
  g_assert_true (mado_sniff_fits (&sniff, "pdf"));
  g_assert_false (mado_sniff_fits (&sniff, "png"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/attachment/cases", test_cases);
  g_test_add_func ("/mail/attachment/zip", test_zip);
  g_test_add_func ("/mail/attachment/images", test_images);
  g_test_add_func ("/mail/attachment/lies", test_lies);
  g_test_add_func ("/mail/attachment/groups", test_groups);
  return g_test_run ();
}
