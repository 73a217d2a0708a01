/* gnupg-fixture.c: see gnupg-fixture.h. */
#include "gnupg-fixture.h"
#include "madoguchi/base/fsio.h"

#include <string.h>

char *
fixture_home_new (void)
{
  char *home = g_strdup ("/tmp/gXXXXXX");

  g_assert_nonnull (g_mkdtemp_full (home, 0700));
  return home;
}

void
fixture_home_free (char *home)
{
  const char *argv[] = { "gpgconf", "--homedir", home, "--kill", "gpg-agent", NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                NULL, NULL);
  mado_fsio_remove_tree (home, NULL);
  g_free (home);
}

char *
fixture_gpg (const char *home, const char *input, const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) gpg = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;

  g_ptr_array_add (argv, (gpointer) "gpg");
  g_ptr_array_add (argv, (gpointer) "--batch");
  g_ptr_array_add (argv, (gpointer) "--quiet");
  g_ptr_array_add (argv, (gpointer) "--homedir");
  g_ptr_array_add (argv, (gpointer) home);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  gpg = g_subprocess_newv ((const char *const *) argv->pdata,
                           G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                               | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                           &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (gpg, input != NULL ? input : "", NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (gpg));
  return out;
}

static char *
first_fingerprint (const char *listing)
{
  const char *line = strstr (listing, "\nfpr:");

  g_assert_nonnull (line);
  line = strstr (line, ":::::::::");
  g_assert_nonnull (line);
  return g_strndup (line + 9, 40);
}

char *
fixture_key (const char *home, const char *user_id, const char *expire)
{
  const char *until = expire != NULL ? expire : "never";
  const char *make[] = { "--passphrase", "", "--quick-gen-key", user_id, "ed25519", "default", until, NULL };
  g_autofree char *made = fixture_gpg (home, NULL, make);
  g_autofree char *exact = g_strdup_printf ("=%s", user_id);
  const char *list[] = { "--with-colons", "--list-keys", exact, NULL };
  g_autofree char *listing = fixture_gpg (home, NULL, list);
  g_autofree char *fingerprint = first_fingerprint (listing);
  const char *add[] = { "--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", until, NULL };
  g_autofree char *added = fixture_gpg (home, NULL, add);

  return g_steal_pointer (&fingerprint);
}

MadoConf *
fixture_conf (const char *home, const char *runtime, const char *key, const char *more)
{
  g_autofree char *key_line = key == NULL ? g_strdup ("") : g_strdup_printf ("key = %s\n", key);
  g_autofree char *text = g_strdup_printf ("[team]\nname = 例示 CSIRT\naddress = csirt@team.example\n%s"
                                           "[runtime]\ndirectory = %s\n[crypto]\ngnupg-home = %s\n%s",
                                           key_line, runtime, home, more != NULL ? more : "");
  g_autoptr (GError) error = NULL;
  MadoConf *conf = mado_conf_parse (text, "test", &error);

  g_assert_no_error (error);
  return conf;
}
