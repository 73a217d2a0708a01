/* test-desk-answer.c: two desks with each other's address, and one against a program that answers every mail: relays between them
 * take signs of automatic mail away and deliver each mail again and again, ten thousand times in all, on real stores. */
#include "desk-vault.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/answer.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-outbox.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define ATTEMPTS 10000
#define PACE 5 /* seconds from one attempt to the next */
#define CAP 20

/* What a relay leaves of the signs. */
enum { AUTO = 1, SUPPRESS = 2, NULL_SENDER = 4, REFERENCES = 8, TAG = 16, SIGNS = 5 };

static const char *const languages[] = { "en", NULL };

typedef struct {
  char *top;
  const char *team[2];
  MadoDeskSettings settings;
  MadoStore *store;
  guint taken;
  guint answers[8]; /* made so far, by MadoAnswer: "ack" and the like, and "duplicate" */
} Desk;

/* A mail on its way. */
typedef struct {
  char *from, *to, *id, *tag, *text;
  char *parent;      /* Message-ID that it answers */
  gboolean is_automatic;
} Mail;

static void
mail_free (Mail *mail)
{
  g_free (mail->from);
  g_free (mail->to);
  g_free (mail->id);
  g_free (mail->tag);
  g_free (mail->text);
  g_free (mail->parent);
  g_free (mail);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mail, mail_free)

/* (transfer full) the bytes of a store that nothing was put into: to build its tables a hundred times costs more than the test. */
static GBytes *
make_empty_store (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("answer-XXXXXX", NULL), *url = g_strdup_printf ("sqlite:%s/store.db", top), *bytes = NULL;
  MadoStore *store = mado_store_open (url, "NONE", test_vault (), &error);
  gsize length = 0;

  g_assert_no_error (error);
  mado_store_close (store);
  g_assert_true (g_file_get_contents (url + strlen ("sqlite:"), &bytes, &length, NULL));
  mado_fsio_remove_tree (top, NULL);
  return g_bytes_new_take (g_steal_pointer (&bytes), length);
}

