/* query.h: what members write into a search, read into a tree. Pure.
 *
 *   word            stands in the message; words with nothing between them (evil.example, DDoS-guard) stand there like that
 *   "some words"    one behind the other
 *   a b, a OR b, -a, ( )    both; either (binds weaker); not
 *   FIELD:word, FIELD:"..."  from to subject text file indicator: there only
 *   state: category: owner: tlp: tag: ticket: before: after: has:attachment    filters
 */
#pragma once

#include "madoguchi/base/terms.h"

/* Where words of a message stand; the columns of the index. */
typedef enum {
  MADO_PLACE_FROM,      /* who it is from: name, address, login */
  MADO_PLACE_TO,        /* other people in it */
  MADO_PLACE_SUBJECT,
  MADO_PLACE_TEXT,      /* of mails, notes and answers */
  MADO_PLACE_FILE,      /* names of attachments */
  MADO_PLACE_INDICATOR, /* with other teams' numbers */
  MADO_PLACES           /* anywhere */
} MadoPlace;

typedef enum {
  MADO_QUERY_AND,
  MADO_QUERY_OR,
  MADO_QUERY_NOT,
  MADO_QUERY_WORDS,
  MADO_QUERY_STATE,
  MADO_QUERY_CATEGORY,
  MADO_QUERY_OWNER,
  MADO_QUERY_TLP,
  MADO_QUERY_TAG,
  MADO_QUERY_TICKET,
  MADO_QUERY_BEFORE,
  MADO_QUERY_AFTER,
  MADO_QUERY_ATTACHMENT
} MadoQueryKind;

typedef struct _MadoQuery MadoQuery;
struct _MadoQuery {
  MadoQueryKind kind;
  GPtrArray *children; /* of MadoQuery: AND, OR, NOT (one) */
  MadoPlace place;     /* WORDS */
  MadoTerms *words;    /* WORDS */
  char *value;         /* filters: what they compare with; WORDS: as written; NULL: none (owner:none) */
  gint64 time;         /* BEFORE, AFTER: seconds since the epoch */
};

void mado_query_free (MadoQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoQuery, mado_query_free)

/* What the words of a query mean here. */
typedef struct {
  const char *member; /* who asks: owner:me */
  const char *prefix; /* of tickets */
  int year;           /* of today: ticket:1 */
} MadoQueryHouse;

/* (transfer full) the tree of @text. Errors: USAGE, with the place (characters, from 1). */
MadoQuery *mado_query_parse (const char *text, const MadoQueryHouse *house, GError **error);

/* (transfer full) what an index of forms is asked for all messages that may answer @query: an expression of FTS5 over columns
 * named as MadoPlace; NULL: it has nothing to say to it. */
char *mado_query_to_match (const MadoQuery *query);
