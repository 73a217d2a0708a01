/* reply-words.c: see reply-words.h. Called by reply-plan.c. */
#include "madoguchi/desk/reply-words.h"
#include "madoguchi/desk/key-choice.h"
#include "madoguchi/desk/policy.h"

#include <string.h>

#define MAX_TOLD 8 /* keys in one sentence */

static const struct {
  const char *source, *why;
} sources[] = {
  { "signed", "it signed the mail that is answered" },
  { "pinned", "the team pinned it to the address" },
  { "mapped", "the team said that the address, or its domain, is written to with it" },
  { "certified", "the team certified it for the address" },
  { "known", "the address signed with it before" },
  { "web-of-trust", "others vouch for it, whom the team trusts" },
  { "wkd", "the domain of the address publishes it" },
  { "vks", "a key server offers it for the address" },
  { "dane", "the DNS of the domain has it" },
  { "directory", "a directory offers it for the address" },
  { "autocrypt", "the mail itself offers it (Autocrypt); nobody vouches for it" },
  { "attached", "it came with the mail; nobody vouches for it" },
};

MadoReport *
mado_reply_words_blank (const char *address)
{
  MadoReport *report = mado_report_new ();

  report->from = mado_mailbox_new ();
  report->from->address = g_strdup (address);
  return report;
}

static const char *
explain_source (const char *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (g_strcmp0 (sources[i].source, source) == 0)
      return sources[i].why;
  return "it is known for the address";
}

/* (transfer full) why there is no key to encrypt to. */
static char *
explain_none (const MadoDeskSettings *settings, const MadoReply *reply, const MadoReport *report)
{
  GString *text = g_string_new ("no key to encrypt to");

  if (!settings->may_encrypt)
    g_string_append (text, " ([reply] encrypt is no)");
  else if (reply->candidates->len == 0)
    g_string_append (text, " is known for this address");
  for (guint i = 0; i < reply->candidates->len && i < MAX_TOLD; i++) {
    const MadoKeyCandidate *candidate = reply->candidates->pdata[i];
    g_string_append_printf (text, "%s %s key %s: %s", i == 0 ? ":" : ";", candidate->source, candidate->fingerprint,
                            candidate->reason != NULL ? candidate->reason : "not judged");
  }
  if (report != NULL && report->undecryptable != NULL)
    g_string_append (text, ". The mail that is answered could not be opened");
  return g_string_free (text, FALSE);
}

static void
add_field (GStrvBuilder *fields, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_strv_builder_add (fields, name);
  g_strv_builder_add (fields, value);
}

/* (transfer full) the fields that everybody on the way reads. */
static char **
list_outside (const MadoDeskSettings *settings, const MadoReply *reply)
{
  g_autoptr (GStrvBuilder) fields = g_strv_builder_new ();
  g_autofree char *references = g_strjoinv (" ", reply->references);
  g_autofree char *domain = g_strconcat ("made when it is sent, ends in ", strrchr (settings->team[0], '@'), NULL);
  gboolean is_encrypted = reply->encrypt_to != NULL;
  g_autoptr (GString) subject = g_string_new (reply->subject);

  for (char **id = reply->external_ids; *id != NULL; id++) /* as reply/compose.c adds them */
    if (strstr (reply->subject, *id) == NULL)
      g_string_append_printf (subject, " [%s]", *id);
  add_field (fields, "From", settings->team[0]);
  add_field (fields, "To", reply->recipient);
  add_field (fields, "Reply-To", reply->reply_to);
  add_field (fields, "Subject", is_encrypted ? settings->hidden_subject : subject->str);
  add_field (fields, "Message-ID", domain);
  add_field (fields, "In-Reply-To", reply->in_reply_to);
  add_field (fields, "References", *references != '\0' ? references : NULL);
  add_field (fields, "Form", is_encrypted ? "signed, then encrypted: nobody outside sees by whom it is signed"
                                          : "signed, NOT encrypted: everybody on the way can read all of it");
  if (is_encrypted)
    add_field (fields, "Key ids", "of the recipient's key, and of the team's when the team can read it, too");
  return g_strv_builder_end (fields);
}

char *
mado_reply_words_explain (const MadoDeskSettings *settings, const MadoReply *reply, const MadoReport *report)
{
  return reply->encrypt_to != NULL ? g_strdup (explain_source (reply->key_source)) : explain_none (settings, reply, report);
}

MadoReplyTo *
mado_reply_words_describe (const MadoDeskSettings *settings, const MadoReply *reply, const MadoReport *report, const char *note,
                           gboolean plain_ok)
{
  MadoReplyTo *to = mado_reply_to_new ();

  to->address = g_strdup (reply->recipient);
  to->encrypted_to = g_strdup (reply->encrypt_to);
  to->key_source = g_strdup (reply->key_source);
  to->subject = g_strdup (reply->subject);
  to->why = mado_reply_words_explain (settings, reply, report);
  if (reply->encrypt_to != NULL)
    to->warning = g_strdup (note);
  if (mado_policy_is_ours (reply->recipient, settings->team))
    to->problem = g_strdup ("it is an address of our own");
  else if (reply->encrypt_to == NULL && !plain_ok)
    to->problem = g_strdup_printf ("%s. --plain-ok would send it signed, and readable for everybody on the way", to->why);
  g_strfreev (to->outside);
  to->outside = list_outside (settings, reply);
  for (guint i = 0; i < reply->candidates->len; i++)
    g_ptr_array_add (to->keys_considered, mado_key_candidate_copy (reply->candidates->pdata[i]));
  return to;
}

void
mado_reply_words_join (MadoReplyTo *to, const MadoReply *reply)
{
  g_autofree char *others = g_strjoinv (", ", reply->together);

  g_free (to->subject);
  to->subject = g_strdup (reply->subject);
  for (guint i = 0; to->outside[i] != NULL && to->outside[i + 1] != NULL; i += 2) {
    char *value = NULL;
    if (strcmp (to->outside[i], "To") == 0)
      value = g_strdup_printf ("%s, %s", reply->recipient, others);
    else if (strcmp (to->outside[i], "Key ids") == 0)
      value = g_strdup ("of all recipients' keys, and of the team's when the team can read it, too");
    if (value != NULL) {
      g_free (to->outside[i + 1]);
      to->outside[i + 1] = value;
    }
  }
}
