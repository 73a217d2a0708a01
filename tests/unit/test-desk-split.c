/* test-desk-split.c: mails of a ticket get one of their own, with the answers to them; none is left without a mail. */
#include "desk-tickets.h"

static gint64
find_entry (const MadoIncident *incident, const char *queue_id)
{
  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    if (g_strcmp0 (entry->queue_id, queue_id) == 0)
      return entry->id;
  }
  g_assert_not_reached ();
}

static gint64
split (Fixture *f, gint64 id, const gint64 *entries, gsize n, const char *why)
{
  g_autoptr (GError) error = NULL;
  MadoSettler settler = { f->store, &settings, NOW + 300, f->rules };
  gint64 made = 0;

  g_assert_true (mado_store_begin (f->store, NULL));
  if (why != NULL) {
    g_assert_false (mado_split_mails (&settler, id, entries, n, "mika", &made, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
    g_assert_nonnull (strstr (error->message, why));
    mado_store_rollback (f->store);
    return 0;
  }
  mado_split_mails (&settler, id, entries, n, "mika", &made, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, NULL));
  return made;
}

static gint64
take_joined (Fixture *f, int n, const char *from, const char *subject, const char *address)
{
  g_autofree char *tagged = g_strdup_printf ("Re: [EX #2026-000001] %s", subject);
  g_autoptr (MadoReport) report = make_report (n, from, tagged, address);
  const char *ids[] = { "EX-CERT#77", NULL };

  report->report->tlp = g_strdup (n == 3 ? "TLP:AMBER" : NULL);
  if (n == 3) {
    g_strfreev (report->report->external_ids);
    report->report->external_ids = g_strdupv ((char **) ids);
  }
  return settle_to (f, n, report, "csirt@example.org", "joined", "tag");
}

static void
test_split (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "spam", "192.0.2.1");
  MadoAccountStates states = { 0 };
  gint64 rows = 0;

  take_joined (f, 2, "alice@example.net", "more of it", "192.0.2.2");
  take_joined (f, 3, "alice@example.net", "phishing, another matter", "192.0.2.3");
  /* an answer to the third */
  g_autoptr (MadoReply) reply = mado_reply_new ();
  reply->message_id = g_strdup ("<answer@example.org>");
  reply->recipient = g_strdup ("alice@example.net");
  g_assert_true (mado_store_add_draft (f->store, a, "0000000000000003", reply, NOW + 50, NULL));
  g_assert_true (mado_store_add_note (f->store, a, "ann", "a note", NOW + 51, NULL));
  g_autoptr (MadoIncident) before = load (f, a);
  const gint64 entries[] = { find_entry (before, "0000000000000003"), find_entry (before, "0000000000000003") };
  gint64 b = split (f, a, entries, 2, NULL);
  g_autoptr (MadoIncident) old = load (f, a), made = load (f, b);
  g_autofree char *old_lines = describe (old), *made_lines = describe (made);
  g_assert_cmpstr (made_lines, ==, "in 03; out; event; ");
  g_assert_cmpstr (old_lines, ==, "in 01; out; in 02; event; note; event; "); /* what rules said of 03 was told here */
  g_assert_cmpstr (made->number, ==, "2026-000002");
  g_assert_cmpstr (made->subject, ==, "Re: [EX #2026-000001] phishing, another matter");
  g_assert_cmpstr (made->reporter, ==, "alice@example.net");
  g_assert_cmpstr (made->language, ==, "en");
  g_assert_cmpstr (made->category, ==, "fraud:phishing");
  g_assert_cmpstr (made->tlp, ==, "TLP:AMBER");
  g_assert_cmpstr (made->external_ids[0], ==, "EX-CERT#77");
  g_assert_cmpint (made->counts->indicators, ==, 1);
  g_assert_cmpint (old->counts->indicators, ==, 2);
  g_assert_cmpint (old->counts->messages, ==, 2);
  g_assert_cmpstr (old->subject, ==, "spam");
  g_assert_false (g_strv_contains ((const char *const *) old->tags, "web"));
  g_assert_cmpstr (((MadoLink *) old->linked->pdata[0])->ticket, ==, "EX #2026-000002");
  g_assert_cmpstr (((MadoLink *) made->linked->pdata[0])->ticket, ==, "EX #2026-000001");
  g_autofree char *old_token = mado_store_load_token (f->store, a, NULL), *new_token = mado_store_load_token (f->store, b, NULL);
  g_assert_cmpstr (old_token, !=, new_token);
  /* what is told of its answer, which somebody may have looked up before, too */
  g_autoptr (GPtrArray) drafts = mado_store_list_due (f->store, "draft", G_MAXINT64, 10, NULL);
  const MadoOutboxItem *last = drafts->pdata[drafts->len - 1];
  g_assert_cmpint (last->incident, ==, b);
  g_assert_true (mado_store_tell_of_answer (f->store, last->id, "it left", NOW, NULL));
  g_autoptr (MadoIncident) told = load (f, b);
  g_autofree char *told_lines = describe (told);
  g_assert_cmpstr (told_lines, ==, "in 03; out; event; event; ");
  /* who answers the answer that went with it comes to where it lives, whatever his subject says */
  g_autoptr (MadoReport) later = make_report (9, "alice@example.net", "Re: [EX #2026-000001] phishing", "192.0.2.9");
  g_strfreev (later->headers->in_reply_to);
  later->headers->in_reply_to = g_strsplit ("<answer@example.org>", " ", -1);
  g_assert_cmpint (settle_to (f, 9, later, "csirt@example.org", "joined", "reference"), ==, b);
  g_assert_true (mado_store_count_states (f->store, &states, &rows, NULL));
  g_assert_cmpint (states.ticket, ==, 2);
  g_assert_cmpint (states.joined, ==, 2);
}

