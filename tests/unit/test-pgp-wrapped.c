/* test-pgp-wrapped.c: the keys of a store, wrapped to the team and opened again, and who is refused; and that no mail shows
 * them, whoever sends the file in. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/pgp/seal.h"
#include "madoguchi/pgp/wrapped.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SECRETS MADO_SECRET_TITLE "\nindex-key: 0011\ndata-key 1: 2233\n"

typedef struct {
  char *keys, *runtime, *key, *old, *stranger;
  MadoConf *conf;
  MadoPgpHome *home;
  MadoSealer *sealer;
} Team;

static void
set_up (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  team->keys = fixture_home_new ();
  team->runtime = fixture_home_new ();
  team->old = fixture_key (team->keys, "Old team <csirt@team.example>", NULL);
  team->key = fixture_key (team->keys, "Team <csirt@team.example>", NULL);
  team->stranger = fixture_key (team->keys, "Mallory <mallory@x.example>", NULL);
  g_autofree char *more = g_strdup_printf ("[team]\nold-keys=%s\n", team->old);
  team->conf = fixture_conf (team->keys, team->runtime, team->key, more);
  team->home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_SIGN, 0, &error);
  g_assert_no_error (error);
  team->sealer = mado_sealer_new (team->home, team->key, &error);
  g_assert_no_error (error);
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_sealer_free (team->sealer);
  mado_pgp_home_close (team->home);
  mado_conf_free (team->conf);
  fixture_home_free (team->runtime);
  fixture_home_free (team->keys);
  g_free (team->key);
  g_free (team->old);
  g_free (team->stranger);
}

static GBytes *
wrap (Team *team, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  GBytes *armor = NULL;

  g_assert_true (mado_sealer_wrap (team->sealer, bytes, mado_conf_list (team->conf, "team", "old-keys"), &armor, &error));
  g_assert_no_error (error);
  return armor;
}

/* Opens @armor; NULL, or what the refusal says. */
static char *
open_armor (Team *team, GBytes *armor, MadoWrapped *wrapped)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) secrets = NULL;
  int fd = -1;

  if (!mado_wrapped_open (team->home, team->conf, armor, &fd, wrapped, &error)) {
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
    return g_strdup (error->message);
  }
  secrets = mado_secret_take (fd, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (secrets, NULL), g_bytes_get_size (secrets), SECRETS, strlen (SECRETS));
  close (fd);
  return NULL;
}

static void
test_round (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GBytes) armor = wrap (team, SECRETS);
  g_auto (MadoWrapped) wrapped = { 0 };

  g_assert_null (g_strstr_len (g_bytes_get_data (armor, NULL), (gssize) g_bytes_get_size (armor), "index-key"));
  g_assert_null (open_armor (team, armor, &wrapped));
  g_assert_cmpstr (wrapped.signer, ==, team->key);
  g_assert_cmpuint (g_strv_length (wrapped.keys), ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) wrapped.keys, team->key));
  g_assert_true (g_strv_contains ((const char *const *) wrapped.keys, team->old));
}

/* (transfer full) what gpg makes of the secrets with @arguments. */
static GBytes *
by_hand (Team *team, const char *text, const char *signer, const char *to)
{
  const char *both[] = { "--armor", "--trust-model", "always", "--sign", "--local-user", signer, "--encrypt", "--recipient", to, NULL };
  const char *unsigned_one[] = { "--armor", "--trust-model", "always", "--encrypt", "--recipient", to, NULL };
  char *armor = fixture_gpg (team->keys, text, signer != NULL ? both : unsigned_one);

  return g_bytes_new_take (armor, strlen (armor));
}

static void
test_refused (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const struct {
    const char *text, *signer, *says;
  } table[] = {
    { SECRETS, NULL, "not signed" },
    { SECRETS, team->stranger, "not the team's" },
    { "Dear team,\n", team->key, "no keys of a store" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GBytes) armor = by_hand (team, table[i].text, table[i].signer, team->key);
    g_auto (MadoWrapped) wrapped = { 0 };
    g_autofree char *why = open_armor (team, armor, &wrapped);
    g_assert_nonnull (why);
    g_assert_nonnull (strstr (why, table[i].says));
    g_assert_nonnull (strstr (why, "encrypted to"));
  }
  g_autoptr (GBytes) by_old = by_hand (team, SECRETS, team->old, team->key);
  g_auto (MadoWrapped) wrapped = { 0 };
  g_assert_null (open_armor (team, by_old, &wrapped)); /* after a roll-over */
  g_assert_cmpstr (wrapped.signer, ==, team->old);
}

