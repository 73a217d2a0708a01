/* demo.c: see demo.h. Called by madoguchid --demo alone. GnuPG is only a child process here; the configuration is
 * written last, so that a directory without one was never finished. */
#include "madoguchi/role/demo.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define TEAM_NAME "Example CSIRT"
#define TEAM_ADDRESS "csirt@example.org"
#define TEAM_USER_ID (TEAM_NAME " <" TEAM_ADDRESS ">")
#define SOCKET_MAX (sizeof ((struct sockaddr_un *) NULL)->sun_path - 1)
/* A private GnuPG home and its socket below the runtime directory add this much. */
#define RUNTIME_MAX (SOCKET_MAX - 40)
#define MAX_RULES (1024 * 1024)
#define HOME_MAX (SOCKET_MAX - 30)

static gboolean
make_directory (const char *base, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (base, name, NULL);

  return g_mkdir_with_parents (path, 0700) == 0 || mado_error_set_errno (error, path);
}

/* --- the team's key ---------------------------------------------------------------------------------- */

/* Runs gpg on @home. @out: (transfer full, nullable) what it printed. */
static gboolean
run_gpg (const char *home, const char *const *arguments, GBytes **out, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) printed = NULL, said = NULL;
  static const char *const always[] = { "gpg", "--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback",
                                        "--passphrase", "", "--homedir" };

  for (gsize i = 0; i < G_N_ELEMENTS (always); i++)
    g_ptr_array_add (argv, (gpointer) always[i]);
  g_ptr_array_add (argv, (gpointer) home);
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_autoptr (GSubprocess) child = g_subprocess_newv ((const char *const *) argv->pdata,
                                                     G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &problem);
  if (child == NULL || !g_subprocess_communicate (child, NULL, NULL, &printed, &said, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "gpg: %s", problem->message);
    return FALSE;
  }
  if (!g_subprocess_get_successful (child)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg %s: %.*s", arguments[0], (int) MIN (g_bytes_get_size (said), 400),
                 (const char *) g_bytes_get_data (said, NULL));
    return FALSE;
  }
  if (out != NULL)
    *out = g_steal_pointer (&printed);
  return TRUE;
}

/* (transfer full) the fingerprint in "[GNUPG:] KEY_CREATED P FPR". */
static char *
find_created (GBytes *status)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (status, NULL), g_bytes_get_size (status));
  const char *line = strstr (text, "KEY_CREATED ");
  gsize length;

  if (line == NULL || strlen (line) < strlen ("KEY_CREATED P ") + 40)
    return NULL;
  line += strlen ("KEY_CREATED P ");
  length = strspn (line, "0123456789ABCDEF");
  return length >= 40 ? g_strndup (line, length) : NULL;
}

/* @fingerprint: (transfer full). @armoured: (transfer full) the public key. */
static gboolean
make_key (const char *home, char **fingerprint, GBytes **armoured, GError **error)
{
  const char *const create[] = { "--status-fd=1", "--quick-generate-key", TEAM_USER_ID, "ed25519",
                                 "cert,sign", "1y", NULL };
  g_autoptr (GBytes) status = NULL;
  g_autofree char *made = NULL;

  if (!run_gpg (home, create, &status, error))
    return FALSE;
  made = find_created (status);
  if (made == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg did not tell which key it made");
    return FALSE;
  }
  const char *const add[] = { "--quick-add-key", made, "cv25519", "encr", "1y", NULL };
  const char *const export[] = { "--armor", "--export", made, NULL };
  if (!run_gpg (home, add, NULL, error) || !run_gpg (home, export, armoured, error))
    return FALSE;
  *fingerprint = g_steal_pointer (&made);
  return TRUE;
}

static void
end_agents (const char *home)
{
  const char *argv[] = { "gpgconf", "--homedir", home, "--kill", "all", NULL };
  g_autoptr (GSubprocess) child
      = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

  if (child != NULL)
    g_subprocess_wait (child, NULL, NULL);
}

