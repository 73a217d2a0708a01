/* test-desk-store-link.c: links of tickets: both sides have them, parents never go round, and merging keeps them in order. */
#include "desk-vault.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-link.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define TICKETS 6

typedef struct {
  char *top;
  MadoStore *store;
} Fixture;

/* Tickets 1 to 6, with these ids. */
static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("store-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), NULL);
  for (gint64 i = 1; i <= TICKETS; i++) {
    g_autofree char *token = g_strdup_printf ("t%d", (int) i), *number = NULL;
    const MadoNewIncident facts = { .token = token };
    gint64 id = 0;
    g_assert_true (mado_store_create_incident (f->store, &facts, NOW, &id, &number, NULL));
    g_assert_cmpint (id, ==, i);
  }
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

/* "parent 2, child 3, " */
static char *
describe (Fixture *f, gint64 id)
{
  g_autoptr (GPtrArray) list = mado_store_list_linked (f->store, id, NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++) {
    const MadoLink *link = list->pdata[i];
    g_assert_cmpstr (link->state, ==, "new");
    g_string_append_printf (out, "%s %s, ", link->kind, link->number + strlen ("2026-00000"));
  }
  return g_string_free (out, FALSE);
}

static void
check (Fixture *f, gint64 id, const char *want)
{
  g_autofree char *found = describe (f, id);

  g_assert_cmpstr (found, ==, want);
}

static void
put (Fixture *f, gint64 a, gint64 b, const char *kind)
{
  g_autoptr (GError) error = NULL;

  mado_store_put_link (f->store, a, b, kind, "mika", NOW, &error);
  g_assert_no_error (error);
}

static void
refuse (Fixture *f, gint64 a, gint64 b, const char *kind, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_false (mado_store_put_link (f->store, a, b, kind, "mika", NOW, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_nonnull (strstr (error->message, why));
  mado_store_rollback (f->store);
}

static void
test_sides (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  put (f, 1, 4, "related");
  put (f, 1, 3, "child");
  put (f, 1, 5, "duplicate");
  put (f, 1, 2, "parent");
  check (f, 1, "parent 2, child 3, related 4, duplicate 5, ");
  check (f, 2, "child 1, ");
  check (f, 3, "parent 1, ");
  check (f, 4, "related 1, ");
  check (f, 5, "duplicate 1, ");
}

/* The kind is replaced, from either side. */
static void
test_replace (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  put (f, 1, 2, "related");
  put (f, 2, 1, "child");
  check (f, 1, "parent 2, ");
  check (f, 2, "child 1, ");
  put (f, 1, 2, "child"); /* turned round: the old one is in nobody's way */
  check (f, 1, "child 2, ");
  check (f, 2, "parent 1, ");
  g_assert_true (mado_store_remove_link (f->store, 2, 1, NULL));
  check (f, 1, "");
  check (f, 2, "");
  g_assert_false (mado_store_remove_link (f->store, 2, 1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_null (mado_link_kind ("sibling"));
  g_assert_null (mado_link_kind (NULL));
}

static void
test_circles (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  refuse (f, 1, 1, "related", "with itself");
  put (f, 1, 2, "parent");
  put (f, 2, 3, "parent");
  put (f, 3, 4, "parent");
  refuse (f, 4, 1, "parent", "circle");
  refuse (f, 1, 4, "child", "circle");
  refuse (f, 3, 1, "parent", "has a parent already");
  refuse (f, 1, 5, "parent", "has a parent already: EX #2026-000002");
  refuse (f, 5, 1, "child", "has a parent already");
  put (f, 5, 3, "related");
  check (f, 4, "child 3, ");
  put (f, 4, 1, "related"); /* what is no parent may go round */
}

static void
test_move (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  /* 1 stands above 2, which stands above 3; and 3 swallows 1: no circle comes of it. */
  put (f, 2, 1, "parent");
  put (f, 3, 2, "parent");
  put (f, 1, 4, "parent");
  put (f, 1, 5, "duplicate");
  put (f, 3, 5, "related");
  put (f, 1, 6, "child");
  g_assert_true (mado_store_move_links (f->store, 1, 3, NULL));
  check (f, 1, "");
  check (f, 2, "child 3, "); /* it has no parent now, and keeps its child */
  check (f, 3, "parent 2, child 6, related 4, related 5, ");
  check (f, 4, "related 3, ");
  check (f, 5, "related 3, ");
  check (f, 6, "parent 3, ");
  /* both ends become one */
  g_assert_true (mado_store_move_links (f->store, 6, 3, NULL));
  check (f, 3, "parent 2, related 4, related 5, ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store-link/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("sides", test_sides);
  ADD ("replace", test_replace);
  ADD ("circles", test_circles);
  ADD ("move", test_move);
#undef ADD
  return g_test_run ();
}
