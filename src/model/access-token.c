/* access-token.c: the fields of a token for scripts. */
#include "madoguchi/model/access-token.h"

static const MadoField fields[] = {
  MADO_STRING (MadoAccessToken, login),
  MADO_STRING (MadoAccessToken, name),
  MADO_STRV (MadoAccessToken, scopes),
  MADO_TIME (MadoAccessToken, made),
  MADO_TIME (MadoAccessToken, until),
  MADO_TIME (MadoAccessToken, used),
  MADO_FIELDS_END,
};
const MadoRecordType mado_access_token_type = { "access-token", "madoguchi.access-token/1", sizeof (MadoAccessToken), fields };
