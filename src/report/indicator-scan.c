/* indicator-scan.c: see indicator-scan.h. Called by indicators.c in the opener's child.
 *
 * Line by line: what the line is (indicator-line), its copy without the habits of defanging (defang), then one walk
 * over the copy. At the start of each word the readers are asked in an order in which the longer meaning comes
 * first: URL, mail address, name, address, digest. Each of them looks at a bounded piece, or uses up what it looked
 * at. */
#include "madoguchi/report/indicator-scan.h"

#include "madoguchi/report/indicator-btc.h"
#include "madoguchi/report/indicator-code.h"
#include "madoguchi/report/indicator-hash.h"
#include "madoguchi/report/indicator-line.h"
#include "madoguchi/report/indicator-name.h"
#include "madoguchi/report/indicator-sieve.h"
#include "madoguchi/report/indicator-version.h"

#include <string.h>

#define PIECE_MAX 65536 /* bytes of a line that are read at once; a longer line is cut at a space when there is one */
#define LOCAL_MAX 64    /* RFC 5321, 4.5.3.1.1 */
#define BEFORE_MAX 48   /* bytes before a word that say what it is */
#define IDN_REACH 300
#define NAME_REMEMBERED 80 /* bytes */
#define NAMES_REMEMBERED 2000
#define TRIES 100       /* words that may look like something, for each indicator that may be listed */

struct _MadoIndicatorScan {
  MadoSieve sieve;
  GHashTable *names; /* words that were looked up lately, and the name that each one is; "": none */
  guint64 tries_left;
  gsize version_end; /* behind the last version of the line; 0: there was none */
  gsize bytes_left;
};

MadoIndicatorScan *
mado_indicator_scan_new (const MadoIndicatorPolicy *policy)
{
  MadoIndicatorScan *scan = g_new0 (MadoIndicatorScan, 1);

  mado_sieve_init (&scan->sieve, policy);
  scan->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  scan->tries_left = (guint64) policy->max * TRIES;
  scan->bytes_left = policy->bytes;
  return scan;
}

void
mado_indicator_scan_free (MadoIndicatorScan *scan)
{
  if (scan == NULL)
    return;
  mado_sieve_clear (&scan->sieve);
  g_clear_pointer (&scan->names, g_hash_table_unref);
  g_free (scan);
}

/* --- words of the copy ------------------------------------------------------------------------------------ */

static char
byte_at (const MadoIndicatorScan *scan, gsize at)
{
  return at < scan->sieve.line.text->len ? scan->sieve.line.text->str[at] : '\0';
}

static char
byte_before (const MadoIndicatorScan *scan, gsize at)
{
  return at > 0 ? scan->sieve.line.text->str[at - 1] : '\0';
}

static gboolean
is_word_byte (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || c == '.';
}

/* The text before @at, in lower case, bounded. */
static char *
text_before (const MadoIndicatorScan *scan, gsize at)
{
  gsize from = at > BEFORE_MAX ? at - BEFORE_MAX : 0;

  return g_ascii_strdown (scan->sieve.line.text->str + from, (gssize) (at - from));
}

/* "version 1.2.3.4", "openssl 1.1.1.2", "1.2.3.4 or later"; and the next ones of such a list. */
static gboolean
is_version (MadoIndicatorScan *scan, gsize at, gsize length, const MadoIp *ip)
{
  const GString *text = scan->sieve.line.text;
  gsize last = scan->version_end;
  g_autofree char *before = text_before (scan, at);

  if (!(last > 0 && last <= at && mado_version_goes_on (text->str + last, at - last))
      && !mado_version_is (before, text->str + at + length, text->len - at - length, ip))
    return FALSE;
  scan->version_end = at + length;
  return TRUE;
}

