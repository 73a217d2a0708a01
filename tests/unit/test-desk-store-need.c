/* test-desk-store-need.c: which incidents are narrow, who is named, and what the store says to whom. */
#include "desk-schema.h"
#include "desk-vault.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-triage.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

typedef struct {
  char *top, *url;
  MadoStore *store;
  gint64 id; /* an incident */
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
put (Fixture *f, const char *login, MadoMemberRole role, gint64 left)
{
  g_autoptr (MadoMember) member = mado_member_record_new ();

  member->login = g_strdup (login);
  member->role = role;
  member->joined = NOW;
  member->left = left;
  g_assert_true (mado_store_put_member (f->store, member, NULL));
}

static gint64
make_incident (Fixture *f, const char *token)
{
  MadoNewIncident facts = { .token = token, .subject = "a secret", .reporter = "alice@reporter.example" };
  g_autofree char *number = NULL;
  gint64 id;

  g_assert_true (mado_store_create_incident (f->store, &facts, NOW, &id, &number, NULL));
  return id;
}

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("need-XXXXXX", NULL);
  f->url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  open_store (f);
  g_assert_true (mado_store_begin (f->store, NULL));
  put (f, "hanako", MADO_MEMBER_ADMINISTRATOR, 0);
  put (f, "taro", MADO_MEMBER_HANDLER, 0);
  put (f, "jiro", MADO_MEMBER_HANDLER, 0);
  put (f, "rei", MADO_MEMBER_READER, 0);
  put (f, "gone", MADO_MEMBER_HANDLER, NOW);
  f->id = make_incident (f, "t1");
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->url);
}

static void
decide (Fixture *f, const char *field, const char *value, const char *by)
{
  g_assert_true (mado_store_add_decision (f->store, f->id, field, value, by, NOW, NULL));
  g_assert_true (mado_store_apply_decisions (f->store, f->id, NULL, NULL));
}

/* @names: with spaces between, sorted. */
static void
assert_named (Fixture *f, const char *names)
{
  g_autoptr (GPtrArray) list = mado_store_list_named (f->store, f->id, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", ((const MadoNamed *) list->pdata[i])->login);
  g_assert_cmpstr (text->str, ==, names);
}

static void
assert_may (Fixture *f, const char *reader, gboolean expected)
{
  gboolean may = !expected;

  g_assert_true (mado_need_may_read (f->store, reader, f->id, &may, NULL));
  g_assert_cmpint (may, ==, expected);
}

static void
assert_facts (Fixture *f, const char *reader, gboolean is_narrow, gboolean is_named, gboolean has_active)
{
  MadoNeedFacts facts;

  g_assert_true (mado_store_load_need (f->store, reader, f->id, &facts, NULL));
  g_assert_true (facts.is_narrow == is_narrow && facts.is_named == is_named && facts.has_active == has_active);
}

static void
test_red_by_mail (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  assert_may (f, "jiro", TRUE);
  assert_facts (f, "jiro", FALSE, FALSE, FALSE);
  g_assert_true (mado_store_add_note (f->store, f->id, "taro", "a note", NOW, NULL));
  g_assert_true (mado_store_add_note (f->store, f->id, "rei", "a note of before she only read", NOW, NULL));
  g_assert_true (mado_store_add_note (f->store, f->id, "gone", "a note", NOW, NULL));
  g_assert_true (mado_store_add_note (f->store, f->id, "stranger", "a note of before there were members", NOW, NULL));
  decide (f, "owner", "hanako", "hanako");
  assert_named (f, "");
  g_assert_true (mado_store_mark_case (f->store, f->id, "TLP:RED", NULL, NULL, NULL));
  assert_named (f, "hanako rei taro");
  assert_may (f, "jiro", FALSE);
  assert_may (f, "hanako", TRUE);
  assert_may (f, "gone", FALSE);
  assert_may (f, NULL, TRUE);
  assert_facts (f, "jiro", TRUE, FALSE, TRUE);
  /* Whoever owns it is named, whatever made him the owner; the list that is there does not grow otherwise. */
  g_assert_true (mado_store_add_note (f->store, f->id, "jiro", "a note", NOW, NULL));
  decide (f, "tag", "x", "hanako");
  assert_named (f, "hanako rei taro");
  decide (f, "owner", "jiro", "hanako");
  assert_named (f, "hanako jiro rei taro");
  /* Opened to all, and narrowed again: anew. */
  decide (f, "tlp", "TLP:AMBER", "hanako");
  assert_named (f, "");
  assert_may (f, "gone", TRUE);
  g_assert_true (mado_store_add_named (f->store, f->id, "hanako", "hanako", NOW, NULL));
  decide (f, "tlp", "TLP:RED", "hanako");
  assert_named (f, "hanako jiro");
}

static void
test_nobody_named (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_assert_true (mado_store_mark_case (f->store, f->id, "TLP:RED", NULL, NULL, NULL));
  assert_named (f, "");
  assert_facts (f, "jiro", TRUE, FALSE, FALSE);
  g_assert_true (mado_store_add_named (f->store, f->id, "gone", NULL, NOW, NULL));
  g_assert_true (mado_store_add_named (f->store, f->id, "rei", NULL, NOW, NULL));
  assert_facts (f, "jiro", TRUE, FALSE, FALSE); /* one left, one only reads */
  assert_facts (f, "rei", TRUE, TRUE, FALSE);
  decide (f, "owner", "taro", "taro");
  assert_facts (f, "jiro", TRUE, FALSE, TRUE);
  f->id = 4711; /* there is none: nothing is told */
  assert_facts (f, "jiro", TRUE, FALSE, TRUE);
  assert_may (f, "jiro", FALSE);
}

static void
test_mark (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_store_add_named (f->store, f->id, "jiro", "hanako", NOW + 5, NULL));
  g_assert_true (mado_store_set_restricted (f->store, f->id, TRUE, "a court asked", &error));
  g_assert_no_error (error);
  assert_named (f, "jiro");
  assert_may (f, "hanako", FALSE);
  g_autoptr (MadoIncident) shown = mado_store_load_incident (f->store, f->id, "team", NULL);
  g_assert_true (shown->restricted && !shown->veiled && shown->restricted_to->len == 1);
  g_assert_cmpstr (shown->restricted_reason, ==, "a court asked");
  const MadoNamed *named = shown->restricted_to->pdata[0];
  g_assert_cmpstr (named->by, ==, "hanako");
  g_assert_cmpint (named->since, ==, NOW + 5);
  /* TLP:RED beside it: taking the mark away opens nothing. */
  decide (f, "tlp", "TLP:RED", "jiro");
  g_assert_true (mado_store_set_restricted (f->store, f->id, FALSE, NULL, NULL));
  assert_named (f, "jiro");
  assert_may (f, "hanako", FALSE);
  g_assert_true (mado_store_remove_named (f->store, f->id, "jiro", NULL));
  assert_may (f, "jiro", FALSE);
}

