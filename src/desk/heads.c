/* heads.c: see heads.h. Called by verbs-audit.c, and by keeper.c for what is done each day. Must never sign anything but numbers. */
#include "madoguchi/desk/heads.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/store-check.h"

#include <string.h>
#include <unistd.h>

#define MAX_TEXT (16 * 1024)
#define ROWS_AT_ONCE 500

struct _MadoHeads {
  MadoDesk *desk;
  gboolean is_signing;      /* of itself */
  GSList *pending;          /* of Signing: the signer was asked */
  struct _Checking *checking; /* NULL: nobody asked */
  guint idle;
};

/* --- signing ---------------------------------------------------------------------------------------------------- */

typedef struct {
  MadoHeads *heads;
  MadoAuditHead *head;
  char *text;
  MadoHeadsSigned done;
  gpointer data;
} Signing;

static void
signing_free (gpointer data)
{
  Signing *signing = data;

  g_clear_pointer (&signing->head, mado_audit_head_free);
  g_free (signing->text);
  g_free (signing);
}

static void
end_signing (Signing *signing, const GError *error)
{
  signing->heads->pending = g_slist_remove (signing->heads->pending, signing);
  if (error == NULL)
    mado_log (MADO_LOG_INFO, NULL, "audit-head", "rows=%" G_GINT64_FORMAT " mac=%s", signing->head->sequence, signing->head->mac);
  signing->done (signing->data, signing->head, error == NULL ? signing->text : NULL, error);
  signing_free (signing);
}

static gboolean
apply_signed (gpointer data, GError **error)
{
  Signing *signing = data;

  return mado_store_add_head (signing->heads->desk->store, signing->head, signing->text, error);
}

static void
on_kept (gpointer data, const GError *error)
{
  end_signing (data, error);
}

static void
on_signed (gpointer data, MadoPacket *answer, const GError *error)
{
  Signing *signing = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) text = NULL;

  if (error == NULL && !mado_fsio_read_all (answer->fd, MAX_TEXT, &text, &problem))
    error = problem;
  if (error != NULL) {
    end_signing (signing, error);
    return;
  }
  signing->text = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  mado_batch_add (signing->heads->desk->batch, apply_signed, on_kept, signing);
}

void
mado_heads_sign (MadoHeads *heads, MadoHeadsSigned done, gpointer data)
{
  MadoDesk *desk = heads->desk;
  g_autoptr (GError) error = NULL;

  mado_audit_push (desk->audit);
  mado_batch_flush (desk->batch);
  MadoAuditHead *head = mado_store_make_head (desk->store, desk->now (), &error);
  if (head == NULL) {
    done (data, NULL, NULL, error);
    return;
  }
  Signing *signing = g_new0 (Signing, 1);
  *signing = (Signing){ .heads = heads, .head = head, .done = done, .data = data };
  heads->pending = g_slist_prepend (heads->pending, signing);
  mado_pool_submit (desk->signer, "sign-head", mado_audit_head_to_variant (head), -1, TRUE, on_signed, signing);
}

static void
on_daily (gpointer data, const MadoAuditHead *head, const char *text, const GError *error)
{
  MadoHeads *heads = data;

  (void) head;
  (void) text;
  heads->is_signing = FALSE;
  if (error != NULL && !g_error_matches (error, MADO_ERROR, MADO_ERROR_NO))
    mado_log (MADO_LOG_WARNING, NULL, "audit-head", "why=\"%s\"", error->message);
}

void
mado_heads_tick (MadoHeads *heads)
{
  MadoDesk *desk = heads->desk;
  gint64 every = mado_conf_int (desk->conf, "audit", "sign-every");
  g_autoptr (MadoAuditHead) last = NULL, next = NULL;
  g_autoptr (GError) error = NULL;

  if (heads->is_signing || desk->is_draining || every == 0)
    return;
  g_autofree char *text = mado_store_last_head (desk->store, &last, &error);
  if (error == NULL)
    next = mado_store_make_head (desk->store, desk->now (), NULL);
  if (next == NULL || (last != NULL && (next->date < last->date + every || next->sequence == last->sequence)))
    return;
  heads->is_signing = TRUE;
  mado_heads_sign (heads, on_daily, heads);
}

/* --- checking --------------------------------------------------------------------------------------------------- */

typedef struct _Checking {
  MadoHeads *heads;
  GPtrArray *texts; /* of char *: to be checked by the signer */
  guint n_checked;
  gint64 stored;    /* row of the first text's head, when that came out of the store; 0: none did */
  GPtrArray *list;  /* of MadoAuditHead: to be found in the chain */
  MadoStoreCheck *check;
  MadoAuditVerdict *verdict;
  MadoHeadsChecked done;
  gpointer data;
} Checking;

static void
checking_free (Checking *checking)
{
  g_ptr_array_unref (checking->texts);
  mado_store_check_free (checking->check);
  g_clear_pointer (&checking->list, g_ptr_array_unref);
  mado_audit_verdict_free (checking->verdict);
  g_free (checking);
}

static void
end_checking (Checking *checking, const GError *error)
{
  checking->heads->checking = NULL;
  g_clear_handle_id (&checking->heads->idle, g_source_remove);
  checking->done (checking->data, error == NULL ? checking->verdict : NULL, error);
  checking_free (checking);
}

