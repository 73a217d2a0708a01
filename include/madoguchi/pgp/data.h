/* data.h: what open.c and cms.c share: where plaintext goes, which bytes a signature covers, which hashes still prove
 * something. */
#pragma once

#include <gpgme.h>

#include <glib.h>
#include <sys/types.h>

/* gpgme_data_release () that takes NULL. */
void mado_pgp_data_release (gpgme_data_t data);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gpgme_data_t, mado_pgp_data_release, NULL)

/* Lets GPGME move @data, which gpg reads or writes, in larger pieces. For data that can be large, and operations that
 * run in the loop of loop.h; call it once. */
void mado_pgp_data_widen (gpgme_data_t data);

/* Where plaintext goes: a file in memory with a cap. gpg's own max-output truncates and calls it success. */
typedef struct {
  int fd;
  guint64 left;
  gboolean is_over;
} MadoPgpSink;

/* A write callback of GPGME whose handle is a MadoPgpSink. */
ssize_t mado_pgp_sink_write (void *handle, const void *bytes, size_t size);

/* (transfer full) all that went into @sink; its descriptor may be closed then. Errors: LIMIT, TEMP. */
GBytes *mado_pgp_sink_bytes (const MadoPgpSink *sink, GError **error);

/* (transfer full) @bytes with CR LF line ends; not a copy when they have them already, so they must outlive it. */
GBytes *mado_pgp_canonical (const guint8 *bytes, gsize size);

/* Is a signature of time @created (0: it names none) over a hash of kind @algo no proof any more (RFC 9580, 9.5)? */
gboolean mado_pgp_hash_is_weak (gpgme_hash_algo_t algo, gint64 created);
