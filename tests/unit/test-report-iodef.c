/* Incidents of both versions of IODEF, and documents that are none. */
#include "madoguchi/report/iodef.h"

#include "madoguchi/model/stretch.h"

#include <string.h>

static gboolean
read_text (const char *text, MadoFormatOutput *output, gboolean is_evidence)
{
  g_autoptr (MadoDocument) document = mado_document_new ();

  mado_format_output_init (output, NULL);
  document->part = g_strdup ("1.2");
  document->type = g_strdup ("application/xml");
  document->is_evidence = is_evidence;
  document->bytes = g_bytes_new_static (text, strlen (text));
  return mado_iodef_read (document, output);
}

static const char *
get_field (const MadoReportRecord *record, const char *name)
{
  for (guint i = 0; record->fields[i] != NULL; i += 2)
    if (strcmp (record->fields[i], name) == 0)
      return record->fields[i + 1];
  return NULL;
}

static gboolean
has_text (const MadoFormatOutput *output, const char *text)
{
  for (guint i = 0; i < output->texts->len; i++)
    if (strstr (((MadoStretch *) output->texts->pdata[i])->text, text) != NULL)
      return TRUE;
  return FALSE;
}

static const char second[]
    = "<i:IODEF-Document version='2.00' xmlns:i='urn:ietf:params:xml:ns:iodef-2.0' xmlns:e='urn:ietf:params:xml:ns:iodef-enum-1.0'"
      " xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>"
      "<i:Incident purpose='mitigation' restriction='amber'>"
      "<i:IncidentID name='csirt.test'>42</i:IncidentID>"
      "<i:AlternativeID><i:IncidentID name='other.test'>7-x</i:IncidentID></i:AlternativeID>"
      "<i:RelatedActivity><i:IncidentID name='csirt.test'>41</i:IncidentID></i:RelatedActivity>"
      "<i:DetectTime>2026-01-02T03:04:05+09:00</i:DetectTime><i:GenerationTime>2026-01-03T00:00:00Z</i:GenerationTime>"
      "<i:Description>first</i:Description><i:Description>second</i:Description>"
      "<i:Assessment><i:SystemImpact type='takeover-system' completion='succeeded'/></i:Assessment>"
      "<i:Method><i:Reference><e:ReferenceName specIndex='1'><e:ID>CVE-2026-1234</e:ID></e:ReferenceName></i:Reference></i:Method>"
      "<i:Contact role='creator' type='organization'><i:ContactName>T</i:ContactName><i:Email><i:EmailTo>c@csirt.test</i:EmailTo></i:Email></i:Contact>"
      "<i:Contact role='reporter' type='person'><i:ContactName>R</i:ContactName><i:Email><i:EmailTo>r@csirt.test</i:EmailTo></i:Email></i:Contact>"
      "<i:EventData><i:Flow>"
      "<i:System category='source'><i:Node><i:DomainData><i:Name>evil.test</i:Name></i:DomainData>"
      "<i:Address category='ipv6-addr'>2001:db8::1</i:Address></i:Node><i:Service ip-protocol='6'><i:Port>4711</i:Port></i:Service></i:System>"
      "<i:System category='target'><i:Node><i:Address category='ipv4-net'>192.0.2.16/28</i:Address></i:Node></i:System>"
      "<i:System category='sensor'><i:Node><i:Address category='ipv4-addr'>192.0.2.99</i:Address></i:Node></i:System>"
      "</i:Flow><i:Expectation action='block-host'/><i:Expectation action='other'/></i:EventData>"
      "<i:IndicatorData><i:Indicator><i:IndicatorID name='x' version='1'>I-1</i:IndicatorID><i:Observable>"
      "<i:FileData><i:File><i:HashData scope='file-contents'><i:Hash><ds:DigestMethod Algorithm='sha1'/>"
      "<ds:DigestValue>2jmj7l5rSw0yVb/vlWAYkK/YBwk=</ds:DigestValue></i:Hash></i:HashData></i:File></i:FileData>"
      "<i:BulkObservable type='domain-name'><i:BulkObservableList>a.bulk.test\nb.bulk.test</i:BulkObservableList></i:BulkObservable>"
      "</i:Observable></i:Indicator></i:IndicatorData>"
      "</i:Incident></i:IODEF-Document>";

static void
check_people (const MadoReportRecord *record)
{
  g_assert_cmpstr (record->reporter->name, ==, "R");
  g_assert_cmpstr (record->reporter->address, ==, "r@csirt.test");
  g_assert_null (record->organization);
}

