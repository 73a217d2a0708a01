/* home.c: see home.h.
 *
 * The agent of a home is our own child: we bind its socket and hand it over (gpg-agent --supervised, as systemd
 * does), and the kernel ends it when we end, however we end. So no agent ever outlives its worker, and a
 * socket that a killed predecessor left behind is simply replaced. Nothing here reads a mail or a key.
 */
#include "madoguchi/pgp/home.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/pgp/cms-home.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_SECONDS 5
#define AWAY_STEPS 100
#define AWAY_STEP_US (10 * 1000)
#define RING "pubring.kbx"
#define MAX_RING (256 * 1024 * 1024)

struct _MadoPgpHome {
  char *path;
  char *gnupg_home;  /* [crypto] gnupg-home: where the ring is that we copy */
  struct stat ring;  /* of the file that was copied last; zeros: none */
  char *socket;      /* where gpg looks for the agent */
  char *foreign;     /* socket of a configured agent; NULL: we run our own */
  GPid agent;        /* 0: none */
  gint64 heard;      /* when the agent last answered: monotonic, microseconds; 0: never */
  char *crl_directory; /* NULL: none */
  MadoCrls *crls;      /* of it */
  gint64 crls_tried;   /* when they could not be read again: monotonic, microseconds */
  pid_t owner;       /* a forked child that frees its copy must not touch the real thing */
};

static gboolean
write_text (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return mado_fsio_replace (path, bytes, 0600, error);
}

