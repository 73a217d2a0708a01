/* X-ARF as its schemata want it, and as feeds write it. */
#include "madoguchi/report/x-arf.h"

#include "madoguchi/model/stretch.h"

#include <string.h>

static gboolean
read_text (const char *text, const char *name, MadoFormatOutput *output)
{
  g_autoptr (MadoDocument) document = mado_document_new ();

  mado_format_output_init (output, NULL);
  document->part = g_strdup ("1.2");
  document->type = g_strdup ("text/plain");
  document->filename = g_strdup (name);
  document->bytes = g_bytes_new_static (text, strlen (text));
  return mado_x_arf_read (document, output);
}

static const char *
get_field (const MadoReportRecord *record, const char *name)
{
  for (guint i = 0; record->fields[i] != NULL; i += 2)
    if (strcmp (record->fields[i], name) == 0)
      return record->fields[i + 1];
  return NULL;
}

#define HEAD "Reported-From: a@b.test\nCategory: abuse\nReport-Type: login-attack\nReport-ID: 7@b.test\n"

static void
test_whole (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record;

  g_assert_true (read_text ("---\n" HEAD "Date: 2015-08-04T08:51:18Z\nSource: 203.0.113.9\nSource-Type: ipv4\nSource-Port: 99\nService: ssh\n"
                            "Port: 22\nDestination: 198.51.100.7\nTLP: white\nVersion: 0.2\nSchema-URL: http://x.test/s.json\n"
                            "Malware-MD5: 0cc175b9c0f1b6a831c399e269772661\nExtra: e\n", "report.txt", &output));
  record = output.records->pdata[0];
  g_assert_cmpstr (record->format, ==, "x-arf");
  g_assert_cmpstr (record->type, ==, "abuse/login-attack");
  g_assert_cmpstr (record->category, ==, "intrusion-attempts:brute-force");
  g_assert_cmpstr (record->reporter->address, ==, "a@b.test");
  g_assert_cmpstr (record->id, ==, "7@b.test");
  g_assert_cmpstr (record->version, ==, "0.2");
  g_assert_cmpstr (record->tlp, ==, "TLP:CLEAR");
  g_assert_cmpint (record->started, ==, 1438678278);
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.9");
  g_assert_cmpstr (record->targets[0], ==, "198.51.100.7");
  g_assert_cmpstr (get_field (record, "Extra"), ==, "e");
  g_assert_cmpstr (get_field (record, "Schema-URL"), ==, "http://x.test/s.json");
  for (guint i = 0; i < output.texts->len; i++) /* a schema is no indicator */
    g_assert_cmpstr (((MadoStretch *) output.texts->pdata[i])->part, !=, "field Schema-URL");
  g_assert_cmpuint (output.problems->len, ==, 0);
}

static void
test_wild (void)
{
  g_auto (MadoFormatOutput) output = { 0 }, second = { 0 };
  MadoReportRecord *record;

  g_assert_true (read_text (HEAD "Version: '1.3'\nPorts:\t22\nSource: 203.0.113.9<U+000D>\nSchema-URL: http: //x\n", "other.dat", &output));
  record = output.records->pdata[0];
  g_assert_cmpstr (record->version, ==, "1.3");
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.9");
  g_assert_cmpstr (get_field (record, "Ports"), ==, "22");
  g_assert_cmpstr (get_field (record, "Reported-From"), ==, "a@b.test");
  g_assert_true (read_text ("--- \nreported-from: a@b.test\nreport-type: phishing\nsource: x.test\nDATE: Tue, 4 Aug 2015 17:51:18 +0900\n", NULL, &second));
  record = second.records->pdata[0];
  g_assert_cmpstr (record->category, ==, "fraud:phishing");
  g_assert_cmpint (record->started, ==, 1438678278);
}