static void
set_finding (MadoAuditVerdict *verdict, const MadoStoreFinding *finding)
{
  verdict->rows = finding->rows;
  if (finding->why == NULL)
    return;
  g_free (verdict->why); /* a wrong row says more than a wrong signature */
  verdict->bad = finding->bad;
  verdict->why = g_strdup_printf ("row %" G_GINT64_FORMAT " %s", finding->bad, finding->why);
}

static gboolean
on_idle (gpointer data)
{
  Checking *checking = data;
  g_autoptr (GError) error = NULL;
  const MadoStoreFinding *finding;

  if (mado_store_check_step (checking->check, ROWS_AT_ONCE, &finding, &error) && finding == NULL)
    return G_SOURCE_CONTINUE;
  checking->heads->idle = 0;
  if (error == NULL) {
    set_finding (checking->verdict, finding);
    checking->verdict->ok = checking->verdict->why == NULL;
  }
  end_checking (checking, error);
  return G_SOURCE_REMOVE;
}

static void submit_next (Checking *checking);

/* The signature is good: what does it vouch for? */
static void
take_head (Checking *checking, MadoAuditHead *head)
{
  MadoAuditVerdict *verdict = checking->verdict;

  if (head->sequence > verdict->signed_rows) {
    verdict->signed_rows = head->sequence;
    verdict->signed_at = head->date;
    g_free (verdict->signed_by);
    verdict->signed_by = g_strdup (head->fingerprint);
  }
  if (checking->n_checked == 0 && checking->stored != 0 && head->sequence != checking->stored && verdict->why == NULL)
    verdict->why = g_strdup ("the newest head in the store does not say what is kept beside it");
  g_ptr_array_add (checking->list, head);
}

static void
on_head_checked (gpointer data, MadoPacket *answer, const GError *error)
{
  Checking *checking = data;
  g_autoptr (GError) problem = NULL;
  MadoAuditHead *head = error == NULL ? mado_audit_head_from_variant (answer->body, &problem) : NULL;

  if (error == NULL && problem != NULL)
    error = problem;
  if (head != NULL) {
    take_head (checking, head);
  } else if (!g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM)) {
    end_checking (checking, error);
    return;
  } else if (checking->verdict->why == NULL) {
    gboolean is_ours = checking->n_checked == 0 && checking->stored != 0;
    checking->verdict->why
        = g_strdup_printf ("%s: %s", is_ours ? "the newest head in the store" : "a head that was given", error->message);
  }
  checking->n_checked++;
  submit_next (checking);
}

static void
submit_next (Checking *checking)
{
  g_autoptr (GError) error = NULL;

  if (checking->n_checked == checking->texts->len) {
    checking->check = mado_store_check_new (checking->heads->desk->store, checking->list);
    checking->heads->idle = g_idle_add (on_idle, checking);
    return;
  }
  const char *text = checking->texts->pdata[checking->n_checked];
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  int fd = mado_fsio_memfd ("head", bytes, &error);
  if (fd < 0) {
    end_checking (checking, error);
    return;
  }
  mado_pool_submit (checking->heads->desk->signer, "check-head", g_variant_new ("a{sv}", NULL), fd, TRUE, on_head_checked, checking);
  close (fd);
}

void
mado_heads_check (MadoHeads *heads, const char *const *texts, MadoHeadsChecked done, gpointer data)
{
  MadoDesk *desk = heads->desk;
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoAuditHead) last = NULL;

  if (heads->checking != NULL) {
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_TEMP, "somebody else has the audit checked just now");
    done (data, NULL, error);
    return;
  }
  mado_audit_push (desk->audit);
  mado_batch_flush (desk->batch);
  g_autoptr (GPtrArray) list = mado_store_list_heads (desk->store, &error);
  g_autofree char *text = list != NULL ? mado_store_last_head (desk->store, &last, &error) : NULL;
  if (error != NULL) {
    done (data, NULL, error);
    return;
  }
  Checking *checking = g_new0 (Checking, 1);
  *checking = (Checking){ .heads = heads, .done = done, .data = data, .verdict = mado_audit_verdict_new () };
  checking->list = g_steal_pointer (&list);
  checking->texts = g_ptr_array_new_with_free_func (g_free);
  checking->stored = last != NULL ? last->sequence : 0;
  if (text != NULL)
    g_ptr_array_add (checking->texts, g_steal_pointer (&text));
  for (; *texts != NULL; texts++)
    g_ptr_array_add (checking->texts, g_strdup (*texts));
  heads->checking = checking;
  submit_next (checking);
}

MadoHeads *
mado_heads_new (MadoDesk *desk)
{
  MadoHeads *heads = g_new0 (MadoHeads, 1);

  heads->desk = desk;
  return heads;
}

void
mado_heads_free (MadoHeads *heads)
{
  if (heads == NULL)
    return;
  g_clear_handle_id (&heads->idle, g_source_remove);
  g_clear_pointer (&heads->checking, checking_free);
  g_slist_free_full (heads->pending, signing_free); /* neither the signer nor the batch answers any more */
  g_free (heads);
}
