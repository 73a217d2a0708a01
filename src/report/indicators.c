/* indicators.c: see indicators.h. Called by read.c in the opener's child. */
#include "madoguchi/report/indicators.h"

#include "madoguchi/report/indicator-scan.h"

/* Fingerprints of keys that the mail itself is about: nobody's digests. */
static GPtrArray *
collect_keys (const MadoReport *report, const MadoConf *conf)
{
  GPtrArray *keys = g_ptr_array_new ();
  const char *own = mado_conf_string (conf, "team", "key");

  if (own != NULL)
    g_ptr_array_add (keys, (gpointer) own);
  if (report->signer != NULL && report->signer->fingerprint != NULL)
    g_ptr_array_add (keys, report->signer->fingerprint);
  for (guint i = 0; i < report->keys_offered->len; i++) {
    const MadoOfferedKey *key = g_ptr_array_index (report->keys_offered, i);
    if (key->fingerprint != NULL)
      g_ptr_array_add (keys, key->fingerprint);
  }
  return keys;
}

static void
add_text (MadoIndicatorScan *scan, const char *part, const char *text, gboolean is_signed)
{
  g_autoptr (MadoStretch) stretch = mado_stretch_new ();

  stretch->part = g_strdup (part);
  stretch->text = g_strdup (text);
  stretch->is_signed = is_signed;
  mado_indicator_scan_add (scan, stretch);
}

static gboolean
is_all_signed (const MadoReport *report)
{
  return report->signature == MADO_SIGNATURE_GOOD || report->signature == MADO_SIGNATURE_GOOD_UNTRUSTED;
}

static void
add_report (MadoIndicatorScan *scan, const MadoReport *report)
{
  if (report->subject != NULL)
    add_text (scan, "subject", report->subject, is_all_signed (report) && g_strcmp0 (report->subject_source, "protected") == 0);
}

static void
add_problem (MadoReport *report, const char *problem)
{
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();

  g_strv_builder_addv (problems, (const char **) report->problems);
  g_strv_builder_add (problems, problem);
  g_strfreev (report->problems);
  report->problems = g_strv_builder_end (problems);
}

void
mado_indicators_read (MadoReport *report, GPtrArray *stretches, const MadoConf *conf)
{
  g_autoptr (GPtrArray) keys = collect_keys (report, conf);
  MadoIndicatorPolicy policy = {
    .team = mado_conf_list (conf, "team", "address"),
    .ignore = mado_conf_list (conf, "indicators", "ignore"),
    .reporter = report->from == NULL ? NULL : report->from->address,
    .keys = keys,
    .keep_examples = mado_conf_bool (conf, "indicators", "examples"),
    .max = (guint) mado_conf_int (conf, "indicators", "max"),
    .bytes = (gsize) mado_conf_int (conf, "indicators", "text"),
  };
  g_autoptr (MadoIndicatorScan) scan = mado_indicator_scan_new (&policy);
  gboolean was_cut = FALSE;

  add_report (scan, report);
  for (guint i = 0; i < stretches->len; i++) {
    const MadoStretch *stretch = g_ptr_array_index (stretches, i);
    if (!g_str_has_prefix (stretch->part, "header "))
      mado_indicator_scan_add (scan, stretch);
  }
  g_ptr_array_unref (report->indicators);
  report->indicators = mado_indicator_scan_finish (scan, &was_cut);
  if (was_cut)
    add_problem (report, "There are more indicators, or more text, than are looked for ([indicators]); the raw mail has all of it.");
}
