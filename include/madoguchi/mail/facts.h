/* facts.h: what the header says: who, when, about what, and the signs by which automatic mail is known. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Fills the header fields of the report from the top header. Protected values come later (protect.h). */
void mado_facts_read (MadoReading *reading);

/* Replaces From, Message-ID, Date, In-Reply-To, References, Reply-To, To and Cc by those of @entity, and by nothing what
 * it does not have (but Message-ID and Date). */
void mado_facts_read_protected (MadoReading *reading, const MadoEntity *entity);

/* Replaces those of them that @entity has, but never From. */
void mado_facts_read_some (MadoReading *reading, const MadoEntity *entity);

/* Finds out of which kind the mail is, and which mails a delivery report returns. */
void mado_facts_read_kind (MadoReading *reading);

/* Takes the mark of the door (model/door-mark.h) into the report, when it is ours and of this mail; another one is named in
 * the problems. */
void mado_facts_read_mark (MadoReading *reading);

/* (transfer full) the duplicate hash (report.h), line ends unified. */
char *mado_facts_content_hash (const MadoReading *reading);
