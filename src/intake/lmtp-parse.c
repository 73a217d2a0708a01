/* lmtp-parse.c: see lmtp-parse.h. Called by lmtp-session.c. Lenient where a mail would be lost otherwise (spaces
 * after the colon, odd dots in a local part), strict where bytes could mean two things. */
#include "madoguchi/intake/lmtp-parse.h"

#include <string.h>

/* What is left of the line. */
typedef struct {
  const char *next;
  const char *end;
} Rest;

static const char syntax_error[] = "500 5.5.2 syntax error";
static const char argument_error[] = "501 5.5.4 wrong or missing argument";

void
mado_lmtp_command_clear (MadoLmtpCommand *command)
{
  g_clear_pointer (&command->path, g_free);
}

static gboolean
is_at_end (const Rest *rest)
{
  return rest->next == rest->end;
}

static gboolean
take (Rest *rest, char c)
{
  if (is_at_end (rest) || *rest->next != c)
    return FALSE;
  rest->next++;
  return TRUE;
}

static void
skip_spaces (Rest *rest)
{
  while (take (rest, ' ') || take (rest, '\t'))
    ;
}

/* Takes @word in any case. */
static gboolean
take_word (Rest *rest, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (rest->end - rest->next) < length || g_ascii_strncasecmp (rest->next, word, length) != 0)
    return FALSE;
  rest->next += length;
  return TRUE;
}