static const MadoIncident *
find (const GPtrArray *list, const char *number)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((const MadoIncident *) list->pdata[i])->number, number) == 0)
      return list->pdata[i];
  return NULL;
}

static void
test_list (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  make_incident (f, "t2");
  decide (f, "owner", "taro", "taro");
  g_assert_true (mado_store_set_restricted (f->store, f->id, TRUE, NULL, NULL));
  g_autoptr (GPtrArray) mine = mado_store_list_incidents (f->store, "taro", NULL, NULL, 0, 10, NULL);
  g_assert_cmpuint (mine->len, ==, 2);
  const MadoIncident *open = find (mine, "2026-000001");
  g_assert_true (open->restricted && !open->veiled);
  g_assert_cmpstr (open->subject, ==, "a secret");
  g_autoptr (GPtrArray) others = mado_store_list_incidents (f->store, "jiro", NULL, NULL, 0, 10, NULL);
  g_assert_cmpuint (others->len, ==, 2);
  const MadoIncident *veil = find (others, "2026-000001");
  g_assert_true (veil->restricted && veil->veiled);
  g_assert_true (veil->subject == NULL && veil->reporter == NULL && veil->owner == NULL && veil->counts == NULL && veil->version == 0);
  g_assert_cmpstr (veil->state, ==, "new");
  g_assert_cmpstr (find (others, "2026-000002")->subject, ==, "a secret");
  /* Nor by its owner, whom the veil does not show. */
  g_autoptr (GPtrArray) of_taro = mado_store_list_incidents (f->store, "jiro", NULL, "taro", 0, 10, NULL);
  g_autoptr (GPtrArray) of_taro_himself = mado_store_list_incidents (f->store, "taro", NULL, "taro", 0, 10, NULL);
  g_autoptr (GPtrArray) of_nobody = mado_store_list_incidents (f->store, "jiro", NULL, "", 0, 10, NULL);
  g_assert_cmpuint (of_taro->len, ==, 0);
  g_assert_cmpuint (of_taro_himself->len, ==, 1);
  g_assert_cmpuint (of_nobody->len, ==, 1);
}

