/* draft.c: see draft.h. */
#include "madoguchi/desk/draft.h"
#include "madoguchi/base/qid.h"

#include <string.h>

#define RANDOM_BYTES 10
#define MAX_REFERENCES 20
#define MAX_EXTERNAL_IDS 3
#define MAX_ID 900 /* fits into one header line (RFC 5322, 2.1.1) */

/* May this string from a stranger's mail stand in our header? */
static gboolean
is_message_id (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (length < 3 || length > MAX_ID || text[0] != '<' || text[length - 1] != '>')
    return FALSE;
  for (gsize i = 1; i < length - 1; i++)
    if (!g_ascii_isgraph (text[i]) || text[i] == '<' || text[i] == '>')
      return FALSE;
  return TRUE;
}

/* What @report has under @name in the clear, when it came encrypted with something else inside; NULL: nothing was hidden.
 * The header of an answer is in the clear. */
static const MadoHeaderDifference *
find_hidden (const MadoReport *report, const char *name)
{
  for (guint i = 0; report->encryption != MADO_ENCRYPTION_NONE && i < report->header_differences->len; i++) {
    const MadoHeaderDifference *difference = g_ptr_array_index (report->header_differences, i);
    if (g_strcmp0 (difference->name, name) == 0)
      return difference;
  }
  return NULL;
}

/* The Message-ID that an answer to @report may name; nullable. */
static const char *
choose_parent (const MadoReport *report)
{
  const MadoHeaderDifference *hidden = find_hidden (report, "Message-ID");

  return hidden != NULL ? hidden->outer : report->message_id;
}

static char **
make_references (const MadoReport *report)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char **old = report->headers != NULL ? report->headers->references : NULL;
  guint n = old != NULL && find_hidden (report, "References") == NULL ? g_strv_length (old) : 0;
  const char *parent = choose_parent (report);

  for (guint i = n > MAX_REFERENCES ? n - MAX_REFERENCES : 0; i < n; i++)
    if (is_message_id (old[i]) && g_strcmp0 (old[i], parent) != 0)
      g_strv_builder_add (builder, old[i]);
  if (is_message_id (parent))
    g_strv_builder_add (builder, parent);
  return g_strv_builder_end (builder);
}

/* (transfer full, nullable) a subject, or a number in it, as they are compared. */
static char *
fold (const char *text)
{
  g_autofree char *normal = text != NULL ? g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;
  GString *out;

  if (normal == NULL)
    return NULL;
  out = g_string_new (NULL);
  for (const char *p = normal; *p != '\0'; p++)
    if (!g_ascii_isspace (*p))
      g_string_append_c (out, g_ascii_tolower (*p));
  return g_string_free (out, FALSE);
}

/* Is @id one by which a correspondence names itself, though not in the subject: in a field of a ticket system? Such a field
 * stands outside, but a subject may be written in more ways than we know: of a mail that came encrypted, none. */
static gboolean
is_of_field (const MadoReport *report, const char *id, gboolean is_encrypted)
{
  return (is_encrypted || report->encryption == MADO_ENCRYPTION_NONE)
         && g_strv_contains ((const char *const *) report->report->thread_ids, id);
}

/* Other teams' numbers, so that their systems find the case: those that stand in the subject or in a field of their
 * systems; when the answer goes in the clear, only those that came so: of a mail that came encrypted those of the subject
 * outside, whatever stood inside. */
static char **
choose_external_ids (const MadoReport *report, gboolean is_encrypted)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *subject = fold (is_encrypted ? report->subject : report->outer_subject);
  gboolean is_outer = !is_encrypted && report->encryption != MADO_ENCRYPTION_NONE;
  char **ids = report->report == NULL ? NULL : is_outer ? report->report->outer_ids : report->report->external_ids;
  guint chosen = 0;

  for (guint i = 0; ids != NULL && ids[i] != NULL && chosen < MAX_EXTERNAL_IDS; i++) {
    g_autofree char *id = fold (ids[i]);
    gboolean is_in_subject = id != NULL && subject != NULL && strstr (subject, id) != NULL;
    if (!is_in_subject && !is_of_field (report, ids[i], is_encrypted))
      continue;
    g_strv_builder_add (builder, ids[i]);
    chosen++;
  }
  return g_strv_builder_end (builder);
}

void
mado_draft_name (MadoReply *reply, const char *token, const char *address, gint64 now)
{
  g_autofree char *random = mado_qid_random_token (RANDOM_BYTES);

  g_free (reply->message_id);
  reply->message_id = g_strdup_printf ("<%s.%s%s>", token, random, strrchr (address, '@'));
  reply->date = now;
}

