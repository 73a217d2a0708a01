/* test-desk-seeker.c: the keeper's way of looking for a key, with a sender and a keyring that are played. */
#include "desk-fake.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/seeker.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-look-up.h"

#include <string.h>

#define ALICE "alice@reporter.example"
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define OTHER "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define DEADLINE_SECONDS 60

typedef struct {
  char *top;
  MadoConf *conf;
  MadoDesk *desk;
  FakeRole *sender, *keyring;
  gint n_asked, n_adopted; /* atomic */
  gint code;        /* of the sender's error; -1: a key is found */
  gint n_deaths;    /* atomic: this many times the sender hangs up */
  gint is_stopped;  /* atomic: the sender does not answer while it is 1 */
  gint refuses;     /* the keyring takes nothing */
  gint wants_fingerprint; /* atomic: only a question with a fingerprint is answered */
  /* what was heard */
  guint n_told;
  char *outcome, *reason, *warning;
  guint n_keys;
} Case;

static gboolean
play_sender (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Case *c = data;
  const char *address = NULL, *fingerprint = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("block", 5);
  GVariantDict dict;

  g_assert_cmpstr (request->verb, ==, "discover");
  g_assert_true (g_variant_lookup (request->body, "address", "&s", &address));
  g_variant_lookup (request->body, "fingerprint", "&s", &fingerprint);
  g_atomic_int_inc (&c->n_asked);
  while (g_atomic_int_get (&c->is_stopped) == 1)
    g_usleep (1000);
  if (g_atomic_int_get (&c->n_deaths) > 0) {
    g_atomic_int_add (&c->n_deaths, -1);
    return FALSE;
  }
  if (g_atomic_int_get (&c->code) >= 0 || (g_atomic_int_get (&c->wants_fingerprint) && fingerprint == NULL)) {
    int code = g_atomic_int_get (&c->code) >= 0 ? g_atomic_int_get (&c->code) : MADO_ERROR_NO;
    g_set_error (error, MADO_ERROR, code, "WKD: so it is");
    return FALSE;
  }
  *fd = mado_fsio_memfd ("found", bytes, error);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "source", "s", fingerprint != NULL ? "vks" : "wkd");
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

static gboolean
play_keyring (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Case *c = data;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MadoFoundKey) key = mado_found_key_new ();
  const char *address = NULL, *source = NULL;
  GVariantBuilder list;
  GVariantDict dict;

  (void) fd;
  g_assert_cmpstr (request->verb, ==, "adopt");
  g_assert_true (mado_fsio_read_all (request->fd, 100, &bytes, NULL));
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 5);
  g_assert_true (g_variant_lookup (request->body, "address", "&s", &address));
  g_assert_true (g_variant_lookup (request->body, "source", "&s", &source));
  g_atomic_int_inc (&c->n_adopted);
  if (c->refuses) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no key for the address in it");
    return FALSE;
  }
  key->address = g_strdup (address);
  key->source = g_strdup (source);
  key->fingerprint = g_strdup (KEY);
  key->outcome = g_strdup ("new");
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_value (&list, mado_found_key_to_variant (key));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&list));
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

static void
start_sender (Case *c)
{
  g_autofree char *path = mado_wire_path (c->top, "sender");

  c->sender = fake_role_start (path, play_sender, c);
}

static void
set_up (Case *c, gconstpointer more)
{
  g_autoptr (GError) error = NULL;

  c->top = g_dir_make_tmp ("skXXXXXX", NULL);
  g_autofree char *text = g_strdup_printf (
      "[team]\nname=Team\naddress=csirt@example.org\n[spool]\ndirectory=%s/spool\n[store]\nurl=sqlite:%s/store.db\n"
      "archive=%s/archive\n[runtime]\ndirectory=%s\n[discovery]\n%s",
      c->top, c->top, c->top, c->top, more != NULL ? (const char *) more : "wkd=yes\n");
  c->conf = mado_conf_parse (text, "test", &error);
  g_assert_no_error (error);
  c->desk = mado_desk_open (c->conf, mado_vault_new (), &error);
  g_assert_no_error (error);
  c->code = -1;
  g_autofree char *path = mado_wire_path (c->top, "keyring");
  c->keyring = fake_role_start (path, play_keyring, c);
  start_sender (c);
}

static void
tear_down (Case *c, gconstpointer unused)
{
  (void) unused;
  mado_desk_close (c->desk);
  g_atomic_int_set (&c->is_stopped, 0);
  fake_role_stop (c->sender);
  fake_role_stop (c->keyring);
  mado_conf_free (c->conf);
  mado_fsio_remove_tree (c->top, NULL);
  g_free (c->top);
  g_free (c->outcome);
  g_free (c->reason);
  g_free (c->warning);
}

