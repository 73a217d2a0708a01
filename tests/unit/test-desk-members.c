/* test-desk-members.c: the table of permissions against the keeper's words and the document; members in the store; who is
 * let in. */
#include "desk-schema.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/admission.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/session.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/ipc/peer.h"

#include <string.h>
#include <unistd.h>

#define NOW G_GINT64_CONSTANT (1795230000)

typedef struct {
  char *top, *url;
  MadoConf *conf;
  MadoDesk desk;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->desk.store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer single_uid)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("[runtime]\ninsecure-single-uid = %s\n", single_uid != NULL ? "yes" : "no");

  f->top = g_dir_make_tmp ("members-XXXXXX", NULL);
  f->url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  g_autofree char *path = g_strdup_printf ("%s/m.conf", f->top);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  f->conf = mado_conf_load (path, &error);
  g_assert_no_error (error);
  f->desk.conf = f->conf;
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->desk.store);
  mado_conf_free (f->conf);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->url);
}

static void
put (Fixture *f, const char *login, MadoMemberRole role, gint64 left)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMember) member = mado_member_record_new ();

  member->login = g_strdup (login);
  member->role = role;
  member->joined = NOW;
  member->left = left;
  g_assert_true (mado_store_begin (f->desk.store, &error));
  g_assert_true (mado_store_put_member (f->desk.store, member, &error));
  g_assert_true (mado_store_commit (f->desk.store, &error));
}

/* Every word of the keeper stands in the table, the table has no other, and each is let through by ipc/peer.h. */
static void
test_complete (void)
{
  gsize n = 0;

  for (; mado_verbs_name (n) != NULL; n++) {
    gboolean is_there = FALSE;
    for (gsize i = 0; mado_permissions_verb (i) != NULL; i++)
      is_there |= strcmp (mado_permissions_verb (i), mado_verbs_name (n)) == 0;
    if (!is_there)
      g_test_message ("%s is not in the table of permissions", mado_verbs_name (n));
    g_assert_true (is_there);
    g_assert_true (mado_peer_may_ask (MADO_PEER_KEEPER, mado_verbs_name (n), 0));
    g_assert_true (mado_session_is_entrance (mado_verbs_name (n))
                   || mado_permissions_allow (mado_verbs_name (n), MADO_MEMBER_ADMINISTRATOR));
  }
  for (gsize i = 0; mado_permissions_verb (i) != NULL; i++) {
    g_assert_nonnull (mado_verbs_find (mado_permissions_verb (i)));
    for (gsize k = 0; k < i; k++)
      g_assert_cmpstr (mado_permissions_verb (i), !=, mado_permissions_verb (k));
    n--;
  }
  g_assert_cmpuint (n, ==, 0);
}

static void
assert_may (int role, const char *expected)
{
  g_auto (GStrv) list = mado_permissions_list (role);
  g_autofree char *text = g_strjoinv (" ", list);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_permissions (void)
{
  assert_may (MADO_PERMISSIONS_HOST, "policy policy-reload account status doctor look-up-own security-txt keys-list keys-show keys-export members-list"
                                     " members-add members-set members-leave vault-status vault-rewrap vault-rotate audit-verify audit-head"
                                     " members-invite members-log-out tokens-list tokens-rm watch log-in log-in-trusted set-up set-up-confirm");
  assert_may (MADO_MEMBER_READER, "list show triage policy-try search feeds unread looking drafts canned-list held held-show account status doctor look-up-own"
                                  " keys-list keys-show keys-export members-list members-duty tokens-add tokens-list tokens-rm"
                                  " overview views view-put view-remove session log-out");
  assert_may (-1, "");
  assert_may (MADO_PERMISSIONS_HOST + 1, "");
  for (int role = 0; role <= MADO_PERMISSIONS_HOST; role++)
    g_assert_false (mado_permissions_allow ("nonsense", role));
  for (int role = 0; role < MADO_MEMBER_ADMINISTRATOR; role++)
    g_assert_false (mado_permissions_allow ("members-add", role) || mado_permissions_allow ("members-set", role)
                    || mado_permissions_allow ("members-leave", role));
  g_assert_false (mado_permissions_allow ("keys-pin", MADO_MEMBER_HANDLER));
  g_assert_true (mado_permissions_allow ("take", MADO_MEMBER_HANDLER));
}

static void
test_document (void)
{
  g_autofree char *table = mado_permissions_document ();
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (MADO_MEMBERS, &text, NULL, NULL));
  if (strstr (text, table) == NULL)
    g_test_message ("docs/members.md must have this table:\n%s", table);
  g_assert_nonnull (strstr (text, table));
}

