/* view.h: filters of the list that a member, or the team, gave a name to: madoguchi.view/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *name;
  char *query;   /* "state=open&owner=me": the arguments of the list, as in an address */
  gboolean team; /* everybody sees it */
} MadoView;

MADO_DECLARE_RECORD (MadoView, mado_view)

/* Longest name and query, in bytes. */
#define MADO_VIEW_NAME_MAX 120
#define MADO_VIEW_QUERY_MAX 2000

/* (transfer floating) the arguments of the list that @query says. Errors: USAGE (another argument, or a value that makes no sense). */
GVariant *mado_view_read_query (const char *query, GError **error);
