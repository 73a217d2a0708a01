/* desk-fake.c: see desk-fake.h. */
#include "desk-fake.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/model/reply.h"
#include "madoguchi/model/report.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _FakeRole {
  int listener;
  FakeAnswer answer;
  gpointer data;
  GThread *thread;
  GMutex lock;
  GArray *sockets; /* of int, open connections */
  gint stopping;
};

typedef struct {
  FakeRole *role;
  int socket;
} FakeConnection;

static void
forget_socket (FakeRole *role, int socket)
{
  g_mutex_lock (&role->lock);
  for (guint i = 0; i < role->sockets->len; i++)
    if (g_array_index (role->sockets, int, i) == socket) {
      g_array_remove_index_fast (role->sockets, i);
      break;
    }
  close (socket);
  g_mutex_unlock (&role->lock);
}

static gpointer
serve_connection (gpointer data)
{
  g_autofree FakeConnection *connection = data;
  FakeRole *role = connection->role;
  gboolean goes_on = TRUE;

  while (goes_on) {
    g_auto (MadoPacket) request = MADO_PACKET_INIT;
    g_autoptr (GError) error = NULL;
    GVariant *body = NULL;
    int fd = -1;
    if (!mado_wire_receive (connection->socket, &request, NULL))
      break;
    if (role->answer (role->data, &request, &body, &fd, &error))
      goes_on = mado_wire_send (connection->socket, "ok", body, fd, NULL);
    else
      goes_on = error != NULL && mado_wire_send_error (connection->socket, error, NULL);
    if (fd >= 0)
      close (fd);
  }
  forget_socket (role, connection->socket);
  return NULL;
}

static gpointer
accept_connections (gpointer data)
{
  FakeRole *role = data;
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();

  while (g_atomic_int_get (&role->stopping) == 0) {
    int socket = accept4 (role->listener, NULL, NULL, SOCK_CLOEXEC);
    if (socket < 0)
      break;
    FakeConnection *connection = g_new0 (FakeConnection, 1);
    connection->role = role;
    connection->socket = socket;
    g_mutex_lock (&role->lock);
    g_array_append_val (role->sockets, socket);
    g_mutex_unlock (&role->lock);
    g_ptr_array_add (threads, g_thread_new ("connection", serve_connection, connection));
  }
  g_mutex_lock (&role->lock);
  for (guint i = 0; i < role->sockets->len; i++)
    shutdown (g_array_index (role->sockets, int, i), SHUT_RDWR);
  g_mutex_unlock (&role->lock);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  return NULL;
}

FakeRole *
fake_role_start (const char *path, FakeAnswer answer, gpointer data)
{
  FakeRole *role = g_new0 (FakeRole, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&role->lock);
  role->sockets = g_array_new (FALSE, FALSE, sizeof (int));
  role->answer = answer;
  role->data = data;
  role->listener = mado_wire_listen (path, 0600, &error);
  g_assert_no_error (error);
  role->thread = g_thread_new ("role", accept_connections, role);
  return role;
}

void
fake_role_stop (FakeRole *role)
{
  g_atomic_int_set (&role->stopping, 1);
  shutdown (role->listener, SHUT_RDWR);
  g_thread_join (role->thread);
  close (role->listener);
  g_array_unref (role->sockets);
  g_mutex_clear (&role->lock);
  g_free (role);
}

/* (transfer full, nullable) the value of field @name in @mail. */
static char *
get_field (const char *mail, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\n%s: ", name);
  const char *found = strstr (mail, start);
  const char *end;

  if (found == NULL)
    return NULL;
  found += strlen (start);
  end = strpbrk (found, "\r\n");
  return end != NULL ? g_strndup (found, (gsize) (end - found)) : g_strdup (found);
}

static void
set_list (char ***list, const char *mail, const char *name)
{
  g_autofree char *value = get_field (mail, name);

  if (value == NULL)
    return;
  g_strfreev (*list);
  *list = g_strsplit (value, " ", -1);
}

