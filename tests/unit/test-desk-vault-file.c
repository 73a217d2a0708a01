/* test-desk-vault-file.c: the keys of a store from start to start: made once, opened each time, never made anew beside a
 * store that is sealed. */
#include "desk-fake.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/desk/vault-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *top, *file, *url;
  MadoConf *conf;
  FakeOpener opener_data;
  FakeRole *opener, *signer;
} House;

static void
start_roles (House *house)
{
  g_autofree char *opener = mado_wire_path (house->top, "opener"), *signer = mado_wire_path (house->top, "signer");

  house->opener = fake_role_start (opener, fake_open, &house->opener_data);
  house->signer = fake_role_start (signer, fake_seal, NULL);
}

static void
set_up (House *house, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  house->top = g_dir_make_tmp ("vfXXXXXX", &error);
  g_assert_no_error (error);
  house->file = g_build_filename (house->top, "state", "store.db.key", NULL);
  house->url = g_strdup_printf ("sqlite:%s/state/store.db", house->top);
  g_autofree char *text = g_strdup_printf ("[team]\naddress=csirt@example.org\n[store]\nurl=%s\n[runtime]\ndirectory=%s\n", house->url, house->top);
  house->conf = mado_conf_parse (text, "test", &error);
  g_assert_no_error (error);
  if (data == NULL)
    start_roles (house);
}

static void
tear_down (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_clear_pointer (&house->opener, fake_role_stop);
  g_clear_pointer (&house->signer, fake_role_stop);
  mado_conf_free (house->conf);
  mado_fsio_remove_tree (house->top, NULL);
  g_free (house->top);
  g_free (house->file);
  g_free (house->url);
}

static MadoVault *
open_vault (House *house, int code, char **says)
{
  g_autoptr (GError) error = NULL;
  g_auto (MadoVaultFile) file = { 0 };
  MadoVault *vault = mado_vault_file_open (house->conf, 200, &file, &error);

  if (code >= 0) {
    g_assert_error (error, MADO_ERROR, code);
    g_assert_nonnull (strstr (error->message, house->file));
    *says = g_strdup (error->message);
    return NULL;
  }
  g_assert_no_error (error);
  g_assert_cmpstr (file.path, ==, house->file);
  g_assert_cmpstr (file.keys[0], ==, "TEAMKEY");
  g_assert_cmpstr (file.signer, ==, "TEAMKEY");
  return vault;
}

static void
assert_same (const MadoVault *one, const MadoVault *other)
{
  g_autoptr (GBytes) a = mado_vault_export (one), b = mado_vault_export (other);

  g_assert_true (g_bytes_equal (a, b));
}

static void
seal_store (House *house, MadoVault *vault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoStore) store = mado_store_open (house->url, "EX", vault, &error);

  g_assert_no_error (error);
}

static void
test_stable (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVault) first = open_vault (house, -1, NULL), again = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (house->file, &text, NULL, NULL));
  g_assert_null (strstr (text, "index-key"));
  seal_store (house, first);
  g_clear_pointer (&house->signer, fake_role_stop); /* needed once only */
  again = open_vault (house, -1, NULL);
  assert_same (first, again);
}

static void
test_missing (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVault) first = open_vault (house, -1, NULL);
  g_autofree char *says = NULL;

  seal_store (house, first);
  g_assert_cmpint (unlink (house->file), ==, 0);
  open_vault (house, MADO_ERROR_CONF, &says);
  g_assert_nonnull (strstr (says, "missing"));
  g_assert_false (g_file_test (house->file, G_FILE_TEST_EXISTS));
}

static void
test_changed (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVault) first = open_vault (house, -1, NULL);
  g_autofree char *says = NULL, *left = NULL;

  g_assert_true (g_file_set_contents (house->file, "something else", -1, NULL));
  open_vault (house, MADO_ERROR_CONF, &says);
  g_assert_nonnull (strstr (says, "no secret key here opens it"));
  g_assert_true (g_file_get_contents (house->file, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, "something else");
}

/* Keys that open, but are another store's. */
static void
test_of_another (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVault) first = open_vault (house, -1, NULL), other = NULL;
  g_autoptr (MadoStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *database = g_strdup (house->url + strlen ("sqlite:")), *away = g_strconcat (database, ".away", NULL);

  seal_store (house, first);
  g_assert_cmpint (g_rename (database, away), ==, 0);
  g_assert_cmpint (unlink (house->file), ==, 0);
  other = open_vault (house, -1, NULL);
  g_assert_cmpint (g_rename (away, database), ==, 0);
  store = mado_store_open (house->url, "EX", other, &error);
  g_assert_null (store);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_nonnull (strstr (error->message, "another store"));
}

/* What an earlier version left in the clear. */
static void
test_plain (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVault) vault = mado_vault_new (), found = NULL, again = NULL;
  g_autoptr (GBytes) secrets = mado_vault_export (vault), left = NULL;
  g_autofree char *directory = g_path_get_dirname (house->file), *old = g_strconcat (house->file, ".old", NULL), *seen = NULL;
  int fd;

  g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);
  g_assert_true (mado_fsio_replace (house->file, secrets, 0600, NULL));
  fd = g_open (house->file, O_RDONLY, 0); /* what lay on the disk */
  found = open_vault (house, -1, NULL);
  assert_same (vault, found);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (mado_fsio_read_all (fd, 4096, &left, NULL));
  g_assert_null (g_strstr_len (g_bytes_get_data (left, NULL), (gssize) g_bytes_get_size (left), "key"));
  close (fd);
  g_assert_true (g_file_get_contents (house->file, &seen, NULL, NULL));
  g_assert_null (strstr (seen, "index-key"));
  again = open_vault (house, -1, NULL);
  assert_same (vault, again);
}

/* A crash after the file was replaced, before the old one was overwritten. */
static void
test_plain_left (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoVault) vault = open_vault (house, -1, NULL), again = NULL;
  g_autofree char *old = g_strconcat (house->file, ".old", NULL);

  g_assert_true (g_file_set_contents (old, MADO_SECRET_TITLE "\nindex-key: 00\n", -1, NULL));
  again = open_vault (house, -1, NULL);
  assert_same (vault, again);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
}

static gpointer
start_later (gpointer data)
{
  g_usleep (300 * 1000);
  start_roles (data);
  return NULL;
}

static void
test_roles_away (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *says = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (MadoVaultFile) file = { 0 };
  GThread *thread;

  open_vault (house, MADO_ERROR_TEMP, &says); /* after 0.2 s */
  g_assert_false (g_file_test (house->file, G_FILE_TEST_EXISTS));
  thread = g_thread_new ("later", start_later, house);
  g_autoptr (MadoVault) vault = mado_vault_file_open (house->conf, 20000, &file, &error);
  g_thread_join (thread);
  g_assert_no_error (error);
  g_assert_nonnull (vault);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/vault-file/stable", House, NULL, set_up, test_stable, tear_down);
  g_test_add ("/desk/vault-file/missing", House, NULL, set_up, test_missing, tear_down);
  g_test_add ("/desk/vault-file/changed", House, NULL, set_up, test_changed, tear_down);
  g_test_add ("/desk/vault-file/of-another", House, NULL, set_up, test_of_another, tear_down);
  g_test_add ("/desk/vault-file/plain", House, NULL, set_up, test_plain, tear_down);
  g_test_add ("/desk/vault-file/plain-left", House, NULL, set_up, test_plain_left, tear_down);
  g_test_add ("/desk/vault-file/roles-away", House, "away", set_up, test_roles_away, tear_down);
  return g_test_run ();
}
