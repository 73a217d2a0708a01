/* form.c: see form.h. Called by formats.c, in the opener's child. */
#include "madoguchi/report/form.h"

#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/report/form-match.h"
#include "madoguchi/report/form-value.h"

#include <string.h>

#define ADDRESS_MAX 320

static const char *
text_of (const MadoFormFound *found)
{
  return found->meaning != NULL ? found->meaning : found->value;
}

static void
set_once (char **to, const char *value)
{
  if (*to == NULL && value != NULL)
    *to = mado_format_visible (value, 65536);
}

static void
set_time (gint64 *to, const MadoFormFound *found)
{
  gint64 when = found->meaning == NULL ? 0 : mado_format_time (found->meaning);

  if (*to == 0)
    *to = when;
}

static void
add_addresses (MadoRecordDraft *draft, const MadoFormFound *found, void (*add) (MadoRecordDraft *draft, const char *value))
{
  g_auto (GStrv) all = found->value == NULL ? g_new0 (char *, 1) : mado_form_value_addresses (found->value);

  for (guint i = 0; all[i] != NULL; i++)
    add (draft, all[i]);
}

static MadoMailbox *
reporter_of (MadoReportRecord *record)
{
  if (record->reporter == NULL)
    record->reporter = mado_mailbox_new ();
  return record->reporter;
}

static void
place_person (MadoReportRecord *record, const MadoFormFound *found)
{
  MadoFormPlace place = mado_form_match_place (found);

  if (found->value == NULL)
    return;
  if (place == MADO_FORM_TO_REPORTER_NAME)
    set_once (&reporter_of (record)->name, found->value);
  else if (place == MADO_FORM_TO_REPORTER_ADDRESS && found->meaning != NULL && strlen (found->meaning) <= ADDRESS_MAX)
    set_once (&reporter_of (record)->address, found->meaning);
  else if (place == MADO_FORM_TO_ORGANIZATION)
    set_once (&record->organization, found->value);
}

static void
place_time (MadoReportRecord *record, const MadoFormFound *found)
{
  MadoFormPlace place = mado_form_match_place (found);

  if (place == MADO_FORM_TO_REPORTED)
    set_time (&record->reported, found);
  else if (place == MADO_FORM_TO_DETECTED)
    set_time (&record->detected, found);
  else if (place == MADO_FORM_TO_STARTED)
    set_time (&record->started, found);
  else if (place == MADO_FORM_TO_ENDED)
    set_time (&record->ended, found);
}

/* What the form itself calls the first choice that was taken; else what was written. */
static const char *
word_of (const MadoFormFound *found, const MadoFormItem *item)
{
  guint64 chosen = found->value == NULL || item == NULL || item->choices->len == 0 ? 0 : mado_form_choose (found->value, item->choices, item->many);

  for (guint i = 0; chosen != 0; i++, chosen >>= 1) {
    const MadoFormChoice *choice = item->choices->pdata[i];
    if (chosen & 1)
      return choice->words[0];
  }
  return found->value;
}

/* A category has to come out of a choice: free text is none. */
static void
place_case (MadoRecordDraft *draft, const MadoFormFound *found, const MadoFormItem *item)
{
  MadoReportRecord *record = draft->record;

  switch (mado_form_match_place (found)) {
  case MADO_FORM_TO_SOURCE:
    add_addresses (draft, found, mado_record_draft_source);
    break;
  case MADO_FORM_TO_TARGET:
    add_addresses (draft, found, mado_record_draft_target);
    break;
  case MADO_FORM_TO_REFERENCE:
    mado_record_draft_reference (draft, found->value);
    break;
  case MADO_FORM_TO_TITLE:
    set_once (&record->title, found->value);
    break;
  case MADO_FORM_TO_DESCRIPTION:
    set_once (&record->description, found->value);
    break;
  case MADO_FORM_TO_REQUEST:
    set_once (&record->request, text_of (found));
    break;
  case MADO_FORM_TO_CATEGORY:
    if (found->meaning != NULL && strchr (found->meaning, ';') == NULL && strchr (found->meaning, ':') != NULL)
      set_once (&record->category, found->meaning);
    set_once (&record->type, word_of (found, item));
    break;
  case MADO_FORM_TO_TYPE:
    set_once (&record->type, word_of (found, item));
    break;
  case MADO_FORM_TO_ID:
    set_once (&record->id, found->value);
    break;
  case MADO_FORM_TO_TLP:
    set_once (&record->tlp, mado_tlp_name (mado_tlp_level (text_of (found))));
    break;
  default:
    break;
  }
}

/* (transfer full) what a choice came to stands among the fields; what was written there is a list of boxes. */
static char *
field_value (const MadoFormFound *found, const MadoFormItem *item)
{
  return g_strdup (item != NULL && (item->kind == MADO_FORM_KIND_CHOICE || item->kind == MADO_FORM_KIND_BOXES) ? text_of (found) : found->value);
}

static const MadoFormTemplate *
find_template (const MadoFormTemplates *templates, const char *name)
{
  for (guint t = 0; t < templates->all->len; t++) {
    const MadoFormTemplate *form = templates->all->pdata[t];
    if (strcmp (form->name, name) == 0)
      return form;
  }
  return NULL;
}

