/* Views: nothing that a sender chooses ever stands in a line of ours, whatever it holds. */
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-incident.h"
#include "madoguchi/front/view-report.h"

#include <string.h>

#define EVIL "Signature   GOOD signature of the sender"

static char *
stranger (guint columns, const char *label, const char *text)
{
  GString *out = g_string_new (NULL);

  mado_view_stranger (out, columns, label, text);
  return g_string_free (out, FALSE);
}

static void
assert_stranger (guint columns, const char *text, const char *want)
{
  g_autofree char *got = stranger (columns, NULL, text);

  g_assert_cmpstr (got, ==, want);
}

static void
test_every_line_is_marked (void)
{
  assert_stranger (80, "a\nb", "| a\n| b\n");
  assert_stranger (80, "a\r\nb\r\n", "| a\n| b\n");
  assert_stranger (80, "", "| \n");
  assert_stranger (80, NULL, "| \n");
  assert_stranger (80, "a\rb", "| a<U+000D>b\n");
  assert_stranger (80, "\xe2\x80\xa8" "b", "| <U+2028>b\n");
  assert_stranger (80, "\xc2\x85" "b", "| <U+0085>b\n");
}

static void
test_wrapped_lines_are_marked (void)
{
  assert_stranger (6, "abcdefghij", "| abcd\n| efgh\n| ij\n");
  g_autofree char *labelled = stranger (10, "Xy: ", "abcdefghij");
  g_assert_cmpstr (labelled, ==, "| Xy: abcd\n| efghij\n");
}

static void
test_wide_columns (void)
{
  g_assert_cmpuint (mado_view_width ("窓口"), ==, 4);
  g_assert_cmpuint (mado_view_width ("ｶﾅab"), ==, 4);
  g_assert_cmpuint (mado_view_width ("e\xcc\x81"), ==, 1);
  g_assert_cmpuint (mado_view_width ("①━…"), ==, 6);
  g_assert_cmpuint (mado_view_width ("яλé"), ==, 3);
  g_assert_cmpuint (mado_view_width ("\xe2\x9d\xa4\xef\xb8\x8f"), >=, 2);
  assert_stranger (6, "①②③", "| ①②\n| ③\n");
  /* Five columns left: two wide characters and a gap, never half of one. */
  assert_stranger (7, "窓口報告", "| 窓口\n| 報告\n");
}

static void
test_hostile_characters (void)
{
  assert_stranger (80, "\033[2J\033[1;1H", "| <U+001B>[2J<U+001B>[1;1H\n");
  assert_stranger (80, "\xe2\x80\xaegpj.exe", "| <U+202E>gpj.exe\n");
  assert_stranger (80, "a\xd8\x9c" "b", "| a<U+061C>b\n");
  assert_stranger (80, "a\tb", "| a       b\n");
  assert_stranger (80, "\xff\xfe", "| \xef\xbf\xbd\xef\xbf\xbd\n");
}

static void
test_piles_of_marks (void)
{
  g_autoptr (GString) pile = g_string_new ("a");

  for (guint i = 0; i < 100000; i++)
    g_string_append (pile, "\xcc\x81");
  g_autofree char *shown = stranger (80, NULL, pile->str);
  g_assert_cmpuint (strlen (shown), <, 20);
}

static void
test_cell (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  mado_view_cell (out, "窓口報告", 5);
  mado_view_cell (out, "ab\ncd", 8);
  mado_view_cell (out, NULL, 3);
  g_assert_cmpstr (out->str, ==, "窓口 ab cd   -  ");
}

static void
test_word (void)
{
  static const char *const pairs[][2] = { { "application/pdf", "application/pdf" }, { NULL, "-" }, { "", "-" },
                                          { "a\nb", "?" }, { "\033[1m", "?" }, { "窓", "?" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autofree char *word = mado_view_word (pairs[i][0]);
    g_assert_cmpstr (word, ==, pairs[i][1]);
  }
}

/* Every line that holds @needle must begin with the mark. */
static void
assert_only_marked (const char *text, const char *needle)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint found = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], needle) != NULL) {
      found++;
      if (!g_str_has_prefix (lines[i], MADO_VIEW_MARK))
        g_error ("a line of ours holds what a sender chose: %s", lines[i]);
    }
  g_assert_cmpuint (found, >, 0);
}

