/* test-desk-thread.c: where a mail belongs, case by case. */
#include "madoguchi/desk/thread.h"

#include <string.h>

/* One case: the facts that are set, and what must come of them. Incidents: 1 returned, 2 own, 3 referenced,
 * 4 tokened, 5 tagged, 6 same, 7 aliased. */
enum {
  RETURNED = 1, OWN = 2, REFERENCED = 4, TOKENED = 8, TAGGED = 16, BELONGS = 32, SAME = 64, SAME_LOST = 128,
  CLASH = 256, AUTO = 512, AUTO_NO = 1024, DSN = 2048, ALIASED = 4096, ALIAS_BELONGS = 8192
};

static const struct {
  guint facts;
  const char *state;
  gint64 incident;
  const char *reason;
  gboolean is_clash;
} cases[] = {
  { 0, "ticket", 0, "new" },
  { AUTO, "ticket", 0, "new" },
  { AUTO_NO, "ticket", 0, "new" },
  { DSN, "ticket", 0, "new" }, /* a delivery report about nothing of ours is somebody's report */
  { DSN | AUTO, "ticket", 0, "new" },
  { CLASH, "ticket", 0, "new", TRUE },
  { BELONGS, "ticket", 0, "new" }, /* to belong means nothing without a tag */
  { RETURNED | DSN, "bounce", 1, "returned" },
  { RETURNED | DSN | AUTO, "bounce", 1, "returned" },
  { RETURNED | DSN | REFERENCED, "bounce", 1, "returned" },
  { RETURNED | DSN | TOKENED, "bounce", 1, "returned" },
  { RETURNED | DSN | TAGGED, "bounce", 1, "returned" },
  { RETURNED | DSN | CLASH, "bounce", 1, "returned", TRUE },
  { DSN | REFERENCED, "bounce", 3, "reference" },
  { DSN | TOKENED, "bounce", 4, "token" },
  { DSN | OWN, "bounce", 2, "own" },
  { OWN, "joined", 2, "own" },
  { OWN | AUTO, "auto_reply", 2, "own" }, /* our own acknowledgement came back */
  { OWN | REFERENCED, "joined", 2, "own" },
  { REFERENCED, "joined", 3, "reference" },
  { REFERENCED | AUTO, "auto_reply", 3, "reference" },
  { REFERENCED | AUTO_NO, "joined", 3, "reference" },
  { REFERENCED | TOKENED, "joined", 3, "reference" },
  { REFERENCED | TOKENED | TAGGED, "joined", 3, "reference" },
  { REFERENCED | TAGGED, "joined", 3, "reference" }, /* the tag of a stranger does not turn it into a held one */
  { REFERENCED | TAGGED | BELONGS, "joined", 3, "reference" },
  { REFERENCED | CLASH, "joined", 3, "reference", TRUE },
  { TOKENED, "joined", 4, "token" },
  { TOKENED | AUTO, "auto_reply", 4, "token" },
  { TOKENED | TAGGED, "joined", 4, "token" },
  { TOKENED | TAGGED | BELONGS, "joined", 4, "token" },
  { TOKENED | CLASH, "joined", 4, "token", TRUE },
  { TAGGED | BELONGS, "joined", 5, "tag" },
  { TAGGED | BELONGS | AUTO, "auto_reply", 5, "tag" },
  { TAGGED | BELONGS | AUTO_NO, "joined", 5, "tag" },
  { TAGGED | BELONGS | DSN, "bounce", 5, "tag" },
  { TAGGED | BELONGS | CLASH, "joined", 5, "tag", TRUE },
  { TAGGED, "held", 5, "unconfirmed-tag" },
  { TAGGED | AUTO, "held", 5, "unconfirmed-tag" },
  { TAGGED | CLASH, "held", 5, "unconfirmed-tag", TRUE },
  { ALIASED | ALIAS_BELONGS, "joined", 7, "alias" },
  { ALIASED | ALIAS_BELONGS | AUTO, "auto_reply", 7, "alias" },
  { ALIASED, "held", 7, "unconfirmed-alias" }, /* a number alone never lets a stranger in */
  { ALIASED | CLASH, "held", 7, "unconfirmed-alias", TRUE },
  { ALIASED | BELONGS, "held", 7, "unconfirmed-alias" }, /* to belong elsewhere means nothing */
  { ALIASED | REFERENCED, "joined", 3, "reference" },
  { ALIASED | TOKENED, "joined", 4, "token" },
  { ALIASED | ALIAS_BELONGS | TAGGED | BELONGS, "joined", 5, "tag" },
  { ALIASED | ALIAS_BELONGS | TAGGED, "held", 5, "unconfirmed-tag" },
  { ALIASED | SAME, "duplicate", 6, "same-message-id" },
  { SAME, "duplicate", 6, "same-message-id" },
  { SAME_LOST, "duplicate", 0, "same-message-id" },
  { SAME | REFERENCED, "duplicate", 6, "same-message-id" },
  { SAME | TOKENED, "duplicate", 6, "same-message-id" },
  { SAME | TAGGED, "duplicate", 6, "same-message-id" },
  { SAME | DSN | RETURNED, "duplicate", 6, "same-message-id" },
  { SAME | CLASH, "duplicate", 6, "same-message-id" }, /* three came; this one we have */
};

