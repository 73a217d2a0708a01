/* test-desk-triage.c: each kind of question of the rules, their order, and what an incident shows in the end. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/triage-facts.h"
#include "madoguchi/desk/triage.h"

#include <string.h>
#include <time.h>

static const char house[]
    = "[constituency uni]\nnetworks = 192.0.2.0/24; 2001:db8::/32\ndomains = example.ac.jp\nas = AS64500\ncontacts = noc@uni.example\n"
      "[constituency hospital]\nnetworks = 192.0.2.128/25\nimpact = high\nowner = hana\n";

static MadoTriageRules *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *all = g_strconcat (house, text, NULL);
  MadoTriageRules *rules = mado_triage_rules_parse (all, "t.conf", &error);

  g_assert_no_error (error);
  return rules;
}

static void
set (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static MadoReport *
make_report (const char *subject, const char *text)
{
  MadoReport *report = mado_report_new ();

  report->subject = g_strdup (subject);
  report->text = g_strdup (text);
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("Alice@cert.Example.net");
  report->report = mado_report_body_new ();
  return report;
}

static MadoReportRecord *
add_record (MadoReport *report, const char *format, gboolean is_evidence)
{
  MadoReportRecord *record = mado_report_record_new ();

  record->format = g_strdup (format);
  record->is_evidence = is_evidence;
  g_ptr_array_add (report->report->records, record);
  return record;
}

static void
add_indicator (MadoReport *report, const char *type, const char *value, const char *role)
{
  MadoIndicator *indicator = mado_indicator_new ();

  indicator->type = g_strdup (type);
  indicator->value = g_strdup (value);
  indicator->part = g_strdup ("1.1");
  indicator->role = g_strdup (role);
  g_ptr_array_add (report->indicators, indicator);
}

static MadoTriage *
judge (const MadoTriageRules *rules, const MadoReport *report)
{
  MadoTriageHistory history = { FALSE, FALSE };

  return mado_triage_judge (rules, report, &history);
}

static const MadoDecision *
find (const MadoTriage *triage, const char *field, const char *value)
{
  for (guint i = 0; i < triage->decisions->len; i++) {
    const MadoDecision *decision = triage->decisions->pdata[i];
    if (strcmp (decision->field, field) == 0 && (value == NULL || g_strcmp0 (decision->value, value) == 0))
      return decision;
  }
  return NULL;
}

/* Everything that a rule may ask for, on one report, yes and no. */
static void
test_each_question (void)
{
  static const struct {
    const char *key;
    gboolean fits;
  } rows[] = {
    { "kind = XARF", TRUE },                 { "kind = arf; iodef", FALSE },
    { "format = xarf", TRUE },               { "format = mail", FALSE }, /* evidence, beside a statement */
    { "type = Connection/DDoS", TRUE },      { "type = spam", FALSE },
    { "form = ntt-cert", FALSE },            { "field = Choice=Scan", TRUE },
    { "field = choice=other", FALSE },       { "field = top=はい", TRUE },
    { "reported = availability:ddos", TRUE }, { "reported = DDoS", TRUE },
    { "reported = Phishing", FALSE },        { "words = 攻撃", TRUE },
    { "words = none such; ATTACKED", TRUE }, { "words = attack", FALSE },
    { "words = record title", TRUE },        { "sender = alice@cert.example.net", TRUE },
    { "sender = example.net", TRUE },        { "sender = net", TRUE },
    { "sender = ert.example.net", FALSE },   { "sender = bob@cert.example.net", FALSE },
    { "indicator = ipv4", TRUE },            { "indicator = url", FALSE },
    { "language = ja", TRUE },               { "language = en", FALSE },
    { "tlp = AMBER", FALSE },                { "tlp = TLP:RED", TRUE },
    { "encryption = whole", TRUE },          { "encryption = none; partial", FALSE },
    { "signature = good", TRUE },            { "signature = none; bad", FALSE },
    { "constituency = uni", TRUE },          { "constituency = any", TRUE },
    { "constituency = none", FALSE },        { "constituency = hospital", FALSE },
    { "target = uni", TRUE },                { "target = none", FALSE },
    { "source = none", TRUE },               { "source = uni", FALSE },
    { "reporter = none", TRUE },             { "reporter = any", FALSE },
    { "related = yes", FALSE },              { "related = no", TRUE },
    { "tag = early", TRUE },                 { "tag = late", FALSE },
    { "words = 攻撃\nlanguage = en", FALSE }, { "words = 攻撃\nlanguage = ja", TRUE },
    { "", TRUE },
  };
  g_autoptr (MadoReport) report = make_report ("攻撃を受けました", "We were attacked.");
  MadoReportRecord *record = add_record (report, "xarf", FALSE);

  set (&report->language, "ja");
  set (&report->report->kind, "xarf");
  set (&report->report->tlp, "TLP:RED");
  report->encryption = MADO_ENCRYPTION_WHOLE;
  report->signature = MADO_SIGNATURE_GOOD;
  g_strfreev (report->report->fields);
  report->report->fields = g_strsplit ("Top|はい", "|", -1);
  set (&record->type, "connection/ddos");
  set (&record->category, "availability:ddos");
  set (&record->title, "The record\ntitle");
  g_strfreev (record->fields);
  record->fields = g_strsplit ("Choice|scan", "|", -1);
  g_strfreev (record->targets);
  record->targets = g_strsplit ("192[.]0.2.7", " ", -1);
  add_record (report, "mail", TRUE);
  add_indicator (report, "ipv4", "203.0.113.1", "statement");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text
        = g_strconcat ("[rule first]\ntags = Early\n[rule x]\n", rows[i].key, "\ntags = hit\n[rule last]\ntags = late\n", NULL);
    g_autoptr (MadoTriageRules) rules = parse (text);
    g_autoptr (MadoTriage) triage = judge (rules, report);
    g_test_message ("%s", rows[i].key);
    g_assert_cmpint (find (triage, "tag", "hit") != NULL, ==, rows[i].fits);
  }
}

