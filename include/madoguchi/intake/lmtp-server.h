/* lmtp-server.h: LMTP sessions on sockets, in the default GLib main context, writing into the spool.
 *
 * Reply codes that are not the session's own: 421 4.3.2 too many connections or going down, 421 4.4.2 too slow.
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/spool/spool.h"

typedef struct _MadoLmtpServer MadoLmtpServer;

/* (transfer full) a server that listens on every [intake] lmtp-listen address, which needs no privileges later;
 * nothing is accepted before mado_lmtp_server_serve (). @spool and @conf must outlive it. Unix sockets get mode
 * 0660: their group decides who may deliver. inet: takes loopback addresses only.
 * Errors: CONF bad or missing settings; UNAVAILABLE somebody else serves there; TEMP, DENIED. */
MadoLmtpServer *mado_lmtp_server_new (MadoSpool *spool, const MadoConf *conf, GError **error);

/* Starts to accept. */
void mado_lmtp_server_serve (MadoLmtpServer *server);

/* New connections and the next command of every session get 421; when no mail is arriving any more, @done is
 * called with @data, once, from the main context. */
void mado_lmtp_server_drain (MadoLmtpServer *server, GSourceFunc done, gpointer data);

/* Says 421 to whoever is still there, closes everything and removes the unix sockets. */
void mado_lmtp_server_free (MadoLmtpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoLmtpServer, mado_lmtp_server_free)
