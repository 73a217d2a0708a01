/* indicator-scan.h: one pass over the texts of a mail that finds what could be looked for elsewhere: addresses, names,
 * digests. Reads no file, asks nobody. Its time grows with the text and with nothing else. */
#pragma once

#include "madoguchi/model/report.h"
#include "madoguchi/model/stretch.h"

/* What is left out besides what nobody could use. */
typedef struct {
  const char *const *team;    /* our addresses; their domains are ours, too */
  const char *const *ignore;  /* names (with all below them), networks and mail addresses */
  const char *reporter;       /* address of the sender: nullable */
  GPtrArray *keys;            /* of char: fingerprints that are known to be such; nullable */
  gboolean keep_examples;     /* RFC 5737, 3849, 2606: kept, and flagged */
  guint max;                  /* most indicators */
  gsize bytes;                /* most bytes of text */
} MadoIndicatorPolicy;

typedef struct _MadoIndicatorScan MadoIndicatorScan;

/* (transfer full) @policy must outlive it. */
MadoIndicatorScan *mado_indicator_scan_new (const MadoIndicatorPolicy *policy);
void mado_indicator_scan_free (MadoIndicatorScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoIndicatorScan, mado_indicator_scan_free)

/* Adds what stands in @stretch. The same thing said twice in the same way is listed once, where it stands first. */
void mado_indicator_scan_add (MadoIndicatorScan *scan, const MadoStretch *stretch);

/* (transfer full) of MadoIndicator, in the order of the texts; the array does not own them, as in every record. @was_cut: (out, nullable) was a maximum reached? */
GPtrArray *mado_indicator_scan_finish (MadoIndicatorScan *scan, gboolean *was_cut);
