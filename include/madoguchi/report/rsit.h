/* rsit.h: the words of the Reference Security Incident Taxonomy, and those of its ancestors, as machine tags have them
 * (rsit:fraud="phishing", ecsirt:malicious-code="ransomware"). Pure. */
#pragma once

#include <glib.h>

/* Is @category ("fraud:phishing") one of RSIT? */
gboolean mado_rsit_is_category (const char *category);

/* (transfer full, nullable) the category that machine tag @tag names; NULL: it is no such tag, or there is no such category. */
char *mado_rsit_from_tag (const char *tag);
