/* disposition.h: under which name a browser keeps a download (RFC 6266). */
#pragma once

#include <glib.h>

/* (transfer full) the field Content-Disposition: a download called @name, whatever characters that has (RFC 8187), with a name in
 * ASCII beside it for old programs. NULL: a stranger called it something, which a browser is not told. */
char *mado_disposition_write (const char *name);
