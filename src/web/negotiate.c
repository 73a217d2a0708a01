/* negotiate.c: see negotiate.h. Of fields that were sent twice nothing is known (http-request.c). */
#include "madoguchi/web/negotiate.h"

#include <string.h>

#define MAX_CHOICES 50

/* How much one choice of a list is wanted: its q; 1 without. */
static double
get_weight (char **words)
{
  for (guint i = 1; words[i] != NULL; i++) {
    const char *word = g_strstrip (words[i]);
    if (g_ascii_strncasecmp (word, "q=", 2) == 0)
      return g_ascii_strtod (word + 2, NULL);
  }
  return 1;
}

/* Does @choice ("a/b", "a/" with a star, or a star alone) mean @what? The closer one counts: 3, 2, 1; 0: it does not. */
static guint
get_closeness (const char *choice, const char *what)
{
  const char *slash = strchr (what, '/');
  gsize head = slash != NULL ? (gsize) (slash - what) + 1 : 0;

  if (g_ascii_strcasecmp (choice, what) == 0)
    return 3;
  if (head > 0 && strlen (choice) == head + 1 && choice[head] == '*' && g_ascii_strncasecmp (choice, what, head) == 0)
    return 2;
  return strcmp (choice, "*") == 0 || strcmp (choice, "*/*") == 0 ? 1 : 0;
}

static gboolean
is_wanted (const char *field, const char *what)
{
  g_auto (GStrv) choices = g_strsplit (field, ",", MAX_CHOICES);
  double weight = 0;
  guint best = 0;

  for (guint i = 0; choices[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (choices[i], ";", MAX_CHOICES);
    guint closeness = words[0] != NULL ? get_closeness (g_strstrip (words[0]), what) : 0;
    if (closeness <= best)
      continue;
    best = closeness;
    weight = get_weight (words);
  }
  return weight > 0;
}

gboolean
mado_negotiate_accepts (const MadoHttpRequest *request, const char *type)
{
  const char *field = mado_http_header (request, "Accept");

  return field == NULL || *field == '\0' || is_wanted (field, type);
}

gboolean
mado_negotiate_has_gzip (const MadoHttpRequest *request)
{
  const char *field = mado_http_header (request, "Accept-Encoding");

  return field != NULL && is_wanted (field, "gzip");
}

gboolean
mado_negotiate_is_known (const MadoHttpRequest *request, const char *etag)
{
  const char *field = mado_http_header (request, "If-None-Match");
  g_auto (GStrv) tags = g_strsplit (field != NULL ? field : "", ",", MAX_CHOICES);

  for (guint i = 0; tags[i] != NULL; i++) {
    const char *tag = g_strstrip (tags[i]);
    if (g_str_has_prefix (tag, "W/"))
      tag += 2;
    if (strcmp (tag, etag) == 0 || strcmp (tag, "*") == 0)
      return TRUE;
  }
  return FALSE;
}
