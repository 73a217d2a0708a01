/* test-pgp-context.c: how each context is set up, and what becomes of the engine's errors. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/context.h"

#include <string.h>

static void
test_settings (void)
{
  char *home = fixture_home_new ();
  g_autoptr (GError) error = NULL;
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new (home, &error);
  gpgme_engine_info_t engine;

  g_assert_no_error (error);
  engine = gpgme_ctx_get_engine_info (context);
  while (engine != NULL && engine->protocol != GPGME_PROTOCOL_OpenPGP)
    engine = engine->next;
  g_assert_nonnull (engine);
  g_assert_cmpstr (engine->home_dir, ==, home);
  g_assert_cmpint (gpgme_get_protocol (context), ==, GPGME_PROTOCOL_OpenPGP);
  g_assert_true (gpgme_get_offline (context));
  g_assert_cmpint (gpgme_get_pinentry_mode (context), ==, GPGME_PINENTRY_MODE_ERROR);
  g_assert_cmpstr (gpgme_get_ctx_flag (context, "request-origin"), ==, "remote");
  g_assert_cmpstr (gpgme_get_ctx_flag (context, "no-symkey-cache"), ==, "1");
  g_assert_cmpstr (gpgme_get_ctx_flag (context, "auto-key-retrieve"), ==, "");
  fixture_home_free (home);
}

/* The restricted socket of another user's agent answers "Forbidden" to options: they must not be sent. */
static void
test_restricted (void)
{
  char *home = fixture_home_new ();
  g_autofree char *redirect = g_build_filename (home, "S.gpg-agent", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (redirect, "%Assuan%\nsocket=/nowhere\n", -1, NULL));
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new (home, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gpgme_get_pinentry_mode (context), ==, GPGME_PINENTRY_MODE_DEFAULT);
  g_assert_cmpstr (gpgme_get_ctx_flag (context, "request-origin"), ==, "");
  g_assert_true (gpgme_get_offline (context));
  g_assert_cmpstr (gpgme_get_ctx_flag (context, "no-symkey-cache"), ==, "1");
  fixture_home_free (home);
}

/* A passphrase is never asked for: nobody sits there. */
static void
test_no_pinentry (void)
{
  char *home = fixture_home_new ();
  g_autoptr (GError) error = NULL;
  const char *make[] = { "--pinentry-mode", "loopback", "--passphrase", "secret", "--quick-gen-key", "Locked <l@x.example>",
                         "ed25519", "sign", "never", NULL };
  const char *list[] = { "--with-colons", "--list-keys", NULL };
  g_autofree char *made = fixture_gpg (home, NULL, make);
  g_autofree char *listing = fixture_gpg (home, NULL, list);
  const char *forget[] = { "gpgconf", "--homedir", home, "--kill", "gpg-agent", NULL };
  gint64 start;

  g_assert_true (g_spawn_sync (NULL, (char **) forget, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new (home, &error);
  gpgme_data_t in = NULL, out = NULL;
  g_assert_cmpuint (gpgme_data_new_from_mem (&in, "x", 1, 0), ==, 0);
  g_assert_cmpuint (gpgme_data_new (&out), ==, 0);
  start = g_get_monotonic_time ();
  g_assert_cmpuint (gpgme_op_sign (context, in, out, GPGME_SIG_MODE_DETACH), !=, 0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
  gpgme_data_release (in);
  gpgme_data_release (out);
  fixture_home_free (home);
}

static void
test_errors (void)
{
  static const struct {
    gpgme_err_code_t code;
    int fate;
  } table[] = {
    { GPG_ERR_INV_ENGINE, MADO_ERROR_CONF },    { GPG_ERR_ENGINE_TOO_OLD, MADO_ERROR_CONF },
    { GPG_ERR_NO_PUBKEY, MADO_ERROR_PERM },     { GPG_ERR_KEY_EXPIRED, MADO_ERROR_PERM },
    { GPG_ERR_CERT_REVOKED, MADO_ERROR_PERM },  { GPG_ERR_UNUSABLE_PUBKEY, MADO_ERROR_PERM },
    { GPG_ERR_NO_AGENT, MADO_ERROR_TEMP },      { GPG_ERR_ENOSPC, MADO_ERROR_TEMP },
    { GPG_ERR_NO_SECKEY, MADO_ERROR_TEMP },     { GPG_ERR_GENERAL, MADO_ERROR_TEMP },
    { GPG_ERR_INTERNAL, MADO_ERROR_TEMP },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (mado_pgp_error_set (&error, gpgme_err_make (GPG_ERR_SOURCE_GPG, table[i].code), "what"));
    g_assert_error (error, MADO_ERROR, table[i].fate);
    g_assert_true (g_str_has_prefix (error->message, "what: "));
    g_assert_cmpuint (strlen (error->message), >, strlen ("what: "));
  }
  g_assert_false (mado_pgp_error_set (NULL, gpgme_err_make (GPG_ERR_SOURCE_GPG, GPG_ERR_GENERAL), "what"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/context/settings", test_settings);
  g_test_add_func ("/pgp/context/restricted-agent", test_restricted);
  g_test_add_func ("/pgp/context/no-pinentry", test_no_pinentry);
  g_test_add_func ("/pgp/context/errors", test_errors);
  return g_test_run ();
}
