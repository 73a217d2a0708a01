/* What doctor says of the team's keys, on real keys and with the test's clock. */
#include "gnupg-fixture.h"
#include "madoguchi/front/checks-keys.h"

#include <string.h>
#include <unistd.h>

#define DAY G_GINT64_CONSTANT (86400)

typedef struct {
  char *home, *team, *old;
  gint64 made;
} House;

static void
set_up (House *house, gconstpointer data)
{
  (void) data;
  house->home = fixture_home_new ();
  house->made = g_get_real_time () / G_USEC_PER_SEC;
  house->team = fixture_key (house->home, "Team <csirt@team.example>", "100d");
  house->old = fixture_key (house->home, "Team of old <csirt@team.example>", NULL);
}

static void
tear_down (House *house, gconstpointer data)
{
  (void) data;
  fixture_home_free (house->home);
  g_free (house->team);
  g_free (house->old);
}

static void
on_check (gpointer data, const char *name, MadoCheckStatus status, const char *detail)
{
  static const char *const words[] = { "ok", "warn", "fail" };

  g_string_append_printf (data, "%s %s: %s\n", words[status], name, detail);
}

/* (transfer full) all lines that doctor says, @after days after the keys were made. */
static char *
ask (const House *house, const char *more, gint64 after)
{
  g_autofree char *lines = g_strdup_printf ("[team]\n%s", more != NULL ? more : "");
  g_autoptr (MadoConf) conf = fixture_conf (house->home, house->home, house->team, lines);
  GString *said = g_string_new (NULL);

  mado_checks_keys (conf, house->made + after * DAY, on_check, said);
  return g_string_free (said, FALSE);
}

static void
assert_says (const House *house, const char *more, gint64 after, const char *begins, const char *words)
{
  g_autofree char *said = ask (house, more, after);
  g_auto (GStrv) lines = g_strsplit (said, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, begins) && strstr (*line, words) != NULL)
      return;
  g_error ("no line \"%s... %s\" in\n%s", begins, words, said);
}

static void
test_days (House *house, gconstpointer data)
{
  (void) data;
  assert_says (house, NULL, 60, "ok team-key: ", "signs and encrypts");
  assert_says (house, NULL, 60, "ok key-expiry: team key", house->team);
  assert_says (house, NULL, 60, "ok key-expiry: encryption subkey", "40 days");
  assert_says (house, NULL, 71, "warn key-expiry: encryption subkey", "soon");
  assert_says (house, NULL, 71, "warn key-expiry: team key", "soon");
  assert_says (house, NULL, 87, "warn key-expiry: team key", "this week");
  assert_says (house, NULL, 98, "warn key-expiry: team key", "NOW");
  assert_says (house, NULL, 101, "fail key-expiry: team key", "no answer can be signed");
  assert_says (house, NULL, 101, "fail key-expiry: encryption subkey", "nobody can write");
}

static void
test_old_keys (House *house, gconstpointer data)
{
  g_autofree char *more = g_strdup_printf ("old-keys = %s\nshared-keys = 9999999999999999999999999999999999999999\n", house->old);

  (void) data;
  assert_says (house, NULL, 1, "warn own-keys: ", house->old);
  assert_says (house, more, 1, "ok key-expiry: old key", house->old);
  assert_says (house, more, 1, "ok key-expiry: encryption subkey", "of old key");
  assert_says (house, more, 1, "warn key-expiry: shared key 9999", "not in the keyring");
  assert_says (house, more, 1, "ok decrypt-keys: ", "all 2");
  {
    g_autofree char *said = ask (house, more, 1);
    g_assert_null (strstr (said, "own-keys"));
  }
}

/* Takes the secret part of every subkey of @key away. */
static void
lose_subkeys (const House *house, const char *key)
{
  const char *list[] = { "--with-colons", "--with-keygrip", "--list-keys", key, NULL };
  g_autofree char *listing = fixture_gpg (house->home, NULL, list);
  const char *at = strstr (listing, "\nsub:");

  while (at != NULL && (at = strstr (at, "\ngrp:::::::::")) != NULL) {
    g_autofree char *grip = g_strndup (at + strlen ("\ngrp:::::::::"), 40);
    g_autofree char *path = g_strdup_printf ("%s/private-keys-v1.d/%s.key", house->home, grip);
    g_assert_cmpint (unlink (path), ==, 0);
    at = strstr (at, "\nsub:");
  }
}

