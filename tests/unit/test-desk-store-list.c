/* Which incidents stand in a list: the same ones as by looking at all of them, page by page, while others go up; and each filter is
 * found by an index. */
#include "desk-vault.h"

#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-list.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-triage.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define MANY 1300 /* more than are counted */

typedef struct {
  char *top;
  MadoStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  f->top = g_dir_make_tmp ("list-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", f->top);
  f->store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_begin (f->store, NULL));
  for (gint64 i = 1; i <= MANY; i++) {
    g_autofree char *token = g_strdup_printf ("t%" G_GINT64_FORMAT, i), *number = NULL;
    const MadoNewIncident facts = { .token = token, .subject = "s" };
    gint64 id = 0;
    g_assert_true (mado_store_create_incident (f->store, &facts, NOW + i / 3, &id, &number, NULL)); /* three at a time */
    g_assert_cmpint (id, ==, i);
    if (i % 100 == 0)
      g_assert_true (mado_store_add_decision (f->store, i, "tag", "rare", "taro", NOW, NULL) && mado_store_apply_decisions (f->store, i, NULL, NULL));
    if (i % 90 == 0)
      g_assert_true (mado_store_set_due (f->store, NULL, i, NOW + i, "taro", NULL));
  }
  g_assert_true (mado_sql_run (f->store, NULL,
                               "UPDATE incident SET state = iif (id % 11 = 0, 'open', iif (id % 13 = 0, 'resolved', 'new')),"
                               " owner = CASE WHEN id % 7 = 0 THEN 'taro' WHEN id % 7 < 3 THEN 'jiro' END, priority = iif (id % 200 = 0, 'urgent', 'normal'),"
                               " category = CASE WHEN id % 50 = 0 THEN 'fraud:phishing' WHEN id % 5 = 0 THEN 'fraud:masquerade' END,"
                               " tlp = CASE WHEN id % 40 = 0 THEN 'TLP:RED' WHEN id % 4 = 0 THEN 'TLP:AMBER' END", ""));
  g_assert_true (mado_store_commit (f->store, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
}

/* All pages, in pages of @limit. */
static GArray *
list_all (const Fixture *f, const MadoListFilter *filter, gint64 limit)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  MadoListPlace place = { 0, 0 };
  gboolean is_last = FALSE;

  while (!is_last) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) page = mado_store_find_incidents (f->store, NULL, filter, &place, limit, &error);
    g_assert_no_error (error);
    for (guint i = 0; i < page->len; i++) {
      const MadoIncident *incident = page->pdata[i];
      gint64 id = g_ascii_strtoll (strrchr (incident->number, '-') + 1, NULL, 10);
      g_array_append_val (ids, id);
      place = (MadoListPlace){ id, incident->updated };
    }
    is_last = page->len < limit;
  }
  return ids;
}

/* What each filter should find, said in the plainest words. */
static const struct {
  const char *name, *plain, *index;
  MadoListFilter filter;
} cases[] = {
  { "all", "1", "incident_shown", { NULL } },
  { "new", "state = 'new'", "incident_state", { .state = "new" } },
  { "waiting", "state = 'waiting'", "incident_state", { .state = "waiting" } },
  { "unfinished", "state <> 'resolved'", "incident_unfinished", { .state = MADO_LIST_UNFINISHED } },
  { "taro", "owner = 'taro'", "incident_owner", { .owner = "taro" } },
  { "nobody", "owner IS NULL", "incident_owner", { .owner = "" } },
  { "urgent", "priority = 'urgent'", "incident_priority", { .priority = "urgent" } },
  { "normal", "priority = 'normal'", "incident_priority", { .priority = "normal" } },
  { "amber", "tlp = 'TLP:AMBER'", "incident_tlp", { .tlp = "TLP:AMBER" } },
  { "phishing", "category = 'fraud:phishing'", "incident_class", { .category = "fraud:phishing" } },
  { "fraud", "category LIKE 'fraud:%'", "incident_class", { .category = "fraud" } },
  { "no category", "0", "incident_class", { .category = "vulnerable" } },
  { "tag", "id % 100 = 0", "decision_tag", { .tag = "rare" } },
  { "due", "id % 90 = 0 AND id <= 600", "due_at", { .due_until = NOW + 600 } },
  { "two", "state = 'new' AND priority = 'urgent'", "incident_priority", { .state = "new", .priority = "urgent" } },
  { "three", "state = 'open' AND owner = 'taro' AND tlp = 'TLP:AMBER'", "incident_state", { .state = "open", .owner = "taro", .tlp = "TLP:AMBER" } },
  { "many", "category LIKE 'fraud:%' AND priority = 'normal' AND owner IS NULL", "incident_class",
    { .category = "fraud", .priority = "normal", .owner = "" } },
};

