/* policy.c: see policy.h. Each rule is one row of a table: a reason code, an outcome, a question to the facts. The first
 * row whose question is answered yes decides; docs/answers.md has the same table with reasons. */
#include "madoguchi/desk/policy.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define MAX_ADDRESS 254 /* RFC 5321, 4.5.3.1.3 */

gboolean
mado_policy_is_ours (const char *address, const char *const *team)
{
  const char *at = address != NULL ? strrchr (address, '@') : NULL;
  const char *plus = at != NULL ? memchr (address, '+', (gsize) (at - address)) : NULL;
  g_autofree char *plain
      = plus != NULL ? g_strdup_printf ("%.*s%s", (int) (plus - address), address, at) : g_strdup (address);

  for (gsize i = 0; plain != NULL && team[i] != NULL; i++)
    if (mado_text_same_address (plain, team[i]))
      return TRUE;
  return FALSE;
}

const char *
mado_policy_choose_key (const MadoReport *report)
{
  if (report->signer == NULL || report->signer->fingerprint == NULL
      || report->signer->validity == MADO_VALIDITY_NEVER) /* distrusted, or another key is pinned for this address */
    return NULL;
  if (report->signature == MADO_SIGNATURE_GOOD
      || (report->signature == MADO_SIGNATURE_GOOD_UNTRUSTED && report->signer->matches_from))
    return report->signer->fingerprint;
  return NULL;
}

/* One addr-spec that cannot be mistaken for anything else in a header or a command. */
gboolean
mado_policy_is_answerable (const char *address)
{
  const char *at = address != NULL ? strrchr (address, '@') : NULL;

  if (at == NULL || at == address || at[1] == '\0' || strchr (address, '@') != at || strlen (address) > MAX_ADDRESS
      || !g_utf8_validate (address, -1, NULL))
    return FALSE;
  for (const char *p = address; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c <= 0x20 || c == 0x7f || (c < 0x80 && strchr ("<>()[]\\,;:\"", (int) c) != NULL) || g_unichar_iscntrl (c)
        || g_unichar_isspace (c) || g_unichar_type (c) == G_UNICODE_FORMAT)
      return FALSE;
  }
  return TRUE;
}

static const char *
get_from (const MadoPolicyFacts *facts)
{
  return facts->report->from != NULL ? facts->report->from->address : NULL;
}

/* --- no answer ------------------------------------------------------------------------------------------ */

static gboolean
is_same_mail (const MadoPolicyFacts *facts)
{
  return facts->is_same_mail;
}

static gboolean
is_follow_up (const MadoPolicyFacts *facts)
{
  return !facts->is_new_ticket;
}

static gboolean
is_null_sender (const MadoPolicyFacts *facts)
{
  return facts->mail_from != NULL && facts->mail_from[0] == '\0';
}

static gboolean
is_delivery_report (const MadoPolicyFacts *facts)
{
  return facts->report->headers != NULL && facts->report->headers->is_delivery_report;
}

static gboolean
is_receipt (const MadoPolicyFacts *facts)
{
  return facts->report->headers != NULL && facts->report->headers->is_receipt;
}

static gboolean
is_auto_submitted (const MadoPolicyFacts *facts)
{
  const MadoHeaderFacts *headers = facts->report->headers;

  return headers != NULL && headers->auto_submitted != NULL && g_ascii_strcasecmp (headers->auto_submitted, "no") != 0;
}

static gboolean
is_in (const char *const *list, const char *word)
{
  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], word) == 0)
      return TRUE;
  return FALSE;
}

/* Did no list but ours have the mail in its hands? */
static gboolean
came_by_own_list (const MadoPolicyFacts *facts)
{
  const MadoHeaderFacts *headers = facts->report->headers;

  if (headers == NULL || !headers->is_list || headers->list_ids[0] == NULL)
    return FALSE;
  for (gsize i = 0; headers->list_ids[i] != NULL; i++)
    if (!is_in (facts->own_lists, headers->list_ids[i]))
      return FALSE;
  return TRUE;
}

/* The address of a list itself or of who looks after it (RFC 3834, 2). */
static gboolean
is_list_address (const char *address)
{
  const char *at = address != NULL ? strrchr (address, '@') : NULL;
  g_autofree char *local = at != NULL ? g_ascii_strdown (address, at - address) : NULL;

  return local != NULL
         && (g_str_has_prefix (local, "owner-") || g_str_has_suffix (local, "-owner") || g_str_has_suffix (local, "-request"));
}

