/* test-desk-token.c: what a token may: every word by every scope, and with what the member himself may; tokens in the store; who
 * is let in by one. */
#include "desk-schema.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/session.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-token.h"
#include "madoguchi/desk/token-scope.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/vault/token.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define DAY 86400

typedef struct {
  char *top;
  MadoConf *conf;
  MadoDesk desk;
  char *token;
} House;

static gint64
get_now (void)
{
  return NOW;
}

static void
put (House *house, const char *login, MadoMemberRole role, gint64 left)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoMember) member = mado_member_record_new ();

  member->login = g_strdup (login);
  member->role = role;
  member->joined = NOW;
  member->left = left;
  g_assert_true (mado_store_begin (house->desk.store, &error));
  g_assert_true (mado_store_put_member (house->desk.store, member, &error));
  g_assert_true (mado_store_commit (house->desk.store, &error));
}

/* (transfer full) */
static char *
add (House *house, const char *login, const char *name, const char *scopes, gint64 until, GError **error)
{
  g_autoptr (MadoAccessToken) record = mado_access_token_new ();
  char *token = mado_token_new ();

  record->login = g_strdup (login);
  record->name = g_strdup (name);
  g_strfreev (record->scopes);
  record->scopes = g_strsplit (scopes, ",", -1);
  record->made = NOW;
  record->until = until;
  if (mado_store_add_token (house->desk.store, record, token, error))
    return token;
  g_free (token);
  return NULL;
}

static void
set_up (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  house->top = g_dir_make_tmp ("token-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", house->top), *path = g_strdup_printf ("%s/m.conf", house->top);
  g_assert_true (g_file_set_contents (path, "", -1, NULL));
  house->conf = mado_conf_load (path, &error);
  g_assert_no_error (error);
  house->desk.conf = house->conf;
  house->desk.now = get_now;
  house->desk.store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
  house->desk.batch = mado_batch_new (house->desk.store);
  put (house, "taro", MADO_MEMBER_HANDLER, 0);
}

static void
tear_down (House *house, gconstpointer data G_GNUC_UNUSED)
{
  mado_batch_free (house->desk.batch);
  mado_store_close (house->desk.store);
  mado_conf_free (house->conf);
  mado_fsio_remove_tree (house->top, NULL);
  g_free (house->top);
  g_free (house->token);
}

/* Asks @verb with @token (nullable) and @session (nullable). @why: (nullable) NULL: it is let in; else a part of the refusal. */
static void
ask (House *house, const char *verb, const char *token, const char *session, const char *why)
{
  MadoCall call = { .desk = &house->desk };
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (token != NULL)
    g_variant_dict_insert (&dict, "token", "s", token);
  if (session != NULL)
    g_variant_dict_insert (&dict, "session", "s", session);
  call.request = (MadoPacket) MADO_PACKET_INIT;
  call.request.verb = g_strdup (verb);
  call.request.body = g_variant_ref_sink (g_variant_dict_end (&dict));
  gboolean is_in = mado_session_admit (&call, &error);
  if (why == NULL) {
    g_assert_no_error (error);
    g_assert_true (is_in);
    g_assert_cmpstr (call.asker->login, ==, "taro");
    g_assert_cmpstr (call.token, ==, "backup");
  } else {
    g_assert_error (error, MADO_ERROR, MADO_ERROR_DENIED);
    g_assert_nonnull (strstr (error->message, why));
  }
  mado_packet_clear (&call.request);
  mado_member_record_free (call.asker);
  g_free (call.member);
  g_free (call.token);
}

/* Every word of the keeper stands in the table once, and the table has no other. */
static void
test_complete (void)
{
  gsize n = 0;

  for (gsize i = 0; mado_token_scope_verb (i) != NULL; i++, n++) {
    g_assert_nonnull (mado_verbs_find (mado_token_scope_verb (i)));
    for (gsize k = 0; k < i; k++)
      g_assert_cmpstr (mado_token_scope_verb (i), !=, mado_token_scope_verb (k));
  }
  for (gsize i = 0; mado_verbs_name (i) != NULL; i++, n--) {
    gboolean is_there = FALSE;
    for (gsize k = 0; mado_token_scope_verb (k) != NULL; k++)
      is_there |= strcmp (mado_token_scope_verb (k), mado_verbs_name (i)) == 0;
    if (!is_there)
      g_test_message ("%s is not in the table of scopes", mado_verbs_name (i));
    g_assert_true (is_there);
  }
  g_assert_cmpuint (n, ==, 0);
}

/* Nothing that changes who is let in, what is trusted, or what is gone. */
static void
test_never (void)
{
  static const char *const never[] = { "tokens-add", "tokens-list", "tokens-rm", "members-add", "members-set", "members-leave", "members-invite", "members-log-out",
                                       "log-in", "log-in-trusted", "set-up", "set-up-confirm", "log-out", "erase", "hold", "retention-run",
                                       "held-drop", "keys-import", "keys-pin", "keys-certify", "keys-rm", "vault-rotate", "vault-rewrap",
                                       "restrict", "approve", "refuse", "nonsense", NULL };

  for (gsize i = 0; never[i] != NULL; i++)
    g_assert_false (mado_token_scope_allows (mado_token_scopes, never[i]));
}

