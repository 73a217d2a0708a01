/* test-web-api-calls.c: the table of calls can be walked: each list of arguments ends, and names what stands in the path. */
#include "madoguchi/web/api.h"

#include <string.h>

static void
test_ends (void)
{
  guint count = 0;

  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++) {
    count++;
    /* A list that is full has no end: whoever walks it reads the next call as an argument. */
    if (call->arguments[MADO_API_ARGUMENTS - 1].name != NULL)
      g_error ("%s %s: its arguments leave no room for the end (MADO_API_ARGUMENTS)", call->method, call->path);
  }
  g_assert_cmpuint (count, >, 40);
}

static void
test_paths (void)
{
  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++)
    for (const char *open = strchr (call->path, '{'); open != NULL; open = strchr (open + 1, '{')) {
      g_autofree char *name = g_strndup (open + 1, strcspn (open + 1, "}"));
      gboolean found = FALSE;
      for (const MadoApiArgument *argument = call->arguments; argument->name != NULL; argument++)
        found |= argument->place == MADO_API_PATH && strcmp (argument->name, name) == 0;
      if (!found && strcmp (name, "ticket") != 0)
        g_error ("%s %s: {%s} is no argument", call->method, call->path, name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/api-calls/ends", test_ends);
  g_test_add_func ("/web/api-calls/paths", test_paths);
  return g_test_run ();
}