static void
hear (gpointer data, const char *outcome, const GPtrArray *keys, const char *reason)
{
  Case *c = data;

  c->n_told++;
  g_free (c->outcome);
  c->outcome = g_strdup (outcome);
  g_free (c->reason);
  c->reason = g_strdup (reason);
  g_free (c->warning);
  c->warning = keys->len > 0 ? g_strdup (((const MadoFoundKey *) keys->pdata[0])->warning) : NULL;
  c->n_keys = keys->len;
}

static gboolean
on_tick (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

static void
wait_told (Case *c, guint n)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (c->n_told < n) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

static void
wait_asked (Case *c, gint n)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (g_atomic_int_get (&c->n_asked) < n) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

static void
ask (Case *c, const char *address, const char *outcome)
{
  guint before = c->n_told;

  mado_seeker_ask (c->desk->seeker, address, hear, c);
  g_assert_cmpuint (c->n_told, ==, before); /* never from within */
  wait_told (c, before + 1);
  g_assert_cmpstr (c->outcome, ==, outcome);
}

static gint64 shift;

static gint64
later (void)
{
  return g_get_real_time () / G_USEC_PER_SEC + shift;
}

static void
test_found (Case *c, gconstpointer unused)
{
  (void) unused;
  ask (c, ALICE, "found");
  g_assert_cmpuint (c->n_keys, ==, 1);
  g_assert_null (c->warning);
  ask (c, "Alice@Reporter.example", "found"); /* remembered: nobody is asked */
  g_assert_cmpuint (c->n_keys, ==, 0);
  g_assert_cmpint (c->n_asked, ==, 1);
  shift = 8 * 86400;
  c->desk->now = later;
  ask (c, ALICE, "found");
  g_assert_cmpint (c->n_asked, ==, 2);
  mado_seeker_refresh (c->desk->seeker, ALICE, NULL, hear, c); /* whatever is remembered */
  wait_told (c, 4);
  g_assert_cmpint (c->n_asked, ==, 3);
}

/* No key, and a directory in trouble: remembered for their times. */
static void
test_negative (Case *c, gconstpointer unused)
{
  static const struct {
    int code;
    const char *outcome;
    gint64 keeps;
  } rows[] = {
    { MADO_ERROR_NO, "none", 86400 },
    { MADO_ERROR_PERM, "failed", 86400 },
    { MADO_ERROR_TEMP, "failed", 3600 },
  };

  (void) unused;
  c->desk->now = later;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *address = g_strdup_printf ("a%zu@reporter.example", i);
    gint asked = c->n_asked;

    g_atomic_int_set (&c->code, rows[i].code);
    shift = 0;
    ask (c, address, rows[i].outcome);
    shift = rows[i].keeps - 60;
    ask (c, address, rows[i].outcome);
    g_assert_cmpint (c->n_asked, ==, asked + 1);
    shift = rows[i].keeps + 60;
    ask (c, address, rows[i].outcome);
    g_assert_cmpint (c->n_asked, ==, asked + 2);
  }
  g_assert_cmpint (c->n_adopted, ==, 0);
}

static void
test_refused (Case *c, gconstpointer unused)
{
  (void) unused;
  c->refuses = TRUE;
  ask (c, ALICE, "failed");
  g_assert_nonnull (strstr (c->reason, "no key for the address"));
  ask (c, ALICE, "failed");
  g_assert_cmpint (c->n_asked, ==, 1);
}

/* Many at once: one question; and nobody is asked about whom the rules leave out. */
static void
test_together (Case *c, gconstpointer unused)
{
  (void) unused;
  g_atomic_int_set (&c->is_stopped, 1);
  for (guint i = 0; i < 5; i++)
    mado_seeker_ask (c->desk->seeker, i % 2 ? ALICE : "ALICE@reporter.example", hear, c);
  wait_asked (c, 1);
  g_atomic_int_set (&c->is_stopped, 0);
  wait_told (c, 5);
  g_assert_cmpint (c->n_asked, ==, 1);
  ask (c, "csirt@example.org", "off");
  ask (c, "someone@partner.example", "off");
  g_assert_cmpint (c->n_asked, ==, 1);
}

