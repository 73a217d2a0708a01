/* Fuzz target: reports in XML, also packed; the first byte says as which. libxml2 is loaded at run time, so its own code is not
 * instrumented; what is made of what it finds is. */
#include "madoguchi/report/dmarc.h"
#include "madoguchi/report/iodef.h"

#include "records.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  if (size == 0)
    return 0;
  if (bytes[0] == 'i')
    fuzz_reader (mado_iodef_read, "text/xml", NULL, bytes + 1, size - 1);
  else
    fuzz_reader (mado_dmarc_read, "application/zip", bytes[0] == 'd' ? NULL : "a!b!1!2.zip", bytes + 1, size - 1);
  return 0;
}