/* Where answers to @reply go, and which mail (@report, nullable) it answers. */
static void
refer (MadoReply *reply, const MadoReport *report, const char *token, const char *address)
{
  const char *at = strrchr (address, '@'), *parent = report != NULL ? choose_parent (report) : NULL;

  reply->reply_to = g_strdup_printf ("%.*s+%s%s", (int) (at - address), address, token, at);
  if (report == NULL)
    return;
  reply->in_reply_to = is_message_id (parent) ? g_strdup (parent) : NULL;
  g_strfreev (reply->references);
  reply->references = make_references (report);
}

MadoReply *
mado_draft_answer (const MadoPolicyVerdict *verdict, const MadoPolicyVerdict *plain, const MadoReport *report,
                   const char *ticket, const char *token, const char *address, gint64 now)
{
  MadoReply *reply = mado_reply_new ();

  mado_draft_name (reply, token, address, now);
  reply->template_name = g_strdup (verdict->template_name);
  reply->language = g_strdup (verdict->language);
  g_strfreev (reply->variants);
  reply->variants = g_strdupv ((char **) verdict->variants);
  reply->reason = g_strdup (verdict->scope_reason);
  if (verdict->scope_reasons != NULL) {
    g_strfreev (reply->reasons);
    reply->reasons = g_strdupv ((char **) verdict->scope_reasons);
  }
  if (verdict->earlier != NULL) /* "PREFIX #" stands before both numbers */
    reply->earlier = g_strdup_printf ("%.*s%s", (int) (strcspn (ticket, "#") + 1), ticket, verdict->earlier);
  reply->ticket = g_strdup (ticket);
  reply->recipient = g_strdup (verdict->recipient); /* without the name: it may have come encrypted, and it is a quote */
  refer (reply, report, token, address);
  g_strfreev (reply->external_ids);
  reply->external_ids = choose_external_ids (report, verdict->encrypt_to != NULL);
  if (verdict->encrypt_to != NULL) {
    reply->plain_template = g_strdup (plain->template_name);
    reply->plain_language = g_strdup (plain->language);
    reply->is_plain_bare = plain->variants[0] == NULL && plain->scope_reason == NULL && plain->earlier == NULL;
    g_strfreev (reply->plain_external_ids);
    reply->plain_external_ids = choose_external_ids (report, FALSE);
  }
  reply->is_automatic = TRUE;
  return reply;
}

MadoReply *
mado_draft_reply (const MadoDraftWords *words)
{
  MadoReply *reply = mado_reply_new ();

  reply->author = g_strdup (words->author);
  reply->text = g_strdup (words->text);
  reply->ticket = g_strdup (words->ticket);
  reply->recipient = g_strdup (words->recipient);
  refer (reply, words->report, words->token, words->address);
  return reply;
}

/* What stands before the subject itself: our tag, and marks of answers in several languages. */
static const char *
skip_prefix (const char *subject, const char *tag)
{
  static const char *const marks[] = { "Re:", "Aw:", "Sv:", "Fwd:", "Fw:", "Wg:", "返信:", "Re：" };
  const char *before;

  do {
    before = subject;
    while (g_ascii_isspace (*subject))
      subject++;
    if (g_str_has_prefix (subject, tag))
      subject += strlen (tag);
    for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
      if (g_ascii_strncasecmp (subject, marks[i], strlen (marks[i])) == 0)
        subject += strlen (marks[i]);
  } while (subject != before);
  return subject;
}

void
mado_draft_title (MadoReply *reply, const MadoDraftWords *words)
{
  const MadoReport *report = words->report;
  gboolean is_encrypted = reply->encrypt_to != NULL;
  gboolean is_secret = report != NULL ? report->encryption != MADO_ENCRYPTION_NONE : words->is_subject_secret;
  g_autofree char *tag = g_strdup_printf ("[%s]", words->ticket);
  const char *subject = report != NULL && report->subject != NULL ? report->subject : words->thread_subject;

  if (words->subject != NULL) { /* what stands outside in the clear, the member chose himself, and was shown */
    g_free (reply->subject);
    reply->subject = strstr (words->subject, tag) != NULL ? g_strdup (words->subject) : g_strdup_printf ("%s %s", tag, words->subject);
    return;
  }
  subject = subject == NULL || (is_secret && !is_encrypted) ? "" : skip_prefix (subject, tag);
  g_free (reply->subject);
  reply->subject = g_strdup_printf ("Re: %s%s%s", tag, *subject != '\0' ? " " : "", subject);
  if (report == NULL)
    return;
  g_strfreev (reply->external_ids);
  reply->external_ids = choose_external_ids (report, is_encrypted);
}
