/* test-desk-store-search.c: what is in the store when a transaction ends is found, what changed or went is not, and nobody finds
 * what he may not read; the index of an older store is made by and by. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/indexer.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-search.h"
#include "madoguchi/desk/store-words.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "ja", "en", NULL };
static const MadoDeskSettings settings = {
  .prefix = "EX", .team = team, .languages = languages, .max_all_answers = 100, .max_answers = 30, .window = 3600, .may_encrypt = TRUE
};

typedef struct {
  char *top, *url;
  MadoStore *store;
  const char *member;
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
  f->top = g_dir_make_tmp ("search-XXXXXX", NULL);
  f->url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->url);
}

static MadoReport *
make_report (int n, const char *subject, const char *text)
{
  MadoReport *report = mado_report_new ();

  report->message_id = g_strdup_printf ("<%d@x>", n);
  report->content_sha256 = g_strdup_printf ("%d", n);
  report->subject = g_strdup (subject);
  report->text = g_strdup (text);
  report->from = mado_mailbox_new ();
  report->from->name = g_strdup ("Alice Liddell");
  report->from->address = g_strdup_printf ("alice%d@example.net", n);
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  report->report = mado_report_body_new ();
  return report;
}

static char *
get_queue_id (int n)
{
  return g_strdup_printf ("%016d", n);
}

/* Mail @n becomes an incident of its own. */
static gint64
settle (Fixture *f, int n, const char *subject, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoReport) report = make_report (n, subject, text);
  g_autoptr (MadoMail) mail = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + n, NULL };

  envelope->queue_id = get_queue_id (n);
  envelope->received = NOW + n;
  envelope->mail_from = g_strdup (report->from->address);
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 10, "00", &mail, &error));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, &error));
  g_assert_cmpstr (settled.state, ==, "ticket");
  return settled.incident;
}

/* (transfer full) "number:where number:where", newest first, in steps of one message. */
static char *
search (Fixture *f, const char *text, gboolean by_rank)
{
  static const MadoQueryHouse house = { "hanako", "EX", 2026 };
  g_autoptr (MadoQuery) query = mado_query_parse (text, &house, NULL);
  MadoSearch what = { .query = query, .member = f->member, .limit = by_rank ? 100 : 1, .until = G_MAXINT64, .by_rank = by_rank };
  GString *out = g_string_new (NULL);

  g_assert_nonnull (query);
  do {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) list = mado_store_search (f->store, &what, &what.below, &error);
    g_assert_no_error (error);
    for (guint i = 0; i < list->len; i++) {
      const MadoFound *found = list->pdata[i];
      g_string_append_printf (out, "%s%s:%s", out->len == 0 ? "" : " ", strrchr (found->number, '0') + 1, found->where != NULL ? found->where : "-");
    }
  } while (what.below > 0);
  return g_string_free (out, FALSE);
}

static void
assert_found (Fixture *f, const char *query, const char *expected)
{
  g_autofree char *got = search (f, query, FALSE);

  g_assert_cmpstr (got, ==, expected);
}

static void
change (Fixture *f, gboolean ok)
{
  g_assert_true (ok && mado_store_commit (f->store, NULL));
}

