/* test-desk-trouble.c: the keeper when the machine is in trouble: broken files, no descriptors left, a full disk, a
 * clock that was wrong, threads too long to be shown. Nothing may be lost, and no mail be blamed. */
#include "desk-vault.h"
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/outbox.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/model/incident.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPORT "From: alice@example.net\nMessage-ID: <a1@example.net>\nSubject: phishing\n"

static void
check_account (House *house, gint64 accepted, gint64 pending)
{
  g_autoptr (GVariant) answer = house_ask (house, "account", NULL, NULL);
  g_autoptr (MadoAccount) account = mado_account_from_variant (answer, NULL);

  g_assert_cmpint (account->accepted, ==, accepted);
  g_assert_cmpint (account->states->pending, ==, pending);
  g_assert_true (account->balanced);
}

static gboolean
never (House *house G_GNUC_UNUSED, gpointer data)
{
  return g_get_monotonic_time () >= *(gint64 *) data;
}

/* Lets the keeper work for a while. */
static void
go_on (House *house, int ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  house_wait (house, never, &end);
}

/* Cuts the spool file of @id. */
static void
break_file (House *house, const char *directory, const char *id)
{
  g_autofree char *path = g_build_filename (house->top, "spool", directory, id, NULL);

  g_assert_cmpint (truncate (path, 90), ==, 0);
}

/* What is left of a broken mail rests sealed, too, and is shown to who asks for it. */
static void
check_sealed (House *house, const char *id)
{
  g_autofree char *path = g_build_filename (house->top, "spool", "broken", id, NULL), *text = NULL;
  GVariantDict dict;
  gint64 size = 0;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (g_str_has_prefix (text, "madoguchi-sealed: 1\n"));
  g_assert_null (memmem (text, length, "queue-id", strlen ("queue-id")));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", "1");
  g_variant_dict_insert (&dict, "message", "x", (gint64) 1);
  g_autoptr (GVariant) answer = house_ask (house, "raw", g_variant_dict_end (&dict), NULL);
  g_assert_true (g_variant_lookup (answer, "size", "x", &size));
  g_assert_cmpint (size, ==, 90);
}

