/* postconf.c: see postconf.h. */
#include "madoguchi/front/postconf.h"

#include <gio/gio.h>

/* (transfer full, nullable) what Postfix's @name prints, asked with three words. */
static char *
ask (const char *name, const char *first, const char *second, const char *third)
{
  g_autofree char *found = g_find_program_in_path (name);
  g_autofree char *usual = g_build_filename ("/usr/sbin", name, NULL);
  const char *argv[] = { found != NULL ? found : usual, first, second, third, NULL };
  g_autoptr (GSubprocess) child
      = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_autofree char *value = NULL;

  if (child == NULL || !g_subprocess_communicate_utf8 (child, NULL, NULL, &value, NULL, NULL)
      || !g_subprocess_get_successful (child) || value == NULL)
    return NULL;
  return g_strdup (g_strstrip (value));
}

char *
mado_postconf (const char *parameter)
{
  return ask ("postconf", "-xh", parameter, NULL);
}

char *
mado_postmap (const char *maps, const char *key)
{
  g_auto (GStrv) each = g_strsplit_set (maps, ", \t\n", -1);
  char *answer = NULL;

  for (char **map = each; *map != NULL && answer == NULL; map++)
    if (**map != '\0')
      answer = ask ("postmap", "-q", key, *map);
  return answer;
}
