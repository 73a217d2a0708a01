/* access-token.h: a word by which a member's script may ask the keeper: madoguchi.access-token/1. The word itself is shown once,
 * when it is made, and is no part of this. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *login;   /* whose it is */
  char *name;    /* what the member calls it */
  char **scopes; /* desk/token-scope.h */
  gint64 made, until;
  gint64 used; /* when last; 0: never */
} MadoAccessToken;

MADO_DECLARE_RECORD (MadoAccessToken, mado_access_token)