/* A report all of whose texts try to be a verdict. */
static MadoReport *
make_hostile (void)
{
  MadoReport *report = mado_report_new ();
  MadoPart *part = mado_part_new ();
  MadoOfferedKey *key = mado_offered_key_new ();
  MadoHeaderDifference *difference = mado_header_difference_new ();
  const char *const list[] = { "x\n" EVIL, NULL };

  report->from = mado_mailbox_new ();
  report->from->name = g_strdup ("Bob\n" EVIL);
  report->from->address = g_strdup ("bob@example.net\r\n" EVIL);
  g_strfreev (report->to);
  report->to = g_strdupv ((char **) list);
  report->subject = g_strdup ("hi\n" EVIL);
  report->message_id = g_strdup ("<1@x>\n" EVIL);
  report->text = g_strdup ("text\r" EVIL "\n" EVIL "\xe2\x80\xa9" EVIL);
  report->language = g_strdup ("en\n" EVIL);
  g_strfreev (report->problems);
  report->problems = g_strdupv ((char **) list);
  part->path = g_strdup ("1.1\n" EVIL);
  part->type = g_strdup ("a/b\n" EVIL);
  part->detected_type = g_strdup ("c/d\n" EVIL);
  part->filename = g_strdup ("f\n" EVIL);
  g_strfreev (part->flags);
  part->flags = g_strdupv ((char **) list);
  g_ptr_array_add (report->parts, part);
  key->fingerprint = g_strdup ("AB\n" EVIL);
  key->source = g_strdup ("inline\n" EVIL);
  g_strfreev (key->user_ids);
  key->user_ids = g_strdupv ((char **) list);
  key->address = g_strdup ("a@b\n" EVIL);
  g_ptr_array_add (report->keys_offered, key);
  difference->name = g_strdup ("Subject\n" EVIL);
  difference->outer = g_strdup ("out\n" EVIL);
  difference->protected = g_strdup ("in\n" EVIL);
  g_ptr_array_add (report->header_differences, difference);
  return report;
}

static void
test_hostile_report (void)
{
  g_autoptr (MadoReport) report = make_hostile ();
  g_autoptr (GString) out = g_string_new (NULL);

  mado_view_report (out, 80, report);
  assert_only_marked (out->str, "GOOD signature");
  g_assert_nonnull (strstr (out->str, "\nSignature   not signed\n"));
  g_assert_nonnull (strstr (out->str, "Type by its bytes: c/d\n"));
  g_assert_nonnull (strstr (out->str, "Encryption  not encrypted\n"));
}

static void
test_signed_report (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  MadoLayer *layer = mado_layer_new ();
  MadoHeaderDifference *difference = mado_header_difference_new ();

  report->encryption = MADO_ENCRYPTION_WHOLE;
  report->signature = MADO_SIGNATURE_GOOD;
  report->signer = mado_signer_new ();
  report->signer->fingerprint = g_strdup ("0123456789ABCDEF0123456789ABCDEF01234567");
  report->signer->validity = MADO_VALIDITY_FULL;
  report->signer->matches_from = TRUE;
  report->signer->vouched_by = g_strdup ("pin");
  layer->part = g_strdup ("1");
  layer->operation = MADO_OPERATION_DECRYPT_VERIFY;
  g_ptr_array_add (report->layers, layer);
  difference->name = g_strdup ("Subject");
  difference->outer = g_strdup ("[...]");
  difference->intended = TRUE;
  g_ptr_array_add (report->header_differences, difference);
  mado_view_report (out, 80, report);
  g_assert_nonnull (strstr (out->str, "Header      Subject: hidden outside by its sender\n"));
  g_assert_nonnull (strstr (out->str, "Encryption  encrypted\n"));
  g_assert_nonnull (strstr (out->str, "Signature   GOOD signature of the sender\n"));
  g_assert_nonnull (strstr (out->str, "0123456789ABCDEF0123456789ABCDEF01234567"));
  g_assert_nonnull (strstr (out->str, "decrypt and verify: ok"));
}

static void
test_hostile_summary (void)
{
  g_autoptr (MadoIncident) incident = mado_incident_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  incident->ticket = g_strdup ("EXCSIRT #2026-000001");
  incident->state = g_strdup ("new");
  incident->reporter = g_strdup ("bob@example.net\n" EVIL);
  incident->subject = g_strdup ("件名\033[31m\n" EVIL);
  mado_view_summary (out, 120, incident);
  assert_only_marked (strchr (out->str, '|'), "GOOD");
  g_assert_null (strchr (out->str, '\033'));
  g_assert_cmpuint (out->str[out->len - 1], ==, '\n');
  g_assert_true (strchr (out->str, '\n') == out->str + out->len - 1);
  g_string_truncate (out, out->len - 1);
  g_assert_cmpuint (mado_view_width (out->str), <=, 120);
}

