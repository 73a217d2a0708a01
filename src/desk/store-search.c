/* store-search.c: see store-search.h. Called for members' searches; must never say anything of what the member may not read. */
#include "madoguchi/desk/store-search.h"
#include "madoguchi/desk/search-text.h"
#include "madoguchi/desk/snippet.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-index.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define MAX_SNIPPET 240      /* bytes */
#define MAX_RANKED 5000      /* messages that the index ranks */
#define MAX_SUBJECT 1000     /* bytes */
#define FIRST_LOOK 16        /* messages that are looked at however long it takes: every step gets on */

typedef enum { NO, YES, MAYBE } Answer;

/* A message that the index names. */
typedef struct {
  gint64 entry, incident, date, parts;
  const char *number, *state, *owner, *category, *tlp; /* of the row */
  double rank;
} Candidate;

typedef struct {
  MadoStore *store;
  const MadoSearch *search;
  GHashTable *readable;  /* incident -> 1: may be read, 2: may not */
  GHashTable *summaries; /* incident -> MadoIncident */
  /* of the candidate at hand */
  const Candidate *candidate;
  MadoSaid said;
  GPtrArray *split; /* of MadoTerms: what was split so far, one for each piece */
  GError *error;
} Looker;

static void
forget_candidate (Looker *looker)
{
  mado_said_clear (&looker->said);
  g_clear_pointer (&looker->split, g_ptr_array_unref);
  looker->candidate = NULL;
}

static void
looker_clear (Looker *looker)
{
  forget_candidate (looker);
  g_clear_pointer (&looker->readable, g_hash_table_destroy);
  g_clear_pointer (&looker->summaries, g_hash_table_destroy);
  g_clear_error (&looker->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Looker, looker_clear)

/* (transfer none, nullable) the ticket of the candidate. */
static const MadoIncident *
get_summary (Looker *looker)
{
  gint64 id = looker->candidate->incident;
  MadoIncident *incident = g_hash_table_lookup (looker->summaries, &id);

  if (incident == NULL && looker->error == NULL) {
    incident = mado_store_load_summary (looker->store, id, &looker->error);
    if (incident != NULL)
      g_hash_table_insert (looker->summaries, g_memdup2 (&id, sizeof id), incident);
  }
  return incident;
}

static gboolean
may_read (Looker *looker)
{
  gint64 id = looker->candidate->incident;
  int known = GPOINTER_TO_INT (g_hash_table_lookup (looker->readable, &id));

  if (known == 0) {
    gboolean may = FALSE;
    if (!mado_need_may_read (looker->store, looker->search->member, id, &may, looker->error == NULL ? &looker->error : NULL))
      return FALSE;
    known = may ? 1 : 2;
    g_hash_table_insert (looker->readable, g_memdup2 (&id, sizeof id), GINT_TO_POINTER (known));
  }
  return known == 1;
}

/* --- words ---------------------------------------------------------------------------------------------- */

static gboolean
open_candidate (Looker *looker)
{
  if (looker->said.pieces != NULL)
    return TRUE;
  if (looker->error != NULL || !mado_store_load_said (looker->store, looker->candidate->entry, &looker->said, &looker->error))
    return FALSE;
  looker->split = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_terms_free);
  for (guint i = 0; i < looker->said.pieces->len; i++)
    g_ptr_array_add (looker->split, mado_terms_split (g_array_index (looker->said.pieces, MadoPiece, i).text, G_MAXSIZE));
  return TRUE;
}

/* The piece in which @query stands (-1: none), and where in it. */
static int
find_words (Looker *looker, const MadoQuery *query, guint *first)
{
  if (!open_candidate (looker))
    return -1;
  for (guint i = 0; i < looker->split->len; i++) {
    MadoPlace place = g_array_index (looker->said.pieces, MadoPiece, i).place;
    if ((query->place == MADO_PLACES || query->place == place) && mado_terms_find (looker->split->pdata[i], query->words, 0, first))
      return (int) i;
  }
  return -1;
}

/* --- filters -------------------------------------------------------------------------------------------- */

static gboolean
is_category (const char *wanted, const char *category)
{
  if (wanted == NULL || category == NULL)
    return wanted == category;
  gsize length = strlen (wanted);
  return strncmp (wanted, category, length) == 0 && (category[length] == '\0' || category[length] == ':');
}

static gboolean
has_tag (Looker *looker, const char *wanted)
{
  const MadoIncident *incident = get_summary (looker);

  for (guint i = 0; incident != NULL && incident->tags[i] != NULL; i++) {
    g_autofree char *folded = g_utf8_casefold (incident->tags[i], -1);
    if (strcmp (folded, wanted) == 0)
      return TRUE;
  }
  return FALSE;
}

/* By any of its numbers: that of a ticket which was merged into it, too. */
static gboolean
is_ticket (Looker *looker, const char *number)
{
  gint64 id = 0;

  return strcmp (number, looker->candidate->number) == 0
         || (looker->error == NULL && mado_store_find_number (looker->store, number, &id, &looker->error) && id == looker->candidate->incident);
}

