/* listen.c: see listen.h. Called by lmtp-server.c before the sandbox. */
#include "madoguchi/intake/listen.h"
#include "madoguchi/base/error.h"

#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512

typedef union {
  struct sockaddr any;
  struct sockaddr_un un;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} Address;

static gboolean
is_bad (GError **error, const char *spec, const char *why)
{
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: %s", spec, why);
  return FALSE;
}

char *
mado_listen_unix_path (const char *spec)
{
  return g_str_has_prefix (spec, "unix:/") ? g_strdup (spec + strlen ("unix:")) : NULL;
}

static gboolean
parse_inet (const char *spec, Address *address, socklen_t *length, GError **error)
{
  const char *rest = spec + strlen ("inet:");
  const char *colon = strrchr (rest, ':');
  guint64 port;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
    return is_bad (error, spec, "not inet:HOST:PORT");
  gboolean is_bracketed = rest[0] == '[' && colon > rest && colon[-1] == ']';
  g_autofree char *host = is_bracketed ? g_strndup (rest + 1, (gsize) (colon - rest) - 2)
                                       : g_strndup (rest, (gsize) (colon - rest));
  g_autoptr (GInetAddress) inet
      = g_inet_address_new_from_string (g_ascii_strcasecmp (host, "localhost") == 0 ? "127.0.0.1" : host);
  if (inet == NULL || (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6) != is_bracketed)
    return is_bad (error, spec, "not an address (IPv6 stands in brackets)");
  if (!g_inet_address_get_is_loopback (inet))
    return is_bad (error, spec, "not a loopback address: LMTP has no authentication");
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new (inet, (guint16) port);
  *length = (socklen_t) g_socket_address_get_native_size (socket_address);
  return g_socket_address_to_native (socket_address, address, sizeof *address, error);
}

static gboolean
parse_spec (const char *spec, Address *address, socklen_t *length, GError **error)
{
  g_autofree char *path = mado_listen_unix_path (spec);

  memset (address, 0, sizeof *address);
  if (g_str_has_prefix (spec, "inet:"))
    return parse_inet (spec, address, length, error);
  if (path == NULL)
    return is_bad (error, spec, "neither unix:/PATH nor inet:HOST:PORT");
  if (strlen (path) >= sizeof address->un.sun_path)
    return is_bad (error, spec, "the path is too long for a socket (107 bytes)");
  address->un.sun_family = AF_UNIX;
  memcpy (address->un.sun_path, path, strlen (path));
  *length = sizeof address->un;
  return TRUE;
}

/* Makes room for a unix socket: a name without a server behind it is what a crash left. */
static gboolean
clear_name (const char *spec, const Address *address, GError **error)
{
  struct stat info;
  int fd, result;

  if (lstat (address->un.sun_path, &info) != 0)
    return errno == ENOENT || mado_error_set_errno (error, spec);
  if (!S_ISSOCK (info.st_mode))
    return is_bad (error, spec, "something that is no socket stands there");
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return mado_error_set_errno (error, spec);
  result = connect (fd, &address->any, sizeof address->un) == 0 ? 0 : errno;
  close (fd);
  if (result != ECONNREFUSED) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "%s: somebody serves there", spec);
    return FALSE;
  }
  return unlink (address->un.sun_path) == 0 || mado_error_set_errno (error, spec);
}

static gboolean
bind_and_listen (int fd, const char *spec, const Address *address, socklen_t length, GError **error)
{
  static const int on = 1;
  mode_t mask;
  int result, saved;

  if (address->any.sa_family == AF_UNIX) {
    mask = umask (0117);
  } else {
    mask = umask (0077);
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  result = bind (fd, &address->any, length);
  saved = errno;
  umask (mask);
  if (result == 0 && listen (fd, BACKLOG) == 0)
    return TRUE;
  if (result == 0)
    saved = errno;
  if (saved == EADDRINUSE) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "%s: somebody serves there", spec);
    return FALSE;
  }
  errno = saved;
  return mado_error_set_errno (error, spec);
}

int
mado_listen_open (const char *spec, GError **error)
{
  Address address;
  socklen_t length;
  int fd;

  if (!parse_spec (spec, &address, &length, error)
      || (address.any.sa_family == AF_UNIX && !clear_name (spec, &address, error)))
    return -1;
  fd = socket (address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    mado_error_set_errno (error, spec);
    return -1;
  }
  if (!bind_and_listen (fd, spec, &address, length, error)) {
    close (fd);
    return -1;
  }
  return fd;
}
