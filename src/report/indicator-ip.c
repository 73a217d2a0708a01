/* indicator-ip.c: see indicator-ip.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-ip.h"

#include <arpa/inet.h>
#include <string.h>

#define IP6_TEXT_MAX 45

/* The first bytes of a network, how many bits of them count, and what it is. */
static const struct {
  guint8 bytes[16];
  guint length, bits;
  MadoIpKind kind;
} kinds[] = {
  { { 192, 0, 2 }, 4, 24, MADO_IP_EXAMPLE }, /* 192.0.2.0/24 */
  { { 198, 51, 100 }, 4, 24, MADO_IP_EXAMPLE }, /* 198.51.100.0/24 */
  { { 203, 0, 113 }, 4, 24, MADO_IP_EXAMPLE }, /* 203.0.113.0/24 */
  { { 0x20, 0x01, 0x0d, 0xb8 }, 16, 32, MADO_IP_EXAMPLE }, /* 2001:db8::/32 */
  { { 0x3f, 0xff }, 16, 20, MADO_IP_EXAMPLE }, /* 3fff::/20 */
  { { 233, 252 }, 4, 24, MADO_IP_EXAMPLE }, /* 233.252.0.0/24 */
  { { 10 }, 4, 8, MADO_IP_PRIVATE }, /* 10.0.0.0/8 */
  { { 172, 16 }, 4, 12, MADO_IP_PRIVATE }, /* 172.16.0.0/12 */
  { { 192, 168 }, 4, 16, MADO_IP_PRIVATE }, /* 192.168.0.0/16 */
  { { 169, 254 }, 4, 16, MADO_IP_PRIVATE }, /* 169.254.0.0/16 */
  { { 100, 64 }, 4, 10, MADO_IP_PRIVATE }, /* 100.64.0.0/10 */
  { { 0xfc }, 16, 7, MADO_IP_PRIVATE }, /* fc00::/7 */
  { { 0xfe, 0x80 }, 16, 10, MADO_IP_PRIVATE }, /* fe80::/10 */
  { { 127 }, 4, 8, MADO_IP_NOBODY }, /* 127.0.0.0/8 */
  { { 0 }, 4, 8, MADO_IP_NOBODY }, /* 0.0.0.0/8 */
  { { 255 }, 4, 8, MADO_IP_NOBODY }, /* 255.0.0.0/8 */
  { { [15] = 1 }, 16, 128, MADO_IP_NOBODY }, /* ::1 */
  { { 0 }, 16, 128, MADO_IP_NOBODY }, /* :: */
  { { 224 }, 4, 3, MADO_IP_RESERVED }, /* 224.0.0.0/3 */
  { { 198, 18 }, 4, 15, MADO_IP_RESERVED }, /* 198.18.0.0/15 */
  { { 0xff }, 16, 8, MADO_IP_RESERVED }, /* ff00::/8 */
};

gsize
mado_ip_read4 (const char *text, gsize size, MadoIp *ip)
{
  gsize at = 0;

  for (guint i = 0; i < 4; i++) {
    guint number = 0;
    gsize digits = 0;
    if (i > 0 && (at >= size || text[at++] != '.'))
      return 0;
    for (; at < size && g_ascii_isdigit (text[at]) && digits < 4; at++, digits++)
      number = number * 10 + (guint) (text[at] - '0');
    if (digits == 0 || digits > 3 || number > 255 || (digits > 1 && text[at - digits] == '0'))
      return 0;
    ip->bytes[i] = (guint8) number;
  }
  if (at < size && (g_ascii_isalnum (text[at]) || text[at] == '_'))
    return 0;
  if (at + 1 < size && text[at] == '.' && g_ascii_isalnum (text[at + 1]))
    return 0;
  ip->length = 4;
  return at;
}

/* Groups of two digits each are a MAC address or the start of a fingerprint; letters alone are a program's names. */
static gboolean
is_address_like (const char *text, gsize size)
{
  gsize groups = 0, twos = 0, digits = 0, length = 0;

  for (gsize i = 0; i <= size; i++) {
    if (i < size && text[i] != ':') {
      length++;
      digits += g_ascii_isdigit (text[i]) != 0;
      continue;
    }
    groups += length > 0;
    twos += length == 2;
    length = 0;
  }
  return digits > 0 && (twos < groups || groups < 3);
}