static void
test_decide (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint f = cases[i].facts;
    g_autoptr (MadoReport) report = mado_report_new ();
    report->headers = mado_header_facts_new ();
    report->headers->is_delivery_report = (f & DSN) != 0;
    report->headers->auto_submitted = g_strdup ((f & AUTO) != 0 ? "auto-generated" : (f & AUTO_NO) != 0 ? "no" : NULL);
    MadoThreadFacts facts = {
      .report = report,
      .reported = (f & RETURNED) != 0 ? 1 : 0,
      .own = (f & OWN) != 0 ? 2 : 0,
      .referenced = (f & REFERENCED) != 0 ? 3 : 0,
      .tokened = (f & TOKENED) != 0 ? 4 : 0,
      .tagged = (f & TAGGED) != 0 ? 5 : 0,
      .belongs = (f & BELONGS) != 0,
      .aliased = (f & ALIASED) != 0 ? 7 : 0,
      .alias_belongs = (f & ALIAS_BELONGS) != 0,
      .same = (f & (SAME | SAME_LOST)) != 0,
      .same_in = (f & SAME) != 0 ? 6 : 0,
      .clash = (f & CLASH) != 0,
    };
    g_test_message ("case %u", (guint) i);
    MadoThreadVerdict verdict = mado_thread_decide (&facts);
    g_assert_cmpstr (verdict.state, ==, cases[i].state);
    g_assert_cmpint (verdict.incident, ==, cases[i].incident);
    g_assert_cmpstr (verdict.reason, ==, cases[i].reason);
    g_assert_cmpint (verdict.is_clash, ==, cases[i].is_clash);
  }
}

