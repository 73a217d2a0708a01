/* format.c: see format.h. Called by the readers of formats, in the opener's child. */
#include "madoguchi/report/format.h"

#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/stretch.h"

#include <locale.h>
#include <string.h>
#include <time.h>

#define VALUE_MAX 4096      /* bytes of a field */
#define TEXT_MAX (64 * 1024) /* bytes of a text for indicators */
#define TEXTS_MAX 100000
#define PROBLEMS_MAX 100

char *
mado_format_visible (const char *value, gsize max)
{
  g_autofree char *visible = value == NULL ? NULL : mado_text_visible (value);

  return visible == NULL ? NULL : mado_text_truncate (g_strstrip (visible), max);
}

/* The forms of RFC 5322, 3.3, and its obsolete ones; day names are not looked at. */
static gint64
read_mail_time (const char *text)
{
  static const char *const forms[] = { "%d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M %z", "%d %b %Y %H:%M:%S", NULL };
  const char *comma = strchr (text, ',');
  const char *start = comma == NULL ? text : comma + 1;
  locale_t plain = newlocale (LC_ALL_MASK, "C", (locale_t) 0);
  gint64 seconds = 0;

  for (gsize i = 0; plain != (locale_t) 0 && forms[i] != NULL && seconds == 0; i++) {
    struct tm when = { 0 };
    if (strptime_l (start + strspn (start, " \t"), forms[i], &when, plain) != NULL) {
      long offset = when.tm_gmtoff; /* timegm() takes no notice of it */
      seconds = (gint64) timegm (&when) - offset;
    }
  }
  if (plain != (locale_t) 0)
    freelocale (plain);
  return seconds;
}

gint64
mado_format_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *plain = text == NULL || strlen (text) > 100 ? NULL : g_strstrip (g_strdup (text));
  g_autoptr (GDateTime) when = NULL;

  if (plain == NULL || *plain == '\0')
    return 0;
  if (strlen (plain) > 10 && plain[10] == ' ')
    plain[10] = 'T'; /* RFC 3339, 5.6, allows a blank */
  when = g_date_time_new_from_iso8601 (plain, utc);
  if (when != NULL)
    return g_date_time_to_unix (when);
  return read_mail_time (text);
}

/* The text of the part, when mail/ decoded it. */
static const char *
find_text (const MadoDocument *document, const MadoSource *source)
{
  for (guint i = 0; source != NULL && i < source->stretches->len; i++) {
    const MadoStretch *stretch = source->stretches->pdata[i];
    if (strcmp (stretch->part, document->part) == 0 && !stretch->is_header && stretch->offset == 0)
      return stretch->text;
  }
  return NULL;
}

char *
mado_format_text (const MadoDocument *document, const MadoFormatOutput *output, gsize max)
{
  const char *text = find_text (document, output->source);
  gsize size;
  const char *bytes = g_bytes_get_data (document->bytes, &size);

  if (text != NULL)
    return mado_text_truncate (text, max);
  if (size >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0) {
    bytes += 3;
    size -= 3;
  }
  return g_utf8_make_valid (bytes, (gssize) MIN (size, max));
}

void
mado_format_problem (MadoFormatOutput *output, const MadoDocument *document, const char *format, ...)
{
  va_list arguments;

  if (output->problems->len >= PROBLEMS_MAX)
    return;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *sentence = g_strdup_printf (N_ ("Part %s: %s"), document->part, what);
  g_ptr_array_add (output->problems, mado_format_visible (sentence, VALUE_MAX));
}

void
mado_format_output_init (MadoFormatOutput *output, const MadoConf *conf)
{
  output->conf = conf;
  output->records = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_report_record_free);
  output->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_stretch_free);
  output->problems = g_ptr_array_new_with_free_func (g_free);
  output->external_ids = g_ptr_array_new_with_free_func (g_free);
}

void
mado_format_output_clear (MadoFormatOutput *output)
{
  g_clear_pointer (&output->records, g_ptr_array_unref);
  g_clear_pointer (&output->texts, g_ptr_array_unref);
  g_clear_pointer (&output->problems, g_ptr_array_unref);
  g_clear_pointer (&output->external_ids, g_ptr_array_unref);
}

/* --- one record ------------------------------------------------------------------------------------------- */

MadoRecordDraft *
mado_record_draft_new (MadoFormatOutput *output, const MadoDocument *document, const char *format)
{
  MadoRecordDraft *draft = g_new0 (MadoRecordDraft, 1);

  draft->output = output;
  draft->record = mado_report_record_new ();
  draft->record->format = g_strdup (format);
  draft->record->part = g_strdup (document->part);
  draft->record->is_signed = document->is_signed;
  draft->record->is_evidence = document->is_evidence;
  draft->fields = g_ptr_array_new_with_free_func (g_free);
  draft->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  draft->sources = g_ptr_array_new_with_free_func (g_free);
  draft->targets = g_ptr_array_new_with_free_func (g_free);
  draft->references = g_ptr_array_new_with_free_func (g_free);
  return draft;
}

void
mado_record_draft_free (MadoRecordDraft *draft)
{
  if (draft == NULL)
    return;
  mado_report_record_free (draft->record);
  g_ptr_array_unref (draft->fields);
  g_hash_table_unref (draft->names);
  g_ptr_array_unref (draft->sources);
  g_ptr_array_unref (draft->targets);
  g_ptr_array_unref (draft->references);
  g_free (draft);
}

