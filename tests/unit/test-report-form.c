/* Forms in texts: which template fits, where a value ends, what becomes a record. */
#include "madoguchi/report/form.h"

#include "madoguchi/report/form-match.h"
#include "madoguchi/report/form-value.h"

#include <string.h>

static const char alpha[] = "[form]\ntitle = Alpha\nmarkers = The Alpha Report\nneeded = 3\nzone = JST\nignore = please fill in\n"
                            "[section us]\nlabels = Our side\nnumber = 1\n[section them]\nlabels = Their side\nnumber = 2\n"
                            "[field name]\nlabels = Name\nto = reporter-name\n"
                            "[field kind]\nlabels = Kind\nkind = choice\nto = category\nchoice-1 = Scan\nmeaning-1 = information-gathering:scanner\n"
                            "choice-2 = Virus\n"
                            "meaning-2 = malicious-code:infected-system\notherwise = other:undetermined\n"
                            "[field target]\nsection = us\nlabels = Address\nkind = addresses\nto = target\n"
                            "[field source]\nsection = them\nlabels = Address\nkind = addresses\nto = source\n"
                            "[field when]\nlabels = When\nkind = time\nto = started\n"
                            "[field what]\nlabels = What; 内容\nkind = text\nto = description\n[field logs]\nlabels = Logs\nkind = text\n";
static const char beta[] = "[form]\ntitle = Beta\nneeded = 2\nsubjects = beta form\n[field name]\nlabels = Name\n"
                           "[field colour]\nlabels = Colour\n[field size]\nlabels = Size\n";

static MadoFormTemplates *
templates_new (void)
{
  MadoFormTemplates *templates = mado_form_templates_new ();
  g_autoptr (GError) error = NULL;

  mado_form_templates_add (templates, "alpha", "alpha.form", alpha, NULL, &error);
  g_assert_no_error (error);
  mado_form_templates_add (templates, "beta", "beta.form", beta, NULL, &error);
  g_assert_no_error (error);
  mado_form_templates_seal (templates);
  return templates;
}

/* The chosen forms as "template: field=value; ...", one per line. */
static char *
find (const char *text, const char *subject)
{
  g_autoptr (MadoFormTemplates) templates = templates_new ();
  g_autoptr (GPtrArray) fits = mado_form_match_find (templates, text, subject);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < fits->len; i++) {
    const MadoFormFit *fit = fits->pdata[i];
    if (!fit->is_chosen)
      continue;
    g_string_append_printf (out, "%s%s:", out->len > 0 ? "\n" : "", fit->template_name);
    for (guint n = 0; n < fit->found->len; n++) {
      const MadoFormFound *found = fit->found->pdata[n];
      g_string_append_printf (out, " %s=%s", found->name, found->value == NULL ? "-" : found->value);
    }
  }
  return g_string_free (out, FALSE);
}

static const struct {
  const char *text, *found;
} texts[] = {
  { "Name: A\nColour: red\n", "beta: name=A colour=red" },
  { "Name: A\n\n\nColour:\nred\n", "beta: name=A colour=red" },
  { "Name:\n\nA\nColour:\n\n\nnobody\n", "beta: name=A colour=-" },
  { "Name: A\n  of B\nUnit: C\nColour: red\n\nThanks\n", "beta: name=A\n  of B colour=red" },
  { "Name: [ A ]\nColour: (none)\nSize: ____\n", "beta: name=A colour=- size=-" },
  { "Name: A\nWhat: it\nis\n\nWhen: never\nName: again\nOur side: x\nLogs: 1\nWhat: 2\n",
    "alpha: name=A what=it\nis\n\nWhen: never\nName: again\nOur side: x logs=1\nWhat: 2" },
  { "1. Our side\nAddress: 192.0.2.1\n2. Their side\nAddress: 192.0.2.2\nName: A\n", "alpha: target=192.0.2.1 source=192.0.2.2 name=A" },
  { "2. Their side\nAddress: 192.0.2.2\n1. Our side\nAddress: 192.0.2.1\nName: A\n", "alpha: source=192.0.2.2 target=192.0.2.1 name=A" },
  { "Name: A\nAddress: 192.0.2.1\nAddress: 192.0.2.2\n", "alpha: name=A target=192.0.2.1 source=192.0.2.2" },
  { "The Alpha Report\nName: A\nWhat: x\nplease fill in this\ny\n", "alpha: name=A what=x\ny" },
  { "The Alpha Report\nName: A\nKind: [x] Virus\n[ ] Scan\nThe Alpha Report\nName: B\nKind: Scan\n",
    "alpha: name=A kind=[x] Virus\n[ ] Scan\nalpha: name=B kind=Scan" },
  { "Name: A\nColour: red\nName: B\nColour: blue\n", "beta: name=A colour=red\nbeta: name=B colour=blue" },
  { "We have read the whole of The Alpha Report, and ask for another copy of it\nName: A\nWhat: x\n", "" },
  { "Name: A\nWhat: x\n-- \nWhen: 2026-11-20\nColour: red\n", "" },
  { "> Name: A\n> Colour: red\n", "beta: name=A colour=red" },
  { "", "" },
};

