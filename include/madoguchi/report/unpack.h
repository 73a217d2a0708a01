/* unpack.h: the one file in a gzip or zip file, when it is a small one that wants no password. For reports that are known to
 * arrive packed; no other attachment is ever unpacked. Nothing is written to a disk. */
#pragma once

#include <glib.h>

/* (transfer full) what is packed in @bytes, at most @max bytes. Errors: NO it is neither gzip nor zip; DENIED it wants a
 * password, holds no file or more than one, or another packed one; LIMIT too large, or too much larger than it was; PERM
 * broken. */
GBytes *mado_unpack (GBytes *bytes, gsize max, GError **error);
