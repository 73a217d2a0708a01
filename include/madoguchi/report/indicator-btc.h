/* indicator-btc.h: Bitcoin addresses, proved by their checksum: Base58Check, Bech32 (BIP 173), Bech32m (BIP 350). Pure. */
#pragma once

#include <glib.h>

/* Is this the address of a payment on the main network? */
gboolean mado_btc_is_address (const char *text, gsize size);
