/* fake-engine.c: engines that do no mathematics, for fuzz-open: they stand in for src/pgp/open.c and src/pgp/cms.c, so that
 * layers can be taken off a million mails a minute without a process. What is inside stands in the "ciphertext" itself:
 *
 *   encrypted: an integrity protected packet with "k", a digit, and the plaintext: the digit is the signature's status
 *              ("9": none); without the "k" there is no key for it
 *   detached:  the last byte of the signature is its status
 *   opaque:    the sum of the bytes of the signature block is its status
 *   S/MIME:    "~", a digit, and what is inside, anywhere in the data
 *
 * Every S/MIME signature that is sound is vouched for and names a@b. */
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/cms.h"
#include "madoguchi/pgp/open.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

struct _MadoPgpEngine {
  int nothing;
};

struct _MadoCmsEngine {
  int nothing;
};

MadoPgpEngine *
mado_pgp_engine_new (const MadoPgpHome *home G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return g_new0 (MadoPgpEngine, 1);
}

void
mado_pgp_engine_free (MadoPgpEngine *engine)
{
  g_free (engine);
}

MadoCmsEngine *
mado_cms_engine_new (MadoPgpHome *home G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return g_new0 (MadoCmsEngine, 1);
}

void
mado_cms_engine_free (MadoCmsEngine *engine)
{
  g_free (engine);
}

/* An engine never says "partial", nor that a key speaks for somebody. */
static void
add_signature (MadoPgpResult *result, guint which, gboolean is_cms)
{
  static const MadoSignatureStatus all[] = {
    MADO_SIGNATURE_GOOD_UNTRUSTED, MADO_SIGNATURE_BAD,         MADO_SIGNATURE_EXPIRED_SIGNATURE, MADO_SIGNATURE_EXPIRED_KEY,
    MADO_SIGNATURE_REVOKED_KEY,    MADO_SIGNATURE_UNKNOWN_KEY, MADO_SIGNATURE_UNSUPPORTED,
  };
  MadoSignature *signature;

  if (which >= G_N_ELEMENTS (all))
    return;
  signature = mado_signature_new ();
  signature->status = all[which];
  signature->fingerprint = g_strdup ("0123456789ABCDEF0123456789ABCDEF01234567");
  if (is_cms && signature->status == MADO_SIGNATURE_GOOD_UNTRUSTED) {
    g_strfreev (signature->user_ids);
    signature->user_ids = g_strsplit ("a@b", " ", 1);
    signature->vouched_by = g_strdup ("smime-chain");
  }
  g_ptr_array_add (result->signatures, signature);
}

static gboolean
give (MadoPgpResult *facts, MadoOutcome outcome, MadoPgpResult **result)
{
  facts->outcome = outcome;
  *result = facts;
  return TRUE;
}

/* "k", a digit, plaintext. */
static gboolean
open_box (MadoPgpResult *facts, const MadoPgpLimits *limits, const guint8 *box, gsize size, gboolean is_cms, MadoPgpResult **result)
{
  if (size < 2)
    return give (facts, MADO_OUTCOME_NO_SECRET_KEY, result);
  if (size - 2 > limits->max_plaintext)
    return give (facts, MADO_OUTCOME_LIMIT, result);
  add_signature (facts, (guint) (box[1] - '0'), is_cms);
  facts->plaintext = g_bytes_new (box + 2, size - 2);
  return give (facts, MADO_OUTCOME_OK, result);
}

gboolean
mado_pgp_decrypt (MadoPgpEngine *engine G_GNUC_UNUSED, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                  MadoPgpResult **result, GError **error G_GNUC_UNUSED)
{
  MadoPgpResult *facts = mado_pgp_result_new ();
  g_autoptr (GBytes) binary = mado_packets_binary (bytes, size);
  g_auto (MadoPackets) packets = { 0 };
  gsize left, length;
  const guint8 *start = g_bytes_get_data (binary, &left), *body;
  MadoPacketCursor cursor = { start, start == NULL ? NULL : start + left };
  guint tag;

  mado_packets_read (bytes, size, limits->max_recipients, &packets);
  facts->was_encrypted = packets.kind == MADO_PACKETS_ENCRYPTED;
  facts->integrity = packets.container == 0 ? MADO_INTEGRITY_UNKNOWN : MADO_INTEGRITY_MDC;
  g_strfreev (facts->encrypted_to);
  facts->encrypted_to = g_strdupv (packets.recipients);
  while (mado_packets_next (&cursor, &tag, &body, &length))
    if (tag == 18 && length > 1 && body[1] == 'k')
      return open_box (facts, limits, body + 1, length - 1, FALSE, result);
  return give (facts, facts->was_encrypted ? MADO_OUTCOME_NO_SECRET_KEY : MADO_OUTCOME_CORRUPT, result);
}

