/* fields.h: header fields of mails we write: words, encoded and folded, never a byte that could end a line.
 *
 * A field is a list of words that may be folded between (RFC 5322, 2.2.3); encoded words (RFC 2047, B) are made
 * so short that they still fit when the same field stands behind "HP-Outer: " (RFC 9788, 2.2). */
#pragma once

#include <glib.h>

/* Longest line, without CRLF; only a single word that is longer makes a longer one. */
#define MADO_FIELD_LINE 76

typedef struct {
  const char *name; /* static */
  GPtrArray *words; /* of char * */
} MadoHeaderField;

/* (transfer full) list of MadoHeaderField, freed with g_ptr_array_unref (). */
GPtrArray *mado_fields_new (void);

/* Adds a field of plain ASCII words separated by spaces, made by ourselves. */
void mado_fields_add (GPtrArray *fields, const char *name, const char *value);

/* Adds unstructured text (Subject), encoded when it must be. Control characters become spaces. */
void mado_fields_add_text (GPtrArray *fields, const char *name, const char *text);

/* Adds one mailbox. @display: (nullable) a name from anywhere. @address: checked by mado_fields_is_address (). */
void mado_fields_add_mailbox (GPtrArray *fields, const char *name, const char *display, const char *address);

/* Adds one more address to the last field, which has one. @address: checked as above. */
void mado_fields_append_address (GPtrArray *fields, const char *address);

/* Adds message ids (NULL-terminated); those that are none are left out, and the field with them if none stays.
 * Of more than ten, the first four and the last six are kept. */
void mado_fields_add_ids (GPtrArray *fields, const char *name, const char *const *ids);

/* Is @text an addr-spec that can stand between angle brackets in a header and in an SMTP command? */
gboolean mado_fields_is_address (const char *text);

/* Is @text a message id, with its angle brackets? */
gboolean mado_fields_is_id (const char *text);

/* Appends @field to @out, folded, with CRLF. @prefix: (nullable) "HP-Outer", to stand before the name. */
void mado_fields_write (GString *out, const char *prefix, const MadoHeaderField *field);

/* Appends a Date value for @seconds since the epoch, in UTC (RFC 5322, 3.3). */
void mado_fields_add_date (GPtrArray *fields, const char *name, gint64 seconds);
