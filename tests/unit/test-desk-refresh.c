/* test-desk-refresh.c: whose keys are looked for again, when, and what is said of it. */
#include "desk-fake.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/refresh.h"
#include "madoguchi/desk/store-look-up.h"

#include <string.h>

#define NOW 1700000000
#define DAY 86400
#define DEADLINE_SECONDS 60
#define FPR(letter) letter letter letter letter letter letter letter letter letter letter
#define A FPR ("AAAA")
#define B FPR ("BBBB")
#define C FPR ("CCCC")
#define D FPR ("DDDD")
#define E FPR ("EEEE")

static MadoKey *
make_key (const char *fingerprint, const char *address, const char *kind, gint64 expires)
{
  MadoKey *key = mado_key_new ();
  MadoKeyUser *user = mado_key_user_new ();

  key->fingerprint = g_strdup (fingerprint);
  key->expires = expires;
  user->address = g_strdup (address);
  g_ptr_array_add (key->users, user);
  if (kind != NULL) {
    MadoKeyStatement *statement = mado_key_statement_new ();
    statement->kind = g_strdup (kind);
    statement->subject = g_strdup (address);
    g_ptr_array_add (key->statements, statement);
  }
  return key;
}

/* (transfer full) */
static GPtrArray *
make_ring (void)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_free);
  MadoKey *mine = make_key ("0000000000000000000000000000000000000000", "csirt@example.org", "pin", NOW + DAY);
  MadoKey *revoked = make_key ("1111111111111111111111111111111111111111", "r@x.example", "pin", NOW + DAY);
  MadoKey *distrusted = make_key ("2222222222222222222222222222222222222222", "d@x.example", "found", NOW + DAY);
  MadoKey *subkey = make_key (E, "eve@x.example", "found", 0);

  mine->has_secret = revoked->is_revoked = distrusted->is_distrusted = TRUE;
  subkey->encrypts_until = NOW + 2 * DAY;
  g_ptr_array_add (keys, mine);
  g_ptr_array_add (keys, revoked);
  g_ptr_array_add (keys, distrusted);
  g_ptr_array_add (keys, make_key (A, "alice@x.example", "pin", NOW + 3 * DAY));
  g_ptr_array_add (keys, make_key (B, "bob@x.example", "found", NOW + 100 * DAY));
  g_ptr_array_add (keys, make_key (C, "carol@x.example", NULL, NOW + 3 * DAY)); /* merely known: nobody wrote */
  g_ptr_array_add (keys, make_key (D, "dora@x.example", NULL, NOW - DAY));      /* signed once */
  g_ptr_array_add (keys, subkey);
  return keys;
}

static GPtrArray *
make_known (void)
{
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_known_key_free);
  MadoKnownKey *row = mado_known_key_new (), *offered = mado_known_key_new ();

  row->address = g_strdup ("dora@x.example");
  row->protocol = g_strdup ("openpgp");
  row->fingerprint = g_strdup (D);
  offered->address = g_strdup ("carol@x.example");
  offered->protocol = g_strdup ("offered");
  offered->fingerprint = g_strdup (C);
  g_ptr_array_add (known, row);
  g_ptr_array_add (known, offered);
  return known;
}

static void
check_chosen (const char *subject, gint64 before, const char *expected)
{
  g_autoptr (GPtrArray) ring = make_ring (), known = make_known ();
  g_autoptr (GPtrArray) targets = mado_refresh_choose (ring, known, subject, before);
  g_autoptr (GString) got = g_string_new (NULL);

  for (guint i = 0; i < targets->len; i++) {
    const MadoRefreshTarget *target = targets->pdata[i];
    g_string_append_printf (got, "%s%s/%c", i > 0 ? " " : "", target->address, target->fingerprint != NULL ? *target->fingerprint : '-');
  }
  g_assert_cmpstr (got->str, ==, expected);
}

