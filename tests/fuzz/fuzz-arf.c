/* Fuzz target: feedback reports. */
#include "madoguchi/report/arf.h"

#include "records.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  fuzz_reader (mado_arf_read, "message/feedback-report", NULL, bytes, size);
  return 0;
}
