/* test-desk-escalate.c: what is due of tickets in a store, through mails and members' work, and what happens when it is over; the
 * clock is the test's. */
#include "desk-schema.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/escalate.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"

#include <string.h>

#define START G_GINT64_CONSTANT (1795230000)
#define HOUR G_GINT64_CONSTANT (3600)
#define DAY (24 * HOUR)

static gint64 now;

static gint64
get_now (void)
{
  return now;
}

typedef struct {
  char *top;
  MadoDesk desk;
  MadoEscalator *escalator;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoConf) conf = mado_conf_parse ("[due]\nanswer = any 1h; urgent 1m\naction = any 1d\nwaiting = any 1w\n", "test", &error);

  f->top = g_dir_make_tmp ("due-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  now = START;
  f->desk.now = get_now;
  f->desk.store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
  g_assert_true (mado_due_rules_read (conf, &f->desk.settings.due, &error));
  f->desk.batch = mado_batch_new (f->desk.store);
  f->escalator = mado_escalator_new (&f->desk);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_escalator_free (f->escalator);
  mado_batch_free (f->desk.batch);
  mado_due_rules_free (f->desk.settings.due);
  mado_store_close (f->desk.store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

static gint64
make (Fixture *f, const char *token)
{
  const MadoNewIncident facts = { .token = token, .subject = "subject" };
  g_autofree char *number = NULL;
  gint64 id;

  g_assert_true (mado_store_create_incident (f->desk.store, &facts, now, &id, &number, NULL));
  return id;
}

static void
renew (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;

  mado_store_renew_due (f->desk.store, f->desk.settings.due, id, &error);
  g_assert_no_error (error);
}

static MadoIncident *
load (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;
  MadoIncident *incident = mado_store_load_incident (f->desk.store, id, "team", &error);

  g_assert_no_error (error);
  g_assert_true (mado_store_fill_due (f->desk.store, incident, now, &error));
  return incident;
}

/* @at: after the start; @step NULL: nothing is due. */
static void
assert_due (Fixture *f, gint64 id, const char *step, gint64 at, gboolean is_overdue)
{
  g_autoptr (MadoIncident) incident = load (f, id);

  g_assert_cmpstr (incident->due_step, ==, step);
  g_assert_cmpint (incident->due, ==, step != NULL ? START + at : 0);
  g_assert_cmpint (incident->overdue, ==, is_overdue);
}

static guint
count_events (Fixture *f, gint64 id, const char *words)
{
  g_autoptr (MadoIncident) incident = load (f, id);
  guint n = 0;

  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    n += entry->text != NULL && strstr (entry->text, words) != NULL;
  }
  return n;
}

static void
tick (Fixture *f, gint64 at)
{
  now = START + at;
  mado_escalator_tick (f->escalator);
  mado_batch_flush (f->desk.batch);
}

static void
put_member (Fixture *f, const char *login, MadoMemberRole role, gboolean on_duty, gint64 left)
{
  g_autoptr (MadoMember) member = mado_member_record_new ();

  member->login = g_strdup (login);
  member->role = role;
  member->on_duty = on_duty;
  member->left = left;
  g_assert_true (mado_store_put_member (f->desk.store, member, NULL));
}

static void
test_steps (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoStore *store = f->desk.store;
  gint64 id = make (f, "a");

  assert_due (f, id, NULL, 0, FALSE);
  tick (f, 10); /* it finds tickets for which nobody decided it yet */
  assert_due (f, id, "answer", HOUR, FALSE);
  now = START + 100;
  g_assert_true (mado_store_add_note (store, id, "taro", "looking", now, NULL));
  renew (f, id);
  assert_due (f, id, "answer", HOUR, FALSE);
  g_assert_true (mado_store_set_state (store, id, "waiting", now, NULL));
  renew (f, id);
  assert_due (f, id, "waiting", 100 + 7 * DAY, FALSE);
  g_assert_true (mado_store_set_state (store, id, "open", now, NULL));
  renew (f, id);
  assert_due (f, id, "action", 100 + DAY, FALSE); /* it was answered once */
  now = START + 200;
  g_assert_true (mado_store_add_event (store, id, NULL, "by the gateway", now, NULL));
  renew (f, id);
  assert_due (f, id, "action", 100 + DAY, FALSE);
  g_assert_true (mado_store_add_event (store, id, "taro", "by a member", now, NULL));
  renew (f, id);
  assert_due (f, id, "action", 200 + DAY, FALSE);
  g_assert_true (mado_store_set_state (store, id, "resolved", now, NULL));
  renew (f, id);
  assert_due (f, id, NULL, 0, FALSE);
}

static void
test_members_word (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoStore *store = f->desk.store;
  const MadoDueRules *rules = f->desk.settings.due;
  gint64 id = make (f, "a"), version = 0;

  renew (f, id);
  g_autoptr (MadoIncident) before = load (f, id);
  version = before->version;
  g_assert_true (mado_store_set_due (store, rules, id, START + 5 * HOUR, "taro", NULL));
  renew (f, id);
  assert_due (f, id, "set", 5 * HOUR, FALSE);
  g_autoptr (MadoIncident) set = load (f, id);
  g_assert_cmpstr (set->due_by, ==, "taro");
  g_assert_cmpint (set->version, ==, version);
  g_assert_true (mado_store_set_due (store, rules, id, 0, "taro", NULL));
  renew (f, id);
  assert_due (f, id, NULL, 0, FALSE);
  g_assert_true (mado_store_set_due (store, rules, id, 0, NULL, NULL));
  assert_due (f, id, "answer", HOUR, FALSE);
  g_assert_true (mado_store_set_due (store, rules, id, START + HOUR, "taro", NULL) && mado_store_set_state (store, id, "resolved", now, NULL));
  renew (f, id);
  g_assert_true (mado_store_set_state (store, id, "open", now, NULL));
  renew (f, id); /* what was set ends with the work */
  assert_due (f, id, "action", DAY, FALSE);
}

static void
test_once (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoStore *store = f->desk.store;
  gint64 id = make (f, "a"), other = make (f, "b");

  put_member (f, "kana", MADO_MEMBER_COMMANDER, TRUE, 0);
  put_member (f, "left", MADO_MEMBER_COMMANDER, TRUE, START);
  put_member (f, "rest", MADO_MEMBER_COMMANDER, FALSE, 0);
  put_member (f, "poco", MADO_MEMBER_POC, TRUE, 0);
  g_assert_true (mado_store_set_state (store, other, "waiting", now, NULL));
  tick (f, HOUR - 1);
  g_assert_cmpuint (count_events (f, id, "Overdue"), ==, 0);
  tick (f, HOUR);
  g_assert_cmpuint (count_events (f, id, "Overdue: the first answer was due 2026-11-21T04:00:00Z. Owner: nobody. On duty: kana (commander)"), ==, 1);
  assert_due (f, id, "answer", HOUR, TRUE);
  g_autoptr (MadoIncident) incident = load (f, id);
  g_assert_cmpint (incident->escalated, ==, START + HOUR);
  tick (f, 2 * HOUR);
  g_assert_cmpuint (count_events (f, id, "Overdue"), ==, 1);
  g_assert_cmpuint (count_events (f, other, "Overdue"), ==, 0);
  renew (f, id);
  tick (f, 3 * HOUR);
  g_assert_cmpuint (count_events (f, id, "Overdue"), ==, 1); /* the same step is not said twice */
  put_member (f, "kana", MADO_MEMBER_COMMANDER, FALSE, 0);
  g_assert_true (mado_store_add_event (store, id, "taro", "State: waiting", now, NULL) && mado_store_set_state (store, id, "waiting", now, NULL));
  renew (f, id);
  tick (f, 3 * HOUR + 7 * DAY);
  g_assert_cmpuint (count_events (f, id, "Overdue: asking again"), ==, 1); /* the next one is */
  g_assert_cmpuint (count_events (f, id, "On duty: poco (poc)"), ==, 1);
}

static void
test_many (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const MadoListFilter overdue = { .due_until = START + HOUR }, due = { .due_until = G_MAXINT64 };
  g_autoptr (GPtrArray) none = NULL;

  for (int i = 0; i < 120; i++) {
    g_autofree char *token = g_strdup_printf ("t%d", i);
    make (f, token);
  }
  tick (f, 0);
  g_autoptr (GPtrArray) set = mado_store_find_incidents (f->desk.store, NULL, &due, 0, 1000, NULL);
  g_assert_cmpuint (set->len, ==, 120);
  none = mado_store_list_overdue (f->desk.store, START, 1000, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  tick (f, HOUR);
  mado_batch_flush (f->desk.batch);
  mado_batch_flush (f->desk.batch);
  g_autoptr (GPtrArray) left = mado_store_list_overdue (f->desk.store, START + HOUR, 1000, NULL);
  g_assert_cmpuint (left->len, ==, 0);
  g_autoptr (GPtrArray) list = mado_store_find_incidents (f->desk.store, NULL, &overdue, 0, 1000, NULL);
  g_assert_cmpuint (list->len, ==, 120);
}

/* After an upgrade of a large store: by and by, but without waiting for the next half minute. */
static void
test_missing (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const MadoListFilter due = { .due_until = G_MAXINT64 };

  g_assert_true (mado_store_begin (f->desk.store, NULL));
  for (int i = 0; i < 1100; i++) {
    g_autofree char *token = g_strdup_printf ("t%d", i);
    make (f, token);
  }
  g_assert_true (mado_store_commit (f->desk.store, NULL));
  tick (f, 0);
  for (int i = 0; i < 2; i++)
    mado_batch_flush (f->desk.batch);
  g_autoptr (GPtrArray) set = mado_store_find_incidents (f->desk.store, NULL, &due, 0, 2000, NULL);
  g_assert_cmpuint (set->len, ==, 1100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mado_log_init ("test", MADO_LOG_ERROR, FALSE);
#define ADD(name, test) g_test_add ("/desk/escalate/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("steps", test_steps);
  ADD ("members-word", test_members_word);
  ADD ("once", test_once);
  ADD ("many", test_many);
  ADD ("missing", test_missing);
  return g_test_run ();
}
