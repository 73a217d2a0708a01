/* Feedback reports as the standard has them, and as feeds send them. */
#include "madoguchi/report/arf.h"

#include "madoguchi/model/stretch.h"

#include <string.h>

static MadoReportRecord *
read_one (const char *text, MadoFormatOutput *output)
{
  g_autoptr (MadoDocument) document = mado_document_new ();

  mado_format_output_init (output, NULL);
  document->part = g_strdup ("1.2");
  document->type = g_strdup ("message/feedback-report");
  document->bytes = g_bytes_new_static (text, strlen (text));
  g_assert_true (mado_arf_read (document, output));
  return output->records->len == 0 ? NULL : output->records->pdata[0];
}

static const char *
get_field (const MadoReportRecord *record, const char *name)
{
  for (guint i = 0; record->fields[i] != NULL; i += 2)
    if (strcmp (record->fields[i], name) == 0)
      return record->fields[i + 1];
  return NULL;
}

static void
test_whole (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record = read_one ("Feedback-Type: abuse\r\nUser-Agent: Example/1\r\nVersion: 1\r\n"
                                       "Arrival-Date: Tue, 04 Aug 2015 10:51:18 +0200\r\nSource-IP: 203.0.113.9\r\n"
                                       "Reported-URI: http://a.test/\r\nReported-URI: http://b.test/\r\n"
                                       "Authentication-Results: mail.test;\r\n\tspf=fail\r\n", &output);

  g_assert_cmpstr (record->format, ==, "arf");
  g_assert_cmpstr (record->version, ==, "1");
  g_assert_cmpstr (record->type, ==, "abuse");
  g_assert_cmpstr (record->category, ==, "abusive-content:spam");
  g_assert_cmpstr (record->part, ==, "1.2");
  g_assert_cmpint (record->started, ==, 1438678278);
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.9");
  g_assert_cmpstr (get_field (record, "reported-uri"), ==, "http://a.test/");
  g_assert_cmpstr (get_field (record, "reported-uri[1]"), ==, "http://b.test/");
  g_assert_cmpstr (get_field (record, "authentication-results"), ==, "mail.test; spf=fail");
  g_assert_cmpuint (output.problems->len, ==, 0);
}

static void
test_lenient (void)
{
  g_auto (MadoFormatOutput) output = { 0 }, empty = { 0 };
  MadoReportRecord *record = read_one ("\n\nversion : 1.3.3\nSOURCE-IP:203.0.113.9\nno field\n: nothing\n", &output);

  g_assert_cmpstr (record->version, ==, "1.3.3");
  g_assert_cmpstr (get_field (record, "source-ip"), ==, "203.0.113.9");
  g_assert_null (record->type);
  g_assert_cmpuint (output.problems->len, ==, 1);
  g_assert_null (read_one ("nothing here", &empty));
  g_assert_cmpuint (empty.problems->len, ==, 1);
}

/* RFC 6591 and RFC 6692; and a list of every field that may stand there more than once. */
static void
test_auth_failure (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record = read_one ("Feedback-Type: auth-failure\nAuth-Failure: dmarc\nSource-IP: 203.0.113.9\nSource-Port: 4711\n"
                                       "DKIM-Domain: a.test\nDelivery-Result: delivered\nIncidents: 12\nReported-Domain: b.test\n"
                                       "Original-Rcpt-To: <x@c.test>\nOriginal-Rcpt-To: <y@c.test>\n", &output);

  g_assert_cmpstr (record->type, ==, "auth-failure");
  g_assert_cmpstr (record->category, ==, "fraud:masquerade");
  g_assert_cmpstr (get_field (record, "auth-failure"), ==, "dmarc");
  g_assert_cmpstr (get_field (record, "source-port"), ==, "4711");
  g_assert_cmpstr (get_field (record, "incidents"), ==, "12");
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.9");
  g_assert_cmpstr (record->sources[1], ==, "b.test");
  g_assert_cmpstr (record->targets[1], ==, "<y@c.test>");
  for (guint i = 0; i < output.texts->len; i++) /* numbers of machines are nothing to look for */
    g_assert_cmpstr (((MadoStretch *) output.texts->pdata[i])->part, !=, "field incidents");
}

