/* intake-queue.h: which mails wait in the spool. It watches new/ (inotify) and lists it now and then, for what a
 * watch may miss; it remembers what it has seen, so that thousands of waiting mails cost nothing. It opens no
 * mail. */
#pragma once

#include "madoguchi/spool/spool.h"

typedef struct _MadoIntakeQueue MadoIntakeQueue;

/* (transfer full) @ready is called from the main loop when there is something to pop. Errors: TEMP. */
MadoIntakeQueue *mado_intake_queue_new (MadoSpool *spool, void (*ready) (gpointer data), gpointer data, GError **error);
void mado_intake_queue_free (MadoIntakeQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoIntakeQueue, mado_intake_queue_free)

/* Adds an id by hand (from active/, after a crash). Known already: nothing. */
void mado_intake_queue_push (MadoIntakeQueue *queue, const char *id);

/* (transfer full, nullable) the oldest waiting id. It stays known until _forget (). */
char *mado_intake_queue_pop (MadoIntakeQueue *queue);

/* @id has left new/ for good. */
void mado_intake_queue_forget (MadoIntakeQueue *queue, const char *id);

/* Does the queue know @id (waiting, or popped and not forgotten)? */
gboolean mado_intake_queue_knows (const MadoIntakeQueue *queue, const char *id);

/* How many ids wait. */
guint mado_intake_queue_length (const MadoIntakeQueue *queue);
