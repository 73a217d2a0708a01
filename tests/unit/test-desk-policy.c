/* test-desk-policy.c: what an answer is made of: the draft, and whose key it goes to. Whom we answer at all:
 * test-desk-policy-table.c. */
#include "madoguchi/desk/policy.h"
#include "madoguchi/model/reply-token.h"
#include "madoguchi/desk/draft.h"

#include <string.h>

static const char *const team[] = { "csirt@example.org", "cert@example.com", NULL };
static const char *const languages[] = { "ja", "en", NULL };

static MadoReport *
make_report (void)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup ("<a@example.net>");
  report->from = mado_mailbox_new ();
  report->from->name = g_strdup ("Alice");
  report->from->address = g_strdup ("alice@example.net");
  report->language = g_strdup ("en");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->signature = MADO_SIGNATURE_GOOD;
  report->signer = mado_signer_new ();
  report->signer->fingerprint = g_strdup ("AAAA");
  report->signer->matches_from = TRUE;
  return report;
}

static MadoPolicyFacts
make_facts (const MadoReport *report)
{
  return (MadoPolicyFacts){ .report = report, .mail_from = "alice@example.net", .is_new_ticket = TRUE, .team = team,
                            .languages = languages, .max_answers = 20, .max_all_answers = 1000, .key = "AAAA" };
}

/* Whose key an answer is encrypted to. */
static void
test_key (void)
{
  static const struct {
    MadoSignatureStatus signature;
    gboolean matches_from;
    MadoValidity validity;
    gboolean is_used;
  } rows[] = {
    { MADO_SIGNATURE_GOOD, TRUE, MADO_VALIDITY_FULL, TRUE },
    { MADO_SIGNATURE_GOOD_UNTRUSTED, TRUE, MADO_VALIDITY_UNKNOWN, TRUE },
    { MADO_SIGNATURE_GOOD_UNTRUSTED, FALSE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_GOOD_UNTRUSTED, TRUE, MADO_VALIDITY_NEVER, FALSE },
    { MADO_SIGNATURE_NONE, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_PARTIAL, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_BAD, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_EXPIRED_SIGNATURE, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_EXPIRED_KEY, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_REVOKED_KEY, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_UNKNOWN_KEY, TRUE, MADO_VALIDITY_FULL, FALSE },
    { MADO_SIGNATURE_UNSUPPORTED, TRUE, MADO_VALIDITY_FULL, FALSE },
  };
  g_autoptr (MadoReport) report = make_report ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    report->signature = rows[i].signature;
    report->signer->matches_from = rows[i].matches_from;
    report->signer->validity = rows[i].validity;
    g_assert_cmpstr (mado_policy_choose_key (report), ==, rows[i].is_used ? "AAAA" : NULL);
  }
  g_clear_pointer (&report->signer, mado_signer_free);
  report->signature = MADO_SIGNATURE_GOOD;
  g_assert_null (mado_policy_choose_key (report));
}

static void
test_draft (void)
{
  g_autoptr (MadoReport) report = make_report ();
  MadoPolicyFacts facts = make_facts (report);
  g_autofree char *token = mado_reply_token_new (NULL);
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  facts.key = NULL;
  MadoPolicyVerdict plain = mado_policy_judge (&facts);

  g_strfreev (report->headers->references);
  report->headers->references = g_strsplit ("<o@x> <bad id@x> <x>\r\nBcc:> <p@x>", " <", -1);
  g_autoptr (MadoReply) reply = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", token, team[0], 5);
  g_autoptr (MadoReply) other = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", token, team[0], 5);
  g_autofree char *start = g_strdup_printf ("<%s.", token);
  g_autofree char *reply_to = g_strdup_printf ("csirt+%s@example.org", token);
  g_assert_true (g_str_has_prefix (reply->message_id, start) && g_str_has_suffix (reply->message_id, "@example.org>"));
  g_assert_cmpuint (strlen (reply->message_id), ==, strlen ("<@example.org>") + 16 + 1 + 16);
  g_assert_cmpstr (reply->message_id, !=, other->message_id);
  g_assert_cmpstr (reply->reply_to, ==, reply_to);
  g_assert_cmpstr (reply->in_reply_to, ==, "<a@example.net>");
  g_assert_true (reply->is_automatic);
  g_assert_null (reply->reason);
  g_assert_null (reply->earlier);
  verdict.earlier = "2026-000009";
  verdict.scope_reason = "not ours";
  verdict.variants[0] = "phishing";
  g_autoptr (MadoReply) fuller = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", token, team[0], 5);
  g_assert_cmpstr (fuller->earlier, ==, "EX #2026-000009");
  g_assert_cmpstr (fuller->reason, ==, "not ours");
  g_assert_cmpstr (fuller->variants[0], ==, "phishing");
  g_assert_null (fuller->variants[1]);
  g_assert_null (reply->subject);
  g_assert_null (reply->text); /* nothing is quoted */
  g_assert_null (reply->recipient_name); /* nor is what the sender calls himself: it may have come encrypted */
  for (gsize i = 0; reply->references[i] != NULL; i++)
    g_assert_null (strpbrk (reply->references[i], " \r\n"));
  guint n = g_strv_length (reply->references);
  g_assert_cmpstr (reply->references[n - 1], ==, "<a@example.net>");

  g_free (report->message_id);
  report->message_id = g_strdup ("<a@example.net>\r\nBcc: eve@example.com");
  g_autoptr (MadoReply) careful = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", token, team[0], 5);
  g_assert_null (careful->in_reply_to);
}

