/* Fuzz target: triage of reports by the rules that come with the program and some of ours; the first byte chooses what the rest
 * is: a rules file, or what a report holds, line by line. The same report is judged the same; what is decided fits its limits;
 * a word that is said to be in a text is in it. */
#include "madoguchi/desk/triage.h"
#include "madoguchi/desk/triage-facts.h"
#include "madoguchi/base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static const char rules_text[]
    = "[constituency a]\nnetworks = 192.0.2.0/24; 2001:db8::/32; 0.0.0.0/1\ndomains = example.jp; 日本語.example\nas = 64500\n"
      "contacts = @example.jp; a@b.example\nimpact = high\nowner = x\n[constituency b]\nnetworks = 192.0.2.128/25\n"
      "[rule a]\nwords = scan; port scan; フィッシング; he; she; hers; aa; aaa\ncategory = Scan\ntags = t; u\nimpact = low\n"
      "[rule b]\nsender = example.jp\nfield = a=b; ａ=ｂ\nindicator = url\ntag = t\nurgency = high\noverride = yes\ncategory = APT\n"
      "[rule c]\nconstituency = none\nout-of-scope = no\nanswer = no\ntemplate = x\n[rule d]\nsource = a\ntarget = any; b\nrelated = yes\n";

static void
need (gboolean claim)
{
  if (!claim)
    abort ();
}

static void
add_indicator (MadoReport *report, const char *type, const char *value, gboolean is_evidence)
{
  MadoIndicator *indicator = mado_indicator_new ();

  indicator->type = g_strdup (type);
  indicator->value = g_strdup (value);
  indicator->part = g_strdup ("1");
  indicator->role = g_strdup (is_evidence ? "evidence" : "statement");
  g_ptr_array_add (report->indicators, indicator);
}

/* Lines: subject, sender, kind, field, then values. */
static MadoReport *
make_report (const char *text)
{
  MadoReport *report = mado_report_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", 60);
  guint n = g_strv_length (lines);
  MadoReportRecord *record = mado_report_record_new ();

  report->report = mado_report_body_new ();
  g_ptr_array_add (report->report->records, record);
  report->text = g_strdup (text);
  record->format = g_strdup (n > 2 ? lines[2] : "form");
  record->is_evidence = (n & 1) != 0;
  record->title = g_strdup (n > 4 ? lines[4] : NULL);
  report->subject = g_strdup (n > 0 ? lines[0] : NULL);
  if (n > 1) {
    report->from = mado_mailbox_new ();
    report->from->address = g_strdup (lines[1]);
    report->report->category = g_strdup (lines[1]);
  }
  if (n > 5) {
    g_strfreev (record->sources);
    record->sources = g_strdupv (lines + 4);
    g_strfreev (record->fields);
    record->fields = g_strdupv (lines);
    g_strfreev (record->targets);
    record->targets = g_strdupv (lines + 5);
  }
  for (guint i = 0; i < n; i++)
    add_indicator (report, i % 3 == 0 ? "url" : lines[i], lines[i], i % 2 == 0);
  mado_record_clamp (&mado_report_type, report);
  return report;
}

static void
check_words (const MadoTriageRules *rules, const MadoReport *report)
{
  g_auto (MadoTriageFacts) facts = { 0 };
  g_autofree char *folded = mado_words_fold (report->text);

  mado_triage_facts_init (&facts, rules, report, TRUE);
  for (guint i = 0; i < mado_words_count (rules->words); i++)
    need ((facts.words[i] & MADO_WORD_IN_TEXT) == 0 || strstr (folded, mado_words_get (rules->words, i)) != NULL);
  need (g_utf8_validate (folded, -1, NULL));
}

static GBytes *
judge (const MadoTriageRules *rules, const MadoReport *report, gboolean is_joined)
{
  MadoTriageHistory history = { is_joined, TRUE };
  g_autoptr (MadoTriage) triage = mado_triage_judge (rules, report, &history);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = mado_record_to_bytes (&mado_triage_type, triage);
  g_autoptr (MadoTriage) again = mado_record_from_bytes (&mado_triage_type, bytes, &error);

  need (again != NULL);
  mado_triage_combine (again, NULL);
  g_autoptr (GBytes) same = mado_record_to_bytes (&mado_triage_type, again);
  need (g_bytes_equal (bytes, same));
  return bytes;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *raw = size > 0 ? g_strndup ((const char *) bytes + 1, size - 1) : g_strdup ("");
  g_autoptr (MadoTriageRules) rules = NULL;

  if (size > 0 && bytes[0] == 'r') {
    rules = mado_triage_rules_parse (raw, "fuzz", NULL);
    return 0;
  }
  g_autofree char *text = mado_text_visible (raw);
  g_autoptr (MadoReport) report = make_report (text);
  rules = mado_triage_rules_parse (rules_text, "fuzz", NULL);
  need (rules != NULL);
  check_words (rules, report);
  g_autoptr (GBytes) first = judge (rules, report, FALSE), second = judge (rules, report, FALSE), joined = judge (rules, report, TRUE);
  need (g_bytes_equal (first, second) && joined != NULL);
  return 0;
}
