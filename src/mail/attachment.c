/* attachment.c: see attachment.h. */
#include "madoguchi/mail/attachment.h"

#include "madoguchi/mail/archive.h"
#include "madoguchi/mail/sniff.h"

#include <string.h>

/* What Windows, macOS or a desktop runs, or obeys, when a person opens it. */
static const char executable_extensions[]
    = " exe scr com bat cmd pif cpl dll sys ocx drv msi msp mst msix msixbundle appx appxbundle js jse mjs vbs vbe vb wsf wsh wsc sct ws"
      " ps1 ps2 psc1 psc2 psm1 psd1 msh hta jar jnlp class lnk url scf reg inf chm hlp application appref-ms gadget msc xll wll"
      " ppam xla xlam iqy slk settingcontent-ms library-ms search-ms theme themepack diagcab ade adp mde sh bash command"
      " tool workflow app pkg mpkg desktop run elf appimage deb rpm apk xap py pyw pyc pyz pl rb php vbscript ";
static const char disk_image_extensions[] = " iso img vhd vhdx vmdk dmg udf wim esd qcow2 toast cdr nrg mdf ";
static const char harmless_extensions[] = " mp3 mp4 avi mov wav svg heic key numbers pages hwp jtd gz bz2 xz tar pst p7m ";
static const char macro_extensions[] = " docm dotm xlsm xltm xlsb pptm potm ppsm sldm ";

static gboolean
is_listed (const char *list, const char *word)
{
  g_autofree char *padded = g_strconcat (" ", word, " ", NULL);

  return word[0] != '\0' && strchr (word, ' ') == NULL && strstr (list, padded) != NULL;
}

/* (transfer full) @name as the system that opens it will read it: lower case, without what is not seen, without the
 * dots and blanks at its end that Windows drops. */
static char *
fold_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);
  GString *out = g_string_sized_new (strlen (folded));

  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p)) {
    GUnicodeType type = g_unichar_type (g_utf8_get_char (p));
    if (type != G_UNICODE_FORMAT && type != G_UNICODE_CONTROL)
      g_string_append_unichar (out, g_utf8_get_char (p));
  }
  while (out->len > 0 && strchr (". ", out->str[out->len - 1]) != NULL)
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

/* Cuts the last extension off @name and returns it; "" when there is none. */
static const char *
take_extension (char *name)
{
  char *point = strrchr (name, '.'), *end;

  if (point == NULL)
    return "";
  *point = '\0';
  end = name + strlen (name);
  while (end > name && strchr ("  _", end[-1]) != NULL) /* "invoice.pdf      .exe" */
    *--end = '\0';
  return point + 1;
}

static gboolean
is_executable_name (const char *name, gsize length)
{
  g_autofree char *copy = g_strndup (name, length);
  g_autofree char *folded = fold_name (copy);

  return is_listed (executable_extensions, take_extension (folded));
}

static gboolean
is_document_extension (const char *extension)
{
  return mado_sniff_group_of_extension (extension) != NULL || is_listed (harmless_extensions, extension);
}

static gboolean
turns_direction (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
is_odd (const char *name)
{
  gsize length = strlen (name);

  if (strpbrk (name, "/\\") != NULL || (length > 0 && strchr (". ", name[length - 1]) != NULL) || name[0] == ' ')
    return TRUE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    GUnicodeType type = g_unichar_type (c);
    if ((type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
         || type == G_UNICODE_PARAGRAPH_SEPARATOR || type == G_UNICODE_PRIVATE_USE || c == 0xfffd)
        && !turns_direction (c))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_turn (const char *name)
{
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (turns_direction (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

/* Are the bytes neither what the label nor what the name says? */
static gboolean
is_mismatch (const MadoSniff *sniff, const char *type, const char *extension)
{
  const char *by_type = mado_sniff_group_of_type (type), *by_name = mado_sniff_group_of_extension (extension);

  return (by_type != NULL && !mado_sniff_fits (sniff, by_type)) || (by_name != NULL && !mado_sniff_fits (sniff, by_name));
}

void
mado_attachment_judge (MadoPart *part, const char *name, GBytes *content)
{
  g_autoptr (GStrvBuilder) flags = g_strv_builder_new ();
  g_autofree char *valid = name == NULL ? g_strdup ("") : g_utf8_make_valid (name, -1);
  g_autofree char *folded = fold_name (valid), *stem = g_strdup (folded);
  const char *extension = take_extension (stem);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (content, &size);
  MadoSniff sniff = size == 0 ? (MadoSniff) { NULL, NULL, FALSE, FALSE } : mado_sniff (bytes, size);
  MadoArchive archive = mado_archive_look (bytes, size, is_executable_name);
  gboolean runs_by_name = is_listed (executable_extensions, extension);
  gboolean is_script_text = g_strcmp0 (sniff.group, "script") == 0 && g_strcmp0 (mado_sniff_group_of_extension (extension), "text") == 0;

  if (runs_by_name || sniff.is_executable)
    g_strv_builder_add (flags, "executable");
  if (runs_by_name && is_document_extension (take_extension (stem)))
    g_strv_builder_add (flags, "double-extension");
  if (sniff.is_executable && !runs_by_name && is_document_extension (extension) && !is_script_text)
    g_strv_builder_add (flags, "executable-in-document-name");
  if (size > 0 && is_mismatch (&sniff, part->type, extension))
    g_strv_builder_add (flags, "type-mismatch");
  if (archive.is_encrypted)
    g_strv_builder_add (flags, "encrypted-archive");
  if (archive.has_executable && !sniff.is_executable)
    g_strv_builder_add (flags, "executable-in-archive");
  if (archive.has_macros || is_listed (macro_extensions, extension))
    g_strv_builder_add (flags, "office-macros");
  if (sniff.is_disk_image || is_listed (disk_image_extensions, extension))
    g_strv_builder_add (flags, "disk-image");
  if (has_turn (valid))
    g_strv_builder_add (flags, "rtl-name");
  if (is_odd (valid))
    g_strv_builder_add (flags, "odd-name");
  g_strfreev (part->flags);
  part->flags = g_strv_builder_end (flags);
  g_free (part->detected_type);
  part->detected_type = g_strdup (sniff.type);
}
