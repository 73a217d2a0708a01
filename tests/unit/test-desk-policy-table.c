/* The table of answers: facts of a mail, and what it gets, for which reason. The rows stand in policy-table.tsv, which
 * says itself what its columns mean; docs/answers.md has to name every rule of the policy, in its order. */
#include "madoguchi/desk/policy.h"

#include <string.h>

enum { NAME, CHANGES, ANSWER, REASON, DETAILS, COLUMNS };

static const char *const team[] = { "csirt@example.org", "cert@example.com", NULL };
static const char *const own_lists[] = { "abuse.example.org", "csirt.example.org", NULL };
static const char *const both[] = { "ja", "en", NULL };
static const char *const japanese[] = { "ja", NULL };

typedef struct {
  MadoReport *report;
  MadoPolicyFacts facts;
} Mail;

/* Would be acknowledged, encrypted, in English. */
static void
set_up (Mail *mail)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup ("<a@example.net>");
  report->from = mado_mailbox_new ();
  report->from->name = g_strdup ("Alice");
  report->from->address = g_strdup ("alice@example.net");
  report->language = g_strdup ("en");
  report->encryption = MADO_ENCRYPTION_WHOLE;
  report->signature = MADO_SIGNATURE_GOOD;
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  report->report->kind = g_strdup ("free-text");
  mail->report = report;
  mail->facts = (MadoPolicyFacts){ .report = report, .mail_from = "alice@example.net", .is_new_ticket = TRUE, .team = team,
                                   .languages = both, .own_lists = own_lists, .max_answers = 20, .max_all_answers = 1000,
                                   .key = "AAAA" };
}

static int
find_name (const char *const *names, const char *value)
{
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], value) == 0)
      return i;
  g_error ("%s is no such name", value);
}

static void
set_string (char **to, const char *value)
{
  g_free (*to);
  *to = g_strdup (value);
}

static void
add_string (char ***to, const char *value)
{
  g_autofree char *joined = g_strjoinv (" ", *to);
  g_autofree char *all = g_strdup_printf ("%s%s%s", joined, *joined != '\0' ? " " : "", value);

  g_strfreev (*to);
  *to = g_strsplit (all, " ", -1);
}

static void
add_auth (MadoHeaderFacts *headers, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 3);
  MadoAuthResult *result = mado_auth_result_new ();

  g_assert_cmpuint (g_strv_length (words), >=, 2);
  result->method = g_strdup (words[0]);
  result->result = g_strdup (words[1]);
  result->domain = g_strdup (words[2]);
  g_ptr_array_add (headers->auth_results, result);
}

/* What the header says. TRUE: @name is a word for that. */
static gboolean
change_header (MadoReport *report, const char *name, const char *value)
{
  MadoHeaderFacts *headers = report->headers;

  if (strcmp (name, "from-count") == 0)
    headers->from_count = g_ascii_strtoll (value, NULL, 10);
  else if (strcmp (name, "auto") == 0)
    set_string (&headers->auto_submitted, value);
  else if (strcmp (name, "precedence") == 0)
    set_string (&headers->precedence, value);
  else if (strcmp (name, "list") == 0)
    headers->is_list = TRUE;
  else if (strcmp (name, "list-id") == 0) {
    headers->is_list = TRUE;
    add_string (&headers->list_ids, value);
  } else if (strcmp (name, "suppress") == 0)
    headers->suppress_auto_response = TRUE;
  else if (strcmp (name, "dsn") == 0)
    headers->is_delivery_report = TRUE;
  else if (strcmp (name, "receipt") == 0)
    headers->is_receipt = TRUE;
  else if (strcmp (name, "reply-to") == 0)
    set_string (&headers->reply_to, value);
  else if (strcmp (name, "auth") == 0)
    add_auth (headers, value);
  else
    return FALSE;
  return TRUE;
}

