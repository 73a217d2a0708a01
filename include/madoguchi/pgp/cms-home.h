/* cms-home.h: what gpgsm finds in a worker's home: its settings, the authorities it trusts, and, for one operation at a
 * time, a keybox that is thrown away. gpgsm keeps every certificate that a message brings; so no message's certificates
 * ever meet the next one's, and the team's own keybox is only read. */
#pragma once

#include <glib.h>

/* Writes the settings into the home @path, and trustlist.txt from the file @trust (nullable: no authority at all).
 * Errors: CONF (a line in @trust that is no fingerprint; the message names it), TEMP. */
gboolean mado_cms_home_fill (const char *path, const char *trust, GError **error);

/* Makes a new keybox with the certificates of the copy of the team's ring. Errors: TEMP. */
gboolean mado_cms_home_new_ring (const char *path, GError **error);

/* Removes it. */
void mado_cms_home_drop_ring (const char *path);

/* (transfer full) a keybox with the certificates of keybox @bytes alone. */
GBytes *mado_cms_home_certificates (GBytes *bytes);

/* (transfer full) the certificates of keybox @bytes, one by one (of GBytes, DER). */
GPtrArray *mado_cms_home_list (GBytes *bytes);
