/* admission.c: see admission.h. Called by control.c alone. */
#include "madoguchi/desk/admission.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/store-member.h"

#include <unistd.h>

/* Root; or, where all roles share one user, that user: it could read the store itself. */
static gboolean
is_host (const MadoDesk *desk, uid_t uid)
{
  return uid == 0 || (uid == geteuid () && mado_conf_bool (desk->conf, "runtime", "insecure-single-uid"));
}

static gboolean
deny (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
deny (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_DENIED, text);
  return FALSE;
}

static gboolean
check_stranger (const MadoDesk *desk, const char *login, uid_t uid, const char *verb, GError **error)
{
  if (!is_host (desk, uid))
    return deny (error, "%s is no member of the team", login != NULL ? login : "who has no login name");
  return mado_permissions_allow (verb, MADO_PERMISSIONS_HOST)
         || deny (error, "%s: only for members; %s may make members (madoguchi members add)", verb, login != NULL ? login : "root");
}

gboolean
mado_admission_check (const MadoDesk *desk, const char *login, uid_t uid, const char *verb, MadoMember **asker, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean has_members;

  *asker = NULL;
  if (!mado_store_has_members (desk->store, &has_members, error))
    return FALSE;
  if (!has_members)
    return g_strcmp0 (verb, "members-add") != 0 || is_host (desk, uid)
           || deny (error, "the first member, an administrator, is made by root");
  g_autoptr (MadoMember) member = login != NULL ? mado_store_find_member (desk->store, login, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (member != NULL && member->left != 0 && !is_host (desk, uid))
    return deny (error, "%s left the team", login);
  if (member == NULL || member->left != 0)
    return check_stranger (desk, login, uid, verb, error);
  if (!mado_permissions_allow (verb, (int) member->role))
    return deny (error, "%s: not for a member with the role %s", verb, mado_member_role_names[member->role]);
  *asker = g_steal_pointer (&member);
  return TRUE;
}
