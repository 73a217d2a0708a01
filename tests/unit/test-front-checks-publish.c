/* What doctor says of what the world is told: right, old, another key's, missing, ended. */
#include "gnupg-fixture.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/front/checks-publish.h"
#include "madoguchi/front/publish.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/security-txt.h"

#include <glib/gstdio.h>
#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)
#define NAME ".well-known/openpgpkey/hu/ahrnamnoi5m8jmw373g6cdiau7e3nf9w"

typedef struct {
  char *home, *runtime, *key, *other, *directory;
  MadoConf *conf;
  gint64 now;
} House;

static MadoConf *
make_conf (const House *house, const char *key)
{
  g_autofree char *more = g_strdup_printf ("[team]\nold-keys = %s\n[publish]\ndirectory = %s/web\n[reply]\ntemplates = %s/templates\n",
                                           key == house->key ? house->other : house->key, house->directory, house->directory);

  return fixture_conf (house->home, house->runtime, key, more);
}

static void
publish (const House *house)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *web = g_build_filename (house->directory, "web", NULL);
  g_autoptr (MadoPgpHome) worker = mado_pgp_home_new (house->conf, house->runtime, MADO_PGP_SIGN, 0, &error);
  g_autoptr (MadoSealer) sealer = mado_sealer_new (worker, house->key, &error);
  g_autoptr (MadoPublication) done = NULL;

  g_assert_no_error (error);
  g_autoptr (GBytes) text = mado_security_txt_sign (house->conf, sealer, house->now, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) block = mado_keyring_export (house->conf, house->key, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) plan = mado_publish_plan (house->conf, block, text, &error);
  g_assert_no_error (error);
  g_assert_true (mado_publish_write (web, plan, TRUE, house->now, &done, &error));
  g_clear_pointer (&sealer, mado_sealer_free);
  g_clear_pointer (&worker, mado_pgp_home_close);
}

static void
set_up (House *house, gconstpointer data)
{
  g_autofree char *templates = NULL;

  (void) data;
  house->home = fixture_home_new ();
  house->runtime = fixture_home_new ();
  house->now = g_get_real_time () / G_USEC_PER_SEC;
  house->key = fixture_key (house->home, "Team <csirt@team.example>", NULL);
  house->other = fixture_key (house->home, "Team again <csirt@team.example>", NULL);
  house->directory = g_dir_make_tmp ("mdXXXXXX", NULL);
  templates = g_build_filename (house->directory, "templates", NULL);
  g_assert_cmpint (g_mkdir (templates, 0700), ==, 0);
  house->conf = make_conf (house, house->key);
  publish (house);
}

static void
tear_down (House *house, gconstpointer data)
{
  (void) data;
  mado_fsio_remove_tree (house->directory, NULL);
  fixture_home_free (house->runtime);
  fixture_home_free (house->home);
  mado_conf_free (house->conf);
  g_free (house->directory);
  g_free (house->key);
  g_free (house->other);
}

static void
on_check (gpointer data, const char *name, MadoCheckStatus status, const char *detail)
{
  static const char *const words[] = { "ok", "warn", "fail" };

  g_string_append_printf (data, "%s %s: %s\n", words[status], name, detail);
}

static char *
ask (const House *house, const MadoConf *conf, gint64 days)
{
  GString *said = g_string_new (NULL);

  mado_checks_publish (conf, house->now + days * DAY, on_check, said);
  return g_string_free (said, FALSE);
}

static void
assert_says (const House *house, const MadoConf *conf, gint64 days, const char *begins, const char *words)
{
  g_autofree char *said = ask (house, conf, days);
  g_auto (GStrv) lines = g_strsplit (said, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, begins) && strstr (*line, words) != NULL)
      return;
  g_error ("no line \"%s... %s\" in\n%s", begins, words, said);
}

