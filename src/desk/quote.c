/* quote.c: see quote.h. Called by reply-plan.c. Must never be the reason that decrypted text reaches anybody but its author. */
#include "madoguchi/desk/quote.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define MARK "> "

static gboolean
is_decryption (const MadoLayer *layer)
{
  return layer->operation != MADO_OPERATION_VERIFY;
}

/* Is a sound signature by the key @fingerprint in @layer, over all that it shows? */
static gboolean
is_signed_by (const MadoLayer *layer, const char *fingerprint)
{
  for (guint i = 0; layer->covers == MADO_COVERS_WHOLE && i < layer->signatures->len; i++) {
    const MadoSignature *signature = layer->signatures->pdata[i];
    gboolean is_good = signature->status == MADO_SIGNATURE_GOOD || signature->status == MADO_SIGNATURE_GOOD_UNTRUSTED;
    if (is_good && g_strcmp0 (signature->fingerprint, fingerprint) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Does the signature of @fingerprint stand inside every encryption? Layers stand from the outside in. */
static gboolean
is_signed_inside (const GPtrArray *layers, const char *fingerprint)
{
  gboolean has_signature = FALSE, has_decryption = FALSE;

  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = layers->pdata[i];
    if (is_decryption (layer)) {
      if (layer->outcome != MADO_OUTCOME_OK || layer->covers != MADO_COVERS_WHOLE)
        return FALSE;
      has_decryption = TRUE;
      has_signature = FALSE; /* what stands further out covers ciphertext, whoever wrote it */
    }
    has_signature = has_signature || is_signed_by (layer, fingerprint);
  }
  return has_decryption && has_signature;
}

/* NULL: it may. */
static const char *
find_fault (const MadoReport *report, const MadoReply *reply)
{
  const char *key = reply->encrypt_to;
  gboolean is_red = report != NULL && report->report != NULL && mado_tlp_level (report->report->tlp) >= mado_tlp_level ("TLP:RED");

  if (report == NULL)
    return "the recipient wrote no mail in this thread";
  if (report->undecryptable != NULL)
    return "the mail could not be opened";
  if (report->text == NULL || report->text[strspn (report->text, " \t\r\n")] == '\0')
    return "the mail has no text";
  if (is_red && key == NULL)
    return "the mail is marked TLP:RED, and the answer would go in the clear";
  if (report->encryption == MADO_ENCRYPTION_NONE)
    return NULL;
  if (key == NULL)
    return "the mail came encrypted, and the answer would go in the clear";
  if (report->signature != MADO_SIGNATURE_GOOD || report->signer == NULL)
    return "the mail came encrypted, and no good signature says who wrote it";
  if (g_strcmp0 (report->signer->fingerprint, key) != 0)
    return "the answer is encrypted to another key than the one that signed the mail";
  if (!is_signed_inside (report->layers, key))
    return "the signature does not stand inside the encryption: whoever signed need not know what was encrypted";
  return NULL;
}

gboolean
mado_quote_check (const MadoReport *report, const MadoReply *reply, GError **error)
{
  const char *fault = find_fault (report, reply);

  if (fault != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "nothing can be quoted: %s", fault);
  else if (strlen (report->text) > MADO_REPLY_TEXT_MAX / 4) /* every line may grow */
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "nothing can be quoted: the mail is too long");
  else
    return TRUE;
  return FALSE;
}

char *
mado_quote_add (const char *text, const MadoReport *report)
{
  g_auto (GStrv) lines = g_strsplit (report->text, "\n", -1);
  GString *out = g_string_new (text);

  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
  g_string_append_c (out, '\n');
  for (char **line = lines; *line != NULL; line++) {
    g_strchomp (*line);
    if (**line != '\0' || line[1] != NULL)
      g_string_append_printf (out, "%s%s\n", **line == '>' ? ">" : **line != '\0' ? MARK : ">", *line);
  }
  return g_string_free (out, FALSE);
}