static void
test_names_team (void)
{
  static const char *const teams[] = { "JPCERT#12345678", "CERT-Bund#1", "rt.example.org #5", "TWNCERT-S202107190048" };
  static const char *const common[] = { "#5", "Ticket#5", "case #5", "ID#7" };

  for (gsize i = 0; i < G_N_ELEMENTS (teams); i++)
    g_assert_true (mado_thread_names_team (teams[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (common); i++)
    g_assert_false (mado_thread_names_team (common[i]));
}

static void
test_no_headers (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();
  MadoThreadFacts facts = { .report = report, .referenced = 3 };

  g_assert_cmpstr (mado_thread_decide (&facts).state, ==, "joined");
}

static const struct {
  const char *subject, *tags; /* joined by commas; "": none */
} subjects[] = {
  { NULL, "" },
  { "", "" },
  { "hello", "" },
  { "[EX #2026-000001]", "2026-000001" },
  { "Re: [EX #2026-000001] phishing", "2026-000001" },
  { "RE：返信: Fwd: [EX #2026-000001]", "2026-000001" },
  { "phishing [EX #2026-000001]", "2026-000001" },
  { "[ex #2026-000001]", "2026-000001" },
  { "[Ex#2026-000001]", "2026-000001" },
  { "[  EX  #  2026-000001  ]", "2026-000001" },
  { "[EX #2026 - 000001]", "2026-000001" },
  { "［ＥＸ　＃２０２６－０００００１］", "2026-000001" },
  { "【EX #2026-000001】ご連絡", "2026-000001" },
  { "[EX #2026\u2010000001]", "2026-000001" },
  { "[EX #2026\u2013000001]", "2026-000001" },
  { "[EX\u00a0#2026-000001]", "2026-000001" }, /* a no-break space */
  { "[EX #2026-1]", "2026-000001" },
  { "[EX #2026-1234567]", "2026-1234567" },
  { "[EX #2026-000001] [EX #2026-000002]", "2026-000001,2026-000002" },
  { "[[EX #2026-000001]]", "2026-000001" },
  { "[a [EX #2026-000001]", "2026-000001" },
  { "[EX #2026-9999999999]", "" }, /* more digits than a number has */
  { "[EX #202-000001]", "" },
  { "[EX #2026-]", "" },
  { "[EX #2026]", "" },
  { "[EX 2026-000001]", "" },
  { "[EX #2026-000001", "" },
  { "EX #2026-000001", "" }, /* to speak of a ticket is not to answer in it */
  { "(EX #2026-000001)", "" },
  { "[EXA #2026-000001]", "" },
  { "[AEX #2026-000001]", "" },
  { "[OTHER #2026-000001]", "" },
  { "[EX #2026-000001】", "" },
  { "[EX #2026-00001x]", "" },
  { "[EX\r\n #2026-000001]", "2026-000001" }, /* a fold that a parser left */
};

static void
test_tags (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++) {
    g_auto (GStrv) tags = mado_thread_find_tags (subjects[i].subject, "EX");
    g_autofree char *joined = g_strjoinv (",", tags);
    g_test_message ("%s", subjects[i].subject);
    g_assert_cmpstr (joined, ==, subjects[i].tags);
  }
}

static void
test_many_tags (void)
{
  GString *subject = g_string_new (NULL);

  for (int i = 0; i < 100; i++)
    g_string_append_printf (subject, "[EX #2026-%d]", i);
  g_auto (GStrv) tags = mado_thread_find_tags (subject->str, "EX");
  g_assert_cmpuint (g_strv_length (tags), ==, 8);
  g_string_free (subject, TRUE);
}

static void
test_tokens (void)
{
  static const char *const team[] = { "csirt@example.org", "cert@example.com", NULL };
  static const struct {
    const char *address, *token;
  } rows[] = {
    { "csirt+0123456789abcdef@example.org", "0123456789abcdef" },
    { "CSIRT+0123456789ABCDEF@EXAMPLE.ORG", "0123456789abcdef" },
    { "cert+0123456789abcdef@example.com", "0123456789abcdef" },
    { "csirt+0123456789abcde@example.org", NULL },   /* too short */
    { "csirt+0123456789abcdefg@example.org", NULL }, /* too long */
    { "csirt@example.org", NULL },
    { "csirt+@example.org", NULL },
    { "csirt+0123456789abcdef@example.com", NULL }, /* not our address */
    { "other+0123456789abcdef@example.org", NULL },
    { "csirt+0123456789abcdef", NULL },
    { "+0123456789abcdef@example.org", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *token = mado_thread_find_token (rows[i].address, team);
    g_assert_cmpstr (token, ==, rows[i].token);
  }
}

static void
test_numbers (void)
{
  static const struct {
    const char *text, *number;
  } rows[] = {
    { "EX #2026-000001", "2026-000001" },
    { "ex#2026-000001", "2026-000001" },
    { "[EX #2026-000001]", "2026-000001" },
    { " [ EX #2026-000001 ] ", "2026-000001" },
    { "#2026-000001", "2026-000001" },
    { "2026-000001", "2026-000001" },
    { "2025-12", "2025-000012" },
    { "1", "2026-000001" },
    { "#12", "2026-000012" },
    { "２０２６－０００００１", "2026-000001" },
    { "1234567", "2026-1234567" },
    { "", NULL },
    { "x", NULL },
    { "EX", NULL },
    { "EX #", NULL },
    { "1 2", NULL },
    { "2026-000001x", NULL },
    { "OTHER #2026-000001", NULL },
    { "-1", NULL },
    { "12345678901", NULL },
    { "2026-000001]", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *number = mado_thread_parse_number (rows[i].text, "EX", 2026);
    g_test_message ("%s", rows[i].text);
    g_assert_cmpstr (number, ==, rows[i].number);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/thread/names-team", test_names_team);
  g_test_add_func ("/desk/thread/decide", test_decide);
  g_test_add_func ("/desk/thread/no-headers", test_no_headers);
  g_test_add_func ("/desk/thread/tags", test_tags);
  g_test_add_func ("/desk/thread/many-tags", test_many_tags);
  g_test_add_func ("/desk/thread/tokens", test_tokens);
  g_test_add_func ("/desk/thread/numbers", test_numbers);
  return g_test_run ();
}
