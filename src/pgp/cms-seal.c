/* cms-seal.c: see cms-seal.h. Called for answers to S/MIME reporters only: three gpgsm processes for each. */
#include "madoguchi/pgp/cms-seal.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/cms-home.h"
#include "madoguchi/pgp/cms-reader.h"
#include "madoguchi/pgp/run.h"

#include <string.h>

#define CERTIFICATES_MAX 20
#define RECIPIENTS_MAX 10

static gboolean
is_fingerprint (const char *text)
{
  return text != NULL && strlen (text) == 40 && strspn (text, "0123456789abcdefABCDEF") == 40;
}

/* @status: (transfer full). */
static gboolean
run (MadoPgpHome *home, const char *const *arguments, GBytes *input, GBytes **output, char **status, GError **error)
{
  const MadoPgpProgram program = { .program = "gpgsm", .home = mado_pgp_home_path (home), .is_cms = TRUE };

  return mado_pgp_run (&program, arguments, input, output, status, error);
}

static gboolean
says (const char *status, const char *keyword)
{
  char **words;

  while (mado_pgp_run_next (&status, &words)) {
    gboolean found = g_str_equal (words[0], keyword);
    g_strfreev (words);
    if (found)
      return TRUE;
  }
  return FALSE;
}

/* A keybox for this answer alone. */
static gboolean
begin (MadoPgpHome *home, GError **error)
{
  return mado_pgp_home_refresh (home, error) && mado_pgp_home_check_agent (home, error)
         && mado_cms_home_new_ring (mado_pgp_home_path (home), error);
}

gboolean
mado_cms_sign (MadoPgpHome *home, const char *signer, GBytes *bytes, GBytes **signature, GError **error)
{
  const char *const arguments[] = { "--local-user", signer, "--digest-algo", "SHA256", "--detach-sign", NULL };
  g_autoptr (GBytes) made = NULL;
  g_autofree char *status = NULL;
  gboolean worked;

  if (!is_fingerprint (signer)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "[team] smime-certificate: no fingerprint of 40 digits");
    return FALSE;
  }
  if (!begin (home, error))
    return FALSE;
  worked = run (home, arguments, bytes, &made, &status, error);
  mado_cms_home_drop_ring (mado_pgp_home_path (home));
  if (!worked)
    return FALSE;
  if (!says (status, "SIG_CREATED") || g_bytes_get_size (made) == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "gpgsm does not sign with the team's certificate %s", signer);
    return FALSE;
  }
  *signature = g_steal_pointer (&made);
  return TRUE;
}

/* The length of the DER element at @at; 0: none, or more than @size. */
static gsize
element_length (const guint8 *at, gsize size)
{
  gsize octets, length = 0;

  if (size < 2)
    return 0;
  octets = at[1] & 0x80 ? at[1] & 0x7f : 0;
  if (octets > 3 || size < 2 + octets || (octets == 0 && at[1] & 0x80))
    return 0;
  for (gsize i = 0; i < octets; i++)
    length = length << 8 | at[2 + i];
  length = 2 + octets + (octets == 0 ? at[1] : length);
  return length <= size ? length : 0;
}

/* (transfer full) the certificates as gpgsm imports many at once. */
static GBytes *
to_pem (GBytes *block)
{
  gsize size, length;
  const guint8 *at = g_bytes_get_data (block, &size);
  GString *pem = g_string_new (NULL);

  for (guint count = 0; count < CERTIFICATES_MAX && (length = element_length (at, size)) > 0; count++) {
    g_autofree char *encoded = g_base64_encode (at, length);
    g_string_append (pem, "-----BEGIN CERTIFICATE-----\n");
    for (gsize i = 0, all = strlen (encoded); i < all; i += 64) {
      g_string_append_len (pem, encoded + i, (gssize) MIN (64, all - i));
      g_string_append_c (pem, '\n');
    }
    g_string_append (pem, "-----END CERTIFICATE-----\n");
    at += length;
    size -= length;
  }
  return g_string_free_to_bytes (pem);
}

static gboolean
import (MadoPgpHome *home, GBytes *block, GError **error)
{
  const char *const arguments[] = { "--import", NULL };
  g_autoptr (GBytes) pem = to_pem (block);
  g_autoptr (GBytes) nothing = NULL;
  g_autofree char *status = NULL;

  return run (home, arguments, pem, &nothing, &status, error);
}

/* gpgsm says nothing when it has encrypted: what came out is looked at. */
static gboolean
is_sealed (GBytes *made, guint recipients)
{
  g_auto (MadoCms) cms = { 0 };
  gsize size;
  const guint8 *bytes = g_bytes_get_data (made, &size);

  if (size == 0)
    return FALSE;
  mado_cms_read (bytes, size, RECIPIENTS_MAX, &cms);
  return cms.kind == MADO_CMS_ENVELOPED && cms.recipient_count == recipients;
}

gboolean
mado_cms_encrypt (MadoPgpHome *home, const char *team, GBytes *bytes, const MadoSealTo *to, GBytes **sealed, GError **error)
{
  const char *const arguments[] = { "--cipher-algo", "AES256", "--encrypt", "--recipient", to->fingerprint,
                                    to->to_team_too ? "--recipient" : NULL, team, NULL };
  g_autoptr (GBytes) made = NULL;
  g_autofree char *status = NULL;
  gboolean worked;

  if (!is_fingerprint (to->fingerprint) || to->block == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "the recipient's certificate is not given");
    return FALSE;
  }
  if (!begin (home, error))
    return FALSE;
  worked = import (home, to->block, error) && run (home, arguments, bytes, &made, &status, error);
  mado_cms_home_drop_ring (mado_pgp_home_path (home));
  if (!worked)
    return FALSE;
  if (says (status, "INV_RECP") || !is_sealed (made, to->to_team_too ? 2 : 1)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "certificate %s: gpgsm does not encrypt to it", to->fingerprint);
    return FALSE;
  }
  *sealed = g_steal_pointer (&made);
  return TRUE;
}