/* Do the words before, or our own knowledge, say that these digits are a key or a commit? */
static gboolean
is_fingerprint (const MadoIndicatorScan *scan, const char *digits, gsize size, gsize at)
{
  static const char *const words[] = { "fingerprint", "指紋", "フィンガープリント", "pgp", "gpg", "commit ", "key id", "keyid", "openpgp", "boundary" };
  g_autofree char *before = text_before (scan, at);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (before, words[i]) != NULL)
      return TRUE;
  return mado_sieve_knows_key (&scan->sieve, digits, size);
}

static gsize
try_url (MadoIndicatorScan *scan, gsize at)
{
  const char *text = scan->sieve.line.text->str + at;
  gsize size = scan->sieve.line.text->len - at, scheme = mado_url_scheme (text, size), used;
  g_auto (MadoUrl) url = { 0 };

  if (scheme == 0)
    return 0;
  if (mado_url_read (text, size, scheme, &url, &used))
    mado_sieve_add_url (&scan->sieve, &url, at);
  return used;
}

/* (transfer full, nullable) mado_name_read (), which is worth remembering: texts repeat their names. */
static char *
read_name (MadoIndicatorScan *scan, const char *text, gsize size)
{
  char word[NAME_REMEMBERED + 1];
  const char *known;
  char *name;

  if (size > NAME_REMEMBERED)
    return mado_name_read (text, size);
  memcpy (word, text, size);
  word[size] = '\0';
  known = g_hash_table_lookup (scan->names, word);
  if (known != NULL)
    return *known == '\0' ? NULL : g_strdup (known);
  name = mado_name_read (text, size);
  if (g_hash_table_size (scan->names) >= NAMES_REMEMBERED)
    g_hash_table_remove_all (scan->names);
  g_hash_table_insert (scan->names, g_strdup (word), g_strdup (name != NULL ? name : ""));
  return name;
}

/* A mail address whose local part begins at @at. */
static gsize
try_email (MadoIndicatorScan *scan, gsize at)
{
  const char *text = scan->sieve.line.text->str;
  gsize local = at, end;
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  while (local < scan->sieve.line.text->len && local - at <= LOCAL_MAX && text[local] != '\0'
         && (g_ascii_isalnum (text[local]) || strchr (".!#$%*+-_~", text[local]) != NULL))
    local++;
  if (local == at || local - at > LOCAL_MAX || byte_at (scan, local) != '@')
    return 0;
  for (end = local + 1; end < scan->sieve.line.text->len && end - local <= 254 && is_word_byte (text[end]);)
    end++;
  while (end > local + 1 && strchr (".-_", text[end - 1]) != NULL)
    end--;
  name = read_name (scan, text + local + 1, end - local - 1);
  if (name == NULL)
    return 0;
  while (local > at && text[at] == '.')
    at++;
  /* "<20261121.a1b2@host>": a Message-ID, of which text is full */
  if (byte_before (scan, at) == '<' && byte_at (scan, end) == '>' && local - at > 24 && memchr (text + at, '.', local - at) != NULL)
    return end - at;
  value = g_strdup_printf ("%.*s@%s", (int) (local - at), text + at, name);
  mado_sieve_add_email (&scan->sieve, value, name, (MadoSpan){ at, end });
  return end - at;
}

/* A name without a scheme, and the path behind it. */
static gsize
try_name (MadoIndicatorScan *scan, MadoSpan word)
{
  const char *text = scan->sieve.line.text->str;
  MadoSpan span = word;
  g_autofree char *name = NULL;
  g_auto (MadoUrl) url = { 0 };
  gsize used;

  while (span.end > span.start && strchr (".-_", text[span.end - 1]) != NULL)
    span.end--;
  if (memchr (text + span.start, '.', span.end - span.start) == NULL)
    return 0;
  name = read_name (scan, text + span.start, span.end - span.start);
  if (name == NULL)
    return 0;
  if (!mado_sieve_is_defanged (&scan->sieve, span)
      && mado_name_is_false_friend (text + span.start, span.end - span.start, byte_before (scan, span.start), byte_at (scan, span.end)))
    return word.end - word.start;
  if ((byte_at (scan, span.end) == '/' || byte_at (scan, span.end) == ':')
      && mado_url_read (text + span.start, scan->sieve.line.text->len - span.start, 0, &url, &used) && url.name != NULL) {
    mado_sieve_add_url (&scan->sieve, &url, span.start);
    return used;
  }
  mado_sieve_add_name (&scan->sieve, name, span);
  return span.end - word.start;
}

