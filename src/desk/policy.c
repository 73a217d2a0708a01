/* policy.c: see policy.h. Each rule is one function and one reason code. */
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

/* One addr-spec that cannot be mistaken for anything else in a header or a command. */
static gboolean
is_answerable (const char *address)
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
is_auto_submitted (const MadoPolicyFacts *facts)
{
  const MadoHeaderFacts *headers = facts->report->headers;

  return headers != NULL && headers->auto_submitted != NULL && g_ascii_strcasecmp (headers->auto_submitted, "no") != 0;
}

static gboolean
is_list (const MadoPolicyFacts *facts)
{
  return facts->report->headers != NULL && facts->report->headers->is_list;
}

static gboolean
is_bulk (const MadoPolicyFacts *facts)
{
  const char *precedence = facts->report->headers != NULL ? facts->report->headers->precedence : NULL;

  return precedence != NULL
         && (g_ascii_strcasecmp (precedence, "list") == 0 || g_ascii_strcasecmp (precedence, "bulk") == 0
             || g_ascii_strcasecmp (precedence, "junk") == 0);
}

static gboolean
is_suppressed (const MadoPolicyFacts *facts)
{
  return facts->report->headers != NULL && facts->report->headers->suppress_auto_response;
}

static gboolean
is_own_mail (const MadoPolicyFacts *facts)
{
  return facts->is_own_message_id || mado_policy_is_ours (get_from (facts), facts->team)
         || mado_policy_is_ours (facts->mail_from, facts->team);
}

/* A mail that a list or a gateway changed on its way is still the one that was answered. */
static gboolean
is_clash (const MadoPolicyFacts *facts)
{
  return facts->is_clash;
}

static gboolean
has_no_address (const MadoPolicyFacts *facts)
{
  return !is_answerable (get_from (facts));
}

static gboolean
has_not_one_from (const MadoPolicyFacts *facts)
{
  return facts->report->headers == NULL || facts->report->headers->from_count != 1;
}

static gboolean
is_daemon_address (const char *address)
{
  return address != NULL && g_ascii_strncasecmp (address, "mailer-daemon@", strlen ("mailer-daemon@")) == 0;
}

static gboolean
is_daemon (const MadoPolicyFacts *facts)
{
  return is_daemon_address (get_from (facts)) || is_daemon_address (facts->mail_from);
}

static gboolean
is_too_many (const MadoPolicyFacts *facts)
{
  return facts->answers >= facts->max_answers;
}

/* The first rule that says no decides. */
static const struct {
  const char *reason;
  gboolean (*forbids) (const MadoPolicyFacts *facts);
} rules[] = {
  { "not-a-new-ticket", is_follow_up },    { "null-sender", is_null_sender }, /* RFC 3834, 2: MUST NOT */
  { "delivery-report", is_delivery_report }, { "auto-submitted", is_auto_submitted },
  { "mailing-list", is_list },             { "precedence", is_bulk },
  { "suppressed", is_suppressed },         { "own-mail", is_own_mail },
  { "not-one-from", has_not_one_from },    { "no-address", has_no_address },
  { "mail-system", is_daemon },            { "message-id-clash", is_clash },
  { "too-many", is_too_many },
};

static const char *
choose_language (const MadoPolicyFacts *facts)
{
  for (gsize i = 0; facts->report->language != NULL && facts->languages[i] != NULL; i++)
    if (g_ascii_strcasecmp (facts->report->language, facts->languages[i]) == 0)
      return facts->languages[i];
  return facts->languages[0] != NULL ? facts->languages[0] : "en";
}

/* Whoever signed may read the answer, and nobody else: never a key that was merely offered, never one that fits
 * the address alone. A key that vouches for another address than From is not used either: the answer goes to
 * From. */
static const char *
choose_key (const MadoPolicyFacts *facts)
{
  const MadoReport *report = facts->report;

  if (!facts->may_encrypt || report->signer == NULL || report->signer->fingerprint == NULL
      || report->signer->validity == MADO_VALIDITY_NEVER) /* distrusted, or another key is pinned for this address */
    return NULL;
  if (report->signature == MADO_SIGNATURE_GOOD
      || (report->signature == MADO_SIGNATURE_GOOD_UNTRUSTED && report->signer->matches_from))
    return report->signer->fingerprint;
  return NULL;
}

MadoPolicyVerdict
mado_policy_judge (const MadoPolicyFacts *facts)
{
  MadoPolicyVerdict verdict = { .reason = "new-ticket", .language = choose_language (facts) };

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].forbids (facts)) {
      verdict.reason = rules[i].reason;
      return verdict;
    }
  verdict.is_allowed = TRUE;
  verdict.recipient = get_from (facts);
  if (facts->report->undecryptable != NULL) {
    verdict.template_name = "cannot-open"; /* the same words whatever failed: no oracle */
    return verdict;
  }
  verdict.encrypt_to = choose_key (facts);
  verdict.template_name = verdict.encrypt_to != NULL ? "ack" : "ack-plain";
  return verdict;
}