static void
add_difference (MadoReport *report, const char *name, const char *outer)
{
  MadoHeaderDifference *difference = mado_header_difference_new ();

  difference->name = g_strdup (name);
  difference->outer = g_strdup (outer);
  g_ptr_array_add (report->header_differences, difference);
}

/* What came encrypted does not stand in the header of an answer; what was only signed may. */
static void
test_hidden_parents (void)
{
  g_autoptr (MadoReport) report = make_report ();
  MadoPolicyFacts facts = make_facts (report);
  report->encryption = MADO_ENCRYPTION_WHOLE;
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  facts.key = NULL;
  MadoPolicyVerdict plain = mado_policy_judge (&facts);

  g_strfreev (report->headers->references);
  report->headers->references = g_strsplit ("<o@x> <p@x>", " ", -1);
  add_difference (report, "Message-ID", "<outside@example.net>");
  add_difference (report, "References", NULL);
  report->encryption = MADO_ENCRYPTION_NONE;
  g_autoptr (MadoReply) open = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (open->in_reply_to, ==, "<a@example.net>");
  g_assert_cmpuint (g_strv_length (open->references), ==, 3);
  report->encryption = MADO_ENCRYPTION_WHOLE;
  g_autoptr (MadoReply) hidden = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (hidden->in_reply_to, ==, "<outside@example.net>");
  g_assert_cmpstr (hidden->references[0], ==, "<outside@example.net>");
  g_assert_null (hidden->references[1]);
}

/* The language is read in what came encrypted: an answer in the clear does not show it. */
static void
test_hidden_language (void)
{
  g_autoptr (MadoReport) report = make_report ();
  MadoPolicyFacts facts = make_facts (report);
  report->encryption = MADO_ENCRYPTION_WHOLE;
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  facts.key = NULL;
  MadoPolicyVerdict plain = mado_policy_judge (&facts);
  g_autoptr (MadoReply) hidden = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);

  g_assert_cmpstr (hidden->language, ==, "en");
  g_assert_cmpstr (hidden->plain_template, ==, "ack-plain");
  g_assert_null (hidden->plain_language);
  report->encryption = MADO_ENCRYPTION_NONE;
  plain = mado_policy_judge (&facts);
  g_autoptr (MadoReply) open = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (open->plain_language, ==, "en");
}

/* Other teams' numbers in the Subject of an answer: from the subject alone, and what came encrypted only under cover. */
static void
test_external_ids (void)
{
  g_autoptr (MadoReport) report = make_report ();
  MadoPolicyFacts facts = make_facts (report);
  report->encryption = MADO_ENCRYPTION_WHOLE;
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  facts.key = NULL;
  MadoPolicyVerdict plain = mado_policy_judge (&facts);

  report->report = mado_report_body_new ();
  g_strfreev (report->report->external_ids);
  report->report->external_ids = g_strsplit ("JPCERT#12345678,CERT-Bund#77,VU#930724", ",", -1);
  report->subject = (g_free (report->subject), g_strdup ("ＪＰＣＥＲＴ＃12345678 [CERT-Bund #77]"));
  report->outer_subject = g_strdup ("Re: [CERT-Bund#77]");
  g_strfreev (report->report->outer_ids);
  report->report->outer_ids = g_strsplit ("CERT-Bund#77", ",", -1);
  g_autoptr (MadoReply) reply = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpuint (g_strv_length (reply->external_ids), ==, 2);
  g_assert_cmpstr (reply->plain_external_ids[0], ==, "CERT-Bund#77");
  g_assert_null (reply->plain_external_ids[1]);
  g_assert_cmpstr (reply->template_name, ==, "ack");
  g_assert_cmpstr (reply->plain_template, ==, "ack-plain");
  g_clear_pointer (&report->outer_subject, g_free);
  g_autoptr (MadoReply) none = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_null (none->plain_external_ids[0]);

  /* X-OTRS-Ticket and the like: in no subject, and in the clear only when all was */
  g_strfreev (report->report->thread_ids);
  report->report->thread_ids = g_strsplit ("VU#930724", ",", -1);
  report->encryption = MADO_ENCRYPTION_WHOLE;
  g_autoptr (MadoReply) sealed = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (sealed->external_ids[2], ==, "VU#930724");
  g_assert_null (sealed->plain_external_ids[0]);
  report->encryption = MADO_ENCRYPTION_NONE;
  g_autoptr (MadoReply) open = mado_draft_answer (&verdict, &plain, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (open->plain_external_ids[0], ==, "VU#930724");
}

static void
test_ours (void)
{
  g_assert_true (mado_policy_is_ours ("csirt+x+y@example.org", team));
  g_assert_false (mado_policy_is_ours ("csirt@example.net", team));
  g_assert_false (mado_policy_is_ours (NULL, team));
  g_assert_false (mado_policy_is_ours ("a@b+c", team));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/policy/external-ids", test_external_ids);
  g_test_add_func ("/desk/policy/hidden-parents", test_hidden_parents);
  g_test_add_func ("/desk/policy/hidden-language", test_hidden_language);
  g_test_add_func ("/desk/policy/key", test_key);
  g_test_add_func ("/desk/policy/ours", test_ours);
  g_test_add_func ("/desk/draft", test_draft);
  return g_test_run ();
}
