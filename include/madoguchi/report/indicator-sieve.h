/* indicator-sieve.h: what becomes of what the scanner reads: left out as a false friend, or listed once, with where and
 * how it was written. For indicator-scan.c alone. */
#pragma once

#include "madoguchi/report/defang.h"
#include "madoguchi/report/indicator-scan.h"
#include "madoguchi/report/indicator-url.h"

typedef struct {
  const MadoIndicatorPolicy *policy;
  GPtrArray *found; /* of MadoIndicator */
  GHashTable *seen; /* type, signed, evidence, value as one string */
  GString *key;     /* of the last one that was looked for */
  gboolean is_cut;  /* a maximum was reached */
  MadoDefanged line;
  const MadoStretch *stretch;
  const char *source; /* the piece of the stretch that line is the copy of */
  gsize source_at;    /* where it begins in the stretch */
  gboolean is_evidence;
} MadoSieve;

/* A word of the copy: [start, end), not empty. */
typedef struct {
  gsize start, end;
} MadoSpan;

/* @policy must outlive it. */
void mado_sieve_init (MadoSieve *sieve, const MadoIndicatorPolicy *policy);
void mado_sieve_clear (MadoSieve *sieve);

/* Was it written otherwise than it reads? Full-width letters count, too. */
gboolean mado_sieve_is_defanged (const MadoSieve *sieve, MadoSpan span);

/* Lists it, unless it is there. @type: static. @flag, @flag2: nullable. */
void mado_sieve_add (MadoSieve *sieve, const char *type, const char *value, MadoSpan span, const char *flag, const char *flag2);

/* The same for what may be a false friend. @bits: of the prefix; the whole length: one address. */
void mado_sieve_add_ip (MadoSieve *sieve, const MadoIp *ip, guint bits, MadoSpan span);
void mado_sieve_add_name (MadoSieve *sieve, const char *name, MadoSpan span);
void mado_sieve_add_email (MadoSieve *sieve, const char *value, const char *name, MadoSpan span);

/* The URL that begins at @start of the copy, and its host by itself: the same host is found again behind another path. */
void mado_sieve_add_url (MadoSieve *sieve, const MadoUrl *url, gsize start);

/* Are these digits the fingerprint of a key that we know of? */
gboolean mado_sieve_knows_key (const MadoSieve *sieve, const char *digits, gsize size);
