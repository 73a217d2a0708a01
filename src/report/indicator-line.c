/* indicator-line.c: see indicator-line.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-line.h"

#include <string.h>

#define BLOCK_LINES 20    /* of a signature behind "-- " */
#define SIGNED_LINES 15   /* from the end, in which a block between rulers is looked for */
#define RULER_MIN 8       /* characters of a ruler */
#define FIELD_NAME_MAX 40

enum { FIELD_NONE, FIELD_NOISE, FIELD_RECEIVED, FIELD_RECEIVED_BY };

/* Fields that name machinery and not what happened. */
static const char *const noise[] = {
  "references", "in-reply-to", "content-type", "content-id", "content-transfer-encoding", "content-disposition",
  "mime-version", "dkim-signature", "domainkey-signature", "authentication-results", "received-spf", "user-agent",
  "x-mailer", "thread-index", "thread-topic", "autocrypt", "feedback-id", "delivered-to", "x-original-to", "dkim-filter", NULL
};
static const char *const noise_prefixes[] = { "arc-", "x-ms-", "x-google-", "x-gm-", "x-spam-", "x-microsoft-", "x-forefront-", "x-exchange-",
                                              "x-virus-", "x-proofpoint-", "x-barracuda-", "x-mimecast-", "list-", "x-amavis-", NULL };

/* What only people who can be called write. */
static const char *const contacts[] = { "tel", "fax", "phone", "mobile", "電話", "携帯", "〒", "内線", "ＴＥＬ", "ＦＡＸ", "℡", "e-mail", "mail:", "mail：" };

