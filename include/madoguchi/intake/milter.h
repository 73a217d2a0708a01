/* milter.h: the door in the SMTP dialogue: libmilter's callbacks over the reader, the rules and the spool.
 *
 * libmilter runs a thread per connection and knows one filter per process; what belongs to a connection is its private
 * data. Only mails for our addresses are looked at; everything else is accepted at the first line of its header. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/spool/spool.h"

typedef struct _MadoMilter MadoMilter;

/* (transfer full) the filter by [milter], listening at [intake] milter-listen (unix: mode 0660), which needs no privileges
 * later. @spool: nullable, needed for [milter] intake. There can be one. Both must outlive it.
 * Errors: CONF bad or missing settings; UNAVAILABLE it cannot listen there. */
MadoMilter *mado_milter_new (MadoSpool *spool, const MadoConf *conf, GError **error);

/* Serves in a thread of its own until SIGTERM or SIGINT, which from now on libmilter takes: no new connections then, and
 * those that are there come to their end. @done is called with @data, once, from the main context. */
void mado_milter_serve (MadoMilter *milter, GSourceFunc done, gpointer data);

/* Waits some seconds for mails that are on their way. When connections are left the process ends here. */
void mado_milter_free (MadoMilter *milter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoMilter, mado_milter_free)