static void
test_evidence (void)
{
  g_autoptr (MadoTriageRules) rules = parse ("[rule fwd]\nformat = mail\ntags = forwarded\n");
  g_autoptr (MadoReport) report = make_report ("fwd", "see below");
  MadoReportRecord *record = add_record (report, "mail", TRUE);

  g_strfreev (record->sources);
  record->sources = g_strsplit ("mx.example.ac.jp", " ", -1);
  add_indicator (report, "url", "http://www.example.ac.jp/", "evidence");
  g_autoptr (MadoTriage) only = judge (rules, report);
  g_assert_nonnull (find (only, "tag", "forwarded"));
  g_assert_cmpstr (find (only, "constituency", "uni")->because, ==, "mx.example.ac.jp, source in record 1 (mail) (evidence)");
  /* The reporter says something himself: what he forwards counts no more. */
  add_indicator (report, "ipv4", "192.0.2.200", "statement");
  g_autoptr (MadoTriage) both = judge (rules, report);
  g_assert_nonnull (find (both, "constituency", "hospital"));
  g_assert_cmpstr (find (both, "constituency", "uni")->because, ==, "192.0.2.200, mentioned in part 1.1");
  g_assert_cmpstr (both->owner, ==, "hana");
  g_assert_cmpstr (both->priority, ==, "high");
  g_assert_cmpstr (find (both, "priority", NULL)->because, ==, "impact high (constituency hospital), urgency normal (no rule)");
  g_assert_cmpstr (find (both, "priority", NULL)->rule, ==, "t.conf [priority]");
}

static void
test_order (void)
{
  static const char text[] = "[rule a]\nwords = phishing\ncategory = Phishing\nurgency = high\nowner = ann\n"
                             "[rule b]\nwords = scan\ncategory = Scan\nimpact = low\nowner = bob\ntags = one; two\n"
                             "[rule c]\ncategory = APT\noverride = yes\nwords = apt29\n";
  g_autoptr (MadoTriageRules) rules = parse (text);
  g_autoptr (MadoReport) both = make_report ("scan", "and phishing"), apt = make_report ("APT29 phishing", "");
  g_autoptr (MadoTriage) first = judge (rules, both), second = judge (rules, apt);

  g_assert_cmpstr (first->category, ==, "fraud:phishing");
  g_assert_cmpstr (mado_triage_get (first->category_names, "jpcert_ja"), ==, "フィッシングサイト");
  g_assert_cmpstr (first->owner, ==, "ann");
  g_assert_cmpstr (first->priority, ==, "normal"); /* impact low, urgency high */
  g_assert_cmpstr (find (first, "category", NULL)->because, ==, "word \"phishing\" in the text");
  g_assert_cmpstr (find (first, "category", NULL)->rule, ==, "t.conf [rule a]");
  g_assert_true (g_strv_contains ((const char *const *) first->tags, "two"));
  g_assert_cmpstr (second->category, ==, "intrusions:system-compromise");
  g_assert_cmpstr (mado_triage_get (second->category_names, "guide"), ==, "APT");
  /* What the report says of itself goes before rules that do not override. */
  set (&both->report->category, "vulnerable:weak-crypto");
  set (&apt->report->category, "vulnerable:weak-crypto");
  g_autoptr (MadoTriage) third = judge (rules, both), fourth = judge (rules, apt), none = judge (NULL, both);
  g_assert_cmpstr (third->category, ==, "vulnerable:weak-crypto");
  g_assert_cmpstr (find (third, "category", NULL)->set_by, ==, "report");
  g_assert_cmpstr (fourth->category, ==, "intrusions:system-compromise");
  g_assert_cmpstr (none->category, ==, "vulnerable:weak-crypto");
  g_assert_null (none->priority);
  set (&both->report->category, "no such: thing");
  g_autoptr (MadoTriage) unknown = judge (rules, both);
  g_assert_cmpstr (unknown->category, ==, "fraud:phishing");
}