/* What is part of a restricted one now was open before, and has a subject of its own. */
static void
test_merged (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE incident SET state = 'merged', merged_into = %" G_GINT64_FORMAT " WHERE id <> %" G_GINT64_FORMAT,
                                          f->id, f->id);

  make_incident (f, "t2");
  test_execute (f->store, sql);
  g_assert_true (mado_store_add_named (f->store, f->id, "taro", "taro", NOW, NULL));
  g_assert_true (mado_store_set_restricted (f->store, f->id, TRUE, NULL, NULL));
  g_autoptr (GPtrArray) mine = mado_store_list_incidents (f->store, "taro", "merged", NULL, 0, 10, NULL);
  g_autoptr (GPtrArray) others = mado_store_list_incidents (f->store, "jiro", "merged", NULL, 0, 10, NULL);
  g_assert_true (mine->len == 1 && others->len == 1);
  g_assert_cmpstr (((const MadoIncident *) mine->pdata[0])->subject, ==, "a secret");
  g_assert_true (((const MadoIncident *) others->pdata[0])->veiled);
  g_assert_null (((const MadoIncident *) others->pdata[0])->subject);
}

static void
receive (Fixture *f, const char *queue_id, const char *sender, gint64 incident)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoReport) report = mado_report_new ();
  g_autoptr (MadoMail) mail = NULL;

  envelope->queue_id = g_strdup (queue_id);
  envelope->received = NOW;
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup (sender);
  g_assert_true (mado_store_receive_mail (f->store, envelope, 10, "00", &mail, NULL));
  g_assert_true (mado_store_settle_mail (f->store, queue_id, MADO_MAIL_TICKET, incident, "new", report, NOW, NULL));
}

static void
assert_knows (Fixture *f, const char *reader, const char *address, gboolean expected)
{
  gboolean may = !expected;

  g_assert_true (mado_need_may_know (f->store, reader, address, &may, NULL));
  g_assert_cmpint (may, ==, expected);
}

/* By whose keys are known one could tell who wrote. */
static void
test_addresses (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  receive (f, "0000000000000001", "Alice@reporter.example", f->id);
  receive (f, "0000000000000002", "bob@reporter.example", f->id);
  receive (f, "0000000000000003", "bob@reporter.example", make_incident (f, "t2"));
  assert_knows (f, "jiro", "alice@reporter.example", TRUE);
  g_assert_true (mado_store_add_named (f->store, f->id, "taro", "taro", NOW, NULL));
  g_assert_true (mado_store_set_restricted (f->store, f->id, TRUE, NULL, NULL));
  assert_knows (f, "jiro", "alice@REPORTER.example", FALSE);
  assert_knows (f, "taro", "alice@reporter.example", TRUE);
  assert_knows (f, NULL, "alice@reporter.example", TRUE);
  assert_knows (f, "jiro", "bob@reporter.example", TRUE); /* he wrote elsewhere, too */
  assert_knows (f, "jiro", "pinned@elsewhere.example", TRUE);
}

/* What was TLP:RED before lists were kept. */
static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_strdup_printf ("%s/old.db", f->top);

  mado_store_rollback (f->store);
  mado_store_close (g_steal_pointer (&f->store));
  g_free (f->url);
  f->url = g_strconcat ("sqlite:", path, NULL);
  test_old_store (path, 10,
                  "INSERT INTO member (login, role, joined, left_at) VALUES ('taro', 'handler', 1, 0), ('gone', 'handler', 1, 2),"
                  "  ('jiro', 'handler', 1, 0);"
                  "INSERT INTO incident (id, number, token, created, updated, state, owner, tlp, encryption, signature) VALUES"
                  "  (1, '2026-000001', 'a', 1, 1, 'open', 'hanako', 'TLP:RED', 0, 0), (2, '2026-000002', 'b', 1, 1, 'open', 'jiro', 'TLP:AMBER', 0, 0);"
                  "INSERT INTO entry (incident, date, direction, author, text) VALUES (1, 5, 'note', 'taro', 'x'), (1, 5, 'note', 'gone', 'x'),"
                  "  (1, 5, 'event', NULL, 'x'), (2, 5, 'note', 'jiro', 'x');");
  open_store (f);
  f->id = 1;
  assert_named (f, "hanako taro");
  assert_may (f, "jiro", FALSE);
  f->id = 2;
  assert_named (f, "");
  assert_may (f, "taro", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store-need/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("red-by-mail", test_red_by_mail);
  ADD ("nobody-named", test_nobody_named);
  ADD ("mark", test_mark);
  ADD ("list", test_list);
  ADD ("merged", test_merged);
  ADD ("addresses", test_addresses);
  ADD ("migration", test_migration);
  return g_test_run ();
}
