/* fields.h: "Name: value" lines as machines write them into reports (RFC 5322, 2.2, read leniently). Pure. */
#pragma once

#include <glib.h>

/* (transfer full) the fields in @text (UTF-8): name (in lower case: @folds), value, name, value...; folded lines are
 * joined, lines that are no field are passed over. At most @max fields. */
GPtrArray *mado_fields_read (const char *text, guint max, gboolean folds);
