/* verbs-audit.c: see verbs-audit.h. Must never change a line. */
#include "madoguchi/desk/verbs-audit.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/heads.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-check.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 10000
#define MAX_HEADS 100

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

/* --- heads ------------------------------------------------------------------------------------------------------- */

static void
answer_head (MadoCall *call, const MadoAuditHead *head, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  int fd = mado_fsio_memfd ("head", bytes, &error);

  if (fd < 0)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_audit_head_to_variant (head), fd);
}

void
mado_verb_audit_head (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoAuditHead) head = NULL;
  g_autofree char *text = mado_store_last_head (call->desk->store, &head, &error);

  if (text == NULL && error == NULL)
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_NO, "no head was signed yet (madoguchi audit head --sign)");
  if (text == NULL)
    mado_call_fail (call, error);
  else
    answer_head (call, head, text);
}

static void
on_signed (gpointer data, const MadoAuditHead *head, const char *text, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    answer_head (data, head, text);
}

void
mado_verb_audit_sign (MadoCall *call)
{
  mado_heads_sign (call->desk->heads, on_signed, call);
}

static void
on_checked (gpointer data, const MadoAuditVerdict *verdict, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    mado_call_answer (data, mado_audit_verdict_to_variant (verdict), -1);
}

void
mado_verb_audit_verify (MadoCall *call)
{
  static const char *const none[] = { NULL };
  g_autofree const char **texts = NULL;

  g_variant_lookup (call->request.body, "heads", "^a&s", &texts);
  if (texts != NULL && g_strv_length ((char **) texts) > MAX_HEADS)
    mado_verbs_fail_usage (call, "too many heads at once");
  else
    mado_heads_check (call->desk->heads, texts != NULL ? texts : none, on_checked, call);
}
