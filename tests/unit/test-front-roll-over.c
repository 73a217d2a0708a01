/* The way from one key to the next: which steps are done, on real keys and agents. */
#include "gnupg-fixture.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/front/roll-over.h"
#include "madoguchi/pgp/keyring.h"

#include <string.h>
#include <unistd.h>

typedef struct {
  char *home, *runtime, *person, *directory, *old, *new;
  gint64 now;
} House;

static void
run_gpg (const char *home, const char *a, const char *b, const char *c, const char *d)
{
  const char *arguments[] = { "--yes", "--passphrase", "", a, b, c, d, NULL };

  g_free (fixture_gpg (home, NULL, arguments));
}

/* As a member imports a key. */
static void
bring (const House *house, const MadoConf *conf, const char *key)
{
  const char *export[] = { "--armor", "--export", key, NULL };
  char *text = fixture_gpg (house->person, NULL, export);
  g_autoptr (GBytes) block = g_bytes_new_take (text, strlen (text));
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_keyring_import (conf, block, FALSE, NULL, &imported, &error));
  g_assert_no_error (error);
}

/* As the secret parts get into the agent's directory. */
static void
install (const House *house, const char *key, gboolean with_primary)
{
  const char *list[] = { "--with-colons", "--with-keygrip", "--list-keys", key, NULL };
  g_autofree char *listing = fixture_gpg (house->person, NULL, list);
  guint n = 0;

  for (const char *at = listing; (at = strstr (at, "\ngrp:::::::::")) != NULL; at++, n++) {
    g_autofree char *grip = g_strndup (at + strlen ("\ngrp:::::::::"), 40);
    g_autofree char *from = g_strdup_printf ("%s/private-keys-v1.d/%s.key", house->person, grip);
    g_autofree char *to = g_strdup_printf ("%s/private-keys-v1.d/%s.key", house->home, grip);
    g_autofree char *content = NULL;
    gsize size;
    if (n == 0 && !with_primary)
      continue;
    g_assert_true (g_file_get_contents (from, &content, &size, NULL));
    g_assert_true (g_file_set_contents (to, content, (gssize) size, NULL));
  }
}

static MadoConf *
write_conf (const House *house, const char *key, const char *old)
{
  g_autofree char *path = g_build_filename (house->directory, "m.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[team]\nname = O'Brien's team\naddress = csirt@team.example\nkey = %s\nold-keys = %s\n"
                                           "[runtime]\ndirectory = %s\n[crypto]\ngnupg-home = %s\n[reply]\ntemplates = %s\n",
                                           key, old, house->runtime, house->home, house->directory);
  g_autoptr (GError) error = NULL;
  MadoConf *conf;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  conf = mado_conf_load (path, &error);
  g_assert_no_error (error);
  return conf;
}

static void
set_up (House *house, gconstpointer data)
{
  g_autofree char *private = NULL;

  (void) data;
  house->home = fixture_home_new ();
  house->runtime = fixture_home_new ();
  house->person = fixture_home_new ();
  house->directory = g_dir_make_tmp ("mdXXXXXX", NULL);
  house->now = g_get_real_time () / G_USEC_PER_SEC;
  house->old = fixture_key (house->person, "Team <csirt@team.example>", NULL);
  private = g_build_filename (house->home, "private-keys-v1.d", NULL);
  g_assert_cmpint (g_mkdir_with_parents (private, 0700), ==, 0);
  install (house, house->old, TRUE);
}

static void
tear_down (House *house, gconstpointer data)
{
  (void) data;
  mado_fsio_remove_tree (house->directory, NULL);
  fixture_home_free (house->home);
  fixture_home_free (house->runtime);
  fixture_home_free (house->person);
  g_free (house->directory);
  g_free (house->old);
  g_free (house->new);
}

static MadoRollOver *
look (const House *house, const MadoConf *conf, const char *new_key)
{
  g_autoptr (GError) error = NULL;
  MadoRollOver *found = mado_roll_over_look (conf, new_key, house->now, &error);

  g_assert_no_error (error);
  return found;
}

static const MadoRollOverStep *
find_step (const MadoRollOver *found, const char *name)
{
  for (guint i = 0; i < found->steps->len; i++)
    if (strcmp (((MadoRollOverStep *) found->steps->pdata[i])->name, name) == 0)
      return found->steps->pdata[i];
  g_error ("no step %s", name);
}

static void
assert_step (const MadoRollOver *found, const char *name, const char *state, const char *command)
{
  const MadoRollOverStep *step = find_step (found, name);
  g_autofree char *commands = g_strjoinv ("\n", step->commands);

  g_test_message ("%s: %s: %s\n%s", step->name, step->state, step->text, commands);
  g_assert_cmpstr (step->state, ==, state);
  if (command != NULL)
    g_assert_nonnull (strstr (commands, command));
  if (strcmp (state, "ok") == 0)
    g_assert_cmpstr (commands, ==, "");
}

