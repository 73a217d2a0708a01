/* format.h: what the readers of structured formats fill: records in terms that all formats share, the words in which
 * indicators are looked for, and sentences about what could not be read.
 *
 * A reader trusts nothing: it takes what it understands, leaves the rest, and never fails the mail. Numbers of
 * records, fields and bytes are capped here, once for all formats.
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/source.h"

/* Most fields, sources, targets or references of one record; more are left out, with a problem. */
#define MADO_FORMAT_ITEMS_MAX 1000
/* Most records of one mail; more are left out, with a problem. */
#define MADO_FORMAT_RECORDS_MAX 1000
/* Most fields of all records together; more are left out, with a problem. */
#define MADO_FORMAT_FIELDS_MAX 20000

typedef struct {
  const MadoConf *conf;
  const MadoSource *source; /* of the mail; nullable */
  const char *subject;      /* of the mail; nullable */
  guint fields;             /* of all records so far */
  guint left_out;           /* records that were too many */
  guint values;             /* of JSON, of all documents so far */
  gsize unpacked;           /* bytes that packed reports have become so far */
  GPtrArray *records;      /* of MadoReportRecord */
  GPtrArray *texts;        /* of MadoStretch: values as they stand in the fields */
  GPtrArray *problems;     /* of char: plain sentences */
  GPtrArray *external_ids; /* of char: the reporters' numbers of the case */
} MadoFormatOutput;

/* Reads @document when it is of the reader's format, whole or broken: then TRUE. A broken one leaves a problem, and
 * may leave what could be read before it broke. */
typedef gboolean (*MadoFormatReader) (const MadoDocument *document, MadoFormatOutput *output);

/* A record while its reader works on it. */
typedef struct {
  MadoReportRecord *record; /* owned; its plain fields are set by the reader */
  MadoFormatOutput *output;
  GPtrArray *fields, *sources, *targets, *references; /* of char */
  GHashTable *names; /* of fields that are taken: the next number of each */
  gboolean was_cut;
} MadoRecordDraft;

/* (transfer full) a record of @format about what stands in @document. */
MadoRecordDraft *mado_record_draft_new (MadoFormatOutput *output, const MadoDocument *document, const char *format);
void mado_record_draft_free (MadoRecordDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoRecordDraft, mado_record_draft_free)

/* Adds field @name; the value also becomes a text for indicators, as "field NAME". Values are made visible
 * (mado_text_visible); NULL and empty ones are left out. A name that is there already becomes "NAME[1]" and so on. */
void mado_record_draft_field (MadoRecordDraft *draft, const char *name, const char *value);

/* The same without a text for indicators: what a machine counts, or says about itself. */
void mado_record_draft_note (MadoRecordDraft *draft, const char *name, const char *value);

/* A text for indicators without a field: long lists, patterns. */
void mado_record_draft_text (MadoRecordDraft *draft, const char *name, const char *value);

/* The same for what the reporter shows, and does not say: logs, samples. */
void mado_record_draft_evidence (MadoRecordDraft *draft, const char *name, const char *value);

/* Adds to sources, targets or references: nullable values, each once. */
void mado_record_draft_source (MadoRecordDraft *draft, const char *value);
void mado_record_draft_target (MadoRecordDraft *draft, const char *value);
void mado_record_draft_reference (MadoRecordDraft *draft, const char *value);

/* Moves @draft (transfer full) into the records of its output. */
void mado_record_draft_finish (MadoRecordDraft *draft);

/* (transfer full, nullable) @value as one visible line or text, at most @max bytes: what record fields take. */
char *mado_format_visible (const char *value, gsize max);

/* Seconds since the epoch of an RFC 3339, ISO 8601 or RFC 5322 time; without a zone it is UTC. 0: it is none. */
gint64 mado_format_time (const char *text);

/* (transfer full) @document as text: as the mail's charset says, when it is a text; else its bytes, which should be UTF-8.
 * At most @max bytes. */
char *mado_format_text (const MadoDocument *document, const MadoFormatOutput *output, gsize max);

/* Adds a sentence about @document, which it names. */
void mado_format_problem (MadoFormatOutput *output, const MadoDocument *document, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Makes @output ready, empty. @conf: nullable, must outlive it. */
void mado_format_output_init (MadoFormatOutput *output, const MadoConf *conf);
void mado_format_output_clear (MadoFormatOutput *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoFormatOutput, mado_format_output_clear)
