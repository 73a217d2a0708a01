/* madoguchi.c: the members' command line: lends front/ the functions of its sister layers, and nothing else. */
#include "madoguchi/front/cli.h"
#include "madoguchi/mail/jail.h"
#include "madoguchi/reply/templates.h"
#include "madoguchi/report/read.h"

static gboolean
open_mail (const MadoConf *conf, const char *runtime, int fd, guint64 size, MadoReport **report, GError **error)
{
  g_autoptr (MadoKeyIndex) keys = mado_key_index_load (conf, error);
  g_autoptr (MadoPgpHome) home = NULL;
  MadoOpenContext context = { .conf = conf, .keys = keys, .interpret = mado_report_interpret };

  if (keys == NULL)
    return FALSE;
  home = mado_pgp_home_new (conf, runtime, MADO_PGP_DECRYPT, 0, error);
  if (home == NULL)
    return FALSE;
  context.home = home;
  return mado_jail_open (&context, fd, 0, size, report, error);
}

static gboolean
check_templates (const MadoConf *conf, GError **error)
{
  const char *directory = mado_conf_string (conf, "reply", "templates");
  g_autoptr (MadoTemplates) templates
      = mado_templates_load (directory != NULL ? directory : "", mado_conf_list (conf, "team", "languages"), error);

  return templates != NULL;
}

int
main (int argc, char **argv)
{
  const MadoCliHooks hooks = { .open_mail = open_mail, .check_templates = check_templates };

  return mado_cli_main (&hooks, argc, argv);
}