static gboolean
change_report (MadoReport *report, const char *name, const char *value)
{
  if (strcmp (name, "from") == 0)
    set_string (&report->from->address, value);
  else if (strcmp (name, "no-from") == 0) {
    g_clear_pointer (&report->from, mado_mailbox_free);
    report->headers->from_count = 0;
  } else if (strcmp (name, "no-headers") == 0)
    g_clear_pointer (&report->headers, mado_header_facts_free);
  else if (strcmp (name, "kind") == 0)
    set_string (&report->report->kind, value);
  else if (strcmp (name, "language") == 0)
    set_string (&report->language, *value != '\0' ? value : NULL);
  else if (strcmp (name, "encryption") == 0)
    report->encryption = (MadoEncryption) find_name (mado_encryption_names, value);
  else if (strcmp (name, "signature") == 0)
    report->signature = (MadoSignatureStatus) find_name (mado_signature_status_names, value);
  else if (strcmp (name, "undecryptable") == 0) {
    report->undecryptable = mado_undecryptable_new ();
    report->undecryptable->reason = g_strdup (value);
  } else
    return FALSE;
  return TRUE;
}

static gboolean
change_facts (MadoPolicyFacts *facts, const char *name, const char *value)
{
  if (strcmp (name, "mail-from") == 0)
    facts->mail_from = value;
  else if (strcmp (name, "no-mail-from") == 0)
    facts->mail_from = NULL;
  else if (strcmp (name, "follow-up") == 0)
    facts->is_new_ticket = FALSE;
  else if (strcmp (name, "same-mail") == 0)
    facts->is_same_mail = TRUE;
  else if (strcmp (name, "own-id") == 0)
    facts->is_own_message_id = TRUE;
  else if (strcmp (name, "clash") == 0)
    facts->is_clash = TRUE;
  else if (strcmp (name, "earlier") == 0)
    facts->earlier = value;
  else if (strcmp (name, "told") == 0)
    facts->is_told = TRUE;
  else if (strcmp (name, "silent") == 0)
    facts->triage.is_silent = TRUE;
  else if (strcmp (name, "scope") == 0)
    facts->triage.out_of_scope_reason = value;
  else if (strcmp (name, "template") == 0)
    facts->triage.template_name = value;
  else if (strcmp (name, "constituency") == 0)
    facts->triage.constituency = value;
  else if (strcmp (name, "answers") == 0)
    facts->answers = g_ascii_strtoll (value, NULL, 10);
  else if (strcmp (name, "max") == 0)
    facts->max_answers = g_ascii_strtoll (value, NULL, 10);
  else if (strcmp (name, "all") == 0)
    facts->all_answers = g_ascii_strtoll (value, NULL, 10);
  else if (strcmp (name, "no-key") == 0)
    facts->key = NULL;
  else if (strcmp (name, "no-own-lists") == 0)
    facts->own_lists = NULL;
  else if (strcmp (name, "only-japanese") == 0)
    facts->languages = japanese;
  else
    return FALSE;
  return TRUE;
}

/* "word; name=value; ...". Values live as long as @words. */
static void
change (Mail *mail, char **words)
{
  for (guint i = 0; words[i] != NULL; i++) {
    char *name = g_strstrip (words[i]), *value = strchr (name, '=');
    if (*name == '\0')
      continue;
    if (value != NULL)
      *value++ = '\0';
    else
      value = name + strlen (name);
    g_autofree char *raw = g_strcompress (value); /* \r, \n and octal bytes */
    g_assert_cmpuint (strlen (raw), <=, strlen (value));
    memcpy (value, raw, strlen (raw) + 1);
    if (!change_facts (&mail->facts, name, value) && !change_report (mail->report, name, value)
        && !change_header (mail->report, name, value))
      g_error ("%s is no word of this table", name);
  }
}

/* "language=en key=AAAA variants=a,b reason=... earlier=..." of a verdict: what is not there is left out. */
static char *
describe (const MadoPolicyVerdict *verdict)
{
  GString *out = g_string_new (NULL);
  g_autofree char *variants = g_strjoinv (",", (char **) verdict->variants);
  const char *const pairs[][2] = { { "template", verdict->template_name }, { "language", verdict->language },
                                   { "key", verdict->encrypt_to },         { "variants", *variants != '\0' ? variants : NULL },
                                   { "reason", verdict->scope_reason },    { "earlier", verdict->earlier },
                                   { "to", verdict->recipient } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][1] != NULL)
      g_string_append_printf (out, " %s=%s", pairs[i][0], pairs[i][1]);
  return g_string_free (out, FALSE);
}

