/* loop.c: see loop.h.
 *
 * The engine's end is seen at once, since its pipes hang up; before that there is nothing to hurry for. So only
 * hang-ups wake us, and a short tick sees to it that no pipe stays full (or empty) for long. */
#include "madoguchi/pgp/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#define TICK_MS 2
#define LARGE_PIPE (1024 * 1024) /* what fs.pipe-max-size lets everybody have */

static gpgme_error_t
on_add (void *data, int fd, int direction, gpgme_io_cb_t handler, void *handler_data, void **tag)
{
  MadoPgpLoop *loop = data;
  MadoPgpWatch *watch = NULL;

  for (guint i = 0; i < loop->n_watches && watch == NULL; i++)
    if (loop->watches[i].fd == -1)
      watch = &loop->watches[i];
  if (watch == NULL && loop->n_watches < MADO_PGP_LOOP_MAX)
    watch = &loop->watches[loop->n_watches++];
  if (watch == NULL)
    return gpgme_error (GPG_ERR_TOO_MANY);
  *watch = (MadoPgpWatch) { fd, direction != 0, handler, handler_data };
  fcntl (fd, F_SETPIPE_SZ, LARGE_PIPE); /* it works without, only slower */
  *tag = watch;
  return 0;
}

static void
on_remove (void *tag)
{
  MadoPgpWatch *watch = tag;

  watch->fd = -1;
}

static void
on_event (void *data, gpgme_event_io_t type, void *type_data)
{
  MadoPgpLoop *loop = data;
  const struct gpgme_io_event_done_data *done = type_data;

  if (type != GPGME_EVENT_DONE)
    return;
  loop->is_done = TRUE;
  loop->problem = done->err != 0 ? done->err : done->op_err;
}

void
mado_pgp_loop_begin (MadoPgpLoop *loop, gpgme_ctx_t context)
{
  struct gpgme_io_cbs callbacks = { on_add, loop, on_remove, on_event, loop };

  *loop = (MadoPgpLoop) { .context = context };
  gpgme_set_io_cbs (context, &callbacks);
}

/* Waits for @timeout milliseconds. @only_ends: for hang-ups and errors alone. The number of those that have something,
 * -1 on an error. */
static int
wait_for (const MadoPgpLoop *loop, gboolean only_ends, int timeout, struct pollfd *polled)
{
  int found;

  for (guint i = 0; i < loop->n_watches; i++) {
    const MadoPgpWatch *watch = &loop->watches[i];
    polled[i] = (struct pollfd) { watch->fd, only_ends ? 0 : watch->is_read ? POLLIN : POLLOUT, 0 };
  }
  do
    found = poll (polled, loop->n_watches, timeout);
  while (found < 0 && errno == EINTR);
  return found;
}

/* Moves all that can be moved without waiting. FALSE: poll (2) failed. */
static gboolean
serve (MadoPgpLoop *loop)
{
  struct pollfd polled[MADO_PGP_LOOP_MAX];
  int found = 0;

  while (!loop->is_done && (found = wait_for (loop, FALSE, 0, polled)) > 0)
    for (guint i = 0; i < loop->n_watches && !loop->is_done; i++)
      if (polled[i].fd != -1 && polled[i].revents != 0 && loop->watches[i].fd == polled[i].fd)
        loop->watches[i].handler (loop->watches[i].data, polled[i].fd);
  return found >= 0;
}

static gboolean
has_watches (const MadoPgpLoop *loop)
{
  for (guint i = 0; i < loop->n_watches; i++)
    if (loop->watches[i].fd != -1)
      return TRUE;
  return FALSE;
}

gpgme_error_t
mado_pgp_loop_finish (MadoPgpLoop *loop, gpgme_error_t started)
{
  struct pollfd polled[MADO_PGP_LOOP_MAX];
  gpgme_error_t problem = started;

  while (problem == 0 && !loop->is_done) {
    if (!has_watches (loop))
      problem = gpgme_error (GPG_ERR_INTERNAL);
    else if (!serve (loop) || (!loop->is_done && wait_for (loop, TRUE, TICK_MS, polled) < 0))
      problem = gpgme_error_from_errno (errno);
  }
  if (problem != 0 && started == 0)
    gpgme_cancel (loop->context);
  gpgme_set_io_cbs (loop->context, NULL);
  return problem != 0 ? problem : loop->problem;
}