/* The keeper had moved the file aside, and died before the store knew of it. */
static void
test_broken_unsaid (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  house_stop_keeper (house);
  g_autofree char *id = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  break_file (house, "new", id);
  g_assert_null (mado_spool_claim (house->spool, id, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_assert_true (mado_spool_is_broken (house->spool, id));
  house_start_keeper (house);
  check_account (house, 1, 1);
  g_autofree char *ticket = house_wait_state (house, id, "held");
  g_assert_cmpstr (ticket, !=, "");
  house_stop_keeper (house); /* and once is enough */
  house_start_keeper (house);
  go_on (house, 200);
  check_account (house, 1, 0);
  g_autoptr (GVariant) shown = house_ask (house, "held-show", house_body ("id", id), NULL);
  g_autofree char *reason = house_string (shown, "reason");
  g_assert_cmpstr (reason, ==, "broken");
  check_sealed (house, id);
}

/* No file of this process may grow beyond @bytes: the store cannot write, as on a full disk. */
static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The store is full when the file is found broken. */
static void
test_broken_on_full_disk (House *house, gconstpointer data G_GNUC_UNUSED)
{
  house_stop_keeper (house);
  g_autofree char *id = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  break_file (house, "new", id);
  house_start_keeper (house);
  limit_files (4096);
  go_on (house, 500);
  check_account (house, 1, 1);
  limit_files (RLIM_INFINITY);
  g_free (house_wait_state (house, id, "held"));
  check_account (house, 1, 0);
}

static gboolean
count_seal (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_atomic_int_inc ((gint *) data);
  return fake_seal (NULL, request, body, fd, error);
}

static gboolean
is_sealed (House *house G_GNUC_UNUSED, gpointer data)
{
  return g_atomic_int_get ((gint *) data) > 0;
}

/* A store that takes nothing is not asked as fast as the machine can sign. */
static void
test_full_disk (House *house, gconstpointer data G_GNUC_UNUSED)
{
  gint n_sealed = 0;
  g_autofree char *path = mado_wire_path (house->top, "signer");

  house_stop_role (&house->signer);
  g_autofree char *first = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  g_free (house_wait_state (house, first, "ticket"));
  limit_files (4096);
  house->signer = fake_role_start (path, count_seal, &n_sealed);
  g_autofree char *second = house_put (house, "bob@example.net", "csirt@example.org", "From: bob@example.net\nSubject: s\n");
  house_wait (house, is_sealed, &n_sealed);
  go_on (house, 1000);
  g_assert_cmpint (g_atomic_int_get (&n_sealed), ==, 1);
  g_assert_cmpuint (house->sender_data.sent->len, ==, 0); /* nothing goes out that the store does not know of */
  check_account (house, 2, 1);
  limit_files (RLIM_INFINITY);
  g_free (house_wait_state (house, second, "ticket"));
  house_wait_sent (house, 2);
  check_account (house, 2, 0);
}

/* A keyring that names no key, once; then it is in order. */
static gboolean
name_nothing_once (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  GVariantBuilder list;
  GVariantDict dict;

  if (strcmp (request->verb, "candidates") != 0 || g_atomic_int_add ((gint *) data, 1) > 0)
    return fake_candidates (NULL, request, body, fd, error);
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_value (&list, g_variant_new ("a{sv}", NULL));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&list));
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

/* What a role says wrong costs a pause, and nothing else. */
static void
test_nameless_key (House *house, gconstpointer data G_GNUC_UNUSED)
{
  gint n_asked = 0;
  g_autofree char *path = mado_wire_path (house->top, "keyring");

  house_stop_role (&house->keyring);
  house->keyring = fake_role_start (path, name_nothing_once, &n_asked);
  g_autofree char *id = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  g_free (house_wait_state (house, id, "ticket"));
  house_wait_sent (house, 1);
  g_assert_cmpint (g_atomic_int_get (&n_asked), ==, 2);
}

static rlim_t
limit_descriptors (rlim_t most)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  rlim_t before = limit.rlim_cur;
  limit.rlim_cur = most;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  return before;
}

/* No descriptors left: nobody blames the mail. */
static void
test_no_descriptors (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "alice@example.net", "csirt@example.org", REPORT);

  /* One is free: for the mail itself, not for the copy that the opener is to get. */
  int lowest = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  close (lowest);
  rlim_t before = limit_descriptors ((rlim_t) lowest + 1);
  for (int i = 0; i < 200; i++) {
    g_usleep (10000);
    g_main_context_iteration (NULL, FALSE);
  }
  limit_descriptors (before);
  g_free (house_wait_state (house, id, "ticket"));
  g_assert_cmpint (house->opener_data.n_opened, ==, 1);
}

static gboolean
is_asked_again (House *house, gpointer data)
{
  return g_atomic_int_get (&house->opener_data.n_opened) > *(int *) data;
}

/* Many mails wait for an opener that has no agent: they do not take all descriptors at once. */
static void
test_many_wait (House *house, gconstpointer data G_GNUC_UNUSED)
{
  enum { N = 150 };
  int most = N;
  char *ids[N];

  house_stop_keeper (house);
  int lowest = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  close (lowest);
  for (int i = 0; i < N; i++) {
    g_autofree char *mail = g_strdup_printf ("From: r%d@example.net\nSubject: s\nX-Fake: temp\n", i);
    ids[i] = house_put (house, "r@example.net", "csirt@example.org", mail);
  }
  house_start_keeper (house);
  rlim_t before = limit_descriptors ((rlim_t) lowest + 60);
  house_wait (house, is_asked_again, &most);
  check_account (house, N, N);
  house->opener_data.is_healed = 1;
  for (int i = 0; i < N; i++) {
    g_free (house_wait_state (house, ids[i], "ticket"));
    g_free (ids[i]);
  }
  limit_descriptors (before);
  check_account (house, N, 0);
}