static gboolean
is_same_file (const struct stat *a, const struct stat *b)
{
  return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size
         && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Looks at the ring; an inode of 0 says that there is none to be copied. An administrator's gpg moves the ring away
 * (to pubring.kbx~) before it puts the changed one in its place: who has a copy goes on with that one, and who has
 * none must not take it for a house without keys. */
static gboolean
stat_ring (const MadoPgpHome *home, struct stat *ring, GError **error)
{
  g_autofree char *source = g_build_filename (home->gnupg_home, RING, NULL);
  g_autofree char *away = g_strconcat (source, "~", NULL);

  for (int i = 0; i < AWAY_STEPS; i++) {
    if (stat (source, ring) == 0)
      return TRUE;
    if (errno != ENOENT)
      return mado_error_set_errno (error, source);
    *ring = (struct stat) { 0 };
    if (home->ring.st_ino != 0 || !g_file_test (away, G_FILE_TEST_EXISTS))
      return TRUE;
    g_usleep (AWAY_STEP_US);
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s: moved away by another program", source);
  return FALSE;
}

/* What changed on the disk and cannot be read leaves us with the old lists, until they are too old to count. */
static void
refresh_crls (MadoPgpHome *home)
{
  g_autoptr (GError) problem = NULL;
  MadoCrls *crls;

  if (home->crls == NULL || !mado_crls_is_stale (home->crls)
      || (home->crls_tried != 0 && g_get_monotonic_time () - home->crls_tried < 60 * G_USEC_PER_SEC))
    return;
  crls = mado_crls_load (home->crl_directory, &problem);
  home->crls_tried = crls == NULL ? g_get_monotonic_time () : 0;
  if (crls == NULL) {
    mado_log (MADO_LOG_ERROR, NULL, "crls", "why=\"%s\"", problem->message);
    return;
  }
  mado_crls_free (home->crls);
  home->crls = crls;
}

/* Copies the public ring into the home when it has changed. gpg makes and removes three lock files beside the ring
 * each time it only reads it, and now and then packs it; on a copy of our own it needs no lock (a home serves one
 * gpg at a time), and the real ring has one writer. */
gboolean
mado_pgp_home_refresh (MadoPgpHome *home, GError **error)
{
  g_autofree char *source = g_build_filename (home->gnupg_home, RING, NULL);
  g_autofree char *copy = g_build_filename (home->path, RING, NULL);
  g_autoptr (GBytes) bytes = NULL;
  struct stat now = { 0 };

  if (home->owner != getpid ())
    return TRUE; /* its parent has done it */
  refresh_crls (home);
  if (!stat_ring (home, &now, error))
    return FALSE;
  if (now.st_ino == 0 || is_same_file (&now, &home->ring))
    return TRUE;
  if (now.st_size > MAX_RING) { /* our trouble, and no limit that a mail went over */
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s: more than %d bytes", source, MAX_RING);
    return FALSE;
  }
  if (!mado_fsio_read_file (source, MAX_RING, &bytes, error) || !mado_fsio_replace (copy, bytes, 0600, error))
    return FALSE;
  home->ring = now; /* a change since then shows next time */
  return TRUE;
}

static void
add_ring (GString *conf, const char *gnupg_home, const char *name, gboolean always)
{
  g_autofree char *ring = g_build_filename (gnupg_home, name, NULL);

  if (always || g_file_test (ring, G_FILE_TEST_EXISTS))
    g_string_append_printf (conf, "keyring %s\n", ring);
}

static gboolean
write_gpg_conf (const char *path, const char *gnupg_home, gboolean needs_random, GError **error)
{
  /* random_seed is a lock that parallel processes on one home wait for in steps of 250 ms; here each home serves one
   * gpg at a time, and without the file each encryption fills its pool anew (0.3 ms). Who only decrypts wants
   * neither. Compression would only cost time and tell lengths; trust is data of ours. */
  g_autoptr (GString) conf = g_string_new ("# Made by Madoguchi at every start.\n"
                                           "no-default-keyring\n"
                                           "lock-never\n"
                                           "no-auto-key-retrieve\n"
                                           "no-auto-check-trustdb\n"
                                           "no-symkey-cache\n"
                                           "disable-dirmngr\n"
                                           "no-autostart\n"
                                           "no-encrypt-to\n"
                                           "no-emit-version\n"
                                           "no-comments\n"
                                           "trust-model always\n"
                                           "compress-algo none\n"
                                           "digest-algo SHA512\n"
                                           "personal-cipher-preferences AES256 AES192 AES\n"
                                           "verify-options no-show-photos\n"
                                           "keyid-format long\n");
  g_autofree char *old_ring = g_build_filename (gnupg_home, "pubring.gpg", NULL);

  if (!needs_random)
    g_string_append (conf, "no-random-seed-file\n");
  add_ring (conf, path, RING, !g_file_test (old_ring, G_FILE_TEST_EXISTS));
  add_ring (conf, gnupg_home, "pubring.gpg", FALSE);
  return write_text (path, "gpg.conf", conf->str, error);
}

/* Where does gpg look for the agent of this home? In the home itself, or in /run/user when that is there. */
static char *
find_socket (const char *path, GError **error)
{
  const char *argv[] = { "gpgconf", "--homedir", path, "--list-dirs", "agent-socket", NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) problem = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
                     NULL, &status, &problem) || !g_spawn_check_wait_status (status, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "gpgconf: %s", problem->message);
    return NULL;
  }
  g_strstrip (out);
  if (*out != '/' || strlen (out) >= sizeof ((struct sockaddr_un *) 0)->sun_path) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
                 "%s: agent socket has more than 107 bytes: choose a shorter [runtime] directory", out);
    return NULL;
  }
  return g_steal_pointer (&out);
}

static int
open_socket (const char *path, struct sockaddr_un *address, GError **error)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return mado_error_set_errno (error, "socket"), -1;
  *address = (struct sockaddr_un) { .sun_family = AF_UNIX };
  g_strlcpy (address->sun_path, path, sizeof address->sun_path);
  return fd;
}

/* Connects and reads the greeting, "OK ..." (libassuan). */
static gboolean
ask_agent (const char *path, GError **error)
{
  struct timeval patience = { .tv_sec = ANSWER_SECONDS };
  struct sockaddr_un address;
  char greeting[8] = "";
  int fd = open_socket (path, &address, error);
  gboolean ok = FALSE;

  if (fd < 0)
    return FALSE;
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0
      && recv (fd, greeting, sizeof greeting - 1, 0) >= 2)
    ok = greeting[0] == 'O' && greeting[1] == 'K' && send (fd, "BYE\n", 4, MSG_NOSIGNAL) == 4;
  close (fd);
  if (!ok)
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg-agent at %s does not answer", path);
  return ok;
}

static void
end_agent (MadoPgpHome *home)
{
  if (home->agent == 0)
    return;
  kill (home->agent, SIGTERM);
  for (int i = 0; i < 50; i++) {
    if (waitpid (home->agent, NULL, WNOHANG) != 0) {
      home->agent = 0;
      return;
    }
    g_usleep (10 * 1000);
  }
  kill (home->agent, SIGKILL);
  waitpid (home->agent, NULL, 0);
  home->agent = 0;
}