static const MadoFormItem *
find_item (const MadoFormTemplate *form, const char *name)
{
  for (guint i = 0; form != NULL && i < form->items->len; i++) {
    const MadoFormItem *item = form->items->pdata[i];
    if (!item->is_section && strcmp (item->name, name) == 0)
      return item;
  }
  return NULL;
}

static MadoRecordDraft *
make_record (const MadoFormTemplates *templates, const MadoFormFit *match, const MadoStretch *stretch, MadoFormatOutput *output)
{
  const MadoFormTemplate *form = find_template (templates, match->template_name);
  MadoDocument document = { .part = stretch->part, .is_signed = stretch->is_signed, .is_evidence = stretch->is_evidence || match->is_quoted };
  MadoRecordDraft *draft = mado_record_draft_new (output, &document, "form");

  draft->record->version = g_strdup (match->template_name);
  for (guint i = 0; i < match->found->len; i++) {
    const MadoFormFound *found = match->found->pdata[i];
    const MadoFormItem *item = find_item (form, found->name);
    g_autofree char *value = field_value (found, item);
    mado_record_draft_note (draft, found->name, value);
    place_person (draft->record, found);
    place_time (draft->record, found);
    place_case (draft, found, item);
  }
  set_once (&draft->record->category, form == NULL ? NULL : form->category);
  return draft;
}

/* @text without blanks: HTML and plain text break lines in different places. */
static gboolean
is_same_text (const char *a, const char *b)
{
  for (;;) {
    while (g_ascii_isspace (*a))
      a++;
    while (g_ascii_isspace (*b))
      b++;
    if (*a != *b)
      return FALSE;
    if (*a == '\0')
      return TRUE;
    a++;
    b++;
  }
}

static gboolean
is_known (const MadoFormatOutput *output, const MadoRecordDraft *draft)
{
  for (guint r = 0; r < output->records->len; r++) {
    const MadoReportRecord *record = output->records->pdata[r];
    guint n = g_strv_length (record->fields), same = 0;
    if (strcmp (record->format, "form") != 0 || strcmp (record->version, draft->record->version) != 0 || n != draft->fields->len
        || record->is_evidence != draft->record->is_evidence)
      continue;
    while (same < n && is_same_text (record->fields[same], draft->fields->pdata[same]))
      same++;
    if (same == n)
      return TRUE;
  }
  return FALSE;
}

void
mado_form_read (const MadoFormTemplates *templates, const MadoStretch *stretch, const char *subject, gsize *left,
                MadoFormatOutput *output)
{
  g_autofree char *cut = strlen (stretch->text) > *left ? mado_text_truncate (stretch->text, *left) : NULL;
  const char *text = cut != NULL ? cut : stretch->text;
  g_autoptr (GPtrArray) matches = mado_form_match_find (templates, text, stretch->is_evidence ? NULL : subject);
  MadoDocument document = { .part = stretch->part };

  *left -= MIN (*left, strlen (text));
  for (guint i = 0; i < matches->len; i++) {
    const MadoFormFit *match = matches->pdata[i];
    MadoRecordDraft *draft;
    if (!match->is_chosen)
      continue;
    if (match->filled == 0) {
      mado_format_problem (output, &document, "the form \"%s\" is there, and nothing is filled in.", match->template_name);
      continue;
    }
    draft = make_record (templates, match, stretch, output);
    if (is_known (output, draft))
      mado_record_draft_free (draft);
    else
      mado_record_draft_finish (draft);
  }
}

/* --- for those who write templates ------------------------------------------------------------------------ */

static void
study_text (MadoReport *report, const MadoStretch *stretch, const MadoFormTemplates *templates, gsize *left)
{
  g_autofree char *text = mado_text_truncate (stretch->text, *left);
  g_autoptr (GPtrArray) matches = mado_form_match_find (templates, text, stretch->is_evidence ? NULL : report->subject);

  *left -= strlen (text);
  for (guint i = 0; i < matches->len; i++) {
    MadoFormFit *match = matches->pdata[i];
    match->part = g_strdup (stretch->part);
    match->is_quoted = match->is_quoted || stretch->is_evidence;
    g_ptr_array_add (report->report->forms, mado_form_fit_copy (match));
  }
}

static gboolean
has_row (const MadoReport *report, const char *name)
{
  for (guint i = 0; i < report->report->forms->len; i++) {
    const MadoFormFit *match = report->report->forms->pdata[i];
    if (strcmp (match->template_name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

void
mado_form_study (MadoReport *report, MadoSource *source, const MadoConf *conf, gconstpointer forms)
{
  const MadoFormTemplates *templates = forms;
  gsize left = MADO_FORM_MAIL_MAX;

  (void) conf;
  if (report->report == NULL)
    report->report = mado_report_body_new ();
  for (guint i = 0; i < source->stretches->len; i++) {
    const MadoStretch *stretch = source->stretches->pdata[i];
    if (!stretch->is_header)
      study_text (report, stretch, templates, &left);
  }
  for (guint t = 0; t < templates->all->len; t++) {
    const MadoFormTemplate *form = templates->all->pdata[t];
    MadoFormFit *match;
    if (has_row (report, form->name))
      continue;
    match = mado_form_fit_new ();
    match->template_name = g_strdup (form->name);
    match->title = g_strdup (form->title);
    match->needed = form->needed;
    match->decided = g_strdup (N_ ("none of its labels is there"));
    g_ptr_array_add (report->report->forms, match);
  }
}