static gboolean
has_word (const char *text, gsize size, const char *word)
{
  gsize length = strlen (word);

  for (gsize i = 0; i + length <= size; i++)
    if (g_ascii_strncasecmp (text + i, word, length) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_ruler (const char *line, gsize size)
{
  gsize signs = 0;

  for (gsize i = 0; i < size; i++) {
    if ((guchar) line[i] >= 0x80) {
      gunichar c = g_utf8_get_char_validated (line + i, (gssize) (size - i));
      if (c == (gunichar) -1 || c == (gunichar) -2 || g_unichar_isalnum (c))
        return FALSE;
      i += (gsize) g_unichar_to_utf8 (c, NULL) - 1;
      signs++;
    } else if (strchr ("-=_*~+#/", line[i]) != NULL && line[i] != '\0') {
      signs++;
    } else if (!g_ascii_isspace (line[i])) {
      return FALSE;
    }
  }
  return signs >= RULER_MIN;
}

/* Where the last block between rulers that holds a way to call somebody begins. */
static gsize
find_signature (const char *text, gsize size)
{
  gsize end = size, found = size;
  gboolean has_contact = FALSE;

  for (guint lines = 0; end > 0 && lines < SIGNED_LINES && size - end < 4000; lines++) {
    const char *feed = memrchr (text, '\n', end - (text[end - 1] == '\n'));
    gsize start = feed == NULL ? 0 : (gsize) (feed + 1 - text);
    gsize length = MIN (end - start, 400);
    if (is_ruler (text + start, length)) {
      if (has_contact)
        found = start;
      has_contact = FALSE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS (contacts) && !has_contact; i++)
      has_contact = has_word (text + start, length, contacts[i]);
    end = start;
  }
  return found;
}

void
mado_lines_begin (MadoLines *lines, const char *text, gsize size, gboolean is_prose, gboolean is_evidence)
{
  memset (lines, 0, sizeof *lines);
  lines->is_prose = is_prose;
  lines->is_evidence = is_evidence;
  lines->signature = is_prose ? find_signature (text, size) : size;
}

/* Bytes of "> > " at the start. */
static gsize
skip_quote (const char *line, gsize size)
{
  gsize at = 0, quoted = 0;

  while (at < size) {
    gsize spaces = 0;
    while (at + spaces < size && line[at + spaces] == ' ' && spaces < 3)
      spaces++;
    if (at + spaces < size && line[at + spaces] == '>')
      quoted = at = at + spaces + 1;
    else if (size - at - spaces >= 3 && memcmp (line + at + spaces, "＞", 3) == 0)
      quoted = at = at + spaces + 3;
    else
      break;
  }
  return quoted > 0 && quoted < size && line[quoted] == ' ' ? quoted + 1 : quoted;
}

static gboolean
is_forward_mark (const char *line, gsize size)
{
  static const char *const words[] = { "Original Message", "Forwarded message", "Forwarded by", "転送メッセージ", "元のメッセージ", "Weitergeleitete" };

  if (size > 200 || size < 8)
    return FALSE;
  if (g_ascii_strncasecmp (line, "Begin forwarded message", MIN (size, 23)) == 0 && size >= 23)
    return TRUE;
  if (memcmp (line, "--", 2) != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (has_word (line, size, words[i]))
      return TRUE;
  return FALSE;
}

/* Which field begins in @line; FIELD_NONE: another one, or none. */
static int
field_of (const char *line, gsize size)
{
  const char *colon = memchr (line, ':', MIN (size, FIELD_NAME_MAX + 1));
  char name[FIELD_NAME_MAX + 1];
  gsize length = colon == NULL ? 0 : (gsize) (colon - line);

  if (length == 0)
    return FIELD_NONE;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isalnum (line[i]) && line[i] != '-')
      return FIELD_NONE;
    name[i] = g_ascii_tolower (line[i]);
  }
  name[length] = '\0';
  if (strcmp (name, "received") == 0 || strcmp (name, "x-received") == 0)
    return FIELD_RECEIVED;
  if (g_strv_contains (noise, name) || g_str_has_suffix (name, "message-id"))
    return FIELD_NOISE;
  for (gsize i = 0; noise_prefixes[i] != NULL; i++)
    if (g_str_has_prefix (name, noise_prefixes[i]))
      return FIELD_NOISE;
  return FIELD_NONE;
}

/* "Received: from WHO by US ...": only who. @size: what is left of the line. */
static gsize
cut_received (MadoLines *lines, const char *line, gsize size)
{
  for (gsize i = 0; i + 3 <= size; i++)
    if (memcmp (line + i, "by ", 3) == 0 && (i == 0 || g_ascii_isspace (line[i - 1]))) {
      lines->field = FIELD_RECEIVED_BY;
      return i > 1 ? i : 0;
    }
  return size;
}

static gsize
judge_field (MadoLines *lines, const char *line, gsize size)
{
  gboolean goes_on = size > 0 && (line[0] == ' ' || line[0] == '\t') && lines->field != FIELD_NONE;

  if (!goes_on)
    lines->field = field_of (line, size);
  if (lines->field == FIELD_RECEIVED)
    return cut_received (lines, line, size);
  return lines->field == FIELD_NONE ? size : 0;
}

/* Is this line part of a block that signs? */
static gboolean
is_signing (MadoLines *lines, const char *line, gsize size, gboolean is_quoted)
{
  if (lines->skip > 0 && is_quoted == lines->skips_quoted) {
    lines->skip--;
    return TRUE;
  }
  lines->skip = 0;
  if ((size == 3 && memcmp (line, "-- ", 3) == 0) || (size == 2 && memcmp (line, "--", 2) == 0)) {
    lines->skip = BLOCK_LINES;
    lines->skips_quoted = is_quoted;
    return TRUE;
  }
  return FALSE;
}

gboolean
mado_lines_next (MadoLines *lines, gsize at, const char *line, gsize size, MadoLine *out)
{
  gsize quote = lines->is_prose ? skip_quote (line, size) : 0;

  if (size > 0 && line[size - 1] == '\r')
    size--;
  quote = MIN (quote, size);
  if (lines->is_prose && is_forward_mark (line + quote, size - quote)) {
    lines->is_forwarded = TRUE;
    lines->skip = 0;
  }
  if (lines->is_prose && (at >= lines->signature || is_signing (lines, line + quote, size - quote, quote > 0)))
    return FALSE;
  out->start = quote;
  out->end = quote + judge_field (lines, line + quote, size - quote);
  out->is_evidence = lines->is_evidence || lines->is_forwarded || quote > 0;
  return out->end > out->start;
}
