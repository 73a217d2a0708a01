/* wire.c: see wire.h. The only reader and writer of packets. */
#include "madoguchi/ipc/wire.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MAGIC 0x6d61646fu
#define WIRE_VERSION 1
#define INLINE_MAX (64 * 1024)

enum { FLAG_BODY_IN_FD = 1, FLAG_FD = 2 };

typedef struct {
  guint32 magic;
  guint16 version;
  guint16 flags;
  guint64 length; /* of the serialised (sa{sv}) */
} Header;

#define BODY_TYPE G_VARIANT_TYPE ("(sa{sv})")

void
mado_packet_clear (MadoPacket *packet)
{
  g_clear_pointer (&packet->verb, g_free);
  g_clear_pointer (&packet->body, g_variant_unref);
  if (packet->fd >= 0)
    close (packet->fd);
  packet->fd = -1;
}

int
mado_packet_steal_fd (MadoPacket *packet)
{
  int fd = packet->fd;

  packet->fd = -1;
  return fd;
}

static gboolean
send_packet (int socket, const Header *header, GBytes *inline_body, const int *fds, guint n_fds, GError **error)
{
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (2 * sizeof (int))];
  } control = { 0 };
  gsize length = 0;
  const void *data = inline_body != NULL ? g_bytes_get_data (inline_body, &length) : NULL;
  struct iovec parts[2] = { { (void *) header, sizeof *header }, { (void *) data, length } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = length > 0 ? 2 : 1 };
  gssize sent;

  if (n_fds > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    struct cmsghdr *rights = CMSG_FIRSTHDR (&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
    memcpy (CMSG_DATA (rights), fds, n_fds * sizeof (int));
  }
  do
    sent = sendmsg (socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent >= 0 || mado_error_set_errno (error, "send to a role");
}

gboolean
mado_wire_send (int socket, const char *verb, GVariant *body, int fd, GError **error)
{
  if (body == NULL)
    body = g_variant_new ("a{sv}", NULL);
  g_autoptr (GVariant) whole = g_variant_ref_sink (g_variant_new ("(s@a{sv})", verb, body));
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (whole);
  Header header = { MAGIC, WIRE_VERSION, 0, g_bytes_get_size (bytes) };
  int fds[2];
  guint n_fds = 0;
  int memfd = -1;

  if (header.length > MADO_WIRE_BODY_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "a body of %" G_GUINT64_FORMAT " bytes", header.length);
    return FALSE;
  }
  if (header.length > INLINE_MAX) {
    memfd = mado_fsio_memfd ("packet", bytes, error);
    if (memfd < 0)
      return FALSE;
    header.flags |= FLAG_BODY_IN_FD;
    fds[n_fds++] = memfd;
  }
  if (fd >= 0) {
    header.flags |= FLAG_FD;
    fds[n_fds++] = fd;
  }
  gboolean ok = send_packet (socket, &header, memfd < 0 ? bytes : NULL, fds, n_fds, error);
  if (memfd >= 0)
    close (memfd);
  return ok;
}

gboolean
mado_wire_send_error (int socket, const GError *problem, GError **error)
{
  GVariantDict dict;
  int code = problem->domain == MADO_ERROR ? problem->code : MADO_ERROR_BUG;
  g_autofree char *message = g_utf8_make_valid (problem->message, -1);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "code", "s", mado_error_name (code));
  g_variant_dict_insert (&dict, "message", "s", message);
  return mado_wire_send (socket, "error", g_variant_dict_end (&dict), -1, error);
}

gboolean
mado_wire_is_memory (int fd)
{
  return fcntl (fd, F_GET_SEALS) >= 0;
}

static guint
take_fds (struct msghdr *message, int *fds, guint max)
{
  guint n = 0;

  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR (message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
      continue;
    guint count = (c->cmsg_len - CMSG_LEN (0)) / sizeof (int);
    for (guint i = 0; i < count; i++) {
      int fd;
      memcpy (&fd, CMSG_DATA (c) + i * sizeof (int), sizeof fd);
      if (n < max)
        fds[n++] = fd;
      else
        close (fd);
    }
  }
  return n;
}

static gboolean
set_bad (GError **error, const char *what)
{
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "a packet from a role: %s", what);
  return FALSE;
}

static gboolean
parse_body (GBytes *bytes, guint64 length, MadoPacket *packet, GError **error)
{
  if (g_bytes_get_size (bytes) != length)
    return set_bad (error, "cut short");
  g_autoptr (GVariant) whole = g_variant_ref_sink (g_variant_new_from_bytes (BODY_TYPE, bytes, FALSE));
  if (!g_variant_is_normal_form (whole))
    return set_bad (error, "not in normal form");
  g_variant_get (whole, "(s@a{sv})", &packet->verb, &packet->body);
  return TRUE;
}