static void
test_found (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReply) reply = mado_reply_new ();
  gint64 first = settle (f, 1, "Phishing", "A page of ours is copied: 窓口へ報告します");

  settle (f, 2, "Scans", "From 192.0.2.1 the whole night, no phishing");
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_add_note (f->store, first, "hanako", "Called them; 電話済", NOW + 5, NULL));
  reply->message_id = g_strdup ("<r@x>");
  reply->recipient = g_strdup ("alice1@example.net");
  reply->subject = g_strdup ("Re");
  reply->text = g_strdup ("We looked into the copied page");
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_add_draft (f->store, first, NULL, reply, NOW + 6, NULL));
  assert_found (f, "phishing", "2:text 1:subject");
  assert_found (f, "窓口", "1:text");
  assert_found (f, "copied", "1:answer 1:text");
  assert_found (f, "電話済", "1:note");
  assert_found (f, "from:hanako", "1:person");
  assert_found (f, "from:\"alice liddell\"", "2:person 1:person");
  assert_found (f, "alice1", "1:person 1:person");
  assert_found (f, "192.0.2.1 phishing", "2:text");
  assert_found (f, "phishing -scans", "1:subject");
  assert_found (f, "ticket:2", "2:-");
  assert_found (f, "copied OR ticket:2", "1:answer 2:- 1:text");
  assert_found (f, "after:2100", "");
  assert_found (f, "state:new phishing", "2:text 1:subject");
  assert_found (f, "state:open phishing", "");
  g_autofree char *ranked = search (f, "phishing", TRUE);
  g_assert_cmpstr (ranked, ==, "1:subject 2:text");
}

static void
test_changed (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *queue_id = get_queue_id (1);
  g_autoptr (MadoReport) other = make_report (1, "Phishing", "nothing but smoke");
  gint64 first = settle (f, 1, "Phishing", "fire and smoke"), second = settle (f, 2, "Other", "smoke"), entry = 0;

  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_replace_report (f->store, queue_id, other, NULL));
  assert_found (f, "fire", "");
  assert_found (f, "smoke", "2:text 1:text");
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_sql_run (f->store, NULL, "UPDATE entry SET incident = ? WHERE incident = ?", "ii", second, first)); /* as a merge does */
  assert_found (f, "smoke", "2:text 2:text");
  g_assert_true (mado_sql_number (f->store, &entry, NULL, "SELECT min (id) FROM entry WHERE direction = 'in'", ""));
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_forget_words (f->store, entry, NULL) && mado_store_forget_words (f->store, entry, NULL));
  assert_found (f, "smoke", "2:text");
}

/* Does the hash of @form stand in any page of the index? */
static gboolean
stands_in_pages (Fixture *f, const char *form)
{
  guint8 key[MADO_VAULT_KEY_SIZE], token[8];
  gint64 n = 0;

  mado_vault_derive (test_vault (), "words", key);
  guint64 hash = mado_vault_short_hash (key, form, strlen (form));
  for (guint i = 0; i < 8; i++) {
    guint8 byte = (guint8) (hash >> (56 - 8 * i));
    token[i] = byte != 0 ? byte : 1;
  }
  g_autoptr (GBytes) wanted = g_bytes_new (token + 4, 4); /* the first bytes may be those of the hash before it */
  g_assert_true (mado_sql_number (f->store, &n, NULL, "SELECT count (*) FROM words_data WHERE instr (block, ?) > 0", "b", wanted));
  return n > 0;
}

/* What is erased leaves the files, too. */
static void
test_erased (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 first = settle (f, 1, "Phishing", "unforgettable smoke");
  gboolean left = TRUE;

  for (int i = 2; i < 40; i++)
    settle (f, i, "Other", "smoke");
  g_assert_true (stands_in_pages (f, "unforgettable") && stands_in_pages (f, "smoke"));
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_erase_words (f->store, first, NULL));
  assert_found (f, "unforgettable", "");
  for (guint i = 0; left && i < 1000; i++) {
    g_assert_true (mado_store_begin (f->store, NULL));
    change (f, mado_store_compact_words (f->store, &left, NULL));
  }
  g_assert_false (left);
  g_assert_false (stands_in_pages (f, "unforgettable"));
  g_assert_true (stands_in_pages (f, "smoke"));
  g_autofree char *others = search (f, "smoke", FALSE);
  g_auto (GStrv) lines = g_strsplit (others, " ", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 38);
}

static void
test_rolled_back (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 first = settle (f, 1, "Phishing", "text");

  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_add_note (f->store, first, "hanako", "unsaid", NOW, NULL));
  mado_store_rollback (f->store);
  assert_found (f, "unsaid", "");
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_add_note (f->store, first, "hanako", "said", NOW, NULL)); /* gets the same id */
  assert_found (f, "unsaid", "");
  assert_found (f, "said", "1:note");
}

