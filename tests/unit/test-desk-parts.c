/* test-desk-parts.c: the smaller parts of the keeper: batches, the pool, the watch on the spool, waiting times. */
#include "desk-vault.h"
#include "desk-fake.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/batch.h"
#include "madoguchi/desk/intake-queue.h"
#include "madoguchi/desk/outbox.h"
#include "madoguchi/desk/pool.h"
#include "madoguchi/desk/settings.h"
#include "madoguchi/desk/store-incident.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *top;
  MadoStore *store;
  MadoBatch *batch;
  GString *story; /* what happened, in order */
  int n;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  f->top = g_dir_make_tmp ("dpXXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
  f->batch = mado_batch_new (f->store);
  f->story = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_batch_free (f->batch);
  mado_store_close (f->store);
  g_string_free (f->story, TRUE);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

static gboolean
on_tick (gpointer data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until the story has @length characters. */
static void
wait_story (Fixture *f, gsize length)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (f->story->len < length) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

/* --- batch ------------------------------------------------------------------------------------------------- */

typedef struct {
  Fixture *f;
  char name;
  gboolean fails;
} Change;

static gboolean
apply (gpointer data, GError **error)
{
  Change *change = data;
  MadoNewIncident facts = { .token = (char[]){ change->name, 0 } };
  gint64 id;
  g_autofree char *number = NULL;

  if (!mado_store_create_incident (change->f->store, &facts, 1, &id, &number, error))
    return FALSE;
  if (!change->fails)
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "told to");
  return FALSE;
}

static void
on_done (gpointer data, const GError *error)
{
  Change *change = data;

  g_string_append_c (change->f->story, error == NULL ? change->name : g_ascii_tolower (change->name));
}

static gboolean
is_there (Fixture *f, const char *token)
{
  gint64 id = 0;

  g_assert_true (mado_store_find_token (f->store, token, &id, NULL));
  return id != 0;
}

static void
test_batch (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  Change a = { f, 'A', FALSE }, b = { f, 'B', TRUE }, c = { f, 'C', FALSE }, d = { f, 'D', FALSE };

  mado_batch_add (f->batch, apply, on_done, &a);
  mado_batch_add (f->batch, apply, on_done, &b);
  mado_batch_add (f->batch, apply, on_done, &c);
  g_assert_cmpstr (f->story->str, ==, ""); /* never from within add */
  g_assert_false (is_there (f, "A"));
  wait_story (f, 3);
  g_assert_cmpstr (f->story->str, ==, "AbC"); /* one that fails does not spoil the others */
  g_assert_true (is_there (f, "A") && !is_there (f, "B") && is_there (f, "C"));
  mado_batch_add_lazy (f->batch, apply, on_done, &d);
  wait_story (f, 4);
  g_assert_true (is_there (f, "D"));
}

static void
test_batch_flush (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  Change a = { f, 'A', FALSE }, b = { f, 'B', FALSE };

  mado_batch_add_lazy (f->batch, apply, on_done, &a);
  mado_batch_flush (f->batch);
  g_assert_cmpstr (f->story->str, ==, "A");
  mado_batch_add (f->batch, apply, on_done, &b);
  g_clear_pointer (&f->batch, mado_batch_free); /* not committed: nobody hears of it */
  g_assert_cmpstr (f->story->str, ==, "A");
  g_assert_false (is_there (f, "B"));
}

/* --- pool -------------------------------------------------------------------------------------------------- */

/* Answers with the verb; "temp" with an error, "die" by hanging up, "slow" after a while. */
static gboolean
echo (gpointer data G_GNUC_UNUSED, MadoPacket *request, GVariant **body, int *fd G_GNUC_UNUSED, GError **error)
{
  GVariantDict dict;

  if (strcmp (request->verb, "die") == 0)
    return FALSE;
  if (strcmp (request->verb, "temp") == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "later");
    return FALSE;
  }
  if (strcmp (request->verb, "slow") == 0)
    g_usleep (300 * 1000);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "verb", "s", request->verb);
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

static void
on_answer (gpointer data, MadoPacket *answer, const GError *error)
{
  Fixture *f = data;
  const char *verb = NULL;

  if (answer != NULL)
    g_assert_true (g_variant_lookup (answer->body, "verb", "&s", &verb));
  g_string_append_c (f->story, verb != NULL ? verb[0]
                               : g_error_matches (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE) ? 'U'
                               : g_error_matches (error, MADO_ERROR, MADO_ERROR_TEMP)        ? 'T'
                               : g_error_matches (error, MADO_ERROR, MADO_ERROR_LIMIT)       ? 'L'
                                                                                             : '?');
}

static void
submit (Fixture *f, MadoPool *pool, const char *verb, gboolean is_urgent)
{
  mado_pool_submit (pool, verb, g_variant_new ("a{sv}", NULL), -1, is_urgent, on_answer, f);
}

static void
test_pool (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_build_filename (f->top, "s", NULL);
  g_autoptr (MadoPool) pool = mado_pool_new (path, 1, 5000);

  submit (f, pool, "b", FALSE); /* nobody listens yet: it waits */
  submit (f, pool, "c", FALSE);
  submit (f, pool, "a", TRUE);
  g_assert_cmpuint (mado_pool_load (pool), ==, 3);
  for (int i = 0; i < 5; i++)
    g_main_context_iteration (NULL, FALSE);
  FakeRole *role = fake_role_start (path, echo, NULL);
  wait_story (f, 3);
  g_assert_cmpstr (f->story->str, ==, "abc");
  submit (f, pool, "temp", FALSE);
  submit (f, pool, "die", FALSE);
  submit (f, pool, "d", FALSE); /* goes out on a new connection */
  wait_story (f, 6);
  g_assert_cmpstr (f->story->str, ==, "abcTUd");
  g_assert_cmpuint (mado_pool_load (pool), ==, 0);
  g_assert_cmpuint (mado_pool_connected (pool), ==, 1);
  fake_role_stop (role);
  submit (f, pool, "e", FALSE);
  role = fake_role_start (path, echo, NULL); /* restarted */
  wait_story (f, 7);
  g_assert_true (f->story->str[6] == 'e' || f->story->str[6] == 'U'); /* it may have met the dying connection */
  fake_role_stop (role);
}

