/* four-eyes.c: see four-eyes.h. Asked by verbs-reply.c and verbs-draft.c. */
#include "madoguchi/desk/four-eyes.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

gboolean
mado_four_eyes_needed (const char *setting, const char *tlp)
{
  if (strcmp (setting, "red") == 0)
    return tlp != NULL && mado_tlp_level (tlp) >= mado_tlp_level ("TLP:RED");
  return strcmp (setting, "no") != 0;
}

gboolean
mado_four_eyes_check (const MadoDraft *draft, gint64 revision, const char *login, GError **error)
{
  if (strcmp (draft->state, MADO_DRAFT_ASKED) != 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: does not wait for approval (%s)", draft->name, draft->state);
  else if (revision != draft->revision)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "it was changed since: it is %s now; read it again", draft->name);
  else if (g_strcmp0 (draft->author, login) == 0 || g_strv_contains ((const char *const *) draft->writers, login))
    g_set_error (error, MADO_ERROR, MADO_ERROR_DENIED, "%s: who wrote in an answer does not approve it", draft->name);
  else
    return TRUE;
  return FALSE;
}

void
mado_four_eyes_void (MadoDraft *draft, const char *login)
{
  g_autoptr (GStrvBuilder) writers = g_strv_builder_new ();

  for (char **writer = draft->writers; *writer != NULL; writer++)
    if (strcmp (*writer, login) != 0)
      g_strv_builder_add (writers, *writer);
  g_strv_builder_add (writers, login);
  g_strfreev (draft->writers);
  draft->writers = g_strv_builder_end (writers);
  g_free (draft->state);
  draft->state = g_strdup (MADO_DRAFT_OPEN);
  draft->revision++;
  g_clear_pointer (&draft->refused_by, g_free);
  g_clear_pointer (&draft->refused_reason, g_free);
}
