/* A key as it is published: only the names that are asked for, nobody else's certifications. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/report.h"
#include "madoguchi/pgp/offered.h"
#include "madoguchi/pgp/published.h"

#include <string.h>

typedef struct {
  char *home, *team;
  GBytes *key;
} Team;

static void
run_gpg (const Team *team, const char *a, const char *b, const char *c)
{
  const char *arguments[] = { "--yes", "--passphrase", "", a, b, c, NULL };

  g_free (fixture_gpg (team->home, NULL, arguments));
}

static void
set_up (Team *team, gconstpointer data)
{
  const char *export[] = { "--armor", "--export", NULL, NULL };
  char *text;

  (void) data;
  team->home = fixture_home_new ();
  team->team = fixture_key (team->home, "Team <csirt@team.example>", NULL);
  run_gpg (team, "--quick-add-uid", team->team, "Team too <Soc@Team.Example>");
  run_gpg (team, "--quick-add-uid", team->team, "A person <person@team.example>");
  run_gpg (team, "--quick-add-uid", team->team, "Former <former@team.example>");
  run_gpg (team, "--quick-revoke-uid", team->team, "Former <former@team.example>");
  {
    g_autofree char *other = fixture_key (team->home, "Other <other@else.example>", NULL);
    const char *sign[] = { "--yes", "--passphrase", "", "--local-user", other, "--quick-sign-key", team->team, NULL };
    g_free (fixture_gpg (team->home, NULL, sign));
  }
  export[2] = team->team;
  text = fixture_gpg (team->home, NULL, export);
  team->key = g_bytes_new_take (text, strlen (text));
}

static void
tear_down (Team *team, gconstpointer data)
{
  (void) data;
  g_bytes_unref (team->key);
  fixture_home_free (team->home);
  g_free (team->team);
}

/* (transfer full) the user IDs of the only key in @bytes, which must be the team's, with "|" between. */
static char *
users_of (const Team *team, GBytes *bytes)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  mado_offered_read (data, size, "attached", 10, keys);
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (((MadoOfferedKey *) keys->pdata[0])->fingerprint, ==, team->team);
  return g_strjoinv ("|", ((MadoOfferedKey *) keys->pdata[0])->user_ids);
}

static void
assert_published (const Team *team, const char *const *addresses, const char *users)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = mado_published_key (team->key, addresses, &error);

  g_assert_no_error (error);
  g_autofree char *found = users_of (team, bytes);
  g_assert_cmpstr (found, ==, users);
  g_assert_cmpint (((const guint8 *) g_bytes_get_data (bytes, NULL))[0] & 0x80, ==, 0x80);
}

static void
test_users (Team *team, gconstpointer data)
{
  (void) data;
  assert_published (team, (const char *[]){ "csirt@team.example", NULL }, "Team <csirt@team.example>");
  assert_published (team, (const char *[]){ "SOC@team.example", NULL }, "Team too <Soc@Team.Example>");
  {
    g_autoptr (GBytes) both = mado_published_key (team->key, (const char *[]){ "csirt@team.example", "soc@team.example", NULL }, NULL);
    g_autofree char *users = users_of (team, both);
    g_assert_nonnull (strstr (users, "csirt@"));
    g_assert_nonnull (strstr (users, "Soc@"));
    g_assert_null (strstr (users, "person@"));
  }
}

static void
test_refusals (Team *team, gconstpointer data)
{
  static const struct {
    const char *address;
    int code;
  } rows[] = {
    { "nobody@team.example", MADO_ERROR_NO },
    { "former@team.example", MADO_ERROR_NO },
    { "csirt", MADO_ERROR_CONF },
    { "a@b.example || uid -n", MADO_ERROR_CONF },
  };
  g_autoptr (GBytes) junk = g_bytes_new_static ("no key", 6);
  g_autoptr (GError) error = NULL;

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) problem = NULL;
    g_assert_null (mado_published_key (team->key, (const char *[]){ rows[i].address, NULL }, &problem));
    g_assert_error (problem, MADO_ERROR, rows[i].code);
  }
  g_assert_null (mado_published_key (junk, (const char *[]){ "csirt@team.example", NULL }, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

/* The other key's certification made the export longer; gpg reads the armour that we make. */
static void
test_minimal (Team *team, gconstpointer data)
{
  g_autoptr (GBytes) bytes = mado_published_key (team->key, (const char *[]){ "csirt@team.example", NULL }, NULL);
  g_autofree char *armor = mado_published_armor (bytes);
  const char *import[] = { "--import", NULL };
  const char *list[] = { "--with-colons", "--check-signatures", team->team, NULL };
  char *fresh = fixture_home_new ();
  g_autofree char *imported = fixture_gpg (fresh, armor, import);
  g_autofree char *listing = fixture_gpg (fresh, NULL, list);
  guint sigs = 0;

  (void) data;
  for (const char *at = listing; (at = strstr (at, "\nsig:")) != NULL; at++)
    sigs++;
  g_assert_cmpuint (sigs, ==, 2); /* one for the name, one for the subkey */
  fixture_home_free (fresh);
}

/* Whatever its length is, GnuPG 2.2 reads the armour: data of every remainder by three. */
static void
test_armor (Team *team, gconstpointer data)
{
  (void) team;
  (void) data;
  for (gsize size = 90; size < 96; size++) {
    char bytes[100]; /* no packets, and plain letters, for they come out again */
    memset (bytes, 'A', sizeof bytes);
    g_autoptr (GBytes) key = g_bytes_new (bytes, size);
    g_autofree char *armor = mado_published_armor (key);
    const char *dearmor[] = { "--dearmor", NULL };
    char *home = fixture_home_new ();
    g_autofree char *out = fixture_gpg (home, armor, dearmor);
    const char *sum = strstr (armor, "\n=");
    g_assert_nonnull (sum);
    g_assert_true (sum[6] == '\n');
    g_assert_cmpuint (strlen (out), ==, size);
    fixture_home_free (home);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/published/users", Team, NULL, set_up, test_users, tear_down);
  g_test_add ("/pgp/published/refusals", Team, NULL, set_up, test_refusals, tear_down);
  g_test_add ("/pgp/published/minimal", Team, NULL, set_up, test_minimal, tear_down);
  g_test_add ("/pgp/published/armor", Team, NULL, set_up, test_armor, tear_down);
  return g_test_run ();
}
