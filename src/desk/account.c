/* account.c: see account.h. */
#include "madoguchi/desk/account.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/desk/store-mail.h"

static gboolean
add_ids (GHashTable *set, char **ids)
{
  for (gsize i = 0; ids != NULL && ids[i] != NULL; i++)
    g_hash_table_add (set, g_strdup (ids[i]));
  return ids != NULL;
}

/* (transfer full) the ids of all files in the spool. A file moves from new/ to active/ only by our own hand, so
 * none is missed between the two listings. */
static GHashTable *
list_files (MadoDesk *desk, GError **error)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) waiting = mado_spool_list_new (desk->spool, error);
  g_auto (GStrv) active = waiting != NULL ? mado_spool_list_active (desk->spool, error) : NULL;
  g_auto (GStrv) broken = active != NULL ? mado_spool_list_broken (desk->spool, error) : NULL;

  return add_ids (files, waiting) && add_ids (files, active) && add_ids (files, broken) ? g_steal_pointer (&files) : NULL;
}

static gboolean
count_unseen (MadoDesk *desk, GHashTable *files, gint64 *unseen, GError **error)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    g_autoptr (GError) problem = NULL;
    g_autoptr (MadoMail) mail = mado_store_find_mail (desk->store, id, &problem);
    if (mail != NULL)
      continue;
    if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
    *unseen += 1;
  }
  return TRUE;
}

/* A promised mail whose file is gone is the one thing that must never happen: say it. */
static gboolean
has_all_files (MadoDesk *desk, GHashTable *files, gboolean *all, GError **error)
{
  g_auto (GStrv) pending = mado_store_list_pending (desk->store, error);

  if (pending == NULL)
    return FALSE;
  *all = TRUE;
  for (gsize i = 0; pending[i] != NULL; i++)
    if (!g_hash_table_contains (files, pending[i])) {
      mado_log (MADO_LOG_ERROR, pending[i], "file-missing", "state=pending");
      *all = FALSE;
    }
  return TRUE;
}

MadoAccount *
mado_account_take (MadoDesk *desk, GError **error)
{
  g_autoptr (MadoAccount) account = mado_account_new ();
  g_autoptr (GHashTable) files = list_files (desk, error);
  gint64 rows = 0, unseen = 0;
  gboolean all = FALSE;

  account->states = mado_account_states_new ();
  MadoAccountStates *s = account->states;
  if (files == NULL || !mado_store_count_states (desk->store, s, &rows, error)
      || !count_unseen (desk, files, &unseen, error) || !has_all_files (desk, files, &all, error))
    return NULL;
  s->pending += unseen;
  if (desk->keys != NULL) {
    g_strfreev (account->notices);
    account->notices = mado_key_watch_notices (desk->keys);
  }
  account->accepted = rows + unseen;
  account->balanced = all
                      && account->accepted
                             == s->ticket + s->joined + s->bounce + s->auto_reply + s->duplicate + s->held
                                    + s->dropped_by_member + s->pending + s->feed;
  return g_steal_pointer (&account);
}