static void
test_texts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *found = find (texts[i].text, NULL);
    g_test_message ("%s", texts[i].text);
    g_assert_cmpstr (found, ==, texts[i].found);
  }
}

static void
test_subject (void)
{
  static const char thin[] = "[form]\ntitle = T\nneeded = 5\nneeded-named = 1\nsubjects = 事案の報告\n[field name]\nlabels = Name\n";
  g_autoptr (MadoFormTemplates) templates = mado_form_templates_new ();
  g_autoptr (GPtrArray) with = NULL, without = NULL;
  const MadoFormFit *fit;

  mado_form_templates_add (templates, "thin", "thin.form", thin, NULL, NULL);
  mado_form_templates_seal (templates);
  with = mado_form_match_find (templates, "Name: A\n", "Re: 事案の 報告 (3)");
  without = mado_form_match_find (templates, "Name: A\n", "Re: other");
  fit = with->pdata[0];
  g_assert_true (fit->is_chosen);
  fit = without->pdata[0];
  g_assert_false (fit->is_form);
  g_assert_cmpint (fit->needed, ==, 5);
}

static void
test_typical (void)
{
  static const char form[] = "[form]\ntitle = T\nmarkers = The Report\nneeded = 2\none-of = kind\n[field name]\nlabels = Name\n[field tel]\nlabels = Tel\n"
                             "[field kind]\nlabels = Kind\n";
  g_autoptr (MadoFormTemplates) templates = mado_form_templates_new ();
  static const struct {
    const char *text;
    gboolean is_form;
  } cases[] = { { "Name: A\nTel: 1\n", FALSE }, { "Name: A\nKind: x\n", TRUE }, { "Kind: x\n", FALSE }, { "The Report\nName: A\nTel: 1\n", TRUE } };

  mado_form_templates_add (templates, "t", "t.form", form, NULL, NULL);
  mado_form_templates_seal (templates);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) fits = mado_form_match_find (templates, cases[i].text, NULL);
    const MadoFormFit *fit = fits->pdata[0];
    g_assert_cmpint (fit->is_form, ==, cases[i].is_form);
    g_assert_cmpint (fit->is_chosen, ==, cases[i].is_form);
  }
}

static MadoStretch *
stretch_new (const char *text)
{
  MadoStretch *stretch = mado_stretch_new ();

  stretch->part = g_strdup ("1.1");
  stretch->text = g_strdup (text);
  stretch->is_signed = TRUE;
  stretch->is_prose = TRUE;
  return stretch;
}

static void
test_record (void)
{
  g_autoptr (MadoFormTemplates) templates = templates_new ();
  g_autoptr (MadoStretch) stretch = stretch_new ("The Alpha Report\nName: A\nKind: Virus\nAddress: 192.0.2.1, hxxp://a[.]test/x\nAddress: (b.test)\n"
                                                 "When: 2026-11-20 09:00\nWhat: x\ny\nLogs: z\n");
  g_autoptr (MadoStretch) page = stretch_new ("The Alpha Report\nName:  A\nKind: Virus\nAddress: 192.0.2.1, hxxp://a[.]test/x\nAddress: (b.test)\n"
                                              "When: 2026-11-20 09:00\nWhat: x y\nLogs: z\n");
  g_auto (MadoFormatOutput) output = { 0 };
  gsize left = 100000;
  const MadoReportRecord *record;

  mado_format_output_init (&output, NULL);
  mado_form_read (templates, stretch, NULL, &left, &output);
  g_assert_cmpuint (left, ==, 100000 - strlen (stretch->text));
  g_assert_cmpuint (output.records->len, ==, 1);
  record = output.records->pdata[0];
  g_assert_cmpstr (record->format, ==, "form");
  g_assert_cmpstr (record->version, ==, "alpha");
  g_assert_cmpstr (record->part, ==, "1.1");
  g_assert_true (record->is_signed);
  g_assert_false (record->is_evidence);
  g_assert_cmpstr (record->reporter->name, ==, "A");
  g_assert_cmpstr (record->category, ==, "malicious-code:infected-system");
  g_assert_cmpstr (record->targets[0], ==, "192.0.2.1");
  g_assert_cmpstr (record->targets[1], ==, "hxxp://a[.]test/x");
  g_assert_cmpstr (record->sources[0], ==, "b.test");
  g_assert_cmpint (record->started, ==, 1795132800);
  g_assert_cmpstr (record->description, ==, "x\ny");
  g_assert_cmpstr (record->fields[0], ==, "name");
  g_assert_cmpuint (output.texts->len, ==, 0); /* indicators are found where they stand */
  mado_form_read (templates, page, NULL, &left, &output);
  g_assert_cmpuint (output.records->len, ==, 1);
}

