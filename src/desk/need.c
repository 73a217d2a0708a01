/* need.c: see need.h. Called by verbs.c; what holds for which word is said by the table in permissions.c alone. */
#include "madoguchi/desk/need.h"

MadoNeed
mado_need_judge (const char *verb, int role, const MadoNeedFacts *facts)
{
  gboolean leads = role == MADO_MEMBER_COMMANDER || role == MADO_MEMBER_ADMINISTRATOR;

  if (role < 0 || !facts->is_narrow || facts->is_named)
    return MADO_NEED_ALLOWED;
  switch (mado_permissions_scope (verb)) {
  case MADO_SCOPE_VEIL:
    return MADO_NEED_VEILED;
  case MADO_SCOPE_ORPHAN: /* nobody could ever answer otherwise */
    return facts->has_active ? MADO_NEED_REFUSED : MADO_NEED_ALLOWED;
  case MADO_SCOPE_LEADERS:
    return leads ? MADO_NEED_ALLOWED : MADO_NEED_REFUSED;
  case MADO_SCOPE_TICKET:
  case MADO_SCOPE_HOUSE:
  case MADO_SCOPE_MANY:
    break;
  }
  return MADO_NEED_REFUSED;
}
