/* Whom does a member's answer go to by itself, which key is named with what words, and what does its Subject say? Pure. */
#include "madoguchi/desk/draft.h"
#include "madoguchi/desk/outbox-parts.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/recipient.h"
#include "madoguchi/desk/reply-words.h"

#include <glib/gstdio.h>
#include <string.h>

static MadoMail *
add_mail (GPtrArray *mails, const char *state, const char *reason, const char *sender, const char *signer)
{
  MadoMail *mail = mado_mail_new ();

  mail->state = g_strdup (state);
  mail->reason = g_strdup (reason);
  mail->sender = g_strdup (sender);
  mail->signer = g_strdup (signer);
  g_ptr_array_add (mails, mail);
  return mail;
}

static void
test_belongs (void)
{
  static const struct {
    const char *state, *reason, *sender, *signer;
    gboolean belongs;
  } rows[] = {
    { "ticket", "new", "alice@a.example", "AAAA", TRUE },
    { "joined", "reference", "alice@a.example", NULL, TRUE },       /* who opened it, this time unsigned: it goes to the same one */
    { "joined", "reference", "alice@home.example", "AAAA", TRUE },  /* her key, another address */
    { "joined", "token", "eve@b.example", "BBBB", FALSE },          /* knows the token, no more */
    { "joined", "reference", "mallory@c.example", NULL, FALSE },
    { "joined", "released", "bob@d.example", "DDDD", TRUE },        /* a member let him in */
    { "joined", "reference", "bob@d.example", NULL, TRUE },
    { "joined", "merged", "carol@e.example", NULL, TRUE },          /* her ticket is part of this one now */
    { "joined", "token", "dora@f.example", "EEEE", FALSE },
    { "held", "unconfirmed-tag", "alice@a.example", NULL, FALSE },  /* nobody said yes to it yet */
    { "bounce", "returned", "alice@a.example", NULL, FALSE },
    { "auto_reply", "reference", "alice@a.example", NULL, FALSE },
    { "joined", "reference", NULL, NULL, FALSE },
  };
  g_autoptr (GPtrArray) mails = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mail_free);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    add_mail (mails, rows[i].state, rows[i].reason, rows[i].sender, rows[i].signer);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %zu", i);
    g_assert_cmpint (mado_recipient_belongs (mails, mails->pdata[i]), ==, rows[i].belongs);
  }
}

static MadoReport *
make_report (const char *from, MadoEncryption encryption)
{
  MadoReport *report = mado_reply_words_blank (from);

  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->encryption = encryption;
  report->message_id = g_strdup ("<m1@a.example>");
  report->subject = g_strdup ("Re: AW: [T #2026-000001] 秘密");
  return report;
}

static void
test_policy (void)
{
  static const char *const team[] = { "csirt@team.example", NULL };
  g_autoptr (MadoReport) report = make_report ("alice@a.example", MADO_ENCRYPTION_NONE);

  g_assert_null (mado_policy_refuse_sender (report, team));
  report->headers->is_list = TRUE; /* keeps programs quiet; a member may answer */
  report->headers->reply_to = g_strdup ("mallory@evil.example");
  g_assert_null (mado_policy_refuse_sender (report, team));
  report->headers->from_count = 2;
  g_assert_nonnull (mado_policy_refuse_sender (report, team));
  report->headers->from_count = 1;
  report->headers->auto_submitted = g_strdup ("auto-generated");
  g_assert_cmpstr (mado_policy_refuse_sender (report, team), ==, "the mail says that a program wrote it");
  for (const char *const *address = (const char *const[]){ "csirt+x@team.example", "noreply@a.example", "mailer-daemon@a.example", "a b@c", NULL };
       *address != NULL; address++) {
    g_autoptr (MadoReport) other = make_report (*address, MADO_ENCRYPTION_NONE);
    g_assert_nonnull (mado_policy_refuse_sender (other, team));
  }
}

/* @key: (nullable) to which it is encrypted. */
static MadoReply *
make_reply (MadoDraftWords *words, const char *key)
{
  MadoReply *reply = mado_draft_reply (words);

  reply->encrypt_to = g_strdup (key);
  mado_draft_title (reply, words);
  return reply;
}

