/* test-pgp-home.c: private homes and their agents, on real GnuPG. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/home.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The start of nearly every test: a team with a key, and a mail to it. */
typedef struct {
  char *keys, *runtime, *key, *cipher;
  MadoConf *conf;
} Team;

static void
set_up (Team *team, gconstpointer data)
{
  (void) data;
  team->keys = fixture_home_new ();
  team->runtime = fixture_home_new ();
  team->key = fixture_key (team->keys, "Team <csirt@team.example>", NULL);
  team->cipher = fixture_gpg (team->keys, "secret",
                              (const char *[]) { "--trust-model", "always", "-ear", team->key, NULL });
  team->conf = fixture_conf (team->keys, team->runtime, team->key, NULL);
}

static void
tear_down (Team *team, gconstpointer data)
{
  (void) data;
  mado_conf_free (team->conf);
  fixture_home_free (team->runtime);
  fixture_home_free (team->keys);
  g_free (team->key);
  g_free (team->cipher);
}

/* TRUE when the team's mail says "secret" in @home. */
static gboolean
can_decrypt (const Team *team, const char *home)
{
  g_autoptr (GError) error = NULL;
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new (home, &error);
  gpgme_data_t in, out;
  char text[32] = "";
  gpgme_error_t problem;

  g_assert_no_error (error);
  g_assert_cmpuint (gpgme_data_new_from_mem (&in, team->cipher, strlen (team->cipher), 0), ==, 0);
  g_assert_cmpuint (gpgme_data_new (&out), ==, 0);
  problem = gpgme_op_decrypt (context, in, out);
  if (problem == 0) {
    gpgme_data_seek (out, 0, SEEK_SET);
    gpgme_data_read (out, text, sizeof text - 1);
  }
  if (problem != 0)
    g_test_message ("decryption: %s", gpgme_strerror (problem));
  gpgme_data_release (in);
  gpgme_data_release (out);
  return problem == 0 && strcmp (text, "secret") == 0;
}

static void
decrypt_five_times (const Team *team, MadoPgpHome *home)
{
  for (int n = 0; n < 5; n++)
    if (!can_decrypt (team, mado_pgp_home_path (home)))
      _exit (1);
  mado_pgp_home_close (home); /* in a child: must leave the home and its agent alone */
  _exit (0);
}

static void
test_parallel (Team *team, gconstpointer data)
{
  MadoPgpHome *homes[2];
  g_autoptr (GError) error = NULL;
  pid_t children[2];

  (void) data;
  for (guint i = 0; i < 2; i++) {
    homes[i] = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, i, &error);
    g_assert_no_error (error);
  }
  g_assert_cmpstr (mado_pgp_home_path (homes[0]), !=, mado_pgp_home_path (homes[1]));
  for (guint i = 0; i < 2; i++)
    if ((children[i] = fork ()) == 0)
      decrypt_five_times (team, homes[i]);
  for (guint i = 0; i < 2; i++) {
    int status = -1;
    g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
    g_assert_cmpint (status, ==, 0);
    g_assert_true (mado_pgp_home_check_agent (homes[i], &error));
    g_assert_no_error (error);
  }
  for (guint i = 0; i < 2; i++) {
    g_autofree char *path = g_strdup (mado_pgp_home_path (homes[i]));
    mado_pgp_home_close (homes[i]);
    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  }
}

/* The process id of the agent of @home, as the agent itself says. */
static pid_t
agent_pid (const char *home)
{
  const char *argv[] = { "gpg-connect-agent", "--homedir", home, "--no-autostart", "GETINFO pid", "/bye", NULL };
  g_autofree char *out = NULL;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                               NULL, &out, NULL, NULL, NULL));
  g_assert_true (g_str_has_prefix (out, "D "));
  return (pid_t) g_ascii_strtoll (out + 2, NULL, 10);
}

/* No process @pid any more (a zombie that nobody reaps counts as gone), within three seconds. */
static gboolean
is_gone (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);

  for (int i = 0; i < 300; i++) {
    g_autofree char *stat = NULL;
    if (!g_file_get_contents (path, &stat, NULL, NULL) || strstr (stat, ") Z ") != NULL)
      return TRUE;
    g_usleep (10 * 1000);
  }
  return FALSE;
}