static void
test_secrets (House *house, gconstpointer data)
{
  g_autofree char *more = g_strdup_printf ("old-keys = %s\n", house->old);

  (void) data;
  lose_subkeys (house, house->old);
  assert_says (house, more, 1, "warn decrypt-keys: the decrypt agent has no secret key", "(old)");
  lose_subkeys (house, house->team);
  assert_says (house, more, 1, "fail decrypt-keys: the decrypt agent has no secret key", "(team)");
}

/* Another user's agent is reached through its restricted socket alone. */
static void
test_foreign_agent (House *house, gconstpointer data)
{
  const char *launch[] = { "gpgconf", "--homedir", house->home, "--launch", "gpg-agent", NULL };
  g_autofree char *more = g_strdup_printf ("old-keys = %s\n[crypto]\ndecrypt-agent = %s/S.gpg-agent.extra\n", house->old, house->home);

  (void) data;
  g_assert_true (g_spawn_sync (NULL, (char **) launch, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  assert_says (house, more, 1, "ok decrypt-keys: ", "all 2");
  lose_subkeys (house, house->old);
  assert_says (house, more, 1, "warn decrypt-keys: the decrypt agent has no secret key", "(old)");
}

/* For csirt@team.example: from 2026-10-01 to 2027-01-15 12:00. Its secret key is nowhere. */
static const char certificate[] = "MIIBVzCB/qADAgECAgEBMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmNhMB4XDTI2MTAwMTAwMDAwMFoXDTI3MDExNTEyMDAwMFow"
                                  "DzENMAsGA1UEAwwEVGVhbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEKRPPa9tEixgb7duBOuSDaxSTYqOnyti9IC6CW4pKAK"
                                  "t1F8UBi0L/MJuvwmvASVaoYsJOohjO8MP4ipclO4LAmjTTBLMB0GA1UdEQQWMBSBEmNzaXJ0QHRlYW0uZXhhbXBsZTALBgNVHQ8E"
                                  "BAMCBSAwHQYDVR0OBBYEFAcsSer3WDK0rUlmVedIgBfDCiAdMAoGCCqGSM49BAMCA0gAMEUCIQD1z5Z3lZzIrrlKhHkDU/2EbpUU"
                                  "XqUacnLb9snuUcT7QwIgZKhqXiVv3veuBKcqCLjUK+1iFwWIvUmhReXoQgh+48E=";
#define CERTIFICATE_END G_GINT64_CONSTANT (1800014400)

/* As gpgsm imports it; the test's clock goes to the days before its end. */
static void
test_certificate (House *house, gconstpointer data)
{
  static const struct {
    gint64 left;
    const char *begins, *words;
  } rows[] = { { 31, "ok key-expiry: certificate A5B6F045", "csirt@team.example expires in 31 days" },
               { 30, "warn key-expiry: certificate", "soon" },
               { 14, "warn key-expiry: certificate", "this week" },
               { 3, "warn key-expiry: certificate", "NOW" },
               { 0, "warn key-expiry: certificate", "nobody can write to the team with S/MIME" } };
  g_autofree char *path = g_build_filename (house->home, "team.crt", NULL);
  const char *import[] = { "gpgsm", "--homedir", house->home, "--batch", "--quiet", "--disable-dirmngr", "--import", path, NULL };
  g_autofree char *gpgsm = g_find_program_in_path ("gpgsm");
  gsize size;
  g_autofree guchar *der = g_base64_decode (certificate, &size);

  (void) data;
  if (gpgsm == NULL) {
    g_test_skip ("gpgsm is not installed");
    return;
  }
  g_assert_true (g_file_set_contents (path, (const char *) der, (gssize) size, NULL));
  g_assert_true (g_spawn_sync (NULL, (char **) import, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                               NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    House then = *house;
    then.made = CERTIFICATE_END - rows[i].left * DAY;
    assert_says (&then, NULL, 0, rows[i].begins, rows[i].words);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/front/checks-keys/days", House, NULL, set_up, test_days, tear_down);
  g_test_add ("/front/checks-keys/old-keys", House, NULL, set_up, test_old_keys, tear_down);
  g_test_add ("/front/checks-keys/secrets", House, NULL, set_up, test_secrets, tear_down);
  g_test_add ("/front/checks-keys/foreign-agent", House, NULL, set_up, test_foreign_agent, tear_down);
  g_test_add ("/front/checks-keys/certificate", House, NULL, set_up, test_certificate, tear_down);
  return g_test_run ();
}