/* The fields stand in a part that calls itself text, or in the header of the part. */
static void
test_misplaced (void)
{
  static const char fields[] = "Feedback-Type: fraud\nSource-IP: 203.0.113.9\n", header[] = "Content-Type: x/y\r\nFeedback-Type: virus\r\n";
  g_autoptr (MadoSource) source = mado_source_new ();
  MadoDocument *text = mado_document_new ();
  g_auto (MadoFormatOutput) output = { 0 }, second = { 0 }, third = { 0 };

  text->part = g_strdup ("1.1");
  text->type = g_strdup ("text/plain");
  text->bytes = g_bytes_new_static (fields, strlen (fields));
  g_ptr_array_add (source->documents, text);
  mado_format_output_init (&output, NULL);
  output.source = source;
  g_assert_false (mado_arf_read (text, &output)); /* any text may quote such a line */
  text->is_feedback = TRUE;
  g_assert_true (mado_arf_read (text, &output));
  g_assert_cmpstr (((MadoReportRecord *) output.records->pdata[0])->type, ==, "fraud");

  MadoDocument *labelled = mado_document_new ();
  labelled->part = g_strdup ("1.2");
  labelled->type = g_strdup ("message/feedback-report");
  labelled->is_feedback = TRUE;
  labelled->bytes = g_bytes_new_static ("", 0);
  labelled->header = g_bytes_new_static (header, strlen (header));
  g_ptr_array_add (source->documents, labelled);
  mado_format_output_init (&second, NULL);
  second.source = source;
  g_assert_false (mado_arf_read (text, &second)); /* the cover note of a report that has its part */
  g_assert_true (mado_arf_read (labelled, &second));
  g_assert_cmpstr (((MadoReportRecord *) second.records->pdata[0])->type, ==, "virus");
  g_assert_null (get_field (second.records->pdata[0], "content-type"));
  mado_format_output_init (&third, NULL);
}

/* Names that are taken get a number, whatever the sender numbers himself, in linear time. */
static void
test_many_names (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  g_autoptr (GString) many = g_string_new ("Feedback-Type: abuse\nX[1]: own\n");
  MadoReportRecord *record;

  for (guint i = 0; i < 900; i++)
    g_string_append (many, "X: v\n");
  record = read_one (many->str, &output);
  g_assert_cmpstr (get_field (record, "x"), ==, "v");
  g_assert_cmpstr (get_field (record, "x[1]"), ==, "own");
  g_assert_cmpstr (get_field (record, "x[900]"), ==, "v");
}

static void
test_caps (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  g_autoptr (GString) many = g_string_new ("Feedback-Type: abuse\n");
  MadoReportRecord *record;

  for (guint i = 0; i < 2 * MADO_FORMAT_ITEMS_MAX; i++)
    g_string_append_printf (many, "X-%u: v\n", i);
  record = read_one (many->str, &output);
  g_assert_cmpuint (g_strv_length (record->fields), <=, 2 * MADO_FORMAT_ITEMS_MAX);
}

static void
test_times (void)
{
  g_assert_cmpint (mado_format_time ("2015-08-04T08:51:18Z"), ==, 1438678278);
  g_assert_cmpint (mado_format_time ("2015-08-04 17:51:18+09:00"), ==, 1438678278);
  g_assert_cmpint (mado_format_time ("Tue, 4 Aug 2015 17:51:18 +0900 (JST)"), ==, 1438678278);
  g_assert_cmpint (mado_format_time ("yesterday"), ==, 0);
  g_assert_cmpint (mado_format_time (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/arf/whole", test_whole);
  g_test_add_func ("/report/arf/lenient", test_lenient);
  g_test_add_func ("/report/arf/auth-failure", test_auth_failure);
  g_test_add_func ("/report/arf/misplaced", test_misplaced);
  g_test_add_func ("/report/arf/names", test_many_names);
  g_test_add_func ("/report/arf/caps", test_caps);
  g_test_add_func ("/report/format/times", test_times);
  return g_test_run ();
}
