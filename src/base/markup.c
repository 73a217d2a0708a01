/* markup.c: see markup.h. Called in the opener's child by mail/html.c and report/xml.c.
 *
 * libxml2 brings six more libraries along, and every process that is forked pays for each of them. So it is loaded by the
 * child that meets HTML or XML, and gone with it. */
#include "madoguchi/base/markup.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

gboolean
mado_markup_load (const MadoMarkupSymbol *symbols, gsize n)
{
  void *library = dlopen (MADO_XML_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  const char *problem = library == NULL ? dlerror () : NULL;

  if (problem != NULL && strstr (problem, g_strerror (ENOENT)) == NULL)
    g_error ("failed to allocate room for a library: %s", problem);
  for (gsize i = 0; i < n; i++) {
    void *found = library == NULL ? NULL : dlsym (library, symbols[i].name);
    if (found == NULL)
      return FALSE;
    memcpy (symbols[i].to, &found, sizeof found);
  }
  return TRUE;
}

gboolean
mado_markup_has_flood (const char *text, guint max)
{
  guint words = 0;
  char quote = '\0';
  gboolean in_tag = FALSE;

  for (const char *p = text; *p != '\0'; p++) {
    if (!in_tag) {
      in_tag = p[0] == '<' && (g_ascii_isalpha (p[1]) || p[1] == '_' || (p[1] & 0x80) != 0);
      words = 0;
      continue;
    }
    if (quote != '\0')
      quote = *p == quote ? '\0' : quote;
    else if (*p == '>')
      in_tag = FALSE;
    else if ((*p == '"' || *p == '\'') && p[-1] == '=')
      quote = *p;
    else if ((g_ascii_isspace (p[-1]) || strchr ("/\"'", p[-1]) != NULL) && !g_ascii_isspace (*p) && ++words > max)
      return TRUE;
  }
  return FALSE;
}