static gboolean
passes (Looker *looker, const MadoQuery *query)
{
  const Candidate *candidate = looker->candidate;

  switch (query->kind) {
  case MADO_QUERY_STATE:
    return strcmp (query->value, "unfinished") == 0 ? !mado_state_is_finished (candidate->state)
                                                    : g_strcmp0 (query->value, candidate->state) == 0;
  case MADO_QUERY_CATEGORY:
    return is_category (query->value, candidate->category);
  case MADO_QUERY_OWNER:
    return g_strcmp0 (query->value, candidate->owner) == 0;
  case MADO_QUERY_TLP:
    return g_strcmp0 (query->value, candidate->tlp) == 0;
  case MADO_QUERY_TAG:
    return has_tag (looker, query->value);
  case MADO_QUERY_TICKET:
    return is_ticket (looker, query->value);
  case MADO_QUERY_BEFORE:
    return candidate->date < query->time;
  case MADO_QUERY_AFTER:
    return candidate->date >= query->time;
  default:
    return candidate->parts > 0; /* has:attachment */
  }
}

/* Does the candidate answer @query? @opens: words are looked for; otherwise they may be there. */
static Answer
judge (Looker *looker, const MadoQuery *query, gboolean opens)
{
  Answer all;
  guint first;

  switch (query->kind) {
  case MADO_QUERY_NOT:
    all = judge (looker, query->children->pdata[0], opens);
    return all == MAYBE ? MAYBE : all == YES ? NO : YES;
  case MADO_QUERY_AND:
  case MADO_QUERY_OR:
    all = query->kind == MADO_QUERY_AND ? YES : NO;
    for (guint i = 0; i < query->children->len; i++) {
      Answer one = judge (looker, query->children->pdata[i], opens);
      if (one == (query->kind == MADO_QUERY_AND ? NO : YES))
        return one;
      all = one == MAYBE ? MAYBE : all;
    }
    return all;
  case MADO_QUERY_WORDS:
    return !opens ? MAYBE : find_words (looker, query, &first) >= 0 ? YES : NO;
  default:
    return passes (looker, query) ? YES : NO;
  }
}

/* --- what is shown -------------------------------------------------------------------------------------- */

/* The first of the words that were asked for: its piece, or -1. */
static int
find_shown (Looker *looker, const MadoQuery *query, const MadoQuery **shown, guint *first)
{
  int piece = -1;

  if (query->kind == MADO_QUERY_WORDS) {
    *shown = query;
    return find_words (looker, query, first);
  }
  if (query->kind == MADO_QUERY_NOT || query->children == NULL)
    return -1;
  for (guint i = 0; piece < 0 && i < query->children->len; i++)
    piece = find_shown (looker, query->children->pdata[i], shown, first);
  return piece;
}

static char *
make_snippet (const MadoPiece *piece, const MadoTerms *words, guint first, guint n)
{
  const MadoWord *start = &g_array_index (words->list, MadoWord, first), *end = &g_array_index (words->list, MadoWord, first + n - 1);

  return mado_snippet_make (piece->text, start->start, end->end, MAX_SNIPPET);
}

/* (transfer full) the candidate as something found; NULL on error. */
static MadoFound *
describe (Looker *looker)
{
  const Candidate *candidate = looker->candidate;
  const MadoIncident *incident = get_summary (looker);
  const MadoQuery *shown = NULL;
  guint first = 0;

  if (incident == NULL)
    return NULL;
  int index = find_shown (looker, looker->search->query, &shown, &first);
  if (looker->error != NULL)
    return NULL;
  MadoFound *found = mado_found_new ();
  found->ticket = g_strdup (incident->ticket);
  found->number = g_strdup (incident->number);
  found->state = g_strdup (incident->state);
  found->subject = incident->subject != NULL ? mado_text_truncate (incident->subject, MAX_SUBJECT) : NULL;
  found->date = candidate->date;
  found->message = candidate->entry;
  found->is_restricted = incident->restricted;
  found->score = (gint64) (candidate->rank * -1e9);
  if (index >= 0) {
    const MadoPiece *piece = &g_array_index (looker->said.pieces, MadoPiece, index);
    found->where = g_strdup (piece->where);
    found->snippet = make_snippet (piece, looker->split->pdata[index], first, shown->words->list->len);
  }
  return found;
}

/* --- the loop ------------------------------------------------------------------------------------------- */

#define COLUMNS " e.id, e.incident, e.date, coalesce (m.parts, 0), i.number, i.state, i.owner, i.category, i.tlp"
#define TABLES " JOIN incident i ON i.id = e.incident LEFT JOIN message m ON m.id = e.message"

