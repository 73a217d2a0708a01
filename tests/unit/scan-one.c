/* scan-one: what the scanner finds in the text on standard input: "type TAB value TAB as-written TAB role TAB flags" lines, line
 * ends as \n. With EXAMPLES in the environment names and addresses for examples count; with PROSE the text may quote
 * and be signed; with QUIET only the number of findings and the processor time are printed. For tests/it/indicators.py. */
#include "madoguchi/report/indicator-scan.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static GString *
read_all (void)
{
  GString *text = g_string_new (NULL);
  char buffer[65536];
  gsize n;

  while ((n = fread (buffer, 1, sizeof buffer, stdin)) > 0)
    g_string_append_len (text, buffer, (gssize) n);
  return text;
}

int
main (void)
{
  static const char *const none[] = { NULL }, *const team[] = { "csirt@team.example", NULL };
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (MadoStretch) stretch = mado_stretch_new ();
  MadoIndicatorPolicy policy = { team, none, NULL, NULL, g_getenv ("EXAMPLES") != NULL, 100000, 64 * 1024 * 1024 };
  g_autoptr (MadoIndicatorScan) scan = mado_indicator_scan_new (&policy);
  GString *text = read_all ();
  gboolean was_cut;
  clock_t start;

  stretch->part = g_strdup ("1");
  stretch->text = g_utf8_make_valid (text->str, (gssize) text->len);
  stretch->is_prose = g_getenv ("PROSE") != NULL;
  g_string_free (text, TRUE);
  start = clock ();
  mado_indicator_scan_add (scan, stretch);
  found = mado_indicator_scan_finish (scan, &was_cut);
  if (g_getenv ("QUIET") != NULL) {
    printf ("%u %.3f %d\n", found->len, (double) (clock () - start) / CLOCKS_PER_SEC, was_cut);
    return 0;
  }
  for (guint i = 0; i < found->len; i++) {
    const MadoIndicator *indicator = g_ptr_array_index (found, i);
    g_autofree char *flags = g_strjoinv (",", indicator->flags);
    g_autofree char *written = g_strescape (indicator->as_written, NULL);
    if (strncmp (stretch->text + indicator->offset, indicator->as_written, strlen (indicator->as_written)) != 0)
      return 1;
    printf ("%s\t%s\t%s\t%s\t%s\n", indicator->type, indicator->value, indicator->as_written, indicator->role, flags);
  }
  return 0;
}
