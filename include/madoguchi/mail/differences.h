/* differences.h: which header fields say one thing outside and another one inside the cryptographic envelope. */
#pragma once

#include "madoguchi/mail/reading.h"

typedef enum {
  MADO_PROTECTION_SOME,    /* the fields inside are protected, nothing is known of others (protected-headers="v1") */
  MADO_PROTECTION_ALL,     /* a field that is not inside is none of this mail (RFC 9788, hp="clear"; RFC 8551) */
  MADO_PROTECTION_RECORDED /* and HP-Outer fields tell what its sender wrote outside (RFC 9788, hp="cipher") */
} MadoProtection;

/* Fills header_differences of the report, and names in a problem what nobody meant. @inside: whose header is protected. */
void mado_differences_read (MadoReading *reading, const MadoEntity *inside, MadoProtection protection);
