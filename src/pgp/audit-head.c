/* audit-head.c: see audit-head.h. Called by the signer. */
#include "madoguchi/pgp/audit-head.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 4096
#define TITLE "madoguchi-audit-head: 1"
#define MAC_DIGITS 64

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, message);
  return FALSE;
}

static gboolean
is_sound (const MadoAuditHead *head)
{
  return head->sequence > 0 && head->date > 0 && head->mac != NULL && strlen (head->mac) == MAC_DIGITS
         && strspn (head->mac, "0123456789abcdef") == MAC_DIGITS;
}

GBytes *
mado_audit_head_sign (MadoSealer *sealer, const MadoAuditHead *head, GError **error)
{
  g_autoptr (GBytes) plain = NULL, signed_text = NULL;

  if (!is_sound (head)) {
    fail (error, "not a head of the audit");
    return NULL;
  }
  g_autofree char *time = mado_text_time (head->date);
  char *text = g_strdup_printf (TITLE "\nrows: %" G_GINT64_FORMAT "\nmac: %s\ntime: %s\n", head->sequence, head->mac, time);
  plain = g_bytes_new_take (text, strlen (text));
  return mado_sealer_clear_sign (sealer, plain, &signed_text, error) ? g_steal_pointer (&signed_text) : NULL;
}

/* (transfer full, nullable) the rest of the line of @text that begins with @name. */
static char *
find_line (char *const *lines, const char *name)
{
  for (; *lines != NULL; lines++)
    if (g_str_has_prefix (*lines, name))
      return g_strstrip (g_strdup (*lines + strlen (name)));
  return NULL;
}

static MadoAuditHead *
read_text (const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 10);
  g_autoptr (MadoAuditHead) head = mado_audit_head_new ();
  g_autofree char *title = lines[0] != NULL ? g_strchomp (g_strdup (lines[0])) : NULL;
  g_autofree char *rows = find_line (lines, "rows:"), *time = find_line (lines, "time:");
  g_autoptr (GDateTime) when = time != NULL ? g_date_time_new_from_iso8601 (time, NULL) : NULL;
  guint64 sequence = 0;

  if (rows != NULL)
    g_ascii_string_to_unsigned (rows, 10, 1, G_MAXINT64, &sequence, NULL);
  head->sequence = (gint64) sequence;
  head->mac = find_line (lines, "mac:");
  head->date = when != NULL ? g_date_time_to_unix (when) : 0;
  if (g_strcmp0 (title, TITLE) == 0 && is_sound (head))
    return g_steal_pointer (&head);
  fail (error, "signed, but no head of the audit");
  return NULL;
}

/* (transfer full, nullable) the primary key of the one signature, when it is good. */
static char *
find_signer (gpgme_ctx_t context, GError **error)
{
  gpgme_verify_result_t result = gpgme_op_verify_result (context);
  gpgme_signature_t signature = result != NULL ? result->signatures : NULL;
  gpgme_err_code_t status = signature != NULL ? gpgme_err_code (signature->status) : GPG_ERR_NO_DATA;
  gpgme_key_t key = NULL;
  char *fingerprint = NULL;

  if (signature == NULL || signature->next != NULL || signature->fpr == NULL
      || (status != GPG_ERR_NO_ERROR && status != GPG_ERR_KEY_EXPIRED)) {
    fail (error, "no good signature");
    return NULL;
  }
  g_autofree char *signed_by = g_strdup (signature->fpr); /* the next call ends the result */
  if (gpgme_get_key (context, signed_by, &key, 0) == 0 && key->subkeys != NULL)
    fingerprint = g_ascii_strup (key->subkeys->fpr, -1);
  if (key != NULL)
    gpgme_key_unref (key);
  if (fingerprint == NULL)
    fail (error, "signed by a key that is not known");
  return fingerprint;
}

static gboolean
is_one_of (const char *const *keys, const char *fingerprint)
{
  for (; *keys != NULL; keys++)
    if (g_ascii_strcasecmp (*keys, fingerprint) == 0)
      return TRUE;
  return FALSE;
}

MadoAuditHead *
mado_audit_head_check (const char *home, const char *const *keys, GBytes *text, GError **error)
{
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new (home, error);
  g_auto (gpgme_data_t) in = NULL, out = NULL;
  g_autofree char *fingerprint = NULL, *plain = NULL;
  gpgme_error_t problem;
  size_t length = 0;

  if (context == NULL)
    return NULL;
  if (g_bytes_get_size (text) == 0 || g_bytes_get_size (text) > MAX_TEXT * 4) {
    fail (error, "no head of the audit");
    return NULL;
  }
  problem = gpgme_data_new_from_mem (&in, g_bytes_get_data (text, NULL), g_bytes_get_size (text), 0);
  if (problem == 0)
    problem = gpgme_data_new (&out);
  if (problem == 0)
    problem = gpgme_op_verify (context, in, NULL, out);
  if (problem != 0) {
    if (mado_pgp_error_is_ours (problem))
      mado_pgp_error_set (error, problem, "gpg");
    else
      fail (error, "no signed text");
    return NULL;
  }
  fingerprint = find_signer (context, error);
  if (fingerprint == NULL)
    return NULL;
  if (!is_one_of (keys, fingerprint)) {
    fail (error, "signed, but not by the team");
    return NULL;
  }
  char *bytes = gpgme_data_release_and_get_mem (g_steal_pointer (&out), &length);
  plain = g_strndup (bytes != NULL ? bytes : "", MIN (length, MAX_TEXT));
  gpgme_free (bytes);
  g_autoptr (MadoAuditHead) head = read_text (plain, error);
  if (head != NULL)
    head->fingerprint = g_steal_pointer (&fingerprint);
  return g_steal_pointer (&head);
}
