/* indicator-code.c: see indicator-code.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-code.h"

#include <string.h>

#define GHSA_LETTERS "23456789cfghjmpqrvwx"

static gsize
count_digits (const char *text, gsize size, gsize max)
{
  gsize n = 0;

  while (n < size && n <= max && g_ascii_isdigit (text[n]))
    n++;
  return n;
}

static gboolean
ends_word (const char *text, gsize size, gsize at)
{
  return at >= size || (!g_ascii_isalnum (text[at]) && text[at] != '_');
}

/* "2021-44228" behind "CVE-" and "JVNDB-": a year and @least digits or more. Returns its length. */
static gsize
read_year_and_number (const char *text, gsize size, gsize least, char **out)
{
  gsize digits;

  if (count_digits (text, size, 4) != 4 || size < 5 || (text[4] != '-' && text[4] != '_'))
    return 0;
  digits = count_digits (text + 5, size - 5, 19);
  if (digits < least || digits > 19 || !ends_word (text, size, 5 + digits) || (text[0] != '1' && text[0] != '2'))
    return 0;
  *out = g_strdup_printf ("%.4s-%.*s", text, (int) digits, text + 5);
  return 5 + digits;
}

/* Is @word at the start, with a separator of @signs behind it? Returns where what follows begins. */
static gsize
skip_word (const char *text, gsize size, const char *word, const char *signs)
{
  gsize length = strlen (word);

  if (size <= length || g_ascii_strncasecmp (text, word, length) != 0 || strchr (signs, text[length]) == NULL)
    return 0;
  return length + 1;
}

static gsize
read_dated (const char *text, gsize size, const char *word, const char *type_name, gsize least, const char **type, char **value)
{
  gsize start = skip_word (text, size, word, "-_ "), length;
  g_autofree char *number = NULL;

  if (start == 0)
    return 0;
  length = read_year_and_number (text + start, size - start, least, &number);
  if (length == 0)
    return 0;
  *type = type_name;
  *value = g_strdup_printf ("%s-%s", word, number);
  return start + length;
}

static gsize
read_cwe (const char *text, gsize size, const char **type, char **value)
{
  gsize start = skip_word (text, size, "CWE", "-"), digits;

  if (start == 0)
    return 0;
  digits = count_digits (text + start, size - start, 5);
  if (digits == 0 || digits > 5 || !ends_word (text, size, start + digits))
    return 0;
  *type = "cwe";
  *value = g_strdup_printf ("CWE-%.*s", (int) digits, text + start);
  return start + digits;
}

static gsize
read_ghsa (const char *text, gsize size, const char **type, char **value)
{
  g_autofree char *lower = NULL;
  gsize start = skip_word (text, size, "GHSA", "-");

  if (start == 0 || size < 19 || !ends_word (text, size, 19))
    return 0;
  lower = g_ascii_strdown (text + start, 14);
  for (gsize i = 0; i < 14; i++)
    if (i % 5 == 4 ? lower[i] != '-' : strchr (GHSA_LETTERS, lower[i]) == NULL)
      return 0;
  *type = "ghsa";
  *value = g_strdup_printf ("GHSA-%s", lower);
  return 19;
}

/* "JVN#12345678", "JVNVU#98765432", "JVNTA#98765432", "VU#123456". */
static gsize
read_numbered (const char *text, gsize size, const char **type, char **value)
{
  static const struct {
    const char *word;
    const char *type;
    gsize least, most;
  } table[] = { { "JVN", "jvn", 8, 8 }, { "JVNVU", "jvn", 7, 8 }, { "JVNTA", "jvn", 7, 8 }, { "VU", "vu", 3, 7 } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    gsize start = skip_word (text, size, table[i].word, "#"), digits;
    if (start == 0)
      continue;
    digits = count_digits (text + start, size - start, table[i].most);
    if (digits < table[i].least || digits > table[i].most || !ends_word (text, size, start + digits))
      return 0;
    *type = table[i].type;
    *value = g_strdup_printf ("%s#%.*s", table[i].word, (int) digits, text + start);
    return start + digits;
  }
  return 0;
}

/* "AS64500", "ASN64500", "AS 64500" (RFC 5396). In capitals: "as 10" is a sentence. AS400 and AS2 are none. */
static gsize
read_asn (const char *text, gsize size, const char **type, char **value)
{
  gsize start = 2, digits;
  guint64 number = 0;

  if (size < 3 || text[0] != 'A' || text[1] != 'S')
    return 0;
  if (text[start] == 'N')
    start++;
  if (start < size && (text[start] == ' ' || text[start] == ':' || text[start] == '#'))
    start++;
  digits = count_digits (text + start, size - start, 10);
  if (digits == 0 || digits > 10 || text[start] == '0' || !ends_word (text, size, start + digits))
    return 0;
  if (start == 3 && digits < 3) /* "AS 10" */
    return 0;
  if (start + digits + 1 < size && strchr (".-", text[start + digits]) != NULL && g_ascii_isalnum (text[start + digits + 1]))
    return 0;
  for (gsize i = 0; i < digits; i++)
    number = number * 10 + (guint64) (text[start + i] - '0');
  if (number > G_MAXUINT32 || (start == 2 && (number == 400 || number == 2)))
    return 0;
  *type = "asn";
  *value = g_strdup_printf ("AS%" G_GUINT64_FORMAT, number);
  return start + digits;
}

gsize
mado_code_read (const char *text, gsize size, const char **type, char **value)
{
  gsize length = 0;

  if (size < 3)
    return 0;
  switch (g_ascii_toupper (text[0])) {
  case 'A':
    return read_asn (text, size, type, value);
  case 'C':
    length = read_dated (text, size, "CVE", "cve", 4, type, value);
    return length > 0 ? length : read_cwe (text, size, type, value);
  case 'G':
    return read_ghsa (text, size, type, value);
  case 'J':
    length = read_dated (text, size, "JVNDB", "jvndb", 6, type, value);
    return length > 0 ? length : read_numbered (text, size, type, value);
  case 'V':
    return read_numbered (text, size, type, value);
  default:
    return 0;
  }
}
