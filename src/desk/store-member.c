/* store-member.c: see store-member.h. Must never delete a member. */
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define SELECT \
  "SELECT login, peek ('member.name', login, name), peek ('member.fingerprint', login, fingerprint), role,"                \
  " peek ('member.languages', login, languages), on_duty, joined, left_at FROM member "

gboolean
mado_store_has_members (MadoStore *store, gboolean *has_members, GError **error)
{
  gint64 any;

  if (!mado_sql_number (store, &any, error, "SELECT EXISTS (SELECT 1 FROM member)", ""))
    return FALSE;
  *has_members = any != 0;
  return TRUE;
}

static MadoMember *
read_member (MadoStatement *row)
{
  MadoMember *member = mado_member_record_new ();
  g_autofree char *role = mado_sql_text (row, 3);
  gboolean is_damaged = FALSE; /* nobody is let in or kept out by what is sealed here */
  g_autofree char *languages = mado_sql_peeked (row, 4, &is_damaged);
  int known = mado_member_role (role);

  member->login = mado_sql_text (row, 0);
  member->name = mado_sql_peeked (row, 1, &is_damaged);
  member->fingerprint = mado_sql_peeked (row, 2, &is_damaged);
  member->role = known >= 0 ? (MadoMemberRole) known : MADO_MEMBER_READER; /* a role of a later version: the least */
  if (languages != NULL && *languages != '\0') {
    g_strfreev (member->languages);
    member->languages = g_strsplit (languages, "\n", -1);
  }
  member->on_duty = sqlite3_column_int (row, 5) != 0;
  member->joined = sqlite3_column_int64 (row, 6);
  member->left = sqlite3_column_int64 (row, 7);
  return member;
}

MadoMember *
mado_store_find_member (MadoStore *store, const char *login, GError **error)
{
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, SELECT "WHERE login = ?", "s", login);

  return row != NULL && mado_sql_step (store, row, error) ? read_member (row) : NULL;
}

GPtrArray *
mado_store_list_members (MadoStore *store, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_member_record_free);
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, SELECT "ORDER BY login LIMIT 10000", "");

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, read_member (row));
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_put_member (MadoStore *store, const MadoMember *member, GError **error)
{
  g_autofree char *languages = g_strjoinv ("\n", member->languages);

  return mado_sql_run (store, error,
                       "INSERT INTO member (login, name, fingerprint, role, languages, on_duty, joined, left_at)"
                       " VALUES (?1, seal ('member.name', ?1, ?2), seal ('member.fingerprint', ?1, ?3), ?4,"
                       " seal ('member.languages', ?1, ?5), ?6, ?7, ?8) ON CONFLICT (login) DO UPDATE SET name = excluded.name,"
                       " fingerprint = excluded.fingerprint, role = ?4, languages = excluded.languages, on_duty = ?6, joined = ?7, left_at = ?8",
                       "sssssiii", member->login, member->name, member->fingerprint, mado_member_role_names[member->role],
                       languages, (gint64) member->on_duty, member->joined, member->left);
}

gboolean
mado_store_count_administrators (MadoStore *store, gint64 *count, GError **error)
{
  return mado_sql_number (store, count, error,
                          "SELECT count (*) FROM member WHERE role = 'administrator' AND left_at = 0", "");
}

gboolean
mado_store_count_owned (MadoStore *store, const char *login, gint64 *count, GError **error)
{
  return mado_sql_number (store, count, error,
                          "SELECT count (*) FROM incident WHERE owner = ? AND state NOT IN ('resolved', 'rejected')", "s", login);
}
