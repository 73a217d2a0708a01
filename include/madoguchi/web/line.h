/* line.h: questions that wait for an answer of the keeper, and the threads that ask them. Those that may take long have threads of their
 * own, so that they never stand before the others; nobody gets all threads; who waits too long is told so. */
#pragma once

#include <glib.h>

typedef struct _MadoLine MadoLine;

typedef enum { MADO_LINE_QUICK, MADO_LINE_SLOW } MadoLineLane;
#define MADO_LINE_LANES 2

typedef struct {
  guint threads[MADO_LINE_LANES];
  guint of_one[MADO_LINE_LANES]; /* threads that work for one visitor at the same time */
  guint waiting;                 /* questions in each lane that no thread has taken up yet; strangers have half of them, and half of the threads */
  guint waiting_of_one;          /* of one visitor */
  guint seconds;                 /* so long may a question wait before a thread takes it up */
} MadoLineLimits;

/* Does what is to be done for @data, or says that it will not be done (@is_done FALSE: it waited too long, or the line ended). */
typedef void (*MadoLineWork) (gpointer data, gboolean is_done);

/* (transfer full) with threads that wait for work. */
MadoLine *mado_line_new (const MadoLineLimits *limits, MadoLineWork work);

/* @data waits in @lane for @visitor (a word that tells one from another). @is_known: is he a member? Exactly one call of the work
 * follows, in another thread. FALSE: there is no room, and none follows. From any thread. */
gboolean mado_line_put (MadoLine *line, MadoLineLane lane, const char *visitor, gboolean is_known, gpointer data);

/* Nothing is taken up any more; what waits is told so. Threads that are at work end when they are done. */
void mado_line_end (MadoLine *line);

/* Ends it, and forgets it. NULL-safe. */
void mado_line_free (MadoLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoLine, mado_line_free)