static void
test_matrix (void)
{
  static const char *const levels[] = { "low", "normal", "high" };
  static const char *const usual[3][3]
      = { { "low", "low", "normal" }, { "low", "normal", "high" }, { "normal", "high", "urgent" } };
  g_autoptr (MadoReport) report = make_report ("", "");

  for (int i = 0; i < 3; i++)
    for (int u = 0; u < 3; u++) {
      g_autofree char *text = g_strdup_printf ("[rule x]\nimpact = %s\nurgency = %s\n", levels[i], levels[u]);
      g_autoptr (MadoTriageRules) rules = parse (text);
      g_autoptr (MadoTriage) triage = judge (rules, report);
      g_assert_cmpstr (triage->priority, ==, usual[i][u]);
    }
  g_autoptr (MadoTriageRules) own = parse ("[priority]\nimpact = high\nurgency = low\nimpact-high = urgent; low; low\n");
  g_autoptr (MadoTriage) triage = judge (own, report);
  g_assert_cmpstr (triage->priority, ==, "urgent");
}

static void
test_scope (void)
{
  g_autoptr (MadoTriageRules) rules = parse ("[rule out]\nconstituency = none\nout-of-scope-ja = 担当外です\nout-of-scope = Not ours; sorry\n"
                                             "template = elsewhere\nanswer = no\n");
  g_autoptr (MadoReport) report = make_report ("x", "y");
  g_autoptr (MadoTriage) out = judge (rules, report);
  MadoTriageHistory joined = { TRUE, FALSE };
  g_autoptr (MadoTriage) later = mado_triage_judge (rules, report, &joined);

  g_assert_cmpstr (mado_triage_scope (out, "ja"), ==, "担当外です");
  g_assert_cmpstr (mado_triage_scope (out, "fr"), ==, "Not ours; sorry");
  g_assert_cmpstr (mado_triage_scope (out, NULL), ==, "Not ours; sorry");
  g_assert_cmpstr (out->template_name, ==, "elsewhere");
  g_assert_true (out->is_silent);
  g_assert_true (g_strv_contains ((const char *const *) out->tags, "out-of-scope"));
  /* A mail that joins a case takes nothing of it back, and says nothing of its urgency. */
  g_assert_null (mado_triage_scope (later, "ja"));
  g_assert_null (later->template_name);
  g_assert_null (later->priority);
  g_assert_cmpuint (later->decisions->len, ==, 0);
  add_indicator (report, "asn", "AS64500", "statement");
  g_autoptr (MadoTriage) in = judge (rules, report);
  g_assert_null (mado_triage_scope (in, "ja"));
  g_assert_false (in->is_silent);
}

static void
add (MadoTriage *triage, const char *field, const char *value, const char *by)
{
  MadoDecision *decision = mado_decision_new ();

  decision->field = g_strdup (field);
  decision->value = g_strdup (value);
  decision->set_by = g_strdup (by);
  g_ptr_array_add (triage->decisions, decision);
}

