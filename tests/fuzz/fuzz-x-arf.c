/* Fuzz target: X-ARF, its YAML and its lines that are none. libyaml's own code is not instrumented. */
#include "madoguchi/report/x-arf.h"

#include "records.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  fuzz_reader (mado_x_arf_read, "text/plain", "report.txt", bytes, size);
  return 0;
}
