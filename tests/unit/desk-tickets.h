/* desk-tickets.h: a store with rules, and mails that make and join tickets, for the tests of merging and splitting. */
#pragma once

#include "desk-schema.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/merge.h"
#include "madoguchi/desk/need-keep.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/split.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-link.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-merge.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/triage-rules.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "ja", "en", NULL };
static const MadoDeskSettings settings = {
  .prefix = "EX", .team = team, .languages = languages, .max_all_answers = 100, .max_answers = 30, .window = 3600, .may_encrypt = TRUE
};
static const char rules_text[] = "[rule phishing]\nwords = phishing\ncategory = Phishing\nurgency = high\nowner = ann\ntags = web\n"
                                 "[rule spam]\nwords = spam\ncategory = Spam\nowner = bob\ntags = junk\n";

typedef struct {
  char *top;
  MadoStore *store;
  MadoTriageRules *rules;
} Fixture;

static inline void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  f->top = g_dir_make_tmp ("store-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
  f->rules = mado_triage_rules_parse (rules_text, "t.conf", &error);
  g_assert_no_error (error);
}

static inline void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_triage_rules_free (f->rules);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

static inline MadoReport *
make_report (int n, const char *from, const char *subject, const char *address)
{
  MadoReport *report = mado_report_new ();
  MadoIndicator *indicator = mado_indicator_new ();

  report->message_id = g_strdup_printf ("<%d@x>", n);
  report->content_sha256 = g_strdup_printf ("%d", n);
  report->subject = g_strdup (subject);
  report->language = g_strdup ("en");
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup (from);
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  indicator->type = g_strdup ("ipv4");
  indicator->value = g_strdup (address);
  indicator->part = g_strdup ("1");
  indicator->role = g_strdup ("statement");
  g_ptr_array_add (report->indicators, indicator);
  return report;
}

static inline MadoEnvelope *
make_envelope (int n, const char *from, const char *to)
{
  MadoEnvelope *envelope = mado_envelope_new ();

  envelope->queue_id = g_strdup_printf ("%016d", n);
  envelope->received = NOW + n;
  envelope->mail_from = g_strdup (from);
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strsplit (to, " ", -1);
  return envelope;
}

/* Settles mail @n, sent to @to; its incident. */
static inline gint64
settle_to (Fixture *f, int n, const MadoReport *report, const char *to, const char *state, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = make_envelope (n, report->from->address, to);
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + n, f->rules };

  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (settled.state, ==, state);
  if (reason != NULL)
    g_assert_cmpstr (settled.reason, ==, reason);
  g_assert_true (mado_store_commit (f->store, NULL));
  return settled.incident;
}

static inline gint64
take (Fixture *f, int n, const char *from, const char *subject, const char *address)
{
  g_autoptr (MadoReport) report = make_report (n, from, subject, address);

  return settle_to (f, n, report, "csirt@example.org", "ticket", "new");
}

static inline MadoIncident *
load (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;
  MadoIncident *incident = mado_store_load_incident (f->store, id, team[0], &error);

  g_assert_no_error (error);
  return incident;
}

/* "in 0000000000000001; out; event x; ..." */
static inline char *
describe (const MadoIncident *incident)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    g_string_append_printf (out, "%s%s%s; ", entry->direction, entry->queue_id != NULL ? " " : "",
                            entry->queue_id != NULL ? entry->queue_id + 14 : "");
  }
  return g_string_free (out, FALSE);
}

static inline void
merge (Fixture *f, gint64 from, gint64 into)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_store_begin (f->store, NULL));
  mado_merge_tickets (f->store, from, into, "mika", NOW + 100, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, NULL));
}

static inline void
decide (Fixture *f, gint64 id, const char *field, const char *value, const char *login)
{
  g_assert_true (mado_store_add_decision (f->store, id, field, value, login, NOW, NULL)
                 && mado_store_apply_decisions (f->store, id, NULL, NULL));
}
