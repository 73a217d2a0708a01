/* case-ids.h: the numbers that other teams give to the same case: "JPCERT#12345678", "[CERT-Bund#2018091028000488]",
 * "[rt.example.org #123]", "VU#930724". Pure. */
#pragma once

#include <glib.h>

typedef struct {
  GPtrArray *all;     /* of char, owned: as people write them, without brackets */
  GPtrArray *threads; /* of char, owned: those that name a correspondence, and stand where correspondence names its own */
} MadoCaseIds;

/* Two empty lists. */
void mado_case_ids_init (MadoCaseIds *ids);
void mado_case_ids_clear (MadoCaseIds *ids);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoCaseIds, mado_case_ids_clear)

/* Adds those in @text (UTF-8). In a subject every tag in brackets counts, in a body only those that name a team.
 * @own: the prefix of our own tickets, which are none. */
void mado_case_ids_read (MadoCaseIds *ids, const char *text, gboolean is_subject, const char *own);

/* Adds the value of a field by which ticket systems name their ticket ("X-OTRS-Ticket", "RT-Ticket"). */
void mado_case_ids_read_field (MadoCaseIds *ids, const char *value, const char *own);