static void
test_store (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  gboolean has_members = TRUE;
  gint64 count;

  g_assert_true (mado_store_has_members (f->desk.store, &has_members, &error) && !has_members);
  g_assert_null (mado_store_find_member (f->desk.store, "hanako", &error));
  g_assert_no_error (error);
  put (f, "hanako", MADO_MEMBER_ADMINISTRATOR, 0);
  put (f, "alice", MADO_MEMBER_HANDLER, NOW + 5);
  g_assert_true (mado_store_has_members (f->desk.store, &has_members, &error) && has_members);
  g_assert_true (mado_store_count_administrators (f->desk.store, &count, &error));
  g_assert_cmpint (count, ==, 1);
  g_autoptr (MadoMember) member = mado_store_find_member (f->desk.store, "hanako", &error);
  g_strfreev (member->languages);
  member->languages = g_strsplit ("ja,en", ",", -1);
  member->name = g_strdup ("\xe8\x8a\xb1\xe5\xad\x90");
  member->on_duty = TRUE;
  g_assert_true (mado_store_begin (f->desk.store, &error));
  g_assert_true (mado_store_put_member (f->desk.store, member, &error));
  g_assert_true (mado_store_commit (f->desk.store, &error));
  mado_store_close (g_steal_pointer (&f->desk.store));
  open_store (f);
  g_autoptr (GPtrArray) list = mado_store_list_members (f->desk.store, &error);
  g_assert_cmpuint (list->len, ==, 2);
  const MadoMember *alice = list->pdata[0], *hanako = list->pdata[1];
  g_assert_cmpstr (alice->login, ==, "alice");
  g_assert_cmpint (alice->left, ==, NOW + 5);
  g_assert_cmpint (alice->role, ==, MADO_MEMBER_HANDLER);
  g_assert_cmpstr (hanako->name, ==, "\xe8\x8a\xb1\xe5\xad\x90");
  g_assert_true (hanako->on_duty && g_strv_length (hanako->languages) == 2);
  g_assert_cmpstr (hanako->languages[1], ==, "en");
}

static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gboolean has_members = TRUE;

  mado_store_close (g_steal_pointer (&f->desk.store));
  g_free (f->url);
  f->url = g_strdup_printf ("sqlite:%s/old.db", f->top);
  test_old_store (f->url + strlen ("sqlite:"), 8, "");
  open_store (f);
  g_assert_true (mado_store_has_members (f->desk.store, &has_members, NULL) && !has_members);
  put (f, "hanako", MADO_MEMBER_ADMINISTRATOR, 0);
}

/* @role: -1: let in without being a member. */
static void
assert_let_in (Fixture *f, const char *login, uid_t uid, const char *verb, int role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMember) asker = NULL;

  g_assert_true (mado_admission_check (&f->desk, login, uid, verb, &asker, &error));
  g_assert_no_error (error);
  g_assert_cmpint (asker != NULL ? (int) asker->role : -1, ==, role);
}

static void
assert_refused (Fixture *f, const char *login, uid_t uid, const char *verb, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMember) asker = NULL;

  g_assert_false (mado_admission_check (&f->desk, login, uid, verb, &asker, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_null (asker);
}

#define SOME_UID 54321 /* neither root nor ours */

static void
test_admission (Fixture *f, gconstpointer single_uid)
{
  assert_let_in (f, "eve", SOME_UID, "show", -1);
  assert_let_in (f, NULL, SOME_UID, "list", -1);
  assert_refused (f, "eve", SOME_UID, "members-add", "root");
  assert_let_in (f, "root", 0, "members-add", -1);
  put (f, "hanako", MADO_MEMBER_ADMINISTRATOR, 0);
  put (f, "rei", MADO_MEMBER_READER, 0);
  put (f, "gone", MADO_MEMBER_HANDLER, NOW);
  assert_refused (f, "eve", SOME_UID, "list", "eve is no member");
  assert_refused (f, NULL, SOME_UID, "list", "no member");
  assert_refused (f, "gone", SOME_UID, "list", "left");
  assert_refused (f, "rei", SOME_UID, "take", "reader");
  assert_let_in (f, "rei", SOME_UID, "list", MADO_MEMBER_READER);
  assert_let_in (f, "hanako", SOME_UID, "members-add", MADO_MEMBER_ADMINISTRATOR);
  assert_refused (f, "root", 0, "show", "only for members");
  assert_refused (f, "root", 0, "keys-pin", "only for members");
  assert_let_in (f, "root", 0, "members-add", -1);
  if (geteuid () != 0 && single_uid != NULL)
    assert_let_in (f, "demo", geteuid (), "members-add", -1);
  else if (geteuid () != 0)
    assert_refused (f, "demo", geteuid (), "members-add", "no member");
  put (f, "rei", MADO_MEMBER_READER, NOW);
  assert_refused (f, "rei", SOME_UID, "list", "left");
  put (f, "hanako", MADO_MEMBER_ADMINISTRATOR, NOW); /* nobody is left: still not for everybody */
  assert_refused (f, "eve", SOME_UID, "list", "no member");
  assert_let_in (f, "root", 0, "members-add", -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/members/complete", test_complete);
  g_test_add_func ("/desk/members/permissions", test_permissions);
  g_test_add_func ("/desk/members/document", test_document);
#define ADD(name, single, test) g_test_add ("/desk/members/" name, Fixture, single, set_up, test, tear_down)
  ADD ("store", NULL, test_store);
  ADD ("migration", NULL, test_migration);
  ADD ("admission", NULL, test_admission);
  ADD ("admission-single-uid", "yes", test_admission);
  return g_test_run ();
}
