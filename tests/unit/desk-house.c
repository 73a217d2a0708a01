/* desk-house.c: see desk-house.h. */
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_SECONDS 60

static char *
make_path (House *house, const char *role)
{
  return mado_wire_path (house->top, role);
}

void
house_start_opener (House *house)
{
  g_autofree char *path = make_path (house, "opener");

  house->opener = fake_role_start (path, fake_open, &house->opener_data);
}

void
house_start_signer (House *house)
{
  g_autofree char *path = make_path (house, "signer");

  house->signer = fake_role_start (path, fake_seal, NULL);
}

void
house_start_sender (House *house)
{
  g_autofree char *path = make_path (house, "sender");

  house->sender = fake_role_start (path, fake_send, &house->sender_data);
}

static void
start_keyring (House *house)
{
  g_autofree char *path = make_path (house, "keyring");

  house->keyring = fake_role_start (path, fake_candidates, NULL);
}

void
house_stop_role (FakeRole **role)
{
  g_clear_pointer (role, fake_role_stop);
}

void
house_start_keeper (House *house)
{
  g_autoptr (GError) error = NULL;

  house->keeper = mado_keeper_start (house->conf, &error);
  g_assert_no_error (error);
}

void
house_stop_keeper (House *house)
{
  g_clear_pointer (&house->keeper, mado_keeper_free);
}

void
house_set_up (House *house, gconstpointer more_conf)
{
  g_autoptr (GError) error = NULL;

  house->top = g_dir_make_tmp ("dkXXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *text = g_strdup_printf (
      "[team]\nname=Team\naddress=csirt@example.org\nticket-prefix=EX\nlanguages=ja;en\n[spool]\ndirectory=%s/spool\n"
      "[store]\nurl=sqlite:%s/store.db\narchive=%s/archive\n[runtime]\ndirectory=%s\ninsecure-single-uid=yes\n%s",
      house->top, house->top, house->top, house->top, more_conf != NULL ? (const char *) more_conf : "");
  house->conf = mado_conf_parse (text, "test", &error);
  g_assert_no_error (error);
  g_autofree char *spool = g_build_filename (house->top, "spool", NULL);
  house->spool = mado_spool_open (spool, &error);
  g_assert_no_error (error);
  g_mutex_init (&house->sender_data.lock);
  house->sender_data.sent = g_ptr_array_new_with_free_func (g_free);
  house_start_opener (house);
  house_start_signer (house);
  house_start_sender (house);
  start_keyring (house);
  house_start_keeper (house);
}

void
house_tear_down (House *house, gconstpointer unused)
{
  (void) unused;
  house_stop_keeper (house);
  house_stop_role (&house->opener);
  house_stop_role (&house->signer);
  house_stop_role (&house->sender);
  house_stop_role (&house->keyring);
  mado_spool_free (house->spool);
  mado_conf_free (house->conf);
  g_ptr_array_unref (house->sender_data.sent);
  g_mutex_clear (&house->sender_data.lock);
  mado_fsio_remove_tree (house->top, NULL);
  g_free (house->top);
}

char *
house_put (House *house, const char *mail_from, const char *recipient, const char *headers)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autofree char *mail = g_strdup_printf ("%s\nbody\n", headers);

  envelope->door = g_strdup ("lmtp");
  envelope->received = g_get_real_time () / G_USEC_PER_SEC;
  envelope->mail_from = g_strdup (mail_from);
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strsplit (recipient, " ", -1);
  g_autoptr (MadoSpoolWriter) writer
      = mado_spool_writer_new (house->spool, envelope, g_get_real_time (), 1024 * 1024, &error);
  g_assert_no_error (error);
  g_assert_true (mado_spool_writer_append (writer, mail, strlen (mail), &error));
  g_assert_true (mado_spool_writer_commit (writer, &error));
  return g_strdup (mado_spool_writer_id (writer));
}

static gboolean
on_tick (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

void
house_wait (House *house, gboolean (*is_done) (House *house, gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (!is_done (house, data)) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

static gboolean
is_readable (House *house, gpointer data)
{
  struct pollfd polled = { *(int *) data, POLLIN, 0 };

  (void) house;
  return poll (&polled, 1, 0) > 0;
}

GVariant *
house_ask (House *house, const char *verb, GVariant *body, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autofree char *path = make_path (house, "keeper");
  int socket = mado_wire_connect (path, 0, &problem);

  g_assert_no_error (problem);
  g_assert_true (mado_wire_send (socket, verb, body, -1, &problem));
  house_wait (house, is_readable, &socket);
  gboolean ok = mado_wire_receive (socket, &answer, &problem) && mado_wire_check (&answer, &problem);
  close (socket);
  if (ok)
    return g_steal_pointer (&answer.body);
  if (error == NULL)
    g_assert_no_error (problem);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

GVariant *
house_body (const char *name, const char *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, name, "s", value);
  return g_variant_dict_end (&dict);
}

char *
house_string (GVariant *answer, const char *name)
{
  const char *value = "";

  g_variant_lookup (answer, name, "&s", &value);
  return g_strdup (value);
}

char *
house_wait_state (House *house, const char *id, const char *state)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;

  for (;;) {
    g_autoptr (GVariant) answer = house_ask (house, "status", house_body ("queue_id", id), NULL);
    g_autofree char *now = house_string (answer, "state");
    if (strcmp (now, state) == 0)
      return house_string (answer, "ticket");
    if (strcmp (now, "pending") != 0 && strcmp (now, "unknown") != 0)
      g_assert_cmpstr (now, ==, state);
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  }
}

static guint
count_sent (House *house)
{
  g_mutex_lock (&house->sender_data.lock);
  guint n = house->sender_data.sent->len;
  g_mutex_unlock (&house->sender_data.lock);
  return n;
}

static gboolean
is_sent (House *house, gpointer data)
{
  return count_sent (house) >= *(guint *) data;
}

const char *
house_wait_sent (House *house, guint n)
{
  house_wait (house, is_sent, &n);
  g_mutex_lock (&house->sender_data.lock);
  const char *text = house->sender_data.sent->pdata[n - 1];
  g_mutex_unlock (&house->sender_data.lock);
  return text;
}
