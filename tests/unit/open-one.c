/* open-one: prints the reports of mails as JSON, one line each: open-one CONF RUNTIME FILE... For the tests of the
 * opener: one home and one agent for all, a jailed child for each mail, as the opener does it. A mail that cannot be
 * opened is {"error": ..., "code": ...}. With PART=PATH in the environment: that part's bytes instead. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/mail/jail.h"
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

static void
print_error (const GError *error)
{
  g_autofree char *message = g_strescape (error->message, NULL);

  printf ("{\"error\": \"%s\", \"code\": \"%s\"}\n", message, mado_error_name (error->code));
}

static void
print_part (const MadoOpenContext *context, int fd, guint64 size, const char *path)
{
  g_autoptr (MadoPart) part = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  int content = -1;

  if (!mado_jail_part (context, fd, 0, size, path, NULL, &part, &content, &error)) {
    print_error (error);
    return;
  }
  if (mado_fsio_read_all (content, G_MAXINT, &bytes, &error))
    fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout);
  close (content);
}

static void
print_mail (const MadoOpenContext *context, const char *path)
{
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *json = NULL;
  const char *part = g_getenv ("PART");
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &status) != 0)
    printf ("{\"error\": \"cannot read\", \"code\": \"usage\"}\n");
  else if (part != NULL)
    print_part (context, fd, (guint64) status.st_size, part);
  else if (!mado_jail_open (context, fd, 0, (guint64) status.st_size, &report, &error))
    print_error (error);
  else {
    node = mado_record_to_json (&mado_report_type, report);
    json = mado_json_line (node);
    puts (json);
  }
  fflush (stdout);
  if (fd >= 0)
    close (fd);
}

int
main (int argc, char **argv)
{
  g_autoptr (MadoConf) conf = NULL;
  g_autoptr (MadoPgpHome) home = NULL;
  g_autoptr (MadoKeyIndex) keys = NULL;
  g_autoptr (MadoPgpEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  MadoOpenContext context = { 0 };

  if (argc < 4)
    return 64;
  conf = mado_conf_load (argv[1], &error);
  if (conf == NULL)
    return fail ("conf", error);
  home = mado_pgp_home_new (conf, argv[2], MADO_PGP_DECRYPT, 0, &error);
  if (home == NULL)
    return fail ("home", error);
  engine = mado_pgp_engine_new (home, &error);
  keys = engine == NULL ? NULL : mado_key_index_load (conf, &error);
  if (keys == NULL)
    return fail ("keys", error);
  context = (MadoOpenContext) { .conf = conf, .home = home, .keys = keys, .engine = engine };
  for (int i = 3; i < argc; i++)
    print_mail (&context, argv[i]);
  return 0;
}
