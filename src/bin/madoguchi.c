/* madoguchi.c: the members' command line: lends front/ the functions of its sister layers, and nothing else. */
#include "madoguchi/front/cli.h"
#include "madoguchi/mail/open.h"

static gboolean
open_mail (const MadoConf *conf, const char *runtime, int fd, guint64 size, MadoReport **report, GError **error)
{
  g_autoptr (MadoKeyIndex) keys = mado_key_index_load (conf, error);
  g_autoptr (MadoPgpHome) home = NULL;
  MadoOpenContext context = { .conf = conf, .keys = keys };

  if (keys == NULL)
    return FALSE;
  home = mado_pgp_home_new (conf, runtime, MADO_PGP_DECRYPT, 0, error);
  if (home == NULL)
    return FALSE;
  context.home = home;
  return mado_open_mail (&context, fd, 0, size, report, error);
}

int
main (int argc, char **argv)
{
  const MadoCliHooks hooks = { .open_mail = open_mail };

  return mado_cli_main (&hooks, argc, argv);
}