static void
test_combine (void)
{
  g_autoptr (MadoTriage) t = mado_triage_new ();
  const char *tlp = NULL;
  char **tags;

  add (t, "category", "fraud:phishing", "rule");
  add (t, "category", "test:test", "report");
  add (t, "priority", "normal", "rule");
  add (t, "priority", "urgent", "rule");
  add (t, "priority", "high", "rule");
  add (t, "tag", "a", "rule");
  add (t, "tag", "b", "rule");
  add (t, "owner", "ann", "rule");
  add (t, "tlp", "TLP:GREEN", "report");
  mado_triage_combine (t, &tlp);
  g_assert_cmpstr (t->category, ==, "fraud:phishing");
  g_assert_cmpstr (t->priority, ==, "urgent");
  g_assert_cmpstr (tlp, ==, "TLP:GREEN");
  g_assert_false (((MadoDecision *) t->decisions->pdata[2])->is_current);
  g_assert_true (((MadoDecision *) t->decisions->pdata[3])->is_current);
  add (t, "category", "Spam", "mika");
  add (t, "priority", "low", "mika");
  add (t, "owner", NULL, "mika");
  add (t, "untag", "a", "mika");
  add (t, "untag", "c", "mika");
  add (t, "tag", "c", "mika");
  add (t, "tlp", "TLP:RED", "mika");
  add (t, "tlp", "TLP:CLEAR", "mika");
  mado_triage_combine (t, &tlp);
  g_assert_cmpstr (t->category, ==, "Spam");
  g_assert_cmpstr (t->priority, ==, "low");
  g_assert_null (t->owner);
  g_assert_cmpstr (tlp, ==, "TLP:CLEAR");
  tags = t->tags;
  g_assert_cmpuint (g_strv_length (tags), ==, 2);
  g_assert_cmpstr (tags[0], ==, "b");
  g_assert_cmpstr (tags[1], ==, "c");
  g_assert_false (((MadoDecision *) t->decisions->pdata[3])->is_current);
  add (t, "priority", "auto", "mika");
  add (t, "tag", "a", "mika");
  mado_triage_combine (t, &tlp);
  g_assert_cmpstr (t->priority, ==, "urgent");
  g_assert_cmpuint (g_strv_length (t->tags), ==, 3);
}

