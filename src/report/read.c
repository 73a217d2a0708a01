/* read.c: see read.h. */
#include "madoguchi/report/read.h"

#include "madoguchi/model/stretch.h"
#include "madoguchi/report/case-ids.h"
#include "madoguchi/report/formats.h"
#include "madoguchi/report/indicators.h"
#include "madoguchi/report/language.h"
#include "madoguchi/report/marking.h"

static void
read_language (MadoReport *report)
{
  const char *language = mado_language_guess (report->text);

  if (language == NULL)
    language = mado_language_guess (report->subject);
  g_free (report->language);
  report->language = g_strdup (language);
}

/* Marks bind also when they stand in what was quoted or forwarded: who set them is not asked. */
static void
read_marking (MadoReport *report, GPtrArray *stretches)
{
  MadoMarking marking = { mado_tlp_level (report->report->tlp), mado_tlp_level (report->report->pap) };

  if (report->subject != NULL)
    mado_marking_read (&marking, report->subject, TRUE);
  for (guint i = 0; i < stretches->len; i++) {
    const MadoStretch *stretch = g_ptr_array_index (stretches, i);
    mado_marking_read (&marking, stretch->text, FALSE);
  }
  g_free (report->report->tlp);
  report->report->tlp = g_strdup (mado_tlp_name (marking.tlp));
  g_free (report->report->pap);
  report->report->pap = g_strdup (mado_pap_name (marking.pap));
}

static char **
to_strv (char **old, GPtrArray *more)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) old);
  for (guint i = 0; i < more->len; i++)
    if (!g_strv_contains ((const char *const *) old, g_ptr_array_index (more, i)))
      g_strv_builder_add (builder, g_ptr_array_index (more, i));
  g_strfreev (old);
  return g_strv_builder_end (builder);
}

/* Not from what was forwarded: that is another correspondence. */
static void
read_case_ids (MadoReport *report, GPtrArray *stretches, const char *own)
{
  g_auto (MadoCaseIds) ids = { 0 };

  mado_case_ids_init (&ids);
  if (report->subject != NULL)
    mado_case_ids_read (&ids, report->subject, TRUE, own);
  for (guint i = 0; i < stretches->len; i++) {
    const MadoStretch *stretch = g_ptr_array_index (stretches, i);
    if (g_str_has_suffix (stretch->part, "ARF")) /* "header X-ARF" says what the mail is */
      continue;
    if (g_str_has_prefix (stretch->part, "header "))
      mado_case_ids_read_field (&ids, stretch->text, own);
    else if (stretch->is_prose && !stretch->is_evidence)
      mado_case_ids_read (&ids, stretch->text, FALSE, own);
  }
  report->report->external_ids = to_strv (report->report->external_ids, ids.all);
  report->report->thread_ids = to_strv (report->report->thread_ids, ids.threads);
}

/* What stood outside, without a look at what stood inside: a guess outside must not be confirmed. */
static void
read_outer_ids (MadoReport *report, const char *own)
{
  g_auto (MadoCaseIds) ids = { 0 };

  if (report->encryption == MADO_ENCRYPTION_NONE || report->outer_subject == NULL)
    return;
  mado_case_ids_init (&ids);
  mado_case_ids_read (&ids, report->outer_subject, TRUE, own);
  report->report->outer_ids = to_strv (report->report->outer_ids, ids.all);
}

void
mado_report_interpret (MadoReport *report, MadoSource *source, const MadoConf *conf, gconstpointer forms)
{
  GPtrArray *stretches = source->stretches;

  read_language (report);
  if (report->report == NULL)
    report->report = mado_report_body_new ();
  mado_formats_read (report, source, conf, forms);
  read_marking (report, stretches);
  read_case_ids (report, stretches, mado_conf_string (conf, "team", "ticket-prefix"));
  read_outer_ids (report, mado_conf_string (conf, "team", "ticket-prefix"));
  mado_indicators_read (report, stretches, conf);
}
