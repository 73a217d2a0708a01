/* indicator-url.c: see indicator-url.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-url.h"

#include "madoguchi/report/indicator-name.h"

#include <string.h>

#define SCHEME_MAX 12
#define HOST_MAX 1000 /* bytes of UTF-8 */
#define USER_MAX 255
#define VALUE_MAX 4000 /* below what a record carries */

static const char *const schemes[] = { "http", "https", "ftp", "ftps", "sftp", "tcp", "udp", "ws", "wss", "ssh", "smb", "ldap", "ldaps",
                                       "rmi", "dns", "iiop", "telnet", "irc", "ircs", "git", "svn", "rtsp", "rtmp", "magnet", "gopher",
                                       "tftp", "nfs", "mqtt", "redis", "mysql", "postgres", "mongodb", "feed", "socks5", "stratum+tcp", NULL };

void
mado_url_clear (MadoUrl *url)
{
  g_clear_pointer (&url->value, g_free);
  g_clear_pointer (&url->name, g_free);
}

gsize
mado_url_scheme (const char *text, gsize size)
{
  gsize n = 0;

  while (n < size && n <= SCHEME_MAX && (g_ascii_isalnum (text[n]) || (n > 0 && strchr ("+-.*_", text[n]) != NULL)))
    n++;
  return n >= 2 && n <= SCHEME_MAX && size - n > 3 && memcmp (text + n, "://", 3) == 0 ? n : 0;
}

/* (transfer full) the scheme that is meant: "hxxp", "h**p", "ttp", "meow" are http. */
static char *
mend_scheme (const char *text, gsize size)
{
  g_autofree char *lower = g_ascii_strdown (text, (gssize) size);
  gboolean is_secure = size > 3 && lower[size - 1] == 's';

  if (g_strv_contains (schemes, lower))
    return g_steal_pointer (&lower);
  if (lower[0] == 'f' && size >= 3 && size <= 5 && (lower[1] == 'x' || lower[1] == '*' || lower[1] == '_' || lower[1] == 't'))
    return g_strdup (is_secure ? "ftps" : "ftp");
  return g_strdup (is_secure ? "https" : "http");
}

static gboolean
is_host_byte (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '-' || c == '_' || (guchar) c >= 0x80;
}

/* Three bytes that begin a sign that is no letter: kana and Chinese punctuation end a name. */
static gboolean
is_letter_at (const char *text, gsize size)
{
  gunichar c = g_utf8_get_char_validated (text, (gssize) size);

  return c != (gunichar) -1 && c != (gunichar) -2 && (g_unichar_isalnum (c) || g_unichar_ismark (c) || c == 0x30fb || c == 0x30fc);
}

/* The host name at @text: the longest start that is one. Japanese goes on without a space behind an ASCII name. */
static gsize
read_name (const char *text, gsize size, char **name)
{
  gsize end = 0, ascii;

  while (end < size && end < HOST_MAX && is_host_byte (text[end]) && ((guchar) text[end] < 0x80 || (text[end] & 0x40) == 0 || is_letter_at (text + end, size - end)))
    end++;
  for (ascii = 0; ascii < end && (guchar) text[ascii] < 0x80;)
    ascii++;
  while (end > 0 && strchr (".-_", text[end - 1]) != NULL)
    end--;
  *name = mado_name_read (text, end);
  if (*name == NULL && ascii < end) {
    for (end = ascii; end > 0 && strchr (".-_", text[end - 1]) != NULL;)
      end--;
    *name = mado_name_read (text, end);
  }
  return *name == NULL ? 0 : end;
}

/* "http://3232235777/": an address as one number. */
static gsize
read_number (const char *text, gsize size, MadoIp *ip)
{
  guint64 number = 0;
  gsize n = 0;

  for (; n < size && n < 11 && g_ascii_isdigit (text[n]); n++)
    number = number * 10 + (guint64) (text[n] - '0');
  if (n < 8 || n > 10 || number > G_MAXUINT32 || (n < size && (is_host_byte (text[n]))))
    return 0;
  for (guint i = 0; i < 4; i++)
    ip->bytes[i] = (guint8) (number >> (24 - 8 * i));
  ip->length = 4;
  return n;
}