static void
test_subject (void)
{
  g_autoptr (MadoReport) report = make_report ("alice@a.example", MADO_ENCRYPTION_WHOLE);
  MadoDraftWords words = { .author = "hanako", .text = "text", .thread_subject = "thread", .is_subject_secret = TRUE, .ticket = "T #2026-000001",
                           .token = "t0ken", .address = "csirt@team.example", .recipient = "alice@a.example", .report = report };
  g_autoptr (MadoReply) sealed = make_reply (&words, "AAAA"), clear = make_reply (&words, NULL);

  g_assert_cmpstr (sealed->subject, ==, "Re: [T #2026-000001] 秘密");
  g_assert_cmpstr (clear->subject, ==, "Re: [T #2026-000001]");
  g_assert_cmpstr (sealed->reply_to, ==, "csirt+t0ken@team.example");
  g_assert_cmpstr (sealed->in_reply_to, ==, "<m1@a.example>");
  g_assert_false (sealed->is_automatic);
  words.report = NULL; /* who wrote nothing here */
  g_autoptr (MadoReply) sealed_else = make_reply (&words, "BBBB"), clear_else = make_reply (&words, NULL);
  g_assert_cmpstr (sealed_else->subject, ==, "Re: [T #2026-000001] thread");
  g_assert_cmpstr (clear_else->subject, ==, "Re: [T #2026-000001]");
  g_assert_null (sealed_else->in_reply_to);
  g_assert_cmpuint (g_strv_length (sealed_else->references), ==, 0);
  words.subject = "my own";
  g_autoptr (MadoReply) own = make_reply (&words, NULL);
  g_assert_cmpstr (own->subject, ==, "[T #2026-000001] my own");
  mado_draft_name (own, words.token, words.address, 1795230000);
  g_assert_true (g_str_has_prefix (own->message_id, "<t0ken.") && g_str_has_suffix (own->message_id, "@team.example>"));
}

static void
test_words (void)
{
  static const char *const team[] = { "csirt@team.example", NULL };
  const MadoDeskSettings settings = { .team = team, .may_encrypt = TRUE, .hidden_subject = "[...]" };
  MadoDraftWords words = { .author = "hanako", .text = "text", .thread_subject = "s", .ticket = "T #2026-000001",
                           .token = "t0ken", .address = "csirt@team.example", .recipient = "alice@a.example" };
  g_autoptr (MadoReply) sealed = make_reply (&words, "AAAA"), clear = make_reply (&words, NULL);
  MadoKeyCandidate *old = mado_key_candidate_new ();

  sealed->key_source = g_strdup ("pinned");
  g_autoptr (MadoReplyTo) first = mado_reply_words_describe (&settings, sealed, NULL, NULL, FALSE);
  g_assert_cmpstr (first->why, ==, "the team pinned it to the address");
  g_assert_null (first->problem);
  g_assert_true (g_strv_contains ((const char *const *) first->outside, "[...]"));
  g_assert_false (g_strv_contains ((const char *const *) first->outside, sealed->subject));
  old->source = g_strdup ("pinned");
  old->fingerprint = g_strdup ("BBBB");
  old->reason = g_strdup ("expired");
  g_ptr_array_add (clear->candidates, old);
  g_autoptr (MadoReplyTo) second = mado_reply_words_describe (&settings, clear, NULL, NULL, FALSE);
  g_assert_nonnull (strstr (second->problem, "pinned key BBBB: expired"));
  g_assert_nonnull (strstr (second->problem, "--plain-ok"));
  g_autoptr (MadoReplyTo) third = mado_reply_words_describe (&settings, clear, NULL, NULL, TRUE);
  g_assert_null (third->problem);
  g_assert_true (g_strv_contains ((const char *const *) third->outside, clear->subject));
  words.recipient = "csirt+x@team.example";
  g_autoptr (MadoReply) ours = make_reply (&words, "AAAA");
  g_autoptr (MadoReplyTo) fourth = mado_reply_words_describe (&settings, ours, NULL, NULL, TRUE);
  g_assert_nonnull (fourth->problem);
}

/* Where delivery reports go. */
static void
test_sender (void)
{
  g_autofree char *dir = g_dir_make_tmp ("sender-XXXXXX", NULL), *path = g_build_filename (dir, "m.conf", NULL);
  g_autoptr (MadoReply) reply = mado_reply_new ();
  g_autoptr (GError) error = NULL;

  reply->reply_to = g_strdup ("csirt+t0ken@team.example");
  for (int is_set = 0; is_set < 2; is_set++) {
    g_assert_true (g_file_set_contents (path, is_set ? "[submission]\nfrom = bounces@team.example\n" : "[submission]\n", -1, NULL));
    g_autoptr (MadoConf) conf = mado_conf_load (path, &error);
    g_assert_no_error (error);
    reply->is_automatic = FALSE;
    g_autofree char *written = mado_outbox_sender (conf, reply);
    g_assert_cmpstr (written, ==, is_set ? "bounces@team.example" : "csirt+t0ken@team.example");
    reply->is_automatic = TRUE;
    g_autofree char *automatic = mado_outbox_sender (conf, reply), *unknown = mado_outbox_sender (conf, NULL);
    g_assert_cmpstr (automatic, ==, is_set ? "bounces@team.example" : "");
    g_assert_cmpstr (unknown, ==, automatic);
  }
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipient/belongs", test_belongs);
  g_test_add_func ("/recipient/policy", test_policy);
  g_test_add_func ("/recipient/subject", test_subject);
  g_test_add_func ("/recipient/words", test_words);
  g_test_add_func ("/recipient/sender", test_sender);
  return g_test_run ();
}