/* Each word of @details stands in the verdict; "no-X": it has no X. */
static void
check_details (const char *row, const MadoPolicyVerdict *verdict, const char *details)
{
  g_autofree char *all = describe (verdict);
  g_auto (GStrv) words = g_strsplit (details, " ", -1);

  for (guint i = 0; words[i] != NULL; i++) {
    gboolean is_absence = g_str_has_prefix (words[i], "no-");
    g_autofree char *needle = is_absence ? g_strdup_printf (" %s=", words[i] + 3) : g_strdup_printf (" %s", words[i]);
    g_autofree char *with_end = g_strconcat (all, " ", NULL);
    g_autofree char *exact = is_absence ? NULL : g_strconcat (needle, " ", NULL);
    gboolean is_there = strstr (with_end, is_absence ? needle : exact) != NULL;
    if (words[i][0] != '\0' && is_there == is_absence)
      g_error ("%s: wanted %s, got%s", row, words[i], all);
  }
}

static void
test_row (gconstpointer data)
{
  char *const *columns = data;
  Mail mail;

  set_up (&mail);
  g_auto (GStrv) words = g_strsplit (columns[CHANGES], ";", -1);
  change (&mail, words);
  MadoPolicyVerdict verdict = mado_policy_judge (&mail.facts);
  g_assert_cmpstr (mado_answer_names[verdict.answer], ==, columns[ANSWER]);
  g_assert_cmpstr (verdict.reason, ==, columns[REASON]);
  g_assert_cmpint (verdict.is_allowed, ==, verdict.answer != MADO_ANSWER_NONE);
  if (verdict.is_allowed)
    g_assert_cmpstr (verdict.recipient, ==, mail.report->from->address);
  else
    check_details (columns[NAME], &verdict, "no-to no-template no-key");
  check_details (columns[NAME], &verdict, columns[DETAILS]);
  mado_report_free (mail.report);
}

static char **
split_row (const char *line)
{
  char **columns = g_strsplit (line, "\t", -1);

  if (g_strv_length (columns) != COLUMNS)
    g_error ("a row has %u columns, not %u: %s", g_strv_length (columns), COLUMNS, line);
  return columns;
}

/* Each rule has at least one row, and no row names a rule that there is not. */
static void
test_all_rules (gconstpointer data)
{
  const GPtrArray *rows = data;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  MadoPolicyRule rule;
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    g_hash_table_add (seen, ((char **) rows->pdata[i])[REASON]);
  for (; mado_policy_rule (n, &rule); n++)
    if (!g_hash_table_contains (seen, rule.reason))
      g_error ("no row for %s", rule.reason);
  g_assert_cmpuint (n, ==, g_hash_table_size (seen));
  g_test_message ("%u rows, %u rules", rows->len, n);
  g_assert_cmpuint (rows->len, >=, 120);
}

/* docs/answers.md: "| `code` | answer | when | why |", in the order of the rules, none missing and none more. */
static void
test_document (void)
{
  g_autofree char *text = NULL;
  MadoPolicyRule rule;
  guint n = 0;

  g_assert_true (g_file_get_contents (MADO_ANSWERS, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (!g_str_has_prefix (lines[i], "| `"))
      continue;
    g_auto (GStrv) cells = g_strsplit (lines[i], "|", -1);
    g_autofree char *code = g_strdup_printf (" `%s` ", mado_policy_rule (n, &rule) ? rule.reason : "none is left");
    g_assert_cmpstr (cells[1], ==, code);
    g_assert_cmpstr (g_strstrip (cells[2]), ==, mado_answer_names[rule.answer]);
    g_assert_cmpstr (g_strstrip (cells[3]), ==, rule.when);
    n++;
  }
  g_assert_false (mado_policy_rule (n, &rule));
  g_assert_cmpuint (n, >, 20);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autofree char *text = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!g_file_get_contents (MADO_TABLE, &text, NULL, NULL))
    g_error ("%s cannot be read", MADO_TABLE);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && lines[i][0] != '#')
      g_ptr_array_add (rows, split_row (lines[i]));
  for (guint i = 0; i < rows->len; i++) {
    g_autofree char *path = g_strdup_printf ("/desk/policy-table/%s", ((char **) rows->pdata[i])[NAME]);
    g_test_add_data_func (path, rows->pdata[i], test_row);
  }
  g_test_add_data_func ("/desk/policy-table/all-rules", rows, test_all_rules);
  g_test_add_func ("/desk/policy-table/document", test_document);
  return g_test_run ();
}
