/* house.h: fills a store through its own verbs with the reports of corpus.h. */
#pragma once

#include "../unit/desk-vault.h"
#include "corpus.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-each.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-triage.h"

#include <unistd.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define BATCH 200
#define EVERY 20     /* seconds between the messages of a gateway's store; the last came just now */
#define UNFINISHED 400 /* tickets there that nobody brought to an end yet */
#define EACH 5       /* mails of a sender that make one ticket */
#define SELDOM 600   /* seconds between the messages of a store of years */

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "ja", "en", NULL };
static const MadoDeskSettings settings = {
  .prefix = "EX", .team = team, .languages = languages, .max_all_answers = 1000000, .max_answers = 1000, .window = 3600, .may_encrypt = TRUE
};

typedef struct {
  char *top;
  MadoStore *store;
  guint n;          /* messages */
  guint senders;    /* each writes fifty of them */
  guint each;       /* of these make one ticket */
  gint64 first, every; /* seconds: when the first came, and from each to the next */
  GPtrArray *plain; /* of strings, by message */
  GArray *incidents; /* of gint64, by message */
  GPtrArray *tickets; /* last number of each sender */
} House;

static gint64
time_of (const House *house, guint number)
{
  return house->first + (gint64) number * house->every;
}

static inline void
house_fit (House *house, const char *url, MadoVault *vault, guint planned)
{
  g_autoptr (GError) error = NULL;

  house->store = mado_store_open (url, "EX", vault, &error);
  g_assert_no_error (error);
  house->plain = g_ptr_array_new_with_free_func (g_free);
  house->incidents = g_array_new (FALSE, FALSE, sizeof (gint64));
  house->tickets = g_ptr_array_new_with_free_func (g_free);
  house->senders = MAX (1, planned / 50);
  house->each = house->each > 0 ? house->each : EACH;
  g_ptr_array_set_size (house->tickets, (gint) house->senders);
}

static inline void
house_open (House *house, guint planned)
{
  house->top = g_dir_make_tmp ("bench-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", house->top);
  house->first = NOW;
  house->every = 60;
  house_fit (house, url, test_vault (), planned);
}

static inline void
house_close (House *house)
{
  mado_store_close (house->store);
  if (house->top != NULL)
    mado_fsio_remove_tree (house->top, NULL);
  g_free (house->top);
  g_ptr_array_unref (house->plain);
  g_array_unref (house->incidents);
  g_ptr_array_unref (house->tickets);
}

/* --- filling -------------------------------------------------------------------------------------------- */

static inline void
add_indicator (MadoReport *report, const char *type, const char *value)
{
  MadoIndicator *indicator = mado_indicator_new ();

  indicator->type = g_strdup (type);
  indicator->value = g_strdup (value);
  indicator->part = g_strdup ("1");
  indicator->role = g_strdup ("statement");
  g_ptr_array_add (report->indicators, indicator);
}

/* Mails of a sender go on with his last ticket, but for one in @each. */
static inline MadoReport *
make_report (const House *house, guint number, const Letter *letter)
{
  const char *ticket = house->tickets->pdata[number % house->senders];
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup_printf ("<%u@bench>", number);
  report->content_sha256 = g_strdup_printf ("%u", number);
  report->subject = ticket != NULL && (number / house->senders) % house->each != 0
                        ? g_strdup_printf ("[EX #%s] %s", ticket, letter->subject) : g_strdup (letter->subject);
  report->text = g_strdup (letter->shown->str);
  report->language = g_strdup (letter->is_japanese ? "ja" : "en");
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup (letter->address);
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  add_indicator (report, "ipv4", letter->number_ip);
  add_indicator (report, "domain", letter->domain);
  return report;
}

