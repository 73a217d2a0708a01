/* store-list.c: see store-list.h. Called by store-incident.c. A page of a large store has to cost what one of a small store does,
 * however deep it lies and whatever is asked for: so one filter, the one that leaves the fewest, is said in words that an index
 * knows, and the others are looked at in its order. */
#include "madoguchi/desk/store-list.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define ENOUGH 1000 /* where so many fit, a page is found soon by looking at the newest in turn */
#define READABLE MADO_NEED_READABLE ("i", "?5")
#define CLASS "substr (i.category, 1, instr (i.category || ':', ':') - 1)"
#define TAGGED "SELECT d.incident FROM decision d WHERE d.field = 'tag' AND d.value_key = (SELECT keyed ('decision', ?7))"

/* What each filter asks for. Those that are not given ask for nothing. */
#define ALL_CONDITIONS                                                                                                \
  " AND (?1 IS NULL OR i.state = ?1 OR (?1 = '" MADO_LIST_UNFINISHED "' AND i.state IN ('new', 'open', 'waiting')))"  \
  " AND (?2 IS NULL OR i.owner = ?2 OR (?2 = '' AND i.owner IS NULL))"                                                \
  " AND (?3 IS NULL OR i.priority = ?3) AND (?4 IS NULL OR i.tlp = ?4)"                                               \
  " AND (?6 IS NULL OR i.category = ?6 OR substr (i.category, 1, length (?6) + 1) = ?6 || ':')"                       \
  " AND (?9 = 0 OR EXISTS (SELECT 1 FROM due d WHERE d.incident = i.id AND d.at > 0 AND d.at <= ?9))"                 \
  " AND (?8 IS NULL OR EXISTS (SELECT 1 FROM entry e WHERE e.incident = i.id AND e.id > " MADO_QUEUE_SEEN ("i", "?8") \
  "  AND e.author IS NOT ?8))"                                                                                        \
  " AND (?7 IS NULL OR (EXISTS (" TAGGED " AND d.incident = i.id)"                                                    \
  "  AND instr (char (10) || peek ('incident.tags', i.number, i.tags) || char (10), char (10) || ?7 || char (10)) > 0))" \
  " AND (coalesce (?2, ?3, ?4, ?6, ?7, ?8, nullif (?9, 0)) IS NULL OR " READABLE ")"

/* One filter alone. */
typedef struct {
  const char *condition;
  const char *index; /* has them in the order of the list; NULL: they are sorted, so they have to be few */
} Driver;

static const Driver all = { "i.merged_into IS NULL", "incident_shown" };
static const Driver state = { "i.state = ?1", "incident_state" };
static const Driver unfinished = { "i.state IN ('new', 'open', 'waiting')", "incident_unfinished" };
static const Driver owner = { "i.owner = ?2", "incident_owner" };
static const Driver nobody = { "i.owner IS NULL", "incident_owner" };
static const Driver priority = { "i.priority = ?3", "incident_priority" };
static const Driver tlp = { "i.tlp = ?4", "incident_tlp" };
static const Driver class = { "i.category IS NOT NULL AND "
                              CLASS " = substr (?6, 1, instr (?6 || ':', ':') - 1) AND (instr (?6, ':') = 0 OR i.category = ?6)", "incident_class" };
static const Driver tag = { "i.id IN (" TAGGED ")", NULL };
static const Driver due = { "i.id IN (SELECT d.incident FROM due d WHERE d.at > 0 AND d.at <= ?9)", NULL };

static guint
list_drivers (const MadoListFilter *filter, const Driver *list[])
{
  guint n = 0;

  if (filter->tag != NULL)
    list[n++] = &tag;
  if (filter->due_until != 0)
    list[n++] = &due;
  if (filter->category != NULL)
    list[n++] = &class;
  if (filter->tlp != NULL)
    list[n++] = &tlp;
  if (filter->priority != NULL)
    list[n++] = &priority;
  if (filter->owner != NULL)
    list[n++] = filter->owner[0] == '\0' ? &nobody : &owner;
  if (filter->state != NULL)
    list[n++] = strcmp (filter->state, MADO_LIST_UNFINISHED) == 0 ? &unfinished : &state;
  return n;
}

/* (transfer full) SQL: the incidents that fit @driver, of which @columns. */
static char *
select_by (const Driver *driver, const char *columns)
{
  return g_strdup_printf ("SELECT %s FROM incident i%s%s WHERE %s", columns, driver->index != NULL ? " INDEXED BY " : "",
                          driver->index != NULL ? driver->index : "", driver->condition);
}

/* How many fit @driver; ENOUGH and more are ENOUGH. */
static gboolean
count (MadoStore *store, const MadoListFilter *filter, const Driver *driver, gint64 *n, GError **error)
{
  const MadoListPlace nowhere = { 0, 0 };
  g_autofree char *fitting = select_by (driver, "1"), *sql = g_strdup_printf ("SELECT count (*) FROM (%s LIMIT ?13)", fitting);

  return mado_sql_number (store, n, error, sql, MADO_LIST_TYPES, MADO_LIST_VALUES (filter, NULL, &nowhere, (gint64) ENOUGH));
}

static gboolean
choose (MadoStore *store, const MadoListFilter *filter, const Driver **best, GError **error)
{
  const Driver *list[8];
  guint n = list_drivers (filter, list);
  gint64 fewest = G_MAXINT64;

  *best = &all;
  for (guint i = 0; i < n; i++) {
    gint64 found = 0;
    if ((n > 1 || list[i]->index == NULL) && !count (store, filter, list[i], &found, error))
      return FALSE;
    if (found < fewest && (found < ENOUGH || list[i]->index != NULL)) {
      *best = list[i];
      fewest = found;
    }
  }
  return TRUE;
}

char *
mado_list_sql (MadoStore *store, const MadoListFilter *filter, const MadoListPlace *after, GError **error)
{
  const Driver *driver;

  if (!choose (store, filter, &driver, error))
    return NULL;
  g_autofree char *fitting = select_by (driver, "i.id");
  return g_strconcat (fitting, filter->state == NULL && driver != &all ? " AND i.merged_into IS NULL" : "",
                      after->id != 0 ? " AND ?10 = 1 AND (i.updated, i.id) < (?11, ?12)" : "",
                      ALL_CONDITIONS " ORDER BY i.updated DESC, i.id DESC LIMIT ?13", NULL);
}
