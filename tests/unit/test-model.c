/* test-model.c: records: there and back, into JSON, and out of hostile hands. */
#include "madoguchi/base/error.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/model/record-json.h"
#include "madoguchi/model/report.h"

#include <string.h>

static void
set_strv (char ***list, const char *words)
{
  g_strfreev (*list);
  *list = g_strsplit (words, " ", -1);
}

static MadoLayer *
make_layer (void)
{
  MadoLayer *layer = mado_layer_new ();
  MadoSignature *signature = mado_signature_new ();

  layer->part = g_strdup ("1");
  layer->operation = MADO_OPERATION_DECRYPT_VERIFY;
  layer->integrity = MADO_INTEGRITY_AEAD;
  set_strv (&layer->encrypted_to, "0123456789ABCDEF 0000000000000000");
  signature->status = MADO_SIGNATURE_GOOD;
  signature->fingerprint = g_strdup ("0123456789012345678901234567890123456789");
  signature->created = 1795226584;
  signature->hash = g_strdup ("SHA512");
  g_ptr_array_add (layer->signatures, signature);
  return layer;
}

static void
add_people (MadoReport *report)
{
  report->from = mado_mailbox_new ();
  report->from->name = g_strdup ("\xe7\xaa\x93 <x>\n");
  report->from->address = g_strdup ("a@example.org");
  set_strv (&report->to, "team@example.org other@example.org");
  report->signer = mado_signer_new ();
  report->signer->fingerprint = g_strdup ("AB");
  report->signer->validity = MADO_VALIDITY_FULL;
  report->signer->matches_from = TRUE;
  set_strv (&report->signer->user_ids, "A B");
  report->undecryptable = mado_undecryptable_new ();
  report->undecryptable->reason = g_strdup ("no-secret-key");
}

static void
add_parts (MadoReport *report)
{
  MadoPart *part = mado_part_new ();
  MadoIndicator *indicator = mado_indicator_new ();
  MadoOfferedKey *key = mado_offered_key_new ();
  MadoHeaderDifference *difference = mado_header_difference_new ();

  part->path = g_strdup ("1.2");
  part->size = G_MAXINT64;
  part->is_signed = TRUE;
  set_strv (&part->flags, "executable");
  g_ptr_array_add (report->parts, part);
  indicator->type = g_strdup ("domain");
  indicator->offset = -1;
  g_ptr_array_add (report->indicators, indicator);
  key->source = g_strdup ("autocrypt");
  key->gossip = TRUE;
  g_ptr_array_add (report->keys_offered, key);
  difference->name = g_strdup ("Subject");
  difference->protected = g_strdup ("inside");
  g_ptr_array_add (report->header_differences, difference);
}

/* A report in which every field has a value but outer_subject and language. */
static MadoReport *
make_report (void)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup ("<1@example.org>");
  report->date = 1795226584;
  report->subject = g_strdup ("line\nfeed \"quoted\" \xe2\x80\xa8");
  report->subject_source = g_strdup ("protected");
  report->encryption = MADO_ENCRYPTION_WHOLE;
  report->signature = MADO_SIGNATURE_GOOD_UNTRUSTED;
  report->text = g_strdup ("text");
  report->text_charset = g_strdup ("iso-2022-jp");
  report->text_truncated = TRUE;
  report->content_sha256 = g_strdup ("00ff");
  set_strv (&report->problems, "one two");
  g_ptr_array_add (report->layers, make_layer ());
  g_ptr_array_add (report->layers, mado_layer_new ());
  add_people (report);
  add_parts (report);
  report->report = mado_report_body_new ();
  report->report->kind = g_strdup ("free-text");
  set_strv (&report->report->fields, "name value other thing");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->headers->is_list = TRUE;
  set_strv (&report->headers->references, "<a@b> <c@d>");
  return report;
}