typedef struct {
  int sockets[120], n_open;
} Clients;

/* Still open are those that have nothing to read; who is refused reads the end. */
static gboolean
are_refused (House *house G_GNUC_UNUSED, gpointer data)
{
  Clients *clients = data;
  char byte;

  clients->n_open = 0;
  for (guint i = 0; i < G_N_ELEMENTS (clients->sockets); i++)
    clients->n_open += recv (clients->sockets[i], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  return clients->n_open <= 100;
}

/* One user takes all the connections there are for one: the next is refused, and a freed one can be had again. */
static void
test_many_clients (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = mado_wire_path (house->top, "keeper");
  Clients clients = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (clients.sockets); i++) {
    clients.sockets[i] = mado_wire_connect (path, 0, NULL);
    g_assert_cmpint (clients.sockets[i], >=, 0);
    for (int k = 0; k < 3; k++)
      g_main_context_iteration (NULL, FALSE);
  }
  house_wait (house, are_refused, &clients);
  go_on (house, 100);
  are_refused (house, &clients);
  g_assert_cmpint (clients.n_open, ==, 100);
  for (guint i = 0; i < G_N_ELEMENTS (clients.sockets); i++)
    close (clients.sockets[i]);
  go_on (house, 100);
  check_account (house, 0, 0);
}

static void
test_log_id (void)
{
  g_autofree char *id = mado_outbox_log_id ("<0123456789abcdef.fedcba9876543210@example.org>");
  g_autofree char *strange = mado_outbox_log_id ("<0123456789abcdef@example.org>");

  g_assert_cmpstr (id, ==, "fedcba9876543210");
  g_assert_cmpstr (strange, ==, "-"); /* rather nothing than a token */
}

/* --- the store alone ---------------------------------------------------------------------------------------- */

static MadoStore *
open_store (const char *top)
{
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", top);
  g_autoptr (GError) error = NULL;
  MadoStore *store = mado_store_open (url, "EX", test_vault (), &error);

  g_assert_no_error (error);
  return store;
}

static gint64
make_incident (MadoStore *store, const char *token, const char *subject)
{
  MadoNewIncident facts = { .token = token, .subject = subject };
  g_autofree char *number = NULL;
  gint64 id = 0;

  g_assert_true (mado_store_create_incident (store, &facts, 1700000000, &id, &number, NULL));
  return id;
}

/* The oldest reports of a thread that is too long are left out; the answer fits into a packet. */
static void
test_long_thread (void)
{
  enum { N = 80 };
  g_autofree char *top = g_dir_make_tmp ("dlXXXXXX", NULL);
  MadoStore *store = open_store (top);
  gint64 incident = make_incident (store, "t", "long");

  g_assert_true (mado_store_begin (store, NULL));
  for (int i = 0; i < N; i++) {
    g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
    g_autoptr (MadoReport) report = mado_report_new ();
    g_autoptr (MadoMail) mail = NULL;
    envelope->queue_id = g_strdup_printf ("%016d", i);
    report->text = g_strnfill (1024 * 1024, 'x');
    g_assert_true (mado_store_receive_mail (store, envelope, 1, NULL, &mail, NULL));
    g_assert_true (mado_store_settle_mail (store, envelope->queue_id, MADO_MAIL_JOINED, incident, "new", report, 1, NULL));
    g_assert_true (mado_store_add_mail (store, incident, envelope->queue_id, 1, NULL));
  }
  g_assert_true (mado_store_commit (store, NULL));
  g_autoptr (MadoIncident) shown = mado_store_load_incident (store, incident, "csirt@example.org", NULL);
  g_assert_nonnull (shown);
  g_autoptr (GVariant) body = g_variant_ref_sink (mado_incident_to_variant (shown));
  g_assert_cmpuint (g_variant_get_size (body), <, MADO_WIRE_BODY_MAX);
  g_assert_cmpuint (shown->thread->len, ==, N);
  const MadoEntry *first = shown->thread->pdata[0], *last = shown->thread->pdata[N - 1];
  g_assert_null (first->report);
  g_assert_nonnull (strstr (first->text, "Left out"));
  g_assert_nonnull (last->report);
  mado_store_close (store);
  mado_fsio_remove_tree (top, NULL);
}

