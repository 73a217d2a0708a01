/* indicator-version.h: four numbers that are a version of a program and no address: by the words around them. Pure. */
#pragma once

#include "madoguchi/report/indicator-ip.h"

/* Do the words say that @ip is a version? @before: what stands in front of it, in lower case, at most some dozens of bytes;
 * @after: what follows, @size bytes. Names of programs, and "or later", count only for numbers that a version may well have
 * and no log line gives as a client's address: when in doubt it is an address. */
gboolean mado_version_is (const char *before, const char *after, gsize size, const MadoIp *ip);

/* Is @between what stands between two versions of a list: ", ", " and ", "〜"? */
gboolean mado_version_goes_on (const char *between, gsize size);
