/* submit.h: a finished mail goes out: by SMTP to the submission host, or into a Maildir. Called by the sender
 * only, which links neither GPGME nor a MIME parser: it carries bytes.
 *
 * One attempt per call; when to try again, and when to give up, is the keeper's to say. */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct _MadoSubmission MadoSubmission;

/* (transfer full) the way out that [submission] describes; reads the password file, makes the Maildir.
 * Errors: CONF, TEMP, DENIED. */
MadoSubmission *mado_submission_new (const MadoConf *conf, GError **error);
void mado_submission_free (MadoSubmission *submission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSubmission, mado_submission_free)

/* Sends the mail in @fd (from its start to its end) once. @message_id: names the file in a Maildir, so that a
 * repetition replaces it. @sender: (nullable) envelope sender; NULL or "": [submission] from, and without that the null
 * sender (RFC 5321, 4.5.5).
 * @recipients: NULL-terminated, at least one. @detail: (transfer full) the server's last words.
 * Errors: TEMP (4yz, network, TLS, log-in: our own trouble), PERM (5yz to this mail, or an address that is
 * none); the message holds the server's words on one line. */
gboolean mado_submission_send (MadoSubmission *submission, const char *message_id, const char *sender,
                               const char *const *recipients, int fd, char **detail, GError **error);
