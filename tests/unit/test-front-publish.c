/* What is published, and whose files are left alone. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/front/publish.h"
#include "madoguchi/front/rfc2350.h"

#include <string.h>
#include <unistd.h>

#define NOW G_GINT64_CONSTANT (1800000000)
#define DAY G_GINT64_CONSTANT (86400)
#define NAME "ahrnamnoi5m8jmw373g6cdiau7e3nf9w" /* csirt, as gpg-wks-client prints it */

typedef struct {
  char *home, *key, *directory;
  GBytes *block;
} House;

static void
set_up (House *house, gconstpointer data)
{
  const char *export[] = { "--armor", "--export", NULL };
  char *text;

  (void) data;
  house->home = fixture_home_new ();
  house->key = fixture_key (house->home, "Team <csirt@team.example>", NULL);
  text = fixture_gpg (house->home, NULL, export);
  house->block = g_bytes_new_take (text, strlen (text));
  house->directory = g_dir_make_tmp ("mdXXXXXX", NULL);
}

static void
tear_down (House *house, gconstpointer data)
{
  (void) data;
  mado_fsio_remove_tree (house->directory, NULL);
  fixture_home_free (house->home);
  g_bytes_unref (house->block);
  g_free (house->directory);
  g_free (house->key);
}

static MadoConf *
make_conf (const House *house, const char *addresses, const char *more)
{
  g_autofree char *text = g_strdup_printf ("[team]\nname = 例 CSIRT\naddress = %s\nkey = %s\n%s", addresses, house->key, more);
  MadoConf *conf = mado_conf_parse (text, "test", NULL);

  g_assert_nonnull (conf);
  return conf;
}

/* (transfer full) a security.txt that looks signed and ends in @days. */
static GBytes *
make_text (gint64 days, const char *contact)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (NOW + days * DAY);
  g_autofree char *expires = g_date_time_format (end, "%Y-%m-%dT%H:%M:%SZ");
  char *text = g_strdup_printf ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nContact: %s\nExpires: %s\n-----BEGIN PGP SIGNATURE-----\n"
                                "%" G_GINT64_FORMAT "\n-----END PGP SIGNATURE-----\n",
                                contact, expires, days);

  return g_bytes_new_take (text, strlen (text));
}

static MadoPublication *
publish (const House *house, const MadoConf *conf, GBytes *text, gboolean force, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plan = mado_publish_plan (conf, house->block, text, &error);
  MadoPublication *done = NULL;

  g_assert_no_error (error);
  g_assert_true (mado_publish_write (house->directory, plan, force, now, &done, &error));
  g_assert_no_error (error);
  return done;
}

static const char *
action_of (const MadoPublication *done, const char *path)
{
  for (guint i = 0; i < done->files->len; i++)
    if (strcmp (((MadoPublishedFile *) done->files->pdata[i])->path, path) == 0)
      return ((MadoPublishedFile *) done->files->pdata[i])->action;
  return NULL;
}

static const char *const paths[] = { ".well-known/openpgpkey/team.example/hu/" NAME,
                                     ".well-known/openpgpkey/team.example/policy",
                                     ".well-known/openpgpkey/hu/" NAME,
                                     ".well-known/openpgpkey/policy",
                                     "pgp-key.asc",
                                     "rfc2350.en.txt",
                                     "rfc2350.ja.txt",
                                     ".well-known/security.txt" };

static void
change (const House *house, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (house->directory, path, NULL);

  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
test_write (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = make_conf (house, "csirt@team.example", "");
  g_autoptr (GBytes) text = make_text (180, "mailto:a@b.example");

  (void) data;
  for (int round = 0; round < 2; round++) { /* what is there already, and right, stays */
    g_autoptr (MadoPublication) done = publish (house, conf, text, FALSE, NOW);
    g_assert_cmpuint (done->files->len, ==, G_N_ELEMENTS (paths));
    for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
      g_autofree char *full = g_build_filename (house->directory, paths[i], NULL);
      g_assert_cmpstr (action_of (done, paths[i]), ==, round == 0 ? "written" : "unchanged");
      g_assert_true (g_file_test (full, G_FILE_TEST_IS_REGULAR));
    }
  }
  {
    g_autofree char *policy = g_build_filename (house->directory, paths[1], NULL);
    g_autofree char *content = NULL;
    gsize size = 1;
    g_assert_true (g_file_get_contents (policy, &content, &size, NULL));
    g_assert_cmpuint (size, ==, 0);
  }
}