static gboolean
is_list (const MadoPolicyFacts *facts)
{
  if (facts->report->headers != NULL && facts->report->headers->is_list && !came_by_own_list (facts))
    return TRUE;
  return is_list_address (get_from (facts)) || (is_list_address (facts->mail_from) && !came_by_own_list (facts));
}

/* Not "bulk": ticket systems of other teams write it on what people say, too. */
static gboolean
is_junk (const MadoPolicyFacts *facts)
{
  const char *precedence = facts->report->headers != NULL ? facts->report->headers->precedence : NULL;

  return precedence != NULL
         && (g_ascii_strcasecmp (precedence, "junk") == 0
             || (g_ascii_strcasecmp (precedence, "list") == 0 && !came_by_own_list (facts)));
}

static gboolean
is_suppressed (const MadoPolicyFacts *facts)
{
  return facts->report->headers != NULL && facts->report->headers->suppress_auto_response;
}

/* A list of ours sends under a name of ours. */
static gboolean
is_own_mail (const MadoPolicyFacts *facts)
{
  return facts->is_own_message_id || mado_policy_is_ours (get_from (facts), facts->team)
         || (mado_policy_is_ours (facts->mail_from, facts->team) && !came_by_own_list (facts));
}

static gboolean
has_not_one_from (const MadoPolicyFacts *facts)
{
  return facts->report->headers == NULL || facts->report->headers->from_count != 1;
}

static gboolean
has_no_address (const MadoPolicyFacts *facts)
{
  return !mado_policy_is_answerable (get_from (facts));
}

/* Is the part before the @, up to a +, one of @names? */
static gboolean
has_local_part (const char *address, const char *const *names)
{
  const char *at = address != NULL ? strrchr (address, '@') : NULL;
  g_autofree char *local = at != NULL ? g_strndup (address, (gsize) (at - address)) : NULL;

  if (local == NULL)
    return FALSE;
  local[strcspn (local, "+")] = '\0';
  return is_in (names, local);
}

static gboolean
is_daemon (const MadoPolicyFacts *facts)
{
  static const char *const names[] = { "mailer-daemon", NULL };

  return has_local_part (get_from (facts), names) || has_local_part (facts->mail_from, names);
}

/* What programs alone write, or an address that says itself that nobody reads there. */
static gboolean
is_machine (const MadoPolicyFacts *facts)
{
  static const char *const kinds[] = { "arf", "xarf", NULL };
  static const char *const names[] = { "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply", NULL };
  const MadoReportBody *body = facts->report->report;

  return (body != NULL && body->kind != NULL && g_strv_contains (kinds, body->kind))
         || has_local_part (get_from (facts), names);
}

static gboolean
is_silenced (const MadoPolicyFacts *facts)
{
  return facts->triage.is_silent;
}

/* A mail that a list or a gateway changed on its way is still the one that was answered. */
static gboolean
is_clash (const MadoPolicyFacts *facts)
{
  return facts->is_clash;
}

/* Is one of both domains the other one, or below it? */
static gboolean
is_aligned (const char *domain, const char *from)
{
  const char *at = from != NULL ? strrchr (from, '@') : NULL;
  g_autofree char *one = domain != NULL ? g_strdup_printf (".%s", domain) : NULL;
  g_autofree char *other = at != NULL ? g_ascii_strdown (at, -1) : NULL;

  if (one == NULL || other == NULL)
    return FALSE;
  *other = '.';
  return g_str_has_suffix (one, other) || g_str_has_suffix (other, one);
}

/* Our own mail server says that the mail is not from where it says. A signature that is sound and vouched for says more. */
static gboolean
is_implausible (const MadoPolicyFacts *facts)
{
  const MadoHeaderFacts *headers = facts->report->headers;
  gboolean has_failed = FALSE, has_passed = FALSE;

  if (headers == NULL || facts->report->signature == MADO_SIGNATURE_GOOD)
    return FALSE;
  for (guint i = 0; i < headers->auth_results->len; i++) {
    const MadoAuthResult *found = g_ptr_array_index (headers->auth_results, i);
    gboolean is_pass = g_strcmp0 (found->result, "pass") == 0, is_fail = g_strcmp0 (found->result, "fail") == 0;
    if (g_strcmp0 (found->method, "dmarc") == 0 && (is_pass || is_fail))
      return is_fail; /* it has weighed the others */
    has_failed = has_failed || is_fail;
    has_passed = has_passed || (is_pass && is_aligned (found->domain, get_from (facts)));
  }
  return has_failed && !has_passed;
}