static MadoReport *
make_report (const char *mail)
{
  MadoReport *report = mado_report_new ();
  g_autofree char *from = get_field (mail, "From");
  g_autofree char *kind = get_field (mail, "X-Report");
  g_autofree char *signer = get_field (mail, "X-Signer");

  report->message_id = get_field (mail, "Message-ID");
  report->subject = get_field (mail, "Subject");
  report->language = g_strdup ("en");
  report->content_sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, mail, -1);
  report->text = g_strdup ("text");
  report->headers = mado_header_facts_new ();
  report->headers->auto_submitted = get_field (mail, "Auto-Submitted");
  report->headers->is_delivery_report = g_strcmp0 (kind, "dsn") == 0;
  set_list (&report->headers->in_reply_to, mail, "In-Reply-To");
  set_list (&report->headers->references, mail, "References");
  set_list (&report->headers->reported_ids, mail, "X-Reported");
  if (from != NULL) {
    report->from = mado_mailbox_new ();
    report->from->address = g_steal_pointer (&from);
    report->headers->from_count = 1;
  }
  if (signer != NULL) {
    report->signature = MADO_SIGNATURE_GOOD;
    report->signer = mado_signer_new ();
    report->signer->fingerprint = g_steal_pointer (&signer);
    report->signer->matches_from = TRUE;
  }
  return report;
}

static char *
read_mail (MadoPacket *request)
{
  gint64 offset = 0, size = 0;

  g_assert_true (g_variant_lookup (request->body, "offset", "x", &offset));
  g_assert_true (g_variant_lookup (request->body, "size", "x", &size));
  char *mail = g_malloc0 ((gsize) size + 2);
  mail[0] = '\n';
  g_assert_cmpint (pread (request->fd, mail + 1, (gsize) size, offset), ==, size);
  return mail;
}

#define FAKE_ARMOR "fake armour "

gboolean
fake_wrap (MadoPacket *request, int *fd, GError **error)
{
  g_autoptr (GBytes) secrets = mado_secret_take (request->fd, error);

  g_assert_nonnull (secrets);
  g_autofree char *coded = g_base64_encode (g_bytes_get_data (secrets, NULL), g_bytes_get_size (secrets));
  g_autofree char *armor = g_strconcat (FAKE_ARMOR, coded, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (armor, strlen (armor));
  *fd = mado_fsio_memfd ("wrapped", bytes, error);
  return *fd >= 0;
}

gboolean
fake_unwrap (MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  static const char *const keys[] = { "TEAMKEY", NULL };
  g_autoptr (GBytes) armor = NULL, secrets = NULL;
  GVariantDict dict;
  gsize length;

  g_assert_cmpint (lseek (request->fd, 0, SEEK_SET), ==, 0);
  g_assert_true (mado_fsio_read_all (request->fd, 65536, &armor, NULL));
  g_autofree char *text = g_strndup (g_bytes_get_data (armor, NULL), g_bytes_get_size (armor));
  if (!g_str_has_prefix (text, FAKE_ARMOR)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no secret key here opens it");
    return FALSE;
  }
  guint8 *plain = g_base64_decode (text + strlen (FAKE_ARMOR), &length);
  secrets = g_bytes_new_take (plain, length);
  *fd = mado_secret_memfd (secrets, error);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "keys", g_variant_new_strv (keys, -1));
  g_variant_dict_insert (&dict, "signer", "s", "TEAMKEY");
  *body = g_variant_dict_end (&dict);
  return *fd >= 0;
}