static void
test_agent_dies (Team *team, gconstpointer data)
{
  g_autoptr (MadoPgpHome) home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_SIGN, 0, NULL);
  g_autoptr (GError) error = NULL;
  pid_t agent;

  (void) data;
  g_assert_nonnull (home);
  agent = agent_pid (mado_pgp_home_path (home));
  kill (agent, SIGKILL);
  g_assert_true (is_gone (agent));
  g_assert_true (mado_pgp_home_check_agent (home, &error));
  g_assert_no_error (error);
  g_assert_cmpint (agent_pid (mado_pgp_home_path (home)), !=, agent);
  g_assert_true (can_decrypt (team, mado_pgp_home_path (home)));
  agent = agent_pid (mado_pgp_home_path (home));
  mado_pgp_home_close (g_steal_pointer (&home));
  g_assert_true (is_gone (agent));
}

/* TRUE when gpg, run in @home, knows a key for @address. */
static gboolean
knows (const char *home, const char *address)
{
  const char *argv[] = { "gpg", "--homedir", home, "--batch", "--list-keys", address, NULL };
  int status = 0;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, NULL));
  return g_spawn_check_wait_status (status, NULL);
}

/* The copy of the ring follows the ring, and reading it leaves nothing beside the ring. */
static void
test_ring_changes (Team *team, gconstpointer data)
{
  g_autoptr (MadoPgpHome) home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_SIGN, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *lock = g_strdup_printf ("%s/pubring.kbx.lock", team->keys);
  g_autofree char *late = NULL;

  (void) data;
  g_assert_nonnull (home);
  g_assert_true (knows (mado_pgp_home_path (home), "csirt@team.example"));
  late = fixture_key (team->keys, "Late <late@reporter.example>", NULL);
  g_assert_false (knows (mado_pgp_home_path (home), "late@reporter.example"));
  g_assert_true (mado_pgp_home_check_agent (home, &error));
  g_assert_no_error (error);
  g_assert_true (knows (mado_pgp_home_path (home), "late@reporter.example"));
  /* Somebody else's lock on the ring is none of a reader's business. */
  g_assert_true (g_file_set_contents (lock, "", 0, NULL));
  g_assert_true (can_decrypt (team, mado_pgp_home_path (home)));
  unlink (lock);
}

static void
test_killed_worker (Team *team, gconstpointer data)
{
  g_autoptr (MadoPgpHome) next = NULL;
  g_autoptr (GError) error = NULL;
  int ends[2];
  pid_t worker, agent = 0;

  (void) data;
  g_assert_cmpint (pipe (ends), ==, 0);
  worker = fork ();
  if (worker == 0) {
    MadoPgpHome *mine = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, NULL);
    pid_t pid = mine != NULL ? agent_pid (mado_pgp_home_path (mine)) : 0;
    if (write (ends[1], &pid, sizeof pid) == sizeof pid)
      pause ();
    _exit (1);
  }
  g_assert_cmpint (read (ends[0], &agent, sizeof agent), ==, sizeof agent);
  g_assert_cmpint (agent, >, 1);
  kill (worker, SIGKILL);
  waitpid (worker, NULL, 0);
  g_assert_true (is_gone (agent));
  next = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, &error);
  g_assert_no_error (error);
  g_assert_true (can_decrypt (team, mado_pgp_home_path (next)));
  close (ends[0]);
  close (ends[1]);
}

static void
test_configured_agent (Team *team, gconstpointer data)
{
  char *other = fixture_home_new ();
  g_autoptr (MadoPgpHome) holder = mado_pgp_home_new (team->conf, other, MADO_PGP_DECRYPT, 0, NULL);
  g_autofree char *more = g_strdup_printf ("decrypt-agent = %s/S.gpg-agent\n", mado_pgp_home_path (holder));
  g_autoptr (MadoConf) conf = fixture_conf (team->keys, team->runtime, team->key, more);
  g_autoptr (MadoPgpHome) home = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  home = mado_pgp_home_new (conf, team->runtime, MADO_PGP_DECRYPT, 3, &error);
  g_assert_no_error (error);
  g_assert_true (mado_pgp_home_check_agent (home, &error));
  g_assert_true (can_decrypt (team, mado_pgp_home_path (home)));
  mado_pgp_home_close (g_steal_pointer (&holder));
  g_assert_false (mado_pgp_home_check_agent (home, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  fixture_home_free (other);
}

static gpointer
bring_back (gpointer data)
{
  const Team *team = data;
  g_autofree char *ring = g_build_filename (team->keys, "pubring.kbx", NULL);
  g_autofree char *away = g_build_filename (team->keys, "pubring.kbx~", NULL);

  g_usleep (200 * 1000);
  g_assert_cmpint (rename (away, ring), ==, 0);
  return NULL;
}

/* While gpg --import changes the ring it is away for a moment: nobody may take that for a house without keys. */
static void
test_ring_away (Team *team, gconstpointer data)
{
  g_autofree char *ring = g_build_filename (team->keys, "pubring.kbx", NULL);
  g_autofree char *away = g_build_filename (team->keys, "pubring.kbx~", NULL);
  g_autoptr (MadoPgpHome) home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, NULL);
  g_autoptr (GError) error = NULL;
  GThread *thread;

  (void) data;
  g_assert_nonnull (home);
  g_assert_cmpint (rename (ring, away), ==, 0);
  g_assert_true (mado_pgp_home_check_agent (home, &error));
  g_assert_true (can_decrypt (team, mado_pgp_home_path (home))); /* with the copy that it has */
  g_assert_false (g_file_test (ring, G_FILE_TEST_EXISTS)); /* and makes none where the other program puts one */
  thread = g_thread_new ("back", bring_back, team);
  g_autoptr (MadoPgpHome) second = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 1, &error);
  g_thread_join (thread);
  g_assert_no_error (error);
  g_assert_true (can_decrypt (team, mado_pgp_home_path (second)));
  g_assert_cmpint (rename (ring, away), ==, 0);
  g_assert_null (mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 2, &error)); /* away for good */
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_clear_error (&error);
  g_assert_cmpint (unlink (away), ==, 0);
  g_autoptr (MadoPgpHome) none = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 2, &error);
  g_assert_no_error (error); /* a house that has no keys yet */
  g_assert_false (can_decrypt (team, mado_pgp_home_path (none)));
}