static gboolean
is_too_many (const MadoPolicyFacts *facts)
{
  return facts->answers >= facts->max_answers;
}

/* Who floods us with forged senders must not be able to silence us towards those that we know. */
static gboolean
is_too_many_in_all (const MadoPolicyFacts *facts)
{
  return facts->all_answers >= facts->max_all_answers && facts->report->signature != MADO_SIGNATURE_GOOD;
}

static gboolean
is_told (const MadoPolicyFacts *facts)
{
  return facts->earlier != NULL && facts->is_told;
}

/* --- an answer ------------------------------------------------------------------------------------------ */

static gboolean
is_undecryptable (const MadoPolicyFacts *facts)
{
  return facts->report->undecryptable != NULL;
}

/* What came encrypted is not spoken of in the clear, not even in general. */
static gboolean
must_be_content_free (const MadoPolicyFacts *facts)
{
  return facts->report->encryption != MADO_ENCRYPTION_NONE && facts->key == NULL;
}

static gboolean
is_repeated (const MadoPolicyFacts *facts)
{
  return facts->earlier != NULL;
}

static gboolean
is_out_of_scope (const MadoPolicyFacts *facts)
{
  return facts->triage.out_of_scope_reason != NULL;
}

static gboolean
is_plaintext (const MadoPolicyFacts *facts)
{
  return facts->report->encryption == MADO_ENCRYPTION_NONE;
}

static gboolean
is_any (const MadoPolicyFacts *facts)
{
  (void) facts;
  return TRUE;
}

/* --- the table ------------------------------------------------------------------------------------------ */

const char *const mado_answer_names[]
    = { "none", "acknowledge", "content-free", "cannot-open", "plaintext", "out-of-scope", "duplicate", NULL };

/* By outcome; the same order as the names. */
static const char *const template_names[] = { NULL, "ack", "ack-plain", "cannot-open", "plaintext", "out-of-scope", "duplicate" };

static const struct {
  const char *reason;
  MadoAnswer answer;
  gboolean (*applies) (const MadoPolicyFacts *facts);
  const char *when;
} rules[] = {
  { "same-mail", MADO_ANSWER_NONE, is_same_mail, "the same mail came before, by another way" },
  { "not-a-new-ticket", MADO_ANSWER_NONE, is_follow_up, "the mail joined a ticket, or waits for a member" },
  { "null-sender", MADO_ANSWER_NONE, is_null_sender, "the envelope sender is empty" },
  { "delivery-report", MADO_ANSWER_NONE, is_delivery_report, "the mail returns another one, or reports its delivery" },
  { "receipt", MADO_ANSWER_NONE, is_receipt, "the mail says that another one was read" },
  { "auto-submitted", MADO_ANSWER_NONE, is_auto_submitted, "the mail says that a program wrote it" },
  { "mailing-list", MADO_ANSWER_NONE, is_list, "the mail came by a list that is not ours" },
  { "precedence", MADO_ANSWER_NONE, is_junk, "Precedence is list or junk" },
  { "suppressed", MADO_ANSWER_NONE, is_suppressed, "the mail asks for no automatic answer" },
  { "own-mail", MADO_ANSWER_NONE, is_own_mail, "the mail is our own" },
  { "not-one-from", MADO_ANSWER_NONE, has_not_one_from, "From names nobody, or more than one" },
  { "no-address", MADO_ANSWER_NONE, has_no_address, "From is no address that a mail can go to" },
  { "mail-system", MADO_ANSWER_NONE, is_daemon, "a mail server wrote the mail" },
  { "machine-feed", MADO_ANSWER_NONE, is_machine, "only programs send such reports, or nobody reads there" },
  { "rule", MADO_ANSWER_NONE, is_silenced, "a rule of the team says so" },
  { "message-id-clash", MADO_ANSWER_NONE, is_clash, "a mail with this Message-ID came before, with other content" },
  { "sender-not-plausible", MADO_ANSWER_NONE, is_implausible, "our mail server says that the sender is forged" },
  { "too-many", MADO_ANSWER_NONE, is_too_many, "the sender got as many answers as the cap allows" },
  { "too-many-in-all", MADO_ANSWER_NONE, is_too_many_in_all, "all senders together did" },
  { "told-before", MADO_ANSWER_NONE, is_told, "the same text came more than ten times, unsigned and in the clear" },
  { "cannot-open", MADO_ANSWER_CANNOT_OPEN, is_undecryptable, "the mail is encrypted, and we could not open it" },
  { "no-key", MADO_ANSWER_CONTENT_FREE, must_be_content_free, "the mail came encrypted, and there is no key to answer with" },
  { "same-text", MADO_ANSWER_DUPLICATE, is_repeated, "the sender sent the same text before" },
  { "out-of-scope", MADO_ANSWER_OUT_OF_SCOPE, is_out_of_scope, "a rule of the team says that it is not ours to handle" },
  { "came-in-the-clear", MADO_ANSWER_PLAINTEXT, is_plaintext, "the mail came in the clear" },
  { "new-ticket", MADO_ANSWER_ACKNOWLEDGE, is_any, "all others" },
};

