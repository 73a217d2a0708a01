/* audit.c: see audit.h. Must never drop a line that was gathered while the keeper runs. */
#include "madoguchi/desk/audit.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <string.h>

#define GATHER_MS 500
#define MAX_GATHERED 200 /* lines: more go at once */
#define MAX_WAITING 2000 /* lines that the store did not take */

struct _MadoAudit {
  MadoStore *store;
  MadoBatch *batch;
  GPtrArray *gathered; /* of MadoAuditRecord */
  guint n_pushed;      /* of them on their way with the batch */
  guint timer;
};

MadoAudit *
mado_audit_new (MadoStore *store, MadoBatch *batch)
{
  MadoAudit *audit = g_new0 (MadoAudit, 1);

  audit->store = store;
  audit->batch = batch;
  audit->gathered = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_audit_record_free);
  return audit;
}

void
mado_audit_free (MadoAudit *audit)
{
  if (audit == NULL)
    return;
  g_clear_handle_id (&audit->timer, g_source_remove);
  g_ptr_array_unref (audit->gathered);
  g_free (audit);
}

static gboolean
on_timer (gpointer data)
{
  MadoAudit *audit = data;

  audit->timer = 0;
  mado_audit_push (audit);
  return G_SOURCE_REMOVE;
}

static void
wait_for_more (MadoAudit *audit)
{
  if (audit->timer == 0 && audit->gathered->len > audit->n_pushed)
    audit->timer = g_timeout_add (GATHER_MS, on_timer, audit);
}

static gboolean
apply_gathered (gpointer data, GError **error)
{
  MadoAudit *audit = data;

  for (guint i = 0; i < audit->n_pushed; i++)
    if (!mado_store_add_audit (audit->store, audit->gathered->pdata[i], FALSE, error))
      return FALSE;
  return TRUE;
}

static void
on_written (gpointer data, const GError *error)
{
  MadoAudit *audit = data;

  if (error != NULL)
    mado_log (MADO_LOG_ERROR, NULL, "audit-waits", "lines=%u why=\"%s\"", audit->gathered->len, error->message);
  else
    g_ptr_array_remove_range (audit->gathered, 0, audit->n_pushed);
  audit->n_pushed = 0;
  wait_for_more (audit);
}

void
mado_audit_push (MadoAudit *audit)
{
  if (audit->n_pushed > 0 || audit->gathered->len == 0)
    return;
  g_clear_handle_id (&audit->timer, g_source_remove);
  audit->n_pushed = audit->gathered->len;
  mado_batch_add (audit->batch, apply_gathered, on_written, audit);
}

static gboolean
is_same (const MadoAuditRecord *a, const MadoAuditRecord *b)
{
  return a->uid == b->uid && a->incident == b->incident && a->version == b->version && a->outcome == b->outcome
         && strcmp (a->word, b->word) == 0 && g_strcmp0 (a->member, b->member) == 0
         && g_strv_equal ((const char *const *) a->details, (const char *const *) b->details);
}

void
mado_audit_gather (MadoAudit *audit, MadoAuditRecord *record)
{
  g_autoptr (MadoAuditRecord) owned = record;

  owned->times = MAX (owned->times, 1);
  for (guint i = audit->n_pushed; i < audit->gathered->len; i++) {
    MadoAuditRecord *other = audit->gathered->pdata[i];
    if (is_same (other, owned)) {
      other->times += owned->times;
      return;
    }
  }
  g_ptr_array_add (audit->gathered, g_steal_pointer (&owned));
  if (audit->gathered->len - audit->n_pushed >= MAX_GATHERED && audit->timer != 0)
    mado_audit_push (audit);
  wait_for_more (audit);
}

gboolean
mado_audit_has_room (const MadoAudit *audit, GError **error)
{
  if (audit->gathered->len < MAX_WAITING)
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "the audit cannot be written: nothing is shown until it can");
  return FALSE;
}
