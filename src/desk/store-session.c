/* store-session.c: see store-session.h. Tokens are kept as keyed hashes: who reads the store cannot use them. */
#include "madoguchi/desk/store-session.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

void
mado_credential_free (MadoCredential *credential)
{
  if (credential == NULL)
    return;
  g_free (credential->password);
  g_clear_pointer (&credential->totp, g_bytes_unref);
  g_free (credential->new_password);
  g_clear_pointer (&credential->new_totp, g_bytes_unref);
  g_free (credential);
}

static gboolean
fail (GError **error, GError *problem)
{
  g_propagate_error (error, problem);
  return FALSE;
}

MadoCredential *
mado_store_load_credential (MadoStore *store, const char *login, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoCredential) credential = g_new0 (MadoCredential, 1);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT unseal ('credential.password', login, password), unseal ('credential.totp', login, totp), totp_step,"
                        " unseal ('credential.new_password', login, new_password), unseal ('credential.new_totp', login, new_totp)"
                        " FROM credential WHERE login = ?",
                        "s", login);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem)) {
    credential->password = mado_sql_text (row, 0);
    credential->totp = mado_sql_bytes (row, 1);
    credential->totp_step = sqlite3_column_int64 (row, 2);
    credential->new_password = mado_sql_text (row, 3);
    credential->new_totp = mado_sql_bytes (row, 4);
  }
  if (problem == NULL)
    return g_steal_pointer (&credential);
  fail (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_invite (MadoStore *store, const char *login, const char *invitation, gint64 until, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO credential (login, invitation, invited_until) VALUES (?1, keyed ('invitation', ?2), ?3)"
                       " ON CONFLICT (login) DO UPDATE SET invitation = keyed ('invitation', ?2), invited_until = ?3,"
                       " new_password = NULL, new_totp = NULL",
                       "ssi", login, invitation, until);
}

/* One text, or NULL when there is no row. */
static gboolean
take_text (MadoStore *store, MadoStatement *row, char **text, gint64 *number, GError **error)
{
  g_autoptr (GError) problem = NULL;

  *text = NULL;
  if (row == NULL)
    return FALSE;
  if (mado_sql_step (store, row, &problem)) {
    *text = mado_sql_text (row, 0);
    if (number != NULL)
      *number = sqlite3_column_int64 (row, 1);
  }
  return problem == NULL || fail (error, g_steal_pointer (&problem));
}

gboolean
mado_store_find_invited (MadoStore *store, const char *invitation, gint64 now, char **login, GError **error)
{
  g_autoptr (MadoStatement) row = mado_sql_query (
      store, error, "SELECT login FROM credential WHERE invitation = keyed ('invitation', ?) AND invited_until > ?", "si", invitation, now);

  return take_text (store, row, login, NULL, error);
}

gboolean
mado_store_choose_credential (MadoStore *store, const char *login, const char *password, GBytes *totp, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE credential SET new_password = seal ('credential.new_password', ?1, ?2),"
                       " new_totp = seal ('credential.new_totp', ?1, ?3) WHERE login = ?1",
                       "ssb", login, password, totp);
}

gboolean
mado_store_confirm_credential (MadoStore *store, const char *login, gint64 step, gint64 now, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE credential SET totp_step = ?2, changed = ?3, invitation = NULL, invited_until = 0,"
                       " password = seal ('credential.password', ?1, unseal ('credential.new_password', ?1, new_password)),"
                       " totp = seal ('credential.totp', ?1, unseal ('credential.new_totp', ?1, new_totp)),"
                       " new_password = NULL, new_totp = NULL WHERE login = ?1 AND new_password IS NOT NULL",
                       "sii", login, step, now)
         && mado_store_end_sessions (store, login, NULL, error);
}

gboolean
mado_store_use_step (MadoStore *store, const char *login, gint64 step, GError **error)
{
  return mado_sql_run (store, error, "UPDATE credential SET totp_step = max (totp_step, ?2) WHERE login = ?1", "si", login, step);
}

gboolean
mado_store_forget_credential (MadoStore *store, const char *login, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM credential WHERE login = ?", "s", login)
         && mado_store_end_sessions (store, login, NULL, error);
}

gboolean
mado_store_begin_session (MadoStore *store, const char *token, const char *login, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "INSERT INTO session (id, login, begun, seen) VALUES (keyed ('session', ?1), ?2, ?3, ?3)", "ssi",
                       token, login, now);
}

