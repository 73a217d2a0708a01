/* reading.c: see reading.h. */
#include "madoguchi/mail/reading.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/content.h"

#include <string.h>
#include <unistd.h>

#define PROBLEMS_MAX 100
#define TEXT_MAX (32 * 1024 * 1024) /* all of them, each time that one is read */

MadoReading *
mado_reading_new (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, GError **error)
{
  g_autoptr (MadoReading) reading = g_new0 (MadoReading, 1);
  const MadoConf *conf = context->conf;
  g_autoptr (GError) problem = NULL;
  gsize skip, length;

  reading->context = context;
  reading->problems = g_ptr_array_new_with_free_func (g_free);
  reading->plaintexts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  reading->blocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reading->report = mado_report_new ();
  reading->report->report = mado_report_body_new ();
  reading->report->headers = mado_header_facts_new ();
  reading->now = g_get_real_time () / G_USEC_PER_SEC;
  reading->limits.depth = (guint) mado_conf_int (conf, "limits", "depth");
  reading->limits.parts = (guint) mado_conf_int (conf, "limits", "parts");
  reading->limits.header_size = (gsize) mado_conf_int (conf, "limits", "header-size");
  reading->text_left = TEXT_MAX;
  reading->plaintext_left = (guint64) mado_conf_int (conf, "crypto", "max-plaintext");

  reading->file = g_mapped_file_new_from_fd (fd, FALSE, &problem);
  if (reading->file == NULL) {
    g_set_error (error, MADO_ERROR,
                 g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOMEM) ? MADO_ERROR_LIMIT : MADO_ERROR_TEMP,
                 "map the mail: %s", problem->message);
    return NULL;
  }
  length = g_mapped_file_get_length (reading->file);
  if (offset > length || size > length - offset) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "the file is shorter than the mail");
    return NULL;
  }
  if (size == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "the mail is empty");
    return NULL;
  }
  reading->bytes = (const guint8 *) g_mapped_file_get_contents (reading->file) + offset;
  reading->size = size;
  skip = mado_structure_mbox_line (reading->bytes, reading->size);
  reading->bytes += skip;
  reading->size -= skip;
  return g_steal_pointer (&reading);
}

void
mado_reading_free (MadoReading *reading)
{
  if (reading == NULL)
    return;
  mado_entity_free (reading->root);
  mado_mailbox_free (reading->outer_from);
  g_clear_pointer (&reading->own_engine, mado_pgp_engine_free);
  g_clear_pointer (&reading->cms, mado_cms_engine_free);
  g_clear_pointer (&reading->plaintexts, g_ptr_array_unref);
  g_clear_pointer (&reading->blocks, g_hash_table_unref);
  g_clear_pointer (&reading->problems, g_ptr_array_unref);
  mado_report_free (reading->report);
  g_clear_pointer (&reading->file, g_mapped_file_unref);
  g_free (reading);
}

static gboolean
scan (MadoReading *reading, gsize size, GError **error)
{
  reading->root = mado_structure_scan (reading->bytes, size, "1", &reading->limits, error);
  if (reading->root == NULL)
    return FALSE;
  if (mado_entity_has_fields (reading->root))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "no mail: there is no header field");
  return FALSE;
}

gboolean
mado_reading_scan (MadoReading *reading, GError **error)
{
  return scan (reading, reading->size, error);
}

gboolean
mado_reading_scan_header (MadoReading *reading, GError **error)
{
  /* Of a header over the cap its start will do: somebody must be told whose mail this is. */
  gsize size = MIN (reading->size, reading->limits.header_size);
  const guint8 *end = memmem (reading->bytes, size, "\n\r\n", 3);

  if (end != NULL)
    size = (gsize) (end + 1 - reading->bytes);
  end = memmem (reading->bytes, size, "\n\n", 2);
  if (end != NULL)
    size = (gsize) (end + 1 - reading->bytes);
  return scan (reading, size, error);
}

gboolean
mado_reading_may_read (MadoReading *reading, const MadoEntity *entity)
{
  gboolean is_page = g_str_equal (entity->type, "text/html"); /* takes longer */
  gsize size = MIN (entity->body_size, (gsize) MADO_CONTENT_TEXT_MAX) * (is_page ? 2 : 1);

  if (reading->text_left == 0) {
    mado_reading_problem (reading, "The mail holds more text than we read.");
    return FALSE;
  }
  reading->text_left -= MIN (reading->text_left, size);
  return TRUE;
}

void
mado_reading_problem (MadoReading *reading, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  if (reading->problems->len >= PROBLEMS_MAX || g_ptr_array_find_with_equal_func (reading->problems, sentence, g_str_equal, NULL))
    return;
  g_ptr_array_add (reading->problems, g_steal_pointer (&sentence));
}

/* @text valid, and no longer than @max. TRUE when it had to be changed. */
static gboolean
fit_string (char **text, gsize max)
{
  g_autofree char *valid = NULL;

  if (strlen (*text) <= max && g_utf8_validate (*text, -1, NULL))
    return FALSE;
  valid = g_utf8_make_valid (*text, -1);
  g_free (*text);
  *text = mado_text_truncate (valid, max);
  return TRUE;
}

static gboolean
fit_strv (char **strv, gsize max, gsize max_items)
{
  gboolean was_cut = FALSE;

  for (gsize i = 0; strv != NULL && strv[i] != NULL; i++) {
    if (i >= max_items) {
      g_clear_pointer (&strv[i], g_free);
      was_cut = TRUE;
      for (gsize k = i + 1; strv[k] != NULL; k++)
        g_clear_pointer (&strv[k], g_free);
      break;
    }
    was_cut |= fit_string (&strv[i], max);
  }
  return was_cut;
}

/* Makes @record such that whoever receives it will take it: the maxima stand in the tables of the model. */
static gboolean
fit (const MadoRecordType *type, gpointer record)
{
  gboolean was_cut = FALSE;

  for (const MadoField *field = type->fields; field->name != NULL; field++) {
    gpointer member = (char *) record + field->offset;
    gsize max = field->max == 0 ? 4096 : field->max, items = field->max_items == 0 ? 1000 : field->max_items;

    if (field->kind == MADO_FIELD_STRING && *(char **) member != NULL)
      was_cut |= fit_string (member, max);
    else if (field->kind == MADO_FIELD_STRV || field->kind == MADO_FIELD_MAP)
      was_cut |= fit_strv (*(char ***) member, max, items);
    else if (field->kind == MADO_FIELD_RECORD && *(gpointer *) member != NULL)
      was_cut |= fit (field->type, *(gpointer *) member);
    else if (field->kind == MADO_FIELD_LIST) {
      GPtrArray *list = *(GPtrArray **) member;
      if (list->len > items) {
        g_ptr_array_set_size (list, (int) items);
        was_cut = TRUE;
      }
      for (guint i = 0; i < list->len; i++)
        was_cut |= fit (field->type, g_ptr_array_index (list, i));
    }
  }
  return was_cut;
}

MadoReport *
mado_reading_finish (MadoReading *reading)
{
  MadoReport *report = g_steal_pointer (&reading->report);

  if (fit (&mado_report_type, report))
    mado_reading_problem (reading, "Some fields of this mail are longer than we keep; the raw mail has all of them.");
  g_strfreev (report->problems);
  g_ptr_array_add (reading->problems, NULL);
  report->problems = g_strdupv ((char **) reading->problems->pdata);
  g_ptr_array_set_size (reading->problems, (int) reading->problems->len - 1);
  return report;
}
