/* A tree becomes a record by a table, and the helpers that readers share. */
#include "madoguchi/report/json-map.h"

#include "json-fixture.h"

static const MadoMapRow rows[] = {
  { "id", MADO_MAP_ID, TRUE },
  { "kind", MADO_MAP_TYPE },
  { "who*", MADO_MAP_FIELD, TRUE },
  { "list[].ip", MADO_MAP_SOURCE },
  { "*.secret", MADO_MAP_SKIP },
  { "when", MADO_MAP_STARTED },
  { "tlp", MADO_MAP_TLP },
  { "number", MADO_MAP_EXTERNAL },
  { NULL }
};

static void
map_text (const char *text, MadoFormatOutput *output)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (MadoDocument) document = mado_document_new ();
  MadoJsonLimits limits = mado_json_limits (NULL);
  g_auto (MadoJson) json = { 0 };
  MadoRecordDraft *draft;

  mado_format_output_init (output, NULL);
  document->part = g_strdup ("1");
  mado_json_read (bytes, &limits, &json);
  draft = mado_record_draft_new (output, document, "test");
  mado_json_map (draft, json.roots->pdata[0], "", rows);
  mado_json_sample (draft, "sample", "application/x-dosexec", "AAEC", TRUE);
  mado_json_sample (draft, "note", "text/plain", "seen at 192.0.2.9", FALSE);
  mado_record_draft_finish (draft);
}

static void
test_map (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  map_text ("{\"id\":7,\"kind\":\"k\",\"who\":{\"name\":\"n\"},\"list\":[{\"ip\":\"192.0.2.1\",\"secret\":{\"x\":1}},{\"ip\":\"192.0.2.2\"}],"
            "\"when\":\"1700000000\",\"tlp\":\"AMBER+STRICT\",\"number\":\"T#1\",\"none\":null,\"empty\":\"\",\"deep\":[[1]]}", &output);
  record = fixture_record (&output, 0);
  g_assert_cmpstr (record->id, ==, "7");
  g_assert_cmpstr (record->type, ==, "k");
  g_assert_cmpstr (record->tlp, ==, "TLP:AMBER+STRICT");
  g_assert_cmpint (record->started, ==, 1700000000);
  g_assert_cmpstr (record->sources[1], ==, "192.0.2.2");
  g_assert_null (record->sources[2]);
  g_assert_cmpstr (fixture_field (record, "list[1].ip"), ==, "192.0.2.2");
  g_assert_cmpstr (fixture_field (record, "who.name"), ==, "n");
  g_assert_cmpstr (fixture_field (record, "deep[0][0]"), ==, "1");
  g_assert_null (fixture_field (record, "list[0].secret.x"));
  g_assert_null (fixture_field (record, "none"));
  g_assert_cmpstr (output.external_ids->pdata[0], ==, "T#1");
  g_assert_true (fixture_searches (&output, "192.0.2.1"));
  g_assert_false (fixture_searches (&output, "n"));
}

static void
test_samples (void)
{
  static const char digest[] = "ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc";
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  map_text ("{}", &output);
  record = fixture_record (&output, 0);
  g_assert_cmpstr (fixture_field (record, "sample.size"), ==, "3");
  g_assert_cmpstr (fixture_field (record, "sample.sha256"), ==, digest);
  g_assert_true (fixture_searches (&output, digest));
  g_assert_cmpstr (fixture_field (record, "note.size"), ==, "17");
  g_assert_null (fixture_field (record, "note"));
  g_assert_true (fixture_searches (&output, "seen at 192.0.2.9"));
  g_assert_false (fixture_searches (&output, fixture_field (record, "note.sha256")));
}

static void
test_words (void)
{
  g_assert_cmpstr (mado_json_tlp ("TLP:WHITE"), ==, "TLP:CLEAR");
  g_assert_cmpstr (mado_json_tlp ("amber+STRICT"), ==, "TLP:AMBER+STRICT");
  g_assert_null (mado_json_tlp ("private"));
  g_assert_cmpint (mado_json_time ("1700000000"), ==, 1700000000);
  g_assert_cmpint (mado_json_time ("2023-11-14T22:13:20Z"), ==, 1700000000);
  g_assert_cmpint (mado_json_time ("2023-11-14"), ==, 1699920000);
  g_assert_cmpint (mado_json_time ("12"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/json-map/map", test_map);
  g_test_add_func ("/report/json-map/samples", test_samples);
  g_test_add_func ("/report/json-map/words", test_words);
  return g_test_run ();
}