gboolean
mado_store_find_session (MadoStore *store, const char *token, gint64 begun, gint64 seen, char **login, gint64 *last, GError **error)
{
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT login, seen FROM session WHERE id = keyed ('session', ?) AND begun > ? AND seen > ?", "sii",
                        token, begun, seen);

  return take_text (store, row, login, last, error);
}

gboolean
mado_store_name_session (MadoStore *store, const char *token, char **name, GError **error)
{
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT hex (session.id) || ':' || member.role FROM session JOIN member ON member.login = session.login"
                        " WHERE session.id = keyed ('session', ?)",
                        "s", token);

  return take_text (store, row, name, NULL, error);
}

/* (nullable) the bytes that the hexadecimal digits of @text before @end are. */
static GBytes *
read_hex (const char *text, const char *end)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; end - text >= 2 && g_ascii_isxdigit (text[0]) && g_ascii_isxdigit (text[1]); text += 2) {
    guint8 byte = (guint8) (g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));
    g_byte_array_append (bytes, &byte, 1);
  }
  if (text == end)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  return NULL;
}

gboolean
mado_store_is_session_open (MadoStore *store, const char *name, gint64 begun, gint64 seen, gboolean *is_open, GError **error)
{
  const char *colon = strchr (name, ':');
  g_autoptr (GBytes) id = colon != NULL ? read_hex (name, colon) : NULL;
  gint64 count = 0;

  *is_open = FALSE;
  if (id == NULL)
    return TRUE;
  if (!mado_sql_number (store, &count, error,
                        "SELECT count (*) FROM session JOIN member ON member.login = session.login WHERE session.id = ? AND begun > ?"
                        " AND seen > ? AND member.left_at = 0 AND member.role = ?",
                        "biis", id, begun, seen, colon + 1))
    return FALSE;
  *is_open = count == 1;
  return TRUE;
}

gboolean
mado_store_touch_session (MadoStore *store, const char *token, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "UPDATE session SET seen = max (seen, ?2) WHERE id = keyed ('session', ?1)", "si", token, now);
}

gboolean
mado_store_end_session (MadoStore *store, const char *token, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM session WHERE id = keyed ('session', ?)", "s", token);
}

gboolean
mado_store_end_sessions (MadoStore *store, const char *login, gint64 *count, GError **error)
{
  if (!mado_sql_run (store, error, "DELETE FROM session WHERE login = ?", "s", login))
    return FALSE;
  if (count != NULL)
    *count = mado_sql_changes (store);
  return TRUE;
}

gboolean
mado_store_sweep_sessions (MadoStore *store, gint64 begun, gint64 seen, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM session WHERE begun <= ? OR seen <= ?", "ii", begun, seen);
}

void
mado_entrants_free (MadoEntrants *entrants)
{
  if (entrants == NULL)
    return;
  g_strfreev (entrants->ready);
  g_strfreev (entrants->waiting);
  g_strfreev (entrants->missed);
  g_strfreev (entrants->none);
  g_free (entrants);
}

static gboolean
list_logins (MadoStore *store, const char *sql, gint64 now, char ***logins, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "i", now);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    g_autofree char *login = mado_sql_text (row, 0);
    g_strv_builder_add (list, login);
  }
  if (problem != NULL)
    return fail (error, g_steal_pointer (&problem));
  *logins = g_strv_builder_end (list);
  return TRUE;
}

#define ENTRANTS "SELECT m.login FROM member m LEFT JOIN credential c ON c.login = m.login WHERE m.left_at = 0 AND "
#define IS_READY "(c.password IS NOT NULL AND c.totp IS NOT NULL)"
#define BY_NAME " AND ?1 > 0 ORDER BY m.login LIMIT 1000"

MadoEntrants *
mado_store_list_entrants (MadoStore *store, gint64 now, GError **error)
{
  g_autoptr (MadoEntrants) entrants = g_new0 (MadoEntrants, 1);

  if (list_logins (store, ENTRANTS IS_READY BY_NAME, now, &entrants->ready, error)
      && list_logins (store, ENTRANTS "c.invitation IS NOT NULL AND c.invited_until > ?1" BY_NAME, now, &entrants->waiting, error)
      && list_logins (store, ENTRANTS "NOT " IS_READY " AND c.invitation IS NOT NULL AND c.invited_until <= ?1" BY_NAME, now,
                      &entrants->missed, error)
      && list_logins (store, ENTRANTS "(c.login IS NULL OR (c.invitation IS NULL AND NOT " IS_READY "))" BY_NAME, now, &entrants->none, error))
    return g_steal_pointer (&entrants);
  return NULL;
}
