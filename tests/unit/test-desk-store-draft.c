/* Drafts and files in the store: written, changed, found, gone; sealed on disk, each for its own row; and a store of before. */
#include "desk-schema.h"
#include "desk-vault.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/four-eyes.h"
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-outbox.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define SECRET "Markerword-draft"

typedef struct {
  char *top, *path, *url;
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
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoNewIncident facts = { .token = "t0ken", .subject = "subject" };
  g_autofree char *number = NULL;

  f->top = g_dir_make_tmp ("draft-XXXXXX", NULL);
  f->path = g_build_filename (f->top, "store.db", NULL);
  f->url = g_strconcat ("sqlite:", f->path, NULL);
  open_store (f);
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_create_incident (f->store, &facts, NOW, &f->id, &number, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  g_assert_true (mado_fsio_remove_tree (f->top, NULL));
  g_free (f->top);
  g_free (f->path);
  g_free (f->url);
}

static void
add_file (GPtrArray *files, const char *name, const char *content)
{
  MadoReplyFile *file = mado_reply_file_new ();

  file->name = g_strdup (name);
  file->type = g_strdup ("text/plain");
  file->content = g_base64_encode ((const guchar *) content, strlen (content));
  g_ptr_array_add (files, file);
}

static MadoDraft *
make_draft (const char *text)
{
  MadoDraft *draft = mado_draft_new ();

  draft->author = g_strdup ("hanako");
  draft->wish = mado_reply_wish_new ();
  draft->wish->text = g_strdup (text);
  mado_four_eyes_void (draft, "hanako");
  return draft;
}

static void
test_life (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoDraft) draft = make_draft ("one");
  g_autoptr (GError) error = NULL;

  add_file (draft->wish->files, "a.txt", "first");
  add_file (draft->wish->files, "empty", "");
  g_assert_true (mado_store_put_draft (f->store, f->id, draft, NOW, &error));
  g_assert_cmpstr (draft->name, ==, "2026-000001/1.1");
  g_autoptr (MadoDraft) again = mado_store_load_draft (f->store, f->id, draft->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->wish->text, ==, "one");
  g_assert_cmpstr (again->writers[0], ==, "hanako");
  g_assert_null (((MadoReplyFile *) again->wish->files->pdata[0])->content);
  g_assert_true (mado_store_fill_draft_files (f->store, draft->id, again->wish->files, &error));
  g_assert_cmpstr (((MadoReplyFile *) again->wish->files->pdata[0])->content, ==, "Zmlyc3Q=");
  g_assert_cmpstr (((MadoReplyFile *) again->wish->files->pdata[1])->content, ==, "");
  g_autoptr (MadoDraft) light = mado_store_load_draft (f->store, f->id, draft->id, &error);
  mado_four_eyes_void (light, "taro"); /* changed without its files: those stay */
  g_assert_true (mado_store_put_draft (f->store, f->id, light, NOW + 1, &error));
  g_assert_cmpstr (light->name, ==, "2026-000001/1.2");
  g_assert_true (mado_store_fill_draft_files (f->store, draft->id, light->wish->files, &error));
  g_autoptr (GPtrArray) list = mado_store_list_drafts (f->store, f->id, &error);
  g_assert_cmpuint (list->len, ==, 1);
  g_autoptr (GArray) drafted = mado_store_list_drafted (f->store, &error);
  g_assert_cmpuint (drafted->len, ==, 1);
  g_assert_null (mado_store_load_draft (f->store, f->id + 1, draft->id, &error)); /* of another ticket */
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_true (mado_store_end_draft (f->store, draft->id, MADO_DRAFT_SENT, NOW + 2, &error));
  g_assert_null (mado_store_load_draft (f->store, f->id, draft->id, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_false (mado_store_fill_draft_files (f->store, draft->id, light->wish->files, &error));
}

/* As many as one answer can show; those that are over do not count. */
static void
test_many (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  gint64 last = 0;

  for (guint i = 0; i < 20; i++) {
    g_autoptr (MadoDraft) draft = make_draft ("one of many");
    g_assert_true (mado_store_put_draft (f->store, f->id, draft, NOW, &error));
    last = draft->id;
  }
  g_autoptr (MadoDraft) more = make_draft ("one more");
  g_assert_false (mado_store_put_draft (f->store, f->id, more, NOW, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  g_clear_error (&error);
  g_autoptr (MadoDraft) old = mado_store_load_draft (f->store, f->id, last, &error);
  g_assert_true (mado_store_put_draft (f->store, f->id, old, NOW, &error)); /* is changed as before */
  g_assert_true (mado_store_end_draft (f->store, last, MADO_DRAFT_DISCARDED, NOW, &error));
  g_assert_true (mado_store_put_draft (f->store, f->id, more, NOW, &error));
}

static void
add_answer (Fixture *f, const char *message_id, gboolean is_automatic)
{
  g_autoptr (MadoReply) reply = mado_reply_new ();

  reply->message_id = g_strdup (message_id);
  reply->recipient = g_strdup ("alice@a.example");
  reply->text = g_strdup ("text");
  reply->is_automatic = is_automatic;
  g_assert_true (mado_store_add_draft (f->store, f->id, NULL, reply, NOW, NULL));
}

static void
test_conflict (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoDraft) draft = make_draft ("one");

  g_assert_true (mado_store_put_draft (f->store, f->id, draft, NOW, NULL));
  add_answer (f, "<a@x>", TRUE);
  g_assert_true (mado_store_add_note (f->store, f->id, "taro", "a note", NOW, NULL));
  g_autoptr (MadoDraft) quiet = mado_store_load_draft (f->store, f->id, draft->id, NULL);
  g_assert_null (quiet->conflict); /* neither of them says something to the reporter that a member wrote */
  add_answer (f, "<b@x>", FALSE);
  g_autoptr (MadoDraft) late = mado_store_load_draft (f->store, f->id, draft->id, NULL);
  g_assert_cmpstr (late->conflict, ==, "somebody sent an answer since it was written");
  g_assert_true (mado_store_put_draft (f->store, f->id, late, NOW, NULL)); /* seen */
  g_autoptr (MadoDraft) seen = mado_store_load_draft (f->store, f->id, draft->id, NULL);
  g_assert_null (seen->conflict);
}

static void
test_answer_files (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_reply_file_free);

  add_answer (f, "<a@x>", FALSE);
  add_file (files, "a.txt", SECRET);
  g_assert_true (mado_store_add_answer_files (f->store, f->id, files, NULL));
  g_clear_pointer (&((MadoReplyFile *) files->pdata[0])->content, g_free);
  g_assert_true (mado_store_fill_answer_files (f->store, 1, files, NULL));
  gsize size = 0;
  g_autofree guchar *content = g_base64_decode (((MadoReplyFile *) files->pdata[0])->content, &size);
  g_assert_cmpmem (content, size, SECRET, strlen (SECRET));
  g_assert_true (mado_store_drop_answer_files (f->store, 1, NULL));
  g_assert_false (mado_store_fill_answer_files (f->store, 1, files, NULL));
}

/* Does any file of the store hold the word? */
static gboolean
is_on_disk (Fixture *f, const char *word)
{
  g_autoptr (GDir) dir = g_dir_open (f->top, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (f->top, name, NULL), *content = NULL;
    gsize size = 0;
    g_assert_true (g_file_get_contents (path, &content, &size, NULL));
    if (size > 0 && memmem (content, size, word, strlen (word)) != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
test_sealed (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoDraft) one = make_draft (SECRET), two = make_draft ("other");
  g_autoptr (GError) error = NULL;

  add_file (one->wish->files, SECRET ".txt", SECRET);
  g_assert_true (mado_store_put_draft (f->store, f->id, one, NOW, NULL));
  g_assert_true (mado_store_put_draft (f->store, f->id, two, NOW, NULL));
  g_assert_true (mado_store_commit (f->store, NULL));
  g_assert_true (is_on_disk (f, "hanako"));
  g_assert_false (is_on_disk (f, SECRET));
  mado_store_close (f->store);
  test_run_sql (f->path, "UPDATE draft SET content = (SELECT content FROM draft WHERE id = 1) WHERE id = 2");
  open_store (f);
  g_assert_null (mado_store_load_draft (f->store, f->id, 2, &error)); /* a row in another one's place */
  g_assert_nonnull (error);
  g_autoptr (MadoDraft) whole = mado_store_load_draft (f->store, f->id, 1, NULL);
  g_assert_nonnull (whole);
}

/* A store from before there were drafts, with an answer in it. */
static void
test_migration (void)
{
  g_autofree char *top = g_dir_make_tmp ("old-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (top, "store.db", NULL), *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GError) error = NULL;

  test_old_store (path, 10, "INSERT INTO incident (number, token, created, updated, state, encryption, signature)"
                            " VALUES ('2026-000001', 't', 1, 1, 'new', 0, 0)");
  g_autoptr (MadoStore) store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) list = mado_store_list_drafts (store, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 0);
  g_autoptr (MadoDraft) draft = make_draft ("one");
  g_assert_true (mado_store_begin (store, NULL));
  g_assert_true (mado_store_put_draft (store, 1, draft, NOW, &error));
  g_assert_true (mado_store_commit (store, NULL));
  g_assert_true (mado_fsio_remove_tree (top, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store-draft/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/store-draft/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/store-draft/conflict", Fixture, NULL, set_up, test_conflict, tear_down);
  g_test_add ("/store-draft/answer-files", Fixture, NULL, set_up, test_answer_files, tear_down);
  g_test_add ("/store-draft/sealed", Fixture, NULL, set_up, test_sealed, tear_down);
  g_test_add_func ("/store-draft/migration", test_migration);
  return g_test_run ();
}
