/* dane.c: see dane.h. The resolver of the C library asks, and its parser walks over what came: foreign bytes, which the
 * resolver on this machine has read before. */
#include "madoguchi/reply/dane.h"
#include "madoguchi/base/error.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

#define TYPE_OPENPGPKEY 61
#define HASH_BYTES 28
#define ANSWER_MAX 65535

gboolean
mado_dane_read_resolver (const char *text, struct sockaddr_in *resolver, GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *host = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  guint64 port = NS_DEFAULTPORT;

  memset (resolver, 0, sizeof *resolver);
  resolver->sin_family = AF_INET;
  if (inet_pton (AF_INET, host, &resolver->sin_addr) == 1 && ntohl (resolver->sin_addr.s_addr) >> 24 == 127
      && (colon == NULL || g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))) {
    resolver->sin_port = htons ((guint16) port);
    return TRUE;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
               "[discovery] openpgpkey: %s: a resolver on this machine (127.0.0.1, 127.0.0.1:PORT)", text);
  return FALSE;
}

char *
mado_dane_name (const char *local, const char *domain)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, local, -1);

  return g_strdup_printf ("%.*s._openpgpkey.%s", HASH_BYTES * 2, hash, domain);
}

static gboolean
explain (int reason, GError **error)
{
  if (reason == HOST_NOT_FOUND || reason == NO_DATA)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no such record");
  else
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "the resolver does not know, or finds the proof wrong");
  return FALSE;
}

static gboolean
collect (const guint8 *answer, int size, gsize max, GBytes **block, GError **error)
{
  g_autoptr (GByteArray) keys = g_byte_array_new ();
  ns_msg message;
  ns_rr record;

  if (ns_initparse (answer, size, &message) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "the resolver's answer is none");
    return FALSE;
  }
  if (!ns_msg_getflag (message, ns_f_ad)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "DNSSEC does not prove the record");
    return FALSE;
  }
  for (int i = 0; i < ns_msg_count (message, ns_s_an) && ns_parserr (&message, ns_s_an, i, &record) == 0; i++) {
    if (ns_rr_type (record) != TYPE_OPENPGPKEY || ns_rr_class (record) != ns_c_in)
      continue;
    if (ns_rr_rdlen (record) > max - keys->len) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "more than %" G_GSIZE_FORMAT " bytes", max);
      return FALSE;
    }
    g_byte_array_append (keys, ns_rr_rdata (record), ns_rr_rdlen (record));
  }
  if (keys->len == 0)
    return explain (NO_DATA, error);
  *block = g_byte_array_free_to_bytes (g_steal_pointer (&keys));
  return TRUE;
}

gboolean
mado_dane_find (const struct sockaddr_in *resolver, const char *name, gint64 left_ms, gsize max, GBytes **block, GError **error)
{
  g_autofree guint8 *answer = g_malloc (ANSWER_MAX);
  struct __res_state state = { 0 };
  int size;

  if (left_ms <= 0 || res_ninit (&state) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "no time left");
    return FALSE;
  }
  state.nscount = 1;
  state.nsaddr_list[0] = *resolver;
  state.options &= ~(unsigned long) (RES_DNSRCH | RES_DEFNAMES | RES_ROTATE | RES_NOALIASES);
  state.options |= RES_USE_EDNS0 | RES_USE_DNSSEC | RES_TRUSTAD;
  state.retry = 1;
  state.retrans = (int) CLAMP (left_ms / 1000, 1, 30);
  size = res_nquery (&state, name, ns_c_in, TYPE_OPENPGPKEY, answer, ANSWER_MAX);
  if (size < 0)
    explain (state.res_h_errno, error);
  res_nclose (&state);
  return size >= 0 && collect (answer, MIN (size, ANSWER_MAX), max, block, error);
}
