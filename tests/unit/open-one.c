/* open-one: prints the report of one mail as JSON: open-one CONF FILE [PART]. For the tests of the opener; no jail. */
#include "madoguchi/base/error.h"
#include "madoguchi/mail/open.h"
#include "madoguchi/model/record-json.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fail (const char *what, const GError *error)
{
  fprintf (stderr, "open-one: %s: %s\n", what, error->message);
  return mado_error_exit_status (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (MadoConf) conf = NULL;
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *json = NULL;
  MadoOpenContext context = { 0 };
  struct stat status;
  int fd;

  if (argc != 3)
    return 64;
  conf = mado_conf_load (argv[1], &error);
  if (conf == NULL)
    return fail ("conf", error);
  fd = open (argv[2], O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &status) < 0)
    return 66;
  context.conf = conf;
  if (!mado_open_mail (&context, fd, 0, (guint64) status.st_size, &report, &error))
    return fail ("open", error);
  node = mado_record_to_json (&mado_report_type, report);
  json = mado_json_pretty (node);
  puts (json);
  close (fd);
  return 0;
}
