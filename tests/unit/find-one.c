/* find-one.c: looks for a key as the sender does: find-one CONFIG ADDRESS [SOURCE [FINGERPRINT]]. Writes the source and the
 * bytes, or the code and words of the error; the exit status is the code's. For tests/it/discovery.py. */
#include "madoguchi/base/error.h"
#include "madoguchi/reply/discover.h"

#include <stdio.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoConf) conf = argc >= 3 ? mado_conf_load (argv[1], &error) : NULL;
  g_autoptr (MadoDiscovery) discovery = conf == NULL ? NULL : mado_discovery_new (conf, &error);
  MadoDiscoveryQuestion question = { argc >= 3 ? argv[2] : NULL, argc >= 4 ? argv[3] : NULL, argc >= 5 ? argv[4] : NULL };
  g_autoptr (GBytes) block = NULL;
  const char *source = NULL;

  if (argc < 3)
    return 64;
  if (discovery != NULL && mado_discovery_find (discovery, &question, &block, &source, &error)) {
    puts (source);
    fwrite (g_bytes_get_data (block, NULL), 1, g_bytes_get_size (block), stdout);
    return 0;
  }
  printf ("%s: %s\n", mado_error_name (error->code), error->message);
  return mado_error_exit_status (error);
}