static void
check_known (House *house, const MadoConf *conf)
{
  g_autoptr (MadoRollOver) known = look (house, conf, house->new);

  assert_step (known, "new-key", "ok", NULL);
  assert_step (known, "user-ids", "left", "--quick-add-uid");
  assert_step (known, "cross-signed", "left", "--quick-sign-key");
  assert_step (known, "sign-agent", "left", "install -m 600 ~/.gnupg/private-keys-v1.d/");
  assert_step (known, "decrypt-agent", "left", ".key");
  assert_step (known, "old-key-opens", "ok", NULL);
  assert_step (known, "configuration", "left", "# key = ");
  assert_step (known, "published", "by-hand", "madoguchi publish");
  assert_step (known, "old-key-ends", "left", "--quick-set-expire");
  assert_step (known, "revocation", "by-hand", "--gen-revoke");
  assert_step (known, "vault", "by-hand", "madoguchi vault rewrap");
  g_assert_cmpint (known->left, ==, 6);
}

/* All states of one roll-over, from nothing to the end. */
static void
test_key (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) before = write_conf (house, house->old, "");
  g_autoptr (MadoConf) after = NULL;

  (void) data;
  bring (house, before, house->old);
  {
    g_autoptr (MadoRollOver) nothing = look (house, before, NULL);
    g_assert_cmpstr (nothing->kind, ==, "none");
    g_assert_cmpint (nothing->left, ==, 1);
    assert_step (nothing, "new-key", "left", "--quick-add-key");
    assert_step (nothing, "another-key", "by-hand", "--quick-generate-key 'O'\\''Brien'\\''s team <csirt@team.example>' ed25519");
  }
  house->new = fixture_key (house->person, "Team 2 <soc@team.example>", "2y");
  {
    g_autoptr (MadoRollOver) unknown = look (house, before, house->new);
    g_assert_cmpstr (unknown->kind, ==, "key");
    assert_step (unknown, "new-key", "left", "keys import new.asc");
    assert_step (unknown, "sign-agent", "left", NULL);
  }
  bring (house, before, house->new);
  check_known (house, before);
  install (house, house->new, TRUE);
  run_gpg (house->person, "--quick-add-uid", house->new, "Team 2 <csirt@team.example>", NULL);
  run_gpg (house->person, "--local-user", house->old, "--quick-sign-key", house->new);
  run_gpg (house->person, "--quick-set-expire", house->old, "90d", NULL);
  bring (house, before, house->new);
  bring (house, before, house->old);
  after = write_conf (house, house->new, house->old);
  {
    g_autoptr (MadoRollOver) done = look (house, after, NULL);
    g_assert_cmpstr (done->old_key, ==, house->old);
    g_assert_cmpstr (done->new_key, ==, house->new);
    assert_step (done, "user-ids", "ok", NULL);
    assert_step (done, "cross-signed", "ok", NULL);
    assert_step (done, "sign-agent", "ok", NULL);
    assert_step (done, "decrypt-agent", "ok", NULL);
    assert_step (done, "old-key-opens", "ok", NULL);
    assert_step (done, "configuration", "ok", NULL);
    assert_step (done, "old-key-ends", "ok", NULL);
    g_assert_cmpint (done->left, ==, 0);
  }
  {
    g_autofree char *path = g_build_filename (house->directory, "ack.en.txt", NULL);
    g_autofree char *text = g_strdup_printf ("Subject: x\n\nEncrypt to %s.\n", house->old);
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
    g_autoptr (MadoRollOver) said = look (house, after, NULL);
    assert_step (said, "published", "left", "madoguchi publish");
    g_assert_nonnull (strstr (find_step (said, "published")->text, "ack.en.txt names the key"));
    g_assert_cmpint (said->left, ==, 1);
  }
}

/* Once a year: another encryption subkey, the same key. */
static void
test_subkey (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = write_conf (house, house->old, "");

  (void) data;
  run_gpg (house->person, "--faked-system-time=20991231T000000!", "--quick-add-key", house->old, "cv25519"); /* a later one */
  bring (house, conf, house->old);
  house->now = G_GINT64_CONSTANT (4102444800) + 86400;
  {
    g_autoptr (MadoRollOver) found = look (house, conf, NULL);
    g_assert_cmpstr (found->kind, ==, "subkey");
    g_assert_cmpstr (found->new_key, ==, house->old);
    assert_step (found, "decrypt-agent", "left", "private-keys-v1.d");
    assert_step (found, "old-key-opens", "ok", NULL);
  }
  install (house, house->old, FALSE);
  {
    g_autoptr (MadoRollOver) found = look (house, conf, NULL);
    assert_step (found, "decrypt-agent", "ok", NULL);
    g_assert_cmpint (found->left, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/front/roll-over/key", House, NULL, set_up, test_key, tear_down);
  g_test_add ("/front/roll-over/subkey", House, NULL, set_up, test_subkey, tear_down);
  return g_test_run ();
}
