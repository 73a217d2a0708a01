/* indicator-ip.h: IP addresses and networks as they stand in a text (RFC 4291, 4632, 5952). Pure. */
#pragma once

#include <glib.h>

typedef enum {
  MADO_IP_PUBLIC,
  MADO_IP_PRIVATE,  /* of a network without a place in the world: RFC 1918, 4193, 6598, link-local */
  MADO_IP_RESERVED, /* of no network that anybody has: class E, multicast, benchmarks */
  MADO_IP_EXAMPLE,  /* for documentation: RFC 5737, 3849, 9637 */
  MADO_IP_NOBODY    /* a netmask, a loopback, the unspecified address: says nothing about anybody */
} MadoIpKind;

typedef struct {
  guint8 bytes[16];
  guint length; /* 4 or 16 */
} MadoIp;

/* Reads a dotted quad at @text: four decimal numbers below 256 without leading zeros, and no fifth. Returns how many
 * bytes it takes; 0: there is none. */
gsize mado_ip_read4 (const char *text, gsize size, MadoIp *ip);

/* Reads an IPv6 address at @text, a zone left out of @ip. An IPv4-mapped one becomes that IPv4 address. 0: there is
 * none, or it is as likely a time, a MAC address, a fingerprint or a name of a program's. */
gsize mado_ip_read6 (const char *text, gsize size, MadoIp *ip);

/* Reads "/24" at @text, for @ip. @bits: the prefix. 0: there is none. */
gsize mado_ip_read_prefix (const char *text, gsize size, const MadoIp *ip, guint *bits);

/* (transfer full) as text (RFC 5952); with @bits below the whole length as a network, host bits cleared. */
char *mado_ip_print (const MadoIp *ip, guint bits);

/* What kind of address it is, of all networks that are not everybody's. */
MadoIpKind mado_ip_kind (const MadoIp *ip);

/* Is @ip in @network ("192.0.2.0/24", "192.0.2.1")? FALSE when @network is none. */
gboolean mado_ip_is_in (const MadoIp *ip, const char *network);
