/* ring-engine.h: gpg on the rings of [crypto] gnupg-home, through a home of its own that lives for one call: so the
 * options are ours whatever an administrator wrote into gpg.conf, there is no agent, a secret key in a block has nowhere
 * to go, and the administrator's trust database is only copied. For keyring.c and web.c. */
#pragma once

#include "madoguchi/conf/conf.h"

#include <gpgme.h>

typedef struct _MadoRingEngine {
  char *gnupg_home; /* absolute */
  char *scratch;    /* the engine's own home */
  char *ring;       /* the processing ring: pubring.kbx, or pubring.gpg where only that is there */
  char *archive;    /* madoguchi-archive.kbx: the same keys with other people's certifications */
  gpgme_ctx_t context;
  const char *trust_model;
  const MadoConf *conf; /* borrowed */
  int lock;         /* -1: reading only */
} MadoRingEngine;

#define MADO_RING_ENGINE_INIT { .lock = -1 }

typedef enum {
  MADO_RING_OWN,     /* the processing ring; validity only by certifications of keys of ours */
  MADO_RING_WEB,     /* the archive; validity by the Web of Trust */
  MADO_RING_ALL,     /* both, to look at signatures between their keys */
  MADO_RING_DUMP,    /* the processing ring, to be written out with all its signatures */
  MADO_RING_IMPORT,  /* @file takes self-signatures only */
  MADO_RING_MERGE    /* the archive takes all */
} MadoRingUse;

/* Opens @engine for MADO_RING_OWN; with @is_writing under the lock of the keyring. Errors: TEMP, CONF. */
gboolean mado_ring_engine_open (MadoRingEngine *engine, const MadoConf *conf, gboolean is_writing, GError **error);
void mado_ring_engine_clear (MadoRingEngine *engine);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoRingEngine, mado_ring_engine_clear)

/* Sets the engine up for @use. @file: the ring that is written (IMPORT), else NULL. Errors: TEMP. */
gboolean mado_ring_engine_use (const MadoRingEngine *engine, MadoRingUse use, const char *file, GError **error);

/* Runs gpg with @arguments (NULL-terminated) in the engine's home. @worked: was its exit status 0? Errors: TEMP. */
gboolean mado_ring_engine_run (const MadoRingEngine *engine, const char *const *arguments, gboolean *worked, GError **error);

/* Computes all validities anew, for OWN or WEB. @until: when the first certification or key ends that one rests on; 0:
 * never. Errors: TEMP. */
gboolean mado_ring_engine_compute (const MadoRingEngine *engine, MadoRingUse use, gint64 *until, GError **error);

/* Imports @block. @fingerprints: (transfer full) of the keys in it, upper case. Errors: PERM (no key in it), TEMP. */
gboolean mado_ring_engine_import (const MadoRingEngine *engine, GBytes *block, char ***fingerprints, GError **error);