static void
unmap (MadoIp *ip)
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };

  if (memcmp (ip->bytes, mapped, sizeof mapped) != 0)
    return;
  memmove (ip->bytes, ip->bytes + 12, 4);
  ip->length = 4;
}

gsize
mado_ip_read6 (const char *text, gsize size, MadoIp *ip)
{
  char buffer[IP6_TEXT_MAX + 1], shortest[INET6_ADDRSTRLEN];
  gsize length = 0, colons = 0, end;

  for (; length < size && length <= IP6_TEXT_MAX && (g_ascii_isxdigit (text[length]) || text[length] == ':' || text[length] == '.'); length++)
    colons += text[length] == ':';
  if (length > IP6_TEXT_MAX || colons < 2)
    return 0;
  while (length > 0 && (text[length - 1] == '.' || (text[length - 1] == ':' && (length < 2 || text[length - 2] != ':'))))
    length--;
  end = length;
  if (end < size && text[end] == '%')
    for (end++; end < size && g_ascii_isalnum (text[end]) && end - length < 16; end++)
      ;
  if (end < size && (g_ascii_isalnum (text[end]) || text[end] == '_'))
    return 0;
  memcpy (buffer, text, length);
  buffer[length] = '\0';
  ip->length = 16;
  if (!is_address_like (buffer, length) || inet_pton (AF_INET6, buffer, ip->bytes) != 1)
    return 0;
  if (inet_ntop (AF_INET6, ip->bytes, shortest, sizeof shortest) == NULL || !is_address_like (shortest, strlen (shortest)))
    return 0; /* "e::0" says no more than "e::" */
  unmap (ip);
  return end;
}

gsize
mado_ip_read_prefix (const char *text, gsize size, const MadoIp *ip, guint *bits)
{
  guint number = 0;
  gsize at = 1;

  if (size < 2 || text[0] != '/')
    return 0;
  for (; at < size && at < 4 && g_ascii_isdigit (text[at]); at++)
    number = number * 10 + (guint) (text[at] - '0');
  if (at == 1 || number == 0 || number > ip->length * 8 || (text[1] == '0' && at > 2))
    return 0;
  if (at < size && (g_ascii_isalnum (text[at]) || strchr ("/_-=?&", text[at]) != NULL))
    return 0;
  if (at + 1 < size && text[at] == '.' && g_ascii_isalnum (text[at + 1]))
    return 0;
  *bits = number;
  return at;
}

char *
mado_ip_print (const MadoIp *ip, guint bits)
{
  char text[INET6_ADDRSTRLEN];
  MadoIp copy = *ip;
  guint whole = ip->length * 8;

  for (guint i = bits; i < whole; i++)
    copy.bytes[i / 8] &= (guint8) ~(0x80 >> (i % 8));
  if (inet_ntop (ip->length == 4 ? AF_INET : AF_INET6, copy.bytes, text, sizeof text) == NULL)
    return NULL;
  return bits < whole ? g_strdup_printf ("%s/%u", text, bits) : g_strdup (text);
}

static gboolean
starts_with (const MadoIp *ip, const guint8 *bytes, guint length, guint bits)
{
  guint whole = bits / 8, rest = bits % 8;

  if (ip->length != length || memcmp (ip->bytes, bytes, whole) != 0)
    return FALSE;
  return rest == 0 || ((ip->bytes[whole] ^ bytes[whole]) & (0xff00 >> rest & 0xff)) == 0;
}

gboolean
mado_ip_is_in (const MadoIp *ip, const char *network)
{
  gsize size = strlen (network), length;
  MadoIp base;
  guint bits;

  length = mado_ip_read4 (network, size, &base);
  if (length == 0) { /* not by mado_ip_read6 (): a network may be "::" */
    g_autofree char *address = g_strndup (network, strcspn (network, "/"));
    length = strlen (address);
    base.length = 16;
    if (inet_pton (AF_INET6, address, base.bytes) != 1)
      return FALSE;
  }
  bits = base.length * 8;
  if (length < size && mado_ip_read_prefix (network + length, size - length, &base, &bits) == 0)
    return FALSE;
  return starts_with (ip, base.bytes, base.length, bits);
}

MadoIpKind
mado_ip_kind (const MadoIp *ip)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (starts_with (ip, kinds[i].bytes, kinds[i].length, kinds[i].bits))
      return kinds[i].kind;
  return MADO_IP_PUBLIC;
}