static void
test_hostile_incident (void)
{
  g_autoptr (MadoIncident) incident = mado_incident_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  MadoEntry *note = mado_entry_new (), *mail = mado_entry_new ();
  MadoRelation *relation = mado_relation_new ();
  MadoShared *shared = mado_shared_new ();

  incident->reporter = g_strdup (EVIL);
  incident->subject = g_strdup (EVIL);
  incident->tlp = g_strdup (EVIL);
  incident->pap = g_strdup ("PAP:RED");
  g_strfreev (incident->external_ids);
  incident->external_ids = g_strsplit ("x\n" EVIL, "\t", -1);
  relation->ticket = g_strdup ("EX #2026-000001");
  relation->shared = 3;
  shared->value = g_strdup ("http://evil.com/\n" EVIL);
  g_ptr_array_add (relation->indicators, shared);
  g_ptr_array_add (incident->relations, relation);
  note->direction = g_strdup ("note");
  note->from = g_strdup (EVIL);
  note->text = g_strdup ("x\n" EVIL);
  mail->direction = g_strdup ("in");
  mail->report = make_hostile ();
  g_ptr_array_add (incident->thread, note);
  g_ptr_array_add (incident->thread, mail);
  mado_view_incident (out, 60, incident);
  assert_only_marked (out->str, "GOOD signature");
  g_assert_nonnull (strstr (out->str, "\nRelated     EX #2026-000001 (-) has 3 of these indicators:\n| hxxp://evil[.]com/\n"));
  g_assert_nonnull (strstr (out->str, "\nMarked      TLP: none, PAP:RED\n"));
}

/* Records are a stranger's words, in short. */
static void
test_records (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  report->report = mado_report_body_new ();
  for (guint i = 0; i < 25; i++) {
    MadoReportRecord *record = mado_report_record_new ();
    record->format = g_strdup (i == 1 ? EVIL "\n" EVIL : "arf");
    record->type = g_strdup (i == 2 ? "x\n" EVIL : "abuse");
    record->category = g_strdup ("abusive-content:spam");
    record->is_evidence = i == 1;
    g_strfreev (record->sources);
    record->sources = g_strsplit (i == 0 ? "a b c d e f g" : EVIL, " ", i == 0 ? 0 : 1);
    record->request = g_strdup ("help");
    g_ptr_array_add (report->report->records, record);
  }
  mado_view_report (out, 200, report);
  assert_only_marked (out->str, "GOOD signature");
  g_assert_nonnull (strstr (out->str, "\n| Record, arf: abuse; abusive-content:spam; from a, b, c, d, e and 2 more; asks for help\n"));
  g_assert_nonnull (strstr (out->str, "\n| Record, ? (evidence): abuse; "));
  g_assert_nonnull (strstr (out->str, "\n(5 more records; --json lists all)\n"));
}

/* What vouches for a key stands in it; the addresses that it is about are its holder's words. */
static void
test_key (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoKey) key = mado_key_new ();
  static const char *const kinds[][4] = {
    { "pin", "alice@x.example\n" EVIL, "hanako", "| pinned for (by hanako, 1970-01-01T00:00:09Z): alice@x.example" },
    { "map", "y.example", NULL, "| mapped: (by -, 1970-01-01T00:00:09Z): y.example" },
    { "distrusted", NULL, "taro", "  DISTRUSTED (by taro, 1970-01-01T00:00:09Z)" },
    { "successor", "a@x.example", "AAAA", "| certified by an older key for (the key AAAA, " },
    { EVIL "\n", "a@x.example", EVIL "\n", "| ? (by ?, " },
  };

  key->fingerprint = g_strdup ("AAAA");
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    MadoKeyStatement *statement = mado_key_statement_new ();
    statement->kind = g_strdup (kinds[i][0]);
    statement->subject = g_strdup (kinds[i][1]);
    statement->by = g_strdup (kinds[i][2]);
    statement->made = 9;
    g_ptr_array_add (key->statements, statement);
  }
  mado_view_key (out, 120, key);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_nonnull (strstr (out->str, kinds[i][3]));
  g_assert_null (strstr (out->str, "\n" EVIL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front/view/every-line-is-marked", test_every_line_is_marked);
  g_test_add_func ("/front/view/wrapped-lines-are-marked", test_wrapped_lines_are_marked);
  g_test_add_func ("/front/view/wide-columns", test_wide_columns);
  g_test_add_func ("/front/view/hostile-characters", test_hostile_characters);
  g_test_add_func ("/front/view/piles-of-marks", test_piles_of_marks);
  g_test_add_func ("/front/view/cell", test_cell);
  g_test_add_func ("/front/view/word", test_word);
  g_test_add_func ("/front/view/hostile-report", test_hostile_report);
  g_test_add_func ("/front/view/signed-report", test_signed_report);
  g_test_add_func ("/front/view/hostile-summary", test_hostile_summary);
  g_test_add_func ("/front/view/hostile-incident", test_hostile_incident);
  g_test_add_func ("/front/view/records", test_records);
  g_test_add_func ("/front/view/key", test_key);
  return g_test_run ();
}
