/* verbs-search.c: see verbs-search.h. A search is answered in steps, so that nobody else waits for it: who asks goes on where
 * the last step stopped. */
#include "madoguchi/desk/verbs-search.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-search.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/desk/thread.h"
#include "madoguchi/model/member.h"

#include <string.h>

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 500       /* of one step */
#define STEP_US 100000
#define RANK_US 1000000     /* by rank there is one step */

static int
get_year (gint64 now)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (now);

  return g_date_time_get_year (when);
}

/* (transfer full, nullable) the ticket that @query names in so many digits, alone or beside other words. */
static char *
find_number (const MadoQuery *query, const MadoQueryHouse *house)
{
  char *number = NULL;

  if (query->kind == MADO_QUERY_WORDS && query->place == MADO_PLACES
      && (strchr (query->value, '#') != NULL || (strlen (query->value) >= 11 && query->value[4] == '-')))
    return mado_thread_parse_number (query->value, house->prefix, house->year);
  for (guint i = 0; query->kind == MADO_QUERY_AND && i < query->children->len && number == NULL; i++)
    number = find_number (query->children->pdata[i], house);
  return number;
}

/* The ticket itself goes before what stands in messages. */
static gboolean
add_ticket (const MadoCall *call, const MadoQuery *query, const MadoQueryHouse *house, GPtrArray *list, GError **error)
{
  g_autofree char *number = find_number (query, house);
  g_autoptr (GError) problem = NULL;

  if (number == NULL)
    return TRUE;
  MadoFound *found = mado_store_search_ticket (call->desk->store, number, mado_verbs_reader (call), &problem);
  if (found != NULL)
    g_ptr_array_insert (list, 0, found);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static GPtrArray *
search (const MadoCall *call, gint64 *next, GError **error)
{
  const char *text = mado_verbs_string (call, "query");
  MadoDesk *desk = call->desk;
  MadoQueryHouse house = { call->asker != NULL ? call->asker->login : call->member, desk->settings.prefix, get_year (desk->now ()) };
  MadoSearch what = { .member = mado_verbs_reader (call), .limit = DEFAULT_LIMIT };

  if (text == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "nothing to search for");
    return NULL;
  }
  g_autoptr (MadoQuery) query = mado_query_parse (text, &house, error);
  if (query == NULL)
    return NULL;
  what.query = query;
  g_variant_lookup (call->request.body, "limit", "x", &what.limit);
  g_variant_lookup (call->request.body, "below", "x", &what.below);
  g_variant_lookup (call->request.body, "by_rank", "b", &what.by_rank);
  what.limit = CLAMP (what.limit, 1, MAX_LIMIT);
  what.until = g_get_monotonic_time () + (what.by_rank ? RANK_US : STEP_US);
  g_autoptr (GPtrArray) list = mado_store_search (desk->store, &what, next, error);
  if (list == NULL || (what.below <= 0 && !add_ticket (call, query, &house, list, error)))
    return NULL;
  return g_steal_pointer (&list);
}

void
mado_verb_search (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  gint64 next = 0, backlog = 0;
  g_autoptr (GPtrArray) list = search (call, &next, &error);
  GVariantDict dict;

  if (list == NULL || !mado_store_count_backlog (call->desk->store, &backlog, &error)) {
    mado_call_fail (call, error);
    return;
  }
  g_autoptr (GVariant) items = g_variant_ref_sink (mado_verbs_items (&mado_found_type, list));
  g_variant_dict_init (&dict, items);
  g_variant_dict_insert (&dict, "next", "x", next);
  g_variant_dict_insert (&dict, "backlog", "x", backlog);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}
