/* test-pgp-loop.c: operations of GPGME in our loop: the same results and errors as in its own, however much goes
 * through, and whatever becomes of the engine. */
#include "gnupg-fixture.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"
#include "madoguchi/pgp/loop.h"

#include <string.h>

#define LARGE (5 * 1024 * 1024) /* many times what all pipes together hold */

typedef struct {
  char *home, *key;
  gpgme_ctx_t context;
} Team;

static void
set_up (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  team->home = fixture_home_new ();
  team->key = fixture_key (team->home, "Team <csirt@team.example>", NULL);
  team->context = mado_pgp_context_new (team->home, &error);
  g_assert_no_error (error);
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_pgp_context_free (team->context);
  fixture_home_free (team->home);
  g_free (team->key);
}

/* (transfer full) what comes out when @in is encrypted to the team (@decrypt: decrypted) in our loop. */
static char *
run (Team *team, gboolean decrypt, const char *in, gsize size, gsize *length, gpgme_error_t *problem)
{
  g_autofree char *recipients = g_strdup_printf ("--\n%s\n", team->key);
  g_auto (gpgme_data_t) from = NULL;
  gpgme_data_t to = NULL;
  MadoPgpLoop loop;
  gpgme_error_t started;
  char *found, *out;

  g_assert_cmpuint (gpgme_data_new_from_mem (&from, in, size, 0), ==, 0);
  g_assert_cmpuint (gpgme_data_new (&to), ==, 0);
  mado_pgp_loop_begin (&loop, team->context);
  started = decrypt ? gpgme_op_decrypt_verify_start (team->context, from, to)
                    : gpgme_op_encrypt_sign_ext_start (team->context, NULL, recipients, GPGME_ENCRYPT_ALWAYS_TRUST, from, to);
  *problem = mado_pgp_loop_finish (&loop, started);
  found = gpgme_data_release_and_get_mem (to, length);
  out = g_memdup2 (found, *length);
  gpgme_free (found);
  return out;
}

static void
test_round_trip (Team *team, gconstpointer data)
{
  gsize size = GPOINTER_TO_SIZE (data), length, again;
  g_autofree char *text = g_malloc (size);
  gpgme_error_t problem;

  for (gsize i = 0; i < size; i++)
    text[i] = (char) ((i * 2654435761U) >> 11);
  for (int i = 0; i < 2; i++) { /* the context serves more than once */
    g_autofree char *cipher = run (team, FALSE, text, size, &length, &problem);
    g_assert_cmpuint (problem, ==, 0);
    g_autofree char *plain = run (team, TRUE, cipher, length, &again, &problem);
    g_assert_cmpuint (problem, ==, 0);
    g_assert_cmpmem (plain, again, text, size);
    g_assert_nonnull (gpgme_op_verify_result (team->context)->signatures);
    g_assert_cmpuint (gpgme_op_verify_result (team->context)->signatures->status, ==, 0);
  }
}

/* As GPGME's own loop has it; and that one serves afterwards. */
static void
test_errors (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  static const char junk[] = "this was never encrypted";
  g_auto (gpgme_data_t) from = NULL, to = NULL;
  gsize length;
  gpgme_error_t ours, theirs;
  g_autofree char *nothing = run (team, TRUE, junk, sizeof junk, &length, &ours);

  g_assert_cmpuint (length, ==, 0);
  g_assert_cmpuint (gpgme_data_new_from_mem (&from, junk, sizeof junk, 0), ==, 0);
  g_assert_cmpuint (gpgme_data_new (&to), ==, 0);
  theirs = gpgme_op_decrypt_verify (team->context, from, to);
  g_assert_cmpuint (gpgme_err_code (theirs), !=, 0);
  g_assert_cmpuint (gpgme_err_code (ours), ==, gpgme_err_code (theirs));
}

/* What the start says is what comes of it. */
static void
test_not_started (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  MadoPgpLoop loop;

  mado_pgp_loop_begin (&loop, team->context);
  g_assert_cmpuint (gpgme_err_code (mado_pgp_loop_finish (&loop, gpgme_error (GPG_ERR_ENOMEM))), ==, GPG_ERR_ENOMEM);
}

/* An engine that ends at once, or takes nothing and never speaks before it ends, is an error and no endless wait. */
static void
test_dead_engine (Team *team, gconstpointer data)
{
  g_autofree char *text = g_malloc0 (LARGE);
  g_autofree char *program = g_build_filename (team->home, "engine", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nexec %s\n", (const char *) data);
  gsize length;
  gpgme_error_t problem;

  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_assert_cmpuint (gpgme_ctx_set_engine_info (team->context, GPGME_PROTOCOL_OpenPGP, program, team->home), ==, 0);
  g_autofree char *nothing = run (team, TRUE, text, LARGE, &length, &problem);
  g_assert_cmpuint (gpgme_err_code (problem), !=, 0);
  g_assert_cmpuint (length, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/loop/small", Team, GSIZE_TO_POINTER (100), set_up, test_round_trip, tear_down);
  g_test_add ("/pgp/loop/large", Team, GSIZE_TO_POINTER (LARGE), set_up, test_round_trip, tear_down);
  g_test_add ("/pgp/loop/errors", Team, NULL, set_up, test_errors, tear_down);
  g_test_add ("/pgp/loop/not-started", Team, NULL, set_up, test_not_started, tear_down);
  g_test_add ("/pgp/loop/dies", Team, "false", set_up, test_dead_engine, tear_down);
  g_test_add ("/pgp/loop/deaf", Team, "sleep 1", set_up, test_dead_engine, tear_down);
  return g_test_run ();
}