/* What follows an IPv4 address that was found: a prefix, or a path. Returns the bytes that the address takes then. */
static gsize
add_ip4 (MadoIndicatorScan *scan, gsize at, const MadoIp *ip, gsize length)
{
  const char *text = scan->sieve.line.text->str + at;
  gsize size = scan->sieve.line.text->len - at, used;
  g_auto (MadoUrl) url = { 0 };
  guint bits = 32;
  gsize more = mado_ip_read_prefix (text + length, size - length, ip, &bits);

  if (more == 0 && length < size && strchr ("/:", text[length]) != NULL && mado_url_read (text, size, 0, &url, &used)) {
    gsize path = strcspn (text, "/"), letters = 0;
    for (gsize i = path; i < url.size; i++)
      letters += g_ascii_isalpha (text[i]) != 0;
    if (letters > 0 && strncmp (text + path, "/tcp", 4) != 0 && strncmp (text + path, "/udp", 4) != 0) {
      mado_sieve_add_url (&scan->sieve, &url, at);
      return used;
    }
  }
  mado_sieve_add_ip (&scan->sieve, ip, bits, (MadoSpan){ at, at + length + more });
  return length + more;
}

static gsize
try_ip4 (MadoIndicatorScan *scan, gsize at)
{
  MadoIp ip;
  gsize length = mado_ip_read4 (scan->sieve.line.text->str + at, scan->sieve.line.text->len - at, &ip);
  MadoSpan span = { at, at + length };

  if (length == 0 || byte_before (scan, at) == '.')
    return 0;
  if (!mado_sieve_is_defanged (&scan->sieve, span) && is_version (scan, at, length, &ip))
    return length;
  return add_ip4 (scan, at, &ip, length);
}

static gsize
try_ip6 (MadoIndicatorScan *scan, gsize at)
{
  const char *text = scan->sieve.line.text->str + at;
  gsize size = scan->sieve.line.text->len - at, length, more;
  MadoIp ip;
  guint bits;
  char before = byte_before (scan, at);

  if (before == ':' || before == '.' || before == '_')
    return 0;
  length = mado_ip_read6 (text, size, &ip);
  if (length == 0)
    return 0;
  bits = ip.length * 8;
  more = mado_ip_read_prefix (text + length, size - length, &ip, &bits);
  mado_sieve_add_ip (&scan->sieve, &ip, bits, (MadoSpan){ at, at + length + more });
  return length + more;
}

static gsize
try_code (MadoIndicatorScan *scan, gsize at)
{
  g_autofree char *value = NULL;
  const char *type;
  gsize length = mado_code_read (scan->sieve.line.text->str + at, scan->sieve.line.text->len - at, &type, &value);

  if (length > 0)
    mado_sieve_add (&scan->sieve, type, value, (MadoSpan){ at, at + length }, NULL, NULL);
  return length;
}