static void
test_long_path (void)
{
  char *runtime = fixture_home_new ();
  g_autofree char *filler = g_strnfill (110, 'x');
  g_autofree char *deep = g_build_filename (runtime, filler, NULL);
  g_autoptr (MadoConf) conf = fixture_conf (runtime, runtime, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_pgp_home_new (conf, deep, MADO_PGP_SIGN, 0, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  fixture_home_free (runtime);
}

/* A ring too large to be copied is our trouble: no mail may be held for it as being over a limit. */
static void
test_huge_ring (Team *team, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPgpHome) home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, &error);
  g_autofree char *ring = g_build_filename (team->keys, "pubring.kbx", NULL);

  (void) data;
  g_assert_no_error (error);
  g_assert_cmpint (truncate (ring, 300 * 1024 * 1024), ==, 0);
  g_assert_false (mado_pgp_home_check_agent (home, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
}

/* What is encrypted in the home for signing starts from a seed; what only decrypts wants none. No engine is told of a
 * terminal or a locale, which costs it questions and files. */
static void
test_cheap_engines (Team *team, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPgpHome) reader = NULL, signer = NULL;
  MadoPgpHome *homes[2];

  (void) data;
  g_setenv ("TERM", "xterm", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_setenv ("LANGUAGE", "en", TRUE);
  homes[0] = reader = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, &error);
  g_assert_no_error (error);
  homes[1] = signer = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_SIGN, 0, &error);
  g_assert_no_error (error);
  g_assert_null (g_getenv ("TERM"));
  g_assert_cmpstr (g_getenv ("LC_ALL"), ==, "C");
  g_assert_cmpstr (g_getenv ("LANGUAGE"), ==, "en"); /* what the command line speaks does not change on the way */
  for (gsize i = 0; i < G_N_ELEMENTS (homes); i++) {
    const char *path = mado_pgp_home_path (homes[i]);
    const char *arguments[] = { "-ear", team->key, NULL };
    g_autofree char *seed = g_build_filename (path, "random_seed", NULL);
    g_autofree char *cipher = fixture_gpg (path, "text", arguments);
    g_assert_cmpint (g_file_test (seed, G_FILE_TEST_EXISTS), ==, i == 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/home/parallel", Team, NULL, set_up, test_parallel, tear_down);
  g_test_add ("/pgp/home/agent-dies", Team, NULL, set_up, test_agent_dies, tear_down);
  g_test_add ("/pgp/home/ring-changes", Team, NULL, set_up, test_ring_changes, tear_down);
  g_test_add ("/pgp/home/killed-worker", Team, NULL, set_up, test_killed_worker, tear_down);
  g_test_add ("/pgp/home/configured-agent", Team, NULL, set_up, test_configured_agent, tear_down);
  g_test_add ("/pgp/home/ring-away", Team, NULL, set_up, test_ring_away, tear_down);
  g_test_add ("/pgp/home/huge-ring", Team, NULL, set_up, test_huge_ring, tear_down);
  g_test_add ("/pgp/home/cheap-engines", Team, NULL, set_up, test_cheap_engines, tear_down);
  g_test_add_func ("/pgp/home/long-path", test_long_path);
  return g_test_run ();
}
