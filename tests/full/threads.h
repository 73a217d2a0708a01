/* threads.h: GLib's locks as ThreadSanitizer sees them. GMutex is built on futexes inside of GLib, which is not built with the sanitizer:
 * without these words it takes everything that they guard for a race. For -include in a build with -fsanitize=thread. */
#pragma once

#include <glib.h>
#include <sanitizer/tsan_interface.h>

static inline void
threads_lock (GMutex *mutex)
{
  g_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

static inline void
threads_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  g_mutex_unlock (mutex);
}

static inline void
threads_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  g_cond_wait (cond, mutex);
  __tsan_acquire (mutex);
}

static inline gboolean
threads_wait_until (GCond *cond, GMutex *mutex, gint64 until)
{
  __tsan_release (mutex);
  gboolean is_told = g_cond_wait_until (cond, mutex, until);
  __tsan_acquire (mutex);
  return is_told;
}

#define g_mutex_lock threads_lock
#define g_mutex_unlock threads_unlock
#define g_cond_wait threads_wait
#define g_cond_wait_until threads_wait_until