/* @fds: those that came; the one that rides along ends up in @packet, the caller closes the rest. */
static gboolean
read_packet (const guint8 *buffer, gsize got, int *fds, guint n_fds, MadoPacket *packet, GError **error)
{
  Header header;
  g_autoptr (GBytes) bytes = NULL;
  guint expected;

  if (got < sizeof header)
    return set_bad (error, "no header");
  memcpy (&header, buffer, sizeof header);
  expected = ((header.flags & FLAG_BODY_IN_FD) != 0) + ((header.flags & FLAG_FD) != 0);
  if (header.magic != MAGIC || header.version != WIRE_VERSION || (header.flags & ~3) != 0 || n_fds != expected)
    return set_bad (error, "not ours");
  if (header.length > MADO_WIRE_BODY_MAX) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_LIMIT, "a packet from a role: too large");
    return FALSE;
  }
  if ((header.flags & FLAG_BODY_IN_FD) != 0) {
    if (!mado_wire_is_memory (fds[0]) || lseek (fds[0], 0, SEEK_SET) != 0)
      return set_bad (error, "a body that is not a memory file");
    if (!mado_fsio_read_all (fds[0], header.length, &bytes, error))
      return FALSE;
  } else {
    bytes = g_bytes_new (buffer + sizeof header, got - sizeof header);
  }
  if (!parse_body (bytes, header.length, packet, error))
    return FALSE;
  if ((header.flags & FLAG_FD) != 0) {
    packet->fd = fds[n_fds - 1];
    fds[n_fds - 1] = -1;
  }
  return TRUE;
}

gboolean
mado_wire_receive (int socket, MadoPacket *packet, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (sizeof (Header) + INLINE_MAX);
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (2 * sizeof (int))];
  } control;
  struct iovec part = { buffer, sizeof (Header) + INLINE_MAX };
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
  };
  int fds[2] = { -1, -1 };
  gssize got;
  gboolean ok;

  do
    got = recvmsg (socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno == ECONNRESET)
    got = 0;
  if (got < 0)
    return mado_error_set_errno (error, "receive from a role");
  if (got == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "the role hung up");
    return FALSE;
  }
  guint n_fds = take_fds (&message, fds, 2);
  ok = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 ? read_packet (buffer, (gsize) got, fds, n_fds, packet, error)
                                                           : set_bad (error, "truncated");
  for (guint i = 0; i < n_fds; i++)
    if (fds[i] >= 0)
      close (fds[i]);
  if (!ok)
    mado_packet_clear (packet);
  return ok;
}

gboolean
mado_wire_check (const MadoPacket *packet, GError **error)
{
  const char *code = NULL, *message = NULL;

  if (strcmp (packet->verb, "error") != 0)
    return TRUE;
  g_variant_lookup (packet->body, "code", "&s", &code);
  g_variant_lookup (packet->body, "message", "&s", &message);
  g_set_error_literal (error, MADO_ERROR, mado_error_code (code), message != NULL ? message : "no reason given");
  return FALSE;
}

gboolean
mado_wire_call (int socket, const char *verb, GVariant *body, int fd, MadoPacket *answer, GError **error)
{
  if (!mado_wire_send (socket, verb, body, fd, error) || !mado_wire_receive (socket, answer, error))
    return FALSE;
  if (mado_wire_check (answer, error))
    return TRUE;
  mado_packet_clear (answer);
  return FALSE;
}

static gboolean
fill_address (struct sockaddr_un *address, const char *path, GError **error)
{
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen (path) >= sizeof address->sun_path) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: a socket's name has at most %d bytes", path,
                 (int) sizeof address->sun_path - 1);
    return FALSE;
  }
  strcpy (address->sun_path, path);
  return TRUE;
}

int
mado_wire_listen (const char *path, int mode, GError **error)
{
  struct sockaddr_un address;
  int fd;

  if (!fill_address (&address, path, error))
    return -1;
  fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    mado_error_set_errno (error, "socket");
    return -1;
  }
  unlink (path);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || chmod (path, (mode_t) mode) != 0
      || listen (fd, 128) != 0) {
    mado_error_set_errno (error, path);
    close (fd);
    return -1;
  }
  return fd;
}

int
mado_wire_connect (const char *path, guint timeout_ms, GError **error)
{
  struct sockaddr_un address;
  struct timeval timeout = { .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };
  int fd;

  if (!fill_address (&address, path, error))
    return -1;
  fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    mado_error_set_errno (error, "socket");
    return -1;
  }
  /* Not blocking until it stands: a role that accepts nothing any more must not stop its client in here. */
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0) {
    int code = errno == EACCES || errno == EPERM ? MADO_ERROR_DENIED : MADO_ERROR_UNAVAILABLE;
    g_set_error (error, MADO_ERROR, code, "%s: %s", path, g_strerror (errno));
    close (fd);
    return -1;
  }
  fcntl (fd, F_SETFL, 0);
  if (timeout_ms > 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  return fd;
}

gboolean
mado_wire_peer (int socket, uid_t *uid, pid_t *pid, GError **error)
{
  struct ucred peer;
  socklen_t length = sizeof peer;

  if (getsockopt (socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
    return mado_error_set_errno (error, "SO_PEERCRED");
  *uid = peer.uid;
  *pid = peer.pid;
  return TRUE;
}

char *
mado_wire_path (const char *runtime, const char *role)
{
  return g_strdup_printf ("%s/%s.sock", runtime, role);
}
