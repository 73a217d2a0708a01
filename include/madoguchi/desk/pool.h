/* pool.h: the keeper's side of a worker role: some connections, a queue of jobs, an answer for each job.
 *
 * Never blocks. A role that is away is tried again with growing pauses (up to a second); its jobs wait. A
 * connection that breaks, or gives no answer in time, fails the job it carried with UNAVAILABLE: it says nothing
 * about the job. */
#pragma once

#include "madoguchi/ipc/wire.h"

typedef struct _MadoPool MadoPool;

/* Called once for each job, never from within submit (). @answer: an "ok" packet whose descriptor may be taken;
 * NULL when @error is set: the role's own error, or UNAVAILABLE. */
typedef void (*MadoPoolDone) (gpointer data, MadoPacket *answer, const GError *error);

/* (transfer full) @connections to the socket at @path; each job has @deadline_ms from when it is sent. */
MadoPool *mado_pool_new (const char *path, guint connections, guint deadline_ms);

/* Closes all; open jobs are dropped without a word. */
void mado_pool_free (MadoPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoPool, mado_pool_free)

/* Queues a job. @body: (transfer floating). @fd: copied, -1 for none. @is_urgent: before the others (a member
 * waits). */
void mado_pool_submit (MadoPool *pool, const char *verb, GVariant *body, int fd, gboolean is_urgent, MadoPoolDone done,
                       gpointer data);

/* Jobs that were submitted and not answered. */
guint mado_pool_load (const MadoPool *pool);

/* Connections that stand. */
guint mado_pool_connected (const MadoPool *pool);
