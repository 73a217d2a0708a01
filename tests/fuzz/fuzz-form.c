/* Fuzz target: forms. The input is a text in which the shipped templates look for forms; or, when it begins with "[form]",
 * a template, which then looks at its own file. */
#include "madoguchi/report/form-file.h"
#include "madoguchi/report/form-match.h"
#include "madoguchi/report/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
need (gboolean claim)
{
  if (!claim)
    abort ();
}

static gint64
count_lines (const char *text)
{
  gint64 lines = 1;

  for (; *text != '\0'; text++)
    lines += *text == '\n';
  return lines;
}

/* What was found stands in the text. */
static void
check_found (const MadoFormFit *fit, const char *text)
{
  gint64 filled = 0, line = 0;

  for (guint i = 0; i < fit->found->len; i++) {
    const MadoFormFound *found = fit->found->pdata[i];
    need (found->line >= fit->first_line && found->line <= fit->last_line && found->line > line - 1);
    need (found->label != NULL && *found->label != '\0');
    need (found->value == NULL || *found->value != '\0');
    need (found->value == NULL || strchr (found->value, '\n') != NULL || strstr (text, found->value) != NULL);
    filled += found->value != NULL;
    line = found->line;
  }
  need (filled == fit->filled && (gint64) fit->found->len == fit->labels);
}

/* What is chosen is a form, and stands alone. */
static void
check_fits (const GPtrArray *fits, const char *text)
{
  gint64 lines = count_lines (text);

  for (guint i = 0; i < fits->len; i++) {
    const MadoFormFit *fit = fits->pdata[i];
    need (fit->labels > 0 && fit->score >= fit->labels && (!fit->is_form || fit->labels >= fit->needed));
    need (fit->first_line >= 1 && fit->last_line <= lines && (!fit->is_chosen || fit->is_form));
    check_found (fit, text);
    for (guint other = 0; other < i && fit->is_chosen; other++) {
      const MadoFormFit *before = fits->pdata[other];
      need (!before->is_chosen || before->last_line < fit->first_line || before->first_line > fit->last_line);
    }
  }
}

/* Records fit into their caps, as they are sent on. */
static void
check_records (const MadoFormTemplates *templates, const char *text)
{
  g_auto (MadoFormatOutput) output = { 0 };
  g_autoptr (MadoStretch) stretch = mado_stretch_new ();
  gsize left = strlen (text) / 2 + 1;

  mado_format_output_init (&output, NULL);
  stretch->part = g_strdup ("1");
  stretch->text = g_strdup (text);
  mado_form_read (templates, stretch, text, &left, &output);
  for (guint i = 0; i < output.records->len; i++) {
    MadoReportRecord *record = output.records->pdata[i];
    g_autoptr (GBytes) plain = mado_record_to_bytes (&mado_report_record_type, record);
    g_autoptr (MadoReportRecord) again = mado_record_from_bytes (&mado_report_record_type, plain, NULL);
    need (again != NULL && record->fields[0] != NULL);
  }
}

static const MadoFormTemplates *
shipped (void)
{
  static gsize once;
  static MadoFormTemplates *templates;

  if (g_once_init_enter (&once)) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MadoConf) conf = mado_conf_parse ("[formats]\nforms = " MADO_FORMS "\n", "fuzz.conf", &error);
    templates = conf == NULL ? NULL : mado_form_templates_load (conf, NULL, &error);
    need (templates != NULL && templates->all->len >= 6);
    g_once_init_leave (&once, 1);
  }
  return templates;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *copy = g_strndup ((const char *) bytes, size), *text = g_utf8_make_valid (copy, -1);
  g_autoptr (MadoFormTemplates) own = NULL;
  const MadoFormTemplates *templates = shipped ();
  g_autoptr (GPtrArray) fits = NULL;

  if (g_str_has_prefix (text, "[form]")) {
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    own = mado_form_templates_new ();
    need (mado_form_templates_add (own, "own", "own.form", text, problems, NULL));
    need ((problems->len == 0) == (own->all->len == 1));
    mado_form_templates_seal (own);
    templates = own;
  }
  fits = mado_form_match_find (templates, text, text);
  check_fits (fits, text);
  check_records (templates, text);
  return 0;
}
