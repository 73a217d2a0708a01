/* Aggregate reports: what is kept of them, and which documents are taken for one. */
#include "madoguchi/report/dmarc.h"

#include <gio/gio.h>
#include <string.h>

static gboolean
read_bytes (const char *text, gsize size, const char *filename, const char *subject, MadoFormatOutput *output)
{
  g_autoptr (MadoDocument) document = mado_document_new ();

  mado_format_output_init (output, NULL);
  output->subject = subject;
  document->part = g_strdup ("1.2");
  document->type = g_strdup ("application/octet-stream");
  document->filename = g_strdup (filename);
  document->bytes = g_bytes_new_static (text, size);
  return mado_dmarc_read (document, output);
}

static const char *
get_field (const MadoReportRecord *record, const char *name)
{
  for (guint i = 0; record->fields[i] != NULL; i += 2)
    if (strcmp (record->fields[i], name) == 0)
      return record->fields[i + 1];
  return NULL;
}

#define ROW(ip, count, dkim, spf)                                                                                              \
  "<record><row><source_ip>" ip "</source_ip><count>" count "</count><policy_evaluated><disposition>none</disposition><dkim>" dkim \
  "</dkim><spf>" spf "</spf></policy_evaluated></row><identifiers><header_from>team.test</header_from></identifiers></record>"
#define REPORT                                                                                                          \
  "<?xml version='1.0'?><feedback><version>1.0</version><report_metadata><org_name>Big Mail</org_name><email>d@big.test</email>" \
  "<report_id>77</report_id><date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>"  \
  "<policy_published><domain>team.test</domain><p>reject</p><pct>100</pct></policy_published>"                          \
  ROW ("203.0.113.1", "10", "pass", "fail") ROW ("203.0.113.2", "3", "fail", "fail") ROW ("203.0.113.1", "5", "fail", "fail")  \
  ROW ("203.0.113.3", "2", "pass", "pass")

static void
test_whole (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record;

  g_assert_true (read_bytes (REPORT "</feedback>", sizeof REPORT "</feedback>" - 1, "x.xml", NULL, &output));
  g_assert_cmpuint (output.problems->len, ==, 0);
  record = output.records->pdata[0];
  g_assert_cmpstr (record->format, ==, "dmarc");
  g_assert_cmpstr (record->version, ==, "1.0");
  g_assert_cmpstr (record->id, ==, "77");
  g_assert_cmpstr (record->organization, ==, "Big Mail");
  g_assert_cmpstr (record->reporter->address, ==, "d@big.test");
  g_assert_cmpint (record->started, ==, 1700000000);
  g_assert_cmpint (record->ended, ==, 1700086399);
  g_assert_null (record->category);
  g_assert_cmpstr (get_field (record, "policy.p"), ==, "reject");
  g_assert_cmpstr (get_field (record, "rows"), ==, "4");
  g_assert_cmpstr (get_field (record, "messages"), ==, "20");
  g_assert_cmpstr (get_field (record, "pass"), ==, "12");
  g_assert_cmpstr (get_field (record, "fail"), ==, "8");
  g_assert_cmpstr (get_field (record, "sources"), ==, "3");
  g_assert_cmpstr (get_field (record, "source"), ==, "203.0.113.1: 10 pass, 5 fail");
  g_assert_cmpstr (get_field (record, "source[1]"), ==, "203.0.113.2: 0 pass, 3 fail");
  g_assert_cmpstr (record->sources[1], ==, "203.0.113.2");
  g_assert_null (record->sources[2]); /* where nothing failed there is nothing to say */
  g_assert_cmpstr (record->targets[0], ==, "team.test");
  g_assert_cmpuint (output.texts->len, ==, 0); /* our own mail is no indicator */
}

static void
test_broken (void)
{
  g_auto (MadoFormatOutput) cut = { 0 }, typed = { 0 }, other = { 0 }, empty = { 0 }, odd = { 0 };

  g_assert_true (read_bytes (REPORT, sizeof REPORT - 1, NULL, NULL, &cut));
  g_assert_cmpuint (cut.records->len, ==, 1);
  g_assert_cmpuint (cut.problems->len, ==, 1);
  g_assert_true (read_bytes ("<!DOCTYPE feedback SYSTEM 'x'><feedback/>", 41, NULL, NULL, &typed));
  g_assert_nonnull (strstr (typed.problems->pdata[0], "document type"));
  g_assert_cmpuint (typed.records->len, ==, 0);
  g_assert_false (read_bytes ("<x><feedback/></x>", 18, NULL, NULL, &other));
  g_assert_true (read_bytes ("<feedback><x/></feedback>", 25, NULL, NULL, &empty));
  g_assert_cmpuint (empty.records->len, ==, 0);
  g_assert_cmpuint (empty.problems->len, ==, 1);
  g_assert_true (read_bytes ("<feedback><record><row><count>-5</count></row></record></feedback>", 66, NULL, NULL, &odd));
  g_assert_cmpstr (get_field (odd.records->pdata[0], "messages"), ==, "0");
  g_assert_cmpstr (get_field (odd.records->pdata[0], "source"), ==, "unknown: 0 pass, 0 fail");
}

