/* indicator-code.h: names that lists give: CVE, CWE, GHSA, JVN, JVNVU, JVNDB, VU, and the numbers of autonomous
 * systems. Pure. */
#pragma once

#include <glib.h>

/* Reads such a name at the start of @size bytes of @text, which begins a word. @type: (out) "cve", "cwe", "ghsa", "jvn", "jvndb", "vu", "asn".
 * @value: (out, transfer full) in the list's own spelling. Returns how many bytes it takes; 0: there is none. */
gsize mado_code_read (const char *text, gsize size, const char **type, char **value);