static void
test_choose (void)
{
  check_chosen (NULL, 0, "alice@x.example/A bob@x.example/B dora@x.example/D eve@x.example/E");
  check_chosen (NULL, NOW + 14 * DAY, "alice@x.example/A dora@x.example/D eve@x.example/E");
  check_chosen (NULL, NOW + DAY, "dora@x.example/D");
  check_chosen ("Bob@x.example", 0, "Bob@x.example/B");
  check_chosen ("nobody@x.example", 0, "nobody@x.example/-");
  check_chosen (C, 0, "carol@x.example/C");
  check_chosen ("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 0, "bob@x.example/B");
  check_chosen ("1111111111111111111111111111111111111111", 0, "");
  check_chosen ("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0, "");
}

/* --- with roles that are played ------------------------------------------------------------------------------ */

typedef struct {
  char *top;
  MadoConf *conf;
  MadoDesk *desk;
  FakeRole *sender, *keyring;
  GMutex lock;
  GString *asked; /* addresses, with blanks between */
  const char *found; /* fingerprint of what is found; NULL: nothing */
  guint n_told, n_items, left;
  char *outcome, *warning;
} Case;

static gboolean
play_sender (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Case *c = data;
  const char *address = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("block", 5);
  GVariantDict dict;

  g_assert_true (g_variant_lookup (request->body, "address", "&s", &address));
  g_mutex_lock (&c->lock);
  g_string_append_printf (c->asked, "%s ", address);
  g_mutex_unlock (&c->lock);
  if (c->found == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "none");
    return FALSE;
  }
  *fd = mado_fsio_memfd ("found", bytes, error);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "source", "s", "wkd");
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

static GVariant *
wrap (GPtrArray *records, const MadoRecordType *type)
{
  GVariantBuilder list;
  GVariantDict dict;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < records->len; i++)
    g_variant_builder_add_value (&list, mado_record_to_variant (type, records->pdata[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&list));
  return g_variant_dict_end (&dict);
}

static gboolean
play_keyring (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Case *c = data;
  g_autoptr (GPtrArray) ring = make_ring (), found = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_found_key_free);
  MadoFoundKey *key;
  const char *address = NULL;

  (void) fd;
  (void) error;
  if (strcmp (request->verb, "list") == 0) {
    *body = wrap (ring, &mado_key_type);
    return TRUE;
  }
  g_assert_cmpstr (request->verb, ==, "adopt");
  g_assert_true (g_variant_lookup (request->body, "address", "&s", &address));
  key = mado_found_key_new ();
  key->address = g_strdup (address);
  key->source = g_strdup ("wkd");
  key->fingerprint = g_strdup (c->found);
  key->outcome = g_strdup (strcmp (c->found, A) == 0 ? "updated" : "new");
  g_ptr_array_add (found, key);
  *body = wrap (found, &mado_found_key_type);
  return TRUE;
}

static gint64 clock_now;

static gint64
read_clock (void)
{
  return clock_now;
}

static void
set_up (Case *c, gconstpointer more)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&c->lock);
  c->asked = g_string_new (NULL);
  c->top = g_dir_make_tmp ("rfXXXXXX", NULL);
  g_autofree char *text = g_strdup_printf (
      "[team]\nname=Team\naddress=csirt@example.org\n[spool]\ndirectory=%s/spool\n[store]\nurl=sqlite:%s/store.db\n"
      "archive=%s/archive\n[runtime]\ndirectory=%s\n[discovery]\nwkd=yes\n%s",
      c->top, c->top, c->top, c->top, more != NULL ? (const char *) more : "");
  c->conf = mado_conf_parse (text, "test", &error);
  g_assert_no_error (error);
  c->desk = mado_desk_open (c->conf, mado_vault_new (), &error);
  g_assert_no_error (error);
  clock_now = NOW;
  c->desk->now = read_clock;
  g_autofree char *sender = mado_wire_path (c->top, "sender"), *keyring = mado_wire_path (c->top, "keyring");
  c->sender = fake_role_start (sender, play_sender, c);
  c->keyring = fake_role_start (keyring, play_keyring, c);
}

static void
tear_down (Case *c, gconstpointer unused)
{
  (void) unused;
  mado_desk_close (c->desk);
  fake_role_stop (c->sender);
  fake_role_stop (c->keyring);
  mado_conf_free (c->conf);
  mado_fsio_remove_tree (c->top, NULL);
  g_free (c->top);
  g_free (c->outcome);
  g_free (c->warning);
  g_string_free (c->asked, TRUE);
  g_mutex_clear (&c->lock);
}

