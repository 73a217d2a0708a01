/* need.h: need-to-know: what may a member do with an incident that is narrowed to named members? Pure.
 *
 * An incident is narrowed by TLP:RED or by a member (the word "restrict"). Everybody else sees that it exists: its number, state
 * and times, not what it says. Facts come from store-need.h; verbs.c asks for every question about a ticket.
 */
#pragma once

#include "madoguchi/desk/permissions.h"

typedef enum {
  MADO_NEED_ALLOWED,
  MADO_NEED_VEILED, /* told that it exists */
  MADO_NEED_REFUSED
} MadoNeed;

typedef struct {
  gboolean is_narrow; /* only for named members */
  gboolean is_named;  /* who asks is one of them */
  gboolean has_active; /* somebody is named who is a member still and may work on it */
} MadoNeedFacts;

/* @verb: a word that @role may use (permissions.h). @role: -1: there are no members, or the host asks: everything is allowed
 * that the word itself allows. */
MadoNeed mado_need_judge (const char *verb, int role, const MadoNeedFacts *facts);
