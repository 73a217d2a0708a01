/* postconf.c: see postconf.h. */
#include "madoguchi/front/postconf.h"

#include <gio/gio.h>

char *
mado_postconf (const char *parameter)
{
  g_autofree char *program = g_find_program_in_path ("postconf");
  const char *argv[] = { program != NULL ? program : "/usr/sbin/postconf", "-h", parameter, NULL };
  g_autoptr (GSubprocess) child
      = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_autofree char *value = NULL;

  if (child == NULL || !g_subprocess_communicate_utf8 (child, NULL, NULL, &value, NULL, NULL)
      || !g_subprocess_get_successful (child) || value == NULL)
    return NULL;
  return g_strdup (g_strstrip (value));
}
