/* reach.h: which addresses a look-up may connect to. A mail's sender chooses the name that is looked up, and whoever owns
 * the name chooses where it leads: never to a host of ours, of our network, or of nobody's. Pure. For discover.c. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

/* Is @address (of AF_INET or AF_INET6) one of the public Internet (IANA's special-purpose registries, RFC 6890)? Addresses
 * that carry another one inside (mapped, 6to4, Teredo, NAT64) are not. */
gboolean mado_reach_is_public (const struct sockaddr *address, socklen_t length);

/* Where a name leads by our own settings: "NAME=ADDRESS", "NAME=ADDRESS:PORT" ("[IPV6]:PORT") or "NAME=none"; the name
 * "*" is every other one. */
typedef struct {
  char *name;    /* lower case */
  char *address; /* NULL: the name does not exist */
  guint port;    /* 0: as in the URL; the address still has to be a public one. Else: exactly this one may be reached */
} MadoReachHost;

/* (transfer full) the settings @entries. Errors: CONF. */
GPtrArray *mado_reach_read (const char *const *entries, GError **error);

/* (transfer none, nullable) what @hosts says of @name. */
const MadoReachHost *mado_reach_find (const GPtrArray *hosts, const char *name);

/* May @address be connected to, on the way to @host (nullable: the settings say nothing)? */
gboolean mado_reach_may (const MadoReachHost *host, const struct sockaddr *address, socklen_t length);
