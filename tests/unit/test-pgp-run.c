/* test-pgp-run.c: one run of gpg by ourselves: what goes in and comes out, what it says, and what becomes of an engine
 * that is not there or is killed. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/run.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *home, *key;
  gpgme_ctx_t context;
  MadoPgpProgram program;
} Team;

static void
set_up (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  team->home = fixture_home_new ();
  team->key = fixture_key (team->home, "Team <csirt@team.example>", NULL);
  team->context = mado_pgp_context_new (team->home, &error);
  g_assert_no_error (error);
  team->program = mado_pgp_program_of (team->context);
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_pgp_context_free (team->context);
  fixture_home_free (team->home);
  g_free (team->key);
}

static gboolean
has_line (const char *status, const char *keyword)
{
  char **words;
  gboolean found = FALSE;

  while (mado_pgp_run_next (&status, &words)) {
    found = found || g_str_equal (words[0], keyword);
    g_strfreev (words);
  }
  return found;
}

/* What gpg encrypts, gpg decrypts: more than any pipe holds; and no descriptor is left behind. */
static void
test_round_trip (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *encrypt[] = { "--encrypt", "--trust-model", "always", "--recipient", team->key, NULL };
  const char *decrypt[] = { "--decrypt", NULL };
  g_autofree char *text = g_strnfill (3000000, 'x');
  g_autoptr (GBytes) in = g_bytes_new (text, 3000000), cipher = NULL, out = NULL;
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (GError) error = NULL;
  int before = open ("/dev/null", O_RDONLY), after;

  close (before);
  g_assert_cmpstr (team->program.home, ==, team->home);
  g_assert_false (team->program.is_restricted);
  g_assert_true (mado_pgp_run (&team->program, encrypt, in, &cipher, &first, &error));
  g_assert_no_error (error);
  g_assert_true (has_line (first, "END_ENCRYPTION"));
  g_assert_true (mado_pgp_run (&team->program, decrypt, cipher, &out, &second, &error));
  g_assert_no_error (error);
  g_assert_true (has_line (second, "DECRYPTION_OKAY"));
  g_assert_false (has_line (second, "END_ENCRYPTION"));
  g_assert_true (g_bytes_equal (in, out));
  after = open ("/dev/null", O_RDONLY);
  close (after);
  g_assert_cmpint (after, ==, before);
}

/* Also when the lowest descriptors are free, as in a process that was started without them. */
static void
test_low_descriptors (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *encrypt[] = { "--encrypt", "--trust-model", "always", "--recipient", team->key, NULL };
  g_autoptr (GBytes) in = g_bytes_new_static ("text", 4), out = NULL;
  g_autofree char *status = NULL;
  g_autoptr (GError) error = NULL;
  int stdin_copy = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 50);

  close (STDIN_FILENO);
  gboolean ok = mado_pgp_run (&team->program, encrypt, in, &out, &status, &error);
  if (stdin_copy >= 0)
    dup2 (stdin_copy, STDIN_FILENO);
  g_assert_no_error (error);
  g_assert_true (ok && has_line (status, "END_ENCRYPTION"));
}

/* gpg that fails has ended by itself all the same: what it says tells. */
static void
test_failure (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *nobody[] = { "--encrypt", "--recipient", "0123456789012345678901234567890123456789", NULL };
  g_autoptr (GBytes) in = g_bytes_new_static ("text", 4), out = NULL;
  g_autofree char *status = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_pgp_run (&team->program, nobody, in, &out, &status, &error));
  g_assert_true (has_line (status, "INV_RECP"));
  g_assert_cmpuint (g_bytes_get_size (out), ==, 0);
}

static void
test_no_engine (Team *team, gconstpointer data)
{
  const char *arguments[] = { "--decrypt", NULL };
  g_autofree char *program = g_build_filename (team->home, "engine", NULL);
  g_autoptr (GBytes) in = g_bytes_new_static ("text", 4), out = NULL;
  g_autofree char *status = NULL;
  g_autoptr (GError) error = NULL;

  if (data != NULL)
    g_assert_true (g_file_set_contents_full (program, data, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  team->program.program = program;
  g_assert_false (mado_pgp_run (&team->program, arguments, in, &out, &status, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP);
  g_assert_null (out);
}

/* An engine that says nothing at all. */
static void
test_silent (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *arguments[] = { "--decrypt", NULL };
  g_autofree char *program = g_build_filename (team->home, "engine", NULL);
  g_autoptr (GBytes) in = g_bytes_new_static ("text", 4), out = NULL;
  g_autofree char *status = NULL;

  g_assert_true (g_file_set_contents_full (program, "#!/bin/sh\nexit 2\n", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  team->program.program = program;
  g_assert_true (mado_pgp_run (&team->program, arguments, in, &out, &status, NULL));
  g_assert_cmpstr (status, ==, "");
}

/* Only whole lines that begin as status lines do. */
static void
test_lines (void)
{
  const char *rest = "gpg: [GNUPG:] GOODSIG\n[GNUPG:] SIG_CREATED D 22\n\n[GNUPG:] END_ENCRYPTION\n[GNUPG:] CUT";
  char **words = NULL;

  g_assert_true (mado_pgp_run_next (&rest, &words));
  g_assert_cmpuint (g_strv_length (words), ==, 3);
  g_assert_cmpstr (words[0], ==, "SIG_CREATED");
  g_strfreev (words);
  g_assert_true (mado_pgp_run_next (&rest, &words));
  g_assert_cmpstr (words[0], ==, "END_ENCRYPTION");
  g_strfreev (words);
  g_assert_false (mado_pgp_run_next (&rest, &words));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/run/round-trip", Team, NULL, set_up, test_round_trip, tear_down);
  g_test_add ("/pgp/run/low-descriptors", Team, NULL, set_up, test_low_descriptors, tear_down);
  g_test_add ("/pgp/run/failure", Team, NULL, set_up, test_failure, tear_down);
  g_test_add ("/pgp/run/missing", Team, NULL, set_up, test_no_engine, tear_down);
  g_test_add ("/pgp/run/killed", Team, "#!/bin/sh\nkill -9 $$\n", set_up, test_no_engine, tear_down);
  g_test_add ("/pgp/run/silent", Team, NULL, set_up, test_silent, tear_down);
  g_test_add_func ("/pgp/run/lines", test_lines);
  return g_test_run ();
}
