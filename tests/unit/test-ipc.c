/* test-ipc.c: packets between roles, whole and hostile, and the table of who may ask what. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/ipc/wire.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The header as it goes over the wire, written down once more: a change of the format must show here. */
typedef struct {
  guint32 magic;
  guint16 version, flags;
  guint64 length;
} RawHeader;

#define RAW_MAGIC 0x6d61646fu

static void
make_pair (int pair[2])
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
}

static void
close_pair (int pair[2])
{
  close (pair[0]);
  close (pair[1]);
}

static GVariant *
make_body (gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size);
  GVariantDict dict;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 7 + i / 251);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "blob", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, size, 1));
  g_variant_dict_insert (&dict, "name", "s", "\xe7\xaa\x93");
  return g_variant_dict_end (&dict);
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
check_round_trip (gsize size, gboolean with_fd)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (make_body (size));
  g_autoptr (GBytes) mail = g_bytes_new_static ("a mail", 6);
  g_autoptr (GError) error = NULL;
  guint before = count_fds ();
  int pair[2];
  int fd = with_fd ? mado_fsio_memfd ("mail", mail, NULL) : -1;

  make_pair (pair);
  {
    g_auto (MadoPacket) packet = MADO_PACKET_INIT;
    g_assert_true (mado_wire_send (pair[0], "open", body, fd, &error));
    g_assert_true (mado_wire_receive (pair[1], &packet, &error));
    g_assert_no_error (error);
    g_assert_cmpstr (packet.verb, ==, "open");
    g_autoptr (GBytes) sent = g_variant_get_data_as_bytes (body);
    g_autoptr (GBytes) received = g_variant_get_data_as_bytes (packet.body);
    g_assert_true (g_bytes_equal (received, sent));
    g_assert_true (mado_wire_check (&packet, &error));
    g_assert_cmpint (packet.fd >= 0, ==, with_fd);
    if (with_fd) {
      g_autoptr (GBytes) back = NULL;
      g_assert_cmpint (fcntl (packet.fd, F_GETFD) & FD_CLOEXEC, !=, 0);
      g_assert_true (mado_fsio_read_all (packet.fd, 100, &back, &error));
      g_assert_true (g_bytes_equal (back, mail));
      int taken = mado_packet_steal_fd (&packet);
      g_assert_cmpint (packet.fd, ==, -1);
      close (taken);
    }
  }
  if (fd >= 0)
    close (fd);
  close_pair (pair);
  g_assert_cmpuint (count_fds (), ==, before);
}

static void
test_round_trips (void)
{
  static const gsize sizes[] = { 0, 10, 65000, 65536, 70000, 5 * 1024 * 1024 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    check_round_trip (sizes[i], FALSE);
    check_round_trip (sizes[i], TRUE);
  }
}

static void
test_no_body (void)
{
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  int pair[2];

  make_pair (pair);
  g_assert_true (mado_wire_send (pair[0], "list", NULL, -1, NULL));
  g_assert_true (mado_wire_receive (pair[1], &packet, NULL));
  g_assert_cmpuint (g_variant_n_children (packet.body), ==, 0);
  close_pair (pair);
}