static void
test_second (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record;

  g_assert_true (read_text (second, &output, FALSE));
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpuint (output.records->len, ==, 1);
  record = output.records->pdata[0];
  g_assert_cmpstr (record->version, ==, "2.00");
  g_assert_cmpstr (record->type, ==, "mitigation");
  g_assert_cmpstr (record->category, ==, "intrusions:system-compromise");
  g_assert_cmpstr (record->tlp, ==, "TLP:AMBER");
  g_assert_cmpstr (record->id, ==, "42");
  g_assert_cmpstr (record->description, ==, "first\nsecond");
  g_assert_cmpstr (record->request, ==, "block-host");
  g_assert_cmpint (record->detected, ==, 1767290645);
  g_assert_cmpint (record->reported, ==, 1767398400);
  g_assert_cmpstr (record->sources[0], ==, "evil.test");
  g_assert_cmpstr (record->sources[1], ==, "2001:db8::1");
  g_assert_null (record->sources[2]);
  g_assert_cmpstr (record->targets[0], ==, "192.0.2.16/28");
  g_assert_null (record->targets[1]);
  g_assert_cmpstr (record->references[0], ==, "other.test#7-x");
  g_assert_cmpstr (record->references[1], ==, "csirt.test#41");
  g_assert_cmpstr (record->references[2], ==, "CVE-2026-1234");
  check_people (record);
  g_assert_cmpuint (output.external_ids->len, ==, 2);
  g_assert_cmpstr (output.external_ids->pdata[0], ==, "csirt.test#42");
  g_assert_cmpstr (output.external_ids->pdata[1], ==, "other.test#7-x");
}

static void
test_texts (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record;

  read_text (second, &output, FALSE);
  record = output.records->pdata[0];
  g_assert_cmpstr (get_field (record, "EventData.Flow.System.Service.Port"), ==, "4711");
  g_assert_cmpstr (get_field (record, "EventData.Flow.System@category[1]"), ==, "target");
  g_assert_true (has_text (&output, "da39a3ee5e6b4b0d3255bfef95601890afd80709"));
  g_assert_true (has_text (&output, "b.bulk.test"));
  g_assert_true (has_text (&output, "2001:db8::1"));
  g_assert_true (has_text (&output, "CVE-2026-1234"));
  g_assert_false (has_text (&output, "r@csirt.test")); /* who reports is no indicator */
  g_assert_false (has_text (&output, "4711"));
}

static void
test_first (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  MadoReportRecord *record;

  g_assert_true (read_text ("<IODEF-Document version='1.00' xmlns='urn:ietf:params:xml:ns:iodef-1.0'><Incident purpose='reporting'><IncidentID name='a'>1</IncidentID>"
                            "<Assessment><Impact type='admin' completion='failed'/></Assessment><Contact role='creator' type='organization'>"
                            "<ContactName>T</ContactName><Email>c@t.test</Email></Contact><EventData><StartTime>2026-01-02T03:04:05Z</StartTime><Flow>"
                            "<System category='intermediate'><Node><NodeName>irc.test</NodeName></Node></System></Flow></EventData></Incident>"
                            "<Incident purpose='watch' restriction='need-to-know'><IncidentID name='a b'>2</IncidentID></Incident></IODEF-Document>", &output, TRUE));
  g_assert_cmpuint (output.records->len, ==, 2);
  record = output.records->pdata[0];
  g_assert_cmpstr (record->category, ==, "intrusion-attempts:exploit");
  g_assert_cmpstr (record->organization, ==, "T");
  g_assert_cmpstr (record->reporter->address, ==, "c@t.test");
  g_assert_cmpstr (record->sources[0], ==, "irc.test");
  g_assert_cmpint (record->started, ==, 1767323045);
  g_assert_true (record->is_evidence);
  record = output.records->pdata[1];
  g_assert_null (record->tlp);
  g_assert_cmpuint (output.external_ids->len, ==, 0); /* it stands in a forwarded mail */
}

static void
test_broken (void)
{
  static const struct {
    const char *text;
    const char *problem;
    guint records;
  } samples[] = { { "<IODEF-Document/>", "holds no incident", 0 },
                  { "<!DOCTYPE x SYSTEM 'y'><IODEF-Document/>", "document type", 0 },
                  { "<IODEF-Document><Incident purpose='other'><IncidentID>1</IncidentID>", "no XML", 1 },
                  { "<IODEF-Document><Incident>&nosuch;</Incident></IODEF-Document>", "no XML", 1 } };
  g_auto (MadoFormatOutput) none = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    g_assert_true (read_text (samples[i].text, &output, FALSE));
    g_assert_cmpuint (output.records->len, ==, samples[i].records);
    g_assert_cmpuint (output.problems->len, ==, 1);
    g_assert_nonnull (strstr (output.problems->pdata[0], samples[i].problem));
  }
  g_assert_false (read_text ("<html><IODEF-Document/></html>", &none, FALSE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/iodef/second", test_second);
  g_test_add_func ("/report/iodef/texts", test_texts);
  g_test_add_func ("/report/iodef/first", test_first);
  g_test_add_func ("/report/iodef/broken", test_broken);
  return g_test_run ();
}
