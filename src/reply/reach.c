/* reach.c: see reach.h. */
#include "madoguchi/reply/reach.h"
#include "madoguchi/base/error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* What is not public, as prefixes: network bytes and bits. */
static const struct {
  guint8 network[4];
  guint bits;
} private_4[] = {
  { { 0 }, 8 },            { { 10 }, 8 },           { { 100, 64 }, 10 },   { { 127 }, 8 },
  { { 169, 254 }, 16 },    { { 172, 16 }, 12 },     { { 192, 0, 0 }, 24 }, { { 192, 0, 2 }, 24 },
  { { 192, 31, 196 }, 24 }, { { 192, 52, 193 }, 24 }, { { 192, 88, 99 }, 24 }, { { 192, 168 }, 16 },
  { { 192, 175, 48 }, 24 }, { { 198, 18 }, 15 },    { { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 },
  { { 224 }, 4 },          { { 240 }, 4 },
};

/* Inside of 2000::/3, the only one that is given out. */
static const struct {
  guint8 network[4];
  guint bits;
} private_6[] = {
  { { 0x20, 0x01, 0x00 }, 23 },       /* Teredo, benchmarks, ORCHID */
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* examples */
  { { 0x20, 0x02 }, 16 },             /* 6to4 */
  { { 0x3f, 0xf0 }, 12 },             /* examples (RFC 9637), the old 6bone */
};

static gboolean
has_prefix (const guint8 *address, const guint8 *network, guint bits)
{
  guint whole = bits / 8, rest = bits % 8;

  return memcmp (address, network, whole) == 0
         && (rest == 0 || ((address[whole] ^ network[whole]) & (0xff << (8 - rest)) & 0xff) == 0);
}

static gboolean
is_public_4 (const guint8 *address)
{
  for (gsize i = 0; i < G_N_ELEMENTS (private_4); i++)
    if (has_prefix (address, private_4[i].network, private_4[i].bits))
      return FALSE;
  return TRUE;
}

static gboolean
is_public_6 (const guint8 *address)
{
  if ((address[0] & 0xe0) != 0x20)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (private_6); i++)
    if (has_prefix (address, private_6[i].network, private_6[i].bits))
      return FALSE;
  return TRUE;
}

gboolean
mado_reach_is_public (const struct sockaddr *address, socklen_t length)
{
  struct sockaddr_in four;
  struct sockaddr_in6 six;

  if (address->sa_family == AF_INET && length >= sizeof four) {
    memcpy (&four, address, sizeof four);
    return is_public_4 ((const guint8 *) &four.sin_addr);
  }
  if (address->sa_family == AF_INET6 && length >= sizeof six) {
    memcpy (&six, address, sizeof six);
    return is_public_6 (six.sin6_addr.s6_addr);
  }
  return FALSE;
}

static void
host_free (MadoReachHost *host)
{
  g_free (host->name);
  g_free (host->address);
  g_free (host);
}

/* "ADDRESS", "ADDRESS:PORT", "IPV6", "[IPV6]:PORT"; the address in its one right form. */
static gboolean
read_target (MadoReachHost *host, const char *text)
{
  gboolean is_bracketed = text[0] == '[', is_four = strchr (text, ':') == strrchr (text, ':');
  const char *colon = is_bracketed ? strstr (text, "]:") : is_four ? strchr (text, ':') : NULL;
  const char *port = colon == NULL ? NULL : colon + (is_bracketed ? 2 : 1);
  guint8 bytes[16];
  char canonical[INET6_ADDRSTRLEN];
  gint family;
  guint64 number = 0;

  if (is_bracketed && colon == NULL)
    return FALSE;
  g_autofree char *name = colon == NULL ? g_strdup (text) : g_strndup (text + is_bracketed, (gsize) (colon - text) - is_bracketed);
  family = strchr (name, ':') != NULL ? AF_INET6 : AF_INET;
  if (inet_pton (family, name, bytes) != 1 || inet_ntop (family, bytes, canonical, sizeof canonical) == NULL
      || (port != NULL && !g_ascii_string_to_unsigned (port, 10, 1, 65535, &number, NULL)))
    return FALSE;
  host->address = g_strdup (canonical);
  host->port = (guint) number;
  return TRUE;
}

GPtrArray *
mado_reach_read (const char *const *entries, GError **error)
{
  g_autoptr (GPtrArray) hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) host_free);

  for (; *entries != NULL; entries++) {
    const char *equals = strchr (*entries, '=');
    MadoReachHost *host = g_new0 (MadoReachHost, 1);

    g_ptr_array_add (hosts, host);
    if (equals == NULL || equals == *entries || (strcmp (equals + 1, "none") != 0 && !read_target (host, equals + 1))) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
                   "[discovery] hosts: %s: NAME=ADDRESS, NAME=ADDRESS:PORT or NAME=none", *entries);
      return NULL;
    }
    g_autofree char *name = g_strndup (*entries, (gsize) (equals - *entries));
    host->name = g_ascii_strdown (name, -1);
  }
  return g_steal_pointer (&hosts);
}

const MadoReachHost *
mado_reach_find (const GPtrArray *hosts, const char *name)
{
  const MadoReachHost *any = NULL;

  for (guint i = 0; i < hosts->len; i++) {
    const MadoReachHost *host = hosts->pdata[i];
    if (g_ascii_strcasecmp (host->name, name) == 0)
      return host;
    if (strcmp (host->name, "*") == 0)
      any = host;
  }
  return any;
}

/* Is @address the very one that our settings name? */
static gboolean
is_named (const MadoReachHost *host, const struct sockaddr *address, socklen_t length)
{
  char text[INET6_ADDRSTRLEN];
  struct sockaddr_in four;
  struct sockaddr_in6 six;

  if (address->sa_family == AF_INET && length >= sizeof four) {
    memcpy (&four, address, sizeof four);
    return inet_ntop (AF_INET, &four.sin_addr, text, sizeof text) != NULL && strcmp (text, host->address) == 0
           && ntohs (four.sin_port) == host->port;
  }
  if (address->sa_family == AF_INET6 && length >= sizeof six) {
    memcpy (&six, address, sizeof six);
    return inet_ntop (AF_INET6, &six.sin6_addr, text, sizeof text) != NULL && strcmp (text, host->address) == 0
           && ntohs (six.sin6_port) == host->port;
  }
  return FALSE;
}

gboolean
mado_reach_may (const MadoReachHost *host, const struct sockaddr *address, socklen_t length)
{
  if (host != NULL && host->port != 0)
    return host->address != NULL && is_named (host, address, length);
  return mado_reach_is_public (address, length);
}
