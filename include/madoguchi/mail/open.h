/* open.h: one raw mail becomes one report.
 *
 * Called in a jailed child (jail.h) by the opener and by `madoguchi open`, never in a process that may reach
 * the network, the store or a signing key. Everything about the mail is a fact in the report; an error is
 * about us.
 *
 * Paths of parts: the root is "1"; child n of a multipart at P is P.n; the root of a message/rfc822 at P, and
 * the root of what came out of a decrypted layer at P, is P.1 (the parts that only carried the ciphertext then
 * have no path).
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/source.h"
#include "madoguchi/pgp/home.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/open.h"

typedef struct {
  const MadoConf *conf;
  MadoPgpHome *home;        /* nullable: nothing can be decrypted or verified */
  const MadoKeyIndex *keys; /* nullable: nobody is vouched for */
  MadoPgpEngine *engine;    /* on home, made before the child is forked; NULL: made when it is needed */
  GBytes *door_secret;      /* by which the door's marks are known; nullable */
  /* Reads the finished report and the mail's texts and files: formats, language, indicators (report/); nullable. */
  void (*interpret) (MadoReport *report, MadoSource *source, const MadoConf *conf, gconstpointer forms);
  gconstpointer forms; /* what interpret needs beside: the templates of forms (report/form-template.h); nullable */
} MadoOpenContext;

/* Reads a small mail of our own: what the libraries set up when they are first used is then there before the fork,
 * once, and not made again by every child. For a worker that will fork many; it may be left out. */
void mado_open_prepare (void);

/* Opens the mail in bytes @offset to @offset + @size of the file @fd (one that can be mapped).
 * A crossed cap of [limits] on structure yields a report of the top header alone whose undecryptable reason is
 * "limit". @report: (transfer full). Errors: PERM when there is no header field: no mail at all; TEMP for our own
 * trouble (no agent, no memory file). */
gboolean mado_open_mail (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, MadoReport **report,
                         GError **error);

/* The same from the top header alone (its start, when it is over the cap), no cryptography, no body: what is known
 * of a mail whose reading failed. */
gboolean mado_open_outline (const MadoOpenContext *context, int fd, guint64 offset, guint64 size,
                            MadoReport **report, GError **error);

/* One part by its path, decoded. @part: (transfer full). @fd_out: a memfd at its start; the caller's.
 * Errors: NO when there is no such part; otherwise as mado_open_mail (). */
gboolean mado_open_part (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, const char *path,
                         MadoPart **part, int *fd_out, GError **error);
