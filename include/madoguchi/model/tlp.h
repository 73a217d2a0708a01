/* tlp.h: how far something may be told: the words of the Traffic Light Protocol 2.0 and of the Permissible Actions
 * Protocol, and their order. Pure. */
#pragma once

#include <glib.h>

/* From the mildest to the strictest. PAP has all but AMBER+STRICT. */
typedef enum { MADO_TLP_NONE, MADO_TLP_CLEAR, MADO_TLP_GREEN, MADO_TLP_AMBER, MADO_TLP_AMBER_STRICT, MADO_TLP_RED } MadoTlpLevel;

/* "TLP:AMBER" and "PAP:AMBER"; NULL for MADO_TLP_NONE. */
const char *mado_tlp_name (MadoTlpLevel level);
const char *mado_pap_name (MadoTlpLevel level);

/* The level that @name (nullable, of either protocol) names; MADO_TLP_NONE when it is none. */
MadoTlpLevel mado_tlp_level (const char *name);

/* The stricter one of two names (nullable). */
const char *mado_tlp_stricter (const char *a, const char *b);
