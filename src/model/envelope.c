/* envelope.c: the fields of an envelope. */
#include "madoguchi/model/envelope.h"

static const MadoField fields[] = {
  MADO_STRING (MadoEnvelope, queue_id), MADO_TIME (MadoEnvelope, received),    MADO_STRING (MadoEnvelope, door),
  MADO_STRING (MadoEnvelope, client),   MADO_STRING (MadoEnvelope, mail_from), MADO_STRV (MadoEnvelope, recipients),
  MADO_BOOL (MadoEnvelope, smtputf8),   MADO_FIELDS_END,
};
const MadoRecordType mado_envelope_type = { "envelope", NULL, sizeof (MadoEnvelope), fields };