static void
test_round_trip (void)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_report_type, report);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) back = mado_record_from_bytes (&mado_report_type, bytes, &error);

  g_assert_no_error (error);
  g_autoptr (GBytes) again = mado_record_to_bytes (&mado_report_type, back);
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpstr (back->subject, ==, report->subject);
  g_assert_cmpstr (back->from->name, ==, report->from->name);
  g_assert_null (back->language);
  g_assert_cmpint (back->date, ==, 1795226584);
  g_assert_cmpint (back->signature, ==, MADO_SIGNATURE_GOOD_UNTRUSTED);
  g_assert_cmpuint (back->layers->len, ==, 2);
  MadoLayer *layer = back->layers->pdata[0];
  MadoSignature *signature = layer->signatures->pdata[0];
  g_assert_cmpint (layer->integrity, ==, MADO_INTEGRITY_AEAD);
  g_assert_cmpstr (layer->encrypted_to[1], ==, "0000000000000000");
  g_assert_cmpint (signature->status, ==, MADO_SIGNATURE_GOOD);
  g_assert_cmpint (signature->expires, ==, 0);
  MadoHeaderDifference *difference = back->header_differences->pdata[0];
  g_assert_cmpstr (difference->protected, ==, "inside");
  g_assert_null (difference->outer);
  MadoPart *part = back->parts->pdata[0];
  g_assert_cmpint (part->size, ==, G_MAXINT64);
  g_assert_true (part->is_signed);
  g_assert_cmpint (((MadoIndicator *) back->indicators->pdata[0])->offset, ==, -1);
  g_assert_cmpstr (back->report->fields[3], ==, "thing");
  g_assert_true (back->headers->is_list);
  g_assert_false (back->headers->is_delivery_report);
}

static void
test_empty (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (GVariant) variant = g_variant_ref_sink (mado_report_to_variant (report));
  g_autoptr (MadoReport) back = mado_report_from_variant (variant, NULL);

  g_assert_cmpuint (g_variant_n_children (variant), ==, 0);
  g_assert_nonnull (back->to);
  g_assert_nonnull (back->layers);
  g_assert_null (back->from);
}

static void
test_copy (void)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autoptr (MadoReport) copy = mado_report_copy (report);
  g_autoptr (GBytes) before = mado_record_to_bytes (&mado_report_type, report);

  g_assert_true (copy->subject != report->subject && copy->layers != report->layers && copy->from != report->from);
  g_free (copy->subject);
  copy->subject = g_strdup ("changed");
  copy->from->address[0] = 'Z';
  g_autoptr (GBytes) after = mado_record_to_bytes (&mado_report_type, report);
  g_assert_true (g_bytes_equal (before, after));

  /* what was read from a mail may be over the maxima until it is fitted */
  g_free (report->from->name);
  report->from->name = g_strnfill (100000, 'a');
  g_autoptr (MadoMailbox) from = mado_mailbox_copy (report->from);
  g_assert_cmpstr (from->name, ==, report->from->name);
}

static void
test_bad_utf8_is_mended (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();

  report->subject = g_strdup ("a\xff");
  set_strv (&report->to, "b\xff@x c@x");
  g_autoptr (MadoReport) back = mado_report_copy (report);
  g_assert_cmpstr (back->subject, ==, "a\xef\xbf\xbd");
  g_assert_cmpstr (back->to[0], ==, "b\xef\xbf\xbd@x");
  g_assert_cmpstr (back->to[1], ==, "c@x");
}

