/* triage-rules.h: the rules file of triage ([triage] rules), read and checked: which networks and names are whose, and what
 * is to be thought of which reports. GKeyFile syntax; no language, only keys with lists. madoguchi-triage.conf(5).
 *
 * Read at the keeper's start, at `madoguchi policy reload`, and by `madoguchi conf`. Asks nobody, resolves nothing. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/desk/triage-places.h"
#include "madoguchi/desk/triage-words.h"

/* Of impact and urgency. */
typedef enum { MADO_TRIAGE_NONE, MADO_TRIAGE_LOW, MADO_TRIAGE_NORMAL, MADO_TRIAGE_HIGH } MadoTriageLevel;
#define MADO_TRIAGE_LEVELS 4
extern const char *const mado_triage_level_names[]; /* "", "low", "normal", "high" */

/* Of an incident, from the mildest on. */
extern const char *const mado_priority_names[]; /* "low", "normal", "high", "urgent", NULL */

/* The place of @name in that list; -1: nowhere (nullable). */
int mado_priority_rank (const char *name);

typedef struct {
  char *name;
  MadoTriageLevel impact; /* of what touches it; NONE: as always */
  char *owner;      /* nullable */
} MadoConstituency;

typedef struct {
  char *name;
  char **facts;     /* what must be so, as "KEY\nVALUE", sorted by key: of each key one */
  GArray *words;    /* of guint: numbers of words, of which one must occur; NULL: none is asked for */
  const char *category; /* RSIT; NULL: it says nothing */
  gboolean overrides;   /* ... also against what the report says of itself */
  char **tags;
  MadoTriageLevel impact, urgency;
  char *owner, *template_name;
  char **out_of_scope; /* map: language or "default", reason */
  gboolean is_silent;  /* no automatic answer */
} MadoTriageRule;

typedef struct _MadoTriageRules {
  char *file;
  GPtrArray *constituencies; /* of MadoConstituency; places name them by their index */
  GPtrArray *rules;          /* of MadoTriageRule, in the file's order */
  MadoPlaces *places;
  MadoWords *words;
  GHashTable *asked;         /* set of all facts that some rule asks for */
  MadoTriageLevel impact, urgency; /* where no rule says anything */
  int matrix[MADO_TRIAGE_LEVELS][MADO_TRIAGE_LEVELS]; /* [impact][urgency]: a rank of priority */
  GKeyFile *source; /* as the file has it, for people */
  gint64 loaded;    /* microseconds since the epoch */
} MadoTriageRules;

/* (transfer full) the rules in file @path, or in @text, which @name stands for in messages. Errors: CONF with file, line,
 * group and key of the first mistake, also when it cannot be read. */
MadoTriageRules *mado_triage_rules_load (const char *path, GError **error);
MadoTriageRules *mado_triage_rules_parse (const char *text, const char *name, GError **error);

/* (transfer full) the rules that @conf names, in @rules; NULL: none ([triage] rules is "none", or it was not set, and the
 * rules that come with the program are not installed). Errors: as above. */
gboolean mado_triage_rules_read (const MadoConf *conf, MadoTriageRules **rules, GError **error);
void mado_triage_rules_free (MadoTriageRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoTriageRules, mado_triage_rules_free)