static void
test_bad_files (void)
{
  static const struct {
    const char *text, *message;
  } rows[] = {
    { "[rule a]\nwordz = x\n", "t.conf:2: [rule a] wordz: unknown key" },
    { "\n\n[rules a]\nwords = x\n", "t.conf:3: [rules a] unknown group: there are [constituency NAME], [rule NAME] and [priority]" },
    { "[rule a]\ncategory = nonsense\n", "t.conf:2: [rule a] category: nonsense is no RSIT category, and no name of one" },
    { "[rule a]\nimpact = huge\n", "t.conf:2: [rule a] impact: huge is not low, normal or high" },
    { "[rule a]\nsignature = goood\n", "t.conf:2: [rule a] signature: goood is not something to ask for here" },
    { "[rule a]\ntlp = PURPLE\n", "t.conf:2: [rule a] tlp: PURPLE is not something to ask for here" },
    { "[rule a]\nconstituency = uni\n", "t.conf:2: [rule a] constituency: uni is not something to ask for here" },
    { "[rule a]\nfield = x\n", "t.conf:2: [rule a] field: x is not something to ask for here" },
    { "[rule a]\nwords = ;\n", "t.conf:2: [rule a] words: a value is missing" },
    { "[rule a]\nwords =\n", "t.conf:2: [rule a] words: a value is missing" },
    { "[rule a]\nowner = two words\n", "t.conf:2: [rule a] owner: not a word of letters, digits and . _ - @ : +" },
    { "[rule a]\noverride = maybe\n", "t.conf:2: [rule a] override: neither yes nor no" },
    { "[rule a]\nout-of-scope-ja =\n", "t.conf:2: [rule a] out-of-scope-ja: the reason, in words, is missing or too long" },
    { "[rule a]\ntags = a b\n", "t.conf:2: [rule a] tags: a b: not a word of letters, digits and . _ - @ : +" },
    { "[rule a]\nwords = x\n[rule a]\nwords = y\n", "t.conf:3: [rule a]  stands there twice" },
    { "[rule a]\nwords = x\nwords = y\n", "t.conf:3: [rule a] words stands there twice" },
    { "[constituency c]\nnetworks = 192.0.2.1/24\n", "t.conf:2: [constituency c] networks: 192.0.2.1/24: no network (192.0.2.0/24, host bits zero)" },
    { "[constituency c]\ndomains = jp\n", "t.conf:2: [constituency c] domains: jp: no domain name" },
    { "[constituency any]\ndomains = a.jp\n", "t.conf:1: [constituency any] not a name for a constituency" },
    { "[priority]\nimpact-high = urgent; low\n", "t.conf:2: [priority] impact-high: three priorities are needed, for low, normal and high urgency" },
    { "[priority]\nimpact-high = urgent; low; extreme\n", "t.conf:2: [priority] impact-high: extreme is not low, normal, high or urgent" },
    { "[priority]\nx = 1\n", "t.conf:2: [priority] x: unknown key" },
    { "[rule \xff]\n", "t.conf: not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_triage_rules_parse (rows[i].text, "t.conf", &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_cmpstr (error->message, ==, rows[i].message);
  }
  g_autoptr (GError) broken = NULL, missing = NULL;
  g_assert_null (mado_triage_rules_parse ("rubbish\n", "t.conf", &broken));
  g_assert_error (broken, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_null (mado_triage_rules_load ("/nonexistent/triage.conf", &missing));
  g_assert_error (missing, MADO_ERROR, MADO_ERROR_CONF);
}

static void
test_file_limits (void)
{
  g_autoptr (GString) groups = g_string_new (NULL), values = g_string_new ("[rule a]\nsender = ");
  g_autoptr (GError) error = NULL, other = NULL;

  for (int i = 0; i < 2001; i++)
    g_string_append_printf (groups, "[rule %d]\n", i);
  g_assert_null (mado_triage_rules_parse (groups->str, "t.conf", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  for (int i = 0; i < 5001; i++)
    g_string_append_printf (values, "d%d.example; ", i);
  g_assert_null (mado_triage_rules_parse (values->str, "t.conf", &other));
  g_assert_error (other, MADO_ERROR, MADO_ERROR_CONF);
}

/* The rules that come with the program. */
static void
test_shipped (void)
{
  static const struct {
    const char *subject, *text, *category, *priority;
  } rows[] = {
    { "フィッシングサイトの報告", "本文", "fraud:phishing", "high" },
    { "port scan from your network", "", "information-gathering:scanner", "low" },
    { "hello", "our server is a victim of a DDoS", "availability:ddos", "high" },
    { "Webサイト改ざん", "", "information-content-security:unauthorised-information-modification", "high" },
    { "迷惑メール", "", "abusive-content:spam", "low" },
    { "送信元を詐称したメール", "", "fraud:masquerade", "normal" },
    { "標的型攻撃の疑い", "", "intrusions:system-compromise", "urgent" },
    { "Emotet", "マルウェア感染", "malicious-code:infected-system", "normal" },
    { "hello", "a question about your services", NULL, "normal" },
  };
  g_autofree char *path = g_build_filename (g_getenv ("MADO_SRC"), "conf", "triage.conf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoTriageRules) rules = mado_triage_rules_load (path, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (MadoReport) report = make_report (rows[i].subject, rows[i].text);
    g_autoptr (MadoTriage) triage = judge (rules, report);
    g_test_message ("%s", rows[i].subject);
    g_assert_cmpstr (triage->category, ==, rows[i].category);
    g_assert_cmpstr (triage->priority, ==, rows[i].priority);
  }
}

/* As much of everything as a report can have, in no more time than its size explains. */
static void
test_large (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MADO_SRC"), "conf", "triage.conf", NULL);
  g_autoptr (MadoTriageRules) rules = mado_triage_rules_load (path, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MadoReport) report = make_report ("x", "");
  gint64 start;

  while (text->len < 10 * 1024 * 1024)
    g_string_append (text, "Phishin, フィッシン port sca マルウェ http://192.0.2.1/ scandal. ");
  set (&report->text, text->str);
  for (int i = 0; i < 60000; i++) {
    g_autofree char *name = g_strdup_printf ("a.b.c.d.e.f.g.host%d.example.ac.jp", i);
    add_indicator (report, "domain", name, "statement");
  }
  start = clock ();
  g_autoptr (MadoTriage) triage = judge (rules, report);
  g_test_message ("10 MB of text and 60000 indicators: %.0f ms", (double) (clock () - start) / 1000.0);
  g_assert_null (triage->category);
  g_assert_cmpint (clock () - start, <, 60 * CLOCKS_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/desk/triage/" name, test)
  ADD ("each-question", test_each_question);
  ADD ("evidence", test_evidence);
  ADD ("order", test_order);
  ADD ("matrix", test_matrix);
  ADD ("scope", test_scope);
  ADD ("combine", test_combine);
  ADD ("bad-files", test_bad_files);
  ADD ("file-limits", test_file_limits);
  ADD ("shipped", test_shipped);
  ADD ("large", test_large);
  return g_test_run ();
}
