/* compose.h: an answer becomes a mail: the bytes that are signed are the bytes that are sent.
 *
 * Encrypted answers are PGP/MIME in the combined form (RFC 3156, 6.2), others multipart/signed; both protect
 * their header fields (RFC 9788). Nothing of a report gets here: a reply holds a template's name and a ticket,
 * or what a member wrote. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/reply.h"
#include "madoguchi/pgp/seal.h"
#include "madoguchi/reply/templates.h"

typedef struct _MadoComposer MadoComposer;

/* (transfer full) what stays the same for all answers: the team, its templates. Errors: CONF. */
MadoComposer *mado_composer_new (const MadoConf *conf, GError **error);
void mado_composer_free (MadoComposer *composer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoComposer, mado_composer_free)

/* (transfer full) the names of its templates: "ack.ja", "ack.phishing.en"; sorted. */
char **mado_composer_list_templates (const MadoComposer *composer);

/* @subject, @body: (transfer full) what @reply says, in UTF-8, before anything is sealed. Errors: as below. */
gboolean mado_compose_words (const MadoComposer *composer, const MadoReply *reply, char **subject, char **body, GError **error);
/* The same for @reply->template_name of @texts, which are not those of answers. Errors: CONF (no such text). */
gboolean mado_compose_canned (const MadoComposer *composer, const MadoTemplates *texts, const MadoReply *reply, char **subject,
                              char **body, GError **error);
/* Gets ready what answers sealed with @sealer will need, so that the first one is as quick as the others. */
void mado_composer_warm_up (const MadoComposer *composer, MadoSealer *sealer);

/* @mail: (transfer full) the finished mail, CRLF throughout, sealed with @sealer: encrypted when @reply names a
 * key. Errors: PERM (no usable address, Message-ID or text; the recipient's key), TEMP, CONF (template). */
gboolean mado_compose (const MadoComposer *composer, MadoSealer *sealer, const MadoReply *reply, GBytes **mail,
                       GError **error);
