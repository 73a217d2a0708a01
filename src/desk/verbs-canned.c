/* verbs-canned.c: see verbs-canned.h. */
#include "madoguchi/desk/verbs-canned.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

static void
on_filled (gpointer data, MadoPacket *answer, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    mado_call_answer (data, answer->body, -1);
}

/* The ticket's name stands in the text, and its language decides when nothing else is said. FALSE: the call was failed. */
static gboolean
add_ticket (MadoCall *call, GVariantDict *question)
{
  g_autoptr (GError) error = NULL;
  const MadoDeskSettings *settings = &call->desk->settings;
  gint64 id;

  if (!mado_verbs_ticket (call, &id))
    return FALSE;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (call->desk->store, id, &error);
  if (incident == NULL) {
    mado_call_fail (call, error);
    return FALSE;
  }
  g_variant_dict_insert (question, "ticket", "s", incident->ticket);
  if (mado_verbs_string (call, "language") == NULL && incident->language != NULL
      && g_strv_contains (settings->languages, incident->language))
    g_variant_dict_insert (question, "prefers", "s", incident->language);
  return TRUE;
}

void
mado_verb_canned (MadoCall *call)
{
  const char *name = mado_verbs_string (call, "name"), *language = mado_verbs_string (call, "language");
  gboolean is_list = strcmp (call->request.verb, "canned-list") == 0;
  GVariantDict question;

  if (!is_list && name == NULL) {
    mado_verbs_fail_usage (call, "a canned text is needed; canned ls shows them");
    return;
  }
  g_variant_dict_init (&question, NULL);
  if (!is_list)
    g_variant_dict_insert (&question, "name", "s", name);
  if (language != NULL)
    g_variant_dict_insert (&question, "language", "s", language);
  if (!is_list && mado_verbs_string (call, "ticket") != NULL && !add_ticket (call, &question)) {
    g_variant_dict_clear (&question);
    return;
  }
  mado_pool_submit (call->desk->signer, "canned", g_variant_dict_end (&question), -1, TRUE, on_filled, call);
}