/* What somebody may not read is not there: no line, no place to go on, no share in the scores. */
static void
test_need (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const MadoQueryHouse house = { "jiro", "EX", 2026 };
  g_autoptr (MadoQuery) query = mado_query_parse ("secret", &house, NULL);
  MadoSearch what = { .query = query, .member = "jiro", .limit = 10, .until = 0 };
  gint64 next = -1;

  settle (f, 1, "Phishing", "a secret");
  for (int i = 2; i < 40; i++) {
    gint64 narrow = settle (f, i, "Hidden", "a secret of others");
    g_assert_true (mado_store_begin (f->store, NULL));
    change (f, mado_store_set_restricted (f->store, narrow, TRUE, NULL, NULL) && mado_store_add_named (f->store, narrow, "rei", "hanako", NOW, NULL));
  }
  f->member = "jiro";
  assert_found (f, "secret", "1:text");
  assert_found (f, "secret others", "");
  assert_found (f, "-phishing", "");
  assert_found (f, "subject:hidden OR ticket:2 OR state:new", "1:-");
  g_autoptr (GPtrArray) list = mado_store_search (f->store, &what, &next, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpint (next, ==, 0);
  g_autoptr (MadoFound) veiled = mado_store_search_ticket (f->store, "2026-000002", "jiro", NULL);
  g_assert_true (veiled->is_restricted && veiled->subject == NULL && veiled->snippet == NULL);
  g_autoptr (MadoFound) named = mado_store_search_ticket (f->store, "2026-000002", "rei", NULL);
  g_assert_cmpstr (named->subject, ==, "Hidden");
  g_assert_null (mado_store_search_ticket (f->store, "2026-004711", "rei", NULL));
  f->member = "rei";
  g_autofree char *all = search (f, "secret", TRUE);
  g_assert_cmpuint (strlen (all), >, 38 * strlen ("2:text"));
}

/* A step ends in time, and the next one goes on where it ended. */
static void
test_steps (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const MadoQueryHouse house = { "jiro", "EX", 2026 };
  g_autoptr (MadoQuery) query = mado_query_parse ("\"two words\"", &house, NULL);
  MadoSearch what = { .query = query, .limit = 10, .until = 0 };
  guint steps = 0, found = 0;

  for (int i = 1; i < 60; i++)
    settle (f, i, "x", i == 7 ? "two words" : "words and two");
  do {
    g_autoptr (GPtrArray) list = mado_store_search (f->store, &what, &what.below, NULL);
    found += list->len;
    steps++;
  } while (what.below > 0);
  g_assert_cmpuint (found, ==, 1);
  g_assert_cmpuint (steps, >, 2);
}

static void
test_long (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GString) text = g_string_new ("begin ");

  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (text, "w%u ", i);
  g_string_append (text, "end");
  settle (f, 1, "x", text->str);
  assert_found (f, "begin end", "1:text");
  mado_store_set_max_words (f->store, 1000);
  settle (f, 2, "x", text->str);
  assert_found (f, "begin w900", "2:text 1:text");
  assert_found (f, "w2900", "1:text");
}

