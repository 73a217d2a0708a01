/* The daily look at the team's keys, with the test's clock: what members are told, what the log says and how often, and
 * where it comes from. */
#include "desk-fake.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/model/own-key.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define START G_GINT64_CONSTANT (1800000000)
#define DAY G_GINT64_CONSTANT (86400)
#define TEAM "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SUB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static gint64 clock_now;

static gint64
now (void)
{
  return clock_now;
}

static GPtrArray *
list_own (void)
{
  GPtrArray *own = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_own_key_free);
  const char *const parts[] = { NULL, SUB };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    MadoOwnKey *key = mado_own_key_new ();
    key->kind = g_strdup ("team");
    key->fingerprint = g_strdup (TEAM);
    key->subkey = g_strdup (parts[i]);
    g_strfreev (key->uses);
    key->uses = g_strsplit (parts[i] == NULL ? "certify sign" : "encrypt", " ", -1);
    key->expires = START + (parts[i] == NULL ? 400 : 40) * DAY;
    g_ptr_array_add (own, key);
  }
  return own;
}

/* How often the log says @words; it is read from the file that takes our standard error. */
static guint
count_lines (int fd, const char *words)
{
  char text[65536];
  gssize length = pread (fd, text, sizeof text - 1, 0);
  guint n = 0;

  g_assert_cmpint (length, >=, 0);
  text[length] = '\0';
  for (const char *at = text; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

static void
assert_notices (const MadoKeyWatch *watch, guint count, const char *words)
{
  g_auto (GStrv) notices = mado_key_watch_notices (watch);

  g_assert_cmpuint (g_strv_length (notices), ==, count);
  if (count > 0)
    g_assert_nonnull (strstr (notices[0], words));
}

static void
test_days (void)
{
  MadoDesk desk = { .now = now };
  g_autoptr (GPtrArray) own = list_own ();
  g_autofree char *path = g_strdup ("/tmp/mado-log-XXXXXX");
  int saved = dup (STDERR_FILENO), log = g_mkstemp (path);
  MadoKeyWatch *watch = mado_key_watch_new (&desk);
  static const struct {
    gint64 day;
    guint notices, lines;
    const char *words;
  } rows[] = {
    { 0, 0, 0, NULL },   { 9, 0, 0, NULL },  { 10, 1, 1, "in 30 days" }, { 10, 1, 1, "in 30 days" }, { 11, 1, 2, "in 29 days" },
    { 26, 1, 3, "this week" }, { 37, 1, 4, "NOW" }, { 40, 1, 5, "nobody can write" },
  };

  clock_now = START;
  assert_notices (watch, 0, NULL);
  g_assert_cmpint (mado_key_watch_seen (watch), ==, 0);
  g_assert_true (dup2 (log, STDERR_FILENO) >= 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    clock_now = START + rows[i].day * DAY;
    mado_key_watch_take (watch, own);
    assert_notices (watch, rows[i].notices, rows[i].words);
    g_assert_cmpuint (count_lines (log, "key=" SUB), ==, rows[i].lines);
  }
  clock_now += 3600; /* the same day, and another part of the key: said at once */
  ((MadoOwnKey *) own->pdata[0])->expires = clock_now + 2 * DAY;
  mado_key_watch_take (watch, own);
  dup2 (saved, STDERR_FILENO);
  assert_notices (watch, 2, TEAM);
  g_assert_cmpuint (count_lines (log, "key=" TEAM " stage=3 days=2"), ==, 1);
  g_assert_cmpuint (count_lines (log, "@"), ==, 0);
  close (log);
  close (saved);
  unlink (path);
  mado_key_watch_free (watch);
}

static gboolean
answer_own (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autoptr (GPtrArray) own = list_own ();
  GVariantBuilder list, answer;

  (void) fd;
  (void) error;
  g_atomic_int_inc ((gint *) data);
  g_assert_cmpstr (request->verb, ==, "own");
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < own->len; i++)
    g_variant_builder_add_value (&list, mado_own_key_to_variant (own->pdata[i]));
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "items", g_variant_builder_end (&list));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

static void
wait_seen (const MadoKeyWatch *watch, gint64 when)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (mado_key_watch_seen (watch) != when && g_get_monotonic_time () < deadline)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  g_assert_cmpint (mado_key_watch_seen (watch), ==, when);
}

static void
test_asks (void)
{
  g_autofree char *directory = g_dir_make_tmp ("mdXXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "keyring", NULL);
  gint asked = 0;
  FakeRole *role = fake_role_start (path, answer_own, &asked);
  MadoDesk desk = { .now = now, .keyring = mado_pool_new (path, 1, 10000) };
  MadoKeyWatch *watch = mado_key_watch_new (&desk);

  clock_now = START + 38 * DAY;
  mado_key_watch_tick (watch);
  mado_key_watch_tick (watch); /* one question at a time */
  wait_seen (watch, clock_now);
  g_assert_cmpint (g_atomic_int_get (&asked), ==, 1);
  assert_notices (watch, 1, "NOW");
  fake_role_stop (role);
  clock_now = START + 41 * DAY; /* nobody answers, and the day comes all the same */
  assert_notices (watch, 1, "nobody can write");
  mado_pool_free (desk.keyring);
  mado_key_watch_free (watch);
  unlink (path);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mado_log_init ("test", MADO_LOG_INFO, FALSE);
  g_test_add_func ("/desk/key-watch/days", test_days);
  g_test_add_func ("/desk/key-watch/asks", test_asks);
  return g_test_run ();
}
