/* replay.c: runs a fuzz target over files, without libFuzzer: how `make check` replays the kept corpora with any compiler.
 * An input that breaks the target's promises ends the process (abort), as it would under the fuzzer. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size;

    if (!g_file_get_contents (argv[i], &bytes, &size, &error)) {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
    /* A copy of the exact size: reading beyond it is seen by valgrind and AddressSanitizer. */
    g_autofree guint8 *exact = g_malloc (size > 0 ? size : 1);
    if (size > 0)
      memcpy (exact, bytes, size);
    LLVMFuzzerTestOneInput (exact, size);
  }
  return 0;
}
