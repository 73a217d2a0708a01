/* checks-roles.c: see checks-roles.h. Called by checks.c. Knocks at a role's door, and says nothing there. */
#include "madoguchi/front/checks-roles.h"
#include "madoguchi/base/words.h"
#include "madoguchi/front/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const roles[] = { "keyring", "opener", "signer", "sender", "keeper" };

/* 0, or why nobody opens at RUNTIME/ROLE.sock. */
static int
knock (const MadoConf *conf, const char *role)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.sock", mado_conf_string (conf, "runtime", "directory"), role);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd, problem;

  if (strlen (path) >= sizeof address.sun_path)
    return ENAMETOOLONG;
  memcpy (address.sun_path, path, strlen (path));
  fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return errno;
  problem = connect (fd, (const struct sockaddr *) &address, sizeof address) == 0 || errno == EAGAIN ? 0 : errno;
  close (fd);
  return problem;
}

static void
check_running (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  int why[G_N_ELEMENTS (roles)];
  gsize running = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    running += (why[i] = knock (conf, roles[i])) == 0;
  for (gsize i = 0; running > 0 && i < G_N_ELEMENTS (roles); i++)
    if (why[i] != 0) {
      g_autofree char *detail
          = g_strdup_printf (N_ ("madoguchi-%s does not serve, others do: %s (journalctl -u madoguchi-%s says why)"), roles[i], g_strerror (why[i]), roles[i]);
      report (data, "roles", why[i] == EACCES ? MADO_CHECK_WARN : MADO_CHECK_FAIL, detail);
    }
  if (running == G_N_ELEMENTS (roles))
    report (data, "roles", MADO_CHECK_OK, "all serve");
}

/* The door for mail: a socket that is there, and somebody behind it. */
static void
check_intake (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  for (const char *const *spec = mado_conf_list (conf, "intake", "lmtp-listen"); *spec != NULL; spec++) {
    g_autoptr (GError) problem = NULL;
    g_autoptr (GSocketConnection) connection = mado_dial (*spec, 5, &problem);
    g_autofree char *detail
        = connection != NULL ? g_strdup_printf (N_ ("%s takes mail"), *spec)
                             : g_strdup_printf (N_ ("%s: %s: no mail comes in (journalctl -u madoguchi-lmtp)"), *spec, problem->message);
    report (data, "intake",
            connection != NULL                                                     ? MADO_CHECK_OK
            : g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) ? MADO_CHECK_WARN
                                                                                   : MADO_CHECK_FAIL,
            detail);
  }
}

/* Whoever owns the directory must be able to change what is in it. */
static void
check_keyring (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  const char *path = mado_conf_string (conf, "crypto", "gnupg-home");
  g_autoptr (GDir) dir = path != NULL ? g_dir_open (path, 0, NULL) : NULL;
  struct stat home, info;
  const char *name;

  if (dir == NULL || stat (path, &home) != 0)
    return;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    if (lstat (file, &info) != 0 || !S_ISREG (info.st_mode) || info.st_uid == home.st_uid)
      continue;
    g_autofree char *detail
        = g_strdup_printf (N_ ("%s is not owned by who owns the directory, so keys cannot be imported (chown -h --reference=%s %s/*)"), file, path, path);
    report (data, "gnupg-home", MADO_CHECK_FAIL, detail);
    return;
  }
}

void
mado_checks_roles (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  check_keyring (conf, report, data);
  check_running (conf, report, data);
  if (knock (conf, "keeper") == 0)
    check_intake (conf, report, data);
}
