/* sniff.h: what a file is by its own first bytes, whatever its name and label say. A table of ours and no libmagic:
 * its database is a megabyte to be opened before the jail and read by every child, its rules are a language with a
 * history of overruns, and what members must be warned of are some forty kinds. Nothing is unpacked. */
#pragma once

#include <glib.h>

typedef struct {
  const char *type;  /* "application/pdf"; NULL: not known */
  const char *group; /* a word for what counts as the same: "pdf", "zip", "ole" ...; NULL: not known */
  gboolean is_executable, is_disk_image;
} MadoSniff;

/* Of @bytes. Looks at the start, and at a few places where disk images and page descriptions have their marks. */
MadoSniff mado_sniff (const guint8 *bytes, gsize size);

/* (nullable) the group that media type @type (lower case) promises; NULL for types without a sign of their own. */
const char *mado_sniff_group_of_type (const char *type);

/* (nullable) the same for the extension @extension (lower case, without its point). */
const char *mado_sniff_group_of_extension (const char *extension);

/* Is what is known of @sniff something that @group may be? */
gboolean mado_sniff_fits (const MadoSniff *sniff, const char *group);
