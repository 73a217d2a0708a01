/* desk-rows.h: a store with rows in all its tables, as an earlier version made them. What is sealed today begins with "mk". */
#pragma once

#include "desk-schema.h"

#define ONE "0000000000000001"
#define TWO "0000000000000002"
#define FINGERPRINT "AAAA0000MKSIGNER0000AAAA0000000000000001"

/* Makes @path: a store that began as schema 1 and was used ever since, until @schema. Ticket 1 has mail ONE, an answer and a
 * note; ticket 2 has the held mail TWO. */
void test_make_store (const char *path, int schema);
