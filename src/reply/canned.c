/* canned.c: see canned.h. Asked of the signer, who has what the placeholders stand for. Must never know of a report. */
#include "madoguchi/reply/canned.h"
#include "madoguchi/base/error.h"

#include <string.h>

static MadoTemplates *
load (const MadoConf *conf, GError **error)
{
  const char *directory = mado_conf_string (conf, "reply", "canned");

  if (directory != NULL && g_file_test (directory, G_FILE_TEST_IS_DIR))
    return mado_templates_load (directory, mado_conf_list (conf, "team", "languages"), error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "[reply] canned: %s is no directory", directory != NULL ? directory : "(unset)");
  return NULL;
}

char **
mado_canned_list (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoTemplates) texts = load (conf, error);

  return texts != NULL ? mado_templates_list (texts) : NULL;
}

/* Is there a text NAME.LANGUAGE (@language nullable: in any language)? */
static gboolean
is_there (const MadoTemplates *texts, const char *name, const char *language)
{
  g_auto (GStrv) keys = mado_templates_list (texts);

  for (char **key = keys; *key != NULL; key++) {
    g_auto (GStrv) words = g_strsplit (*key, ".", -1);
    if (g_strv_length (words) == 2 && strcmp (words[0], name) == 0 && (language == NULL || strcmp (words[1], language) == 0))
      return TRUE;
  }
  return FALSE;
}

gboolean
mado_canned_fill (const MadoConf *conf, const MadoComposer *composer, GVariant *question, char **subject, char **body, GError **error)
{
  g_autoptr (MadoTemplates) texts = load (conf, error);
  g_autoptr (MadoReply) reply = mado_reply_new ();
  const char *name = NULL, *language = NULL, *ticket = NULL, *prefers = NULL;

  if (texts == NULL)
    return FALSE;
  g_variant_lookup (question, "name", "&s", &name);
  g_variant_lookup (question, "language", "&s", &language);
  g_variant_lookup (question, "ticket", "&s", &ticket);
  g_variant_lookup (question, "prefers", "&s", &prefers);
  if (language != NULL && *language == '\0')
    language = NULL;
  if (language == NULL && name != NULL && prefers != NULL && is_there (texts, name, prefers))
    language = prefers;
  if (name == NULL || !is_there (texts, name, language)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "there is no canned text %s%s%s", name != NULL ? name : "(unnamed)",
                 language != NULL ? " in " : "", language != NULL ? language : "");
    return FALSE;
  }
  reply->template_name = g_strdup (name);
  reply->language = g_strdup (language);
  reply->ticket = g_strdup (ticket);
  reply->date = g_get_real_time () / G_USEC_PER_SEC;
  return mado_compose_canned (composer, texts, reply, subject, body, error);
}
