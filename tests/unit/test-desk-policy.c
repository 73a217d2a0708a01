/* test-desk-policy.c: whom we answer, and how, case by case. Each row changes one thing in a mail that would be
 * answered, encrypted, in English. */
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/draft.h"

#include <string.h>

static const char *const team[] = { "csirt@example.org", "cert@example.com", NULL };
static const char *const languages[] = { "ja", "en", NULL };

typedef struct {
  const char *name, *value;
} Case;

/* What @name means; unknown names end the test. */
static void
change (MadoPolicyFacts *facts, MadoReport *report, const char *name, const char *value)
{
  MadoHeaderFacts *headers = report->headers;

  if (strcmp (name, "from") == 0) {
    g_free (report->from->address);
    report->from->address = g_strdup (value);
  } else if (strcmp (name, "no-from") == 0) {
    g_clear_pointer (&report->from, mado_mailbox_free);
    headers->from_count = 0;
  } else if (strcmp (name, "from-count") == 0) {
    headers->from_count = g_ascii_strtoll (value, NULL, 10);
  } else if (strcmp (name, "mail-from") == 0) {
    facts->mail_from = value;
  } else if (strcmp (name, "auto") == 0) {
    headers->auto_submitted = g_strdup (value);
  } else if (strcmp (name, "precedence") == 0) {
    headers->precedence = g_strdup (value);
  } else if (strcmp (name, "list") == 0) {
    headers->is_list = TRUE;
  } else if (strcmp (name, "suppress") == 0) {
    headers->suppress_auto_response = TRUE;
  } else if (strcmp (name, "dsn") == 0) {
    headers->is_delivery_report = TRUE;
  } else if (strcmp (name, "reply-to") == 0) {
    headers->reply_to = g_strdup (value);
  } else if (strcmp (name, "no-headers") == 0) {
    g_clear_pointer (&report->headers, mado_header_facts_free);
  } else if (strcmp (name, "follow-up") == 0) {
    facts->is_new_ticket = FALSE;
  } else if (strcmp (name, "own-id") == 0) {
    facts->is_own_message_id = TRUE;
  } else if (strcmp (name, "clash") == 0) {
    facts->is_clash = TRUE;
  } else if (strcmp (name, "answers") == 0) {
    facts->answers = g_ascii_strtoll (value, NULL, 10);
  } else if (strcmp (name, "max") == 0) {
    facts->max_answers = g_ascii_strtoll (value, NULL, 10);
  } else if (strcmp (name, "language") == 0) {
    g_free (report->language);
    report->language = g_strdup (value);
  } else if (strcmp (name, "plain") == 0) {
    facts->may_encrypt = FALSE;
  } else if (strcmp (name, "signature") == 0) {
    for (int i = 0; mado_signature_status_names[i] != NULL; i++)
      if (strcmp (mado_signature_status_names[i], value) == 0)
        report->signature = (MadoSignatureStatus) i;
  } else if (strcmp (name, "other-from") == 0) {
    report->signer->matches_from = FALSE;
  } else if (strcmp (name, "distrusted") == 0) {
    report->signature = MADO_SIGNATURE_GOOD_UNTRUSTED;
    report->signer->validity = MADO_VALIDITY_NEVER;
  } else if (strcmp (name, "no-signer") == 0) {
    g_clear_pointer (&report->signer, mado_signer_free);
  } else if (strcmp (name, "undecryptable") == 0) {
    report->undecryptable = mado_undecryptable_new ();
    report->undecryptable->reason = g_strdup (value);
  } else {
    g_assert_not_reached ();
  }
}

