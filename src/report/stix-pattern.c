/* stix-pattern.c: see stix-pattern.h. Called by stix.c in the opener's child. One pass over the words of the pattern: its
 * brackets and its logic are not followed, since every value in it is one that somebody looks for. */
#include "madoguchi/report/stix-pattern.h"

#include <string.h>

typedef enum { WORD_END, WORD_PATH, WORD_NAME, WORD_TEXT, WORD_NUMBER, WORD_SIGN, WORD_BAD } WordKind;

typedef struct {
  const char *at;
  GString *word;
  GString *path;
  gboolean is_inside, is_negated, is_equal;
  guint count;
} Pattern;

/* 'text' with \' and \\ in it; @pattern->at stands on the first quote. */
static WordKind
read_text (Pattern *pattern)
{
  const char *at = pattern->at + 1;

  g_string_truncate (pattern->word, 0);
  for (; *at != '\0' && *at != '\''; at++) {
    if (*at == '\\' && at[1] != '\0')
      at++;
    g_string_append_c (pattern->word, *at);
  }
  if (*at == '\0')
    return WORD_BAD;
  pattern->at = at + 1;
  return WORD_TEXT;
}

/* A name, or an object path: "file:hashes.'SHA-256'", "email-message:body_multipart[*].body_raw_ref.name". */
static WordKind
read_name (Pattern *pattern)
{
  const char *start = pattern->at, *at = start;
  gboolean is_path = FALSE;

  while (g_ascii_isalnum (*at) || *at == '_' || *at == '-' || (*at == ':' && !is_path) || (is_path && (*at == '.' || *at == '[' || *at == '\''))) {
    const char *end = at;
    if (*at == '[')
      end = strchr (at, ']');
    else if (*at == '\'')
      end = strchr (at + 1, '\'');
    if (end == NULL)
      return WORD_BAD;
    is_path = is_path || *at == ':';
    at = end + 1;
  }
  g_string_truncate (pattern->word, 0);
  g_string_append_len (pattern->word, start, at - start);
  pattern->at = at;
  return is_path ? WORD_PATH : WORD_NAME;
}

static WordKind
read_word (Pattern *pattern)
{
  const char *at;

  while (g_ascii_isspace (*pattern->at))
    pattern->at++;
  at = pattern->at;
  if (*at == '\0')
    return WORD_END;
  if (*at == '\'')
    return read_text (pattern);
  if ((*at == 't' || *at == 'h' || *at == 'b') && at[1] == '\'') { /* a time, or bytes: nobody looks for them */
    pattern->at++;
    return read_text (pattern) == WORD_BAD ? WORD_BAD : WORD_NAME;
  }
  if (g_ascii_isalpha (*at))
    return read_name (pattern);
  if (g_ascii_isdigit (*at) || *at == '-' || *at == '+') {
    gsize size = 1 + strspn (at + 1, "0123456789.");
    g_string_truncate (pattern->word, 0);
    g_string_append_len (pattern->word, at, (gssize) size);
    pattern->at += size;
    return WORD_NUMBER;
  }
  g_string_assign (pattern->word, "");
  g_string_append_c (pattern->word, *at);
  if (strchr ("=!<>", *at) != NULL && at[1] != '\0' && strchr ("=>", at[1]) != NULL)
    g_string_append_c (pattern->word, at[1]);
  pattern->at += pattern->word->len;
  return strchr ("[](),=!<>", *at) != NULL ? WORD_SIGN : WORD_BAD;
}

static void
take_sign (Pattern *pattern)
{
  const char *sign = pattern->word->str;

  if (*sign == '[' || *sign == ']')
    pattern->is_inside = *sign == '[';
  else if (strchr ("=!<>", *sign) != NULL)
    pattern->is_equal = *sign == '='; /* "=" and "==" */
}

static void
take_name (Pattern *pattern)
{
  static const char *const equal[] = { "IN", "ISSUBSET", "ISSUPERSET", NULL }, *const joints[] = { "AND", "OR", "FOLLOWEDBY", NULL };

  if (strcmp (pattern->word->str, "NOT") == 0)
    pattern->is_negated = TRUE;
  else if (g_strv_contains (equal, pattern->word->str))
    pattern->is_equal = TRUE;
  else if (g_strv_contains (joints, pattern->word->str))
    pattern->is_equal = FALSE;
}

gboolean
mado_stix_pattern_read (const char *text, MadoStixValue take, gpointer data)
{
  Pattern pattern = { .at = text, .word = g_string_new (NULL), .path = g_string_new (NULL) };
  gboolean has_path = FALSE;
  WordKind kind;

  for (kind = read_word (&pattern); kind != WORD_END && kind != WORD_BAD; kind = read_word (&pattern)) {
    if (kind == WORD_PATH) {
      g_string_assign (pattern.path, pattern.word->str);
      pattern.is_negated = pattern.is_equal = FALSE;
      has_path = TRUE;
    } else if (kind == WORD_SIGN) {
      take_sign (&pattern);
    } else if (kind == WORD_NAME) {
      take_name (&pattern);
    } else if (pattern.is_inside && pattern.is_equal && !pattern.is_negated && pattern.path->len > 0) {
      if (pattern.count++ == MADO_STIX_VALUES_MAX)
        break;
      take (pattern.path->str, pattern.word->str, data);
    }
  }
  g_string_free (pattern.word, TRUE);
  g_string_free (pattern.path, TRUE);
  return kind == WORD_END && has_path && !pattern.is_inside;
}
