/* test-desk-store-look-up.c: what is remembered of look-ups, and a store of the version before. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-look-up.h"

#include <string.h>

#define NOW 1700000000
#define ALICE "alice@reporter.example"

typedef struct {
  char *top, *url;
  MadoStore *store;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  (void) unused;
  f->top = g_dir_make_tmp ("luXXXXXX", NULL);
  f->url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  (void) unused;
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->url);
}

static void
save (Fixture *f, const char *address, const char *outcome, gint64 now, gint64 seconds)
{
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_save_look_up (f->store, address, outcome, now, seconds, NULL));
  g_assert_true (mado_store_commit (f->store, NULL));
}

static void
check (Fixture *f, const char *address, gint64 now, const char *outcome, gint64 made)
{
  g_auto (MadoLookUp) look_up = { 0 };

  g_assert_true (mado_store_load_look_up (f->store, address, now, &look_up, NULL));
  g_assert_cmpstr (look_up.outcome, ==, outcome);
  g_assert_cmpint (look_up.made, ==, made);
}

static void
test_life (Fixture *f, gconstpointer unused)
{
  (void) unused;
  check (f, ALICE, NOW, NULL, 0);
  save (f, "Alice@Reporter.example", "none", NOW, 100);
  check (f, ALICE, NOW + 99, "none", NOW);
  check (f, ALICE, NOW + 100, NULL, NOW);
  check (f, ALICE, NOW - 1, NULL, NOW); /* the clock was wrong then, or is now */
  check (f, "bob@reporter.example", NOW, NULL, 0);
  save (f, ALICE, "found", NOW + 5, 1000);
  check (f, ALICE, NOW + 500, "found", NOW + 5);
}

static void
test_purge (Fixture *f, gconstpointer unused)
{
  (void) unused;
  save (f, ALICE, "failed", NOW, 10);
  save (f, "bob@reporter.example", "found", NOW, 1000);
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_purge_look_ups (f->store, NOW + 10, NULL));
  g_assert_true (mado_store_commit (f->store, NULL));
  check (f, ALICE, NOW + 10, NULL, 0);
  check (f, "bob@reporter.example", NOW + 10, "found", NOW);
}

static void
test_migration (Fixture *f, gconstpointer unused)
{
  (void) unused;
  mado_store_close (g_steal_pointer (&f->store));
  g_free (f->url);
  f->url = g_strdup_printf ("sqlite:%s/old.db", f->top);
  test_old_store (f->url + strlen ("sqlite:"), 4, "");
  open_store (f);
  save (f, ALICE, "none", NOW, 10);
  check (f, ALICE, NOW, "none", NOW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store-look-up/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("life", test_life);
  ADD ("purge", test_purge);
  ADD ("migration", test_migration);
  return g_test_run ();
}
