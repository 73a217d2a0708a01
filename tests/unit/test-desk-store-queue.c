/* test-desk-store-queue.c: what each member has not read, what was done behind his back, and a store of before that was kept. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/model/reply.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

typedef struct {
  char *top, *path;
  MadoStore *store;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autofree char *url = g_strconcat ("sqlite:", f->path, NULL);
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("queue-XXXXXX", NULL);
  f->path = g_build_filename (f->top, "store.db", NULL);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->path);
  g_free (f->top);
}

static gint64
make (Fixture *f, const char *token)
{
  const MadoNewIncident facts = { .token = token };
  g_autofree char *number = NULL;
  gint64 id;

  g_assert_true (mado_store_create_incident (f->store, &facts, NOW, &id, &number, NULL));
  return id;
}

static gint64
count (Fixture *f, gint64 id, const char *login)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (f->store, id, NULL);

  g_assert_true (mado_store_fill_unread (f->store, incident, login, NULL));
  return incident->unread;
}

static void
read_all (Fixture *f, gint64 id, const char *login)
{
  g_autoptr (MadoIncident) incident = mado_store_load_incident (f->store, id, "team", NULL);
  const MadoEntry *last = incident->thread->pdata[incident->thread->len - 1];

  g_assert_true (mado_store_set_seen (f->store, login, id, last->id, NULL));
}

static guint
list (Fixture *f, const char *login)
{
  const MadoListFilter filter = { .unread_by = login };
  g_autoptr (GPtrArray) found = mado_store_find_incidents (f->store, NULL, &filter, 0, 100, NULL);

  return found->len;
}

static void
answer (Fixture *f, gint64 id, const char *message_id, const char *author)
{
  g_autoptr (MadoReply) reply = mado_reply_new ();

  reply->message_id = g_strdup (message_id);
  reply->recipient = g_strdup ("alice@example.net");
  reply->template_name = g_strdup ("ack");
  reply->author = g_strdup (author);
  reply->is_automatic = author == NULL;
  g_assert_true (mado_store_add_draft (f->store, id, NULL, reply, NOW, NULL));
}

static void
test_unread (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 one = make (f, "a"), two = make (f, "b");

  g_assert_cmpint (count (f, one, "taro"), ==, 0);
  g_assert_true (mado_store_add_note (f->store, one, "hana", "x", NOW, NULL) && mado_store_add_event (f->store, one, NULL, "y", NOW, NULL)
                 && mado_store_add_note (f->store, two, "hana", "z", NOW, NULL));
  answer (f, one, "<1@x>", NULL);
  answer (f, one, "<2@x>", "hana");
  g_assert_cmpint (count (f, one, "taro"), ==, 4);
  g_assert_cmpint (count (f, one, "hana"), ==, 2); /* neither her note nor her answer */
  g_assert_cmpuint (list (f, "taro"), ==, 2);
  g_assert_cmpuint (list (f, "hana"), ==, 1);
  read_all (f, one, "taro");
  g_assert_cmpint (count (f, one, "taro"), ==, 0);
  g_assert_cmpint (count (f, two, "taro"), ==, 1);
  g_assert_cmpuint (list (f, "taro"), ==, 1);
  g_assert_true (mado_store_set_seen (f->store, "taro", one, 1, NULL)); /* an older look changes nothing */
  g_assert_cmpint (count (f, one, "taro"), ==, 0);
  g_assert_true (mado_store_set_unseen (f->store, "taro", one, NULL));
  g_assert_cmpint (count (f, one, "taro"), ==, 4);
  for (int i = 0; i < MADO_QUEUE_UNREAD_MAX; i++)
    g_assert_true (mado_store_add_note (f->store, one, "hana", "x", NOW, NULL));
  g_assert_cmpint (count (f, one, "taro"), ==, MADO_QUEUE_UNREAD_MAX);
}