static void
test_filters (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gint64 limit = 7; limit <= 700; limit *= 100) {
      g_autoptr (GArray) ids = list_all (f, &cases[i].filter, limit);
      g_autofree char *sql = g_strdup_printf ("SELECT id FROM incident WHERE %s ORDER BY updated DESC, id DESC", cases[i].plain);
      g_autoptr (MadoStatement) row = mado_sql_query (f->store, NULL, sql, "");
      guint n = 0;
      g_assert_nonnull (row);
      for (; mado_sql_step (f->store, row, NULL); n++)
        if (n >= ids->len || g_array_index (ids, gint64, n) != sqlite3_column_int64 (row, 0))
          g_error ("%s, pages of %d: number %u is another one", cases[i].name, (int) limit, n);
      g_assert_cmpuint (ids->len, ==, n);
    }
}

/* (transfer full) how SQLite goes about it. */
static char *
get_plan (const Fixture *f, const char *page, const MadoListFilter *filter, const MadoListPlace *place)
{
  g_autofree char *sql = g_strconcat ("EXPLAIN QUERY PLAN ", page, NULL);
  GString *plan = g_string_new (NULL);
  g_autoptr (MadoStatement) row = mado_sql_query (f->store, NULL, sql, MADO_LIST_TYPES, MADO_LIST_VALUES (filter, NULL, place, (gint64) 50));

  g_assert_nonnull (row);
  while (mado_sql_step (f->store, row, NULL)) {
    g_autofree char *line = mado_sql_text (row, 3);
    g_string_append_printf (plan, "%s; ", line);
  }
  return g_string_free (plan, FALSE);
}

static void
test_plans (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const MadoListPlace places[] = { { 0, 0 }, { 5, NOW } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (places); k++) {
      g_autofree char *page = mado_list_sql (f->store, &cases[i].filter, &places[k], NULL);
      g_assert_nonnull (page);
      g_autofree char *plan = get_plan (f, page, &cases[i].filter, &places[k]);
      gboolean is_sorted = strstr (plan, "USE TEMP B-TREE") != NULL, is_few = strstr (cases[i].index, "incident") == NULL;
      gboolean begins = is_few || places[k].id == 0 || strstr (plan, "updated<?)") != NULL;
      if (strstr (plan, cases[i].index) == NULL || (is_sorted && !is_few) || !begins)
        g_error ("%s: %s", cases[i].name, plan);
    }
}

/* The ticket after which the next page begins goes up before it is asked for: the page goes on where it was. */
static void
test_place (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const MadoListFilter filter = { NULL };
  g_autoptr (GPtrArray) first = mado_store_find_incidents (f->store, NULL, &filter, NULL, 50, NULL);
  const MadoIncident *last = first->pdata[49];
  const MadoListPlace seen = { g_ascii_strtoll (strrchr (last->number, '-') + 1, NULL, 10), last->updated };

  g_assert_true (mado_store_set_state (f->store, seen.id, "open", NOW + 100000, NULL));
  g_autoptr (GPtrArray) second = mado_store_find_incidents (f->store, NULL, &filter, &seen, 50, NULL);
  g_autofree char *next = g_strdup_printf ("%06d", (int) seen.id - 1);
  g_assert_true (g_str_has_suffix (((MadoIncident *) second->pdata[0])->number, next));
  g_autoptr (GPtrArray) top = mado_store_find_incidents (f->store, NULL, &filter, NULL, 1, NULL);
  g_assert_cmpstr (((MadoIncident *) top->pdata[0])->number, ==, last->number);
}

/* A restricted one is found by no filter that would tell of it. */
static void
test_veil (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  for (gsize i = 4; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) list = mado_store_find_incidents (f->store, "nobody", &cases[i].filter, NULL, 2000, NULL);
    for (guint k = 0; k < list->len; k++)
      if (((MadoIncident *) list->pdata[k])->veiled)
        g_error ("%s tells of a restricted one", cases[i].name);
  }
  const MadoListFilter everything = { NULL };
  g_autoptr (GPtrArray) list = mado_store_find_incidents (f->store, "nobody", &everything, NULL, 2000, NULL);
  guint n = 0;
  for (guint k = 0; k < list->len; k++)
    n += ((MadoIncident *) list->pdata[k])->veiled;
  g_assert_cmpuint (n, ==, MANY / 40);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/store-list/filters", Fixture, NULL, set_up, test_filters, tear_down);
  g_test_add ("/desk/store-list/plans", Fixture, NULL, set_up, test_plans, tear_down);
  g_test_add ("/desk/store-list/place", Fixture, NULL, set_up, test_place, tear_down);
  g_test_add ("/desk/store-list/veil", Fixture, NULL, set_up, test_veil, tear_down);
  return g_test_run ();
}