static void
test_foreign (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = make_conf (house, "csirt@team.example", "");
  g_autoptr (GBytes) text = make_text (180, "mailto:a@b.example");
  g_autofree char *full = g_build_filename (house->directory, "pgp-key.asc", NULL);
  g_autofree char *content = NULL;

  (void) data;
  change (house, "pgp-key.asc", "somebody else's");
  {
    g_autoptr (MadoPublication) first = publish (house, conf, text, FALSE, NOW);
    g_assert_cmpstr (action_of (first, "pgp-key.asc"), ==, "kept");
    g_assert_cmpstr (action_of (first, "rfc2350.en.txt"), ==, "written");
  }
  change (house, "rfc2350.en.txt", "completed by people");
  change (house, paths[0], "changed by hand");
  {
    g_autoptr (MadoPublication) second = publish (house, conf, text, FALSE, NOW);
    g_assert_cmpstr (action_of (second, "pgp-key.asc"), ==, "kept");
    g_assert_cmpstr (action_of (second, "rfc2350.en.txt"), ==, "kept");
    g_assert_cmpstr (action_of (second, paths[0]), ==, "kept");
  }
  g_assert_true (g_file_get_contents (full, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "somebody else's");
  {
    g_autoptr (MadoPublication) third = publish (house, conf, text, TRUE, NOW);
    g_assert_cmpstr (action_of (third, "pgp-key.asc"), ==, "written");
    g_assert_cmpstr (action_of (third, paths[0]), ==, "written");
  }
}

/* A signature is another one each time: the file stays while half of its time is left, and says the same. */
static void
test_security_txt (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = make_conf (house, "csirt@team.example", "");
  static const struct {
    gint64 days, later;
    const char *contact, *action;
  } rows[] = {
    { 180, 0, "mailto:a@b.example", "written" },
    { 181, 0, "mailto:a@b.example", "unchanged" },
    { 200, 80, "mailto:a@b.example", "unchanged" },
    { 300, 80, "mailto:a@b.example", "written" },
    { 300, 80, "mailto:c@b.example", "written" },
  };

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) text = make_text (rows[i].days, rows[i].contact);
    g_autoptr (MadoPublication) done = publish (house, conf, text, FALSE, NOW + rows[i].later * DAY);
    g_test_message ("row %u", (guint) i);
    g_assert_cmpstr (action_of (done, ".well-known/security.txt"), ==, rows[i].action);
  }
}

static void
test_addresses (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = make_conf (house, "csirt@team.example; abuse@team.example; csirt@other.example", "");
  g_autoptr (MadoConf) fewer = make_conf (house, "csirt@team.example", "");
  g_autoptr (GBytes) text = make_text (180, "mailto:a@b.example");
  g_autofree char *extra = g_build_filename (house->directory, ".well-known/openpgpkey/other.example/policy", NULL);

  (void) data;
  {
    g_autoptr (MadoPublication) done = publish (house, conf, text, FALSE, NOW);
    guint left_out = 0;
    for (guint i = 0; i < done->files->len; i++)
      left_out += strcmp (((MadoPublishedFile *) done->files->pdata[i])->action, "left-out") == 0;
    g_assert_cmpuint (left_out, ==, 3); /* abuse@ in both forms, csirt@other.example in its own */
    g_assert_cmpstr (action_of (done, paths[2]), ==, "written");
  }
  {
    g_autoptr (MadoPublication) done = publish (house, fewer, text, FALSE, NOW);
    g_assert_cmpstr (action_of (done, ".well-known/openpgpkey/other.example/policy"), ==, "stale");
    g_assert_true (g_file_test (extra, G_FILE_TEST_EXISTS)); /* for a person to remove */
  }
}

static void
test_refusals (House *house, gconstpointer data)
{
  static const struct {
    const char *addresses, *more;
    int code;
  } rows[] = {
    { "csirt@../../etc", "", MADO_ERROR_CONF },
    { "csirt@a..b", "", MADO_ERROR_CONF },
    { "csirt@a/b", "", MADO_ERROR_CONF },
    { "csirt@例.example", "", MADO_ERROR_CONF },
    { "nobody@team.example", "", MADO_ERROR_NO },
    { "csirt@team.example", "[publish]\nkey-file = ../x\n", MADO_ERROR_CONF },
    { "csirt@team.example", "[publish]\nkey-file = .hidden\n", MADO_ERROR_CONF },
  };

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (MadoConf) conf = make_conf (house, rows[i].addresses, rows[i].more);
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_publish_plan (conf, house->block, NULL, &error));
    g_assert_error (error, MADO_ERROR, rows[i].code);
  }
}

static void
test_rfc2350 (House *house, gconstpointer data)
{
  g_autoptr (MadoConf) conf = make_conf (house, "csirt@team.example", "[publish]\nsite = https://team.example\nconstituency = The {team} of it\n");
  static const char *const languages[] = { "en", "ja" };

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++) {
    g_autofree char *text = mado_rfc2350_make (conf, languages[i]);
    g_assert_true (g_utf8_validate (text, -1, NULL));
    g_assert_nonnull (strstr (text, "例 CSIRT"));
    g_assert_nonnull (strstr (text, house->key));
    g_assert_nonnull (strstr (text, "https://team.example/pgp-key.asc"));
    g_assert_nonnull (strstr (text, "The {team} of it")); /* a value is not read again */
    g_assert_nonnull (strstr (text, i == 0 ? "2.4 Telephone: (to be completed)" : "2.4 電話番号：（記入してください）"));
    for (int n = 1; n <= 7; n++) {
      g_autofree char *heading = g_strdup_printf ("\n%d. ", n);
      g_assert_nonnull (strstr (text, heading));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/front/publish/write", House, NULL, set_up, test_write, tear_down);
  g_test_add ("/front/publish/foreign", House, NULL, set_up, test_foreign, tear_down);
  g_test_add ("/front/publish/security-txt", House, NULL, set_up, test_security_txt, tear_down);
  g_test_add ("/front/publish/addresses", House, NULL, set_up, test_addresses, tear_down);
  g_test_add ("/front/publish/refusals", House, NULL, set_up, test_refusals, tear_down);
  g_test_add ("/front/publish/rfc2350", House, NULL, set_up, test_rfc2350, tear_down);
  return g_test_run ();
}
