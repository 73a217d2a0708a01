/* door-mail.h: one mail on its way through the milter: fed with envelope, header and body, it goes to the reader and,
 * when the milter is the intake, to the spool. Knows nothing of libmilter. */
#pragma once

#include "madoguchi/intake/door-reader.h"
#include "madoguchi/spool/spool.h"

typedef struct {
  MadoSpool *spool; /* NULL: the milter is not the intake */
  guint64 size_limit;
  MadoDoorLimits limits;
} MadoDoorMailSettings;

typedef struct _MadoDoorMailFlow MadoDoorMailFlow;

/* (transfer full) a mail whose envelope is complete. @received: (nullable) a Received field that stands first in the
 * spool. @settings must outlive it. */
MadoDoorMailFlow *mado_door_flow_new (const MadoDoorMailSettings *settings, const MadoEnvelope *envelope, const char *received);
void mado_door_flow_free (MadoDoorMailFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDoorMailFlow, mado_door_flow_free)

/* A header field: @value with its leading blank, folded as it came. */
void mado_door_flow_field (MadoDoorMailFlow *flow, const char *name, const char *value);

/* The header is complete. */
void mado_door_flow_end_header (MadoDoorMailFlow *flow);

/* The next bytes of the body, CRLF or LF. */
void mado_door_flow_body (MadoDoorMailFlow *flow, const void *bytes, gsize length);

/* The body is complete. @facts: (out) to be cleared. @is_too_large: (out). @body_sha256: (out, transfer full) hex, of the
 * body with line feeds for line ends. */
void mado_door_flow_finish (MadoDoorMailFlow *flow, MadoDoorFacts *facts, gboolean *is_too_large, char **body_sha256);

/* After finish, when the milter is the intake: the mail survives a power cut once this returns TRUE. @id: (out,
 * transfer full). Errors: TEMP. */
gboolean mado_door_flow_commit (MadoDoorMailFlow *flow, char **id, GError **error);
