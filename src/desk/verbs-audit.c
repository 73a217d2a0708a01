/* verbs-audit.c: see verbs-audit.h. Must never change a line. */
#include "madoguchi/desk/verbs-audit.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/verbs.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 10000

/* Takes the details of lines about incidents that who asks may not read. */
static gboolean
veil (const MadoCall *call, GPtrArray *list, GError **error)
{
  for (guint i = 0; i < list->len; i++) {
    MadoAuditRecord *record = list->pdata[i];
    gboolean may = TRUE;
    if (record->incident != 0
        && !mado_need_may_read (call->desk->store, mado_verbs_reader (call), record->incident, &may, error))
      return FALSE;
    if (!may) {
      g_strfreev (record->details);
      record->details = g_new0 (char *, 1);
      record->is_veiled = TRUE;
    }
  }
  return TRUE;
}

void
mado_verb_audit_list (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  MadoAuditQuery query = { .limit = DEFAULT_LIMIT, .member = mado_verbs_string (call, "member") };

  if (mado_verbs_string (call, "ticket") != NULL && !mado_verbs_ticket (call, &query.incident))
    return;
  g_variant_lookup (call->request.body, "since", "x", &query.since);
  g_variant_lookup (call->request.body, "after", "x", &query.after);
  g_variant_lookup (call->request.body, "limit", "x", &query.limit);
  query.limit = CLAMP (query.limit, 1, MAX_LIMIT);
  mado_audit_push (call->desk->audit); /* what was read just now shows, too */
  mado_batch_flush (call->desk->batch);
  g_autoptr (GPtrArray) list = mado_store_list_audit (call->desk->store, &query, &error);
  if (list == NULL || !veil (call, list, &error))
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_audit_record_type, list), -1);
}