/* Nor can subjects as long as they may be make the queue too large to be sent. */
static void
test_long_subjects (void)
{
  enum { N = 1500 };
  g_autofree char *top = g_dir_make_tmp ("dsXXXXXX", NULL);
  g_autofree char *subject = g_strnfill (65000, 's');
  MadoStore *store = open_store (top);

  g_assert_true (mado_store_begin (store, NULL));
  for (int i = 0; i < N; i++) {
    g_autofree char *token = g_strdup_printf ("t%d", i);
    make_incident (store, token, subject);
  }
  g_assert_true (mado_store_commit (store, NULL));
  g_autoptr (GPtrArray) list = mado_store_list_incidents (store, NULL, NULL, NULL, 0, 10000, NULL);
  g_assert_nonnull (list);
  g_assert_cmpuint (list->len, >, 100);
  g_assert_cmpuint (list->len, <, MADO_WIRE_BODY_MAX / 65000);
  mado_store_close (store);
  mado_fsio_remove_tree (top, NULL);
}

/* An answer written while the clock was years ahead does not wait for those years. */
static void
test_clock (void)
{
  const gint64 now = 1700000000, ahead = now + 10 * 365 * 86400;
  g_autofree char *top = g_dir_make_tmp ("dcXXXXXX", NULL);
  MadoStore *store = open_store (top);
  gint64 incident = make_incident (store, "t", "s");
  g_autoptr (MadoReply) reply = mado_reply_new ();

  reply->message_id = g_strdup ("<a@b>");
  reply->recipient = g_strdup ("a@b");
  g_assert_true (mado_store_add_draft (store, incident, NULL, reply, ahead, NULL));
  g_autoptr (GPtrArray) due = mado_store_list_due (store, "draft", now, 10, NULL);
  g_assert_cmpuint (due->len, ==, 1);
  MadoOutboxItem *item = due->pdata[0];
  g_assert_true (mado_store_set_retry (store, item->id, "later", now + 3600, NULL));
  g_autoptr (GPtrArray) none = mado_store_list_due (store, "draft", now, 10, NULL);
  g_assert_cmpuint (none->len, ==, 0); /* an ordinary pause is kept */
  mado_store_close (store);
  mado_fsio_remove_tree (top, NULL);
}

int
main (int argc, char **argv)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };

  g_test_init (&argc, &argv, NULL);
  sigaction (SIGXFSZ, &ignore, NULL);
  mado_log_init ("test", g_getenv ("MADO_DEBUG") != NULL ? MADO_LOG_DEBUG : MADO_LOG_ERROR, FALSE);
#define ADD(name, test) g_test_add (name, House, NULL, house_set_up, test, house_tear_down)
  ADD ("/desk/trouble/broken-unsaid", test_broken_unsaid);
  ADD ("/desk/trouble/broken-on-full-disk", test_broken_on_full_disk);
  ADD ("/desk/trouble/full-disk", test_full_disk);
  g_test_add ("/desk/trouble/nameless-key", House, "[submission]\nretry-first=1s\n", house_set_up, test_nameless_key, house_tear_down);
  ADD ("/desk/trouble/no-descriptors", test_no_descriptors);
  ADD ("/desk/trouble/many-wait", test_many_wait);
  ADD ("/desk/trouble/many-clients", test_many_clients);
  g_test_add_func ("/desk/trouble/log-id", test_log_id);
  g_test_add_func ("/desk/trouble/long-thread", test_long_thread);
  g_test_add_func ("/desk/trouble/long-subjects", test_long_subjects);
  g_test_add_func ("/desk/trouble/clock", test_clock);
  return g_test_run ();
}