static gsize
read_host (const char *text, gsize size, MadoUrl *url)
{
  gsize length;

  url->ip.length = 0;
  if (size > 2 && text[0] == '[') {
    length = mado_ip_read6 (text + 1, size - 1, &url->ip);
    if (length > 0 && length + 1 < size && text[length + 1] == ']')
      return length + 2;
    url->ip.length = 0;
    return 0;
  }
  length = mado_ip_read4 (text, size, &url->ip);
  length = length > 0 ? length : mado_ip_read6 (text, size, &url->ip);
  length = length > 0 ? length : read_number (text, size, &url->ip);
  if (length > 0)
    return length;
  url->ip.length = 0;
  return read_name (text, size, &url->name);
}

/* "user:password@", bounded. */
static gsize
skip_user (const char *text, gsize size)
{
  for (gsize i = 0; i < size && i < USER_MAX; i++) {
    if (text[i] == '@')
      return i + 1;
    if ((guchar) text[i] <= ' ' || (guchar) text[i] >= 0x80 || strchr ("/?#\"'<>[]()", text[i]) != NULL)
      return 0;
  }
  return 0;
}

/* May the character at @text be inside a URL? @length: its bytes. Letters of languages that put spaces between words. */
static gboolean
is_inside (const char *text, gsize size, gsize *length)
{
  gunichar c;

  *length = 1;
  if ((guchar) *text < 0x80)
    return (guchar) *text > ' ' && strchr ("\"<>\\^`{}|", *text) == NULL && *text != 0x7f;
  c = g_utf8_get_char_validated (text, (gssize) size);
  if (c == (gunichar) -1 || c == (gunichar) -2 || c >= 0x2000 || !g_unichar_isalnum (c))
    return FALSE;
  *length = (gsize) (g_utf8_next_char (text) - text);
  return TRUE;
}

static gsize
trim_end (const char *text, gsize size)
{
  gssize round = 0, square = 0;

  for (gsize i = 0; i < size; i++) {
    round += (text[i] == '(') - (text[i] == ')');
    square += (text[i] == '[') - (text[i] == ']');
  }
  for (; size > 0; size--) {
    char c = text[size - 1];
    if (c == ')' && round < 0)
      round++;
    else if (c == ']' && square < 0)
      square++;
    else if (c == '(' || c == '[')
      c == '(' ? round-- : square--;
    else if (strchr (".,;:!?'*", c) == NULL)
      break;
  }
  return size;
}

/* ":8080" */
static gsize
read_port (const char *text, gsize size)
{
  gsize n = 1;

  while (n < size && n < 6 && size > 0 && text[0] == ':' && g_ascii_isdigit (text[n]))
    n++;
  return size > 1 && text[0] == ':' && n > 1 && (n >= size || !g_ascii_isalnum (text[n])) ? n : 0;
}

static gsize
find_end (const char *text, gsize size, gsize from)
{
  gsize at = from, length;

  if (at >= size || strchr ("/?#", text[at]) == NULL)
    return at;
  while (at < size && is_inside (text + at, size - at, &length))
    at += length;
  return at;
}

gboolean
mado_url_read (const char *text, gsize size, gsize scheme, MadoUrl *url, gsize *used)
{
  gsize start = scheme > 0 ? scheme + 3 : 0, user = skip_user (text + start, size - start), host, at, end;
  g_autofree char *shown = NULL;
  g_autofree char *word = scheme > 0 ? mend_scheme (text, scheme) : g_strdup ("http");

  *used = start;
  host = read_host (text + start + user, size - start - user, url);
  if (host == 0)
    return FALSE;
  at = start + user + host;
  at += read_port (text + at, size - at);
  end = find_end (text, size, at);
  *used = MAX (end, *used);
  end = at + trim_end (text + at, end - at);
  if (scheme == 0 && (end == at || text[at] != '/'))
    return FALSE;
  if (url->name != NULL)
    shown = g_strdup (url->name);
  else {
    g_autofree char *ip = mado_ip_print (&url->ip, url->ip.length * 8);
    shown = url->ip.length == 4 ? g_steal_pointer (&ip) : g_strdup_printf ("[%s]", ip);
  }
  url->size = end;
  url->host = start + user;
  url->host_size = host;
  url->is_mended = scheme > 0 && (scheme != strlen (word) || g_ascii_strncasecmp (text, word, scheme) != 0);
  url->is_guessed = scheme == 0;
  at = start + user + host;
  if (end - at <= VALUE_MAX - HOST_MAX) /* a longer one is told by its host alone */
    url->value = g_strdup_printf ("%s://%.*s%s%.*s", word, (int) user, text + start, shown, (int) (end - at), text + at);
  return TRUE;
}
