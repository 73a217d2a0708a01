/* loop.h: one operation of GPGME, waited for in a loop of ours instead of GPGME's.
 *
 * gpg writes some forty short lines for each mail and flushes each. GPGME's loop wakes up for every one of them, and
 * the two processes take turns on the processor; this one lets them gather in the pipe. Used by open.c and seal.c;
 * never for listings of keys, which come one by one.
 */
#pragma once

#include <gpgme.h>

#include <glib.h>

#define MADO_PGP_LOOP_MAX 16

/* A descriptor that GPGME waits for. */
typedef struct {
  int fd; /* -1: not any more */
  gboolean is_read;
  gpgme_io_cb_t handler;
  void *data;
} MadoPgpWatch;

typedef struct {
  gpgme_ctx_t context; /* borrowed */
  gboolean is_done;
  gpgme_error_t problem;
  guint n_watches;
  MadoPgpWatch watches[MADO_PGP_LOOP_MAX];
} MadoPgpLoop;

/* Before gpgme_op_..._start () on @context. @loop must not move until mado_pgp_loop_finish () has returned. */
void mado_pgp_loop_begin (MadoPgpLoop *loop, gpgme_ctx_t context);

/* Ends what gpgme_op_..._start () began, with result @started; returns what the operation without "_start" would.
 * The context serves as before. */
gpgme_error_t mado_pgp_loop_finish (MadoPgpLoop *loop, gpgme_error_t started);