/* The first mail may go when another one stays, which then says what the ticket is about. */
static void
test_split_first (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "one", "192.0.2.1");
  g_autoptr (MadoIncident) alone = load (f, a);
  const gint64 only[] = { find_entry (alone, "0000000000000001") };

  split (f, a, only, 1, "must stay");
  take_joined (f, 2, "alice@example.net", "two", "192.0.2.2");
  decide (f, a, "tlp", "TLP:RED", "mika");
  g_assert_true (mado_store_set_hold (f->store, a, "ann", "a court asks", NOW, NULL));
  g_autoptr (MadoIncident) before = load (f, a);
  const gint64 both[] = { only[0], find_entry (before, "0000000000000002") };
  const MadoEntry *answer = before->thread->pdata[1];
  split (f, a, both, 2, "must stay");
  split (f, a, &answer->id, 1, "is no mail");
  split (f, a + 1000, only, 1, "no such ticket");
  gint64 b = split (f, a, only, 1, NULL);
  g_autoptr (MadoIncident) old = load (f, a), made = load (f, b);
  g_autofree char *lines = describe (made);
  g_assert_cmpstr (lines, ==, "in 01; out; event; ");
  g_assert_cmpstr (old->subject, ==, "Re: [EX #2026-000001] two");
  g_assert_cmpstr (made->subject, ==, "one");
  g_assert_cmpstr (made->tlp, ==, "TLP:RED"); /* no milder than where it was */
  g_assert_cmpint (made->hold, ==, NOW); /* nor is it erased */
  g_autoptr (MadoMail) first = mado_store_find_mail (f->store, "0000000000000001", NULL);
  g_autoptr (MadoMail) second = mado_store_find_mail (f->store, "0000000000000002", NULL);
  g_assert_cmpstr (first->state, ==, "ticket");
  g_assert_cmpstr (second->state, ==, "ticket");
  /* back again: what was split off can be merged */
  merge (f, b, a);
  g_autoptr (MadoIncident) whole = load (f, a);
  g_assert_cmpuint (whole->linked->len, ==, 0);
  g_assert_cmpint (whole->counts->messages, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/split/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("one", test_split);
  ADD ("first", test_split_first);
#undef ADD
  return g_test_run ();
}
