/* http-answer.h: what goes back over HTTP. */
#pragma once

#include <glib.h>

/* What a request is answered with. */
typedef struct {
  guint status;     /* RFC 9110, 15 */
  const char *type; /* media type; NULL: there is no content */
  GBytes *content;  /* (owned) */
  int fd;           /* instead of content: a file to send (owned); -1: none */
  guint64 offset, size; /* of what is sent of it */
  GPtrArray *headers; /* name, value, name, value... (owned) */
  char *listener; /* (owned, nullable) the login of whom this stays open for, and is told when something changed (mado_http_tell_change) */
  gboolean is_for_member; /* the keeper let in who asked */
  char *session;  /* (owned) with listener: the name of the session by which he listens (mado_http_dismiss) */
} MadoHttpAnswer;

/* (transfer full) an answer with @content (nullable; a reference is taken) of @type (static, nullable). */
MadoHttpAnswer *mado_http_answer_new (guint status, const char *type, GBytes *content);
void mado_http_answer_free (MadoHttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHttpAnswer, mado_http_answer_free)

/* Adds a header field; characters that would end it are left out. */
void mado_http_answer_add (MadoHttpAnswer *answer, const char *name, const char *value);

/* Has it that field? */
gboolean mado_http_answer_has (const MadoHttpAnswer *answer, const char *name);

/* (transfer full) problem details (RFC 9457) that say no more than @status; the second: too many ask at once (503). */
MadoHttpAnswer *mado_http_answer_status (guint status);
MadoHttpAnswer *mado_http_answer_busy (void);