/* Packed files are opened when they are sent as such reports, and only then. */
static void
test_names (void)
{
  static const char subject[] = "Report Domain: team.test Submitter: big.test Report-ID: <77>", zip[] = "PK\3\4 and more";
  static const struct {
    const char *filename, *subject;
    gboolean is_report;
  } samples[] = { { "big.test!team.test!1700000000!1700086399.zip", NULL, TRUE }, { "big.test!team.test!1700000000!1700086399!a.xml.gz", "x", TRUE },
                  { "report.zip", subject, TRUE },
                  { "report.zip", "Re: Report Domain: team.test Submitter: x", FALSE },
                  { "report.zip", "Report", FALSE }, { NULL, NULL, FALSE }, { "a!b!c!d.zip", NULL, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    g_assert_cmpint (read_bytes (zip, sizeof zip - 1, samples[i].filename, samples[i].subject, &output), ==, samples[i].is_report);
    g_assert_cmpuint (output.problems->len, ==, samples[i].is_report);
    g_assert_cmpuint (output.records->len, ==, 0);
  }
}

/* (transfer full) @size blanks in a report, packed. */
static GBytes *
pack_blanks (gsize size)
{
  g_autoptr (GZlibCompressor) deflater = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  g_autoptr (GString) text = g_string_new ("<feedback><x/>");
  g_autofree guint8 *out = g_malloc (size);
  gsize used, made;

  for (guint n = 0; text->len < size; n++)
    g_string_append_printf (text, "<y>%u %u</y>", n * 2654435761u, n);
  g_string_append (text, "</feedback>");
  g_assert_cmpint (g_converter_convert (G_CONVERTER (deflater), text->str, text->len, out, size, G_CONVERTER_INPUT_AT_END, &used, &made, NULL), ==,
                   G_CONVERTER_FINISHED);
  return g_bytes_new (out, made);
}

/* All packed reports of a mail together have a cap; one that is made to be too much is the last. */
static void
test_many_packed (void)
{
  g_autoptr (GBytes) large = pack_blanks (15 * 1024 * 1024);
  g_autoptr (MadoDocument) document = mado_document_new ();
  g_auto (MadoFormatOutput) output = { 0 };

  mado_format_output_init (&output, NULL);
  document->part = g_strdup ("1.2");
  document->type = g_strdup ("application/gzip");
  document->filename = g_strdup ("a!b!1!2.gz");
  document->bytes = g_bytes_ref (large);
  for (guint i = 0; i < 4; i++)
    g_assert_true (mado_dmarc_read (document, &output));
  g_assert_cmpuint (output.problems->len, ==, 4);
  g_assert_nonnull (strstr (output.problems->pdata[1], "holds none"));
  g_assert_nonnull (strstr (output.problems->pdata[2], "more than is read"));
  g_assert_nonnull (strstr (output.problems->pdata[3], "is enough"));
}

/* A version is cut between characters, and shows what it hides. */
static void
test_version (void)
{
#define WITH_VERSION(text) "<feedback><version>" text "</version><report_metadata><org_name>Big</org_name></report_metadata></feedback>"
  static const char *const texts[] = { WITH_VERSION ("aaaaaaaaaaaaaaaaaaa\xc3\xa9"), WITH_VERSION ("1\xe2\x80\xae") };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    g_assert_true (read_bytes (texts[i], strlen (texts[i]), "x.xml", NULL, &output));
    const char *version = ((MadoReportRecord *) output.records->pdata[0])->version;
    g_assert_true (g_utf8_validate (version, -1, NULL));
    g_assert_null (strstr (version, "\xe2\x80\xae"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/dmarc/whole", test_whole);
  g_test_add_func ("/report/dmarc/version", test_version);
  g_test_add_func ("/report/dmarc/broken", test_broken);
  g_test_add_func ("/report/dmarc/names", test_names);
  g_test_add_func ("/report/dmarc/many", test_many_packed);
  return g_test_run ();
}
