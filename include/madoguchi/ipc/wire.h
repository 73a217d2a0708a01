/* wire.h: how the roles talk: one request, one answer, over AF_UNIX SOCK_SEQPACKET sockets.
 *
 * A packet is a fixed header (magic, version, flags, length), then the GVariant (s a{sv}): a verb and its
 * arguments. Small bodies travel inside the packet, larger ones in a memfd that travels with it, so a packet
 * is always received whole or not at all. One more descriptor may ride along: mails and keys travel as files.
 * Every body is capped, copied, and checked for normal form before anybody looks at it.
 *
 * Named sockets are used by systemd units and by madoguchid alike: see ARCHITECTURE.md.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Most bytes of a body, wherever it travels. */
#define MADO_WIRE_BODY_MAX (64 * 1024 * 1024)

typedef struct {
  char *verb;     /* "open", "seal"...; in answers "ok" or "error" */
  GVariant *body; /* a{sv}, normal form, own copy */
  int fd;         /* the descriptor that came along (close-on-exec), or -1; the packet owns it */
} MadoPacket;

/* An empty packet; what mado_packet_clear () leaves. */
#define MADO_PACKET_INIT { NULL, NULL, -1 }

/* Frees what @packet owns and empties it. */
void mado_packet_clear (MadoPacket *packet);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoPacket, mado_packet_clear)

/* (transfer full) takes the descriptor out of @packet; -1 when there is none. */
int mado_packet_steal_fd (MadoPacket *packet);

/* Sends one packet. @body: (nullable) a{sv}, sunk if floating. @fd: sent along, -1 for none; stays the caller's.
 * Errors: TEMP (the peer is gone, or its queue is full on a non-blocking socket); LIMIT. */
gboolean mado_wire_send (int socket, const char *verb, GVariant *body, int fd, GError **error);

/* Sends @problem as an "error" answer. */
gboolean mado_wire_send_error (int socket, const GError *problem, GError **error);

/* Receives one packet; blocks unless the socket does not. Errors: UNAVAILABLE at end of stream; TEMP on
 * time-out (SO_RCVTIMEO) or would-block; PERM for a packet that breaks the rules; LIMIT. */
gboolean mado_wire_receive (int socket, MadoPacket *packet, GError **error);

/* If @packet is an "error" answer, sets @error from it and returns FALSE. */
gboolean mado_wire_check (const MadoPacket *packet, GError **error);

/* Sends a request and waits for its answer. Errors: those above, and the peer's own. */
gboolean mado_wire_call (int socket, const char *verb, GVariant *body, int fd, MadoPacket *answer, GError **error);

/* Is @fd a file in memory? Only such a one is read without a doubt: any other may make its reader wait for ever (a
 * pipe, a file system of the sender's own). */
gboolean mado_wire_is_memory (int fd);

/* A listening socket at @path (replacing what is there) with file mode @mode. -1 on failure. Errors: TEMP,
 * DENIED, CONF when @path has more than 107 bytes. */
int mado_wire_listen (const char *path, int mode, GError **error);

/* A connected socket. @timeout_ms bounds each later receive; 0: never. Errors: UNAVAILABLE when nobody listens. */
int mado_wire_connect (const char *path, guint timeout_ms, GError **error);

/* Who is at the other end (SO_PEERCRED). Errors: TEMP. */
gboolean mado_wire_peer (int socket, uid_t *uid, pid_t *pid, GError **error);

/* (transfer full) the path of a role's socket: "RUNTIME/ROLE.sock". */
char *mado_wire_path (const char *runtime, const char *role);