static void
desk_open (Desk *desk, GBytes *empty, const char *address, const char *prefix)
{
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  const char *bytes = g_bytes_get_data (empty, &length);

  memset (desk, 0, sizeof *desk);
  desk->top = g_dir_make_tmp ("answer-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", desk->top);
  g_assert_true (g_file_set_contents_full (url + strlen ("sqlite:"), bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  desk->team[0] = address;
  desk->settings = (MadoDeskSettings){ .prefix = prefix, .team = desk->team, .languages = languages, .max_answers = CAP,
                                       .window = 86400, .max_all_answers = 1000, .may_encrypt = TRUE };
  desk->store = mado_store_open (url, prefix, test_vault (), &error);
  g_assert_no_error (error);
}

static void
desk_close (Desk *desk)
{
  mado_store_close (desk->store);
  mado_fsio_remove_tree (desk->top, NULL);
  g_free (desk->top);
}

static void
set_one (char ***list, const char *word)
{
  g_strfreev (*list);
  *list = g_new0 (char *, 2);
  (*list)[0] = g_strdup (word);
}

/* (transfer full) what the desk's opener makes of @mail after a relay left @signs of it. @n: of the delivery, for a Message-ID of
 * its own. */
static MadoReport *
make_report (const Mail *mail, guint signs, guint n)
{
  MadoReport *report = mado_report_new ();

  report->message_id = n == 0 ? g_strdup (mail->id) : g_strdup_printf ("<again.%u.%s", n, mail->id + 1);
  report->content_sha256 = g_strdup (report->message_id);
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup (mail->from);
  report->language = g_strdup ("en");
  report->text = g_strdup (mail->text);
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  report->subject = g_strdup ((signs & TAG) != 0 && mail->tag != NULL ? mail->tag : "Your mail");
  set_one (&report->to, mail->to);
  report->outer_subject = g_strdup (report->subject);
  if ((signs & TAG) != 0 && mail->tag != NULL) { /* "[PREFIX #2026-000001]": another team's number comes first */
    g_autofree char *name = g_strndup (mail->tag + 1, strcspn (mail->tag + 1, "]"));
    set_one (&report->report->external_ids, name);
    set_one (&report->report->thread_ids, name);
  }
  if ((signs & AUTO) != 0 && mail->is_automatic)
    report->headers->auto_submitted = g_strdup ("auto-replied");
  report->headers->suppress_auto_response = (signs & SUPPRESS) != 0 && mail->is_automatic;
  if ((signs & REFERENCES) != 0 && mail->parent != NULL)
    set_one (&report->headers->in_reply_to, mail->parent);
  return report;
}

/* (transfer full, nullable) the answer that was just made, as it leaves the house. */
static Mail *
fetch_answer (Desk *desk, gint64 now)
{
  g_autoptr (GPtrArray) drafts = mado_store_list_due (desk->store, "draft", now, 2, NULL);
  g_autoptr (GBytes) sealed = g_bytes_new_static ("x", 1);
  Mail *mail;

  g_assert_cmpuint (drafts->len, ==, 1);
  const MadoOutboxItem *item = drafts->pdata[0];
  g_autoptr (MadoReply) reply = mado_store_load_reply (desk->store, item->id, NULL);
  g_assert_true (mado_store_set_sealed (desk->store, item->id, sealed, now, NULL)
                 && mado_store_set_sending (desk->store, item->id, NULL) && mado_store_set_sent (desk->store, item->id, now, NULL));
  mail = g_new0 (Mail, 1);
  mail->from = g_strdup (desk->team[0]);
  mail->to = g_strdup (reply->recipient);
  mail->id = g_strdup (reply->message_id);
  mail->parent = g_strdup (reply->in_reply_to);
  mail->tag = g_strdup_printf ("[%s]%s%s%s", reply->ticket, reply->external_ids[0] != NULL ? " [" : "",
                               reply->external_ids[0] != NULL ? reply->external_ids[0] : "",
                               reply->external_ids[0] != NULL ? "]" : "");
  mail->text = g_strdup_printf ("Your mail has arrived: %s\n", reply->ticket);
  mail->is_automatic = reply->is_automatic;
  desk->answers[strcmp (reply->template_name, "duplicate") == 0 ? MADO_ANSWER_DUPLICATE : MADO_ANSWER_ACKNOWLEDGE]++;
  return mail;
}

/* Settles @mail on @desk; (transfer full, nullable) the answer. Within a transaction. */
static Mail *
deliver (Desk *desk, const Mail *mail, guint signs, guint n, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoReport) report = make_report (mail, signs, n);
  g_autoptr (MadoMail) row = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { desk->store, &desk->settings, now };

  envelope->queue_id = g_strdup_printf ("%016u", ++desk->taken);
  envelope->received = now;
  envelope->mail_from = g_strdup ((signs & NULL_SENDER) != 0 && mail->is_automatic ? "" : mail->from);
  set_one (&envelope->recipients, mail->to);
  g_assert_true (mado_store_receive_mail (desk->store, envelope, 10, "00", &row, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_nonnull (settled.answer);
  return settled.has_draft ? fetch_answer (desk, now) : NULL;
}

static Mail *
write_report (const char *from, const char *to)
{
  Mail *mail = g_new0 (Mail, 1);

  mail->from = g_strdup (from);
  mail->to = g_strdup (to);
  mail->id = g_strdup ("<report@b.example>");
  mail->text = g_strdup ("Please look at this.\n");
  return mail;
}

static void
begin (Desk *desks, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_true (mado_store_begin (desks[i].store, NULL));
}

static void
commit (Desk *desks, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_true (mado_store_commit (desks[i].store, NULL));
}

/* One team writes to the other; whatever either of them answers is delivered again and again. */
static void
play_two (GBytes *empty, guint signs, guint attempts, Desk *desks)
{
  g_autoptr (GPtrArray) flying = g_ptr_array_new_with_free_func ((GDestroyNotify) mail_free);
  gboolean may_rename = (signs & ~(guint) REFERENCES) != 0; /* a reference says nothing where Message-IDs are not kept */

  desk_open (&desks[0], empty, "csirt@a.example", "ACSIRT");
  desk_open (&desks[1], empty, "csirt@b.example", "BCSIRT");
  begin (desks, 2);
  g_autoptr (Mail) report = write_report ("csirt@b.example", "csirt@a.example");
  Mail *first = deliver (&desks[0], report, 0, 0, NOW);
  g_assert_nonnull (first); /* the acknowledgement that there has to be */
  g_ptr_array_add (flying, first);
  for (guint i = 0; i < attempts; i++) {
    const Mail *mail = flying->pdata[i % flying->len];
    guint to = strcmp (mail->to, "csirt@a.example") == 0 ? 0 : 1;
    Mail *answer = deliver (&desks[to], mail, signs, may_rename ? i : 0, NOW + (gint64) (i + 1) * PACE);
    if (answer != NULL)
      g_ptr_array_add (flying, answer);
  }
  commit (desks, 2);
}

static void
test_two_desks (gconstpointer empty_store)
{
  GBytes *empty = (GBytes *) empty_store;
  guint attempts = ATTEMPTS / (1 << SIGNS) + 1;

  for (guint signs = 0; signs < 1 << SIGNS; signs++) {
    Desk desks[2];
    play_two (empty, signs, attempts, desks);
    guint a = desks[0].answers[MADO_ANSWER_ACKNOWLEDGE] + desks[0].answers[MADO_ANSWER_DUPLICATE];
    guint b = desks[1].answers[MADO_ANSWER_ACKNOWLEDGE] + desks[1].answers[MADO_ANSWER_DUPLICATE];
    g_test_message ("signs %02u, %u attempts: %u answers one way, %u the other", signs, attempts, a, b);
    if (signs != 0) {
      g_assert_cmpuint (a, ==, 1);
      g_assert_cmpuint (b, <=, 1);
    } else { /* nothing tells that it is automatic, nor what it belongs to: the cap */
      g_assert_cmpuint (MAX (a, b), <=, CAP);
    }
    for (guint i = 0; i < 2; i++)
      desk_close (&desks[i]);
  }
}

/* A person reports; a program at that address answers every mail, always with the same words. */
static guint
play_vacation (GBytes *empty, guint signs, guint attempts, Desk *desk)
{
  guint said = 0;

  desk_open (desk, empty, "csirt@a.example", "ACSIRT");
  begin (desk, 1);
  g_autoptr (Mail) report = write_report ("bob@b.example", "csirt@a.example");
  g_autoptr (Mail) last = deliver (desk, report, 0, 0, NOW);
  g_assert_nonnull (last);
  for (guint i = 1; i <= attempts; i++) {
    g_autoptr (Mail) vacation = write_report ("bob@b.example", "csirt@a.example");
    g_autofree char *id = g_strdup_printf ("<vacation.%u@b.example>", i);
    g_free (vacation->id);
    vacation->id = g_steal_pointer (&id);
    g_free (vacation->text);
    vacation->text = g_strdup ("I am away until Monday.\n");
    vacation->parent = g_strdup (last->id);
    vacation->tag = g_strdup (last->tag); /* "Re: " and what it answers */
    vacation->is_automatic = TRUE;
    said++;
    Mail *answer = deliver (desk, vacation, signs, 0, NOW + (gint64) i * PACE);
    if (answer == NULL)
      continue;
    mail_free (g_steal_pointer (&last));
    last = answer;
  }
  commit (desk, 1);
  return said;
}

static void
test_vacation (gconstpointer empty_store)
{
  GBytes *empty = (GBytes *) empty_store;
  guint attempts = ATTEMPTS / (1 << SIGNS) + 1, said = 0;

  for (guint signs = 0; signs < 1 << SIGNS; signs++) {
    Desk desk;
    said += play_vacation (empty, signs, attempts, &desk);
    guint all = desk.answers[MADO_ANSWER_ACKNOWLEDGE] + desk.answers[MADO_ANSWER_DUPLICATE];
    g_test_message ("signs %02u, %u attempts: %u answers", signs, attempts, all);
    if (signs != 0) {
      g_assert_cmpuint (all, ==, 1);
    } else { /* one for the report, one for words that are new, and ten that say that they came before */
      g_assert_cmpuint (desk.answers[MADO_ANSWER_ACKNOWLEDGE], <=, 2);
      g_assert_cmpuint (all, <=, 11);
    }
    desk_close (&desk);
  }
  g_assert_cmpuint (said, >=, ATTEMPTS);
}

/* The cap for all: senders that nobody knows are not answered beyond it, and the hour after they are. */
static void
test_flood (gconstpointer empty_store)
{
  GBytes *empty = (GBytes *) empty_store;
  Desk desk;
  guint answered = 0;

  desk_open (&desk, empty, "csirt@a.example", "ACSIRT");
  begin (&desk, 1);
  for (guint i = 0; i < 1500; i++) {
    g_autofree char *from = g_strdup_printf ("u%u@b.example", i);
    g_autoptr (Mail) report = write_report (from, "csirt@a.example");
    g_autoptr (Mail) answer = deliver (&desk, report, 0, i + 1, NOW + i);
    answered += answer != NULL;
  }
  g_assert_cmpuint (answered, ==, 1000);
  g_autoptr (Mail) report = write_report ("late@b.example", "csirt@a.example");
  g_autoptr (Mail) late = deliver (&desk, report, 0, 5000, NOW + 1500 + 3600);
  g_assert_nonnull (late);
  commit (&desk, 1);
  desk_close (&desk);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GBytes) empty = make_empty_store ();
  g_test_add_data_func ("/desk/answer/two-desks", empty, test_two_desks);
  g_test_add_data_func ("/desk/answer/vacation", empty, test_vacation);
  g_test_add_data_func ("/desk/answer/flood", empty, test_flood);
  return g_test_run ();
}