static void
test_older (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 backlog = 0, first = 0;
  gboolean left = TRUE;

  for (int i = 1; i < 30; i++)
    first = settle (f, i, "Older", "smoke");
  g_assert_true (mado_store_count_backlog (f->store, &backlog, NULL) && backlog == 0);
  mado_store_close (f->store);
  test_run_sql (f->url + strlen ("sqlite:"), "UPDATE words_state SET version = 0"); /* as if another version had made it */
  open_store (f);
  assert_found (f, "smoke", "");
  g_assert_true (mado_store_count_backlog (f->store, &backlog, NULL) && backlog >= 29);
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_add_note (f->store, first, "hanako", "new smoke", NOW, NULL)); /* at once, whatever waits */
  g_autofree char *now = search (f, "smoke", FALSE);
  g_assert_true (g_str_has_suffix (now, ":note"));
  for (guint steps = 0; left; steps++) {
    g_assert_true (mado_store_begin (f->store, NULL));
    change (f, mado_store_work_backlog (f->store, 3, &left, NULL));
    g_assert_cmpuint (steps, <, 200);
    if (steps == 2) { /* a restart in between */
      mado_store_close (f->store);
      open_store (f);
    }
  }
  g_assert_true (mado_store_count_backlog (f->store, &backlog, NULL) && backlog == 0);
  g_autofree char *all = search (f, "older smoke", FALSE);
  g_auto (GStrv) lines = g_strsplit (all, " ", -1);
  g_assert_cmpint ((gint) g_strv_length (lines), ==, 29);
}

/* The keeper does it beside its other work. */
static void
test_indexer (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoDesk desk = { NULL };
  gint64 backlog = 1, end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  for (int i = 1; i < 60; i++)
    settle (f, i, "Older", "smoke");
  mado_store_close (f->store);
  test_run_sql (f->url + strlen ("sqlite:"), "UPDATE words_state SET version = 0");
  open_store (f);
  desk.store = f->store;
  g_autoptr (MadoIndexer) indexer = mado_indexer_new (&desk);
  while (backlog > 0 && g_get_monotonic_time () < end) {
    g_main_context_iteration (NULL, TRUE);
    g_assert_true (mado_store_count_backlog (f->store, &backlog, NULL));
  }
  g_assert_cmpint (backlog, ==, 0);
  assert_found (f, "older ticket:59", "59:subject");
}

static void
test_schema (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_strdup_printf ("%s/older.db", f->top), *url = g_strdup_printf ("sqlite:%s", path);
  gint64 backlog = 0;

  test_old_store (path, 10,
                  "INSERT INTO incident (id, number, token, created, updated, state, encryption, signature)"
                  "  VALUES (1, '2025-000001', 't', 1, 1, 'new', 0, 0);"
                  "INSERT INTO entry (id, incident, date, direction, author, text) VALUES (1, 1, 5, 'note', 'ann', 'an old note');");
  mado_store_close (f->store);
  g_free (f->url);
  f->url = g_steal_pointer (&url);
  open_store (f);
  g_assert_true (mado_store_count_backlog (f->store, &backlog, NULL) && backlog == 1);
  gboolean left = TRUE;
  g_assert_true (mado_store_begin (f->store, NULL));
  change (f, mado_store_work_backlog (f->store, 10, &left, NULL));
  g_autofree char *found = search (f, "old", FALSE);
  g_assert_true (!left && g_str_has_suffix (found, ":note"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/store-search/found", Fixture, NULL, set_up, test_found, tear_down);
  g_test_add ("/desk/store-search/changed", Fixture, NULL, set_up, test_changed, tear_down);
  g_test_add ("/desk/store-search/erased", Fixture, NULL, set_up, test_erased, tear_down);
  g_test_add ("/desk/store-search/rolled-back", Fixture, NULL, set_up, test_rolled_back, tear_down);
  g_test_add ("/desk/store-search/need", Fixture, NULL, set_up, test_need, tear_down);
  g_test_add ("/desk/store-search/steps", Fixture, NULL, set_up, test_steps, tear_down);
  g_test_add ("/desk/store-search/long", Fixture, NULL, set_up, test_long, tear_down);
  g_test_add ("/desk/store-search/older", Fixture, NULL, set_up, test_older, tear_down);
  g_test_add ("/desk/store-search/indexer", Fixture, NULL, set_up, test_indexer, tear_down);
  g_test_add ("/desk/store-search/schema", Fixture, NULL, set_up, test_schema, tear_down);
  return g_test_run ();
}