static const struct {
  Case changes[2];
  const char *reason;   /* NULL: allowed */
  const char *template; /* when allowed; NULL: "ack" */
  const char *language; /* NULL: "en" */
} rows[] = {
  { { { NULL } } },
  /* role addresses are people */
  { { { "from", "abuse@example.net" } } },
  { { { "from", "postmaster@example.net" } } },
  { { { "from", "cert@example.net" } } },
  { { { "from", "noreply@example.net" } } },
  { { { "from", "o'brien+x@example.net" } } },
  { { { "from", "窓口@example.jp" } } },
  { { { "from", "A@EXAMPLE.NET" } } },
  { { { "reply-to", "eve@example.com" } } }, /* not looked at */
  { { { "mail-from", NULL } } },              /* not known is not null */
  { { { "mail-from", "bounce-1@lists.example.net" } } },
  /* RFC 3834: machines and lists */
  { { { "mail-from", "" } }, "null-sender" },
  { { { "auto", "auto-generated" } }, "auto-submitted" },
  { { { "auto", "auto-replied" } }, "auto-submitted" },
  { { { "auto", "auto-notified" } }, "auto-submitted" },
  { { { "auto", "x-unknown" } }, "auto-submitted" },
  { { { "auto", "" } }, "auto-submitted" },
  { { { "auto", "no" } } },
  { { { "auto", "No" } } },
  { { { "list", NULL } }, "mailing-list" },
  { { { "precedence", "bulk" } }, "precedence" },
  { { { "precedence", "list" } }, "precedence" },
  { { { "precedence", "junk" } }, "precedence" },
  { { { "precedence", "Bulk" } }, "precedence" },
  { { { "precedence", "first-class" } } },
  { { { "precedence", "" } } },
  { { { "suppress", NULL } }, "suppressed" },
  { { { "dsn", NULL } }, "delivery-report" },
  { { { "dsn", NULL }, { "mail-from", "" } }, "null-sender" },
  { { { "from", "MAILER-DAEMON@example.net" } }, "mail-system" },
  { { { "mail-from", "mailer-daemon@example.net" } }, "mail-system" },
  { { { "from", "mailer-daemons-fan@example.net" } } },
  /* ourselves */
  { { { "from", "csirt@example.org" } }, "own-mail" },
  { { { "from", "CSIRT@Example.ORG" } }, "own-mail" },
  { { { "from", "csirt+0123456789abcdef@example.org" } }, "own-mail" },
  { { { "from", "cert@example.com" } }, "own-mail" },
  { { { "mail-from", "csirt@example.org" } }, "own-mail" },
  { { { "own-id", NULL } }, "own-mail" },
  { { { "from", "xcsirt@example.org" } } },
  { { { "from", "csirt@example.org.example.net" } } },
  { { { "clash", NULL } }, "message-id-clash" },
  /* whom */
  { { { "follow-up", NULL } }, "not-a-new-ticket" },
  { { { "no-from", NULL } }, "not-one-from" },
  { { { "from-count", "2" } }, "not-one-from" },
  { { { "from-count", "0" } }, "not-one-from" },
  { { { "no-headers", NULL } }, "not-one-from" },
  { { { "from", NULL } }, "no-address" },
  { { { "from", "" } }, "no-address" },
  { { { "from", "alice" } }, "no-address" },
  { { { "from", "@example.net" } }, "no-address" },
  { { { "from", "alice@" } }, "no-address" },
  { { { "from", "a@b@example.net" } }, "no-address" },
  { { { "from", "a b@example.net" } }, "no-address" },
  { { { "from", "a@example.net\r\nBcc: eve@example.com" } }, "no-address" },
  { { { "from", "a,b@example.net" } }, "no-address" },
  { { { "from", "<a@example.net>" } }, "no-address" },
  { { { "from", "\"a\"@example.net" } }, "no-address" },
  { { { "from", "a\xe2\x80\xae@example.net" } }, "no-address" }, /* a bidirectional override */
  { { { "from", "a\xff@example.net" } }, "no-address" },
  /* how often */
  { { { "answers", "19" } } },
  { { { "answers", "20" } }, "too-many" },
  { { { "answers", "8000" } }, "too-many" },
  { { { "max", "0" } }, "too-many" },
  /* how much it may say */
  { { { "plain", NULL } }, NULL, "ack-plain" },
  { { { "no-signer", NULL } }, NULL, "ack-plain" },
  { { { "distrusted", NULL } }, NULL, "ack-plain" },
  { { { "signature", "none" } }, NULL, "ack-plain" },
  { { { "signature", "partial" } }, NULL, "ack-plain" },
  { { { "signature", "bad" } }, NULL, "ack-plain" },
  { { { "signature", "expired-signature" } }, NULL, "ack-plain" },
  { { { "signature", "expired-key" } }, NULL, "ack-plain" },
  { { { "signature", "revoked-key" } }, NULL, "ack-plain" },
  { { { "signature", "unknown-key" } }, NULL, "ack-plain" },
  { { { "signature", "unsupported" } }, NULL, "ack-plain" },
  { { { "signature", "good-untrusted" } } },
  { { { "signature", "good-untrusted" }, { "other-from", NULL } }, NULL, "ack-plain" },
  { { { "undecryptable", "no-secret-key" } }, NULL, "cannot-open" },
  { { { "undecryptable", "corrupt" } }, NULL, "cannot-open" },
  { { { "undecryptable", "no-integrity" } }, NULL, "cannot-open" },
  { { { "undecryptable", "corrupt" }, { "mail-from", "" } }, "null-sender" },
  /* the language */
  { { { "language", "ja" } }, NULL, NULL, "ja" },
  { { { "language", "JA" } }, NULL, NULL, "ja" },
  { { { "language", "de" } }, NULL, NULL, "ja" },
  { { { "language", NULL } }, NULL, NULL, "ja" },
};

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
                            .languages = languages, .answers = 0, .max_answers = 20, .may_encrypt = TRUE };
}

static void
test_judge (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (MadoReport) report = make_report ();
    MadoPolicyFacts facts = make_facts (report);
    g_test_message ("row %u: %s", (guint) i, rows[i].changes[0].name);
    for (guint c = 0; c < 2 && rows[i].changes[c].name != NULL; c++)
      change (&facts, report, rows[i].changes[c].name, rows[i].changes[c].value);
    MadoPolicyVerdict verdict = mado_policy_judge (&facts);
    g_assert_cmpint (verdict.is_allowed, ==, rows[i].reason == NULL);
    g_assert_cmpstr (verdict.reason, ==, rows[i].reason != NULL ? rows[i].reason : "new-ticket");
    if (!verdict.is_allowed) {
      g_assert_null (verdict.recipient);
      continue;
    }
    const char *template = rows[i].template != NULL ? rows[i].template : "ack";
    g_assert_cmpstr (verdict.template_name, ==, template);
    g_assert_cmpstr (verdict.language, ==, rows[i].language != NULL ? rows[i].language : "en");
    g_assert_cmpstr (verdict.recipient, ==, report->from->address);
    g_assert_cmpstr (verdict.encrypt_to, ==, strcmp (template, "ack") == 0 ? "AAAA" : NULL);
  }
}

