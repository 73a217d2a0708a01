/* need-keep.c: see need-keep.h. Called by merge.c and split.c. Must never name anybody who was not named before. */
#include "madoguchi/desk/need-keep.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-need.h"

#include <string.h>

void
mado_need_kept_clear (MadoNeedKept *kept)
{
  g_clear_pointer (&kept->names, g_ptr_array_unref);
  g_clear_pointer (&kept->reason, g_free);
}

static gboolean
is_among (const GPtrArray *names, const char *login)
{
  for (guint i = 0; i < names->len; i++)
    if (g_strcmp0 (((const MadoNamed *) names->pdata[i])->login, login) == 0)
      return TRUE;
  return FALSE;
}

/* Narrows @kept by what holds for @incident. */
static gboolean
keep_one (MadoStore *store, gint64 incident, MadoNeedKept *kept, GError **error)
{
  g_autoptr (MadoIncident) facts = mado_store_load_summary (store, incident, error);
  gboolean is_marked = FALSE;

  if (facts == NULL || !mado_store_fill_need (store, incident, facts, error)
      || !mado_store_is_marked (store, incident, &is_marked, error))
    return FALSE;
  if (!facts->restricted)
    return TRUE;
  kept->is_marked = kept->is_marked || is_marked;
  if (kept->reason == NULL)
    kept->reason = g_strdup (facts->restricted_reason);
  g_autoptr (GPtrArray) names = mado_store_list_named (store, incident, error);
  if (names == NULL)
    return FALSE;
  if (kept->names == NULL) {
    kept->names = g_steal_pointer (&names);
    return TRUE;
  }
  for (guint i = kept->names->len; i > 0; i--)
    if (!is_among (names, ((const MadoNamed *) kept->names->pdata[i - 1])->login))
      g_ptr_array_remove_index (kept->names, i - 1);
  return TRUE;
}

gboolean
mado_need_keep (MadoStore *store, gint64 a, gint64 b, MadoNeedKept *kept, GError **error)
{
  mado_need_kept_clear (kept);
  kept->is_marked = FALSE;
  return keep_one (store, a, kept, error) && (b == 0 || keep_one (store, b, kept, error));
}

gboolean
mado_need_apply (MadoStore *store, gint64 incident, const MadoNeedKept *kept, gboolean *is_out, GError **error)
{
  g_autoptr (MadoIncident) facts = mado_store_load_summary (store, incident, error);
  gboolean has_members = FALSE;

  *is_out = FALSE;
  if (facts == NULL || !mado_store_has_members (store, &has_members, error))
    return FALSE;
  if (kept->names == NULL)
    return TRUE;
  if (has_members && facts->owner != NULL && !is_among (kept->names, facts->owner)) {
    *is_out = TRUE;
    return TRUE;
  }
  return (!kept->is_marked || mado_store_set_restricted (store, incident, TRUE, kept->reason, error))
         && mado_store_set_named (store, incident, kept->names, error);
}
