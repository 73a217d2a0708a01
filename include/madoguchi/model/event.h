/* event.h: what the gateway says in a thread in words of its own: one table of sentences, with {names} where something differs.
 *
 * What is stored, and what JSON has as an entry's text, is the English sentence. Beside it JSON has what it is made of, so that
 * everybody reads it in his own language, and scripts need not take sentences apart: each sentence has a word that never changes,
 * itself as gettext knows it, and its values. Old threads are understood like new ones, as it is the sentence that is read.
 * The keeper reads (store-incident.c); the page and the command line put it into words. Pure. */
#pragma once

#include "madoguchi/model/record.h"

/* One sentence, or the next part of one: parts follow each other as they are. */
typedef struct {
  char *word;     /* "state", "assigned"...; never changes */
  char *sentence; /* English, with {names}: the key of its translation */
  char **values;  /* map: of each {name} */
} MadoEvent;

MADO_DECLARE_RECORD (MadoEvent, mado_event)

/* (transfer full) what @text (nullable) is made of, MadoEvent; of none, when it is not all of it a sentence of ours. What members and
 * senders may choose freely stands at a sentence's end alone, or can hold no space: so nothing of theirs is read as our words. */
GPtrArray *mado_event_read (const char *text);

/* The same of why something was decided, and by which rule of which file (model/triage.h). */
GPtrArray *mado_event_read_reason (const char *because);
GPtrArray *mado_event_read_rule (const char *rule);

/* Is the value {@name} of a sentence one of our own words, to be translated like them: a state, a reason...? */
gboolean mado_event_is_word (const char *name);

/* (transfer full) the sentence of @events (of MadoEvent) in the language of the environment (base/words.h). */
char *mado_event_say (const GPtrArray *events);
