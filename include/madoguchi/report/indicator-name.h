/* indicator-name.h: names of hosts: which are ones (public suffix list, IDNA), which only look so. Reads no file and
 * asks no network: the list is the one built into libpsl. */
#pragma once

#include <glib.h>

/* (transfer full, nullable) the domain name in @size bytes of @text (UTF-8), in ASCII lower case (RFC 5891), without
 * a final dot. NULL: it is none: its ending is in no list, it is nothing but an ending, or its labels are none. */
char *mado_name_read (const char *text, gsize size);

/* Is @name (as mado_name_read () gives it) one of the names for examples and tests (RFC 2606, 6761, and JPRS's), or
 * below one? */
gboolean mado_name_is_example (const char *name);

/* Is @name @domain, or below it? */
gboolean mado_name_is_below (const char *name, const char *domain);

/* Does the name in @text, written plainly, look more like a file, a program's word or the end of a sentence? @before:
 * the character before it, @after: the one behind it; 0 at the line's ends. */
gboolean mado_name_is_false_friend (const char *text, gsize size, char before, char after);