/* Runs in the child between fork and exec. A supervised gpg-agent 2.2 forgets to ignore SIGPIPE: without this a
 * client that is killed while it waits for an answer would take the agent with it. Roles block signals. */
static void
tie_to_parent (gpointer data)
{
  struct sigaction ignore = { .sa_handler = SIG_IGN };
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  sigaction (SIGPIPE, &ignore, NULL);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != *(pid_t *) data)
    _exit (1);
}

static int
listen_for_agent (MadoPgpHome *home, GError **error)
{
  struct sockaddr_un address;
  int fd = open_socket (home->socket, &address, error);

  if (fd < 0)
    return -1;
  unlink (home->socket);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || chmod (home->socket, 0600) != 0
      || listen (fd, 64) != 0) {
    mado_error_set_errno (error, home->socket);
    close (fd);
    return -1;
  }
  return fd;
}

static gboolean
start_agent (MadoPgpHome *home, GError **error)
{
  const char *argv[] = { "gpg-agent", "--homedir", home->path, "--supervised", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) problem = NULL;
  pid_t self = getpid ();
  int fd, at = 3;
  gboolean ok;

  end_agent (home);
  fd = listen_for_agent (home, error);
  if (fd < 0)
    return FALSE;
  environment = g_environ_setenv (environment, "LISTEN_FDS", "1", TRUE);
  environment = g_environ_setenv (environment, "LISTEN_FDNAMES", "std", TRUE);
  environment = g_environ_unsetenv (environment, "LISTEN_PID");
  environment = g_environ_unsetenv (environment, "NOTIFY_SOCKET");
  ok = g_spawn_async_with_pipes_and_fds (NULL, argv, (const char *const *) environment,
                                         G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                                             | G_SPAWN_STDERR_TO_DEV_NULL,
                                         tie_to_parent, &self, -1, -1, -1, &fd, &at, 1, &home->agent, NULL, NULL, NULL,
                                         &problem);
  close (fd);
  if (!ok)
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "gpg-agent: %s", problem->message);
  return ok && ask_agent (home->socket, error);
}

static gboolean
link_secret_keys (const char *path, const char *gnupg_home, GError **error)
{
  g_autofree char *target = g_build_filename (gnupg_home, "private-keys-v1.d", NULL);
  g_autofree char *link = g_build_filename (path, "private-keys-v1.d", NULL);

  if (symlink (target, link) != 0)
    return mado_error_set_errno (error, link);
  return write_text (path, "gpg-agent.conf",
                     "# Made by Madoguchi at every start.\n"
                     "auto-expand-secmem 65536\n"
                     "disable-scdaemon\n"
                     "no-allow-external-cache\n",
                     error);
}

static gboolean
redirect_agent (MadoPgpHome *home, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%%Assuan%%\nsocket=%s\n", home->foreign);
  g_autofree char *directory = g_path_get_dirname (home->socket);
  g_autofree char *name = g_path_get_basename (home->socket);

  return write_text (directory, name, text, error);
}

/* Every gpg loads its locale at its start, and tells the agent of each sign of a terminal with a question of its own:
 * together a tenth of a millisecond and more for each process. Nobody reads its words here. LANGUAGE stays: our own words follow it
 * (gettext looks each time), and where LC_ALL is C no engine does. */
static void
quieten_engines (void)
{
  static const char *const session[] = { "GPG_TTY",       "TERM",          "DISPLAY",      "XAUTHORITY",
                                         "XMODIFIERS",    "WAYLAND_DISPLAY", "INSIDE_EMACS", "DBUS_SESSION_BUS_ADDRESS",
                                         "GTK_IM_MODULE", "QT_IM_MODULE",  "PINENTRY_USER_DATA" };

  g_setenv ("LC_ALL", "C", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (session); i++)
    g_unsetenv (session[i]);
}

