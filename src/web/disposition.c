/* disposition.c: see disposition.h. Pure. */
#include "madoguchi/web/disposition.h"

#include <string.h>

#define UNNAMED "attachment.bin"
#define PLAIN "-_. ()"              /* beside letters and digits, in the name for old programs */
#define ATTR_CHARS "!#$&+-.^_`|~"   /* RFC 8187, 3.2.1 */

static char *
make_plain (const char *name)
{
  GString *plain = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_c (plain, g_ascii_isalnum (*p) || strchr (PLAIN, *p) != NULL ? *p : '_');
  return g_string_free (plain, FALSE);
}

char *
mado_disposition_write (const char *name)
{
  if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL))
    return g_strdup ("attachment; filename=\"" UNNAMED "\"");
  g_autofree char *plain = make_plain (name);
  g_autofree char *whole = g_uri_escape_string (name, ATTR_CHARS, FALSE);
  return g_strdup_printf ("attachment; filename=\"%s\"; filename*=UTF-8''%s", plain, whole);
}