static void
test_draft (void)
{
  g_autoptr (MadoReport) report = make_report ();
  MadoPolicyFacts facts = make_facts (report);
  g_autofree char *token = mado_draft_token ();
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);

  g_strfreev (report->headers->references);
  report->headers->references = g_strsplit ("<o@x> <bad id@x> <x>\r\nBcc:> <p@x>", " <", -1);
  g_autoptr (MadoReply) reply = mado_draft_answer (&verdict, report, "EX #2026-000001", token, team[0], 5);
  g_autoptr (MadoReply) other = mado_draft_answer (&verdict, report, "EX #2026-000001", token, team[0], 5);
  g_autofree char *start = g_strdup_printf ("<%s.", token);
  g_autofree char *reply_to = g_strdup_printf ("csirt+%s@example.org", token);
  g_assert_true (g_str_has_prefix (reply->message_id, start) && g_str_has_suffix (reply->message_id, "@example.org>"));
  g_assert_cmpuint (strlen (reply->message_id), ==, strlen ("<@example.org>") + 16 + 1 + 16);
  g_assert_cmpstr (reply->message_id, !=, other->message_id);
  g_assert_cmpstr (reply->reply_to, ==, reply_to);
  g_assert_cmpstr (reply->in_reply_to, ==, "<a@example.net>");
  g_assert_true (reply->is_automatic);
  g_assert_null (reply->subject);
  g_assert_null (reply->text); /* nothing is quoted */
  g_assert_null (reply->recipient_name); /* nor is what the sender calls himself: it may have come encrypted */
  for (gsize i = 0; reply->references[i] != NULL; i++)
    g_assert_null (strpbrk (reply->references[i], " \r\n"));
  guint n = g_strv_length (reply->references);
  g_assert_cmpstr (reply->references[n - 1], ==, "<a@example.net>");

  g_free (report->message_id);
  report->message_id = g_strdup ("<a@example.net>\r\nBcc: eve@example.com");
  g_autoptr (MadoReply) careful = mado_draft_answer (&verdict, report, "EX #2026-000001", token, team[0], 5);
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
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);

  g_strfreev (report->headers->references);
  report->headers->references = g_strsplit ("<o@x> <p@x>", " ", -1);
  add_difference (report, "Message-ID", "<outside@example.net>");
  add_difference (report, "References", NULL);
  report->encryption = MADO_ENCRYPTION_NONE;
  g_autoptr (MadoReply) open = mado_draft_answer (&verdict, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (open->in_reply_to, ==, "<a@example.net>");
  g_assert_cmpuint (g_strv_length (open->references), ==, 3);
  report->encryption = MADO_ENCRYPTION_WHOLE;
  g_autoptr (MadoReply) hidden = mado_draft_answer (&verdict, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (hidden->in_reply_to, ==, "<outside@example.net>");
  g_assert_cmpstr (hidden->references[0], ==, "<outside@example.net>");
  g_assert_null (hidden->references[1]);
}

/* Other teams' numbers in the Subject of an answer: from the subject alone, and what came encrypted only under cover. */
static void
test_external_ids (void)
{
  g_autoptr (MadoReport) report = make_report ();
  MadoPolicyFacts facts = make_facts (report);
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);

  report->report = mado_report_body_new ();
  g_strfreev (report->report->external_ids);
  report->report->external_ids = g_strsplit ("JPCERT#12345678,CERT-Bund#77,VU#930724", ",", -1);
  report->subject = (g_free (report->subject), g_strdup ("ＪＰＣＥＲＴ＃12345678 [CERT-Bund #77]"));
  report->outer_subject = g_strdup ("Re: [CERT-Bund#77]");
  verdict.encrypt_to = NULL;
  g_autoptr (MadoReply) open = mado_draft_answer (&verdict, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpstr (open->external_ids[0], ==, "CERT-Bund#77");
  g_assert_null (open->external_ids[1]);
  verdict.encrypt_to = "AB";
  g_autoptr (MadoReply) covered = mado_draft_answer (&verdict, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_cmpuint (g_strv_length (covered->external_ids), ==, 2);
  g_clear_pointer (&report->outer_subject, g_free);
  verdict.encrypt_to = NULL;
  g_autoptr (MadoReply) none = mado_draft_answer (&verdict, report, "EX #2026-000001", "t", team[0], 5);
  g_assert_null (none->external_ids[0]);
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
  g_test_add_func ("/desk/policy/judge", test_judge);
  g_test_add_func ("/desk/policy/ours", test_ours);
  g_test_add_func ("/desk/draft", test_draft);
  return g_test_run ();
}
