/* stix-pattern.h: the values that a STIX pattern compares with (STIX 2.1, 9). Nothing is matched, no expression is run. Pure. */
#pragma once

#include <glib.h>

/* Called with each comparison that asks for the very @value, or for a network or a set with it: "ipv4-addr:value". */
typedef void (*MadoStixValue) (const char *path, const char *value, gpointer data);

/* Most values of one pattern. */
#define MADO_STIX_VALUES_MAX 1000

/* Reads @pattern. FALSE: it is none, breaks off, or has too many values; those before that were handed over. */
gboolean mado_stix_pattern_read (const char *pattern, MadoStixValue take, gpointer data);
