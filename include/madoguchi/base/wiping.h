/* wiping.h: programs that carry passwords, sessions and what mails say forget them: whatever is freed is wiped.
 *
 * A password passes through the buffers of HTTP, JSON, GVariant and of the sockets, each of which makes copies of its own, in libraries
 * that do not know what they hold. So nobody wipes his copy: free () does. A program that is linked with wiping.c (src/bin/local.mk) has
 * its own free () and realloc () before those of the C library, for all its libraries, too. Not under sanitizers, which have theirs.
 */
#pragma once

#include <glib.h>

/* Is it so in this program? */
gboolean mado_wiping_is_on (void);