/* An agent's socket stands in its home, so a long home is reached through a short link. */
static char *
make_short_link (const char *home, char **directory, GError **error)
{
  g_autofree char *made = g_strdup ("/tmp/mdXXXXXX");
  g_autofree char *link = NULL;

  if (g_mkdtemp (made) == NULL) {
    mado_error_set_errno (error, made);
    return NULL;
  }
  link = g_build_filename (made, "h", NULL);
  if (symlink (home, link) != 0) {
    mado_error_set_errno (error, link);
    rmdir (made);
    return NULL;
  }
  *directory = g_steal_pointer (&made);
  return g_steal_pointer (&link);
}

static gboolean
make_home (const char *directory, char **fingerprint, GError **error)
{
  g_autofree char *growing = g_build_filename (directory, ".gnupg.new", NULL);
  g_autofree char *home = g_build_filename (directory, "gnupg", NULL);
  g_autofree char *team = g_build_filename (directory, "team.asc", NULL);
  g_autofree char *link_directory = NULL;
  g_autofree char *link = NULL;
  g_autoptr (GBytes) armoured = NULL;
  gboolean ok;

  if (!mado_fsio_remove_tree (growing, error) || !make_directory (directory, ".gnupg.new", error))
    return FALSE;
  if (strlen (growing) > HOME_MAX) {
    link = make_short_link (growing, &link_directory, error);
    if (link == NULL)
      return FALSE;
  }
  ok = make_key (link != NULL ? link : growing, fingerprint, &armoured, error);
  end_agents (link != NULL ? link : growing);
  if (link_directory != NULL)
    mado_fsio_remove_tree (link_directory, NULL);
  if (!ok || !mado_fsio_replace (team, armoured, 0644, error))
    return FALSE;
  return g_rename (growing, home) == 0 || mado_error_set_errno (error, home);
}

/* --- the configuration ------------------------------------------------------------------------------- */

/* (transfer full) DIR/run, or a short directory elsewhere when sockets below it would have too long names. */
static char *
choose_runtime (const char *directory, GError **error)
{
  char *runtime = g_build_filename (directory, "run", NULL);

  if (strlen (runtime) <= RUNTIME_MAX)
    return runtime;
  g_free (runtime);
  runtime = g_strdup ("/tmp/mdXXXXXX");
  if (g_mkdtemp (runtime) == NULL) {
    mado_error_set_errno (error, runtime);
    g_free (runtime);
    return NULL;
  }
  fprintf (stderr, "madoguchid: %s is too long for sockets; they are in %s\n", directory, runtime);
  return runtime;
}

/* The rules of triage that come with the program, beside the templates, as a file of its own that may be changed.
 * @rules: (transfer full) its name; "none" when they did not come. */