static gboolean
fill_home (MadoPgpHome *home, const char *gnupg_home, const char *smime_trust, MadoPgpPurpose purpose, GError **error)
{
  if (!mado_fsio_remove_tree (home->path, error)) /* what a killed predecessor left */
    return FALSE;
  if (g_mkdir_with_parents (home->path, 0700) != 0)
    return mado_error_set_errno (error, home->path);
  if (!mado_pgp_home_refresh (home, error) || !write_gpg_conf (home->path, gnupg_home, purpose == MADO_PGP_SIGN, error))
    return FALSE;
  if (!mado_cms_home_fill (home->path, smime_trust, error))
    return FALSE;
  home->socket = find_socket (home->path, error);
  if (home->socket == NULL)
    return FALSE;
  if (home->foreign != NULL)
    return redirect_agent (home, error);
  return link_secret_keys (home->path, gnupg_home, error) && start_agent (home, error);
}

MadoPgpHome *
mado_pgp_home_new (const MadoConf *conf, const char *runtime, MadoPgpPurpose purpose, guint worker, GError **error)
{
  const char *key = purpose == MADO_PGP_DECRYPT ? "decrypt-agent" : "sign-agent";
  const char *const *agents = mado_conf_list (conf, "crypto", key);
  g_autofree char *gnupg_home = g_canonicalize_filename (mado_conf_string (conf, "crypto", "gnupg-home"), NULL);
  g_autofree char *base = g_canonicalize_filename (runtime, NULL);
  g_autoptr (MadoPgpHome) home = g_new0 (MadoPgpHome, 1);
  guint count = g_strv_length ((char **) agents);

  quieten_engines ();
  home->owner = getpid ();
  home->gnupg_home = g_strdup (gnupg_home);
  home->path = g_strdup_printf ("%s/gpg-%s-%u", base, purpose == MADO_PGP_DECRYPT ? "decrypt" : "sign", worker);
  if (count > 0)
    home->foreign = g_strdup (agents[worker % count]);
  home->crl_directory = purpose == MADO_PGP_DECRYPT ? g_strdup (mado_conf_string (conf, "crypto", "smime-crls")) : NULL;
  if (home->crl_directory != NULL) {
    home->crls = mado_crls_load (home->crl_directory, error);
    if (home->crls == NULL)
      return NULL;
  }
  if (!fill_home (home, gnupg_home, mado_conf_string (conf, "crypto", "smime-trust"), purpose, error))
    return NULL;
  return g_steal_pointer (&home);
}

/* Did our own agent answer a moment ago, and lives? Then it is not asked: it starts a thread for each question, and
 * there would be two questions for each mail. */
static gboolean
is_well (const MadoPgpHome *home)
{
  siginfo_t ended = { 0 };

  return home->agent != 0 && home->heard != 0 && g_get_monotonic_time () - home->heard < G_USEC_PER_SEC
         && waitid (P_PID, (id_t) home->agent, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0
         && access (home->socket, F_OK) == 0;
}

gboolean
mado_pgp_home_check_agent (MadoPgpHome *home, GError **error)
{
  gboolean ok;

  if (!mado_pgp_home_refresh (home, error))
    return FALSE;
  if (home->foreign != NULL)
    return ask_agent (home->foreign, error);
  if (home->owner != getpid ()) /* a child with limits of its own must not be the agent's parent */
    return ask_agent (home->socket, error);
  if (is_well (home))
    return TRUE;
  ok = ask_agent (home->socket, NULL) || start_agent (home, error);
  home->heard = ok ? g_get_monotonic_time () : 0;
  return ok;
}

const MadoCrls *
mado_pgp_home_crls (const MadoPgpHome *home)
{
  return home->crls;
}

const char *
mado_pgp_home_agent (const MadoPgpHome *home)
{
  return home->foreign != NULL ? home->foreign : home->socket;
}

const char *
mado_pgp_home_path (const MadoPgpHome *home)
{
  return home->path;
}

void
mado_pgp_home_close (MadoPgpHome *home)
{
  if (home == NULL)
    return;
  if (home->owner == getpid ()) {
    end_agent (home);
    if (home->socket != NULL)
      unlink (home->socket);
    mado_fsio_remove_tree (home->path, NULL);
  }
  mado_crls_free (home->crls);
  g_free (home->crl_directory);
  g_free (home->path);
  g_free (home->gnupg_home);
  g_free (home->socket);
  g_free (home->foreign);
  g_free (home);
}