/* Whoever waits is told in time; what comes later is still remembered. */
static void
test_late (Case *c, gconstpointer unused)
{
  g_auto (MadoLookUp) look_up = { 0 };
  gint64 begin = g_get_monotonic_time ();

  (void) unused;
  g_atomic_int_set (&c->is_stopped, 1);
  ask (c, ALICE, "late");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, G_USEC_PER_SEC * 9 / 10);
  mado_seeker_ask (c->desk->seeker, ALICE, hear, c);
  mado_seeker_forget (c->desk->seeker, c); /* an answer that is gone */
  g_atomic_int_set (&c->is_stopped, 0);
  while (look_up.outcome == NULL) {
    g_main_context_iteration (NULL, FALSE);
    mado_look_up_clear (&look_up);
    g_assert_true (mado_store_load_look_up (c->desk->store, ALICE, c->desk->now (), &look_up, NULL));
    g_assert_cmpint (g_get_monotonic_time (), <, begin + DEADLINE_SECONDS * G_USEC_PER_SEC);
  }
  g_assert_cmpuint (c->n_told, ==, 1);
  ask (c, ALICE, "found");
}

/* The sender is killed in the middle: asked again when it is back; gone for good, nothing is remembered. */
static void
test_killed (Case *c, gconstpointer unused)
{
  (void) unused;
  g_atomic_int_set (&c->n_deaths, 1);
  ask (c, ALICE, "found");
  g_assert_cmpint (c->n_asked, ==, 2);
  g_atomic_int_set (&c->n_deaths, 3);
  ask (c, "bob@reporter.example", "failed");
  ask (c, "bob@reporter.example", "found");
}

/* More at once than may wait: the rest goes on without. */
static void
test_flood (Case *c, gconstpointer unused)
{
  guint late = 0;

  (void) unused;
  g_atomic_int_set (&c->is_stopped, 1);
  for (guint i = 0; i < 64; i++) {
    g_autofree char *address = g_strdup_printf ("a%u@reporter.example", i);
    mado_seeker_ask (c->desk->seeker, address, hear, c);
  }
  mado_seeker_ask (c->desk->seeker, "one-more@reporter.example", hear, c);
  wait_told (c, 1);
  late += strcmp (c->outcome, "late") == 0;
  g_assert_cmpuint (late, ==, 1);
  g_assert_cmpuint (c->n_told, ==, 1);
  mado_seeker_forget (c->desk->seeker, c);
}

/* Another key than the one that the address signs with is a candidate with a warning. */
static void
test_continuity (Case *c, gconstpointer unused)
{
  MadoKnownKey known = { .protocol = (char *) "openpgp", .fingerprint = (char *) OTHER };

  (void) unused;
  g_assert_true (mado_store_begin (c->desk->store, NULL));
  g_assert_true (mado_store_remember_key (c->desk->store, ALICE, &known, 1700000000, NULL));
  known.fingerprint = (char *) KEY;
  g_assert_true (mado_store_remember_key (c->desk->store, "bob@reporter.example", &known, 1700000000, NULL));
  g_assert_true (mado_store_commit (c->desk->store, NULL));
  ask (c, ALICE, "found");
  g_assert_nonnull (c->warning);
  g_assert_true (strstr (c->warning, OTHER) != NULL && strstr (c->warning, KEY) != NULL && strstr (c->warning, "wkd") != NULL);
  ask (c, "bob@reporter.example", "found");
  g_assert_null (c->warning);
}

/* A known key that the directory does not have is asked for by name. */
static void
test_wanted (Case *c, gconstpointer unused)
{
  (void) unused;
  g_atomic_int_set (&c->wants_fingerprint, 1);
  mado_seeker_refresh (c->desk->seeker, ALICE, KEY, hear, c);
  wait_told (c, 1);
  g_assert_cmpstr (c->outcome, ==, "found");
  g_assert_cmpint (c->n_asked, ==, 2);
  g_atomic_int_set (&c->wants_fingerprint, 0);
  mado_seeker_refresh (c->desk->seeker, ALICE, KEY, hear, c);
  wait_told (c, 2);
  g_assert_cmpint (c->n_asked, ==, 3);
}

static void
test_off (Case *c, gconstpointer unused)
{
  (void) unused;
  ask (c, ALICE, "off");
  g_assert_cmpint (c->n_asked, ==, 0);
}

#define ADD(name, more, test) g_test_add ("/desk/seeker/" name, Case, more, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mado_log_init ("test", MADO_LOG_ERROR, FALSE);
  ADD ("found", NULL, test_found);
  ADD ("negative", NULL, test_negative);
  ADD ("refused", NULL, test_refused);
  ADD ("together", "wkd=yes\nexcept=partner.example\n", test_together);
  ADD ("late", "wkd=yes\nwait=1s\n", test_late);
  ADD ("killed", NULL, test_killed);
  ADD ("flood", "wkd=yes\nwait=60s\n", test_flood);
  ADD ("continuity", NULL, test_continuity);
  ADD ("wanted", "vks=https://keys.example\n", test_wanted);
  ADD ("off", "wkd=no\n", test_off);
  return g_test_run ();
}
