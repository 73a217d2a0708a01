/* auth-results.c: see auth-results.h. Called by facts.c in the child that reads one mail. */
#include "madoguchi/mail/auth-results.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/header.h"

#include <string.h>

#define FIELDS_MAX 50
#define RESULTS_MAX 20 /* of one field */
#define VALUE_MAX 16384

/* Appends the quoted string at @p as one word: no letter in it means anything. Returns what follows. */
static const char *
copy_quoted (GString *out, const char *p)
{
  for (p++; *p != '\0' && *p != '"'; p++) {
    if (*p == '\\' && p[1] != '\0')
      p++;
    g_string_append_c (out, g_ascii_isspace (*p) || strchr (";=()", *p) != NULL ? '_' : *p);
  }
  return *p == '"' ? p + 1 : p;
}

static const char *
skip_comment (const char *p)
{
  guint depth = 0;

  for (; *p != '\0'; p++) {
    if (*p == '\\' && p[1] != '\0')
      p++;
    else if (*p == '(')
      depth++;
    else if (*p == ')' && --depth == 0)
      return p + 1;
  }
  return p;
}

/* (transfer full) @value without comments and quotes, one blank between words, none around "=", lower case. */
static char *
unify (const char *value)
{
  GString *out = g_string_new (NULL);

  while (*value != '\0') {
    if (*value == '"') {
      value = copy_quoted (out, value);
    } else if (*value == '(' || g_ascii_isspace (*value)) {
      value = *value == '(' ? skip_comment (value) : value + 1;
      if (out->len > 0 && strchr (" =;", out->str[out->len - 1]) == NULL)
        g_string_append_c (out, ' ');
    } else {
      if (strchr ("=;", *value) != NULL && out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      g_string_append_c (out, g_ascii_tolower (*value++));
    }
  }
  return g_string_free (out, FALSE);
}

/* (transfer full, nullable) the value of the first of @names among @words. */
static char *
find_property (char *const *words, const char *const *names)
{
  for (gsize i = 0; names[i] != NULL; i++)
    for (gsize j = 0; words[j] != NULL; j++) {
      gsize length = strlen (names[i]);
      if (strncmp (words[j], names[i], length) == 0 && words[j][length] == '=')
        return g_strdup (words[j] + length + 1);
    }
  return NULL;
}

static const struct {
  const char *method;
  const char *properties[3];
} methods[] = { { "spf", { "smtp.mailfrom", NULL } }, { "dkim", { "header.d", "header.i", NULL } }, { "dmarc", { "header.from", NULL } } };

/* One "method[/version]=result property=value ...". */
static void
read_result (const char *text, GPtrArray *results)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 64);
  char *equals = words[0] != NULL ? strchr (words[0], '=') : NULL;
  MadoAuthResult *result;

  if (equals == NULL)
    return;
  *equals = '\0';
  words[0][strcspn (words[0], "/")] = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (strcmp (methods[i].method, words[0]) != 0)
      continue;
    g_autofree char *domain = find_property (words + 1, methods[i].properties);
    const char *at = domain != NULL ? strrchr (domain, '@') : NULL;
    result = mado_auth_result_new ();
    result->method = g_strdup (methods[i].method);
    result->result = mado_text_escape_line (equals + 1);
    result->domain = domain != NULL ? mado_text_escape_line (at != NULL ? at + 1 : domain) : NULL;
    g_ptr_array_add (results, result);
  }
}

gboolean
mado_auth_results_parse (const char *value, char **server, GPtrArray *results)
{
  g_autofree char *cut = g_strndup (value, VALUE_MAX);
  g_autofree char *text = unify (cut);
  g_auto (GStrv) pieces = g_strsplit (text, ";", RESULTS_MAX + 2);

  if (pieces[0] == NULL)
    return FALSE;
  g_strstrip (pieces[0]);
  pieces[0][strcspn (pieces[0], " ")] = '\0'; /* a version may follow */
  if (pieces[0][0] == '\0' || strchr (pieces[0], '=') != NULL)
    return FALSE;
  *server = mado_text_escape_line (pieces[0]);
  for (gsize i = 1; pieces[i] != NULL && i <= RESULTS_MAX; i++)
    read_result (g_strstrip (pieces[i]), results);
  return TRUE;
}

static gboolean
has_method (GPtrArray *results, guint n, const char *method)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (((const MadoAuthResult *) results->pdata[i])->method, method) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_trusted (const char *server, const char *const *servers)
{
  for (gsize i = 0; servers[i] != NULL; i++)
    if (g_ascii_strcasecmp (server, servers[i]) == 0)
      return TRUE;
  return FALSE;
}

void
mado_auth_results_read (const MadoEntity *entity, const char *const *servers, GPtrArray *results)
{
  for (guint n = 0; servers[0] != NULL && n < FIELDS_MAX; n++) {
    g_autofree char *raw = mado_header_raw (entity, "Authentication-Results", n);
    g_autofree char *server = NULL;
    g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_auth_result_free);
    guint above = results->len;
    if (raw == NULL)
      return;
    if (!mado_auth_results_parse (raw, &server, found) || !is_trusted (server, servers))
      continue;
    for (guint i = 0; i < found->len; i++) {
      const MadoAuthResult *result = found->pdata[i];
      if (!has_method (results, above, result->method))
        g_ptr_array_add (results, mado_auth_result_copy (result));
    }
  }
}