static MadoStatement *
ask_index (MadoStore *store, const MadoSearch *search, const char *match, GError **error)
{
  gint64 below = search->below > 0 ? search->below : G_MAXINT64;

  if (match != NULL && search->by_rank)
    return mado_sql_query (store, error,
                           "SELECT" COLUMNS ", w.rank FROM words w CROSS JOIN entry e ON e.id = w.rowid" TABLES
                           " WHERE w.words MATCH ?1 AND w.rank MATCH 'bm25 (4, 2, 4, 1, 2, 3)' ORDER BY w.rank LIMIT ?2",
                           "si", match, (gint64) MAX_RANKED);
  if (match != NULL)
    return mado_sql_query (store, error,
                           "SELECT" COLUMNS ", 0.0 FROM words w CROSS JOIN entry e ON e.id = w.rowid" TABLES
                           " WHERE w.words MATCH ?1 AND w.rowid < ?2 ORDER BY w.rowid DESC",
                           "si", match, below);
  return mado_sql_query (store, error,
                         "SELECT" COLUMNS ", 0.0 FROM entry e" TABLES " LEFT JOIN outbox o ON o.id = e.outbox WHERE e.direction IN ('in', 'out', 'note')"
                         " AND coalesce (o.automatic, 0) = 0 AND e.id < ?1 ORDER BY e.id DESC",
                         "i", below);
}

static Candidate
read_candidate (MadoStatement *row)
{
  return (Candidate){
    .entry = sqlite3_column_int64 (row, 0),
    .incident = sqlite3_column_int64 (row, 1),
    .date = sqlite3_column_int64 (row, 2),
    .parts = sqlite3_column_int64 (row, 3),
    .number = (const char *) sqlite3_column_text (row, 4),
    .state = (const char *) sqlite3_column_text (row, 5),
    .owner = (const char *) sqlite3_column_text (row, 6),
    .category = (const char *) sqlite3_column_text (row, 7),
    .tlp = (const char *) sqlite3_column_text (row, 8),
    .rank = sqlite3_column_double (row, 9),
  };
}

/* TRUE: the member may know that it was looked at. */
static gboolean
look_at (Looker *looker, const Candidate *candidate, GPtrArray *list)
{
  gboolean may;

  looker->candidate = candidate;
  may = may_read (looker);
  if (may && judge (looker, looker->search->query, FALSE) != NO && judge (looker, looker->search->query, TRUE) == YES
      && looker->error == NULL) {
    MadoFound *found = describe (looker);
    if (found != NULL)
      g_ptr_array_add (list, found);
  }
  forget_candidate (looker);
  return may;
}

/* The best has 1000. What the index counts in all messages, also in those that who asks may not read, does not show. */
static void
scale_scores (GPtrArray *list)
{
  gint64 best = list->len > 0 ? ((const MadoFound *) list->pdata[0])->score : 0;

  for (guint i = 0; i < list->len && best > 0; i++) {
    MadoFound *found = list->pdata[i];
    found->score = (gint64) ((double) found->score / (double) best * 1000.0);
  }
}

GPtrArray *
mado_store_search (MadoStore *store, const MadoSearch *search, gint64 *next, GError **error)
{
  g_auto (Looker) looker = { .store = store, .search = search };
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_found_free);
  g_autofree char *match = mado_query_to_match (search->query);
  g_autoptr (GError) problem = NULL;
  guint looked = 0;

  looker.readable = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  looker.summaries = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) mado_incident_free);
  g_autoptr (MadoStatement) row = ask_index (store, search, match, error);
  if (row == NULL)
    return NULL;
  *next = 0; /* may be search->below itself */
  while (looker.error == NULL && mado_sql_step (store, row, &problem)) {
    Candidate candidate = read_candidate (row);
    if (!look_at (&looker, &candidate, list))
      continue; /* nor does where a search stops tell of it */
    if (list->len >= (guint) search->limit || (++looked >= FIRST_LOOK && g_get_monotonic_time () > search->until)) {
      *next = search->by_rank && match != NULL ? 0 : candidate.entry;
      break;
    }
  }
  scale_scores (list);
  if (problem == NULL)
    problem = g_steal_pointer (&looker.error);
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

MadoFound *
mado_store_search_ticket (MadoStore *store, const char *number, const char *member, GError **error)
{
  gint64 id = 0;

  gboolean may = FALSE;

  if (!mado_store_find_number (store, number, &id, error) || id == 0 || !mado_need_may_read (store, member, id, &may, error))
    return NULL;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);
  if (incident == NULL)
    return NULL;
  MadoFound *found = mado_found_new ();
  found->is_restricted = incident->restricted;
  found->ticket = g_steal_pointer (&incident->ticket);
  found->number = g_steal_pointer (&incident->number);
  found->state = g_steal_pointer (&incident->state);
  found->subject = may && incident->subject != NULL ? mado_text_truncate (incident->subject, MAX_SUBJECT) : NULL;
  found->date = incident->updated;
  found->where = g_strdup ("ticket");
  return found;
}
