/* guess-guard.h: how often passwords may be tried. Pure: the time is told, nothing is kept on a disk.
 *
 * Guessing is slowed down, by where it comes from (of IPv6 the /64, and with larger budgets the /56 and the /48) and by whom it is
 * for; but nobody is locked out by what a stranger does: a device that was let in before has a count of its own.
 */
#pragma once

#include <glib.h>

typedef struct _MadoGuessGuard MadoGuessGuard;

/* (transfer full) one that saw no try yet. */
MadoGuessGuard *mado_guess_guard_new (void);
void mado_guess_guard_free (MadoGuessGuard *guard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoGuessGuard, mado_guess_guard_free)

/* May @login (NULL: nobody's; what is tried cannot be guessed, but costs time) be tried from @from (an address; nullable) at @now
 * (seconds)? @device: (nullable) a device that was let in as that login before, already checked. @wait: (out) seconds until it may,
 * when not. What may be is counted as tried at once, so that tries side by side do not slip through. */
gboolean mado_guess_guard_try (MadoGuessGuard *guard, const char *login, const char *from, const char *device, gint64 now, gint64 *wait);

/* That try was right: its counts are forgotten, but of the address only this one. */
void mado_guess_guard_succeed (MadoGuessGuard *guard, const char *login, const char *from, const char *device);