/* Digests and Bitcoin addresses: words of letters and digits alone. */
static gsize
try_digest (MadoIndicatorScan *scan, gsize at)
{
  const char *text = scan->sieve.line.text->str;
  gsize end = at;
  const char *type;
  char before = byte_before (scan, at);

  while (g_ascii_isalnum (byte_at (scan, end)))
    end++;
  if (byte_at (scan, end) == '_' || before == '_' || end - at < 14 || end - at > 128)
    return end - at;
  type = mado_digest_type (text + at, end - at);
  if (type != NULL) {
    g_autofree char *value = g_ascii_strdown (text + at, (gssize) (end - at));
    if (!is_fingerprint (scan, text + at, end - at, at))
      mado_sieve_add (&scan->sieve, type, value, (MadoSpan){ at, end }, NULL, NULL);
  } else if (mado_btc_is_address (text + at, end - at)) {
    g_autofree char *value = g_ascii_strncasecmp (text + at, "bc1", 3) == 0 ? g_ascii_strdown (text + at, (gssize) (end - at))
                                                                             : g_strndup (text + at, end - at);
    mado_sieve_add (&scan->sieve, "btc", value, (MadoSpan){ at, end }, NULL, NULL);
  }
  return end - at;
}

/* --- the walk --------------------------------------------------------------------------------------------- */

/* A name with other letters than ASCII, only where it stands by itself: Japanese has no spaces. */
static gsize
try_idn (MadoIndicatorScan *scan, gsize at)
{
  const char *text = scan->sieve.line.text->str;
  char before = byte_before (scan, at);
  gsize end = at, dots = 0, wide = 0;
  g_autofree char *name = NULL;

  if (before != '\0' && strchr (" \t\"'(<[=:|", before) == NULL)
    return 0;
  while (end < scan->sieve.line.text->len && end - at < IDN_REACH) {
    gunichar c = (guchar) text[end] < 0x80 ? 0 : g_utf8_get_char_validated (text + end, (gssize) (scan->sieve.line.text->len - end));
    if (c != 0 && (c >= 0x110000 || !(g_unichar_isalnum (c) || g_unichar_ismark (c) || c == 0x30fc) || (c >= 0x3041 && c <= 0x309f)))
      break;
    if (c == 0 && !is_word_byte (text[end]))
      break;
    dots += text[end] == '.';
    wide += c != 0;
    end += c == 0 ? 1 : (gsize) g_unichar_to_utf8 (c, NULL);
  }
  while (end > at && strchr (".-_", text[end - 1]) != NULL)
    end--;
  if (dots == 0 || wide == 0 || (end < scan->sieve.line.text->len && (guchar) text[end] >= 0x80))
    return 0;
  name = read_name (scan, text + at, end - at);
  if (name == NULL)
    return 0;
  mado_sieve_add_name (&scan->sieve, name, (MadoSpan){ at, end });
  return end - at;
}

/* Reads what begins at @at. Returns how many bytes it used up, at least one. */
static gsize
take_word (MadoIndicatorScan *scan, gsize at)
{
  gsize used, end = at;
  char first = byte_at (scan, at);

  while (end < scan->sieve.line.text->len && is_word_byte (scan->sieve.line.text->str[end]))
    end++;
  used = try_url (scan, at);
  if (used == 0 && (guchar) byte_at (scan, end) >= 0x80)
    used = try_idn (scan, at);
  if (used == 0)
    used = try_email (scan, at);
  if (used == 0 && (byte_at (scan, end) == ':' || memchr (scan->sieve.line.text->str + at, ':', MIN (end - at + 1, scan->sieve.line.text->len - at)) != NULL))
    used = try_ip6 (scan, at);
  if (used == 0)
    used = try_code (scan, at);
  if (used == 0 && byte_at (scan, end) != '@')
    used = try_name (scan, (MadoSpan){ at, end });
  if (used == 0 && g_ascii_isdigit (first))
    used = try_ip4 (scan, at);
  if (used == 0)
    used = try_digest (scan, at);
  if (used > 0 && used < end - at && byte_at (scan, at + used) == '.') /* "9e107d9d.exe", "1.2.3.4.5": the rest belongs to it */
    used = end - at;
  return MAX (used, 1);
}

/* Is the word at @at the rest of one that began with a letter outside of ASCII ("m" of "ünchen.de")? Chinese characters,
 * kana and hangul are no part of it. */