/* Each changed character of the armour's middle is seen. */
static void
test_changed (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GBytes) armor = wrap (team, SECRETS);
  gsize length;
  const char *text = g_bytes_get_data (armor, &length);

  for (gsize at = length / 2; at < length - 100; at += 97) {
    char *changed = g_strndup (text, length);
    g_auto (MadoWrapped) wrapped = { 0 };
    while (!g_ascii_isalnum (changed[at]))
      at++;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    g_autoptr (GBytes) bytes = g_bytes_new_take (changed, length);
    g_autofree char *why = open_armor (team, bytes, &wrapped);
    g_assert_nonnull (why);
  }
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (armor, 0, length / 2);
  g_auto (MadoWrapped) wrapped = { 0 };
  g_autofree char *why = open_armor (team, cut, &wrapped);
  g_assert_nonnull (why);
}

static void
delete_secret (Team *team, const char *key)
{
  g_free (fixture_gpg (team->keys, NULL, (const char *[]) { "--yes", "--delete-secret-keys", key, NULL }));
}

static void
test_no_key (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GBytes) armor = by_hand (team, SECRETS, team->key, team->stranger);
  g_auto (MadoWrapped) wrapped = { 0 };

  delete_secret (team, team->stranger);
  g_autofree char *why = open_armor (team, armor, &wrapped);
  g_assert_nonnull (strstr (why, "no secret key here opens it"));
}

/* A key of before that ended is left out; the team's own must do. */
static void
test_ended_key (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *gone = fixture_key (team->keys, "Gone <gone@team.example>", "seconds=1");
  g_autoptr (GBytes) bytes = g_bytes_new_static (SECRETS, strlen (SECRETS)), armor = NULL;
  const char *also[] = { gone, team->old, "no fingerprint", NULL };
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  for (gboolean is_gone = FALSE; !is_gone;) {
    g_autofree char *list = fixture_gpg (team->keys, NULL, (const char *[]) { "--with-colons", "--list-keys", gone, NULL });
    is_gone = strstr (list, "pub:e:") != NULL;
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  }
  g_assert_true (mado_sealer_wrap (team->sealer, bytes, also, &armor, &error));
  g_assert_no_error (error);
  g_auto (MadoWrapped) wrapped = { 0 };
  g_assert_null (open_armor (team, armor, &wrapped));
  g_assert_cmpuint (g_strv_length (wrapped.keys), ==, 2);
}

/* Somebody took the file, and mails it to the team to have it opened. */
static void
test_mailed (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const MadoPgpLimits limits = { .max_plaintext = 1024 * 1024, .max_recipients = 10, .max_signatures = 10, .now = g_get_real_time () / G_USEC_PER_SEC };
  g_autoptr (GBytes) armor = wrap (team, SECRETS), harmless = wrap (team, "Dear team,\n" SECRETS);
  g_autoptr (MadoPgpResult) result = NULL, other = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPgpEngine) engine = mado_pgp_engine_new (team->home, &error);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (armor, &size);

  g_assert_no_error (error);
  g_assert_true (mado_pgp_decrypt (engine, &limits, bytes, size, &result, &error));
  g_assert_no_error (error);
  g_assert_null (result->plaintext);
  g_assert_cmpint (result->outcome, ==, MADO_OUTCOME_UNSUPPORTED);
  g_assert_cmpuint (result->signatures->len, ==, 0);
  g_assert_nonnull (strstr (result->problems->pdata[0], "withheld"));
  bytes = g_bytes_get_data (harmless, &size);
  g_assert_true (mado_pgp_decrypt (engine, &limits, bytes, size, &other, &error));
  g_assert_nonnull (other->plaintext);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/wrapped/round", Team, NULL, set_up, test_round, tear_down);
  g_test_add ("/pgp/wrapped/refused", Team, NULL, set_up, test_refused, tear_down);
  g_test_add ("/pgp/wrapped/changed", Team, NULL, set_up, test_changed, tear_down);
  g_test_add ("/pgp/wrapped/no-key", Team, NULL, set_up, test_no_key, tear_down);
  g_test_add ("/pgp/wrapped/ended-key", Team, NULL, set_up, test_ended_key, tear_down);
  g_test_add ("/pgp/wrapped/mailed", Team, NULL, set_up, test_mailed, tear_down);
  return g_test_run ();
}