gboolean
fake_open (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  FakeOpener *opener = data;
  if (strcmp (request->verb, "unwrap") == 0)
    return fake_unwrap (request, body, fd, error);
  g_autofree char *mail = read_mail (request);
  g_autofree char *fake = get_field (mail, "X-Fake");
  const char *order = g_atomic_int_get (&opener->is_healed) == 0 && fake != NULL ? fake : "";
  const char *outcome = "report";
  GVariantDict dict;

  g_atomic_int_inc (&opener->n_opened);
  if (strcmp (order, "die") == 0)
    return FALSE;
  if (strcmp (order, "temp") == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "no agent");
    return FALSE;
  }
  if (strcmp (order, "crash") == 0 || strcmp (order, "limit") == 0)
    outcome = order;
  if (strcmp (order, "partial") == 0)
    outcome = "limit";
  if (strcmp (outcome, "report") == 0 || strcmp (order, "partial") == 0) {
    g_autoptr (MadoReport) report = make_report (mail);
    if (strcmp (order, "undecryptable") == 0) {
      report->undecryptable = mado_undecryptable_new ();
      report->undecryptable->reason = g_strdup ("no-secret-key");
    }
    g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_report_type, report);
    *fd = mado_fsio_memfd ("report", bytes, error);
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "outcome", "s", outcome);
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

gboolean
fake_seal (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autoptr (MadoReply) reply = NULL;

  (void) data;
  (void) body;
  if (g_str_equal (request->verb, "wrap"))
    return fake_wrap (request, fd, error);
  if (g_str_equal (request->verb, "security-txt")) {
    g_assert_cmpuint (g_variant_n_children (request->body), ==, 0); /* nothing that somebody brought along */
    *fd = mado_fsio_memfd ("text", NULL, error);
    return *fd >= 0;
  }
  reply = mado_reply_from_variant (request->body, error);
  if (reply == NULL)
    return FALSE;
  if (g_strcmp0 (reply->encrypt_to, "BADKEY") == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no usable key");
    return FALSE;
  }
  g_autofree char *mail = g_strdup_printf ("%s %s %s", reply->message_id, reply->template_name, reply->ticket);
  g_autoptr (GBytes) bytes = g_bytes_new (mail, strlen (mail));
  *fd = mado_fsio_memfd ("mail", bytes, error);
  return *fd >= 0;
}

gboolean
fake_candidates (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autoptr (GVariant) asked = g_variant_lookup_value (request->body, "candidates", G_VARIANT_TYPE ("aa{sv}"));
  GVariantBuilder list;
  GVariantDict dict;

  (void) data;
  (void) fd;
  if (strcmp (request->verb, "candidates") != 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "not here");
    return FALSE;
  }
  g_assert_nonnull (asked);
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (asked); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (asked, i);
    g_autoptr (MadoKeyCandidate) candidate = mado_key_candidate_from_variant (item, error);
    g_assert_nonnull (candidate);
    candidate->is_present = candidate->can_encrypt = candidate->names_address = TRUE;
    g_variant_builder_add_value (&list, mado_key_candidate_to_variant (candidate));
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&list));
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

static gboolean
take_one (gint *counter)
{
  if (g_atomic_int_get (counter) <= 0)
    return FALSE;
  g_atomic_int_add (counter, -1);
  return TRUE;
}

gboolean
fake_send (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  FakeSender *sender = data;
  const char *message_id = NULL;
  g_autofree const char **recipients = NULL;
  g_autoptr (GBytes) bytes = NULL;

  (void) body;
  (void) fd;
  g_assert_true (g_variant_lookup (request->body, "message_id", "&s", &message_id));
  g_assert_true (g_variant_lookup (request->body, "recipients", "^a&s", &recipients));
  if (take_one (&sender->refuse) || g_atomic_int_get (&sender->reject) > 0) {
    gboolean is_final = take_one (&sender->reject);
    g_set_error_literal (error, MADO_ERROR, is_final ? MADO_ERROR_PERM : MADO_ERROR_TEMP,
                         is_final ? "550 no such user" : "450 later");
    return FALSE;
  }
  g_assert_true (mado_fsio_read_all (request->fd, 1024 * 1024, &bytes, NULL));
  g_mutex_lock (&sender->lock);
  g_ptr_array_add (sender->sent, g_strdup_printf ("%s %s %.*s", message_id, recipients[0],
                                                  (int) g_bytes_get_size (bytes),
                                                  (const char *) g_bytes_get_data (bytes, NULL)));
  g_mutex_unlock (&sender->lock);
  return !take_one (&sender->die);
}