static gboolean
copy_rules (const MadoDemo *demo, const char *directory, char **rules, GError **error)
{
  g_autofree char *from = g_build_filename (demo->templates, "..", "triage.conf", NULL);
  g_autofree char *to = g_build_filename (directory, "triage.conf", NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (!mado_fsio_read_file (from, MAX_RULES, &bytes, NULL)) {
    *rules = g_strdup ("none");
    return TRUE;
  }
  if (!mado_fsio_replace (to, bytes, 0600, error))
    return FALSE;
  *rules = g_steal_pointer (&to);
  return TRUE;
}

static gboolean
write_conf (const MadoDemo *demo, const char *directory, const char *path, const char *fingerprint, GError **error)
{
  g_autofree char *runtime = choose_runtime (directory, error);
  g_autofree char *workers = demo->workers > 0 ? g_strdup_printf ("workers = %u\n", demo->workers) : g_strdup ("");
  g_autofree char *rules = NULL;

  if (runtime == NULL || !copy_rules (demo, directory, &rules, error))
    return FALSE;
  g_autofree char *text = g_strdup_printf (
      "# Made by madoguchid --demo. For demonstrations only: one user, a key without a passphrase.\n"
      "[team]\nname = %s\naddress = %s\nkey = %s\nticket-prefix = EXCSIRT\n\n"
      "[intake]\nlmtp-listen = unix:%s/lmtp.sock%s%s\n\n"
      "[spool]\ndirectory = %s/spool\n\n"
      "[store]\nurl = sqlite:%s/store.db\narchive = %s/archive\n\n"
      "[crypto]\ngnupg-home = %s/gnupg\n%s\n"
      "[submission]\nurl = maildir:%s/outgoing\n\n"
      "[reply]\ntemplates = %s\ncanned = %s\n\n"
      "[formats]\nforms = %s\n\n"
      "[triage]\nrules = %s\n\n"
      "[web]\nfiles = %s\nwords = %s\n%s%s%s\n"
      "[runtime]\ndirectory = %s\ninsecure-single-uid = yes\n",
      TEAM_NAME, TEAM_ADDRESS, fingerprint, directory, demo->listen != NULL ? ";" : "",
      demo->listen != NULL ? demo->listen : "", directory, directory, directory, directory, workers, directory,
      demo->templates, demo->canned, demo->forms, rules, demo->page, demo->words, demo->web != NULL ? "listen = " : "", demo->web != NULL ? demo->web : "",
      demo->web != NULL ? "\n" : "", runtime);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return mado_fsio_replace (path, bytes, 0600, error);
}

/* Adds what this start asks for to a configuration that is already there, comments and all. */
static gboolean
update_conf (const MadoDemo *demo, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;

  if (demo->listen == NULL && demo->workers == 0 && demo->web == NULL)
    return TRUE;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: %s", path, problem->message);
    return FALSE;
  }
  if (demo->web != NULL)
    g_key_file_set_value (file, "web", "listen", demo->web);
  if (demo->workers > 0)
    g_key_file_set_integer (file, "crypto", "workers", (int) demo->workers);
  if (demo->listen != NULL) {
    g_autofree char *old = g_key_file_get_value (file, "intake", "lmtp-listen", NULL);
    g_auto (GStrv) listed = g_strsplit_set (old != NULL ? old : "", ";, ", -1);
    g_autofree char *both = g_strdup_printf ("%s;%s", old != NULL ? old : "", demo->listen);
    if (!g_strv_contains ((const char *const *) listed, demo->listen))
      g_key_file_set_value (file, "intake", "lmtp-listen", both);
  }
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return mado_fsio_replace (path, bytes, 0600, error);
}

static gboolean
check_names (const MadoDemo *demo, const char *directory, GError **error)
{
  g_autofree char *socket = g_build_filename (directory, "lmtp.sock", NULL);

  if (strlen (socket) > SOCKET_MAX)
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: a socket's name has at most %d bytes; choose a shorter directory",
                 socket, (int) SOCKET_MAX);
  else if (strpbrk (directory, ";,\r\n") != NULL || !g_utf8_validate (directory, -1, NULL))
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: this name cannot stand in a configuration", directory);
  else if (demo->web != NULL && strpbrk (demo->web, ";,\r\n") != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not one address", demo->web);
  else if (demo->listen != NULL && strpbrk (demo->listen, ";,\r\n") != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not one address", demo->listen);
  else
    return TRUE;
  return FALSE;
}

gboolean
mado_demo_prepare (const MadoDemo *demo, char **conf_path, GError **error)
{
  static const char *const below[] = { "spool", "archive", "outgoing/tmp", "outgoing/new", "outgoing/cur" };
  g_autofree char *directory = g_canonicalize_filename (demo->directory, NULL);
  g_autofree char *path = g_build_filename (directory, "madoguchi.conf", NULL);
  g_autofree char *home = g_build_filename (directory, "gnupg", NULL);
  g_autofree char *fingerprint = NULL;

  if (!check_names (demo, directory, error))
    return FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    if (!update_conf (demo, path, error))
      return FALSE;
    *conf_path = g_steal_pointer (&path);
    return TRUE;
  }
  if (g_file_test (home, G_FILE_TEST_EXISTS)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: holds keys but no madoguchi.conf: not a demonstration of ours",
                 directory);
    return FALSE;
  }
  if (g_mkdir_with_parents (directory, 0700) != 0)
    return mado_error_set_errno (error, directory);
  for (gsize i = 0; i < G_N_ELEMENTS (below); i++)
    if (!make_directory (directory, below[i], error))
      return FALSE;
  if (!make_home (directory, &fingerprint, error) || !write_conf (demo, directory, path, fingerprint, error))
    return FALSE;
  *conf_path = g_steal_pointer (&path);
  return TRUE;
}

void
mado_demo_end_agents (const char *directory)
{
  g_autofree char *home = g_build_filename (directory, "gnupg", NULL);

  end_agents (home);
}