static gboolean
is_rest (const MadoIndicatorScan *scan, gsize at)
{
  const char *text = scan->sieve.line.text->str, *before;
  gunichar c;

  if (at == 0 || (guchar) text[at - 1] < 0x80)
    return FALSE;
  before = g_utf8_find_prev_char (text, text + at);
  c = before == NULL ? 0 : g_utf8_get_char_validated (before, text + at - before);
  return c < 0x1100 && g_unichar_isalnum (c);
}

static void
walk_line (MadoIndicatorScan *scan)
{
  gsize at = 0, size = scan->sieve.line.text->len;

  while (at < size && scan->tries_left > 0) {
    char c = scan->sieve.line.text->str[at];
    if (g_ascii_isalnum (c) && is_rest (scan, at)) {
      while (at < size && is_word_byte (scan->sieve.line.text->str[at]))
        at++;
    } else if (g_ascii_isalnum (c)) {
      scan->tries_left--;
      at += take_word (scan, at);
    } else if ((guchar) c >= 0xc0) {
      gsize used = try_idn (scan, at);
      at += used > 0 ? used : 1;
    } else if (c == ':' && byte_at (scan, at + 1) == ':' && !g_ascii_isalnum (byte_before (scan, at))) {
      gsize used = try_ip6 (scan, at);
      at += used > 0 ? used : 2;
    } else {
      at++;
    }
  }
  scan->sieve.is_cut |= scan->tries_left == 0;
}

static void
read_piece (MadoIndicatorScan *scan, gsize at, const char *text, gsize size)
{
  scan->sieve.source = text;
  scan->sieve.source_at = at;
  mado_defang_line (&scan->sieve.line, text, size);
  scan->version_end = 0;
  walk_line (scan);
}

/* Where the piece that begins at @text is cut when the line is too long: at a space, else between two characters. */
static gsize
cut_piece (const char *text, gsize size)
{
  gsize cut = PIECE_MAX;

  if (size <= PIECE_MAX)
    return size;
  while (cut > PIECE_MAX / 2 && strchr (" \t,;\"'|<>", text[cut]) == NULL)
    cut--;
  if (cut <= PIECE_MAX / 2)
    cut = PIECE_MAX;
  while (cut > 1 && ((guchar) text[cut] & 0xc0) == 0x80)
    cut--;
  return cut;
}

void
mado_indicator_scan_add (MadoIndicatorScan *scan, const MadoStretch *stretch)
{
  const char *text = stretch->text == NULL ? "" : stretch->text;
  gsize size = strlen (text), at = 0;
  MadoLines lines;

  if (size > scan->bytes_left) {
    scan->sieve.is_cut = TRUE;
    size = scan->bytes_left;
    while (size > 0 && ((guchar) text[size] & 0xc0) == 0x80)
      size--;
  }
  scan->bytes_left -= size;
  scan->sieve.stretch = stretch;
  mado_lines_begin (&lines, text, size, stretch->is_prose, stretch->is_evidence);
  while (at < size && scan->tries_left > 0 && scan->sieve.found->len < scan->sieve.policy->max + 1) {
    const char *feed = memchr (text + at, '\n', size - at);
    gsize length = feed == NULL ? size - at : (gsize) (feed - text) - at;
    MadoLine line;
    if (mado_lines_next (&lines, at, text + at, length, &line)) {
      scan->sieve.is_evidence = line.is_evidence;
      for (gsize from = line.start; from < line.end;) {
        gsize piece = cut_piece (text + at + from, line.end - from);
        read_piece (scan, at + from, text + at + from, piece);
        from += piece;
      }
    }
    at += length + 1;
  }
}

GPtrArray *
mado_indicator_scan_finish (MadoIndicatorScan *scan, gboolean *was_cut)
{
  GPtrArray *found;

  if (was_cut != NULL)
    *was_cut = scan->sieve.is_cut;
  found = scan->sieve.found;
  scan->sieve.found = g_ptr_array_new ();
  return found;
}