/* RFC 5321 atext with the dot, RFC 6531 UTF8-non-ascii. */
static gboolean
is_atom (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80 || strchr (".!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

static gboolean
is_domain_byte (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80 || c == '-' || c == '.' || c == '_';
}

/* A quoted string; @local gets its content. */
static gboolean
take_quoted (Rest *rest, GString *local)
{
  while (!is_at_end (rest) && *rest->next != '"') {
    if (*rest->next == '\\' && ++rest->next == rest->end)
      return FALSE;
    g_string_append_c (local, *rest->next++);
  }
  return take (rest, '"');
}

/* Appends @local, in quotes where it needs them. */
static void
append_local (GString *path, const GString *local)
{
  gboolean is_plain = local->len > 0;

  for (gsize i = 0; i < local->len; i++)
    is_plain = is_plain && is_atom (local->str[i]);
  if (is_plain) {
    g_string_append_len (path, local->str, (gssize) local->len);
    return;
  }
  g_string_append_c (path, '"');
  for (gsize i = 0; i < local->len; i++) {
    if (local->str[i] == '"' || local->str[i] == '\\')
      g_string_append_c (path, '\\');
    g_string_append_c (path, local->str[i]);
  }
  g_string_append_c (path, '"');
}

static gboolean
take_domain (Rest *rest, GString *path)
{
  const char *start = rest->next;

  if (take (rest, '[')) { /* an address literal */
    while (!is_at_end (rest) && (g_ascii_isalnum (*rest->next) || strchr (":.-", *rest->next) != NULL))
      rest->next++;
    if (rest->next == start + 1 || !take (rest, ']'))
      return FALSE;
  } else {
    while (!is_at_end (rest) && is_domain_byte (*rest->next))
      rest->next++;
    if (rest->next == start || *start == '.' || g_strstr_len (start, rest->next - start, "..") != NULL)
      return FALSE;
  }
  g_string_append_len (path, start, rest->next - start);
  return TRUE;
}

/* "@one,@two:" before the address means nothing any more (RFC 5321, appendix C). */
static gboolean
skip_source_route (Rest *rest)
{
  const char *colon;

  if (is_at_end (rest) || *rest->next != '@')
    return TRUE;
  colon = memchr (rest->next, ':', (gsize) (rest->end - rest->next));
  for (const char *p = rest->next; colon != NULL && p < colon; p++)
    if (!is_domain_byte (*p) && *p != '@' && *p != ',')
      return FALSE;
  if (colon == NULL)
    return FALSE;
  rest->next = colon + 1;
  return TRUE;
}

/* "<...>"; @path gets the address. */
static gboolean
take_path (Rest *rest, GString *path)
{
  g_autoptr (GString) local = g_string_new (NULL);

  if (!take (rest, '<'))
    return FALSE;
  if (take (rest, '>'))
    return TRUE;
  if (!skip_source_route (rest))
    return FALSE;
  if (take (rest, '"')) {
    if (!take_quoted (rest, local))
      return FALSE;
  } else {
    while (!is_at_end (rest) && is_atom (*rest->next))
      g_string_append_c (local, *rest->next++);
    if (local->len == 0)
      return FALSE;
  }
  append_local (path, local);
  if (take (rest, '@')) {
    g_string_append_c (path, '@');
    if (!take_domain (rest, path))
      return FALSE;
  }
  return take (rest, '>') && path->len <= MADO_LMTP_PATH_MAX && (is_at_end (rest) || *rest->next == ' ');
}

static gboolean
parse_size (const char *value, MadoLmtpCommand *command)
{
  guint64 size = 0;

  if (command->has_size || *value == '\0' || strspn (value, "0123456789") != strlen (value) || strlen (value) > 20)
    return FALSE;
  for (; *value != '\0'; value++) {
    guint digit = (guint) (*value - '0');
    size = size > (G_MAXUINT64 - digit) / 10 ? G_MAXUINT64 : size * 10 + digit;
  }
  command->has_size = TRUE;
  command->size = size;
  return TRUE;
}

/* The parameters of MAIL. */
static const char *
parse_parameters (Rest *rest, MadoLmtpCommand *command)
{
  g_autofree char *text = g_strndup (rest->next, (gsize) (rest->end - rest->next));
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  gboolean has_body = FALSE;

  for (gsize i = 0; words[i] != NULL; i++) {
    char *word = words[i];
    if (*word == '\0')
      continue;
    if (g_ascii_strncasecmp (word, "SIZE=", 5) == 0) {
      if (!parse_size (word + 5, command))
        return argument_error;
    } else if (g_ascii_strncasecmp (word, "BODY=", 5) == 0) {
      if (has_body || (g_ascii_strcasecmp (word + 5, "7BIT") != 0 && g_ascii_strcasecmp (word + 5, "8BITMIME") != 0))
        return argument_error;
      has_body = TRUE;
    } else if (g_ascii_strcasecmp (word, "SMTPUTF8") == 0) {
      command->smtputf8 = TRUE;
    } else {
      return "555 5.5.4 unknown parameter";
    }
  }
  return NULL;
}

/* "FROM:<...> ..." or "TO:<...> ..." */
static const char *
parse_mail_or_rcpt (Rest *rest, MadoLmtpCommand *command)
{
  gboolean is_mail = command->verb == MADO_LMTP_MAIL;
  g_autoptr (GString) path = g_string_new (NULL);
  const char *problem;

  if (!take_word (rest, is_mail ? "FROM:" : "TO:"))
    return argument_error;
  skip_spaces (rest);
  if (!take_path (rest, path) || (!is_mail && path->len == 0))
    return is_mail ? "501 5.1.7 not a sender address" : "501 5.1.3 not a recipient address";
  command->path = g_strndup (path->str, path->len);
  command->is_ascii = g_str_is_ascii (command->path);
  skip_spaces (rest);
  if (!is_mail)
    return is_at_end (rest) ? NULL : "555 5.5.4 unknown parameter";
  problem = parse_parameters (rest, command);
  if (problem == NULL && !command->is_ascii && !command->smtputf8)
    return "553 5.6.7 an address in UTF-8 needs SMTPUTF8";
  return problem;
}

static const char *
parse_arguments (Rest *rest, MadoLmtpCommand *command)
{
  switch (command->verb) {
  case MADO_LMTP_MAIL:
  case MADO_LMTP_RCPT:
    return parse_mail_or_rcpt (rest, command);
  case MADO_LMTP_LHLO:
  case MADO_LMTP_VRFY:
    return is_at_end (rest) ? argument_error : NULL;
  case MADO_LMTP_NOOP:
    return NULL; /* RFC 5321, 4.1.1.9: may say anything */
  case MADO_LMTP_DATA:
  case MADO_LMTP_RSET:
  case MADO_LMTP_QUIT:
    break;
  }
  return is_at_end (rest) ? NULL : argument_error;
}

/* No command has control characters (a bare CR, LF or NUL among them) or broken UTF-8. */
static gboolean
is_clean (const char *line, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (((guchar) line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
      return FALSE;
  return g_utf8_validate_len (line, length, NULL);
}

const char *
mado_lmtp_parse (const char *line, gsize length, MadoLmtpCommand *command)
{
  static const char *const verbs[] = { "LHLO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "VRFY", "QUIT" };
  static const char *const not_served[] = { "EXPN", "HELP", "BDAT", "TURN", "ETRN" };
  Rest rest = { line, line + length };
  char verb[5] = "";

  *command = (MadoLmtpCommand) { 0 };
  if (!is_clean (line, length))
    return syntax_error;
  while (rest.end > rest.next && (rest.end[-1] == ' ' || rest.end[-1] == '\t'))
    rest.end--;
  if (rest.end - rest.next < 4 || (rest.end - rest.next > 4 && rest.next[4] != ' ' && rest.next[4] != '\t'))
    return syntax_error;
  memcpy (verb, rest.next, 4);
  rest.next += 4;
  skip_spaces (&rest);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_ascii_strcasecmp (verb, verbs[i]) == 0) {
      command->verb = (MadoLmtpVerb) i;
      return parse_arguments (&rest, command);
    }
  for (guint i = 0; i < G_N_ELEMENTS (not_served); i++)
    if (g_ascii_strcasecmp (verb, not_served[i]) == 0)
      return "502 5.5.1 not served here";
  if (g_ascii_strcasecmp (verb, "HELO") == 0 || g_ascii_strcasecmp (verb, "EHLO") == 0)
    return "500 5.5.1 this is LMTP: say LHLO";
  return "500 5.5.1 unknown command";
}

gboolean
mado_lmtp_is_ours (const char *const *team, const char *path)
{
  const char *at = strrchr (path, '@');
  const char *plus = strchr (path, '+');

  if (at == NULL || at == path)
    return FALSE;
  g_autofree char *bare = plus != NULL && plus > path && plus < at
                              ? g_strdup_printf ("%.*s%s", (int) (plus - path), path, at) : g_strdup (path);
  for (gsize i = 0; team[i] != NULL; i++)
    if (g_ascii_strcasecmp (team[i], path) == 0 || g_ascii_strcasecmp (team[i], bare) == 0)
      return TRUE;
  return FALSE;
}