static void
test_bulk (void)
{
  g_auto (MadoFormatOutput) output = { 0 }, list = { 0 };

  g_assert_true (read_text ("---\n" HEAD "Source: 203.0.113.1\n---\n" HEAD "Source: 203.0.113.2\n", "report.txt", &output));
  g_assert_cmpuint (output.records->len, ==, 2);
  g_assert_cmpstr (((MadoReportRecord *) output.records->pdata[1])->sources[0], ==, "203.0.113.2");
  g_assert_true (read_text ("- {Reported-From: a, Category: abuse, Report-Type: x, Source: b}\n- {Reported-From: a, Category: abuse, Report-Type: x, Source: c}\n",
                            "report.txt", &list));
  g_assert_cmpuint (list.records->len, ==, 2);
}

static void
test_refused (void)
{
  static const char *const texts[] = { HEAD "Source: !!python/object:x b\n", HEAD "Source: &a b\nDomain: *a\n", HEAD "Source: *a\n" };
  static const char *const values[] = { "!!python/object:x b", "&a b", "*a" };
  g_auto (MadoFormatOutput) deep = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    g_assert_true (read_text (texts[i], "report.txt", &output));
    g_assert_cmpuint (output.records->len, ==, 1);
    g_assert_cmpstr (((MadoReportRecord *) output.records->pdata[0])->sources[0], ==, values[i]); /* letters, and nothing else */
    g_assert_cmpuint (output.problems->len, ==, 1);
    g_assert_nonnull (strstr (output.problems->pdata[0], "which is not followed"));
  }
  g_assert_true (read_text (HEAD "Source: [[[[[[[[[[x]]]]]]]]]]\n", "report.txt", &deep));
  g_assert_cmpuint (deep.records->len, ==, 0);
  g_assert_cmpuint (deep.problems->len, ==, 1);
}

/* Other texts are let be. */
static void
test_others (void)
{
  static const char *const texts[] = { "", "Source: 203.0.113.9\n", "Dear team,\n" HEAD, "Source: a\nDate: b\nPort: c\nService: d\nVersion: 1\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    g_assert_false (read_text (texts[i], NULL, &output));
    g_assert_cmpuint (output.problems->len, ==, 0);
  }
}

static void
test_promise (void)
{
  g_autoptr (MadoSource) source = mado_source_new ();
  MadoStretch *stretch = mado_stretch_new ();

  g_assert_false (mado_x_arf_is_promised (source));
  stretch->part = g_strdup ("header X-XARF");
  stretch->text = g_strdup (" PLAIN ");
  g_ptr_array_add (source->stretches, stretch);
  g_assert_true (mado_x_arf_is_promised (source));
  g_free (stretch->text);
  stretch->text = g_strdup ("no");
  g_assert_false (mado_x_arf_is_promised (source));
}

/* Of a report that there was no room for, nothing is said but that. */
static void
test_no_room (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (MadoDocument) document = mado_document_new ();
  g_auto (MadoFormatOutput) output = { 0 };

  for (int i = 0; i <= MADO_FORMAT_RECORDS_MAX; i++)
    g_string_append (many, "---\n" HEAD "Source: 203.0.113.9\n");
  g_assert_true (read_text (many->str, "report.txt", &output));
  g_assert_cmpuint (output.left_out, ==, 1);
  guint problems = output.problems->len;
  document->part = g_strdup ("1.3");
  document->type = g_strdup ("text/plain");
  document->bytes = g_bytes_new_static (HEAD "Source: 203.0.113.9\n", sizeof HEAD "Source: 203.0.113.9\n" - 1);
  g_assert_true (mado_x_arf_read (document, &output));
  g_assert_cmpuint (output.problems->len, ==, problems);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/x-arf/whole", test_whole);
  g_test_add_func ("/report/x-arf/wild", test_wild);
  g_test_add_func ("/report/x-arf/bulk", test_bulk);
  g_test_add_func ("/report/x-arf/refused", test_refused);
  g_test_add_func ("/report/x-arf/others", test_others);
  g_test_add_func ("/report/x-arf/promise", test_promise);
  g_test_add_func ("/report/x-arf/no-room", test_no_room);
  return g_test_run ();
}