static void
test_pool_deadline (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_build_filename (f->top, "s", NULL);
  g_autoptr (MadoPool) pool = mado_pool_new (path, 1, 50);
  FakeRole *role = fake_role_start (path, echo, NULL);

  submit (f, pool, "slow", FALSE);
  submit (f, pool, "a", FALSE);
  wait_story (f, 2);
  g_assert_cmpstr (f->story->str, ==, "Ua"); /* the late answer is not taken for another job's */
  fake_role_stop (role);
}

static void
test_pool_too_large (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_build_filename (f->top, "s", NULL);
  g_autoptr (MadoPool) pool = mado_pool_new (path, 1, 5000);
  FakeRole *role = fake_role_start (path, echo, NULL);
  g_autofree char *text = g_strnfill (MADO_WIRE_BODY_MAX + 1, 'x');
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", text);
  mado_pool_submit (pool, "a", g_variant_dict_end (&dict), -1, FALSE, on_answer, f);
  submit (f, pool, "b", FALSE);
  wait_story (f, 2);
  g_assert_cmpstr (f->story->str, ==, "Lb");
  fake_role_stop (role);
}

/* --- the watch on the spool -------------------------------------------------------------------------------- */

static void
on_ready (gpointer data)
{
  Fixture *f = data;

  g_string_append_c (f->story, 'r');
}

static char *
put (MadoSpool *spool)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (GError) error = NULL;

  envelope->mail_from = g_strdup ("");
  g_autoptr (MadoSpoolWriter) writer = mado_spool_writer_new (spool, envelope, g_get_real_time (), 100, &error);
  g_assert_true (mado_spool_writer_append (writer, "x", 1, &error) && mado_spool_writer_commit (writer, &error));
  return g_strdup (mado_spool_writer_id (writer));
}

static void
test_queue (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoSpool) spool = mado_spool_open (f->top, &error);
  g_autofree char *before = put (spool);
  g_autoptr (MadoIntakeQueue) queue = mado_intake_queue_new (spool, on_ready, f, &error);
  g_assert_no_error (error);

  g_assert_true (mado_intake_queue_knows (queue, before)); /* found by the scan */
  g_autofree char *after = put (spool);
  wait_story (f, 1); /* found by the watch */
  g_assert_cmpuint (mado_intake_queue_length (queue), ==, 2);
  g_autofree char *first = mado_intake_queue_pop (queue);
  g_autofree char *second = mado_intake_queue_pop (queue);
  g_autofree char *none = mado_intake_queue_pop (queue);
  g_assert_cmpstr (first, ==, before);
  g_assert_cmpstr (second, ==, after);
  g_assert_null (none);
  mado_intake_queue_push (queue, first); /* popped, but not forgotten */
  g_assert_cmpuint (mado_intake_queue_length (queue), ==, 0);
  mado_intake_queue_forget (queue, first);
  mado_intake_queue_push (queue, first);
  g_assert_cmpuint (mado_intake_queue_length (queue), ==, 1);
  mado_intake_queue_push (queue, "../../etc/passwd"); /* no queue id: no file of ours */
  g_assert_cmpuint (mado_intake_queue_length (queue), ==, 1);
}

/* --- times and settings ------------------------------------------------------------------------------------ */

static void
test_pause (void)
{
  static const struct {
    gint64 attempts, first, max, pause;
  } rows[] = {
    { 1, 30, 3600, 30 },   { 2, 30, 3600, 60 },     { 3, 30, 3600, 120 },     { 7, 30, 3600, 1920 },
    { 8, 30, 3600, 3600 }, { 9, 30, 3600, 3600 },   { 1000000, 30, 3600, 3600 }, { 1, 30, 10, 10 },
    { 1, 0, 3600, 0 },     { 2, 0, 3600, 1 },       { 3, 0, 3600, 2 },        { 5, 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (mado_outbox_pause (rows[i].attempts, rows[i].first, rows[i].max), ==, rows[i].pause);
}

static void
test_settings (void)
{
  static const struct {
    const char *text;
    gboolean ok;
  } rows[] = {
    { "[team]\naddress=csirt@example.org\n", TRUE },
    { "[team]\nname=x\n", FALSE },
    { "[team]\naddress=csirt\n", FALSE },
    { "[team]\naddress=csirt@example.org;cert\n", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MadoConf) conf = mado_conf_parse (rows[i].text, "test", &error);
    MadoDeskSettings settings;
    g_assert_no_error (error);
    g_assert_cmpint (mado_desk_settings_read (conf, &settings, &error), ==, rows[i].ok);
    if (!rows[i].ok)
      g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mado_log_init ("test", MADO_LOG_ERROR, FALSE);
#define ADD(name, test) g_test_add ("/desk/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("batch/together", test_batch);
  ADD ("batch/flush", test_batch_flush);
  ADD ("pool/jobs", test_pool);
  ADD ("pool/deadline", test_pool_deadline);
  ADD ("pool/too-large", test_pool_too_large);
  ADD ("intake-queue", test_queue);
  g_test_add_func ("/desk/outbox/pause", test_pause);
  g_test_add_func ("/desk/settings", test_settings);
  return g_test_run ();
}
