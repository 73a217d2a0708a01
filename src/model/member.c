/* member.c: the fields of a member. */
#include "madoguchi/model/member.h"

const char *const mado_member_role_names[]
    = { "poc", "handler", "commander", "researcher", "notification", "reader", "administrator", NULL };

static const MadoField fields[] = {
  MADO_STRING (MadoMember, login),
  MADO_STRING (MadoMember, name),
  MADO_STRING (MadoMember, fingerprint),
  MADO_ENUM (MadoMember, role, mado_member_role_names),
  MADO_STRV (MadoMember, languages),
  MADO_BOOL (MadoMember, on_duty),
  MADO_TIME (MadoMember, joined),
  MADO_TIME (MadoMember, left),
  MADO_FIELDS_END,
};
const MadoRecordType mado_member_record_type = { "member", "madoguchi.member/1", sizeof (MadoMember), fields };

int
mado_member_role (const char *name)
{
  for (int i = 0; name != NULL && i < MADO_MEMBER_ROLES; i++)
    if (g_ascii_strcasecmp (mado_member_role_names[i], name) == 0)
      return i;
  return -1;
}