static void
put (const House *house, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (house->directory, path, NULL);

  if (text == NULL)
    g_assert_cmpint (g_unlink (full), ==, 0);
  else
    g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
test_right (House *house, gconstpointer data)
{
  g_autofree char *said = ask (house, house->conf, 0);
  g_autoptr (MadoConf) unset = fixture_conf (house->home, house->runtime, house->key, NULL);

  (void) data;
  g_assert_true (g_str_has_prefix (said, "ok published: "));
  g_assert_cmpuint (strlen (strchr (said, '\n')), ==, 1);
  assert_says (house, unset, 0, "ok published: [publish] directory is not set", "not compared");
}

static void
test_days (House *house, gconstpointer data)
{
  (void) data;
  assert_says (house, house->conf, 145, "ok published: ", "in use");
  assert_says (house, house->conf, 150, "warn published: .well-known/security.txt expires in 29 days", "publish");
  assert_says (house, house->conf, 200, "fail published: .well-known/security.txt has expired", "publish");
}

/* The configuration names the other key now, and the world is not told. */
static void
test_other_key (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = make_conf (house, house->other);

  (void) data;
  assert_says (house, conf, 0, "fail published: " NAME " holds the key", house->key);
  assert_says (house, conf, 0, "fail published: .well-known/openpgpkey/team.example/hu/", house->other);
  assert_says (house, conf, 0, "fail published: pgp-key.asc holds the key", house->key);
  assert_says (house, conf, 0, "fail published: .well-known/security.txt names the key", house->key);
  assert_says (house, conf, 0, "fail published: the signature on .well-known/security.txt is by the key", house->key);
  assert_says (house, conf, 0, "fail published: rfc2350.ja.txt names the key", "an old one of the team");
}

static void
test_changes (House *house, gconstpointer data)
{
  const char *extend[] = { "--passphrase", "", "--quick-set-expire", house->key, "400d", NULL };
  g_autofree char *old = g_strdup_printf ("Our key is %s.\n", house->other);
  g_autofree char *path = g_build_filename (house->directory, "web/.well-known/security.txt", NULL);
  g_autofree char *text = NULL, *broken = NULL;

  (void) data;
  put (house, "templates/ack.en.txt", old);
  assert_says (house, house->conf, 0, "fail published: ", "ack.en.txt names the key");
  put (house, "templates/ack.en.txt", "no key at all");
  put (house, "web/pgp-key.asc", "no key");
  assert_says (house, house->conf, 0, "fail published: pgp-key.asc holds no key", house->key);
  put (house, "web/pgp-key.asc", NULL);
  assert_says (house, house->conf, 0, "warn published: pgp-key.asc is not there", "publish");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  broken = g_strdup (text);
  strstr (broken, "csirt@")[0] = 'x';
  put (house, "web/.well-known/security.txt", broken);
  assert_says (house, house->conf, 0, "fail published: the signature on .well-known/security.txt", "is bad");
  put (house, "web/.well-known/security.txt", "Contact: mailto:a@b.example\n");
  assert_says (house, house->conf, 0, "fail published: .well-known/security.txt does not say when it ends", "");
  assert_says (house, house->conf, 0, "warn published: .well-known/security.txt is not signed", "");
  put (house, "web/.well-known/security.txt", NULL);
  assert_says (house, house->conf, 0, "warn published: .well-known/security.txt is not there", "");
  g_free (fixture_gpg (house->home, NULL, extend));
  assert_says (house, house->conf, 0, "warn published: " NAME " is the key as it was", "publish");
}

static void
test_fingerprints (void)
{
  static const struct {
    const char *text, *found;
  } rows[] = {
    { "none", "" },
    { "0123456789abcdef0123456789ABCDEF01234567", "0123456789ABCDEF0123456789ABCDEF01234567" },
    { "key 0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567!", "0123456789ABCDEF0123456789ABCDEF01234567" },
    { "0123456789abcdef0123456789ABCDEF012345678", "" }, /* 41 digits */
    { "0123456789abcdef0123456789ABCDEF0123456", "" }, /* 39 */
    { "x0123456789abcdef0123456789ABCDEF01234567 0123456789ABCDEF0123456789ABCDEF01234567", "0123456789ABCDEF0123456789ABCDEF01234567" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) found = mado_checks_find_fingerprints (rows[i].text);
    g_autofree char *all = g_strjoinv ("|", found);
    g_assert_cmpstr (all, ==, rows[i].found);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/front/checks-publish/right", House, NULL, set_up, test_right, tear_down);
  g_test_add ("/front/checks-publish/days", House, NULL, set_up, test_days, tear_down);
  g_test_add ("/front/checks-publish/other-key", House, NULL, set_up, test_other_key, tear_down);
  g_test_add ("/front/checks-publish/changes", House, NULL, set_up, test_changes, tear_down);
  g_test_add_func ("/front/checks-publish/fingerprints", test_fingerprints);
  return g_test_run ();
}