static void
test_hang_up (void)
{
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  int pair[2];

  make_pair (pair);
  close (pair[0]);
  g_assert_false (mado_wire_receive (pair[1], &packet, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (mado_wire_send (pair[1], "x", NULL, -1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  close (pair[1]);
}

static void
test_would_block (void)
{
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  int pair[2];

  make_pair (pair);
  g_assert_cmpint (fcntl (pair[1], F_SETFL, O_NONBLOCK), ==, 0);
  g_assert_false (mado_wire_receive (pair[1], &packet, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  close_pair (pair);
}

static void
test_errors_travel (void)
{
  for (int code = MADO_ERROR_TEMP; code <= MADO_ERROR_CONF; code++) {
    g_autoptr (GError) problem = g_error_new (MADO_ERROR, code, "because \xff %d", code);
    g_autofree char *expected = g_utf8_make_valid (problem->message, -1);
    g_autoptr (GError) error = NULL;
    g_auto (MadoPacket) packet = MADO_PACKET_INIT;
    g_auto (MadoPacket) answer = MADO_PACKET_INIT;
    int pair[2];
    make_pair (pair);
    g_assert_true (mado_wire_send_error (pair[0], problem, NULL));
    g_assert_false (mado_wire_call (pair[1], "open", NULL, -1, &answer, &error));
    g_assert_error (error, MADO_ERROR, code);
    g_assert_cmpstr (error->message, ==, expected);
    g_assert_null (answer.verb);
    g_assert_true (mado_wire_receive (pair[0], &packet, NULL));
    g_assert_cmpstr (packet.verb, ==, "open");
    close_pair (pair);
  }
}

static void
test_foreign_error_is_bug (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "odd");
  g_autoptr (GError) error = NULL;
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  int pair[2];

  make_pair (pair);
  g_assert_true (mado_wire_send_error (pair[0], foreign, NULL));
  g_assert_true (mado_wire_receive (pair[1], &packet, NULL));
  g_assert_false (mado_wire_check (&packet, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_BUG);
  g_clear_error (&error);
  mado_packet_clear (&packet);
  /* An error without a word of why is still an error. */
  g_assert_true (mado_wire_send (pair[0], "error", NULL, -1, NULL));
  g_assert_true (mado_wire_receive (pair[1], &packet, NULL));
  g_assert_false (mado_wire_check (&packet, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_BUG);
  close_pair (pair);
}

/* Sends the bytes with descriptor @fd (or -1) past our own writer, and expects the reader to refuse with @code. */
static void
expect_refusal (const void *bytes, gsize length, int fd, int code)
{
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  struct iovec part = { (void *) bytes, length };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  guint before = count_fds ();
  int pair[2];

  make_pair (pair);
  if (fd >= 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    struct cmsghdr *rights = CMSG_FIRSTHDR (&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN (sizeof (int));
    memcpy (CMSG_DATA (rights), &fd, sizeof fd);
  }
  g_assert_cmpint (sendmsg (pair[0], &message, 0), ==, (gssize) length);
  g_assert_false (mado_wire_receive (pair[1], &packet, &error));
  g_assert_error (error, MADO_ERROR, code);
  g_assert_null (packet.verb);
  g_assert_null (packet.body);
  g_assert_cmpint (packet.fd, ==, -1);
  close_pair (pair);
  g_assert_cmpuint (count_fds (), ==, before);
}

static void
test_foreign_bytes (void)
{
  struct {
    RawHeader header;
    char body[24];
  } raw = { { RAW_MAGIC, 1, 0, 24 }, "" };
  g_autofree guint8 *large = g_malloc0 (100000);
  RawHeader header = { RAW_MAGIC, 1, 0, 100000 - sizeof header };

  memset (raw.body, 0xff, sizeof raw.body);
  expect_refusal ("GET / HTTP/1.0\r\n\r\n", 18, -1, MADO_ERROR_PERM);
  expect_refusal ("x", 1, -1, MADO_ERROR_PERM);
  expect_refusal (&raw, sizeof raw, -1, MADO_ERROR_PERM);
  raw.header.length = 23;
  expect_refusal (&raw, sizeof raw, -1, MADO_ERROR_PERM);
  raw.header.length = 24;
  raw.header.version = 2;
  expect_refusal (&raw, sizeof raw, -1, MADO_ERROR_PERM);
  raw.header.version = 1;
  raw.header.flags = 4;
  expect_refusal (&raw, sizeof raw, -1, MADO_ERROR_PERM);
  raw.header.flags = 2; /* promises a descriptor that is not there */
  expect_refusal (&raw, sizeof raw, -1, MADO_ERROR_PERM);
  raw.header.flags = 0; /* and the other way round */
  expect_refusal (&raw, sizeof raw, 0, MADO_ERROR_PERM);
  memcpy (large, &header, sizeof header);
  expect_refusal (large, 100000, -1, MADO_ERROR_PERM);
}

static void
test_too_large (void)
{
  RawHeader header = { RAW_MAGIC, 1, 0, MADO_WIRE_BODY_MAX + 1 };
  g_autoptr (GVariant) body = g_variant_ref_sink (make_body (MADO_WIRE_BODY_MAX));
  g_autoptr (GError) error = NULL;
  int pair[2];

  expect_refusal (&header, sizeof header, -1, MADO_ERROR_LIMIT);
  make_pair (pair);
  g_assert_false (mado_wire_send (pair[0], "open", body, -1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  close_pair (pair);
}

static void
test_hostile_descriptors (void)
{
  RawHeader header = { RAW_MAGIC, 1, 1, 100 };
  g_autofree char *noise = g_strnfill (101, '\xff');
  g_autoptr (GBytes) bytes = g_bytes_new (noise, 101);
  int more = mado_fsio_memfd ("more", bytes, NULL);
  int less = mado_fsio_memfd ("less", NULL, NULL);
  int endless = open ("/dev/zero", O_RDONLY | O_CLOEXEC);
  int pipes[2];

  g_assert_cmpint (pipe2 (pipes, O_CLOEXEC), ==, 0);
  expect_refusal (&header, sizeof header, more, MADO_ERROR_LIMIT);
  expect_refusal (&header, sizeof header, less, MADO_ERROR_PERM);
  expect_refusal (&header, sizeof header, endless, MADO_ERROR_PERM); /* no memory file: it could as well never answer */
  expect_refusal (&header, sizeof header, pipes[0], MADO_ERROR_PERM);
  close (more);
  close (less);
  close (endless);
  close_pair (pipes);
}

static void
test_sockets (void)
{
  g_autofree char *dir = g_dir_make_tmp ("mado-XXXXXX", NULL);
  g_autofree char *path = mado_wire_path (dir, "opener");
  g_autofree char *expected = g_build_filename (dir, "opener.sock", NULL);
  g_autofree char *filler = g_strnfill (120, 'x');
  g_autofree char *too_long = g_build_filename (dir, filler, NULL);
  g_autoptr (GError) error = NULL;
  struct stat status;
  uid_t uid;
  pid_t pid;

  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpint (mado_wire_listen (too_long, 0660, &error), ==, -1);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_clear_error (&error);
  g_assert_cmpint (mado_wire_connect (too_long, 0, &error), ==, -1);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_clear_error (&error);
  g_assert_cmpint (mado_wire_connect (path, 0, &error), ==, -1);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  /* A socket that a dead role left behind is nobody, and in nobody's way. */
  close (mado_wire_listen (path, 0660, &error));
  g_assert_cmpint (mado_wire_connect (path, 0, &error), ==, -1);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  int listener = mado_wire_listen (path, 0660, &error);
  g_assert_cmpint (listener, >=, 0);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0660);
  int client = mado_wire_connect (path, 50, &error);
  g_assert_cmpint (client, >=, 0);
  g_assert_true (mado_wire_peer (client, &uid, &pid, &error));
  g_assert_cmpint (uid, ==, geteuid ());
  g_assert_cmpint (pid, ==, getpid ());
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_assert_false (mado_wire_call (client, "list", NULL, -1, &answer, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP); /* nobody answers in time */
  close (client);
  close (listener);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_peers (void)
{
  static const struct {
    const char *server, *verb;
    gboolean own, stranger;
  } table[] = {
    { "opener", "open", TRUE, FALSE },   { "opener", "part", TRUE, FALSE },     { "opener", "seal", FALSE, FALSE },
    { "signer", "seal", TRUE, FALSE },   { "signer", "open", FALSE, FALSE },    { "sender", "send", TRUE, FALSE },
    { "keyring", "list", TRUE, FALSE },  { "keyring", "import", TRUE, FALSE },  { "keyring", "pin", TRUE, FALSE },
    { "keyring", "export", TRUE, FALSE }, { "keeper", "list", TRUE, TRUE },     { "keeper", "take", TRUE, TRUE },
    { "keeper", "keys-pin", TRUE, TRUE }, { "keeper", "held-drop", TRUE, TRUE }, { "keeper", "doctor", TRUE, TRUE },
    { "keyring", "certify", TRUE, FALSE }, { "keyring", "rm", TRUE, FALSE },    { "keyring", "distrust", TRUE, FALSE },
    { "keeper", "keys-map", TRUE, TRUE }, { "keeper", "keys-rm", TRUE, TRUE },  { "keeper", "keys-distrust", TRUE, TRUE },
    { "keeper", "open", FALSE, FALSE },  { "keeper", "", FALSE, FALSE },        { "", "list", FALSE, FALSE },
    { "lmtp", "list", FALSE, FALSE },    { "keeper", "LIST", FALSE, FALSE },    { "keeper", "error", FALSE, FALSE },
  };
  const uid_t stranger = 4242424;
  struct passwd *keeper = getpwnam ("madoguchi-keeper");

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmpint (mado_peer_may_ask (table[i].server, table[i].verb, 0), ==, table[i].own);
    g_assert_cmpint (mado_peer_may_ask (table[i].server, table[i].verb, geteuid ()), ==, table[i].own);
    g_assert_cmpint (mado_peer_may_ask (table[i].server, table[i].verb, stranger), ==, table[i].stranger);
  }
  /* The roles' users share the sockets' group with the members, and are none. */
  g_assert_true (mado_peer_is_role ("madoguchi-opener") && mado_peer_is_role ("madoguchi-sender"));
  g_assert_false (mado_peer_is_role ("madoguchi") || mado_peer_is_role ("alice"));
  if (keeper != NULL)
    g_assert_true (mado_peer_may_ask ("opener", "open", keeper->pw_uid));
  g_assert_cmpint (mado_peer_socket_mode (MADO_PEER_OPENER) & 07, ==, 0);
}

/* A role that hangs accepts nobody; whoever calls it must not hang with it. */
static void
test_full_backlog (void)
{
  g_autofree char *dir = g_dir_make_tmp ("mado-XXXXXX", NULL);
  g_autofree char *path = mado_wire_path (dir, "opener");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) waiting = g_array_new (FALSE, FALSE, sizeof (int));
  int listener = mado_wire_listen (path, 0660, &error);
  int fd;

  g_assert_no_error (error);
  while ((fd = mado_wire_connect (path, 0, &error)) >= 0) {
    g_array_append_val (waiting, fd);
    g_assert_cmpuint (waiting->len, <, 5000);
    g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, ==, 0);
  }
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  for (guint i = 0; i < waiting->len; i++)
    close (g_array_index (waiting, int, i));
  close (listener);
  unlink (path);
  rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ipc/wire/round-trips", test_round_trips);
  g_test_add_func ("/ipc/wire/no-body", test_no_body);
  g_test_add_func ("/ipc/wire/hang-up", test_hang_up);
  g_test_add_func ("/ipc/wire/would-block", test_would_block);
  g_test_add_func ("/ipc/wire/errors-travel", test_errors_travel);
  g_test_add_func ("/ipc/wire/foreign-error", test_foreign_error_is_bug);
  g_test_add_func ("/ipc/wire/foreign-bytes", test_foreign_bytes);
  g_test_add_func ("/ipc/wire/too-large", test_too_large);
  g_test_add_func ("/ipc/wire/hostile-descriptors", test_hostile_descriptors);
  g_test_add_func ("/ipc/wire/sockets", test_sockets);
  g_test_add_func ("/ipc/wire/full-backlog", test_full_backlog);
  g_test_add_func ("/ipc/peer/table", test_peers);
  return g_test_run ();
}