static void
test_empty (void)
{
  g_autoptr (MadoFormTemplates) templates = templates_new ();
  g_autoptr (MadoStretch) stretch = stretch_new ("The Alpha Report\nName:\nKind: [ ] Scan [ ] Virus\nAddress: \nWhat: N/A\nLogs:\n");
  g_auto (MadoFormatOutput) output = { 0 };
  gsize left = 100000;

  mado_format_output_init (&output, NULL);
  mado_form_read (templates, stretch, NULL, &left, &output);
  g_assert_cmpuint (output.records->len, ==, 0);
  g_assert_cmpuint (output.problems->len, ==, 1);
}

static void
test_evidence (void)
{
  g_autoptr (MadoFormTemplates) templates = templates_new ();
  g_autoptr (MadoStretch) once = stretch_new ("> Name: A\n> Colour: red\n"), twice = stretch_new (">> Name: B\n>> Colour: red\n");
  g_auto (MadoFormatOutput) output = { 0 };
  gsize left = 100000;
  const MadoReportRecord *record;

  mado_format_output_init (&output, NULL);
  mado_form_read (templates, once, NULL, &left, &output);
  mado_form_read (templates, twice, NULL, &left, &output);
  record = output.records->pdata[0];
  g_assert_false (record->is_evidence);
  record = output.records->pdata[1];
  g_assert_true (record->is_evidence);
}

static void
test_study (void)
{
  g_autoptr (MadoFormTemplates) templates = templates_new ();
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (MadoSource) source = mado_source_new ();
  const MadoFormFit *fit;

  g_ptr_array_add (source->stretches, stretch_new ("Colour: red\nSize: big\n"));
  mado_form_study (report, source, NULL, templates);
  g_assert_cmpuint (report->report->forms->len, ==, 2);
  fit = report->report->forms->pdata[0];
  g_assert_cmpstr (fit->template_name, ==, "beta");
  g_assert_cmpstr (fit->part, ==, "1.1");
  g_assert_cmpint (fit->score, ==, 2);
  g_assert_cmpint (fit->last_line, ==, 2);
  fit = report->report->forms->pdata[1];
  g_assert_cmpstr (fit->template_name, ==, "alpha");
  g_assert_cmpint (fit->score, ==, 0);
  g_assert_false (fit->is_form);
}

static void
test_caps (void)
{
  g_autoptr (MadoFormTemplates) templates = templates_new ();
  g_autoptr (GString) many = g_string_new (NULL), longer = g_string_new ("Name: A\nWhen: x\nWhat: ");
  g_autoptr (GPtrArray) fits = NULL, big = NULL;
  const MadoFormFit *fit;
  const MadoFormFound *found;

  for (guint i = 0; i < 1000; i++)
    g_string_append (many, "Name: A\nColour: red\n");
  fits = mado_form_match_find (templates, many->str, NULL);
  g_assert_cmpuint (fits->len, >, 10);
  g_assert_cmpuint (fits->len, <=, 200);
  for (guint i = 0; i < 100000; i++)
    g_string_append (longer, "0123456789\n");
  big = mado_form_match_find (templates, longer->str, NULL);
  fit = big->pdata[0];
  found = fit->found->pdata[2];
  g_assert_cmpuint (strlen (found->value), <=, 65536);
}

static void
test_values (void)
{
  static const char *const nothing[] = { "", "  ", "なし", "特になし。", "N/A", "n.a.", "-", "ー", "－", "None", "[    ]", "（　　）", "____", "…", NULL };
  g_autofree char *word = mado_form_value_clean (" 「山田」 ", MADO_FORM_KIND_LINE), *text = mado_form_value_clean ("(a) and (b)", MADO_FORM_KIND_LINE);
  g_auto (GStrv) all = mado_form_value_addresses ("IP: 192.0.2.1 (host.test),２００１：ｄｂ８：：１\nwww1\nsee the host above\n<http://a.test/>、a[.]b[.]test.");
  g_autofree char *joined = g_strjoinv (" ", all);

  for (gsize i = 0; nothing[i] != NULL; i++) {
    g_test_message ("%s", nothing[i]);
    g_assert_null (mado_form_value_clean (nothing[i], MADO_FORM_KIND_LINE));
  }
  g_assert_cmpstr (word, ==, "山田");
  g_assert_cmpstr (text, ==, "(a) and (b)");
  g_assert_cmpstr (joined, ==, "192.0.2.1 host.test 2001:db8::1 www1 http://a.test/ a[.]b[.]test");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/form/texts", test_texts);
  g_test_add_func ("/report/form/subject", test_subject);
  g_test_add_func ("/report/form/typical", test_typical);
  g_test_add_func ("/report/form/record", test_record);
  g_test_add_func ("/report/form/empty", test_empty);
  g_test_add_func ("/report/form/evidence", test_evidence);
  g_test_add_func ("/report/form/study", test_study);
  g_test_add_func ("/report/form/caps", test_caps);
  g_test_add_func ("/report/form/values", test_values);
  return g_test_run ();
}
