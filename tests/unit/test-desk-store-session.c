/* test-desk-store-session.c: who can log in to the page, and who only could. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-session.h"
#include "desk-vault.h"

#define NOW G_GINT64_CONSTANT (1795230000)

static void
put (MadoStore *store, const char *login, gint64 left)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMember) member = mado_member_record_new ();

  member->login = g_strdup (login);
  member->role = MADO_MEMBER_HANDLER;
  member->joined = NOW;
  member->left = left;
  mado_store_put_member (store, member, &error);
  g_assert_no_error (error);
}

static void
set_up (MadoStore *store, const char *login)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) totp = g_bytes_new_static ("01234567890123456789", 20);

  mado_store_choose_credential (store, login, "hash", totp, &error);
  g_assert_no_error (error);
  mado_store_confirm_credential (store, login, 1, NOW, &error);
  g_assert_no_error (error);
}

static void
assert_names (char **logins, const char *expected)
{
  g_autofree char *joined = g_strjoinv (" ", logins);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_entrants (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("mdXXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", top);
  g_autoptr (MadoStore) store = mado_store_open (url, "T", test_vault (), &error);
  static const char *const logins[] = { "again", "asked", "dropped", "gone", "in", "late", "only-cli", "trying" };

  g_assert_no_error (error);
  g_assert_true (mado_store_begin (store, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++) {
    g_autofree char *invitation = g_strdup_printf ("invitation %zu", i);
    put (store, logins[i], g_str_equal (logins[i], "gone") ? NOW : 0);
    if (!g_str_equal (logins[i], "only-cli"))
      g_assert_true (mado_store_invite (store, logins[i], invitation, g_str_equal (logins[i], "late") ? NOW : NOW + 1, &error));
  }
  set_up (store, "in");
  set_up (store, "again");
  set_up (store, "dropped");
  g_assert_true (mado_store_invite (store, "again", "a second one", NOW + 1, &error));
  g_assert_true (mado_store_forget_credential (store, "dropped", &error));
  g_autoptr (GBytes) totp = g_bytes_new_static ("01234567890123456789", 20);
  g_assert_true (mado_store_choose_credential (store, "trying", "hash", totp, &error)); /* not confirmed */
  g_assert_true (mado_store_commit (store, &error));

  g_autoptr (MadoEntrants) entrants = mado_store_list_entrants (store, NOW, &error);
  g_assert_no_error (error);
  assert_names (entrants->ready, "again in");
  assert_names (entrants->waiting, "again asked trying");
  assert_names (entrants->missed, "late");
  assert_names (entrants->none, "dropped only-cli");
  g_clear_pointer (&store, mado_store_close);
  mado_fsio_remove_tree (top, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/store-session/entrants", test_entrants);
  return g_test_run ();
}
