/* offers.h: the public keys that a mail brings along: attached, in its text, in an Autocrypt field. Offers, never
 * proofs: nobody is who he says because he says so. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Fills keys_offered. Call after the layers were opened. */
void mado_offers_read (MadoReading *reading);
