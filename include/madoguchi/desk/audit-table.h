/* audit-table.h: one table: what of each word of the keeper (ipc/peer.h) is written into the audit, and when. Pure. */
#pragma once

#include <glib.h>

typedef enum {
  MADO_AUDIT_NOTHING, /* what is no secret and changes nothing; refused questions are written down all the same */
  MADO_AUDIT_READ,    /* gathered for a moment with others, written after the answer */
  MADO_AUDIT_EXPORT,  /* what leaves the gateway as it is: written before the answer goes out */
  MADO_AUDIT_CHANGE,  /* written in the transaction of the change */
  MADO_AUDIT_AHEAD    /* changes that another process makes: one line before it is asked, one with what became of it */
} MadoAuditKind;

/* What is written of @word. A word that the table does not know: as a change. @arguments: (nullable; transfer none) names of
 * arguments, with blanks between them, whose values go into the details: never one that holds text of people. */
MadoAuditKind mado_audit_table_find (const char *word, const char **arguments);

/* (nullable) word number @index of the table. */
const char *mado_audit_table_word (gsize index);