static void
hear (gpointer data, const GPtrArray *results, guint left, const GError *error)
{
  Case *c = data;

  g_assert_no_error (error);
  c->n_told++;
  c->n_items = results->len;
  c->left = left;
  g_free (c->outcome);
  g_free (c->warning);
  c->outcome = results->len > 0 ? g_strdup (((const MadoFoundKey *) results->pdata[0])->outcome) : NULL;
  c->warning = results->len > 0 ? g_strdup (((const MadoFoundKey *) results->pdata[0])->warning) : NULL;
}

static gboolean
on_tick (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

static gboolean
was_told (Case *c, gpointer n)
{
  return c->n_told >= GPOINTER_TO_UINT (n);
}

static gboolean
was_asked (Case *c, gpointer text)
{
  g_mutex_lock (&c->lock);
  gboolean is_same = strcmp (c->asked->str, text) == 0;
  g_mutex_unlock (&c->lock);
  return is_same;
}

static void
wait_for (Case *c, gboolean (*is_done) (Case *c, gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (!is_done (c, data)) {
    if (g_get_monotonic_time () > end)
      g_error ("asked: %s", c->asked->str);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

static gboolean
is_remembered (Case *c, gpointer address)
{
  g_auto (MadoLookUp) look_up = { 0 };

  g_assert_true (mado_store_load_look_up (c->desk->store, address, clock_now, &look_up, NULL));
  return look_up.outcome != NULL;
}

static void
refresh (Case *c, const char *subject)
{
  guint before = c->n_told;

  mado_refresher_start (c->desk->refresher, subject, 60, hear, c);
  wait_for (c, was_told, GUINT_TO_POINTER (before + 1));
}

static void
test_member (Case *c, gconstpointer unused)
{
  (void) unused;
  c->found = A;
  refresh (c, "alice@x.example");
  g_assert_cmpstr (c->outcome, ==, "updated");
  g_assert_null (c->warning);
  c->found = B; /* another key than the one that is pinned */
  refresh (c, "alice@x.example");
  g_assert_cmpstr (c->outcome, ==, "new");
  g_assert_true (c->warning != NULL && strstr (c->warning, A) != NULL && strstr (c->warning, B) != NULL);
  c->found = NULL;
  refresh (c, "alice@x.example");
  g_assert_cmpstr (c->outcome, ==, "none");
  refresh (c, NULL);
  g_assert_cmpuint (c->n_items, ==, 3); /* the played store knows nobody's signatures */
  g_assert_cmpuint (c->left, ==, 0);
  refresh (c, "csirt@example.org");
  g_assert_cmpstr (c->outcome, ==, "off");
}

/* By the clock: what ends soon, once a day, one after the other. */
static void
test_daily (Case *c, gconstpointer unused)
{
  (void) unused;
  mado_refresher_check (c->desk->refresher);
  wait_for (c, was_asked, (gpointer) "alice@x.example eve@x.example ");
  wait_for (c, is_remembered, (gpointer) "eve@x.example");
  clock_now += DAY - 3600;
  refresh (c, "bob@x.example"); /* behind whatever the next line would start */
  mado_refresher_check (c->desk->refresher);
  refresh (c, "bob@x.example");
  wait_for (c, was_asked, (gpointer) "alice@x.example eve@x.example bob@x.example bob@x.example ");
  clock_now += 7200;
  mado_refresher_check (c->desk->refresher);
  wait_for (c, was_asked, (gpointer) "alice@x.example eve@x.example bob@x.example bob@x.example alice@x.example eve@x.example ");
}

static void
test_never (Case *c, gconstpointer unused)
{
  (void) unused;
  mado_refresher_check (c->desk->refresher);
  refresh (c, "bob@x.example");
  wait_for (c, was_asked, (gpointer) "bob@x.example ");
}

#define ADD(name, more, test) g_test_add ("/desk/refresh/" name, Case, more, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mado_log_init ("test", MADO_LOG_ERROR, FALSE);
  g_test_add_func ("/desk/refresh/choose", test_choose);
  ADD ("member", NULL, test_member);
  ADD ("daily", NULL, test_daily);
  ADD ("never", "refresh-before=0\n", test_never);
  return g_test_run ();
}
