/* unlock.h: one cryptographic layer: asks the engine, and notes in the report what it proved. Which bytes are a
 * layer is decided by peel.c and blocks.c. */
#pragma once

#include "madoguchi/mail/forms.h"
#include "madoguchi/mail/reading.h"

/* May another layer be opened, @depth layers deep? Says so in the problems when not. */
gboolean mado_unlock_may (MadoReading *reading, guint depth);

/* (transfer none) a new layer of the report, which part @path is. */
MadoLayer *mado_unlock_layer (MadoReading *reading, const char *path, MadoProtocol protocol, MadoForm form,
                              MadoOperation operation, MadoCovers covers);

/* (transfer none, nullable) a layer of the report whose outcome is "limit": @depth layers deep is deeper than we go. NULL
 * when it is not, or when there are enough layers already. */
MadoLayer *mado_unlock_too_deep (MadoReading *reading, guint depth, const char *path, MadoProtocol protocol, MadoForm form,
                                 MadoOperation operation, MadoCovers covers);

/* Decrypts @bytes. @plaintext: (out, transfer full) NULL when it could not be opened. Errors: TEMP. */
gboolean mado_unlock_decrypt (MadoReading *reading, MadoLayer *layer, const guint8 *bytes, gsize size,
                              GBytes **plaintext, GError **error);

/* Verifies text that holds its own signature (clear-signed or opaque). @plaintext: (out, transfer full) what the
 * verifier put out, NULL when it put out nothing that can be used. Errors: TEMP. */
gboolean mado_unlock_opaque (MadoReading *reading, MadoLayer *layer, const guint8 *bytes, gsize size,
                             GBytes **plaintext, GError **error);

/* Verifies the detached @signature over @bytes; @is_mail: bare line feeds count as CR LF. Errors: TEMP. */
gboolean mado_unlock_verify (MadoReading *reading, MadoLayer *layer, const guint8 *bytes, gsize size, gboolean is_mail,
                             GBytes *signature, GError **error);

/* Opens or verifies the S/MIME layer that @match found. @plaintext: as above. Errors: TEMP. */
gboolean mado_unlock_smime (MadoReading *reading, MadoLayer *layer, const MadoFormMatch *match, GBytes **plaintext,
                            GError **error);

/* The report says that the mail could not be opened, because of @layer, unless it says so already. */
void mado_unlock_failed (MadoReading *reading, const MadoLayer *layer);

/* Says in the problems, once, that the sender has an old key of ours, and fills outdated_key. Call when all layers are
 * opened. */
void mado_unlock_note_keys (MadoReading *reading);

/* The scope of what a layer held: marks @entity and all below as decrypted, in a scope of their own. */
void mado_unlock_scope (MadoReading *reading, MadoEntity *entity, gboolean is_decrypted);
