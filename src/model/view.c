/* view.c: see view.h. Whether a state, a category or a login is one, the list says when it is asked. */
#include "madoguchi/model/view.h"
#include "madoguchi/base/error.h"

#include <string.h>

static const MadoField fields[] = {
  MADO_STRING (MadoView, name),
  MADO_STRING (MadoView, query),
  MADO_BOOL (MadoView, team),
  MADO_FIELDS_END,
};
const MadoRecordType mado_view_type = { "view", "madoguchi.view/1", sizeof (MadoView), fields };

static gboolean
add (GVariantDict *dict, const char *name, const char *value)
{
  static const char *const texts[] = { "state", "owner", "priority", "category", "tlp", "tag", NULL };
  static const char *const flags[] = { "unread", "due", "overdue", NULL };

  if (*value == '\0' || g_variant_dict_contains (dict, name))
    return FALSE;
  if (g_strv_contains (texts, name))
    g_variant_dict_insert (dict, name, "s", value);
  else if (g_strv_contains (flags, name) && strcmp (value, "true") == 0)
    g_variant_dict_insert (dict, name, "b", TRUE);
  else
    return FALSE;
  return TRUE;
}

GVariant *
mado_view_read_query (const char *query, GError **error)
{
  gboolean ok = strlen (query) <= MADO_VIEW_QUERY_MAX && g_utf8_validate (query, -1, NULL);
  GVariantDict dict;
  GUriParamsIter iter;
  guint n = 0;

  g_variant_dict_init (&dict, NULL);
  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (ok) {
    g_autofree char *name = NULL, *value = NULL;
    g_autoptr (GError) problem = NULL;
    if (!g_uri_params_iter_next (&iter, &name, &value, &problem)) {
      ok = problem == NULL;
      break;
    }
    ok = g_utf8_validate (value, -1, NULL) && add (&dict, name, value);
    n++;
  }
  if (ok && n > 0)
    return g_variant_dict_end (&dict);
  g_variant_dict_clear (&dict);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "a view has filters of the list: state=open&owner=me");
  return NULL;
}
