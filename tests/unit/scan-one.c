/* scan-one: what the scanner finds in the text on standard input: "line TAB type TAB value TAB as-written TAB role TAB flags".
 * With LINES in the environment each line is a text of its own; with EXAMPLES in the environment names and addresses for examples count; with PROSE
 * the text may quote and be signed; with QUIET only the number of findings and the processor time are printed. */
#include "madoguchi/report/indicator-scan.h"

#include <stdio.h>
#include <stdlib.h>
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

static void
print (const MadoStretch *stretch, GPtrArray *found, guint line)
{
  for (guint i = 0; i < found->len; i++) {
    const MadoIndicator *indicator = g_ptr_array_index (found, i);
    g_autofree char *flags = g_strjoinv (",", indicator->flags);
    g_autofree char *written = g_strescape (indicator->as_written, NULL);
    if (strncmp (stretch->text + indicator->offset, indicator->as_written, strlen (indicator->as_written)) != 0)
      exit (1);
    printf ("%u\t%s\t%s\t%s\t%s\t%s\n", line, indicator->type, indicator->value, written, indicator->role, flags);
  }
}

static void
scan_text (const char *text, guint line)
{
  static const char *const none[] = { NULL }, *const team[] = { "csirt@team.example", NULL };
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (MadoStretch) stretch = mado_stretch_new ();
  MadoIndicatorPolicy policy = { team, none, NULL, NULL, g_getenv ("EXAMPLES") != NULL, 10000, 64 * 1024 * 1024 };
  g_autoptr (MadoIndicatorScan) scan = mado_indicator_scan_new (&policy);
  gboolean was_cut;
  clock_t start;

  stretch->part = g_strdup ("1");
  stretch->text = g_strdup (text);
  stretch->is_prose = g_getenv ("PROSE") != NULL;
  start = clock ();
  mado_indicator_scan_add (scan, stretch);
  found = mado_indicator_scan_finish (scan, &was_cut);
  g_ptr_array_set_free_func (found, (GDestroyNotify) mado_indicator_free);
  if (g_getenv ("QUIET") != NULL)
    printf ("%u %.3f %d\n", found->len, (double) (clock () - start) / CLOCKS_PER_SEC, was_cut);
  else
    print (stretch, found, line);
}

int
main (void)
{
  GString *bytes = read_all ();
  g_autofree char *text = g_utf8_make_valid (bytes->str, (gssize) bytes->len);
  g_auto (GStrv) lines = g_getenv ("LINES") == NULL ? NULL : g_strsplit (text, "\n", -1);

  g_string_free (bytes, TRUE);
  if (lines == NULL)
    scan_text (text, 0);
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    scan_text (lines[i], i);
  return 0;
}