static JsonObject *
to_json (const MadoRecordType *type, gconstpointer record, JsonParser *parser)
{
  g_autoptr (JsonNode) node = mado_record_to_json (type, record);
  g_autofree char *line = mado_json_line (node);
  g_autofree char *pretty = mado_json_pretty (node);
  g_autoptr (GError) error = NULL;

  g_assert_null (strchr (line, '\n'));
  g_assert_nonnull (strchr (pretty, '\n'));
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_true (json_parser_load_from_data (parser, line, -1, &error));
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_json (void)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *o = to_json (&mado_report_type, report, parser);
  g_autoptr (GList) members = json_object_get_members (o);
  JsonObject *layer = json_array_get_object_element (json_object_get_array_member (o, "layers"), 0);
  JsonObject *bare = json_array_get_object_element (json_object_get_array_member (o, "layers"), 1);
  JsonObject *part = json_array_get_object_element (json_object_get_array_member (o, "parts"), 0);
  JsonObject *signature = json_array_get_object_element (json_object_get_array_member (layer, "signatures"), 0);
  JsonObject *fields = json_object_get_object_member (json_object_get_object_member (o, "report"), "fields");

  g_assert_cmpstr (members->data, ==, "schema");
  g_assert_cmpstr (members->next->data, ==, "message_id");
  g_assert_cmpstr (json_object_get_string_member (o, "schema"), ==, "madoguchi.open/1");
  g_assert_cmpstr (json_object_get_string_member (o, "date"), ==, "2026-11-21T02:03:04Z");
  g_assert_true (json_object_get_null_member (o, "language"));
  g_assert_cmpstr (json_object_get_string_member (o, "encryption"), ==, "whole");
  g_assert_cmpstr (json_object_get_string_member (o, "signature"), ==, "good-untrusted");
  g_assert_cmpstr (json_object_get_string_member (o, "subject"), ==, report->subject);
  g_assert_true (json_object_get_boolean_member (o, "text_truncated"));
  g_assert_cmpstr (json_object_get_string_member (layer, "operation"), ==, "decrypt+verify");
  g_assert_cmpstr (json_object_get_string_member (layer, "integrity"), ==, "aead");
  g_assert_true (json_object_get_null_member (bare, "integrity"));
  g_assert_false (json_object_has_member (layer, "schema"));
  g_assert_true (json_object_get_null_member (signature, "expires"));
  g_assert_true (json_object_get_boolean_member (part, "signed"));
  g_assert_cmpint (json_object_get_int_member (part, "size"), ==, G_MAXINT64);
  g_assert_cmpstr (json_object_get_string_member (fields, "name"), ==, "value");
  g_assert_cmpstr (json_object_get_string_member (fields, "other"), ==, "thing");
}

static void
test_json_empty (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *o = to_json (&mado_report_type, report, parser);
  static const char *const nulls[] = { "message_id", "date", "from", "subject", "signer", "undecryptable", "report" };
  static const char *const arrays[] = { "to", "layers", "parts", "keys_offered", "indicators", "problems", "header_differences" };

  for (gsize i = 0; i < G_N_ELEMENTS (nulls); i++)
    g_assert_true (json_object_has_member (o, nulls[i]) && json_object_get_null_member (o, nulls[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (o, arrays[i])), ==, 0);
  g_assert_cmpstr (json_object_get_string_member (o, "encryption"), ==, "none");
}

static void
test_summary (void)
{
  g_autoptr (MadoIncident) incident = mado_incident_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();

  incident->ticket = g_strdup ("CSIRT #2026-000001");
  g_ptr_array_add (incident->thread, mado_entry_new ());
  ((MadoEntry *) incident->thread->pdata[0])->report = make_report ();
  g_autoptr (MadoIncident) copy = mado_incident_copy (incident);
  g_assert_cmpuint (copy->thread->len, ==, 1);
  g_assert_cmpstr (((MadoEntry *) copy->thread->pdata[0])->report->text, ==, "text");
  JsonObject *whole = to_json (&mado_incident_type, incident, parser);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (whole, "thread")), ==, 1);
  JsonObject *summary = to_json (&mado_summary_type, incident, parser);
  g_assert_false (json_object_has_member (summary, "thread"));
  g_assert_cmpstr (json_object_get_string_member (summary, "schema"), ==, "madoguchi.incident/1");
  g_assert_cmpstr (json_object_get_string_member (summary, "ticket"), ==, "CSIRT #2026-000001");
  g_autoptr (GVariant) variant = g_variant_ref_sink (mado_record_to_variant (&mado_summary_type, incident));
  g_autoptr (GVariant) thread = g_variant_lookup_value (variant, "thread", NULL);
  g_assert_null (thread);
}

static void
test_summary_from_variant (void)
{
  MadoIncident *back;
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_parsed ("{'ticket': <'T'>}"));

  back = mado_record_from_variant (&mado_summary_type, variant, NULL);
  g_assert_cmpstr (back->ticket, ==, "T");
  g_assert_null (back->thread);
  mado_record_free (&mado_summary_type, back);
}

static void
expect_refusal (GVariant *input, int code)
{
  g_autoptr (GVariant) variant = g_variant_take_ref (input);
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_report_from_variant (variant, &error));
  g_assert_error (error, MADO_ERROR, code);
}

