/* Fuzz target: the OpenPGP packet reader, armoured and binary. */
#include "madoguchi/pgp/packets.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_auto (MadoPackets) packets = { 0 };

  mado_packets_read (bytes, size, 50, &packets);
  if (packets.recipient_count > 51 || g_strv_length (packets.recipients) > packets.recipient_count)
    abort ();
  return 0;
}
