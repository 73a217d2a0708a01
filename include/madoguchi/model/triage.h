/* triage.h: what was decided of an incident, by which rule or by whom, and on what: madoguchi.triage/1, the answer of
 * `policy explain`. The desk's rules make one for each mail; the store keeps its decisions one by one. */
#pragma once

#include "madoguchi/model/event.h"
#include "madoguchi/model/record.h"

/* One thing that was decided. */
typedef struct {
  char *field;    /* "category", "priority", "owner", "template", "answer" ("no"), "out-of-scope-LANGUAGE", "tag", "untag",
                     "constituency", "tlp" */
  char *value;    /* NULL: none, said by a member */
  char *set_by;   /* "rule", "report" (what the mail says of itself), or a member's login */
  char *rule;     /* which one: "triage.conf: rule phishing"; NULL: none */
  char *because;  /* on what, in words */
  GPtrArray *rule_event, *because_event; /* of MadoEvent: what these are made of; none: not understood, or not asked for */
  char *queue_id; /* of the mail that it was decided on; NULL: of none */
  gint64 date;
  gboolean is_current; /* JSON "current": does the incident show it? */
} MadoDecision;

typedef struct {
  char *ticket, *number;  /* of a verdict on a mail: NULL */
  char *category;         /* RSIT */
  char **category_names;  /* map: "guide", "guide_ja", "jpcert", "jpcert_ja" (model/taxonomy.h) */
  char *priority;         /* "low", "normal", "high", "urgent" */
  char *owner;            /* a login */
  char *template_name;    /* of the automatic answer; NULL: the usual one */
  char **out_of_scope;    /* map: language ("ja", "en") or "default", why the team does not handle it, in words for the reporter; empty: it does */
  gboolean is_silent;     /* JSON "silent": no automatic answer */
  char **tags;
  char **constituencies;
  GPtrArray *decisions;   /* of MadoDecision, in the order in which they were taken */
} MadoTriage;

MADO_DECLARE_RECORD (MadoDecision, mado_decision)
MADO_DECLARE_RECORD (MadoTriage, mado_triage)

/* The value of @name in @map (name, value, ..., NULL; nullable); NULL when it has none. */
const char *mado_triage_get (char *const *map, const char *name);