static GVariant *
repeat (const char *key, const char *member, gsize n)
{
  GVariantBuilder list;
  GVariantDict dict;

  g_variant_builder_init (&list, member != NULL ? G_VARIANT_TYPE ("as") : G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < n; i++)
    if (member != NULL)
      g_variant_builder_add (&list, "s", member);
    else
      g_variant_builder_add_value (&list, g_variant_new ("a{sv}", NULL));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, key, g_variant_builder_end (&list));
  return g_variant_dict_end (&dict);
}

static void
test_wrong_types (void)
{
  static const char *const table[] = {
    "'a text'", "@as []", "{'subject': <5>}", "{'subject': <@as []>}", "{'date': <'now'>}", "{'date': <5>}",
    "{'text_truncated': <'yes'>}", "{'to': <'a'>}", "{'to': <[1]>}", "{'encryption': <@x 1>}",
    "{'encryption': <'rot13'>}", "{'encryption': <''>}", "{'signature': <'GOOD'>}", "{'from': <'a@b'>}",
    "{'from': <{'address': <5>}>}", "{'layers': <@a{sv} {}>}", "{'layers': <[{'form': <'x'>}]>}",
    "{'layers': <[{'signatures': <[{'status': <'fine'>}]>}]>}", "{'report': <{'fields': <['name']>}>}",
    "{'report': <{'fields': <['a', 'b', 'c']>}>}", "{'subject': <<'boxed'>>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    expect_refusal (g_variant_parse (NULL, table[i], NULL, NULL, NULL), MADO_ERROR_PERM);
}

static void
test_limits (void)
{
  g_autofree char *long_id = g_strnfill (4097, 'x');
  g_autofree char *long_subject = g_strnfill (65537, 'x');
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "message_id", "s", long_id);
  expect_refusal (g_variant_dict_end (&dict), MADO_ERROR_LIMIT);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "subject", "s", long_subject);
  expect_refusal (g_variant_dict_end (&dict), MADO_ERROR_LIMIT);
  expect_refusal (repeat ("to", "a", 1001), MADO_ERROR_LIMIT);
  expect_refusal (repeat ("to", long_id, 1), MADO_ERROR_LIMIT);
  expect_refusal (repeat ("layers", NULL, 1001), MADO_ERROR_LIMIT);
  expect_refusal (repeat ("keys_offered", NULL, 101), MADO_ERROR_LIMIT);
  /* At the limit, not over it. */
  g_autoptr (GVariant) most = g_variant_ref_sink (repeat ("to", "a", 1000));
  g_autoptr (MadoReport) report = mado_report_from_variant (most, NULL);
  g_assert_cmpuint (g_strv_length (report->to), ==, 1000);
  g_variant_dict_init (&dict, NULL);
  long_id[4096] = '\0';
  g_variant_dict_insert (&dict, "message_id", "s", long_id);
  g_autoptr (GVariant) longest = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_autoptr (MadoReport) other = mado_report_from_variant (longest, NULL);
  g_assert_cmpuint (strlen (other->message_id), ==, 4096);
}

static void
test_odd_but_fine (void)
{
  g_autoptr (GVariant) unknown
      = g_variant_ref_sink (g_variant_new_parsed ("{'from_the_future': <[1, 2]>, 'subject': <'s'>}"));
  g_autoptr (GVariant) twice = g_variant_ref_sink (
      g_variant_new_parsed ("@a{sv} {'subject': <'one'>, 'subject': <'two'>}"));
  g_autoptr (MadoReport) a = mado_report_from_variant (unknown, NULL);
  g_autoptr (MadoReport) b = mado_report_from_variant (twice, NULL);

  g_assert_cmpstr (a->subject, ==, "s");
  g_assert_true (g_str_equal (b->subject, "one") || g_str_equal (b->subject, "two"));
}