static void
test_coming_and_going (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 id = make (f, "a");

  g_assert_true (mado_store_add_note (f->store, id, "hana", "x", NOW, NULL));
  g_assert_true (mado_store_begin_seen (f->store, "new", NULL));
  g_assert_cmpint (count (f, id, "new"), ==, 0);
  g_assert_true (mado_store_add_note (f->store, id, "hana", "y", NOW, NULL));
  g_assert_cmpint (count (f, id, "new"), ==, 1);
  read_all (f, id, "new");
  g_assert_true (mado_store_set_unseen (f->store, "new", id, NULL));
  g_assert_cmpint (count (f, id, "new"), ==, 2); /* of before, too, when he says so */
  g_assert_true (mado_store_forget_seen (f->store, "new", NULL));
  g_assert_cmpint (count (f, id, "new"), ==, 2);
}

static gint64
version (Fixture *f, gint64 id)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (f->store, id, NULL);

  return incident->version;
}

static void
assert_since (Fixture *f, gint64 id, gint64 seen, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = mado_store_describe_since (f->store, id, seen, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_since (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 id = make (f, "a");
  g_autofree char *wide = g_strnfill (300, 'w');
  g_autofree char *lines = g_strconcat (wide, "\nsecret", NULL);

  g_assert_true (mado_store_add_note (f->store, id, "hana", "x", NOW, NULL));
  gint64 seen = version (f, id);
  assert_since (f, id, seen, "");
  g_assert_true (mado_store_set_state (f->store, id, "open", NOW, NULL) && mado_store_add_event (f->store, id, "taro", "State: open (was new)", NOW, NULL)
                 && mado_store_add_note (f->store, id, "hana", "what nobody else is told here", NOW, NULL));
  answer (f, id, "<1@x>", NULL);
  answer (f, id, "<2@x>", "taro");
  assert_since (f, id, seen, "taro: State: open (was new); hana: a note; taro: an answer");
  gint64 later = version (f, id);
  g_assert_true (mado_store_add_event (f->store, id, NULL, lines, NOW, NULL));
  g_autofree char *cut = g_strdup_printf ("the gateway: %.100s", wide);
  g_autofree char *all = mado_store_describe_since (f->store, id, later, NULL);
  g_assert_true (g_str_has_suffix (all, cut));
  for (int i = 0; i < 10; i++)
    g_assert_true (mado_store_add_note (f->store, id, "hana", "x", NOW, NULL));
  assert_since (f, id, seen, "hana: a note; hana: a note; hana: a note; hana: a note; hana: a note");
}

/* To members of before, everything of before is read; who did it when is not known. */
static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (g_steal_pointer (&f->store));
  g_free (f->path);
  f->path = g_build_filename (f->top, "old.db", NULL);
  test_old_store (f->path, 10,
                  "INSERT INTO incident (id, number, token, created, updated, state, encryption, signature)"
                  "  VALUES (1, '2026-000001', 'a', 1, 1, 'new', 0, 0);"
                  "INSERT INTO member (login, role, joined) VALUES ('taro', 'handler', 1);"
                  "INSERT INTO member (login, role, joined, left_at) VALUES ('gone', 'handler', 1, 2);"
                  "INSERT INTO entry (incident, date, direction, author, text) VALUES (1, 1, 'note', 'hana', 'x');");
  open_store (f);
  g_assert_cmpint (count (f, 1, "taro"), ==, 0);
  g_assert_cmpint (count (f, 1, "gone"), ==, 1);
  assert_since (f, 1, 0, "");
  g_assert_true (mado_store_add_note (f->store, 1, "hana", "y", NOW, NULL));
  g_assert_cmpint (count (f, 1, "taro"), ==, 1);
  assert_since (f, 1, 0, "hana: a note");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store-queue/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("unread", test_unread);
  ADD ("coming-and-going", test_coming_and_going);
  ADD ("since", test_since);
  ADD ("migration", test_migration);
  return g_test_run ();
}