static inline void
settle_one (House *house, guint number)
{
  g_auto (Letter) letter = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { house->store, &settings, time_of (house, number), NULL };

  make_letter (number, house->senders, &letter);
  g_autoptr (MadoReport) report = make_report (house, number, &letter);
  envelope->queue_id = g_strdup_printf ("%016u", number + 1);
  envelope->received = settler.now;
  envelope->mail_from = g_strdup (letter.address);
  g_assert_true (mado_store_receive_mail (house->store, envelope, 2000, "00", &mail, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_true (strcmp (settled.state, "ticket") == 0 || strcmp (settled.state, "joined") == 0);
  if (number % 3 == 1 && strcmp (settled.state, "ticket") == 0) { /* as if the mail before had reported it, too */
    g_autofree char *before = g_strdup_printf ("%016u", number);
    g_assert_true (mado_store_add_each (house->store, settled.incident, before, 1, NULL));
  }
  g_free (house->tickets->pdata[number % house->senders]);
  house->tickets->pdata[number % house->senders] = g_strdup (settled.number);
  g_array_append_val (house->incidents, settled.incident);
  g_ptr_array_add (house->plain, g_strdup (letter.plain->str));
}

/* The answers are on their way at once, as they would be. */
static inline void
send_answers (House *house, gint64 now)
{
  g_autoptr (GBytes) sealed = g_bytes_new_static ("sealed", 6);
  g_autoptr (GPtrArray) due = mado_store_list_due (house->store, "draft", now, 10000, NULL);

  for (guint i = 0; i < due->len; i++) {
    gint64 id = ((const MadoOutboxItem *) due->pdata[i])->id;
    g_assert_true (mado_store_set_sealed (house->store, id, sealed, now, NULL) && mado_store_set_sending (house->store, id, NULL)
                   && mado_store_set_sent (house->store, id, now, NULL));
  }
}

static inline void
fill (House *house, guint n)
{
  while (house->n < n) {
    g_assert_true (mado_store_begin (house->store, NULL));
    for (guint i = 0; i < BATCH && house->n < n; i++)
      settle_one (house, house->n++);
    send_answers (house, time_of (house, house->n));
    g_assert_true (mado_store_commit (house->store, NULL));
  }
}

/* A gateway's own store, as after some weeks of work: all but the newest tickets are at an end. */
static inline void
end_old (const House *house)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_sql_run (house->store, &error, "UPDATE incident SET state = 'resolved' WHERE id <= (SELECT max (id) FROM incident) - ?", "i",
                               (gint64) UNFINISHED));
}

/* One ticket in fifty has a tag, one in a thousand a rare one; one in a hundred is due. */
static inline void
mark_some (const House *house)
{
  g_assert_true (mado_store_begin (house->store, NULL));
  for (guint i = 0; i < house->incidents->len; i += 50) {
    gint64 id = g_array_index (house->incidents, gint64, i);
    g_assert_true (mado_store_add_decision (house->store, id, "tag", i % 1000 == 0 ? "rare" : "usual", "member1", time_of (house, i), NULL)
                   && mado_store_apply_decisions (house->store, id, NULL, NULL));
    if (i % 100 == 0)
      g_assert_true (mado_store_set_due (house->store, NULL, id, time_of (house, house->n) + (gint64) (i % 700) * 600 - 86400, "member1", NULL));
  }
  g_assert_true (mado_store_commit (house->store, NULL));
}

/* ... of years: in every state, with every mark, common ones and rare ones. */
static inline void
spread (const House *house)
{
  g_autoptr (GError) error = NULL;

  mark_some (house);
  g_assert_true (mado_sql_run (
      house->store, &error,
      "UPDATE incident SET"
      " state = CASE WHEN id % 20 = 1 THEN 'open' WHEN id % 50 = 2 THEN 'waiting' WHEN id % 33 = 3 THEN 'rejected' ELSE 'resolved' END,"
      " owner = iif (id % 7 = 0, NULL, 'member' || (id % 13)),"
      " priority = CASE WHEN id % 1000 = 9 THEN 'urgent' WHEN id % 12 = 5 THEN 'high' ELSE 'normal' END,"
      " category = CASE WHEN id % 1000 = 11 THEN 'availability:ddos' WHEN id % 3 = 0 THEN 'fraud:phishing'"
      "  WHEN id % 3 = 1 THEN 'malicious-code:c2-server' END,"
      " tlp = CASE WHEN id % 500 = 13 THEN 'TLP:RED' WHEN id % 1000 = 17 THEN 'TLP:CLEAR' WHEN id % 4 = 0 THEN 'TLP:AMBER' END"
      " WHERE id <= (SELECT max (id) FROM incident) - ?",
      "i", (gint64) UNFINISHED));
}

static inline int
fill_gateway (guint n, const char *path, guint each)
{
  g_autofree char *url = g_strdup_printf ("sqlite:%s", path);
  g_autoptr (GBytes) secrets = NULL;
  g_autoptr (GError) error = NULL;
  gint64 every = each == 1 ? SELDOM : EVERY;
  House house = { .first = g_get_real_time () / G_USEC_PER_SEC - (gint64) n * every, .every = every, .each = each };

  g_assert_true (mado_fsio_read_all (STDIN_FILENO, 65536, &secrets, &error));
  g_autoptr (MadoVault) vault = mado_vault_import (secrets, &error);
  g_assert_no_error (error);
  house_fit (&house, url, vault, n);
  fill (&house, n);
  if (each == 1)
    spread (&house);
  else
    end_old (&house);
  house_close (&house);
  return 0;
}