gboolean
mado_policy_rule (guint index, MadoPolicyRule *rule)
{
  if (index >= G_N_ELEMENTS (rules))
    return FALSE;
  *rule = (MadoPolicyRule){ rules[index].reason, rules[index].answer, rules[index].when };
  return TRUE;
}

const char *
mado_policy_refuse_sender (const MadoReport *report, const char *const *team)
{
  static const char *const about_sender[] = { "delivery-report", "receipt", "auto-submitted", "own-mail", "not-one-from", "no-address",
                                              "mail-system", "machine-feed", "sender-not-plausible", NULL };
  const MadoPolicyFacts facts = { .report = report, .team = team };

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_strv_contains (about_sender, rules[i].reason) && rules[i].applies (&facts))
      return rules[i].when;
  return NULL;
}

/* Answers that are the same for all mails stand in the same languages, too: that of the report is read in what came
 * encrypted. */
static gboolean
is_same_for_all (MadoAnswer answer)
{
  return answer == MADO_ANSWER_CONTENT_FREE || answer == MADO_ANSWER_CANNOT_OPEN;
}

/* NULL: not sure, or a language that we do not write in. */
static const char *
choose_language (const MadoPolicyFacts *facts, MadoAnswer answer)
{
  const char *language = is_same_for_all (answer) ? NULL : facts->report->language;

  for (gsize i = 0; language != NULL && facts->languages[i] != NULL; i++)
    if (g_ascii_strcasecmp (language, facts->languages[i]) == 0)
      return facts->languages[i];
  return facts->languages[0] == NULL || facts->languages[1] == NULL ? facts->languages[0] : NULL;
}

/* Templates for this kind of ticket. Where the answer must not tell anything, it does not tell that either. */
static void
choose_variants (const MadoPolicyFacts *facts, MadoPolicyVerdict *verdict)
{
  const MadoReportBody *body = facts->report->report;
  const char *const words[MADO_POLICY_VARIANTS]
      = { facts->triage.template_name, facts->triage.constituency, body != NULL ? body->kind : NULL };
  gsize n = 0;

  if (is_same_for_all (verdict->answer))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i] != NULL)
      verdict->variants[n++] = words[i];
}

MadoPolicyVerdict
mado_policy_judge (const MadoPolicyFacts *facts)
{
  MadoPolicyVerdict verdict = { 0 };
  gsize i = 0;

  while (!rules[i].applies (facts)) /* the last one always does */
    i++;
  verdict.reason = rules[i].reason;
  verdict.answer = rules[i].answer;
  verdict.language = choose_language (facts, verdict.answer);
  verdict.is_allowed = verdict.answer != MADO_ANSWER_NONE;
  if (!verdict.is_allowed)
    return verdict;
  verdict.recipient = get_from (facts);
  verdict.template_name = template_names[verdict.answer];
  choose_variants (facts, &verdict);
  if (verdict.answer != MADO_ANSWER_CANNOT_OPEN) /* nothing in it is worth a key, and it must arrive */
    verdict.encrypt_to = facts->key;
  if (verdict.answer == MADO_ANSWER_OUT_OF_SCOPE) {
    verdict.scope_reason = facts->triage.out_of_scope_reason;
    verdict.scope_reasons = facts->triage.out_of_scope;
  }
  if (verdict.answer == MADO_ANSWER_DUPLICATE)
    verdict.earlier = facts->earlier;
  return verdict;
}
