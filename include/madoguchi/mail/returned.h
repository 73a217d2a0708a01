/* returned.h: mails about mails: delivery reports (RFC 3464, and the forms of those who do not keep to it) and receipts
 * (RFC 8098). They are known by their structure and by header fields, never by words: a report that quotes "mailbox is full"
 * is none. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Fills what the report says of a returned mail: is_delivery_report, is_receipt, reported_ids, and in the fields of its body
 * "action" (the worst of all recipients), "status" and "recipient". Reads the payload, else the root. */
void mado_returned_read (MadoReading *reading);
