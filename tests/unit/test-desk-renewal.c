/* test-desk-renewal.c: a change of the data key while the keeper works: everything is sealed anew behind its back, a restart in
 * the middle goes on, and the former key is retired when nothing needs it. */
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/vault-status.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define REPORT "From: alice@example.net\nMessage-ID: <a%d@example.net>\nSubject: phishing\n"

static MadoVaultStatus *
ask (House *house, const char *verb)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = house_ask (house, verb, g_variant_new ("a{sv}", NULL), NULL);
  MadoVaultStatus *status = mado_vault_status_from_variant (answer, &error);

  g_assert_no_error (error);
  return status;
}

static gboolean
is_settled (House *house, gpointer data)
{
  MadoVaultStatus **status = data;

  g_clear_pointer (status, mado_vault_status_free);
  *status = ask (house, "vault-status");
  return !(*status)->is_renewing && (*status)->data_keys == 1;
}

static MadoVaultStatus *
wait_settled (House *house)
{
  MadoVaultStatus *status = NULL;

  house_wait (house, is_settled, &status);
  return status;
}

static char *
put (House *house, int n)
{
  g_autofree char *mail = g_strdup_printf (REPORT, n);
  char *id = house_put (house, "alice@example.net", "csirt@example.org", mail);

  g_free (house_wait_state (house, id, n == 1 ? "ticket" : "ticket"));
  return id;
}

static char *
read_file (House *house)
{
  g_autofree char *path = g_build_filename (house->top, "store.db.key", NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
assert_raw (House *house, const char *id)
{
  g_autoptr (GVariant) answer = house_ask (house, "reopen", house_body ("ticket", "1"), NULL);
  gint64 count = 0;

  (void) id;
  g_assert_true (g_variant_lookup (answer, "count", "x", &count));
  g_assert_cmpint (count, >=, 1);
}

static void
test_status (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVaultStatus) status = wait_settled (house);
  g_autofree char *path = g_build_filename (house->top, "store.db.key", NULL);

  g_assert_cmpstr (status->path, ==, path);
  g_assert_cmpstr (status->keys[0], ==, "TEAMKEY");
  g_assert_false (status->is_current); /* this house names no team key */
  g_assert_cmpint (status->data_key, ==, 1);
  g_assert_cmpint (status->values_left + status->files_left + status->failed, ==, 0);
}

static void
test_rotate (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = put (house, 1), *before = read_file (house), *between = NULL, *after = NULL;
  g_autoptr (MadoVaultStatus) first = wait_settled (house), begun = NULL, settled = NULL;

  begun = ask (house, "vault-rotate");
  between = read_file (house);
  g_assert_cmpstr (between, !=, before);
  g_assert_cmpint (begun->data_key, ==, 2);
  g_assert_cmpint (begun->data_keys, ==, 2);
  g_assert_true (begun->is_renewing);
  g_assert_cmpint (begun->values_left, >, 5);
  settled = wait_settled (house);
  after = read_file (house);
  g_assert_cmpstr (after, !=, between);
  g_assert_cmpint (settled->data_key, ==, 2);
  g_assert_cmpint (settled->values_left + settled->files_left + settled->failed, ==, 0);
  assert_raw (house, id);
  house_stop_keeper (house);
  house_start_keeper (house); /* with the new key alone */
  assert_raw (house, id);
}

/* Two at once: the second is told to wait. */
static void
test_twice (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVaultStatus) settled = wait_settled (house), begun = ask (house, "vault-rotate");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = NULL;

  g_assert_true (begun->is_renewing);
  answer = house_ask (house, "vault-rotate", g_variant_new ("a{sv}", NULL), &error);
  g_assert_null (answer);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
}

/* kill -9 right after the new file is in place: the next start goes on. */
static void
test_restart (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = put (house, 1);
  g_autoptr (MadoVaultStatus) first = wait_settled (house), begun = ask (house, "vault-rotate"), again = NULL, settled = NULL;

  g_assert_cmpint (begun->values_left, >, 0);
  house_stop_keeper (house);
  house_start_keeper (house);
  again = ask (house, "vault-status");
  g_assert_true (again->is_renewing);
  g_assert_cmpint (again->data_keys, ==, 2);
  settled = wait_settled (house);
  g_assert_cmpint (settled->data_key, ==, 2);
  assert_raw (house, id);
}

/* A signer that refuses leaves everything as it was. */
static void
test_refused (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVaultStatus) first = wait_settled (house), after = NULL;
  g_autofree char *before = read_file (house), *text = NULL, *path = g_build_filename (house->top, "store.db.key", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0); /* the new file cannot be put there */
  g_autoptr (GVariant) answer = house_ask (house, "vault-rotate", g_variant_new ("a{sv}", NULL), &error);
  g_assert_null (answer);
  g_assert_nonnull (error);
  g_assert_cmpint (rmdir (path), ==, 0);
  g_assert_true (g_file_set_contents (path, before, -1, NULL));
  after = ask (house, "vault-status");
  g_assert_cmpint (after->data_key, ==, 1);
  g_assert_cmpint (after->data_keys, ==, 1);
  g_assert_false (after->is_renewing);
  g_free (put (house, 1));
  house_stop_keeper (house);
  house_start_keeper (house);
  assert_raw (house, NULL);
}

/* Mails in the archive that a version before left in the clear; and one that does not open keeps the former key. */
static void
test_damaged_file (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = put (house, 1), *day = NULL, *path = NULL, *bytes = NULL;
  g_autoptr (MadoVaultStatus) first = wait_settled (house), begun = NULL, later = NULL;
  g_autofree char *archive = g_build_filename (house->top, "archive", NULL);
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gsize length;

  while (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_autoptr (GDir) dir = g_dir_open (archive, 0, NULL);
    const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
    g_free (path);
    path = name != NULL ? g_build_filename (archive, name, id, NULL) : NULL;
    g_main_context_iteration (NULL, FALSE);
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  }
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  bytes[length - 1] ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  begun = ask (house, "vault-rotate");
  for (gboolean is_done = FALSE; !is_done;) {
    g_clear_pointer (&later, mado_vault_status_free);
    later = ask (house, "vault-status");
    is_done = !later->is_renewing;
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  }
  g_assert_cmpint (later->failed, ==, 1);
  g_assert_cmpint (later->data_keys, ==, 2);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*test) (House *, gconstpointer);
  } tests[] = {
    { "status", test_status },   { "rotate", test_rotate },   { "twice", test_twice },
    { "restart", test_restart }, { "refused", test_refused }, { "damaged-file", test_damaged_file },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf ("/desk/renewal/%s", tests[i].name);
    g_test_add (path, House, NULL, house_set_up, tests[i].test, house_tear_down);
  }
  return g_test_run ();
}