/* Each word by a token of each single scope, of none and of all, asked of the door itself. */
static void
test_matrix (House *house, gconstpointer data G_GNUC_UNUSED)
{
  guint let_in = 0, refused = 0;

  for (gsize s = 0; mado_token_scopes[s] != NULL; s++) {
    g_autofree char *token = add (house, "taro", "backup", mado_token_scopes[s], NOW + DAY, NULL);
    gint64 count = 0;
    for (gsize i = 0; mado_token_scope_verb (i) != NULL; i++) {
      const char *verb = mado_token_scope_verb (i), *scope = mado_token_scope_of (verb);
      gboolean is_his = mado_permissions_allow (verb, MADO_MEMBER_HANDLER);
      gboolean is_in = is_his && scope != NULL && (*scope == '\0' || strcmp (scope, mado_token_scopes[s]) == 0);
      ask (house, verb, token, NULL, is_in ? NULL : !is_his ? "role handler" : scope == NULL ? "no token may" : "lacks the scope");
      if (is_in)
        let_in++;
      else
        refused++;
    }
    g_assert_true (mado_store_remove_token (house->desk.store, "taro", "backup", &count, NULL));
    g_assert_cmpint (count, ==, 1);
  }
  g_test_message ("%u questions let in, %u refused", let_in, refused);
  g_assert_cmpuint (let_in, >, 40);
  g_assert_cmpuint (refused, >, 400);
}

static void
test_good (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *good = add (house, "taro", "backup", "read", NOW + 1, NULL), *old = add (house, "taro", "old", "read", NOW, NULL);
  g_autofree char *unknown = mado_token_new ();
  g_autoptr (GError) error = NULL;
  gint64 count = 1;

  g_assert_null (add (house, "taro", "backup", "read", NOW + 1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  ask (house, "list", good, NULL, NULL);
  ask (house, "list", old, NULL, "not good any more");
  ask (house, "list", unknown, NULL, "not known");
  ask (house, "list", "x", NULL, "not known");
  ask (house, "list", good, unknown, "a session and a token");
  ask (house, "list", NULL, good, "nobody is logged in"); /* no session either */
  put (house, "taro", MADO_MEMBER_READER, 0);
  ask (house, "raw", good, NULL, "role reader"); /* what the member may now */
  g_autofree char *strong = add (house, "taro", "strong", "work", NOW + DAY, NULL);
  ask (house, "take", strong, NULL, "role reader");
  put (house, "taro", MADO_MEMBER_HANDLER, NOW);
  ask (house, "list", good, NULL, "left");
  g_assert_true (mado_store_remove_tokens (house->desk.store, "taro", NULL));
  put (house, "taro", MADO_MEMBER_HANDLER, 0);
  ask (house, "list", good, NULL, "not known");
  g_assert_true (mado_store_remove_token (house->desk.store, "taro", "backup", &count, NULL));
  g_assert_cmpint (count, ==, 0);
}

static void
test_store (House *house, gconstpointer data G_GNUC_UNUSED)
{
  put (house, "rei", MADO_MEMBER_READER, 0);
  g_autofree char *one = add (house, "taro", "backup", "read,work", NOW + DAY, NULL), *two = add (house, "rei", "backup", "read", NOW + DAY, NULL);
  g_autoptr (GPtrArray) all = mado_store_list_tokens (house->desk.store, NULL, NULL);
  g_autoptr (GPtrArray) own = mado_store_list_tokens (house->desk.store, "taro", NULL);
  g_autoptr (MadoAccessToken) found = NULL;
  g_autofree char *path = g_strdup_printf ("%s/store.db-wal", house->top), *bytes = NULL;
  gsize length = 0;

  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (own->len, ==, 1);
  g_assert_true (mado_store_touch_token (house->desk.store, one, NOW + 5, NULL));
  g_assert_true (mado_store_find_access_token (house->desk.store, one, NOW, &found, NULL));
  g_assert_cmpstr (found->name, ==, "backup");
  g_assert_cmpstr (found->login, ==, "taro");
  g_assert_cmpstr (found->scopes[1], ==, "work");
  g_assert_cmpint (found->used, ==, NOW + 5);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_null (memmem (bytes, length, one, strlen (one)));
  g_assert_null (memmem (bytes, length, "backup", 6));
}

static void
test_document (void)
{
  g_autofree char *document = NULL, *table = mado_token_scope_document ();

  g_assert_true (g_file_get_contents (MADO_MEMBERS, &document, NULL, NULL));
  if (strstr (document, table) == NULL)
    g_test_message ("docs/members.md lacks:\n%s", table);
  g_assert_nonnull (strstr (document, table));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/token/complete", test_complete);
  g_test_add_func ("/desk/token/never", test_never);
  g_test_add_func ("/desk/token/document", test_document);
#define ADD(name, test) g_test_add ("/desk/token/" name, House, NULL, set_up, test, tear_down)
  ADD ("matrix", test_matrix);
  ADD ("good", test_good);
  ADD ("store", test_store);
  return g_test_run ();
}