gboolean
mado_pgp_verify (MadoPgpEngine *engine G_GNUC_UNUSED, const MadoPgpLimits *limits G_GNUC_UNUSED, const guint8 *bytes G_GNUC_UNUSED,
                 gsize size G_GNUC_UNUSED, gboolean is_mail G_GNUC_UNUSED, const guint8 *signature, gsize signature_size,
                 MadoPgpResult **result, GError **error G_GNUC_UNUSED)
{
  MadoPgpResult *facts = mado_pgp_result_new ();

  if (signature_size > 0)
    add_signature (facts, signature[signature_size - 1] % 8, FALSE);
  return give (facts, facts->signatures->len == 0 ? MADO_OUTCOME_CORRUPT : MADO_OUTCOME_OK, result);
}

gboolean
mado_pgp_verify_opaque (MadoPgpEngine *engine G_GNUC_UNUSED, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                        MadoPgpResult **result, GError **error G_GNUC_UNUSED)
{
  MadoPgpResult *facts = mado_pgp_result_new ();
  const guint8 *start = memmem (bytes, size, "\n\n", 2), *end = memmem (bytes, size, "-----BEGIN PGP SIGNATURE", 24);
  guint sum = 0;

  for (const guint8 *at = end == NULL ? bytes : end; at < bytes + size; at++)
    sum += *at;
  add_signature (facts, sum % 8, FALSE);
  if (facts->signatures->len == 0)
    return give (facts, MADO_OUTCOME_CORRUPT, result);
  if (start != NULL && end != NULL && start + 2 <= end)
    facts->plaintext = g_bytes_new (start + 2, (gsize) (end - start) - 2);
  else
    facts->plaintext = g_bytes_new (bytes, MIN (size, limits->max_plaintext));
  return give (facts, MADO_OUTCOME_OK, result);
}

gboolean
mado_cms_decrypt (MadoCmsEngine *engine G_GNUC_UNUSED, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                  MadoPgpResult **result, GError **error G_GNUC_UNUSED)
{
  MadoPgpResult *facts = mado_pgp_result_new ();
  const guint8 *box = memchr (bytes, '~', size);

  facts->integrity = MADO_INTEGRITY_NONE;
  if (box == NULL)
    return give (facts, MADO_OUTCOME_NO_SECRET_KEY, result);
  facts->was_encrypted = TRUE;
  if (!open_box (facts, limits, box, (gsize) (bytes + size - box), TRUE, result))
    return FALSE;
  g_ptr_array_set_size (facts->signatures, 0); /* CMS has no combined form */
  return TRUE;
}

gboolean
mado_cms_verify (MadoCmsEngine *engine G_GNUC_UNUSED, const MadoPgpLimits *limits G_GNUC_UNUSED, const guint8 *bytes G_GNUC_UNUSED,
                 gsize size G_GNUC_UNUSED, const guint8 *signature, gsize signature_size, MadoPgpResult **result,
                 GError **error G_GNUC_UNUSED)
{
  MadoPgpResult *facts = mado_pgp_result_new ();

  if (signature_size > 0)
    add_signature (facts, signature[signature_size - 1] % 8, TRUE);
  return give (facts, facts->signatures->len == 0 ? MADO_OUTCOME_CORRUPT : MADO_OUTCOME_OK, result);
}

gboolean
mado_cms_verify_opaque (MadoCmsEngine *engine G_GNUC_UNUSED, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                        MadoPgpResult **result, GError **error G_GNUC_UNUSED)
{
  MadoPgpResult *facts = mado_pgp_result_new ();
  const guint8 *box = memchr (bytes, '~', size);

  return box == NULL ? give (facts, MADO_OUTCOME_CORRUPT, result)
                     : open_box (facts, limits, box, (gsize) (bytes + size - box), TRUE, result);
}
