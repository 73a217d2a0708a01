/* forwarded.h: mails inside of a mail, as evidence: who sent them to whom, by which way, with what attached. */
#pragma once

#include "madoguchi/mail/reading.h"
#include "madoguchi/model/source.h"

/* Adds a record of format "mail" for each message/rfc822 in the mail, also in one another and inside of encryption; for each
 * text/rfc822-headers; and for files that are called .eml, of which only the header is read. Whose signature a forwarded
 * mail carries is no part of it: the record is signed when the reporter's signature covers the part that forwards.
 * @source: nullable; digests of what the forwarded mails carry are added to its texts. */
void mado_forwarded_read (MadoReading *reading, MadoSource *source);
