/* lmtp-session.h: one LMTP conversation (RFC 2033) as a machine that is fed with bytes. It has no socket, no clock
 * and no files: replies are appended to a string, mails go to a table of callbacks as they arrive.
 *
 * Only CRLF ends a command and only CRLF.CRLF ends a mail. A bare LF or CR and NUL inside a mail are kept as they
 * came: the signature of a mail is over its bytes, and whoever reads it later sees what was sent. In a command
 * they are syntax errors.
 */
#pragma once

#include "madoguchi/model/envelope.h"

/* Commands that are not understood, or out of order, before the client is let go; a mail taken forgives them. */
#define MADO_LMTP_BAD_COMMANDS 20

/* Where the mails go. @data: as given to mado_lmtp_session_new (). */
typedef struct {
  gboolean (*is_ours) (gpointer data, const char *recipient);
  /* Is there room on the disk for @size more bytes? */
  gboolean (*has_room) (gpointer data, guint64 size);
  /* (transfer full) a mail to be filled; NULL on error. */
  gpointer (*begin) (gpointer data, const MadoEnvelope *envelope, GError **error);
  /* Errors: LIMIT larger than allowed; others: cannot be written now. The mail is abandoned then. */
  gboolean (*append) (gpointer data, gpointer mail, const void *bytes, gsize length, GError **error);
  /* Once it returns TRUE the mail survives a power cut. @mail: (transfer full) in any case.
   * @id: (transfer full) the queue id. */
  gboolean (*commit) (gpointer data, gpointer mail, char **id, GError **error);
  void (*abandon) (gpointer data, gpointer mail); /* @mail: (transfer full) */
} MadoLmtpBackend;

typedef struct {
  const char *name;   /* how we greet */
  const char *client; /* stands in the envelope: "unix", "127.0.0.1" */
  guint64 size_limit; /* raw bytes of a mail */
  guint recipients;   /* of one mail */
} MadoLmtpSettings;

typedef struct _MadoLmtpSession MadoLmtpSession;

/* (transfer full) a session; its greeting is appended to @out. @backend, @data and the strings of @settings must
 * outlive it. */
MadoLmtpSession *mado_lmtp_session_new (const MadoLmtpBackend *backend, gpointer data,
                                        const MadoLmtpSettings *settings, GString *out);

/* An unfinished mail is abandoned. */
void mado_lmtp_session_free (MadoLmtpSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoLmtpSession, mado_lmtp_session_free)

/* Takes @bytes, split anyhow; replies are appended to @out. Nothing is done once the session is over. */
void mado_lmtp_session_feed (MadoLmtpSession *session, const void *bytes, gsize length, GString *out);

/* From now on every command but QUIT is answered 421 4.3.2; a mail on its way may still arrive. */
void mado_lmtp_session_drain (MadoLmtpSession *session);

/* Ends the session with @reply (without CRLF), e.g. when its time is over. */
void mado_lmtp_session_end (MadoLmtpSession *session, const char *reply, GString *out);

/* Is there nothing more to say? The connection is closed after @out was sent. */
gboolean mado_lmtp_session_is_over (const MadoLmtpSession *session);

/* Is a mail arriving: 354 was said, and its end not yet seen? */
gboolean mado_lmtp_session_is_in_data (const MadoLmtpSession *session);

/* How many mails were answered 250. */
guint mado_lmtp_session_accepted (const MadoLmtpSession *session);