static void
test_every_byte_flipped (void)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_report_type, report);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint refused = 0;

  for (gsize i = 0; i < length; i++)
    for (guint bit = 0; bit < 9; bit++) {
      g_autofree guint8 *broken = g_memdup2 (data, length);
      broken[i] ^= bit < 8 ? (guint8) (1u << bit) : 0xff;
      g_autoptr (GBytes) input = g_bytes_new (broken, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (MadoReport) back = mado_record_from_bytes (&mado_report_type, input, &error);
      g_assert_true ((back == NULL) == (error != NULL));
      refused += back == NULL;
      if (back != NULL)
        g_bytes_unref (mado_record_to_bytes (&mado_report_type, back));
    }
  g_assert_cmpuint (refused, >, length / 10);
}

static void
test_every_cut (void)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_report_type, report);

  for (gsize length = 0; length < g_bytes_get_size (bytes); length++) {
    g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (bytes, NULL), length);
    g_autoptr (GError) error = NULL;
    g_autoptr (MadoReport) back = mado_record_from_bytes (&mado_report_type, cut, &error);
    g_assert_true ((back == NULL) == (error != NULL));
  }
}

/* What a hostile mail made too long is cut, and then accepted. */
static void
test_clamp (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (GError) error = NULL;

  report->message_id = g_strnfill (5000, 'x');
  report->from = mado_mailbox_new ();
  g_autofree char *filler = g_strnfill (4095, 'n');
  report->from->name = g_strconcat (filler, "窓", NULL);
  g_strfreev (report->problems);
  report->problems = g_new0 (char *, 1502);
  for (int i = 0; i < 1501; i++)
    report->problems[i] = g_strdup ("p");
  for (int i = 0; i < 150; i++)
    g_ptr_array_add (report->keys_offered, mado_offered_key_new ());
  g_assert_true (mado_record_clamp (&mado_report_type, report));
  g_assert_false (mado_record_clamp (&mado_report_type, report));
  g_autoptr (MadoReport) copy = mado_report_copy (report);
  g_assert_nonnull (copy);
  g_assert_cmpint (strlen (copy->message_id), ==, 4096);
  g_assert_cmpint (strlen (copy->from->name), ==, 4095);
  g_assert_cmpint (g_strv_length (copy->problems), ==, 1000);
  g_assert_cmpint (copy->keys_offered->len, ==, 100);
}

/* What a terminal would obey never stands in JSON as it is, and reads back as it was. */
static void
test_json_steering (void)
{
  const char *id = "<a\xc2\x9b\x33\x31mb\xe2\x80\xae\x1b[2J\x7f\xe2\x80\xa8@x>";
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *o;

  report->message_id = g_strdup (id);
  report->subject = g_strdup ("\xe7\xaa\x93\xe5\x8f\xa3");
  o = to_json (&mado_report_type, report, parser);
  g_assert_cmpstr (json_object_get_string_member (o, "message_id"), ==, id);
  g_autoptr (JsonNode) node = mado_record_to_json (&mado_report_type, report);
  g_autofree char *line = mado_json_line (node);
  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    g_assert_false (g_unichar_iscntrl (c) || c == 0x202e || c == 0x2028);
  }
  g_assert_nonnull (strstr (line, "\\u009b"));
  g_assert_nonnull (strstr (line, report->subject)); /* honest writing stays as it is */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/record/round-trip", test_round_trip);
  g_test_add_func ("/model/record/empty", test_empty);
  g_test_add_func ("/model/record/copy", test_copy);
  g_test_add_func ("/model/record/bad-utf8", test_bad_utf8_is_mended);
  g_test_add_func ("/model/record/wrong-types", test_wrong_types);
  g_test_add_func ("/model/record/limits", test_limits);
  g_test_add_func ("/model/record/odd-but-fine", test_odd_but_fine);
  g_test_add_func ("/model/record/every-byte-flipped", test_every_byte_flipped);
  g_test_add_func ("/model/record/every-cut", test_every_cut);
  g_test_add_func ("/model/json/full", test_json);
  g_test_add_func ("/model/json/empty", test_json_empty);
  g_test_add_func ("/model/incident/summary", test_summary);
  g_test_add_func ("/model/incident/summary-from-variant", test_summary_from_variant);
  g_test_add_func ("/model/clamp", test_clamp);
  g_test_add_func ("/model/json/steering", test_json_steering);
  return g_test_run ();
}