static void
add_text (MadoRecordDraft *draft, const char *name, const char *value, gboolean is_evidence)
{
  g_autofree char *visible = mado_format_visible (value, TEXT_MAX);
  MadoStretch *stretch;

  if (visible == NULL || *visible == '\0')
    return;
  if (draft->output->texts->len >= TEXTS_MAX) {
    draft->was_cut = TRUE;
    return;
  }
  stretch = mado_stretch_new ();
  stretch->part = g_strdup_printf ("field %s", name);
  stretch->text = g_steal_pointer (&visible);
  stretch->is_signed = draft->record->is_signed;
  stretch->is_evidence = is_evidence;
  g_ptr_array_add (draft->output->texts, stretch);
}

void
mado_record_draft_text (MadoRecordDraft *draft, const char *name, const char *value)
{
  add_text (draft, name, value, draft->record->is_evidence);
}

void
mado_record_draft_evidence (MadoRecordDraft *draft, const char *name, const char *value)
{
  add_text (draft, name, value, TRUE);
}

/* (transfer full) @name, numbered when it is taken. */
static char *
free_name (MadoRecordDraft *draft, const char *name)
{
  g_autofree char *visible = mado_format_visible (name, VALUE_MAX / 2);
  guint next = GPOINTER_TO_UINT (g_hash_table_lookup (draft->names, visible));
  char *numbered;

  if (next == 0) {
    g_hash_table_insert (draft->names, g_strdup (visible), GUINT_TO_POINTER (1));
    return g_steal_pointer (&visible);
  }
  for (numbered = NULL; numbered == NULL; next++) {
    numbered = g_strdup_printf ("%s[%u]", visible, next);
    if (g_hash_table_contains (draft->names, numbered))
      g_clear_pointer (&numbered, g_free);
  }
  g_hash_table_insert (draft->names, g_strdup (numbered), GUINT_TO_POINTER (1));
  g_hash_table_insert (draft->names, g_strdup (visible), GUINT_TO_POINTER (next));
  return numbered;
}

void
mado_record_draft_note (MadoRecordDraft *draft, const char *name, const char *value)
{
  g_autofree char *visible = mado_format_visible (value, VALUE_MAX);

  if (visible == NULL || *visible == '\0')
    return;
  if (draft->fields->len / 2 >= MADO_FORMAT_ITEMS_MAX || draft->output->fields >= MADO_FORMAT_FIELDS_MAX) {
    draft->was_cut = TRUE;
    return;
  }
  draft->output->fields++;
  g_ptr_array_add (draft->fields, free_name (draft, name));
  g_ptr_array_add (draft->fields, g_steal_pointer (&visible));
}

void
mado_record_draft_field (MadoRecordDraft *draft, const char *name, const char *value)
{
  mado_record_draft_text (draft, name, value);
  mado_record_draft_note (draft, name, value);
}

static void
add_once (MadoRecordDraft *draft, GPtrArray *list, const char *value)
{
  g_autofree char *visible = mado_format_visible (value, VALUE_MAX);

  if (visible == NULL || *visible == '\0' || g_ptr_array_find_with_equal_func (list, visible, g_str_equal, NULL))
    return;
  if (list->len >= MADO_FORMAT_ITEMS_MAX)
    draft->was_cut = TRUE;
  else
    g_ptr_array_add (list, g_steal_pointer (&visible));
}

void
mado_record_draft_source (MadoRecordDraft *draft, const char *value)
{
  add_once (draft, draft->sources, value);
}

void
mado_record_draft_target (MadoRecordDraft *draft, const char *value)
{
  add_once (draft, draft->targets, value);
}

void
mado_record_draft_reference (MadoRecordDraft *draft, const char *value)
{
  add_once (draft, draft->references, value);
}

/* Empties @list. */
static void
move_strings (char ***to, GPtrArray *list)
{
  g_strfreev (*to);
  g_ptr_array_add (list, NULL);
  *to = g_strdupv ((char **) list->pdata);
  g_ptr_array_set_size (list, 0);
}

void
mado_record_draft_finish (MadoRecordDraft *draft)
{
  MadoFormatOutput *output = draft->output;
  MadoReportRecord *record = draft->record;

  if (draft->was_cut && output->problems->len < PROBLEMS_MAX) {
    g_autofree char *sentence = g_strdup_printf ("Part %s: a report has more fields than are kept; the raw mail has all of them.", record->part);
    g_ptr_array_add (output->problems, g_steal_pointer (&sentence));
  }
  move_strings (&record->fields, draft->fields);
  move_strings (&record->sources, draft->sources);
  move_strings (&record->targets, draft->targets);
  move_strings (&record->references, draft->references);
  mado_record_clamp (&mado_report_record_type, record);
  if (output->records->len < MADO_FORMAT_RECORDS_MAX)
    g_ptr_array_add (output->records, g_steal_pointer (&draft->record));
  else if (output->left_out++ == 0)
    g_ptr_array_add (output->problems, g_strdup ("The mail brings more records than are kept; the raw mail has all of them."));
  mado_record_draft_free (draft);
}
